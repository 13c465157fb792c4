#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Count the leaf results of a log that has (K)TAP in it.

usage: ktap.py [--status N] LOG

A parent line sums up the subtests above it and must not be counted with them,
so only leaves count. What looks like success and is none counts as failed: a
skipped test, a plan with more tests than results, "Bail out!", a parent that
failed although its subtests did not, a log without any result, a program that
ended with a status (--status) other than 0 without saying which test failed.

Prints "PASSED FAILED" and then one line per failure. The exit status is 0 if
tests ran and none failed, 1 otherwise.
"""

import argparse
import re
import sys

# A subtest is indented by blanks or, where kselftest's runner passes a test
# program's output on, by "# ". A console adds a time stamp.
STAMP = re.compile(r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?")
PREFIX = r"^(?P<prefix>(?:# ?|[ \t])*)"
RESULT = re.compile(PREFIX + r"(?P<verdict>ok|not ok)(?: \d+\b| (?=- ))[ \t]*"
                    r"(?:-(?: |$))?(?P<name>.*)$")
PLAN = re.compile(PREFIX + r"1\.\.(?P<count>\d+)\b")
VERSION = re.compile(PREFIX + r"K?TAP version \d+")
BAIL = re.compile(PREFIX + r"Bail out!(?P<why>.*)$")
SKIP = re.compile(r"#\s*SKIP\b", re.IGNORECASE)


class Group:
    """The results at one depth that still wait for their parent's line."""

    def __init__(self):
        self.plan = None
        self.count = 0
        self.passed = 0
        self.failed = []

    def close(self):
        """Add what the plan promised and the log does not have."""
        if self.plan is not None and self.count < self.plan:
            self.failed.append(f"{self.plan} tests planned, {self.count} seen")
        self.plan = None
        self.count = 0


class Counter:
    """Reads a log line by line; finish() gives the totals."""

    def __init__(self):
        self.groups = {}

    def group(self, depth):
        """The open group at @depth."""
        return self.groups.setdefault(depth, Group())

    def take_deeper(self, depth):
        """Close all groups deeper than @depth and hand them over as one."""
        merged = Group()
        for deeper in sorted(d for d in self.groups if d > depth):
            group = self.groups.pop(deeper)
            group.close()
            merged.passed += group.passed
            merged.failed += group.failed
        return merged

    def result(self, depth, verdict, name):
        """One result line: a parent if anything deeper came before it."""
        below = self.take_deeper(depth)
        group = self.group(depth)
        group.count += 1
        group.passed += below.passed
        group.failed += below.failed
        if verdict == "not ok":
            if not below.failed:
                group.failed.append(name)
        elif not (below.passed or below.failed):
            if SKIP.search(name):
                group.failed.append(name)
            else:
                group.passed += 1

    def plan(self, depth, count):
        """A plan line, before the results it is about or after them."""
        group = self.group(depth)
        if group.plan is None and group.count == count and count:
            group.count = 0
            return
        group.close()
        group.plan = count
        if not count:
            group.failed.append("a plan of no tests")

    def line(self, text):
        """One line of the log."""
        text = STAMP.sub("", text.rstrip())
        match = RESULT.match(text)
        if match:
            self.result(len(match["prefix"]), match["verdict"], match["name"])
            return
        match = PLAN.match(text)
        if match:
            self.plan(len(match["prefix"]), int(match["count"]))
            return
        match = VERSION.match(text)
        if match:
            self.group(len(match["prefix"])).close()
            return
        match = BAIL.match(text)
        if match:
            self.group(len(match["prefix"])).failed.append("Bail out!" + match["why"])

    def finish(self, status):
        """Returns the number of passed leaves and the list of failures."""
        total = self.take_deeper(-1)
        if not total.failed:
            if status:
                total.failed.append(f"ended with status {status}")
            elif not total.passed:
                total.failed.append("no test result in the log")
        return total.passed, total.failed


def main():
    """Count one log."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("log")
    args = parser.parse_args()

    counter = Counter()
    with open(args.log, encoding="utf-8", errors="replace") as log:
        for text in log:
            counter.line(text)
    passed, failed = counter.finish(args.status)
    print(passed, len(failed))
    for name in failed:
        print(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
