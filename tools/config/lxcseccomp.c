/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lxcseccomp.h.  Function names in comments are those of liblxc's seccomp.c. */
#include "config.h"

#include "tools/config/lxcseccomp.h"

#include <errno.h>

#if defined(__x86_64__)
#define NATIVE_ARCH "[x86_64]"
#elif defined(__aarch64__)
#define NATIVE_ARCH "[arm64]"
#else
#define NATIVE_ARCH "[none]"
#endif

static struct span skip(struct span a, size_t n)
{
	return (struct span){ a.p + n, a.n - n };
}

/* 0 and what the action does, 1 for no action, -EINVAL.  get_v2_default_action(). */
static int parse_action(struct span text, bool *ret_passes)
{
	static const struct {
		const char *word;
		bool passes;
	} actions[] = {
		{ "kill", false }, { "errno", false }, { "allow", true },
		{ "trap", false }, { "notify", true },
	};

	text = span_trim(text);
	if (!text.n || text.p[0] == '#')
		return 1;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (span_starts(text, actions[i].word)) {
			*ret_passes = actions[i].passes;
			return 0;
		}
	}
	return -EINVAL;
}

/* The second line: "denylist", "allowlist errno 38", and their older names. */
static int parse_kind(struct span line, struct lxcseccomp *p)
{
	bool allow = span_starts(line, "allowlist") || span_starts(line, "whitelist");
	bool passes;
	size_t n = allow ? strlen("allowlist") : strlen("denylist");
	int r;

	if (!allow && !span_starts(line, "denylist") && !span_starts(line, "blacklist"))
		return -EINVAL;
	if (span_starts(line, "blacklist"))
		n = strlen("blacklist");
	p->passes = !allow;
	p->rule_passes = allow;
	if (p->version == 1)
		return 0;
	r = parse_action(skip(line, n), &passes);
	if (r < 0)
		return r;
	if (r == 0 && allow)
		p->passes = passes;
	else if (r == 0)
		p->rule_passes = passes;
	return 0;
}

static int parse_number(struct span a, uint64_t *ret)
{
	a = span_trim(a);
	if (span_starts(a, "0x") || span_starts(a, "0X"))
		return span_parse_u64(skip(a, 2), 16, UINT64_MAX, ret);
	if (a.n > 1 && a.p[0] == '0')
		return span_parse_u64(skip(a, 1), 8, UINT64_MAX, ret);
	return span_parse_u64(a, 10, UINT64_MAX, ret);
}

int lxcseccomp_parse_condition(struct span text, struct lxcseccomp_condition *ret)
{
	struct span index, value, mask;

	*ret = (struct lxcseccomp_condition){ 0 };
	if (!span_next_field(&text, ',', &index) || !span_next_field(&text, ',', &value) ||
	    !span_next_field(&text, ',', &ret->op) || parse_number(index, &ret->index) < 0 ||
	    ret->index > 5 || parse_number(value, &ret->value) < 0)
		return -EINVAL;
	if (span_next_field(&text, ',', &mask) && parse_number(mask, &ret->mask) < 0)
		return -EINVAL;
	ret->op = span_trim(ret->op);
	return 0;
}

static bool is_op(struct span op, const char *name, const char *sign)
{
	return span_is(op, name) || span_is(op, sign);
}

/* 1 or 0, or -EINVAL for no operator. */
static int meets(const struct lxcseccomp_condition *c, uint64_t arg)
{
	if (is_op(c->op, "SCMP_CMP_NE", "!="))
		return arg != c->value;
	if (is_op(c->op, "SCMP_CMP_LT", "<"))
		return arg < c->value;
	if (is_op(c->op, "SCMP_CMP_LE", "<="))
		return arg <= c->value;
	if (is_op(c->op, "SCMP_CMP_EQ", "=="))
		return arg == c->value;
	if (is_op(c->op, "SCMP_CMP_GE", ">="))
		return arg >= c->value;
	if (is_op(c->op, "SCMP_CMP_GT", ">"))
		return arg > c->value;
	if (is_op(c->op, "SCMP_CMP_MASKED_EQ", "&="))
		return (arg & c->mask) == c->value;
	return -EINVAL;
}

