# SPDX-License-Identifier: LGPL-2.1-or-later
# What a root inside would try; tests/breakout/run runs it in containers.
check_PROGRAMS += tests/breakout/probe tests/breakout/act
tests_breakout_probe_SOURCES = \
	tests/breakout/probe.c tests/breakout/probe.h \
	tests/breakout/calls.c \
	tests/breakout/files.c \
	tests/breakout/foreign.c \
	tests/breakout/mounts.c \
	tests/breakout/sockets.c \
	tests/breakout/tasks.c
tests_breakout_probe_LDADD =
# Static, to run in any guest; and below 4 GiB, for its 32-bit calls.
tests_breakout_probe_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
tests_breakout_act_SOURCES = \
	tests/breakout/act.c tests/breakout/act.h \
	tests/breakout/act-links.c \
	tests/breakout/act-seize.c \
	tests/breakout/act-shared.c
tests_breakout_act_LDADD =
tests_breakout_act_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
EXTRA_DIST += tests/breakout/run tests/breakout/objects.bash tests/breakout/accepted \
	tests/breakout/accepted-objects
