#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tsm-log measure.

    test_measure.py TSM_LOG

A copy of sysfs does not measure: what the program wrote to append_event stays
there, and is the event.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time

import make_log
import tcg2
from harness import (ENV, TOOL, Run, check, is_waited_for, run_tests, test,
                     test_each)
from make_log import put

EVENTS = (b"enter-initrd", b"INIT/sha256 00", b"app started", b'boot {"a":1}')


def new_log():
    log = make_log.Log("tpm0")
    log.add("pcr11", ["sha1", "sha256"])
    log.add("pcr14", ["sha1", "sha256"])
    for event in EVENTS:
        log.event("pcr11", event)
    log.write_tree("tree")
    return log


def measure(*args, **kwargs):
    return Run("measure", "--sysfs", "tree", *args, **kwargs)


def written(register="pcr11"):
    with open(f"tree/tpm0/{register}/append_event", "rb") as file:
        return file.read()


def expect_event(run, event, register="pcr11"):
    run.expect(0)
    if run.out + run.err:
        run.fail("expected no output")
    if written(register) != event:
        run.fail(f"expected the event {event}, not {written(register)}")


def expect_none(run, status, *texts):
    run.expect(status, *texts)
    if written() or written("pcr14"):
        run.fail(f"measured {written()}{written('pcr14')}")


@test_each([("word", "enter-initrd"), ("UTF-8", "gr\u00fc\u00df"),
            ("newline", "a\n"), ("longest", "x" * 4095), ("space", " ")])
def text(event):
    """measure TEXT as it is"""
    new_log()
    expect_event(measure("tpm0/pcr11", event), event.encode())


@test
def text_with_dashes():
    """measure TEXT that looks like an option, after --"""
    new_log()
    expect_event(measure("tpm0/pcr11", "--", "--once"), b"--once")


@test_each([("text", b"x"), ("newline", b"line\n"), ("NUL", b"\0"),
            ("bytes", bytes(range(256))), ("longest", b"x" * 4095)])
def standard_input(event):
    """measure standard input as it is"""
    new_log()
    expect_event(measure("tpm0/pcr14", "-", input=event), event, "pcr14")


@test
def standard_input_from_where_it_is():
    """measure the rest of standard input that another program has begun"""
    new_log()
    put("input", b"header\nevent")
    with open("input", "rb") as file:
        os.lseek(file.fileno(), 7, os.SEEK_SET)
        expect_event(measure("tpm0/pcr11", "-", stdin=file), b"event")


@test_each([("text", ("x" * 4096,), b""), ("standard input", ("-",), b"x" * 4096),
            ("with key", ("--once", "key", "x" * 4092), b""),
            ("endless", ("-",), b"x" * 1000000)])
def too_long(args, data):
    """an event that is too long"""
    new_log()
    expect_none(measure("tpm0/pcr11", *args, input=data), 2,
                "more than 4095 bytes", "--file")


@test
def empty_input():
    """empty standard input"""
    new_log()
    expect_none(measure("tpm0/pcr11", "-", input=b""), 2, "is empty")


@test_each([("name", "file"), ("path", "./some dir/x"),
            ("quotes", 'a"b\\c'), ("control characters", "a\nb\x1b"),
            ("UTF-8", "gr\u00fc\u00df")])
def file_digest(name):
    """measure a file"""
    new_log()
    data = b"content" * 50000
    put(name, data)
    event = json.dumps({"file": name,
                        "sha256": hashlib.sha256(data).hexdigest(),
                        "size": len(data)}, sort_keys=True,
                       separators=(",", ":"), ensure_ascii=False)
    expect_event(measure("--file", name, "tpm0/pcr11"), event.encode())


@test
def file_with_key():
    """measure a file with a key"""
    new_log()
    put("file", b"")
    expect_event(measure("--file", "file", "--once", "key", "tpm0/pcr11"),
                 b'key {"file":"file","sha256":"' +
                 hashlib.sha256().hexdigest().encode() + b'","size":0}')


