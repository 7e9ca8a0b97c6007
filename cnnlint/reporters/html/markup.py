"""HTML and SVG elements built from values: whatever is not markup already is escaped, so nothing has to remember to."""

from __future__ import annotations

import html
import re

from cnnlint.reporters.terminal import clean

_VOID = {"meta", "br", "hr", "img", "input", "path", "line", "circle", "rect", "polyline"}
_CODE = re.compile(r"`([^`]+)`")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | int | float | None
"""What an element may hold: Markup as it is, other text escaped, None left out."""


def text(value: str) -> Markup:
    """Any text as HTML: escaped, and without control characters or marks that turn its direction."""
    return Markup(html.escape(clean(value), quote=True))


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Markup:
    """An element. `class_` is the attribute class, `stroke_width` stroke-width; None and False leave one out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        parts.append(key if value is True else f'{key}="{text(str(value))}"')
    head = " ".join(parts)
    if name in _VOID:
        return Markup(f"<{head}>") if name in ("meta", "br", "hr", "img", "input") else Markup(f"<{head}/>")
    return Markup(f"<{head}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Pieces one after the other."""
    return Markup(
        "".join(child if isinstance(child, Markup) else text(str(child)) for child in children if child is not None)
    )


def prose(value: str) -> Markup:
    """A sentence in which `backticks` mark code."""
    pieces = _CODE.split(value)
    return join(*(tag("code", piece) if index % 2 else piece for index, piece in enumerate(pieces)))


def link(target: str, *children: Child, class_: str | None = None) -> Markup:
    """A link to an anchor or a web page; the children alone where the target is neither."""
    if target.startswith(("#", "https://", "http://")):
        return tag("a", *children, href=target, class_=class_)
    return tag("span", *children, class_=class_)
