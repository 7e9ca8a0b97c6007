"""Notebooks: cells as one program, magics, broken cells, formats 2 to 4, and edits written back."""

from __future__ import annotations

import ast
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlint.diagnostics import Location, TextEdit
from cnnlint.graph import DiscardedArray, Dropped
from cnnlint.readers.magics import commented, neutralised
from cnnlint.readers.notebook import apply_to_notebook, read
from cnnlint.readers.notebook_json import with_sources
from cnnlint.readers.reading import Reading

FIXTURES = Path(__file__).parents[2] / "fixtures" / "notebooks"
NOTEBOOKS = sorted(FIXTURES.glob("*.ipynb"))
PYTHON = [path for path in NOTEBOOKS if path.stem != "other_language"]


def notebook(*cells: str | tuple[str, str], **extra: Any) -> bytes:
    """A notebook of format 4; a plain string is a code cell, a pair a cell of that type."""
    pairs = [("code", cell) if isinstance(cell, str) else cell for cell in cells]
    listed = [{"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)} for kind, text in pairs]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **extra}).encode()


def fixture(name: str) -> tuple[bytes, Reading]:
    """The bytes and the reading of a fixture."""
    data = (FIXTURES / f"{name}.ipynb").read_bytes()
    return data, read(f"{name}.ipynb", data)


def kinds(reading: Reading) -> list[str]:
    """The kinds of the layers of the one model, fused activations left out."""
    assert reading.program is not None
    (model,) = reading.program.models
    return [node.kind for node in model.nodes if node.fused_into is None and node.kind != "Input"]


# -- reading


def test_cells_are_one_program_addressed_by_cell() -> None:
    _, reading = fixture("coloured_mnist")
    assert [problem for problem in reading.problems if problem.kind != "dialect"] == []
    assert reading.program is not None
    assert reading.program.kind == "notebook"
    assert kinds(reading) == ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Softmax"]
    assert [cell.number for cell in reading.cells] == [2, 4, 5, 7, 8, 9, 10, 11]
    relu = next(node for node in reading.program.models[0].nodes if node.fused_into is not None)
    assert relu.origin.span is not None
    assert reading.place(relu.origin.span.start_row) == (8, 2)
    assert reading.text is not None
    row = reading.text.split("\n")[relu.origin.span.start_row - 1]
    assert row[relu.origin.span.start_column - 1 :].startswith("'relu'")


def test_the_text_is_what_the_cells_say() -> None:
    data, reading = fixture("coloured_mnist")
    rows = (reading.text or "").split("\n")
    sources = {index: "".join(cell["source"]) for index, cell in enumerate(json.loads(data)["cells"], start=1)}
    for cell in reading.cells:
        assert "\n".join(rows[cell.first_row - 1 : cell.last_row]) == sources[cell.number]


def test_a_broken_cell_is_left_out_and_reported() -> None:
    _, reading = fixture("broken_cell")
    assert kinds(reading) == ["Dense", "Dense", "Activation"]
    (problem,) = [problem for problem in reading.problems if problem.kind == "syntax"]
    assert problem.partial
    assert "cell 3" in problem.message
    assert reading.place(problem.row) == (3, 1)


def test_when_every_cell_is_broken_nothing_was_read() -> None:
    reading = read("n.ipynb", notebook("for x in y\n    z", ("markdown", "text"), "a = = 1\nprint(a a)"))
    assert reading.program is None
    assert [problem.partial for problem in reading.problems] == [False, False]


@pytest.mark.parametrize(
    ("cell", "dropped"),
    [
        ("x / 255", False),
        ("y = 1\nx / 255\n\n# as a picture\n", False),
        ("x / 255\nprint(x)", True),
        ("(x\n / 255)", False),
        ("frame.drop(columns='a')", False),
        ("frame.drop(columns='a')\nprint(frame)", True),
    ],
    ids=["alone", "before a comment", "not the last", "over two rows", "a table", "a table, not the last"],
)
def test_what_a_cell_shows_is_not_dropped(cell: str, dropped: bool) -> None:
    data = "from keras.datasets import mnist\nimport pandas as pd\n(x, y), _ = mnist.load_data()\n"
    data += "frame = pd.read_csv('a.csv')"
    reading = read("shown.ipynb", notebook(data, cell, "print(frame)"))
    assert reading.program is not None
    found = [one for kind in (DiscardedArray, Dropped) for one in reading.program.events_of(kind)]
    assert len(found) == dropped


@pytest.mark.parametrize("name", ["format_3", "strings"])
def test_other_forms(name: str) -> None:
    _, reading = fixture(name)
    assert kinds(reading)[-3:] in (["Dense", "Dense", "Activation"], ["Dense", "Dense", "Softmax"])
    assert all(problem.kind == "dialect" for problem in reading.problems)


def test_notebooks_of_other_languages_are_nothing_to_read() -> None:
    _, reading = fixture("other_language")
    assert reading.program is None
    assert reading.problems == []
    # Colab's Swift says what its kernel is called, and no language
    for called, read_on in (("swift", False), ("julia-1.9", False), ("python3", True), ("tf-keras", True)):
        reading = read("n.ipynb", notebook("let x = 3\nimport keras", metadata={"kernelspec": {"name": called}}))
        assert bool(reading.problems) is read_on


def test_empty_notebooks_are_no_problem() -> None:
    for data in (notebook(), notebook(""), notebook(("markdown", "only text"), "  \n\n")):
        reading = read("n.ipynb", data)
        assert reading.program is None
        assert reading.problems == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "format"),
        (b"not json", "format"),
        (b"[]", "format"),
        (b"{}", "format"),
        (b'{"cells": 3}', "format"),
        (b'{"cells": [' + b"1" * 5000 + b"]}", "format"),
        (b"\xff\xfe{}", "encoding"),
        (b"[" * 100_000, "too-complex"),
    ],
)
def test_what_is_no_notebook_is_one_problem(data: bytes, kind: str) -> None:
    reading = read("n.ipynb", data)
    assert reading.program is None
    assert [problem.kind for problem in reading.problems] == [kind]


