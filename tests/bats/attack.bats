#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# Attacks on the command: root inside a guest against the root who looks after it, and one
# local user against another.  Each test does what SECURITY.md says was tried; those on the
# hooks are in mount-cgroup-hostile.bats and cap-audit.bats.

# shellcheck disable=SC2154 # run sets them
bats_require_minimum_version 1.5.0
load ../lib/lxc.bash
load ../lib/learn.bash
load ../lib/hook.bash

setup_file() { ct_in_bats; }

setup() {
	learn_setup attack
	need root
}

# user: an account with a home, which liblxc needs; its number in $uid.
user() {
	# One of a run that was killed.
	! id lxc-harden-attack >/dev/null 2>&1 || userdel -f lxc-harden-attack
	useradd -m -d "$BATS_TEST_TMPDIR/home" lxc-harden-attack
	chmod 755 "$BATS_TEST_TMPDIR"
	uid=$(id -u lxc-harden-attack)
}

teardown() {
	! id lxc-harden-attack >/dev/null 2>&1 || userdel -f lxc-harden-attack 2>/dev/null
	learn_teardown
}

# spy FILE: a program for inside that leaves what it was given in /spied, and says "running".
spy() {
	cat >"$1" <<-'SPY'
		#!/bin/sh
		{
			echo "-- $*"
			env | sed 's/^/env /'
			for fd in /proc/self/fd/*; do
				[ ! -d "$fd/" ] || [ "$(readlink "$fd")" = / ] || echo "folder ${fd##*/} $(readlink "$fd")"
			done
			(: </dev/tty) 2>/dev/null && echo "terminal of session $(cut -d' ' -f6 /proc/self/stat)"
		} >>/spied
		echo running
	SPY
	chmod 755 "$1"
}

# on_terminal COMMAND...: with a terminal that it controls, a folder of the host's open twice,
# and a secret in the environment.
on_terminal() {
	# Not every shell knows descriptors of two digits.
	# shellcheck disable=SC2016 # for the inner shell
	SHELL=/bin/bash SECRET=of-root timeout 60 script -qec "exec 7</etc 2000</etc; $(printf '%q ' "$@")" /dev/null \
		</dev/null 3>&- 4>&-
}

spied() { cat "$(ct_dir "$ct")/rootfs/spied"; }

@test "learn: what answers inside gets no folder, no terminal and no variable of the host's" {
	[ -e /sys/kernel/btf/vmlinux ] || skip "kernel: no BTF"
	"$cmd" learn --help >/dev/null
	ct_new "$ct" bookworm priv
	spy "$(ct_dir "$ct")/rootfs/usr/bin/systemctl"
	spy "$(ct_dir "$ct")/rootfs/usr/bin/spy"
	on_terminal "$cmd" learn -q --leave-running -P "$(ct_lxcpath)" -n "$ct" -- spy on-a-terminal
	# Nothing is a terminal, and lxc-attach makes none; but the session still has one.
	on_terminal sh -c "exec '$cmd' learn -q --leave-running -P '$(ct_lxcpath)' -n $ct -- spy without </dev/null >/dev/null 2>&1"
	spied
	grep -x -e '-- is-system-running' <(spied)
	grep -x -e '-- on-a-terminal' <(spied)
	grep -x -e '-- without' <(spied)
	[ "$(spied | grep -c -e '^folder' -e SECRET)" = 0 ]
	# The one that lxc-attach made is of its own session; 0 is one outside of the namespace.
	[ "$(spied | grep -c 'terminal of session 0')" = 0 ]
}

@test "prove: nor does what runs in its copies" {
	ct_new "$ct" busybox priv
	spy "$(ct_dir "$ct")/rootfs/usr/bin/spy"
	# It fails, so that the first boot is the last, and what it saw is the line that is told.
	# shellcheck disable=SC2016 # for the shell inside
	run on_terminal "$cmd" prove "$ct" -P "$(ct_lxcpath)" -q --jobs=1 --check \
		'spy x; echo "not permitted: saw [$(grep -e ^folder -e SECRET -e terminal /spied | tr "\n" " ")]"; exit 1'
	[[ $output == *'not permitted: saw []'* ]]
}

