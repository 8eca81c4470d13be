/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See initver.h. */
#include "config.h"

#include "lib/initver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <dirent.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "lib/rootfs.h"

#define VERSION_MAX 9999u
#define PROGRAM_MAX (4u << 20) /* bytes of it that are searched; systemd 219 has 1.4 MB */
#define ENTRIES_MAX (1u << 18) /* of all folders together; then the guest is playing games */
#define MULTIARCH_MAX 16       /* folders such as x86_64-linux-gnu */
#define LINK_MAX_SIZE 512      /* init's link, and where it leads */

/* Debian's name for the host's own kind: tried first, as it holds a handful of files. */
#if defined(__x86_64__)
#define MULTIARCH_FOLDER "usr/lib/x86_64-linux-gnu/systemd"
#elif defined(__aarch64__)
#define MULTIARCH_FOLDER "usr/lib/aarch64-linux-gnu/systemd"
#else
#define MULTIARCH_FOLDER "usr/lib/systemd"
#endif

/* The digits at the start of text, as a version; 0 if there are none or too many. */
static unsigned int leading_version(struct span text)
{
	uint64_t value;
	size_t n = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	if (span_parse_u64((struct span){ text.p, n }, 10, VERSION_MAX, &value) < 0)
		return 0;
	return (unsigned int)value;
}

unsigned int initver_parse_name(struct span name)
{
	static const char prefix[] = "libsystemd-shared-";
	struct span rest;

	if (!span_starts(name, prefix) || !span_ends(name, ".so"))
		return 0;
	rest = (struct span){ name.p + sizeof(prefix) - 1, name.n - (sizeof(prefix) - 1) };
	return leading_version(rest);
}

unsigned int initver_parse_program(struct span bytes)
{
	static const char prefix[] = "systemd ";
	const size_t n = sizeof(prefix) - 1;
	struct span rest = bytes;

	while (rest.n > n) {
		const char *hit = memmem(rest.p, rest.n, prefix, n);
		unsigned int version;

		if (!hit)
			break;
		rest.n -= (size_t)(hit - rest.p) + n;
		rest.p = hit + n;
		/* A string of its own: "(systemd 9 ..." inside a sentence is not meant. */
		if (hit != bytes.p && hit[-1] != '\0')
			continue;
		version = leading_version(rest);
		if (version)
			return version;
	}
	return 0;
}

/*
 * The names in one of the guest's folders.  Not by readdir(3), which costs three system
 * calls and two pages more at every start.
 */
struct folder {
	int fd;
	size_t at, n;
	_Alignas(struct dirent64) char entries[2048];
};

/* 1, or 0 (it is not there, or no folder), or -errno.  fd is the caller's. */
static int open_folder(int rootfd, const char *path, struct folder *ret)
{
	int fd = rootfs_open_at(rootfd, path, O_RDONLY | O_DIRECTORY);

	ret->fd = fd;
	ret->at = 0;
	ret->n = 0;
	/* A link instead of a folder: what it leads to is looked at by its own name. */
	if (fd == -ENOENT || fd == -ELOOP || fd == -ENOTDIR)
		return 0;
	return fd < 0 ? fd : 1;
}

/* 1 and *ret, valid until the next call, or 0 after the last one, or -errno. */
static int next_name(struct folder *folder, const char **ret)
{
	const struct dirent64 *entry;
	ssize_t n;

	if (folder->at == folder->n) {
		n = getdents64(folder->fd, folder->entries, sizeof(folder->entries));
		if (n <= 0)
			return n < 0 ? -errno : 0;
		folder->at = 0;
		folder->n = (size_t)n;
	}
	/* The kernel wrote it: whole entries, aligned, the names ended. */
	entry = (const struct dirent64 *)(const void *)(folder->entries + folder->at);
	folder->at += entry->d_reclen;
	*ret = entry->d_name;
	return 1;
}

/* False when no more entries may be read. */
static bool spend(unsigned int *budget)
{
	if (!*budget)
		return false;
	--*budget;
	return true;
}

/* The version from the names in one folder: 0 and *ret, which is 0 for none. */
static int scan_folder(int rootfd, const char *path, unsigned int *budget, unsigned int *ret)
{
	struct folder folder;
	const char *name = "";
	int r;

	*ret = 0;
	r = open_folder(rootfd, path, &folder);
	if (r <= 0)
		return r;
	while (r > 0 && !*ret && spend(budget)) {
		r = next_name(&folder, &name);
		if (r > 0)
			*ret = initver_parse_name(span_of(name));
	}
	cleanup_close(&folder.fd);
	return r < 0 ? r : 0;
}

