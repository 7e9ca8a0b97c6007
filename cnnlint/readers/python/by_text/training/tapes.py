"""What the text around a tape of TensorFlow 2 shows of what it recorded, whatever the values are.

A step of training is mostly a function of a model and a batch that nobody's values reach. That the model is called
before the tape is opened, that its outputs are differentiated in the loss's place, or that a tape is asked twice stands
in the function itself.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence, Set

from msgspec import Struct

from cnnlint.graph import Event, GradientsAsked, GradientStopped, InferenceInTape, UnrecordedPrediction
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import as_in_training, is_tape
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import blocks, bound_once, called, method, owner, reads
from cnnlint.readers.python.text.written import written

WEIGHTS = frozenset({"trainable_variables", "trainable_weights"})
#: what a value is called that is minimised
LOSS = pattern(r"loss|cost|error|objective|energy|elbo", re.IGNORECASE)


#: functions of TensorFlow that make tensors, which a tape does not watch by itself
TENSORS = frozenset(
    {
        *("tf.convert_to_tensor", "tf.constant", "tf.cast", "tf.expand_dims", "tf.reshape", "tf.identity"),
        *("tf.random.normal", "tf.random.uniform", "tf.zeros", "tf.ones", "tf.linspace", "tf.image.resize"),
    }
)


class Tape(Struct, frozen=True, eq=False):
    """A tape as a block of statements opens it, and what stands around it in that block."""

    name: str
    opened: ast.With
    persistent: bool
    before: Sequence[ast.stmt]
    after: Sequence[ast.stmt]

    def asked(self) -> Iterator[ast.Call]:
        """Where it is asked for gradients in statements that run once each time, in order."""
        for statement in (*self.opened.body, *self.after):
            withs = (node for node in nodes_of(statement) if isinstance(node, ast.With))
            if any(_tape_name(item) == self.name for node in withs for item in node.items):
                return  # opened anew, if only in a loop
            if isinstance(statement, (ast.Assign, ast.Expr, ast.Return, ast.AnnAssign)):
                yield from _asked(statement, self.name)
            elif isinstance(statement, ast.With):
                for one in statement.body:
                    yield from _asked(one, self.name)


@once
def events(parsed: Parsed) -> tuple[Event, ...]:
    """What the tapes of a file are asked in vain."""
    if parsed.ast is None or "GradientTape(" not in parsed.source.text:
        return ()
    text, found = SourceText(parsed.text), list[Event]()
    for tape in (tape for block in blocks(parsed) for tape in _opened(block)):
        asked = list(tape.asked())
        if not tape.persistent:
            found += [GradientsAsked(origin=origin_of(text, one), fate="spent") for one in asked[1:2]]
        for call in asked:
            model = _model_of(call)
            if model:
                found += _of_model(parsed, tape, call, model, text)
                asleep = _recorded_asleep(parsed, tape, model) if _trains(tape, call) else None
                found += [InferenceInTape(origin=origin_of(text, asleep), layer="Dropout")] if asleep else []
            elif _is_unwatched(parsed, tape, call):
                found.append(UnrecordedPrediction(origin=origin_of(text, call), why="unwatched"))
    return tuple(found)


def _trains(tape: Tape, call: ast.Call) -> bool:
    """Whether a gradient changes weights here, or is returned to what may: no measure of what weights matter."""
    within = [node for one in (*tape.opened.body, *tape.after) for node in nodes_of(one)]
    steps = ("apply_gradients", "apply", "assign_sub", "assign", "assign_add")
    returned = any(isinstance(one, ast.Return) and call in nodes_of(one) for one in within)
    return returned or any(method(one) in steps for one in within)


def _recorded_asleep(parsed: Parsed, tape: Tape, model: str) -> ast.Call | None:
    """The call of a model with dropout, bound once in the file, that a tape records and that says nothing of training:
    outside of `fit` that is inference."""
    calls = [
        node
        for one in tape.opened.body
        for node in nodes_of(one)
        if isinstance(node, ast.Call) and written(node.func) == model
    ]
    plain = calls and all(len(one.args) == 1 and not one.keywords for one in calls)
    made = bound_once(parsed).get(model) if plain and "learning_phase" not in parsed.text else None
    if made is None:
        return None
    own = [one for one in parsed.listing.of(ast.ClassDef) if one.name == called(made)]
    sequential = called(made) == "Sequential" and _drops(made)
    return calls[0] if sequential or (len(own) == 1 and _drops(own[0]) and _hands_on(own[0])) else None


def _drops(node: ast.AST) -> bool:
    return any(called(one) == "Dropout" for one in nodes_of(node))


def _hands_on(own: ast.ClassDef) -> bool:
    """Whether the `call` of a model does not train unless it is told to, and hands that on to its layers."""
    for method_ in (one for one in own.body if isinstance(one, ast.FunctionDef) and one.name == "call"):
        names, defaults = [one.arg for one in method_.args.args], method_.args.defaults
        given = dict(zip(names[::-1], defaults[::-1], strict=False)).get("training")
        flags = [one.value for one in nodes_of(method_) if isinstance(one, ast.keyword) and one.arg == "training"]
        handed = bool(flags) and all(isinstance(one, ast.Name) and one.id == "training" for one in flags)
        return isinstance(given, ast.Constant) and given.value in (False, None) and handed
    return False


def _is_unwatched(parsed: Parsed, tape: Tape, call: ast.Call) -> bool:
    """Whether a gradient is taken with respect to a tensor that was made before the tape, which watches none."""
    given = call.args[1].elts if isinstance(call.args[1], (ast.List, ast.Tuple)) else [call.args[1]]
    source = given[0].id if len(given) == 1 and isinstance(given[0], ast.Name) else ""
    around = [*tape.before, tape.opened, *tape.after]
    if not source or any(method(node) == "watch" for one in around for node in nodes_of(one)):
        return False
    again = [node for node in nodes_of(tape.opened) if isinstance(node, ast.Name) and node.id == source]
    made = [one.value for one in tape.before if isinstance(one, ast.Assign) and _names(one.targets) == [source]]
    if any(isinstance(node.ctx, ast.Store) for node in again):
        return False
    if not made and ".watch(" not in parsed.text:
        made = [bound_once(parsed)[source]] if source in bound_once(parsed) else []
    return bool(made) and _is_tensor(made[-1])


def _is_tensor(value: ast.expr) -> bool:
    """Whether an expression makes a tensor, and surely no variable: by a function that does, or by arithmetic, which
    is more than the sum of two lists."""
    if isinstance(value, ast.BinOp):
        parts = nodes_of(value)
        lists = any(isinstance(one, (ast.List, ast.ListComp)) for one in parts)
        return not lists and any(isinstance(one, (ast.Sub, ast.Mult, ast.Div)) for one in parts)
    return isinstance(value, ast.Call) and written(value.func) in TENSORS


def _of_model(parsed: Parsed, tape: Tape, call: ast.Call, model: str, text: SourceText) -> Iterator[Event]:
    """What is wrong with the gradient of a name with respect to the weights of a model."""
    body = tape.opened.body
    if (answer := _leaves_the_tape(parsed, body, call.args[0], model)) is not None:
        yield GradientStopped(origin=origin_of(text, answer), operation="`numpy()`")
        return
    outputs = {name for statement in body for name in _outputs(statement, model)}
    target = call.args[0].id if isinstance(call.args[0], ast.Name) else ""
    values = [one.value for one in body if isinstance(one, ast.Assign) and _names(one.targets) == [target]]
    if target in outputs and len(call.args) == 2 and not LOSS.search(target) and not call.keywords:
        losses = [one for one in body if isinstance(one, ast.Assign) and _is_loss(one, target)]
        if losses and len(values) == 1 and _is_applied(tape, call):
            yield GradientsAsked(origin=origin_of(text, call), fate="outputs")
    if not values and _is_worked_out_late(tape, call, outputs):
        yield UnrecordedPrediction(origin=origin_of(text, call), why="after")
    if len(values) != 1:
        return
    if not _depends(parsed, body, call.args[0], model):
        yield UnrecordedPrediction(origin=origin_of(text, call), why="apart")
        return
    earlier = {name for statement in tape.before for name in _outputs(statement, model)}
    used = earlier & {node.id for node in nodes_of(values[0]) if isinstance(node, ast.Name)}
    bound = {
        name for one in body for node in nodes_of(one) if isinstance(node, ast.Assign) for name in _names(node.targets)
    }
    calls = [node for one in body for node in nodes_of(one) if isinstance(node, ast.Call) and _is_call_of(node, model)]
    reached = _reached(body, call.args[0])[0] if earlier and not calls else set[str]()
    if not used and earlier & reached and not _may_hold(parsed, reached, model, earlier):
        used = earlier & reached  # through the answer of another model: `score = judge(made)`
    own = any(one.name == "predict" for one in parsed.listing.of(ast.FunctionDef))
    if calls and not own and all(written(node.func) == f"{model}.predict" for node in calls):
        yield UnrecordedPrediction(origin=origin_of(text, call), why="predict")
    if used and not used & bound and not calls and not _leads(parsed, reached, model, earlier):
        yield UnrecordedPrediction(origin=origin_of(text, call))
    taken = list(_taken(values[0], outputs))
    within = {id(name) for node in taken for name in nodes_of(node)}
    loads = [node for node in nodes_of(values[0]) if isinstance(node, ast.Name) and node.id in outputs]
    if taken and all(id(node) in within for node in loads):
        yield GradientStopped(origin=origin_of(text, taken[0]), operation="`numpy()`")


def _leaves_the_tape(parsed: Parsed, body: Sequence[ast.stmt], loss: ast.expr, model: str) -> ast.Call | None:
    """The call of `answer = model(x).numpy()` that a loss is made of, where a tape sees the model in no other way."""
    nodes = [node for one in body for node in nodes_of(one)]
    mentions = [node for node in nodes if isinstance(node, (ast.Name, ast.Attribute)) and written(node) == model]
    made = {one: array for one in body if isinstance(one, ast.Assign) and (array := _of_answers(one.value, model))}
    if not made or len(mentions) != len(made):
        return None
    reached = _reached(body, loss)[0]
    holding = next((array for one, array in made.items() if reached & {*_names(one.targets)}), None)
    named = {name for one in made for name in _names(one.targets)}
    return holding if holding is not None and not _may_hold(parsed, reached - {model}, model, named) else None


def _of_answers(value: ast.expr, model: str) -> ast.Call | None:
    """The call `model(x).numpy()`, if it is all that an expression is."""
    answer = value.func.value if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else None
    own = method(value) == "numpy" and isinstance(answer, ast.Call) and written(answer.func) == model
    return value if own and isinstance(value, ast.Call) else None


def _is_applied(tape: Tape, call: ast.Call) -> bool:
    """Whether an optimizer is given the gradients as they are, and nothing weighs them first."""
    within = [node for one in (*tape.opened.body, *tape.after) for node in nodes_of(one)]
    names = {
        name for one in within if isinstance(one, ast.Assign) and one.value is call for name in _names(one.targets)
    }
    steps = [one for one in within if method(one) in ("apply_gradients", "apply") and isinstance(one, ast.Call)]
    zips = [one for step in steps for at in step.args for one in nodes_of(at) if called(one) == "zip"]
    return any(call in nodes_of(one) or reads(one, names) for one in zips)


def _is_worked_out_late(tape: Tape, call: ast.Call, outputs: set[str]) -> bool:
    """Whether the loss is made of the outputs once the tape is closed: `with tape: p = model(x)`, `loss = f(y, p)`."""
    target = call.args[0].id if isinstance(call.args[0], ast.Name) else ""
    late = [one for one in tape.after if isinstance(one, ast.Assign) and _names(one.targets) == [target]]
    inside = {node.id for node in nodes_of(tape.opened) if isinstance(node, ast.Name)}
    recorded = any(_tape_name(item) for one in late for node in nodes_of(one) for item in getattr(node, "items", ()))
    plain = bool(target) and target not in inside and len(late) == 1 and not recorded
    return plain and late[0].lineno < call.lineno and reads(late[0].value, outputs)


def _depends(parsed: Parsed, body: Sequence[ast.stmt], target: ast.expr, model: str) -> bool:
    """Whether a loss may have anything to do with a model: another one is called in its place where it has not."""
    plain = all(isinstance(one, (ast.Assign, ast.Expr)) for one in body)
    seen, calls = _reached(body, target)
    # a model of two parts, a loss that is a method of its own: anything may be in what is called on `self`
    foreign = any("." in one and not one.startswith(("tf.", "keras.", "K.")) for one in seen if one.startswith("self"))
    if not plain or foreign or calls == 0 or model.startswith("self") or model in seen:
        return True
    return _may_hold(parsed, seen, model)


def _reached(body: Sequence[ast.stmt], target: ast.expr) -> tuple[set[str], int]:
    """The names that an expression is made of by statements, and how many of the calls among them are models'."""
    made: dict[str, list[ast.AST]] = {}
    for statement in body:
        for one in statement.targets if isinstance(statement, ast.Assign) else ():
            for bound in nodes_of(one):
                if isinstance(bound, ast.Name):
                    made.setdefault(bound.id, []).append(statement)
    pending, seen = [written(target)], set[str]()
    calls = 0
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for at in made.get(name, ()):
            calls += sum(as_in_training(one) or _of_batch(one) for one in nodes_of(at))
            spelt = [written(one) for one in nodes_of(at) if isinstance(one, (ast.Name, ast.Attribute))]
            pending += spelt
    return seen, calls


