# SPDX-License-Identifier: GPL-2.0-or-later
"""Make quotes of registers, to test tsm-log with: what a TDX platform, an SNP
platform, an SVSM or a TPM would sign. Written from the descriptions of the
formats alone; certificates are those of the emulator's tests, pki.py.
"""

import hashlib
import os
import struct
import sys
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../testing/tee-emu"))
import pki  # pylint: disable=wrong-import-position

ALG = {"sha1": 0x04, "sha256": 0x0b, "sha384": 0x0c, "sha512": 0x0d}
RSASSA, RSAPSS, ECDSA = 0x14, 0x16, 0x18
RESTRICTED_SIGNER = 0x50072
SIGNER = 0x40072


def sized(data):
    return struct.pack(">H", len(data)) + data


def value(registers, name, algorithm="sha384"):
    """registers: those of a make_log.Log, or a dict from the name to bytes"""
    if name not in registers:
        return bytes(hashlib.new(algorithm).digest_size)
    register = registers[name]
    return register if isinstance(register, bytes) else \
        register.values[algorithm]


def tdx(platform, registers, nonce, version=4, body_type=2, attributes=0):
    """A TDX quote"""
    body = struct.pack("<16s48s48sQQQ", b"\3" * 16, b"\4" * 48, b"\0" * 48,
                       0, attributes, 0x61ae7)
    body += value(registers, "mrtd") + bytes(3 * 48)
    body += b"".join(value(registers, f"rtmr{i}") for i in range(4))
    body += nonce.ljust(64, b"\0")
    head = struct.pack("<HHI40s", version, 2, 0x81, b"\5" * 40)
    if version == 5:
        if body_type == 3:
            body += bytes(64)
        head += struct.pack("<HI", body_type, len(body))
    return platform.sign(head + body)


MILAN, TURIN = b"\x19\1\1", b"\x1a\2\1"


def snp(platform, chip_id, report_data, version=5, tcb=0, policy=0x30000,
        key_info=0, vmpl=0, cpuid=MILAN):
    """An SNP report; since version 3 they say of what family the processor is"""
    report = bytearray(0x2a0)
    struct.pack_into("<IIQ", report, 0, version, 0, policy)
    struct.pack_into("<I", report, 0x30, vmpl)
    struct.pack_into("<I", report, 0x34, 1)
    struct.pack_into("<I", report, 0x48, key_info)
    report[0x50:0x90] = report_data.ljust(64, b"\0")
    report[0x90:0xc0] = hashlib.sha384(b"measurement").digest()
    struct.pack_into("<Q", report, 0x180, tcb)
    if version >= 3:
        report[0x188:0x18b] = cpuid
    report[0x1a0:0x1e0] = chip_id
    return platform.sign(bytes(report))


SERVICES = uuid.UUID("63849ebb-3d92-4670-a1ff-58f9c94b87bb")
VTPM = uuid.UUID("c476f1eb-0123-45a5-9641-b4e7dde5bfe3")


def services(*entries):
    """An SVSM's manifest of all its services: (GUID, bytes) of each"""
    at = 24 * (1 + len(entries))
    size = at + sum(len(data) for _, data in entries)
    head = SERVICES.bytes_le + struct.pack("<II", size, len(entries))
    for guid, data in entries:
        head += guid.bytes_le + struct.pack("<II", at, len(data))
        at += len(data)
    return head + b"".join(data for _, data in entries)


def svsm(platform, chip_id, nonce, manifest, **kwargs):
    """The SNP report of an SVSM"""
    return snp(platform, chip_id, hashlib.sha512(
        nonce.ljust(64, b"\0") + manifest).digest(), **kwargs)


