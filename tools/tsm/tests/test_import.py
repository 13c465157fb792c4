#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of what tsm-log makes of logs that other programs keep.

    test_import.py TSM_LOG FAST_TSM_LOG INTERRUPT

As test_archive.py. The logs are written here as these programs write them.
"""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import time

import make_log
import make_quote
import tcg2
from harness import (ENV, FAST, TOOL, Run, check, is_waited_for, run_tests, test,
                     test_each)
from make_log import digest_of, event_tlv, put, tlv
from others import BANKS, ima_ascii, ima_binary, ima_data, systemd_record

INTERRUPT = os.path.abspath(sys.argv[3])
PHASES = ("enter-initrd", "leave-initrd", "sysinit", "ready")


# Where systemd's log is, as systemd itself takes it.
USUAL = {"SYSTEMD_MEASURE_LOG_USERSPACE": "systemd"}


def systemd_log():
    return b"".join(systemd_record(11, text) for text in PHASES) + \
        systemd_record(15, "machine-id:00", "machine-id")


def lacks_one():
    """systemd's log as far as pcr11 is lost in it."""
    return systemd_log().replace(systemd_record(11, "sysinit"), b"")


def replayed(log):
    """The log with the values that records lead to from power-on."""
    put("values", log.values())
    return log


# CEL-JSON and others' CEL-TLV.

@test
def show_systemd():
    """show systemd's log"""
    put("log", systemd_log())
    run = Run("show", "--log", "log").expect(
        0, "pcr11", "pcr15", "(content type 9)",
        '(claimed) {"string": "enter-initrd", "bootId": "', '"eventType": "phase"}')
    check(len(run.out.splitlines()) == 6, run.out)
    records = Run("show", "--json", "--log", "log").expect(0).json()
    check([r["recnum"] for r in records] == list(range(5)), "numbers")
    check(records[0]["content"]["json"]["string"] == "enter-initrd", "content")


@test_each([("sequence", b""), ("lines", None)])
def back_to_systemd(separator):
    """systemd's log as systemd's pcrlock reads it"""
    text = systemd_log()
    put("log", text if separator is not None else text.replace(b"\x1e", b""))
    run = Run("export", "--for", "pcrlock", "--log", "log").expect(0)
    want = [json.loads(t) for t in text.split(b"\x1e")[1:]]
    got = [json.loads(t) for t in run.bytes.split(b"\x1e")[1:]]
    for one, other in zip(want, got, strict=True):
        check({k: other[k] for k in one} == one, f"{one} {other}")


@test_each([(n, n) for n in make_log.LOGS if n != "large"])
def round_trip(name):
    """what export writes as json is read again"""
    log = make_log.LOGS[name]()
    put("cel", log.cel())
    text = Run("export", "--format", "json", "--log", "cel").expect(0).bytes
    put("json", text)
    if not text:
        return
    run = Run("export", "--format", "cel", "--log", "json").expect(0)
    check(run.bytes == log.cel(), "the same records")
    check(Run("show", "--log", "json").out == Run("show", "--log", "cel").out,
          "shown the same")


CONTENTS = [("systemd's", tlv(9, b'{"string":"x","eventType":"phase"}')),
            ("COS", tlv(80, tlv(0, b"x"))), ("IMA_TLV", tlv(8, b"x")),
            ("a template", tlv(7, tlv(0, b"ima-ng") + tlv(1, b"data"))),
            ("no type of TCG's", event_tlv(0x08000001, b"x")),
            ("nothing", tlv(255, b""))]


@test_each(CONTENTS)
def round_trip_content(content):
    """content that is read again"""
    log = make_log.Log("tpm0")
    log.add("pcr11", list(BANKS))
    log.content("pcr11", content, b"x")
    put("cel", log.cel())
    for args in (("--format", "json"), ("--for", "pcrlock")):
        put("json", Run("export", *args, "--log", "cel").expect(0).bytes)
        run = Run("export", "--format", "cel", "--log", "json").expect(0)
        check(run.bytes == log.cel(), f"{args}: {run.bytes}")


@test
def template_of_tcg():
    """an IMA template with the names that TCG has"""
    digest = digest_of("sha256", b"data").hex()
    put("json", json.dumps({
        "recnum": 7, "pcr": 10, "digests": [{"hashAlg": "sha256",
                                             "digest": digest}],
        "content_type": "ima_template",
        "content": {"template_name": "ima-ng", "template_data": "64617461"},
    }).encode())
    run = Run("export", "--format", "cel", "--log", "json").expect(0)
    check(run.bytes == make_log.record_of(
        7, 10, {"sha256": digest_of("sha256", b"data")},
        tlv(7, tlv(0, b"ima-ng") + tlv(1, b"data"))), f"{run.bytes}")


@test
def unknown_hash():
    """hashes that are not known are passed over"""
    put("log", systemd_record(11, "x").replace(b'"sha1"', b'"sha3-256"'))
    record, = Run("show", "--json", "--log", "log").expect(0).json()
    check(len(record["digests"]) == 1, f"{record}")


def nv_log(numbered):
    """systemd's log with extends of an NV index in between, as JSON."""
    texts = [systemd_record(11, "a"), systemd_record(1, "b"), systemd_record(15, "c"),
             systemd_record(1, "d"), systemd_record(11, "e")]
    texts = [t.replace(b'"pcr":1,', b'"nv_index":30474752,') for t in texts]
    if numbered:
        texts = [t.replace(b"{", b'{"recnum":%d,' % n, 1)
                 for n, t in enumerate(texts)]
    return b"".join(texts)


@test_each([("JSON without numbers", False, False), ("JSON with numbers", True, False),
            ("TLV", False, True)])
