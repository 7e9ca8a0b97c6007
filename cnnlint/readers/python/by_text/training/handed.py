"""What a program hands on that is taken for something else: probabilities for scores, all samples for a batch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.graph import Event, Miswritten, TrainableSet
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import path_of
from cnnlint.readers.python.by_text.fits import FIT, tapes_of
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import bound_once, called, method, operands, owner, receiver
from cnnlint.readers.python.text.written import written

#: how the share of the variance is called that a model explains
EXPLAINED = pattern(
    r"^(r2|r_?sq(uare[ds]?)?|r2_?score|r2_?metric|coeff_determination|coefficient_of_determination)$", re.IGNORECASE
)
#: how far back a value is followed
STEPS = 6


@once
def events(parsed: Parsed) -> tuple[Event, ...]:
    """Every such place of a file."""
    if parsed.ast is None or "keras" not in parsed.source.text:
        return ()
    found = [*_unexplained(parsed)]
    for scope in scopes(parsed):
        found += [*_drawn(parsed, scope), *_whole_set(scope), *_frozen_late(parsed, scope)]
    text = SourceText(parsed.text)
    set_late = (one for scope in scopes(parsed) for one in _set_late(parsed, scope))
    return (
        *placed(Miswritten, parsed, found),
        *(TrainableSet(origin=origin_of(text, at), of=name) for at, name in set_late),
    )


def _set_late(parsed: Parsed, scope: Scope) -> Iterator[tuple[ast.expr, str]]:
    """`base = load_model(path)`, and `base.trainable = True` between two trainings of a model that it is a part of,
    without another `compile`."""
    for node in scope.of(ast.Assign):
        at = node.targets[0]
        told = isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
        if not (isinstance(at, ast.Attribute) and at.attr == "trainable" and isinstance(at.value, ast.Name) and told):
            continue
        made = scope.once(at.value.id)
        used = any(written(one.func) == at.value.id and one.lineno < at.lineno for one in scope.of(ast.Call))
        if made is None or called(made) != "load_model" or not used:
            continue
        compiles = list(scope.calls(frozenset({"compile"})))
        fits = list(scope.calls(FIT))
        whole = {receiver(one) for one in compiles if one.lineno < at.lineno} & {receiver(one) for one in fits}
        again = [
            one for one in fits if receiver(one) in whole and scope.ran_before(node, one) and one.lineno > at.lineno
        ]
        own = {id(one) for one in compiles}
        everywhere = (one for one in parsed.listing.of(ast.Call) if method(one) == "compile")
        behind = [one for one in everywhere if one.lineno > at.lineno or id(one) not in own]
        before = [one for one in fits if receiver(one) in whole and one.lineno < at.lineno]
        model = scope.once(next(iter(whole))) if len(whole) == 1 else None
        if again and before and not behind and called(model or node) in ("Model", "Sequential"):
            yield at, at.value.id
            return


def _drawn(parsed: Parsed, scope: Scope) -> Flaws:
    """`tf.random.categorical(model(x)[:, -1], 1)` of a model that ends in a softmax."""
    if ".activation =" in parsed.text:  # it may be none by now
        return
    for call in scope.calls(frozenset({"categorical"})) if "random.categorical" in parsed.text else ():
        given = call.args[0] if call.args else None
        value, at = scope.bound_to(given, call) if given is not None else (call, call)
        for _ in range(STEPS):
            if isinstance(value, ast.Subscript):
                value, at = scope.bound_to(value.value, at)
            elif called(value) in ("expand_dims", "squeeze") and operands(value):
                value, at = scope.bound_to(operands(value)[0], at)
            elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
                value, at = scope.bound_to(value.left, at)
        asked = value.func if isinstance(value, ast.Call) else None
        asked = asked.value if isinstance(asked, ast.Attribute) and asked.attr == "predict" else asked
        if given is not None and isinstance(asked, ast.Name) and _is_softened(parsed, asked.id):
            yield given, "drawn", written(given)
            return


def _is_softened(parsed: Parsed, name: str) -> bool:
    """Whether the last layer of a model, written out in one piece or added layer by layer, is told to be a softmax."""
    made = bound_once(parsed).get(name)
    if called(made or parsed.listing.nodes[0]) not in ("Sequential", "Model"):
        return False
    layers = operands(made)[0] if made is not None and operands(made) else None
    last: ast.expr | None = None
    if called(made or parsed.listing.nodes[0]) == "Model":
        outputs = operands(made)[1:2] if made is not None else []
        last = bound_once(parsed).get(written(outputs[0])) if outputs else None
        last = last.func if isinstance(last, ast.Call) else None
    elif isinstance(layers, ast.List) and layers.elts:
        last = layers.elts[-1]
    elif layers is None:
        added = [one for one in parsed.listing.of(ast.Call) if method(one) == "add" and owner(one) == name and one.args]
        last = max(added, key=lambda one: one.lineno).args[0] if added else None
    told = [written(one.value) for one in getattr(last, "keywords", ()) if one.arg == "activation"]
    told += [written(one) for one in operands(last)] if last is not None and called(last) == "Activation" else []
    return any(re.search(r"\bsoftmax\b", one) for one in told)


def _whole_set(scope: Scope) -> Flaws:
    """`for xb, yb in data: … loss(yb, model(x_train))`, of data that are made of `x_train`: no batch is ever asked."""
    for loop in scope.of(ast.For):
        target, stream = loop.target, loop.iter
        counted = operands(stream) if called(stream) == "enumerate" else []
        if counted and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            target, stream = target.elts[1], counted[0]
        pair = [one.id for one in target.elts if isinstance(one, ast.Name)] if isinstance(target, ast.Tuple) else []
        path = path_of(scope, stream) if len(pair) == 2 else []
        rows = operands(path[0])[0] if path and called(path[0]) == "from_tensor_slices" and operands(path[0]) else None
        whole = written(rows.elts[0]) if isinstance(rows, ast.Tuple) and len(rows.elts) == 2 else ""
        if not whole:
            continue
        tapes = tapes_of(nodes_of(loop))
        read = {one.id for one in nodes_of(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        if not tapes or pair[0] in read or pair[1] not in read:
            continue
        for call in nodes_of(tapes[0]):
            given = call.args[0] if isinstance(call, ast.Call) and call.args else None
            if given is not None and isinstance(given, ast.Name) and given.id == whole:
                yield given, "whole set", whole
                return


def _frozen_late(parsed: Parsed, scope: Scope) -> Flaws:
    """`gan.compile(…)`, and then `judge.trainable = False`: the two were compiled to train it."""
    if "train_on_batch" not in parsed.text:
        return
    stored = [one for one in parsed.listing.of(ast.Attribute) if isinstance(one.ctx, ast.Store)]
    everywhere = [one for one in stored if one.attr == "trainable"]
    trains = [one for one in parsed.listing.of(ast.Call) if method(one) == "train_on_batch"]
    trained = {receiver(one) for one in trains}
    own = {id(one) for one in scope.of(ast.Call)}
    elsewhere = [one for one in parsed.listing.of(ast.Call) if method(one) == "compile" and id(one) not in own]
    for node in scope.of(ast.Assign):
        at = node.targets[0]
        off = isinstance(node.value, ast.Constant) and node.value.value is False
        if not (isinstance(at, ast.Attribute) and at.attr == "trainable" and off):
            continue
        judge = written(at.value)
        if sum(written(one.value) == judge for one in everywhere) != 1:
            continue
        compiles = [(receiver(one), one.lineno) for one in scope.calls(frozenset({"compile"}))]
        before = {name for name, at_line in compiles if at_line < node.lineno}
        behind = [name for name, at_line in compiles if at_line > node.lineno]
        used = [one for one in scope.of(ast.Call) if written(one.func) == judge and one.lineno < node.lineno]
        both = {name for name in before - {judge} if name in trained}
        late = [one for one in trains if receiver(one) in both and (id(one) not in own or one.lineno > node.lineno)]
        if judge in before & trained and len(both) == 1 and used and late and not behind and not elsewhere:
            yield at, "frozen late", f"{judge}, {next(iter(both))}"
            return


def _is_lost(parsed: Parsed, name: str) -> bool:
    """Whether a function is a loss, which is to be 0, or what a caller takes away from 1."""
    if "loss" in name.lower() or re.search(rf"\b1(\.0?)? - {name}\(", parsed.text):
        return True
    given = [one.value for call in parsed.listing.of(ast.Call) for one in call.keywords if one.arg == "loss"]
    given += [call.args[1] for call in parsed.listing.of(ast.Call) if method(call) == "compile" and len(call.args) > 1]
    return any(isinstance(at, ast.Name) and at.id == name for one in given for at in nodes_of(one))


def _unexplained(parsed: Parsed) -> Flaws:
    """`def r2(y_true, y_pred): return residual / total`: 1 less it is what the model explains."""
    for function in parsed.listing.of(ast.FunctionDef):
        if not EXPLAINED.match(function.name) or len(function.args.args) < 2:
            continue
        returns = [one.value for one in nodes_of(function) if isinstance(one, ast.Return) and one.value is not None]
        inner = next((one for one in scopes(parsed) if one.root is function), None)
        value = inner.resolved(returns[0]) if len(returns) == 1 and inner is not None else None
        if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div)) or inner is None:
            continue
        if _is_lost(parsed, function.name):
            continue
        names = {one.arg for one in function.args.args[:2]}
        left = written(inner.resolved(value.left))
        squared = "square" in left or "** 2" in left
        differs = re.search(r"(\w+) - (\w+)", left)
        if squared and differs and {differs[1], differs[2]} == names:
            yield value, "unexplained", function.name
