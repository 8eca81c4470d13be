# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # tmp, bench, builddir: those of tests/bench/run
#
# What "lxc-harden generate" takes for a container with a large root file system, all of it:
# from its start to the fragment, against "getcap -r", which looks at the same files for the
# one thing.  Cold: with what the kernel has of the disk thrown away before each run.

scan_sizes="11000 200000"

# scan_tree FILES: a container "scanned", eight files to a folder as in a system's /usr.
scan_tree() {
	local dir root
	dir=$(ct_dir scanned)
	root=$dir/rootfs
	mkdir -p "$root/sbin" "$root/usr/lib/systemd" "$root/usr/share" || return 1
	touch "$root/usr/lib/systemd/systemd" "$root/usr/lib/systemd/libsystemd-shared-252.so"
	ln -s ../usr/lib/systemd/systemd "$root/sbin/init"
	printf '%s\n' "lxc.include = $CT_SHARE/common.conf" "lxc.rootfs.path = dir:$root" >"$dir/config"
	(cd "$root/usr/share" && seq -f 'd%g' $(($1 / 72)) | xargs mkdir &&
		seq $(($1 / 9)) | awk -v n=$(($1 / 72)) '{ print "d" 1 + $1 % n "/s" $1 }' | xargs mkdir &&
		seq $(($1 - $1 / 9)) | awk -v n=$(($1 / 9)) -v top=$(($1 / 72)) \
			'{ s = 1 + $1 % n; print "d" 1 + s % top "/s" s "/file-" $1 }' | xargs touch)
}

# scan_one COMMAND: in ns, its output thrown away.
scan_one() { "$bench/spawn" plain 1 -- /bin/sh -c "exec $1 >/dev/null" </dev/null; }

scan_drop() { sync && echo 3 >/proc/sys/vm/drop_caches; } 2>/dev/null

# scan_rounds N COLD: by turns the one or the other first, into $tmp/rounds.
scan_rounds() {
	local i first second
	local commands=("$builddir/tools/lxc-harden generate --dry-run -P $(ct_lxcpath) scanned"
		"getcap -r $(ct_dir scanned)/rootfs")
	: >"$tmp/rounds"
	for ((i = 0; i < $1; i++)); do
		first=$((i % 2)) second=$((1 - i % 2))
		[ -z "$2" ] || scan_drop || return 1
		scan_one "${commands[first]}" >"$tmp/scan$first" || return 1
		[ -z "$2" ] || scan_drop || return 1
		scan_one "${commands[second]}" >"$tmp/scan$second" || return 1
		paste "$tmp/scan0" "$tmp/scan1" >>"$tmp/rounds"
	done
}

# bench_scan ROUNDS
bench_scan() {
	local size cold
	if ! command -v getcap >/dev/null || ! "$builddir/tools/lxc-harden" explain chown >/dev/null; then
		echo "generate: no getcap, or no lxc-harden: not measured" >&2
		return
	fi
	for size in $scan_sizes; do
		scan_tree "$size" || die "cannot make $size files"
		if ! scan_one "$builddir/tools/lxc-harden generate --dry-run -P $(ct_lxcpath) scanned" >/dev/null; then
			echo "generate: needs its fragments where they will be (make install): not measured" >&2
			rm -rf --one-file-system "$(ct_dir scanned)"
			return
		fi
		scan_rounds "$1" '' || die "generate or getcap failed"
		section "generate, $size files, warm" 'generate|getcap -r' "$tmp/rounds"
		ratio "generate to getcap -r, $size, warm" 1 2 max 1
		# The large one takes its time, and differs less.
		cold=$1
		[ "$size" -lt 100000 ] || cold=$((($1 + 1) / 2))
		if scan_rounds "$cold" cold; then
			section "generate, $size files, cold" 'generate|getcap -r' "$tmp/rounds"
			ratio "generate to getcap -r, $size, cold" 1 2 max 1
		else
			echo "generate: caches cannot be dropped here: cold not measured" >&2
		fi
		rm -rf --one-file-system "$(ct_dir scanned)"
	done
}
