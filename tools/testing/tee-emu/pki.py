#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Keys and certificates that stand for those of the makers of TDX and SEV-SNP
machines, in tests. They are made anew each time and are worth nothing.

    pki.py DIR    write into DIR: keys, for the emulator (boot.sh --keys), and
                  tdx-root.pem and snp-root.pem, for those who check its quotes

Certificates are encoded here, because they need what no common tool makes:
dates in the past, extensions of the makers, RSA-PSS. The curves and RSA itself
are the library's.
"""

import base64
import datetime
import hashlib
import os
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

SHA256, SHA384 = hashes.SHA256(), hashes.SHA384()
OID_SGX = "1.2.840.113741.1.13.1"
OID_AMD = "1.3.6.1.4.1.3704.1"
DAY = datetime.timedelta(days=1)


def der(tag, *parts):
    data = b"".join(parts)
    if len(data) < 0x80:
        return bytes([tag, len(data)]) + data
    length = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + data


def sequence(*parts):
    return der(0x30, *parts)


def integer(number):
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytes([40 * first + second])
    for number in rest:
        groups = [number & 0x7f]
        while number > 0x7f:
            number >>= 7
            groups.append(0x80 | number & 0x7f)
        out += bytes(reversed(groups))
    return der(0x06, out)


def octets(data):
    return der(0x04, data)


def bits(data):
    return der(0x03, b"\0" + data)


def name(text):
    return sequence(der(0x31, sequence(oid("2.5.4.3"),
                                       der(0x0c, text.encode()))))


def date(when):
    return der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


PSS = sequence(
    oid("1.2.840.113549.1.1.10"),
    sequence(der(0xa0, sequence(oid("2.16.840.1.101.3.4.2.2"), b"\5\0")),
             der(0xa1, sequence(oid("1.2.840.113549.1.1.8"),
                                sequence(oid("2.16.840.1.101.3.4.2.2"),
                                         b"\5\0"))),
             der(0xa2, integer(48))))


def spki(key):
    return key.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo)


def public_point(key):
    """x and y"""
    return key.public_key().public_bytes(
        serialization.Encoding.X962,
        serialization.PublicFormat.UncompressedPoint)[1:]


def scalar(key):
    return key.private_numbers().private_value.to_bytes(
        key.curve.key_size // 8, "big")


def ecdsa(key, algorithm, data):
    """r and s, big-endian"""
    size = key.curve.key_size // 8
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(algorithm)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def pem(kind, data):
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "".join(f"{line}\n" for line in (
        f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----")).encode()


class Authority:
    """Somebody with a key and a certificate, who can issue more."""

    def __init__(self, subject, key, issuer=None, ca=True, start=-2, end=3650,
                 extensions=()):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.subject, self.key = subject, key
        self.issuer = issuer or self
        self.serial = int.from_bytes(b"\1" + os.urandom(7), "big")
        extensions = [(o, False, data) for o, data in extensions]
        if ca:
            extensions.append(("2.5.29.19", True,
                               sequence(der(0x01, b"\xff"))))
        tbs = sequence(
            der(0xa0, integer(2)), integer(self.serial),
            self.issuer.algorithm(), name(self.issuer.subject),
            sequence(date(now + start * DAY), date(now + end * DAY)),
            name(subject), spki(key),
            der(0xa3, sequence(*(
                sequence(oid(o), der(0x01, b"\xff") if critical else b"",
                         octets(data)) for o, critical, data in extensions)))
            if extensions else b"")
        self.der = self.issuer.seal(tbs)
        self.pem = pem("CERTIFICATE", self.der)

    def algorithm(self):
        if isinstance(self.key, rsa.RSAPrivateKey):
            return PSS
        return sequence(oid("1.2.840.10045.4.3.2"))

    def seal(self, tbs):
        if isinstance(self.key, rsa.RSAPrivateKey):
            signature = self.key.sign(
                tbs, padding.PSS(padding.MGF1(SHA384), 48), SHA384)
        else:
            signature = self.key.sign(tbs, ec.ECDSA(SHA256))
        return sequence(tbs, self.algorithm(), bits(signature))

    def crl(self, revoked=(), start=-1, end=30):
        now = datetime.datetime.now(datetime.timezone.utc)
        entries = [sequence(integer(c.serial), date(now + start * DAY))
                   for c in revoked]
        return pem("X509 CRL", self.seal(sequence(
            integer(1), self.algorithm(), name(self.subject),
            date(now + start * DAY), date(now + end * DAY),
            sequence(*entries) if entries else b"")))


class Tdx:
    """A TDX platform: its certificates and its quoting enclave."""

    def __init__(self, expired=None, debug=False):
        """expired: root, ca or pck"""
        def end(who):
            return -1 if who == expired else 3650

        def key():
            return ec.generate_private_key(ec.SECP256R1())

        self.root = Authority("Test SGX Root CA", key(), end=end("root"))
        self.ca = Authority("Test SGX PCK Platform CA", key(), self.root,
                            end=end("ca"))
        self.pck = Authority(
            "Test SGX PCK Certificate", key(), self.ca, ca=False,
            end=end("pck"),
            extensions=[(OID_SGX, sequence(
                sequence(oid(OID_SGX + ".4"), octets(b"\0" * 6))))])
        self.key = key()
        auth = bytes(range(32))
        report = bytearray(384)
        report[48] = 0x02 if debug else 0x00
        report[320:352] = hashlib.sha256(public_point(self.key) +
                                         auth).digest()
        self.certification = self.certify(
            bytes(report), auth,
            self.pck.pem + self.ca.pem + self.root.pem + b"\0")

    def certify(self, report, auth, chain):
        """What follows on the attestation key in a quote."""
        data = report + ecdsa(self.pck.key, SHA256, report) + \
            struct.pack("<H", len(auth)) + auth + \
            struct.pack("<HI", 5, len(chain)) + chain
        return struct.pack("<HI", 6, len(data)) + data

    def sign(self, data):
        """A quote: its header and body, signed."""
        tail = ecdsa(self.key, SHA256, data) + public_point(self.key) + \
            self.certification
        return data + struct.pack("<I", len(tail)) + tail


GUIDS = {"vcek": "63da758de6644564adc5f4b93be8accd",
         "vlek": "a8074bc2a25a483eaae639c045a0b8a1",
         "ask": "4ab7b379bbac4fe4a02f05aef327c782",
         "ark": "c0b406a4a803495297433fb6014cd0ae"}
NUMBER_SIZE = 72


class Snp:
    """An SNP platform: its certificates and its chip's key."""

    def __init__(self, chip_id, tcb=0, expired=None, turin=False,
                 provider=None):
        """tcb: the number in reports; expired: ark, ask or vcek; turin: of family
        1Ah; provider: the vcek is a VLEK of that provider's"""
        def end(who):
            return -1 if who == expired else 3650

        def key():
            return rsa.generate_private_key(65537, 2048)

        self.ark = Authority("Test ARK", key(), end=end("ark"))
        self.ask = Authority("Test SEV", key(), self.ark, end=end("ask"))
        if turin:
            parts = {".3.9": tcb, ".3.1": tcb >> 8, ".3.2": tcb >> 16,
                     ".3.3": tcb >> 24, ".3.8": tcb >> 56}
        else:
            parts = {".3.1": tcb, ".3.2": tcb >> 8, ".3.3": tcb >> 48,
                     ".3.8": tcb >> 56}
        self.kind = "vlek" if provider else "vcek"
        if provider:
            owner = (".5", b"\x16" + bytes([len(provider)]) + provider)
        else:
            owner = (".4", chip_id[:8] if turin else chip_id)
        self.vcek = Authority(
            "Test VCEK", ec.generate_private_key(ec.SECP384R1()), self.ask,
            ca=False, end=end("vcek"),
            extensions=[(OID_AMD + part, integer(number & 0xff))
                        for part, number in parts.items()] +
            [(OID_AMD + owner[0], owner[1])])

    def table(self, others=()):
        """The table of certificates that the host hands out, with other entries
        before them: (GUID, bytes) of each."""
        entries = list(others) + [
            (bytes.fromhex(GUIDS[kind]), who.der) for kind, who in
            ((self.kind, self.vcek), ("ask", self.ask), ("ark", self.ark))]
        offset = 24 * (len(entries) + 1)
        head = body = b""
        for guid, data in entries:
            head += guid + struct.pack("<II", offset + len(body), len(data))
            body += data
        return head + bytes(24) + body

    def sign(self, data):
        """A report: all before its signature, signed."""
        numbers = ecdsa(self.vcek.key, SHA384, data)
        half = len(numbers) // 2
        signature = b"".join(
            numbers[i:i + half][::-1].ljust(NUMBER_SIZE, b"\0")
            for i in (0, half))
        return data + signature.ljust(512, b"\0")


