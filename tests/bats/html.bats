#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# lxc-harden check --html, in a real browser: narrow and dark, wide and light.

bats_require_minimum_version 1.5.0
load ../lib/skip.bash

setup_file() {
	top=${abs_top_srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	export W=$BATS_FILE_TMPDIR cmd=${LXC_HARDEN_BINDIR:-$top/build/tools}/lxc-harden
	export data=${LXC_HARDEN_DATADIR:-$top/build/conf.d}
	# shellcheck source-path=SCRIPTDIR source=../lib/packages.bash
	. "$top/tests/lib/packages.bash"
	command -v chromium >/dev/null || need_packages chromium || true
	! lacks chromium lxc-start jq >"$W/missing" || return 0
	rm "$W/missing"
	L=$W/lxc
	mkdir "$L"
	new web "lxc.include = $data/base.conf"
	new stock
	new 'a&b"<script>window.pwned=1</script><img src=x onerror=window.pwned=1>' \
		'lxc.mount.entry = /srv/"><script>window.pwned=1<script> x none bind 0 0' \
		'lxc_cap.drop = </style><script>window.pwned=1</script>'
	mkdir "$L/broken"
	echo 'lxc.cap.drop = </title><b>' >"$L/broken/config"
	audits >"$L/web/harden/audit.log"
	"$cmd" check --all --quiet -P "$L" --html="$W/page.html"
	# The page has no script, and the copy has one, which the policy would forbid.
	{
		sed '/Content-Security-Policy/d' "$W/page.html"
		printf '<script>\n'
		cat "$top/tests/lib/page-check.js"
		printf '</script>\n'
	} >"$W/copy.html"
	look 390,800 --blink-settings=preferredColorScheme=0 >"$W/narrow.json"
	look 1280,900 >"$W/wide.json"
}

setup() {
	L=$W/lxc
	[ ! -e "$W/missing" ] || cannot "$(cat "$W/missing")"
}

# new NAME [LINE...]: a container that is never started; a slash is not for names.
new() {
	local name=${1//\//_}
	shift
	mkdir -p "$L/$name/harden"
	printf '%s\n' 'lxc.include = /usr/share/lxc/config/common.conf' 'lxc.rootfs.path = dir:/var/empty' \
		'lxc.net.0.type = empty' "$@" >"$L/$name/config"
}

audits() {
	local line='"mode": "enforce","policy": "</script><i>","findings": []'
	echo '{"time": "2026-11-01T01:02:03Z","verdict": "conforms",'"$line"',"bounding": "1","text": null}'
	echo '{"time": "2026-11-02T01:02:03Z","verdict": "conforms",'"$line"',"bounding": "1","text": null}'
	echo '{"time": "2026-11-09T01:02:03Z","verdict": "refused",'"$line"',"bounding": "200001",
		"text": "unit <script>window.pwned=1</script>"}' | tr -d '\n'
	echo
	echo 'no JSON'
	echo '{"time": "\"><script>","verdict": "unchecked",'"$line"',"text": "x"}'
}

# look SIZE [OPTION...]: what the browser says, in a profile of its own.
look() {
	local size=$1
	shift
	timeout 60 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
		--disable-background-networking --user-data-dir="$W/profile" --window-size="$size" "$@" \
		--dump-dom "file://$W/copy.html" 2>"$W/chromium.err" </dev/null 3>&- |
		tr -d '\n' | sed 's/.*RESULT//; s/END.*//; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# is FILE EXPRESSION: of what the browser said.
is() {
	jq -e "$2" "$W/$1.json" >/dev/null || { jq -c . "$W/$1.json" || cat "$W/chromium.err"; return 1; }
}

@test "a telephone in the dark: nothing sticks out, all text can be read" {
	is narrow '.width < 520 and .dark and .texts > 100'
	is narrow '.overflow <= 0 and .wide == []'
	is narrow '.faint == []'
}

@test "a screen by day: the same" {
	is wide '.width == 1280 and (.dark | not)'
	is wide '.overflow <= 0 and .wide == []'
	is wide '.faint == []'
}

@test "names, paths, lines and verdicts are text, never markup" {
	is wide '(.pwned | not) and .handlers == 0 and .loads == 0 and .links == 0 and .dangling == 0'
	is wide '.title == "lxc-harden: containers"'
	is wide '.elements - ["a","b","br","code","dd","details","div","dl","dt","h1","h2","h3","h4","header",
		"i","li","main","nav","ol","p","section","span","summary","table","tbody","td","th","thead","time",
		"tr"] == []'
	is wide '.names | index("a&b\"<script>window.pwned=1<_script><img src=x onerror=window.pwned=1>") != null'
	# Nothing that only a browser's mercy would have stopped.
	[ "$(grep -c -e '<script' -e '<img' -e 'onerror=[^&]*>' "$W/page.html")" = 0 ] || {
		grep -n -e '<script' -e '<img' "$W/page.html"; return 1; }
	grep -q "Content-Security-Policy.*default-src 'none'" "$W/page.html"
	LC_ALL=C run ! grep -q '[^ -~]' "$W/page.html"
}

@test "the matrix, before and after, the timeline, and findings that open" {
	caps=$(("$(cat /proc/sys/kernel/cap_last_cap)" + 1))
	is wide ".rows == 4 and .columns == $caps and .cells == 3 * $caps"
	is wide '.taken | index("sys_admin taken away by lxc-harden") != null and length > 5'
	is wide '.sides == 4'
	is wide '.marks == ["conforms","conforms","refused"]'
	# Two that are alike are one.
	is wide '.audits == 3'
	is wide '.opened and .findings > 30'
}

@test "before is what the same configuration is without the include" {
	local before own=$BATS_TEST_TMPDIR mount='lxc.mount.entry = /etc host none bind,create=dir 0 0'
	L=$own new with "lxc.include = $data/base.conf" "$mount"
	L=$own new without "$mount"
	before=$("$cmd" check with -P "$own" --html=- |
		sed -n 's|.*without lxc-harden</span> <b>\([0-9]*\)</b>.*|\1|p')
	[ "$before" = "$("$cmd" check without -P "$own" --json | jq .containers[].score.value)" ]
}

@test "where it goes: replaced at once, standard output, mistakes" {
	before=$(stat -c %i "$W/page.html")
	"$cmd" check web --quiet -P "$L" --html="$W/page.html"
	[ "$(stat -c %i "$W/page.html")" != "$before" ]
	[ "$("$cmd" check web -P "$L" --html=- | head -n 1)" = '<!DOCTYPE html>' ]
	run "$cmd" check web -P "$L" --html=- --json
	[ "$status" = 2 ]
	run "$cmd" check web --quiet -P "$L" --html=/nonexistent/page
	[ "$status" = 1 ]
	[ "$output" = "lxc-harden: check: cannot write '/nonexistent/page': No such file or directory" ]
	mkdir "$W/none"
	"$cmd" check --all -P "$W/none" --html=- | grep -q 'There are no containers'
}
