"""einops: functions and layers that take a pattern, `rearrange(x, "b h w c -> b (h w) c")`."""

from __future__ import annotations

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    LayerValue,
    PartialValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
)

FUNCTIONS = ("rearrange", "reduce", "repeat")


def pattern(run: Run, site: CallSite) -> Value:
    """`rearrange(tensor, pattern, **sizes)`, and `reduce` and `repeat`: a node; of a list, the list as a first axis."""
    value = site.value(0, "tensor")
    parts = elements(value)
    if parts and all(isinstance(part, TensorValue) for part in parts):
        nodes = [part.node for part in parts if isinstance(part, TensorValue)]
        stacked = run.building.node("Stack", nodes, {"axis": Argument(0, True)})
        value = TensorValue(stacked)
    tensor = run.building.tensor(value, site.node)
    if tensor is None or site.open:
        return Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site)))
    written = site.value(1, "pattern")
    sizes = {
        name: passed.value if isinstance(passed.value, int) else UNKNOWN
        for name, passed in site.keywords.items()
        if name not in ("tensor", "pattern", "reduction")
    }
    arguments = {
        "pattern": Argument(written if isinstance(written, str) else UNKNOWN, True),
        "axes": Argument(sizes, True),
    }
    placement = run.building.placement(site, "function", site.api)
    return TensorValue(run.building.node("Rearrange", [tensor.node], arguments, placement=placement))


def layer(run: Run, site: CallSite) -> Value:
    """`Rearrange(pattern, **sizes)`, a layer of `einops.layers`: the function, when the layer is called."""
    names = dict(site.keywords)
    positional = site.value(0, "pattern")
    names["pattern"] = Passed(positional, keyword="pattern")
    function = PartialValue(Symbol("einops.rearrange"), (), names)
    placement = run.building.placement(site, "other", site.api)
    number = run.building.next_id()
    return LayerValue("Lambda", {}, placement, number, opaque=True, note="Lambda", inner=function)


HANDLERS = {
    **dict.fromkeys((f"einops.{name}" for name in FUNCTIONS), pattern),
    **{
        f"einops.layers.{library}.{name}": layer
        for library in ("tensorflow", "keras")
        for name in ("Rearrange", "Reduce")
    },
}
