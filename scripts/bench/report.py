#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py DIR - the table and the plots of make bench.

Reads DIR/samples.jsonl and DIR/machine, writes DIR/table.md and the plots
DIR/*.svg, and prints the table.

All figures are medians of rounds. In each round all sides were measured one
right after the other, so a ratio is taken within a round, and the median of
these ratios is the row's; the spread is from their first to their third
quartile.
"""

import collections
import json
import pathlib
import statistics
import sys

import svg

# A program that keeps up with a log has to find no difference between a short
# one and a long one, but for what the measurement itself varies by.
FLAT = 1.1


class Samples:
    """What the guest measured, by row, size and side."""

    def __init__(self, path):
        self.lines = [json.loads(line) for line in path.open()]

    def select(self, row, **wanted):
        """All samples of a row that have the wanted values."""
        found = [
            line
            for line in self.lines
            if line["row"] == row
            and all(line[key] == value for key, value in wanted.items())
        ]
        if not found:
            sys.exit(f"report.py: there is no sample of {row} {wanted}")
        return found

    def costs(self, row, side, at=0):
        """Nanoseconds for one operation, round by round."""
        return {
            line["round"]: line["ns"] / line["count"]
            for line in self.select(row, side=side, at=at)
        }

    def cost(self, row, side, at=0):
        return statistics.median(self.costs(row, side, at).values())

    def ratios(self, row, side, other, at=0, factor=1):
        """Sorted: how much the one side is of the other, round by round."""
        costs, others = self.costs(row, side, at), self.costs(row, other, at)
        return sorted(factor * costs[n] / others[n] for n in costs)

    def values(self, row, key, **wanted):
        return [line[key] for line in self.select(row, **wanted)]

    def sizes(self, row):
        """At which sizes a row was measured."""
        return sorted({line["at"] for line in self.select(row)})


# One row of the table: what was measured, here and there, as texts; the ratio
# and the spread as numbers; the target, and whether it is a least or a most.
Row = collections.namedtuple(
    "Row", "what here there ratio spread target most"
)


def time_text(ns):
    """A time with three digits, in a unit that fits."""
    for unit, scale in (("ms", 1e6), ("µs", 1e3)):
        if ns >= scale:
            return f"{ns / scale:.3g} {unit}"
    return f"{ns:.3g} ns"


def size_text(size):
    return f"{size / 1024:.0f} KiB" if size >= 10240 else f"{size:.0f} B"


def count_text(count):
    return f"{count // 1000} k" if count < 1e6 else f"{count // 1000000} M"


def spread(ratios):
    if len(ratios) < 2:
        return None
    first, _, third = statistics.quantiles(ratios, n=4)
    return first, third


def speed(samples, what, row, least=None, sides=("ours", "theirs"), text=None):
    """A row whose ratio says how many times as fast we are."""
    ours, theirs = sides
    ratios = samples.ratios(row, theirs, ours)
    return Row(
        what,
        (text or time_text)(samples.cost(row, ours)),
        (text or time_text)(samples.cost(row, theirs)),
        statistics.median(ratios),
        spread(ratios),
        least,
        False,
    )


def cost(samples, what, row, most, sides=("ours", "theirs"), at=0):
    """A row whose ratio says how many times as much it costs."""
    ours, theirs = sides
    ratios = samples.ratios(row, ours, theirs, at)
    return Row(
        what,
        time_text(samples.cost(row, ours, at)),
        time_text(samples.cost(row, theirs, at)),
        statistics.median(ratios),
        spread(ratios),
        most,
        True,
    )


def memory_row(samples, at):
    sample = samples.select("memory", at=at)[0]
    used, size = sample["used"], sample["bytes"]
    return Row(
        f"memory of the kernel at {count_text(at)} records",
        size_text(used),
        f"{size_text(size)} of records",
        used / size,
        None,
        1.05,
        True,
    )


def read_row(samples):
    """Both read as many bytes as IMA's log has."""
    ratios = samples.ratios("read", "theirs", "ours")
    size = samples.select("log", side="ima")[0]["bytes"]

    def rate(side):
        return f"{size / samples.cost('read', side) * 1e3:.3g} MB/s"

    return Row(
        f"read a log of {size_text(size)}; IMA's binary_runtime_measurements",
        rate("ours"),
        rate("theirs"),
        statistics.median(ratios),
        spread(ratios),
        5,
        False,
    )


def providers_row(samples):
    """In the same number of rounds two providers do twice as much."""
    ratios = samples.ratios("providers", "one", "two", factor=2)

    def rate(side, factor):
        return f"{factor * 1e6 / samples.cost('providers', side):.3g} k/s"

    return Row(
        "extends of two providers on two processors; of one",
        rate("two", 2),
        rate("one", 1),
        statistics.median(ratios),
        spread(ratios),
        1.9,
        False,
    )


def growth_rows(samples):
    rows = []
    sizes = samples.sizes("growth-extend")
    for at in sizes:
        rows.append(
            cost(
                samples,
                f"extend at {count_text(at)} records; in a short log",
                "growth-extend",
                FLAT,
                ("long", "short"),
                at,
            )
        )
    for at in sizes:
        rows.append(
            cost(
                samples,
                f"read the last of {count_text(at)} records; of a short log",
                "growth-read",
                FLAT,
                ("long", "short"),
                at,
            )
        )
    rows += [memory_row(samples, at) for at in sizes]
    rows.append(
        cost(
            samples,
            "find record 999 552 of a million; record 1152",
            "seek",
            FLAT,
            ("end", "start"),
        )
    )
    return rows


def make_rows(samples):
    rows = [
        speed(
            samples,
            "extend by a digest, raw bytes; mainline's sample, no log",
            "digest",
            0.95,
        ),
        speed(
            samples,
            "extend by a digest in hex; mainline's sample, raw bytes, no log",
            "hex",
            0.92,
        ),
    ]
    for size in 32, 256, 4000:
        rows.append(
            speed(
                samples,
                f"append_event of {size} bytes; hash in user space, extend"
                " mainline's sample, no log",
                f"event{size}",
            )
        )
    rows += growth_rows(samples)
    rows += [
        speed(
            samples,
            "read 32 MiB of a log in 32 calls; in 8192",
            "pieces",
            2,
            ("large", "small"),
        ),
        read_row(samples),
        cost(
            samples,
            "extend a PCR of the vTPM; TPM2_PCR_Extend on /dev/tpmrm0",
            "tpm",
            1.05,
        ),
        cost(
            samples,
            "the same by four digests, nothing hashed; TPM2_PCR_Extend",
            "tpm-record",
            1.05,
        ),
        cost(
            samples,
            "TPM2_GetRandom; on a TPM that nobody watches",
            "watch-random",
            1.01,
        ),
        cost(
            samples,
            "TPM2_PCR_Extend; on a TPM that nobody watches",
            "watch-7",
            1.01,
        ),
        speed(
            samples,
            "event and log; an agent with a write-ahead file and a log on ext4",
            "agent",
            20,
        ),
        providers_row(samples),
    ]
    return rows


def met(row):
    if row.target is None:
        return ""
    if row.most:
        return "yes" if row.ratio <= row.target else "**no**"
    return "yes" if row.ratio >= row.target else "**no**"


def cells(row):
    """The texts of a row."""
    between = (
        f"{row.spread[0]:.2f} to {row.spread[1]:.2f}" if row.spread else ""
    )
    target = ""
    if row.target is not None:
        target = f"{'≤' if row.most else '≥'} {row.target}"
    return (
        row.what,
        row.here,
        row.there,
        f"{row.ratio:.2f}",
        between,
        target,
        met(row),
    )


def table(head, lines):
    """A table in Markdown, which reads well as text too."""
    lines = [head, *lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    texts = [
        "| "
        + " | ".join(text.ljust(width) for text, width in zip(line, widths))
        + " |"
        for line in lines
    ]
    texts.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(texts)


def part_table(samples):
    """Sizes; of a module that was loaded, the time, and the memory when idle."""

    def median(side, key):
        values = [
            line[key]
            for line in samples.select("load")
            if line["side"] == side.replace("-", "_")
        ]
        return statistics.median(values) if values else None

    lines = []
    for line in samples.select("size"):
        side = line["side"]
        texts = [side, f"{line['text']}", f"{line['data'] + line['bss']}"]
        ns = median(side, "ns")
        if ns is None:
            texts += ["", "", ""]
        else:
            texts += [time_text(ns)]
            texts += [
                f"{median(side, key) / 1024:.0f} KiB"
                for key in ("slab", "vmalloc")
            ]
        lines.append(texts)
    return table(
        ("part", "text", "data, bss", "loads in", "slab", "vmalloc"), lines
    )


def plot_growth(samples, path):
    sizes = samples.sizes("growth-extend")
    curves = {}
    for row, what in ("growth-extend", "extend"), ("growth-read", "read"):
        for side in "long", "short":
            curves[f"{what}, {side} log"] = [
                (at, samples.cost(row, side, at) / 1e3) for at in sizes
            ]
    path.write_text(
        svg.curves(
            "Cost of an extend, and of reading the last record",
            "records in the long log",
            "µs",
            curves,
        )
    )


def plot_memory(samples, path):
    curve = [
        (line["at"], line["used"] / line["bytes"])
        for line in samples.select("memory")
    ]
    path.write_text(
        svg.curves(
            "Memory of the kernel for a byte of records",
            "records",
            "bytes",
            {"measured": curve, "target": [(at, 1.05) for at, _ in curve]},
        )
    )


def plot_extends(samples, path):
    bars = [
        ("mainline, digest", samples.cost("digest", "theirs")),
        ("digest", samples.cost("digest", "ours")),
        ("digest in hex", samples.cost("hex", "ours")),
    ]
    for size in 32, 256, 4000:
        bars.append(
            (f"event of {size} bytes", samples.cost(f"event{size}", "ours"))
        )
    path.write_text(
        svg.bars(
            "Cost of an extend of a SHA-384 register in software",
            "µs",
            [(name, value / 1e3) for name, value in bars],
        )
    )


def main(directory):
    directory = pathlib.Path(directory)
    samples = Samples(directory / "samples.jsonl")
    head = ("what; beside", "here", "there", "ratio", "spread", "target", "met")
    text = "\n\n".join(
        (
            table(head, [cells(row) for row in make_rows(samples)]),
            part_table(samples),
            (directory / "machine").read_text().rstrip(),
        )
    )
    (directory / "table.md").write_text(text + "\n")
    plot_extends(samples, directory / "extend.svg")
    plot_growth(samples, directory / "growth.svg")
    plot_memory(samples, directory / "memory.svg")
    print(text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: report.py DIR")
    main(sys.argv[1])
