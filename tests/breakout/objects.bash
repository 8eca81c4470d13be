# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # probe, act, out, top are those of breakout/run
#
# Acts on objects that have no path in the container, and judges by what became of them on
# the host.  Every object is made for this and taken away.  One is the machine's own, saved
# first and put back at once: /proc/sys/kernel/poweroff_cmd, like core_pattern the name of a
# program that the kernel starts as root, but one that nothing uses meanwhile.
#
#   objects_run MODE LEVEL FILE    one line a row into FILE, as the probe writes them
#
# A row:  act ACTION...  in the guest, then  row NAME CLASS CONDITION...  on the host: open
# when the condition holds.  NAME is looked up in tests/breakout/accepted.

# --- acting, and judging ----------------------------------------------------------------

row() {
	local name=$1 class=$2 verdict=closed
	shift 2
	if "$@" >/dev/null 2>&1; then verdict=open; fi
	echo "$name $class $verdict ${said:--} -" >>"$rows"
	said=-
}

absent() { echo "$1 $2 absent - $3" >>"$rows"; }

# The first word of what it printed: "0" or the name of an error.
say() {
	said=$(tr -d '\0' <"$w/said" | awk 'NR == 1 { print $1 }')
	said=${said:-0}
}

# acts ACTION...: in the guest, waited for.
acts() {
	timeout -k 1 12 lxc-attach -P "$(ct_lxcpath)" -n "$ct" --clear-env -- /act "$@" </dev/null >"$w/said" 2>/dev/null
	say
}

# holds ACTION...: in the guest, until "release".
holds() { hold ct_exec "$ct" /act "$@"; }
host_holds() { hold "$act" "$@"; }

hold() {
	local i
	rm -f "$w/in"
	mkfifo "$w/in"
	: >"$w/held"
	"$@" <"$w/in" >"$w/held" 2>/dev/null &
	holder=$!
	exec {hold_fd}>"$w/in"
	for ((i = 0; i < 60; i++)); do
		! grep -q . "$w/held" || break
		sleep 0.05
	done
	said=$(head -n 1 "$w/held")
}

release() {
	exec {hold_fd}>&-
	wait "$holder"
}

host() { "$act" "$@" </dev/null 2>/dev/null; }
is() { [ "$1" = "$2" ]; }
isnt() { [ "$1" != "$2" ]; }
is_locked() { ! flock -n "$1" true; }
said_has() { grep -qaF -- "$1" "$w/said"; }
held_says() { grep -qx "$1" "$w/held"; }

# A descriptor of the container's that leads to that: seen in the host's /proc.
guest_has() { ct_pids "$ct" | sed 's|.*|/proc/&/fd|' | xargs -r -I{} find {} -lname "$1" 2>/dev/null | grep -q .; }
guest_opened() {
	ct_pids "$ct" | sed 's|.*|/proc/&/fd|' | xargs -r -I{} find {} -lname '/*' 2>/dev/null |
		xargs -r stat -L -c '%t:%T' 2>/dev/null | grep -qx "$1"
}

# --- the objects ------------------------------------------------------------------------

disk_fill() { head -c 1048576 /dev/zero | tr '\0' H >"$w/disk"; }
disk_is_changed() {
	blockdev --flushbufs "$loop"
	[ "$(head -c 1 "$w/disk")" = X ]
}

# With project numbers where this kernel has them.
fs_make() { mkfs.ext4 -q -F -I 256 "$@" "$w/image" && mount -o loop "$w/image" "$w/fs"; }

objects_make() {
	w=$CT_TMP/objects
	mkdir -p "$w/share" "$w/fds" "$w/fs" && chmod 755 "$w" && chmod 777 "$w/fds"
	act=$w/act
	install -m 755 "$act_built" "$act"
	id=0
	[ "$mode" = priv ] || id=$id_base
	secret=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	link=bo$$ key=$((0x60000 + $$ % 65536)) port=$((40000 + $$ % 10000)) loop_number=$((300 + $$ % 100))
	helper_was=$(cat $helper)
	disk_fill
	loop=$(losetup -f --show "$w/disk") || return 1
	truncate -s 16M "$w/image"
	fs_make -O project 2>/dev/null || fs_make || return 1
	mkdir "$w/fs/in" && echo "$secret" >"$w/fs/out"
	chown "$id:$id" "$w/fs/in"
	node "$w/share/node" b "$(stat -c '%Hr %Lr' "$loop" 2>/dev/null)"
	echo shared >"$w/file"
	ip link add "$link" type bridge
	setpriv --bounding-set=-all sleep 1000 &
	bystander=$!
}

