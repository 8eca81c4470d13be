# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LIBRARIES += lib/libharden.a
lib_libharden_a_SOURCES = \
	lib/cleanup.h \
	lib/apifs.c lib/apifs.h \
	lib/audit-findings.c lib/audit-findings.h \
	lib/audit-mounts.c lib/audit-mounts.h \
	lib/audit-mounttable.c lib/audit-mounttable.h \
	lib/audit-process.c lib/audit-process.h \
	lib/capinfo.c lib/capinfo.h \
	lib/caps.c lib/caps.h \
	lib/capsearch.c lib/capsearch.h lib/capsearch-run.h \
	lib/capsearch-ask.c lib/capsearch-left.c \
	lib/capsearch-tries.c lib/capsearch-tries.h \
	lib/cgroup.c lib/cgroup.h \
	lib/dpkgstatus.c lib/dpkgstatus.h \
	lib/emit.c lib/emit.h \
	lib/fdinfo.c lib/fdinfo.h \
	lib/filecap.c lib/filecap.h \
	lib/fstab.c lib/fstab.h \
	lib/idmap.c lib/idmap.h \
	lib/initver.c lib/initver.h \
	lib/io.c lib/io.h \
	lib/journal.c lib/journal.h \
	lib/json.c lib/json.h \
	lib/lxcconf.c lib/lxcconf.h lib/lxcconf-parts.h \
	lib/lxcconf-caps.c lib/lxcconf-keys.c lib/lxcconf-text.c \
	lib/lxcseccomp.c lib/lxcseccomp.h \
	lib/mnt.c lib/mnt.h \
	lib/mountentry.c lib/mountentry.h \
	lib/mountinfo.c lib/mountinfo.h \
	lib/proc.c lib/proc.h \
	lib/policy.c lib/policy.h \
	lib/procstatus.c lib/procstatus.h \
	lib/report.c lib/report.h \
	lib/rootfs.c lib/rootfs.h \
	lib/span.c lib/span.h \
	lib/unitfile.c lib/unitfile.h \
	lib/unitlist.c lib/unitlist.h