@test_each([("missing", "missing", "No such file"), ("directory", ".", "directory"),
            ("no UTF-8", b"\xff", "not valid UTF-8"),
            ("name that is too long", "./" * 2000 + "file", "more than 4095")])
def bad_file(name, message):
    """a file that cannot be measured"""
    new_log()
    put("file", b"")
    put(b"\xff", b"")
    run = subprocess.run([TOOL, "measure", "--sysfs", "tree", "--file", name,
                          "tpm0/pcr11"], capture_output=True, env=ENV,
                         check=False)
    check(run.returncode == 2, f"status {run.returncode}: {run.stderr}")
    check(message.encode() in run.stderr, f"message {run.stderr}")
    check(not written(), "measured")


@test_each([("nothing", (), "no PROVIDER/REGISTER"),
            ("no event", ("tpm0/pcr11",), "no TEXT"),
            ("no register", ("tpm0", "x"), "not PROVIDER/REGISTER"),
            ("empty register", ("tpm0/", "x"), "not PROVIDER/REGISTER"),
            ("path", ("tpm0/../tpm0/pcr11", "x"), "not PROVIDER/REGISTER"),
            ("two texts", ("tpm0/pcr11", "a", "b"), "more than one TEXT"),
            ("text and file", ("--file", "x", "tpm0/pcr11", "x"),
             "--file excludes TEXT"),
            ("empty text", ("tpm0/pcr11", ""), "TEXT is empty"),
            ("empty key", ("--once", "", "tpm0/pcr11", "x"), "KEY is empty"),
            ("archive without key", ("--archive", ".", "tpm0/pcr11", "x"),
             "go with --once"),
            ("unknown option", ("--twice", "tpm0/pcr11", "x"), "--help"),
            ("unknown provider", ("tpm9/pcr11", "x"), "cannot open tree/tpm9"),
            ("unknown register", ("tpm0/pcr99", "x"), "no such register"),
            ("log for a register", ("tpm0/log", "x"), "no such register")])
def usage(args, message):
    """wrong usage"""
    new_log()
    expect_none(measure(*args), 2, message)


# Records.

def written_record(register="pcr11"):
    with open(f"tree/tpm0/{register}/append_record", "rb") as file:
        return file.read()


def digests_of(data, algorithms=("sha1", "sha256")):
    return {a: hashlib.new(a, data).digest() for a in algorithms}


def digest_options(digests):
    return [word for a, d in digests.items()
            for word in ("--digest", f"{a}:{d.hex()}")]


GIVEN = digests_of(b"what only the writer knows")


def expect_record(run, content, digests=None, register="pcr11"):
    run.expect(0)
    if run.out + run.err:
        run.fail("expected no output")
    want = (make_log.digests_tlv(digests) if digests else b"") + content
    if written_record(register) != want or written(register):
        run.fail(f"expected the record {want}, not {written_record(register)}")


@test_each([("name", "EV_EVENT_TAG", 6), ("decimal", "13", 13),
            ("hexadecimal", "0x8000000a", 0x8000000a), ("short", "0xC", 12),
            ("another name", "EV_EFI_VARIABLE_AUTHORITY", 0x800000e0),
            ("dstack's", "0x08000001", 0x08000001),
            ("the greatest", "4294967295", 0xffffffff)])
def event_type(text, number):
    """measure an event of a type"""
    new_log()
    expect_record(measure("--type", text, "tpm0/pcr11", "event"),
                  make_log.event_tlv(number, b"event"))


@test_each([("text", ["text"], None, b"text"), ("input", ["-"], b"\0\1", b"\0\1"),
            ("file", ["--file", "file"], None, b"content\n")])
def content_type(args, data, content):
    """measure content of another type"""
    new_log()
    put("file", b"content\n")
    expect_record(measure("--content-type", "80", "tpm0/pcr11", *args,
                          input=data or b""), make_log.tlv(80, content))


@test_each([("alone", [], make_log.event_tlv(12, b"")),
            ("with text", ["text"], make_log.event_tlv(5, b"text")),
            ("with a type", ["--type", "EV_SEPARATOR"],
             make_log.event_tlv(4, b"")),
            ("with a file and a type",
             ["--type", "EV_EVENT_TAG", "--file", "file"],
             make_log.event_tlv(6, b"content\n")),
            ("with other content", ["--content-type", "255", "x"],
             make_log.tlv(255, b"x"))])
