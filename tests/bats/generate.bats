#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden generate and remove: real containers at each level, what the guest's files say,
# bad input, and what is left when it is cut short.

load ../lib/generate.bash

setup_file() { generate_setup_file jq libcap2-bin; }

setup() { generate_setup; }

teardown() { generate_teardown; }

teardown_file() { generate_teardown_file; }

# full_circle LEVEL GUEST MODE: boots running, holds what was said, and goes back.
full_circle() {
	local level=$1 guest=$2 mode=$3 dir state
	need_guest "$guest" "$mode"
	ct_new gen "$guest" "$mode"
	dir=$(ct_dir gen)
	cp "$dir/config" "$tmp/config"
	generate --quiet --level "$level" gen
	[ "$(grep -c 'lxc.include = .*harden.conf' "$dir/config")" = 1 ]
	ct_start gen || { ct_hook_output gen; return 1; }
	state=$(ct_wait_ready gen) || true
	[ "$state" = running ] || { echo "$state"; ct_failed_units gen; return 1; }
	grep -F '"verdict": "conforms"' "$dir/harden/audit.json"
	# The bounding set is the list that the fragment names, to the bit.
	local bits
	bits=$(sed -n 's/^CapBnd:\t//p' "/proc/$(ct_pid gen)/status")
	# But for sys_resource, which this machine's root may lack, and a user namespace not.
	diff <(capsh --decode="$bits" | sed 's/.*=//' | tr , '\n' | sed 's/^cap_//' | grep -vx sys_resource | sort) \
		<(sed -n 's/^lxc.cap.keep = //p' "$dir/harden/harden.conf" | grep -vx sys_resource | sort)
	ct_stop gen
	remove --quiet gen
	cmp "$tmp/config" "$dir/config"
	[ ! -e "$dir/harden" ]
}

# --- real containers ------------------------------------------------------------

# All guests, and all of these: tests/matrix/run --level generated.
@test "base, bookworm, privileged: running, conforms, and back" { full_circle base bookworm priv; }
@test "keep, bookworm, id-mapped" { full_circle keep bookworm id; }
@test "strict, bookworm, privileged" { full_circle strict bookworm priv; }
@test "base, trixie, id-mapped" { full_circle base trixie id; }
@test "keep, trixie, privileged" { full_circle keep trixie priv; }
@test "strict, trixie, id-mapped" { full_circle strict trixie id; }

@test "a container that holds more than the policy does not start" {
	need_guest bookworm
	ct_new gen bookworm priv
	generate -q --level keep gen
	ct_config_append gen 'lxc.cap.keep = sys_time'
	run ct_start gen
	[ "$status" -ne 0 ]
	grep -F '"verdict": "refused"' "$(ct_dir gen)/harden/audit.json"
}

@test "a writable folder of the container's own configuration passes the audit" {
	need_guest bookworm
	mkdir -p "$CT_TMP/data"
	ct_new gen bookworm priv "lxc.mount.entry = $CT_TMP/data srv none bind 0 0"
	generate -q gen
	ct_start gen || { ct_hook_output gen; return 1; }
	[ "$(ct_wait_ready gen)" = running ]
}

# --- the text ---------------------------------------------------------------------

@test "twice is the same to the byte, and one line" {
	fake
	generate -q fake
	sha256sum "$conf" "$lxc/fake/harden/policy" "$lxc/fake/config" >"$tmp/sums"
	run generate fake
	[[ $output == *'(as it was already)'* ]]
	sha256sum -c "$tmp/sums"
	generate --stdout fake | cmp - "$conf"
}

@test "lines written behind ours stay, and remove leaves just them" {
	fake
	generate -q fake
	echo 'lxc.environment = A=b' >>"$lxc/fake/config"
	sed -i '1i # first' "$lxc/fake/config"
	generate -q --level keep fake
	[ "$(tail -n 1 "$lxc/fake/config")" = 'lxc.environment = A=b' ]
	remove -q fake
	{ echo '# first'; cat "$tmp/config"; echo 'lxc.environment = A=b'; } | cmp - "$lxc/fake/config"
}

@test "an include behind ours that wipes the list: ours moves to the end" {
	fake
	generate -q fake
	echo "lxc.include = $CT_SHARE/userns.conf" >>"$lxc/fake/config"
	generate -q fake
	[[ $(tail -n 1 "$lxc/fake/config") == *harden.conf ]]
	remove -q fake
	{ cat "$tmp/config"; echo "lxc.include = $CT_SHARE/userns.conf"; } | cmp - "$lxc/fake/config"
}

