"""Layers and operations that programs write less often: the rest of Keras's lists, TensorFlow's own, tensor methods."""

from __future__ import annotations

from collections.abc import Iterator

import keras

from .layer_steps import Draw, Shape, Step
from .operation_steps import both


def words(text: str) -> list[str]:
    return text.split()


#: activations and functions of each number, in keras.ops and (where it has the same) TensorFlow
EACH = words("""
    celu hard_sigmoid hard_silu hard_tanh hard_shrink log_sigmoid log_softmax relu6 selu silu soft_shrink softsign
    sparse_plus sparsemax squareplus swish tanh_shrink ceil floor round conj copy cos cosh cumprod exp2 expm1 erf
    full_like isfinite isinf log10 log1p log2 negative ones_like real reciprocal rsqrt sign signbit sin sinh sqrt
    tan trunc triu sort argsort logical_not empty_like arctan deg2rad
""")
TENSORFLOW_EACH = words("""
    math.softplus math.rsqrt math.log1p math.ceil math.floor math.round math.erf nn.selu nn.relu6 nn.elu nn.crelu
    math.is_nan sort argsort identity ones_like math.reciprocal math.sign nn.log_softmax math.cumsum math.cumprod
    linalg.matrix_transpose nn.softsign math.xlogy
""")
AUGMENTATIONS = words("""
    RandomBrightness(0.1) RandomColorDegeneration(0.1) RandomColorJitter(brightness_factor=0.1) RandomGrayscale(0.5)
    RandomPosterization(4) RandomSharpness(0.1) RandomInvert(0.5) Solarization() Equalization() AutoContrast()
    RandomErasing() RandomPerspective() RandomElasticTransform() RandomGaussianBlur() RandomShear(0.1)
    RandomZoom(0.1,0.2) RandomFlip() RandomTranslation(0.1,(-0.2,0.1)) RandomHue(0.1) RandomSaturation(0.1)
    RandAugment() AugMix()
""")


