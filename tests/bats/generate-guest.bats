#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden generate: what it reads of a guest's files, and what it makes of that.

load ../lib/generate.bash

setup_file() { generate_setup_file jq libcap2-bin; }

setup() { generate_setup; }

teardown() {
	umount "$tmp/mounted" 2>/dev/null || true
	generate_teardown
}

teardown_file() { generate_teardown_file; }

@test "file capabilities: kept where the level may, else said" {
	fake
	cp /bin/true "$root/usr/bin/lock" && setcap cap_ipc_lock+ep "$root/usr/bin/lock"
	cp /bin/true "$root/usr/bin/clock" && setcap cap_sys_time+ep "$root/usr/bin/clock"
	run generate --level keep fake
	[ "$status" = 0 ]
	grep -x 'lxc.cap.keep = ipc_lock' "$conf"
	absent -x 'lxc.cap.keep = sys_time' "$conf"
	grep -x '#   here: file capability of /usr/bin/clock' "$conf"
	[[ $output == *"'/usr/bin/clock' cannot be executed"* ]]
	generate -q --level strict fake
	absent -x 'lxc.cap.keep = ipc_lock' "$conf"
}

@test "units: ambient capabilities, sandboxes that fail or are passed over, drop-ins, masks" {
	fake
	unit amb.service '[Service]\nAmbientCapabilities=CAP_IPC_LOCK \\\n# no\nCAP_SYS_TIME\n'
	unit dyn.service '[Service]\nDynamicUser=yes\nProtectSystem=full\n'
	unit off.service '[Service]\nDynamicUser=yes\n'
	unit cond.service '[Unit]\nConditionVirtualization=!container\n[Service]\nDynamicUser=yes\n'
	unit masked.service '[Service]\nDynamicUser=yes\n'
	ln -sf /dev/null "$root/etc/systemd/system/masked.service"
	mkdir "$root/etc/systemd/system/off.service.d"
	printf '[Service]\nDynamicUser=no\n' >"$root/etc/systemd/system/off.service.d/a.conf"
	run generate --level keep fake
	[[ $output == *"unit 'dyn.service' will fail: DynamicUser"* ]]
	grep -x '#   dyn.service: ProtectSystem' "$conf"
	grep -x 'lxc.cap.keep = ipc_lock' "$conf"
	absent -x 'lxc.cap.keep = sys_time' "$conf"
	absent -E 'off.service|cond.service|masked.service' "$conf"
}

@test "units: users, roots, ports, real-time, and what each loses" {
	fake
	unit user.service '[Service]\nUser=www\nLimitMEMLOCK=infinity\n'
	unit chroot.service '[Service]\nRootDirectory=/srv\nPrivateTmp=yes\n'
	unit plain.service '[Service]\nRootDirectory=/srv\nUser=root\n'
	unit rt.service '[Service]\nCPUSchedulingPolicy=rr\n'
	unit nice.service '[Service]\nNice=-5\nPrivateUsers=yes\n'
	unit self.service '[Service]\nBindPaths=/srv /a:/a\nProtectProc=default\n'
	unit moved.service '[Service]\nBindPaths=/srv\nBindPaths=/a:/b\n'
	unit low.socket '[Socket]\nListenStream=[::]:443\n'
	unit high.socket '[Socket]\nListenStream=8443\nListenStream=/run/x\nListenDatagram=vsock:2:53\n'
	generate --level keep --json --without net_bind_service fake >"$tmp/json"
	jq -e '[.guest.losses[] | select(.fails) | .unit + ":" + .settings] ==
		["chroot.service:PrivateTmp", "moved.service:BindPaths"]' "$tmp/json"
	jq -e '[.guest.needs[] | .by + ":" + .who] == ["realtime:rt.service", "user:user.service",
		"port:low.socket", "root_directory:chroot.service", "root_directory:plain.service",
		"limit:nice.service", "limit:user.service"]' "$tmp/json"
	grep -x 'lxc.cap.keep = sys_nice' "$conf"
	grep -x '#   here: port below 1024 of low.socket' "$conf"
	absent self.service "$conf"
	run generate --level strict fake
	[[ $output == *"unit 'nice.service' will fail: PrivateUsers"* ]]
	[[ $output == *"unit 'rt.service' asks for more than is kept:"* ]]
}

