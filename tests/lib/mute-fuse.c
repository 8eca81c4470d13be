/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A FUSE file system of a user's own user namespace that takes requests and never answers:
 *
 *   mute-fuse DIRECTORY     run by a user; prints its pid once DIRECTORY is mounted on
 *
 * Others reach it by /proc/PID/root/DIRECTORY.  It answers what the mount itself needs, and
 * goes on until it is killed; whoever waits for it then goes on, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		(void)close(fd);
	return n < 0 ? -1 : 0;
}

static int enter_namespaces(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char text[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	(void)snprintf(text, sizeof(text), "%u %u 1", uid, uid);
	if (write_text("/proc/self/setgroups", "deny") < 0 ||
	    write_text("/proc/self/uid_map", text) < 0)
		return -1;
	(void)snprintf(text, sizeof(text), "%u %u 1", gid, gid);
	if (write_text("/proc/self/gid_map", text) < 0)
		return -1;
	/* Else /proc/PID/root is closed to others, as after each gain of capabilities. */
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int answer_init(int fd, const struct fuse_in_header *in)
{
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} out = {
		.header = { .len = sizeof(out), .unique = in->unique },
		.init = { .major = FUSE_KERNEL_VERSION,
			  .minor = FUSE_KERNEL_MINOR_VERSION,
			  .max_write = 65536 },
	};

	return write(fd, &out, sizeof(out)) == (ssize_t)sizeof(out) ? 0 : -1;
}

int main(int argc, char *argv[])
{
	_Alignas(struct fuse_in_header) char request[1 << 18];
	char options[128];
	int fd;

	if (argc != 2 || enter_namespaces() < 0)
		return 77;
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 77;
	(void)snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=%u,group_id=%u", fd,
		       geteuid(), getegid());
	if (mount("mute", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
		fprintf(stderr, "mute-fuse: mount: %s\n", strerror(errno));
		return 77;
	}
	printf("%d\n", (int)getpid());
	(void)fflush(stdout);
	for (;;) {
		const struct fuse_in_header *in = (const void *)request;
		ssize_t n = read(fd, request, sizeof(request));

		if (n < 0 && errno != EINTR && errno != ENOENT)
			return 1;
		if (n >= (ssize_t)sizeof(*in) && in->opcode == FUSE_INIT && answer_init(fd, in) < 0)
			return 1;
		/* All others are taken, and that is all. */
	}
}
