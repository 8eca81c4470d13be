/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of units that need CAP_SYS_ADMIN: see unit.h. */
#include "config.h"

#include <string.h>

#include "lib/unitfile.h"
#include "tools/guest/unit.h"

/*
 * As systemd 247, 252, 257 and 262 do it in a container without CAP_SYS_ADMIN: those that
 * fail end in 226/NAMESPACE, at level strict in 217/USER and 225/NETWORK.
 */
const struct guest_option guest_options[] = {
	{ "DynamicUser", GUEST_FAILS, GUEST_BOOL, NULL },
	{ "BindPaths", GUEST_FAILS, GUEST_BIND, NULL },
	{ "BindReadOnlyPaths", GUEST_FAILS, GUEST_BIND, NULL },
	{ "TemporaryFileSystem", GUEST_FAILS, GUEST_LIST, NULL },
	{ "LogNamespace", GUEST_FAILS, GUEST_LIST, NULL },
	{ "RootImage", GUEST_FAILS, GUEST_LIST, NULL },
	{ "MountImages", GUEST_FAILS, GUEST_LIST, NULL },
	{ "ExtensionImages", GUEST_FAILS, GUEST_LIST, NULL },
	{ "ExtensionDirectories", GUEST_FAILS, GUEST_LIST, NULL },
	{ "PrivatePIDs", GUEST_FAILS, GUEST_BOOL, NULL },
	{ "ProtectControlGroups", GUEST_FAILS, GUEST_OWN, NULL },
	{ "PrivateUsers", GUEST_FAILS_STRICT, GUEST_BOOL, NULL },
	{ "NetworkNamespacePath", GUEST_FAILS_STRICT, GUEST_LIST, NULL },
	{ "PrivateTmp", GUEST_SKIPPED, GUEST_BOOL, "it shares /tmp and /var/tmp with everybody" },
	{ "PrivateDevices", GUEST_SKIPPED, GUEST_BOOL, "it sees all of /dev" },
	{ "PrivateNetwork", GUEST_SKIPPED, GUEST_BOOL, "it has the container's network" },
	{ "PrivateIPC", GUEST_SKIPPED, GUEST_BOOL, "it shares System V IPC and message queues" },
	{ "PrivateMounts", GUEST_SKIPPED, GUEST_BOOL, "it has the mounts of all" },
	{ "ProtectSystem", GUEST_SKIPPED, GUEST_BOOL, "as root it can write /usr, /boot and /etc" },
	{ "ProtectHome", GUEST_SKIPPED, GUEST_BOOL, "it can get into /home, /root and /run/user" },
	{ "ProtectProc", GUEST_SKIPPED, GUEST_LIST, "it sees all processes in /proc" },
	{ "ProcSubset", GUEST_SKIPPED, GUEST_LIST, "it sees the system's files in /proc" },
	{ "ProtectHostname", GUEST_SKIPPED, GUEST_BOOL,
	  "it shares the host name, which nobody can set" },
	{ "ProtectControlGroups", GUEST_SKIPPED, GUEST_RO, "as root it can write the cgroups" },
	{ "ProtectKernelTunables", GUEST_SKIPPED, GUEST_BOOL,
	  "as root it can write what the container may of /proc and /sys" },
	{ "ProtectKernelModules", GUEST_SKIPPED, GUEST_BOOL, "it can read /usr/lib/modules" },
	{ "ProtectKernelLogs", GUEST_SKIPPED, GUEST_BOOL, "it sees /dev/kmsg, if there is one" },
	{ "InaccessiblePaths", GUEST_SKIPPED, GUEST_LIST, "it can get at these paths" },
	{ "ReadOnlyPaths", GUEST_SKIPPED, GUEST_LIST, "it can write these paths" },
	{ "NoExecPaths", GUEST_SKIPPED, GUEST_LIST, "it can execute files there" },
};
const size_t guest_n_options = sizeof(guest_options) / sizeof(guest_options[0]);
_Static_assert(sizeof(guest_options) / sizeof(guest_options[0]) <= GUEST_OPTIONS_MAX, "too few");

const char *guest_option_lost(struct span key)
{
	for (size_t i = 0; i < guest_n_options; i++) {
		if (guest_options[i].lost && span_is(key, guest_options[i].key))
			return guest_options[i].lost;
	}
	return NULL;
}

bool guest_is_one_of(struct span value, const char *const *words)
{
	for (; *words; words++) {
		if (span_is(value, *words))
			return true;
	}
	return false;
}

/* "a" and "a:a" stay where they are: systemd does not insist on those. */
static bool is_moved(struct span word)
{
	struct span source, target;

	if (word.n && word.p[0] == '-') {
		word.p++;
		word.n--;
	}
	if (!span_next_field(&word, ':', &source) || !span_next_field(&word, ':', &target) ||
	    !target.n)
		return false;
	return !span_same(source, target);
}

bool guest_option_is_on(const struct guest_option *option, struct span value)
{
	static const char *const own[] = { "private", "strict", NULL };
	static const char *const off[] = { "default", "all",
					   NULL }; /* of ProtectProc, ProcSubset */
	struct span word;

	switch (option->kind) {
	case GUEST_BOOL:
		return value.n && unitfile_parse_bool(value) != 0;
	case GUEST_OWN:
		return guest_is_one_of(value, own);
	case GUEST_RO:
		return value.n && unitfile_parse_bool(value) != 0 && !guest_is_one_of(value, own);
	case GUEST_BIND:
		while (unitfile_next_word(&value, &word)) {
			if (is_moved(word))
				return true;
		}
		return false;
	default:
		return value.n && !guest_is_one_of(value, off);
	}
}
