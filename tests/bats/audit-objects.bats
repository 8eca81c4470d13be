#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cap-audit on objects: what init could reach without a path or a capability of its own.  Each
# attack is made with a real container, privileged and id-mapped, at base and strict, and has to
# be refused before init runs; beside it stands the same container without the attack, which
# has to start.
#
# LXC_HARDEN_LIBEXECDIR and LXC_HARDEN_DATADIR: the installed programs and fragments.

load ../lib/lxc.bash
load ../lib/skip.bash

setup_file() { ct_in_bats; }

setup() {
	need root lxc-start jq
	BIN=${LXC_HARDEN_LIBEXECDIR:-}/cap-audit
	DATA=${LXC_HARDEN_DATADIR:-}
	[ -x "$BIN" ] || cannot 'LXC_HARDEN_LIBEXECDIR is not set to an installed copy'
	C=$(ct_dir c)
}

teardown() { ct_destroy c; }

# new priv|id LEVEL [LINE...]: container c; the lines follow the level.
new() {
	local mode=$1 level=$2
	shift 2
	ct_new c busybox "$mode" 'lxc.rootfs.options = nodev' "lxc.include = $DATA/$level.conf" "$@"
}

record() { jq -r "$1" "$C/harden/audit.json"; }

# starts: and the verdict is that it conforms.
starts() {
	ct_start c || { record '.findings[].text'; return 1; }
	wait_for 10 ct_is_running c
	[ "$(record .verdict)" = conforms ]
	ct_lxc stop c -k
}

ct_start_c() { ct_start c; }

# refused KEY TEXT [COMMAND...]: by that finding, and init never ran.
refused() {
	local key=$1 text=$2
	shift 2
	rm -f "$C/harden/audit.json"
	if "${@:-ct_start_c}"; then echo 'it started'; return 1; fi
	[ -e "$C/harden/audit.json" ] || { grep -e ERROR -e 'produced output' "$C/log"; return 1; }
	[ "$(record .verdict)" = refused ] || { record .; return 1; }
	record ".findings[] | select(.key == \"$key\").text" | grep -qF -e "$text" || { record .findings; return 1; }
	# Not by its console: a monitor that was refused has ended.
	if ct_is_running c; then return 1; fi
	ct_wait_gone c || ct_cgroups_remove c || true
}

each() {
	local mode level
	for mode in priv id; do
		for level in base strict; do
			echo "# $mode $level"
			"$1" "$mode" "$level" || return 1
			ct_destroy c
		done
	done
}

# --- where init stands ---------------------------------------------------------------------

working_directory() {
	local fd n=0
	new "$1" "$2" 'lxc.init.cwd = /root'
	mkdir -p "$C/rootfs/root"
	starts || return 1
	# Which of the monitor's descriptors is a directory of the host's differs by host.
	for fd in 8 9 17 24; do
		rm -rf "$C/rootfs/root" "$C/harden"
		ln -s "/proc/self/fd/$fd" "$C/rootfs/root"
		if ct_start c; then
			# A directory of the container's own, as its devpts.
			[ "$(record .verdict)" = conforms ] || return 1
			ct_lxc stop c -k
		elif [ -e "$C/harden/audit.json" ]; then
			[ "$(record '.findings[0].key')" = cwd ] || { record .findings; return 1; }
			record '.findings[0].text' | grep -qF lxc.init.cwd || return 1
			n=$((n + 1))
		fi
		ct_wait_gone c
	done
	echo "# $n descriptors of the host's"
	[ "$n" -ge 2 ]
}

@test "lxc.init.cwd through a link of the guest's to a descriptor of the monitor's" { each working_directory; }

# --- what it is given --------------------------------------------------------------------------

