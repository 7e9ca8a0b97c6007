"""Whether what is said of arrays holds whatever the files, the environment and chance give.

    python -m tests.oracles.opaque.arrays --count 500 --seed 7

The programs of `oracles.array_programs` with statements that read files whose contents nobody knows, and conditions
that hang on the environment. Each runs in several worlds, and a claim has to hold in every one of them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from tests.oracles.array_programs import Draw, Program, run, statements
from tests.oracles.arrays import Wrong, claims_of, contradictions, false_errors

LINES = statements(Path(__file__).with_name("array_statements.txt"))

WORLDS = 10
"""Worlds that a program runs in, and as many as it may fail in without being dropped."""
FAILING = 5


class World:
    """Files, environment and chance as they are once."""

    #: what scikit-learn reads its own files with
    read = staticmethod(np.loadtxt)

    def __init__(self, seed: str) -> None:
        self.rng = rng = random.Random(seed)
        self.numbers = np.random.default_rng(rng.randrange(1 << 30))
        self.rows = rng.choice([3, 4, 8, 12, rng.randint(3, 40)])
        self.wide = rng.choice([4, 4, 3, 6])
        self.classes = rng.choice([2, 2, 3, 4])
        self.whole = rng.random() < 0.4
        self.top = rng.choice([1.0, 1.0, 9.0, 255.0, 40.0])
        self.bottom = rng.choice([0.0, 0.0, -1.0])
        self.environ = {
            "N": str(rng.randint(1, 6)),
            "I": str(rng.randint(0, 3)),
            "K": str(self.classes + rng.choice([0, 0, 1])),
            "F": str(rng.choice([0.0, 0.5, 1.0, 2.0])),
            "FLAG": rng.choice("01"),
            "LIST": " ".join(str(rng.randint(0, 3)) for _ in range(rng.randint(1, 5))),
        }
        kinds = ["cat", "dog", *(rng.choice(["cat", "dog"]) for _ in range(rng.randint(0, 4)))]
        names = [f"{kind}_{i}.npy" for i, kind in enumerate(rng.sample(kinds, len(kinds)))]
        self.listed = names
        self.files = {
            "x.npy": self.drawn((self.rows, self.wide)),
            "images.npy": self.drawn((self.rows, 6, 6, rng.choice([1, 3]))),
            "labels.npy": self.labels(),
            "hot.npy": np.eye(self.classes)[self.labels()],
            "any.npy": self.drawn(rng.choice([(self.rows,), (self.rows, 2), (self.rows, 5, 5)])),
        }
        self.files |= {name: self.drawn((4, 4, 3)) for name in names}
        held = {"a": self.drawn((self.rows,)), "b": self.drawn((self.rows,))}
        held |= {"c": self.drawn((self.rows,))} if rng.random() < 0.5 else {}
        held |= {"name": np.array([rng.choice(["u", "v", "w"]) for _ in range(self.rows)])}
        self.table = pd.DataFrame({**held, "label": self.labels()})

    def drawn(self, shape: tuple[int, ...]) -> np.ndarray:
        made = self.numbers.uniform(self.bottom, self.top, shape)
        return made.round().astype(self.rng.choice(["int64", "int32"])) if self.whole else made

    def labels(self) -> np.ndarray:
        return self.numbers.permutation(np.arange(self.rows) % self.classes)

    def names(self, folder: str) -> list[str]:
        return list(self.listed)

    def load(self, name: str, **options: Any) -> Any:
        if name == "data.npz":
            return {"x": self.load("x.npy"), "y": self.load("labels.npy")}
        if name not in self.files:
            raise OSError(name)
        return self.files[name].copy()

    def text(self, name: str, **options: Any) -> np.ndarray:
        return self.load("x.npy").astype(float) if name == "x.txt" else self.read(name, **options)

    def csv(self, name: str, usecols: Any = None, index_col: Any = None) -> pd.DataFrame:
        table = self.table.copy()
        if usecols is not None:
            return table[usecols] if isinstance(usecols[0], str) else table.iloc[:, usecols]
        return table if index_col is None else table.set_index(table.columns[index_col])

    @contextlib.contextmanager
    def around(self) -> Iterator[None]:
        """Run within this world."""
        np.random.seed(self.rng.randrange(1 << 30))
        with (
            mock.patch.object(np, "load", self.load),
            mock.patch.object(np, "loadtxt", self.text),
            mock.patch.object(np, "genfromtxt", self.text),
            mock.patch.object(pd, "read_csv", self.csv),
            mock.patch.dict(os.environ, self.environ),
            mock.patch.object(os, "listdir", self.names),
        ):
            yield


class OpaqueDraw(Draw):
    """Draws programs that read what nobody knows."""

    def template(self, done: int) -> str:
        """A statement, more often than not one that hangs on the outside."""
        if self.rng.random() < 0.35 and done:
            return super().template(done)
        rng = self.rng
        if done == 0 or rng.random() < 0.15:
            return "{o} = " + rng.choice(LINES["source"])
        tables = any(isinstance(value, pd.DataFrame) for value in self.program.names.values())
        kind = "statement" if rng.random() < 0.4 else "table" if tables and rng.random() < 0.6 else "array"
        return ("{o} = " if kind != "statement" else "") + rng.choice(LINES[kind])


def judge(program: Program, seed: str) -> list[Wrong] | None:
    """The wrong claims about a program; None where it hardly runs."""
    names = list(program.names)
    held: list[dict[str, Any]] = []
    for number in range(WORLDS):
        world = World(f"{seed}/{number}")
        with world.around():
            held.append(run(program.statements, {}) or {})
    if not names or sum(not one for one in held) > FAILING:
        return None
    claims = claims_of(program, names)
    if isinstance(claims, str):
        return [Wrong(program, "", "error", claims)]
    found: dict[tuple[str, str], Wrong] = {}
    for one in held:
        for name in names:
            if name in one and isinstance(one[name], np.generic) != isinstance(program.names[name], np.generic):
                continue  # a number now and then only, which is handed over otherwise
            for kind, text in contradictions(claims[name], one[name]) if name in one else ():
                # of classes there may be fewer in a part of the labels than there are in all
                if not kind.startswith("loose") and kind != "classes":
                    found.setdefault((name, kind), Wrong(program, name, kind, text))
    return [*found.values(), *false_errors(program)]


def drawn(rng: random.Random, seed: str) -> Program:
    """A program that runs in the first of its worlds."""
    with World(f"{seed}/0").around():
        return OpaqueDraw(rng.randrange(1 << 40)).program_of(rng.randint(1, 5))


def reduced(wrong: Wrong, seed: str) -> Wrong:
    """The wrong claim with every statement left out that it does not take."""
    program = wrong.program
    for index in reversed(range(len(program.statements))):
        fewer = program.statements[:index] + program.statements[index + 1 :]
        with World(f"{seed}/0").around():
            names = run(fewer, {})
        if names is None or (wrong.name and wrong.name not in names):
            continue
        smaller = Program(program.seed, fewer, names if not wrong.name else {wrong.name: names[wrong.name]})
        same = [one for one in judge(smaller, seed) or () if (one.kind, one.name) == (wrong.kind, wrong.name)]
        if same:
            program, wrong = smaller, same[0]
    return wrong


def many(count: int, seed: int) -> tuple[int, list[tuple[str, Wrong]]]:
    """How many programs ran, and the wrong claims with the seed of each one's worlds."""
    programs, number = 0, 0
    wrong: list[tuple[str, Wrong]] = []
    while programs < count:
        number += 1
        own = f"{seed}/{number}"
        program = drawn(random.Random(own), own)
        judged = judge(program, own) if program.names else None
        if judged is not None:
            programs += 1
            wrong += [(own, one) for one in judged]
    return programs, wrong


def main() -> int:
    """Run from the command line; exit status 1 where a claim was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.strftime("%Y%m%d")))
    parser.add_argument("--show", type=int, default=20, help="print so many of the wrong claims")
    options = parser.parse_args()
    started = time.perf_counter()
    programs, wrong = many(options.count, options.seed)
    for own, one in wrong[: options.show]:
        small = reduced(one, own)
        print(f"--- {small.kind} of {small.name}: {small.text} ({own})")
        print("\n".join("    " + line for text in small.program.statements for line in text.split("\n")), flush=True)
    bad = {own for own, _ in wrong}
    print(f"seed {options.seed}: {programs} programs, {len(wrong)} wrong claims in {len(bad)} of them")
    print("  by kind: " + ", ".join(f"{kind} {n}" for kind, n in Counter(one.kind for _, one in wrong).most_common()))
    print(f"  {time.perf_counter() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
