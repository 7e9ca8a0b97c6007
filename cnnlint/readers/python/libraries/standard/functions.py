"""`functools`, `operator`, `random`, and functions of constants: `math`, `json`, `ast`."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.language.attributes import found_attribute
from cnnlint.readers.python.language.builtins import plain
from cnnlint.readers.python.language.changing import taken
from cnnlint.readers.python.language.failing import fail, of_python
from cnnlint.readers.python.language.items import subscript
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.language.operators import ARITHMETIC, COMPARISON, binary, compare
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import name_node, node_of
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    ListValue,
    ObjectValue,
    PartialValue,
    Passed,
    Unknown,
    Value,
    among,
    elements,
    is_constant,
    one_of,
    token,
)

Handler = Callable[[Run, CallSite], Value]


# --- functools --------------------------------------------------------------------------------------------------


def _partial(run: Run, site: CallSite) -> Value:
    if not site.positional:
        return Unknown("partial()")
    return PartialValue(site.positional[0].value, tuple(site.positional[1:]), dict(site.keywords))


def _dispatched(run: Run, site: CallSite) -> Value:
    """`@singledispatch`: which of its functions is called is not followed."""
    function = site.value(0)
    name = function.name if isinstance(function, FunctionValue) else "singledispatch"
    return Native(
        name, lambda run, site: run.building.unknown_call(Unknown(f"`{name}`, which has several forms"), site)
    )


def _reduce(run: Run, site: CallSite) -> Value:
    function, items = site.value(0), contents(run, site.value(1)).whole
    if items is None or len(items) > 256:
        taken(run, function)
        return Unknown("reduce()", ("reduce", token(site.value(1))))
    values = [site.value(2), *items] if len(site.positional) > 2 else items
    if not values:
        return fail(run, "TypeError")
    current = values[0]
    for item in values[1:]:
        current = run.call(function, CallSite(site.node, [Passed(current), Passed(item)]))
    return current


def _wraps(run: Run, site: CallSite) -> Value:
    wrapped = site.value(0)
    narrowed = len(site.positional) > 1 or bool(site.keywords)  # it may be told to leave the name as it is

    def name_it(run: Run, inner: CallSite) -> Value:
        made = inner.value(0)
        if isinstance(made, FunctionValue):
            name = MISSING if narrowed else found_attribute(run, wrapped, "__name__")
            made.attributes.update(
                {"__name__": Unknown("__name__") if name is MISSING else name, "__wrapped__": wrapped}
            )
        return made

    return Native("wraps", name_it)


def _total_ordering(run: Run, site: CallSite) -> Value:
    """The class itself, whose other comparisons are made of the one it has."""
    cls = site.value(0)
    if isinstance(cls, ClassValue):
        cls.options["total_ordering"] = True
    return cls


def _cached(run: Run, site: CallSite) -> Value:
    """`lru_cache` and `cache`: what a call with these constants gave is given again, without another call."""
    function = site.value(0)
    if not site.positional or isinstance(function, int) or function is None:
        return Native("lru_cache", _cached)
    results: dict[object, Value] = {}

    def call(run: Run, inner: CallSite) -> Value:
        key = (tuple(p.value for p in inner.positional), tuple((k, p.value) for k, p in inner.keywords.items()))
        if inner.open or not all(is_constant(value) for value in inner.values()):
            return run.call(function, inner)
        if key not in results:
            results[key] = run.call(function, inner)
        return results[key]

    return Native(getattr(function, "name", "cached"), call)


# --- operator ---------------------------------------------------------------------------------------------------

OPERATORS = {
    "add": "Add",
    "sub": "Subtract",
    "mul": "Multiply",
    "truediv": "Divide",
    "floordiv": "FloorDivide",
    "mod": "Modulo",
    "pow": "Power",
    "and_": "BitAnd",
    "or_": "BitOr",
    "xor": "BitXor",
    "lshift": "LeftShift",
    "rshift": "RightShift",
    "concat": "Add",
    "eq": "Equal",
    "ne": "NotEqual",
    "lt": "LessThan",
    "le": "LessThanEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanEqual",
    "is_": "Is",
    "is_not": "IsNot",
}


def _operator(name: str) -> Handler:
    def call(run: Run, site: CallSite) -> Value:
        if len(site.positional) != 2 or site.node is None:
            return Unknown(f"operator: {name}")
        left, right = site.value(0), site.value(1)
        return binary(run, name, left, right, site.node) if name in ARITHMETIC else compare(run, name, left, right)

    assert name in ARITHMETIC or name in COMPARISON or name.startswith("Is")
    return call


def _item_getter(run: Run, site: CallSite) -> Value:
    keys = [passed.value for passed in site.positional]

    def get(run: Run, inner: CallSite) -> Value:
        found = tuple(_item(run, inner.value(0), key) for key in keys)
        return found[0] if len(found) == 1 else found

    return Native("itemgetter", get)


def _item(run: Run, value: Value, key: Value) -> Value:
    index = node_of(cst.Index, value=name_node("_"), star=None)
    nowhere = node_of(cst.Subscript, value=name_node("_"), slice=[node_of(cst.SubscriptElement, slice=index)])
    return subscript(run, value, [key], nowhere)


def _attribute_getter(run: Run, site: CallSite) -> Value:
    names = [passed.value for passed in site.positional]

    def get(run: Run, inner: CallSite) -> Value:
        found = []
        for name in names:
            value = inner.value(0)
            for part in name.split(".") if isinstance(name, str) else []:
                value = found_attribute(run, value, part)
            found.append(Unknown("attrgetter()") if value is MISSING else value)
        return found[0] if len(found) == 1 else tuple(found)

    return Native("attrgetter", get)


# --- functions of constants -------------------------------------------------------------------------------------


def _math(function: Callable[..., Any], most: float = 1e6) -> Handler:
    def call(run: Run, site: CallSite) -> Value:
        values = [value for value in site.values() if isinstance(value, (int, float))]
        if len(values) < len(site.values()) or site.open or site.keywords:
            return Unknown(site.api or "math", (site.api, *map(token, site.values())))
        if any(abs(value) > most for value in values) and function in (math.factorial, math.comb, math.perm):
            return Unknown(site.api)
        try:
            result: Value = function(*values)
        except (ValueError, OverflowError, TypeError, ZeroDivisionError) as error:
            return fail(run, of_python(error), str(error))
        return Unknown(site.api) if isinstance(result, int) and result.bit_length() > LARGEST_BITS else result

    return call


def _of_numbers(function: Callable[..., Any]) -> Handler:
    """`prod`, `fsum`: of all that an iterable yields."""

    def call(run: Run, site: CallSite) -> Value:
        items = contents(run, site.value(0)).all
        numbers = [item for item in items or [] if isinstance(item, (int, float))]
        if items is None or len(numbers) < len(items) or len(items) > 100 or len(site.values()) > 1:
            return Unknown(site.api, (site.api, *map(token, site.values())))
        result: Value = function(numbers)
        return Unknown(site.api) if isinstance(result, int) and result.bit_length() > LARGEST_BITS else result

    return call


def from_python(value: object) -> Value:
    """A plain object of Python as a value of the program."""
    if isinstance(value, list):
        return ListValue([from_python(item) for item in value])
    if isinstance(value, dict):
        return DictValue({from_python(key): from_python(item) for key, item in value.items()})
    if isinstance(value, tuple):
        return tuple(from_python(item) for item in value)
    return value if is_constant(value) else Unknown("an object")  # type: ignore[arg-type,return-value]


def to_python(value: Value, depth: int = 16) -> object:
    """The other way round. LookupError where the value is not known whole, or is no plain object."""
    if depth == 0:
        raise LookupError
    if isinstance(value, ListValue) and value.whole and value.kind == "list":
        return [to_python(item, depth - 1) for item in value.items]
    if isinstance(value, DictValue) and not value.open and value.kind == "dict":
        return {to_python(key): to_python(item, depth - 1) for key, item in value.items.items()}
    if isinstance(value, tuple):
        return tuple(to_python(item, depth - 1) for item in value)
    if not is_constant(value):
        raise LookupError
    return value


def _literal(read: Callable[[str], object]) -> Handler:
    def call(run: Run, site: CallSite) -> Value:
        text = site.value(0)
        if not isinstance(text, str) or len(text) > LARGEST or len(site.values()) > 1:
            return Unknown(site.api, (site.api, token(text)))
        try:
            return from_python(read(text))
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError) as error:
            return fail(run, of_python(error))

    return call


def _dumps(run: Run, site: CallSite) -> Value:
    try:
        given = to_python(site.value(0))
        options = {
            key: to_python(passed.value) for key, passed in site.keywords.items() if key in ("indent", "sort_keys")
        }
        text = json.dumps(given, **options) if len(options) == len(site.keywords) else None  # type: ignore[arg-type]
    except (LookupError, TypeError, ValueError):
        text = None
    return text if text is not None and len(text) <= LARGEST else Unknown("json.dumps()")


#: patterns that take time in proportion to the text: no repetitions within repetitions, no look-around, no references
#: groups that are not repeated
GROUPS = re.compile(r"(?<!\\)\((?:\?P<\w+>)?|(?<!\\)\)(?![*+?{])")
SIMPLE = re.compile(r"(\[[^\]\\]*\]|\\[sSdDwWbtn]|\\\W|[^\\()\[\]{}*+?|])([*+?]?)(?![*+?])")


def _pattern(name: str) -> Handler:
    """`re.split`, `re.match` and others with simple patterns, which backtrack little on a thousand characters."""

    def call(run: Run, site: CallSite) -> Value:
        for value in site.values():
            run.building.captured(value)
        given = [value for value in site.values() if isinstance(value, str)]
        plain = len(given) == len(site.values()) and all(len(text) < 1000 for text in given) and not site.keywords
        simple = plain and len(given[0]) <= 40 and not SIMPLE.sub("", GROUPS.sub("", given[0]))
        if not simple or len(re.findall(r"[*+]", given[0])) > 2:
            return Unknown(site.api)
        try:
            found = getattr(re, name)(*given)
            return _match(site, found) if isinstance(found, re.Match) else from_python(found)
        except (re.error, TypeError, IndexError):
            return Unknown(site.api)

    return call


def _match(site: CallSite, found: re.Match[str]) -> Value:
    """A match, whose groups and places are known."""

    def asked(name: str) -> Native:
        return Native(name, plain(getattr(found, name)))

    told = {name: asked(name) for name in ("group", "groups", "start", "end", "span")}
    return ObjectValue("re.Match", site, {"true": True, **told})


def _object(run: Run, site: CallSite) -> Value:
    return ObjectValue(site.api, site)


MATH = (
    "ceil",
    "floor",
    "sqrt",
    "log",
    "log2",
    "log1p",
    "exp",
    "pow",
    "log10",
    "gcd",
    "fabs",
    "trunc",
    "isclose",
    "hypot",
    "sin",
    "cos",
    "tan",
    "atan",
    "atan2",
    "isnan",
    "isinf",
    "copysign",
    "degrees",
    "radians",
    "lcm",
    "isqrt",
    "fmod",
    "tanh",
    "erf",
)
DECORATORS = frozenset(
    {f"functools.{name}" for name in ("wraps", "lru_cache", "cache", "singledispatch", "total_ordering")}
)


def _drawn(run: Run, site: CallSite) -> Value:
    """`random.choice(seq)`: known where there is but one thing to draw."""
    items = elements(site.value(0, "seq"))
    if items is not None and len(items) == 1:
        return items[0]
    drawn = run.building.unknown_call(Unknown("random.choice"), site)
    of = ("random number", token(drawn))
    found = among("random.choice", of, items or [])
    return one_of("random.choice", of, items) if items and type(found) is Unknown else found


HANDLERS: dict[str, Handler] = {
    "random.choice": _drawn,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "functools.wraps": _wraps,
    "functools.total_ordering": _total_ordering,
    "functools.lru_cache": _cached,
    "functools.cache": _cached,
    "functools.singledispatch": _dispatched,
    "operator.itemgetter": _item_getter,
    "operator.attrgetter": _attribute_getter,
    **{f"operator.{word}": _operator(name) for word, name in OPERATORS.items()},
    **{f"math.{name}": _math(getattr(math, name)) for name in MATH},
    **{f"math.{name}": _math(getattr(math, name), 60) for name in ("factorial", "comb", "perm")},
    "math.prod": _of_numbers(math.prod),
    "math.fsum": _of_numbers(math.fsum),
    "json.loads": _literal(json.loads),
    "json.dumps": _dumps,
    "ast.literal_eval": _literal(ast.literal_eval),
    **{f"re.{name}": _pattern(name) for name in ("split", "sub", "findall", "match", "search", "fullmatch")},
    "contextlib.suppress": _object,
    "contextlib.nullcontext": _object,
}
