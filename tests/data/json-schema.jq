# SPDX-License-Identifier: LGPL-2.1-or-later
#
# jq -n --slurpfile schema S --slurpfile doc D -f json-schema.jq: prints what in D does not
# agree with S, a line each.  Knows the part of JSON Schema that our schemas use, and fails
# at a keyword that it does not know, so that none is passed over.
def known: ["$schema", "$id", "$ref", "$defs", "definitions", "title", "description", "default", "type",
	"required", "properties", "additionalProperties", "items", "minItems", "maxItems", "uniqueItems", "enum",
	"const", "minimum", "maximum", "minLength", "pattern", "format", "allOf", "anyOf", "oneOf", "not", "if", "then"];

def has_type($t):
	if $t == "integer" then type == "number" and . == floor else type == $t end;

def check($s; $root; $at):
	. as $v
	| if $s == true then empty elif $s == false then "\($at): not allowed" else
	(($s | keys) - known | if length > 0 then error("unknown keyword \(.) at \($at)") else empty end),
	(if $s["$ref"] then . as $x | ($s["$ref"] | ltrimstr("#/") | split("/")) as $p
		| check($root | getpath($p); $root; $at) else empty end),
	(if $s.type and (any(([$s.type] | flatten)[]; . as $t | $v | has_type($t)) | not)
		then "\($at): is a \(type), not \($s.type)" else empty end),
	(if ($s | has("const")) and $s.const != $v then "\($at): is not \($s.const)" else empty end),
	(if $s.enum and ($s.enum | index([$v]) | not) then "\($at): \($v) is none of \($s.enum)" else empty end),
	(if type == "object" then
		(($s.required // [])[] as $k | if has($k) then empty else "\($at): no \($k)" end),
		(to_entries[] as $e | if ($s.properties // {}) | has($e.key)
			then $e.value | check($s.properties[$e.key]; $root; "\($at).\($e.key)")
			elif ($s | has("additionalProperties"))
			then $e.value | check($s.additionalProperties; $root; "\($at).\($e.key)") else empty end)
	else empty end),
	(if type == "array" then
		(if $s.minItems and length < $s.minItems then "\($at): fewer than \($s.minItems)" else empty end),
		(if $s.uniqueItems and (unique | length) != length then "\($at): not unique" else empty end),
		(if $s.items then to_entries[] | .key as $i | .value | check($s.items; $root; "\($at)[\($i)]") else empty end)
	else empty end),
	(if type == "number" then
		(if ($s | has("minimum")) and . < $s.minimum then "\($at): \(.) below \($s.minimum)" else empty end),
		(if ($s | has("maximum")) and . > $s.maximum then "\($at): \(.) above \($s.maximum)" else empty end)
	else empty end),
	(if type == "string" then
		(if $s.minLength and length < $s.minLength then "\($at): too short" else empty end),
		(if $s.pattern and (test($s.pattern) | not) then "\($at): \(.) does not match \($s.pattern)" else empty end)
	else empty end),
	(($s.allOf // [])[] as $one | check($one; $root; $at)),
	(if $s.anyOf and (any($s.anyOf[]; . as $one | [$v | check($one; $root; $at)] == []) | not)
		then "\($at): none of anyOf" else empty end),
	(if $s.oneOf and ([$s.oneOf[] | . as $one | select([$v | check($one; $root; $at)] == [])] | length) != 1
		then "\($at): not one of oneOf" else empty end)
	end;

$doc[0] | check($schema[0]; $schema[0]; "$")
