#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tsm-log verify with quotes.

    test_quote.py TSM_LOG FAST_TSM_LOG

As test_tsm_log.py. What is verified is made by make_quote.py and pki.py.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid

import make_log
import make_quote
import tcg2
from harness import (FAST, TOOL, Run, check, run_tests, test, test_each)
from make_log import put
from make_quote import pki

NONCE = bytes(range(1, 33))
CHIP = bytes(range(64))
TDX = pki.Tdx()
TCB = 0xd315000000000304
SNP = pki.Snp(CHIP, tcb=TCB)
# Of that family a chip's ID is short, and the parts of the TCB are elsewhere.
TURIN_CHIP = CHIP[1:9].ljust(64, b"\0")
TURIN_TCB = 0x4900000003010201
TURIN = pki.Snp(TURIN_CHIP, tcb=TURIN_TCB, turin=True)
# A cloud provider's key, on machines which hide what chip they have
VLEK = pki.Snp(bytes(64), tcb=TCB, provider=b"CN=cc.example.com")
AK = make_quote.Ak()
EK = make_quote.Ek()
PCRS = [("sha1", [10]), ("sha256", [10, 16])]


def tdx_log():
    log = make_log.Log()
    log.add("mrtd", ["sha384"], start=b"\x11", static=True)
    for i in range(4):
        log.add(f"rtmr{i}", ["sha384"], start=bytes([i]))
    return log, "rtmr2", "rtmr3"


def tpm_log():
    log = make_log.Log()
    log.add("pcr10", ["sha1", "sha256"])
    log.add("pcr16", ["sha1", "sha256"])
    log.add("pcr23", ["sha1", "sha256"])
    return log, "pcr10", "pcr16"


class Case:
    """A platform with a log, and how it is quoted and verified."""
    has_log = True

    def __init__(self, **kwargs):
        self.kwargs = kwargs

    def command(self, *args, files=(), trust=None):
        log = ["--log", "cel", "--checkpoints", "checkpoints"] \
            if self.has_log else []
        return ["verify", "--quote", "quote", *self.extra,
                *(self.trust if trust is None else trust), *log, *files,
                *args]

    def verify(self, *args, nonce=NONCE, trust=None, **kwargs):
        return Run(*self.command("--nonce", nonce.hex(), *args, trust=trust),
                   **kwargs)


class TdxCase(Case):
    log = staticmethod(tdx_log)
    extra = []
    trust = ["--root", "root.pem"]

    def quote(self, log, platform=TDX):
        put("quote", make_quote.tdx(platform, log.registers, NONCE,
                                    **self.kwargs))
        put("root.pem", platform.root.pem)


class TpmCase(Case):
    log = staticmethod(tpm_log)
    trust = ["--ak", "ak.pub"]

    def __init__(self, values=None):
        super().__init__()
        self.values = values
        self.extra = ["--signature", "signature"]
        if values:
            self.extra += ["--pcrs", "pcrs"]

    def quote(self, log, ak=AK):
        quote = make_quote.TpmQuote(ak, log.registers, PCRS, NONCE)
        put("quote", quote.message)
        put("signature", quote.signature)
        put("pcrs", getattr(quote, self.values or "plain")())
        put("ak.pub", ak.tpm2b())


class SvsmCase(TpmCase):
    """The TPM of an SVSM, which attests all of its services or just that"""

    def __init__(self, values=None, all_services=True):
        super().__init__(values)
        self.all_services = all_services
        self.extra += ["--svsm-report", "svsm-report", "--manifest",
                       "manifest", "--cert", "certificates"]
        self.trust = self.trust + ["--root", "root.pem"]

    def manifest(self, ek=EK):
        if not self.all_services:
            return ek.tpmt()
        return make_quote.services((uuid.UUID(int=1), b"something else"),
                                   (make_quote.VTPM, ek.tpmt()))

    def attest(self, manifest, platform=SNP, **kwargs):
        put("svsm-report", make_quote.svsm(platform, CHIP, NONCE, manifest,
                                           tcb=TCB, **kwargs))
        put("manifest", manifest)
        put("certificates", platform.table())
        put("root.pem", platform.ark.pem)

    def quote(self, log, ak=AK):
        super().quote(log, ak)
        self.attest(self.manifest())


class SnpCase(Case):
    has_log = False
    extra = ["--cert", "certificates"]
    trust = ["--root", "root.pem"]

    def __init__(self, platform=SNP, chip=CHIP, tcb=TCB, **kwargs):
        super().__init__(**kwargs)
        self.platform, self.chip, self.tcb = platform, chip, tcb

    def quote(self, _, platform=None):
        platform = platform or self.platform
        put("quote", make_quote.snp(platform, self.chip, NONCE, tcb=self.tcb,
                                    **self.kwargs))
        put("certificates", platform.table())
        put("root.pem", platform.ark.pem)


LOGGED = [("TDX 4", TdxCase()), ("TDX 5", TdxCase(version=5)),
          ("TDX 5 of TDX 1.5", TdxCase(version=5, body_type=3)),
          ("TPM with values", TpmCase("plain")),
          ("TPM with serialized values", TpmCase("serialized")),
          ("TPM without values", TpmCase()),
          ("SVSM", SvsmCase("plain")),
          ("SVSM without values, single service",
           SvsmCase(all_services=False))]
SNP_CASES = [("SNP", SnpCase()), ("SNP 2", SnpCase(version=2)),
             ("SNP 3", SnpCase(version=3)),
             ("SNP of family 1Ah", SnpCase(TURIN, TURIN_CHIP, TURIN_TCB,
                                           cpuid=make_quote.TURIN)),
             ("SNP with a VLEK", SnpCase(VLEK, bytes(64), key_info=1 << 2))]
ALL = LOGGED + SNP_CASES


