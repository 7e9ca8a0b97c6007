"""The tree that is made of `ast`'s against the tree of libcst's own parser: the same nodes at the same places."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesmith
import libcst
import pytest
from hypothesis import HealthCheck, given, settings
from libcst.metadata import MetadataWrapper, PositionProvider

import cnnlint
from cnnlint.graph.spans import Span
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete import concrete
from cnnlint.readers.python.text.concrete_expressions import Unsupported
from cnnlint.readers.python.text.concrete_nodes import children, walk
from cnnlint.readers.python.text.libcst_trees import Translation, module, string
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.source import SourceText

CODE = '''\
# é in a comment
from a.b import (c as d, e)
from .. import f
from x import *
import f.g as h, i

@dec(1)
class A(B, *bases, metaclass=M, **more):
    """Dök."""
    x: int = 1
    y: "str"

    @property
    async def m(self, a, /, b: int = 2, *args: t, c=(3), **kw) -> "r":
        global G, H
        await self.w; return None
        async for i in j: pass
        async with k: pass

def f(a=(lambda q, *r, z=1: q), *, b): pass

ß = {"ä": 1, **more, (2): [3, *rest], 'k': {x for x in y}}
t = 1, (2, 3), (4,), (), *u
t[1], t[1:2, ::3], t[a,], t[(b)], t[(1, 2)], t[(1), (2)], t[()] = (u) = v
z = (a + b) * -c ** (not d) if e < f <= g is not h not in i else (h and (i) and k or j)
w = f(1, *a, k=2, *b, **c)(x)[0].attr.deep
s = "ä" 'ö' f"{x!r:>{y}} ü" "z"; n = f'{g(1)}{{}}{h=}'; m = b"c" + (d); r = r'\\d' "a"  # why
e = ... ; i = 1j + 0xFF + 1.5e3 + 1_000
g = sum(x.y for x in (z) if x for w in v)
l = [a for b in c], {d: e for f in g if h}, {i, j}, ( k for k in l )
if (nn := 10) > 5: pass
elif True:
    del a, b[0]
    del (c, d)
else:
    if x: y
for (k), *v in a.b():
    continue
else:
    pass
while not x:
    x += 1; break
with open("ä") as (f), g() as (h, i):
    raise E("é") from None
try:
    yield_ = [(yield), (yield x), (yield from y)]
except (A, B) as e:
    nonlocal_ = 1
except C:
    raise
finally:
    print("é", x,
          f"{a} {b(1)}"
          f"{c(2)}")
match x:
    case [1, y] | (1, *rest): pass
    case {"a": 1, **k} if k: z
    case A(b, c=1) | None: z
    case a.b as t: z
    case 1, _: z
'''
TEXTS = {
    "plain": CODE,
    "windows line ends": CODE.replace("\n", "\r\n"),
    "tabs": CODE.replace("    ", "\t"),
    "wide characters": CODE.replace("ä", "😀"),
}
#: what carries no place of its own, or is a mere wrapper whose span leaves brackets out
WITHOUT = (
    *(cst.Module, cst.BaseSuite, cst.SimpleStatementLine, cst.Parameters),
    *(cst.Param, cst.Decorator, cst.AsName, cst.NameItem, cst.Annotation, cst.Else, cst.Finally),
    *(cst.From, cst.CompFor, cst.CompIf, cst.ComparisonTarget, cst.WithItem, cst.ParamStar),
    *(cst.ImportStar, cst.StarredDictElement, cst.DictElement, cst.MatchCase, cst.MatchPattern),
    *(cst.MatchOrElement, cst.MatchSequenceElement, cst.MatchMappingElement, cst.MatchKeywordElement),
    *(cst.MatchStar, cst.Arg, cst.Element, cst.Index, cst.SubscriptElement, cst.AssignTarget),
)
TEXT = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)


def flat(node: cst.CSTNode) -> list[cst.CSTNode]:
    """What stands below a node; lines and blocks, which the trees cut differently, are passed over."""
    found: list[cst.CSTNode] = []
    for child in children(node):
        if isinstance(child, (cst.BaseSuite, cst.SimpleStatementLine)):
            found += flat(child)
        else:
            found.append(child)
    return found


def together(one: cst.CSTNode, other: cst.CSTNode) -> Iterator[tuple[Any, Any]]:
    """The nodes of two trees, pair by pair; what strings consist of is left out."""
    stack = [(one, other)]
    while stack:
        one, other = stack.pop()
        yield one, other
        if isinstance(one, TEXT) and isinstance(other, TEXT):
            continue
        below, beside = flat(one), flat(other)
        assert [type(node).__name__ for node in below if not isinstance(node, TEXT)] == [
            type(node).__name__ for node in beside if not isinstance(node, TEXT)
        ]
        stack += zip(below, beside, strict=True)


def translated(text: str) -> Translation:
    found = module(text)
    assert isinstance(found, Translation)
    return found


def assert_same(text: str) -> int:
    tree = ast.parse(text)
    made, expected = concrete(text, tree), translated(text)
    positions = Positions(Parsed(SourceText(text), text, True, tree, concrete=made))
    assert isinstance(expected.tree, libcst.Module)
    places = MetadataWrapper(expected.tree, unsafe_skip_copy=True).resolve(PositionProvider)
    checked = 0
    for one, other in together(made.module, expected.module):
        original: Any = expected.originals[other]
        for name in ("value", "star"):
            if isinstance(getattr(other, name, None), str) and not isinstance(one, (*TEXT, cst.Param)):
                assert getattr(one, name) == getattr(other, name)
        if isinstance(one, cst.SimpleString):
            assert ast.literal_eval(one.value) == original.evaluated_value
        if hasattr(other, "operator") and not isinstance(one, cst.BinaryOperation):
            assert one.operator is other.operator
        span = positions.span(one)
        if isinstance(one, WITHOUT) or span is None:
            # names of parameters and in imports, what `del` is given; what stands in strings is asked below
            assert isinstance(one, (*WITHOUT, cst.Name, cst.Attribute, cst.Tuple)), one
            continue
        first = last = places[original]
        if isinstance(original, libcst.Tuple) and original.lpar:  # a tuple keeps its own brackets
            first, last = places[original.lpar[-1]], places[original.rpar[0]]
        place = Span(first.start.line, first.start.column + 1, last.end.line, last.end.column + 1)
        if isinstance(other, cst.BaseCompoundStatement):  # a semicolon behind the last statement
            assert (span.start_row, span.start_column, span.end_row) == (
                place.start_row,
                place.start_column,
                place.end_row,
            )
        elif not isinstance(other, cst.BooleanOperation):  # without the brackets around its ends
            assert span == place, one
        checked += 1
    return checked


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_is_libcsts_tree(text: str) -> None:
    assert assert_same(text) > 300


def test_the_package_itself() -> None:
    for file in sorted(Path(cnnlint.__file__).parent.glob("graph/*.py")):
        assert_same(file.read_text(encoding="utf-8"))


@given(hypothesmith.from_node())
@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
def test_arbitrary_python(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    try:
        made = concrete(text, tree)
    except Unsupported:
        return
    expected = module(text)
    if not isinstance(expected, Translation):
        return
    # identifiers are as Python compares them
    names = [(one, other) for one, other in together(made.module, expected.module) if isinstance(one, cst.Name)]
    assert all(one.value == other.value for one, other in names if other.value.isascii())


def test_what_stands_in_f_strings_has_its_place() -> None:
    text = "x = 1\ny = g(é, f'{a}',\n   f'é{b(1)}'\n   f'{c(2):>{d()}}')\n"
    tree = ast.parse(text)
    made = concrete(text, tree)
    source = SourceText(text)
    positions = Positions(Parsed(source, text, True, tree, concrete=made))
    found: list[str] = []
    pending: list[cst.CSTNode] = [made.module]
    while pending:
        node = pending.pop()
        span = positions.span(node)
        if isinstance(node, cst.Call) and span is not None:
            found.append(source.slice(span))
        pending += children(node)
    assert sorted(found)[:3] == ["b(1)", "c(2)", "d()"]
    assert len(found) == 4


@pytest.mark.parametrize("last", ["{c}", "{c, d}"])  # a tuple without brackets has no place of its own in `ast`
def test_names_in_f_strings_have_their_own_place_each(last: str) -> None:
    pieces = (
        "f'é{a}{a!r:>{b}}' 'c'",
        'rf"""\\d{a + b}\n{ c =}{{d}}{f(x=c)}"""',
        f"f'{{{{{{a}}}}}}{last}{{[b for b in a]}}'",
    )
    text = f"y = ({' '.join(pieces)})\n"
    tree = ast.parse(text)
    made = concrete(text, tree)
    source = SourceText(text)
    positions = Positions(Parsed(source, text, True, tree, concrete=made))
    names = [node for node in walk(made.module) if isinstance(node, cst.Name)]
    spans = [span for node in names if (span := positions.span(node)) is not None]
    assert len(set(spans)) == len(names) > 14
    assert [source.slice(span) for span in spans] == [node.value for node in names]


@pytest.mark.parametrize(
    ("text", "value"), [(r"rf'\n{{{x}'", "\\n{"), (r"f'\n{x}'", "\n"), (r"f'\d{x}'", "\\d"), (r"Rf'\d{x}'", "\\d")]
)
def test_what_libcst_reads_of_an_f_string_is_what_it_says(text: str, value: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = string(text).expression
    assert isinstance(made, cst.FormattedString)
    assert isinstance(made.parts[0], cst.FormattedStringText)
    assert made.parts[0].value == value


def test_long_chains() -> None:
    for text in ("x = " + " + ".join(["a"] * 1_000), "x = a" + ".b()" * 500, "if a: b\n" + "elif a: b\n" * 900):
        tree = ast.parse(text + "\n")
        assert concrete(text + "\n", tree).module.body


def test_strings_that_stand_side_by_side_are_one() -> None:
    text = "x = 'a' \"b\" r'''\\c'''\n"
    statement = concrete(text, ast.parse(text)).module.body[0]
    assert isinstance(statement, cst.SimpleStatementLine)
    assert isinstance(statement.body[0], cst.Assign)
    value = statement.body[0].value
    assert isinstance(value, cst.SimpleString)
    assert ast.literal_eval(value.value) == "ab\\c"
