"""Where the nodes of a libcst tree stand, from the `ast` of the same text.

libcst's tree has no positions; its PositionProvider prints the whole tree again to find them. But `ast` has them
already: walked in source order, both trees name the same things one after the other, so the k-th node of one is the
k-th of the other. Where the two walks disagree in a single node (syntax that is not known here), and for nodes that
`ast` lacks (parameters, what f-strings hold), PositionProvider is asked.

A span covers a node without the brackets around it: ``(a + b)`` is ``a + b``, also as an argument or an element. A
tuple keeps its own pair, because without it the text means something else. A definition begins at its `def`, `async` or
`class`, below its decorators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnnlint.graph.spans import Span
from cnnlint.readers.python.text.pairing import walk_abstract, walk_concrete
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.source import SourceText

if TYPE_CHECKING:
    import libcst
    from libcst.metadata import CodeRange

#: Fields that hold a bare name.
_NAME_FIELDS = {"Attribute": "attr", "Arg": "keyword", "FunctionDef": "name", "ClassDef": "name"}
_DEFINITION = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+")


class Positions:
    """Spans in the source for the nodes of `parsed.module`. Nothing is computed before the first question."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._text = parsed.source if parsed.text is parsed.source.text else SourceText(parsed.text)
        self._spans: dict[libcst.CSTNode, Span | None] = {}

    def span(self, node: libcst.CSTNode) -> Span | None:
        """Where a node of the tree stands in the source; None for nodes that are not of this tree."""
        if node not in self._spans:
            self._spans[node] = self._find(node)
        return self._spans[node]

    def _find(self, node: libcst.CSTNode) -> Span | None:
        pairs = self._pairs
        counterpart = pairs.get(node)
        if counterpart is not None:
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
        return span or self._provided(node)

    def _in_source(self, row: int, column: int, end_row: int, end_column: int) -> Span:
        shifts = self._parsed.shifts
        return Span(row, column - shifts.get(row, 0), end_row, end_column - shifts.get(end_row, 0))

    def _of_name(self, node: libcst.CSTNode) -> Span | None:
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
        elif kind != "Arg":
            match = _DEFINITION.match(self._parsed.source.line(row), column - 1)
            if match is None:
                return None
            column = match.end() + 1
        span = Span(row, column, row, column + length)
        return span if self._parsed.source.slice(span) == node.value else None  # type: ignore[attr-defined]

    @property
    def paired(self) -> bool:
        """Whether the spans come from `ast`; False if libcst's own provider has to be asked for every one."""
        return bool(self._pairs)

    @cached_property
    def _pairs(self) -> Mapping[libcst.CSTNode, Any]:
        if self._parsed.module is None or self._parsed.ast is None:
            return {}
        nodes, labels = walk_concrete(self._parsed.module)
        if not nodes:
            return {}
        others, other_labels = walk_abstract(self._parsed.ast)
        if labels != other_labels:
            return {}
        pairs = dict(zip(nodes, others, strict=True))
        pairs.pop(None, None)
        return pairs

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
    def _provider(self) -> Mapping[libcst.CSTNode, CodeRange]:
        if self._parsed.module is None:
            return {}
        from libcst.metadata import MetadataWrapper, PositionProvider

        try:
            # Without the copy that the wrapper makes by default, the nodes asked for are the nodes answered.
            wrapper = MetadataWrapper(self._parsed.module, unsafe_skip_copy=True)
            return wrapper.resolve(PositionProvider)
        except RecursionError:
            return {}

    def _provided(self, node: libcst.CSTNode) -> Span | None:
        first = last = node
        if type(node).__name__ == "Tuple" and (brackets := getattr(node, "lpar", ())):
            first, last = brackets[-1], node.rpar[0]  # type: ignore[attr-defined]
        start, end = self._provider.get(first), self._provider.get(last)
        if start is None or end is None:
            return None
        span = self._in_source(start.start.line, start.start.column + 1, end.end.line, end.end.column + 1)
        if type(node).__name__ == "Name" and self._parsed.source.slice(span) != node.value:  # type: ignore[attr-defined]
            return None  # libcst miscounts behind a form feed
        return span


def _only_child(node: Any) -> libcst.CSTNode | None:
    """The node that a mere wrapper holds and that covers the same text, brackets aside."""
    child: libcst.CSTNode | None = None
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


def _around(positions: Positions, node: libcst.CSTNode) -> Span | None:
    """The span from the first to the last child of a node that `ast` knows in another form."""
    ends = {"BooleanOperation": ("left", "right"), "DictElement": ("key", "value")}.get(type(node).__name__)
    if ends is None:
        return None
    first, last = (_with_brackets(positions, getattr(node, end)) for end in ends)
    return Span(first.start_row, first.start_column, last.end_row, last.end_column) if first and last else None


def _with_brackets(positions: Positions, node: libcst.CSTNode) -> Span | None:
    """The span of an expression with all the brackets around it; None if comments or line ends stand between them."""
    span = positions.span(node)
    lefts, rights = list(getattr(node, "lpar", ())), list(getattr(node, "rpar", ()))
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
