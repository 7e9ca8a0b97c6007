"""The answers to conditions that could not be decided."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct, field

from cnnlint.graph import Origin
from cnnlint.readers.python.language.implied import implied
from cnnlint.readers.python.values import is_given

#: a function or class that is read by itself: the id of its syntax, which every reading of a file shares
Root = int


#: what callers of what is read by itself are taken to pass
Passing = Literal["nothing", "stars", "all"]


class Decisions(Struct):
    """Answers to the conditions that could not be decided: given beforehand, and noted as they come up."""

    given: dict[object, bool] = field(default_factory=dict)
    #: under which roots such an answer holds; everywhere where that is not said
    within: dict[object, frozenset[Root]] = field(default_factory=dict)
    #: how each is answered where nothing speaks against it: as the first reading asked
    defaults: dict[object, bool] = field(default_factory=dict)
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
    #: what was not asked before is answered otherwise than by default
    otherwise: bool = False
    #: what is passed to what is read by itself: nothing that it has a default for, or what no reading can tell, be it
    #: in its stars alone or in place of its defaults as well
    passed: Passing = "nothing"
    #: there were stars, or defaults, in the place of which something may have been passed
    starred: bool = False
    defaulted: bool = False

    def answer(self, token: object, default: bool = True) -> bool:
        """The answer for a token; the same token is always answered alike."""
        if isinstance(token, tuple) and len(token) == 2 and token[0] == "Not":
            return not self.answer(token[1], not default)
        if token in self.given and (token not in self.within or self.root in self.within[token]):
            self.used.add(token)
            return self.given[token]
        self.under.setdefault(token, set()).add(self.root)
        if token not in self.asked:
            # what is asked first decides, if it is not read this time
            usual = self.defaults.setdefault(token, default) is not self.otherwise
            told = implied(token, self._so_far())
            self.asked[token] = usual if told is None else told
        return self.asked[token]

    def touched(self, tokens: Iterable[object]) -> set[Root | None]:
        """Under which roots other answers to these questions are heard, and those by which they came up."""
        every = (one for token in tokens for one in (token, *self.before.get(token, ())))
        return set().union(*(self.under.get(one, ()) for one in every))

    def holding(self, roots: set[Root | None]) -> dict[object, bool]:
        """The answers given beforehand that hold under one of these roots."""
        return {
            token: answer
            for token, answer in self.given.items()
            if token not in self.within or not self.within[token].isdisjoint(roots)
        }

    @property
    def missing(self) -> list[object]:
        """The questions by which values that the program is given were taken for None."""
        held = [(token, _equality(token)) for token, answer in self.asked.items() if answer and is_given(token)]
        return [token for token, asked in held if asked is not None and asked[1] is None]

    def _so_far(self) -> Iterator[tuple[object, bool]]:
        """All answers that hold here."""
        yield from self.asked.items()
        for token, answer in self.given.items():
            if token not in self.within or self.root in self.within[token]:
                yield token, answer


def _equality(token: object) -> tuple[object, object] | None:
    """The value and the constant of a question whether the one equals the other."""
    if not (isinstance(token, tuple) and len(token) == 3 and token[0] == "Equal" and isinstance(token[2], str)):
        return None
    try:
        return token[1], ast.literal_eval(token[2])
    except (ValueError, SyntaxError):
        return None
