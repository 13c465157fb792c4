#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of what tsm-log writes for other programs.

    test_consumers.py TSM_LOG

What it writes for each of them is read by a reader of tests/consumers.py, which
must come to the values of the registers and recognize the events; and what such
a reader refuses, tsm-log must have refused before it wrote anything.
"""

import hmac
import json
import os
import struct
import sys

import consumers
import make_log
import tcg2
from harness import Run, check, run_tests, test, test_each
from make_log import digest_of, event_tlv, put, tlv

AAEL = struct.pack("<II", 0x4141454C, 24) + b"domain operation content"
COS = tlv(80, tlv(0, b"docker.io/app:1"))
DSTACK = struct.pack("<I", 0x08000001) + b":app-id:\1\2\3"
SYSTEMD = {"string": "enter-initrd", "bootId": "0" * 32,
           "timestamp": 1234567, "eventType": "phase"}


def measured_of(content):
    """What the kernel hashes of a content TLV."""
    if content[0] == 5:
        return content[19:]
    if content[0] == 7:
        return content[5:].partition(b"\1")[2][4:]
    return content


def rtmr_log(contents=(), register="rtmr3", first=b"workload"):
    log = make_log.Log("tdx")
    for i in range(4):
        log.add(f"rtmr{i}", ["sha384"])
    if first:
        log.event(register, first)
    for content in contents:
        log.content(register, content, measured_of(content))
    return log


def pcr_log(contents=(), register="pcr23"):
    log = make_log.Log("tpm0")
    for i in (11, 13, 15, 23):
        log.add(f"pcr{i}", ["sha1", "sha256"])
    for content in contents:
        log.content(register, content, measured_of(content))
    return log


def export(consumer, log, *args, firmware=None):
    put("cel", log.cel())
    put("checkpoints", log.checkpoints())
    front = ()
    if firmware:
        put("firmware", firmware.data)
        front = ("--firmware-log", "firmware")
    return Run("export", "--for", consumer, "--log", "cel", "--checkpoints",
               "checkpoints", *front, *args)


def expect_values(values, log, algorithm, *names):
    """The replay of the reader leads to the registers' values."""
    for name in names or [r.name for r in log.registers.values() if r.records]:
        register = log.registers[name]
        check(values.get((register.index()[0], algorithm)) ==
              register.values[algorithm], f"value of {name}")


def expect_refused(run, *texts):
    run.expect(2, *texts)
    check(not run.bytes, "nothing is written")


def firmware_log(algorithms=("sha1", "sha384"), ccmr=True):
    """A log of the firmware, and one of the kernel's that goes on from there."""
    firmware = tcg2.Firmware(list(algorithms), ccmr=ccmr)
    firmware.no_action(b"nothing")
    for i in range(6):
        firmware.extend(1 + i % 3, b"boot %d" % i)
    log = rtmr_log(first=None) if ccmr else pcr_log()
    for register in log.registers.values():
        for algorithm in register.algorithms:
            register.values[algorithm] = \
                firmware.value(register.index()[0])[algorithm]
    log.lines = []
    for name in log.registers:
        log.checkpoint("register", name)
    return firmware, log


# Each of them reads what is written for it.

@test_each([("without the firmware's log", False), ("after it", True)])
def for_trustee(front):
    """for trustee"""
    firmware, log = firmware_log() if front else (None, rtmr_log())
    log.event("rtmr2", b"text")
    log.digest("rtmr3", {"sha384": digest_of("sha384", b"secret")})
    log.content("rtmr3", event_tlv(6, AAEL), AAEL)
    run = export("trustee", log, firmware=firmware).expect(0)
    values, events = consumers.trustee(run.bytes)
    expect_values(values, log, "sha384")
    check(events == [("domain", "operation", "content")], f"{events}")


@test
def for_attestation_rs():
    """for attestation-rs"""
    firmware, log = firmware_log()
    log.content("rtmr3", event_tlv(0x08000001, DSTACK), DSTACK)
    run = export("attestation-rs", log, firmware=firmware).expect(0)
    values, events = consumers.attestation_rs(run.bytes)
    expect_values(values, log, "sha384")
    check(events[-1] == (0x08000001, DSTACK), f"{events[-1]}")


