#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tsm-log against logs made by make_log.py.

    test_tsm_log.py TSM_LOG [FAST_TSM_LOG]

TSM_LOG is a build with sanitizers, which do all tests but one: FAST_TSM_LOG,
an optimized build, verifies a million records. Prints one line per test, as
TAP has them; the plan is the caller's.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import threading

import make_log
from harness import ENV, FAST, TOOL, Run, check, run_tests, test, test_each
from make_log import put, record, tlv


def files(cel, checkpoints, values=None):
    """Write the files into the test's directory; the arguments for verify."""
    put("cel", cel)
    put("checkpoints", checkpoints)
    args = ["verify", "--log", "cel", "--checkpoints", "checkpoints"]
    if values is not None:
        put("values", values)
        args += ["--values", "values"]
    return args


def verify(log, values=True, **kwargs):
    return Run(*files(kwargs.get("cel", log.cel()),
                      kwargs.get("checkpoints", log.checkpoints()),
                      log.values() if values else None))


def tree(log):
    log.write_tree("tree")
    return Run("verify", "--sysfs", "tree", log.provider)


# Good logs.

GOOD = [(name,) for name in make_log.LOGS if name != "large"]


@test_each([(n, n) for n, in GOOD])
def good_files(name):
    """verify files with values"""
    log = make_log.LOGS[name]()
    run = verify(log).expect(0, "log: verified: ", " equal to the values file")
    if run.err:
        run.fail("expected no messages")


@test_each([(n, n) for n, in GOOD])
def good_values(name):
    """verify without values prints those that the generator computed"""
    log = make_log.LOGS[name]()
    run = verify(log, values=False).expect(0, "not compared with any register")
    rows = [line.split() for line in run.out.splitlines()[1:-1]]
    got = {row[0]: (row[1], int(row[2]), row[4]) for row in rows}
    want = {}
    for register in log.registers.values():
        algorithms = sorted(register.algorithms, key=make_log.STRENGTH.index)
        values = {a: register.values[a] for a in algorithms}
        want[register.name] = (",".join(algorithms), register.records,
                               make_log.values_text(values))
    if got != want:
        run.fail(f"expected {want}")


@test_each([(n, n) for n, in GOOD])
def good_tree(name):
    """verify a provider's tree"""
    log = make_log.LOGS[name]()
    tree(log).expect(0, f"{log.provider}: verified: ",
                     f"{len(log.registers)} equal to the live registers")


@test_each([(n, n) for n, in GOOD])
def good_json(name):
    """verify --json"""
    log = make_log.LOGS[name]()
    log.write_tree("tree")
    run = Run("verify", "--json", "--sysfs", "tree").expect(0)
    result, = run.json()
    check(result["provider"] == log.provider, "provider")
    check(result["result"] == "verified", "result")
    check(result["differences"] == [], "differences")
    check((result["first_record"], result["next_record"]) ==
          (log.first, log.next), "record numbers")
    names = {"sm3": "sm3_256"}
    got = {r["register"]: {d["hashAlg"]: d["digest"] for d in r["digests"]}
           for r in result["registers"]}
    want = {r.name: {names.get(a, a): d.hex() for a, d in r.values.items()}
            for r in log.registers.values()}
    check(got == want, f"digests: {got} instead of {want}")
    check(all(r["compared"] for r in result["registers"]), "compared")


@test
def summary():
    """verify's summary: a line for each register and the total"""
    run = verify(make_log.foreign()).expect(0)
    lines = run.out.splitlines()
    want = [r"REGISTER +BANKS +RECORDS +STRETCHES +VALUE",
            r"pcr16 +sha1,sha256 +4 +3 +sha256:[0-9a-f]{8}\.\.\.",
            r"pcr23 +sha1,sha256 +4 +2 +sha256:[0-9a-f]{8}\.\.\.",
            r"log: verified: 8 records \(0 to 7\), 2 registers, 5 stretches"
            r"; 2 equal to the values file, which covers records up to 7, 0 "
            r"records after it; content: 8 bound, 0 claimed; NOT EXPLAINED: pcr16 extended past the log 2 "
            r"times or more, by what is not known \(first noticed before "
            r"record 6\), 3 records proven by no value; pcr23 extended past "
            r"the log 1 time or more, by what is not known \(first noticed "
            r"before record 8\), 4 records proven by no value"]
    for line, pattern in zip(lines, want):
        if not re.fullmatch(pattern, line):
            run.fail(f"expected the line: {pattern}")
    check(len(lines) == len(want), "number of lines")


# Values to compare with.

@test
def partial_values():
    """values of some registers and banks, in upper case"""
    log = make_log.multi()
    value = log.registers["pcr9"].values["sha384"].hex().upper()
    args = files(log.cel(), log.checkpoints(), f"pcr9 sha384:{value}\n".encode())
    Run(*args).expect(0, "; 1 equal to the values file")


@test
def other_value():
    """a value that differs is found in its register and bank"""
    log = make_log.multi()
    register = log.registers["pcr9"]
    ours = register.values["sha384"].hex()
    register.values["sha384"] = bytes(48)
    verify(log).expect(1, "log: register pcr9, bank sha384: checkpoint line 2 "
                       f"and records 0 to 40 (13 of this register) give {ours},"
                       f" the values file has {'0' * 96}\n",
                       "log: DIFFERS in 1 place: pcr9\n")


@test_each([(f"{a}, {where}", a, at) for a in make_log.TPM_BANKS
            for where, at in (("first bit", 0), ("last bit", -1))])
def one_bit(algorithm, at):
    """a single bit of a value"""
    log = make_log.multi()
    value = bytearray(log.registers["pcr9"].values[algorithm])
    value[at] ^= 0x80 if at == 0 else 1
    log.registers["pcr9"].values[algorithm] = bytes(value)
    text = f"register pcr9, bank {algorithm}: checkpoint line 2"
    verify(log).expect(1, "log: " + text)
    tree(log).expect(1, "tpm0: " + text)
    log.checkpoint("trim", "pcr9")
    verify(log, values=False).expect(1, "log: " + text,
                                     "checkpoint line 5 (trim at record 41)")


@test
def several_differ():
    """every register that differs is named once"""
    log = make_log.multi()
    for name in ("pcr8", "pcr16"):
        for algorithm, value in log.registers[name].values.items():
            log.registers[name].values[algorithm] = value[::-1]
    run = verify(log).expect(1, "log: DIFFERS in 2 places: pcr8, pcr16\n")
    found = re.findall(r"register (pcr\d+), bank (\w+)", run.out)
    check(found == [("pcr8", "sha1"), ("pcr16", "sha1")], f"found {found}")


@test_each([
    ("no such register", b"pcr7 sha256:" + b"0" * 64 + b"\n",
     "values: line 1: no checkpoint of register pcr7"),
    ("no such bank", b"pcr16 sha1:" + b"0" * 40 + b"\n",
     "values: line 1: no bank sha1 of register pcr16"),
    ("twice", (b"pcr16 sha256:" + b"0" * 64 + b"\n") * 2,
     "values: line 2: a second value of register pcr16"),
    ("empty", b"", "values: no line REGISTER ALGO:HEX[,ALGO:HEX...]"),
    ("a checkpoint line", b"0 register pcr16 sha256:" + b"0" * 64 + b"\n",
     "values: line 1: unknown hash algorithm"),
    ("only a name", b"pcr16\n", "values: line 1: expected ALGO:HEX"),
])
def bad_values(values, text):
    """a values file that does not fit is no check"""
    log = make_log.empty()
    Run(*files(log.cel(), log.checkpoints(), values)).expect(2, text)


# Damage that a replay finds.

def offset_of(log, number):
    return sum(len(r) for r in log.records[:number])


@test
def changed_event():
    """a changed event is not bound any more, and its record is named"""
    log = make_log.multi()
    verify(log).expect(0, "; content: 40 bound, 0 claimed\n")
    cel = bytearray(log.cel())
    cel[offset_of(log, 18) - 1] ^= 1
    run = verify(log, cel=bytes(cel)).expect(
        0, "; content: 39 bound, 1 claimed (the first is record 17)\n")
    result, = Run(*run.args, "--json").json()
    check(result["content"] == {"bound": 39, "claimed": 1,
                                "first_claimed": 17}, f"{result}")


@test
def changed_digest():
    """a changed digest of one bank is found in its register and bank"""
    log = make_log.multi()
    cel = bytearray(log.cel())
    sha1 = 5 + 20
    in_sha256 = offset_of(log, 17) + 13 + 6 + 5 + sha1 + 5
    cel[in_sha256 + 3] ^= 0x80
    run = verify(log, cel=bytes(cel)).expect(1, "DIFFERS in 1 place")
    check("register pcr11, bank sha256: checkpoint line 3 and records 0 to 40 "
          in run.out, "register and bank")
    result, = Run(*run.args, "--json").expect(1).json()
    difference, = result["differences"]
    check(result["result"] == "differs", "result")
    check((difference["register"], difference["hashAlg"],
           difference["first_record"], difference["last_record"]) ==
          ("pcr11", "sha256", 0, 40), f"{difference}")
    check(result["content"]["first_claimed"] == 17, f"{result}")


