"""Parsing: the gate, the repairs and their limits, and that nothing raises, hangs or moves."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
import time

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnlint.readers.python.text import cst, scan
from cnnlint.readers.python.text import parse as parsing
from cnnlint.readers.python.text.concrete_nodes import children
from cnnlint.readers.python.text.gate import defines_model, may_define_model
from cnnlint.readers.python.text.lexical import logical_lines
from cnnlint.readers.python.text.parse import Parsed, parse
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.repair import LOST
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.syntax import parse_tree

SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def read(text: str, *, gated: bool = True) -> Parsed:
    return parse(SourceText(text), gated=gated)


def below(node: cst.CSTNode) -> list[cst.CSTNode]:
    """A node and all the nodes below it, in the order in which they stand."""
    return [node, *(inner for child in children(node) for inner in below(child))]


def repaired(text: str) -> str:
    """The repaired text of a snippet that has to be mended and read."""
    parsed = read(text)
    assert parsed.module is not None, parsed.problem
    assert parsed.complaint is not None
    assert parsed.repairs
    return parsed.text


# --- the gate -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "import keras",
        "import tensorflow.compat.v1 as tf",
        "from keras.layers import Dense",
        "def f():\n    import tflearn",
        "try:\n    from tensorflow import keras\nexcept ImportError:\n    pass",
        "model = Sequential()",
        "def block(x):\n    return Conv2D(8, 3)(x)",
        "x = tf.nn.relu(x)",
        "x = layers.Dense(3)",
        "net = slim.conv2d(net, 3)",
        "m.compile(optimizer='sgd', loss='mse')",
        "m.fit(x, y, epochs=3)",
        "class Net(Model):\n    pass",
        "from torch import nn\nimport keras",
    ],
)
def test_the_gate_opens(text: str) -> None:
    assert defines_model(ast.parse(text))
    assert may_define_model(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"""Reads models of tensorflow and keras: model = Sequential()."""\nx = 1',
        "# import keras\nx = 1",
        "from torch.nn import Sequential\nmodel = Sequential()",
        "import re\npattern = re.compile('a')",
        "from sklearn.svm import SVC\nSVC().fit(x, y)",
        "x = 'tf.layers'",
    ],
)
def test_the_gate_stays_shut(text: str) -> None:
    assert not defines_model(ast.parse(text))
    assert read(text + "\n").module is None


def test_libcst_is_loaded_for_what_ast_does_not_read() -> None:
    code = (
        "import sys\n"
        "from cnnlint.readers.python.text.parse import parse\n"
        "from cnnlint.readers.python.text.source import SourceText\n"
        "assert not parse(SourceText('print \"tensorflow\"')).relevant\n"
        "assert 'libcst' not in sys.modules\n"
        "assert parse(SourceText('import keras\\nx = f\"{y}\"')).module\n"
        "assert 'libcst' not in sys.modules\n"
        "assert parse(SourceText('import keras\\ntype A = int')).module\n"
        "assert 'libcst' in sys.modules\n"
    )
    # `cnnlint.readers.python` may load what it likes: the modules are taken without their package
    bare = (
        "import importlib.machinery, pathlib, sys, types\n"
        "import cnnlint\n"
        "for name in ('cnnlint.readers', 'cnnlint.readers.python', 'cnnlint.graph'):\n"
        "    module = types.ModuleType(name)\n"
        "    module.__path__ = [str(pathlib.Path(cnnlint.__file__).parent.joinpath(*name.split('.')[1:]))]\n"
        "    sys.modules[name] = module\n"
    )
    subprocess.run([sys.executable, "-c", bare + code], check=True, timeout=60)


def test_without_the_gate_a_helper_is_parsed() -> None:
    assert read("WIDTH = 3\n").module is None
    assert read("WIDTH = 3\n", gated=False).module is not None


# --- problems -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\n", "# nothing\n"])
def test_an_empty_file_is_valid_and_defines_nothing(text: str) -> None:
    parsed = read(text)
    assert parsed.problem is None
    assert parsed.module is None


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("def f(:\n", 1, 7),
        ("x = 1\ny = )\n", 2, 5),
        ("This is no Python.\nNor is this.\nNo line is.\nNot one.\n", 1, 9),
    ],
)
def test_what_does_not_parse_has_a_place(text: str, row: int, column: int) -> None:
    parsed = read(text)
    assert parsed.module is None
    assert parsed.problem is not None
    assert parsed.problem.kind == "syntax"
    assert parsed.problem.row == row
    assert abs(parsed.problem.column - column) <= 3
    assert parsed.problem.message


def test_too_complex_is_said_at_the_place() -> None:
    problem = read("import keras\nx = " + "(" * 5_000 + ")" * 5_000).problem
    assert problem is not None
    assert (problem.kind, problem.row) == ("too-complex", 2)


def test_a_generated_table_without_a_library_is_no_problem() -> None:
    assert read("x = " + " + ".join(["a"] * 1_200) + "\n").problem is None


def test_surrogates_and_nul_are_problems() -> None:
    for text in ("import keras\nx = '\ud800'\n", "import keras\nx = '\0'\n"):
        problem = read(text).problem
        assert problem is not None
        assert problem.kind in ("encoding", "syntax")


def test_a_long_file_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MAX_TOKENS", 2_000)
    parsed = read("import keras\nmodel = keras.Sequential()\n" + "x = f(a, b=(1, 2))\n" * 1_000)
    assert parsed.module is not None
    assert parsed.problem is None
    assert any("too long" in one.what for one in parsed.repairs)
    assert parsed.source.text.startswith(parsed.text)
    assert 100 < parsed.text.count("\n") < 900
    assert parsed.ast is not None
    assert len(parsed.module.body) == parsed.text.count("\n")


@pytest.mark.parametrize(
    ("lines", "alike"),
    [
        ("x = f(a, b=(1, 2))\n" * 1_000, True),
        ("def f(a):\n    return (a,\n  2)\n\n" * 600, True),
        ("x = (\n1,\n2)\n" * 900, True),
        ("if a:\n    x = 1\nelse:\n    x = 2\n" * 600, True),
        ("def f(\na\n):\n" + "    x = g(a, b)\n" * 2_000, False),  # cut before the bracket, it does not parse
        ("def f():\n" + "    x = g(a, b)\n" * 2_000, True),
    ],
)
def test_a_very_long_file_is_cut_before_there_is_a_tree_of_all_of_it(
    monkeypatch: pytest.MonkeyPatch, lines: str, alike: bool
) -> None:
    monkeypatch.setattr(scan, "MAX_TOKENS", 2_000)
    text = "import keras\nmodel = keras.Sequential()\n" + lines
    whole = read(text)
    trees: list[str] = []
    monkeypatch.setattr(parsing, "_LARGE", 1_000)
    monkeypatch.setattr(parsing, "parse_tree", lambda code: trees.append(code) or parse_tree(code))
    beginning = read(text)
    assert (text not in trees) is alike
    assert [one.what for one in beginning.repairs] == [one.what for one in whole.repairs] == [parsing.TOO_LONG]
    assert beginning.module is not None
    assert whole.module is not None
    assert 0 <= len(whole.module.body) - len(beginning.module.body) <= 1
    assert text.startswith(beginning.text)


def test_a_table_of_adjacent_strings_is_read() -> None:
    parsed = read("import keras\nx = (\n" + "    'abcdefgh'\n" * 12_000 + ")\ny = keras.Sequential()\n")
    assert parsed.module is not None
    assert parsed.problem is None
    assert parsed.text.count("\n") == parsed.source.text.count("\n")
    assert parsed.text.splitlines()[-1] == "y = keras.Sequential()"


def test_a_statement_that_libcst_refuses_is_read() -> None:
    parsed = read("import keras\n((x)): int = 1\ny = 2\n")
    assert parsed.module is not None
    assert not parsed.repairs
    assert len(parsed.module.body) == 3


# --- repairs --------------------------------------------------------------------------------------------------

PYTHON_2 = [
    ('print "a %s" % x, y', 'print("a %s" % x, y)'),
    ('print "a", x  # why', 'print("a", x) # why'),
    ("print x, ", "print(x,) "),
    ("if x: print x", "if x: print(x)"),
    ("a = 1; print a; b = 2", "a = 1; print(a); b = 2"),
    ('print"x"', '0,   "x"'),
    ('exec "x = 1" in names', 'exec("x = 1" in names)'),
    ("x = `y`", "x = (y)"),
    ("x = a <> b", "x = a != b"),
    ("x = ur'a\\d'", "x =  r'a\\d'"),
    ("x = 0644 + 10L + 0xFFL", "x = 420  + 10  + 0xFF "),
    ("raise ValueError, 'no'", "raise ValueError      "),
    ("f = lambda (a, b): a", "f = lambda a, b,/: a"),
    ("def f(x, (a, b)): pass", "def f(x,  a, b ): pass"),
    ("f(x, async=True)", "f(x, _sync=True)"),
]


@pytest.mark.parametrize(("old", "new"), PYTHON_2)
def test_python_2(old: str, new: str) -> None:
    assert repaired(f"import keras\n{old}\nx = 1\n") == f"import keras\n{new}\nx = 1\n"


def test_python_2_is_not_broken() -> None:
    parsed = read("import keras\ntry:\n    print 1\nexcept (A, B), e:\n    print e\n")
    assert [(one.row, one.broken) for one in parsed.repairs] == [(3, False), (4, False), (5, False)]
    assert "except (A, B)   :" in parsed.text


def test_what_python_3_reads_is_never_rewritten() -> None:
    text = "import keras\nprint (x), y\nprint\nprint >>f, x\nx = '`<>` ur\"a\" 0777 print x'  # print x\ny = 0o17 + 0\n"
    parsed = read(text)
    assert parsed.text == text
    assert not parsed.repairs
    assert repaired(text + "print z\n") == text + "print(z)\n"


OTHER = {
    "unclosed in the middle": (
        "model = Sequential()\nmodel.add(Dense(10)\nmodel.add(Dense(3))\n",
        "model = Sequential()\nmodel.add(Dense(10))\nmodel.add(Dense(3))\n",
    ),
    "unclosed before a keyword": (
        "x = Dense(3,\nfor i in y:\n    z = Dense(i)\n",
        f"x = Dense(3,**{LOST})\nfor i in y:\n    z = Dense(i)\n",
    ),
    "cut off behind a comma": ("model.add(Dense(10,\n", f"model.add(Dense(10,**{LOST}))\n"),
    "cut off behind an equals sign": (
        "x = Sequential()\nx.add(Dense(activation=",
        f"x = Sequential()\nx.add(**{LOST})",
    ),
    "cut off within a string": (
        'model = Sequential()\nx = """abc\n  def',
        'model = Sequential()\nx = """abc\n  def"""',
    ),
    "one bracket too many": ("model.add(Dense(10)))\n", "model.add(Dense(10)) \n"),
    "the wrong bracket": ("model.add(Dense((3, 3]))\n", "model.add(Dense((3, 3)))\n"),
    "an ellipsis for arguments": ("Dense(10, use_bias=True, ...)\n", "Dense(10, use_bias=True, **_)\n"),
    "a layer without a comma": ("model.add(Dense(10 5))\ny = 1\n", f"model.add(**{LOST})\ny = 1\n"),
    "an assignment": ("x = Dense(10 5)(x)\ny = 1\n", f"x = {LOST}\ny = 1\n"),
    "a return": ("def f():\n    return Model(a b)\n", f"def f():\n    return {LOST}\n"),
    "a lone statement": ("model = Sequential()\nfoo bar\n", "model = Sequential()\npass\n"),
    "a condition": ("if x = 3:\n    y = Dense(1)\n", f"if {LOST}:\n    y = Dense(1)\n"),
    "else if": (
        "if x:\n    y = Dense(1)\nelse if z:\n    y = 2\n",
        f"if x:\n    y = Dense(1)\nelif {LOST}:\n    y = 2\n",
    ),
    "a function's head": ("def f(a b):\n    y = Dense(1)\n", "def f(*_, **__):\n    y = Dense(1)\n"),
    "try without except": ("try:\n    y = Dense(1)\nz = 1\n", "if 1:\n    y = Dense(1)\nz = 1\n"),
    "a body that is missing": ("def f(x):  # why\n\ny = Dense(1)\n", "def f(x): pass  # why\n\ny = Dense(1)\n"),
    "a windows path": ('x = "C:\\Users"\ny = Dense(1)\n', 'x = "C:/Users"\ny = Dense(1)\n'),
    "typographic quotes": ("y = Dense(1, activation=‘relu’)\n", "y = Dense(1, activation='relu')\n"),
    "hard spaces": ("y\u00a0= Dense(1)\n", "y = Dense(1)\n"),
    "magics": ("%matplotlib inline\n!pip install keras\ny = Dense(1)\n", "pass\npass\ny = Dense(1)\n"),
}


