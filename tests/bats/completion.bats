#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The completion, as somebody meets it who types into bash and presses the tabulator key.

setup_file() {
	. "${abs_top_srcdir:?}/tests/lib/packages.bash"
	need_packages socat
}

setup() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	PATH=$abs_top_builddir/tools:$PATH
	L=$BATS_TEST_TMPDIR/lxc
	mkdir -p "$L/web-one" "$L/web-two" "$L/no-container"
	touch "$L/web-one/config" "$L/web-two/config"
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir -p bash
	cat >bash/rc <<-RC
		PS1='\$ '
		unset HISTFILE
		bind 'set bell-style none'
		bind 'set enable-bracketed-paste off'
		. "$abs_top_srcdir/tools/lxc-harden.bash-completion"
	RC
}

# typed KEYS: the words on the line after "lxc-harden" and these keys, as bash takes them.
# The line is not run: its first word becomes one that prints the others.
typed() {
	{
		printf 'lxc-harden %b\001\x0bprintf "<%%s>" \031 \n' "$1"
		printf 'exit\n'
	} | INPUTRC=/dev/null TERM=dumb COLUMNS=400 timeout 60 \
		socat -t 30 - "EXEC:bash --noprofile --rcfile bash/rc -i,pty,setsid,ctty,stderr" >typed.log 2>&1
	tr -d '\r' <typed.log | grep -o '^<lxc-harden>.*>' | head -n 1 | sed 's/^<lxc-harden>//'
}

# gives WORDS KEYS
gives() {
	local got
	got=$(typed "$2")
	[ "$got" = "$1" ] || { echo "typed: $2"; echo "expected $1, got $got"; cat -v typed.log; return 1; }
}

@test "verbs" {
	gives '<generate>' 'gen\t'
	gives '<--version>' '--ver\t'
}

@test "options of each verb, and one that takes a value goes on with it" {
	gives '<generate><--dry-run>' 'generate --dr\t'
	gives '<remove><--dry-run>' 'remove --dr\t'
	gives '<generate><--level=keep>' 'generate --lev\tk\t'
	gives '<check><--fail-above=7>' 'check --fail\t7'
}

@test "values: after the sign and as a word of their own" {
	gives '<generate><--level=strict>' 'generate --level=s\t'
	gives '<generate><--level><strict>' 'generate --level s\t'
	gives '<generate><--format=incus>' 'generate --format=i\t'
	gives '<generate><--add=net_admin><--without=setpcap>' 'generate --add=net_ad\t--without=setp\t'
	gives '<trace><--cap=sys_admin>' 'trace --cap=sys_ad\t'
	gives '<list><-o><lxcpath>' 'list -o lxcp\t'
	touch report.html
	gives '<check><--html=report.html>' 'check --html=rep\t'
}

@test "containers, of the folder that is named" {
	gives "<check><-P><$L><web-one>" "check -P $L web-o\t"
	gives "<check><--lxcpath=$L><web-two>" "check --lxcpath=$L web-t\t"
	gives "<remove><-P><$L/><--name=web-two>" "remove -P $BATS_TEST_TMPDIR/lx\t --name=web-t\t"
	gives "<check><-P><$L><no>" "check -P $L no\t"
}

@test "explain: capabilities and findings" {
	gives '<explain><net_raw>' 'explain net_r\t'
	gives '<explain><ns.net>' 'explain ns.ne\t'
}

# complete_words WORD...: all that is offered for the last one.
complete_words() {
	# shellcheck source=/dev/null
	. "$abs_top_srcdir/tools/lxc-harden.bash-completion"
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_lxc_harden
	echo "${COMPREPLY[*]}"
}

@test "the values are those that the command takes, and all of them" {
	local option word
	[ "$(complete_words lxc-harden generate --level = '')" = 'base keep strict' ]
	[ "$(complete_words lxc-harden generate --format = '')" = 'lxc pve incus' ]
	[ "$(complete_words lxc-harden learn --attach = '')" = 'tracepoint fexit kprobe' ]
	for option in level format; do
		run lxc-harden generate --$option=nonsense web
		[ "$status" = 2 ]
		[ "$(sed 's/.*: //; s/,\| or / /g' <<<"$output" | xargs)" = "$(complete_words lxc-harden generate --$option = '')" ]
	done
	[ "$(complete_words lxc-harden list -o '' | wc -w)" = 17 ]
	for word in $(complete_words lxc-harden list -o ''); do
		lxc-harden list -P "$L" -o "$word" >/dev/null
	done
	for word in $(complete_words lxc-harden generate --add = ''); do
		lxc-harden explain "$word" >/dev/null
	done
}
