#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# shellcheck disable=SC2154,SC2030,SC2031 # bats' own variables
#
# System calls that fail, one at a time, in every way that fits them (tests/fault): never a
# success that is none, never anything left mounted, made or running, always one line and a
# documented status.  FAULT_ALL=1 tries all of them everywhere, which takes minutes.

load ../lib/hook.bash
load ../lib/lxc.bash

setup() {
	hook_setup
	[ -e "$TOOLS/inject" ] || hook_tool inject tests/fault/inject.c
	run inject list /dev/null true
	[ "$status" != 77 ] || skip "kernel: $output"
	FAULT_DIR=$top/tests/fault
	export FAULT_DIR
}

# step N: of the cases tried, unless all are asked for.
step() { [ -n "${FAULT_ALL:-}" ] && echo 1 || echo "$1"; }

none_bad() {
	echo "# $1: $(cat "$2/count") faults" >&3
	[ "$(cat "$2/count")" -gt 20 ]
	[ ! -s "$2/bad" ] || { head -n 20 "$2/bad"; return 1; }
}

# mount_faults NAME VIEW [STEP]
mount_faults() {
	root_new
	FAULT_STEP=$(step "${3:-1}")
	export FAULT_STEP FAULT_WRAP FAULT_PREPARE
	# shellcheck disable=SC2016 # for the inner shell
	CASE_BEFORE='. "$FAULT_DIR/mount.bash"; fault_mount' case_run "$2" true
	none_bad "$1" "$W"
	diff "$W/host.before" "$W/host.after"
}

@test "mount-cgroup: the unified hierarchy" { mount_faults unified hybrid; }

@test "mount-cgroup: name=systemd" { mount_faults systemd legacy; }

@test "mount-cgroup: in place of what LXC mounted" {
	# shellcheck disable=SC2016
	FAULT_PREPARE='mount -t tmpfs -o size=1m lxc "$R/sys/fs/cgroup" && mkdir "$R/sys/fs/cgroup/systemd" &&
		mount -t cgroup -o none,name=systemd cgroup "$R/sys/fs/cgroup/systemd"'
	mount_faults replaced hybrid 2
}

@test "mount-cgroup: each fallback, with a fault besides" {
	FAULT_WRAP='deny-syscall openat2,fsopen,fsmount,move_mount,mount_setattr,faccessat2'
	mount_faults 'old kernel, unified' hybrid 3
	mount_faults 'old kernel, systemd' legacy 3
	FAULT_WRAP='deny-syscall move_mount'
	mount_faults 'no move_mount' hybrid 3
}

# audit_faults NAME VERDICT STEP POLICY: of the running container $ct.
audit_faults() {
	local dir=$W folder fault_verdict=$2
	folder=$(ct_dir "$ct")/harden
	# shellcheck source-path=SCRIPTDIR source=../fault/audit.bash
	. "$FAULT_DIR/audit.bash"
	faults_each "$dir" "$(step "$3")" env -i PATH="$PATH" LXC_NAME="$ct" LXC_PID="$(ct_pid "$ct")" \
		LXC_CONFIG_FILE="$(ct_dir "$ct")/config" LXC_ROOTFS_PATH="$(ct_dir "$ct")/rootfs" \
		"$AUDIT" --policy "$4" "$ct" lxc start-host
	none_bad "$1" "$dir"
}

@test "cap-audit on the host and joined: of a container that conforms, of one that does not" {
	ct=fault$$
	CT_TMP=$W/ct
	AUDIT=${LXC_HARDEN_LIBEXECDIR:-}/cap-audit
	[ -x "$AUDIT" ] || cannot 'LXC_HARDEN_LIBEXECDIR is not set to an installed copy'
	ct_guest_root busybox priv >/dev/null || cannot 'guest busybox is not built'
	mkdir "$CT_TMP" && chmod 755 "$CT_TMP"
	ct_new "$ct" busybox priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf"
	ct_start "$ct"
	ct_wait_ready "$ct"
	audit_faults 'cap-audit, conforms' conforms 9 "$LXC_HARDEN_DATADIR/base.policy"
	{ cat "$LXC_HARDEN_DATADIR/base.policy"; echo 'cap.refuse = chown'; } >"$W/policy"
	audit_faults 'cap-audit, refused' refused 11 "$W/policy"
}

teardown() {
	[ -z "${ct:-}" ] || ct_destroy "$ct"
}

# tool_faults VERB STEP: on the container $ct, which does not run.
tool_faults() {
	local dir=$W/$1 folder
	folder=$(ct_dir "$ct")
	# shellcheck source-path=SCRIPTDIR source=../fault/tool.bash
	. "$FAULT_DIR/tool.bash"
	mkdir "$dir" "$dir/before" "$dir/after"
	cp -a "$folder"/config "$dir/before"
	[ ! -e "$folder/harden" ] || cp -a "$folder/harden" "$dir/before"
	"$TOOL" "$1" -P "${folder%/*}" "$ct"
	cp -a "$folder"/config "$dir/after"
	[ ! -e "$folder/harden" ] || cp -a "$folder/harden" "$dir/after"
	faults_each "$dir" "$(step "$2")" "$TOOL" "$1" -P "${folder%/*}" "$ct"
	none_bad "lxc-harden $1" "$dir"
	fault_reset
	"$TOOL" "$1" -P "${folder%/*}" "$ct"
}

@test "lxc-harden generate and remove: the container's folder is as before or as after" {
	ct=fault$$
	CT_TMP=$W/ct
	TOOL=${LXC_HARDEN_BINDIR:-}/lxc-harden
	[ -x "$TOOL" ] || cannot 'LXC_HARDEN_BINDIR is not set to an installed copy'
	ct_guest_root busybox priv >/dev/null || cannot 'guest busybox is not built'
	mkdir "$CT_TMP" && chmod 755 "$CT_TMP"
	ct_new "$ct" busybox priv
	FAULT_AFTER='' tool_faults generate 15
	FAULT_AFTER='' tool_faults remove 10
}
