# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Throw-away containers for the tests: made in milliseconds from the cached guests
# (tests/guests/build), started as an administrator would, looked at from outside
# where that is possible, and taken away without a trace.
#
#   ct_new NAME GUEST priv|id [config line...]   make; CT_COPY=1: a plain copy, not an overlay
#   ct_config_append NAME line...                more lines, at the end
#   ct_start NAME                                status of lxc-start
#   ct_wait_ready NAME [SECONDS]                 prints the state init ends in, 0 when usable
#   ct_pid, ct_exec, ct_processes, ct_failed_units, ct_missing_services, ct_hook_output
#   ct_stop NAME                                 prints the seconds, 0 when it needed no kill
#   ct_state_snapshot NAME FILE, ct_assert_clean NAME FILE
#   ct_destroy NAME                              from any state, as often as you like
#   ct_in_bats                                   in setup_file(): CT_TMP is bats' own folder
#   wait_for SECONDS COMMAND...                  until it succeeds
#
# Set by the caller, all optional: CT_TMP (folder for everything, absolute and
# traversable by other ids), LXC_HARDEN_CACHE, CT_APPARMOR (value for
# lxc.apparmor.profile where AppArmor is there), CT_COPY, CT_SLOW (a factor on the limits
# of time, where the machine is emulated) and CT_POLL (seconds between two looks there).
# In a container's folder: config, log (DEBUG), console, and rootfs.

# shellcheck source-path=SCRIPTDIR source=idmap.bash
. "${BASH_SOURCE[0]%/*}/idmap.bash"

CT_SLOW=${CT_SLOW:-1}
CT_POLL=${CT_POLL:-0.05}
CT_CACHE=${LXC_HARDEN_CACHE:-/var/cache/lxc-harden}
CT_SHARE=${CT_SHARE:-/usr/share/lxc/config}
CT_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# --- making -------------------------------------------------------------------

ct_lxcpath() { echo "${CT_TMP:=$(ct_tmp_new)}/lxc"; }
ct_dir() { echo "$(ct_lxcpath)/$1"; }
ct_guest() { cat "$(ct_dir "$1")/guest"; }

# The mapped root of an id-mapped container must be able to walk here.
ct_tmp_new() {
	local dir
	dir=$(mktemp -d "${TMPDIR:-/tmp}/lxc-harden.XXXXXX") && chmod 755 "$dir" && echo "$dir"
}

ct_in_bats() {
	export CT_TMP=$BATS_FILE_TMPDIR
	# "bats" makes its folders for root alone; the mapped root has to walk here.
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

# ct_guest_root GUEST priv|id: the cached tree, which nobody may write to.
ct_guest_root() {
	local root=$CT_CACHE/guests/$1/rootfs
	[ "$2" = priv ] || root+=-id
	[ -e "$CT_CACHE/guests/$1/stamp" ] && [ -d "$root" ] && { echo "$root"; return; }
	echo "guest '$1' is not built: run tests/guests/build $1" >&2
	return 1
}

# Upper and work folder in a tmpfs of their own: gone with one umount.
ct_overlay() {
	local lower=$1 dir=$2
	mkdir "$dir/overlay" "$dir/rootfs" &&
		mount -t tmpfs -o mode=755,size=1g "ct-${dir##*/}" "$dir/overlay" &&
		mkdir "$dir/overlay/upper" "$dir/overlay/work" &&
		chown --reference="$lower" "$dir/overlay/upper" &&
		chmod --reference="$lower" "$dir/overlay/upper" &&
		mount -t overlay -o "lowerdir=$lower,upperdir=$dir/overlay/upper,workdir=$dir/overlay/work" \
			"ct-${dir##*/}" "$dir/rootfs"
}

ct_rootfs() {
	if [ -n "${CT_COPY:-}" ]; then
		cp -a "$1" "$2/rootfs"
	else
		ct_overlay "$1" "$2"
	fi
}

# What these inits take for "halt"; LXC finds out by itself for systemd, and
# SIGPWR, its default, is what the others' inittab has a line for.
ct_halt_signal() {
	case $1 in
	busybox) echo 'lxc.signal.halt = SIGUSR2' ;;
	runit) echo 'lxc.signal.halt = SIGINT' ;;
	esac
}

