"""Facts depend on what a program does, not on how it calls things or in which order it does independent ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python import read

PROGRAMS = sorted((Path(__file__).parents[3] / "fixtures" / "facts").glob("*.py"))
END = "\nfrom keras import Sequential, layers\nmodel = Sequential([layers.Dense(1)])\n"
SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def facts_of(source: str) -> dict[str, ArrayFacts]:
    program = read("program.py", source.encode()).program
    assert program is not None
    return {facts.name: bare(facts) for facts in program.arrays if facts.name is not None}


def bare(facts: ArrayFacts) -> ArrayFacts:
    """Facts without what rightly depends on the text: names, places, and the numbers of the sources."""
    steps = tuple(replace(step, origin=None) for step in facts.steps)
    return replace(facts, name=None, origin=None, root=None, steps=steps)


#: independent statements, each with the names it binds; every program begins with BASE
BASE = "import numpy as np\nfrom keras.datasets import mnist\n(x, y), (x_test, y_test) = mnist.load_data()\n"
STATEMENTS = [
    "a = x / 255",
    "b = x.reshape(60000, 784)",
    "c = np.eye(10)[y]",
    "d = y % 2",
    "e = (x - x.mean()) / x.std()",
    "f = np.random.rand(5, 3)",
    "g = np.concatenate([x, x_test])",
    "h = x_test[:100] / 255.0",
    "i = np.where(y > 4, 1, 0)",
    "j = np.expand_dims(x, -1)",
    "k = np.zeros((3, 4)) + 2",
    "m = x[y == 3]",
]


@SLOW
@given(st.permutations(STATEMENTS))
def test_the_order_of_independent_statements_does_not_matter(statements: list[str]) -> None:
    assert facts_of(BASE + "\n".join(statements) + END) == facts_of(BASE + "\n".join(STATEMENTS) + END)


@SLOW
@given(st.lists(st.sampled_from(STATEMENTS), min_size=1, unique=True))
def test_other_statements_do_not_matter(statements: list[str]) -> None:
    whole = facts_of(BASE + "\n".join(STATEMENTS) + END)
    part = facts_of(BASE + "\n".join(statements) + END)
    assert part == {name: whole[name] for name in part}


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_names_do_not_matter(path: Path) -> None:
    """Every array gets another name: what is known of it stays."""
    source = path.read_text(encoding="utf-8")
    before = facts_of(source)
    # keywords, attributes, strings and imported names keep theirs
    taken = set(re.findall(r"(?:import|as) (.*)", source)) | {"scale", "normalize", "shuffle"}
    names = {n for n in before if not any(re.search(rf"\b{n}\b", line) for line in taken)}
    names = {n for n in names if not re.search(rf"\b{n}=|\.{n}\b|[\"']{n}[\"']|def \w+\(.*\b{n}\b", source)}
    renamed = re.sub(rf"\b({'|'.join(names)})\b", r"renamed_\1", source) if names else source
    after = facts_of(renamed)
    assert len(names) > len(before) / 2
    assert {(f"renamed_{n}" if n in names else n): facts for n, facts in before.items()} == after


FACTORS = st.sampled_from([0.5, 2.0, 1 / 255, 10.0, 127.5])


@SLOW
@given(FACTORS, FACTORS)
def test_scaling_twice_composes(first: float, second: float) -> None:
    found = facts_of(f"{BASE}a = x * {first} * {second}\nb = x * {first * second}{END}")
    assert found["a"].low == pytest.approx(found["b"].low)
    assert found["a"].high == pytest.approx(found["b"].high)
    factors = [step.factor for step in found["a"].steps]
    assert factors == [first, second]


@SLOW
@given(FACTORS)
def test_every_spelling_of_a_division_is_the_same(number: float) -> None:
    spellings = [f"x / {number}", f"np.divide(x, {number})", f"np.true_divide(x, {number})", f"x.copy() / {number}"]
    found = [facts_of(f"{BASE}a = {spelling}{END}")["a"] for spelling in spellings]
    found.append(facts_of(f"{BASE}a = x.copy()\na /= {number}{END}")["a"])
    found.append(facts_of(f"{BASE}def f(v, n={number}):\n    return v / n\na = f(x){END}")["a"])
    found.append(
        facts_of(
            f"{BASE}class C:\n    n = {number}\n    def f(self, v):\n        return v / self.n\na = C().f(x){END}"
        )["a"]
    )
    assert all(facts == found[0] for facts in found)
