# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# hook_changes FOLDER ns|host: how the mounts that hook-case noted there differ, "> " what is
# more and "< " what is gone, as /proc/self/mountinfo has them without the first two numbers
# and without who shares them.  Those of other tests on this machine come and go, and what is
# removed there is detached here too: they are left out.  That a mount of the make-believe
# container is nodev and was not is no difference: mount-cgroup does that to all of them.
hook_changes() {
	local before after
	IFS= read -rd '' before <"$1/$2.before"
	IFS= read -rd '' after <"$1/$2.after"
	[ "$before" != "$after" ] || return 0
	awk -v dir="$1/" '
		$5 ~ /^\/(tmp|var)\// && index($5 "/", dir) != 1 { next }
		{
			sub(/^[0-9]+ [0-9]+ /, "")
			gsub(/ (shared|master|propagate_from):[0-9]+/, "")
			if (!($0 in n)) order[++lines] = $0
			n[$0] += NR == FNR ? -1 : 1
		}
		END {
			for (i = 1; i <= lines; i++) {
				closed = order[i]
				split(closed, field, " ")
				if (n[closed] >= 0 || index(field[3] "/", dir "mnt/") != 1) continue
				sub(/ (ro|rw)(,nosuid)?/, "&,nodev", closed)
				if (n[closed] > 0) { n[closed]--; n[order[i]]++ }
			}
			for (i = 1; i <= lines; i++) {
				line = order[i]
				for (; n[line] > 0; n[line]--) print "> " line
				for (; n[line] < 0; n[line]++) print "< " line
			}
		}' "$1/$2.before" "$1/$2.after"
}
