"""THE MODEL GRAPH: layers, tensors, shapes, the training set-up, facts about the data.

Readers write it, rules read it; neither knows the other.
"""

from cnnlint.graph.facts import ArrayFacts, Step
from cnnlint.graph.model import Event, Frameworks, Model, Program, Unread
from cnnlint.graph.node import OPAQUE, Node
from cnnlint.graph.origins import Argument, Origin, Placement
from cnnlint.graph.spans import Span
from cnnlint.graph.training import Feed, Loss, Metric, Optimizer, Training
from cnnlint.graph.values import UNKNOWN, Shape, size

__all__ = [
    "OPAQUE",
    "UNKNOWN",
    "Argument",
    "ArrayFacts",
    "Event",
    "Feed",
    "Frameworks",
    "Loss",
    "Metric",
    "Model",
    "Node",
    "Optimizer",
    "Origin",
    "Placement",
    "Program",
    "Shape",
    "Span",
    "Step",
    "Training",
    "Unread",
    "size",
]
