# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The sparse that kernel code is checked with, and what counts as checked.
#
# The kernel's make silently checks nothing if sparse is too old for it, as a
# stable distribution's is. So sparse is built from the source package of
# Debian's newest suite, and each file must be proven to have been checked:
# see sparse-recorder.sh.
#
# SRCTREE is the kernel's tree, RECORD a directory for what sparse says.
#
# Sourced after lib.sh, not run. The sourcing script sets errexit.

# shellcheck disable=SC2164

# usable SPARSE - whether the kernel's own test accepts it.
usable() {
	[ -x "$1" ] && [ "$(sh "$SRCTREE/scripts/checker-valid.sh" "$1")" = 1 ]
}

# find_sparse - one that was built before, in $SPARSE.
find_sparse() {
	for SPARSE in "$CACHE"/sparse-*/sparse; do
		if usable "$SPARSE"; then
			return 0
		fi
	done
	return 1
}

unpack_sparse() {
	apt_private sid deb-src update
	# Unsigned is not accepted here: apt verifies what it downloads.
	apt_private sid deb-src source sparse
}

build_sparse() {
	local work=$CACHE/sparse.part version
	# Another run may have built it while this one waited for the lock.
	if find_sparse; then
		return
	fi
	rm -rf "$work"
	mkdir -p "$work"
	cd "$work"
	quietly "$CACHE/log/sparse-source.log" \
		"getting the source of sparse from Debian sid (about 10 s)" \
		unpack_sparse
	cd sparse-*/
	# The package asks for the newest gcc; any builds it.
	quietly "$CACHE/log/sparse-build.log" "building sparse (about 5 s)" \
		make -j"$JOBS" sparse CC=gcc HAVE_LLVM=no HAVE_SQLITE=no HAVE_GTK=no
	usable ./sparse ||
		die "sparse of Debian sid does not pass $SRCTREE/scripts/checker-valid.sh: it is too old for this kernel"
	version=$(dpkg-parsechangelog -S Version)
	mkdir -p "$CACHE/sparse-$version"
	cp sparse "$CACHE/sparse-$version/"
	cd "$CACHE"
	rm -rf "$work"
}

# problems FILE - why the run on FILE does not count as clean; nothing if it does.
problems() {
	local record=$RECORD/${1//\//,}
	if [ ! -e "$record.out" ]; then
		echo "sparse was not run on it: is it in the Makefile, and its option in scripts/kernel/?"
		return
	fi
	cat "$record.out"
	grep -q 'dereference of noderef' "$record.planted" ||
		echo "an error in address spaces, planted at its end, was not reported"
	grep -q 'restricted __le32' "$record.planted" ||
		echo "an error in endianness, planted at its end, was not reported"
}

# get_sparse - find or build one, for sparse-recorder.sh.
get_sparse() {
	find_sparse || with_lock sparse build_sparse
	find_sparse || die "sparse was built but is not usable; remove $CACHE/sparse-* and try again"
	say "using ${SPARSE#"$CACHE"/}"
	rm -rf "$RECORD"
	mkdir -p "$RECORD"
	export SPARSE RECORD SRCTREE
}
