#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of what tsm-log does with other formats and with the firmware's log.

    test_export.py TSM_LOG [FAST_TSM_LOG]

As test_tsm_log.py. What tsm-log writes is read here by parsers that were
written from the descriptions of the formats.
"""

import json
import os
import shutil
import stat
import struct
import subprocess
import sys

import make_log
import tcg2
from harness import (ENV, FAST, TOOL, Failure, Run, check, run_tests, test,
                     test_each)
from make_log import digest_of, put, size_of, tlv
from others import ima_binary, ima_data

LOGS = [(name,) for name in make_log.LOGS if name != "large"]
EVENT_TYPES = {"EV_ACTION": 5, "EV_COMPACT_HASH": 12, "EV_IPL": 13}
NAMES = {number: name for name, number in make_log.ALGORITHMS.items()}


def tlvs(data):
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from(">BI", data, at)
        check(at + 5 + size <= len(data), "a length of CEL-TLV")
        yield kind, data[at + 5:at + 5 + size]
        at += 5 + size


def parse_cel(data, recnum_size=8, index_size=1):
    """Tuples (record number, is CC, index, {algorithm: digest}, type, event)."""
    records, fields = [], list(tlvs(data))
    check(len(fields) % 4 == 0, "four TLVs each")
    for i in range(0, len(fields), 4):
        recnum, index, digests, content = fields[i:i + 4]
        check((recnum[0], digests[0], content[0]) == (0, 3, 5), "types")
        check(index[0] in (1, 108), "type of the index")
        check((len(recnum[1]), len(index[1])) == (recnum_size, index_size),
              "sizes of the numbers")
        kind, event = tlvs(content[1])
        records.append((int.from_bytes(recnum[1], "big"), index[0] == 108,
                        int.from_bytes(index[1], "big"),
                        {NAMES[a]: d for a, d in tlvs(digests[1])},
                        int.from_bytes(kind[1], "big"), event[1]))
    return records


def parse_json(data):
    """The same from a sequence of JSON texts."""
    records = []
    check(data[:1] in (b"", b"\x1e"), "a record separator first")
    for text in data.split(b"\x1e")[1:]:
        check(text.endswith(b"}\n") and text.count(b"\n") == 1, "a newline last")
        item = json.loads(text)
        index, = {"pcr", "ccmr"} & set(item)
        check(set(item) == {"recnum", index, "digests", "content_type",
                            "content", "binding"}, f"keys {list(item)}")
        content = item["content"]
        check(item["content_type"] == "pcclient_std", "content type")
        check(set(content) == {"event_type", "event_data"}, "content")
        check(item["binding"] == ("bound" if content["event_data"] else "none"),
              "binding")
        kind = content["event_type"]
        records.append((
            item["recnum"], index == "ccmr", item[index],
            {d["hashAlg"].replace("sm3_256", "sm3"): bytes.fromhex(d["digest"])
             for d in item["digests"]},
            EVENT_TYPES.get(kind, kind), bytes.fromhex(content["event_data"])))
    return records


def export(log, *args):
    put("cel", log.cel())
    put("checkpoints", log.checkpoints())
    return Run("export", "--log", "cel", "--checkpoints", "checkpoints", *args)


# The formats.

@test_each([(n, n) for n, in LOGS])
def cel_same(name):
    """export of cel gives the log"""
    log = make_log.LOGS[name]()
    run = export(log, "--format", "cel").expect(0)
    check(run.bytes == log.cel() and not run.err, "the same bytes")
    log.write_tree("tree")
    run = Run("export", "--format", "cel", "--sysfs", "tree", log.provider)
    check(run.expect(0).bytes == log.cel(), "the same bytes of a provider")


@test_each([(f"{r} and {i} bytes, {n}", r, i, n)
            for r, i in ((4, 4), (4, 1), (8, 4)) for n, in LOGS])
def cel_sizes(recnum_size, index_size, name):
    """export of cel with other sizes, which is read again"""
    log = make_log.LOGS[name]()
    run = export(log, "--format", "cel", "--recnum-size", str(recnum_size),
                 "--index-size", str(index_size)).expect(0)
    want = parse_cel(log.cel())
    check(parse_cel(run.bytes, recnum_size, index_size) == want, "records")
    put("other", run.bytes)
    args = ("--log", "other", "--checkpoints", "checkpoints")
    back = Run("export", "--format", "cel", *args).expect(0)
    check(back.bytes == log.cel(), "the same bytes again")
    put("values", log.values())
    Run("verify", *args, "--values", "values").expect(0)
    check(Run("show", "--log", "other").expect(0).out ==
          Run("show", "--log", "cel").expect(0).out, "shown the same")


@test
def cel_too_narrow():
    """export of cel: a record number that does not fit"""
    log = make_log.single()
    log.records = [make_log.record(2 ** 32 + i, 16, {"sha256": bytes(32)}, 12,
                                   b"") for i in (-1, 0)]
    run = export(log, "--format", "cel", "--recnum-size", "4")
    run.expect(2, "tsm-log: cel: record number 4294967296 does not fit into 4 "
               "bytes")
    check(not run.out, "nothing written")
    check(parse_cel(export(log, "--format", "cel").expect(0).bytes) ==
          parse_cel(log.cel()), "8 bytes")


@test_each([(n, n) for n, in LOGS])
def json_same(name):
    """export of json has every field"""
    log = make_log.LOGS[name]()
    run = export(log, "--format", "json").expect(0)
    check(parse_json(run.bytes) == parse_cel(log.cel()), "records")
    check(all(0x20 <= b < 0x7f or b in (0x0a, 0x1e) for b in run.bytes),
          "only ASCII")


@test
def json_shape():
    """export of json: one record, byte by byte"""
    log = make_log.Log()
    log.add("rtmr2", ["sha256"])
    log.digest("rtmr2", {"sha256": bytes(range(32))})
    want = (b'\x1e{"recnum":0,"ccmr":3,"digests":[{"hashAlg":"sha256","digest":'
            b'"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
            b'"}],"content_type":"pcclient_std","content":{"event_type":'
            b'"EV_COMPACT_HASH","event_data":""},"binding":"none"}\n')
    check(export(log, "--format", "json").expect(0).bytes == want, f"{want}")


@test_each([(n, n) for n, in LOGS if n not in (
    "mixed", "trimmed", "trimmed_empty", "trimmed_foreign")])
def tcg2_same(name):
    """export of tcg2 has every field, and replays"""
    log = make_log.LOGS[name]()
    parsed = tcg2.Parsed(export(log, "--format", "tcg2").expect(0).bytes)
    records = parse_cel(log.cel())
    algorithms = list(log.registers.values())[0].algorithms
    check(sorted(parsed.algorithms) == sorted(algorithms), "algorithms")
    check(parsed.header == tcg2.header(parsed.algorithms), "header")
    check(parsed.entries == [(i, t, d, e) for _, _, i, d, t, e in records],
          "entries")
    for register in log.registers.values():
        if name in ("single", "ccmr", "foreign", "resume", "unsure", "late"):
            continue  # what leads to the values is not in records alone
        start = {a: bytes(size_of(a)) for a in algorithms}
        check(parsed.replay(register.index()[0], start) == register.values,
              f"value of {register.name}")


@test
def tcg2_mixed():
    """export of tcg2: records with different banks"""
    log = make_log.mixed()
    run = export(log, "--format", "tcg2")
    run.expect(2, "tsm-log: cel: record 1 (pcr1) has the banks sha384, but all "
               "entries of this format must have the same ones, here sha256; "
               "export in another format")
    check(not run.out, "nothing written")
    log.records, log.next = [], 0
    export(log, "--format", "tcg2").expect(
        2, "there are no records, and the registers have different banks "
        "(sha256 and sha384)")


@test
def tcg2_empty():
    """export of tcg2: no records and no checkpoints"""
    put("cel", b"")
    Run("export", "--format", "tcg2", "--log", "cel").expect(
        2, "there are no records that tell which banks there are; read a "
        "provider, or give --checkpoints")


@test_each([(f, f) for f in ("cel", "json", "tcg2")])
def damaged(form):
    """export of a damaged log writes nothing"""
    log = make_log.multi()
    log.records[-1] = log.records[-1][:-1]
    put("out", b"before")
    run = export(log, "--format", form, "-o", "out")
    run.expect(2, "tsm-log: cel: byte offset ")
    with open("out", "rb") as file:
        check(file.read() == b"before", "the file is what it was")
    check(sorted(os.listdir()) == ["cel", "checkpoints", "out"], "files left")
    check(not export(log, "--format", form).expect(2).bytes, "on stdout")


# From a record on.

def long_log(first=0, records=900):
    log = make_log.Log()
    log.add("pcr16", ["sha256"])
    for number in range(records):
        if number == first and first:
            log.trim()
        log.event("pcr16", b"event %d" % number)
    return log


@test_each([(f"first {f}, {where}", f, where) for f in (0, 255, 256, 300)
            for where in ("provider", "file")])
def from_record(first, where):
    """export from a record on"""
    log = long_log(first)
    log.write_tree("tree")
    put("cel", log.cel())
    source = ("--log", "cel") if where == "file" else \
        ("--sysfs", "tree", "fake")
    for start in sorted({first, first + 1, 255, 256, 257, 511, 512, 700, 768,
                         899, 900}):
        if start < first:
            continue
        run = Run("export", "--format", "cel", "--from", str(start), *source)
        want = b"".join(log.records[start - first:])
        check(run.expect(0).bytes == want, f"records from {start} on")
        run = Run("export", "--format", "json", "--from", str(start), *source)
        check(parse_json(run.expect(0).bytes) == parse_cel(want), "as json")


@test
def from_index():
    """export from a record on does not read what comes before"""
    log = long_log(300)
    tree = log.write_tree("tree")
    offset = sum(len(r) for r in log.records[:512 - 300])
    put(f"{tree}/log/cel", b"?" * offset + log.cel()[offset:])
    run = Run("export", "--format", "cel", "--from", "600", "--sysfs", "tree",
              "fake").expect(0)
    check(run.bytes == b"".join(log.records[300:]), "records")
    os.unlink(f"{tree}/log/index")
    Run("export", "--format", "cel", "--from", "600", "--sysfs", "tree",
        "fake").expect(2, "fake: cel: byte offset 0: ")


@test_each([
    ("short", b"%20d %20d\n" % (0, 0) * 2 + b"0 0\n",
     "index: no line of 42 bytes at its line 3"),
    ("no number", (b"x" * 41 + b"\n") * 3,
     "index: no line of 42 bytes at its line 3"),
    ("an end too early", b"%20d %20d\n" % (0, 0),
     "index does not have record 600"),
    ("an offset too far", b"%20d %20d\n" % (0, 1 << 40) * 3,
     "cel: record 600 is missing"),
    ("an offset inside of a record", b"%20d %20d\n" % (0, 1) * 3,
     "cel: byte offset"),
])
def bad_index(index, text):
    """an index that is wrong"""
    tree = long_log().write_tree("tree")
    put(f"{tree}/log/index", index)
    Run("export", "--format", "cel", "--from", "600", "--sysfs", "tree",
        "fake").expect(2, text)


@test
def from_nowhere():
    """export from a record that is not there"""
    log = long_log(300)
    log.write_tree("tree")
    put("cel", log.cel())
    for source in (("--log", "cel"), ("--sysfs", "tree", "fake")):
        Run("export", "--format", "cel", "--from", "901", *source).expect(
            2, "there is no record 901 yet, the next one will be 900")
        Run("export", "--format", "cel", "--from", "299", *source).expect(
            2, "record 299 was trimmed; the log begins with record 300")
    run = Run("export", "--format", "tcg2", "--sysfs", "tree", "fake")
    run.expect(2, "the records before 300 were trimmed, which nobody would "
               "see; use --from 300")
    run = Run("export", "--format", "tcg2", "--sysfs", "tree", "fake",
              "--from", "300").expect(0)
    check(len(tcg2.Parsed(run.bytes).entries) == 600, "entries")


# The firmware's log.

def boot(algorithms=("sha256",), banks=("sha1", "sha256", "sha384"), later=(),
         **kwargs):
    """A firmware's log, and a kernel's log that goes on from there. The PCRs
    in later are extended between them, and no log has it."""
    firmware = tcg2.Firmware(list(algorithms), **kwargs)
    if firmware.ccmr:
        registers = [f"rtmr{i}" for i in range(4)]
        indices = (1, 2, 3, 4)
    else:
        registers = [f"pcr{i}" for i in (8, 9, 16, 17, 23)]
        indices = (8, 9, 16, 17, 23)
        firmware.locality(3)
        for index in range(8):
            firmware.extend(index, b"firmware %d" % index)
    firmware.no_action(b"nothing that is extended")
    for i in range(20):
        firmware.extend(indices[i % 2], b"boot loader %d" % i)
    data = firmware.data
    for index in later:
        firmware.extend(index, b"in neither log")
    firmware.data = data
    log = make_log.Log("tdx" if firmware.ccmr else "tpm0")
    for name, index in zip(registers, indices):
        register = log.add(name, list(banks))
        register.values = {a: firmware.value(index)[a] for a in banks}
    log.lines = []
    for name in registers:
        log.checkpoint("register", name)
    for i in range(30):
        log.event(registers[i % 4], b"kernel %d" % i)
    return firmware, log


def write_boot(firmware, log, others=True):
    put("firmware", firmware.data)
    put("cel", log.cel())
    put("checkpoints", log.checkpoints())
    put("values", log.values())
    if others:
        banks = list(log.registers.values())[0].algorithms
        for index in sorted(firmware.extended):
            name = f"rtmr{index - 1}" if firmware.ccmr else f"pcr{index}"
            if name not in log.registers:
                log.registers[name] = other = make_log.Register(name, banks,
                                                                static=True)
                other.values = {a: firmware.values[index][a] for a in banks}
    log.write_tree("tree")


FILES = ("--log", "cel", "--checkpoints", "checkpoints", "--firmware-log",
         "firmware")
TREE = ("--sysfs", "tree", "--firmware-log", "firmware")

BOOTS = [
    ("one bank", {}),
    ("two of three banks", {"algorithms": ("sha384", "sha1")}),
    ("all banks", {"algorithms": ("sha1", "sha256", "sha384"),
                   "vendor": b"vendor's data"}),
    ("a bank that the registers do not have",
     {"algorithms": ("sha1", "sha256", "sha512"), "banks": ("sha1", "sha256")}),
    ("a bank that nobody knows", {"algorithms": ("sha256",), "unknown": True}),
    ("CC", {"algorithms": ("sha384",), "banks": ("sha384",), "ccmr": True}),
]


@test_each(BOOTS)
def follow(kwargs):
    """firmware's log and ours are one log"""
    firmware, log = boot(**kwargs)
    write_boot(firmware, log)
    run = Run("export", "--format", "tcg2", *FILES).expect(0)
    parsed = tcg2.Parsed(run.bytes)
    banks = kwargs.get("banks", ("sha1", "sha256", "sha384"))
    common = [a for a in firmware.algorithms if a in banks]
    check(parsed.algorithms == common, f"algorithms {parsed.algorithms}")
    check(parsed.vendor == kwargs.get("vendor", b""), "vendor's data")
    if common == firmware.algorithms and not firmware.unknown:
        check(run.bytes.startswith(firmware.data), "firmware's log unchanged")
    for who, has, lacks in (("the firmware's log does", banks,
                             firmware.algorithms),
                            ("the registers do", firmware.algorithms, banks)):
        missing = [a for a in make_log.STRENGTH if a in has and a not in lacks]
        text = f"without the banks {','.join(missing)}, which {who} not have\n"
        check((text in run.err) == bool(missing), f"{text}{run.err}")
    ours = [(i, t, {a: d[a] for a in common}, e)
            for _, _, i, d, t, e in parse_cel(log.cel())]
    check(parsed.entries[-len(ours):] == ours, "our entries")
    for register in log.registers.values():
        index = register.index()[0]
        start = {a: bytes(size_of(a)) for a in common}
        if index == 0 and not firmware.ccmr:
            start = {a: bytes(size_of(a) - 1) + b"\3" for a in common}
        if 17 <= index <= 22:
            start = {a: b"\xff" * size_of(a) for a in common}
        want = {a: register.values[a] for a in common}
        check(parsed.replay(index, start) == want, register.name)
    again = Run("export", "--format", "tcg2", *TREE, log.provider).expect(0)
    check(again.bytes == run.bytes, "the same of a provider")


