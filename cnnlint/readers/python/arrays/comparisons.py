"""What comparing an array with a number says of each element."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Origin, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.values import ArrayValue
from cnnlint.readers.python.values.comparing import COMPARISON

#: so many whole numbers are gone through one by one
FEW = 1000


def answered(value: ArrayValue, name: str, number: float, origin: Origin | None, reflected: bool) -> ArrayValue:
    """A comparison with a number: where every number is known to be there, so are the answers."""
    facts, made = value.facts, compared(value.facts, origin)
    if not value.gapless or facts.low is None or facts.high is None or facts.high - facts.low > FEW:
        return ArrayValue(made, mixed=value.mixed)
    answer = COMPARISON[name]
    held = range(int(facts.low), int(facts.high) + 1)
    answers = {answer(number, one) if reflected else answer(one, number) for one in held}
    classes = len(answers) if made.encoding == "binary" else made.classes
    made = replace(made, low=float(min(answers)), high=float(max(answers)), classes=classes)
    return ArrayValue(made, exact=True, mixed=value.mixed, gapless=True)


def compared(facts: ArrayFacts, origin: Origin | None, shape: object = None) -> ArrayFacts:
    """The facts of a comparison: true or false for each element; whether both come up is not known."""
    labelled = facts.role == "labels" or facts.encoding in ("integer", "binary")
    columns = len(facts.shape) > 1 and facts.shape[-1] != 1 if facts.shape is not None else False
    # whether there are several ones to a row is not known
    encoding: Encoding | None = None if columns else "binary"
    empty = columns and facts.shape is not None and facts.shape[-1] == 0  # a table without columns has no type
    return facts.with_step(
        Step("compare", None, origin),
        low=None,
        high=None,
        dtype="bool" if not empty else None,
        encoding=encoding,
        image=False,
        classes=None,
        role="labels" if labelled else facts.role,
    )
