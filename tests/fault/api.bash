# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# mount-api with faults, as mount.bash has mount-cgroup.  What it has mounted when it fails
# ends with the namespace: it has to be the guest's, beneath /run and /dev.

# shellcheck source-path=SCRIPTDIR source=mount.bash
. "${BASH_SOURCE[0]%/*}/mount.bash"

# shellcheck disable=SC2154 # R, dir
fault_reset() {
	while umount -l "$R/run" 2>/dev/null; do :; done
	while umount -l "$R/dev" 2>/dev/null; do :; done
	mount -t tmpfs -o mode=755 run "$R/run"
	mount -t tmpfs -o mode=755 dev "$R/dev"
	eval "${FAULT_PREPARE:-}"
}

fault_judge() {
	local now
	now=$(fault_table)
	case $1 in
	0)
		[ ! -s "$dir/said" ] || echo "it says '$(<"$dir/said")'"
		# Message queues may be refused: they are the namespace's.
		[ "$now" = "$fault_right" ] || [ "$now" = "$(grep -v "^/ $R/dev/mqueue " <<<"$fault_right")" ] ||
			{ echo 'success, but mounted is:'; diff <(echo "$fault_right") <(echo "$now"); }
		;;
	1 | 2 | 3)
		fault_said_one_line "$dir" 'mount-api: *: *'
		now=$(comm -13 <(echo "$fault_before") <(echo "$now") | grep -v "^[^ ]* $R/[rd][ue][nv]/")
		[ -z "$now" ] || echo "mounted elsewhere: $now"
		;;
	*) echo "not a documented status; said: '$(<"$dir/said")'" ;;
	esac
}

fault_api() {
	fault_reset
	fault_before=$(fault_table)
	# shellcheck disable=SC2086 # words
	set -- env -i LXC_NAME=c1 LXC_HOOK_TYPE=mount LXC_HOOK_SECTION=lxc LXC_ROOTFS_MOUNT="$R" "PATH=$PATH" ${FAULT_WRAP:-} \
		"${HOOK%/*}/mount-api" --unit-generator "${HOOK%/*}/unit-generator"
	"$@" || echo "without a fault: status $?" >>"$dir/bad"
	fault_right=$(fault_table)
	faults_each "$dir" "${FAULT_STEP:-1}" "$@"
}
