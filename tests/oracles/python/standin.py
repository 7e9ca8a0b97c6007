"""Running a generated program under CPython, with a stand-in for Keras that records which layers are made and used."""

from __future__ import annotations

import builtins
import contextlib
import io
import sys
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Made:
    """A layer as the program made it: its kind, units, activation, given name, and the row of the call."""

    kind: str
    units: object = None
    activation: object = None
    name: object = None
    row: int = 0


@dataclass
class Built:
    """A model as the program built it: its layers in order, without the input."""

    row: int
    layers: list[Made] = field(default_factory=list)


class Record:
    """Everything that one execution makes."""

    def __init__(self) -> None:
        self.models: list[Built] = []
        self.layers: list[Made] = []
        #: what the names of the program hold in the end
        self.names: dict[str, object] = {}


def _row() -> int:
    frame = sys._getframe(2)
    while frame.f_code.co_filename != "<program>" and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_lineno


def modules(record: Record) -> dict[str, types.ModuleType]:
    """`keras` and `keras.layers`, whose layers write themselves down."""

    class Tensor:
        def __init__(self, path: tuple[Made, ...]) -> None:
            self.path = path

    class Layer:
        made: Made

        def __call__(self, tensor: Tensor) -> Tensor:
            return Tensor((*tensor.path, self.made))

        def note(
            self, kind: str, row: int, units: object = None, activation: object = None, name: object = None
        ) -> None:
            self.made = Made(kind, units, activation, name, row)
            record.layers.append(self.made)

    class Dense(Layer):
        def __init__(
            self, units: object, activation: object = None, use_bias: bool = True, name: object = None
        ) -> None:
            self.note("Dense", _row(), units, activation, name)

    class Dropout(Layer):
        def __init__(self, rate: float, name: object = None) -> None:
            self.note("Dropout", _row(), name=name)

    class BatchNormalization(Layer):
        def __init__(self, name: object = None) -> None:
            self.note("BatchNormalization", _row(), name=name)

    class Reshape(Layer):
        def __init__(self, target_shape: object, name: object = None) -> None:
            self.note("Reshape", _row(), target_shape, name=name)

    class Sequential:
        def __init__(self, layers: Sequence[Any] = (), name: object = None) -> None:
            self.built = Built(_row())
            record.models.append(self.built)
            for layer in layers:
                self.add(layer)

        def add(self, layer: Any) -> None:
            if isinstance(layer, Layer):
                self.built.layers.append(layer.made)

    class Model:
        def __init__(self, inputs: Tensor, outputs: Tensor, name: object = None) -> None:
            record.models.append(Built(_row(), list(outputs.path)))

    def make_input(shape: object = None, name: object = None) -> Tensor:
        return Tensor(())

    layers = types.ModuleType("keras.layers")
    for value in (Dense, Dropout, BatchNormalization, Reshape):
        setattr(layers, value.__name__, value)
    layers.Input = make_input  # type: ignore[attr-defined]
    keras = types.ModuleType("keras")
    for name, thing in {"layers": layers, "Sequential": Sequential, "Model": Model, "Input": make_input}.items():
        setattr(keras, name, thing)
    return {"keras": keras, "keras.layers": layers}


def execute(
    text: str, others: Mapping[str, types.ModuleType] | None = None, given: Mapping[str, object] | None = None
) -> Record:
    """Run a program to its end, with `others` for modules that it imports and `given` for builtins. Raises whatever it
    raises."""
    record = Record()
    stand_ins = {**modules(record), **(others or {})}
    real_import = builtins.__import__

    def importing(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> types.ModuleType:
        if name in stand_ins:
            return stand_ins[name] if fromlist else stand_ins[name.partition(".")[0]]
        if name.startswith(("keras", "tensorflow")):
            raise ImportError(name)
        return real_import(name, globals, locals, fromlist, level)

    inner = {**vars(builtins), **(given or {}), "__import__": importing}
    names = {"__name__": "__main__", "__builtins__": inner}
    code = compile(text, "<program>", "exec")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, names)
    record.names = names
    return record
