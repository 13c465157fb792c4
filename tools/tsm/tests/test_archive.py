#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tsm-log archive, of verify for what it writes, and of watch.

    test_archive.py TSM_LOG FAST_TSM_LOG INTERRUPT

TSM_LOG is a build with sanitizers, FAST_TSM_LOG one without, into which
INTERRUPT (tools/testing/selftests/tsm/interrupt.c) can be preloaded. The kernel
is a model of it in here: it trims when the program has ended.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import make_log
from harness import ENV, FAST, TOOL, Run, check, run_tests, test, test_each
from make_log import put

INTERRUPT = os.path.abspath(sys.argv[3])
NAME = re.compile(r"\d{12}-(\d{12}|none)")
INSTANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d+")
OF_THE_BOOT = ("boot", "firmware", "systemd")


class Kernel(make_log.Log):
    """A log that can be trimmed, as sysfs shows it in "tree"."""

    def __init__(self, provider="sample"):
        super().__init__(provider)
        self.history = []     # all records that there ever were
        self.opening_at = {}  # number of a record: the opening there
        self.add("rtmr0", ["sha384"])
        self.add("rtmr2", ["sha256", "sha512"])
        self.remember()
        self.write()

    def remember(self):
        self.opening_at[self.next] = [self.opening_line(r)
                                      for r in self.registers.values()]

    def digest(self, *args, **kwargs):
        super().digest(*args, **kwargs)
        self.history.append(self.records[-1])
        self.remember()

    def unsure(self, name):
        super().unsure(name)
        self.remember()

    def checkpoint(self, reason, name):
        super().checkpoint(reason, name)
        self.remember()

    def extend(self, count):
        for number in range(self.next, self.next + count):
            self.event(("rtmr0", "rtmr2")[number % 2], b"event %d" % number)
        self.write()

    def trim_to(self, number):
        if number < self.first:
            return
        lines = [line for line in self.lines
                 if int(line.split()[0]) > number]
        self.lines = [f"{number} {line}"
                      for line in self.opening_at[number]] + lines
        self.records = self.records[number - self.first:]
        self.first = number
        self.write()

    def write(self):
        top = self.write_tree("tree")
        put(os.path.join(top, "log/trim"), b"")

    def settle(self):
        """Trim as the program has asked for. Returns whether it has."""
        with open(f"tree/{self.provider}/log/trim", encoding="ascii") as file:
            numbers = [int(line) for line in file]
        for number in numbers:
            check(self.first <= number <= self.next, f"trim to {number}")
            self.trim_to(number)
        self.write()
        return bool(numbers)


def archive(kernel, *args, tool=TOOL, **kwargs):
    """Run archive, until the model of the kernel has done what it asked for."""
    os.makedirs("archive", exist_ok=True)
    while True:
        run = Run("archive", "--sysfs", "tree", *args, "archive", tool=tool,
                  **kwargs)
        if not kernel.settle() or "after it was trimmed to there" not in run.err:
            return run


def verify(*args):
    return Run("verify", "--sysfs", "tree", *args, "./archive")


def instances(provider="sample"):
    path = os.path.join("archive", provider)
    names = sorted(os.listdir(path)) if os.path.isdir(path) else []
    for name in names:
        check(INSTANCE.fullmatch(name), f"instance {name}")
    return [os.path.join(path, name) for name in names]


def segments(provider="sample"):
    """The segments of the only instance."""
    found = instances(provider)
    if not found:
        return []
    check(len(found) == 1, f"{len(found)} instances")
    names = sorted((n for n in os.listdir(found[0])
                    if n[0] != "." and n not in OF_THE_BOOT),
                   key=lambda name: name.replace("none", ""))
    for name in names:
        check(NAME.fullmatch(name), f"segment {name}")
    return [os.path.join(found[0], name) for name in names]


def content(path):
    with open(path, "rb") as file:
        return file.read()


def after(segment):
    """The number of the record after a segment."""
    first, last = os.path.basename(segment).split("-")
    return int(first) if last == "none" else int(last) + 1


# What segments had that were found to verify alone, which need not be asked again.
VERIFIED = set()


def check_alone(segment):
    """That a segment verifies without those before it."""
    files = [os.path.join(segment, name) for name in ("cel", "checkpoints")]
    contents = tuple(content(file) for file in files)
    if contents not in VERIFIED:
        Run("verify", "--log", files[0], "--checkpoints", files[1]).expect(0)
        VERIFIED.add(contents)


def check_nothing_lost(kernel):
    """What is archived and what is in the kernel, is all, and once."""
    found = segments(kernel.provider)
    cel = b"".join(content(os.path.join(s, "cel")) for s in found)
    archived = after(found[-1]) if found else 0
    check(archived >= kernel.first, f"{archived} archived, but the kernel "
          f"begins with {kernel.first}")
    check(cel == b"".join(kernel.history[:archived]), "the archived records")
    for segment in found:
        first = int(os.path.basename(segment)[:12])
        check(content(os.path.join(segment, "cel")) ==
              b"".join(kernel.history[first:after(segment)]), segment)
        check_alone(segment)
    if found:
        verify().expect(0, "verified: ")


def rounds(*counts):
    """A kernel whose log was archived after so many records each."""
    kernel = Kernel()
    for count in counts:
        kernel.extend(count)
        archive(kernel).expect(0)
    return kernel


# archive.

@test
def several_rounds():
    """archive: rounds with records, and one without"""
    kernel = Kernel()
    next_record = 0
    for count in (5, 1, 300, 0, 2):
        kernel.extend(count)
        run = archive(kernel)
        if count:
            run.expect(0, f"records {next_record} to "
                       f"{next_record + count - 1} are in ")
        else:
            run.expect(0, "sample: no new records")
        next_record += count
        check(kernel.first == next_record, f"trimmed to {kernel.first}")
        check_nothing_lost(kernel)
    check(len(segments()) == 4, "four segments")
    verify().expect(0, "4 segments, 308 records (0 to 307), 2 registers; "
                    "0 more records in the live log; 2 registers equal")
    kernel.extend(3)
    verify().expect(0, "3 more records in the live log")


