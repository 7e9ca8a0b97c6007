"""What is not known of a loop or a `try`, in the words of its header."""

from __future__ import annotations

import re

from cnnlint.graph.origins import quoted
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import InstanceValue, Value, token


def how_often(run: Run, node: cst.CSTNode) -> str:
    """Why it is not known how often a piece of the program runs; a parameter that decides it is named."""
    if isinstance(node, (cst.Try, cst.TryStar)):
        return "whether what this `try` does raises is not known"
    loop, header = "this loop", ""
    if isinstance(node, cst.For):
        loop, header = f"the loop over {quoted(run.origin(node.iter))}", run.origin(node.iter).text
    elif isinstance(node, cst.While):
        loop, header = f"the loop while {quoted(run.origin(node.test))}", run.origin(node.test).text
    given = {found for name in re.findall(r"[\w.]+", header) if (found := _parameter(token(_meant(run, name))))}
    if len(given) == 1:
        function, parameter = given.pop()
        return f"how often {loop} runs is left to `{parameter}`, a parameter of `{function}` that nothing passes"
    return f"how often {loop} runs is not known"


def _meant(run: Run, name: str) -> Value:
    """What a name or an attribute of an object of the program stands for."""
    first, _, attribute = name.partition(".")
    found = run.scope.lookup(first)
    value = found[1] if found is not None else None
    return value.attributes.get(attribute) if attribute and isinstance(value, InstanceValue) else value


def _parameter(of: object) -> tuple[str, str] | None:
    """The function and the parameter that a token derives a value from."""
    if not isinstance(of, tuple):
        return None
    if of[:1] == ("param",) and len(of) == 3:
        return str(of[1]), str(of[2])
    return next((found for one in of if (found := _parameter(one)) is not None), None)