@pytest.mark.parametrize("name", OTHER)
def test_other_repairs(name: str) -> None:
    text, expected = OTHER[name]
    assert repaired(text) == expected


SHIFTED = {
    "indented as a whole": ("    x = Dense(1)\n    y = Flatten()\n", "x = Dense(1)\ny = Flatten()\n"),
    "all but the first line": ("x = Dense(1)\n    y = Flatten()\n", "x = Dense(1)\ny = Flatten()\n"),
    "tabs and spaces": (
        "def f():\n\tx = Dense(1)\n        y = Flatten()\n",
        "def f():\n    x = Dense(1)\n    y = Flatten()\n",
    ),
    "a slip by one": (
        "def f():\n    x = Dense(1)\n   y = Flatten()\n",
        "def f():\n    x = Dense(1)\n    y = Flatten()\n",
    ),
    "prompts": (
        ">>> x = Dense(1,\n...   use_bias=True)\n<Dense>\n>>> y = Flatten()\n",
        "x = Dense(1,\n  use_bias=True)\n#Dense>\ny = Flatten()\n",
    ),
    "notebook prompts": (
        "In [1]: x = Dense(1)\nOut[1]: <Dense>\nIn [2]: y = Flatten()\n",
        "x = Dense(1)\n#ut[1]: <Dense>\ny = Flatten()\n",
    ),
    "timed": ("%time x = Dense(1)\ny = Flatten()\n", "x = Dense(1)\ny = Flatten()\n"),
}


