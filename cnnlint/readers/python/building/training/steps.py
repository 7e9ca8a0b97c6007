"""Optimizers that a step of training makes anew, told from the program's text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from cnnlint.graph import OptimizerRemade
from cnnlint.graph.vocabulary import canonical_optimizer
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.listing import Listing, nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import FUNCTIONS

LOOPS = (ast.For, ast.While)
Step = ast.FunctionDef | ast.AsyncFunctionDef | ast.For | ast.While
#: words of a step that begins a training anew on purpose, or makes its variables once
ANEW = frozenset(
    {"set_weights", "load_weights", "clone_model", "from_config", "deepcopy", "copy", "init_scope", "load_model"}
)


def remade(run: Run) -> None:
    """Tell the rules about optimizers that are made, and take their one step, in the same step of a loop."""
    parsed = run.units[0].parsed
    text = SourceText(parsed.text)
    for made, name, compiled in _remade(parsed):
        run.event(OptimizerRemade(origin=origin_of(text, made), optimizer=name, compiled=compiled))


@once
def _remade(parsed: Parsed) -> tuple[tuple[ast.Call, str, bool], ...]:
    """The calls that make them, each with its class and whether the step is a `tf.function`."""
    found: list[tuple[ast.Call, str, bool]] = []
    if parsed.ast is None or "apply_gradients(" not in parsed.source.text:
        return ()
    imported = {
        alias.asname or alias.name: alias.name
        for node in parsed.listing.of(ast.ImportFrom)
        if (node.module or "").endswith("keras.optimizers")
        for alias in node.names
    }
    tensorflow = {
        alias.asname or alias.name
        for node in parsed.listing.of(ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] == "tensorflow"
    }
    repeated = _repeated(parsed.listing)
    steps: Sequence[Step] = parsed.listing.of(*LOOPS, *FUNCTIONS)
    for step in steps:
        if not isinstance(step, LOOPS) and step.name not in repeated:
            continue
        compiled = isinstance(step, FUNCTIONS) and any(_is_tf_function(one, tensorflow) for one in step.decorator_list)
        statements = list(_at_once(step.body))
        makers = [one for statement in statements if (one := _maker(statement, imported)) is not None]
        within = parsed.listing.within(step) if makers else ()
        if not makers or any(getattr(node, "attr", getattr(node, "id", "")) in ANEW for node in within):
            continue
        for target, made, name in makers:
            if (compiled or _remembers(made, name)) and _applied(step, statements, target):
                found.append((made, name, compiled))
    return tuple(found)


def _at_once(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run once each time: those of `with` among them, not those of loops and conditions."""
    for statement in body:
        if isinstance(statement, ast.With):
            yield from _at_once(statement.body)
        else:
            yield statement


def _maker(statement: ast.stmt, imported: dict[str, str]) -> tuple[str, ast.Call, str] | None:
    """What a statement assigns an optimizer of Keras to, the call that makes it, and its class."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    if not isinstance(statement.value, ast.Call):
        return None
    module, _, name = ast.unparse(statement.value.func).rpartition(".")
    if not module:
        name = imported.get(name, "")
    known = not module or module.endswith("optimizers")
    if not known or not name[:1].isupper() or canonical_optimizer(name) is None:
        return None
    return ast.unparse(statement.targets[0]), statement.value, name


def _remembers(made: ast.Call, name: str) -> bool:
    """Whether an optimizer keeps anything from step to step: plain gradient descent does not."""
    return name != "SGD" or any(one.arg is None or one.arg == "momentum" for one in made.keywords) or len(made.args) > 1


def _applied(step: Step, statements: list[ast.stmt], name: str) -> bool:
    """Whether a step has an optimizer change weights that were there before it."""
    for statement in statements:
        call = statement.value if isinstance(statement, (ast.Expr, ast.Assign, ast.Return)) else None
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr == "apply_gradients" and ast.unparse(call.func.value) == name:
            weights = [
                node.value
                for node in nodes_of(call)
                if isinstance(node, ast.Attribute) and node.attr in ("trainable_variables", "trainable_weights")
            ]
            return bool(weights) and all(_lasts(one, step) for one in weights)
    return False


def _lasts(model: ast.expr, step: Step) -> bool:
    """Whether a model is there before a step: neither made in it nor handed to it."""
    while isinstance(model, ast.Attribute):
        model = model.value
    if not isinstance(model, ast.Name):
        return False
    bound = {node.id for node in nodes_of(step) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if isinstance(step, FUNCTIONS):
        bound |= {one.arg for one in (*step.args.posonlyargs, *step.args.args, *step.args.kwonlyargs)} - {"self"}
    return model.id not in bound


def _is_tf_function(decorator: ast.expr, tensorflow: set[str]) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    module, _, name = ast.unparse(target).rpartition(".")
    return name == "function" and module in tensorflow


def _repeated(listing: Listing) -> set[str]:
    """The names of what is called in a loop, and of what Keras calls for each batch."""
    loops: Sequence[ast.For | ast.While] = listing.of(*LOOPS)
    called = {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for loop in loops
        for statement in loop.body
        for node in listing.within(statement)
        if isinstance(node, ast.Call)
    }
    return {*called, "train_step"}