@test
def changed_bare_digest():
    """a changed digest without event data is found by the comparison"""
    log = make_log.single()
    cel = bytearray(log.cel())
    cel[offset_of(log, 2) + 13 + 6 + 5 + 5] ^= 1
    verify(log, cel=bytes(cel)).expect(
        1, "register pcr16, bank sha256: checkpoint line 1 and records 0 to 3 "
        "(3 of this register) give ", ", the values file has ")


@test
def changed_type():
    """a record made to look like a bare digest"""
    log = make_log.single()
    log.records[0] = record(0, 16, {"sha256": bytes(32)},
                            make_log.EV_COMPACT_HASH, b"hello")
    verify(log).expect(1, "register pcr16, bank sha256: checkpoint line 1 and ")


@test_each([("first", 0), ("middle", 4), ("last but one", 7)])
def missing_record(number):
    """a missing record"""
    log = make_log.ccmr()
    del log.records[number]
    run = verify(log)
    if number:
        run.expect(1, f"byte offset {offset_of(log, number)} of the log: record"
                   f" {number + 1} stands where record {number} belongs"
                   if number < 7 else "the values file has")
    else:
        # Without the checkpoints of record 0 there is no starting value.
        run.expect(2, "no checkpoint gives a value to start with")


@test
def missing_last():
    """missing records at the end are found by the comparison, or next_record"""
    log = make_log.single()
    del log.records[3]
    verify(log).expect(1, "register pcr16, bank sha256: checkpoint line 1 and "
                       "records 0 to 2 (2 of this register) give ")
    tree(log).expect(1, "fake: the log ends before record 3, but next_record "
                     "says 4: records are missing")


@test
def doubled_record():
    """a doubled record"""
    log = make_log.single()
    log.records.insert(1, log.records[1])
    verify(log).expect(1, f"byte offset {offset_of(log, 2)} of the log: record "
                       "1 stands where record 2 belongs")


@test
def swapped_records():
    """records in the wrong order, with the numbers made right"""
    log = make_log.multi()
    one, two = log.records[3], log.records[6]
    log.records[3] = tlv(0, struct.pack(">Q", 3)) + two[13:]
    log.records[6] = tlv(0, struct.pack(">Q", 6)) + one[13:]
    verify(log).expect(1, "register pcr8, bank sha1: ")


@test
def moved_record():
    """a record moved to another register"""
    log = make_log.single()
    log.records[1] = log.records[1].replace(tlv(1, b"\x17"), tlv(1, b"\x10"))
    verify(log).expect(1, "register pcr16, bank sha256: ",
                       "register pcr23, bank sha256: checkpoint line 2 (no "
                       "record follows) gives ", "DIFFERS in 2 places")


@test
def starting_value():
    """a changed starting value"""
    log = make_log.single()
    lines = log.checkpoints().replace(b"0" * 64, b"0" * 63 + b"1")
    verify(log, checkpoints=lines).expect(1, "register pcr16, bank sha256: ")


@test
def wrong_checkpoint():
    """a checkpoint in the middle that does not follow"""
    log = make_log.checkpointed()
    lines = log.lines
    check("6 trim pcr16" in lines[4], lines[4])
    right = lines[4].split(":")[1].strip()
    lines[4] = "6 trim pcr16 sha256:" + "ab" * 32 + "\n"
    run = verify(log).expect(
        1, "register pcr16, bank sha256: checkpoint line 3 and records 3 to 5 "
        f"(3 of this register) give {right}, checkpoint line 5 (trim at record "
        f"6) has {'ab' * 32}\n")
    result, = Run(*run.args, "--json").json()
    difference, = result["differences"]
    check((difference["first_record"], difference["last_record"],
           difference["checkpoint_line"]) == (3, 5, 5), f"{difference}")


@test
def foreign_needed():
    """a foreign extend without its checkpoint"""
    log = make_log.foreign()
    log.lines = [line for line in log.lines if " foreign " not in line]
    verify(log).expect(1, "register pcr16", "register pcr23")


@test
def unknown_reason():
    """a checkpoint of another reason has to follow"""
    log = make_log.resume()
    lines = log.checkpoints().replace(b" resume ", b" sunday ")
    verify(log, checkpoints=lines).expect(
        1, "checkpoint line 2 (sunday at record 1) has ")


@test
def checkpoint_after_end():
    """a checkpoint of a record after the end"""
    log = make_log.single()
    log.lines.append("5 foreign pcr16 sha256:" + "00" * 32 + "\n")
    verify(log, values=False).expect(
        1, "log: checkpoint line 3 is of record 5, but the log ends before "
        "record 4: records are missing")
    tree(log).expect(1, "fake: checkpoint line 3 is of record 5")


@test
def no_starting_value():
    """a register without a checkpoint cannot be checked"""
    log = make_log.single()
    del log.lines[1]
    verify(log, values=False).expect(
        2, f"log: byte offset {offset_of(log, 1)}: record 1 extends pcr23, but "
        "no checkpoint gives a value to start with")


@test
def trimmed_without_checkpoint():
    """after a trim, an older checkpoint is no starting value"""
    log = make_log.trimmed()
    log.lines = [line for line in log.lines if " trim pcr16" not in line]
    verify(log, values=False).expect(2, "record 5 extends pcr16, but no "
                                     "checkpoint gives a value to start")


@test
def record_of_some_banks():
    """a record of some banks changes no other bank"""
    log = make_log.multi()
    register = log.registers["pcr16"]
    register.algorithms = ["sha256"]
    log.digest("pcr16", {"sha256": bytes(32)})
    register.algorithms = make_log.TPM_BANKS
    verify(log).expect(0)
    register.values["sha1"] = make_log.digest_of(
        "sha1", register.values["sha1"] + bytes(20))
    verify(log).expect(1, "register pcr16, bank sha1: ")


@test
def record_banks():
    """a record with a digest for a bank that the register does not have"""
    log = make_log.multi()
    log.records[40] = record(40, 16, {"sha256": bytes(32), "sm3": bytes(32)},
                             make_log.EV_COMPACT_HASH, b"")
    verify(log).expect(1, f"register pcr16: record 40 (byte offset "
                       f"{offset_of(log, 40)}) has banks sha256,sm3, "
                       "checkpoint line 4 has sha1,sha256,sha384,sha512")


def without_sm3():
    """A log that a kernel without SM3 has trimmed: its lines have no such bank."""
    log = make_log.Log()
    log.add("pcr16", ["sha256", "sm3"])
    log.event("pcr16", b"one")
    log.trim()
    log.lines = [re.sub(",sm3:[0-9a-f]*", "", log.lines[-1])]
    log.event("pcr16", b"two")
    return log


@test
def trim_without_bank():
    """a trim by a kernel that lacks the hash of a bank costs that bank"""
    log = without_sm3()
    run = tree(log).expect(0, "; 1 equal to the live registers; content: ")
    check(re.search("pcr16 +sha256 ", run.out), run.out)
    log.registers["pcr16"].values["sha256"] = bytes(32)
    tree(log).expect(1, "register pcr16, bank sha256: ")
    # With what came before it, the bank goes on.
    log = without_sm3()
    log.lines.insert(0, "0 register pcr16 " + make_log.values_text(
        {a: bytes(32) for a in ("sha256", "sm3")}) + "\n")
    log.first = 0
    log.records.insert(0, record(0, 16, {
        a: make_log.digest_of(a, b"one") for a in ("sha256", "sm3")},
        make_log.EV_ACTION, b"one"))
    verify(log).expect(0)
    log.registers["pcr16"].values["sm3"] = bytes(32)
    verify(log).expect(1, "register pcr16, bank sm3: ")


@test
def checkpoint_banks():
    """a checkpoint with other banks than the one before"""
    log = make_log.resume()
    log.lines[1] = "1 resume pcr16 sha1:" + "00" * 20 + "\n"
    verify(log).expect(1, "register pcr16: checkpoint line 2 has banks "
                       "sha1, line 1 has sha256")


# Malformed input.

RECNUM = tlv(0, bytes(8))
PCR = tlv(1, b"\x10")
DIGEST = tlv(0x0B, bytes(32))
DIGESTS = tlv(3, DIGEST)
TYPE = tlv(0, struct.pack(">I", 12))
DATA = tlv(1, b"")
CONTENT = tlv(5, TYPE + DATA)
WHOLE = RECNUM + PCR + DIGESTS + CONTENT
D = len(RECNUM + PCR)
C = D + len(DIGESTS)


