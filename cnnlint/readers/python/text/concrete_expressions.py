"""Expressions of `ast` made nodes: names, calls, operators, displays, comprehensions, lambdas."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import (
    BINARY_OPERATORS,
    BOOLEAN_OPERATORS,
    COMPARISON_OPERATORS,
    UNARY_OPERATORS,
    Node,
    name_node,
    node_of,
)
from cnnlint.readers.python.text.source import SourceText

if TYPE_CHECKING:
    from cnnlint.readers.python.text.libcst_trees import Translation

#: a string literal that stands alone: a SimpleString
_ONE_STRING = re.compile(
    r"[bBrRuU]{0,2}(?:'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\""
    r"|'(?!'')(?:[^'\\\r\n]|\\.|\\\r\n)*'|\"(?!\"\")(?:[^\"\\\r\n]|\\.|\\\r\n)*\")",
    re.DOTALL,
)
#: an f-string that stands alone
_ONE_FORMATTED = re.compile(
    r"(?:[fF][rR]?|[rR][fF])(?:'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\""
    r"|'(?!'')(?:[^'\\]|\\.)*'|\"(?!\"\")(?:[^\"\\]|\\.)*\")",
    re.DOTALL,
)
_STRINGS = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|#[^\r\n]*", re.DOTALL)


class Unsupported(Exception):
    """The text holds syntax that is not converted."""


def bracketed(text: str) -> bool:
    """Whether a pair of round brackets stands around all of a text."""
    if not text.startswith("("):
        return False
    text = _STRINGS.sub(lambda match: " " * len(match.group()), text)
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return place == len(text) - 1
    return False


class Expressions:
    """One pass over a tree. Handlers are looked up by the class of a node of `ast`."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.pairs: dict[cst.CSTNode, Any] = {}
        self.formatted: list[tuple[Translation, int]] = []

    # --- places -----------------------------------------------------------------------------------------------

    def offset(self, row: int, byte: int) -> int:
        return self.source.offset(row, self.source.column_of_byte(row, byte))

    def slice(self, node: Any) -> str:
        """The text of a node of `ast`."""
        return self.text[self.offset(node.lineno, node.col_offset) : self.offset(node.end_lineno, node.end_col_offset)]

    def paired(self, node: Node, counterpart: ast.AST) -> Node:
        self.pairs[node] = counterpart
        return node

    # --- statements -------------------------------------------------------------------------------------------

    def annotation(self, node: ast.expr) -> cst.Annotation:
        return node_of(cst.Annotation, annotation=self.expression(node))

    # --- parameters and arguments -----------------------------------------------------------------------------

    def parameters(self, node: ast.arguments) -> cst.Parameters:
        positional = [*node.posonlyargs, *node.args]
        defaults = [*[None] * (len(positional) - len(node.defaults)), *node.defaults]
        made = [self.parameter(one, default) for one, default in zip(positional, defaults, strict=True)]
        only = len(node.posonlyargs)
        star: object = None
        if node.vararg is not None:
            star = self.parameter(node.vararg, None, "*")
        elif node.kwonlyargs:
            star = cst.ParamStar()
        by_name = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        return node_of(
            cst.Parameters,
            params=made[only:],
            posonly_params=made[:only],
            star_arg=star,
            kwonly_params=[self.parameter(one, default) for one, default in by_name],
            star_kwarg=self.parameter(node.kwarg, None, "**") if node.kwarg is not None else None,
        )

    def parameter(self, node: ast.arg, default: ast.expr | None, star: str = "") -> cst.Param:
        made = node_of(
            cst.Param,
            name=name_node(node.arg),
            star=star,
            default=self.maybe(default),
            annotation=self.annotation(node.annotation) if node.annotation is not None else None,
        )
        return self.paired(made, node)

    def arguments(self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> list[cst.Arg]:
        nodes: Sequence[Any] = [*positional, *keywords]
        if keywords and positional and any(isinstance(one, ast.Starred) for one in positional):
            nodes = sorted(nodes, key=lambda one: (one.lineno, one.col_offset))  # `f(a=1, *b)`
        return [self.argument(node) for node in nodes]

    def argument(self, node: ast.expr | ast.keyword) -> cst.Arg:
        made = cst.Arg()
        if isinstance(node, ast.keyword):
            made.value = self.expression(node.value)
            made.keyword = name_node(node.arg) if node.arg is not None else None
            made.star = "" if node.arg is not None else "**"
            self.pairs[made] = node
        elif isinstance(node, ast.Starred):
            made.value = self.expression(node.value)
            made.keyword = None
            made.star = "*"
            self.pairs[made] = node
        else:
            made.value = self.expression(node)
            made.keyword = None
            made.star = ""
        return made

    # --- expressions ------------------------------------------------------------------------------------------

    def maybe(self, node: ast.expr | None) -> Any:
        return None if node is None else self.expression(node)

    def expression(self, node: ast.expr) -> Any:
        handler = _EXPRESSIONS.get(node.__class__)
        if handler is None:
            raise Unsupported(node.__class__.__name__)
        made = handler(self, node)
        self.pairs[made] = node
        return made

    def _name(self, node: ast.Name) -> cst.CSTNode:
        made = cst.Name()
        made.value = node.id
        return made

    def _attribute(self, node: ast.Attribute) -> cst.CSTNode:
        made = cst.Attribute()
        made.value = self.expression(node.value)
        made.attr = name_node(node.attr)
        return made

    def _call(self, node: ast.Call) -> cst.CSTNode:
        made = cst.Call()
        made.func = self.expression(node.func)
        made.args = self.arguments(node.args, node.keywords)
        return made

    def _constant(self, node: ast.Constant) -> cst.CSTNode:
        value = node.value
        if value is None or value is True or value is False:
            return name_node(str(value))
        if value is Ellipsis:
            return cst.Ellipsis()
        written = self.slice(node)
        if isinstance(value, (str, bytes)):
            # what stands in several pieces is written as one
            return node_of(cst.SimpleString, value=written if _ONE_STRING.fullmatch(written) else repr(value))
        kinds: dict[type, type[cst.CSTNode]] = {int: cst.Integer, float: cst.Float, complex: cst.Imaginary}
        return node_of(kinds[type(value)], value=written)

    def _joined(self, node: ast.JoinedStr) -> cst.CSTNode:
        if not all(map(self._placed, node.values)):
            return self._by_libcst(node)
        made = node_of(cst.FormattedString, parts=self.parts(node))
        if _ONE_FORMATTED.fullmatch(self.slice(node)):
            return made
        # strings side by side, of which `ast` makes one
        return node_of(cst.ConcatenatedString, left=made, right=node_of(cst.SimpleString, value="''"))

    def parts(self, node: ast.JoinedStr) -> list[cst.CSTNode]:
        """The parts of an f-string, or of what follows the colon in one of its fields."""
        return [self._string_part(one) for one in node.values]

    def _string_part(self, node: ast.expr) -> cst.CSTNode:
        if isinstance(node, ast.Constant):
            return node_of(cst.FormattedStringText, value=node.value)
        assert isinstance(node, ast.FormattedValue)
        return node_of(
            cst.FormattedStringExpression,
            expression=self.expression(node.value),
            written=None,
            conversion=chr(node.conversion) if node.conversion > 0 else None,
            format_spec=self.parts(node.format_spec) if isinstance(node.format_spec, ast.JoinedStr) else None,
        )

    def _placed(self, node: ast.expr) -> bool:
        """Whether a part of an f-string stands where `ast` says, which before Python 3.12 is not always so."""
        if sys.version_info >= (3, 12) or not isinstance(node, ast.FormattedValue):
            return True
        if isinstance(node.format_spec, ast.JoinedStr) and not all(map(self._placed, node.format_spec.values)):
            return False
        text = self.slice(node.value)
        if isinstance(node.value, ast.Name):
            return text == node.value.id
        try:
            return ast.dump(ast.parse(f"({text}\n)", mode="eval").body) == ast.dump(node.value)
        except (SyntaxError, ValueError):
            return False

    def _by_libcst(self, node: ast.JoinedStr) -> cst.CSTNode:
        from cnnlint.readers.python.text import libcst_trees  # slow to import, and hardly ever needed

        try:
            translation = libcst_trees.string(self.slice(node))
        except (libcst_trees.Refused, RecursionError) as error:
            raise Unsupported("f-string") from error
        self.formatted.append((translation, self.offset(node.lineno, node.col_offset)))
        return translation.expression

    def _binary(self, node: ast.BinOp) -> cst.CSTNode:
        return node_of(
            cst.BinaryOperation,
            left=self.expression(node.left),
            operator=BINARY_OPERATORS[node.op.__class__],
            right=self.expression(node.right),
        )

    def _boolean(self, node: ast.BoolOp) -> cst.CSTNode:
        operator = BOOLEAN_OPERATORS[node.op.__class__]
        values = [self.expression(value) for value in node.values]
        made = values[0]
        for value in values[1:]:
            made = node_of(cst.BooleanOperation, left=made, operator=operator, right=value)
        return made  # type: ignore[no-any-return]

    def _unary(self, node: ast.UnaryOp) -> cst.CSTNode:
        return node_of(
            cst.UnaryOperation, operator=UNARY_OPERATORS[node.op.__class__], expression=self.expression(node.operand)
        )

    def _compare(self, node: ast.Compare) -> cst.CSTNode:
        left = self.expression(node.left)
        parts = [
            node_of(
                cst.ComparisonTarget,
                operator=COMPARISON_OPERATORS[operator.__class__],
                comparator=self.expression(right),
            )
            for operator, right in zip(node.ops, node.comparators, strict=True)
        ]
        return node_of(cst.Comparison, left=left, comparisons=parts)

    def _if_expression(self, node: ast.IfExp) -> cst.CSTNode:
        return node_of(
            cst.IfExp,
            test=self.expression(node.test),
            body=self.expression(node.body),
            orelse=self.expression(node.orelse),
        )

    def _named(self, node: ast.NamedExpr) -> cst.CSTNode:
        return node_of(cst.NamedExpr, target=self.expression(node.target), value=self.expression(node.value))

    def _lambda(self, node: ast.Lambda) -> cst.CSTNode:
        return node_of(cst.Lambda, params=self.parameters(node.args), body=self.expression(node.body))

    def _await(self, node: ast.Await) -> cst.CSTNode:
        return node_of(cst.Await, expression=self.expression(node.value))

    def _yield(self, node: ast.Yield) -> cst.CSTNode:
        return node_of(cst.Yield, value=self.maybe(node.value))

    def _yield_from(self, node: ast.YieldFrom) -> cst.CSTNode:
        return node_of(cst.Yield, value=node_of(cst.From, item=self.expression(node.value)))

    def elements(self, nodes: Sequence[ast.expr]) -> list[Any]:
        made: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                made.append(self.expression(node))
            else:
                element = cst.Element()
                element.value = self.expression(node)
                made.append(element)
        return made

    def _starred(self, node: ast.Starred) -> cst.CSTNode:
        return node_of(cst.StarredElement, value=self.expression(node.value))

    def _tuple(self, node: ast.Tuple) -> cst.CSTNode:
        return node_of(cst.Tuple, elements=self.elements(node.elts))

    def _list(self, node: ast.List) -> cst.CSTNode:
        return node_of(cst.List, elements=self.elements(node.elts))

    def _set(self, node: ast.Set) -> cst.CSTNode:
        return node_of(cst.Set, elements=self.elements(node.elts))

    def _dict(self, node: ast.Dict) -> cst.CSTNode:
        elements: list[cst.CSTNode] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                elements.append(node_of(cst.StarredDictElement, value=self.expression(value)))
            else:
                elements.append(node_of(cst.DictElement, key=self.expression(key), value=self.expression(value)))
        return node_of(cst.Dict, elements=elements)

    def _subscript(self, node: ast.Subscript) -> cst.CSTNode:
        value = self.expression(node.value)
        inner: Any = node.slice
        several = isinstance(inner, ast.Tuple) and inner.elts and not bracketed(self.slice(inner))
        parts = [self.index(one) for one in (inner.elts if several else [inner])]
        return node_of(cst.Subscript, value=value, slice=parts)

    def index(self, node: ast.expr) -> cst.SubscriptElement:
        inner: cst.CSTNode
        if isinstance(node, ast.Slice):
            inner = node_of(
                cst.Slice, lower=self.maybe(node.lower), upper=self.maybe(node.upper), step=self.maybe(node.step)
            )
            self.pairs[inner] = node
        elif isinstance(node, ast.Starred):
            inner = self.paired(node_of(cst.Index, value=self.expression(node.value), star="*"), node)
        else:
            inner = node_of(cst.Index, value=self.expression(node), star=None)
        return node_of(cst.SubscriptElement, slice=inner)

    # --- comprehensions ---------------------------------------------------------------------------------------

    def loops(self, generators: Sequence[ast.comprehension]) -> cst.CompFor:
        made: cst.CompFor | None = None
        for one in reversed(generators):
            ifs = [node_of(cst.CompIf, test=self.expression(test)) for test in one.ifs]
            made = node_of(
                cst.CompFor,
                target=self.expression(one.target),
                iter=self.expression(one.iter),
                ifs=ifs,
                inner_for_in=made,
            )
        assert made is not None
        return made

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> cst.CSTNode:
        kind: type[cst.CSTNode] = getattr(cst, node.__class__.__name__)
        return node_of(kind, elt=self.expression(node.elt), for_in=self.loops(node.generators))

    def _dict_comprehension(self, node: ast.DictComp) -> cst.CSTNode:
        return node_of(
            cst.DictComp,
            key=self.expression(node.key),
            value=self.expression(node.value),
            for_in=self.loops(node.generators),
        )


Handler = Callable[[Expressions, Any], Any]

_EXPRESSIONS: dict[type, Handler] = {
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.Constant: Expressions._constant,
    ast.JoinedStr: Expressions._joined,
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._boolean,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.IfExp: Expressions._if_expression,
    ast.NamedExpr: Expressions._named,
    ast.Lambda: Expressions._lambda,
    ast.Await: Expressions._await,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.Starred: Expressions._starred,
    ast.Tuple: Expressions._tuple,
    ast.List: Expressions._list,
    ast.Set: Expressions._set,
    ast.Dict: Expressions._dict,
    ast.Subscript: Expressions._subscript,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comprehension,
}
