# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # the caller's: W, work, share, hooks, cmd
#
# A guest that rewrites its own root file system while it is started, audited, looked at,
# generated for and tried: none of that may reach the host.
#
#   guest_load SECONDS    lines for the table in $W/guest; what is wrong goes to $W/bad

# guest_make: three containers of one root file system: "rewrites" is started and stopped, "runs"
# runs, "bare" has no level yet.  It is busybox', with what is looked for in one with systemd.
guest_make() {
	local root=$work/rewrites/rootfs unit='[Service]\nUser=nobody\nProtectHome=yes\nAmbientCapabilities=CAP_NET_RAW\n'
	CT_COPY=1 ct_new rewrites busybox priv || return 1
	mkdir -p "$work"/{runs,bare} \
		"$root"/{sys/fs/cgroup,dev/shm,run,etc/systemd/system/multi-user.target.wants,usr/lib/systemd/system,var/lib/dpkg} || return 1
	cp "$work/rewrites/config" "$work/bare"
	ct_config_append rewrites "lxc.include = $share/base.conf"
	cp "$work/rewrites"/{config,guest} "$work/runs"
	touch "$root/etc/fstab" "$root/var/lib/dpkg/status" "$root/usr/lib/systemd/libsystemd-shared-252.so"
	printf 'ELF\0systemd 252\0' >"$root/usr/lib/systemd/systemd"
	printf %b "$unit" >"$root/usr/lib/systemd/system/a.service"
	ln -s /usr/lib/systemd/system/a.service "$root/etc/systemd/system/multi-user.target.wants"
	ct_start runs
}

# A folder of the host's with each thing that a guest could want to be taken for its own;
# whoever believes its systemd 219 has read it.  LXC 5.0.2 itself makes dev/pts by its name.
guest_canary() {
	local c=$W/canary dir
	mkdir -p "$c"/{fs/cgroup,cgroup/systemd,systemd/system,lib/systemd/system,dpkg,sbin,wants,empty,pts}
	for dir in "$c" "$c/lib" "$c/sbin" "$c/dpkg"; do
		printf 'CANARY\0systemd 219\0' | tee "$dir/init" "$dir/status" "$dir/fstab" >/dev/null
	done
	for dir in "$c" "$c/systemd" "$c/lib/systemd"; do
		printf 'CANARY\0systemd 219\0' >"$dir/libsystemd-shared-219.so"
	done
	mkfifo "$c/fifo"
	touch -d 2001-01-01 "$c" "$c"/*
}

# Not the time of access: a kernel updates that when a link is looked at.
guest_host_state() {
	(cd "$W/canary" && find . -printf '%p %y %m %U %G %s %n %T@ %C@ %i %l\n' | sort && find . -type f -exec cksum {} + | sort)
	grep -hF "$W/canary" /proc/self/mountinfo /proc/1/mountinfo
	find /sys/fs/cgroup -maxdepth 2 -type d ! -name '*.[0-9]*' ! -path '*/lxc.*' -printf '%p\n' | sort
	stat -c '%n %a %u %g %i' /dev /dev/shm /dev/null /run /tmp /proc /sys /sys/fs /sys/fs/cgroup /etc /usr/lib/systemd /sbin/init
}

# guest_until SECONDS NAME COMMAND...: over and over; the statuses to $W/NAME.statuses.  What
# takes longer is told to end, and has to tidy up then.
guest_until() {
	local end=$((SECONDS + $1)) name=$2
	shift 2
	while [ "$SECONDS" -lt "$end" ]; do
		timeout -k 20 $((end - SECONDS + 5)) "$@" >"$W/$name.out" 2>&1 </dev/null
		echo $? >>"$W/$name.statuses"
		! grep -aq 'CANARY\|systemd 219' "$W/$name.out" || bad "$name has told what is in a host's file"
	done
}

