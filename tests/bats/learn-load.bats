#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
# tests/run: alone
#
# The recorder of lxc-harden learn at its limits: as many checks as the processors can make,
# and a guest that means to fill its tables.

load ../lib/lxc.bash
load ../lib/learn.bash

setup_file() { ct_in_bats; }

setup() { learn_setup learn-load; }

teardown() { learn_teardown; }

# per_second COUNT BEGIN END: the last two in ns.
per_second() { awk -v n="$1" -v t=$(($3 - $2)) 'BEGIN { printf "%.2f million checks/s", n / t * 1000 }'; }

# total: of the checks on standard input, as counts prints them.
total() { awk '{ n += $3 + $4 } END { print n }'; }

@test "every capability, from many units and processes, as fast as two processors can" {
	need_recorder
	local want got begin end
	new "$ct" bookworm priv 'lxc.cap.drop ='
	work "$ct" <<-'SCRIPT'
		#!/bin/sh
		date +%s%N
		for i in 1 2 3; do systemd-run -q --wait --unit=rate$i checker 1500 2 rate & done
		systemd-run -q --wait --unit=denied checker 1000 2 denied &
		systemd-run -q --wait --unit=nested checker 1000 2 pidns &
		systemd-run -q --wait --unit=brief checker 400 2 short &
		wait
		date +%s%N
	SCRIPT
	learn "$ct" -q --leave-running -- work >"$BATS_TEST_TMPDIR/times"
	jq -e '.runs[0] | .missed == 0 and .unassigned == 0' "$(record "$ct")"
	for i in 1 2 3; do
		same "$(counts "$ct" ".unit == \"rate$i.service\"")" "$(expect "$ct" 3000 rate)"
	done
	same "$(counts "$ct" '.unit == "denied.service"')" "$(expect "$ct" 2000 denied)"
	same "$(counts "$ct" '.unit == "nested.service"')" "$(expect "$ct" 2000 pidns)"
	same "$(counts "$ct" '.unit == "brief.service"')" "$(expect "$ct" 800 short)"
	got=$(counts "$ct" true)
	want=$(total <<<"$got")
	[ "$want" -gt 3500000 ]
	{ read -r begin; read -r end; } <"$BATS_TEST_TMPDIR/times"
	echo "# $want checks of $(cut -d' ' -f1 <<<"$got" | sort -u | wc -l) capabilities, exact: $(per_second "$want" "$begin" "$end") recorded" >&3
	{ read -r begin; read -r end; } < <(ct_exec "$ct" work)
	echo "# the same not recorded: $(per_second "$want" "$begin" "$end")" >&3
}

# of FILTER: from what learn printed as JSON.
of() { jq -r "$1" "$BATS_TEST_TMPDIR/json"; }

@test "cgroups made and taken away at a high rate: none is taken for another" {
	need_recorder
	new "$ct" bookworm priv
	learn "$ct" --json -- checker 3000 2 cgroups >"$BATS_TEST_TMPDIR/json"
	jq -r '.checks[] | select(.program == "/usr/bin/checker" and .capability == "setuid" and
		.unit != null) | "\(.unit) \(.count)"' "$(record "$ct")" >"$BATS_TEST_TMPDIR/units"
	head -n 3 "$BATS_TEST_TMPDIR/units"
	[ "$(grep -c '^\\x1b\[31m[0-9]*\.[0-9]* 3$' "$BATS_TEST_TMPDIR/units")" = 6000 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/units")" = 6000 ]
	[ "$(of .unassigned)" = 0 ]
}

# Nothing that a terminal would take for more than text.
is_plain() {
	if LC_ALL=C grep -n '[^ -~]' "$@"; then
		return 1
	fi
}

# The run's own count is that of all its parts.
adds_up() {
	jq -e '.runs[0].checks == ([.checks[].count, .losses[].count] | add)' "$(record "$ct")"
}

@test "names by the thousand, with escapes: said, counted, and shown as text" {
	need_recorder
	new "$ct" bookworm priv
	learn "$ct" --leave-running -- checker 20000 2 names >"$BATS_TEST_TMPDIR/table"
	cat "$err" "$BATS_TEST_TMPDIR/table"
	is_plain "$err" "$BATS_TEST_TMPDIR/table" "$(record "$ct")"
	grep -Eq '^  of [0-9]{4,} checks only the capability is known' "$BATS_TEST_TMPDIR/table"
	adds_up
	# Of which program a lost one was is not known: a few are of others that came late.
	jq -e '[(.checks[] | select(.program == "/usr/bin/checker")), .losses[] | select(.capability == "setuid") | .count] | add |
		. >= 120000 and . <= 120000 + $others' --argjson others 20 "$(record "$ct")"
	jq -e '.checks | any(.comm == "\\x1b[7m\\x22\\x0a")' "$(record "$ct")"
	# Once more, while it is full of other names.
	"$cmd" trace --json -P "$(ct_lxcpath)" "$ct" >"$BATS_TEST_TMPDIR/lines" 2>"$err" </dev/null 3>&- 4>&- &
	job=$!
	# shellcheck disable=SC2317 # for wait_for
	seen() { ct_exec "$ct" checker 1 1 && [ -s "$BATS_TEST_TMPDIR/lines" ]; }
	wait_for 30 seen
	ct_exec "$ct" checker 100 1 names
	kill -INT "$job"
	wait "$job"
	job=
	is_plain "$BATS_TEST_TMPDIR/lines"
	jq -es 'map(select(.comm? == "\\x1b[7m\\x22\\x0a")) | length == 3' "$BATS_TEST_TMPDIR/lines"
}

@test "more cgroups than there is room for their names: said, and counted" {
	need_recorder
	new "$ct" bookworm priv
	learn "$ct" --json -- checker 5000 2 cgroups >"$BATS_TEST_TMPDIR/json"
	cat "$err"
	grep -Eq '^lxc-harden: learn: of [0-9]{4,} checks the unit or program has no name: too many of them$' "$err"
	adds_up
	jq -e '[(.checks[] | select(.program == "/usr/bin/checker")), .losses[] | select(.capability == "setuid") | .count] | add >= 30000' "$(record "$ct")"
}
