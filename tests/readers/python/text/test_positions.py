"""Spans from `ast` against libcst's own PositionProvider."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import hypothesmith
import libcst
import pytest
from hypothesis import HealthCheck, given, settings
from libcst.metadata import MetadataWrapper, PositionProvider

import cnnlint
from cnnlint.graph.spans import Span
from cnnlint.readers.python.text.parse import Parsed, parse
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.source import SourceText

CODE = '''\
# é in a comment
from a.b import (c as d, e)
from x import *
import f.g as h, i

@dec(1)
class A(B, *bases, metaclass=M):
    """Dök."""
    x: int = 1
    y: "str"

    @property
    async def m(self, a, /, b: int = 2, *args: t, c=(3), **kw) -> "r":
        global G, H
        await self.w; return None

def f(a=(lambda q, *r, z=1: q)): pass

ß = {"ä": 1, **more, (2): [3, *rest], 'k': {x for x in y}}
t = 1, (2, 3), (4,), ()
t[1], t[1:2, ::3], t[a,], t[(b)] = (u) = v
z = (a + b) * -c ** (not d) if e < f <= g else (h and (i) or j)
w = f(1, *a, k=2, *b, **c)(x)[0].attr.deep
s = "ä" 'ö' f"{x!r:>{y}} ü" "z"; n = f'{g(1)}{{}}'; m = b"c" + (d)
e = ... ; i = 1j + 0xFF + 1.5e3
g = sum(x.y for x in (z) if x for w in v)
l = [a for b in c], {d: e for f in g if h}, {i, j}
if (nn := 10) > 5: pass
elif True:
    del a, b[0]
    del (c, d)
else:
    assert x, "m"
for (k), *v in a.b():
    continue
else:
    pass
while not x:
    x += 1; break
with open("ä") as (f), g() as (h, i):
    raise E("é") from None
try:
    yield_ = [(yield), (yield x)]
except (A, B) as e:
    nonlocal_ = 1
except C:
    raise
finally:
    print("é", x)
'''
OTHER_TEXTS = {
    "windows line ends": CODE.replace("\n", "\r\n"),
    "tabs": CODE.replace("    ", "\t"),
    "wide characters": CODE.replace("ä", "😀"),
}


def read(text: str) -> Parsed:
    parsed = parse(SourceText(text), gated=False)
    assert parsed.module is not None
    return parsed


def provided(parsed: Parsed) -> dict[libcst.CSTNode, Span]:
    assert parsed.module is not None
    ranges = MetadataWrapper(parsed.module, unsafe_skip_copy=True).resolve(PositionProvider)
    spans = {}
    for node, place in ranges.items():
        first, last = place, place
        if isinstance(node, libcst.Tuple) and node.lpar:  # a tuple keeps its own brackets
            first, last = ranges[node.lpar[-1]], ranges[node.rpar[0]]
        spans[node] = Span(first.start.line, first.start.column + 1, last.end.line, last.end.column + 1)
    return spans


def in_brackets(node: libcst.CSTNode) -> bool:
    """Whether an argument or element is a mere wrapper around something in brackets, which its span leaves out."""
    return isinstance(node, (libcst.Arg, libcst.Element, libcst.Index, libcst.SubscriptElement, libcst.AssignTarget))


def assert_same(parsed: Parsed) -> int:
    positions = Positions(parsed)
    checked = 0
    for node, expected in provided(parsed).items():
        if isinstance(node, libcst.BaseParenthesizableWhitespace) or in_brackets(node):
            continue
        if isinstance(node, (libcst.SimpleStatementLine, libcst.SimpleStatementSuite)):
            continue
        if isinstance(node, libcst.BaseCompoundStatement):  # a semicolon behind the last statement
            span = positions.span(node)
            assert span is not None
            assert (span.start_row, span.start_column) == (expected.start_row, expected.start_column)
            assert span.end_row == expected.end_row
        else:
            assert positions.span(node) == expected, node
        checked += 1
    return checked


@pytest.mark.parametrize("text", [CODE, *OTHER_TEXTS.values()], ids=["plain", *OTHER_TEXTS])
def test_spans_are_those_of_the_provider(text: str) -> None:
    parsed = read(text)
    assert Positions(parsed).paired
    assert assert_same(parsed) > 500


def test_spans_of_the_package_itself() -> None:
    files = sorted(Path(cnnlint.__file__).parent.glob("graph/*.py"))
    assert len(files) > 5
    for file in files:
        parsed = read(file.read_text(encoding="utf-8"))
        if "\n    match " not in parsed.text:
            assert Positions(parsed).paired, file
        assert_same(parsed)


@given(hypothesmith.from_node())
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
def test_spans_of_arbitrary_python(text: str) -> None:
    parsed = parse(SourceText(text), gated=False)
    if parsed.module is None or parsed.repairs or "\x0c" in text:
        return  # libcst miscounts behind a form feed
    positions = Positions(parsed)
    expected = provided(parsed)
    for node in expected:
        if isinstance(node, (libcst.Call, libcst.Attribute, libcst.Name, libcst.BaseNumber, libcst.List, libcst.Tuple)):
            span = positions.span(node)
            assert span is None or span == expected[node]


@pytest.mark.parametrize(
    "text",
    [
        "match x:\n    case [1, y]:\n        z = f(y)\n",
        "import keras\nx = f(a)\n",
    ],
)
def test_without_a_counterpart_the_provider_answers(text: str) -> None:
    parsed = dataclasses.replace(read(text), ast=None)
    positions = Positions(parsed)
    assert not positions.paired
    assert_same(parsed)


def test_trees_that_differ_are_not_paired() -> None:
    one, other = read("x = f(a, b)\n"), read("x = f(a, c)\n")
    assert not Positions(dataclasses.replace(one, ast=other.ast)).paired


def test_names_without_a_place_of_their_own() -> None:
    parsed = read("@d\nclass  Ab(C):\n    async  def fé(self): return x.\\\n  attr(key = 1)\n")
    found = {}
    positions = Positions(parsed)

    class Collector(libcst.CSTVisitor):
        def visit_Name(self, node: libcst.Name) -> None:
            span = positions.span(node)
            assert span is not None
            found[node.value] = parsed.source.slice(span)

    assert parsed.module is not None
    parsed.module.visit(Collector())
    assert found == {name: name for name in ("d", "Ab", "C", "fé", "self", "x", "attr", "key")}


def test_brackets() -> None:
    parsed = read("x = f((a), k=(b), *(c))\ny = ((1, 2))\nz = (a) and ( (b) )\n")
    positions = Positions(parsed)
    assert parsed.module is not None

    def value(row: int) -> libcst.BaseExpression:
        statement = parsed.module.body[row].body[0]  # type: ignore[union-attr,index]
        assert isinstance(statement, libcst.Assign)
        return statement.value

    def text(node: libcst.CSTNode) -> str:
        span = positions.span(node)
        assert span is not None
        return parsed.source.slice(span)

    call = value(0)
    assert isinstance(call, libcst.Call)
    assert [text(argument) for argument in call.args] == ["a", "k=(b)", "*(c)"]
    assert [text(argument.value) for argument in call.args] == ["a", "b", "c"]
    assert text(value(1)) == "(1, 2)"
    assert text(value(2)) == "(a) and ( (b) )"


def test_a_node_of_another_tree_has_no_span() -> None:
    assert Positions(read("x = 1\n")).span(libcst.Name("x")) is None


def test_deep_trees_have_spans() -> None:
    parsed = read("x = " + " + ".join(f"a{i}" for i in range(600)) + "\n")
    positions = Positions(parsed)
    statement = parsed.module.body[0].body[0]  # type: ignore[union-attr,index]
    assert positions.paired
    assert positions.span(statement.value) is not None  # type: ignore[union-attr]
