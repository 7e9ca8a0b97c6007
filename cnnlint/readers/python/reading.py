"""Reading a file: one run after another, each with other answers to the conditions that cannot be decided.

The first run takes every such branch. Then each question is answered the other way, one at a time, within the
budget; one that came up in functions and classes that nothing calls is answered by reading those alone. What a file
says is what the first run read; the other readings stand beside it (`Program.alternatives`), so that a finding can be
asked whether it holds on every path that reaches its place.
"""

from __future__ import annotations

import time
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import Model, Program, Unread
from cnnlint.graph.origins import quoted
from cnnlint.readers.python.assemble import program
from cnnlint.readers.python.budget import BudgetSpent, Limits, Meter
from cnnlint.readers.python.building.building import Building
from cnnlint.readers.python.building.constructors import without_super
from cnnlint.readers.python.building.own_calls import made_in_call, without_return
from cnnlint.readers.python.building.steps import remade
from cnnlint.readers.python.language.imports import Imports
from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.language.state import Decisions, Root
from cnnlint.readers.python.libraries.handed import Handed
from cnnlint.readers.python.text.opened import Opened, opened
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.versions import Versions
from cnnlint.readers.python.uncalled import Roots, guarded, read_uncalled
from cnnlint.readers.python.values import Scope, Unit, is_given
from cnnlint.readers.reading import FileLoader

PATIENCE = 0.6
"""The part of the time for a file that all the ways through it may take together: 4.8 seconds."""


class Read(Struct):
    """What one run over a file read."""

    program: Program
    decisions: Decisions
    roots: Roots
    steps: int
    #: where a question came up on another way alone: what that way read
    asking: dict[object, Program] = {}


def read_program(filename: str, parsed: Parsed, load: FileLoader | None, limits: Limits | None = None) -> Program:
    """Read a parsed file under all the answers that the budget allows."""
    limits = limits or Limits()
    file = File(filename, parsed, load, limits)
    read = file.read({})
    first, decisions = read.program, read.decisions
    steps = read.steps
    # what the program alone decides comes first: nothing but the other answer shows whether it matters
    pending = sorted(decisions.asked, key=is_given)
    while pending:
        done, ways = 1 + len(first.alternatives), limits.ways(steps)
        # the next reading takes as long as those before it did
        affordable = min(ways, int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)))
        group = _next(pending, affordable - done)
        first.hurried = first.hurried or group != _next(pending, ways - done)
        if not group:
            _leave_unread(read, pending)
            break
        pending = [token for token in pending if token not in group]
        another = _answered_otherwise(file, read, group)
        steps += another.steps
        # what the program decides on that way alone has another answer as well
        further = [token for token in another.decisions.asked if token not in decisions.asked and not is_given(token)]
        for token in further:
            decisions.asked[token] = another.decisions.asked[token]
            decisions.before[token] = {**another.decisions.given, **decisions.before.get(group[0], {})}
            decisions.under[token] = another.decisions.under[token]
            read.asking[token] = another.program
            if token in another.decisions.places:
                decisions.places[token] = another.decisions.places[token]
        pending = [*further, *pending]
    _all_there(file, read, steps, limits)
    _cross(file, read, steps, limits)
    if first.rows_left:
        only = f"only {1 + len(first.alternatives)} of the ways through its conditions were read"
        first.notes.append(Unread(f"{only}: the time ran out" if first.hurried else only))
    first.hurried = first.hurried or any(other.hurried for other in first.alternatives)
    return first


def _next(pending: list[object], left: int) -> list[object]:
    """Which of these questions are answered otherwise next: one at a time, several at once in the last reading."""
    if left < 1:
        return []
    own = [token for token in pending if not is_given(token)]
    return own if left == 1 and len(own) > 1 else pending[:1]


def _answered_otherwise(file: File, read: Read, group: list[object], alone: bool = False) -> Read:
    """Read on with the other answers to these questions, all at once, and note which models hang on them.

    `alone` where each of them was answered on its own before; else several are answered in the last reading there is.
    """
    first, decisions = read.program, read.decisions
    only = read.roots.needed(set().union(*(decisions.under[token] for token in group)))
    answers = {asked: answer for token in group for asked, answer in decisions.before.get(token, {}).items()}
    another = file.read({**answers, **{token: not decisions.asked[token] for token in group}}, only)
    other = another.program
    first.alternatives.append(other)
    if only is not None:
        other.rows_judged = read.roots.reached(only) | other.rows_read
    if len(group) > 1 and not alone:
        first.rows_left |= read.roots.reached(only)
    if not is_given(group[0]):
        first.decided_by_program = other.decided_by_program = True
        last = max(group, key=lambda token: len(decisions.before.get(token, {})))
        asking = read.asking.get(last, first)
        concerned = [model for model in asking.models if read.roots.concerns(only, model)]
        conditions = [_condition(decisions, token) for token in group if token in another.decisions.used]
        _leave_open(concerned, other.models, conditions)
        if not alone:
            _leave_unread(read, [token for token in group if token not in another.decisions.used])
    return another


