"""What the generator of layer programs may write next, given the shape of what it has: layers, operations, merges.

A step is a call with holes for its operands. Most fit their operand; some are drawn without looking at it, so that
Keras refuses a share of the programs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Step:
    """A layer's constructor, or an expression, and what it is applied to."""

    #: "layers.Dense(4)", or an expression with {0}, {1} for its operands ("ops.reshape({0}, (-1, 4))")
    text: str
    #: the same in TensorFlow's words, for the body of a `call`; empty where there is none
    tf: str = ""
    #: how many operands it takes
    operands: int = 1
    #: what picks one tensor out of a layer's answer: "[0]"
    item: str = ""
    #: how a layer is given its operands: "{0}", "[{0}, {1}]"
    call: str = "{0}"

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer that a Sequential or a subclass could hold."""
        return self.text.startswith("layers.") and "{0}" not in self.text


class Draw(random.Random):
    """Random choices by the names that the generator needs."""

    def flip(self, chance: float = 0.5) -> bool:
        return self.random() < chance

    def small(self, low: int = 1, high: int = 5) -> int:
        return self.randint(low, high)

    def axis(self, rank: int, low: int = 0) -> int:
        """An axis from `low` on, counted from either end; now and then one that is not there."""
        if self.flip(0.04):
            return self.choice((rank, -rank - 1, rank + 2))
        place = self.randrange(low, rank) if rank > low else low
        return place - rank if self.flip() else place

    def window(self, rank: int, high: int = 3) -> str:
        """A window's sizes, as one number or a tuple."""
        if self.flip(0.7):
            return str(self.small(1, high))
        sizes = tuple(self.small(1, high) for _ in range(rank))
        return repr(sizes)

    def options(self, **chances: tuple[float, tuple[object, ...]]) -> str:
        """Keyword arguments, each there with its chance."""
        given = [f"{k}={self.choice(values)!r}" for k, (chance, values) in chances.items() if self.flip(chance)]
        return "".join(f", {one}" for one in given)


def factors(draw: Draw, total: int) -> list[int]:
    """Sizes whose product is `total`."""
    sizes: list[int] = []
    while total > 1 and len(sizes) < 3 and draw.flip(0.8):
        size = draw.choice([d for d in range(1, total + 1) if total % d == 0])
        sizes.append(size)
        total //= size
    return [*sizes, total]


def convolutions(draw: Draw, shape: Shape) -> Iterator[Step]:
    rank = draw.choice((1, 2, 3)) if draw.flip(0.05) else len(shape) - 2
    if rank not in (1, 2, 3) or len(shape) < 2:
        return
    first = draw.flip(0.12)
    channels = (shape[1] if first else shape[-1]) or 4
    order = ", data_format='channels_first'" if first else ""
    stride = draw.flip(0.3)
    more = f", strides={draw.window(rank, 2)}" if stride else ""
    more += draw.options(padding=(0.5, ("same", "valid", "SAME")), use_bias=(0.2, (False,)))
    if not stride or draw.flip(0.1):
        more += draw.options(dilation_rate=(0.2, (2, 1)))
    kernel, filters = draw.window(rank), draw.small()
    groups = ""
    if draw.flip(0.15):
        count = draw.choice([d for d in range(1, channels + 1) if channels % d == 0]) if draw.flip(0.8) else 3
        filters, groups = (filters * count if draw.flip(0.9) else filters), f", groups={count}"
    causal = ", padding='causal'" if rank == 1 and "padding" not in more and not first and draw.flip(0.3) else ""
    yield Step(f"layers.Conv{rank}D({filters}, {kernel}{more}{causal}{groups}{order})")
    yield Step(f"layers.Conv{rank}D({filters}, {kernel}, activation='relu'{order})")
    wide = more
    if draw.flip(0.2):
        wide += f", output_padding={draw.small(0, 2)}"
    yield Step(f"layers.Conv{rank}DTranspose({filters}, {kernel}{wide}{order})")
    if rank < 3:
        multiplier = draw.options(depth_multiplier=(0.3, (1, 2)))
        square = more.replace("strides=(1, 2)", "strides=2").replace("strides=(2, 1)", "strides=2")
        yield Step(f"layers.DepthwiseConv{rank}D({kernel}{square}{multiplier}{order})")
        yield Step(f"layers.SeparableConv{rank}D({filters}, {kernel}{square}{multiplier}{order})")


