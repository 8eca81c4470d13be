# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# need_packages: what a test script needs from Debian, installed by name when it
# is missing.  It asks dpkg first, so a machine that has everything pays nothing
# and needs neither the network nor root.  It never upgrades or removes.

# What emulated hosts are made and run with (tests/vm).
# shellcheck disable=SC2034 # for those who source this
vm_packages=(mmdebstrap debian-archive-keyring e2fsprogs qemu-system-x86 qemu-utils)

# packages_missing NAME...: those not installed, one a line.
packages_missing() {
	local p
	for p; do
		[ "$(dpkg-query -Wf '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

# need_packages NAME...: 0 when all are there at the end, else one line and 1.
need_packages() {
	local missing log
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "need_packages: not root, missing: ${missing[*]}" >&2
		return 1
	fi
	echo "installing ${missing[*]}" >&2
	log=$(packages_install "${missing[@]}") && return 0
	echo "need_packages: cannot install ${missing[*]}: $(grep '^E:' <<<"$log" | head -n 1)" >&2
	return 1
}

# The lists are only fetched when what is there does not do: they may be absent,
# as in an image, or name versions that the mirror no longer has.
packages_install() {
	local apt=(apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 install)
	export DEBIAN_FRONTEND=noninteractive
	"${apt[@]}" "$@" 2>&1 </dev/null && return 0
	apt-get -q update 2>&1 && "${apt[@]}" "$@" 2>&1 </dev/null
}

# mirror: the address of the Debian archive that apt on this machine uses; LXC_HARDEN_MIRROR
# overrides it.  Status 1 after one line if apt has none.
mirror() {
	local uri=${LXC_HARDEN_MIRROR:-}
	# shellcheck disable=SC2016  # apt's own variables
	[ -n "$uri" ] || uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -m1 '^http.*/debian/*$')
	[ -n "$uri" ] || {
		echo "mirror: apt's sources on this machine name no Debian archive: add one, or set LXC_HARDEN_MIRROR to its address" >&2
		return 1
	}
	echo "$uri"
}
