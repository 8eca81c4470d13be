#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden generate for Proxmox and Incus, and with a proof and a record.

bats_require_minimum_version 1.5.0
load ../lib/generate.bash

setup_file() { generate_setup_file jq; }

setup() { generate_setup; }

teardown() { generate_teardown; }

teardown_file() { generate_teardown_file; }

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
		'lxc.mount.entry = mqueue dev/mqueue mqueue rw,relatime,create=dir,optional 0 0'
}

@test "incus: text for raw.lxc, which boots behind what Incus writes" {
	local dir state
	need_guest bookworm
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

kept() { sed -n 's/^lxc.cap.keep = //p' "$conf" | xargs; }

state() { cat "$lxc/fake/config" "$lxc"/fake/harden/* 2>/dev/null | cksum; }

# denied STATUS TEXT ARG...: as refused, where there are files beside the configuration.
denied() {
	local want=$1 text=$2 before
	shift 2
	before=$(state)
	run generate "$@"
	[ "$status" = "$want" ] || { echo "status $status: $output"; return 1; }
	[[ ${lines[0]} == *"$text"* ]] || { echo "said: $output"; return 1; }
	[ "${#lines[@]}" = 1 ]
	[ "$before" = "$(state)" ]
}

@test "a proof that fits decides, and is named; --unproved goes without" {
	fake
	proof
	record
	run generate -q --level keep fake
	[ "$status" = 0 ]
	[ -z "$output" ]
	[ "$(kept)" = 'setgid setuid' ]
	grep -x '#   proof: without it, boot: dbus.service the unit failed' "$conf"
	grep -x '#   proof: all that was checked works without' "$conf"
	grep -x '#   record: granted 6, refused 0 times; most by cron.service, /usr/sbin/cron, setuid' "$conf"
	grep -x '#   record: granted 0, refused 2 times; most by no unit, x, adjtimex' "$conf"
	grep '^# chown (proved to be done without):' "$conf"
	grep '^# fowner (proved without it from the start):' "$conf"
	grep -x '# Kept is what was proved on 2023-11-14, without a check of its work: proof.json.' "$conf"
	run --separate-stderr generate --json --level keep fake
	[ "$stderr" = 'note: fake keeps what was proved on 2023-11-14, without a check of its work (--unproved goes without the proof)' ]
	[ "$(jq -r .basis <<<"$output")" = proof ]
	# One that does not fit is said, and neither used nor quoted.
	run --separate-stderr generate -q --level strict fake
	[ "$status" = 0 ]
	[ "$stderr" = 'lxc-harden: generate: fake: ignoring the proof: the proof is of another level' ]
	run ! grep 'proof' "$conf"
	grep -x 'lxc.cap.keep = chown' "$conf"
	run --separate-stderr generate -q --level keep --unproved fake
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	grep -x 'lxc.cap.keep = chown' "$conf"
	run ! grep '#   proof' "$conf"
	denied 2 'fake: the proof is of another level' --level strict --proved fake
	denied 2 '--proved goes with neither' --proved --unproved fake
	remove -q fake
	[ "$(ls "$lxc/fake/harden" | xargs)" = 'proof.json record.json' ]
}

# proof_edit SED: the proof with that change.
proof_edit() {
	proof
	sed -i "$1" "$lxc/fake/harden/proof.json"
}

@test "a proof of another container, another configuration, or damaged: said, not used" {
	fake
	proof_edit 's/"container":"fake"/"container":"other"/'
	run --separate-stderr generate -q --level keep fake
	[ "$status" = 0 ]
	[[ $stderr == *'ignoring the proof: the proof is of another container' ]]
	grep -x 'lxc.cap.keep = chown' "$conf"
	denied 2 'the proof is of another container' --level keep --proved fake
	proof_edit 's/"idmapped":false/"idmapped":true/'
	run --separate-stderr generate -q --level keep fake
	[ "$status" = 0 ]
	[[ $stderr == *'ids are mapped otherwise' ]]
	# What it found needed is gone from the configuration, or was never the level's.
	proof_edit 's/"setuid","setgid"\],"flaky"/"setuid","setgid","sys_time"],"flaky"/; s/"kill"\]/"kill","sys_time"]/'
	run --separate-stderr generate -q --level keep fake
	[ "$status" = 0 ]
	[[ $stderr == *'the configuration takes what the proof keeps: sys_time' ]]
	proof_edit 's/"setuid","setgid"\],"flaky"/"setuid","setgid","syslog"],"flaky"/; s/"kill"\]/"kill","syslog"]/'
	run --separate-stderr generate -q --level keep fake
	[ "$status" = 0 ]
	[[ $stderr == *'the level takes what the proof keeps: syslog' ]]
	generate -q --level keep --add syslog fake
	[ "$(kept)" = 'setgid setuid syslog' ]
	generate -q --level keep --without setgid --add chown --unproved fake
	proof
	generate -q --level keep --without setgid --add chown fake
	[ "$(kept)" = 'chown setuid' ]
	proof_edit 's/"version":1/"version":"x"/'
	run --separate-stderr generate -q --level keep fake
	[ "$status" = 0 ]
	[ "$(wc -l <<<"$stderr")" = 1 ]
	[[ $stderr == *"ignoring $lxc/fake/harden/proof.json: "* ]]
	grep -x 'lxc.cap.keep = chown' "$conf"
	run --separate-stderr generate -q --level keep --unproved fake
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	denied 2 'fake/harden/proof.json: ' --level keep --proved fake
	[[ $output != *ignoring* ]]
}

@test "--recorded: what the record saw granted, what the guest's files ask for, and --add" {
	fake
	denied 2 'there is no record' --recorded fake
	record
	unit rt.service '[Service]\nCPUSchedulingPolicy=rr\n'
	run --separate-stderr generate --json --level base --recorded --add kill fake
	[ "$status" = 0 ]
	[[ $stderr == 'note: fake keeps what was granted in 1 boot, 2026-11-24 to 2026-11-24: more than it needs, and nothing for what did not run' ]]
	[ "$(jq -r .basis <<<"$output")" = record ]
	[ "$(kept)" = 'kill setuid sys_nice' ]
	grep '^# chown (not granted while recorded):' "$conf"
	grep '^# sys_time (dropped by ' "$conf"
	grep -x '#   here: real-time scheduling of rt.service' "$conf"
	grep -x '#   here: --add' "$conf"
	# An explicit wish goes before a proof.
	proof
	generate -q --level keep --recorded fake
	[ "$(kept)" = 'setuid sys_nice' ]
	local bad
	for bad in 's/"boots":1/"boots":0/;the record has no boot' 's/"missed":0/"missed":3/;the record has losses' \
		's/"unassigned":0/"unassigned":1/;the record has losses' 's/"container":"fake"/"container":"x"/;of another container' \
		's/"losses":\[\]/"losses":[{"capability":"chown","answer":"granted","target":"own","count":1}]/;the record has losses'; do
		record
		sed -i "${bad%;*}" "$lxc/fake/harden/record.json"
		echo "$bad"
		cp "$lxc/fake/config" "$tmp/config"
		denied 2 "${bad##*;}" --recorded fake
	done
}

@test "each capability says on what it stands" {
	fake
	record
	generate -q --level keep --add chown fake
	# The level alone, the record, the administrator: the lines before each.
	grep -B 1 -x 'lxc.cap.keep = fowner' "$conf" | grep -x '#   level keep allows it; nothing else speaks for it'
	grep -B 2 -x 'lxc.cap.keep = chown' "$conf" | grep -x '#   here: --add'
	grep -B 1 -x 'lxc.cap.keep = setuid' "$conf" | grep '#   record: granted 6'
	[ "$(grep -c '^lxc.cap.keep = ' "$conf")" -gt "$(grep -c '#   level keep allows' "$conf")" ]
	run ! grep -A 1 '#   level keep allows' <(grep -A 1 '#   here\|#   record: granted [1-9]' "$conf")
}

@test "no proof, a broken record: one line with the file's name" {
	fake
	refused 2 'there is no proof' --proved fake
	fake
	record
	truncate -s 100 "$lxc/fake/harden/record.json"
	run generate fake
	[ "$status" = 2 ]
	[ "${#lines[@]}" = 1 ]
	[[ $output == *fake/harden/record.json:* ]]
	cmp "$tmp/config" "$lxc/fake/config"
	[ "$(ls "$lxc/fake/harden")" = record.json ]
}
