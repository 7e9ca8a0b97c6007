"""One file, several readings: what holds when a condition could not be decided and was answered both ways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, Feed, Model, Node, Program, Rows, Shape
from cnnlint.graph.program import GENERATIONS
from cnnlint.graph.signatures import SPOKEN
from cnnlint.rule import Finding, Rule

T = TypeVar("T")


def agreed(rule: Rule, program: Program, asked_for: bool = True) -> Iterator[Finding]:
    """A rule's findings that every reading which reached their place agrees on; of a rule that nobody asked for by its
    code those that are told all the same, so that no file is read again for what is not.

    What is found where other ways through the file were left unread, hangs on what a caller may replace, or was not
    proved of a Keras that the file may be written for, is no error. What hangs on nothing being passed in the place of
    stars is not said.
    """
    left, refused = program.rows_left, program.rows_refused
    passed = _Passed(rule, program)
    for finding in _agreed(rule, program):
        if finding.opt_in and not asked_for:
            continue
        if refused and finding.origin.span is not None and _within(refused, finding):
            continue  # the program says so itself
        unsure = bool(left) and _within(left, finding)
        if unsure and rule.every_way:
            continue
        severity = finding.severity or rule.severity
        words = severity is Severity.INFO and finding.node is None  # a note on what stands there, whoever passes what
        if not words and passed.decides(finding, stars=True):
            continue
        error = severity is Severity.ERROR
        assumed = finding.node is not None and finding.node.assumed
        elsewhere = finding.proved is not None and not program.frameworks.generations <= finding.proved
        if error and elsewhere and finding.proved:
            finding = replace(finding, message=f"{finding.message} (at least in {SPOKEN[_newest(finding.proved)]})")
        unearned = error and (unsure or assumed or elsewhere or passed.decides(finding, stars=False))
        yield replace(finding, severity=Severity.WARNING) if unearned else finding


def _newest(proved: frozenset[str]) -> str:
    return next(one for one in GENERATIONS if one in proved)


class _Passed:
    """A rule's findings where callers pass what no reading can tell."""

    def __init__(self, rule: Rule, program: Program) -> None:
        self._rule, self._program = rule, program
        self._known: dict[bool, tuple[Program, set[object]] | None] = {}

    def decides(self, finding: Finding, stars: bool) -> bool:
        """Whether a finding hangs on what is passed in the place of stars, or of anything that has a default."""
        if self._program.callers is None or finding.origin.span is None:
            return False
        if stars not in self._known:
            reading = self._program.callers(stars)
            keys = set(map(_key, self._rule.check(reading))) if reading is not None else set()
            self._known[stars] = (reading, keys) if reading is not None else None
        known = self._known[stars]
        return known is not None and _within(known[0].rows_read, finding) and _key(finding) not in known[1]


def _agreed(rule: Rule, program: Program) -> Iterator[Finding]:
    if not program.alternatives:
        yield from rule.check(program)
        return
    readings = [program, *program.alternatives]
    found = [list(rule.check(reading)) for reading in readings]
    keys = [{_key(finding) for finding in findings} for findings in found]
    told: set[object] = set()
    for findings in found:
        for finding in findings:
            key = _key(finding)
            if key in told:
                continue
            told.add(key)
            if all(
                key in known or not (_judged(reading, finding) or _reached(reading, finding))
                for reading, known in zip(readings, keys, strict=True)
            ):
                yield finding


def models(program: Program) -> list[Model]:
    """The models of a program, each once however often it is trained, and those that only other readings reached."""
    known = {_place(model) for model in program.models}
    result = list({id(model.nodes): model for model in reversed(program.models)}.values())[::-1]
    for reading in program.alternatives:
        for model in reading.models:
            if _place(model) not in known:
                known.add(_place(model))
                result.append(model)
    return [model for model in result if not model.unlisted]


#: what a report says of a layer: its shape, its parameters and its activation
Told: TypeAlias = tuple[Shape | None, int | None, str | None]
TOLD = ("shape", "parameters", "activation")