def nv_index(numbered, as_tlv):
    """records of NV indices are kept and shown, and extend no register"""
    put("log", nv_log(numbered))
    if as_tlv:
        run = Run("export", "--format", "cel", "--log", "log").expect(0)
        check(run.bytes.count(tlv(2, (30474752).to_bytes(4, "big"))) == 2, "TLV 2")
        put("log", run.bytes)
    run = Run("show", "--log", "log").expect(0)
    check([line.split()[:2] for line in run.out.splitlines()[1:]] == [
        ["0", "pcr11"], ["1", "0x01d10200"], ["2", "pcr15"], ["3", "0x01d10200"],
        ["4", "pcr11"]], run.out)
    records = Run("show", "--json", "--log", "log").expect(0).json()
    check([r.get("nv_index") for r in records] == [None, 30474752, None, 30474752,
                                                   None], f"{records}")
    check("pcr" not in records[1] and records[1]["content"]["json"]["string"] == "b",
          f"{records[1]}")
    log = make_log.Log("tpm0")
    for name in ("pcr11", "pcr15"):
        log.add(name, list(BANKS))
    for name, text in (("pcr11", b"a"), ("pcr15", b"c"), ("pcr11", b"e")):
        log.event(name, text)
    replayed(log)
    Run("verify", "--log", "log", "--from-power-on", "--values", "values").expect(
        0, "verified: 5 records (0 to 4), 2 registers", "2 equal to the values file",
        "; NOT REPLAYED: 2 records of NV indices (the first is record 1)")
    run = Run("export", "--for", "pcrlock", "--log", "log").expect(
        0, "log: without 2 records of NV indices, which are no registers: from record "
        "1 on\n")
    check([json.loads(t)["pcr"] for t in run.bytes.split(b"\x1e")[1:]] == [11, 15, 11],
          run.out)
    run = Run("export", "--format", "json", "--log", "log").expect(0)
    check(run.err.count("NV") == 0 and run.bytes.count(b"nv_index") == 2, run.out)


@test_each([("JSON", nv_log(True).replace(b"30474752", b"-1"),
             'record 2 of the file: "nv_index" is no NV index'),
            ("TLV", tlv(0, bytes(8)) + tlv(2, bytes(5)),
             "an NV index takes 4 bytes, not 5")])
def nv_bad(data, message):
    """an NV index that is none"""
    put("log", data)
    Run("show", "--log", "log").expect(2, message)


GOOD = systemd_record(11, "x")


@test_each([
    ("cut off", GOOD[:-20], "record 2 of the file: no JSON, or not all"),
    ("no JSON", b"\x1e{a:1}\n", "no JSON, or not all"),
    ("two texts", b"\x1e{} {}\n", "no JSON, or not all"),
    ("no object", b"\x1e[]\n", "no JSON object"),
    ("no PCR", GOOD.replace(b"pcr", b"per"), 'no number of a PCR ("pcr")'),
    ("no such PCR", GOOD.replace(b":11", b":256"), "no number of a PCR"),
    ("a PCR below", GOOD.replace(b":11", b":-1"), "no number of a PCR"),
    ("no digests", GOOD.replace(b"digests", b"digest"), "no list of digests"),
    ("an unknown hash", GOOD.replace(b"sha", b"md"), "no digest of a known hash"),
    ("twice", GOOD.replace(b"sha256", b"sha1"), "a second digest"),
    ("a short digest", GOOD.replace(b'"digest":"', b'"digest":"00'),
     "is not 40 hex digits"),
    ("no hash", GOOD.replace(b"hashAlg", b"hash"), "a digest without"),
    ("content of another type", GOOD.replace(b'"systemd"', b'"other"'),
     "a type that is not known here"),
    ("content of no type", GOOD.replace(b'content_type', b'type'),
     'without a known "content_type"'),
    ("no content", GOOD.replace(b'"content":{', b'"content":1,"x":{'),
     "is no object"),
    ("no hex", GOOD.replace(b'"systemd"', b"80").replace(
        b'"string":"x"', b'"data":"0"'), '"data" is not hexadecimal'),
    ("no data", GOOD.replace(b'"systemd"', b"80"), 'content without "data"'),
    ("no event type", GOOD.replace(b'"systemd"', b'"pcclient_std"'),
     'without a known "event_type"'),
    ("no number", GOOD.replace(b'{"pcr"', b'{"recnum":"a","pcr"'),
     "is no record number"),
])
def bad_json(text, message):
    """a log in JSON that is wrong"""
    put("log", GOOD + text)
    put("out", b"before")
    Run("show", "--log", "log").expect(2, "log: record 2 of the file: ", message)
    Run("export", "--format", "cel", "-o", "out", "--log", "log").expect(2, message)
    with open("out", "rb") as file:
        check(file.read() == b"before", "the file is what it was")


@test
def verify_systemd():
    """verify systemd's log from power-on"""
    put("log", systemd_log())
    log = make_log.Log("tpm0")
    for name in ("pcr11", "pcr15"):
        log.add(name, list(BANKS))
    for text in PHASES:
        log.event("pcr11", text.encode())
    log.event("pcr15", b"machine-id:00")
    replayed(log)
    args = ("verify", "--log", "log", "--from-power-on", "--values", "values")
    Run(*args).expect(0, "verified: 5 records", "2 equal to the values file")
    put("log", systemd_log().replace(digest_of("sha1", b"ready").hex().encode(),
                                     b"0" * 40))
    Run(*args).expect(1, "register pcr11, bank sha1")


@test
def verify_after_firmware():
    """verify systemd's log after the firmware's"""
    firmware = tcg2.Firmware(list(BANKS))
    firmware.extend(11, b"stub")
    put("firmware", firmware.data)
    put("log", systemd_log())
    value = firmware.value(11)
    for text in PHASES:
        for a in BANKS:
            value[a] = digest_of(a, value[a] + digest_of(a, text.encode()))
    put("values", b"pcr11 sha256:%s\n" % value["sha256"].hex().encode())
    args = ("verify", "--log", "log", "--from-power-on", "--values", "values")
    Run(*args, "--firmware-log", "firmware").expect(0, "1 equal to the values")
    Run(*args).expect(1, "register pcr11, bank sha256")


