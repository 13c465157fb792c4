#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make event logs and their checkpoints, to test tsm-log with.

Written from the description of the format alone, with its own encoder and its
own replay: what the tool agrees about with this file, two implementations
agree about.

    make_log.py NAME DIR    write the log NAME of LOGS into DIR: the files
                            cel, checkpoints and values, and tree/PROVIDER as
                            sysfs would show it
    make_log.py --list      the names
"""

import hashlib
import os
import struct
import sys

# TPM_ALG_ID, low byte, and the name that the kernel gives the algorithm.
ALGORITHMS = {"sha1": 0x04, "sha256": 0x0B, "sha384": 0x0C, "sha512": 0x0D,
              "sm3": 0x12}
STRENGTH = ["sha1", "sha256", "sm3", "sha384", "sha512"]

EV_ACTION = 5
EV_COMPACT_HASH = 12


def digest_of(algorithm, data):
    return hashlib.new(algorithm, data).digest()


def size_of(algorithm):
    return hashlib.new(algorithm).digest_size


def tlv(kind, value):
    return struct.pack(">BI", kind, len(value)) + value


def digests_tlv(digests):
    """digests: a dict from the algorithm to the digest."""
    return tlv(3, b"".join(tlv(ALGORITHMS[a], d) for a, d in digests.items()))


def event_tlv(event_type, event):
    """Content as the kernel writes it."""
    return tlv(5, tlv(0, struct.pack(">I", event_type)) + tlv(1, event))


def record_of(number, index, digests, content, ccmr=False):
    """One record; content is a TLV."""
    return (tlv(0, struct.pack(">Q", number)) +
            tlv(108 if ccmr else 1, struct.pack(">B", index)) +
            digests_tlv(digests) + content)


def record(number, index, digests, event_type, event, ccmr=False):
    """One record of an event."""
    return record_of(number, index, digests, event_tlv(event_type, event), ccmr)


def values_text(values):
    return ",".join(f"{a}:{d.hex()}" for a, d in values.items())


class Register:
    def __init__(self, name, algorithms, static=False):
        self.name = name
        self.algorithms = algorithms
        self.static = static
        self.values = {a: bytes(size_of(a)) for a in algorithms}
        self.records = 0
        self.foreign = 0     # extends from elsewhere that were found
        self.unsure = False

    def extend(self, digests):
        for algorithm in self.algorithms:
            if algorithm in digests:
                self.values[algorithm] = digest_of(
                    algorithm, self.values[algorithm] + digests[algorithm])
        self.records += 1

    def index(self):
        """(index in the log, whether it is a CC measurement register)"""
        if self.name == "mrtd":
            return 0, True
        if self.name.startswith("rtmr"):
            return int(self.name[4:]) + 1, True
        return int(self.name[3:]), False


class Log:
    def __init__(self, provider="fake"):
        self.provider = provider
        self.registers = {}
        self.records = []
        self.lines = []
        self.first = 0
        self.next = 0

    def add(self, name, algorithms, start=None, static=False):
        register = Register(name, algorithms, static)
        if start is not None:
            register.values = {a: start * size_of(a) for a in algorithms}
        self.registers[name] = register
        self.checkpoint("register", name)
        return register

    def checkpoint(self, reason, name):
        values = values_text(self.registers[name].values)
        self.lines.append(f"{self.next} {reason} {name} {values}\n")

    def unsure(self, name):
        """From here on, the register's value is not known."""
        self.registers[name].unsure = True
        self.lines.append(f"{self.next} unsure {name}\n")

    def known(self, name, reason="settled"):
        """And now it is."""
        self.registers[name].unsure = False
        self.checkpoint(reason, name)

    def opening_line(self, register):
        """What the log begins with after a trim to here, but for the number."""
        line = f"unsure {register.name}"
        if not register.unsure:
            line = f"trim {register.name} {values_text(register.values)}"
        return line + (f" foreign={register.foreign}\n" if register.foreign
                       else "\n")

    def digest(self, name, digests, event_type=EV_COMPACT_HASH, event=b""):
        register = self.registers[name]
        index, ccmr = register.index()
        self.records.append(record(self.next, index, digests, event_type,
                                   event, ccmr))
        self.next += 1
        register.extend(digests)

    def content(self, name, content, measured=None, digests=None):
        """Content of any type, a TLV: measured is what the kernel hashes of it,
        if there are no digests."""
        register = self.registers[name]
        index, ccmr = register.index()
        digests = digests or {a: digest_of(a, measured)
                              for a in register.algorithms}
        self.records.append(record_of(self.next, index, digests, content, ccmr))
        self.next += 1
        register.extend(digests)

    def event(self, name, event, event_type=EV_ACTION):
        digests = {a: digest_of(a, event)
                   for a in self.registers[name].algorithms}
        self.digest(name, digests, event_type, event)

    def foreign(self, name, reason="foreign"):
        """Somebody extends past the log; the kernel notices now."""
        register = self.registers[name]
        for algorithm in register.algorithms:
            register.values[algorithm] = digest_of(
                algorithm, register.values[algorithm] + b"past the log")
        register.foreign += reason == "foreign"
        register.unsure = False
        self.checkpoint(reason, name)

    def trim(self):
        """Drop all records so far."""
        for register in self.registers.values():
            if not register.static:
                self.lines.append(f"{self.next} {self.opening_line(register)}")
            register.records = 0
        self.first = self.next
        self.records = []

    def cel(self):
        return b"".join(self.records)

    def checkpoints(self):
        return "".join(self.lines).encode()

    def index(self):
        lines, offset = [], 0
        for number, data in enumerate(self.records, self.first):
            if number == self.first or number % 256 == 0:
                lines.append(f"{number:20} {offset:20}\n")
            offset += len(data)
        return "".join(lines).encode()

    def values(self):
        return "".join(f"{r.name} {values_text(r.values)}\n"
                       for r in self.registers.values()).encode()

    def write_tree(self, root):
        """The provider as sysfs shows it, under root."""
        top = os.path.join(root, self.provider)
        put(os.path.join(top, "log/cel"), self.cel())
        put(os.path.join(top, "log/checkpoints"), self.checkpoints())
        put(os.path.join(top, "log/index"), self.index())
        for name, number in (("next_record", self.next),
                             ("first_record", self.first),
                             ("size", len(self.cel())), ("limit", 33554432)):
            put(os.path.join(top, "log", name), b"%d\n" % number)
        for register in self.registers.values():
            strongest = max(register.algorithms, key=STRENGTH.index)
            base = os.path.join(top, register.name)
            put(os.path.join(base, "hash_algo"), strongest.encode() + b"\n")
            put(os.path.join(base, "digest"),
                register.values[strongest].hex().encode() + b"\n")
            if len(register.algorithms) > 1:
                for algorithm, value in register.values.items():
                    put(os.path.join(base, algorithm, "digest"),
                        value.hex().encode() + b"\n")
            if not register.static:
                put(os.path.join(base, "append_event"), b"")
                put(os.path.join(base, "append_record"), b"")
        return top


