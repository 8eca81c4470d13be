/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/evidence/proof: written, read again, and what is not read. */
#include "config.h"

#include "tools/evidence/proof.h"

#include "tests/unit/tap.h"

static struct proof *make_proof(void)
{
	struct proof *p = proof_new();

	if (!p)
		abort();
	strcpy(p->container, "web");
	strcpy(p->level, "base");
	strcpy(p->kernel, "6.18");
	strcpy(p->lxc, "5.0.2");
	p->created = 1700000000;
	p->max.bits = 0x1fff;
	p->keep.bits = 0x421;
	p->flaky.bits = 0x20;
	p->used.bits = 0x461;
	p->repeat = 2;
	p->pairs = true;
	p->boots = 31;
	p->ms = 12345;
	p->checks[p->n_checks++] = strdup("curl \"x\" \\n");
	p->n_evidence = 1;
	p->evidence[0].cap = 5;
	strcpy(p->evidence[0].stage, "boot");
	strcpy(p->evidence[0].unit, "a.service");
	strcpy(p->evidence[0].what, "unit 'a.service' failed");
	strcpy(p->evidence[0].line, "a: \"x\" not permitted");
	p->evidence[0].fails = 2;
	return p;
}

static void test_again(void)
{
	struct proof *p = make_proof(), *q = NULL;
	struct proof_error error;
	char *text = NULL, *again = NULL;
	size_t size, size_again;

	CHECK_INT(proof_print(p, &text, &size), 0);
	if (!CHECK_INT(proof_parse(text, size - 1, &q, &error), 0)) {
		printf("# %s\n", error.text);
		return;
	}
	CHECK_INT(q->keep.bits, p->keep.bits);
	CHECK_INT(q->used.bits, p->used.bits);
	CHECK_INT(q->n_checks, 1);
	CHECK(strcmp(q->checks[0], p->checks[0]) == 0);
	CHECK(strcmp(q->evidence[0].line, p->evidence[0].line) == 0);
	CHECK_INT(proof_print(q, &again, &size_again), 0);
	CHECK(strcmp(text, again) == 0);
	free(text);
	free(again);
	proof_free(p);
	proof_free(q);
}

/* With one thing of a good one replaced. */
static void check_refused(const char *from, const char *to, const char *why)
{
	struct proof *p = make_proof(), *q = NULL;
	struct proof_error error;
	char *text = NULL, *at, *bad = NULL;
	size_t size;

	CHECK_INT(proof_print(p, &text, &size), 0);
	at = strstr(text, from);
	if (CHECK(at) &&
	    asprintf(&bad, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0) {
		CHECK_INT(proof_parse(bad, strlen(bad) - 1, &q, &error), -EINVAL);
		if (!CHECK(strstr(error.text, why)))
			printf("# %s\n", error.text);
	}
	free(bad);
	free(text);
	proof_free(p);
}

static void test_refused(void)
{
	struct proof_error error;
	struct proof *q = NULL;

	check_refused("lxc-harden proof", "another thing", "kind");
	check_refused("\"version\"", "\"versions\"", "version");
	check_refused("1700000000", "\"1700000000\"", "created");
	check_refused("\"web\"", "\"w\\u001b[31m\"", "container");
	check_refused("\"chown\"", "\"sys_admin\"", "keep");
	check_refused("\"chown\"", "\"nonsense\"", "names no capability");
	check_refused("\"chown\"", "17", "names no capability");
	check_refused("31", "-1", "boots");
	check_refused("\"a.service\"", "7", "unit");
	check_refused("\"evidence\"", "\"evident\"", "evidence");
	check_refused("{", "[{", "not JSON");
	CHECK_INT(proof_parse("", 0, &q, &error), -EINVAL);
	CHECK_INT(proof_parse("null", 4, &q, &error), -EINVAL);
	CHECK_INT(proof_parse("{}\0{}", 5, &q, &error), -EINVAL);
	CHECK_INT(proof_parse("[[[[[[[[[[[[", 12, &q, &error), -EINVAL);
}

TAP_MAIN({ "written and read again", test_again }, { "refused", test_refused });