def given_digests(args, content):
    """measure digests"""
    new_log()
    put("file", b"content\n")
    expect_record(measure(*digest_options(GIVEN), *args[:-1], "tpm0/pcr11",
                          *args[-1:]) if args[-1:] in (["text"], ["x"]) else
                  measure(*digest_options(GIVEN), *args, "tpm0/pcr11"),
                  content, GIVEN)


@test
def one_bank():
    """measure a digest into a register with one bank"""
    log = make_log.Log("tdx")
    log.add("rtmr3", ["sha384"])
    log.write_tree("tree")
    digests = digests_of(b"x", ["sha384"])
    measure(*digest_options(digests), "tdx/rtmr3").expect(0)
    with open("tree/tdx/rtmr3/append_record", "rb") as file:
        check(file.read() == make_log.digests_tlv(digests) +
              make_log.event_tlv(12, b""), "the record")


@test
def longest_record():
    """the longest record, and one that is longer"""
    new_log()
    room = 4095 - len(make_log.digests_tlv(GIVEN)) - \
        len(make_log.event_tlv(5, b""))
    args = digest_options(GIVEN) + ["tpm0/pcr11"]
    expect_record(measure(*args, "x" * room),
                  make_log.event_tlv(5, b"x" * room), GIVEN)
    new_log()
    measure(*args, "x" * (room + 1)).expect(
        2, f"more than 4095 bytes, of which {room + 1} are content")
    put("file", b"x" * 5000)
    measure(*args, "--file", "file").expect(2, "more than 4095 bytes")
    check(not written_record(), "nothing is measured")


@test_each([
    ("no such type", ["--type", "EV_NOTHING"], "no event type"),
    ("too great a type", ["--type", "4294967296"], "no event type"),
    ("too long a type", ["--type", "0x123456789"], "no event type"),
    ("no digits", ["--type", "0x"], "no event type"),
    ("extends nothing", ["--type", "EV_NO_ACTION"], "extends nothing"),
    ("extends nothing, 3", ["--type", "0x3"], "extends nothing"),
    ("no number", ["--content-type", "x"], "not a number up to 255"),
    ("too great a number", ["--content-type", "256"], "not a number up to 255"),
    ("an event", ["--content-type", "5"], "is what --type is for"),
    ("the kernel's", ["--content-type", "4"], "are the kernel's"),
    ("both", ["--type", "5", "--content-type", "80"], "excludes"),
    ("no digest", ["--digest", "sha1"], "not ALGO:HEX"),
    ("no such bank", ["--digest", "md5:00"], "unknown hash algorithm"),
    ("short", ["--digest", "sha1:00"], "not as many"),
    ("no hex", ["--digest", "sha1:" + "x" * 40], "not as many"),
    ("twice", ["--digest", "sha1:" + "0" * 40] * 2, "a second digest"),
    ("a bank is missing", ["--digest", "sha1:" + "0" * 40],
     "pcr11 has the banks sha1,sha256, and there must be a digest for each; "
     "given are sha1"),
    ("a bank too many", ["--digest", "sha1:" + "0" * 40, "--digest",
                         "sha256:" + "0" * 64, "--digest", "sha512:" + "0" * 128],
     "given are sha1,sha256,sha512"),
    ("once", ["--type", "5", "--once", "key"], "--once goes with events"),
])
def record_usage(args, message):
    """wrong usage of options for records"""
    new_log()
    measure(*args, "tpm0/pcr11", "text").expect(2, message)
    check(not written() and not written_record(), "nothing is measured")


@test
def old_kernel():
    """a kernel that takes no records"""
    new_log()
    os.remove("tree/tpm0/pcr11/append_record")
    measure("--type", "5", "tpm0/pcr11", "x").expect(
        2, "cannot open pcr11/append_record")


# PCRs that others extend, too.