@test
def verify_go_eventlog():
    """verify others' CEL-TLV, with PCRs that begin with ones"""
    log = make_log.Log("tpm0")
    log.add("pcr13", ["sha256"])
    log.add("pcr17", ["sha256"], b"\xff")
    log.content("pcr13", tlv(80, tlv(0, b"image")), tlv(80, tlv(0, b"image")))
    log.event("pcr17", b"launch")
    put("log", log.cel())
    replayed(log)
    Run("verify", "--log", "log", "--from-power-on", "--values", "values").expect(
        0, "2 equal to the values file")


@test_each([("no log", ["--from-power-on", "tpm0"]),
            ("checkpoints", ["--from-power-on", "--log", "x", "--checkpoints",
                             "x"])])
def power_on_usage(args):
    """--from-power-on with"""
    Run("verify", *args).expect(2, "goes with --log without --checkpoints")


# What records without content were.

def bare_log(name, algorithms, *measured):
    """A log of digests alone."""
    log = make_log.Log("tpm0")
    log.add(name, list(algorithms))
    for data in measured:
        log.digest(name, {a: b"\xff" * make_log.size_of(a) if data is None else
                          digest_of(a, data) for a in algorithms})
    put("cel", log.cel())
    return log


def columns(files, *texts):
    """The content column of each record."""
    args = [w for f in files for w in ("--explain", f)]
    run = Run("show", *args, "--log", "cel").expect(0)
    lines = run.out.splitlines()
    at = lines[0].index("CONTENT")
    got = [line[at:] for line in lines[1:]]
    check(got == list(texts), f"{got}")


@test
def explain_systemd():
    """show --explain with systemd's log"""
    put("systemd", systemd_log())
    bare_log("pcr11", BANKS, b"enter-initrd", b"something else", b"ready")
    columns(["systemd"],
            '- (systemd, record 0: {"string": "enter-initrd", "bootId": "' +
            "0" * 32 + '", "timestamp": 17, "eventType": "phase"})', "-",
            '- (systemd, record 3: {"string": "ready", "bootId": "' + "0" * 32 +
            '", "timestamp": 17, "eventType": "phase"})')
    records = Run("show", "--json", "--explain", "systemd", "--log",
                  "cel").expect(0).json()
    found = records[2]["explained"]
    check((found["file"], found["record"], found["hashAlg"],
           found["json"]["string"]) == ("systemd", 3, "sha256", "ready"),
          f"{found}")
    check("explained" not in records[1], f"{records[1]}")
    bare_log("pcr15", BANKS, b"enter-initrd")
    columns(["systemd"], "-")


@test_each([(f"{t}, {a}", t, a) for t in ("ima-ng", "ima-sig")
            for a in ("sha1", "sha256", "sha384")])
def explain_ima_binary(template, algorithm):
    """show --explain with IMA's binary list"""
    paths = ["boot_aggregate", "/usr/bin/bash", "/etc/a b"]
    put("ima", ima_binary(paths, algorithm, template))
    bare_log("pcr10", ["sha256", "sha384"],
             *[ima_data(p, template) for p in reversed(paths)])
    columns(["ima"], f'- (ima, entry 3: "{template} /etc/a b")',
            f'- (ima, entry 2: "{template} /usr/bin/bash")',
            f'- (ima, entry 1: "{template} boot_aggregate")')


@test
def explain_violation():
    """show --explain with a violation, which IMA lists with zeros"""
    put("ima", ima_binary(["/a", ""]))
    bare_log("pcr10", BANKS, None, ima_data("/a"))
    columns(["ima"], '- (ima, entry 2: "ima-ng")', '- (ima, entry 1: "ima-ng /a")')
    put("ima", b"10 " + b"0" * 40 + b" ima-ng sha256:00 /x\n")
    bare_log("pcr10", BANKS, None)
    columns(["ima"], '- (ima, line 1: "ima-ng sha256:00 /x")')


@test_each([(a, a) for a in ("sha1", "sha256", "sha384", "sha512")])
def explain_ima_ascii(algorithm):
    """show --explain with IMA's ASCII list"""
    put("ima", ima_ascii(["/a", "/usr/bin/b"], algorithm))
    bare_log("pcr10", ["sha1", "sha256", "sha384", "sha512"], ima_data("/usr/bin/b"))
    columns(["ima"], '- (ima, line 2: "ima-ng sha256:' +
            digest_of("sha256", b"/usr/bin/b").hex() + ' /usr/bin/b")')


@test
def explain_lines():
    """show --explain with text, an event on each line"""
    put("agent", b"INIT/sha384 00\n\nexample.com PullImage alpine")
    bare_log("rtmr3", ["sha384"], b"example.com PullImage alpine",
             b"INIT/sha384 00")
    columns(["agent"], '- (agent, line 3: "example.com PullImage alpine")',
            '- (agent, line 1: "INIT/sha384 00")')


@test
def explain_tcg2():
    """show --explain with a crypto-agile log, to which an agent appended"""
    firmware = tcg2.Firmware(["sha384"], ccmr=True)
    firmware.no_action(b"nothing")
    firmware.extend(4, b"text", 5)
    put("agent", firmware.data)
    bare_log("rtmr3", ["sha384"], b"text")
    columns(["agent"], '- (agent, entry 2: "text")')


@test_each([("of PCR 0", 0, 8), ("of PCR 4", 4, 5), ("a separator", 0, 4)])
def explain_old_format(index, kind):
    """show --explain with a firmware's log in the old format, first"""
    firmware = tcg2.Firmware(["sha1"])
    firmware.extend(index, b"text", kind)
    firmware.extend(7, b"more", 6)
    put("firmware", tcg2.Parsed(firmware.data).old_format())
    bare_log(f"pcr{index}", ["sha1"], b"text")
    columns(["firmware"], '- (firmware, entry 1: "text")')


