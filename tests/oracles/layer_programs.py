"""Programs of layers and operations, grown a line at a time, each fitted to the shape Keras gives what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from .layer_steps import LAYERS, Draw, Shape, Step, merges
from .operation_steps import OPERATIONS
from .rarer_steps import RARER

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers, ops\n\n"
#: numbers that a tensor may hold, with a batch of 12
LARGEST = 1_000_000
#: how many of the steps are of the kinds that programs write less often
RARER_SHARE = 0.2


@dataclass
class Written:
    """A program: its text, and what stands on which row."""

    text: str
    form: str
    inputs: list[tuple[Shape, str]]
    #: the name on each row that makes a tensor, by row
    rows: dict[int, str] = field(default_factory=dict)
    #: the name of the layer on a row
    layers: dict[int, str] = field(default_factory=dict)


@dataclass
class Chain:
    """Lines as they are grown, with what Keras says of each."""

    inputs: list[tuple[Shape, str]]
    steps: list[tuple[Step, list[str]]] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)

    def line(self, number: int, form: str) -> str:
        """One step as a line of a functional model, or of a body of `call`."""
        step, operands = self.steps[number - 1]
        if not is_layer(step):
            return (step.tf if form == "tf" and step.tf else step.text).format(*operands)
        made = named(step, number) if form == "functional" else f"self.l{number}"
        return f"{made}({step.call.format(*operands)}){step.item}"


def is_layer(step: Step) -> bool:
    return step.is_layer


def named(step: Step, number: int) -> str:
    inner = "" if step.text.endswith("()") else ", "
    return f"{step.text[:-1]}{inner}name='l{number}')"


def grow(draw: Draw, rarer: float = RARER_SHARE) -> Chain:
    """A chain of one to seven steps, as far as Keras takes them; a share of them is of the rarer kinds."""
    rank = draw.choice((2, 3, 3, 4, 4, 4, 5))
    shape = tuple(draw.choice((1, 2, 3, 4, 6, 8)) for _ in range(rank - 1))
    if draw.flip(0.08) and rank > 2:
        place = draw.randrange(rank - 2)
        shape = tuple(None if axis == place else size for axis, size in enumerate(shape))  # type: ignore[misc]
    inputs: list[tuple[Shape, str]] = [((None if draw.flip(0.95) else 4, *shape), "float32")]
    if draw.flip(0.15):
        other = shape if draw.flip(0.6) else tuple(draw.choice((1, size)) for size in shape)
        if draw.flip(0.2):
            other = other[-1:]
        inputs.append(((None, *other), "float32"))
    chain = Chain(inputs)
    if draw.flip(0.05):
        chain.inputs = [((None, *shape[:2]), "int32")]
    space: dict[str, Any] = {"keras": keras, "layers": keras.layers, "ops": keras.ops, "np": np}
    for number, (size, dtype) in enumerate(chain.inputs):
        space[f"x{number}"] = keras.Input(batch_shape=size, dtype=dtype)
    current = "x0"
    plain = draw.flip(0.45)
    if chain.inputs[0][1] == "int32":
        chain.steps.append((Step(f"layers.Embedding(10, {draw.small()})"), ["x0"]))
        space["v1"] = space["x0"]
        current = grown(chain, space) or current
        if current == "x0":
            return chain
    for _ in range(draw.randint(1, 7)):
        if not space[current].shape:
            break
        shape = tuple(space[current].shape)
        tensors = [name for name in space if name[0] in "xv" and name[1:].isdigit() and name != current]
        families = LAYERS if plain or draw.flip() else OPERATIONS
        if tensors and not plain and draw.flip(0.3):
            other_name = draw.choice(tensors)
            found = list(merges(draw, shape, tuple(space[other_name].shape)))
            step, operands = draw.choice(found), [current, other_name]
            if step.operands == 1:
                operands = [current]
        else:
            families = RARER if draw.flip(rarer) and len(shape) > 1 else families
            found = list(draw.choice(families)(draw, shape))
            if not found:
                continue
            step, operands = draw.choice(found), [current]
        if plain and (step.operands > 1 or step.call != "{0}" or step.item):
            continue
        chain.steps.append((step, operands))
        made = grown(chain, space)
        if made is None and draw.flip(0.6):
            chain.steps.pop()
            continue
        if made is None:
            break
        current = made
        if np.prod([size or 12 for size in space[current].shape]) > 60000 or len(space[current].shape) > 6:
            break
    return chain


def grown(chain: Chain, space: dict[str, Any]) -> str | None:
    """Take the last step; None where Keras refuses it."""
    number = len(chain.steps)
    try:
        value = eval(chain.line(number, "functional"), space)
    except Exception:
        return None
    # kernels of TensorFlow divide by the size of an axis of none; what is too large would take all memory
    known = isinstance(value, keras.KerasTensor) and np.prod([12 if size is None else size for size in value.shape])
    if not 0 < known < LARGEST:
        chain.steps.pop()
        return f"v{number - 1}" if number > 1 else "x0"
    space[f"v{number}"] = value
    return f"v{number}"


def write(draw: Draw, chain: Chain) -> Written:
    """The program of a chain, in one of the forms that can hold it."""
    simple = (
        len(chain.inputs) == 1
        and chain.inputs[0][0][0] is None
        and all(is_layer(step) and step.call == "{0}" and not step.item for step, _ in chain.steps)
    )
    if simple and draw.flip(0.5):
        return sequential(draw, chain)
    if draw.flip(0.35):
        return subclassed(chain)
    part = nestable(chain)
    return nested(draw, chain, part) if part and draw.flip(0.6) else functional(chain)


def declared(chain: Chain, names: str = "x") -> list[str]:
    lines = []
    for number, (shape, dtype) in enumerate(chain.inputs):
        size = f"{shape[1:]!r}" if shape[0] is None else f"batch_shape={shape!r}"
        kind = ", dtype='int32'" if dtype == "int32" else ""
        lines.append(f"{names}{number} = keras.Input({size}{kind})")
    return lines


def nestable(chain: Chain) -> range | None:
    """The first run of two or three plain layers, each of which reads the one before, and which nothing else reads."""
    read = [name for _, operands in chain.steps for name in operands]
    plain = [is_layer(step) and step.call == "{0}" and not step.item for step, _ in chain.steps]
    for first in range(1, len(chain.steps)):
        last = first
        while last < len(chain.steps) and last < first + 2 and all(plain[first - 1 : last + 1]):
            if chain.steps[last][1] != [f"v{last}"] or read.count(f"v{last}") > 1:
                break
            last += 1
        if last > first:
            return range(first, last + 1)
    return None


def nested(draw: Draw, chain: Chain, part: range) -> Written:
    """A functional model that holds some of its layers in a Sequential, a model or a layer of its own."""
    made = [f"        {named(chain.steps[number - 1][0], number)}," for number in part]
    kind = draw.choice(("sequential", "layer", "function"))
    before = ["block = keras.Sequential([", *made, "])"]
    if kind != "sequential":
        held = "layers.Layer" if kind == "layer" else "keras.Model"
        lines = [f"class Block({held}):", "    def __init__(self, **kwargs):", "        super().__init__(**kwargs)"]
        lines += ["        self.held = [", *(f"    {line}" for line in made), "        ]", ""]
        lines += ["    def call(self, x):", "        for layer in self.held:", "            x = layer(x)"]
        before = [*lines, "        return x", "", "", "block = Block()"]
    return functional(chain, before, part)


def functional(chain: Chain, before: Sequence[str] = (), part: range = range(0)) -> Written:
    """A functional model; the layers of `part` are one call of `block`, which the lines before it make."""
    lines = [*before, *declared(chain)]
    written = Written("", "functional", chain.inputs)
    for number, (step, _) in enumerate(chain.steps, 1):
        if number in part:
            if number == part[-1]:
                lines.append(f"v{number} = block({chain.steps[part[0] - 1][1][0]})")
            continue
        lines.append(f"v{number} = {chain.line(number, 'functional')}")
        row = HEAD.count("\n") + len(lines)
        written.rows[row] = f"v{number}"
        if is_layer(step):
            written.layers[row] = f"l{number}"
    last = f"v{len(chain.steps)}" if chain.steps else "x0"
    used = {name for _, operands in chain.steps for name in operands} | {last}
    given = [f"x{number}" for number in range(len(chain.inputs)) if f"x{number}" in used]
    inputs = given[0] if len(given) == 1 else f"[{', '.join(given)}]"
    written.text = HEAD + "\n".join([*lines, f"model = keras.Model({inputs}, {last})", ""])
    return written


def sequential(draw: Draw, chain: Chain) -> Written:
    written = Written("", "sequential", chain.inputs)
    shape, dtype = chain.inputs[0]
    kind = ", dtype='int32'" if dtype == "int32" else ""
    added = draw.flip(0.3)
    lines = ["model = keras.Sequential()"] if added else ["model = keras.Sequential(["]
    opening = f"keras.Input({shape[1:]!r}{kind})"
    lines.append(f"model.add({opening})" if added else f"    {opening},")
    for number, (step, _) in enumerate(chain.steps, 1):
        call = named(step, number)
        lines.append(f"model.add({call})" if added else f"    {call},")
        row = HEAD.count("\n") + len(lines)
        written.rows[row] = written.layers[row] = f"l{number}"
    written.text = HEAD + "\n".join([*lines, *([] if added else ["])"]), ""])
    return written


def subclassed(chain: Chain) -> Written:
    written = Written("", "subclassed", chain.inputs)
    lines = ["class Net(keras.Model):", "    def __init__(self):", "        super().__init__()"]
    for number, (step, _) in enumerate(chain.steps, 1):
        if is_layer(step):
            lines.append(f"        self.l{number} = {named(step, number)}")
    lines += ["", "    def call(self, inputs):"]
    many = len(chain.inputs) > 1
    lines.append(f"        {', '.join(f'x{n}' for n in range(len(chain.inputs)))} = inputs")
    for number, (step, _) in enumerate(chain.steps, 1):
        lines.append(f"        v{number} = {chain.line(number, 'tf')}")
        row = HEAD.count("\n") + len(lines)
        written.rows[row] = f"v{number}"
        if is_layer(step):
            written.layers[row] = f"l{number}"
    lines += [f"        return v{len(chain.steps)}" if chain.steps else "        return x0", "", ""]
    lines += declared(chain, "i")
    lines += ["net = Net()", f"out = net({'[i0, i1]' if many else 'i0'})", ""]
    written.text = HEAD + "\n".join(lines)
    return written
