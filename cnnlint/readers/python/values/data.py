"""Arrays, tables and streams of data, of which facts are known."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakSet

from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.values.base import Abstract, Value, birth
from cnnlint.readers.python.values.containers import elements


class Statistic(Struct, frozen=True):
    """What was worked out of an array: its mean, deviation, extreme.

    `which` is "mean", "std", "var", "max", "min", "range", "norm" or "sum"; `each` is True where every sample has
    its own. `root` and `split` are those of the array.
    """

    which: str
    root: int | None = None
    split: str | None = None
    each: bool = False
    #: the number that it is, where it is known
    number: int | float | None = None


class Table(Struct, eq=False):
    """What is known of a pandas table beside its array facts: some of its columns, all of them if `whole`.

    A series is a frame with `series` set. `index` identifies the labels of the rows: tables with the same are lined up
    row by row, whatever is done with both; None is labels of which nothing is known.
    """

    columns: dict[Value, ArrayValue] = field(default_factory=dict)
    whole: bool = False
    series: bool = False
    index: object = None
    #: a name may stand for several columns
    repeated: bool = False
    #: what it is a part of, whose memory arrays made of it may share
    cut_of: ArrayValue | None = None


SAMPLES = 256
"""Loops go through so many numbers of an array one by one."""


class Elements(Struct, frozen=True):
    """Every element of an array, the last axis fastest: numbers of the type that its facts name."""

    shape: tuple[int, ...]
    items: tuple[int | float, ...]


class Referred:
    """What can be held weakly (before Python 3.11 a dataclass with slots cannot say so itself)."""

    __slots__ = ("__weakref__",)


class ArrayValue(Abstract, Referred, Struct, eq=False):
    """An array (or a tensor of data) of which facts are known."""

    facts: ArrayFacts
    #: the facts come from every one of its elements, so that extremes are known to the last digit
    exact: bool = False
    frame: Table | None = None
    statistic: Statistic | None = None
    #: the same array under other names, itself among them: what is done in place is done to all
    family: list[ArrayValue] = field(default_factory=list)
    #: all arrays that may share its memory (views of it, what it is a view of), itself among them, while they are held
    memory: WeakSet[ArrayValue] | None = None
    #: a large enough part of it is like the whole: what it holds stands in no order
    mixed: bool = False
    #: it holds every whole number from `low` to `high`
    gapless: bool = False
    #: numpy made it, and not TensorFlow or Keras
    numpy: bool = False
    #: TensorFlow made it: a tensor, which `x /= 255` leaves as it is
    tensor: bool = False
    #: the numbers of a text file: it has two axes at most
    text: bool = False
    #: so many of its axes are lists' (an array was turned into lists): `+` puts these end to end, `*` repeats them
    listed: int = 0
    #: it is a set of Python's, which numpy takes for one object
    bag: bool = False
    #: its elements, and the facts that held when they were worked out: with other facts they are others
    held: tuple[ArrayFacts, Elements] | None = None
    #: the facts of which nothing more can be forgotten, once it was forgotten
    blank: ArrayFacts | None = None
    born: int = field(default_factory=birth)

    @property
    def is_object(self) -> bool:
        """It is an array."""
        return True

    @property
    def elements(self) -> Elements | None:
        """Its elements, if each of them is known."""
        return self.held[1] if self.held is not None and self.held[0] is self.facts else None

    def of_type(self, dtype: str) -> ArrayValue:
        """The same numbers as another type of them holds them."""
        return ArrayValue(replace(self.facts, dtype=dtype), exact=self.exact)

    def length(self) -> int | None:
        """How many samples it has."""
        return self.facts.samples

    def truth(self) -> bool | None:
        """That of its only element."""
        found = self.elements
        return bool(found.items[0]) if found is not None and len(found.items) == 1 else None

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """Its samples, where they are numbers of Python's; else these are not told apart."""
        found = self.elements
        few = found is not None and len(found.shape) == 1 and len(found.items) <= SAMPLES
        if found is not None and few and self.facts.dtype in ("int64", "float64"):
            return list(found.items), False
        none = self.facts.samples == 0 and (self.frame is None or self.frame.series)
        return ([], False) if none else (None, True)


class DatasetValue(Abstract, Struct, eq=False):
    """A stream: a tf.data pipeline, a directory iterator, a generator's flow.

    `element` is what it yields: an ArrayValue, or a tuple or DictValue of such; of a sample if it is not `batched`,
    else of a batch. Sizes count batches' and samples' numbers where these are known.
    """

    element: Value = None
    batched: bool = False
    batch_size: int | None = None
    samples: int | None = None
    #: batches in one pass, None when unknown or endless
    steps: int | None = None
    #: a function of the program yields what is in it, and may yield other things each time
    drawn: bool = False
    #: it begins anew whenever it has come to its end
    endless: bool = False

    @property
    def x(self) -> ArrayFacts | None:
        """The features, with the axis of the samples."""
        return self._part(0)

    @property
    def y(self) -> ArrayFacts | None:
        """The labels, with the axis of the samples; None if there are none."""
        return self._part(1)

    def _part(self, index: int) -> ArrayFacts | None:
        parts = elements(self.element)
        if parts is None:
            parts = [self.element]
        part = parts[index] if index < len(parts) else None
        if not isinstance(part, ArrayValue):
            return None
        facts = part.facts
        if facts.shape is None:
            return facts
        behind = facts.shape[1:] if self.batched else facts.shape
        return replace(facts, shape=(self.samples, *behind))