/* All conditions of a rule's text are met: 1 or 0; -EINVAL.  parse_v2_rules(). */
static int fits(struct span rule, const uint64_t args[6])
{
	const char *open = memchr(rule.p, '[', rule.n);
	struct span rest, part;
	int all = 1;

	if (!open)
		return 1;
	rest = (struct span){ open, rule.n - (size_t)(open - rule.p) };
	while (span_next_field(&rest, ']', &part)) {
		struct lxcseccomp_condition c;
		int r;

		open = part.n ? memchr(part.p, '[', part.n) : NULL;
		if (!open)
			break; /* what follows the last bracket */
		part = skip(part, (size_t)(open + 1 - part.p));
		r = lxcseccomp_parse_condition(part, &c);
		if (r == 0)
			r = meets(&c, args[c.index]);
		if (r < 0)
			return r;
		all = all && r;
	}
	return all;
}

/* The next rule; section tells whether it is one for this architecture. */
static bool next_rule(struct span *rest, unsigned int *line, bool *here, struct span *ret)
{
	while (span_next_line(rest, ret)) {
		(*line)++;
		*ret = span_trim(*ret);
		if (!ret->n || ret->p[0] == '#' || span_starts(*ret, "reject_force_umount"))
			continue;
		if (ret->p[0] != '[')
			return true;
		*here = span_starts(*ret, "[all]") || span_starts(*ret, "[ALL]") ||
			span_starts(*ret, NATIVE_ARCH);
	}
	return false;
}

static int parse_rule(const struct lxcseccomp *p, struct span rule, struct span *ret_name,
		      bool *ret_passes)
{
	*ret_passes = p->rule_passes;
	if (p->version == 1) {
		*ret_name = rule;
		return 0;
	}
	if (!span_next_word(&rule, ret_name))
		return -EINVAL;
	rule = span_trim(rule);
	if (rule.n && rule.p[0] == '[')
		return 0;
	return parse_action(rule, ret_passes) < 0 ? -EINVAL : 0;
}

static bool is_call(const struct lxcseccomp *p, struct span name,
		    const struct lxcseccomp_call *call)
{
	uint64_t number;

	if (p->version == 1)
		return span_parse_u64(name, 10, UINT32_MAX, &number) == 0 && number == call->number;
	return span_is(name, call->name);
}

bool lxcseccomp_passes(const struct lxcseccomp *p, const struct lxcseccomp_call *call)
{
	struct span rest = p->rules, rule, name;
	bool here = true, stopped = false, passes;
	unsigned int line = p->line;

	while (next_rule(&rest, &line, &here, &rule)) {
		if (parse_rule(p, rule, &name, &passes) < 0 || !is_call(p, name, call) ||
		    fits(rule, call->args) != 1)
			continue;
		if (passes)
			return true;
		stopped = stopped || here;
	}
	return p->passes && !stopped;
}

int lxcseccomp_parse(struct span text, struct lxcseccomp *ret, unsigned int *ret_line)
{
	static const uint64_t no_args[6] = { 0 };
	struct lxcseccomp p = { .line = 3 };
	struct span line, rest, name;
	uint64_t version;
	bool here = true, passes;

	*ret_line = 1;
	if (!span_next_line(&text, &line) || span_parse_u64(span_trim(line), 10, 2, &version) < 0 ||
	    !version)
		return -EINVAL;
	p.version = (unsigned int)version;
	*ret_line = 2;
	if (!span_next_line(&text, &line) || parse_kind(line, &p) < 0)
		return -EINVAL;
	p.rules = rest = text;
	while (next_rule(&rest, ret_line, &here, &line)) {
		if (parse_rule(&p, line, &name, &passes) < 0 ||
		    (p.version == 1 ? span_parse_u64(name, 10, UINT32_MAX, &version) < 0
				    : fits(line, no_args) < 0))
			return -EINVAL;
	}
	*ret = p;
	return 0;
}
