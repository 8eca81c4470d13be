/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compare [--denied] A B: two seccomp filters, as filter-of writes them, over all calls that
 * either tells apart.  Without --denied each answer must be the same, the error number too.
 * With it, what A stops B must stop as well.
 *
 * The programs are run here.  For each architecture and number a few runs show which arguments
 * are looked at; those get each constant that a program compares that argument with, its
 * neighbours, each with one bit turned, small numbers, and random ones.
 */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#define N_ARGS 6
#define MAX_VALUES 4096
#define NUMBERS 700
#define X32_BIT 0x40000000u

struct program {
	struct sock_filter code[BPF_MAXINSNS];
	size_t n;
};

struct values {
	uint64_t v[MAX_VALUES];
	size_t n;
};

struct work {
	struct program a, b;
	struct values plain[N_ARGS], turned[N_ARGS]; /* constants, and those with a bit turned */
	bool only_denied;
	unsigned long points, differ;
};

static int read_program(const char *path, struct program *p)
{
	FILE *f = fopen(path, "rb");

	if (!f) {
		perror(path);
		return -1;
	}
	p->n = fread(p->code, sizeof(p->code[0]), BPF_MAXINSNS, f);
	fclose(f);
	return p->n ? 0 : -1;
}

/* What the kernel would do; *looked gets a bit for each argument that was read. */
static uint32_t run(const struct program *p, const struct seccomp_data *d, unsigned int *looked)
{
	uint32_t acc = 0;

	for (size_t pc = 0; pc < p->n; pc++) {
		const struct sock_filter *i = &p->code[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&acc, (const char *)d + i->k, sizeof(acc));
			if (i->k >= offsetof(struct seccomp_data, args))
				*looked |= 1u << ((i->k - offsetof(struct seccomp_data, args)) / 8);
			break;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += acc == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += acc >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += acc > i->k ? i->jt : i->jf;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			acc &= i->k;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			fprintf(stderr, "compare: an instruction %#x\n", i->code);
			exit(2);
		}
	}
	fputs("compare: a program without an end\n", stderr);
	exit(2);
}

static bool is_allowed(uint32_t action)
{
	return (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW ||
	       (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_LOG;
}

static unsigned int try_point(struct work *w, const struct seccomp_data *d)
{
	unsigned int looked = 0;
	uint32_t a = run(&w->a, d, &looked), b = run(&w->b, d, &looked);

	w->points++;
	if (w->only_denied ? !is_allowed(a) && is_allowed(b) : a != b) {
		if (w->differ++ < 10)
			printf("# arch %#x call %d arguments %#llx %#llx %#llx: %#x, then %#x\n",
			       d->arch, d->nr, (unsigned long long)d->args[0],
			       (unsigned long long)d->args[1], (unsigned long long)d->args[2], a,
			       b);
	}
	return looked;
}

static uint64_t next_random(void)
{
	static uint64_t s = 88172645463325252u;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s;
}

static void add(struct values *set, uint64_t value)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->v[i] == value)
			return;
	}
	if (set->n < MAX_VALUES)
		set->v[set->n++] = value;
}

/* Constants by the argument that was loaded last before, in the order of the program's text. */
static void collect_constants(struct work *w, const struct program *p)
{
	size_t arg = N_ARGS;

	for (size_t i = 0; i < p->n; i++) {
		const struct sock_filter *s = &p->code[i];

		if (s->code == (BPF_LD | BPF_W | BPF_ABS))
			arg = s->k >= offsetof(struct seccomp_data, args)
				      ? (s->k - offsetof(struct seccomp_data, args)) / 8
				      : N_ARGS;
		if (BPF_CLASS(s->code) == BPF_JMP && BPF_OP(s->code) != BPF_JA && arg < N_ARGS) {
			add(&w->plain[arg], s->k);
			add(&w->plain[arg], (uint64_t)s->k + 1);
			add(&w->plain[arg], (uint64_t)s->k - 1);
		}
	}
}

