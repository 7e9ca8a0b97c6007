"""What a program does around its training that undoes it: models made anew, all layers at rest, tensors without a
tape, by its text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.graph import Dropped
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import FIT, TRAINED, TRAINS
from cnnlint.readers.python.by_text.placed import Losses, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.walks import called, defined_once, method, owner
from cnnlint.readers.python.text.written import written

EPOCHS = pattern(r"epoch", re.IGNORECASE)
#: what makes a model, and what brings weights into one that is new
MAKES = pattern(r"\b(Sequential|Model)\(")
BROUGHT = pattern(r"load|set_weights|clone|restore|from_")
#: optimizers of Keras, and losses that are worked out at once
OPTIMIZER = pattern(r"^(tf\.)?(keras\.)?optimizers\.[A-Z]\w+$")
COMPUTED = pattern(r"^(tf|K|keras|backend|losses)\.")


@once
def events(parsed: Parsed) -> tuple[Dropped, ...]:
    """Every such place of a file."""
    if parsed.ast is None:
        return ()
    return placed(Dropped, parsed, (*_made_anew(parsed), *_at_rest(parsed), *_without_tape(parsed)))


def _made_anew(parsed: Parsed) -> Losses:
    """`for epoch in range(50): model = build(); model.fit(x, y, epochs=1)`."""
    for scope in scopes(parsed):
        for loop in scope.of(ast.For):
            counted = called(loop.iter) in ("range", "trange", "tqdm") and isinstance(loop.target, ast.Name)
            if not counted or not EPOCHS.search(written(loop.target)):
                continue
            within = [one for statement in loop.body for one in nodes_of(statement)]
            if any(isinstance(one, ast.Call) and BROUGHT.search(called(one)) for one in within):
                continue
            for made in loop.body:
                value = made.value if isinstance(made, ast.Assign) else None
                name = written(made.targets[0]) if isinstance(made, ast.Assign) else ""
                if not isinstance(value, ast.Call) or not _is_maker(called(value), parsed):
                    continue
                behind = [one for one in within if isinstance(one, ast.Call) and owner(one) == name]
                trains = [one for one in behind if method(one) in TRAINS and _once(one)]
                asked = {written(loop.target)}  # trainings of one epoch, of two, of three are compared
                read = {one.id for call in trains for one in nodes_of(call) if isinstance(one, ast.Name)}
                counts = [
                    one.iter if isinstance(one, ast.For) else one.test
                    for one in within
                    if isinstance(one, (ast.For, ast.While))
                ]
                read |= {one.id for at in counts for one in nodes_of(at) if isinstance(one, ast.Name)}
                given = {one.id for one in nodes_of(value) if isinstance(one, ast.Name)}
                if trains and not asked & (read | given):
                    yield value, "made anew", name, True
                    return


def _once(call: ast.Call) -> bool:
    """Whether a training goes through the data once, and is no run of its own."""
    told = [one.value for one in call.keywords if one.arg in ("epochs", "nb_epoch", None)]
    return all(isinstance(one, ast.Constant) and one.value == 1 for one in told)


def _is_maker(name: str, parsed: Parsed) -> bool:
    """Whether what is called gives a new model: a class of Keras's, or a function that builds one and returns it."""
    function = defined_once(parsed).get(name)
    return name in ("Sequential", "Model") or (function is not None and _makes_a_model(function))


def _makes_a_model(function: ast.FunctionDef) -> bool:
    """Whether a function builds a model and returns it."""
    return MAKES.search(written(function)) is not None and any(
        isinstance(one, ast.Return) and one.value is not None for one in nodes_of(function)
    )


def _at_rest(parsed: Parsed) -> Losses:
    """`K.set_learning_phase(0)` above the training of a model with dropouts."""
    anew = re.search(r"clear_session|reset_default_graph|clear_all", parsed.text)
    if "set_learning_phase(" not in parsed.text or "Dropout(" not in parsed.source.code or anew:
        return
    for scope in scopes(parsed):
        told = [one for one in scope.of(ast.Call) if called(one) == "set_learning_phase" and len(one.args) == 1]
        if len(told) != 1 or not isinstance(told[0].args[0], ast.Constant) or told[0].args[0].value not in (0, False):
            continue
        statement = next((one for one in scope.of(ast.Expr) if one.value is told[0]), None)
        fits = [one for one in scope.calls(FIT) if any(word.arg in TRAINED for word in one.keywords)]
        everywhere = [one for one in parsed.listing.of(ast.Call) if called(one) == "set_learning_phase"]
        for fit in fits if statement is not None and len(everywhere) == 1 else ():
            made = [one for one in scope.of(ast.Call) if called(one) == "Dropout" and one.lineno < fit.lineno]
            if scope.ran_before(statement, fit) and statement.lineno < fit.lineno and made:  # type: ignore[arg-type,union-attr]
                yield told[0], "inference phase", f"{owner(fit)}.fit"
                return


def _without_tape(parsed: Parsed) -> Losses:
    """`optimizer.minimize(tf.reduce_mean(…), var_list=weights)` of an optimizer of Keras's."""
    if ".minimize(" not in parsed.text or re.search(r"compat\.v1|disable_eager", parsed.text):
        return
    imported = {
        one.asname or one.name
        for node in parsed.listing.of(ast.ImportFrom)
        for one in node.names
        if (node.module or "").endswith("keras.optimizers")
    }
    for scope in scopes(parsed):
        for call in scope.calls(frozenset({"minimize"})):
            made = scope.bound_to(call.func.value, call)[0]  # type: ignore[attr-defined]
            name = written(made.func) if isinstance(made, ast.Call) else ""
            given = {one.arg: one.value for one in call.keywords}
            loss = call.args[0] if call.args else given.get("loss")
            if loss is None or {None, "tape"} & given.keys() or len(call.args) > 2:
                continue
            value = scope.bound_to(loss, call)[0]
            tensor = isinstance(value, ast.BinOp) or (
                isinstance(value, ast.Call) and COMPUTED.match(written(value.func)) is not None
            )
            traced = isinstance(value, ast.Call) and "function" in written(value.func)
            if (OPTIMIZER.match(name) or name in imported) and tensor and not traced:
                yield loss, "no tape", written(loss)
                return
