#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/run: first
#
# lxc-harden prove, on real guests.  Most with busybox, which boots in no time; what systemd
# and real services add, with one guest that has nginx, sshd and cron.

# shellcheck disable=SC2154,SC2016 # run sets them; for the shell inside
bats_require_minimum_version 1.5.0

setup_file() {
	[ "$(id -u)" = 0 ] || skip "not root"
	export CT_TMP
	CT_TMP=$(mktemp -d "${TMPDIR:-/tmp}/lxc-harden.XXXXXX")
	chmod 755 "$CT_TMP"
}

setup() {
	: "${abs_top_srcdir:=$BATS_TEST_DIRNAME/../..}"
	# shellcheck source-path=SCRIPTDIR source=../lib/lxc.bash
	. "$abs_top_srcdir/tests/lib/lxc.bash"
	# shellcheck source-path=SCRIPTDIR source=../lib/packages.bash
	. "$abs_top_srcdir/tests/lib/packages.bash"
	cmd=${LXC_HARDEN_BINDIR:?}/lxc-harden
	name=prove$BATS_TEST_NUMBER.$$
}

teardown() {
	[ -z "${running:-}" ] || kill -KILL "$running" 2>/dev/null || true
	ct_lxc unfreeze "$name" 2>/dev/null || true
	if [ -n "${btrfs:-}" ]; then
		lxc-stop -k -P "$btrfs" -n "$name" 2>/dev/null || true
		umount "$btrfs" || umount -l "$btrfs" || true
	fi
	ct_destroy "$name"
}

prove() { run --separate-stderr "$cmd" prove "$name" -P "$(ct_lxcpath)" "$@"; }
keep() { sed -n 's/^lxc.cap.keep = //p' <<<"$output"; }
json() { sed -n "s/^ *\"$2\" *: *\(.*[^,]\),*$/\1/p" "$1"; }
dir() { ct_dir "$name"; }

# What prove has on the host while it runs, by the names of runs that are over: others' runs
# may be there at the same time.
left_behind() {
	local id
	{
		find /run/lxc-harden -mindepth 1 -maxdepth 1 -name 'prove-*' -printf '%f\n' 2>/dev/null || true
		{ ct_cgroup_find -type d -name 'lxc.*.prove-??????-*' -printf '%f\n' | sed 's/^lxc\.[a-z]*\.//; s/-[0-9]*$//'; } || true
		sed -n 's|.*/run/lxc-harden/\(prove-[^/ ]*\).*|\1|p' /proc/self/mounts
	} | sort -u | while read -r id; do
		flock -n "/run/lxc-harden/$id/lock" true 2>/dev/null || [ ! -e "/run/lxc-harden/$id/lock" ] || continue
		echo "$id"
	done
}

clean_begin() { left_behind >"$BATS_TEST_TMPDIR/before"; }
clean() { ! left_behind | diff "$BATS_TEST_TMPDIR/before" - | grep '^>'; }

@test "prove: misuse is one line and status 2" {
	ct_new "$name" busybox priv
	local args
	for args in '--level=none' '--jobs=0' '--jobs=x' '--repeat=99' '--check-timeout=0' '--nosuch' 'surplus'; do
		# shellcheck disable=SC2086 # one or two words
		prove $args
		echo "$args: $status $stderr"
		[ "$status" = 2 ]
		[ -z "$output" ]
		[ "$(wc -l <<<"$stderr")" = 1 ]
	done
	ct_config_append "$name" 'lxc.rootfs.path = loop:/nowhere'
	prove
	[ "$status" = 2 ]
	[[ $stderr == *"the root file system 'loop:/nowhere' cannot be copied: No such file"* ]]
	run -2 "$cmd" prove -P "$(ct_lxcpath)" none.$$
	[ ! -e "$(dir)/harden" ]
}

