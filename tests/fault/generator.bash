# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # set by the caller: dir, GENERATOR
#
# unit-generator with faults, on units in place of the host's: "fault_units" in a mount namespace
# of its own, then "fault_generator" without CAP_SYS_ADMIN, which is what makes it act.  Some
# services are to get a drop-in, of both kinds, some not.

# shellcheck source-path=SCRIPTDIR source=faults.bash
. "${BASH_SOURCE[0]%/*}/faults.bash"
FAULT_AFTER=prctl # where its own code begins

fault_units() {
	local etc=$dir/etc/system lib=$dir/lib/system
	mkdir -p "$etc/dropped.service.d" "$lib" "$dir/right" "$dir/out"
	printf '[Service]\nUser=x\nLockPersonality=yes\n' >"$lib/refused.service"
	printf '[Service]\nDynamicUser=yes\nSystemCallFilter=@system-service\n' >"$etc/allowed.service"
	printf '[Service]\nUser=x\n' >"$lib/dropped.service"
	printf '[Service]\nPrivateDevices=yes\n' >"$etc/dropped.service.d/a.conf"
	printf '[Service]\nUser=x\n' >"$lib/plain.service"
	printf '[Service]\nUser=x\nPrivateDevices=yes\n' >"$lib/overridden.service"
	printf '[Service]\n' >"$etc/overridden.service"
	ln -s /dev/null "$etc/masked.service"
	: >"$dir/lib/systemd-executor"
	# Nothing of the host's own.
	mount --bind "$dir/etc" /etc/systemd && mount --bind "$dir/lib" /usr/lib/systemd &&
		mount -t tmpfs none /run && { [ ! -d /usr/local/lib ] || mount -t tmpfs none /usr/local/lib; }
}

fault_reset() { rm -rf "$dir/out" && mkdir "$dir/out"; }

# fault_parts: what is there is whole, and one of what is right.
fault_parts() {
	local file
	find "$dir/out" -mindepth 1 | while read -r file; do
		[[ -d $file && -e ${file/out/right} ]] || cmp -s "$file" "${file/#"$dir/out"/"$dir/right"}" || echo "it made '$file'"
	done
}

fault_judge() {
	case $1 in
	0)
		[ ! -s "$dir/said" ] || echo "it says '$(<"$dir/said")'"
		diff -r "$dir/out" "$dir/right"
		;;
	1)
		# One line for each unit or folder that it concerns.
		if [ ! -s "$dir/said" ] || grep -qv '^unit-generator: cannot see to ' "$dir/said"; then
			echo "it says '$(<"$dir/said")'"
		fi
		fault_parts
		;;
	*) echo "not a documented status; said: '$(<"$dir/said")'" ;;
	esac
}

fault_generator() {
	"$GENERATOR" "$dir/right" "$dir/right" "$dir/right" || return 1
	[ "$(find "$dir/right" -name '*.conf' | grep -c '')" = 3 ] || { find "$dir/right"; return 1; }
	faults_each "$dir" "${FAULT_STEP:-1}" "$GENERATOR" "$dir/out" "$dir/out" "$dir/out"
}