@test_each(BOOTS)
def follow_verify(kwargs):
    """the chain from power-on is verified"""
    firmware, log = boot(**kwargs)
    write_boot(firmware, log)
    registers = 4 if firmware.ccmr else 5
    others = 0 if firmware.ccmr else 8
    extends = 20 if firmware.ccmr else 28
    text = (f"follows on the firmware's log: {extends} extends, banks ",
            f"; {registers} registers go on in the log")
    run = Run("verify", *FILES).expect(0, "log: " + text[0], text[1])
    run = Run("verify", *TREE, log.provider).expect(
        0, f"{log.provider}: " + text[0], text[1])
    if others:
        run.expect(0, ", 8 others equal to the live registers")
    result, = Run("verify", "--json", *TREE, log.provider).expect(0).json()
    check((result["firmware_log"]["extends"],
           result["firmware_log"]["followed"],
           result["firmware_log"]["others"]) == (extends, registers, others),
          f"{result['firmware_log']}")


@test_each(BOOTS)
def follow_beside(kwargs):
    """the firmware's log is taken from where the provider's is"""
    firmware, log = boot(**kwargs)
    write_boot(firmware, log)
    want = Run("export", "--format", "tcg2", *TREE, log.provider).expect(0)
    os.remove("firmware")
    here = ("--sysfs", "tree", "--follow-firmware", log.provider)
    Run("export", "--format", "tcg2", *here).expect(2)
    put(f"tree/{log.provider}/log/firmware", firmware.data)
    run = Run("export", "--format", "tcg2", *here).expect(0)
    check(run.bytes == want.bytes, "as with --firmware-log")
    Run("verify", *here).expect(0, "follows on the firmware's log")
    # One that is named counts, and not the one that is there.
    put("other", firmware.data[:-1])
    Run("verify", *here, "--firmware-log", "other").expect(2, "other: ")
    put(f"tree/{log.provider}/log/firmware", firmware.data[:-1])
    Run("verify", *here).expect(2, f"tree/{log.provider}/log/firmware: ")


