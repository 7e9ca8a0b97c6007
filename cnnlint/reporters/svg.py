"""The models of a run as one SVG drawing: layers, shapes, parameters, and where something was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnlint.diagnostics import Diagnostic, ModelSummary, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.html import drawn
from cnnlint.reporters.html.diagram import MIDDLE, ROW, lanes_of, lines, size, stack, weights, width_of
from cnnlint.reporters.html.markup import Markup, join, tag
from cnnlint.reporters.models import facts, training, unknown, where
from cnnlint.reporters.plan import Block, Layer, blocks, rows

WIDTH, MARGIN, HEAD = 860, 24, 62
"""Pixels: the drawing's width, what is left free around it, and what a model's heading takes."""
NAME, SHAPE, WEIGHTS = 210, 600, 700
"""Where the columns stand behind the lines; those of shapes and parameters end there."""
LONGEST = 30
"""Letters of a name that fit its column at 12 pixels; the rest is left out."""
STYLE = """
svg { background: #fbfaf7; color-scheme: light dark; }
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2226; }
.model { font-size: 16px; font-weight: 600; }
.kind { font-weight: 600; }
.soft { fill: #5c626b; }
.name { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
path { fill: none; stroke: #8b9099; stroke-width: 1.4; }
circle { fill: #8b9099; stroke: #fbfaf7; stroke-width: 2; }
rect.stack, circle.end { fill: #fbfaf7; stroke: #8b9099; stroke-width: 1.4; }
.error, circle.error { fill: #ad2118; }
.warning, circle.warning { fill: #8a5a00; }
.info, circle.info { fill: #475a74; }
rect.error { fill: #fbe9e6; } rect.warning { fill: #fbf0d9; } rect.info { fill: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #15171a; }
  text { fill: #e6e4df; } .soft { fill: #a5a9b0; }
  circle { stroke: #15171a; } rect.stack, circle.end { fill: #15171a; stroke: #8b9099; }
  .error, circle.error { fill: #ff8d82; }
  .warning, circle.warning { fill: #e6b656; }
  .info, circle.info { fill: #a9bdd8; }
  rect.error { fill: #43221f; } rect.warning { fill: #3b301a; }
}
"""


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """One drawing, the models one below the other."""
    top, parts = MARGIN, []
    for model, findings in drawn(outcome):
        part, height = _model(model, findings, top)
        parts.append(part)
        top += height + MARGIN
    if not parts:
        parts.append(tag("text", "No model was read.", x=MARGIN, y=top + 14))
        top += 24 + MARGIN
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}">\n'
    yield tag("style", Markup(STYLE)) + "\n"
    yield from (part + "\n" for part in parts)
    yield "</svg>\n"


def _model(model: ModelSummary, findings: Sequence[Diagnostic], top: int) -> tuple[Markup, int]:
    """A model from a height downwards, and the height that it takes."""
    numbers = {layer["name"]: number for number, layer in enumerate(model.layers)}
    marks: dict[int, list[Diagnostic]] = {}
    for found in findings:
        if found.layer in numbers:
            marks.setdefault(numbers[found.layer], []).append(found)
    plan = rows(model.layers)
    lanes = lanes_of(plan)
    left = MARGIN + width_of(lanes) + 6
    parts, at = list(_heading(model, top)), top + HEAD
    row = 0
    hidden = {one.first: one for one in blocks(model) if not marks.keys() & set(range(one.first, one.last + 1))}
    while row < len(plan):
        block = hidden.get(row)
        if block is not None:
            rail = stack(block, plan, lanes)
            parts += [_moved(rail, at), *_block(block, model.layers[block.last], left, at)]
        else:
            own = marks.get(row, [])
            worst = max((one.severity for one in own), key=lambda one: one.rank, default=None)
            layer = model.layers[row]
            rail = lines(plan[row], lanes, worst.value if worst else None, not layer["inputs"])
            parts += [*_layer(layer, own, worst, left, at), _moved(rail, at)]
        row, at = (block.last if block is not None else row) + 1, at + ROW
    below = [(line, "soft") for line in training(model.training or {})]
    below += [(f"unknown: {unknown(part)}", "warning") for part in model.unknown]
    for line, kind in below:
        parts.append(tag("text", _cut(line, 110), x=MARGIN, y=at + 20, class_=kind))
        at += 20
    return tag("g", *parts), at - top


def _heading(model: ModelSummary, top: int) -> Iterator[Markup]:
    yield tag("text", _cut(model.name, 60), x=MARGIN, y=top + 16, class_="model")
    told = " · ".join((where(model), *facts(model)))
    yield tag("text", _cut(told, 110), x=MARGIN, y=top + 38, class_="soft")


def _layer(layer: Layer, found: Sequence[Diagnostic], worst: Severity | None, left: int, top: int) -> Iterator[Markup]:
    base = top + MIDDLE + 4
    if worst is not None:
        yield tag(
            "rect", x=left - 6, y=top + 3, width=WIDTH - MARGIN - left + 6, height=ROW - 6, rx=5, class_=worst.value
        )
    activation = layer.get("activation")
    pill = f"  {activation}" if activation and layer["kind"].lower() != activation else ""
    kind = join(tag("tspan", _cut(layer["kind"], 22), class_="kind"), tag("tspan", pill, class_="soft"))
    yield tag("text", kind, x=left, y=base)
    remark = layer.get("error") or layer.get("note")
    name = layer["name"] + (f" {remark}" if remark else "")
    yield tag("text", _cut(name, LONGEST), x=left + NAME, y=base, class_="name soft")
    yield tag("text", size(layer["output_shape"]), x=SHAPE, y=base, text_anchor="end")
    yield tag("text", weights(layer), x=WEIGHTS, y=base, text_anchor="end", class_="soft")
    codes = (tag("tspan", f" {one.code}", class_=one.severity.value) for one in found)
    yield tag("text", *codes, x=WIDTH - MARGIN - 8, y=base, text_anchor="end")


def _block(block: Block, last: Layer, left: int, top: int) -> Iterator[Markup]:
    """What is said of a block, which is one row."""
    base = top + MIDDLE + 4
    yield tag("text", _cut(block.title, 60), x=left, y=base, class_="soft")
    yield tag("text", size(last["output_shape"]), x=SHAPE, y=base, text_anchor="end", class_="soft")
    if block.parameters:
        yield tag("text", f"{block.parameters:,}", x=WEIGHTS, y=base, text_anchor="end", class_="soft")


def _moved(parts: Sequence[Markup], top: int) -> Markup:
    return tag("g", *parts, transform=f"translate({MARGIN} {top})")


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
