# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/config/config-ask.c \
	tools/config/config-edit.c tools/config/config-edit.h \
	tools/config/config-edit-text.c \
	tools/config/config-error.c tools/config/config-error.h \
	tools/config/config-read.c tools/config/config-read.h \
	tools/config/levels.c tools/config/levels.h \
	tools/config/lxcconf.c tools/config/lxcconf.h \
	tools/config/lxcconf-caps.c \
	tools/config/lxcconf-keys.c \
	tools/config/lxcconf-parts.h \
	tools/config/seccomp-merge.c tools/config/seccomp-merge.h \
	tools/config/lxcseccomp.c tools/config/lxcseccomp.h \
	tools/config/mountentry.c tools/config/mountentry.h
