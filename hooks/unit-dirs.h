/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest's systemd looks for units, and drop-ins for it.  All of it is the guest's. */
#ifndef HOOKS_UNIT_DIRS_H
#define HOOKS_UNIT_DIRS_H

#include <dirent.h>
#include <stddef.h>

/* Where systemd looks for units, the first one wins: systemd.unit(5). */
extern const char *const unitdirs[];
extern const size_t unitdir_n;

/* A directory that is not there is NULL and 0; what keeps us from reading it is -errno. */
int unitdir_open(const char *path, DIR **ret);
/* An entry; NULL at the end with *ret_r 0, or -errno. */
const struct dirent *unitdir_next(DIR *dir, int *ret_r);
/* 1 if one of the first n of them has a unit of that name, 0, or -errno. */
int unitdir_find(size_t n, const char *name);
/* OUT/UNIT.d/NAME: 0 or -errno, and then nothing is left. */
int unitdir_write_dropin(const char *out, const char *unit, const char *name, const char *text);
/* One line about what -errno r kept from being mended; 1, the exit status. */
int unitdir_complain(const char *program, const char *name, int r);

#endif