def _may_hold(parsed: Parsed, names: set[str], model: str, but: Set[str] = frozenset()) -> bool:
    """Whether something of these names but some may be made of a model: `whole = Sequential([base, head])`. Only of
    what the file binds once, or imports, is it known that it is not."""
    made: dict[str, ast.AST] = {**bound_once(parsed)}
    if model not in made or any(method(one) == "add" and reads(one, {model}) for one in parsed.listing.of(ast.Call)):
        return True
    called_ = {one.func.id for one in parsed.listing.of(ast.Call) if isinstance(one.func, ast.Name)}
    made |= {one.name: one for one in parsed.listing.of(ast.FunctionDef)}
    made |= {one.name: one for one in parsed.listing.of(ast.ClassDef)}
    imported = {one.asname or one.name for one in parsed.listing.of(ast.alias)}
    unknown = any(name in called_ and name not in made and name not in imported for name in names)
    return unknown or _leads(parsed, names, model, but)


def _leads(parsed: Parsed, names: set[str], model: str, but: Set[str] = frozenset()) -> bool:
    """Whether what these names but some stand for, as far as the file says so, is made of a model."""
    made: dict[str, ast.AST] = {**bound_once(parsed)}
    made |= {one.name: one for one in parsed.listing.of(ast.FunctionDef)}
    made |= {one.name: one for one in parsed.listing.of(ast.ClassDef)}
    pending, seen = [*names], set(but)
    while pending:
        name = pending.pop()
        if name == model:
            return True
        if name not in seen:
            seen.add(name)
            within = nodes_of(made[name]) if name in made else ()
            pending += [one.id for one in within if isinstance(one, ast.Name)]
    return False