# ct_config NAME GUEST priv|id: stock LXC, as lxc-create would write it.
ct_config() {
	echo "lxc.include = $CT_SHARE/common.conf"
	if [ "$3" = id ]; then
		printf '%s\n' "lxc.include = $CT_SHARE/userns.conf" \
			"lxc.idmap = u 0 $id_base $id_count" "lxc.idmap = g 0 $id_base $id_count"
	fi
	printf '%s\n' "lxc.arch = $(uname -m)" "lxc.uts.name = $2" \
		"lxc.rootfs.path = dir:$(ct_dir "$1")/rootfs" \
		"lxc.net.0.type = empty" "lxc.net.0.flags = up"
	ct_halt_signal "$2"
	[ -z "${CT_APPARMOR:-}" ] || [ ! -d /sys/kernel/security/apparmor ] ||
		echo "lxc.apparmor.profile = $CT_APPARMOR"
}

ct_new() {
	local name=$1 guest=$2 mode=$3 lower dir
	: "${CT_TMP:=$(ct_tmp_new)}"
	lower=$(ct_guest_root "$guest" "$mode") || return 1
	dir=$(ct_dir "$name")
	[ "$mode" = priv ] || need_idmap || return 1
	mkdir -p "${dir%/*}" && mkdir "$dir" || return 1
	ct_rootfs "$lower" "$dir" || return 1
	echo "$guest" >"$dir/guest"
	ct_config "$@" >"$dir/config"
	shift 3
	[ $# = 0 ] || ct_config_append "$name" "$@"
}

ct_config_append() {
	local config
	config=$(ct_dir "$1")/config
	shift
	printf '%s\n' "$@" >>"$config"
}

# --- running ------------------------------------------------------------------

# ct_lxc TOOL NAME ARG...: descriptors above 2 stay here, or bats would wait for
# a container to close them.
ct_lxc() {
	local tool=$1 name=$2
	shift 2
	"lxc-$tool" -P "$(ct_lxcpath)" -n "$name" "$@" 3>&- 4>&- 9>&-
}

ct_start() {
	local dir
	dir=$(ct_dir "$1")
	timeout -k 5 $((60 * CT_SLOW)) "$(command -v lxc-start)" -P "${dir%/*}" -n "$1" -d -l DEBUG -o "$dir/log" \
		--console-log "$dir/console" </dev/null 3>&- 4>&- 9>&-
}

ct_pid() { ct_lxc info "$1" -pH 2>/dev/null | grep -x '[0-9][0-9]*'; }
ct_is_running() { [ "$(ct_lxc info "$1" -sH 2>/dev/null)" = RUNNING ]; }

# ct_exec NAME COMMAND...: by our own attach where there is an installed copy; within CT_LIMIT
# seconds, if that is set.
ct_exec() {
	local name=$1
	shift
	if [ -x "${LXC_HARDEN_BINDIR:-}/lxc-harden" ]; then
		timeout "${CT_LIMIT:-0}" "$LXC_HARDEN_BINDIR/lxc-harden" attach -P "$(ct_lxcpath)" "$name" -- "$@" 3>&- 4>&- 9>&-
	else
		timeout "${CT_LIMIT:-0}" lxc-attach -P "$(ct_lxcpath)" -n "$name" --clear-env \
			--set-var PATH="$CT_PATH" -- "$@" 3>&- 4>&- 9>&-
	fi
}

# ct_hook_output NAME: what hooks printed, as LXC logs it at DEBUG level.
ct_hook_output() { sed -n 's/.* produced output: //p' "$(ct_dir "$1")/log"; }

# ct_has_systemd NAME
ct_has_systemd() { [ -x "$CT_CACHE/guests/$(ct_guest "$1")/rootfs/lib/systemd/systemd" ]; }

# ct_wait_ready NAME [SECONDS]: who attaches may meet an init that has no /proc, no
# bus or no unit yet, and a container that is just going: any failure of it means
# "ask again", only the state of the container itself and its console end the wait.
ct_wait_ready() {
	local name=$1 end=$((SECONDS + ${2:-30})) state
	while [ "$SECONDS" -lt "$end" ]; do
		if state=$(ct_state "$name"); then
			echo "$state"
			return 0
		fi
		case $state in stopped | frozen) echo "$state"; return 1 ;; esac
		sleep "$CT_POLL"
	done
	echo timeout
	return 1
}

