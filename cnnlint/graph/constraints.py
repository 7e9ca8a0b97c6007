"""What one plain argument of a call may be, and how it stands to another: `tables/constraints.json`, read.

A row names versions of Keras, calls, a parameter and what holds of it, in words: "one of int binary", "from 0 to 1",
"not with clipvalue". A condition may stand in front ("if output_mode=count: not with ragged").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from cnnlint.graph.domains import refusals
from cnnlint.graph.library_calls import Call
from cnnlint.graph.origins import Argument
from cnnlint.graph.signatures import signatures
from cnnlint.graph.tables import load

Verdict = tuple[Argument | None, str, str]
Row = tuple[str, str, str, str]
"""The versions it holds in, the condition, the parameter and what holds of it."""
#: functions of `keras.utils` by the names of the modules that they were in
MODULES = re.compile(r"keras\.preprocessing\.(image\.|sequence\.|text\.|timeseries\.)?")
CONDITION = re.compile(r"(?:if (.+?): )?(.*)")
FILE = re.compile(r"[/\\.]")
"""What no name has, but those of files."""


def constrained(call: Call, modern: bool) -> Iterator[Verdict]:
    """The arguments of a call that are not what its rows say."""
    api = call.api
    whole = f"{api.rpartition('.')[0]}.*" if api.rpartition(".")[2][:1].isupper() else api
    rows = _rows().get(api) or _rows().get(MODULES.sub("keras.utils.", api)) or _rows().get(whole) or []
    measured = {one.parameter for one in refusals(call, 3 if modern else None)} if rows else set()
    for versions, condition, parameter, holds in rows:
        if call.hidden or not ("3" in versions if modern else versions == "3 tf"):
            continue
        if not condition or _met(call, api, condition, modern):
            kind, _, rest = holds.partition(" ")
            verdict = KINDS[kind](_Asked(call, api, modern, parameter), rest or condition.partition("=")[0])
            if verdict is not None and parameter not in measured:
                yield verdict


class _Asked:
    """A parameter of a call."""

    def __init__(self, call: Call, api: str, modern: bool, parameter: str) -> None:
        self.call, self.api, self.modern, self.parameter = call, api, modern, parameter.partition("@")[0]
        self._asked = parameter

    @property
    def given(self) -> Argument | None:
        """What is passed for it."""
        return _given(self.call, self.api, self._asked, self.modern)

    @property
    def value(self) -> Any:
        """What is passed for it, where that is known."""
        return self.given.value if self.given is not None else None

    @property
    def numbers(self) -> list[float]:
        """The numbers that it is, or that a tuple for it is made of."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return [one for one in values if type(one) in (int, float)]

    def cannot(self, value: Any, advice: str) -> Verdict:
        """Say that it is none of what it may be."""
        return self.given, f"{self.parameter} cannot be {value!r}", advice


def _given(call: Call, api: str, parameter: str, modern: bool) -> Argument | None:
    name, _, place = parameter.partition("@")
    return call.argument(int(place) if place else _place(api, name, modern), name)


@cache
def _place(api: str, parameter: str, modern: bool) -> int | None:
    """Where the parameter stands in every version that the file may be for."""
    wanted = ("3",) if modern else ("3", "tf")
    taken = [one.parameters for one in signatures(api) if one.version in wanted]
    places = {names.index(parameter) if parameter in names else None for names in taken}
    return places.pop() if len(places) == 1 else None


def _met(call: Call, api: str, condition: str, modern: bool) -> bool:
    parameter, _, words = condition.partition("=")
    given = _given(call, api, parameter, modern)
    if given is None:
        return "default" in words.split("|")
    return str(given.value) in words.split("|") and isinstance(given.value, (str, bool, int))