# node PATH TYPE "MAJOR MINOR": as somebody who makes the root file system would have it.
node() {
	# shellcheck disable=SC2086
	mknod -m 600 "$1" "$2" $3 && chown "$id:$id" "$1"
}

objects_remove() {
	local name
	[ -z "$bystander" ] || { kill "$bystander" && wait "$bystander"; } 2>/dev/null
	for name in "$link" "${link}m" "${link}n"; do
		[ ! -e "/sys/class/net/$name" ] || ip link delete "$name"
	done
	helper_put_back
	! mountpoint -q "$w/fs" || umount "$w/fs" || umount -l "$w/fs"
	losetup -d "$loop"
	rm -rf --one-file-system "$w"
	rmdir "$CT_TMP" 2>/dev/null || true # unless a container is there
}

# --- rows: in a guest as it is --------------------------------------------------------------

rows_nodes() {
	acts write-block /obj/block
	row node-block host disk_is_changed
	disk_fill
	acts loop-add /obj/control "$loop_number"
	row node-loop-control host test -e "/sys/block/loop$loop_number"
	[ ! -e "/sys/block/loop$loop_number" ] || host loop-remove "$loop_number"
	holds hold-open /obj/console
	row node-console host guest_opened 5:1
	release
	holds hold-open /obj/fuse
	row node-fuse kernel guest_opened a:e5
	release
}

helper=/proc/sys/kernel/poweroff_cmd
helper_is() { is "$(cat $helper)" "$1"; }
helper_put_back() { ! helper_is act || echo "$helper_was" >$helper; }

