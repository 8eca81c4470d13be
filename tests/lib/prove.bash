# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # run and bats set them
#
# For the tests of prove: a container of the test's own, and what came of it.

# shellcheck source-path=SCRIPTDIR source=lxc.bash
. "${BASH_SOURCE[0]%/*}/lxc.bash"
# shellcheck source-path=SCRIPTDIR source=packages.bash
. "${BASH_SOURCE[0]%/*}/packages.bash"
# shellcheck source-path=SCRIPTDIR source=skip.bash
. "${BASH_SOURCE[0]%/*}/skip.bash"

setup_file() { ct_in_bats; }

setup() {
	cmd=${LXC_HARDEN_BINDIR:?}/lxc-harden
	name=prove$BATS_TEST_NUMBER.$$
	need root
}

teardown() {
	[ -z "${running:-}" ] || kill -KILL "$running" 2>/dev/null || true
	ct_lxc unfreeze "$name" 2>/dev/null || true
	if [ -n "${btrfs:-}" ]; then
		lxc-stop -k -P "$btrfs" -n "$name" 2>/dev/null || true
		umount "$btrfs" || umount -l "$btrfs" || true
	fi
	ct_destroy "$name"
}

# few: of a test of something else than the search, which is over soon with so few to take away.
few() { ct_config_append "$name" 'lxc.cap.drop = dac_override fowner fsetid kill setgid setuid setpcap'; }

prove() { run --separate-stderr "$cmd" prove "$name" -P "$(ct_lxcpath)" "$@"; }
keep() { sed -n 's/^lxc.cap.keep = //p' <<<"$output"; }
json() { sed -n "s/^ *\"$2\" *: *\(.*[^,]\),*$/\1/p" "$1"; }
dir() { ct_dir "$name"; }

# What prove has on the host while it runs, by the names of runs that are over: others' runs
# may be there at the same time.
left_behind() {
	local id
	{
		find /run/lxc-harden -mindepth 1 -maxdepth 1 -name 'prove-*' -printf '%f\n' 2>/dev/null || true
		{ ct_cgroup_find -type d -name 'lxc.*.prove-??????-*' -printf '%f\n' | sed 's/^lxc\.[a-z]*\.//; s/-[0-9]*$//'; } || true
		sed -n 's|.*/run/lxc-harden/\(prove-[^/ ]*\).*|\1|p' /proc/self/mounts
	} | sort -u | while read -r id; do
		flock -n "/run/lxc-harden/$id/lock" true 2>/dev/null || [ ! -e "/run/lxc-harden/$id/lock" ] || continue
		echo "$id"
	done
}

clean_begin() { left_behind >"$BATS_TEST_TMPDIR/before"; }

# What another file's run is just making or taking away, or had left when it was killed there,
# goes within moments; ours would stay.
clean() {
	local i left
	for ((i = 0; i < 100; i++)); do
		left=$(left_behind | diff "$BATS_TEST_TMPDIR/before" - | grep '^>') || return 0
		sleep 0.2
	done
	echo "$left"
	return 1
}