@test_each([("crypto-agile", False), ("in the old format", True)])
def firmware_as_log(is_old):
    """a firmware's log as --log, which is"""
    firmware = tcg2.Firmware(["sha1"])
    firmware.extend(0, b"crtm")
    put("log", tcg2.Parsed(firmware.data).old_format() if is_old else
        firmware.data)
    for command in (["show"], ["verify", "--from-power-on"]):
        Run(*command, "--log", "log").expect(
            2, "it is a firmware's log, which goes with --firmware-log")


@test
def explain_unknown_hash():
    """show --explain with a crypto-agile log of a hash that is not known"""
    put("agent", tcg2.header([(tcg2.SHA3_256, 32)]) + tcg2.entry(
        4, 5, [(tcg2.SHA3_256, b"3" * 32)], b"text"))
    bare_log("rtmr3", ["sha384"], b"text")
    columns(["agent"], "-")


@test
def explain_several():
    """show --explain with several logs, of which the first counts"""
    put("one", b"a\n")
    put("two", b"b\na\n")
    bare_log("rtmr3", ["sha384"], b"a", b"b")
    columns(["one", "two"], '- (one, line 1: "a")', '- (two, line 1: "b")')
    columns(["two", "one"], '- (two, line 2: "a")', '- (two, line 1: "b")')
    put("cel", make_log.single().cel())
    columns(["one"], '"hello"', '"a phrase with a newline\\n"', "-", "0102feff")


@test_each([("missing", None, "cannot open other"),
            ("of no kind", b"\1\0\2", "other: no log of a kind that is known"),
            ("damaged JSON", b"\x1e{", "other: record 1 of the file"),
            ("damaged CEL", make_log.single().cel()[:-1], "other: byte offset"),
            ("damaged ASCII", ima_ascii(["/a"]) + b"10 00\n",
             "other: line 2: not as IMA"),
            ("a strange register", tcg2.header(["sha384"]) + tcg2.entry(
                300, 5, [(12, b"3" * 48)], b"x"), "there is no register 300")])
def explain_bad(data, message):
    """show --explain with a file that is"""
    if data:
        put("other", data)
    put("cel", make_log.single().cel())
    run = Run("show", "--explain", "other", "--log", "cel").expect(2, message)
    check(not run.out, "nothing is shown")


# What others extended before the log and past it.

def extend(register, *texts):
    """Past the log."""
    for text in texts:
        for a in register.algorithms:
            register.values[a] = digest_of(
                a, register.values[a] + digest_of(a, text.encode()))


def boot(before=2, past=True):
    """The log of a machine on which systemd extends PCRs 11 and 15 as well."""
    firmware = tcg2.Firmware(list(BANKS))
    firmware.extend(11, b"stub")
    log = make_log.Log("tpm0")
    for name in ("pcr11", "pcr15", "pcr23"):
        register = log.add(name, list(BANKS))
        value = firmware.value(register.index()[0])
        register.values = {a: value[a] for a in BANKS}
    pcr11, pcr15 = log.registers["pcr11"], log.registers["pcr15"]
    extend(pcr11, *PHASES[:before])
    log.lines = []
    for name in log.registers:
        log.checkpoint("register", name)
    log.event("pcr23", b"ours")
    log.event("pcr11", b"ours in between")
    if past:
        extend(pcr11, *PHASES[before:])
        log.checkpoint("foreign", "pcr11")
        extend(pcr15, "machine-id:00")
        log.checkpoint("foreign", "pcr15")
    log.event("pcr11", b"ours at the end")
    put("firmware", firmware.data)
    put("systemd", systemd_log())
    return write(log)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def write(log):
    put("cel", log.cel())
    put("checkpoints", log.checkpoints())
    replayed(log).write_tree("tree")
    return log


FILES = ("--log", "cel", "--checkpoints", "checkpoints", "--values", "values",
         "--firmware-log", "firmware")
TREE = ("--sysfs", "tree", "--firmware-log", "firmware", "tpm0")


@test_each([(f"{b} before the log, {'files' if a is FILES else 'a provider'}",
             b, a) for b in (0, 1, 2, 4) for a in (FILES, TREE)])
def earlier_log(before, args):
    """verify --earlier-log, systemd's"""
    boot(before)
    Run("verify", *args).expect(1, "DIFFERS", "pcr11", "pcr15")
    run = Run("verify", "--strict", "--earlier-log", "systemd", *args).expect(
        0, "3 registers go on in the log", "verified: 3 records",
        "; explained by earlier logs: pcr11 4 extends, pcr15 1 extend")
    check("NOT EXPLAINED" not in run.out, run.out)
    result, = Run("verify", "--json", "--earlier-log", "systemd",
                  *args).expect(0).json()
    check(result["earlier"] == [{"register": "pcr11", "extends": 4},
                                {"register": "pcr15", "extends": 1}] and
          result["unexplained"] == [], f"{result}")


@test_each([
    ("lacks one", lambda t: t.replace(systemd_record(11, "sysinit"), b""), "pcr11"),
    ("lacks the first", lambda t: t.replace(systemd_record(11, PHASES[0]), b""),
     "pcr11"),
    ("has another digest", lambda t: t.replace(
        digest_of("sha1", b"ready").hex().encode(), b"0" * 40), "pcr11"),
    ("has another order", lambda t: t.replace(b"sysinit", b"!").replace(
        digest_of("sha1", b"sysinit").hex().encode(), b"1" * 40), "pcr11"),
    ("has one bank", lambda t: b"".join(
        systemd_record(11, x, algorithms=["sha256"]) for x in PHASES) +
     systemd_record(15, "machine-id:00"), "pcr11"),
])
def earlier_log_wrong(change, register):
    """verify --earlier-log that does not explain all"""
    boot()
    put("systemd", change(systemd_log()))
    Run("verify", "--earlier-log", "systemd", *FILES).expect(
        1, f"register {register}")