@pytest.mark.parametrize("name", SHIFTED)
def test_indentation_moves_and_is_accounted_for(name: str) -> None:
    text, expected = SHIFTED[name]
    assert repaired(text) == expected
    parsed = read(text)
    assert parsed.module is not None
    positions = Positions(parsed)
    spans = [positions.span(node) for node in below(parsed.module) if isinstance(node, cst.Call)]
    assert [parsed.source.slice(span).split("(")[0] for span in spans if span] == ["Dense", "Flatten"]
    assert not any(one.broken for one in parsed.repairs)


def test_newer_syntax_is_left_to_libcst() -> None:
    text = 'import keras\nx = f"{a["b"]}"\ndef f[T](y: T) -> T:\n    return keras.layers.Dense(3)(y)\ntype A = int\n'
    parsed = read(text)
    assert parsed.module is not None
    assert {node.value for node in below(parsed.module) if isinstance(node, cst.Name)} >= {"a", "f", "T", "y", "A"}
    assert not parsed.repairs
    assert (parsed.ast is None) == (sys.version_info < (3, 12))


def test_what_is_mostly_broken_is_not_read() -> None:
    text = "keras is a library\nthat has no such lines\nas this one here\nor this one there\nor any of these\n"
    parsed = read(text)
    assert parsed.relevant
    assert parsed.module is None
    assert parsed.problem == parsed.complaint