@test_each([
    ("cut in a header", WHOLE[:3],
     "byte offset 0: the log ends where a record number should be (3 bytes"),
    ("cut in the record number", WHOLE[:9],
     "byte offset 0: type 0 says it has 8 bytes, but the log has 4"),
    ("cut after the index", WHOLE[:D],
     f"byte offset {D}: the log ends where the digests should be"),
    ("cut in the digests", WHOLE[:C - 1],
     f"byte offset {D}: type 3 says it has 37 bytes, but the log "
     "has 36 left"),
    ("cut in the content", WHOLE[:-1],
     f"byte offset {C}: type 5 says it has 14 bytes, but"),
    ("second record cut", WHOLE + WHOLE[:20],
     f"byte offset {len(WHOLE) + D}: the log ends where the digests"),
    ("longest length", RECNUM + PCR + b"\x03\xff\xff\xff\xff" + DIGEST,
     f"byte offset {D}: type 3 says it has 4294967295 bytes"),
    ("longest length inside", RECNUM + PCR + tlv(3, b"\x0b\xff\xff\xff\xff") +
     CONTENT, f"byte offset {D + 5}: type 11 says it has 4294967295 "
     "bytes, but the list of digests has 0 left"),
    ("a digest that reaches out of its list", RECNUM + PCR +
     tlv(3, DIGEST[:-1]) + CONTENT,
     f"byte offset {D + 5}: type 11 says it has 32 bytes, but the "
     "list of digests has 31 left"),
    ("digests first", DIGESTS + WHOLE,
     "byte offset 0: expected a record number (type 0), found type 3"),
    ("no record number", PCR + DIGESTS + CONTENT, "byte offset 0: expected a "
     "record number (type 0), found type 1"),
    ("no index", RECNUM + DIGESTS + CONTENT,
     "byte offset 13: expected a register index, found type 3"),
    ("index twice", RECNUM + PCR + PCR + DIGESTS + CONTENT,
     f"byte offset {D}: expected the digests (type 3), found type 1"),
    ("content before digests", RECNUM + PCR + CONTENT + DIGESTS,
     f"byte offset {D}: expected the digests (type 3), found type 5"),
    ("no content", RECNUM + PCR + DIGESTS + WHOLE,
     f"byte offset {C}: expected the content, found type 0"),
    ("digests as content", RECNUM + PCR + DIGESTS + DIGESTS,
     f"byte offset {C}: expected the content, found type 3"),
    ("cut content of another type", RECNUM + PCR + DIGESTS + tlv(7, b"x")[:-1],
     f"byte offset {C}: type 7 says it has 1 bytes, but the log has 0 left"),
    ("short record number", tlv(0, bytes(3)) + PCR + DIGESTS + CONTENT,
     "byte offset 0: a record number takes 8 or 4 bytes, not 3"),
    ("largest record number", tlv(0, b"\xff" * 8) + PCR + DIGESTS + CONTENT,
     "byte offset 0: no record number"),
    ("long index", RECNUM + tlv(1, bytes(5)) + DIGESTS + CONTENT,
     "byte offset 13: a register index takes 1 or 4 bytes, not 5"),
    ("index of 9 bits", RECNUM + tlv(1, b"\0\0\1\0") + DIGESTS + CONTENT,
     "byte offset 13: there is no register 256"),
    ("empty index", RECNUM + tlv(108, b"") + DIGESTS + CONTENT,
     "byte offset 13: a register index takes 1 or 4 bytes, not 0"),
    ("unknown bank", RECNUM + PCR + tlv(3, DIGEST + tlv(0x27, bytes(32))) +
     CONTENT, f"byte offset {D + 5 + 37}: digest of an unknown bank (type "
     "0x27)"),
    ("bank twice", RECNUM + PCR + tlv(3, DIGEST + DIGEST) + CONTENT,
     f"byte offset {D + 5 + 37}: a second digest for the bank sha256"),
    ("short digest", RECNUM + PCR + tlv(3, tlv(0x0B, bytes(31))) + CONTENT,
     f"byte offset {D + 5}: a digest of this bank takes 32 bytes, not 31"),
    ("long digest", RECNUM + PCR + tlv(3, tlv(4, bytes(32))) + CONTENT,
     f"byte offset {D + 5}: a digest of this bank takes 20 bytes, not 32"),
    ("no digests", RECNUM + PCR + tlv(3, b"") + CONTENT,
     f"byte offset {D}: a record without digests"),
    ("garbage after the digests", RECNUM + PCR + tlv(3, DIGEST + b"\x04") +
     CONTENT, f"byte offset {D + 5 + 37}: the list of digests ends where a "
     "digest should be (1 bytes left)"),
    ("empty content", RECNUM + PCR + DIGESTS + tlv(5, b""),
     f"byte offset {C + 5}: the content ends where an event type should be"),
    ("no event data", RECNUM + PCR + DIGESTS + tlv(5, TYPE),
     f"byte offset {C + 14}: the content ends where event data should be"),
    ("event data first", RECNUM + PCR + DIGESTS + tlv(5, DATA + TYPE),
     f"byte offset {C + 5}: expected an event type (type 0), found type 1"),
    ("event type twice", RECNUM + PCR + DIGESTS + tlv(5, TYPE + TYPE),
     f"byte offset {C + 14}: expected event data (type 1), found type 0"),
    ("short event type", RECNUM + PCR + DIGESTS +
     tlv(5, tlv(0, b"\x0c") + DATA), f"byte offset {C + 5}: an event type "
     "takes 4 bytes, not 1"),
    ("garbage in the content", RECNUM + PCR + DIGESTS + tlv(5, TYPE + DATA +
                                                            b"xyz"),
     f"byte offset {C + 19}: 3 bytes too many in the content"),
    ("text", b"#!/bin/sh\n" * 10, "byte offset 0: type 35 says it "
     "has 556753513 bytes, but the log has 95 left"),
    ("zeros", bytes(4096), "byte offset 0: a record number takes 8 or 4 "
     "bytes, not 0"),
])
def malformed_log(cel, text):
    """a malformed log"""
    log = make_log.empty()
    Run(*files(cel, log.checkpoints())).expect(2, "could not check: log: " +
                                               text)
    Run("show", "--log", "cel").expect(2, "tsm-log: cel: " + text)
    shown = Run("show", "--json", "--log", "cel").expect(2, text).json()
    check(shown == [], "a damaged log gives an empty array")


VALUE = b"sha256:" + b"0" * 64
LINE = b"0 register pcr16 " + VALUE + b"\n"


