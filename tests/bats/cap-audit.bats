#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cap-audit: every option error, every refusal, from every vantage point, with real
# containers that are started as an administrator would start them.
#
# LXC_HARDEN_LIBEXECDIR and LXC_HARDEN_DATADIR: the installed programs and fragments.

load ../lib/idmap.bash
load ../lib/skip.bash
# shellcheck disable=SC2154 # that file sets them
ids="$id_base:$id_base" map="$id_base $id_count"

# --- a guest of our own: busybox, made in no time -----------------------------------

setup_file() {
	D=$(mktemp -d "${TMPDIR:-/tmp}/cap-audit.XXXXXX")
	chmod 755 "$D"
	mkdir "$D/ct" "$D/share"
	export D
	cat >"$D/with-log" <<-'EOT'
		#!/bin/bash
		# with-log KIND FILE COMMAND...: the command with a host's log of its own.
		kind=$1 file=$2
		shift 2
		case $kind in
		journal)
			mount -t tmpfs -o mode=755 run /run
			mkdir -p /run/systemd/journal
			log=/run/systemd/journal/socket ;;
		syslog)
			mkdir "$D/dev.$$"
			mount -t tmpfs -o mode=755 dev "$D/dev.$$"
			cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/ptmx "$D/dev.$$"
			mkdir "$D/dev.$$/pts" "$D/dev.$$/shm"
			mount --rbind /dev/pts "$D/dev.$$/pts"
			mount --move "$D/dev.$$" /dev
			log=/dev/log ;;
		none)
			exec "$@" ;;
		esac
		socat -u "UNIX-RECV:$log" "OPEN:$file,creat,append" </dev/null >/dev/null 2>&1 3>&- &
		echo $! >"$file.pid"
		for ((i = 0; i < 200; i++)); do [ -S "$log" ] && break; sleep 0.01; done
		"$@"
	EOT
	chmod 755 "$D/with-log"
}

teardown_file() {
	rm -rf --one-file-system "$D"
}

setup() {
	need root lxc-start socat busybox capsh jq
	BIN=${LXC_HARDEN_LIBEXECDIR:-}/cap-audit
	DATA=${LXC_HARDEN_DATADIR:-}
	[ -x "$BIN" ] || cannot 'LXC_HARDEN_LIBEXECDIR is not set to an installed copy'
	need_idmap
	log=none
	C=$D/ct/c
	R=$C/rootfs
}

