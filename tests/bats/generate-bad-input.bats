#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden generate on input that somebody broke, or made to hurt: configurations, folders
# of containers, and root file systems.  Each gets its answer within bounds of time and
# memory: refused with one line that names the place, and nothing written; or read as far as
# that is safe, what was passed over told, and nothing of the host's in what comes out.

load ../lib/generate.bash
bats_require_minimum_version 1.5.0

# Of one run.  A hostile guest is to be answered within it on a busy machine too.
seconds=60
kilobytes=600000

setup_file() {
	generate_setup_file jq libcap2-bin e2fsprogs util-linux
	# What is flushed need not wait for a disk.
	mount -t tmpfs -o mode=755 "${CT_TMP##*/}" "$CT_TMP"
}

setup() {
	generate_setup
	dir=$lxc/bad
	root=$dir/rootfs
	units=$root/etc/systemd/system
	conf=$dir/harden/harden.conf
	# What no guest is to learn, and no output to show.
	secret=$CT_TMP/host/secret
	mkdir -p "$CT_TMP/host"
	printf '[Service]\nDynamicUser=yes\nAmbientCapabilities=CAP_WAKE_ALARM\n# HOST-SECRET\nHOST-SECRET\n' \
		>"$secret"
	cp "$secret" "$CT_TMP/host/host-secret.service"
}

teardown() {
	umount "$CT_TMP/mnt" 2>/dev/null || true
	chattr -i "$dir/config" 2>/dev/null || true
	umount "$dir" 2>/dev/null || true
	rm -rf --one-file-system "$lxc"
}

teardown_file() {
	umount "$CT_TMP"
	rmdir "$CT_TMP"
}

# In place of those of generate.bash:

# fake [config line...]
fake() { fake_at "$dir" "$@"; }

# want NAME: enabled, by a link that need not lead anywhere.
want() { ln -s "../$1" "$units/multi-user.target.wants/$1"; }

# unit NAME TEXT: there and enabled.
unit() {
	printf '%b' "$2" >"$units/$1"
	want "$1"
}

# Processes are dear on some machines, and cases are many: what bash can do by itself it does.

# tree FOLDER: names, kinds, owners, modes, sizes, times and link texts of what is there.
# That of the last change no program can set back: it speaks for the contents.
tree() { find "$1" -printf '%P %y %m %U:%G %s %T@ %C@ %n %l\n'; }

# run_generate ARG...: within bounds; status, and what it said, in $tmp/out and $tmp/err.
run_generate() {
	status=0
	(
		ulimit -v "$kilobytes"
		exec timeout -k 1 "$seconds" "$harden" generate -P "$lxc" "$@"
	) </dev/null >"$tmp/out" 2>"$tmp/err" 3>&- 4>&- || status=$?
}

complain() {
	printf '%s\n' "case:   $what" "status: $status" 'stdout:' "$(head -c 2000 "$tmp/out")" \
		'stderr:' "$(head -c 2000 "$tmp/err")" "$@"
	return 1
}

# clean TEXT: nothing but printable characters, and nothing of the host's.
clean() {
	local LC_ALL=C
	[[ $1 != *[!\ -~$'\n']* ]] || complain 'not escaped'
	[[ $1 != *HOST-SECRET* ]] || complain 'tells of the host'
}

