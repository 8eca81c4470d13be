/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See check-show.h: SARIF 2.1.0 (OASIS), for tools that show the findings of code scanners
 * beside the lines they are about.
 */
#include "config.h"

#include "tools/report/check-show.h"

#include <stdio.h>
#include <string.h>

#include "tools/command/command-json.h"
#include "tools/risk/capinfo.h"
#include "tools/risk/reasons.h"

#define ROOM (64u << 20) /* as check-json has it */
#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const char *level_of(enum check_severity severity)
{
	return severity >= CHECK_KERNEL ? "error" : severity >= CHECK_DENIAL ? "warning" : "note";
}

static void put_text(struct json *j, const char *key, const char *text)
{
	json_begin_object(j, key);
	json_str(j, "text", text);
	json_end_object(j);
}

static void put_rule(struct json *j, const char *id, const char *title, const char *why,
		     const char *level)
{
	json_begin_object(j, NULL);
	json_str(j, "id", id);
	put_text(j, "shortDescription", title);
	put_text(j, "fullDescription", why);
	json_begin_object(j, "defaultConfiguration");
	json_str(j, "level", level);
	json_end_object(j);
	json_end_object(j);
}

static void put_rules(struct json *j)
{
	json_begin_array(j, "rules");
	for (size_t i = 0; i < REASON_N; i++)
		put_rule(j, reasons[i].id, reasons[i].title, reasons[i].why,
			 level_of(reasons[i].severity));
	for (unsigned int cap = 0; cap < CAPINFO_COUNT; cap++) {
		const struct capinfo *info = capinfo_get(cap);
		char id[40];

		if (!info->weight)
			continue;
		(void)snprintf(id, sizeof(id), "cap.%s", info->name); /* fits */
		put_rule(j, id, capinfo_class_text(info->privileged), info->on_host, "warning");
	}
	json_end_array(j);
}

/* "file:///var/lib/lxc/web/config", with all but plain characters as %XX (RFC 3986). */
static void put_uri(struct json *j, const char *path)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._~";
	char uri[3 * 4096 + 16] = "";
	struct emit e = EMIT_INIT(uri);

	emit_str(&e, path[0] == '/' ? "file://" : "");
	for (; *path; path++)
		emit_printf(&e, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
	json_str(j, "uri", uri);
}

static void put_location(struct json *j, const struct check *c, const struct check_finding *f)
{
	char config[4096];

	(void)snprintf(config, sizeof(config), "%s/%s/config", c->lxcpath, c->name); /* or cut */
	json_begin_array(j, "locations");
	json_begin_object(j, NULL);
	json_begin_object(j, "physicalLocation");
	json_begin_object(j, "artifactLocation");
	put_uri(j, f->place.file ? f->place.file : config);
	json_end_object(j);
	if (f->place.file && f->place.line) {
		json_begin_object(j, "region");
		json_u64(j, "startLine", f->place.line);
		json_end_object(j);
	}
	json_end_object(j);
	json_begin_array(j, "logicalLocations");
	json_begin_object(j, NULL);
	json_str(j, "name", c->name);
	json_str(j, "kind", "module");
	json_end_object(j);
	json_end_array(j);
	json_end_object(j);
	json_end_array(j);
}

static void put_result(struct json *j, const struct check *c, const struct check_finding *f)
{
	char text[4096], key[600];

	(void)snprintf(text, sizeof(text), "%s: %s%s%s", c->name, f->text,
		       f->remedy ? ". Remedy: " : "", f->remedy ? f->remedy : ""); /* or cut */
	(void)snprintf(key, sizeof(key), "%s/%s/%s", c->lxcpath, c->name, f->id);  /* or cut */
	json_begin_object(j, NULL);
	json_str(j, "ruleId", f->id);
	json_str(j, "level", level_of(f->severity));
	put_text(j, "message", text);
	put_location(j, c, f);
	json_begin_object(j, "partialFingerprints");
	json_str(j, "lxcHarden/v1", key);
	json_end_object(j);
	json_end_object(j);
}

static void begin(struct json *j)
{
	json_str(j, "$schema", SCHEMA);
	json_str(j, "version", "2.1.0");
	json_begin_array(j, "runs");
	json_begin_object(j, NULL);
	json_begin_object(j, "tool");
	json_begin_object(j, "driver");
	json_str(j, "name", "lxc-harden");
	json_str(j, "version", PACKAGE_VERSION);
	put_rules(j);
	json_end_object(j);
	json_end_object(j);
	json_begin_array(j, "results");
}

int check_write_sarif(const struct check_set *set, FILE *f)
{
	struct command_json d;

	command_json_begin(&d, f, ROOM);
	begin(&d.j);
	for (size_t i = 0; i < set->n && command_json_flush(&d) == 0; i++) {
		for (size_t k = 0; k < set->checks[i]->n_findings; k++)
			put_result(&d.j, set->checks[i], &set->checks[i]->findings[k]);
	}
	json_end_array(&d.j);
	json_end_object(&d.j);
	json_end_array(&d.j);
	return command_json_end(&d);
}
