# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/check/all.c \
	tools/check/before.c \
	tools/check/binds.c \
	tools/check/calls.c \
	tools/check/caps.c \
	tools/check/check.c tools/check/check.h \
	tools/check/config.c \
	tools/check/container.c \
	tools/check/faults.c \
	tools/check/hooks.c \
	tools/check/includes.c \
	tools/check/live.c \
	tools/check/live-objects.c \
	tools/check/live-mounts.c \
	tools/check/load.c \
	tools/check/mounts.c \
	tools/check/objects.c \
	tools/check/proc.c \
	tools/check/work.c tools/check/work.h
