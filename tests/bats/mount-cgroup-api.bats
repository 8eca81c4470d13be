#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mount-cgroup: what it mounts beneath /run and /dev, what it leaves, and root file systems made to
# turn it against the host; in hand-made namespaces.  How whole containers boot with it is in
# fragments.bats and the matrix.

load ../lib/hook.bash
load ../lib/lxc.bash

setup() {
	hook_setup
	root_new
	canary_new
	view=unified
	# shellcheck disable=SC2016 # for the inner shell
	own_cgroup='for c in $cgroups; do chown 100000:100000 $c $c/cgroup.procs; done'
	old_kernel=deny-syscall\ openat2,fsopen,fsmount,open_tree,move_mount,mount_setattr
}

# given [NAME...]: done, silently, all of it but those.
given() { case_mounted unified "$@" || { diff <(api_right "$@") <(api_normal); return 1; }; }

# refused STATUS REGEX: in one line; what it has mounted until then ends with the namespace.
refused() {
	# shellcheck disable=SC2015
	nothing_lost && [ "$status" = "$1" ] && [[ $output =~ ^mount-cgroup:\ c1:\ .*$2 ]] && [ -z "$new$limits" ] ||
		{ say_all; echo "expected: $1 $2"; return 1; }
}

@test "wrong options, who calls it" {
	for option in --unit-generator -g; do
		run env -i LXC_ROOTFS_MOUNT=/nonexistent "$HOOK" "$option"
		[ "$status" = 2 ] && [ ${#lines[@]} = 1 ] && [[ $output == "mount-cgroup: -: "*"'$option'; see --help" ]] || { echo "$output"; return 1; }
	done
	run env -i LXC_ROOTFS_MOUNT=/nonexistent "$HOOK" c1 lxc start
	[ "$status" = 2 ]
	[[ $output == *'for lxc.hook.mount, not for lxc.hook.start' ]]
	run env -i "$HOOK" c1 lxc mount
	[ "$status" = 2 ]
	[[ $output == *'LXC_ROOTFS_MOUNT is not set'* ]]
}

@test "privileged and id-mapped, on old kernels: the same; message queues of the host: none" {
	CASE_BEFORE=$usual case_run unified "$HOOK"
	given
	for calls in openat2 fsopen fsmount open_tree move_mount mount_setattr; do
		CASE_BEFORE=$usual case_run unified deny-syscall $calls "$HOOK"
		given || { echo "without $calls"; return 1; }
	done
	# shellcheck disable=SC2086 # words
	CASE_BEFORE=$usual case_run unified $old_kernel "$HOOK"
	given
	for wrap in '' "$old_kernel"; do
		# shellcheck disable=SC2086
		CASE_HOST=$own_cgroup CASE_OPTIONS='-m 100000' CASE_BEFORE=$usual case_run unified $wrap "$HOOK"
		# The namespace of these is the host's here, and not for the mapped root to mount.
		given dev/mqueue
	done
}

@test "the unit generator: read-only, and only the one that is named" {
	local of=$BATS_TEST_TMPDIR/generator line wrap
	printf '#!/bin/sh\n' >"$of" && chmod 755 "$of"
	for wrap in '' "$old_kernel" 'deny-syscall mount_setattr'; do
		# shellcheck disable=SC2086
		CASE_BEFORE=$usual case_run unified $wrap "$HOOK" --unit-generator "$of"
		line=$(grep /run/systemd/ <<<"$api")
		# A copy of its own, and its home is gone.
		[[ $line =~ ^/lxc-harden\ R/run/systemd/system-generators/lxc-harden\ ro,nosuid,nodev,relatime\ -\ tmpfs\ lxc-harden\  ]] || { say_all; return 1; }
		api=$(grep -v /run/systemd/ <<<"$api")
		given
	done
	CASE_BEFORE=$usual case_run unified "$HOOK" --unit-generator "$of.none"
	refused 1 "cannot open '.*/generator.none': No such file or directory$"
	CASE_BEFORE=$usual case_run unified "$HOOK" --unit-generator "$W"
	refused 1 "'$W' is not a file$"
	[[ $api != */run/systemd* ]]
	# An entry of the configuration's own.
	CASE_BEFORE="$usual mkdir -p \$R/run/systemd/system-generators; touch \$R/run/systemd/system-generators/lxc-harden
		mount --bind '$of' \$R/run/systemd/system-generators/lxc-harden" case_run unified "$HOOK" --unit-generator "$of"
	given
}

@test "what another entry has mounted is left, itself; within a place it is mounted there once more" {
	local wrap map within
	for wrap in '' "$old_kernel" 'deny-syscall open_tree' 'deny-syscall fsopen'; do
		for map in '' '-m 100000'; do
			# shellcheck disable=SC2086 # words
			CASE_HOST=${map:+$own_cgroup} CASE_OPTIONS=$map CASE_BEFORE="$usual mkdir -p \$R/dev/shm \$R/run/user/1/2 \$R/dev/.lxc-harden; mount -t tmpfs own \$R/dev/shm
				mount -t tmpfs own \$R/run/user/1/2; mkdir \$R/run/user/1/2/3; mount -t tmpfs -o ro own \$R/run/user/1/2/3
				touch \$R/dev/.lxc-harden/cap-audit; mount --bind /etc/hostname \$R/dev/.lxc-harden/cap-audit" \
				case_run unified $wrap "$HOOK"
			# Those of before, beneath the new ones, which an old kernel does not reach by a path.
			[ "$wrap" != "$old_kernel" ] || open=$(grep -vE ' R/(run/user|dev/.lxc-harden)/' <<<"$open")
			within=$(grep -E ' R/(run/user|dev/.lxc-harden)/' <<<"$(api_normal)")
			api=$(grep -vE ' R/(run/user|dev/.lxc-harden)/' <<<"$api")
			given dev/shm ${map:+dev/mqueue} || { echo "$wrap $map"; return 1; }
			diff <(sed 's|\(/cap-audit\) rw.*|\1|' <<<"$within") - <<-'LINES' || { echo "$wrap $map"; return 1; }
				/ R/run/user/1/2 rw,nodev,relatime - tmpfs own rw
				/ R/run/user/1/2/3 ro,nodev,relatime - tmpfs own ro
				/etc/hostname R/dev/.lxc-harden/cap-audit
			LINES
		done
	done
}

@test "a folder that is there and has nothing mounted in it is covered, of LXC's or the guest's" {
	CASE_BEFORE="$usual mkdir -p \$R/dev/shm \$R/run/lock \$R/dev/.lxc; touch \$R/dev/shm/no-source" case_run unified "$HOOK"
	given
	mkdir "$W"/rootfs/dev/shm "$W"/rootfs/run/lock
	touch "$W"/rootfs/dev/shm/old "$W"/rootfs/run/lock/old
	case_run unified "$HOOK"
	given
	[ -d "$W/rootfs/run/user" ]
	[ -e "$W/rootfs/dev/shm/old" ]
	[ -z "$(ls -A "$W/rootfs/run/user")" ]
	# And what is mounted in the guest's own is kept.
	CASE_BEFORE='mount -t tmpfs own $R/dev/shm; mount -t tmpfs own $R/run/lock; mkdir $R/run/user/7; mount -t tmpfs own $R/run/user/7' \
		case_run unified "$HOOK"
	[[ $api = *' R/run/user/7 rw,nodev,relatime - tmpfs own rw'* ]]
	api=$(grep -v ' R/run/user/7 ' <<<"$api")
	given dev/shm run/lock
}

@test "what allow_nesting adds is gone, and does not come back" {
	# shellcheck disable=SC2016
	nested='mkdir -p $R/dev/.lxc/proc $R/dev/.lxc/sys; mount -t proc p $R/dev/.lxc/proc; mount -t proc p $R/dev/.lxc/proc; mount -t sysfs s $R/dev/.lxc/sys;'
	CASE_BEFORE="$usual mkdir -p \$R/dev/.lxc/proc \$R/dev/.lxc/sys; mount -t proc p \$R/dev/.lxc/proc; mount -t sysfs s \$R/dev/.lxc/sys" \
		case_run unified "$HOOK"
	[ "$(grep -c '/dev/.lxc/' <<<"$gone")" = 2 ] || { say_all; return 1; }
	gone=''
	given
	# Behind a cover of the configuration's own, which stays.
	CASE_BEFORE="$usual mkdir -p \$R/dev/.lxc; mount -t tmpfs own \$R/dev/.lxc; $nested" case_run unified "$HOOK"
	[ "$(grep -c '/dev/.lxc/' <<<"$gone")" = 3 ] || { say_all; return 1; }
	gone=''
	given dev/.lxc
}

@test "device nodes stay open on LXC's /dev, devpts and a node that is bound in, and nowhere else" {
	local wrap
	for wrap in '' 'deny-syscall mount_setattr'; do
		# shellcheck disable=SC2086 # words
		CASE_BEFORE="$usual"'touch $R/dev/tun $R/dev/own; mount --bind /dev/null $R/dev/tun; mkdir $R/dev/pts $R/dev/dri $R/run/disk
			mount -t devpts devpts $R/dev/pts; mount --bind /dev $R/dev/dri; mount -t tmpfs -o ro,noatime d $R/run/disk
			mount --make-private $R; mknod $R/own c 1 3; mount --bind $R/own $R/dev/own' case_run unified $wrap "$HOOK"
		# shellcheck disable=SC2015
		[ "$status" = 0 ] && diff <(sort <<<"$open") - <<-'LINES' || { say_all; return 1; }
			/ R/dev
			/ R/dev/pts
			/null R/dev/tun
		LINES
		awk '/\/run\/disk / { print $6 }' "$W/ns.after" | grep -x ro,nodev,noatime
		rm "$W/rootfs/own"
	done
	# A whole tmpfs of the host's is not LXC's.
	CASE_HOST='mount -t tmpfs dev /mnt' CASE_BEFORE='mount --bind /mnt $R/dev' case_run unified "$HOOK"
	[ "$status" = 0 ]
	[ "$open" = '' ]
}

# --- hostile guests ----------------------------------------------------------------------------

# become PATH KIND: puts that there in place of what is there.
become() {
	local p=$W/rootfs/$1
	rm -rf "$p"
	mkdir -p "${p%/*}"
	case $2 in
	absolute) ln -s "$W/canary" "$p" ;;
	climbing) ln -s "../../../../../../../../../../../../../../../../../../..$W/canary" "$p" ;;
	magic) ln -s "/proc/self/root$W/canary" "$p" ;;
	dangling) ln -s "$W/canary/not-there/yet" "$p" ;;
	loop) ln -s "${p##*/}" "$p" ;;
	inside) ln -s /etc "$p" ;;
	file) echo x >"$p" ;;
	fifo) mkfifo "$p" ;;
	device) mknod "$p" c 1 5 ;;
	esac
}

