/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See policy.h. */
#include "config.h"

#include "lib/policy.h"

#include <errno.h>

#define NAME_MAX_LENGTH 64

const char *const policy_namespaces[POLICY_N_NAMESPACES] = {
	"mnt", "pid", "ipc", "uts", "net", "cgroup", "user", "time",
};

/* What is being parsed, for the functions of the table below. */
struct state {
	struct policy policy;
	struct caps allow, refuse;
	bool has_allow, has_refuse;
	const char *reason;
	struct span value;
};

static int fail(struct state *s, const char *reason, struct span value)
{
	s->reason = reason;
	s->value = value;
	return -EINVAL;
}

static bool is_name(struct span a)
{
	for (size_t i = 0; i < a.n; i++) {
		char c = a.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (i && (c == '-' || c == '_' || c == '.'))))
			return false;
	}
	return a.n && a.n <= NAME_MAX_LENGTH;
}

static int parse_name(struct state *s, struct span value)
{
	if (!is_name(value))
		return fail(s, "not a name of letters, digits, '-', '_' and '.'", value);
	s->policy.name = value;
	return 0;
}

int policy_parse_mode(struct span text, enum policy_mode *ret)
{
	if (span_is(text, "enforce"))
		*ret = POLICY_ENFORCE;
	else if (span_is(text, "warn"))
		*ret = POLICY_WARN;
	else
		return -EINVAL;
	return 0;
}

static int parse_mode(struct state *s, struct span value)
{
	if (policy_parse_mode(value, &s->policy.mode) < 0)
		return fail(s, "not 'enforce' or 'warn'", value);
	return 0;
}

static int parse_caps(struct state *s, struct span value, struct caps *set, bool *has)
{
	bool none = false, any = false;
	struct span word;
	unsigned int cap;

	while (span_next_word(&value, &word)) {
		any = true;
		if (span_is(word, "none")) {
			none = true;
			continue;
		}
		if (caps_parse_name(word, &cap) < 0)
			return fail(s, "not a capability", word);
		caps_add(set, cap);
	}
	if (!any)
		return fail(s, "no capability; for an empty list write 'none'", value);
	if (none && set->bits)
		return fail(s, "'none' beside capabilities", value);
	*has = true;
	return 0;
}

static int parse_cap_allow(struct state *s, struct span value)
{
	return parse_caps(s, value, &s->allow, &s->has_allow);
}

static int parse_cap_refuse(struct state *s, struct span value)
{
	return parse_caps(s, value, &s->refuse, &s->has_refuse);
}

static int parse_required(struct state *s, struct span value, bool *ret)
{
	if (span_is(value, "required"))
		*ret = true;
	else if (span_is(value, "any"))
		*ret = false;
	else
		return fail(s, "not 'required' or 'any'", value);
	return 0;
}

static const char *const insides[] = {
	[POLICY_INSIDE_ANY] = "any",
	[POLICY_INSIDE_REQUIRED] = "required",
	[POLICY_INSIDE_JOINED] = "joined",
};

static int parse_inside(struct state *s, struct span value)
{
	for (size_t i = 0; i < sizeof(insides) / sizeof(insides[0]); i++) {
		if (span_is(value, insides[i])) {
			s->policy.inside = (enum policy_inside)i;
			return 0;
		}
	}
	return fail(s, "not 'required', 'joined' or 'any'", value);
}

static int parse_lsm(struct state *s, struct span value)
{
	for (size_t i = 0; i < value.n; i++) {
		/* A label of SELinux or AppArmor; a blank ends it in what the kernel shows. */
		if (value.p[i] <= ' ' || value.p[i] == 0x7f)
			return fail(s, "not 'required', 'any' or the name of a profile", value);
	}
	if (span_is(value, "any")) {
		s->policy.lsm = POLICY_LSM_ANY;
	} else if (span_is(value, "required")) {
		s->policy.lsm = POLICY_LSM_REQUIRED;
	} else {
		s->policy.lsm = POLICY_LSM_PROFILE;
		s->policy.lsm_profile = value;
	}
	return 0;
}

static int parse_namespaces(struct state *s, struct span value)
{
	struct span word;

	while (span_next_word(&value, &word)) {
		size_t i = 0;

		while (i < POLICY_N_NAMESPACES && !span_is(word, policy_namespaces[i]))
			i++;
		if (i == POLICY_N_NAMESPACES)
			return fail(s, "not a kind of namespace", word);
		s->policy.namespaces |= 1U << i;
	}
	return 0;
}

