/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See containers.h. */
#include "config.h"

#include "tools/container/containers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/rootfs.h"
#include "tools/container/path-stranger.h"

#define USERS_MAX 4096
#define NOBODY 65534
#define USER_FOLDER ".local/share/lxc"

/* Names of one folder, one behind the other, each with its NUL; lies in shared memory. */
#define NAMES_SIZE (1u << 20)
struct names {
	int error; /* 0 or -errno */
	size_t n, size, left_out;
	char text[NAMES_SIZE];
};

/* A folder of containers. */
struct path {
	char *path;
	const char *home; /* of a user: path is below it; or NULL */
	struct workers_owner owner;
};

struct paths {
	struct path *items;
	size_t n;
};

static int say(struct containers_error *error, const char *what, const char *path, int code)
{
	struct emit e = EMIT_INIT(error->text);

	emit_printf(&e, "%s '", what);
	emit_escaped(&e, span_of(path));
	emit_printf(&e, "': %s", strerror(-code));
	return code;
}

static int add_path(struct paths *paths, char *path, const char *home,
		    const struct workers_owner *owner)
{
	struct path *p = realloc(paths->items, (paths->n + 1) * sizeof(*p));

	if (!p || !path) {
		free(path);
		paths->items = p ? p : paths->items;
		return -ENOMEM;
	}
	paths->items = p;
	p[paths->n++] = (struct path){ path, home, *owner };
	return 0;
}

struct workers_owner containers_find_owner(const char *lxcpath)
{
	struct path_stranger stranger;
	struct stat st;

	/* A group that may write there was chosen by root; a user was, too, but for himself. */
	if (path_find_stranger(lxcpath, 0, false, NULL, &stranger))
		return workers_owner_of(stranger.owns ? stranger.st.st_uid : NOBODY);
	return workers_owner_of(stat(lxcpath, &st) == 0 && (st.st_mode & S_IWOTH) ? NOBODY : 0);
}

static int add_given(struct paths *paths, const char *path, struct containers_error *error)
{
	struct workers_owner owner;
	struct stat st;

	if (stat(path, &st) < 0)
		return say(error, "cannot read the folder", path, -errno);
	if (!S_ISDIR(st.st_mode))
		return say(error, "cannot read the folder", path, -ENOTDIR);
	owner = containers_find_owner(path);
	if (!workers_may_be(&owner))
		owner.uid = geteuid();
	return add_path(paths, strdup(path), NULL, &owner);
}

static int add_user(struct paths *paths, const struct passwd *user)
{
	struct workers_owner owner = { user->pw_uid, user->pw_gid };
	char *path = NULL;
	struct stat st;

	/* Daemons' homes are others' folders: there is nothing of theirs in them. */
	if (!user->pw_uid || user->pw_dir[0] != '/' || stat(user->pw_dir, &st) < 0 ||
	    !S_ISDIR(st.st_mode) || st.st_uid != user->pw_uid)
		return 0;
	if (asprintf(&path, "%s/" USER_FOLDER, user->pw_dir) < 0)
		return -ENOMEM;
	/* The home is the beginning of that string: what is behind it is not trusted. */
	return add_path(paths, path, path, &owner);
}

static int add_users(struct paths *paths)
{
	const struct passwd *user;
	int r = 0;

	if (geteuid() != 0)
		return 0; /* the default of liblxc is the user's own */
	setpwent();
	while (r == 0 && paths->n < USERS_MAX && (user = getpwent()))
		r = add_user(paths, user);
	endpwent();
	return r;
}

/* --- In a process with the owner's rights --------------------------------------- */

