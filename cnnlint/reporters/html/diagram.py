"""A model drawn from top to bottom: a row for each layer, and beside the rows the lines that tensors take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnlint.diagnostics import Diagnostic, ModelSummary
from cnnlint.reporters.html.markup import Markup, join, link, tag
from cnnlint.reporters.models import shape

ROW, LANE, MIDDLE = 30, 14, 15
"""Height of a row, distance of two lanes, and where in a row its layer stands; pixels."""
MOST_LANES = 12

Layer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What passes a layer's row: the lane the layer stands in, those it reads from, those that only pass."""

    lane: int
    reads: tuple[int, ...]
    passing: tuple[int, ...]
    goes_on: bool


def rows(layers: Sequence[Layer]) -> list[Row]:
    """Lay out the lines of a model. Layers come in the order of computation; inputs that are not there are left out."""
    inputs = _inputs(layers)
    last = {source: row for row, sources in enumerate(inputs) for source in sources}
    lanes: dict[int, int] = {}  # layers whose output is still to be read, and where it runs
    result = []
    for row, sources in enumerate(inputs):
        reads = tuple(lanes[source] for source in sources)
        ending = [lanes.pop(source) for source in sources if last[source] == row]
        taken = set(lanes.values())
        lane = min(ending) if ending else next(lane for lane in range(len(taken) + 1) if lane not in taken)
        result.append(Row(lane, reads, tuple(sorted(taken)), row in last))
        if row in last:
            lanes[row] = lane
    return result


def _inputs(layers: Sequence[Layer]) -> list[tuple[int, ...]]:
    """For each layer, the earlier layers that it reads."""
    known: dict[str, int] = {}
    found = []
    for row, layer in enumerate(layers):
        found.append(tuple(dict.fromkeys(known[name] for name in layer["inputs"] if name in known)))
        known[layer["name"]] = row
    return found


def draw(model: ModelSummary, anchor: str, marks: Mapping[int, Sequence[tuple[str, Diagnostic]]]) -> Markup:
    """The diagram. `marks` are findings by the number of their layer, each with the anchor of its text."""
    plan = rows(model.layers)
    lanes = min(MOST_LANES, 1 + max((lane for row in plan for lane in (row.lane, *row.reads, *row.passing)), default=0))
    drawn = (
        _layer(layer, row, lanes, f"{anchor}-{number}", marks.get(number, ()))
        for number, (layer, row) in enumerate(zip(model.layers, plan, strict=True))
    )
    heads = (tag("th", name, scope="col", class_=kind) for name, kind in _HEADS)
    return tag(
        "table",
        tag("thead", tag("tr", *heads)),
        tag("tbody", *drawn),
        class_="layers",
        aria_label=f"the layers of {model.name}",
    )


_HEADS = (("", "rail"), ("layer", "kind"), ("name", "name"), ("output", "shape"), ("", "marks"))


def _layer(layer: Layer, row: Row, lanes: int, anchor: str, marks: Sequence[tuple[str, Diagnostic]]) -> Markup:
    worst = max((diagnostic.severity for _, diagnostic in marks), key=lambda one: one.rank, default=None)
    activation = layer.get("activation")
    kind = join(
        tag("b", layer["kind"]),
        tag("span", activation, class_="activation") if activation and layer["kind"].lower() != activation else None,
    )
    remark = layer.get("error") or layer.get("note")
    name = join(
        layer["name"],
        tag("i", f" {remark}", class_="wrong" if layer.get("error") else None) if remark else None,
    )
    pills = (link(f"#{target}", found.code, class_=f"pill {found.severity.value}") for target, found in marks)
    full = f"{layer['name']}{': ' + remark if remark else ''}"
    return tag(
        "tr",
        tag("td", _rail(row, lanes, worst.value if worst else None, not layer["inputs"]), class_="rail"),
        tag("td", kind, class_="kind"),
        tag("td", name, class_="name", title=full),
        tag("td", size(layer["output_shape"]), class_="shape", title=shape(layer["output_shape"])),
        tag("td", *pills, class_="marks"),
        id=anchor,
        class_=f"flagged {worst.value}" if worst else None,
    )


def _rail(row: Row, lanes: int, severity: str | None, source: bool) -> Markup:
    """The piece of the lines that belongs to one row."""
    here = _x(row.lane, lanes)
    lines = [tag("path", d=f"M{_x(lane, lanes)} 0V{ROW}") for lane in row.passing]
    for lane in row.reads:
        x = _x(lane, lanes)
        bend = f"V{MIDDLE}" if x == here else f"C{x} {MIDDLE * 0.6:g} {here} {MIDDLE * 0.4:g} {here} {MIDDLE}"
        lines.append(tag("path", d=f"M{x} 0{bend}"))
    if row.goes_on:
        lines.append(tag("path", d=f"M{here} {MIDDLE}V{ROW}"))
    kind = " ".join(name for name in (severity, "end" if source or not row.goes_on else None) if name)
    dot = tag("circle", cx=here, cy=MIDDLE, r=5 if severity else 4, class_=kind or None)
    width = lanes * LANE + 4
    return tag("svg", *lines, dot, width=width, height=ROW, viewBox=f"0 0 {width} {ROW}", aria_hidden="true")


def _x(lane: int, lanes: int) -> int:
    """The middle of a lane; what goes beyond the last is drawn in the last."""
    return 9 + min(lane, lanes - 1) * LANE


def size(dimensions: Sequence[int | None] | None) -> str:
    """`28 × 28 × 64`, the batch left out where its size is open."""
    if dimensions is None:
        return "?"
    if len(dimensions) < 2 or dimensions[0] is not None:
        return shape(dimensions)
    return " × ".join("?" if one is None else str(one) for one in dimensions[1:])