static int parse_mounts(struct state *s, struct span value)
{
	if (span_is(value, "private"))
		s->policy.mounts_private = true;
	else if (span_is(value, "any"))
		s->policy.mounts_private = false;
	else
		return fail(s, "not 'private' or 'any'", value);
	return 0;
}

static int add_item(struct state *s, struct policy_list *list, struct span item)
{
	if (list->n == POLICY_LIST_MAX)
		return fail(s, "too many values for this key", item);
	list->item[list->n++] = item;
	return 0;
}

int policy_add_allow(struct policy *p, struct span path, const char **ret_reason)
{
	struct span rest = path, part;

	*ret_reason = "not a path below '/' in the guest";
	if (!span_starts(path, "/") || path.n < 2)
		return -EINVAL;
	rest.p++;
	rest.n--;
	*ret_reason = "a path with '//', '.' or '..'";
	while (span_next_field(&rest, '/', &part)) {
		if (!part.n || span_is(part, ".") || span_is(part, ".."))
			return -EINVAL;
	}
	if (path.p[path.n - 1] == '/')
		path.n--;
	/* It could not be written down again. */
	*ret_reason = "ends in a blank or a carriage return";
	if (span_trim(path).n != path.n || path.p[path.n - 1] == '\r')
		return -EINVAL;
	*ret_reason = "too many values for this key";
	if (p->mount_allow.n == POLICY_LIST_MAX)
		return -EINVAL;
	*ret_reason = NULL;
	p->mount_allow.item[p->mount_allow.n++] = path;
	return 0;
}

static int parse_mount_allow(struct state *s, struct span value)
{
	const char *reason;

	return policy_add_allow(&s->policy, value, &reason) < 0 ? fail(s, reason, value) : 0;
}

static int parse_refuse(struct state *s, struct span value)
{
	struct span word;
	int r = 0;

	while (r == 0 && span_next_word(&value, &word))
		r = is_name(word) ? add_item(s, &s->policy.refuse, word)
				  : fail(s, "not the name of a trial", word);
	return r;
}

static int parse_places(struct state *s, struct span value, struct policy_places *places)
{
	struct span word;

	while (span_next_word(&value, &word)) {
		if ((!span_starts(word, "/proc/") && !span_starts(word, "/sys/")) ||
		    memmem(word.p, word.n, "/.", 2) || memmem(word.p, word.n, "//", 2) ||
		    word.p[word.n - 1] == '/')
			return fail(s, "not a path below /proc or /sys", word);
		if (places->n == POLICY_PLACES_MAX)
			return fail(s, "too many values for this key", word);
		places->item[places->n++] = word;
	}
	return 0;
}

static int parse_covered(struct state *s, struct span value)
{
	return parse_places(s, value, &s->policy.covered);
}

static int parse_readonly(struct state *s, struct span value)
{
	return parse_places(s, value, &s->policy.readonly);
}

