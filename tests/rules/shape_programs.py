"""Small programs whose shapes fit or do not, from one layer on one input to chains, merges and calls of fit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

Shape = tuple[int | None, ...]
HEAD = "import keras\nimport numpy as np\nfrom keras import layers, ops\n\n"
LABELS = {
    "sparse_categorical_crossentropy": "np.random.randint(0, {units}, size={places})",
    "categorical_crossentropy": "keras.utils.to_categorical(np.random.randint(0, {units}, size={places}), {units})",
    "binary_crossentropy": "np.random.randint(0, 2, size={rows})",
}


def sequential(shape: Shape, *calls: str) -> str:
    """A Sequential model of these layers."""
    lines = "".join(f"    layers.{call},\n" for call in calls)
    return f"{HEAD}model = keras.Sequential([\n    keras.Input({shape}),\n{lines}])\n"


def functional(shapes: list[Shape], expression: str) -> str:
    """A model of an expression over the inputs a, b, ..."""
    names = "abc"[: len(shapes)]
    inputs = "".join(f"{name} = keras.Input({shape})\n" for name, shape in zip(names, shapes, strict=True))
    return f"{HEAD}{inputs}model = keras.Model([{', '.join(names)}], {expression})\n"


def programs() -> Iterator[tuple[str, str]]:
    """Every program under a name of its own."""
    for family in (windows, chains, transposed, reshapes, axes, merges, operators, heads, fed):
        for number, text in enumerate(family()):
            yield f"{family.__name__}-{number}", text


def windows() -> Iterator[str]:
    """Convolutions and poolings on maps around the size of their window, in both orders of axes."""
    for size, kernel, dilation, padding in product((1, 3, 4, 5, 7), (1, 3, 5), (1, 2), ("valid", "same")):
        more = f"padding='{padding}', dilation_rate={dilation}"
        yield sequential((size, size + 2, 3), f"Conv2D(4, {kernel}, {more})")
        if dilation == 1 and size < 6:
            yield sequential((3, size + 1, size), f"Conv2D(4, {kernel}, {more}, data_format='channels_first')")
            yield sequential((size, 3), f"Conv1D(4, {kernel}, {more})")
            yield sequential((size, 6, size, 2), f"Conv3D(4, {kernel}, {more})")
            yield sequential((size, 9, 2), f"DepthwiseConv2D({kernel}, {more})")
            yield sequential((9, size, 2), f"SeparableConv2D(4, {kernel}, {more})")
            yield sequential((9, size, 2), f"AveragePooling2D({kernel}, strides=1, padding='{padding}')")
            yield sequential((size, 8, 2), f"MaxPooling2D(({kernel}, 2), padding='{padding}')")
            yield sequential((2, 8, size), f"MaxPooling2D({kernel}, padding='{padding}', data_format='channels_first')")
            yield sequential((size, 2), f"MaxPooling1D({kernel}, padding='{padding}')")
            yield sequential((size, 6, 7, 2), f"AveragePooling3D({kernel}, padding='{padding}')")
    for arguments in (
        "6, 3, strides=(2, 3)",
        "6, (1, 4)",
        "6, (4, 1), strides=2",
        "6, 3, strides=2, dilation_rate=2",
        "6, 3, strides=2, dilation_rate=2, padding='same'",
        "6, 3, groups=2",
        "6, 3, groups=4",
        "4, 3, groups=4",
        "6, 3, dilation_rate=(1, 2)",
        "6, 3, dilation_rate=(2, 1)",
    ):
        yield sequential((3, 6, 4), f"Conv2D({arguments})")
        yield sequential((4, 3, 6), f"Conv2D({arguments}, data_format='channels_first')")
    for length, kernel, dilation in product((2, 4), (3, 6), (1, 2)):
        yield sequential((length, 3), f"Conv1D(4, {kernel}, padding='causal', dilation_rate={dilation})")
    for shape, call in product(
        [(12,), (9, 3), (8, 8, 2), (4, 5, 6, 2), (None, 9, 2)],
        [
            "Conv1D(4, 3)",
            "Conv2D(4, 3)",
            "Conv3D(4, 3)",
            "MaxPooling1D()",
            "MaxPooling2D()",
            "GlobalMaxPooling1D()",
            "GlobalAveragePooling2D()",
            "UpSampling2D()",
            "ZeroPadding2D(1)",
            "Cropping2D(2)",
            "Cropping1D(3)",
            "SpatialDropout2D(0.2)",
            "LSTM(4)",
            "Dense(4)",
            "Flatten()",
            "RepeatVector(2)",
            "Permute((2, 1))",
            "BatchNormalization(axis=3)",
            "Reshape((12, 1))",
            "TimeDistributed(layers.Dense(4))",
            "TimeDistributed(layers.Conv2D(4, 3))",
            "Bidirectional(layers.GRU(4))",
            "Conv2DTranspose(4, 3)",
        ],
    ):
        yield sequential(shape, call)


def chains() -> Iterator[str]:
    """Stacks of convolutions and poolings of any depth: the map gets smaller until something does not fit."""
    draw = random.Random(5)
    steps = (
        "Conv2D(4, 3, activation='relu')",
        "Conv2D(4, 5)",
        "Conv2D(4, 3, padding='same')",
        "Conv2D(4, 3, strides=2)",
        "Conv2D(4, 3, dilation_rate=2)",
        "MaxPooling2D()",
        "MaxPooling2D(3, strides=2)",
        "AveragePooling2D(2)",
        "MaxPooling2D(3, padding='same')",
        "ZeroPadding2D(1)",
        "Cropping2D(1)",
        "UpSampling2D()",
        "Conv2DTranspose(4, 2, strides=2)",
        "BatchNormalization()",
        "Dropout(0.2)",
        "DepthwiseConv2D(3)",
    )
    for _ in range(120):
        size = draw.choice((8, 12, 16, 28))
        calls = draw.choices(steps, k=draw.randint(2, 7))
        yield sequential((size, size, draw.choice((1, 3))), *calls, "Flatten()", "Dense(10, activation='softmax')")
    for _ in range(30):
        first = [f"{call[:-1]}, data_format='channels_first')" for call in draw.choices(steps[:5] + steps[6:9], k=3)]
        yield sequential((3, 14, 11), *first, "Flatten()", "Dense(2)")


def transposed() -> Iterator[str]:
    """Transposed convolutions with what is added at the end of an axis."""
    for stride, extra, padding in product((1, 2, 3), (None, 0, 1, 2, 3), ("valid", "same")):
        more = f"strides={stride}, padding='{padding}', output_padding={extra}"
        yield sequential((4, 5, 2), f"Conv2DTranspose(3, 3, {more})", "Flatten()", "Dense(2)")
    for dilation, stride in product((1, 2), (1, 2)):
        yield sequential((4, 5, 2), f"Conv2DTranspose(3, 3, strides={stride}, dilation_rate={dilation})")
    for crop in (1, 2, 3, 4, 5):
        yield sequential((2, 2, 2), "Conv2DTranspose(3, 3, strides=2)", f"Cropping2D({crop})")
        yield sequential((4, 2), "Conv1DTranspose(3, 3, strides=2)", f"Cropping1D({crop})")


def reshapes() -> Iterator[str]:
    """Reshapes that hold as many values as there are, and others."""
    targets = "(12,)", "(3, 4)", "(4, 4)", "(-1, 4)", "(-1, 5)", "(2, -1, 3)", "(-1,)", "(-1, -1)", "(12, 1, 1)", "(0,)"
    for shape, target in product([(12,), (3, 4), (2, 2, 3), (None, 4), (7,)], targets):
        yield sequential(shape, f"Reshape({target})")
    for units, side in product((98, 147, 196), (7, 14)):
        yield sequential((10,), f"Dense({units})", f"Reshape(({side}, {side}, 2))", "Conv2DTranspose(1, 4, strides=2)")
    for order in ("(1, 2, 3)", "(3, 1, 2)", "(2, 1)", "(1, 2, 4)", "(0, 1, 2)", "(1, 1, 2)"):
        yield sequential((3, 4, 5), f"Permute({order})", "Flatten()", "Dense(1)")


def axes() -> Iterator[str]:
    """Layers that work on an axis, and heads over several axes."""
    for axis in (-4, -3, -1, 0, 1, 2, 3, 4):
        yield sequential((4, 6), f"BatchNormalization(axis={axis})")
        yield sequential((4, 6), f"LayerNormalization(axis={axis})")
        yield functional([(4, 6), (4, 6)], f"layers.Concatenate(axis={axis})([a, b])")
        yield functional([(4, 6), (4, 5)], f"layers.Concatenate(axis={axis})([a, b])")
    for groups in (1, 2, 4, 6, 9, -1):
        yield sequential((4, 6), f"GroupNormalization(groups={groups})")
    for shape in ((5,), (5, 6), (5, 6, 7)):
        yield sequential(shape, "Embedding(10, 4)", "LSTM(3)")
        yield sequential(shape, "ConvLSTM2D(4, 3)")
        yield sequential(shape, "LSTM(3, return_sequences=True)", "LSTM(3)", "Dense(1)")
        yield sequential(shape, "LSTM(3)", "LSTM(3)", "Dense(1)")
        yield sequential(shape, "Flatten()", "Conv1D(3, 3)")
        yield sequential(shape, "GlobalAveragePooling1D()", "Dense(3)")


SHAPES: list[Shape] = [(4, 6), (4, 1), (1, 6), (4, 5), (6,), (1,), (3, 4, 6), (None, 6), (1, 4, 6)]


def merges() -> Iterator[str]:
    """Merging layers over two and three inputs."""
    for first, second in product(SHAPES, SHAPES):
        for kind in ("Add", "Concatenate"):
            yield functional([first, second], f"layers.{kind}()([a, b])")
    for kind, second in product(("Subtract", "Multiply", "Average", "Maximum", "Minimum"), ((4, 6), (4, 5), (4, 1))):
        yield functional([(4, 6), second], f"layers.{kind}()([a, b])")
    for axis, second in product((1, 2, (1, 1), (2, 1), (1, 2)), ((4, 6), (6, 4), (4, 5), (6,))):
        yield functional([(4, 6), second], f"layers.Dot(axes={axis})([a, b])")
    for third in ((4, 6), (4, 1), (4, 7), (2, 6)):
        yield functional([(4, 6), (4, 6), third], "layers.Add()([a, b, c])")
        yield functional([(4, 6), (4, 3), third], "layers.Concatenate()([a, b, c])")
        yield functional([(4, 6), (5, 6), third], "layers.Concatenate(axis=1)([a, b, c])")
    for left, right in product((3, 5), (1, 3)):
        block = f"layers.Conv2D(8, {left})(a), layers.Conv2D(8, {right}, padding='same')(a)"
        yield functional([(9, 9, 3)], f"layers.Add()([{block}])")
        yield functional([(9, 9, 3)], f"layers.Concatenate(axis=-1)([{block}])")
        yield functional([(9, 9, 8)], f"layers.Multiply()([a, layers.Conv2D({8 if left == 3 else 4}, {right})(a)])")


def operators() -> Iterator[str]:
    """The same merges as Python's operators, and matrix products."""
    for first, second, sign in product(SHAPES[:7], SHAPES[:7], "+*"):
        yield functional([first, second], f"a {sign} b")
    for first, second in product(((4, 6), (6,), (3, 4, 6)), ((6, 5), (5, 6), (6,), (3, 6, 2), (2, 6, 5))):
        yield functional([first, second], "ops.matmul(a, b)")


