"""What must hold whatever a program says: reading never fails, and what does not matter changes no finding."""

# ruff: noqa: E501
from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.python import read

ROOT = Path(__file__).parents[3] / "fixtures"
RULES = sorted((ROOT / "rules").glob("*/*.py"))
PROGRAMS = sorted((ROOT / "seeds").rglob("*.py")) + sorted((ROOT / "models").glob("*.py")) + RULES
#: a bad and a good program of each rule, for the checks of every run; all of them are in the slow ones
SAMPLE = [
    path
    for folder in sorted({path.parent for path in RULES})
    for path in [*sorted(folder.glob("bad_*.py"))[:1], *sorted(folder.glob("good_*.py"))[:1]]
]

Finding = tuple[str, str]


def findings(text: str) -> list[Finding]:
    """What is found in a program: codes and levels. Places and names move with the text."""
    report = lint_bytes("program.py", text.encode(), Settings())
    assert not report.errors
    return sorted((d.code, d.severity.name) for d in report.diagnostics)


_CACHE: dict[Path, list[Finding]] = {}


def known(path: Path) -> list[Finding]:
    if path not in _CACHE:
        _CACHE[path] = findings(path.read_text())
    return _CACHE[path]


# --- arbitrary programs -----------------------------------------------------------------------------------------

HEAD = "from tensorflow import keras\nfrom tensorflow.keras.layers import *\nimport numpy as np\n"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(hypothesmith.from_grammar())
def test_arbitrary_python_is_read(text: str) -> None:
    reading = read("program.py", (HEAD + text).encode())
    assert reading.program is not None or reading.problems


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read(data: bytes) -> None:
    read("program.py", HEAD.encode() + data)


VALUES = st.sampled_from(
    [
        "x",
        "y",
        "m",
        "i",
        "None",
        "True",
        "0",
        "1",
        "-1",
        "3",
        "2.5",
        "'same'",
        "'relu'",
        "(3, 3)",
        "[1, 2]",
        "{}",
        "{'a': 1}",
        "x.shape",
        "x[0]",
        "x[-1]",
        "m.layers",
        "m.output",
        "lambda a: a",
        "keras",
        "keras.layers",
        "Dense",
        "Dense(2)",
        "f",
        "f(x)",
        "Input((4,))",
        "Input((8, 8, 3))",
        "keras.Sequential()",
        "*x",
        "**x",
        "a.b",
        "range(3)",
        "np.zeros((3, 4))",
        "self",
        "keras.Model(i, x)",
        "'a' 'b'",
        "f'{x}'",
        "x if y else m",
        "[a for a in x]",
        "not x",
        "x + y",
        "x * 2",
        "x == y",
    ]
)
CALLEES = st.sampled_from(
    [
        "Dense",
        "Conv2D",
        "Flatten",
        "Activation",
        "MaxPooling2D",
        "LSTM",
        "Embedding",
        "BatchNormalization",
        "Dropout",
        "Reshape",
        "Concatenate",
        "concatenate",
        "add",
        "Lambda",
        "TimeDistributed",
        "Bidirectional",
        "Input",
        "keras.Sequential",
        "keras.Model",
        "m.add",
        "m.compile",
        "m.fit",
        "m.pop",
        "m.predict",
        "m",
        "x",
        "i",
        "f",
        "Dense(3)",
        "Conv2D(4, 3)",
        "super().__init__",
        "len",
        "list",
        "zip",
        "map",
        "sum",
        "getattr",
        "isinstance",
        "np.reshape",
        "np.mean",
        "np.array",
        "keras.applications.VGG16",
        "keras.datasets.mnist.load_data",
        "keras.utils.to_categorical",
        "x.append",
        "x.update",
        "setattr",
        "sorted",
        "dict",
        "range",
        "m.get_layer",
        "x.reshape",
        "x.astype",
        "keras.losses.MeanSquaredError",
        "keras.optimizers.Adam",
        "layers.Conv2DTranspose",
    ]
)