# hostile PATH KIND [WRAP]
hostile() {
	become "$1" "$2"
	# shellcheck disable=SC2086 # words
	case_run unified ${3:-} "$HOOK" -g "$W/generator"
	case $2 in
	file | fifo | device) refused 1 "'/${1%%/*}[a-z./-]*' of the guest: Not a directory$" ;;
	*) refused 3 "'/${1%%/*}[a-z./-]*' of the guest is or contains a symlink$" ;;
	esac || { echo "$*"; return 1; }
	rm -rf --one-file-system "$W/rootfs"
	root_new
}

@test "each folder on the way a link to the host, a loop, a file, a FIFO, a device" {
	local path kind
	touch "$W/generator"
	for path in run dev; do
		for kind in absolute climbing magic dangling loop inside file fifo device; do
			hostile $path $kind
		done
		hostile $path absolute 'deny-syscall openat2'
	done
	for path in run/lock run/user dev/shm dev/mqueue dev/.lxc dev/.lxc-harden run/systemd run/systemd/system-generators; do
		hostile $path absolute
		hostile $path dangling 'deny-syscall openat2'
		hostile $path fifo
	done
}

@test "the generator's place is a link, a folder, a FIFO" {
	local kind place=run/systemd/system-generators/lxc-harden
	touch "$W/generator"
	for kind in absolute magic dangling loop fifo device; do
		become $place $kind
		case_run unified "$HOOK" -g "$W/generator"
		refused 3 "'/$place' of the guest is not a file$" || { echo "$kind"; return 1; }
	done
	rm "$W/rootfs/$place"
	mkdir "$W/rootfs/$place"
	case_run unified "$HOOK" -g "$W/generator"
	refused 3 "'/$place' of the guest is not a file$"
}