@test_each([
    ("no newline", LINE + LINE[:-1],
     "line 2: no newline at its end: cut off"),
    ("an empty line", LINE + b"\n", "line 2: no valid record number"),
    ("NULs", bytes(100) + b"\n", "line 1: no valid record number"),
    ("NUL in the name", LINE.replace(b"pcr", b"p\x00r"),
     "line 1: no valid register name"),
    ("NUL in the value", LINE[:-2] + b"\x00\n", "line 1: the value of "
     "sha256 must be 64 hex digits"),
    ("a megabyte without newline", LINE + b"x" * 1000000,
     "line 2: longer than 1023 characters"),
    ("a megabyte line", LINE + b"1 foreign pcr16 " + b"0" * 1000000 + b"\n",
     "line 2: longer than 1023 characters"),
    ("negative number", b"-1 register pcr16 " + VALUE + b"\n",
     "line 1: no valid record number"),
    ("leading zero", b"00 register pcr16 " + VALUE + b"\n",
     "line 1: no valid record number"),
    ("number of 65 bits", b"18446744073709551616 register pcr16 " + VALUE +
     b"\n", "line 1: no valid record number"),
    ("number with letters", b"0x1 register pcr16 " + VALUE + b"\n",
     "line 1: no valid record number"),
    ("decreasing numbers", b"1 register pcr16 " + VALUE + b"\n" + LINE,
     "line 2: the record number is lower than before"),
    ("only a number", b"0\n", "line 1: no valid reason"),
    ("two blanks", b"0  register pcr16 " + VALUE + b"\n",
     "line 1: no valid reason"),
    ("reason in capitals", LINE.replace(b"register", b"Register"),
     "line 1: no valid reason"),
    ("long reason", LINE.replace(b"register", b"r" * 32),
     "line 1: no valid reason"),
    ("no name", b"0 register\n", "line 1: no valid register name"),
    ("name with a slash", LINE.replace(b"pcr16", b"../pcr16"),
     "line 1: no valid register name"),
    ("name is a directory", LINE.replace(b"pcr16", b".."),
     "line 1: no valid register name"),
    ("long name", LINE.replace(b"pcr16", b"p" * 64),
     "line 1: no valid register name"),
    ("escape sequence as name", LINE.replace(b"pcr16", b"\x1b[31m"),
     "line 1: no valid register name"),
    ("no value", b"0 register pcr16\n", "line 1: expected ALGO:HEX"),
    ("no hex", b"0 register pcr16 sha256:\n",
     "line 1: the value of sha256 must be 64 hex digits"),
    ("bad hex", LINE.replace(b"00\n", b"0g\n"),
     "line 1: the value of sha256 must be 64 hex digits"),
    ("short value", LINE.replace(b"00\n", b"\n"),
     "line 1: the value of sha256 must be 64 hex digits"),
    ("unknown algorithm", LINE.replace(b"sha256", b"md5"),
     "line 1: unknown hash algorithm"),
    ("algorithm by half", LINE.replace(b"sha256", b"sha25"),
     "line 1: unknown hash algorithm"),
    ("bank twice", LINE.replace(VALUE, VALUE + b"," + VALUE),
     "line 1: the bank sha256 appears twice"),
    ("comma at the end", LINE.replace(b"\n", b",\n"),
     "line 1: expected ALGO:HEX"),
    ("blank at the end", LINE.replace(b"\n", b" \n"),
     "line 1: expected foreign=COUNT at its end"),
    ("something at the end", LINE.replace(b"\n", b" more\n"),
     "line 1: expected foreign=COUNT at its end"),
    ("foreign without a count", LINE.replace(b"\n", b" foreign=\n"),
     "line 1: expected foreign=COUNT at its end"),
    ("foreign=-1", LINE.replace(b"\n", b" foreign=-1\n"),
     "line 1: expected foreign=COUNT at its end"),
    ("something after the count", LINE.replace(b"\n", b" foreign=1 2\n"),
     "line 1: expected foreign=COUNT at its end"),
    ("unsure with a value", LINE.replace(b"register", b"unsure"),
     "line 1: expected foreign=COUNT at its end"),
    ("unsure and a blank", b"0 unsure pcr16 \n",
     "line 1: expected foreign=COUNT at its end"),
    ("unsure without a name", b"0 unsure\n",
     "line 1: no valid register name"),
    ("only unsure has no value", b"0 settled pcr16 foreign=1\n",
     "line 1: expected ALGO:HEX"),
    ("carriage return", LINE.replace(b"\n", b"\r\n"),
     "line 1: the value of sha256 must be 64 hex digits"),
    ("too many registers", b"".join(
        LINE.replace(b"pcr16", b"r%d" % i) for i in range(513)),
     "line 513: more than 512 registers"),
    ("malformed after the end of the log", LINE + b"9 foreign pcr16 " + VALUE +
     b"\nx\n", "line 3: no valid record number"),
])
def malformed_checkpoints(checkpoints, text):
    """malformed checkpoints"""
    log = make_log.single() if b"9 foreign" in checkpoints else make_log.empty()
    if log.records:
        checkpoints = log.checkpoints() + checkpoints.split(b"\n", 1)[1]
        text = text.replace("line 3", "line 4")
    run = Run(*files(log.cel(), checkpoints))
    if log.records:
        run.expect(1)
    else:
        run.expect(2)
    run.expect(run.status, "could not check: checkpoints: " + text)


@test
def every_cut():
    """a log cut anywhere is an error, or lacks records"""
    log = make_log.mixed()
    cel = log.cel()
    ends = {offset_of(log, i) for i in range(len(log.records) + 1)}
    for end in range(0, len(cel), 7):
        run = verify(log, cel=cel[:end])
        run.expect(1 if end in ends else 2)


@test
def every_flip():
    """no changed byte goes unnoticed"""
    log = make_log.single()
    log.checkpoint("trim", "pcr16")
    log.checkpoint("trim", "pcr23")
    cel = log.cel()
    for at in range(len(cel)):
        damaged = bytearray(cel)
        damaged[at] ^= 1 << at % 8
        run = verify(log, cel=bytes(damaged))
        # Another event type means nothing to the register.
        in_type = any(at in range(offset_of(log, i) + 13 + 6 + 42 + 5 + 5,
                                  offset_of(log, i) + 13 + 6 + 42 + 5 + 5 + 4)
                      for i in range(4))
        told = " bound, 1 claimed (the first is record " in run.out
        if run.status not in ((0, 1) if in_type else (1, 2)) and not told:
            run.fail(f"byte {at} changed")


@test
def endless_input():
    """an endless input ends"""
    log = make_log.empty()
    put("checkpoints", log.checkpoints())
    # The sanitizers reserve terabytes of addresses, so no limit for them.
    run = Run("verify", "--log", "/dev/zero", "--checkpoints", "checkpoints",
              tool=FAST or TOOL, limit=(1 << 28) if FAST else None)
    run.expect(2, "no memory for the " if FAST else "/dev/zero: too large")


@test
def large_input():
    """a file that is too large is not read"""
    log = make_log.empty()
    put("checkpoints", log.checkpoints())
    put("cel", b"")
    os.truncate("cel", 3 << 30)
    Run("verify", "--log", "cel", "--checkpoints", "checkpoints").expect(
        2, "cel: too large for an event log")


@test
def unreadable():
    """files that cannot be read"""
    log = make_log.empty()
    put("checkpoints", log.checkpoints())
    Run("verify", "--log", "nothing", "--checkpoints", "checkpoints").expect(
        2, "could not check: cannot open nothing: No such file or directory")
    Run("verify", "--log", ".", "--checkpoints", "checkpoints").expect(
        2, "cannot read .: Is a directory")
    Run("show", "--log", "nothing").expect(2, "cannot open nothing")


@test
def no_permission():
    """files that this user may not read"""
    make_log.single().write_tree("tree")
    os.chmod("tree/fake/log/cel", 0o440)
    # Root may read everything: be somebody else, with a copy of the program
    # where that one gets at it.
    shutil.copy(TOOL, "tsm-log")
    os.chmod(".", 0o755)
    other = {"user": 65534, "group": 65534, "extra_groups": []}
    if os.getuid() != 0:
        os.chmod("tree/fake/log/cel", 0)
        other = {}
    for command in ("verify", "show"):
        Run(command, "--sysfs", "tree", tool="./tsm-log", **other).expect(
            2, "cannot open cel: Permission denied; run as root, or as a "
            "member of the group that may read it")


# The live comparison.

@test
def live_differs():
    """a live register that differs"""
    log = make_log.single()
    log.write_tree("tree")
    put("tree/fake/pcr23/digest", b"ee" * 32 + b"\n")
    Run("verify", "--sysfs", "tree").expect(
        1, "fake: register pcr23, bank sha256: checkpoint line 2 and records 0 "
        "to 3 (1 of this register) give ",
        f", the live register has {'ee' * 32}\n")


@test
def live_bank_differs():
    """one bank of a live register differs"""
    log = make_log.multi()
    log.write_tree("tree")
    put("tree/tpm0/pcr9/sha1/digest", b"ee" * 20 + b"\n")
    Run("verify", "--sysfs", "tree").expect(1, "register pcr9, bank sha1: ")


@test
def live_banks():
    """a live register with another bank than the log"""
    log = make_log.single()
    log.write_tree("tree")
    put("tree/fake/pcr16/sha1/digest", b"00" * 20 + b"\n")
    Run("verify", "--sysfs", "tree").expect(
        1, "fake: register pcr16: has live banks sha1,sha256; checkpoint line 1 "
        "has sha256")


@test_each([
    ("no register", lambda: shutil.rmtree("tree/fake/pcr23"),
     "cannot open pcr23/hash_algo: No such file"),
    ("unknown hash", lambda: put("tree/fake/pcr23/hash_algo", b"md5\n"),
     "pcr23/hash_algo: unknown hash algorithm"),
    ("no digest", lambda: put("tree/fake/pcr23/digest", b"\n"),
     "pcr23/digest: not the 64 hex digits of sha256"),
    ("long digest", lambda: put("tree/fake/pcr23/digest", b"0" * 4096),
     "pcr23/digest: not the one short line it should be"),
    ("no next_record", lambda: os.unlink("tree/fake/log/next_record"),
     "cannot open next_record"),
    ("bad first_record", lambda: put("tree/fake/log/first_record", b"x\n"),
     "first_record: not a decimal number"),
    ("no checkpoints", lambda: os.unlink("tree/fake/log/checkpoints"),
     "cannot open checkpoints"),
    ("a register that the log does not know",
     lambda: put("tree/fake/pcr9/append_event", b""),
     "no checkpoint of pcr9, which is extensible"),
])
def live_trouble(damage, text):
    """a tree that cannot be checked"""
    make_log.single().write_tree("tree")
    damage()
    Run("verify", "--sysfs", "tree", "fake").expect(
        2, "tsm-log: fake: could not check: " + text)
    result, = Run("verify", "--json", "--sysfs", "tree").expect(2).json()
    check(result["result"] == "not checked" and text in result["error"],
          f"{result}")


@test
def live_first_record():
    """a log that does not start with first_record"""
    log = make_log.single()
    log.first = 1
    tree(log).expect(1, "fake: byte offset 0 of the log: record 0 stands where "
                     "record 1 belongs")


