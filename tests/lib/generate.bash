# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # conf and tmp are the tests'; status, output, lines are bats'
#
# For tests of lxc-harden generate and remove, after lxc.bash: containers of nothing but
# files, in $CT_TMP/lxc/fake.
#
#   generate_setup             in setup(): sets harden, tmp, lxc
#   generate ARG.., remove ARG..
#   fake [config line...]      makes the container; sets root, conf
#   unit NAME TEXT             an enabled unit of it
#   untouched                  it is as fake made it
#   absent ARG..               grep ARG.. finds nothing ("! grep" would fail no test)
#   refused STATUS TEXT ARG..  generate ARG.. says one line with TEXT, and nothing is written

generate_setup() {
	# Not a trap before each command: there are too many of them.
	set +T
	: "${LXC_HARDEN_BINDIR:?}" "${LXC_HARDEN_DATADIR:?}"
	harden=$LXC_HARDEN_BINDIR/lxc-harden
	tmp=$BATS_TEST_TMPDIR
	lxc=$(ct_lxcpath)
}

generate() { "$harden" generate -P "$lxc" "$@" </dev/null 3>&- 4>&-; }
remove() { "$harden" remove -P "$lxc" "$@" </dev/null 3>&- 4>&-; }

# fake [config line...]: a container with a root file system of nothing but an init.
fake() {
	rm -rf --one-file-system "$lxc/fake"
	mkdir -p "$lxc/fake/rootfs/"{sbin,etc/systemd/system,usr/lib/systemd/system,usr/bin}
	root=$lxc/fake/rootfs
	touch "$root/usr/lib/systemd/systemd" "$root/usr/lib/systemd/libsystemd-shared-252.so"
	ln -s ../usr/lib/systemd/systemd "$root/sbin/init"
	printf '%s\n' "lxc.include = $CT_SHARE/common.conf" "lxc.rootfs.path = dir:$root" "$@" >"$lxc/fake/config"
	cp "$lxc/fake/config" "$tmp/config"
	conf=$lxc/fake/harden/harden.conf
}

# unit NAME TEXT: enabled.
unit() {
	mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
	printf '%b' "$2" >"$root/etc/systemd/system/$1"
	ln -sf "/etc/systemd/system/$1" "$root/etc/systemd/system/multi-user.target.wants/$1"
}

untouched() {
	cmp "$tmp/config" "$lxc/fake/config"
	[ ! -e "$lxc/fake/harden" ]
	[ -z "$(find "$lxc/fake" -maxdepth 1 -name '.*' ! -name . -print)" ]
}

refused() { # STATUS TEXT ARG...
	local want=$1 text=$2
	shift 2
	run generate "$@"
	[ "$status" = "$want" ] || { echo "status $status: $output"; return 1; }
	[[ ${lines[0]} == *"$text"* ]] || { echo "said: $output"; return 1; }
	[ "${#lines[@]}" = 1 ]
	untouched
}

absent() { ! grep "$@"; }
