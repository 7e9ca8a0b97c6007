"""Whether what cnnlint says of arrays is what numpy, pandas, scikit-learn and keras.utils say.

    python -m tests.oracles.arrays --count 20000 --seed 7

Each program of `array_programs` is run, and read: every name that it makes is handed to a model's `predict`, and what
the JSON report tells of that feed is a claim. Numbers are handed over in an array that is full of them. A claim that
the real value contradicts is wrong; what is not claimed is counted as unknown, where another run of the program, in
which everything random comes out otherwise, gives the same: what chance decides nobody can tell.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import msgspec
import numpy as np
import pandas as pd

from cnnlint.config import Settings
from cnnlint.lint.one_file import linter
from tests.oracles.array_programs import Draw, Program, run

MODEL = """\
probe = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
probe.compile(loss="mse", optimizer="adam")
"""
ENOUGH = 12
"""From this many elements on, a range that is claimed must be filled to at least half."""

MANY = 40
"""With so many different values, numbers drawn at random reach as far as they can."""

Claims = dict[str, Any]


@dataclass
class Wrong:
    """A claim that the real value contradicts."""

    program: Program
    name: str
    kind: str
    text: str


@dataclass
class Tally:
    """What came of many programs."""

    programs: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    by_chance: Counter[str] = field(default_factory=Counter)

    def share(self, fact: str) -> float:
        """How many of the claims that could be made were not, in percent."""
        return 100 * self.unknown[fact] / max(1, self.asked[fact])


def report_of(source: str) -> dict[str, Any]:
    """The JSON report on a program, as plain data."""
    result = linter(Settings()).lint("program.py", source.encode())
    return {
        "models": msgspec.to_builtins(result.models),
        "diagnostics": msgspec.to_builtins(result.diagnostics),
        "errors": msgspec.to_builtins(result.errors),
    }


def probed(program: Program, names: list[str]) -> str:
    """The program with everything that it makes handed to a model."""
    lines = [f"probe.predict({_handed(program.names[name], name)})\n" for name in names]
    return program.source + MODEL + "".join(lines)


def _handed(value: Any, name: str) -> str:
    return f"np.full((2,), {name})" if _is_number(value) else name


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, bool, np.generic)) and not isinstance(value, np.str_)


def claims_of(program: Program, names: list[str]) -> dict[str, Claims] | str:
    """What is claimed of each name; or the error that the reading ended in."""
    report = report_of(probed(program, names))
    failed = [d["message"] for d in report["diagnostics"] if d["code"] == "CNN900"]
    if failed or report["errors"]:
        return str(failed or report["errors"])
    # model, feeds in the order of the program
    probes = [model for model in report["models"] if model["name"] == "probe"]
    feeds = [feed for model in probes for feed in (model.get("training") or {}).get("feeds", [])]
    if len(feeds) != len(names):
        return f"{len(feeds)} feeds of {len(names)}"
    return {name: feed.get("x", {}) for name, feed in zip(names, feeds, strict=True)}


# --- what is true -------------------------------------------------------------------------------------------------


def real(value: Any) -> tuple[np.ndarray, str | None] | None:
    """A value as an array, and the name of its dtype where it has one; None for what is no array."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        kinds = {str(kind) for kind in (value.dtypes if isinstance(value, pd.DataFrame) else [value.dtype])}
        if any(
            not isinstance(kind, np.dtype) and not isinstance(kind, pd.StringDtype)
            for kind in (value.dtypes if isinstance(value, pd.DataFrame) else [value.dtype])
        ):
            return np.asarray(value), None
        return np.asarray(value), (_dtype(kinds.pop()) if len(kinds) == 1 else "several") if value.size else None
    if hasattr(value, "toarray"):
        value = value.toarray()
    if isinstance(value, pd.Index):
        value = value.to_numpy()
    try:
        found = np.asarray(value)
    except ValueError:
        return None
    return found, _dtype(found.dtype.name)


def _dtype(name: str) -> str:
    return "str" if name.startswith("str") else name


def contradictions(claims: Claims, value: Any) -> list[tuple[str, str]]:
    """The claims that a value contradicts: which fact, and how. A list of one array, however deep, is to Keras that
    array."""
    found = _contradictions(claims, value)
    while found and isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
        if isinstance(value, (np.ndarray, np.generic, list)) and not _contradictions(claims, np.asarray(value)):
            return []
    return found