# refused STATUS TEXT [ARG...]: one line with that text, and nothing changed.
refused() {
	local want=$1 text=$2 err before
	shift 2
	before=$(tree "$dir")
	run_generate "${@:-bad}"
	read_file err "$tmp/err"
	[ "$status" = "$want" ] || complain "wanted status $want"
	[ ! -s "$tmp/out" ] || complain 'something on standard output'
	[[ $err == *$'\n' && ${err%$'\n'} != *$'\n'* ]] || complain 'not one line'
	[ ${#err} -le 4300 ] || complain 'too long a line'
	[[ $err == *"$text"* ]] || complain "wanted '$text'"
	clean "$err"
	[ "$before" = "$(tree "$dir")" ] || complain 'something was written'
}

# config STATUS TEXT LINE...: refused for these lines, which follow the first two.
config() {
	what=${3:0:100}
	fake "${@:3}"
	refused "$1" "$2"
}

# said TEXT [ARG...]: done, with that text ("": any), and the result loads.
said() {
	local text=$1 before out fragment policy
	shift
	before=$(tree "$root")
	run_generate "${@:-bad}"
	[ "$status" = 0 ] || complain 'wanted status 0'
	[ ! -s "$tmp/err" ] || complain 'something on standard error'
	[ "$before" = "$(tree "$root")" ] || complain 'the guest was changed'
	read_file out "$tmp/out"
	read_file fragment "$conf"
	read_file policy "$dir/harden/policy"
	[[ $out$fragment == *"$text"* ]] || complain "wanted '$text'"
	clean "$out$fragment$policy"
	printf '%s' "$out$fragment" >"$tmp/said"
	! grep -E 'host-secret|wake_alarm.*here' "$tmp/said" || complain 'tells of the host'
	lxc-info -P "$lxc" -n bad -s >/dev/null || complain 'does not load'
	# What a guest says gets into comments and mount entries of tmpfs, nowhere else.
	grep -v '^#' "$conf" | sort >"$tmp/settings"
}

# guest WHAT TEXT COMMAND...: a guest that the command makes of a good one is read, and TEXT said.
guest() {
	what=$1
	local text=$2
	fake
	(cd "$root" && "${@:3}")
	said "$text"
}

# --- configurations ---------------------------------------------------------------

@test "values that LXC does not load: file and line" {
	local at="bad/config:3: "
	config 2 "${at}unknown capability 'nonsense'" 'lxc.cap.drop = nonsense'
	config 2 "$at" 'lxc.cap.keep = chown'
	config 2 "bad/config:5: " 'lxc.cap.drop =' 'lxc.cap.keep = chown' 'lxc.cap.drop = kill'
	config 2 "${at}this kernel has no capability '99'" 'lxc.cap.drop = 99'
	config 2 "$at" 'lxc.cap.drop = 64'
	config 2 "$at" 'lxc.cap.drop = 4294967296'
	config 2 "$at" 'lxc.cap.drop = -1'
	config 2 "$at" 'lxc.cap.drop = 0x'
	config 2 "$at" 'lxc.cap.drop = 08'
	config 2 "$at" 'lxc.cap.drop = none'
	config 2 "$at" 'lxc.cap.drop = CHOWN'
	config 2 "$at" 'lxc.cap.drop = cap_chown'
	config 2 "$at" 'lxc.cap.drop = chown,kill'
	config 2 "$at" 'lxc.cap.drop = chown # why'
	config 2 "$at" 'lxc.nonsense = 1'
	config 2 "$at" 'lxc.no_equals'
	config 2 "$at" 'lxc. = 1'
	config 2 "$at" 'lxc.net.0.type = nonsense'
	config 2 "$at" 'lxc.mount.auto = nonsense'
	config 2 "$at" 'lxc.idmap = u 0'
	config 2 "$at" 'lxc.pty.max = many'
	config 2 "$at" 'lxc.uts.name.x = 1'
	config 2 "bad/config:103: " "$(yes '# comment' | head -n 100)" 'lxc.nonsense = 1'
}

@test "text that is none: escapes, NUL, other encodings, long lines, too many" {
	config 2 'bad/config:3: ' $'lxc.\e]0;owned\a\e[2J = 1'
	config 2 'bad/config:3: ' $'lxc.caf\xe9 = 1'
	config 2 'bad/config:3: ' $'lxc.cap.drop = \xff\xfe\x80'
	config 2 'bad/config:3: ' "lxc.$(head -c 900000 /dev/zero | tr '\0' a) = 1"
	config 2 'bad/config:3: ' "lxc.cap.drop = $(head -c 900000 /dev/zero | tr '\0' a)"
	what='a NUL'
	fake
	printf 'lxc.arch = x86_64\0\nlxc.nonsense = 1\n' >>"$dir/config"
	refused 2 'bad/config:3: '
	what='NULs only'
	fake
	head -c 4096 /dev/zero >"$dir/config"
	refused 2 'bad/config:1: '
	what='too large'
	fake
	truncate -s 1G "$dir/config"
	refused 2 "bad/config': too large"
	what='too many settings'
	fake
	yes 'lxc.environment = A=b' | head -n 30000 >>"$dir/config"
	refused 2 "bad/config': more settings"
}

@test "many of what is allowed is answered in time" {
	what='a list on 15000 lines'
	fake
	yes 'lxc.cap.drop = chown kill setuid' | head -n 15000 >>"$dir/config"
	said ''
	what='a list on one line'
	fake "lxc.cap.drop = $(yes chown | head -n 150000 | tr '\n' ' ')"
	said ''
	what='clears and drops by turns'
	fake
	yes $'lxc.cap.drop =\nlxc.cap.drop = sys_admin' | head -n 15000 >>"$dir/config"
	said ''
}

@test "includes that lead nowhere, or in circles" {
	local at="bad/config:3: "
	mkdir -p "$tmp/inc"
	config 2 "${at}cannot read '/no/such/file': No such file or directory" 'lxc.include = /no/such/file'
	config 2 "${at}cannot read '/dev/zero': not a regular file" 'lxc.include = /dev/zero'
	config 2 "${at}cannot read '/etc/passwd/x': Not a directory" 'lxc.include = /etc/passwd/x'
	mkfifo "$tmp/fifo"
	config 2 "${at}cannot read '$tmp/fifo': not a regular file" "lxc.include = $tmp/fifo"
	ln -s "$tmp/l2" "$tmp/l1"; ln -s "$tmp/l1" "$tmp/l2"
	config 2 "${at}cannot read '$tmp/l1'" "lxc.include = $tmp/l1"
	config 2 "$at" "lxc.include = /$(head -c 5000 /dev/zero | tr '\0' a)"
	config 2 "$at" $'lxc.include = /no/\e[2J\x80such'
	config 2 "${at}include cycle" "lxc.include = $dir/config"
	echo "lxc.include = $tmp/c2" >"$tmp/c1"; echo "lxc.include = $tmp/c1" >"$tmp/c2"
	config 2 "$tmp/c2:1: include cycle" "lxc.include = $tmp/c1"
	echo "lxc.include = $tmp/inc" >"$tmp/inc/a.conf"
	config 2 "$tmp/inc/a.conf:1: include cycle" "lxc.include = $tmp/inc"
	rm "$tmp/inc/a.conf"; ln -s nowhere "$tmp/inc/b.conf"
	config 2 "${at}cannot read '$tmp/inc/b.conf'" "lxc.include = $tmp/inc"
	rm "$tmp/inc/b.conf"; mkdir "$tmp/inc/c.conf"
	config 2 "${at}cannot read '$tmp/inc//c.conf': not a regular file" "lxc.include = $tmp/inc/"
	rmdir "$tmp/inc/c.conf"; echo 'lxc.nonsense = 1' >"$tmp/inc/d.conf"
	config 2 "$tmp/inc/d.conf:1: " "lxc.include = $tmp/inc"
	truncate -s 2M "$tmp/large"
	config 2 "${at}cannot read '$tmp/large': too large" "lxc.include = $tmp/large"
	local i
	for ((i = 0; i < 100; i++)); do echo "lxc.include = $tmp/deep$((i + 1))" >"$tmp/deep$i"; done
	config 2 'includes are nested deeper than' "lxc.include = $tmp/deep0"
	# Twice two, and so on: few files, and no end to their reading.
	for ((i = 0; i < 40; i++)); do
		printf 'lxc.include = %s\n' "$tmp/bomb$((i + 1))" "$tmp/bomb$((i + 1))" >"$tmp/bomb$i"
	done
	touch "$tmp/bomb40"
	config 2 "bad/config': more settings or included files" "lxc.include = $tmp/bomb0"
	config 2 'a level is included by another line' "lxc.include = $LXC_HARDEN_DATADIR/base.conf"
}

@test "files that cannot be read or written: a failure, not bad input" {
	what='unreadable config'
	fake
	chmod 0 "$dir/config"
	real=$harden
	printf '#!/bin/sh\nexec setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -dac_override,-dac_read_search %q "$@"\n' \
		"$real" >"$tmp/weak" && chmod +x "$tmp/weak"
	harden=$tmp/weak
	refused 1 "bad/config': Permission denied"
	what='unreadable include'
	touch "$tmp/shut" && chmod 0 "$tmp/shut"
	fake "lxc.include = $tmp/shut"
	refused 1 "bad/config:3: cannot read '$tmp/shut': Permission denied"
	what='unwritable folder'
	fake
	chmod 555 "$dir"
	refused 1 "bad/harden': Permission denied"
	harden=$real
	what='read-only file system'
	fake
	mount --bind "$dir" "$dir" && mount -o remount,bind,ro "$dir"
	refused 1 "bad/harden': Read-only file system"
	umount "$dir"
	what='immutable config'
	fake
	chattr +i "$dir/config" 2>/dev/null || { echo '# no chattr here'; return 0; }
	run_generate bad
	[ "$status" = 1 ]
	grep -qF "bad/config': Operation not permitted" "$tmp/err" || complain
	[ ! -e "$dir/harden" ]
	[ "$(ls -A "$dir" | xargs)" = 'config rootfs' ]
}

@test "what is no configuration: kinds of files, and links" {
	local kind
	what='no container' && fake && refused 2 "nobody': No such file" nobody
	what='no folder' && fake && touch "$lxc/file" && refused 2 "file': Not a directory" file
	what='a link' && ln -s bad "$lxc/link" && refused 2 "link': " link
	rm "$lxc/file" "$lxc/link"
	for kind in missing fifo folder device dangling loop secret empty; do
		what="config: $kind"
		fake
		[ "$kind" = empty ] || mv "$dir/config" "$tmp/config"
		case $kind in
		fifo) mkfifo "$dir/config" ;;
		folder) mkdir "$dir/config" ;;
		device) mknod "$dir/config" c 1 5 ;;
		dangling) ln -s nowhere "$dir/config" ;;
		loop) ln -s config "$dir/config" ;;
		secret) ln -s "$secret" "$dir/config" ;;
		empty) : >"$dir/config" ;;
		esac
		refused 2 "bad/config'"
	done
}

