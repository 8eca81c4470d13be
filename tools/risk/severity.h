/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kinds of findings there are, and how bad each is. */
#ifndef TOOLS_RISK_SEVERITY_H
#define TOOLS_RISK_SEVERITY_H

/* In the order in which findings are shown. */
enum check_kind {
	CHECK_DISAGREEMENT, /* what runs is not what the configuration says */
	CHECK_FAULT,	/* the configuration does not do what it looks like, or nothing at all */
	CHECK_EXPOSURE, /* what root inside can do to the host; only these make the score */
	CHECK_N_KINDS,
};

/* From the least to the worst; those from DENIAL to HOST are capinfo's classes. */
enum check_severity {
	CHECK_NOTE,    /* no harm, but a surprise */
	CHECK_DENIAL,  /* takes more than a share of the host */
	CHECK_SECRETS, /* reads what is the host's */
	CHECK_KERNEL,  /* reaches kernel code that a server does not need */
	CHECK_HOST,    /* acts on the host */
	CHECK_BROKEN,  /* the container does not start, or its init does not come up */
	CHECK_N_SEVERITIES,
};

#endif
