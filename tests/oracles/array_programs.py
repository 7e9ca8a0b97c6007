"""Programs over arrays, drawn at random: chains of numpy, pandas, scikit-learn and keras.utils.

A statement is run as soon as it is drawn. One that raises is dropped, so what is left is a program that runs, and what
each of its names holds in the end is the truth that a reader's claims are held against.
"""

from __future__ import annotations

import random
import re
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

IMPORTS = """\
import os
import numpy as np
import pandas as pd
import keras
import sklearn.datasets
from sklearn import preprocessing
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import LabelEncoder, LabelBinarizer, OneHotEncoder, OrdinalEncoder, label_binarize
from sklearn.preprocessing import MinMaxScaler, StandardScaler, RobustScaler, MaxAbsScaler, Normalizer
from sklearn.utils import shuffle
from keras.utils import to_categorical, normalize, pad_sequences
"""


def statements(path: Path) -> dict[str, list[str]]:
    """The statements of a file by the headings that they stand under."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            found[line[2:]] = []
        elif line:
            found[list(found)[-1]].append(line)
    return found


LINES = statements(Path(__file__).with_name("array_statements.txt"))
"""Statements by what they work on: a source makes an array of nothing; see `Draw.filled` for what stands in braces."""

LARGEST = 200_000
"""Statements that make more elements than this are dropped, so that a program takes a moment."""


@dataclass
class Program:
    """Statements that ran, and what their names hold."""

    seed: int
    statements: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return IMPORTS + "".join(statement + "\n" for statement in self.statements)


def namespace() -> dict[str, Any]:
    """What the imports of a program bind: the libraries themselves; data sets that are downloaded have stand-ins."""
    found: dict[str, Any] = {}
    exec(IMPORTS.replace("import keras\n", "").replace("from keras", "from keras.src"), found)
    from keras.src import utils

    found["keras"] = types.SimpleNamespace(
        utils=utils,
        datasets=types.SimpleNamespace(
            mnist=types.SimpleNamespace(load_data=_mnist), boston_housing=types.SimpleNamespace(load_data=_houses)
        ),
    )
    return found


_PICTURES: list[Any] = []


def _mnist() -> Any:
    """Pictures and labels of MNIST's sizes, types and range; labels are in no order."""
    if not _PICTURES:
        rng = np.random.default_rng(0)
        images = np.zeros((60_000, 28, 28), "uint8")
        images[:250] = rng.integers(0, 256, (250, 28, 28))  # no program takes more of them
        labels = rng.permutation(np.arange(60_000) % 10).astype("uint8")
        _PICTURES.extend([images, labels])
    images, labels = _PICTURES
    return (images.copy(), labels.copy()), (images[:10_000].copy(), labels[:10_000].copy())


def _houses() -> Any:
    """Numbers of the sizes, types and ranges of the Boston data."""
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 711, (506, 13)), rng.uniform(5, 50, 506)
    x[[0, 450], 0], x[[1, 451], 1], y[[0, 450]], y[[1, 451]] = 0, 711, 5, 50
    return (x[:404], y[:404]), (x[404:], y[404:])


GLOBALS: dict[str, Any] = {}


