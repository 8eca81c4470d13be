# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every test speaks TAP.  To add one:
#   unit test     tests/unit/test-MODULE.c, a line in unit_tests
#   bats          tests/bats/PROGRAM.bats, a line in bats_tests
#   fuzz target   tests/fuzz/fuzz-PARSER.c, a line in fuzz_targets, its _SOURCES line, and
#                 seeds in tests/fuzz/corpus/PARSER/
#   data          a file below tests/data/ (shipped with the folder)
# A test that cannot run here skips and says why; STRICT_TESTS=1 makes that a failure.

TEST_EXTENSIONS = .bats
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
BATS_LOG_DRIVER = $(tap_driver)
BATS_LOG_COMPILER = bats
AM_BATS_LOG_FLAGS = --formatter tap
AM_TESTS_ENVIRONMENT = \
	abs_top_srcdir='$(abs_top_srcdir)'; export abs_top_srcdir; \
	abs_top_builddir='$(abs_top_builddir)'; export abs_top_builddir; \
	ASAN_OPTIONS="detect_leaks=1:$${ASAN_OPTIONS-}"; export ASAN_OPTIONS; \
	UBSAN_OPTIONS="print_stacktrace=1:$${UBSAN_OPTIONS-}"; export UBSAN_OPTIONS;

# What a program without an LDADD of its own links: the unit tests and fuzz targets.
LDADD = tools/libtools.a lib/libharden.a $(LXC_LIBS) $(JSONC_LIBS) $(CAP_LIBS)

unit_tests = \
	tests/unit/test-apifs \
	tests/unit/test-audit-child \
	tests/unit/test-audit-inside \
	tests/unit/test-audit-mounts \
	tests/unit/test-audit-process \
	tests/unit/test-hook \
	tests/unit/test-json \
	tests/unit/test-policy \
	tests/unit/test-report \
	tests/unit/test-caps \
	tests/unit/test-capsearch \
	tests/unit/test-cgroup \
	tests/unit/test-cleanup \
	tests/unit/test-emit \
	tests/unit/test-idmap \
	tests/unit/test-initver \
	tests/unit/test-io \
	tests/unit/test-journal \
	tests/unit/test-mnt \
	tests/unit/test-mntattr \
	tests/unit/test-mountinfo \
	tests/unit/test-proc \
	tests/unit/test-procstatus \
	tests/unit/test-rootfs \
	tests/unit/test-span \
	tests/unit/test-unitfile \
	tests/unit/test-unitlist \
	tests/unit/test-capinfo \
	tests/unit/test-dpkgstatus \
	tests/unit/test-fdinfo \
	tests/unit/test-filecap \
	tests/unit/test-fstab \
	tests/unit/test-check-score \
	tests/unit/test-lxcseccomp \
	tests/unit/test-mountentry \
	tests/unit/test-gate \
	tests/unit/test-lxcconf \
	tests/unit/test-audit-read \
	tests/unit/test-config-edit \
	tests/unit/test-containers \
	tests/unit/test-harden-dir \
	tests/unit/test-path-stranger \
	tests/unit/test-proof \
	tests/unit/test-prove-copy \
	tests/unit/test-prove-freezer \
	tests/unit/test-record \
	tests/unit/test-recorder-attached \
	tests/unit/test-recorder-none

bats_tests = \
	tests/bats/attach.bats \
	tests/bats/attack.bats \
	tests/bats/audit-objects.bats \
	tests/bats/breakout.bats \
	tests/bats/cap-audit.bats \
	tests/bats/check-held.bats \
	tests/bats/check-live.bats \
	tests/bats/check-objects.bats \
	tests/bats/check-score.bats \
	tests/bats/check.bats \
	tests/bats/completion.bats \
	tests/bats/config.bats \
	tests/bats/explain.bats \
	tests/bats/fault.bats \
	tests/bats/fragments.bats \
	tests/bats/generate-bad-input.bats \
	tests/bats/generate-durability.bats \
	tests/bats/generate-formats.bats \
	tests/bats/generate-guest.bats \
	tests/bats/generate.bats \
	tests/bats/html.bats \
	tests/bats/learn-load.bats \
	tests/bats/learn.bats \
	tests/bats/list.bats \
	tests/bats/load.bats \
	tests/bats/lxc-traps.bats \
	tests/bats/mount-cgroup-api.bats tests/bats/mount-cgroup-objects.bats \
	tests/bats/mount-cgroup-hostile.bats \
	tests/bats/mount-cgroup.bats \
	tests/bats/prove-root.bats \
	tests/bats/prove-services.bats \
	tests/bats/prove.bats \
	tests/bats/quickstart.bats \
	tests/bats/run.bats \
	tests/bats/seccomp.bats \
	tests/bats/strict.bats \
	tests/bats/sysv.bats \
	tests/bats/user.bats

