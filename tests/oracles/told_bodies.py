# ruff: noqa: E501
"""What the programs build whose settings come from outside: bodies that choose, count and leave out, and their heads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .layer_steps import Draw


class Asked(Protocol):
    """Where settings come from."""

    way: str

    @property
    def lists(self) -> bool: ...

    def ask(self, name: str, *options: Any) -> str: ...


@dataclass
class Body:
    """The inside of a function that builds `model` of `input_shape` and `n_classes`, and what stands before it."""

    lines: list[str]
    before: list[str] = field(default_factory=list)
    kind: str = "image"
    #: sizes of a sample that it takes
    shapes: tuple[tuple[int, ...], ...] = ((16, 16, 3), (32, 32, 1), (24, 24, 3))
    #: "many" where its head is the same for two classes
    classes: str = "chosen"


def head(draw: Draw, of: str = "x", out: str = "outputs") -> tuple[list[str], str]:
    """The last layer, as its classes choose; and which loss it is for."""
    way = draw.choice(("if", "ternary", "lines", "many", "names"))
    if way == "many":
        return [f'{out} = layers.Dense(n_classes, activation="softmax")({of})'], "many"
    if way == "if":
        return [
            "if n_classes > 2:",
            f'    {out} = layers.Dense(n_classes, activation="softmax")({of})',
            "else:",
            f'    {out} = layers.Dense(1, activation="sigmoid")({of})',
        ], "chosen"
    if way == "ternary":
        units = "n_classes if n_classes > 2 else 1"
        return [f'{out} = layers.Dense({units}, activation="softmax" if n_classes > 2 else "sigmoid")({of})'], "chosen"
    if way == "lines":
        return [
            "units = 1 if n_classes == 2 else n_classes",
            'activation = "sigmoid" if n_classes == 2 else "softmax"',
            f"{out} = layers.Dense(units, activation=activation)({of})",
        ], "chosen"
    return [
        "if n_classes == 2:",
        '    units, activation = 1, "sigmoid"',
        "else:",
        '    units, activation = n_classes, "softmax"',
        f"{out} = layers.Dense(units, activation=activation)({of})",
    ], "chosen"


def pooled(draw: Draw, ask: Asked, rank: int = 2) -> list[str]:
    """From maps to features, as the settings have it."""
    way = draw.choice(("elif", "table", "getattr", "plain", "none", "flags", "any", "named", "among", "rows"))
    if way in ("flags", "any", "named", "among", "rows"):
        return together(draw, ask, way, rank)
    if way == "elif":
        chosen = ask.ask("pooling", "avg", "max", "flatten")
        return [
            f'if {chosen} == "avg":',
            f"    x = layers.GlobalAveragePooling{rank}D()(x)",
            f'elif {chosen} == "max":',
            f"    x = layers.GlobalMaxPooling{rank}D()(x)",
            "else:",
            "    x = layers.Flatten()(x)",
        ]
    if way == "table":
        chosen = ask.ask("pooling", "avg", "max")
        return [
            f'pools = {{"avg": layers.GlobalAveragePooling{rank}D, "max": layers.GlobalMaxPooling{rank}D}}',
            f"x = pools[{chosen}]()(x)",
        ]
    if way == "getattr":
        chosen = ask.ask("pool_kind", "Average", "Max")
        return [f'x = getattr(layers, "Global" + {chosen} + "Pooling{rank}D")()(x)']
    if way == "none":
        chosen = ask.ask("global_pool", True, False)
        return [f"x = layers.GlobalAveragePooling{rank}D()(x) if {chosen} else layers.Flatten()(x)"]
    return [draw.choice(("x = layers.Flatten()(x)", f"x = layers.GlobalAveragePooling{rank}D()(x)"))]


def together(draw: Draw, ask: Asked, way: str, rank: int) -> list[str]:
    """Conditions that exclude each other, asked one after the other."""
    flat, peaks, mean = "Flatten()", f"GlobalMaxPooling{rank}D()", f"GlobalAveragePooling{rank}D()"
    if way in ("flags", "any"):
        one, other = ask.ask("flatten", False, True), ask.ask("peaks", False, True)
        neither = f"not ({one} or {other})" if draw.flip() else f"not {one} and not {other}"
        neither = f"not any([{one}, {other}])" if way == "any" else neither
        asked = [("if", one, flat), ("elif", other, peaks), ("if", neither, mean)]
    elif way == "named":
        chosen = ask.ask("pooling", "flat", "peaks", "mean")
        before = [
            f'is_flat, has_peaks = {chosen} == "flat", {chosen} == "peaks"',
            "is_mean = not is_flat and not has_peaks",
        ]
        asked = [("if", "is_flat", flat), ("if", "has_peaks", peaks), ("if", "is_mean", mean)]
        return [
            *before,
            *(line for word, test, made in asked for line in (f"{word} {test}:", f"    x = layers.{made}(x)")),
        ]
    elif way == "among":
        chosen = ask.ask("pooling", "flat", "peaks", "mean")
        asked = [
            ("if", f'{chosen} == "flat"', flat),
            ("if", f'{chosen} in ("peaks", "max")', peaks),
            ("if", f'{chosen} not in ("flat", "peaks", "max")', mean),
        ]
    else:
        chosen = ask.ask("pooling", "flat", "mean")
        before = ['flattened = {"flat": True, "mean": False}', 'averaged = {"flat": False, "mean": True}']
        return [
            *before,
            f"if flattened[{chosen}]:",
            f"    x = layers.{flat}(x)",
            f"if averaged[{chosen}]:",
            f"    x = layers.{mean}(x)",
        ]
    return [line for word, test, made in asked for line in (f"{word} {test}:", f"    x = layers.{made}(x)")]


def dense(draw: Draw, ask: Asked) -> list[str]:
    """Hidden layers and dropout, where the settings want them."""
    lines: list[str] = []
    way = draw.choice(("one", "list", "count", "none"))
    if way == "list" and ask.lists:
        chosen = ask.ask("hidden", [32, 16], [8], [16, 16, 8])
        lines += [f"for units in {chosen}:", '    x = layers.Dense(units, activation="relu")(x)']
    elif way == "count":
        chosen, units = ask.ask("n_hidden", 1, 2, 3), ask.ask("units", 16, 32)
        index = draw.choice(("_", "i"))
        lines += [f"for {index} in range({chosen}):", f'    x = layers.Dense({units}, activation="relu")(x)']
    elif way != "none":
        lines.append(f'x = layers.Dense({ask.ask("units", 16, 32)}, activation="relu")(x)')
    if draw.flip(0.6):
        rate = ask.ask("dropout", 0.3, 0.0, 0.5)
        lines += (
            [f"if {rate} > 0:", f"    x = layers.Dropout({rate})(x)"]
            if draw.flip()
            else [f"x = layers.Dropout({rate})(x)"]
        )
    return lines


def normed(draw: Draw, ask: Asked, of: str = "x") -> list[str]:
    """A normalisation that may be left out."""
    way = draw.choice(("flag", "elif", "none", "plain"))
    if way == "flag":
        return [f"if {ask.ask('batch_norm', False, True)}:", f"    {of} = layers.BatchNormalization()({of})"]
    if way == "elif":
        chosen = ask.ask("norm", "batch", "layer", "none")
        return [
            f'if {chosen} == "batch":',
            f"    {of} = layers.BatchNormalization()({of})",
            f'elif {chosen} == "layer":',
            f"    {of} = layers.LayerNormalization()({of})",
        ]
    return [f"{of} = layers.BatchNormalization()({of})"] if way == "plain" else []


def indented(lines: list[str], by: int = 1) -> list[str]:
    return ["    " * by + line for line in lines]


def cnn(draw: Draw, ask: Asked) -> Body:
    """Blocks of a convolution and a pool, as many as are wanted."""
    filters, kernel = ask.ask("filters", 8, 16, 4), ask.ask("kernel_size", 3, 5)
    way = draw.choice(("count", "list", "while", "zip"))
    activation = draw.choice(('"relu"', ask.ask("activation", "relu", "elu", "tanh")))
    inner = [
        f'x = layers.Conv2D(f, {kernel}, padding="same")(x)',
        *normed(draw, ask),
        f"x = layers.Activation({activation})(x)",
    ]
    if draw.flip():
        inner = [f'x = layers.Conv2D(f, {kernel}, padding="same", activation={activation})(x)', *normed(draw, ask)]
    pool = draw.choice(("plain", "choice", "last"))
    if pool == "plain":
        inner.append("x = layers.MaxPooling2D()(x)")
    elif pool == "choice":
        chosen = ask.ask("pool", "max", "avg")
        inner += [
            f'if {chosen} == "max":',
            "    x = layers.MaxPooling2D(2)(x)",
            "else:",
            "    x = layers.AveragePooling2D(2)(x)",
        ]
    if way == "list" and ask.lists:
        loop = [f"for f in {ask.ask('widths', [8, 16], [4, 8, 8], [8])}:"]
    elif way == "while":
        loop = [f"f = {filters}", f"while f <= {ask.ask('widest', 16, 32)}:"]
        inner.append("f *= 2")
    elif way == "zip":
        loop = [f"for i, f in enumerate([{filters}] * {ask.ask('n_blocks', 2, 1, 3)}):"]
        if pool == "last":
            inner += [f"if i < {ask.ask('n_blocks', 2, 1, 3)} - 1:", "    x = layers.MaxPooling2D()(x)"]
    else:
        loop = [f"for i in range({ask.ask('n_blocks', 2, 1, 3)}):", f"    f = {filters} * 2 ** i"]
    last, classes = head(draw)
    lines = [
        "inputs = keras.Input(shape=input_shape)",
        "x = inputs",
        *loop,
        *indented(inner),
        *pooled(draw, ask),
        *dense(draw, ask),
        *last,
    ]
    return Body([*lines, "model = keras.Model(inputs, outputs)"], classes=classes)


def stacked(draw: Draw, ask: Asked) -> Body:
    """A Sequential that grows by what is wanted."""
    filters = ask.ask("filters", 8, 16)
    lines = [
        f"model = keras.{draw.choice(('Sequential', 'models.Sequential'))}()",
        "model.add(keras.Input(shape=input_shape))",
    ]
    if draw.flip(0.4):
        lines += [f"if {ask.ask('augment', False, True)}:", '    model.add(layers.RandomFlip("horizontal"))']
    if draw.flip(0.4):
        lines.append("model.add(layers.Rescaling(1.0 / 255))")
    strided = draw.flip(0.3)
    more = f", strides={ask.ask('stride', 1, 2)}" if strided else ""
    inner = [f'model.add(layers.Conv2D({filters} * (i + 1), 3, padding="same", activation="relu"{more}))']
    if draw.flip():
        inner += [f"if {ask.ask('batch_norm', False, True)}:", "    model.add(layers.BatchNormalization())"]
    if draw.flip(0.7):
        inner.append("model.add(layers.MaxPooling2D(2))")
    lines += [f"for i in range({ask.ask('n_layers', 2, 1, 3)}):", *indented(inner)]
    if draw.flip():
        lines += [
            f'if {ask.ask("pooling", "avg", "none")} == "avg":',
            "    model.add(layers.GlobalAveragePooling2D())",
            "else:",
            "    model.add(layers.Flatten())",
        ]
    else:
        lines.append("model.add(layers.Flatten())")
    lines += [f'model.add(layers.Dense({ask.ask("units", 16, 8)}, activation="relu"))']
    if draw.flip():
        rate = ask.ask("dropout", 0.25, 0.0)
        lines += [f"if {rate}:", f"    model.add(layers.Dropout({rate}))"]
    if draw.flip():
        lines += [
            "if n_classes == 2:",
            '    model.add(layers.Dense(1, activation="sigmoid"))',
            "else:",
            '    model.add(layers.Dense(n_classes, activation="softmax"))',
        ]
        return Body(lines)
    return Body([*lines, 'model.add(layers.Dense(n_classes, activation="softmax"))'], classes="many")


def residual(draw: Draw, ask: Asked) -> Body:
    """Residual blocks that project where channels or sizes differ."""
    asked = draw.choice(
        ("shortcut.shape[-1] != filters", "stride != 1 or shortcut.shape[-1] != filters", "int(x.shape[-1]) != filters")
    )
    stride = "stride" in asked or draw.flip()
    given = ", stride=1" if stride else ""
    moved = ", strides=stride" if stride else ""
    before = [f"def residual_block(x, filters{given}, use_bn=True):", "    shortcut = x",
              f'    y = layers.Conv2D(filters, 3{moved}, padding="same")(x)', "    if use_bn:", "        y = layers.BatchNormalization()(y)",
              "    y = layers.ReLU()(y)", '    y = layers.Conv2D(filters, 3, padding="same")(y)']  # fmt: skip
    if draw.flip(0.4):
        before += ["    if use_bn:", "        y = layers.BatchNormalization()(y)"]
    condition = "x.shape != y.shape" if draw.flip(0.3) or (stride and "stride" not in asked) else asked
    before += [f"    if {condition}:", f'        shortcut = layers.Conv2D(filters, 1{moved}, padding="same")(shortcut)',
               "    y = layers.add([shortcut, y])" if draw.flip(0.3) else "    y = layers.Add()([shortcut, y])", "    return layers.ReLU()(y)", ""]  # fmt: skip
    bn = ask.ask("use_bn", True, False)
    lines = [
        "inputs = keras.Input(shape=input_shape)",
        f'x = layers.Conv2D({ask.ask("stem", 8, 16)}, 3, padding="same", activation="relu")(inputs)',
    ]
    if ask.lists and draw.flip():
        loop = [f"for stage, width in enumerate({ask.ask('widths', [8, 16], [8], [4, 8, 8])}):"]
    else:
        loop = [f"for stage in range({ask.ask('stages', 2, 1, 3)}):", "    width = 8 * 2 ** stage"]
    used = ", stride=1 if stage == 0 else 2" if stride else ""
    inner = [f"x = residual_block(x, width{used}, use_bn={bn})"]
    if draw.flip(0.4):
        inner = [*inner, f"for _ in range({ask.ask('depth', 1, 2)}):", f"    x = residual_block(x, width, use_bn={bn})"]
    last, classes = head(draw)
    lines += [*loop, *indented(inner), *pooled(draw, ask), *last, "model = keras.Model(inputs=inputs, outputs=outputs)"]
    return Body(lines, before, classes=classes)


def subclassed(draw: Draw, ask: Asked) -> Body:
    """A class with parts that may not be there."""
    base = draw.choice(("keras.Model", "keras.models.Model"))
    before = [
        f"class Net({base}):",
        "    def __init__(self, n_classes, width=8, blocks=2, use_bn=False, rate=0.0, pool=None):",
        "        super().__init__()",
    ]
    before += [
        "        self.use_bn = use_bn",
        '        self.convs = [layers.Conv2D(width * 2 ** i, 3, padding="same", activation="relu") for i in range(blocks)]',
    ]
    optional = draw.choice(("none", "flag", "list"))
    if optional == "none":
        before.append("        self.bn = layers.BatchNormalization() if use_bn else None")
    elif optional == "list":
        before.append("        self.norms = [layers.BatchNormalization() for _ in range(blocks)] if use_bn else []")
    else:
        before += ["        if use_bn:", "            self.bn = layers.BatchNormalization()"]
    before += [
        '        if pool == "max":',
        "            self.pool = layers.GlobalMaxPooling2D()",
        "        else:",
        "            self.pool = layers.GlobalAveragePooling2D()",
    ]
    before += ["        self.drop = layers.Dropout(rate) if rate > 0 else None"]
    chosen = draw.flip(0.6)
    if chosen:
        before += [
            "        if n_classes > 2:",
            '            self.out = layers.Dense(n_classes, activation="softmax")',
            "        else:",
            '            self.out = layers.Dense(1, activation="sigmoid")',
        ]
    else:
        before += ['        self.out = layers.Dense(n_classes, activation="softmax")']
    before += ["", "    def call(self, inputs, training=None):", "        x = inputs"]
    if optional == "list":
        before += [
            "        for i, conv in enumerate(self.convs):",
            "            x = conv(x)",
            "            if self.norms:",
            "                x = self.norms[i](x, training=training)",
        ]
    else:
        before += ["        for conv in self.convs:", "            x = conv(x)"]
        before += [
            "        if self.use_bn:" if optional == "flag" else "        if self.bn is not None:",
            "            x = self.bn(x, training=training)",
        ]
    before += [
        "        x = self.pool(x)",
        "        if self.drop is not None:",
        "            x = self.drop(x, training=training)",
        "        return self.out(x)",
        "",
    ]
    if draw.flip(0.4):
        before[-1:] = ["", *trained(draw), ""]
    given = [
        f"width={ask.ask('width', 8, 4)}",
        f"blocks={ask.ask('blocks', 2, 1, 3)}",
        f"use_bn={ask.ask('use_bn', False, True)}",
    ]
    if draw.flip():
        given.append(f"rate={ask.ask('rate', 0.2, 0.0)}")
    if draw.flip():
        given.append(f"pool={ask.ask('pool', 'avg', 'max')}")
    lines = [f"model = Net(n_classes, {', '.join(given)})"]
    if draw.flip(0.4):
        lines.append("model.build((None, *input_shape))")
    return Body(lines, before, classes="chosen" if chosen else "many")


def trained(draw: Draw) -> list[str]:
    """A step of its own, with parts that may be left out."""
    before = ["    def train_step(self, data):", "        x, y = data", "        with tf.GradientTape() as tape:", "            y_pred = self(x, training=True)",
              "            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)", "        grads = tape.gradient(loss, self.trainable_variables)"]  # fmt: skip
    if draw.flip():
        before += [
            '        if getattr(self, "clip", None):',
            "            grads = [tf.clip_by_norm(g, self.clip) for g in grads]",
        ]
    before += ["        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))", "        for metric in self.metrics:", '            if metric.name == "loss":',
               "                metric.update_state(loss)", "            else:", "                metric.update_state(y, y_pred)", "        return {m.name: m.result() for m in self.metrics}"]  # fmt: skip
    return before


def unet(draw: Draw, ask: Asked) -> Body:
    """Down and up again, as deep as is wanted; classified at the end."""
    transposed = ask.ask("transpose", True, False)
    before = ["def conv_block(x, filters, dropout=0.0):", '    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)', "    if dropout:", "        x = layers.Dropout(dropout)(x)",
              '    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)', ""]  # fmt: skip
    start, depth, rate = ask.ask("start_filters", 4, 8), ask.ask("depth", 2, 1, 3), ask.ask("dropout", 0.0, 0.3)
    joined = draw.choice(
        (
            "layers.Concatenate()([x, skips[i]])",
            "layers.concatenate([x, skips[i]])",
            "layers.Concatenate(axis=-1)([skips[i], x])",
        )
    )
    lines = ["inputs = keras.Input(input_shape)", "x, skips = inputs, []", f"for i in range({depth}):", f"    x = conv_block(x, {start} * 2 ** i, {rate})", "    skips.append(x)", "    x = layers.MaxPooling2D(2)(x)",
             f"x = conv_block(x, {start} * 2 ** {depth}, {rate})", f"for i in reversed(range({depth})):", f"    if {transposed}:",
             f'        x = layers.Conv2DTranspose({start} * 2 ** i, 2, strides=2, padding="same")(x)', "    else:", "        x = layers.UpSampling2D(2)(x)", f"    x = {joined}", f"    x = conv_block(x, {start} * 2 ** i, {rate})"]  # fmt: skip
    if draw.flip():
        lines[8:8] = []
    last, classes = head(draw)
    return Body(
        [*lines, "x = layers.GlobalAveragePooling2D()(x)", *last, "model = keras.Model(inputs, outputs)"],
        before,
        classes=classes,
    )


def text(draw: Draw, ask: Asked) -> Body:
    """Words, an encoder that is chosen, attention that may be there."""
    units, chosen = ask.ask("units", 8, 16), ask.ask("encoder", "lstm", "gru", "cnn")
    lines = [
        "inputs = keras.Input(shape=input_shape, dtype='int32')",
        f"x = layers.Embedding({ask.ask('vocab_size', 100, 50)}, {ask.ask('embed_dim', 8, 16)})(inputs)",
    ]
    if draw.flip():
        lines += [
            f"if {ask.ask('bidirectional', False, True)}:",
            f"    x = layers.Bidirectional(layers.LSTM({units}, return_sequences=True))(x)",
        ]
    attention = draw.flip(0.4)
    if attention:
        lines += [
            f"if {ask.ask('attention', False, True)}:",
            f"    a = layers.MultiHeadAttention(num_heads={ask.ask('heads', 2, 1)}, key_dim=4)(x, x)",
            "    x = layers.LayerNormalization()(layers.Add()([x, a]))",
        ]
    lines += [
        f'if {chosen} == "lstm":',
        f"    x = layers.LSTM({units})(x)",
        f'elif {chosen} == "gru":',
        f"    x = layers.GRU({units})(x)",
        "else:",
        f'    x = layers.Conv1D({units}, 3, padding="same", activation="relu")(x)',
        "    x = layers.GlobalMaxPooling1D()(x)",
    ]
    last, classes = head(draw)
    return Body(
        [*lines, *dense(draw, ask), *last, "model = keras.Model(inputs, outputs)"],
        kind="text",
        shapes=((12,), (20,)),
        classes=classes,
    )


def recurrent(draw: Draw, ask: Asked) -> Body:
    """Stacked recurrent layers, the last of which gives one vector."""
    kind = draw.choice(("LSTM", "GRU"))
    chosen = draw.flip(0.4)
    made = (
        f"cell({ask.ask('units', 8, 16)}, return_sequences={{}})"
        if chosen
        else f"layers.{kind}({ask.ask('units', 8, 16)}, return_sequences={{}})"
    )
    count = ask.ask("n_layers", 2, 1, 3)
    lines = ["model = keras.Sequential([keras.Input(shape=input_shape)])"]
    if chosen:
        lines.append(
            f'cell = {{"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}}[{ask.ask("cell", "lstm", "gru", "rnn")}]'
        )
    lines += [f"for i in range({count}):", f"    model.add({made.format(f'i < {count} - 1')})"]
    if draw.flip():
        lines += [
            f"    if {ask.ask('dropout', 0.2, 0.0)} > 0:",
            f"        model.add(layers.Dropout({ask.ask('dropout', 0.2, 0.0)}))",
        ]
    lines += [
        'model.add(layers.Dense(n_classes if n_classes > 2 else 1, activation="softmax" if n_classes > 2 else "sigmoid"))'
    ]
    return Body(lines, kind="series", shapes=((12, 4), (20, 1)))


def table(draw: Draw, ask: Asked) -> Body:
    """A plain network over a table's columns."""
    before = []
    lines = [
        "inputs = keras.Input(shape=input_shape)",
        "x = layers.Flatten()(inputs)" if draw.flip(0.2) else "x = inputs",
    ]
    skip = draw.flip(0.4)
    count, units = ask.ask("n_layers", 2, 1, 3), ask.ask("units", 16, 32)
    inner = [f'h = layers.Dense({units}, activation="relu")(x)', *normed(draw, ask, "h")]
    if skip:
        inner += ["if h.shape[-1] == x.shape[-1]:", "    h = layers.Add()([h, x])"]
    lines += [f"for i in range({count}):", *indented([*inner, "x = h"])]
    if draw.flip():
        rate = ask.ask("dropout", 0.2, 0.0)
        lines.append(f"x = layers.Dropout({rate})(x) if {rate} > 0 else x")
    last, classes = head(draw)
    return Body([*lines, *last, "model = keras.Model(inputs, outputs)"], before, "table", ((10,), (16,)), classes)