@test
def live_static():
    """a static register without a checkpoint, a blob and the device link"""
    log = make_log.single()
    log.write_tree("tree")
    put("tree/fake/mrtd/hash_algo", b"sha384\n")
    put("tree/fake/mrtd/digest", b"00" * 48 + b"\n")
    put("tree/fake/report_data", bytes(64))
    os.symlink("../../../../nowhere", "tree/fake/device")
    Run("verify", "--sysfs", "tree").expect(0, "2 equal to the live registers")


@test
def several_providers():
    """all providers; one that differs, one that cannot be checked"""
    for function in (make_log.ccmr, make_log.mixed, make_log.multi):
        function().write_tree("tree")
    os.mkdir("tree/snp")
    Run("verify", "--sysfs", "tree").expect(
        0, "tdx: verified: ", "sample: verified: ", "tpm0: verified: ")
    put("tree/sample/log/next_record", b"?")
    Run("verify", "--sysfs", "tree").expect(
        2, "tdx: verified: ", "sample: could not check", "tpm0: verified: ")
    put("tree/tpm0/pcr9/sha1/digest", b"ee" * 20 + b"\n")
    run = Run("verify", "--json", "--sysfs", "tree").expect(1)
    check([(p["provider"], p["result"]) for p in run.json()] ==
          [("sample", "not checked"), ("tdx", "verified"),
           ("tpm0", "differs")], run.out)


@test
def no_providers():
    """no providers"""
    os.mkdir("tree")
    for command in ("verify", "show"):
        Run(command, "--sysfs", "tree").expect(2, "tree has no provider with a"
                                               " log; load a provider")
        Run(command, "--sysfs", "nix").expect(2, "there is no nix; load a")
        Run(command, "--sysfs", "tree", "tpm0").expect(
            2, "cannot open tree/tpm0: No such file or directory")
        Run(command, "--sysfs", "tree", "..tree").expect(
            2, "no valid provider name")


def racing_log():
    log = make_log.Log()
    log.add("pcr16", ["sha1", "sha256"])
    log.add("pcr20", ["sha256"])
    log.add("pcr23", ["sha1", "sha256"])
    log.event("pcr16", b"before")
    log.event("pcr23", b"before")
    return log


class Meanwhile:
    """Do something in the middle of a verification.

    The files of the register pcr20 are pipes, where tsm-log has to wait. When
    it comes there, it has read the log for the first time and pcr16, but not
    pcr23. The next of the actions is done before it goes on. There are two
    pipes, in turn, because a reader must have closed a pipe before it is
    served again.
    """

    def __init__(self, log, *actions):
        log.write_tree("tree")
        self.pipes = ("tree/fake/pcr20/hash_algo", "tree/fake/pcr20/digest")
        self.answers = []
        for path in self.pipes:
            with open(path, "rb") as file:
                self.answers.append(file.read())
            os.unlink(path)
            os.mkfifo(path)
        self.actions = list(actions)
        self.reads = 0
        self.done = False
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while not self.done:
            for path, answer in zip(self.pipes, self.answers):
                with open(path, "wb") as file:
                    if self.done:
                        return
                    if path == self.pipes[0]:
                        self.reads += 1
                        if self.actions:
                            self.actions.pop(0)()
                    file.write(answer)

    def verify(self):
        self.thread.start()
        try:
            return Run("verify", "--sysfs", "tree")
        finally:
            self.done = True
            ends = [os.open(p, os.O_RDONLY | os.O_NONBLOCK)
                    for p in self.pipes]
            self.thread.join()
            for end in ends:
                os.close(end)


def write_log(log):
    """The log as it is now; not the values of registers."""
    make_log.put("tree/fake/log/cel", log.cel())
    make_log.put("tree/fake/log/checkpoints", log.checkpoints())
    make_log.put("tree/fake/log/next_record", b"%d\n" % log.next)
    make_log.put("tree/fake/log/first_record", b"%d\n" % log.first)


def write_values(log, name):
    for algorithm, value in log.registers[name].values.items():
        put(f"tree/fake/{name}/{algorithm}/digest", value.hex().encode())


# Registers whose value is not known.

def check_unsure(log, line):
    log.registers["pcr16"].values["sha256"] = bytes(32)
    text = (f"register pcr16: is unsure: the end of its last extend is not "
            f"known (checkpoint line {line})")
    for values in (True, False):
        run = verify(log, values=values).expect(1, "log: " + text,
                                                "log: DIFFERS in 1 place")
        check("verified" not in run.out, "verified")
    tree(log).expect(1, f"{log.provider}: {text}", "DIFFERS in 1 place")


@test
def unsure_at_end():
    """a register that is unsure at the end, whatever its value"""
    log = make_log.unsure()
    log.unsure("pcr16")
    check_unsure(log, len(log.lines))
    log.event("pcr16", b"a record does not settle it")
    check_unsure(log, len(log.lines))


@test
def never_known():
    """a register whose value never was known"""
    log = make_log.empty()
    log.lines = ["0 unsure pcr16 foreign=3\n"]
    check_unsure(log, 1)
    log.event("pcr16", b"counted")
    check_unsure(log, 1)
    run = Run("verify", "--json", "--log", "cel", "--checkpoints",
              "checkpoints")
    check(run.json()[0]["differences"][0]["checkpoint_line"] == 1, run.out)
    os.remove("tree/fake/pcr16/digest")
    Run("verify", "--sysfs", "tree").expect(
        1, "fake: register pcr16: is unsure: cannot open pcr16/digest")


@test_each([
    ("without a record", "2 settled pcr23"),
    ("with a record", "3 settled pcr16"),
    ("after others", "0 register pcr17"),
])
def settled_differs(start):
    """a settled value that is not what the log leads to"""
    log = make_log.unsure()
    if "register" in start:
        log = make_log.empty()
        log.unsure("pcr16")
        log.lines.append("0 settled pcr16 sha256:" + "5" * 64 + "\n")
        start = "0 settled pcr16"
    number, reason, name = start.replace("2 settled", "3 settled").split()
    log.lines = [re.sub(f"^{number} {reason} {name} sha256:.*",
                        f"{number} {reason} {name} sha256:" + "5" * 64, line)
                 for line in log.lines]
    verify(log).expect(1, f"register {name}, bank sha256: ",
                       f"({reason} at record {number}) has 5555")


@test
def late_records_are_checked():
    """a record of a register without a value has its content checked"""
    log = make_log.late()
    data = log.cel().replace(b"counted, and", b"counted  and", 1)
    verify(log, cel=data).expect(0, "; content: 4 bound, 1 claimed (the first "
                                 "is record 1); NOT EXPLAINED: ")


@test
def late_banks():
    """a record after the first value has its banks"""
    log = make_log.late()
    log.records.append(record(log.next, 16, {"sha512": bytes(64)},
                              make_log.EV_COMPACT_HASH, b""))
    log.next += 1
    verify(log).expect(1, "register pcr16: record 5 (byte offset ",
                       "has banks sha512, checkpoint line 2 has sha256,sha384")


@test
def settled_meanwhile():
    """a register becomes known while it is read"""
    log = racing_log()
    log.unsure("pcr23")
    log.write_tree("tree")

    def action():
        log.event("pcr23", b"in doubt")
        log.known("pcr23")
        write_log(log)
        write_values(log, "pcr23")

    Meanwhile(log, action).verify().expect(0, "3 records", "3 equal to")


@test_each([("more", 2, 0), ("not more", 1, 1), ("no count", None, 1)])
def foreign_count(count, status):
    """a trim's other value is a foreign extend if there are more of them"""
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    log.foreign("pcr16")
    log.event("pcr16", b"one")
    log.foreign("pcr16")
    log.lines.pop()
    log.lines.append("1 trim pcr16 " + make_log.values_text(
        log.registers["pcr16"].values) +
        (f" foreign={count}\n" if count else "\n"))
    run = verify(log).expect(status)
    check(("pcr16 extended past the log 2 times" in run.out) == (status == 0),
          run.out)


@test
def foreign_count_same_value():
    """a trim with the value of the replay is no foreign extend"""
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    log.event("pcr16", b"one")
    log.registers["pcr16"].foreign = 3
    log.trim()
    log.first, log.records = 0, [log.records or make_log.record(
        0, 16, {"sha256": make_log.digest_of("sha256", b"one")},
        make_log.EV_ACTION, b"one")]
    run = verify(log).expect(0)
    check("extended past the log 3 times or more, by what is not known (first "
          "noticed before record 1; 3 of these were in what was trimmed)\n"
          in run.out, run.out)


def quote(log, number, names=("pcr16", "pcr23")):
    """The values that the registers have just before a record, as a file."""
    values = {n: bytes(32) for n in names}
    for data in log.records[:number]:
        name = f"pcr{data[18]}"
        digest = data[29:61]
        if name in values:
            values[name] = make_log.digest_of("sha256", values[name] + digest)
    return "".join(f"{n} sha256:{v.hex()}\n"
                   for n, v in values.items()).encode()


