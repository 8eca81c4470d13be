#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# shellcheck disable=SC2016,SC2053,SC2154 # text for inner shells, patterns, bats' own variables
#
# tools/quickstart in a view of this machine where what it writes is seen by nobody else:
# other folders in the place of those it uses, in a mount namespace.  The containers are real and what
# they try acts on this host.  The guest is the one that the other tests boot, so that the
# network is not needed.

bats_require_minimum_version 1.5.0
load ../lib/skip.bash

quickstart() { "$instead/src/tools/quickstart" "$@"; }

setup_file() {
	export instead=$BATS_FILE_TMPDIR suite guest
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	guest=${LXC_HARDEN_CACHE:-/var/cache/lxc-harden}/guests/$suite
	mkdir -p "$instead"/{src,cache,local} "$instead"/lib/{dpkg,apt,lxc}
	# A copy, so that whoever edits a file now does not make the second run build.
	tar -C "$BATS_TEST_DIRNAME/../.." --exclude=./.git -cf - . | tar -C "$instead/src" -xf -
	# Hooks of id-mapped containers are not the only ones that have to get here.
	chmod 755 "$BATS_RUN_TMPDIR" "$instead" 2>/dev/null || true
	[ "$(id -u)" != 0 ] || [ ! -e "$guest/stamp" ] || seed_rootfs
}

setup() {
	unset TMPDIR # whose absence is what is tested
	export CFLAGS=-O0 # which configure takes: the build is most of the time
	script=$instead/src/tools/quickstart
	case $BATS_TEST_DESCRIPTION in
	*:*) ;;
	*) return 0 ;;
	esac
	need root
	[ -e "$guest/stamp" ] || cannot "guest '$suite' is not built"
}

# The cache as a first run leaves it.
seed_rootfs() {
	local to=$instead/cache/quickstart/$suite
	mkdir -p "$to"
	cp -a "$guest/rootfs" "$to/rootfs"
	sed -n 's/^guest_packages=//p' "$BATS_TEST_DIRNAME/../../tools/quickstart" >"$to/packages"
}

# view COMMAND...: what it writes is kept in $instead for the next test.
view() {
	unshare --mount --propagation private bash -c '
		mkdir -p /var/cache/lxc-harden /usr/local/lib &&
		mount --bind /var/lib/dpkg "$instead/lib/dpkg" && mount --bind /var/lib/apt "$instead/lib/apt" &&
		mount --rbind "$instead/lib" /var/lib && mount --bind "$instead/cache" /var/cache/lxc-harden &&
		mount --bind "$instead/local" /usr/local/lib && exec "$@"' view "$@"
}

# nothing_runs: no container, cgroup, temporary folder or setting of a run is left.
nothing_runs() {
	local left
	left=$(find /sys/fs/cgroup -name '*lxc-harden-quickstart*'
		find /var/tmp /run -maxdepth 1 -name 'lxc-harden-quickstart*'
		grep -ls /lxc-harden-quickstart /proc/[0-9]*/mountinfo || true)
	[ -z "$left" ] || { echo "left: $left"; return 1; }
}

settings() { cat /proc/sys/kernel/core_pattern /proc/sys/kernel/printk; }

# one_line STATUS PATTERN: the answer was that status and that one line on stderr.
one_line() {
	[ "$status" = "$1" ]
	[ -z "$output" ]
	[ "$(wc -l <<<"$stderr")" = 1 ]
	[[ $stderr = $2 ]] || { echo "$stderr"; return 1; }
}

@test "--help" {
	run -0 quickstart --help
	[[ $output = 'usage: quickstart '* ]]
}

@test "a wrong option, or one too many" {
	run --separate-stderr quickstart --no-such
	one_line 2 'usage: quickstart*'
	run --separate-stderr quickstart --remove now
	one_line 2 'usage: quickstart*'
}

@test "not root" {
	need root # to be somebody else
	cp -r "$BATS_TEST_DIRNAME/../../tools" "$BATS_TEST_TMPDIR/"
	mkdir -p "$BATS_TEST_TMPDIR/tests/lib"
	cp "$BATS_TEST_DIRNAME/../lib/packages.bash" "$BATS_TEST_TMPDIR/tests/lib/"
	chmod -R a+rX "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups \
		bash "$BATS_TEST_TMPDIR/tools/quickstart"
	one_line 1 'quickstart: needs root'
}

# os_release LINE...: quickstart where /etc/os-release says this.
os_release() {
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/os-release"
	unshare --mount --propagation private bash -c 'mount --bind "$1" /etc/os-release && exec "$2"' \
		sh "$BATS_TEST_TMPDIR/os-release" "$script"
}

