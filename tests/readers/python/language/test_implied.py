"""What answers to conditions imply is held against Python: nothing is implied that some values contradict."""

from __future__ import annotations

import itertools
import random

import pytest

from cnnlint.readers.python.language.implied import implied

VALUES = {"n": (0, 1, 2, 3, 5, -1, 2.5), "k": ("a", "b", "c", "", None), "flag": (True, False), "other": (True, False)}
CONSTANTS = {"n": ("0", "1", "2", "3", "2.5"), "k": ("'a'", "'b'", "None"), "flag": ("True",), "other": ("False",)}
GROUPS = {"n": ("(1, 2)", "(0, 3, 5)"), "k": ("('a', 'b')", "('c',)"), "flag": ("(True,)",), "other": ("(False,)",)}
SIGNS = {
    "Equal": "==",
    "LessThan": "<",
    "LessThanEqual": "<=",
    "GreaterThan": ">",
    "GreaterThanEqual": ">=",
    "In": "in",
}


def condition(draw: random.Random, depth: int = 2) -> tuple[object, str]:
    """A condition as a token, and as Python."""
    kind = draw.choice(
        ("truth", "compare", "compare", "in", "not", "and", "or") if depth else ("truth", "compare", "in")
    )
    if kind == "not":
        inner, text = condition(draw, depth - 1)
        return ("Not", inner), f"(not {text})"
    if kind in ("and", "or"):
        (one, left), (other, right) = condition(draw, depth - 1), condition(draw, depth - 1)
        return (kind, one, other), f"({left} {kind} {right})"
    name = draw.choice(list(VALUES))
    if kind == "truth":
        return ("param", name), f"bool({name})"
    word = "In" if kind == "in" else draw.choice(list(SIGNS)[:5]) if name == "n" else "Equal"
    constant = draw.choice((GROUPS if kind == "in" else CONSTANTS)[name])
    return (word, ("param", name), constant), f"({name} {SIGNS[word]} {constant})"


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_implied_that_values_contradict(seed: int) -> None:
    draw = random.Random(seed)
    worlds = [dict(zip(VALUES, one, strict=True)) for one in itertools.product(*VALUES.values())]
    told = 0
    for _ in range(25):
        conditions = [condition(draw) for _ in range(draw.randint(2, 5))]
        *others, (asked, text) = conditions
        world = draw.choice(worlds)
        answers = [(token, bool(eval(code, {}, world))) for token, code in others]
        found = implied(asked, answers)
        if found is None:
            continue
        told += 1
        agreeing = [
            one
            for one in worlds
            if all(bool(eval(code, {}, one)) is answer for (_, code), (_, answer) in zip(others, answers, strict=True))
        ]
        assert all(bool(eval(text, {}, one)) is found for one in agreeing), (others, answers, text, found)
    assert told


@pytest.mark.parametrize(
    ("asked", "answers", "expected"),
    [
        (("Equal", "v", "'b'"), [(("Equal", "v", "'a'"), True)], False),
        (("In", "v", "('a', 'b')"), [(("Equal", "v", "'a'"), True)], True),
        (("Equal", "v", "1"), [(("In", "v", "(1, 2)"), False)], False),
        (("GreaterThan", "v", "3"), [(("LessThan", "v", "2"), True)], False),
        (("or", "a", "b"), [("a", True)], True),
        ("b", [(("or", "a", "b"), True), ("a", False)], True),
        (("Not", ("or", "a", "b")), [("b", True)], False),
        ("a", [(("and", ("Not", ("Equal", "a", "0")), ("Not", ("Equal", "a", "''"))), False)], False),
        ("a", [(("Equal", "b", "1"), True)], None),
        ("a", [], None),
    ],
)  # fmt: skip
def test_what_is_implied(asked: object, answers: list[tuple[object, bool]], expected: bool | None) -> None:
    assert implied(asked, answers) is expected