class Draw:
    """Draws a program, statement by statement."""

    def __init__(self, seed: int) -> None:
        if not GLOBALS:
            GLOBALS.update(namespace())
        self.rng = random.Random(seed)
        self.program = Program(seed)
        self.counter = 0

    def program_of(self, length: int) -> Program:
        """A source or two and so many operations."""
        np.random.seed(self.rng.randrange(1 << 30))
        wanted, tries = length + 1, 0
        while len(self.program.statements) < wanted and tries < wanted * 12:
            tries += 1
            self.step(self.template(len(self.program.statements)))
        # a statement that was dropped may have changed what it was given before it raised
        self.program.names = run(self.program.statements, {}) or {}
        return self.program

    def template(self, done: int) -> str:
        rng = self.rng
        if done == 0 or rng.random() < 0.12:
            return "{o} = " + rng.choice(LINES["source"])
        tables = any(isinstance(value, pd.DataFrame) for value in self.program.names.values())
        if tables and rng.random() < 0.6:
            return "{o} = " + rng.choice(LINES["table"]) if rng.random() < 0.7 else rng.choice(LINES["statement"])
        return "{o} = " + rng.choice(LINES["array"]) if rng.random() < 0.75 else rng.choice(LINES["statement"])

    def step(self, template: str) -> None:
        text = self.filled(template)
        if text is None:
            return
        after = run([text], self.program.names)
        if after is None:
            return
        self.program.statements.append(text)
        self.program.names = after

    # --- what stands in braces ----------------------------------------------------------------------------------

    def filled(self, template: str) -> str | None:
        """A template with its places filled; None if there is nothing to fill one with."""
        chosen: dict[str, str] = {}

        def fill(match: re.Match[str]) -> str:
            key = match[1]
            if key in ("a", "a2", "t", "o", "o2", "k", "c") and key in chosen:
                return chosen[key]
            made: str | None = getattr(self, f"_{key}")()
            if made is None:
                raise LookupError(key)
            chosen[key] = made
            return made

        try:
            text = re.sub(r"(?<!\{)\{(\w+)\}", fill, template)
        except LookupError:
            return None
        return text.replace("{{", "{").replace("}}", "}").replace("\\n", "\n")

    def _held(self, kinds: tuple[type, ...]) -> str | None:
        names = [name for name, value in self.program.names.items() if isinstance(value, kinds)]
        if not names:
            return None
        return names[-1] if self.rng.random() < 0.6 else self.rng.choice(names)

    def _a(self) -> str | None:
        kinds: tuple[type, ...] = (np.ndarray, pd.Series)
        return self._held(kinds if self.rng.random() < 0.8 else (*kinds, pd.DataFrame, list))

    def _a2(self) -> str | None:
        return self._held((np.ndarray, pd.Series))

    def _t(self) -> str | None:
        return self._held((pd.DataFrame,))

    def _o(self) -> str:
        self.counter += 1
        return f"v{self.counter}"

    _o2 = _o

    def _n(self) -> str:
        return str(self.rng.choice([1, 2, 2, 3, 4, 5]))

    def _k(self) -> str:
        return str(self.rng.choice([2, 3, 4, 5, 10]))

    def _c(self) -> str:
        return str(self.rng.choice([4, 5, 8, 10, 12, 20, 60, 100, 250]))

    def _i(self) -> str:
        return str(self.rng.choice([-2, -1, 0, 0, 1, 1, 2, 3, 7]))

    def _f(self) -> str:
        return str(self.rng.choice([0.0, 0.5, 1.0, 2.5, -1.5, 0.1, 255.0]))

    def _ax(self) -> str:
        return self.rng.choice(["0", "0", "1", "1", "-1", "-2", "2", "None"])

    def _dt(self) -> str:
        return self.rng.choice(
            [
                '"float32"',
                "np.float32",
                "float",
                "int",
                '"int32"',
                "np.uint8",
                "bool",
                '"int64"',
                "np.float64",
                '"uint8"',
                "np.int8",
                '"f4"',
            ]
        )

    def _shape(self) -> str:
        sizes = [
            self.rng.choice([self._n(), self._n(), self._c(), "-1" if self.rng.random() < 0.3 else "2"])
            for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4]))
        ]
        return sizes[0] if len(sizes) == 1 and self.rng.random() < 0.6 else f"({', '.join(sizes)},)"

    def _axes(self) -> str:
        return self.rng.choice(["(1, 0)", "(0, 2, 1)", "(2, 0, 1)", "(0, 3, 1, 2)", "(0, 2, 3, 1)", "[1, 0]"])

    def _listed(self, draw: Callable[[], str], count: int) -> str:
        return f"[{', '.join(draw() for _ in range(count))}]"

    def _numbers(self) -> str:
        return self._listed(self._f, self.rng.randint(1, 8))

    def _wholes(self) -> str:
        return self._listed(self._i, self.rng.randint(2, 8))

    def _labels(self) -> str:
        most = self.rng.choice([1, 2, 3, 4])
        return self._listed(lambda: str(self.rng.randint(0, most)), self.rng.randint(3, 16))

    def _four(self) -> str:
        return self._listed(self.rng.choice([self._i, self._f, lambda: str(self.rng.randint(0, 1))]), 4)

    def _rows(self) -> str:
        width = self.rng.randint(1, 4)
        draw = self.rng.choice([self._i, self._f, lambda: str(self.rng.randint(0, 1))])
        if self.rng.random() < 0.2:
            rows = [["1" if i == (j + 1) % width else "0" for i in range(width)] for j in range(self.rng.randint(1, 5))]
            return f"[{', '.join('[' + ', '.join(row) + ']' for row in rows)}]"
        return f"[{', '.join(self._listed(draw, width) for _ in range(self.rng.randint(1, 5)))}]"

    def _words(self) -> str:
        return self._listed(lambda: repr(self.rng.choice(["cat", "dog", "emu"])), self.rng.randint(2, 8))


def run(statements: list[str], names: dict[str, Any]) -> dict[str, Any] | None:
    """What the names hold after some statements; None where one raises or makes something too large."""
    scope = {**GLOBALS, **names}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            for statement in statements:
                exec(statement, scope)
        except Exception:
            return None
    held = {name: value for name, value in scope.items() if re.fullmatch(r"v\d+", name)}
    return None if any(getattr(value, "size", 0) > LARGEST for value in held.values()) else held
