"""Loss functions that `compile` is given and that Keras cannot differentiate, by their text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.graph import GradientStopped
from cnnlint.readers.python.by_text.fits import is_nothing, own_losses, taken_by
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, defined_once, line, method, operands
from cnnlint.readers.python.text.written import written

#: what runs Python on arrays, outside of the graph and without a gradient, or lets numpy's functions take tensors
OUTSIDE = (
    *("py_function", "numpy_function", "py_func", "experimental.numpy", "numpy_behavior", "autograd", "jax.numpy"),
    *("run_eagerly", "functions_eagerly"),
)
#: functions of numpy that no tensor of a graph can be given: TensorFlow 2 refuses all of them; what TensorFlow 1 let
#: numpy do with the object that a tensor is (`np.square` multiplies it by itself) is left out, and handed on
REFUSED = frozenset({"sqrt", "exp", "log", "log1p", "log10", "maximum", "minimum", "clip"})


@once
def events(parsed: Parsed) -> tuple[GradientStopped, ...]:
    """The first call of numpy on the outputs in each such function."""
    asleep = taped(parsed) if parsed.ast is not None else ()
    if parsed.ast is None or ".compile(" not in parsed.source.text or any(one in parsed.text for one in OUTSIDE):
        return asleep
    numpy = {
        alias.asname or alias.name
        for node in parsed.listing.of(ast.Import)
        for alias in node.names
        if alias.name == "numpy"
    }
    text, made = SourceText(parsed.text), [one for one in own_losses(parsed) if one.name in defined_once(parsed)]
    blind = tuple(
        GradientStopped(origin=origin_of(text, taken_by(one)[1]), operation=f"`{one.name}`, which never reads it")
        for one in made
        if ".add_loss(" not in parsed.text  # those train, and `compile` asks for one
        and _is_blind(one)
        and not is_nothing(one)
    )
    computed = (
        GradientStopped(origin=origin_of(text, call), operation=f"`{written(call.func)}`")
        for node in made
        for call in list(_computed(node, numpy))[:1]
    )
    return (*asleep, *blind, *computed)


def taped(parsed: Parsed) -> tuple[GradientStopped, ...]:
    """`loss = tf.constant(errors.numpy().mean())` within the tape that is asked for its gradient."""
    found, text = list[GradientStopped](), SourceText(parsed.text)
    for scope in scopes(parsed) if "GradientTape(" in parsed.text and ".numpy()" in parsed.text else ():
        for call in scope.calls(frozenset({"gradient"})):
            weights = written(call.args[1]) if len(call.args) == 2 else ""
            name = call.args[0].id if "trainable" in weights and isinstance(call.args[0], ast.Name) else ""
            bound = [one for one in scope.bound.get(name, ()) if line(one) < line(call)]
            last = max(bound, key=line, default=None)
            made = last.value if isinstance(last, ast.Assign) else None
            while isinstance(made, ast.BinOp) and isinstance(made.right, ast.Constant):
                made = made.left
            if made is None or not isinstance(made, ast.Call):
                continue
            cuts = [one for one in nodes_of(made) if method(one) == "numpy" and not operands(one)]
            library = written(made.func).partition(".")[0] in ("np", "numpy")
            plain = library or called(made) in ("constant", "convert_to_tensor", "Variable", "float", "numpy")
            if plain and cuts and isinstance(cuts[0], ast.expr):
                found.append(GradientStopped(origin=origin_of(text, made), operation="`numpy()`"))
    return tuple(found)


def _is_blind(function: ast.FunctionDef) -> bool:
    """Whether a loss computes something of the labels alone."""
    given = [one.arg for one in taken_by(function)]
    read = {one.id for one in _all(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    plain = len(given) == 2 and function.args.vararg is None and not function.args.kwonlyargs
    bases = {id(one.value) for one in _all(function) if isinstance(one, ast.Attribute)}
    bases |= {id(one.func) for one in _all(function) if isinstance(one, ast.Call)}
    own = {one.id for one in _all(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    # tensors of the module lead to the weights as well
    others = any(
        isinstance(one, ast.Name) and id(one) not in bases and one.id not in {*given, *own} for one in _all(function)
    )
    others = others or bool(read & {"locals", "self"})
    return plain and given[0] in read and given[1] not in read and not others


def _computed(function: ast.FunctionDef, numpy: set[str]) -> Iterator[ast.Call]:
    """The calls of numpy that take the outputs, the second of a loss's two arguments, as they come."""
    given = [one.arg for one in taken_by(function)]
    output = given[1] if len(given) >= 2 else ""
    if any(isinstance(one, ast.Name) and one.id == output and isinstance(one.ctx, ast.Store) for one in _all(function)):
        return
    outputs = {output} if output else set()
    for one in _all(function):  # e = y_true - y_pred
        target = one.targets[0] if isinstance(one, ast.Assign) and len(one.targets) == 1 else None
        if isinstance(one, ast.Assign) and isinstance(target, ast.Name) and _is(one.value, outputs, numpy):
            outputs.add(target.id)
    for node in _all(function):
        called = node.func if isinstance(node, ast.Call) else None
        if not (isinstance(node, ast.Call) and isinstance(called, ast.Attribute) and called.attr in REFUSED):
            continue
        if (
            isinstance(called.value, ast.Name)
            and called.value.id in numpy
            and any(_is(a, outputs, numpy) for a in node.args)
        ):
            yield node


def _all(function: ast.FunctionDef) -> list[ast.AST]:
    return [node for statement in function.body for node in nodes_of(statement)]


def _is(value: ast.expr, outputs: set[str], numpy: set[str]) -> bool:
    """Whether an expression is the outputs, or what arithmetic and numpy's functions make of them."""
    if isinstance(value, ast.BinOp):
        return _is(value.left, outputs, numpy) or _is(value.right, outputs, numpy)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.args:
        return written(value.func.value) in numpy and _is(value.args[0], outputs, numpy)
    return isinstance(value, ast.Name) and value.id in outputs
