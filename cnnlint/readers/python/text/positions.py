"""Where the nodes of a tree stand.

A tree that was made of `ast` knows the counterparts of its nodes, which have places. Where libcst parsed (a file that
`ast` refuses, what stands in f-strings), its PositionProvider is asked, which prints the whole tree again to find them.

A span covers a node without the brackets around it: ``(a + b)`` is ``a + b``, also as an argument or an element. A
tuple keeps its own pair, because without it the text means something else. A definition begins at its `def`, `async` or
`class`, below its decorators.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnlint.graph import Origin
from cnnlint.graph.spans import Span
from cnnlint.readers.python.text.concrete_nodes import SCOPES, Kinds, names_in, walk
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.written import written

if TYPE_CHECKING:
    import libcst

    from cnnlint.readers.python.text import cst
    from cnnlint.readers.python.text.libcst_trees import Translation

Place: TypeAlias = tuple[int, int]
"""The row and the column that something begins at, both from 1."""
#: Fields that hold a bare name.
_NAME_FIELDS = {"Attribute": "attr", "Arg": "keyword", "FunctionDef": "name", "ClassDef": "name", "Param": "name"}
_DEFINITION = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+")


def place_of(text: SourceText, node: ast.expr) -> Place:
    """Where a node of `ast` begins in the source."""
    return node.lineno, text.column_of_byte(node.lineno, node.col_offset)


def origin_of(text: SourceText, node: ast.expr | ast.keyword | ast.arg) -> Origin:
    """A piece of the source for the graph, by its node of `ast`."""
    end_row, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    start = text.column_of_byte(node.lineno, node.col_offset)
    span = Span(node.lineno, start, end_row, text.column_of_byte(end_row, end))
    return Origin(span, text=written(node)[:200])


class Positions:
    """Spans in the source for the nodes of `parsed.module`. Nothing is computed before the first question."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._text = parsed.source if parsed.text is parsed.source.text else SourceText(parsed.text)
        self._spans: dict[cst.CSTNode, Span | None] = {}
        self._origins: dict[cst.CSTNode, Origin] = {}
        self._names: dict[cst.CSTNode, frozenset[str]] = {}
        self._within: dict[tuple[cst.CSTNode, Kinds], tuple[cst.CSTNode, ...]] = {}

    def span(self, node: cst.CSTNode) -> Span | None:
        """Where a node of the tree stands in the source; None for nodes that are not of this tree."""
        if node not in self._spans:
            self._spans[node] = self._find(node)
        return self._spans[node]

    def origin(self, node: cst.CSTNode, filename: str | None) -> Origin:
        """A piece of the source for the graph; `filename` where it is not the program's own."""
        known = self._origins.get(node)
        if known is None or known.filename != filename:
            span = self.span(node)
            text = self._parsed.source.slice(span) if span is not None else ""
            known = self._origins[node] = Origin(span, filename, text[:200])
        return known

    def names_in(self, node: cst.CSTNode) -> frozenset[str]:
        """The names that stand in a piece of code, those of attributes among them."""
        known = self._names.get(node)
        if known is None:
            known = self._names[node] = names_in(node)
        return known

    def nodes_in(self, node: cst.CSTNode, kinds: Kinds) -> tuple[cst.CSTNode, ...]:
        """The nodes of some kinds in a piece of code, apart from those of its inner functions and classes."""
        known = self._within.get((node, kinds))
        if known is None:
            found = (one for one in walk(node, around=SCOPES) if isinstance(one, kinds))
            known = self._within[node, kinds] = tuple(found)
        return known

    def _find(self, node: cst.CSTNode) -> Span | None:
        pairs = self._pairs
        counterpart = pairs.get(node)
        if counterpart is not None:
            if type(node).__name__ == "GeneratorExp":
                return self._generator(node)
            return self._in_source(
                counterpart.lineno,
                self._text.column_of_byte(counterpart.lineno, counterpart.col_offset),
                counterpart.end_lineno,
                self._text.column_of_byte(counterpart.end_lineno, counterpart.end_col_offset),
            )
        inner = _only_child(node)
        if inner is not None:
            return self.span(inner)
        span = self._of_name(node) if pairs and node in self._owners else _around(self, node)
        return span or self._by_libcst(node)

    def _in_source(self, row: int, column: int, end_row: int, end_column: int) -> Span:
        shifts = self._parsed.shifts
        return Span(row, column - shifts.get(row, 0), end_row, end_column - shifts.get(end_row, 0))

    def _of_name(self, node: cst.CSTNode) -> Span | None:
        """A name that has no place of its own in `ast`: an attribute, a keyword, a function's or a class's name."""
        owner = self._owners[node]
        whole = self.span(owner)
        if whole is None:
            return None
        length = len(node.value)  # type: ignore[attr-defined]
        kind = type(owner).__name__
        row, column = whole.start_row, whole.start_column
        if kind == "Attribute":
            row, column = whole.end_row, whole.end_column - length
        elif kind not in ("Arg", "Param"):
            match = _DEFINITION.match(self._parsed.source.line(row), column - 1)
            if match is None:
                return None
            column = match.end() + 1
        span = Span(row, column, row, column + length)
        return span if self._parsed.source.slice(span) == node.value else None  # type: ignore[attr-defined]

    @property
    def paired(self) -> bool:
        """Whether the spans come from `ast`; False if libcst's own provider is asked for every one."""
        return bool(self._pairs)

    @cached_property
    def _pairs(self) -> Mapping[cst.CSTNode, Any]:
        return self._parsed.concrete.pairs if self._parsed.concrete is not None else {}

    @cached_property
    def _owners(self) -> Mapping[Any, Any]:
        """The attribute, argument or definition that a bare name belongs to."""
        owners: dict[Any, Any] = {}
        for node in self._pairs:
            name = _NAME_FIELDS.get(type(node).__name__)
            if name is not None and (child := getattr(node, name)) is not None:
                owners[child] = node
        return owners

    @cached_property
    def _translations(self) -> Sequence[tuple[Translation, int]]:
        """What libcst parsed, the whole text or f-strings in it, and where in the text each begins."""
        parsed = self._parsed
        if parsed.concrete is not None:
            return parsed.concrete.formatted
        return [(parsed.translation, 0)] if parsed.translation is not None else []

    @cached_property
    def _originals(self) -> Mapping[cst.CSTNode, libcst.CSTNode]:
        """What libcst parsed by what was made of it."""
        return {node: original for one, _ in self._translations for node, original in one.originals.items()}

    @cached_property
    def _provided(self) -> Mapping[libcst.CSTNode, Span]:
        """Where libcst's nodes stand; f-strings are parsed by themselves, each printed by itself."""
        found: dict[libcst.CSTNode, Span] = {}
        for translation, start in self._translations:
            row, column = self._text.position(start)
            for node, place in translation.places().items():
                ends = [
                    (row + at.line - 1, at.column + (column if at.line == 1 else 1)) for at in (place.start, place.end)
                ]
                found[node] = self._in_source(*ends[0], *ends[1])
        return found

    def _generator(self, node: cst.CSTNode) -> Span | None:
        """A generator expression, which in `ast` has brackets around it: its own, or those of a call."""
        place = self._pairs[node]
        start = self._text.offset(place.lineno, self._text.column_of_byte(place.lineno, place.col_offset))
        end = self._text.offset(place.end_lineno, self._text.column_of_byte(place.end_lineno, place.end_col_offset))
        inner = self._text.text[start + 1 : end - 1]
        start += 1 + len(inner) - len(inner.lstrip())
        end -= 1 + len(inner) - len(inner.rstrip())
        return self._in_source(*self._text.position(start), *self._text.position(end))

    def _by_libcst(self, node: cst.CSTNode) -> Span | None:
        """Where the node of libcst's stands that a node was made of."""
        original = self._originals.get(node)
        if original is None:
            return None
        first = last = original
        if type(node).__name__ == "Tuple" and (brackets := getattr(original, "lpar", ())):
            first, last = brackets[-1], original.rpar[0]  # type: ignore[attr-defined]
        start, end = self._provided.get(first), self._provided.get(last)
        if start is None or end is None:
            return None
        span = Span(start.start_row, start.start_column, end.end_row, end.end_column)
        if type(node).__name__ == "Name" and self._parsed.source.slice(span) != node.value:  # type: ignore[attr-defined]
            return None  # libcst miscounts behind a form feed
        return span

    def with_brackets(self, node: cst.CSTNode) -> Span | None:
        """The span of an expression with all the brackets around it, which only libcst's trees tell; None if comments
        or line ends stand between them."""
        span, original = self.span(node), self._originals.get(node)
        lefts, rights = list(getattr(original, "lpar", ())), list(getattr(original, "rpar", ()))
        if span is None or not lefts:
            return span
        if type(node).__name__ == "Tuple":  # the innermost pair is its own
            lefts, rights = lefts[:-1], rights[1:]
        spaces = [*(left.whitespace_after for left in lefts), *(right.whitespace_before for right in rights)]
        if any(type(space).__name__ != "SimpleWhitespace" or space.value.strip(" \t") for space in spaces):
            return None
        before = sum(1 + len(left.whitespace_after.value) for left in lefts)
        after = sum(1 + len(right.whitespace_before.value) for right in rights)
        return Span(span.start_row, span.start_column - before, span.end_row, span.end_column + after)


def _only_child(node: Any) -> cst.CSTNode | None:
    """The node that a mere wrapper holds and that covers the same text, brackets aside."""
    child: cst.CSTNode | None = None
    match type(node).__name__:
        case "Arg" if not node.star and node.keyword is None:
            child = node.value
        case "Element":
            child = node.value
        case "Index" if not node.star:
            child = node.value
        case "SubscriptElement":
            child = node.slice
        case "AssignTarget":
            child = node.target
        case "SimpleStatementLine" | "SimpleStatementSuite" if len(node.body) == 1:
            child = node.body[0]
    return child


def _around(positions: Positions, node: cst.CSTNode) -> Span | None:
    """The span from the first to the last child of a node that `ast` knows in another form."""
    ends = {"BooleanOperation": ("left", "right"), "DictElement": ("key", "value")}.get(type(node).__name__)
    if ends is None:
        return None
    first, last = (positions.with_brackets(getattr(node, end)) for end in ends)
    return Span(first.start_row, first.start_column, last.end_row, last.end_column) if first and last else None
