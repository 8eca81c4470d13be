/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What starting and ending a static program costs by itself; the floor of make bench. */
int main(void)
{
	return 0;
}
