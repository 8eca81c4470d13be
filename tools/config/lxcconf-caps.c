/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See lxcconf.h: lxc.cap.keep and lxc.cap.drop, whose rules changed with LXC 4.0.11: since
 * then there is one list, of which either key is the owner, and an empty value of either
 * clears it.
 */
#include "config.h"

#include "tools/config/lxcconf-parts.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

static const unsigned int one_list = LXCCONF_VERSION(4, 0, 11);

/* lxc_safe_uint(): strtoul() with base 0, as "0x15" and "025" are numbers for it too. */
static int parse_number(struct span word, unsigned int *ret)
{
	unsigned int base = 10;
	uint64_t value;

	if (word.n > 1 && word.p[0] == '+') {
		word.p++;
		word.n--;
	}
	if (word.n > 2 && word.p[0] == '0' && (word.p[1] == 'x' || word.p[1] == 'X')) {
		base = 16;
		word.p += 2;
		word.n -= 2;
	} else if (word.n > 1 && word.p[0] == '0') {
		base = 8;
	}
	if (span_parse_u64(word, base, UINT_MAX, &value) < 0)
		return -EINVAL;
	*ret = (unsigned int)value;
	return 0;
}

/* parse_cap(): 0, or -EINVAL and the reason. */
static int parse_cap(const struct lxcconf *conf, struct span word, unsigned int *ret,
		     struct lxcconf_error *error)
{
	*error = (struct lxcconf_error){ "unknown capability", word, LXCCONF_FAULT_CAP };
	if (parse_number(word, ret) == 0) {
		if (*ret <= conf->last_cap)
			return 0;
		error->reason = "this kernel has no capability";
		return -EINVAL;
	}
	/* "08" is no octal number, and not the decimal one that caps_parse_name() would see. */
	if ((word.p[0] >= '0' && word.p[0] <= '9') || caps_parse_name(word, ret) < 0)
		return -EINVAL;
	/* perfmon, bpf and checkpoint_restore came with 4.0.6. */
	if (*ret >= 38 && conf->version < LXCCONF_VERSION(4, 0, 6))
		return -EINVAL;
	return 0;
}

static void reset_caps(struct lxcconf *conf, bool held, size_t by)
{
	for (size_t i = 0; i <= CAPS_MAX; i++)
		conf->caps[i] = (struct lxcconf_cap){ held, by };
}

static bool has_words(const char *value)
{
	struct span rest = span_of(value), word;

	return span_next_word(&rest, &word);
}

/* True if an earlier setting of that list is in force; a drop list of blanks holds nothing. */
static bool has_cap_list(const struct lxcconf *conf, const char *key, size_t before)
{
	bool keep = strcmp(key, "lxc.cap.keep") == 0;

	for (size_t i = 0; i < before; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (s->state == LXCCONF_IN_FORCE && strcmp(s->key, key) == 0 &&
		    (keep || has_words(s->value)))
			return true;
	}
	return false;
}

static bool has_word(struct span rest, const char *wanted)
{
	struct span word;

	while (span_next_word(&rest, &word)) {
		if (span_is(word, wanted))
			return true;
	}
	return false;
}

/* What one setting of the list in force says. */
static void take_cap_words(struct lxcconf *conf, size_t index, bool keeps)
{
	struct span rest = span_of(conf->settings[index].value), word;
	struct lxcconf_error unused;
	unsigned int cap;

	while (span_next_word(&rest, &word)) {
		if (span_is(word, "none") && keeps)
			reset_caps(conf, false, index);
		else if (parse_cap(conf, word, &cap, &unused) == 0 && cap <= CAPS_MAX)
			conf->caps[cap] = (struct lxcconf_cap){ keeps, index };
	}
}

/* Computes anew what each list in force says; until 4.0.10 the two can stand together. */
static void decide_caps(struct lxcconf *conf)
{
	bool keeps = false;

	for (size_t i = conf->n_settings; i > 0 && !keeps; i--)
		keeps = conf->settings[i - 1].state == LXCCONF_IN_FORCE &&
			strcmp(conf->settings[i - 1].key, "lxc.cap.keep") == 0;
	conf->keeps = keeps;
	reset_caps(conf, !keeps, LXCCONF_NONE);
	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (s->state != LXCCONF_IN_FORCE ||
		    strcmp(s->key, keeps ? "lxc.cap.keep" : "lxc.cap.drop") != 0)
			continue;
		if (keeps && conf->caps[0].by == LXCCONF_NONE)
			reset_caps(conf, false, i); /* the whitelist's first line drops the rest */
		take_cap_words(conf, i, keeps);
	}
}

