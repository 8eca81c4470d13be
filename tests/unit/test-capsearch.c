/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tools/prove/capsearch, on made-up guests: ones that need a set, ones that a larger set breaks,
 * ones with more than one smallest set, and ones that fail now and then.  Tries are counted.
 */
#include "config.h"

#include "tools/prove/capsearch.h"

#include "tests/unit/tap.h"

#define ALL41 ((struct caps){ (UINT64_C(1) << 41) - 1 })
#define SET(bits) ((struct caps){ (uint64_t)(bits) })
#define HAS(set, want) (((set).bits & (uint64_t)(want)) == (uint64_t)(want))

/* A guest: whether it works with the set; n counts the tries of that set, from 0. */
typedef bool (*oracle)(struct caps set, unsigned int n, bool confirm);

struct game {
	oracle works;
	unsigned int workers, seed;
	bool sure; /* each failure tells its cause */
	uint64_t (*cause)(struct caps set);
	unsigned int n_tries, n_confirm;
	struct capsearch_tries tries;
	struct capsearch_result result;
};

#define WORKERS_MAX 16

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void finish_one(struct game *g, struct capsearch_want *running, size_t *n)
{
	size_t i = next_random(&g->seed) % *n;
	const struct capsearch_try *t = capsearch_find(&g->tries, running[i].set);
	bool ground = running[i].confirm;
	unsigned int before = t ? t->passes[ground] + t->fails[ground] : 0;

	CHECK_INT(capsearch_note(&g->tries, &running[i],
				 g->works(running[i].set, before, running[i].confirm)
					 ? CAPSEARCH_PASSED
				 : g->sure ? CAPSEARCH_FAILED_SURELY
					   : CAPSEARCH_FAILED,
				 g->cause ? g->cause(running[i].set) : 0),
		  0);
	running[i] = running[--*n];
}

/* Plays to the end, or until so many tries have been made. */
static void play(const struct capsearch *s, struct game *g, unsigned int limit)
{
	struct capsearch_want running[WORKERS_MAX], want;
	size_t n = 0;

	for (;;) {
		while (n < g->workers && g->n_tries < limit &&
		       capsearch_next(s, &g->tries, running, n, &want, &g->result) == 1) {
			running[n++] = want;
			g->n_tries++;
			g->n_confirm += want.confirm;
			if (!CHECK(want.confirm || !(want.set.bits & ~s->max.bits)))
				return;
		}
		if (!n)
			break;
		finish_one(g, running, &n);
	}
	if (g->n_tries < limit)
		CHECK_INT(capsearch_next(s, &g->tries, NULL, 0, &want, &g->result), 0);
}

static struct capsearch plain_search(void)
{
	struct capsearch s = { .max = ALL41, .repeat = 1 };

	for (unsigned int i = 0; i <= CAPS_MAX; i++)
		s.likely[i] = 10;
	return s;
}

static struct game play_new(const struct capsearch *s, oracle works, unsigned int workers)
{
	struct game g = { .works = works, .workers = workers, .seed = workers };

	play(s, &g, 5000);
	return g;
}

/* No single one and no two can be taken from it, by the guest's own word. */
static void check_minimal(struct caps set, oracle works, bool pairs)
{
	CHECK(works(set, 0, false));
	for (unsigned int i = 0; i <= CAPS_MAX; i++) {
		if (!caps_has(set, i))
			continue;
		struct caps one = SET(set.bits & ~(UINT64_C(1) << i));

		CHECK(!works(one, 0, false));
		for (unsigned int j = i + 1; pairs && j <= CAPS_MAX; j++) {
			if (caps_has(set, j))
				CHECK(!works(SET(one.bits & ~(UINT64_C(1) << j)), 0, false));
		}
	}
}

#define FIVE ((1u << 1) | (1u << 6) | (1u << 7) | (1u << 8) | (1u << 10))

static bool needs_five(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return HAS(set, FIVE);
}

static void test_monotone(void)
{
	struct capsearch s = plain_search();

	for (unsigned int workers = 1; workers <= 8; workers *= 2) {
		struct game g = play_new(&s, needs_five, workers);

		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		CHECK_INT(g.result.set.bits, FIVE);
		CHECK_INT(g.result.flaky.bits, 0);
		CHECK_INT(g.result.tries_left, 0);
		capsearch_tries_done(&g.tries);
	}
}