# What the emulator takes: a magic number, then items of a type, a length and
# so many bytes.
KEYS_MAGIC = b"TEEKEYS1"
ITEM_TDX_KEY = 1
ITEM_TDX_PUBLIC = 2
ITEM_TDX_CERTIFICATION = 3
ITEM_SNP_KEY = 4
ITEM_SNP_CERTIFICATES = 5


def emulator_keys(tdx, snp):
    items = ((ITEM_TDX_KEY, scalar(tdx.key)),
             (ITEM_TDX_PUBLIC, public_point(tdx.key)),
             (ITEM_TDX_CERTIFICATION, tdx.certification),
             (ITEM_SNP_KEY, scalar(snp.vcek.key)),
             (ITEM_SNP_CERTIFICATES, snp.table()))
    return KEYS_MAGIC + b"".join(struct.pack("<II", kind, len(data)) + data
                                 for kind, data in items)


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    # The emulator's chip is called so unless its command line says otherwise.
    chip_id = hashlib.sha384(b"chip_id").digest().ljust(64, b"\0")
    tdx, snp = Tdx(), Snp(chip_id)
    for file, data in (("tdx-root.pem", tdx.root.pem),
                       ("snp-root.pem", snp.ark.pem),
                       ("keys", emulator_keys(tdx, snp))):
        path = os.path.join(sys.argv[1], file)
        with open(path + ".new", "wb") as out:
            out.write(data)
        os.replace(path + ".new", path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
