# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # conf and tmp are the tests'; status, output, lines are bats'
#
# For tests of lxc-harden generate and remove: containers of nothing but files, in
# $CT_TMP/lxc/fake, and a real one, gen.
#
#   generate_setup_file PACKAGE..   in setup_file(): installs what is missing, makes CT_TMP
#   generate_setup                  in setup(): sets harden, tmp, lxc
#   generate_teardown               in teardown(): both containers go
#   generate_teardown_file          in teardown_file(): CT_TMP goes
#   generate ARG.., remove ARG..
#   fake [config line..]            makes the container; sets root, conf
#   fake_at FOLDER [config line..]  makes one there
#   unit NAME TEXT                  an enabled unit of it
#   untouched                       it is as fake made it
#   absent ARG..                    grep ARG.. finds nothing ("! grep" would fail no test)
#   refused STATUS TEXT ARG..       generate ARG.. says one line with TEXT, and nothing is written
#   read_file VARIABLE FILE         all of it, "" if it is not there; without starting anything

# shellcheck source-path=SCRIPTDIR source=lxc.bash
. "${BASH_SOURCE[0]%/*}/lxc.bash"
# shellcheck source-path=SCRIPTDIR source=packages.bash
. "${BASH_SOURCE[0]%/*}/packages.bash"
# shellcheck source-path=SCRIPTDIR source=skip.bash
. "${BASH_SOURCE[0]%/*}/skip.bash"

generate_setup_file() {
	need_packages "$@"
	CT_TMP=$(ct_tmp_new)
	export CT_TMP
}

generate_setup() {
	# Not a trap before each command: there are too many of them.
	set +T
	: "${LXC_HARDEN_BINDIR:?}" "${LXC_HARDEN_DATADIR:?}"
	harden=$LXC_HARDEN_BINDIR/lxc-harden
	tmp=$BATS_TEST_TMPDIR
	lxc=$(ct_lxcpath)
}

generate_teardown() {
	ct_destroy gen || true
	rm -rf --one-file-system "$CT_TMP/lxc/fake"
}

generate_teardown_file() { rm -rf --one-file-system "$CT_TMP"; }

generate() { "$harden" generate -P "$lxc" "$@" </dev/null 3>&- 4>&-; }
remove() { "$harden" remove -P "$lxc" "$@" </dev/null 3>&- 4>&-; }

# fake_at FOLDER [config line...]: with a root file system of nothing but an init.
fake_at() {
	local dir=$1 root=$1/rootfs
	shift
	rm -rf --one-file-system "$dir"
	mkdir -p "$root/"{sbin,etc/systemd/system/multi-user.target.wants,usr/lib/systemd/system,usr/bin}
	touch "$root/usr/lib/systemd/"{systemd,libsystemd-shared-252.so}
	ln -s ../usr/lib/systemd/systemd "$root/sbin/init"
	printf '%s\n' "lxc.include = $CT_SHARE/common.conf" "lxc.rootfs.path = dir:$root" "$@" >"$dir/config"
}

fake() {
	fake_at "$lxc/fake" "$@"
	root=$lxc/fake/rootfs
	conf=$lxc/fake/harden/harden.conf
	cp "$lxc/fake/config" "$tmp/config"
}

read_file() {
	printf -v "$1" ''
	[ ! -e "$2" ] || IFS= read -rd '' "$1" <"$2" || true
}

# unit NAME TEXT: enabled.
unit() {
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
