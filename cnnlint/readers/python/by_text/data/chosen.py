"""Classes that a program picks out of many, and learns by the numbers that they had there, by the text alone."""

from __future__ import annotations

import ast

from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, asks, loss_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, owner
from cnnlint.readers.python.text.written import written

#: what leaves the numbers of labels, or the places of a mask, as they are
KEEPING = frozenset(
    {"reshape", "ravel", "flatten", "squeeze", "astype", "asarray", "array", "nonzero", "where", "copy"}
)
LIBRARIES = frozenset({"np", "numpy", "tf"})


def kept_numbers(scope: Scope) -> Found:
    """`y = y[np.isin(y, [3, 8])]`, and a model of two classes that is trained on it: 3 and 8 are not 0 and 1."""
    for fit in scope.calls(FIT):
        named = next((one.value for one in fit.keywords if one.arg == "y"), None)
        labels = fit.args[1] if len(fit.args) > 1 else named
        if labels is None:
            continue
        cut, at = _plain(scope, labels, fit)
        numbers = _numbers(scope, cut.slice, at, cut.value) if isinstance(cut, ast.Subscript) else set()
        if not numbers:
            continue
        losses = [
            written(one)
            for call in scope.calls(frozenset({"compile"}))
            if asks(scope, call, fit)
            for one in loss_of(call)
        ]
        if len(losses) != 1:
            continue
        units = _units(scope, owner(fit))
        binary = "binary_crossentropy" in losses[0] and units == 1 and not numbers <= {0, 1}
        sparse = "sparse_categorical" in losses[0] and units is not None and max(numbers) >= units > 1
        if binary or sparse:
            yield cut, "kept numbers", ", ".join(map(str, sorted(numbers)))


def _plain(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[ast.expr, ast.AST]:
    """What an expression stands for, its shape and type aside."""
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        first = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) and value.slice.value == 0
        if first and isinstance(value, ast.Subscript) and called(value.value) in KEEPING:
            value = value.value  # np.where(mask)[0]
        if not (isinstance(value, ast.Call) and called(value) in KEEPING):
            break
        held = isinstance(value.func, ast.Attribute) and owner(value) not in LIBRARIES
        if not held and len(value.args) != 1:
            break
        value = value.func.value if held else value.args[0]  # type: ignore[attr-defined]
    return value, at


def _numbers(scope: Scope, mask: ast.expr, at: ast.AST, labels: ast.expr) -> set[int]:
    """The class numbers that a mask lets through; empty where they are not written down."""
    mask, at = _plain(scope, mask, at)
    if isinstance(mask, ast.Call) and called(mask) in ("isin", "in1d") and len(mask.args) == 2:
        if any(one.arg == "invert" for one in mask.keywords) or not _of(mask.args[0], labels):
            return set()
        items = scope.bound_to(mask.args[1], at)[0]
        parts = [one.value if isinstance(one, ast.Constant) else None for one in getattr(items, "elts", ())]
        return {one for one in parts if isinstance(one, int)} if None not in parts else set()
    if isinstance(mask, ast.Call) and method(mask) in ("logical_or", "bitwise_or"):
        sides = mask.args
    elif isinstance(mask, ast.BinOp) and isinstance(mask.op, ast.BitOr):
        sides = [mask.left, mask.right]
    else:
        equal = isinstance(mask, ast.Compare) and len(mask.ops) == 1 and isinstance(mask.ops[0], ast.Eq)
        told = mask.comparators[0] if equal and isinstance(mask, ast.Compare) else None
        number = told.value if isinstance(told, ast.Constant) and _of(mask.left, labels) else None  # type: ignore[attr-defined]
        return {number} if isinstance(number, int) else set()
    found = [_numbers(scope, one, at, labels) for one in sides]
    return set().union(*found) if all(found) else set()


def _of(compared: ast.expr, labels: ast.expr) -> bool:
    """Whether what a mask compares are the labels that it picks from."""
    names = {one.id for one in nodes_of(labels) if isinstance(one, ast.Name)}
    return any(isinstance(one, ast.Name) and one.id in names for one in nodes_of(compared))


def _units(scope: Scope, model: str) -> int | None:
    """How wide the last dense layer of a Sequential is, where it is a number."""
    made = scope.once(model)
    if made is None or called(made) != "Sequential":
        return None
    first = made.args[0] if isinstance(made, ast.Call) and made.args else None
    layers = list(getattr(first, "elts", ()))
    layers += [one.args[0] for one in scope.calls(frozenset({"add"})) if owner(one) == model and one.args]
    dense = [one for one in layers if called(one) == "Dense"]
    last = dense[-1] if dense else None
    named = next((one.value for one in getattr(last, "keywords", ()) if one.arg == "units"), None)
    units = last.args[0] if isinstance(last, ast.Call) and last.args else named
    number = units.value if isinstance(units, ast.Constant) else None
    return number if isinstance(number, int) else None


FINDERS = (kept_numbers,)
