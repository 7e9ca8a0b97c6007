"""Where nodes stand: names without a place of their own, brackets, and what libcst's provider is asked for."""

from __future__ import annotations

import libcst
from libcst.metadata import MetadataWrapper, PositionProvider

from cnnlint.graph.spans import Span
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import children, name_node
from cnnlint.readers.python.text.libcst_trees import Translation, module
from cnnlint.readers.python.text.parse import Parsed, parse
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.source import SourceText


def read(text: str) -> Parsed:
    parsed = parse(SourceText(text), gated=False)
    assert parsed.module is not None
    return parsed


def test_where_libcst_parsed_its_provider_answers() -> None:
    text = "import keras\nx = f(a, k=(b))\ny = f(a\n)\n"
    translation = module(text)
    assert isinstance(translation, Translation)
    positions = Positions(Parsed(SourceText(text), text, True, translation=translation))
    assert not positions.paired
    assert isinstance(translation.tree, libcst.Module)
    ranges = MetadataWrapper(translation.tree, unsafe_skip_copy=True).resolve(PositionProvider)
    for node, original in translation.originals.items():
        if isinstance(node, (cst.Call, cst.Name, cst.Assign)):
            place = ranges[original]
            assert positions.span(node) == Span(
                place.start.line, place.start.column + 1, place.end.line, place.end.column + 1
            )


def test_names_without_a_place_of_their_own() -> None:
    parsed = read("@d\nclass  Ab(C):\n    async  def fé(self): return x.\\\n  attr(key = 1)\n")
    assert parsed.module is not None
    positions = Positions(parsed)
    found = {}
    pending: list[cst.CSTNode] = [parsed.module]
    while pending:
        node = pending.pop()
        pending += children(node)
        if isinstance(node, cst.Name):
            span = positions.span(node)
            assert span is not None
            found[node.value] = parsed.source.slice(span)
    assert found == {name: name for name in ("d", "Ab", "C", "fé", "self", "x", "attr", "key")}


def test_brackets() -> None:
    parsed = read("x = f((a), k=(b), *(c))\ny = ((1, 2))\nz = (a) and ( (b) )\n")
    positions = Positions(parsed)
    assert parsed.module is not None

    def value(row: int) -> cst.BaseExpression:
        statement = parsed.module.body[row].body[0]  # type: ignore[union-attr,index]
        assert isinstance(statement, cst.Assign)
        return statement.value

    def text(node: cst.CSTNode) -> str:
        span = positions.span(node)
        assert span is not None
        return parsed.source.slice(span)

    call = value(0)
    assert isinstance(call, cst.Call)
    assert [text(argument) for argument in call.args] == ["a", "k=(b)", "*(c)"]
    assert [text(argument.value) for argument in call.args] == ["a", "b", "c"]
    assert text(value(1)) == "(1, 2)"
    assert text(value(2)) == "(a) and ( (b) )"


def test_a_node_of_another_tree_has_no_span() -> None:
    assert Positions(read("x = 1\n")).span(name_node("x")) is None


def test_deep_trees_have_spans() -> None:
    parsed = read("x = " + " + ".join(f"a{i}" for i in range(600)) + "\n")
    positions = Positions(parsed)
    statement = parsed.module.body[0].body[0]  # type: ignore[union-attr,index]
    assert positions.paired
    assert positions.span(statement.value) is not None  # type: ignore[union-attr]
