# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LIBRARIES += lib/libharden.a
lib_libharden_a_SOURCES = \
	lib/cleanup.h \
	lib/apifs.c lib/apifs.h \
	lib/audit-findings.c lib/audit-findings.h \
	lib/audit-mounts.c lib/audit-mounts.h \
	lib/audit-mounttable.c lib/audit-mounttable.h \
	lib/audit-process.c lib/audit-process.h \
	lib/caps.c lib/caps.h \
	lib/cgroup.c lib/cgroup.h \
	lib/emit.c lib/emit.h \
	lib/idmap.c lib/idmap.h \
	lib/initver.c lib/initver.h \
	lib/io.c lib/io.h \
	lib/journal.c lib/journal.h \
	lib/json.c lib/json.h \
	lib/lxcconf-text.c lib/lxcconf-text.h \
	lib/mnt.c lib/mnt.h \
	lib/mountinfo.c lib/mountinfo.h \
	lib/proc.c lib/proc.h \
	lib/policy.c lib/policy.h \
	lib/procstatus.c lib/procstatus.h \
	lib/report.c lib/report.h \
	lib/rootfs.c lib/rootfs.h \
	lib/span.c lib/span.h \
	lib/unitfile.c lib/unitfile.h