def write(log):
    put("cel", log.cel())
    put("checkpoints", log.checkpoints())


def history(case, before=2, after=0, middle=None):
    """A log with so many records before and after the quote."""
    log, one, two = case.log()
    for i in range(before):
        log.event((one, two)[i % 2], b"event %d" % i)
    if middle:
        middle(log)
    case.quote(log)
    for i in range(before, before + after):
        log.event((one, two)[i % 2], b"event %d" % i)
    write(log)
    return log


def expect_coverage(case, covers, after):
    text = f"covers records up to {covers}" if covers is not None else \
        "covers no record"
    plural = "" if after == 1 else "s"
    case.verify().expect(0, f"quote: {text}, {after} record{plural} after it",
                         "quote: verified")
    report = case.verify("--json").expect(0).json()[0]
    check(report["result"] == "verified", report)
    check(report["quote"]["records_after"] == after, report)
    check(report["quote"]["covers_before"] == report["log"]["next_record"] -
          after, report)


@test_each(LOGGED)
def quote_fresh(case):
    """quote of the log's end"""
    history(case)
    expect_coverage(case, 1, 0)


@test_each(LOGGED)
def quote_older(case):
    """quote that is older than the log"""
    history(case, 2, 1)
    expect_coverage(case, 1, 1)
    history(case, 3, 40)
    expect_coverage(case, 2, 40)


@test_each(LOGGED)
def quote_of_nothing(case):
    """quote from before the first record"""
    history(case, 0, 2)
    expect_coverage(case, None, 2)


@test_each(LOGGED)
def quote_trimmed(case):
    """quote and a log that was trimmed before it"""
    log, one, two = case.log()
    for i in range(5):
        log.event(one, b"trimmed %d" % i)
    log.trim()
    log.event(two, b"event")
    case.quote(log)
    log.event(one, b"later")
    write(log)
    expect_coverage(case, 5, 1)


@test_each(LOGGED)
def quote_archived(case):
    """quote and the segments of an archive, one after the other"""
    log, one, two = case.log()
    log.event(one, b"one")
    log.event(two, b"two")
    case.quote(log)
    log.event(one, b"three")
    records = list(log.records)
    log.trim()
    log.event(two, b"four")
    log.records = records + log.records
    write(log)
    expect_coverage(case, 1, 2)
    case.quote(log)
    expect_coverage(case, 3, 0)


@test_each(LOGGED)
def quote_before_trim(case):
    """quote that is older than what is left of the log"""
    log, one, two = case.log()
    log.event(one, b"one")
    case.quote(log)
    log.event(one, b"two")
    log.trim()
    log.event(two, b"three")
    write(log)
    case.verify().expect(1, "quote: DIFFERS")


@test_each(LOGGED)
def quote_foreign(case):
    """quote after an extend from elsewhere"""
    _, one, _ = case.log()
    history(case, 2, 2, middle=lambda log: log.foreign(one))
    expect_coverage(case, 1, 2)


@test_each(LOGGED)
def quote_before_foreign(case):
    """quote before an extend from elsewhere"""
    log, one, two = case.log()
    log.event(one, b"one")
    case.quote(log)
    log.foreign(two)
    log.event(two, b"two")
    write(log)
    expect_coverage(case, 0, 1)


@test_each(LOGGED)
def quote_strict(case):
    """--strict: a log with something unexplained, and a quote from before that"""
    log, one, two = case.log()
    log.event(one, b"one")
    case.quote(log)
    log.event(two, b"two")
    write(log)
    case.verify("--strict").expect(0, "quote: verified")
    log.foreign(two)
    write(log)
    case.verify().expect(0, f"NOT EXPLAINED: {two} extended past the log")
    case.verify("--strict").expect(1, "quote: UNEXPLAINED")
    report, = case.verify("--strict", "--json").expect(1).json()
    check(report["result"] == "unexplained", report)


@test_each(LOGGED)
def quote_while_unsure(case):
    """quote of a moment at which the log was not sure of a register"""
    log, one, two = case.log()
    log.unsure(one)
    log.event(two, b"one")
    case.quote(log)
    log.event(one, b"in doubt, and it happened")
    log.known(one)
    write(log)
    text = f"quote: register {one} was unsure there"
    run = case.verify().expect(0, "covers records up to 0, 1 record after it",
                               text)
    check(run.out.count(text) == 1, run.out)
    case.verify("--strict").expect(1, text)
    report, = case.verify("--json").expect(0).json()
    check({r["register"] for r in report["quote"]["registers"]
           if "unsure" in r} == {one}, report)
    # Without the extend, the value was the right one.
    log, one, two = case.log()
    log.unsure(one)
    log.event(two, b"one")
    case.quote(log)
    log.known(one)
    write(log)
    run = case.verify("--strict").expect(0, "covers records up to 0, 0 records")
    check("unsure" not in run.out, run.out)


@test_each(LOGGED)
def quote_two_moments(case):
    """values of different moments"""
    log, one, two = case.log()
    log.event(one, b"one")
    early = {name: register.values.copy()
             for name, register in log.registers.items()}
    log.event(one, b"two")
    log.event(two, b"three")
    late = log.registers[one].values
    log.registers[one].values = early[one]
    case.quote(log)
    log.registers[one].values = late
    write(log)
    case.verify().expect(1, "quote: DIFFERS")


@test_each(LOGGED)
def quote_altered_record(case):
    """an altered record"""
    log = history(case, 3)
    cel = bytearray(log.cel())
    cel[cel.index(b"event 1") + 6] ^= 1
    put("cel", cel)
    case.verify().expect(0, "2 bound, 1 claimed (the first is record 1)",
                         "quote: verified")
    algorithm = list(log.registers[case.log()[2]].algorithms)[-1]
    digest = make_log.digest_of(algorithm, b"event 1")
    put("cel", log.cel().replace(digest, digest[::-1]))
    case.verify().expect(1, "quote: DIFFERS")
    report = case.verify("--json").expect(1).json()[0]
    check(report["result"] == "differs", report)


