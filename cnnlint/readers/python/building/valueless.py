"""Functions that build and return nothing, and the places that take their result for a model or a tensor."""

from __future__ import annotations

import ast

from cnnlint.graph import ValuelessFunction
from cnnlint.readers.python.text.listing import Listing
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import SCOPES, blocks, called

#: methods of models: on None each is an AttributeError
METHODS = frozenset({"compile", "fit", "summary", "evaluate", "predict", "add", "save", "load_weights", "save_weights"})

#: what may bind a name
NAMING: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Name, ast.alias)


@once
def functions(parsed: Parsed) -> tuple[ValuelessFunction, ...]:
    """Functions of a file that return nothing, where what they return is at once used as a model or a tensor."""
    top = parsed.ast.body if parsed.ast is not None else ()
    defined = [node for node in top if isinstance(node, ast.FunctionDef)]
    silent = {node.name for node in defined if _returns_nothing(node, parsed.listing)}
    if not silent:
        return ()
    bound: dict[str, int] = {}
    for node in parsed.listing.of(*NAMING):
        names = [node.name] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else []
        names += [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []
        names += [node.asname or node.name] if isinstance(node, ast.alias) else []
        for name in names:
            bound[name] = bound.get(name, 0) + 1
    silent = {name for name in silent if bound[name] == 1}
    text, told = SourceText(parsed.text), dict[str, ValuelessFunction]()
    for block in blocks(parsed) if silent else ():
        for function, call in _taken(block, silent):
            if function not in told:
                told[function] = ValuelessFunction(origin=origin_of(text, call), function=function)
    for call in parsed.listing.of(ast.Call) if "LearningRateScheduler" in parsed.source.text else ():
        if not call.args or called(call) != "LearningRateScheduler":
            continue
        schedule = call.args[0]
        if isinstance(schedule, ast.Name) and schedule.id in silent:
            origin = origin_of(text, schedule)
            told.setdefault(schedule.id, ValuelessFunction(origin=origin, function=schedule.id, of="a rate"))
    return tuple(told.values())


def _returns_nothing(node: ast.FunctionDef, listing: Listing) -> bool:
    """Whether a function does something and ends without a value whatever way it goes."""
    own = listing.walk(*node.body, around=SCOPES)
    ends = any(
        isinstance(one, (ast.Yield, ast.YieldFrom, ast.Raise, ast.While))
        or (isinstance(one, ast.Return) and one.value is not None)
        for one in own
    )
    return not ends and not node.decorator_list and any(isinstance(one, ast.Call) for one in own)


def _taken(block: list[ast.stmt], silent: set[str]) -> list[tuple[str, ast.Call]]:
    """The calls of these functions in a block of which the first statement behind it that mentions the result takes it
    for a model, or for a layer's input, each with the function's name."""
    results = {at: found for at, statement in enumerate(block) if (found := _result(statement, silent)) is not None}
    taken: list[tuple[str, ast.Call]] = []
    mentions: dict[str, ast.stmt] = {}
    for at in range(len(block) - 1, min(results, default=len(block)) - 1, -1):
        if at in results:
            name, function, call = results[at]
            use = mentions.get(name)
            used = isinstance(use, (ast.Assign, ast.Expr, ast.Return))
            if used and use is not None and any(_takes(node, name, silent) for node in ast.walk(use)):
                taken.append((function, call))
        mentions |= {node.id: block[at] for node in ast.walk(block[at]) if isinstance(node, ast.Name)}
    return taken[::-1]


def _result(statement: ast.stmt, silent: set[str]) -> tuple[str, str, ast.Call] | None:
    """The name, the function and the call of `name = function(...)`, where that is one of these functions."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.value, ast.Call):
        target, called = statement.targets[0], statement.value.func
        if isinstance(target, ast.Name) and isinstance(called, ast.Name) and called.id in silent:
            return target.id, called.id, statement.value
    return None


#: what makes a model of tensors
MODELS = frozenset({"Model", "Functional"})


def _takes(node: ast.AST, name: str, silent: set[str]) -> bool:
    """Whether a call is a method of a model of that name, or hands it to a layer that is made on the spot, to a model
    as its output, or to another such function, as a tensor is from block to block."""
    if not isinstance(node, ast.Call):
        return False
    given = [*node.args, *(one.value for one in node.keywords)]
    called = ast.unparse(node.func)
    if called.rpartition(".")[2] in MODELS or called in silent:
        return any(isinstance(one, ast.Name) and one.id == name for one in given)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.value.id == name and node.func.attr in METHODS
    if not isinstance(node.func, ast.Call) or len(node.args) != 1:
        return False
    given = node.args[0].elts if isinstance(node.args[0], (ast.List, ast.Tuple)) else node.args
    return any(isinstance(one, ast.Name) and one.id == name for one in given)
