# SPDX-License-Identifier: LGPL-2.1-or-later
nodist_pkgdata_DATA += conf.d/base.conf conf.d/keep.conf conf.d/strict.conf conf.d/level-common.conf
dist_pkgdata_DATA += conf.d/base.policy conf.d/keep.policy conf.d/base.seccomp
dist_pkgdata_DATA += conf.d/strict.policy conf.d/strict.seccomp
EXTRA_DIST += conf.d/base.conf.in conf.d/keep.conf.in conf.d/strict.conf.in conf.d/level-common.conf.in
CLEANFILES += conf.d/base.conf conf.d/keep.conf conf.d/strict.conf conf.d/level-common.conf

conf.d/base.conf: $(srcdir)/conf.d/base.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && $(substitute) $(srcdir)/conf.d/base.conf.in >$@.tmp && mv $@.tmp $@
conf.d/keep.conf: $(srcdir)/conf.d/keep.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && $(substitute) $(srcdir)/conf.d/keep.conf.in >$@.tmp && mv $@.tmp $@
conf.d/strict.conf: $(srcdir)/conf.d/strict.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && $(substitute) $(srcdir)/conf.d/strict.conf.in >$@.tmp && mv $@.tmp $@
conf.d/level-common.conf: $(srcdir)/conf.d/level-common.conf.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf.d && $(substitute) $(srcdir)/conf.d/level-common.conf.in >$@.tmp && mv $@.tmp $@
