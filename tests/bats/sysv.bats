#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# A SysV script's daemon of another user, which start-stop-daemon cannot stop without
# CAP_SYS_PTRACE: systemd does, by what unit-generator writes.

load ../lib/skip.bash
load ../lib/lxc.bash

setup_file() {
	ct_in_bats
	need root lxc-start
	need_guest bookworm
}

setup() { data=${LXC_HARDEN_DATADIR:?} ct=sysv-$$-$BATS_TEST_NUMBER; }

teardown() { ct_destroy "$ct"; }

# script NAME COMMAND...: one for tester's "daemon", and what the daemon runs.
script() {
	local root level name=$1
	root=$(ct_dir "$ct")/rootfs
	shift
	cat >"$root/etc/init.d/$name" <<-SCRIPT
		#!/bin/sh
		### BEGIN INIT INFO
		# Provides: $name
		# Required-Start:
		# Required-Stop:
		# Default-Start: 2 3 4 5
		# Default-Stop: 0 1 6
		### END INIT INFO
		daemon=/usr/bin/perl
		case \$1 in
		start) start-stop-daemon --start --background --oknodo --user tester --chuid tester --exec \$daemon -- $* ;;
		stop) start-stop-daemon --stop --oknodo --user tester --exec \$daemon ;;
		reload) start-stop-daemon --stop --signal HUP --user tester --exec \$daemon ;;
		restart) \$0 stop; \$0 start ;;
		*) echo "Usage: \$0 {start|stop|restart|reload}"; exit 3 ;;
		esac
	SCRIPT
	chmod 755 "$root/etc/init.d/$name"
	for level in 2 3 4 5; do
		mkdir -p "$root/etc/rc$level.d"
		ln -s "../init.d/$name" "$root/etc/rc$level.d/S01$name"
	done
}

# daemons: the pids of tester's perl, by the host's numbers.
daemons() {
	local pid
	for pid in $(ct_pids "$ct"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != perl ] || echo "$pid"
	done
}

one_daemon() { [ "$(daemons | grep -c '')" = 1 ]; }
no_daemon() { [ -z "$(daemons)" ]; }
got_hup() { ct_exec "$ct" test -e /tmp/hup; }

# day LEVEL MODE
day() {
	local first
	ct_new "$ct" bookworm "$2" "lxc.include = $data/$1.conf"
	# shellcheck disable=SC2016 # the script's own quotes
	script probe -e "'\$SIG{HUP}=sub{open F,q(>/tmp/hup)};sleep 1 while 1'"
	ct_start "$ct"
	[ "$(ct_wait_ready "$ct")" = running ]
	wait_for 10 one_daemon
	first=$(daemons)
	ct_exec "$ct" systemctl reload probe
	wait_for 10 got_hup
	[ "$(daemons)" = "$first" ]
	ct_exec "$ct" systemctl restart probe
	wait_for 10 one_daemon
	[ "$(daemons)" != "$first" ]
	ct_exec "$ct" systemctl stop probe
	no_daemon
	[ "$(ct_exec "$ct" systemctl is-failed probe)" != failed ]
	[ -z "$(ct_failed_units "$ct")" ]
	# What has a unit of its own gets nothing.
	[ "$(ct_exec "$ct" sh -c 'cd /run/systemd/generator; ls -d */zz-lxc-harden.conf')" = probe.service.d/zz-lxc-harden.conf ]
	ct_destroy "$ct"
}

@test "stop, restart and reload act, at each level, privileged and id-mapped" {
	local level
	for level in base keep strict; do day $level priv; done
	day keep id
}

@test "without the generator stop reports success and leaves the daemon: the test can fail" {
	mkdir -p "$CT_TMP/less"
	sed 's/ --unit-generator .*//' "$data/level-common.conf" >"$CT_TMP/less/level-common.conf"
	sed "s|^lxc.include = .*/level-common.conf|lxc.include = $CT_TMP/less/level-common.conf|" \
		"$data/base.conf" >"$CT_TMP/less/base.conf"
	! cmp -s "$data/level-common.conf" "$CT_TMP/less/level-common.conf"
	! cmp -s "$data/base.conf" "$CT_TMP/less/base.conf"
	ct_new "$ct" bookworm priv "lxc.include = $CT_TMP/less/base.conf"
	script probe -e "'sleep 1 while 1'"
	ct_start "$ct"
	ct_wait_ready "$ct"
	wait_for 10 one_daemon
	ct_exec "$ct" systemctl stop probe
	one_daemon
}

@test "with sys_ptrace kept nothing is written for scripts" {
	sed -e '/^lxc.cap.drop = sys_ptrace$/d' -e '/cap-audit/d' "$data/base.conf" >"$CT_TMP/with.conf"
	ct_new "$ct" bookworm id "lxc.include = $CT_TMP/with.conf"
	script probe -e "'sleep 1 while 1'"
	ct_start "$ct"
	ct_wait_ready "$ct"
	run ct_exec "$ct" sh -c 'cd /run/systemd/generator; ls -d */zz-lxc-harden.conf 2>/dev/null'
	[ "$output" = '' ]
}
