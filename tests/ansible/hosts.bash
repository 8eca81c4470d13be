# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # cache, src, work, release are those of the one who sources this
#
# Two Debian hosts that are LXC containers with all capabilities, on a bridge in the network
# namespace of the caller, and Ansible on this machine or in a chroot of a $release.
#
#   hosts_trees NAME...      the trees below $cache/ansible, made where they are missing
#   hosts_start              alpha and beta, $net.11 and .12, until they answer
#   on HOST COMMAND          by a shell in that host
#   controller COMMAND...    where Ansible is
#   hosts_stop               from any state
#   hosts_forget             what a killed run left in the cgroups

net=10.213.87
declare -A address=([alpha]=11 [beta]=12) tree_of=([alpha]=host-12 [beta]=host-13)
declare -A inner=([alpha]='web db' [beta]='mail weak')

# --- trees ------------------------------------------------------------------------------

tree_packages() {
	local host='systemd-sysv dbus openssh-server python3 python3-apt iproute2 procps lxc'
	case $1 in
	# What the package needs is there: the hosts have no network.
	host-12) echo "$host libjson-c5 libsmartcols1 libbpf1 libseccomp2" ;;
	host-13) echo "$host ${build_packages[*]} xz-utils cron" ;;
	controller-*) echo 'ansible-core ansible-lint yamllint openssh-client' ;;
	esac
}

tree_suite() {
	case $1 in
	*-12) echo bookworm ;;
	*) echo trixie ;;
	esac
}

# Whatever decides how a tree turns out.
tree_hash() { echo "$1 $(tree_packages "$1") $(declare -f tree_make) $(cat "$cache/ssh/id_ed25519.pub")" | sha256sum | cut -d' ' -f1; }

