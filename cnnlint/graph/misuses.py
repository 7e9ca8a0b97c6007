"""What a program does wrong to its data, by its text alone: a word for each, under the rule that asks for it."""

from __future__ import annotations

from typing import Literal, TypeAlias

Mispaired: TypeAlias = Literal[
    # shuffled-apart
    #: features and labels are shuffled one after the other, each in an order of its own
    "shuffled apart",
    #: each is parted at random by itself
    "split apart",
    #: predictions of a generator that shuffles stand beside its labels in their own order
    "shuffled pictures",
    #: the rows of one are taken in an order of chance, and those of the other as they come
    "indexed apart",
    #: a stream of two that are zipped is shuffled alone
    "zipped apart",
    #: the rows of features and labels are drawn by chance, each for themselves
    "drawn apart",
    #: one of features and labels is shuffled
    "shuffled alone",
    #: labels stand in front of what they are of
    "paired backwards",
    #: predictions of a stream stand beside the labels of another pass through it
    "shuffled stream",
    #: a picture and its mask are turned by two draws
    "turned apart",
    #: rows are left out of one half of the pairs
    "dropped alone",
    # labels-of-other-split
    #: features from before a place are paired with labels from behind it
    "other side",
    #: the labels of another part, by their name
    "other part",
    #: the parts of a split are taken in another order than the one in which it gives them, by their names
    "unpacked apart",
    #: answers to the samples of one part stand beside labels of another
    "other rows",
    # swapped-features-labels
    #: the labels stand where the features belong
    "exchanged",
    # sample-count-mismatch
    #: weights are of all samples, and a part of them is trained on
    "weights apart",
    #: labels are appended once for each folder, and their samples for each file
    "once a folder",
]
"""Features and labels that do not belong together."""

Leaked: TypeAlias = Literal[
    # validation-on-training-data
    #: one model is trained on in every fold
    "of all folds",
    #: what validates is a part of what trains
    "taken twice",
    #: what trains and what validates are cut anew, each time, from another order
    "reshuffled",
    #: samples are doubled, or made of others, before they are parted at random
    "resampled before",
    #: the same part of a folder trains and validates
    "same part",
    #: the part that tests is trained on
    "test trained",
    #: the rows that a fold keeps out are never read
    "of no fold",
    #: what a test is called is measured on what was trained on
    "judged on training",
    #: each fold trains on all rows
    "whole fold",
    #: what validates is made as what trains
    "same call",
    #: all is trained on that was parted, and a part of it judges
    "split unused",
    # fitted-before-split
    #: a scaler learns from all rows before they are parted
    "fitted before",
    #: windows that overlap are parted at random
    "windows apart",
    # unlike-validation
    #: the last part of samples that stand class after class is held out
    "in class order",
    #: pictures that are validated on are distorted by chance
    "distorted",
    #: what trains goes through a function, what validates does not
    "unmapped",
    #: samples that stand class after class are parted as they stand
    "unshuffled split",
    # target-among-features
    #: the next word is the one that was given
    "not shifted",
    #: the value to be foretold is among those given
    "within the window",
    #: a window's answer is its own first value
    "own first",
    #: attention sees what comes next, which it is to foretell
    "in sight",
    #: the column that is to be foretold is among those that are given
    "own column",
    #: what was made noisy is to be answered by itself
    "noisy targets",
    #: the value before stands for the one that comes
    "shifted back",
    #: a layer reads the steps behind, which are to be foretold
    "seen from behind",
    #: what is clean is given, and what was made noisy is asked for
    "noise as target",
]
"""What is held out is known to what is trained, or is unlike it."""

