# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/process/child.c tools/process/child.h \
	tools/process/deadline.c tools/process/deadline.h \
	tools/process/workers.c tools/process/workers.h \
	tools/process/workers-owner.c