@test "root file systems that are not there" {
	local value
	touch "$tmp/file" && mkfifo "$tmp/fifo" && ln -s / "$tmp/slash" && ln -s nowhere "$tmp/dangling"
	for value in loop:/x.img lvm:/dev/a/b rbd:p/x nbd:/x overlay:/a:/b overlayfs:/a:/b zfs:rpool/x \
		btrfs:x dir: dir:relative relative /no/such / "$tmp/slash" "$tmp/file" "$tmp/fifo" \
		"$tmp/dangling" /dev/null $'/no\e[2J'; do
		what=$value
		fake
		sed -i "/^lxc.rootfs.path/s|=.*|= $value|" "$dir/config"
		refused 2 "bad/config:2: cannot read the guest"
	done
	what='none given'
	fake
	sed -i '/^lxc.rootfs.path/d' "$dir/config"
	refused 2 "bad/config': lxc.rootfs.path is not set"
	what=--no-guest
	said '# Not looked at (--no-guest).' --no-guest bad
}

# --- the container's folder --------------------------------------------------------

@test "harden/ and its files: what somebody planted is not followed, read or written" {
	local kind
	for kind in link dangling secret file fifo foreign open; do
		what="harden/: $kind"
		fake
		rm -rf "$CT_TMP/elsewhere" && mkdir "$CT_TMP/elsewhere"
		case $kind in
		link) ln -s "$CT_TMP/elsewhere" "$dir/harden" ;;
		dangling) ln -s "$CT_TMP/elsewhere/new" "$dir/harden" ;;
		secret) ln -s "$secret" "$dir/harden" ;;
		file) touch "$dir/harden" ;;
		fifo) mkfifo "$dir/harden" ;;
		foreign) mkdir "$dir/harden" && chown 4242:4242 "$dir/harden" ;;
		open) mkdir "$dir/harden" && chmod 777 "$dir/harden" ;;
		esac
		refused 2 "bad/harden'"
		[ -z "$(ls -A "$CT_TMP/elsewhere")" ]
	done
	for kind in link folder fifo device huge; do
		for name in harden.conf policy; do
			what="harden/$name: $kind"
			fake
			mkdir "$dir/harden"
			case $kind in
			link) ln -s "$secret" "$dir/harden/$name" ;;
			folder) mkdir "$dir/harden/$name" ;;
			fifo) mkfifo "$dir/harden/$name" ;;
			device) mknod "$dir/harden/$name" c 1 5 ;;
			huge) truncate -s 1G "$dir/harden/$name" ;;
			esac
			refused 2 "bad/harden/$name'"
		done
	done
	[ "$(grep -c HOST-SECRET "$secret")" = 2 ]
}