def _one(asked: _Asked, rest: str) -> Verdict | None:
    words, value = rest.removeprefix("of ").split(), asked.value
    named = isinstance(value, str) and (value.lower() if "any-case" in words else value) not in words
    if not named or ("or-file" in words and FILE.search(value)):
        return None
    shown = [repr(word) for word in words if word not in ("any-case", "or-file")]
    return asked.cannot(value, f"write {'one of ' * (len(shown) > 1)}{', '.join(shown)}")


def _from(asked: _Asked, rest: str) -> Verdict | None:
    low, _, high = rest.partition(" to ")
    for value in asked.numbers:
        if value < float(low) or (high and value > float(high)):
            return asked.cannot(asked.value, f"it is a number from {rest}")
    return None


def _above(asked: _Asked, rest: str) -> Verdict | None:
    low, _, high = rest.partition(" and below ")
    for value in asked.numbers:
        if value <= float(low) or (high and value >= float(high)):
            return asked.cannot(asked.value, f"it is a number above {rest}")
    return None


def _type(types: tuple[type, ...], advice: str) -> Callable[[_Asked, str], Verdict | None]:
    def judge(asked: _Asked, rest: str) -> Verdict | None:
        plain = type(asked.value) in (int, float, str, tuple)
        return asked.cannot(asked.value, advice) if plain and type(asked.value) not in types else None

    return judge


def _tuple(asked: _Asked, rest: str) -> Verdict | None:
    """A tuple of so many numbers: "tuple 2"; one number is not for each."""
    value = asked.value
    short = isinstance(value, tuple) and rest and len(value) != int(rest)
    return (
        asked.cannot(value, f"a tuple of {rest or 'whole numbers'}")
        if short or type(value) in (int, float, str)
        else None
    )


def _long(asked: _Asked, rest: str) -> Verdict | None:
    value = asked.value
    other = isinstance(value, tuple) and str(len(value)) not in rest.split("|")
    return asked.cannot(value, f"a number, or a tuple of {rest.replace('|', ' or ')}") if other else None


def _odd(asked: _Asked, rest: str) -> Verdict | None:
    even = any(value % 2 == 0 for value in asked.numbers)
    return asked.cannot(asked.value, "it is a whole number that is odd") if even else None


def _permutation(asked: _Asked, rest: str) -> Verdict | None:
    value = asked.value
    if not isinstance(value, tuple) or not all(type(one) is int for one in value):
        return None
    right = list(range(1, len(value) + 1))
    advice = f"it holds each of {', '.join(map(str, right))} once: axes are counted from 1, behind the batch"
    return asked.cannot(value, advice) if sorted(value) != right else None


def _apart(asked: _Asked, rest: str) -> Verdict | None:
    """Two arguments that exclude one another, where both are there: "not with clipnorm"."""
    other = _given(asked.call, asked.api, rest.removeprefix("with "), asked.modern)
    if asked.given is None or other is None or _nothing(asked.value) or _nothing(other.value):
        return None
    name = rest.removeprefix("with ")
    return asked.given, f"{name} and {asked.parameter} exclude one another", "keep one of them"


def _needs(asked: _Asked, rest: str) -> Verdict | None:
    other = _given(asked.call, asked.api, rest, asked.modern)
    known = asked.given is not None and (isinstance(asked.value, (int, float, str)) or asked.value == ())
    known = known or (isinstance(asked.value, tuple) and bool(asked.value))
    if not known or asked.value is False or other is not None:
        return None
    return asked.given, f"{asked.parameter} needs {rest}, which is not given", f"{rest}=…"


def _nothing(value: Any) -> bool:
    """Whether it may be None, or False: what is not known may be."""
    return not isinstance(value, (int, float, str, tuple)) or value is False


