#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden generate and remove cut short: by SIGKILL, a full disk, a limit, each other, and
# somebody who plants links.  At each moment the configuration loads, and is to the byte the
# old or the new one; what is left beside it goes with the next run.
#
# 1000 kills take no longer than 1000 starts of the program: on a tmpfs nothing waits for a
# disk, each run is looked at without starting another program, and liblxc is asked once for
# each state that is seen, of which there are few.

load ../lib/generate.bash
load ../lib/hook.bash
bats_require_minimum_version 1.5.0

setup_file() {
	generate_setup_file strace util-linux
	mount -t tmpfs -o mode=755 "${CT_TMP##*/}" "$CT_TMP"
	# Its half minute passes while the other tests run.
	make_fake busy
	busy "$CT_TMP/lxc/busy" &
}

teardown_file() {
	kill "$(cat "$CT_TMP/holder" 2>/dev/null)" 2>/dev/null || true
	wait_for 60 test -e "$CT_TMP/busy.status"
	# Who was killed may take a moment to go.
	wait_for 10 umount -R "$CT_TMP"
	rmdir "$CT_TMP"
}

setup() {
	generate_setup
	use_fake fake
}

teardown() { umount "$CT_TMP/small" 2>/dev/null || true; }

# In place of those of generate.bash, which say more.
generate() { "$harden" generate -q -P "$lxc" "$@" </dev/null 3>&- 4>&-; }
remove() { "$harden" remove -q -P "$lxc" "$@" </dev/null 3>&- 4>&-; }

# make_fake NAME
make_fake() { fake_at "$CT_TMP/lxc/$1" '# a line of mine' 'lxc.environment = A=b'; }

use_fake() {
	make_fake "$1"
	name=$1
	dir=$lxc/$1
	conf=$dir/harden/harden.conf
	read_file old "$dir/config"
}

loads() { lxc-info -P "$lxc" -n "$name" -s >/dev/null 2>&1; }

# learn_texts: what whole runs write: old, new, base, keep and their policies.
learn_texts() {
	generate --level base "$name"
	read_file new "$dir/config"
	read_file base "$conf"
	read_file base_policy "$dir/harden/policy"
	generate --level keep "$name"
	read_file keep "$conf"
	read_file keep_policy "$dir/harden/policy"
	remove "$name"
	read_file config "$dir/config"
	[ "$config" = "$old" ]
	[ "$new" != "$old" ]
	[ "$base" != "$keep" ]
	[ "$base_policy" != "$keep_policy" ]
	declare -gA seen=()
}

# look: sets config to old or new, state to a word for all of it; fails for what must not be.
look() {
	local text fragment policy
	read_file text "$dir/config"
	case $text in
	"$old") config=old ;;
	"$new") config=new ;;
	*) echo 'neither the old nor the new configuration'; return 1 ;;
	esac
	read_file text "$conf"
	case $text in
	"$base") fragment=base ;;
	"$keep") fragment=keep ;;
	'') fragment=none ;;
	*) echo 'neither of the fragments'; return 1 ;;
	esac
	read_file text "$dir/harden/policy"
	case $text in
	"$base_policy") policy=base ;;
	"$keep_policy") policy=keep ;;
	'# Of a generate that was cut short'*) policy=between ;;
	'') policy=none ;;
	*) echo 'none of the policies'; return 1 ;;
	esac
	state=$config/$fragment/$policy
	# What the configuration includes is there, and by a policy that passes it.
	[ "$config" = old ] || [ "$policy" = between ] || [ "$fragment" = "$policy" ] ||
		{ echo "state $state"; return 1; }
	[ "$state" != new/none/between ] || return 1
	[ -n "${seen[$state]-}" ] || loads || { echo "state $state does not load"; return 1; }
	seen[$state]=$((${seen[$state]-0} + 1))
}

# beside: the names that are nobody's but a writer's who was cut short, in left.
beside() {
	shopt -s nullglob
	left=("$dir"/.[!.]* "$dir"/harden/.[!.]*)
	shopt -u nullglob
}

