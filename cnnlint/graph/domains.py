"""Which plain values the arguments of Keras's classes refuse: what `scripts/generate_domains.py` asked Keras, read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from cnnlint.graph.library_calls import Call, Reference
from cnnlint.graph.origins import Argument
from cnnlint.graph.program import Program
from cnnlint.graph.signatures import signatures
from cnnlint.graph.tables import load
from cnnlint.graph.versions import another, proven

#: a word that Python makes a number of
NUMBER = re.compile(r"\d+(\.\d*)?")
#: the kinds of values that Keras was asked about, by the letter they have in the table, in words
KINDS = {
    "n": "None",
    "t": "True",
    "f": "False",
    "-": "a whole number below 0",
    "0": "0",
    "i": "1",
    "+": "a whole number above 1",
    "b": "a number below 0",
    "s": "a share",
    "a": "a number above 1",
    "w": "a whole number written 2.0",
    "e": "an empty tuple",
    **{str(n): f"a tuple of {n}" for n in range(1, 6)},
    "F": "a tuple of real numbers",
    "S": "a tuple of words",
    "L": "a layer",
    "I": "an initializer",
    "R": "a regularizer",
    "C": "a constraint",
    "A": "a function",
}
NUMBERS = "-0i+bsaw"
"""The kinds that are numbers."""
OBJECTS = {
    "keras.layers.": "L",
    "keras.initializers.": "I",
    "keras.regularizers.": "R",
    "keras.constraints.": "C",
}
#: the modules whose classes Keras was asked about
MODULES = (
    "keras.layers.",
    "keras.regularizers.",
    "keras.initializers.",
    "keras.optimizers.",
    "keras.losses.",
    "keras.metrics.",
    "keras.callbacks.",
)
FUNCTIONS = ("keras.activations.", "tf.nn.")
#: versions of which the table speaks, and those of files that do not show which they are for
MODERN, EVERY = ("3",), ("3", "tf")


class Refusal:
    """An argument of a call that is of a kind which Keras refuses there."""

    def __init__(self, call: Call, parameter: str, argument: Argument, row: tuple[str, list[str] | None]) -> None:
        self.parameter, self.argument, self.origin = parameter, argument, argument.origin or call.origin
        #: the generations of Keras that refuse it, as far as is known
        self.proved = proven(call.api, parameter)
        self._refused, self._words = row

    @property
    def number(self) -> bool:
        """Whether it is a number where another number belongs."""
        return (kind(self.argument.value) or "") in NUMBERS and any(one not in self._refused for one in NUMBERS)

    @property
    def problem(self) -> str:
        """What is wrong."""
        value = self.argument.value
        made = f"{value.name}{'(…)' * value.made}" if isinstance(value, Reference) else repr(value)
        return f"{self.parameter} cannot be {made}"

    @property
    def advice(self) -> str:
        """What it may be."""
        if self._words:
            once = {word.lower(): word for word in sorted(self._words)}  # in small letters where it takes any
            return f"write one of {', '.join(map(repr, sorted(once.values())))}"
        if not set("i+") <= set(self._refused):
            whole = set("saw") <= set(self._refused)
            low = "above 0" if "0" in self._refused else "from 0" if "-" in self._refused else ""
            return f"it is a {'whole ' * whole}number {low}".strip()
        taken = [words for letter, words in KINDS.items() if letter not in self._refused]
        return f"it may be {' or '.join(taken)}"


def refused(program: Program) -> Iterator[tuple[Call, Refusal]]:
    """What the calls of a program are refused for by their arguments, but where the shapes tell the same."""
    told = {node.origin.span for model in program.models for node in model.nodes if node.shape_error}
    for call in program.calls:
        if call.origin.span not in told:
            for one in refusals(call, program.frameworks.keras):
                if not another(call, one.argument, program.frameworks.generations):
                    yield call, one


def refusals(call: Call, keras: int | None) -> Iterator[Refusal]:
    """The arguments of a call that both Kerases refuse, and those that Keras 3 does where the file is for it."""
    if keras == 1 or not call.api.startswith(MODULES):
        return
    versions = MODERN if keras == 3 else EVERY
    tables = [_rows(version, call.api) for version in versions]
    for parameter in set(tables[0]).intersection(*tables[1:]):
        places = {_place(version, call.api, parameter) for version in versions}
        argument = call.argument(places.pop() if len(places) == 1 else None, parameter)
        if argument is None or (argument.value is None and (argument.origin is None or argument.origin.text != "None")):
            continue  # a None that is not written there may stand for what a caller gives
        if keras != 3 and isinstance(argument.value, str) and NUMBER.fullmatch(argument.value):
            continue  # Keras 2 makes a number of it
        if all(_refuses(table[parameter], argument.value) for table in tables):
            yield Refusal(call, parameter, argument, tables[0][parameter])


def kind(value: Any) -> str | None:
    """The letter of a value's kind; "W" is a word, and None what was not asked about."""
    if value is None or isinstance(value, bool):
        return {None: "n", True: "t", False: "f"}[value]
    if isinstance(value, int):
        return "-" if value < 0 else "0i"[value] if value < 2 else "+"
    if isinstance(value, float):
        if value % 1 == 0:
            return "w" if value > 0 else None
        return "b" if value < 0 else "s" if value < 1 else "a" if value > 1 else None
    if isinstance(value, tuple):
        return _of_tuple(value)
    if isinstance(value, Reference):
        return _of_reference(value)
    return "W" if isinstance(value, str) else None


def _of_tuple(value: tuple[Any, ...]) -> str | None:
    if not value:
        return "e"
    types = {type(one) for one in value}
    if types == {int} and len(value) <= 5:
        return str(len(value))
    return "F" if types == {float} else "S" if types == {str} else None


def _of_reference(value: Reference) -> str | None:
    if value.made:
        return next((letter for module, letter in OBJECTS.items() if value.name.startswith(module)), None)
    return "A" if value.name.startswith(FUNCTIONS) else None


def _refuses(row: tuple[str, list[str] | None], value: Any) -> bool:
    refused, words = row
    letter = kind(value)
    if letter == "W":
        return words is not None and value not in words
    if isinstance(value, float) and value <= 0 and value % 1 == 0:
        # written -1.0 or 0.0: refused for its size, or as every real number is
        sizes, sample = ("-b", "+") if value < 0 else ("0", "i")
        return set(sizes) <= set(refused) and (sample not in refused or "w" in refused)
    return letter is not None and letter in refused


@cache
def _rows(version: str, api: str) -> dict[str, tuple[str, list[str] | None]]:
    table = load("domains")
    entries = table["entries"][version]
    found = {parameter: tuple(row) for parameter, row in (entries.get(table["names"].get(api, api)) or {}).items()}
    if api.startswith("keras.layers."):
        # what names an activation, an initializer or the like is as in Dense where a layer has no row of its own
        names = (name for one in signatures(api) if one.version == version for name in one.parameters)
        dense = {name.rpartition("_")[2]: row for name, row in entries["keras.layers.Dense"].items() if row[1] is None}
        found = {name: tuple(dense[end]) for name in names if (end := name.rpartition("_")[2]) in dense} | found
    return found


@cache
def _place(version: str, api: str, parameter: str) -> int | None:
    taken = [one.parameters for one in signatures(api) if one.version == version]
    places = {names.index(parameter) if parameter in names else None for names in taken}
    return places.pop() if len(places) == 1 else None