def verify_pcr0(firmware):
    """Verify a firmware's log alone, by the value of PCR 0."""
    log = make_log.Log("tpm0")
    log.add("pcr23", ["sha256"])
    write_boot(firmware, log)
    put("values", f"pcr0 sha256:{firmware.values[0]['sha256'].hex()}\n".encode())
    return Run("verify", *FILES, "--values", "values")


@test_each([("alone", None, None), ("after locality 3", 3, None),
            ("after locality 4", 4, None), ("before locality 0", None, 0),
            ("before locality 3", None, 3)])
def hcrtm(before, after):
    """PCR 0 begins with 4 if an H-CRTM event is its first"""
    firmware = tcg2.Firmware(["sha256"])
    if before is not None:
        firmware.locality(before)
    firmware.hcrtm(b"H-CRTM")
    if after is not None:
        firmware.no_action(b"StartupLocality\0" + bytes([after]))
    firmware.extend(0, b"version")
    verify_pcr0(firmware).expect(0, "1 other equal to the values file")


@test
def hcrtm_elsewhere():
    """an H-CRTM event that is not the first one in PCR 0 changes nothing"""
    firmware = tcg2.Firmware(["sha256"])
    firmware.extend(1, b"of another PCR", tcg2.EV_EFI_HCRTM_EVENT)
    firmware.extend(0, b"version")
    firmware.extend(0, b"late", tcg2.EV_EFI_HCRTM_EVENT)
    verify_pcr0(firmware).expect(0, "1 other equal to the values file")