tree_make() {
	local name=$1 root=$2 suite build=$src/tests/guests/build
	suite=$(tree_suite "$name")
	mmdebstrap --mode=root --variant=minbase --include="$(tree_packages "$name")" \
		--aptopt='Acquire::Languages "none"' --dpkgopt='force-unsafe-io' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --skip=download/empty --skip=essential/unlink \
		--setup-hook="$(printf '%q' "$build") --debs-in \"\$1\"" --customize-hook="$(printf '%q' "$build") --debs-out \"\$1\"" \
		"$suite" "$root" "deb $(mirror) $suite main" || return 1
	rm -f "$root"/var/cache/apt/archives/*.deb "$root/etc/resolv.conf"
	install -d -m 700 "$root/root/.ssh" && install -m 600 "$cache/ssh/id_ed25519.pub" "$root/root/.ssh/authorized_keys" || return 1
	: >"$root/etc/machine-id"
	# The network is LXC's, and nothing in these hosts is to run by itself.
	[ ! -e "$root/usr/sbin/sshd" ] || chroot "$root" systemctl mask systemd-networkd lxc-net.service lxc.service \
		apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
}

tree_build() {
	local name=$1 dir=$cache/ansible/$1 t0=$SECONDS
	exec 9>"$cache/ansible/.lock.$name" && flock 9 || return 1
	[ "$(cat "$dir/stamp" 2>/dev/null)" != "$(tree_hash "$name")" ] || return 0
	echo "# making $name" >&2
	rm -rf --one-file-system "$dir" && mkdir "$dir" || return 1
	tree_make "$name" "$dir/root" >"$dir/log" 2>&1 </dev/null 9>&- || { tail -n 5 "$dir/log" >&2; return 1; }
	tree_hash "$name" >"$dir/stamp"
	echo "# $name: $((SECONDS - t0)) s, $(du -smx "$dir/root" | cut -f1) MB" >&2
}

hosts_trees() {
	local name
	mkdir -p "$cache/ansible" || return 1
	for name; do
		(tree_build "$name") || return 1
	done
}

# overlay TREE DIR: a root of its own at DIR/root, over the cached one.
overlay() {
	mkdir -p "$2"/{root,upper,work} &&
		mount -t overlay -o "lowerdir=$cache/ansible/$1/root,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
}

# --- hosts --------------------------------------------------------------------------------

# The containers of a host: busybox, as LXC's template would configure it, without a network.
inner_make() {
	local host=$1 name=$2 dir=$work/$1/root/var/lib/lxc/$2
	mkdir -p "$dir" && cp -a "$cache/guests/busybox/rootfs" "$dir/rootfs" && chmod 770 "$dir" &&
		printf '%s\n' "# $name of $host" 'lxc.include = /usr/share/lxc/config/common.conf' \
			"lxc.rootfs.path = dir:/var/lib/lxc/$name/rootfs" "lxc.uts.name = $name" 'lxc.net.0.type = empty' \
			'lxc.signal.halt = SIGUSR2' 'lxc.apparmor.profile = unconfined' >"$dir/config"
}

# All capabilities and a writable /sys and /proc: this is a machine, not a guest.
host_config() {
	cat <<-CONFIG
		lxc.include = /usr/share/lxc/config/common.conf
		lxc.include = /usr/share/lxc/config/nesting.conf
		lxc.apparmor.profile = unconfined
		lxc.cap.drop =
		lxc.cap.keep =
		lxc.mount.auto =
		lxc.mount.auto = proc:rw sys:rw cgroup:rw:force
		lxc.rootfs.path = dir:$work/$1/root
		lxc.uts.name = $1
		lxc.net.0.type = veth
		lxc.net.0.link = fleet
		lxc.net.0.flags = up
		lxc.net.0.ipv4.address = $net.${address[$1]}/24
	CONFIG
}

host_name() { echo "fleet-${work##*.}-$1"; }

host_make() {
	local host=$1 name
	overlay "${tree_of[$host]}" "$work/$host" || return 1
	echo "$host" >"$work/$host/root/etc/hostname"
	for name in ${inner[$host]}; do
		inner_make "$host" "$name" || return 1
	done
	mkdir -p "$work/lxc/$(host_name "$host")" && host_config "$host" >"$work/lxc/$(host_name "$host")/config"
}

on() { lxc-attach -P "$work/lxc" -n "$(host_name "$1")" --clear-env -v PATH=/usr/sbin:/usr/bin:/sbin:/bin -- /bin/sh -c "$2" </dev/null; }

# until SECONDS COMMAND...
await() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "not in time: $*"; "$@"; return 1; }
		sleep 0.5
	done
}

ssh_to() { ssh -i "$work/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=3 "root@$net.${address[$1]}" true; }

host_start() {
	host_make "$1" &&
		lxc-start -P "$work/lxc" -n "$(host_name "$1")" -l DEBUG -o "$work/log/$1.lxc" && await 90 ssh_to "$1"
}

# network_in_sys: LXC looks for the bridge in /sys, which shows the network that it was mounted in.
network_in_sys() {
	mkdir "$work/sys" && mount -t sysfs sysfs "$work/sys" &&
		mount --bind /sys/fs/cgroup "$work/sys/fs/cgroup" && mount --rbind "$work/sys" /sys
}

hosts_start() {
	# Locks of LXC, which it never takes away.
	mkdir -p /run/lxc && mount -t tmpfs -o mode=755 tmpfs /run/lxc && ip link set lo up &&
		ip link add fleet type bridge && ip address add "$net.1/24" dev fleet && ip link set fleet up && network_in_sys || return 1
	host_start alpha && host_start beta && controller_make && controller ansible --version
}

hosts_stop() {
	local host
	trap '' INT TERM HUP
	for host in alpha beta; do
		[ ! -e "$work/lxc/$(host_name "$host")/config" ] || lxc-stop -P "$work/lxc" -n "$(host_name "$host")" -k -t 10 >/dev/null 2>&1
	done
}

hosts_forget() {
	find /sys/fs/cgroup -depth -type d -path "*fleet-${work##*.}-*" -exec rmdir {} + 2>/dev/null
	return 0
}

# --- the controller -------------------------------------------------------------------------

# This machine, or a chroot that has the project and the folder of this run at the same places.
controller_make() {
	local root=$work/controller/root dir
	[ -n "$release" ] || return 0
	overlay "controller-$release" "$work/controller" || return 1
	for dir in "$src" "$work"; do
		mkdir -p "$root$dir" && mount --bind "$dir" "$root$dir" || return 1
	done
	for dir in proc dev; do
		mount --rbind "/$dir" "$root/$dir" || return 1
	done
}

controller() {
	local into=()
	[ -z "$release" ] || into=(chroot "$work/controller/root")
	"${into[@]}" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$work/tmp" LC_ALL=C.UTF-8 "$@"
}
