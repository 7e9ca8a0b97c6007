"""What is known about data, source by source: every fixture says in the comments at its top what its arrays hold.

A line `# name: shape=(60000, 28, 28), high=255` names facts of the array that the program calls `name` in the end.
Besides the fields of ArrayFacts, `steps` lists the kinds of what was done to it, `fitted` is what the last fitted step
has seen, and `before` is the shape before its last step.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from cnnlint.graph import ArrayFacts, Program
from cnnlint.readers.python import read

FIXTURES = Path(__file__).parents[3] / "fixtures"
PROGRAMS = sorted((FIXTURES / "facts").glob("*.py"))
LINE = re.compile(r"# (\w+): (\w+=.*)")


def program_of(source: str) -> Program:
    """What is read from a source text."""
    program = read("program.py", source.encode()).program
    assert program is not None
    return program


def arrays_of(source: str) -> dict[str, ArrayFacts]:
    """The facts of each name, as they are in the end."""
    return {facts.name: facts for facts in program_of(source).arrays if facts.name is not None}


def expected_of(source: str) -> list[tuple[str, dict[str, Any]]]:
    """The facts that the comments at the top of a fixture name."""
    found = []
    for line in source.splitlines():
        match = LINE.fullmatch(line)
        if match is None:
            break
        call = ast.parse(f"f({match[2]})", mode="eval").body
        assert isinstance(call, ast.Call)
        found.append((match[1], {k.arg or "": eval(ast.unparse(k.value), {}) for k in call.keywords}))
    return found


def seen(facts: ArrayFacts, key: str) -> Any:
    """A fact as the fixtures spell it."""
    if key == "steps":
        return [step.kind for step in facts.steps]
    if key == "fitted":
        return next((step.fitted for step in reversed(facts.steps) if step.kind in ("fit-scaler", "standardize")), None)
    if key == "before":
        return facts.steps[-1].before
    return getattr(facts, key)


CASES = [
    pytest.param(path, name, facts, id=f"{path.stem}-{name}")
    for path in PROGRAMS
    for name, facts in expected_of(path.read_text(encoding="utf-8"))
]
READ: dict[Path, dict[str, ArrayFacts]] = {}


@pytest.mark.parametrize(("path", "name", "expected"), CASES)
def test_facts(path: Path, name: str, expected: dict[str, Any]) -> None:
    if path not in READ:
        READ[path] = arrays_of(path.read_text(encoding="utf-8"))
    facts = READ[path][name]
    found = {key: seen(facts, key) for key in expected}
    numbers = {key: pytest.approx(value) if isinstance(value, float) else value for key, value in expected.items()}
    assert found == numbers


def test_every_program_says_what_its_arrays_hold() -> None:
    assert len(PROGRAMS) >= 12
    assert all(len(expected_of(path.read_text(encoding="utf-8"))) >= 7 for path in PROGRAMS)
