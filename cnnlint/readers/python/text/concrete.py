"""The tree that the interpreter reads, made of the `ast` of a text.

Its nodes are libcst's, without what only matters for printing a text: white space, comments, brackets, commas.
CPython's parser and this pass take a third of the time of libcst's (tests/benchmarks/speed.py), and leave with each
node the place where it stands. f-strings are left to libcst: `ast` does not place what stands in them before
Python 3.12. Syntax that is not known here is `Unsupported`; such files are parsed by libcst whole.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import libcst as cst

from cnnlint.readers.python.text.source import SourceText

#: a string literal that stands alone; what libcst calls a SimpleString
_ONE_STRING = re.compile(
    r"[bBrRuU]{0,2}(?:'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\""
    r"|'(?!'')(?:[^'\\\r\n]|\\.|\\\r\n)*'|\"(?!\"\")(?:[^\"\\\r\n]|\\.|\\\r\n)*\")",
    re.DOTALL,
)
_STRINGS = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|#[^\r\n]*", re.DOTALL)
#: frames of Python's stack: chains of operators and of `elif` are as deep as the reader's own limits let them be
_DEPTH = 12_000

Node = TypeVar("Node", bound=cst.CSTNode)


class Unsupported(Exception):
    """The text holds syntax that is not converted."""


@dataclass(slots=True)
class Concrete:
    """A tree and where its nodes stand."""

    module: cst.Module
    #: the counterpart in `ast` of each node that has one with a place
    pairs: dict[cst.CSTNode, Any]
    #: f-strings, and where in the text each begins
    formatted: list[tuple[cst.BaseExpression, int]] = field(default_factory=list)


def concrete(text: str, tree: ast.Module) -> Concrete:
    """The tree of a text. Raises Unsupported; RecursionError if it nests too deeply."""
    converter = _Converter(SourceText(text))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEPTH))
    try:
        module = _new(cst.Module)
        _set(module, "body", converter.statements(tree.body))
    finally:
        sys.setrecursionlimit(limit)
    return Concrete(module, converter.pairs, converter.formatted)


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes right below a node that hold code; libcst's own `children` are found by copying the node."""
    cls = node.__class__
    names = _CODE.get(cls)
    if names is None:
        names = _CODE[cls] = tuple(name for name in cls.__slots__ if not _LAYOUT.match(name))
    found: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name, None)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += [one for one in value if isinstance(one, cst.CSTNode)]
    return found


def names_in(node: cst.CSTNode) -> frozenset[str]:
    """The names that stand in a piece of code, those of attributes among them."""
    found: set[str] = set()
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Name):
            found.add(current.value)
        else:
            pending += children(current)
    return frozenset(found)


_CODE: dict[type, tuple[str, ...]] = {}
_LAYOUT = re.compile(
    r"whitespace_|trailing_whitespace|leading_|lines_after|header$|footer$|[lr](?:par|bracket|brace)$|comma$|semicolon$|equal$|dot$"
    r"|colon$|first_colon|second_colon|asynchronous$|operator$|separator$|posonly_ind$|trailing_comma$|relative$|indent$|bar$"
)


def _new(cls: type[Node]) -> Node:
    """An empty node. libcst's constructors fill in white space and check it, which takes most of its parser's time."""
    return cls.__new__(cls)


def _set(node: cst.CSTNode, name: str, value: object) -> None:
    object.__setattr__(node, name, value)


def _make(kind: type[Node], /, **fields: object) -> Node:
    node = kind.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(node, name, value)
    return node


def _operators(*names: str) -> dict[type, cst.CSTNode]:
    """One node of libcst's for each operator of `ast`, by pairs of names."""
    pairs = (name.split(":") for name in names)
    return {getattr(ast, left): _new(getattr(cst, right)) for left, right in pairs}


