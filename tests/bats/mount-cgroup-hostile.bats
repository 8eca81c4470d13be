#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Root file systems made to turn mount-cgroup against the host.  Each is also given to the
# rival, the bash hook of the articles, and what both did is printed.

load ../lib/hook.bash

setup() {
	hook_setup
	root_new
	canary_new
	view=hybrid
}

# What the rival did to the host, in a word.
rival_did() {
	local did=() out
	"$here/hook-case" "$view" "$W" "$RIVAL" || true
	canary_same >/dev/null || did+=("wrote to the host")
	out=$(hook_changes "$W" ns | awk -v r="$W/mnt" '/^>/ && index($4, r) != 1 { print $4 }')
	[ -z "$out" ] || did+=("mounted on the host's '${out%%$'\n'*}'")
	[ ${#did[@]} -gt 0 ] || did=("no harm here")
	printf '%s' "${did[0]}${did[1]:+, ${did[1]}} (status $(cat "$W/status" 2>/dev/null))"
}

# attack NAME refused|mounted [REGEX]: the guest is made; both hooks get it.
attack() {
	local name=$1 expect=$2 ours rival=''
	case_run "$view" "$HOOK" || return 1
	if [ "$expect" = mounted ]; then
		case_mounted "$view" || { echo "attack: $name"; return 1; }
		ours='mounted in the guest only'
	else
		case_refused '[13]' "$3" || { echo "attack: $name"; return 1; }
		ours=${output#*: *: }
	fi
	[ -n "${no_rival:-}" ] || rival=$(rival_did)
	echo "# $name | mount-cgroup: $ours${rival:+ | article: $rival}" >&3
	case $rival in *host*) harmed=$((${harmed:-0} + 1)) ;; esac
	rm -rf "$W/rootfs"
	root_new
	canary_new
}

# become PATH KIND: puts that there in place of what is there.
become() {
	local p=$W/rootfs/$1
	rm -rf "$p"
	case $2 in
	absolute) ln -s "$W/canary" "$p" ;;
	relative) ln -s "$(realpath -m --relative-to="${p%/*}" "$W/canary")" "$p" ;;
	climbing) ln -s "../../../../../../../../../../../../../../../../../../..$W/canary" "$p" ;;
	magic) ln -s "/proc/self/root$W/canary" "$p" ;;
	dangling) ln -s "$W/canary/not-there/yet" "$p" ;;
	loop) ln -s "${p##*/}" "$p" ;;
	inside) ln -s /etc "$p" ;;
	file) echo systemd 219 >"$p" ;;
	fifo) mkfifo "$p" ;;
	device) mknod "$p" c 1 5 ;;
	esac
}
kinds='absolute relative climbing magic dangling loop inside file fifo device'

refuses_every_kind() {
	local kind
	harmed=0
	for kind in $kinds; do
		become "$1" "$kind"
		case $kind in
		file | fifo | device) attack "$1 is a $kind" refused "cannot open '/sys/fs(/cgroup)?' of the guest: Not a directory$" ;;
		*) attack "$1 is a link, $kind" refused "'/sys/fs(/cgroup)?' of the guest is or contains a symlink$" ;;
		esac || return 1
	done
	# Otherwise the attack was none, or the rival is not what it is meant to be.
	[ -n "${no_rival:-}" ] || [ "$harmed" -ge 4 ] || { echo "only $harmed attacks on the rival succeeded"; return 1; }
}

@test "sys is a link, a file, a FIFO, a device" { refuses_every_kind sys; }
@test "sys/fs is a link, a file, a FIFO, a device" { no_rival=1 refuses_every_kind sys/fs; }
@test "sys/fs/cgroup is a link, a file, a FIFO, a device" { no_rival=1 refuses_every_kind sys/fs/cgroup; }

@test "the same where name=systemd is what the guest gets" {
	view=legacy
	for path in sys sys/fs sys/fs/cgroup; do
		for kind in absolute relative file; do
			become $path $kind
			attack "legacy: $path is $kind" refused "'/sys/fs(/cgroup)?' of the guest"
		done
	done
}

@test "folders that it does not need may be anything" {
	for path in etc proc; do
		for kind in absolute loop fifo device; do
			become $path $kind
			case_run hybrid "$HOOK"
			case_mounted hybrid
			root_new
		done
	done
}

@test "what it reads is never read through a link, nor opened if it is no file or folder" {
	for path in usr usr/lib usr/lib/systemd usr/sbin usr/sbin/init usr/lib/systemd/systemd; do
		for kind in absolute relative loop file fifo device; do
			become $path $kind
			case_run hybrid "$HOOK"
			case_mounted hybrid || { echo "$path is $kind"; return 1; }
			root_new
		done
	done
}

