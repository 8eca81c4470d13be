# SPDX-License-Identifier: LGPL-2.1-or-later
#
# "make bench BENCH_ARGS='--json FILE'", as root: see tests/bench/run --help.
bench_programs = tests/bench/nothing tests/bench/bare-mount tests/bench/spawn tests/bench/http
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)
EXTRA_DIST += tests/bench/scan.bash tests/bench/learn.bash tests/bench/many tests/bench/run tests/bench/summary.awk tests/bench/article-hook.sh

# Linked as the hooks are.
tests_bench_nothing_LDADD =
tests_bench_nothing_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
tests_bench_bare_mount_LDADD =
tests_bench_bare_mount_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)
tests_bench_spawn_LDADD = lib/libharden.a
tests_bench_spawn_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

bench: $(bench_programs) $(pkglibexec_PROGRAMS) tools/lxc-harden tests/lib/checker
	@builddir='$(abs_top_builddir)' CC='$(CC)' $(srcdir)/tests/bench/run $(BENCH_ARGS)
.PHONY: bench

bench-many: tools/lxc-harden
	@builddir='$(abs_top_builddir)' $(srcdir)/tests/bench/many $(BENCH_ARGS)
.PHONY: bench-many
