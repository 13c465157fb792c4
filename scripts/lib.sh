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
	# leaves behind would hold it for ever.
	status=0
	("$@") {fd}>&- || status=$?
	exec {fd}>&-
	return "$status"
}

# quietly LOG WHAT COMMAND... - run COMMAND with its output in LOG, showing
# elapsed time on a terminal and the log's last line now and then elsewhere;
# on failure show the log's end.
quietly() {
	local log=$1 what=$2 pid start now status=0 last=0 step=30
	shift 2
	mkdir -p "$(dirname "$log")"
	say "$what"
	start=$SECONDS
	"$@" >"$log" 2>&1 &
	pid=$!
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
	wait "$pid" || status=$?
	[ -t 2 ] && printf '\r\033[K' >&2
	if ((status != 0)); then
		tail -n 40 "$log" >&2
		die "$what: failed; the whole log is $log"
	fi
}

# apt_private SUITE TYPE APT-ARGS... - run apt-get against one suite only.
#
# SUITE need not be in the system's sources and nothing of it is installed:
# the lists, the cache and the sources of this view live in our cache. TYPE is
# deb or deb-src. The mirror is the one that the system already uses.
apt_private() {
	local suite=$1 type=$2 dir site key
	shift 2
	dir=$CACHE/apt/$suite
	site=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' |
	       awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
	[ -n "$site" ] ||
		die "apt has no Debian mirror configured; run 'apt-get update', or set KSRC= to a kernel tree"
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	mkdir -p "$dir"/{lists/partial,cache/archives/partial}
	printf '%s [signed-by=%s] %s %s main\n' "$type" "$key" "$site" "$suite" \
		>"$dir/sources.list"
	apt-get -qq \
		-o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::Lists="$dir/lists" \
		-o Dir::Cache="$dir/cache" \
		-o APT::Sandbox::User=root \
		"$@"
}
