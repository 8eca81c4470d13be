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

# none_bad NAME FOLDER [CASES]: and there were so many at least.
none_bad() {
	echo "# $1: $(cat "$2/count") faults" >&3
	[ "$(cat "$2/count")" -ge "${3:-20}" ]
	[ ! -s "$2/bad" ] || { head -n 20 "$2/bad"; return 1; }
}

# mount_faults NAME VIEW [STEP]
mount_faults() {
	root_new
	FAULT_STEP=$(step "${3:-1}")
	export FAULT_STEP FAULT_WRAP FAULT_PREPARE
	CASE_BEFORE='. "$FAULT_DIR/mount.bash"; fault_mount' case_run "$2" true
	none_bad "$1" "$W"
	[ -z "$(hook_changes "$W" host)" ]
}

@test "mount-cgroup: the unified hierarchy" { mount_faults unified hybrid 12; }

@test "mount-cgroup: name=systemd" { mount_faults systemd legacy 20; }

@test "mount-cgroup: in place of what LXC mounted" {
	# shellcheck disable=SC2016
	FAULT_PREPARE='mount -t tmpfs -o size=1m lxc "$R/sys/fs/cgroup" && mkdir "$R/sys/fs/cgroup/systemd" &&
		mount -t cgroup -o none,name=systemd cgroup "$R/sys/fs/cgroup/systemd"'
	mount_faults replaced hybrid 16
}

@test "mount-cgroup: each fallback, with a fault besides" {
	FAULT_WRAP='deny-syscall openat2,fsopen,fsmount,move_mount,mount_setattr,faccessat2'
	mount_faults 'old kernel, unified' hybrid 30
	mount_faults 'old kernel, systemd' legacy 40
	FAULT_WRAP='deny-syscall move_mount'
	mount_faults 'no move_mount' hybrid 30
}

@test "mount-cgroup: what LXC and entries have there before, each fallback" {
	# shellcheck disable=SC2016 # for the inner shell
	FAULT_PREPARE='mkdir -p "$R/dev/.lxc/proc" "$R/dev/shm" "$R/run/lock" "$R/run/user/1000"; mount -t proc proc "$R/dev/.lxc/proc"; mount -t tmpfs own "$R/run/user/1000"'
	mount_faults 'entries before it' unified 24
	FAULT_WRAP='deny-syscall openat2,fsopen,fsmount,open_tree,move_mount,mount_setattr'
	mount_faults 'entries, old kernel' unified 48
}

@test "unit-generator, in the guest: a drop-in less is told" {
	dir=$W/units GENERATOR=${LXC_HARDEN_LIBEXECDIR:-$build/hooks}/unit-generator FAULT_STEP=$(step 10)
	export dir GENERATOR FAULT_STEP
	# shellcheck disable=SC2016 # for the inner shells
	unshare --mount --propagation private bash -c '. "$FAULT_DIR/generator.bash" && fault_units &&
		exec setpriv --bounding-set=-sys_admin bash -c ". \"\$FAULT_DIR/generator.bash\" && fault_generator"'
	none_bad unit-generator "$dir"
}

@test "learn-gate: no start goes on that is not watched" {
	local dir=$W name=fault.$$ gate=${LXC_HARDEN_LIBEXECDIR:-$build/hooks}/learn-gate
	command -v socat >/dev/null || hook_skip 'no socat'
	socat "ABSTRACT-LISTEN:$name,type=5,fork" "SYSTEM:dd bs=64 count=1 of='$W/told' 2>/dev/null; printf go" 3>&- &
	recorder=$!
	for ((i = 0; i < 100; i++)); do ! grep -q "@$name" /proc/net/unix || break; sleep 0.05; done
	# shellcheck source-path=SCRIPTDIR source=../fault/gate.bash
	. "$FAULT_DIR/gate.bash"
	export LXC_PID=4711
	"$gate" "$name" c1 lxc start-host
	[ "$(cat "$W/told")" = 4711 ]
	faults_each "$dir" 1 "$gate" "$name" c1 lxc start-host
	none_bad learn-gate "$dir" 10
}

# audit_faults NAME VERDICT STEP POLICY: of the running container $ct.
audit_faults() {
	local -x ct=$ct AUDIT=$AUDIT dir=$W folder pid fault_verdict=$2 FAULT_STEP
	FAULT_STEP=$(step "$3") folder=$(ct_dir "$ct")/harden pid=$(ct_pid "$ct")
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --propagation private bash -c '. "$FAULT_DIR/audit.bash" && fault_audit "$1"' bash "$4"
	none_bad "$1" "$dir"
}

@test "cap-audit on the host and joined: of a container that conforms, of one that does not" {
	ct=fault$$
	CT_TMP=$W/ct
	AUDIT=${LXC_HARDEN_LIBEXECDIR:-}/cap-audit
	[ -x "$AUDIT" ] || cannot 'LXC_HARDEN_LIBEXECDIR is not set to an installed copy'
	need_guest busybox
	mkdir "$CT_TMP" && chmod 755 "$CT_TMP"
	ct_new "$ct" busybox priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf"
	ct_start "$ct"
	ct_wait_ready "$ct"
	audit_faults 'cap-audit, conforms' conforms 15 "$LXC_HARDEN_DATADIR/base.policy"
	{ cat "$LXC_HARDEN_DATADIR/base.policy"; echo 'cap.refuse = chown'; } >"$W/policy"
	audit_faults 'cap-audit, refused' refused 18 "$W/policy"
}

teardown() {
	[ -z "${recorder:-}" ] || kill "$recorder"
	[ -z "${ct:-}" ] || ct_destroy "$ct"
}

# tool_faults NAME STEP VERB [OPTION...]: on the container $ct, which does not run.
tool_faults() {
	local name=$1 step=$2 dir=$W/$3${4:-} folder
	shift 2
	folder=$(ct_dir "$ct")
	# shellcheck source-path=SCRIPTDIR source=../fault/tool.bash
	. "$FAULT_DIR/tool.bash"
	mkdir "$dir" "$dir/before" "$dir/after"
	cp -a "$folder"/config "$dir/before"
	[ ! -e "$folder/harden" ] || cp -a "$folder/harden" "$dir/before"
	"$TOOL" "$@" -P "${folder%/*}" "$ct"
	cp -a "$folder"/config "$dir/after"
	[ ! -e "$folder/harden" ] || cp -a "$folder/harden" "$dir/after"
	faults_each "$dir" "$(step "$step")" "$TOOL" "$@" -P "${folder%/*}" "$ct"
	none_bad "lxc-harden $name" "$dir"
	fault_reset
	"$TOOL" "$@" -P "${folder%/*}" "$ct"
}

@test "lxc-harden generate and remove: the container's folder is as before or as after" {
	ct=fault$$
	CT_TMP=$W/ct
	TOOL=${LXC_HARDEN_BINDIR:-}/lxc-harden
	[ -x "$TOOL" ] || cannot 'LXC_HARDEN_BINDIR is not set to an installed copy'
	need_guest busybox
	mkdir "$CT_TMP" && chmod 755 "$CT_TMP"
	ct_new "$ct" busybox priv
	# So few descriptors make generate use one thread: the calls of several have no order by
	# which one could be met again.
	ulimit -Sn 256
	# What fails before is the loader's.
	# shellcheck disable=SC2034 # for faults.bash
	FAULT_AFTER=set_tid_address
	tool_faults generate 40 generate --level=base
	# In place of what is there: the policy between the two is one more step.
	tool_faults 'generate, another level' 50 generate --level=keep
	tool_faults remove 10 remove
}
