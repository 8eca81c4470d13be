/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See seccomp-merge.h.  Two lists of what is denied are joined; from a list of what is allowed
 * is taken what the other denies, or does not allow.  A condition is taken from a call that is
 * allowed as a whole by the bits in which an argument can differ from it.  All else is left to
 * the caller: conditions on both sides are compared only where one plainly has the other.
 */
#include "config.h"

#include "tools/config/seccomp-merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/config/lxcseccomp.h"

#define RULES_MAX 2000
#define PIECES_MAX 400

enum verdict { DENIES, PASSES, ASKS }; /* ASKS: a supervisor */

struct rule {
	struct span line, name, conditions; /* conditions: from the first '[', or empty */
	unsigned int number;
	enum verdict verdict;
};

struct profile {
	struct span head; /* its first two lines */
	bool allows;	  /* a list of what is allowed */
	struct rule *rules;
	size_t n;
};

/* --- Reading ------------------------------------------------------------------------------ */

static int refuse(struct seccomp_merge_why *why, unsigned int line, const char *reason)
{
	*why = (struct seccomp_merge_why){ line, reason };
	return -ENOTSUP;
}

static enum verdict read_verdict(struct span action, bool allows)
{
	action = span_trim(action);
	if (span_starts(action, "allow"))
		return PASSES;
	if (span_starts(action, "notify"))
		return ASKS;
	if (!action.n || action.p[0] == '[')
		return allows ? PASSES : DENIES;
	return DENIES; /* kill, errno, trap: lxcseccomp_parse() knows no other */
}

static void read_rule(struct rule *rule, bool allows)
{
	struct span rest = rule->line;
	const char *open;

	/* What LXC makes of it. */
	if (span_starts(rule->line, "reject_force_umount")) {
		rule->line = span_of("reject_force_umount");
		rule->name = span_of("umount2");
		rule->conditions = span_of("[1,1,SCMP_CMP_MASKED_EQ,1]");
		rule->verdict = DENIES;
		return;
	}
	if (!span_next_word(&rest, &rule->name))
		return; /* no empty line gets here */
	rule->verdict = read_verdict(rest, allows);
	open = memchr(rule->line.p, '[', rule->line.n);
	rule->conditions =
		open ? (struct span){ open, rule->line.n - (size_t)(open - rule->line.p) }
		     : (struct span){ rule->line.p, 0 };
}

static int read_profile(struct span text, struct profile *p, struct seccomp_merge_why *why)
{
	struct span rest = text, line, kind = { "", 0 }, first;
	struct lxcseccomp judged;
	unsigned int number = 2;

	if (lxcseccomp_parse(text, &judged, &number) < 0)
		return refuse(why, number, "LXC cannot read this line");
	if (judged.version != 2)
		return refuse(why, 1, "the profile is of version 1");
	(void)span_next_line(&rest, &first); /* it has them, or would not be parsed */
	(void)span_next_line(&rest, &kind);
	p->head = (struct span){ text.p, (size_t)(rest.p - text.p) };
	p->allows = judged.rule_passes;
	if (p->allows == judged.passes ||
	    (!p->allows && memchr(span_trim(kind).p, ' ', span_trim(kind).n)))
		return refuse(why, 2, "what it says of calls that are not named is not plain");
	p->rules = calloc(RULES_MAX, sizeof(*p->rules));
	if (!p->rules)
		return -ENOMEM;
	for (number = 3; span_next_line(&rest, &line); number++) {
		line = span_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		if (line.p[0] == '[') {
			/* What LXC does with others depends on the host's architecture. */
			if (!span_is(line, "[all]") && !span_is(line, "[ALL]"))
				return refuse(why, number, "a section for one architecture");
			continue;
		}
		if (p->n == RULES_MAX)
			return refuse(why, number, "too many rules");
		p->rules[p->n] = (struct rule){ .line = line, .number = number };
		read_rule(&p->rules[p->n++], p->allows);
	}
	return 0;
}

/* --- Conditions ------------------------------------------------------------------------------ */

/* Values of one argument: (value & mask) is that. */
struct cube {
	unsigned int arg;
	uint64_t mask, value;
};

