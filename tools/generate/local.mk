# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/generate/basis.c tools/generate/basis.h \
	tools/generate/evidence.c \
	tools/generate/guest.c \
	tools/generate/json.c \
	tools/generate/plan.c tools/generate/plan.h \
	tools/generate/refused.c tools/generate/refused.h \
	tools/generate/seccomp.c tools/generate/seccomp.h \
	tools/generate/sha256.c tools/generate/sha256.h \
	tools/generate/stray.c \
	tools/generate/tell.c tools/generate/tell.h \
	tools/generate/text.c \
	tools/generate/write.c tools/generate/write.h
