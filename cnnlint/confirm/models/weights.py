"""Initial weights by graph node: an inserted or removed layer does not shift its neighbours' random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from cnnlint.confirm.models.initialise import UnknownInitialiser, initial, snake
from cnnlint.confirm.seeding import number, stream
from cnnlint.graph import Model, Node
from cnnlint.rule.remedies import Twin


def weight_keys(model: Model) -> dict[int, str]:
    """id of a node -> the word that its weights are drawn under. Nodes that share weights share the word."""
    keys: dict[int, str] = {}
    first: dict[tuple[int, str], str] = {}
    for index, node in enumerate((*model.nodes, *model.dead)):
        key = f"{index}:{node.name}"
        if node.layer_id:
            key = first.setdefault((node.layer_id, node.kind), key)
        keys[id(node)] = key
    return keys


def twin_keys(model: Model, twin: Twin) -> dict[int, str]:
    """The same for a repaired copy: a node that stands for an original one draws that one's weights."""
    own = {key: f"new:{word}" for key, word in weight_keys(twin.model).items()}
    keys = weight_keys(model)
    for original, node in twin.counterparts.items():
        if original in keys:
            own[id(node)] = keys[original]
    return own


class Weight(Struct, frozen=True):
    """A variable of an arm, and what it starts from: what it was trained to, or what an initialiser draws.

    An initialiser of None is that of the state of a random generator.
    """

    variable: Any
    key: str
    initialiser: Mapping[str, Any] | None
    trained: Any = None

    def draw(self, seed: int) -> Any:
        """The initial value under a seed."""
        if self.trained is not None:
            return self.trained
        if self.initialiser is None:
            return np.array([number(seed, self.key), 0], dtype=np.uint32)
        shape = tuple(self.variable.shape)
        return initial(self.initialiser, shape, stream(seed, "weights", self.key))


def weights_of(layer: Any, node: Node, key: str, notes: list[str]) -> list[Weight]:
    """Every variable of a Keras layer, its sub-layers included, with its initialiser.

    The node's own argument (`kernel_initializer` for the weight `kernel`) counts where it is known, else what the
    layer was built with. An initialiser that is unknown is replaced by the layer's default, with a note.
    """
    found: list[Weight] = []
    for place, part in enumerate(layer._flatten_layers(include_self=True, recursive=True)):
        for index, variable in enumerate((*part._trainable_variables, *part._non_trainable_variables)):
            word = f"{key}/{place}/{index}"
            if "seed_generator" in variable.path and variable.name == "seed_generator_state":
                found.append(Weight(variable, word, None))
                continue
            name = _argument(variable.name)
            spec = node.value(name) if part is layer else None
            if spec is None and part is layer and name in node.arguments and not node.known(name):
                notes.append(f"the initialiser of `{node.name}` is unknown: its default was used")
            if isinstance(spec, str):
                spec = {"name": spec}
            if not isinstance(spec, dict) or not _drawable(spec, tuple(variable.shape)):
                if isinstance(spec, dict):
                    which = spec.get("name")
                    notes.append(f"the initialiser {which} of `{node.name}` is unknown: its default was used")
                spec = _default(part, name, tuple(variable.shape))
            found.append(Weight(variable, word, spec))
        for place_in, generator in enumerate(getattr(part, "_seed_generators", ())):
            state = generator.state
            if all(weight.variable is not state for weight in found):
                found.append(Weight(state, f"{key}/{place}/seed{place_in}", None))
    return found


def _argument(variable: str) -> str:
    """The argument that initialises a weight: "depthwise_kernel" has "depthwise_initializer"."""
    if variable in ("depthwise_kernel", "pointwise_kernel", "recurrent_kernel"):
        variable = variable.removesuffix("_kernel")
    return f"{variable}_initializer"


def _drawable(spec: Mapping[str, Any], shape: tuple[int, ...]) -> bool:
    try:
        initial(spec, shape[:0] if len(shape) > 4 else (1,) * len(shape), np.random.default_rng(0))
    except (UnknownInitialiser, ValueError, TypeError):
        return False
    return True


def _default(part: Any, name: str, shape: tuple[int, ...]) -> dict[str, Any]:
    initialiser = getattr(part, name, None)
    if initialiser is not None and hasattr(initialiser, "get_config"):
        spec = {**initialiser.get_config(), "name": snake(type(initialiser).__name__)}
        if _drawable(spec, shape):
            return spec
    if "gamma" in name or "variance" in name or "scale" in name:
        return {"name": "ones"}
    return {"name": "glorot_uniform"} if len(shape) >= 2 else {"name": "zeros"}