# shellcheck disable=SC2016 # for the inner shell
given() {
	local mode=$1 level=$2
	new "$mode" "$level"
	echo secret >"$CT_TMP/secret"
	refused descriptor "descriptor 9, which leads out of the container, to '$CT_TMP/secret'" \
		bash -c 'for fd in /proc/self/fd/*; do n=${fd##*/}; [ "$n" -lt 3 ] || eval "exec $n>&-"; done 2>/dev/null
			exec 9<"$1/secret"; exec timeout 30 lxc-start -P "$1/lxc" -n c -F </dev/null >/dev/null 2>&1' sh "$CT_TMP" || return 1
	refused descriptor 'descriptor 9, which leads out of the container' \
		bash -c 'exec 9<"$1"; exec timeout 30 lxc-start -P "$1/lxc" -n c -F </dev/null >/dev/null 2>&1' sh "$CT_TMP" || return 1
	refused descriptor 'descriptor 9, which leads out of the container' \
		bash -c 'exec 9</proc/self/ns/net; exec timeout 30 lxc-start -P "$1/lxc" -n c -F </dev/null >/dev/null 2>&1' sh "$CT_TMP" || return 1
	# The daemon closes them.
	bash -c 'exec 9<"$1/secret"; exec timeout 30 lxc-start -P "$1/lxc" -n c -d </dev/null >/dev/null 2>&1' sh "$CT_TMP" || return 1
	[ "$(record .verdict)" = conforms ] || return 1
	ct_lxc stop c -k
}

@test "a descriptor that lxc-start -F was given: a file, a directory, a namespace" { each given; }

# --- whose filter it is -----------------------------------------------------------------------------

own_filter() {
	new "$1" "$2"
	starts || return 1
	ct_config_append c 'lxc.seccomp.profile ='
	refused seccomp 'no seccomp filter is in force' || return 1
	# The monitor's own, as from SystemCallFilter= of a service: it forbids nothing that LXC needs.
	refused seccomp 'no seccomp filter of its own' under_filter
}

under_filter() {
	timeout 30 "$TOOLS/deny-syscall" faccessat2 "$(command -v lxc-start)" -P "$(ct_lxcpath)" -n c -d </dev/null 3>&- 4>&-
}

@test "the filter that LXC's monitor runs under is not the container's" {
	TOOLS=${abs_top_builddir:-}/tests/unit
	[ -x "$TOOLS/deny-syscall" ] || cannot 'abs_top_builddir is not set to a build with tests'
	each own_filter
}

# Under a filter of the monitor's the kernel gives nobody the container's: a weak one passes, but
# not without a word.
untried_filter() {
	new "$1" "$2" 'lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp' 'lxc.seccomp.allow_nesting = 1'
	refused in.trial keyring || return 1
	rm -f "$C/harden/audit.json"
	ct_wait_gone c
	under_filter || { record '.findings[].text'; return 1; }
	wait_for 10 ct_is_running c
	has_note untried keyring || { record .; return 1; }
	ct_lxc stop c -k
}

@test "a filter that cannot be tried is noted" {
	TOOLS=${abs_top_builddir:-}/tests/unit
	[ -x "$TOOLS/deny-syscall" ] || cannot 'abs_top_builddir is not set to a build with tests'
	each untried_filter
	new priv base
	starts
	run has_note untried keyring
	[ "$status" != 0 ]
}

# --- what is mounted, by what it is -------------------------------------------------------------

node_device() {
	# The mount hook sets nodev: what if it is taken out.
	ct_new c busybox "$1" "lxc.include = $DATA/$2.conf" 'lxc.hook.mount ='
	refused mount.nodev "device nodes in '/' can be opened" || return 1
	ct_destroy c
	new "$1" "$2" 'lxc.autodev = 0'
	refused mount.dev "write 'lxc.autodev = 1'"
}

@test "a root file system whose device nodes open, and lxc.autodev = 0" { each node_device; }

object_mounts() {
	local image=$CT_TMP/image loop socket=$CT_TMP/socket
	new "$1" "$2"
	truncate -s 1M "$image"
	loop=$(losetup -f --show "$image") || return 1
	mkfifo "$CT_TMP/fifo" || true
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$socket"
	for pair in "mount.device $loop" "mount.socket $socket" "mount.socket $CT_TMP/fifo"; do
		sed -i '/ mnt\/x /d' "$C/config"
		ct_config_append c "lxc.mount.entry = ${pair#* } mnt/x none bind,ro,create=file 0 0"
		refused "${pair% *}" "at '/mnt/x'" || { losetup -d "$loop"; return 1; }
	done
	losetup -d "$loop"
	rm -f "$socket" "$CT_TMP/fifo" "$image"
	for pair in 'mount.proc /proc' 'mount.sys /sys' 'mount.kernel binfmt_misc'; do
		sed -i '/ mnt\/[xd] /d' "$C/config"
		if [ "${pair#* }" = binfmt_misc ]; then
			# An id-mapped root may not mount it.
			[ "$1" = priv ] || continue
			ct_config_append c 'lxc.mount.entry = binfmt_misc mnt/d binfmt_misc ro,create=dir 0 0'
		else
			ct_config_append c "lxc.mount.entry = ${pair#* } mnt/d none rbind,ro,create=dir 0 0"
		fi
		refused "${pair% *}" "'/mnt/d'" || return 1
	done
}

