#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tools/config-read against liblxc itself: each configuration below tests/data/configs, and
# some hundred random ones, must load for both or for neither, and mean the same.

load ../lib/skip.bash

setup() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	compare=$abs_top_builddir/tests/unit/config-compare
	# Includes in these files are relative; the copy has them in a known order.
	cd "$abs_top_srcdir/tests/data/configs" || return 1
	tmp=$BATS_TEST_TMPDIR
	# Here liblxc is allowed to crash, in a child.
	export ASAN_OPTIONS="handle_segv=0:detect_leaks=0:${ASAN_OPTIONS-}" LC_ALL=C
	unset LXC_HARDEN_NOT_SET
}

# same STATUS FILE...: "ok" or "refused" for both.
same() {
	local want=$1 bad
	shift
	run "$compare" "$@"
	bad=$(grep -v ": same: $want" <<<"$output") && echo "$bad"
	[ -z "$bad" ]
	[ "$status" = 0 ]
	[ "${#lines[@]}" = $# ]
}

# refused FILE MESSAGE: our one line.
refused() {
	run "$compare" --dump "$1"
	echo "$output"
	[ "$status" = 2 ]
	[ "${#lines[@]}" = 1 ]
	[ "$output" = "$2" ]
}

@test "good configurations mean the same here and for liblxc" {
	same ok good/*
}

@test "bad configurations are refused here and by liblxc" {
	same refused bad/*
}

@test "a refusal names file, line and word" {
	refused bad/no-equals-late "bad/no-equals-late:4: no '=' in 'lxc.tty.max'"
	refused bad/unknown-key "bad/unknown-key:2: this LXC knows no key 'lxc.bogus'"
	refused bad/cap-typo "bad/cap-typo:2: unknown capability 'sys_amdin'"
	refused bad/cap-number-too-big "bad/cap-number-too-big:1: this kernel has no capability '99'"
	refused bad/keep-after-drop-included \
		"bad/keep-after-drop-included:3: lxc.cap.keep beside an earlier lxc.cap.drop"
	refused bad/include-bad "inc/bad.conf:2: unknown capability 'chwon'"
	refused bad/include-missing \
		"bad/include-missing:2: cannot read 'inc/nowhere.conf': No such file or directory"
	refused bad/include-cycle \
		"inc/b-a.conf:3: include cycle, on which LXC crashes: bad/include-cycle -> inc/a-b.conf -> inc/b-a.conf -> inc/a-b.conf"
	refused "$tmp/none" "cannot read '$tmp/none': No such file or directory"
}

@test "hostile names are escaped" {
	printf 'lxc.cap.drop = \e[31mx\n' >"$tmp/c"
	refused "$tmp/c" "$tmp/c:1: unknown capability '\\x1b[31mx'"
	printf 'lxc.include = /no\twhere\n' >"$tmp/c"
	refused "$tmp/c" "$tmp/c:1: cannot read '/no\\x09where': No such file or directory"
}

@test "what is no regular file is not opened" {
	mkfifo "$tmp/fifo"
	mkdir "$tmp/d" "$tmp/d/x.conf"
	for f in "$tmp/fifo" /dev/null /dev/zero; do
		echo "lxc.include = $f" >"$tmp/c"
		refused "$tmp/c" "$tmp/c:1: cannot read '$f': not a regular file"
	done
	echo "lxc.include = $tmp/d" >"$tmp/c"
	refused "$tmp/c" "$tmp/c:1: cannot read '$tmp/d/x.conf': not a regular file"
	refused "$tmp/fifo" "cannot read '$tmp/fifo': not a regular file"
	refused "$tmp" "cannot read '$tmp': not a regular file"
}

@test "sizes, depth and number of includes are limited" {
	head -c 1100000 /dev/zero | tr '\0' '#' >"$tmp/big"
	refused "$tmp/big" "cannot read '$tmp/big': too large"
	for i in {1..70}; do echo "lxc.include = $tmp/n$((i + 1))" >"$tmp/n$i"; done
	: >"$tmp/n71"
	refused "$tmp/n1" "$tmp/n64:1: includes are nested deeper than 64"
	# 2^40 times the same empty file
	for i in {1..40}; do
		printf 'lxc.include = %s\n' "$tmp/m$((i + 1))" "$tmp/m$((i + 1))" >"$tmp/m$i"
	done
	: >"$tmp/m41"
	refused "$tmp/m1" "'$tmp/m1': more settings or included files than are read"
	awk 'BEGIN { for (i = 0; i < 30000; i++) print "lxc.sysctl.k" i " = 1" }' >"$tmp/many"
	refused "$tmp/many" "'$tmp/many': more settings or included files than are read"
}

@test "symlinks are followed, as LXC does" {
	echo "lxc.uts.name = x" >"$tmp/real"
	ln -s real "$tmp/link"
	mkdir "$tmp/d"
	ln -s ../real "$tmp/d/a.conf"
	printf 'lxc.include = %s\n' "$tmp/link" "$tmp/d" >"$tmp/c"
	same ok "$tmp/c"
	ln -s loop "$tmp/loop"
	echo "lxc.include = $tmp/loop" >"$tmp/c"
	same refused "$tmp/c"
}

@test "every setting has its line, and what became of it" {
	cat >"$tmp/c" <<-EOF
	lxc.uts.name = a
	# one
	lxc.uts.name = b
	lxc.hook.mount = /h

	lxc.hook =
	lxc_cap.drop = mknod
	lxc.cap.drop = mknod
	lxc.cap.drop =
	lxc.cap.keep = chown
	EOF
	run "$compare" --dump "$tmp/c"
	[ "$status" = 0 ]
	[ "${lines[0]}" = "$tmp/c:1: lxc.uts.name = a: overridden by $tmp/c:3" ]
	[ "${lines[1]}" = "$tmp/c:3: lxc.uts.name = b: in force" ]
	[ "${lines[2]}" = "$tmp/c:4: lxc.hook.mount = /h: cleared by $tmp/c:6" ]
	[ "${lines[3]}" = "$tmp/c:6: lxc.hook = : clears" ]
	[ "${lines[4]}" = "$tmp/c:7: lxc_cap.drop = mknod = : ignored" ]
	[ "${lines[5]}" = "$tmp/c:8: lxc.cap.drop = mknod: cleared by $tmp/c:9" ]
	[ "${lines[7]}" = "$tmp/c:10: lxc.cap.keep = chown: in force" ]
	[ "${lines[8]}" = "cap 0 held by $tmp/c:10" ]
	[ "${lines[9]}" = "cap 1 not held by $tmp/c:10" ]
}

@test "the fragments as they are installed load" {
	[ -r /usr/share/lxc/config/common.conf ] || cannot "LXC's own configuration is not installed"
	mkdir "$tmp/share"
	for f in "$abs_top_srcdir"/conf.d/*.conf.in; do
		sed -e "s|@pkgdatadir@|$tmp/share|g" -e "s|@pkglibexecdir@|/x|g" "$f" \
			>"$tmp/share/$(basename "$f" .in)"
	done
	for f in "$tmp"/share/*.conf; do
		printf 'lxc.include = %s\n' /usr/share/lxc/config/common.conf "$f" >"$tmp/p"
		printf 'lxc.include = %s\n' /usr/share/lxc/config/{common,userns}.conf "$f" >"$tmp/u"
		same ok "$tmp/p" "$tmp/u"
	done
	same ok /usr/share/lxc/config/*.conf
}

# random_config SEED: lines that meet each other, in random order.
random_config() {
	awk -v seed="$1" -v FS='\n' '
	BEGIN {
		srand(seed)
		n = split("lxc.cap.drop = mknod\nlxc.cap.drop = sys_admin 3\nlxc.cap.drop =\n" \
			"lxc.cap.keep =\nlxc.cap.keep = chown kill\nlxc.cap.keep = none\n" \
			"lxc.cap.keep = none setuid\nlxc.cap.drop = \" \"\nlxc.cap.keep = \" \"\n" \
			"lxc.cap.drop = 0x7 010\nlxc.include = inc/drop.conf\n" \
			"lxc.include = inc/keep.conf\nlxc.include = inc/clears.conf\n" \
			"lxc.include = inc/twice.conf\nlxc.include = inc/order\nlxc.include =\n" \
			"lxc.hook.mount = /a\nlxc.hook.mount =\nlxc.hook =\nlxc.hook.start = \"/b c\"\n" \
			"lxc.hook.version = 1\nlxc.hook.version =\n" \
			"lxc.mount.auto = proc sys\nlxc.mount.auto = cgroup:mixed\nlxc.mount.auto =\n" \
			"lxc.mount.auto = sys:ro\nlxc.mount.entry = a b none bind 0 0\n" \
			"lxc.mount.entry =\nlxc.uts.name = x\nlxc.uts.name = y z\nlxc.uts.name =\n" \
			"lxc.cgroup2.a.b = 1\nlxc.cgroup2.a.b =\nlxc.cgroup2 =\nlxc.cgroup2.c = 2\n" \
			"lxc.cgroup.a = 1\nlxc.cgroup =\nlxc.cgroup.dir = d\nlxc.cgroup.relative = 1\n" \
			"lxc.sysctl.a = 1\nlxc.sysctl.a = 2\nlxc.sysctl.a =\nlxc.sysctl =\n" \
			"lxc.idmap = u 0 1 2\nlxc.idmap =\nlxc.environment = A=1\nlxc.environment =\n" \
			"lxc.net.0.type = veth\nlxc.net.0.link = b\nlxc.net.0 =\nlxc.net =\n" \
			"lxc.net.1.ipv4.address = 10.0.0.1/8\nlxc.tty.max = 3\nlxc.tty.max =\n" \
			"lxc.prlimit.nofile = 5\nlxc.prlimit =\nlxc.namespace.keep = net\n" \
			"lxc.namespace.clone = user\nlxc.namespace.keep =\nfoo = bar\n# x\n\t \n" \
			"  lxc.uts.name=\"q\"  \nlxc.bogus = 1\nlxc.group = a b\nlxc.group =", pool)
		for (i = 1 + int(rand() * 12); i > 0; i--) {
			line = pool[1 + int(rand() * n)]
			# What always fails would hide the rest.
			if (line ~ /bogus/ && rand() < .8) continue
			print line
		}
	}'
}

@test "random configurations" {
	local i
	mkdir "$tmp/r"
	for i in {1..400}; do random_config "$i" >"$tmp/r/$i"; done
	run "$compare" "$tmp"/r/*
	grep -v ': same: ' <<<"$output" | head -20
	[ "$status" = 0 ]
	# Enough of both kinds for the comparison to say something.
	[ "$(grep -c ': same: ok$' <<<"$output")" -gt 100 ]
	[ "$(grep -c ': same: refused' <<<"$output")" -gt 30 ]
}

# own_caps FILE: the bounding set that --dump foretells, of what this process has itself.
own_caps() {
	local set=0 mine cap
	mine=$((16#$(awk '/^CapBnd/ { print $2 }' /proc/self/status)))
	for cap in $("$compare" --dump "$1" | awk '/^cap / && $3 == "held" { print $2 }'); do
		set=$((set | 1 << cap))
	done
	printf '%016x' $((set & mine))
}

@test "containers really get the capabilities that were read" {
	need root lxc-execute
	local root=$tmp/lxc/root f n=0
	mkdir -p "$root"/{usr,proc,dev,sys,tmp,run}
	for f in bin sbin lib lib64; do ln -s "usr/$f" "$root/$f"; done
	for f in good/*keep* good/drop* good/cap-numbers; do
		{
			cat "$f"
			printf '\nlxc.net.0.type = empty\nlxc.rootfs.path = dir:%s\n' "$root"
			printf 'lxc.mount.entry = /usr usr none bind,ro 0 0\nlxc.mount.auto = proc\n'
		} >"$tmp/c"
		run timeout 30 lxc-execute -n "lh-config-$$" -P "$tmp/lxc" -f "$tmp/c" -- \
			grep CapBnd /proc/self/status 3>&-
		[ "$status" = 0 ] || [ $n -gt 0 ] || cannot "no container starts here: ${lines[0]}"
		echo "$f: $output"
		[ "${output##*[[:space:]]}" = "$(own_caps "$tmp/c")" ]
		n=$((n + 1))
	done
	[ $n -ge 15 ]
}
