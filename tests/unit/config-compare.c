/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config-compare [--dump] FILE...: reads each configuration with tools/config/config-read and with
 * liblxc itself, and compares: whether it loads at all, and every item that liblxc gives
 * back.  One line for each file, "same: ok" or "same: refused: MESSAGE" or "DIFFERENT: ...";
 * 1 if any differs.  --dump prints the settings with file, line and state instead.
 *
 * liblxc runs in a child: for an include cycle it crashes, which counts as a refusal.
 */
#include "config.h"

#include <errno.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/config/config-read.h"

#define LXCPATH "/nonexistent"
enum { SAME = 0, REFUSED = 10, DIFFERENT = 11 };

/* Keys that liblxc gives back as they were given. */
static const char *const items[] = {
	"lxc.apparmor.profile", "lxc.apparmor.raw",
	"lxc.autodev",		"lxc.autodev.tmpfs.size",
	"lxc.cgroup.dir",	"lxc.console.logfile",
	"lxc.console.path",	"lxc.environment",
	"lxc.ephemeral",	"lxc.execute.cmd",
	"lxc.hook.autodev",	"lxc.hook.clone",
	"lxc.hook.destroy",	"lxc.hook.mount",
	"lxc.hook.post-stop",	"lxc.hook.pre-mount",
	"lxc.hook.pre-start",	"lxc.hook.start",
	"lxc.hook.start-host",	"lxc.hook.stop",
	"lxc.hook.version",	"lxc.idmap",
	"lxc.init.cmd",		"lxc.init.cwd",
	"lxc.init.gid",		"lxc.init.uid",
	"lxc.mount.entry",	"lxc.mount.fstab",
	"lxc.no_new_privs",	"lxc.pty.max",
	"lxc.rootfs.mount",	"lxc.rootfs.options",
	"lxc.seccomp.profile",	"lxc.selinux.context",
	"lxc.start.auto",	"lxc.start.delay",
	"lxc.start.order",	"lxc.tty.dir",
	"lxc.tty.max",		"lxc.uts.name",
};

static char *lxc_item(struct lxc_container *c, const char *key)
{
	int n = c->get_config_item(c, key, NULL, 0);
	char *text;

	if (n <= 0)
		return strdup("");
	text = calloc(1, (size_t)n + 1);
	if (text && c->get_config_item(c, key, text, n + 1) != n)
		text[0] = '\0';
	/* Lists end in a newline. */
	if (text && text[0] && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	return text;
}

static char *own_item(const struct lxcconf *conf, const char *key)
{
	const struct lxcconf_setting *s;
	char *text = NULL;
	size_t size, pos = 0;
	FILE *f = open_memstream(&text, &size);
	bool first = true;

	while (f && (s = lxcconf_find(conf, key, &pos))) {
		fprintf(f, first ? "%s" : "\n%s", s->value);
		first = false;
	}
	if (f)
		(void)fclose(f); /* memory */
	return text;
}

static int compare(const char *key, const char *own, const char *lxc)
{
	if (own && lxc && strcmp(own, lxc) == 0)
		return 0;
	/* Unset numbers and defaults are given back as such. */
	if (own && !own[0])
		return 0;
	printf("DIFFERENT: %s is '%s' here and '%s' for liblxc\n", key, own ? own : "unset",
	       lxc ? lxc : "unset");
	return 1;
}

static int compare_item(const struct lxcconf *conf, struct lxc_container *c, const char *key)
{
	auto_free char *own = own_item(conf, key), *lxc = lxc_item(c, key);

	return compare(key, own, lxc);
}

/* What is set in liblxc and unknown here is found too: lists and texts have no default. */
static int compare_absent(const struct lxcconf *conf, struct lxc_container *c, const char *key)
{
	auto_free char *own = own_item(conf, key), *lxc = lxc_item(c, key);

	if (own && lxc && !own[0] && lxc[0]) {
		printf("DIFFERENT: %s is unset here and '%s' for liblxc\n", key, lxc);
		return 1;
	}
	return 0;
}

/* Each keyed item that is in force: cgroup, sysctl, proc, net. */
static int compare_below(const struct lxcconf *conf, struct lxc_container *c)
{
	static const char *const below[] = { "lxc.cgroup.", "lxc.cgroup2.", "lxc.sysctl.",
					     "lxc.proc." };
	const struct lxcconf_setting *s;
	int r = 0;

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		for (size_t pos = 0; (s = lxcconf_find(conf, below[i], &pos));) {
			/* Until 7.0 only the first value of a file of /proc is given back. */
			if (strcmp(below[i], "lxc.proc.") != 0)
				r |= compare_item(conf, c, s->key);
		}
	}
	return r;
}