Prepared: TypeAlias = Literal[
    # prepared-apart
    #: words are numbered anew for the test
    "words apart",
    #: so are columns
    "columns apart",
    #: what scales the features was fitted to the targets since
    "refitted",
    #: answers are scaled back by what the targets were never scaled by
    "raw targets",
    #: answers to scaled targets are compared with raw ones
    "scaled answers",
    #: answers are scaled back by what scaled the features
    "other scaler",
    #: answers that are scaled back stand beside truth that is not
    "scaled truth",
    #: what belongs together is padded or counted in two ways
    "told apart",
    #: what makes columns of data is fitted once more for the test
    "fitted anew",
    #: masks are prepared as pictures are
    "standardised masks",
    #: the test is scaled by its own mean or range
    "own statistics",
    #: it is prepared by another fit than what was trained on
    "another fit",
    #: what scales them was fitted to others since
    "other columns",
    #: a picture is turned, and its mask stays
    "turned alone",
    #: a mean of each sample is taken away, and what is left is divided by the spread of each column
    "mixed axes",
    # unused-preprocessing
    #: shares are made whole numbers
    "cut off",
    # gaps-in-data
    #: the first or last rows have no value
    "gaps",
    # unmixed-classes
    #: samples are read class after class
    "one class at a time",
]
"""One part is prepared in another way than the other."""

Streamed: TypeAlias = Literal[
    # misplaced-batch
    #: a batch does not begin or end where it should
    "misplaced batch",
    #: every step of a loop takes the one that was drawn before it
    "same batch",
    #: a sequence gives the same batch each time
    "unread index",
    #: a stream
    "batched twice",
    #: a stream
    "never batched",
    # samples-as-steps
    #: as many batches are asked for as there are samples
    "samples as steps",
    # exhausted-generator
    #: a generator is read longer than it yields
    "ends early",
    # frozen-randomness
    #: numbers that a graph takes for constants
    "frozen chance",
    #: what was distorted by chance is kept
    "cached chance",
    #: noise is drawn once, and trained on in every step
    "same noise",
    # missing-argument
    #: a part is asked of a generator that is not split
    "unsplit",
    #: folds are given a seed, and nothing is drawn
    "ordered folds",
]
"""Batches, steps and what is drawn by chance."""

Misread: TypeAlias = Literal[
    # scrambling-reshape
    #: a reshape is meant to bring the last axis to the front
    "last axis first",
    #: the last sample is taken for the last step
    "last sample",
    #: channels that follow one another in a file are read as if they took turns
    "reds first",
    #: numpy's resize is taken for that of pictures
    "cut pictures",
    # blended-classes
    #: class numbers of a mask are averaged
    "blended classes",
    # blue-first-pictures
    #: a picture of OpenCV's is given to what was trained on red first
    "blue first",
    # embedding-input-mismatch
    #: an embedding has fewer rows than its tokenizer may give numbers
    "fewer rows",
    #: counts or weights of words are looked up as if they were their numbers
    "weights as words",
    #: numbers of words are taken for amounts
    "numbers as amounts",
    #: the rows of a table are counted from 0, and the words of its tokenizer from 1
    "rows apart",
    #: vectors of words are longer or shorter than their table
    "other width",
    # padding-as-word
    #: the number that fills short sequences up is that of a word
    "padding word",
    # wrong-input-shape
    #: an input is as wide as there are samples
    "samples as width",
    # label-encoding-loss-mismatch
    #: class numbers stand where one-hot rows belong
    "numbers for rows",
    #: classes that were picked out of many keep the numbers that they had there
    "kept numbers",
    # text-labels
    #: the classes are intervals or words
    "ranges as labels",
    # output-units-mismatch
    #: CTC has no place for what stands between letters
    "no blank",
    # constant-targets
    #: all targets are one number
    "constant targets",
    # class-weight-mismatch
    #: the more samples a class has, the more each counts
    "weighed by share",
    #: likewise by the counts themselves
    "weighed by count",
    # untrained-model
    #: what counts is asked before the training
    "asked early",
    #: the method that trains is never called
    "never learnt",
]
"""Numbers that are taken for what they are not."""

Misuse: TypeAlias = Mispaired | Leaked | Prepared | Streamed | Misread
