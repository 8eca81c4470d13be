# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For the suites, which run as root in the machine: TAP, and rows of the table that
# tests/vm/run prints at the end.  /mnt/share/src is the project's clean tree,
# /mnt/share/dest what is built from it, /mnt/cache the guests.

number=0 failed=0
# For tests/lib/lxc.bash.  Looking often would take the time that the boot needs.
export CT_SLOW=10 CT_POLL=2
# Not exported: tools/quickstart would look there, too.
LXC_HARDEN_CACHE=/mnt/cache
# shellcheck source-path=SCRIPTDIR source=../lib/lxc.bash
. /mnt/share/src/tests/lib/lxc.bash

plan() { echo "1..$1"; }

# result TEXT [WRONG...]: passes when nothing is wrong.
result() {
	local text=$1 ok=ok
	shift
	number=$((number + 1))
	[ $# = 0 ] || { ok='not ok'; failed=$((failed + 1)); }
	echo "$ok $number - $text"
	[ $# = 0 ] || printf '%s\n' "$@" | LC_ALL=C tr -cd '\n\t -~' | sed 's/^/#   /'
}

skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# check TEXT COMMAND...: what it prints is shown when it fails.
check() {
	local text=$1 said
	shift
	if said=$("$@" 2>&1); then
		result "$text"
	else
		result "$text" "$said"
	fi
}

# row CELL...: of the table; the first one is its head.
row() {
	local IFS='|'
	echo "#|$*"
}

# words: lines as one.
words() { tr '\n' ' ' | sed 's/ $//'; }

note() { printf '%s\n' "$*" | LC_ALL=C tr -cd '\n\t -~' | sed 's/^/# /'; }

# Facts of this machine, without a date.
facts() {
	local release lxc
	release=$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)
	lxc=$(lxc-start --version 2>/dev/null)
	echo "#= $release, Linux $(uname -r)${lxc:+, LXC $lxc}, AppArmor $(cat /sys/module/apparmor/parameters/enabled)"
}

install_build() {
	cp -a /mnt/share/dest/. / && export LXC_HARDEN_DATADIR=/usr/share/lxc-harden
}

finish() { [ "$failed" = 0 ]; }
