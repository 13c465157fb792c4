# SPDX-License-Identifier: GPL-2.0-or-later
"""Crypto-agile logs, to test tsm-log with: written, read and replayed from the
description in the TCG PC Client Platform Firmware Profile alone.
"""

import struct

from make_log import ALGORITHMS, digest_of, size_of

EV_NO_ACTION = 3
EV_EFI_HCRTM_EVENT = 0x80000010
EV_S_CRTM_VERSION = 8
EV_SEPARATOR = 4
SHA3_256 = 0x27

NAMES = {number: name for name, number in ALGORITHMS.items()}


def header(algorithms, vendor=b"", platform=b"\0\0\0\0\0\2\0\2"):
    """algorithms: pairs of TPM_ALG_ID and size of a digest, or names."""
    pairs = [(ALGORITHMS[a], size_of(a)) if isinstance(a, str) else a
             for a in algorithms]
    event = b"Spec ID Event03\0" + platform + struct.pack("<I", len(pairs)) + \
        b"".join(struct.pack("<HH", *pair) for pair in pairs) + \
        struct.pack("<B", len(vendor)) + vendor
    return struct.pack("<II20sI", 0, EV_NO_ACTION, b"", len(event)) + event


def entry(index, kind, digests, event):
    """digests: pairs of TPM_ALG_ID and digest."""
    return struct.pack("<III", index, kind, len(digests)) + \
        b"".join(struct.pack("<H", a) + d for a, d in digests) + \
        struct.pack("<I", len(event)) + event


class Firmware:
    """A firmware's log, and the values of registers that it leads to."""

    def __init__(self, algorithms, ccmr=False, vendor=b"", unknown=False):
        self.algorithms = algorithms
        self.ccmr = ccmr
        self.unknown = unknown
        self.values = {}
        self.extended = set()
        names = list(algorithms) + ([(SHA3_256, 32)] if unknown else [])
        self.data = header(names, vendor)

    def value(self, index):
        """All banks: those that the log does not have are extended, too."""
        dynamic = not self.ccmr and 17 <= index <= 22
        return self.values.setdefault(index, {
            a: (b"\xff" if dynamic else b"\0") * size_of(a)
            for a in ALGORITHMS})

    def no_action(self, event, index=0):
        digests = [(ALGORITHMS[a], bytes(size_of(a)))
                   for a in self.algorithms]
        if self.unknown:
            digests.append((SHA3_256, bytes(32)))
        self.data += entry(index, EV_NO_ACTION, digests, event)

    def locality(self, number):
        self.no_action(b"StartupLocality\0" + bytes([number]))
        self.values[0] = {a: bytes(size_of(a) - 1) + bytes([number])
                          for a in ALGORITHMS}

    def hcrtm(self, event):
        self.values[0] = {a: bytes(size_of(a) - 1) + b"\4" for a in ALGORITHMS}
        self.extend(0, event, EV_EFI_HCRTM_EVENT)

    def launch(self):
        """A dynamic launch, after which these PCRs can be extended: Intel TXT's
        and AMD's, as machines with them have quoted what came of it."""
        for index in range(17, 23):
            self.values[index] = {a: bytes(size_of(a)) for a in ALGORITHMS}

    def extend(self, index, event, kind=EV_S_CRTM_VERSION):
        digests = {a: digest_of(a, event) for a in ALGORITHMS}
        value = self.value(index)
        for algorithm, digest in digests.items():
            value[algorithm] = digest_of(algorithm, value[algorithm] + digest)
        listed = [(ALGORITHMS[a], digests[a]) for a in self.algorithms]
        if self.unknown:
            listed.append((SHA3_256, b"3" * 32))
        self.data += entry(index, kind, listed, event)
        self.extended.add(index)


class Parsed:
    """A log, read: .algorithms are names, .entries are tuples (index, type,
    {name: digest}, event), .header is the header's bytes."""

    def __init__(self, data):
        pcr, kind, digest, size = struct.unpack_from("<II20sI", data)
        assert (pcr, kind, digest) == (0, EV_NO_ACTION, bytes(20))
        event = data[32:32 + size]
        assert event[:16] == b"Spec ID Event03\0"
        self.header = data[:32 + size]
        number, = struct.unpack_from("<I", event, 24)
        pairs = [struct.unpack_from("<HH", event, 28 + 4 * i)
                 for i in range(number)]
        self.algorithms = [NAMES[a] for a, _ in pairs]
        assert [s for _, s in pairs] == [size_of(a) for a in self.algorithms]
        self.vendor = event[28 + 4 * number + 1:]
        assert event[28 + 4 * number] == len(self.vendor)
        self.entries = []
        at = 32 + size
        while at < len(data):
            index, kind, number = struct.unpack_from("<III", data, at)
            at += 12
            digests = {}
            for _ in range(number):
                name = NAMES[struct.unpack_from("<H", data, at)[0]]
                digests[name] = data[at + 2:at + 2 + size_of(name)]
                at += 2 + size_of(name)
            size, = struct.unpack_from("<I", data, at)
            assert at + 4 + size <= len(data)
            assert list(digests) == self.algorithms
            self.entries.append((index, kind, digests,
                                 data[at + 4:at + 4 + size]))
            at += 4 + size

    def old_format(self, with_header=False):
        """The same entries as before there were crypto-agile logs"""
        data = b"".join(struct.pack("<II20sI", i, k, d["sha1"], len(e)) + e
                        for i, k, d, e in self.entries)
        if with_header:
            data = struct.pack("<II20sI", 0, 3, b"", 28) + \
                b"Spec ID Event00\0" + bytes(12) + data
        return data

    def replay(self, index, start):
        """start: {algorithm: value}; returns the same after all entries."""
        values = {a: start[a] for a in self.algorithms}
        for other, kind, digests, _ in self.entries:
            if other == index and kind != EV_NO_ACTION:
                values = {a: digest_of(a, values[a] + digests[a])
                          for a in values}
        return values
