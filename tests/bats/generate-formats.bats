#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden generate for Proxmox and Incus, and with a proof and a record.

load ../lib/lxc.bash
load ../lib/packages.bash
load ../lib/generate.bash

setup_file() {
	need_packages jq
	CT_TMP=$(ct_tmp_new)
	export CT_TMP
}

setup() { generate_setup; }

teardown() {
	ct_destroy gen || true
	rm -rf --one-file-system "$CT_TMP/lxc/fake"
}

teardown_file() { rm -rf --one-file-system "$CT_TMP"; }

@test "pve: the files, and one line of a key that Proxmox takes, for somebody else to add" {
	fake
	run generate -q --format pve --level keep fake
	[ "$status" = 0 ]
	[ "$output" = "lxc.include: $conf" ]
	cmp "$tmp/config" "$lxc/fake/config"
	[ -s "$lxc/fake/harden/policy" ]
	# As Proxmox writes it for LXC at the next start.
	echo "lxc.include = $conf" >>"$lxc/fake/config"
	lxc-info -P "$lxc" -n fake -c lxc.hook.start-host | grep -F "$lxc/fake/harden/policy"
	cp "$lxc/fake/config" "$tmp/config"
	run generate -q --format pve --level strict fake
	[ "$output" = "lxc.include: $conf" ]
	grep -x 'name = strict' "$lxc/fake/harden/policy"
	cmp "$tmp/config" "$lxc/fake/config"
	run remove fake
	[ "$status" = 2 ]
	generate --json --format pve --dry-run fake | jq -e '.written | not'
}

# As Incus writes it: no common.conf, hooks by version 1, cgroups forced, folders of the
# host's /sys bound in, writable.
incus_config() {
	sed '/^lxc.include/d' "$1"
	printf '%s\n' 'lxc.hook.version = 1' 'lxc.mount.auto = proc:rw sys:rw cgroup:rw:force' 'lxc.autodev = 1' \
		'lxc.pty.max = 1024' 'lxc.tty.max = 0' \
		'lxc.cap.drop = sys_time sys_module sys_rawio mac_admin mac_override' \
		'lxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections none rbind,create=dir,optional 0 0' \
		'lxc.mount.entry = /sys/fs/pstore sys/fs/pstore none rbind,create=dir,optional 0 0' \
		'lxc.mount.entry = /sys/kernel/config sys/kernel/config none rbind,create=dir,optional 0 0' \
		'lxc.mount.entry = /sys/kernel/debug sys/kernel/debug none rbind,create=dir,optional 0 0' \
		'lxc.mount.entry = /sys/kernel/security sys/kernel/security none rbind,create=dir,optional 0 0' \
		'lxc.mount.entry = /sys/kernel/tracing sys/kernel/tracing none rbind,create=dir,optional 0 0' \
		'lxc.mount.entry = /dev/mqueue dev/mqueue none rbind,create=dir,optional 0 0'
}

@test "incus: text for raw.lxc, which boots behind what Incus writes" {
	local dir state
	ct_guest_root bookworm priv >/dev/null || skip 'guest bookworm is not built'
	ct_new gen bookworm priv
	dir=$(ct_dir gen)
	incus_config "$dir/config" >"$dir/lxc.conf"
	generate --format incus --level keep --config "$dir/lxc.conf" gen >"$tmp/raw"
	[ ! -e "$dir/harden" ]
	# Incus refuses these (lxcValidConfig), and lines without "=".
	absent -E '^lxc\.(log\.file|log\.syslog|logfile|syslog|ephemeral|prlimit\.)' "$tmp/raw"
	[ -z "$(grep -v '^#' "$tmp/raw" | grep -v '^$' | grep -v =)" ]
	grep -x "lxc.hook.start-host = .*/cap-audit --policy $LXC_HARDEN_DATADIR/keep.policy" "$tmp/raw"
	cat "$dir/lxc.conf" "$tmp/raw" >"$dir/config"
	ct_start gen || { ct_hook_output gen; return 1; }
	state=$(ct_wait_ready gen) || true
	[ "$state" = running ] || { echo "$state"; ct_failed_units gen; return 1; }
	grep -F '"verdict": "conforms"' "$dir/harden/audit.json"
}