@test_each(LOGGED)
def quote_other_event(case):
    """a record of another event"""
    log, one, _ = case.log()
    log.event(one, b"what was measured")
    case.quote(log)
    log, one, _ = case.log()
    log.event(one, b"what was claimed")
    write(log)
    case.verify().expect(1, "quote: DIFFERS")


@test_each(LOGGED)
def quote_missing_record(case):
    """a log without its last record"""
    log = history(case, 3)
    log.records.pop()
    write(log)
    case.verify().expect(1, "quote: DIFFERS")


@test_each(ALL)
def quote_wrong_nonce(case):
    """wrong nonce"""
    if case.has_log:
        history(case)
    else:
        case.quote(None)
    case.verify().expect(0, "passed: the quote has the given nonce")
    for nonce in (NONCE[:-1] + b"\0", NONCE + b"\1", b"\1", NONCE[:-1]):
        case.verify(nonce=nonce).expect(
            1, "failed: the quote does not have the given nonce")
    Run(*case.command()).expect(0, "not checked: whether the quote is fresh")


def other_roots(case):
    """Each has somebody who must not be trusted."""
    put("other.pub", make_quote.Ak().tpm2b())
    put("other.pem", (pki.Tdx().root if isinstance(case, TdxCase)
                      else pki.Snp(CHIP).ark).pem)
    for i in range(0, len(case.trust), 2):
        trust = list(case.trust)
        trust[i + 1] = "other.pub" if trust[i] == "--ak" else "other.pem"
        yield trust


@test_each(ALL)
def quote_wrong_root(case):
    """another root or attestation key"""
    if case.has_log:
        history(case)
    else:
        case.quote(None)
    for trust in other_roots(case):
        case.verify(trust=trust).expect(1, "failed", "quote: DIFFERS")


@test_each(ALL)
def quote_no_root(case):
    """no root or attestation key: not verified"""
    if case.has_log:
        history(case)
    else:
        case.quote(None)
    for i in range(0, len(case.trust), 2):
        trust = case.trust[:i] + case.trust[i + 2:]
        run = case.verify(trust=trust).expect(2, "not checked",
                                              "nobody vouches for the quote")
        check("quote: verified" not in run.out, run.out)


TDX_CASE, SNP_CASE, TPM_CASE = TdxCase(), SnpCase(), TpmCase("plain")
SVSM_CASE = SvsmCase("plain")


@test_each([(who,) * 2 for who in ("root", "ca", "pck")])
def quote_tdx_expired(who):
    """TDX with an expired certificate"""
    log, _, _ = tdx_log()
    write(log)
    TDX_CASE.quote(log, pki.Tdx(expired=who))
    TDX_CASE.verify().expect(1, "certificate has expired")


@test_each([(who,) * 2 for who in ("ark", "ask", "vcek")])
def quote_snp_expired(who):
    """SNP with an expired certificate"""
    SNP_CASE.quote(None, pki.Snp(CHIP, TCB, expired=who))
    SNP_CASE.verify().expect(1, "certificate has expired")


@test_each([(who,) * 2 for who in ("ark", "ask", "vcek")])
def quote_svsm_expired(who):
    """SVSM with an expired certificate"""
    history(SVSM_CASE)
    SVSM_CASE.attest(SVSM_CASE.manifest(),
                     pki.Snp(CHIP, TCB, expired=who))
    SVSM_CASE.verify().expect(1, "certificate has expired")


@test
def quote_svsm_manifest():
    """SVSM whose report is of something else"""
    log = history(SVSM_CASE)
    SVSM_CASE.verify().expect(
        0, "quote: TPM quote, and an SVSM's report",
        "passed: the SVSM's report is of the nonce and the manifest",
        "passed: the SVSM's report is for VMPL0\n",
        "passed: the manifest says that it is the vTPM's key",
        "not checked: whether an SVSM that you trust was launched: "
        "MEASUREMENT is " + hashlib.sha384(b"measurement").hexdigest(),
        "not checked: whether the attestation key is in the TPM of the man")
    put("manifest", SVSM_CASE.manifest(make_quote.Ek()))
    SVSM_CASE.verify().expect(1, "failed: the SVSM's report is not of the non")
    # Another nonce than the TPM's quote has.
    manifest = SVSM_CASE.manifest()
    put("manifest", manifest)
    put("svsm-report", make_quote.svsm(SNP, CHIP, NONCE[::-1], manifest,
                                       tcb=TCB))
    for nonce in ([], ["--nonce", NONCE.hex()]):
        Run(*SVSM_CASE.command(*nonce)).expect(
            1, "failed: the SVSM's report is not of the nonce")
    # The guest can ask for all that an SVSM can, but not in its place.
    SVSM_CASE.attest(manifest, vmpl=2)
    SVSM_CASE.verify().expect(
        1, "failed: the SVSM's report is for VMPL2, and the SVSM is at VMPL0")
    SVSM_CASE.attest(manifest, policy=0xb0000)
    SVSM_CASE.verify().expect(1, "failed: the guest can be debugged")
    # A report of the guest's own, with the nonce and nothing else.
    put("svsm-report", make_quote.snp(SNP, CHIP, NONCE,
                                      tcb=TCB))
    SVSM_CASE.verify().expect(1, "failed: the SVSM's report is not of the non")
    # One that nobody can check, though the user trusts the attestation key.
    SVSM_CASE.attest(manifest)
    put("certificates", pki.Tdx().root.pem)
    SVSM_CASE.verify().expect(2, "no certificate of its VCEK was given",
                              "nobody vouches for the quote")
    single = SvsmCase("plain", all_services=False)
    single.quote(log)
    single.verify().expect(0, "not checked: whether the manifest is the vTPM's")


