#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
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
	run "$RUN" --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	printf '# %s\n' "${lines[@]}" >&3
	[ "$status" = 0 ]
}

@test "the probe finds what stock leaves open, or it proves nothing" {
	run "$RUN" --mode priv --level stock --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	[ "$(awk '$3 == "open"' "$BATS_TEST_TMPDIR/out/priv.stock.attach" | wc -l)" -gt 200 ]
	[ "$(awk '$2 == "host" && $3 == "open"' "$BATS_TEST_TMPDIR/out/priv.stock.attach" | wc -l)" -gt 50 ]
}

@test "a guest without systemd, by its init" {
	run "$RUN" --mode priv --level strict --guest sysvinit --out "$BATS_TEST_TMPDIR/out"
	[ "$status" != 77 ] || cannot "$output"
	echo "$output"
	[ "$status" = 0 ]
}