@test "prove: the smallest list of a busybox, with a check, and proof.json" {
	clean_begin
	ct_new "$name" busybox priv
	ct_config_append "$name" "lxc.mount.entry = $BATS_TEST_TMPDIR mnt none bind 0 0"
	(cd "$(dir)" && find rootfs -printf '%p %m %u %s %T@\n' | sort) >"$BATS_TEST_TMPDIR/root.before"
	cp "$(dir)/config" "$BATS_TEST_TMPDIR/config.before"
	prove --check 'chown 5 /etc/hostname && echo torn >/mnt/seen'
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = "chown net_bind_service" ]
	[[ $output == *"chown            check    check 1 ended with status 1: chown: /etc/hostname: Operation not permitted"* ]]
	[[ $output == *"net_bind_service boot     no process 'httpd'"* ]]
	# Neither the container, nor what it binds of the host, nor the host has been touched.
	(cd "$(dir)" && find rootfs -printf '%p %m %u %s %T@\n' | sort) | diff "$BATS_TEST_TMPDIR/root.before" -
	diff "$(dir)/config" "$BATS_TEST_TMPDIR/config.before"
	[ ! -e "$BATS_TEST_TMPDIR/seen" ]
	[ "$(ls "$(dir)/harden")" = proof.json ]
	[ "$(json "$(dir)/harden/proof.json" level)" = '"base"' ]
	[ "$(json "$(dir)/harden/proof.json" confirmed)" = true ]
	clean
}

@test "prove: stopped by a signal it cleans up, and goes on from there" {
	clean_begin
	ct_new "$name" busybox priv
	local sig
	for sig in HUP TERM KILL; do
		: >"$BATS_TEST_TMPDIR/err"
		"$cmd" prove "$name" -P "$(ct_lxcpath)" >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		running=$!
		for _ in {1..600}; do
			[ "$(grep -c "^boot" "$BATS_TEST_TMPDIR/err")" -lt 4 ] || break
			sleep 0.05
		done
		kill -$sig "$running"
		wait "$running" && false
		running=
		cat "$BATS_TEST_TMPDIR/err"
		[ -s "$(dir)/harden/prove-tries.json" ]
		[ "$sig" = KILL ] || clean
	done
	grep -x 'going on with what an earlier run has tried' "$BATS_TEST_TMPDIR/err"
	# The one that was killed is swept by the next.
	prove --no-pairs
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	[ ! -e "$(dir)/harden/prove-tries.json" ]
	clean
}

@test "prove: a guest that fails at times is told, not averaged" {
	ct_new "$name" busybox priv
	prove --check 'read x </proc/uptime; x=${x%% *}; [ $((${x#"${x%?}"} % 2)) = 0 ]' --repeat 4 --no-pairs --no-stop
	echo "$output" "$stderr"
	[ "$status" = 3 ]
	[[ $stderr == *"with all capabilities"* || $stderr == *"not come out the same"* ]]
	[ ! -e "$(dir)/harden/proof.json" ]
}

@test "prove: flaky without a capability: it is kept, and told" {
	local writer
	ct_new "$name" busybox priv
	# Without chown the check fails and works by turns, whichever copy asks.
	mkdir "$BATS_TEST_TMPDIR/turns"
	mkfifo "$BATS_TEST_TMPDIR/turns/next"
	ct_config_append "$name" "lxc.mount.entry = $BATS_TEST_TMPDIR/turns mnt none bind,ro 0 0"
	(
		exec >/dev/null 2>&1 3>&- 4>&- 9>&-
		while :; do
			for turn in fail works; do
				echo $turn >"$BATS_TEST_TMPDIR/turns/next"
				sleep 0.3 # who has read it is to be gone
			done
		done
	) &
	writer=$!
	prove --jobs 1 --no-pairs --no-plain --no-stop --check 'chown 5 /etc/hostname || { read x </mnt/next; echo $x; [ "$x" = works ]; }'
	kill "$writer"
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = 'chown net_bind_service' ]
	[[ $output == *'flaky without, so kept: chown'* ]]
	[ "$(tr -d ' \n' <"$(dir)/harden/proof.json" | grep -o '"flaky":[^]]*]')" = '"flaky":["chown"]' ]
}

