/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The score: its ends, and that closing anything never makes it worse. */
#include "config.h"

#include "tools/risk/score.h"

#include <linux/capability.h>
#include <stdlib.h>

#include "tests/unit/tap.h"
#include "tools/risk/capinfo.h"

#define STATES 20000
#define ALL_FACTS ((UINT64_C(1) << FACT_N) - 1)
#define ALL_CAPS ((UINT64_C(1) << CAPINFO_COUNT) - 1)

static uint64_t random_bits(void)
{
	/* random() has 31 bits.  Sometimes few are set, sometimes most. */
	uint64_t a = (uint64_t)random() << 40 ^ (uint64_t)random() << 20 ^ (uint64_t)random();
	uint64_t b = (uint64_t)random() << 40 ^ (uint64_t)random() << 20 ^ (uint64_t)random();

	switch (random() % 3) {
	case 0:
		return a & b;
	case 1:
		return a | b;
	default:
		return a;
	}
}

static unsigned int score(uint64_t caps, uint64_t facts)
{
	struct check_facts f = { { caps & ALL_CAPS }, facts & ALL_FACTS };
	unsigned int class[CHECK_N_SEVERITIES];

	return check_score(&f, class);
}

static void test_ends(void)
{
	unsigned int worst = score(ALL_CAPS, ALL_FACTS);

	CHECK_INT(score(0, 0), 0);
	CHECK(worst <= CHECK_SCORE_MAX && worst >= CHECK_SCORE_MAX - 5);
	CHECK_INT(check_score_part(CHECK_DENIAL) + check_score_part(CHECK_SECRETS) +
			  check_score_part(CHECK_KERNEL) + check_score_part(CHECK_HOST),
		  CHECK_SCORE_MAX);
}

static void test_monotone(void)
{
	srandom(1);
	for (int i = 0; i < STATES; i++) {
		uint64_t caps = random_bits(), facts = random_bits();
		unsigned int here = score(caps, facts);

		for (unsigned int bit = 0; bit < FACT_N; bit++) {
			if (!CHECK(score(caps, facts & ~(UINT64_C(1) << bit)) <= here))
				printf("# fact %u of state %d\n", bit, i);
		}
		for (unsigned int bit = 0; bit < CAPINFO_COUNT; bit++) {
			if (!CHECK(score(caps & ~(UINT64_C(1) << bit), facts) <= here))
				printf("# capability %u of state %d\n", bit, i);
		}
		if (tap_state->failed)
			return;
	}
}

/* What every single thing costs when it is the only one that is closed, or that is open. */
static void test_all_count(void)
{
	struct check_facts f = { { ALL_CAPS }, ALL_FACTS };
	struct check_open open[CHECK_OPEN_MAX];
	size_t n = check_find_open(&f, open);

	CHECK(n > 60 && n <= CHECK_OPEN_MAX);
	for (unsigned int bit = 0; bit < FACT_N; bit++) {
		f.bits = ALL_FACTS & ~(UINT64_C(1) << bit);
		if (!CHECK(check_find_open(&f, open) < n))
			printf("# fact %u makes no difference\n", bit);
	}
}

/* Mapping the ids never worsens anything: by class and by weight. */
static void test_idmapped_is_less(void)
{
	for (size_t i = 0; i < REASON_N; i++) {
		const struct reason *r = &reasons[i];

		if (r->weight_idmapped &&
		    !CHECK(r->weight_idmapped <= r->weight && r->severity_idmapped <= r->severity))
			printf("# %s\n", r->id);
	}
	for (unsigned int cap = 0; cap < CAPINFO_COUNT; cap++) {
		const struct capinfo *info = capinfo_get(cap);

		if (!CHECK(info->weight_idmapped <= info->weight && info->weight < 1000) ||
		    !CHECK((info->weight != 0) == (info->privileged != CAPINFO_OWN)) ||
		    !CHECK((info->weight_idmapped != 0) == (info->idmapped != CAPINFO_OWN)) ||
		    !CHECK(info->idmapped <= info->privileged))
			printf("# %s\n", info->name);
	}
}

