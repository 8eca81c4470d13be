# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/command/command.c tools/command/command.h \
	tools/command/command-json.c tools/command/command-json.h
