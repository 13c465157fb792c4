#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Count the records that a soak has left, against what its processes say.

usage: soak-count.py DIRECTORY

DIRECTORY has archive/ and live, which are records, and tally, the number of
events of each process, see scripts/guest/soak. Record numbers must have no gap,
and the events of each process, whose text is "PROCESS NUMBER", must be there in
their order, each once. Says on standard error what is not so.
"""

import os
import sys

CONTENT, EVENT_DATA = 5, 1


def tlvs(data):
    """The (type, value) in @data one after the other."""
    offset = 0
    while offset < len(data):
        end = offset + 5 + int.from_bytes(data[offset + 1:offset + 5], "big")
        yield data[offset], data[offset + 5:end]
        offset = end


def logs(directory):
    """All records, a part of the log at a time."""
    top = os.path.join(directory, "archive/sample")
    instance, = os.listdir(top)
    top = os.path.join(top, instance)
    for name in sorted(os.listdir(top)):
        if name[0].isdigit():
            yield os.path.join(top, name, "cel")
    yield os.path.join(directory, "live")


def main():
    directory = sys.argv[1]
    with open(os.path.join(directory, "tally"), encoding="ascii") as file:
        tally = [int(line.split()[0]) for line in file]
    seen = [0] * len(tally)
    recnum = 0
    for path in logs(directory):
        with open(path, "rb") as file:
            parts = tlvs(file.read())
        for (_, number), _, _, (kind, content) in zip(parts, parts, parts,
                                                      parts):
            if int.from_bytes(number, "big") != recnum or kind != CONTENT:
                sys.exit(f"{path}: record {number.hex()} instead of {recnum}")
            recnum += 1
            event = dict(tlvs(content))[EVENT_DATA]
            if event in (b"the start", b"the end"):
                continue
            process, count = (int(word) for word in event.split())
            if count != seen[process]:
                sys.exit(f"{path}: record {recnum - 1} has event {count} of "
                         f"process {process} instead of {seen[process]}")
            seen[process] += 1
    if seen != tally:
        sys.exit(f"archived events {seen}, accepted {tally}")
    if not all(tally):
        sys.exit(f"a process without any event: {tally}")


if __name__ == "__main__":
    main()
