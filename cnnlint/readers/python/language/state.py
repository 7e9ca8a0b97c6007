"""The answers to conditions that could not be decided."""

from __future__ import annotations

from msgspec import Struct, field

from cnnlint.graph import Origin

#: a function or class that is read by itself: the id of its syntax, which every reading of a file shares
Root = int


class Decisions(Struct):
    """Answers to the conditions that could not be decided: given beforehand, and noted as they come up."""

    given: dict[object, bool] = field(default_factory=dict)
    asked: dict[object, bool] = field(default_factory=dict)
    #: those of the answers given beforehand that were asked for
    used: set[object] = field(default_factory=set)
    #: the answers to others by which a question came up that the first reading did not ask
    before: dict[object, dict[object, bool]] = field(default_factory=dict)
    #: where each was asked first
    places: dict[object, Origin] = field(default_factory=dict)
    #: what is read by itself now; None is the module
    root: Root | None = None
    #: under which roots each came up
    under: dict[object, set[Root | None]] = field(default_factory=dict)

    def answer(self, token: object, default: bool = True) -> bool:
        """The answer for a token; the same token is always answered alike."""
        if isinstance(token, tuple) and len(token) == 2 and token[0] == "Not":
            return not self.answer(token[1], not default)
        if token in self.given:
            self.used.add(token)
            return self.given[token]
        self.under.setdefault(token, set()).add(self.root)
        return self.asked.setdefault(token, default)