def test_characters_that_are_not_text_leave_out_their_cell_alone() -> None:
    reading = read("n.ipynb", notebook("import keras", "a = '\ud800'", "b = '\0'", "model = keras.Sequential()"))
    assert [problem.partial for problem in reading.problems] == [True, True]
    assert reading.program is not None


def test_a_coding_comment_does_not_apply_to_notebooks() -> None:
    source = "# -*- coding: latin-1 -*-\nimport keras\nmodel = keras.Sequential([keras.layers.Dense(3, name='é')])"
    reading = read("n.ipynb", notebook(source))
    assert reading.program is not None
    assert [node.name for node in reading.program.models[0].nodes if node.kind == "Dense"] == ["é"]


# -- magics


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install keras \\\n    numpy\nx = 1", "pass\n\nx = 1"),
        ("if x:\n    !ls\n    y = 2", "if x:\n    pass\n    y = 2"),
        ("files = !ls *.py", "files = _lost_"),
        ("where = %pwd", "where = _lost_"),
        ("?model", "pass"),
        ("model.fit??\nx = 1", "pass\nx = 1"),
        ("pip install keras\nx = 1", "pass\nx = 1"),
        ("pip install keras==2.0.0-rc0 \nx = 1", "pass\nx = 1"),
        ("cd ..", 'import sys; sys.path.append("..")'),
        ("%cd 'a/b'\ny = 2", 'import sys; sys.path.append("a/b")\ny = 2'),
        ("%cd /content/b", "pass"),
        ("%cd $where", "pass"),
        ("%time model.fit(x)", "if 1: model.fit(x)"),
        ("%timeit -n 10 y = f(x)", "if 1:         y = f(x)"),
        ("%%time\nmodel.fit(x)", "#%time\nmodel.fit(x)"),
        ("\n# timed\n%%capture out\n%cd x\ny = 2", '\n# timed\n#%capture out\nimport sys; sys.path.append("x")\ny = 2'),
        ("%%bash\nls -l\n\nexit 1", "# %%bash\n# ls -l\n\n# exit 1"),
        ("%%writefile a.py\nimport keras", "# %%writefile a.py\n# import keras"),
        # Python that looks like a magic
        ("x = (a\n     % b)", "x = (a\n     % b)"),
        ("s = '''\n%matplotlib inline\n!ls\n'''", "s = '''\n%matplotlib inline\n!ls\n'''"),
        ("x = a % b", "x = a % b"),
        ("x = y != z", "x = y != z"),
        ("cat = 1\nls = [2]\ncp, rm = 3, 4", "cat = 1\nls = [2]\ncp, rm = 3, 4"),
        ("print('really?')", "print('really?')"),
        ("total = a + \\\n    b", "total = a + \\\n    b"),
    ],
)
def test_magics_become_python_in_place(cell: str, expected: str) -> None:
    assert neutralised(cell) == expected
    ast.parse(neutralised(cell).replace("-> ", ""))


ROWS = ["%x y", "!ls \\", "a = 1", "  b", "%%bash", "?c", "d?", "'''", "(", ")", "", "e = !f"]


@given(st.lists(st.sampled_from(ROWS), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_rows_stay_rows(lines: list[str], end: str) -> None:
    cell = end.join(lines)
    for rewritten in (neutralised(cell), commented(cell)):
        assert rewritten.count("\n") == cell.count("\n")
        assert rewritten.count("\r") == cell.count("\r")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="%!?$=\\'\"()[]{}#\n\r\t ax.1,:", max_size=60))
