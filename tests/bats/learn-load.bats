#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
# tests/run: alone
#
# The recorder of lxc-harden learn at its limits: as many checks as the processors can make,
# and a guest that means to fill its tables.

setup_file() {
	export CT_TMP=$BATS_FILE_TMPDIR
	# "bats" makes its folders for root alone; the mapped root has to walk here.
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

setup() {
	top=${abs_top_srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	build=${abs_top_builddir:-$top/build}
	cmd=${LXC_HARDEN_BINDIR:-$build/tools}/lxc-harden
	# shellcheck source-path=SCRIPTDIR source=../lib/lxc.bash
	. "$top/tests/lib/lxc.bash"
	# shellcheck source-path=SCRIPTDIR source=../lib/learn.bash
	. "$top/tests/lib/learn.bash"
	ct=learn-load-$$-$BATS_TEST_NUMBER
	err=$BATS_TEST_TMPDIR/err
}

teardown() { ct_destroy "$ct"; }

# of FILTER: from what learn printed as JSON.
of() { jq -r "$1" "$BATS_TEST_TMPDIR/json"; }

@test "cgroups made and taken away at a high rate: none is taken for another" {
	need_recorder
	new "$ct" bookworm priv
	learn "$ct" --json -- checker 3000 2 cgroups >"$BATS_TEST_TMPDIR/json"
	jq -r '.checks[] | select(.program == "/usr/bin/checker" and .capability == "setuid" and
		.unit != null) | "\(.unit) \(.count)"' "$(record "$ct")" >"$BATS_TEST_TMPDIR/units"
	head -n 3 "$BATS_TEST_TMPDIR/units"
	[ "$(grep -c '^\\x1b\[31m[0-9]*\.[0-9]* 3$' "$BATS_TEST_TMPDIR/units")" = 6000 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/units")" = 6000 ]
	[ "$(of .unassigned)" = 0 ]
}