@test
def quote_svsm_ek():
    """SVSM with the endorsement key that a credential was activated for"""
    history(SVSM_CASE)
    put("ek.pem", EK.pem())
    put("ek.tpmt", EK.tpmt())
    for name in ("ek.pem", "ek.tpmt"):
        SVSM_CASE.verify("--ek", name).expect(
            0, "passed: the manifest has the given endorsement key",
            "not checked: whether the attestation key activated a credential")
    report, = SVSM_CASE.verify("--ek", "ek.pem", "--json").expect(0).json()
    results = {c["check"]: c["result"] for c in report["quote"]["checks"]}
    check(results["endorsement-key"] == results["svsm-manifest"] == "passed" and
          results["credential"] == "not checked", results)
    put("other.pem", make_quote.Ek().pem())
    SVSM_CASE.verify("--ek", "other.pem").expect(
        1, "failed: the manifest has another endorsement key")
    put("other.pem", b"no key at all")
    SVSM_CASE.verify("--ek", "other.pem").expect(
        2, "could not check: quote: endorsement key: ")


@test
def quote_svsm_ak():
    """SVSM with an attestation key that others may have"""
    log = history(SVSM_CASE)
    SVSM_CASE.verify().expect(0, "passed: the attestation key stays in the TPM")
    put("ak.pem", AK.pem())
    SVSM_CASE.verify(trust=["--ak", "ak.pem", "--root", "root.pem"]).expect(
        0, "not checked: whether the attestation key stays in the TPM")
    for left_out in (0x2, 0x10, 0x20):
        SVSM_CASE.quote(log, make_quote.Ak(
            attributes=make_quote.RESTRICTED_SIGNER & ~left_out))
        SVSM_CASE.verify().expect(
            1, "failed: the attestation key does not have to stay in the TPM")
        # Who trusts a TPM's key by itself knows where it is.
        TPM_CASE.verify().expect(0)


@test
def quote_svsm_alone():
    """SVSM without its TPM"""
    SVSM_CASE.quote(tpm_log()[0])
    args = ("verify", "--quote", "svsm-report", "--manifest", "manifest",
            "--cert", "certificates", "--root", "root.pem")
    Run(*args, "--nonce", NONCE.hex()).expect(
        0, "quote: SNP report of an SVSM, version 5",
        "quote: verified; not compared with any log")
    Run(*args, "--nonce", NONCE[::-1].hex()).expect(1, "quote: DIFFERS")
    # What the manifest is worth, only the nonce tells.
    Run(*args).expect(2, "not checked: whether the SVSM's report is of the man",
                      "nobody vouches for the quote")


@test
def quote_svsm_missing():
    """SVSM's files that are missing, or are given with another's"""
    log = history(SVSM_CASE)
    put("ek.pem", EK.pem())
    SVSM_CASE.verify("--ek", "ek.pem").expect(0)
    # The TPM's quote is good. But the SVSM was to vouch for it.
    for more, text in ((["--ek", "ek.pem"], "--manifest and --ek go with"),
                       (["--manifest", "manifest"], "--manifest and --ek go"),
                       (["--root", "root.pem"], "by its report"),
                       (["--svsm-report", "svsm-report"], "is of its manif")):
        TPM_CASE.verify(*more).expect(2, text)
    TDX_CASE.quote(make_log.Log())
    put("quote", make_quote.tdx(TDX, {}, NONCE))
    TDX_CASE.verify("--manifest", "manifest").expect(2, "go with the report")
    TDX_CASE.verify("--svsm-report", "svsm-report", "--manifest",
                    "manifest").expect(2, "only the TPM of an SVSM goes")
    SVSM_CASE.quote(log)
    put("svsm-report", b"")
    SVSM_CASE.verify().expect(2, "svsm-report is empty")


def hostile_manifests():
    ek, other = EK.tpmt(), uuid.UUID(int=1)
    good = make_quote.services((make_quote.VTPM, ek))
    yield "no vTPM", make_quote.services((other, ek)), "it has no vTPM"
    yield "no service", make_quote.services(), "it has no vTPM"
    yield "two vTPMs", make_quote.services(
        (make_quote.VTPM, ek), (make_quote.VTPM, ek)), "it has two vTPMs"
    yield "empty vTPM", make_quote.services((make_quote.VTPM, b"")), \
        "the vTPM's endorsement key: "
    yield "no key", make_quote.services((make_quote.VTPM, b"key" * 50)), \
        "the vTPM's endorsement key: "
    yield "more than a key", ek + b"\0", "1 bytes too many"
    yield "sized key", make_quote.sized(ek), "endorsement key: "
    yield "PEM", EK.pem(), "endorsement key: "
    yield "other size", good[:16] + b"\xff" + good[17:], "bytes, and says"
    for name, at, number in (("offset", 40, 0xffffffff), ("offset", 40, 1 << 12),
                             ("length", 44, 0xffffffff)):
        yield f"{name} {number:#x}", good[:at] + number.to_bytes(4, "little") + \
            good[at + 4:], "is not within the manifest"
    yield "many services", good[:20] + b"\xff" * 4 + good[24:], "SVSM's manifest"


@test_each(hostile_manifests())
def quote_svsm_hostile(manifest, text):
    """SVSM with a broken manifest"""
    history(SVSM_CASE)
    SVSM_CASE.attest(manifest)
    SVSM_CASE.verify().expect(2, "quote: the SVSM's manifest: ", text)


