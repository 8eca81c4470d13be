#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# lxc-harden check on containers that run: stock LXC and each level, privileged and id-mapped.
# The order of the scores is that of the ways out which tests/breakout/probe finds open inside,
# and what the kernel says agrees with what the configuration promises.

load ../lib/skip.bash

# shellcheck source-path=SCRIPTDIR source=../lib/lxc.bash
setup_file() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	. "$abs_top_srcdir/tests/lib/lxc.bash"
	out=$BATS_FILE_TMPDIR
	cmd=$abs_top_builddir/tools/lxc-harden
	export out cmd
	! what_is_missing >"$out/missing" || return 0
	rm "$out/missing"
	CT_TMP=$(ct_tmp_new)
	export CT_TMP
	for mode in priv id; do
		for level in stock base keep strict; do
			measure "$mode" "$level" || { echo "$mode $level" >"$out/broken"; return 0; }
		done
	done
}

what_is_missing() {
	lacks root lxc-start && return
	[ -n "${LXC_HARDEN_DATADIR:-}" ] || { echo "LXC_HARDEN_DATADIR is not set"; return; }
	[ -x "$abs_top_builddir/tests/breakout/probe" ] || { echo "the probe is not built"; return; }
	return 1
}

# measure MODE LEVEL: what is open inside, what check says of it, and of the same one stopped.
measure() {
	local name=cs-$1-$2 lines=() r=0
	[ "$2" = stock ] || lines=("lxc.include = $LXC_HARDEN_DATADIR/$2.conf")
	ct_new "$name" bookworm "$1" "${lines[@]}" && ct_start "$name" || return 1
	ct_wait_ready "$name" 60 >/dev/null || r=1
	install -m 755 "$abs_top_builddir/tests/breakout/probe" "$(ct_dir "$name")/rootfs/probe"
	"$cmd" check -P "$(ct_lxcpath)" "$name" --json >"$out/$1.$2.json" || r=1
	ct_exec "$name" /probe </dev/null 2>&1 | cat >"$out/$1.$2.open"
	ct_stop "$name" >/dev/null
	"$cmd" check -P "$(ct_lxcpath)" "$name" --json >"$out/$1.$2.stopped.json" || r=1
	ct_destroy "$name"
	return "$r"
}

teardown_file() {
	[ -z "${CT_TMP:-}" ] || . "$abs_top_srcdir/tests/lib/lxc.bash"
	for mode in priv id; do
		for level in stock base keep strict; do
			[ -z "${CT_TMP:-}" ] || ct_destroy "cs-$mode-$level"
		done
	done
}

setup() {
	[ ! -e "$out/missing" ] || cannot "$(cat "$out/missing")"
	[ ! -e "$out/broken" ] || { echo "did not run: $(cat "$out/broken")"; return 1; }
}

count() { awk '$3 == "open" { n++ } END { print n + 0 }' "$out/$1.open"; }
score() { jq '.containers[0].score.value' "$out/$1.json"; }

@test "the order of the scores is that of the ways out that are open" {
	local a b bad=0
	for a in {priv,id}.{stock,base,keep,strict}; do
		echo "$a: $(count "$a") open, score $(score "$a")"
		[ "$(awk 'NF >= 5' "$out/$a.open" | wc -l)" -ge 400 ]
	done
	for a in {priv,id}.{stock,base,keep,strict}; do
		for b in {priv,id}.{stock,base,keep,strict}; do
			[ "$(count "$a")" -gt "$(count "$b")" ] || continue
			[ "$(score "$a")" -gt "$(score "$b")" ] || { echo "$a has more open than $b, but no worse a score"; bad=1; }
		done
	done
	[ "$bad" = 0 ]
}

@test "what runs is what is configured: nothing disagrees" {
	local a
	for a in {priv,id}.{stock,base,keep,strict}; do
		# What lxc-start lacks here, no container can hold.
		jq -c --arg a "$a" '.containers[0].findings[] | select(.kind == "disagreement" and .id != "diff.caps-less")
			| [$a, .id, .text]' "$out/$a.json"
	done >"$BATS_TEST_TMPDIR/found"
	cat "$BATS_TEST_TMPDIR/found"
	[ ! -s "$BATS_TEST_TMPDIR/found" ]
}

@test "the score of the configuration is that of the container when it runs" {
	local a
	for a in {priv,id}.{stock,base,keep,strict}; do
		[ "$(jq '.containers[0].score.configuration' "$out/$a.json")" = "$(score "$a.stopped")" ]
		echo "$a: $(score "$a") running, $(score "$a.stopped") stopped"
		[ $(($(score "$a.stopped") - $(score "$a"))) -le 15 ]
		[ $(($(score "$a") - $(score "$a.stopped"))) -le 15 ]
	done
}

@test "the levels and the ids are seen" {
	[ "$(jq -r '.containers[0] | "\(.level) \(.idmapped) \(.state)"' "$out/priv.stock.json")" = "none false running" ]
	[ "$(jq -r '.containers[0] | "\(.level) \(.idmapped) \(.state)"' "$out/id.strict.json")" = "strict true running" ]
	[ "$(jq -r '.containers[0] | "\(.level) \(.idmapped) \(.state)"' "$out/id.keep.stopped.json")" = "keep true stopped" ]
}

@test "what is held is the bounding set that the kernel shows" {
	# Without sys_admin under every level, with it in stock.
	for a in priv.stock id.stock; do
		[ "$(jq '.containers[0].capabilities[] | select(.name == "sys_admin") | .held' "$out/$a.json")" = true ]
	done
	for a in {priv,id}.{base,keep,strict}; do
		[ "$(jq '.containers[0].capabilities[] | select(.name == "sys_admin") | .held' "$out/$a.json")" = false ]
	done
}
