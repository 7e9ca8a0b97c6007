"""Reading a file: one run after another, each with other answers to the conditions that cannot be decided.

The first run takes every such branch. Then each question is answered the other way, one at a time, within the
budget; one that came up in functions and classes that nothing calls is answered by reading those alone. What a file
says is what the first run read; the other readings stand beside it (`Program.alternatives`), so that a finding can be
asked whether it holds on every path that reaches its place.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from itertools import combinations, islice, takewhile

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import Callers, Model, Program, Unread
from cnnlint.graph.origins import quoted
from cnnlint.readers.python.assemble import program
from cnnlint.readers.python.budget import BudgetSpent, Limits, Meter
from cnnlint.readers.python.building.building import Building
from cnnlint.readers.python.building.own.calls import made_in_call, without_return
from cnnlint.readers.python.building.own.constructors import without_super
from cnnlint.readers.python.building.training.steps import remade
from cnnlint.readers.python.language.imports import Imports
from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.language.state import Decisions, Passing, Root
from cnnlint.readers.python.libraries.handed import Handed
from cnnlint.readers.python.roots import Roots
from cnnlint.readers.python.text.opened import Opened, opened
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.versions import Versions
from cnnlint.readers.python.uncalled import guarded, read_uncalled
from cnnlint.readers.python.values import Scope, Unit, is_given
from cnnlint.readers.reading import FileLoader

PATIENCE = 0.6
"""The part of the time for a file that all the ways through it may take together: 3.6 seconds."""


TOGETHER = 100
"""Questions that are looked at to find those that have nothing to do with each other."""


class Read(Struct):
    """What one run over a file read."""

    program: Program
    decisions: Decisions
    roots: Roots
    steps: int
    #: where a question came up on another way alone: what that way read
    asking: dict[object, Read] = {}
    #: questions that did not come up again where nothing but what they touch was read
    wider: set[object] = set()

    def touched(self, tokens: Iterable[object]) -> set[Root | None]:
        """Under which roots other answers to these questions are heard."""
        tokens = list(tokens)
        found = self.decisions.touched(tokens)
        if not self.wider.isdisjoint(tokens):
            found |= {self.roots.classes[root] for root in found if root in self.roots.classes}
        return found

    def widened(self, tokens: list[object]) -> list[object]:
        """Those of these questions that may come up again where the whole classes are read whose methods asked them."""
        methods = self.roots.classes.keys()
        found = [one for one in tokens if one not in self.wider and not methods.isdisjoint(self.touched([one]))]
        self.wider.update(found)
        return found

    def needed(self, tokens: Iterable[object]) -> frozenset[Root] | None:
        """What of a file that nothing calls is read again for other answers to these questions; None for all of it."""
        return self.roots.needed(self.touched(tokens))

    def apart(self, tokens: Iterable[object]) -> list[object]:
        """The first of these questions, and those behind it that concern nothing which the others need."""
        group: list[object] = []
        concerned, needed = set[Root](), set[Root]()
        for token in islice(tokens, TOGETHER):
            own, mine = self.roots.concerned(self.touched([token])), self.needed([token])
            if own is None or mine is None:
                if not group:
                    return [token]
            elif concerned.isdisjoint(mine) and needed.isdisjoint(own):
                group.append(token)
                concerned |= own
                needed |= mine
        return group


def read_program(filename: str, parsed: Parsed, load: FileLoader | None, limits: Limits | None = None) -> Program:
    """Read a parsed file under all the answers that the budget allows."""
    limits = limits or Limits()
    file = File(filename, parsed, load, limits)
    read = file.read({})
    first, decisions = read.program, read.decisions
    steps = read.steps
    # what the program alone decides comes first: nothing but the other answer shows whether it matters
    pending = sorted(decisions.asked, key=is_given)
    known, one_sided, nested = first.rows_read, frozenset[tuple[str | None, int]](), False
    while pending:
        done, ways = 1 + len(first.alternatives), limits.ways(steps)
        # the next reading takes as long as those before it did
        affordable = min(ways, int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)))
        groups = _next(read, pending, affordable - done)
        first.hurried = first.hurried or groups != _next(read, pending, ways - done)
        if not groups:
            _leave_unread(read, pending)
            break
        answered = [token for group in groups for token in group]
        pending = [token for token in pending if token not in answered]
        another = _answered_otherwise(file, read, groups)
        steps += another.steps
        together = [one for one in groups if len(one) > 1]
        first.rows_left |= frozenset().union(*(read.roots.reached(read.needed(one)) for one in together))
        new = another.program.rows_read - known
        first.rows_left |= new if together else frozenset()
        silent = [one for one in answered if not is_given(one) and one not in another.decisions.used]
        again = read.widened(silent)
        _leave_unread(read, [one for one in silent if one not in again])
        decisions.defaults = another.decisions.defaults | decisions.defaults
        read.roots.learn(another.roots)
        # what the program decides on that way alone has another answer as well
        asked = [token for token in another.decisions.asked if token not in decisions.asked]
        further = [token for token in asked if not is_given(token)]
        if len(asked) > len(further):  # nor does the program say what its caller gives it on that way alone
            one_sided |= new
            nested = True
        known |= new
        for token in further:
            decisions.asked[token] = another.decisions.asked[token]
            decisions.under[token] = another.decisions.under[token]
            decisions.before[token] = another.decisions.holding(decisions.under[token])
            read.asking[token] = another
            if token in another.decisions.places:
                decisions.places[token] = another.decisions.places[token]
        pending = [*again, *further, *pending]
    _all_otherwise(file, read, steps, limits, nested)
    _all_there(file, read, steps, limits)
    _cross(file, read, steps, limits)
    if first.rows_left:
        only = f"only {1 + len(first.alternatives)} of the ways through its conditions were read"
        first.notes.append(Unread(f"{only}: the time ran out" if first.hurried else only))
    first.rows_left |= one_sided
    first.callers = _callers(file, decisions)
    first.hurried = first.hurried or any(other.hurried for other in first.alternatives)
    return first


def _callers(file: File, decisions: Decisions) -> Callers | None:
    """The same file once more, where what nothing calls is passed what no reading can tell, as it is asked for."""
    if not (decisions.starred or decisions.defaulted):
        return None

    @functools.cache
    def read(stars: bool) -> Program | None:
        if not (decisions.starred if stars else decisions.defaulted or decisions.starred):
            return None
        return file.read({}, defaults=decisions.defaults, passed="stars" if stars else "all").program

    return read


#: questions that are answered otherwise together
Group = list[object]


def _next(read: Read, pending: list[object], left: int) -> list[Group]:
    """Which of these questions are answered otherwise in the next reading, which has a say of each group by itself: one
    at a time, and in the last reading there is, several at once."""
    if left < 1:
        return []
    own = [token for token in pending if not is_given(token)]
    if left == 1 and len(own) > 1:
        return [own]
    return [[token] for token in read.apart(own or pending)]


def _answered_otherwise(file: File, read: Read, groups: list[Group]) -> Read:
    """Read on with the other answers to the questions of some groups, and note which models hang on them.

    What one group concerns, nothing does that is read for another.
    """
    first, decisions = read.program, read.decisions
    only = read.needed(token for group in groups for token in group)
    answers: dict[object, bool] = {}
    within: dict[object, frozenset[Root]] = {}
    for group in groups:
        before = {asked: answer for token in group for asked, answer in decisions.before.get(token, {}).items()}
        given = {**before, **{token: not decisions.asked[token] for token in group}}
        area = read.roots.concerned(read.touched(group))
        answers.update(given)
        if len(groups) > 1 and area is not None:
            within.update((token, area | within.get(token, frozenset())) for token in given)
    another = file.read(answers, only, within, decisions.defaults)
    other = another.program
    first.alternatives.append(other)
    if only is not None:
        other.rows_judged = read.roots.reached(only) | other.rows_read
    if not is_given(groups[0][0]):
        first.decided_by_program = other.decided_by_program = True
        for group in groups:
            last = max(group, key=lambda token: len(decisions.before.get(token, {})))
            part, asking = read.needed(group), read.asking.get(last, read)
            concerned = [model for model in asking.program.models if asking.roots.concerns(part, model)]
            otherwise = [model for model in other.models if another.roots.concerns(part, model)]
            conditions = [_condition(decisions, token) for token in group if token in another.decisions.used]
            _leave_open(concerned, otherwise, conditions)
    return another


def _all_otherwise(file: File, read: Read, steps: int, limits: Limits, nested: bool) -> None:
    """One more way where the program is given several answers: none of them as the first reading took it, nor what is
    asked on that way alone; of that, each but the first, which was, is then taken as usual by itself."""
    first, decisions = read.program, read.decisions
    given = [token for token in decisions.asked if is_given(token)]
    done = 1 + len(first.alternatives)
    affordable = min(limits.ways(steps), int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)))
    if done >= affordable or not (len(given) > 1 or (given and nested)):
        return
    only = read.needed(given)
    answers = {token: not decisions.asked[token] for token in given}
    another = file.read(answers, only, defaults=decisions.defaults, otherwise=True)
    alone = [token for token in another.decisions.asked if token not in answers]
    others = {**answers, **{token: another.decisions.asked[token] for token in alone}}
    further = [{**others, token: not others[token]} for token in alone[1 : 1 + ALONE]]
    ways = [another, *(file.read(one, only, defaults=decisions.defaults) for one in further)]
    for other in (way.program for way in ways):
        first.alternatives.append(other)
        if only is not None:
            other.rows_judged = read.roots.reached(only) | other.rows_read


def _all_there(file: File, read: Read, steps: int, limits: Limits) -> None:
    """Where several values were taken for None, one more way: all of them are there, as they may have to be."""
    missing, done = read.decisions.missing, 1 + len(read.program.alternatives)
    affordable = min(limits.ways(steps), int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)))
    if len(missing) > 1 and done < affordable:
        _answered_otherwise(file, read, [missing])


#: questions that are asked only where all answers are other ones and that are answered both ways
ALONE = 3
#: conditions of a program that are answered together in every way: four readings more than one at a time
CROSSED = 3


def _cross(file: File, read: Read, steps: int, limits: Limits) -> None:
    """Answer what the program alone decides together as well: two conditions may only both be otherwise."""
    first, decisions = read.program, read.decisions
    own = [token for token in decisions.asked if not is_given(token)]
    groups = [list(group) for size in range(2, CROSSED + 1) for group in combinations(own[:CROSSED], size)]
    groups = [group for group in groups if _entangled(read, group)]
    if len(own) > CROSSED or 1 + len(first.alternatives) + len(groups) > limits.ways(steps):
        first.uncrossed = True
        return
    for group in groups:
        done = 1 + len(first.alternatives)
        if done >= int(limits.seconds * PATIENCE * done / max(file.spent, 0.001)):
            first.uncrossed = first.hurried = True
            return
        _answered_otherwise(file, read, [group])


def _entangled(read: Read, group: Group) -> bool:
    """Whether no question of a group is apart from all others: together they may make more than each by itself."""
    return all(any(len(read.apart([one, other])) < 2 for other in group if other != one) for one in group)


def _leave_unread(read: Read, questions: list[object]) -> None:
    """The other answers to these questions are not read: what hangs on them is not known."""
    for token in questions:
        only = read.needed([token])
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
    places = {model.origin.span for model in (*these, *those)}
    for place in places:
        one, other = ([model for model in side if model.origin.span == place] for side in (these, those))
        for model in _differing(one, other):
            model.unread += [condition for condition in conditions if condition not in model.unread]


def _differing(one: list[Model], other: list[Model]) -> list[Model]:
    """Those models that two readings make at one place, each in its order, which the other makes otherwise."""
    same = [_outline(a) == _outline(b) for a, b in zip(one, other, strict=False)]
    if len(one) == len(other):
        return [model for a, b, alike in zip(one, other, same, strict=True) if not alike for model in (a, b)]
    first = same.index(False) if False in same else len(same)
    ends = zip(reversed(one[first:]), reversed(other[first:]), strict=False)
    last = sum(1 for _ in takewhile(lambda pair: _outline(pair[0]) == _outline(pair[1]), ends))
    return [*one[first : len(one) - last], *other[first : len(other) - last]]


def _outline(model: Model) -> list[object]:
    """What a report says of a model's layers."""
    return [(n.kind, n.name, n.shape, n.activation, n.parameters, n.trainable, n.origin.span) for n in model.nodes]


