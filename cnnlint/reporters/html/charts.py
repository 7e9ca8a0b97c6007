"""The pictures of a trial as inline SVG: what became of every pair, and how the training loss went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from cnnlint.diagnostics import Curves
from cnnlint.reporters.html.markup import Markup, join, tag

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 190, 10, 24, 34, 8
ARMS = ("written", "repaired")
WORDS = {"written": "as written", "repaired": "repaired"}

Domain = tuple[float, float]
Curve = Sequence[float | None]


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers that reach from at most `low` to at least `high`."""
    span = high - low if high > low else abs(high) or 1.0
    raw = span / about
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def pairs_chart(statistic: str, series: Sequence[tuple[float, float]]) -> Markup:
    """The statistic of every pair, as written on the left and repaired on the right, joined by a line; means bold."""
    width, left, right = 230, 76, 188
    finite = [pair for pair in series if all(map(math.isfinite, pair))]
    values = [value for pair in finite for value in pair] or [0.0]
    low, high = min(values), max(values)
    if "accuracy" in statistic and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    marks = ticks(low, high)
    domain = (marks[0], marks[-1])
    parts = _grid(marks, domain, width)
    for a, b in finite:
        parts.append(tag("line", x1=left, y1=_y(a, domain), x2=right, y2=_y(b, domain), class_="pair"))
    for a, b in finite:
        parts.append(tag("circle", cx=left, cy=_y(a, domain), r=3.2, class_="dot written"))
        parts.append(tag("circle", cx=right, cy=_y(b, domain), r=3.2, class_="dot repaired"))
    means = [sum(arm) / len(finite) for arm in zip(*finite, strict=True)]
    if means:
        ends = [_y(mean, domain) for mean in means]
        parts.append(tag("line", x1=left, y1=ends[0], x2=right, y2=ends[1], class_="mean"))
        for x, y, arm in zip((left, right), ends, ARMS, strict=True):
            parts.append(tag("circle", cx=x, cy=y, r=5, class_=f"mean {arm}"))
    for x, arm in zip((left, right), ARMS, strict=True):
        parts.append(tag("text", WORDS[arm], x=x, y=HEIGHT - 6, text_anchor="middle", class_=arm))
    told = f"{statistic} of {len(series)} pairs" + (f": {means[0]:.3g} to {means[1]:.3g} on average" if means else "")
    return _svg(parts, width, told)


def curves_charts(curves: Curves) -> list[tuple[Markup, Markup]]:
    """Training loss over the steps with a caption: one picture, or one an arm where they minimise other things."""
    arms = [("written", curves.as_written), ("repaired", curves.repaired)]
    names = [tag("span", WORDS[arm], class_=arm) for arm in ARMS]
    losses = [loss.replace("_", " ") for loss in curves.losses]
    if losses[0] == losses[1]:
        both = join(f"{losses[0]} in training, ", names[0], " and ", names[1])
        return [(both, _curves(curves.steps, arms, 330))]
    return [
        (join(f"{loss} in training, ", name), _curves(curves.steps, [arm], 230))
        for arm, loss, name in zip(arms, losses, names, strict=True)
    ]


def _curves(steps: Sequence[int], arms: Sequence[tuple[str, Sequence[Curve]]], width: int) -> Markup:
    """Every pair a thin line, their mean a bold one. A few extreme values may leave the picture at its top."""
    values = sorted(value for _, runs in arms for run in runs for value in run if value is not None) or [0.0]
    low, high = values[0], values[math.ceil(0.97 * (len(values) - 1))]
    if 0 <= low < 0.5 * high:
        low = 0.0
    marks = ticks(low, high)
    domain = (marks[0], marks[-1])
    parts = _grid(marks, domain, width)
    last = steps[-1]
    xs = [LEFT + (width - LEFT - RIGHT) * step / last for step in steps]
    lines: list[Markup] = []
    for arm, runs in arms:
        lines += [tag("path", d=_path(xs, run, domain), class_=f"curve {arm}") for run in runs]
    for arm, runs in arms:
        mean = [
            sum(known) / len(known) if len(known := [v for v in column if v is not None]) == len(runs) else None
            for column in zip(*runs, strict=True)
        ]
        lines.append(tag("path", d=_path(xs, mean, domain), class_=f"curve mean {arm}"))
    box = f"0 0 {width} {HEIGHT - BOTTOM + 2}"
    # an inner picture, for its edges cut what leaves the plot
    parts.append(tag("svg", *lines, width=width, height=HEIGHT - BOTTOM + 2, viewBox=box))
    for share in (0.5, 1.0):
        step = f"{round(last * share):,}" + (" steps" if share == 1.0 else "")
        x = LEFT + (width - LEFT - RIGHT) * share
        parts.append(tag("text", step, x=x, y=HEIGHT - 6, text_anchor="end" if share == 1.0 else "middle"))
    return _svg(parts, width, f"training loss over {last:,} steps")


def _path(xs: Sequence[float], values: Iterable[float | None], domain: Domain) -> str:
    """A line through the values, broken where one is missing."""
    path, pen = [], "M"
    for x, value in zip(xs, values, strict=True):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{x:.1f} {_y(value, domain)}")
        pen = "L"
    return "".join(path) or "M0 0"


def _grid(marks: Sequence[float], domain: Domain, width: int) -> list[Markup]:
    parts = []
    for mark in marks:
        y = _y(mark, domain)
        parts.append(tag("line", x1=LEFT, y1=y, x2=width - RIGHT, y2=y, class_="grid"))
        parts.append(tag("text", _label(mark, marks), x=LEFT - 8, y=y + 3.5, text_anchor="end"))
    return parts


def _label(mark: float, marks: Sequence[float]) -> str:
    """A tick's number with as many decimals as its neighbours need."""
    largest, step = max(map(abs, marks)), marks[1] - marks[0]
    if not mark:
        return "0"
    if largest >= 1e15 or largest < 1e-3:
        return f"{mark:.0e}".replace("-", "−")
    if largest >= 1e4:
        power = min(4, int(math.log10(largest)) // 3)
        return f"{mark / 1000**power:g}{' kMGT'[power]}".replace("-", "−")
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    if abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return f"{mark:.{decimals}f}".replace("-", "−")


def _y(value: float, domain: Domain) -> float:
    low, high = domain
    share = (value - low) / (high - low)
    # far outside is as good as outside: no picture needs a coordinate of a million digits
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(share, -9.0), 9.0)), 1)


def _svg(parts: Sequence[Markup], width: int, told: str) -> Markup:
    return tag(
        "svg",
        tag("title", told),
        *parts,
        class_="chart",
        role="img",
        aria_label=told,
        width=width,
        height=HEIGHT,
        viewBox=f"0 0 {width} {HEIGHT}",
    )
