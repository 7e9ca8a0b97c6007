"""Layers and models that are called on arrays whose every size is known: what Keras 3 refuses of them.

Source: keras 3.15: `src/layers/input_spec.py`, `src/models/functional.py`; each layer's shapes are asked.
"""

from __future__ import annotations

from cnnlint.graph import CallRefused, Node, Placement
from cnnlint.graph.kinds import MERGES
from cnnlint.graph.shapes import infer
from cnnlint.graph.shapes.registry import show
from cnnlint.readers.python.building.layers import placeholders
from cnnlint.readers.python.building.layers.joining import SEVERAL
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    LayerValue,
    ListValue,
    ModelValue,
    TensorValue,
    Value,
    elements,
)

Whole = tuple[int, ...]
#: layers of several tensors, which they are handed in one list or one by one
JOINING = MERGES | {"Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"}


def whole(value: Value) -> Whole | None:
    """The sizes of an array, where each is known and it is no list of several."""
    shape = value.facts.shape if isinstance(value, ArrayValue) and not value.listed and value.frame is None else None
    known = tuple(size for size in shape or () if isinstance(size, int))
    return known if shape is not None and len(known) == len(shape) else None


def layer(run: Run, called: LayerValue, passed: Value, site: CallSite) -> None:
    """Tell the rules of a layer that is called on an array of too few or too many axes, or of none of its sizes."""
    sizes = whole(passed)
    if called.kind in MERGES and isinstance(passed, ListValue) and passed.whole and not passed.items:
        problem = f"{called.kind} is called on an empty list"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="pass the tensors that it joins"))
    alone = len(site.positional) == 1 and not site.open and called.kind in ("MultiHeadAttention", "GroupQueryAttention")
    if (
        alone
        and not site.keywords.keys() & {"value", "key"}
        and isinstance(passed, ListValue)
        and site.node is not None
    ):
        problem = f"{called.kind} is called on a query and a value; it is given one list"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="attention(query, value)"))
    plain = not (called.opaque or called.unread or called.refused or site.open or len(site.positional) != 1)
    if sizes is None or site.node is None or not plain or run.versions.keras != 3 or called.kind == "Lambda":
        return
    values = {name: one.value for name, one in called.arguments.items()}
    error = infer(called.kind, values, [sizes]).error if len(sizes) in (0, 1) else None
    if error:
        run.event(CallRefused(origin=run.origin(site.node), problem=f"{called.kind}: {error}", layer=called.layer_id))


def model(run: Run, called: ModelValue, passed: Value, site: CallSite) -> bool:
    """Tell the rules of a model that is called on what its inputs are not declared for; whether it is."""
    known = called.kind == "functional" and called.instance is None and called.inputs and not called.unread
    if not known or site.node is None or site.open or run.versions.keras != 3 or run.trying or run.frame.conditions:
        return False
    problem, advice = _problem(run, called, passed)
    if problem:
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice=advice))
    return bool(problem)


def _problem(run: Run, called: ModelValue, passed: Value) -> tuple[str, str]:
    if isinstance(passed, DictValue):
        return _keyed(called, passed)
    if isinstance(passed, ListValue) and (passed.open or not passed.whole):
        return "", ""
    items = elements(passed) if isinstance(passed, (tuple, ListValue)) else [passed]
    given = [whole(one) for one in items or ()]
    if not given or None in given:
        return "", ""
    if len(given) != len(called.inputs):
        count = len(called.inputs)
        problem = f"the model reads {count} input{'s' * (count > 1)}, and is called on {len(given)}"
        return problem, "pass a list with an array for each"
    for own, sizes in zip(called.inputs, given, strict=True):
        refusal = placeholders.of_model(run, own.node.shape, sizes)
        if refusal is not None:
            shapes = f"{show(own.node.shape or ())}, and it is called on an array of {show(tuple(sizes or ()))}"
            return f"the model's input is declared as {shapes}", refusal[1]
    return "", ""


def _keyed(called: ModelValue, passed: DictValue) -> tuple[str, str]:
    """Data by name, of which none is the name of an input (functional.py: _standardize_inputs)."""
    names = [one.node.name for one in called.inputs]
    if passed.open or called.input_keys or not all(names) or not passed.items:
        return "", ""
    missing = [name for name in names if name not in passed.items]
    arrays = all(isinstance(one, (ArrayValue, TensorValue)) for one in passed.items.values())
    return (
        (f"the model's input {missing[0]!r} is not among what it is called on", "") if missing and arrays else ("", "")
    )


def in_a_row(run: Run, made: LayerValue, inputs: list[Node], placement: Placement) -> str | None:
    """Why a layer of several tensors cannot stand in a Sequential, which hands each layer one; None where it can."""
    if made.kind not in JOINING or run.versions.keras != 3:
        return None
    alone = placement.spelling in ("element", "add") and len(inputs) == 1 and not inputs[0].opaque
    if not alone or inputs[0].kind in SEVERAL:
        return None
    if inputs[0].kind == "Input" and not inputs[0].placement.api.startswith("keras."):  # it may be called on a list
        return None
    return f"{made.kind} works on several tensors, and a Sequential hands it one"
