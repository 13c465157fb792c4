# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every script here shares: messages, the cache and its locks, and a
# private view of Debian suites that the system itself does not list.
#
# Sourced, not run. The sourcing script sets -euo pipefail.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The cache is shared by all checkouts of one user and outlives each of them.
CACHE=${TSM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tsm-measurement}
BUILD=$TOP/build
JOBS=${JOBS:-$(nproc)}
# shellcheck disable=SC2034 # read by the scripts that source this file
export TOP CACHE BUILD JOBS

# For rsync: what a kernel tree that was built in place has beside its sources,
# which would make a build in another directory refuse it. And .git, which would
# mark the version as modified.
# shellcheck disable=SC2034 # read by the scripts that source this file
KERNEL_OUTPUT=(--exclude=/.git --exclude=/.config --exclude=/include/config
	       --exclude=/include/generated --exclude='/arch/*/include/generated'
	       --exclude='*.o' --exclude='*.a' --exclude='*.ko' --exclude='.*.cmd')

# say TEXT... - what is being done now, and what it waits for.
say() {
	printf '==> %s\n' "$*" >&2
}

# die TEXT... - what went wrong and what to do next; ends the script.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# with_lock NAME COMMAND... - run COMMAND while holding the cache lock NAME.
#
# Two runs at once share the cache; the second waits here, and says so.
with_lock() {
	local name=$1 fd status
	shift
	mkdir -p "$CACHE"
	exec {fd}>"$CACHE/$name.lock"
	if ! flock -n "$fd"; then
		say "another run holds the cache ($name); waiting for it"
		flock "$fd"
	fi
	# The children must not inherit the lock: a daemon that one of them
	# leaves behind would hold it for ever. And not "(...) || status=$?",
	# which would switch off errexit in all of COMMAND.
	set +e
	(set -e; "$@") {fd}>&-
	status=$?
	set -e
	exec {fd}>&-
	return "$status"
}

# watched LOG COMMAND... - run COMMAND with its output in LOG, showing elapsed
# time and the log's last line: all the time on a terminal, now and then
# elsewhere. Sets WATCHED_STATUS instead of returning a status, so that no
# caller needs "||", which would switch off errexit in all of COMMAND.
watched() {
	local log=$1 pid start now last=0 step=30
	shift
	mkdir -p "$(dirname "$log")"
	start=$SECONDS
	# A process group of its own, so that an interrupt ends all of it.
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	set +m
	# shellcheck disable=SC2064 # the pid of now is meant
	trap "kill -TERM -- -$pid 2>/dev/null; exit 130" INT TERM
	[ -t 2 ] && step=2
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		now=$((SECONDS - start))
		if ((now >= last + step)); then
			last=$now
			if [ -t 2 ]; then
				printf '\r    %4d s  %.60s\033[K' "$now" \
					"$(tail -n 1 "$log")" >&2
			else
				printf '    %4d s  %.60s\n' "$now" \
					"$(tail -n 1 "$log")" >&2
			fi
		fi
	done
	WATCHED_STATUS=0
	wait "$pid" || WATCHED_STATUS=$?
	trap - INT TERM
	[ -t 2 ] && printf '\r\033[K' >&2
	return 0
}

# quietly LOG WHAT COMMAND... - as watched, with WHAT said first; a failure
# shows the log's end and ends the script.
quietly() {
	local log=$1 what=$2
	shift 2
	say "$what"
	watched "$log" "$@"
	if ((WATCHED_STATUS != 0)); then
		tail -n 40 "$log" >&2
		die "$what: failed; the whole log is $log"
	fi
}

# claim_build NAME PRISTINE - print the directory in the cache for builds called
# NAME from the kernel tree PRISTINE: the one that this checkout had before, or
# one whose checkout is gone, which saves most of the work, or a new one.
claim_build() {
	with_lock build find_build "$CACHE/build/$1" \
		"$(printf '%s\n' "$TOP" "$2")"
}

find_build() {
	local base=$1 me=$2 dir number=1
	mkdir -p "$CACHE/build"
	for dir in "$base"-*; do
		if [ -e "$dir/owner" ] && [ "$(<"$dir/owner")" = "$me" ]; then
			echo "$dir"
			return
		fi
	done
	for dir in "$base"-*; do
		if [ -e "$dir/owner" ] && [ ! -d "$(head -n 1 "$dir/owner")" ]; then
			echo "$me" >"$dir/owner"
			echo "$dir"
			return
		fi
	done
	while ! mkdir "$base-$number" 2>/dev/null; do
		number=$((number + 1))
	done
	echo "$me" >"$base-$number/owner"
	echo "$base-$number"
}

# debian_line SUITE TYPE - the line of sources.list for SUITE; TYPE is deb or
# deb-src. The mirror is the one that the system already uses.
debian_line() {
	local site
	# shellcheck disable=SC2016 # these are apt's own variables
	site=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' |
	       awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
	[ -n "$site" ] ||
		die "apt has no Debian mirror configured; run 'apt-get update', or set KSRC= to a kernel tree"
	printf '%s [signed-by=%s] %s %s main\n' "$2" \
		/usr/share/keyrings/debian-archive-keyring.gpg "$site" "$1"
}

# apt_view SUITE - into the array APT_VIEW, the options by which apt's programs
# see that suite only.
#
# SUITE need not be in the system's sources and nothing of it is installed:
# the lists, the cache and the sources of this view live in our cache.
apt_view() {
	local dir=$CACHE/apt/$1
	mkdir -p "$dir"/{lists/partial,cache/archives/partial}
	APT_VIEW=(-o Dir::Etc::sourcelist="$dir/sources.list"
		  -o Dir::Etc::sourceparts=/dev/null
		  -o Dir::State::Lists="$dir/lists"
		  -o Dir::Cache="$dir/cache"
		  -o APT::Sandbox::User=root)
}

# apt_private SUITE TYPE APT-ARGS... - run apt-get against one suite only.
apt_private() {
	local suite=$1 type=$2
	shift 2
	apt_view "$suite"
	debian_line "$suite" "$type" >"$CACHE/apt/$suite/sources.list"
	apt-get -qq "${APT_VIEW[@]}" "$@"
}

# apt_names SUITE PREFIX - the packages of that suite whose names begin so, as of
# its last update.
apt_names() {
	apt_view "$1"
	apt-cache "${APT_VIEW[@]}" -o Dir::State::status=/dev/null pkgnames "$2"
}