@test_each([("RTMRs", rtmr_log, "sha384"), ("PCRs", pcr_log, "sha256"),
            ("PCRs, another bank", pcr_log, "sha1")])
def for_go_eventlog(make, algorithm):
    """for go-eventlog"""
    log = make([COS, tlv(9, b"{}"), event_tlv(5, b"text")])
    run = export("go-eventlog", log, "--bank", algorithm).expect(0)
    values, events = consumers.go_eventlog(run.bytes, algorithm)
    expect_values(values, log, algorithm)
    check(events[-3][0] == 80 and events[-2] == (9, b"{}"), f"{events}")
    check(all(len(digests) == 1
              for _, _, digests, _ in consumers.cel_records(run.bytes)),
          "one bank")
    run = export("go-eventlog", log).expect(0)
    check(run.bytes == log.cel(), "as the kernel has it")


@test_each([("RTMR", lambda c: rtmr_log(c, "rtmr3", None), "sha384"),
            ("PCR", lambda c: pcr_log(c, "pcr13"), "sha256")])
def for_cos(make, algorithm):
    """for cos"""
    log = make([COS, tlv(80, tlv(8, b""))])
    values, events = consumers.cos(export("cos", log).expect(0).bytes, algorithm)
    expect_values(values, log, algorithm)
    check(events == [("ImageRef", "docker.io/app:1"), ("LaunchSeparator", "")],
          f"{events}")


@test_each([("tpm2-tools", "tpm2-tools", consumers.tpm2_tools),
            ("keylime", "keylime", consumers.keylime)])
def for_pcrs(consumer, reader):
    """after the firmware's log of PCRs, for"""
    firmware, log = firmware_log(("sha1", "sha256"), ccmr=False)
    log.event("pcr11", b"text")
    log.content("pcr23", tlv(9, b"{}"), tlv(9, b"{}"))
    run = export(consumer, log, firmware=firmware).expect(0)
    values, events = reader(run.bytes)
    for algorithm in ("sha1", "sha256"):
        expect_values(values, log, algorithm)
    check(events[-2:] == [(5, b"text"), (12, b"{}")], f"{events[-2:]}")


@test
def for_pcrlock():
    """for pcrlock"""
    text = json.dumps(SYSTEMD).encode()
    log = pcr_log([event_tlv(5, b"text"), tlv(80, b"x"), tlv(7, tlv(0, b"ima") +
                                                            tlv(1, b"data"))])
    log.content("pcr11", tlv(9, text),
                digests={a: digest_of(a, b"enter-initrd")
                         for a in ("sha1", "sha256")})
    run = export("pcrlock", log).expect(0)
    values, events = consumers.pcrlock(run.bytes)
    expect_values(values, log, "sha256")
    check(events == [("phase", "enter-initrd")], f"{events}")
    item = json.loads(run.bytes.split(b"\x1e")[-1])
    check(item["content"] == SYSTEMD, f"{item}")


@test
def for_evidence_api():
    """for evidence-api"""
    template = tlv(7, tlv(0, b"ima-ng") + tlv(1, b"data"))
    log = rtmr_log([template, tlv(8, b"x"), event_tlv(6, AAEL)])
    run = export("evidence-api", log).expect(0)
    _, events = consumers.evidence_api(run.bytes)
    check([k for k, _ in events] == [5, 7, 8, 5], f"{events}")


@test_each([("without the firmware's log", False), ("after it", True)])
def for_dstack(front):
    """for dstack"""
    firmware, log = firmware_log() if front else (None, rtmr_log())
    log.content("rtmr3", event_tlv(0x08000001, DSTACK), DSTACK)
    run = export("dstack", log, firmware=firmware).expect(0)
    values, events = consumers.dstack(run.bytes)
    expect_values(values, log, "sha384")
    check(events == [("app-id", b"\1\2\3")], f"{events}")


# What agents write today, measured by tsm-log, byte for byte.

