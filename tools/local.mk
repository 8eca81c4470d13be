# SPDX-License-Identifier: LGPL-2.1-or-later
bin_PROGRAMS = tools/lxc-harden
tools_lxc_harden_SOURCES = \
	tools/lxc-harden.c \
	tools/check.c tools/check.h \
	tools/check-all.c \
	tools/check-before.c \
	tools/check-calls.c \
	tools/check-caps.c \
	tools/check-config.c \
	tools/check-faults.c \
	tools/check-hooks.c \
	tools/check-includes.c \
	tools/check-json.c \
	tools/check-live.c \
	tools/check-live-mounts.c \
	tools/check-load.c \
	tools/check-mounts.c \
	tools/check-names.c \
	tools/check-print.c \
	tools/check-proc.c \
	tools/check-prometheus.c \
	tools/check-reasons.c tools/check-reasons.h \
	tools/check-sarif.c \
	tools/check-score.c tools/check-score.h \
	tools/check-show.h \
	tools/check-work.c tools/check-work.h \
	tools/verb-check.c \
	tools/command.c tools/command.h \
	tools/command-json.c tools/command-json.h \
	$(container_sources) \
	$(config_edit_sources) \
	$(config_read_sources) \
	tools/generate-basis.c tools/generate-basis.h \
	tools/generate-evidence.c \
	tools/generate-guest.c \
	tools/generate-json.c \
	tools/generate-plan.c tools/generate-plan.h \
	tools/generate-stray.c \
	tools/generate-tell.c tools/generate-tell.h \
	tools/generate-text.c \
	tools/generate-write.c tools/generate-write.h \
	tools/guest-crew.c tools/guest-crew.h \
	tools/guest-files.c tools/guest-files.h \
	tools/guest-lists.c \
	tools/guest-mounts.c \
	tools/guest-open.c tools/guest-open.h \
	tools/guest-options.c \
	tools/guest-read.c tools/guest-read.h \
	tools/generate/seccomp.c tools/generate/seccomp.h \
	tools/config/seccomp-merge.c tools/config/seccomp-merge.h \
	tools/generate/sha256.c tools/generate/sha256.h \
	tools/guest/network.c tools/guest/network.h \
	tools/guest-unit.c tools/guest-unit.h \
	tools/guest-uses.c \
	tools/guest-units.c tools/guest-units.h \
	tools/guest-walk.c tools/guest-walk.h \
	tools/harden-dir.c tools/harden-dir.h \
	tools/audit-read.c tools/audit-read.h \
	tools/history.c tools/history.h \
	tools/levels.c tools/levels.h \
	tools/html.h \
	tools/html-audits.c \
	tools/html-details.c \
	tools/html-matrix.c \
	tools/html-page.c \
	tools/html-style.c \
	tools/list-facts.c tools/list-facts.h \
	tools/list-json.c \
	tools/list-show.h \
	tools/list-table.c \
	tools/verb-list.c \
	tools/replace.c tools/replace.h \
	tools/trust.c tools/trust.h \
	tools/verb-explain.c \
	tools/verb-generate.c \
	tools/verb-remove.c
tools_lxc_harden_SOURCES += \
	$(proof_sources) \
	tools/prove.h \
	tools/prove-deadline.c tools/prove-deadline.h \
	tools/prove-apply.c \
	tools/prove-config.c tools/prove-config.h tools/prove-maker.h tools/prove-mounts.c \
	tools/prove-copy.c tools/prove-copy.h tools/prove-copytree.c \
	tools/prove-freezer.c tools/prove-freezer.h \
	tools/prove-loop.c tools/prove-loop.h \
	tools/prove-root.c tools/prove-root.h \
	tools/prove-snapshot.c tools/prove-snapshot.h \
	tools/prove-work.c tools/prove-work.h \
	tools/prove-evidence.c \
	tools/prove-guest.c tools/prove-guest.h \
	tools/prove-hints.c tools/prove-hints.h \
	tools/prove-pool.c tools/prove-pool.h \
	tools/prove-process.c \
	tools/prove-progress.c tools/prove-progress.h \
	tools/prove-report.c tools/prove-report.h \
	tools/prove-restart.c \
	tools/prove-room.c tools/prove-room.h \
	tools/prove-run.c tools/prove-run.h \
	tools/prove-trial.c tools/prove-trial.h \
	tools/prove-key.c tools/prove-key.h \
	tools/prove-tries.c tools/prove-tries.h \
	tools/prove-units.c tools/prove-units.h \
	tools/verb-prove.c
tools_lxc_harden_CFLAGS = $(AM_CFLAGS) -pthread $(LXC_CFLAGS) $(SMARTCOLS_CFLAGS) $(JSONC_CFLAGS)
tools_lxc_harden_LDFLAGS = $(AM_LDFLAGS) -pthread
tools_lxc_harden_LDADD = lib/libharden.a $(LXC_LIBS) $(SMARTCOLS_LIBS) $(JSONC_LIBS) $(CAP_LIBS)

tools_lxc_harden_SOURCES += $(record_sources)
include tools/recorder.mk

# Writes the table of lxc-harden.conf(5); tests/bats/explain.bats compares the two.
check_PROGRAMS += tools/capinfo-roff
tools_capinfo_roff_SOURCES = tools/capinfo-roff.c

# Compares tools/config-read with liblxc itself, for tests/bats/config.bats.
check_PROGRAMS += tests/unit/config-compare
config_read_sources = tools/config-ask.c tools/config-error.c tools/config-error.h \
	tools/config-read.c tools/config-read.h