teardown() {
	[ -d "${C:-/nonexistent}" ] || return 0
	timeout 20 lxc-stop -P "$D/ct" -n c -k 2>/dev/null 3>&- || true
	[ ! -s "$C/journal.pid" ] || kill "$(cat "$C/journal.pid")" 2>/dev/null || true
	awk -v d="$C/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
		while read -r m; do umount -l "$(printf '%b' "${m//\\/\\0}")"; done
	rm -rf --one-file-system "$C"
}

guest_new() {
	mkdir -p "$R"/{bin,sbin,dev,proc,sys,run,tmp,etc,var,root,usr/bin,mnt}
	cp "$(command -v busybox)" "$R/bin/busybox"
	ln -s busybox "$R/bin/sh"
	# It tells that it ran; the file's name is the proof that no test can fake.
	printf '#!/bin/busybox sh\n: >/init-ran\nexec /bin/busybox sleep 1000\n' >"$R/sbin/init"
	chmod 755 "$R/sbin/init"
	[ "$1" = priv ] || chown -R "$ids" "$R"
}

# The levels have no start hook (SECURITY.md says why); here it is as somebody may set it
# up: the audit inside, the one on the host that reads its report, the one at stop.
start_hook() {
	sed 's/^inside = joined/inside = required/' "$DATA/base.policy" >"$D/share/required.policy"
	printf '%s\n' "lxc.mount.entry = $BIN dev/.lxc-harden/cap-audit none bind,ro,nosuid,nodev,create=file 0 0" \
		"lxc.mount.entry = $D/share/required.policy dev/.lxc-harden/policy none bind,ro,nosuid,nodev,noexec,create=file 0 0" \
		'lxc.hook.start = /dev/.lxc-harden/cap-audit' 'lxc.hook.start-host =' \
		"lxc.hook.start-host = $BIN --policy $D/share/required.policy" "lxc.hook.stop = $BIN"
}

# new priv|id [LINE...]: container c with base.conf last but for the start hook (unless
# plain is set) and the lines.
new() {
	local mode=$1
	shift
	mkdir "$C"
	guest_new "$mode"
	{
		echo "lxc.include = /usr/share/lxc/config/common.conf"
		[ "$mode" = priv ] || printf '%s\n' 'lxc.include = /usr/share/lxc/config/userns.conf' \
			"lxc.idmap = u 0 $map" "lxc.idmap = g 0 $map"
		printf '%s\n' "lxc.rootfs.path = dir:$R" 'lxc.rootfs.options = nodev' 'lxc.uts.name = c' 'lxc.net.0.type = empty' \
			'lxc.signal.halt = SIGKILL' "lxc.include = $DATA/base.conf"
		[ -n "${plain:-}" ] || start_hook
		[ $# = 0 ] || printf '%s\n' "$@"
	} >"$C/config"
}

# policy LINE...: on both sides, in place of base.policy.
policy() {
	printf '%s\n' 'name = mine' "$@" >"$C/policy"
	printf '%s\n' 'lxc.hook.start-host =' "lxc.hook.start-host = $BIN --policy $C/policy" \
		"lxc.mount.entry = $C/policy dev/.lxc-harden/policy none bind,ro,nosuid,nodev,noexec,create=file 0 0" \
		>>"$C/config"
}

base_policy() { grep -v -e '^name' -e '^mode' "$D/share/required.policy"; }

start() {
	timeout 30 unshare -m --propagation slave "$D/with-log" "$log" "$C/journal" "$@" lxc-start -P "$D/ct" -n c \
		-d -l DEBUG -o "$C/log" </dev/null 3>&- 4>&-
}

# The monitor is done with its stop hooks when nobody answers any more.
gone() {
	local i
	for ((i = 0; i < 200; i++)); do
		grep -q "@$D/ct/c/command" /proc/net/unix || return 0
		sleep 0.02
	done
	return 1
}

init_pid() { lxc-info -P "$D/ct" -n c -pH 3>&-; }

has() { grep -qF -e "$1" "$C/harden/audit.json" || { cat "$C/harden/audit.json"; return 1; }; }

valid_json() { jq -e . "$1" >/dev/null; }

starts() {
	start "$@" || { grep -e ERROR -e 'produced output' "$C/log"; return 1; }
	for ((i = 0; i < 100; i++)); do [ ! -e "$R/init-ran" ] || break; sleep 0.02; done
	[ -e "$R/init-ran" ]
	valid_json "$C/harden/audit.json"
	has "${verdict:-\"verdict\": \"conforms\"}"
}

# refused TEXT [COMMAND...]: not started, init never ran, and the record says why.
refused() {
	local text=$1
	shift
	if start "$@"; then echo 'it started'; return 1; fi
	gone
	[ ! -e "$R/init-ran" ]
	[ -e "$C/harden/audit.json" ] || { grep -e ERROR -e 'produced output' "$C/log"; return 1; }
	valid_json "$C/harden/audit.json"
	has "${verdict:-\"verdict\": \"refused\"}"
	has "$text"
}

# says STATUS REGEX COMMAND...: one line on standard error, and that status.
says() {
	local want=$1 regex=$2
	shift 2
	run "$@"
	if [ "$status" != "$want" ] || [ "${#lines[@]}" != 1 ] || ! [[ $output =~ $regex ]]; then
		echo "status $status, wanted $want and /$regex/: $output"
		return 1
	fi
}

# --- the command line ---------------------------------------------------------------

@test "help and version" {
	run "$BIN" --help
	[ "$status" = 0 ]
	[[ ${lines[0]} = usage:* ]]
	for option in --policy --mode --pid --inside --help --version; do
		[[ $output = *" $option "* ]]
	done
	run "$BIN" --version
	[ "$status" = 0 ]
	[[ $output =~ ^cap-audit\ .*[0-9]+\.[0-9]+ ]]
}

@test "wrong options: one line, status 2" {
	says 2 "wrong option '--nonsense'" "$BIN" --nonsense
	says 2 "wrong option '-x'" "$BIN" -x
	says 2 "needs a value" "$BIN" --policy
	says 2 "--policy '': no file" "$BIN" --policy ''
	says 2 "not 'enforce' or 'warn'" "$BIN" --mode maybe c lxc start-host
	for pid in 0 -1 1x '' 99999999999; do
		says 2 'not a process id' "$BIN" --pid "$pid"
	done
	says 2 'exclude each other' "$BIN" --pid 1 --inside
	says 2 "unexpected argument 'c'" "$BIN" --pid 1 c
	says 2 'wrong option' "$BIN" --help=yes
	says 2 "wrong option '--.x0a.x1b" "$BIN" $'--\n\e[2J'
}

@test "not run by LXC, or as a hook that it is not for: status 2" {
	says 2 'no hook type' env -i "$BIN"
	says 2 'unexpected arguments' "$BIN" c
	says 2 'unexpected arguments' "$BIN" c lxc
	says 2 'no container name' env -i LXC_HOOK_TYPE=start "$BIN"
	says 2 "section 'lxc'" "$BIN" c net up
	for type in mount pre-start post-stop clone START ''; do
		run "$BIN" c lxc "$type"
		[ "$status" = 2 ]
		[ "${#lines[@]}" = 1 ]
	done
}

@test "a policy that cannot be read or understood: status 2, with its place" {
	P=$D/share/policy
	says 2 "cannot read policy '$D/none': No such file" "$BIN" --policy "$D/none" --pid $$
	mkfifo "$D/share/fifo"
	says 2 "not a regular file" timeout 5 "$BIN" --policy "$D/share/fifo" --pid $$
	says 2 "not a regular file" "$BIN" --policy "$D" --pid $$
	printf 'cap.allow = none\n\ncolour = red\n' >"$P"
	says 2 "policy '$P':3: no such key: 'colour'" "$BIN" --policy "$P" --pid $$
	printf 'cap.allow = none\nrefuse = nonsense\n' >"$P"
	says 2 "no such trial: 'nonsense'" "$BIN" --policy "$P" --pid $$
	printf 'cap.allow = none\ncap.refuse = kill\n' >"$P"
	says 2 "policy '$P': both cap.allow" "$BIN" --policy "$P" --pid $$
	printf 'cap.allow = none\nname = \033[2J\n' >"$P"
	says 2 'x1b\[2J' "$BIN" --policy "$P" --pid $$
	head -c 70000 /dev/zero | tr '\0' '#' >"$P"
	says 2 "File too large" "$BIN" --policy "$P" --pid $$
	: >"$P"
	says 2 "neither cap.allow nor cap.refuse" env LXC_PID=$$ "$BIN" --policy "$P" c lxc start-host
	says 2 "neither cap.allow nor cap.refuse" "$BIN" --policy "$P" c lxc start
}

@test "LXC_PID missing, garbage or gone: status 1, one line, and in warn mode 0" {
	export LXC_CONFIG_FILE=''
	P=$DATA/base.policy
	says 1 'LXC_PID is not set' env -u LXC_PID "$BIN" --policy "$P" c lxc start-host
	says 1 'LXC_PID is not set' env LXC_PID= "$BIN" --policy "$P" c lxc start-host
	says 1 'LXC_PID is no process id' env LXC_PID=1x "$BIN" --policy "$P" c lxc start-host
	says 1 'No such process' env LXC_PID=2147483647 "$BIN" --policy "$P" c lxc start-host
	says 0 'No such process' env LXC_PID=2147483647 "$BIN" --policy "$P" --mode warn c lxc start-host
}

@test "closed standard descriptors" {
	run bash -c 'exec "$0" --policy "$1" --pid $$ <&- >&- 2>&-' "$BIN" "$DATA/base.policy"
	[ "$status" = 3 ]
}

# --- containers that conform ----------------------------------------------------------

@test "a right container starts: privileged, id-mapped, hook version 0 and 1" {
	for mode in priv id; do
		for version in 0 1; do
			new $mode "lxc.hook.version = $version"
			log=journal starts
			has '"by": "start-host"'
			has '"state": "report"'
			grep -aq '^PRIORITY=6$' "$C/journal"
			grep -aq "^MESSAGE=c: conforms to policy 'base'" "$C/journal"
			grep -aq '^LXC_CONTAINER=c$' "$C/journal"
			teardown
		done
	done
}

@test "keep.conf: the whitelist, its policy passes" {
	for mode in priv id; do
		plain=1 new $mode "lxc.include = $DATA/keep.conf"
		starts
		has '"name": "keep"'
		teardown
	done
}

@test "an empty PATH, and an environment of nothing" {
	new priv
	starts env PATH= /usr/bin/env -i
}

@test "by hand: --pid from the host, --inside through lxc-attach, and stop says nothing" {
	new priv
	starts
	run "$BIN" --policy "$DATA/base.policy" --pid "$(init_pid)"
	[ "$status" = 0 ]
	[[ $output = *'"verdict": "conforms"'*'"by": "pid"'* ]]
	valid_json /dev/stdin <<<"$output"
	printf 'cap.allow = none\n' >"$C/none"
	run "$BIN" --policy "$C/none" --pid "$(init_pid)"
	[ "$status" = 3 ]
	run lxc-attach -P "$D/ct" -n c -- /dev/.lxc-harden/cap-audit --inside
	[ "$status" = 0 ]
	[[ ${lines[0]} = 'lxc-harden-report 1' && ${lines[1]} = 'verdict conforms' ]]
	before=$(stat -c '%i %Y' "$C/harden/audit.json")
	lxc-stop -P "$D/ct" -n c -k 3>&-
	gone
	[ "$(stat -c '%i %Y' "$C/harden/audit.json")" = "$before" ]
	run grep 'lxc stop produced output: cap-audit' "$C/log"
	[ "$status" = 1 ]
}

@test "warn mode starts what it would refuse, and says so" {
	new priv 'lxc.cap.drop ='
	policy 'mode = warn' "$(base_policy)"
	log=journal verdict='"verdict": "refused"' starts
	has '"mode": "warn"'
	grep -aq '^PRIORITY=4$' "$C/journal"
	grep -aq '^MESSAGE=c: would be refused' "$C/journal"
}

# --- refusals -------------------------------------------------------------------------

@test "one capability too many: refused from inside, told by the stop hook" {
	for mode in priv id; do
		for version in 0 1; do
			new $mode "lxc.hook.version = $version" 'lxc.cap.drop =' \
				"$(grep '^lxc.cap.drop' "$DATA/base.conf" | sed 's/sys_admin$/setfcap/')"
			log=journal refused 'the bounding set holds what the policy refuses: sys_admin'
			has '"by": "stop"'
			has 'inside: the kernel grants: '
			grep -aq '^PRIORITY=3$' "$C/journal"
			grep -aq 'MESSAGE=c: refused by policy.*sys_admin' "$C/journal"
			teardown
		done
	done
}

@test "one capability too many, not tried from inside: refused by the host" {
	for mode in priv id; do
		new $mode 'lxc.cap.drop =' \
			"$(grep '^lxc.cap.drop' "$DATA/base.conf" | sed 's/sys_module//')" \
			'lxc.hook.start =' "lxc.mount.entry = $DATA/base.policy bin/sh none bind,optional 0 0"
		rm "$R/bin/sh"
		log=syslog refused 'the bounding set holds what the policy refuses: sys_module"'
		has '"by": "start-host"'
		grep -aq '<27>cap-audit\[[0-9]*\]: c: refused by policy .base.: .*sys_module' "$C/journal"
		teardown
	done
}

@test "userns.conf after base.conf empties the list: refused, with the hint" {
	new id 'lxc.include = /usr/share/lxc/config/userns.conf'
	refused 'did a later include, as userns.conf, empty the list?'
}

@test "keep.policy: what the whitelist lacks is refused" {
	plain=1 new priv "lxc.include = $DATA/keep.conf" 'lxc.cap.keep = ipc_lock'
	refused 'the bounding set holds what the policy refuses: ipc_lock'
}

@test "a namespace shared with the host" {
	# Whoever keeps one in a privileged container must keep the user namespace, too.
	for kind in ipc uts; do
		new priv "lxc.namespace.keep = user $kind"
		refused "the $kind namespace is the host"
		teardown
	done
	new id 'lxc.namespace.keep = ipc'
	refused 'the ipc namespace is the host'
}

@test "a writable path of the host; allowed by the policy; read-only" {
	mkdir -p "$D/share/data"
	entry="lxc.mount.entry = $D/share/data srv none bind,create=dir 0 0"
	for mode in priv id; do
		new $mode "$entry"
		log=journal refused "is writable at '/srv'"
		grep -aq "MESSAGE=c: refused.*is writable at '/srv'" "$C/journal"
		teardown
		new $mode "$entry"
		policy "$(base_policy)" 'mount.allow = /srv'
		starts
		teardown
		new $mode "${entry/bind/bind,ro}"
		starts
		teardown
	done
}

@test "hostile names in the mount table: the record stays valid and plain" {
	mkdir -p "$D/share/"$'q"\\\n\e[2J\xff'
	new priv
	mkdir "$R/"$'t"\e[2J\xff'
	mount --bind "$D/share/"$'q"\\\n\e[2J\xff' "$R/"$'t"\e[2J\xff'
	refused 'is writable at'
	LC_ALL=C run grep -q '[^ -~]' "$C/harden/audit.json"
	[ "$status" = 1 ]
}

@test "proc:rw, sys:rw, a second proc, a cgroup of the host's" {
	for line in 'lxc.mount.auto = proc:rw' 'lxc.mount.auto = sys:rw' \
		'lxc.mount.entry = proc mnt proc rw 0 0'; do
		new priv "$line"
		# The audit inside sees the first two as well, and is first.
		refused 'writ'
		teardown
	done
	new priv "lxc.mount.entry = $(awk '$0 ~ / - cgroup2? / { print $5; exit }' /proc/self/mountinfo) mnt none bind 0 0"
	refused 'is the root of a cgroup hierarchy of the host'
}

@test "the host's own root file system as the container's" {
	run "$BIN" --policy "$DATA/base.policy" --pid $$
	[ "$status" = 3 ]
	[[ $output = *'namespace.mnt'*'its mounts are the host'* ]]
	unshare -m --propagation private sleep 5 3>&- &
	pid=$!
	for ((i = 0; i < 100; i++)); do [ "$(cat /proc/$pid/comm)" = sleep ] && break; sleep 0.01; done
	run "$BIN" --policy "$DATA/base.policy" --pid $pid
	kill $pid
	[[ $output = *'the root file system is the host'* ]]
}

@test "seccomp required and missing" {
	# By the host's audit: the one inside would refuse before, for what the filter closes.
	local plain=1
	for mode in priv id; do
		new $mode 'lxc.seccomp.profile ='
		refused 'no seccomp filter is in force'
		teardown
	done
}

@test "inheritable capabilities" {
	new priv
	refused 'the inheritable set is not empty: net_raw' capsh --inh=cap_net_raw -- -c '"$@"' sh
}

@test "no_new_privs, idmap and a profile required and missing" {
	for key in no_new_privs idmap lsm; do
		new priv
		policy "$(base_policy)" "$key = required"
		refused "\"key\": \"$key\""
		teardown
	done
	new id 'lxc.no_new_privs = 1'
	policy "$(base_policy)" 'no_new_privs = required' 'idmap = required'
	starts
}

@test "a bad policy inside, and none" {
	new priv
	policy "$(base_policy)"
	printf 'cap.allow = none\n' >"$C/other"
	echo 'nonsense' >"$C/bad"
	echo "lxc.mount.entry = $C/bad dev/.lxc-harden/policy none bind,ro,nosuid,nodev,noexec,create=file 0 0" >>"$C/config"
	verdict='"verdict": "unchecked"' refused 'the audit inside left no report'
	grep -q "policy '/dev/.lxc-harden/policy':1: not 'key = value'" "$C/log"
}

@test "lxc-start -F shows the reason on the terminal, whichever audit refused" {
	need script
	plain=1 new priv 'lxc.seccomp.profile ='
	run timeout 20 script -qec "lxc-start -P $D/ct -n c -F" /dev/null </dev/null
	[[ $output = *"cap-audit: c: refused by policy 'base': no seccomp filter"* ]]
	teardown
	new priv 'lxc.cap.drop ='
	run timeout 20 script -qec "lxc-start -P $D/ct -n c -F" /dev/null </dev/null
	[[ $output = *"cap-audit: c: refused by policy 'base': inside: the bounding set"* ]]
}

# --- hostile guests -------------------------------------------------------------------

# hostile_shell COMMANDS: in place of /bin/sh; it runs instead of the start hook and exits 0.
hostile_shell() {
	rm "$R/bin/sh"
	printf '#!/bin/busybox sh\ncd /dev/.lxc-harden\n%s\nexit 0\n' "$1" >"$R/bin/sh"
	chmod 755 "$R/bin/sh"
}

@test "a guest without /bin/sh: advice; with the start hook cleared it starts, noted" {
	for mode in priv id; do
		new $mode
		rm "$R/bin/sh"
		log=journal verdict='"verdict": "unchecked"' refused "put 'lxc.hook.start =' after the include"
		grep -aq "MESSAGE=c: .*put 'lxc.hook.start ='" "$C/journal"
		teardown
		new $mode 'lxc.hook.start ='
		rm "$R/bin/sh"
		starts
		has 'not tried from inside: the guest has no /bin/sh'
		teardown
	done
	# Also where /bin is a link.
	new priv 'lxc.hook.start ='
	mv "$R/bin/busybox" "$R/usr/bin/"
	rm -r "${R:?}/bin"
	ln -s usr/bin "$R/bin"
	starts
}

@test "the start hook is skipped: by a shell that lies, by an empty setting" {
	for mode in priv id; do
		new $mode
		hostile_shell ''
		refused 'the start hook left no report: it did not run'
		teardown
	done
	new priv 'lxc.hook.start ='
	refused 'the start hook left no report: it did not run'
	teardown
	new priv 'lxc.hook.start ='
	policy "$(base_policy | grep -v ^inside)"
	starts
}

@test "hostile reports: link, FIFO, folder, 1 GiB, garbage, escapes, nothing on the host is touched" {
	echo secret >"$D/share/secret"
	for what in "ln -s /etc/passwd report" "ln -s $D/share/secret report" "mkfifo report" "mkdir report" \
		"dd if=/dev/null of=report bs=1 seek=1073741824" "echo garbage >report" \
		"printf 'lxc-harden-report 1\nverdict conforms\nfinding a b\nend\n' >report" \
		"printf 'lxc-harden-report 1\nverdict conforms\npolicy \033[2J\nend\n' >report" \
		"mknod report c 1 5"; do
		for mode in priv id; do
			[[ $what != mknod* || $mode = priv ]] || continue
			new $mode
			hostile_shell "$what"
			[[ $what != mknod* ]] || sed -i 's/ mknod / /' "$C/config"
			t0=${EPOCHREALTIME/./}
			if [[ $what = mknod* ]]; then
				refused 'left no report'
			else
				refused 'is not to be trusted' || { echo "$what"; return 1; }
				[[ $what != dd* ]] || has 'it is too large'
			fi
			[ $((${EPOCHREALTIME/./} - t0)) -lt 5000000 ]
			teardown
		done
	done
	[ "$(cat "$D/share/secret")" = secret ]
}

@test "a hostile report that stops the start: the same from the stop hook" {
	for what in "ln -s /etc/passwd report" "mkfifo report" "dd if=/dev/null of=report bs=1 seek=1073741824"; do
		for mode in priv id; do
			new $mode
			hostile_shell "$what; exit 7"
			verdict='"verdict": "unchecked"' refused 'is not to be trusted'
			has '"by": "stop"'
			teardown
		done
	done
	new priv
	hostile_shell 'umount /dev/.lxc-harden; exit 7'
	verdict='"verdict": "unchecked"' refused 'the audit inside left no report'
}

@test "a report of a refusal from inside is a refusal, whatever the host saw" {
	new priv
	hostile_shell "printf 'lxc-harden-report 1\nverdict refused\nfinding odd something\nend\n' >report"
	refused 'inside: something'
}

@test "a start hook that is killed or hangs up: told as unchecked" {
	new priv
	hostile_shell 'kill -9 $$'
	verdict='"verdict": "unchecked"' refused 'the audit inside left no report'
}

# --- where the verdict goes -------------------------------------------------------------

@test "harden is a link, a file, another user's, writable for all: not used, verdict stands" {
	for mode in link file other world; do
		new priv
		mkdir "$C/elsewhere"
		case $mode in
		link) ln -s elsewhere "$C/harden" ;;
		file) : >"$C/harden" ;;
		other) mkdir "$C/harden"; chown 65534 "$C/harden" ;;
		world) mkdir "$C/harden"; chmod 777 "$C/harden" ;;
		esac
		log=journal start
		for ((i = 0; i < 100; i++)); do [ ! -e "$R/init-ran" ] || break; sleep 0.02; done
		[ -e "$R/init-ran" ]
		grep -q "produced output: cap-audit: c: cannot keep the verdict in 'harden'" "$C/log"
		grep -aq 'MESSAGE=c: conforms' "$C/journal"
		[ -z "$(ls -A "$C/elsewhere")" ]
		[ ! -s "$C/harden" ] || [ -d "$C/harden" ]
		[ ! -d "$C/harden" ] || [ -z "$(ls -A "$C/harden/")" ]
		teardown
	done
}