/* One at a time takes all 41, and the five once more: half of that is the limit. */
static void test_few_tries(void)
{
	struct capsearch s = plain_search();
	struct game g = play_new(&s, needs_five, 1);

	printf("# %u tries without knowing anything\n", g.n_tries);
	CHECK(g.n_tries <= 41);
	capsearch_tries_done(&g.tries);

	for (unsigned int i = 0; i <= CAPS_MAX; i++)
		s.likely[i] = FIVE >> (i & 31) & (i < 32) ? 80 : 3;
	s.likely[0] = s.likely[5] = 60;
	struct caps hint = SET(FIVE | 1 | 1 << 5);

	s.hints = &hint;
	s.n_hints = 1;
	g = play_new(&s, needs_five, 1);
	printf("# %u tries with a good guess\n", g.n_tries);
	CHECK_INT(g.result.set.bits, FIVE);
	CHECK(g.n_tries * 2 <= 41 + 5);
	capsearch_tries_done(&g.tries);

	g = play_new(&s, needs_five, 4);
	printf("# %u tries with a good guess, four at a time\n", g.n_tries);
	CHECK(g.n_tries * 2 <= 41 + 5);
	capsearch_tries_done(&g.tries);
}

static bool needs_nothing(struct caps set TAP_UNUSED, unsigned int n TAP_UNUSED,
			  bool confirm TAP_UNUSED)
{
	return true;
}

static bool needs_all(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return set.bits == ALL41.bits;
}

static bool never_works(struct caps set TAP_UNUSED, unsigned int n TAP_UNUSED,
			bool confirm TAP_UNUSED)
{
	return false;
}

static void test_extremes(void)
{
	struct capsearch s = plain_search();
	struct game g = play_new(&s, needs_nothing, 2);

	CHECK_INT(g.result.set.bits, 0);
	CHECK_INT(g.result.stage, CAPSEARCH_DONE);
	capsearch_tries_done(&g.tries);
	g = play_new(&s, needs_all, 2);
	CHECK_INT(g.result.set.bits, ALL41.bits);
	CHECK_INT(g.result.stage, CAPSEARCH_DONE);
	capsearch_tries_done(&g.tries);
	g = play_new(&s, never_works, 2);
	CHECK_INT(g.result.stage, CAPSEARCH_UNSTEADY);
	CHECK(g.n_tries <= 3);
	capsearch_tries_done(&g.tries);
}

/* With 21 (sys_admin), 1 is needed as well; without it, only 6 and 7. */
static bool more_breaks(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	if (caps_has(set, 21) && !HAS(set, 1 << 1 | 1 << 18))
		return false;
	return HAS(set, 1 << 6 | 1 << 7);
}

static void test_more_breaks(void)
{
	struct capsearch s = plain_search();

	for (unsigned int workers = 1; workers <= 4; workers++) {
		struct game g = play_new(&s, more_breaks, workers);

		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 7);
		capsearch_tries_done(&g.tries);
	}
}

/* 1 and 18 can only go together with each other (and 6, 7 never). */
static bool pair_only(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return HAS(set, 1 << 6 | 1 << 7) && caps_has(set, 1) == caps_has(set, 18);
}

static void test_pairs(void)
{
	struct capsearch s = plain_search();

	for (unsigned int i = 0; i <= CAPS_MAX; i++)
		s.likely[i] = 50; /* nothing goes in groups */
	struct game g = play_new(&s, pair_only, 2);

	CHECK_INT(g.result.set.bits, 1 << 1 | 1 << 6 | 1 << 7 | 1 << 18);
	check_minimal(g.result.set, pair_only, false);
	capsearch_tries_done(&g.tries);
	s.pairs = true;
	for (unsigned int workers = 1; workers <= 4; workers++) {
		g = play_new(&s, pair_only, workers);
		CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 7);
		check_minimal(g.result.set, pair_only, true);
		capsearch_tries_done(&g.tries);
	}
}

/* 12 (net_admin) or 13 (net_raw), and 6. */
static bool either(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return caps_has(set, 6) && (caps_has(set, 12) || caps_has(set, 13));
}

