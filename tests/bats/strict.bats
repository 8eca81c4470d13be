#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# strict.conf on a day's work: booting, logging in, cron, packages, the journal,
# restarting, stopping; and that its profile is what it says.  The fragments come
# from $LXC_HARDEN_DATADIR, as installed.

load ../lib/skip.bash
load ../lib/lxc.bash

setup_file() { ct_in_bats; }

setup() {
	top=${abs_top_srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	profile=$top/conf.d/strict.seccomp
	ct=strict-$$-$BATS_TEST_NUMBER
}

teardown() { ct_destroy "$ct"; }

need_lxc() {
	need root lxc-start
	[ -n "${LXC_HARDEN_DATADIR:-}" ] || cannot "LXC_HARDEN_DATADIR is not set"
	need_guest "$1"
}

make() {
	need_lxc "$1"
	ct_new "$ct" "$1" "$2" "lxc.include = $LXC_HARDEN_DATADIR/strict.conf"
}

boot() {
	[ -e "$(ct_dir "$ct")" ] || make "$1" "$2"
	ct_start "$ct"
	state=$(ct_wait_ready "$ct" 60)
	echo "$1 $2: $state, failed: $(ct_failed_units "$ct")"
	[ "$state" = running ]
}

# A package with what packages do: a user, a file of another's, a capability, a FIFO.
make_package() {
	local dir=$BATS_TEST_TMPDIR/package
	mkdir -p "$dir/DEBIAN" "$dir/usr/lib/probe-package"
	chmod 755 "$dir" "$dir/DEBIAN" "$dir/usr" "$dir/usr/lib" "$dir/usr/lib/probe-package"
	cp "$(type -P true)" "$dir/usr/lib/probe-package/true"
	printf '%s\n' 'Package: probe-package' "Version: $1" 'Architecture: all' \
		'Maintainer: nobody <nobody@example.org>' 'Description: probe' >"$dir/DEBIAN/control"
	cat >"$dir/DEBIAN/postinst" <<-'SCRIPT'
		#!/bin/sh
		set -e
		getent passwd probe-user >/dev/null || useradd -r -M probe-user
		chown probe-user /usr/lib/probe-package/true
		rm -f /usr/lib/probe-package/fifo
		mkfifo /usr/lib/probe-package/fifo
		su -s /bin/sh probe-user -c 'id -un' >/usr/lib/probe-package/whoami
	SCRIPT
	chmod 755 "$dir/DEBIAN/postinst"
	dpkg-deb -Zgzip --root-owner-group -b "$dir" "$2" >/dev/null
}

ssh_in() {
	local key=$BATS_TEST_TMPDIR/key
	install -m 600 "$CT_CACHE/ssh/id_ed25519" "$key"
	nsenter --net --target "$(ct_pid "$ct")" -- ssh -i "$key" -o BatchMode=yes -o ConnectTimeout=10 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		"$1@127.0.0.1" "$2" </dev/null
}

# A job for cron that is due at once, and not at the next full minute.
plant_job() {
	printf %s\\n "@reboot tester id -un >/tmp/cron-ran 2>&1" >"$1/etc/cron.d/probe"
	chmod 644 "$1/etc/cron.d/probe"
	# cron asks for a file of its own root.
	chown --reference="$1/etc" "$1/etc/cron.d/probe"
}

day() {
	local root before failed
	make "$1" "$2"
	root=$(ct_dir "$ct")/rootfs
	plant_job "$root"
	boot "$1" "$2"

	[ "$(ssh_in tester 'id -un')" = tester ]
	[ "$(ssh_in root 'id -un')" = root ]

	make_package 1 "$root/root/probe-package.deb"
	ct_exec "$ct" dpkg -i /root/probe-package.deb
	[ "$(ct_exec "$ct" cat /usr/lib/probe-package/whoami)" = probe-user ]
	make_package 2 "$root/root/probe-package.deb"
	ct_exec "$ct" apt-get install -y /root/probe-package.deb
	# shellcheck disable=SC2016
	[ "$(ct_exec "$ct" dpkg-query -Wf '${Version}' probe-package)" = 2 ]
	ct_exec "$ct" dpkg -P probe-package

	ct_exec "$ct" logger -t probe-log 'a line for the journal'
	wait_for 10 journal_has probe-log 'a line for the journal'
	# Not with User= at once: since systemd 255 that fails with 217/USER at every level,
	# as pid 1 then wants to keep CAP_SYS_ADMIN until the filter is loaded.
	ct_exec "$ct" systemd-run --quiet --wait --unit=probe-filter -p PrivateTmp=yes \
		-p NoNewPrivileges=yes -p SystemCallFilter=@system-service /bin/true
	ct_exec "$ct" systemd-run --quiet --wait --unit=probe-user -p PrivateTmp=yes \
		-p ProtectSystem=strict -p User=tester /bin/true

	before=$(main_pid ssh)
	ct_exec "$ct" systemctl restart ssh cron nginx
	[ "$(main_pid ssh)" != "$before" ]
	[ ! -e "/proc/$(ct_pid "$ct")/root/proc/$before/exe" ] || {
		echo "the old sshd is still there"
		return 1
	}
	wait_for 10 ct_port_22 "$ct"
	wait_for 10 ct_port_80 "$ct"
	ct_exec "$ct" systemctl daemon-reload
	ct_exec "$ct" systemctl daemon-reexec
	wait_for 20 ct_exec "$ct" test -s /tmp/cron-ran
	[ "$(ct_exec "$ct" cat /tmp/cron-ran)" = tester ]
	failed=$(ct_failed_units "$ct")
	[ -z "$failed" ] || {
		echo "failed by now: $failed"
		ct_exec "$ct" journalctl -q -b --no-pager -n 60
		return 1
	}
	ct_stop "$ct"
}

journal_has() { ct_exec "$ct" journalctl -q -t "$1" --no-pager | grep -qF "$2"; }
main_pid() { ct_exec "$ct" systemctl show -P MainPID "$1" 2>/dev/null || ct_exec "$ct" systemctl show --value -p MainPID "$1"; }

@test "systemd 247, privileged" { day bullseye priv; }
@test "systemd 247, id-mapped" { day bullseye id; }
@test "systemd 252, privileged" { day bookworm priv; }
@test "systemd 257, privileged" { day trixie priv; }
@test "systemd 262, privileged" { day forky priv; }
@test "systemd 262, id-mapped" { day forky id; }
@test "sysvinit" { boot sysvinit priv && ct_stop "$ct"; }
@test "OpenRC" { boot openrc priv && ct_stop "$ct"; }
@test "runit" { boot runit priv && ct_stop "$ct"; }
@test "busybox" { boot busybox priv && ct_stop "$ct"; }

# --- the profile ------------------------------------------------------------------

@test "no rule repeats the default, has a trailing comment or a tab" {
	[ "$(sed -n 1p "$profile")" = 2 ]
	[ "$(sed -n 2p "$profile")" = 'allowlist errno 38' ]
	run grep -n -e '^[^#].*errno 38' -e '^[^#].*#' -e $'^[^#].*\t' <(sed 1,2d "$profile")
	[ "$status" = 1 ]
}

@test "no system call is allowed whole that has rules by argument" {
	awk '/^#/ || /^\[/ || NR < 3 { next }
		/\[/ { argument[$1] = 1; next }
		{ if (NF == 1) whole[$1] = 1; if ($1 in seen) { print "twice: " $1; bad = 1 } seen[$1] = 1 }
		END { for (n in argument) if (n in seen) { print "both: " n; bad = 1 } exit bad }' "$profile"
}

# ioctl_allowed NUMBER: by $rules, in the kernel's 32 bits.
ioctl_allowed() {
	local value mask number=$1
	while IFS=', ' read -r value mask; do
		(((number & mask) == value)) && return 0
	done <<<"$rules"
	return 1
}

# The profile's own lines overlap: those of tests/seccomp, which say the same without, and
# which seccomp.bats compares with it as the kernel runs them.
@test "of the ioctls all but four and btrfs' are allowed" {
	local n closed='' rules plain=$top/tests/seccomp/strict-plain.seccomp
	rules=$(sed -n "s/^ioctl allow \\[1,\\([^,]*\\),SCMP_CMP_MASKED_EQ,\\([^]]*\\)\\]$/\\1 \\2/p" "$plain")
	[ -n "$rules" ]
	for n in {0..255}; do
		ioctl_allowed $((0x5400 + n)) || closed+=$(printf ' %#x' $((0x5400 + n)))
	done
	[ "$closed" = ' 0x5412 0x541c 0x541d 0x5423' ]
	for n in 0 0x8912 0x890b 0xc0185879 0x40086602 0xffffffff 0x15412 0x80005412 0x12; do
		ioctl_allowed $((n))
	done
	for n in {0..255}; do
		! ioctl_allowed $((0x50009400 + n)) || return 1
	done
}

@test "what every level keeps, strict keeps no more of" {
	local keep strict
	keep=$(sed -n 's/^lxc.cap.keep = //p' "$top/conf.d/keep.conf.in" | tr ' ' '\n' | sort)
	strict=$(sed -n 's/^lxc.cap.keep = //p' "$top/conf.d/strict.conf.in" | tr ' ' '\n' | sort)
	[ -z "$(comm -13 <(echo "$keep") <(echo "$strict"))" ]
	diff <(echo "$strict" | sed '/^$/d') <(sed -n 's/^cap.allow = //p' "$top/conf.d/strict.policy" | tr ' ' '\n' | sort)
}

@test "every mask is optional" {
	run awk '/^# --- .proc and .sys/ { masks = 1 } /^# --- Audits/ { masks = 0 }
		masks && /^lxc.mount.entry/ && !/,optional 0 0$/ { print }' "$top/conf.d/strict.conf.in"
	[ -z "$output" ]
}
