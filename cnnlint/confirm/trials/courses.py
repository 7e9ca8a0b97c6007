"""Training runs as far as they have come: measured at set marks, and gone on with where more steps are asked for.

Findings of one model ask for the same arm at different horizons. The steps of a run depend on nothing that is asked
later, so what it has reached after so many of them is found once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
from msgspec import Struct, field

GRID = (100, 200, 400, 800, 1600)
"""Steps after which every run is measured, asked or not: those that horizons fall on. It costs a twentieth of a run."""

MOST_STATES = 128 * 2**20
"""Bytes of weights and optimizers that are kept of runs, to go on with; a run whose are gone starts afresh."""


class Course(Struct):
    """One training run: the losses of its steps, and its statistics by the number of steps."""

    losses: list[Any] = field(default_factory=list)
    figures: dict[int, dict[str, float]] = field(default_factory=dict)
    #: up to where its losses and outputs are finite
    finite: int = 0
    steps: int = 0

    def covers(self, marks: tuple[int, ...]) -> bool:
        """Whether it was measured at all of these."""
        return all(mark in self.figures for mark in marks)

    def stops(self, marks: tuple[int, ...]) -> list[int]:
        """The steps to measure at on the way to the last of these."""
        return sorted({mark for mark in (*GRID, *marks) if self.steps < mark <= marks[-1]})

    def add(self, losses: Any, figures: dict[str, float], *, finite: bool) -> None:
        """A stretch of steps, and what is measured after them."""
        if finite and self.finite == self.steps:
            self.finite += len(losses)
        self.losses.append(losses)
        self.steps += len(losses)
        last = np.concatenate(self.losses)[-max(1, self.steps // 10) :]
        self.figures[self.steps] = {"training loss": float(np.nan_to_num(last, nan=1e6).mean()), **figures}


class States:
    """What arms were like where their runs stopped, the latest of them up to so many bytes (one always)."""

    def __init__(self, most: int = MOST_STATES) -> None:
        self._most = most
        self._kept: OrderedDict[Any, list[Any]] = OrderedDict()
        self._bytes = 0

    def keep(self, key: Any, state: list[Any]) -> None:
        """Keep a state in the place of the same run's last one."""
        self.take(key)
        self._kept[key] = state
        self._bytes += _size(state)
        while self._bytes > self._most and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _size(gone)

    def take(self, key: Any) -> list[Any] | None:
        """The state of a run, which is no longer kept, or None."""
        state = self._kept.pop(key, None)
        if state is not None:
            self._bytes -= _size(state)
        return state

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()
        self._bytes = 0


def _size(state: list[Any]) -> int:
    return sum(int(array.nbytes) for array in state)
