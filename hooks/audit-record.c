/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-record.h. */
#include "config.h"

#include "hooks/audit-record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks/audit-log.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/proc.h"

#define FOLDER "harden"
#define RECORD_READ_MAX (256u << 10)

static int read_boot_id(char *buf, size_t size)
{
	auto_free char *text = NULL;
	struct span line, rest;
	int r;

	r = io_read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 128, &text, &rest.n);
	if (r < 0)
		return r;
	rest.p = text;
	if (!span_next_line(&rest, &line))
		return -EINVAL;
	return span_copy(line, buf, size);
}

void audit_read_start(uint64_t mntns_inode, pid_t init, struct audit_start *ret)
{
	struct audit_start start = { .monitor = getppid() };
	auto_close int procfd = proc_open(start.monitor);
	char boot[64];
	uint64_t time;

	/* "sh -c 'exec HOOK'" is replaced by us: our parent is LXC's monitor. */
	if (mntns_inode && read_boot_id(boot, sizeof(boot)) == 0 &&
	    audit_read_start_time(procfd, &time) == 0)
		(void)snprintf(start.id, sizeof(start.id), "%s:%d:%llu:%d:%llu", boot,
			       (int)start.monitor, (unsigned long long)time, (int)init,
			       (unsigned long long)mntns_inode); /* fits */
	*ret = start;
}

static int open_parent(const char *config_file)
{
	const char *slash = strrchr(config_file, '/');
	char folder[PATH_MAX];
	int fd, r;

	/* The monitor may have gone to another folder since it was given a relative path. */
	if (!slash || config_file[0] != '/')
		return -EINVAL;
	r = span_copy((struct span){ config_file, (size_t)(slash - config_file) + 1 }, folder,
		      sizeof(folder));
	if (r < 0)
		return r;
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int audit_open_folder(const char *config_file, bool make, const char **ret_reason)
{
	auto_close int parentfd = open_parent(config_file);
	auto_close int fd = -EBADF;
	struct stat st;

	*ret_reason = NULL;
	if (parentfd < 0)
		return parentfd;
	if (make && mkdirat(parentfd, FOLDER, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(parentfd, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		int r = -errno;

		if (r == -ELOOP || r == -ENOTDIR)
			*ret_reason = "it is not a folder";
		return r;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	/* Whoever else could write there could put a link in our way, or lie to 'lxc-harden list'.
	 */
	if (st.st_uid != geteuid() && st.st_uid != 0)
		*ret_reason = "it belongs to another user";
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		*ret_reason = "others may write in it";
	return *ret_reason ? -EPERM : take_fd(&fd);
}

bool audit_has_record(int folderfd, const struct audit_start *start)
{
	auto_free char *text = NULL;
	char member[200];
	size_t size;
	int n;

	if (!start->id[0] ||
	    io_read_file_at(folderfd, AUDIT_FILE, RECORD_READ_MAX, &text, &size) < 0)
		return false;
	/* No text in it can look like this member: its quotes are escaped. */
	n = snprintf(member, sizeof(member), "\"start\": \"%s\"", start->id);
	return n > 0 && memmem(text, size, member, (size_t)n);
}

static bool has_finding(const struct audit_findings *f, const char *key)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->item[i].key, key) == 0)
			return true;
	}
	return false;
}

void audit_take_report(struct audit_record *r, const struct report *report)
{
	for (size_t i = 0; i < report->n_findings; i++) {
		char key[20] = "", text[300] = "", whole[24];
		struct emit k = EMIT_INIT(key), t = EMIT_INIT(text);

		/* The parser let only printable ASCII through. */
		emit_span(&k, report->finding[i].key);
		emit_span(&t, report->finding[i].text);
		/* A bit that the host has seen as well is told once. */
		if (has_finding(&r->findings, key))
			continue;
		(void)snprintf(whole, sizeof(whole), "in.%s", key); /* cut at most */
		audit_add(&r->findings, whole, "inside: %s", text);
	}
}

