"""Axes that a pattern names: einops' `rearrange`, `reduce` and `repeat` (einops 0.8, `einops.einops`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cnnlint.graph.shapes.axes import divided, times
from cnnlint.graph.shapes.operations import Made
from cnnlint.graph.shapes.registry import Call, ShapeError, register, show
from cnnlint.graph.values import Dimension, Sizes, shape_of_sizes

Axis = tuple[str, ...]
"""The names that an axis is made of: one, several in brackets, none for an axis of size 1."""
REST = ("...",)
TOKEN = re.compile(r"\s*(?:(\()|(\))|(\.\.\.|…)|([A-Za-z_]\w*|\d+))")


@register("Rearrange", every_axis=True)
def rearrange(call: Call) -> Made:
    """The axes that a pattern such as `"b (h w) c -> b h w c"` makes of others."""
    pattern, given, sizes = call.get("pattern"), call.get("axes"), call.full
    if not isinstance(pattern, str) or not isinstance(given, Mapping) or pattern.count("->") != 1:
        return None, 0
    left, right = (side(text) for text in pattern.split("->"))
    if sizes is None or left is None or right is None:
        return None, 0
    named = len(left) - (REST in left)
    if len(sizes) < named or (REST not in left and len(sizes) != named):
        raise ShapeError(f"'{pattern}' is about {named} axes; its tensor has {len(sizes)}")
    place = left.index(REST) if REST in left else len(left)
    middle = sizes[place : len(sizes) - (named - place)] if REST in left else ()
    known: dict[str, Dimension] = {name: size for name, size in given.items() if isinstance(size, int)}
    axes = [axis for axis in left if axis != REST]
    around: Sizes = (*sizes[:place], *sizes[place + len(middle) :])
    for axis, size in zip(axes, around, strict=True):
        _solve(axis, size, known, f"'{pattern}' does not fit {show(shape_of_sizes(sizes) or ())}")
    return tuple(_made(right, known, middle)), 0


def side(text: str) -> list[Axis] | None:
    """The axes of one side of a pattern; None where it is no pattern."""
    axes: list[Axis] = []
    group: list[str] | None = None
    place, text = 0, text.rstrip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            return None
        place = found.end()
        opens, closes, rest, name = found.groups()
        if (opens and group is not None) or (closes and group is None) or (rest and group is not None):
            return None
        if opens:
            group = []
        elif closes:
            axes.append(tuple(group or ()))
            group = None
        elif rest:
            axes.append(REST)
        elif group is not None:
            group += [name] if name != "1" else []
        else:
            axes.append((name,) if name != "1" else ())
    return axes if group is None and axes.count(REST) < 2 else None


def _solve(axis: Axis, size: Dimension, known: dict[str, Dimension], problem: str) -> None:
    """Work out the one name of an axis whose size is not known yet."""
    open_ones = [name for name in axis if name not in known and not name.isdigit()]
    rest = times(int(name) if name.isdigit() else known[name] for name in axis if name not in open_ones)
    whole_numbers = isinstance(size, int) and isinstance(rest, int)
    if not open_ones and whole_numbers and rest != size:
        raise ShapeError(problem)
    if len(open_ones) == 1:
        if isinstance(size, int) and isinstance(rest, int) and (rest == 0 or size % rest):
            raise ShapeError(problem)
        known[open_ones[0]] = size if rest == 1 else divided(size, rest)
    else:
        known.update(dict.fromkeys(open_ones))


def _made(axes: list[Axis], known: Mapping[str, Dimension], middle: Sizes) -> Iterator[Dimension]:
    for axis in axes:
        if axis == REST:
            yield from middle
        elif len(axis) == 1 and not axis[0].isdigit():
            yield known.get(axis[0])
        else:
            yield times(int(name) if name.isdigit() else known.get(name) for name in axis)
