"""How a model is laid out from top to bottom: the lanes of its tensors, and the blocks that it is folded into."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct

from cnnlint.diagnostics import ModelSummary

Layer = Mapping[str, Any]

LARGE = 40
"""Layers from which on a model is folded: what a page shows without scrolling at 30 pixels a row."""
LEAST = 3
"""Layers of a block; fewer are as easily read as its title."""


class Row(Struct, frozen=True):
    """What passes a layer's row: the lane the layer stands in, those it reads from, those that only pass."""

    lane: int
    reads: tuple[int, ...]
    passing: tuple[int, ...]
    goes_on: bool


class Block(Struct, frozen=True):
    """Rows `first` to `last` (that one too), which one tensor enters and one leaves, and what they are together."""

    first: int
    last: int
    title: str
    #: None where a layer's are not known
    parameters: int | None


def rows(layers: Sequence[Layer]) -> list[Row]:
    """Lay out the lines of a model. Layers come in the order of computation; inputs that are not there are left out."""
    inputs = sources(layers)
    last = {source: row for row, read in enumerate(inputs) for source in read}
    lanes: dict[int, int] = {}  # layers whose output is still to be read, and where it runs
    result = []
    for row, read in enumerate(inputs):
        reads = tuple(lanes[source] for source in read)
        ending = [lanes.pop(source) for source in read if last[source] == row]
        taken = set(lanes.values())
        lane = min(ending) if ending else next(lane for lane in range(len(taken) + 1) if lane not in taken)
        result.append(Row(lane, reads, tuple(sorted(taken)), row in last))
        if row in last:
            lanes[row] = lane
    return result


def sources(layers: Sequence[Layer]) -> list[tuple[int, ...]]:
    """For each layer, the earlier layers that it reads."""
    known: dict[str, int] = {}
    found = []
    for row, layer in enumerate(layers):
        found.append(tuple(dict.fromkeys(known[name] for name in layer["inputs"] if name in known)))
        known[layer["name"]] = row
    return found


def blocks(model: ModelSummary) -> list[Block]:
    """The blocks of a large model, none of a small one. Its first layer and its last ones stay for themselves.

    A stretch with branches that come together again is a block, together with the activation behind it; of layers one
    behind the other, those whose outputs are of one extent are.
    """
    layers = model.layers
    if len(layers) < LARGE:
        return []
    # weights that are shared would be counted twice
    told = model.parameters is not None and model.parameters == _sum(layers)
    found = []
    for start, last in _stretches(layers):
        first, own = max(start, 1), layers[max(start, 1) : last + 1]
        if len(own) >= LEAST:
            found.append(Block(first, last, _title(own), _sum(own) if told else None))
    return found


def _stretches(layers: Sequence[Layer]) -> Iterator[tuple[int, int]]:
    """First and last rows of what belongs together."""
    chain: list[int] = []
    units = deque(_units(layers))
    while units:
        first, last = units.popleft()
        if first == last:
            chain.append(first)
            continue
        yield from _chained(layers, chain)
        chain = []
        if units and units[0][0] == units[0][1] and layers[units[0][0]]["parameters"] == 0:
            last, _ = units.popleft()
        # half a model is no block of it: a U-Net's branches come together at its end
        if first > 0 and last - first + 1 <= len(layers) // 2:
            yield first, last
    yield from _chained(layers, chain)


def _units(layers: Sequence[Layer]) -> list[tuple[int, int]]:
    """The model cut wherever a single tensor passes from one row to the next: rows alone, and stretches with branches.

    What stands behind the last cut, the outputs among it, is left out.
    """
    inputs = sources(layers)
    last = {source: row for row, read in enumerate(inputs) for source in read}
    live: set[int] = set()
    found, first = [], 0
    for row, read in enumerate(inputs):
        live -= {source for source in read if last[source] == row}
        live |= {row} & last.keys()
        if live == {row}:
            found.append((first, row))
            first = row + 1
    return found


def _chained(layers: Sequence[Layer], chain: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rows one behind the other, parted where the extent changes: behind a pooling, before a layer with weights."""

    def extent(row: int) -> object:
        light = layers[row]["parameters"] == 0 and row > 0
        return _extent(layers[row - 1 if light else row])

    for _, group in groupby(chain, key=extent):
        own = list(group)
        yield own[0], own[-1]


def _extent(layer: Layer) -> object:
    """The size of what a layer hands on, without samples and channels."""
    shape = layer["output_shape"]
    return None if shape is None else tuple(shape[1:-1])


def _title(layers: Sequence[Layer]) -> str:
    """`block 10 layers: 3 Conv2D, 3 BatchNormalization, Add`, the most frequent first."""
    kinds = [layer["kind"] for layer in layers]
    counts = sorted(((kinds.count(kind), kind) for kind in dict.fromkeys(kinds)), key=lambda one: -one[0])
    told = [f"{count} {kind}" if count > 1 else kind for count, kind in counts]
    more = f" and {len(told) - 4} more kinds" if len(told) > 5 else ""
    return f"{len(layers)} layers: {', '.join(told[:4] if more else told)}{more}"


def _sum(layers: Sequence[Layer]) -> int | None:
    counts = [layer["parameters"] for layer in layers]
    return sum(counts) if None not in counts else None