@test
def no_records():
    """archive: without records there is no segment, but that there was a log"""
    archive(Kernel()).expect(0, "sample: no new records")
    check(not segments() and len(instances()) == 1, "an instance alone")
    verify().expect(2, ": nothing is archived; number 1, booted 20",
                    "there is no segment in ./archive")


BOOT = re.compile(rb"number (\d+)\nbooted (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n")


def end_boot(number):
    """What is archived of this boot becomes that of an earlier one."""
    # The order of the names is another one.
    path = f"archive/sample/{9 - number:08x}-0000-0000-0000-000000000000.1"
    live = [i for i in instances() if not i.endswith("-000000000000.1")]
    os.rename(live[0], path)
    os.chmod(f"{path}/boot", 0o640)
    put(f"{path}/boot",
        b"number %d\nbooted 2020-01-0%dT00:00:00Z\n" % (number, number))
    return path


def archive_boot():
    kernel = Kernel()
    kernel.extend(2)
    archive(kernel).expect(0, "records 0 to 1")


def numbers(run):
    return [int(n) for n in re.findall(r"; number (\d+), booted", run.out)]


@test
def boots_in_order():
    """archive and verify: boots have an order and a date, and none is missing"""
    past = []
    for number in (1, 2, 3):
        archive_boot()
        live = [i for i in instances() if not i.endswith("-000000000000.1")]
        found = BOOT.fullmatch(content(f"{live[0]}/boot"))
        check(found and int(found[1]) == number, f"number {number}")
        past.append(end_boot(number))
    archive_boot()
    run = verify().expect(0, "; number 2, booted 2020-01-02T00:00:00Z")
    check(numbers(run) == [1, 2, 3, 4], run.out)
    objects = json.loads(verify("--json").expect(0).out)
    check([o["number"] for o in objects] == [1, 2, 3, 4], "numbers in JSON")
    check(objects[0]["booted"] == "2020-01-01T00:00:00Z", "date in JSON")
    # The first ones may be kept elsewhere.
    shutil.rmtree(past[0])
    verify().expect(0)
    shutil.rmtree(past[2])
    verify().expect(1, ": is number 4, but the one before it is number 2: what "
                    "was between them is missing", "DIFFERS in 1 place")


@test
def more_boots_than_open_files():
    """verify: an archive of more boots than files may be open"""
    archive_boot()
    first = end_boot(1)
    for number in range(2, 41):
        path = f"{first[:-2]}.{number}"
        shutil.copytree(first, path)
        put(f"{path}/boot", b"number %d\nbooted 2020-01-01T00:00:00Z\n" % number)
    run = Run("-c", f"ulimit -n 20; exec {TOOL} verify --offline archive/",
              tool="/bin/sh").expect(0)
    check(numbers(run) == list(range(1, 41)), run.out)


@test
def begun_only():
    """archive --begin: a boot that ends without an archive is known"""
    archive_boot()
    end_boot(1)
    kernel = Kernel()
    kernel.extend(2)
    Run("archive", "--begin", "--sysfs", "tree", "archive").expect(0)
    check(not kernel.settle() and len(instances()) == 2, "begun, not archived")
    end_boot(2)
    archive_boot()
    run = verify().expect(0, ": nothing is archived; number 2, booted 2020-01-02")
    check(numbers(run) == [1, 2, 3], run.out)


@test
def wrong_boot():
    """archive and verify: a file that does not say which boot it is"""
    archive_boot()
    path = end_boot(1)
    date = b"booted 2020-01-01T00:00:00Z\n"
    for text in (b"", b"number 1\n", b"number 0\n" + date, b"number x\n" + date,
                 b"number 1\nbooted 2020-01-01 00:00:00Z\n",
                 b"number 1\n" + date + b"more\n", date + b"number 1\n"):
        put(f"{path}/boot", text)
        verify().expect(2, "boot does not say which boot this is")
    kernel = Kernel()
    kernel.extend(1)
    archive(kernel).expect(2, "boot does not say which boot this is")
    check(not kernel.settle(), "not trimmed")


@test
def modes():
    """archive: who may not read the log may not read its segments"""
    rounds(2)
    for directory, names, files in os.walk("archive/sample"):
        check(os.stat(directory).st_mode & 0o777 == 0o750, directory)
        for name in files:
            mode = os.stat(os.path.join(directory, name)).st_mode & 0o777
            check(mode == 0o440, f"{name}: {mode:o}")


@test
def checkpoints_move():
    """archive: each checkpoint line is in the segment of its record"""
    kernel = Kernel()
    kernel.extend(4)
    kernel.foreign("rtmr0")
    kernel.extend(2)
    kernel.foreign("rtmr2", "resume")
    kernel.write()
    archive(kernel).expect(0)
    kernel.extend(1)
    archive(kernel).expect(0)
    reasons = [[line.split()[:3] for line in
                content(f"{s}/checkpoints").decode().splitlines()]
               for s in segments()]
    check(reasons == [
        [["0", "register", "rtmr0"], ["0", "register", "rtmr2"],
         ["4", "foreign", "rtmr0"], ["6", "resume", "rtmr2"]],
        [["6", "trim", "rtmr0"], ["6", "trim", "rtmr2"]]], f"{reasons}")
    check(content(f"{segments()[1]}/checkpoints").count(b" foreign=1\n") == 1,
          "the count")
    verify().expect(0, "NOT EXPLAINED: rtmr0 extended past the log 1 time or "
                    "more", "rtmr2 started anew 1 time after hibernation")


def lines_of(segment):
    return content(f"{segment}/checkpoints").decode().splitlines(True)


def change(kernel, name="rtmr0"):
    """Something that is a line and no record."""
    kernel.foreign(name)
    kernel.write()


@test
def lines_alone():
    """archive: lines without a record are added to the last segment"""
    kernel = rounds(3)
    for name in ("rtmr0", "rtmr2", "rtmr0"):
        before = lines_of(segments()[0])
        change(kernel, name)
        lines = list(kernel.lines)
        check(len(lines) == 3, f"{lines}")
        archive(kernel).expect(0, "sample: no new records; new checkpoints "
                               "are in archive/sample/")
        check(lines_of(segments()[0]) == before + lines, "the lines")
        check(len(kernel.lines) == 2, "the kernel's are trimmed")
        check_nothing_lost(kernel)
    run = archive(kernel).expect(0, "sample: no new records\n")
    check("checkpoints" not in run.out, "nothing new")
    verify().expect(0, "1 segment, 3 records (0 to 2)",
                    "rtmr0 extended past the log 2 times", "0 more records")
    kernel.extend(2)
    archive(kernel).expect(0, "records 3 to 4 are in")
    verify().expect(0, "2 segments, 5 records (0 to 4)")
    mode = os.stat(f"{segments()[0]}/checkpoints").st_mode & 0o777
    check(mode == 0o440, f"{mode:o}")


