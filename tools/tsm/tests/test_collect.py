#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tsm-log quote, and of verify for what it collects.

    test_collect.py TSM_LOG FAST_TSM_LOG CONFIGFS

CONFIGFS (configfs.c) is preloaded into FAST_TSM_LOG where it asks a platform for a
quote, which make_quote.py has made. TPMs are software, and tpm2-tools look at the
same quotes.
"""

import contextlib
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
from harness import FAST, Run, check, run_tests, test, test_each
from make_log import put
from make_quote import pki

CONFIGFS = os.path.abspath(sys.argv[3])
NONCE = bytes(range(1, 33))
BANKS = ["sha1", "sha256", "sha384", "sha512"]
CHIP = bytes(range(64))
TCB = 0xd315000000000304
TDX = pki.Tdx()
SNP = pki.Snp(CHIP, tcb=TCB)


def quote(provider, *args, nonce=NONCE, output="q", **kwargs):
    return Run("quote", "--sysfs", "tree", "--nonce", nonce.hex(), "-o", output,
               *args, provider, **kwargs)


def verify(*args, path="./q", nonce=NONCE):
    return Run("verify", "--nonce", nonce.hex(), *args, path)


def files(path="q"):
    return sorted(os.listdir(path))


def content(path):
    with open(path, "rb") as file:
        return file.read()


# Platforms.

def platform(provider, *args, blobs, **kwargs):
    os.makedirs("configfs", exist_ok=True)
    put("blobs/inblob", b"")
    put("blobs/generation", b"1\n")
    for name, data in blobs.items():
        put(f"blobs/{name}", data)
    env = {"LD_PRELOAD": CONFIGFS, "CONFIGFS_BLOBS": "blobs"}
    return quote(provider, "--configfs", "configfs", *args, tool=FAST,
                 env=dict(env, **kwargs.pop("env", {})), **kwargs)


def tdx_log(events=2):
    log = make_log.Log("tdx")
    log.add("mrtd", ["sha384"], start=b"\x11", static=True)
    for i in range(4):
        log.add(f"rtmr{i}", ["sha384"])
    for i in range(events):
        log.event(f"rtmr{2 + i % 2}", b"event %d" % i)
    log.write_tree("tree")
    return log


def tdx_blobs(log, **kwargs):
    put("root.pem", TDX.root.pem)
    return {"outblob": make_quote.tdx(TDX, log.registers, NONCE, **kwargs)}


@test_each([("4", {}), ("5", {"version": 5}),
            ("5 of TDX 1.5", {"version": 5, "body_type": 3})])
def tdx(kwargs):
    """quote of TDX, and a record after it"""
    log = tdx_log()
    blobs = tdx_blobs(log, **kwargs)
    # The log is read after the quote.
    log.event("rtmr3", b"later")
    log.write_tree("tree")
    platform("tdx", blobs=blobs).expect(
        0, "tdx: a quote is in q, with a log of 3 records\n")
    check(files() == ["cel", "checkpoints", "quote"], f"{files()}")
    check(content("blobs/written.inblob") == NONCE.ljust(64, b"\0"), "the nonce")
    check(os.listdir("configfs") == [], "the report is gone")
    verify("--root", "root.pem").expect(
        0, "quote: covers records up to 1, 1 record after it", "quote: verified")
    verify().expect(2, "nobody vouches for the quote")
    verify("--root", "root.pem", nonce=NONCE[::-1]).expect(1, "quote: DIFFERS")
    report, = verify("--json", "--root", "root.pem").expect(0).json()
    check(report["quote"]["records_after"] == 1, f"{report}")


@test
def tdx_firmware():
    """quote of TDX with the firmware's log"""
    firmware = tcg2.Firmware(["sha384"], ccmr=True)
    firmware.extend(1, b"configuration")
    firmware.extend(3, b"boot loader")
    put("ccel", firmware.data)
    log = tdx_log(0)
    for i in range(4):
        log.registers[f"rtmr{i}"].values = {
            "sha384": firmware.value(i + 1)["sha384"]}
    log.lines = []
    for name in log.registers:
        log.checkpoint("register", name)
    log.event("rtmr2", b"event")
    log.write_tree("tree")
    platform("tdx", "--firmware-log", "ccel", blobs=tdx_blobs(log)).expect(
        0, "with a log of 1 record and the firmware's\n")
    verify("--root", "root.pem").expect(0, "follows on the firmware's log")
    put("q/firmware", firmware.data.replace(b"boot loader", b"Boot loader"))
    verify("--root", "root.pem").expect(0)
    put("q/firmware", firmware.data[:-1])
    verify("--root", "root.pem").expect(2, "could not check")
    # What is left of a trimmed log has no beginning that could follow on it.
    log.trim()
    log.write_tree("tree")
    shutil.rmtree("q")
    platform("tdx", "--firmware-log", "ccel", blobs=tdx_blobs(log)).expect(0)
    run = verify("--root", "root.pem").expect(0, "covers no record, 0 records")
    check("follows on" not in run.out, run.out)


