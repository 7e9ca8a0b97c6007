"""Export the models of `fixtures/onnx/` with current Keras, and make the files small.

    python scripts/export_onnx_fixtures.py

needs tensorflow and tf2onnx (which Keras uses to export, and which names some constants differently every time; it is
no dependency of cnnlint). Keras exports a model
that has been called once. The graphs are the exporter's own, operator for operator; only weights of more than
`KEPT` elements are replaced by ConstantOfShape operators of the same shape, as the models that the onnx package
carries do it: the files shrink from 30 MB to a few kB and still run. Biases are set to small values before the
export, as training would, except in case 3: biases of zero vanish from an export, and both forms are wanted.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
import onnx
from keras import layers

FOLDER = Path(__file__).parent.parent / "fixtures" / "onnx"
KEPT = 64
"""Weights of up to so many elements stay in the file: biases, scales, shapes."""


def overconfident(pool: int, initializer: str, dropout: Callable[[float], Any]) -> keras.Model:
    """Case 1 in Keras layers: selu throughout, and a pooling window of `pool` at stride 2."""
    options = {"activation": "selu", "kernel_initializer": initializer}
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(6, 3, padding="same", name="conv1", **options)(inputs)
    x = layers.Conv2D(12, 3, padding="same", name="conv2", **options)(x)
    x = layers.MaxPooling2D(pool, strides=2, padding="same", name="pool3")(x)
    x = layers.Conv2D(12, 3, padding="same", name="conv4", **options)(x)
    x = layers.Flatten(name="flatten")(x)
    units = x.shape[1] // 2
    x = dropout(0.25)(x)
    x = layers.Dense(units, name="dense6", **options)(x)
    x = dropout(0.25)(x)
    return keras.Model(inputs, layers.Dense(10, name="logits")(x))


def overfit(first: int, second: int, kernel: int, initializer: str, rate: float) -> keras.Model:
    """Case 2: two convolutions of `first` and `second` filters, the second one `kernel` wide."""
    options = {"activation": "relu", "kernel_initializer": initializer}
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(first, 3, name="conv1", **options),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(second, kernel, name="conv2", **options),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(1024, name="hidden", **options),
            layers.Dropout(rate),
            layers.Dense(10, activation="softmax", name="scores"),
        ]
    )


def coloured(convolution: str | None, scores: str | None) -> keras.Model:
    """Case 3: the activations of the convolutions and of the last dense layer."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 3)),
            layers.Conv2D(64, 3, padding="same", activation=convolution, name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(64, 3, padding="same", activation=convolution, name="conv2"),
            layers.MaxPooling2D(2, padding="same", name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation=scores, name="scores"),
            layers.Softmax(name="softmax"),
        ]
    )


def branches() -> keras.Model:
    """What the exporter makes of merges, a squeeze-and-excitation block, folded and unfolded batch normalisation."""
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(inputs)
    x = layers.BatchNormalization(name="norm1")(x)
    x = layers.ReLU(6, name="relu6")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x)
    x = layers.BatchNormalization(name="norm2")(x)
    y = layers.SeparableConv2D(8, 3, padding="same", activation="swish", name="separable")(x)
    x = layers.Concatenate(name="joined")([layers.Add(name="sum")([x, y]), y])
    z = layers.GlobalAveragePooling2D(name="squeeze")(x)
    z = layers.Reshape((1, 1, 16), name="reshape")(layers.Dense(16, activation="sigmoid", name="excite")(z))
    x = layers.Multiply(name="scaled")([layers.Conv2D(16, 1, name="pointwise")(x), z])
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="leaky_relu", name="upwards")(x)
    x = layers.ZeroPadding2D(1, name="padded")(x)
    x = layers.AveragePooling2D(2, name="average")(x)
    x = layers.GlobalMaxPooling2D(name="maxima")(x)
    x = layers.Dense(5, activation="hard_sigmoid", name="hard")(x)
    return keras.Model(inputs, layers.Dense(3, activation="log_softmax", name="scores")(x))


def sequence() -> keras.Model:
    """A one-dimensional network, which is exported as a two-dimensional one between Unsqueeze and Squeeze."""
    return keras.Sequential(
        [
            keras.Input((20, 6)),
            layers.Conv1D(4, 3, activation="relu", name="conv"),
            layers.MaxPooling1D(2, name="pool"),
            layers.LSTM(6, name="lstm"),
            layers.Dense(1, activation="sigmoid", name="score"),
        ]
    )


def volume() -> keras.Model:
    """A three-dimensional network with one input channel, whose layout is turned by a Reshape."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 8, 1)),
            layers.Conv3D(4, 3, padding="same", activation="relu", name="conv"),
            layers.MaxPooling3D(2, name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(3, name="scores"),
        ]
    )


MODELS: dict[str, Callable[[], keras.Model]] = {
    "1_mnist_overconfident_as_asked": lambda: overconfident(8, "glorot_uniform", layers.Dropout),
    "1_mnist_overconfident_as_answered": lambda: overconfident(2, "lecun_normal", layers.AlphaDropout),
    "2_cifar10_overfit_as_asked": lambda: overfit(256, 128, 2, "glorot_uniform", 0.5),
    "2_cifar10_overfit_as_answered": lambda: overfit(64, 256, 3, "he_normal", 0.4),
    "3_coloured_mnist_as_asked": lambda: coloured(None, "relu"),
    "3_coloured_mnist_as_answered": lambda: coloured("relu", None),
    "forms_branches": branches,
    "forms_sequence": sequence,
    "forms_volume": volume,
}


def exported(model: keras.Model, *, biases: bool) -> Any:
    """The model as Keras exports it."""
    if biases:
        generator = numpy.random.default_rng(0)
        for weight in model.weights:
            if weight.path.rsplit("/", 1)[-1] in ("bias", "beta"):
                weight.assign(generator.normal(0.0, 0.05, weight.shape))
    model(numpy.zeros((1, *model.inputs[0].shape[1:]), "float32"))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        model.export(path, format="onnx", verbose=False)
        return onnx.load(path)


def shrink(model: Any) -> None:
    """Replace weights of more than KEPT elements by ConstantOfShape operators, in place."""
    graph = model.graph
    large = [tensor for tensor in graph.initializer if numpy.prod(tensor.dims) > KEPT]
    for tensor in large:
        graph.initializer.remove(tensor)
        sizes = onnx.helper.make_tensor(f"{tensor.name}/shape", onnx.TensorProto.INT64, [len(tensor.dims)], tensor.dims)
        graph.initializer.append(sizes)
        zero = onnx.helper.make_tensor("zero", tensor.data_type, [1], [0.0])
        graph.node.insert(
            0, onnx.helper.make_node("ConstantOfShape", [sizes.name], [tensor.name], name=tensor.name, value=zero)
        )
    onnx.checker.check_model(model, full_check=True)


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, build in MODELS.items():
        keras.utils.clear_session(free_memory=False)
        model = exported(build(), biases=not name.startswith("3_"))
        shrink(model)
        path = FOLDER / f"{name}.onnx"
        path.write_bytes(model.SerializeToString(deterministic=True))
        print(f"{path.name}: {path.stat().st_size:,} bytes, {len(model.graph.node)} operators")


if __name__ == "__main__":
    main()