@test "a container's folder that its owner, or everybody, writes to" {
	what='sticky, of another user'
	fake
	chown -R 4242:4242 "$dir" && chmod 1777 "$lxc"
	# His configuration would have LXC open files as root.
	run_generate bad
	[ "$status" = 2 ]
	grep -F "the folder can be changed by everybody" "$tmp/err"
	chmod 755 "$lxc"
	run_generate bad
	[ "$status" = 2 ]
	grep -F "config' belongs to user 4242" "$tmp/err"
	# The folder alone: as LXC gives it to the root of an id-mapped container.
	chown 0:4242 "$dir/config"
	mkdir "$dir/harden" && chown 4242:4242 "$dir/harden"
	said ''
	[ "$(stat -c %u:%g "$dir/config")" = 0:4242 ]
	[ -z "$(find "$dir/harden" -perm /022)" ]
	# Whoever may write to LXCPATH puts a link for the name.
	what='a link in a sticky folder'
	fake
	mv "$dir" "$CT_TMP/moved" && ln -s "$CT_TMP/moved" "$dir" && chown -h 4242 "$dir"
	find "$CT_TMP/moved" -printf '%P %y %s %T@\n' >"$tmp/before"
	run_generate bad
	[ "$status" = 2 ]
	[ "$(wc -l <"$tmp/err")" = 1 ]
	find "$CT_TMP/moved" -printf '%P %y %s %T@\n' | cmp - "$tmp/before"
	rm -rf "$dir" "$CT_TMP/moved"
}

