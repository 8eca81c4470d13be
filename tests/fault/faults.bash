# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# One system call after the other of a program fails, each in every way that fits it.
#
#   faults_each FOLDER STEP COMMAND...
#
# The caller gives functions, run before and after each call of COMMAND:
#   fault_reset           everything as before the first one
#   fault_judge STATUS    prints what is wrong; what was said is in FOLDER/said
# Leaves FOLDER/bad (a line for each case that is wrong) and FOLDER/count (of all cases).
# STEP: every so many cases only, from a first one that is another each day; FAULT_DAY, a day of
# the year, has those of that day.

FAULT_AFTER=${FAULT_AFTER:-}

fault_said_one_line() {
	local lines
	mapfile -t lines <"$1/said"
	# shellcheck disable=SC2053 # a pattern
	[ ${#lines[@]} = 1 ] && [[ ${lines[0]} = $2 ]] || echo "not one line '$2': '${lines[*]}'"
}

faults_each() {
	local dir=$1 step=$2 n name errors error number=0 count=0 missed=0 status wrong phase
	shift 2
	# shellcheck disable=SC2206 # options
	local inject=(inject ${FAULT_AFTER:+-a "$FAULT_AFTER"})
	: >"$dir/bad"
	fault_reset
	"${inject[@]}" list "$dir/calls" "$@" >"$dir/said" 2>&1 </dev/null || true # its own status
	phase=${FAULT_DAY:-}
	[ -n "$phase" ] || printf -v phase '%(%j)T' -1
	while read -r n name errors; do
		for error in ${errors%%#*}; do
			number=$((number + 1))
			[ $(((number + 10#$phase) % step)) = 0 ] || continue
			count=$((count + 1))
			fault_reset
			status=0
			"${inject[@]}" "$n" "$error" "$dir/call" "$@" >"$dir/said" 2>&1 </dev/null || status=$?
			# The host's tables are longer at one time than at another, and so the last call is
			# not always there.
			[ "$status" != 126 ] || { missed=$((missed + 1)); continue; }
			wrong=$(fault_judge "$status")
			[ -z "$wrong" ] || echo "call $n $name: $error: status $status: ${wrong//$'\n'/; }" >>"$dir/bad"
		done
	done <"$dir/calls"
	fault_reset
	[ "$missed" -le $((2 + count / 50)) ] || echo "$missed calls of $count were not made the second time" >>"$dir/bad"
	echo "$count" >"$dir/count"
}