SYSTEMD = "systemd extends this PCR, too"
LOADER = "firmware or boot loader extend this PCR, too"


@test_each([("systemd's", "pcr11", [SYSTEMD]), ("the boot loader's", "pcr14",
                                                [LOADER]),
            ("nobody's", "pcr16", [])])
def owners(register, texts):
    """a warning of whose PCR it is"""
    log = make_log.Log("tpm0")
    for name in ("pcr11", "pcr14", "pcr16"):
        log.add(name, ["sha256"])
    top = log.write_tree("tree")
    firmware = tcg2.Firmware(["sha256"])
    firmware.extend(14, b"MokList")
    put(f"{top}/log/firmware", firmware.data)
    put("systemd", b'\x1e{"pcr":11,"digests":[{"hashAlg":"sha256","digest":"' +
        b"0" * 64 + b'"}],"content_type":"systemd","content":{}}\n')
    for path, expected in (("systemd", texts), ("missing", set(texts) - {SYSTEMD})):
        run = measure(f"tpm0/{register}", "event", env={
            "SYSTEMD_MEASURE_LOG_USERSPACE": path}).expect(0, *expected)
        check(len(run.err.splitlines()) == len(expected), run.err)
        check(written(register) == b"event", "measured")
        put(f"{top}/{register}/append_event", b"")
    put("systemd", b"damaged")
    put(f"{top}/log/firmware", b"\0damaged")
    run = measure(f"tpm0/{register}", "event",
                  env={"SYSTEMD_MEASURE_LOG_USERSPACE": "systemd"}).expect(0)
    check(not run.err, run.err)


# Once.

@test_each([("event", "leave-initrd", (), b"leave-initrd"),
            ("text", "INIT/sha512", ("00",), b"INIT/sha512 00"),
            ("words", "app stopped", ("now",), b"app stopped now"),
            ("beginning of a word", "enter", (), b"enter"),
            ("more than the word", "enter-initrd2", (), b"enter-initrd2"),
            ("not at the beginning", "started", (), b"started"),
            ("bytes", "gr\u00fc\u00df", ("x",), "gr\u00fc\u00df x".encode())])
def new_key(key, args, event):
    """--once with a new key"""
    new_log()
    expect_event(measure("--once", key, "tpm0/pcr11", *args), event)


@test_each([("the event", "enter-initrd", (), "record 0\n"),
            ("the text", "INIT/sha256", ("00",), "record 1\n"),
            ("all of it", "app started", (), "record 2\n"),
            ("other text", "INIT/sha256", ("01",),
             "record 1, with other content\n"),
            ("less text", "INIT/sha256", (), "record 1, with other content\n"),
            ("first word", "app", (), "record 2, with other content\n"),
            ("before an object", "boot", ("x",),
             "record 3, with other content\n")])
def old_key(key, args, message):
    """--once with a key that is in the log"""
    new_log()
    expect_none(measure("--once", key, "tpm0/pcr11", *args), 0,
                "tpm0/pcr11: measured before, " + message)


@test
def key_of_another_register():
    """--once with a key of another register"""
    new_log()
    expect_event(measure("--once", "enter-initrd", "tpm0/pcr14"),
                 b"enter-initrd", "pcr14")


@test
def digest_without_event():
    """--once with a record that has no event"""
    log = new_log()
    log.digest("pcr11", {"sha1": bytes(20), "sha256": bytes(32)})
    log.write_tree("tree")
    expect_event(measure("--once", "key", "tpm0/pcr11"), b"key")