def put(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


TPM_BANKS = ["sha1", "sha256", "sha384", "sha512"]


def empty():
    log = Log()
    log.add("pcr16", ["sha256"])
    return log


def single():
    """One bank; events, bare digests, and another type of event."""
    log = Log()
    log.add("pcr16", ["sha256"], b"\x00")
    log.add("pcr23", ["sha256"], b"\xff")
    log.event("pcr16", b"hello")
    log.event("pcr23", b"a phrase with a newline\n")
    log.digest("pcr16", {"sha256": digest_of("sha256", b"secret")})
    log.event("pcr16", b"\x01\x02\xfe\xff", event_type=0x0D)
    return log


def multi():
    """A TPM's four banks."""
    log = Log("tpm0")
    for index in (8, 9, 11, 16):
        log.add(f"pcr{index}", TPM_BANKS)
    for i in range(40):
        log.event(f"pcr{(8, 9, 11, 16)[i % 3]}", b"event %d" % i)
    log.digest("pcr16", {a: digest_of(a, b"x") for a in TPM_BANKS})
    return log


def every_bank():
    log = Log()
    log.add("pcr0", STRENGTH)
    log.event("pcr0", b"x")
    return log


def ccmr():
    """A TDX guest: RTMRs, and a static register with a checkpoint."""
    log = Log("tdx")
    log.add("mrtd", ["sha384"], b"\x5a", static=True)
    for i in range(4):
        log.add(f"rtmr{i}", ["sha384"], bytes([i]))
    for i in range(8):
        log.event(f"rtmr{2 + i % 2}", b"workload %d" % i)
    return log


def mixed():
    """The software provider: registers with different banks."""
    log = Log("sample")
    log.add("pcr0", ["sha256"])
    log.add("pcr1", ["sha384"])
    log.add("pcr2", ["sha256", "sha512"])
    for i in range(9):
        log.event(f"pcr{i % 3}", b"mixed %d" % i)
    return log


def foreign():
    """Extends past the log: in the middle, twice in a row, at the end."""
    log = Log()
    log.add("pcr16", ["sha1", "sha256"])
    log.add("pcr23", ["sha1", "sha256"])
    for i in range(3):
        log.event("pcr16", b"before %d" % i)
        log.event("pcr23", b"other %d" % i)
    log.foreign("pcr16")
    log.foreign("pcr16")
    log.event("pcr16", b"after")
    log.event("pcr23", b"other")
    log.foreign("pcr23")
    return log


def resume():
    log = Log()
    log.add("pcr16", ["sha256"])
    log.event("pcr16", b"before hibernation")
    log.registers["pcr16"].values = {"sha256": bytes(32)}
    log.checkpoint("resume", "pcr16")
    log.event("pcr16", b"after hibernation")
    return log


def checkpointed():
    """Checkpoints that agree with the replay, records before them kept."""
    log = Log()
    log.add("pcr16", ["sha256"])
    log.add("pcr23", ["sha256"])
    for i in range(10):
        log.event("pcr16", b"%d" % i)
        if i % 3 == 2:
            log.checkpoint("trim", "pcr16")
            log.checkpoint("trim", "pcr23")
    return log


def trimmed():
    """The records before 5 are gone; a static register has no line there."""
    log = Log()
    log.add("pcr0", ["sha256"], b"\x11", static=True)
    log.add("pcr16", ["sha256"])
    log.add("pcr23", ["sha256"])
    for i in range(5):
        log.event("pcr16", b"old %d" % i)
    log.trim()
    log.event("pcr16", b"new")
    log.event("pcr23", b"new")
    return log


def trimmed_empty():
    """All records are gone."""
    log = trimmed()
    log.trim()
    return log


def unsure():
    """Extends whose end is not known for a while, with and without a record."""
    log = Log()
    log.add("pcr16", ["sha256"])
    log.add("pcr23", ["sha256"])
    log.event("pcr16", b"one")
    log.unsure("pcr16")
    log.event("pcr23", b"of another register")
    log.event("pcr16", b"in doubt, and it happened")
    log.known("pcr16")
    log.unsure("pcr23")
    log.known("pcr23")
    log.event("pcr23", b"two")
    log.unsure("pcr23")
    log.foreign("pcr23")
    log.event("pcr16", b"the end")
    return log


def late():
    """Registers whose first value comes after records of them."""
    log = Log()
    for name, reason in (("pcr16", "register"), ("pcr17", "settled"),
                         ("pcr23", "foreign")):
        log.registers[name] = Register(name, ["sha256", "sha384"])
        log.registers[name].values["sha256"] = b"\x77" * 32
        log.unsure(name)
        if reason != "register":
            log.event(name, b"counted, and not computed")
        if reason == "foreign":
            log.foreign(name)
        else:
            log.known(name, reason)
        log.event(name, b"computed")
    return log


def trimmed_foreign():
    """After trims that foreign extends were found just before."""
    log = Log()
    log.add("pcr16", ["sha256"])
    log.add("pcr23", ["sha256"])
    log.foreign("pcr16")
    log.trim()
    log.event("pcr16", b"one")
    log.foreign("pcr16")
    log.lines.pop()
    log.trim()
    log.event("pcr16", b"two")
    log.foreign("pcr23")
    log.foreign("pcr23")
    log.registers["pcr23"].unsure = True
    del log.lines[-2:]
    log.trim()
    log.event("pcr23", b"counted, and not computed")
    log.known("pcr23")
    return log


def content():
    """Events of every kind of bytes; the last one is cut in a character."""
    log = Log()
    log.add("pcr16", ["sha256"])
    for event in (b"\x00", b"nul\x00inside", b"\x00" * 64, b"long " * 819,
                  bytes(range(256)) * 15 + b"x" * 255,
                  b"\x1b[31mred\x1b[0m\x07\x08\r\n\t\"quoted\\",
                  "gr\u00fc\u00df, \u4f60\u597d \U0001f512".encode(),
                  "\u202egnp.exe\u2069 \u200b \u0085 \ufeff \U000e0041".encode(),
                  b"\xc3(", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
                  b"\xe2\x82", b"\x9b31m", b"'; $(reboot) `x`", b"\x7f", b"\xf0\x9f"):
        log.event("pcr16", event)
    return log


def applications():
    """What applications measure, see event.h."""
    log = Log()
    log.add("pcr11", ["sha256"])
    for event in (b"enter-initrd", b"INIT/sha256 00ff",
                  b'github.com/confidential-containers PullImage '
                  b'{"image":"alpine","digest":"sha256:0c0c"}',
                  b'key {"file":"/etc/os-release","sha256":"9f86","size":267}',
                  b'{ "a" : [1.5, -2e3, true, false, null],\n"b" : {"c":"d"}}',
                  rb'{"\"a\\":"\u00fc\ud83d\udd12\b\f\n\r\t\/","a":1,"a":2}',
                  '{"\u00fc":"\u202e"}'.encode()):
        log.event("pcr11", event)
    return log


def large(records=1000000):
    """A million records, made without the classes above: they are slow."""
    log = Log()
    log.add("pcr16", ["sha256"])
    value = bytes(32)
    prefix = struct.pack(">BI", 0, 8)
    for number in range(records):
        event = b"event number %d" % number
        digest = hashlib.sha256(event).digest()
        value = hashlib.sha256(value + digest).digest()
        log.records.append(
            prefix + struct.pack(">QBIBBIBI", number, 1, 1, 16, 3, 37, 0x0B,
                                 32) +
            digest + struct.pack(">BIBIIBI", 5, 14 + len(event), 0, 4,
                                 EV_ACTION, 1, len(event)) + event)
    log.next = records
    log.registers["pcr16"].values = {"sha256": value}
    log.registers["pcr16"].records = records
    return log


LOGS = {f.__name__: f for f in (
    empty, single, multi, every_bank, ccmr, mixed, foreign, resume,
    checkpointed, trimmed, trimmed_empty, unsure, late, trimmed_foreign,
    content, applications, large)}


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(LOGS))
        return 0
    if len(sys.argv) != 3 or sys.argv[1] not in LOGS:
        print(__doc__, file=sys.stderr)
        return 2
    log = LOGS[sys.argv[1]]()
    put(os.path.join(sys.argv[2], "cel"), log.cel())
    put(os.path.join(sys.argv[2], "checkpoints"), log.checkpoints())
    put(os.path.join(sys.argv[2], "values"), log.values())
    log.write_tree(os.path.join(sys.argv[2], "tree"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