# ct_state NAME: prints the state, 0 when it is final and the guest usable.
ct_state() {
	ct_is_running "$1" || { echo stopped; return 1; }
	ct_has_systemd "$1" || { ct_state_services "$1"; return; }
	local state
	state=$(CT_LIMIT=$((5 * CT_SLOW)) ct_exec "$1" systemctl is-system-running 2>/dev/null </dev/null)
	case $state in
	running | degraded | maintenance) echo "$state" ;;
	*) ct_state_frozen "$1"; return 1 ;;
	esac
}

ct_state_frozen() {
	if grep -aqs -e 'Freezing execution' -e 'Exiting PID 1' "$(ct_dir "$1")/console"; then
		echo frozen
	else
		echo starting
	fi
}

ct_state_services() {
	if [ -z "$(ct_missing_services "$1")" ]; then
		echo running
	else
		echo starting
		return 1
	fi
}

# --- looking in ---------------------------------------------------------------

ct_netns() {
	local pid
	pid=$(ct_pid "$1") || return 1
	shift
	timeout $((5 * CT_SLOW)) nsenter --net --target "$pid" -- "$@" </dev/null 2>/dev/null
}

# The host's own bash speaks to the guest's ports: no tool of the guest's is needed.
ct_port_22() {
	# shellcheck disable=SC2016
	ct_netns "$1" bash -c 'exec 5<>/dev/tcp/127.0.0.1/22 && read -rt $((4 * $1)) -u 5 line && [[ $line = SSH-2.0-* ]]' bash "$CT_SLOW"
}
ct_port_80() {
	# shellcheck disable=SC2016
	ct_netns "$1" bash -c 'exec 5<>/dev/tcp/127.0.0.1/80 && printf "GET / HTTP/1.0\r\n\r\n" >&5 &&
		read -rt $((4 * $1)) -u 5 line && [[ $line = HTTP/1.?\ 200* ]]' bash "$CT_SLOW"
}

# ct_pids NAME: all processes in the container, by the host's numbers.
ct_pids() {
	local pid ns
	pid=$(ct_pid "$1") && ns=$(readlink "/proc/$pid/ns/pid") || return 1
	ns=${ns//[/\\[}
	find /proc/[0-9]*/ns/pid -maxdepth 0 -lname "${ns//]/\\]}" -printf '%h\n' 2>/dev/null | cut -d/ -f3
}

# ct_comms NAME: their names.
ct_comms() { ct_pids "$1" | sed 's|.*|/proc/&/comm|' | xargs -r cat 2>/dev/null; }

# ct_processes NAME: the set of names, once it stands still, three times the same; what is
# about to be executed shows in parentheses for a moment.
ct_processes() {
	local last='' now same=0 i
	for ((i = 0; i < 40 && same < 2; i++)); do
		now=$(ct_comms "$1" | sort -u)
		if [ -n "$now" ] && [ "$now" = "$last" ]; then same=$((same + 1)); else same=0; fi
		last=$now
		sleep 0.1
	done
	echo "$now"
}

# ct_missing_services NAME: those of the guest's services that do not answer.
ct_missing_services() {
	local web=nginx cron=cron comms
	if [ "$(ct_guest "$1")" = busybox ]; then
		web=httpd cron=crond
	else
		ct_port_22 "$1" || echo sshd
	fi
	ct_port_80 "$1" || echo $web
	comms=$(ct_comms "$1")
	grep -qx $cron <<<"$comms" || echo $cron
}

ct_failed_units() {
	ct_exec "$1" systemctl list-units --failed --plain --no-legend --no-pager </dev/null 2>/dev/null |
		awk '{ print $1 }' | sort
}

# --- ending -------------------------------------------------------------------

# ct_seconds_since EPOCHREALTIME: with one decimal.
ct_seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f\n", b - a }'; }

# lxc-stop kills after its time-out and calls that success: only the time tells.
ct_stop() {
	local t0=$EPOCHREALTIME r took limit=$((10 * CT_SLOW))
	# Its shutdown waits five seconds for what it has told to end.
	[ "$(ct_guest "$1")" != openrc ] || limit=$((limit * 2))
	ct_lxc stop "$1" -t "$limit" </dev/null
	r=$?
	took=$(ct_seconds_since "$t0")
	echo "$took"
	[ "$r" = 0 ] && awk -v t="$took" -v limit="$limit" 'BEGIN { exit !(t < limit) }'
}

# The monitor goes on after STOPPED is seen: it removes cgroups, runs hooks.
ct_wait_gone() {
	local i
	for ((i = 0; i < 100; i++)); do
		[ -n "$(ct_cgroups_named "$1")" ] || return 0
		sleep 0.03
	done
	return 1
}

# LXC 5.0.2 leaves an empty lxc.monitor.NAME behind about one aborted start in five
# ("cgfsng_monitor_destroy: Device or resource busy"), whatever aborted it.
ct_cgroups_remove() { ct_cgroup_find -depth -type d -path "*/lxc.*.$1*" -exec rmdir {} + 2>/dev/null; }

ct_unmount() {
	! mountpoint -q "$1" || umount "$1" 2>/dev/null || umount -l "$1"
}

ct_destroy() {
	local dir i
	[ -n "${CT_TMP:-}" ] || return 0
	dir=$(ct_dir "$1")
	[ -d "$dir" ] || return 0
	[ "$(ct_lxc info "$1" -sH 2>/dev/null)" = STOPPED ] ||
		timeout $((20 * CT_SLOW)) "$(command -v lxc-stop)" -P "${dir%/*}" -n "$1" -k 2>/dev/null 3>&- 4>&- 9>&- ||
		true # it went by itself
	ct_wait_gone "$1" || ct_cgroups_remove "$1" || true
	# The monitor may write its last line to the log meanwhile.
	for ((i = 0; i < 20; i++)); do
		ct_unmount "$dir/rootfs" && ct_unmount "$dir/overlay" && rm -rf --one-file-system "$dir" && break
		sleep 0.1
	done
	# Succeeds after the last container.
	rmdir "${dir%/*}" "$CT_TMP" 2>/dev/null || true
}

wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "timeout: $*"; return 1; }
		sleep 0.1
	done
}