# Those of the hooks' parts bring them along.
tests_unit_test_audit_child_SOURCES = tests/unit/test-audit-child.c \
	hooks/audit-child.c hooks/audit-join.c hooks/audit/filter.c hooks/audit/network.c
tests_unit_test_audit_inside_SOURCES = tests/unit/test-audit-inside.c \
	hooks/audit/filter.c hooks/audit/network.c \
	hooks/audit-child.c hooks/audit-inside.c hooks/audit-policy.c hooks/audit-trials.c \
	hooks/audit-trials-own.c hooks/audit-trials-system.c hooks/audit-try.c hooks/hook.c
tests_unit_test_hook_SOURCES = tests/unit/test-hook.c hooks/hook.c

# A build with BPF has no recorder-none.c in its library.
tests_unit_test_recorder_none_SOURCES = tests/unit/test-recorder-none.c tools/recorder/recorder-none.c

# Those that include a library's headers.
tests_unit_test_containers_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)
tests_unit_test_prove_freezer_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)
tests_unit_test_record_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_unit_test_audit_read_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_unit_test_proof_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_fuzz_fuzz_prove_tries_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS) $(JSONC_CFLAGS)

# Compares tools/config-read with liblxc itself, for tests/bats/config.bats.
check_PROGRAMS += tests/unit/config-compare
tests_unit_config_compare_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)

# deny-syscall NAMES COMMAND: runs COMMAND as on an older kernel, for fallbacks.
check_PROGRAMS += $(unit_tests) $(fuzz_targets) tests/unit/deny-syscall
EXTRA_DIST += tests/unit/tap.h tests/unit/deny.h tests/unit/scratch.h

# inject: one system call of a program fails.
check_PROGRAMS += tests/fault/inject
tests_fault_inject_SOURCES = tests/fault/inject.c tests/fault/calls.h
tests_fault_inject_LDADD =
EXTRA_DIST += tests/fault/faults.bash tests/fault/mount.bash tests/fault/audit.bash \
	tests/fault/tool.bash tests/fault/generator.bash tests/fault/gate.bash

# What tests/load/run measures with, and the guest that rewrites itself.
load_programs = tests/load/measure tests/load/rewriter tests/load/witness
check_PROGRAMS += $(load_programs)
tests_load_measure_LDADD =
tests_load_rewriter_LDADD =
tests_load_witness_LDADD =
EXTRA_DIST += tests/load/run tests/load/fleet.bash tests/load/tools.bash tests/load/left.bash \
	tests/load/guest.bash

# Makes known numbers of capability checks, for tests/bats/learn.bats; copied into guests.
check_PROGRAMS += tests/lib/checker
tests_lib_checker_SOURCES = \
	tests/lib/checker.c tests/lib/checker-calls.c tests/lib/checker-crowd.c tests/lib/checker.h
tests_lib_checker_LDADD =
tests_lib_checker_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

# Attacks whoever enters a container, for tests/bats/attach.bats.
check_PROGRAMS += tests/lib/intruder
tests_lib_intruder_LDADD =
tests_lib_intruder_LDFLAGS = $(AM_LDFLAGS) $(STATIC_LDFLAGS)

fuzz_targets = \
	tests/fuzz/fuzz-policy \
	tests/fuzz/fuzz-report \
	tests/fuzz/fuzz-caps \
	tests/fuzz/fuzz-cgroup \
	tests/fuzz/fuzz-emit \
	tests/fuzz/fuzz-idmap \
	tests/fuzz/fuzz-initver \
	tests/fuzz/fuzz-mountinfo \
	tests/fuzz/fuzz-procstatus \
	tests/fuzz/fuzz-dpkgstatus \
	tests/fuzz/fuzz-fdinfo \
	tests/fuzz/fuzz-filecap \
	tests/fuzz/fuzz-fstab \
	tests/fuzz/fuzz-audit-read \
	tests/fuzz/fuzz-record \
	tests/fuzz/fuzz-span \
	tests/fuzz/fuzz-unitfile \
	tests/fuzz/fuzz-lxcseccomp \
	tests/fuzz/fuzz-unitlist \
	tests/fuzz/fuzz-hook \
	tests/fuzz/fuzz-mountentry \
	tests/fuzz/fuzz-proof \
	tests/fuzz/fuzz-prove-tries \
	tests/fuzz/fuzz-config-edit \
	tests/fuzz/fuzz-lxcconf