/* The next condition of a rule; false at the end, and with *bad for one of another kind. */
static bool next_cube(struct span *rest, struct cube *ret, bool *bad)
{
	struct lxcseccomp_condition c;
	struct span part;

	if (!span_next_field(rest, ']', &part) || !memchr(part.p, '[', part.n))
		return false;
	part = span_trim(part);
	part = (struct span){ part.p + 1, part.n - 1 };
	*bad = lxcseccomp_parse_condition(part, &c) < 0;
	if (!*bad && span_is(c.op, "SCMP_CMP_EQ"))
		c.mask = UINT64_MAX;
	else if (!*bad)
		*bad = !span_is(c.op, "SCMP_CMP_MASKED_EQ");
	*bad = *bad || (c.value & ~c.mask);
	*ret = (struct cube){ (unsigned int)c.index, c.mask, c.value };
	return !*bad;
}

/* The rule's only condition; false if it has another number of them, or none of that kind. */
static bool read_cube(const struct rule *rule, struct cube *ret)
{
	struct span rest = rule->conditions;
	struct cube more;
	bool bad = false;

	return next_cube(&rest, ret, &bad) && !next_cube(&rest, &more, &bad) && !bad;
}

static bool is_disjoint(const struct cube *a, const struct cube *b)
{
	return a->arg == b->arg && ((a->value ^ b->value) & a->mask & b->mask);
}

static bool is_within(const struct cube *a, const struct cube *b)
{
	return a->arg == b->arg && !(b->mask & ~a->mask) && (a->value & b->mask) == b->value;
}

/* Some condition of the rule keeps it away from there. */
static bool is_away(const struct rule *rule, const struct cube *from)
{
	struct span rest = rule->conditions;
	struct cube c;
	bool bad = false;

	while (next_cube(&rest, &c, &bad)) {
		if (is_disjoint(&c, from))
			return true;
	}
	return false;
}

static const struct rule *next_of(const struct profile *p, struct span name, size_t *pos)
{
	while (*pos < p->n) {
		const struct rule *r = &p->rules[(*pos)++];

		if (span_same(r->name, name))
			return r;
	}
	return NULL;
}

static bool has_any(const struct profile *p, struct span name)
{
	return next_of(p, name, &(size_t){ 0 });
}

static bool denies_whole(const struct profile *p, struct span name)
{
	const struct rule *r;
	size_t pos = 0;

	while ((r = next_of(p, name, &pos))) {
		if (r->verdict == DENIES && !r->conditions.n)
			return true;
	}
	return false;
}

static void put_rule(FILE *out, const struct rule *r)
{
	fprintf(out, "%.*s\n", (int)r->line.n, r->line.p);
}

/* --- Two lists of what is denied -------------------------------------------------------------- */

static bool has_line(const struct profile *p, const struct rule *rule)
{
	const struct rule *r;
	struct cube a, b;
	size_t pos = 0;

	while ((r = next_of(p, rule->name, &pos))) {
		if (span_same(r->line, rule->line) ||
		    (read_cube(rule, &a) && read_cube(r, &b) && is_within(&a, &b)))
			return true;
	}
	return denies_whole(p, rule->name);
}

static int join_denied(const struct profile *own, const struct profile *level, FILE *out,
		       struct seccomp_merge_why *why)
{
	bool added = false;

	fputs("2\ndenylist\n[all]\n", out);
	for (size_t i = 0; i < level->n; i++) {
		/* Two lines for a call of which one is for all of it: libseccomp may refuse. */
		if (!denies_whole(own, level->rules[i].name) ||
		    denies_whole(level, level->rules[i].name))
			put_rule(out, &level->rules[i]);
	}
	for (size_t i = 0; i < own->n; i++) {
		const struct rule *r = &own->rules[i];

		if (r->verdict == PASSES || (r->verdict == ASKS && has_any(level, r->name)))
			return refuse(why, r->number, "what else is said of this call differs");
		if (r->verdict == DENIES && has_line(level, r))
			continue;
		put_rule(out, r);
		added = true;
	}
	return added;
}

/* --- A list of what is allowed, less what the other denies --------------------------------------
 */

struct pieces {
	struct cube c[PIECES_MAX];
	size_t n;
};