class Twins:
    """What the other readings of a program made at the places of its models."""

    def __init__(self, program: Program) -> None:
        self._open = program.uncrossed
        self._made: dict[object, list[Model]] = {}
        for reading in program.alternatives:
            for model in reading.models:
                self._made.setdefault(_place(model), []).append(model)
        self._told: dict[object, dict[object, list[set[Told]]]] = {}

    def feeds(self, model: Model) -> list[Feed]:
        """What a model is fed with, and what holds of it on every way that reaches the same call."""
        others = [feed for twin in self._made.get(_place(model), ()) for feed in twin.training.feeds]
        result = []
        for feed in model.training.feeds:
            agreed_on = feed
            for other in others:
                if _call(other) == _call(feed):
                    agreed_on = replace(
                        agreed_on,
                        x=_common(agreed_on.x, other.x),
                        y=_common(agreed_on.y, other.y),
                        validation_x=_common(agreed_on.validation_x, other.validation_x),
                        validation_y=_common(agreed_on.validation_y, other.validation_y),
                    )
            result.append(agreed_on)
        return result

    def disputed(self, model: Model) -> dict[int, frozenset[str]]:
        """What of a model another reading of it has otherwise, or not at all, by the identity of the node."""
        if self._open and model.unread:
            return {id(node): frozenset(TOLD) for node in model.nodes}
        twins = self._made.get(_place(model), [])
        if not twins:
            return {}
        found = dict[int, frozenset[str]]()
        everywhere = self._everywhere(_place(model), twins)
        for key, nodes in _by_place(model).items():
            for node, others in zip_longest(nodes, everywhere.get(key, [])[: len(nodes)], fillvalue=None):
                assert node is not None
                own, unlike = _told(node), set(TOLD) if others is None else set[str]()
                for other in others or ():
                    unlike |= {name for name, one, two in zip(TOLD, own, other, strict=True) if one != two}
                found[id(node)] = frozenset(unlike)
        return found

    def _everywhere(self, here: object, twins: list[Model]) -> dict[object, list[set[Told]]]:
        """What is told of each layer that all of those make which are made at a place, wherever any says otherwise."""
        if here not in self._told:
            made = [_by_place(twin) for twin in twins]
            every = set(made[0]).intersection(*made)
            self._told[here] = {
                key: [set(map(_told, several)) for several in zip(*(one[key] for one in made), strict=False)]
                for key in every
            }
        return self._told[here]


def _told(node: Node) -> Told:
    return node.shape, node.parameters, node.activation


def _by_place(model: Model) -> dict[object, list[Node]]:
    """The nodes of a model by what they are and where they are made."""
    result: dict[object, list[Node]] = {}
    for node in model.nodes:
        result.setdefault((node.kind, node.origin.filename, node.origin.span), []).append(node)
    return result


def _common(one: ArrayFacts | None, other: ArrayFacts | None) -> ArrayFacts | None:
    """What two readings agree on about an array: nothing where one of them knows nothing of it."""
    if one is None or other is None:
        return None
    shape = one.shape
    if shape is not None and other.shape is not None and len(shape) == len(other.shape):
        shape = tuple(a if a == b else None for a, b in zip(shape, other.shape, strict=True))
    else:
        shape = None
    return replace(
        one,
        shape=shape,
        dtype=_same(one.dtype, other.dtype),
        low=_same(one.low, other.low),
        high=_same(one.high, other.high),
        encoding=_same(one.encoding, other.encoding),
        classes=_same(one.classes, other.classes),
        source=_same(one.source, other.source),
        split=_same(one.split, other.split),
    )


def _same(one: T | None, other: T | None) -> T | None:
    return one if one == other else None


def _call(feed: Feed) -> object:
    return (feed.kind, feed.origin.filename, feed.origin.span)


def _key(finding: Finding) -> object:
    return (finding.origin.filename, finding.origin.span, finding.origin.onnx_node)


def _place(model: Model) -> object:
    return (model.origin.filename, model.origin.span) if model.origin.span is not None else id(model)


def _judged(program: Program, finding: Finding) -> bool:
    """Whether a reading that may be the only right one has a say in what is found at a place."""
    return program.decided_by_program and (program.rows_judged is None or _within(program.rows_judged, finding))


def _reached(program: Program, finding: Finding) -> bool:
    """Whether a reading came to a place. Of other files it is known where calls of libraries were read, not which else:
    a reading of the whole file is taken to have come everywhere in them."""
    elsewhere = finding.origin.filename is not None and program.rows_judged is None
    return elsewhere or _within(program.rows_read, finding)


def _within(rows: Rows, finding: Finding) -> bool:
    span, filename = finding.origin.span, finding.origin.filename
    return span is None or any((filename, row) in rows for row in range(span.start_row, span.end_row + 1))
