# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/container/container-state.c \
	tools/container/containers.c tools/container/containers.h \
	tools/container/harden-dir.c tools/container/harden-dir.h \
	tools/container/lock.c tools/container/lock.h \
	tools/container/open.c tools/container/open.h \
	tools/container/open-root.c tools/container/open-root.h \
	tools/container/path-stranger.c tools/container/path-stranger.h \
	tools/container/replace.c tools/container/replace.h \
	tools/container/trust.c tools/container/trust.h