def zoo(draw: Draw, ask: Asked) -> Body:
    """Several networks, one of which is chosen by its name."""
    before = ["def small(inputs, width):", '    x = layers.Conv2D(width, 3, activation="relu")(inputs)', "    return layers.GlobalAveragePooling2D()(x)", "",
              "def deep(inputs, width, n=2):", "    x = inputs", "    for i in range(n):", '        x = layers.Conv2D(width * (i + 1), 3, padding="same", activation="relu")(x)', "        x = layers.MaxPooling2D()(x)", "    return layers.Flatten()(x)", "",
              "def separable(inputs, width):", '    x = layers.SeparableConv2D(width, 3, padding="same", activation="relu")(inputs)', '    x = layers.DepthwiseConv2D(3, padding="same")(x)', "    return layers.GlobalMaxPooling2D()(x)", ""]  # fmt: skip
    name, width = ask.ask("model", "small", "deep", "separable"), ask.ask("width", 8, 16)
    way = draw.choice(("table", "elif", "globals", "raise", "lambda"))
    if way == "table":
        before += ['ZOO = {"small": small, "deep": deep, "separable": separable}', ""]
        chosen = [f"x = ZOO[{name}](inputs, {width})"]
    elif way == "lambda":
        chosen = [
            "zoo = {",
            '    "small": lambda: small(inputs, WIDTH),'.replace("WIDTH", width),
            f'    "deep": lambda: deep(inputs, {width}, n=3),',
            f'    "separable": lambda: separable(inputs, {width}),',
            "}",
            f"x = zoo[{name}]()",
        ]
    elif way == "globals":
        chosen = [f"x = globals()[{name}](inputs, {width})"]
    else:
        chosen = [
            f'if {name} == "small":',
            f"    x = small(inputs, {width})",
            f'elif {name} == "deep":',
            f"    x = deep(inputs, {width})",
        ]
        chosen += (
            [
                f'elif {name} == "separable":',
                f"    x = separable(inputs, {width})",
                "else:",
                f'    raise ValueError(f"unknown model {{{name}}}")',
            ]
            if way == "raise"
            else ["else:", f"    x = separable(inputs, {width})"]
        )
    last, classes = head(draw)
    return Body(
        [
            "inputs = keras.Input(shape=input_shape)",
            *chosen,
            *dense(draw, ask),
            *last,
            "model = keras.Model(inputs, outputs)",
        ],
        before,
        classes=classes,
    )