@test "a shared mount is refused: the host would see ours" {
	CASE_OPTIONS=-S case_run unified "$HOOK"
	[ "$status" = 3 ] && [ -z "$new" ] && [[ $output == *"'/run' is a shared mount: the host would see ours" ]] || { say_all; return 1; }
	# What is on another's shared mount is not unmounted there.
	CASE_BEFORE="$usual mkdir -p \$R/dev/.lxc; mount -t tmpfs t \$R/dev/.lxc; mount --make-shared \$R/dev/.lxc" case_run unified "$HOOK"
	refused 3 "'/dev/.lxc' is a shared mount"
}

# swapped A B: twelve runs while they are; sets ok and no, and fails for anything wrong.
swapped() {
	local a=$W/rootfs/$1 b=$W/rootfs/$2 st mounts said
	mkdir -p "$a"
	case $2 in
	.link) ln -s "$W/canary" "$b" ;;
	.folder) mkdir "$b" ;;
	esac
	CASE_HOST="swapper '$a' '$b' >'$W/swaps' 2>&1 & echo \$! >'$W/host.pid'" CASE_ROUNDS=12 \
		case_run unified "$HOOK" -g "$W/generator"
	rm -f "$W/host.pid"
	gone='' nothing_lost || return 1
	while IFS='|' read -r st mounts said; do
		if [ "$st" = 0 ]; then ok=$((ok + 1)); else no=$((no + 1)); fi
		mounts=$(tr ';' '\n' <<<"$mounts" | grep -vE '^$|^[0-9:]+ /[^ ]* [^ ]*/sys/fs/cgroup[/ ]' | tr '\n' ';')
		mounts=${mounts#;}
		[[ $st = 0 && -z $said || $said =~ ^mount-cgroup:\ c1:\ [^$'\n']+$ ]] || { echo "$*: $st $said"; return 1; }
		# Each of them in the guest, wherever that has moved it, and with success all seven.
		[[ $st != 0 || $(tr -cd ';' <<<"$mounts") = ';;;;;;;' ]] || { echo "$*: $st, but mounted: $mounts"; return 1; }
		! tr ';' '\n' <<<"$mounts" | grep . | grep -vE "^[0-9:]+ [^ ]* $W/mnt/" || { echo "$*: mounted elsewhere"; return 1; }
	done <"$W/rounds"
	rm -rf --one-file-system "$W/rootfs" "$W/rounds"
	root_new
}

