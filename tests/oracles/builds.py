"""What confirm builds of programs that Keras runs: a refusal of one of them was provoked by confirm itself.

    python -m tests.oracles.builds --count 2000 --seed 1

The programs are those of `layers`. Each is read, built as confirm builds it, and every layer of it is called by itself;
the shapes of what is built are held against those that the reader states.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import keras

from cnnlint.config import Settings
from cnnlint.confirm.models.alone import refusal
from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.graph import Model
from cnnlint.lint.one_file import lint_bytes

from .layer_programs import grow, write
from .layer_steps import Draw
from .layers import BATCHES, fits, keras_says


@dataclass
class Tally:
    """The outcome of a run."""

    programs: int = 0
    built: int = 0
    alone: int = 0
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    #: why the others were not built
    left: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.programs} programs, {self.built} built, {self.alone} layers by themselves: {len(self.wrong)} wrong"
        )


def provoked(model: Model, tally: Tally) -> Iterator[str]:
    """Everything that Keras refuses of what is built of a model, and every shape that comes out otherwise."""
    try:
        built = build(model)
        tally.built += 1
        for node in model.nodes:
            tensor = built.tensors.get(id(node))
            if tensor is None or node.shape is None or node.kind == "Input":
                continue
            sides = zip(tensor.shape[1:], node.shape[1:], strict=False)
            if len(tensor.shape) != len(node.shape) or any(None not in pair and len({*pair}) > 1 for pair in sides):
                yield f"`{node.name}` is built as {tuple(tensor.shape)}, said {node.shape}"
    except NotBuildable as error:
        if error.__cause__ is not None:
            yield str(error)
        tally.left[str(error)] += 1
    for node in model.nodes:
        if node.inputs:
            try:
                answer = refusal(model, node)
            except NotBuildable:
                continue
            tally.alone += 1
            if answer is not None:
                yield f"`{node.name}` by itself: {answer}"


def run(count: int, seed: int, *, seconds: float = 1e9) -> Tally:
    """Generate programs, and build those that Keras runs with batches of any size."""
    tally = Tally()
    end = time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() > end:
            break
        if number % 50 == 0:
            keras.backend.clear_session()
        draw = Draw(f"{seed}/{number}")
        chain = grow(draw)
        # a size that stands for an open one may be refused where others are not: the proofs ask for more of them
        if not chain.steps or any(size[0] is not None or None in size[1:] for size, _ in chain.inputs):
            continue
        written = write(draw, chain)
        truth = keras_says(written)
        if truth.refused or truth.batch != BATCHES[0] or any(0 in shape for shape in truth.shapes.values()):
            continue
        if any(row in truth.shapes and not fits([*known], truth.shapes[row]) for row, known in truth.known.items()):
            # before there are data Keras itself says something else: so do the layers that are built
            continue
        found = lint_bytes("program.py", written.text.encode(), Settings()).reading.program.models
        own = [model for model in found if model.name == "model"] or list(found)
        if own:
            tally.programs += 1
            tally.wrong += [(number, what, written.text) for what in provoked(own[-1], tally)]
    return tally


def main() -> int:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--left", type=int, default=0, help="how many reasons to list why models were not built")
    args = parser.parse_args()
    tally = run(args.count, args.seed, seconds=args.seconds)
    for number, what, text in tally.wrong:
        print(f"--- program {number}: {what}\n{text}")
    for reason, times in tally.left.most_common(args.left):
        print(times, reason[:160])
    print(tally)
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
