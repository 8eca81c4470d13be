# SPDX-License-Identifier: LGPL-2.1-or-later
dist_man_MANS += man/lxc-harden.8 man/lxc-harden.conf.5
dist_man_MANS += man/mount-cgroup.8
dist_man_MANS += man/lxc-harden-strict.conf.5
dist_man_MANS += man/cap-audit.8
dist_man_MANS += man/lxc-harden-attach.8
dist_man_MANS += man/lxc-harden-check.8 man/lxc-harden-explain.8
dist_man_MANS += man/lxc-harden-list.8
dist_man_MANS += man/lxc-harden-learn.8
dist_man_MANS += man/lxc-harden-generate.8 man/lxc-harden-remove.8
dist_man_MANS += man/lxc-harden-trace.8
dist_man_MANS += man/lxc-harden-prove.8
