"""The fixtures under seeds/ and rules/ are well formed: a header, Python, anchors that are there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from expectations import FIXTURES, Expected, HeaderError, expectations, parse, rows

SEEDS = sorted((FIXTURES / "seeds").glob("*/*.py"))
RULE_NAMES = {path.name for path in (FIXTURES / "rules").iterdir() if path.is_dir()}


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def check_form(path: Path) -> None:
    """It is Python, its header names rules that there are, and the places that it names are in it."""
    source = path.read_text(encoding="utf-8")
    ast.parse(source)
    header = expectations(path)
    unknown = {name for name, *_ in (*header.findings, *header.selected)} | set(header.absent)
    assert unknown <= RULE_NAMES, path
    for finding in (*header.findings, *header.selected):
        assert finding.fragment is None or rows(source, finding.fragment), f"not in {path}: {finding.fragment}"


def check_name(path: Path) -> None:
    """What it expects of its folder's rule is what its name says."""
    header = expectations(path)
    expected = [finding.name for finding in (*header.findings, *header.selected)]
    if path.name.startswith("bad_"):
        assert path.parent.name in expected, path
    else:
        assert path.name.startswith("good_"), path
        assert path.parent.name in header.absent, path
        assert path.parent.name not in expected, path


@pytest.mark.parametrize("folder", sorted((FIXTURES / "seeds").glob("*/")), ids=label)
def test_seed_case_is_whole(folder: Path) -> None:
    assert (folder / "README.md").is_file()
    assert not expectations(folder / "as_asked.py").nothing
    assert expectations(folder / "as_answered.py").nothing
    assert list(folder.glob("variant_*.py"))
    for path in folder.glob("*.py"):
        check_form(path)


def test_there_are_five_seeds() -> None:
    assert len({path.parent for path in SEEDS}) == 5


def test_fixtures_of_rules() -> None:
    wrong = []
    for folder in (FIXTURES / "rules" / rule for rule in sorted(RULE_NAMES)):
        if len(list(folder.glob("bad_*.*"))) < 2 or not list(folder.glob("good_*.*")):
            wrong.append(f"{folder.name}: two bad ones and a good one")
        for path in folder.glob("*.py"):
            try:
                check_form(path)
                check_name(path)
            except (AssertionError, HeaderError, SyntaxError) as error:
                wrong.append(f"{label(path)}: {error}")
    assert wrong == []


def test_header() -> None:
    header = parse(
        "# expect: relu-before-softmax error @ Dense(10, activation='relu')\n"
        "# expect: even-kernel-size info\n"
        "# expect-when-selected: relu-without-he-init info @ x @ y\n"
        "# expect-not: double-softmax\n"
        "model.add(Dense(10, activation='relu'))\n"
    )
    assert header.findings == [
        Expected("relu-before-softmax", "error", "Dense(10, activation='relu')"),
        Expected("even-kernel-size", "info", None),
    ]
    assert header.selected == [Expected("relu-without-he-init", "info", "x @ y")]
    assert header.absent == ["double-softmax"]
    assert not header.nothing
    assert parse("# expect: nothing\n").nothing


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import keras\n", "no expectations"),
        ("# expect: relu-before-softmax\n", "NAME SEVERITY"),
        ("# expect: relu-before-softmax fatal\n", "unknown severity"),
        ("# expect: relu-before-softmax error @\n", "needs a piece of source"),
        ("# expect: ReLU error\n", "not the name"),
        ("# expect-nothing: x\n", "unknown header"),
        ("# expect relu-before-softmax error\n", "colon"),
        ("# expect: nothing\n# expect: double-softmax error\n", "nothing and something"),
        ("# expect: double-softmax error\n# expect-not: double-softmax\n", "expected and forbidden"),
        ("import keras\n# expect: nothing\n", "at the top"),
    ],
)
def test_malformed_header(source: str, reason: str) -> None:
    with pytest.raises(HeaderError, match=reason):
        parse(source)


def test_rows_are_those_of_the_call_around_a_fragment() -> None:
    source = (
        "# expect: even-kernel-size info @ Conv2D(8\n"
        "x = Conv2D(\n"
        "    8,\n"
        "    2,\n"
        ")(x)\n"
        "x = Conv2D(8, 2)(x)\n"
        "x = Conv2D(9, 2)(x)\n"
    )
    assert rows(source, "Conv2D(8") == {6}
    assert rows(source, "8,\n    2") == {2, 3, 4, 5}
    assert rows(source, "Conv2D(9") == {7}
    assert rows(source, "Dense(") == set()
