#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# lxc-harden check where what runs is not what is configured: a container that was started from
# another text than the one that is there now, and one that a hook and its monitor gave more.

load ../lib/skip.bash

# shellcheck source-path=SCRIPTDIR source=../lib/lxc.bash
setup_file() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	. "$abs_top_srcdir/tests/lib/lxc.bash"
	out=$BATS_FILE_TMPDIR
	cmd=$abs_top_builddir/tools/lxc-harden
	export out cmd
	! lacks root lxc-start >"$out/missing" || return 0
	rm "$out/missing"
	CT_TMP=$(ct_tmp_new)
	export CT_TMP
	make_loose && make_mapped || echo "does not start" >"$out/broken"
}

# Started with little, and then the configuration is made stricter.
# shellcheck disable=SC2016 # the hook expands it
make_loose() {
	local dir
	mkdir "$out/data"
	printf '#!/bin/sh\nmkdir -p "$LXC_ROOTFS_MOUNT/by-hook" && exec mount --bind %s "$LXC_ROOTFS_MOUNT/by-hook"\n' \
		"$out/data" >"$out/hook"
	chmod 755 "$out/hook"
	ct_new cl-loose busybox priv 'lxc.seccomp.profile =' 'lxc.net =' 'lxc.net.0.type = none' \
		'lxc.mount.auto = proc:rw' "lxc.hook.mount = $out/hook" || return 1
	ct_start cl-loose || return 1
	dir=$(ct_dir cl-loose)
	"$cmd" check -P "$(ct_lxcpath)" cl-loose --json >"$out/before.json"
	ct_config_append cl-loose 'lxc.cap.drop = net_raw' "lxc.seccomp.profile = $CT_SHARE/common.seccomp" \
		'lxc.net =' 'lxc.net.0.type = empty' 'lxc.mount.auto = proc:mixed' \
		'lxc.mount.entry = /dev/null proc/kallsyms none bind,optional 0 0'
	touch -d '+10 seconds' "$dir/config"
	"$cmd" check -P "$(ct_lxcpath)" cl-loose --json >"$out/after.json"
	"$cmd" check -P "$(ct_lxcpath)" cl-loose >"$out/after.text"
}

# Started privileged, with an inheritable set; now the configuration maps its ids.
make_mapped() {
	ct_new cl-mapped busybox priv || return 1
	setpriv --inh-caps=+net_raw "$(command -v lxc-start)" -P "$(ct_lxcpath)" -n cl-mapped -d \
		</dev/null 3>&- 4>&- || return 1
	ct_config_append cl-mapped 'lxc.idmap = u 0 100000 65536' 'lxc.idmap = g 0 100000 65536'
	"$cmd" check -P "$(ct_lxcpath)" cl-mapped --json >"$out/mapped.json"
	"$cmd" check -P "$(ct_lxcpath)" --all >"$out/all.text"
}

teardown_file() {
	[ -n "${CT_TMP:-}" ] || return 0
	. "$abs_top_srcdir/tests/lib/lxc.bash"
	for name in cl-loose cl-mapped; do
		# Busybox in a host's network has no bus to be asked by.
		ct_lxc stop "$name" -k 2>/dev/null || true
		ct_destroy "$name"
	done
}

setup() {
	[ ! -e "$out/missing" ] || cannot "$(cat "$out/missing")"
	[ ! -e "$out/broken" ] || { cat "$out/broken"; return 1; }
}

# has FILE KIND ID [TEXT]
has() {
	jq -e --arg k "$2" --arg i "$3" --arg t "${4:-}" '[.containers[0].findings[] |
		select(.kind == $k and .id == $i and (.text | contains($t)))] | length > 0' "$out/$1.json" >/dev/null ||
		{ echo "$1: no $2 $3 '${4:-}'"; jq -c '.containers[0].findings[] | [.kind, .id, .text]' "$out/$1.json"; return 1; }
}
hasnt() { ! has "$@" >/dev/null || { echo "$1: has $2 $3"; return 1; }; }

@test "as it was started: only what the configuration does not name disagrees" {
	has before disagreement diff.mount by-hook
	hasnt before disagreement diff.seccomp
	hasnt before disagreement diff.ns
	hasnt before disagreement diff.caps
	hasnt before disagreement diff.newer
	has before exposure ns.net
	has before exposure proc.sys
	has before exposure seccomp.none
}

@test "a stricter configuration does not hide what runs" {
	has after disagreement diff.caps net_raw
	has after disagreement diff.seccomp
	has after disagreement diff.ns net
	has after disagreement diff.mount by-hook
	has after disagreement diff.newer
	# The score is that of what runs.
	has after exposure cap.net_raw
	has after exposure ns.net
	has after exposure proc.sys
	has after exposure seccomp.none
	[ "$(jq '.containers[0].score | .value > .configuration' "$out/after.json")" = true ]
	[ "$(jq '.containers[0].score.value' "$out/after.json")" -ge "$(jq '.containers[0].score.value' "$out/before.json")" ]
}

@test "a capability that is held against the configuration is seen as that" {
	[ "$(jq -c '.containers[0].capabilities[] | select(.name == "net_raw") | [.configured, .held]' "$out/after.json")" = "[false,true]" ]
	grep -q '^  net_raw  *HELD ' "$out/after.text"
}

@test "disagreement comes first" {
	[[ $(sed -n '/^What runs is not/=' "$out/after.text") -lt $(sed -n '/^What root inside/=' "$out/after.text") ]]
	[ "$(jq -r '.containers[0].findings[0].kind' "$out/after.json")" = disagreement ]
}

@test "ids that are not mapped, and an inheritable set" {
	has mapped disagreement diff.idmap
	has mapped disagreement diff.inheritable net_raw
	[ "$(jq '.containers[0].idmapped' "$out/mapped.json")" = false ]
	grep -q '^cl-mapped *running *none *host ' "$out/all.text"
}
