#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What check says of objects: mounts judged by what they are, init's working directory, device
# nodes, the host's network behind an interface, limits that are the guest's own.
#
# shellcheck disable=SC2154  # run sets them

load ../lib/skip.bash

setup() {
	need root lxc-start jq
	cmd=${LXC_HARDEN_BINDIR:-}/lxc-harden
	[ -x "$cmd" ] || cannot 'LXC_HARDEN_BINDIR has no lxc-harden'
	data=$LXC_HARDEN_DATADIR
	tmp=$BATS_TEST_TMPDIR
	mkdir -p "$tmp/lxc/c/rootfs"
	priv=(lxc.include=/usr/share/lxc/config/common.conf "lxc.rootfs.path=dir:$tmp/lxc/c/rootfs")
	id=("${priv[@]}" lxc.include=/usr/share/lxc/config/userns.conf
		'lxc.idmap=u 0 100000 65536' 'lxc.idmap=g 0 100000 65536')
}

teardown() {
	# shellcheck source-path=SCRIPTDIR source=../lib/lxc.bash
	[ -z "${CT_TMP:-}" ] || { . "$abs_top_srcdir/tests/lib/lxc.bash" && ct_destroy objects; }
	if mountpoint -q "$tmp/kernel"; then umount "$tmp/kernel"; fi
	[ -z "${server:-}" ] || kill "$server"
}

# check LINE...: of that configuration, in $json.
check() {
	printf '%s\n' "$@" >"$tmp/lxc/c/config"
	json=$("$cmd" check -P "$tmp/lxc" c --json)
}

# found ID SEVERITY [LINE [TEXT]]
found() {
	jq -e --arg id "$1" --arg severity "$2" --arg line "${3:-}" --arg text "${4:-}" '
		.containers[0].findings | any(.id == $id and .severity == $severity and
			($line == "" or (.line | tostring) == $line) and (.text | contains($text)))' \
		<<<"$json" >/dev/null || { echo "no $*"; found_ids; return 1; }
}
absent() {
	jq -e --arg id "$1" '.containers[0].findings | all(.id != $id)' <<<"$json" >/dev/null ||
		{ echo "there is $1"; found_ids; return 1; }
}
found_ids() { jq -r '.containers[0].findings[] | "\(.id) \(.severity) \(.line) \(.text)"' <<<"$json"; }
score() { jq '.containers[0].score.value' <<<"$json"; }

@test "init.cwd: the line is named" {
	check "${priv[@]}" 'lxc.init.cwd=/app'
	found init.cwd host 3 'lxc.init.cwd = /app'
	check "${id[@]}" "lxc.include=$data/strict.conf" 'lxc.init.cwd=/app'
	found init.cwd host 7
	check "${priv[@]}"
	absent init.cwd
	check "${priv[@]}" 'lxc.init.cwd=/'
	absent init.cwd
}

@test "lxc.autodev = 0: the line is named, and that a start is refused" {
	check "${priv[@]}" 'lxc.autodev=0'
	found dev.none host 3
	check "${priv[@]}" "lxc.include=$data/base.conf" 'lxc.autodev=0'
	found dev.none broken 4
	check "${priv[@]}" 'lxc.autodev=1'
	absent dev.none
}

@test "device nodes of the root file system, where the devices cgroup lets them" {
	local top=cgroup
	! grep -q ' cgroup2 ' <(grep ' /sys/fs/cgroup ' /proc/self/mounts) || top=cgroup2
	check "${priv[@]:1}"
	found rootfs.dev host
	check "${id[@]}"
	found rootfs.dev host
	check "${priv[@]}"
	absent rootfs.dev
	check "${priv[@]:1}" "lxc.$top.devices.deny=a"
	absent rootfs.dev
	check "${priv[@]:1}" 'lxc.rootfs.options=noatime,nodev'
	absent rootfs.dev
	check "${priv[@]:1}" "lxc.include=$data/base.conf"
	absent rootfs.dev
}

@test "net_admin and an interface that leads to the host's network" {
	local type with without
	for type in veth macvlan ipvlan phys; do
		check "${priv[@]}" "lxc.net.0.type=$type"
		found net.admin host 3 "lxc.net.0.type = $type"
		found cap.net_admin host
	done
	with=$(score)
	check "${priv[@]}" 'lxc.net.0.type=empty'
	absent net.admin
	found cap.net_admin kernel '' "No interface leads to the host's network"
	without=$(score)
	check "${priv[@]}" 'lxc.net.0.type=none'
	found cap.net_admin host
	[ "$with" -ge "$without" ]
	check "${priv[@]}" 'lxc.cap.drop=net_admin' 'lxc.net.0.type=veth'
	absent net.admin
	check "${id[@]}" 'lxc.net.0.type=veth'
	absent net.admin
	# Where not all else is open, the score shows it.
	check "${priv[@]}" "lxc.include=$data/base.conf" 'lxc.net.0.type=veth'
	with=$(score)
	check "${priv[@]}" "lxc.include=$data/base.conf" 'lxc.cap.drop=net_admin' 'lxc.net.0.type=veth'
	[ "$with" -gt $(($(score) + 40)) ]
}

