"""Smaller copies of a model for short runs: smaller pictures and fewer filters, the same layers in the same order.

A plan is chosen from the graph alone, so the same model always gets the same plan. Widths are divided by at most
eight: relu before softmax, swapped operands, double softmax, unscaled inputs and affine networks kept their sign there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.confirm.data.probes import input_kind
from cnnlint.graph import Model, Node, Shape
from cnnlint.graph.kinds import CONVOLUTIONS, DEPTHWISE, RECURRENT, SEPARABLE, TRANSPOSED
from cnnlint.graph.values import size

WIDE = CONVOLUTIONS | TRANSPOSED | SEPARABLE | RECURRENT | {"Dense", "Embedding", "MultiHeadAttention"}

MOST_OPERATIONS = 0.3e6
"""Multiplications a sample in the forward pass that a short run may cost."""

UNKNOWN_OPERATIONS = 10e6
"""What a layer of unknown size is taken to cost."""

UPDATE = 0.2
"""What a weight of an embedding costs, which is looked up but updated in every step: 1.7 ns of a step, in
multiplications (0.1 ns) a sample of a batch of 32, whose step takes three passes."""

TURN = 6e5
"""What a recurrent layer costs at each place of a sequence beside its multiplications: 0.05 to 0.09 ms of a step."""
FASTER_TURN = {"LSTM": 1e5, "GRU": 1.5e5, "SimpleRNN": 0.5e5}
"""The same of those that are laid out (see `recurrent`): 0.005 to 0.02 ms."""

LARGEST_SIDE, SIDE = 32, 24
"""Pictures with a smaller side above the first are reduced to the second."""

LONGEST_SEQUENCE, SEQUENCE = 32, 24
"""Sequences that recurrent layers read, above the first, are cut to the second."""


class Plan(Struct, frozen=True):
    """How a model is built: widths divided by `divisor`, pictures reduced to a smaller side of at most `side`,
    sequences (of tokens, or of rows of numbers) cut to `length`.

    `small_applications` puts a few convolutions in the place of a whole `keras.applications` model.
    """

    divisor: float = 1.0
    side: int | None = None
    small_applications: bool = False
    length: int | None = None

    @property
    def shrinks(self) -> bool:
        """Whether a model is anything but full size under it."""
        return self.divisor > 1 or self.side is not None or self.length is not None

    def width(self, value: int) -> int:
        """A number of filters or units under this plan."""
        if self.divisor == 1.0:
            return value
        if self.divisor > 1.0 and value <= 4:
            return value
        return max(min(value, 4), round(value / self.divisor))

    def size(self, shape: tuple[int, ...], kind: str) -> tuple[int, ...]:
        """The shape of a picture (height, width, channels), volume or sequence, reduced if it is too large."""
        if self.length is not None and kind in ("tokens", "signal"):
            return (min(shape[0], self.length), *shape[1:])
        if self.side is None or kind not in ("image", "volume", "signal"):
            return shape
        spatial = shape[:-1]
        limit = self.side if kind != "signal" else 4 * self.side
        smallest = min(spatial)
        if smallest <= limit:
            return shape
        return (*(max(1, round(side * limit / smallest)) for side in spatial), shape[-1])


FULL = Plan()


def plans(model: Model) -> list[Plan]:
    """The plans to try in turn: the cheapest that fits the budget first, then with larger pictures, then full size.

    A later plan is for models that cannot be built smaller (windows larger than what is left of the picture).
    """
    applications = any(node.kind == "Application" for node in model.nodes)
    base = Plan(small_applications=applications, length=SEQUENCE if _long(model) else None)
    sides: list[int | None] = [None]
    smallest = _smallest_side(model)
    if smallest is not None and smallest > LARGEST_SIDE:
        sides = [side for side in (SIDE, 32, 48, 64, 96, 128) if side < smallest] + [None]
    chosen: list[Plan] = []
    for side in sides:
        for divisor in (1.0, 2.0, 4.0, 8.0):
            plan = replace(base, divisor=divisor, side=side)
            if divisor == 8.0 or cost(model, plan) <= MOST_OPERATIONS:
                chosen.append(plan)
                break
    dear = 0.6 if chosen[0].divisor > 1 else 1.2
    if smallest is not None and cost(model, chosen[0]) > dear * MOST_OPERATIONS and smallest >= 24:
        # the narrowest is still slow: a little off the pictures as well, which takes nothing from digits of 8×8
        chosen.insert(0, replace(chosen[0], side=20))
    chosen.append(replace(base, divisor=1.0, side=None, length=None))
    return list(dict.fromkeys(chosen))


def cost(model: Model, plan: Plan) -> float:
    """The multiplications of one forward pass for one sample under a plan, as far as shapes are known."""
    total = 0.0
    smallest = _smallest_side(model)
    scale = min(1.0, plan.side / smallest) if plan.side and smallest else 1.0
    kept = protected(model)
    for node in model.nodes:
        shape, source = node.shape, node.inputs[0].shape if node.inputs else None
        if node.kind not in WIDE | DEPTHWISE:
            continue
        if shape is None or source is None:
            total += UNKNOWN_OPERATIONS / plan.divisor**2
            continue
        width = shape[-1] or 1
        wide = plan.width(width) if id(node) not in kept else width
        incoming = source[-1] or 1
        from_input = bool(node.inputs) and node.inputs[0].kind == "Input"
        deep = incoming if from_input else plan.width(incoming)
        if node.kind == "Embedding":
            total += UPDATE * (node.parameters or 0) * wide / width
        elif node.kind in RECURRENT:
            # every place is multiplied by all weights: those of the inputs, and those of the state, which is as wide
            shrunk = wide * (deep + wide) / (width * (incoming + width))
            area = math.prod(side or 1 for side in shape[2 - len(source) : -1])
            total += _places(node, plan) * area * scale**2 * shrunk * (node.parameters or 0)
        elif node.kind == "Dense":
            flattened = bool(node.inputs[0].inputs) and len(node.inputs[0].inputs[0].shape or ()) > 2
            shrunk = incoming * scale**2 / plan.divisor if flattened else plan.width(incoming)
            total += shrunk * wide * math.prod(side or 1 for side in shape[1:-1])
        else:
            window = node.value("kernel_size")
            taps = math.prod(window) if isinstance(window, tuple) else 9
            places = math.prod(side or 1 for side in shape[1:-1]) * scale**2
            total += places * taps * (wide if node.kind in DEPTHWISE else wide * deep)
    return total


def step_cost(model: Model, plan: Plan, batch: int) -> float:
    """The multiplications of a training step, and what its recurrent layers cost beside them.

    The gradient takes two more passes than the answer.
    """
    turns = sum(_turn(node) * _places(node, plan) for node in model.nodes if node.kind in RECURRENT)
    return 3 * batch * cost(model, plan) + turns


def _turn(node: Node) -> float:
    """What a recurrent layer costs at one place of a sequence beside its multiplications, in both directions."""
    inner = node.value("layer")
    kind = inner[0] if isinstance(inner, tuple) and inner else node.kind
    return FASTER_TURN.get(str(kind), TURN) * (2 if node.kind == "Bidirectional" else 1)


def _places(node: Node, plan: Plan) -> int:
    """The places of the sequence that a recurrent layer reads one after the other."""
    source = node.inputs[0].shape if node.inputs else None
    length = (source[1] if source is not None and len(source) > 2 else None) or SEQUENCE
    return min(length, plan.length) if plan.length is not None else length


def pictures(source: Node, users: Sequence[Node]) -> tuple[int, ...] | None:
    """The shape of the pictures that an input is reshaped to at once, where all its readers agree and it is known."""
    targets = {user.value("target_shape") for user in users if user.kind == "Reshape"}
    if len(targets) != 1 or any(user.kind != "Reshape" for user in users):
        return None
    (target,) = targets
    if not isinstance(target, tuple) or len(target) != 3 or not all(isinstance(side, int) for side in target):
        return None
    if min(target) <= 0 or (source.shape is not None and size(source.shape) not in (None, math.prod(target))):
        return None
    return target


def _long(model: Model) -> bool:
    """Whether recurrent layers read long sequences: a model of one input, for parts of several may belong together."""
    recurrent = any(node.kind in RECURRENT for node in model.nodes)
    shapes = [node.shape for node in model.inputs if node.shape is not None and 1 < len(node.shape) < 4]
    return recurrent and len(model.inputs) == 1 and any((shape[1] or 0) > LONGEST_SEQUENCE for shape in shapes)


def _smallest_side(model: Model) -> int | None:
    sides = []
    for node in model.inputs:
        reshaped = pictures(node, model.consumers(node))
        shape = (None, *reshaped) if reshaped is not None else node.shape
        if shape is None or input_kind(shape[1:]) not in ("image", "volume"):
            continue
        sides += [side for side in _last(shape, node)[1:-1] if side is not None]
    return min(sides) if sides else None


def _last(shape: Shape, node: Node) -> Shape:
    """An input's shape with the channels last: a short first axis before two long ones holds them."""
    if channels_first(shape):
        return (shape[0], *shape[2:], shape[1])
    return shape


def channels_first(shape: Shape) -> bool:
    """Whether a picture's shape (with the batch) has its channels in front: 1 or 3 before two larger sides."""
    if len(shape) != 4 or shape[1] is None or shape[3] is None:
        return False
    return shape[1] in (1, 3) and shape[3] not in (1, 3, 4)


def protected(model: Model) -> set[int]:
    """The ids of the weighted layers that make the outputs: their widths are the number of classes."""
    kept: set[int] = set()
    seen: set[int] = set()
    pending = list(model.outputs)
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.kind in WIDE:
            kept.add(id(node))
        else:
            pending.extend(node.inputs)
    return kept