@test
def fewer_digests():
    """entries with fewer digests than the header has algorithms"""
    firmware, log = boot(("sha1", "sha256", "sha384"))
    at = firmware.data.index(digest_of("sha384", b"boot loader 7"))
    start = at - 2 - (2 + 20) - (2 + 32)
    data = firmware.data
    firmware.data = data[:start - 4] + b"\2\0\0\0" + data[start:at - 2] + \
        data[at + 48:]
    # And one that extends nothing without any.
    firmware.data += tcg2.entry(0, 3, [], b"nothing")
    write_boot(firmware, log)
    Run("verify", *FILES).expect(
        0, "banks sha1,sha256; 5 registers go on in the log, without sha384, "
        "which some entries do not have\n")
    run = Run("export", "--format", "tcg2", *FILES).expect(0)
    parsed = tcg2.Parsed(run.bytes)
    check(parsed.algorithms == ["sha1", "sha256"], f"{parsed.algorithms}")
    check((3, {"sha1": bytes(20), "sha256": bytes(32)}, b"nothing") in
          [(k, d, e) for _, k, d, e in parsed.entries], "zeros")
    firmware.data += tcg2.entry(9, 8, [(12, b"3" * 48)], b"of sha384 alone")
    write_boot(firmware, log)
    Run("verify", *FILES).expect(2, "has no digests for the banks of pcr8")


@test_each([("with a header", True), ("without", False)])
def sha1_format(header):
    """a firmware's log in the format before the crypto-agile one"""
    firmware, log = boot(("sha1",))
    data = tcg2.Parsed(firmware.data).old_format(header)
    firmware.data = data
    write_boot(firmware, log)
    Run("verify", *FILES).expect(
        0, "28 extends, banks sha1; 5 registers go on in the log, in the old "
        "format, of SHA-1 alone, which is broken\n")
    run = Run("export", "--format", "tcg2", *FILES).expect(0)
    parsed = tcg2.Parsed(run.bytes)
    check(parsed.algorithms == ["sha1"], f"{parsed.algorithms}")
    check(len(parsed.entries) == 60 + header, f"{len(parsed.entries)}")
    put("firmware", data.replace(digest_of("sha1", b"boot loader 3"),
                                 b"5" * 20))
    Run("verify", *FILES).expect(1, "register pcr9, bank sha1: the firmware's")


@test
def sha1_format_ccmr():
    """a log of CC measurement registers is not in the old format"""
    firmware, log = boot(ccmr=True, algorithms=("sha384",), banks=("sha384",))
    firmware.data = struct.pack("<II20sI", 1, 8, b"1" * 20, 4) + b"crtm"
    write_boot(firmware, log)
    Run("verify", *FILES).expect(2, "firmware: not a crypto-agile log, as of ")


@test
def follow_unsure():
    """a register without a value differs, and the others are checked"""
    firmware, log = boot()
    log.lines[0] = "0 unsure pcr8\n"
    write_boot(firmware, log)
    run = Run("verify", *FILES).expect(1, "register pcr8: is unsure: ",
                                       "DIFFERS in 1 place")
    check("could not check" not in run.err, run.err)


def boot_unsure(**kwargs):
    """As boot(), but the kernel knows the first register's value late."""
    firmware, log = boot(**kwargs)
    name = list(log.registers)[0]
    log.lines[0] = f"0 unsure {name}\n"
    log.checkpoint("register", name)
    log.event(name, b"of a known value")
    write_boot(firmware, log)
    return firmware, log, name


@test_each(BOOTS)
def follow_late(kwargs):
    """a register whose value is known late goes on from the firmware's"""
    _, log, name = boot_unsure(**kwargs)
    text = f"; {len(log.registers)} register" if kwargs.get("ccmr") else \
        "; 5 registers go on in the log"
    for args in (FILES, (*TREE, log.provider)):
        run = Run("verify", *args).expect(0, text)
        check("EXPLAINED" not in run.out, run.out)
    put("values", log.values())
    Run("verify", *FILES, "--values", "values").expect(0, "31 records")


@test_each(BOOTS)
def follow_late_wrong(kwargs):
    """a register whose value is known late, and is not the firmware's"""
    _, log, name = boot_unsure(**kwargs)
    algorithm = "sha384" if kwargs.get("ccmr") else \
        [a for a in kwargs.get("algorithms", ["sha256"])
         if a in log.registers[name].algorithms][0]
    register = log.registers[name]
    register.values[algorithm] = digest_of(algorithm, b"another")
    log.lines.pop()
    log.checkpoint("register", name)
    put("checkpoints", log.checkpoints())
    Run("verify", *FILES).expect(
        1, f"log: register {name}, bank {algorithm}: what was before "
        "checkpoint line 1 and records 0 to 30 ", f"DIFFERS in 1 place: {name}")


@test
def follow_late_foreign():
    """a register whose first value is after an extend from elsewhere"""
    firmware, log = boot()
    log.lines[0] = "0 unsure pcr8\n"
    log.foreign("pcr8")
    log.event("pcr8", b"of a known value")
    write_boot(firmware, log)
    Run("verify", *FILES).expect(1, "register pcr8: somebody extended it past")


@test
def follow_late_banks():
    """a register whose value is known late, and no bank of the firmware's"""
    boot_unsure(algorithms=("sha512",))
    Run("verify", *FILES).expect(2, "the firmware's log has no digests for the "
                                 "banks of pcr8")


@test
def tcg2_of_unsure():
    """export of tcg2: a checkpoint without a value tells no banks"""
    log = make_log.empty()
    log.lines.append("0 unsure pcr17\n")
    parsed = tcg2.Parsed(export(log, "--format", "tcg2").expect(0).bytes)
    check(parsed.algorithms == ["sha256"], f"{parsed.algorithms}")


@test
def follow_values():
    """values of a quote can have registers that only firmware extended"""
    firmware, log = boot()
    write_boot(firmware, log)
    put("values", log.values())
    Run("verify", *FILES, "--values", "values").expect(
        0, "; 5 equal to the values file", "8 others equal to the values file")
    value = b"pcr3 sha256:" + b"1f" * 32 + b"\n"
    put("values", value)
    Run("verify", *FILES, "--values", "values").expect(
        1, "log: register pcr3, bank sha256: the firmware's log gives ",
        f", in the values file it is {'1f' * 32}\n")
    put("values", value * 2)
    Run("verify", *FILES, "--values", "values").expect(
        1, "values: a second value of register pcr3")
    put("values", b"pcr3 sha512:" + b"1f" * 64 + b"\n")
    Run("verify", *FILES, "--values", "values").expect(
        2, "the firmware's log has no digests for the banks of pcr3, which are "
        "sha512; it has sha256")


