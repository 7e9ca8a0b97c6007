"""Whole programs: statements and pieces, and models whose layers depend on what these leave behind."""

from __future__ import annotations

import random
import re

from oracles.python.features import feature
from oracles.python.grammar import Grammar
from oracles.python.statements import indented, statement

MODULES = (
    "abc",
    "argparse",
    "ast",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "types",
    "typing",
)
ACTIVATIONS = '["relu", "tanh", "elu", "selu"]'


def program(rng: random.Random) -> str:
    """A program that makes one model; whether it runs through is for the caller to see."""
    g = Grammar(rng)
    body: list[str] = []
    for _ in range(rng.randint(1, 2)):
        for _ in range(rng.randint(0, 2)):
            body += statement(g, 1)
        body += feature(g) if rng.random() < 0.6 else statement(g, 2)
    for _ in range(rng.randint(0, 2)):
        body += statement(g, 2)
    model = built(g)
    text = "\n".join(body)
    used = [module for module in MODULES if re.search(rf"\b{module}\.", text + "\n".join(model))]
    head = [f"import {module}" for module in used] + ["import keras", "from keras import layers"]
    return "\n".join([*head, "", *body, "", *model]) + "\n"


def recent(g: Grammar, kind: str) -> str:
    """An expression of a type, a variable made last where there is one."""
    found = [name for name, of in g.names.items() if of == kind]
    if found and g.rng.random() < 0.8:
        return found[-1] if g.rng.random() < 0.6 else g.rng.choice(found)
    return f"({g.make(kind, 2)})"


def units(expression: str) -> str:
    """A width that a layer may have, whatever the number is."""
    return f"abs({expression}) % 53 + 2"


def probe(g: Grammar) -> list[str]:
    """Expressions and statements that add layers for a value: `ADD(layer)` stands for adding."""
    kind = g.rng.choice([*g.names.values()] or ["int"])
    x = recent(g, kind)
    k = units(str(g.number(0, 40)))
    choices = {
        "int": [
            f"ADD(layers.Dense({units(x)}))",
            f"ADD(layers.Dense(8, activation={ACTIVATIONS}[{x} % 4]))",
            f"for _ in range(abs({x}) % 4):\n    ADD(layers.Dense({k}))",
            f"if {x} > {g.number()}:\n    ADD(layers.Dropout(0.5))",
        ],
        "bool": [
            f"ADD(layers.Dense({k} if {x} else 60))",
            f"if {x}:\n    ADD(layers.Dense(5))\nelse:\n    ADD(layers.BatchNormalization())",
            f"ADD(layers.Dense(4, activation='relu' if {x} else 'tanh'))",
            f"ADD(layers.Dense(6, use_bias={x}))",
        ],
        "float": [f"ADD(layers.Dense({units(f'int({x} * 8)')}))", f"if {x} > 1.5:\n    ADD(layers.Dropout(0.5))"],
        "str": [
            f"ADD(layers.Dense({units(f'len({x})')}))",
            f"ADD(layers.Dense(5, activation={x} if {x} in ('relu', 'tanh') else 'elu'))",
            f"if {x} == {g.make('str', 1)}:\n    ADD(layers.Dropout(0.2))",
            f"ADD(layers.Dense({units(f'sum(map(ord, {x}))')}))",
        ],
        "ints": [
            f"for n in {x}[:4]:\n    ADD(layers.Dense({units('n')}))",
            f"ADD(layers.Dense({units(f'len({x})')}))",
            f"ADD(layers.Dense({units(f'({x} or [3])[-1]')}))",
            f"for i, n in enumerate({x}[-3:]):\n    ADD(layers.Dense({units('n')}, name=f'd{g.fresh('')}_{{i}}'))",
            f"if {x}:\n    ADD(layers.Dense({units(f'sum({x})')}))",
            f"ADD(layers.Dense(9 if {g.number()} in {x} else 7))",
        ],
        "strs": [
            f"for s in {x}[:3]:\n    ADD(layers.Dense({units('len(s)')}))",
            f"ADD(layers.Dense({units(f'len({x})')}))",
            f"ADD(layers.Dense(7 if 'relu' in {x} else 3))",
            f"ADD(layers.Dense({units(f'''len(''.join({x}))''')}))",
        ],
        "pairs": [
            f"for k, v in {x}[:3]:\n    ADD(layers.Dense({units('v')}, activation='relu' if k == 'a' else None))"
        ],
        "dict": [
            f"for k, v in {x}.items():\n    ADD(layers.Dense({units('v + len(k)')}))",
            f"ADD(layers.Dense({units(f'len({x})')}))",
            f"ADD(layers.Dense({units(f'''{x}.get('a', 5)''')}))",
            f"if 'b' in {x}:\n    ADD(layers.Dropout(0.1))",
            f"ADD(layers.Dense(3 if {x} else 4))",
        ],
        "set": [
            f"for n in sorted({x}):\n    ADD(layers.Dense({units('n')}))",
            f"ADD(layers.Dense({units(f'len({x})')}))",
            f"ADD(layers.Dense(3 if {g.number()} in {x} else 4))",
        ],
        "tuple": [
            f"for n in {x}[:3]:\n    ADD(layers.Dense({units('n')}))",
            f"ADD(layers.Dense({units(f'len({x})')}))",
            f"ADD(layers.Dense(9 if {x} else 8))",
        ],
    }[kind]
    return g.rng.choice(choices).split("\n")


def built(g: Grammar) -> list[str]:
    """A model with a few probes, in one of the ways that models are written."""
    lines = [line for _ in range(g.number(1, 3)) for line in probe(g)]
    style = g.number(0, 4)
    if style == 0:
        return [
            "model = keras.Sequential()",
            "model.add(keras.Input((16,)))",
            *(_with(line, "model.add({})") for line in lines),
            "model.add(layers.Dense(3, name='last'))",
        ]
    if style == 1:
        return [
            "inputs = keras.Input((16,))",
            "x = layers.Dense(4)(inputs)",
            *(_with(line, "x = {}(x)") for line in lines),
            "model = keras.Model(inputs, x)",
        ]
    if style == 2:
        return [
            "stack = [keras.Input((16,))]",
            *(_with(line, "stack.append({})") for line in lines),
            "model = keras.Sequential([*stack, layers.Dense(3)])",
        ]
    if style == 3:
        return [
            "def build(width=4):",
            *indented(
                [
                    "x = inputs = keras.Input((16,))",
                    *(_with(line, "x = {}(x)") for line in lines),
                    "return keras.Model(inputs, layers.Dense(width)(x))",
                ]
            ),
            "model = build(5)",
        ]
    return [
        "class Net:",
        *indented(
            [
                "def __init__(self):",
                *indented(["self.stack = []", *(_with(line, "self.add({})") for line in lines)]),
                "def add(self, layer):",
                *indented(["self.stack.append(layer)"]),
                "def build(self):",
                *indented(
                    [
                        "net = keras.Sequential([keras.Input((16,))])",
                        "for layer in self.stack:",
                        "    net.add(layer)",
                        "net.add(layers.Dense(2))",
                        "return net",
                    ]
                ),
            ]
        ),
        "model = Net().build()",
    ]


def _with(line: str, form: str) -> str:
    head, found, tail = line.partition("ADD(")
    if not found:
        return line
    return head + form.format(tail.removesuffix(")"))