def measure(log, register, *args, **kwargs):
    """Measure into a copy of sysfs, and have what is written there in the log."""
    log.write_tree("tree")
    name = f"{log.provider}/{register}"
    words = [name if word is None else word for word in args]
    Run("measure", "--sysfs", "tree", *words, **kwargs).expect(0)
    with open(f"tree/{name}/append_record", "rb") as file:
        written = file.read()
    digests = None
    if written[:1] == b"\3":
        size = 5 + int.from_bytes(written[1:5], "big")
        digests = {consumers.NAMES[a]: d
                   for a, d in consumers.tlvs(written[5:size])}
        written = written[size:]
    log.content(register, written, measured_of(written), digests)
    return written, digests


@test_each([("text", ["content"], {}), ("input", ["-"], {"input": b"content"}),
            ("with spaces", ["more than one word"], {})])
def aael(args, kwargs):
    """the CoCo agent's event"""
    log = rtmr_log()
    text = args[0] if args[0] != "-" else "content"
    written, digests = measure(log, "rtmr3", "--aael", None, "domain",
                               "operation", *args, **kwargs)
    if text == "content":
        check(written == event_tlv(6, AAEL), f"{written}")
        # A digest that the agent's own tests have.
        check(log.records[-1].count(bytes.fromhex("dad5f0e2")) == 1, "digest")
    check(digests is None, "the kernel's digests")
    values, events = consumers.trustee(export("trustee", log).expect(0).bytes)
    expect_values(values, log, "sha384")
    check(events == [("domain", "operation", text)], f"{events}")


@test
def launcher():
    """the COS launcher's events"""
    for log, register, algorithm in ((rtmr_log(first=None), "rtmr3", "sha384"),
                                     (pcr_log(), "pcr13", "sha256")):
        written, _ = measure(log, register, "--cos", "image-ref", None,
                             "docker.io/app:1")
        check(written == COS, f"{written}")
        measure(log, register, "--cos", "env-var", None, "-", input=b"A=B")
        measure(log, register, "--cos", "separator", None)
        measure(log, register, "--cos", "memory-monitor", None, "1")
        run = export("cos", log).expect(0)
        values, events = consumers.cos(run.bytes, algorithm)
        expect_values(values, log, algorithm)
        check(events == [("ImageRef", "docker.io/app:1"), ("EnvVar", "A=B"),
                         ("LaunchSeparator", ""), ("MemoryMonitor", "1")],
              f"{events}")
        consumers.go_eventlog(export("go-eventlog", log).expect(0).bytes,
                              algorithm)


@test
def dstack_event():
    """dstack's event"""
    log = rtmr_log()
    written, digests = measure(log, "rtmr3", "--dstack", "app-id", None, "-",
                               input=b"\1\2\3")
    check((written, digests) == (event_tlv(0x08000001, DSTACK), None),
          f"{written}")
    measure(log, "rtmr3", "--dstack", "system-ready", None)
    values, events = consumers.dstack(export("dstack", log).expect(0).bytes)
    expect_values(values, log, "sha384")
    check(events == [("app-id", b"\1\2\3"), ("system-ready", b"")], f"{events}")


@test
def systemd_events():
    """systemd's phase, machine-id and volume key"""
    log = pcr_log()
    volume = "cryptsetup:root:0c9a"
    put("key", b"the key\n")
    written, digests = measure(log, "pcr11", "--systemd", "phase", None,
                               "enter-initrd")
    check(digests == {a: digest_of(a, b"enter-initrd")
                      for a in ("sha1", "sha256")}, f"{digests}")
    content = json.loads(written[5:])
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot_id = file.read().strip().replace("-", "")
    check(written[0] == 9 and list(content) == list(SYSTEMD), f"{written}")
    check((content["string"], content["bootId"], content["eventType"]) ==
          ("enter-initrd", boot_id, "phase") and content["timestamp"] > 0,
          f"{content}")
    measure(log, "pcr15", "--systemd", "machine-id", None, "machine-id:0123")
    _, digests = measure(log, "pcr15", "--systemd", "volume-key", "--secret",
                         "key", None, volume)
    check(digests == {a: hmac.digest(b"the key\n", volume.encode(), a)
                      for a in ("sha1", "sha256")}, f"{digests}")
    run = export("pcrlock", log).expect(0)
    check(b"the key" not in run.bytes, "the secret")
    values, events = consumers.pcrlock(run.bytes)
    expect_values(values, log, "sha256")
    check(events == [("phase", "enter-initrd"), ("machine-id", "machine-id:0123"),
                     ("volume-key", volume)], f"{events}")