@test
def snp():
    """quote of SNP, which has no log"""
    log = make_log.Log("snp")
    log.add("measurement", ["sha384"], static=True)
    log.write_tree("tree")
    put("root.pem", SNP.ark.pem)
    platform("snp", blobs={
        "outblob": make_quote.snp(SNP, CHIP, NONCE, tcb=TCB),
        "auxblob": SNP.table()}).expect(0, "snp: a quote is in q\n")
    check(files() == ["certificates", "quote"], f"{files()}")
    verify("--root", "root.pem").expect(0, "quote: verified")
    put("other.pem", pki.Snp(CHIP).ark.pem)
    verify("--root", "other.pem").expect(1, "quote: DIFFERS")


@test
def snp_level():
    """quote of SNP, for the level that the guest is at"""
    log = make_log.Log("snp")
    log.add("measurement", ["sha384"], static=True)
    log.write_tree("tree")
    blobs = {"outblob": make_quote.snp(SNP, CHIP, NONCE, tcb=TCB, vmpl=2),
             "privlevel_floor": b"2\n", "privlevel": b""}
    platform("snp", blobs=blobs).expect(0)
    check(content("blobs/written.privlevel") == b"2\n", "the level")
    shutil.rmtree("q")
    os.remove("blobs/privlevel")
    del blobs["privlevel"]
    platform("snp", blobs=blobs).expect(2, "privlevel: cannot write to it")


@test_each([("no driver", {"CONFIGFS_ERRNO": "6"}, {}, "driver is not there"),
            ("no quote", {}, {"outblob": b""}, "outblob is empty"),
            ("no outblob", {}, {}, "cannot open outblob")])
def platform_fails(env, blobs, text):
    """quote of a platform that gives none"""
    tdx_log()
    platform("tdx", blobs=blobs, env=env).expect(2, f"tsm-log: tdx: configfs: ",
                                                 text)
    check(not os.path.exists("q") and os.listdir("configfs") == [],
          "nothing is left")


@test
def no_configfs():
    """quote without configfs"""
    tdx_log()
    quote("tdx", "--configfs", "nothing").expect(
        2, "cannot open nothing: No such file or directory; is configfs mounted")


# TPMs.

def tool(*args):
    done = subprocess.run(args, capture_output=True, check=False)
    check(not done.returncode, f"{args}: {done.stderr.decode()}")


@contextlib.contextmanager
def software_tpm():
    """A TPM, as tpm2-tools are told of it."""
    for program in ("swtpm", "tpm2_quote"):
        if not shutil.which(program):
            raise RuntimeError(f"{program} is missing")
    with tempfile.TemporaryDirectory() as state:
        socket = os.path.join(state, "socket")
        with subprocess.Popen(
                ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}",
                 "--server", f"type=unixio,path={socket}", "--ctrl",
                 f"type=unixio,path={socket}.ctrl", "--flags",
                 "not-need-init,startup-clear"],
                stderr=subprocess.DEVNULL) as tpm:
            for _ in range(300):
                if os.path.exists(socket):
                    break
                subprocess.run(["sleep", "0.1"], check=True)
            os.environ["TPM2TOOLS_TCTI"] = f"swtpm:path={socket}"
            try:
                yield f"swtpm:path={socket}"
            finally:
                del os.environ["TPM2TOOLS_TCTI"]
                tpm.kill()