@test "hosts: not Debian, or too old" {
	run --separate-stderr os_release ID=ubuntu VERSION_ID=24.04 VERSION_CODENAME=noble 'PRETTY_NAME="Ubuntu 24.04"'
	one_line 1 "quickstart: needs Debian 12 or newer, this is 'Ubuntu 24.04'"
	run --separate-stderr os_release ID=debian 'VERSION_ID="11"' VERSION_CODENAME=bullseye 'PRETTY_NAME="Debian 11"'
	one_line 1 "quickstart: needs Debian 12 or newer, this is 'Debian 11'"
}

@test "disk: full" {
	mkdir "$BATS_TEST_TMPDIR/small"
	run --separate-stderr view bash -c 'mount -t tmpfs none /var/cache/lxc-harden &&
		mount -t tmpfs -o size=10m none "$2" && TMPDIR=$2 exec "$1"' sh "$script" "$BATS_TEST_TMPDIR/small"
	one_line 1 "quickstart: disk full: $BATS_TEST_TMPDIR/small has * MB left, 700 are needed"
}

@test "first run: before and after, from a read-only copy and any folder" {
	local was
	was=$(settings)
	run --separate-stderr view bash -c 'mount --bind "$1" /mnt && mount -o remount,bind,ro /mnt && cd / &&
		umask 0 && exec /mnt/tools/quickstart' sh "$instead/src"
	echo "$stderr$output"
	[ "$status" = 0 ]
	[ "$(settings)" = "$was" ]
	[[ $output =~ CAP_SYS_ADMIN\ +held\ +not\ held ]]
	[[ $output =~ is-system-running\ +running\ +running ]]
	[ "$(grep -c '^  lxc-\|^  echo\|^  .*lxc-harden attach' <<<"$output")" = 3 ]
	# Three, as promised; none is there afterwards, and each says why.
	[ "$(grep -cE '^  .* DONE +refused: [A-Za-z]' <<<"$output")" -ge 3 ]
	run -1 grep -E ' DONE +(DONE|no effect)| DONE from' <<<"$output"
	# Whatever the umask was: nobody else changes what root runs.
	[ -x "$instead/local/lxc-harden-quickstart/bin/lxc-harden" ]
	[ -d "$instead/lib/lxc-harden-quickstart" ]
	[ -z "$(find "$instead"/{local,lib}/lxc-harden-quickstart -xdev -name rootfs -prune -o -perm /022 ! -type l -print)" ]
	nothing_runs
}

@test "second run: builds nothing, plain lines without a terminal" {
	run --separate-stderr view "$script"
	[ "$status" = 0 ]
	[[ $stderr != *build* ]]
	[[ $stderr != *$'\r'* && $stderr != *$'\e'* ]]
}

@test "interrupted: nothing runs, nothing changed" {
	local step was
	was=$(settings)
	for step in 'before: boot' 'before: what' 'after: boot'; do
		run view bash -c 'set -m; "$1" 2>"$2" & tail -n +1 -F --pid=$! "$2" 2>/dev/null | grep -m1 -q "^$3"
			kill -INT $!; wait $!' sh "$script" "$BATS_TEST_TMPDIR/said" "$step"
		cat "$BATS_TEST_TMPDIR/said"
		[[ $(<"$BATS_TEST_TMPDIR/said") = *'quickstart: interrupted'* ]]
		[ "$(settings)" = "$was" ]
		nothing_runs
	done
}

@test "two at once: the second says so" {
	run --separate-stderr view bash -c 'exec 9</var/lib/lxc-harden-quickstart && flock 9 && "$1" 9<&-' sh "$script"
	one_line 1 'quickstart: another quickstart is running'
}

@test "network: none" {
	run --separate-stderr view unshare --net bash -c 'mount -t tmpfs none /var/cache/lxc-harden && exec "$1"' sh "$script"
	[ "$status" = 1 ]
	[[ ${stderr##*$'\n'} = 'quickstart: '*'no network: cannot reach http'* ]]
	nothing_runs
}

@test "--remove: not while somebody's container uses it" {
	run --separate-stderr view bash -c 'mkdir -p /var/lib/lxc/mine &&
		echo "lxc.include = /usr/local/lib/lxc-harden-quickstart/share/lxc-harden/base.conf" >/var/lib/lxc/mine/config
		"$1" --remove; r=$?; rm -r /var/lib/lxc/mine; exit $r' sh "$script"
	one_line 1 "quickstart: '/var/lib/lxc/mine/config' includes a file of *"
}

@test "--remove: leaves nothing" {
	run --separate-stderr view bash -c '"$1" --remove; find /var/lib /var/cache /usr/local /var/tmp /run \
		-path "$2" -prune -o -name "*lxc-harden-quickstart*" -print -o -path "*/lxc-harden/quickstart*" -print' \
		sh "$script" "$instead"
	echo "$output"
	[ "${lines[0]}" = 'removed all that quickstart made' ]
	[ "${#lines[@]}" -le 2 ]
	nothing_runs
	run -0 view "$script" --remove
}