def quoted_log():
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    log.add("pcr23", ["sha256"])
    for i in range(6):
        log.event(("pcr16", "pcr23")[i % 2], b"%d" % i)
    return log


@test_each([(f"before record {n}", n) for n in range(7)])
def values_of_a_point(number):
    """values that the registers had at a point of the log"""
    log = quoted_log()
    args = files(log.cel(), log.checkpoints(), quote(log, number))
    run = Run(*args).expect(0)
    covers = f"records up to {number - 1}" if number else "no record"
    after = f"{6 - number} record{'' if number == 5 else 's'} after it; content"
    check("; 2 equal to the values file, which covers "
          f"{covers}, {after}" in run.out, run.out)
    result = Run(*args, "--json").expect(0).json()[0]
    check(result["covers_before"] == number and
          result["unsure_there"] == [], f"{result}")


@test
def values_of_one_register():
    """a register's value tells the first point that has it"""
    log = quoted_log()
    args = files(log.cel(), log.checkpoints(), quote(log, 3, ["pcr16"]))
    Run(*args).expect(0, "; 1 equal to the values file, which covers records "
                      "up to 2, 3 records after it; content: ")


@test
def values_of_two_points():
    """values that the registers did not have at the same time"""
    log = quoted_log()
    one, two = (quote(log, n).splitlines(True) for n in (1, 4))
    args = files(log.cel(), log.checkpoints(), one[0] + two[1])
    Run(*args).expect(1, "register pcr16: has the value of the values file "
                      "before record 1, but not where the others have theirs",
                      "register pcr23: has the value of the values file before"
                      " record 4", "DIFFERS in 2 places: pcr16, pcr23")
    args = files(log.cel(), log.checkpoints(),
                 one[0] + b"pcr23 sha256:" + b"0f" * 32 + b"\n")
    Run(*args).expect(1, "register pcr23, bank sha256: ",
                      "DIFFERS in 1 place: pcr23\n")


@test
def values_while_unsure():
    """values of a point at which the log was not sure of a register"""
    log = quoted_log()
    log.unsure("pcr16")
    values = log.values()
    log.event("pcr23", b"of another register")
    values = values.splitlines(True)[0] + \
        log.values().splitlines(True)[1]
    log.event("pcr16", b"in doubt, and it happened")
    log.known("pcr16")
    args = files(log.cel(), log.checkpoints(), values)
    Run(*args).expect(0, "covers records up to 6, 1 record after it; pcr16 was "
                      "unsure there; content: 8 bound, 0 claimed\n")
    Run(*args, "--strict").expect(1, "log: UNEXPLAINED: ")
    result, = Run(*args, "--strict", "--json").expect(1).json()
    check(result["result"] == "unexplained" and
          result["unsure_there"] == ["pcr16"], f"{result}")
    Run(*files(log.cel(), log.checkpoints(), log.values()),
        "--strict").expect(0)


@test_each([
    ("foreign", make_log.foreign, {"pcr16": (2, 6, 0, 3), "pcr23": (1, 8, 0, 4)}),
    ("resume", make_log.resume, {"pcr16": (0, None, 1, 1)}),
    ("unsure", make_log.unsure, {"pcr23": (1, 4, 0, 1)}),
    ("late", make_log.late, {"pcr17": (0, None, 0, 1), "pcr23": (1, 4, 0, 1)}),
    ("trimmed", make_log.trimmed_foreign, {"pcr16": (2, 0, 0, 0),
                                           "pcr23": (2, 2, 0, 1)}),
    ("nothing", make_log.checkpointed, {}),
    ("an old trim", make_log.trimmed, {})])
def strict(make, want):
    """--strict: what the log does not explain"""
    log = make()
    status = 1 if want else 0
    log.write_tree("tree")
    args = files(log.cel(), log.checkpoints(), log.values())
    for form, label in ((args, "log"),
                        (["verify", "--sysfs", "tree"], log.provider)):
        Run(*form).expect(0, f"{label}: verified: ")
        run = Run(*form, "--strict").expect(status)
        last = run.out.splitlines()[-1]
        check(last.startswith(f"{label}: UNEXPLAINED: " if want else
                              f"{label}: verified: "), last)
        for name, (foreign, _, resumes, unproven) in want.items():
            text = last.split(f" {name} ")[1]
            for number, words in ((foreign, "extended past the log %d time"),
                                  (resumes, "started anew %d time"),
                                  (unproven, "%d record")):
                check(not number or words % number in text, last)
        for strictly in (True, False):
            result, = Run(*form, "--json", *["--strict"] * strictly).json()
            check(result["result"] == ("unexplained" if want and strictly else
                                       "verified"), f"{result}")
            got = {u["register"]: (u["foreign"], u.get("noticed_before_record"),
                                   u["resumes"], u["unproven_records"])
                   for u in result["unexplained"]}
            check(got == want, f"{got}")


@test
def strict_differs():
    """--strict: a log that differs, and one that cannot be checked"""
    log = make_log.foreign()
    log.registers["pcr16"].values["sha1"] = bytes(20)
    args = files(log.cel(), log.checkpoints(), log.values())
    Run(*args, "--strict").expect(1, "log: DIFFERS in 1 place: pcr16\n")
    put("cel", b"\0")
    Run(*args, "--strict").expect(2)


def bindings(log, *args):
    """What each of the commands says of the records' content."""
    put("cel", log.cel())
    shown = [r["binding"] for r in
             Run("show", "--json", "--log", "cel").expect(0).json()]
    run = Run("export", "--format", "json", "--log", "cel", *args).expect(0)
    check([json.loads(t)["binding"] for t in run.out.split("\x1e")[1:]] == shown,
          "export")
    rows = Run("show", "--log", "cel").expect(0).out.splitlines()[1:]
    check([("  (claimed) " in row) for row in rows] ==
          [b == "claimed" for b in shown], f"{rows}")
    claimed = shown.count("claimed")
    check((f"of {claimed} only claimed, the first is record "
           f"{shown.index('claimed')}\n" if claimed else "") in run.err, run.err)
    check(bool(run.err) == bool(claimed), run.err)
    run = verify(log).expect(0)
    check(f"; content: {shown.count('bound')} bound, {claimed} claimed" in
          run.out or not any(b != "none" for b in shown), run.out)
    return shown


@test
def bound_and_claimed():
    """content that is bound, and content that is claimed"""
    log = make_log.Log()
    log.add("pcr16", ["sha1", "sha256"])
    given = {a: make_log.digest_of(a, b"given") for a in ("sha1", "sha256")}
    half = {"sha1": make_log.digest_of("sha1", b"event"), "sha256": given["sha256"]}
    template = tlv(0, b"ima-ng") + tlv(1, b"template data")
    cases = [
        ("bound", make_log.event_tlv(5, b"event"), b"event", None),
        ("claimed", make_log.event_tlv(5, b"event"), None, given),
        ("claimed", make_log.event_tlv(6, b"event"), None, half),
        ("bound", make_log.event_tlv(6, b"event"), b"event", None),
        ("none", make_log.event_tlv(12, b""), None, given),
        ("none", make_log.event_tlv(4, b""), None, given),
        ("bound", make_log.event_tlv(4, b""), b"", None),
        ("bound", tlv(7, template), b"template data", None),
        ("claimed", tlv(7, template), template, None),
        ("claimed", tlv(7, template), None,
         {a: b"\xff" * size for a, size in (("sha1", 20), ("sha256", 32))}),
        ("bound", tlv(7, b"no template"), tlv(7, b"no template"), None),
        ("bound", tlv(8, b"x"), tlv(8, b"x"), None),
        ("claimed", tlv(8, b"x"), b"x", None),
        ("bound", tlv(80, b"image:latest"), tlv(80, b"image:latest"), None),
        ("bound", tlv(108, b""), tlv(108, b""), None),
        ("claimed", tlv(80, b""), b"", None),
    ]
    for _, content, measured, digests in cases:
        log.content("pcr16", content, measured, digests)
    found = bindings(log)
    check(found == [c[0] for c in cases], f"{found}")
    # The names of types are those of content that has types.
    log = make_log.Log()
    log.add("pcr16", ["sha1"])
    for kind, name in ((6, "EV_EVENT_TAG"), (0x80000007, "EV_EFI_ACTION"),
                       (0x08000001, 0x08000001)):
        log.event("pcr16", b"x", kind)
        put("cel", log.cel())
        shown = Run("show", "--json", "--log", "cel").json()[-1]
        check(shown["content"]["event_type"] == name, f"{shown}")
    run = Run("show", "--log", "cel").expect(0, "0x08000001")


