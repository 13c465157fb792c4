#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The checker that sparse.sh gives to the kernel's make: sparse, with a record
# of what it was run on, since make's own output cannot tell a clean file from
# one that was never looked at.
#
# What it has to say about the files of others was there before us, so they are
# passed over. For each of our files, in the tree SRCTREE, RECORD gets
#	FILE.out	what sparse says about it
#	FILE.planted	what it says, with the same options, about the same file
#			with two errors at its end; silence here means that
#			sparse did not get that far or does not know these errors

set -euo pipefail

file=${!#}
name=${file#"$SRCTREE/"}
[ -e "$TOP/$name" ] || exit 0

base=$RECORD/${name//\//,}
"$SPARSE" "$@" >"$base.out" 2>&1 || true
cat "$base.out" >&2

cat >"$base.planted.c" <<END
#include "$file"
int planted_address_space(const int __user *pointer);
int planted_address_space(const int __user *pointer) { return *pointer; }
u32 planted_endianness(__le32 number);
u32 planted_endianness(__le32 number) { return number; }
END
"$SPARSE" "${@:1:$#-1}" "$base.planted.c" >"$base.planted" 2>&1 || true
