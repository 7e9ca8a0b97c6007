"""Budgets: everything that reading may spend, and the signal that it is spent."""

from __future__ import annotations

import time

from msgspec import Struct


class Limits(Struct, frozen=True):
    """What reading one file may cost. Running out is reported, never hidden."""

    steps: int = 400_000
    seconds: float = 6.0
    #: how much later what the text shows beside that is no longer asked for
    asking: float = 1.5
    depth: int = 40
    #: how often one function may be on the stack at once
    recursion: int = 20
    #: the same of one that passes itself nothing that is known: a fourth pass knows no more than the third
    blind: int = 3
    #: passes of a loop that keeps building; one that builds nothing stops after `quiet` passes
    unroll: int = 512
    quiet: int = 3
    #: passes that make the same models as the one before, until a loop is taken to do so to its end
    alike: int = 6
    #: steps of the loops that build nothing, all of one reading together, and what each of them may take in any case:
    #: 100 passes over 100 lines, and over 20
    data_steps: int = 20_000
    loop_steps: int = 4_000
    #: readings of the file under different answers to conditions that could not be decided: this many in any case, and
    #: up to `more_paths` as long as all of them together have taken less than `path_steps`, a quarter of what one may
    paths: int = 8
    more_paths: int = 32
    path_steps: int = 100_000
    #: nodes of one reading
    nodes: int = 20_000
    #: other files of the same tree that are followed
    files: int = 96
    #: elements of a literal, range or comprehension that are kept one by one
    items: int = 2_000

    def ways(self, steps: int) -> int:
        """How many readings a file gets, those that it had having taken so many steps."""
        return self.more_paths if steps < self.path_steps else self.paths


LOOK = 512
"""Steps between two looks at the clock: some milliseconds."""


class BudgetSpent(Exception):
    """Reading has to stop here; what was read so far stands."""


class Meter:
    """Counts what reading spends against its limits."""

    def __init__(self, limits: Limits, started: float | None = None) -> None:
        self.limits = limits
        self.steps = 0
        self.nodes = 0
        #: those of them that loops took which built nothing
        self.idle = 0
        #: the steps from which on the clock is looked at again
        self._until = min(LOOK, limits.steps)
        #: what ran out; once it has, nothing more is read, in no `finally` and no handler either
        self.over: BudgetSpent | None = None
        #: the clock has decided something
        self.hurried = False
        self.started = time.thread_time() if started is None else started

    @property
    def spent(self) -> float:
        """The CPU seconds since reading began."""
        return time.thread_time() - self.started

    def step(self) -> None:
        """Spend one step; the clock is looked at now and then."""
        if self.steps >= self._until:
            self._look()
        self.steps += 1

    @property
    def late(self) -> bool:
        """Whether nothing more is to be asked about the text."""
        return self.spent > self.limits.seconds + self.limits.asking

    @property
    def loop_steps(self) -> int:
        """What a loop that builds nothing may take."""
        return max(self.limits.loop_steps, self.limits.data_steps - self.idle)

    def _look(self) -> None:
        """Look at the clock and the steps that are left, and go on until the next look, or not."""
        if self.over is None:
            if self.steps >= self.limits.steps:
                self.over = BudgetSpent(f"the budget of {self.limits.steps:,} steps ran out")
            elif self.spent > self.limits.seconds:
                self.over, self.hurried = BudgetSpent(f"the budget of {self.limits.seconds:g} seconds ran out"), True
            else:
                self._until = min(self.steps + LOOK, self.limits.steps)
                return
            self.steps += 1
        raise self.over

    def node(self) -> None:
        """Spend one node of the graph."""
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise BudgetSpent(f"the budget of {self.limits.nodes:,} layers ran out")