rows_switches() {
	local ahead=/sys/block/${loop##*/}/queue/read_ahead_kb before
	before=$(cat "$ahead")
	acts write "$ahead" 68
	row sysfs-of-disk host is "$(cat "$ahead")" 68
	echo "$before" >"$ahead"
	acts write $helper act
	row usermode-helper host helper_is act
	helper_put_back
	acts nested-mount proc "${helper#/proc/}" act
	row usermode-helper-nested host helper_is act
	helper_put_back
	acts nested-mount binfmt_misc register ":act$$:M::act$$::/bin/false:"
	row binfmt-nested host binfmt_has "act$$"
	binfmt_forget "act$$"
}

# shellcheck disable=SC2016 # for the inner shell
binfmt() { unshare -m sh -c 'mount -t binfmt_misc none /mnt && eval "$1"' sh "$1" 2>/dev/null; }
binfmt_has() { binfmt "[ -e /mnt/$1 ]"; }
binfmt_forget() { ! binfmt_has "$1" || binfmt "echo -1 >/mnt/$1"; }

rows_links() {
	acts link-list
	row link-list secrets grep -qx "$link" "$w/said"
	acts link-new "${link}n"
	row link-new host test -e "/sys/class/net/${link}n"
	acts link-delete "$link"
	row link-delete host test ! -e "/sys/class/net/$link"
	# Its own, renamed on the way.
	acts link-move eth1 "${link}m"
	row link-move host test -e "/sys/class/net/${link}m"
}

# The ring of host root as a user, and the one of its sessions, by the kernel's numbers.
rows_keys() {
	local ring name=act$$
	for ring in -4 -5; do
		host key-add "$ring" "$name" "$secret"
		acts key-read "$ring" "$name"
		said_has "$secret" && said='read'
		row "key-read$ring" secrets said_has "$secret"
		acts key-add "$ring" "$name" replaced
		row "key-replace$ring" host is "$(host key-read "$ring" "$name")" replaced
		acts key-revoke "$ring" "$name"
		row "key-revoke$ring" host is "$(host key-read "$ring" "$name")" EKEYREVOKED
		host key-add "$ring" "$name" last
		host key-forget "$ring" "$name"
	done
}

rows_ipc() {
	host sysv-make "$key"
	acts sysv-use "$key"
	row sysv-ipc host isnt "$(host sysv-state "$key")" -00
	host sysv-remove "$key"
	host queue-make "/act$$"
	acts queue-send "/act$$"
	row posix-queue host isnt "$(host queue-count "/act$$")" 0
	host queue-remove "/act$$"
	rows_abstract abstract-socket
	holds vsock-bind "$port"
	row vsock-port host is "$(host vsock-bind "$port")" EADDRINUSE
	release
}

rows_abstract() {
	host_holds listen "@act$$"
	acts connect "@act$$"
	local told=$said
	release
	said=$told
	row "$1" host held_says seen
}

queued() { awk '/^SigQ:/ { sub(/\/.*/, "", $2); print $2 }' "/proc/$$/status"; }

rows_denial() {
	local before
	before=$(queued)
	holds signals 600
	row signals-of-host-root denial test "$(queued)" -ge $((before + 500))
	release
	rows_limit v1-pids pids pids.max 4000 max
	rows_limit v1-memory memory memory.limit_in_bytes 4294967296 -1
	rows_limit2 v2-descendants cgroup.max.descendants 4000 max
}

# rows_limit NAME CONTROLLER FILE LIMIT LIFTED
rows_limit() {
	local file=/sys/fs/cgroup/$2/lxc.payload.$ct/$3
	[ -e "$file" ] || { absent "limit-$1" denial "no-$2"; return; }
	echo "$4" >"$file"
	acts cgroup1 "$2" "$3" "$5"
	row "limit-$1" denial isnt "$(cat "$file")" "$4"
}

rows_limit2() {
	local file
	file=$(ct_cgroup_find -path "*/lxc.payload.$ct/$2" | head -n 1)
	[ -n "$file" ] || { absent "limit-$1" denial no-v2; return; }
	echo "$3" >"$file"
	acts cgroup2 "$2" "$4"
	row "limit-$1" denial isnt "$(cat "$file")" "$3"
}

# What our own hook binds into every guest.
rows_generator() {
	local host=${LXC_HARDEN_LIBEXECDIR:-}/unit-generator inside=''
	[ "$level" = stock ] || inside=$(ct_exec "$ct" find /run/systemd/system-generators -type f 2>/dev/null </dev/null | head -n 1)
	if [ -z "$inside" ] || [ ! -e "$host" ]; then
		absent generator-lease denial no-generator
		absent generator-lock denial no-generator
		absent generator-watch secrets no-generator
	else
		rows_inode generator "$host" "$inside"
	fi
}

# rows_inode NAME HOST-FILE GUEST-FILE: whether they are one.
rows_inode() {
	holds lease "$3"
	row "$1-lease" denial is "$(host open-nowait "$2")" EAGAIN
	release
	holds lock "$3"
	row "$1-lock" denial is_locked "$2"
	release
	holds watch "$3"
	cat "$2" >/dev/null
	release
	row "$1-watch" secrets held_says seen
}

rows_descriptors() {
	local kind class
	while read -r kind class pattern; do
		holds hold "$kind"
		row "object-$kind" "$class" guest_has "$pattern"
		release
	done <<-'KINDS'
		perf kernel anon_inode:\[perf_event\]
		perf-host host anon_inode:\[perf_event\]
		io_uring kernel anon_inode:\[io_uring\]
		userfaultfd kernel anon_inode:\[userfaultfd\]
		fanotify kernel anon_inode:\[fanotify\]
		bpf kernel anon_inode:bpf-map
	KINDS
}

# What an administrator's own lxc-attach risks.
rows_attach() {
	local i
	holds seize $helper act
	for ((i = 0; i < 40; i++)); do
		! grep -qx seized "$w/held" || break
		timeout -k 1 5 lxc-attach -P "$(ct_lxcpath)" -n "$ct" -- /act open-nowait / </dev/null >/dev/null 2>&1
	done
	row attach-seize host helper_is act
	release
	helper_put_back
	# Its terminal, where none of the standard three is one.
	script -qec "lxc-attach -P $(ct_lxcpath) -n $ct -- /act type /dev/tty Q </dev/null >$w/said 2>&1
		IFS= read -rt 1 -n 1 c; echo got:\$c" /dev/null </dev/null >"$w/typed" 2>/dev/null
	say
	row attach-terminal host grep -q got:Q "$w/typed"
}

# Last: nothing answers in it any more.
rows_freeze() {
	local file=/sys/fs/cgroup/freezer/lxc.payload.$ct/act/freezer.state
	[ -e "${file%/*/*}" ] || { absent freeze-stop denial no-freezer; return; }
	timeout -k 1 3 lxc-attach -P "$(ct_lxcpath)" -n "$ct" -- /act freeze </dev/null >/dev/null 2>&1
	row freeze-stop denial is_stuck
	[ ! -e "$file" ] || echo THAWED >"$file"
}

is_stuck() { ! timeout -k 1 5 lxc-stop -k -P "$(ct_lxcpath)" -n "$ct"; }

# --- rows: one line more in the configuration ------------------------------------------------

# variant LINE...: a small guest with that; closed where its start is refused.
variant() {
	ct_new "$ct" busybox "$mode" "${include[@]}" "$@" && guest_prepare && ct_start "$ct" >/dev/null 2>&1
}

variant_end() { ct_destroy "$ct"; }

# with NAME CLASS FUNCTION LINE...: FUNCTION acts and makes the rows.
with() {
	local name=$1 class=$2 run=$3
	shift 3
	if variant "$@"; then
		"$run" "$name" "$class"
	else
		said=refused
		row "$name" "$class" false
	fi
	variant_end
}

on_block() {
	acts write-block "$block"
	row "$1" "$2" disk_is_changed
	disk_fill
}

on_socket() {
	rm -f "$w/share/socket"
	host_holds listen "$w/share/socket"
	chmod 666 "$w/share/socket"
	with "$1" host in_socket "lxc.mount.entry = $w/share/socket obj/socket none bind,ro,create=file"
	release
	sed -i "s/^$1 host pending/$1 host $(held_says seen && echo open || echo closed)/" "$rows"
}

# What came of it is known when the listener ends.
in_socket() {
	acts connect /obj/socket
	echo "$1 $2 pending $said -" >>"$rows"
}

on_proc() {
	acts create "/obj/proc/$bystander/root$w/fds/proc" act
	row "$1" "$2" test -e "$w/fds/proc"
	rm -f "$w/fds/proc"
}

on_binfmt() {
	acts write /obj/binfmt/register ":act$$:M::act$$::/bin/false:"
	row "$1" "$2" binfmt_has "act$$"
	binfmt_forget "act$$"
}

on_fs() {
	if host project "$w/fs/in" 76 >/dev/null; then
		acts project /obj/fs 77
		row "$1" "$2" is "$(host project "$w/fs/in")" 77
	else
		absent "$1" "$2" no-projects
	fi
	acts handle /obj/fs out
	said_has "$secret" && said='read'
	row open-by-handle secrets said_has "$secret"
}

on_file() { rows_inode shared-file "$w/file" /obj/file; }

# An init of the guest's own, as most go to "/" at once.  Which directory it is depends on
# what the monitor has open by then.
row_init_outside() {
	local n
	for n in 8 9 10 11 12 13; do
		said=refused
		! variant "lxc.init.cmd = /act init-cwd $w/fds/cwd" "lxc.init.cwd = /obj/cwd$n" || said=started
		sleep 0.2
		variant_end
		[ ! -e "$w/fds/cwd" ] || break
	done
	row init-outside host test -e "$w/fds/cwd"
	rm -f "$w/fds/cwd"
}

on_net() { rows_abstract "$1"; }

# A start in the foreground keeps what it was given.
row_inherited() {
	local i started=''
	ct_new "$ct" busybox "$mode" "${include[@]}" && guest_prepare || return
	lxc-start -F -P "$(ct_lxcpath)" -n "$ct" 8<"$w/fds" </dev/null >/dev/null 2>&1 &
	started=$!
	for ((i = 0; i < 40; i++)); do
		! ct_is_running "$ct" || break
		kill -0 "$started" 2>/dev/null || break
		sleep 0.1
	done
	said=refused
	! ct_is_running "$ct" || acts init-fds fd
	row inherited-descriptor host test -e "$w/fds/fd"
	rm -f "$w/fds/fd"
	variant_end
	wait "$started"
}

rows_variants() {
	row_init_outside
	local allow=("lxc.cgroup.devices.allow = b 7:* rwm" "lxc.cgroup2.devices.allow = b 7:* rwm")
	block=/obj/block
	with node-block-all-devices host on_block "lxc.cgroup.devices.allow = a" "lxc.cgroup2.devices.allow = a"
	block=/obj/node
	with node-bound-read-only host on_block "${allow[@]}" \
		"lxc.mount.entry = $w/share/node obj/node none bind,ro,create=file"
	block=/obj/share/node
	with node-in-own-mount host on_block "${allow[@]}" \
		"lxc.mount.entry = $w/share obj/share none bind,create=dir"
	with node-in-read-only-mount host on_block "${allow[@]}" \
		"lxc.mount.entry = $w/share obj/share none bind,ro,create=dir"
	with node-in-allowed-mount host on_block "${allow[@]}" "harden.allow = /obj/share" \
		"lxc.mount.entry = $w/share obj/share none bind,create=dir"
	on_socket socket-bound-read-only
	with proc-of-host host on_proc "lxc.mount.entry = /proc obj/proc none bind,ro,create=dir"
	with binfmt-mounted host on_binfmt "lxc.mount.entry = binfmt_misc obj/binfmt binfmt_misc rw,create=dir"
	with project-id denial on_fs "harden.allow = /obj/fs" \
		"lxc.mount.entry = $w/fs/in obj/fs none bind,create=dir"
	with shared-file denial on_file "lxc.mount.entry = $w/file obj/file none bind,ro,create=file"
	with abstract-socket-host-net host on_net "lxc.net.0.type = none"
	row_inherited
}

# --- all of them ------------------------------------------------------------------------------

guest_prepare() {
	local root n
	root=$(ct_dir "$ct")/rootfs
	install -m 755 "$act" "$root/act" && mkdir -p "$root/obj" && chown "$id:$id" "$root/obj" &&
		node "$root/obj/block" b "$(stat -c '%Hr %Lr' "$loop")" && node "$root/obj/control" c "10 237" &&
		node "$root/obj/console" c "5 1" && node "$root/obj/fuse" c "10 229" || return 1
	for n in 8 9 10 11 12 13; do
		ln -sT "/proc/self/fd/$n" "$root/obj/cwd$n" || return 1
	done
}

objects_run() {
	local mode=$1 level=$2 rows=$3 ct=bo-$1-$2-o include=() id w act loop link key port helper_was secret said=- \
		bystander='' loop_number holder hold_fd block
	: >"$rows"
	case $level in
	stock) ;;
	# What ends these at stock already: to see that the actions act where nothing does.
	none)
		include=("lxc.seccomp.profile =" "lxc.mount.auto =" "lxc.mount.auto = proc:rw sys:rw"
			"lxc.namespace.share.ipc = $$" "lxc.mount.entry = proc srv proc rw,create=dir")
		;;
	*) include=("lxc.include = $LXC_HARDEN_DATADIR/$level.conf") ;;
	esac
	# A signal must leave nothing of it on the host.
	trap 'ct_destroy "$ct"; objects_remove' EXIT
	objects_make || { trap - EXIT; objects_remove; return 1; }
	if ct_new "$ct" "$guest" "$mode" "${include[@]}" "lxc.net.1.type = veth" "lxc.net.1.name = eth1" && guest_prepare && ct_start "$ct"; then
		ct_wait_ready "$ct" 60 >/dev/null
		rows_nodes
		rows_switches
		rows_links
		rows_keys
		rows_ipc
		rows_denial
		rows_generator
		rows_descriptors
		rows_attach
		rows_freeze
	else
		echo "breakout: $ct did not start" >&2
	fi
	ct_destroy "$ct"
	rows_variants
	trap - EXIT
	objects_remove
}
