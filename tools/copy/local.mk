# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/copy/copy.c tools/copy/copy.h \
	tools/copy/copytree.c \
	tools/copy/freezer.c tools/copy/freezer.h \
	tools/copy/loop.c tools/copy/loop.h \
	tools/copy/maker.h \
	tools/copy/mounts.c \
	tools/copy/room.c tools/copy/room.h \
	tools/copy/root.c tools/copy/root.h \
	tools/copy/setup.h \
	tools/copy/snapshot.c tools/copy/snapshot.h \
	tools/copy/template.c tools/copy/template.h