@test
def plain_text():
    """plain text"""
    log = rtmr_log()
    measure(log, "rtmr3", "--type", "EV_ACTION", None, "app started")
    for consumer, reader in (("trustee", consumers.trustee),
                             ("attestation-rs", consumers.attestation_rs),
                             ("tpm2-tools", consumers.tpm2_tools)):
        values, _ = reader(export(consumer, log).expect(0).bytes)
        expect_values(values, log, "sha384")


@test_each([
    ("two agents", ["--aael", "--cos", "arg", "tdx/rtmr3", "a", "b", "c"],
     "exclude each other"),
    ("an agent and a type", ["--aael", "--type", "5", "tdx/rtmr3", "a", "b",
                             "c"], "exclude --type"),
    ("an agent and a key", ["--cos", "arg", "--once", "key", "tdx/rtmr3", "x"],
     "--once goes with events"),
    ("no operation", ["--aael", "tdx/rtmr3", "a"], "DOMAIN, OPERATION and"),
    ("no content", ["--aael", "tdx/rtmr3", "a", "b"], "no TEXT given"),
    ("a space", ["--aael", "tdx/rtmr3", "a b", "c", "d"], "without a space"),
    ("an empty word", ["--aael", "tdx/rtmr3", "", "c", "d"], "without a space"),
    ("no such kind", ["--cos", "image", "tdx/rtmr3", "x"], "--cos takes image-ref"),
    ("a colon", ["--dstack", "a:b", "tdx/rtmr3", "x"], "has no colon"),
    ("no text", ["--systemd", "phase", "tdx/rtmr3"], "no TEXT given"),
    ("a secret of nobody", ["--secret", "x", "--dstack", "a", "tdx/rtmr3", "x"],
     "--secret goes with --systemd"),
    ("no secret", ["--systemd", "volume-key", "--secret", "missing", "tdx/rtmr3",
                   "x"], "cannot open missing"),
    ("an empty secret", ["--systemd", "volume-key", "--secret", "empty",
                         "tdx/rtmr3", "x"], "there is no secret"),
    ("no such register", ["--systemd", "phase", "tdx/rtmr9", "x"], "rtmr9"),
    ("too long", ["--aael", "tdx/rtmr3", "a", "b", "x" * 4070],
     "more than 4095 bytes"),
])
def agent_usage(args, text):
    """wrong usage of an agent's form"""
    rtmr_log().write_tree("tree")
    put("empty", b"")
    Run("measure", "--sysfs", "tree", *args).expect(2, text)
    for name in ("append_record", "append_event"):
        check(not os.path.getsize(f"tree/tdx/rtmr3/{name}"), "nothing measured")


@test_each([("aael", ["--aael", "tdx/rtmr3", "a", "b", "-"]),
            ("systemd", ["--systemd", "phase", "tdx/rtmr3", "-"])])
def agent_no_text(args):
    """an agent's form of what is no text"""
    rtmr_log().write_tree("tree")
    Run("measure", "--sysfs", "tree", *args, input=b"\xff").expect(
        2, "must be UTF-8")


# What they would refuse.