/* The names in the list, of which liblxc does not tell whether it is kept or dropped. */
static int compare_caps(const struct lxcconf *conf, struct lxc_container *c)
{
	auto_free char *lxc = lxc_item(c, "lxc.cap.drop");
	auto_free char *own = NULL;
	size_t size, pos = 0;
	FILE *f = open_memstream(&own, &size);
	const struct lxcconf_setting *s;
	struct span rest, word;

	while (f && (s = lxcconf_find(conf, "lxc.cap.", &pos))) {
		for (rest = span_of(s->value); span_next_word(&rest, &word);) {
			if (span_is(word, "none"))
				(void)fseek(f, 0, SEEK_SET); /* memory */
			else
				fprintf(f, "%.*s\n", (int)word.n, word.p);
		}
	}
	if (f)
		(void)fclose(f); /* memory */
	if (own && own[0])
		own[strlen(own) - 1] = '\0';
	if (own && lxc && strcmp(own, lxc) == 0)
		return 0;
	printf("DIFFERENT: capabilities '%s' here, '%s' for liblxc\n", own ? own : "unset",
	       lxc ? lxc : "unset");
	return 1;
}

static int compare_auto(const struct lxcconf *conf, struct lxc_container *c)
{
	auto_free char *lxc = lxc_item(c, "lxc.mount.auto");
	static const char *const groups[] = { "proc", "sys", "cgroup" };

	for (size_t i = 0; lxc && i < 3; i++) {
		bool own = conf->auto_by[i] != LXCCONF_NONE;
		bool theirs = strstr(lxc, groups[i]) != NULL;

		/* cgroup2 has no name in what 5.0 gives back. */
		if (own != theirs && !(i == 2 && own)) {
			printf("DIFFERENT: lxc.mount.auto is '%s' for liblxc, %s here\n", lxc,
			       groups[i]);
			return 1;
		}
	}
	return 0;
}

/* In the child: its exit status is the answer. */
static int ask_lxc(const char *path, const struct lxcconf *conf)
{
	struct lxc_container *c = lxc_container_new("config-compare", LXCPATH);
	int r = 0;

	if (!c)
		return DIFFERENT;
	if (!c->load_config(c, path))
		return REFUSED;
	if (!conf)
		return SAME;
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		r |= compare_item(conf, c, items[i]);
		if (strncmp(items[i], "lxc.hook.", 9) == 0
			    ? strcmp(items[i], "lxc.hook.version") != 0
			    : strcmp(items[i], "lxc.mount.entry") == 0 ||
				      strcmp(items[i], "lxc.idmap") == 0)
			r |= compare_absent(conf, c, items[i]);
	}
	r |= compare_below(conf, c) | compare_caps(conf, c) | compare_auto(conf, c);
	return r ? DIFFERENT : SAME;
}

static int run_child(const char *path, const struct lxcconf *conf)
{
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)alarm(20);
		status = ask_lxc(path, conf);
		(void)fflush(stdout);
		_exit(status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return DIFFERENT;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		return REFUSED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIFFERENT;
}

static int compare_file(const char *path)
{
	struct lxcconf *conf = NULL;
	struct config_error error;
	int r = config_read_file(path, &conf, &error), lxc;

	if (r == 0)
		r = config_ask_lxc(conf, &error);
	printf("%s: ", path);
	lxc = run_child(path, r == 0 ? conf : NULL);
	lxcconf_free(conf);
	if (lxc == DIFFERENT)
		return 1;
	if ((r == 0) != (lxc == SAME)) {
		printf("DIFFERENT: %s here, %s by liblxc\n", r == 0 ? "loaded" : error.text,
		       lxc == SAME ? "loaded" : "refused");
		return 1;
	}
	printf("same: %s%s\n", r == 0 ? "ok" : "refused: ", r == 0 ? "" : error.text);
	return 0;
}

static int dump_file(const char *path)
{
	static const char *const states[] = { "in force", "overridden", "cleared", "clears",
					      "ignored" };
	struct lxcconf *conf;
	struct config_error error;

	if (config_read_file(path, &conf, &error) < 0) {
		printf("%s\n", error.text);
		return 2;
	}
	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		printf("%s:%u: %s = %s: %s", conf->files[s->file].path, s->line, s->key, s->value,
		       states[s->state]);
		if (s->by != LXCCONF_NONE)
			printf(" by %s:%u", conf->files[conf->settings[s->by].file].path,
			       conf->settings[s->by].line);
		putchar('\n');
	}
	for (unsigned int cap = 0; cap <= conf->last_cap; cap++) {
		const struct lxcconf_cap *d = &conf->caps[cap];

		printf("cap %u %s", cap, d->held ? "held" : "not held");
		if (d->by != LXCCONF_NONE)
			printf(" by %s:%u", conf->files[conf->settings[d->by].file].path,
			       conf->settings[d->by].line);
		putchar('\n');
	}
	lxcconf_free(conf);
	return 0;
}

int main(int argc, char *argv[])
{
	int r = 0;

	if (argc == 3 && strcmp(argv[1], "--dump") == 0)
		return dump_file(argv[2]);
	for (int i = 1; i < argc; i++)
		r |= compare_file(argv[i]);
	return r;
}
