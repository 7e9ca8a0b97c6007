"""Losses that a program writes out in tensor operations, recognised as the loss they are, or not at all.

A loss is taken apart from its end: averages, sums, signs, constant factors and weights are gone through, sums of terms
are followed into each. What then stands there is the square or the absolute value of a difference between a prediction
and something else, or something else times the logarithm of a prediction. What multiplies by a prediction (a focal
loss, an entropy) is another loss, and stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Loss, Node, kinds
from cnnlint.graph.walks import TRAINED, ancestors
from cnnlint.readers.python.building.training.slopes import is_filled
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import LossTensor, TensorValue, Value, elements

#: what computes predictions; a row that is looked up is none
WEIGHTED = TRAINED - kinds.of("embedding")
#: what a value goes through on its way to the number that is minimised
REDUCING = frozenset(
    {
        "ReduceMean",
        "ReduceSum",
        "Rescaling",
        "Negative",
        "Cast",
        "Reshape",
        "Squeeze",
        "ExpandDims",
        "Flatten",
        "BiasAdd",
    }
)
#: what keeps a logarithm finite, and changes no prediction
GUARDS = frozenset({"Clip", "Rescaling", "Cast", "Reshape", "Squeeze", "ExpandDims", "Flatten"})
#: how many operations of one loss are looked at
LARGEST = 200

Test = Callable[[Node], bool]


def is_prediction(node: Node) -> bool:
    """Whether a node is computed by a weighted layer: what `zeros_like(p)` takes of p is its shape alone."""
    return any(one.kind in WEIGHTED for one in ancestors(node, until=is_filled))


class _Term(Struct, frozen=True):
    """One term of a loss: what it is, of which output, against what, and the operation that shows it."""

    name: str
    output: Node
    at: Node
    from_logits: bool = False
    label: Node | ArrayFacts | None = None
    #: 1 where more of it is minimised, -1 where less of it is, 0 where that is not known
    sign: int = 0
    #: labels are multiplied by the logarithm of a softmax or sigmoid that nothing keeps from 0
    unguarded: bool = False


#: the sign that a term has in a loss: distances are made small, logarithms of probabilities large
SIGNS = {"mean_squared_error": 1, "mean_absolute_error": 1}


def losses_in(run: Run, value: Value) -> list[Loss]:
    """The losses that a value stands for: those of loss functions, and those that are written out in it."""
    if isinstance(value, LossTensor):
        return list(value.losses)
    if isinstance(value, TensorValue):
        value.node.escapes = True
        return written_out(run, value.node)
    return [loss for item in elements(value) or () for loss in losses_in(run, item)]


def written_out(run: Run, node: Node, predicts: Test = is_prediction) -> list[Loss]:
    """The losses in an expression of tensor operations: `-sum(y * log(p))`, `mean(square(p - y))`, sums of such."""
    terms = list(_terms(node, predicts))
    found: dict[tuple[str, int], _Term] = {}
    for term in terms:
        found.setdefault((term.name, id(term.output)), term)
    # y log(p) + (1 - y) log(1 - p): two logarithms of the same output
    both = {id(term.output) for term in terms if term.name == "complement"}
    result = []
    for term in found.values():
        if term.name == "complement":
            if ("categorical_crossentropy", id(term.output)) in found:
                continue
            term = replace(term, name="binary_crossentropy")
        elif term.name == "categorical_crossentropy" and (id(term.output) in both or _is_yes_or_no(term.output)):
            term = replace(term, name="binary_crossentropy")
        result.append(_loss(run, term))
    inverted = bool(terms) and all(term.sign == -SIGNS.get(term.name, -1) for term in terms)
    bare = {id(term.output) for term in terms if term.unguarded}
    for loss in result:
        loss.inverted, loss.unguarded = inverted, id(loss.output) in bare
    return result


def _is_sigmoid(node: Node) -> bool:
    return node.activation == "sigmoid"


def _is_yes_or_no(node: Node) -> bool:
    """Whether a lone y log(p) may ask about a sigmoid: of several, those that y leaves out are asked nothing."""
    return _is_sigmoid(node) and (not node.shape or node.shape[-1] in (1, None))


def _loss(run: Run, term: _Term) -> Loss:
    loss = Loss(term.name, term.from_logits, term.at.origin, term.at.placement)
    loss.output, loss.written_out = term.output, True
    if isinstance(term.label, ArrayFacts):
        loss.labels = term.label
    elif term.label is not None:
        term.label.escapes = True
        loss.labels_node = term.label
    term.output.escapes = True
    run.building.losses.append(loss)
    return loss


# --- taking an expression apart -------------------------------------------------------------------------------


def operation(node: Node) -> str:
    """What a node does: its kind, or the operator that one with an operand outside of the graph stands for."""
    return node.note if node.opaque else node.kind


def operand(node: Node) -> Any:
    """The operand of an operator that is no tensor: facts of an array, a number; None if there is none."""
    argument = node.arguments.get("operand")
    return argument.value if argument is not None else None


def _terms(node: Node, predicts: Test) -> Iterator[_Term]:
    pending, seen = [(node, 1)], 0
    while pending and seen < LARGEST:
        (current, sign), seen = pending.pop(0), seen + 1
        what = operation(current)
        term = _distance(current, predicts) or _logarithm(current, predicts)
        if term is not None:
            yield replace(term, sign=sign * term.sign)
        elif what in REDUCING or what in ("Add", "Subtract", "Concatenate", "Stack", "AddN"):
            pending += [(source, sign * factor) for source, factor in zip(current.inputs, _signs(current), strict=True)]
        elif what in ("Multiply", "Divide", "MatMul"):
            # a weight or a mask beside a term; a factor that is predicted makes it another loss
            predicted = [source for source in current.inputs if predicts(source)]
            if len(predicted) == 1 and (what == "Multiply" or current.inputs[0] is predicted[0]):
                pending += [(source, 0) for source in predicted]


def _signs(node: Node) -> list[int]:
    """The sign with which an operation passes each of its inputs on."""
    what, signs = operation(node), [1] * len(node.inputs)
    if what == "Negative":
        return [-1] * len(node.inputs)
    if what == "Rescaling":
        scale = node.value("scale")
        return [(scale > 0) - (scale < 0) if isinstance(scale, (int, float)) else 0] * len(node.inputs)
    if what == "Subtract":
        return [1, -1] if len(node.inputs) == 2 else [0] * len(node.inputs)
    return [0] * len(node.inputs) if what == "BiasAdd" else signs


def _label_sign(label: object) -> int:
    """The sign of what a logarithm is multiplied by: of labels, and of 1 less the labels."""
    if isinstance(label, ArrayFacts):
        return 1 if (label.low or 0.0) >= 0.0 else 0
    if not isinstance(label, Node):
        return 0
    if label.kind == "Negative":
        return -_label_sign(label.inputs[0])
    if label.kind == "Rescaling":
        shift = (label.value("scale"), label.value("offset"))
        return {(-1.0, 1.0): 1, (1.0, -1.0): -1, (-1.0, 0.0): -1}.get(shift, 0)
    return 1 if label.kind in ("Input", "OneHot", "Cast") else 0


def _distance(node: Node, predicts: Test) -> _Term | None:
    """The square or the absolute value of a difference."""
    what = operation(node)
    if what == "Multiply":
        squared = len(node.inputs) == 2 and _equal(*node.inputs)
    else:
        squared = what == "Square" or (what in ("Power", "Pow") and operand(node) == 2)
    if not node.inputs or not (squared or what == "Abs"):
        return None
    inner = node.inputs[0]
    while operation(inner) in ("Cast", "Reshape", "Squeeze", "ExpandDims", "Flatten") and inner.inputs:
        inner = inner.inputs[0]
    if operation(inner) != "Subtract":
        return None
    pair, name = _sides(inner, predicts), "mean_squared_error" if squared else "mean_absolute_error"
    return _Term(name, pair[0], node, label=pair[1], sign=1) if pair is not None else None


def _equal(one: Node, other: Node) -> bool:
    """Whether two nodes compute the same of the same, as far as can be told."""
    if one is other:
        return True
    same = len(one.inputs) == len(other.inputs) and all(a is b for a, b in zip(one.inputs, other.inputs, strict=True))
    return same and bool(one.inputs) and operation(one) == operation(other) == "Subtract"


def _sides(node: Node, predicts: Test) -> tuple[Node, Node | ArrayFacts | None] | None:
    """The predicted side of a difference and the other one; None where both or neither are predicted."""
    predicted = [source for source in node.inputs if predicts(source)]
    others: list[Any] = [source for source in node.inputs if source not in predicted]
    outside = operand(node)
    if len(predicted) != 1 or len(others) + (outside is not None) != 1:
        return None
    label = others[0] if others else outside
    return predicted[0], label if isinstance(label, (Node, ArrayFacts)) else None


def _logarithm(node: Node, predicts: Test) -> _Term | None:
    """Something that is not predicted times the logarithm of a prediction, or the logarithm of a probability alone."""
    what = operation(node)
    if what == "Multiply":
        logs = [(source, found) for source in node.inputs if (found := _log(source, predicts)) is not None]
        if len(logs) != 1:
            return None
        source, (output, name, logits, unguarded) = logs[0]
        others: list[Any] = [other for other in node.inputs if other is not source] or [operand(node)]
        if any(isinstance(other, Node) and predicts(other) for other in others):
            return None
        label, sign = others[0], _label_sign(others[0])
        for one in _before_log(source):
            sign *= _signs(one)[0]
        against = label if isinstance(label, (Node, ArrayFacts)) else None
        return _Term(name, output, source, logits, against, sign, unguarded)
    found = _log(node, predicts)
    if found is None:
        return None
    output, name, logits, _ = found
    # a logarithm that nothing is multiplied by: of a probability of one class, as in a GAN
    return _Term(name, output, node, logits) if _is_sigmoid(output) else None


def _before_log(node: Node) -> list[Node]:
    """Signs and factors in front of a logarithm, the outermost first."""
    found: list[Node] = []
    while operation(node) in ("Negative", "Rescaling", "Cast") and node.inputs:
        found.append(node)
        node = node.inputs[0]
    return found


class _Logarithm(NamedTuple):
    """The prediction that a logarithm is taken of, and the loss that it points to."""

    output: Node
    name: str
    from_logits: bool
    #: nothing is added to a softmax or sigmoid, nothing clipped
    unguarded: bool = False


def _log(node: Node, predicts: Test) -> _Logarithm | None:
    """`log(p)`, `log(clip(p))`, `log(1 - p)` or `log_softmax(z)`."""
    for one in _before_log(node):
        node = one.inputs[0]
    if node.activation in ("log_softmax", "log_sigmoid") and node.inputs and predicts(node.inputs[0]):
        name = "categorical_crossentropy" if node.activation == "log_softmax" else "binary_crossentropy"
        return _Logarithm(node.inputs[0], name, True)
    if operation(node) != "Log" or not node.inputs or not predicts(node.inputs[0]):
        return None
    inner, name, guarded = node.inputs[0], "categorical_crossentropy", False
    while inner.kind in GUARDS and inner.inputs:
        if inner.kind == "Rescaling":
            name = "complement" if (inner.value("scale") or 0) < 0 else name
            guarded |= (inner.value("scale"), inner.value("offset")) != (-1.0, 1.0)
        guarded |= inner.kind == "Clip"
        inner = inner.inputs[0]
    bare = inner.kind in WEIGHTED or inner.kind in ("Input", "BiasAdd")
    if not (bare or inner.activation in ("softmax", "sigmoid", "relu")):
        return None
    return _Logarithm(inner, name, False, not guarded and inner.activation in ("softmax", "sigmoid"))
