# SPDX-License-Identifier: LGPL-2.1-or-later
pkglibexec_PROGRAMS += hooks/mount-cgroup
hooks_mount_cgroup_SOURCES = \
	hooks/mount-cgroup.c \
	hooks/hierarchy.c hooks/hierarchy.h \
	hooks/hook.c hooks/hook.h
hooks_mount_cgroup_LDADD = lib/libharden.a $(CAP_LIBS)
hooks_mount_cgroup_LDFLAGS = $(STATIC_LDFLAGS)
