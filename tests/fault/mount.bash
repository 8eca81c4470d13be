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
	local root target rest text
	# At once: where mounts come and go on the host, one line after the other is no table.
	IFS= read -rd '' text </proc/self/mountinfo
	while read -r _ _ _ root target rest; do
		case $target in
		"$dir"/*) ;;
		/tmp/* | /var/*) continue ;;
		esac
		echo "$root $target $rest"
	done <<<"${text%$'\n'}" | sort
}

# shellcheck disable=SC2154 # R, dir
fault_reset() {
	local on
	for on in sys/fs/cgroup run dev; do
		while umount -l "$R/$on" 2>/dev/null; do :; done
	done
	mount -o remount,bind,rw,relatime "$R"
	mount -t tmpfs -o mode=755 run "$R/run"
	mount -t tmpfs -o mode=755 dev "$R/dev"
	eval "${FAULT_PREPARE:-}"
}

# fault_second: what a guest gets, too, whose systemd knows both, when the unified one cannot be had.
fault_second() {
	{
		grep -v " $R/sys/fs/cgroup" <<<"$fault_right"
		echo "/ $R/sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=64k,mode=755"
		echo "/ $R/sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime - cgroup cgroup rw,name=systemd"
	} | sort
}

# fault_is_right TABLE: also without message queues, which may be refused: they are the namespace's.
fault_is_right() {
	local right
	for right in "$fault_right" "$(fault_second)"; do
		[ "$1" != "$right" ] || return 0
		[ "$1" != "$(grep -v "^/ $R/dev/mqueue " <<<"$right")" ] || return 0
	done
	return 1
}

fault_judge() {
	local now
	now=$(fault_table)
	case $1 in
	0)
		[ ! -s "$dir/said" ] || echo "it says '$(<"$dir/said")'"
		fault_is_right "$now" || { echo 'success, but mounted is:'; diff <(echo "$fault_right") <(echo "$now"); }
		;;
	1 | 2 | 3)
		fault_said_one_line "$dir" 'mount-cgroup: *: *'
		# What it has mounted ends with the namespace: it has to be the guest's.
		now=$(comm -13 <(sort <<<"${fault_before//,nodev/}") <(sort <<<"${now//,nodev/}") |
			grep -vE "^[^ ]* $R/(run/|dev/|sys/fs/cgroup)")
		[ -z "$now" ] || echo "mounted elsewhere: $now"
		;;
	*) echo "not a documented status; said: '$(<"$dir/said")'" ;;
	esac
}

fault_mount() {
	fault_reset
	fault_before=$(fault_table)
	# shellcheck disable=SC2086 # words
	set -- env -i LXC_NAME=c1 LXC_HOOK_TYPE=mount LXC_HOOK_SECTION=lxc LXC_ROOTFS_MOUNT="$R" "PATH=$PATH" ${FAULT_WRAP:-} \
		"$HOOK" --unit-generator "${HOOK%/*}/unit-generator"
	"$@" || echo "without a fault: status $?" >>"$dir/bad"
	fault_right=$(fault_table)
	faults_each "$dir" "${FAULT_STEP:-1}" "$@"
}
