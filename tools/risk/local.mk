# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/risk/capinfo.c tools/risk/capinfo.h \
	tools/risk/reasons.c tools/risk/reasons.h \
	tools/risk/score.c tools/risk/score.h \
	tools/risk/severity.h
