"""What a call of something that was not read shows all the same, by the name of the method."""

from __future__ import annotations

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.arrays.literals import BY_WORDS
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, Unknown, Value, elements

#: methods of Keras's metrics, which no network is made of
MEASURING = frozenset({"update_state", "reset_state", "reset_states"})


def measures(function: Value) -> bool:
    """Whether a method is one that only metrics have, whatever it is called on."""
    token = function.token if isinstance(function, Unknown) else None
    return isinstance(token, tuple) and token[:1] in (("attribute",), ("method",)) and token[-1] in MEASURING


def by_words(site: CallSite) -> tuple[str, ...]:
    """What the token of its result says of a call besides: whether it is passed nothing but words."""
    return (BY_WORDS,) if all(isinstance(one, str) for one in site.values()) and not site.open else ()


def reshaped(run: Run, function: Value, site: CallSite) -> ArrayValue | None:
    """What has a method `reshape` that takes sizes is an array, and its shape is known from here on."""
    token = function.token if isinstance(function, Unknown) else None
    if not (isinstance(token, tuple) and token[:1] == ("attribute",) and token[-1] == "reshape"):
        return None
    sizes = elements(site.value(0)) if len(site.positional) == 1 else None
    sizes = [passed.value for passed in site.positional] if sizes is None else list(sizes)
    known: list[int | None] = [size for size in sizes if isinstance(size, int) and not isinstance(size, bool)]
    if not sizes or len(known) != len(sizes) or site.open:
        return None
    return ArrayValue(arrays.reshaped(ArrayFacts(), known, run.origin(site.node) if site.node is not None else None))


def of_layers(value: Value) -> bool:
    """Whether what is not known is the output of layers that were not read: `base.layers[-2].output`."""
    if not isinstance(value, Unknown):
        return False
    token = value.token
    while isinstance(token, tuple) and len(token) > 1 and token[0] == "item":
        token = token[1]
    if isinstance(token, tuple):
        return len(token) == 3 and token[0] == "attribute" and token[2] in OUTPUTS
    return value.why.strip("`").rpartition(".")[2] in OUTPUTS


OUTPUTS = ("output", "outputs")