@test
def follow_live_other():
    """a register of the firmware that somebody extended later"""
    firmware, log = boot()
    write_boot(firmware, log)
    put("tree/tpm0/pcr4/sha256/digest", b"2e" * 32 + b"\n")
    Run("verify", *TREE, "tpm0").expect(
        1, "tpm0: register pcr4, bank sha256: the firmware's log gives ",
        f", in the live registers it is {'2e' * 32}\n", "DIFFERS in 1 place")


@test
def follow_unexplained():
    """every register whose value no log explains is named"""
    firmware, log = boot()
    write_boot(firmware, log)
    for index in (9, 10, 14):
        put(f"tree/tpm0/pcr{index}/hash_algo", b"sha256\n")
    put("tree/tpm0/pcr10/digest", b"3d" * 32 + b"\n")
    put("tree/tpm0/pcr14/digest", b"00" * 32 + b"\n")
    Run("verify", *TREE, "tpm0").expect(
        0, "; NOT EXPLAINED: pcr10 has a value that is in no log\n")
    Run("verify", "--strict", *TREE, "tpm0").expect(1, "tpm0: UNEXPLAINED: ")
    put("tree/tpm0/pcr14/digest", b"4e" * 32 + b"\n")
    Run("verify", *TREE, "tpm0").expect(
        0, "; NOT EXPLAINED: pcr10 has a value that is in no log; "
        "pcr14 has a value that is in no log\n")
    report, = Run("verify", "--json", "--strict", *TREE, "tpm0").expect(1).json()
    check([r["register"] for r in report["unexplained"] if r.get("in_no_log")] ==
          ["pcr10", "pcr14"] and report["result"] == "unexplained", f"{report}")
    Run("verify", "--sysfs", "tree", "tpm0").expect(0)


@test
def follow_mrtd():
    """the measurement of the machine itself is not in the firmware's log"""
    firmware, log = boot(ccmr=True, algorithms=("sha384",), banks=("sha384",))
    log.registers["mrtd"] = make_log.Register("mrtd", ["sha384"], True)
    log.registers["mrtd"].values = {"sha384": b"5a" * 24}
    write_boot(firmware, log)
    Run("verify", *TREE, "tdx").expect(0, "4 registers go on in the log\n")
    log.lines.insert(0, "0 register mrtd sha384:" + (b"5a" * 24).hex() + "\n")
    write_boot(firmware, log)
    Run("verify", *TREE, "tdx").expect(0, "4 registers go on in the log\n")


@test_each([("zeros", b"\0" * 500), ("ones", b"\xff" * 500), ("one", b"\0")])
def follow_unused(rest):
    """memory after the firmware's log that it did not use"""
    firmware, log = boot(ccmr=True, algorithms=("sha384",), banks=("sha384",))
    data = firmware.data
    firmware.data += rest
    write_boot(firmware, log)
    Run("verify", *TREE, "tdx").expect(0)
    run = Run("export", "--format", "tcg2", *TREE, "tdx").expect(0)
    check(run.bytes.startswith(data), "firmware's log")
    check(len(tcg2.Parsed(run.bytes).entries) == 51, "number of entries")


@test
def follow_gap():
    """an extend between the firmware's log and ours is told, per register"""
    firmware, log = boot(later=(9, 16))
    before = boot()[0].value(9)["sha256"].hex()
    after = firmware.value(9)["sha256"].hex()
    write_boot(firmware, log)
    texts = (f"register pcr9, bank sha256: the firmware's log gives {before}, "
             f"checkpoint line 2 has {after}: it was extended in between, and "
             "no log tells by what\n",
             "register pcr16, bank sha256: the firmware's log gives ")
    Run("verify", *TREE, "tpm0").expect(1, "DIFFERS in 2 places", *texts)
    run = Run("export", "--format", "tcg2", *TREE, "tpm0").expect(1, *texts)
    check(len(tcg2.Parsed(run.bytes).entries) == 60, "number of entries")
    result, = Run("verify", "--json", *TREE, "tpm0").expect(1).json()
    check([(d["register"], d["hashAlg"], d["checkpoint_line"])
           for d in result["differences"]] ==
          [("pcr9", "sha256", 2), ("pcr16", "sha256", 3)], "as json")


@test
def follow_gap_without_records():
    """an extend before the log of a register of which neither log has a record"""
    firmware, log = boot(later=(23,))
    write_boot(firmware, log)
    for strict, status in ((), 0), (("--strict",), 1):
        Run("verify", *TREE, *strict, "tpm0").expect(
            status, "4 registers go on in the log",
            "; NOT EXPLAINED: pcr23 has a value that is in no log\n")
    Run("export", "--format", "tcg2", *TREE, "tpm0").expect(0)
    log.event("pcr23", b"of an unknown value")
    write_boot(firmware, log)
    Run("verify", *TREE, "tpm0").expect(1, "register pcr23, bank sha256: the "
                                        "firmware's log gives ")


@test_each([
    ("foreign", "foreign", "somebody extended it past the log before record "
     "30, and no log tells by what"),
    ("resume", "resume", "it started anew after hibernation, and no log tells "
     "from what")])
def follow_restart(reason, text):
    """a value that does not follow from the log breaks the chain"""
    firmware, log = boot()
    log.foreign("pcr9", reason)
    log.event("pcr9", b"after it")
    log.foreign("pcr9", reason)
    write_boot(firmware, log)
    text = f"register pcr9: {text} (checkpoint line 6)\n"
    Run("verify", *TREE, "tpm0").expect(1, text, "DIFFERS in 1 place")
    Run("export", "--format", "tcg2", *FILES).expect(1, text)
    Run("verify", "--sysfs", "tree", "tpm0").expect(0)


@test
def follow_trimmed():
    """a log whose beginning is gone does not follow on anything"""
    firmware, log = boot()
    log.trim()
    log.event("pcr9", b"after the trim")
    write_boot(firmware, log)
    text = "the log begins with record 30, the ones before it were trimmed"
    Run("verify", *TREE, "tpm0").expect(2, text)
    run = Run("export", "--format", "tcg2", *TREE, "tpm0").expect(2, text)
    check(not run.out, "nothing written")


