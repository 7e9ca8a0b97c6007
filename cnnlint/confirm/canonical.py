"""A model graph, its training set-up and what is known of its data as plain values: equal graphs give equal text.

Places in the source are left out, so that a comment above a model does not make it another one.
"""

from __future__ import annotations

import enum
import hashlib

from msgspec import Struct

from cnnlint.graph import UNKNOWN, Model, Node, Origin, Placement
from cnnlint.graph.model import Unread


def digest(*parts: object) -> str:
    """A digest of plain values (see `plain`)."""
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()


def model_text(model: Model, numbers: dict[int, int]) -> object:
    """A model's nodes by number; `numbers` (id of a node -> its number) is filled in."""
    for node in (*model.nodes, *model.dead, *model.uncalled):
        numbers.setdefault(id(node), len(numbers))
    nodes = [_fields(node, numbers) for node in (*model.nodes, *model.dead, *model.uncalled)]
    ends = [[numbers.get(id(node)) for node in side] for side in (model.inputs, model.outputs, model.dead)]
    return [model.kind, nodes, ends, plain(model.training, numbers)]


def plain(value: object, numbers: dict[int, int]) -> object:
    """A value as numbers, text and lists of them; nodes by their number."""
    if isinstance(value, enum.Enum):
        return [type(value).__name__, value.name]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if value is UNKNOWN:
        return ["unknown"]
    if isinstance(value, float):
        return ["float", value.hex()]
    if isinstance(value, Node):
        return ["node", numbers.get(id(value), value.name)]
    if isinstance(value, Model):
        return ["model", value.name]
    if isinstance(value, Placement):
        return ["api", value.api]
    if isinstance(value, (Origin, Unread)):
        return None
    if isinstance(value, Struct):
        return [type(value).__name__, _fields(value, numbers)]
    if isinstance(value, dict):
        entries = {repr(key): one for key, one in value.items()}
        return [[key, plain(entries[key], numbers)] for key in sorted(entries)]
    if isinstance(value, (list, tuple)):
        return [plain(one, numbers) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    return [type(value).__name__, repr(value)]


def _fields(value: Struct, numbers: dict[int, int]) -> object:
    return [
        [name, plain(getattr(value, name), numbers)] for name in value.__struct_fields__ if not name.startswith("_")
    ]
