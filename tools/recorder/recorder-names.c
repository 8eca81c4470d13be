/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names behind the numbers that the kernel counted by; all of them the guest's choice. */
#include "config.h"

#include <bpf/libbpf.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cgroup.h"
#include "lib/emit.h"
#include "tools/recorder/recorder-kernel.h"
#include "tools/recorder/recorder.skel.h"

#define DEPTH_MAX 16 /* of cgroups; the kernel's part knows fewer */

/* --- Units ------------------------------------------------------------------- */

static void copy_base(struct span path, char buf[RECORDER_PATH])
{
	static const char scope[] = "/init.scope";

	/* systemd has gone into a cgroup below the one that LXC gave it. */
	if (span_ends(path, scope))
		path.n -= strlen(scope);
	if (span_copy(path, buf, RECORDER_PATH) < 0)
		buf[0] = '\0'; /* a NUL, or too long: as if there were none */
}

void recorder_get_base(struct span text, struct recorder_base *ret)
{
	struct cgroup cg = { 0 };

	*ret = (struct recorder_base){ 0 };
	if (cgroup_parse(text, &cg) < 0)
		return;
	copy_base(cg.path[CGROUP_UNIFIED], ret->unified);
	copy_base(cg.path[CGROUP_SYSTEMD], ret->systemd);
}

static bool is_unit(struct span part)
{
	return span_ends(part, ".service") || span_ends(part, ".scope") ||
	       span_ends(part, ".socket") || span_ends(part, ".mount") ||
	       span_ends(part, ".swap") || span_ends(part, ".slice");
}

/* Empty, or begins with a slash. */
static struct span below(struct span path, const char *base)
{
	size_t n = strlen(base);

	if (n == 1) /* "/" */
		return path;
	if (path.n <= n || memcmp(path.p, base, n) != 0 || path.p[n] != '/')
		return (struct span){ path.p, 0 };
	return (struct span){ path.p + n, path.n - n };
}

/*
 * The unit in the path of a cgroup below base: what systemd calls so, else the path as it is;
 * empty if there is none.  The spans point into path.
 */
static struct span unit_in(struct span path, const char *base)
{
	struct span rest = below(path, base), part, slice = { path.p, 0 };

	if (!base[0] || rest.n < 2)
		return (struct span){ path.p, 0 };
	rest = (struct span){ rest.p + 1, rest.n - 1 };
	path = rest;
	/* Where LXC puts who attaches. */
	if (span_is(path, ".lxc") || span_starts(path, ".lxc-"))
		return (struct span){ path.p, 0 };
	/* The outermost that is no slice, as systemd itself has it; what is in it was delegated. */
	while (span_next_field(&rest, '/', &part)) {
		if (!is_unit(part))
			break;
		if (!span_ends(part, ".slice"))
			return part;
		slice = part;
	}
	return slice.n ? slice : path;
}

/* The path of a cgroup from the root of its hierarchy; false if it is not all there. */
static bool get_cgroup_path(const struct recorder *rec, uint64_t id, uint64_t systemd, char *buf,
			    size_t size)
{
	struct recorder_cgroup *parts = calloc(DEPTH_MAX, sizeof(*parts));
	struct emit e = { .buf = buf, .size = size };
	bool whole = false;
	size_t n = 0;

	buf[0] = '\0';
	while (parts && n < DEPTH_MAX) {
		struct recorder_cgroup_key key = { .id = id, .systemd = systemd };

		if (bpf_map__lookup_elem(rec->bpf->maps.cgroups, &key, sizeof(key), &parts[n],
					 sizeof(parts[n]), 0) < 0)
			break;
		whole = !parts[n].parent;
		if (whole)
			break;
		id = parts[n++].parent;
	}
	while (n--) {
		emit_str(&e, "/");
		parts[n].name[RECORDER_NAME - 1] = '\0';
		emit_str(&e, parts[n].name);
	}
	free(parts);
	return whole;
}

/*
 * The unified hierarchy first: systemd uses the other one where it has no choice.  False if
 * there may be a unit whose name is lost.
 */
static bool get_unit(const struct recorder *rec, const struct recorder_key *key, struct emit *e)
{
	char path[2 * RECORDER_PATH];
	bool whole = get_cgroup_path(rec, key->cgroup, 0, path, sizeof(path));

	for (size_t i = rec->n_bases; i-- > 0 && !e->len;)
		emit_escaped(e, unit_in(span_of(path), rec->bases[i].unified));
	if (e->len || !key->systemd)
		return e->len || whole;
	whole = get_cgroup_path(rec, key->systemd, 1, path, sizeof(path)) && whole;
	for (size_t i = rec->n_bases; i-- > 0 && !e->len;)
		emit_escaped(e, unit_in(span_of(path), rec->bases[i].systemd));
	return e->len || whole;
}

/* --- Programs and system calls ------------------------------------------------ */

static void get_program(const struct recorder *rec, const struct recorder_key *key, struct emit *e)
{
	struct recorder_program_key id = { .inode = key->inode, .device = key->device };
	struct recorder_program program;

	if (!key->inode || bpf_map__lookup_elem(rec->bpf->maps.programs, &id, sizeof(id), &program,
						sizeof(program), 0) < 0)
		return;
	if (program.more)
		emit_str(e, "...");
	for (size_t i = program.n < RECORDER_PARTS ? program.n : RECORDER_PARTS; i-- > 0;) {
		program.part[i][RECORDER_PART - 1] = '\0';
		emit_str(e, "/");
		emit_escaped(e, span_of(program.part[i]));
	}
}

static void get_syscall(const struct recorder_key *key, struct emit *e)
{
	uint32_t arch = seccomp_arch_native();
	char *name;

	if (key->syscall < 0)
		return;
	if (key->compat && arch == SCMP_ARCH_X86_64)
		arch = SCMP_ARCH_X86;
	name = seccomp_syscall_resolve_num_arch(arch, key->syscall);
	if (name)
		emit_str(e, name);
	else
		emit_printf(e, "%d", key->syscall); /* newer than libseccomp, or none at all */
	free(name);
}

static void get_names(const struct recorder *rec, const struct recorder_key *key,
		      struct recorder_names *ret)
{
	struct emit unit = EMIT_INIT(ret->unit), program = EMIT_INIT(ret->program);
	struct emit comm = EMIT_INIT(ret->comm), syscall = EMIT_INIT(ret->syscall);
	size_t n = strnlen(key->comm, sizeof(key->comm));

	ret->lost = !get_unit(rec, key, &unit);
	get_program(rec, key, &program);
	ret->lost |= key->inode && !program.len;
	emit_escaped(&comm, (struct span){ key->comm, n });
	get_syscall(key, &syscall);
}

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

void recorder_get_check(const struct recorder *rec, const struct recorder_key *key,
			struct recorder_names *names, struct record_check *ret)
{
	get_names(rec, key, names);
	*ret = (struct record_check){
		.cap = key->cap,
		.answer = key->answer ? RECORD_DENIED : RECORD_GRANTED,
		.target = (enum record_target)key->target,
		.origin = (enum record_origin)key->origin,
		.borrowed = key->borrowed,
		.options_known = key->options != RECORDER_NO_OPTIONS,
		.unit = text_or_null(names->unit),
		.program = text_or_null(names->program),
		.comm = text_or_null(names->comm),
		.syscall = text_or_null(names->syscall),
	};
	if (ret->options_known)
		ret->options = key->options & (RECORD_NOAUDIT | RECORD_INSETID);
}
