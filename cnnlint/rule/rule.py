"""What a rule is. Rules live in `rules/cnnlint_rules/` or in anybody's package with an entry point `cnnlint.rules`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Protocol

from msgspec import Struct

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Origin, Program
from cnnlint.rule.experiments import Experiment
from cnnlint.rule.remedies import Remedy

DOCUMENTATION = "https://cnnlint.readthedocs.io/rules"


class Finding(Struct, frozen=True):
    """One thing a rule found.

    `message` speaks of this model with its own names and numbers; `help` says what to write instead, and is the
    remedy's title where it is left out.
    """

    message: str
    origin: Origin
    model: Model | None = None
    node: Node | None = None
    help: str | None = None
    remedy: Remedy | None = None
    #: where the case weighs more or less than the rule's usual severity
    severity: Severity | None = None
    #: a case that is reported only to those who selected the rule themselves
    opt_in: bool = False
    #: the generations of Keras that it was proved of, where not of all: in a file for others it is no error
    proved: frozenset[str] | None = None
    #: where the case calls for another experiment than the rule's usual one
    experiment: Experiment | None = None


class _Named(Protocol):
    """An event that says whether names alone tell it."""

    @property
    def named(self) -> bool: ...


class _Told(_Named, Protocol):
    """An event of a kind of which there are several, told apart by why."""

    @property
    def origin(self) -> Origin: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def why(self) -> str: ...
    @property
    def what(self) -> str: ...


def weight(event: _Named, usual: Severity | None = None) -> Severity | None:
    """How much a finding weighs that rests on an event: what names alone tell is a note, whatever the rule's is."""
    return Severity.INFO if event.named else usual


def told(
    events: Iterable[_Told], words: Mapping[str, tuple[str, str]], usual: Severity | None = None
) -> Iterator[Finding]:
    """A finding for each event that a rule has words for: by its why, what is wrong with `{}`, and the advice.

    `usual` is what it weighs where that is not what the rule weighs, and names alone do not tell it.
    """
    for event in events:
        if event.why in words:
            problem, advice = (text.replace("{}", event.what) for text in words[event.why])
            yield Finding(problem, event.origin, event.model, help=advice, severity=weight(event, usual))


class Rule:
    """Base class of the rules: override `check_model`, or `check` for what stands outside any model.

    A rule holds no state: it is made once and asked about many programs, in several processes. What it finds twice at
    one place is reported once.
    """

    #: `CNN` and three digits; the first digit is the family
    code: ClassVar[str]
    #: kebab-case, also the name of the file
    name: ClassVar[str]
    severity: ClassVar[Severity]
    #: the best fix that it offers for its findings: "none", "unsafe" or "safe"
    fix: ClassVar[str] = "none"
    #: one line for lists, without a full stop
    summary: ClassVar[str]
    #: False for rules that have to be selected
    default: ClassVar[bool] = True
    #: True for rules that speak of a file only where all the ways through its conditions were read
    every_way: ClassVar[bool] = False
    #: the frameworks and versions it applies to, for people
    applies_to: ClassVar[str] = "Keras 1-3, tf.keras, TensorFlow 1 layers, ONNX"
    experiment: ClassVar[Experiment]
    #: where the rule's page is, under its name
    home: ClassVar[str] = DOCUMENTATION

    def check(self, program: Program) -> Iterator[Finding]:
        """Yield what is wrong with a program; by default, what is wrong with each of its models."""
        for model in program.models:
            yield from self.check_model(model)

    def check_model(self, model: Model) -> Iterable[Finding]:
        """Yield what is wrong with one model."""
        return ()

    @property
    def url(self) -> str:
        """The page that documents the rule."""
        return f"{self.home}/{self.name}"

    @classmethod
    def documentation(cls) -> str:
        """The rule's docstring: Markdown with the headings What it does, Why is this bad, Example, ..."""
        return inspect.getdoc(cls) or ""