@test "prove: a process's name does not get to the terminal, nor into the proof, as it is" {
	local root name=$'a\e]0;b\ac'
	ct_new "$ct" busybox priv 'lxc.cap.drop = dac_override fowner fsetid kill setgid setuid setpcap'
	root=$(ct_dir "$ct")/rootfs
	# Which without chown is not there: that is the reason, by its name.  It waits without a child,
	# which could be missed in its place.
	mkdir "$root/evil"
	printf '%s\n' '#!/bin/sh' 'chown 5 /etc/hostname || exit' 'mkfifo /never && read x </never' >"$root/evil/$name"
	chmod 755 "$root/evil/$name"
	sed -i 's|^exit 0|for f in /evil/*; do "$f" \& done|' "$root/etc/init.d/rcS"
	run "$cmd" prove "$ct" -P "$(ct_lxcpath)" --jobs=1 --no-pairs --repeat=1 --no-plain --no-stop
	echo "$output" | cat -v
	[ "$status" = 0 ]
	[[ $output == *"no process 'a?]0;b?c', which there was with all capabilities"* ]]
	[[ $output != *[$'\e\a']* ]]
	grep -qF "no process 'a?]0;b?c'" "$(ct_dir "$ct")/harden/proof.json"
}

@test "prove: nobody else can hold the lock of its folder" {
	local dir=$BATS_TEST_TMPDIR/lxc
	# Nothing that starts: the folder is there for as long as that takes to see.
	mkdir -p "$dir/c/rootfs/"{sbin,dev,proc,sys}
	printf '%s\n' "lxc.rootfs.path = dir:$dir/c/rootfs" 'lxc.net.0.type = empty' >"$dir/c/config"
	"$cmd" prove -q --jobs=1 -P "$dir" c 3>&- 4>&- >/dev/null 2>&1 &
	job=$!
	for _ in {1..1000}; do [ ! -d /run/lxc-harden ] || break; sleep 0.005; done
	run setpriv --reuid 5432 --clear-groups flock -n /run/lxc-harden true
	[[ $output == *'Permission denied'* ]]
	wait "$job" || true
	job=
}

@test "prove: nobody sees, nor takes, the sockets of its copies" {
	ct_new "$ct" busybox priv 'lxc.cap.drop = dac_override fowner fsetid kill setgid setuid setpcap chown'
	# With a network that is nobody else's: another test may be proving at the same time.
	# shellcheck disable=SC2016 # for the inner shell
	run timeout 60 unshare --net bash -c '
		"$@" >/dev/null 2>&1 &
		while kill -0 $! 2>/dev/null; do
			mapfile -t sockets </proc/net/unix
			[[ "${sockets[*]}" != */prove-* ]] || echo seen
			polls=$((polls + 1))
		done
		wait $! && [ "$polls" -gt 10 ]' bash \
		"$cmd" prove -q --jobs=1 --no-pairs --repeat=1 --no-plain --no-stop "$ct" -P "$(ct_lxcpath)"
	[[ $status == 0 && -z $output ]]
}

# user_path [config line...]: an LXCPATH of user 5432's with a container c, and the same in the
# names that we have liblxc load.
user_path() {
	local name
	path=$BATS_TEST_TMPDIR/user
	chmod 755 "$BATS_TEST_TMPDIR"
	for name in c .lxc-harden; do
		mkdir -p "$path/$name/rootfs/sbin"
		printf '%s\n' "lxc.rootfs.path = dir:$path/$name/rootfs" 'lxc.uts.name = c' "$@" >"$path/$name/config"
	done
	chown -R 5432:5432 "$path"
}

@test "a user's container has LXC write no file with root's rights" {
	local verb
	user_path "lxc.log.file = $BATS_TEST_TMPDIR/log" 'lxc.log.level = TRACE'
	for verb in 'generate --stdout' 'generate --dry-run' generate prove learn trace; do
		"$cmd" "${verb%% *}" --help >/dev/null || continue
		# shellcheck disable=SC2086 # two words
		run timeout 20 "$cmd" $verb -P "$path" c
		echo "$verb: $status $output"
		[ "$status" = 2 ]
		[ "$output" = "lxc-harden: ${verb%% *}: '$path/c': '$path' belongs to user 5432, who could have LXC act with your rights" ]
	done
	# As root's folder, but not his container in it, nor his configuration.
	chown root "$path"
	run "$cmd" generate -P "$path" c
	[[ $status == 2 && $output == *"'$path/c/config' belongs to user 5432"* ]]
	user
	chown "$uid" "$path/c" && chown root "$path/c/config"
	run "$cmd" generate -P "$path" c
	[[ $status == 2 && $output == *"'$path/c' belongs to user $uid"* ]]
	chown 5432 "$path" "$path/c" "$path/c/config"
	"$cmd" list -P "$path" || true # with his rights, that file cannot be made: then it does not load
	"$cmd" check -P "$path" c >/dev/null || true
	"$cmd" check --all -P "$path" >/dev/null || true
	"$cmd" remove -P "$path" c
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
}

