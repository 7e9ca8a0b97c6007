"""Write cnnlint/graph/tables/domains.json: which kinds of plain values the arguments of Keras's classes refuse.

    python scripts/generate_domains.py            (an hour of one core; both halves where tf_keras is installed)
    python scripts/generate_domains.py --check    (fails where the half of Keras 3 is out of date)
    python scripts/generate_domains.py --ask keras.layers.Dense …    (prints the rows of some classes)

Every layer, regularizer, initializer, optimizer, schedule, loss, metric and callback is made with one
argument at a time set to samples of every kind of `cnnlint/graph/domains.py`, built and called: on arrays of every rank
that it takes and on symbolic tensors, at once and within a function that TensorFlow traces. A kind is refused where
every sample is, in every way, and beside whatever other arguments. An argument that takes none of them but None
hangs on others (`Normalization(variance=…)` wants a mean): it is left out. Classes are asked in child processes: what
crashes one, or takes too long, is asked alone, and left out where it does so again.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import random
import re
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from domain_questions import (
    CHOICES,
    LEFT,
    MODULES,
    NAMED,
    NAMES,
    OTHERS,
    WINDOWS,
    WORDS,
    bases,
    classes,
    samples,
    uses,
)

TABLE = Path(__file__).parents[1] / "cnnlint/graph/tables/domains.json"
#: the kinds that are asked about beside other arguments: objects are refused whatever stands beside them
PLAIN = frozenset("ntf-0i+sabwe12345FS")
#: classes that a child process is asked about, and how long it may take for each, in seconds
TOGETHER, PATIENCE = 8, 240

Way = tuple[dict[str, Any], list[Callable[[Any], Any]]]


def taken(make: Callable[[], Any], *several: Callable[[Any], Any]) -> bool:
    """Whether an object is made, and used in one of several ways, without an exception."""
    with contextlib.suppress(Exception):
        one = make()
        for place, use in enumerate(several):
            with contextlib.suppress(Exception):
                use(make() if place else one)
                return True
    return False


def working(make: Callable[[], Any], groups: list[list[Callable[[Any], Any]]]) -> list[Callable[[Any], Any]]:
    """Of each group at most two of the ways that an object can be used in: the first one and the last."""
    found = []
    for several in groups:
        able = [use for use in several if taken(make, use)]
        found += [*able[:1], *able[-1:]] if len(able) > 2 else able
    return found


def words(cls: type) -> list[str]:
    """The words that the sources of a class and its bases hold, in any case, and some that it cannot know."""
    found = {"zq", "nonsense_word"}
    for one in cls.__mro__:
        with contextlib.suppress(OSError, TypeError):
            text = inspect.getsource(sys.modules[one.__module__])
            found.update(w for w in re.findall(r"""["']([A-Za-z_0-9-]+)["']""", text) if WORDS.match(w))
    return sorted(spelt for word in found for spelt in {word, word.lower(), word.upper(), word.capitalize()})


def plain(value: Any) -> Any:
    """A value, or what a sample makes afresh for each question."""
    return value() if getattr(value, "__name__", "") == "<lambda>" else value


def judge(cls: type, parameter: str, ways: list[Way]) -> Callable[[Any], bool]:
    """Asks whether a value is taken in any of the ways that a class is made and used."""

    def made(base: dict[str, Any], value: Any) -> Any:
        return cls(**{**base, parameter: plain(value)})

    return lambda value: any(taken(partial(made, base, value), *able) for base, able in ways)


class Class:
    """A class that is asked about its arguments."""

    def __init__(self, keras: Any, api: str, cls: type) -> None:
        self.api, self.cls, self.samples = api, cls, samples(keras)
        self._uses = uses(keras, api)
        signature = list(inspect.signature(cls.__init__).parameters.items())[1:]
        self.defaults = {name: one.default for name, one in signature if one.kind in (0, 1, 3)}
        every = [(base, working(partial(cls, **base), self._uses)) for base in bases(cls)]
        self.ways: list[Way] = [(base, able) for base, able in every if able]
        self.asked = [name for name, default in self.defaults.items() if self._asks(name, default)]
        self.good = {name: judge(cls, name, self.ways) for name in self.asked}

    def _asks(self, name: str, default: Any) -> bool:
        return not (isinstance(default, bool) or name in LEFT)  # any value is true or false

    def rows(self) -> dict[str, list[Any]]:
        """By argument: the letters of the kinds that are refused, and the words that are not."""
        first = {name: self._alone(name) for name in self.asked}
        beside = self._contexts(first)
        found = {}
        for name, (refused, known) in first.items():
            refused = self._beside(name, refused, [way for way in beside if name not in way[0]])
            if self.api.startswith("keras.optimizers."):
                refused = refused.replace("n", "")  # stands for the default in earlier versions
            if name not in WINDOWS and not set("12345") <= set(refused):
                # what is laid beside a tensor may be a tuple of as many numbers as that has
                refused = "".join(letter for letter in refused if letter not in "12345FS")
            told = (set(self.samples) - set(refused) - set("n") or known) and (refused or known is not None)
            if told or NAMED.search(name):
                found[name] = [refused, known]
        return found

    def _alone(self, name: str) -> tuple[str, list[str] | None]:
        good = self.good[name]
        refused = "".join(letter for letter, several in self.samples.items() if not any(map(good, several)))
        chooses = isinstance(self.defaults[name], str) or name in CHOICES
        tried = words(self.cls) if chooses else ["zq", "nonsense_word"]
        known = None if NAMES.search(name) or good("zq") else [word for word in tried if good(word)]
        return refused, known

    def _beside(self, name: str, refused: str, contexts: list[Way]) -> str:
        """The letters that stay refused beside other arguments."""
        for base, able in contexts:
            good = judge(self.cls, name, [(base, able)])
            plainly = (letter for letter in refused if letter in PLAIN)
            free = {letter for letter in plainly if any(map(good, self.samples[letter]))}
            refused = "".join(letter for letter in refused if letter not in free)
        return refused

    def _contexts(self, first: dict[str, tuple[str, list[str] | None]]) -> list[Way]:
        """Ways to make and use an object with up to three other arguments, each with values that are taken."""
        drawn = random.Random(zlib.crc32(self.api.encode()))
        others = [(name, value) for name in self.defaults for value in self._others(name, first, drawn)]
        drawn.shuffle(others)
        packs: list[dict[str, Any]] = []
        for name, value in others:
            free = next((pack for pack in packs if name not in pack and len(pack) < 3), None)
            if free is None:
                packs.append(free := {})
            free[name] = value
        ways = []
        for pack in packs:
            together = self._ways(pack)
            ways += together or [way for name, value in pack.items() for way in self._ways({name: value})]
        return ways

    def _ways(self, pack: dict[str, Any]) -> list[Way]:
        found = []
        for base, _ in self.ways[:1] + self.ways[-1:] if len(self.ways) > 1 else self.ways:
            given = {**base, **pack}
            able = working(lambda given=given: self.cls(**{k: plain(v) for k, v in given.items()}), self._uses)
            found += [(given, [*able[:1], *able[-1:]] if len(able) > 2 else able)] if able else []
        return found

    def _others(self, name: str, first: dict[str, tuple[str, list[str] | None]], drawn: random.Random) -> list[Any]:
        default = self.defaults[name]
        if isinstance(default, bool):
            return [not default]
        if name in OTHERS:
            return [value for value in OTHERS[name] if value != default]
        if name not in first:
            return []
        refused, known = first[name]
        one_each = [drawn.choice(several) for letter, several in self.samples.items() if letter not in refused]
        return [*(known or ())[:4], *drawn.sample(one_each, min(len(one_each), 3))]


def asked(keras: Any, only: tuple[str, ...] = ()) -> dict[str, dict[str, list[Any]]]:
    """By class and argument: the letters of the kinds that are refused, and the words that are not."""
    table: dict[str, dict[str, list[Any]]] = {}
    for api, cls in classes(keras):
        if only and api not in only:
            continue
        with contextlib.suppress(TypeError, ValueError):  # no signature
            if found := Class(keras, api, cls).rows():
                table[api] = found
        keras.backend.clear_session()
    return table


def in_children(name: str, apis: list[str]) -> dict[str, Any]:
    """The rows of classes of a Keras, asked in child processes."""
    table: dict[str, Any] = {}
    left = [apis[start : start + TOGETHER] for start in range(0, len(apis), TOGETHER)]
    while left:
        several = left.pop(0)
        try:
            command = [sys.executable, __file__, "--of", name, "--ask", *several]
            told = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=60 + PATIENCE * len(several)
            )
            table |= json.loads(told.stdout.splitlines()[-1])
        except (subprocess.SubprocessError, IndexError, ValueError):
            if several[1:]:
                left += [[one] for one in several]
            else:
                print(f"left out: {several[0]} of {name}", file=sys.stderr)
        print(f"{name}: {len(table)} classes, {sum(map(len, left))} left", file=sys.stderr)
    return table