@test
def some_banks():
    """records with digests for some banks of a register"""
    log = make_log.Log("tpm0")
    log.add("pcr10", ["sha1", "sha256"])
    log.event("pcr10", b"all")
    log.content("pcr10", make_log.event_tlv(5, b"some"),
                digests={"sha256": make_log.digest_of("sha256", b"some")})
    log.content("pcr10", make_log.event_tlv(12, b""),
                digests={"sha1": make_log.digest_of("sha1", b"another")})
    log.event("pcr10", b"all again")
    check(bindings(log) == ["bound", "bound", "none", "bound"], "bindings")
    log.write_tree("tree")
    Run("verify", "--sysfs", "tree", "tpm0").expect(0, "4 records (0 to 3)",
                                                    "1 equal to the live")
    log.registers["pcr10"].values["sha1"] = bytes(20)
    verify(log).expect(1, "register pcr10, bank sha1: ", "DIFFERS in 1 place")


@test
def other_content():
    """content of other types is shown and replayed, whatever it is"""
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    for kind in (4, 7, 8, 80, 255):
        digest = make_log.digest_of("sha256", b"%d" % kind)
        log.digest("pcr16", {"sha256": digest})
        at = log.records[-1].rindex(tlv(3, tlv(11, digest)))
        log.records[-1] = log.records[-1][:at] + \
            tlv(3, tlv(11, digest)) + tlv(kind, tlv(0, b"of type %d" % kind))
    verify(log).expect(0, "5 records (0 to 4), 1 register",
                       "1 equal to the values file, ", "; content: 0 bound, 5 "
                       "claimed (the first is record 0)\n")
    run = Run("show", "--log", "cel").expect(0)
    for kind in (4, 7, 8, 80, 255):
        name = "IMA_TEMPLATE" if kind == 7 else f"(content type {kind})"
        check(name in run.out, run.out)
    records = Run("show", "--json", "--log", "cel").expect(0).json()
    check([r["content_type"] for r in records] == [4, 7, 8, 80, 255] and
          records[1]["content"]["data"] == tlv(0, b"of type 7").hex(),
          f"{records}")
    run = Run("export", "--format", "cel", "--log", "cel").expect(0)
    check(run.bytes == log.cel(), "the same records")
    run = Run("export", "--format", "tcg2", "--log", "cel").expect(0)
    check(run.bytes.count(b"of type ") == 5, "all entries")


@test
def show_checkpoints():
    """show: what is known of registers between the records, in its place"""
    log = make_log.unsure()
    log.write_tree("tree")
    lines = Run("show", "--sysfs", "tree", "fake").expect(0).out.splitlines()
    got = [line.split()[:3] for line in lines[1:]]
    check(got == [["0", "pcr16", "EV_ACTION"], ["-", "pcr16", "unsure"],
                  ["1", "pcr23", "EV_ACTION"], ["2", "pcr16", "EV_ACTION"],
                  ["-", "pcr16", "settled"], ["-", "pcr23", "unsure"],
                  ["-", "pcr23", "settled"], ["3", "pcr23", "EV_ACTION"],
                  ["-", "pcr23", "unsure"], ["-", "pcr23", "foreign"],
                  ["4", "pcr16", "EV_ACTION"]], f"{got}")
    check(len({line.index("(") for line in lines if "(" in line}) == 1 and
          lines[10].split(maxsplit=4)[4] == "(was extended by somebody else: "
          "with what, is not in the log)", "\n".join(lines))
    items = Run("show", "--json", "--sysfs", "tree", "fake").json()
    check([i.get("checkpoint") for i in items] ==
          [None, "unsure", None, None, "settled", "unsure", "settled", None,
           "unsure", "foreign", None], f"{items}")
    check(items[1]["digests"] == [] and items[1]["register"] == "pcr16" and
          items[1]["before_record"] == 1 and
          items[4]["digests"][0]["hashAlg"] == "sha256", f"{items}")
    log = make_log.empty()
    log.foreign("pcr16")
    log.write_tree("tree")
    Run("show", "--sysfs", "tree", "fake").expect(0, "  foreign ")
    put("tree/fake/log/checkpoints", log.checkpoints()[:-1])
    Run("show", "--sysfs", "tree", "fake").expect(2, "checkpoints: line 2: ")
    run = Run("show", "--json", "--sysfs", "tree", "fake").expect(2)
    check(run.json() == [], run.out)


@test
def show_trimmed():
    """show: what a trimmed log begins with, also if no record came since"""
    log = make_log.foreign()
    log.trim()
    log.lines = log.lines[-2:]
    for event in (None, b"after it"):
        if event:
            log.event("pcr16", event)
        log.write_tree("tree")
        run = Run("show", "--sysfs", "tree", "fake").expect(0)
        lines = [line.split(maxsplit=4) for line in run.out.splitlines()]
        check([line[:3] for line in lines[1:3]] ==
              [["-", "pcr16", "trim"], ["-", "pcr23", "trim"]] and
              lines[1][4] == "(what was before was trimmed here; somebody else "
              "had extended it 2 times or more)" and
              lines[2][4].endswith(" 1 time or more)") and
              len(lines) == 3 + bool(event), run.out)
    items = Run("show", "--json", "--sysfs", "tree", "fake").json()
    check([i.get("foreign") for i in items] == [2, 1, None] and
          items[0]["checkpoint"] == "trim", f"{items}")


@test
def reset_restarts():
    """a reset of a register"""
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    log.event("pcr16", b"one")
    log.registers["pcr16"].values["sha256"] = bytes(32)
    log.checkpoint("reset", "pcr16")
    log.event("pcr16", b"two")
    run = verify(log).expect(0, "; reset: pcr16 1 time; NOT EXPLAINED: pcr16 1 "
                             "record proven by no value\n")
    result, = Run(*run.args, "--json").json()
    check(result["resets"] == [{"register": "pcr16", "resets": 1}], f"{result}")
    run = Run("show", "--log", "cel", "--checkpoints", "checkpoints").expect(
        0, "(was reset by a command: it goes on from here)")
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    log.checkpoint("reset", "pcr16")
    verify(log).expect(0)
    run = Run(*files(log.cel(), log.checkpoints(), log.values()), "--strict")
    check("EXPLAINED" not in run.expect(0).out, run.out)
    run.expect(0, "; reset: pcr16 1 time\n")


@test
def race_extended():
    """a register is extended while it is read"""
    log = racing_log()

    def action():
        log.event("pcr23", b"meanwhile")
        write_log(log)
        write_values(log, "pcr23")

    Meanwhile(log, action).verify().expect(0, "3 records", "3 equal to")


@test
def race_after():
    """registers are extended after they were read"""
    log = racing_log()

    def action():
        log.event("pcr16", b"meanwhile")
        log.event("pcr23", b"meanwhile")
        write_log(log)

    Meanwhile(log, action).verify().expect(0, "4 records", "3 equal to")


@test
def race_between():
    """a value from the middle of what was added meanwhile"""
    log = racing_log()

    def action():
        log.event("pcr23", b"one")
        write_values(log, "pcr23")
        log.event("pcr23", b"two")
        write_log(log)

    Meanwhile(log, action).verify().expect(0, "4 records", "3 equal to")


@test
def race_past_log():
    """a value that is newer than the log"""
    log = racing_log()

    def action():
        log.registers["pcr23"].values["sha256"] = bytes(32)
        write_values(log, "pcr23")
        log.event("pcr16", b"meanwhile")
        write_log(log)

    Meanwhile(log, action).verify().expect(
        1, "register pcr23, bank sha256: checkpoint line 3 and records 0 to 2 "
        "(1 of this register) give ", f"the live register has {'00' * 32}")


@test
def race_old_value():
    """a value that is older than the log"""
    log = racing_log()
    log.write_tree("tree")
    log.event("pcr16", b"not in the register")
    write_log(log)
    Run("verify", "--sysfs", "tree").expect(1, "register pcr16, bank sha1: ",
                                            "DIFFERS in 1 place")


@test
def race_foreign():
    """the kernel notices a foreign extend when the value is read"""
    log = racing_log()

    def action():
        log.foreign("pcr23")
        write_log(log)
        write_values(log, "pcr23")

    Meanwhile(log, action).verify().expect(
        0, "NOT EXPLAINED: pcr23 extended past the log 1 time or more")


@test
def race_trim():
    """the log is trimmed while it is read: the check starts anew"""
    log = racing_log()

    def action():
        log.trim()
        log.event("pcr16", b"after the trim")
        write_log(log)
        write_values(log, "pcr16")

    race = Meanwhile(log, action)
    race.verify().expect(0, "1 record (2 to 2)", "3 equal to")
    check(race.reads == 2, f"{race.reads} readings")


@test
def race_trim_always():
    """the log is trimmed whenever it is read: no check, and no loop"""
    log = racing_log()

    def action():
        log.event("pcr23", b"one more")
        log.trim()
        write_log(log)
        write_values(log, "pcr23")

    race = Meanwhile(log, *[action] * 50)
    race.verify().expect(2, "trimmed while it was read; try again")
    check(race.reads == 5, f"{race.reads} readings")