static const struct key {
	const char *name;
	bool repeatable;
	int (*parse)(struct state *s, struct span value);
	size_t flag; /* without parse: where the "required" of this key goes */
} keys[] = {
	{ "name", false, parse_name, 0 },
	{ "mode", false, parse_mode, 0 },
	{ "cap.allow", true, parse_cap_allow, 0 },
	{ "cap.refuse", true, parse_cap_refuse, 0 },
	{ "seccomp", false, NULL, offsetof(struct policy, seccomp) },
	{ "no_new_privs", false, NULL, offsetof(struct policy, no_new_privs) },
	{ "lsm", false, parse_lsm, 0 },
	{ "idmap", false, NULL, offsetof(struct policy, idmap) },
	{ "namespaces", false, parse_namespaces, 0 },
	{ "mounts", false, parse_mounts, 0 },
	{ "mount.allow", true, parse_mount_allow, 0 },
	{ "inside", false, parse_inside, 0 },
	{ "refuse", true, parse_refuse, 0 },
	{ "covered", true, parse_covered, 0 },
	{ "readonly", true, parse_readonly, 0 },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static int parse_line(struct state *s, struct span line, unsigned int *seen)
{
	struct span key;

	if (line.n > POLICY_LINE_MAX)
		return fail(s, "a line of more than 1024 bytes", (struct span){ 0 });
	if (memchr(line.p, '\0', line.n))
		return fail(s, "a NUL byte", (struct span){ 0 });
	if (line.n && line.p[line.n - 1] == '\r')
		return fail(s, "a carriage return: the file has DOS line ends", (struct span){ 0 });
	line = span_trim(line);
	if (!line.n || line.p[0] == '#')
		return 0;
	if (!memchr(line.p, '=', line.n))
		return fail(s, "not 'key = value'", line);
	(void)span_next_field(&line, '=', &key); /* there is one */
	key = span_trim(key);
	line = span_trim(line);
	for (size_t i = 0; i < N_KEYS; i++) {
		if (!span_is(key, keys[i].name))
			continue;
		if (!keys[i].repeatable && (*seen & 1U << i))
			return fail(s, "a second value for this key", key);
		if (!line.n)
			return fail(s, "no value for this key", key);
		*seen |= 1U << i;
		if (!keys[i].parse)
			return parse_required(s, line, (bool *)((char *)&s->policy + keys[i].flag));
		return keys[i].parse(s, line);
	}
	return fail(s, "no such key", key);
}

/* Which of the lines fit together. */
static int check_whole(struct state *s)
{
	if (s->has_allow && s->has_refuse)
		return fail(s, "both cap.allow and cap.refuse", (struct span){ 0 });
	if (!s->has_allow && !s->has_refuse)
		return fail(s, "neither cap.allow nor cap.refuse", (struct span){ 0 });
	s->policy.whitelist = s->has_allow;
	s->policy.caps = s->has_allow ? s->allow : s->refuse;
	return 0;
}

int policy_parse(struct span text, struct policy *ret, struct policy_error *ret_error)
{
	struct state s = { 0 };
	unsigned int line_number = 0, seen = 0;
	struct span line;
	int r = 0;

	while (r == 0 && span_next_line(&text, &line)) {
		line_number++;
		r = parse_line(&s, line, &seen);
	}
	if (r == 0) {
		line_number = 0;
		r = check_whole(&s);
	}
	if (r < 0) {
		*ret_error = (struct policy_error){ line_number, s.reason, s.value };
		return r;
	}
	*ret = s.policy;
	return 0;
}

static void emit_required(struct emit *e, const char *key, bool required)
{
	emit_printf(e, "%s = %s\n", key, required ? "required" : "any");
}

static void emit_list(struct emit *e, const char *key, const struct policy_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		emit_printf(e, "%s = ", key);
		emit_span(e, list->item[i]);
		emit_str(e, "\n");
	}
}

static void emit_places(struct emit *e, const char *key, const struct policy_places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		emit_printf(e, "%s = ", key);
		emit_span(e, places->item[i]);
		emit_str(e, "\n");
	}
}

void policy_emit(struct emit *e, const struct policy *p)
{
	if (p->name.n) {
		emit_str(e, "name = ");
		emit_span(e, p->name);
		emit_str(e, "\n");
	}
	emit_printf(e, "mode = %s\n", p->mode == POLICY_WARN ? "warn" : "enforce");
	emit_str(e, p->whitelist ? "cap.allow = " : "cap.refuse = ");
	caps_emit(e, p->caps, " ");
	emit_str(e, "\n");
	emit_required(e, "seccomp", p->seccomp);
	emit_required(e, "no_new_privs", p->no_new_privs);
	emit_str(e, "lsm = ");
	if (p->lsm == POLICY_LSM_PROFILE)
		emit_span(e, p->lsm_profile);
	else
		emit_str(e, p->lsm == POLICY_LSM_REQUIRED ? "required" : "any");
	emit_str(e, "\n");
	emit_required(e, "idmap", p->idmap);
	if (p->namespaces) {
		emit_str(e, "namespaces =");
		for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
			if (p->namespaces & 1U << i)
				emit_printf(e, " %s", policy_namespaces[i]);
		}
		emit_str(e, "\n");
	}
	emit_printf(e, "mounts = %s\n", p->mounts_private ? "private" : "any");
	emit_list(e, "mount.allow", &p->mount_allow);
	emit_printf(e, "inside = %s\n", insides[p->inside]);
	emit_list(e, "refuse", &p->refuse);
	emit_places(e, "covered", &p->covered);
	emit_places(e, "readonly", &p->readonly);
}

struct caps policy_get_excess(const struct policy *p, struct caps held)
{
	if (p->whitelist)
		return caps_minus(held, p->caps);
	return (struct caps){ held.bits & p->caps.bits };
}

bool policy_allows_mount(const struct policy *p, struct span target)
{
	for (size_t i = 0; i < p->mount_allow.n; i++) {
		if (span_is_within(target, p->mount_allow.item[i]))
			return true;
	}
	return false;
}