def _contradictions(claims: Claims, value: Any) -> list[tuple[str, str]]:
    known = real(value)
    if known is None:
        return [("array", f"{claims} of no array")] if set(claims) - {"name", "source", "split", "steps"} else []
    array, dtype = known
    if _is_number(value):
        array = np.full((2,), array)
    found: list[tuple[str, str]] = []
    shape = claims.get("shape")
    nothing = array.size == 0 and bool(shape) and shape[0] is None  # a list without rows does not show their axes
    if (
        shape is not None
        and not nothing
        and (
            len(shape) != array.ndim or any(s is not None and s != r for s, r in zip(shape, array.shape, strict=False))
        )
    ):
        found.append(("shape", f"{tuple(shape)}, it is {array.shape}"))
    numpys_own = isinstance(value, np.generic) and not isinstance(value, (np.int64, np.float64, np.bool_))
    texts = {claims.get("dtype"), dtype} <= {"str", "object"}
    typed = dtype is not None and array.size and not numpys_own  # what is empty lost its type on the way through lists
    if "dtype" in claims and typed and not texts and claims["dtype"] != dtype:
        found.append(("dtype", f"{claims['dtype']}, it is {dtype}"))
    numbers = _numbers(array)
    if numbers is not None:
        found += _range(claims, numbers, array.dtype == "float16")
    elif "low" in claims or "high" in claims:
        found.append(("range", f"{claims.get('low')} to {claims.get('high')} of {array.dtype}"))
    found += _encoding(claims, array, numbers)
    return found


def _numbers(array: np.ndarray) -> np.ndarray | None:
    """The finite numbers of an array; None if it holds something else."""
    try:
        flat = array.astype("float64").ravel()
    except (TypeError, ValueError):
        return None
    return flat[np.isfinite(flat)]


def _range(claims: Claims, numbers: np.ndarray, rough: bool) -> list[tuple[str, str]]:
    low, high = claims.get("low"), claims.get("high")
    if not numbers.size:
        return []
    least, most = float(numbers.min()), float(numbers.max())
    slack = (2e-3 if rough or claims.get("dtype") == "float16" else 1e-5) * max(1.0, abs(least), abs(most))
    found = []
    if low is not None and least < low - slack:
        found.append(("low", f"{low:g}, it is {least:g}"))
    if high is not None and most > high + slack:
        found.append(("high", f"{high:g}, it is {most:g}"))
    if numbers.size >= ENOUGH and not found:
        width = max(abs(least - most), abs(most if high is not None else least))
        width *= 1 if len(np.unique(numbers)) >= MANY else 8
        if low is not None and least - low > 0.5 * width + slack and least - low > 0.5 * abs(low):
            found.append(("loose low", f"{low:g}, it is {least:g} to {most:g}"))
        if high is not None and high - most > 0.5 * width + slack:
            found.append(("loose high", f"{high:g}, it is {least:g} to {most:g}"))
    return found


def _encoding(claims: Claims, array: np.ndarray, numbers: np.ndarray | None) -> list[tuple[str, str]]:
    encoding, classes = claims.get("encoding"), claims.get("classes")
    if not array.size:
        return []
    flat = array + 0.0 if array.dtype.kind == "f" else array  # -0.0 is 0.0
    distinct = len(set(map(repr, flat.ravel().tolist())))
    if encoding is None:
        return [("classes", f"{classes}, there are {distinct}")] if classes is not None and classes != distinct else []
    if encoding == "continuous" and array.dtype.kind == "f":
        return []
    if numbers is None or numbers.size != array.size:
        return [("encoding", f"{encoding} of {array.dtype} {array.ravel()[:4]}")]
    values = set(np.unique(numbers).tolist())
    if encoding in ("one_hot", "multi_hot"):
        bad = not values <= {0.0, 1.0} or array.ndim == 0
        bad = bad or (encoding == "one_hot" and not (array.astype(float).sum(axis=-1) == 1).all())
        number = array.shape[-1] if array.ndim else None
    elif encoding == "binary":
        bad, number = not values <= {0.0, 1.0}, distinct
    elif encoding == "integer":
        bad, number = any(v < 0 or v != int(v) for v in values), distinct
    elif encoding == "signs":
        bad, number = not values <= {-1.0, 1.0}, distinct
    else:
        bad, number = array.dtype.kind in "iub", classes
    if bad:
        return [("encoding", f"{encoding}, it holds {sorted(values)[:6]} {array.shape} {array.dtype}")]
    return [("classes", f"{classes} of {encoding}, there are {number}")] if classes not in (None, number) else []