/* Debian since systemd 255: below /usr/lib/x86_64-linux-gnu/ and the like. */
static int scan_multiarch(int rootfd, unsigned int *budget, unsigned int *ret)
{
	char path[sizeof("usr/lib/") + NAME_MAX + sizeof("/systemd")];
	unsigned int folders = 0;
	struct folder folder;
	const char *name = "";
	int r;

	*ret = 0;
	r = open_folder(rootfd, "usr/lib", &folder);
	if (r <= 0)
		return r;
	while (r >= 0 && folders < MULTIARCH_MAX && !*ret && spend(budget)) {
		r = next_name(&folder, &name);
		if (r <= 0)
			break;
		if (!strstr(name, "-linux-"))
			continue;
		folders++;
		(void)snprintf(path, sizeof(path), "usr/lib/%s/systemd", name); /* sized to fit */
		r = scan_folder(rootfd, path, budget, ret);
	}
	cleanup_close(&folder.fd);
	return r < 0 ? r : 0;
}

/*
 * A link's text as a path beneath the root, without "." and ".."; the guest wrote it,
 * so ".." stops at the root, as it would for the guest.  false if it does not fit.
 */
static bool normalise(const char *folder, const char *text, char *buf, size_t size)
{
	const char *from[2] = { text[0] == '/' ? "" : folder, text };
	struct emit e = { .buf = buf, .size = size };
	struct span parts[64], rest, part;
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		rest = span_of(from[i]);
		while (span_next_field(&rest, '/', &part)) {
			if (!part.n || span_is(part, "."))
				continue;
			if (span_is(part, "..")) {
				n -= n > 0;
				continue;
			}
			if (n == sizeof(parts) / sizeof(parts[0]))
				return false;
			parts[n++] = part;
		}
	}
	buf[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (i)
			emit_str(&e, "/");
		emit_span(&e, parts[i]);
	}
	return n > 0 && !e.full;
}

/* The version in the text of the program at path; 0 if it cannot be told. */
static unsigned int scan_program(int rootfd, const char *path)
{
	auto_close int pathfd = rootfs_open_at(rootfd, path, O_PATH);
	auto_close int fd = pathfd < 0 ? pathfd : io_reopen_file(pathfd);
	auto_free char *bytes = malloc(PROGRAM_MAX);
	size_t n = 0;
	ssize_t got;

	if (fd < 0 || !bytes)
		return 0;
	while (n < PROGRAM_MAX && (got = read(fd, bytes + n, PROGRAM_MAX - n)) > 0)
		n += (size_t)got;
	return initver_parse_program((struct span){ bytes, n });
}

/* systemd's version; target is where its link leads. */
static int find_version(int rootfd, const char *target, unsigned int *ret)
{
	static const char *const folders[] = { "usr/lib/systemd", "lib/systemd", "lib64/systemd" };
	static const char *const programs[] = { "usr/lib/systemd/systemd", "lib/systemd/systemd" };
	unsigned int budget = ENTRIES_MAX;
	char folder[LINK_MAX_SIZE];
	int r;

	/* Shorter than the target, which fits. */
	(void)span_copy((struct span){ target, (size_t)(strrchr(target, '/') - target) }, folder,
			sizeof(folder));
	r = scan_folder(rootfd, MULTIARCH_FOLDER, &budget, ret);
	if (r == 0 && !*ret)
		r = scan_folder(rootfd, folder, &budget, ret);
	for (size_t i = 0; r == 0 && !*ret && i < sizeof(folders) / sizeof(folders[0]); i++)
		r = scan_folder(rootfd, folders[i], &budget, ret);
	if (r == 0 && !*ret)
		r = scan_multiarch(rootfd, &budget, ret);
	if (r == 0 && !*ret)
		*ret = scan_program(rootfd, target);
	for (size_t i = 0; r == 0 && !*ret && i < sizeof(programs) / sizeof(programs[0]); i++)
		*ret = scan_program(rootfd, programs[i]);
	return r;
}

int initver_read(int rootfd, struct initver *ret)
{
	/* In one of these no folder is a link: merged /usr, merged /usr/sbin, or neither. */
	static const struct {
		const char *folder, *init;
	} places[] = {
		{ "usr/sbin", "usr/sbin/init" },
		{ "sbin", "sbin/init" },
		{ "usr/bin", "usr/bin/init" },
		{ "bin", "bin/init" },
	};
	char text[LINK_MAX_SIZE], target[LINK_MAX_SIZE];
	struct initver init = { .kind = INITVER_UNKNOWN };
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		r = rootfs_read_link_at(rootfd, places[i].init, text, sizeof(text));
		if (r == 0 && !normalise(places[i].folder, text, target, sizeof(target)))
			r = -ENAMETOOLONG;
		/* -EINVAL: a program by itself.  Else a folder is missing, or a link. */
		if (r == 0 || r == -EINVAL)
			break;
		if (r != -ENOENT && r != -ELOOP && r != -ENOTDIR && r != -ENAMETOOLONG &&
		    r != -EACCES)
			return r;
	}
	if (r == -EINVAL) {
		init.kind = INITVER_OTHER;
	} else if (r == 0) {
		const char *slash = strrchr(target, '/');

		init.kind =
			slash && strcmp(slash, "/systemd") == 0 ? INITVER_SYSTEMD : INITVER_OTHER;
		if (init.kind == INITVER_SYSTEMD) {
			r = find_version(rootfd, target, &init.version);
			if (r < 0)
				return r;
		}
	}
	*ret = init;
	return 0;
}
