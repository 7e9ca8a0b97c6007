"""THE MODEL GRAPH: layers, tensors, shapes, the training set-up, facts about the data.

Readers write it, rules read it; neither knows the other.
"""

from cnnlint.graph.events import (
    Argmax,
    ArrayPassed,
    BaseNotInitialized,
    CallbackMisled,
    CallbackWithoutValidation,
    DiscardedArray,
    Event,
    ExportedInTraining,
    FigureMissed,
    GradientsAsked,
    GradientStopped,
    LayerForTensor,
    LayerMadeInCall,
    Learned,
    LossReadAsAccuracy,
    ModuleImported,
    OptimizerRemade,
    TableTooShort,
    TrainableSet,
    TrainingOperation,
    TrainStep,
    Unfitted,
    UnrecordedPrediction,
    UnusedWeights,
    ValuelessCall,
    VariablesInitialized,
    Weights,
)
from cnnlint.graph.facts import ArrayFacts, Step
from cnnlint.graph.model import Model, Unread
from cnnlint.graph.node import OPAQUE, Node
from cnnlint.graph.origins import Argument, Origin, Placement
from cnnlint.graph.program import Frameworks, Program, Rows
from cnnlint.graph.spans import Span
from cnnlint.graph.training import Feed, Loss, Metric, Optimizer, Training
from cnnlint.graph.values import UNKNOWN, Shape, size

__all__ = [
    "OPAQUE",
    "UNKNOWN",
    "Argmax",
    "Argument",
    "ArrayFacts",
    "ArrayPassed",
    "BaseNotInitialized",
    "CallbackMisled",
    "CallbackWithoutValidation",
    "DiscardedArray",
    "Event",
    "ExportedInTraining",
    "Feed",
    "FigureMissed",
    "Frameworks",
    "GradientStopped",
    "GradientsAsked",
    "LayerForTensor",
    "LayerMadeInCall",
    "Learned",
    "Loss",
    "LossReadAsAccuracy",
    "Metric",
    "Model",
    "ModuleImported",
    "Node",
    "Optimizer",
    "OptimizerRemade",
    "Origin",
    "Placement",
    "Program",
    "Rows",
    "Shape",
    "Span",
    "Step",
    "TableTooShort",
    "TrainStep",
    "TrainableSet",
    "Training",
    "TrainingOperation",
    "Unfitted",
    "Unread",
    "UnrecordedPrediction",
    "UnusedWeights",
    "ValuelessCall",
    "VariablesInitialized",
    "Weights",
    "size",
]