# refused TEXT: by all that has liblxc act with root's rights, and LXC has acted on nothing.
refused() {
	local verb
	for verb in generate prove learn trace; do
		"$cmd" "$verb" --help >/dev/null || continue
		run timeout 20 "$cmd" "$verb" -P "$path" c
		echo "$verb: $status $output"
		[[ $status == 2 && $output == *"$1"* && ${#lines[@]} == 1 ]]
	done
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
}

@test "a link of a user's to root's containers is not root's" {
	local container=$BATS_TEST_TMPDIR/of-root/c
	user_path "lxc.log.file = $BATS_TEST_TMPDIR/log"
	mkdir -p "$container/rootfs/sbin"
	echo "lxc.rootfs.path = dir:$container/rootfs" >"$container/config"
	# stat(2) sees root's folder now; the next one to open the path may see another.
	ln -s ../of-root "$path/link" && chown -h 5432 "$path/link" && chown root "$path"
	path+=/link
	refused "'$path' belongs to user 5432"
	[ ! -e "$BATS_TEST_TMPDIR/of-root/c/harden" ]
	# Read, but with his rights.
	chmod 700 "$BATS_TEST_TMPDIR/of-root"
	run "$cmd" list -P "$path"
	[ "$status" != 0 ]
	[[ $output == *'Permission denied'* ]]
}

@test "exchanged while it is looked at: a link to root's folder, and his own" {
	local container=$BATS_TEST_TMPDIR/of-root/c i
	user_path "lxc.log.file = $BATS_TEST_TMPDIR/log" "lxc.hook.pre-start = /bin/touch $BATS_TEST_TMPDIR/log"
	mkdir -p "$container" "$path/a"
	echo 'lxc.uts.name = c' >"$container/config"
	mv "$path/c" "$path/a/c"
	ln -s ../of-root "$path/b" && chown -hR 5432:5432 "$path"
	top=${abs_top_srcdir:-$BATS_TEST_DIRNAME/../..} TOOLS=$BATS_TEST_TMPDIR hook_tool swapper tests/lib/swapper.c
	"$BATS_TEST_TMPDIR/swapper" "$path/a" "$path/b" >/dev/null 3>&- 4>&- &
	job=$!
	for i in {1..12}; do
		for verb in 'generate -q' learn list 'check -q'; do
			# shellcheck disable=SC2086 # words
			run timeout 20 "$cmd" $verb -P "$path/a" c
			[[ $verb == list || $verb == check* || $status == 2 ]]
		done
		[ ! -e "$BATS_TEST_TMPDIR/log" ]
	done
	# They were exchanged all the time.
	kill -0 "$job"
}

@test "a folder that everybody, or a group, can write to" {
	path=$BATS_TEST_TMPDIR/lxc
	chmod 755 "$BATS_TEST_TMPDIR"
	mkdir -p "$path/c/rootfs/sbin" "$path/.lxc-harden"
	printf '%s\n' "lxc.rootfs.path = dir:$path/c/rootfs" >"$path/c/config"
	# A name that no container has, so that he may come first.
	echo "lxc.log.file = $BATS_TEST_TMPDIR/log" >"$path/.lxc-harden/config"
	chown -R 5432:5432 "$path/.lxc-harden"
	chmod 1777 "$path"
	refused 'the folder can be changed by everybody'
	"$cmd" list -P "$path" >/dev/null || true
	"$cmd" check --all -P "$path" >/dev/null || true
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
	chmod 775 "$path" && chgrp 5432 "$path"
	refused "'$path' can be changed by group 5432"
	# What is below his name is not ours: nobody loads it.
	chmod 755 "$path"
	"$cmd" generate -q -P "$path" c
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
}

@test "the folder of an id-mapped container is its root's, and only its plain configuration is read" {
	path=$BATS_TEST_TMPDIR/lxc
	mkdir -p "$path/c/rootfs/sbin"
	printf '%s\n' "lxc.rootfs.path = dir:$path/c/rootfs" >"$path/c/config"
	# As lxc-create(1) leaves it.
	chown 1234567:1234567 "$path/c" && chmod 770 "$path/c"
	run -0 "$cmd" check -P "$path" c
	[[ $output == *'c: stopped'* && $output != *config.writable* ]]
	"$cmd" generate -q -P "$path" c
	mv "$path/c/config" "$BATS_TEST_TMPDIR/config"
	ln -s "$BATS_TEST_TMPDIR/config" "$path/c/config" && chown -h 1234567 "$path/c/config"
	refused "'$path/c/config' belongs to user 1234567"
}

@test "a user's container writes nothing to root's terminal" {
	local verb name=$'x\e]0;gotcha\a'
	user
	path=$BATS_TEST_TMPDIR/user
	mkdir -p "$path/.lxc-harden" "$path/$name/rootfs"
	printf 'lxc.log.file = /dev/tty\nlxc.log.level = TRACE\n' | tee "$path/.lxc-harden/config" >"$path/$name/config"
	chown -R "$uid" "$path"
	# Taken for one that runs, it is loaded by liblxc itself, which logs to that file then.
	setpriv --reuid "$uid" --clear-groups socat "ABSTRACT-LISTEN:$path/$name/command,fork" EXEC:/bin/true \
		>/dev/null 2>&1 </dev/null 3>&- 4>&- &
	job=$!
	for _ in {1..50}; do grep -qF "@$path/x" /proc/net/unix && break; sleep 0.1; done
	for verb in list check\ --all; do
		# shellcheck disable=SC2086 # words
		run on_terminal "$cmd" $verb -P "$path"
		echo "$output" | cat -v
		[[ $output == *'x\x1b]0;gotcha\x07 '* && $output != *[$'\e\a']* ]]
		# Else liblxc was not asked.
		[[ $output == *running* || $verb != list ]]
	done
}

@test "a user's folder that has root's group still is not read with it" {
	path=$BATS_TEST_TMPDIR/user
	chmod 755 "$BATS_TEST_TMPDIR"
	mkdir -p "$path/c/rootfs"
	echo 'lxc.uts.name = secret-of-root' >"$BATS_TEST_TMPDIR/for-group"
	chmod 640 "$BATS_TEST_TMPDIR/for-group"
	printf '%s\n' "lxc.rootfs.path = dir:$path/c/rootfs" "lxc.include = $BATS_TEST_TMPDIR/for-group" >"$path/c/config"
	chown -R 5432:0 "$path"
	run "$cmd" check -P "$path" c
	[[ $output == *'Permission denied'* ]]
}

@test "a user's container with long names and many findings keeps no other from the report" {
	local dir i name
	user
	path=$BATS_TEST_TMPDIR/user
	mkdir -p "$path/a/rootfs" "$path/z/rootfs"
	printf -v name '\xff%.0s' {1..250}
	dir=$path
	for i in {1..13}; do dir+=/$name; done
	mkdir -p "$dir"
	# Of each byte JSON makes six; lines that LXC does not know are a finding each.
	printf 'x.%s = 1\n' {1..300} >"$dir/include"
	printf '%s\n' "lxc.rootfs.path = dir:$path/a/rootfs" "lxc.include = $dir/include" >"$path/a/config"
	echo "lxc.rootfs.path = dir:$path/z/rootfs" >"$path/z/config"
	chown -R "$uid" "$path"
	"$cmd" check --all --json -P "$path" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -r '.containers[].name' "$BATS_TEST_TMPDIR/json" | tr '\n' ' ')" = 'a z ' ]
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/json")" -gt 4194304 ]
	"$cmd" check --all --sarif=- -P "$path" | jq -e '.runs | length == 1'
}

@test "what others can write in the folder harden is refused, or replaced" {
	local dir=$BATS_TEST_TMPDIR/lxc verb
	path=$dir
	mkdir -p "$dir/c/rootfs/sbin" "$dir/c/harden"
	printf '%s\n' "lxc.rootfs.path = dir:$dir/c/rootfs" >"$dir/c/config"
	# As a list of access for somebody shows, too: acl(5).
	chmod 775 "$dir/c/harden"
	for verb in generate prove; do
		run timeout 20 "$cmd" "$verb" -P "$dir" c
		echo "$verb: $status $output"
		[[ $status != 0 && $output == *"/c/harden': others than the container's owner can write to it" ]]
	done
	[ -z "$(ls -A "$dir/c/harden")" ]
	chmod 755 "$dir/c/harden"
	"$cmd" generate -q -P "$dir" c
	chmod 666 "$dir/c/harden/harden.conf" && chown 5432 "$dir/c/harden/policy"
	"$cmd" generate -q -P "$dir" c
	[ "$(stat -c '%a %u' "$dir/c/harden/harden.conf" "$dir/c/harden/policy" | tr '\n' ' ')" = '644 0 644 0 ' ]
}

@test "who binds the socket of somebody's container is not asked" {
	local verb dir=$BATS_TEST_TMPDIR/lxc
	mkdir -p "$dir/c/rootfs/sbin"
	printf '%s\n' "lxc.rootfs.path = dir:$dir/c/rootfs" >"$dir/c/config"
	# Says nothing, so that who asks waits; reaches as far as our own pid 1 otherwise.
	setpriv --reuid 5432 --clear-groups socat "ABSTRACT-LISTEN:$dir/c/command,fork" PIPE \
		>/dev/null 2>&1 </dev/null 3>&- 4>&- &
	job=$!
	for _ in {1..50}; do grep -q "@$dir/c/command" /proc/net/unix && break; sleep 0.1; done
	for verb in generate prove learn trace; do
		"$cmd" "$verb" --help >/dev/null || continue
		run timeout 20 "$cmd" "$verb" -P "$dir" c
		echo "$verb: $status $output"
		[ "$status" = 2 ]
		[[ $output == *"its monitor's socket is held by user 5432"* ]]
	done
	[ "$("$cmd" check -P "$dir" c | sed -n '1s/,.*//p')" = 'c: stopped' ]
	timeout 20 "$cmd" list -P "$dir" | grep -E '^c +stopped'
}

@test "started with SIGCHLD ignored, signals blocked, descriptors closed: as ever" {
	local dir=$BATS_TEST_TMPDIR/lxc i
	for i in 1 2 3; do
		mkdir -p "$dir/c$i/rootfs/sbin"
		printf '%s\n' "lxc.rootfs.path = dir:$dir/c$i/rootfs" >"$dir/c$i/config"
	done
	SECONDS=0
	run env --ignore-signal=CHLD,ALRM --block-signal=CHLD,ALRM,TERM timeout -s KILL 20 "$cmd" list --noheadings -P "$dir"
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 3 ]
	[ "$SECONDS" -lt 8 ]
	"$cmd" generate -q -P "$dir" c1 <&- >&- 2>&-
	(ulimit -f 0 && run "$cmd" generate -q -P "$dir" c2 && [ "$status" = 1 ])
	[ -z "$(find "$dir/c2" -name '.*')" ]
	(umask 077 && "$cmd" generate -q -P "$dir" c3)
	[ "$(stat -c %a "$dir/c3/harden" "$dir/c3/harden/harden.conf" | tr '\n' ' ')" = '755 644 ' ]
}

@test "a link in place of a folder that has a tmpfs, after generate: nothing made on the host" {
	local canary=$BATS_TEST_TMPDIR/canary root
	need_guest bookworm
	CT_COPY=1 ct_new "$ct" bookworm priv
	root=$(ct_dir "$ct")/rootfs
	mkdir -p "$root/var/scratch" "$canary"
	echo 'x /var/scratch tmpfs size=1m 0 0' >"$root/etc/fstab"
	"$LXC_HARDEN_BINDIR/lxc-harden" generate -q --level=base -P "$(ct_lxcpath)" "$ct"
	ct_start "$ct"
	ct_wait_ready "$ct"
	grep -q " /var/scratch .* tmpfs " "/proc/$(ct_pid "$ct")/mountinfo"
	ct_stop "$ct"
	mv "$root/var" "$root/old" && ln -s "$canary" "$root/var"
	# It starts, without that mount; with "create=dir" LXC would have made the folder first.
	ct_start "$ct"
	run ! grep -q scratch "/proc/$(ct_pid "$ct")/mountinfo"
	[ -z "$(ls -A "$canary")" ]
	ct_lxc stop "$ct" -k
}
