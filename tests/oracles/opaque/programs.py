"""The programs of `oracles.python` with values from outside in place of some literals, and probes of them."""

from __future__ import annotations

import random
import re

from oracles.opaque.sources import MODULES, SOURCES, World
from oracles.opaque.turns import turn
from oracles.python import program as plain
from oracles.python.features import feature
from oracles.python.grammar import Grammar
from oracles.python.standin import execute
from oracles.python.statements import statement


class OpaqueGrammar(Grammar):
    """Makes expressions some of whose parts come from outside."""

    def __init__(self, rng: random.Random, share: float) -> None:
        super().__init__(rng)
        self.share = share

    def make(self, kind: str, depth: int = 2) -> str:
        """An expression of a type."""
        if self.rng.random() < self.share:
            return self.rng.choice(SOURCES[kind])
        return super().make(kind, depth)


def program(rng: random.Random) -> str | None:
    """A program with a model and probes; None where it does not run through in a first world."""
    g = OpaqueGrammar(rng, rng.choice([0.04, 0.1, 0.2]))
    body: list[str] = []
    for _ in range(rng.randint(1, 2)):
        for _ in range(rng.randint(0, 2)):
            body += statement(g, 1)
        choice = rng.random()
        body += turn(g) if choice < 0.5 else feature(g) if choice < 0.75 else statement(g, 2)
    for _ in range(rng.randint(0, 2)):
        body += statement(g, 2)
    held = dict(g.names)
    g.share = 0.0
    model = plain.built(g) if rng.random() < 0.5 else []
    text = "\n".join([*body, "", *model])
    world = World(str(rng.random()))
    names = execute(with_imports(text), world.modules, world.builtins).names
    probes: list[str] = []
    for number, name in enumerate(list(held)[-5:]):
        if name in names:
            probes += probe(rng, number, name, held[name], names[name])
    return with_imports("\n".join([text, *probes]))


def with_imports(text: str) -> str:
    """A program with its imports."""
    used = [one for one in dict.fromkeys((*plain.MODULES, *MODULES)) if re.search(rf"\b{one}\.", text)]
    return "\n".join([*(f"import {one}" for one in used), "import keras", "from keras import layers", "", text]) + "\n"


def probe(rng: random.Random, number: int, name: str, kind: str, value: object) -> list[str]:
    """A model that is a mistake, or none, where a variable is what it is in one world; or is not."""
    asked = asking(rng, name, value)
    first, second = ("1", "3") if rng.random() < 0.6 else ("3", "1")
    layer = rng.choice(
        (
            f"layers.Dense({first} if {asked} else {second}, activation='softmax')",
            f"layers.Reshape((4, {'5' if first == '1' else '4'} if {asked} else {'5' if second == '1' else '4'}))",
        )
    )
    form = rng.randint(0, 2)
    if form == 0:
        return [f"probe_{number} = keras.Sequential([keras.Input((16,)), {layer}])"]
    if form == 1:
        return [
            f"inputs_{number} = keras.Input((16,))",
            f"outputs_{number} = {layer}(inputs_{number})",
            f"probe_{number} = keras.Model(inputs_{number}, outputs_{number})",
        ]
    return [
        f"if {asked}:",
        f"    part_{number} = layers.Dense({first}, activation='softmax')",
        "else:",
        f"    part_{number} = layers.Dense({second}, activation='softmax')",
        f"probe_{number} = keras.Sequential([keras.Input((16,)), part_{number}])",
    ]


def asking(rng: random.Random, name: str, value: object) -> str:
    """A question about a variable that is true in the world where it has a value."""
    plain = not isinstance(value, (list, dict, set, tuple)) or not value
    choices = [f"{name} == {value!r}"] if plain else []
    if isinstance(value, (list, dict, set, tuple, str)):
        choices += [f"len({name}) == {len(value)}"] * 2 + [name if value else f"not {name}"]
        if value and not isinstance(value, str) and not any(isinstance(one, tuple) for one in value):
            items = sorted(value, key=repr)
            choices += [f"{rng.choice(items)!r} in {name}"]
        if isinstance(value, (list, tuple)) and value and not isinstance(value[0], tuple):
            choices += [f"len({name}) and {name}[-1] == {value[-1]!r}", f"len({name}) and {name}[0] == {value[0]!r}"]
        if isinstance(value, dict) and value:
            key = rng.choice(sorted(value))
            choices += [f"{name}.get({key!r}) == {value[key]!r}"]
    elif isinstance(value, bool):
        choices = [name if value else f"not {name}"]
    elif isinstance(value, (int, float)):
        choices += [f"{name} > {value - 1}", f"{name} <= {value}", f"bool({name}) is {bool(value)}"]
    return rng.choice(choices)
