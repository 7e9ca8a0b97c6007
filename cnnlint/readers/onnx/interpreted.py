"""Operators that Keras has no layer for and that are understood all the same, and why others are not.

Of each operator here it is known that it is no activation and no layer with weights of its own, and what shape it
gives; the weights that it reads (tables that rows are taken from, places that are filled) are counted. A model with an
operator that is neither here nor in `operators/` is read in part.
"""

from __future__ import annotations

import onnx

from cnnlint.readers.onnx.lowering import MICROSOFT
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import EMBEDDED

ONNX: dict[str, tuple[str, ...]] = {
    "made of sizes and numbers": (
        *("Constant", "ConstantOfShape", "EyeLike", "Range", "Shape", "Size"),
        *("BlackmanWindow", "HammingWindow", "HannWindow", "MelWeightMatrix"),
    ),
    "drawn": ("Multinomial", "RandomNormal", "RandomUniform"),
    "the first input's shape": (
        *("BitCast", "RotaryEmbedding", "ReverseSequence", "TensorScatter", "Trilu"),
        *("Scatter", "ScatterElements", "ScatterND"),
    ),
    "what is chosen": (
        *("Compress", "GatherElements", "GatherND", "NonMaxSuppression", "NonZero", "OneHot", "TopK", "Unique"),
        *("CenterCropPad", "MaxRoiPool", "MaxUnpool", "RoiAlign", "GridSample", "AffineGrid", "Col2Im"),
    ),
    "summed up": ("Det", "GlobalLpPool", "LpPool", "NegativeLogLikelihoodLoss"),
    "products": ("Attention", "DFT", "Einsum", "STFT"),
    "in a form that is no layer's": (
        *("ArgMin", "Concat", "Expand", "Gather", "Gemm", "LpNormalization", "MatMul", "Max", "Mean", "Min", "Slice"),
        *("MeanVarianceNormalization", "Sum", "Tile", "GRU", "LSTM", "RNN"),
        *("And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Equal", "Greater", "GreaterOrEqual", "Less"),
        *("LessOrEqual", "Mod", "Or", "Where", "Xor", "Add", "Sub", "Mul", "Div", "Pow"),
    ),
}
"""ONNX's own operators, by what they give: https://onnx.ai/onnx/operators/."""

OTHERS: dict[str, tuple[str, ...]] = {
    "ai.onnx.ml": ("ArrayFeatureExtractor", "Binarizer", "LabelEncoder"),
    MICROSOFT: (
        *("Attention", "MultiHeadAttention", "GroupQueryAttention", "DecoderMaskedMultiHeadAttention"),
        *("PackedMultiHeadAttention", "RotaryEmbedding", "GemmaRotaryEmbedding", "RelativePositionBias"),
        *("RemovePadding", "RestorePadding", "Inverse", "Trilu", "Unique", "GatherND", "ExpandDims", "Pad", "Range"),
        *("GridSample", "CDist", "ComplexMul", "ComplexMulConj", "Rfft", "Irfft", "IsAllFinite", "FusedMatMul"),
        EMBEDDED,
    ),
}
"""Operators of other domains."""

INTERPRETED = frozenset(
    {
        *(("", kind) for kinds in ONNX.values() for kind in kinds),
        *((domain, kind) for domain, kinds in OTHERS.items() for kind in kinds),
    }
)

LAYERS = frozenset({"Einsum", "Gemm"})
"""Of these, such as may be layers where they read weights. A MatMul that is no dense layer has them in the place of
data, or some for each head: queries that are learned, a matrix of neighbours."""


def gap(operation: Operation, learned: int) -> str | None:
    """Why an operator that became opaque is not understood; None if it is. It reads `learned` weights."""
    if (operation.domain, operation.kind) in INTERPRETED:
        if operation.kind in LAYERS and learned:
            return f"{operation.kind} with weights is no layer that is known"
        return None
    if onnx.defs.has(operation.kind, operation.domain):
        return f"{operation.kind} is not interpreted: Keras has no layer for it"
    return f"{operation.domain or 'ONNX'} has no operator {operation.kind} that is known"