@test "incus: no more than the level's policy allows, and its own options" {
	fake
	refused 2 'keep.policy, which does not allow: sys_nice' --format incus --level keep --add sys_nice fake
	refused 2 '--format=incus goes with neither' --format incus --json fake
	refused 2 '--config goes with --format=incus only' --config /x fake
	refused 2 '--config takes an absolute path' --config x --format incus fake
	refused 2 "no format 'x'" --format x fake
	refused 2 'No such file' --config /no/such --format incus fake
	unit rt.service '[Service]\nCPUSchedulingPolicy=rr\n'
	generate --format incus --level keep fake | absent -x 'lxc.cap.keep = sys_nice'
}

proof() {
	mkdir -p "$lxc/fake/harden"
	cat >"$lxc/fake/harden/proof.json" <<-'JSON'
		{"kind":"lxc-harden proof","version":1,"container":"fake","created":1700000000,"level":"keep",
		"all":false,"idmapped":false,"network":false,"kernel":"6.18","lxc":"5.0.2","checks":[],
		"restart":true,"stop":true,"pairs":true,"confirmed":true,"repeat":1,
		"from":["chown","setuid","setgid","kill"],"keep":["setuid","setgid"],"flaky":[],"swappable":[],
		"used_not_needed":["chown"],"evidence":[{"capability":"setuid","stage":"boot","unit":"dbus.service",
		"failed":"the unit failed","line":"","timed_out":false,"fails":1,"passes":0},
		{"capability":"setgid","stage":"restart","unit":"dbus.service","failed":"the unit failed","line":"",
		"timed_out":false,"fails":1,"passes":0}],"boots":9,"milliseconds":9000}
	JSON
}

record() {
	mkdir -p "$lxc/fake/harden"
	cat >"$lxc/fake/harden/record.json" <<-'JSON'
		{"schema":"lxc-harden-record","version":1,"container":"fake","runs_total":1,"boots":1,
		"runs":[{"boot":true,"begin":"2026-11-24T01:02:03Z","end":"2026-11-24T01:02:09Z","kernel":"6.18.0",
		"point":"fexit","held":["chown","setuid"],"checks":7,"unassigned":0,"missed":0}],"losses":[],
		"checks":[{"capability":"setuid","answer":"granted","target":"own","origin":"guest","borrowed":false,
		"options":["insetid"],"unit":"cron.service","program":"/usr/sbin/cron","comm":"cron","syscall":"setuid",
		"count":6,"first":"2026-11-24T01:02:04Z","last":"2026-11-24T01:02:05Z"},
		{"capability":"sys_time","answer":"denied","target":"own","origin":"guest","borrowed":false,
		"options":[],"unit":null,"program":null,"comm":"x","syscall":"adjtimex",
		"count":2,"first":"2026-11-24T01:02:04Z","last":"2026-11-24T01:02:05Z"}]}
	JSON
}

@test "a proof and a record: each capability with its evidence; --proved keeps the list" {
	fake
	proof
	record
	generate -q --level keep fake
	grep -x '#   proof: without it, boot: dbus.service the unit failed' "$conf"
	grep -x '#   proof: all that was checked works without' "$conf"
	grep -x '#   record: granted 6, refused 0 times; most by cron.service, /usr/sbin/cron, setuid' "$conf"
	grep -x '#   record: granted 0, refused 2 times; most by no unit, x, adjtimex' "$conf"
	grep -x 'lxc.cap.keep = chown' "$conf"
	generate -q --level keep --proved fake
	[ "$(sed -n 's/^lxc.cap.keep = //p' "$conf" | xargs)" = 'setgid setuid' ]
	grep '^# chown (proved to be done without):' "$conf"
	run generate --level strict --proved fake
	[ "$status" = 2 ]
	[[ $output == *'the proof is of another level'* ]]
	remove -q fake
	[ "$(ls "$lxc/fake/harden" | xargs)" = 'proof.json record.json' ]
}

@test "no proof, a broken one, a broken record: one line with the file's name" {
	fake
	refused 2 'there is no proof' --proved fake
	fake
	proof
	sed -i 's/"version":1/"version":"x"/' "$lxc/fake/harden/proof.json"
	run generate fake
	[ "$status" = 2 ] && [ "${#lines[@]}" = 1 ] && [[ $output == *fake/harden/proof.json:* ]]
	fake
	record
	truncate -s 100 "$lxc/fake/harden/record.json"
	run generate fake
	[ "$status" = 2 ] && [ "${#lines[@]}" = 1 ] && [[ $output == *fake/harden/record.json:* ]]
	cmp "$tmp/config" "$lxc/fake/config"
	[ "$(ls "$lxc/fake/harden")" = record.json ]
}
