"""What an API calls an argument, where a call passes it, and how its value is written there."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from cnnlint.fixes.calls import CallText
from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.writing import activation, literal, tensorflow
from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.calls import Bound, LayerSpec, bind
from cnnlint.graph.conversions import convert
from cnnlint.graph.vocabulary import call_spec, function_variants, layer_variants

DATA_FORMATS = (
    ("channels_last", "channels_first"),
    ("tf", "th"),
    ("NWC", "NCW"),
    ("NHWC", "NCHW"),
    ("NDHWC", "NCDHW"),
)
"""The conventions by which APIs call the two layouts."""


class Place(Struct, frozen=True):
    """Where a call passes an argument, or how it would."""

    #: the index among the call's arguments, or None where it is not passed
    index: int | None
    #: the API's own name of it; None for an API that is not known
    parameter: str | None
    #: how the API's value becomes the canonical one, or None
    conversion: str | None = None
    spec: LayerSpec | None = None
    #: the indices of several arguments that are one element of the value each (Keras 1's rows and columns)
    parts: tuple[int, ...] = ()


def locate(
    call: CallText, api: str, name: str, argument: Argument | None, others: Mapping[str, Argument] | None = None
) -> Place:
    """Where a call of an API passes a canonical argument.

    `argument` is what the reader made of it, if it is there, and `others` what it made of all of them. NoFix where
    the call hides it, or where versions of the API disagree.
    """
    places = [_in_spec(call, spec, name) for spec in _specs(call, api, others or {})]
    known = [place for place in places if place is not None]
    passed = [place for place in known if place.index is not None]
    for place in passed:
        if argument is None or _agrees(call, place, argument):
            return place
    if argument is not None and argument.given:
        index = _as_read(call, argument)
        if index is not None and not passed:
            return Place(index, call.arguments[index].keyword)
        raise NoFix(f"the call does not show {name}")
    if passed:
        raise NoFix(f"{name} means something else in another version of {api}")
    if known:
        return known[0]
    raise NoFix(f"{api or 'the callee'} takes no {name}")


def _specs(call: CallText, api: str, read: Mapping[str, Argument]) -> list[LayerSpec]:
    """The specifications of an API by which the call can have been read as it was, the likeliest version first."""
    if not api:
        return []
    found = call_spec(api, keywords=call.keywords)
    variants = [spec for spec in (found, *function_variants(api), *layer_variants(api)) if spec is not None]
    return [spec for spec in variants if _reads(call, spec, read)] or variants


def _reads(call: CallText, spec: LayerSpec, read: Mapping[str, Argument]) -> bool:
    """Whether the specification finds in the call what the reader found."""
    positional = [index for index, argument in enumerate(call.arguments) if argument.keyword is None]
    passed: Bound[int] = bind(spec, positional, dict.fromkeys(call.keywords, 0))
    return all(name not in read or read[name].given for name in passed.arguments)


def _in_spec(call: CallText, spec: LayerSpec, name: str) -> Place | None:
    parameters = [parameter for parameter in spec.parameters if spec.canonical.get(parameter) == name]
    if name in spec.keywords and name not in parameters:
        parameters.append(name)
    places = [Place(index_of(call, spec, p), p, spec.conversions.get(p), spec) for p in parameters]
    for derivation in spec.derived:
        # only what one parameter decides beside the data format can be written back
        if derivation.to == name and derivation.by == "tuple":
            parts = [index_of(call, spec, source) for source in derivation.sources]
            indices = tuple(index for index in parts if index is not None)
            if len(indices) == len(parts):
                places.append(Place(indices[0], derivation.sources[0], None, spec, indices))
        if derivation.to == name and derivation.by == "spatial_of":
            places.append(Place(index_of(call, spec, derivation.sources[0]), derivation.sources[0], "spatial", spec))
    return next((place for place in places if place.index is not None), places[0] if places else None)


def index_of(call: CallText, spec: LayerSpec, parameter: str) -> int | None:
    """Which argument of the call is passed to a parameter."""
    by_keyword = call.keyword(parameter)
    if by_keyword is not None:
        return by_keyword
    order = [one for one in spec.parameters if one not in spec.keyword_only]
    return call.positional(order.index(parameter)) if parameter in order else None


def _as_read(call: CallText, argument: Argument) -> int | None:
    if argument.keyword is not None:
        return call.keyword(argument.keyword)
    return call.positional(argument.position) if argument.position is not None else None


def _agrees(call: CallText, place: Place, argument: Argument) -> bool:
    """Whether this reading of the call is the one that led to the argument's value."""
    assert place.index is not None
    passed = call.arguments[place.index]
    if argument.given and (argument.keyword, argument.position) != (None, None):
        if argument.keyword != passed.keyword:
            return False
        if passed.keyword is None and argument.position != place.index:
            return False
    if place.conversion is None or argument.value is UNKNOWN:
        return True
    try:
        value = ast.literal_eval(passed.value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return True
    return bool(convert(place.conversion, value) == argument.value)


def default(spec: LayerSpec | None, name: str) -> Any:
    """The canonical value of an argument that is not given, UNKNOWN where it is not known."""
    return UNKNOWN if spec is None else spec.canonical_defaults.get(name, UNKNOWN)


def is_keras(api: str) -> bool:
    """Whether an API takes activations and initialisers by their names."""
    return api.startswith(("keras.", "tflearn.")) or "." not in api


def written(name: str, value: Any, place: Place, call: CallText, api: str, callee: str, text: str) -> str:
    """A canonical argument's value as source, in the API's convention and the style of what stands there.

    NoFix for a value that has no simple form in this text.
    """
    old = call.arguments[place.index].value if place.index is not None else ""
    if name.endswith("activation") and (value is None or isinstance(value, str)):
        if value in (None, "linear"):
            return "None"
        return (
            activation(value, old, call.near) if is_keras(api) else tensorflow("activation", value, api, callee, text)
        )
    if name.endswith("_initializer") and isinstance(value, (str, dict)):
        settings = {"name": value} if isinstance(value, str) else value
        if set(settings) != {"name"}:
            raise NoFix("an initialiser with settings of its own")
        if is_keras(api):
            return literal(settings["name"], call.near)
        return tensorflow("initializer", settings["name"], api, callee, text)
    if place.conversion is not None:
        value = _converted_back(place.conversion, value, old)
    if isinstance(value, tuple) and len(set(value)) == 1 and (len(value) == 1 or old.strip().isdecimal()):
        value = value[0]
    return literal(value, call.near)


def _converted_back(conversion: str, value: Any, old: str) -> Any:
    """The API's value that converts to a canonical one."""
    candidates: list[Any] = []
    if conversion == "lower" and isinstance(value, str):
        candidates = [value if old.strip("'\"").islower() else value.upper()]
    elif conversion == "complement" and isinstance(value, (int, float)):
        candidates = [round(1 - value, 12)]
    elif conversion == "negate":
        candidates = [not value]
    elif conversion == "spatial" and isinstance(value, tuple):
        candidates = [[1, *value, 1]]
    elif conversion == "data_format" and old:
        candidates = next((list(names) for names in DATA_FORMATS if old.strip("'\"") in names), [])
    for candidate in candidates:
        if convert(conversion, candidate) == value:
            return candidate
    raise NoFix(f"no value that means {value!r} here")