/* What is left of one piece without "from", in pieces of which no two meet; false: too many. */
static bool cut_piece(struct cube c, const struct cube *from, struct pieces *ret)
{
	/* The upper ones first: no family has them, and so they are cut off once for all. */
	for (unsigned int k = 64; k-- > 0;) {
		uint64_t bit = UINT64_C(1) << k;
		struct cube left = c;

		if (!(from->mask & ~c.mask & bit))
			continue;
		if (ret->n == PIECES_MAX)
			return false;
		left.mask |= bit;
		left.value |= ~from->value & bit;
		ret->c[ret->n++] = left;
		c.mask |= bit;
		c.value |= from->value & bit;
	}
	return true;
}

static bool cut(struct pieces *pieces, const struct cube *from)
{
	struct pieces left = { .n = 0 };

	for (size_t i = 0; i < pieces->n; i++) {
		if (!is_disjoint(&pieces->c[i], from)) {
			if (!cut_piece(pieces->c[i], from, &left))
				return false;
		} else if (left.n == PIECES_MAX) {
			return false;
		} else {
			left.c[left.n++] = pieces->c[i];
		}
	}
	*pieces = left;
	return true;
}

/*
 * The level's lines for the call stop that already: one that denies it comes before each that
 * allows, as libseccomp asks larger values first.  Its own tests show that it does.
 */
static bool comes_first(const struct profile *level, const struct rule *allows,
			const struct cube *c)
{
	const struct rule *r;
	struct cube denied, allowed;
	size_t pos = 0;

	while ((r = next_of(level, allows->name, &pos))) {
		if (r->verdict == DENIES && read_cube(r, &denied) && is_within(c, &denied) &&
		    read_cube(allows, &allowed) && allowed.arg == denied.arg &&
		    allowed.value < denied.value)
			return true;
	}
	return false;
}

static bool is_covered(const struct profile *a, bool is_level, const struct rule *denied)
{
	const struct rule *r;
	struct cube c;
	size_t pos = 0;

	if (!read_cube(denied, &c))
		return false;
	while ((r = next_of(a, denied->name, &pos))) {
		if (r->verdict != DENIES && !is_away(r, &c) &&
		    !(is_level && r->verdict == PASSES && comes_first(a, r, &c)))
			return false;
	}
	return true;
}

static void put_pieces(FILE *out, struct span name, const struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->n; i++)
		fprintf(out, "%.*s allow [%u,%#llx,SCMP_CMP_MASKED_EQ,%#llx]\n", (int)name.n,
			name.p, pieces->c[i].arg, (unsigned long long)pieces->c[i].value,
			(unsigned long long)pieces->c[i].mask);
}

/* One allowed call, r its first line that allows: 1 if it changes, 0, or -errno. */
static int take_call(const struct profile *a, bool is_level, const struct rule *r,
		     const struct profile *denied, FILE *out, struct seccomp_merge_why *why)
{
	struct pieces pieces = { .c = { { 0 } }, .n = 1 };
	const struct rule *d;
	struct cube c;
	size_t pos = 0, of_call = 0;
	bool changed = false;

	if (denies_whole(denied, r->name))
		return 1;
	while (next_of(a, r->name, &pos))
		of_call++;
	pos = 0;
	while ((d = next_of(denied, r->name, &pos))) {
		unsigned int line = is_level ? d->number : r->number;

		if (d->verdict == DENIES && is_covered(a, is_level, d))
			continue;
		if (d->verdict != DENIES || r->verdict != PASSES || of_call > 1 ||
		    r->conditions.n || !read_cube(d, &c) || (changed && c.arg != pieces.c[0].arg))
			return refuse(why, line, "what the two say of this call cannot be joined");
		/* On a 32-bit architecture a bit of the upper half would be no condition. */
		c.mask &= UINT32_MAX;
		c.value &= UINT32_MAX;
		for (size_t i = 0; !changed && i < pieces.n; i++)
			pieces.c[i].arg = c.arg;
		changed = true;
		if (!cut(&pieces, &c))
			return refuse(why, line, "what is left of this call takes too many lines");
		if (!pieces.n)
			return 1;
	}
	if (changed)
		put_pieces(out, r->name, &pieces);
	return changed;
}

