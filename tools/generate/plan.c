/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See plan.h. */
#include "config.h"

#include "tools/generate/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <linux/capability.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/container/harden-dir.h"

/* The setting is our include line, or stands in what that includes. */
static bool is_ours(const struct lxcconf *conf, const struct lxcconf_setting *s, const char *path)
{
	size_t from;

	while (!(strcmp(s->key, "lxc.include") == 0 && strcmp(s->value, path) == 0)) {
		from = conf->files[s->file].from;
		if (from == LXCCONF_NONE)
			return false;
		s = &conf->settings[from];
	}
	return true;
}

static int add_text(struct lxcconf *to, size_t file, struct span span)
{
	struct lxcconf_text text = LXCCONF_TEXT_INIT(span);
	struct lxcconf_error why;
	struct lxcconf_line line;
	int r;

	while ((r = lxcconf_next(&text, &line)) > 0) {
		r = lxcconf_add(to, file, &line, &why);
		if (r < 0)
			break;
	}
	return r;
}

/* full without ours, and with text (.p NULL: none) in its place or at the end. */
static struct lxcconf *rebuild(const struct lxcconf *full, const char *path, struct span text,
			       bool at_end)
{
	struct lxcconf *conf = lxcconf_new_like(full);
	size_t fragment = 0;
	bool done = !text.p;
	int r = conf ? 0 : -ENOMEM;

	if (r == 0 && !done)
		r = lxcconf_add_file(conf, path, LXCCONF_NONE, &fragment);
	for (size_t i = 0; r == 0 && i < full->n_settings; i++) {
		const struct lxcconf_setting *s = &full->settings[i];

		if (!is_ours(full, s, path)) {
			r = lxcconf_add_copy(conf, s);
		} else if (!done && !at_end) {
			r = add_text(conf, fragment, text);
			done = true;
		}
	}
	if (r == 0 && !done)
		r = add_text(conf, fragment, text);
	if (r < 0) {
		lxcconf_free(conf);
		return NULL;
	}
	return conf;
}

struct lxcconf *plan_simulate(const struct plan *plan, const char *text, size_t size, bool at_end)
{
	return rebuild(plan->full, plan->fragment, (struct span){ text, size }, at_end);
}

/* Characters that neither LXC's parser, nor fstab's, nor a shell takes for more than they are. */
static bool is_plain_path(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+:@%,=";

	return path[0] == '/' && strspn(path, plain) == strlen(path);
}

/* A level that somebody has included by hand would audit by a policy of its own. */
static int check_own(const struct plan *plan, struct config_error *ret_error)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(plan->own, "lxc.hook.start-host", &pos))) {
		if (strncmp(s->value, PKGLIBEXECDIR "/cap-audit",
			    strlen(PKGLIBEXECDIR "/cap-audit")) != 0)
			continue;
		return config_error_say(
			ret_error,
			"%s:%u: a level is included by another line, take that out first",
			plan->own->files[s->file].path, s->line);
	}
	return 0;
}