@test "a configuration without a newline at its end comes back so" {
	fake
	printf 'lxc.arch = x86_64' >>"$lxc/fake/config"
	cp "$lxc/fake/config" "$tmp/config"
	generate -q fake
	remove -q fake
	untouched
}

@test "remove twice, and without generate, is no error" {
	fake
	run remove fake
	[ "$status" = 0 ]
	untouched
}

@test "remove keeps records, and works where the fragment is gone" {
	fake
	generate -q fake
	echo '{}' >"$lxc/fake/harden/record.json"
	rm "$conf"
	remove -q fake
	cmp "$tmp/config" "$lxc/fake/config"
	[ "$(ls -A "$lxc/fake/harden")" = record.json ]
}

@test "remove refuses while a line of somebody's own includes the fragment" {
	fake
	generate -q fake
	cp "$lxc/fake/config" "$tmp/generated"
	local at
	for at in 1 3 5; do # our two lines are 3 and 4
		{ cat "$tmp/generated"; echo "lxc.environment = a=b"; } >"$lxc/fake/config"
		sed -i "${at}i lxc.include = $conf" "$lxc/fake/config"
		run remove fake
		[ "$status" = 2 ]
		[ "${#lines[@]}" = 1 ]
		[[ $output == *": $lxc/fake/config:$at: includes "* ]]
		[ -e "$conf" ]
	done
}

@test "what the configuration drops itself is not given back, but by --add" {
	fake 'lxc.cap.drop = net_raw chown'
	generate -q --level keep fake
	absent -x 'lxc.cap.keep = net_raw' "$conf"
	grep -F "net_raw (dropped by $lxc/fake/config:3):" "$conf"
	generate -q --level keep --add CAP_NET_RAW --without kill fake
	grep -x 'lxc.cap.keep = net_raw' "$conf"
	absent -x 'lxc.cap.keep = kill' "$conf"
	absent -x 'lxc.cap.keep = chown' "$conf"
	grep -w net_raw "$lxc/fake/harden/policy"
}

@test "a keep list of the configuration's own: loads, and nothing is added to it" {
	fake 'lxc.cap.drop =' 'lxc.cap.keep = chown setuid sys_admin'
	generate -q fake
	[ "$(sed -n 's/^lxc.cap.keep = //p' "$conf" | xargs)" = 'chown setuid' ]
}

@test "dry-run and stdout write nothing; the diff names what goes" {
	fake
	unit soft.service '[Service]\nProtectSystem=full\n'
	run generate --dry-run fake
	[ "$status" = 0 ]
	[[ $output == *'- '*sys_admin* ]]
	# Where nothing is written nobody is sent to what was.
	[[ $output == *'sandbox: see what --stdout prints'* ]]
	generate --stdout fake >/dev/null
	generate --dry-run --json fake | jq -e '(.before | index("sys_admin")) and
		(.after | index("sys_admin") | not) and (.written | not)'
	untouched
}

# says COMMAND WRITTEN CHANGED [ARG...]: those two members of its JSON.
says() {
	local command=$1 want="$2 $3"
	shift 3
	[ "$("$command" --json "$@" fake | jq -r '"\(.written) \(.changed)"')" = "$want" ]
}

@test "generate tells what is new, and a dry run foretells it" {
	fake
	says generate false true --dry-run
	says generate true true
	says generate false false --dry-run
	says generate true false
	says generate false true --dry-run --level keep
	says generate true false
	says generate true true --level keep --add sys_nice
	says generate false true --dry-run --level keep
	# Each of the three files, and the line's place.
	generate -q fake
	echo '# of somebody' >>"$conf"
	says generate false true --dry-run
	says generate true true
	rm "$lxc/fake/harden/policy"
	says generate false true --dry-run
	says generate true true
	echo "lxc.include = $CT_SHARE/userns.conf" >>"$lxc/fake/config"
	says generate false true --dry-run
	says generate true true
	says generate true false
	# Where somebody else adds the line, its absence is no change.
	fake
	says generate true true --format pve
	says generate false false --dry-run --format pve
	says generate true false --format pve
}