clean() {
	beside
	[ ${#left[@]} = 0 ] || { echo "left: ${left[*]}"; return 1; }
}

# --- killed ---------------------------------------------------------------------------

# kill_one DELAY VERB ARG..: killed so many microseconds after its start; killed says whether
# it was in time.
kill_one() {
	local delay=$1 pid
	shift
	"$harden" "$@" -q -P "$lxc" "$name" </dev/null >/dev/null 2>&1 3>&- 4>&- &
	pid=$!
	[ "$delay" -le 0 ] || read -rt "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))" -u "$nap" || true
	kill -9 "$pid" 2>/dev/null || true
	killed=0
	wait "$pid" 2>/dev/null || killed=$?
}

# kill_many TIMES: half of them anywhere in a run, half where it has been seen to make the
# difference.  Sets cut (killed in time), halfway (and something was left beside).
kill_many() {
	local i verb delay before args
	local -A aim=([generate]=8000 [remove]=4000)
	exec {nap}<> <(:)
	cut=0 halfway=0
	look
	for ((i = 0; i < $1; i++)); do
		before=$state
		args=(generate --level base)
		[ "$config" = old ] || args=(remove)
		case $((RANDOM % 3))$config in
		0*) args=(generate --level keep) ;;
		1new) args=(generate --level base) ;;
		esac
		verb=${args[0]}
		delay=$((RANDOM % (aim[$verb] + aim[$verb] / 3 + 1)))
		[ $((i % 2)) = 0 ] || delay=$((aim[$verb] - 600 + RANDOM % 1200))
		kill_one "$delay" "${args[@]}"
		look || return 1
		beside
		[ ${#left[@]} -le 8 ] || { echo "left: ${left[*]}"; return 1; }
		[ "$killed" != 137 ] || cut=$((cut + 1))
		[ ${#left[@]} = 0 ] || halfway=$((halfway + 1))
		# Towards the moment between nothing and all.
		if [ "$killed" = 137 ] && [ "$state" = "$before" ]; then
			aim[$verb]=$((aim[$verb] + 100))
		elif [ "$killed" != 137 ] && [ "${aim[$verb]}" -gt 700 ]; then
			aim[$verb]=$((aim[$verb] - 100))
		fi
		[ $((i % 100)) != 99 ] || { generate "$name" && look && clean; } || return 1
	done
	exec {nap}>&-
}

@test "killed at 1000 random moments: the configuration loads, old or new to the byte" {
	learn_texts
	kill_many 1000
	echo "# killed in time $cut, with files left $halfway, states: $(for s in "${!seen[@]}"; do
		printf '%s %s, ' "$s" "${seen[$s]}"; done)" >&3
	# Else this would prove nothing.
	[ "$cut" -ge 250 ]
	[ "$halfway" -ge 10 ]
	[ -n "${seen[old/none/none]}" ]
	[ -n "${seen[new/base/base]}" ]
	[ -n "${seen[new/keep/keep]}" ]
	remove "$name"
	clean
	[ "$(ls -A "$dir" | xargs)" = 'config rootfs' ]
	look
	[ "$state" = old/none/none ]
}

# What changes something in the file system. strace counts each by itself.
changes='mkdirat fsync fchmod fchown linkat renameat unlinkat'

# from STATE: the container in one of three states.
from() {
	use_fake fake
	case $1 in
	base | keep) generate --level "$1" "$name" ;;
	esac
}

# each_call STATE VERB ARG..: killed at the first, second, third.. call of each kind, until it is
# called no more.
each_call() {
	local state_was=$1 call n r calls=0
	shift
	for call in $changes; do
		for ((n = 1; n < 40; n++)); do
			from "$state_was"
			r=0
			strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
				"$harden" "$@" -q -P "$lxc" "$name" </dev/null >/dev/null 2>&1 3>&- 4>&- || r=$?
			look || { echo "at $call $n of $*"; return 1; }
			[ "$r" != 0 ] || break
			calls=$((calls + 1))
			generate "$name"
			clean
		done
	done
	echo "# $*, from $state_was: $calls calls" >&3
	[ "$calls" -gt 8 ]
}

@test "killed at each system call that changes a file: the same" {
	strace -qq -o /dev/null true 2>/dev/null || skip 'kernel: strace may not trace here'
	learn_texts
	each_call old generate
	each_call base generate --level keep
	each_call keep remove
}

# --- no space, and other failures --------------------------------------------------------

# unchanged WHAT: to the byte, and nothing beside.
unchanged() {
	local now
	now=$(find "$dir" -path "$dir/rootfs" -prune -o -type f -exec sha256sum {} + | sort; ls -AR "$dir/harden" 2>/dev/null || true)
	[ "$now" = "$was" ] || { printf '%s\n' "$1: was" "$was" now "$now"; return 1; }
	clean
}

remember() {
	was=$(find "$dir" -path "$dir/rootfs" -prune -o -type f -exec sha256sum {} + | sort; ls -AR "$dir/harden" 2>/dev/null || true)
}

# small STATE PAGES|INODES N: a file system with so many pages or inodes left.
small() {
	local used
	mkdir -p "$CT_TMP/small"
	umount "$CT_TMP/small" 2>/dev/null || true
	mount -t tmpfs -o size=1m,mode=755 small "$CT_TMP/small"
	lxc=$CT_TMP/small
	mkdir -p "$lxc"
	cp -a "$CT_TMP/lxc/fake" "$lxc/fake"
	sed -i "s|$CT_TMP/lxc|$lxc|g" "$lxc/fake/config"
	dir=$lxc/fake
	conf=$dir/harden/harden.conf
	case $1 in
	base) generate --level base fake ;;
	esac
	remember
	if [ "$2" = pages ]; then
		used=$(df --output=used -k "$lxc" | tail -n 1)
		mount -o "remount,size=$((used + 4 * $3))k" "$lxc"
	else
		used=$(df --output=iused "$lxc" | tail -n 1)
		mount -o "remount,nr_inodes=$((used + $3))" "$lxc"
	fi
}

@test "a disk that gets full at each page, and each file" {
	local was_in kind n failed done r
	for was_in in old base; do
		for kind in pages inodes; do
			failed=0 done=0
			for ((n = 0; n < 14; n++)); do
				use_fake fake
				small "$was_in" "$kind" "$n"
				r=0
				generate --level keep fake 2>"$tmp/said" || r=$?
				loads
				if [ "$r" = 0 ]; then
					done=$((done + 1))
					clean
				else
					[ "$r" = 1 ]
					grep -qF 'No space left on device' "$tmp/said"
					[ "$(wc -l <"$tmp/said")" = 1 ]
					unchanged "$n $kind, from $was_in"
					failed=$((failed + 1))
				fi
				lxc=$CT_TMP/lxc
			done
			[ "$failed" -ge 3 ] && [ "$done" -ge 1 ] || { echo "$was_in $kind: $failed $done"; return 1; }
		done
	done
	# With no space at all what is there goes still.
	use_fake fake
	small base pages 1
	remove fake
	[ ! -e "$dir/harden" ]
}

@test "a limit of file sizes: told as a failure, not a death that leaves half" {
	local n r failed=0
	learn_texts
	for n in 0 1 100 200 400 500 1000 2000 4000 6000 8000 9000 100000; do
		for state_was in old base; do
			from "$state_was"
			remember
			r=0
			prlimit --fsize="$n" "$harden" generate -q --level keep -P "$lxc" fake </dev/null \
				>/dev/null 2>"$tmp/said.$n" 3>&- 4>&- || r=$?
			look
			[ "$r" = 0 ] && continue
			# The message itself goes to a file, and may not fit.
			[ "$r" = 1 ] || { echo "status $r at $n"; return 1; }
			[ "$n" -lt 400 ] || grep -qF 'File too large' "$tmp/said.$n"
			unchanged "at $n"
			failed=$((failed + 1))
		done
	done
	[ "$failed" -ge 10 ]
	[ "$state" = new/keep/keep ]
}

# --- others at work -----------------------------------------------------------------------

# In setup_file's background: a lock held for as long as it takes, and one who waits.
busy() {
	local begin r=0
	(
		flock 9
		touch "$CT_TMP/held"
		# shellcheck disable=SC2016 # expanded there
		exec sh -c 'echo $$ >"$1"; exec sleep 300' sh "$CT_TMP/holder"
	) 9<"$1" >/dev/null 2>&1 3>&- 4>&- &
	wait_for 60 test -e "$CT_TMP/held"
	begin=$SECONDS
	"$LXC_HARDEN_BINDIR/lxc-harden" generate -q -P "${1%/*}" "${1##*/}" </dev/null \
		>"$CT_TMP/busy.said" 2>&1 3>&- 4>&- || r=$?
	echo "$r $((SECONDS - begin))" >"$CT_TMP/busy.tmp"
	mv "$CT_TMP/busy.tmp" "$CT_TMP/busy.status"
} 3>&- 4>&-

@test "one waits for another who is at work" {
	local holder waiter
	learn_texts
	mkfifo "$tmp/go"
	# shellcheck disable=SC2016 # expanded there
	flock "$dir" sh -c 'touch "$1"; read -r _ <"$2"' sh "$tmp/held" "$tmp/go" 3>&- 4>&- &
	holder=$!
	wait_for 60 test -e "$tmp/held"
	"$harden" generate -q --level base -P "$lxc" fake </dev/null 3>&- 4>&- &
	waiter=$!
	sleep 0.3
	kill -0 "$waiter"
	look
	[ "$state" = old/none/none ]
	echo >"$tmp/go"
	wait "$holder"
	wait "$waiter"
	look
	[ "$state" = new/base/base ]
}

@test "ten generators and removers at once: the result of one of them, whole" {
	local i pids
	learn_texts
	for ((i = 0; i < 5; i++)); do
		pids=()
		for level in base keep base keep; do
			generate --level "$level" "$name" & pids+=($!)
		done
		remove "$name" & pids+=($!)
		generate --level keep "$name" & pids+=($!)
		wait "${pids[@]}"
		look
		clean
	done
	generate "$name"
	[ "$(grep -c '^lxc.include = .*/harden.conf' "$dir/config")" = 1 ]
}

@test "links planted under the names of what is written are not followed" {
	local n
	echo precious >"$CT_TMP/precious"
	for n in .config.lxc-harden .config.lxc-harden.old harden/.harden.conf.new harden/.harden.conf.old \
		harden/.policy.new harden/.policy.old harden/.policy.between; do
		use_fake fake
		mkdir "$dir/harden"
		ln -s "$CT_TMP/precious" "$dir/$n"
		generate "$name"
		loads
		clean
		[ "$(cat "$CT_TMP/precious")" = precious ]
	done
}

@test "a folder and a link that change places: nothing is written where the link leads" {
	local pid i done=0 levels=(base keep)
	TOOLS=$tmp hook_tool swapper tests/lib/swapper.c
	learn_texts
	mkdir "$CT_TMP/elsewhere" "$dir/harden"
	ln -s "$CT_TMP/elsewhere" "$dir/link"
	"$tmp/swapper" "$dir/harden" "$dir/link" >"$tmp/swaps" 2>&1 3>&- 4>&- &
	pid=$!
	for ((i = 0; i < 60; i++)); do
		if generate --level "${levels[i % 2]}" "$name" 2>"$tmp/said"; then done=$((done + 1)); fi
		[ -z "$(ls -A "$CT_TMP/elsewhere")" ] || { ls -lA "$CT_TMP/elsewhere"; kill "$pid"; return 1; }
	done
	kill "$pid" 2>/dev/null || true
	wait "$pid" || true
	echo "# $done of 60 got through, $(cat "$tmp/swaps")" >&3
	[ "$done" -lt 60 ]
	[ -z "$(ls -A "$CT_TMP/elsewhere")" ]
}

# Last, as by now its time has passed.
@test "who waits for longer than half a minute says so" {
	local took
	wait_for 60 test -e "$CT_TMP/busy.status"
	read -r status took <"$CT_TMP/busy.status"
	[ "$status" = 1 ]
	[ "$took" -ge 25 ]
	[ "$(wc -l <"$CT_TMP/busy.said")" = 1 ]
	grep -F "busy': another lxc-harden is at work there" "$CT_TMP/busy.said"
	[ "$(ls -A "$CT_TMP/lxc/busy" | xargs)" = 'config rootfs' ]
}
