"""Files that other files import: parsed once for all the files of a run that import them."""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct

from cnnlint.readers.python.text.parse import Parsed, parse
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.versions import spelt

#: bytes of source whose trees are kept; a tree takes some hundred times as much memory
MOST_BYTES = 500_000


class Opened(Struct, frozen=True):
    """A file's tree, where its nodes stand and which versions of Keras it is spelt for; none is ever changed."""

    parsed: Parsed
    positions: Positions
    spelt: frozenset[int]


_kept: OrderedDict[bytes, Opened | None] = OrderedDict()


def opened(data: bytes) -> Opened | None:
    """The tree of a file's contents, or None where it has none. The trees that were used last are kept."""
    if data in _kept:
        _kept.move_to_end(data)
        return _kept[data]
    source = SourceText.decode(data)
    parsed = parse(source, gated=False) if isinstance(source, SourceText) else None
    result = None
    if parsed is not None and parsed.module is not None:
        result = Opened(parsed, Positions(parsed), spelt(parsed.source.code))
    _kept[data] = result
    while len(_kept) > 1 and sum(map(len, _kept)) > MOST_BYTES:
        _kept.popitem(last=False)
    return result