# --- many programs ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def other_chances() -> Iterator[None]:
    """Everything random comes out otherwise within, whatever the program seeds it with."""
    state, made, seeded = np.random.RandomState, np.random.default_rng, np.random.seed

    def other(seed: Any) -> Any:
        return seed + 1 if isinstance(seed, int) else seed

    class Other(state):  # type: ignore[misc, valid-type]
        def __init__(self, seed: Any = None) -> None:
            super().__init__(other(seed))

    with (
        mock.patch.object(np.random, "RandomState", Other),
        mock.patch.object(np.random, "default_rng", lambda seed=None: made(other(seed))),
        mock.patch.object(np.random, "seed", lambda seed=None: seeded(other(seed))),
    ):
        yield


def decided(value: Any, other: Any) -> set[str]:
    """The facts of a value that chance does not decide: another run of the program gives the same."""
    one, two = real(value), real(other)
    if one is None or two is None:
        return set()
    found = {"shape"} if one[0].shape == two[0].shape else set()
    found |= {"dtype"} if one[1] == two[1] else set()
    numbers = [_numbers(array) for array, _ in (one, two)]
    if any(flat is None for flat in numbers):
        return found
    ends = [(flat.min(), flat.max()) if flat.size else () for flat in numbers if flat is not None]
    values = [np.unique(flat).tolist() for flat in numbers if flat is not None]
    found |= {"range"} if ends[0] == ends[1] else set()
    found |= {"number", "distinct"} if values[0] == values[1] else set()
    return found | {"one-hot", "labels"}


def judge(program: Program, tally: Tally | None = None) -> list[Wrong]:
    """The wrong claims about a program."""
    names = list(program.names)
    if not names:
        return []
    claims = claims_of(program, names)
    if isinstance(claims, str):
        return [Wrong(program, "", "error", claims)]
    found: list[Wrong] = []
    again: dict[str, Any] = {}
    if tally is not None:
        with other_chances():
            again = run(program.statements, {}) or {}
    for name in names:
        if tally is not None:
            _count(tally, claims[name], program.names[name], again.get(name))
        for kind, text in contradictions(claims[name], program.names[name]):
            found.append(Wrong(program, name, kind, text))
    return found


# --- models that fit their data -----------------------------------------------------------------------------------


def fitting(program: Program) -> str | None:
    """The program with a model that takes what it makes, and labels as they are; None if no two of its arrays fit."""
    arrays = {
        name: value
        for name, value in program.names.items()
        if type(value) is np.ndarray and value.size and value.dtype.kind in "fiu" and value.ndim
    }
    for x, data in arrays.items():
        for y, labels in arrays.items():
            if x != y and data.ndim > 1 and labels.ndim <= 2 and len(data) == len(labels):
                head = _head(labels)
                if head is not None:
                    return program.source + FITTING.format(shape=data.shape[1:], x=x, y=y, **head)
    return None


FITTING = """\
model = keras.Sequential([keras.Input({shape}), keras.layers.Flatten(), keras.layers.Dense({units}, {activation})])
model.compile(loss="{loss}", optimizer="adam")
model.fit({x}, {y})
"""


NO_MATTER = frozenset({"shuffled-apart", "labels-of-other-split", "argmax-on-single-unit"})
"""What is said of features and labels together, as any two arrays of one length are paired; and of a single class."""


def _head(labels: np.ndarray) -> dict[str, Any] | None:
    """The output and loss for labels as they are; None for what is no label of any kind."""
    width = labels.shape[1] if labels.ndim == 2 else 1
    numbers = _numbers(labels)
    if numbers is None or numbers.size != labels.size:
        return None
    whole = bool((numbers == numbers.round()).all()) and numbers.min() >= 0
    if width > 1 and set(numbers) <= {0.0, 1.0} and (labels.astype(float).sum(axis=1) == 1).all():
        return {"units": width, "activation": "activation='softmax'", "loss": "categorical_crossentropy"}
    if width == 1 and whole and labels.dtype.kind in "iu" and 1 <= numbers.max() < 1000:
        return {
            "units": int(numbers.max()) + 1,
            "activation": "activation='softmax'",
            "loss": "sparse_categorical_crossentropy",
        }
    return {"units": width, "activation": "activation=None", "loss": "mse"}