# LXC 5.0.2 opens the root file system's "proc" without asking what it is: on a FIFO the start
# waits for ever, and lxc-stop with it.  The monitor and its child bear the same name.  A start
# that hangs in anything else, as in a hook of ours, is a failure.
guest_free() {
	local pids=() pid i
	timeout 10 lxc-stop -P "$work" -n rewrites -k </dev/null >/dev/null 2>&1
	for ((i = 0; i < 50; i++)); do
		mapfile -t pids < <(grep -las "^\[lxc monitor\] $work rewrites" /proc/[0-9]*/cmdline | tr -dc '0-9\n')
		[ ${#pids[@]} -gt 0 ] || return 0
		sleep 0.1
	done
	for pid in "${pids[@]}"; do
		[[ $(cat "/proc/$pid/wchan") != @(wait_for_partner|fifo_open) ]] || : >"$W/hung"
	done
	[ -e "$W/hung" ] || bad "lxc-start of the guest that rewrites itself hangs, and not on a FIFO"
	kill -KILL "${pids[@]}"
}

# As LXC would have it, whose own checks end many of these.
guest_start() {
	# shellcheck disable=SC2016 # for the inner shell
	guest_until "$1" lxc-start bash -c 'lxc-start -P "$0" -n rewrites -d -l DEBUG -o "$0/rewrites/log" || exit
		lxc-stop -P "$0" -n rewrites -k; exit 0' "$work"
	guest_free
}

guest_generate() {
	# shellcheck disable=SC2016
	guest_until "$1" generate bash -c '"$0" generate --level=keep -P "$1" bare || exit
		exec "$0" remove -P "$1" bare' "$cmd" "$work"
}

# Of the container that runs, at a moment at which it should not be: when its guest can act.
guest_audit() {
	guest_until "$1" cap-audit env -i LXC_NAME=runs LXC_PID="$(ct_pid runs)" LXC_CONFIG_FILE="$work/runs/config" \
		LXC_ROOTFS_PATH="$work/rewrites/rootfs" "$hooks/cap-audit" --policy "$share/base.policy" runs lxc start-host
}

# --- the mount hook ------------------------------------------------------------------

# The mounts outside of the guest, of the host's without those that other work makes and unmakes.
guest_outside() {
	awk -v w="$W/" -v m="$W/mnt" 'index($5, m) != 1 && ($5 !~ /^\/(tmp|var)\// || index($5, w) == 1) { print $5, $6 }' /proc/self/mountinfo
}

# guest_hook [COMMAND...]: in front of it.
guest_hook() {
	env -i LXC_NAME=rewrites LXC_HOOK_TYPE=mount LXC_HOOK_SECTION=lxc LXC_ROOTFS_MOUNT="$W/mnt" "$@" "$hooks/mount-cgroup" >/dev/null 2>&1
	echo $? >>"$W/mount-cgroup.statuses"
	guest_outside | cmp -s "$W/outside" - || bad "mount-cgroup: mounts elsewhere: $(guest_outside | diff "$W/outside" - | tr '\n' ' ')"
}

# guest_hooks SECONDS CGROUP [COMMAND...]: on the guest's own folders; when LXC runs it, a sysfs
# covers them.  In a mount namespace whose mounts come through to a make-believe host.
guest_hooks() {
	local end=$((SECONDS + $1)) cgroup=$2 i
	shift 2
	mount --make-rshared / && mkdir -p "$W/mnt" && mount --rbind "$work/rewrites/rootfs" "$W/mnt" || exit
	guest_outside >"$W/outside"
	while [ "$SECONDS" -lt "$end" ]; do
		for ((i = 0; i < 20; i++)); do
			as-container -c "$cgroup" bash -c 'guest_hook "$@"' bash "$@"
		done
		guest_outside | cmp -s "$W/outside" - || { bad 'mount-cgroup: mounts on the host'; exit; }
	done
}
export -f guest_hooks guest_hook guest_outside bad

# guest_mount SECONDS: with openat2 and the new mount calls, then without.
guest_mount() {
	local cgroup=/sys/fs/cgroup/unified denied
	[ -e "$cgroup/cgroup.procs" ] || cgroup=/sys/fs/cgroup
	mkdir "$cgroup/load.$$" || return
	for denied in '' openat2 openat2,fsopen,fsmount,move_mount,mount_setattr; do
		# shellcheck disable=SC2016
		unshare --mount --propagation private bash -c 'guest_hooks "$@"' bash $((($1 + 2) / 3)) "$cgroup/load.$$" \
			${denied:+"$W/bin/deny-syscall" "$denied"}
	done
	rmdir "$cgroup/load.$$"
}

# --- all of it -----------------------------------------------------------------------

guest_all() {
	local jobs=()
	guest_start "$1" &
	jobs+=($!)
	guest_generate "$1" &
	jobs+=($!)
	guest_audit "$1" &
	jobs+=($!)
	guest_until "$1" check "$cmd" check --json -P "$work" runs &
	jobs+=($!)
	guest_until "$1" prove "$cmd" prove --no-pairs --no-restart --no-stop --repeat=1 --boot-timeout=5 -P "$work" rewrites &
	jobs+=($!)
	guest_mount "$1" &
	jobs+=($!)
	wait "${jobs[@]}"
}

guest_table() {
	local name
	echo "  rewritten $(<"$W/rewritten") times"
	[ ! -e "$W/hung" ] || echo "  LXC itself was left waiting by a FIFO in place of /proc"
	for name in mount-cgroup cap-audit lxc-start generate check prove; do
		printf '  %-14s %s\n' "$name" "$(sort "$W/$name.statuses" | uniq -c | awk '{ printf "%sstatus %s %d times", sep, $2, $1; sep = ", " }')"
	done
}

guest_load() {
	local seed=$RANDOM rewriter witness
	export W work hooks
	guest_canary
	guest_make || { bad 'the guest that rewrites itself: cannot be made'; return; }
	guest_host_state >"$W/host.before"
	witness "$W/canary" >"$W/witness" 2>&1 &
	witness=$!
	rewriter "$work/rewrites/rootfs" "$W/canary" "$seed" >"$W/rewritten" 2>&1 &
	rewriter=$!
	guest_all "$1"
	kill "$rewriter" "$witness"
	wait "$rewriter" "$witness" 2>/dev/null
	guest_host_state | diff "$W/host.before" - >"$W/host.diff" || bad "the host is not as before (seed $seed): $(head -n 5 "$W/host.diff")"
	[ "$(head -n 20 "$W/witness")" = ready ] || bad "somebody was at the canary (seed $seed): $(sed -n 2,5p "$W/witness")"
	[[ $(<"$W/rewritten") =~ ^[0-9]+$ ]] || bad "rewriter: $(<"$W/rewritten")"
	guest_table >"$W/guest"
}