@test "prove: what does not work at all is a verdict, with its reason" {
	ct_new "$name" busybox priv
	prove --check 'echo this cannot be done; exit 7'
	[ "$status" = 3 ]
	[[ $stderr == *"does not work with all capabilities of the level: check 1 ended with status 7: this cannot be done"* ]]
	prove --check 'exec sleep 100' --check-timeout 1
	[ "$status" = 3 ]
	[[ $stderr == *"check 1 did not end in 1 s"* ]]
	# A container that never starts.
	ct_config_append "$name" 'lxc.init.cmd = /nowhere'
	prove
	[ "$status" = 3 ]
	[[ $stderr == *"did not start"* ]]
}

# quick ARG...: what depends on the root file system alone, with few tries.
quick() { prove --no-pairs --repeat 1 --no-plain --no-stop "$@"; }

# set_root VALUE: in place of the one before.
set_root() { sed -i "s|^lxc.rootfs.path.*|lxc.rootfs.path = $1|" "$(dir)/config"; }

image() {
	truncate -s 64M "$BATS_TEST_TMPDIR/img"
	mkfs.ext4 -q -d "$(dir)/rootfs" "$BATS_TEST_TMPDIR/img"
}

need_loop() {
	loop=$(losetup -f --show "$BATS_TEST_TMPDIR/img" 2>&1) || skip "kernel: no loop device: $loop"
}

@test "prove: an image, read-only, and not while it is in use" {
	local sum
	clean_begin
	ct_new "$name" busybox priv
	image
	need_loop
	sum=$(cksum <"$BATS_TEST_TMPDIR/img")
	set_root "loop:$BATS_TEST_TMPDIR/img"
	quick
	[ "$status" = 2 ]
	[[ $stderr == *"loop:$BATS_TEST_TMPDIR/img' cannot be copied: it is in use" ]]
	losetup -d "$loop"
	quick
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	[ "$sum" = "$(cksum <"$BATS_TEST_TMPDIR/img")" ]
	[ -z "$(losetup -j "$BATS_TEST_TMPDIR/img")" ]
	# Neither a file system, nor one at all.
	truncate -s 1M "$BATS_TEST_TMPDIR/empty"
	set_root "loop:$BATS_TEST_TMPDIR/empty"
	quick
	[ "$status" = 2 ]
	[[ $stderr == *'no file system in it that this kernel knows' ]]
	set_root "nbd:$BATS_TEST_TMPDIR/img"
	quick
	[ "$status" = 2 ] && [ "$(wc -l <<<"$stderr")" = 1 ]
	set_root 'zfs:tank/web'
	quick
	[ "$status" = 2 ] && [ "$(wc -l <<<"$stderr")" = 1 ]
	clean
}

@test "prove: a block device; a journal that has to be replayed is left alone" {
	local sum
	ct_new "$name" busybox priv
	image
	need_loop
	set_root "lvm:$loop"
	quick
	echo "$stderr"
	losetup -d "$loop"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	# The flag that says so, in the superblock.
	debugfs -w -R 'feature needs_recovery' "$BATS_TEST_TMPDIR/img" 2>/dev/null
	sum=$(cksum <"$BATS_TEST_TMPDIR/img")
	set_root "loop:$BATS_TEST_TMPDIR/img"
	quick
	echo "$stderr"
	[ "$status" = 2 ]
	[[ $stderr == *'its journal has to be replayed first'* ]]
	[ "$sum" = "$(cksum <"$BATS_TEST_TMPDIR/img")" ]
}

@test "prove: layers" {
	ct_new "$name" busybox priv
	mkdir -p "$BATS_TEST_TMPDIR/upper/etc"
	echo upper >"$BATS_TEST_TMPDIR/upper/etc/layer"
	set_root "overlay:$CT_CACHE/guests/busybox/rootfs:$BATS_TEST_TMPDIR/upper"
	quick --check 'grep upper /etc/layer && chown 5 /etc/layer'
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = 'chown net_bind_service' ]
	[ "$(stat -c %u "$BATS_TEST_TMPDIR/upper/etc/layer")" = 0 ]
}