# --- the guest ------------------------------------------------------------------------

@test "units that are no files, too large, or lead out" {
	guest 'sparse' "big.service': too large, not read" eval 'unit big.service ""; truncate -s 1G $units/big.service'
	guest 'FIFO' "x.service': not a regular file" eval 'want x.service; mkfifo $units/x.service'
	guest 'device' "x.service': not a regular file" eval 'want x.service; mknod $units/x.service c 1 5'
	guest 'block device' "x.service': not a regular file" eval 'want x.service; mknod $units/x.service b 7 0'
	guest 'folder' "x.service': not a regular file" eval 'want x.service; mkdir $units/x.service'
	guest 'socket' "x.service': not a regular file" eval \
		'want x.service; (cd $units && socket_at x.service)'
	guest 'loop' '' eval 'want x.service; ln -s y.service $units/x.service; ln -s x.service $units/y.service'
	guest 'itself' '' eval 'want x.service; ln -s x.service $units/x.service'
	guest 'chain' '' eval 'for i in {0..99}; do ln -s $((i + 1)).service $units/$i.service; done; want 0.service'
	guest 'host file' '' eval 'want host-secret.service; ln -s $CT_TMP/host/host-secret.service $units/host-secret.service'
	guest 'host file by ..' '' eval 'want a.service; ln -s ../../../../../../..$CT_TMP/host/host-secret.service $units/a.service'
	guest 'no name' '' eval 'want x.service; ln -s ../.. $units/x.service'
	guest 'long link' '' eval 'want x.service; ln -s $(head -c 4000 /dev/zero | tr "\0" a) $units/x.service'
	guest 'NULs' '' eval 'want x.service; head -c 200000 /dev/zero >$units/x.service'
	guest 'one line' '' eval 'want x.service; head -c 200000 /dev/zero | tr "\0" = >$units/x.service'
	guest 'backslashes' '' eval 'want x.service; yes \\ | head -c 200000 >$units/x.service'
	guest 'templates' '' eval 'want a@b@c.service; want @.service; want @@.service; want a@.service; touch $units/a@.service'
	fake
	what='odd names'
	local name
	for name in $'new\nlxc.cap.keep = sys_admin\n.service' $'esc\e[2J.service' $'\x80\xff.service' \
		'%s%n%n.service' '"quote".service' 'a b.service' '$(id).service' '-rf.service' \
		"$(head -c 240 /dev/zero | tr '\0' n).service"; do
		unit "$name" '[Service]\nDynamicUser=yes\nAmbientCapabilities=CAP_IPC_LOCK\n'
	done
	said 'new\x0alxc.cap.keep = sys_admin\x0a.service'
	[ "$(grep -c sys_admin "$tmp/settings")" = 0 ]
	run_generate --json --dry-run bad
	jq -e '.guest.losses | length == 9' "$tmp/out"
}

