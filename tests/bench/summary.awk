# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Rounds of nanoseconds (tab-separated, a column for each program, a line for each round) to
# one line a program: name, rounds, and in ms minimum, quartile, median, quartile; then for
# each other program the median of the ratios within a round, and the ratio of the minimums.
# A ratio within one round is what a busy machine disturbs least.
#
#   awk -v names='A|B|C' -f summary.awk FILE

function sort(a, n,    i, j, v) {
	for (i = 2; i <= n; i++) {
		v = a[i]
		for (j = i - 1; j > 0 && a[j] > v; j--)
			a[j + 1] = a[j]
		a[j + 1] = v
	}
}

function quantile(a, n, q) { return a[1 + int((n - 1) * q + 0.5)] }

BEGIN { n_names = split(names, name, "|") }

{ for (i = 1; i <= n_names; i++) took[i, NR] = $i }

END {
	for (i = 1; i <= n_names; i++) {
		for (j = 1; j <= NR; j++)
			a[j] = took[i, j]
		sort(a, NR)
		min[i] = a[1]
		line[i] = sprintf("%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f", name[i], NR, a[1] / 1e6,
			quantile(a, NR, 0.25) / 1e6, quantile(a, NR, 0.5) / 1e6, quantile(a, NR, 0.75) / 1e6)
	}
	for (i = 1; i <= n_names; i++) {
		printf "%s", line[i]
		for (k = 1; k <= n_names; k++) {
			for (j = 1; j <= NR; j++)
				a[j] = took[i, j] / took[k, j]
			sort(a, NR)
			printf "\t%.3f\t%.3f", quantile(a, NR, 0.5), min[i] / min[k]
		}
		print ""
	}
}
