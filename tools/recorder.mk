# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The recorder behind "learn" and "trace".  Its BPF program is compiled here and carried
# inside the command; a machine that runs it needs neither compiler nor headers.
recorder_bpf = \
	tools/recorder.bpf.c tools/recorder-maps.bpf.h tools/recorder-names.bpf.h \
	tools/recorder-whose.bpf.h tools/recorder-shared.h tools/recorder-types.h
recorder_user = \
	tools/recorder.c tools/recorder-attached.c tools/recorder-attached.h \
	tools/recorder-collect.c tools/recorder-kernel.h tools/recorder-names.c \
	tools/recorder-watch.c
EXTRA_DIST += $(recorder_bpf)
tools_lxc_harden_SOURCES += \
	tools/recorder.h \
	tools/child.c tools/child.h \
	tools/gate.c tools/gate.h \
	tools/learn-json.c tools/learn-report.c tools/learn-report.h \
	tools/learn-tally.c tools/learn-tally.h \
	tools/record-file.c tools/record-file.h \
	tools/session.c tools/session.h \
	tools/session-container.c tools/session-guest.c tools/session-parts.h \
	tools/verb-learn.c tools/verb-learn.h \
	tools/verb-trace.c
tools_lxc_harden_CFLAGS += $(BPF_CFLAGS)
tools_lxc_harden_LDADD += $(BPF_LIBS)

if BPF
tools_lxc_harden_SOURCES += $(recorder_user)
nodist_tools_lxc_harden_SOURCES = tools/recorder.skel.h
BUILT_SOURCES += tools/recorder.skel.h
CLEANFILES += tools/recorder.skel.h tools/recorder.bpf.o tools/recorder.bpf.tmp.o

# Its BTF names files: not by the folder of the build, so that two builds are the same bytes.
# "gen object" leaves out what is for debuggers only.  The header is not ours to warn about.
tools/recorder.skel.h: $(recorder_bpf)
	$(AM_V_GEN)$(MKDIR_P) tools && \
	$(CLANG) -g -O2 -Wall -fdebug-prefix-map=$(abs_top_srcdir)=. -fdebug-compilation-dir=. \
		-target bpf -D__TARGET_ARCH_$(BPF_ARCH) -I$(top_srcdir) $(BPF_CPPFLAGS) \
		-c $(srcdir)/tools/recorder.bpf.c -o tools/recorder.bpf.tmp.o && \
	$(BPFTOOL) gen object tools/recorder.bpf.o tools/recorder.bpf.tmp.o && \
	{ echo '#pragma GCC system_header' && \
	  $(BPFTOOL) gen skeleton tools/recorder.bpf.o name recorder_bpf; } >$@.tmp && \
	mv $@.tmp $@
else
tools_lxc_harden_SOURCES += tools/recorder-none.c
EXTRA_DIST += $(recorder_user)
endif

check_PROGRAMS += tests/unit/test-recorder-none
TESTS += tests/unit/test-recorder-none
tests_unit_test_recorder_none_SOURCES = tests/unit/test-recorder-none.c tools/recorder-none.c tools/recorder.h

check_PROGRAMS += tests/unit/test-recorder-attached
TESTS += tests/unit/test-recorder-attached
tests_unit_test_recorder_attached_SOURCES = tests/unit/test-recorder-attached.c \
	tools/recorder-attached.c tools/recorder-attached.h
