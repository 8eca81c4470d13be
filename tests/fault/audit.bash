# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # set by the caller: dir, folder, pid, ct, AUDIT, fault_*
#
# What holds whatever fails in "cap-audit ... start-host" on a container that runs.  Run in a
# mount namespace of its own, where nobody else's mounts come.  The caller exports $ct,
# $pid, $folder, the container's harden/, $AUDIT, $dir and $fault_verdict, conforms or refused.

# shellcheck source-path=SCRIPTDIR source=faults.bash
. "${BASH_SOURCE[0]%/*}/faults.bash"
FAULT_AFTER=fcntl # where the hook's own code begins

# Of the host, without other tests', which vanish here when they are removed there; of the
# container; and what it has where trials make things.
fault_mounts() {
	awk -v dir="${folder%/harden}/" '$5 !~ /^\/(tmp|var)\// || index($5, dir) == 1 { print $4, $5, $6 }' /proc/self/mountinfo
	cut -d' ' -f4- "/proc/$pid/mountinfo"
	find "/proc/$pid/root/dev/.lxc-harden" -mindepth 1
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

fault_said() {
	local said
	mapfile -t said <"$dir/said"
	[[ ${#said[@]} = [12] && ${said[0]} = 'cap-audit: '* && ${said[-1]} = 'cap-audit: '* ]] ||
		echo "it says '$(<"$dir/said")'"
}

fault_judge() {
	local verdict file
	fault_read_verdict
	case $1 in
	0)
		[ "$fault_verdict" = conforms ] || echo "success, but it should be refused"
		# Without its record a success says why that is missing.
		[ "$verdict" = conforms ] || fault_said_one_line "$dir" 'cap-audit: *: *'
		;;
	1 | 2 | 3)
		# One about the record, one about the container; none if it is this that failed.
		[[ ! -s $dir/said && $(<"$dir/call") = *' write 2' ]] || fault_said
		[ "$verdict" != conforms ] || echo "the record says '$verdict'"
		;;
	*) echo "not a documented status; said: '$(<"$dir/said")'; $(cat "$dir/call")" ;;
	esac
	for file in "$folder"/* "$folder"/.[!.]*; do
		[[ ! -e $file || $file = */audit.@(json|log) ]] || echo "left behind: $file"
	done
	[ "$(fault_mounts)" = "$fault_before" ] || { echo 'the mounts changed:'; diff <(echo "$fault_before") <(fault_mounts); }
}

# fault_audit POLICY
fault_audit() {
	faults_each "$dir" "${FAULT_STEP:-1}" env -i PATH="$PATH" LXC_NAME="$ct" LXC_PID="$pid" \
		LXC_CONFIG_FILE="${folder%/*}/config" LXC_ROOTFS_PATH="${folder%/*}/rootfs" \
		"$AUDIT" --policy "$1" "$ct" lxc start-host
}