@test
def quote_tdx_crl():
    """TDX with revocation lists"""
    history(TDX_CASE)
    put("root.crl", TDX.root.crl())
    put("ca.crl", TDX.ca.crl())
    TDX_CASE.verify().expect(0, "not checked: revocation of 2 of the 2")
    TDX_CASE.verify("--crl", "ca.crl").expect(
        0, "passed: 1 of the 2", "not checked: revocation of 1 of the 2")
    run = TDX_CASE.verify("--crl", "ca.crl", "--crl", "root.crl").expect(
        0, "passed: 2 of the 2")
    check("not checked: revocation" not in run.out, run.out)
    put("ca.crl", TDX.ca.crl([TDX.pck]))
    TDX_CASE.verify("--crl", "ca.crl").expect(1, "certificate revoked")
    put("ca.crl", TDX.ca.crl(start=-3, end=-1))
    TDX_CASE.verify("--crl", "ca.crl").expect(1, "CRL has expired")
    put("ca.crl", pki.Tdx().ca.crl())
    TDX_CASE.verify("--crl", "ca.crl").expect(1, "CRL signature failure")


@test
def quote_snp_crl():
    """SNP with a revocation list"""
    SNP_CASE.quote(None)
    put("crl", SNP.ark.crl())
    SNP_CASE.verify("--crl", "crl").expect(
        0, "passed: 1 of the 2",
        "revocation of 1 of the 2 certificates from VCEK to its root: "
        "no list of CN=Test SEV was given (--crl)")
    put("crl", SNP.ark.crl([SNP.ask]))
    SNP_CASE.verify("--crl", "crl").expect(1, "certificate revoked",
                                           "see what has failed")


@test
def quote_debug():
    """guests and enclaves that can be debugged"""
    log = history(TDX_CASE)
    put("quote", make_quote.tdx(TDX, log.registers, NONCE, attributes=1))
    TDX_CASE.verify().expect(1, "failed: the guest can be debugged")
    TDX_CASE.quote(log, pki.Tdx(debug=True))
    TDX_CASE.verify().expect(1, "failed: the quoting enclave can be")
    SNP_CASE.quote(None)
    put("quote", make_quote.snp(SNP, CHIP, NONCE, policy=0xb0000,
                                tcb=TCB))
    SNP_CASE.verify().expect(1, "failed: the guest can be debugged")


@test
def quote_snp_other_machine():
    """SNP certificates of another chip or TCB"""
    SNP_CASE.quote(None)
    SNP_CASE.verify().expect(0, "passed: the certificate is of this chip",
                             "passed: the certificate is of the reported TCB")
    put("quote", make_quote.snp(SNP, CHIP[::-1], NONCE,
                                tcb=TCB))
    SNP_CASE.verify().expect(1, "failed: the certificate is not of this chip")
    put("quote", make_quote.snp(SNP, CHIP, NONCE, tcb=0xd315000000000303))
    SNP_CASE.verify().expect(1, "failed: the certificate is not of the rep")
    put("quote", make_quote.snp(SNP, CHIP, NONCE, tcb=TCB,
                                key_info=7 << 2))
    SNP_CASE.verify().expect(1, "failed: the report is not signed")


@test_each(SNP_CASES)
def quote_snp_machine(case):
    """what SNP certificates say of the machine"""
    case.quote(None)
    texts = ["passed: the certificate is of the reported TCB"]
    if case.platform is VLEK:
        texts.append("not checked: whether you trust the provider that the "
                     "certificate is for: CN=cc.example.com")
    else:
        texts.append("passed: the certificate is of this chip")
    run = case.verify()
    run.expect(0, *texts)
    check(("of this chip" in run.out) == (case.platform is not VLEK), run.out)


@test
def quote_snp_turin():
    """SNP reports of family 1Ah, of another chip or TCB"""
    case = dict(SNP_CASES)["SNP of family 1Ah"]
    case.quote(None)
    for chip, tcb, text in (
            (CHIP[1:], TURIN_TCB, "not of this chip"),
            (TURIN_CHIP[1:] + b"\0", TURIN_TCB, "not of this chip"),
            (TURIN_CHIP[:-1] + b"\1", TURIN_TCB, "not of this chip"),
            *((TURIN_CHIP, TURIN_TCB ^ 1 << 8 * byte, "not of the reported TCB")
              for byte in (0, 1, 2, 3, 7))):
        put("quote", make_quote.snp(TURIN, chip.ljust(64, b"\0"), NONCE,
                                    tcb=tcb, cpuid=make_quote.TURIN))
        case.verify().expect(1, f"failed: the certificate is {text}")


@test
def quote_snp_hidden_chip():
    """an SNP report of a host that hides its chip"""
    SnpCase(chip=bytes(64)).quote(None)
    SNP_CASE.verify().expect(0, "not checked: whether the certificate is of "
                                "this chip: the host hides which one it is")


@test_each([("no provider", pki.Snp(CHIP, tcb=TCB)),
            ("control characters", pki.Snp(CHIP, tcb=TCB, provider=b"a\33[1m")),
            ("a long name", pki.Snp(CHIP, tcb=TCB, provider=b"a" * 127))])
def quote_snp_provider(platform):
    """an SNP report by a VLEK whose provider is"""
    SnpCase(platform, bytes(64), key_info=1 << 2).quote(None)
    run = SNP_CASE.verify()
    if platform.kind == "vlek" and b"a" * 127 in platform.vcek.der:
        run.expect(0, f"provider that the certificate is for: {'a' * 127}\n")
    else:
        run.expect(0, "not checked: whose machines the certificate is for: "
                      "it does not say")


