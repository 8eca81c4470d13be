/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See generate-tell.h. */
#include "config.h"

#include "tools/generate-tell.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/emit.h"

static void print_caps(const char *head, struct caps caps)
{
	char names[1024];
	struct emit e = EMIT_INIT(names);

	caps_emit(&e, caps, " ");
	printf("  %-8s %s\n", head, names);
}

void generate_print_text(const char *name, const struct plan *plan, bool wrote, bool changed)
{
	size_t fails = 0;

	printf("%s: level %s, %d of %d capabilities kept%s\n", name, plan->level,
	       __builtin_popcountll(plan->kept.bits), __builtin_popcountll(plan->all.bits),
	       !wrote	  ? " (nothing written)"
	       : !changed ? " (as it was already)"
			  : "");
	print_caps("before:", plan->before);
	print_caps("after:", plan->kept);
	print_caps("- ", caps_minus(plan->before, plan->kept));
	print_caps("+ ", caps_minus(plan->kept, plan->before));
	if (!plan->guest)
		return;
	for (size_t i = 0; i < plan->guest->n_losses; i++) {
		const struct guest_loss *loss = &plan->guest->losses[i];

		fails += loss->fails;
		if (loss->fails)
			printf("  unit '%s' will fail: %s\n", loss->unit, loss->what);
	}
	for (size_t i = 0; i < plan->guest->n_needs; i++) {
		const struct guest_need *need = &plan->guest->needs[i];
		struct caps missing = caps_minus(need->caps, plan->kept);

		if (need->want == GUEST_FILE && missing.bits) {
			printf("  '%s' cannot be executed any more, without:\n", need->who);
			print_caps("", missing);
		}
	}
	if (plan->guest->n_losses > fails)
		printf("  %zu units run without part of their own sandbox: see %s\n",
		       plan->guest->n_losses - fails, plan->fragment);
	for (size_t i = 0; i < plan->guest->n_notes; i++)
		printf("  note: %s\n", plan->guest->notes[i]);
}

static void json_put(struct json_object *o, const char *key, struct json_object *value)
{
	if (!value || json_object_object_add(o, key, value) != 0)
		abort(); /* out of memory, with nothing under way */
}

static struct json_object *json_caps(struct caps caps)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int cap = 0; array && cap <= CAPS_MAX; cap++) {
		char name[32];
		struct emit e = EMIT_INIT(name);

		if (!caps_has(caps, cap))
			continue;
		caps_emit_name(&e, cap);
		if (json_object_array_add(array, json_object_new_string(name)) != 0)
			abort(); /* out of memory */
	}
	return array;
}

static struct json_object *json_guest(const struct guest *guest)
{
	static const char *const inits[] = { "unknown", "systemd", "other" };
	static const char *const wants[] = { "file", "ambient", "scheduling", "bounding" };
	struct json_object *o = json_object_new_object(), *needs = json_object_new_array(),
			   *losses = json_object_new_array(), *mounts = json_object_new_array(),
			   *notes = json_object_new_array();

	json_put(o, "init", json_object_new_string(inits[guest->init.kind]));
	json_put(o, "systemd", json_object_new_int((int)guest->init.version));
	json_put(o, "files", json_object_new_int64((int64_t)guest->n_files));
	json_put(o, "setid_files", json_object_new_int64((int64_t)guest->n_setuid));
	json_put(o, "units", json_object_new_int64((int64_t)guest->n_units));
	for (size_t i = 0; i < guest->n_needs; i++) {
		struct json_object *need = json_object_new_object();

		json_put(need, "by", json_object_new_string(wants[guest->needs[i].want]));
		json_put(need, "who", json_object_new_string(guest->needs[i].who));
		json_put(need, "capabilities", json_caps(guest->needs[i].caps));
		json_object_array_add(needs, need);
	}
	for (size_t i = 0; i < guest->n_losses; i++) {
		struct json_object *loss = json_object_new_object();

		json_put(loss, "unit", json_object_new_string(guest->losses[i].unit));
		json_put(loss, "fails", json_object_new_boolean(guest->losses[i].fails));
		json_put(loss, "settings", json_object_new_string(guest->losses[i].what));
		json_object_array_add(losses, loss);
	}
	for (size_t i = 0; i < guest->n_mounts; i++)
		json_object_array_add(mounts, json_object_new_string(guest->mounts[i].entry));
	for (size_t i = 0; i < guest->n_notes; i++)
		json_object_array_add(notes, json_object_new_string(guest->notes[i]));
	json_put(o, "needs", needs);
	json_put(o, "losses", losses);
	json_put(o, "mounts", mounts);
	json_put(o, "notes", notes);
	return o;
}

void generate_print_json(const char *name, const struct plan *plan, bool wrote, bool changed)
{
	struct json_object *o = json_object_new_object();

	json_put(o, "container", json_object_new_string(name));
	json_put(o, "level", json_object_new_string(plan->level));
	json_put(o, "fragment", json_object_new_string(plan->fragment));
	json_put(o, "policy", json_object_new_string(plan->policy));
	json_put(o, "written", json_object_new_boolean(wrote));
	json_put(o, "changed", json_object_new_boolean(changed));
	json_put(o, "before", json_caps(plan->before));
	json_put(o, "after", json_caps(plan->kept));
	if (plan->guest)
		json_put(o, "guest", json_guest(plan->guest));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
