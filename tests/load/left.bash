# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # the caller's: W, work
#
# What a load may leave behind: "left_take" prints it, before; "left_judge" compares, after.

# Names that the kernel gives as it likes, or that come and go with other work on the host,
# are not among these; what is ours bears the name of $W, or of a container.
left_mounts() {
	grep -hF "$W" /proc/self/mountinfo /proc/1/mountinfo | cut -d' ' -f4- | sort | uniq -c
}

# What descends from us bears our mark, but for a container's own processes, which LXC starts
# anew: their cgroups tell.  Our own children are the ones who look.
left_processes() {
	local pid parent
	env -u LXC_HARDEN_LOAD grep -lzsxF "LXC_HARDEN_LOAD=$W" /proc/[0-9]*/environ | tr -dc '0-9\n' | while read -r pid; do
		parent=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")
		[[ " $$ $BASHPID " = *" $pid "* || " $$ $BASHPID $1 " = *" $parent "* ]] ||
			echo "process $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	done 2>/dev/null
	grep -lE "/lxc\.(payload|monitor)\.load-[0-9]+\.$$" /proc/[0-9]*/cgroup 2>/dev/null | sed 's/^/process in /'
}

left_cgroups() { ct_cgroup_find -type d -name "lxc.*.load-*.$$" -printf 'cgroup %p\n'; }

# What hooks, tools, or LXC for their sake, put there; what a start has to leave is left out.
left_files() {
	find "$work" -mindepth 1 \( -path "$work/*/rootfs" -o -path "$work/*/overlay" \) -prune -o -printf '%P\n' |
		grep -Evx '[^/]+/(log|console|turned|harden|harden/audit\.(json|log))' | sed 's/^/file /'
	find "$W" -mindepth 1 -maxdepth 1 -name '.*' -printf 'file %p\n'
	find /run /tmp /dev/shm -maxdepth 2 -name "*load-*.$$*" ! -path "$W*" -printf 'file %p\n' 2>/dev/null
}

left_bpf() { find /sys/fs/bpf -mindepth 1 -printf 'pinned %p\n' 2>/dev/null; }

left_descriptors() { find "/proc/$$/fd" -mindepth 1 -printf 'descriptor %f\n' 2>/dev/null; }

left_take() {
	local left
	left=$(left_mounts; left_processes "$BASHPID"; left_cgroups; left_files; left_bpf)
	left+=$'\n'$(left_descriptors)
	sort <<<"$left"
}

# left_judge: with $W/left.before; an end may take its moment.
left_judge() {
	local i line
	for ((i = 0; i < 20; i++)); do
		left_take >"$W/left.after"
		# LXC 5.0.2 leaves an empty lxc.monitor.NAME behind about one aborted start in five.
		diff "$W/left.before" "$W/left.after" | grep '^[<>]' >"$W/left"
		grep -qv "^> cgroup .*/lxc\.monitor\.load-" "$W/left" || break
		sleep 0.5
	done
	# shellcheck disable=SC2034 # for the table
	lxc_left=$(grep -c "^> cgroup .*/lxc\.monitor\.load-" "$W/left")
	while read -r line; do
		bad "left behind, or gone: $line"
	done < <(grep -v "^> cgroup .*/lxc\.monitor\.load-" "$W/left")
	ct_cgroup_find -depth -type d -name "lxc.monitor.load-*.$$" -exec rmdir {} +
	line=$(left_cgroups)
	[ -z "$line" ] || bad "cgroups that cannot be removed: ${line//$'\n'/ }"
}
