# SPDX-License-Identifier: LGPL-2.1-or-later
tools_libtools_a_SOURCES += \
	tools/evidence/audit-read.c tools/evidence/audit-read.h \
	tools/evidence/json-read.c tools/evidence/json-read.h \
	tools/evidence/proof.c tools/evidence/proof.h \
	tools/evidence/proof-parse.c \
	tools/evidence/record.c tools/evidence/record.h \
	tools/evidence/record-file.c tools/evidence/record-file.h \
	tools/evidence/record-parse.c \
	tools/evidence/record-use.c \
	tools/evidence/record-write.c
