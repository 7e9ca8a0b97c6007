"""libcst's tree and `ast`'s of the same text, each as one list of the same nodes in source order.

The lists are equal in length and label for label if, and only if, every construct is one that both walks know; then the
k-th node of one is the k-th of the other. What only one tree has (operators, white space, the contents of f-strings,
generator expressions, whose extent the trees see differently) is left out of both.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst

#: Fields of libcst's nodes that hold code, in source order. A node that is missing here ends the pairing.
_CONCRETE_FIELDS: dict[str, tuple[str, ...]] = {
    "Module": ("body",),
    "SimpleStatementLine": ("body",),
    "SimpleStatementSuite": ("body",),
    "IndentedBlock": ("body",),
    "Expr": ("value",),
    "Assign": ("targets", "value"),
    "AssignTarget": ("target",),
    "AnnAssign": ("target", "annotation", "value"),
    "AugAssign": ("target", "value"),
    "Annotation": ("annotation",),
    "Return": ("value",),
    "Raise": ("exc", "cause"),
    "From": ("item",),
    "Assert": ("test", "msg"),
    "Pass": (),
    "Break": (),
    "Continue": (),
    "Global": (),
    "Nonlocal": (),
    "Import": ("names",),
    "ImportFrom": ("names",),
    "ImportAlias": (),
    "If": ("test", "body", "orelse"),
    "Else": ("body",),
    "For": ("target", "iter", "body", "orelse"),
    "While": ("test", "body", "orelse"),
    "With": ("items", "body"),
    "WithItem": ("item", "asname"),
    "AsName": ("name",),
    "Try": ("body", "handlers", "orelse", "finalbody"),
    "TryStar": ("body", "handlers", "orelse", "finalbody"),
    "ExceptHandler": ("type", "body"),
    "ExceptStarHandler": ("type", "body"),
    "Finally": ("body",),
    "FunctionDef": ("decorators", "params", "returns", "body"),
    "ClassDef": ("decorators", "bases", "keywords", "body"),
    "Decorator": ("decorator",),
    "Parameters": ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    "Param": ("annotation", "default"),
    "ParamStar": (),
    "MaybeSentinel": (),
    "Name": (),
    "Attribute": ("value",),
    "Call": ("func", "args"),
    "Arg": ("value",),
    "Subscript": ("value", "slice"),
    "SubscriptElement": ("slice",),
    "Index": ("value",),
    "Slice": ("lower", "upper", "step"),
    "BinaryOperation": ("left", "right"),
    "BooleanOperation": ("left", "right"),
    "UnaryOperation": ("expression",),
    "Comparison": ("left", "comparisons"),
    "ComparisonTarget": ("comparator",),
    "IfExp": ("body", "test", "orelse"),
    "Lambda": ("params", "body"),
    "NamedExpr": ("target", "value"),
    "Await": ("expression",),
    "Yield": ("value",),
    "Tuple": ("elements",),
    "List": ("elements",),
    "Set": ("elements",),
    "Element": ("value",),
    "StarredElement": ("value",),
    "Dict": ("elements",),
    "DictElement": ("key", "value"),
    "StarredDictElement": ("value",),
    "ListComp": ("elt", "for_in"),
    "SetComp": ("elt", "for_in"),
    "GeneratorExp": ("elt", "for_in"),
    "DictComp": ("key", "value", "for_in"),
    "CompFor": ("target", "iter", "ifs", "inner_for_in"),
    "CompIf": ("test",),
    "Integer": (),
    "Float": (),
    "Imaginary": (),
    "SimpleString": (),
    "ConcatenatedString": (),
    "FormattedString": (),
    "Ellipsis": (),
    "Del": ("target",),
}
_SAME_NAME = (
    *("Expr", "Assign", "AnnAssign", "AugAssign", "Return", "Raise", "Assert", "Pass", "Break", "Continue", "Global"),
    *("Nonlocal", "Import", "ImportFrom", "If", "For", "While", "With", "Try", "ExceptHandler", "FunctionDef"),
    *("ClassDef", "Call", "Subscript", "Slice", "IfExp", "Lambda", "NamedExpr", "Await", "Yield", "Tuple", "List"),
    *("Set", "Dict", "ListComp", "SetComp", "DictComp"),
)
#: Nodes that have a counterpart with a position, by the name of the counterpart.
_COUNTERPARTS = {
    **{name: name for name in _SAME_NAME},
    **dict.fromkeys(("Integer", "Float", "Imaginary", "SimpleString", "ConcatenatedString", "Ellipsis"), "literal"),
    "FormattedString": "literal",
    "TryStar": "Try",
    "ExceptStarHandler": "ExceptHandler",
    "ImportAlias": "alias",
    "BinaryOperation": "BinOp",
    "UnaryOperation": "UnaryOp",
    "Comparison": "Compare",
    "StarredElement": "Starred",
    "Del": "Delete",
}
_AST_LABELS = {
    **{name: name for name in _COUNTERPARTS.values() if name != "literal"},
    "Constant": "literal",
    "JoinedStr": "literal",
    "TryStar": "Try",
    "AsyncFor": "For",
    "AsyncWith": "With",
    "AsyncFunctionDef": "FunctionDef",
    "YieldFrom": "Yield",
}
_CONSTANT_NAMES = frozenset({"True", "False", "None"})


# --- libcst ---------------------------------------------------------------------------------------------------


def walk_concrete(module: libcst.Module) -> tuple[list[Any], list[object]]:
    """The nodes of a tree in source order, outer ones first, and a label for each."""
    nodes: list[Any] = []
    labels: list[object] = []
    plans: dict[type, tuple[object, tuple[str, ...], Callable[..., Sequence[Any]] | None]] = {}
    stack: list[Any] = [module]
    while stack:
        node = stack.pop()
        if isinstance(node, _Placeholder):
            nodes.append(None)
            labels.append(node.label)
            continue
        cls = node.__class__
        plan = plans.get(cls)
        if plan is None:
            name = cls.__name__
            plan = (_COUNTERPARTS.get(name), _CONCRETE_FIELDS.get(name, ()), _CONCRETE_SPECIAL.get(name))
            if name not in _CONCRETE_FIELDS:
                return [], [f"unknown syntax: {name}"]
            plans[cls] = plan
        label, fields, special = plan
        if special is not None:
            label, children = special(node, label)
            if label is not None:
                nodes.append(node)
                labels.append(label)
            stack.extend(children[::-1])
            continue
        if label is not None:
            nodes.append(node)
            labels.append(label)
        for field in fields[::-1]:
            value = getattr(node, field)
            if value is None or value.__class__ is str:
                continue
            if isinstance(value, (tuple, list)):
                stack.extend(value[::-1])
            else:
                stack.append(value)
    return nodes, labels


class _Placeholder:
    """A node that only `ast` has."""

    def __init__(self, label: str) -> None:
        self.label = label


def _name(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    value = node.value
    return ("literal" if value in _CONSTANT_NAMES else _normal(value)), ()


def _normal(name: str) -> str:
    """An identifier as Python compares it."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def _attribute(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    return (_normal(node.attr.value), "attribute"), (node.value,)