/* The static policy of the level says what it allows, and what else it asks for. */
static int read_level(struct plan *plan, struct config_error *ret_error)
{
	auto_close int fd = open(PKGDATADIR, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct policy_error why;
	char name[300];
	size_t size = 0;
	int r = fd < 0 ? -errno : 0;

	(void)snprintf(name, sizeof(name), "%s.policy", plan->level); /* one of three */
	if (r == 0)
		r = io_read_file_at(fd, name, POLICY_SIZE_MAX, &plan->level_text, &size);
	if (r < 0) {
		(void)config_error_say(ret_error, "cannot read '%s/%s': %s", PKGDATADIR, name,
				       strerror(-r));
		return -EIO;
	}
	if (policy_parse((struct span){ plan->level_text, size }, &plan->level_policy, &why) < 0)
		return config_error_say(ret_error, "%s/%s:%u: %s", PKGDATADIR, name, why.line,
					why.reason);
	(void)snprintf(name, sizeof(name), "%s/%s.conf", PKGDATADIR, plan->level);
	return config_read_file(name, &plan->level_conf, ret_error);
}

static struct caps allowed_by(const struct plan *plan, const struct policy *p)
{
	return caps_minus(plan->all, policy_get_excess(p, plan->all));
}

/* What base.conf drops acts on the host: no guest gets that by saying that it wants it. */
static int read_grantable(struct plan *plan, struct config_error *ret_error)
{
	struct plan base = { .level = "base", .all = plan->all };
	int r = 0;

	if (strcmp(plan->level, "strict") != 0) {
		r = read_level(&base, ret_error);
		if (r == 0)
			plan->grantable = allowed_by(&base, &base.level_policy);
		free(base.level_text);
		lxcconf_free(base.level_conf);
	}
	return r;
}

int plan_read(struct plan *plan, const char *lxcpath, const char *name, const char *level,
	      const char *config, struct config_error *ret_error)
{
	int r;

	plan->level = level;
	if (asprintf(&plan->fragment, "%s/%s/" HARDEN_DIR "/" HARDEN_CONF, lxcpath, name) < 0)
		plan->fragment = NULL;
	if (asprintf(&plan->policy, "%s/%s/" HARDEN_DIR "/" HARDEN_POLICY, lxcpath, name) < 0)
		plan->policy = NULL;
	if (!plan->fragment || !plan->policy) {
		(void)config_error_say(ret_error, "out of memory");
		return -ENOMEM;
	}
	if (!is_plain_path(plan->fragment))
		return config_error_say(
			ret_error, "the folder's name has characters that LXC or a shell would "
				   "not take as they are");
	r = config ? config_load_file(config, &plan->full, ret_error)
		   : config_read_container(lxcpath, name, &plan->full, ret_error);
	if (r < 0)
		return r;
	plan->own = rebuild(plan->full, plan->fragment, (struct span){ NULL, 0 }, false);
	if (!plan->own)
		return config_error_say(ret_error, "%s: does not load without our own line",
					plan->full->files[0].path);
	for (size_t i = 0; i < plan->full->n_settings && !plan->included; i++)
		plan->included = is_ours(plan->full, &plan->full->settings[i], plan->fragment);
	r = check_own(plan, ret_error);
	if (r == 0)
		r = read_level(plan, ret_error);
	plan->all = caps_up_to(plan->full->last_cap);
	if (r == 0)
		r = read_grantable(plan, ret_error);
	if (r < 0)
		return r;
	plan->before = lxcconf_caps(plan->full);
	plan->held = lxcconf_caps(plan->own);
	plan->allowed = allowed_by(plan, &plan->level_policy);
	plan->idmapped = lxcconf_find(plan->own, "lxc.idmap", &(size_t){ 0 });
	return 0;
}

struct caps plan_get_wanted(const struct plan *plan)
{
	struct caps wanted = { 0 };

	for (size_t i = 0; plan->guest && i < plan->guest->n_needs; i++) {
		/* A bounding set is a limit: who may use it is told, not granted. */
		if (plan->guest->needs[i].want < GUEST_BOUND)
			wanted.bits |= plan->guest->needs[i].caps.bits;
	}
	return wanted;
}

/*
 * net_admin reaches the host's interfaces where ids are not mapped, and kernel code that is
 * often faulty where they are: for a guest that sets up its own network, or where ids are
 * mapped for a program that asks for it.  A proof is by need already.
 */
static void decide_net_admin(struct plan *plan)
{
	bool needs = plan->guest && plan->guest->network;

	if (!plan->guest || plan->basis == PLAN_PROOF)
		return;
	if (plan->idmapped)
		needs = needs || caps_has(plan_get_wanted(plan), CAP_NET_ADMIN);
	if (!needs)
		plan->kept.bits &= ~(UINT64_C(1) << CAP_NET_ADMIN);
	else if (!plan->raw && caps_has(plan->grantable, CAP_NET_ADMIN))
		caps_add(&plan->kept, CAP_NET_ADMIN);
}

void plan_decide(struct plan *plan)
{
	plan->kept = plan->allowed;
	if (plan->basis == PLAN_RECORD)
		plan->kept.bits &= record_get_granted(plan->record).bits;
	if (plan->basis == PLAN_PROOF)
		plan->kept = plan->proof->keep;
	else if (!plan->raw)
		plan->kept.bits |= plan_get_wanted(plan).bits & plan->grantable.bits;
	decide_net_admin(plan);
	/* Never more than the administrator gave, unless he says so. */
	plan->kept.bits &= plan->held.bits;
	plan->kept.bits |= plan->add.bits;
	plan->kept.bits &= ~plan->without.bits;
}

void plan_done(struct plan *plan)
{
	free(plan->fragment);
	free(plan->policy);
	free(plan->level_text);
	free(plan->seccomp);
	free(plan->seccomp_text);
	free(plan->seccomp_kept);
	lxcconf_free(plan->full);
	lxcconf_free(plan->own);
	lxcconf_free(plan->level_conf);
	guest_free(plan->guest);
	proof_free(plan->proof);
	record_free(plan->record);
	*plan = (struct plan){ 0 };
}

const char *plan_why_not(const struct plan *plan, unsigned int cap, char *buf, size_t size)
{
	const struct lxcconf_cap *c = &plan->own->caps[cap <= CAPS_MAX ? cap : 0];

	if (caps_has(plan->without, cap))
		(void)snprintf(buf, size, "--without");
	else if (!caps_has(plan->held, cap) && c->by != LXCCONF_NONE)
		(void)snprintf(buf, size, "dropped by %s:%u",
			       plan->own->files[plan->own->settings[c->by].file].path,
			       plan->own->settings[c->by].line);
	else if (!caps_has(plan->held, cap))
		(void)snprintf(buf, size, "not in the configuration's keep list");
	else if (plan->basis == PLAN_PROOF && caps_has(plan->proof->max, cap))
		(void)snprintf(buf, size, "proved to be done without");
	else if (plan->basis == PLAN_PROOF && caps_has(plan->allowed, cap))
		(void)snprintf(buf, size, "proved without it from the start");
	else if (cap == CAP_NET_ADMIN && plan->guest && !plan->guest->network &&
		 caps_has(plan->grantable, cap))
		(void)snprintf(buf, size, "nothing in the guest sets up its network");
	else if (plan->basis == PLAN_RECORD && caps_has(plan->allowed, cap))
		(void)snprintf(buf, size, "not granted while recorded");
	else
		(void)snprintf(buf, size, "level %s", plan->level);
	return buf;
}