static void test_either(void)
{
	struct capsearch s = plain_search();
	struct game g;

	s.pairs = true;
	/* The stronger one goes. */
	s.strength[12] = 9;
	g = play_new(&s, either, 2);
	CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 13);
	capsearch_tries_done(&g.tries);
	s.strength[13] = 10;
	g = play_new(&s, either, 2);
	CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 12);
	capsearch_tries_done(&g.tries);
	/* The wrong one went: the narrower is asked for, and taken if so wished. */
	struct capsearch_swap swap = { .strong = 12, .narrow = 13 };

	s.swaps = &swap;
	s.n_swaps = 1;
	g = play_new(&s, either, 2);
	CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 12);
	CHECK_INT(g.result.swappable.bits, 1 << 12);
	capsearch_tries_done(&g.tries);
	swap.prefer = true;
	g = play_new(&s, either, 2);
	CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 13);
	CHECK_INT(g.result.swappable.bits, 0);
	check_minimal(g.result.set, either, true);
	capsearch_tries_done(&g.tries);
}

/* Without 10 it works every other time; the second try tells. */
static bool flaky_single(struct caps set, unsigned int n, bool confirm TAP_UNUSED)
{
	return HAS(set, 1 << 6) && (caps_has(set, 10) || n % 2 == 0);
}

/* The same, failing first. */
static bool flaky_late(struct caps set, unsigned int n, bool confirm TAP_UNUSED)
{
	return HAS(set, 1 << 6) && (caps_has(set, 10) || n % 2 == 1);
}

static void test_flaky(void)
{
	struct capsearch s = plain_search();
	struct game g;

	s.repeat = 2;
	for (unsigned int workers = 1; workers <= 4; workers++) {
		/* A pass that does not hold is taken back, and what was built on it. */
		g = play_new(&s, flaky_single, workers);
		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 10);
		CHECK_INT(g.result.flaky.bits, 1 << 10);
		capsearch_tries_done(&g.tries);
		g = play_new(&s, flaky_late, workers);
		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 10);
		CHECK_INT(g.result.flaky.bits, 1 << 10);
		capsearch_tries_done(&g.tries);
	}
}

/* Without 10 it works and fails by turns, whichever set is asked, or by the toss of a coin. */
static unsigned int turn, coin_seed;
static bool flaky_turns(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return HAS(set, 1 << 6) && (caps_has(set, 10) || turn++ % 2 == 1);
}

static bool flaky_coin(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return HAS(set, 1 << 6) && (caps_has(set, 10) || next_random(&coin_seed) % 2);
}

/*
 * What the search is told first may fit together by chance; a larger set that fails where the
 * answer works gives it away.
 */
static void test_flaky_turns(void)
{
	struct capsearch s = plain_search();
	unsigned int wrong = 0;

	s.repeat = 2;
	s.pairs = true;
	for (unsigned int i = 0; i < 400; i++) {
		struct game g = { .works = flaky_turns, .workers = 1, .seed = i };

		/* The likeliest, as hints and records say, differ from guest to guest. */
		for (unsigned int cap = 0; cap <= CAPS_MAX; cap++)
			s.likely[cap] = (unsigned char)(5 + (cap * 37 + i * 11) % 60);
		turn = i % 2;
		play(&s, &g, 5000);
		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		if (!CHECK_INT(g.result.set.bits, 1 << 6 | 1 << 10))
			return;
		capsearch_tries_done(&g.tries);
		g = (struct game){
			.works = flaky_coin, .workers = 1 + i % 3, .seed = i, .sure = true
		};
		coin_seed = i;
		play(&s, &g, 5000);
		wrong += !caps_has(g.result.set, 10);
		capsearch_tries_done(&g.tries);
	}
	/* Two passes in a row are no more than that: one coin in four makes them. */
	printf("# %u of 400 guests with a coin got a wrong answer\n", wrong);
	CHECK(wrong <= 60);
}

/* Any try fails one time in ten, whatever is held. */
static unsigned int storm_seed;
static bool storm(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return needs_five(set, 0, false) && next_random(&storm_seed) % 10 != 0;
}

