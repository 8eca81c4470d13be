# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The id range of the id-mapped test containers, in one place: the guest builder
# shifts a tree to it, the containers map it.

# shellcheck disable=SC2034  # used by those who read this file
id_base=100000
# shellcheck disable=SC2034
id_count=65536

# need_idmap: newuidmap, which LXC calls when it is installed, asks these files
# even when root does the mapping.
need_idmap() {
	local file
	for file in /etc/subuid /etc/subgid; do
		grep -qsx "root:$id_base:$id_count" "$file" ||
			echo "root:$id_base:$id_count" >>"$file" || return 1
	done
}
