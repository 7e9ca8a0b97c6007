"""Events about formulas that a program writes out itself."""

from __future__ import annotations

from typing import Literal, TypeAlias

from cnnlint.graph.events import Event

Flaw: TypeAlias = Literal[
    "scale",
    "mask",
    "mask lost",
    "ahead",
    "behind",
    "spread",
    "logarithm",
    "clipped",
    "divergence",
    "policy",
    "triplet",
    "signed error",
    "log of labels",
    "likelihood",
    "overlap",
    "margin",
    "best action",
    "no discount",
    "past the end",
    "explores late",
    "alike",
    "gives itself away",
    "unscaled",
    "over queries",
    "not over places",
    "padding read",
    "padding attended",
    "exchanged weights",
    "all weights",
    "critic",
    "actor",
    "bounded critic",
    "range",
    "moving target",
    "never copied",
    "always by chance",
    "never by chance",
    "penalty",
    "replica mean",
    "half loss",
    "still scaled",
    "divided twice",
    "turned pairs",
    "turned ratio",
    "drawn",
    "plain weights",
    "whole set",
    "unexplained",
    "frozen late",
    "half output",
    "traced",
    "softened twice",
    "unread",
    "unread flag",
    "left out",
    "two towers",
    "silence",
    "prepared twice",
    "outside",
    "future read",
    "same state",
    "end turned",
    "standing still",
    "value chosen",
    "all actions",
    "in order",
    "copied back",
    "never falls",
    "terms",
    "over samples",
    "of itself",
    "unasked",
    "other weights",
    "both labels",
    "negated",
    "over heads",
    "padding counted",
    "runs away",
    "dies away",
    "over states",
    "own state",
    "second term",
    "other learns",
    "moved on",
    "copied at once",
    "never better",
    "turned gain",
    "other optimizer",
]
"""What is wrong with a formula.

Of attention, "scale": the scores are multiplied by the root of their depth; "mask": a large number is added to what
is to be hidden; "ahead": the past is hidden; "behind": the weights are changed that softmax made. Of a variational
autoencoder, "spread": the variance stands for the standard deviation, or, "logarithm", its logarithm does; "clipped":
its logarithm can't be negative; "divergence": its divergence is made large, or, "terms", one of its terms has the wrong
sign; "over samples": it is summed over them. "policy": the gain is made small;
"triplet": what is alike is driven apart; "signed error": errors of both signs make up for each other. Of Q-learning,
"best action": the number of the best action stands for its value; "no discount": what comes counts for more than what
is there; "past the end": values are looked for behind the
end of an episode; "explores late": chance decides as long as its share is small. Of opponents, "alike": real and made
samples have one label; "gives itself away": the generator is trained to be found out; "exchanged weights": the loss
of one is made small by the weights of the other, "all weights": by those of both; "bounded critic": a critic whose
answers have no bounds ends in a sigmoid; "range": a generator makes values of another range than the data has;
"critic", "actor": what it is to make large is made small.

Of attention again, "unscaled": nothing divides the scores; "over queries": the weights of a query do not add up to 1;
"over heads": nor do those of a head;
"padding read", "padding attended": all but the padding is hidden; "padding counted": the loss is that of the padding
alone.
Of agents, "moving target": what is learned from is differentiated as
well; "never copied": the network that targets are taken from stays as it began; "always by chance", "never by chance";
"same state": the state behind a step is never read, "own state": or not asked what it is worth; "over states": the
largest value is that of all states;
"end turned": more is hoped for at the end of an episode alone;
"standing still": a loop of steps chooses by the first state; "value chosen": a value is returned as an action; "all
actions": what one action is worth is written in the place of all; "in
order": rewards are added up from the first; "copied back": what is learnt is overwritten by the network that targets
are taken from; "never falls": the share of chance. Of a step again, "other weights": gradients are those of a part of
the weights. Of opponents, "both labels". Of two
models, "other learns": what is to be learned from is trained in the place of what is to learn.
Of a step of a program's own, "penalty": those of the layers are left out; "replica mean": of a part where that of all
is meant; "half loss": gradients of 16 bits are not scaled, "still scaled": they are, and never scaled back;
"divided twice": a mean over the batch is divided by its size;
"traced": something is done once instead of in every step;
"softened twice": torch's loss takes scores. "half output": probabilities of 16 bits. "unread": something is worked out,
and nothing reads it; "unread flag": a function is told whether it trains, and never asks. "left out": a model takes
part in a step that never trains it; "two towers": two networks look at what one is to look at; "silence": the logarithm
of a spectrum that may be 0; "prepared twice": in the data and in the model; "outside": a model is made outside of the
scope that it is compiled in; "future read": nothing hides what attention is to foretell.

Of a loss of a program's own, "log of labels": no logarithm is of an answer; "likelihood", "overlap": what is largest at
the right answers is made small; "margin": what differs is drawn together as well;
"negated": a minus stands before what is to be small;
"second term": an error is taken away from a gain; "turned ratio": what was likely before stands above what is likely
now; "turned pairs": the labels of pairs are those of the other kind;
"drawn": chance is told probabilities where it takes scores; "whole set": all samples are asked for the labels of a
batch; "frozen late": a part is frozen when what it is a part of has been compiled; "unexplained": a share of the
variance that is left is called the share that is explained;
"of itself": something is compared with itself; "unasked": a loss never reads the answers.
Of what a loop remembers, "moved on": a state is the one behind it already; "copied at once": a target network keeps
next to nothing; "never better": the best so far is beyond everything; "turned gain": a loss is taken for one; "other
optimizer": that of the opponent takes the step.
Of layers of the program's own, "plain weights": no variables;
"mask lost": they hand on no mask, and a recurrent layer reads on.
Of a function of the epoch, "runs away", "dies away": the learning rate that it gives.
"""


class Miswritten(Event, frozen=True, kw_only=True, eq=False):
    """A formula of the literature is written down with a mistake."""

    why: Flaw
    #: the piece of it, as it is written
    what: str


class Thresholded(Event, frozen=True, kw_only=True, eq=False):
    """What `predict` returned is compared with a number between 0 and 1, or rounded, or compared with a larger one."""

    #: as it is written
    cut: str
    #: whether all probabilities lie on one side of it
    beyond: bool = False
    #: whether it is all that a model answers which is cut, at one half or above
    whole: bool = False
