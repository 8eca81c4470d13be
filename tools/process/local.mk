# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/process/attach.c tools/process/attach.h tools/process/attach-parts.h \
	tools/process/attach-cgroup.c \
	tools/process/attach-copy.c \
	tools/process/attach-enter.c \
	tools/process/attach-filter.c \
	tools/process/attach-init.c \
	tools/process/attach-seal.c \
	tools/process/child.c tools/process/child.h \
	tools/process/deadline.c tools/process/deadline.h \
	tools/process/freezer.c tools/process/freezer.h \
	tools/process/workers.c tools/process/workers.h \
	tools/process/workers-owner.c
