"""Functions that build and return nothing, and the places that take their result for a model or a tensor."""

from __future__ import annotations

import ast
from typing import Literal

from cnnlint.graph import ValuelessFunction
from cnnlint.readers.python.by_text.fits import epochs_with, own_losses
from cnnlint.readers.python.text.listing import Listing, nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import SCOPES, blocks, called, method, reads, receiver
from cnnlint.readers.python.text.written import written

#: methods of models: on None each is an AttributeError
METHODS = frozenset({"compile", "fit", "summary", "evaluate", "predict", "add", "save", "load_weights", "save_weights"})

#: what may bind a name
NAMING: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Name, ast.alias)


#: what calls a function that it is given, and what it takes the result for
TAKERS: dict[str, Literal["a model or a tensor", "a rate"]] = {
    "LearningRateScheduler": "a rate",
    "KerasClassifier": "a model or a tensor",
    "KerasRegressor": "a model or a tensor",
}


@once
def functions(parsed: Parsed) -> tuple[ValuelessFunction, ...]:
    """Functions of a file that return nothing, where what they return is at once used as a model or a tensor."""
    top = parsed.ast.body if parsed.ast is not None else ()
    own = [node for node in top if isinstance(node, ast.FunctionDef)]
    silent = {node.name for node in own if _returns_nothing(node, parsed.listing)}
    scheduled = own if "LearningRateScheduler" in parsed.source.text else []
    ends = {node.name: _last_epoch(node, parsed.listing) for node in scheduled}
    at_times = {  # an epoch comes behind the last that has a rate
        name
        for call in parsed.listing.of(ast.Call)
        if called(call) == "LearningRateScheduler"
        for name, last in ends.items()
        if last is not None and reads(call, {name}) and last < (epochs_with(parsed, call) or 0) - 1
    }
    if not silent and not at_times:
        return tuple(_methods(parsed))
    bound: dict[str, int] = {}
    for node in parsed.listing.of(*NAMING):
        names = [node.name] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else []
        names += [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []
        names += [node.asname or node.name] if isinstance(node, ast.alias) else []
        for name in names:
            bound[name] = bound.get(name, 0) + 1
    silent, at_times = ({name for name in names if bound[name] == 1} for names in (silent, at_times))
    text, told = SourceText(parsed.text), dict[str, ValuelessFunction]()
    for block in blocks(parsed) if silent else ():
        for function, call in _taken(block, silent):
            if function not in told:
                told[function] = ValuelessFunction(origin=origin_of(text, call), function=function)
    losses = {node.name for node in own_losses(parsed)} & silent
    for one in parsed.listing.of(ast.keyword) if losses else ():
        if one.arg == "loss" and isinstance(one.value, ast.Name) and one.value.id in losses:
            name = one.value.id
            told.setdefault(name, ValuelessFunction(origin=origin_of(text, one.value), function=name, of="a loss"))
    for node in parsed.listing.of(ast.Call):
        taker = called(node)
        if taker not in TAKERS:
            continue
        passed = [one.value for one in node.keywords if one.arg in ("schedule", "build_fn", "model")]
        given = next(iter([*node.args[:1], *passed]), None)
        if not isinstance(given, ast.Name) or given.id not in silent | at_times:
            continue
        made = ValuelessFunction(
            origin=origin_of(text, given), function=given.id, of=TAKERS[taker], at_times=given.id in at_times
        )
        told.setdefault(given.id, made)
    return (*told.values(), *_methods(parsed))


def _methods(parsed: Parsed) -> list[ValuelessFunction]:
    """`self.model = self.build()` of a `build` that makes a model and returns nothing, and `self.model.predict(…)`."""
    listing = parsed.listing
    compiling = [one for one in listing.of(ast.Call) if method(one) == "compile" and "self" not in receiver(one)]
    classes = listing.of(ast.ClassDef) if compiling else ()
    bases = {written(base).rpartition(".")[2] for node in classes for base in node.bases}
    text, found = SourceText(parsed.text), []
    for node in classes:
        own = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        own = [one for one in own if any(listing.holds(one, call) for call in compiling)]
        silent = {f"self.{one.name}" for one in own if _keeps_nothing(one, listing)}
        inner = listing.within(node) if silent and node.name not in bases else ()
        bound = [one for one in inner if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute)]
        asked = {
            written(one.func.value)
            for one in inner
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in METHODS
        }
        for one in bound:
            name, made = written(one.targets[0]), one.value
            once = sum(written(other.targets[0]) == name for other in bound) == 1
            if isinstance(made, ast.Call) and written(made.func) in silent and name in asked and once:
                function = written(made.func).partition(".")[2]
                found.append(ValuelessFunction(origin=origin_of(text, made), function=function))
                break
    return found