def blocks(draw: Draw, ask: Asked) -> Body:
    """Layers of the program's own with parts that may be left out."""
    before = ["class Block(layers.Layer):", "    def __init__(self, filters, kernel=3, use_se=False, stride=1, **kwargs):", "        super().__init__(**kwargs)", '        self.conv = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)',
              "        self.bn = layers.BatchNormalization()", "        self.use_se = use_se", "        if use_se:", "            self.squeeze = layers.GlobalAveragePooling2D(keepdims=True)", '            self.excite = layers.Dense(filters, activation="sigmoid")', "",
              "    def build(self, input_shape):" if draw.flip(0.4) else "", "", "    def call(self, x, training=False):", "        y = self.bn(self.conv(x), training=training)", "        if self.use_se:", "            y = y * self.excite(self.squeeze(y))"]  # fmt: skip
    if "    def build(self, input_shape):" in before:
        at = before.index("    def build(self, input_shape):") + 1
        before[at:at] = [
            "        self.project = None",
            "        if input_shape[-1] != self.conv.filters or self.conv.strides != (1, 1):",
            '            self.project = layers.Conv2D(self.conv.filters, 1, strides=self.conv.strides, padding="same")',
            "        super().build(input_shape)",
        ]
        before += [
            "        if self.project is not None:",
            "            x = self.project(x)",
            "        return keras.activations.relu(x + y)",
            "",
        ]
    else:
        before += ["        return keras.activations.relu(y)", ""]
    lines = ["inputs = keras.Input(shape=input_shape)", "x = inputs", f"for i in range({ask.ask('n_blocks', 2, 1, 3)}):",
             f"    x = Block({ask.ask('filters', 8, 16)}, kernel={ask.ask('kernel', 3, 5)}, use_se={ask.ask('use_se', False, True)}, stride=2 if i else 1)(x)"]  # fmt: skip
    last, classes = head(draw)
    return Body([*lines, *pooled(draw, ask), *last, "model = keras.Model(inputs, outputs)"], before, classes=classes)