def _of_batch(node: ast.AST) -> bool:
    """Whether a call is one of a name with a single name, as models are called: `model(x)`."""
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return named and isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.Name)


def _opened(block: list[ast.stmt]) -> Iterator[Tape]:
    """The tapes that statements of a block open."""
    for at, statement in enumerate(block):
        for item in statement.items if isinstance(statement, ast.With) else ():
            name, made = _tape_name(item), item.context_expr
            if name and isinstance(made, ast.Call) and isinstance(statement, ast.With):
                persistent = bool(made.args or made.keywords)
                yield Tape(name, statement, persistent, block[:at], block[at + 1 :])


def _tape_name(item: ast.withitem) -> str:
    name = item.optional_vars
    return name.id if is_tape(item) and isinstance(name, ast.Name) else ""


def _asked(statement: ast.AST, tape: str) -> Iterator[ast.Call]:
    """The calls `tape.gradient(target, sources)` in a statement."""
    pending = [statement]
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.Call) and method(node) == "gradient" and owner(node) == tape and len(node.args) >= 2:
            yield node
        if isinstance(node, ast.IfExp):  # one of the two
            pending += [node.test, node.body if any(_asked(node.body, tape)) else node.orelse]
        elif not isinstance(node, ast.Lambda):
            pending += ast.iter_child_nodes(node)