def _order(sign: str) -> Callable[[_Asked, str], Verdict | None]:
    """Each number of one argument against that of another, or its default: "below strides 1"."""

    def judge(asked: _Asked, rest: str) -> Verdict | None:
        name, default = rest.split()
        other = _given(asked.call, asked.api, name, asked.modern)
        bound = float(default) if other is None else other.value
        pairs = list(zip(_each(asked.value), _each(bound), strict=False))
        if any(a >= b if sign == "below" else a > b if sign == "most" else a < b for a, b in pairs):
            said = {"below": "below", "most": "at most", "least": "at least"}[sign]
            return asked.cannot(asked.value, f"it is {said} {name}")
        return None

    return judge


def _each(value: Any) -> list[float]:
    values = value if isinstance(value, tuple) else (value,) * 3
    return [one for one in values if type(one) in (int, float)]


def _distinct(asked: _Asked, rest: str) -> Verdict | None:
    """Of two arguments, one alone is more than 1: strides and dilation_rate."""
    other = _given(asked.call, asked.api, rest, asked.modern)
    more = [asked.numbers, _Asked(asked.call, asked.api, asked.modern, rest).numbers]
    if other is None or not all(any(one > 1 for one in values) for values in more):
        return None
    return asked.given, f"{asked.parameter} and {rest} are not both above 1", f"leave {asked.parameter} or {rest} at 1"


def _axes(asked: _Asked, rest: str) -> Verdict | None:
    """An axis, or several."""
    value = asked.value
    values = value if isinstance(value, tuple) else (value,)
    other = any(isinstance(one, (str, float)) for one in values)
    return asked.cannot(value, "it is a whole number, or a tuple of them") if other else None


def _missing(asked: _Asked, rest: str) -> Verdict | None:
    """What is to be given: "given", or one of two: "given or right_size"."""
    other = _given(asked.call, asked.api, rest.removeprefix("or "), asked.modern) if rest else None
    if asked.given is not None or other is not None:
        return None
    name = f"{asked.parameter} {rest}".strip()
    return None, f"{asked.call.callee or asked.api} needs {name}, which is not given", f"{asked.parameter}=…"


def _some(asked: _Asked, rest: str) -> Verdict | None:
    return asked.cannot(asked.value, "it is not empty") if asked.value in ("", (), {}) else None


def _known(asked: _Asked, rest: str) -> Verdict | None:
    """No None that is written there; one that is not may stand for what a caller gives."""
    given = asked.given
    written = given is not None and given.origin is not None and given.origin.text.rpartition("=")[2].strip() == "None"
    return asked.cannot(None, "leave it out, or write a value") if written else None


def _never(asked: _Asked, rest: str) -> Verdict | None:
    """Nothing at all, under a condition."""
    if asked.given is None or _nothing(asked.value):
        return None
    return asked.given, f"{asked.parameter} does not go with this {rest}", "leave it out"


def _rising(asked: _Asked, rest: str) -> Verdict | None:
    numbers = asked.numbers if isinstance(asked.value, tuple) else []
    falls = any(a > b for a, b in itertools.pairwise(numbers))
    return asked.cannot(asked.value, "the second is not below the first") if falls else None


def _unlike(asked: _Asked, rest: str) -> Verdict | None:
    return asked.cannot(asked.value, f"it is not {rest}") if float(rest) in asked.numbers else None


def _slashless(asked: _Asked, rest: str) -> Verdict | None:
    value = asked.value
    return asked.cannot(value, "a name holds no /") if isinstance(value, str) and "/" in value else None


def _dtype(asked: _Asked, rest: str) -> Verdict | None:
    """The name of a type of numbers that Keras 3 knows: any, or a "float" or "int"."""
    value = asked.value
    if not isinstance(value, str) or (value in DTYPES and rest in value):
        return None
    return asked.cannot(value, f"write {'int32' if rest == 'int' else 'float32'}")


def _file(asked: _Asked, rest: str) -> Verdict | None:
    """The name of a file that ends otherwise: without an ending it may be a folder, and one from elsewhere anything."""
    value = asked.value
    end = ENDING.search(value) if isinstance(value, str) and "://" not in value else None
    return asked.cannot(value, f"end it in {rest.split()[0]}") if end and end[0] not in rest.split() else None