# With --enable-fuzzers libFuzzer brings main(), and "tests/fuzz/fuzz-idmap FOLDER" fuzzes;
# else replay.c does.  Either way tests/fuzz/replay feeds each its corpus.
if FUZZERS
fuzz_main = tests/fuzz/fuzz.h
# With "make" already: they are what such a build is for.
all-local: $(fuzz_targets)
else
fuzz_main = tests/fuzz/fuzz.h tests/fuzz/replay.c
endif
tests_fuzz_fuzz_caps_SOURCES = tests/fuzz/fuzz-caps.c $(fuzz_main)
tests_fuzz_fuzz_caps_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_cgroup_SOURCES = tests/fuzz/fuzz-cgroup.c $(fuzz_main)
tests_fuzz_fuzz_cgroup_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_emit_SOURCES = tests/fuzz/fuzz-emit.c $(fuzz_main)
tests_fuzz_fuzz_emit_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_initver_SOURCES = tests/fuzz/fuzz-initver.c $(fuzz_main)
tests_fuzz_fuzz_initver_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_mountinfo_SOURCES = tests/fuzz/fuzz-mountinfo.c $(fuzz_main)
tests_fuzz_fuzz_mountinfo_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_procstatus_SOURCES = tests/fuzz/fuzz-procstatus.c $(fuzz_main)
tests_fuzz_fuzz_procstatus_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz-policy.c $(fuzz_main)
tests_fuzz_fuzz_policy_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz-report.c $(fuzz_main)
tests_fuzz_fuzz_report_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_span_SOURCES = tests/fuzz/fuzz-span.c $(fuzz_main)
tests_fuzz_fuzz_span_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_unitfile_SOURCES = tests/fuzz/fuzz-unitfile.c $(fuzz_main)
tests_fuzz_fuzz_unitfile_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_dpkgstatus_SOURCES = tests/fuzz/fuzz-dpkgstatus.c $(fuzz_main)
tests_fuzz_fuzz_dpkgstatus_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_fdinfo_SOURCES = tests/fuzz/fuzz-fdinfo.c $(fuzz_main)
tests_fuzz_fuzz_fdinfo_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_filecap_SOURCES = tests/fuzz/fuzz-filecap.c $(fuzz_main)
tests_fuzz_fuzz_filecap_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_fstab_SOURCES = tests/fuzz/fuzz-fstab.c $(fuzz_main)
tests_fuzz_fuzz_fstab_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_unitlist_SOURCES = tests/fuzz/fuzz-unitlist.c $(fuzz_main)
tests_fuzz_fuzz_unitlist_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_idmap_SOURCES = tests/fuzz/fuzz-idmap.c $(fuzz_main)
tests_fuzz_fuzz_idmap_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_lxcseccomp_SOURCES = tests/fuzz/fuzz-lxcseccomp.c $(fuzz_main)
tests_fuzz_fuzz_lxcseccomp_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_lxcconf_SOURCES = tests/fuzz/fuzz-lxcconf.c $(fuzz_main)
tests_fuzz_fuzz_lxcconf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_mountentry_SOURCES = tests/fuzz/fuzz-mountentry.c $(fuzz_main)
tests_fuzz_fuzz_mountentry_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_hook_SOURCES = tests/fuzz/fuzz-hook.c hooks/hook.c $(fuzz_main)
tests_fuzz_fuzz_hook_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_config_edit_SOURCES = tests/fuzz/fuzz-config-edit.c $(fuzz_main)
tests_fuzz_fuzz_config_edit_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_audit_read_SOURCES = tests/fuzz/fuzz-audit-read.c $(fuzz_main)
tests_fuzz_fuzz_audit_read_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_proof_SOURCES = tests/fuzz/fuzz-proof.c $(fuzz_main)
tests_fuzz_fuzz_proof_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_prove_tries_SOURCES = tests/fuzz/fuzz-prove-tries.c $(fuzz_main)
tests_fuzz_fuzz_prove_tries_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz-record.c $(fuzz_main)
tests_fuzz_fuzz_record_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

TESTS += $(unit_tests) tests/fuzz/replay $(bats_tests)
# A script: not to be made from replay.c, which a checkout may leave newer.
tests/fuzz/replay: ;
EXTRA_DIST += tests/prove
EXTRA_DIST += tests/fuzz/run tests/fuzz/replay tests/fuzz/replay.c tests/fuzz/corpus tests/data $(bats_tests)

include tests/bench/local.mk
include tests/breakout/local.mk
include tests/seccomp/local.mk
