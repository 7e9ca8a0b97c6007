"""Masks that an embedding gives and a layer of the program's own does not pass on, by the text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.graph import Miswritten
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, method, owner
from cnnlint.readers.python.text.written import written

#: layers that skip what a mask hides, and those that hand it on (Keras 2 and 3: `supports_masking`)
SKIPPING = frozenset({"LSTM", "GRU", "SimpleRNN", "Bidirectional", "RNN"})
PASSING = frozenset({"Dropout", "SpatialDropout1D", "Dense", "LayerNormalization", "Activation", "TimeDistributed"})
#: how many layers are followed
STEPS = 12


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such layer of a file."""
    if parsed.ast is None or "keras" not in parsed.text or not ("mask_zero" in parsed.text or "Masking" in parsed.text):
        return ()
    own = frozenset(_unmasking(parsed))
    found = (one for scope in scopes(parsed) for one in _lost(scope, own)) if own else ()
    return placed(Miswritten, parsed, found)


def _unmasking(parsed: Parsed) -> Iterator[str]:
    """The classes that derive from Keras's `Layer` itself, and in which nothing speaks of masks."""
    for node in parsed.listing.of(ast.ClassDef):
        bases = [written(one).rpartition(".")[2] for one in node.bases]
        if bases == ["Layer"] and not node.keywords and "mask" not in written(node).lower():
            yield node.name


def _lost(scope: Scope, own: frozenset[str]) -> Flaws:
    """`Sequential([Embedding(n, k, mask_zero=True), Own(), LSTM(8)])`, and the same by calls of layers on tensors."""
    for chain in (*_listed(scope), *_added(scope), *_called(scope)):
        masked, lost = False, None
        for layer in chain:
            if _is_masking(layer):
                masked, lost = True, None
            elif called(layer) in own and masked and isinstance(layer, ast.expr):
                lost = lost or layer
            elif called(layer) in SKIPPING and lost is not None:
                yield lost, "mask lost", called(lost)
                return
            elif called(layer) not in PASSING | own:
                masked = False


def _is_masking(layer: ast.AST) -> bool:
    """Whether a layer gives a mask."""
    told = [one.value for one in layer.keywords if one.arg == "mask_zero"] if isinstance(layer, ast.Call) else []
    zero = any(isinstance(one, ast.Constant) and one.value is True for one in told)
    return called(layer) == "Masking" or (called(layer) == "Embedding" and zero)


def _listed(scope: Scope) -> Iterator[list[ast.expr]]:
    """The layers of each `Sequential([…])`."""
    for call in scope.of(ast.Call):
        first = call.args[0] if called(call) == "Sequential" and call.args else None
        if isinstance(first, ast.List):
            yield [scope.resolved(one) for one in first.elts]


def _added(scope: Scope) -> Iterator[list[ast.expr]]:
    """The layers that are added to a model one after the other, where no branch or loop decides."""
    adds: dict[str, list[ast.Call]] = {}
    for call in scope.calls(frozenset({"add"})):
        if owner(call) and len(call.args) == 1:
            adds.setdefault(owner(call), []).append(call)
    for name, calls in adds.items():
        made = scope.once(name)
        body = getattr(scope.root, "body", [])
        plain = made is not None and called(made) == "Sequential"
        if plain and all(scope.statement_of(one) in body for one in calls):
            yield [scope.resolved(one.args[0]) for one in calls]


def _called(scope: Scope) -> Iterator[list[ast.expr]]:
    """The layers that lead to each recurrent one: `x = Embedding(…)(x)`, `x = Own()(x)`, `LSTM(8)(x)`."""
    for call in scope.of(ast.Call):
        if called(_layer_of(scope, call)) not in SKIPPING or any(one.arg == "mask" for one in call.keywords):
            continue
        chain: list[ast.expr] = []
        value: ast.expr = call
        at: ast.AST = call
        for _ in range(STEPS):
            if not (isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords):
                break
            chain.append(_layer_of(scope, value))
            if method(value):
                break
            value, at = scope.bound_to(value.args[0], at)
        yield chain[::-1]


def _layer_of(scope: Scope, call: ast.Call) -> ast.expr:
    """The call that made the layer which is called."""
    return scope.resolved(call.func)
