"""The byte scan and the complexity scan: what they let through, what they refuse, and how fast."""

from __future__ import annotations

import pytest

from cnnlint.readers.python.text.scan import (
    MAX_CHAIN,
    MAX_NESTING,
    MAX_TOKENS,
    looks_relevant,
    measure,
)

RELEVANT = [
    b"import keras",
    b"from tensorflow import layers",
    b"x = tf.nn.relu(x)",
    b"net = slim.conv2d(x, 32, 3)",
    b"model = Sequential([Dense(10)])",
    b"x = Conv2D(8, 3)(x)",
    b"x = layers.conv(x)",
    b"model.compile(loss='mse')",
    b"model.fit(x, y)",
]
IRRELEVANT = [
    b"",
    b"import re\npattern = re.compile('a')",
    b"self.rtf.read()",
    b"print('player')",
    b"\xff\xfe\x00binary",
]


@pytest.mark.parametrize("data", RELEVANT)
def test_files_that_may_hold_a_model_pass(data: bytes) -> None:
    assert looks_relevant(data)


@pytest.mark.parametrize("data", IRRELEVANT)
def test_other_files_do_not(data: bytes) -> None:
    assert not looks_relevant(data)


DEEP = {
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "lists": lambda n: "[" * n + "1" + "]" * n,
    "dicts": lambda n: "{1:" * n + "1" + "}" * n,
    "calls": lambda n: "f(" * n + "1" + ")" * n,
    "never closed": lambda n: "(" * n,
    "over lines": lambda n: "(\n" * n + "1" + ")" * n,
    "in an f-string": lambda n: 'f"{' + "(" * n + "1" + ")" * n + '}"',
    "f-strings in f-strings": lambda n: 'f"{' * n + "1" + '}"' * n,
}
LONG = {
    "unary minus": lambda n: "-" * n + "1",
    "spaced minus": lambda n: "- " * n + "1",
    "not": lambda n: "not " * n + "1",
    "sum": lambda n: "+".join(["a"] * n),
    "sum over lines": lambda n: "(" + "\n+ ".join(["a"] * n) + ")",
    "sum over joined lines": lambda n: "\\\n+ ".join(["a"] * n),
    "power": lambda n: "**".join(["a"] * n),
    "comparison": lambda n: "<".join(["a"] * n),
    "and": lambda n: " and ".join(["a"] * n),
    "attributes": lambda n: ".".join(["a"] * n),
    "calls": lambda n: "a" + "()" * n,
    "subscripts": lambda n: "a" + "[0]" * n,
    "lambdas": lambda n: "lambda: " * n + "1",
    "lambdas with parameters": lambda n: "lambda a, b: " * n + "1",
    "conditions": lambda n: "a if b else " * n + "1",
    "comprehension": lambda n: "[x " + "for a in b " * n + "]",
    "in an f-string": lambda n: 'f"{' + "-" * n + '1}"',
    "behind reused quotes": lambda n: 'f"{a["b"] ' + "- 1 " * n + '}"',
}


@pytest.mark.parametrize("name", DEEP)
def test_nesting_is_bounded(name: str) -> None:
    assert measure(DEEP[name](MAX_NESTING // 2 - 1)).problem is None
    problem = measure("a = 1\nx = " + DEEP[name](5_000)).problem
    assert problem is not None
    assert problem.kind == "too-complex"
    assert "nest" in problem.message
    assert problem.row >= 2


@pytest.mark.parametrize("name", LONG)
def test_chains_are_bounded(name: str) -> None:
    assert measure(LONG[name](MAX_CHAIN // 8)).problem is None
    problem = measure("a = 1\nx = " + LONG[name](100_000)).problem
    assert problem is not None
    assert problem.kind == "too-complex"


def test_nested_patterns_are_bounded_more_tightly() -> None:
    nested = "match x:\n    case " + "{1: " * 12 + "a" + "}" * 12 + ":\n        pass\n"
    problem = measure(nested).problem
    assert problem is not None
    assert (problem.row, problem.kind) == (2, "too-complex")
    assert measure("case = " + "[" * 12 + "]" * 12).problem is None
    assert measure("match = 1\nx = f(" + "[" * 12 + "]" * 12 + ")").problem is None


ORDINARY = {
    "a list of numbers": "x = [\n" + "0.5, -1.0, 3e-5,\n" * 10_000 + "]\n",
    "a list on one line": "x = [" + "(1, -2), " * 10_000 + "]\n",
    "a dict": "x = {\n" + "'a': [1, 2, {'b': -c.d}],\n" * 5_000 + "}\n",
    "a table of strings": "x = (\n" + '"((((((((((((((((((((" \\\n' * 5_000 + ")\n",
    "base64": "x = '" + "aGVsbG8+/-" * 100_000 + "'\n",
    "a long docstring": '"""' + "((((((------ not not not\n" * 5_000 + '"""\n',
    "rulers": ("# " + "-" * 5_000 + "(" * 500 + "\n") * 20,
    "a ruler in code": "print('-' * 80)\nprint('" + "-" * 5_000 + "')\n",
    "many statements": "model.add(Dense(10, activation='relu'))\n" * 5_000,
    "semicolons": "x = -1;" * 5_000,
    "braces in f-strings": 'x = f"{{{{{{{{' + "{{" * 500 + '"\n',
    "format specifications": "x = f'{a:>{b}.{c}f} {d!r:^10}' + (y)\n" * 3_000,
    "unbalanced smileys": "x = f(a)  # :(\n" * 3_000,
    "quotes that are missing": "x = f'{a\ny = ((1))\n" * 3_000,
    "closing brackets": "x = 1)\n" * 3_000,
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_people_write_is_not_refused(name: str) -> None:
    assert measure(ORDINARY[name]).problem is None


def test_a_long_file_is_cut_between_two_statements() -> None:
    line = "x = f(a, b=(1, 2))\n"
    text = line * MAX_TOKENS
    found = measure(text)
    assert found.problem is None
    assert found.cut is not None
    assert text[found.cut] == "\n"
    assert text[: found.cut + 1].count("(") == text[: found.cut + 1].count(")")
    assert measure(line * 1_000).cut is None


def test_a_statement_without_end_is_refused() -> None:
    problem = measure("x = [" + "1, " * (3 * MAX_TOKENS) + "]").problem
    assert problem is not None
    assert problem.kind == "too-complex"


def test_a_line_that_ends_within_an_f_string_makes_the_measure_uncertain() -> None:
    assert measure("x = f'{a\ny = 1\n").uncertain
    assert not measure("x = f'{a}'\ny = '''\n{'''\n").uncertain