# bind SOURCE: read-only, at /mnt.
bind() { check "${priv[@]}" "lxc.mount.entry=$1 mnt none bind,ro,create=file 0 0"; }

@test "bind,ro of a node, a socket, a FIFO: not harmless" {
	need socat
	mkfifo "$tmp/fifo"
	bind "$tmp/fifo"
	found mount.node host 3
	socat "UNIX-LISTEN:$tmp/socket,fork" - 3>&- 4>&- &
	server=$!
	for _ in {1..50}; do
		[ ! -S "$tmp/socket" ] || break
		sleep 0.1
	done
	bind "$tmp/socket"
	found mount.node host 3
	mknod "$tmp/char" c 10 232
	bind "$tmp/char"
	found mount.node host 3
	mknod "$tmp/block" b 7 0
	bind "$tmp/block"
	found mount.device host 3
	ln -s "$tmp/block" "$tmp/link"
	bind "$tmp/link"
	found mount.device host 3
	bind /dev/null
	absent mount.node
	# By their numbers: under another name, and another one under that name.
	mknod "$tmp/other" c 1 3
	bind "$tmp/other"
	absent mount.node
	mknod "$tmp/null" c 1 1
	bind "$tmp/null"
	found mount.device host 3
	echo x >"$tmp/file"
	bind "$tmp/file"
	absent mount.node
}

@test "bind,ro of the host's /proc" {
	check "${priv[@]}" 'lxc.mount.entry=/proc mnt none bind,ro,create=dir 0 0'
	found mount.proc host 3
	check "${id[@]}" 'lxc.mount.entry=/proc mnt none rbind,ro,create=dir 0 0'
	found mount.proc secrets 6
	# Another name for it.
	mkdir "$tmp/kernel"
	mount --bind /proc "$tmp/kernel"
	check "${priv[@]}" "lxc.mount.entry=$tmp/kernel mnt none bind,ro,create=dir 0 0"
	found mount.proc host 3
	check "${priv[@]}" 'lxc.mount.entry=proc mnt proc ro,create=dir 0 0'
	absent mount.proc
	check "${priv[@]}" 'lxc.mount.entry=/proc/sys mnt none bind,ro,create=dir 0 0'
	absent mount.proc
	found mount.secrets secrets 3
	check "${priv[@]}" 'lxc.mount.entry=/sys mnt none bind,ro,create=dir 0 0'
	found mount.secrets secrets 3
	check "${priv[@]}" 'lxc.mount.entry=/sys mnt none bind,create=dir 0 0'
	found mount.system host 3
}

@test "file systems of the whole kernel, by name and by what is there" {
	local type
	for type in binfmt_misc debugfs tracefs bpf pstore fusectl efivarfs configfs securityfs; do
		check "${priv[@]}" "lxc.mount.entry=$type mnt $type rw,create=dir 0 0"
		found mount.kernel host 3 "$type"
		check "${id[@]}" "lxc.mount.entry=$type mnt $type rw,create=dir 0 0"
		found mount.kernel kernel 6
		check "${priv[@]}" "lxc.mount.entry=$type mnt $type ro,create=dir 0 0"
		absent mount.kernel
		found mount.secrets secrets 3
	done
	mkdir "$tmp/kernel"
	mount -t bpf bpf "$tmp/kernel"
	check "${priv[@]}" "lxc.mount.entry=$tmp/kernel mnt none bind,create=dir 0 0"
	found mount.kernel host 3
	# Covered by a fragment, as what LXC's ubuntu.common.conf binds.
	check "${priv[@]}" 'lxc.mount.entry=debugfs sys/kernel/debug debugfs rw,optional 0 0' \
		"lxc.include=$data/base.conf"
	absent mount.kernel
}

@test "a later empty lxc.mount.entry takes the covers away" {
	check "${priv[@]}" "lxc.include=$data/strict.conf" 'lxc.mount.entry='
	found level.uncovered kernel 4
	check "${priv[@]}" 'lxc.mount.entry=' "lxc.include=$data/strict.conf"
	absent level.uncovered
	# lxcfs' own hook is none of that.
	check "${priv[@]}" "lxc.include=$data/strict.conf" 'lxc.hook.mount=/usr/share/lxcfs/lxc.mount.hook'
	absent level.uncovered
	absent level.undone
}

