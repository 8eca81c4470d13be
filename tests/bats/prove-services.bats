#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/run: first
#
# lxc-harden prove: what systemd and real services add, with one guest that has nginx, sshd
# and cron.

# shellcheck disable=SC2154,SC2016 # run and tests/lib/prove.bash set them; for the shell inside
bats_require_minimum_version 1.5.0
load ../lib/prove.bash

# The services of this guest at work: a page, a login on a terminal by ssh, a user's cron
# job, a user's program with file capabilities.
work_of_guest() {
	cat <<-'WORK'
		exec 2>&1; bash -c 'exec 5<>/dev/tcp/127.0.0.1/80 && printf "GET / HTTP/1.0\r\n\r\n" >&5 && read -rt 4 -u 5 line && echo "$line" | grep 200'
		for i in 1 2 3; do ssh -tt -q -o BatchMode=yes -o StrictHostKeyChecking=no tester@127.0.0.1 "test -t 0 && id -un" </dev/null | grep tester && exit 0; sleep 0.1; done; exit 1
		for i in $(seq 50); do grep -qsx tester /home/tester/cron-ran && exit 0; sleep 0.1; done; exit 1
		runuser -u tester -- /usr/local/bin/nice-cat /etc/hostname
	WORK
}

prepare_guest() {
	local root
	root=$(dir)/rootfs
	install -d -m 700 "$root/root/.ssh"
	install -m 600 "$CT_CACHE/ssh/id_ed25519" "$root/root/.ssh/id_ed25519"
	echo '@reboot id -un >/home/tester/cron-ran' >"$root/var/spool/cron/crontabs/tester"
	chroot "$root" sh -c 'chown tester:crontab /var/spool/cron/crontabs/tester && chmod 600 /var/spool/cron/crontabs/tester'
	cp "$root/bin/cat" "$root/usr/local/bin/nice-cat"
	setcap cap_sys_nice+ep "$root/usr/local/bin/nice-cat"
}

# guest_works LIST: by means of this file's own.
guest_works() {
	local check ok=1
	ct_destroy "$name"
	ct_new "$name" bookworm priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf" 'lxc.cap.drop =' \
		'lxc.cap.keep =' "lxc.cap.keep = $1" && prepare_guest && ct_start "$name" || return 1
	if [ "$(ct_wait_ready "$name" 15)" = running ]; then
		ok=0
		while read -r check; do
			[ "$ok" = 1 ] || ct_exec "$name" timeout 20 sh -c "$check" </dev/null >/dev/null 2>&1 3>&- || ok=1
		done < <(work_of_guest)
		ct_exec "$name" systemctl restart nginx ssh cron </dev/null || ok=1
		[ -z "$(ct_failed_units "$name")" ] || ok=1
	fi
	return "$ok"
}

@test "prove: nginx, sshd with a login, cron of a user, file capabilities" {
	local args=() check list cap
	ct_new "$name" bookworm priv
	prepare_guest
	while read -r check; do
		args+=(--check "$check")
	done < <(work_of_guest)
	prove --no-pairs --repeat 1 "${args[@]}"
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	list=$(keep)
	for cap in setgid setuid setpcap net_bind_service sys_nice; do
		[[ " $list " == *" $cap "* ]]
	done
	guest_works "$list"
	for cap in $list; do
		echo "without $cap"
		if guest_works "$(tr ' ' '\n' <<<"$list" | grep -vx "$cap" | tr '\n' ' ')"; then
			echo "works without it"
			return 1
		fi
	done
}

@test "prove: from all capabilities, half the boots of one at a time" {
	local boots all kept
	ct_new "$name" bookworm priv
	prove --all
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[[ " $(keep) " != *" sys_admin "* ]]
	boots=$(json "$(dir)/harden/proof.json" boots)
	kept=$(keep | wc -w)
	all=$(($(cat /proc/sys/kernel/cap_last_cap) + 1))
	# One at a time to the same end, and nothing tried twice: with all, without each, without each
	# that is left once more, and without any two of these.
	one=$((1 + all + kept + kept * (kept - 1) / 2))
	echo "# $boots boots, $(json "$(dir)/harden/proof.json" milliseconds) ms; one at a time $one boots" >&3
	[ $((2 * boots)) -le "$one" ]
}

@test "prove: a restart that leaves the old daemon is no success" {
	ct_new "$name" bookworm priv
	local root
	root=$(dir)/rootfs
	# Without kill, systemd cannot end a process of another user, and says that it did.
	printf '%s\n' '[Unit]' 'Description=x' '[Service]' 'User=tester' 'ExecStart=/bin/sleep 1000' 'TimeoutStopSec=1' \
		'[Install]' 'WantedBy=multi-user.target' >"$root/etc/systemd/system/sleeper.service"
	ln -s ../sleeper.service "$root/etc/systemd/system/multi-user.target.wants/sleeper.service"
	prove --no-pairs --repeat 1 --no-plain
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[[ " $(keep) " == *" kill "* ]]
	grep -E '^kill +restart' <<<"$output"
}
