"""Everything that was read from one file: models, arrays, events, calls, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec import Struct, field

from cnnlint.graph.events import Event
from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.library_calls import Call
from cnnlint.graph.model import Model, Unread

E = TypeVar("E", bound=Event)

GENERATIONS = ("3", "tf", "2", "tf1", "1", "0")
"""Generations of Keras, the newest first: 3, tf.keras 2, stand-alone 2, tf.keras in TensorFlow 1, 1 and 0."""

ORDERED = frozenset({"3", "tf", "2", "tf1"})
"""Those in which channels come last where nothing says otherwise: the others took what was configured for Theano."""


class Frameworks(Struct, frozen=True):
    """What the file shows about the versions it was written for. None is: it does not show."""

    #: 0 for code older than TensorFlow 1.0, else the major version
    tensorflow: int | None = None
    #: 1 for Keras 1 spellings (nb_filter, border_mode, ...), 2, or 3 (a stand-alone `import keras` is 2 or 3: None)
    keras: int | None = None
    backend: str | None = None
    #: it imports Keras from TensorFlow
    tf_keras: bool = False
    #: it names TensorFlow's `compat.v1`: its calls may be of either version
    compat_v1: bool = False
    #: TensorFlow's own Keras shows, whether alone or beside Keras
    beside_tensorflow: bool = False
    #: the generations of Keras that the file may be written for
    generations: frozenset[str] = frozenset(GENERATIONS)


#: rows of calls, each with the file where it is another than the one that is read
Rows = frozenset[tuple[str | None, int]]


#: the same program once more, where what nothing in it calls is passed arguments that are not known: in the place of
#: stars alone (True), or of all that has a default (False); None where it has no such
Callers = Callable[[bool], "Program | None"]


class Program(Struct, eq=False):
    """Everything that was read from one file."""

    filename: str
    #: "python", "notebook", "onnx" or "archive"
    kind: str = "python"
    models: list[Model] = field(default_factory=list)
    #: every array whose facts were traced to a name, in the order of their making
    arrays: list[ArrayFacts] = field(default_factory=list)
    frameworks: Frameworks = field(default_factory=Frameworks)
    #: the library that a graph was exported from, where it is not Keras: "torch"
    exporter: str = ""
    #: what was left out of the reading: budgets that ran out, repairs, unreadable cells
    notes: list[Unread] = field(default_factory=list)
    #: the calls outside of any model that a rule may ask about
    events: list[Event] = field(default_factory=list)
    #: the calls of Keras and TensorFlow, in the order in which they were read; of one place a few at most
    calls: list[Call] = field(default_factory=list)
    #: the same file read under other answers to conditions that could not be decided: a finding holds if it is
    #: found in every reading that reached its place
    alternatives: list[Program] = field(default_factory=list)
    #: what callers from outside may make of it, read when it is asked for
    callers: Callers | None = None
    #: the clock had a part in what is told: another time it may be more, or less
    hurried: bool = False
    #: the rows on which there are further ways through its conditions, for which the budget did not last
    rows_left: Rows = frozenset()
    #: the rows on which the program expects to be refused: the bodies of `with pytest.raises(…)`
    rows_refused: Rows = frozenset()
    #: it answers a condition that the program alone decides, so that it may be the only right reading
    decided_by_program: bool = False
    #: several such conditions were not answered together in every way, so that more may differ than the readings show
    uncrossed: bool = False
    #: rows of the calls that this reading reached
    rows_read: Rows = frozenset()
    #: the rows of which it says something, if only that it did not reach them; None for all of them
    rows_judged: Rows | None = None
    #: the events by their type, and which and how many were sorted: a graph has one for each layer, and rules ask often
    _by_type: dict[type, list[Any]] = field(default_factory=dict)
    _sorted: tuple[int, int] = (0, 0)
    #: the models by the numbers of the layers that stand in them, and how many of them were sorted
    _by_layer: dict[int, list[Model]] = field(default_factory=dict)
    _models_sorted: int = 0

    def lose(self) -> None:
        """Parts of the file were left out: they may compile, train or load any of its models, and read any layer."""
        for program in (self, *self.alternatives):
            for model in program.models:
                model.training.handed = True
                model.dead, model.uncalled = [], []

    def events_of(self, kind: type[E]) -> Iterator[E]:
        """The events of one kind, in the order in which they were read."""
        if self._sorted != (id(self.events), len(self.events)):
            self._sorted, self._by_type = (id(self.events), len(self.events)), {}
            for event in self.events:
                self._by_type.setdefault(type(event), []).append(event)
        found = [events for made, events in self._by_type.items() if issubclass(made, kind)]
        if len(found) > 1:
            return (event for event in self.events if isinstance(event, kind))
        return iter(found[0] if found else ())

    def holding(self, layer: int) -> list[Model]:
        """The models that a layer stands in, by its number."""
        if self._models_sorted != len(self.models):
            self._models_sorted, self._by_layer = len(self.models), {}
            for model in self.models:
                for number in {node.layer_id for node in model if node.layer_id}:
                    self._by_layer.setdefault(number, []).append(model)
        return self._by_layer.get(layer, [])
