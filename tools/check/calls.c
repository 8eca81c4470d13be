/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which system calls the configured seccomp profile lets through, by asking it
 * (tools/config/lxcseccomp) for one or a few calls that stand for each way in.
 */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/config/lxcseccomp.h"
#include "tools/config/seccomp-merge.h"

#define PROFILE_MAX (1u << 20)

/* Not in the headers of Debian 11. */
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifdef SYS_kexec_file_load
#define NR_KEXEC_FILE_LOAD SYS_kexec_file_load
#else
#define NR_KEXEC_FILE_LOAD 0xffffffff
#endif

/* Any of a fact's calls that passes opens it. */
static const struct {
	enum check_fact fact;
	struct lxcseccomp_call call;
} calls[] = {
	{ FACT_CALL_USERNS, { "unshare", SYS_unshare, { CLONE_NEWUSER } } },
	{ FACT_CALL_USERNS, { "clone", SYS_clone, { CLONE_NEWUSER } } },
	{ FACT_CALL_USERNS, { "clone3", SYS_clone3, { 0 } } },
	{ FACT_CALL_MOUNT, { "mount", SYS_mount, { 0 } } },
	{ FACT_CALL_MOUNT, { "fsopen", SYS_fsopen, { 0 } } },
	{ FACT_CALL_HANDLE, { "open_by_handle_at", SYS_open_by_handle_at, { 0 } } },
	{ FACT_CALL_MODULE, { "init_module", SYS_init_module, { 0 } } },
	{ FACT_CALL_MODULE, { "finit_module", SYS_finit_module, { 0 } } },
	{ FACT_CALL_KEXEC, { "kexec_load", SYS_kexec_load, { 0 } } },
	{ FACT_CALL_KEXEC, { "kexec_file_load", NR_KEXEC_FILE_LOAD, { 0 } } },
	{ FACT_CALL_BPF, { "bpf", SYS_bpf, { 0 } } },
	{ FACT_CALL_PERF, { "perf_event_open", SYS_perf_event_open, { 0 } } },
	{ FACT_CALL_IO_URING, { "io_uring_setup", SYS_io_uring_setup, { 0 } } },
	{ FACT_CALL_USERFAULTFD, { "userfaultfd", SYS_userfaultfd, { 0 } } },
	{ FACT_CALL_KEYCTL, { "keyctl", SYS_keyctl, { 0 } } },
	{ FACT_CALL_KEYCTL, { "add_key", SYS_add_key, { 0 } } },
	{ FACT_CALL_KEYCTL, { "request_key", SYS_request_key, { 0 } } },
	{ FACT_CALL_PTRACE, { "ptrace", SYS_ptrace, { 0 } } },
	{ FACT_CALL_PTRACE, { "process_vm_readv", SYS_process_vm_readv, { 0 } } },
	/* AF_NETLINK for netfilter, xfrm and audit; AF_ALG; AF_XDP; AF_TIPC. */
	{ FACT_CALL_SOCKETS, { "socket", SYS_socket, { 16, 3, 12 } } },
	{ FACT_CALL_SOCKETS, { "socket", SYS_socket, { 16, 3, 6 } } },
	{ FACT_CALL_SOCKETS, { "socket", SYS_socket, { 16, 3, 9 } } },
	{ FACT_CALL_SOCKETS, { "socket", SYS_socket, { 38, 5, 0 } } },
	{ FACT_CALL_SOCKETS, { "socket", SYS_socket, { 44, 3, 0 } } },
	{ FACT_CALL_SOCKETS, { "socket", SYS_socket, { 30, 5, 0 } } },
	{ FACT_CALL_VSOCK, { "socket", SYS_socket, { 40, 1, 0 } } },
	{ FACT_CALL_TIOCSTI, { "ioctl", SYS_ioctl, { 0, 0x5412 } } },
	{ FACT_CALL_RARE, { "quotactl", SYS_quotactl, { 0 } } },
	{ FACT_CALL_RARE, { "acct", SYS_acct, { 0 } } },
	{ FACT_CALL_RARE, { "setns", SYS_setns, { 0 } } },
	{ FACT_CALL_RARE, { "fanotify_init", SYS_fanotify_init, { 0 } } },
	{ FACT_CALL_RARE, { "personality", SYS_personality, { 0x0040000 } } },
};
#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