# show

@test
def show_table():
    """show: the table"""
    log = make_log.single()
    put("cel", log.cel())
    run = Run("show", "--log", "cel").expect(0)
    want = """\
RECORD  REGISTER  EVENT TYPE       DIGESTS             CONTENT
     0  pcr16     EV_ACTION        sha256:2cf24dba...  "hello"
     1  pcr23     EV_ACTION        sha256:68c9df6d...  "a phrase with a newline\\n"
     2  pcr16     EV_COMPACT_HASH  sha256:2bb80d53...  -
     3  pcr16     EV_IPL           sha256:8b1589bb...  0102feff
"""
    if run.out != want:
        run.fail(f"expected:\n{want}")


@test
def show_ccmr():
    """show: the names of CC measurement registers"""
    put("cel", make_log.ccmr().cel() +
        record(8, 0, {"sha384": bytes(48)}, 12, b"", ccmr=True))
    run = Run("show", "--log", "cel").expect(0)
    names = [line.split()[1] for line in run.out.splitlines()[1:]]
    check(names == ["rtmr2", "rtmr3"] * 4 + ["mrtd"], f"{names}")


@test
def show_empty():
    """show: an empty log"""
    put("cel", b"")
    run = Run("show", "--log", "cel").expect(0)
    check(run.out == "RECORD  REGISTER  EVENT TYPE  DIGESTS  CONTENT\n", run.out)
    check(Run("show", "--json", "--log", "cel").expect(0).json() == [], "[]")


@test
def show_damaged():
    """show: the records before the damage"""
    put("cel", make_log.single().cel()[:-1])
    run = Run("show", "--log", "cel").expect(2, "tsm-log: cel: byte offset ")
    check(len(run.out.splitlines()) == 4, "three records and a header")


@test_each([("C", "C"), ("UTF-8", "C.UTF-8")])
def show_safe(locale):
    """show: nothing drives the terminal"""
    log = make_log.content()
    put("cel", log.cel())
    run = Run("show", "--log", "cel", env={"LC_ALL": locale}).expect(0)
    text = run.bytes.decode()
    check(text.count("\n") == len(log.records) + 1, "one line for each record")
    for character in text:
        safe = " " <= character <= "~" or character == "\n" or \
            locale != "C" and character in "grüß, 你好 🔒"
        check(safe, f"character {character!r}")
    for want in ("\"nul\\x00inside\"",
                 "\"\\x1b[31mred\\x1b[0m\\x07\\x08\\r\\n\\t\\\"quoted\\\\\"",
                 "\"\\u202egnp.exe\\u2069 \\u200b \\u0085 \\ufeff \\U000e0041\"",
                 "  c328\n", "  c0af\n", "  eda080\n", "  f4908080\n",
                 "  e282\n", "  9b33316d\n", "\"\\x7f\"", "  f09f\n", "... (4095 bytes)\n",
                 "\"grüß, 你好 🔒\"" if locale != "C" else
                 "\"gr\\u00fc\\u00df, \\u4f60\\u597d \\U0001f512\""):
        check(want in text, f"expected {want} in\n{text[-3000:]}")


def json_of(data, log):
    """The record that the generator encoded, as CEL-JSON."""
    number, = struct.unpack_from(">Q", data, 5)
    algorithms = {v: k for k, v in make_log.ALGORITHMS.items()}
    out = {"recnum": number,
           "ccmr" if data[13] == 108 else "pcr": data[18], "digests": []}
    at, end = 24, 24 + struct.unpack_from(">I", data, 20)[0]
    while at < end:
        size, = struct.unpack_from(">I", data, at + 1)
        name = algorithms[data[at]].replace("sm3", "sm3_256")
        out["digests"].append({"hashAlg": name,
                               "digest": data[at + 5:at + 5 + size].hex()})
        at += 5 + size
    kind, = struct.unpack_from(">I", data, end + 10)
    event = data[end + 19:]
    out["content_type"] = "pcclient_std"
    out["content"] = {
        "event_type": {5: "EV_ACTION",
                       12: "EV_COMPACT_HASH", 13: "EV_IPL"}.get(kind, kind),
        "event_data": event.hex()}
    out["binding"] = "bound" if event else "none"
    try:
        if event:
            out["content"]["string"] = event.decode()
    except UnicodeDecodeError:
        pass
    return out


@test_each([(n, n) for n, in GOOD])
def show_json(name):
    """show --json: the records that the generator encoded"""
    log = make_log.LOGS[name]()
    log.write_tree("tree")
    run = Run("show", "--json", "--sysfs", "tree", log.provider).expect(0)
    # Digests are in the order of the banks' strength, not in the log's.
    def order(records):
        for item in records:
            item["digests"].sort(key=lambda d: d["hashAlg"])
        return records

    want = order([json_of(data, log) for data in log.records])
    got = order([item for item in run.json() if "recnum" in item])
    # What is recognized in events comes on top: see test_event.py.
    for item in got:
        for key in ("domain", "operation", "json"):
            item["content"].pop(key, None)
    check(got == want, f"expected {want}")
    check(all(0x20 <= b < 0x7f or b == 0x0a for b in run.bytes), "only ASCII")


@test
def show_all():
    """show: all providers"""
    make_log.ccmr().write_tree("tree")
    make_log.single().write_tree("tree")
    run = Run("show", "--sysfs", "tree").expect(0)
    check(re.match(r"fake:\nRECORD .*\n( +\d .*\n){4}\ntdx:\nRECORD .*\n"
                   r"( +\d .*\n){8}$", run.out), run.out)
    records = Run("show", "--json", "--sysfs", "tree").expect(0).json()
    check([r["provider"] for r in records] == ["fake"] * 4 + ["tdx"] * 8,
          "providers")


@test
def show_all_damaged():
    """show: all providers, one log damaged"""
    for function in (make_log.ccmr, make_log.mixed, make_log.single):
        function().write_tree("tree")
    put("tree/sample/log/cel", b"?")
    text = "tsm-log: sample: byte offset 0: "
    run = Run("show", "--sysfs", "tree").expect(2, "fake:\n", "tdx:\n", text)
    check(len(run.out.splitlines()) == 3 * 2 + 2 + 12, run.out)
    run = Run("show", "--json", "--sysfs", "tree").expect(2, text)
    check([r["provider"] for r in run.json()] == ["fake"] * 4 + ["tdx"] * 8,
          "providers")


@test
def show_pipe():
    """show: a log from a pipe"""
    run = Run("show", "--log", "/dev/stdin", input=make_log.multi().cel())
    check(len(run.expect(0).out.splitlines()) == 42, "41 records")


# The program.

@test
def helps():
    """--help and --version"""
    for args in (["--help"], ["-h"], ["show", "--help"], ["verify", "-h"]):
        run = Run(*args).expect(0, "Usage: tsm-log ")
        check(max(map(len, run.out.splitlines())) <= 82, "lines too long")
    check(re.fullmatch(r"tsm-log [0-9.]+\n", Run("--version").expect(0).out),
          "version")


@test_each([
    ("no command", [], "no command given"),
    ("no such command", ["frob"], "no such command"),
    ("no such option", ["verify", "--frob"], "Try 'tsm-log verify --help'."),
    ("two providers", ["verify", "a", "b"], "more than one PROVIDER"),
    ("log without checkpoints", ["verify", "--log", "x"],
     "--log needs --checkpoints"),
    ("checkpoints without log", ["verify", "--checkpoints", "x"],
     "--checkpoints goes with --log"),
    ("values without log", ["verify", "--values", "x"], "goes with --log"),
    ("log and provider", ["verify", "--log", "x", "--checkpoints", "y", "z"],
     "--log excludes PROVIDER"),
    ("log and sysfs", ["show", "--log", "x", "--sysfs", "y"],
     "--log excludes PROVIDER"),
    ("option without its value", ["show", "--log"], "requires an argument"),
])
def usage(args, text):
    """wrong usage"""
    run = Run(*args).expect(2, text, "--help'")
    check(not run.out, "nothing on stdout")


@test
def full_disk():
    """output that cannot be written is no success"""
    log = make_log.multi()
    args = files(log.cel(), log.checkpoints(), log.values())
    for command in (args, ["show", "--log", "cel"], ["--help"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([TOOL, *command], stdout=full, env=ENV,
                                  stderr=subprocess.PIPE, check=False)
        check(done.returncode == 2, f"exit status {done.returncode}")
        check(b"cannot write: No space left" in done.stderr, "message")


@test
def million():
    """a million records verify in the memory of the log"""
    check(FAST, "no optimized build was given")
    log = make_log.large()
    args = files(log.cel(), log.checkpoints(), log.values())
    size = os.path.getsize("cel")
    run = Run(*args, tool=FAST, limit=size + (64 << 20))
    run.expect(0, "verified: 1000000 records (0 to 999999)")


if __name__ == "__main__":
    sys.exit(run_tests())