def _all_there(file: File, read: Read, steps: int, limits: Limits) -> None:
    """Where several values were taken for None, one more way: all of them are there, as they may have to be."""
    missing, done = read.decisions.missing, 1 + len(read.program.alternatives)
    affordable = min(limits.ways(steps), int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)))
    if len(missing) > 1 and done < affordable:
        _answered_otherwise(file, read, missing, alone=True)


#: conditions of a program that are answered together in every way: four readings more than one at a time
CROSSED = 3


def _cross(file: File, read: Read, steps: int, limits: Limits) -> None:
    """Answer what the program alone decides together as well: two conditions may only both be otherwise."""
    first, decisions = read.program, read.decisions
    own = [token for token in decisions.asked if not is_given(token)]
    groups = [list(group) for size in range(2, CROSSED + 1) for group in combinations(own[:CROSSED], size)]
    if len(own) > CROSSED or 1 + len(first.alternatives) + len(groups) > limits.ways(steps):
        first.uncrossed = True
        return
    for group in groups:
        done = 1 + len(first.alternatives)
        if done >= int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)):
            first.uncrossed = first.hurried = True
            return
        _answered_otherwise(file, read, group, alone=True)


def _leave_unread(read: Read, questions: list[object]) -> None:
    """The other answers to these questions are not read: what hangs on them is not known."""
    for token in questions:
        only = read.roots.needed(read.decisions.under[token])
        read.program.rows_left |= read.roots.reached(only)
        for model in read.program.models:
            if not is_given(token) and read.roots.concerns(only, model):
                model.unread.append(_condition(read.decisions, token))


def _condition(decisions: Decisions, token: object) -> Unread:
    """What is not known of a model that hangs on a condition which the program alone decides."""
    place = decisions.places.get(token)
    what = f"whether {quoted(place)} holds" if place is not None and place.text else "what a condition comes to"
    return Unread(f"{what} is not known", place)


def _leave_open(these: list[Model], those: list[Model], conditions: list[Unread]) -> None:
    """Two readings differ by conditions that the program alone decides: neither is known to be right."""
    for made, others in ((these, those), (those, these)):
        known = [(model.origin.span, _outline(model)) for model in others]
        for model in made:
            if (alike := (model.origin.span, _outline(model))) in known:
                known.remove(alike)  # a place that makes several has a twin for each
            else:
                model.unread += [condition for condition in conditions if condition not in model.unread]


def _outline(model: Model) -> list[object]:
    """What a report says of a model's layers."""
    return [(n.kind, n.name, n.shape, n.activation, n.parameters, n.trainable, n.origin.span) for n in model.nodes]


class File:
    """A file to be read more than once: what every reading of it shares."""

    def __init__(self, filename: str, parsed: Parsed, load: FileLoader | None, limits: Limits) -> None:
        self.filename, self.parsed, self.load, self.limits = filename, parsed, load, limits
        self.started = time.thread_time()
        self.units: dict[str, Opened | None] = {}
        self.positions, self.versions = Positions(parsed), Versions.shown(parsed.source.code)

    @property
    def spent(self) -> float:
        """The CPU seconds since the first reading began."""
        return time.thread_time() - self.started

    def read(self, answers: dict[object, bool], only: frozenset[Root] | None = None) -> Read:
        """One run, under these answers; of what nothing calls, `only` these are read, None for all."""
        unit = Unit(self.filename, self.parsed, self.positions, Scope(None, "module"))
        imports = Imports(self.filename, self.load, self._open, self.limits.files)
        decisions, roots = Decisions(dict(answers)), Roots(only)
        meter = Meter(self.limits, self.started)
        run = Interpreter(unit, meter, decisions, imports, replace(self.versions), Building, Handed)
        try:
            module = self.parsed.module
            assert module is not None
            guarded(run, lambda: run.run(module.body))
            run.withdraw(run.frames[0])
            read_uncalled(run, roots)
            without_return(run)
            made_in_call(run)
            without_super(run)
            remade(run)
        except BudgetSpent as spent:
            run.note(f"partly read: {spent}")
        except RecursionError:
            run.note("partly read: it nests too deeply")
        try:
            result = program(run, self.filename)
        except (BudgetSpent, RecursionError) as spent:
            result = Program(
                self.filename, notes=[*run.notes, Unread(f"partly read: {spent or 'it nests too deeply'}")]
            )
        roots.assembled(run)
        result.rows_read = roots.reached()
        result.hurried = meter.hurried
        return Read(result, decisions, roots, meter.steps)

    def _open(self, path: str, data: bytes) -> Unit | None:
        if path not in self.units:
            self.units[path] = opened(data)
        known = self.units[path]
        if known is None:
            return None
        return Unit(path, known.parsed, known.positions, Scope(None, "module"), False, known.spelt)
