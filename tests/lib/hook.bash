# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests of mount hooks: hand-made root file systems, a canary on the host, and
# hook-case to run a hook on them.  Uses, and expects of its caller, bats' variables.
#
#   hook_setup              once per file or test; sets HOOK, RIVAL, TOOLS
#   root_new [VERSION]      $W/rootfs: a small guest with that systemd (252)
#   canary_new              $W/canary: what a guest's links point to
#   case_run VIEW COMMAND   hook-case; then $status $output $ms $new (mounts more than before),
#                           of them in $api those beneath /run and /dev, and in $limits those on
#                           files of the guest's cgroup; in $open what is not nodev, less /dev
#   right VIEW              the mounts that are right there, in the form of $new

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=skip.bash
. "$here/skip.bash"
# shellcheck source-path=SCRIPTDIR source=hook-changes.bash
. "$here/hook-changes.bash"
top=${abs_top_srcdir:-$(cd "$here/../.." && pwd)}
build=${abs_top_builddir:-$top}

# tool NAME SOURCE...: from the build folder, or compiled here for a run by hand.
hook_tool() {
	local name=$1
	shift
	if compgen -G "$build/tests/*/$name" >/dev/null; then
		ln -s "$build"/tests/*/"$name" "$TOOLS/$name"
		return
	fi
	: >>"$TOOLS/config.h"
	(cd "$top" && ${CC:-cc} -D_GNU_SOURCE -I"$TOOLS" -I. -o "$TOOLS/$name" "$@")
}

hook_setup() {
	# Not a trap before each command: there are too many of them.
	set +T
	need root
	HOOK=${LXC_HARDEN_LIBEXECDIR:-$build/hooks}/mount-cgroup
	[ -x "$HOOK" ] || cannot "no $HOOK: build it first"
	RIVAL=$top/tests/data/article-hook.sh
	TOOLS=$BATS_FILE_TMPDIR/tools
	if [ ! -d "$TOOLS" ]; then
		mkdir "$TOOLS"
		hook_tool hook-view tests/lib/hook-view.c
		hook_tool as-container tests/lib/as-container.c
		hook_tool swapper tests/lib/swapper.c
		hook_tool deny-syscall tests/unit/deny-syscall.c lib/span.c
	fi
	PATH=$TOOLS:$PATH
	W=$BATS_TEST_TMPDIR
	# The mapped root of an id-mapped container must get here.
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$W"
	export HOOK RIVAL W PATH
}

root_new() {
	local r=$W/rootfs
	rm -rf "$r"
	mkdir -p "$r"/{sys/fs/cgroup,proc,dev,run,etc,usr/lib/systemd,usr/sbin,usr/bin}
	ln -s usr/lib "$r/lib"
	ln -s usr/sbin "$r/sbin"
	ln -s usr/bin "$r/bin"
	ln -s ../lib/systemd/systemd "$r/usr/sbin/init"
	printf 'ELF\0systemd %s\0' "${1:-252}" >"$r/usr/lib/systemd/systemd"
	: >"$r/usr/lib/systemd/libsystemd-shared-${1:-252}.so"
}

# A host folder of every shape that a guest could want us to touch; were its systemd 219
# believed, it would show in what gets mounted.
canary_new() {
	local c=$W/canary
	rm -rf "$c"
	mkdir -p "$c"/{fs/cgroup,cgroup/systemd,systemd,lib/systemd,sbin,empty}
	ln -s /usr/lib/systemd/systemd "$c/init"
	ln -s /usr/lib/systemd/systemd "$c/sbin/init"
	for d in systemd lib/systemd; do
		printf 'CANARY\0systemd 219\0' >"$c/$d/systemd"
		: >"$c/$d/libsystemd-shared-219.so"
	done
	echo CANARY-SECRET >"$c/secret"
	touch -d 2001-01-01 "$c" "$c"/*
	canary_state >"$W/canary.before"
}

# Not the time of access: a kernel updates that when a link is looked at.  That of the last
# change no program can set back.
canary_state() { (cd "$W/canary" && find . -printf '%p %y %m %U %G %s %n %T@ %C@ %i %l\n'); }
canary_same() { canary_state | diff "$W/canary.before" -; }

# hook_read VARIABLE FILE: without the newline at its end; "" without a file, and status 1.
hook_read() {
	printf -v "$1" ''
	[ -e "$2" ] || return 1
	IFS= read -rd '' "$1" <"$2" || true
	printf -v "$1" %s "${!1%$'\n'}"
}

case_run() {
	local n changes
	"$here/hook-case" "$1" "$W" "${@:2}" || return 1
	[ -s "$W/ns.after" ] || { echo "hook-case failed: $(cat "$W/output")"; return 1; }
	hook_read status "$W/status"
	hook_read output "$W/output"
	ms=0 new='' gone='' api='' limits=''
	open=$(awk -v r="$W/mnt" 'index($5 "/", r "/") == 1 && $6 !~ /(^|,)nodev(,|$)/ { sub(r, "R", $5); print $4, $5 }' "$W/ns.after")
	while read -r n; do
		[ "$n" -le "$ms" ] || ms=$n
	done <"$W/ms"
	changes=$(hook_changes "$W" ns)
	[ -n "$changes" ] || return 0
	# Also what is not beneath R: nothing may be mounted elsewhere.
	new=$(sed -nE "s|^> [0-9:]+ (.*)|\1|; T; s|$W/mnt|R|; p" <<<"$changes" | sort)
	gone=$(sed -n 's/^< //p' <<<"$changes")
	api=$(grep -E '^/[^ ]* R/(run|dev)/' <<<"$new" || true)
	limits=$(grep -E '^/[^ ]+ R/sys/fs/cgroup/[^ ]+ ro,.* - cgroup2 ' <<<"$new" || true)
	new=$(grep -vE '^/[^ ]* R/(run|dev)/|^/[^ ]+ R/sys/fs/cgroup/[^ ]+ ro,.* - cgroup2 ' <<<"$new" || true)
}

right() {
	case $1 in
	legacy)
		echo '/ R/sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=64k,mode=755'
		echo '/ R/sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime - cgroup cgroup rw,name=systemd'
		;;
	*) echo '/ R/sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw' ;;
	esac
}

# shellcheck disable=SC2154 # case_run sets them
say_all() { echo "view=$view status=$status ms=$ms output=[$output] new=[$new] api=[$api] limits=[$limits] open=[$open] gone=[$gone]"; }

# What must hold whatever happened: the host as before, no secret told, quick, at most one line.
nothing_lost() {
	local bad=''
	changes=$(hook_changes "$W" host)
	[ -z "$changes" ] || bad="the host's mounts changed: $changes"
	[ ! -d "$W/canary" ] || canary_same || bad="the canary changed"
	[[ $output != *CANARY* ]] || bad="a host file was told"
	[ "$ms" -lt 1000 ] || bad="it took $ms ms"
	[[ $output != *$'\n'* ]] || bad="more than one line"
	[ -z "$gone" ] || bad="mounts are gone: $gone"
	[ -z "$bad" ] || { say_all; echo "$bad"; return 1; }
}

# api_normal: $api, without what differs between machines and kernels.
api_normal() { sed 's/,inode64//; s/size=[0-9]*k,mode=755/size=10%,mode=755/; s/,uid=100000,gid=100000//' <<<"$api"; }

# api_right [NAME...]: what is right, without those on NAME.
api_right() {
	local left=$* line
	while IFS= read -r line; do
		[[ " $left " = *" $(cut -d' ' -f2 <<<"${line/ R\// }") "* ]] || echo "$line"
	done <<-'LINES'
		/ R/dev/.lxc ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=4k,mode=555
		/ R/dev/.lxc-harden rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=64k,nr_inodes=16,mode=700
		/ R/dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw
		/ R/dev/shm rw,nosuid,nodev,relatime - tmpfs tmpfs rw
		/ R/run/lock rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=5120k
		/ R/run/user rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=10%,mode=755
	LINES
}

# What LXC has mounted when the hook runs: a text for CASE_BEFORE.
# shellcheck disable=SC2016,SC2034 # for the inner shell
usual='mount -t tmpfs -o mode=755 run $R/run; mount -t tmpfs -o mode=755 dev $R/dev;'

# case_refused STATUS REGEX: refused with that line, and nothing mounted.
case_refused() {
	# shellcheck disable=SC2053,SC2015 # a pattern; both or neither
	nothing_lost && [[ $status == $1 ]] && [ -z "$new$api$limits" ] && [ -n "$output" ] && [ -z "$(tail -c 1 "$W/output")" ] &&
		[[ $output =~ ^${HOOK##*/}:\ c1:\ .*$2 ]] || { say_all; echo "expected: refused $1 $2"; return 1; }
}

# case_mounted VIEW [NAME...]: done, silently, and rightly; without what is on NAME.
case_mounted() {
	# shellcheck disable=SC2015 # all or nothing
	nothing_lost && [ "$status" = 0 ] && [ -z "$output" ] && [ "$new" = "$(right "$1")" ] &&
		[ "$(api_normal)" = "$(api_right "${@:2}")" ] && ! grep -qvx '/ R/dev' <<<"${open:-/ R/dev}" ||
		{ say_all; echo "expected: mounted"; return 1; }
}
