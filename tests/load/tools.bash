# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # the caller's: W, work, cmd, names, kind, stable
#
# What administrators and timers run meanwhile, in loops until $W/stop is there; each call is
# judged and measured, a line of $W/calls (see measure.c).  What is wrong goes to $W/bad.

tools_over() { [ -e "$W/stop" ]; }

# tools_call WORD ARGUMENT...: standard output in $W/WORD.out; says what is wrong.
tools_call() {
	local word=$1 status
	shift
	measure "$W/calls" "${word%%-*}" "$cmd" "$@" >"$W/$word.out" 2>"$W/$word.err" </dev/null
	status=$?
	[[ $status = 0 && ! -s $W/$word.err ]] ||
		{ bad "lxc-harden $*: status $status: $(tail -n 2 "$W/$word.err" | tr '\n' ' ')"; return 1; }
}

# All containers, each once; a start or an end meanwhile is no fault of any.
tools_check() {
	local wrong
	until tools_over; do
		tools_call check check --all --json -P "$work" || continue
		wrong=$(jq -r '.containers[] | "\(.name) \(.error // "" | tostring)"' "$W/check.out" 2>&1 |
			sed 's/ $//' | sort | comm -3 - <(printf '%s\n' spare "${names[@]}" | sort))
		[ -z "$wrong" ] || bad "check --all: ${wrong//$'\n'/; }"
	done
}

tools_list() {
	local wrong
	until tools_over; do
		tools_call list list -P "$work" --noheadings -o name,state,audit,drift || continue
		wrong=$(awk '{ print $1 }' "$W/list.out" | sort | comm -3 - <(printf '%s\n' spare "${names[@]}" | sort))
		[ -z "$wrong" ] || bad "list: ${wrong//$'\n'/; }"
		wrong=$(grep -F -f <(printf '%s \n' "${stable[@]}") "$W/list.out" | grep -Ev '^[^ ]+ +running +conforms +-$')
		[ -z "$wrong" ] || bad "list, of one that runs all the time: ${wrong//$'\n'/; }"
	done
}

# What a container made by generate is given; comments tell how many files its guest has just now.
tools_given() { grep -hv '^#' "$work/$1/config" "$work/$1/harden/harden.conf" "$work/$1/harden/policy" | cksum; }

# tools_again NAME: those made by generate once more, whatever they do; nothing is to change.
tools_again() {
	local level=${kind[$1]#*/generate-} before
	before=$(tools_given "$1")
	tools_call "generate-$BASHPID" generate --level="$level" -P "$work" "$1" || return
	[ "$before" = "$(tools_given "$1")" ] || bad "generate --level=$level $1: something has changed"
}

# One container that is never started: hardened and taken back.
tools_there_and_back() {
	local before after
	before=$(cd "$work/spare" && find config harden -printf '%p %m\n' -exec cat {} + 2>/dev/null | cksum)
	tools_call "generate-$BASHPID" generate --level=keep -P "$work" spare &&
		tools_call "remove-$BASHPID" remove -P "$work" spare
	after=$(cd "$work/spare" && find config harden -printf '%p %m\n' -exec cat {} + 2>/dev/null | cksum)
	[ "$before" = "$after" ] || bad 'generate, remove: the configuration is another'
}

# tools_generate back|'': one of these loops takes the spare one there and back.
tools_generate() {
	local made=() name i=0
	for name in "${names[@]}"; do
		[[ ${kind[$name]} != */generate-* ]] || made+=("$name")
	done
	until tools_over; do
		[ ${#made[@]} = 0 ] || tools_again "${made[i % ${#made[@]}]}"
		[ -z "$1" ] || tools_there_and_back
		i=$((i + 1))
	done
}

tools_start() {
	tools_check &
	tools_jobs=($!)
	tools_list &
	tools_jobs+=($!)
	# Two of these: they meet at the same containers.
	tools_generate back &
	tools_jobs+=($!)
	tools_generate '' &
	tools_jobs+=($!)
}

tools_stop() {
	: >"$W/stop"
	wait "${tools_jobs[@]}"
	tools_jobs=()
}

# tools_flat: of each tool's runs, the first and the last tenth, or five: medians of time and
# memory, the most descriptors, as one sight of them may miss some.  A line each for the table;
# what grows goes to $W/bad.
tools_flat() {
	awk '{ n[$1]++; ms[$1, n[$1]] = $3; kib[$1, n[$1]] = $4; fds[$1, n[$1]] = $5 }
		function median(a, w, from, to,   i, j, m, v, s) {
			m = 0
			for (i = from; i <= to; i++) {
				v = a[w, i]
				for (j = ++m; j > 1 && s[j - 1] > v; j--) s[j] = s[j - 1]
				s[j] = v
			}
			return s[int((m + 1) / 2)]
		}
		function most(a, w, from, to,   i, m) {
			for (i = from; i <= to; i++)
				if (a[w, i] > m) m = a[w, i]
			return m
		}
		END {
			for (w in n) {
				t = int(n[w] / 10); if (t < 5) t = n[w] < 5 ? n[w] : 5
				printf "%s %d %d %d %d %d %d %d\n", w, n[w], median(ms, w, 1, t), median(ms, w, n[w] - t + 1, n[w]),
					median(kib, w, 1, t), median(kib, w, n[w] - t + 1, n[w]),
					most(fds, w, 1, t), most(fds, w, n[w] - t + 1, n[w])
			}
		}' "$W/calls" | sort | while read -r word n ms1 ms2 kib1 kib2 fds1 fds2; do
		[ "$kib2" -le $((kib1 + kib1 / 20 + 512)) ] || bad "$word: memory grew from $kib1 to $kib2 KiB"
		# Each of generate's six threads has one more or less open at the moment of the look.
		more=4
		[ "$word" != generate ] || more=10
		[ "$fds2" -le $((fds1 + more)) ] || bad "$word: descriptors grew from $fds1 to $fds2"
		printf '  %-10s %6s %8s %8s %8s %8s %5s %5s\n' "$word" "$n" "$ms1" "$ms2" "$kib1" "$kib2" "$fds1" "$fds2"
	done
}
