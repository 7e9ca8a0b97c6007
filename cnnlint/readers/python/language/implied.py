"""What the answers to some conditions say of another one, where they can only be so together.

`kind == "flat"` and `kind in ("max", "avg")` are never both true, `not (a or b)` is false where `a` is true. Of a value
that is compared with constants, a few others that lie beside and between them stand for all that it may be.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equal": lambda value, other: bool(value == other),
    "Is": lambda value, other: value is other,
    "In": lambda value, others: value in others,
    "LessThan": lambda value, other: bool(value < other),
    "LessThanEqual": lambda value, other: bool(value <= other),
    "GreaterThan": lambda value, other: bool(value > other),
    "GreaterThanEqual": lambda value, other: bool(value >= other),
}
#: a value that equals none of the constants of a program
OTHER = "\0some other text"
#: disjunctions that are looked at, the last of all
CLAUSES = 4
#: answers that are looked at, the last of all
LATEST = 60
#: constants that are compared with one value, as many as are looked at
MOST = 24


def implied(token: object, answers: Iterable[tuple[object, bool]]) -> bool | None:
    """What a condition comes to where others came to these answers; None where they leave it open."""
    known, either = dict[object, bool](), list[tuple[object, object]]()
    for one, answer in list(answers)[-LATEST:]:
        _take(one, answer, known, either)
    if not known and not either:
        return None
    either = either[-CLAUSES:]
    for _ in range(len(either) + 1):
        before = len(known)
        for one, other in either:  # not both are false
            for this, that in ((one, other), (other, one)):
                if _holds(this, known) is False:
                    _take(that, True, known, [])
        if len(known) == before:
            break
    found = _holds(token, known)
    if found is None:
        ruled_out = [guess for guess in (True, False) if _fails(token, guess, known, either)]
        found = not ruled_out[0] if len(ruled_out) == 1 else None
    return found


def _fails(token: object, guess: bool, known: dict[object, bool], either: list[tuple[object, object]]) -> bool:
    """Whether a condition can't come to this, as neither of two others would hold, one of which does."""
    assumed = dict(known)
    _take(token, guess, assumed, [])
    return any(_holds(one, assumed) is False and _holds(other, assumed) is False for one, other in either)


def _take(token: object, answer: bool, known: dict[object, bool], either: list[tuple[object, object]]) -> None:
    """Note what an answer says of the conditions that it is put together of."""
    word, *parts = token if isinstance(token, tuple) and token else (None,)
    if word == "Not" and len(parts) == 1:
        _take(parts[0], not answer, known, either)
    elif word in ("and", "or") and len(parts) == 2:
        if answer is (word == "and"):
            for part in parts:
                _take(part, answer, known, either)
        else:
            known.setdefault(token, answer)
            one, other = parts
            either.append((one, other) if word == "or" else (("Not", one), ("Not", other)))
    else:
        known.setdefault(token, answer)


def _holds(token: object, known: Mapping[object, bool]) -> bool | None:
    if token in known:
        return known[token]
    word, *parts = token if isinstance(token, tuple) and token else (None,)
    if word == "Not" and len(parts) == 1:
        inner = _holds(parts[0], known)
        return None if inner is None else not inner
    if word in ("and", "or") and len(parts) == 2:
        found = [_holds(part, known) for part in parts]
        decisive = word == "or"
        return decisive if decisive in found else None if None in found else not decisive
    return _of_its_value(token, known)


def _of_its_value(token: object, known: Mapping[object, bool]) -> bool | None:
    """What is known of the value that a condition is about, asked whether the condition holds of it."""
    value, asks, own = _condition(token)
    asked = [(*_condition(one), answer) for one, answer in known.items()]
    facts = [(fact, more, answer) for about, fact, more, answer in asked if about == value]
    constants = [*own, *(constant for _, more, _ in facts for constant in more)]
    if not facts or len(constants) > MOST:
        return None
    found = set[bool]()
    for one in _stand_ins(constants):
        try:
            if all(fact(one) is answer for fact, _, answer in facts):
                found.add(asks(one))
        except TypeError:
            continue  # no such value gets so far
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=8192)
def _condition(token: object) -> tuple[object, Callable[[Any], bool], list[Any]]:
    """What a condition is about, what it asks of it, and the constants that it names."""
    if isinstance(token, tuple) and len(token) == 3 and token[0] in COMPARISONS and isinstance(token[2], str):
        constant = _constant(token[2])
        if constant is not None:
            compared = COMPARISONS[token[0]]
            return token[1], lambda value: compared(value, constant[0]), _parts(constant[0])
    return token, bool, []


@lru_cache(maxsize=1024)
def _constant(text: str) -> tuple[Any] | None:
    """The constant that a token writes down, in a tuple of its own; None where it is none."""
    try:
        return (ast.literal_eval(text),)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _parts(constant: Any) -> list[Any]:
    return list(constant) if isinstance(constant, tuple) else [constant]


def _stand_ins(constants: list[Any]) -> list[Any]:
    """Values that stand for all that may be told apart by these constants."""
    numbers = sorted({one for one in constants if isinstance(one, (int, float))} | {0, 1})
    between = [(one + other) / 2 for one, other in pairwise(numbers)]
    beside = [numbers[0] - 1, numbers[-1] + 1]
    return [*constants, None, False, True, "", OTHER, *numbers, *between, *beside]
