/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The texts that lxc-harden generate writes: see plan.h.  The same plan gives the
 * same bytes: no time, no host name, nothing in an order that a file system chooses.
 */
#include "config.h"

#include <string.h>

#include <linux/capability.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/generate/basis.h"
#include "tools/generate/plan.h"
#include "tools/risk/capinfo.h"

#define WIDTH 100

/* head and text, wrapped at blanks, in a comment that has begun; further lines are indented. */
static void put_wrapped(FILE *out, const char *head, const char *text)
{
	struct span rest = span_of(text), word;
	int column = 10 + fprintf(out, "%s", head);

	while (span_next_word(&rest, &word)) {
		if (column + 1 + (int)word.n > WIDTH)
			column = fprintf(out, "\n#    ") - 1;
		column += fprintf(out, " %.*s", (int)word.n, word.p);
	}
	fputc('\n', out);
}

static void put_comment(FILE *out, const char *head, const char *text)
{
	fputs(head[0] ? "# " : "#", out);
	put_wrapped(out, head, text);
}

static void put_name(char buf[32], unsigned int cap)
{
	struct emit e = { .buf = buf, .size = 32 };

	buf[0] = '\0';
	caps_emit_name(&e, cap);
}

/* Who in this guest asks for the capability: how many such lines. */
static unsigned int put_needs(FILE *out, const struct plan *plan, unsigned int cap)
{
	static const char *const wants[GUEST_N_WANTS] = {
		[GUEST_FILE] = "file capability of",
		[GUEST_AMBIENT] = "AmbientCapabilities= of",
		[GUEST_SCHED] = "real-time scheduling of",
		[GUEST_USER] = "User= of",
		[GUEST_PORT] = "port below 1024 of",
		[GUEST_CHROOT] = "RootDirectory= of",
		[GUEST_BOUND] = "CapabilityBoundingSet= of",
		[GUEST_LIMIT] = "LimitMEMLOCK= or Nice= of",
	};
	unsigned int n_lines = 0;

	for (unsigned int want = 0; want < GUEST_N_WANTS; want++) {
		auto_free char *names = NULL;
		size_t size, n = 0;
		FILE *list = open_memstream(&names, &size);

		for (size_t i = 0; list && plan->guest && i < plan->guest->n_needs; i++) {
			const struct guest_need *need = &plan->guest->needs[i];

			if (need->want == want && caps_has(need->caps, cap))
				fprintf(list, "%s%s", n++ ? ", " : "", need->who);
		}
		if (!list || fclose(list) != 0 || !n)
			continue;
		fprintf(out, "#   here: ");
		put_wrapped(out, wants[want], names);
		n_lines++;
	}
	return n_lines;
}

static void put_kept(FILE *out, const struct plan *plan)
{
	fputs("\n# --- Capabilities kept "
	      "---------------------------------------------------------\n"
	      "# LXC refuses a keep list beside a drop list; either clear empties both.\n"
	      "lxc.cap.drop =\nlxc.cap.keep =\n",
	      out);
	if (!plan->kept.bits)
		fputs("lxc.cap.keep = none\n", out);
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		const struct capinfo *info = capinfo_get(cap);
		char name[32];
		bool asked;

		if (!caps_has(plan->kept, cap))
			continue;
		put_name(name, cap);
		put_comment(out, info ? "" : name, info ? info->needed_by : ": no text about it");
		if (caps_has(plan->add, cap))
			fputs("#   here: --add\n", out);
		asked = put_needs(out, plan, cap) > 0;
		if (cap == CAP_NET_ADMIN && plan->guest && plan->guest->network) {
			fprintf(out, "#   here: the guest sets up its network by %s\n",
				plan->guest->network);
			asked = true;
		}
		if (!plan->idmapped && plan_host_risk(cap))
			put_comment(out, "  IN A PRIVILEGED CONTAINER:", plan_host_risk(cap));
		asked = plan_emit_evidence(plan, cap, out) || asked || caps_has(plan->add, cap);
		if (!asked)
			fprintf(out, "#   level %s allows it; nothing else speaks for it\n",
				plan->level);
		fprintf(out, "lxc.cap.keep = %s\n", name);
	}
}

static void put_not_kept(FILE *out, const struct plan *plan)
{
	char name[32], why[1200], head[1300];

	fputs("\n# --- Not kept, and what that breaks "
	      "----------------------------------------------\n",
	      out);
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		const struct capinfo *info = capinfo_get(cap);

		if (!caps_has(plan->all, cap) || caps_has(plan->kept, cap))
			continue;
		put_name(name, cap);
		(void)plan_why_not(plan, cap, why, sizeof(why));
		(void)snprintf(head, sizeof(head), "%s (%s):", name, why);
		put_comment(out, head, info ? info->without : "no text about it");
		(void)put_needs(out, plan, cap); /* how many it has is of no interest here */
		(void)plan_emit_evidence(plan, cap, out);
	}
}

/* The level's settings that the generated lists take the place of. */
static bool is_replaced(const struct lxcconf_setting *s)
{
	if (strncmp(s->key, "lxc.cap.", 8) == 0 || strcmp(s->key, "lxc.include") == 0)
		return true;
	if (strcmp(s->key, "lxc.hook.start-host") == 0)
		return strstr(s->value, "/cap-audit --policy ");
	return false;
}