@test
def lines_before_records():
    """archive: lines before the first record are a segment of their own"""
    kernel = Kernel()
    for count in (1, 2):
        change(kernel)
        archive(kernel).expect(0, "sample: no new records; new checkpoints are "
                               "in archive/sample/", "/000000000000-none\n")
        lines = "".join(lines_of(segments()[0]))
        check(len(kernel.lines) == 2 and len(segments()) == 1 and
              lines.count(" foreign rtmr0 ") == count, lines)
        text = f"rtmr0 extended past the log {count} time"
        verify().expect(0, "1 segment, no records, 2 registers", text)
        verify("--offline", "--strict").expect(1, text)
        run = archive(kernel).expect(0, "sample: no new records\n")
        check("checkpoints" not in run.out, "nothing new")
        check_nothing_lost(kernel)
    kernel.extend(2)
    archive(kernel).expect(0, "records 0 to 1")
    check([os.path.basename(s) for s in segments()] ==
          ["000000000000-none", "000000000000-000000000001"], f"{segments()}")
    verify().expect(0, "2 segments, 2 records (0 to 1)", text)
    check_nothing_lost(kernel)
    Run("verify", "--sysfs", "tree", "--archive", "archive", "sample").expect(
        0, "sample: verified: 2 records (0 to 1)", text)


@test
def lines_after_others_trim():
    """archive: lines where somebody else has trimmed the log"""
    kernel = rounds(3)
    kernel.extend(2)
    change(kernel)
    kernel.trim_to(4)
    kernel.trim_to(5)
    run = archive(kernel).expect(1, "records 3 to 4 are not archived",
                                 "/000000000005-none\n")
    verify("--offline").expect(
        1, "begins with record 5: the records 3 to 4 are not archived")
    run = archive(kernel).expect(0, "sample: no new records\n")
    check("checkpoints" not in run.out, "nothing new")
    check("foreign=1" in "".join(lines_of(segments()[1])), "the count")


@test
def count_alone():
    """archive: a count that only the beginning of the log has"""
    kernel = Kernel()
    kernel.extend(3)
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive")
    kernel.foreign("rtmr0")
    kernel.settle()
    check(kernel.lines[0].endswith(" foreign=1\n"), f"{kernel.lines}")
    archive(kernel).expect(0, "new checkpoints are in")
    check("foreign=1" in lines_of(segments()[0])[-2], "the count")
    verify("--offline", "--strict").expect(
        1, "rtmr0 extended past the log 1 time or more, by what is not known "
        "(first noticed before record 3; 1 of these are not in the archive), 2 "
        "records proven by no value\n")
    run = archive(kernel).expect(0, "sample: no new records\n")
    check("checkpoints" not in run.out, "nothing new")
    kernel.extend(1)
    archive(kernel).expect(0, "records 3 to 3")
    verify().expect(0, "2 segments", "extended past the log 1 time")
    check_nothing_lost(kernel)


@test_each([("in a segment of their own", 0), ("in the last segment", 3)])
def killed_and_records(count):
    """archive: records come after lines that were not trimmed"""
    kernel = rounds(*[count] * bool(count))
    change(kernel)
    os.makedirs("archive", exist_ok=True)
    Run("archive", "--sysfs", "tree", "archive").expect(0, "new checkpoints")
    put("tree/sample/log/trim", b"")
    kernel.extend(2)
    verify().expect(0, "2 more records in the live log")
    archive(kernel).expect(0, f"records {count} to {count + 1} are in")
    verify().expect(0, "2 segments", "extended past the log 1 time or more, by "
                    f"what is not known (first noticed before record {count})")
    check_nothing_lost(kernel)


@test
def show_archive():
    """show: all that is in an archive"""
    kernel = Kernel()
    change(kernel)
    archive(kernel).expect(0)
    kernel.extend(2)
    archive(kernel).expect(0)
    kernel.extend(1)
    change(kernel)
    archive(kernel).expect(0)
    name, = instances()
    Kernel("other").extend(1)
    archive(kernel)
    run = Run("show", "./archive").expect(0)
    others = run.out.index("\nsample/")
    check(run.out.startswith("other/") and
          f"\nsample/{os.path.basename(name)}:\nRECORD" in run.out, run.out)
    rows = [line.split()[:3] for line in run.out[others:].splitlines()[3:]]
    trim = [["-", "rtmr0", "trim"], ["-", "rtmr2", "trim"]]
    check(rows == [["-", "rtmr0", "foreign"], *trim, ["0", "rtmr0", "EV_ACTION"],
                   ["1", "rtmr2", "EV_ACTION"], *trim,
                   ["2", "rtmr0", "EV_ACTION"], ["-", "rtmr0", "foreign"]],
          run.out)
    items = Run("show", "--json", "archive/").expect(0).json()
    check([i["provider"] for i in items] == ["other"] + ["sample"] * 9 and
          items[1]["instance"] == os.path.basename(name), f"{items}")
    Run("show", "./nothing").expect(2, "there is no directory ./nothing")
    put(f"{segments()[1]}/cel", b"\0")
    run = Run("show", "--json", "./archive").expect(2, f"tsm-log: ./{name}: ")
    check(len(run.json()) == 1, "the other one")


@test
def strict():
    """verify: --strict for an archive"""
    kernel = rounds(3)
    verify("--strict").expect(0, ": verified: ")
    change(kernel)
    verify("--strict").expect(1, ": UNEXPLAINED: 1 segment, 3 records")
    chain, = verify("--strict", "--json").expect(1).json()
    check(chain["result"] == chain["live"]["result"] == "unexplained" and
          chain["unexplained"] == [
              {"register": "rtmr0", "foreign": 1, "foreign_lines": 1,
               "noticed_before_record": 3, "resumes": 0,
               "unproven_records": 0}], f"{chain}")
    archive(kernel).expect(0)
    verify("--strict", "--offline").expect(1, ": UNEXPLAINED: ")
    chain, = verify("--json").expect(0).json()
    check(chain["result"] == "verified" and chain["unexplained"], f"{chain}")
    # And whatever was trimmed, the live log counts it.
    run = Run("verify", "--sysfs", "tree", "sample").expect(
        0, "sample: verified: no records", "; NOT EXPLAINED: rtmr0 extended "
        "past the log 1 time or more, by what is not known (first noticed "
        "before record 3; 1 of these were in what was trimmed)\n")
    Run(*run.args, "--strict").expect(1)


