"""What probe data is made for and what it looks like: plain values, shared by all that makes data."""

from __future__ import annotations

from typing import Any, Literal

import numpy.typing as npt
from msgspec import Struct

Array = npt.NDArray[Any]
InputKind = Literal["image", "signal", "volume", "features", "tokens"]
Pattern = Literal["digits", "mnist", "fashion_mnist", "gratings", "glyphs"]
Task = Literal["classes", "multi_hot", "regression", "map", "reconstruction"]


class InputSpec(Struct, frozen=True):
    """One input of a model: its shape without the batch and what kind of data it is.

    `vocabulary` is the number of different tokens; `channels_first` tells where the channels of a picture are.
    """

    shape: tuple[int, ...]
    kind: InputKind
    channels_first: bool = False
    vocabulary: int = 0


class Own(Struct, frozen=True):
    """How the user's own data stands in for a probe set (see `own_data`).

    Samples have `shape` in the program, and values `low`..`high` there are 0..1 here. `targets` is the range of
    quantities, `guess` what guessing reaches.
    """

    digest: str
    shape: tuple[int, ...]
    low: float = 0.0
    high: float = 1.0
    targets: tuple[float, float] = (0.0, 1.0)
    guess: float = 0.0


class ProbeSpec(Struct, frozen=True):
    """What a probe set is made for. Equal specifications and seeds give equal bits.

    `classes` is the number of classes that occur, `units` that of the model's outputs (or of regression targets);
    `pattern` chooses "gratings", "glyphs" or a real set (see `real`) for pictures; `noise` is the share of labels
    that are drawn anew at random (real data cannot be learned to the last sample; a probe set without noise can).
    """

    inputs: tuple[InputSpec, ...]
    task: Task
    classes: int
    units: int
    pattern: Pattern = "gratings"
    train: int = 1024
    validation: int = 300
    noise: float = 0.0
    #: the user's own data instead
    own: Own | None = None

    def __repr__(self) -> str:
        """All but the user's own data: the random numbers of a probe set are drawn under this text."""
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name != "own")
        return f"ProbeSpec({shown})"

    @property
    def real(self) -> bool:
        """Whether the pictures are real ones."""
        return self.pattern in ("digits", "mnist", "fashion_mnist")

    @property
    def title(self) -> str:
        """What the data is, for people."""
        inputs = " and ".join("×".join(map(str, item.shape)) for item in self.inputs)
        if self.task == "classes":
            kind = self.pattern if self.inputs[0].kind == "image" else self.inputs[0].kind
            return f"probe set: {kind} {inputs} in {self.classes} classes"
        return f"probe set: {self.inputs[0].kind} {inputs}, {self.task.replace('_', '-')}"


class ProbeSet(Struct, frozen=True):
    """A probe set: features in 0..1 (one array for each input) and targets, for training and validation.

    Targets are class numbers, rows of 0 and 1 (multi_hot), quantities in 0..1 (regression), class numbers per
    pixel (map), or the features again (reconstruction).
    """

    train_x: tuple[Array, ...]
    train_y: Array
    validation_x: tuple[Array, ...]
    validation_y: Array