@test "dev and run swapped for links to the host, for folders, for one another, while it runs" {
	local ok=0 no=0 pair
	echo generator >"$W/generator"
	for pair in dev:.link run:.link dev/shm:.link run/lock:.link dev:run dev:.folder run:.folder; do
		swapped "${pair%:*}" "${pair#*:}"
	done
	echo "# $ok done, $no refused" >&3
	[ "$ok" -gt 0 ]
	[ "$no" -gt 0 ]
}

@test "LXC's own starts while dev and run are swapped for links: nothing made on the host" {
	local swapped root swapper i ran=0
	need_guest busybox
	CT_TMP=$W/ct
	ct=api$$
	mkdir "$CT_TMP" && chmod 755 "$CT_TMP"
	# With an entry of the kind that mount-cgroup is in place of: by its folder the race is seen to
	# be one.
	CT_COPY=1 ct_new "$ct" busybox priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf" \
		'lxc.mount.entry = tmpfs dev/control tmpfs rw,create=dir 0 0' 'lxc.mount.entry = tmpfs run/control tmpfs rw,create=dir 0 0'
	root=$(ct_dir "$ct")/rootfs
	ln -s "$W/canary" "$root/.link"
	# What LXC 5.0.2 itself makes by its name, whatever the configuration.
	mkdir "$W/canary/pts"
	touch -d 2001-01-01 "$W/canary" "$W/canary/pts"
	for swapped in dev run; do
		swapper "$root/$swapped" "$root/.link" >/dev/null 3>&- &
		swapper=$!
		for ((i = 0; i < 200; i++)); do
			[ "$i" -lt 20 ] || [ ! -e "$W/canary/control" ] || break
			! timeout 10 lxc-start -P "$(ct_lxcpath)" -n "$ct" -d </dev/null >/dev/null 2>&1 3>&- || ran=$((ran + 1))
			timeout 10 lxc-stop -P "$(ct_lxcpath)" -n "$ct" -k </dev/null >/dev/null 2>&1 3>&- || true
		done
		kill "$swapper"
		wait "$swapper" || true
		echo "# $swapped: $i starts" >&3
		# Else the race has not been one.
		rmdir "$W/canary/control"
	done
	# With the guest at rest it starts, by the same hook.
	ct_start "$ct"
	grep -q " /dev/shm " "/proc/$(ct_pid "$ct")/mountinfo"
	echo "# $ran of them to the end" >&3
	touch -d 2001-01-01 "$W/canary"
	rmdir "$W/canary/pts"
	[ "$(find "$W/canary" -printf '%P %y %m\n' | sort)" = "$(awk '{ sub(/^\.\/?/, "", $1); print $1, $2, $3 }' "$W/canary.before" | sort)" ] ||
		{ find "$W/canary" -newermt 2026-01-01; return 1; }
}

teardown() { [ -z "${ct:-}" ] || ct_destroy "$ct"; }