class File:
    """A file to be read more than once: what every reading of it shares."""

    def __init__(self, filename: str, parsed: Parsed, load: FileLoader | None, limits: Limits) -> None:
        self.filename, self.parsed, self.limits = filename, parsed, limits
        self.load = functools.cache(load) if load is not None else None
        self.started = time.thread_time()
        self.units: dict[str, Opened | None] = {}
        self.defining: dict[str, bool] = {}
        self.positions, self.versions = Positions(parsed), Versions.shown(parsed.source.code)

    @property
    def spent(self) -> float:
        """The CPU seconds since the first reading began."""
        return time.thread_time() - self.started

    def read(
        self,
        answers: dict[object, bool],
        only: frozenset[Root] | None = None,
        within: dict[object, frozenset[Root]] | None = None,
        defaults: dict[object, bool] | None = None,
        otherwise: bool = False,
        passed: Passing = "nothing",
    ) -> Read:
        """One run, under these answers, each `within` some roots, and `defaults` for the others, or `otherwise` than by
        default where there are none; of what nothing calls, `only` these are read, None for all, and `passed` this."""
        unit = Unit(self.filename, self.parsed, self.positions, Scope(None, "module"))
        imports = Imports(self.filename, self.load, self._open, self.limits.files, self.defining)
        decisions, roots = Decisions(answers, within or {}, dict(defaults or {}), otherwise=otherwise), Roots(only)
        decisions.passed = passed
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