@test
def lines_do_not_verify():
    """archive: lines that do not follow from the last segment"""
    kernel = rounds(3)
    change(kernel)
    put("tree/sample/log/checkpoints",
        kernel.checkpoints().replace(b" foreign rtmr0", b" settled rtmr0"))
    before = lines_of(segments()[0])
    os.makedirs("archive", exist_ok=True)
    Run("archive", "--sysfs", "tree", "archive").expect(
        2, "sample: its log does not verify")
    check(lines_of(segments()[0]) == before and not kernel.settle(),
          "nothing done")


@test
def found_before_trim():
    """archive: a foreign extend between the reading and the trim"""
    kernel = Kernel()
    kernel.extend(3)
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive")
    kernel.foreign("rtmr0")
    kernel.settle()
    verify().expect(0, "0 more records", "rtmr0 extended past the log 1 time")
    kernel.extend(2)
    archive(kernel).expect(0)
    verify().expect(0, "2 segments", "rtmr0 extended past the log 1 time",
                    ", 2 records proven by no value\n")
    edit(os.path.join(segments()[1], "checkpoints"),
         lambda text: text.replace(b" foreign=1\n", b"\n"))
    verify().expect(1, "register rtmr0: the segment before ends with")


@test
def found_between_runs():
    """archive: killed before the trim, and new lines come"""
    kernel = Kernel()
    kernel.extend(3)
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive")
    put("tree/sample/log/trim", b"")
    change(kernel)
    verify().expect(0)
    archive(kernel).expect(0)
    check(kernel.first == 3, "trimmed")
    check(lines_of(segments()[0])[-1].startswith("3 foreign rtmr0 "),
          "the line")
    verify().expect(0, "rtmr0 extended past the log 1 time")


@test
def folded_before_trim():
    """verify: the lines after an untrimmed segment have become others"""
    kernel = Kernel()
    kernel.extend(3)
    change(kernel)
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive")
    put("tree/sample/log/trim", b"")
    kernel.lines.pop()
    change(kernel)
    verify().expect(0, "which is not yet trimmed")
    archive(kernel).expect(0)
    check(sum(" foreign rtmr0 " in line for line in lines_of(segments()[0])) ==
          1, "the line is replaced")
    verify().expect(0)


@test
def unsure_across_segments():
    """archive: a register is unsure where a segment ends"""
    kernel = rounds(3)
    change(kernel)
    kernel.extend(2)
    kernel.unsure("rtmr0")
    kernel.write()
    archive(kernel).expect(0, "records 3 to 4 are in")
    check(kernel.lines[0] == "5 unsure rtmr0 foreign=1\n", f"{kernel.lines}")
    unsure = "register rtmr0: is unsure: the end of its last extend"
    verify().expect(1, "sample, the live log: " + unsure)
    verify("--offline").expect(1, "/000000000003-000000000004: " + unsure)
    kernel.event("rtmr2", b"of another register")
    kernel.write()
    archive(kernel).expect(0, "records 5 to 5 are in")
    verify().expect(1, unsure)
    kernel.event("rtmr0", b"in doubt, and it happened")
    kernel.known("rtmr0")
    kernel.write()
    verify().expect(0, "3 segments", "1 more record")
    archive(kernel).expect(0)
    verify().expect(0, "4 segments")
    verify("--offline").expect(0)
    # The value of the segments before goes on, so this cannot be another.
    edit(os.path.join(segments()[3], "checkpoints"),
         flip_value(b"settled rtmr0 sha384:"))
    verify("--offline").expect(1, "/000000000006-000000000006: register rtmr0",
                               "(settled at record 7) has ")


@test
def unsure_from_the_beginning():
    """archive: a register whose value is not known before the first trim"""
    kernel = Kernel()
    kernel.lines[0] = "0 unsure rtmr0\n"
    kernel.extend(3)
    archive(kernel).expect(0)
    verify().expect(0, "1 segment, 3 records")
    kernel.extend(1)
    archive(kernel).expect(0)
    verify().expect(0, "2 segments, 4 records")


@test_each([("before the first record", 0), ("in the last segment", 3)])
def unsure_opening(count):
    """archive: a register of which the beginning of the log has no value"""
    kernel = rounds(*[count] * bool(count))
    line = f"{count} unsure rtmr0\n"
    kernel.registers["rtmr0"].unsure = True
    kernel.lines[0] = line
    kernel.write()
    archive(kernel).expect(0, "no new records; new checkpoints are in ")
    check(line in lines_of(segments()[0]), f"{lines_of(segments()[0])}")
    verify("--offline").expect(1, "register rtmr0: is unsure: ")
    before = lines_of(segments()[0])
    archive(kernel).expect(0, "sample: no new records\n")
    check(lines_of(segments()[0]) == before, "nothing new")
    kernel.known("rtmr0", "settled" if count else "register")
    kernel.write()
    archive(kernel).expect(0, "no new records; new checkpoints are in ")
    check("".join(lines_of(segments()[0])).count(line) == 1, "the line once")
    verify("--offline", "--strict").expect(0)
    kernel.extend(2)
    archive(kernel).expect(0)
    verify("--strict").expect(0, "2 segments, ")
    check_nothing_lost(kernel)


@test
def content_of_another_type():
    """verify: a segment with content that is claimed"""
    rounds(3)
    edit(os.path.join(segments()[0], "cel"),
         lambda data: data.replace(b"\5\0\0\0", b"\x50\0\0\0", 1))
    verify("--offline").expect(0, "; content: 2 bound, 1 claimed (the first is "
                               "record 0); number 1, ")
    chain, = verify("--offline", "--json").expect(0).json()
    check(chain["content"] == {"bound": 2, "claimed": 1, "first_claimed": 0},
          f"{chain}")