static const char *get_word(const struct audit_record *r)
{
	if (r->verdict == AUDIT_VERDICT_CONFORMS)
		return "conforms";
	if (r->verdict == AUDIT_VERDICT_UNCHECKED)
		return "could not be checked";
	return r->warn ? "would be refused" : "refused";
}

static void emit_line(struct emit *e, const struct audit_record *r)
{
	struct span name = r->policy ? r->policy->policy.name : r->policy_name;

	emit_str(e, get_word(r));
	if (name.n) {
		emit_str(e, r->verdict == AUDIT_VERDICT_CONFORMS ? " to policy '" : " by policy '");
		emit_escaped(e, name);
		emit_str(e, "'");
	}
	if (r->findings.n) {
		emit_str(e, ": ");
		audit_emit_findings(e, &r->findings);
	}
	if (r->notes.n) {
		emit_str(e, "; note: ");
		audit_emit_findings(e, &r->notes);
	}
	if (r->note && r->verdict == AUDIT_VERDICT_CONFORMS)
		emit_printf(e, " (%s)", r->note);
}

static enum journal_priority get_priority(const struct audit_record *r)
{
	if (r->verdict == AUDIT_VERDICT_CONFORMS)
		return JOURNAL_INFO;
	return r->warn ? JOURNAL_WARNING : JOURNAL_ERR;
}

/*
 * A verdict that lets a container run is about that run, and a crash of the host ends it: it does
 * not hold up the start for two flushes, some 10 ms on a disk.  A refusal is to be found later.
 */
static int write_record(int folderfd, const struct audit_record *r)
{
	auto_free char *text = NULL;
	size_t size;
	int error = audit_emit_record(r, &text, &size);

	if (error < 0)
		return error;
	if (r->verdict == AUDIT_VERDICT_CONFORMS)
		return io_write_passing_at(folderfd, AUDIT_FILE, text, size, 0644);
	return io_write_file_at(folderfd, AUDIT_FILE, text, size, 0644);
}

void audit_keep_record(const struct hook *h, int folderfd, const struct audit_record *r)
{
	char line[1000] = "", name[256] = "";
	struct emit e = EMIT_INIT(line), n = EMIT_INIT(name);
	int error;

	emit_line(&e, r);
	emit_escaped(&n, span_of(h->container ? h->container : "-"));
	(void)journal_send(&h->journal, get_priority(r), h->program, name, line); /* best effort */
	if (folderfd < 0)
		return;
	error = write_record(folderfd, r);
	/* The verdict counts all the same. */
	if (error < 0)
		hook_say(h, JOURNAL_WARNING, "cannot write '" FOLDER "/" AUDIT_FILE "': %s",
			 strerror(-error));
	error = audit_log(folderfd, r);
	if (error < 0)
		hook_say(h, JOURNAL_WARNING, "cannot write '" FOLDER "/" AUDIT_LOG_FILE "': %s",
			 strerror(-error));
}

void audit_say_record(const struct hook *h, const struct audit_record *r)
{
	struct hook quiet = *h;
	char line[1000] = "";
	struct emit e = EMIT_INIT(line);

	if (r->verdict == AUDIT_VERDICT_CONFORMS && !r->notes.n)
		return;
	quiet.journal = (struct journal){ .fd = -EBADF, .kind = JOURNAL_NONE };
	emit_line(&e, r);
	hook_say(&quiet, get_priority(r), "%s", line);
	hook_say_monitor(h, line);
	if (!r->warn || r->verdict == AUDIT_VERDICT_CONFORMS)
		hook_say_terminal(h, line);
}

int audit_get_exit(const struct audit_record *r)
{
	if (r->verdict == AUDIT_VERDICT_CONFORMS || r->warn)
		return AUDIT_CONFORMS;
	return r->verdict == AUDIT_VERDICT_REFUSED ? AUDIT_REFUSED : AUDIT_UNCHECKED;
}
