# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/guest/crew.c tools/guest/crew.h \
	tools/guest/dpkgstatus.c tools/guest/dpkgstatus.h \
	tools/guest/filecap.c tools/guest/filecap.h \
	tools/guest/files.c tools/guest/files.h \
	tools/guest/fstab.c tools/guest/fstab.h \
	tools/guest/guest.h \
	tools/guest/lists.c tools/guest/lists.h \
	tools/guest/mounts.c \
	tools/guest/network.c tools/guest/network.h \
	tools/guest/options.c \
	tools/guest/read.c \
	tools/guest/unit.c tools/guest/unit.h \
	tools/guest/units.c tools/guest/units.h \
	tools/guest/uses.c \
	tools/guest/walk.c tools/guest/walk.h