static void test_storm(void)
{
	struct capsearch s = plain_search();
	unsigned int n_done = 0;

	s.repeat = 3;
	for (storm_seed = 1; storm_seed < 4000000; storm_seed += 80021) {
		struct game g = play_new(&s, storm, 2);

		/* Never a set that lacks one of the five; where it says so, it is too large. */
		if (g.result.stage == CAPSEARCH_DONE) {
			CHECK(HAS(g.result.set, FIVE));
			n_done++;
		} else {
			CHECK_INT(g.result.stage, CAPSEARCH_UNSTEADY);
		}
		CHECK(g.n_tries < 1000);
		capsearch_tries_done(&g.tries);
	}
	CHECK(n_done > 0);
}

/* An overlay that forgives the lack of 1; a plain copy does not. */
static bool overlay_lies(struct caps set, unsigned int n TAP_UNUSED, bool confirm)
{
	return HAS(set, 1 << 6) && (!confirm || caps_has(set, 1));
}

static void test_confirm(void)
{
	struct capsearch s = plain_search();
	struct game g = play_new(&s, overlay_lies, 2);

	CHECK_INT(g.n_confirm, 0);
	CHECK_INT(g.result.set.bits, 1 << 6);
	capsearch_tries_done(&g.tries);
	s.confirm = true;
	g = play_new(&s, overlay_lies, 2);
	CHECK_INT(g.result.stage, CAPSEARCH_DONE);
	CHECK_INT(g.result.set.bits, 1 << 1 | 1 << 6);
	CHECK(g.n_confirm >= 2);
	capsearch_tries_done(&g.tries);
}

/* Ended anywhere, it goes on with what was tried, and comes to the same. */
static void test_resume(void)
{
	struct capsearch s = plain_search();
	struct game whole = play_new(&s, needs_five, 1);

	for (unsigned int at = 1; at < whole.n_tries; at += 3) {
		struct game g = { .works = needs_five, .workers = 1, .seed = 1 };

		play(&s, &g, at);
		CHECK(g.result.stage != CAPSEARCH_DONE);
		play(&s, &g, 5000);
		CHECK_INT(g.result.set.bits, FIVE);
		CHECK_INT(g.n_tries, whole.n_tries);
		capsearch_tries_done(&g.tries);
	}
	capsearch_tries_done(&whole.tries);
}

/* Failures that tell their cause are not repeated. */
static void test_sure(void)
{
	struct capsearch s = plain_search();
	struct game g = { .works = needs_five, .workers = 1, .seed = 1 };
	struct game sure = { .works = needs_five, .workers = 1, .seed = 1, .sure = true };

	s.repeat = 3;
	play(&s, &g, 5000);
	play(&s, &sure, 5000);
	CHECK_INT(g.result.set.bits, FIVE);
	CHECK_INT(sure.result.set.bits, FIVE);
	CHECK_INT(g.n_tries - sure.n_tries, 2 * 5);
	capsearch_tries_done(&g.tries);
	capsearch_tries_done(&sure.tries);
}

/* What fails first is what the lowest missing one of the five does. */
static uint64_t cause_of_five(struct caps set)
{
	uint64_t missing = FIVE & ~set.bits;

	return missing ? (uint64_t)__builtin_ctzll(missing) + 1 : 0;
}

/* Pairs in which the same fails again are as good as repeats. */
static void test_causes(void)
{
	struct capsearch s = plain_search();
	struct game plain = { .works = needs_five, .workers = 1, .seed = 1 };
	struct game causes = plain;

	s.repeat = 2;
	s.pairs = true;
	causes.cause = cause_of_five;
	play(&s, &plain, 5000);
	play(&s, &causes, 5000);
	CHECK_INT(causes.result.stage, CAPSEARCH_DONE);
	CHECK_INT(causes.result.set.bits, FIVE);
	/* All but the last two, most of whose pairs fail by the other one. */
	CHECK_INT(plain.n_tries - causes.n_tries, 3);
	capsearch_tries_done(&plain.tries);
	capsearch_tries_done(&causes.tries);
}

/* Without 1 it fails at first, by the same thing as without 6 or 8. */
static bool flaky_twin(struct caps set, unsigned int n, bool confirm TAP_UNUSED)
{
	return HAS(set, 1 << 6 | 1 << 7 | 1 << 8) && (caps_has(set, 1) || n % 2 == 1);
}

static uint64_t cause_of_twin(struct caps set)
{
	return caps_has(set, 7) ? 1 : 2;
}

