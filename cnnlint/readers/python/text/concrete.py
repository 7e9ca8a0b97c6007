"""The tree that the interpreter reads, made of the `ast` of a text.

CPython's parser and this pass take a third of the time of libcst's (tests/benchmarks/speed.py), and leave with each
node the place where it stands. f-strings are left to libcst where `ast` misplaces what stands in them,
as it may before Python 3.12. Syntax that is not known here is `Unsupported`; such files are parsed by libcst whole.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_expressions import Expressions, Unsupported, bracketed
from cnnlint.readers.python.text.concrete_nodes import (
    AUGMENTED_OPERATORS,
    deep,
    dotted_node,
    name_node,
    node_of,
)
from cnnlint.readers.python.text.source import SourceText

if TYPE_CHECKING:
    from cnnlint.readers.python.text.libcst_trees import Translation


class Concrete(Struct):
    """A tree and where its nodes stand."""

    module: cst.Module
    #: the counterpart in `ast` of each node that has one with a place
    pairs: dict[cst.CSTNode, Any]
    #: f-strings, and where in the text each begins
    formatted: list[tuple[Translation, int]] = field(default_factory=list)


def concrete(text: str, tree: ast.Module) -> Concrete:
    """The tree of a text. Raises Unsupported; RecursionError if it nests too deeply."""
    converter = _Converter(SourceText(text))
    module = cst.Module()
    with deep():
        module.body = converter.statements(tree.body)
    return Concrete(module, converter.pairs, converter.formatted)


class _Converter(Expressions):
    """Statements as well."""

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
                node = cst.SimpleStatementLine()
                node.body = [inner]
            made.append(node)
        return made

    def block(self, body: Sequence[ast.stmt]) -> cst.IndentedBlock:
        return node_of(cst.IndentedBlock, body=self.statements(body))

    def otherwise(self, body: Sequence[ast.stmt]) -> cst.Else | None:
        return node_of(cst.Else, body=self.block(body)) if body else None

    def _expr(self, node: ast.Expr) -> cst.CSTNode:
        return node_of(cst.Expr, value=self.expression(node.value))

    def _assign(self, node: ast.Assign) -> cst.CSTNode:
        targets = [node_of(cst.AssignTarget, target=self.expression(target)) for target in node.targets]
        return node_of(cst.Assign, targets=targets, value=self.expression(node.value))

    def _ann_assign(self, node: ast.AnnAssign) -> cst.CSTNode:
        return node_of(
            cst.AnnAssign,
            target=self.expression(node.target),
            annotation=self.annotation(node.annotation),
            value=self.maybe(node.value),
        )

    def _aug_assign(self, node: ast.AugAssign) -> cst.CSTNode:
        return node_of(
            cst.AugAssign,
            target=self.expression(node.target),
            operator=AUGMENTED_OPERATORS[node.op.__class__],
            value=self.expression(node.value),
        )

    def _return(self, node: ast.Return) -> cst.CSTNode:
        return node_of(cst.Return, value=self.maybe(node.value))

    def _raise(self, node: ast.Raise) -> cst.CSTNode:
        cause = node_of(cst.From, item=self.expression(node.cause)) if node.cause is not None else None
        return node_of(cst.Raise, exc=self.maybe(node.exc), cause=cause)

    def _assert(self, node: ast.Assert) -> cst.CSTNode:
        return node_of(cst.Assert, test=self.expression(node.test), msg=self.maybe(node.msg))

    def _delete(self, node: ast.Delete) -> cst.CSTNode:
        if len(node.targets) == 1:
            return node_of(cst.Del, target=self.expression(node.targets[0]))
        return node_of(cst.Del, target=node_of(cst.Tuple, elements=self.elements(node.targets)))

    def _names(self, node: ast.Global | ast.Nonlocal) -> cst.CSTNode:
        items = [node_of(cst.NameItem, name=name_node(name)) for name in node.names]
        return node_of(cst.Global if isinstance(node, ast.Global) else cst.Nonlocal, names=items)

    def _import(self, node: ast.Import) -> cst.CSTNode:
        return node_of(cst.Import, names=[self.alias(alias) for alias in node.names])

    def _import_from(self, node: ast.ImportFrom) -> cst.CSTNode:
        star = node.names[0].name == "*"
        names: object = cst.ImportStar() if star else [self.alias(alias) for alias in node.names]
        return node_of(
            cst.ImportFrom,
            module=dotted_node(node.module) if node.module else None,
            names=names,
            relative=node.level,
        )

    def alias(self, node: ast.alias) -> cst.CSTNode:
        asname = node_of(cst.AsName, name=name_node(node.asname)) if node.asname is not None else None
        return self.paired(node_of(cst.ImportAlias, name=dotted_node(node.name), asname=asname), node)

    def _if(self, node: ast.If) -> cst.If:
        made = node_of(cst.If, test=self.expression(node.test), body=self.block(node.body))
        orelse: cst.CSTNode | None
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and self.is_elif(node.orelse[0]):
            orelse = self.paired(self._if(node.orelse[0]), node.orelse[0])
        else:
            orelse = self.otherwise(node.orelse)
        made.orelse = orelse
        return made

    def is_elif(self, node: ast.If) -> bool:
        return self.text.startswith("elif", self.offset(node.lineno, node.col_offset))

    def _for(self, node: ast.For | ast.AsyncFor) -> cst.CSTNode:
        return node_of(
            cst.For,
            target=self.expression(node.target),
            iter=self.expression(node.iter),
            body=self.block(node.body),
            orelse=self.otherwise(node.orelse),
        )

    def _while(self, node: ast.While) -> cst.CSTNode:
        return node_of(
            cst.While, test=self.expression(node.test), body=self.block(node.body), orelse=self.otherwise(node.orelse)
        )

    def _with(self, node: ast.With | ast.AsyncWith) -> cst.CSTNode:
        items = [
            node_of(
                cst.WithItem,
                item=self.expression(item.context_expr),
                asname=node_of(cst.AsName, name=self.expression(item.optional_vars)) if item.optional_vars else None,
            )
            for item in node.items
        ]
        return node_of(cst.With, items=items, body=self.block(node.body))

    def _try(self, node: Any) -> cst.CSTNode:
        plain = isinstance(node, ast.Try)
        kind: type[cst.CSTNode] = cst.ExceptHandler if plain else cst.ExceptStarHandler
        body = self.block(node.body)
        handlers = [
            self.paired(
                node_of(
                    kind,
                    type=self.maybe(one.type),
                    body=self.block(one.body),
                    name=node_of(cst.AsName, name=name_node(one.name)) if one.name is not None else None,
                ),
                one,
            )
            for one in node.handlers
        ]
        last = node_of(cst.Finally, body=self.block(node.finalbody)) if node.finalbody else None
        return node_of(
            cst.Try if plain else cst.TryStar,
            body=body,
            handlers=handlers,
            orelse=self.otherwise(node.orelse),
            finalbody=last,
        )

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> cst.CSTNode:
        return node_of(
            cst.FunctionDef,
            name=name_node(node.name),
            params=self.parameters(node.args),
            body=self.block(node.body),
            decorators=self.decorators(node.decorator_list),
            returns=self.annotation(node.returns) if node.returns is not None else None,
            type_parameters=None,
        )

    def _class(self, node: ast.ClassDef) -> cst.CSTNode:
        return node_of(
            cst.ClassDef,
            name=name_node(node.name),
            body=self.block(node.body),
            bases=self.arguments(node.bases, []),
            keywords=self.arguments([], node.keywords),
            decorators=self.decorators(node.decorator_list),
            type_parameters=None,
        )

    def decorators(self, nodes: Sequence[ast.expr]) -> list[cst.Decorator]:
        return [node_of(cst.Decorator, decorator=self.expression(node)) for node in nodes]

    def _match(self, node: ast.Match) -> cst.CSTNode:
        cases = [
            node_of(
                cst.MatchCase,
                pattern=self.pattern(case.pattern),
                guard=self.maybe(case.guard),
                body=self.block(case.body),
            )
            for case in node.cases
        ]
        return node_of(cst.Match, subject=self.expression(node.subject), cases=cases)

    def pattern(self, node: ast.pattern) -> cst.CSTNode:
        made: cst.CSTNode
        if isinstance(node, ast.MatchValue):
            made = node_of(cst.MatchValue, value=self.expression(node.value))
        elif isinstance(node, ast.MatchSingleton):
            made = node_of(cst.MatchSingleton, value=name_node(str(node.value)))
        elif isinstance(node, ast.MatchAs):
            inner = self.pattern(node.pattern) if node.pattern is not None else None
            made = node_of(cst.MatchAs, pattern=inner, name=name_node(node.name) if node.name is not None else None)
        elif isinstance(node, ast.MatchOr):
            choices = [node_of(cst.MatchOrElement, pattern=self.pattern(one)) for one in node.patterns]
            made = node_of(cst.MatchOr, patterns=choices)
        elif isinstance(node, ast.MatchSequence):
            kind: type[cst.CSTNode] = cst.MatchTuple if bracketed(self.slice(node)) else cst.MatchList
            made = node_of(kind, patterns=[self.part(one) for one in node.patterns])
        elif isinstance(node, ast.MatchMapping):
            items = zip(node.keys, node.patterns, strict=True)
            elements = [
                node_of(cst.MatchMappingElement, key=self.expression(key), pattern=self.pattern(one))
                for key, one in items
            ]
            rest = name_node(node.rest) if node.rest is not None else None
            made = node_of(cst.MatchMapping, elements=elements, rest=rest)
        elif isinstance(node, ast.MatchClass):
            named = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
            made = node_of(
                cst.MatchClass,
                cls=self.expression(node.cls),
                patterns=[self.part(p) for p in node.patterns],
                kwds=[
                    node_of(cst.MatchKeywordElement, key=name_node(key), pattern=self.pattern(one))
                    for key, one in named
                ],
            )
        else:
            raise Unsupported(node.__class__.__name__)
        return self.paired(made, node)

    def part(self, node: ast.pattern) -> cst.CSTNode:
        if isinstance(node, ast.MatchStar):
            name = name_node(node.name) if node.name is not None else None
            return self.paired(node_of(cst.MatchStar, name=name), node)
        return node_of(cst.MatchSequenceElement, value=self.pattern(node))


Handler = Callable[[_Converter, Any], Any]

_SMALL: dict[type, Handler] = {
    ast.Expr: _Converter._expr,
    ast.Assign: _Converter._assign,
    ast.AnnAssign: _Converter._ann_assign,
    ast.AugAssign: _Converter._aug_assign,
    ast.Return: _Converter._return,
    ast.Raise: _Converter._raise,
    ast.Assert: _Converter._assert,
    ast.Delete: _Converter._delete,
    ast.Global: _Converter._names,
    ast.Nonlocal: _Converter._names,
    ast.Import: _Converter._import,
    ast.ImportFrom: _Converter._import_from,
    ast.Pass: lambda converter, node: cst.Pass(),
    ast.Break: lambda converter, node: cst.Break(),
    ast.Continue: lambda converter, node: cst.Continue(),
}
_COMPOUND: dict[type, Handler] = {
    ast.If: _Converter._if,
    ast.For: _Converter._for,
    ast.AsyncFor: _Converter._for,
    ast.While: _Converter._while,
    ast.With: _Converter._with,
    ast.AsyncWith: _Converter._with,
    ast.Try: _Converter._try,
    ast.FunctionDef: _Converter._function,
    ast.AsyncFunctionDef: _Converter._function,
    ast.ClassDef: _Converter._class,
    ast.Match: _Converter._match,
}
if sys.version_info >= (3, 11):
    _COMPOUND[ast.TryStar] = _Converter._try