@test "prove: a running container is refused, and frozen and copied with --force" {
	local frozen
	ct_new "$name" busybox priv
	ct_start "$name"
	ct_wait_ready "$name"
	quick
	[ "$status" = 1 ]
	[[ $stderr == *"is running"* ]]
	quick --force
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	frozen=$(sed -n 's/^copied; it stood still for \([0-9]*\) ms$/\1/p' <<<"$stderr")
	echo "# frozen for $frozen ms" >&3
	[ "$frozen" -lt 5000 ]
	[ "$(ct_lxc info "$name" -sH)" = RUNNING ]
	[ ! -e "$(dir)/harden/prove-frozen" ]
	# Somebody else's freeze stays.
	ct_lxc freeze "$name"
	quick --force
	[ "$status" = 0 ]
	[ "$(ct_lxc info "$name" -sH)" = FROZEN ]
	ct_lxc unfreeze "$name"
	# Only one at a time.
	exec 7<"$(dir)/harden"
	flock 7
	prove --force
	exec 7<&-
	[ "$status" = 1 ]
	[[ $stderr == *"another prove"* ]]
}

@test "prove: killed while the container is frozen: it is let go" {
	local guard
	ct_new "$name" busybox priv
	ct_start "$name"
	ct_wait_ready "$name"
	# A copy that takes its time.
	mkdir "$(dir)/rootfs/many"
	(cd "$(dir)/rootfs/many" && seq 40000 | xargs touch)
	for killed in alone with-guard; do
		"$cmd" prove "$name" -P "$(ct_lxcpath)" --force >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- 9>&- &
		running=$!
		for _ in {1..1000}; do
			[ "$(ct_lxc info "$name" -sH)" != FROZEN ] || break
			kill -0 "$running"
		done
		[ "$(ct_lxc info "$name" -sH)" = FROZEN ]
		# The one in a session of its own.
		guard=$(for pid in $(pgrep -P "$running"); do [ "$(ps -o sid= -p "$pid" | tr -d ' ')" != "$pid" ] || echo "$pid"; done)
		[ -n "$guard" ]
		[ "$killed" = alone ] || kill -KILL "$guard"
		kill -KILL "$running"
		wait "$running" && false
		running=
		for _ in {1..100}; do
			[ "$killed" = alone ] && [ "$(ct_lxc info "$name" -sH)" = FROZEN ] || break
			sleep 0.1
		done
		if [ "$killed" = alone ]; then
			[ "$(ct_lxc info "$name" -sH)" = RUNNING ]
			[ ! -e "$(dir)/harden/prove-frozen" ]
		else
			[ "$(ct_lxc info "$name" -sH)" = FROZEN ]
			quick
			echo "$stderr"
			[[ $stderr == *"note: a run that was killed had left $name frozen; it goes on"* ]]
			[ "$(ct_lxc info "$name" -sH)" = RUNNING ]
		fi
	done
}

# btrfs_folder: $CT_TMP/lxc on a btrfs of its own, until teardown.
btrfs_folder() {
	grep -qw btrfs /proc/filesystems || skip "kernel: no btrfs"
	need_packages btrfs-progs
	btrfs=$BATS_TEST_TMPDIR/btrfs
	mkdir "$btrfs"
	truncate -s 256M "$btrfs.img"
	mkfs.btrfs -q "$btrfs.img"
	mount -o loop "$btrfs.img" "$btrfs" 2>"$BATS_TEST_TMPDIR/why" || skip "kernel: no btrfs on a loop device: $(cat "$BATS_TEST_TMPDIR/why")"
}

