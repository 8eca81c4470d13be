/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line for the host's log: the journal's own socket, with a field for the
 * container, or /dev/log where there is no journal (systemd.journal-fields(7),
 * RFC 3164).  Never waits: a full or absent log must not hold up a start.
 */
#ifndef LIB_JOURNAL_H
#define LIB_JOURNAL_H

enum journal_priority {
	JOURNAL_ERR = 3,
	JOURNAL_WARNING = 4,
	JOURNAL_INFO = 6,
};

struct journal {
	int fd; /* -EBADF if there is no log */
	enum { JOURNAL_NONE, JOURNAL_NATIVE, JOURNAL_SYSLOG } kind;
};

/* Connects; a program that changes its mount namespace does so before. */
struct journal journal_open(void);
void journal_done(struct journal *j);

/*
 * The texts must be without newlines (escape what is a guest's); of about 2000 bytes the
 * rest is cut off.  0, or -errno when it
 * was not taken: -ENOTCONN without a log.
 */
int journal_send(const struct journal *j, enum journal_priority priority, const char *program,
		 const char *container, const char *message);

#endif
