"""Files that other files import: parsed once for all the files of a run that import them."""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct

from cnnlint.readers.python.text.parse import Parsed, parse
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.versions import spelt

#: bytes of memory that the trees which are kept may take
MOST_MEMORY = 50_000_000
#: what a node takes of it, and a character of the text; of a tree that libcst made, a character stands for nodes too
NODE, CHARACTER, OF_LIBCST = 1_000, 4, 100


class Opened(Struct, frozen=True):
    """A file's tree, where its nodes stand and which versions of Keras it is spelt for; none is ever changed."""

    parsed: Parsed
    positions: Positions
    spelt: frozenset[int]


#: by their contents, each with the memory that it takes
_kept: OrderedDict[bytes, tuple[Opened | None, int]] = OrderedDict()


def opened(data: bytes) -> Opened | None:
    """The tree of a file's contents, or None where it has none. The trees that were used last are kept."""
    if data in _kept:
        _kept.move_to_end(data)
        return _kept[data][0]
    source = SourceText.decode(data)
    parsed = parse(source, gated=False) if isinstance(source, SourceText) else None
    result = None
    if parsed is not None and parsed.module is not None:
        result = Opened(parsed, Positions(parsed), spelt(parsed.source.code))
    _kept[data] = result, _memory(result, data)
    while len(_kept) > 1 and sum(size for _, size in _kept.values()) > MOST_MEMORY:
        _kept.popitem(last=False)
    return result


def _memory(kept: Opened | None, data: bytes) -> int:
    """The bytes that a tree takes: those of a file of pictures written out as text are few for its length."""
    if kept is None or kept.parsed.concrete is None:
        return (CHARACTER if kept is None else OF_LIBCST) * len(data)
    return NODE * len(kept.parsed.concrete.pairs) + CHARACTER * len(data)
