# SPDX-License-Identifier: LGPL-2.1-or-later
#
# awk -f wings.awk FILES INCLUDES: holds the tree to the table below.  FILES names every .c and
# .h of lib/, hooks/ and tools/; INCLUDES has lines FILE:#include "PATH".  Prints a line for each
# fault; status 1 if there is one.
#
# A circle is one of modules: FILE.c and FILE.h are one, and a header NAME-PART.h without a .c of
# its own belongs to NAME.

BEGIN {
	# A wing of tools/, and the wings that it may include.
	may["command"] = may["process"] = may["risk"] = ""
	may["guest"] = "risk"
	may["config"] = "command"
	may["container"] = "command config process"
	may["evidence"] = "container"
	may["check"] = "risk config container process"
	may["copy"] = "config container process"
	may["trial"] = "copy process"
	may["recorder"] = "evidence"
	may["generate"] = "command risk guest config container evidence"
	may["report"] = "command risk config container evidence check"
	may["learn"] = "command process config container evidence recorder"
	may["prove"] = "command risk container evidence copy trial"

	# Exceptions, by module, each with its reason: excused["FROM TO"] = 1.  There are none.
}

function fault(text) { print text; bad = 1 }

# "lib", "hooks", a wing, or "verb" for what stands in tools/ itself.
function place(file, part) {
	split(file, part, "/")
	if (part[1] != "tools")
		return part[1]
	return part[3] == "" ? "verb" : part[2]
}

function module(file, name) {
	name = file
	sub(/\.[ch]$/, "", name)
	if (file ~ /\.h$/ && !((name ".c") in files))
		for (file = name; sub(/-[^-\/]*$/, "", file);)
			if ((file ".c") in files)
				return file
	return name
}

function judge(from, to, here, there) {
	here = place(from)
	there = place(to)
	if (there == "verb" && here != "verb" || to ~ /^tools\/verb-/ && module(from) != module(to))
		fault(from ": includes a verb, " to)
	else if (here == "lib" && there != "lib" || here == "hooks" && there !~ /^(lib|hooks)$/)
		fault(from ": includes what is above it, " to)
	else if (here in may && there != here && there != "lib" && index(" " may[here] " ", " " there " ") == 0)
		fault(from ": " here " may not include " there ", " to)
}

FNR == 1 { input++ }

input == 1 {
	files[$0] = 1
	here = place($0)
	if (here == "verb" && $0 !~ /^tools\/(verb-[a-z]+|lxc-harden)\.c$/)
		fault($0 ": in no wing")
	else if (here !~ /^(lib|hooks|verb)$/ && !(here in may))
		fault($0 ": '" here "' is not a wing")
	if ($0 ~ /\/config\.h$/)
		fault($0 ": its neighbours include it instead of the build's config.h")
	next
}

match($0, /:#include "/) {
	from = substr($0, 1, RSTART - 1)
	to = substr($0, RSTART + RLENGTH)
	sub(/".*/, "", to)
	a = module(from)
	b = module(to)
	if ((a " " b) in excused)
		next
	judge(from, to)
	if (a != b && !seen[a, b]++)
		edges[a] = edges[a] " " b
}

# Depth first: 1 is on the way, 2 is done.
function walk(m, way, n, i, next_ones) {
	state[m] = 1
	n = split(edges[m], next_ones, " ")
	for (i = 1; i <= n; i++) {
		if (state[next_ones[i]] == 1)
			fault("a circle: " substr(way, index(way, next_ones[i])) " -> " next_ones[i])
		else if (!state[next_ones[i]])
			walk(next_ones[i], way " -> " next_ones[i])
	}
	state[m] = 2
}

END {
	for (m in edges)
		if (!state[m])
			walk(m, m)
	exit bad
}