@test "a full disk: said, nothing half-written, verdict stands" {
	new priv
	mkdir "$C/harden"
	mount -t tmpfs -o size=4k,mode=755 full "$C/harden"
	echo old >"$C/harden/audit.json"
	start
	grep -q "produced output: cap-audit: c: cannot write 'harden/audit.json': No space left" "$C/log"
	# Both in one read of LXC's is one line of its log.
	grep -q "cap-audit: c: cannot write 'harden/audit.log': No space left" "$C/log"
	[ "$(cat "$C/harden/audit.json")" = old ]
	[ "$(ls -A "$C/harden")" = audit.json ]
}

@test "the history: a line for each start, whatever came of it" {
	local i plain=1
	new priv
	starts
	timeout 20 lxc-stop -P "$D/ct" -n c -k 3>&-
	gone
	rm "$R/init-ran"
	echo 'lxc.cap.drop =' >>"$C/config"
	refused 'caps.bounding'
	[ "$(jq -sc 'map(.verdict)' "$C/harden/audit.log")" = '["conforms","refused"]' ]
	[ "$(stat -c %a "$C/harden/audit.log")" = 644 ]
	[ "$(tail -n 1 "$C/harden/audit.log" | jq -r '.findings[0], .policy, .mode, .by')" = "$(printf '%s\n' \
		caps.bounding base enforce start-host)" ]
	[ "$(jq -r .start "$C/harden/audit.json")" = "$(tail -n 1 "$C/harden/audit.log" | jq -r .start)" ]
	# sys_admin: only the second one had it.
	[ $((0x$(jq -rs '.[0].bounding' "$C/harden/audit.log") >> 21 & 1)) = 0 ]
	[ $((0x$(jq -rs '.[1].bounding' "$C/harden/audit.log") >> 21 & 1)) = 1 ]

	# What a crash cut off: the next line stands alone.
	printf '{"time": "2026-' >>"$C/harden/audit.log"
	refused 'caps.bounding'
	[ "$(wc -l <"$C/harden/audit.log")" = 4 ]
	[ "$(sed -n '1,2p;4p' "$C/harden/audit.log" | jq -rs length)" = 3 ]

	# Bounded: the newest hundred stay when it has grown too long.
	for ((i = 0; i < 400; i++)); do
		printf '{"time": "2026-11-24T01:02:03Z", "n": %d, "text": "%0300d"}\n' $i 0
	done >"$C/harden/audit.log"
	refused 'caps.bounding'
	[ "$(wc -l <"$C/harden/audit.log")" = 101 ]
	[ "$(head -n 1 "$C/harden/audit.log" | jq .n)" = 300 ]
	[ "$(tail -n 1 "$C/harden/audit.log" | jq -r .verdict)" = refused ]
	[ "$(ls -A "$C/harden")" = $'audit.json\naudit.log' ]
}

