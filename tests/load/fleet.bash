# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # the caller's: W, work, share, cmd, names, kind
#
# The containers of a load: made, started, stopped, and each start judged.
#
#   fleet_make N SYSTEMD    fills names, kind and audits of each
#   fleet_start NAME...     all at once; each start is judged, what is wrong goes to $W/bad
#   fleet_stop NAME...      all at once
#   fleet_end               all that run, 20 at a time
#
# Kinds: MODE/LEVEL of those that have to start, where LEVEL may be generate-LEVEL; and of
# those that have to be refused, each time:
#   bad/sys_admin   keeps it: the audit's verdict
#   bad/host-mount  has a folder of the host's, writable: the audit's verdict
#   bad/link        has a link to the host for /sys: mount-cgroup's
#   turncoat        is the first of these at every other start, and otherwise good

fleet_kinds=(
	priv/base id/base priv/keep id/keep priv/strict id/strict priv/generate-base
	id/generate-keep priv/generate-strict id/generate-base
)

bad() { printf '%s\n' "$*" >>"$W/bad"; }

# --- making ------------------------------------------------------------------------

# fleet_kind INDEX: one in fifteen is bad, one in fifteen a turncoat.
fleet_kind() {
	case $(($1 % 15)) in
	4) echo bad/sys_admin ;;
	9) [ $(($1 / 15 % 2)) = 0 ] && echo bad/host-mount || echo bad/link ;;
	14) echo turncoat ;;
	*) echo "${fleet_kinds[$1 % ${#fleet_kinds[@]}]}" ;;
	esac
}

# fleet_new NAME KIND GUEST
fleet_new() {
	local name=$1 kind=$2 guest=$3 mode=${2%%/*} level=${2#*/} said=''
	case $mode in bad | turncoat) mode=priv level=base ;; esac
	[ -d "$work" ] || mkdir -p "$work"
	case $level in
	generate-*)
		ct_new "$name" "$guest" "$mode" || { bad "$name: cannot be made"; return 1; }
		said=$("$cmd" generate --level="${level#generate-}" -P "$work" "$name" 2>&1 </dev/null) ||
			{ bad "$name ($kind): generate: $said"; return 1; }
		;;
	*)
		ct_new "$name" "$guest" "$mode" "lxc.include = $share/$level.conf" ||
			{ bad "$name: cannot be made"; return 1; }
		;;
	esac
	case $kind in
	bad/sys_admin) ct_config_append "$name" 'lxc.cap.drop =' 'lxc.cap.drop = sys_module' ;;
	bad/host-mount) ct_config_append "$name" "lxc.mount.entry = $W/host mnt none bind,create=dir 0 0" ;;
	bad/link) ct_config_append "$name" 'lxc.mount.auto =' 'lxc.mount.auto = proc:mixed' &&
		rm -rf "$work/$name/rootfs/sys" && ln -s "$W/host" "$work/$name/rootfs/sys" ;;
	turncoat) cp "$work/$name/config" "$work/$name/config.good" ;;
	esac
}

# fleet_audits KIND: each level starts one.
fleet_audits() { echo 1; }

# fleet_make N SYSTEMD: that many of them are guests with systemd, of those that start.
fleet_make() {
	local i name left=$2 guest with_systemd=(trixie bookworm)
	mkdir "$W/host"
	for ((i = 0; i < $1; i++)); do
		name=load-$i.$$
		names+=("$name")
		kind["$name"]=$(fleet_kind "$i")
		audits["$name"]=$(fleet_audits "${kind[$name]}")
		guest=busybox
		case ${kind[$name]} in
		bad/* | turncoat | *-strict | */strict) ;;
		*) [ "$left" = 0 ] || { left=$((left - 1)) guest=${with_systemd[left % 2]}; } ;;
		esac
		[ "$i" -lt 6 ] || wait -n
		fleet_new "$name" "${kind[$name]}" "$guest" &
	done
	wait
}

# --- one start ---------------------------------------------------------------------