@st.composite
def statements(draw: st.DrawFn, depth: int = 2) -> str:
    """Programs made of the reader's own vocabulary, put together without sense."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 6))):
        names = draw(
            st.sampled_from(
                ["", "x = ", "m = ", "i = ", "x, y = ", "x += ", "y = x = ", "x[0] = ", "m.a = ", "return "]
            )
        )
        parts = draw(st.lists(VALUES, max_size=3))
        keywords = [part for part in parts if part.startswith("**")]
        call = f"{draw(CALLEES)}({', '.join([p for p in parts if not p.startswith('**')] + keywords)})"
        if draw(st.booleans()):
            call = f"{call}({draw(VALUES.filter(lambda v: '*' not in v[:1]))})"
        line = names + (call if draw(st.integers(0, 4)) else draw(VALUES.filter(lambda v: "*" not in v[:1])))
        head = draw(
            st.sampled_from(
                [
                    "",
                    "",
                    "",
                    "for a in x:",
                    "while x:",
                    "if x:",
                    "def f(x, *y, m=x, **i):",
                    "class C(keras.Model):",
                    "class D(Layer):",
                    "try:",
                    "with x as y:",
                ]
            )
        )
        if head and depth:
            inner = draw(statements(depth=depth - 1))
            if head.startswith("class"):
                inner = (
                    "def __init__(self, x):\n    super().__init__()\n    self.x = x\ndef call(self, x):\n"
                    + indented(inner)
                )
            lines.append(head + "\n" + indented(inner) + ("\nfinally:\n    pass" if head == "try:" else ""))
        else:
            lines.append(line)
    return "\n".join(lines)


def indented(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(statements())
def test_senseless_models_are_read(text: str) -> None:
    reading = read("program.py", (HEAD + "x = y = m = i = Input((4,))\n" + text + "\n").encode())
    assert reading.program is not None or reading.problems


# --- code that adds nothing -------------------------------------------------------------------------------------

UNKNOWN = {
    "undefined calls": "\nprepare_everything()\nlogger.info('%s', undefined_name)\nresult = undefined.thing(1)[2]\n",
    "functions": "\n\ndef unrelated(a, b=3, *c, **d):\n    for i in a:\n        b += i\n    return helper(b)\n\n\nunrelated([1, 2])\n",
    "classes": "\n\nclass Unrelated(Undefined):\n    def method(self):\n        return self.value or super().method()\n",
    "comments": "\n# a comment\n\n\n\n# another\n",
    "control flow": "\nif undefined_flag:\n    something = 1\nelse:\n    something = 2\nfor item in undefined():\n    print(item)\n",
    "output": "\nimport json, os, sys\nprint(json.dumps({'a': [1, 2]}), file=sys.stderr)\n",
}


def fits(path: Path) -> str:
    text = path.read_text()
    if not text.endswith("\n"):
        text += "\n"
    return text


def without_added(before: list[Finding], after: list[Finding]) -> None:
    """Nothing is found but what was, as grave at most: what stands in a `try` tells no version of Keras."""
    levels = ["INFO", "WARNING", "ERROR"]
    rest = sorted(before, key=lambda finding: levels.index(finding[1]))
    added = []
    for code, level in sorted(after, key=lambda finding: -levels.index(finding[1])):
        graver = [one for one in rest if one[0] == code and levels.index(one[1]) >= levels.index(level)]
        if graver:
            rest.remove(graver[0])
        else:
            added.append((code, level))
    assert [finding for finding in added if finding[1] != "INFO"] == []


def check_unknown_code(path: Path, kind: str) -> None:
    text = fits(path)
    head, body = split_imports(text)
    before = known(path)
    without_added(before, findings(text + UNKNOWN[kind]))
    without_added(before, findings(head + UNKNOWN[kind] + body))


def check_try(path: Path) -> None:
    head, body = split_imports(fits(path))
    if not body.strip() or multiline_strings(body):
        return
    wrapped = head + "try:\n" + re.sub(r"(?m)^(?=.)", "    ", body) + "\nexcept Exception as error:\n    print(error)\n"
    without_added(known(path), findings(wrapped))


def split_imports(text: str) -> tuple[str, str]:
    """The docstring and imports at the top of a program, and the rest of its lines."""
    last = 0
    for statement in ast.parse(text).body:
        is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_docstring and not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        last = statement.end_lineno or last
    lines = text.splitlines(keepends=True)
    return "".join(lines[:last]), "".join(lines[last:])


def multiline_strings(text: str) -> bool:
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.end_lineno != node.lineno
        for node in ast.walk(ast.parse(text))
    )


@pytest.mark.parametrize("path", SAMPLE[::3], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_unknown_code_adds_no_finding(path: Path) -> None:
    kinds = list(UNKNOWN)
    check_unknown_code(path, kinds[SAMPLE.index(path) % len(kinds)])
    check_try(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_unknown_code_adds_a_finding(path: Path) -> None:
    kinds = sorted(UNKNOWN)  # one kind a program: every kind meets some hundred programs
    check_unknown_code(path, kinds[PROGRAMS.index(path) % len(kinds)])


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_try_adds_no_finding(path: Path) -> None:
    check_try(path)


# --- other words for the same -----------------------------------------------------------------------------------


class Renamer(ast.NodeVisitor):
    """The names of variables that a program binds itself and that nothing else can see."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.kept: set[str] = set(dir(builtins))

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)

    def visit_arg(self, node: ast.arg) -> None:
        self.kept.add(node.arg)  # may be passed by keyword

    def visit_alias(self, node: ast.alias) -> None:
        self.kept.add((node.asname or node.name).partition(".")[0])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.kept.update(
            n.id for s in node.body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
        self.generic_visit(node)


def names_in(tree: ast.AST, wanted: set[str]) -> Iterator[ast.Name]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in wanted)