static void put_level(FILE *out, const struct plan *plan)
{
	const struct lxcconf *conf = plan->level_conf;
	size_t file = LXCCONF_NONE;

	fputs("\n# --- The level "
	      "-------------------------------------------------------------------\n",
	      out);
	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if ((s->state != LXCCONF_IN_FORCE && s->state != LXCCONF_CLEARS) || is_replaced(s))
			continue;
		if (strcmp(s->key, "lxc.seccomp.profile") == 0 && plan->seccomp_kept) {
			put_comment(out, "lxc.seccomp.profile: the container's own is left alone:",
				    plan->seccomp_kept);
			continue;
		}
		if (strcmp(s->key, "lxc.seccomp.profile") == 0 && plan->seccomp) {
			fprintf(out,
				"# What the container's own profile stops, and what the level's "
				"does.\nlxc.seccomp.profile = %s\n",
				plan->seccomp);
			continue;
		}
		if (s->file != file)
			fprintf(out, "# The reasons are in %s.\n", conf->files[s->file].path);
		file = s->file;
		fprintf(out, "%s =%s%s\n", s->key, s->value[0] ? " " : "", s->value);
	}
	if (plan->raw)
		fprintf(out, "lxc.hook.start-host = %s/cap-audit --policy %s/%s.policy\n",
			PKGLIBEXECDIR, PKGDATADIR, plan->level);
	else
		fprintf(out,
			"# By the policy beside this file.\n"
			"lxc.hook.start-host = %s/cap-audit --policy %s\n",
			PKGLIBEXECDIR, plan->policy);
}

bool plan_emit_fragment(const struct plan *plan, FILE *out)
{
	if (plan->raw)
		fprintf(out,
			"# Written by lxc-harden %s, level %s, for raw.lxc of an Incus instance.\n",
			PACKAGE_VERSION, plan->level);
	else
		fprintf(out,
			"# Written by lxc-harden %s, level %s; \"lxc-harden generate\" writes it "
			"anew,\n"
			"# \"lxc-harden remove\" takes it out.  Settings of your own go behind the "
			"line\n"
			"# that includes this file.\n",
			PACKAGE_VERSION, plan->level);
	if (!basis_emit(plan, out))
		return false;
	/* Before the level: nothing of an earlier list may clash with it. */
	put_kept(out, plan);
	put_not_kept(out, plan);
	put_level(out, plan);
	plan_emit_guest(plan, out);
	return fflush(out) == 0 && !ferror(out);
}

static bool put_policy(const struct policy *policy, const char *comment, FILE *out)
{
	char buf[POLICY_SIZE_MAX];
	struct emit e = EMIT_INIT(buf);

	policy_emit(&e, policy);
	fprintf(out, "# %s; cap-audit(8) has the grammar.\n%s", comment, buf);
	return !e.full && fflush(out) == 0 && !ferror(out);
}

/* Targets of the policy's own. */
struct targets {
	char text[POLICY_LIST_MAX][256];
};

/* Host folders whose writing is writing to the host itself. */
static bool is_host_folder(struct span source)
{
	static const char *const folders[] = { "bin",  "boot", "dev",  "etc", "lib", "proc",
					       "root", "run",  "sbin", "sys", "usr" };
	struct span rest = source, part = { "", 0 };

	while (!part.n && span_next_field(&rest, '/', &part))
		;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (span_is(part, folders[i]))
			return true;
	}
	return !part.n;
}

/*
 * What the container's own file binds into it, writable, is wanted there: the audit would
 * refuse it else.  Not what would hand it the host.
 */
static void allow_own_mounts(const struct plan *plan, struct policy *p, struct targets *targets)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(plan->own, "lxc.mount.entry", &pos))) {
		struct span rest = span_of(s->value), source, target, type, options, option;
		bool bind = false, ro = false;

		if (s->file != 0 || p->mount_allow.n == POLICY_LIST_MAX ||
		    !span_next_word(&rest, &source) || !span_next_word(&rest, &target) ||
		    !span_next_word(&rest, &type) || !span_next_word(&rest, &options))
			continue;
		while (span_next_field(&options, ',', &option)) {
			bind = bind || span_is(option, "bind") || span_is(option, "rbind");
			ro = ro || span_is(option, "ro");
		}
		/* Relative targets only, and plain ones: the policy's grammar has no escapes. */
		if (!bind || ro || source.p[0] != '/' || target.p[0] == '/' ||
		    memchr(target.p, '\\', target.n) || memchr(target.p, '.', 1) ||
		    target.n + 2 > sizeof(targets->text[0]) || is_host_folder(source))
			continue;
		char *text = targets->text[p->mount_allow.n];

		(void)snprintf(text, sizeof(targets->text[0]), "/%.*s", (int)target.n, target.p);
		p->mount_allow.item[p->mount_allow.n++] = span_of(text);
	}
}

static struct policy make_policy(const struct plan *plan, struct targets *targets)
{
	struct policy p = plan->level_policy;

	p.whitelist = true;
	p.caps = plan->kept;
	/* Who takes the id map out of the configuration by mistake is told at the start. */
	p.idmap = plan->idmapped;
	allow_own_mounts(plan, &p, targets);
	return p;
}

bool plan_emit_policy(const struct plan *plan, FILE *out)
{
	struct targets targets;
	struct policy p = make_policy(plan, &targets);

	return put_policy(&p, "Written by lxc-harden generate beside harden.conf", out);
}

bool plan_emit_transition(const struct plan *plan, FILE *out)
{
	struct targets targets;
	struct policy p = make_policy(plan, &targets);

	p.caps.bits |= plan->before.bits;
	p.idmap = false;
	p.refuse.n = 0;
	return put_policy(&p, "Of a generate that was cut short: run it again", out);
}