def pictures(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Pooling, padding, cropping, upsampling and augmentation."""
    rank = draw.choice((1, 2, 3)) if draw.flip(0.05) else len(shape) - 2
    if rank not in (1, 2, 3):
        return
    order = ", data_format='channels_first'" if draw.flip(0.1) else ""
    kind = draw.choice(("Max", "Average"))
    more = draw.options(strides=(0.4, (1, 2)), padding=(0.4, ("same", "valid")))
    yield Step(f"layers.{kind}Pooling{rank}D({draw.window(rank)}{more}{order})")
    yield Step(f"layers.MaxPooling{rank}D({order.removeprefix(', ')})")
    keep = draw.options(keepdims=(0.3, (True,)))
    yield Step(f"layers.Global{kind}Pooling{rank}D({(keep + order).removeprefix(', ')})")
    pair = draw.choice(
        (
            str(draw.small(0, 2)),
            repr((1, 2)) if rank < 3 else "1",
            repr(tuple((draw.small(0, 1), draw.small(0, 2)) for _ in range(rank))) if rank > 1 else "(0, 1)",
        )
    )
    only = order if rank > 1 else ""
    yield Step(f"layers.ZeroPadding{rank}D({pair}{order})")
    yield Step(f"layers.Cropping{rank}D({pair}{only})")
    yield Step(f"layers.UpSampling{rank}D({draw.window(rank, 2) if rank > 1 else draw.small(1, 2)}{only})")
    yield Step(f"layers.SpatialDropout{rank}D(0.2)")
    if rank == 2:
        height, width = draw.small(1, 6), draw.small(1, 6)
        yield Step(f"layers.Resizing({height}, {width}{draw.options(crop_to_aspect_ratio=(0.2, (True,)))})")
        yield Step(f"layers.CenterCrop({height}, {width})")
        yield Step(f"layers.RandomCrop({height}, {width})")
        yield Step(
            draw.choice(
                (
                    "layers.RandomFlip('horizontal')",
                    "layers.RandomRotation(0.1)",
                    "layers.RandomZoom(0.1)",
                    "layers.RandomTranslation(0.1, 0.1)",
                    "layers.RandomContrast(0.1)",
                    "layers.RandomBrightness(0.1)",
                    "layers.Rescaling(1 / 255)",
                )
            )
        )
        yield Step(f"ops.image.resize({{0}}, ({height}, {width}))", f"tf.image.resize({{0}}, ({height}, {width}))")
        size = draw.small(1, 3)
        more = draw.options(strides=(0.5, (1, 2)), padding=(0.5, ("same",)))
        padding = draw.choice(("SAME", "VALID"))
        yield Step(
            f"ops.max_pool({{0}}, {size}{more})", f"tf.nn.max_pool2d({{0}}, {size}, {draw.small(1, 2)}, '{padding}')"
        )
        yield Step(f"ops.average_pool({{0}}, {size}, strides=1)", f"tf.nn.avg_pool2d({{0}}, {size}, 1, 'VALID')")


def general(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Layers on any rank."""
    rank = len(shape)
    axis = draw.axis(rank, 1)
    yield Step(
        f"layers.Dense({draw.small()}{draw.options(use_bias=(0.2, (False,)), activation=(0.3, ('relu', 'softmax')))})"
    )
    yield Step(f"layers.Dense({draw.small()})")
    yield Step(
        draw.choice(
            (
                "layers.Dropout(0.3)",
                "layers.Activation('relu')",
                "layers.Activation('softmax')",
                "layers.ReLU()",
                "layers.LeakyReLU()",
                "layers.ELU()",
                "layers.GaussianNoise(0.1)",
                "layers.GaussianDropout(0.1)",
                "layers.AlphaDropout(0.1)",
                "layers.UnitNormalization()",
                "layers.Identity()",
                "layers.Rescaling(0.5)",
                "layers.ActivityRegularization(0.1)",
                "layers.Masking()",
                "layers.Softmax()",
                f"layers.Softmax(axis={axis})",
            )
        )
    )
    yield Step(f"layers.BatchNormalization({draw.choice((f'axis={axis}', '', 'scale=False', 'center=False'))})")
    several = f"({draw.axis(rank, 1)}, {axis})" if rank > 2 and draw.flip(0.4) else str(axis)
    yield Step(
        f"layers.LayerNormalization({draw.choice((f'axis={several}', '', 'scale=False', 'rms_scaling=True'))})"
        if not draw.flip(0.2)
        else "layers.RMSNormalization()"
    )
    channels = shape[-1] or 4
    groups = draw.choice([d for d in range(1, channels + 1) if channels % d == 0]) if draw.flip(0.85) else 3
    yield Step(f"layers.GroupNormalization({draw.choice((groups, -1))}{draw.options(scale=(0.2, (False,)))})")
    yield Step(f"layers.PReLU({draw.choice(('', f'shared_axes=[{draw.small(1, max(1, rank - 1))}]'))})")
    yield Step("layers.Flatten()")
    if rank > 2:
        order = list(range(1, rank)) if draw.flip(0.93) else draw.choice(([1], [0, 1, 2], [2, 1, 3]))
        draw.shuffle(order)
        yield Step(f"layers.Permute({tuple(order)!r})")
        inner = draw.choice(
            [
                *general(draw, (shape[0], *shape[2:])),
                *convolutions(draw, (shape[0], *shape[2:])),
                *pictures(draw, (shape[0], *shape[2:])),
            ]
        )
        if inner.is_layer and inner.operands == 1 and not inner.item and "Random" not in inner.text:
            yield Step(f"layers.TimeDistributed({inner.text})")
            yield Step(f"layers.TimeDistributed(keras.Sequential([{inner.text}, layers.Dense({draw.small()})]))")
    yield Step(f"layers.SpectralNormalization(layers.Dense({draw.small()}))")
    if rank == 2 or draw.flip(0.02):
        yield Step(f"layers.RepeatVector({draw.small()})")
    known = prod(size for size in shape[1:] if size is not None)
    target = factors(draw, known) if draw.flip(0.92) else [draw.small(), draw.small()]
    draw.shuffle(target)
    if draw.flip(0.4) or None in shape[1:]:
        target[draw.randrange(len(target))] = -1
    yield Step(f"layers.Reshape({tuple(target)!r})")
    if rank in (2, 3) and draw.flip():
        letters = "abc"[:rank]
        out = f"{letters[:-1]}z"
        bias = draw.options(bias_axes=(0.5, ("z",)))
        wanted = f"(None, {draw.small()})" if rank == 3 else str(draw.small())
        yield Step(f"layers.EinsumDense('{letters},{letters[-1]}z->{out}', output_shape={wanted}{bias})")


def sequences(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Recurrent layers and attention."""
    rank = len(shape)
    if rank == 3 or draw.flip(0.03):
        kind = draw.choice(("LSTM", "GRU", "SimpleRNN"))
        more = draw.options(return_sequences=(0.5, (True,)), go_backwards=(0.1, (True,)), use_bias=(0.1, (False,)))
        if kind == "GRU":
            more += draw.options(reset_after=(0.3, (False,)))
        inner = f"layers.{kind}({draw.small()}{more})"
        yield Step(inner)
        yield Step(f"layers.{kind}({draw.small()}, return_state=True{more})", item="[0]")
        state = draw.small(1, 2 if kind == "LSTM" else 1)
        yield Step(f"layers.{kind}({draw.small()}, return_state=True)", item=f"[{state}]")
        mode = draw.options(merge_mode=(0.5, ("sum", "mul", "ave", "concat")))
        yield Step(f"layers.Bidirectional({inner}{mode})")
        cell = draw.choice(
            (f"layers.{kind}Cell({draw.small()})", f"[layers.LSTMCell({draw.small()}), layers.GRUCell(3)]")
        )
        yield Step(f"layers.RNN({cell}{draw.options(return_sequences=(0.5, (True,)))})")
        yield Step(f"layers.RNN(layers.StackedRNNCells([layers.GRUCell({draw.small()}), layers.LSTMCell(2)]))")
        yield Step(f"layers.RNN(layers.{kind}Cell({draw.small()}), return_state=True)", item=f"[{state}]")
        yield Step(f"layers.{kind}({draw.small()}, return_sequences=True, return_state=True)", item=f"[{state}]")
        yield Step(f"layers.Bidirectional(layers.{kind}({draw.small()}), merge_mode=None)", item="[1]")
        # Keras's own shape of it is wrong where the way back has another number of units
        units = draw.small()
        back = f"backward_layer=layers.GRU({units}, go_backwards=True)"
        yield Step(f"layers.Bidirectional(layers.{kind}({units}), {back})")
    if rank in (4, 5, 6):
        more = draw.options(return_sequences=(0.4, (True,)), padding=(0.5, ("same",)), strides=(0.2, (2,)))
        yield Step(f"layers.ConvLSTM{rank - 3}D({draw.small()}, {draw.small(1, 2)}{more})")
    if rank in (3, 4) or draw.flip(0.02):
        heads = f"{draw.small(1, 3)}, {draw.small(1, 4)}"
        more = draw.options(value_dim=(0.2, (3,)), output_shape=(0.2, (5,)), use_bias=(0.1, (False,)))
        yield Step(f"layers.MultiHeadAttention({heads}{more})", call="{0}, {0}")
        scale = draw.options(use_scale=(0.4, (True, False)))
        scored = ", return_attention_scores=True"
        yield Step(f"layers.MultiHeadAttention({heads})", call=f"value={{0}}, query={{0}}{scored}", item="[0]")
        yield Step("layers.Attention()", call=f"[{{0}}, {{0}}]{scored}", item="[1]")
        yield Step(f"layers.Attention({scale.removeprefix(', ')})", call="[{0}, {0}]")
        yield Step(f"layers.AdditiveAttention({scale.removeprefix(', ')})", call="[{0}, {0}]")
        if rank == 3:
            shared = draw.small(1, 2)
            yield Step(
                f"layers.GroupQueryAttention({draw.small(1, 3)}, {shared * draw.small(1, 2)}, {shared})",
                call="{0}, {0}",
            )


def merges(draw: Draw, shape: Shape, other: Shape) -> Iterator[Step]:
    """Layers, functions and operators of two tensors; the second's shape is `other`."""
    rank = len(shape)
    kind = draw.choice(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"))
    yield Step(f"layers.{kind}()", operands=2, call="[{0}, {1}]")
    yield Step(f"layers.{kind.lower()}([{{0}}, {{1}}])", operands=2)
    axis = draw.axis(rank, 1)
    yield Step(f"layers.Concatenate({draw.choice((f'axis={axis}', ''))})", operands=2, call="[{0}, {1}]")
    yield Step(f"layers.concatenate([{{0}}, {{1}}], axis={axis})", operands=2)
    yield Step(f"layers.Dot(axes={draw.choice((1, 2, (1, 2), (2, 1), -1))})", operands=2, call="[{0}, {1}]")
    yield Step(f"{{0}} {draw.choice('+-*/')} {{1}}", f"{{0}} {draw.choice('+-*/')} {{1}}", operands=2)
    yield Step("{0} @ {1}", "tf.matmul({0}, {1})", operands=2)
    yield Step("ops.matmul({0}, {1})", "tf.matmul({0}, {1}, transpose_b=True)", operands=2)
    name = draw.choice(("maximum", "minimum", "add", "multiply"))
    yield Step(f"ops.{name}({{0}}, {{1}})", f"tf.{name}({{0}}, {{1}})", operands=2)
    yield Step(f"ops.concatenate([{{0}}, {{1}}], axis={axis})", f"tf.concat([{{0}}, {{1}}], {axis})", operands=2)
    place = draw.axis(rank + 1, 1)
    yield Step(f"ops.stack([{{0}}, {{1}}], axis={place})", f"tf.stack([{{0}}, {{1}}], axis={place})", operands=2)
    yield Step("ops.where({0} > 0, {0}, {1})", "tf.where({0} > 0, {0}, {1})", operands=2)
    yield Step("ops.logical_or({0} > {1}, {0} < 1)", "tf.math.squared_difference({0}, {1})", operands=2)
    yield Step("ops.dot({0}, {1})", "tf.tensordot({0}, {1}, 1)", operands=2)
    yield Step("layers.Subtract()", operands=2, call="[{0}, {1}, {0}]")
    if rank == len(other) == 3:
        yield Step("layers.MultiHeadAttention(2, 3)", operands=2, call="query={0}, value={1}, key={1}")
        yield Step("ops.einsum('b...d,bkd->b...k', {0}, {1})", "tf.einsum('b...d,bkd->b...k', {0}, {1})", operands=2)
        yield Step("ops.einsum('bqd,bkd->bqk', {0}, {1})", "tf.einsum('bqd,bkd->bqk', {0}, {1})", operands=2)
        yield Step(f"layers.MultiHeadAttention({draw.small(1, 2)}, {draw.small()})", operands=2, call="{0}, {1}")
        yield Step("layers.Attention()", operands=2, call="[{0}, {1}]")


Family = Callable[[Draw, Shape], Iterator[Step]]
LAYERS: tuple[Family, ...] = (convolutions, pictures, general, general, sequences)
