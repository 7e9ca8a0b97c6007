"""Programs that do not know what they will be told, held against Keras under several things that they may be told.

    python -m tests.oracles.told --count 250 --seed 1

Each program takes its sizes and its structure from a command line, the environment, files, dice or whoever calls it,
and is run by Keras, with a step of training, for several of them. Where all of them work, an error is a false one; what
is said of layers has to be true of one of them, all of it together. Half of the programs have a fault put in that each
run trips over; those in which no error is found are missed.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .layer_steps import Draw
from .layers import fits, short
from .told_programs import Program, faulty, program
from .told_runs import Given, Truth, keras_says

import keras  # isort: skip

from cnnlint.config import Settings  # isort: skip
from cnnlint.lint.one_file import FileResult, lint_bytes  # isort: skip

#: further runs that are asked where what is said is true of none of the first
FURTHER = 200


@dataclass
class Compared:
    """What is said of a program, and is not so."""

    wrong: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    missed: str = ""
    #: a program that Keras refuses without any fault: it is left out
    refused: str = ""
    models: int = 0
    whole: int = 0
    reasons: list[str] = field(default_factory=list)


def told(text: str) -> FileResult:
    return lint_bytes("program.py", text.encode(), Settings())


def says(one: Program) -> list[Truth]:
    return [keras_says(one.text, given) for given in one.given]


def compare(one: Program) -> Compared:
    """Hold what is printed against what is so, whatever the program is told."""
    result, found = told(one.text), Compared()
    found.wrong += [f"CNN900 {error.message}" for error in result.errors]
    errors = [d for d in result.diagnostics if d.severity == "error"]
    truths = says(one)
    refused = [truth.refused for truth in truths if truth.refused]
    if one.fault:
        if not errors and len(refused) == len(truths):
            found.missed = f"{one.fault}: {short(refused[0])}"
        elif len(refused) < len(truths):
            found.missed = "no fault"
        return found
    if refused:
        return replace(found, refused=short(refused[0]))
    found.wrong += [f"row {d.location.row}: {d.name}: {d.message}" for d in errors]
    found.warned += [
        f"row {d.location.row}: {d.name}: {d.message}" for d in result.diagnostics if d.severity == "warning"
    ]
    found.models = len(result.models)
    found.whole = sum(model.complete for model in result.models)
    found.reasons += [part.what for model in result.models for part in model.unknown]
    for number, model in enumerate(result.models):
        # a function that one way through the program calls is read by itself for the others: what it makes is no model
        others = [other for other in result.models if other is not model and other.location == model.location]
        by_itself = model.name == model.kind and any(other.name != other.kind for other in others)
        if not by_itself and all(other.name != model.name for other in result.models[:number]):
            found.wrong += _untrue(model, one, truths)
    return found


def _untrue(model: Any, one: Program, truths: list[Truth]) -> list[str]:
    """What is said of a model that no run agrees with."""
    best: list[str] = []
    more = iter(one.further[:FURTHER])
    seen = iter(truths)
    while True:
        truth = next(seen, None)
        if truth is None:
            given = next(more, None)
            if given is None:
                return best
            truth = keras_says(one.text, given)
        differs = list(_differs(model, truth))
        if not differs:
            return []
        best = differs if not best or len(differs) < len(best) else best


def _differs(model: Any, truth: Truth) -> Iterator[str]:
    """What is said of a model that is not so in one run."""
    claims: dict[tuple[int, str], list[Any]] = {}
    for layer in model.layers:
        if (
            "row" in layer
            and hasattr(keras.layers, layer["kind"])
            and layer["kind"] not in ("Input", "Lambda", "Layer")
        ):
            claims.setdefault((layer["row"], layer["kind"]), []).append(layer)
    for (row, kind), layers in claims.items():
        real = [*truth.layers.get((row, kind), ())]
        if not real:
            if model.complete and kind not in OPERATIONS:
                yield f"row {row}: {kind} said, none made"
            continue
        for layer in layers:
            if not model.complete and layer["parameters"] is None:
                continue  # it may not be there at all
            if not any(_agrees(layer, weights, sizes) for weights, sizes in real):
                said = f"{layer['output_shape']}, {layer['parameters']} parameters"
                yield f"row {row}: {kind}: said {said}, is {real[0][1][:1]}, {real[0][0]}"
    if model.parameters is not None and truth.totals and model.parameters not in truth.totals:
        yield f"said {model.parameters} parameters in all, are {sorted(truth.totals)}"


#: what a program may also write as an operation, which makes no layer
OPERATIONS = {
    "Activation",
    "Add",
    "Average",
    "Concatenate",
    "Dot",
    "Dropout",
    "Flatten",
    "Identity",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "Permute",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Softmax",
    "Subtract",
    "UpSampling2D",
    "ZeroPadding2D",
}


def _agrees(layer: dict[str, Any], weights: int | None, sizes: list[tuple[int | None, ...]]) -> bool:
    said = layer["output_shape"]
    shaped = said is None or not sizes or any(_fits(said, size) for size in sizes)
    return shaped and (layer["parameters"] is None or weights is None or layer["parameters"] == weights)


def _fits(said: list[int | None], real: tuple[int | None, ...]) -> bool:
    known = tuple(size if size is not None else claim for size, claim in zip(real, said, strict=False))
    return len(said) == len(real) and fits([None, *said[1:]], (0, *known[1:]))  # type: ignore[arg-type]


@dataclass
class Tally:
    """The outcome of a run."""

    programs: int = 0
    models: int = 0
    whole: int = 0
    unseen: int = 0
    faults: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    warned: list[tuple[str, str, str]] = field(default_factory=list)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, one: Program) -> None:
        if one.fault and self.refused and self.refused[-1][0] == name.rstrip("!"):
            return  # another fault is there already
        found = compare(one)
        if one.fault:
            if found.missed != "no fault":
                self.faults += 1
                if found.missed:
                    self.missed.append((name, found.missed, one.text))
            return
        if found.refused:
            self.refused.append((name, found.refused, one.text))
            return
        self.programs += 1
        self.models += found.models
        self.whole += found.whole
        self.unseen += not found.models
        self.wrong += [(name, what, one.text) for what in found.wrong]
        self.warned += [(name, what, one.text) for what in found.warned]
        self.reasons.update(found.reasons)

    def __str__(self) -> str:
        errors = sum(
            ": said" not in what and " said, " not in what and not what.startswith("said") for _, what, _ in self.wrong
        )
        return (
            f"{self.programs} programs, {self.models} models, {self.whole} whole, {self.unseen} programs without one: "
            f"{errors} false errors, {len(self.wrong) - errors} false sizes, {len(self.warned)} warnings; "
            f"{self.faults} faults, {self.faults - len(self.missed)} of them found"
        )


def generated(count: int, seed: int, first: int = 0) -> Iterator[tuple[str, Program]]:
    """Programs, each followed by one with a fault; program k depends on the seed and k alone."""
    for number in range(first, first + count):
        draw = Draw(f"told {seed}/{number}")
        one = program(draw)
        yield str(number), one
        yield f"{number}!", faulty(draw, one)


def written(path: Path) -> Iterator[tuple[str, Program]]:
    """Programs written by hand: one after the other behind `=== name`, with a line `# with ...` for each run."""
    for part in path.read_text().split("=== ")[1:]:
        name, _, text = part.partition("\n")
        names = {"Given": Given, "ones": ones, "labels": labels, "dict": dict}
        lines = [line.removeprefix("# with") for line in text.splitlines() if line.startswith("# with")]
        given = [eval(f"Given({line})", names) for line in lines]
        yield name, Program(text, given or [Given()])


def run(programs: Iterator[tuple[str, Program]], seconds: float = 1e9, verbose: bool = False) -> Tally:
    tally, end = Tally(), time.monotonic() + seconds
    for number, (name, one) in enumerate(programs):
        if time.monotonic() > end:
            break
        if number % 20 == 19:
            keras.backend.clear_session()
        tally.add(name, one)
        if verbose and number % 50 == 49:
            print(f"{number + 1}: {tally}", file=sys.stderr, flush=True)
    return tally


def main() -> int:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--show", type=int, default=40)
    parser.add_argument("--written", type=Path, help="programs written by hand instead")
    parser.add_argument("--only", help="one program, printed")
    parser.add_argument("--keep", type=Path, help="where the programs are put of which something is told")
    args = parser.parse_args()
    programs = written(args.written) if args.written else generated(args.count, args.seed, args.first)
    if args.only:
        programs = (one for one in list(programs) if one[0] == args.only)
    tally = run(programs, args.seconds, verbose=True)
    for kind, found in (
        ("WRONG", tally.wrong),
        ("REFUSED", tally.refused),
        ("WARNED", tally.warned),
        ("MISSED", tally.missed),
    ):
        for name, what, text in found[: args.show]:
            print(f"{kind} {name}: {what}")
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{name.replace('!', '_bad')}.py").write_text(text)
    for what, times in tally.reasons.most_common(args.show):
        print(f"UNKNOWN {times}: {what}")
    print(f"seed {args.seed}: {tally}")
    return bool(tally.wrong)


def ones(*shape: int) -> Any:
    import numpy as np

    return np.ones(shape, "float32")


def labels(classes: int, count: int = 8) -> Any:
    import numpy as np

    return np.arange(count) % classes


if __name__ == "__main__":
    sys.exit(main())