@test
def unsure_from_elsewhere():
    """archive: a foreign extend while a register is unsure"""
    kernel = rounds(3)
    kernel.extend(1)
    kernel.foreign("rtmr0")
    kernel.lines.pop()
    kernel.unsure("rtmr0")
    kernel.lines.pop()
    kernel.write()
    archive(kernel).expect(0)
    check("4 unsure rtmr0 foreign=1\n" in kernel.lines, f"{kernel.lines}")
    kernel.known("rtmr0")
    kernel.extend(1)
    archive(kernel).expect(0)
    verify().expect(0, "3 segments")


@test
def lines_killed():
    """archive: killed at every step while it adds lines"""
    kernel = rounds(3)
    for step in range(1, 40):
        change(kernel, ("rtmr0", "rtmr2")[step % 2])
        foreign = sum(r.foreign for r in kernel.registers.values())
        run = Run("archive", "--sysfs", "tree", "archive", tool=FAST,
                  env={"LD_PRELOAD": INTERRUPT, "INTERRUPT_KILL": str(step)})
        check(run.status in (0, -signal.SIGKILL), f"status {run.status}")
        verify().expect(0)
        kernel.settle()
        verify().expect(0)
        archive(kernel).expect(0)
        verify().expect(0)
        check("".join(lines_of(segments()[0])).count(" foreign ") == foreign,
              "each line once")
        check(len(kernel.lines) == 2, "the kernel's are trimmed")
        if run.status == 0:
            check(step > 4, f"{step} steps are not all")
            return
    check(False, "no end of steps")


def restate(kernel, name, reason):
    """A line that gives the value that the register has."""
    kernel.registers[name].unsure = False
    kernel.checkpoint(reason, name)
    kernel.write()


def resumes(run):
    """How often each register started anew, as verify DIR says."""
    chain, = run.json()
    return {u["register"]: u["resumes"] for u in chain["unexplained"]}


@test_each([("before the first record", 0), ("in the last segment", 3)])
def same_opening(count):
    """archive: batches of lines that leave the beginning of the log as it is"""
    kernel = rounds(*[count] * bool(count))
    os.makedirs("archive", exist_ok=True)
    for name, reason in (("rtmr0", "resume"), ("rtmr2", "settled"),
                         ("rtmr2", "resume"), ("rtmr2", "resume"),
                         ("rtmr0", "reset")):
        restate(kernel, name, reason)
        archive(kernel).expect(0, "no new records; new checkpoints are in ")
        check(len(kernel.lines) == 2, "the kernel's are trimmed")
        archive(kernel).expect(0, "sample: no new records\n")
    lines = "".join(lines_of(segments()[0]))
    for reason, times in (("resume rtmr0", 1), ("settled rtmr2", 1),
                          ("resume rtmr2", 2), ("reset rtmr0", 1)):
        check(lines.count(f" {reason} ") == times, f"{reason}: {lines}")
    check(resumes(verify("--json").expect(0)) == {"rtmr0": 1, "rtmr2": 2},
          "resumes")
    kernel.extend(2)
    archive(kernel).expect(0)
    check_nothing_lost(kernel)
    check(resumes(verify("--json").expect(0)) == {"rtmr0": 1, "rtmr2": 2},
          "resumes")


@test_each([("before the first record, lines", 0, 0),
            ("in the last segment, lines", 3, 0),
            ("in the last segment, records", 3, 2)])
def same_opening_killed(count, after):
    """archive: killed at every step with lines that leave the beginning as it is"""
    for step in range(1, 40):
        shutil.rmtree("archive", ignore_errors=True)
        kernel = rounds(*[count] * bool(count))
        os.makedirs("archive", exist_ok=True)
        restate(kernel, "rtmr0", "resume")
        restate(kernel, "rtmr2", "settled")
        run = Run("archive", "--sysfs", "tree", "archive", tool=FAST,
                  env={"LD_PRELOAD": INTERRUPT, "INTERRUPT_KILL": str(step)})
        kernel.settle()
        if segments():
            check(resumes(verify("--json").expect(0)) == {"rtmr0": 1},
                  f"step {step}, killed: {verify('--json').out}")
        if after:
            kernel.extend(after)
        else:
            restate(kernel, "rtmr2", "resume")
        if segments():
            check(resumes(verify("--json").expect(0)) ==
                  {"rtmr0": 1} | ({} if after else {"rtmr2": 1}),
                  f"step {step}, and then: {verify('--json').out}")
        archive(kernel).expect(0)
        check(len(kernel.lines) == 2, "the kernel's are trimmed")
        check(resumes(verify("--json").expect(0)) ==
              {"rtmr0": 1} | ({} if after else {"rtmr2": 1}),
              f"step {step}: {verify('--json').out}")
        check_nothing_lost(kernel)
        if run.status == 0:
            check(step > 4, f"{step} steps are not all")
            return
    check(False, "no end of steps")


@test_each([(key, key) for key in ("foreign_lines", "resumes")])
def restart_killed(key):
    """archive: killed at every step, with restarts before and after records"""
    reason = key.split("_", maxsplit=1)[0].rstrip("s")
    for step in range(1, 40):
        shutil.rmtree("archive", ignore_errors=True)
        kernel = Kernel()
        kernel.foreign("rtmr0", reason)
        kernel.extend(3)
        kernel.foreign("rtmr2", reason)
        kernel.write()
        os.makedirs("archive", exist_ok=True)
        run = Run("archive", "--sysfs", "tree", "archive", tool=FAST,
                  env={"LD_PRELOAD": INTERRUPT, "INTERRUPT_KILL": str(step)})
        kernel.settle()
        for _ in range(2):
            if segments():
                chain, = verify("--json").expect(0).json()
                found = {u["register"]: u[key] for u in chain["unexplained"]}
                check(found == {"rtmr0": 1, "rtmr2": 1}, f"{step}: {chain}")
            archive(kernel).expect(0)
        if run.status == 0:
            check(step > 8, f"{step} steps are not all")
            return
    check(False, "no end of steps")


