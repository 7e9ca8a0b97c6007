"""Suppression comments: where they are found, what they are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlint.lint import suppressions


def one(text: str) -> suppressions.Suppression:
    (found,) = suppressions.find(text)
    return found


def test_end_of_line() -> None:
    found = one("a = 1\nmodel.add(x)  # cnnlint: ignore[CNN101]\nb = 2\n")
    assert (found.row, found.kind, found.identities, found.rows) == (2, "ignore", ("CNN101",), (2, 2))
    assert (found.column, found.end_column) == (15, 40)


@pytest.mark.parametrize(
    ("comment", "kind", "identities"),
    [
        ("# cnnlint: ignore", "ignore", None),
        ("#cnnlint:ignore[CNN101]", "ignore", ("CNN101",)),
        ("# cnnlint: ignore[cnn101, Relu-Before-Softmax]", "ignore", ("CNN101", "relu-before-softmax")),
        ("# cnnlint: ignore[CNN101 CNN102] because of X", "ignore", ("CNN101", "CNN102")),
        ("# cnnlint: ignore[]", "ignore", ()),
        ("# noqa: CNN101", "noqa", ("CNN101",)),
        ("# noqa: E501, CNN101,CNN203 not ours", "noqa", ("CNN101", "CNN203")),
        ("# NOQA:cnn101", "noqa", ("CNN101",)),
        ("# type: ignore  # cnnlint: ignore[CNN101]", "ignore", ("CNN101",)),
        ("# cnnlint: file-ignore[CNN1, x]", "file-ignore", ("CNN1", "X")),
    ],
)
def test_spellings(comment: str, kind: str, identities: tuple[str, ...] | None) -> None:
    found = one(f"x = 1  {comment}\n")
    assert (found.kind, found.identities) == (kind, identities)


@pytest.mark.parametrize(
    "text",
    [
        "x = '# cnnlint: ignore'\n",
        '"""\n# cnnlint: ignore[CNN101]\n"""\n',
        "x = 1  # noqa\n",
        "x = 1  # noqa: E501\n",
        "x = 1  # cnnlint: ignored\n",
        "x = 1  # see cnnlint\n",
    ],
)
def test_what_is_no_suppression(text: str) -> None:
    assert suppressions.find(text) == []


def test_line_above_covers_the_whole_statement() -> None:
    text = "# cnnlint: ignore[CNN102]\n# and why\n\nmodel.add(\n    Conv2D(8, 3)\n)\nmodel.add(y)\n"
    assert one(text).rows == (4, 6)


def test_line_above_a_block_covers_its_head_alone() -> None:
    assert one("# cnnlint: ignore\ndef build(\n    x\n):\n    return x\n").rows == (2, 4)


def test_line_above_inside_brackets_covers_the_element() -> None:
    text = "m = Sequential([\n    # cnnlint: ignore[CNN102]\n    Conv2D(8,\n      3),\n    Dense(1),\n])\n"
    assert one(text).rows == (3, 4)


def test_last_element_ends_before_the_bracket() -> None:
    text = "m = f([\n    a,\n    # cnnlint: ignore\n    g(1,\n      2)\n])\n"
    assert one(text).rows == (4, 5)


def test_comment_with_nothing_below() -> None:
    found = one("x = f(\n    1,\n    # cnnlint: ignore\n)\n")
    assert not any(found.covers(row, row) for row in range(1, 6))
    assert one("x = 1\n# cnnlint: ignore\n").covers(1, 1) is False


def test_covers_where_a_finding_begins_or_ends() -> None:
    found = one("model.add(Conv2D(\n    8, 3))  # cnnlint: ignore\n")
    assert found.covers(1, 2)
    assert not found.covers(1, 1)


def test_file_ignore_covers_everything() -> None:
    assert one("x = 1\n# cnnlint: file-ignore[CNN101]\n").covers(700, 900)


@pytest.mark.parametrize(
    ("written", "code", "silenced"),
    [
        ("CNN1", "CNN101", True),
        ("cnn10", "CNN101", True),
        ("CNN2", "CNN101", False),
        ("CNN1011", "CNN101", False),
        ("CNN", "CNN101", False),
        ("C", "CNN101", False),
    ],
)
def test_the_beginning_of_a_code_stands_for_all_of_them(written: str, code: str, silenced: bool) -> None:
    found = one(f"# cnnlint: file-ignore[{written}]\n")
    assert suppressions.match([found], code, "some-name", 3, 3) == silenced


def test_cells_are_read_one_by_one() -> None:
    # the bracket that the first cell leaves open does not reach into the second
    text = "x = (\ny = 1  # cnnlint: ignore[CNN101]\n"
    found = suppressions.find(text, [(1, 1), (2, 2)])
    assert [(item.row, item.rows) for item in found] == [(2, (2, 2))]


def test_goes_on_behind_what_does_not_tokenize() -> None:
    text = "x = 1\n   y = $ 'open\n z = 2\nprint 'old'  # cnnlint: ignore[CNN101]\n"
    assert [(item.row, item.identities) for item in suppressions.find(text)] == [(4, ("CNN101",))]


def test_marks_what_was_used() -> None:
    found = one("x = 1  # cnnlint: ignore[CNN101, some-name]\n")
    assert suppressions.match([found], "CNN205", "some-name", 1, 1)
    assert not suppressions.match([found], "CNN206", "other-name", 1, 1)
    assert not suppressions.match([found], "CNN101", "relu-before-softmax", 2, 2)
    assert found.used == {"some-name"}


def test_windows_line_ends() -> None:
    assert one("x = 1\r\ny = 2  # cnnlint: ignore\r\n").row == 2


PIECES = [
    "# cnnlint: ignore\n",
    "# noqa: CNN101",
    "\n",
    "  ",
    "(",
    ")",
    "[",
    "]",
    "'",
    '"""',
    "x",
    "=",
    "1",
    ",",
    "\\",
    "$",
    "\t",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join))
def test_any_text(text: str) -> None:
    rows = len(text) + 1
    for found in suppressions.find(text):
        assert 1 <= found.row <= rows


def test_scan_of_bytes() -> None:
    assert suppressions.present(b"x  # cnnlint : ignore")
    assert suppressions.present(b"x  # NoQA: CNN101")
    assert not suppressions.present(b"import cnnlint")