@test
def quote_snp_table():
    """a table of SNP certificates with other entries"""
    crl = bytes.fromhex("92f81bc358114d3d97ffd19f88dc67ea")
    other = bytes.fromhex("ecae0c0f950243b1afa20ae2e0d565b6")
    for others in ([(crl, SNP.ark.crl())], [(other, b"\1\2\3")],
                   [(other, b""), (crl, b"no list"), (other, bytes(100))]):
        SNP_CASE.quote(None)
        put("certificates", SNP.table(others))
        SNP_CASE.verify().expect(0, "quote: verified")
        # What is not taken is within the table all the same.
        put("certificates", SNP.table(others)[:24 * len(others) - 4] +
            b"\0\0\1\0" + SNP.table(others)[24 * len(others):])
        SNP_CASE.verify().expect(2, "not within the table")
    put("certificates", SNP.table([(other, SNP.vcek.der)])[:24] + bytes(24))
    SNP_CASE.verify().expect(2, "certificates: ")


@test
def quote_snp_pem():
    """SNP certificates one by one"""
    SNP_CASE.quote(None)
    put("vcek.pem", SNP.vcek.pem)
    put("ask.der", SNP.ask.der)
    Run("verify", "--quote", "quote", "--cert", "vcek.pem", "--cert",
        "ask.der", "--root", "root.pem").expect(0, "quote: verified")
    Run("verify", "--quote", "quote", "--root", "root.pem").expect(
        2, "no certificate of its VCEK was given")
    Run("verify", "--quote", "quote", "--cert", "vcek.pem", "--root",
        "root.pem").expect(1, "unable to get")


@test
def quote_tdx_pem():
    """TDX with the PCK's certificate in a file"""
    platform = pki.Tdx()
    log = history(TDX_CASE)
    report = bytearray(384)
    report[320:352] = hashlib.sha256(pki.public_point(platform.key)).digest()
    platform.certification = platform.certify(bytes(report), b"", b"")
    TDX_CASE.quote(log, platform)
    TDX_CASE.verify().expect(2, "nobody vouches for the quote")
    with open("quote", "rb") as file:
        data = bytearray(file.read())
    data[-6:-4] = b"\1\0"  # not a chain, but an ID of the platform
    put("quote", data)
    put("chain.pem", platform.ca.pem + platform.pck.pem)
    TDX_CASE.verify().expect(2, "certification data of type 1")
    TDX_CASE.verify("--cert", "chain.pem").expect(0, "quote: verified")


@test
def quote_not_signed():
    """a quote that nobody signed"""
    log = history(TDX_CASE)
    data = make_quote.tdx(TDX, log.registers, NONCE)[:48 + 584]
    put("quote", data + bytes(4))
    TDX_CASE.verify().expect(1, "failed: the quote is not signed")


@test_each([(name, *args) for name, *args in (
    ("RSAPSS", make_quote.RSAPSS, "sha384"),
    ("ECDSA", make_quote.ECDSA, "sha256"))])
def quote_tpm_schemes(scheme, algorithm):
    """TPM with another kind of key"""
    ak = make_quote.Ak(scheme, algorithm)
    log = history(TPM_CASE)
    TPM_CASE.quote(log, ak)
    TPM_CASE.verify().expect(0, "quote: verified",
                             "passed: the key signs only what the TPM made")
    for name, data in (("pem", ak.pem()), ("tpmt", ak.tpmt())):
        put(name, data)
        TPM_CASE.verify(trust=["--ak", name]).expect(0, "quote: verified")
    put("other", AK.tpm2b())
    TPM_CASE.verify(trust=["--ak", "other"]).expect(
        1, "failed: the quote is not signed")
    TPM_CASE.quote(log, make_quote.Ak(attributes=make_quote.SIGNER))
    TPM_CASE.verify().expect(1, "failed: the key signs more than")


@test
def quote_tpm_values():
    """TPM: a PCR that differs is named"""
    log = history(TPM_CASE)
    log.event("pcr16", b"not in the log")
    TPM_CASE.quote(log)
    TPM_CASE.verify().expect(1, "register pcr16, bank sha256",
                             "which the log never leads to")
    with open("pcrs", "rb") as file:
        values = bytearray(file.read())
    values[0] ^= 1
    put("pcrs", values)
    TPM_CASE.verify().expect(1, "failed: the PCR values are not those")


@test
def quote_tpm_unknown():
    """TPM: PCRs that no log has"""
    log, _, _ = tpm_log()
    write(log)
    registers = dict(log.registers, pcr5=b"\5" * 32)
    quote = make_quote.TpmQuote(AK, registers, [("sha256", [5, 16])], NONCE)
    put("quote", quote.message)
    put("signature", quote.signature)
    put("pcrs", quote.plain())
    put("ak.pub", AK.tpm2b())
    TpmCase().verify().expect(2, "bank sha256 of pcr5 is in the quote, and")
    TPM_CASE.verify().expect(0, "not compared, in no log: pcr5 sha256",
                             "does not have: pcr10, pcr23",
                             "1 register equal to the log")
    quote = make_quote.TpmQuote(AK, registers, [("sha256", [5])], NONCE)
    put("quote", quote.message)
    put("signature", quote.signature)
    put("pcrs", quote.plain())
    TPM_CASE.verify().expect(2, "no register and bank in common")


def firmware_log(ccmr):
    log = tcg2.Firmware(["sha384" if ccmr else "sha256"], ccmr=ccmr)
    log.extend(1, b"configuration")
    log.extend(3 if ccmr else 4, b"loader")
    return log


@test
def quote_firmware_tdx():
    """TDX with the firmware's log alone"""
    firmware = firmware_log(True)
    put("firmware", firmware.data)
    registers = {"mrtd": b"\1" * 48}
    for i in range(4):
        registers[f"rtmr{i}"] = firmware.value(i + 1)["sha384"]
    put("quote", make_quote.tdx(TDX, registers, NONCE))
    put("root.pem", TDX.root.pem)
    args = ("verify", "--quote", "quote", "--root", "root.pem",
            "--firmware-log", "firmware")
    Run(*args).expect(0, "4 registers equal to the firmware's log",
                      "not compared, in no log: mrtd", "quote: verified")
    registers["rtmr2"] = b"\7" * 48
    put("quote", make_quote.tdx(TDX, registers, NONCE))
    Run(*args).expect(1, "register rtmr2, bank sha384: the quote has 0707",
                      "which the firmware's log never leads to")
    put("firmware", firmware.data[:-1])
    Run(*args).expect(2, "could not check")