@test
def all_providers():
    """archive: all providers, or those that are named"""
    a, b = Kernel("a"), Kernel("b")
    a.extend(2)
    b.extend(3)
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive", "b").expect(
        0, "b: records 0 to 2")
    b.settle()
    check(not segments("a") and len(segments("b")) == 1, "only b")
    Run("archive", "--sysfs", "tree", "archive").expect(
        0, "a: records 0 to 1", "b: no new records")
    a.settle()
    b.settle()
    verify().expect(0, "a/", "b/")


@test
def one_provider_fails():
    """archive: a provider that fails does not keep others from it"""
    kernels = [Kernel(name) for name in "abc"]
    for kernel in kernels:
        kernel.extend(2)
    os.remove("tree/b/log/trim")
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive").expect(
        2, "a: records 0 to 1", "b: cannot open trim", "c: records 0 to 1")
    check(not instances("b"), "nothing of b")


def every_step(variable, kernel=None):
    """
    Interrupt archive at each of its steps, with new records each time; yield the
    kernel and the run. Without a kernel, each begins with the first segment.
    """
    for step in range(1, 40):
        if not kernel:
            shutil.rmtree("archive", ignore_errors=True)
        used = kernel or Kernel()
        used.extend(3)
        os.makedirs("archive", exist_ok=True)
        run = Run("archive", "--sysfs", "tree", "archive", tool=FAST,
                  env={"LD_PRELOAD": INTERRUPT, variable: str(step)})
        used.settle()
        if run.status == 0:
            check(step > 8, f"{step} steps are not all")
            return
        yield used, run
    check(False, "no end of steps")


FROM = [("first segment", 0), ("next segment", 4)]


@test_each(FROM)
def killed(before):
    """archive: killed at every step"""
    start = rounds(before) if before else None
    for kernel, run in every_step("INTERRUPT_KILL", start):
        check(run.status == -signal.SIGKILL, f"status {run.status}")
        check_nothing_lost(kernel)
        # What was published and not trimmed stays as it is.
        kernel.extend(1)
        archive(kernel).expect(0)
        check_nothing_lost(kernel)
        check(kernel.first == kernel.next, "all is archived")


@test
def killed_again_and_again():
    """archive: killed at every step, and never let through in between"""
    kernel = Kernel()
    for _ in every_step("INTERRUPT_KILL", kernel):
        check_nothing_lost(kernel)
    check_nothing_lost(kernel)


@test_each(FROM)
def disk_full(before):
    """archive: no space at every step"""
    start = rounds(before) if before else None
    for kernel, run in every_step("INTERRUPT_FAIL", start):
        run.expect(2, "tsm-log: ", "No space left on device")
        for instance in instances():
            check(".new" not in os.listdir(instance), "cleaned up")
        check_nothing_lost(kernel)
        archive(kernel).expect(0)
        check_nothing_lost(kernel)


