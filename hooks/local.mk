# SPDX-License-Identifier: LGPL-2.1-or-later
pkglibexec_PROGRAMS += hooks/mount-cgroup
hooks_mount_cgroup_SOURCES = \
	hooks/mount-cgroup.c \
	hooks/hook.c hooks/hook.h \
	hooks/mount/api.c hooks/mount/api.h \
	hooks/mount/covers.c hooks/mount/covers.h \
	hooks/mount/generator.c hooks/mount/generator.h \
	hooks/mount/hierarchy.c hooks/mount/hierarchy.h \
	hooks/mount/hierarchy-choose.c hooks/mount/hierarchy-mount.c \
	hooks/mount/keep.c hooks/mount/keep.h \
	hooks/mount/limits.c hooks/mount/limits.h \
	hooks/mount/nesting.c hooks/mount/nesting.h \
	hooks/mount/nodev.c hooks/mount/nodev.h \
	hooks/mount/place.c hooks/mount/place.h \
	hooks/mount/table.c hooks/mount/table.h
hooks_mount_cgroup_LDADD = lib/libharden.a $(CAP_LIBS)
hooks_mount_cgroup_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

pkglibexec_PROGRAMS += hooks/cap-audit
hooks_cap_audit_SOURCES = \
	hooks/cap-audit.c \
	hooks/audit.h \
	hooks/audit-child.c hooks/audit-child.h \
	hooks/audit-guest.c hooks/audit-guest.h \
	hooks/audit-host.c \
	hooks/audit-inside.c \
	hooks/audit-join.c hooks/audit-join.h \
	hooks/audit-json.c \
	hooks/audit-log.c hooks/audit-log.h \
	hooks/audit-policy.c \
	hooks/audit-record.c hooks/audit-record.h \
	hooks/audit-stop.c \
	hooks/audit-trials.c hooks/audit-trials.h hooks/audit-trials-own.c hooks/audit-trials-system.c \
	hooks/audit-try.c hooks/audit-try.h \
	hooks/audit/allow.c hooks/audit/allow.h \
	hooks/audit/filter.c hooks/audit/filter.h \
	hooks/audit/network.c hooks/audit/network.h \
	hooks/audit/objects.c hooks/audit/objects.h \
	hooks/audit/places.c hooks/audit/places.h \
	hooks/hook.c hooks/hook.h
hooks_cap_audit_LDADD = lib/libharden.a $(CAP_LIBS)
hooks_cap_audit_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

pkglibexec_PROGRAMS += hooks/unit-generator
hooks_unit_generator_SOURCES = hooks/unit-generator.c \
	hooks/unit-dirs.c hooks/unit-dirs.h hooks/unit-sysv.c hooks/unit-sysv.h
hooks_unit_generator_LDADD = lib/libharden.a
hooks_unit_generator_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

# Not a hook of a configuration: "lxc-harden learn" gives it to one start.
pkglibexec_PROGRAMS += hooks/learn-gate
hooks_learn_gate_SOURCES = hooks/learn-gate.c hooks/hook.c hooks/hook.h
hooks_learn_gate_LDADD = lib/libharden.a
hooks_learn_gate_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