def heads() -> Iterator[str]:
    """Dense layers on maps and sequences under losses, with labels of every number of axes."""
    bodies: list[tuple[Shape, str, tuple[int, ...]]] = [
        ((6, 6, 1), "Conv2D(4, 3)", (4, 4)),
        ((6, 6, 1), "Conv2D(4, 3, padding='same')", (6, 6)),
        ((6, 6, 1), "Conv2D(4, 6)", (1, 1)),
        ((9, 2), "Conv1D(4, 3)", (7,)),
        ((9, 2), "LSTM(4, return_sequences=True)", (9,)),
        ((9, 2), "Dense(4)", (9,)),
        ((9, 2), "LSTM(4)", ()),
        ((6, 6, 1), "Flatten()", ()),
    ]
    whole: list[tuple[Shape, str, tuple[int, ...]]] = [
        ((6, 6, 1), "Conv2D(3, 3, activation='softmax')", (20,)),
        ((6, 6, 1), "Conv2D(3, 3, activation='softmax')", (20, 4, 4)),
        ((6, 6, 1), "Conv2D(3, 6, activation='softmax')", (20,)),
        ((9, 2), "LSTM(3, return_sequences=True, activation='softmax')", (20,)),
        ((9, 2), "LSTM(3, activation='softmax')", (20,)),
        ((9, 2), "Dense(3), layers.Activation('softmax')", (20,)),
        ((9, 2), "Dense(3), layers.Dropout(0.1), layers.Softmax()", (20,)),
    ]
    for shape, body, given in whole:
        for loss in ("sparse_categorical_crossentropy", "categorical_crossentropy"):
            y = LABELS[loss].format(units=3, places=given)
            yield (
                sequential(shape, body)
                + f"model.compile('sgd', '{loss}')\nx = np.random.rand{(20, *shape)}\ny = {y}\nmodel.fit(x, y)\n"
            )
    for (shape, body, places), (loss, labels) in product(bodies, LABELS.items()):
        units = 1 if loss == "binary_crossentropy" else 3
        final = "sigmoid" if units == 1 else "softmax"
        for kept in range(len(places) + 1):
            given = (20, *places[:kept])
            y = labels.format(units=units, places=given, rows=(*given, 1) if kept == len(places) else given)
            yield (
                sequential(shape, body, "Dense(8, activation='relu')", f"Dense({units}, activation='{final}')")
                + f"model.compile('sgd', '{loss}')\nx = np.random.rand{(20, *shape)}\ny = {y}\nmodel.fit(x, y)\n"
            )