class Ek:
    """An endorsement key of a TPM, as TCG's EK Credential Profile has it (L-1)"""

    def __init__(self):
        self.key = rsa.generate_private_key(65537, 2048)

    def tpmt(self):
        modulus = self.key.public_key().public_numbers().n
        return struct.pack(">HHI", 0x01, ALG["sha256"], 0x300b2) + \
            sized(bytes(32)) + \
            struct.pack(">HHHHHI", 0x06, 128, 0x43, 0x10, 2048, 0) + \
            sized(modulus.to_bytes(256, "big"))

    def pem(self):
        return public_pem(self.key)


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


class Ak:
    """An attestation key of a TPM"""

    def __init__(self, scheme=RSASSA, algorithm="sha256",
                 attributes=RESTRICTED_SIGNER):
        self.scheme, self.algorithm = scheme, algorithm
        self.hash = getattr(hashes, algorithm.upper())()
        if scheme == ECDSA:
            self.key = ec.generate_private_key(ec.SECP256R1())
        else:
            self.key = rsa.generate_private_key(65537, 2048)
        self.attributes = attributes

    def tpmt(self):
        head = struct.pack(">HHI", 0x23 if self.scheme == ECDSA else 0x01,
                           ALG["sha256"], self.attributes) + sized(b"") + \
            struct.pack(">HHH", 0x10, self.scheme, ALG[self.algorithm])
        if self.scheme == ECDSA:
            point = pki.public_point(self.key)
            return head + struct.pack(">HH", 3, 0x10) + sized(point[:32]) + \
                sized(point[32:])
        modulus = self.key.public_key().public_numbers().n
        return head + struct.pack(">HI", 2048, 0) + \
            sized(modulus.to_bytes(256, "big"))

    def tpm2b(self):
        return sized(self.tpmt())

    def pem(self):
        return public_pem(self.key)

    def sign(self, message):
        head = struct.pack(">HH", self.scheme, ALG[self.algorithm])
        if self.scheme == ECDSA:
            numbers = pki.ecdsa(self.key, self.hash, message)
            return head + sized(numbers[:32]) + sized(numbers[32:])
        if self.scheme == RSASSA:
            way = padding.PKCS1v15()
        else:
            way = padding.PSS(padding.MGF1(self.hash),
                              self.hash.digest_size)
        return head + sized(self.key.sign(message, way, self.hash))


class TpmQuote:
    """A quote of PCRs: selection is a list of (algorithm, [PCR, ...])."""

    def __init__(self, ak, registers, selection, nonce, kind=0x8018):
        self.selection = selection
        self.values = [value(registers, f"pcr{pcr}", algorithm)
                       for algorithm, pcrs in selection for pcr in pcrs]
        message = struct.pack(">IH", 0xff544347, kind) + \
            sized(b"\0\x0b" + bytes(32)) + sized(nonce) + \
            struct.pack(">QIIBQ", 1000, 1, 0, 1, 0x20191023) + \
            struct.pack(">I", len(selection))
        for algorithm, pcrs in selection:
            message += struct.pack(">HB", ALG[algorithm], 3) + \
                sum(1 << pcr for pcr in pcrs).to_bytes(3, "little")
        message += sized(hashlib.new(ak.algorithm,
                                     b"".join(self.values)).digest())
        self.message = message
        self.signature = ak.sign(message)

    def plain(self):
        """The values as tpm2_quote --pcrs_format=values writes them"""
        return b"".join(self.values)

    def serialized(self):
        """And as it writes them by default"""
        out = struct.pack("<I", len(self.selection))
        for algorithm, pcrs in self.selection:
            out += struct.pack("<HBIx", ALG[algorithm], 3,
                               sum(1 << pcr for pcr in pcrs))
        out = out.ljust(4 + 16 * 8, b"\0")
        lists = [self.values[i:i + 8] for i in range(0, len(self.values), 8)]
        out += struct.pack("<I", len(lists))
        for digests in lists:
            out += struct.pack("<I", len(digests)) + b"".join(
                struct.pack("<H", len(d)) + d.ljust(64, b"\0")
                for d in digests).ljust(8 * 66, b"\0")
        return out