# socket_at NAME: an AF_UNIX socket.
socket_at() {
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) or exit 1' "$1"
}

@test "drop-ins by the thousand, units by the ten thousand, text without end" {
	guest 'drop-ins' "'x.service': more drop-ins than are read" eval \
		'unit x.service ""; mkdir $units/x.service.d; cd $units/x.service.d; seq -f %g.conf 10000 | xargs touch'
	guest 'drop-in kinds' "x.service.d/fifo.conf': not a regular file" eval \
		'unit x.service ""; mkdir $units/x.service.d; cd $units/x.service.d; mkfifo fifo.conf; mkdir dir.conf
		ln -s $secret link.conf; truncate -s 1G big.conf'
	guest 'drop-ins of the host' '' eval 'unit x.service ""; mkdir -p $CT_TMP/host/d; cp $secret $CT_TMP/host/d/x.conf
		ln -s $CT_TMP/host/d $units/x.service.d'
	guest 'drop-in folder a FIFO' '' eval 'unit x.service ""; mkfifo $units/x.service.d'
	guest 'units' 'more units than are looked at' eval \
		'cd $units/multi-user.target.wants; seq -f %g.service 10000 | xargs -n 5000 touch'
	guest 'folders of units' 'more units than are looked at' eval \
		'cd $units; seq -f %g.target.wants 10000 | xargs -n 5000 mkdir'
	# 300 units with 60 drop-ins of 250 KB each: 4.5 GB of text in one file's space.
	guest 'text' 'more text in units than is read' eval \
		'yes "Nice=-5" | head -c 250000 >$units/text; mkdir $units/d; (cd $units/d; for i in {1..60}; do ln ../text $i.conf; done)
		for i in {1..300}; do unit u$i.service "[Service]\n"; cp -al $units/d $units/u$i.service.d; done'
	guest 'losses' 'one of too many' eval 'for i in {1..900}; do unit u$i.service "[Service]\nDynamicUser=yes\n"; done'
}

