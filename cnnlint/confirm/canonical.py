"""A model graph, its training set-up and what is known of its data as plain values: equal graphs give equal text.

Places in the source are left out, so that a comment above a model does not make it another one.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

from cnnlint.confirm.subjects import Subject
from cnnlint.graph import UNKNOWN, Model, Node, Origin, Placement
from cnnlint.graph.model import Unread
from cnnlint.rule.experiments import Experiment
from cnnlint.rule.remedies import Twin


def digest(*parts: object) -> str:
    """A digest of plain values (see `plain`)."""
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()


def subject_text(experiment: Experiment, subject: Subject) -> object:
    """Everything about a finding that its test depends on, as plain values."""
    numbers: dict[int, int] = {}
    model = _model(subject.model, numbers) if subject.model is not None else None
    node = numbers.get(id(subject.node), "elsewhere") if subject.node is not None else None
    twin = _twin(subject.twin, numbers)
    settings = [[_twin(one.whole, numbers), _twin(one.without, numbers), one.beside] for one in subject.settings]
    return [plain(experiment, {}), model, node, twin, subject.no_twin, settings, subject.instead]


def _twin(twin: Twin | None, numbers: dict[int, int]) -> object:
    """A twin's model, and the numbers of its nodes beside those of the original's."""
    if twin is None:
        return None
    others: dict[int, int] = {}
    repaired = _model(twin.model, others)
    pairs = [
        [numbers[original], others[id(copy)]]
        for original, copy in twin.counterparts.items()
        if original in numbers and id(copy) in others
    ]
    return [repaired, sorted(pairs)]


def _model(model: Model, numbers: dict[int, int]) -> object:
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
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, _fields(value, numbers)]
    if isinstance(value, dict):
        entries = {repr(key): one for key, one in value.items()}
        return [[key, plain(entries[key], numbers)] for key in sorted(entries)]
    if isinstance(value, (list, tuple)):
        return [plain(one, numbers) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    return [type(value).__name__, repr(value)]


def _fields(value: Any, numbers: dict[int, int]) -> object:
    return [
        [one.name, plain(getattr(value, one.name), numbers)] for one in fields(value) if not one.name.startswith("_")
    ]
