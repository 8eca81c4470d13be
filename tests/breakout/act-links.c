/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interfaces of another network namespace, by the number that the kernel tells with each
 * interface whose other end is there (IFLA_LINK_NETNSID), and that any message may carry
 * back (IFLA_TARGET_NETNSID).
 */
#include "config.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/breakout/act.h"

#define IDS 4 /* numbers are small: those that are there are tried, told or not */

struct message {
	struct nlmsghdr h;
	struct ifinfomsg i;
	char attributes[256];
};

static void put(struct message *m, unsigned short type, const void *data, size_t size)
{
	struct rtattr *a = (struct rtattr *)((char *)m + NLMSG_ALIGN(m->h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(a), data, size);
	m->h.nlmsg_len = (unsigned int)(NLMSG_ALIGN(m->h.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static void begin(struct message *m, unsigned short type, int id, unsigned short flags)
{
	memset(m, 0, sizeof(*m));
	m->h.nlmsg_len = NLMSG_LENGTH(sizeof(m->i));
	m->h.nlmsg_type = type;
	m->h.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | flags);
	put(m, IFLA_TARGET_NETNSID, &id, sizeof(id));
}

/* Sends, and takes the answer's error. */
static int ask(const struct message *m)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int r = -EPROTO;

	if (fd < 0 || send(fd, m, m->h.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		r = -errno;
	else if (answer.h.nlmsg_type == NLMSG_ERROR)
		r = answer.e.error;
	(void)close(fd);
	return r;
}

static const char *name_of(const struct nlmsghdr *h)
{
	unsigned int left = (unsigned int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(struct ifinfomsg)));
	const struct rtattr *a = IFLA_RTA(NLMSG_DATA(h));

	for (; RTA_OK(a, (int)left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_IFNAME)
			return RTA_DATA(a);
	return "";
}

/* All names there are printed (name NULL), or the index of one is found. */
static int dump(int id, const char *name, int *ret_index)
{
	static char buf[65536];
	struct message m;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), r = -ENODEV;
	ssize_t n;

	begin(&m, RTM_GETLINK, id, NLM_F_DUMP);
	if (fd < 0 || send(fd, &m, m.h.nlmsg_len, 0) < 0)
		return -errno;
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		struct nlmsghdr *h = (struct nlmsghdr *)buf;

		for (; NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_ERROR)
				r = ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			if (h->nlmsg_type != RTM_NEWLINK) {
				(void)close(fd);
				return r;
			}
			if (!name)
				(void)puts(name_of(h));
			else if (strcmp(name_of(h), name) == 0)
				*ret_index = ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index;
			r = 0;
		}
	}
	(void)close(fd);
	return r;
}

int act_link_list(char **arg)
{
	int r = -ENODEV;

	(void)arg;
	for (int id = 0; id < IDS; id++)
		if (dump(id, NULL, NULL) == 0)
			r = 0;
	return r;
}

int act_link_delete(char **arg)
{
	struct message m;
	int r = -ENODEV;

	for (int id = 0; id < IDS; id++) {
		int index = 0;

		(void)dump(id, arg[0], &index);
		if (!index)
			continue;
		begin(&m, RTM_DELLINK, id, NLM_F_ACK);
		m.i.ifi_index = index;
		r = ask(&m);
	}
	return r;
}

/* An interface of the caller's into that namespace, under a name that it chooses. */
int act_link_move(char **arg)
{
	struct message m;
	int r = -ENODEV;

	for (int id = 0; id < IDS && r < 0; id++) {
		begin(&m, RTM_NEWLINK, id, NLM_F_ACK);
		m.i.ifi_index = (int)if_nametoindex(arg[0]);
		put(&m, IFLA_IFNAME, arg[1], strlen(arg[1]) + 1);
		r = ask(&m);
	}
	return r;
}

int act_link_new(char **arg)
{
	struct {
		struct rtattr kind;
		char name[8];
	} info = { { sizeof(struct rtattr) + 7, 1 /* IFLA_INFO_KIND */ }, "bridge" };
	struct message m;
	int r = -ENODEV;

	for (int id = 0; id < IDS && r < 0; id++) {
		begin(&m, RTM_NEWLINK, id, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
		put(&m, IFLA_IFNAME, arg[0], strlen(arg[0]) + 1);
		put(&m, IFLA_LINKINFO, &info, sizeof(info));
		r = ask(&m);
	}
	return r;
}