@test_each([("malformed", lambda cel: cel[:-1]),
            ("with a gap", lambda cel: cel[len(cel) // 2:]),
            ("unreadable", None)])
def bad_log(change):
    """--once does not measure if the log is"""
    log = new_log()
    if change:
        # All records have the same length.
        log = make_log.Log("tpm0")
        log.add("pcr11", ["sha1"])
        for event in (b"a", b"b"):
            log.event("pcr11", event)
        log.write_tree("tree")
        put("tree/tpm0/log/cel", change(log.cel()))
    else:
        os.remove("tree/tpm0/log/cel")
    run = measure("--once", "key", "tpm0/pcr11").expect(2)
    if written():
        run.fail("measured")


@test
def lock():
    """--once waits for another one, and sees what that has measured"""
    log = new_log()
    path = "tree/tpm0/pcr11/append_event"
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with subprocess.Popen(
                [TOOL, "measure", "--sysfs", "tree", "--once", "key",
                 "tpm0/pcr11"], stdout=subprocess.PIPE, env=ENV) as waiting:
            while not is_waited_for(path) and waiting.poll() is None:
                time.sleep(0.01)
            log.event("pcr11", b"key")
            log.write_tree("tree")
            fcntl.flock(file, fcntl.LOCK_UN)
            out = waiting.communicate(timeout=300)[0]
    check(b"measured before, record 4" in out, f"output: {out}")
    check(not written(), "measured")


# Once, with records that are gone.

def archive(log):
    os.makedirs("archive", exist_ok=True)
    Run("archive", "--sysfs", "tree", "archive", "tpm0").expect(0)
    log.trim()
    # As the kernel does, which begins with these then.
    log.lines = log.lines[-len(log.registers):]
    log.write_tree("tree")


def archived_log():
    """With two segments, and one record in the log."""
    log = new_log()
    put("tree/tpm0/log/trim", b"")
    archive(log)
    log.event("pcr11", b"in the middle")
    log.write_tree("tree")
    archive(log)
    log.event("pcr11", b"last")
    log.write_tree("tree")
    return log


def segments():
    top, = (os.path.join("archive/tpm0", name)
            for name in os.listdir("archive/tpm0"))
    return [os.path.join(top, name) for name in sorted(os.listdir(top))]


@test
def trimmed():
    """--once does not measure if the key may be in trimmed records"""
    archived_log()
    expect_none(measure("--once", "key", "tpm0/pcr11"), 2,
                "records 0 to 4 were trimmed", "--archive DIR")


@test
def trimmed_but_found():
    """--once finds the key in what is left"""
    archived_log()
    expect_none(measure("--once", "last", "tpm0/pcr11"), 0,
                "measured before, record 5")


@test
def ignored():
    """--once --ignore-trimmed"""
    archived_log()
    expect_event(measure("--once", "enter-initrd", "--ignore-trimmed",
                         "tpm0/pcr11"), b"enter-initrd")


@test_each([("first segment", "enter-initrd", "record 0"),
            ("second segment", "in the", "record 4, with other content")])
def found_in_archive(key, message):
    """--once --archive finds the key"""
    archived_log()
    expect_none(measure("--once", key, "--archive", "archive", "tpm0/pcr11"),
                0, "measured before, " + message)


@test
def not_in_archive():
    """--once --archive with a new key"""
    archived_log()
    expect_event(measure("--once", "key", "--archive", "archive",
                         "tpm0/pcr11"), b"key")


@test
def archive_not_needed():
    """--once --archive without a directory, as long as all is in the log"""
    new_log()
    expect_event(measure("--once", "key", "--archive", "missing",
                         "tpm0/pcr11"), b"key")


def remove_segment(number):
    path = segments()[number]
    os.rename(path, os.path.basename(path))


def shorten_segment(number):
    path = os.path.join(segments()[number], "cel")
    os.chmod(path, 0o600)
    os.truncate(path, 0)


def rename_instance():
    top = os.path.dirname(segments()[0])
    os.rename(top, top + "0")


@test_each([("no directory", lambda: os.rename("archive", "x"), ()),
            ("no such log", rename_instance, ()),
            ("first segment missing", lambda: remove_segment(0), ()),
            ("last segment missing", lambda: remove_segment(1), ()),
            ("first segment empty", lambda: shorten_segment(0), ()),
            ("last segment empty", lambda: shorten_segment(1), ())])
def incomplete_archive(change, args):
    """--once --archive does not measure if records are missing"""
    archived_log()
    change()
    expect_none(measure("--once", "key", "--archive", "archive", "tpm0/pcr11",
                        *args), 2, "archive")


if __name__ == "__main__":
    sys.exit(run_tests())