@test "the host's files never decide about the guest" {
	# Each way in which the version could be read out of the canary's systemd 219.
	for path in usr/lib usr/lib/systemd usr/lib/systemd/systemd; do
		for kind in absolute relative climbing magic; do
			root_new
			rm -f "$W"/rootfs/usr/lib/systemd/*
			become $path $kind
			[ "$path" != usr/lib/systemd/systemd ] || { rm "$W/rootfs/$path"; ln -s "$W/canary/systemd/systemd" "$W/rootfs/$path"; }
			case_run hybrid "$HOOK" --dry-run
			[[ $output == *'would mount the hierarchy unified'*'(systemd of unknown version)' ]] || { say_all; return 1; }
		done
	done
	for path in usr/sbin usr; do
		root_new
		become $path absolute
		case_run hybrid "$HOOK" --dry-run
		[[ $output == *'(no init)' ]] || { say_all; return 1; }
	done
}

@test "targets that are the host's own cgroups and system folders" {
	for target in /sys/fs/cgroup /sys /proc/1/root/sys/fs /dev/shm /run /etc; do
		for path in sys sys/fs sys/fs/cgroup; do
			rm -rf "${W:?}/rootfs/$path"
			ln -s $target "$W/rootfs/$path"
			case_run hybrid "$HOOK"
			case_refused 3 'is or contains a symlink$'
			root_new
		done
	done
}

# --- names and sizes ----------------------------------------------------------

@test "names with newlines, escapes and formats, beside and in place of the usual ones" {
	evil=$'\n\e]0;CANARY\a%s%n\r\\x41'
	mkdir -p "$W/rootfs/usr/lib/$evil-linux-gnu/systemd" "$W/rootfs/$evil"
	: >"$W/rootfs/usr/lib/systemd/libsystemd-shared-$evil.so"
	: >"$W/rootfs/usr/lib/systemd/${evil}libsystemd-shared-219.so"
	attack 'hostile names' mounted
	ln -sfn "$evil/$evil" "$W/rootfs/usr/sbin/init"
	attack 'hostile init link' mounted
	ln -sfn "/usr/lib/$evil/systemd" "$W/rootfs/usr/sbin/init"
	attack 'hostile folder in the init link' mounted
}

@test "link texts of 4 KiB, with chains of .., of one component too long, empty components" {
	long=$(printf 'a/%.0s' {1..2040})
	for text in "${long}systemd" "$(printf '../%.0s' {1..1300})etc/systemd" \
		"$(printf 'a%.0s' {1..4000})" "$(printf '/%.0s' {1..4000})systemd" \
		"/$(printf 'a%.0s' {1..255})/systemd" '..' '/' '/systemd' 'systemd' '.' '//..//systemd' \
		"$(printf '../%.0s' {1..30})$W/canary/systemd/systemd"; do
		ln -sfn "$text" "$W/rootfs/usr/sbin/init"
		case_run hybrid "$HOOK"
		case_mounted hybrid || { echo "init link of ${#text} bytes '${text:0:12}...'"; return 1; }
	done
	ln -sfn "/$(printf 'a%.0s' {1..300})/systemd" "$W/rootfs/usr/sbin/init"
	case_run hybrid "$HOOK"
	[ "$status" != 0 ] || case_mounted hybrid
	nothing_lost
}

@test "a systemd of 1 GiB, with and without a version at its end" {
	rm "$W"/rootfs/usr/lib/systemd/*
	truncate -s 1G "$W/rootfs/usr/lib/systemd/systemd"
	printf '\0systemd 219\0' >>"$W/rootfs/usr/lib/systemd/systemd"
	attack 'a systemd of 1 GiB' mounted
	rm "$W"/rootfs/usr/lib/systemd/*
	yes systemd | tr '\n' ' ' | head -c 8M >"$W/rootfs/usr/lib/systemd/systemd"
	attack 'a systemd full of the word' mounted
	truncate -s 1G "$W/rootfs/usr/lib/systemd/libsystemd-shared-252.so"
	attack 'a libsystemd-shared of 1 GiB' mounted
}

@test "folders of 100,000 entries" {
	# A tmpfs would be quicker, a disk is what guests have.
	many() { mkdir -p "$1" && (cd "$1" && seq -f "$2" 100000 | xargs -n 5000 touch); }
	many "$W/rootfs/usr/lib/systemd" libsystemd-shared-%g.xx
	many "$W/rootfs/sys/fs/cgroup" %g
	case_run hybrid "$HOOK"
	case_mounted hybrid
	mv "$W/rootfs/usr/lib/systemd" "$W/many"
	rm "$W/rootfs/usr/sbin/init"
	mkdir "$W/rootfs/usr/lib/systemd"
	ln -s /usr/lib/systemd/systemd "$W/rootfs/usr/sbin/init"
	many "$W/rootfs/usr/lib" x-linux-%g
	case_run hybrid "$HOOK"
	case_mounted hybrid
	# And on a kernel without openat2, where each look takes several calls.
	case_run hybrid deny-syscall openat2 "$HOOK"
	case_mounted hybrid
}

@test "many folders that could hold a version, each of many entries, are not all searched" {
	rm "$W"/rootfs/usr/lib/systemd/*
	(cd "$W/rootfs/usr/lib" && seq -f 'x-linux-%g/systemd' 300 | xargs mkdir -p)
	case_run hybrid "$HOOK"
	case_mounted hybrid
	case_run hybrid strace -f -o "$W/trace" -e trace=openat2 "$HOOK"
	n=$(grep -c x-linux- "$W/trace")
	[ "$n" -gt 1 ]
	[ "$n" -le 64 ] || { echo "$n folders searched"; return 1; }
}

# --- races --------------------------------------------------------------------

# race PATH LINKTEXT [OPTIONS]: the hook runs forty times while PATH is a folder, a
# link, a folder...  Every run ends right or refused, and both happened.
race() {
	local path=$W/rootfs/$1 line st mounts said ok=0 no=0
	ln -s "$2" "$W/rootfs/.link"
	CASE_HOST="swapper '$path' '$W/rootfs/.link' >'$W/swaps' 2>&1 & echo \$! >'$W/host.pid'" \
		CASE_ROUNDS=${ROUNDS:-20} case_run "$view" ${3:-} "$HOOK"
	rm -f "$W/host.pid"
	while IFS='|' read -r st mounts said; do
		# What the guest's own cgroup is judged by; the rest, and files of it that are covered, apart.
		mounts=$(tr ';' '\n' <<<"$mounts" | grep -vE "^$|^[0-9:]+ /[^ ]* $W/mnt/(run|dev)/|^[0-9:]+ /[^ ]+ $W/mnt/[^ ]* ro,.* - cgroup2 " | tr '\n' ';')
		mounts=${mounts#;}
		if [ "$st" = 0 ]; then
			ok=$((ok + 1))
			[ -z "$said" ]
			# What was moved meanwhile is still beneath the root.
			[[ $mounts =~ ^[0-9:]+\ /\ $W/mnt/[a-z./]*\ rw,nosuid,nodev,noexec,relatime\ -\ cgroup2\ cgroup2\ rw\;$ ]] ||
				{ echo "mounted: $mounts"; return 1; }
		else
			no=$((no + 1))
			[[ -z $mounts && $said =~ ^mount-cgroup:\ c1:\ [^$'\n']+$ ]] || { echo "failed $st with $mounts: $said"; return 1; }
		fi
	done <"$W/rounds"
	gone='' nothing_lost
	[ "$((ok + no))" = "${ROUNDS:-20}" ]
	for ((i = 0; i < 50; i++)); do [ -s "$W/swaps" ] && break; sleep 0.02; done
	[ "$(cat "$W/swaps")" -gt 1000 ]
	echo "# $1 swapped $(cat "$W/swaps") times: $ok mounted, $no refused" >&3
	raced_ok=$ok raced_no=$no
	rm -f "$W/rounds" "$W/swaps"
	root_new
}

@test "sys, sys/fs and sys/fs/cgroup swapped for links to the host while it runs" {
	# How often either comes out is luck, and the machine's; that both do shows a race.
	local ok=0 no=0
	for path in sys sys/fs sys/fs/cgroup; do
		race $path "$W/canary"
		ok=$((ok + raced_ok)) no=$((no + raced_no))
	done
	[ "$ok" -gt 0 ]
	[ "$no" -gt 0 ]
}

@test "the same without openat2, and without fsopen" {
	race sys "$W/canary" 'deny-syscall openat2'
	[ $((raced_ok + raced_no)) -gt 0 ]
	race sys/fs/cgroup "$W/canary" 'deny-syscall openat2'
	race sys/fs "$W/canary" 'deny-syscall openat2,fsopen,fsmount,move_mount'
}

@test "sys/fs/cgroup swapped for a plain folder with forged cgroup files, without fsopen" {
	# mount(2) first and a look at the name afterwards: the look may meet the forgery.
	fake=$W/rootfs/.link
	mkdir "$fake"
	seq 9999 >"$fake/cgroup.procs"
	echo populated 1 >"$fake/cgroup.events"
	rounds=100
	# The swapper ends with the make-believe host; the container is in no cgroup of its own.
	CASE_HOST="swapper '$W/rootfs/sys/fs/cgroup' '$fake' >'$W/swaps' 2>&1 & echo \$! >'$W/host.pid'
		cgroups=" CASE_ROUNDS=$rounds \
		case_run hybrid deny-syscall fsopen,fsmount,move_mount "$HOOK"
	rm -f "$W/host.pid"
	# Whatever it saw, it must never say "done".
	run grep -c '^0|' "$W/rounds"
	[ "$output" = 0 ]
	[ "$(grep -c . "$W/rounds")" = $rounds ]
}

@test "what tells the version swapped for links to the host's while it runs" {
	race usr/lib/systemd "$W/canary/systemd"
	[ "$raced_no" = 0 ]
	race usr/lib "$W/canary/lib"
	[ "$raced_no" = 0 ]
	race usr/sbin "$W/canary/sbin"
	[ "$raced_no" = 0 ]
}