@test "a program of the host's in a privileged container" {
	check "${priv[@]}" 'lxc.mount.entry=/bin/true mnt none bind,ro,create=file 0 0'
	found mount.shared denial 3
	check "${id[@]}" 'lxc.mount.entry=/bin/true mnt none bind,ro,create=file 0 0'
	absent mount.shared
}

@test "limits by user are root's" {
	check "${priv[@]}"
	found limit.user denial
	check "${id[@]}"
	absent limit.user
}

@test "limits of its own that root inside can lift" {
	local key=lxc.cgroup.pids.max
	if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
		! grep -q 'cgroup2.*nsdelegate' /proc/self/mountinfo || skip 'kernel: nsdelegate is set'
		key=lxc.cgroup2.pids.max
	fi
	check "${priv[@]}" "$key=100"
	found limit.own denial 3 "$key = 100"
	check "${priv[@]}"
	absent limit.own
	check "${id[@]}" "$key=100"
	absent limit.own
	check "${priv[@]}" "$key=100" "lxc.include=$data/base.conf"
	[ "$key" != lxc.cgroup.pids.max ] || absent limit.own
}

@test "limits on a host with cgroup v2 alone, with nsdelegate and without" {
	printf '%s\n' "${priv[@]}" lxc.cgroup2.pids.max=100 >"$tmp/lxc/c/config"
	json=$("$BATS_TEST_DIRNAME/../lib/cgroup-view" unified "$cmd" check -P "$tmp/lxc" c --json)
	if grep -q 'cgroup2.*nsdelegate' /proc/self/mountinfo; then
		absent limit.own
	else
		found limit.own denial 3 'lxc.cgroup2.pids.max = 100'
		printf '%s\n' lxc.cgroup.dir.monitor=m lxc.cgroup.dir.container=p \
			lxc.cgroup.dir.container.inner=guest >>"$tmp/lxc/c/config"
		json=$("$BATS_TEST_DIRNAME/../lib/cgroup-view" unified "$cmd" check -P "$tmp/lxc" c --json)
		absent limit.own
	fi
}

@test "of a container that runs, by its mount table" {
	. "$abs_top_srcdir/tests/lib/lxc.bash"
	need_guest busybox
	CT_TMP=$(ct_tmp_new)
	ct_new objects busybox priv 'lxc.mount.auto =' 'lxc.mount.auto = proc:mixed sys:mixed' \
		'lxc.cgroup.devices.allow = a' 'lxc.cgroup2.devices.allow = a'
	# What a hook mounts no configuration says: the table does.
	local hook
	hook=$(ct_dir objects)/hook
	# shellcheck disable=SC2016
	printf '%s\n' '#!/bin/sh' 'mkdir "$LXC_ROOTFS_MOUNT/b" && mount -t bpf bpf "$LXC_ROOTFS_MOUNT/b"' >"$hook"
	chmod 755 "$hook"
	ct_config_append objects "lxc.hook.mount = $hook"
	ct_start objects
	json=$("$cmd" check -P "$(ct_lxcpath)" objects --json)
	[ "$(jq -r '.containers[0].state' <<<"$json")" = running ]
	found mount.kernel host '' "bpf on '/b'"
	found rootfs.dev host
	absent mount.proc
	# LXC's own bind of a directory that the kernel keeps empty.
	grep -q ' /sys/fs/fuse/connections ' "/proc/$(jq -r '.containers[0].pid' <<<"$json")/mountinfo"
	[[ $json != *"sysfs on '/sys/fs/fuse/connections'"* ]]
}

@test "generate names the lines for which a start is refused" {
	printf '%s\n' "${priv[@]}" 'lxc.init.cwd=/app' 'lxc.autodev=0' >"$tmp/lxc/c/config"
	run "$cmd" generate -P "$tmp/lxc" c --dry-run --no-guest
	[ "$status" = 0 ]
	[[ $output == *"warning: $tmp/lxc/c/config:3: lxc.init.cwd = /app: cap-audit refuses the start"*"; take the line out"* ]]
	[[ $output == *"warning: $tmp/lxc/c/config:4: lxc.autodev = 0: cap-audit refuses the start"* ]]
	printf '%s\n' "${priv[@]}" >"$tmp/lxc/c/config"
	# base's net_admin has a warning of its own.
	run "$cmd" generate -P "$tmp/lxc" c --dry-run --no-guest --without net_admin
	[ "$status" = 0 ]
	[[ $output != *warning:* ]]
}

@test "each has its words in explain, and its line in the man page" {
	local id
	for id in init.cwd dev.none level.uncovered rootfs.dev net.admin limit.own limit.user \
		mount.node mount.proc mount.kernel mount.shared; do
		"$cmd" explain "$id" | grep -q .
		grep -qF ".It Cm $id" "$abs_top_srcdir/man/lxc-harden-check.8" || { echo "man: $id"; return 1; }
	done
}
