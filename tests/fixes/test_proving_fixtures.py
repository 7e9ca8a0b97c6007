"""Every fixture that has something to fix is fixed: soundly, in as few lines as it takes, whatever its line ends."""

from __future__ import annotations

import ast
import difflib
import functools
import io
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from expectations import FIXTURES

from cnnlint import fixes
from cnnlint.config import Settings
from cnnlint.diagnostics import Fix
from cnnlint.fixes import proving as mending
from cnnlint.lint import many_files as runs
from cnnlint.lint.one_file import linter
from cnnlint.lint.outcome import Outcome
from cnnlint.rule.remedies import Remedy

BAD_FIXTURES = sorted((FIXTURES / "rules").glob("*/bad_*.py")) + sorted((FIXTURES / "seeds").glob("*/*.py"))
EVERYTHING = Settings(select=("ALL",))


def copies(folder: Path, change: Callable[[str], str] = lambda text: text) -> None:
    """Copies of the fixtures in a folder, with another form of the same text."""
    for path in BAD_FIXTURES:
        copy = folder / path.parent.name / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(change(path.read_text(encoding="utf-8")).encode())


def fixed(folder: Path) -> tuple[Outcome, mending.Mended]:
    """What was found in a folder, and what its fixes were."""
    before = runs.lint_paths([str(folder)], EVERYTHING)
    mended = mending.mend(before, EVERYTHING, [str(folder)], {}, unsafe=True)
    assert mended.write() == []
    return before, mended


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, mending.Mended]:
    """The fixtures as they are, fixed."""
    folder = tmp_path_factory.mktemp("plain")
    copies(folder)
    return folder, *fixed(folder)


def test_every_bad_fixture_is_fixed_soundly(plain: tuple[Path, Outcome, mending.Mended]) -> None:
    """Fixed copies parse, lose findings and gain none, and fixing them again changes nothing."""
    folder, before, mended = plain
    assert mended.count > len(BAD_FIXTURES) // 4
    for name in mended.after:
        ast.parse(mended.after[name])
        assert Path(name).read_bytes() == mended.after[name]
    after = runs.lint_paths([str(folder)], EVERYTHING)
    assert not before.errors + after.errors
    old, new = (Counter((d.filename, d.code) for d in outcome.diagnostics) for outcome in (before, after))
    assert not new - old
    assert sum(old.values()) - sum(new.values()) >= mended.count
    assert mending.mend(after, EVERYTHING, [str(folder)], {}, unsafe=True).after == {}


def test_files_without_a_fix_are_not_touched(plain: tuple[Path, Outcome, mending.Mended]) -> None:
    folder, _, mended = plain
    untouched = 0
    for path in BAD_FIXTURES:
        copy = folder / path.parent.name / path.name
        if str(copy) not in mended.after:
            assert copy.read_bytes() == path.read_bytes()
            untouched += 1
    assert untouched == len(BAD_FIXTURES) - len(mended.after) > 0


def test_each_fix_changes_only_the_lines_it_must() -> None:
    """One fix alone: its own rows and statements, one for each edit of the graph, and every comment stays."""
    count = 0
    for path in BAD_FIXTURES:
        text = path.read_text(encoding="utf-8")
        for remedy, fix in offered(str(path), text):
            after = fixes.apply_edits(text, fix.edits)
            own = {row for edit in fix.edits for row in range(edit.location.row, edit.end_location.row + 1)}
            assert changed_rows(text, after) <= own, path
            assert changed_statements(text, after) <= len(remedy.edits), path
            gone = [text.splitlines()[row - 1] for row in own if text.splitlines()[row - 1] not in after]
            for comment in comments(text):
                assert comment in after or any(line.strip().endswith(comment) for line in gone), path
            count += 1
    assert count > 0.9 * len(BAD_FIXTURES)  # many rules have no fix, and many findings have several edits


def test_no_edit_is_wider_than_its_change() -> None:
    """What an edit replaces and what it writes do not begin or end with the same line or word."""
    for path in BAD_FIXTURES:
        text = path.read_text(encoding="utf-8")
        for _, fix in offered(str(path), text):
            for edit in fix.edits:
                start, end = (offset(text, place.row, place.column) for place in (edit.location, edit.end_location))
                old, new = text[start:end], edit.content
                assert old != new
                if "\n" in old and "\n" in new:
                    assert old.splitlines()[0] != new.splitlines()[0]
                    assert old.splitlines()[-1] != new.splitlines()[-1]


#: fixtures whose fixes add or take away whole lines, or names in imports
LINES = {
    "double-softmax/bad_sequential.py",
    "dropout-on-output/bad_sequential.py",
    "dropout-on-output/bad_tf_layers.py",
    "missing-conv-activation/bad_raw_tf_nn.py",
    "missing-flatten/bad_functional_sequence.py",
    "missing-flatten/bad_sequential.py",
    "relu-before-softmax/bad_functional_relu_layer.py",
    "selu-with-plain-dropout/bad_sequential.py",
    "learning-rate-too-low/bad_adadelta_by_name.py",
}


@pytest.mark.parametrize("end", ["\r\n", "\r", "mixed"])
def test_line_ends_survive(end: str, plain: tuple[Path, Outcome, mending.Mended], tmp_path: Path) -> None:
    """The same fixes, and every line ends as its neighbours do."""

    def written(text: str) -> str:
        *lines, last = text.split("\n")
        ends = ("\r\n", "\n") if end == "mixed" else (end,)
        return "".join(line + ends[index % len(ends)] for index, line in enumerate(lines)) + last

    folder, _, mended = plain
    for name in sorted(LINES):
        path = FIXTURES / "rules" / name
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(written(path.read_text(encoding="utf-8")).encode())
    fixed(tmp_path)
    for name in sorted(LINES):
        data = (tmp_path / name).read_bytes()
        assert str(folder / name) in mended.after
        assert data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") == (folder / name).read_bytes()
        if end == "\r\n":
            assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
        elif end == "\r":
            assert b"\n" not in data


@functools.cache
def offered(name: str, text: str) -> list[tuple[Remedy, Fix]]:
    """The fixes of a text, each with its remedy."""
    engine, data = linter(EVERYTHING), text.encode()
    result = engine.lint(name, data, None)
    mending.with_fixes(engine, result, data, None)
    return [
        (finding.remedy, diagnostic.fix)
        for diagnostic, finding, _ in result.findings
        if diagnostic.fix is not None and finding.remedy is not None
    ]


def changed_rows(before: str, after: str) -> set[int]:
    """The rows of a text that are not in the other one."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) == len(new):
        return {row for row, (one, other) in enumerate(zip(old, new, strict=True), start=1) if one != other}
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return {row + 1 for tag, start, stop, _, _ in blocks if tag != "equal" for row in range(start, stop)}


def changed_statements(before: str, after: str) -> int:
    """How many simple statements are new, gone or different, imports aside."""
    old, new = list(statements(ast.parse(before))), list(statements(ast.parse(after)))
    if len(old) == len(new):
        return sum(one != other for one, other in zip(old, new, strict=True))
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for tag, a, b, c, d in blocks if tag != "equal")


def statements(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield ast.dump(node)
        else:
            yield from statements(node)


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def offset(text: str, row: int, column: int) -> int:
    return sum(len(line) for line in text.splitlines(keepends=True)[: row - 1]) + column - 1
