"""Layers and operations held against Keras: shapes, numbers of weights, and what is refused.

    python -m tests.oracles.layers --count 20000 --seed 1

Programs are grown a line at a time, each fitted to the shape that Keras gives what stands before it, and written as a
functional model, a Sequential or a subclass. The finished text is built and called by Keras in this process, and what
cnnlint prints of it (models and diagnostics of the JSON report) is compared: a stated size that differs from the real
array's, a number of weights that differs, an error on a program that runs with any size of a batch, are wrong; a
program that Keras refuses and cnnlint finds no error in is missed. What cnnlint calls unknown is counted.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

from .layer_programs import RARER_SHARE, Written, grow, write
from .layer_steps import Draw, Shape

#: errors that are about what a program means, and hold for programs that Keras runs
ABOUT_MEANING = {
    "channel-order-mismatch",
    "softmax-single-unit",
    "softmax-wrong-axis",
    "relu-before-softmax",
    "constant-init",
    "double-softmax",
    "no-gradient-path",
    "argmax-on-single-unit",
    "single-unit-categorical-crossentropy",
    "no-trainable-layers",
}
#: sizes of a batch that a program is called with, until one is taken
BATCHES = (12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 420, 24)
#: sizes of the axes that a program leaves open, likewise
OPEN = (5, 1, 2, 3, 4, 6, 7, 8, 12)


@dataclass
class Truth:
    """What Keras says."""

    refused: str = ""
    shapes: dict[int, tuple[int, ...]] = field(default_factory=dict)
    #: what Keras itself knows before there are data
    known: dict[int, Shape] = field(default_factory=dict)
    weights: dict[int, int] = field(default_factory=dict)
    #: of the whole model
    total: int = 0
    batch: int = 0
    #: a kernel of this machine's gave up, which is nothing that Keras says
    aborted: bool = False


def keras_says(written: Written) -> Truth:
    """Build the program, and call it with batches of several sizes until one is taken."""
    truth = Truth()
    text = written.text
    if written.form == "subclassed":
        text = text.replace("        return ", "        SEEN.update(locals())\n        return ")
    seen: dict[str, Any] = {}
    space: dict[str, Any] = {"__name__": "program", "SEEN": seen}
    try:
        exec(compile(text, "program.py", "exec"), space)
    except Exception as error:
        truth.refused = f"{type(error).__name__}: {error}"
        return truth
    truth.known = {
        row: before for row, name in written.rows.items() if (before := symbolic(written, space, seen, name))
    }
    opened = any(None in size[1:] for size, _ in written.inputs)
    sizes = list(itertools.product(BATCHES, OPEN if opened else OPEN[:1]))
    while sizes:
        batch, left_open = sizes.pop(0)
        if batch > 100 and "reshape" not in truth.refused.lower():
            continue  # what one sample attends to all others would take gigabytes, and only reshapes need such a number
        try:
            found = called(written, space, seen, batch, left_open)
        except tf.errors.AbortedError:
            truth.refused, truth.aborted = "", True
            return truth
        except Exception as error:
            truth.refused = f"{type(error).__name__}: {error}"
            if batch == BATCHES[0]:
                sizes += [(size, left_open) for size in named_sizes(truth.refused) if (size, left_open) not in sizes]
            continue
        truth.refused, truth.batch = "", batch
        for row, name in written.rows.items():
            if name in found:
                truth.shapes[row] = tuple(found[name].shape)
        break
    for row, name in written.layers.items():
        counted = weights(written, space, name)
        if counted is not None:
            truth.weights[row] = counted
    truth.total = int(space["net" if written.form == "subclassed" else "model"].count_params())
    return truth


def named_sizes(refusal: str) -> list[int]:
    """The sizes that a refusal is about: with one of them for the batch, two shapes may fit."""
    lists = re.findall(r"\[[\d, ]+\]|\([\d, ]+\)", refusal.partition("Arguments received")[0])
    return sorted({int(size) for one in lists for size in re.findall(r"\d+", one) if 12 < int(size) <= 100})


def symbolic(written: Written, space: dict[str, Any], seen: dict[str, Any], name: str) -> Shape | None:
    """The shape of a tensor as Keras has it before there are data; None where it is not kept."""
    if written.form == "sequential":
        tensor = space["model"].get_layer(name).output
    else:
        tensor = (seen if written.form == "subclassed" else space).get(name)
    unranked = tensor is None or getattr(tensor.shape, "rank", 0) is None
    return None if unranked else tuple(tensor.shape)


def weights(written: Written, space: dict[str, Any], name: str) -> int | None:
    """The number of a layer's weights; None where it stands before something that Keras takes for the model's input."""
    if written.form == "subclassed":
        return int(getattr(space["net"], name).count_params())
    layer = next((layer for layer in space["model"].layers if layer.name == name), None)
    return int(layer.count_params()) if layer is not None else None


def arrays(written: Written, batch: int, left_open: int) -> list[Any]:
    return [np.ones((size[0] or batch, *(d or left_open for d in size[1:])), dtype) for size, dtype in written.inputs]


def called(written: Written, space: dict[str, Any], seen: dict[str, Any], batch: int, left_open: int) -> dict[str, Any]:
    """Every tensor of a call with real arrays, by name."""
    data = arrays(written, batch, left_open)
    if written.form == "subclassed":
        seen.clear()
        space["net"](data if len(data) > 1 else data[0])
        return seen
    if written.form == "sequential":
        value, found = data[0], {}
        for layer in space["model"].layers:
            value = found[layer.name] = layer(value)
        return found
    given = space["model"].inputs
    data = [array for number, array in enumerate(data) if any(space[f"x{number}"] is tensor for tensor in given)]
    asked = {name: space[name] for name in written.rows.values()}
    # the last step may be a block of several, which stands on no row
    values = keras.Model(space["model"].inputs, {**asked, "": space["model"].output})(data)
    return dict(values)


# --- what cnnlint says ----------------------------------------------------------------------------------------------


@dataclass
class Compared:
    wrong: list[str] = field(default_factory=list)
    missed: str = ""
    stated: int = 0
    unknown: list[str] = field(default_factory=list)


def compare(written: Written, truth: Truth) -> Compared:
    """Hold what is printed against what is so."""
    result = lint_bytes("program.py", written.text.encode(), SETTINGS)
    compared = Compared()
    compared.wrong += [f"CNN900 {error.message}" for error in result.errors]
    errors = [d for d in result.diagnostics if d.severity == "error"]
    if truth.aborted:
        return Compared()
    if any(0 in shape for shape in truth.shapes.values()):
        return Compared()  # a layer that is called by a class cuts all away, and only says so in a functional model
    if truth.refused:
        if not errors:
            compared.missed = truth.refused
        return compared
    errors = [d for d in errors if d.name not in ABOUT_MEANING]
    compared.wrong += [f"row {d.location.row}: {d.name}: {d.message}" for d in errors]
    by_row: dict[int, list[dict[str, Any]]] = {}
    own = [model for model in result.models if model.name == "model"] or list(result.models)
    for model in own:
        for layer in model.layers:
            if "row" in layer:
                by_row.setdefault(layer["row"], []).append(layer)
    made = {row: row for row in written.rows}
    if written.form == "subclassed":
        by_row = placed(written, result.models, by_row)
    for row in made:
        if row not in truth.shapes:
            continue
        compared.stated += 1
        line = written.text.splitlines()[row - 1].strip()
        found = by_row.get(row)
        if not found:
            compared.unknown.append(f"no layer: {line}")
            continue
        said, real = found[-1]["output_shape"], truth.shapes[row]
        before = truth.known.get(row) or (None, *real[1:])
        if said is None or any(s is None and size is not None for s, size in zip(said, before, strict=False)):
            compared.unknown.append(f"{said} of {real}: {line}")
        # what Keras says before there are data is no wrong claim, even where a kernel does otherwise with one sample
        if said is not None and tuple(said) != before and not fits(said, real):
            compared.wrong.append(f"row {row} {line}: said {said}, is {real}")
        if row in truth.weights:
            counted = [layer["parameters"] for layer in found if layer["name"] == written.layers[row]]
            if counted and counted[0] is not None and counted[0] != truth.weights[row]:
                compared.wrong.append(f"row {row} {line}: said {counted[0]} parameters, are {truth.weights[row]}")
            elif None not in before[1:] and (not counted or counted[0] is None):
                compared.unknown.append(f"parameters of {truth.weights[row]}: {line}")
    counted_in_all = own[-1].parameters if own else None
    if counted_in_all is not None and counted_in_all != truth.total:
        compared.wrong.append(f"said {counted_in_all} parameters in all, are {truth.total}")
    return compared


def fits(said: list[int | None], real: tuple[int, ...]) -> bool:
    """Whether a stated shape is a real array's, as far as it states sizes."""
    return len(said) == len(real) and all(s in (None, r) for s, r in zip(said, real, strict=True))


