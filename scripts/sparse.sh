#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sparse over our kernel code, one test per source file.
#
# The kernel's make silently checks nothing if sparse is too old for it, as a
# stable distribution's is. So sparse is built from the source package of
# Debian's newest suite, and each file must be proven to have been checked:
# see sparse-recorder.sh.
#
# The kernel is the one for debugging: what needs fault injection is compiled in
# no other.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

# What of the kernel is ours, or has files of ours among others.
DIRS=(drivers/virt/coco/tsm drivers/char/tpm samples/tsm security/integrity/ima)

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

"$TOP/scripts/deps.sh" check
OBJ=$(KERNEL=debug "$TOP/scripts/kernel-build.sh" | tail -n 1)
WORK=$(dirname "$OBJ")
SRCTREE=$WORK/source
RECORD=$BUILD/sparse

find_sparse || with_lock sparse build_sparse
find_sparse || die "sparse was built but is not usable; remove $CACHE/sparse-* and try again"
say "using ${SPARSE#"$CACHE"/}"

rm -rf "$RECORD"
mkdir -p "$RECORD"
export SPARSE RECORD SRCTREE
with_lock "build-${WORK##*/}" \
	quietly "$BUILD/sparse.log" "sparse over ${DIRS[*]}" \
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
	make -C "$SRCTREE" O="$OBJ" -j"$JOBS" C=2 \
	CHECK="$TOP/scripts/sparse-recorder.sh" "${DIRS[@]/%/\/}"

cd "$TOP"
while read -r file; do
	verdict "sparse $file" "$(problems "$file")"
done < <(find "${DIRS[@]}" -name '*.c' | sort)
tap_done
