"""What an operator is, and the words that the tables of operators share."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """One way to change a program: every edit is a pattern and its replacement in the text as `ast.unparse` gives it.

    `§` in a pattern stands for the modules before a name. The operator applies where `needs` and all edits match and
    `unless` does not; an edit is made at the first place, or at all of them where its pattern begins with `*`.
    """

    name: str
    of: str
    expect: tuple[str, ...]
    edits: tuple[tuple[str, str], ...]
    needs: str = ""
    unless: str = ""

    def edit(self, source: str) -> str | None:
        """The mutant, or None where the operator does not apply."""
        if not re.search(regex(self.needs), source) or (self.unless and re.search(regex(self.unless), source)):
            return None
        for pattern, replacement in self.edits:
            every = pattern.startswith("*")
            source, count = re.subn(regex(pattern.removeprefix("*")), replacement, source, count=0 if every else 1)
            if not count:
                return None
        return finish(source)


def regex(pattern: str) -> str:
    """The pattern as a regular expression."""
    return "(?m)" + pattern.replace("§", r"(?:\w+\.)*")


def op(name: str, of: str, expect: str, *edits: tuple[str, str], needs: str = "", unless: str = "") -> Operator:
    """An operator, its rules in one string."""
    return Operator(name, of, tuple(expect.split()), edits, needs, unless)


def finish(source: str) -> str:
    """Write what the edits mean in the program's own style, and import what they use."""

    def spelled(match: re.Match[str]) -> str:
        arguments = ast.parse(match[0], mode="eval").body.args  # type: ignore[attr-defined]
        layers = [
            ast.unparse(a)
            if not isinstance(a, ast.Constant)
            else {
                "softmax": "keras.layers.Softmax()",
                "tanh": "keras.layers.Activation('tanh')",
                "softmax axis 0": "keras.layers.Softmax(axis=0)",
            }[a.value]
            for a in arguments
        ]
        return "@@" + "@@".join(layers) + "@@"

    while (at := source.find("Sequential_of(")) >= 0:
        depth, end = 0, at
        while end < len(source):
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
            if depth == 0 and source[end - 1] == ")":
                break
        text = spelled(re.match(r"[\s\S]*", source[at:end]))  # type: ignore[arg-type]
        layers = text.strip("@").split("@@")
        line_start, line_end = source.rfind("\n", 0, at) + 1, source.find("\n", end)
        line_end = len(source) if line_end < 0 else line_end
        head, tail = source[line_start:at], source[end:line_end]
        if head.rstrip().endswith(".add("):
            written = "\n".join(f"{head}{layer}{tail}" for layer in layers)
        elif tail.startswith("("):
            name = head.split("=")[0].strip()
            written = f"{head}{layers[0]}{tail}" + "".join(f"\n{name} = {layer}({name})" for layer in layers[1:])
        elif head.strip().startswith("self."):
            written = f"{head}keras.Sequential([{', '.join(layers)}]){tail}"
        else:
            written = f"{head}{', '.join(layers)}{tail}"
        source = source[:line_start] + written + source[line_end:]
    # a loss that is called, not named to compile
    full = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}
    source = re.sub(r"compute_loss = '(\w+)'", lambda m: f"compute_loss = keras.losses.{full.get(m[1], m[1])}", source)
    source = source.replace("hidden_or_dense", "dense" if "dense = " in source else "hidden")
    return source if re.search(r"import keras$|import keras$", source, re.M) else "import keras\n" + source


# what programs are about, and what stands in them
#: where the model begins
FIRST = r"^(model = |inputs = )"
#: a training on one line that is validated
VALIDATED = r"^((?:history = )?model\.fit\([^\n]*validation_[^\n]*)\)$"
DROPPED = r"(§Dropout\([\d.]+\))\((\w+)\)"
CATEGORICAL = r"(?<!sparse_)categorical_crossentropy'|(?<!Sparse)CategoricalCrossentropy\("
SPARSE = r"sparse_categorical_crossentropy'|SparseCategoricalCrossentropy\("
BINARY = r"'binary_crossentropy'|BinaryCrossentropy\("
SQUARED = r"'mse'|'mean_squared_error'|§MeanSquaredError\(\)"
SOFTMAX = r"activation='softmax'"
SIGMOID = r"activation='sigmoid'"
OUT = r"(§Dense)\(([^()]*), activation='softmax'\)"
YES = r"(§Dense)\(1, activation='sigmoid'([^()]*)\)"
LINEAR = r"(§Dense)\((1|2)\)"
HIDDEN = r"(§Dense)\(([^()]*?)activation='(?:relu|tanh)'"
PICTURES = r"§Conv2D\("
#: the same loss by every spelling
CLASS_LOSS = r"(?:§)?(?:Sparse)?CategoricalCrossentropy\(\)|'(?:sparse_)?categorical_crossentropy'"
YES_LOSS = r"§BinaryCrossentropy\(\)|'binary_crossentropy'"
DISTANCE = SQUARED
ROWS_LOSS = r"§\bCategoricalCrossentropy\(\)|'categorical_crossentropy'"
NUMBERS_LOSS = r"§\bSparseCategoricalCrossentropy\(\)|'sparse_categorical_crossentropy'"
ROWS = "target-shape-mismatch label-encoding-loss-mismatch output-units-mismatch"
