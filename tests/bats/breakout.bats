#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
# tests/run: first
# What stays open of the ways out, in real containers; tests/breakout/run does the work.

load ../lib/skip.bash

setup_file() {
	top=${abs_top_srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	RUN=$top/tests/breakout/run
	export RUN
}

@test "misuse is one line and 2" {
	run "$RUN" --nonsense
	[ "$status" = 2 ]
	[ "${#lines[@]}" = 1 ]
	run "$RUN" --guest
	[ "$status" = 2 ]
}

@test "nothing that acts on the host is open under strict, the rest is accounted for" {
	run "$RUN" --by attach,init --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" = 0 ]
}

# opened MODE LEVEL CLASS: the actions that worked there, in one line.
opened() { awk -v c="$3" '$2 == c && $3 == "open" { print $1 }' "$BATS_TEST_TMPDIR/out/$1.$2.act" | sort | xargs; }

@test "no object is acted on but those that are accounted for, at each level" {
	run "$RUN" --by act --level base,keep,strict --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" = 0 ]
	# What is accounted for may not grow: the host's own only by base's net_admin.
	for mode in priv id; do
		[ "$(opened $mode strict host)" = "" ]
		[ "$(opened $mode strict kernel)" = "" ]
		[ -z "$(opened $mode keep host)" ]
	done
	[ -z "$(opened id base host)" ]
	[ "$(opened priv base host)" = "link-delete link-move link-new" ]
	[ "$(opened priv base secrets)" = "link-list shared-file-watch" ]
	for level in keep strict; do [ "$(opened priv $level secrets)" = shared-file-watch ]; done
}

@test "the actions act where nothing ends them, or they prove nothing" {
	run "$RUN" --by act --mode priv --level none --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	[ "$(opened priv none host | wc -w)" -ge 20 ]
	[ "$(opened priv none denial | wc -w)" -ge 5 ]
	[[ "$(opened priv none host)" = *posix-queue*sysv-ipc*usermode-helper\ usermode-helper-nested* ]]
	[[ "$(opened priv none secrets)" = *key-read*open-by-handle* ]]
}

@test "the probe finds what stock leaves open, or it proves nothing" {
	run "$RUN" --by attach --mode priv --level stock --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	[ "$(awk '$3 == "open"' "$BATS_TEST_TMPDIR/out/priv.stock.attach" | wc -l)" -gt 200 ]
	[ "$(awk '$2 == "host" && $3 == "open"' "$BATS_TEST_TMPDIR/out/priv.stock.attach" | wc -l)" -gt 50 ]
}

@test "a guest without systemd, by its init" {
	run "$RUN" --by attach,init --mode priv --level strict --guest sysvinit --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	echo "$output"
	[ "$status" = 0 ]
}
