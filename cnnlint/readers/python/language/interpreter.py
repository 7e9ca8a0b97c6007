"""The abstract interpreter: one run over a module's tree.

A condition that cannot be decided is answered, not split: the run notes the question, and `reading.py` reads the
file again with the other answer. So every run sees one straight-line program, and joining never has to prove
that something is missing. What statements do is in `statements.py`, what expressions are worth in `expressions.py`,
what libraries do in `libraries/` and `arrays/`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, CallRefused, Event, Origin, Span, Unread
from cnnlint.graph.library_calls import Call
from cnnlint.readers.python.budget import BudgetSpent, Meter
from cnnlint.readers.python.language import builtins, comparing, expressions, functions, iteration, statements, varying
from cnnlint.readers.python.language.changing import changed, recorded
from cnnlint.readers.python.language.failing import fails, throw
from cnnlint.readers.python.language.fallbacks import check
from cnnlint.readers.python.language.items import assign_item
from cnnlint.readers.python.language.setting import assign_attribute
from cnnlint.readers.python.language.state import Decisions
from cnnlint.readers.python.run import (
    Fallback,
    Frame,
    Graph,
    Importing,
    Libraries,
    Pass,
    RaiseSignal,
    Run,
    Signal,
    Sources,
    Waiting,
)
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.versions import Versions
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    ClassValue,
    Container,
    FunctionValue,
    ListValue,
    ModelValue,
    ObjectValue,
    OpenEnd,
    Scope,
    Symbol,
    Unit,
    Unknown,
    Value,
)

Statement = cst.BaseStatement | cst.BaseSmallStatement


class Interpreter:
    """One run over a file."""

    def __init__(
        self,
        unit: Unit,
        meter: Meter,
        decisions: Decisions,
        imports: Importing,
        versions: Versions,
        building: Callable[[Run], Graph],
        libraries: Callable[[Run], Libraries],
    ) -> None:
        self.meter = meter
        self.decisions = decisions
        self.imports = imports
        self.versions = versions
        self.main = unit
        self.frames: list[Frame] = [Frame(None, unit.scope, unit)]
        self.building = building(self)
        self.libraries = libraries(self)
        self.statement: cst.CSTNode | None = None
        #: the loops around the current statement, outermost first, across calls
        self.loop_path: list[cst.CSTNode] = []
        #: for each loop around the current statement, when its pass began and whether the pass left something behind
        self.passes: list[Pass] = []
        self.tries: list[Pass] = []
        self.doubts = self.doubted_imports = self.answered = 0
        self.trying = 0
        self.fallback: Fallback | None = None
        self.waiting: list[Waiting] = []
        self._held: list[Waiting] = []
        self.builtins = builtins.BUILTINS
        self.notes: list[Unread] = []
        self.events: list[Event] = []
        self.calls: list[Call] = []
        self.kept: dict[tuple[str, int], int] = {}
        self.arrays: list[ArrayFacts] = []
        #: rows of calls and items that this run reached, to tell "absent on this path" from "not asked on this path"
        self.rows: set[tuple[str | None, int]] = set()
        self.functions: list[FunctionValue] = []
        self.classes: list[ClassValue] = []
        self.instantiated: list[ClassValue] = []
        #: what undefined flags are by default: tf.app.flags, argparse
        self.flags: dict[str, Value] = {}
        #: what the program has set on modules and classes of libraries, by qualified name: `tf.model = Sequential()`
        self.assigned: dict[str, Value] = {}
        self._parsed: dict[str, cst.BaseExpression | None] = {}
        self.arg_scopes: list[dict[str, dict[str, Value]]] = []
        #: how many sources of data there were, and the numbers of what was selected from them
        self.sources = Sources()

    # --- where we are ---------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """The call being read."""
        return self.frames[-1]

    @property
    def scope(self) -> Scope:
        """The names in sight."""
        return self.frames[-1].scope

    def span(self, node: cst.CSTNode | None) -> Span | None:
        """Where a piece of the current file stands."""
        return None if node is None else self.frame.unit.positions.span(node)

    def origin(self, node: cst.CSTNode | None) -> Origin:
        """Where a piece of the current file stands, for the graph."""
        unit = self.frames[-1].unit
        filename = None if unit.main else unit.filename
        return unit.positions.origin(node, filename) if node is not None else Origin(filename=filename)

    def reached(self, span: Span | None) -> None:
        """Note that a call or an item at this place was read."""
        if span is not None:
            unit = self.frames[-1].unit
            filename = None if unit.main else unit.filename
            for row in range(span.start_row, span.end_row + 1):
                self.rows.add((filename, row))

    def note(self, what: str, node: cst.CSTNode | None = None) -> None:
        """Note something that could not be read, once for each place."""
        origin = self.origin(node) if node is not None else None
        unread = Unread(what, origin)
        if unread not in self.notes:
            self.notes.append(unread)

    def event(self, event: Event) -> None:
        """Note a call outside the graph that a rule may ask about, with the loops and conditions around it.

        What is refused within a `try` may be caught there, and is no mistake.
        """
        if self.trying and isinstance(event, CallRefused):
            return
        self.reached(event.origin.span)
        loops = tuple(id(loop) for loop in self.loop_path)
        self.events.append(replace(event, loops=loops, conditional=self.frame.conditions > 0))

    @property
    def units(self) -> tuple[Unit, ...]:
        """The file and those that it imports."""
        return (self.main, *self.imports.units)

    @property
    def in_loop(self) -> bool:
        """Whether the current statement stands in a loop, of this call or one above it."""
        return any(frame.loops for frame in self.frames)

    @property
    def in_open_loop(self) -> bool:
        """Whether the current statement stands in a loop of unknown length."""
        return any(frame.open_loops for frame in self.frames)

    # --- decisions ------------------------------------------------------------------------------------------

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true, or None when that is not known."""
        return comparing.truth(self, value)

    def decide(self, value: Value, default: bool = True, at: cst.CSTNode | None = None) -> bool:
        """Whether a value is true, answering for it where that is not known; `at` is where it is asked."""
        known = self.truth(value)
        if known is not None:
            return known
        if isinstance(value, ObjectValue) and value.of_arguments:
            token = value.traced()
        else:
            token = value.token if isinstance(value, Unknown) else ("value", type(value).__name__)
        asked = len(self.decisions.asked)
        self.answered += 1
        answer = self.decisions.answer(token, default)
        if at is not None and self.passes:
            varying.asked(self, at, token)
        if at is not None and len(self.decisions.asked) > asked:
            self.decisions.places[next(reversed(self.decisions.asked))] = self.origin(at)
        return answer

    # --- statements -----------------------------------------------------------------------------------------

    def run(self, body: Sequence[Statement]) -> None:
        """Execute statements in order."""
        outermost = len(self.frames) == 1 and not self.loop_path and not self.arg_scopes
        for statement in body:
            try:
                self.execute(statement)
            except RecursionError:
                # an expression may nest deeper than Python's own stack; the next statement starts afresh
                if not outermost:
                    raise
                self.note("partly read: a statement nests too deeply", statement)
            except (Signal, BudgetSpent, OpenEnd, MemoryError):
                raise
            except Exception as error:
                self.note(f"a statement was not worked out: {type(error).__name__}", statement)

    def execute(self, statement: Statement) -> None:
        """Execute one statement."""
        self.meter.step()
        before = len(self.waiting)
        if isinstance(statement, cst.SimpleStatementLine):
            self._small(statement.body)
        elif (handler := statements.COMPOUND.get(type(statement))) is not None:
            handler(self, statement)
        if self._held or len(self.waiting) > before:
            self._held += self.waiting[before:]
            del self.waiting[before:]
            self._held = [one for one in self._held if not one.over()]

    def suite(self, block: cst.BaseSuite) -> None:
        """Execute an indented block or the statements behind a colon."""
        if isinstance(block, cst.SimpleStatementSuite):
            self.meter.step()
            self._small(block.body)
        else:
            self.run(block.body)

    def _small(self, body: Sequence[cst.BaseSmallStatement]) -> None:
        for small in body:
            self.statement = small
            handler = statements.SMALL.get(type(small))
            if handler is not None:
                handler(self, small)

    def evaluate(self, node: cst.CSTNode) -> Value:
        """Evaluate an expression; what is not understood is unknown."""
        self.meter.step()
        handler = expressions.EVALUATORS.get(type(node))
        value = Unknown(type(node).__name__) if handler is None else handler(self, node)
        if self.trying and _may_raise(node, value):
            self.doubts += 1
        if self.fallback is not None:
            check(self, self.fallback)
        return value

    def expression_of(self, text: str) -> cst.BaseExpression | None:
        """An expression that the program holds as a string, parsed; it stands nowhere in the file."""
        if text not in self._parsed:
            from cnnlint.readers.python.text import libcst_trees

            try:
                self._parsed[text] = libcst_trees.expression(text.strip()).expression
            except (libcst_trees.Refused, ValueError, RecursionError):
                self._parsed[text] = None
        return self._parsed[text]

    def assign(self, target: cst.CSTNode, value: Value) -> None:
        """Assign a value to a target: a name, attribute, item, or a tuple of targets."""
        if isinstance(target, cst.Name):
            self.bind(target.value, self.libraries.named(target.value, value))
        elif isinstance(target, (cst.Tuple, cst.List)):
            self.unpack(target, value)
        elif isinstance(target, cst.Attribute):
            assign_attribute(self, self.evaluate(target.value), target.attr.value, value)
        elif isinstance(target, cst.Subscript):
            assign_item(self, target, value)
        elif isinstance(target, cst.StarredElement):
            self.assign(target.value, value)

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in the scope that it belongs to."""
        scope = self.scope
        if self.passes or self.tries:
            if name in scope.globals_declared:
                recorded(self, scope.module().names, name)
            elif name in scope.nonlocals_declared and scope.parent is not None:
                found = scope.parent.lookup(name)
                recorded(self, (found[0] if found is not None else scope).names, name)
            else:
                recorded(self, scope.names, name)
        scope.bind(name, value)

    def unpack(self, target: cst.Tuple | cst.List, value: Value) -> None:
        targets = [element.value for element in target.elements]
        stars = [i for i, element in enumerate(target.elements) if isinstance(element, cst.StarredElement)]
        items, is_open = self.iterate(value)
        if self.trying and items is not None and not is_open:
            least = len(targets) - len(stars)
            if len(items) < least or (not stars and len(items) != least):
                throw("ValueError")
        short = items is not None and len(items) < len(targets) - len(stars)
        if items is None or is_open or short or (not stars and len(items) != len(targets)):
            for index, part in enumerate(targets):
                self.assign(part, self.libraries.part(value, index, len(targets)))
            return
        if stars:
            head, tail = stars[0], len(targets) - stars[0] - 1
            middle = ListValue(items[head : len(items) - tail])
            items = [*items[:head], middle, *items[len(items) - tail :]]
        for part, item in zip(targets, items, strict=False):
            self.assign(part, item)

    # --- loops ----------------------------------------------------------------------------------------------

    def iterate(self, value: Value) -> tuple[list[Value] | None, bool]:
        """The items a value yields, and whether there may be more; None when not even one is known."""
        return iteration.iterate(self, value)

    def names_in(self, node: cst.CSTNode) -> frozenset[str]:
        """The names that stand in a piece of code, those of attributes among them."""
        return self.frame.unit.positions.names_in(node)

    def element(self, value: Value) -> Value:
        """What one element of a value is like, when the elements themselves are not known."""
        return iteration.element(self, value)

    def touch(self, container: Container | ModelValue | None = None) -> None:
        """Note that something grew that outlives the passes it is older than: a list, a model; None is for good."""
        if container is not None and not isinstance(container, ModelValue):
            changed(self, container)
            return
        for one in (*self.passes, *self.tries):
            if container is None or container.born < one.began:
                one.touched = True
                if container is not None:
                    one.models[id(container)] = container

    def trained(self, model: ModelValue | None = None, outside: int = 0) -> None:
        """Note a step of training: the passes that the model is older than, and within `outside` loops, are alike."""
        for index, one in enumerate(self.passes):
            if index >= outside and (model is None or model.born < one.began):
                one.trains = True

    # --- calls ----------------------------------------------------------------------------------------------

    def call(self, function: Value, site: CallSite) -> Value:
        """Call a value."""
        return functions.call(self, function, site)

    def attempt(self, function: Value, site: CallSite) -> Value:
        """Call a value on its own account: MISSING where that ends in a `raise`."""
        depth = len(self.frames)
        self.building.by_framework += 1
        try:
            return functions.call(self, function, site)
        except RaiseSignal:
            del self.frames[depth:]
            return MISSING
        finally:
            self.building.by_framework -= 1

    @contextlib.contextmanager
    def enter(self, frame: Frame) -> Iterator[None]:
        """Read within another frame."""
        statement, begun = self.statement, len(self.building.nodes)
        self.frames.append(frame)
        try:
            yield
        except RaiseSignal as signal:
            if fails(signal.value):  # what it made by then leads nowhere
                self.building.failed.update(map(id, self.building.nodes[begun:]))
            raise
        finally:
            self.withdraw(self.frames.pop())
            self.statement = statement

    def withdraw(self, frame: Frame) -> None:
        """Take back what was said of shapes behind an `assert` that does not hold for the values that were read."""
        for node in self.building.nodes[frame.refuted :] if frame.refuted is not None else ():
            node.shape_error = None

    def raised(self) -> None:
        """A statement that ends this path was reached."""
        raise RaiseSignal


def _may_raise(node: cst.CSTNode, value: Value) -> bool:
    """Whether working out an expression of this value may have raised: nothing is known of what it does."""
    if isinstance(node, cst.Call):
        return isinstance(value, (Unknown, Symbol, ObjectValue))
    # that a name is bound nowhere is what an unknown of it says; one that is bound is read without a risk
    return isinstance(value, Unknown) and (not isinstance(node, cst.Name) or value.token == ("name", node.value))