def tpm_log():
    log = make_log.Log("tpm0")
    log.add("pcr10", BANKS)
    log.add("pcr16", BANKS)
    return log


def extend(log, name, event):
    """In the TPM and in the log."""
    log.event(name, event)
    log.write_tree("tree")
    tool("tpm2_pcrextend", name[3:] + ":" + ",".join(
        f"{a}={hashlib.new(a, event).hexdigest()}" for a in BANKS))


def checkquote():
    done = subprocess.run(
        ["tpm2_checkquote", "-u", "q/ak.pub", "-m", "q/quote", "-s",
         "q/signature", "-g", "sha256", "-q", NONCE.hex()],
        capture_output=True, check=False)
    return not done.returncode


def openssl_verifies(key, message, signature):
    """Of RSAPSS; key: in PEM; signature: TPMT_SIGNATURE"""
    put("plain", content(signature)[6:])
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss",
         "-verify", key, "-signature", "plain", message],
        capture_output=True, check=False)
    return not done.returncode


@test
def tpm():
    """quote of a TPM by a key made for it"""
    with software_tpm() as tcti:
        log = tpm_log()
        extend(log, "pcr10", b"one")
        extend(log, "pcr16", b"two")
        quote("tpm0", "--tcti", tcti).expect(
            0, "tpm0: a quote is in q, with a log of 2 records\n",
            "tpm0: q/ak.pub was made for it; ")
        check(files() == ["ak.pub", "cel", "checkpoints", "pcrs", "quote",
                          "signature"], f"{files()}")
        check(len(content("q/pcrs")) == 24 * (20 + 32 + 48 + 64), "all PCRs")
        verify("--ak", "q/ak.pub").expect(
            0, "passed: the key signs only what the TPM made",
            "8 registers equal to the log",
            "covers records up to 1, 0 records after it", "quote: verified")
        check(checkquote(), "tpm2_checkquote")
        verify().expect(2, "no attestation key was given",
                        "nobody vouches for the quote")
        verify("--ak", "q/ak.pub", nonce=b"\0").expect(1, "quote: DIFFERS")
        # The same key, by name, when it is asked for again.
        quote("tpm0", "--tcti", tcti, output="again").expect(0)
        check(content("again/ak.pub") == content("q/ak.pub"), "the same key")
        # An extend that the log does not have.
        tool("tpm2_pcrextend", "16:sha256=" + "00" * 32)
        shutil.rmtree("q")
        quote("tpm0", "--tcti", tcti).expect(0)
        verify("--ak", "q/ak.pub").expect(1, "register pcr16, bank sha256: ",
                                          "quote: DIFFERS")
        check(checkquote(), "the quote itself is good")


@test
def tpm_older():
    """quote of a TPM that is older than its log, with its signature altered"""
    with software_tpm() as tcti:
        log = tpm_log()
        extend(log, "pcr10", b"one")
        extend(log, "pcr16", b"two")
        log.event("pcr16", b"three")
        log.write_tree("tree")
        quote("tpm0", "--tcti", tcti).expect(0, "a log of 3 records")
        verify("--ak", "q/ak.pub").expect(
            0, "covers records up to 1, 1 record after it")
        for name, at in (("quote", 60), ("signature", 20)):
            data = bytearray(content(f"q/{name}"))
            data[at] ^= 4
            whole = content(f"q/{name}")
            put(f"q/{name}", data)
            check(verify("--ak", "q/ak.pub").status in (1, 2), name)
            check(not checkquote(), f"{name}: tpm2_checkquote")
            put(f"q/{name}", whole)


@test_each([("RSA", "rsa", "rsassa"), ("RSA, PSS", "rsa", "rsapss"),
            ("ECC", "ecc", "ecdsa"), ("any scheme", "rsa", "null")])
