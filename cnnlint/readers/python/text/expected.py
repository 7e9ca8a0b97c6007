"""Where a program says itself that it is refused: tests of what raises an exception."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.walks import FUNCTIONS, called

#: what takes an exception, and what ought to raise it as its body or as a function: unittest, pytest, numpy, TensorFlow
RAISES = re.compile(r"raises|assert_?[rR]aises\w*")
#: what stands over a test that ought to fail
FAILS = frozenset({"xfail", "expectedFailure", "raises"})


def refused_rows(parsed: Parsed) -> frozenset[int]:
    """The rows of the statements that a program expects an exception of."""
    if "aises" not in parsed.source.text and not any(word in parsed.source.text for word in FAILS):
        return frozenset()
    return frozenset(row for first, last in _blocks(parsed) for row in range(first, last + 1))


def _blocks(parsed: Parsed) -> Iterator[tuple[int, int]]:
    for node in parsed.listing.of(ast.With, ast.AsyncWith, *FUNCTIONS, ast.Call):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            expects = any(RAISES.fullmatch(called(item.context_expr)) for item in node.items)
        elif isinstance(node, FUNCTIONS):
            expects = any(_named(one) in FAILS for one in node.decorator_list)
        else:  # pytest.raises(ValueError, function, …)
            expects = isinstance(node, ast.Call) and len(node.args) > 1 and bool(RAISES.fullmatch(called(node)))
        if expects and isinstance(node, (ast.stmt, ast.expr)):
            yield node.lineno, node.end_lineno or node.lineno


def _named(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