tests_unit_config_compare_SOURCES = tests/unit/config-compare.c $(config_read_sources)
tests_unit_config_compare_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)
tests_unit_config_compare_LDADD = lib/libharden.a $(LXC_LIBS) $(CAP_LIBS)

check_PROGRAMS += tests/unit/test-config-edit
TESTS += tests/unit/test-config-edit
config_edit_sources = tools/config-edit.c tools/config-edit.h tools/config-edit-text.c
tests_unit_test_config_edit_SOURCES = tests/unit/test-config-edit.c $(config_edit_sources)

check_PROGRAMS += tests/unit/test-harden-dir
TESTS += tests/unit/test-harden-dir
tests_unit_test_harden_dir_SOURCES = tests/unit/test-harden-dir.c \
	tools/harden-dir.c tools/harden-dir.h tools/replace.c tools/replace.h

check_PROGRAMS += tests/unit/test-prove-copy
TESTS += tests/unit/test-prove-copy
tests_unit_test_prove_copy_SOURCES = tests/unit/test-prove-copy.c \
	tools/prove-copy.c tools/prove-copy.h tools/prove-copytree.c tools/prove.h

check_PROGRAMS += tests/unit/test-prove-freezer
TESTS += tests/unit/test-prove-freezer
tests_unit_test_prove_freezer_SOURCES = tests/unit/test-prove-freezer.c \
	tools/prove-freezer.c tools/prove-freezer.h
tests_unit_test_prove_freezer_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)

check_PROGRAMS += tests/unit/test-record
TESTS += tests/unit/test-record
record_sources = \
	tools/record.c tools/record-parse.c tools/record-reader.c tools/record-reader.h \
	tools/record-use.c tools/record-write.c tools/record.h
tests_unit_test_record_SOURCES = tests/unit/test-record.c $(record_sources)
tests_unit_test_record_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_unit_test_record_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz-record.c $(record_sources) $(fuzz_main)
tests_fuzz_fuzz_record_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_fuzz_fuzz_record_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_record_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

EXTRA_DIST += tools/quickstart tools/quickstart-moves tools/quickstart-source

nodist_bashcompletion_DATA = tools/completion/lxc-harden
EXTRA_DIST += tools/lxc-harden.bash-completion
CLEANFILES += tools/completion/lxc-harden
tools/completion/lxc-harden: $(srcdir)/tools/lxc-harden.bash-completion
	$(AM_V_GEN)$(MKDIR_P) tools/completion && cp $(srcdir)/tools/lxc-harden.bash-completion $@

man_page_5 = $(srcdir)/man/lxc-harden.conf.5
update-man: tools/capinfo-roff
	tools/capinfo-roff >capinfo.tmp
	sed -i -e '/BEGIN capabilities/,/END capabilities/{/BEGIN/{p;r capinfo.tmp' -e '};/END/!d}' $(man_page_5)
	rm -f capinfo.tmp
.PHONY: update-man

check_PROGRAMS += tests/unit/test-path-stranger
TESTS += tests/unit/test-path-stranger
tests_unit_test_path_stranger_SOURCES = tests/unit/test-path-stranger.c \
	tools/path-stranger.c tools/path-stranger.h

check_PROGRAMS += tests/unit/test-containers
TESTS += tests/unit/test-containers
container_sources = tools/containers.c tools/containers.h tools/container-state.c \
	tools/path-stranger.c tools/path-stranger.h \
	tools/workers.c tools/workers.h tools/workers-owner.c
tests_unit_test_containers_SOURCES = tests/unit/test-containers.c $(container_sources)
tests_unit_test_containers_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)
tests_unit_test_containers_LDADD = lib/libharden.a $(LXC_LIBS) $(CAP_LIBS)

check_PROGRAMS += tests/unit/test-audit-read
TESTS += tests/unit/test-audit-read
tests_unit_test_audit_read_SOURCES = tests/unit/test-audit-read.c \
	tools/audit-read.c tools/audit-read.h
tests_unit_test_audit_read_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_unit_test_audit_read_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_audit_read_SOURCES = tests/fuzz/fuzz-audit-read.c \
	tools/audit-read.c tools/audit-read.h $(fuzz_main)
tests_fuzz_fuzz_audit_read_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_fuzz_fuzz_audit_read_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_audit_read_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
check_PROGRAMS += tests/unit/test-proof
TESTS += tests/unit/test-proof
proof_sources = tools/proof.c tools/proof.h tools/proof-parse.c
tests_unit_test_proof_SOURCES = tests/unit/test-proof.c $(proof_sources)
tests_unit_test_proof_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_unit_test_proof_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_proof_SOURCES = tests/fuzz/fuzz-proof.c $(proof_sources) $(fuzz_main)
tests_fuzz_fuzz_proof_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS)
tests_fuzz_fuzz_proof_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_proof_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_prove_tries_SOURCES = tests/fuzz/fuzz-prove-tries.c \
	tools/prove-tries.c tools/prove-tries.h tools/prove-key.h $(fuzz_main)
tests_fuzz_fuzz_prove_tries_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS) $(JSONC_CFLAGS)
tests_fuzz_fuzz_prove_tries_LDADD = lib/libharden.a $(JSONC_LIBS) $(CAP_LIBS)
tests_fuzz_fuzz_prove_tries_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
