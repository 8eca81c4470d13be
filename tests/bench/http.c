/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* http PORT REQUESTS: so many GET / to 127.0.0.1, one after the other, a connection for each. */
#include "config.h"

#include <error.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/span.h"

static void request(const struct sockaddr_in *address)
{
	static const char text[] = "GET / HTTP/1.0\r\n\r\n";
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[65536];
	ssize_t n;
	size_t all = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    write(fd, text, sizeof(text) - 1) != (ssize_t)sizeof(text) - 1)
		error(1, errno, "cannot ask");
	while ((n = read(fd, answer, sizeof(answer))) > 0)
		all += (size_t)n;
	if (n < 0 || !all)
		error(1, errno, "no answer");
	(void)close(fd); /* a socket */
}

int main(int argc, char *argv[])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	uint64_t port, requests;

	if (argc != 3 || span_parse_u64(span_of(argv[1]), 10, 65535, &port) < 0 ||
	    span_parse_u64(span_of(argv[2]), 10, 10000000, &requests) < 0)
		error(2, 0, "usage: http PORT REQUESTS");
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (requests--)
		request(&address);
	return 0;
}