_BINARY = _operators("Add:Add", "Sub:Subtract", "Mult:Multiply", "Div:Divide", "FloorDiv:FloorDivide", "Mod:Modulo",
                     "Pow:Power", "MatMult:MatrixMultiply", "LShift:LeftShift", "RShift:RightShift", "BitAnd:BitAnd",
                     "BitOr:BitOr", "BitXor:BitXor")  # fmt: skip
_AUGMENTED = _operators("Add:AddAssign", "Sub:SubtractAssign", "Mult:MultiplyAssign", "Div:DivideAssign",
                        "FloorDiv:FloorDivideAssign", "Mod:ModuloAssign", "Pow:PowerAssign",
                        "MatMult:MatrixMultiplyAssign", "LShift:LeftShiftAssign", "RShift:RightShiftAssign",
                        "BitAnd:BitAndAssign", "BitOr:BitOrAssign", "BitXor:BitXorAssign")  # fmt: skip
_UNARY = _operators("Not:Not", "USub:Minus", "UAdd:Plus", "Invert:BitInvert")
_BOOLEAN = _operators("And:And", "Or:Or")
_COMPARING = _operators("Eq:Equal", "NotEq:NotEqual", "Lt:LessThan", "LtE:LessThanEqual", "Gt:GreaterThan",
                        "GtE:GreaterThanEqual", "In:In", "NotIn:NotIn", "Is:Is", "IsNot:IsNot")  # fmt: skip
_DOT = _new(cst.Dot)


def _bracketed(text: str) -> bool:
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