def transformer(draw: Draw, ask: Asked) -> Body:
    """Encoder blocks over patches or steps."""
    width, heads = ask.ask("d_model", 8, 16), ask.ask("num_heads", 2, 4)
    before = ["def encoder(x, d_model, num_heads, ff, rate):", "    a = layers.MultiHeadAttention(num_heads, d_model // num_heads, dropout=rate)(x, x)", "    x = layers.LayerNormalization(epsilon=1e-6)(x + a)",
              '    f = layers.Dense(ff, activation="gelu")(x)', "    f = layers.Dense(d_model)(f)", "    if rate:", "        f = layers.Dropout(rate)(f)", "    return layers.LayerNormalization(epsilon=1e-6)(x + f)", ""]  # fmt: skip
    lines = ["inputs = keras.Input(shape=input_shape)", f"x = layers.Dense({width})(inputs)"]
    if draw.flip():
        lines += [
            f"if {ask.ask('positions', True, False)}:",
            f"    x = x + layers.Embedding(input_shape[0], {width})(keras.ops.arange(input_shape[0]))",
        ]
    lines += [
        f"for _ in range({ask.ask('n_layers', 2, 1)}):",
        f"    x = encoder(x, {width}, {heads}, {width} * 2, {ask.ask('rate', 0.1, 0.0)})",
        *pooled(draw, ask, 1),
    ]
    last, classes = head(draw)
    return Body(
        [*lines, *dense(draw, ask), *last, "model = keras.Model(inputs, outputs)"],
        before,
        "series",
        ((12, 4), (16, 3)),
        classes,
    )


