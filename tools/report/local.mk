# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/report/check-json.c \
	tools/report/check-print.c \
	tools/report/check-prometheus.c \
	tools/report/check-sarif.c \
	tools/report/check-show.h \
	tools/report/file.c tools/report/file.h \
	tools/report/history.c tools/report/history.h \
	tools/report/html.h \
	tools/report/html-audits.c \
	tools/report/html-details.c \
	tools/report/html-matrix.c \
	tools/report/html-page.c \
	tools/report/html-style.c \
	tools/report/list-facts.c tools/report/list-facts.h \
	tools/report/list-json.c \
	tools/report/list-show.h \
	tools/report/list-table.c