def replaced(text: str, pieces: list[tuple[int, int, int, str]]) -> str:
    """The text with pieces (row, first and last column in bytes, new text) put in."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for row, first, last, new in sorted(pieces, reverse=True):
        lines[row - 1] = lines[row - 1][:first] + new.encode() + lines[row - 1][last:]
    return b"".join(lines).decode()


def renamed(text: str) -> str:
    tree = ast.parse(text)
    renamer = Renamer()
    renamer.visit(tree)
    names = renamer.bound - renamer.kept - {"_"}
    in_strings = {node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    if in_strings or re.search(r"\b(globals|locals|eval|exec|vars)\b", text):
        return text  # names also stand where this renaming does not reach
    declared = [n for n in ast.walk(tree) if isinstance(n, (ast.Global, ast.Nonlocal))]
    names -= {name for node in declared for name in node.names}
    found = names_in(tree, names)
    return replaced(text, [(n.lineno, n.col_offset, n.end_col_offset or 0, f"renamed_{n.id}_too") for n in found])


def realiased(text: str) -> str:
    """Every import under another name."""
    tree = ast.parse(text)
    aliases: dict[str, str] = {}
    pieces: list[tuple[int, int, int, str]] = []
    attributes = {id(inner) for one in ast.walk(tree) if isinstance(one, ast.ClassDef) for inner in one.body}
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or node.lineno != node.end_lineno:
            continue
        if id(node) in attributes:
            continue  # it is asked for as `self.name`
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        for alias in node.names:
            if alias.name == "*" or (alias.asname is None and "." in alias.name):
                continue
            bound = alias.asname or alias.name
            aliases[bound] = f"alias_of_{bound}"
            pieces.append(
                (alias.lineno, alias.col_offset, alias.end_col_offset or 0, f"{alias.name} as {aliases[bound]}")
            )
    if any(isinstance(node, ast.JoinedStr) for node in ast.walk(tree)):
        return text
    dotted = {
        alias.name.partition(".")[0]
        for n in ast.walk(tree)
        if isinstance(n, ast.Import)
        for alias in n.names
        if "." in alias.name and alias.asname is None
    }
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    if (dotted | stored | arguments) & set(aliases):
        return text
    pieces += [(n.lineno, n.col_offset, n.end_col_offset or 0, aliases[n.id]) for n in names_in(tree, set(aliases))]
    return replaced(text, pieces)


def reordered(text: str) -> str:
    """The imports at the top in the opposite order."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    imports = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom)) and n.lineno == n.end_lineno]
    stars = any(isinstance(n, ast.ImportFrom) and any(a.name == "*" for a in n.names) for n in imports)
    if stars or any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in imports):
        return text
    rows = [node.lineno - 1 for node in imports]
    if any(";" in lines[row] for row in rows):
        return text
    for row, other in zip(rows, [lines[row] for row in reversed(rows)], strict=True):
        lines[row] = other
    return "".join(lines)