def _model_of(call: ast.Call) -> str:
    """The model whose weights a gradient is taken of: "self.model"."""
    sources = call.args[1]
    weights = isinstance(sources, ast.Attribute) and sources.attr in WEIGHTS
    return written(sources.value) if weights and isinstance(sources, ast.Attribute) else ""


def _is_call_of(node: ast.AST, model: str) -> bool:
    """Whether a model is called, if only by one of its methods, or handed to something that may."""
    if not isinstance(node, ast.Call):
        return False
    function = written(node.func)
    given = [*node.args, *(one.value for one in node.keywords)]
    return function == model or function.startswith(f"{model}.") or any(written(one) == model for one in given)


def _outputs(statement: ast.stmt, model: str) -> list[str]:
    """The name of what a model computes: `predicted = model(x, training=True)`."""
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)):
        return []
    return _names(statement.targets) if written(statement.value.func) == model else []


def _names(targets: Sequence[ast.expr]) -> list[str]:
    return [one.id for one in targets if isinstance(one, ast.Name)]


def _is_loss(statement: ast.Assign, output: str) -> bool:
    """Whether a statement computes a loss of an output."""
    named = any(LOSS.search(name) for name in _names(statement.targets))
    return named and reads(statement.value, {output}) and isinstance(statement.value, (ast.Call, ast.BinOp))


def _taken(value: ast.expr, outputs: set[str]) -> Iterator[ast.Call]:
    """The calls `output.numpy()` in an expression, of which no gradient leads back."""
    for node in nodes_of(value):
        if isinstance(node, ast.Call) and method(node) == "numpy" and owner(node) in outputs:
            yield node
