"""From a request to what is put to the test: the file is read and linted again, the finding found among its own.

Both processes do this: the one that confirms, because no graph travels between processes, and the one that asks, to
look for an answer that it has already. No framework is imported here.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cnnlint.confirm.canonical import model_text
from cnnlint.confirm.requests import Request
from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Program
from cnnlint.graph.walks import ancestors
from cnnlint.rule.experiments import Experiment
from cnnlint.rule.remedies import Remedy, Twin

if TYPE_CHECKING:
    from cnnlint.diagnostics import Diagnostic
    from cnnlint.lint.one_file import FileResult
    from cnnlint.rule import Finding, Rule


class Setting(Struct, frozen=True):
    """A model with all repairs that go together, and with all but the finding's own; `beside` are the others' codes."""

    whole: Twin
    without: Twin
    beside: tuple[str, ...]


class Subject(Struct, frozen=True):
    """What is put to the test: the model and layer of a finding, and its repaired twin (or why there is none).

    Where other findings of the same model have repairs, too, `settings` have them in both arms; the repairs that would
    have to be written in the place of this one's are `instead`.
    """

    model: Model | None
    node: Node | None
    twin: Twin | None
    no_twin: str | None = None
    settings: tuple[Setting, ...] = ()
    instead: tuple[str, ...] = ()


def aimed(subject: Subject) -> Subject:
    """The subject with models that are trained for the output that the finding is about, where there are several, and
    judged on what the repair changes.

    Without it they are trained for their first, of which a fault in another head would be seen to do no harm, and
    judged on what the first call gives them.
    """
    model, node = subject.model, subject.node
    if model is None or subject.twin is None:
        return subject
    judged = _judged(model, subject.twin.model)
    place = 0
    if node is not None and len(model.training.losses) > 1:
        outputs = [loss.output for loss in model.training.losses]
        place = next((at for at, output in enumerate(outputs) if output and node in ancestors(output)), 0)
    if place == 0 and judged is None:
        return subject

    def alone(one: Model) -> Model:
        training = one.training
        losses = training.losses[place : place + 1] if place else training.losses
        feeds = training.feeds
        if judged is not None:
            fits = [replace(feed, validation_x=None) for feed in training.fits()]
            feeds = [*fits, replace(feeds[judged[0]], kind="evaluate", x=getattr(feeds[judged[0]], judged[1]))]
        return replace(one, training=replace(training, losses=losses, feeds=feeds))

    def repaired(twin: Twin) -> Twin:
        return replace(twin, model=alone(twin.model))

    settings = tuple(replace(one, whole=repaired(one.whole), without=repaired(one.without)) for one in subject.settings)
    return replace(subject, model=alone(model), twin=repaired(subject.twin), settings=settings)


def _judged(model: Model, twin: Model) -> tuple[int, str] | None:
    """The first features (the place of their call, and which of its arrays) that a repair changes where it changes
    none of those that are trained on."""
    pairs = list(zip(model.training.feeds, twin.training.feeds, strict=True))
    if any(mine.trains and mine.x != other.x for mine, other in pairs):
        return None
    for which in ("validation_x", "x"):
        for place, (mine, other) in enumerate(pairs):
            if getattr(mine, which) != getattr(other, which):
                return place, which
    return None


class Findings:
    """The findings of one file at a time, the one that was last asked about."""

    def __init__(self) -> None:
        self._file: tuple[object, ...] | None = None
        self._findings: list[tuple[Diagnostic, Finding, Rule]] = []
        #: what was read of that file
        self.program: Program | None = None

    @classmethod
    def of(cls, findings: list[tuple[Diagnostic, Finding, Rule]]) -> Findings:
        """The findings of a file that was linted already."""
        made = cls()
        made._findings = findings
        return made

    def holds(self, request: Request) -> bool:
        """Whether a request is about the file that was last read."""
        return self._file == _file(request)

    def find(self, request: Request) -> tuple[Experiment, Subject]:
        """The experiment and model that a request is about. LookupError where the finding is not made again."""
        if not self.holds(request):
            result = _lint(request)
            self._file, self._findings, self.program = _file(request), result.findings, result.reading.program
        wanted = (request.code, request.row, request.column, request.cell)
        for diagnostic, finding, rule in self._findings:
            place = (diagnostic.code, diagnostic.location.row, diagnostic.location.column, diagnostic.cell)
            if place == wanted and request.node in (None, diagnostic.node):
                return self.subject(finding, rule)
        raise LookupError("the finding was not made again when the file was read a second time")

    def subject(self, finding: Finding, rule: Rule) -> tuple[Experiment, Subject]:
        """The experiment and model of one of these findings."""
        twin, reason = _twin(finding)
        subject = Subject(finding.model, finding.node, twin, reason)
        return finding.experiment or rule.experiment, self._beside(subject, finding)

    def _beside(self, subject: Subject, finding: Finding) -> Subject:
        """The subject with the repairs of its model's other errors and warnings, as far as they go together."""
        model, remedy = finding.model, finding.remedy
        if model is None or remedy is None or subject.twin is None:
            return subject
        ranked = [
            (diagnostic.code, other.remedy)
            for diagnostic, other, _ in sorted(self._findings, key=lambda one: -one[0].severity.rank)
            if other.model is model
            and other.remedy is not None
            and (other is finding or diagnostic.severity is not Severity.INFO)
        ]
        from cnnlint.twins import RemedyError, exclude, settings, together

        # what another repair does as well would not be missing without this one
        also = {id(other) for _, other in ranked if other is not remedy and _does(model, other, remedy)}
        instead = [
            code for code, other in ranked if other is not remedy and (id(other) in also or exclude(remedy, other))
        ]
        others = [(place, *one) for place, one in enumerate(ranked) if one[1] is not remedy and id(one[1]) not in also]
        remedies = [other for *_, other in others]
        mine = next(place for place, (_, other) in enumerate(ranked) if other is remedy)
        found = []
        for chosen in settings(model, remedy, remedies):
            beside = {others[place][0]: remedies[place] for place in chosen}
            if beside:
                # always in the same order, whichever finding is asked about: the whole is then the same model
                both = [other for _, other in sorted({**beside, mine: remedy}.items())]
                with suppress(RemedyError):
                    whole, without = together(model, both), together(model, list(beside.values()))
                    found.append(Setting(whole, without, tuple(others[place][1] for place in chosen)))
        return replace(subject, settings=tuple(found), instead=tuple(instead))