def moved(text: str) -> str:
    """Numbers among the arguments of calls as constants of the module."""
    tree = ast.parse(text)
    pieces, constants = [], []
    inside = {id(n) for s in ast.walk(tree) if isinstance(s, ast.JoinedStr) for n in ast.walk(s)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in inside:
            continue
        for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if (
                isinstance(value, ast.Constant)
                and type(value.value) in (int, float, str)
                and value.lineno == value.end_lineno
            ):
                name = f"MOVED_{len(constants)}"
                constants.append(f"{name} = {value.value!r}\n")
                pieces.append((value.lineno, value.col_offset, value.end_col_offset or 0, name))
    changed = replaced(text, pieces)
    head, _ = split_imports(text)
    lines = changed.splitlines(keepends=True)
    count = len(head.splitlines())
    return "".join([*lines[:count], *constants, *lines[count:]])


CHANGES = {"renamed": renamed, "realiased": realiased, "reordered": reordered, "moved": moved}

#: programs whose findings rest on a spelling: on a name that says what is meant, on a call as it is mostly written
BY_SPELLING = {
    ("inverted-loss/bad_policy_less_the_mean.py", "renamed"),
    ("inverted-loss/bad_triplet.py", "renamed"),
    ("inverted-loss/bad_triplet_by_whose_distance.py", "renamed"),
    ("labels-of-other-split/bad_names_of_a_split.py", "renamed"),
    ("miswritten-action-values/bad_all_actions.py", "renamed"),
    ("miswritten-action-values/bad_chance.py", "renamed"),
    ("miswritten-action-values/bad_end_of_what_was_replayed.py", "renamed"),
    ("miswritten-action-values/bad_end_unread_by_numbers.py", "renamed"),
    ("miswritten-sampling/bad_clipped.py", "renamed"),
    ("miswritten-step/bad_divided_twice.py", "renamed"),
    ("miswritten-step/bad_padding_counted.py", "renamed"),
    ("opponent-labels/bad_added_to_the_loss.py", "renamed"),
    ("opponent-weights/bad_in_minimize.py", "renamed"),
    ("sample-count-mismatch/bad_split_in_wrong_order.py", "renamed"),
    ("shape-mismatch/good_merge_of_keras_1_over_axis_0.py", "realiased"),
    ("swapped-features-labels/bad_trained.py", "renamed"),
    ("swapped-labels-logits/bad_maybe_before_1_0.py", "renamed"),
    ("threshold-on-logits/bad_never_above_one.py", "moved"),
    ("unread-part/bad_class_weights.py", "renamed"),
    ("unread-part/bad_term.py", "renamed"),
    ("untrained-model/bad_beside_a_callback.py", "realiased"),
}


def check_changes(path: Path) -> None:
    text = path.read_text()
    name = f"{path.parent.name}/{path.name}"
    for change, changed in CHANGES.items():
        if change == "realiased" and "globals()" in text:
            continue  # a name that is looked up by its text is not the same under another one
        other = changed(text)
        ast.parse(other)
        if other != text:
            same = findings(other) == known(path)
            assert same == ((name, change) not in BY_SPELLING), (change, findings(other), known(path))


@pytest.mark.parametrize("change", CHANGES)
def test_the_changes_change_something(change: str) -> None:
    changed = sum(CHANGES[change](path.read_text()) != path.read_text() for path in SAMPLE)
    assert changed > len(SAMPLE) / 3


@pytest.mark.parametrize("path", SAMPLE[1::3], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_other_words_change_no_finding(path: Path) -> None:
    check_changes(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_other_words_change_a_finding(path: Path) -> None:
    check_changes(path)