def test_a_repair_that_leaves_no_model_does_not_hide_the_error() -> None:
    parsed = read("def f(:\n    return 1\n")
    assert parsed.module is None
    assert parsed.problem is not None
    assert read("print 'no model here'\n").problem is None


# --- whatever the text is -------------------------------------------------------------------------------------

SNIPPET = textwrap.dedent(
    """
    from keras.models import Sequential
    model = Sequential()
    if deep:
        model.add(Conv2D(32, (3, 3), activation='relu',
                         input_shape=(28, 28, 1)))
    else:
        model.add(Dense(10))  # a comment
    for n in (1, 2):
        model.add(Dense(n))
    print("done: %d" % n)
    model.compile(loss="mse", optimizer=f"{kind}")
    """
)
NOISE = st.sampled_from(
    [
        *"()[]{}\"':,=#;*@%!`\\\t",
        "\n",
        "\n    ",
        "\r",
        "\x0c",
        "\u2028",
        "é",
        "...",
        ">>> ",
        "print x",
        "lambda",
        'f"{',
        "if",
        "else:",
        "try:",
        "0777",
        "<>",
        "except E, e:",
        "\ud800",
        "\x00",
    ]
)


@given(st.lists(st.tuples(st.floats(0, 1), NOISE, st.integers(0, 12)), min_size=1, max_size=4))
@settings(SLOW, max_examples=150)
def test_damaged_code_is_read_in_place_or_is_a_problem(damage: list[tuple[float, str, int]]) -> None:
    text = SNIPPET
    for where, noise, removed in damage:
        at = int(where * len(text))
        text = text[:at] + noise + text[at + removed :]
    parsed = read(text)
    if parsed.module is None:
        assert parsed.problem is not None or not parsed.relevant
        return
    assert len(SourceText(parsed.text).lines) == len(parsed.source.lines)
    positions = Positions(parsed)
    changed = {one.row for one in parsed.repairs}
    last_rows = {line.row: line.row + line.rows for line in logical_lines(text)}
    changed |= {row for first in changed & set(last_rows) for row in range(first, last_rows[first])}

    for node in below(parsed.module):
        span = positions.span(node) if isinstance(node, cst.Name) else None
        if span is not None and span.start_row not in changed:
            assert parsed.source.slice(span) == node.value


