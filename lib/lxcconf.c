/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lxcconf.h.  Function names in comments are those of liblxc's confile.c. */
#include "config.h"

#include "lib/lxcconf.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Ending an earlier setting looks at all of them: what is allowed is still under a second. */
#define SETTINGS_MAX 20000
#define FILES_MAX 10000

static const unsigned int one_list = LXCCONF_VERSION(4, 0, 11);

int lxcconf_parse_version(const char *text, unsigned int *ret)
{
	struct span rest = span_of(text), part;
	uint64_t number[3] = { 0 };
	const char *end = strpbrk(text, "-~+");

	if (end)
		rest.n = (size_t)(end - text);
	for (size_t i = 0; i < 3 && span_next_field(&rest, '.', &part); i++) {
		if (span_parse_u64(part, 10, 255, &number[i]) < 0)
			return -EINVAL;
	}
	if (!number[0] || rest.n)
		return -EINVAL;
	*ret = LXCCONF_VERSION(number[0], number[1], number[2]);
	return 0;
}

/* --- One file's text --------------------------------------------------------- */

/* strtok_r(text, "\r\n"): the text ends at a NUL. */
static bool next_raw_line(struct lxcconf_text *text, struct span *ret)
{
	struct span *rest = &text->rest;
	size_t n = 0;

	while (rest->n && (rest->p[0] == '\n' || rest->p[0] == '\r')) {
		text->line += rest->p[0] == '\n';
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && rest->p[n] && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	*ret = (struct span){ rest->p, n };
	if (!n)
		return false;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* lxc_is_line_empty() also takes a form feed for a blank; nothing else does. */
static bool is_empty(struct span line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\f')
			return false;
	}
	return true;
}

static struct span trim_right(struct span a)
{
	while (a.n && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t'))
		a.n--;
	return a;
}

static struct span strip_quotes(struct span a)
{
	if (a.n > 1 && (a.p[0] == '\'' || a.p[0] == '"') && a.p[a.n - 1] == a.p[0])
		return (struct span){ a.p + 1, a.n - 2 };
	return a;
}

/* parse_line() */
int lxcconf_next(struct lxcconf_text *text, struct lxcconf_line *ret)
{
	struct span line;
	const char *equals;

	while (next_raw_line(text, &line)) {
		if (is_empty(line))
			continue;
		line = span_trim(line);
		if (line.p[0] == '#')
			continue;
		*ret = (struct lxcconf_line){ .key = line, .line = text->line };
		if (!span_starts(line, "lxc.")) {
			ret->ignored = true;
			return 1;
		}
		equals = memchr(line.p, '=', line.n);
		if (!equals)
			return -EINVAL;
		ret->key = trim_right((struct span){ line.p, (size_t)(equals - line.p) });
		ret->value.p = equals + 1;
		ret->value.n = line.n - (size_t)(equals + 1 - line.p);
		ret->value = strip_quotes(span_trim(ret->value));
		return 1;
	}
	return 0;
}

/* --- The keys ---------------------------------------------------------------- */

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
		size_t n = strlen(lists[i]);

		if (key.n > n && memcmp(key.p + key.n - n, lists[i], n) == 0)
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
	size_t n = strlen(k->name);

	if (k->name[n - 1] == '.')
		return key.n >= n && memcmp(key.p, k->name, n) == 0;
	return span_is(key, k->name);
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

/* --- The whole configuration ------------------------------------------------- */

struct lxcconf *lxcconf_new(unsigned int version, unsigned int last_cap)
{
	struct lxcconf *conf = calloc(1, sizeof(*conf));

	if (!conf)
		return NULL;
	conf->version = version;
	conf->last_cap = last_cap > CAPS_MAX ? CAPS_MAX : last_cap;
	for (size_t i = 0; i <= CAPS_MAX; i++)
		conf->caps[i] = (struct lxcconf_cap){ true, LXCCONF_NONE };
	for (size_t i = 0; i < 4; i++)
		conf->auto_by[i] = LXCCONF_NONE;
	return conf;
}

void lxcconf_free(struct lxcconf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->n_files; i++)
		free(conf->files[i].path);
	for (size_t i = 0; i < conf->n_settings; i++) {
		free(conf->settings[i].key);
		free(conf->settings[i].value);
	}
	free(conf->files);
	free(conf->settings);
	free(conf);
}

/* Room for one more of size bytes; capacities are powers of two from 16 on. */
static int make_room(void **array, size_t n, size_t size)
{
	void *p;

	if (n && (n < 16 || (n & (n - 1))))
		return 0;
	p = reallocarray(*array, n ? n * 2 : 16, size);
	if (!p)
		return -ENOMEM;
	*array = p;
	return 0;
}

int lxcconf_add_file(struct lxcconf *conf, const char *path, size_t from, size_t *ret_index)
{
	char *copy;

	if (conf->n_files == FILES_MAX)
		return -E2BIG;
	if (make_room((void **)&conf->files, conf->n_files, sizeof(conf->files[0])) < 0)
		return -ENOMEM;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	*ret_index = conf->n_files;
	conf->files[conf->n_files++] = (struct lxcconf_file){ copy, from };
	return 0;
}

static int append(struct lxcconf *conf, size_t file, const struct lxcconf_line *line,
		  enum lxcconf_state state, size_t *ret_index)
{
	char *key, *value;

	if (conf->n_settings == SETTINGS_MAX)
		return -E2BIG;
	if (make_room((void **)&conf->settings, conf->n_settings, sizeof(conf->settings[0])) < 0)
		return -ENOMEM;
	key = strndup(line->key.p, line->key.n);
	value = strndup(line->value.p ? line->value.p : "", line->value.n);
	if (!key || !value) {
		free(key);
		free(value);
		return -ENOMEM;
	}
	*ret_index = conf->n_settings;
	conf->settings[conf->n_settings++] = (struct lxcconf_setting){
		.key = key,
		.value = value,
		.file = (unsigned int)file,
		.line = line->line,
		.state = state,
		.by = LXCCONF_NONE,
	};
	return 0;
}

/* Emptied with top: "lxc.hook" has lists below it, and one key that is no list. */
static bool is_below(const char *key, struct span top)
{
	if (key[top.n] != '.')
		return false;
	return strcmp(key, "lxc.hook.version") != 0 && strcmp(key, "lxc.cgroup.relative") != 0 &&
	       strncmp(key, "lxc.cgroup.dir", strlen("lxc.cgroup.dir")) != 0;
}

/* Ends every setting in force of that key and, on demand, of those below it. */
static void end_settings(struct lxcconf *conf, struct span key, bool below, size_t by,
			 enum lxcconf_state state)
{
	for (size_t i = 0; i < by; i++) {
		struct lxcconf_setting *s = &conf->settings[i];

		if (s->state != LXCCONF_IN_FORCE || strncmp(s->key, key.p, key.n) != 0)
			continue;
		if (s->key[key.n] == '\0' || (below && is_below(s->key, key))) {
			s->state = state;
			s->by = by;
		}
	}
}

/* --- lxc.cap.keep and lxc.cap.drop ------------------------------------------- */

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
	error->word = word;
	error->reason = "unknown capability";
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

static void clear_caps(struct lxcconf *conf, size_t by, const char *key, enum lxcconf_state state)
{
	end_settings(conf, span_of(key), false, by, state);
	if (conf->version >= one_list) {
		end_settings(conf, span_of("lxc.cap.keep"), false, by, state);
		end_settings(conf, span_of("lxc.cap.drop"), false, by, state);
	}
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

static void redecide_caps(struct lxcconf *conf, size_t index)
{
	if (is_one_more(conf, index))
		take_cap_words(conf, index, conf->keeps);
	else
		decide_caps(conf);
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
			*error = (struct lxcconf_error){ "only lxc.cap.keep takes", word };
			return -EINVAL;
		}
		if (parse_cap(conf, word, &cap, error) < 0)
			return -EINVAL;
	}
	return 0;
}