@test_each([("with values", True), ("without values", False)])
def quote_firmware_tpm(values):
    """TPM with the firmware's log alone"""
    firmware = firmware_log(False)
    put("firmware", firmware.data)
    registers = {f"pcr{i}": firmware.value(i)["sha256"] for i in range(24)}
    args = ["verify", "--quote", "quote", "--signature", "signature",
            "--ak", "ak.pub", "--firmware-log", "firmware"]
    if values:
        args += ["--pcrs", "pcrs"]
    put("ak.pub", AK.tpm2b())
    for wrong in (False, True):
        if wrong:
            registers["pcr4"] = b"\7" * 32
        quote = make_quote.TpmQuote(AK, registers, [("sha256", [0, 1, 4])],
                                    NONCE)
        put("quote", quote.message)
        put("signature", quote.signature)
        put("pcrs", quote.plain())
        if not wrong:
            Run(*args).expect(0, "3 registers equal to the firmware's log")
        else:
            Run(*args).expect(1, "quote: DIFFERS")


@test
def quote_firmware_launch():
    """TPM with a firmware's log that has a dynamic launch"""
    firmware = firmware_log(False)
    firmware.launch()
    firmware.extend(17, b"measured by the processor", 0x502)
    firmware.extend(17, b"policy", 0x502)
    firmware.extend(18, b"what it has launched", 0x502)
    put("firmware", firmware.data)
    put("ak.pub", AK.tpm2b())
    registers = {f"pcr{i}": firmware.value(i)["sha256"] for i in range(24)}
    args = ("verify", "--quote", "quote", "--signature", "signature", "--pcrs",
            "pcrs", "--ak", "ak.pub", "--firmware-log", "firmware")

    def quote():
        signed = make_quote.TpmQuote(AK, registers,
                                     [("sha256", [1, 17, 18, 19, 22])], NONCE)
        put("quote", signed.message)
        put("signature", signed.signature)
        put("pcrs", signed.plain())

    quote()
    Run(*args).expect(0, "5 registers equal to the firmware's log",
                      "quote: verified")
    registers["pcr19"] = b"\xff" * 32
    quote()
    Run(*args).expect(1, "register pcr19, bank sha256: the quote has ffff",
                      "has no extend of it, which starts with 0000")


@test
def quote_firmware_old_format():
    """TPM with a firmware's log in the old format"""
    firmware = tcg2.Firmware(["sha1"])
    firmware.extend(0, b"crtm")
    put("firmware", tcg2.Parsed(firmware.data).old_format())
    put("ak.pub", AK.tpm2b())
    registers = {f"pcr{i}": firmware.value(i)["sha1"] for i in range(24)}
    signed = make_quote.TpmQuote(AK, registers, [("sha1", [0, 1])], NONCE)
    put("quote", signed.message)
    put("signature", signed.signature)
    args = ("verify", "--quote", "quote", "--signature", "signature", "--ak",
            "ak.pub", "--firmware-log", "firmware")
    Run(*args).expect(0, "2 registers equal to the firmware's log, in the old "
                         "format, of SHA-1 alone, which is broken\n")
    registers["pcr1"] = b"\1" * 20
    signed = make_quote.TpmQuote(AK, registers, [("sha1", [0, 1])], NONCE)
    put("quote", signed.message)
    put("signature", signed.signature)
    Run(*args).expect(1, "with the PCR values (--pcrs) it is said which")


@test_each(ALL)
def quote_truncated(case):
    """truncated files"""
    if case.has_log:
        history(case)
    else:
        case.quote(None)
    case.verify().expect(0)
    names = ["quote"] + [n for n in ("signature", "certificates", "ak.pub",
                                     "svsm-report", "manifest")
                         if os.path.exists(n)]
    if "--pcrs" in case.extra:
        names.append("pcrs")
    for name in names:
        with open(name, "rb") as file:
            whole = file.read()
        for size in sorted({*range(0, len(whole), 61), len(whole) - 1}):
            put(name, whole[:size])
            run = case.verify()
            check(run.status in (1, 2), f"{name} cut to {size}: {run.out}")
        # A host may hand out a table with room after it.
        if name != "certificates":
            put(name, whole + b"\1")
            check(case.verify().status in (1, 2),
                  f"{name} with one byte more")
        put(name, whole)


@test
def quote_other_files():
    """files that are no quote"""
    for data in (b"", b"text", bytes(1184), b"\3\0\2\0" + bytes(600),
                 b"\6\0\2\0\x81\0\0\0" + bytes(1000)):
        put("quote", data)
        Run("verify", "--quote", "quote").expect(2, "could not check:")
    Run("verify", "--quote", "missing").expect(2, "cannot open missing")
    put("root", b"no certificate")
    put("quote", make_quote.tdx(TDX, {}, NONCE))
    Run("verify", "--quote", "quote", "--root", "root").expect(
        2, "root: it is no certificate")
    Run("verify", "--quote", "quote", "--crl", "root").expect(
        2, "root: it is no revocation list")
    for nonce in ("", "0", "xx", "00" * 65):
        Run("verify", "--quote", "quote", "--nonce", nonce).expect(2, "--nonce")
    Run("verify", "--nonce", "00").expect(2, "there is no --quote")
    Run("verify", "--quote", "quote", "--log", "x").expect(2, "go together")
    Run("verify", "--quote", "quote", "tpm0").expect(2, "goes with files")


