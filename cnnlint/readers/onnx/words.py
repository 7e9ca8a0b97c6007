"""Words and types that operators' attributes may name; onnx's checker lets others pass, and no runtime takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import onnx

from cnnlint.readers.onnx.checking import Refusal
from cnnlint.readers.onnx.lowering import MICROSOFT
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import BLOCKED

PADDED = ("Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "FusedConv", "MaxPool", "AveragePool", "LpPool")
CONVOLUTIONS = ("Conv", "ConvInteger", "QLinearConv", "FusedConv")
"""Convolutions that onnxruntime makes only with one of auto_pad and pads; onnx says so of ConvTranspose itself."""
RECURRENT = ("LSTM", "GRU", "RNN")
SCATTER = ("ScatterND", "ScatterElements")
FUNCTIONS = (
    *("affine", "relu", "leakyrelu", "thresholdedrelu", "tanh", "scaledtanh", "sigmoid", "hardsigmoid", "elu"),
    *("softsign", "softplus"),
)
"""Activations of recurrent layers, which runtimes know in upper and lower case."""

ACTIVATIONS = (
    *("Relu", "Tanh", "Sigmoid", "LeakyRelu", "Clip", "HardSigmoid", "HardSwish", "Elu", "Selu", "Celu", "Softplus"),
    *("Softsign", "ThresholdedRelu", "ScaledTanh", "ParametricSoftplus", "Gelu", "FastGelu", "QuickGelu", "Silu"),
    *("Swish", "Mish", "Affine"),
)
"""Activations that operators of onnxruntime have within them: more than any one of them takes today."""

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    **dict.fromkeys(((kind, "auto_pad") for kind in PADDED), ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")),
    **dict.fromkeys(((kind, "direction") for kind in RECURRENT), ("forward", "reverse", "bidirectional")),
    **dict.fromkeys(((kind, "activations") for kind in RECURRENT), FUNCTIONS),
    **dict.fromkeys(((kind, "reduction") for kind in SCATTER), ("none", "add", "mul", "max", "min")),
    **dict.fromkeys(((kind, "activation") for kind in ("FusedConv", "FusedGemm")), ACTIVATIONS),
    ("Pad", "mode"): ("constant", "reflect", "edge", "wrap"),
    ("Resize", "mode"): ("nearest", "linear", "cubic"),
    ("Upsample", "mode"): ("nearest", "linear", "bilinear", "cubic"),
    ("Resize", "coordinate_transformation_mode"): (
        *("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"),
        *("tf_half_pixel_for_nn", "tf_crop_and_resize"),
    ),
    ("Resize", "nearest_mode"): ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "simple"),
    ("DepthToSpace", "mode"): ("DCR", "CRD"),
    ("Gelu", "approximate"): ("none", "tanh"),
    ("GridSample", "mode"): ("linear", "bilinear", "nearest", "cubic", "bicubic"),
    ("GridSample", "padding_mode"): ("zeros", "border", "reflection"),
}
"""Of every version of ONNX's operators together: https://onnx.ai/onnx/operators/."""

NONE = ("auto_pad", "nearest_mode", "reduction", "activation", "activations")
"""Attributes that runtimes take for not given where they are empty."""

TYPES = frozenset(onnx.TensorProto.DataType.values()) - {onnx.TensorProto.UNDEFINED}


def unknown_words(operations: Iterable[Operation]) -> Iterator[Refusal]:
    """Attributes whose word is none of those that the operator knows, and casts to a type that there is not."""
    for operation in operations:
        if operation.domain not in ("", MICROSOFT, BLOCKED):
            continue  # somebody's own operator, with words of its own
        for name, value in operation.attributes.items():
            known = WORDS.get((operation.kind, name))
            if known is None or (name == "nearest_mode" and operation.attributes.get("mode", "nearest") != "nearest"):
                continue
            for word in value if isinstance(value, tuple) else (value,):
                written = word.lower() if name == "activations" and isinstance(word, str) else word
                if isinstance(word, str) and (word or name not in NONE) and written not in known:
                    listed = f"{', '.join(known[:-1])} and {known[-1]}"
                    yield Refusal(f"its {name} is `{word[:40]}`, which is none of {listed}", operation)
        padded = operation.kind in CONVOLUTIONS and "pads" in operation.attributes
        if padded and (how := operation.attributes.get("auto_pad", "")) in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield Refusal(f"it has pads, and its auto_pad is {how}: they exclude each other", operation)
        if operation.kind == "Cast" and operation.domain == "":
            to = operation.attributes.get("to")
            if isinstance(to, int) and to not in TYPES:
                yield Refusal(f"it makes numbers of type {to} of what it reads, which there is not", operation)
