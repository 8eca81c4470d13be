/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets of every family; asking for one loads the module for it, whoever asks. */
#include "config.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

static long run_socket(const struct probe *p)
{
	return probe_errno(socket((int)p->arg[0], (int)p->arg[1], (int)p->arg[2]));
}

/* The kernel looks at 32 bits of the family, a careless filter at 64. */
static long run_socket_garbage(const struct probe *p)
{
	return probe_errno(syscall(SYS_socket, p->arg[0] | (1L << 40), p->arg[1], p->arg[2]));
}

static long run_pair(const struct probe *p)
{
	int fds[2];

	/* Two sockets were made when it is pairs that the family lacks. */
	long r = probe_errno(socketpair((int)p->arg[0], (int)p->arg[1], (int)p->arg[2], fds));

	return r == -EOPNOTSUPP ? 0 : r;
}

/* A dummy interface in the container's own network: what CAP_NET_ADMIN gives. */
static long run_new_link(const struct probe *p)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
		struct rtattr info, kind;
		char name[8];
	} request = {
		.h = { sizeof(request), RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, 1,
		       0 },
		.info = { sizeof(struct rtattr) * 2 + 8, IFLA_LINKINFO },
		.kind = { sizeof(struct rtattr) + 8, 1 /* IFLA_INFO_KIND */ },
	};
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	(void)strncpy(request.name, p->text, sizeof(request.name) - 1);
	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	/* A made-up kind: nothing is made, but a module was asked for. */
	return answer.e.error;
}

/* Types: 1 stream, 2 datagram, 3 raw, 5 packets in sequence. */
#define SOCKET(label, class, family, type, protocol)                                       \
	{                                                                                  \
		"socket-" label, class, run_socket, NULL, 0, { family, type, protocol }, 0 \
	}
#define NETLINK(label, protocol) \
	SOCKET("netlink-" label, PROBE_KERNEL, AF_NETLINK, SOCK_RAW, protocol)

static const struct probe rows[] = {
	SOCKET("raw", PROBE_HOST, AF_INET, SOCK_RAW, IPPROTO_RAW),
	SOCKET("raw-icmp", PROBE_HOST, AF_INET, SOCK_RAW, IPPROTO_ICMP),
	SOCKET("raw-ipv6", PROBE_HOST, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6),
	SOCKET("packet-raw", PROBE_HOST, AF_PACKET, SOCK_RAW, 0),
	SOCKET("packet-datagram", PROBE_HOST, AF_PACKET, SOCK_DGRAM, 0),
	SOCKET("vsock", PROBE_HOST, 40, SOCK_STREAM, 0),
	SOCKET("vsock-datagram", PROBE_HOST, 40, SOCK_DGRAM, 0),
	{ "socket-vsock-garbage",
	  PROBE_HOST,
	  run_socket_garbage,
	  NULL,
	  0,
	  { 40, SOCK_STREAM, 0 },
	  0 },
	SOCKET("alg", PROBE_KERNEL, 38, SOCK_SEQPACKET, 0),
	SOCKET("key", PROBE_KERNEL, 15, SOCK_RAW, 2),
	SOCKET("bluetooth", PROBE_HOST, 31, SOCK_RAW, 1),
	SOCKET("can", PROBE_KERNEL, 29, SOCK_RAW, 1),
	SOCKET("tipc", PROBE_KERNEL, 30, SOCK_DGRAM, 0),
	SOCKET("rds", PROBE_KERNEL, 21, SOCK_SEQPACKET, 0),
	SOCKET("x25", PROBE_KERNEL, 9, SOCK_SEQPACKET, 0),
	SOCKET("ax25", PROBE_KERNEL, 3, SOCK_DGRAM, 0),
	SOCKET("netrom", PROBE_KERNEL, 6, SOCK_SEQPACKET, 0),
	SOCKET("ipx", PROBE_KERNEL, 4, SOCK_DGRAM, 0),
	SOCKET("appletalk", PROBE_KERNEL, 5, SOCK_DGRAM, 0),
	SOCKET("atm", PROBE_KERNEL, 8, SOCK_DGRAM, 0),
	SOCKET("decnet", PROBE_KERNEL, 12, SOCK_STREAM, 0),
	SOCKET("pppox", PROBE_KERNEL, 24, SOCK_DGRAM, 0),
	SOCKET("llc", PROBE_KERNEL, 26, SOCK_DGRAM, 0),
	SOCKET("rxrpc", PROBE_KERNEL, 33, SOCK_DGRAM, 2),
	SOCKET("phonet", PROBE_KERNEL, 35, SOCK_DGRAM, 0),
	SOCKET("ieee802154", PROBE_KERNEL, 36, SOCK_DGRAM, 0),
	SOCKET("caif", PROBE_KERNEL, 37, SOCK_SEQPACKET, 0),
	SOCKET("nfc", PROBE_HOST, 39, SOCK_SEQPACKET, 0),
	SOCKET("kcm", PROBE_KERNEL, 41, SOCK_DGRAM, 0),
	SOCKET("qipcrtr", PROBE_HOST, 42, SOCK_DGRAM, 0),
	SOCKET("smc", PROBE_KERNEL, 43, SOCK_STREAM, 0),
	SOCKET("xdp", PROBE_KERNEL, 44, SOCK_RAW, 0),
	SOCKET("mctp", PROBE_HOST, 45, SOCK_DGRAM, 0),
	SOCKET("sctp", PROBE_KERNEL, AF_INET, SOCK_STREAM, 132),
	SOCKET("sctp-packets", PROBE_KERNEL, AF_INET, SOCK_SEQPACKET, 132),
	SOCKET("sctp-ipv6", PROBE_KERNEL, AF_INET6, SOCK_STREAM, 132),
	SOCKET("dccp", PROBE_KERNEL, AF_INET, 6, 33),
	SOCKET("l2tp", PROBE_KERNEL, AF_INET, SOCK_DGRAM, 115),
	SOCKET("udplite", PROBE_KERNEL, AF_INET, SOCK_DGRAM, 136),
	NETLINK("sock-diag", 4),
	NETLINK("generic", 16),
	SOCKET("netlink-uevent", PROBE_SECRETS, AF_NETLINK, SOCK_RAW, 15),
	NETLINK("xfrm", 6),
	NETLINK("audit", 9),
	NETLINK("netfilter", 12),
	NETLINK("connector", 11),
	NETLINK("iscsi", 8),
	NETLINK("selinux", 7),
	NETLINK("fib", 10),
	NETLINK("scsi", 18),
	NETLINK("rdma", 20),
	NETLINK("crypto", 21),
	NETLINK("smc", 22),
	{ "socketpair-tipc", PROBE_KERNEL, run_pair, NULL, 0, { 30, SOCK_DGRAM, 0 }, 0 },
	{ "socketpair-vsock", PROBE_KERNEL, run_pair, NULL, 0, { 40, SOCK_STREAM, 0 }, 0 },
	{ "rtnetlink-new-link", PROBE_KERNEL, run_new_link, "probe00", 0, { 0 }, EOPNOTSUPP },
};

const struct probe_table probe_sockets = { rows, PROBE_COUNT(rows) };
