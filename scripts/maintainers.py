#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Merge our MAINTAINERS entries into the kernel's file.

usage: maintainers.py KERNEL-FILE OUR-FILE "NAME <EMAIL>" > MERGED

Each of our sections goes to its alphabetical place, in the order that the
kernel's own scripts/parse-maintainers.pl uses. Our sections name nobody: the
person who sends the series maintains it, and gets the M: line.
"""

import re
import sys

# A section is a paragraph whose first line is a title and whose second one is
# "X:<tab>". The prose at the top of the kernel's file has none such.
SECTION = re.compile(r"^\S.*\n[A-Z]:\t")


def key(section):
    """What sections are sorted by."""
    return section.split("\n", 1)[0].upper().replace("THE REST", "ZZZZZZ")


def paragraphs(path):
    """The paragraphs of the file at @path, without the blank lines between."""
    with open(path, encoding="utf-8") as text:
        return re.split(r"\n\n", text.read().rstrip("\n"))


def merge(kernel, section):
    """Put @section into the list of paragraphs @kernel."""
    for index, paragraph in enumerate(kernel):
        if not SECTION.match(paragraph):
            continue
        if key(paragraph) == key(section):
            sys.exit(f"error: the kernel's MAINTAINERS already has '{key(section)}'; rename ours")
        if key(paragraph) > key(section):
            kernel.insert(index, section)
            return
    sys.exit("error: the kernel's MAINTAINERS has no section after ours, not even THE REST")


def main():
    """Print the merged file."""
    kernel_path, our_path, person = sys.argv[1:]
    kernel = paragraphs(kernel_path)
    ours = [p for p in paragraphs(our_path) if SECTION.match(p)]
    if not ours:
        sys.exit(f"error: {our_path} has no section")
    for section in ours:
        if re.search(r"^M:", section, re.MULTILINE):
            sys.exit(f"error: {our_path}: '{key(section)}' must not have an M: line; "
                     "it comes from the git identity of who sends the series")
        title, rest = section.split("\n", 1)
        merge(kernel, f"{title}\nM:\t{person}\n{rest}")
    print("\n\n".join(kernel))


if __name__ == "__main__":
    main()
