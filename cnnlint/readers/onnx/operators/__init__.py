"""What each ONNX operator becomes in the model graph, one file for each family of them."""

from cnnlint.readers.onnx.operators import (  # noqa: F401  (each module registers its operators)
    activations,
    arithmetic,
    control,
    convolutions,
    dense,
    layouts,
    merging,
    normalization,
    pooling,
    quantizing,
    recurrent,
    repeating,
    resizing,
)