/* CHECK_NOTE: it is not. */
static enum check_severity cap_severity(unsigned int cap, uint64_t facts)
{
	struct check_facts f = { { UINT64_C(1) << cap }, facts };
	struct check_open open[CHECK_OPEN_MAX];
	size_t n = check_find_open(&f, open);

	for (size_t i = 0; i < n; i++) {
		if (!open[i].reason && open[i].cap == cap)
			return open[i].what ? open[i].severity : CHECK_NOTE;
	}
	return CHECK_NOTE;
}

static bool is_open(uint64_t caps, uint64_t facts, enum reason_id id, enum check_severity *ret)
{
	struct check_facts f = { { caps }, facts };
	struct check_open open[CHECK_OPEN_MAX];
	size_t n = check_find_open(&f, open);

	for (size_t i = 0; i < n; i++) {
		if (open[i].reason != &reasons[id])
			continue;
		*ret = open[i].severity;
		return true;
	}
	return false;
}

#define FACT(name) (UINT64_C(1) << (name))

/* What needs two things to be open. */
static void test_objects(void)
{
	const uint64_t net = UINT64_C(1) << CAP_NET_ADMIN, priv = FACT(FACT_PRIVILEGED);
	enum check_severity s;

	CHECK(is_open(net, priv | FACT(FACT_NET_LINK), REASON_NET_ADMIN, &s) && s == CHECK_HOST);
	CHECK(!is_open(0, priv | FACT(FACT_NET_LINK), REASON_NET_ADMIN, &s));
	CHECK(!is_open(net, priv, REASON_NET_ADMIN, &s));
	CHECK(!is_open(net, FACT(FACT_NET_LINK), REASON_NET_ADMIN, &s)); /* id-mapped */
	CHECK_INT(cap_severity(CAP_NET_ADMIN, priv), CHECK_KERNEL);
	CHECK_INT(cap_severity(CAP_NET_ADMIN, priv | FACT(FACT_NET_LINK)), CHECK_HOST);
	CHECK_INT(cap_severity(CAP_NET_ADMIN, priv | FACT(FACT_NS_NET)), CHECK_HOST);
	CHECK_INT(cap_severity(CAP_NET_ADMIN, FACT(FACT_NET_LINK)), CHECK_KERNEL);
	CHECK(!is_open(0, priv | FACT(FACT_ROOTFS_DEV), REASON_ROOTFS_DEV, &s));
	CHECK(is_open(0, priv | FACT(FACT_ROOTFS_DEV) | FACT(FACT_DEVICES), REASON_ROOTFS_DEV, &s));
	CHECK(is_open(0, priv, REASON_LIMIT_USER, &s) && s == CHECK_DENIAL);
	CHECK(!is_open(0, 0, REASON_LIMIT_USER, &s));
}

static void test_reasons_complete(void)
{
	for (size_t i = 0; i < REASON_N; i++) {
		const struct reason *r = &reasons[i];

		if (!CHECK(r->id && r->title && r->why)) {
			printf("# reason %zu\n", i);
			return;
		}
		CHECK(reason_find(span_of(r->id)) == r);
		if (r->kind == CHECK_EXPOSURE ? !CHECK(r->weight && r->weight < 1000)
					      : !CHECK(r->remedy && !r->weight))
			printf("# %s\n", r->id);
		for (const char *p = r->id; *p; p++)
			CHECK((*p >= 'a' && *p <= 'z') || strchr(".-_", *p));
	}
	CHECK(!reason_find(span_of("no.such")));
}

TAP_MAIN({ "nothing open is 0, everything is nearly the most", test_ends },
	 { "closing anything never worsens the score", test_monotone },
	 { "every fact counts", test_all_count },
	 { "mapped ids never weigh more", test_idmapped_is_less },
	 { "objects need what reaches them", test_objects },
	 { "every reason has an id, a title, an explanation and a remedy", test_reasons_complete });