/* set_config_cap_keep(), set_config_cap_drop() */
static int add_caps(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		    struct lxcconf_error *error)
{
	bool keep = span_is(line->key, "lxc.cap.keep");

	if (conf->version >= one_list) {
		if (has_cap_list(conf, keep ? "lxc.cap.drop" : "lxc.cap.keep", index)) {
			error->reason = keep ? "lxc.cap.keep beside an earlier lxc.cap.drop"
					     : "lxc.cap.drop beside an earlier lxc.cap.keep";
			return -EINVAL;
		}
		if (check_cap_words(conf, line->value, keep, error) < 0)
			return -EINVAL;
	}
	/* "none" empties what the list had; the setting itself still makes it a whitelist. */
	if (keep && has_word(line->value, "none"))
		end_settings(conf, span_of("lxc.cap.keep"), false, index, LXCCONF_CLEARED);
	return 0;
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
		*ret_error = (struct lxcconf_error){ "lxc.cap.keep beside lxc.cap.drop", { 0 } };
		if (keep && seen_drop)
			return -EINVAL;
		/* Here "drop = none" is passed over, not refused. */
		if (check_cap_words(conf, span_of(s->value), true, ret_error) < 0)
			return -EINVAL;
	}
	return 0;
}

/* --- lxc.mount.auto ---------------------------------------------------------- */

static int auto_group(struct span word)
{
	static const char *const groups[] = { "proc", "sys", "cgroup", "shmounts" };
	struct span rest = word, name;

	if (!span_next_field(&rest, ':', &name))
		return -EINVAL;
	if (span_is(name, "cgroup2") || span_is(name, "cgroup-full"))
		return 2;
	for (int i = 0; i < 4; i++) {
		if (span_is(name, groups[i]))
			return i;
	}
	return -EINVAL;
}