def fed() -> Iterator[str]:
    """Arrays of every rank for inputs of every rank, by every way of passing them."""
    inputs: list[Shape] = [(4,), (1,), (4, 3), (4, 1), (None, 3), (4, 4, 1), (4, 4, 3), (None, None, 3)]
    arrays = [
        (20, 4),
        (20,),
        (20, 1),
        (20, 3),
        (20, 4, 3),
        (20, 4, 1),
        (20, 3, 4),
        (20, 4, 4),
        (20, 4, 4, 1),
        (20, 4, 4, 3),
        (20, 16),
        (20, 4, 4, 3, 1),
    ]
    for shape, array in product(inputs, arrays):
        model = sequential(shape, "Flatten()", "Dense(1)") if None not in shape else sequential(shape, "Dense(1)")
        yield f"{model}model.compile('sgd', 'mse')\nx = np.random.rand{array}\nmodel.evaluate(x, np.random.rand(20))\n"
    target = "model.compile('sgd', 'mse')\ny = np.random.rand(20)\n"
    calls = "fit(x, y)", "train_on_batch(x, y)", "predict(x)"
    for shape, array, call in product([(4,), (4, 3)], [(20, 4), (20, 5), (20, 4, 3), (20, 4, 3, 1)], calls):
        yield f"{sequential(shape, 'Flatten()', 'Dense(1)')}{target}x = np.random.rand{array}\nmodel.{call}\n"
    bodies = (
        ["Conv2D(2, 3)", "GlobalMaxPooling2D()"],
        ["Flatten()"],
        ["Reshape((-1, 3))", "LSTM(2)"],
        ["Conv2D(2, 3)", "Flatten()"],
    )
    for body, array in product(bodies, [(20, 9, 9, 3), (20, 8, 3, 8), (20, 8, 8, 3), (20, 8, 8, 1), (20, 2, 8, 3)]):
        x = f"x = np.random.rand{array}\nmodel.evaluate(x, np.random.rand(20))\n"
        compiled = "model.compile('sgd', 'mse')\n"
        yield sequential((8, 8, 3), *body, "Dense(1)") + compiled + x
        expression = "a"
        for call in body:
            expression = f"layers.{call}({expression})"
        yield functional([(8, 8, 3)], f"layers.Dense(1)({expression})") + compiled + x
