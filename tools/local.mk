# SPDX-License-Identifier: LGPL-2.1-or-later
bin_PROGRAMS = tools/lxc-harden
tools_lxc_harden_SOURCES = \
	tools/lxc-harden.c \
	tools/verb-attach.c \
	tools/verb-check.c \
	tools/verb-explain.c \
	tools/verb-generate.c \
	tools/verb-learn.c \
	tools/verb-list.c \
	tools/verb-prove.c \
	tools/verb-remove.c \
	tools/verb-trace.c
tools_lxc_harden_CFLAGS = $(tools_libtools_a_CFLAGS)
tools_lxc_harden_LDFLAGS = $(AM_LDFLAGS) -pthread
tools_lxc_harden_LDADD = tools/libtools.a lib/libharden.a \
	$(LXC_LIBS) $(SMARTCOLS_LIBS) $(JSONC_LIBS) $(CAP_LIBS) $(BPF_LIBS)

# The verbs' parts: what the command and the tests link.
noinst_LIBRARIES += tools/libtools.a
tools_libtools_a_CFLAGS = $(AM_CFLAGS) -pthread \
	$(LXC_CFLAGS) $(SMARTCOLS_CFLAGS) $(JSONC_CFLAGS) $(BPF_CFLAGS)
tools_libtools_a_SOURCES =

include tools/check/local.mk
include tools/command/local.mk
include tools/config/local.mk
include tools/container/local.mk
include tools/copy/local.mk
include tools/evidence/local.mk
include tools/generate/local.mk
include tools/guest/local.mk
include tools/learn/local.mk
include tools/process/local.mk
include tools/prove/local.mk
include tools/recorder/local.mk
include tools/report/local.mk
include tools/risk/local.mk
include tools/trial/local.mk

# Writes the table of lxc-harden.conf(5); tests/bats/explain.bats compares the two.
check_PROGRAMS += tools/risk/capinfo-roff
tools_risk_capinfo_roff_SOURCES = tools/risk/capinfo-roff.c

EXTRA_DIST += tools/quickstart tools/quickstart-moves tools/quickstart-source

nodist_bashcompletion_DATA = tools/completion/lxc-harden
EXTRA_DIST += tools/lxc-harden.bash-completion
CLEANFILES += tools/completion/lxc-harden
tools/completion/lxc-harden: $(srcdir)/tools/lxc-harden.bash-completion
	$(AM_V_GEN)$(MKDIR_P) tools/completion && cp $(srcdir)/tools/lxc-harden.bash-completion $@

man_page_5 = $(srcdir)/man/lxc-harden.conf.5
update-man: tools/risk/capinfo-roff
	tools/risk/capinfo-roff >capinfo.tmp
	sed -i -e '/BEGIN capabilities/,/END capabilities/{/BEGIN/{p;r capinfo.tmp' -e '};/END/!d}' $(man_page_5)
	rm -f capinfo.tmp
.PHONY: update-man