def _keeps_nothing(node: ast.FunctionDef, listing: Listing) -> bool:
    """Whether a method that compiles a model has it under a name of its own, and returns nothing."""
    held = any(isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) for one in listing.within(node))
    return not held and _returns_nothing(node, listing)


def _returns_nothing(node: ast.FunctionDef, listing: Listing) -> bool:
    """Whether a function does something and ends without a value whatever way it goes."""
    own = listing.walk(*node.body, around=SCOPES)
    ends = any(
        isinstance(one, (ast.Yield, ast.YieldFrom, ast.Raise, ast.While))
        or (isinstance(one, ast.Return) and one.value is not None)
        for one in own
    )
    computed = any(isinstance(one, ast.Expr) and isinstance(one.value, ast.BinOp) for one in own)  # `rate * 0.9`
    return not ends and not node.decorator_list and (computed or any(isinstance(one, ast.Call) for one in own))


def _last_epoch(node: ast.FunctionDef, listing: Listing) -> int | None:
    """The epoch up to which a schedule returns a rate and behind which it does not: all of its ways to one go through
    `if epoch < n`."""
    tests = [one.test for one in node.body if isinstance(one, ast.If)]
    chain = [one for one in node.body if isinstance(one, ast.If)]
    while chain:
        chain = [other for one in chain for other in one.orelse if isinstance(other, ast.If)]
        tests += [one.test for one in chain]
    own = listing.walk(*node.body, around=SCOPES)
    returns = [one for one in own if isinstance(one, ast.Return)]
    last = node.body[-1]
    left = isinstance(last, (ast.If, ast.Assign, ast.AugAssign))  # or `rate * 0.9`, by itself
    left = left or (isinstance(last, ast.Expr) and isinstance(last.value, ast.BinOp))
    if not left or len(returns) != len(tests) or node.decorator_list:
        return None
    if any(isinstance(one, (ast.Raise, ast.For, ast.While, ast.Try, ast.With)) for one in own):
        return None
    bounds = [_bound(test, node.args.args[0].arg if node.args.args else "") for test in tests]
    known = [one for one in bounds if one is not None]
    return max(known) if known and len(known) == len(bounds) else None


def _bound(test: ast.expr, epoch: str) -> int | None:
    """What a test keeps an epoch below: `epoch < 10`, `10 <= epoch < 20`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        test = test.values[-1]
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[-1], (ast.Lt, ast.LtE, ast.Eq)):
        return None
    read = test.comparators[-2] if len(test.comparators) > 1 else test.left
    most = test.comparators[-1]
    number = most.value if isinstance(most, ast.Constant) and isinstance(most.value, int) else None
    return number if isinstance(read, ast.Name) and read.id == epoch else None


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
            if used and use is not None and any(_takes(node, name, silent) for node in nodes_of(use)):
                taken.append((function, call))
        mentions |= {node.id: block[at] for node in nodes_of(block[at]) if isinstance(node, ast.Name)}
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
    called = written(node.func)
    if called.rpartition(".")[2] in MODELS or called in silent:
        return any(isinstance(one, ast.Name) and one.id == name for one in given)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.value.id == name and node.func.attr in METHODS
    if not isinstance(node.func, ast.Call) or len(node.args) != 1:
        return False
    given = node.args[0].elts if isinstance(node.args[0], (ast.List, ast.Tuple)) else node.args
    return any(isinstance(one, ast.Name) and one.id == name for one in given)
