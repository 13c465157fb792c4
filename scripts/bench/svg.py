# SPDX-License-Identifier: GPL-2.0
"""Plots as SVG: curves over a logarithmic axis, and bars."""

import html
import math

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 50, 60
COLOURS = "#1f77b4", "#aec7e8", "#d62728", "#ff9896"


def _text(x, y, text, anchor="middle", size=13):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        f' font-size="{size}">{html.escape(str(text))}</text>'
    )


def _line(x1, y1, x2, y2, colour="#ccc"):
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{colour}"/>'
    )


def _document(title, height, elements):
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}"'
            f' height="{height}" font-family="sans-serif">',
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
            _text(WIDTH / 2, 28, title, size=16),
            *elements,
            "</svg>\n",
        )
    )


def _step(most):
    """The distance of an axis's lines: 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(most / 5))
    return next(n * power for n in (1, 2, 5, 10) if most / (n * power) <= 6)


def curves(title, x_name, y_name, named):
    """Curves, by name, of points; x is logarithmic, y begins at 0."""
    points = [point for curve in named.values() for point in curve]
    first = math.log10(min(x for x, _ in points))
    last = math.log10(max(x for x, _ in points))
    most = 1.1 * max(y for _, y in points)

    def place(x, y):
        part = (math.log10(x) - first) / (last - first)
        return (
            LEFT + part * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - y / most * (HEIGHT - TOP - BOTTOM),
        )

    elements = []
    step = _step(most)
    for n in range(int(most / step) + 1):
        _, y = place(10**first, n * step)
        elements.append(_line(LEFT, y, WIDTH - RIGHT, y))
        elements.append(_text(LEFT - 8, y + 4, f"{n * step:g}", "end"))
    for x in sorted({x for x, _ in points}):
        left, bottom = place(x, 0)
        elements.append(_text(left, bottom + 20, f"{x:,}".replace(",", " ")))
    elements.append(
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 15, x_name)
    )
    elements.append(_text(LEFT - 8, TOP - 8, y_name, "end"))

    for n, (name, curve) in enumerate(named.items()):
        colour = COLOURS[n % len(COLOURS)]
        places = [place(x, y) for x, y in sorted(curve)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        elements.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}"'
            ' stroke-width="2"/>'
        )
        for x, y in places:
            elements.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            )
        y = TOP + 10 + 22 * n
        elements.append(
            f'<rect x="{WIDTH - RIGHT + 20}" y="{y - 9}" width="14"'
            f' height="4" fill="{colour}"/>'
        )
        elements.append(_text(WIDTH - RIGHT + 40, y, name, "start"))
    return _document(title, HEIGHT, elements)


def bars(title, unit, named):
    """Bars of (name, value), with the values beside them."""
    most = max(value for _, value in named)
    width = WIDTH - 2 * RIGHT
    elements = []
    for n, (name, value) in enumerate(named):
        y = TOP + 30 * n
        length = value / most * width
        elements.append(_text(RIGHT - 10, y + 15, name, "end"))
        elements.append(
            f'<rect x="{RIGHT}" y="{y}" width="{length:.1f}" height="20"'
            f' fill="{COLOURS[0]}"/>'
        )
        elements.append(
            _text(
                RIGHT + length + 8, y + 15, f"{value:.3g} {unit}", "start"
            )
        )
    return _document(title, TOP + 30 * len(named) + 20, elements)