@test "prove: a running container on a subvolume of btrfs, by a snapshot" {
	btrfs_folder
	ct_new "$name" busybox priv
	local real=$btrfs/$name root
	# As lxc-create -B btrfs has it: the container's folder, and in it the subvolume.
	mkdir "$real"
	btrfs subvolume create "$real/rootfs"
	cp -a "$(dir)/rootfs/." "$real/rootfs/"
	cp "$(dir)/config" "$real/config"
	sed -i "s|^lxc.rootfs.path.*|lxc.rootfs.path = btrfs:$real/rootfs|" "$real/config"
	lxc-start -P "$btrfs" -n "$name" -d 3>&- 4>&- 9>&-
	for _ in {1..50}; do
		lxc-info -P "$btrfs" -n "$name" -sH | grep -q RUNNING && break
		sleep 0.1
	done
	run --separate-stderr "$cmd" prove "$name" -P "$btrfs" --no-pairs --repeat 1 --no-plain --no-stop
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	grep -x 'a snapshot of the running container' <<<"$stderr"
	[ "$(btrfs subvolume list "$btrfs" | wc -l)" = 1 ]
	# Killed, it leaves the snapshot; the next run takes it away, and makes one.
	"$cmd" prove "$name" -P "$btrfs" >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- 9>&- &
	running=$!
	for _ in {1..200}; do
		! grep -q '^boot 2' "$BATS_TEST_TMPDIR/err" || break
		sleep 0.05
	done
	kill -KILL "$running"
	wait "$running" && false
	running=
	[ -e "$real/harden/prove-snapshot/sbin/init" ] || [ -L "$real/harden/prove-snapshot/sbin/init" ]
	run --separate-stderr "$cmd" prove "$name" -P "$btrfs" --no-pairs --repeat 1 --no-plain --no-stop
	[ "$status" = 0 ]
	[ "$(btrfs subvolume list "$btrfs" | wc -l)" = 1 ]
	[ "$(ls "$real/harden")" = proof.json ]
	# A folder that is no subvolume cannot be snapshot.
	lxc-stop -k -P "$btrfs" -n "$name"
	mv "$real/rootfs" "$real/old"
	cp -a "$real/old" "$real/rootfs"
	lxc-start -P "$btrfs" -n "$name" -d 3>&- 4>&- 9>&-
	run --separate-stderr "$cmd" prove "$name" -P "$btrfs"
	[ "$status" = 1 ]
	[[ $stderr == *'is running, and cannot be snapshot'* ]]
}

@test "prove: an id-mapped guest; --apply has generate keep just that" {
	ct_new "$name" busybox id
	prove --apply --no-pairs --repeat 1 --no-plain
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	grep -F "$(dir)/harden/harden.conf" "$(dir)/config"
	ct_start "$name"
	ct_wait_ready "$name"
	[ "$(sed -n 's/^CapBnd:\t//p' "/proc/$(ct_pid "$name")/status")" = 0000000000000400 ]
}

@test "prove: a folder that is a link, and tries that are another's, are not taken" {
	ct_new "$name" busybox priv
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$(dir)/harden"
	prove
	[ "$status" != 0 ]
	[ -z "$(ls "$BATS_TEST_TMPDIR/elsewhere")" ]
	rm "$(dir)/harden"
	mkdir "$(dir)/harden"
	printf '{"version":1,"key":"0","boots":9,"tries":[{"set":"0","counts":[9,0,9,0]}]}' >"$(dir)/harden/prove-tries.json"
	prove --no-pairs --repeat 1 --no-plain --no-stop
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
}

# The services of this guest at work: a page, a login on a terminal by ssh, a user's cron
# job, a user's program with file capabilities.
work_of_guest() {
	cat <<-'WORK'
		exec 2>&1; bash -c 'exec 5<>/dev/tcp/127.0.0.1/80 && printf "GET / HTTP/1.0\r\n\r\n" >&5 && read -rt 4 -u 5 line && echo "$line" | grep 200'
		for i in 1 2 3; do ssh -tt -q -o BatchMode=yes -o StrictHostKeyChecking=no tester@127.0.0.1 "test -t 0 && id -un" </dev/null | grep tester && exit 0; sleep 0.1; done; exit 1
		for i in $(seq 50); do grep -qsx tester /home/tester/cron-ran && exit 0; sleep 0.1; done; exit 1
		runuser -u tester -- /usr/local/bin/nice-cat /etc/hostname
	WORK
}

