# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/trial/cause.c \
	tools/trial/guest.c tools/trial/guest.h \
	tools/trial/process.c \
	tools/trial/restart.c \
	tools/trial/result.h \
	tools/trial/steps.c \
	tools/trial/trial.c tools/trial/trial.h \
	tools/trial/unitlist.c tools/trial/unitlist.h \
	tools/trial/units.c tools/trial/units.h
