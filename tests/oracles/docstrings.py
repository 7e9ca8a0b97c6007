"""The examples in the docstrings of numpy, pandas, scikit-learn, Keras and TensorFlow as an oracle.

    python -m tests.oracles.docstrings numpy pandas sklearn.preprocessing keras.utils
    python -m tests.oracles.docstrings --errors keras.layers keras.losses

The examples of a docstring are one program: those that run here, each value that one shows bound to a name. What the
report tells of the names that hold an array, or a number, may not contradict them; see `tests.oracles.arrays`. What
runs from beginning to end, blocks in backticks too, may be told no error.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib
import inspect
import io
import os
import re
import sys
import tempfile
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.oracles.array_programs import Program
from tests.oracles.arrays import Tally, Wrong, judge, report_of

IMPORTS = "import numpy as np\nimport pandas as pd\nimport keras\n"
MODELS = IMPORTS + "import tensorflow as tf\nfrom keras import layers, losses, metrics, models, ops, optimizers\n"
LARGEST = 100_000
"""Elements of a value that is looked at."""
NUMBERS = (int, float, bool, np.generic)
ARRAYS = (np.ndarray, pd.DataFrame, pd.Series)
LEFT_OUT = ("numpy.seterr", "numpy.ufunc.signature", "numpy.ndarray.ctypes")
"""What is known not to be followed: numbers of fewer than 64 bits that overflow, attributes of functions."""
PARSER = doctest.DocTestParser()
WITHOUT = (
    ".test(",
    "open(",
    "input(",
    "plt.",
    "while ",
    "sleep",
    "memmap",
    "load_data",
    "fetch_",
    "get_file",
    "imagenet",
    "download",
)
"""What an example is left out for: it tests a library, waits, draws, writes files or downloads."""


class Example(Program):
    """A program of its own imports."""

    @property
    def source(self) -> str:
        """What is read."""
        return IMPORTS + "".join(statement + "\n" for statement in self.statements)


def documented(module: str) -> Iterator[tuple[str, str]]:
    """The public functions, classes and methods of a module with examples in their docstrings: name and docstring."""
    found = importlib.import_module(module)
    seen: set[int] = set()
    for name in sorted(getattr(found, "__all__", None) or dir(found)):
        try:
            thing = getattr(found, name)
        except (AttributeError, ImportError):  # of scikit-learn, what is not yet offered to everybody
            continue
        if name.startswith("_") or inspect.ismodule(thing):
            continue
        parts = dir(thing) if inspect.isclass(thing) else []
        inner = [(f"{name}.{part}", getattr(thing, part, None)) for part in parts]
        for label, one in [(name, thing), *inner]:
            text = getattr(one, "__doc__", None)
            if id(one) in seen or not isinstance(text, str) or not re.search(">>>|```", text) or "._" in label:
                continue
            if f"{module}.{label}" in LEFT_OUT:
                continue
            seen.add(id(one))
            yield f"{module}.{label}", text


def program(text: str) -> Example | None:
    """The examples of a docstring that run, one after the other, and what their names hold behind them."""
    scope: dict[str, Any] = {}
    exec(IMPORTS, scope)
    imported = set(scope)
    kept: list[str] = []
    try:
        examples = PARSER.get_examples(text)
    except ValueError:
        return None
    for number, example in enumerate(examples):
        statement = example.source.strip()
        if any(word in statement for word in (*WITHOUT, "predict(")):  # what is predicted is no array of the example
            continue
        with contextlib.suppress(SyntaxError):
            if isinstance(ast.parse(statement).body[0], ast.Expr) and "print(" not in statement:
                statement = f"shown{number} = {statement}"
        if _runs(statement, scope):
            kept.append(statement)
    held = {name: value for name, value in scope.items() if name not in imported and _is_looked_at(value)}
    return Example(0, kept, held) if held else None


def _runs(statement: str, scope: dict[str, Any]) -> bool:
    before = dict(scope)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(statement, scope)
    except (Exception, SystemExit):
        scope.clear()
        scope.update(before)
        return False
    return True


def _is_looked_at(value: Any) -> bool:
    tensor = type(value).__name__ == "EagerTensor"
    if isinstance(value, NUMBERS) and not isinstance(value, (np.str_, np.datetime64, np.timedelta64, complex)):
        return True
    return (tensor or isinstance(value, ARRAYS)) and 0 < np.size(value) <= LARGEST


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """In a folder of its own: examples write files."""
    place = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(place)


def examine(modules: Sequence[str]) -> tuple[Tally, list[tuple[str, Wrong]]]:
    """What came of every docstring of some modules; the wrong claims with the name of what is documented."""
    tally = Tally()
    wrong: list[tuple[str, Wrong]] = []
    with elsewhere():
        for module in modules:
            for name, text in documented(module):
                made = program(text)
                if made is not None:
                    tally.programs += 1
                    wrong += [(name, one) for one in judge(made, tally) if not one.kind.startswith("loose")]
    return tally, wrong


def blocks(text: str) -> Iterator[str]:
    """The programs of a docstring: what stands in backticks, or all that stands behind prompts."""
    fenced = re.findall(r"```(?:python)?\n(.*?)```", inspect.cleandoc(text), re.DOTALL)
    for block in fenced or [inspect.cleandoc(text)]:
        with contextlib.suppress(ValueError):
            prompted = "".join(example.source for example in PARSER.get_examples(block))
            if prompted or fenced:
                yield prompted or textwrap.dedent(block)


def false_errors(modules: Sequence[str]) -> tuple[int, list[tuple[str, str]]]:
    """How many examples of some modules run, and the errors that they are told."""
    ran, told = 0, []
    with elsewhere():
        for module in modules:
            for name, text in documented(module):
                for block in blocks(text):
                    source = MODELS + block
                    if any(word in block for word in WITHOUT) or not _runs(source, {}):
                        continue
                    ran += 1
                    found = report_of(source)["diagnostics"]
                    told += [(name, f"{one['code']} {one['message']}") for one in found if one["severity"] == "error"]
    return ran, told


def main() -> None:
    """Print the wrong claims about the modules named."""
    if sys.argv[1:2] == ["--errors"]:
        ran, told = false_errors(sys.argv[2:])
        print("\n".join(f"{name}: {message}" for name, message in told))
        print(f"{ran} examples that run, {len(told)} errors")
        return
    tally, wrong = examine(sys.argv[1:])
    for name, one in wrong:
        print(f"{name}: {one.name} {one.kind} {one.text}")
    kinds = Counter(one.kind for _, one in wrong)
    print(f"{tally.programs} docstrings, wrong: {dict(kinds)}")
    for fact in tally.asked:
        print(f"  {fact}: {tally.share(fact):.0f} % of {tally.asked[fact]} unknown")


if __name__ == "__main__":
    main()