def layers(draw: Draw, shape: Shape) -> Iterator[Step]:
    """The rest of the layers that take floats."""
    rank, last = len(shape), shape[-1] or 4
    if rank == 3:
        length, more = draw.small(1, 3), draw.options(padding=(0.4, ("same",)), strides=(0.3, (2,)))
        yield Step(f"layers.AveragePooling1D({length})")
        yield Step(f"layers.SpatialDropout1D({draw.choice((0.1, 0.5))})")
        yield Step(f"layers.SeparableConv1D({draw.small()}, {length}{more}, dilation_rate=2)")
        options = draw.options(unroll=(0.3, (True,)), dropout=(0.3, (0.1,)), recurrent_dropout=(0.2, (0.1,)))
        options += draw.options(return_sequences=(0.4, (True,)))
        yield Step(f"layers.{draw.choice(('LSTM', 'GRU', 'SimpleRNN'))}({draw.small()}{options})")
        merge = draw.choice(("concat", "sum", "ave", "mul"))
        yield Step(f"layers.Bidirectional(layers.RNN(layers.LSTMCell({draw.small()})), merge_mode='{merge}')")
        yield Step(f"layers.Bidirectional(layers.GRU({draw.small()}, return_sequences=True), merge_mode='{merge}')")
        options = draw.options(dropout=(0.3, (0.1,)), use_bias=(0.3, (False,)))
        yield Step(f"layers.GroupQueryAttention(2, 4, {draw.choice((1, 2, 4))}{options})", call="{0}, {0}")
        causal = ", use_causal_mask=True"
        yield Step("layers.MultiHeadAttention(2, 3, dropout=0.1)", call=f"{{0}}, {{0}}{causal}")
        yield Step("layers.Attention(score_mode='concat')", call=f"[{{0}}, {{0}}]{causal}")
        yield Step(f"layers.UpSampling1D({draw.small(1, 3)})")
    if rank in (4, 5):
        yield Step(f"layers.MultiHeadAttention(2, 3, attention_axes={draw.choice((1, 2, (1, 2)))})", call="{0}, {0}")
        more = draw.options(return_sequences=(0.5, (True,)), data_format=(0.2, ("channels_first",)))
        yield Step(f"layers.ConvLSTM{rank - 3}D({draw.small()}, {draw.small(1, 2)}{more}, padding='same')")
        yield Step(f"layers.Bidirectional(layers.ConvLSTM{rank - 3}D({draw.small()}, {draw.small(1, 2)}{more}))")
        yield Step(f"layers.SpatialDropout{rank - 2}D(0.3{draw.options(data_format=(0.3, ('channels_first',)))})")
        first = draw.options(data_format=(0.3, ("channels_first",)))
        yield Step(f"layers.ZeroPadding{rank - 2}D({tuple(draw.small(0, 2) for _ in range(rank - 2))}{first})")
        yield Step(f"layers.Cropping{rank - 2}D({tuple((0, draw.small(0, 1)) for _ in range(rank - 2))}{first})")
        yield Step(f"layers.{draw.choice(('Max', 'Average'))}Pooling{rank - 2}D({draw.small(1, 3)}{first})")
    if rank == 4:
        first = draw.options(data_format=(0.25, ("channels_first", "channels_last")))
        kind = draw.choice(("nearest", "bilinear", "bicubic"))
        yield Step(f"layers.UpSampling2D({draw.window(2, 3)}, interpolation='{kind}'{first})")
        sides = f"{draw.small(1, 6)}, {draw.small(1, 6)}"
        keep = draw.options(pad_to_aspect_ratio=(0.3, (True,)))
        yield Step(f"layers.Resizing({sides}, interpolation='{kind}'{keep}{first})")
        yield Step(f"layers.CenterCrop({sides}{first})")
        yield Step(f"layers.RandomCrop({sides}{first})")
    if rank in (3, 4) or draw.flip(0.1):
        yield Step(f"layers.{draw.choice(AUGMENTATIONS)}")
    modes = draw.options(output_mode=(0.5, ("int", "one_hot", "multi_hot", "count")))
    yield Step(f"layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0]{modes})")
    yield Step(f"layers.CategoryEncoding({draw.small(2, 5)}{draw.options(output_mode=(0.6, ('one_hot', 'count')))})")
    yield Step(
        f"layers.Normalization(mean={draw.choice((0.5, [0.1] * last))}, variance={draw.choice((1.0, [2.0] * last))})"
    )
    yield Step(f"layers.GroupNormalization(1, axis={draw.axis(rank, 1)})")
    yield Step(f"layers.LayerNormalization(axis={[draw.axis(rank, 1), -1]})")
    yield Step(f"layers.RMSNormalization(axis={draw.axis(rank, 1)})")
    yield Step(f"layers.UnitNormalization(axis={draw.choice((draw.axis(rank, 1), (1, -1)))})")
    yield Step("layers.ActivityRegularization(l1=0.1)")
    yield Step(f"layers.Embedding({draw.small(2, 9)}, {draw.small()})")
    yield Step("layers.Lambda(lambda x: x * 2)")
    yield Step(f"layers.Lambda(lambda x: ops.mean(x, axis={draw.axis(rank, 1)}))")
    yield Step(f"layers.Activation({draw.choice(('keras.activations.relu', 'ops.tanh', 'keras.ops.softplus'))})")
    yield Step(f"layers.Dropout(0.3, noise_shape={(None, *[1] * (rank - 2), last)})")
    yield Step("layers.RepeatVector(2)" if rank == 2 else f"layers.Reshape((-1, {last}))")
    if rank > 2:
        letters = "bcdefg"[: rank - 1]
        yield Step(
            f"layers.EinsumDense('a{letters},{letters[-1]}xy->a{letters[:-1]}xy', "
            f"output_shape={(*[None] * (rank - 2), draw.small(), draw.small())}, bias_axes='xy')"
        )
        yield Step(f"layers.EinsumDense('...x,xy->...y', output_shape={draw.small()}, bias_axes='y')")
        yield Step(f"layers.SpectralNormalization(layers.Conv{min(rank - 2, 3)}D({draw.small()}, 1))")
        yield Step(f"layers.TimeDistributed(layers.BatchNormalization(axis={draw.axis(rank - 1, 1)}))")
        yield Step(f"layers.TimeDistributed(layers.Dense({draw.small()}, activation='relu'))")
        yield Step("layers.TimeDistributed(layers.Flatten())")


