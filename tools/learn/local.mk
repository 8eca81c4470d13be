# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/learn/gate.c tools/learn/gate.h \
	tools/learn/learn-json.c \
	tools/learn/learn-report.c tools/learn/learn-report.h \
	tools/learn/learn-tally.c tools/learn/learn-tally.h \
	tools/learn/recorder-options.c tools/learn/recorder-options.h \
	tools/learn/session.c tools/learn/session.h \
	tools/learn/session-container.c \
	tools/learn/session-guest.c \
	tools/learn/session-parts.h
