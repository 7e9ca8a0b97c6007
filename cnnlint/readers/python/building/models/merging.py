"""`Merge([left, right], mode="concat")` of Keras 1 in front of a Sequential: it joins the outputs of whole models."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cnnlint.graph import Node
from cnnlint.readers.python.building.layers import layers
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    LayerValue,
    ListValue,
    ModelValue,
    Passed,
    TensorValue,
    Value,
    elements,
)

#: what each mode is (keras 1.2.2: keras/engine/topology.py: Merge), and which of its arguments it keeps
MODES = {
    "sum": ("Add", ()),
    "mul": ("Multiply", ()),
    "ave": ("Average", ()),
    "max": ("Maximum", ()),
    "concat": ("Concatenate", ("axis",)),
}

Realise = Callable[[Run, ModelValue], None]
Apply = Callable[[Run, ModelValue, CallSite], Value]


def begin(run: Run, model: ModelValue, item: LayerValue, realise: Realise, apply: Apply) -> None:
    """Let a Sequential begin behind a Merge, with the inputs of all that it joins."""
    found = _joined(run, item, realise, apply)
    if found is None:
        note = "the models that a Merge joins"
        model.layers.append(replace(item, kind="Opaque", arguments={}, opaque=True, unread=True, note=note))
    else:
        model.joins = found[0]
        model.layers.append(TensorValue(found[1]))


def _joined(run: Run, item: LayerValue, realise: Realise, apply: Apply) -> tuple[list[TensorValue], Node] | None:
    mode = item.arguments.get("mode")
    kind, kept = MODES.get(mode.value, ("", ())) if mode is not None and isinstance(mode.value, str) else ("", ())
    parts = elements(item.inner)
    if not kind or not parts or (isinstance(item.inner, ListValue) and not item.inner.whole):
        return None
    several = {id(part): part for part in parts}  # one that stands there twice is fed once
    found = {key: _branch(run, part, realise, apply) for key, part in several.items()}
    known = [one for one in found.values() if one is not None]
    if len(known) < len(found):
        return None
    inputs = [tensor for one in known for tensor in one[0]]
    outputs = [one[1] for part in parts if (one := found[id(part)]) is not None]
    arguments = {name: item.arguments[name] for name in kept if name in item.arguments}
    layer = LayerValue(kind, arguments, item.placement, item.layer_id, name=item.name)
    return inputs, layers.add_layer(run, layer, outputs)


def _branch(run: Run, part: Value, realise: Realise, apply: Apply) -> tuple[list[TensorValue], Node] | None:
    """The inputs and the output of one of the models; a Merge may join others in turn."""
    if isinstance(part, LayerValue) and part.kind == "Merge":
        return _joined(run, part, realise, apply)
    if not isinstance(part, ModelValue) or part.kind not in ("sequential", "functional"):
        return None
    realise(run, part)
    inputs = [_again(run, one.node) for one in part.inputs]
    given = inputs[0] if len(inputs) == 1 else tuple(inputs)
    made = apply(run, part, CallSite(None, [Passed(given)])) if inputs and not part.unread else None
    return (inputs, made.node) if isinstance(made, TensorValue) else None


def _again(run: Run, own: Node) -> TensorValue:
    return TensorValue(
        run.building.node("Input", [], dict(own.arguments), shape=own.shape, placement=own.placement, name=own.name)
    )
