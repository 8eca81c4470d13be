# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The recorder behind "learn" and "trace".  Its BPF program is compiled here and carried
# inside the command; a machine that runs it needs neither compiler nor headers.
recorder_bpf = \
	tools/recorder/recorder.bpf.c tools/recorder/recorder-maps.bpf.h tools/recorder/recorder-names.bpf.h \
	tools/recorder/recorder-whose.bpf.h tools/recorder/recorder-shared.h tools/recorder/recorder-types.h
recorder_user = \
	tools/recorder/recorder.c tools/recorder/recorder-collect.c tools/recorder/recorder-kernel.h \
	tools/recorder/recorder-names.c tools/recorder/recorder-watch.c
EXTRA_DIST += $(recorder_bpf)
tools_libtools_a_SOURCES += tools/recorder/recorder.h tools/recorder/recorder-attached.c tools/recorder/recorder-attached.h

if BPF
tools_libtools_a_SOURCES += $(recorder_user)
nodist_tools_libtools_a_SOURCES = tools/recorder/recorder.skel.h
BUILT_SOURCES += tools/recorder/recorder.skel.h
CLEANFILES += tools/recorder/recorder.skel.h tools/recorder/recorder.bpf.o tools/recorder/recorder.bpf.tmp.o

# Its BTF names files: not by the folder of the build, so that two builds are the same bytes.
# "gen object" leaves out what is for debuggers only.  The header is not ours to warn about.
tools/recorder/recorder.skel.h: $(recorder_bpf)
	$(AM_V_GEN)$(MKDIR_P) tools/recorder && \
	$(CLANG) -g -O2 -Wall -fdebug-prefix-map=$(abs_top_srcdir)=. -fdebug-compilation-dir=. \
		-target bpf -D__TARGET_ARCH_$(BPF_ARCH) -I$(top_srcdir) $(BPF_CPPFLAGS) \
		-c $(srcdir)/tools/recorder/recorder.bpf.c -o tools/recorder/recorder.bpf.tmp.o && \
	$(BPFTOOL) gen object tools/recorder/recorder.bpf.o tools/recorder/recorder.bpf.tmp.o && \
	{ echo '#pragma GCC system_header' && \
	  $(BPFTOOL) gen skeleton tools/recorder/recorder.bpf.o name recorder_bpf; } >$@.tmp && \
	mv $@.tmp $@
else
tools_libtools_a_SOURCES += tools/recorder/recorder-none.c
EXTRA_DIST += $(recorder_user)
endif
