/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See record.h: what a record says of a capability. */
#include "config.h"

#include <string.h>
#include <sys/capability.h>

#include "tools/evidence/record.h"

const char *const record_verdicts[RECORD_N_VERDICTS] = { "unused", "probed", "denied", "needed" };

/*
 * Where the attach point gives no options: system calls in which the kernel asks quietly.
 * Memory is accounted by __vm_enough_memory(), extended attributes of overlayfs and "trusted."
 * are listed for those who hold it; both go on without.
 */
static const struct {
	unsigned int cap;
	const char *syscall;
} probes[] = {
	{ CAP_SYS_ADMIN, "brk" },	 { CAP_SYS_ADMIN, "mmap" },
	{ CAP_SYS_ADMIN, "mremap" },	 { CAP_SYS_ADMIN, "mprotect" },
	{ CAP_SYS_ADMIN, "execve" },	 { CAP_SYS_ADMIN, "execveat" },
	{ CAP_SYS_ADMIN, "clone" },	 { CAP_SYS_ADMIN, "clone3" },
	{ CAP_SYS_ADMIN, "fork" },	 { CAP_SYS_ADMIN, "vfork" },
	{ CAP_SYS_ADMIN, "shmget" },	 { CAP_SYS_ADMIN, "shmat" },
	{ CAP_SYS_ADMIN, "ftruncate" },	 { CAP_SYS_ADMIN, "fallocate" },
	{ CAP_SYS_ADMIN, "listxattr" },	 { CAP_SYS_ADMIN, "llistxattr" },
	{ CAP_SYS_ADMIN, "flistxattr" },
};

bool record_is_probe(const struct record_check *check)
{
	if (check->options_known)
		return check->options & RECORD_NOAUDIT;
	if (!check->syscall) /* the stack of a process grows in a page fault */
		return check->cap == CAP_SYS_ADMIN;
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (probes[i].cap == check->cap && strcmp(probes[i].syscall, check->syscall) == 0)
			return true;
	}
	return false;
}

bool record_counts(const struct record_check *check)
{
	return check->target == RECORD_OWN && check->origin != RECORD_LXC && !check->borrowed &&
	       !record_is_probe(check);
}

static uint64_t *find_counter(struct record_use *use, const struct record_check *check)
{
	if (check->origin == RECORD_LXC)
		return &use->lxc;
	if (check->target == RECORD_BELOW)
		return &use->below;
	if (check->target == RECORD_OTHER)
		return &use->other;
	if (check->borrowed)
		return &use->borrowed;
	if (record_is_probe(check))
		return &use->probed;
	return check->answer == RECORD_GRANTED ? &use->granted : &use->denied;
}

/* Of a loss no more is known than this; taking it for a need is the safe side. */
static void use_loss(struct record_use *use, const struct record_loss *loss)
{
	uint64_t *counter = loss->target == RECORD_BELOW     ? &use->below
			    : loss->target == RECORD_OTHER   ? &use->other
			    : loss->answer == RECORD_GRANTED ? &use->granted
							     : &use->denied;

	*counter = record_add_counts(*counter, loss->count);
}

void record_get_use(const struct record *record, unsigned int cap, struct record_use *ret)
{
	struct record_use use = { 0 };

	for (size_t i = 0; i < record->n_checks; i++) {
		uint64_t *counter;

		if (record->checks[i].cap != cap)
			continue;
		counter = find_counter(&use, &record->checks[i]);
		*counter = record_add_counts(*counter, record->checks[i].count);
	}
	for (size_t i = 0; i < record->n_losses; i++) {
		if (record->losses[i].cap == cap)
			use_loss(&use, &record->losses[i]);
	}
	if (use.granted)
		use.verdict = RECORD_NEEDED;
	else if (use.denied)
		use.verdict = RECORD_REFUSED;
	else if (use.probed)
		use.verdict = RECORD_PROBED;
	*ret = use;
}

struct caps record_get_granted(const struct record *record)
{
	struct caps granted = { 0 };

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		struct record_use use;

		record_get_use(record, cap, &use);
		if (use.granted)
			caps_add(&granted, cap);
	}
	return granted;
}