# A directory full of sockets is no better than one of them.
listeners() {
	new "$1" "$2" 'lxc.mount.entry = /run mnt/run none bind,ro,create=dir 0 0'
	refused mount.socket "the sockets in the host's '/run' are at '/mnt/run'" || return 1
	ct_config_append c 'harden.allow = /mnt/run'
	starts
}

@test "the host's /run, bound read-only" { each listeners; }

# The level's tmpfs on /run hides what an earlier line put there: no path leads to it.
hidden_mount() {
	mkdir -p "$CT_TMP/source"
	ct_new c busybox "$1" "lxc.mount.entry = $CT_TMP/source run/deep/er none bind,ro,create=dir 0 0" \
		'lxc.rootfs.options = nodev' "lxc.include = $DATA/$2.conf"
	starts
}

@test "an entry that a later mount hides lets the container start" { each hidden_mount; }

@test "read-only binds of a disk, a socket, a FIFO, the host's proc and sysfs; binfmt_misc" { each object_mounts; }

taken_away() {
	new "$1" "$2" 'lxc.mount.entry ='
	refused readonly '/proc/irq'
	record '.findings[].key' | grep -qx covered
}

@test "covers and read-only parts that a later line took away" { each taken_away; }

# harden.allow: read by cap-audit, passed over by LXC.
allowed() {
	local image=$CT_TMP/image loop
	# The last container takes it away.
	mkdir -p "$CT_TMP"
	chmod 755 "$CT_TMP"
	truncate -s 1M "$image"
	loop=$(losetup -f --show "$image") || return 1
	new "$1" "$2" "lxc.mount.entry = $loop mnt/x none bind,ro,create=file 0 0" 'harden.allow = /mnt/x'
	starts || { losetup -d "$loop"; return 1; }
	sed -i 's|^harden.allow = .*|harden.allow = /mnt/../x|' "$C/config"
	refused allow "a path with '//', '.' or '..'" || { losetup -d "$loop"; return 1; }
	sed -i 's|^harden.allow = .*|harden.allow = /mnt/x|' "$C/config"
	chmod 666 "$C/config"
	refused allow 'others may write to the file' || { losetup -d "$loop"; return 1; }
	losetup -d "$loop"
	rm "$image"
}

@test "harden.allow lets a mount be, and only where nobody else could have written it" { each allowed; }

# --- the network -----------------------------------------------------------------------------------

has_note() { record ".notes[] | select(.key == \"$1\").text" | grep -qF -e "$2"; }

@test "net_admin: the way to the host's interfaces is noted at base, refused at keep" {
	new priv base 'lxc.net.0.type = veth'
	starts
	has_note host_network 'reaches the interfaces of the host'
	ct_destroy c
	new id base 'lxc.net.0.type = veth'
	starts
	run has_note host_network interfaces
	[ "$status" != 0 ]
	ct_destroy c
	new priv keep 'lxc.net.0.type = veth' 'lxc.cap.keep = net_admin'
	refused in.trial host_network || refused caps.bounding net_admin
}

@test "without net_admin an interface that is not set up is noted, with the line to write" {
	new priv strict 'lxc.net.0.type = veth'
	starts
	has_note network "'eth0' is down"
	grep -q "produced output: cap-audit: c: conforms.*lxc.net.0.ipv4.address" "$C/log"
	ct_destroy c
	new priv strict 'lxc.net.0.type = veth' 'lxc.net.0.flags = up' 'lxc.net.0.ipv4.address = 192.0.2.7/24'
	starts
	run has_note network eth0
	[ "$status" != 0 ]
}

@test "a refusal is told on the standard error that lxc-start -F was given" {
	new priv base 'lxc.autodev = 0'
	run timeout 30 setsid lxc-start -P "$(ct_lxcpath)" -n c -F -C </dev/null
	[ "$status" != 0 ]
	[[ $output = *"cap-audit: c: refused by policy 'base': /dev is not a tmpfs"* ]]
}