def each(draw: Draw, shape: Shape) -> Iterator[Step]:
    """What keeps the shape, and operators."""
    name, last, axis = draw.choice(EACH), shape[-1] or 4, draw.axis(len(shape), 1)
    more = ", 2.0" if name == "full_like" else ""
    tf = draw.choice(TENSORFLOW_EACH)
    yield Step(f"ops.{name}({{0}}{more})", f"tf.{tf}({{0}}{', {0}' if tf == 'math.xlogy' else ''})")
    yield Step(f"ops.{draw.choice(('softmax', 'log_softmax'))}({{0}}, axis={axis})", f"tf.nn.softmax({{0}}, {axis})")
    yield Step(f"ops.threshold({{0}}, 0.1, {draw.small()})", "tf.nn.leaky_relu({0}, alpha=0.1)")
    operator = draw.choice(("{0} // 2", "{0} % 3", "2 ** {0}", "1 / {0}", "{0} > 0.5", "{0} == {0}", "{0} != 1"))
    yield both(operator)
    yield both(draw.choice(("({0} > 0) & ({0} < 1)", "~({0} > 0)", "({0} > 0) | ({0} > 1)")))
    yield both(f"np.ones({draw.choice(((last,), (1,), (2, last)))}, 'float32') {draw.choice('+-*')} {{0}}")
    yield both("ops.cast({0} > 0, 'float32')", "tf.cast({0} > 0, tf.float32)")
    yield both(draw.choice(("ops.round({0}, 2)", "ops.isclose({0}, {0})", "ops.heaviside({0}, {0})")), "")
    places = draw.options(descending=(0.3, (True,)))
    yield Step(f"ops.sort({{0}}, axis={axis})", f"tf.sort({{0}}, axis={axis}, direction='DESCENDING')")
    yield Step(f"ops.argsort({{0}}, axis={axis})", f"tf.argsort({{0}}, axis={axis}{places})")
    yield both(f"ops.cumprod({{0}}, axis={axis})", f"tf.math.cumprod({{0}}, {axis})")
    yield both(f"ops.logaddexp({{0}}, {{0}}[..., :{draw.choice((1, last))}])", "tf.math.divide_no_nan({0}, {0})")
    yield both("{0} * {0}.shape[-1]")
    yield both("{0} / len({0}.shape)")
    yield both("ops.cast(ops.shape({0})[-1], 'float32') * {0}", "{0} * tf.cast(tf.shape({0})[-1], tf.float32)")
    means = f"np.zeros(({draw.choice((last, last, 1))},), 'float32')"
    yield both(
        f"ops.batch_normalization({{0}}, {means}, {means}, axis=-1)",
        f"tf.nn.batch_normalization({{0}}, {means}, {means}, None, None, 1e-3)",
    )
    yield both("ops.layer_normalization({0})", "tf.nn.dropout({0}, 0.5)")
    yield both("ops.rms_normalization({0})", f"tf.nn.bias_add({{0}}, np.ones(({draw.choice((last, 3))},), 'float32'))")


