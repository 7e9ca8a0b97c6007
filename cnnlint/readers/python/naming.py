"""Names for layers that the program gives none, as Keras makes them."""

from __future__ import annotations

from functools import lru_cache

from cnnlint.graph import (
    Model,
)


def name_nodes(model: Model) -> None:
    """Give nodes without a name the one that Keras would: the class in snake case, numbered."""
    counts: dict[str, int] = {}
    taken = {node.name for node in (*model.nodes, *model.dead)}
    for node in [*model.nodes, *model.dead]:
        if node.fused_into is not None:
            continue
        if node.name:
            continue
        stem = snake(node.note.rpartition(".")[2] if node.opaque and node.note.isidentifier() else node.kind)
        number = counts.get(stem, 0)
        while (name := stem if number == 0 else f"{stem}_{number}") in taken:
            number += 1
        counts[stem] = number + 1
        node.name = name
        taken.add(name)
    for node in [*model.nodes, *model.dead]:
        if node.fused_into is not None and not node.name:
            function = node.value("activation")
            node.name = f"{node.fused_into.name}/{function if isinstance(function, str) else 'activation'}"


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """A class name as Keras names its layers: Conv2D is conv2d, MaxPooling2D is max_pooling2d."""
    import re

    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
