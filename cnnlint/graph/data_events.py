"""Events about data: what a program does to it, pairs it with, or shows nothing of."""

from __future__ import annotations

from typing import Literal, TypeAlias

from cnnlint.graph.events import Event
from cnnlint.graph.facts import ArrayFacts, Step
from cnnlint.graph.node import Node
from cnnlint.graph.values import Shape

Misuse: TypeAlias = Literal[
    "shuffled apart",
    "split apart",
    "other side",
    "of all folds",
    "shuffled pictures",
    "samples as width",
    "taken twice",
    "reshuffled",
    "resampled before",
    "in class order",
    "distorted",
    "samples as steps",
    "indexed apart",
    "same part",
    "test trained",
    "of no fold",
    "unmapped",
    "fitted before",
    "judged on training",
    "ends early",
    "unsplit",
    "cut off",
    "words apart",
    "columns apart",
    "refitted",
    "raw targets",
    "scaled answers",
    "not shifted",
    "within the window",
    "last axis first",
    "frozen chance",
    "cached chance",
    "misplaced batch",
    "same batch",
    "unread index",
    "ordered folds",
    "zipped apart",
    "whole fold",
    "one class at a time",
    "blended classes",
    "windows apart",
    "own first",
    "other scaler",
    "in sight",
    "drawn apart",
    "shuffled alone",
    "own column",
    "fewer rows",
    "batched twice",
    "never batched",
    "paired backwards",
    "shuffled stream",
    "noisy targets",
    "scaled truth",
    "exchanged",
    "same call",
    "constant targets",
    "told apart",
    "padding word",
    "unshuffled split",
    "fitted anew",
    "other part",
    "shifted back",
    "unpacked apart",
    "blue first",
    "weights as words",
    "numbers as amounts",
    "seen from behind",
    "same noise",
    "weights apart",
    "rows apart",
    "numbers for rows",
    "standardised masks",
    "reds first",
    "no blank",
    "ranges as labels",
    "cut pictures",
    "other width",
    "weighed by share",
    "weighed by count",
    "turned apart",
    "noise as target",
    "own statistics",
    "another fit",
    "other columns",
    "turned alone",
    "other rows",
    "split unused",
    "asked early",
    "kept numbers",
    "dropped alone",
    "mixed axes",
    "once a folder",
]
"""What a program does to its data, by its text alone.

"shuffled apart": features and labels are shuffled one after the other, each in an order of its own; "split apart":
each is parted at random by itself; "other side": features from before a place are paired with labels from behind it;
"of all folds": one model is trained on in every fold; "shuffled pictures": predictions of a generator that shuffles
stand beside its labels in their own order; "samples as width": an input is as wide as there are samples; "taken
twice": what validates is a part of what trains; "reshuffled": what trains and what validates are cut anew, each time,
from another order; "resampled before": samples are doubled, or made of others, before they are parted at random; "in
class order": the last part of samples that stand class after class is held out; "distorted": pictures that are
validated on are distorted by chance; "samples as steps": as many batches are asked for as there are samples; "indexed
apart": the rows of one are taken in an order of chance, and those of the other as they come; "same part": the same
part of a folder trains and validates; "test trained": the part that tests is trained on; "of no fold": the rows that
a fold keeps out are never read; "fitted before": a scaler learns from all
rows before they are parted; "unmapped": what trains goes through a function, what validates does not; "judged on
training": what a test is called is measured on what was trained on; "ends
early": a generator is read longer than it yields; "unsplit": a part is asked of a generator that is not split; "cut
off": shares are made whole numbers; "words apart": words are numbered anew for the test; "columns apart": so are
columns; "refitted": what scales the features was fitted to the targets since; "raw targets": answers are scaled back
by what the targets were never scaled by; "scaled answers": answers to scaled targets are compared with raw ones; "not
shifted": the next word is the one that was given; "within the window": the value to be foretold is among those given;
"last axis first": a reshape is meant to bring the last axis to the front;
"frozen chance": numbers that a graph takes for constants; "cached chance": what was distorted by chance is kept;
"misplaced batch": a batch does not begin or end where it should; "same batch": every step
of a loop takes the one that was drawn before it; "unread index": a sequence gives the same batch each time;
"ordered folds": folds are given a seed, and nothing is drawn;
"zipped apart": a stream of two that are zipped is
shuffled alone; "whole fold": each fold trains on all rows; "one class at a time": samples are read class after class;
"blended classes": class numbers of a mask are averaged; "windows apart": windows that overlap are parted at random;
"own first": a window's answer is its own first value; "other scaler": answers are scaled back by what scaled the
features; "in sight": attention sees what comes next, which it is to foretell; "drawn apart": the rows of features and
labels are drawn by chance, each for themselves;
"shuffled alone": one of features and labels is shuffled; "own column": the column that is to be foretold is among those
that are given; "fewer rows": an embedding has fewer rows than its tokenizer may give numbers; "batched twice", "never
batched": a stream; "paired backwards": labels stand in front of what they are of; "shuffled stream": predictions of a
stream stand beside the labels of another pass through it; "noisy targets": what was made noisy is to be answered by
itself; "scaled truth": answers that are scaled back stand beside truth that is not; "exchanged": the labels stand where
the features belong; "same call": what validates is made as what trains; "constant targets": all targets are one number;
"told apart": what belongs together is padded or counted in two ways; "padding word": the number that fills short
sequences up is that of a word; "unshuffled split": samples that stand class after class are parted as they stand;
"fitted anew": what makes columns of data is fitted once more for the test; "other part": the labels of another part, by
their name; "shifted back": the value before stands for the one that comes; "unpacked apart": the parts
of a split are taken in another order than the one in which it gives them, by their names; "blue first": a picture of
OpenCV's is given to what was trained on red first; "weights as words": counts or weights of words are looked up as if
they were their numbers; "standardised masks": masks are prepared as pictures are; "reds first": channels that follow
one another in a file are read as if they took turns; "no blank": CTC has no place for what stands between letters;
"ranges as labels": the classes are intervals or words; "cut pictures": numpy's resize is taken for that of pictures;
"other width": vectors of words are longer or shorter than their table; "weighed by share": the more samples
a class has, the more each counts; "weighed by count": likewise by the counts themselves; "turned apart": a picture and
its mask are turned by two draws; "noise as target": what is clean is given, and what was made noisy is asked for;
"own statistics": the test is scaled by its own mean or range; "another fit": it is
prepared by another fit than what was trained on; "other columns": what scales them was fitted to others since; "turned
alone": a picture is turned, and its mask stays; "other rows": answers to the samples of one part stand beside labels
of another; "split unused": all is trained on that was parted, and a part of it judges; "asked early": what counts is
asked before the training; "kept numbers": classes that were picked out of many keep the numbers that they had there;
"dropped alone": rows are left out of one half of the pairs; "mixed axes": a mean of each sample is taken away, and
what is left is divided by the spread of each column; "once a folder": labels are appended once for each folder, and
their samples for each file.
"""


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
