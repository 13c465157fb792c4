#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Replay the event log of a provider of measurement registers.

usage: cel_replay.py [--logs LOGS] [--records] DIRECTORY

DIRECTORY is /sys/kernel/tsm/PROVIDER, or a copy of it with each REGISTER/digest
or REGISTER/BANK/digest. Its log is LOGS/PROVIDER/cel and checkpoints; without
--logs the kernel's is taken. For each bank of each register that is in the log a line "REGISTER BANK VALUE" is printed. The
exit status is 0 if all of them are the values in DIRECTORY, and 1 if one is not
or if the log is not a log; standard error says why. With --records there is a
line "REGISTER TYPE BANK:DIGEST[,BANK:DIGEST...] DATA" for each record instead,
and nothing is replayed. TYPE is the event type, or content-N for content of the
type N that is no event, whose DATA is its whole value. A line ends with
" claimed" if the digests are not what the kernel would have made of the content.

This is a second reading of the format: it was written from the description in
<linux/tsm-event-log.h> and Documentation/admin-guide/tsm-measurement.rst and has
nothing in common with tsm-log. Where the two differ, one of them, or the
description, is wrong. For the same reason it needs nothing but Python itself.
"""

import hashlib
import os
import sys

# TPM_ALG_ID, of which digests have the low byte, and the name of the hash in
# the tree and in hashlib.
HASHES = {0x04: "sha1", 0x0B: "sha256", 0x0C: "sha384", 0x0D: "sha512",
          0x12: "sm3"}

RECNUM, PCR, DIGESTS, CCMR = 0, 1, 3, 108
PCCLIENT_STD, IMA_TEMPLATE, IMA_TLV, OTHER = 5, 7, 8, 9
EVENT_TYPE, EVENT_DATA = 0, 1
TEMPLATE_NAME, TEMPLATE_DATA = 0, 1
EV_NO_ACTION, EV_ACTION, EV_COMPACT_HASH = 0x3, 0x5, 0xC
EVENT_TYPES = {EV_ACTION: "EV_ACTION", EV_COMPACT_HASH: "EV_COMPACT_HASH"}

# The reasons after which a register may have a value that the log before it
# does not give.
RESTARTS = ("foreign", "resume", "reset")
REASONS = ("register", "trim", "settled", "unsure") + RESTARTS

# Where the logs are of the providers in /sys/kernel/tsm.
logs = "/sys/kernel/security/tsm"


class BadLog(Exception):
    """What is wrong with the log."""


def tlvs(data):
    """Split @data into a list of (type, value)."""
    found = []
    offset = 0
    while offset < len(data):
        start = offset + 5
        end = start + int.from_bytes(data[offset + 1:start], "big")
        if end > len(data) or start > len(data):
            raise BadLog("a TLV is cut off")
        found.append((data[offset], data[start:end]))
        offset = end
    return found


def number(value, size):
    """The number in a @value that must have @size bytes."""
    if len(value) != size:
        raise BadLog(f"a number has {len(value)} bytes instead of {size}")
    return int.from_bytes(value, "big")


def pair(value, first, second):
    """The values of the two TLVs, of these types, that @value has to be."""
    found = tlvs(value)
    if [kind for kind, _ in found] != [first, second]:
        raise BadLog(f"content with TLVs other than {first} and {second}")
    return found[0][1], found[1][1]


def parse_content(kind, value):
    """(TYPE, DATA, what its digests are the hash of) of content."""
    if kind == PCCLIENT_STD:
        event_type, data = pair(value, EVENT_TYPE, EVENT_DATA)
        event_type = number(event_type, 4)
        if event_type == EV_NO_ACTION:
            raise BadLog("a record of an event that extends nothing")
        return EVENT_TYPES.get(event_type, f"{event_type:#x}"), data, data
    if kind == IMA_TEMPLATE:
        _, measured = pair(value, TEMPLATE_NAME, TEMPLATE_DATA)
        return f"content-{kind}", value, measured
    if kind != IMA_TLV and kind < OTHER:
        raise BadLog(f"content of the type {kind}")
    return (f"content-{kind}", value,
            bytes([kind]) + len(value).to_bytes(4, "big") + value)


def parse_record(fields):
    """(RECNUM, REGISTER, {BANK: DIGEST}, TYPE, DATA, MEASURED) of four TLVs."""
    kinds = tuple(kind for kind, _ in fields)
    if kinds[:3] not in ((RECNUM, PCR, DIGESTS), (RECNUM, CCMR, DIGESTS)):
        raise BadLog(f"a record has the TLVs {kinds}")
    recnum, index, digests, content = (value for _, value in fields)

    index = number(index, 1)
    register = f"pcr{index}" if kinds[1] == PCR else f"rtmr{index - 1}"

    banks = {}
    for algorithm, digest in tlvs(digests):
        name = HASHES.get(algorithm)
        if not name or name in banks:
            raise BadLog(f"a digest of algorithm {algorithm:#04x}")
        if len(digest) != hashlib.new(name).digest_size:
            raise BadLog(f"a {name} digest of {len(digest)} bytes")
        banks[name] = digest

    return (number(recnum, 8), register, banks,
            *parse_content(kinds[3], content))


def parse_records(data):
    """The records of log/cel, whose numbers must be consecutive."""
    fields = tlvs(data)
    if len(fields) % 4:
        raise BadLog("the last record is not whole")
    records = [parse_record(fields[i:i + 4]) for i in range(0, len(fields), 4)]
    for before, after in zip(records, records[1:]):
        if after[0] != before[0] + 1:
            raise BadLog(f"record {after[0]} follows record {before[0]}")
    return records


def parse_checkpoints(text):
    """[(RECNUM, REASON, REGISTER, {BANK: VALUE})] of checkpoints."""
    lines = []
    for line in text.splitlines():
        recnum, reason, register, *rest = line.split(" ")
        if reason not in REASONS:
            raise BadLog(f"a checkpoint with the reason {reason}")
        if rest and rest[-1].startswith("foreign="):
            rest.pop()
        # No value: the replay goes on with the one that it has.
        if reason == "unsure" and not rest:
            continue
        values, = rest
        if lines and int(recnum) < lines[-1][0]:
            raise BadLog("the numbers of checkpoints decrease")
        values = dict(value.split(":") for value in values.split(","))
        lines.append((int(recnum), reason, register,
                      {bank: bytes.fromhex(value) for bank, value in values.items()}))
    return lines


def is_claimed(record):
    """Has it content other than what was measured? A bare digest has none."""
    _, _, banks, kind, data, measured = record
    if kind == EVENT_TYPES[EV_COMPACT_HASH] and not data:
        return False
    return any(hashlib.new(bank, measured).digest() != digest
               for bank, digest in banks.items())


class Replay:
    """Registers, {REGISTER: {BANK: VALUE}}, as the log gives them."""

    def __init__(self):
        self.registers = {}

    def checkpoint(self, line):
        """Check what the log says of a value, or take it over."""
        recnum, reason, register, values = line
        before = self.registers.get(register)
        if before and reason not in RESTARTS and values != before:
            raise BadLog(f"{register} has another value at the {reason} "
                         f"checkpoint of record {recnum} than by replay")
        if before and list(values) != list(before):
            raise BadLog(f"{register} has other banks at record {recnum}")
        self.registers[register] = values

    def extend(self, record):
        """Extend a register in the banks that the record has digests for."""
        recnum, register, banks = record[:3]
        values = self.registers.get(register, {})
        if not banks or not set(banks) <= set(values):
            raise BadLog(f"record {recnum}: no checkpoint has the banks of {register}")
        self.registers[register] = values | {
            bank: hashlib.new(bank, values[bank] + digest).digest()
            for bank, digest in banks.items()}

    def run(self, records, checkpoints):
        """Go through both, in the order in which it all happened."""
        for record in records:
            while checkpoints and checkpoints[0][0] <= record[0]:
                self.checkpoint(checkpoints.pop(0))
            self.extend(record)
        for line in checkpoints:
            self.checkpoint(line)


def read(*path):
    """All bytes of a file."""
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def read_log(directory, name):
    """A file of the log of the provider in @directory."""
    return read(logs, os.path.basename(os.path.normpath(directory)), name)


def live_value(directory, register, bank):
    """What the register itself says."""
    parts = [directory, register, bank, "digest"]
    if not os.path.exists(os.path.join(*parts)):
        # It has one bank.
        parts.remove(bank)
    return bytes.fromhex(read(*parts).decode())


def print_records(directory):
    """One line per record."""
    for record in parse_records(read_log(directory, "cel")):
        _, register, banks, kind, data, _ = record
        digests = ",".join(f"{bank}:{digest.hex()}" for bank, digest in banks.items())
        print(register, kind, digests, data.hex() + " claimed" * is_claimed(record))
    return 0


def print_values(directory):
    """Replay, print, compare."""
    # Registers first: to read one finds what others did to it.
    for parent, _, files in os.walk(directory):
        if "digest" in files:
            read(parent, "digest")

    replay = Replay()
    replay.run(parse_records(read_log(directory, "cel")),
               parse_checkpoints(read_log(directory, "checkpoints").decode()))
    if not replay.registers:
        raise BadLog("there are no checkpoints")
    differing = 0
    for register, banks in replay.registers.items():
        for bank, value in banks.items():
            print(register, bank, value.hex())
            live = live_value(directory, register, bank)
            if live != value:
                differing += 1
                print(f"{register} {bank} is {live.hex()}", file=sys.stderr)
    return 1 if differing else 0


def main(arguments):
    """Do what is asked for; the exit status."""
    global logs
    action = print_values
    if arguments[:1] == ["--logs"]:
        logs = arguments[1]
        arguments = arguments[2:]
    if arguments[:1] == ["--records"]:
        action = print_records
        arguments = arguments[1:]
    if len(arguments) != 1:
        return __doc__.split("\n\n")[1]
    try:
        return action(arguments[0])
    except (BadLog, OSError, ValueError) as error:
        return f"{arguments[0]}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