REFUSED = [
    ("trustee, dstack's type", "trustee", event_tlv(0x08000001, DSTACK),
     "trustee does not know events of this type (0x08000001); --bare has"),
    ("trustee, no UTF-8", "trustee", event_tlv(5, b"\xff"),
     "takes no data of this type that is not UTF-8 (EV_ACTION)"),
    ("trustee, other content", "trustee", tlv(80, b"\xff"),
     "takes no data of this type that is not UTF-8 (content type 80)"),
    ("trustee, short EV_IPL", "trustee", event_tlv(13, b"x"), "less than 2 bytes"),
    ("trustee, short tag", "trustee", event_tlv(6, b"1234567"),
     "less than 8 bytes"),
    ("evidence-api", "evidence-api", COS, "does not know content of this type"),
    ("dstack, no name", "dstack",
     event_tlv(0x08000001, b"app-id"), "has a name and a payload"),
]
READERS = {"trustee": consumers.trustee, "dstack": consumers.dstack,
           "evidence-api": consumers.evidence_api}


@test_each(REFUSED)
def refused(consumer, content, text):
    """a record that is refused"""
    log = rtmr_log([content, event_tlv(5, b"good"), content])
    run = export(consumer, log)
    expect_refused(run, "record 1 (rtmr3): ", "record 3 (rtmr3): ", text,
                   f"{consumer} would refuse this log: not exported")
    check("record 0" not in run.err and "record 2" not in run.err, run.err)
    run = export(consumer, log, "--bare").expect(
        0, f"2 records without the content, which {consumer} would refuse")
    values, _ = READERS[consumer](run.bytes)
    if values:
        expect_values(values, log, "sha384")
    put("out", b"before")
    export(consumer, log, "-o", "out").expect(2)
    with open("out", "rb") as file:
        check(file.read() == b"before", "the file is what it was")


@test_each([case[:3] for case in REFUSED if case[1] != "dstack"])
def refused_by_reader(consumer, content):
    """what is named would be refused indeed"""
    put("cel", rtmr_log([content]).cel())
    run = Run("export", "--format", "tcg2" if consumer == "trustee" else "cel",
              "--log", "cel").expect(0)
    try:
        READERS[consumer](run.bytes)
    except consumers.Refused:
        return
    check(False, f"{consumer} takes it")


@test_each([("dstack", "dstack", event_tlv(0x08000001, DSTACK)),
            ("cos", "cos", COS)])
def claimed(consumer, content):
    """content whose digest is another one"""
    log = rtmr_log(first=None)
    log.content("rtmr3", content, digests={"sha384": b"d" * 48})
    expect_refused(export(consumer, log), "record 0 (rtmr3): ",
                   "whose hash is not the digest")


@test
def cos_content():
    """cos: other content, other registers, no TLV"""
    log = rtmr_log([COS])
    expect_refused(export("cos", log), "record 0 (rtmr3): cos takes nothing but "
                   "content of the type 80", "leave it out: --leave-out rtmr3")
    log = rtmr_log([tlv(80, b"no TLV")], first=None)
    expect_refused(export("cos", log), "record 0 (rtmr3): ", "is one TLV")
    log = rtmr_log([COS], first=None)
    log.event("rtmr2", b"other")
    expect_refused(export("cos", log), "record 1 (rtmr2): cos takes no registers "
                   "but pcr13 and rtmr3; leave it out: --leave-out rtmr2")
    run = export("cos", log, "--leave-out", "rtmr2").expect(
        0, "without 1 record of registers that were left out")
    values, _ = consumers.cos(run.bytes, "sha384")
    expect_values(values, log, "sha384", "rtmr3")


@test
def registers():
    """registers that are not taken"""
    log = pcr_log([event_tlv(5, b"x")])
    expect_refused(export("trustee", log), "record 0 (pcr23): trustee takes no "
                   "registers but rtmr0 to rtmr3")
    expect_refused(export("pcrlock", rtmr_log()), "record 0 (rtmr3): pcrlock "
                   "takes no registers but pcr0 to pcr23; leave it out")
    log = make_log.Log()
    log.add("pcr200", ["sha256"])
    log.event("pcr200", b"x")
    expect_refused(export("tpm2-tools", log), "record 0 (pcr200): tpm2-tools "
                   "takes no registers but those with an index below 32")


