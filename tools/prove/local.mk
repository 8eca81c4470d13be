# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/prove/apply.c \
	tools/prove/capsearch.c tools/prove/capsearch.h \
	tools/prove/capsearch-ask.c \
	tools/prove/capsearch-left.c \
	tools/prove/capsearch-run.h \
	tools/prove/capsearch-tries.c tools/prove/capsearch-tries.h \
	tools/prove/hints.c tools/prove/hints.h \
	tools/prove/key.c tools/prove/key.h \
	tools/prove/pool.c tools/prove/pool.h \
	tools/prove/progress.c tools/prove/progress.h \
	tools/prove/report.c tools/prove/report.h \
	tools/prove/run.c tools/prove/run.h \
	tools/prove/tries.c tools/prove/tries.h \
	tools/prove/work.c tools/prove/work.h
