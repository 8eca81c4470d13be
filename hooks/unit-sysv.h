/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What systemd-sysv-generator(8) makes of the scripts in /etc/init.d, without CAP_SYS_PTRACE.
 *
 * start-stop-daemon(8) then cannot read /proc/PID/exe of another user's process: "stop" reports
 * success and the daemon stays, "restart" leaves the old one.  The generator's units have
 * KillMode=process, by which systemd leaves it running too.  With KillMode=control-group
 * systemd ends, by SIGTERM first, what the script has left.
 */
#ifndef HOOKS_UNIT_SYSV_H
#define HOOKS_UNIT_SYSV_H

/* A drop-in in "out" for each script without a unit of its own; the exit status. */
int sysv_mend_all(const char *program, const char *out);

#endif
