#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of how tsm-log shows what applications put into events.

    test_event.py TSM_LOG
"""

import sys

import make_log
from harness import Run, check, run_tests, test_each

COCO = (b'github.com/confidential-containers PullImage '
        b'{"image":"alpine","digest":"sha256:0c0c"}')
LONG = b'{"n":' + b"9" * 40 + b"}"
DEEP = b'{"a":' * 100 + b"1" + b"}" * 100

# What is shown where UTF-8 is understood, and what is known of it in JSON.
EVENTS = [
    ("phase of a boot", b"enter-initrd", '"enter-initrd"', {}),
    ("phase with a NUL", b"enter-initrd\0", '"enter-initrd\\x00"', {}),
    ("agent's first line", b"INIT/sha256 00ff", '"INIT/sha256 00ff"', {}),
    ("agent's image", COCO,
     'github.com/confidential-containers PullImage '
     '{"image": "alpine", "digest": "sha256:0c0c"}',
     {"domain": "github.com/confidential-containers",
      "operation": "PullImage",
      "json": {"image": "alpine", "digest": "sha256:0c0c"}}),
    ("agent's content that is no JSON", b"example.com/x Start a=1 b",
     '"example.com/x Start a=1 b"', {}),
    ("object", b'{"a":1,"b":[true,null,{}],"c":"d"}',
     '{"a": 1, "b": [true, null, {}], "c": "d"}',
     {"json": {"a": 1, "b": [True, None, {}], "c": "d"}}),
    ("empty object", b"{}", "{}", {"json": {}}),
    ("white space between tokens", b'{\n\t"a b" : [ 1 ,\r\n2 ] }',
     '{"a b": [1, 2]}', {"json": {"a b": [1, 2]}}),
    ("escapes", rb'{"\"a\\":"x\ny\u0000{,:}"}', r'{"\"a\\": "x\ny\u0000{,:}"}',
     {"json": {'"a\\': "x\ny\0{,:}"}}),
    ("a key before it", b'boot-1 {"a":1}', 'boot-1 {"a": 1}',
     {"json": {"a": 1}}),
    ("three words before it", b'a b c {"a":1}', r'"a b c {\"a\":1}"', {}),
    ("two spaces", b'a  {"a":1}', r'"a  {\"a\":1}"', {}),
    ("control character before it", b'\x1bc {"a":1}', r'"\x1bc {\"a\":1}"', {}),
    ("quote before it", b'"a" {"a":1}', r'"\"a\" {\"a\":1}"', {}),
    ("newline after it", b'{"a":1}\n', r'"{\"a\":1}\n"', {}),
    ("two objects", b'{"a":1}{"b":2}', r'"{\"a\":1}{\"b\":2}"', {}),
    ("member twice", b'{"a":1,"a":2}', '{"a": 1, "a": 2}', {}),
    ("member's name with a NUL", rb'{"a\u0000b":1}', r'{"a\u0000b": 1}', {}),
    ("number of many digits", LONG, '{"n": ' + "9" * 40 + "}", {}),
    ("number with a fraction", b'{"n":1.50}', '{"n": 1.50}',
     {"json": {"n": 1.5}}),
    ("unpaired surrogate", rb'{"a":"\ud800"}', r'{"a": "\ud800"}', {}),
    ("control character in it", b'{"a":"\x1b[31m"}', r'"{\"a\":\"\x1b[31m\"}"',
     {}),
    ("direction override in it", '{"a":"\u202egnp.exe"}'.encode(),
     r'{"a": "\u202egnp.exe"}', {"json": {"a": "\u202egnp.exe"}}),
    ("letters that are not ASCII", '{"a":"gr\u00fc\u00df \U0001f512"}'.encode(),
     '{"a": "gr\u00fc\u00df \U0001f512"}',
     {"json": {"a": "gr\u00fc\u00df \U0001f512"}}),
    ("no UTF-8", b'{"a":"\xff"}', b'{"a":"\xff"}'.hex(), {}),
    ("cut off", b'{"a":[1}', r'"{\"a\":[1}"', {}),
    ("single quotes", b"{'a':1}", "\"{'a':1}\"", {}),
    ("NaN", b'{"a":NaN}', r'"{\"a\":NaN}"', {}),
    ("number without a fraction", b'{"a":1.}', r'"{\"a\":1.}"', {}),
    ("comma at the end", b'{"a":1,}', r'"{\"a\":1,}"', {}),
    ("comment", b'{/*a*/"a":1}', r'"{/*a*/\"a\":1}"', {}),
    ("too deep", DEEP, '"' + DEEP.decode().replace('"', '\\"') + '"', {}),
    ("list", b'[1]', '"[1]"', {}),
]


def show(event, *args, **env):
    log = make_log.Log("sample")
    log.add("rtmr1", ["sha256"])
    log.event("rtmr1", event)
    log.write_tree("tree")
    return Run("show", "--sysfs", "tree", *args, "sample", env=env).expect(0)


@test_each([(name, event, text) for name, event, text, _ in EVENTS])
def table(event, text):
    """show an event"""
    run = show(event, LC_ALL="C.UTF-8")
    head, line = run.bytes.decode().splitlines()
    if line[head.index("CONTENT"):] != text:
        run.fail(f"expected the content: {text}")


@test_each([(name, event, text) for name, event, text, _ in EVENTS
            if not text.isascii()])
def ascii_table(event, text):
    """show an event where only ASCII is understood"""
    run = show(event)
    check(run.out.isascii(), "not ASCII")
    units = text.encode("utf-16-be")
    units = [int.from_bytes(units[i:i + 2], "big")
             for i in range(0, len(units), 2)]
    want = "".join(chr(u) if u < 0x80 else f"\\u{u:04x}" for u in units)
    if want not in run.out:
        run.fail(f"expected the text: {want}")


@test_each([(name, event, known) for name, event, _, known in EVENTS])
def structure(event, known):
    """show --json an event"""
    run = show(event, "--json")
    content = run.json()[0]["content"]
    got = {key: content[key] for key in content
           if key in ("domain", "operation", "json")}
    check(bytes.fromhex(content["event_data"]) == event, "event_data")
    if got != known:
        run.fail(f"expected {known}")


if __name__ == "__main__":
    sys.exit(run_tests())