@test
def earlier_log_usual():
    """verify --follow-firmware takes systemd's log from where it is"""
    boot()
    Run("verify", *TREE, env=USUAL).expect(0, "pcr11 4 extends, pcr15 1 extend")
    Run("verify", *TREE, env={"SYSTEMD_MEASURE_LOG_USERSPACE": "missing"}).expect(1)
    Run("verify", *FILES, env=USUAL).expect(1, "DIFFERS")


@test
def earlier_log_begin():
    """verify --earlier-log of what came before the log alone"""
    boot(past=False)
    Run("verify", "--earlier-log", "systemd", *FILES).expect(
        0, "; explained by earlier logs: pcr11 2 extends")
    put("systemd", systemd_log().replace(systemd_record(11, PHASES[0]), b""))
    Run("verify", "--earlier-log", "systemd", *FILES).expect(1, "DIFFERS in 1 place: "
                                                            "pcr11")


@test
def earlier_log_with_ours():
    """verify --earlier-log that has our records, too"""
    boot()
    text = b"".join([
        systemd_record(11, PHASES[0]), systemd_record(11, PHASES[1]),
        systemd_record(23, "ours"), systemd_record(11, "ours in between"),
        systemd_record(11, PHASES[2]), systemd_record(15, "machine-id:00"),
        systemd_record(11, PHASES[3]), systemd_record(11, "ours at the end")])
    put("systemd", text)
    Run("verify", "--strict", "--earlier-log", "systemd", *FILES).expect(
        0, "pcr11 4 extends, pcr15 1 extend")


@test
def earlier_log_of_others():
    """verify --earlier-log of a register that only the firmware's log has"""
    firmware = tcg2.Firmware(list(BANKS))
    firmware.extend(11, b"stub")
    put("firmware", firmware.data)
    put("systemd", systemd_log())
    log = make_log.Log("tpm0")
    log.add("pcr23", list(BANKS))
    register = log.add("pcr11", list(BANKS), static=True)
    log.lines = log.lines[:1]
    register.values = {a: firmware.value(11)[a] for a in BANKS}
    extend(register, *PHASES)
    write(log)
    Run("verify", *TREE).expect(1, "register pcr11")
    Run("verify", "--earlier-log", "systemd", *TREE).expect(
        0, "pcr11 4 extends", "1 other equal to the live registers")
    extend(register, "nobody knows")
    write(log)
    Run("verify", "--earlier-log", "systemd", *TREE).expect(1, "register pcr11")


@test
def earlier_log_ima():
    """verify --earlier-log with IMA's binary list"""
    paths = ["boot_aggregate", "/usr/bin/a", "", "/usr/bin/b"]
    put("firmware", tcg2.Firmware(list(BANKS)).data)
    put("ima", ima_binary(paths))
    log = make_log.Log("tpm0")
    register = log.add("pcr10", list(BANKS))
    for path in paths:
        for a in BANKS:
            digest = digest_of(a, ima_data(path)) if path else \
                b"\xff" * make_log.size_of(a)
            register.values[a] = digest_of(a, register.values[a] + digest)
    log.checkpoint("foreign", "pcr10")
    write(log)
    Run("verify", "--earlier-log", "ima", *FILES).expect(0, "pcr10 4 extends")


@test
def leave_out():
    """verify --leave-out"""
    boot()
    for args in (FILES, TREE):
        run = Run("verify", "--strict", "--leave-out", "pcr11", "--leave-out",
                  "pcr15", *args).expect(0, "; LEFT OUT: pcr11, pcr15",
                                         "verified: 3 records", "1 register,")
        check("pcr11 " not in run.out, run.out)
        Run("verify", "--leave-out", "pcr11", *args).expect(1, "register pcr15")
    result, = Run("verify", "--json", "--leave-out", "pcr11", "--leave-out",
                  "pcr15", *TREE).expect(0).json()
    check(result["left_out"] == ["pcr11", "pcr15"], f"{result}")
    plain, = Run("verify", "--json", "--log", "cel", "--checkpoints",
                 "checkpoints").expect(0).json()
    check(plain["left_out"] == [] and plain["earlier"] == [], f"{plain}")


@test
def earlier_log_archived():
    """verify --earlier-log with records that were archived"""
    log = boot()
    put("tree/tpm0/log/trim", b"")
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive").expect(0)
    log.trim()
    log.event("pcr11", b"after the trim")
    write(log)
    args = ("verify", "--strict", "--archive", "archive", *TREE)
    Run(*args, "--earlier-log", "systemd").expect(
        0, "verified: 4 records", "pcr11 4 extends, pcr15 1 extend")
    put("systemd", lacks_one())
    Run(*args, "--earlier-log", "systemd").expect(1, "register pcr11")


def quoted(log):
    """The PCRs of the log, signed, for the options that it returns."""
    ak = make_quote.Ak()
    pcrs = [(a, [11, 15, 23]) for a in BANKS]
    quote = make_quote.TpmQuote(ak, log.registers, pcrs, b"nonce")
    for name, data in (("quote", quote.message), ("signature", quote.signature),
                       ("pcrs", quote.plain()), ("ak.pub", ak.tpm2b())):
        put(name, data)
    return ("verify", "--nonce", b"nonce".hex(), "--quote", "quote", "--signature",
            "signature", "--ak", "ak.pub", *FILES[:4])


@test
def earlier_log_quoted():
    """verify --quote --earlier-log"""
    args = (*quoted(boot()), "--firmware-log", "firmware")
    Run(*args).expect(1, "register pcr11", "register pcr15")
    for more in ([], ["--pcrs", "pcrs"]):
        run = Run(*args, *more, "--strict", "--earlier-log", "systemd").expect(
            0, "pcr11 4 extends, pcr15 1 extend", "covers records up to 2, 0 records",
            "quote: verified")
        check("NOT EXPLAINED" not in run.out, run.out)
    put("systemd", lacks_one())
    Run(*args, "--earlier-log", "systemd").expect(1, "register pcr11",
                                                 "quote: DIFFERS")


