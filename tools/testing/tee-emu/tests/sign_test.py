#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The emulator's signatures, verified by another implementation. Output is KTAP.

    sign_test.py SIGN_TEST    the program of sign-test.c
"""

import os
import subprocess
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

ROUNDS = 50


def verifies(curve, algorithm, name, key, data):
    size = curve.key_size // 8
    scalar = key.private_numbers().private_value
    out = subprocess.run([sys.argv[1], name, f"{scalar:0{2 * size}x}"],
                         input=data, capture_output=True, check=True)
    numbers = bytes.fromhex(out.stdout.decode())
    signature = utils.encode_dss_signature(
        int.from_bytes(numbers[:size], "big"),
        int.from_bytes(numbers[size:], "big"))
    try:
        key.public_key().verify(signature, data, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True


def main():
    print("KTAP version 1\n1..4")
    failed = number = 0
    for name, curve, algorithm in (("p256", ec.SECP256R1(), hashes.SHA256()),
                                   ("p384", ec.SECP384R1(), hashes.SHA384())):
        order = {"p256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
                 "p384": int("ffffffffffffffffffffffffffffffffffffffffffffffff"
                             "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
                             16)}[name]
        edges = [ec.derive_private_key(k, curve) for k in (1, 2, order - 1)]
        keys = [ec.generate_private_key(curve) for _ in range(ROUNDS)]
        for what, some in (("keys", keys), ("smallest and largest key", edges)):
            number += 1
            good = all(verifies(curve, algorithm, name, key,
                                os.urandom(7 * i))
                       for i, key in enumerate(some))
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {name}: {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