@test "a verdict that lets it start does not wait for the disk, a refusal does" {
	need strace
	local plain=1
	new priv 'lxc.hook.start-host =' \
		"lxc.hook.start-host = $(command -v strace) -f -e trace=fsync -o $C/flushed $BIN --policy $DATA/base.policy"
	starts
	grep -q 'exited with 0' "$C/flushed"
	run grep -c 'fsync(' "$C/flushed"
	[ "$output" = 0 ]
	timeout 20 lxc-stop -P "$D/ct" -n c -k 3>&-
	gone
	rm "$R/init-ran"
	echo 'lxc.cap.drop =' >>"$C/config"
	refused 'caps.bounding'
	# The file and its directory.
	[ "$(grep -c 'fsync(' "$C/flushed")" = 2 ]
}

@test "the history cannot be written: said, and the verdict stands" {
	local kind
	for kind in link hard fifo folder; do
		new priv
		mkdir "$C/harden" "$C/elsewhere"
		echo mine >"$C/elsewhere/file"
		case $kind in
		link) ln -s ../elsewhere/file "$C/harden/audit.log" ;;
		hard) ln "$C/elsewhere/file" "$C/harden/audit.log" ;;
		fifo) mkfifo "$C/harden/audit.log" ;;
		folder) mkdir "$C/harden/audit.log" ;;
		esac
		starts
		grep -q "produced output: cap-audit: c: cannot write 'harden/audit.log': " "$C/log"
		[ "$(cat "$C/elsewhere/file")" = mine ]
		teardown
	done
}