@test
def archived():
    """a log whose beginning was archived is whole with it"""
    firmware, log = boot()
    write_boot(firmware, log)
    put("tree/tpm0/log/trim", b"")
    os.mkdir("archive")
    args = (*TREE, "--archive", "archive", "tpm0")

    def expect_whole(number, records):
        Run("verify", *args).expect(0, f"tpm0: verified: {number} records",
                                    "; 5 registers go on in the log")
        run = Run("export", "--format", "tcg2", *args).expect(0)
        check(run.bytes.startswith(firmware.data), "firmware's log")
        check(len(tcg2.Parsed(run.bytes).entries) == 30 + number, "entries")
        kernel = ("--archive", "archive", "--sysfs", "tree", "tpm0")
        run = Run("export", "--format", "cel", *kernel).expect(0)
        check(run.bytes == b"".join(records), "all records")
        run = Run("export", "--format", "cel", "--from", "10", *kernel)
        check(run.expect(0).bytes == b"".join(records[10:]), "from 10 on")

    expect_whole(30, log.records)
    # The copy of the provider does not trim, so this ends with a complaint.
    Run("archive", "--sysfs", "tree", "archive", "tpm0")
    check(len(os.listdir("archive/tpm0")) == 1, "an instance is archived")
    expect_whole(30, log.records)
    records = list(log.records)
    log.lines = []
    log.trim()
    log.write_tree("tree")
    expect_whole(30, records)
    log.event("pcr9", b"after the trim")
    log.write_tree("tree")
    expect_whole(31, records + log.records)

    log.trim()
    log.lines = log.lines[-5:]
    log.write_tree("tree")
    text = "archive does not have the records 30 to 30 of this log"
    Run("verify", *args).expect(2, text)
    Run("export", "--format", "cel", "--archive", "archive", "--sysfs", "tree",
        "tpm0").expect(2, text)
    os.rename("archive/tpm0", "archive/tpm1")
    Run("verify", *args).expect(2, "archive does not have the records 0 to 30")
    shutil.rmtree("archive")
    Run("verify", *args).expect(2, "there is no directory archive")


@test
def follow_damaged():
    """a log that is damaged is not appended to the firmware's"""
    firmware, log = boot()
    del log.records[7]
    write_boot(firmware, log)
    run = Run("export", "--format", "tcg2", *FILES).expect(
        2, "record 8 stands where record 7 belongs", "not exported")
    check(not run.out, "nothing written")
    firmware, log = boot()
    log.records[7] = log.records[7].replace(b"kernel", b"Kernel")
    write_boot(firmware, log)
    Run("verify", *FILES).expect(0, "; content: 29 bound, 1 claimed (the first "
                                 "is record 7)\n")
    Run("export", "--format", "tcg2", *FILES).expect(
        0, "content of 29 records is bound, of 1 only claimed, the first is "
        "record 7\n")


@test
def follow_no_common_bank():
    """firmware's log and registers without a bank in common"""
    firmware, log = boot(("sha512",), ("sha256", "sha384"))
    write_boot(firmware, log)
    for command in (("verify",), ("export", "--format", "tcg2")):
        Run(*command, *FILES).expect(
            2, "the firmware's log has no digests for the banks of pcr8, which "
            "are sha256,sha384; it has sha512")


@test
def follow_no_checkpoints():
    """nothing to follow"""
    firmware, log = boot()
    write_boot(firmware, log)
    put("checkpoints", b"")
    put("cel", b"")
    Run("verify", *FILES).expect(2, "there are no checkpoints")


@test
def follow_no_log():
    """a firmware that wrote no log"""
    _, log = boot()
    log.write_tree("tree")
    Run("verify", "--sysfs", "tree", "--firmware-log", "nothing", "tpm0").expect(
        2, "there is no nothing: the firmware wrote no log; give another file "
        "by --firmware-log")
    put("empty", b"")
    Run("verify", "--sysfs", "tree", "--firmware-log", "empty", "tpm0").expect(
        2, "empty: empty: the firmware wrote no log")


SHA1_LOG = struct.pack("<II20sI", 0, 8, b"\1" * 20, 4) + b"1.02"
HEADER = tcg2.header(["sha1", "sha256"])
DIGESTS = [(4, b"1" * 20), (11, b"2" * 32)]
ENTRY = tcg2.entry(0, 8, DIGESTS, b"crtm")
H = len(HEADER)


@test_each([
    ("SHA-1 format, cut", SHA1_LOG * 3 + SHA1_LOG[:20],
     f"byte offset {3 * len(SHA1_LOG) + 8}: a digest takes 20 bytes, but the log "
     "has 12 left"),
    ("text", b"#!/bin/sh\necho\n" * 9, "the first event takes "),
    ("zeros", bytes(4096), "empty: the firmware wrote no log"),
    ("ones", b"\xff" * 4096, "empty: the firmware wrote no log"),
    ("cut in the header", HEADER[:-9], "byte offset 32: the first event takes"),
    ("cut before the algorithms",
     struct.pack("<II20sI", 0, 3, b"", 20) + b"Spec ID Event03\0" + bytes(4),
     "byte offset 48: the platform takes 8 bytes, but the header has 4"),
    ("no algorithms", tcg2.header([]), "0 algorithms, there must be 1 to 16"),
    ("17 algorithms", tcg2.header([(0x100 + i, 32) for i in range(17)]),
     "17 algorithms, there must be 1 to 16"),
    ("a billion algorithms",
     struct.pack("<II20sI", 0, 3, b"", 28) + b"Spec ID Event03\0" + bytes(8) +
     b"\0\0\0\x40", "1073741824 algorithms"),
    ("algorithm twice", tcg2.header(["sha256", "sha256"]),
     "algorithm 0x000b for a second time"),
    ("digest size", tcg2.header([(11, 20)]),
     "digests of sha256 have 32 bytes, not 20"),
    ("vendor's data too long", HEADER[:-1] + b"\5",
     "the vendor's data takes 5 bytes, but the header has 0 left"),
    ("bytes too many in the header",
     HEADER[:28] + struct.pack("<I", len(HEADER) - 32 + 3) + HEADER[32:] +
     b"abc", "3 bytes too many in the header"),
    ("no digests", HEADER + tcg2.entry(0, 8, [], b"x"),
     f"byte offset {H}: no digest of an algorithm that is known here"),
    ("a digest too many", HEADER + tcg2.entry(0, 8, DIGESTS + DIGESTS, b"x"),
     f"byte offset {H}: 4 digests, the header has 2 algorithms"),
    ("a digest twice", HEADER + tcg2.entry(0, 8, DIGESTS[:1] * 2, b"x"),
     "a second digest for the bank sha1"),
    ("another algorithm", HEADER + tcg2.entry(
        0, 8, [DIGESTS[0], (12, b"3" * 48)], b"x"),
     "algorithm 0x000c, which the header does not have"),
    ("cut in an entry", HEADER + ENTRY + ENTRY[:30],
     f"byte offset {H + len(ENTRY) + 14}: a digest takes 20 bytes, but the log "
     "has 16 left"),
    ("cut in an event", HEADER + ENTRY[:-1],
     f"byte offset {H + len(ENTRY) - 4}: an event takes 4 bytes, but the log "
     "has 3 left"),
    ("longest event", HEADER + ENTRY[:-8] + b"\xff" * 4 + b"x",
     "an event takes 4294967295 bytes"),
    ("no such register", HEADER + tcg2.entry(256, 8, DIGESTS, b"x"),
     f"byte offset {H}: there is no register 256"),
    ("locality too late", HEADER + ENTRY + tcg2.entry(
        0, 3, DIGESTS, b"StartupLocality\0\3"),
     f"byte offset {H + len(ENTRY)}: the startup locality comes after an extend"),
    ("unused memory with something in it", HEADER + ENTRY + bytes(50) + b"x",
     f"byte offset {H + len(ENTRY)}: no digest of an algorithm that is known"),
])
def malformed(data, text):
    """a malformed firmware's log"""
    firmware, log = boot(("sha1", "sha256"))
    write_boot(firmware, log)
    put("firmware", data)
    put("out", b"before")
    Run("verify", *FILES).expect(2, "could not check: firmware: ", text)
    Run("export", "--format", "tcg2", *FILES, "-o", "out").expect(
        2, "tsm-log: cel: firmware: ", text)
    with open("out", "rb") as file:
        check(file.read() == b"before", "the file is what it was")