@given(st.text(st.sampled_from("ab 1()[]{}\"'`\n\t:,=.#\\f-+"), max_size=200) | st.text(max_size=100))
@SLOW
def test_arbitrary_text_never_raises(text: str) -> None:
    parsed = read("import keras\n" + text, gated=False)
    assert parsed.module is not None or parsed.problem is not None


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    source = SourceText.decode(data)
    if isinstance(source, SourceText):
        parse(source)


@given(hypothesmith.from_grammar())
@settings(SLOW, max_examples=20)
def test_arbitrary_python_is_read(text: str) -> None:
    parsed = read(text, gated=False)
    if parsed.complaint is None and text.strip():
        assert parsed.module is not None or parsed.problem is not None
        if not parsed.repairs and parsed.module is not None:
            assert len(parsed.module.body) == len(ast.parse(text).body)


@given(st.text(st.sampled_from("a1 ()'\"\n\r\\#,f{}=\t"), max_size=120))
def test_logical_lines_add_up_to_the_text(text: str) -> None:
    lines = logical_lines(text)
    assert "".join(line.text for line in lines) == text
    assert all("".join(token.group() for token in line.tokens()) == line.text for line in lines)


HOSTILE = {
    "brackets": "(" * 50_000,
    "minuses": "x = " + "-" * 100_000 + "1",
    "backticks": "`a` " * 20_000,
    "prints": 'print "a";' * 3_000,
    "lambdas": "x = " + "lambda (a, " * 3_000,
    "unclosed": "x = (\n" * 5_000,
    "raise": "raise " + "E, " * 20_000,
    "targets": "a, " * 30_000 + "b c",
    "for": "(" + "for a in b " * 20_000 + "\nfor a",
    "spaces": "x = (" + " " * 100_000 + "\n" + " " * 100_000 + "y",
    "patterns": "match x:\n case " + "{1: " * 40 + "a" + "}" * 40 + ": pass",
    "elif": "if a:\n pass\n" + "elif a:\n pass\n" * 5_000,
    "hidden": 'x = f"{a["b"]' + "\n-" * 50_000 + '}"',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_soon(name: str) -> None:
    start = time.process_time()
    parsed = read("import keras\n" + HOSTILE[name])
    assert parsed.module is not None or parsed.problem is not None
    assert time.process_time() - start < 20
