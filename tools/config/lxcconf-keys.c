/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lxcconf.h: the keys that each version of LXC knows. */
#include "config.h"

#include "tools/config/lxcconf.h"

#include <errno.h>

struct key {
	const char *name; /* a trailing "." stands for everything below it */
	enum lxcconf_kind kind;
	unsigned int since, until; /* 0: ever */
};

#define V5 LXCCONF_VERSION(5, 0, 0)
#define V7 LXCCONF_VERSION(7, 0, 0)

/* config_jump_table of 4.0.11 to 7.0.0; "lxc.net.N." has a table of its own. */
static const struct key keys[] = {
	{ "lxc.apparmor.allow_incomplete", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.apparmor.allow_nesting", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.apparmor.profile", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.apparmor.raw", LXCCONF_LIST, 0, 0 },
	{ "lxc.arch", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.autodev", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.autodev.tmpfs.size", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.cap.drop", LXCCONF_CAPS, 0, 0 },
	{ "lxc.cap.keep", LXCCONF_CAPS, 0, 0 },
	{ "lxc.cgroup.dir", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.cgroup.dir.container", LXCCONF_SCALAR, V5, 0 },
	{ "lxc.cgroup.dir.container.inner", LXCCONF_SCALAR, V5, 0 },
	{ "lxc.cgroup.dir.monitor", LXCCONF_SCALAR, V5, 0 },
	{ "lxc.cgroup.dir.monitor.pivot", LXCCONF_SCALAR, V5, 0 },
	{ "lxc.cgroup.relative", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.cgroup", LXCCONF_CLEAR_ONLY, 0, V7 },
	{ "lxc.cgroup.", LXCCONF_LIST, 0, V7 },
	{ "lxc.cgroup2", LXCCONF_CLEAR_ONLY, 0, 0 },
	{ "lxc.cgroup2.", LXCCONF_LIST, 0, 0 },
	{ "lxc.console.buffer.size", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.console.logfile", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.console.path", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.console.rotate", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.console.size", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.environment", LXCCONF_LIST, 0, 0 },
	{ "lxc.environment.hooks", LXCCONF_LIST, V7, 0 },
	{ "lxc.environment.runtime", LXCCONF_LIST, V7, 0 },
	{ "lxc.ephemeral", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.execute.cmd", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.group", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook", LXCCONF_CLEAR_ONLY, 0, 0 },
	{ "lxc.hook.autodev", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.clone", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.destroy", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.mount", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.post-stop", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.pre-mount", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.pre-start", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.start", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.start-host", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.stop", LXCCONF_LIST, 0, 0 },
	{ "lxc.hook.version", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.idmap", LXCCONF_LIST, 0, 0 },
	{ "lxc.include", LXCCONF_INCLUDE, 0, 0 },
	{ "lxc.init.cmd", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.init.cwd", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.init.gid", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.init.groups", LXCCONF_LIST, 0, 0 },
	{ "lxc.init.uid", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.keyring.session", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.log.file", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.log.level", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.log.syslog", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.monitor.signal.pdeath", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.monitor.unshare", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.mount.auto", LXCCONF_AUTO, 0, 0 },
	{ "lxc.mount.entry", LXCCONF_LIST, 0, 0 },
	{ "lxc.mount.fstab", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.namespace.clone", LXCCONF_LIST, 0, 0 },
	{ "lxc.namespace.keep", LXCCONF_LIST, 0, 0 },
	{ "lxc.namespace.share.", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.net", LXCCONF_CLEAR_ONLY, 0, 0 },
	{ "lxc.net.", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.no_new_privs", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.prlimit", LXCCONF_CLEAR_ONLY, 0, 0 },
	{ "lxc.prlimit.", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.proc", LXCCONF_CLEAR_ONLY, 0, 0 },
	{ "lxc.proc.", LXCCONF_LIST, 0, 0 },
	{ "lxc.pty.max", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.rootfs.managed", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.rootfs.mount", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.rootfs.options", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.rootfs.path", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.sched.core", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.seccomp.allow_nesting", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.seccomp.notify.cookie", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.seccomp.notify.proxy", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.seccomp.profile", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.selinux.context", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.selinux.context.keyring", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.signal.halt", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.signal.reboot", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.signal.stop", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.start.auto", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.start.delay", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.start.order", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.sysctl", LXCCONF_CLEAR_ONLY, 0, 0 },
	{ "lxc.sysctl.", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.time.offset.boot", LXCCONF_SCALAR, V5, 0 },
	{ "lxc.time.offset.monotonic", LXCCONF_SCALAR, V5, 0 },
	{ "lxc.tty.dir", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.tty.max", LXCCONF_SCALAR, 0, 0 },
	{ "lxc.uts.name", LXCCONF_SCALAR, 0, 0 },
};

/* Those of "lxc.net.N." that add instead of replacing. */
static bool is_net_list(struct span key)
{
	static const char *const lists[] = { ".ipv4.address", ".ipv6.address", ".veth.ipv4.route",
					     ".veth.ipv6.route", ".veth.vlan.tagged.id" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (span_ends(key, lists[i]))
			return true;
	}
	return false;
}

/* "lxc.net.0": names an interface, and may only be emptied. */
static bool is_net_index(struct span key)
{
	size_t n = strlen("lxc.net.");

	if (!span_starts(key, "lxc.net.") || key.n == n)
		return false;
	for (; n < key.n; n++) {
		if (key.p[n] < '0' || key.p[n] > '9')
			return false;
	}
	return true;
}

static bool matches(const struct key *k, struct span key)
{
	bool below = k->name[strlen(k->name) - 1] == '.';

	return below ? span_starts(key, k->name) : span_is(key, k->name);
}

int lxcconf_key_kind(unsigned int version, struct span key, enum lxcconf_kind *ret)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct key *k = &keys[i];

		if (!matches(k, key) || version < k->since || (k->until && version >= k->until))
			continue;
		*ret = is_net_index(key)				  ? LXCCONF_CLEAR_ONLY
		       : span_starts(key, "lxc.net.") && is_net_list(key) ? LXCCONF_LIST
									  : k->kind;
		return 0;
	}
	return -EINVAL;
}