@test
def quote_unread():
    """a quote that cannot be read: nothing is said of the log"""
    history(TDX_CASE)
    put("quote", b"no quote")
    run = TDX_CASE.verify().expect(2, "could not check: quote: it is no TDX")
    check(run.out == "", run.out)
    report, = TDX_CASE.verify("--json").expect(2).json()
    check("log" not in report, report)


def accepted(command, path, data, positions):
    """Those positions whose altered byte is not found."""
    left = []
    for at in positions:
        altered = bytearray(data)
        altered[at] ^= 1 << at % 8
        put(path, altered)
        status = subprocess.run(command, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL,
                                check=False).returncode
        if status not in (1, 2):
            left.append((at, status))
    put(path, data)
    return left


@test_each([(name, case) for name, case in ALL
            if name not in ("TDX 5", "TPM with serialized values",
                            "TPM without values",
                            "SVSM without values, single service")])
def quote_each_byte(case):
    """each altered byte of a quote is found"""
    if case.has_log:
        history(case)
    else:
        case.quote(None)
    command = [FAST or TOOL, *case.command("--nonce", NONCE.hex())]
    check(subprocess.run(command, stdout=subprocess.DEVNULL,
                         check=False).returncode == 0, "the quote itself")
    for name in ("quote", "signature", "svsm-report", "manifest"):
        if not os.path.exists(name):
            continue
        with open(name, "rb") as file:
            data = file.read()
        left = accepted(command, name, data, range(len(data)))
        check(not left, f"{name}: accepted with another byte at {left[:20]}")


def tool(*args):
    done = subprocess.run(args, capture_output=True, check=False)
    check(not done.returncode, f"{args}: {done.stderr.decode()}")


@test
def quote_checkquote():
    """the same verdict as tpm2_checkquote's"""
    # Not of RSAPSS: tpm2-tools before 5.6 take each RSA signature for RSASSA. What
    # openssl says of that, test_collect.py asks.
    if not shutil.which("tpm2_checkquote"):
        raise RuntimeError("tpm2-tools are missing: apt-get install tpm2-tools")
    log = history(TPM_CASE)
    for ak in (AK, make_quote.Ak(make_quote.ECDSA)):
        TPM_CASE.quote(log, ak)
        put("ak.pem", ak.pem())
        quote = make_quote.TpmQuote(ak, log.registers, PCRS, NONCE)
        put("quote", quote.message)
        put("signature", quote.signature)
        put("pcrs", quote.serialized())
        for name, at in ((None, 0), ("quote", 60), ("signature", 40),
                         ("pcrs", 140)):
            files = {}
            for file in ("quote", "signature", "pcrs"):
                with open(file, "rb") as source:
                    files[file] = bytearray(source.read())
            saved = {n: bytes(d) for n, d in files.items()}
            if name:
                files[name][at] ^= 4
                put(name, files[name])
            theirs = subprocess.run(
                ["tpm2_checkquote", "-u", "ak.pem", "-m", "quote", "-s",
                 "signature", "-f", "pcrs", "-g", "sha256", "-q",
                 NONCE.hex()], capture_output=True, check=False)
            ours = TPM_CASE.verify()
            check((theirs.returncode == 0) == (ours.status == 0) ==
                  (name is None),
                  f"{name}: {theirs.stderr} {theirs.returncode} {ours.out}")
            for file, data in saved.items():
                put(file, data)


@test
def quote_swtpm():
    """quotes of a software TPM by tpm2_quote"""
    for program in ("swtpm", "tpm2_quote"):
        if not shutil.which(program):
            raise RuntimeError(f"{program} is missing")
    with tempfile.TemporaryDirectory() as state:
        socket = os.path.join(state, "socket")
        tpm = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}",
             "--server", f"type=unixio,path={socket}", "--ctrl",
             f"type=unixio,path={socket}.ctrl", "--flags",
             "not-need-init,startup-clear"], stderr=subprocess.DEVNULL)
        try:
            swtpm_quotes(f"swtpm:path={socket}", socket)
        finally:
            tpm.kill()
            tpm.wait()


def wait_for(path):
    for _ in range(100):
        if os.path.exists(path):
            return
        subprocess.run(["sleep", "0.1"], check=True)


def swtpm_quotes(tcti, socket):
    wait_for(socket)
    os.environ["TPM2TOOLS_TCTI"] = tcti
    log, _, _ = tpm_log()
    try:
        tool("tpm2_createek", "-c", "ek.ctx", "-G", "rsa", "-u", "ek.pub")
        for i in range(2):
            log.event("pcr16", b"event %d" % i)
            tool("tpm2_pcrextend", "16:" + ",".join(
                f"{a}={hashlib.new(a, b'event %d' % i).hexdigest()}"
                for a in ("sha1", "sha256")))
        for kind, scheme in (("rsa", "rsassa"), ("rsa", "rsapss"),
                             ("ecc", "ecdsa")):
            tool("tpm2_flushcontext", "-t")
            tool("tpm2_createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", kind,
                 "-s", scheme, "-g", "sha256", "-u", "ak.pub")
            tool("tpm2_flushcontext", "-t")
            for form in ("values", "serialized"):
                tool("tpm2_flushcontext", "-t")
                tool("tpm2_quote", "-c", "ak.ctx", "-l",
                     "sha1:10+sha256:10,16", "-q", NONCE.hex(), "-m", "quote",
                     "-s", "signature", "-o", "pcrs", "-F", form, "--scheme",
                     scheme)
                write(log)
                expect_coverage(TpmCase(form), 1, 0)
                expect_coverage(TpmCase(), 1, 0)
    finally:
        del os.environ["TPM2TOOLS_TCTI"]


if __name__ == "__main__":
    sys.exit(run_tests())