static void collect_values(struct work *w)
{
	collect_constants(w, &w->a);
	collect_constants(w, &w->b);
	for (size_t arg = 0; arg < N_ARGS; arg++) {
		struct values *plain = &w->plain[arg];

		add(plain, UINT64_MAX);
		add(plain, UINT32_MAX);
		for (uint64_t v = 0; v < 48; v++)
			add(&w->turned[arg], v);
		for (size_t i = 0; i < plain->n; i++) {
			for (unsigned int bit = 0; bit < 34; bit++)
				add(&w->turned[arg], plain->v[i] ^ (UINT64_C(1) << bit));
		}
		for (int i = 0; i < 100; i++)
			add(&w->turned[arg], i & 1 ? next_random() : (uint32_t)next_random());
	}
}

/* Each combination of the plain values of the arguments in "looked", from "arg" on. */
static void try_product(struct work *w, struct seccomp_data *d, unsigned int looked, size_t arg)
{
	while (arg < N_ARGS && !(looked >> arg & 1))
		arg++;
	if (arg == N_ARGS) {
		(void)try_point(w, d);
		return;
	}
	for (size_t i = 0; i < w->plain[arg].n; i++) {
		d->args[arg] = w->plain[arg].v[i];
		try_product(w, d, looked, arg + 1);
	}
}

/* One argument after the other gets all its values, the rest some of theirs. */
static void try_turned(struct work *w, struct seccomp_data *d, unsigned int looked)
{
	for (size_t arg = 0; arg < N_ARGS; arg++) {
		unsigned int others = looked & ~(1u << arg);

		for (size_t i = 0; looked >> arg & 1 && i < w->turned[arg].n; i++) {
			for (int round = 0; round < (others ? 20 : 1); round++) {
				for (size_t o = 0; o < N_ARGS; o++) {
					if (others >> o & 1)
						d->args[o] =
							w->plain[o]
								.v[next_random() % w->plain[o].n];
				}
				d->args[arg] = w->turned[arg].v[i];
				(void)try_point(w, d);
			}
		}
	}
}

static void try_call(struct work *w, uint32_t arch, uint32_t number)
{
	struct seccomp_data d = { .arch = arch, .nr = (int)number };
	unsigned int looked = try_point(w, &d), before = ~0u;

	/* What is looked at may depend on what was seen: until nothing is added. */
	for (int round = 0; looked && (round < 200 || looked != before); round++) {
		before = looked;
		for (size_t arg = 0; arg < N_ARGS; arg++)
			d.args[arg] = w->plain[arg].v[next_random() % w->plain[arg].n];
		looked |= try_point(w, &d);
	}
	if (!looked)
		return;
	memset(d.args, 0, sizeof(d.args));
	try_product(w, &d, looked, 0);
	memset(d.args, 0, sizeof(d.args));
	try_turned(w, &d, looked);
}

static void try_all(struct work *w)
{
	static const struct {
		uint32_t arch, base;
	} tables[] = {
		{ AUDIT_ARCH_X86_64, 0 },  { AUDIT_ARCH_X86_64, X32_BIT }, { AUDIT_ARCH_I386, 0 },
		{ AUDIT_ARCH_AARCH64, 0 }, { AUDIT_ARCH_ARM, 0 },	   { 0, 0 },
		{ UINT32_MAX, 0 },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (uint32_t n = 0; n < NUMBERS; n++)
			try_call(w, tables[i].arch, tables[i].base + n);
		for (int k = 0; k < 2000; k++)
			try_call(w, tables[i].arch, (uint32_t)next_random());
	}
}

int main(int argc, char *argv[])
{
	static struct work w;
	int first = 1;

	if (argc == 4 && strcmp(argv[1], "--denied") == 0) {
		w.only_denied = true;
		first = 2;
	}
	if (argc != first + 2 || read_program(argv[first], &w.a) < 0 ||
	    read_program(argv[first + 1], &w.b) < 0) {
		fputs("usage: compare [--denied] A B\n", stderr);
		return 2;
	}
	collect_values(&w);
	try_all(&w);
	printf("# %zu and %zu instructions, %lu calls, %lu differ\n", w.a.n, w.b.n, w.points,
	       w.differ);
	return w.differ != 0;
}