def ordered(draw: Draw, ask: Asked) -> Body:
    """What asks Keras for the order of its axes."""
    asked = draw.choice(
        ("K.image_data_format()", "keras.config.image_data_format()", "keras.backend.image_data_format()")
    )
    before = ["from keras import backend as K", ""] if asked.startswith("K.") else []
    lines = [
        f'axis = 1 if {asked} == "channels_first" else -1'
        if draw.flip()
        else f'axis = -1 if {asked} == "channels_last" else 1'
    ]
    if draw.flip():
        lines += [f'if {asked} == "channels_first":', "    input_shape = (input_shape[-1], *input_shape[:-1])"]
    lines += ["inputs = keras.Input(shape=input_shape)", f'x = layers.Conv2D({ask.ask("filters", 8, 16)}, 3, padding="same")(inputs)', "x = layers.BatchNormalization(axis=axis)(x)", 'x = layers.Activation("relu")(x)',
              f"for i in range({ask.ask('n', 1, 2)}):", '    y = layers.Conv2D(8, 3, padding="same", activation="relu")(x)', "    x = layers.Concatenate(axis=axis)([x, y])", *pooled(draw, ask)]  # fmt: skip
    last, classes = head(draw)
    return Body([*lines, *last, "model = keras.Model(inputs, outputs)"], before, classes=classes)


