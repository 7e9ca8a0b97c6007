"""Which axis of a node's output holds the samples."""

from __future__ import annotations

from cnnlint.graph.kinds import CHAIN, CONVOLUTIONS, GLOBAL_POOLING, MERGES, UPSAMPLING, WEIGHTED
from cnnlint.graph.model import Model
from cnnlint.graph.node import Node
from cnnlint.graph.values import Batch

MOVES_AXES = frozenset({"ExpandDims", "Squeeze", "Transpose"})
KEEPS_SAMPLES = (CHAIN | WEIGHTED | UPSAMPLING | GLOBAL_POOLING | MERGES | {"Input"}) - MOVES_AXES
"""What leaves the samples along the first axis, whatever its input is."""

Start = tuple[Node, bool]
"""Where the samples come in, and whether a convolution lies between."""


def has_batch(model: Model, node: Node) -> bool:
    """Whether the first axis is known to hold the samples: nothing unread, such as `x[0]`, may have taken it away."""
    along = [place for place, size in enumerate(node.followed or ()) if isinstance(size, Batch)]
    if along:
        return along == [0]
    found = _start(model, node)
    if found is None:
        return False
    first, pictures = found
    if model.kind == "onnx" and not pictures and first.shape and (first.shape[0] or 1) > 1:
        return False  # an exported graph over so many rows of numbers does not say that they are samples
    return first.kind in KEEPS_SAMPLES and len(node.shape or ()) > 1


def leaves_samples(model: Model, node: Node) -> bool:
    """Whether anything that is made of a node's output, near or far, is not known to have the samples along its first
    axis."""
    return id(node) in model.fact(_leaving)


def _leaving(model: Model) -> set[int]:
    """The ids of the nodes that are read on the way to such."""
    pending = [node for node in model if node.kind not in KEEPS_SAMPLES and not has_batch(model, node)]
    found = set[int]()
    while pending:
        new = [source for source in pending.pop().inputs if id(source) not in found]
        found.update(map(id, new))
        pending += new
    return found


def _known(model: Model) -> dict[int, Start | None]:
    """What was found of the model's nodes so far, by their ids."""
    return {}


def _start(model: Model, node: Node) -> Start | None:
    """Where the samples of a node come in; None where a reshape of an exported graph may move them."""
    known = model.fact(_known)
    passed: list[Node] = []
    current = node
    while id(current) not in known and len(current.inputs) == 1 and current.kind in KEEPS_SAMPLES:
        passed.append(current)
        current = current.inputs[0]
    found = known.setdefault(id(current), (current, False))
    for reader in reversed(passed):
        moved = model.kind == "onnx" and reader.kind == "Reshape" and not _keeps_first(reader)
        convolved = reader.inputs[0].kind in CONVOLUTIONS
        found = None if moved or found is None else (found[0], found[1] or convolved)
        known[id(reader)] = found
    return found


def _keeps_first(reshape: Node) -> bool:
    """Whether a reshape of an exported graph is known to leave the first axis as it is."""
    before, after = reshape.inputs[0].shape, reshape.shape
    return reshape.known("target_shape") and before is not None and after is not None and before[:1] == after[:1]