# fleet_should NAME: conforms, refused or link; a turncoat turns.
fleet_should() {
	local dir=$work/$1
	case ${kind[$1]} in
	bad/link) echo link ;;
	bad/*) echo refused ;;
	turncoat)
		cp "$dir/config.good" "$dir/config.new"
		if [ -e "$dir/turned" ]; then
			rm "$dir/turned" && echo conforms
		else
			: >"$dir/turned"
			printf '%s\n' 'lxc.cap.drop =' 'lxc.cap.drop = sys_module' >>"$dir/config.new" && echo refused
		fi
		mv "$dir/config.new" "$dir/config"
		;;
	*) echo conforms ;;
	esac
}

# fleet_read_record NAME: $record, an array of what audit.json says and, last, the log's last line.
fleet_read_record() {
	record=()
	[ -e "$work/$1/harden/audit.json" ] || return 0
	mapfile -t record < <(
		jq -r '.verdict, .pid, .monitor_pid, .init_start_time, .start, .namespaces.mnt.inode,
			([.findings[].key] | join(",")), .policy.path, .container' "$work/$1/harden/audit.json" 2>&1
		tail -n 1 "$work/$1/harden/audit.log" | jq -r '.start, .verdict, .bounding' 2>&1
	)
}

fleet_log_lines() {
	if [ -e "$work/$1/harden/audit.log" ]; then
		grep -c '' "$work/$1/harden/audit.log"
	else
		echo 0
	fi
}

# fleet_start_one NAME: starts it, and judges.
fleet_start_one() {
	local name=$1 should before lines status record=() t0=$EPOCHREALTIME
	should=$(fleet_should "$name")
	fleet_read_record "$name"
	before=${record[4]:-}
	lines=$(fleet_log_lines "$name")
	rm -f "$work/$name/log"
	timeout -k 5 900 lxc-start -P "$work" -n "$name" -d -l DEBUG -o "$work/$name/log" --console-log "$work/$name/console" \
		</dev/null >"$work/$name/said" 2>&1
	status=$?
	fleet_read_record "$name"
	printf '%s %s %s\n' "$should" "$status" "$(ct_seconds_since "$t0")" >>"$W/starts"
	wrong=$(fleet_judge_"$should" "$name" "$status" "$before" "$lines")
	rm -f "$work/$name/said"
	[ -z "$wrong" ] || {
		bad "$name (${kind[$name]}, should be $should): ${wrong//$'\n'/; }"
		cp "$work/$name/log" "$W/log.$name.$EPOCHREALTIME"
	}
}

# fleet_judge_record NAME BEFORE LINES VERDICT AUDITS: a record of this start, and a line in the
# log for each audit, of which the one that refuses is the last.
fleet_judge_record() {
	local name=$1 before=$2 lines=$3 verdict=$4
	[ "${record[0]:-}" = "$verdict" ] || echo "audit.json says '${record[0]:-nothing}' (${record[6]:-})"
	[ -n "${record[4]:-}" ] && [ "${record[4]}" != "$before" ] || echo "audit.json is of another start"
	[ "${record[8]:-}" = "$name" ] || echo "audit.json is of '${record[8]:-}'"
	[ "${record[9]:-}" = "${record[4]:-}" ] && [ "${record[10]:-}" = "$verdict" ] || echo "audit.log's last line is of another start"
	# A hundred at least are kept.
	[ "$lines" -ge 97 ] || [ "$(fleet_log_lines "$name")" = $((lines + $5)) ] || echo "audit.log has not $5 more lines"
}

fleet_judge_conforms() {
	local name=$1 status=$2 before=$3 lines=$4 pid stat policy=$share/${kind[$1]#*/}.policy
	[ "$status" = 0 ] || { echo "lxc-start: status $status: $(tail -n 1 "$work/$name/said") $(ct_hook_output "$name" | tail -n 1)"; return; }
	fleet_judge_record "$name" "$before" "$lines" conforms "${audits[$name]}"
	case ${kind[$name]} in
	*/generate-*) policy=$work/$name/harden/policy ;;
	turncoat) policy=$share/base.policy ;;
	esac
	[ "${record[7]}" = "$policy" ] || echo "audited by '${record[7]}'"
	# The kernel's word about who that is.
	pid=${record[1]}
	stat=$(<"/proc/$pid/stat") || { echo "no process ${pid}"; return; }
	# shellcheck disable=SC2206 # words
	stat=(${stat##*) })
	[ "${stat[19]}" = "${record[3]}" ] || echo "its init began at ${stat[19]}, not at ${record[3]}"
	[ "${stat[1]}" = "${record[2]}" ] || echo "its parent is ${stat[1]}, not ${record[2]}"
	grep -qazx "\[lxc monitor\] $work $name" "/proc/${record[2]}/cmdline" || echo "${record[2]} is not its monitor"
	[ "$(readlink "/proc/$pid/ns/mnt")" = "mnt:[${record[5]}]" ] || echo "its mount namespace is not ${record[5]}"
	grep -q "^CapBnd:	${record[11]}\$" "/proc/$pid/status" || echo "it holds other than the log's ${record[11]}"
}

fleet_judge_refused() {
	local name=$1 status=$2 before=$3 lines=$4 key=caps.bounding
	[ "$status" != 0 ] || echo 'lxc-start: status 0'
	fleet_judge_record "$name" "$before" "$lines" refused 1
	[ "${kind[$name]}" != bad/host-mount ] || key=mount.host
	[[ ,${record[6]:-}, = *,$key,* ]] || echo "not refused for $key but '${record[6]:-}'"
	[ ! -e "/proc/${record[1]:-none}/ns" ] || ! grep -qaz "lxc\|^/sbin/init" "/proc/${record[1]}/cmdline" || echo "its init runs: ${record[1]}"
}

# The mount hook has ended it before there was anything to audit.
fleet_judge_link() {
	[ "$2" != 0 ] || echo 'lxc-start: status 0'
	[ ! -e "$work/$1/harden" ] || echo "there is an audit"
	ct_hook_output "$1" | grep -q "^mount-cgroup: $1: .*symlink" || echo "not refused by mount-cgroup: $(ct_hook_output "$1" | tail -n 1)"
}

# --- many at once ------------------------------------------------------------------

fleet_start() {
	local name
	for name; do
		fleet_start_one "$name" &
		fleet_jobs+=($!)
	done
	wait "${fleet_jobs[@]}"
	fleet_jobs=()
}

# fleet_running: names of those with a monitor, as the kernel tells it.
fleet_running() { cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | sed -n "s|^\[lxc monitor\] $work ||p"; }

# One half is asked, and killed when it takes too long; the other is killed.
fleet_stop_one() {
	local option=-k
	[ $((RANDOM % 2)) = 0 ] || option=-t10
	timeout 60 lxc-stop -P "$work" -n "$1" $option </dev/null >/dev/null 2>&1
	case $? in 0 | 2) ;; *) bad "$1: lxc-stop $option failed" ;; esac # 2: it had gone by itself
}

fleet_stop() {
	local name i
	for name; do
		fleet_stop_one "$name" &
		fleet_jobs+=($!)
	done
	wait "${fleet_jobs[@]}"
	fleet_jobs=()
	# The monitor goes on for a moment after the container is said to be stopped.
	for ((i = 0; i < 600; i++)); do
		fleet_running | grep -Fxq "$(printf '%s\n' "$@")" || return 0
		sleep 0.1
	done
	bad "monitors stay: $(fleet_running | grep -Fx "$(printf '%s\n' "$@")")"
}

fleet_end() {
	local running i
	for ((i = 0; i < 60; i++)); do
		mapfile -t running < <(fleet_running)
		[ ${#running[@]} -gt 0 ] || return 0
		fleet_stop "${running[@]:0:20}"
	done
	bad "do not stop: ${running[*]}"
}