@test "what is lost with each setting is said once" {
	fake
	unit a.service '[Service]\nPrivateTmp=yes\nProtectHome=yes\n'
	unit b.service '[Service]\nPrivateTmp=yes\n'
	generate -q fake
	[ "$(grep -c 'without PrivateTmp: it shares /tmp' "$conf")" = 1 ]
	grep -x '#   a.service: PrivateTmp ProtectHome' "$conf"
}

@test "set-user-id programs of root's are listed" {
	fake
	cp /bin/true "$root/usr/bin/su" && chmod 4755 "$root/usr/bin/su"
	cp /bin/true "$root/usr/bin/games" && chmod 2755 "$root/usr/bin/games"
	cp /bin/true "$root/usr/bin/other" && chown 7 "$root/usr/bin/other" && chmod 4755 "$root/usr/bin/other"
	generate --json fake | jq -e '.guest.setuid == ["/usr/bin/su"] and .guest.setid_files == 3'
	grep -x '#   /usr/bin/su' "$conf"
}

@test "strict says who uses what it closes: by packages, units and files" {
	fake
	mkdir -p "$root/var/lib/dpkg" "$root/usr/lib/x" "$root/home/a"
	printf '%s\n' 'Package: db' 'Status: install ok installed' 'Depends: libc6,' ' liburing2 (>= 2.3) | x' '' \
		'Package: gone' 'Status: deinstall ok config-files' 'Depends: liburing2' '' \
		'Package: liburing-dev' 'Status: install ok installed' 'Depends: liburing2' '' \
		'Package: boxes' 'Status: install ok installed' 'Pre-Depends: uidmap' >"$root/var/lib/dpkg/status"
	touch "$root/usr/lib/x/liburing.so.2" "$root/usr/lib/ld-linux.so.2" "$root/usr/bin/newuidmap" "$root/home/a/runc"
	unit pods.service '[Service]\nDelegate=yes\n'
	unit systemd-x.service '[Service]\nDelegate=yes\n'
	run generate --level strict fake
	[ "$status" = 0 ]
	[ "$(sed -n 's/.*warning: strict closes \([^ ,:]*\).*: \(.*\)/\1 \2/p' <<<"$output")" = \
		'io_uring /usr/lib/x/liburing.so.2
io_uring package db (depends on liburing2)
namespaces /usr/bin/newuidmap
namespaces package boxes (depends on uidmap)
namespaces unit pods.service (Delegate=)
sockets /usr/lib/ld-linux.so.2' ]
	grep -x '#   package db (depends on liburing2)' "$conf"
	run generate --level keep fake
	[[ $output != *warning* ]]
	rm "$root/sbin/init" && mkdir "$root/etc/init.d" && touch "$root/sbin/init"
	echo 'start-stop-daemon --stop --exec /x' >"$root/etc/init.d/db"
	echo '#!/sbin/openrc-run' >"$root/etc/init.d/web"
	echo 'kill 1' >"$root/etc/init.d/other"
	ln -s /etc/passwd "$root/etc/init.d/link" && mkfifo "$root/etc/init.d/fifo"
	for level in base keep strict; do
		run generate --level $level fake
		[ "$(sed -n "s/.*warning: $level closes sys_ptrace: .*: //p" <<<"$output")" = \
			'/etc/init.d/db
/etc/init.d/web' ]
		grep -x '#   /etc/init.d/db' "$conf"
	done
	run generate --level keep --add sys_ptrace fake
	[[ $output != *'closes sys_ptrace'* ]]
}

# truth LEVEL GUEST: units of one setting each; those fail of which generate has said so.
truth() {
	local level=$1 guest=$2 units option i=0
	need_guest "$guest"
	ct_new gen "$guest" priv
	units=$(ct_dir gen)/rootfs/etc/systemd/system
	mkdir "$units/t.target.wants"
	while IFS= read -r option; do
		i=$((i + 1))
		printf '[Service]\nType=oneshot\nExecStart=/bin/true\n%b\n' "$option" >"$units/t$i.service"
		ln -s "../t$i.service" "$units/t.target.wants/t$i.service"
	done <<-'OPTIONS'
		User=nobody\nPrivateTmp=yes
		User=nobody\nSystemCallFilter=@system-service
		DynamicUser=yes
		BindPaths=/srv
		BindPaths=/srv:/mnt
		BindReadOnlyPaths=/srv:/mnt
		TemporaryFileSystem=/srv
		LogNamespace=x
		PrivateDevices=yes
		PrivateNetwork=yes
		PrivateIPC=yes
		PrivateUsers=yes
		ProtectSystem=strict
		ProtectHome=tmpfs
		ProtectProc=invisible
		ProtectControlGroups=yes
		ProtectKernelTunables=yes
		ProtectKernelModules=yes
		InaccessiblePaths=/srv
		ReadOnlyPaths=/srv
		RootDirectory=/
		RootImage=/none
		Nice=-5
		CPUSchedulingPolicy=rr
		IOSchedulingClass=realtime
		LimitMEMLOCK=infinity
		AmbientCapabilities=CAP_SYS_TIME
		CapabilityBoundingSet=CAP_SYS_TIME
	OPTIONS
	generate --level "$level" --without sys_nice --json gen >"$tmp/json"
	jq -r '[.guest.losses[] | select(.fails) | .unit] + [.guest.needs[] | select(.by == "realtime") | .who] |
		.[] | select(startswith("t"))' "$tmp/json" | sort -u >"$tmp/said"
	ct_start gen || { ct_hook_output gen; return 1; }
	ct_wait_ready gen
	eval "ct_exec gen systemctl start t{1..$i}.service" </dev/null 2>/dev/null || true
	ct_failed_units gen | grep '^t[0-9]*[.]service$' | sort -u >"$tmp/seen"
	[ -s "$tmp/seen" ]
	diff "$tmp/said" "$tmp/seen"
	ct_destroy gen
}

@test "units that are said to fail do, and no others: keep, trixie" { truth keep trixie; }
@test "units that are said to fail do, and no others: strict, bookworm" { truth strict bookworm; }

@test "root file systems: layers of overlayfs, an image, a device, other words for a folder" {
	local upper=$tmp/upper device
	fake "lxc.rootfs.path = overlay:$lxc/fake/rootfs:$upper"
	mkdir -p "$upper/usr/bin" "$tmp/mounted"
	cp /bin/true "$root/usr/bin/hidden" && chmod 4755 "$root/usr/bin/hidden"
	cp /bin/true "$root/usr/bin/lower" && chmod 4755 "$root/usr/bin/lower"
	cp /bin/true "$upper/usr/bin/upper" && chmod 4755 "$upper/usr/bin/upper"
	mknod "$upper/usr/bin/hidden" c 0 0
	generate --json --dry-run fake | jq -e '.guest.setuid == ["/usr/bin/lower", "/usr/bin/upper"]'
	absent overlay:lxc-harden /proc/self/mountinfo
	sed -i "s|^lxc.rootfs.path = overlay:.*|lxc.rootfs.path = btrfs:$upper|" "$lxc/fake/config"
	generate --json --dry-run fake | jq -e '.guest.setuid == ["/usr/bin/upper"]'
	sed -i "s|^lxc.rootfs.path = btrfs:.*|lxc.rootfs.path = $upper|" "$lxc/fake/config"
	generate --json --dry-run fake | jq -e '.guest.setuid == ["/usr/bin/upper"]'
	truncate -s 8M "$tmp/image" && mkfs.ext4 -q "$tmp/image"
	mount -o loop "$tmp/image" "$tmp/mounted" || skip 'kernel: no loop devices'
	device=$(findmnt -no SOURCE "$tmp/mounted")
	cp /bin/true "$tmp/mounted/in-image" && chmod 4755 "$tmp/mounted/in-image"
	sed -i "s|^lxc.rootfs.path = $upper|lxc.rootfs.path = loop:$tmp/image|" "$lxc/fake/config"
	generate --json --dry-run fake | jq -e '.guest.setuid == ["/in-image"]'
	sed -i "s|^lxc.rootfs.path = loop:.*|lxc.rootfs.path = lvm:$device|" "$lxc/fake/config"
	generate --json --dry-run fake | jq -e '.guest.setuid == ["/in-image"]'
	umount "$tmp/mounted"
	run generate --dry-run fake
	[ "$status" = 2 ]
	[[ $output == *"not mounted on this host (--no-guest goes without)" || $output == *"No such"* ]]
}

@test "mount units and fstab: tmpfs in nesting order, what is there already not again" {
	fake
	mkdir -p "$root/var/scratch" "$root/cache/a/b" "$root/opt"
	printf '%s\n' 'x /cache/a/b tmpfs size=1m,suid,exec,mode=0700 0 0' 'x /cache tmpfs defaults 0 0' \
		'x /opt/new tmpfs rw 0 0' 'x /new tmpfs rw 0 0' 'x /run/lock tmpfs rw 0 0' 'x /run/more tmpfs rw 0 0' \
		'/dev/sda1 /data ext4 defaults 0 2' 'x /proc/x tmpfs rw 0 0' 'x /tmp tmpfs rw 0 0' \
		'x /a/../b tmpfs rw 0 0' 'x /none tmpfs noauto 0 0' >"$root/etc/fstab"
	unit var-scratch.mount '[Mount]\nWhat=t\nWhere=/var/scratch\nType=tmpfs\nOptions=mode=1777,size=50%%\n'
	generate -q fake
	run sed -n '/--- The guest/,$s/^lxc.mount.entry = //p' "$conf"
	[ "$output" = "tmpfs cache tmpfs nosuid,nodev,optional 0 0
tmpfs new tmpfs nosuid,nodev,create=dir 0 0
tmpfs var/scratch tmpfs nosuid,nodev,mode=1777,size=50%,optional 0 0" ]
	grep -F "'etc/fstab': its mount point '/cache/a/b' is within another mount; " "$conf"
	grep -F "'etc/fstab': its mount point '/opt/new' is not there; " "$conf"
	grep -F "'etc/fstab': its mount point '/run/more' is not there; " "$conf"
	# Where the container's own configuration has the folder above.
	echo 'lxc.mount.entry = /srv var none bind 0 0' >>"$lxc/fake/config"
	generate -q fake
	grep -F "var-scratch.mount: its mount point '/var/scratch' is within another mount; " "$conf"
	absent '^lxc.mount.entry = tmpfs var/scratch' "$conf"
	grep -F "'/data': fstab: a mount that init cannot make" "$conf"
}

# crowd COMMAND: a guest, on a tmpfs, with more of everything than is told, made in the order
# that COMMAND ("cat", "tac") makes of names: there folders list what is new first.
crowd() {
	fake "lxc.rootfs.path = dir:$tmp/mounted"
	mkdir -p "$tmp/mounted"
	! mountpoint -q "$tmp/mounted" || umount "$tmp/mounted"
	mount -t tmpfs crowd "$tmp/mounted"
	cp -a "$root/." "$tmp/mounted"
	cd "$tmp/mounted" || return 1
	seq -f 'usr/bin/d%g' 12 | "$1" | xargs mkdir
	seq -f 'usr/bin/d%g' 12 | "$1" | while read -r folder; do
		seq -f "$folder/file%g" 200 | "$1" | xargs touch
		seq -f "$folder/file%g" 100 | xargs chmod 4755
		seq -f "$folder/file%g" 100 | sed 'i cap_ipc_lock+ep' | xargs setcap
		# So many that what waits is full, and each thread goes down some.
		seq -f "$folder/deep%g" 8 | sed "s|\$|/$(seq -s / 140)|" | xargs mkdir -p
	done
	cd "$BATS_TEST_DIRNAME" || return 1
}

@test "more than is told: the same to the byte in whatever order names come, whoever reads them" {
	crowd cat
	generate --stdout fake >"$tmp/want"
	[ "$(grep -c "one of too many that want capabilities" "$tmp/want")" -gt 400 ]
	[ "$(grep -c "folders nested too deep" "$tmp/want")" -gt 3 ]
	absent "Too many open files" "$tmp/want"
	crowd tac
	generate --stdout fake | cmp - "$tmp/want"
	# Descriptors for a few only, and for one alone; then none may have a folder of its own.
	(ulimit -n 400 && generate --stdout fake) | cmp - "$tmp/want"
	(ulimit -n 200 && generate --stdout fake) | cmp - "$tmp/want"
	local deny=${abs_top_builddir:-$BATS_TEST_DIRNAME/../../build}/tests/unit/deny-syscall
	"$deny" unshare "$harden" generate -P "$lxc" --stdout fake | cmp - "$tmp/want"
}

@test "hostile root file systems: bounded, and nothing of them gets into the lines" {
	fake
	unit big.service ''
	truncate -s 1G "$root/etc/systemd/system/big.service"
	unit fifo.service ''
	rm "$root/etc/systemd/system/fifo.service" && mkfifo "$root/etc/systemd/system/fifo.service"
	unit loop.service ''
	ln -sf loop2.service "$root/etc/systemd/system/loop.service"
	ln -sf loop.service "$root/etc/systemd/system/loop2.service"
	unit $'evil\nlxc.cap.keep = sys_admin\n.service' '[Service]\nDynamicUser=yes\n'
	mkdir "$root/etc/systemd/system/many.service.d"
	unit many.service '[Service]\n'
	(cd "$root/etc/systemd/system/many.service.d" && touch {1..3000}.conf)
	ln -s / "$root/usr/share"
	mkfifo "$root/etc/fstab"
	(cd "$root/usr/bin" && for _ in {1..200}; do mkdir d && cd d; done)
	run timeout 20 "$harden" generate -P "$lxc" fake
	[ "$status" = 0 ]
	[[ $output == *"big.service': too large, not read"* ]]
	[[ $output == *"fifo.service': not a regular file, not read"* ]]
	[[ $output == *"'many.service': more drop-ins than are read"* ]]
	[[ $output == *"'etc/fstab': not a regular file, not read"* ]]
	[[ $output == *'nested too deep'* ]]
	absent '^lxc.*sys_admin' "$conf"
	grep -F 'evil\x0alxc.cap.keep = sys_admin\x0a.service' "$conf"
}

@test "no name of the guest's becomes a line: units, mounts, files, packages" {
	local kind line=$'\nlxc.hook.pre-start = sh -c "touch pwned"\n'
	fake
	mkdir -p "$root/var/scratch"
	generate --stdout fake | grep '^lxc' >"$tmp/clean"
	for kind in service socket timer path; do
		unit "$kind$line.$kind" '[Service]\nDynamicUser=yes\nAmbientCapabilities=CAP_SYS_ADMIN\n[Socket]\nListenStream=22\n'
		unit "of-$kind$line.service" '[Service]\nDelegate=yes\nUser=x\nPrivateTmp=yes\n'
	done
	unit "mount$line.mount" '[Mount]\nWhat=t\nWhere=/var/scratch\nType=tmpfs\n'
	unit "other$line.mount" '[Mount]\nWhat=t\nWhere=/var/other\nType=ext4\n'
	cp /bin/true "$root/usr/bin/suid$line" && chmod 4755 "$root/usr/bin/suid$line"
	cp /bin/true "$root/usr/bin/filecap$line" && setcap cap_sys_time+ep "$root/usr/bin/filecap$line"
	mkdir -p "$root/usr/lib$line" "$root/var/lib/dpkg"
	touch "$root/usr/lib$line/liburing.so.2"
	printf 'Package: x%s\nStatus: install ok installed\nDepends: runc\n' "${line//$'\n'/$'\n '}" >"$root/var/lib/dpkg/status"
	generate --level strict -q fake
	absent '^lxc.hook.pre-start' "$conf"
	grep -F '# Mounted by init otherwise: mount\x0alxc.hook.pre-start = ' "$conf"
	generate --level base -q fake
	diff <(grep -v '^#' "$conf" | grep .) <(cat "$tmp/clean"; echo 'lxc.mount.entry = tmpfs var/scratch tmpfs nosuid,nodev,optional 0 0')
	absent pwned <(lxc-info -P "$lxc" -n fake -c lxc.hook.pre-start)
}

@test "links in the root file system lead nowhere" {
	fake
	rm -r "$root/etc/systemd"
	mkdir -p "$tmp/out/system/x.target.wants"
	printf '[Service]\nDynamicUser=yes\n' >"$tmp/out/system/out.service"
	ln -s ../out.service "$tmp/out/system/x.target.wants/out.service"
	ln -s "$tmp/out" "$root/etc/systemd"
	generate -q fake
	absent out.service "$conf"
}

@test "root file systems that cannot be read: a clear line, and --no-guest" {
	local path
	for path in loop:/x.img lvm:/dev/a/b rbd:p/x zfs:tank/x nbd:x /no/such / overlay:/a:/b overlay:/a overlay:; do
		fake "lxc.rootfs.path = $path"
		refused 2 "cannot read the guest at '$path'" fake
	done
	fake 'lxc.rootfs.path = loop:/x.img'
	generate -q --no-guest fake
	grep -x '# Not looked at (--no-guest).' "$conf"
}

kept() { grep -qx "lxc.cap.keep = $1" "$conf"; }

@test "net_admin: kept for a guest that sets up its own network, with what that gives away" {
	fake
	generate --level base fake
	! kept net_admin || return 1
	grep -F '# net_admin (nothing in the guest sets up its network)' "$conf"
	mkdir -p "$root/etc/network"
	printf 'auto lo\niface lo inet loopback\niface eth1 inet manual\n' >"$root/etc/network/interfaces"
	generate --level base fake
	! kept net_admin || return 1
	printf 'auto eth0\niface eth0 inet dhcp\n' >>"$root/etc/network/interfaces"
	for level in base keep; do
		run generate --level $level fake
		kept net_admin
		[[ $output = *"warning: the container is privileged: net_admin reaches the host's interfaces"* ]]
		grep -x "#   here: the guest sets up its network by etc/network/interfaces" "$conf"
	done
	run generate --level keep --without net_admin fake
	[[ $output = *"warning: the guest sets up its network by 'etc/network/interfaces', for which net_admin is not kept"* ]]
	run generate --level strict fake
	! kept net_admin || return 1
	generate --level strict fake | grep -F 'for which net_admin is not kept: set lxc.net.0.ipv4.address'
}

@test "net_admin: other ways to set up a network, and mapped ids" {
	local file
	for file in etc/systemd/network/eth0.network etc/netplan/a.yaml etc/sysconfig/network-scripts/ifcfg-eth0; do
		fake
		mkdir -p "$root/${file%/*}"
		touch "$root/$file"
		generate --level keep fake
		kept net_admin
		rm -r "${root:?}/$file"
		generate --level keep fake
		! kept net_admin || return 1
	done
}

@test "sys_ptrace: on --add only, and a privileged container is told" {
	fake
	run generate --level keep --add sys_ptrace fake
	kept sys_ptrace
	[[ $output = *'warning: the container is privileged: sys_ptrace takes over what lxc-attach brings in'* ]]
	fake 'lxc.idmap = u 0 100000 65536' 'lxc.idmap = g 0 100000 65536'
	run generate --level keep --add sys_ptrace fake
	[[ $output != *'is privileged'* ]]
}
