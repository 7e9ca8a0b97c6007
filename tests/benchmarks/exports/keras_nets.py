"""The same kinds of networks in Keras, which tf2onnx writes out for it, and the mistakes that Keras has as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import Input, Model, Sequential, layers

PICTURE = (32, 32, 3)


def _of(shape: tuple[int, ...], *parts: Any) -> Any:
    return Sequential([Input(shape), *parts])


def _built(shape: tuple[int, ...], make: Callable[[Any], Any]) -> Any:
    entry = Input(shape)
    return Model(entry, make(entry))


def _conv(filters: int, size: int = 3, **options: Any) -> Any:
    return layers.Conv2D(filters, size, **{"padding": "same", **options})


def _normed(filters: int, x: Any, **options: Any) -> Any:
    return layers.ReLU()(layers.BatchNormalization()(_conv(filters, use_bias=False, **options)(x)))


def _scores(x: Any, classes: int = 10) -> Any:
    return layers.Dense(classes)(layers.GlobalAveragePooling2D()(x))


def _pictures(make: Callable[[Any], Any]) -> Any:
    return _built(PICTURE, lambda x: _scores(make(x)))


def _residual(x: Any) -> Any:
    branch = layers.BatchNormalization()(_conv(16, use_bias=False)(_normed(16, x)))
    return layers.ReLU()(layers.Add()([x, branch]))


def _bottleneck(x: Any) -> Any:
    wide = _conv(24, 1, activation="relu6")(x)
    deep = layers.DepthwiseConv2D(3, padding="same", activation="relu6")(wide)
    return layers.Add()([x, _conv(8, 1)(deep)])


def _gate(x: Any) -> Any:
    squeezed = layers.GlobalAveragePooling2D(keepdims=True)(x)
    return layers.Multiply()([x, _conv(16, 1, activation="sigmoid")(_conv(4, 1, activation="relu")(squeezed))])


def _convnext(x: Any) -> Any:
    normal = layers.LayerNormalization(epsilon=1e-6)(layers.DepthwiseConv2D(7, padding="same")(x))
    return layers.Add()([x, layers.Dense(8)(layers.Dense(32, activation="silu")(normal))])


def _attention(x: Any) -> Any:
    x = layers.Add()([x, layers.MultiHeadAttention(2, 8)(x, x)])
    grown = layers.Dense(64, activation="silu")(layers.LayerNormalization()(x))
    return layers.Dense(5)(layers.GlobalAveragePooling1D()(layers.Add()([x, layers.Dense(16)(grown)])))


def _unet(x: Any) -> Any:
    wide = _conv(8, activation="relu")(x)
    deep = _conv(16, activation="relu")(layers.MaxPooling2D()(wide))
    up = layers.Conv2DTranspose(8, 2, strides=2, activation="relu")(deep)
    return _conv(2, 1)(_conv(8, activation="relu")(layers.Concatenate()([wide, up])))


GOOD: dict[str, Callable[[], Any]] = {
    "lenet": lambda: _of(
        PICTURE,
        *(layers.Conv2D(6, 5, activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(16, 5, activation="relu"), layers.MaxPooling2D(), layers.Flatten()),
        *(layers.Dense(120, activation="relu"), layers.Dense(84, activation="relu"), layers.Dense(10)),
    ),
    "vgg_norm": lambda: _pictures(lambda x: _normed(32, layers.MaxPooling2D()(_normed(16, x)))),
    "residual": lambda: _pictures(lambda x: _residual(_normed(16, x, strides=2))),
    "bottlenecks": lambda: _pictures(lambda x: _bottleneck(_conv(8, strides=2, activation="relu6")(x))),
    "excitation": lambda: _pictures(
        lambda x: _conv(16, activation="hard_silu")(_gate(_conv(16, activation="silu")(x)))
    ),
    "convnext": lambda: _pictures(lambda x: _convnext(layers.LayerNormalization()(layers.Conv2D(8, 4, strides=4)(x)))),
    "signal": lambda: _of(
        (40, 4),
        *(layers.Conv1D(8, 3, activation="relu"), layers.MaxPooling1D(), layers.Conv1D(8, 3, activation="relu")),
        *(layers.GlobalAveragePooling1D(), layers.Dense(2)),
    ),
    "volume": lambda: _of(
        (8, 8, 8, 1),
        *(layers.Conv3D(4, 3, activation="relu"), layers.MaxPooling3D(), layers.Flatten(), layers.Dense(2)),
    ),
    "dense": lambda: _of(
        (20,),
        *(
            layers.Dense(64, activation="elu"),
            layers.Dropout(0.2),
            layers.Dense(32, activation="tanh"),
            layers.Dense(3),
        ),
    ),
    "attention": lambda: _built((7, 16), _attention),
    "unet": lambda: _built(PICTURE, _unet),
    "words": lambda: _of((9,), layers.Embedding(50, 16), layers.LSTM(12), layers.Dense(3)),
    "separable": lambda: _pictures(
        lambda x: layers.SeparableConv2D(24, 3, activation="relu")(_conv(12, activation="relu")(x))
    ),
    "group_norm": lambda: _of(
        PICTURE,
        *(_conv(8), layers.GroupNormalization(2), layers.ReLU(), _conv(8), layers.UnitNormalization()),
        *(layers.LeakyReLU(0.1), layers.GlobalMaxPooling2D(), layers.Dense(4)),
    ),
    "slopes": lambda: _of(
        PICTURE,
        *(_conv(8), layers.PReLU(shared_axes=[1, 2]), _conv(8, dilation_rate=2, activation="elu")),
        *(layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(4, activation="softmax")),
    ),
    "recurrent": lambda: _of(
        (12, 5),
        *(
            layers.Bidirectional(layers.GRU(8, return_sequences=True)),
            layers.LSTM(6),
            layers.Dense(4, activation="softmax"),
        ),
    ),
    "enlarged": lambda: _of(
        PICTURE, _conv(16, activation="relu"), layers.UpSampling2D(), _conv(3, activation="sigmoid")
    ),
}


def _flat(*parts: Any) -> Any:
    return _of(PICTURE, layers.Flatten(), layers.Dense(64, activation="relu"), *parts)


BAD: dict[str, tuple[str, Callable[[], Any]]] = {
    "relu_scores": ("relu-before-softmax", lambda: _flat(layers.Dense(10, activation="relu"), layers.Softmax())),
    "linear_convolution": (
        "missing-conv-activation",
        lambda: _pictures(lambda x: _conv(16, activation="relu")(_conv(8)(x))),
    ),
    "linear_norm": (
        "missing-conv-activation",
        lambda: _pictures(lambda x: _conv(16, activation="relu")(layers.BatchNormalization()(_conv(8)(x)))),
    ),
    "linear_dense": (
        "missing-dense-activation",
        lambda: _of(
            PICTURE, *(layers.Flatten(), layers.Dense(64), layers.Dense(32, activation="relu"), layers.Dense(10))
        ),
    ),
    "one_score": ("softmax-single-unit", lambda: _flat(layers.Dense(1, activation="softmax"))),
    "softmax_twice": ("double-softmax", lambda: _flat(layers.Dense(10, activation="softmax"), layers.Softmax())),
    "softmax_of_samples": ("softmax-wrong-axis", lambda: _flat(layers.Dense(10), layers.Softmax(axis=0))),
    "softmax_of_rows": (
        "softmax-wrong-axis",
        lambda: _of(PICTURE, _conv(8, activation="relu"), _conv(5, 1), layers.Softmax(axis=1)),
    ),
    "shrinking": (
        "shrinking-filters",
        lambda: _pictures(
            lambda x: _conv(32, activation="relu")(layers.MaxPooling2D()(_conv(128, activation="relu")(x))),
        ),
    ),
    "hidden_softmax": (
        "softmax-hidden-activation",
        lambda: _of(PICTURE, layers.Flatten(), layers.Dense(64, activation="softmax"), layers.Dense(10)),
    ),
}
