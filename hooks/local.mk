# SPDX-License-Identifier: LGPL-2.1-or-later
mount_hook_sources = \
	hooks/hook.c hooks/hook.h \
	hooks/mount-hook.c hooks/mount-hook.h \
	hooks/place.c hooks/place.h

pkglibexec_PROGRAMS += hooks/mount-cgroup
hooks_mount_cgroup_SOURCES = \
	hooks/mount-cgroup.c \
	hooks/hierarchy.c hooks/hierarchy.h hooks/hierarchy-choose.c hooks/hierarchy-mount.c \
	$(mount_hook_sources)
hooks_mount_cgroup_LDADD = lib/libharden.a $(CAP_LIBS)
hooks_mount_cgroup_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

pkglibexec_PROGRAMS += hooks/mount-api
hooks_mount_api_SOURCES = \
	hooks/mount-api.c \
	hooks/keep.c hooks/keep.h \
	hooks/nesting.c hooks/nesting.h \
	$(mount_hook_sources)
hooks_mount_api_LDADD = lib/libharden.a
hooks_mount_api_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

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
hooks_unit_generator_SOURCES = hooks/unit-generator.c
hooks_unit_generator_LDADD = lib/libharden.a
hooks_unit_generator_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

# Not a hook of a configuration: "lxc-harden learn" gives it to one start.
pkglibexec_PROGRAMS += hooks/learn-gate
hooks_learn_gate_SOURCES = hooks/learn-gate.c hooks/hook.c hooks/hook.h
hooks_learn_gate_LDADD = lib/libharden.a
hooks_learn_gate_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