def once(table: dict[str, Any]) -> dict[str, Any]:
    """The rows without those of activations, initializers and the like that say what those of Dense say."""
    dense = {name.rpartition("_")[2]: row for name, row in table["keras.layers.Dense"].items() if NAMED.search(name)}
    own = {}
    for api, rows in table.items():
        if api != "keras.layers.Dense":
            rows = {name: row for name, row in rows.items() if row != dense.get(name.rpartition("_")[2])}
        if rows:
            own[api] = rows
    return own


def aliases(keras: Any) -> dict[str, str]:
    """The further names of classes: l2 of L2, MaxPool2D of MaxPooling2D."""
    known = dict(classes(keras))
    names = {cls: api for api, cls in known.items()}
    every = (
        (f"keras.{module}.{name}", one) for module in MODULES for name, one in vars(getattr(keras, module)).items()
    )
    return {api: names[one] for api, one in every if inspect.isclass(one) and one in names and api not in known}


def halves() -> Iterator[tuple[str, str]]:
    """The versions that can be asked here, and the packages that hold them."""
    for version, name in (("3", "keras"), ("tf", "tf_keras")):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            yield version, name


def main() -> int:
    """Ask, and write or compare."""
    warnings.simplefilter("ignore")
    arguments = sys.argv[1:]
    if "--ask" in arguments:
        of = arguments[arguments.index("--of") + 1] if "--of" in arguments else "keras"
        print(json.dumps(asked(importlib.import_module(of), tuple(arguments[arguments.index("--ask") + 1 :]))))
        return 0
    table: dict[str, Any] = json.loads(TABLE.read_text()) if TABLE.exists() else {"entries": {}}
    table["names"] = aliases(importlib.import_module("keras"))
    before = json.dumps(table["entries"].get("3"), sort_keys=True)
    for version, name in halves():
        if version == "3" or "--check" not in arguments:
            every = [api for api, _ in classes(importlib.import_module(name))]
            table["entries"][version] = once(in_children(name, every))
    if "--check" in arguments:
        return int(json.dumps(table["entries"]["3"], sort_keys=True) != before)
    TABLE.write_text(json.dumps(table, sort_keys=True, separators=(",", ":")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
