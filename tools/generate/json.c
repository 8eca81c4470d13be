/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON of tell.h. */
#include "config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/emit.h"
#include "tools/generate/tell.h"

static void json_put(struct json_object *o, const char *key, struct json_object *value)
{
	if (!value || json_object_object_add(o, key, value) != 0)
		abort(); /* out of memory, with nothing under way */
}

static void json_append(struct json_object *array, struct json_object *value)
{
	if (!value || json_object_array_add(array, value) != 0)
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
		json_append(array, json_object_new_string(name));
	}
	return array;
}

static struct json_object *json_texts(char *const *texts, size_t n)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < n; i++)
		json_append(array, json_object_new_string(texts[i]));
	return array;
}

static struct json_object *json_needs(const struct guest *guest)
{
	static const char *const wants[GUEST_N_WANTS] = {
		[GUEST_FILE] = "file",	    [GUEST_AMBIENT] = "ambient",
		[GUEST_SCHED] = "realtime", [GUEST_USER] = "user",
		[GUEST_PORT] = "port",	    [GUEST_CHROOT] = "root_directory",
		[GUEST_BOUND] = "bounding", [GUEST_LIMIT] = "limit",
	};
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < guest->n_needs; i++) {
		struct json_object *need = json_object_new_object();

		json_put(need, "by", json_object_new_string(wants[guest->needs[i].want]));
		json_put(need, "who", json_object_new_string(guest->needs[i].who));
		json_put(need, "capabilities", json_caps(guest->needs[i].caps));
		json_append(array, need);
	}
	return array;
}

static struct json_object *json_losses(const struct plan *plan)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < plan->guest->n_losses; i++) {
		const struct guest_loss *l = &plan->guest->losses[i];
		struct json_object *loss;

		if (plan_loss(plan, l) < 0)
			continue;
		loss = json_object_new_object();
		json_put(loss, "unit", json_object_new_string(l->unit));
		json_put(loss, "fails", json_object_new_boolean(plan_loss(plan, l)));
		json_put(loss, "settings", json_object_new_string(l->what));
		json_append(array, loss);
	}
	return array;
}

static struct json_object *json_users(const struct guest *guest)
{
	static const char *const uses[GUEST_N_USES] = {
		[GUEST_IO_URING] = "io_uring",
		[GUEST_NAMESPACES] = "namespaces",
		[GUEST_I386] = "sockets_32bit",
		[GUEST_SYSV] = "sysv_stop",
	};
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < guest->n_users; i++) {
		struct json_object *user = json_object_new_object();

		json_put(user, "use", json_object_new_string(uses[guest->users[i].use]));
		json_put(user, "who", json_object_new_string(guest->users[i].who));
		json_append(array, user);
	}
	return array;
}

static struct json_object *json_guest(const struct plan *plan)
{
	static const char *const inits[] = { "unknown", "systemd", "other" };
	const struct guest *guest = plan->guest;
	struct json_object *o = json_object_new_object(), *mounts = json_object_new_array();

	json_put(o, "init", json_object_new_string(inits[guest->init.kind]));
	json_put(o, "systemd", json_object_new_int((int)guest->init.version));
	json_put(o, "files", json_object_new_int64((int64_t)guest->n_files));
	json_put(o, "setid_files", json_object_new_int64((int64_t)guest->n_setid));
	json_put(o, "units", json_object_new_int64((int64_t)guest->n_units));
	json_put(o, "setuid", json_texts(guest->setuid, guest->n_setuid));
	json_put(o, "needs", json_needs(guest));
	json_put(o, "losses", json_losses(plan));
	json_put(o, "closed_by_strict", json_users(guest));
	for (size_t i = 0; mounts && i < guest->n_mounts; i++)
		json_append(mounts, json_object_new_string(guest->mounts[i].entry));
	json_put(o, "mounts", mounts);
	json_put(o, "notes", json_texts(guest->notes, guest->n_notes));
	return o;
}

void generate_print_json(const char *name, const struct plan *plan, bool wrote, bool changed)
{
	static const char *const bases[] = { "level", "proof", "record" };
	struct json_object *o = json_object_new_object();

	json_put(o, "container", json_object_new_string(name));
	json_put(o, "level", json_object_new_string(plan->level));
	json_put(o, "basis", json_object_new_string(bases[plan->basis]));
	json_put(o, "fragment", json_object_new_string(plan->fragment));
	json_put(o, "policy", json_object_new_string(plan->policy));
	json_put(o, "written", json_object_new_boolean(wrote));
	json_put(o, "changed", json_object_new_boolean(changed));
	json_put(o, "before", json_caps(plan->before));
	json_put(o, "after", json_caps(plan->kept));
	if (plan->guest)
		json_put(o, "guest", json_guest(plan));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
