"""The nodes of a tree, listed once."""

from __future__ import annotations

import ast
from copy import copy
from pathlib import Path

import pytest

import cnnlint
from cnnlint.readers.python.text.listing import MARKS, Listing, nodes_of
from cnnlint.readers.python.text.parse import parse
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import FUNCTIONS, SCOPES
from cnnlint.readers.python.text.written import written

CODE = """
import a
@b(c)
def f(x, *, y=None, z=g(1)):
    with h() as i:
        j = {**k, "l": [m for n in o if not -n < 2]}
    return lambda p: p + q
class R(S):
    t: int = f"{u!r:>{v}}"
    async def w(self): await (yield)
match a:
    case {"x": [1, *rest]}: pass
"""


def of_text(node: ast.AST) -> list[ast.AST]:
    """A node and all within it, by `ast` alone."""
    names = (name for name in node._fields if name not in MARKS)
    values = [value for name in names if isinstance(value := getattr(node, name, None), (list, ast.AST))]
    inner = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [node, *(deep for one in inner if isinstance(one, ast.AST) for deep in of_text(one))]


def test_every_node_and_what_stands_within_it() -> None:
    tree = ast.parse(CODE)
    listing = Listing(tree)
    assert list(listing.nodes) == of_text(tree)
    for node in listing.nodes:
        within = of_text(node)
        assert list(listing.within(node)) == within
        assert [one for one in listing.nodes if listing.holds(node, one)] == within


def test_nodes_of_kinds_and_of_a_scope() -> None:
    tree = ast.parse(CODE)
    listing = Listing(tree)
    assert [one.name for one in listing.of(*FUNCTIONS, ast.ClassDef)] == ["f", "R", "w"]  # type: ignore[attr-defined]
    assert not listing.of(ast.While)
    own = listing.walk(*tree.body, around=SCOPES)
    assert {type(one) for one in own} & {ast.Import, ast.FunctionDef, ast.ClassDef, ast.Match, ast.MatchStar}
    assert not any(isinstance(one, (ast.Return, ast.AsyncFunctionDef, ast.With)) for one in own)
    assert Listing(None).nodes == []


@pytest.mark.parametrize(
    "code",
    [
        'SEP = "\\n\\xa0"\nprint(f"{SEP.join(rows)} rows\\n")',
        "print(f\"{'\xa0'.join(rows)}\")",
        "print(f\"{rows['a']!r:>{width}}\\t\")",
        f"huge = 0x{'f' * 5000}",
    ],
    ids=["a constant put in", "a blank that is written with a backslash", "one that is written out", "a number"],
)
def test_what_ast_refuses_to_write_out_is_written_all_the_same(code: str) -> None:
    tree = parse(SourceText(code), gated=False).listing.nodes[0]
    assert written(tree) == ast.unparse(tree)
    kinds = [type(node) for node in ast.walk(ast.parse(written(tree)))]
    assert kinds == [type(node) for node in ast.walk(tree)]


def test_a_node_is_written_as_ast_writes_it() -> None:
    files = [*Path(ast.__file__).parent.glob("[a-f]*.py"), *Path(cnnlint.__file__).parent.glob("*.py")]
    code = "f(a.b[0](*x, **y), (yield), (z for z in y), (n := 1), u'u', 1 .real, (1,)[0], a[b, c], a[1:2].c, 1e999)"
    trees = [ast.parse(code), *(ast.parse(one.read_bytes()) for one in files)]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.keyword))]
    assert len(nodes) > 20_000
    assert [written(node) for node in nodes] == [ast.unparse(node) for node in nodes]


def test_what_each_node_stands_in() -> None:
    tree = ast.parse(CODE)
    listing = Listing(tree)
    around = {id(child): node for node in listing.nodes for child in ast.iter_child_nodes(node)}
    assert listing.around == {id(node): around[id(node)] for node in listing.nodes[1:]}


def test_a_copy_of_a_node_is_written_for_itself() -> None:
    node = ast.parse("width + 1", mode="eval").body
    assert written(node) == "width + 1"
    other = copy(node)
    other.left = ast.Name("height", ast.Load())  # type: ignore[attr-defined]
    assert written(other) == "height + 1"


def test_what_stands_inside_of_others() -> None:
    tree = ast.parse(CODE)
    listing = Listing(tree)
    functions, names = listing.of(*FUNCTIONS), listing.of(ast.Name)
    held = {id(one) for function in functions for one in ast.walk(function)}
    assert listing.inside(names, functions) == [one for one in names if id(one) in held]
    assert 0 < len(listing.inside(names, functions)) < len(names)


def test_nodes_of_a_piece_come_in_the_order_of_ast_itself():
    for node in ast.walk(ast.parse(CODE)):
        assert nodes_of(node) == list(ast.walk(node))