class _Converter:
    """One pass over a tree. Handlers are looked up by the class of a node of `ast`."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.pairs: dict[cst.CSTNode, Any] = {}
        self.formatted: list[tuple[cst.BaseExpression, int]] = []

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

    def statements(self, body: Sequence[ast.stmt]) -> list[Any]:
        made: list[Any] = []
        for statement in body:
            cls = statement.__class__
            compound = _COMPOUND.get(cls)
            if compound is not None:
                node = compound(self, statement)
                self.pairs[node] = statement
            else:
                small = _SMALL.get(cls)
                if small is None:
                    raise Unsupported(cls.__name__)
                inner = small(self, statement)
                self.pairs[inner] = statement
                node = _new(cst.SimpleStatementLine)
                _set(node, "body", [inner])
            made.append(node)
        return made

    def block(self, body: Sequence[ast.stmt]) -> cst.IndentedBlock:
        return _make(cst.IndentedBlock, body=self.statements(body))

    def otherwise(self, body: Sequence[ast.stmt]) -> cst.Else | None:
        return _make(cst.Else, body=self.block(body)) if body else None

    def _expr(self, node: ast.Expr) -> cst.CSTNode:
        return _make(cst.Expr, value=self.expression(node.value))

    def _assign(self, node: ast.Assign) -> cst.CSTNode:
        targets = [_make(cst.AssignTarget, target=self.expression(target)) for target in node.targets]
        return _make(cst.Assign, targets=targets, value=self.expression(node.value))

    def _ann_assign(self, node: ast.AnnAssign) -> cst.CSTNode:
        return _make(cst.AnnAssign, target=self.expression(node.target), annotation=self.annotation(node.annotation),
                     value=self.maybe(node.value))  # fmt: skip

    def _aug_assign(self, node: ast.AugAssign) -> cst.CSTNode:
        return _make(cst.AugAssign, target=self.expression(node.target), operator=_AUGMENTED[node.op.__class__],
                     value=self.expression(node.value))  # fmt: skip

    def _return(self, node: ast.Return) -> cst.CSTNode:
        return _make(cst.Return, value=self.maybe(node.value))

    def _raise(self, node: ast.Raise) -> cst.CSTNode:
        cause = _make(cst.From, item=self.expression(node.cause)) if node.cause is not None else None
        return _make(cst.Raise, exc=self.maybe(node.exc), cause=cause)

    def _assert(self, node: ast.Assert) -> cst.CSTNode:
        return _make(cst.Assert, test=self.expression(node.test), msg=self.maybe(node.msg))

    def _delete(self, node: ast.Delete) -> cst.CSTNode:
        if len(node.targets) == 1:
            return _make(cst.Del, target=self.expression(node.targets[0]))
        return _make(cst.Del, target=_make(cst.Tuple, elements=self.elements(node.targets), lpar=(), rpar=()))

    def _names(self, node: ast.Global | ast.Nonlocal) -> cst.CSTNode:
        items = [_make(cst.NameItem, name=_name(name)) for name in node.names]
        return _make(cst.Global if isinstance(node, ast.Global) else cst.Nonlocal, names=items)

    def _import(self, node: ast.Import) -> cst.CSTNode:
        return _make(cst.Import, names=[self.alias(alias) for alias in node.names])

    def _import_from(self, node: ast.ImportFrom) -> cst.CSTNode:
        star = node.names[0].name == "*"
        names: object = _new(cst.ImportStar) if star else [self.alias(alias) for alias in node.names]
        return _make(cst.ImportFrom, module=_dotted(node.module) if node.module else None, names=names,
                     relative=[_DOT] * node.level)  # fmt: skip

    def alias(self, node: ast.alias) -> cst.CSTNode:
        asname = _make(cst.AsName, name=_name(node.asname)) if node.asname is not None else None
        return self.paired(_make(cst.ImportAlias, name=_dotted(node.name), asname=asname), node)

    def _if(self, node: ast.If) -> cst.If:
        made = _make(cst.If, test=self.expression(node.test), body=self.block(node.body))
        orelse: cst.CSTNode | None
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and self.is_elif(node.orelse[0]):
            orelse = self.paired(self._if(node.orelse[0]), node.orelse[0])
        else:
            orelse = self.otherwise(node.orelse)
        _set(made, "orelse", orelse)
        return made

    def is_elif(self, node: ast.If) -> bool:
        return self.text.startswith("elif", self.offset(node.lineno, node.col_offset))

    def _for(self, node: ast.For | ast.AsyncFor) -> cst.CSTNode:
        return _make(cst.For, target=self.expression(node.target), iter=self.expression(node.iter),
                     body=self.block(node.body), orelse=self.otherwise(node.orelse))  # fmt: skip

    def _while(self, node: ast.While) -> cst.CSTNode:
        return _make(cst.While, test=self.expression(node.test), body=self.block(node.body),
                     orelse=self.otherwise(node.orelse))  # fmt: skip

    def _with(self, node: ast.With | ast.AsyncWith) -> cst.CSTNode:
        items = [
            _make(cst.WithItem, item=self.expression(item.context_expr),
                  asname=_make(cst.AsName, name=self.expression(item.optional_vars)) if item.optional_vars else None)
            for item in node.items
        ]  # fmt: skip
        return _make(cst.With, items=items, body=self.block(node.body))

    def _try(self, node: Any) -> cst.CSTNode:
        plain = isinstance(node, ast.Try)
        kind: type[cst.CSTNode] = cst.ExceptHandler if plain else cst.ExceptStarHandler
        body = self.block(node.body)
        handlers = [
            self.paired(
                _make(kind, type=self.maybe(one.type), body=self.block(one.body),
                      name=_make(cst.AsName, name=_name(one.name)) if one.name is not None else None),
                one,
            )
            for one in node.handlers
        ]  # fmt: skip
        last = _make(cst.Finally, body=self.block(node.finalbody)) if node.finalbody else None
        return _make(cst.Try if plain else cst.TryStar, body=body, handlers=handlers,
                     orelse=self.otherwise(node.orelse), finalbody=last)  # fmt: skip

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> cst.CSTNode:
        return _make(cst.FunctionDef, name=_name(node.name), params=self.parameters(node.args),
                     body=self.block(node.body), decorators=self.decorators(node.decorator_list),
                     returns=self.annotation(node.returns) if node.returns is not None else None,
                     type_parameters=None)  # fmt: skip

    def _class(self, node: ast.ClassDef) -> cst.CSTNode:
        return _make(cst.ClassDef, name=_name(node.name), body=self.block(node.body),
                     bases=self.arguments(node.bases, []), keywords=self.arguments([], node.keywords),
                     decorators=self.decorators(node.decorator_list), type_parameters=None)  # fmt: skip

    def decorators(self, nodes: Sequence[ast.expr]) -> list[cst.Decorator]:
        return [_make(cst.Decorator, decorator=self.expression(node)) for node in nodes]

    def annotation(self, node: ast.expr) -> cst.Annotation:
        return _make(cst.Annotation, annotation=self.expression(node))

    # --- parameters and arguments -----------------------------------------------------------------------------

    def parameters(self, node: ast.arguments) -> cst.Parameters:
        positional = [*node.posonlyargs, *node.args]
        defaults = [*[None] * (len(positional) - len(node.defaults)), *node.defaults]
        made = [self.parameter(one, default) for one, default in zip(positional, defaults, strict=True)]
        only = len(node.posonlyargs)
        star: object = cst.MaybeSentinel.DEFAULT
        if node.vararg is not None:
            star = self.parameter(node.vararg, None, "*")
        elif node.kwonlyargs:
            star = _new(cst.ParamStar)
        by_name = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        return _make(cst.Parameters, params=made[only:], posonly_params=made[:only], star_arg=star,
                     kwonly_params=[self.parameter(one, default) for one, default in by_name],
                     star_kwarg=self.parameter(node.kwarg, None, "**") if node.kwarg is not None else None)  # fmt: skip

    def parameter(self, node: ast.arg, default: ast.expr | None, star: str = "") -> cst.Param:
        made = _make(cst.Param, name=_name(node.arg), star=star, default=self.maybe(default),
                     annotation=self.annotation(node.annotation) if node.annotation is not None else None)  # fmt: skip
        return self.paired(made, node)

    def arguments(self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> list[cst.Arg]:
        nodes: Sequence[Any] = [*positional, *keywords]
        if keywords and positional and any(isinstance(one, ast.Starred) for one in positional):
            nodes = sorted(nodes, key=lambda one: (one.lineno, one.col_offset))  # `f(a=1, *b)`
        return [self.argument(node) for node in nodes]

    def argument(self, node: ast.expr | ast.keyword) -> cst.Arg:
        made = _new(cst.Arg)
        if isinstance(node, ast.keyword):
            _set(made, "value", self.expression(node.value))
            _set(made, "keyword", _name(node.arg) if node.arg is not None else None)
            _set(made, "star", "" if node.arg is not None else "**")
            self.pairs[made] = node
        elif isinstance(node, ast.Starred):
            _set(made, "value", self.expression(node.value))
            _set(made, "keyword", None)
            _set(made, "star", "*")
            self.pairs[made] = node
        else:
            _set(made, "value", self.expression(node))
            _set(made, "keyword", None)
            _set(made, "star", "")
        return made

    # --- expressions ------------------------------------------------------------------------------------------

    def maybe(self, node: ast.expr | None) -> Any:
        return None if node is None else self.expression(node)

    def expression(self, node: ast.expr) -> Any:
        handler = _EXPRESSIONS.get(node.__class__)
        if handler is None:
            raise Unsupported(node.__class__.__name__)
        made = handler(self, node)
        _set(made, "lpar", ())
        _set(made, "rpar", ())
        self.pairs[made] = node
        return made

    def _name(self, node: ast.Name) -> cst.CSTNode:
        made = _new(cst.Name)
        _set(made, "value", node.id)
        return made

    def _attribute(self, node: ast.Attribute) -> cst.CSTNode:
        made = _new(cst.Attribute)
        _set(made, "value", self.expression(node.value))
        _set(made, "attr", _name(node.attr))
        return made

    def _call(self, node: ast.Call) -> cst.CSTNode:
        made = _new(cst.Call)
        _set(made, "func", self.expression(node.func))
        _set(made, "args", self.arguments(node.args, node.keywords))
        return made

    def _constant(self, node: ast.Constant) -> cst.CSTNode:
        value = node.value
        if value is None or value is True or value is False:
            return _name(str(value))
        if value is Ellipsis:
            return _new(cst.Ellipsis)
        written = self.slice(node)
        if isinstance(value, (str, bytes)):
            # what stands in several pieces is written as one
            return _make(cst.SimpleString, value=written if _ONE_STRING.fullmatch(written) else repr(value))
        kinds: dict[type, type[cst.CSTNode]] = {int: cst.Integer, float: cst.Float, complex: cst.Imaginary}
        return _make(kinds[type(value)], value=written)

    def _joined(self, node: ast.JoinedStr) -> cst.CSTNode:
        try:
            made = cst.parse_expression(f"({self.slice(node)})")
        except (cst.ParserSyntaxError, RecursionError) as error:
            raise Unsupported("f-string") from error
        self.formatted.append((made, self.offset(node.lineno, node.col_offset)))
        return made

    def _binary(self, node: ast.BinOp) -> cst.CSTNode:
        return _make(cst.BinaryOperation, left=self.expression(node.left), operator=_BINARY[node.op.__class__],
                     right=self.expression(node.right))  # fmt: skip

    def _boolean(self, node: ast.BoolOp) -> cst.CSTNode:
        operator = _BOOLEAN[node.op.__class__]
        values = [self.expression(value) for value in node.values]
        made = values[0]
        for value in values[1:]:
            made = _make(cst.BooleanOperation, left=made, operator=operator, right=value, lpar=(), rpar=())
        return made  # type: ignore[no-any-return]

    def _unary(self, node: ast.UnaryOp) -> cst.CSTNode:
        return _make(cst.UnaryOperation, operator=_UNARY[node.op.__class__], expression=self.expression(node.operand))

    def _compare(self, node: ast.Compare) -> cst.CSTNode:
        left = self.expression(node.left)
        parts = [
            _make(cst.ComparisonTarget, operator=_COMPARING[operator.__class__], comparator=self.expression(right))
            for operator, right in zip(node.ops, node.comparators, strict=True)
        ]
        return _make(cst.Comparison, left=left, comparisons=parts)

    def _if_expression(self, node: ast.IfExp) -> cst.CSTNode:
        return _make(cst.IfExp, test=self.expression(node.test), body=self.expression(node.body),
                     orelse=self.expression(node.orelse))  # fmt: skip

    def _named(self, node: ast.NamedExpr) -> cst.CSTNode:
        return _make(cst.NamedExpr, target=self.expression(node.target), value=self.expression(node.value))

    def _lambda(self, node: ast.Lambda) -> cst.CSTNode:
        return _make(cst.Lambda, params=self.parameters(node.args), body=self.expression(node.body))

    def _await(self, node: ast.Await) -> cst.CSTNode:
        return _make(cst.Await, expression=self.expression(node.value))

    def _yield(self, node: ast.Yield) -> cst.CSTNode:
        return _make(cst.Yield, value=self.maybe(node.value))

    def _yield_from(self, node: ast.YieldFrom) -> cst.CSTNode:
        return _make(cst.Yield, value=_make(cst.From, item=self.expression(node.value)))

    def elements(self, nodes: Sequence[ast.expr]) -> list[Any]:
        made: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                made.append(self.expression(node))
            else:
                element = _new(cst.Element)
                _set(element, "value", self.expression(node))
                made.append(element)
        return made

    def _starred(self, node: ast.Starred) -> cst.CSTNode:
        return _make(cst.StarredElement, value=self.expression(node.value))

    def _tuple(self, node: ast.Tuple) -> cst.CSTNode:
        return _make(cst.Tuple, elements=self.elements(node.elts))

    def _list(self, node: ast.List) -> cst.CSTNode:
        return _make(cst.List, elements=self.elements(node.elts))

    def _set(self, node: ast.Set) -> cst.CSTNode:
        return _make(cst.Set, elements=self.elements(node.elts))

    def _dict(self, node: ast.Dict) -> cst.CSTNode:
        elements: list[cst.CSTNode] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                elements.append(_make(cst.StarredDictElement, value=self.expression(value)))
            else:
                elements.append(_make(cst.DictElement, key=self.expression(key), value=self.expression(value)))
        return _make(cst.Dict, elements=elements)

    def _subscript(self, node: ast.Subscript) -> cst.CSTNode:
        value = self.expression(node.value)
        inner: Any = node.slice
        several = isinstance(inner, ast.Tuple) and inner.elts and not _bracketed(self.slice(inner))
        parts = [self.index(one) for one in (inner.elts if several else [inner])]
        return _make(cst.Subscript, value=value, slice=parts)

    def index(self, node: ast.expr) -> cst.SubscriptElement:
        inner: cst.CSTNode
        if isinstance(node, ast.Slice):
            inner = _make(cst.Slice, lower=self.maybe(node.lower), upper=self.maybe(node.upper),
                          step=self.maybe(node.step))  # fmt: skip
            self.pairs[inner] = node
        elif isinstance(node, ast.Starred):
            inner = self.paired(_make(cst.Index, value=self.expression(node.value), star="*"), node)
        else:
            inner = _make(cst.Index, value=self.expression(node), star=None)
        return _make(cst.SubscriptElement, slice=inner)

    # --- match ------------------------------------------------------------------------------------------------

    def _match(self, node: ast.Match) -> cst.CSTNode:
        cases = [_make(cst.MatchCase, pattern=self.pattern(case.pattern), guard=self.maybe(case.guard),
                       body=self.block(case.body)) for case in node.cases]  # fmt: skip
        return _make(cst.Match, subject=self.expression(node.subject), cases=cases)

    def pattern(self, node: ast.pattern) -> cst.CSTNode:
        made: cst.CSTNode
        if isinstance(node, ast.MatchValue):
            made = _make(cst.MatchValue, value=self.expression(node.value))
        elif isinstance(node, ast.MatchSingleton):
            made = _make(cst.MatchSingleton, value=_name(str(node.value)))
        elif isinstance(node, ast.MatchAs):
            inner = self.pattern(node.pattern) if node.pattern is not None else None
            made = _make(cst.MatchAs, pattern=inner, name=_name(node.name) if node.name is not None else None)
        elif isinstance(node, ast.MatchOr):
            choices = [_make(cst.MatchOrElement, pattern=self.pattern(one)) for one in node.patterns]
            made = _make(cst.MatchOr, patterns=choices)
        elif isinstance(node, ast.MatchSequence):
            kind: type[cst.CSTNode] = cst.MatchTuple if _bracketed(self.slice(node)) else cst.MatchList
            made = _make(kind, patterns=[self.part(one) for one in node.patterns])
        elif isinstance(node, ast.MatchMapping):
            items = zip(node.keys, node.patterns, strict=True)
            elements = [_make(cst.MatchMappingElement, key=self.expression(key), pattern=self.pattern(one))
                        for key, one in items]  # fmt: skip
            rest = _name(node.rest) if node.rest is not None else None
            made = _make(cst.MatchMapping, elements=elements, rest=rest)
        elif isinstance(node, ast.MatchClass):
            named = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
            made = _make(cst.MatchClass, cls=self.expression(node.cls), patterns=[self.part(p) for p in node.patterns],
                         kwds=[_make(cst.MatchKeywordElement, key=_name(key), pattern=self.pattern(one))
                               for key, one in named])  # fmt: skip
        else:
            raise Unsupported(node.__class__.__name__)
        return self.paired(made, node)

    def part(self, node: ast.pattern) -> cst.CSTNode:
        if isinstance(node, ast.MatchStar):
            name = _name(node.name) if node.name is not None else None
            return self.paired(_make(cst.MatchStar, name=name), node)
        return _make(cst.MatchSequenceElement, value=self.pattern(node))

    # --- comprehensions ---------------------------------------------------------------------------------------

    def loops(self, generators: Sequence[ast.comprehension]) -> cst.CompFor:
        made: cst.CompFor | None = None
        for one in reversed(generators):
            ifs = [_make(cst.CompIf, test=self.expression(test)) for test in one.ifs]
            made = _make(cst.CompFor, target=self.expression(one.target), iter=self.expression(one.iter), ifs=ifs,
                         inner_for_in=made)  # fmt: skip
        assert made is not None
        return made

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> cst.CSTNode:
        kind: type[cst.CSTNode] = getattr(cst, node.__class__.__name__)
        return _make(kind, elt=self.expression(node.elt), for_in=self.loops(node.generators))

    def _dict_comprehension(self, node: ast.DictComp) -> cst.CSTNode:
        return _make(cst.DictComp, key=self.expression(node.key), value=self.expression(node.value),
                     for_in=self.loops(node.generators))  # fmt: skip


def _name(text: str) -> cst.Name:
    made = _new(cst.Name)
    _set(made, "value", text)
    _set(made, "lpar", ())
    _set(made, "rpar", ())
    return made


def _dotted(text: str) -> cst.CSTNode:
    first, *rest = text.split(".")
    made: cst.CSTNode = _name(first)
    for part in rest:
        made = _make(cst.Attribute, value=made, attr=_name(part), lpar=(), rpar=())
    return made


Handler = Callable[[_Converter, Any], Any]

_SMALL: dict[type, Handler] = {
    ast.Expr: _Converter._expr, ast.Assign: _Converter._assign, ast.AnnAssign: _Converter._ann_assign,
    ast.AugAssign: _Converter._aug_assign, ast.Return: _Converter._return, ast.Raise: _Converter._raise,
    ast.Assert: _Converter._assert, ast.Delete: _Converter._delete, ast.Global: _Converter._names,
    ast.Nonlocal: _Converter._names, ast.Import: _Converter._import, ast.ImportFrom: _Converter._import_from,
    ast.Pass: lambda converter, node: _new(cst.Pass), ast.Break: lambda converter, node: _new(cst.Break),
    ast.Continue: lambda converter, node: _new(cst.Continue),
}  # fmt: skip
_COMPOUND: dict[type, Handler] = {
    ast.If: _Converter._if, ast.For: _Converter._for, ast.AsyncFor: _Converter._for, ast.While: _Converter._while,
    ast.With: _Converter._with, ast.AsyncWith: _Converter._with, ast.Try: _Converter._try,
    ast.FunctionDef: _Converter._function, ast.AsyncFunctionDef: _Converter._function, ast.ClassDef: _Converter._class,
    ast.Match: _Converter._match,
}  # fmt: skip
if sys.version_info >= (3, 11):
    _COMPOUND[ast.TryStar] = _Converter._try
_EXPRESSIONS: dict[type, Handler] = {
    ast.Name: _Converter._name, ast.Attribute: _Converter._attribute, ast.Call: _Converter._call,
    ast.Constant: _Converter._constant, ast.JoinedStr: _Converter._joined, ast.BinOp: _Converter._binary,
    ast.BoolOp: _Converter._boolean, ast.UnaryOp: _Converter._unary, ast.Compare: _Converter._compare,
    ast.IfExp: _Converter._if_expression, ast.NamedExpr: _Converter._named, ast.Lambda: _Converter._lambda,
    ast.Await: _Converter._await, ast.Yield: _Converter._yield, ast.YieldFrom: _Converter._yield_from,
    ast.Starred: _Converter._starred, ast.Tuple: _Converter._tuple, ast.List: _Converter._list,
    ast.Set: _Converter._set, ast.Dict: _Converter._dict, ast.Subscript: _Converter._subscript,
    ast.ListComp: _Converter._comprehension, ast.SetComp: _Converter._comprehension,
    ast.GeneratorExp: _Converter._comprehension, ast.DictComp: _Converter._dict_comprehension,
}  # fmt: skip
