#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden explain, the options that all verbs share, and the page and the completion
# that are made from the same table.

load ../lib/skip.bash

setup() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	cmd=$abs_top_builddir/tools/lxc-harden
	page=$abs_top_srcdir/man/lxc-harden.conf.5
	export LC_ALL=C
}

# misuse MESSAGE ARG...: status 2, nothing on stdout, one line that begins with MESSAGE.
misuse() {
	local want=$1 status=0
	shift
	"$cmd" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$status" = 2 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
	[[ $(cat "$BATS_TEST_TMPDIR/err") == "$want"* ]]
}

@test "help lists the verbs, and every verb has help" {
	run "$cmd" --help
	[ "$status" = 0 ]
	[[ $output == "Usage: lxc-harden "* ]]
	verbs=$(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' <<<"$output")
	[ -n "$verbs" ]
	for verb in $verbs; do
		[ -s "$abs_top_srcdir/man/lxc-harden-$verb.8" ]
		grep -q "^\.Xr lxc-harden-$verb 8" "$abs_top_srcdir/man/lxc-harden.8"
		run "$cmd" "$verb" --help
		[ "$status" = 0 ]
		[[ $output == "Usage: lxc-harden $verb "* ]]
	done
}

@test "version, of the command and of a verb" {
	run "$cmd" --version
	[ "$status" = 0 ]
	[[ $output == "lxc-harden "[0-9]* ]]
	version=$output
	run "$cmd" explain -V
	[ "$status" = 0 ]
	[ "$output" = "$version" ]
}

@test "misuse is one line and status 2" {
	misuse "lxc-harden: which verb?"
	misuse "lxc-harden: no such verb 'bogus'" bogus
	misuse "lxc-harden: no such option '--bogus'" --bogus
	misuse "lxc-harden: no such verb '\\x1b[31m\\x0a'" $'\e[31m\n'
	misuse "lxc-harden: explain: no such option '--bogus'" explain --bogus
	misuse "lxc-harden: explain: no such option '-x'" explain -x
	misuse "lxc-harden: explain: option '-n' needs a value" explain -n
	misuse "lxc-harden: explain: takes no container" explain -n web
	misuse "lxc-harden: explain: no capability 'bogus'" explain bogus
	misuse "lxc-harden: explain: no capability '41'" explain 41
	misuse "lxc-harden: explain: no capability ''" explain ''
	misuse "lxc-harden: explain: no capability 'x\\x0ay'" explain chown $'x\ny'
}

@test "a full disk is told" {
	[ -c /dev/full ] || cannot "no /dev/full"
	run bash -c "'$cmd' explain 2>&1 >/dev/full"
	[ "$status" = 1 ]
	[[ $output == "lxc-harden: explain: cannot write the output: "* ]]
	run bash -c "'$cmd' explain --json 2>&1 >/dev/full"
	[ "$status" = 1 ]
}

@test "the list has all capabilities of this kernel" {
	run "$cmd" explain
	[ "$status" = 0 ]
	n=$(grep -c '^ *[0-9][0-9]* [a-z]' <<<"$output")
	[ "$n" -ge $(($(cat /proc/sys/kernel/cap_last_cap) + 1)) ]
	grep -Eq '^ +21 sys_admin +2.2 +- +- +host +kernel$' <<<"$output"
	grep -Eq '^ +12 net_admin +2.2 +kept +- +host +kernel$' <<<"$output"
}

@test "a capability goes by name, CAP_NAME and number" {
	run "$cmd" explain sys_boot
	[ "$status" = 0 ]
	[[ $output == "sys_boot (22, Linux 2.2): kept by base.conf, kept by keep.conf"* ]]
	[[ $output == *kexec* ]]
	by_name=$output
	run "$cmd" explain CAP_SYS_BOOT
	[ "$output" = "$by_name" ]
	run "$cmd" explain 22
	[ "$output" = "$by_name" ]
	run "$cmd" explain chown kill
	[ "$status" = 0 ]
	[ "$(grep -c '^[a-z]* (' <<<"$output")" = 2 ]
}

@test "text is wrapped" {
	run "$cmd" explain net_admin sys_admin sys_ptrace
	[ "$(awk '{ if (length > n) n = length } END { print n }' <<<"$output")" -le 80 ]
}

@test "JSON holds the same, and is JSON" {
	need jq
	"$cmd" explain --json >"$BATS_TEST_TMPDIR/all.json"
	jq -e '.capabilities
		| length >= 41 and ([.[].number] == [range(length)])
		and .[21].name == "sys_admin" and .[21].privileged.class == "host" and (.[21].base_keeps | not)' \
		"$BATS_TEST_TMPDIR/all.json"
}

@test "the table in lxc-harden.conf(5) is the one of this command" {
	"$abs_top_builddir/tools/risk/capinfo-roff" >"$BATS_TEST_TMPDIR/want"
	sed -n '/BEGIN capabilities/,/END capabilities/p' "$page" | sed '1d;$d' \
		>"$BATS_TEST_TMPDIR/got"
	diff "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/got" || {
		echo "stale: run make update-man"
		false
	}
}

@test "the pages are clean" {
	need mandoc
	for p in "$abs_top_srcdir"/man/*.[58]; do
		run mandoc -T lint "$p"
		# What is not installed here, or not in mandoc's index, is no fault of the page.
		grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' <<<"$output" | grep . && false
	done
	true
}

@test "the example of lxc-harden-explain(8) names what base.conf drops" {
	run bash -c "'$cmd' explain | awk '\$4 == \"-\" { print \$2 }' | sort"
	want=$(sed -n 's/^lxc.cap.drop = //p' "$abs_top_srcdir/conf.d/base.conf.in" | tr ' ' '\n' | sort)
	[ "$output" = "$want" ]
}

complete_words() { COMP_WORDS=(lxc-harden "$@"); COMP_CWORD=$#; _lxc_harden; }

@test "completion knows verbs, options and capabilities" {
	PATH=$abs_top_builddir/tools:$PATH
	# shellcheck source=/dev/null
	. "$abs_top_srcdir/tools/lxc-harden.bash-completion"
	complete_words expl
	[ "${COMPREPLY[*]}" = explain ]
	complete_words explain net_ad
	[ "${COMPREPLY[*]}" = net_admin ]
	complete_words explain --js
	[ "${COMPREPLY[*]}" = --json ]
}

@test "completion runs nothing that a folder is named, and offers only plain names" {
	local dir=$BATS_TEST_TMPDIR/lxc name
	# shellcheck disable=SC2016 # that is what they are named
	for name in web '$(touch pwned)' '`touch pwned`' 'a;touch pwned' $'b\ntouch pwned' 'c d' -rf .hidden; do
		mkdir -p "$dir/$name" && touch "$dir/$name/config"
	done
	cd "$BATS_TEST_TMPDIR"
	# shellcheck source=tools/lxc-harden.bash-completion
	. "$abs_top_srcdir/tools/lxc-harden.bash-completion"
	complete_words check -P "$dir" ''
	[ "${COMPREPLY[*]}" = web ]
	[ ! -e pwned ]
}
