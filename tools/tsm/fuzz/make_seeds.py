#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make inputs for the fuzz targets from the logs of tests/make_log.py.

    make_seeds.py DIR    write them into DIR/show, DIR/checkpoint, DIR/verify,
                         DIR/firmware, DIR/import, DIR/tdx, DIR/snp and
                         DIR/tpm

What fuzzing made of them is kept in corpus/; this is for starting anew, for
instance after a change of the format.
"""

import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "tests"))
import make_log  # pylint: disable=wrong-import-position
import make_quote  # pylint: disable=wrong-import-position
import others  # pylint: disable=wrong-import-position
import tcg2  # pylint: disable=wrong-import-position

SMALL = 4096


def firmware_logs():
    for name, algorithms, kwargs in (
            ("one", ["sha256"], {}), ("two", ["sha384", "sha1"], {}),
            ("unknown", ["sha256"], {"unknown": True, "vendor": b"vendor"}),
            ("cc", ["sha384"], {"ccmr": True})):
        log = tcg2.Firmware(algorithms, **kwargs)
        if not log.ccmr:
            log.locality(3)
        log.no_action(b"nothing")
        log.extend(1, b"event")
        log.extend(4, b"")
        # Which banks to keep, and what the indices are.
        flags = 0x9f if log.ccmr else 0x1f
        yield name, bytes([flags]) + log.data + b"\xff" * 20


def others_logs():
    yield "systemd", others.systemd_record(11, "enter-initrd") + \
        others.systemd_record(15, "machine-id:00", "machine-id")
    yield "lines", others.systemd_record(11, "x")[1:]
    paths = ["boot_aggregate", "/usr/bin/bash", ""]
    for algorithm in ("sha1", "sha256"):
        yield f"binary-{algorithm}", others.ima_binary(paths, algorithm)
    yield "ascii", others.ima_ascii(paths[:2])
    yield "text", b"INIT/sha384 00\nexample.com PullImage alpine\n"
    yield "cel", make_log.single().cel()
    yield "tcg2", tcg2.header(["sha256"]) + tcg2.entry(
        4, 5, [(0x0B, bytes(32))], b"event")


def sized(data):
    return struct.pack(">H", len(data)) + data


def quotes():
    """Pairs of the target's directory and the name of a seed, and the seed."""
    pki = make_quote.pki
    nonce, chip = b"nonce", bytes(range(1, 65))
    turin_chip = chip[:8].ljust(64, b"\0")
    tdx, snp = pki.Tdx(), pki.Snp(chip)
    turin = pki.Snp(turin_chip, turin=True)
    vlek = pki.Snp(bytes(64), provider=b"CN=provider")
    for version, body in ((4, 2), (5, 2), (5, 3)):
        yield f"tdx/{version}-{body}", make_quote.tdx(tdx, {}, nonce, version,
                                                      body)
    ek = make_quote.Ek().tpmt()
    services = make_quote.services((make_quote.SERVICES, b"service"),
                                   (make_quote.VTPM, ek))
    for name, manifest in (("table", b""), ("svsm", ek),
                           ("svsm-services", services)):
        report = make_quote.svsm(snp, chip, bytes(64), manifest)
        yield f"snp/{name}", sized(report) + sized(manifest) + \
            sized(snp.table()) + snp.ark.crl()
    report = make_quote.snp(turin, turin_chip, nonce, cpuid=make_quote.TURIN)
    yield "snp/turin", sized(report) + sized(b"") + \
        sized(turin.table([(bytes(range(16)), b"entry")])) + turin.ark.crl()
    report = make_quote.snp(vlek, bytes(64), nonce, key_info=1 << 2)
    yield "snp/vlek", sized(report) + sized(b"") + sized(vlek.table()) + \
        vlek.ark.crl()
    report = make_quote.snp(snp, chip, nonce, version=2)
    yield "snp/pem", sized(report) + sized(b"") + sized(snp.vcek.pem) + \
        snp.ark.crl([snp.vcek])
    for name, scheme in (("rsassa", make_quote.RSASSA),
                         ("rsapss", make_quote.RSAPSS),
                         ("ecdsa", make_quote.ECDSA)):
        ak = make_quote.Ak(scheme)
        quote = make_quote.TpmQuote(
            ak, {}, [("sha1", [0, 1]), ("sha256", [0, 23])], nonce)
        yield f"tpm/{name}", sized(quote.signature) + \
            sized(quote.plain()) + sized(ak.tpm2b()) + quote.message
        yield f"tpm/{name}-serialized", sized(quote.signature) + \
            sized(quote.serialized()) + sized(ak.tpmt()) + quote.message


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for name, function in make_log.LOGS.items():
        if name == "large":
            continue
        log = function()
        log.records = [r for r in log.records if len(r) < 512][:20]
        cel, lines, values = log.cel(), log.checkpoints(), log.values()
        whole = struct.pack(">HH", len(lines), len(values)) + \
            lines + values + cel
        for kind, data in (("show", cel), ("checkpoint", lines),
                           ("checkpoint", values), ("verify", whole)):
            if len(data) > SMALL:
                continue
            suffix = ".values" if data is values else ""
            make_log.put(os.path.join(sys.argv[1], kind, name + suffix), data)
    for name, data in firmware_logs():
        make_log.put(os.path.join(sys.argv[1], "firmware", name), data)
    for name, data in others_logs():
        make_log.put(os.path.join(sys.argv[1], "import", name), data)
    for name, data in quotes():
        make_log.put(os.path.join(sys.argv[1], name), data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
