/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See reasons.h.  This is data: a row a reason, to be looked up by its id, not read
 * through.  The weights are judgements, not measurements; what is measured, and
 * tested, is that their sum orders containers as the break-out probe does
 * (tests/bats/check-score.bats).  Changing one moves every score, so it goes into NEWS.
 */
#include "config.h"

#include "tools/risk/reasons.h"

#include <stddef.h>

#define DIFF(severity_) .kind = CHECK_DISAGREEMENT, .severity = (severity_)
#define FAULT(severity_) .kind = CHECK_FAULT, .severity = (severity_)
/* Severity and weight in a privileged and in an id-mapped container. */
#define EXPOSURE(priv, priv_weight, id, id_weight)                           \
	.kind = CHECK_EXPOSURE, .severity = (priv), .weight = (priv_weight), \
	.severity_idmapped = (id), .weight_idmapped = (id_weight)

#define STRICT "include " PKGDATADIR "/strict.conf last"
#define STRICT_COST "see lxc-harden-strict.conf(5)"

const struct reason reasons[REASON_N] = {
	/* --- Disagreement ------------------------------------------------------- */
	[REASON_DIFF_CAPS] = {
		"diff.caps", DIFF(CHECK_HOST),
		.title = "init holds what the configuration takes away",
		.why = "The container was started from another configuration, or its monitor was "
		       "made to do something else.  What runs counts, not the file.",
		.remedy = "stop and start the container (a reboot inside keeps the old settings)",
	},
	[REASON_DIFF_CAPS_LESS] = {
		"diff.caps-less", DIFF(CHECK_NOTE),
		.title = "init lacks what the configuration gives",
		.why = "LXC only takes away: what lxc-start itself did not hold, as in a service "
		       "with CapabilityBoundingSet=, no container can get.  Or the configuration "
		       "was changed after the start.",
		.remedy = "start the container from a process that holds them, or take them out "
			  "of the configuration",
	},
	[REASON_DIFF_INHERITABLE] = {
		"diff.inheritable", DIFF(CHECK_HOST),
		.title = "the inheritable or ambient set of init is not empty",
		.why = "LXC limits the bounding set only.  Root that executes a file gets the "
		       "bounding set and the inheritable one, so these are held in spite of the "
		       "configuration.  They come from whatever ran lxc-start.",
		.remedy = "start the container from a process whose inheritable set is empty",
	},
	[REASON_DIFF_SECCOMP] = {
		"diff.seccomp", DIFF(CHECK_KERNEL),
		.title = "no seccomp filter is in force, although the configuration names one",
		.why = "The container was started before the line was written, or by an LXC that "
		       "was built without seccomp, which leaves it out with a warning.",
		.remedy = "stop and start the container, and look for 'seccomp' in its log",
	},
	[REASON_DIFF_LSM] = {
		"diff.lsm", DIFF(CHECK_KERNEL),
		.title = "init is not confined as the configuration says",
		.why = "The profile was not loaded, or another one is in force, or it only logs "
		       "(complain mode).",
		.remedy = "load the profile (aa-status tells), then stop and start the container",
	},
	[REASON_DIFF_IDMAP] = {
		"diff.idmap", DIFF(CHECK_HOST),
		.title = "root inside is the host's root, although the configuration maps ids",
		.why = "The container was started before lxc.idmap was written.",
		.remedy = "stop and start the container",
	},
	[REASON_DIFF_NS] = {
		"diff.ns", DIFF(CHECK_HOST),
		.title = "a namespace is the host's, although the configuration gives it one of its own",
		.why = "The container was started from another configuration, or by lxc-start with "
		       "--share-net and the like.",
		.remedy = "stop and start the container",
	},
	[REASON_DIFF_MOUNT] = {
		"diff.mount", DIFF(CHECK_HOST),
		.title = "something of the host's is writable inside that the configuration does not name",
		.why = "It was put there after the start (lxc-device, lxc-mount, nsenter), by a hook, or by "
		       "an earlier configuration.",
		.remedy = "unmount it, or stop and start the container",
	},
	[REASON_DIFF_MASK] = {
		"diff.mask", DIFF(CHECK_SECRETS),
		.title = "what the configuration covers in /proc or /sys is not covered",
		.why = "The mount is optional and was skipped, or root inside, with CAP_SYS_ADMIN, "
		       "took it away.",
		.remedy = "stop and start the container; drop sys_admin",
	},
	[REASON_DIFF_NEWER] = {
		"diff.newer", DIFF(CHECK_NOTE),
		.title = "the configuration was changed after the container was started",
		.why = "What runs is an earlier text.  The other disagreements may come from that.",
		.remedy = "stop and start the container",
	},
	/* --- Faults: not loaded ------------------------------------------------- */
	[REASON_CONFIG_MISSING] = {
		"config.missing", FAULT(CHECK_BROKEN),
		.title = "there is no configuration that can be read",
		.why = "LXC takes a folder without a 'config' for no container at all.",
		.remedy = "write it anew (lxc-create does), or remove the folder",
	},
	[REASON_CONFIG_REFUSED] = {
		"config.refused", FAULT(CHECK_BROKEN),
		.title = "LXC does not take this line, and so not the container",
		.why = "One line that LXC cannot use makes it refuse the whole configuration: "
		       "lxc-start, lxc-info and lxc-ls -f all fail for this container.",
		.remedy = "mend the value or take the line out; lxc.container.conf(5) has them",
	},
	[REASON_KEY_UNKNOWN] = {
		"key.unknown", FAULT(CHECK_BROKEN),
		.title = "this LXC knows no such key",
		.why = "A misspelt key, or one of a newer or older LXC.  The whole configuration is "
		       "then refused.",
		.remedy = "correct the key or take the line out; lxc.container.conf(5) has them",
	},
	[REASON_KEY_OLD] = {
		"key.old", FAULT(CHECK_BROKEN),
		.title = "this key was renamed in LXC 2.1",
		.why = "LXC 3 and later do not load a configuration that has the old names.",
		.remedy = "lxc-update-config -c FILE",
	},
	[REASON_LINE_NO_EQUALS] = {
		"line.no-equals", FAULT(CHECK_BROKEN),
		.title = "a line that starts with 'lxc.' has no '='",
		.why = "LXC refuses the whole configuration.  Lines cannot be continued.",
		.remedy = "write 'key = value'",
	},
	[REASON_INCLUDE_MISSING] = {
		"include.missing", FAULT(CHECK_BROKEN),
		.title = "an included file cannot be read",
		.why = "LXC refuses the whole configuration.  Only a folder that is missing is "
		       "passed over in silence.",
		.remedy = "correct the path, install what brings the file, or take the line out",
	},
	[REASON_INCLUDE_CYCLE] = {
		"include.cycle", FAULT(CHECK_BROKEN),
		.title = "a file includes itself",
		.why = "LXC has no check for it: lxc-start, and lxc-ls for all containers, end with "
		       "a segmentation fault.",
		.remedy = "take this line out",
	},
	[REASON_CAP_UNKNOWN] = {
		"cap.unknown", FAULT(CHECK_BROKEN),
		.title = "LXC does not know this capability",
		.why = "Names are lower case, without 'cap_', separated by blanks: commas and "
		       "comments behind them are errors, too, and 'none' is for lxc.cap.keep only. perfmon, bpf and "
		       "checkpoint_restore are known from LXC 4.0.6.",
		.remedy = "correct the name; 'lxc-harden explain' lists them",
	},
	[REASON_CAP_KEEP_AND_DROP] = {
		"cap.keep-and-drop", FAULT(CHECK_BROKEN),
		.title = "lxc.cap.keep and lxc.cap.drop are both set",
		.why = "LXC takes one of them.  From 4.0.11 on it does not load such a "
		       "configuration, before that it does not start the container.  common.conf "
		       "has a drop list.",
		.remedy = "two lines above this one: 'lxc.cap.drop =' and 'lxc.cap.keep ='",
	},
	/* --- Faults: not what it looks like ------------------------------------- */
	[REASON_LINE_IGNORED] = {
		"line.ignored", FAULT(CHECK_NOTE),
		.title = "LXC passes over this line, as it does not start with 'lxc.'",
		.why = "A misspelt prefix (lxc_cap.keep, lcx.cap.drop) is no error for LXC: the "
		       "setting simply is not there.",
		.remedy = "correct the key, or put a '#' before the line",
	},
	[REASON_COMMENT_IN_VALUE] = {
		"value.comment", FAULT(CHECK_NOTE),
		.title = "the '#' and what follows belong to the value",
		.why = "LXC knows comments only on lines of their own.",
		.remedy = "move the comment to a line of its own",
	},
	[REASON_CAP_WIPED] = {
		"cap.wiped", FAULT(CHECK_HOST),
		.title = "a later line gives back what was taken away",
		.why = "An empty lxc.cap.keep or lxc.cap.drop clears both lists, whichever it "
		       "names.  LXC's userns.conf has both, so a list that stands before its "
		       "include is lost without a word, and the container gets every capability.",
		.remedy = "move the list, or the include that brings it, behind this line",
	},
	[REASON_CAP_NONE] = {
		"cap.none", FAULT(CHECK_NOTE),
		.title = "'none' empties the whitelist that stands before it",
		.why = "lxc.cap.keep = none keeps nothing but what later lines add.",
		.remedy = "take 'none' out, or the lines before it",
	},
	[REASON_CAP_FLOOR] = {
		"cap.floor", FAULT(CHECK_BROKEN),
		.title = "the guest's systemd does not come up without",
		.why = "dbus needs setuid and setgid, journald and logind need setpcap.  The boot "
		       "does not end, or ends degraded.",
		.remedy = "lxc.cap.keep = setgid setuid setpcap",
		.cost = "nothing that reaches the host",
	},
	[REASON_LEVEL_UNDONE] = {
		"level.undone", FAULT(CHECK_KERNEL),
		.title = "a later include overrides what lxc-harden's fragment sets",
		.why = "Later lines win.  The fragment is written to come last.",
		.remedy = "move the include of the fragment to the end of the configuration",
	},
	[REASON_INCLUDE_UNSORTED] = {
		"include.unsorted", FAULT(CHECK_NOTE),
		.title = "files of an included folder set the same thing, and their order is not sure",
		.why = "LXC reads a folder in the order in which the file system lists it, not by "
		       "name: another disk, another result.",
		.remedy = "include the files one by one, or make one of them",
	},
	[REASON_INCLUDE_TWICE] = {
		"include.twice", FAULT(CHECK_NOTE),
		.title = "a file with hooks or mounts is included twice",
		.why = "Hooks then run twice, and mounts are made twice.",
		.remedy = "take one of the two lines out",
	},
	[REASON_CONFIG_WRITABLE] = {
		"config.writable", FAULT(CHECK_HOST),
		.title = "others can write this file of the configuration",
		.why = "Whoever writes it has his hooks run as the user who starts the container: "
		       "root, mostly.",
		.remedy = "chmod go-w FILE, and chown it to the container's owner",
	},
	[REASON_HOOK_ARGUMENTS] = {
		"hook.arguments", FAULT(CHECK_BROKEN),
		.title = "the first start hook has arguments",
		.why = "LXC looks for a file of that whole name in the root file system, finds none, "
		       "and ends the start.  Only the first lxc.hook.start is looked at so.",
		.remedy = "put a start hook without arguments first, or wrap this one in a script",
	},
	[REASON_HOOK_MISSING] = {
		"hook.missing", FAULT(CHECK_BROKEN),
		.title = "the hook's program is not there",
		.why = "LXC ends the start when a hook cannot be run (stop and post-stop hooks: a "
		       "line in the log).  Start hooks are looked for in the guest.",
		.remedy = "correct the path, or take the line out",
	},
	[REASON_HOOK_NOT_EXECUTABLE] = {
		"hook.not-executable", FAULT(CHECK_BROKEN),
		.title = "the hook's program is not executable",
		.why = "LXC ends the start when a hook cannot be run.",
		.remedy = "chmod +x FILE",
	},
	[REASON_HOOK_WRITABLE] = {
		"hook.writable", FAULT(CHECK_HOST),
		.title = "others can replace a hook that the host runs",
		.why = "The hook runs with the powers of whoever starts the container.  The file, "
		       "or a folder above it, belongs to or can be written by somebody else.",
		.remedy = "chown root and chmod go-w the file and the folders above it",
	},
	[REASON_HOOK_RELATIVE] = {
		"hook.relative", FAULT(CHECK_NOTE),
		.title = "the hook is no absolute path",
		.why = "It is looked for in PATH, which is empty or another one when a service "
		       "manager starts the container.",
		.remedy = "write the whole path",
	},
	[REASON_HOOK_VERSION] = {
		"hook.version", FAULT(CHECK_NOTE),
		.title = "lxc.hook.version in an include changes how all hooks are called",
		.why = "The setting is one for the whole container: hooks of other files, which "
		       "read their arguments, get none.",
		.remedy = "take it out; a hook can support both ways",
	},
	[REASON_HOOK_UNREACHABLE] = {
		"hook.unreachable", FAULT(CHECK_BROKEN),
		.title = "the container's root cannot reach this hook",
		.why = "In an id-mapped container the mount and autodev hooks run as its mapped "
		       "root, for whom a file or folder without rights for others is closed.",
		.remedy = "chmod o+rx the file and o+x the folders above it",
	},
	[REASON_SHELL_MISSING] = {
		"hook.no-shell", FAULT(CHECK_BROKEN),
		.title = "a start hook is set and the guest has no /bin/sh",
		.why = "LXC runs every hook by a shell, and the start hook by the guest's.",
		.remedy = "lxc.hook.start =",
		.cost = "what the hook does",
	},
	[REASON_MOUNT_FIELDS] = {
		"mount.fields", FAULT(CHECK_BROKEN),
		.title = "a mount entry lacks fields",
		.why = "It has the form of fstab(5): source, target, type, options; a blank in a "
		       "path is written \\040.",
		.remedy = "lxc.mount.entry = SOURCE TARGET none bind,create=dir 0 0",
	},
	[REASON_MOUNT_IGNORED] = {
		"mount.ignored", FAULT(CHECK_NOTE),
		.title = "LXC ignores this entry: its absolute target is not below the root file system",
		.why = "An absolute target is taken for a path of the host's, and has to begin with "
		       "lxc.rootfs.path.  Else there is a warning in the log and no mount.",
		.remedy = "write the target without the leading '/'",
	},
	[REASON_MOUNT_HIDDEN] = {
		"mount.hidden", FAULT(CHECK_NOTE),
		.title = "a later mount entry hides this one",
		.why = "Entries are mounted in their order; what lies below a later one is covered.",
		.remedy = "move this line behind that one; where that is a tmpfs, add create=dir or "
			  "create=file",
	},
	[REASON_MOUNT_SOURCE] = {
		"mount.source", FAULT(CHECK_BROKEN),
		.title = "what is to be mounted is not there",
		.why = "LXC ends the start, unless the entry has the option 'optional'.",
		.remedy = "make it, or add 'optional' to the options",
	},
	[REASON_MOUNT_TARGET] = {
		"mount.target", FAULT(CHECK_BROKEN),
		.title = "the place where it is to be mounted is not there",
		.why = "LXC ends the start, unless the entry has 'create=dir', 'create=file' or "
		       "'optional'.",
		.remedy = "make it in the guest's root file system; or, for one name or beneath "
			  "/dev and /run, add 'create=dir' (or 'create=file') to the options",
	},
	[REASON_FSTAB_MISSING] = {
		"fstab.missing", FAULT(CHECK_BROKEN),
		.title = "the file that lxc.mount.fstab names is not there",
		.why = "LXC ends the start.",
		.remedy = "take the line out; lxc.mount.entry does the same",
	},
	[REASON_ROOTFS_MISSING] = {
		"rootfs.missing", FAULT(CHECK_BROKEN),
		.title = "the root file system is not there",
		.why = "The container cannot start.",
		.remedy = "correct lxc.rootfs.path",
	},
	[REASON_ROOTFS_OWNER] = {
		"rootfs.owner", FAULT(CHECK_BROKEN),
		.title = "the root file system belongs to an id that is not mapped",
		.why = "Inside it belongs to nobody (65534), and root there can change nothing; "
		       "systemd does not come up.",
		.remedy = "chown the tree to the mapped ids, or lxc.rootfs.options = idmap=container",
	},
	[REASON_IDMAP_PARTIAL] = {
		"idmap.partial", FAULT(CHECK_BROKEN),
		.title = "users are mapped and groups are not, or the reverse, or root is not",
		.why = "LXC starts a container only if root and its group are mapped both.",
		.remedy = "lxc.idmap = u 0 100000 65536 and lxc.idmap = g 0 100000 65536",
	},
	[REASON_IDMAP_OVERLAP] = {
		"idmap.overlap", FAULT(CHECK_BROKEN),
		.title = "two lines of lxc.idmap overlap",
		.why = "The kernel refuses a map in which an id stands twice.",
		.remedy = "make the ranges disjoint",
	},
	[REASON_SECCOMP_MISSING] = {
		"seccomp.missing", FAULT(CHECK_BROKEN),
		.title = "the seccomp profile is not there",
		.why = "LXC ends the start.",
		.remedy = "correct the path",
	},
	[REASON_SECCOMP_INVALID] = {
		"seccomp.invalid", FAULT(CHECK_BROKEN),
		.title = "LXC cannot read this line of the seccomp profile",
		.why = "LXC ends the start.",
		.remedy = "correct the line; lxc.container.conf(5) has the form",
	},
	[REASON_SECCOMP_REPLACED] = {
		"seccomp.replaced", FAULT(CHECK_KERNEL),
		.title = "a level's seccomp profile replaces one that stops more",
		.why = "LXC keeps the profile that is named last; these calls came back.",
		.remedy = "lxc-harden generate joins the two",
	},
	[REASON_RUN_MISSING] = {
		"init.no-run", FAULT(CHECK_BROKEN),
		.title = "sys_admin is dropped and nothing is mounted on the guest's /run",
		.why = "systemd cannot mount its file systems itself then, and ends at once: the "
		       "container is STOPPED right after lxc-start has returned 0.",
		.remedy = "include " PKGDATADIR "/base.conf in place of the drop line",
	},
	[REASON_CGROUP_IGNORED] = {
		"cgroup.ignored", FAULT(CHECK_DENIAL),
		.title = "this host's cgroups are of the other version: the setting does nothing",
		.why = "lxc.cgroup.* is for the legacy hierarchies, lxc.cgroup2.* for the unified one. "
		       "The other kind is passed over with a warning in the log.",
		.remedy = "write the setting for the other version beside it",
	},
	[REASON_INIT_CWD] = {
		"init.cwd", FAULT(CHECK_HOST),
		.title = "init is started in a directory that the guest chooses",
		.why = "LXC enters the directory of lxc.init.cwd before it closes what it holds of "
		       "the host, follows the guest's links on the way, and does not look where "
		       "it has come to.  From a directory outside of the container init reaches "
		       "the host's files, id-mapped with the rights of its mapped ids.  cap-audit "
		       "refuses a start that ends outside.",
		.remedy = "take the line out; a service's own unit has WorkingDirectory=",
	},
	[REASON_DEV_NONE] = {
		"dev.none", FAULT(CHECK_HOST),
		.title = "LXC gives the container no /dev of its own",
		.why = "With lxc.autodev = 0 the guest's /dev is a directory of its root file system.  "
		       "Whatever device nodes lie there are opened, as far as the devices cgroup lets "
		       "them; and with lxc-harden's fragments they do not open at all, so that "
		       "cap-audit refuses the start before init would fail at its first "
		       "/dev/null.",
		.remedy = "take the line out, or lxc.autodev = 1",
		.cost = "device nodes of the root file system; a node is bound in by lxc.mount.entry",
	},
	[REASON_LEVEL_UNCOVERED] = {
		"level.uncovered", FAULT(CHECK_KERNEL),
		.title = "an empty lxc.mount.entry takes back what lxc-harden's fragment mounts and covers",
		.why = "An empty value clears all entries before it, also those of an include.  /proc "
		       "and /sys are then uncovered and writable where the fragment had closed them; "
		       "cap-audit refuses the start where its policy asks for a cover.",
		.remedy = "move the line above the include of the fragment",
	},
	/* --- Exposure ----------------------------------------------------------- */
	[REASON_IDMAP_NONE] = {
		"idmap.none", EXPOSURE(CHECK_HOST, 30, CHECK_NOTE, 0),
		.title = "root inside is the host's root",
		.why = "Whatever of the host's he can open, as by a mount or a fault in the kernel, "
		       "is his.  With ids mapped it belongs to somebody else.",
		.remedy = "lxc.idmap = u 0 100000 65536 and lxc.idmap = g 0 100000 65536, the root "
			  "file system's owners shifted, and userns.conf included",
		.cost = "device nodes, some mounts, and files shared with the host by number",
	},
	[REASON_NS_NET] = {
		"ns.net", EXPOSURE(CHECK_HOST, 300, CHECK_HOST, 120),
		.title = "the network is the host's own",
		.why = "Root inside reaches what listens on the host's loopback address and on "
		       "abstract sockets (CVE-2020-15257); privileged, he configures the host's "
		       "interfaces and firewall and reads its traffic.",
		.remedy = "lxc.net.0.type = veth",
		.cost = "the container has an address of its own",
	},
	[REASON_NS_PID] = {
		"ns.pid", EXPOSURE(CHECK_HOST, 400, CHECK_SECRETS, 200),
		.title = "the processes are the host's own",
		.why = "Root inside sees all of the host's processes; privileged, he signals them "
		       "and, with sys_ptrace, becomes them.",
		.remedy = "take 'pid' out of lxc.namespace.keep",
	},
	[REASON_NS_IPC] = {
		"ns.ipc", EXPOSURE(CHECK_HOST, 120, CHECK_SECRETS, 80),
		.title = "System V IPC and message queues are the host's own",
		.why = "Root inside attaches to the shared memory of the host's programs.",
		.remedy = "take 'ipc' out of lxc.namespace.keep",
	},
	[REASON_NS_UTS] = {
		"ns.uts", EXPOSURE(CHECK_HOST, 40, CHECK_NOTE, 0),
		.title = "the host name is the host's own",
		.why = "With sys_admin root inside changes the host's name.",
		.remedy = "take 'uts' out of lxc.namespace.keep",
	},
	[REASON_NS_MNT] = {
		"ns.mnt", EXPOSURE(CHECK_HOST, 950, CHECK_HOST, 300),
		.title = "the mounts are the host's own",
		.why = "Root inside sees all of the host's files.",
		.remedy = "take 'mnt' out of lxc.namespace.keep",
	},
	[REASON_NS_CGROUP] = {
		"ns.cgroup", EXPOSURE(CHECK_HOST, 120, CHECK_SECRETS, 40),
		.title = "there is no cgroup namespace of its own",
		.why = "Root inside sees where in the host's tree he is; privileged and with a "
		       "cgroup mount, he moves his processes out of their limits.",
		.remedy = "take 'cgroup' out of lxc.namespace.keep",
	},
	[REASON_NS_CONTAINER] = {
		"ns.container", EXPOSURE(CHECK_SECRETS, 80, CHECK_SECRETS, 80),
		.title = "a namespace is another container's or process's",
		.why = "The two can harm each other as far as that namespace goes.  If it is a "
		       "process of the host, the namespace is the host's.",
		.remedy = "take the line out",
	},
	[REASON_ROOTFS_HOST] = {
		"rootfs.host", EXPOSURE(CHECK_HOST, 950, CHECK_HOST, 300),
		.title = "the root file system is the host's own",
		.why = "Without lxc.rootfs.path, or with '/', the container runs on the host's files.",
		.remedy = "lxc.rootfs.path = dir:LXCPATH/NAME/rootfs",
	},
	[REASON_ROOTFS_OPEN] = {
		"rootfs.open", EXPOSURE(CHECK_HOST, 30, CHECK_NOTE, 0),
		.title = "every user of the host can enter the container's folder",
		.why = "Root inside makes a set-user-ID program, and a user on the host runs it as the "
		       "host's root.",
		.remedy = "chmod o-x the container's folder or the one above it",
	},
	[REASON_MOUNT_SYSTEM] = {
		"mount.system", EXPOSURE(CHECK_HOST, 900, CHECK_HOST, 120),
		.title = "a folder of the host's system is writable inside",
		.why = "Root inside writes what the host runs, reads or trusts.",
		.remedy = "add 'ro' to the entry's options, or take it out",
		.cost = "writing there from inside",
	},
	[REASON_MOUNT_SOCKET] = {
		"mount.socket", EXPOSURE(CHECK_HOST, 950, CHECK_HOST, 150),
		.title = "the socket of a service that acts as the host's root is inside",
		.why = "Whoever may speak to a container runtime, libvirt or systemd has the host.  "
		       "Read-only makes no difference to a socket.",
		.remedy = "take the entry out",
		.cost = "what asks that service from inside",
	},
	[REASON_MOUNT_DEVICE] = {
		"mount.device", EXPOSURE(CHECK_HOST, 850, CHECK_HOST, 250),
		.title = "a device of the host's is inside that gives away disks or memory",
		.why = "Disks, /dev/mem, /dev/kmsg and the like; read-only makes no difference "
		       "to a device.",
		.remedy = "take the entry out",
		.cost = "what uses the device inside",
	},
	[REASON_MOUNT_HOST] = {
		"mount.host", EXPOSURE(CHECK_HOST, 150, CHECK_HOST, 30),
		.title = "a folder of the host's is writable inside",
		.why = "Root inside fills it, leaves set-user-ID programs there, and device nodes, "
		       "which open on the host, if not in a container of base.conf, and writes "
		       "what others may trust.  Id-mapped, he can do so only where "
		       "his mapped ids may write.",
		.remedy = "add 'ro' to the entry's options; else 'nosuid,nodev', and mount the "
			  "folder so on the host",
		.cost = "writing there from inside",
	},
	[REASON_MOUNT_SECRETS] = {
		"mount.secrets", EXPOSURE(CHECK_SECRETS, 250, CHECK_SECRETS, 80),
		.title = "a folder of the host's system can be read inside",
		.why = "Keys, password hashes and configuration of the host; id-mapped, only what "
		       "everybody may read.",
		.remedy = "mount the folder that is needed, not the one above it",
	},
	[REASON_MOUNT_CREATE] = {
		"mount.create", EXPOSURE(CHECK_HOST, 40, CHECK_NOTE, 0),
		.title = "a folder or file can be made on the host, by way of a link",
		.why = "For create=dir and create=file LXC makes the mount point by its name, and "
		       "follows links: root inside puts one to the host in place of the first "
		       "folder, and the rest is made there, empty, root's, at the next start.",
		.remedy = "make the mount point in the guest's root file system, and take create= out",
		.cost = "a guest that removes its mount point does not start; with 'optional', "
			"without the mount",
	},
	[REASON_PROC_SYS] = {
		"proc.sys", EXPOSURE(CHECK_HOST, 850, CHECK_NOTE, 0),
		.title = "/proc/sys is writable",
		.why = "Writing kernel.core_pattern or kernel.modprobe there is running a program "
		       "on the host as root.  No capability is asked for.",
		.remedy = "lxc.mount.auto = proc:mixed",
		.cost = "sysctls from inside; lxc.sysctl.* sets those of the container's own namespaces",
	},
	[REASON_PROC_SWITCHES] = {
		"proc.switches", EXPOSURE(CHECK_HOST, 150, CHECK_NOTE, 0),
		.title = "root can write switches of the host in /proc",
		.why = "/proc/irq, bus, fs, acpi and scsi are covered by no namespace, and "
		       "proc:mixed leaves them writable: interrupt affinity, PCI configuration.",
		.remedy = "lxc.mount.entry = proc/irq proc/irq none bind,ro,relative,optional 0 0, "
			  "and so for bus, fs, acpi and scsi; base.conf has them",
	},
	[REASON_SYS_RW] = {
		"sys.rw", EXPOSURE(CHECK_HOST, 400, CHECK_KERNEL, 20),
		.title = "/sys is writable",
		.why = "Devices, power and modules of the host are switched there; uevent_helper "
		       "runs a program.  Id-mapped, nearly all of it belongs to somebody else, "
		       "but the guest's udevd starts and its network waits for it.",
		.remedy = "lxc.mount.auto = sys:mixed, or sys:ro",
		.cost = "setting up bridges through /sys from inside (sys:ro)",
	},
	[REASON_SYS_FUSE] = {
		"sys.fuse", EXPOSURE(CHECK_DENIAL, 60, CHECK_NOTE, 0),
		.title = "/sys/fs/fuse/connections is writable",
		.why = "Root inside aborts FUSE mounts of the host.  LXC's common.conf binds it.",
		.remedy = "lxc.mount.entry = sys/fs/fuse/connections sys/fs/fuse/connections none "
			  "bind,ro,relative,optional 0 0",
	},
	[REASON_CGROUP_HOST] = {
		"cgroup.host", EXPOSURE(CHECK_HOST, 600, CHECK_SECRETS, 60),
		.title = "cgroups of the host are inside",
		.why = "Privileged and writable, root inside moves processes, lifts limits, and on "
		       "a legacy hierarchy runs a program on the host by release_agent "
		       "(CVE-2022-0492).",
		.remedy = "lxc.mount.auto = cgroup:mixed, or base.conf's mount-cgroup hook",
	},
	[REASON_HOOK_START] = {
		"hook.start-ptrace", EXPOSURE(CHECK_HOST, 120, CHECK_KERNEL, 20),
		.title = "a start hook is run by the guest's shell while init still has every capability",
		.why = "A hostile /bin/sh that holds sys_ptrace takes over the process that is "
		       "going to be init, before it has given up its capabilities.",
		.remedy = "lxc.hook.start =; or lxc.cap.drop = sys_ptrace",
		.cost = "what the hook does; or SysV scripts that stop daemons of other users",
	},
	[REASON_NESTING] = {
		"nesting", EXPOSURE(CHECK_HOST, 300, CHECK_KERNEL, 60),
		.title = "a second, unmasked /proc and /sys are inside, for nested containers",
		.why = "lxc.apparmor.allow_nesting puts them below /dev/.lxc and lets the guest "
		       "mount.  With them in sight it may mount fresh ones in a user namespace; "
		       "privileged, core_pattern is then writable.",
		.remedy = "lxc.apparmor.allow_nesting = 0",
		.cost = "containers inside the container; with sys_admin kept, systemd's sandboxes",
	},
	[REASON_LSM_NONE] = {
		"lsm.none", EXPOSURE(CHECK_KERNEL, 150, CHECK_KERNEL, 100),
		.title = "no security module confines it",
		.why = "A profile is what still stands when the rest is got round.",
		.remedy = "lxc.apparmor.profile = generated, on a host with AppArmor",
	},
	[REASON_SECCOMP_NONE] = {
		"seccomp.none", EXPOSURE(CHECK_KERNEL, 150, CHECK_KERNEL, 150),
		.title = "no system call is filtered",
		.why = "Every call of the kernel can be tried, also those that no program of the "
		       "guest makes.",
		.remedy = "lxc.seccomp.profile = " PKGDATADIR "/strict.seccomp, or base.seccomp",
		.cost = STRICT_COST,
	},
	[REASON_CALL_USERNS] = {
		"call.userns", EXPOSURE(CHECK_KERNEL, 350, CHECK_KERNEL, 350),
		.title = "user namespaces can be made inside",
		.why = "In one of its own every user holds all capabilities again: dropped ones do "
		       "not keep anybody from nf_tables, overlayfs and the rest, where most "
		       "kernel exploits of late were.",
		.remedy = STRICT, .cost = "rootless containers, browsers' sandboxes, unshare(1)",
	},
	[REASON_CALL_MOUNT] = {
		"call.mount", EXPOSURE(CHECK_KERNEL, 150, CHECK_KERNEL, 150),
		.title = "file systems can be mounted inside",
		.why = "By sys_admin, or in a user namespace: overlayfs, FUSE and others, with their "
		       "parsers.",
		.remedy = STRICT, .cost = "mounting inside; systemd's sandboxes fall back to none",
	},
	[REASON_CALL_BPF] = {
		"call.bpf", EXPOSURE(CHECK_KERNEL, 60, CHECK_KERNEL, 60),
		.title = "bpf(2) can be called",
		.why = "The verifier and its maps have been the way in many times; "
		       "kernel.unprivileged_bpf_disabled limits it.",
		.remedy = STRICT, .cost = "systemd's IPAddressDeny= and device filters inside",
	},
	[REASON_CALL_PERF] = {
		"call.perf", EXPOSURE(CHECK_KERNEL, 60, CHECK_KERNEL, 60),
		.title = "perf_event_open(2) can be called",
		.why = "Large code, side channels; kernel.perf_event_paranoid limits it.",
		.remedy = STRICT, .cost = "perf inside",
	},
	[REASON_CALL_IO_URING] = {
		"call.io_uring", EXPOSURE(CHECK_KERNEL, 150, CHECK_KERNEL, 150),
		.title = "io_uring can be used",
		.why = "A second way into most of the kernel, which seccomp does not see.",
		.remedy = STRICT, .cost = "programs that insist on io_uring; nearly all fall back",
	},
	[REASON_CALL_USERFAULTFD] = {
		"call.userfaultfd", EXPOSURE(CHECK_KERNEL, 60, CHECK_KERNEL, 60),
		.title = "userfaultfd(2) can be called",
		.why = "It holds the kernel up in the middle of a copy, which makes races winnable.",
		.remedy = STRICT, .cost = "live migration of virtual machines inside",
	},
	[REASON_CALL_KEYCTL] = {
		"call.keyctl", EXPOSURE(CHECK_SECRETS, 100, CHECK_SECRETS, 80),
		.title = "the kernel's keyrings can be used",
		.why = "Keyrings are per user id of the host, not per container: containers that "
		       "share ids share keys.",
		.remedy = STRICT, .cost = "Kerberos with KEYRING: caches, fscrypt, eCryptfs inside",
	},
	[REASON_CALL_PTRACE] = {
		"call.ptrace", EXPOSURE(CHECK_KERNEL, 40, CHECK_KERNEL, 40),
		.title = "processes can be traced inside",
		.why = "ptrace(2) and its kin are large code, and what lxc-attach brings in can be "
		       "taken over.",
		.remedy = STRICT, .cost = "strace and gdb inside",
	},
	[REASON_CALL_SOCKETS] = {
		"call.sockets", EXPOSURE(CHECK_KERNEL, 100, CHECK_KERNEL, 100),
		.title = "rare kinds of sockets can be opened",
		.why = "netfilter, xfrm, audit and connector by netlink, AF_XDP, AF_ALG and others; the kernel loads "
		       "modules for them on demand.",
		.remedy = STRICT, .cost = "firewalls and VPNs set up from inside",
	},
	[REASON_CALL_VSOCK] = {
		"call.vsock", EXPOSURE(CHECK_HOST, 30, CHECK_HOST, 30),
		.title = "vsock can be used",
		.why = "No namespace covers it: root inside speaks to the hypervisor as the host does.",
		.remedy = STRICT,
	},
	[REASON_CALL_TIOCSTI] = {
		"call.tiocsti", EXPOSURE(CHECK_HOST, 40, CHECK_HOST, 40),
		.title = "keystrokes can be pushed into a terminal",
		.why = "ioctl(TIOCSTI): what somebody attached with lxc-attach on his own terminal "
		       "leaves running types into his shell.  Linux 6.2 can switch it off "
		       "(dev.tty.legacy_tiocsti).",
		.remedy = STRICT,
	},
	[REASON_CALL_RARE] = {
		"call.rare", EXPOSURE(CHECK_KERNEL, 60, CHECK_KERNEL, 60),
		.title = "rare system calls can be made",
		.why = "personality, modify_ldt, quotactl, acct, fanotify, setns and others that a server's "
		       "programs do not make.",
		.remedy = STRICT, .cost = STRICT_COST,
	},
	[REASON_KEYRING] = {
		"keyring.session", EXPOSURE(CHECK_SECRETS, 100, CHECK_SECRETS, 80),
		.title = "the session keyring of whoever starts the container is inside",
		.why = "lxc.keyring.session = 0 leaves it there, with all keys in it.",
		.remedy = "lxc.keyring.session = 1",
	},
	[REASON_PROC_KERNEL] = {
		"proc.kernel", EXPOSURE(CHECK_SECRETS, 150, CHECK_SECRETS, 80),
		.title = "/proc shows addresses and state of the kernel",
		.why = "kallsyms, kcore, modules, iomem, slabinfo and timer_list: what an exploit "
		       "has to know first.",
		.remedy = STRICT, .cost = "tools that read these files inside",
	},
	[REASON_PROC_HOST] = {
		"proc.host", EXPOSURE(CHECK_SECRETS, 100, CHECK_SECRETS, 100),
		.title = "/proc shows the host's disks, interrupts, keys or boot line",
		.why = "No namespace covers these files.",
		.remedy = STRICT, .cost = "tools that read these files inside",
	},
	[REASON_SYS_HOST] = {
		"sys.host", EXPOSURE(CHECK_SECRETS, 100, CHECK_SECRETS, 100),
		.title = "/sys shows the host's hardware, drivers and firmware",
		.why = "No namespace covers it, but for the network's part.",
		.remedy = STRICT, .cost = "tools that read these files inside",
	},
	[REASON_LIMIT_MEMORY] = {
		"limit.memory", EXPOSURE(CHECK_DENIAL, 300, CHECK_DENIAL, 300),
		.title = "its memory has no limit",
		.why = "It can take all that the host has; the kernel then kills whom it likes.",
		.remedy = NULL, /* by the host's cgroups */
		.cost = "what needs more is killed",
	},
	[REASON_LIMIT_PIDS] = {
		"limit.pids", EXPOSURE(CHECK_DENIAL, 300, CHECK_DENIAL, 300),
		.title = "the number of its processes has no limit",
		.why = "A fork bomb inside takes the host's process table.",
		.remedy = NULL, /* by the host's cgroups */
		.cost = "what needs more fails to fork",
	},
	[REASON_ROOTFS_DEV] = {
		"rootfs.dev", EXPOSURE(CHECK_HOST, 200, CHECK_HOST, 60),
		.title = "device nodes in the root file system open, and the devices cgroup does not stop them",
		.why = "Whoever makes a node there, as another guest that shares the disk, a backup "
		       "that is unpacked or an image that was fetched, gives root inside the disk "
		       "behind it; id-mapped, where its mapped ids may open the node.",
		.remedy = "lxc.rootfs.options = nodev, or include " PKGDATADIR "/base.conf last",
		.cost = "device nodes of the root file system; LXC's own /dev is another one",
	},
	/* The way itself is cap.net_admin's, whose class this fact makes that of the host. */
	[REASON_NET_ADMIN] = {
		"net.admin", EXPOSURE(CHECK_HOST, 30, CHECK_NOTE, 0),
		.title = "root inside can reach the host's network by the other end of an interface",
		.why = "The kernel tells the container a network id for the namespace of each interface's "
		       "other or lower end.  With net_admin, and root inside being the host's root, "
		       "that id is enough to list the host's interfaces, and to make and remove "
		       "them there.  No system call filter can tell such messages from others.  With "
		       "ids mapped the kernel refuses.",
		.remedy = "include " PKGDATADIR "/keep.conf or strict.conf, and give the address by "
			  "lxc.net.0.ipv4.address and lxc.net.0.ipv4.gateway; or map the ids",
		.cost = "a guest that sets up its own network (DHCP, ifupdown, networkd) gets none",
	},
	[REASON_LIMIT_OWN] = {
		"limit.own", EXPOSURE(CHECK_DENIAL, 100, CHECK_NOTE, 0),
		.title = "root inside can lift the container's own limits",
		.why = "The files of its own cgroup, memory.max and pids.max among them, are root's, and "
		       "writable inside.  On a unified hierarchy the kernel keeps a container from them "
		       "where the host mounts it with nsdelegate, as systemd does; on a legacy one where "
		       "it is not mounted, or read-only.",
		.remedy = "mount -o remount,nsdelegate /sys/fs/cgroup on the host, or "
			  "lxc.cgroup.dir.container.inner = guest; on a legacy host base.conf; or map the ids",
	},
	[REASON_LIMIT_USER] = {
		"limit.user", EXPOSURE(CHECK_DENIAL, 20, CHECK_NOTE, 0),
		.title = "limits that the kernel counts by user are shared with the host's root",
		.why = "Root inside is uid 0 of the host for the kernel, which counts inotify instances "
		       "and watches, pending signals, message queues, pipe buffers and keys by user.  "
		       "What he uses up, the host's own services lack, as they run as root, too.",
		.remedy = "map the ids; else raise fs.inotify.max_user_instances, "
			  "fs.inotify.max_user_watches and kernel.keys.root_maxkeys on the host",
	},
	[REASON_MOUNT_NODE] = {
		"mount.node", EXPOSURE(CHECK_HOST, 150, CHECK_HOST, 30),
		.title = "a device, a socket or a FIFO of the host's is inside",
		.why = "Read-only makes no difference to them: a device is driven, a service is spoken "
		       "to, and what is written into a FIFO the host reads.",
		.remedy = "take the entry out",
		.cost = "what uses it inside",
	},
	[REASON_MOUNT_PROC] = {
		"mount.proc", EXPOSURE(CHECK_HOST, 850, CHECK_SECRETS, 120),
		.title = "the host's /proc is inside",
		.why = "It shows the host's processes, and /proc/PID/root leads to the host's files, "
		       "read-only or not.  Id-mapped, most of it is closed; command lines are not.",
		.remedy = "take the entry out; lxc.mount.auto = proc:mixed gives the container its own",
		.cost = "what looks at the host's processes from inside",
	},
	[REASON_MOUNT_KERNEL] = {
		"mount.kernel", EXPOSURE(CHECK_HOST, 500, CHECK_KERNEL, 40),
		.title = "a file system that is one for the whole kernel is writable inside",
		.why = "binfmt_misc, debugfs, tracefs, bpf, pstore, fusectl, efivarfs, configfs and "
		       "securityfs have no instance for a container: what is written there acts on "
		       "the host.",
		.remedy = "take the entry out, or include " PKGDATADIR "/base.conf last, which covers it",
		.cost = "what uses it inside",
	},
	[REASON_MOUNT_SHARED] = {
		"mount.shared", EXPOSURE(CHECK_DENIAL, 20, CHECK_NOTE, 0),
		.title = "a program of the host's is one file for several containers",
		.why = "Read-only or not, it is one inode.  Root inside, who is its owner, takes a lease "
		       "on it, and whoever opens it elsewhere waits up to 45 seconds; a fault in the "
		       "kernel's page cache would cross by it.",
		.remedy = "copy the program into the root file system, or map the ids",
		.cost = "it is updated by itself",
	},
};

const struct reason *reason_find(struct span id)
{
	for (size_t i = 0; i < REASON_N; i++) {
		if (span_is(id, reasons[i].id))
			return &reasons[i];
	}
	return NULL;
}
