"""From a call to canonical arguments: bound by the API tables, their values in the form that the graph holds."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.calls import Bound, LayerSpec, bind
from cnnlint.graph.conversions import MISSING
from cnnlint.graph.kinds import rank
from cnnlint.graph.vocabulary import canonical_activation, canonical_initializer, function_spec, object_spec
from cnnlint.readers.python.arrays.element_types import ElementType
from cnnlint.readers.python.arrays.pictures import configured
from cnnlint.readers.python.building import out_of_reach
from cnnlint.readers.python.building.layers import data_format
from cnnlint.readers.python.building.own import activations as own_activations
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    FunctionValue,
    LayerValue,
    ListValue,
    ModelValue,
    ObjectValue,
    Passed,
    Symbol,
    Unknown,
    Value,
    elements,
    is_constant,
    is_given,
    plain,
    token,
)

#: arguments that hold one size for each spatial dimension
SPATIAL = frozenset({"kernel_size", "pool_size", "strides", "dilation_rate", "size"})
#: arguments that hold an activation function
ACTIVATIONS = frozenset({"activation", "recurrent_activation"})
#: how the arguments end whose values stand for something else
MEANING = ("activation", "activation_fn", "initializer", "layer", "cell", "cells")


def canonical_arguments(run: Run, spec: LayerSpec, site: CallSite) -> tuple[dict[str, Argument], Bound[Passed]]:
    """The arguments of a call under canonical names with their origins, defaults filled in.

    Where the call hides arguments behind `*` or `**`, those that it does not show are unknown.
    """
    # an older spelling that is None leaves the argument to the newer one: `sum(x, axis=1, reduction_indices=None)`
    older = {
        name
        for name, given in site.keywords.items()
        if given.value is None and spec.canonical.get(name, name) in site.keywords.keys() - {name}
    }
    keywords = {name: given for name, given in site.keywords.items() if name not in older} if older else site.keywords
    bound: Bound[Passed] = bind(spec, site.positional, keywords)
    arguments: dict[str, Argument] = {}
    for name, given in bound.arguments.items():
        source = given.source
        if given.by == "same":
            value = canonical_plain(name, source.value.value)
        else:
            sources = given.sources
            value = given.value([MISSING if s is None else canonical_plain(name, s.value.value) for s in sources])
        node = source.value.node
        origin = run.origin(node) if node is not None else None
        held = normal(spec.kind, name, value)
        opaque = False
        if held is UNKNOWN or (type(held) is tuple and UNKNOWN in held):
            if name in ACTIVATIONS:
                held, opaque = own_activations.followed(run, source.value.value)
            else:
                opaque = any(one is not None and is_opaque(one.value.value) for one in given.sources)
        arguments[name] = Argument(held, True, source.keyword, source.position, origin, opaque)
    hidden = Argument(UNKNOWN, opaque=any(map(out_of_reach.says, site.behind))) if site.behind else UNKNOWN_DEFAULT
    for name, argument in _defaults(spec):
        if name not in arguments:
            arguments[name] = argument if not site.open or name in spec.fixed else hidden
    if configured(run) != "channels_last":
        _configured_format(run, spec.kind, arguments)
    _strides(arguments)
    return arguments, bound


def is_opaque(value: Value) -> bool:
    """Whether a value, or a part of it, is not known although the program alone decides it, or code out of reach."""
    if isinstance(value, ListValue) and not value.whole and not is_given(token(value)):
        return True
    sizes = elements(value)
    return any(
        (isinstance(one, Unknown) and not is_given(one.token)) or out_of_reach.says(one)
        for one in ([value] if sizes is None else sizes)
    )


UNKNOWN_DEFAULT = Argument(UNKNOWN)
_known_defaults: dict[int, tuple[LayerSpec, list[tuple[str, Argument]]]] = {}


def _defaults(spec: LayerSpec) -> list[tuple[str, Argument]]:
    """What a call does not pass, in the one form of each: the same for all calls, and never changed."""
    known = _known_defaults.get(id(spec))
    if known is None or known[0] is not spec:
        values = [(name, value) for name, value in spec.canonical_defaults.items() if value is not MISSING]
        made = [(name, Argument(normal(spec.kind, name, value))) for name, value in values]
        known = _known_defaults[id(spec)] = (spec, made)
    return known[1]


def _configured_format(run: Run, kind: str, arguments: dict[str, Argument]) -> None:
    layout = arguments.get("data_format")
    if layout is not None and not layout.given:
        known = data_format.default_of(run, kind)
        arguments["data_format"] = Argument(known if known is not None else UNKNOWN)
    axis = arguments.get("axis")
    if axis is not None and not axis.given and configured(run) is None and kind == "BatchNormalization":
        arguments["axis"] = Argument(UNKNOWN)


def _strides(arguments: dict[str, Argument]) -> None:
    # pooling steps by its window unless it says otherwise
    strides = arguments.get("strides")
    if "pool_size" in arguments and (strides is None or strides.value is None):
        arguments["strides"] = Argument(arguments["pool_size"].value, strides is not None and strides.given)


def canonical_plain(name: str, value: Value) -> Any:
    """A value as graph arguments hold it, by what the argument is about."""
    if type(value) in (int, float, bool) and not name.endswith(MEANING):
        return value
    if name in ACTIVATIONS or name == "activation_fn":
        return activation(value)
    if name.endswith("initializer"):
        return initializer(value)
    if name in ("layer", "backward_layer"):
        return None if value is None else inner_layer(value)
    if name in ("cell", "cells"):
        cells = elements(value)
        return inner_layer(value) if cells is None else tuple(inner_layer(cell) for cell in cells)
    if name == "dtype" and isinstance(value, (Symbol, ElementType)):
        return value.last if isinstance(value, Symbol) else value.name
    if isinstance(value, (Symbol, ObjectValue)):
        # regularizers, constraints, dtypes: given, but nothing that the graph computes with; a constraint keeps its
        # name, which shows where one is passed for a regularizer
        return value.name if value.name.startswith("keras.constraints.") else UNKNOWN
    return plain(value)


def inner_layer(value: Value) -> Any:
    """A wrapped layer as (kind, values), or UNKNOWN."""
    if isinstance(value, LayerValue) and not value.opaque and _depth(value) <= 4:
        values = {name: argument.value for name, argument in value.arguments.items()}
        return (value.kind, values)
    chained = _chained(value) if isinstance(value, ModelValue) else None
    return UNKNOWN if chained is None or UNKNOWN in chained else ("Chain", {"layers": tuple(chained)})


def _chained(model: ModelValue) -> list[Any] | None:
    """The layers of a model that is one behind the other, each as (kind, values); None for other models."""
    if model.unread:
        return None
    if model.kind == "sequential":
        return [inner_layer(one) for one in model.layers if not (isinstance(one, LayerValue) and one.kind == "Input")]
    found: list[Any] = []
    node = model.outputs[0].node if model.kind == "functional" and len(model.outputs) == 1 else None
    while node is not None and node.kind != "Input":
        if len(node.inputs) != 1 or node.opaque or node.scope or len(found) > LONGEST:
            return None
        found.append((node.kind, {name: argument.value for name, argument in node.arguments.items()}))
        node = node.inputs[0]
    return None if node is None else found[::-1]


#: layers in a row that are followed
LONGEST = 64


def _depth(layer: Value) -> int:
    """How many wrappers stand in one another."""
    depth = 0
    while isinstance(layer, LayerValue) and layer.inner is not None and depth < 9:
        layer, depth = layer.inner, depth + 1
    return depth


def activation(value: Value) -> Any:
    """An activation's canonical name, None for none, or UNKNOWN."""
    if value is None:
        return None
    if isinstance(value, str):
        return canonical_activation(value) or UNKNOWN
    if isinstance(value, Symbol):
        return canonical_activation(value.name) or UNKNOWN
    if isinstance(value, LayerValue):
        from cnnlint.graph.node import ACTIVATION_LAYERS

        if value.kind == "Activation":
            return value.arguments.get("activation", Argument()).value
        return ACTIVATION_LAYERS.get(value.kind, UNKNOWN)
    return UNKNOWN