def _arg(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    if node.keyword is not None:
        return (_normal(node.keyword.value), "keyword"), (node.value,)
    return {"": None, "*": "Starred", "**": (None, "keyword")}[node.star], (node.value,)


def _subscript(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    elements = node.slice
    # a[1, 2] and a[*b] hold a tuple for `ast`
    several = len(elements) > 1 or elements[0].comma.__class__.__name__ == "Comma"
    if several or getattr(elements[0].slice, "star", None):
        return label, (node.value, _Placeholder("Tuple"), *elements)
    return label, (node.value, *elements)


def _index(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    return ("Starred" if node.star else None), (node.value,)


def _del(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    target = node.target
    bare = target.__class__.__name__ == "Tuple" and not target.lpar
    return label, (target.elements if bare else (target,))


def _import(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    names = node.names
    return label, (names if isinstance(names, (tuple, list)) else (_Placeholder("alias"),))


def _handler(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    return label, ((node.body,) if node.type is None else (node.type, node.body))


def _class(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    if node.type_parameters is not None:
        return "type parameters", ()
    return label, (*node.decorators, *node.bases, *node.keywords, node.body)


def _function(node: Any, label: object) -> tuple[object, Sequence[Any]]:
    if node.type_parameters is not None:
        return "type parameters", ()
    returns = () if node.returns is None else (node.returns,)
    return label, (*node.decorators, node.params, *returns, node.body)


_CONCRETE_SPECIAL: dict[str, Callable[[Any, object], tuple[object, Sequence[Any]]]] = {
    "Name": _name,
    "Attribute": _attribute,
    "Arg": _arg,
    "Subscript": _subscript,
    "Index": _index,
    "Del": _del,
    "ImportFrom": _import,
    "ExceptHandler": _handler,
    "ExceptStarHandler": _handler,
    "ClassDef": _class,
    "FunctionDef": _function,
}


# --- ast ------------------------------------------------------------------------------------------------------


def walk_abstract(tree: ast.Module) -> tuple[list[ast.AST], list[object]]:
    """The nodes of a tree that libcst has as well, in source order, outer ones first, and a label for each."""
    nodes: list[ast.AST] = []
    labels: list[object] = []
    stack: list[Any] = list(tree.body[::-1])
    while stack:
        node = stack.pop()
        name = node.__class__.__name__
        if name == "Name":
            nodes.append(node)
            labels.append(node.id)
            continue
        if name == "Attribute":
            nodes.append(node)
            labels.append((node.attr, "attribute"))
            stack.append(node.value)
            continue
        if name == "keyword":
            nodes.append(node)
            labels.append((node.arg, "keyword"))
            stack.append(node.value)
            continue
        label = _AST_LABELS.get(name)
        if label is not None:
            nodes.append(node)
            labels.append(label)
            if label == "literal":
                continue
        children = _AST_SPECIAL.get(name)
        if children is not None:
            stack.extend([child for child in children(node) if child is not None][::-1])
            continue
        for field in node._fields[::-1]:
            value = getattr(node, field, None)
            if isinstance(value, list):
                stack.extend(value[::-1])
            elif isinstance(value, ast.AST):
                stack.append(value)
    return nodes, labels


def _by_place(nodes: Sequence[Any]) -> Sequence[Any]:
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def _call_children(node: ast.Call) -> Iterator[Any]:
    yield node.func
    yield from _arguments_in_order(node.args, node.keywords)


def _arguments_in_order(positional: list[ast.expr], keywords: list[ast.keyword]) -> Sequence[Any]:
    both = [*positional, *keywords]
    # `f(a=1, *b)` is the only way to get a positional argument behind a keyword
    return _by_place(both) if keywords and any(isinstance(one, ast.Starred) for one in positional) else both


def _class_children(node: ast.ClassDef) -> Iterator[Any]:
    yield from node.decorator_list
    yield from _arguments_in_order(node.bases, node.keywords)
    yield from node.body


def _function_children(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Any]:
    yield from node.decorator_list
    yield from _parameters(node.args)
    yield node.returns
    yield from node.body


def _lambda_children(node: ast.Lambda) -> Iterator[Any]:
    yield from _parameters(node.args)
    yield node.body


def _parameters(parameters: ast.arguments) -> Iterator[Any]:
    """Annotations and defaults."""
    positional = [*parameters.posonlyargs, *parameters.args]
    missing = len(positional) - len(parameters.defaults)
    for index, parameter in enumerate(positional):
        yield parameter.annotation
        if index >= missing:
            yield parameters.defaults[index - missing]
    if parameters.vararg is not None:
        yield parameters.vararg.annotation
    for parameter, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        yield parameter.annotation
        yield default
    if parameters.kwarg is not None:
        yield parameters.kwarg.annotation


def _dict_children(node: ast.Dict) -> Iterator[Any]:
    for key, value in zip(node.keys, node.values, strict=True):
        yield key
        yield value


def _if_expression_children(node: ast.IfExp) -> Iterator[Any]:
    yield node.body
    yield node.test
    yield node.orelse


def _operands(node: ast.AST) -> Iterator[Any]:
    for name in node._fields:
        if name not in ("op", "ops", "ctx"):
            value = getattr(node, name)
            if isinstance(value, list):
                yield from value
            else:
                yield value


def _nothing(node: ast.AST) -> Iterator[Any]:
    return iter(())


_AST_SPECIAL: dict[str, Callable[[Any], Iterator[Any]]] = {
    "Call": _call_children,
    "ClassDef": _class_children,
    "FunctionDef": _function_children,
    "AsyncFunctionDef": _function_children,
    "Lambda": _lambda_children,
    "Dict": _dict_children,
    "IfExp": _if_expression_children,
    "BinOp": _operands,
    "BoolOp": _operands,
    "UnaryOp": _operands,
    "Compare": _operands,
    "AugAssign": _operands,
    "Subscript": _operands,
    "Tuple": _operands,
    "List": _operands,
    "Starred": _operands,
    "Global": _nothing,
    "Nonlocal": _nothing,
}
