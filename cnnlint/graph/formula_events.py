"""Events about formulas that a program writes out itself."""

from __future__ import annotations

from typing import Literal, TypeAlias

from cnnlint.graph.events import Event

Flaw: TypeAlias = Literal[
    "scale",
    "mask",
    "ahead",
    "behind",
    "spread",
    "clipped",
    "divergence",
    "policy",
    "triplet",
    "signed error",
    "best action",
    "past the end",
    "explores late",
    "alike",
    "gives itself away",
]
"""What is wrong with a formula.

Of attention, "scale": the scores are multiplied by the root of their depth; "mask": a large number is added to what is
to be hidden; "ahead": the past is hidden; "behind": the weights are changed that
softmax made. Of a variational autoencoder, "spread": the variance stands for the standard
deviation; "clipped": its logarithm can't be negative; "divergence": its divergence is made large. "policy": the gain
is made small; "triplet": what is alike is driven apart; "signed error": errors of both signs make up for each other. Of
Q-learning, "best action": the number of the best action stands for its value; "past the end": values are looked for
behind the end of an episode; "explores late": chance decides as long as its share is small. Of opponents, "alike":
real and made samples have one label; "gives itself away": the generator is trained to be found out.
"""


class Miswritten(Event, frozen=True, kw_only=True, eq=False):
    """A formula of the literature is written down with a mistake."""

    why: Flaw
    #: the piece of it, as it is written
    what: str