def initializer(value: Value) -> Any:
    """An initialiser as {"name": canonical name, ...its settings}, None, or UNKNOWN."""
    if value is None:
        return None
    if isinstance(value, str):
        return _named(canonical_initializer(value))
    if isinstance(value, Symbol):
        return _named(canonical_initializer(value.name))
    if isinstance(value, ObjectValue):
        named = _named(canonical_initializer(value.name))
        if named is UNKNOWN:
            return UNKNOWN
        result = dict(named)
        keywords = tuple(value.site.keywords)
        spec: LayerSpec | None = function_spec(value.name, keywords=keywords)
        spec = spec or object_spec("initializer", value.name.rpartition(".")[2], keywords=keywords)
        if spec is not None:
            if spec.kind == "VarianceScaling" and not value.site.open:
                scaling = ("scale", "mode", "distribution")
                result.update({key: v for key, v in spec.canonical_defaults.items() if key in scaling})
            bound: Bound[Passed] = bind(spec, value.site.positional, value.site.keywords)
            for name, given in bound.arguments.items():
                result[name] = plain(given.source.value.value)
        else:
            result.update({key: plain(p.value) for key, p in value.site.keywords.items() if key != "seed"})
        return result
    if isinstance(value, (FunctionValue, Unknown)):
        return UNKNOWN
    if isinstance(value, (int, float)):
        return {"name": "constant", "value": value}
    return UNKNOWN


def _named(found: Any) -> Any:
    if found is None:
        return UNKNOWN
    return {"name": found} if isinstance(found, str) else dict(found)


def normal(kind: str, name: str, value: Any) -> Any:
    """A canonical argument's value in its one form: sizes as tuples of the kind's rank, formats in lower case."""
    if name in SPATIAL:
        dimensions = rank(kind)
        if dimensions is None:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,) * dimensions
        if isinstance(value, (tuple, list)):
            if len(value) == 1:
                value = tuple(value) * dimensions
            return tuple(value) if len(value) == dimensions else UNKNOWN
        return value
    if name in ("padding", "data_format") and isinstance(value, str):
        return value.lower()
    if name in ACTIVATIONS and isinstance(value, str):
        return canonical_activation(value) or UNKNOWN
    if name.endswith("initializer") and isinstance(value, str):
        return _named(canonical_initializer(value))
    if isinstance(value, list):
        return tuple(value)
    return value


def shape_of(value: Value) -> tuple[int | None, ...] | None:
    """A shape that the program spells out: a tuple or list of sizes; a size that is not known is None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    items = elements(value)
    if items is None:
        return None
    return tuple(item if isinstance(item, int) and not isinstance(item, bool) else None for item in items)


__all__ = ["activation", "canonical_arguments", "initializer", "is_constant", "is_opaque", "normal", "rank", "shape_of"]