def topped(draw: Draw, ask: Asked) -> Body:
    """A base with `include_top` and `pooling`, as the applications have it."""
    before = ["def backbone(input_shape, include_top=True, pooling=None, classes=10, alpha=1.0):", "    img = keras.Input(shape=input_shape)", "    filters = int(8 * alpha)",
              '    x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(img)', "    x = layers.BatchNormalization()(x)", "    x = layers.ReLU(6.0)(x)", '    x = layers.Conv2D(filters * 2, 3, padding="same", activation="relu")(x)',
              "    if include_top:", "        x = layers.GlobalAveragePooling2D()(x)", '        x = layers.Dense(classes, activation="softmax", name="predictions")(x)', "    else:", '        if pooling == "avg":', "            x = layers.GlobalAveragePooling2D()(x)", '        elif pooling == "max":',
              "            x = layers.GlobalMaxPooling2D()(x)", "    return keras.Model(img, x)", ""]  # fmt: skip
    alpha = ask.ask("alpha", 1.0, 0.5)
    if draw.flip(0.3):
        return Body([f"model = backbone(input_shape, classes=n_classes, alpha={alpha})"], before, classes="many")
    last, classes = head(draw)
    frozen = [f"base.trainable = not {ask.ask('freeze', False, True)}"] if draw.flip() else []
    if draw.flip():
        pool = ask.ask("pooling", "avg", "max")
        lines = [
            f"base = backbone(input_shape, include_top=False, pooling={pool}, alpha={alpha})",
            *frozen,
            "x = base.output" if draw.flip() else "x = base(base.input)",
            *dense(draw, ask),
            *last,
            "model = keras.Model(base.input, outputs)",
        ]
    else:
        lines = [
            f"base = backbone(input_shape, include_top=False, alpha={alpha})",
            *frozen,
            "inputs = keras.Input(shape=input_shape)",
            "x = base(inputs)",
            *pooled(draw, ask),
            *dense(draw, ask),
            *last,
            "model = keras.Model(inputs, outputs)",
        ]
    return Body(lines, before, classes=classes)