def tpm_key(kind, scheme):
    """quote of a TPM by a key of somebody's"""
    with software_tpm() as tcti:
        log = tpm_log()
        extend(log, "pcr16", b"one")
        tool("tpm2_createprimary", "-C", "o", "-c", "primary.ctx")
        tool("tpm2_flushcontext", "-t")
        attributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign"
        if scheme != "null":
            attributes += "|restricted"
        form = f"{kind}{'2048' if kind == 'rsa' else '256'}"
        tool("tpm2_create", "-C", "primary.ctx", "-G",
             form + (f":{scheme}-sha256:null" if scheme != "null" else
                     ":null:null"), "-u", "key.pub", "-r", "key.priv", "-a",
             attributes)
        tool("tpm2_flushcontext", "-t")
        tool("tpm2_load", "-C", "primary.ctx", "-u", "key.pub", "-r", "key.priv",
             "-c", "key.ctx")
        tool("tpm2_evictcontrol", "-C", "o", "-c", "key.ctx", "0x81010002")
        tool("tpm2_flushcontext", "-t")
        for ak in ("key.ctx", "0x81010002"):
            shutil.rmtree("q", ignore_errors=True)
            run = quote("tpm0", "--tcti", tcti, "--ak", ak).expect(0)
            check("was made for it" not in run.out, run.out)
            check(content("q/ak.pub") == content("key.pub"), "the key")
            run = verify("--ak", "key.pub")
            if scheme == "null":
                run.expect(1, "failed: the key signs more than")
            else:
                run.expect(0, "quote: verified")
            # tpm2-tools before 5.6 take each RSA signature for RSASSA, also
            # of the quotes that they have made.
            if scheme == "rsapss":
                tool("tpm2_readpublic", "-c", "key.ctx", "-f", "pem", "-o",
                     "key.pem")
                check(openssl_verifies("key.pem", "q/quote", "q/signature"),
                      "openssl")
            else:
                check(checkquote(), "tpm2_checkquote")
        for ak, text in (("0x81010003", "there is no key of this handle"),
                         ("0x8101", "8 hexadecimal digits"),
                         ("nothing", "cannot open nothing"),
                         ("key.pub", "it is no context of tpm2-tools")):
            quote("tpm0", "--tcti", tcti, "--ak", ak, output="x").expect(2, text)
            check(not os.path.exists("x"), "nothing is left")


@test
def tpm_without_records():
    """quote of a TPM and a log without records"""
    with software_tpm() as tcti:
        log = tpm_log()
        log.write_tree("tree")
        quote("tpm0", "--tcti", tcti).expect(0)
        verify("--ak", "q/ak.pub").expect(0, "covers no record, 0 records after")


@test
def tpm_archived():
    """quote of a TPM whose log was archived"""
    with software_tpm() as tcti:
        log = tpm_log()
        extend(log, "pcr10", b"one")
        extend(log, "pcr16", b"two")
        put("tree/tpm0/log/trim", b"")
        os.mkdir("archive")
        Run("archive", "--sysfs", "tree", "archive").expect(0)
        log.trim()
        log.lines = log.lines[-2:]
        extend(log, "pcr16", b"three")
        quote("tpm0", "--tcti", tcti, output="left").expect(0, "of 1 record\n")
        verify("--ak", "left/ak.pub", path="./left").expect(
            0, "verified: 1 record (2 to 2)", "up to 2, 0 records after it")
        quote("tpm0", "--tcti", tcti, "--archive", "archive").expect(
            0, "of 3 records\n")
        verify("--ak", "q/ak.pub").expect(0, "verified: 3 records (0 to 2)",
                                          "up to 2, 0 records after it")


# TPMs of SVSMs.

ALL_SERVICES = str(uuid.UUID(int=0))
EK = make_quote.Ek()


def svsm_log(device="tpm-svsm"):
    """A log of two records, of the TPM of that device."""
    log = tpm_log()
    extend(log, "pcr10", b"one")
    extend(log, "pcr16", b"two")
    os.makedirs("tree/tpm0/device")
    os.symlink(f"../../../{device}", "tree/tpm0/device/device")
    return log


