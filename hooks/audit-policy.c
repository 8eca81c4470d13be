/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit.h: the policy file. */
#include "config.h"

#include "hooks/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "hooks/audit-try.h"
#include "lib/cleanup.h"
#include "lib/io.h"

void audit_policy_done(struct audit_policy *p)
{
	for (size_t i = 0; i < p->n_config; i++)
		cleanup_free(&p->config[i]);
	p->n_config = 0;
	cleanup_free(&p->text);
	p->text = NULL;
}

static int say_fault(const struct hook *h, const char *path, const struct policy_error *error)
{
	struct hook_text file;
	char value[200] = "", where[32] = "";
	struct emit e = EMIT_INIT(value), w = EMIT_INIT(where);

	if (error->value.n) {
		emit_str(&e, ": '");
		emit_escaped(&e, error->value.n > 40 ? (struct span){ error->value.p, 40 }
						     : error->value);
		emit_str(&e, "'");
	}
	if (error->line)
		emit_printf(&w, ":%u", error->line);
	hook_say(h, JOURNAL_ERR, "policy '%s'%s: %s%s", hook_escape(&file, path), where,
		 error->reason, value);
	return AUDIT_MISUSE;
}

int audit_read_policy(const struct hook *h, const char *path, const struct audit_options *options,
		      struct audit_policy *ret)
{
	struct audit_policy p = { .path = path };
	struct policy_error error;
	struct hook_text file;
	struct span text;
	int r;

	r = io_read_file_at(AT_FDCWD, path, POLICY_SIZE_MAX, &p.text, &text.n);
	if (r < 0) {
		hook_say(h, JOURNAL_ERR, "cannot read policy '%s': %s", hook_escape(&file, path),
			 r == -EINVAL ? "not a regular file, or a link" : strerror(-r));
		return AUDIT_MISUSE;
	}
	text.p = p.text;
	r = policy_parse(text, &p.policy, &error);
	for (size_t i = 0; r == 0 && i < p.policy.refuse.n; i++) {
		error = (struct policy_error){ 0, "no such trial", p.policy.refuse.item[i] };
		r = audit_find_trial(error.value) ? 0 : -EINVAL;
	}
	if (r < 0) {
		r = say_fault(h, path, &error);
		audit_policy_done(&p);
		return r;
	}
	if (options->has_mode)
		p.policy.mode = options->mode;
	*ret = p;
	return 0;
}