def listed(draw: Draw, ask: Asked) -> Body:
    """A list of layers that is put together first, and a Sequential of it."""
    lines = ["net = [keras.Input(shape=input_shape)]", f"for i in range({ask.ask('n_blocks', 2, 1, 3)}):", f'    net.append(layers.Conv2D({ask.ask("filters", 8, 16)}, 3, padding="same", activation="relu"))',
             f"    net += [layers.MaxPooling2D()] if {ask.ask('pool', True, False)} else []"]  # fmt: skip
    lines += [
        "net.extend([layers.GlobalAveragePooling2D(), layers.Dropout(0.2)])"
        if draw.flip()
        else "net = net + [layers.Flatten()]"
    ]
    lines += [
        "net.append(layers.Dense(n_classes if n_classes > 2 else 1))",
        'net.append(layers.Activation("softmax" if n_classes > 2 else "sigmoid"))',
        "model = keras.Sequential(net)",
    ]
    return Body(lines)


def branches(draw: Draw, ask: Asked) -> Body:
    """Several branches side by side, joined where there are several."""
    sizes = ask.ask("kernels", [3, 5], [3], [1, 3, 5]) if ask.lists else "(3, 5)"
    made = draw.choice(
        (
            [f'towers = [layers.Conv2D(8, k, padding="same", activation="relu")(inputs) for k in {sizes}]'],
            [
                "towers = []",
                f"for k in {sizes}:",
                f'    t = layers.Conv2D({ask.ask("filters", 8, 4)}, k, padding="same")(inputs)',
                '    towers.append(layers.Activation("relu")(t))',
            ],
        )
    )
    how = ask.ask("merge", "concat", "sum")
    joined = (
        [
            "if len(towers) == 1:",
            "    x = towers[0]",
            f'elif {how} == "concat":',
            "    x = layers.Concatenate()(towers)",
            "else:",
            "    x = layers.Add()(towers)",
        ]
        if draw.flip()
        else ["x = layers.concatenate(towers) if len(towers) > 1 else towers[0]"]
    )
    last, classes = head(draw)
    return Body(
        [
            "inputs = keras.Input(shape=input_shape)",
            *made,
            *joined,
            *pooled(draw, ask),
            *dense(draw, ask),
            *last,
            "model = keras.Model(inputs, outputs)",
        ],
        classes=classes,
    )


BODIES: tuple[Callable[[Draw, Asked], Body], ...] = (
    cnn, cnn, stacked, residual, subclassed, unet, text, recurrent, table, zoo, blocks, transformer, ordered, topped, listed, branches,
)  # fmt: skip
