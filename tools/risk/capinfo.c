/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See capinfo.h.  This is data: a row a capability, to be looked up, not read through.  Where a
 * row says that a check is against the initial user namespace, the kernel calls capable(); else
 * it calls ns_capable() or one of its kin, and root of an id-mapped container passes for what
 * belongs to its own user namespace.  "Measured" is a fact of the project's own, on Linux 6.18
 * and systemd 247 to 262.
 */
#include "config.h"

#include "tools/risk/capinfo.h"

#include <stddef.h>
#include <strings.h>

#define NOTHING_INIT "Nothing: the kernel asks for it in the initial user namespace."

static const struct capinfo table[CAPINFO_COUNT] = {
	{
		.name = "chown",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Gives any file that it sees to any user; host folders that are mounted "
			   "into the container writable included.",
		.on_host_idmapped = "The same, for files whose owner and group are mapped.",
		.needed_by = "Package managers, systemd-tmpfiles, StateDirectory= of units with a "
			     "user, login (the terminal), mail delivery.",
		.without = "chown(2): EPERM. systemd-resolved fails at boot; packages do not "
			   "unpack.",
		.source = "capabilities(7); fs/attr.c, chown_ok(); measured",
	},
	{
		.name = "dac_override",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Reads, writes and searches past the mode bits of every file that it "
			   "sees. Files of the host's root need no capability: uid 0 owns them.",
		.on_host_idmapped = "The same, for files whose owner and group are mapped.",
		.needed_by = "Root daemons that touch the files of others: cron, logrotate, "
			     "postfix, databases' start scripts, dpkg; guests whose /etc/shadow "
			     "has mode 0000 (Fedora, RHEL).",
		.without = "EACCES, \"Permission denied\", although root asks. systemd-logind "
			   "fails if sys_admin is kept and this is not.",
		.source = "capabilities(7); fs/namei.c, generic_permission(); measured",
	},
	{
		.name = "dac_read_search",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 900,
		.on_host =
			"open_by_handle_at(2) opens, also for writing, any file of a file system "
			"of which the container sees a part. Handles can be guessed: with the "
			"root file system in a folder, that is the host's whole disk.",
		.on_host_idmapped =
			"Reads and searches past the mode bits of mapped files. Handles "
			"are refused until Linux 6.10; later they are opened for file "
			"systems mounted in its own user namespace.",
		.needed_by = "Backup programs that run as a user, user-space NFS servers, fanotify "
			     "by file handle. Others are asked for it first, and get by with "
			     "dac_override.",
		.without = "open_by_handle_at(2): EPERM. Files are read with dac_override "
			   "as before.",
		.source = "capabilities(7); open_by_handle_at(2); fs/fhandle.c; the \"shocker\" "
			  "exploit of 2014; measured",
	},
	{
		.name = "fowner",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Acts as the owner of every file that it sees: mode, times, ACLs, "
			   "deletion in sticky folders.",
		.on_host_idmapped = "The same, for files whose owner is mapped.",
		.needed_by = "Package managers, systemd-tmpfiles, rsync, tar, mail delivery.",
		.without = "chmod(2), utimensat(2), setxattr(2) on another user's file: EPERM. "
			   "systemd-resolved fails at boot.",
		.source = "capabilities(7); fs/inode.c, inode_owner_or_capable(); measured",
	},
	{
		.name = "fsetid",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Keeps set-user-ID and set-group-ID bits where the kernel would clear "
			   "them.",
		.on_host_idmapped = "The same, for files whose owner and group are mapped.",
		.needed_by = "dpkg, rpm and systemd-tmpfiles, for set-group-ID files and folders "
			     "(crontab, ssh-agent, /var/log/journal, /var/mail).",
		.without = "No error: chmod(2) succeeds and the bit is not there.",
		.source = "capabilities(7); fs/attr.c, setattr_prepare()",
	},
	{
		.name = "kill",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host =
			"Signals processes of other users, in its own pid namespace: none of the "
			"host's, unless lxc.namespace.share.pid or keep says so.",
		.on_host_idmapped = "The same.",
		.needed_by = "Every init that stops services which run as a user.",
		.without = "kill(2): EPERM. \"systemctl stop\" and \"restart\" return 0 and leave "
			   "the old daemon running.",
		.source = "capabilities(7); kernel/signal.c, kill_ok_by_cred(); measured",
	},
	{
		.name = "setgid",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Takes on any group, which is the host's group of the same number where "
			   "the two share files or sockets.",
		.on_host_idmapped = "Takes on any mapped group.",
		.needed_by = "Everything that gives up root: dbus, sshd, cron, su, web and mail "
			     "servers; units with User= or Group=.",
		.without = "setgid(2), setgroups(2): EPERM. dbus fails, the boot does not end; "
			   "units: 216/GROUP.",
		.source = "capabilities(7); kernel/sys.c; measured",
	},
	{
		.name = "setuid",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Takes on any user, which is the host's user of the same number where "
			   "the two share files, sockets or per-user limits (processes, inotify, "
			   "keys).",
		.on_host_idmapped = "Takes on any mapped user.",
		.needed_by = "Everything that gives up root: dbus, sshd, cron, su, web and mail "
			     "servers; units with User=.",
		.without = "setuid(2): EPERM. dbus fails, the boot does not end; units: 217/USER.",
		.source = "capabilities(7); kernel/sys.c; measured",
	},
	{
		.name = "setpcap",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Nothing: it takes from the bounding set and sets securebits, and gives "
			   "nothing that the container does not hold.",
		.on_host_idmapped = "Nothing.",
		.needed_by = "systemd, for CapabilityBoundingSet=, AmbientCapabilities= and "
			     "SecureBits=; ntpd, dnsmasq and others that keep one capability.",
		.without = "prctl(PR_CAPBSET_DROP): EPERM. systemd-journald, -logind and -resolved "
			   "fail with 218/CAPABILITIES.",
		.source = "capabilities(7); security/commoncap.c, cap_task_prctl(); measured",
	},
	{
		.name = "linux_immutable",
		.since = "2.2",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 60,
		.base_keeps = true,
		.on_host = "Makes files immutable or append-only. They stay so for the host's "
			   "root: lxc-destroy, and backups that delete, stop at them.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "chattr +i and +a: some control panels and integrity checkers.",
		.without = "\"chattr: Operation not permitted while setting flags\" (EPERM).",
		.source = "capabilities(7); fs/ioctl.c, vfs_ioctl_setflags_prepare()",
	},
	{
		.name = "net_bind_service",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Ports below 1024 of its own network namespace; the host's, where that "
			   "is shared.",
		.on_host_idmapped = "The same; nothing where the host's network is shared.",
		.needed_by = "sshd, web, mail, DNS and DHCP servers. Not where the sysctl "
			     "net.ipv4.ip_unprivileged_port_start is 0.",
		.without = "bind(2): EACCES, \"Permission denied\". sshd does not start.",
		.source = "capabilities(7); net/ipv4/af_inet.c, __inet_bind(); measured",
	},
	{
		.name = "net_broadcast",
		.since = "2.2",
		.privileged = CAPINFO_SECRETS,
		.idmapped = CAPINFO_OWN,
		.weight = 30,
		.base_keeps = false,
		.on_host =
			"Hears the netlink messages of network namespaces that have an id in its "
			"own, as the host's has with a veth pair: the host's interfaces, "
			"addresses and routes, as they change.",
		.on_host_idmapped = "Hears only network namespaces that belong to its own user "
				    "namespace.",
		.needed_by = "\"ip monitor all-nsid\"; nothing else is known.",
		.without = "setsockopt(NETLINK_LISTEN_ALL_NSID): EPERM. capabilities(7) calls it "
			   "unused, which it was until Linux 4.2.",
		.source = "net/netlink/af_netlink.c, do_one_broadcast(), commit 59324cf35aba; "
			  "measured",
	},
	{
		.name = "net_admin",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_KERNEL,
		.weight = 400,
		.weight_idmapped = 250,
		.base_keeps = true,
		.on_host = "Reaches the host's interfaces: each veth, macvlan and ipvlan brings an "
			   "id of the host's network namespace (IFLA_TARGET_NETNSID), by which "
			   "root inside lists, makes and removes interfaces there and joins "
			   "bridges. Opens nf_tables, traffic control and tunnels: large, and "
			   "often faulty, kernel code. Makes the host load modules.",
		.on_host_idmapped = "The same kernel code, in its own network namespace; modules "
				    "other than netdev-NAME. The host's interfaces: refused.",
		.needed_by = "systemd-networkd, ifupdown, NetworkManager, DHCP clients, firewalls, "
			     "VPNs, keepalived. Not if LXC sets the addresses (lxc.net.0.*).",
		.without = "\"RTNETLINK answers: Operation not permitted\" (EPERM); lo stays down "
			   "unless lxc.net.0.flags = up. LXC leaves /proc/sys/net read-only.",
		.source = "capabilities(7); net/core/rtnetlink.c, rtnl_get_net_ns_capable(); "
			  "net/core/dev_ioctl.c, dev_load(), commit 8909c9ad8ff0 (CVE-2011-1019); "
			  "CVE-2022-34918, CVE-2023-32233, CVE-2024-1086 (nf_tables); measured",
	},
	{
		.name = "net_raw",
		.since = "2.2",
		.privileged = CAPINFO_KERNEL,
		.idmapped = CAPINFO_KERNEL,
		.weight = 80,
		.weight_idmapped = 80,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Raw and packet sockets in its own network namespace: reads and forges "
			   "frames (ARP, DHCP, router advertisements) to host and neighbours on a "
			   "shared bridge; the code of packet sockets. With the host's network "
			   "shared: reads all of the host's traffic.",
		.on_host_idmapped = "The same; nothing where the host's network is shared.",
		.needed_by = "DHCP clients and servers, tcpdump, arping, keepalived, traceroute; "
			     "ping where net.ipv4.ping_group_range does not cover the user.",
		.without = "socket(2): EPERM. /bin/ping, where the file has the capability "
			   "(Debian), cannot be executed: \"Operation not permitted\".",
		.source = "capabilities(7); CVE-2017-7308, CVE-2020-14386 (af_packet); "
			  "CVE-2020-10749",
	},
	{
		.name = "ipc_lock",
		.since = "2.2",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 40,
		.base_keeps = true,
		.on_host = "Locks memory past RLIMIT_MEMLOCK. Its memory cgroup still counts it; "
			   "without a limit there the host has nothing left to swap.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "Vault, Elasticsearch, corosync, ntpd, databases with huge pages. "
			     "Raise the limit instead (lxc.prlimit.memlock).",
		.without = "mlock(2), mlockall(2), shmctl(SHM_LOCK): ENOMEM, or EPERM where the "
			   "limit is 0.",
		.source = "capabilities(7); mlock(2); mm/mlock.c, can_do_mlock()",
	},
	{
		.name = "ipc_owner",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.on_host = "Past the permissions of System V IPC objects of its own IPC namespace; "
			   "of the host's where that is shared.",
		.on_host_idmapped = "The same; nothing where the host's namespace is shared.",
		.needed_by = "Root programs that attach shared memory of other users: some old "
			     "databases' tools.",
		.without = "shmat(2), semop(2), msgrcv(2): EACCES.",
		.source = "capabilities(7); ipc/util.c, ipcperms()",
	},
	{
		.name = "sys_module",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 950,
		.on_host = "Loads code of its own into the host's kernel, and unloads modules.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "Nobody who should: load the modules on the host. Without it "
			     "systemd-modules-load is skipped; with it, id-mapped, it fails.",
		.without = "\"modprobe: ERROR: could not insert ...: Operation not permitted\" "
			   "(EPERM).",
		.source = "capabilities(7); kernel/module/main.c, may_init_module(); measured",
	},
	{
		.name = "sys_rawio",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 900,
		.on_host =
			"I/O ports by iopl(2) and ioperm(2), the kernel's memory by /proc/kcore "
			"and, where the node is there, /dev/mem; writes PCI configuration, sends "
			"raw commands to disks.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "X servers, dmidecode, hdparm, smartctl, flashrom. Without it systemd "
			     "skips sys-kernel-debug.mount and sys-kernel-config.mount; with it, "
			     "id-mapped, they fail.",
		.without = "iopl(2), open of /proc/kcore, ioctl(SG_IO): EPERM.",
		.source = "capabilities(7); arch/x86/kernel/ioport.c; fs/proc/kcore.c; measured",
	},
	{
		.name = "sys_chroot",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Nothing: it leads out of a chroot, but LXC gives the container a root "
			   "mount of its own (pivot_root), and there is nothing above it.",
		.on_host_idmapped = "Nothing.",
		.needed_by = "sshd and postfix, vsftpd, BIND, HAProxy, sftp-only accounts, units "
			     "with RootDirectory=, debootstrap.",
		.without = "chroot(2): EPERM. sshd refuses each login: "
			   "\"chroot(\\\"/run/sshd\\\"): Operation not permitted\".",
		.source = "capabilities(7); chroot(2); fs/open.c",
	},
	{
		.name = "sys_ptrace",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_KERNEL,
		.weight = 400,
		.weight_idmapped = 40,
		.on_host = "Seizes every process in its pid namespace, also what lxc-attach brings "
			   "in, which holds every capability and no system call filter until it "
			   "gives them up: root inside then acts with the host's powers (one "
			   "attach in three; the host's core_pattern rewritten). Sees no process "
			   "outside.",
		.on_host_idmapped = "The same, over its own user namespace: it gets all "
				    "capabilities there.",
		.needed_by = "start-stop-daemon in SysV and OpenRC scripts (reads /proc/PID/exe of "
			     "another user), needrestart, lsof, ss -p, gdb and strace as root.",
		.without = "ptrace(2): EPERM; /proc/PID/exe, fd, environ: EACCES. \"service X "
			   "stop\" reports success and leaves the daemon running; on systemd the "
			   "unit generator lets systemd end it.",
		.source = "capabilities(7); kernel/ptrace.c; CVE-2016-8649; measured",
	},
	{
		.name = "sys_pacct",
		.since = "2.2",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 20,
		.base_keeps = true,
		.on_host = "Process accounting of its own pid namespace: the kernel then writes to "
			   "a file that it names, at each exit, until 2 per cent of the disk are "
			   "free.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "acct (psacct): accton.",
		.without = "acct(2): EPERM.",
		.source = "capabilities(7); kernel/acct.c",
	},
	{
		.name = "sys_admin",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_KERNEL,
		.weight = 900,
		.weight_idmapped = 600,
		.on_host =
			"Mounts /proc and /sys anew, writable, and with them core_pattern, uevent "
			"helpers and sysctls of the host; mounts disks; enters namespaces; sets "
			"a legacy cgroup's release_agent. Root in the container is root on the "
			"host.",
		.on_host_idmapped = "Mounts, and configures, what user namespaces may: overlayfs, "
				    "FUSE, tmpfs, cgroups. Kernel code that is often faulty.",
		.needed_by =
			"systemd's sandboxing (it goes on without, but for DynamicUser=, "
			"BindPaths=, BindReadOnlyPaths=, TemporaryFileSystem=, LogNamespace=), "
			"*.mount units, NFS and FUSE clients, setting the hostname, nested "
			"containers.",
		.without = "mount(2), unshare(2), setns(2), sethostname(2): EPERM. Those five "
			   "options: 226/NAMESPACE. Without API file systems mounted for it, "
			   "systemd exits at once: that is what base.conf is for.",
		.source = "capabilities(7); CVE-2022-0492 (release_agent), CVE-2022-0185 "
			  "(fsconfig), CVE-2023-0386 (overlayfs); measured",
	},
	{
		.name = "sys_boot",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 300,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host =
			"Loads another kernel for the host's next kexec or crash (kexec_load(2), "
			"kexec_file_load(2)), unless seccomp forbids it: base.seccomp does. "
			"reboot(2) ends only the container.",
		.on_host_idmapped = "reboot(2) ends only the container; kexec is refused.",
		.needed_by = "sysvinit, OpenRC, runit, busybox: shutdown and reboot. systemd: "
			     "reboot.",
		.without = "reboot(2): EPERM. systemd exits instead, so that \"reboot\" stops the "
			   "container; with other inits lxc-stop waits and then kills.",
		.source = "capabilities(7); reboot(2); kernel/reboot.c; kernel/kexec.c; measured",
	},
	{
		.name = "sys_nice",
		.since = "2.2",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 60,
		.base_keeps = true,
		.on_host = "Negative nice values, real-time scheduling (95 per cent of each "
			   "processor, by default) and I/O priority. A cpu and cpuset limit "
			   "contains it in part.",
		.on_host_idmapped = "Affinity and page placement of its own processes; the rest is "
				    "asked for in the initial user namespace.",
		.needed_by = "rtkit, JACK, corosync, ceph, chrony -P; units with a negative Nice= "
			     "or CPUSchedulingPolicy=rr.",
		.without = "setpriority(2): EACCES; sched_setscheduler(2): EPERM. Units: 201/NICE, "
			   "214/SETSCHEDULER.",
		.source = "capabilities(7); sched(7); kernel/sched/syscalls.c",
	},
	{
		.name = "sys_resource",
		.since = "2.2",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 60,
		.base_keeps = true,
		.on_host = "Raises hard limits, uses the blocks that a file system reserves for "
			   "root, exempts its processes from the host's OOM killer "
			   "(oom_score_adj). Cgroup limits still hold.",
		.on_host_idmapped = "Sets limits of its own processes, no higher than they were; "
				    "the rest is asked for in the initial user namespace.",
		.needed_by = "pam_limits and units that raise a limit above the one the container "
			     "was started with (set it with lxc.prlimit.*); databases.",
		.without = "setrlimit(2) above the hard limit: EPERM; systemd takes the nearest. "
			   "Lowering oom_score_adj: EACCES; systemd ignores it.",
		.source =
			"capabilities(7); getrlimit(2); kernel/sys.c, do_prlimit(); fs/proc/base.c",
	},
	{
		.name = "sys_time",
		.since = "2.2",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 150,
		.on_host = "Sets the clock of the host, and of every container on it.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by =
			"Time daemons. They belong on the host; chronyd -x serves time without "
			"setting it.",
		.without = "clock_settime(2), adjtimex(2): EPERM. systemd-timesyncd is skipped.",
		.source = "capabilities(7); kernel/time/; measured",
	},
	{
		.name = "sys_tty_config",
		.since = "2.2",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.on_host = "vhangup(2) of its own terminal. Keyboard maps and consoles of the host "
			   "only where a virtual console (/dev/tty1) was given to it.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "login and getty, which go on without; loadkeys, kbd, X servers.",
		.without = "vhangup(2), ioctl(KDSKBENT): EPERM.",
		.source = "capabilities(7); vhangup(2); drivers/tty/vt/vt_ioctl.c",
	},
	{
		.name = "mknod",
		.since = "2.4",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 850,
		.on_host = "Makes nodes of every device. Opening them is for the device cgroup to "
			   "refuse; where it does not, that is the host's raw disk. A node in the "
			   "root file system also serves a host user who can reach it there.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "debootstrap, LVM tools, packages that bring device nodes. LXC itself "
			     "fills /dev (lxc.autodev).",
		.without = "mknod(2): EPERM, but for FIFOs, sockets and the 0:0 of overlayfs.",
		.source = "capabilities(7); mknod(2); fs/namei.c, vfs_mknod()",
	},
	{
		.name = "lease",
		.since = "2.4",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 30,
		.base_keeps = true,
		.on_host =
			"Leases on files of any user: where the host opens such a file it waits, "
			"at most /proc/sys/fs/lease-break-time (45 s).",
		.on_host_idmapped = "Nothing: for the files of others the kernel asks "
				    "in the initial user namespace.",
		.needed_by = "Samba with kernel oplocks.",
		.without = "fcntl(F_SETLEASE) on another user's file: EACCES.",
		.source = "capabilities(7); fcntl(2); fs/locks.c",
	},
	{
		.name = "audit_write",
		.since = "2.6.11",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 20,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host =
			"Writes records of its own wording into the host's audit log, as many as "
			"it likes. The kernel adds the true pid, uid and login uid.",
		.on_host_idmapped = "Nothing: audit answers ECONNREFUSED outside the initial user "
				    "namespace, which programs take for \"no audit here\".",
		.needed_by = "sshd, login, su, sudo, cron, PAM, dbus, useradd, wherever the host's "
			     "kernel has audit (not audit=0); auditd need not run.",
		.without = "EPERM on the netlink socket. PAM and sshd take that for a failure: "
			   "\"linux_audit_write_entry failed: Operation not permitted\", and the "
			   "login is refused.",
		.source = "capabilities(7); kernel/audit.c, audit_netlink_ok()",
	},
	{
		.name = "audit_control",
		.since = "2.6.11",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 40,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host =
			"Changes the login uid of its own processes, by which the host's audit "
			"log tells who acted. Rules and state are out of reach: the kernel wants "
			"the initial pid namespace for them.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by =
			"pam_loginuid (sshd, login, cron), when the container was started from "
			"a login session and so has a login uid already.",
		.without = "Write to /proc/self/loginuid: EPERM; \"pam_loginuid: set_loginuid "
			   "failed\", and the session is refused.",
		.source = "capabilities(7); kernel/audit.c, audit_set_loginuid_perm()",
	},
	{
		.name = "setfcap",
		.since = "2.6.24",
		.privileged = CAPINFO_OWN,
		.idmapped = CAPINFO_OWN,
		.base_keeps = true,
		.keep_keeps = true,
		.on_host = "Gives files capabilities, any of them. They count on the host too: a "
			   "host user who reaches the root file system can run such a file, as "
			   "with a set-user-ID one. /var/lib/lxc/NAME must stay closed (0700).",
		.on_host_idmapped = "Gives files capabilities that count in its own user namespace "
				    "only.",
		.needed_by = "dpkg, rpm and tar, for ping, newuidmap and others; since Linux 5.12 "
			     "who maps root of a user namespace: units with PrivateUsers=.",
		.without = "setxattr(2): EPERM, \"Failed to set capabilities on file\"; rpm does "
			   "not unpack. PrivateUsers=: 217/USER.",
		.source = "capabilities(7); user_namespaces(7); commit db2e718a4798; measured",
	},
	{
		.name = "mac_override",
		.since = "2.6.25",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_OWN,
		.weight = 300,
		.on_host = "Past the rules of Smack, where that is the host's security module.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "Nobody in a container.",
		.without = "Smack's refusals: EACCES.",
		.source = "capabilities(7); security/smack/smack_access.c",
	},
	{
		.name = "mac_admin",
		.since = "2.6.25",
		.privileged = CAPINFO_HOST,
		.idmapped = CAPINFO_KERNEL,
		.weight = 300,
		.weight_idmapped = 40,
		.on_host = "Loads, replaces and removes the host's AppArmor profiles, its own "
			   "among them; Smack's rules and labels.",
		.on_host_idmapped = "Profiles of an AppArmor namespace of its own, where LXC made "
				    "one (nesting).",
		.needed_by = "apparmor.service, snapd and container managers in the guest.",
		.without = "apparmor_parser: \"Permission denied\" (EACCES, EPERM).",
		.source = "capabilities(7); security/apparmor/policy.c, aa_may_manage_policy()",
	},
	{
		.name = "syslog",
		.since = "2.6.37",
		.privileged = CAPINFO_SECRETS,
		.idmapped = CAPINFO_OWN,
		.weight = 120,
		.on_host = "Reads and clears the host's kernel log, sets its console level; sees "
			   "kernel addresses (/proc/kallsyms, kptr_restrict=1), which exploits "
			   "look for.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "dmesg, and klogd or rsyslog's imklog, which have nothing to log in a "
			     "container.",
		.without = "\"dmesg: read kernel buffer failed: Operation not permitted\" (EPERM). "
			   "Reading needs none where kernel.dmesg_restrict is 0.",
		.source = "capabilities(7); syslog(2); kernel/printk/printk.c; kernel/kallsyms.c",
	},
	{
		.name = "wake_alarm",
		.since = "3.0",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 20,
		.on_host = "Wakes the host from suspend.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "Timers with WakeSystem=.",
		.without = "timer_create(2), timerfd_create(2) with CLOCK_BOOTTIME_ALARM or "
			   "CLOCK_REALTIME_ALARM: EPERM.",
		.source = "capabilities(7); timerfd_create(2); kernel/time/alarmtimer.c",
	},
	{
		.name = "block_suspend",
		.since = "3.5",
		.privileged = CAPINFO_DENIAL,
		.idmapped = CAPINFO_OWN,
		.weight = 20,
		.on_host = "Keeps the host from suspend (EPOLLWAKEUP, /sys/power/wake_lock).",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "Nobody in a container.",
		.without = "No error for EPOLLWAKEUP: the flag is dropped. wake_lock: EPERM.",
		.source = "capabilities(7); epoll_ctl(2); fs/eventpoll.c",
	},
	{
		.name = "audit_read",
		.since = "3.16",
		.privileged = CAPINFO_SECRETS,
		.idmapped = CAPINFO_OWN,
		.weight = 80,
		.on_host = "Reads the host's audit records (command lines, paths, logins) as they "
			   "come, where the container shares the host's network namespace: the "
			   "kernel multicasts them only there.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "systemd-journald, which does without: "
			     "systemd-journald-audit.socket is skipped.",
		.without = "bind(2) to the audit multicast group: EPERM.",
		.source = "capabilities(7); kernel/audit.c, audit_multicast_bind(), "
			  "kauditd_send_multicast_skb()",
	},
	{
		.name = "perfmon",
		.since = "5.8",
		.privileged = CAPINFO_SECRETS,
		.idmapped = CAPINFO_OWN,
		.weight = 150,
		.on_host = "Measures and samples all of the host by perf_event_open(2), kernel "
			   "and other containers included; with bpf, reads kernel memory.",
		.on_host_idmapped = NOTHING_INIT,
		.needed_by = "perf, bpftrace: run them on the host.",
		.without = "perf_event_open(2): EACCES, as far as kernel.perf_event_paranoid says.",
		.source = "capabilities(7); perf_event_open(2); commit 980737282232",
	},
	{
		.name = "bpf",
		.since = "5.8",
		.privileged = CAPINFO_KERNEL,
		.idmapped = CAPINFO_OWN,
		.weight = 250,
		.on_host = "Loads BPF programs: the verifier has been fooled into giving kernel "
			   "memory more than once. With perfmon it reads that memory, with "
			   "net_admin it filters and changes traffic.",
		.on_host_idmapped = "Nothing, unless the host delegates a BPF token (Linux 6.9).",
		.needed_by = "systemd: IPAddressDeny=, and DeviceAllow= on a unified hierarchy, "
			     "which it skips without; container managers.",
		.without = "bpf(2): EPERM. Those options are not in force, and the unit starts.",
		.source = "capabilities(7); bpf(2); commit a17b53c4a4b5; CVE-2021-3490, "
			  "CVE-2022-23222",
	},
	{
		.name = "checkpoint_restore",
		.since = "5.9",
		.privileged = CAPINFO_SECRETS,
		.idmapped = CAPINFO_OWN,
		.weight = 80,
		.on_host =
			"Opens, by /proc/PID/map_files, what a process that it may look into has "
			"mapped, wherever that file lies: also of a host program that is just "
			"entering the container. Chooses pids in its own pid namespace.",
		.on_host_idmapped = "Chooses pids in its own pid namespace.",
		.needed_by = "CRIU.",
		.without = "clone3(2) with set_tid, ns_last_pid, map_files: EPERM.",
		.source = "capabilities(7); fs/proc/base.c, proc_map_files_get_link(); commit "
			  "124ea650d307",
	},
};