@test
def earlier_log_collected():
    """verify --earlier-log of what tsm-log quote has written, also of a trimmed log"""
    log = boot()
    quoted(log)
    os.mkdir("evidence")
    for name in ("quote", "signature", "pcrs", "cel", "checkpoints", "firmware"):
        os.rename(name, f"evidence/{name}")
    args = ("verify", "--nonce", b"nonce".hex(), "--ak", "ak.pub", "--strict",
            "--earlier-log", "systemd", "./evidence")
    Run(*args).expect(0, "pcr11 4 extends, pcr15 1 extend", "quote: verified")
    log.trim()
    put("evidence/cel", log.cel())
    put("evidence/checkpoints", log.checkpoints())
    Run(*args).expect(2, "the log begins with record 3, and earlier logs are replayed "
                      "from power-on")


@test
def leave_out_quoted():
    """verify --quote --leave-out"""
    log = boot()
    args = quoted(log)
    values = ("--pcrs", "pcrs")
    Run(*args, *values, "--strict").expect(1, "quote: UNEXPLAINED")
    out = ("--leave-out", "pcr11", "--leave-out", "pcr15")
    run = Run(*args, *values, "--strict", *out).expect(
        0, "; LEFT OUT: pcr11, pcr15", "quote: verified",
        "quote: not compared, LEFT OUT: pcr11 sha1, pcr15 sha1, pcr11 sha256, "
        "pcr15 sha256", "quote: 2 registers equal to the log")
    check("UNEXPLAINED" not in run.out, run.out)
    report, = Run(*args, *values, "--json", *out).expect(0).json()
    check({r["register"]: r["compared_with"] for r in report["quote"]["registers"]} ==
          {"pcr11": "left_out", "pcr15": "left_out", "pcr23": "log"}, f"{report}")
    Run(*args, *out).expect(2, "pcr11 cannot be left out of a digest over all PCRs")
    # What is left out may have another value than the log leads to, and nothing else.
    for name, status in (("pcr11", 0), ("pcr23", 1)):
        other = boot()
        extend(other.registers[name], "past the quote")
        Run(*quoted(other), *values, *out).expect(status)


@test
def leave_out_quoted_firmware():
    """verify --quote --leave-out with the firmware's log alone"""
    args = [w for w in quoted(boot()) if w not in FILES[:4]]
    args += ["--firmware-log", "firmware", "--pcrs", "pcrs"]
    Run(*args).expect(1, "register pcr11", "register pcr15", "register pcr23")
    Run(*args, "--leave-out", "pcr11", "--leave-out", "pcr15").expect(
        1, "register pcr23", "not compared, LEFT OUT: pcr11 sha1, pcr15 sha1")


# One log of both, for pcrlock.

def replay(data):
    """The records, and the values that they lead to after the firmware."""
    records = [json.loads(text) for text in data.split(b"\x1e")[1:]]
    firmware = tcg2.Firmware(list(BANKS))
    firmware.extend(11, b"stub")
    for record in records:
        value = firmware.value(record["pcr"])
        for digest in record["digests"]:
            a = digest["hashAlg"]
            value[a] = digest_of(a, value[a] + bytes.fromhex(digest["digest"]))
    return records, firmware


def merged(*args, status=0):
    run = Run("export", "--for", "pcrlock", "--merge", *args, env=USUAL)
    return (run.expect(status), *replay(run.bytes))


def merging(args):
    """The same, which has only been started."""
    return subprocess.Popen(
        [TOOL, "export", "--for", "pcrlock", "--merge", *args],
        stdout=subprocess.PIPE, env=dict(ENV, **USUAL))


def wait_until(condition, process):
    end = time.monotonic() + 300
    while not condition():
        check(process.poll() is None, f"ended with status {process.poll()}")
        if time.monotonic() > end:
            process.kill()
            check(False, "nothing happens")
        time.sleep(0.01)


def expect_merged(log, records, firmware):
    for register in log.registers.values():
        value = firmware.value(register.index()[0])
        check({a: value[a] for a in BANKS} == register.values, register.name)
    check([r["recnum"] for r in records] == list(range(len(records))), "numbers")


MERGE = [(f"{b} before the log, {'files' if a is FILES else 'a provider'}", b,
          tuple(w for w in a if w not in ("--values", "values")))
         for b in (0, 2, 4) for a in (FILES, TREE)]


@test_each(MERGE)
def merge(before, args):
    """export --for pcrlock --merge"""
    log = boot(before)
    _, records, firmware = merged(*args)
    expect_merged(log, records, firmware)
    check([r["content"].get("string") for r in records
           if r["content_type"] == "systemd"].count("enter-initrd") == 1,
          f"{records}")
    check(len(records) == 8, f"{records}")


@test
def merge_with_ours():
    """export --for pcrlock --merge, where systemd's log has some of our records"""
    log = boot()
    put("systemd", b"".join([
        systemd_record(11, PHASES[0]), systemd_record(11, PHASES[1]),
        systemd_record(11, "ours in between"), systemd_record(11, PHASES[2]),
        systemd_record(15, "machine-id:00"), systemd_record(11, PHASES[3])]))
    _, records, firmware = merged(*MERGE[0][2])
    expect_merged(log, records, firmware)
    check(len(records) == 8, f"{records}")


@test
def merge_rest():
    """export --for pcrlock --merge has what systemd measured since"""
    log = boot()
    put("systemd", systemd_log() + systemd_record(11, "shutdown") +
        systemd_record(12, "other"))
    extend(log.registers["pcr11"], "shutdown")
    _, records, firmware = merged(*MERGE[0][2])
    expect_merged(log, records, firmware)
    check(len(records) == 10 and records[-1]["pcr"] == 12, f"{records}")