@test
def two_kinds():
    """go-eventlog: PCRs and CC measurement registers in one log"""
    log = make_log.Log()
    for name in ("pcr1", "rtmr1"):
        log.add(name, ["sha256"])
        log.event(name, b"x")
    expect_refused(export("go-eventlog", log), "record 1 (rtmr1): go-eventlog "
                   "takes no PCRs and CC measurement registers in one log")
    run = export("go-eventlog", log, "--leave-out", "rtmr1").expect(0)
    values, _ = consumers.go_eventlog(run.bytes, "sha256")
    expect_values(values, log, "sha256", "pcr1")


@test
def bank():
    """records without a digest of the bank"""
    log = make_log.mixed()
    expect_refused(export("go-eventlog", log, "--bank", "sha256"),
                   "record 1 (pcr1): go-eventlog needs a digest for sha256, and "
                   "the record has sha384; take another one by --bank")
    log = make_log.every_bank()
    run = export("go-eventlog", log).expect(0)
    _, events = consumers.go_eventlog(run.bytes, "sha512")
    check(events, "without SM3")
    log = make_log.Log()
    log.add("rtmr1", ["sha256"])
    log.event("rtmr1", b"x")
    expect_refused(export("trustee", log), "record 0 (rtmr1): trustee needs a "
                   "digest for sha384, and the record has sha256")
    firmware = tcg2.Firmware(["sha256"], ccmr=True)
    firmware.extend(1, b"x")
    expect_refused(export("trustee", rtmr_log(), firmware=firmware))


@test
def firmware_refused():
    """an entry of the firmware's log that is refused"""
    firmware, log = firmware_log()
    at = len(firmware.data)
    firmware.extend(1, b"x", 0x08000001)
    register = log.registers["rtmr0"]
    register.values["sha384"] = firmware.value(1)["sha384"]
    log.lines = []
    for name in log.registers:
        log.checkpoint("register", name)
    expect_refused(export("trustee", log, firmware=firmware),
                   f"the firmware's log, byte offset {at}: trustee does not know "
                   "events of this type")
    export("attestation-rs", log, firmware=firmware).expect(0)
    firmware.extend(7, b"x")
    expect_refused(export("attestation-rs", log, firmware=firmware),
                   "attestation-rs does not take this register")


# From power-on.

@test
def not_from_power_on():
    """a log that begins later than the registers"""
    _, log = firmware_log()
    log.event("rtmr3", b"x")
    expect_refused(export("trustee", log), "register rtmr0: trustee replays it "
                   "from power-on, and the log begins later; give the firmware's "
                   "log by --firmware-log")
    expect_refused(export("go-eventlog", log), "register rtmr0: go-eventlog ",
                   "leave it out: --leave-out rtmr0")
    run = export("go-eventlog", log, "--leave-out", "rtmr0", "--leave-out",
                 "rtmr1", "--leave-out", "rtmr2").expect(0)
    values, _ = consumers.go_eventlog(run.bytes, "sha384")
    expect_values(values, log, "sha384", "rtmr3")


@test_each([("ones", b"\xff", 0), ("zeros", b"\0", 2)])
def dynamic_pcr(start, status):
    """a PCR that begins with ones at power-on begins with"""
    log = make_log.Log("tpm0")
    log.add("pcr17", ["sha256"], start)
    log.event("pcr17", b"x")
    run = export("go-eventlog", log).expect(status)
    if not status:
        values, _ = consumers.go_eventlog(run.bytes, "sha256")
        expect_values(values, log, "sha256")


@test_each([("foreign", "foreign"), ("resume", "resume"), ("reset", "reset")])
def gap(reason):
    """a log with a gap"""
    log = rtmr_log()
    log.foreign("rtmr3", reason)
    for consumer in ("trustee", "dstack", "go-eventlog"):
        expect_refused(export(consumer, log), f"register rtmr3: {consumer} ",
                       "and the log has a gap")
    export("evidence-api", log).expect(0)
    log.event("rtmr2", b"x")
    run = export("go-eventlog", log, "--leave-out", "rtmr3").expect(0)
    values, _ = consumers.go_eventlog(run.bytes, "sha384")
    expect_values(values, log, "sha384", "rtmr2")


