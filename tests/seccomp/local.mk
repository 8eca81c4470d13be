# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/bats/seccomp.bats runs: filters as the kernel has them, compared; and calls, tried
# from inside a container.
check_PROGRAMS += tests/seccomp/calls tests/seccomp/compare tests/seccomp/filter-of
tests_seccomp_calls_SOURCES = tests/seccomp/calls.c
tests_seccomp_calls_LDADD =
tests_seccomp_calls_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
tests_seccomp_compare_SOURCES = tests/seccomp/compare.c
tests_seccomp_compare_LDADD =
tests_seccomp_filter_of_SOURCES = tests/seccomp/filter-of.c
tests_seccomp_filter_of_LDADD =
EXTRA_DIST += tests/seccomp/strict-plain.seccomp