@test "folders of the guest that are links to the host's, loops, or no folders" {
	guest '/etc/systemd' '' eval 'rm -r etc/systemd; mkdir -p $CT_TMP/host/sd/system/a.target.wants
		cp $secret $CT_TMP/host/sd/system/host-secret.service
		ln -sf ../host-secret.service $CT_TMP/host/sd/system/a.target.wants/; ln -s $CT_TMP/host/sd etc/systemd'
	guest '/etc' '' eval 'rm -r etc; ln -s /etc etc'
	guest '/etc by ..' '' eval 'rm -r etc; ln -s ../../../../../../../../etc etc'
	guest '/usr/lib/systemd' '' eval 'rm -r usr/lib/systemd; ln -s $CT_TMP/host usr/lib/systemd'
	guest 'loops' '' eval 'ln -s a usr/b; ln -s b usr/a; ln -s . usr/self; ln -s .. usr/lib/up; rm -r etc/systemd; ln -s systemd etc/systemd'
	guest '/etc a FIFO' '' eval 'rm -r etc; mkfifo etc'
	guest 'wants a link' '' eval 'rm -r $units/multi-user.target.wants; mkdir -p $CT_TMP/host/w
		ln -sf $CT_TMP/host/host-secret.service $CT_TMP/host/w/; ln -s $CT_TMP/host/w $units/multi-user.target.wants'
	guest 'deep' 'paths too long below it, not looked at' eval 'cd usr; for i in {1..400}; do mkdir $(printf %0200d 0) && cd $(printf %0200d 0); done'
	guest 'wide' '' eval 'mkdir var; cd var; seq 30000 | xargs touch'
	guest 'special files' '' eval 'mkfifo dev; mknod usr/zero c 1 5; mknod usr/loop b 7 0; chmod 4755 dev usr/zero'
	guest 'proc magic' '' eval 'ln -s /proc/self/root usr/root; ln -s /proc/1/root/etc/shadow usr/shadow; ln -s /proc/self/fd usr/fd'
}

@test "init and its version" {
	guest 'init of the host' '' eval 'ln -sf ../../../../../../../..$secret sbin/init'
	guest 'init absolute' '' eval "ln -sf $secret sbin/init"
	guest 'init a loop' '' eval 'ln -sf init sbin/init'
	guest 'init a FIFO' '' eval 'rm sbin/init; mkfifo sbin/init'
	guest 'init a folder' '' eval 'rm sbin/init; mkdir sbin/init'
	guest 'no init' '' eval 'rm sbin/init'
	guest 'a program of 1 GiB' '' eval 'rm usr/lib/systemd/libsystemd*; truncate -s 1G usr/lib/systemd/systemd'
	guest 'a program that is a FIFO' '' eval 'rm usr/lib/systemd/*systemd*; mkfifo usr/lib/systemd/systemd'
	guest 'a huge version' '' eval 'mv usr/lib/systemd/lib* usr/lib/systemd/libsystemd-shared-99999999999999999999.so'
	guest 'a strange version' '' eval 'mv usr/lib/systemd/lib* usr/lib/systemd/libsystemd-shared--1.so'
	guest 'versions' '' eval 'cd usr/lib/systemd; seq -f libsystemd-shared-%g.so 20000 | xargs touch'
	guest 'os-release' '' eval 'truncate -s 1G etc/os-release; mkfifo usr/lib/os-release'
	guest 'os-release of the host' '' eval "ln -s $secret etc/os-release"
	guest 'an empty tree' '' eval 'rm -r etc sbin usr'
}

@test "fstab and mount units" {
	guest 'a million lines' "'etc/fstab': too large, not read" eval 'yes "x /data ext4 rw 0 0" | head -n 1000000 >etc/fstab'
	guest 'a megabyte of lines' 'and more, which are not told' eval 'seq -f "x /m%g e" 90000 | head -c 1000000 >etc/fstab'
	guest 'as many tmpfs' 'one of too many mounts' eval 'seq -f "x /m%g tmpfs" 60000 | head -c 1000000 >etc/fstab'
	[ "$(grep -c '^lxc.mount.entry = tmpfs m[0-9]' "$tmp/settings")" -le 128 ]
	guest 'one line' '' eval 'printf "x /%0900000d tmpfs" 0 >etc/fstab'
	guest 'NULs' '' eval 'head -c 900000 /dev/zero >etc/fstab'
	guest 'link' "'etc/fstab': not a regular file" eval "ln -s $secret etc/fstab"
	guest 'FIFO' "'etc/fstab': not a regular file" eval 'mkfifo etc/fstab'
	local target n=0
	what='targets'
	fake
	unit x.mount '[Mount]\nWhat=x\nWhere=/a\\040b\\nlxc.cap.keep = sys_admin\nType=tmpfs\nOptions=size=1,x\n'
	unit y.mount '[Mount]\nWhat=x\nWhere=/../../etc\nType=tmpfs\n'
	unit z.mount '[Mount]\nWhat=x\nWhere=/ok\nType=tmpfs\nOptions=suid,dev,exec,bind,rbind,create=file,idmap=container,optional,relative,upperdir=/,size=1m\n'
	for target in '/../etc' '/a/../../etc' '/a//b' '/.' '/..' '/proc/sys' '/sys' '/dev/shm/x' 'relative' '/a\\012lxc.cap.keep' \
		'/a\\040b' '/$(id)' '/a;b' '/link' '/link/x' '/file' '/a\x1b[2J' '/bad\x80'; do
		printf 'x %b tmpfs rw 0 0\n' "$target"
	done >"$root/etc/fstab"
	ln -s / "$root/link"
	touch "$root/file"
	said 'mounts at a place that is not its own'
	[ "$(grep -c sys_admin "$tmp/settings")" = 0 ]
	run -0 sed -n '/--- The guest/,$s/^lxc.mount.entry = //p' "$conf"
	[ "$output" = 'tmpfs ok tmpfs nosuid,nodev,size=1m,create=dir 0 0' ] || complain "$output"
}