prepare_guest() {
	local root
	root=$(dir)/rootfs
	install -d -m 700 "$root/root/.ssh"
	install -m 600 "$CT_CACHE/ssh/id_ed25519" "$root/root/.ssh/id_ed25519"
	echo '@reboot id -un >/home/tester/cron-ran' >"$root/var/spool/cron/crontabs/tester"
	chroot "$root" sh -c 'chown tester:crontab /var/spool/cron/crontabs/tester && chmod 600 /var/spool/cron/crontabs/tester'
	cp "$root/bin/cat" "$root/usr/local/bin/nice-cat"
	setcap cap_sys_nice+ep "$root/usr/local/bin/nice-cat"
}

# guest_works LIST: by means of this file's own.
guest_works() {
	local check ok=1
	ct_destroy "$name"
	ct_new "$name" bookworm priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf" 'lxc.cap.drop =' \
		'lxc.cap.keep =' "lxc.cap.keep = $1" && prepare_guest && ct_start "$name" || return 1
	if [ "$(ct_wait_ready "$name" 15)" = running ]; then
		ok=0
		while read -r check; do
			[ "$ok" = 1 ] || ct_exec "$name" timeout 20 sh -c "$check" </dev/null >/dev/null 2>&1 3>&- || ok=1
		done < <(work_of_guest)
		ct_exec "$name" systemctl restart nginx ssh cron </dev/null || ok=1
		[ -z "$(ct_failed_units "$name")" ] || ok=1
	fi
	return "$ok"
}

@test "prove: nginx, sshd with a login, cron of a user, file capabilities" {
	local args=() check list cap
	ct_new "$name" bookworm priv
	prepare_guest
	while read -r check; do
		args+=(--check "$check")
	done < <(work_of_guest)
	prove --no-pairs --repeat 1 "${args[@]}"
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	list=$(keep)
	for cap in setgid setuid setpcap net_bind_service sys_nice; do
		[[ " $list " == *" $cap "* ]]
	done
	guest_works "$list"
	for cap in $list; do
		echo "without $cap"
		if guest_works "$(tr ' ' '\n' <<<"$list" | grep -vx "$cap" | tr '\n' ' ')"; then
			echo "works without it"
			return 1
		fi
	done
}

@test "prove: from all capabilities, half the boots of one at a time" {
	local boots all kept
	ct_new "$name" bookworm priv
	prove --all
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[[ " $(keep) " != *" sys_admin "* ]]
	boots=$(json "$(dir)/harden/proof.json" boots)
	kept=$(keep | wc -w)
	all=$(($(cat /proc/sys/kernel/cap_last_cap) + 1))
	# One at a time to the same end, and nothing tried twice: with all, without each, without each
	# that is left once more, and without any two of these.
	one=$((1 + all + kept + kept * (kept - 1) / 2))
	echo "# $boots boots, $(json "$(dir)/harden/proof.json" milliseconds) ms; one at a time $one boots" >&3
	[ $((2 * boots)) -le "$one" ]
}

@test "prove: a restart that leaves the old daemon is no success" {
	ct_new "$name" bookworm priv
	local root
	root=$(dir)/rootfs
	# Without kill, systemd cannot end a process of another user, and says that it did.
	printf '%s\n' '[Unit]' 'Description=x' '[Service]' 'User=tester' 'ExecStart=/bin/sleep 1000' 'TimeoutStopSec=1' \
		'[Install]' 'WantedBy=multi-user.target' >"$root/etc/systemd/system/sleeper.service"
	ln -s ../sleeper.service "$root/etc/systemd/system/multi-user.target.wants/sleeper.service"
	prove --no-pairs --repeat 1 --no-plain
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[[ " $(keep) " == *" kill "* ]]
	grep -E '^kill +restart' <<<"$output"
}