/* What may be the other's doing counts for nothing. */
static void test_causes_flaky(void)
{
	struct capsearch s = plain_search();

	s.repeat = 2;
	s.pairs = true;
	for (unsigned int workers = 1; workers <= 4; workers++) {
		struct game g = { .works = flaky_twin, .workers = workers, .seed = workers };

		g.cause = cause_of_twin;
		play(&s, &g, 5000);
		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		CHECK(HAS(g.result.set, 1 << 6 | 1 << 7 | 1 << 8));
		/* It is kept, or it was seen to work without each time that was asked for. */
		if (caps_has(g.result.set, 1))
			CHECK(caps_has(g.result.flaky, 1));
		capsearch_tries_done(&g.tries);
	}
}

/* Made-up guests: one of a few sets is enough, unless something is held that wants another. */
static struct {
	uint64_t ways[3], breakers[3], wants[3];
} made_up;

static bool works_made_up(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	bool way = false;

	if (set.bits == ALL41.bits)
		return true;
	for (unsigned int i = 0; i < 3; i++) {
		if (HAS(set, made_up.breakers[i]) && !HAS(set, made_up.wants[i]))
			return false;
		way = way || HAS(set, made_up.ways[i]);
	}
	return way;
}

static uint64_t few_bits(unsigned int *seed, unsigned int n)
{
	uint64_t bits = 0;

	for (unsigned int i = 0; i < n; i++)
		bits |= UINT64_C(1) << next_random(seed) % 41;
	return bits;
}

static uint64_t cause_made_up(struct caps set)
{
	return 1 + (~set.bits & (made_up.ways[0] | made_up.wants[0]));
}

/* Whatever the guest is like, nothing and no two can be taken from the answer. */
static void test_made_up(void)
{
	struct capsearch s = plain_search();
	unsigned int seed = 7;

	s.repeat = 2;
	s.pairs = true;
	for (unsigned int i = 0; i <= CAPS_MAX; i++)
		s.likely[i] = (unsigned char)(next_random(&seed) % 100);
	for (unsigned int round = 0; round < 300; round++) {
		for (unsigned int i = 0; i < 3; i++) {
			made_up.ways[i] = few_bits(&seed, 5);
			made_up.breakers[i] = few_bits(&seed, 1);
			made_up.wants[i] = few_bits(&seed, 2);
		}
		struct game g = { .works = works_made_up, .workers = 1 + round % 4, .seed = round };

		g.cause = cause_made_up;
		play(&s, &g, 5000);
		CHECK_INT(g.result.stage, CAPSEARCH_DONE);
		check_minimal(g.result.set, works_made_up, true);
		CHECK_INT(g.result.flaky.bits, 0);
		capsearch_tries_done(&g.tries);
	}
}

/* Every monotone guest that needs up to three: always exactly these. */
static uint64_t wanted;
static bool needs_wanted(struct caps set, unsigned int n TAP_UNUSED, bool confirm TAP_UNUSED)
{
	return HAS(set, wanted);
}

static void test_many(void)
{
	struct capsearch s = plain_search();
	unsigned int worst = 0;

	s.pairs = true;
	for (unsigned int i = 0; i < 41; i += 2) {
		for (unsigned int j = i; j < 41; j += 3) {
			wanted = UINT64_C(1) << i | UINT64_C(1) << j | UINT64_C(1) << (i + j) / 2;
			struct game g = play_new(&s, needs_wanted, 2);

			CHECK_INT(g.result.set.bits, wanted);
			worst = g.n_tries > worst ? g.n_tries : worst;
			capsearch_tries_done(&g.tries);
		}
	}
	printf("# at most %u tries for three of 41, with pairs\n", worst);
	CHECK(worst <= 41);
}

TAP_MAIN({ "one smallest set", test_monotone }, { "few tries", test_few_tries },
	 { "nothing, everything, never", test_extremes },
	 { "a larger set breaks the guest", test_more_breaks },
	 { "two that go only together", test_pairs }, { "one or the other", test_either },
	 { "a try that comes out both ways", test_flaky },
	 { "both ways, by turns", test_flaky_turns }, { "a guest that fails at times", test_storm },
	 { "a copy that says otherwise", test_confirm }, { "interrupted", test_resume },
	 { "failures that tell their cause", test_sure },
	 { "pairs that fail by the same cause", test_causes },
	 { "a cause that may be the other's", test_causes_flaky },
	 { "made-up guests", test_made_up }, { "many guests", test_many });
