/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See unit.h. */
#include "config.h"

#include "tools/guest/unit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "lib/unitfile.h"
#include "tools/guest/files.h"
#include "tools/risk/capinfo.h"

#define DROPINS_MAX 64 /* for one unit */
#define UNIT_SIZE_MAX (256u << 10)
/* Of all together: a guest can link one file as often as it likes. */
#define UNITS_SIZE_MAX (8u << 20)

const char *const guest_unit_folders[GUEST_UNIT_FOLDERS] = { "etc/systemd/system",
							     "usr/local/lib/systemd/system",
							     "usr/lib/systemd/system",
							     "lib/systemd/system" };
/* CapabilityBoundingSet=, AmbientCapabilities=: "" empties, "~" takes away. */
static void take_caps(struct span value, struct caps *set, bool *given)
{
	struct caps named = { 0 };
	bool invert = value.n && value.p[0] == '~';
	struct span word;

	if (!value.n) {
		*set = (struct caps){ 0 };
		*given = true;
		return;
	}
	if (invert) {
		value.p++;
		value.n--;
	}
	while (unitfile_next_word(&value, &word)) {
		const struct capinfo *info = capinfo_find(word);

		if (info)
			caps_add(&named, capinfo_number(info));
	}
	if (!invert) {
		set->bits |= named.bits;
		*given = true;
	} else if (*given) {
		set->bits &= ~named.bits;
	}
}

static void take_condition(struct guest_unit *u, const struct unitfile_setting *s)
{
	const struct capinfo *info;

	if (span_is(s->key, "ConditionVirtualization") || span_is(s->key, "AssertVirtualization"))
		u->skipped = u->skipped || span_is(s->value, "!container") ||
			     span_is(s->value, "no") || span_is(s->value, "vm") ||
			     span_is(s->value, "!lxc");
	if (span_is(s->key, "ConditionCapability") && (info = capinfo_find(s->value)))
		u->skipped = u->skipped || !info->base_keeps;
}

/* A negative nice value is only wished for: systemd takes the nearest that it may set. */
static void take_sched(struct guest_unit *u, const struct unitfile_setting *s)
{
	static const char *const policies[] = { "fifo", "rr", NULL };
	static const char *const classes[] = { "realtime", "rt", "1", NULL };

	if (span_is(s->key, "Nice"))
		u->limits = u->limits || (s->value.n && s->value.p[0] == '-');
	else if (span_is(s->key, "CPUSchedulingPolicy"))
		u->sched = guest_is_one_of(s->value, policies);
	else if (span_is(s->key, "IOSchedulingClass"))
		u->sched = u->sched || guest_is_one_of(s->value, classes);
	else if (span_is(s->key, "LimitMEMLOCK"))
		u->limits = u->limits || span_is(s->value, "infinity");
}

static void take_user(struct guest_unit *u, const struct unitfile_setting *s)
{
	static const char *const roots[] = { "", "root", "0", NULL };

	if (span_is(s->key, "User"))
		u->user = !guest_is_one_of(s->value, roots);
	else if (span_is(s->key, "RootDirectory"))
		u->root = s->value.n && !span_is(s->value, "/");
	else if (span_is(s->key, "Delegate"))
		u->manages = s->value.n && unitfile_parse_bool(s->value) != 0;
}

static void take_service(struct guest_unit *u, const struct unitfile_setting *s)
{
	bool given = true;

	for (size_t i = 0; i < guest_n_options; i++) {
		const struct guest_option *option = &guest_options[i];

		if (!span_is(s->key, option->key))
			continue;
		/* Of a list each line adds, an empty one empties. */
		u->on[i] = guest_option_is_on(option, s->value) ||
			   (option->kind == GUEST_BIND && s->value.n && u->on[i]);
	}
	if (span_is(s->key, "AmbientCapabilities"))
		take_caps(s->value, &u->ambient, &given);
	if (span_is(s->key, "CapabilityBoundingSet"))
		take_caps(s->value, &u->bounding, &u->bounded);
	take_sched(u, s);
	take_user(u, s);
}

/* "22", "0.0.0.0:22", "[::]:22"; not "/run/socket", "@abstract", "vsock:..". */
static void take_socket(struct guest_unit *u, const struct unitfile_setting *s)
{
	struct span rest = s->value, field, port = { "", 0 };
	uint64_t n;

	if (!span_is(s->key, "ListenStream") && !span_is(s->key, "ListenDatagram"))
		return;
	while (span_next_field(&rest, ':', &field))
		port = field;
	if (span_parse_u64(span_trim(port), 10, 1023, &n) == 0 && n > 0)
		u->port = u->port || !span_starts(s->value, "vsock:");
}

static void take_mount(struct guest_unit *u, const struct unitfile_setting *s)
{
	const struct {
		const char *key;
		char *buf;
		size_t size;
	} fields[] = { { "What", u->what, sizeof(u->what) },
		       { "Where", u->where, sizeof(u->where) },
		       { "Type", u->type, sizeof(u->type) },
		       { "Options", u->options, sizeof(u->options) } };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (span_is(s->key, fields[i].key) &&
		    span_copy(s->value, fields[i].buf, fields[i].size) < 0)
			fields[i].buf[0] = '\0';
	}
}

