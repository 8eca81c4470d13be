/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What LXC hands to a hook.  A line "LXC_NAME=value" is a variable of the environment, any
 * other line an argument.
 */
#include "config.h"

#include "hooks/hook.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"

#define ARGS_MAX 16

static bool is_of(const char *text, char *const argv[], int argc)
{
	for (int i = 0; i < argc; i++) {
		if (text == argv[i])
			return true;
	}
	return false;
}

static void check_env(const struct hook_env *env, char *const argv[], int argc)
{
	struct hook_text buf;

	FUZZ_ASSERT(env->version <= 1);
	FUZZ_ASSERT(env->version == (argc == 0));
	FUZZ_ASSERT(env->name && env->name[0] && env->type && env->type[0]);
	FUZZ_ASSERT(!env->config_file || env->config_file[0]);
	FUZZ_ASSERT(!env->rootfs_mount || env->rootfs_mount[0]);
	FUZZ_ASSERT(env->pid >= -1);
	FUZZ_ASSERT(env->version == 1 || is_of(env->name, argv, argc));
	FUZZ_ASSERT(env->n_args >= 0 && env->n_args <= argc);
	for (int i = 0; i < env->n_args; i++)
		FUZZ_ASSERT(is_of(env->args[i], argv, argc));
	for (const char *p = hook_escape(&buf, env->name); *p; p++)
		FUZZ_ASSERT(*p >= 0x20 && *p < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = strndup((const char *)data, size);
	char *argv[ARGS_MAX + 1] = { NULL }, *rest = text, *line;
	const char *reason = NULL;
	struct hook_env env;
	int argc = 0, r;

	FUZZ_ASSERT(text);
	FUZZ_ASSERT(clearenv() == 0);
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, '=');

		if (strncmp(line, "LXC_", 4) == 0 && value) {
			*value = '\0';
			FUZZ_ASSERT(setenv(line, value + 1, 1) == 0);
		} else if (argc < ARGS_MAX) {
			argv[argc++] = line;
		}
	}
	r = hook_read_env(argc, argv, &env, &reason);
	FUZZ_ASSERT(r == 0 || (r == -EINVAL && reason && reason[0]));
	if (r == 0)
		check_env(&env, argv, argc);
	(void)clearenv(); /* the values lie in text, which goes */
	return 0;
}
