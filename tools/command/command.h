/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every verb of lxc-harden shares: the table row that describes it, the options that
 * all take, how it speaks, and its exit status.
 *
 * To add a verb: tools/verb-NAME.c with an int verb_NAME(), a row in lxc-harden.c's table,
 * man/lxc-harden-NAME.8, lines in both folders' local.mk and in lxc-harden.8, and a test.
 */
#ifndef TOOLS_COMMAND_COMMAND_H
#define TOOLS_COMMAND_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/emit.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_MISUSE = 2, COMMAND_NO = 3 };

#define COMMAND_PATHS_MAX 16

/* Kinds of operand that a verb takes after its options. */
enum command_operands {
	COMMAND_WORDS,	   /* any words */
	COMMAND_CONTAINER, /* exactly one container: -n NAME or NAME, then any words */
	COMMAND_ONE,	   /* the same and nothing else, from at most one -P */
	COMMAND_MAYBE,	   /* at most one container, then any words */
};

struct command;

struct verb {
	const char *name;
	const char *synopsis; /* what follows "lxc-harden NAME" */
	const char *summary;  /* one line for the list of verbs */
	const char *help;     /* its own options, a line each; or NULL */
	enum command_operands operands;
	int (*run)(const struct verb *verb, int argc, char *argv[]);
};

/* A command line, parsed once; the strings are argv's. */
struct command {
	const struct verb *verb;
	const char *name;			 /* the container, or NULL */
	const char *lxcpaths[COMMAND_PATHS_MAX]; /* -P; else LXC's own default */
	size_t n_lxcpaths;			 /* at least 1 */
	bool lxcpaths_given;			 /* by -P */
	bool json, quiet;
	char *const *words; /* the operands behind the container */
	size_t n_words;
};

/*
 * Takes one of a verb's own options (val >= 256, or a letter, which then is a short option
 * too): 0, or -EINVAL after it has said why by command_error().
 */
typedef int (*command_take)(const struct command *cmd, int option, const char *value, void *state);

/*
 * Parses the options that all verbs have, and those of own (NULL: none; ends in a row of
 * zeros).  -1 to go on, else the exit status: --help and --version have been answered, or
 * the mistake has been told.
 */
int command_parse(const struct verb *verb, int argc, char *argv[], const struct option *own,
		  command_take take, void *state, struct command *ret);

/* A number from min to max, the value of --NAME: 0, or -EINVAL after it has said why. */
int command_take_number(const struct command *cmd, const char *name, const char *value,
			unsigned int min, unsigned int max, unsigned int *ret);

/* One line to standard error, "lxc-harden: VERB: ..."; what is not ASCII comes out as \xNN. */
void command_error(const struct verb *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Flushes standard output; COMMAND_DONE, or COMMAND_FAILED with a line if it was not written. */
int command_finish(const struct verb *verb);

/* Columns of the terminal that standard output is, 80 if it is none. */
unsigned int command_columns(void);

/* text, escaped, in a buffer of the caller's: for names in command_error(). */
struct command_text {
	char text[1024];
};
const char *command_escape(struct command_text *buf, const char *text);

int verb_attach(const struct verb *verb, int argc, char *argv[]);
int verb_check(const struct verb *verb, int argc, char *argv[]);
int verb_list(const struct verb *verb, int argc, char *argv[]);
int verb_learn(const struct verb *verb, int argc, char *argv[]);
int verb_trace(const struct verb *verb, int argc, char *argv[]);
int verb_explain(const struct verb *verb, int argc, char *argv[]);
int verb_generate(const struct verb *verb, int argc, char *argv[]);
int verb_remove(const struct verb *verb, int argc, char *argv[]);
int verb_prove(const struct verb *verb, int argc, char *argv[]);

/*
 * 022 from here on, as others read most of what is written (a container's mapped root).  Where
 * the caller's own has to count, command_get_umask() still has it.
 */
void command_set_umask(void);
mode_t command_get_umask(void);

#endif
