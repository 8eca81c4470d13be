# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For the tests of learn and trace, after lxc.bash: containers with tests/lib/checker in them,
# and what the recorder should have counted of that.

# shellcheck source-path=SCRIPTDIR source=skip.bash
. "${BASH_SOURCE[0]%/*}/skip.bash"

# learn_setup NAME: in setup(): sets build, cmd, err, and ct, the name of a container.
learn_setup() {
	build=${abs_top_builddir:-$BATS_TEST_DIRNAME/../../build}
	cmd=${LXC_HARDEN_BINDIR:-$build/tools}/lxc-harden
	ct=$1-$$-$BATS_TEST_NUMBER
	err=$BATS_TEST_TMPDIR/err
}

# learn_teardown: in teardown(): what runs in the background, as $job, and the container end.
learn_teardown() {
	[ -z "${job:-}" ] || kill -KILL "$job" 2>/dev/null || true
	ct_destroy "$ct"
}

need_recorder() {
	need root lxc-start jq
	[ -x "$build/tests/lib/checker" ] || cannot "not built: tests/lib/checker"
	[ -e /sys/kernel/btf/vmlinux ] || skip "kernel: no BTF"
	need_guest bookworm
}

# new NAME GUEST priv|id [config line...]: with the checker in it, and no filter of system calls.
new() {
	ct_new "$@" 'lxc.seccomp.profile =' || return
	install -m755 "$build/tests/lib/checker" "$(ct_dir "$1")/rootfs/usr/bin/checker"
}

# work NAME <SCRIPT: as /usr/bin/work in it.
work() { install -m755 /dev/stdin "$(ct_dir "$1")/rootfs/usr/bin/work"; }

record() { echo "$(ct_dir "$1")/harden/record.json"; }

# learn NAME [ARG...]: what it says is in $err.
learn() {
	local name=$1
	shift
	timeout -k 5 200 "$cmd" learn -P "$(ct_lxcpath)" -n "$name" "$@" 2>"$err" 3>&- 4>&- </dev/null || {
		local status=$?
		cat "$err"
		return "$status"
	}
}

# counts NAME FILTER: "CAPABILITY TARGET GRANTED DENIED" of the checker's own calls.  What
# its allocations ask besides, and what perf_event_open(), bpf() and clone3() are granted by
# instead, is all sys_admin.
counts() {
	jq -r "def total(a): [.[] | select(.answer == a) | .count] | add // 0;
		[.checks[] | select(.comm == \"checker\" and .program == \"/usr/bin/checker\" and (.borrowed | not)) |
		select(.capability != \"sys_admin\" or .syscall == \"sethostname\") | select($2)] |
		group_by([.capability, .target])[] | \"\\(.[0].capability) \\(.[0].target) \\(total(\"granted\")) \\(total(\"denied\"))\"" \
		"$(record "$1")"
}

# expect NAME TIMES [MODE] [id]: the same as it should be, in a container that holds what it
# held in the last run.
expect() {
	local held
	held=$(jq -r '.runs[-1].held | join(" ")' "$(record "$1")")
	"$build/tests/lib/checker" 0 1 "${3:-}" | awk -v held=" $held " -v times="$2" -v mode="${3:-}" -v id="${4:-}" '
		$4 == "host-only" && id { next }
		{
			target = mode == "below" ? "below" : id && $4 == "host" ? "other" : "own"
			granted = mode == "below" || (mode != "denied" && target == "own" && index(held, " " $1 " "))
			seen[$1 " " target] = 1
			n[$1 " " target, 1] += granted ? $2 * times : 0
			n[$1 " " target, 2] += granted ? 0 : $3 * times
		}
		END { for (i in seen) if (n[i, 1] + n[i, 2]) print i, n[i, 1], n[i, 2] }'
}

same() { diff <(sort <<<"$1") <(sort <<<"$2"); }