@test "LXC_CONFIG_FILE unset: only the log" {
	new priv
	starts
	rm -r "$C/harden"
	run env -i LXC_PID="$(init_pid)" "$BIN" --policy "$DATA/base.policy" --mode warn c lxc start-host
	[ "$status" = 0 ]
	[ ! -e "$C/harden" ]
}

# --- the trials -------------------------------------------------------------------------

# For each capability: with it the kernel grants, without it it does not.
@test "each trial tells just its capability" {
	printf '%s\n' 'name = all' 'cap.allow = none' 'mounts = any' >"$D/share/all"
	cat >"$D/share/trials" <<-'EOT'
		mkdir -p /dev/.lxc-harden
		mount -t tmpfs -o nodev,mode=700 t /dev/.lxc-harden || exit 1
		report() { "$BIN" --policy "$D/share/all" --inside 2>/dev/null; }
		# host_network is net_admin's too, and granted only while a container's veth ends here.
		lists() { report | sed -n "s/^$1 //p" | tr ' ' '\n' | sed '/^host_network$/d' | sort; }
		granted=$(lists granted)
		for cap in $granted; do
			drop=cap_$cap
			case $cap in syslog | bpf | perfmon | checkpoint_restore | dac_read_search) drop+=,cap_sys_admin ;; esac
			without=$(capsh --drop=$drop -- -c "$(declare -f report lists); lists granted")
			gone=$(comm -23 <(echo "$granted") <(echo "$without") | tr '\n' ' ')
			want=$(tr ',' '\n' <<<"$drop" | sed 's/^cap_//' | sort | tr '\n' ' ')
			[ "$gone" = "$want" ] || { echo "without $drop: $gone"; exit 1; }
		done
		[ "$(capsh --drop=all -- -c "$(declare -f report lists); lists granted")" = '' ] || exit 1
		[ -z "$(ls -A /dev/.lxc-harden)" ] || { ls -A /dev/.lxc-harden; exit 1; }
		echo "$granted" | wc -w
	EOT
	export BIN D
	run unshare -m --propagation private bash "$D/share/trials"
	echo "$output"
	rmdir /dev/.lxc-harden 2>/dev/null || true
	[ "$status" = 0 ]
	[ "${lines[-1]}" -ge 20 ]
}