def _does(model: Model, one: Remedy, other: Remedy) -> bool:
    """Whether a repair does all that another one does: both together change nothing more than it does alone."""
    from cnnlint.twins import RemedyError, together

    try:
        alone, both = (together(model, repairs).model for repairs in ([one], [one, other]))
    except RemedyError:
        return False
    return model_text(alone, {}) == model_text(both, {})


def _file(request: Request) -> tuple[object, ...]:
    return (request.filename, request.data, request.settings, request.roots)


def _lint(request: Request) -> FileResult:
    from cnnlint.config import Settings
    from cnnlint.lint.discovery import TreeLoader
    from cnnlint.lint.one_file import lint_bytes

    settings = msgspec.json.decode(request.settings, type=Settings) if request.settings else Settings(select=("ALL",))
    load = TreeLoader(request.roots) if request.roots else None
    return lint_bytes(request.filename, request.data, settings, load)


def _twin(finding: Finding) -> tuple[Twin | None, str | None]:
    """The repaired twin of a finding's model, or why there is none."""
    if finding.remedy is None or finding.model is None:
        return None, "the rule offers no repair to compare with"
    from cnnlint.twins import repaired

    try:
        return repaired(finding.model, finding.remedy), None
    except Exception as error:
        return None, f"the repaired model could not be made: {error}"