static int add_auto(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		    struct lxcconf_error *error)
{
	struct span rest = line->value, word;

	while (span_next_word(&rest, &word)) {
		int group = auto_group(word);

		if (group < 0 ||
		    (span_starts(word, "cgroup2") && conf->version < LXCCONF_VERSION(4, 0, 12))) {
			*error = (struct lxcconf_error){ "lxc.mount.auto does not know", word };
			return -EINVAL;
		}
		conf->auto_by[group] = index;
	}
	for (size_t i = 0; i < index; i++) {
		struct lxcconf_setting *s = &conf->settings[i];
		bool used = false;

		if (s->state != LXCCONF_IN_FORCE || strcmp(s->key, "lxc.mount.auto") != 0)
			continue;
		for (size_t g = 0; g < 4; g++)
			used = used || conf->auto_by[g] == i;
		if (!used) {
			s->state = LXCCONF_OVERRIDDEN;
			s->by = index;
		}
	}
	return 0;
}

/* --- Adding ------------------------------------------------------------------ */

static void clear(struct lxcconf *conf, size_t index, enum lxcconf_kind kind)
{
	const char *key = conf->settings[index].key;

	switch (kind) {
	case LXCCONF_CAPS:
		clear_caps(conf, index, key, LXCCONF_CLEARED);
		break;
	case LXCCONF_AUTO:
		for (size_t i = 0; i < 4; i++)
			conf->auto_by[i] = LXCCONF_NONE;
		end_settings(conf, span_of(key), false, index, LXCCONF_CLEARED);
		break;
	case LXCCONF_INCLUDE:
		break; /* what was included stays */
	default:
		end_settings(conf, span_of(key), kind == LXCCONF_CLEAR_ONLY, index,
			     LXCCONF_CLEARED);
		break;
	}
}

static int apply(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		 enum lxcconf_kind kind, struct lxcconf_error *error)
{
	int r = 0;

	if (kind == LXCCONF_CLEAR_ONLY) {
		*error = (struct lxcconf_error){ "only an empty value is taken by", line->key };
		return -EINVAL;
	}
	if (kind == LXCCONF_CAPS)
		r = add_caps(conf, index, line, error);
	else if (kind == LXCCONF_AUTO)
		r = add_auto(conf, index, line, error);
	else if (kind == LXCCONF_SCALAR)
		end_settings(conf, line->key, false, index, LXCCONF_OVERRIDDEN);
	return r;
}

int lxcconf_add(struct lxcconf *conf, size_t file, const struct lxcconf_line *line,
		struct lxcconf_error *ret_error)
{
	enum lxcconf_kind kind = LXCCONF_SCALAR;
	size_t index;
	int r;

	if (line->ignored)
		return append(conf, file, line, LXCCONF_IGNORED, &index);
	*ret_error = (struct lxcconf_error){ NULL, { 0 } };
	if (lxcconf_key_kind(conf->version, line->key, &kind) < 0) {
		*ret_error = (struct lxcconf_error){ "this LXC knows no key", line->key };
		return -EINVAL;
	}
	r = append(conf, file, line, line->value.n ? LXCCONF_IN_FORCE : LXCCONF_CLEARS, &index);
	if (r < 0)
		return r;
	if (line->value.n)
		r = apply(conf, index, line, kind, ret_error);
	else
		clear(conf, index, kind);
	if (r == 0 && kind == LXCCONF_CAPS)
		redecide_caps(conf, index);
	return r;
}

/* --- Asking ------------------------------------------------------------------ */

struct caps lxcconf_caps(const struct lxcconf *conf)
{
	struct caps set = { 0 };

	for (unsigned int cap = 0; cap <= conf->last_cap; cap++) {
		if (conf->caps[cap].held)
			caps_add(&set, cap);
	}
	return set;
}

const struct lxcconf_setting *lxcconf_find(const struct lxcconf *conf, const char *key, size_t *pos)
{
	size_t n = strlen(key);
	bool below = n && key[n - 1] == '.';

	while (*pos < conf->n_settings) {
		const struct lxcconf_setting *s = &conf->settings[(*pos)++];

		if (s->state == LXCCONF_IN_FORCE &&
		    (below ? strncmp(s->key, key, n) == 0 : strcmp(s->key, key) == 0))
			return s;
	}
	return NULL;
}

const char *lxcconf_get(const struct lxcconf *conf, const char *key)
{
	const struct lxcconf_setting *s;
	const char *value = NULL;
	size_t pos = 0;

	while ((s = lxcconf_find(conf, key, &pos)))
		value = s->value;
	return value;
}

struct span lxcconf_rootfs_path(const char *value, struct span *ret_type)
{
	const char *colon = strchr(value, ':');

	if (ret_type)
		*ret_type = (struct span){ value, colon ? (size_t)(colon - value) : 0 };
	return span_of(colon ? colon + 1 : value);
}