@test "a filter that kills: the trial counts as refused, the audit goes on" {
	printf '%s\n' 2 denylist 'reject_force_umount' '[all]' 'bpf kill' 'acct kill' 'io_uring_setup kill' \
		'userfaultfd errno 1' >"$D/share/kill.seccomp"
	local inside
	for inside in required joined; do
		new priv "lxc.seccomp.profile = $D/share/kill.seccomp"
		[ "$inside" = required ] || printf '%s\n' 'lxc.hook.start =' 'lxc.hook.stop =' >>"$C/config"
		policy "$(base_policy | grep -v -e ^refuse -e ^inside)" "inside = $inside" 'refuse = io_uring userfaultfd'
		starts
		has '"io_uring"'
		has '"wake_alarm"'
		# By the filter in the child that follows the killed one.
		jq -e '.inside.refused | index("userfaultfd")' "$C/harden/audit.json"
		jq -e '.inside.granted | all(. == "host_network")' "$C/harden/audit.json"
		has '"unclear": []'
		teardown
	done
}

@test "trials by name: granted is refused" {
	new priv
	policy "$(base_policy)" 'refuse = userfaultfd io_uring'
	refused 'is not refused:'
}

# --- inside = joined --------------------------------------------------------------------

@test "joined: tried from inside by the host, and nothing of the guest's runs before the verdict" {
	for mode in priv id; do
		new $mode 'lxc.hook.start =' 'lxc.hook.stop ='
		policy "$(base_policy | grep -v ^inside)" 'inside = joined'
		starts
		has '"state": "report"'
		has '"sys_admin"'
		jq -e '.inside.refused | index("keyring")' "$C/harden/audit.json"
		teardown
		# What the filter of base.conf leaves.
		new $mode 'lxc.hook.start =' 'lxc.hook.stop ='
		policy "$(base_policy | grep -v ^inside)" 'inside = joined' 'refuse = io_uring'
		refused 'inside: is not refused: io_uring'
		teardown
		new $mode 'lxc.hook.start =' 'lxc.hook.stop =' 'lxc.cap.drop ='
		policy "$(base_policy | grep -v ^inside)" 'inside = joined'
		hostile_shell ': >/shell-ran'
		refused 'inside: the kernel grants:'
		has '"by": "start-host"'
		[ ! -e "$R/shell-ran" ]
		teardown
		# Needs no shell at all.
		new $mode 'lxc.hook.start =' 'lxc.hook.stop ='
		policy "$(base_policy | grep -v ^inside)" 'inside = joined'
		rm "$R/bin/sh"
		starts
		teardown
	done
}
