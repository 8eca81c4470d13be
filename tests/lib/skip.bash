# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests that lack something: a skip says what is missing, and with STRICT_TESTS=1, as in
# CI, it is a failure.  What no kernel of this release can do is skipped by bats' own skip,
# "kernel: REASON".
#
#   lacks WHAT...               prints the first of "root" and programs that is not there; fails
#                               if all are
#   cannot REASON               skips the test
#   need WHAT...                skips it if that lacks
#   need_guest GUEST [priv|id]  skips it unless that guest is built; after lxc.bash

lacks() {
	local what
	for what; do
		case $what in
		root) [ "$EUID" = 0 ] || { echo "not root"; return 0; } ;;
		*) command -v "$what" >/dev/null || { echo "no $what"; return 0; } ;;
		esac
	done
	return 1
}

cannot() {
	[ "${STRICT_TESTS:-}" != 1 ] || { echo "STRICT_TESTS: $1"; return 1; }
	skip "$1"
}

need() { ! lacks "$@" >/dev/null || cannot "$(lacks "$@")"; }
need_guest() { ct_guest_root "$1" "${2:-priv}" >/dev/null || cannot "guest '$1' is not built"; }