# --- the host, before and after -----------------------------------------------

# ct_hierarchies: those in the view of this process, and the host's own, some of
# which a cgroup-view hides.
ct_hierarchies() {
	awk '$3 ~ /^cgroup2?$/ && index($2, "/sys/fs/cgroup") == 1 {
		print (FILENAME == "/proc/1/mounts" ? "/proc/1/root" : "") $2
	}' /proc/self/mounts /proc/1/mounts
}

ct_cgroup_find() {
	local roots
	mapfile -t roots < <(ct_hierarchies)
	find "${roots[@]}" "$@" 2>/dev/null
}

ct_cgroups_named() { ct_cgroup_find -type d \( -name "lxc.*.$1" -o -name "lxc.*.$1-[0-9]*" \); }

# ct_cgroups_top: what stands at the top of the hierarchies and is not LXC's.  A
# guest that was handed the root of one leaves its cgroups there.  Names that end in
# a number are those of other tests: by convention NAME.PID.
ct_cgroups_top() { ct_cgroup_find -mindepth 1 -maxdepth 1 -type d ! -name 'lxc.*' ! -name '*.[0-9]*'; }

ct_cgroups() {
	ct_cgroups_named "$1"
	ct_cgroups_top
}

# In a mount namespace of our own (cgroup-view) all mounts are this container's
# doing; elsewhere only those that name it can be told from other people's.
ct_mounts() {
	if [ -n "${CGROUP_VIEW:-}" ]; then
		cut -d' ' -f3- /proc/self/mountinfo
	else
		cut -d' ' -f3- /proc/self/mountinfo | grep -F -e "$(ct_dir "$1")" -e "$1"
	fi
	grep -F -e "$(ct_dir "$1")" /proc/1/mountinfo | cut -d' ' -f3-
}

ct_state_now() { { ct_mounts "$1"; ct_cgroups "$1"; } | sort; }

# ct_state_snapshot NAME FILE: before ct_start.
ct_state_snapshot() { ct_state_now "$1" >"$2"; }

# ct_assert_clean NAME FILE: prints what came (>) since, and what went (<) of the
# host's API mounts.  Other things that went are other tests': their containers'
# mounts were copied when this mount namespace was made, and vanish with the folder.
ct_assert_clean() {
	ct_wait_gone "$1"
	diff "$2" <(ct_state_now "$1") | grep -E -e '^>' -e '^< [0-9:]+ [^ ]+ /(sys|proc|dev)[/ ]' && return 1
	return 0
}
