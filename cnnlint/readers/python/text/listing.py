"""The nodes of a tree of `ast` in the order of the text, listed once: what is within a node is a part of the list."""

from __future__ import annotations

from ast import AST, Constant, Name
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar, cast

Kind = TypeVar("Kind", bound=AST)

#: fields that hold a mark of their node, and nothing of the text's own: `Load`, `Add`
MARKS = frozenset({"ctx", "op", "ops"})


class Piece:
    """Nodes of a piece of code, in the order of the text."""

    def __init__(self, nodes: Sequence[AST]) -> None:
        self.nodes = nodes

    @cached_property
    def _kinds(self) -> dict[type, list[AST]]:
        kinds: dict[type, list[AST]] = {}
        for node in self.nodes:
            kinds.setdefault(type(node), []).append(node)
        return kinds

    def sort_anew(self) -> None:
        """Forget which nodes are of which kind, after some became of another."""
        vars(self).pop("_kinds", None)

    def of(self, *kinds: type[Kind]) -> Sequence[Kind]:
        """The nodes of these very kinds."""
        if len(kinds) == 1:
            return cast("Sequence[Kind]", self._kinds.get(kinds[0], ()))
        there = any(kind in self._kinds for kind in kinds)
        return cast("Sequence[Kind]", [node for node in self.nodes if type(node) in kinds] if there else ())


class Listing(Piece):
    """All nodes of a tree but for the marks of others (`Load`, `Add`), a node before those within it."""

    def __init__(self, tree: AST | None) -> None:
        nodes: list[AST] = []
        super().__init__(nodes)
        #: by place of a node: that of the first behind all within it
        self._ends: list[int] = []
        self._places: dict[int, int] = {}
        ends, places = self._ends, self._places
        fields: dict[type, tuple[str, ...]] = {Name: (), Constant: ()}
        pending: list[AST | int] = [tree] if tree is not None else []
        while pending:
            node = pending.pop()
            if isinstance(node, int):
                ends[node] = len(nodes)
                continue
            place, kind = len(nodes), type(node)
            places[id(node)] = place
            nodes.append(node)
            ends.append(place + 1)
            if kind not in fields:
                fields[kind] = tuple(name for name in reversed(node._fields) if name not in MARKS)
            if not fields[kind]:
                continue
            pending.append(place)
            for name in fields[kind]:
                value = getattr(node, name, None)
                if isinstance(value, AST):
                    pending.append(value)
                elif isinstance(value, list):
                    pending += [one for one in reversed(value) if isinstance(one, AST)]

    @cached_property
    def around(self) -> dict[int, AST]:
        """What each node stands in, by the identity of the node."""
        found, holding = dict[int, AST](), list[int]()
        for place, node in enumerate(self.nodes):
            while holding and self._ends[holding[-1]] <= place:
                holding.pop()
            if holding:
                found[id(node)] = self.nodes[holding[-1]]
            holding.append(place)
        return found

    def within(self, node: AST) -> Sequence[AST]:
        """A node of the tree and all within it."""
        place = self._places[id(node)]
        return self.nodes[place : self._ends[place]]

    def holds(self, node: AST, other: AST) -> bool:
        """Whether a node of the tree is another, or that stands within it."""
        place = self._places[id(node)]
        return place <= self._places[id(other)] < self._ends[place]

    def inside(self, nodes: Sequence[Kind], around: Sequence[AST]) -> list[Kind]:
        """Those of some nodes that stand within others; all of them in the order of the text."""
        found, at, end = list[Kind](), 0, 0
        starts = [self._places[id(one)] for one in around]
        for node in nodes:
            place = self._places[id(node)]
            while at < len(starts) and starts[at] <= place:
                end = max(end, self._ends[starts[at]])
                at += 1
            if place < end:
                found.append(node)
        return found

    def walk(self, *nodes: AST, around: tuple[type[AST], ...]) -> list[AST]:
        """Nodes of the tree and those within them; of those of the kinds in `around`, not what they hold."""
        found: list[AST] = []
        for node in nodes:
            place = self._places[id(node)]
            end = self._ends[place]
            while place < end:
                one = self.nodes[place]
                found.append(one)
                place = self._ends[place] if isinstance(one, around) else place + 1
        return found