@test
def locked():
    """archive: two at once"""
    kernel = rounds(2)
    kernel.extend(1)
    with open("archive/.lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        archive(kernel).expect(2, "archive is being archived to; try again")
        verify().expect(0)
    check(kernel.first == 2, "not trimmed")
    archive(kernel).expect(0, "records 2 to 2")


@test
def bad_directory():
    """archive: no directory to write in"""
    kernel = Kernel()
    kernel.extend(1)
    put("file", b"")
    for path, text in (("nix", "there is no directory nix; create it"),
                       ("file", "cannot open file: Not a directory"),
                       ("/proc", "cannot write in /proc: ")):
        Run("archive", "--sysfs", "tree", path).expect(2, text)
    Run("archive").expect(2, "no DIR given")
    check(not kernel.settle(), "not trimmed")


@test
def strange_files():
    """archive and verify: files that are nothing of an archive"""
    kernel = rounds(2)
    kernel.extend(1)
    for path, what in (("archive/sample/x", "instance of a provider"),
                       (os.path.join(instances()[0], "5-4"), "segment"),
                       (os.path.join(instances()[0], "1-2"), "segment"),
                       (os.path.join(instances()[0], "\x1b[2J"), "segment")):
        put(path, b"")
        run = verify().expect(2, f"which is no {what}; move it away")
        check("\x1b" not in run.err, "the name as it is")
        if what == "segment":
            archive(kernel).expect(2, f"which is no {what}; move it away")
        os.remove(path)
    verify().expect(0)


@test
def trimmed_by_others():
    """archive: records that somebody else has trimmed away"""
    kernel = rounds(3)
    kernel.extend(4)
    kernel.trim_to(5)
    archive(kernel).expect(1, "records 3 to 4 are not archived: somebody else",
                           "records 5 to 6 are in")
    verify().expect(1, "000000000005-000000000006: begins with record 5: the "
                    "records 3 to 4 are not archived", "DIFFERS in 1 place")
    kernel.extend(1)
    archive(kernel).expect(0)


@test
def partly_trimmed():
    """archive: killed before the trim, and somebody else trims a part"""
    kernel = Kernel()
    kernel.extend(6)
    for _, run in every_step("INTERRUPT_KILL", kernel):
        check(run.status == -signal.SIGKILL, f"status {run.status}")
        if segments() and kernel.first <= 2:
            kernel.trim_to(4)
            archive(kernel).expect(0)
            check_nothing_lost(kernel)
            return
    check(False, "never killed between the segment and the trim")


@test
def other_instance():
    """archive: a provider that came anew"""
    rounds(2, 3)
    # So that the directory of the new one is another one.
    os.rename("tree", "old")
    kernel = Kernel()
    kernel.extend(1)
    archive(kernel).expect(0, "records 0 to 0 are in ")
    check(len(instances()) == 2, "two instances")
    verify().expect(0, "2 segments, 5 records (0 to 4), 2 registers; not "
                    "compared", "1 segment, 1 record (0 to 0), 2 registers; "
                    "0 more records in the live log")
    Run("verify", "--offline", "archive/").expect(0, "not compared")


@test_each([("shorter", 1), ("longer", 9)])
def mistaken_instance(count):
    """archive: a log that is not the one in the directory is not trimmed"""
    rounds(4)
    kernel = Kernel()
    kernel.event("rtmr2", b"something else")
    kernel.extend(count)
    archive(kernel).expect(2, "000000000000-000000000003 has other records "
                           "than the log; move it away")
    check(kernel.first == 0, "not trimmed")
    verify().expect(1, "the live log: begins with record 0, but not with the "
                    "records of the last segment")


@test_each([("cut off", -1), ("empty", 0)])
def damaged_segment(end):
    """archive: killed before the trim, and the segment is damaged"""
    kernel = Kernel()
    kernel.extend(4)
    archive(kernel).expect(0)
    path = os.path.join(segments()[0], "cel")
    put(path, b"".join(kernel.history[:end]))
    again = Kernel()
    again.extend(6)
    archive(again).expect(2, "has other records than the log")
    check(again.first == 0, "not trimmed")


@test
def bad_log():
    """archive: a log that does not verify is left as it is"""
    kernel = Kernel()
    kernel.extend(3)
    at = kernel.cel().index(b"\x0c\0\0\0\x30") + 5
    put("tree/sample/log/cel", kernel.cel()[:at] + b"\0" + kernel.cel()[at + 1:])
    put("tree/sample/log/checkpoints", kernel.checkpoints() +
        kernel.checkpoints().splitlines(True)[0].replace(b"0 register", b"3 settled"))
    os.mkdir("archive")
    Run("archive", "--sysfs", "tree", "archive").expect(
        2, "sample: its log does not verify; see 'tsm-log verify sample'")
    put("tree/sample/log/cel", kernel.cel()[:-1])
    Run("archive", "--sysfs", "tree", "archive").expect(2, "byte offset")
    check(not segments() and not kernel.settle(), "nothing done")


# verify.

@test
def old_segments_removed():
    """verify: without the oldest segments"""
    kernel = rounds(2, 3, 4)
    shutil.rmtree(segments()[0])
    verify().expect(0, "2 segments, 7 records (2 to 8)")
    kernel.extend(1)
    archive(kernel).expect(0)
    verify().expect(0, "3 segments, 8 records (2 to 9)")


@test
def all_segments_removed():
    """archive and verify: an instance without segments goes on"""
    kernel = rounds(2, 3)
    for segment in segments():
        shutil.rmtree(segment)
    verify().expect(2, "there is no segment")
    kernel.extend(1)
    archive(kernel).expect(0, "records 5 to 5")
    verify().expect(0, "1 segment, 1 record (5 to 5)")


def edit(path, function):
    old = content(path)
    new = function(old)
    check(new != old, "the edit changed something")
    os.chmod(path, 0o640)
    put(path, new)


def drop_line(pattern):
    return lambda text: re.sub(b"(?m)^.*" + pattern + b".*\n", b"", text,
                               count=1)


def flip_value(pattern):
    def flip(text):
        at = re.search(pattern + b"[0-9a-f]", text).end() - 1
        return text[:at] + (b"0" if text[at:at + 1] != b"0" else b"1") + \
            text[at + 1:]
    return flip


@test_each([
    ("event", "cel", lambda data: data[:-1] + b"X", 0,
     "content: 11 bound, 1 claimed (the first is record 6)"),
    ("digest", "cel", lambda data: data.replace(b"\x0c\0\0\0\x30", b"\x0c\0\0\0"
                                                b"\x30\0", 1)[:-1], 2, ""),
    ("cut off", "cel", lambda data: data[:-1], 2, "could not check: sample/"),
    ("empty", "cel", lambda data: b"", 1, "its name says"),
    ("value of one bank", "checkpoints", flip_value(b"trim rtmr0 sha384:"), 1,
     "register rtmr0: the segment before ends with sha384:"),
    ("value of two banks", "checkpoints",
     flip_value(b"trim rtmr2 .*,sha512:"), 1,
     "register rtmr2: the segment before ends with sha512:"),
    ("no line of a register", "checkpoints", drop_line(b"trim rtmr2"), 2,
     "no checkpoint gives a value to start with"),
    ("another register", "checkpoints",
     lambda text: text.replace(b"3 trim rtmr0", b"3 trim rtmr7 sha384:" +
                               b"0" * 96 + b"\n3 trim rtmr0"), 1,
     "register rtmr7: is not in the segment before"),
    ("line of a later record", "checkpoints",
     lambda text: text + b"8 " + text.split(b" ", 1)[1].split(b"\n")[0] +
     b"\n", 1, "records are missing"),
    ("line of the next record", "checkpoints",
     lambda text: text + re.sub(b"(?m)^3 trim", b"7 foreign",
                                text.split(b"\n")[0]) + b"\n", 1,
     "the segment before ends with"),
])
def tampered(file, change, status, text):
    """verify: a segment in the middle was changed"""
    rounds(3, 4, 5)
    edit(os.path.join(segments()[1], file), change)
    verify().expect(status, text)


@test
def unused_register_without_line():
    """verify: a segment without the value of a register that it does not use"""
    kernel = rounds(3)
    kernel.event("rtmr0", b"x")
    kernel.write()
    archive(kernel).expect(0)
    edit(os.path.join(segments()[1], "checkpoints"), drop_line(b"trim rtmr2"))
    verify().expect(1, "register rtmr2: no checkpoint gives the value that it "
                    "begins with")


@test
def missing_segment():
    """verify: a segment is missing"""
    rounds(3, 4, 5)
    shutil.rmtree(segments()[1])
    verify().expect(1, "begins with record 7: the records 3 to 6 are not")


@test
def last_segment_missing():
    """verify: the last segment is missing"""
    rounds(3, 4, 5)
    shutil.rmtree(segments()[2])
    verify().expect(1, "the live log: begins with record 12: the records 7 to "
                    "11 are not archived")
    verify("--offline").expect(0, "2 segments, 7 records (0 to 6)")


@test
def doubled_segment():
    """verify: a segment is there twice"""
    rounds(3, 4, 5)
    shutil.copytree(segments()[1], segments()[1].replace("0003-", "0004-"))
    verify().expect(1, "does not have the records that its name says",
                    "begins with record 3, but the segment before has the "
                    "records up to 6")


@test
def swapped_segments():
    """verify: segments of two logs in one"""
    rounds(3, 4)
    os.rename("archive", "first")
    kernel = Kernel()
    kernel.event("rtmr0", b"another log")
    kernel.extend(2)
    archive(kernel).expect(0)
    other = segments()[0]
    shutil.rmtree(other)
    shutil.copytree(other.replace("archive/", "first/", 1), other)
    kernel.extend(4)
    archive(kernel).expect(0)
    verify().expect(1, "the segment before ends with")


@test
def live_differs():
    """verify: the live log does not follow on the last segment"""
    kernel = rounds(3)
    kernel.extend(2)
    wrong = flip_value(b"trim rtmr0 sha384:")(kernel.checkpoints())
    put("tree/sample/log/checkpoints", wrong)
    verify().expect(1, "sample, the live log: register rtmr0: the segment "
                    "before ends with")
    verify("--offline").expect(0)


@test
def live_register_differs():
    """verify: a live register is not what the log says"""
    kernel = rounds(3)
    put("tree/sample/rtmr0/digest", b"5" * 96 + b"\n")
    verify().expect(1, "sample, the live log: register rtmr0, bank sha384",
                    "the live register has 5555")
    kernel.write()
    os.remove("tree/sample/rtmr0/digest")
    verify().expect(2, "could not check: sample/", "rtmr0/digest")


@test_each([("offline", ["--offline"]), ("and the live log", [])])
def leave_out(args):
    """verify: --leave-out"""
    kernel = rounds(3, 4)
    kernel.extend(1)
    change(kernel)
    edit(os.path.join(segments()[1], "checkpoints"),
         flip_value(b"trim rtmr0 sha384:"))
    verify(*args).expect(1, "register rtmr0", "DIFFERS")
    verify(*args, "--leave-out", "rtmr2").expect(1, "register rtmr0", "DIFFERS")
    run = verify(*args, "--strict", "--leave-out", "rtmr0").expect(
        0, ": verified: 2 segments, 7 records (0 to 6), 1 register", "; LEFT OUT: rtmr0")
    check("NOT EXPLAINED" not in run.out, run.out)
    found, = verify(*args, "--json", "--leave-out", "rtmr0").expect(0).json()
    check(found["left_out"] == ["rtmr0"] and found["unexplained"] == [], f"{found}")
    edit(os.path.join(segments()[1], "checkpoints"),
         flip_value(b"trim rtmr2 sha256:"))
    verify(*args, "--leave-out", "rtmr0").expect(1, "register rtmr2")


@test
def leave_out_killed():
    """verify: --leave-out, where archive was killed while it added lines"""
    kernel = rounds(3)
    for step in range(1, 40):
        kernel.foreign("rtmr0", "resume")
        kernel.write()
        run = Run("archive", "--sysfs", "tree", "archive", tool=FAST,
                  env={"LD_PRELOAD": INTERRUPT, "INTERRUPT_KILL": str(step)})
        verify("--strict", "--leave-out", "rtmr0").expect(0, "LEFT OUT: rtmr0")
        archive(kernel).expect(0)
        if run.status == 0:
            check(step > 4, f"{step} steps are not all")
            return
    check(False, "no end of steps")


@test
def json_of_archives():
    """verify: --json"""
    kernel = rounds(3, 4)
    kernel.extend(1)
    found, = verify("--json").expect(0).json()
    check(found["provider"] == "sample" and found["result"] == "verified" and
          found["segments"] == 2 and found["first_record"] == 0 and
          found["next_record"] == 7 and found["differences"] == [],
          json.dumps(found))
    check(found["live"]["next_record"] == 8 and
          found["live"]["result"] == "verified", json.dumps(found["live"]))
    edit(os.path.join(segments()[1], "checkpoints"),
         flip_value(b"trim rtmr0 sha384:"))
    found, = verify("--json", "--offline").expect(1).json()
    check(found["result"] == "differs" and "live" not in found,
          json.dumps(found))
    check(found["differences"][0]["register"] == "rtmr0" and
          found["differences"][0]["segment"] == "000000000003-000000000006",
          json.dumps(found["differences"]))
    shutil.rmtree("archive")
    check(verify("--json").expect(2).json() == [], "an empty array")


@test
def offline_alone():
    """verify: --offline needs an archive"""
    Run("verify", "--offline", "sample").expect(2, "--offline goes with DIR")


# watch.

class Watch:
    def __init__(self, *args):
        self.process = subprocess.Popen(
            [TOOL, "watch", "--sysfs", "tree", *args, "sample"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)

    def lines(self, count):
        return [self.process.stdout.readline() for _ in range(count)]

    def kill(self):
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        check(self.process.returncode == -signal.SIGTERM,
              f"status {self.process.returncode}: {errors}")
        return errors


@test
def watch_table():
    """watch: the lines of show"""
    kernel = Kernel()
    kernel.extend(12)
    watch = Watch("--from", "0")
    lines = watch.lines(13)
    check(watch.kill() == "", "no message")
    shown = Run("show", "--sysfs", "tree", "sample").out.splitlines(True)
    check(lines == shown, "".join(lines))


@test
def watch_from():
    """watch: --from --json"""
    kernel = Kernel()
    kernel.extend(400)
    watch = Watch("--from", "390", "--json")
    records = [json.loads(line) for line in watch.lines(10)]
    watch.kill()
    shown = Run("show", "--json", "--sysfs", "tree", "sample").json()
    check(records == shown[390:], json.dumps(records))


@test
def watch_trimmed():
    """watch: records that are gone already"""
    kernel = Kernel()
    kernel.extend(9)
    kernel.trim_to(5)
    watch = Watch("--from", "2", "--json")
    first = json.loads(watch.lines(1)[0])
    check(first["recnum"] == 5, f"{first}")
    check("sample: missed 3 records, 2 to 4, which have been trimmed" in
          watch.kill(), "message")


@test
def watch_without_reader():
    """watch: ends when nobody reads any more"""
    Kernel().extend(1)
    watch = Watch("--from", "0")
    watch.lines(2)
    watch.process.stdout.close()
    status = watch.process.wait(timeout=60)
    check(status == 0, f"status {status}")


@test_each([
    ("no provider", [], "no PROVIDER given"),
    ("two", ["a", "b"], "more than one PROVIDER"),
    ("no number", ["--from", "x", "a"], "--from: not a number"),
    ("no such provider", ["--sysfs", "tree", "a"], "cannot open tree/a"),
])
def watch_usage(args, text):
    """watch: wrong usage"""
    Kernel()
    Run("watch", *args).expect(2, text)


if __name__ == "__main__":
    # An archive is synced at every step, which on a disk takes longer than all else.
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    sys.exit(run_tests())