@test
def firmware_cut():
    """a firmware's log cut anywhere is an error, or does not lead to ours"""
    firmware, log = boot(("sha1", "sha256"))
    write_boot(firmware, log)
    for end in range(0, len(firmware.data), 23):
        put("firmware", firmware.data[:end])
        run = Run("verify", *FILES)
        if run.status not in (1, 2):
            run.fail(f"cut at {end}")


@test
def firmware_flip():
    """a changed digest of the firmware's log leads to other values"""
    firmware, log = boot()
    write_boot(firmware, log)
    put("values", log.values())
    at = firmware.data.index(digest_of("sha256", b"boot loader 3"))
    for i in range(32):
        data = bytearray(firmware.data)
        data[at + i] ^= 1 << i % 8
        put("firmware", bytes(data))
        Run("verify", *FILES).expect(1, "register pcr9, bank sha256: the ")
    at = firmware.data.index(digest_of("sha256", b"firmware 3"))
    put("firmware", firmware.data[:at] + b"?" + firmware.data[at + 1:])
    Run("verify", *FILES).expect(0)
    Run("verify", *FILES, "--values", "values").expect(
        1, "register pcr3, bank sha256: the firmware's log gives ")


# Where it is written to.

@test
def output_file():
    """-o: a new file, another content, a link"""
    log = make_log.multi()
    put("cel", log.cel())
    os.umask(0o027)
    for _ in range(2):
        run = Run("export", "--log", "cel", "--format", "cel", "-o", "out")
        check(not run.expect(0).out, "nothing on stdout")
        with open("out", "rb") as file:
            check(file.read() == log.cel(), "content")
        check(stat.S_IMODE(os.stat("out").st_mode) == 0o640, "mode")
        put("cel", log.cel() + b"")
    put("target", b"old")
    os.symlink("target", "link")
    Run("export", "--log", "cel", "--format", "cel", "-o", "link").expect(0)
    check(os.path.islink("link"), "the link is still one")
    with open("target", "rb") as file:
        check(file.read() == log.cel(), "content of what it points to")
    check(sorted(os.listdir()) == ["cel", "link", "out", "target"],
          "files left")


@test_each([
    ("no directory", "nothing/out",
     "cannot write nothing/out: No such file or directory"),
    ("a directory", ".", "cannot write .: Is a directory"),
    ("a full disk", "/dev/full", "cannot write /dev/full: No space left"),
    ("a long name", "x" * 255, "File name too long"),
])
def output_trouble(path, text):
    """-o: a file that cannot be written"""
    put("cel", make_log.multi().cel())
    Run("export", "--log", "cel", "--format", "cel", "-o", path).expect(2, text)
    check(os.listdir() == ["cel"], "files left")


# What IMA measured.

def ima_content(data, template="ima-ng"):
    return tlv(7, tlv(0, template.encode()) + tlv(1, data))


def ima_log(paths, template="ima-ng", register="rtmr2", banks=("sha384",)):
    """A log of what IMA measured; a path that is empty is a violation."""
    log = make_log.Log("tdx")
    log.add(register, list(banks))
    for path in paths:
        data = ima_data(path, template)
        digests = {a: b"\xff" * size_of(a) for a in banks}
        log.content(register, ima_content(data, template),
                    data if path else None, None if path else digests)
    return log


PATHS = ["boot_aggregate", "/usr/bin/bash", "", "/a b"]


@test_each([(f"{t} of {r}", t, r, b) for t in ("ima-ng", "ima-sig")
            for r, b in (("rtmr2", ("sha384",)), ("pcr10", ("sha1", "sha256")))])
def ima_list(template, register, banks):
    """export of ima is IMA's binary list"""
    log = ima_log(PATHS, template, register, banks)
    run = export(log, "--format", "ima").expect(0)
    check(run.bytes == ima_binary(PATHS, "sha1", template), f"{run.bytes}")


@test
def ima_list_of_ima():
    """export of ima: the template "ima", which is not as the others"""
    digest, name = bytes(range(20)), b"/usr/bin/bash"
    data = digest + name.ljust(256, b"\0")
    log = make_log.Log("tpm0")
    log.add("pcr10", ["sha1"])
    log.content("pcr10", ima_content(data, "ima"), data)
    run = export(log, "--format", "ima").expect(0)
    check(run.bytes == struct.pack("<I", 10) + digest_of("sha1", data) +
          struct.pack("<I", 3) + b"ima" + digest +
          struct.pack("<I", len(name)) + name, f"{run.bytes}")
    Run("show", "--log", "cel").expect(0, f"ima {digest.hex()} {name.decode()}")


@test
def ima_among_others():
    """export of ima: what others measured is not in it"""
    log = ima_log(["/a"])
    log.event("rtmr2", b"an agent's")
    data = ima_data("/b")
    log.content("rtmr2", ima_content(data), data)
    run = export(log, "--format", "ima").expect(0)
    check(run.bytes == ima_binary(["/a", "/b"]), f"{run.bytes}")