def false_errors(program: Program) -> list[Wrong]:
    """Errors about a model that fits its data."""
    source = fitting(program)
    if source is None:
        return []
    return [
        Wrong(program, "", "false error", f"{found['name']}: {found['message']}")
        for found in report_of(source)["diagnostics"]
        if found["severity"] == "error" and found["name"] not in NO_MATTER
    ]


def _count(tally: Tally, claims: Claims, value: Any, other: Any) -> None:
    known = real(value)
    if known is None or isinstance(value, (str, tuple)) or value is None:
        return
    array, dtype = known
    facts = {"shape": "shape" in claims and None not in claims["shape"]}
    if _is_number(value):
        facts = {"number": "low" in claims}
    elif dtype not in (None, "several"):
        facts["dtype"] = "dtype" in claims
        numbers = _numbers(array)
        if numbers is not None and numbers.size == array.size:
            if numbers.size:
                facts["range"] = "low" in claims and "high" in claims
            facts.update(_labels(claims, array, numbers))
    same = decided(value, other)
    for fact, held in facts.items():
        if fact in same:  # nobody could tell the others
            tally.asked[fact] += 1
            tally.unknown[fact] += not held
        else:
            tally.by_chance[fact] += 1


def _labels(claims: Claims, array: np.ndarray, numbers: np.ndarray) -> dict[str, bool]:
    """What could be told of labels: which of a few classes each is, and how many there are; one-hot rows."""
    values = np.unique(numbers)
    if array.ndim == 2 and array.shape[1] > 1 and len(array) and set(values) <= {0.0, 1.0}:
        hot = bool((array.astype(float).sum(axis=1) == 1).all())
        return {"one-hot": claims.get("encoding") == "one_hot"} if hot else {}
    flat = array.ndim >= 1 and array.size == len(array) and array.dtype.kind in "iu"
    if not flat or not 2 <= len(values) <= 20 or array.size < 2 * len(values) or values[0] < 0:
        return {}
    return {"distinct": "classes" in claims, "labels": claims.get("encoding") in ("integer", "binary")}


def reduced(wrong: Wrong) -> Wrong:
    """The wrong claim with every statement left out that it does not take."""
    program = wrong.program
    for index in reversed(range(len(program.statements))):
        fewer = program.statements[:index] + program.statements[index + 1 :]
        names = run(fewer, {})
        if names is None or (wrong.name and wrong.name not in names):
            continue
        held = names if not wrong.name else {wrong.name: names[wrong.name]}
        smaller = Program(program.seed, fewer, held)
        judged = judge(smaller) if wrong.kind != "false error" else false_errors(smaller)
        same = [one for one in judged if one.kind == wrong.kind and one.name == wrong.name]
        if same:
            program, wrong = smaller, same[0]
    return wrong


def many(count: int, seed: int) -> Tally:
    """Draw programs and hold each claim about them against the truth."""
    tally = Tally()
    rng = random.Random(seed)
    while tally.programs < count:
        program = Draw(rng.randrange(1 << 40)).program_of(rng.randint(1, 6))
        if not program.names:
            continue
        tally.programs += 1
        tally.wrong += [*judge(program, tally), *false_errors(program)]
    return tally


def main() -> int:
    """Run from the command line; exit status 1 where a claim was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.strftime("%Y%m%d")))
    parser.add_argument("--show", type=int, default=20, help="print so many of the wrong claims")
    options = parser.parse_args()
    started = time.perf_counter()
    tally = many(options.count, options.seed)
    bad = {id(wrong.program) for wrong in tally.wrong}
    for wrong in [reduced(wrong) for wrong in tally.wrong[: options.show]]:
        print(f"--- {wrong.kind} of {wrong.name}: {wrong.text}")
        print("\n".join("    " + line for one in wrong.program.statements for line in one.split("\n")))
    print(f"seed {options.seed}: {tally.programs} programs, {len(tally.wrong)} wrong claims in {len(bad)} of them")
    print("  by kind: " + ", ".join(f"{kind} {n}" for kind, n in Counter(w.kind for w in tally.wrong).most_common()))
    print("  unknown: " + ", ".join(f"{fact} {tally.share(fact):.1f} % of {tally.asked[fact]}" for fact in tally.asked))
    print("  by chance: " + ", ".join(f"{fact} {n}" for fact, n in tally.by_chance.most_common()))
    print(f"  {time.perf_counter() - started:.0f} s")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
