"""Events about data: what a program does to it, pairs it with, or shows nothing of."""

from __future__ import annotations

from typing import Literal

from cnnlint.graph.events import Event
from cnnlint.graph.facts import ArrayFacts, Step
from cnnlint.graph.misuses import Misuse
from cnnlint.graph.node import Node
from cnnlint.graph.values import Shape


class DataMisused(Event, frozen=True, kw_only=True, eq=False):
    """Data is paired with what does not belong to it, or read as what it is not."""

    why: Misuse
    #: the array, generator or model, as the program calls it
    what: str


class FedOtherwise(Event, frozen=True, kw_only=True, eq=False):
    """A session feeds a placeholder an array that has not its shape."""

    placeholder: Node
    given: Shape


class FewerColumns(Event, frozen=True, kw_only=True, eq=False):
    """One-hot rows are made of class numbers that are larger than the rows are long."""

    #: how many columns there are, and how many classes
    columns: int
    classes: int


class TableTooShort(Event, frozen=True, kw_only=True, eq=False):
    """An embedding has as many rows as a tokenizer knows words, whose numbers begin at 1."""

    #: the file counts the words of one tokenizer alone: of several it is not known whose numbers are looked up
    sure: bool = True


class Unfitted(Event, frozen=True, kw_only=True, eq=False):
    """A layer or generator that learns from data before it is used, and was shown none."""

    #: its class
    what: str


class DiscardedArray(Event, frozen=True, kw_only=True, eq=False):
    """An expression statement computes a new array and drops it: `x_train / 255` on a line of its own."""

    #: the array it started from
    facts: ArrayFacts
    #: what was done
    step: Step


class ArrayPassed(Event, frozen=True, kw_only=True, eq=False):
    """An array is given to code that was not read (not for print, len, plotting)."""

    facts: ArrayFacts


class Misscored(Event, frozen=True, kw_only=True, eq=False):
    """A score of scikit-learn that compares classes is given what it does not take."""

    #: the function: "accuracy_score"
    score: str
    #: rows of one class each stand beside class numbers; else what a model predicts, as it comes
    rows: bool
    #: "": these are refused; "counted": answers as they come are counted where they are equal to something; "rows":
    #: rows are compared with class numbers; "turned": what is true comes second; "cut": each class is cut for itself;
    #: "value": the largest probability stands for the class that has it; "names": names that lead to numbers are asked
    #: by them; "softmax": it makes shares of the samples
    why: Literal["", "counted", "rows", "turned", "cut", "value", "names", "softmax"] = ""