def placed(written: Written, models: Any, by_row: dict[int, list[dict[str, Any]]]) -> dict[int, list[dict[str, Any]]]:
    """A subclass's layers stand where they are made; here, by the row of `call` that applies them."""
    names = {name: row for row, name in written.layers.items()}
    rows: dict[int, list[dict[str, Any]]] = {}
    for model in models:
        for layer in model.layers:
            row = names.get(layer["name"], layer.get("row"))
            if row is not None:
                rows.setdefault(row, []).append(layer)
    return rows


SETTINGS = Settings()


@dataclass
class Tally:
    """The outcome of a run."""

    programs: int = 0
    refused: int = 0
    layers: int = 0
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    missed: list[tuple[int, str, str]] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    unknown_layers: int = 0

    def __str__(self) -> str:
        share = 100 * self.unknown_layers / max(self.layers, 1)
        found = 100 * (1 - len(self.missed) / max(self.refused, 1))
        return (
            f"{self.programs} programs, {self.layers} layers: {len(self.wrong)} wrong, {share:.1f} % unknown; "
            f"{self.refused} refused, {found:.1f} % of them found"
        )


def short(refusal: str) -> str:
    """What a refusal says, without the frame around it."""
    lines = [line.strip(" \x1b[0m") for line in refusal.splitlines() if line.strip(" \x1b[0m")]
    inner = [
        line
        for line in lines[1:]
        if not line.startswith(("Exception encountered", "Arguments", "•", "Could not", "1mCould not"))
    ]
    return (f"{lines[0]} | {inner[0]}" if inner and "Exception encountered" in lines[0] else lines[0])[:260]