@test
def gap_after_firmware():
    """a log that does not follow on the firmware's"""
    firmware, log = firmware_log()
    firmware.extend(1, b"in between")
    log.event("rtmr3", b"x")
    expect_refused(export("trustee", log, firmware=firmware),
                   "register rtmr0, bank sha384: the firmware's log gives ",
                   "does not lead to the values of the registers: not exported")
    firmware, log = firmware_log(("sha1", "sha256"), ccmr=False)
    firmware.extend(11, b"in between")
    log.event("pcr23", b"x")
    run = export("tpm2-tools", log, firmware=firmware)
    run.expect(1, "register pcr11, bank sha1")
    consumers.tpm2_tools(run.bytes)
    run = export("keylime", log, "--leave-out", "pcr11", firmware=firmware)
    consumers.keylime(run.expect(0).bytes)


@test
def trimmed():
    """a log whose first records were trimmed"""
    log = rtmr_log()
    log.trim()
    log.event("rtmr3", b"new")
    expect_refused(export("trustee", log), "the records before 1 were trimmed, and "
                   "trustee needs all; give the directory", "--archive")
    log.write_tree("tree")
    run = Run("export", "--for", "tpm2-tools", "--sysfs", "tree", "tdx")
    expect_refused(run, "which nobody would see; use --from 1")
    Run("export", "--for", "tpm2-tools", "--from", "1", "--sysfs", "tree",
        "tdx").expect(0)


@test
def of_a_provider():
    """a log of a provider, and its archive"""
    log = rtmr_log([event_tlv(6, AAEL)])
    put(os.path.join(log.write_tree("tree"), "log/trim"), b"")
    os.makedirs("archive")
    Run("archive", "--sysfs", "tree", "archive", "tdx").expect(0)
    log.trim()
    log.lines = log.lines[-len(log.registers):]
    log.event("rtmr3", b"new")
    log.write_tree("tree")
    run = Run("export", "--for", "trustee", "--sysfs", "tree", "--archive",
              "archive", "tdx").expect(0)
    values, events = consumers.trustee(run.bytes)
    expect_values(values, log, "sha384")
    check(events == [("domain", "operation", "content")], f"{events}")


@test
def damaged():
    """a damaged log"""
    log = rtmr_log([event_tlv(5, b"x")])
    del log.records[0]
    expect_refused(export("trustee", log))
    log = rtmr_log()
    log.records[-1] = log.records[-1][:-1]
    for consumer in ("trustee", "pcrlock", "evidence-api"):
        expect_refused(export(consumer, log), "byte offset ")


@test_each([
    ("no such program", ["--for", "nobody"], "--for knows no such program"),
    ("a format", ["--for", "trustee", "--format", "cel"], "--for excludes"),
    ("a bank alone", ["--format", "cel", "--bank", "sha256"], "go with --for"),
    ("bare alone", ["--format", "cel", "--bare"], "go with --for"),
    ("no bank", ["--for", "cos", "--bank", "md5"], "knows no such hash"),
    ("a bank it does not know", ["--for", "trustee", "--bank", "sha256"],
     "does not know that hash"),
    ("bare", ["--for", "cos", "--bare"], "takes no digests without content"),
    ("no register", ["--for", "cos", "--leave-out", "pcr256"],
     "a register as the log names it"),
    ("what it needs", ["--for", "trustee", "--leave-out", "rtmr1"],
     "compares all registers"),
    ("from", ["--for", "trustee", "--from", "1"], "needs all records"),
    ("sizes", ["--for", "trustee", "--recnum-size", "4"], "go with --format cel"),
    ("firmware's log", ["--for", "cos", "--firmware-log", "x"],
     "goes with --format tcg2"),
    ("no checkpoints", ["--for", "trustee", "--log", "cel"],
     "give --checkpoints"),
])
def usage(args, text):
    """wrong usage"""
    put("cel", b"")
    put("checkpoints", b"")
    more = [] if "--log" in args else ["--log", "cel", "--checkpoints",
                                       "checkpoints"]
    expect_refused(Run("export", *args, *more), text)


if __name__ == "__main__":
    sys.exit(run_tests())