/* One more line of the list that is in force already says nothing about the others. */
static bool is_one_more(const struct lxcconf *conf, size_t index)
{
	const struct lxcconf_setting *s = &conf->settings[index];
	bool keep = strcmp(s->key, "lxc.cap.keep") == 0;

	return s->value[0] && keep == conf->keeps && !(keep && has_word(span_of(s->value), "none"));
}

static int check_cap_words(const struct lxcconf *conf, struct span rest, bool keep,
			   struct lxcconf_error *error)
{
	struct span word;
	unsigned int cap;

	while (span_next_word(&rest, &word)) {
		if (span_is(word, "none")) {
			if (keep)
				continue;
			*error = (struct lxcconf_error){ "only lxc.cap.keep takes", word,
							 LXCCONF_FAULT_CAP };
			return -EINVAL;
		}
		if (parse_cap(conf, word, &cap, error) < 0)
			return -EINVAL;
	}
	return 0;
}

/* set_config_cap_keep(), set_config_cap_drop() */
int lxcconf_take_caps(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		      struct lxcconf_error *ret_error)
{
	bool keep = span_is(line->key, "lxc.cap.keep");

	if (conf->version >= one_list) {
		if (has_cap_list(conf, keep ? "lxc.cap.drop" : "lxc.cap.keep", index)) {
			ret_error->reason = keep ? "lxc.cap.keep beside an earlier lxc.cap.drop"
						 : "lxc.cap.drop beside an earlier lxc.cap.keep";
			ret_error->fault = LXCCONF_FAULT_LISTS;
			return -EINVAL;
		}
		if (check_cap_words(conf, line->value, keep, ret_error) < 0)
			return -EINVAL;
	}
	/* "none" empties what the list had; the setting itself still makes it a whitelist. */
	if (keep && has_word(line->value, "none"))
		lxcconf_end_settings(conf, span_of("lxc.cap.keep"), false, index, LXCCONF_CLEARED);
	if (is_one_more(conf, index))
		take_cap_words(conf, index, conf->keeps);
	else
		decide_caps(conf);
	return 0;
}

void lxcconf_clear_caps(struct lxcconf *conf, size_t index)
{
	static const char *const keys[] = { "lxc.cap.keep", "lxc.cap.drop" };

	for (size_t i = 0; i < 2; i++) {
		if (conf->version >= one_list || strcmp(conf->settings[index].key, keys[i]) == 0)
			lxcconf_end_settings(conf, span_of(keys[i]), false, index, LXCCONF_CLEARED);
	}
	decide_caps(conf);
}

int lxcconf_finish(const struct lxcconf *conf, struct lxcconf_error *ret_error, size_t *ret_setting)
{
	bool keep, seen_drop = false;

	if (conf->version >= one_list)
		return 0;
	for (size_t i = 0; i < conf->n_settings; i++)
		seen_drop = seen_drop || (conf->settings[i].state == LXCCONF_IN_FORCE &&
					  strcmp(conf->settings[i].key, "lxc.cap.drop") == 0);
	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		keep = strcmp(s->key, "lxc.cap.keep") == 0;
		if (s->state != LXCCONF_IN_FORCE || (!keep && strcmp(s->key, "lxc.cap.drop") != 0))
			continue;
		*ret_setting = i;
		*ret_error = (struct lxcconf_error){ .reason = "lxc.cap.keep beside lxc.cap.drop",
						     .fault = LXCCONF_FAULT_LISTS };
		if (keep && seen_drop)
			return -EINVAL;
		/* Here "drop = none" is passed over, not refused. */
		if (check_cap_words(conf, span_of(s->value), true, ret_error) < 0)
			return -EINVAL;
	}
	return 0;
}

struct caps lxcconf_caps(const struct lxcconf *conf)
{
	struct caps set = { 0 };

	for (unsigned int cap = 0; cap <= conf->last_cap; cap++) {
		if (conf->caps[cap].held)
			caps_add(&set, cap);
	}
	return set;
}