static int open_folder(const struct path *path)
{
	auto_close int homefd = -EBADF;
	auto_close int fd = -EBADF;
	char home[PATH_MAX];
	size_t n = strlen(path->path) - strlen(USER_FOLDER);
	int r;

	if (!path->home) {
		fd = open(path->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? -errno : take_fd(&fd);
	}
	r = span_copy((struct span){ path->path, n }, home, sizeof(home));
	if (r < 0)
		return r;
	homefd = rootfs_open(home);
	if (homefd < 0)
		return homefd;
	/* A link there would list somebody else's folder under this user's name. */
	fd = rootfs_open_at(homefd, USER_FOLDER, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	r = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

static bool has_config(int dirfd, const char *name, bool trusted)
{
	char path[NAME_MAX + sizeof("/config")];
	struct stat st;
	int flags = trusted ? 0 : AT_SYMLINK_NOFOLLOW;

	if (!trusted && (fstatat(dirfd, name, &st, flags) < 0 || !S_ISDIR(st.st_mode)))
		return false;
	(void)snprintf(path, sizeof(path), "%s/config", name); /* sized to fit */
	return fstatat(dirfd, path, &st, flags) == 0 && S_ISREG(st.st_mode);
}

static void add_name(struct names *names, const char *name, size_t max)
{
	size_t n = strlen(name) + 1;

	if (names->n == max || n > sizeof(names->text) - names->size) {
		names->left_out++;
		return;
	}
	memcpy(names->text + names->size, name, n);
	names->size += n;
	names->n++;
}

static void read_names(size_t index, void *result, const void *state)
{
	const struct path *path = &((const struct paths *)state)->items[index];
	int fd = open_folder(path);
	auto_closedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct names *names = result;
	const struct dirent *entry;
	size_t max = path->owner.uid ? CONTAINERS_OF_USER_MAX : CONTAINERS_MAX;

	if (!dir) {
		names->error = fd < 0 ? fd : -ENOMEM;
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && strlen(entry->d_name) <= NAME_MAX &&
		    has_config(dirfd(dir), entry->d_name, !path->owner.uid))
			add_name(names, entry->d_name, max);
	}
}

/* --- With the caller's again ---------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct container *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The strings are copied: the shared memory goes. */
static int take_names(struct containers *list, const struct path *path, const struct names *names)
{
	struct container *items;
	size_t at = 0, first = list->n;

	if (!names->n)
		return 0;
	items = realloc(list->items, (list->n + names->n) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	for (size_t i = 0; i < names->n; i++) {
		char *name = strdup(names->text + at);

		if (!name)
			return -ENOMEM;
		at += strlen(name) + 1;
		items[list->n++] = (struct container){ path->path, name, path->owner };
	}
	qsort(items + first, list->n - first, sizeof(*items), compare);
	return 0;
}

static int take_all(struct containers *list, const struct paths *paths,
		    const struct workers_results *results, struct containers_error *error)
{
	const struct names *names = results->results;
	int r = 0;

	for (size_t i = 0; i < paths->n && r == 0; i++) {
		const struct path *path = &paths->items[i];
		int code = results->ends[i] == WORKERS_DONE ? names[i].error : -ETIMEDOUT;

		if (code < 0 && !path->home)
			return say(error, "cannot read the folder", path->path, code);
		/* A user who holds his folder up hides nothing in it. */
		list->left_out += names[i].left_out + (code == -ETIMEDOUT);
		if (code == 0)
			r = take_names(list, path, &names[i]);
	}
	return r < 0 ? say(error, "cannot keep the containers of", "all", r) : 0;
}

static int read_all(struct containers *list, const struct paths *paths,
		    struct containers_error *error)
{
	struct workers_results results = { .n = 0 };
	auto_free struct workers_owner *owners = calloc(paths->n + 1, sizeof(*owners));
	struct workers w = { .n = paths->n, .size = sizeof(struct names), .jobs = 1 };
	int r = owners ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < paths->n; i++)
		owners[i] = paths->items[i].owner;
	w.owners = owners;
	w.run = read_names;
	w.state = paths;
	if (r == 0)
		r = workers_run(&w, &results);
	if (r < 0)
		return say(error, "cannot look for", "containers", r);
	list->held = results.held;
	r = take_all(list, paths, &results, error);
	workers_done(&results);
	return r;
}

int containers_find(const char *const *lxcpaths, size_t n, bool of_users, struct containers *ret,
		    struct containers_error *ret_error)
{
	struct containers list = { .n = 0 };
	struct paths paths = { .n = 0 };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = add_given(&paths, lxcpaths[i], ret_error);
	if (r == 0 && of_users) {
		r = add_users(&paths);
		if (r < 0)
			(void)say(ret_error, "cannot read", "/etc/passwd", r);
	}
	if (r == 0)
		r = read_all(&list, &paths, ret_error);
	list.paths = paths.items;
	list.n_paths = paths.n;
	if (r < 0)
		containers_done(&list);
	else
		*ret = list;
	return r;
}

int containers_run(const struct container *items, size_t n, struct workers *w,
		   struct workers_results *ret)
{
	auto_free struct workers_owner *owners = calloc(n + 1, sizeof(*owners));
	int r;

	if (!owners)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		owners[i] = workers_may_be(&items[i].owner)
				    ? items[i].owner
				    : (struct workers_owner){ geteuid(), getegid() };
	w->n = n;
	w->owners = owners;
	r = workers_run(w, ret);
	w->owners = NULL;
	return r;
}

void containers_done(struct containers *list)
{
	struct path *paths = list->paths;

	for (size_t i = 0; i < list->n; i++)
		free((void *)list->items[i].name); /* const only for its readers */
	for (size_t i = 0; i < list->n_paths; i++)
		free(paths[i].path);
	free(list->items);
	free(paths);
	*list = (struct containers){ .n = 0 };
}
