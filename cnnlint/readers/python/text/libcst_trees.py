"""Trees of libcst's own parser, and the nodes that are read made of them.

libcst parses what `ast` refuses or does not place: syntax newer than the running Python, and what stands in f-strings.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping

import libcst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import deep, operator_named
from cnnlint.readers.reading import Problem

_PARSER_PLACE = re.compile(r"error at (\d+):(\d+)")


class Refused(Exception):
    """libcst does not read a text."""


class Translation:
    """The nodes that are made of a tree of libcst's, and what each was made of, which alone knows where it stands.

    RecursionError if the tree nests too deeply.
    """

    def __init__(self, tree: libcst.CSTNode) -> None:
        self.tree = tree
        self.originals: dict[cst.CSTNode, libcst.CSTNode] = {}
        #: the prefix of the f-string that is gone through
        self._prefix = ""
        with deep():
            self._root = self._made(tree)

    @property
    def module(self) -> cst.Module:
        """What was made of a whole text."""
        assert isinstance(self._root, cst.Module)
        return self._root

    @property
    def expression(self) -> cst.BaseExpression:
        """What was made of an expression."""
        assert isinstance(self._root, cst.BaseExpression)
        return self._root

    def places(self) -> Mapping[libcst.CSTNode, CodeRange]:
        """Where the nodes of libcst's tree stand in it, by its own provider, which prints the tree to find them."""
        tree = self.tree
        if not isinstance(tree, libcst.Module):
            assert isinstance(tree, libcst.BaseExpression)
            tree = libcst.Module([libcst.SimpleStatementLine([libcst.Expr(tree)])])
        try:
            # Without the copy that the wrapper makes by default, the nodes asked for are the nodes answered.
            return MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
        except RecursionError:
            return {}

    def _made(self, node: libcst.CSTNode) -> cst.CSTNode:
        kind: type[cst.CSTNode] = getattr(cst, type(node).__name__, cst.CSTNode)
        made, around = kind(), self._prefix
        if isinstance(node, libcst.FormattedString):
            self._prefix = node.prefix
        for name in kind.fields:
            setattr(made, name, self._field(node, name))
        self._prefix = around
        self.originals[made] = node
        return made

    def _field(self, node: libcst.CSTNode, name: str) -> object:
        if name == "written":
            return _written(node)
        value = getattr(node, name)
        if isinstance(node, libcst.FormattedStringText):
            return _unescaped(node.value, raw="r" in self._prefix)
        if name == "operator":
            return operator_named(type(value).__name__)
        if name == "relative":
            return len(value)
        if isinstance(value, libcst.CSTNode):
            return self._made(value)
        if isinstance(value, (list, tuple)):
            return [self._made(one) for one in value]
        return None if isinstance(value, libcst.MaybeSentinel) else value


def _unescaped(text: str, *, raw: bool) -> str | None:
    text = text.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in text:
        return text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence"
            return str(ast.literal_eval(f'"""{text}"""'))
    except (SyntaxError, ValueError):
        return None


def _written(node: libcst.CSTNode) -> str | None:
    """What `{value=}` writes in front of the value."""
    if not isinstance(node, libcst.FormattedStringExpression) or node.equal is None:
        return None
    code = libcst.Module([]).code_for_node
    return code(node.expression) + code(node.equal)


def expression(text: str) -> Translation:
    """The tree of an expression. Refused if it is none; RecursionError."""
    return Translation(_parsed(text))


def string(text: str) -> Translation:
    """The tree of a string, or of several side by side, which may span lines. Refused if it is none; RecursionError."""
    return Translation(_parsed(f"({text})").with_changes(lpar=(), rpar=()))


def _parsed(text: str) -> libcst.BaseExpression:
    try:
        return libcst.parse_expression(text)
    except libcst.ParserSyntaxError as error:
        raise Refused(str(error)) from error


def module(text: str) -> Translation | Problem:
    """The tree of a text, or why it has none."""
    try:
        return Translation(libcst.parse_module(text))
    except libcst.ParserSyntaxError as error:
        place = _PARSER_PLACE.search(str(error))
        row, column = (int(place.group(1)), int(place.group(2))) if place else (error.raw_line, error.raw_column + 1)
        return Problem("invalid syntax", max(row, 1), max(column, 1), "syntax")
    except RecursionError:
        return Problem("the file nests too deeply to be parsed", 1, 1, "too-complex")
    except MemoryError:
        return Problem("the file takes more memory to parse than there is", 1, 1, "too-complex")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in its native part is no Exception
        return Problem(f"libcst fails on it: {type(error).__name__}", 1, 1, "syntax")
