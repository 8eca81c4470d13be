# SPDX-License-Identifier: LGPL-2.1-or-later
# As they are, below the documentation.  A folder of examples, as these are not compressed there.
exampledir = $(docdir)/examples
nobase_dist_example_DATA = \
	ansible/fleet.yml \
	ansible/roles/lxc_harden/defaults/main.yml \
	ansible/roles/lxc_harden/meta/argument_specs.yml \
	ansible/roles/lxc_harden/meta/main.yml \
	ansible/roles/lxc_harden/tasks/absent.yml \
	ansible/roles/lxc_harden/tasks/check.yml \
	ansible/roles/lxc_harden/tasks/diff.yml \
	ansible/roles/lxc_harden/tasks/harden.yml \
	ansible/roles/lxc_harden/tasks/in-use.yml \
	ansible/roles/lxc_harden/tasks/install-package.yml \
	ansible/roles/lxc_harden/tasks/install-source.yml \
	ansible/roles/lxc_harden/tasks/list.yml \
	ansible/roles/lxc_harden/tasks/main.yml \
	ansible/roles/lxc_harden/tasks/remove.yml \
	ansible/roles/lxc_harden/tasks/report-no-timer.yml \
	ansible/roles/lxc_harden/tasks/report-timer.yml \
	ansible/roles/lxc_harden/tasks/report.yml \
	ansible/roles/lxc_harden/tasks/restart.yml \
	ansible/roles/lxc_harden/tasks/uninstall-package.yml \
	ansible/roles/lxc_harden/tasks/uninstall-source.yml \
	ansible/roles/lxc_harden/templates/cron.j2 \
	ansible/roles/lxc_harden/templates/lxc-harden-report.service.j2 \
	ansible/roles/lxc_harden/templates/lxc-harden-report.timer.j2 \
	ansible/roles/lxc_harden/vars/main.yml
nobase_dist_example_DATA += ansible/roles/lxc_harden/README.md
EXTRA_DIST += ansible/.yamllint