/* guest_read_file(), or -EDQUOT once the guest has said more than anybody has to say. */
static int read_text(struct guest *guest, int rootfd, const char *path, char **ret,
		     size_t *ret_size)
{
	int r = guest->unit_bytes > UNITS_SIZE_MAX
			? -EDQUOT
			: guest_read_file(rootfd, path, UNIT_SIZE_MAX, ret, ret_size);

	if (r == 0)
		guest->unit_bytes += *ret_size;
	return r;
}

static void take_text(struct guest_unit *u, struct span text)
{
	struct unitfile file = UNITFILE_INIT(text);
	struct unitfile_setting s;

	while (unitfile_next(&file, &s)) {
		if (span_is(s.section, "Unit"))
			take_condition(u, &s);
		else if (span_is(s.section, "Service"))
			take_service(u, &s);
		else if (span_is(s.section, "Mount"))
			take_mount(u, &s);
		else if (span_is(s.section, "Socket"))
			take_socket(u, &s);
	}
}

/* "getty@tty1.service" is made of "getty@.service". */
static bool make_template(const char *name, char *buf, size_t size)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	if (!at || !dot || dot < at || dot == at + 1)
		return false;
	return snprintf(buf, size, "%.*s%s", (int)(at + 1 - name), name, dot) < (int)size;
}

/* 1 and its text; 0 if it is masked or not there; a note is left for what is not read. */
static int find_unit(struct guest *guest, int rootfd, const char *name, char **ret,
		     size_t *ret_size)
{
	char current[NAME_MAX + 1], path[PATH_MAX], link[PATH_MAX];

	(void)snprintf(current, sizeof(current), "%s", name); /* one of a folder's */
	for (unsigned int hops = 0; hops < 8; hops++) {
		bool moved = false;

		for (size_t i = 0; i < GUEST_UNIT_FOLDERS && !moved; i++) {
			const char *slash;
			int r;

			(void)snprintf(path, sizeof(path), "%s/%s", guest_unit_folders[i], current);
			r = rootfs_read_link_at(rootfd, path, link, sizeof(link));
			if (r == 0) {
				slash = strrchr(link, '/');
				slash = slash ? slash + 1 : link;
				if (strcmp(link, "/dev/null") == 0 || !slash[0] ||
				    strlen(slash) > NAME_MAX)
					return 0;
				/* The name that a link leads to is what counts, in our folders. */
				if (strcmp(slash, current) == 0)
					continue;
				(void)snprintf(current, sizeof(current), "%s", slash);
				moved = true;
				continue;
			}
			r = read_text(guest, rootfd, path, ret, ret_size);
			if (r == 0)
				return 1;
			if (r == -ENOMEM)
				return r;
			if (r != -ENOENT && r != -ELOOP && r != -ENOTDIR)
				return guest_add_note(guest, span_of(path), guest_why(r));
		}
		if (!moved && !make_template(current, link, sizeof(link)))
			return 0;
		if (!moved)
			(void)snprintf(current, sizeof(current), "%.*s", NAME_MAX, link);
	}
	return 0;
}

/* NAME.d/ *.conf, a name once, by the folder that comes first; in the order of names. */
static int read_dropins(struct guest *guest, int rootfd, const char *name, struct guest_unit *u)
{
	static const char *const conf[] = { ".conf", NULL };
	struct guest_names all = { 0 };
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < GUEST_UNIT_FOLDERS && r == 0; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.d", guest_unit_folders[i], name);
		r = guest_list_folder(rootfd, path, conf, &all, DROPINS_MAX);
	}
	if (r == -E2BIG)
		r = guest_add_note(guest, span_of(name), "more drop-ins than are read");
	guest_names_sort(&all);
	for (size_t k = 0; k < all.n && r == 0; k++) {
		for (size_t i = 0; i < GUEST_UNIT_FOLDERS; i++) {
			auto_free char *text = NULL;
			size_t size;

			(void)snprintf(path, sizeof(path), "%s/%s.d/%s", guest_unit_folders[i],
				       name, all.list[k]);
			r = read_text(guest, rootfd, path, &text, &size);
			if (r == 0)
				take_text(u, (struct span){ text, size });
			else if (r != -ENOENT && r != -ELOOP && r != -ENOTDIR && r != -ENOMEM)
				r = guest_add_note(guest, span_of(path), guest_why(r));
			else if (r != -ENOMEM)
				r = -ENOENT;
			if (r != -ENOENT)
				break;
		}
		r = r == -ENOENT ? 0 : r;
	}
	guest_names_done(&all);
	return r;
}

int guest_unit_read(struct guest *guest, int rootfd, const char *name, struct guest_unit *ret)
{
	auto_free char *text = NULL;
	char template[NAME_MAX + 1];
	size_t size;
	int r = find_unit(guest, rootfd, name, &text, &size);

	if (r <= 0)
		return r;
	*ret = (struct guest_unit){ .name = name };
	take_text(ret, (struct span){ text, size });
	if (make_template(name, template, sizeof(template)))
		r = read_dropins(guest, rootfd, template, ret);
	if (r >= 0)
		r = read_dropins(guest, rootfd, name, ret);
	return r < 0 ? r : 1;
}
