# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs that other programs keep, written as they write them."""

import json
import struct

from make_log import digest_of, size_of

BANKS = ("sha1", "sha256")


def systemd_record(pcr, text, kind="phase", algorithms=BANKS, digests=None):
    """A record as systemd has it."""
    digests = digests or {a: digest_of(a, text.encode()) for a in algorithms}
    item = {"pcr": pcr,
            "digests": [{"hashAlg": a, "digest": d.hex()}
                        for a, d in digests.items()],
            "content_type": "systemd",
            "content": {"string": text, "bootId": "0" * 32,
                        "timestamp": 17, "eventType": kind}}
    return b"\x1e" + json.dumps(item, separators=(",", ":")).encode() + b"\n"


def ima_data(path, template="ima-ng"):
    """Template data of a file: two fields, each after its length."""
    digest = b"sha256:\0" + digest_of("sha256", path.encode())
    name = path.encode() + b"\0"
    return b"".join(struct.pack("<I", len(f)) + f for f in (digest, name)) + \
        (struct.pack("<I", 0) if template == "ima-sig" else b"")


def ima_binary(paths, algorithm="sha1", template="ima-ng"):
    name = template.encode()
    return b"".join(
        struct.pack("<I", 10) +
        (digest_of(algorithm, ima_data(p, template)) if p else
         bytes(size_of(algorithm))) +
        struct.pack("<I", len(name)) + name +
        struct.pack("<I", len(ima_data(p, template))) + ima_data(p, template)
        for p in paths)


def ima_ascii(paths, algorithm="sha1"):
    return "".join(
        f"10 {digest_of(algorithm, ima_data(p)).hex()} ima-ng sha256:"
        f"{digest_of('sha256', p.encode()).hex()} {p}\n" for p in paths).encode()