def svsm_blobs(manifest, certificates=SNP.table(), **kwargs):
    """What configfs has for a report of the SVSM's"""
    put("root.pem", SNP.ark.pem)
    return dict({"inblob": b"", "generation": b"3\n", "service_provider": b"",
                 "service_guid": b"", "manifestblob": manifest,
                 "outblob": make_quote.svsm(SNP, CHIP, NONCE, manifest,
                                            tcb=TCB)},
                **({"auxblob": certificates} if certificates else {}), **kwargs)


def verify_svsm(*args):
    return verify("--ak", "q/ak.pub", "--root", "root.pem", *args)


def requested(number):
    """What the report of this number was asked for"""
    return tuple(content(f"blobs/{number}/written.{name}").decode()
                 for name in ("service_provider", "service_guid"))


def each_report(*reports):
    return {f"{number}/{name}": data
            for number, blobs in enumerate(reports, 1)
            for name, data in blobs.items()}


@test
def svsm():
    """quote of the TPM of an SVSM"""
    services = make_quote.services((make_quote.VTPM, EK.tpmt()))
    with software_tpm() as tcti:
        log = svsm_log()
        log.event("pcr16", b"later")
        log.write_tree("tree")
        platform("tpm0", "--tcti", tcti,
                 blobs=each_report(svsm_blobs(services))).expect(
                     0, "tpm0: a quote is in q, with a log of 3 records\n",
                     "tpm0: q/svsm-report is of the SVSM that the TPM is in\n")
    check(files() == ["ak.pub", "cel", "certificates", "checkpoints",
                      "manifest", "pcrs", "quote", "signature", "svsm-report"],
          f"{files()}")
    check(requested(1) == ("svsm", ALL_SERVICES), requested(1))
    check(content("blobs/1/written.inblob") == NONCE.ljust(64, b"\0"), "nonce")
    check(os.listdir("configfs") == [], "the report is gone")
    put("ek.pem", EK.pem())
    verify_svsm("--ek", "ek.pem").expect(
        0, "passed: the SVSM's report is of the nonce and the manifest",
        "passed: the manifest has the given endorsement key",
        "covers records up to 1, 1 record after it", "quote: verified")
    verify("--ak", "q/ak.pub").expect(2, "nobody vouches for the quote")
    verify("--root", "root.pem").expect(2, "nobody vouches for the quote")
    for name in ("svsm-report", "manifest"):
        whole = content(f"q/{name}")
        put(f"q/{name}", whole[:-1] + bytes([whole[-1] ^ 1]))
        verify_svsm().expect(1, "quote: DIFFERS")
        os.remove(f"q/{name}")
        verify_svsm().expect(2, "could not check: quote: ")
        put(f"q/{name}", whole)
    # Without both it is another TPM, for which no root says anything.
    os.remove("q/manifest")
    os.remove("q/svsm-report")
    verify_svsm().expect(2, "could not check: quote: a root")


@test
def svsm_single_service():
    """quote of the TPM of an SVSM that attests that alone, without certificates"""
    blobs = svsm_blobs(EK.tpmt(), certificates=None)
    nothing = {name: data for name, data in blobs.items() if name != "outblob"}
    guest = {"inblob": b"", "generation": b"1\n",
             "outblob": make_quote.snp(SNP, CHIP, NONCE, tcb=TCB, vmpl=2),
             "auxblob": SNP.table(), "privlevel_floor": b"2\n",
             "privlevel": b""}
    with software_tpm() as tcti:
        svsm_log()
        platform("tpm0", "--tcti", tcti,
                 blobs=each_report(nothing, blobs, guest)).expect(0)
    check(requested(1) == ("svsm", ALL_SERVICES), requested(1))
    check(requested(2) == ("svsm", str(make_quote.VTPM)), requested(2))
    check(content("blobs/3/written.privlevel") == b"2\n", "the guest's level")
    verify_svsm().expect(0, "not checked: whether the manifest is the vTPM's",
                         "quote: verified")


@test_each([("no SVSM's reports", "service_provider", None,
             "service_provider: cannot write"),
            ("no manifest", "manifestblob", None, "cannot open manifestblob"),
            ("empty manifest", "manifestblob", b"", "manifestblob is empty"),
            ("no report", "outblob", None, "cannot open outblob")])