@test "the packages' list, and capabilities of files" {
	guest 'dpkg status sparse' '' eval 'mkdir -p var/lib/dpkg; truncate -s 1G var/lib/dpkg/status'
	guest 'dpkg status FIFO' '' eval 'mkdir -p var/lib/dpkg; mkfifo var/lib/dpkg/status'
	guest 'dpkg status link' '' eval "mkdir -p var/lib/dpkg; ln -s $secret var/lib/dpkg/status"
	guest 'dpkg status hostile' '' eval 'mkdir -p var/lib/dpkg
		printf "Package: \\x1b[2Jx\\nlxc.cap.keep = sys_admin\\nPackage: %0100000d\\n\\0\\n" 0 >var/lib/dpkg/status'
	[ "$(grep -c sys_admin "$tmp/settings")" = 0 ]
	fake
	what='names of files with capabilities'
	local name
	for name in $'new\nlxc.cap.keep = sys_admin' $'esc\e[2J' $'\x80\xff' '%s%n'; do
		cp /bin/true "$root/usr/bin/$name" && setcap cap_ipc_lock+ep "$root/usr/bin/$name"
	done
	said 'new\x0alxc.cap.keep = sys_admin'
	[ "$(grep -c sys_admin "$tmp/settings")" = 0 ]
	guest 'a thousand of them' 'one of too many that want capabilities' eval \
		'cp /bin/true usr/bin/0; cd usr/bin; for i in {1..1000}; do cp 0 $i; done; printf "%s\n" * | xargs setcap cap_ipc_lock+ep 2>/dev/null ||
		for i in *; do echo cap_ipc_lock+ep; echo $i; done | xargs setcap'
}

@test "capabilities of files that no kernel wrote" {
	# What setxattr(2) refuses is still what a disk can say.
	truncate -s 4M "$tmp/disk" && mkfs.ext4 -q -b 1024 -O ^has_journal "$tmp/disk"
	printf 'x' >"$tmp/x"
	: >"$tmp/debugfs"
	local i=0 value
	for value in '\x00' '\x01\x00\x00\x02' '\x01\x00\x00\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' \
		'\x01\x00\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' "$(printf '%0600d' 0)"; do
		printf "$value" >"$tmp/value$i"
		printf 'write %s f%s\nea_set -f %s f%s security.capability\n' "$tmp/x" "$i" "$tmp/value$i" "$i" >>"$tmp/debugfs"
		i=$((i + 1))
	done
	debugfs -w -f "$tmp/debugfs" "$tmp/disk" >/dev/null 2>&1
	mkdir -p "$CT_TMP/mnt"
	mount -o loop,ro "$tmp/disk" "$CT_TMP/mnt" 2>/dev/null || skip 'kernel: no loop device'
	what='on disk'
	fake
	sed -i "/^lxc.rootfs.path/s|=.*|= $CT_TMP/mnt|" "$dir/config"
	said 'odd file capabilities'
	# All that the bits can say is no reason to keep what base.conf drops.
	! grep -x 'lxc.cap.keep = sys_admin' "$conf"
}