def reductions(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Axes that are summed up, chosen from, or counted."""
    rank, axis = len(shape), draw.axis(len(shape), 1)
    keep = draw.options(keepdims=(0.4, (True,)))
    axes = tuple(draw.sample(range(1, rank), draw.randint(1, rank - 1)))
    name = draw.choice(("amax", "amin", "var", "nanmean", "count_nonzero", "any", "all", "mean", "ptp"))
    keep_if = "" if name == "count_nonzero" else keep
    tf = draw.choice(("math.reduce_variance", "reduce_any", "reduce_mean", "math.reduce_std", "math.reduce_max"))
    given = "{0} > 0" if tf == "reduce_any" else "{0}"
    yield Step(f"ops.{name}({{0}}, axis={axes}{keep_if})", f"tf.{tf}({given}, {list(axes)}{keep})")
    yield Step(f"ops.{name}({{0}}, axis={axis}{keep_if})", f"tf.{tf}({given}, {axis}{keep})")
    yield both(f"ops.{draw.choice(('mean', 'max', 'sum', 'argmax'))}({{0}})", "tf.reduce_sum({0})")
    yield both(f"ops.{draw.choice(('argmax', 'argmin'))}({{0}}, axis={axis}{keep})", f"tf.argmin({{0}}, {axis})")
    yield both(f"ops.quantile({{0}}, {draw.choice((0.5, [0.1, 0.9]))}, axis={axis}{keep})", "")
    yield both(f"ops.average({{0}}, axis={axis})", f"tf.reduce_euclidean_norm({{0}}, axis={axis}{keep})")
    order = draw.choice((1, 2, "'fro'", "np.inf", "None"))
    yield both(f"ops.norm({{0}}, ord={order}, axis={axis}{keep})", f"tf.norm({{0}}, ord=1, axis={axis}{keep})")
    yield both(f"ops.norm({{0}}, axis=(-2, -1){keep})", f"tf.linalg.norm({{0}}, axis=[-2, -1]{keep})")
    yield both(f"ops.logsumexp({{0}}, axis={axes}{keep})", f"tf.reduce_logsumexp({{0}}, {list(axes)}{keep})")
    yield both("ops.trace({0}, axis1=-2, axis2=-1)", "tf.linalg.trace({0})")
    depth = draw.small(2, 6)
    yield both(f"ops.one_hot(ops.argmax({{0}}, axis={axis}), {depth})", f"tf.one_hot(tf.argmax({{0}}, -1), {depth})")
    yield both(f"ops.multi_hot(ops.cast({{0}}, 'int32'), {depth})", f"tf.one_hot(tf.argmax({{0}}, 1), {depth}, axis=1)")
    name = draw.choice(("categorical_crossentropy", "binary_crossentropy"))
    yield both(f"ops.{name}({{0}}, {{0}})", "tf.nn.sigmoid_cross_entropy_with_logits(labels={0}, logits={0})")
    yield both("ops.mean(ops.square({0}), axis=-1)", "tf.nn.softmax_cross_entropy_with_logits({0}, {0})")
    yield both(f"ops.count_nonzero({{0}}, axis={axis})", f"tf.math.count_nonzero({{0}}, {axis})")
    segments = f"[0, 1, 0], {draw.small(2, 4)}"
    name = draw.choice(("sum", "mean", "max", "min", "prod", "sqrt_n"))
    yield both(f"ops.segment_sum({{0}}, {segments})", f"tf.math.unsorted_segment_{name}({{0}}, {segments})")
    yield both("", f"tf.math.segment_{draw.choice(('sum', 'mean', 'max'))}({{0}}, [0, 0, 1])")
    yield both("", f"tf.math.top_k({{0}}, 1).{draw.choice(('values', 'indices'))}")
    if rank == 2:
        yield both("", f"tf.random.categorical({{0}}, {draw.small(1, 3)})")
    name = "fft" if rank == 2 else draw.choice(("fft", "fft2", "ifft2"))
    yield both(f"ops.{name}(({{0}}, {{0}}))[{draw.small(0, 1)}]", "")
    if rank > 2:
        name = draw.choice(("det", "inv", "cholesky", "eigvalsh", "pinv"))
        if hasattr(keras.ops, name):
            yield both(f"ops.{name}({{0}})", f"tf.linalg.{draw.choice(('band_part({0}, 0, -1)', 'diag({0})'))}")


def axes(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Axes moved, laid out anew, cut and put together."""
    rank, axis, last = len(shape), draw.axis(len(shape), 1), shape[-1] or 4
    known = [size or 3 for size in shape]
    yield both("ops.squeeze({0})", "tf.squeeze({0})")
    yield both("ops.transpose({0})", "tf.transpose({0})")
    yield both(f"ops.append({{0}}, {{0}}, axis={axis})", f"tf.concat([{{0}}, {{0}}, {{0}}], axis={axis})")
    yield both("ops.vstack([{0}, {0}])", "tf.concat(values=[{0}, {0}], axis=-1)")
    yield both(f"ops.take({{0}}, [[0, 0], [0, 0]], axis={axis})", f"tf.gather({{0}}, [0, 0], axis={axis})")
    yield both(f"ops.take_along_axis({{0}}, ops.argsort({{0}}, axis={axis}), axis={axis})", "")
    yield both(f"ops.flip({{0}}, axis={draw.choice((axis, (1, -1)))})", f"tf.reverse({{0}}, axis=[1, {axis}])")
    yield both(f"ops.roll({{0}}, (1, 2), axis=({axis}, -1))", f"tf.roll({{0}}, shift=[1], axis=[{axis}])")
    yield both("ops.negative({0})", "tf.pad({0}, " + str([[0, 0]] + [[1, 0]] * (rank - 1)) + ")")
    mode = draw.choice(("reflect", "symmetric", "constant"))
    pads = [[0, 0], *[[draw.small(0, 1), draw.small(0, 1)] for _ in range(rank - 1)]]
    yield both(f"ops.pad({{0}}, {pads}, mode='{mode}')", f"tf.pad({{0}}, {pads}, '{mode.upper()}')")
    beyond = (draw.small(1, 3), *(size if size > 1 else draw.small() for size in known[1:]))
    yield both(f"ops.broadcast_to({{0}}, {beyond})", f"tf.broadcast_to({{0}}, {list(beyond)})")
    yield both(f"ops.full_like({{0}}, {draw.small()})", "tf.zeros_like({0})")
    yield both(f"ops.repeat({{0}}, 2, axis={axis})", f"tf.repeat({{0}}, repeats=[1, 2], axis={axis})")
    yield both(f"ops.array_split({{0}}, 2, axis={axis})[0]", f"tf.split({{0}}, [-1, 1], axis={axis})[0]")
    yield both("ops.moveaxis({0}, (1, -1), (-1, 1))", f"tf.unstack({{0}}, axis={axis})[0]")
    yield both(f"ops.slice({{0}}, {[0] * rank}, {[2, *known[1:]]})", f"tf.slice({{0}}, {[0] * rank}, {[-1] * rank})")
    yield both("ops.stop_gradient({0})", f"tf.strided_slice({{0}}, {[0] * rank}, {known}, {[1] * rank})")
    yield both(f"ops.inner({{0}}, np.ones(({draw.choice((last, 2))},), 'float32'))", "tf.expand_dims({0}, -1)")
    weights = f"np.ones(({draw.choice((last, last, 3))}, {draw.small()}), 'float32')"
    yield both(f"ops.matmul({{0}}, {weights})", f"tf.matmul({{0}}, {weights})")
    yield both(f"ops.tensordot({{0}}, {weights}, axes={draw.choice((1, [[-1], [0]], [[1], [0]]))})")
    yield both(f"ops.dot({{0}}, {weights})", f"tf.tensordot({{0}}, {weights}, [[{rank - 1}], [0]])")
    yield both(
        "ops.diag(ops.mean({0}, axis=0))" if rank == 2 else "ops.diagonal({0}, offset=1, axis1=-2, axis2=-1)", ""
    )
    yield both("ops.stop_gradient({0})", "tf.gather({0}, tf.argmax({0}, axis=-1), axis=-1, batch_dims=1)")
    yield both("ops.expand_dims({0}, [1, 2])", "{0}[:, tf.newaxis]")
    yield both("ops.unstack({0}, axis=-1)[-1]", "tf.boolean_mask({0}, {0} > 0)")
    if rank == 3:
        yield both("ops.cross({0}, {0})", "tf.linalg.matmul({0}, {0}, transpose_b=True)")
        yield both("ops.dot_product_attention({0}[:, :, None], {0}[:, :, None], {0}[:, :, None])", "")
        kernel = f"np.ones(({draw.small(1, 3)}, {draw.choice((last, last, 2))}, {draw.small()}), 'float32')"
        more = draw.options(strides=(0.4, (1, 2)), padding=(0.5, ("same", "valid")))
        yield both(f"ops.conv({{0}}, {kernel}{more})", f"tf.nn.conv1d({{0}}, {kernel}, {draw.small(1, 2)}, 'SAME')")
    if rank == 4:
        yield from pictures(draw, shape)


def pictures(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Operations on pictures."""
    last, height, width = shape[-1] or 3, draw.small(1, 6), draw.small(1, 6)
    window = f"{draw.small(1, 3)}, {draw.small(1, 3)}"
    kernel = f"np.ones(({window}, {draw.choice((last, last, 2))}, {draw.small()}), 'float32')"
    per_channel = f"np.ones(({window}, {draw.choice((last, last, 2))}, {draw.small(1, 2)}), 'float32')"
    more = draw.options(strides=(0.4, (1, 2)), padding=(0.5, ("same", "valid")), dilation_rate=(0.2, (2,)))
    strides, padding = draw.small(1, 2), draw.choice(("SAME", "VALID"))
    yield both(f"ops.conv({{0}}, {kernel}{more})", f"tf.nn.conv2d({{0}}, {kernel}, {strides}, '{padding}')")
    yield both(
        f"ops.depthwise_conv({{0}}, {per_channel}{more})",
        f"tf.nn.depthwise_conv2d({{0}}, {per_channel}, [1, {strides}, {strides}, 1], '{padding}')",
    )
    turned = f"np.ones(({window}, {draw.small()}, {last}), 'float32')"
    yield both(
        f"ops.conv_transpose({{0}}, {turned}, strides={draw.small(1, 2)}{draw.options(padding=(0.5, ('same',)))})",
        "",
    )
    point = f"np.ones((1, 1, {last}, {draw.small()}), 'float32')"
    yield both(f"ops.separable_conv({{0}}, np.ones(({window}, {last}, 1), 'float32'), {point})", "")
    yield both(f"ops.depth_to_space({{0}}, {draw.small(2, 2)})", f"tf.nn.depth_to_space({{0}}, {draw.small(2, 2)})")
    yield both(f"ops.space_to_depth({{0}}, {draw.small(2, 2)})", f"tf.nn.space_to_depth({{0}}, {draw.small(2, 3)})")
    yield both("ops.image.rgb_to_grayscale({0})", "tf.image.rgb_to_grayscale({0})")
    yield both("ops.image.rgb_to_hsv({0})", "tf.image.grayscale_to_rgb({0})")
    yield both(
        f"ops.image.crop_images({{0}}, 0, 0, target_height={height}, target_width={width})",
        "tf.image.flip_up_down({0})",
    )
    yield both(
        f"ops.image.pad_images({{0}}, 1, 0, target_height={height + 4}, target_width={width + 6})",
        f"tf.image.pad_to_bounding_box({{0}}, 1, 0, {height + 6}, {width + 6})",
    )
    yield both("ops.image.gaussian_blur({0})", f"tf.image.crop_to_bounding_box({{0}}, 0, 0, {height}, {width})")
    kind = draw.choice(("nearest", "bilinear", "bicubic", "lanczos3"))
    yield both(
        f"ops.image.resize({{0}}, ({height}, {width}), interpolation='{kind}')",
        f"tf.image.resize({{0}}, [{height}, {width}], method='{kind}', preserve_aspect_ratio=True)",
    )
    yield both(
        f"ops.image.extract_patches({{0}}, ({window}), strides={draw.small(1, 2)})",
        f"tf.image.central_crop({{0}}, {draw.choice((0.5, 1.0, 0.3))})",
    )
    keep = draw.choice(("per_image_standardization", "flip_left_right", "transpose", "sobel_edges", "total_variation"))
    yield both("ops.image.affine_transform({0}, np.zeros((1, 8), 'float32'))", f"tf.image.{keep}({{0}})")
    yield both(
        f"ops.max_pool({{0}}, ({window}), strides={draw.choice((1, 2, (1, 2)))}, padding='same')",
        f"tf.nn.max_pool({{0}}, [1, {window}, 1], [1, {strides}, {strides}, 1], '{padding}')",
    )
    yield both(
        "ops.image.scale_and_translate({0}, (2, 3, 3, 1), [1.0] * 2, [0.0] * 2, (1, 2), 'linear')", "tf.nn.lrn({0})"
    )
    yield both("ops.rot90({0}, k=2, axes=(2, 1))", "tf.nn.avg_pool({0}, 2, 2, 'SAME')")


def asked(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Shapes that the tensor is asked for, and items."""
    rank, last = len(shape), shape[-1] or 4
    yield both("ops.reshape({0}, (-1, *{0}.shape[1:]))")
    yield both("ops.reshape({0}, (-1,) + tuple({0}.shape[1:]))")
    yield both("ops.reshape({0}, [-1, int(np.prod({0}.shape[1:]))])")
    yield both("ops.reshape({0}, (-1, {0}.shape[-1] * 2))")
    yield both("ops.reshape({0}, (-1, {0}.shape[-1] // 2, 2))")
    yield both(f"ops.reshape({{0}}, (-1, {last}, 1))")
    yield both("ops.reshape({0}, (ops.shape({0})[0], -1))", "tf.reshape({0}, [tf.shape({0})[0], -1])")
    yield both("ops.reshape({0}, ops.shape({0}))", "tf.reshape({0}, tf.shape({0}))")
    yield both("ops.reshape({0}, (-1,))", "tf.reshape({0}, tf.concat([tf.shape({0})[:1], [-1]], 0))")
    yield both("ops.zeros_like({0}) + ops.ones({0}.shape[1:])", "tf.ones_like({0})")
    yield both("ops.ones((1, {0}.shape[-1])) * {0}", "tf.identity({0})")
    yield both(
        "ops.arange({0}.shape[1], dtype='float32')[None] + ops.mean({0}, axis=-1)", "tf.expand_dims({0}, axis=1)"
    )
    parts = [":"]
    for size in shape[1:]:
        whole = size or 3
        cut = draw.small(0, whole)
        some = (
            f"-{cut or 1}:",
            f":-{cut}" if cut < whole and cut else ":",
            f"{cut}:{cut + 3}",
            f"::{-draw.small(1, 2)}",
        )
        parts.append(draw.choice((*some, f"::{draw.small(1, 3)}", f"{cut}", f"-{cut + 1}", "None", ":", "None, :")))
    if draw.flip(0.4):
        place = draw.randrange(1, len(parts) + 1)
        parts = [*parts[: max(1, place - 1)], "...", *parts[place + 1 :]]
    yield both(f"{{0}}[{', '.join(parts)}]")
    yield both(f"{{0}}[{', '.join(parts[:2])}]")
    yield both(
        draw.choice(("{0}[-1:]", "{0}[0]", "{0}[None]", "{0}[:, ::-1]", "{0}[..., None, :]", "{0}[:, None, ..., :1]"))
    )
    yield both("{0}[:, {0}.shape[1] - 1]" if rank > 1 else "{0}[:1]")
    yield both("{0}[:, :{0}.shape[1] // 2]")


RARER = (layers, layers, each, reductions, axes, axes, asked)