@test "a dry run refuses what would be refused" {
	fake
	mv "$lxc/fake/config" "$lxc/fake/elsewhere"
	ln -s elsewhere "$lxc/fake/config"
	run generate --dry-run fake
	[ "$status" = 2 ]
	[[ $output == *'a symbolic link'* ]]
	fake
	mkdir -m 777 "$lxc/fake/harden"
	run generate --dry-run fake
	[ "$status" = 2 ]
	[[ $output == *'can write to it'* ]]
}

@test "remove tells what is there, and a dry run foretells it" {
	fake
	says remove false false --dry-run
	says remove true false
	generate -q fake
	: >"$lxc/fake/harden/audit.json"
	cp -a "$lxc/fake" "$tmp/before"
	says remove false true --dry-run
	[ "$(remove --json --dry-run fake | jq .files_removed)" = 3 ]
	[[ $(remove --dry-run fake) == *'(nothing written)' ]]
	diff -r "$tmp/before" "$lxc/fake"
	[ "$(remove --json fake | jq -c '[.changed, .files_removed]')" = '[true,3]' ]
	[[ $(remove --dry-run fake) == *'nothing of lxc-harden generate is there' ]]
	untouched
}

@test "the container's own seccomp profile: the level's, where that stops all of it" {
	fake "lxc.seccomp.profile = $LXC_HARDEN_DATADIR/base.seccomp"
	for level in base strict; do
		generate -q --level $level fake
		grep -x "lxc.seccomp.profile = $LXC_HARDEN_DATADIR/$level.seccomp" "$conf"
	done
}

@test "the container's own seccomp profile: joined with the level's, and taken back by remove" {
	printf '2\ndenylist\n[all]\nio_uring_setup errno 38\n' >"$tmp/own"
	fake "lxc.seccomp.profile = $tmp/own"
	cp -a "$lxc/fake" "$tmp/before-joined"
	generate -q fake
	profile=$(sed -n 's/^lxc.seccomp.profile = //p' "$conf")
	[ "${profile%/*}" = "$lxc/fake/harden" ]
	grep -x 'io_uring_setup errno 38' "$profile"
	generate fake | grep -F 'as it was already'
	remove -q fake
	diff -r "$tmp/before-joined" "$lxc/fake"
}

# --- bad input ----------------------------------------------------------------------

@test "options and names" {
	fake
	refused 2 "no level 'x'" --level x fake
	refused 2 "no capability 'sys_nonsense'" --add sys_nonsense fake
	refused 2 'both --add and --without: chown' --add chown --without CHOWN fake
	refused 2 'takes one container' fake more
	refused 2 '--stdout goes with' --stdout --json fake
	refused 2 "no such option '--wrong'" --wrong fake
	refused 2 'is no name of a container' ../x
	refused 2 'No such file' nobody
	refused 2 'which container?'
}

@test "broken configurations: file and line, nothing written" {
	local line
	while IFS= read -r line; do
		fake "$line"
		refused 2 "$lxc/fake/config:3" fake
	done <<-'LINES'
		lxc.cap.drop = nonsense
		lxc.cap.keep = chown
		lxc.cap.drop = 99
		lxc.nonsense = 1
		lxc.include = /no/such/file
		lxc.include = /dev/zero
		lxc.net.0.type = nonsense
		lxc.mount.auto = nonsense
		lxc.idmap = nonsense
		lxc.no_equals
		lxc.cap.drop = none
		lxc.cap.drop = CHOWN
		lxc.cap.drop = cap_chown
		lxc.cap.drop = chown,kill
	LINES
	fake "lxc.include = $lxc/fake/config"
	refused 2 'include cycle' fake
	fake "lxc.include = $LXC_HARDEN_DATADIR/base.conf"
	refused 2 'a level is included by another line' fake
}

@test "no symlink in the container's folder is followed" {
	fake
	mkdir "$tmp/elsewhere"
	ln -s "$tmp/elsewhere" "$lxc/fake/harden"
	run generate fake
	[ "$status" = 2 ]
	run remove fake
	[ -z "$(ls -A "$tmp/elsewhere")" ]
	rm "$lxc/fake/harden"
	mkdir "$lxc/fake/harden"
	echo precious >"$tmp/precious"
	ln -s "$tmp/precious" "$lxc/fake/harden/harden.conf"
	run generate fake
	[ "$status" != 0 ]
	[ "$(cat "$tmp/precious")" = precious ]
	cmp "$tmp/config" "$lxc/fake/config"
}

# --- cut short ------------------------------------------------------------------------