static int take_denied(const struct profile *a, bool is_level, const struct profile *denied,
		       FILE *out, struct seccomp_merge_why *why)
{
	bool changed = false;

	fprintf(out, "%.*s[all]\n", (int)a->head.n, a->head.p);
	for (size_t i = 0; i < a->n; i++) {
		const struct rule *r = &a->rules[i];
		int c = r->verdict == DENIES ? 0 : take_call(a, is_level, r, denied, out, why);

		if (c < 0)
			return c;
		if (c == 0)
			put_rule(out, r);
		changed = changed || c;
	}
	return changed;
}

/* --- Two lists of what is allowed
 * ----------------------------------------------------------------- */

static size_t count_of(const struct profile *p, struct span name)
{
	size_t pos = 0, n = 0;

	while (next_of(p, name, &pos))
		n++;
	return n;
}

static bool allows_whole(const struct profile *p, struct span name)
{
	const struct rule *r = next_of(p, name, &(size_t){ 0 });

	return count_of(p, name) == 1 && r && r->verdict == PASSES && !r->conditions.n;
}

static bool allows_some(const struct profile *p, struct span name)
{
	const struct rule *r;
	size_t pos = 0;

	while ((r = next_of(p, name, &pos))) {
		if (r->verdict != DENIES)
			return true;
	}
	return false;
}

static int join_allowed(const struct profile *own, const struct profile *level, FILE *out,
			struct seccomp_merge_why *why)
{
	bool changed = false;

	fprintf(out, "%.*s[all]\n", (int)level->head.n, level->head.p);
	for (size_t i = 0; i < level->n; i++) {
		const struct rule *l = &level->rules[i], *r;
		size_t pos = 0;

		if (l->verdict == DENIES || allows_whole(own, l->name)) {
			if (!(l->verdict == DENIES && allows_whole(level, l->name)))
				put_rule(out, l);
			continue;
		}
		changed = true;
		if (!allows_some(own, l->name))
			continue; /* closed by not being named */
		if (!allows_whole(level, l->name))
			return refuse(why, next_of(own, l->name, &pos)->number,
				      "what the two say of this call cannot be joined");
		while ((r = next_of(own, l->name, &pos)))
			put_rule(out, r);
	}
	return changed;
}

int lxcseccomp_merge(struct span own_text, struct span level_text, FILE *out,
		     struct seccomp_merge_why *why)
{
	struct profile own = { .n = 0 }, level = { .n = 0 };
	int r = read_profile(own_text, &own, why);

	if (r == 0)
		r = read_profile(level_text, &level, why);
	if (r == 0 && !own.allows && !level.allows)
		r = join_denied(&own, &level, out, why);
	else if (r == 0 && !own.allows)
		r = take_denied(&level, true, &own, out, why);
	else if (r == 0 && !level.allows)
		r = take_denied(&own, false, &level, out, why);
	else if (r == 0)
		r = join_allowed(&own, &level, out, why);
	/* The container's own may be all there is to take, if the level's is within it. */
	if (r == 0 && own.allows && !level.allows)
		r = 1;
	free(own.rules);
	free(level.rules);
	return r;
}

/* What is not named in own's list of what is allowed is stopped too: that is not told by name. */
static int find_opened(const struct profile *own, const struct profile *level, FILE *out)
{
	struct span last = { "", 0 };
	bool any = false;

	for (size_t i = 0; i < own->n; i++) {
		const struct rule *r = &own->rules[i];
		bool stopped = level->allows
				       ? !allows_some(level, r->name) || is_covered(level, true, r)
				       : has_line(level, r);

		if (r->verdict == PASSES || stopped || span_same(r->name, last))
			continue;
		fprintf(out, " %.*s", (int)r->name.n, r->name.p);
		last = r->name;
		any = true;
	}
	if (own->allows && !level->allows) {
		fputs(" and what it did not name", out);
		any = true;
	}
	return any;
}

int seccomp_find_opened(struct span own_text, struct span level_text, FILE *out)
{
	struct profile own = { .n = 0 }, level = { .n = 0 };
	struct seccomp_merge_why why;
	int r = read_profile(own_text, &own, &why);

	if (r == 0)
		r = read_profile(level_text, &level, &why);
	if (r == 0 && own.allows && level.allows)
		r = -ENOTSUP;
	if (r == 0)
		r = find_opened(&own, &level, out);
	free(own.rules);
	free(level.rules);
	return r;
}
