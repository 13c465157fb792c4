# SPDX-License-Identifier: GPL-2.0-or-later
"""What other programs make of a log, to test tsm-log with: readers that were
written from the description of what each of their parsers takes, and refuse what
it refuses. None of them believes anything that tsm-log says.

Each reader takes the bytes and returns (registers, events): the values that the
replay from power-on leads to, by (index, algorithm), and what it recognized.
"""

import json
import struct

from make_log import ALGORITHMS, digest_of, size_of

NAMES = {number: name for name, number in ALGORITHMS.items()}
EV_NO_ACTION = 3
AAEL = 0x4141454C
COS_KINDS = ("ImageRef", "ImageDigest", "RestartPolicy", "ImageID", "Arg",
             "EnvVar", "OverrideArg", "OverrideEnv", "LaunchSeparator",
             "MemoryMonitor")


class Refused(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Refused(why)


class Replay:
    def __init__(self, starts_with=lambda index: 0):
        self.values = {}
        self.starts_with = starts_with

    def extend(self, index, algorithm, digest):
        need(len(digest) == size_of(algorithm), "size of a digest")
        start = bytes([self.starts_with(index)]) * size_of(algorithm)
        old = self.values.get((index, algorithm), start)
        self.values[index, algorithm] = digest_of(algorithm, old + digest)


def dynamic(index):
    return 0xff if 17 <= index <= 22 else 0


# Crypto-agile logs.

def take(data, at, layout):
    need(at + struct.calcsize(layout) <= len(data), f"ends at {at}")
    return (*struct.unpack_from(layout, data, at), at + struct.calcsize(layout))


def tcg2_entries(data, zero_header=False):
    """Tuples (index, type, {algorithm number: digest}, event)."""
    index, kind, digest, size, at = take(data, 0, "<II20sI")
    need(kind == EV_NO_ACTION, "the type of the header")
    if zero_header:
        need((index, digest) == (0, bytes(20)), "index and digest of the header")
    body = data[at:at + size]
    need(len(body) == size and body[:16] == b"Spec ID Event03\0", "the header")
    number, here = take(body, 24, "<I")
    sizes = {}
    for _ in range(number):
        algorithm, length, here = take(body, here, "<HH")
        sizes[algorithm] = length
    vendor, here = take(body, here, "<B")
    need(here + vendor == size, "bytes left in the header")
    at += size
    while at < len(data) and data[at:at + 8] not in (b"\xff" * 8, bytes(8)):
        index, kind, count, at = take(data, at, "<III")
        digests = {}
        for _ in range(count):
            algorithm, at = take(data, at, "<H")
            need(algorithm in sizes, f"algorithm {algorithm}")
            digests[algorithm] = data[at:at + sizes[algorithm]]
            at += sizes[algorithm]
        size, at = take(data, at, "<I")
        need(at + size <= len(data), "the event's size")
        yield index, kind, digests, data[at:at + size]
        at += size


def trustee(data):
    known = {*range(0x13), *range(0x80000000, 0x8000000D), 0x80000010,
             *range(0x800000E0, 0x800000E3)}
    replay, events = Replay(), []
    for index, kind, digests, event in tcg2_entries(data):
        need(kind in known, f"event type {kind:#x}")
        need(0x04 not in digests, "a digest of SHA-1")
        if kind in (1, 5, 0xC, 0x12, 0x80000007):
            try:
                event.decode()
            except ValueError as error:
                raise Refused("no UTF-8") from error
        need(kind != 0xD or len(event) >= 2, "a short EV_IPL")
        need(kind != 6 or len(event) >= 8, "a short EV_EVENT_TAG")
        if kind == EV_NO_ACTION:
            continue
        need(1 <= index <= 4, f"register {index}")
        replay.extend(index, "sha384", digests.get(0x0C, b""))
        if kind != 6:
            continue
        tag, size = struct.unpack_from("<II", event)
        text = event[8:8 + size]
        if tag == AAEL and len(text) == size and text.count(b" ") >= 2:
            need(digest_of("sha384", event) == digests[0x0C], "AAEL's digest")
            events.append(tuple(text.decode().split(" ", 2)))
    return replay.values, events


def attestation_rs(data):
    replay, events = Replay(), []
    for index, kind, digests, event in tcg2_entries(data):
        need(set(digests) <= {4, 0xB, 0xC, 0xD}, "an algorithm")
        if kind == EV_NO_ACTION:
            continue
        need(1 <= index <= 4, f"register {index}")
        for algorithm, digest in digests.items():
            replay.extend(index, NAMES[algorithm], digest)
        events.append((kind, event))
    return replay.values, events


def tpm2_tools(data):
    replay, events = Replay(dynamic), []
    for index, kind, digests, event in tcg2_entries(data, zero_header=True):
        need(index < 32, f"register {index}")
        if kind == EV_NO_ACTION:
            continue
        for algorithm, digest in digests.items():
            replay.extend(index, NAMES[algorithm], digest)
        events.append((kind, event))
    return replay.values, events


keylime = tpm2_tools


# CEL-TLV.

def tlvs(data):
    at = 0
    while at < len(data):
        kind, size, at = take(data, at, ">BI")
        need(at + size <= len(data), "a length")
        yield kind, data[at:at + size]
        at += size


def cel_records(data):
    """Tuples (type of the index, index, {algorithm number: digest}, content)."""
    fields = list(tlvs(data))
    need(len(fields) % 4 == 0, "four TLVs each")
    for i in range(0, len(fields), 4):
        recnum, index, digests, content = fields[i:i + 4]
        need(recnum[0] == 0 and len(recnum[1]) == 8, "a record number")
        need(index[0] in (1, 108) and len(index[1]) == 1, "an index")
        need(digests[0] == 3, "digests")
        yield index[0], index[1][0], dict(tlvs(digests[1])), content


def go_eventlog(data, bank):
    """bank: the one that the caller asks for."""
    replay, events, kinds = Replay(dynamic), [], set()
    for kind, index, digests, content in cel_records(data):
        kinds.add(kind)
        need(len(kinds) == 1, "two kinds of registers")
        need(set(digests) <= {4, 0xB, 0xC, 0xD}, "an algorithm")
        need(ALGORITHMS[bank] in digests, f"no digest of {bank}")
        replay.extend(index, bank, digests[ALGORITHMS[bank]])
        events.append(content)
    return replay.values, events


def cos(data, bank):
    values, _ = go_eventlog(data, bank)
    events = []
    for kind, index, digests, (content_type, content) in cel_records(data):
        need((kind, index) in ((1, 13), (108, 4)), f"register {index}")
        need(content_type == 80, f"content {content_type}")
        nested = list(tlvs(content))
        need(len(nested) == 1, "one nested TLV")
        tlv = struct.pack(">BI", content_type, len(content)) + content
        need(digests[ALGORITHMS[bank]] == digest_of(bank, tlv), "digest")
        number, value = nested[0]
        need(number < len(COS_KINDS), f"kind {number}")
        events.append((COS_KINDS[number], value.decode()))
    return values, events


def evidence_api(data):
    events = []
    for _, _, _, (content_type, content) in cel_records(data):
        need(content_type in (4, 5, 7, 8), f"content {content_type}")
        if content_type in (5, 7):
            need([k for k, _ in tlvs(content)] == [0, 1], "nested TLVs")
        events.append((content_type, content))
    return {}, events


# JSON.

def pcrlock(data):
    replay, events = Replay(dynamic), []
    need(data[:1] in (b"", b"\x1e"), "a record separator")
    for text in data.split(b"\x1e")[1:]:
        item = json.loads(text)
        need(isinstance(item["pcr"], int) and item["pcr"] < 24, "a PCR")
        need(isinstance(item["digests"], list), "digests")
        for digest in item["digests"]:
            if digest["hashAlg"] in ALGORITHMS:
                replay.extend(item["pcr"], digest["hashAlg"],
                              bytes.fromhex(digest["digest"]))
        kind = item.get("content_type")
        need(kind is None or isinstance(kind, str), "type of content")
        if kind == "systemd":
            content = item["content"]
            need(isinstance(content, dict), "an object")
            need(isinstance(content.get("string", ""), str), "string")
            need(isinstance(content.get("eventType", ""), str), "eventType")
            events.append((content.get("eventType"), content.get("string")))
    return replay.values, events


def dstack(data):
    replay, events = Replay(), []
    for item in json.loads(data):
        need(set(item) == {"imr", "event_type", "digest", "event",
                           "event_payload"}, "members")
        need(0 <= item["imr"] < 4, "a register")
        digest = bytes.fromhex(item["digest"])
        payload = bytes.fromhex(item["event_payload"])
        replay.extend(item["imr"] + 1, "sha384", digest)
        if item["event_type"] != 0x08000001:
            continue
        need(digest == digest_of("sha384", b":".join(
            [struct.pack("<I", 0x08000001), item["event"].encode(), payload])),
             "digest of an event")
        events.append((item["event"], payload))
    return replay.values, events
