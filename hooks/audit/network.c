/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See network.h. */
#include "config.h"

#include "hooks/audit/network.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define LINKS_MAX 32
#define TARGET_NETNSID 46 /* IFLA_TARGET_NETNSID, Linux 4.20 */

struct links {
	size_t n;
	struct {
		int index, nsid;
		bool has_nsid, physical, up, address;
		char name[IF_NAMESIZE];
	} link[LINKS_MAX];
};

/*
 * What audit_network_read() was told, for the trial that a child of its process makes right after:
 * each question takes the lock of the whole host's network, which the end of another container
 * can hold for milliseconds.
 */
static struct links read_links;
static bool has_read_links;

static int ask(int fd, int type, bool has_target, int target)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
		struct rtattr attr;
		int target;
	} request = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			  .nlmsg_type = (unsigned short)type,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.attr = { .rta_len = RTA_LENGTH(sizeof(int)), .rta_type = TARGET_NETNSID },
		.target = target,
	};

	if (has_target)
		request.head.nlmsg_len += RTA_LENGTH(sizeof(int));
	return send(fd, &request, request.head.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Interfaces that a guest would set up; those that modules make in each namespace are none. */
static bool is_kind(const struct rtattr *info)
{
	static const char *const kinds[] = { "veth", "macvlan", "ipvlan", "vlan" };
	unsigned int left = (unsigned int)RTA_PAYLOAD(info);

	for (const struct rtattr *a = RTA_DATA(info); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		for (size_t i = 0; a->rta_type == 1 /* IFLA_INFO_KIND */ && i < 4; i++) {
			if (RTA_PAYLOAD(a) >= strlen(kinds[i]) &&
			    memcmp(RTA_DATA(a), kinds[i], strlen(kinds[i])) == 0)
				return true;
		}
	}
	return false;
}

static void take_link(struct links *links, const struct nlmsghdr *m)
{
	const struct ifinfomsg *info = NLMSG_DATA(m);
	unsigned int left = (unsigned int)IFLA_PAYLOAD(m);

	if (links->n == LINKS_MAX)
		return;
	links->link[links->n].index = info->ifi_index;
	links->link[links->n].up = info->ifi_flags & IFF_UP;
	links->link[links->n].physical = info->ifi_type == ARPHRD_ETHER;
	for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == IFLA_IFNAME && RTA_PAYLOAD(a) <= IF_NAMESIZE) {
			memcpy(links->link[links->n].name, RTA_DATA(a), RTA_PAYLOAD(a));
			links->link[links->n].name[IF_NAMESIZE - 1] = '\0';
		} else if (a->rta_type == IFLA_LINK_NETNSID && RTA_PAYLOAD(a) == sizeof(int)) {
			memcpy(&links->link[links->n].nsid, RTA_DATA(a), sizeof(int));
			links->link[links->n].has_nsid = true;
		} else if ((a->rta_type & NLA_TYPE_MASK) == IFLA_LINKINFO && !is_kind(a)) {
			links->link[links->n].physical = false;
		}
	}
	links->n++;
}

static void take_address(struct links *links, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *info = NLMSG_DATA(m);

	/* The kernel gives each interface that is up one of scope "link". */
	for (size_t i = 0; i < links->n; i++) {
		if (links->link[i].index == (int)info->ifa_index && info->ifa_scope < RT_SCOPE_LINK)
			links->link[i].address = true;
	}
}

/* All parts of an answer; 0, or the error in it. */
static int receive(int fd, struct links *links)
{
	_Alignas(struct nlmsghdr) char buf[32768];

	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		const struct nlmsghdr *m = (const struct nlmsghdr *)buf;
		unsigned int left;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		for (left = (unsigned int)n; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
			if (m->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(m))->error;
			if (m->nlmsg_type == NLMSG_DONE) {
				int error = 0;

				/* A dump that is refused may end with the error here. */
				if (m->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
					memcpy(&error, NLMSG_DATA(m), sizeof(error));
				return error < 0 ? error : 0;
			}
			if (m->nlmsg_type == RTM_NEWLINK && links)
				take_link(links, m);
			else if (m->nlmsg_type == RTM_NEWADDR && links)
				take_address(links, m);
		}
	}
}

static int open_route(void)
{
	const struct timeval limit = { .tv_sec = 1 };
	auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	return take_fd(&fd);
}

static int dump(int fd, int type, struct links *links)
{
	int r = ask(fd, type, false, 0);

	return r < 0 ? r : receive(fd, links);
}

/* One that is down is not ready, whatever its addresses. */
static bool needs_addresses(const struct links *links)
{
	for (size_t i = 0; i < links->n; i++) {
		if (links->link[i].physical && links->link[i].up)
			return true;
	}
	return false;
}

int audit_network_read(struct audit_network *ret)
{
	auto_close int fd = open_route();
	struct links links = { 0 };
	int r = fd < 0 ? fd : dump(fd, RTM_GETLINK, &links);

	if (r == 0) {
		read_links = links;
		has_read_links = true;
	}
	if (r == 0 && needs_addresses(&links))
		r = dump(fd, RTM_GETADDR, &links);
	if (r < 0)
		return r;
	*ret = (struct audit_network){ 0 };
	for (size_t i = 0; i < links.n && !ret->name[0]; i++) {
		if (!links.link[i].physical || (links.link[i].up && links.link[i].address))
			continue;
		memcpy(ret->name, links.link[i].name, sizeof(ret->name));
		ret->down = !links.link[i].up;
	}
	return 0;
}

static bool has_other_end(const struct links *links)
{
	for (size_t i = 0; i < links->n; i++) {
		if (links->link[i].has_nsid && links->link[i].nsid >= 0)
			return true;
	}
	return false;
}

int audit_network_reach(void)
{
	auto_close int fd = -EBADF;
	struct links links = read_links;
	int r = 0;

	if (has_read_links && !has_other_end(&links))
		return 0;
	fd = open_route();
	if (fd < 0 || !has_read_links)
		r = fd < 0 ? fd : dump(fd, RTM_GETLINK, &links);
	if (r < 0)
		return r;
	for (size_t i = 0; i < links.n; i++) {
		if (!links.link[i].has_nsid || links.link[i].nsid < 0)
			continue;
		r = ask(fd, RTM_GETLINK, true, links.link[i].nsid);
		if (r == 0 && receive(fd, NULL) == 0)
			return 1;
	}
	return 0;
}