def test_any_text_can_be_neutralised(cell: str) -> None:
    rewritten = neutralised(cell)
    assert rewritten.count("\n") == cell.count("\n")


def test_many_commands_take_linear_time() -> None:
    started = time.process_time()
    neutralised("!ls\nx = '''\n%a\n'''\n" * 20_000)
    assert time.process_time() - started < 5


# -- edits


def edit(row: int, start: int, end: int, content: str) -> TextEdit:
    """Replace some columns of a row."""
    return TextEdit(content, Location(row, start), Location(row, end))


@pytest.mark.parametrize("name", ["coloured_mnist", "broken_cell", "format_3", "strings"])
def test_an_edit_changes_its_line_and_nothing_else(name: str) -> None:
    data, reading = fixture(name)
    rows = (reading.text or "").split("\n")
    row = next(index for index, text in enumerate(rows, start=1) if "Dense(3" in text or "Dense(10" in text)
    start = rows[row - 1].index("activation='relu'") + 1
    after = apply_to_notebook(data, reading, [edit(row, start, start + 17, "name='ä\"'")])
    patched = read("n.ipynb", after)
    assert (patched.text or "").split("\n")[row - 1] == rows[row - 1].replace("activation='relu'", "name='ä\"'")
    before_rows, after_rows = data.split(b"\n"), after.split(b"\n")
    assert len(before_rows) == len(after_rows)
    assert sum(one != other for one, other in zip(before_rows, after_rows, strict=True)) == 1
    assert patched.cells == reading.cells


def test_lines_can_be_added_and_taken_out() -> None:
    data, reading = fixture("coloured_mnist")
    cell = next(cell for cell in reading.cells if cell.number == 8)
    first, second = Location(cell.first_row, 1), Location(cell.first_row + 1, 1)
    added = apply_to_notebook(data, reading, [TextEdit("# one\n# two\n", first, first)])
    assert json.loads(added)["cells"][7]["source"][:3] == ["# one\n", "# two\n", "model.add(layers.Flatten())\n"]
    assert added.count(b"\n") == data.count(b"\n") + 2
    removed = apply_to_notebook(data, reading, [TextEdit("", first, second)])
    assert "Flatten" not in removed.decode()
    assert removed.count(b"\n") == data.count(b"\n") - 1


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.stem)
def test_writing_the_same_sources_changes_no_byte(path: Path) -> None:
    data = path.read_bytes()
    for text in (data, data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data):
        reading = read("n.ipynb", text)
        assert apply_to_notebook(text, reading, []) == text
        rows = (reading.text or "").split("\n")
        same = [edit(cell.first_row, 1, 1, "") for cell in reading.cells]
        assert len(rows) > 0
        assert apply_to_notebook(text, reading, same) == text


def test_edits_that_cannot_be_made_are_refused() -> None:
    data, reading = fixture("coloured_mnist")
    first, second = reading.cells[:2]
    across = TextEdit("", Location(first.last_row, 1), Location(second.first_row, 2))
    twice = [edit(second.first_row, 1, 5, "a"), edit(second.first_row, 3, 6, "b")]
    for edits in ([across], twice, [edit(10_000, 1, 2, "x")]):
        with pytest.raises(ValueError, match="edit"):
            apply_to_notebook(data, reading, edits)
    other, _ = fixture("strings")
    with pytest.raises(ValueError, match="not the one"):
        apply_to_notebook(other, reading, [edit(second.first_row, 1, 1, "x")])
    with pytest.raises(ValueError, match="no such code cell"):
        with_sources(data, {1: "x"})


# -- whatever comes


KEYS = ["cells", "source", "cell_type", "worksheets", "input", "metadata", "language"]


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        max_leaves=30,
    )
)
def test_any_json_is_read(document: Any) -> None:
    read("n.ipynb", json.dumps(document).encode())
    read("n.ipynb", json.dumps({"cells": [document, {"cell_type": "code", "source": document}]}).encode())


def test_mutated_notebooks_never_crash_the_reader() -> None:
    chance = random.Random(5)
    sources = [path.read_bytes() for path in NOTEBOOKS]
    for _ in range(150):
        data = bytearray(chance.choice(sources))
        for _ in range(chance.choice((1, 2, 8))):
            place = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[place] = chance.randrange(256)
            else:
                del data[place : place + chance.randrange(1, 6)]
        started = time.process_time()
        reading = read("n.ipynb", bytes(data))
        assert all(problem.row >= 1 and problem.column >= 1 for problem in reading.problems)
        assert time.process_time() - started < 5