@test
def merge_lost():
    """export --for pcrlock --merge names what does not fit"""
    boot()
    put("systemd", systemd_log().replace(systemd_record(11, "sysinit"), b""))
    run, records, _ = merged(*MERGE[0][2], status=1)
    check("register pcr11: what systemd has of it and our log do not" in run.err,
          run.err)
    check("pcr15" not in run.err and len(records) == 7, run.err)


@test
def merge_of_neither():
    """export --for pcrlock --merge: a register that neither log has does not matter"""
    log = boot()
    log.add("pcr10", list(BANKS), start=b"\x10")
    write(log)
    run, records, _ = merged(*MERGE[0][2])
    check("pcr10" not in run.err and len(records) == 8, run.err)


@test
def archived_from_power_on():
    """verify --follow-firmware of an archive, by what is kept with it"""
    boot()
    put("tree/tpm0/log/firmware", content("firmware"))
    put("tree/tpm0/log/trim", b"")
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive", env=USUAL).expect(0, "records 0 to 2")
    put("systemd", b"")
    name, = os.listdir("archive/tpm0")
    kept = f"archive/tpm0/{name}"
    check(content(f"{kept}/firmware") == content("firmware") and
          content(f"{kept}/systemd") == systemd_log(), "what is kept")
    archive = ("verify", "--follow-firmware", "--offline", "archive/")
    Run(*archive).expect(0, "1 segment, 3 records", "number 1, booted 20",
                         f"tpm0/{name}: follows on the firmware's log",
                         "; explained by earlier logs: pcr11 4 extends, pcr15")
    both = Run(*archive, "--json").expect(0).json()
    check([b["result"] for b in both] == ["verified"] * 2 and
          both[0]["number"] == 1 and both[1]["earlier"], f"{both}")
    for args in (("--firmware-log", "firmware"), ("--earlier-log", "systemd")):
        Run(*archive, *args).expect(2, "DIR excludes")
    os.remove(f"{kept}/systemd")
    Run(*archive).expect(1, "DIFFERS", "register pcr11")
    os.remove(f"{kept}/firmware")
    Run(*archive).expect(2, "there is no log of the firmware")


