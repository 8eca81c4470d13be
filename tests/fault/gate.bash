# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # set by the caller: dir
#
# learn-gate with faults.  At the other end is a recorder that says "go" to each; what it was
# told is in $dir/told.

# shellcheck source-path=SCRIPTDIR source=faults.bash
. "${BASH_SOURCE[0]%/*}/faults.bash"
FAULT_AFTER=socket # where its own code begins

fault_reset() { : >"$dir/told"; }

fault_judge() {
	case $1 in
	0)
		[ ! -s "$dir/said" ] || echo "it says '$(<"$dir/said")'"
		[ "$(<"$dir/told")" = "$LXC_PID" ] || echo 'success, but nobody was told'
		;;
	1) fault_said_one_line "$dir" 'learn-gate: *: *' ;;
	*) echo "not a documented status; said: '$(<"$dir/said")'" ;;
	esac
}
