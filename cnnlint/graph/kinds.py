"""Which kinds are weighted, convolutional, recurrent, or let shape and scale through: the one place that says so.

What Keras itself tells apart comes from the category that the tables give each layer; what our rules tell apart is
spelt out below, from these.
"""

from __future__ import annotations

from functools import cache

from cnnlint.graph.node import ACTIVATION_LAYERS
from cnnlint.graph.tables import load


def of(category: str, *, start: str = "", end: str = "") -> frozenset[str]:
    """Layers of a category of the tables, those that only Keras 1 or 2 had among them, by how their names read."""
    layers = {**load("keras_legacy")["removed"], **load("keras3_layers")["entries"]}
    named = (kind for kind, entry in layers.items() if entry["category"] == category)
    return frozenset(kind for kind in named if kind.startswith(start) and kind.endswith(end))


@cache
def rank(kind: str) -> int | None:
    """The number of spatial dimensions that a kind's name states (Conv2D: 2), or None."""
    return next((int(digit) for digit in "123" if f"{digit}D" in kind), None)


#: every layer with a kernel that slides
CONVOLUTIONAL = of("convolution")
TRANSPOSED = of("convolution", end="Transpose")
DEPTHWISE = of("convolution", start="Depthwise")
SEPARABLE = of("convolution", start="Separable")
#: plain convolutions
CONVOLUTIONS = of("convolution", start="Conv") - TRANSPOSED
RECURRENT = (of("recurrent") - of("recurrent", end="Cell") - of("recurrent", end="Cells")) | {"Bidirectional"}
#: layers with a kernel that is trained: normalisation, PReLU and attention scales do not count
WEIGHTED = CONVOLUTIONAL | RECURRENT | of("dense") | of("embedding") | {"MultiHeadAttention", "GroupQueryAttention"}
MAX_POOLING = of("pooling", start="MaxPooling")
AVERAGE_POOLING = of("pooling", start="AveragePooling")
POOLING = MAX_POOLING | AVERAGE_POOLING
GLOBAL_POOLING = of("pooling", start="Global")
NORMALIZATION = of("normalization") | {"InstanceNormalization", "LocalResponseNormalization"}
DROPOUT = of("regularization", end="Dropout") | of("regularization", start="SpatialDropout")
MERGES = of("merge") - {"Merge"}
PADDING = of("reshaping", start="ZeroPadding") | of("reshaping", start="Cropping")
RESHAPING = frozenset({"Flatten", "Reshape", "Identity", "Cast", "Squeeze", "ExpandDims", "Permute", "Transpose"})
#: fix what passes through by a constant factor or not at all; no rule about activations or weights minds them
TRANSPARENT = RESHAPING | DROPOUT | {"GaussianNoise", "ActivityRegularization", "Masking", "BiasAdd"}
#: hand on every axis as it is
SAME_SHAPE = DROPOUT | {
    "Identity",
    "Cast",
    "BiasAdd",
    "GaussianNoise",
    "ActivityRegularization",
    "Masking",
    "BatchNormalization",
    "LayerNormalization",
}
UPSAMPLING = TRANSPOSED | {"UpSampling1D", "UpSampling2D", "UpSampling3D", "DepthToSpace", "Resize"}
#: layers that compute a linear function of their input once trained, or (max pooling) as good as one
LINEAR = TRANSPARENT | POOLING | GLOBAL_POOLING | PADDING | {"BatchNormalization"}
ORDERED = frozenset(kind for kind in CONVOLUTIONS | POOLING if kind.endswith("2D"))
#: what stands between two weighted layers of a plain chain
CHAIN = TRANSPARENT | POOLING | PADDING | NORMALIZATION | {"Activation", *ACTIVATION_LAYERS}
#: the part of it that keeps the order of a map's axes
SAME_ORDER = CHAIN - POOLING - {"Permute", "Transpose", "Reshape", "Flatten"}
#: layers that leave the inputs' scale as it is
SCALE_KEEPING = (
    RESHAPING
    | DROPOUT
    | PADDING
    | POOLING
    | {
        "GaussianNoise",
        "ActivityRegularization",
        "Masking",
        "RandomFlip",
        "RandomRotation",
        "RandomZoom",
        "RandomTranslation",
        "RandomCrop",
        "CenterCrop",
        "Resizing",
        "Resize",
    }
)
#: layers that take a picture's colours for red, green and blue while a model trains
COLOURING = frozenset({"RandomHue", "RandomSaturation", "RandomGrayscale", "RandomColorDegeneration"})
#: layers that scale or augment what they read
PREPROCESSING = frozenset(
    {
        "Rescaling",
        "Normalization",
        "Resizing",
        "CenterCrop",
        "RandomFlip",
        "RandomRotation",
        "RandomZoom",
        "RandomCrop",
        "RandomTranslation",
        "RandomContrast",
        "RandomBrightness",
        "RandomHeight",
        "RandomWidth",
        "RandomShear",
        "GaussianNoise",
    }
)
#: kinds that compute an affine function of their inputs at inference
AFFINE = (
    CONVOLUTIONS
    | TRANSPOSED
    | DEPTHWISE
    | SEPARABLE
    | TRANSPARENT
    | AVERAGE_POOLING
    | PADDING
    | {
        "Dense",
        "EinsumDense",
        "BatchNormalization",
        "Add",
        "Subtract",
        "Average",
        "Concatenate",
        "Rescaling",
        "Input",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalAveragePooling3D",
    }
)
#: operations whose derivative is none, or zero everywhere
FLAT = frozenset(
    {
        "ArgMax",
        "ArgMin",
        "ArgSort",
        "Compare",
        "OneHot",
        "ReduceAll",
        "ReduceAny",
        "SequenceMask",
        "Sign",
        "StopGradient",
    }
)
#: kinds that have no weights
WEIGHTLESS = (
    TRANSPARENT
    | POOLING
    | GLOBAL_POOLING
    | PADDING
    | MERGES
    | SCALE_KEEPING
    | (UPSAMPLING - TRANSPOSED)
    | ({"Input", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Rescaling", "ReduceMean", "ReduceMax"})
)
#: what counts as a layer where operators and reshapes do not
LAYER_KINDS = (
    WEIGHTED
    | POOLING
    | GLOBAL_POOLING
    | NORMALIZATION
    | DROPOUT
    | PREPROCESSING
    | {
        "Activation",
        *ACTIVATION_LAYERS,
    }
)
