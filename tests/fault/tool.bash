# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # set by the caller: dir, folder, fault_*
#
# What holds whatever fails in "lxc-harden generate" and "remove": the container's folder
# is as before or as after, both of which the caller has copied to $dir/before and
# $dir/after, or such that a second run ends what the first began; a failure says so.  $folder is the container's.

# shellcheck source-path=SCRIPTDIR source=faults.bash
. "${BASH_SOURCE[0]%/*}/faults.bash"

fault_reset() {
	rm -rf "$folder/harden" "$folder/config"
	cp -a "$dir/before/." "$folder"
}

# fault_same WHAT: what the tool may write there is as in that copy, the comments apart, which
# say what could not be read.
fault_same() {
	local file
	cmp -s "$folder/config" "$dir/$1/config" || return 1
	for file in harden.conf policy; do
		[ "$(grep -sv '^#' "$folder/harden/$file")" = "$(grep -sv '^#' "$dir/$1/harden/$file")" ] || return 1
	done
	for file in "$folder"/harden/* "$folder"/harden/.[!.]* "$folder"/.[!.]*; do
		[[ ! -e $file || $file = */harden.conf || $file = */policy ]] || return 1
	done
}

# fault_kept: what may stay when it was its removal that failed: one, and a failure has told.
fault_kept() {
	local name
	[[ $(<"$dir/call") = *' unlinkat '* || $(<"$dir/call") = *' unlink '* ]] || return 0
	for name in "$folder"/harden/.[!.]* "$folder"/.[!.]*; do
		[ ! -e "$name" ] || { rm "$name"; return; }
	done
}

# fault_between: between the two, a second run goes on from here: the configuration is one of
# them, what it includes is there, and nothing else is.
fault_between() {
	local file
	cmp -s "$folder/config" "$dir/before/config" || cmp -s "$folder/config" "$dir/after/config" || return 1
	! grep -q '/harden/harden.conf$' "$folder/config" || [ -s "$folder/harden/harden.conf" ] || return 1
	for file in "$folder"/harden/* "$folder"/harden/.[!.]* "$folder"/.[!.]*; do
		[[ ! -e $file || $file = */harden.conf || $file = */policy ]] || return 1
	done
}

fault_judge() {
	local loads='' last
	case $1 in
	0)
		fault_same after || { echo 'success, but:'; diff -r "$folder/harden" "$dir/after/harden"; ls -A "$folder" "$folder/harden"; }
		# What is said differs where something could not be read, and says so.
		diff -rq "$folder/harden" "$dir/after/harden" >/dev/null 2>&1 || [ ! -e "$folder/harden" ] ||
			grep -q '^# note: ' "$folder/harden/harden.conf" || echo 'other comments, and no note'
		;;
	1 | 2)
		last=$(tail -n 1 "$dir/said")
		[[ $last = lxc-harden* ]] || echo "it says '$(<"$dir/said")'"
		fault_kept
		fault_between || loads=y
		;;
	127) grep -q 'shared librar\|cannot \|out of memory' "$dir/said" || echo "status 127: $(<"$dir/said")" ;; # the loader's
	*) echo "not a documented status; said: '$(<"$dir/said")'" ;;
	esac
	[ -z "$loads" ] || { echo 'neither as before nor as after:'; diff -r "$dir/before" "$folder" -x rootfs -x overlay -x guest | head -n 5; }
}
