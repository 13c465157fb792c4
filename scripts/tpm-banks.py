#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tpm-banks.py SOCKET BANKS - choose the PCR banks of a software TPM 2.0

SOCKET is where swtpm takes commands. BANKS is as for tpm2_pcrallocate, such as
sha256:all+sha384:0,1,2,3+sha1:none; a bank that it does not name stays as it is. The
TPM has them from its next start on.
"""

import re
import socket
import struct
import sys

ALGORITHMS = {"sha1": 0x4, "sha256": 0xB, "sha384": 0xC, "sha512": 0xD}
NR_PCRS = 24

TPM_ST_NO_SESSIONS, TPM_ST_SESSIONS = 0x8001, 0x8002
TPM_CC_PCR_ALLOCATE, TPM_CC_SHUTDOWN = 0x12B, 0x145
TPM_RH_PLATFORM, TPM_RS_PW = 0x4000000C, 0x40000009
TPM_SU_CLEAR = 0


def die(*text):
    """End with a message."""
    sys.exit("error: " + " ".join(str(part) for part in text))


def parse_pcrs(text):
    """The PCRs of "all", "none" or "0,1,2", as a bit mask."""
    if text == "all":
        return (1 << NR_PCRS) - 1
    mask = 0
    for number in text.split(",") if text != "none" else []:
        if not number.isdigit() or int(number) >= NR_PCRS:
            die(f"'{number}' is no PCR; there are 0 to {NR_PCRS - 1}")
        mask |= 1 << int(number)
    return mask


def parse_banks(text):
    """The banks as {algorithm: mask}."""
    banks = {}
    for part in text.split("+"):
        match = re.fullmatch("([a-z0-9]+):([a-z0-9,]+)", part)
        if not match or match[1] not in ALGORITHMS:
            die(f"'{part}' is no bank; there are", *ALGORITHMS)
        banks[match[1]] = parse_pcrs(match[2])
    return banks


class Tpm:
    """A TPM behind a stream socket."""

    def __init__(self, path):
        self.link = socket.socket(socket.AF_UNIX)
        self.link.settimeout(30)
        self.link.connect(path)

    def receive(self, size):
        """Exactly so many bytes."""
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                die("the TPM hung up")
            data += more
        return data

    def command(self, tag, code, body):
        """Send a command; the body of its response."""
        self.link.sendall(struct.pack(">HII", tag, 10 + len(body), code) + body)
        _, size, status = struct.unpack(">HII", self.receive(10))
        body = self.receive(size - 10)
        if status:
            die(f"the TPM refuses command {code:#x}: {status:#x}")
        return body

    def allocate(self, banks):
        """TPM2_PCR_Allocate by the platform, whose password is empty."""
        password = struct.pack(">IIHBH", 9, TPM_RS_PW, 0, 0, 0)
        selection = struct.pack(">I", len(banks))
        for name, mask in banks.items():
            selection += struct.pack(">HB", ALGORITHMS[name], NR_PCRS // 8)
            selection += mask.to_bytes(NR_PCRS // 8, "little")
        body = self.command(TPM_ST_SESSIONS, TPM_CC_PCR_ALLOCATE,
                            struct.pack(">I", TPM_RH_PLATFORM) + password +
                            selection)
        # The size of what follows, and the first of that, is it done?
        if not body[4]:
            die("the TPM does not take such banks")

    def shutdown(self):
        """TPM2_Shutdown(CLEAR)"""
        self.command(TPM_ST_NO_SESSIONS, TPM_CC_SHUTDOWN,
                     struct.pack(">H", TPM_SU_CLEAR))


def main():
    """As the top says."""
    if len(sys.argv) != 3:
        die("usage: tpm-banks.py SOCKET BANKS")
    banks = parse_banks(sys.argv[2])
    tpm = Tpm(sys.argv[1])
    tpm.allocate(banks)
    tpm.shutdown()


if __name__ == "__main__":
    main()