@test
def merge_waits():
    """export --merge waits for systemd, which is about to write"""
    boot()
    with open("systemd", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with merging(MERGE[0][2]) as waiting:
            wait_until(lambda: is_waited_for("systemd"), waiting)
            with open("systemd", "ab") as more:
                more.write(systemd_record(15, "late"))
            fcntl.flock(file, fcntl.LOCK_UN)
            out = waiting.communicate(timeout=300)[0]
    check(b'"late"' in out, f"{out}")


@test
def merge_of_one_moment():
    """export --merge has nothing of one log that comes after what is not in the other"""
    log = boot()
    with open("systemd", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with merging(TREE) as waiting:
            wait_until(lambda: is_waited_for("systemd"), waiting)
            log.event("pcr11", b"ours, just then")
            extend(log.registers["pcr11"], "systemd's, after that")
            log.checkpoint("foreign", "pcr11")
            write(log)
            with open("systemd", "ab") as more:
                more.write(systemd_record(11, "systemd's, after that"))
            fcntl.flock(file, fcntl.LOCK_UN)
            out = waiting.communicate(timeout=300)[0]
    expect_merged(log, *replay(out))


@test
def merge_into_systemds():
    """export --merge does not write to systemd's own log"""
    boot()
    os.link("systemd", "link")
    Run("export", "--for", "pcrlock", "--merge", "-o", "link", *MERGE[0][2],
        env=USUAL).expect(2, "link is systemd's own log: not exported")
    with open("systemd", "rb") as file:
        check(file.read() == systemd_log(), "the file is what it was")


@test_each([
    ("another program", ["--for", "cos", "--merge", *FILES[:4]],
     "--merge goes with --for pcrlock"),
    ("no firmware's log", ["--for", "pcrlock", "--merge", *FILES[:4]],
     "--merge needs the firmware's log"),
    ("from", ["--for", "pcrlock", "--merge", "--from", "1", *MERGE[0][2]],
     "--follow-firmware excludes --from"),
    ("a damaged log", ["--for", "pcrlock", "--merge", *MERGE[0][2]],
     "systemd: record 6 of the file"),
])
def merge_usage(args, message):
    """--merge, wrong usage"""
    boot()
    put("systemd", systemd_log() + b"\x1e{")
    put("out", b"before")
    Run("export", "-o", "out", *args, env=USUAL).expect(2, message)
    with open("out", "rb") as file:
        check(file.read() == b"before", "the file is what it was")


# The same, kept up to date.

class Kept:
    """watch --merge, which keeps the file "out"."""

    def __init__(self, *args):
        self.process = subprocess.Popen(
            [TOOL, "watch", "--merge", "-o", "out", *args, *TREE],
            stderr=subprocess.PIPE, env=dict(ENV, **USUAL))

    def until(self, condition):
        wait_until(condition, self.process)

    def until_it_has(self, text):
        self.until(lambda: os.path.exists("out") and text in contents("out"))

    def until_it_waits(self):
        self.until(lambda: is_waited_for("systemd"))

    def read_once(self, lock, data):
        """Let it have the lock, appending that until it has, and take it back."""
        while True:
            fcntl.flock(lock, fcntl.LOCK_UN)
            append(data)
            time.sleep(0.01)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fcntl.flock(lock, fcntl.LOCK_EX)
                return

    def message(self):
        return self.process.stderr.readline().decode()

    def end(self):
        """What else it has said."""
        self.process.kill()
        return self.process.communicate(timeout=300)[1].decode()


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def append(data):
    """To systemd's log."""
    with open("systemd", "ab") as file:
        file.write(data)


@test
def keep():
    """watch --merge: the file has what is new, and is what export writes"""
    log = boot()
    kept = Kept()
    kept.until_it_has(b"machine-id:00")
    record = systemd_record(11, "shutdown")
    with open("systemd", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        append(record[:30])
        kept.until_it_waits()
        log.event("pcr11", b"ours, later")
        extend(log.registers["pcr11"], "shutdown")
        log.checkpoint("foreign", "pcr11")
        write(log)
        append(record[30:])
    kept.until_it_has(b'"shutdown"')
    check(kept.end() == "", "no message")
    expect_merged(log, *replay(contents("out")))
    check(contents("out") == merged(*TREE)[0].bytes, "as export")


@test
def keep_unchanged():
    """watch --merge: the file is replaced if it changes, at once, and else stays"""
    boot()
    put("systemd", lacks_one())
    first = merged(*TREE, status=1)[0].bytes
    put("out", first)
    os.link("out", "link")
    kept = Kept()
    # That is what comes after the file.
    check("register pcr11: what systemd has of it" in kept.message(), "lost")
    check(os.path.samefile("out", "link"), "the file stays")
    append(systemd_record(12, "later"))
    kept.until_it_has(b"later")
    check(contents("link") == first, "the old file is what it was")
    check(kept.end() == "", "no message")


@test
def keep_trouble():
    """watch --merge: what is wrong is told once, and does not end it"""
    boot()
    put("systemd", lacks_one())
    kept = Kept()
    check("register pcr11: what systemd has of it" in kept.message(), "lost")
    kept.until_it_has(b"machine-id:00")
    before = contents("out")
    append(b"\x1e{")
    check("tpm0: systemd: record 5 of the file" in kept.message(), "trouble")
    with open("systemd", "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        kept.read_once(file, b"\x1e")
        check(contents("out") == before, "the file is what it was")
        file.truncate(len(lacks_one()))
        append(systemd_record(12, "later"))
    kept.until_it_has(b"later")
    check(kept.end() == "", "no message")


@test
def keep_trimmed():
    """watch --merge: with the records that were archived"""
    log = boot()
    put("tree/tpm0/log/trim", b"")
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive").expect(0)
    want = merged(*TREE)[0].bytes
    log.trim()
    write(log)
    Run("watch", "--merge", "-o", "out", *TREE, env=USUAL).expect(
        2, "begins with record 3, the ones before it were trimmed", "--archive")
    check(not os.path.exists("out"), "no file")
    kept = Kept("--archive", "archive")
    kept.until_it_has(b"machine-id:00")
    check(kept.end() == "" and contents("out") == want, "as before")


@test_each([("killed", "INTERRUPT_KILL", -signal.SIGKILL),
            ("no space", "INTERRUPT_FAIL", 2)])
def keep_interrupted(variable, status):
    """watch --merge before the new file is in the place of the old one"""
    boot()
    put("out", b"before")
    Run("watch", "--merge", "-o", "out", *TREE, tool=FAST,
        env=dict(USUAL, LD_PRELOAD=INTERRUPT, **{variable: "1"})).expect(status)
    check(contents("out") == b"before", "the file is what it was")
    kept = Kept()
    kept.until_it_has(b"machine-id:00")
    check(kept.end() == "" and contents("out") == merged(*TREE)[0].bytes,
          "nothing is left to do")


@test_each([
    ("no file", ["--merge", *TREE], "--merge needs a file to keep: -o"),
    ("no --merge", ["-o", "out", *TREE[:2], "tpm0"], "go with --merge"),
    ("an archive alone", ["--archive", ".", "tpm0"], "go with --merge"),
    ("json", ["--merge", "--json", "-o", "out", *TREE], "excludes --from and --json"),
    ("from", ["--merge", "--from", "1", "-o", "out", *TREE], "excludes --from"),
    ("a copy", ["--merge", "-o", "out", "--sysfs", "tree", "tpm0"],
     "give it by --firmware-log"),
    ("a link", ["--merge", "-o", "link", *TREE], "link is no file that could be"),
    ("systemd's log", ["--merge", "-o", "systemd", *TREE], "systemd is systemd's own"),
    ("no provider", ["--merge", "-o", "out", *TREE[:-1], "tpm1"],
     "tpm1: cannot open tree/tpm1"),
    ("no systemd", ["--merge", "-o", "out", *TREE],
     "tpm0: cannot watch missing: No such file"),
])
def keep_usage(args, message):
    """watch --merge, wrong usage"""
    boot()
    put("out", b"before")
    os.symlink("out", "link")
    usual = USUAL if "missing" not in message else {
        "SYSTEMD_MEASURE_LOG_USERSPACE": "missing"}
    Run("watch", *args, env=usual).expect(2, message)
    check(contents("out") == b"before" and contents("systemd") == systemd_log(),
          "the files are what they were")


@test_each([
    ("without the firmware's log", ["--earlier-log", "systemd", "--sysfs",
                                    "tree", "tpm0"], "goes with --follow-firmware"),
    ("missing", ["--earlier-log", "missing", *FILES], "cannot open missing"),
    ("of text", ["--earlier-log", "text", *FILES],
     "text: does not tell which registers"),
    ("damaged", ["--earlier-log", "damaged", *FILES], "damaged: record 1 of"),
    ("no register", ["--leave-out", "pcr", *FILES], "a register as the log"),
    ("a quote alone", ["--earlier-log", "systemd", "--quote", "x", *FILES[:4]],
     "what --log and --firmware-log do not have: give these"),
    ("an archive", ["--earlier-log", "systemd", "./tree"],
     "DIR excludes --earlier-log"),
])
def earlier_usage(args, message):
    """--earlier-log and --leave-out, wrong usage"""
    boot()
    put("text", b"a line\n")
    put("damaged", b"\x1e{")
    Run("verify", *args).expect(2, message)


if __name__ == "__main__":
    sys.exit(run_tests())
