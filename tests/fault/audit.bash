# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # set by the caller: dir, folder, fault_verdict
#
# What holds whatever fails in "cap-audit ... start-host" on a container that runs.  The
# caller sets $folder, the container's harden/, and $fault_verdict, conforms or refused.

# shellcheck source-path=SCRIPTDIR source=faults.bash
. "${BASH_SOURCE[0]%/*}/faults.bash"
FAULT_AFTER=fcntl # where the hook's own code begins

fault_mounts() {
	local root target rest
	while read -r _ _ _ root target rest; do
		[[ $target = /@(tmp|var)/* ]] || echo "$root $target $rest"
	done </proc/self/mountinfo
}

fault_read_verdict() {
	verdict=''
	[ ! -e "$folder/audit.json" ] || verdict=$(<"$folder/audit.json")
	[[ $verdict =~ \"verdict\":\ *\"([a-z]+)\" ]] && verdict=${BASH_REMATCH[1]}
}

fault_reset() {
	rm -rf "$folder"
	[ -n "${fault_before:-}" ] || fault_before=$(fault_mounts)
}

fault_judge() {
	local verdict file said
	fault_read_verdict
	case $1 in
	0)
		[ "$fault_verdict" = conforms ] || echo "success, but it should be refused"
		# Without its record a success says why that is missing.
		[ "$verdict" = conforms ] || fault_said_one_line "$dir" 'cap-audit: *: *'
		;;
	1 | 2 | 3)
		# One about the record, one about the container.
		mapfile -t said <"$dir/said"
		[[ ${#said[@]} = [12] && ${said[0]} = 'cap-audit: '* && ${said[-1]} = 'cap-audit: '* ]] ||
			echo "it says '$(<"$dir/said")'"
		[ "$verdict" != conforms ] || echo "the record says '$verdict'"
		;;
	*) echo "not a documented status; said: '$(<"$dir/said")'; $(cat "$dir/call")" ;;
	esac
	for file in "$folder"/* "$folder"/.[!.]*; do
		[[ ! -e $file || $file = */audit.@(json|log) ]] || echo "left behind: $file"
	done
	[ "$(fault_mounts)" = "$fault_before" ] || echo 'the mounts of the host changed'
}
