#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/run: first
#
# lxc-harden prove, on real guests, with busybox, which boots in no time.

# shellcheck disable=SC2154,SC2016 # run and tests/lib/prove.bash set them; for the shell inside
bats_require_minimum_version 1.5.0
load ../lib/prove.bash

@test "prove: misuse is one line and status 2" {
	ct_new "$name" busybox priv
	local args
	for args in '--level=none' '--jobs=0' '--jobs=x' '--repeat=99' '--check-timeout=0' '--nosuch' 'surplus'; do
		# shellcheck disable=SC2086 # one or two words
		prove $args
		echo "$args: $status $stderr"
		[ "$status" = 2 ]
		[ -z "$output" ]
		[ "$(wc -l <<<"$stderr")" = 1 ]
	done
	ct_config_append "$name" 'lxc.rootfs.path = loop:/nowhere'
	prove
	[ "$status" = 2 ]
	[[ $stderr == *"the root file system 'loop:/nowhere' cannot be copied: No such file"* ]]
	run -2 "$cmd" prove -P "$(ct_lxcpath)" none.$$
	[ ! -e "$(dir)/harden" ]
}

@test "prove: the smallest list of a busybox, with a check, and proof.json" {
	clean_begin
	ct_new "$name" busybox priv
	ct_config_append "$name" "lxc.mount.entry = $BATS_TEST_TMPDIR mnt none bind 0 0"
	(cd "$(dir)" && find rootfs -printf '%p %m %u %s %T@\n' | sort) >"$BATS_TEST_TMPDIR/root.before"
	cp "$(dir)/config" "$BATS_TEST_TMPDIR/config.before"
	prove --check 'chown 5 /etc/hostname && echo torn >/mnt/seen'
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = "chown net_bind_service" ]
	[[ $output == *"chown            check    check 1 ended with status 1: chown: /etc/hostname: Operation not permitted"* ]]
	[[ $output == *"net_bind_service boot     no process 'httpd'"* ]]
	# Neither the container, nor what it binds of the host, nor the host has been touched.
	(cd "$(dir)" && find rootfs -printf '%p %m %u %s %T@\n' | sort) | diff "$BATS_TEST_TMPDIR/root.before" -
	diff "$(dir)/config" "$BATS_TEST_TMPDIR/config.before"
	[ ! -e "$BATS_TEST_TMPDIR/seen" ]
	[ "$(ls "$(dir)/harden")" = proof.json ]
	[ "$(json "$(dir)/harden/proof.json" level)" = '"base"' ]
	[ "$(json "$(dir)/harden/proof.json" confirmed)" = true ]
	clean
}

@test "prove: stopped by a signal it cleans up, and goes on from there" {
	clean_begin
	ct_new "$name" busybox priv
	local sig
	for sig in TERM KILL; do
		: >"$BATS_TEST_TMPDIR/err"
		"$cmd" prove "$name" -P "$(ct_lxcpath)" >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		running=$!
		for _ in {1..600}; do
			[ "$(grep -c "^boot" "$BATS_TEST_TMPDIR/err")" -lt 4 ] || break
			sleep 0.05
		done
		kill -$sig "$running"
		wait "$running" && false
		running=
		cat "$BATS_TEST_TMPDIR/err"
		[ -s "$(dir)/harden/prove-tries.json" ]
		[ "$sig" = KILL ] || clean
	done
	grep -x 'going on with what an earlier run has tried' "$BATS_TEST_TMPDIR/err"
	# The one that was killed is swept by the next.
	prove --no-pairs
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	[ ! -e "$(dir)/harden/prove-tries.json" ]
	clean
}

@test "prove: a guest that fails at times is told, not averaged" {
	ct_new "$name" busybox priv
	prove --check 'read x </proc/uptime; x=${x%% *}; [ $((${x#"${x%?}"} % 2)) = 0 ]' --repeat 4 --no-pairs --no-stop
	echo "$output" "$stderr"
	[ "$status" = 3 ]
	[[ $stderr == *"with all capabilities"* || $stderr == *"not come out the same"* ]]
	[ ! -e "$(dir)/harden/proof.json" ]
}

@test "prove: flaky without a capability: it is kept, and told" {
	local writer
	ct_new "$name" busybox priv
	ct_config_append "$name" 'lxc.cap.drop = fowner fsetid setgid setpcap'
	# Without chown the check fails and works by turns, whichever copy asks, and tells no cause.
	mkdir "$BATS_TEST_TMPDIR/turns"
	mkfifo "$BATS_TEST_TMPDIR/turns/next"
	ct_config_append "$name" "lxc.mount.entry = $BATS_TEST_TMPDIR/turns mnt none bind,ro 0 0"
	(
		exec >/dev/null 2>&1 3>&- 4>&- 9>&-
		while :; do
			for turn in fail works; do
				echo $turn >"$BATS_TEST_TMPDIR/turns/next"
				sleep 0.3 # who has read it is to be gone
			done
		done
	) &
	writer=$!
	prove --jobs 1 --no-pairs --no-plain --no-stop --check 'chown 5 /etc/hostname 2>/dev/null || { read x </mnt/next; echo $x; [ "$x" = works ]; }'
	kill "$writer"
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = 'chown net_bind_service' ]
	[[ $output == *'flaky without, so kept: chown'* ]]
	[ "$(tr -d ' \n' <"$(dir)/harden/proof.json" | grep -o '"flaky":[^]]*]')" = '"flaky":["chown"]' ]
}

@test "prove: what does not work at all is a verdict, with its reason" {
	ct_new "$name" busybox priv
	prove --check 'echo this cannot be done; exit 7'
	[ "$status" = 3 ]
	[[ $stderr == *"does not work with all capabilities of the level: check 1 ended with status 7: this cannot be done"* ]]
	prove --check 'exec sleep 100' --check-timeout 1
	[ "$status" = 3 ]
	[[ $stderr == *"check 1 did not end in 1 s"* ]]
	# A container that never starts.
	ct_config_append "$name" 'lxc.init.cmd = /nowhere'
	prove
	[ "$status" = 3 ]
	[[ $stderr == *"did not start"* ]]
}

@test "prove: an id-mapped guest; --apply has generate keep just that" {
	ct_new "$name" busybox id
	few
	prove --apply --no-pairs --repeat 1 --no-plain
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	grep -F "$(dir)/harden/harden.conf" "$(dir)/config"
	ct_start "$name"
	ct_wait_ready "$name"
	[ "$(sed -n 's/^CapBnd:\t//p' "/proc/$(ct_pid "$name")/status")" = 0000000000000400 ]
}

@test "prove: a folder that is a link, and tries that are another's, are not taken" {
	ct_new "$name" busybox priv
	few
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$(dir)/harden"
	prove
	[ "$status" != 0 ]
	[ -z "$(ls "$BATS_TEST_TMPDIR/elsewhere")" ]
	rm "$(dir)/harden"
	mkdir "$(dir)/harden"
	printf '{"version":1,"key":"0","boots":9,"tries":[{"set":"0","counts":[9,0,9,0]}]}' >"$(dir)/harden/prove-tries.json"
	prove --no-pairs --repeat 1 --no-plain --no-stop
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
}
