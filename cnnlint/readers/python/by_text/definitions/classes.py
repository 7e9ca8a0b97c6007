"""Layers that a class of a program makes and never calls, and models that are frozen before they are compiled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.graph import Event, FrozenFirst, LayerUncalled, Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import TRAINS
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, operands, owner
from cnnlint.readers.python.text.written import written

#: what reads attributes by names that are made up, or all layers of an object
DYNAMIC = pattern(
    r"getattr\(|setattr\(|__dict__|vars\(|\beval\(|\bexec\(|\bself\.(layers|submodules|_flatten_layers)\b"
)
MODEL = pattern(r"(^|\.)Model$")
LAYER = pattern(r"(^|\.)Layer$")
#: what `keras.layers` holds beside layers: `input_spec` is read by Keras
NO_LAYER = frozenset({"InputSpec"})


@once
def events(parsed: Parsed) -> tuple[Event, ...]:
    """Every such place of a file."""
    if parsed.ast is None:
        return ()
    text, found = SourceText(parsed.text), list[Event]()
    if "Layer)" in parsed.text and not DYNAMIC.search(parsed.source.code):
        found += [
            LayerUncalled(origin=origin_of(text, at), layer=layer, cls=cls, name=name)
            for at, layer, cls, name in _uncalled(parsed)
        ]
    found += placed(
        Miswritten,
        parsed,
        _plain_weights(parsed) if "Layer)" in parsed.text and not re.search(r"\.(watch|numpy)\(", parsed.text) else (),
    )
    if ".trainable" in parsed.text and ".compile(" in parsed.text:
        found += [FrozenFirst(origin=origin_of(text, at), name=name) for at, name in _frozen_first(parsed)]
    return tuple(found)


def _uncalled(parsed: Parsed) -> Iterator[tuple[ast.expr, str, str, str]]:
    """`self.norm2 = LayerNormalization()` of a layer whose file never reads `.norm2`."""
    own = {node.name for node in parsed.listing.of(ast.ClassDef) if any(LAYER.search(written(b)) for b in node.bases)}
    known = {
        alias.name
        for node in parsed.listing.of(ast.ImportFrom)
        for alias in node.names
        if (node.module or "").endswith("keras.layers")
    }
    read = {node.attr for node in parsed.listing.of(ast.Attribute) if isinstance(node.ctx, ast.Load)}
    for node in parsed.listing.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        model = any(MODEL.search(written(base)) for base in node.bases)
        if not (node.name in own or model) or "call" not in methods or "__init__" not in methods:
            continue
        for statement in methods["__init__"].body:
            value = statement.value if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if not (isinstance(value, ast.Call) and isinstance(target, ast.Attribute)):
                continue
            made = written(value.func)
            if model and made not in own:
                continue  # Keras's own are known by the graph
            layer = called(value) if made in own | known or re.search(r"(^|\.)layers\.[A-Z]\w+$", made) else ""
            if layer not in ("", *NO_LAYER) and written(target.value) == "self" and target.attr not in read:
                yield value, layer, node.name, target.attr


#: what the weights of a layer are called, what makes tensors of random numbers, and where those are meant to stay
KERNEL = pattern(r"^(w|W|kernel|weights?|w_?\d|W_?\d)$")
RANDOM = pattern(r"^((tf|keras)\.random\.(normal|uniform|truncated_normal)|np\.random\.(randn?|normal|uniform))$")
MEANT = pattern(
    r"random|fourier|project|reservoir|echo|fixed|frozen|hash|noise|mask|\b(cos|sin)\(|Variable|add_weight"
    r"|add_variable|variable\(|layers\.[A-Z]|setattr|sketch|feature|elm|trainable|extreme|feedback",
    re.IGNORECASE,
)
MULTIPLIED = frozenset({"matmul", "dot", "tensordot", "einsum"})


def _plain_weights(parsed: Parsed) -> Flaws:
    """`self.w = tf.random.normal((n, 8))` of a layer that multiplies what it is given by it, and makes no variable."""
    for node in parsed.listing.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        layer = len(node.bases) == 1 and LAYER.search(written(node.bases[0])) is not None
        if not layer or "call" not in methods or MEANT.search(node.name):
            continue
        for statement in (at for one in ("__init__", "build") if one in methods for at in methods[one].body):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            made = statement.value if isinstance(statement, ast.Assign) else None
            made = made.left if isinstance(made, ast.BinOp) else made
            own = isinstance(target, ast.Attribute) and written(target.value) == "self" and KERNEL.match(target.attr)
            if not own or not isinstance(made, ast.Call) or not RANDOM.match(written(made.func)):
                continue
            drawn = RANDOM_CALL.sub("", "\n".join(map(written, node.body)))  # `tf.random.normal` says no more than that
            if MEANT.search(drawn):
                break
            stored = [one for one in parsed.listing.of(ast.Attribute) if not isinstance(one.ctx, ast.Load)]
            again = sum(one.attr == target.attr for one in stored) > 1  # type: ignore[union-attr]
            if again or not any(BIAS.search(written(at)) for at in nodes_of(node) if isinstance(at, ast.Assign)):
                continue  # what is only multiplied by may be meant to stay: a projection, a code, a measurement
            if any(_multiplies(one, written(target)) for one in nodes_of(methods["call"])):  # type: ignore[arg-type]
                yield made, "plain weights", written(target)  # type: ignore[arg-type]
                break


#: a bias of zeros, which only a layer that is to learn has
BIAS = pattern(r"^self\.(b|bias|B|b_?\d) = (tf|np|keras\.ops|ops)\.zeros\(")
#: a call of `tf.random` and its like
RANDOM_CALL = pattern(r"\b(tf|keras|np)\.random\.")


def _multiplies(node: ast.AST, weights: str) -> bool:
    """`tf.matmul(x, self.w)`, `x @ self.w`"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return written(node.right) == weights
    return called(node) in MULTIPLIED and any(written(one) == weights for one in operands(node))


def _frozen_first(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`judge.trainable = False` before `judge.compile(…)`, where nothing ever thaws it, and it is trained."""
    statements = [
        (node, node.targets[0].value)
        for node in parsed.listing.of(ast.Assign)
        if isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "trainable"
    ]
    statement, model = statements[0] if len(statements) == 1 else (None, None)
    if statement is None or not isinstance(model, ast.Name):
        return
    name, value = model.id, statement.value
    if not (isinstance(value, ast.Constant) and value.value is False):
        return
    for scope in scopes(parsed):
        made = scope.once(name) if statement in scope.of(ast.Assign) else None
        if not isinstance(made, ast.Call) or made.lineno >= statement.lineno:
            continue
        compiled = [one for one in scope.calls(frozenset({"compile"})) if owner(one) == name]
        trained = [one for one in scope.calls(TRAINS) if owner(one) == name]
        if len(compiled) == 1 and trained and statement.lineno < compiled[0].lineno < trained[0].lineno:
            added = [one for one in scope.calls(frozenset({"add"})) if owner(one) == name]
            handed = any(
                isinstance(one.func, ast.Name) and any(written(at) == name for at in one.args)
                for one in scope.of(ast.Call)
                if statement.lineno < one.lineno < trained[0].lineno
            )
            if all(one.lineno < statement.lineno for one in added) and not handed:
                yield trained[0], name
