"""What is shown over a finding or a layer, and behind layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnnlint.diagnostics import Diagnostic
from cnnlint.reporters.models import shape
from cnnlint.server.questions import Explain, Layers, Page
from cnnlint.server.readings import Range, shown
from cnnlint.server.session import Entry, Session
from cnnlint.server.texts import Position


async def hover(session: Session, entry: Entry, uri: str, at: Position) -> tuple[str, Range] | None:
    """What is known of a position, as Markdown, and the range that it is about."""
    findings = [
        (place, one) for other, place, one in session.findings(entry) if other == uri and place[0] <= at <= place[1]
    ]
    layers = sorted(
        ((place, one) for other, place, one in _layers(entry) if other == uri and place[0] <= at <= place[1]),
        key=lambda found: _size(found[0]),
    )
    parts = [_layer(layers[0][1])] if layers else []
    for _, one in findings:
        parts.append(_finding(one))
        page = await session.workshop.ask(Explain(one.code, session.settings(entry.document.name)))
        if isinstance(page, Page):
            parts.append(page.text + (f"\n\n[{page.title}]({page.url})" if page.url else ""))
    if not parts:
        return None
    about = min((place for place, _ in (*findings, *layers)), key=_size)
    return "\n\n---\n\n".join(parts), about


def hints(entry: Entry, uri: str, start: Position, end: Position) -> Iterator[tuple[Position, str, str]]:
    """Where a hint belongs, the hint, and what to say over it: the output shapes of the layers that are made there."""
    for other, place, one in _layers(entry):
        if other != uri or not start <= place[1] <= end:
            continue
        shapes = list(dict.fromkeys(shape(layer["output_shape"]) for layer in one.layers))
        if shapes != ["?"]:
            label = shapes[0] if len(shapes) == 1 else f"{shapes[0]} … {shapes[-1]}"
            yield place[1], f"→ {label}", _layer(one)


def _layers(entry: Entry) -> Iterator[tuple[str, Range, Layers]]:
    if entry.now is not None:
        yield from shown(entry.good, entry.now)[0].layers(entry.document)


def _size(place: Range) -> tuple[int, int]:
    return place[1][0] - place[0][0], place[1][1] - place[0][1]


def _layer(found: Layers) -> str:
    """The layers of one place, a line each: editors in a terminal show Markdown as it is written."""
    return f"Layers of `{found.model}`\n\n" + "\n".join(f"- {_said(layer)}" for layer in found.layers)


def _said(layer: dict[str, Any]) -> str:
    parameters = layer["parameters"]
    counted = "unknown parameters" if parameters is None else f"{parameters:,} parameter{'s' * (parameters != 1)}"
    said = (f"`{layer['name']}` {layer['kind']} → {shape(layer['output_shape'])}", counted, layer["activation"])
    return ", ".join(filter(None, said))


def _finding(one: Diagnostic) -> str:
    lines = [f"**{one.code} {one.name}** ({one.severity.value})", one.message]
    if one.help:
        lines.append(f"*Instead:* {one.help}")
    if one.evidence is not None:
        lines.append(f"*Put to the test:* {one.evidence.summary}")
    return "\n\n".join(lines)
