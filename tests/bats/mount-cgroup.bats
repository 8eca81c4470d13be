#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What mount-cgroup does for whom, and what it refuses, in hand-made namespaces.

load ../lib/hook.bash

setup() {
	hook_setup
	root_new
	view=hybrid
}

# --- the command line ---------------------------------------------------------

# misuse REGEX [ARGUMENT]...: outside of any container, with the environment of one.
misuse() {
	local regex=$1 err
	shift
	run env -i LXC_ROOTFS_MOUNT=/nonexistent "$HOOK" "$@"
	[ "$status" = 2 ] && [ ${#lines[@]} = 1 ] && [[ $output =~ ^mount-cgroup:\ .*$regex ]] || {
		echo "$status: $output"
		return 1
	}
}

@test "help, version and wrong options" {
	run "$HOOK" --help
	[ "$status" = 0 ]
	[[ ${lines[0]} == 'Usage: mount-cgroup '* ]]
	run "$HOOK" --version
	[ "$status" = 0 ]
	[[ $output =~ ^mount-cgroup\ [0-9.]+$ ]]
	for option in --bogus -x --dry-run=1 --help=1; do
		misuse "unknown option, or one without its value, '$option'" "$option" c1 lxc mount
	done
	run bash -c '"$1" --help >/dev/full' _ "$HOOK"
	[ "$status" = 1 ]
	# Diagnostics are not on standard output.
	run bash -c '"$1" --bogus 2>/dev/null' _ "$HOOK"
	[ "$status" = 2 ]
	[ -z "$output" ]
}

@test "who calls it: too few arguments, no type, no name, wrong section" {
	misuse 'unexpected arguments' c1
	misuse 'unexpected arguments' c1 lxc
	misuse 'no hook type'
	misuse 'no hook type' c1 lxc ''
	misuse 'no container name' '' lxc mount
	misuse 'section' c1 net mount
	misuse 'for lxc.hook.start-host' c1 lxc start-host
	misuse 'for lxc.hook.\\x0a' c1 lxc $'\n'
}

@test "the root file system's variable: unset, empty, relative, the host's, missing, a file" {
	for pair in ':2:not set' '=:2:not set' '=rel/ative:2:Invalid' '=/:2:own' '=//../:2:own' \
		'=/not/there:1:No such' '=/etc/passwd:1:Not a directory'; do
		IFS=: read -r value code text <<<"$pair"
		run env -i ${value:+"LXC_ROOTFS_MOUNT$value"} "$HOOK" c1 lxc mount
		[ "$status" = "$code" ] && [ ${#lines[@]} = 1 ] && [[ $output == "mount-cgroup: c1: "*"$text"* ]] || {
			echo "$pair: $status $output"
			return 1
		}
	done
}

@test "a container's name cannot forge a line" {
	run env -i LXC_ROOTFS_MOUNT=/ "$HOOK" $'a\nmount-cgroup: b: \e[1m' lxc mount
	[ ${#lines[@]} = 1 ]
	[[ $output == 'mount-cgroup: a\x0a'*'\x1b[1m: '* ]]
}

# --- calling ------------------------------------------------------------------

@test "hook version 0 and 1, no PATH, closed standard descriptors" {
	CASE_ENV="LXC_ROOTFS_MOUNT=$W/mnt" case_run hybrid "$HOOK" c1 lxc mount
	case_mounted hybrid
	CASE_ENV="LXC_ROOTFS_MOUNT=$W/mnt LXC_NAME=c1 LXC_HOOK_TYPE=mount" case_run hybrid "$HOOK"
	case_mounted hybrid
	case_run hybrid bash -c 'exec "$1" <&- >&- 2>&-' _ "$HOOK"
	case_mounted hybrid
	case_run hybrid bash -c 'exec "$1" >/dev/full 2>&1' _ "$HOOK"
	case_mounted hybrid
	# Nor does a reader who is gone change the answer.
	rm -r "$W/rootfs/sys"
	case_run hybrid bash -c 'exec "$1" 2> >(exit)' _ "$HOOK"
	[ "$status" = 1 ]
	case_run hybrid bash -c 'exec "$1" <&- >&- 2>&-' _ "$HOOK"
	[ "$status" = 1 ]
	[ -z "$new" ]
}

@test "a dry run says it and mounts nothing" {
	for pair in 'legacy:name=systemd' 'hybrid:unified' 'unified:unified'; do
		case_run "${pair%%:*}" "$HOOK" --dry-run
		[ "$status" = 0 ]
		[ -z "$new" ]
		[[ $output == "mount-cgroup: c1: would mount the hierarchy ${pair#*:} on '/sys/fs/cgroup' (systemd 252)" ]] || { say_all; return 1; }
	done
}

# --- the choice ---------------------------------------------------------------

@test "each view gives each systemd what it can use, or a reason" {
	# systemd:legacy:hybrid:unified; v1, v2, or no
	for row in 219:v1:v1:no 229:v1:v1:no 230:v1:v2:v2 247:v1:v2:v2 257:v1:v2:v2 258:no:v2:v2 262:no:v2:v2; do
		IFS=: read -r version legacy hybrid unified <<<"$row"
		root_new "$version"
		for view in legacy hybrid unified; do
			case_run "$view" "$HOOK"
			case ${!view} in
			v1) case_mounted legacy ;;
			v2) case_mounted hybrid ;;
			no) case_refused 3 "no cgroup hierarchy for the guest \(systemd $version\): unified: .*; name=systemd: " ;;
			esac || { echo "systemd $version, $view"; return 1; }
		done
	done
}

@test "an init that is not systemd starts without cgroups where it has none" {
	rm "$W/rootfs/usr/sbin/init"
	: >"$W/rootfs/usr/sbin/init"
	case_run unified "$HOOK"
	case_mounted unified
	CASE_HOST='cgroups=' case_run hybrid "$HOOK"
	[ "$status" = 0 ]
	[ -z "$new$output" ]
}

@test "a version only the program tells" {
	rm "$W"/rootfs/usr/lib/systemd/lib*
	printf 'x\0systemd 219\0' >"$W/rootfs/usr/lib/systemd/systemd"
	case_run hybrid "$HOOK"
	case_mounted legacy
}

# --- never a cgroup that is not its own ---------------------------------------

@test "the root of a hierarchy is refused" {
	for view in legacy hybrid unified; do
		for denied in '' 'deny-syscall fsopen,fsmount,move_mount'; do
			CASE_HOST='cgroups=' case_run $view $denied "$HOOK"
			case_refused 3 'no cgroup hierarchy.*LXC made the container no cgroup of its own there' || { echo "$denied"; return 1; }
		done
	done
}

@test "the root of a hierarchy is refused wherever the monitor is" {
	# In v1 nothing but the root itself tells.
	for view in legacy hybrid unified; do
		for denied in '' 'deny-syscall fsopen,fsmount,move_mount'; do
			CASE_HOST='for c in $cgroups; do echo $$ >$c/cgroup.procs; roots+=" ${c%/*}"; done; cgroups=$roots' \
				case_run $view $denied "$HOOK"
			case_refused 3 'LXC made the container no cgroup of its own there($|; name)' || { echo "$denied"; return 1; }
		done
	done
}

@test "the monitor's cgroup is refused, wherever it is" {
	# As where lxc-start runs in a folder of the hierarchy that LXC makes none in.
	for view in legacy hybrid unified; do
		for denied in '' 'deny-syscall fsopen,fsmount,move_mount'; do
			CASE_HOST='for c in $cgroups; do echo $$ >$c/cgroup.procs; done' case_run $view $denied "$HOOK"
			case_refused 3 "no cgroup hierarchy.*(is not the container's alone|the monitor's)" || { echo "$denied"; return 1; }
		done
	done
}

@test "its own cgroup with a process of the host in it is refused" {
	for denied in '' 'deny-syscall fsopen,fsmount,move_mount'; do
		CASE_HOST='sleep 20 & echo $! >$dir/host.pid
			echo $! >/sys/fs/cgroup/cgroup.procs
			for c in $cgroups; do echo $! >$c/cgroup.procs; done' case_run unified $denied "$HOOK"
		case_refused 3 "is not the container's alone"
	done
}

@test "its own cgroup with a process of the host in a child of it is refused" {
	CASE_HOST='for c in $cgroups; do mkdir $c/child; done
		sleep 20 & echo $! >$dir/host.pid
		for c in $cgroups; do echo $! >$c/child/cgroup.procs; done' case_run unified "$HOOK"
	case_refused 3 "is not the container's alone"
}

@test "without a cgroup namespace, and without a pid namespace, it refuses" {
	CASE_OPTIONS=-C case_run hybrid "$HOOK"
	case_refused 3 'no cgroup namespace of its own'
	CASE_OPTIONS=-P case_run hybrid "$HOOK"
	case_refused 3 'no cgroup hierarchy|no pid namespace'
}

@test "id-mapped: its own cgroup is given, one that it may not write is refused" {
	CASE_HOST='for c in $cgroups; do chown 100000:100000 $c $c/cgroup.procs; done' \
		CASE_OPTIONS='-m 100000' CASE_BEFORE=$usual case_run hybrid "$HOOK"
	case_mounted hybrid dev/mqueue
	[ -z "$limits" ] # they are not the guest's to write
	for denied in '' 'deny-syscall faccessat2'; do
		CASE_OPTIONS='-m 100000' case_run hybrid $denied "$HOOK"
		case_refused 3 "not the container's to write" || { echo "$denied"; return 1; }
	done
}

# --- what is there already ----------------------------------------------------

@test "the right mount is left alone" {
	for before in 'mount -t cgroup2 -o nosuid cgroup2 $R/sys/fs/cgroup'; do
		CASE_BEFORE=$before case_run hybrid "$HOOK"
		[ "$status" = 0 ] && [ -z "$output$new$gone" ] || { say_all; return 1; }
	done
	CASE_BEFORE='mount -t tmpfs t $R/sys/fs/cgroup; mkdir $R/sys/fs/cgroup/systemd
		mount -t cgroup -o none,name=systemd s $R/sys/fs/cgroup/systemd' case_run legacy "$HOOK"
	[ "$status" = 0 ] && [ -z "$output$new$gone" ] || { say_all; return 1; }
}

@test "cgroups of another kind, more of them, or read-only are replaced" {
	for before in 'mount -t tmpfs t $R/sys/fs/cgroup; mkdir $R/sys/fs/cgroup/pids; mount -t cgroup -o pids p $R/sys/fs/cgroup/pids' \
		'mount -t cgroup2 -o ro cgroup2 $R/sys/fs/cgroup' \
		'mount -t cgroup -o none,name=systemd s $R/sys/fs/cgroup'; do
		CASE_BEFORE=$before case_run hybrid "$HOOK"
		[ "$status" = 0 ] && [ "$new" = "$(right hybrid)" ] && [ -n "$gone" ] || { say_all; return 1; }
	done
}

@test "what is no cgroup is not covered" {
	CASE_BEFORE='mount --bind /etc $R/sys/fs/cgroup' case_run hybrid "$HOOK"
	case_refused 3 'taken by a file system that is not cgroups'
}

@test "the host's cgroups bound there: replaced, and still there on the host" {
	for options in '' -S; do
		CASE_OPTIONS=$options CASE_BEFORE='mount --make-private $R; mount --rbind /sys/fs/cgroup $R/sys/fs/cgroup' \
			case_run hybrid "$HOOK"
		hook_changes "$W" host | grep -v " $W/mnt " && { say_all; return 1; }
		[ "$status" = 0 ] && [ "$new" = "$(right hybrid)" ] || { say_all; return 1; }
	done
}

@test "a shared mount is refused: the host would see ours" {
	CASE_OPTIONS=-S case_run hybrid "$HOOK"
	[ "$status" = 3 ] && [ -z "$new" ] && [[ $output == *'is a shared mount: the host would see ours' ]] || { say_all; return 1; }
	CASE_BEFORE='mount --make-rshared $R' case_run hybrid "$HOOK"
	[ "$status" = 3 ]
	[ -z "$new" ]
}

@test "no sys, no sys/fs/cgroup: nothing is created" {
	for path in sys sys/fs sys/fs/cgroup; do
		rm -r "$W/rootfs/$path"
		case_run hybrid "$HOOK"
		case_refused 1 'No such file or directory'
		[ ! -e "$W/rootfs/$path" ]
		root_new
	done
}

@test "a read-only root file system" {
	CASE_BEFORE="$usual"'mount -o remount,bind,ro $R' case_run hybrid "$HOOK"
	case_mounted hybrid
	CASE_BEFORE="$usual"'mount -o remount,bind,ro $R' case_run legacy "$HOOK"
	case_mounted legacy
}

# --- older kernels; for calls that fail see fault.bats ------------------------------------------

@test "the same without openat2, fsopen, move_mount, mount_setattr, faccessat2" {
	for view in legacy hybrid; do
		for calls in openat2 fsopen fsmount move_mount mount_setattr faccessat2 \
			openat2,fsopen,fsconfig,fsmount,move_mount,mount_setattr,faccessat2; do
			case_run $view deny-syscall $calls "$HOOK"
			case_mounted $view || { echo "without $calls"; return 1; }
		done
	done
}