static void open_all(struct check_work *w, const char *why, struct check_place place)
{
	for (size_t i = 0; i < N_CALLS; i++) {
		if (!check_has_fact(&w->config.facts, calls[i].fact))
			check_open(&w->config, calls[i].fact, place, NULL, NULL);
	}
	check_open(&w->config, FACT_SECCOMP_NONE, place, why, NULL);
}

static void ask(struct check_work *w, const struct lxcseccomp *profile, struct check_place place)
{
	for (size_t i = 0; i < N_CALLS; i++) {
		if (lxcseccomp_passes(profile, &calls[i].call) &&
		    !check_has_fact(&w->config.facts, calls[i].fact))
			check_open(&w->config, calls[i].fact, place,
				   check_print(w->arena, "%s passes the profile",
					       calls[i].call.name),
				   NULL);
	}
}

static int read_profile(const char *path, char **ret, size_t *ret_size)
{
	/* O_PATH first: a FIFO or a device is not opened. */
	auto_close int pathfd = open(path, O_PATH | O_CLOEXEC);
	auto_close int fd = pathfd < 0 ? -errno : io_reopen_file(pathfd);

	return fd < 0 ? fd : io_read_fd(fd, PROFILE_MAX, ret, ret_size);
}

/* The profile that was named before the level, or NULL. */
static const char *find_earlier(const struct lxcconf *conf, const struct lxcconf_setting *last)
{
	const char *earlier = NULL;

	for (const struct lxcconf_setting *s = conf->settings; s < last; s++) {
		if (strcmp(s->key, "lxc.seccomp.profile") != 0)
			continue;
		/* A level has those of the levels before it. */
		if (strncmp(s->value, PKGDATADIR "/", strlen(PKGDATADIR "/")) != 0)
			earlier = s->value[0] && strcmp(s->value, "none") != 0 ? s->value : NULL;
	}
	return earlier;
}

/* Only a level's: who names a profile of his own last knows what he does. */
static void find_replaced(struct check_work *w, const struct lxcconf_setting *s, struct span level)
{
	const char *earlier = find_earlier(w->conf, s);
	auto_free char *own = NULL, *names = NULL;
	size_t n_own, n_names;
	FILE *out;
	int r;

	if (!earlier || strncmp(s->value, PKGDATADIR "/", strlen(PKGDATADIR "/")) != 0 ||
	    read_profile(earlier, &own, &n_own) < 0)
		return;
	out = open_memstream(&names, &n_names);
	r = out ? seccomp_find_opened((struct span){ own, n_own }, level, out) : 0;
	if (out && fclose(out) == 0 && r > 0)
		check_add(w, REASON_SECCOMP_REPLACED, check_place_of(w, s), NULL, "of '%s':%.300s",
			  earlier, names);
}

void check_calls(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.seccomp.profile");
	struct check_place place = s ? check_place_of(w, s) : CHECK_NOWHERE;
	auto_free char *text = NULL;
	struct lxcseccomp profile;
	unsigned int line = 0;
	size_t size = 0;
	int r;

	if (!s || strcmp(s->value, "none") == 0) {
		open_all(w, s ? NULL : "there is no lxc.seccomp.profile", place);
		return;
	}
	r = read_profile(s->value, &text, &size);
	if (r < 0) {
		check_add(w, REASON_SECCOMP_MISSING, place, NULL, "%s: %s", s->value, strerror(-r));
		open_all(w, "the profile cannot be read", place);
		return;
	}
	if (lxcseccomp_parse((struct span){ text, size }, &profile, &line) < 0) {
		struct check_place at = { check_copy(w->arena, span_of(s->value)), line };

		check_add(w, REASON_SECCOMP_INVALID, at, NULL, "named at %s",
			  check_place_text(w, place));
		open_all(w, "the profile cannot be read", place);
		return;
	}
	find_replaced(w, s, (struct span){ text, size });
	ask(w, &profile, place);
}
