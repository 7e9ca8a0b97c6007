"""A model drawn from top to bottom: a row for each layer, and beside the rows the lines that tensors take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnnlint.diagnostics import Diagnostic, ModelSummary
from cnnlint.reporters.html.markup import Markup, join, link, tag
from cnnlint.reporters.models import shape
from cnnlint.reporters.plan import Block, Layer, Row, blocks, rows

ROW, LANE, MIDDLE = 30, 14, 15
"""Height of a row, distance of two lanes, and where in a row its layer stands; pixels."""
MOST_LANES = 12

Marks = Mapping[int, Sequence[tuple[str, Diagnostic]]]
"""Findings by the number of their layer, each with the anchor of its text."""


def draw(model: ModelSummary, anchor: str, marks: Marks) -> Markup:
    """The diagram. What belongs together in a large model is folded, opened by a click; flagged layers are shown."""
    plan = rows(model.layers)
    lanes = lanes_of(plan)
    drawn = [
        _layer(layer, row, lanes, f"{anchor}-{number}", marks.get(number, ()))
        for number, (layer, row) in enumerate(zip(model.layers, plan, strict=True))
    ]
    heads = (tag("th", name, scope="col", class_=kind) for name, kind in _HEADS)
    return tag(
        "table",
        tag("thead", tag("tr", *heads)),
        *_bodies(model, drawn, plan, lanes, marks),
        class_="layers",
        aria_label=f"the layers of {model.name}",
    )


def lanes_of(plan: Sequence[Row]) -> int:
    """How many lanes are drawn."""
    return min(MOST_LANES, 1 + max((lane for row in plan for lane in (row.lane, *row.reads, *row.passing)), default=0))


_HEADS = (
    ("", "rail"),
    ("layer", "kind"),
    ("name", "name"),
    ("output", "shape"),
    ("parameters", "parameters"),
    ("", "marks"),
)


def _bodies(
    model: ModelSummary, drawn: Sequence[Markup], plan: Sequence[Row], lanes: int, marks: Marks
) -> Iterator[Markup]:
    """The rows of the table, those of a block together behind its title."""
    at = 0
    outputs = [layer["output_shape"] for layer in model.layers]
    for block in blocks(model):
        yield tag("tbody", *drawn[at : block.first])
        flagged = any(number in marks for number in range(block.first, block.last + 1))
        title = _title(block, plan, outputs[block.last], lanes, opened=flagged)
        yield tag("tbody", title, *drawn[block.first : block.last + 1], class_="block")
        at = block.last + 1
    yield tag("tbody", *drawn[at:])


def _title(
    block: Block, plan: Sequence[Row], output: Sequence[int | None] | None, lanes: int, *, opened: bool
) -> Markup:
    """The row that stands for a block, and opens it."""
    switch = tag("input", type="checkbox", checked=opened)
    return tag(
        "tr",
        tag("td", _svg(stack(block, plan, lanes), lanes), class_="rail"),
        tag("td", tag("label", switch, " ", block.title), colspan=2, title=block.title),
        tag("td", size(output), class_="shape", title=shape(output)),
        tag("td", "" if block.parameters is None else f"{block.parameters:,}", class_="parameters"),
        tag("td", class_="marks"),
        class_="title",
    )


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
        tag("td", _svg(lines(row, lanes, worst.value if worst else None, not layer["inputs"]), lanes), class_="rail"),
        tag("td", kind, class_="kind"),
        tag("td", name, class_="name", title=full),
        tag("td", size(layer["output_shape"]), class_="shape", title=shape(layer["output_shape"])),
        tag("td", weights(layer), class_="parameters"),
        tag("td", *pills, class_="marks"),
        id=anchor,
        class_=f"flagged {worst.value}" if worst else None,
    )


def weights(layer: Layer) -> str:
    """How many weights a layer has: nothing for none, "?" where it is not known."""
    count = layer["parameters"]
    return "?" if count is None else f"{count:,}" if count else ""


def _svg(parts: Sequence[Markup], lanes: int) -> Markup:
    width = width_of(lanes)
    return tag("svg", *parts, width=width, height=ROW, viewBox=f"0 0 {width} {ROW}", aria_hidden="true")


def width_of(lanes: int) -> int:
    """Pixels that the lines of a model take."""
    return lanes * LANE + 4


def lines(row: Row, lanes: int, severity: str | None, source: bool) -> list[Markup]:
    """The lines and the dot of a row; `source` where the layer reads no other."""
    here = _x(row.lane, lanes)
    drawn = [tag("path", d=f"M{_x(lane, lanes)} 0V{ROW}") for lane in row.passing]
    for lane in row.reads:
        x = _x(lane, lanes)
        bend = f"V{MIDDLE}" if x == here else f"C{x} {MIDDLE * 0.6:g} {here} {MIDDLE * 0.4:g} {here} {MIDDLE}"
        drawn.append(tag("path", d=f"M{x} 0{bend}"))
    if row.goes_on:
        drawn.append(tag("path", d=f"M{here} {MIDDLE}V{ROW}"))
    kind = " ".join(name for name in (severity, "end" if source or not row.goes_on else None) if name)
    return [*drawn, tag("circle", cx=here, cy=MIDDLE, r=5 if severity else 4, class_=kind or None)]


def stack(block: Block, plan: Sequence[Row], lanes: int) -> list[Markup]:
    """The line and the mark of a block that is drawn as one row, from the tensor that enters to the one that leaves."""
    before, behind = _x(plan[block.first - 1].lane, lanes), _x(plan[block.last].lane, lanes)
    line = tag("path", d=f"M{before} 0C{before} {MIDDLE} {behind} {MIDDLE} {behind} {ROW}")
    return [line, tag("rect", x=behind - 5, y=MIDDLE - 5, width=10, height=10, rx=2, class_="stack")]


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