@test_each([
    ("a template that nobody knows", ima_content(ima_data("/a"), "x")),
    ("too few fields", ima_content(ima_data("/a"), "ima-sig")),
    ("too many fields", ima_content(ima_data("/a", "ima-sig"))),
    ("a field that is cut off", ima_content(ima_data("/a")[:-1])),
    ("a length that is cut off", ima_content(b"\0\0\0")),
    ("no name", ima_content(ima_data("/a"), "")),
    ("a field too many", ima_content(b"", "|".join(["sig"] * 16))),
    ("no field", ima_content(ima_data("/a"), "d-ng|")),
    ("no template", tlv(7, b"no template")),
])
def ima_list_bad(content):
    """export of ima: content that IMA does not write"""
    log = ima_log(["/a"])
    log.content("rtmr2", content, b"x")
    run = export(log, "--format", "ima")
    run.expect(2, "record 1 is of a template that is not known, or its data are "
               "not that template's")
    check(not run.bytes, "nothing written")
    Run("show", "--log", "cel").expect(0)
    Run("show", "--json", "--log", "cel").expect(0)


@test
def ima_custom_template():
    """content of a template without a name, which is its format"""
    data = ima_data("/a") + struct.pack("<I", 2) + b"\xa4\x81"
    log = make_log.Log("tdx")
    log.add("rtmr2", ["sha384"])
    log.content("rtmr2", ima_content(data, "d-ng|n-ng|imode"), data)
    want = digest_of("sha256", b"/a").hex()
    export(log, "--format", "ima").expect(0)
    Run("show", "--log", "cel").expect(
        0, f"d-ng|n-ng|imode sha256:{want} /a 33188")
    record, = Run("show", "--json", "--log", "cel").json()
    check(record["content"]["fields"] ==
          {"d-ng": f"sha256:{want}", "n-ng": "/a", "imode": 33188}, f"{record}")


@test
def ima_shown():
    """what IMA measured, for people and as JSON"""
    put("cel", ima_log(["/a", "", "/b c\n"], "ima-sig").cel())
    want = [digest_of("sha256", p).hex() for p in (b"/a", b"", b"/b c\n")]
    lines = Run("show", "--log", "cel").expect(0).out.splitlines()[1:]
    for line, text in zip(lines, (
            f"  ima-sig sha256:{want[0]} /a ",
            f'  (claimed) ima-sig sha256:{want[1]} "" ',
            f'  ima-sig sha256:{want[2]} "/b c\\n" ')):
        check(" IMA_TEMPLATE " in line and line.endswith(text), line)
    records = Run("show", "--json", "--log", "cel").json()
    check([r["content"]["fields"] for r in records] ==
          [{"d-ng": f"sha256:{w}", "n-ng": p, "sig": ""}
           for w, p in zip(want, ("/a", "", "/b c\n"))], f"{records}")
    check([r["content"].get("violation") for r in records] ==
          [None, True, None], "violations")
    check(records[0]["content"]["template_name"] == "ima-sig", "the name")


@test
def ima_tagged():
    """export of tcg2: what IMA measured is a tagged event"""
    log = ima_log(["/a"])
    log.event("rtmr2", b"event")
    run = export(log, "--format", "tcg2").expect(0)
    content = tlv(0, b"ima-ng") + tlv(1, ima_data("/a"))
    event = struct.pack("<II", 0x00414d49, len(content)) + content
    digest = digest_of("sha384", ima_data("/a"))
    entry = struct.pack("<IIIH", 3, 6, 1, 12) + digest + \
        struct.pack("<I", len(event)) + event
    check(run.bytes.count(entry) == 1, f"{run.bytes}")
    check(run.bytes.endswith(struct.pack("<I", 5) + b"event"), "the other one")


@test
def output_full():
    """export to a standard output that is full"""
    put("cel", make_log.multi().cel())
    for form in ("cel", "json", "tcg2", "ima"):
        if form == "ima":
            put("cel", ima_log(["/a"]).cel())
        with open("/dev/full", "wb") as full:
            done = subprocess.run([TOOL, "export", "--format", form, "--log",
                                   "cel"], stdout=full, env=ENV,
                                  stderr=subprocess.PIPE, check=False)
        check(done.returncode == 2, f"exit status {done.returncode}")
        check(b"cannot write standard output: No space left" in done.stderr,
              f"message: {done.stderr}")


# Usage.

@test_each([
    ("no format", ["--log", "x"], "no --format given"),
    ("no such format", ["--log", "x", "--format", "xml"],
     "--format takes cel, json, tcg2 or ima"),
    ("no provider", ["--format", "cel"], "no PROVIDER given"),
    ("two providers", ["--format", "cel", "a", "b"], "more than one PROVIDER"),
    ("bad number", ["--format", "cel", "--from", "-1", "a"],
     "no valid number given"),
    ("size of 5", ["--format", "cel", "--recnum-size", "5", "a"],
     "--recnum-size takes 8 or 4"),
    ("size of 0", ["--format", "cel", "--index-size", "0", "a"],
     "--index-size takes 1 or 4"),
    ("sizes of json", ["--format", "json", "--index-size", "4", "a"],
     "go with --format cel"),
    ("firmware's log in json", ["--format", "json", "--follow-firmware", "a"],
     "--follow-firmware goes with --format tcg2"),
    ("firmware's log from the middle", ["--format", "tcg2", "--from", "1",
                                        "--follow-firmware", "a"],
     "--follow-firmware excludes --from"),
    ("firmware's log without checkpoints",
     ["--format", "tcg2", "--log", "x", "--firmware-log", "y"],
     "--follow-firmware of files needs --checkpoints"),
    ("firmware's log of a copy", ["--format", "tcg2", "--sysfs", "x",
                                  "--follow-firmware", "a"],
     "the firmware's log of a copy is not the one here"),
])
def usage(args, text):
    """wrong usage of export"""
    run = Run("export", *args).expect(2, text, "'tsm-log export --help'")
    check(not run.out, "nothing on stdout")


@test_each([
    ("all providers", ["--follow-firmware"], "--follow-firmware needs PROVIDER"),
    ("a copy", ["--follow-firmware", "--sysfs", "x", "a"],
     "the firmware's log of a copy is not the one here"),
    ("an archive", ["--firmware-log", "y", "./x"],
     "DIR excludes --archive and --firmware-log"),
    ("an archive of files", ["--log", "x", "--checkpoints", "y", "--archive",
                             "z"], "--archive needs PROVIDER"),
])
def usage_verify(args, text):
    """wrong usage of verify --follow-firmware"""
    Run("verify", *args).expect(2, text, "'tsm-log verify --help'")


# Size.

@test
def million():
    """a million records are exported in the memory of the log"""
    if not FAST:
        raise Failure("no optimized build was given")
    log = make_log.large()
    put("cel", log.cel())
    size = os.path.getsize("cel")
    for form in ("cel", "json", "tcg2"):
        Run("export", "--log", "cel", "--format", form, "-o", form, tool=FAST,
            limit=size + (64 << 20)).expect(0)
    with open("json", "rb") as file:
        check(sum(1 for _ in file) == 1000000, "lines of json")


if __name__ == "__main__":
    sys.exit(run_tests())