def _ends(asked: _Asked, rest: str) -> Verdict | None:
    """The name of a file that ends so, and no folder: as it is written there, for a value may be what a way that is
    not taken passes."""
    value, given = asked.value, asked.given
    text = given.origin.text if given is not None and given.origin is not None else ""
    written = text.rpartition("=")[2].strip().startswith(("'", '"'))
    other = written and isinstance(value, str) and "://" not in value and not value.endswith(tuple(rest.split()))
    return asked.cannot(value, f"end it in {rest.split()[0]}") if other else None


def _like(asked: _Asked, rest: str) -> Verdict | None:
    """A word of a form: a regular expression without blanks."""
    value = asked.value
    other = isinstance(value, str) and not re.fullmatch(rest, value)
    return asked.cannot(value, "see its documentation") if other else None


def _share(asked: _Asked, rest: str) -> Verdict | None:
    """A real number that is no share; a whole number counts."""
    value = asked.value
    return asked.cannot(value, "a share, or how many") if isinstance(value, float) and not 0 < value < 1 else None


def _object(asked: _Asked, rest: str) -> Verdict | None:
    """Nothing plain: a model, an array."""
    plain = type(asked.value) in (int, float, str, tuple)
    return asked.cannot(asked.value, rest and f"it is {rest}") if plain else None


def _policy(asked: _Asked, rest: str) -> Verdict | None:
    """A type of numbers, or a mixed one; one with `_from_` in it is of weights in few bits."""
    value = asked.value
    if not isinstance(value, str) or value in DTYPES | MIXED or value.startswith("_") or "_from_" in value:
        return None
    return asked.cannot(value, f"write one of {', '.join(map(repr, sorted(MIXED)))}")


#: an ending of letters: behind a point there may also be a number, as in "v1.2"
ENDING = re.compile(r"(?<=[\w})])\.[A-Za-z][A-Za-z0-9]{0,7}$")
#: keras/src/backend/common/dtypes.py: ALLOWED_DTYPES
_DTYPES = """
bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 float32 float64 bfloat16 string int
float8_e4m3fn float8_e5m2 complex64 complex128
"""
DTYPES = frozenset(_DTYPES.split())
MIXED = frozenset({"mixed_float16", "mixed_bfloat16"})
KINDS: dict[str, Callable[[_Asked, str], Verdict | None]] = {
    "above": _above,
    "axes": _axes,
    "below": _order("below"),
    "dtype": _dtype,
    "ends": _ends,
    "file": _file,
    "float": _type((float,), "it is a real number"),
    "from": _from,
    "given": _missing,
    "known": _known,
    "least": _order("least"),
    "like": _like,
    "long": _long,
    "most": _order("most"),
    "needs": _needs,
    "never": _never,
    "not": _apart,
    "object": _object,
    "number": _type((int, float), "it is a number"),
    "odd": _odd,
    "one": _one,
    "permutation": _permutation,
    "policy": _policy,
    "rising": _rising,
    "slashless": _slashless,
    "share": _share,
    "sized": _type((int, tuple), "it is a whole number, or a tuple of them"),
    "some": _some,
    "tuple": _tuple,
    "unless": _distinct,
    "unlike": _unlike,
    "whole": _type((int,), "it is a whole number"),
    "word": _type((str,), "it is a word"),
}


@cache
def _rows() -> dict[str, list[Row]]:
    """The rows of each call."""
    found: dict[str, list[Row]] = {}
    for versions, apis, parameters, *constraints in load("constraints")["rows"]:
        module = ""
        for api in apis.split():
            module, _, name = api.rpartition(".") if "." in api else (module, "", api)
            for match in filter(None, map(CONDITION.fullmatch, constraints)):
                rows = ((versions, match[1] or "", one, match[2]) for one in parameters.split())
                found.setdefault(f"{module}.{name}", []).extend(rows)
    return found