def run(
    count: int,
    seed: int,
    *,
    first: int = 0,
    verbose: bool = False,
    seconds: float = 1e9,
    rarer: float = RARER_SHARE,
) -> Tally:
    """Generate and compare `count` programs; program k depends on the seed and k alone."""
    tally = Tally()
    end = time.monotonic() + seconds
    for number in range(first, first + count):
        if time.monotonic() > end:
            break
        if number % 50 == 0:
            keras.backend.clear_session()
        draw = Draw(f"{seed}/{number}")
        chain = grow(draw, rarer)
        if not chain.steps:
            continue
        written = write(draw, chain)
        truth = keras_says(written)
        compared = compare(written, truth)
        tally.programs += 1
        tally.refused += bool(truth.refused)
        tally.layers += compared.stated
        tally.wrong += [(number, one, written.text) for one in compared.wrong]
        if compared.missed:
            tally.missed.append((number, compared.missed, written.text))
        tally.unknown_layers += len({one.rpartition(": ")[2] for one in compared.unknown})
        tally.unknown.update(compared.unknown)
        if verbose and (number + 1) % 500 == 0:
            print(f"{number + 1}: {tally}", file=sys.stderr, flush=True)
    return tally


def refused_line(text: str) -> str:
    """The last line of a chain."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith(("v", "model.add", "layers."))]
    return lines[-1] if lines else text


def main() -> int:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="one program by its number, printed")
    parser.add_argument("--show", type=int, default=20, help="how many of each kind are printed")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so long")
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--rarer", type=float, default=RARER_SHARE, help="share of steps of the rarer kinds")
    args = parser.parse_args()
    if args.only is not None:
        tally = run(1, args.seed, first=args.only, rarer=args.rarer)
        draw = Draw(f"{args.seed}/{args.only}")
        print(write(draw, grow(draw, args.rarer)).text)
        print(
            *(f"wrong: {one}" for _, one, _ in tally.wrong), *(f"missed: {one}" for _, one, _ in tally.missed), sep="\n"
        )
        print(*tally.unknown, sep="\n")
        return bool(tally.wrong)
    try:
        tally = run(args.count, args.seed, first=args.first, verbose=True, seconds=args.seconds, rarer=args.rarer)
    except KeyboardInterrupt:
        traceback.print_exc()
        return 2
    for number, what, _ in tally.wrong[: args.show]:
        print(f"WRONG {number}: {what}")
    for number, what, text in tally.missed[: args.show]:
        print(f"MISSED {number}: {short(what)}\n    {refused_line(text)}")
    for what, times in tally.unknown.most_common(args.show):
        print(f"UNKNOWN {times}: {what}")
    print(f"seed {args.seed}: {tally}")
    return bool(tally.wrong)


if __name__ == "__main__":
    sys.exit(main())
