# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# mount-cgroup with faults, inside a container of tests/lib/hook-case: the text of a
# CASE_BEFORE, which sets $R, the root file system, and $dir.  FAULT_PREPARE mounts what
# LXC would have; FAULT_WRAP is a command in front of the hook.

# shellcheck source-path=SCRIPTDIR source=faults.bash
. "${BASH_SOURCE[0]%/*}/faults.bash"
FAULT_AFTER=fcntl # where the hook's own code begins

# The mounts, without what is another number each time, and without other tests', which
# vanish here when they are removed there.
fault_table() {
	local root target rest
	while read -r _ _ _ root target rest; do
		case $target in
		"$dir"/*) ;;
		/tmp/* | /var/*) continue ;;
		esac
		echo "$root $target $rest"
	done </proc/self/mountinfo | sort
}

# shellcheck disable=SC2154 # R, dir
fault_reset() {
	while umount -l "$R/sys/fs/cgroup" 2>/dev/null; do :; done
	eval "${FAULT_PREPARE:-}"
}

fault_judge() {
	local now
	now=$(fault_table)
	case $1 in
	0)
		[ ! -s "$dir/said" ] || echo "it says '$(<"$dir/said")'"
		[ "$now" = "$fault_right" ] || [ "$now" = "$fault_second" ] || { echo 'success, but mounted is:'; diff <(echo "$fault_right") <(echo "$now"); }
		;;
	1 | 2 | 3)
		fault_said_one_line "$dir" 'mount-cgroup: *: *'
		# What LXC mounted may be gone already.
		[ "$now" = "$fault_before" ] || [ "$now" = "$fault_bare" ] ||
			{ echo 'left behind:'; diff <(echo "$fault_before") <(echo "$now"); }
		;;
	*) echo "not a documented status; said: '$(<"$dir/said")'" ;;
	esac
}

fault_mount() {
	fault_bare=$(fault_table)
	fault_reset
	fault_before=$(fault_table)
	# shellcheck disable=SC2086 # words
	set -- env -i LXC_NAME=c1 LXC_HOOK_TYPE=mount LXC_HOOK_SECTION=lxc LXC_ROOTFS_MOUNT="$R" "PATH=$PATH" ${FAULT_WRAP:-} "$HOOK"
	"$@" || echo "without a fault: status $?" >>"$dir/bad"
	fault_right=$(fault_table)
	# What a guest gets, too, whose systemd knows both, when the unified one cannot be had.
	fault_second=$(
		echo "$fault_bare"
		echo "/ $R/sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=64k,mode=755"
		echo "/ $R/sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime - cgroup cgroup rw,name=systemd"
	)
	fault_second=$(sort <<<"$fault_second")
	faults_each "$dir" "${FAULT_STEP:-1}" "$@"
}