def svsm_fails(name, data, text):
    """quote of the TPM of an SVSM that attests nothing"""
    blobs = svsm_blobs(EK.tpmt(), **{name: data})
    if data is None:
        del blobs[name]
    with software_tpm() as tcti:
        svsm_log()
        platform("tpm0", "--tcti", tcti, blobs=each_report(blobs, blobs)).expect(
            0, "tpm0: without the SVSM's report: configfs: ", text)
    check("svsm-report" not in files() and "manifest" not in files() and
          "certificates" not in files(), f"{files()}")
    check(os.listdir("configfs") == [], "the reports are gone")
    verify("--ak", "q/ak.pub").expect(0, "quote: verified")


@test
def svsm_other_tpm():
    """quote of a TPM that is not the SVSM's"""
    with software_tpm() as tcti:
        svsm_log("MSFT0101:00")
        platform("tpm0", "--tcti", tcti, blobs=svsm_blobs(EK.tpmt())).expect(0)
    check("svsm-report" not in files(), f"{files()}")


# The directory, and usage.

@test
def directory():
    """quote into a directory that is there"""
    log = tdx_log()
    blobs = tdx_blobs(log)
    os.mkdir("q")
    platform("tdx", blobs=blobs, output="q/").expect(0)
    before = {name: content(f"q/{name}") for name in files()}
    platform("tdx", blobs=blobs).expect(2, "cannot make q: Directory not empty")
    check({name: content(f"q/{name}") for name in files()} == before,
          "what was there")
    platform("tdx", blobs=blobs, output="no/q").expect(2, "cannot create no/q")
    put("file", b"")
    platform("tdx", blobs=blobs, output="file").expect(2, "cannot make file")
    check(sorted(os.listdir(".")) == ["blobs", "configfs", "file", "q",
                                      "root.pem", "tree"], os.listdir("."))


@test_each([
    ("no provider", ["--nonce", "00", "-o", "q"], "no PROVIDER given"),
    ("no nonce", ["-o", "q", "tdx"], "no --nonce given"),
    ("no output", ["--nonce", "00", "tdx"], "no directory given"),
    ("odd nonce", ["--nonce", "000", "-o", "q", "tdx"], "1 to 64 bytes"),
    ("empty nonce", ["--nonce", "", "-o", "q", "tdx"], "1 to 64 bytes"),
    ("long nonce", ["--nonce", "00" * 65, "-o", "q", "tdx"], "1 to 64 bytes"),
    ("no hex", ["--nonce", "xx", "-o", "q", "tdx"], "1 to 64 bytes"),
    ("key", ["--nonce", "00", "-o", "q", "--ak", "x", "tdx"], "are for TPMs"),
    ("no such provider", ["--nonce", "00", "-o", "q", "--sysfs", "tree", "x"],
     "cannot open tree/x"),
    ("no TPM", ["--nonce", "00", "-o", "q", "--sysfs", "tree", "--tcti",
                "device:/dev/nothing", "tpm0"], "cannot get to the TPM"),
])
def usage(args, text):
    """quote: wrong usage"""
    tdx_log()
    tpm_log().write_tree("tree")
    Run("quote", *args).expect(2, text)
    check(not os.path.exists("q"), "nothing is left")


@test
def verify_usage():
    """verify of a collection: wrong usage"""
    log = tdx_log()
    platform("tdx", blobs=tdx_blobs(log)).expect(0)
    for args in (["--quote", "q/quote"], ["--offline"], ["--values", "x"],
                 ["--log", "q/cel"], ["--firmware-log", "x"],
                 ["--manifest", "x"], ["--svsm-report", "x"],
                 ["--sysfs", "tree"]):
        verify(*args).expect(2, "DIR has the quote and its logs")
    os.remove("q/quote")
    Run("verify", "./q").expect(2, "could not check: ")
    verify().expect(2, "--quote goes with files")


if __name__ == "__main__":
    sys.exit(run_tests())
