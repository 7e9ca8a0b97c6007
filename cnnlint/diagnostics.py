"""What every reporter and editor sees: diagnostics, evidence, models read, and the report that holds them.

Field names follow ruff's JSON where ruff has the field, and the published schema (`docs/schema.json`) is
generated from these structures.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

SCHEMA_VERSION = "1.1"


class Severity(str, enum.Enum):
    """How much a finding weighs: an error is wrong whatever the data is; info is a convention or a note."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)

    def lowered(self) -> Severity:
        """One step less severe; info stays info."""
        return (Severity.INFO, Severity.INFO, Severity.WARNING)[self.rank]


class Verdict(str, enum.Enum):
    """What came of putting a finding to the test."""

    #: shown without training
    PROVED = "proved"
    #: worse both early and where the repaired model has levelled off
    CONFIRMED = "confirmed"
    #: behind early, and no harm to speak of in the end
    SLOWER = "slower"
    #: an equivalence test passed at both horizons
    NO_DIFFERENCE = "no difference"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"


class Location(msgspec.Struct, frozen=True, order=True):
    """A place in a file or notebook cell: row and column, both from 1, columns in code points."""

    row: int
    column: int


class TextEdit(msgspec.Struct, frozen=True):
    """Replace the text from `location` up to `end_location` by `content`."""

    content: str
    location: Location
    end_location: Location


class Fix(msgspec.Struct, frozen=True):
    """A remedy as text edits. `applicability` is "safe" or "unsafe", as ruff uses the words."""

    applicability: str
    message: str
    edits: tuple[TextEdit, ...]


class Curves(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the training loss went in every pair, in stretches of equal length.

    A value is the mean over a stretch of steps, None where it was not finite; the outer tuples are pairs, in the order
    of `Evidence.series`.
    """

    #: the steps that the stretches end at
    steps: tuple[int, ...]
    as_written: tuple[tuple[float | None, ...], ...]
    repaired: tuple[tuple[float | None, ...], ...]
    #: what each arm minimises, as written and repaired; losses of different names have no common scale
    losses: tuple[str, str]


class Horizon(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the pairs came to after so many steps: means of the statistic, and how sure they are."""

    steps: int
    as_written: float
    repaired: float
    #: of the exact two-sided sign test over the pairs that differ
    p_value: float
    #: 90 % interval of how much better the repaired model is: both ends of two one-sided tests
    interval: tuple[float, float]
    #: how much better it has to be to count, in the statistic's unit
    margin: float
    #: how many pairs these were, where they are more than those of the end
    pairs: int | None = None


class Whole(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model as written against the same with all its repairs, in the end."""

    statistic: str
    as_written: float
    repaired: float
    steps: int
    #: the codes of the findings that are repaired together
    repairs: tuple[str, ...]


class Samples(msgspec.Struct, frozen=True, omit_defaults=True):
    """A few samples of the data that models were trained on, side by side, a column of white between them."""

    #: a PNG file in base64
    png: str
    #: its size in dots
    width: int
    height: int
    #: what the samples are to be told as, from the left: a class, labels, or quantities in 0..1
    labels: tuple[str, ...]


PAIRED = "paired training runs"
"""The method of evidence for which models were trained."""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was measured or proved about one finding, and what that comes to.

    Where other findings of the model are repaired as well, `as_written` has all repairs but this one's.
    """

    verdict: Verdict
    #: how it was shown: the name of the proof, or "paired training runs"
    method: str
    #: one or two sentences for people
    summary: str
    statistic: str | None = None
    as_written: float | None = None
    repaired: float | None = None
    #: repaired less as written, in the statistic's own unit
    difference: float | None = None
    p_value: float | None = None
    pairs: int | None = None
    steps: int | None = None
    seconds: float | None = None
    backend: str | None = None
    seed: int | None = None
    #: after how few steps the pairs were compared first, and where the repaired model had levelled off
    early: Horizon | None = None
    late: Horizon | None = None
    #: the codes of the other findings that both arms have repaired
    beside: tuple[str, ...] = ()
    #: the model as a whole
    whole: Whole | None = None
    #: the fault is one of structure: its severity stays whatever training runs show
    structure: bool = False
    #: the steps that the program itself makes, where its file shows them
    program_steps: int | None = None
    #: the statistic of each pair, as written and repaired
    series: tuple[tuple[float, float], ...] = ()
    #: the training loss of both arms over their steps, where they were trained
    curves: Curves | None = None
    #: further figures that the experiment states beside its statistic, for instance calibration error of both arms
    also: dict[str, tuple[float, ...]] = {}
    #: what was done to fit the budget or could not be done: shrinking, weights that could not be shared, ...
    notes: tuple[str, ...] = ()
    #: what it was measured on: the user's own data and how much of it, or which probe set; None where none was needed
    data: str | None = None
    #: what that looks like
    samples: Samples | None = None
    #: what is to be said of the repair where the test does not speak for it; the finding's `help` says it, too
    repair: str | None = None
    #: the answer is an earlier one: nothing that it depends on has changed since; `seconds` are those of that run
    cached: bool = False


class Diagnostic(msgspec.Struct, frozen=True, omit_defaults=False):
    """One finding, where it is, why, and what to write instead."""

    code: str
    name: str
    message: str
    severity: Severity
    filename: str
    location: Location
    end_location: Location
    cell: int | None = None
    url: str | None = None
    fix: Fix | None = None
    help: str | None = None
    model: str | None = None
    layer: str | None = None
    #: ONNX findings carry the node's name and operator instead of rows and columns
    node: str | None = None
    op_type: str | None = None
    #: where the author of an exported graph wrote the node, as far as the exporter tells: "net.py:31 self.features.3"
    written: str | None = None
    evidence: Evidence | None = None

    @property
    def sort_key(self) -> tuple[str, int, Location, str]:
        """Diagnostics are reported by file, cell, place and code."""
        return (self.filename, self.cell or 0, self.location, self.code)


class UnknownPart(msgspec.Struct, frozen=True):
    """Something about a model that could not be read, and where."""

    what: str
    row: int | None = None
    cell: int | None = None
    filename: str | None = None
    """The file that the row is one of, where that is not the model's own."""


class ModelSummary(msgspec.Struct, frozen=True):
    """One model as it was read."""

    name: str
    kind: str
    filename: str
    location: Location
    layers: tuple[dict[str, Any], ...]
    complete: bool
    unknown: tuple[UnknownPart, ...]
    cell: int | None = None
    parameters: int | None = None
    training: dict[str, Any] | None = None


class RunError(msgspec.Struct, frozen=True):
    """Something that went wrong in cnnlint itself or in a rule; never raised at the user."""

    filename: str
    message: str
    rule: str | None = None


class Report(msgspec.Struct):
    """The outcome of a run over one or many files."""

    diagnostics: list[Diagnostic] = msgspec.field(default_factory=list)
    models: list[ModelSummary] = msgspec.field(default_factory=list)
    errors: list[RunError] = msgspec.field(default_factory=list)
    files: int = 0

    def extend(self, other: Report) -> None:
        """Take in another report's findings."""
        self.diagnostics.extend(other.diagnostics)
        self.models.extend(other.models)
        self.errors.extend(other.errors)
        self.files += other.files

    def count(self, severity: Severity) -> int:
        """How many diagnostics have exactly this severity."""
        return sum(d.severity is severity for d in self.diagnostics)
