/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What root inside a container would do to an object that has no path of its own there.
 * tests/breakout/objects makes the object on the host, runs the action in the guest, and
 * looks on the host at what became of the object: an action's own status proves nothing.
 */
#ifndef TESTS_BREAKOUT_ACT_H
#define TESTS_BREAKOUT_ACT_H

/* Each takes the words after its name: 0 when all calls were answered, else -errno. */
typedef int act_fn(char **arg);

/* Says "held", and keeps what the process has until standard input ends or 8 s pass. */
int act_hold(void);

/* -errno of a call that returned r, or 0. */
int act_errno(long r);

/* A write or read of one file, in one call; text is at most 255 bytes. */
int act_write_file(const char *path, int flags, const char *text);
int act_print_fd(int fd);

act_fn act_link_list, act_link_move, act_link_delete, act_link_new;
act_fn act_sysv_make, act_sysv_use, act_sysv_state, act_sysv_remove;
act_fn act_queue_make, act_queue_send, act_queue_count, act_queue_remove;
act_fn act_listen, act_connect, act_vsock_bind, act_signals;
act_fn act_key_add, act_key_read, act_key_revoke, act_key_forget;
act_fn act_seize;

#endif