const struct capinfo *capinfo_get(unsigned int cap)
{
	return cap < CAPINFO_COUNT ? &table[cap] : NULL;
}

const struct capinfo *capinfo_find(struct span name)
{
	uint64_t number;

	if (span_parse_u64(name, 10, CAPINFO_COUNT - 1, &number) == 0)
		return &table[number];
	if (name.n > 4 && strncasecmp(name.p, "cap_", 4) == 0) {
		name.p += 4;
		name.n -= 4;
	}
	for (size_t i = 0; i < CAPINFO_COUNT; i++) {
		const char *known = table[i].name;

		if (strlen(known) == name.n && strncasecmp(known, name.p, name.n) == 0)
			return &table[i];
	}
	return NULL;
}

unsigned int capinfo_number(const struct capinfo *info)
{
	return (unsigned int)(info - table);
}

static const struct {
	const char *name, *text;
} classes[] = {
	[CAPINFO_OWN] = { "own", "acts on what is the container's own" },
	[CAPINFO_DENIAL] = { "denial", "takes more than a share of the host, or holds it up" },
	[CAPINFO_SECRETS] = { "secrets", "shows what is the host's" },
	[CAPINFO_KERNEL] = { "kernel", "reaches kernel code that was a way out before" },
	[CAPINFO_HOST] = { "host", "acts on the host" },
};

const char *capinfo_class_name(enum capinfo_class class)
{
	return classes[class].name;
}

const char *capinfo_class_text(enum capinfo_class class)
{
	return classes[class].text;
}
