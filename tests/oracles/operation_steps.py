"""Operations on tensors that the generator may write: reshapes that move the batch, items of tuples, shapes asked."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from .layer_steps import Draw, Shape, Step, factors


def both(text: str, tf: str | None = None, operands: int = 1) -> Step:
    """A step that is written `ops.` in a functional model, and `tf.` in a body of `call`."""
    return Step(text, text.replace("ops.", "tf.") if tf is None else tf, operands)


def elementwise(draw: Draw, shape: Shape) -> Iterator[Step]:
    """What keeps the shape."""
    yield both(
        draw.choice(("{0} * 2.0", "{0} + 1.0", "1.0 - {0}", "{0} / 3", "-{0}", "{0} ** 2", "0.5 * {0}", "{0} - 1"))
    )
    name = draw.choice(("relu", "sigmoid", "tanh", "softmax", "gelu", "elu", "softplus", "leaky_relu", "silu"))
    yield both(f"ops.{name}({{0}})", f"tf.nn.{name}({{0}})")
    last = shape[-1] or 4
    beside = draw.choice(((last,), (1, last), (1,), (2, *(1,) * len(shape)), (last + 1,)))
    yield both(f"{{0}} {draw.choice('+*/-')} np.ones({beside!r}, 'float32')")
    yield both(f"{{0}} @ np.ones(({draw.choice((last, last, 3))}, {draw.small()}), 'float32')")
    yield both("abs({0})")
    yield both(draw.choice(("ops.nn.relu6({0})", "ops.isnan({0})", "ops.tril({0})", "ops.nan_to_num({0})")), "")
    name = draw.choice(("exp", "square", "abs", "sign", "tanh", "sigmoid"))
    yield both(f"ops.{name}({{0}})")
    axis = draw.axis(len(shape), 1)
    yield both(f"ops.flip({{0}}, axis={axis})", f"tf.reverse({{0}}, [{axis}])")
    yield both(f"ops.roll({{0}}, 1, axis={axis})", f"tf.roll({{0}}, 1, {axis})")
    yield both(f"ops.cumsum({{0}}, axis={axis})")
    yield both("ops.cast({0}, 'float32')", "tf.cast({0}, tf.float32)")
    yield both("ops.clip({0}, 0.0, 1.0)", "tf.clip_by_value({0}, 0.0, 1.0)")
    yield both("ops.stop_gradient({0})", "tf.identity({0})")
    yield both("ops.zeros_like({0})", "tf.zeros_like({0})")
    yield both("ops.where({0} > 0, {0}, 0.0)", "tf.where({0} > 0, {0}, tf.zeros_like({0}))")
    yield both(f"ops.normalize({{0}}, axis={axis})", f"tf.nn.l2_normalize({{0}}, axis={axis})")


def reductions(draw: Draw, shape: Shape) -> Iterator[Step]:
    rank = len(shape)
    axis = draw.axis(rank, 1)
    keep = draw.options(keepdims=(0.4, (True,)))
    several = f"({axis}, {draw.axis(rank, 1)})" if rank > 2 and draw.flip(0.3) else str(axis)
    name = draw.choice(("mean", "sum", "max", "min", "prod"))
    yield both(f"ops.{name}({{0}}, axis={several}{keep})", f"tf.reduce_{name}({{0}}, axis={several}{keep})")
    yield both(f"ops.argmax({{0}}, axis={axis})", f"tf.argmax({{0}}, axis={axis})")
    yield both(f"ops.logsumexp({{0}}, axis={axis}{keep})", f"tf.reduce_logsumexp({{0}}, axis={axis}{keep})")
    yield both(f"ops.median({{0}}, axis={axis}{keep})", f"tf.math.count_nonzero({{0}}, axis={axis}{keep})")
    yield both(f"ops.norm({{0}}, axis={axis})", f"tf.norm({{0}}, axis={axis})")
    yield both(
        f"ops.moments({{0}}, [{axis}]{keep})[{draw.small(0, 1)}]",
        f"tf.nn.moments({{0}}, [{axis}]{keep})[{draw.small(0, 1)}]",
    )
    yield both(f"ops.std({{0}}, axis={axis}{keep})", f"tf.math.reduce_std({{0}}, axis={axis}{keep})")
    yield both(
        f"ops.top_k({{0}}, {draw.small(1, shape[-1] or 2)})[{draw.small(0, 1)}]",
        f"tf.math.top_k({{0}}, {draw.small(1, shape[-1] or 2)})[0]",
    )


def axes(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Axes moved, added, taken out, split, repeated: the batch among them."""
    rank = len(shape)
    order = list(range(rank))
    if draw.flip(0.3):
        draw.shuffle(order)
    else:
        rest = order[1:]
        draw.shuffle(rest)
        order = [0, *rest] if draw.flip(0.95) else rest
    yield both(f"ops.transpose({{0}}, {tuple(order)!r})", f"tf.transpose({{0}}, {order!r})")
    place = draw.axis(rank + 1, 0 if draw.flip(0.15) else 1)
    yield both(f"ops.expand_dims({{0}}, {place})", f"tf.expand_dims({{0}}, axis={place})")
    ones = [axis for axis in range(1, rank) if shape[axis] == 1]
    if ones or draw.flip(0.05):
        axis = draw.choice(ones) if ones else draw.axis(rank, 1)
        yield both(
            f"ops.squeeze({{0}}, axis={axis})", f"tf.squeeze({{0}}, {draw.choice((f'axis={axis}', f'[{axis}]'))})"
        )
    yield both(f"ops.moveaxis({{0}}, {draw.axis(rank)}, {draw.axis(rank)})", "")
    yield both(f"ops.swapaxes({{0}}, {draw.axis(rank, 1)}, {draw.axis(rank, 1)})", "")
    axis = draw.axis(rank, 1)
    size = shape[axis] if -rank <= axis < rank else 4
    divisors = [d for d in range(1, (size or 4) + 1) if (size or 4) % d == 0]
    parts = draw.choice(divisors) if draw.flip(0.93) else 3
    item = draw.randrange(parts)
    yield both(f"ops.split({{0}}, {parts}, axis={axis})[{item}]", f"tf.split({{0}}, {parts}, axis={axis})[{item}]")
    if size and size > 1:
        first = draw.small(1, size - 1)
        sizes = [first, size - first if draw.flip(0.9) else size]
        yield both(
            f"ops.split({{0}}, [{first}], axis={axis})[{draw.small(0, 1)}]",
            f"tf.split({{0}}, {sizes}, axis={axis})[{draw.small(0, 1)}]",
        )
    if size is not None and rank > 2:
        yield both(
            f"ops.unstack({{0}}, axis={axis})[{draw.randrange(size)}]",
            f"tf.unstack({{0}}, axis={axis})[{draw.randrange(size)}]",
        )
    times = [1] + [draw.small(1, 2) for _ in range(rank - 1)]
    if draw.flip(0.1):
        times[0] = 2
    yield both(f"ops.tile({{0}}, {times})")
    yield both(f"ops.repeat({{0}}, {draw.small(1, 3)}, axis={draw.axis(rank, 0 if draw.flip(0.2) else 1)})")
    pads = [[0, 0]] + [[draw.small(0, 1), draw.small(0, 2)] for _ in range(rank - 1)]
    yield both(f"ops.pad({{0}}, {pads})")
    yield both(
        f"ops.take({{0}}, {draw.choice((0, [0, 0], [0]))}, axis={axis})",
        f"tf.gather({{0}}, {draw.choice((0, [0, 0]))}, axis={axis})",
    )
    yield both("ops.stack([{0}, {0}], axis=" + str(place) + ")")
    yield both(f"ops.expand_dims({{0}}, ({place}, {draw.axis(rank + 1, 1)}))", "")
    yield both(f"ops.repeat({{0}}, {[draw.small(0, 2) for _ in range(size or 2)]}, axis={axis})")
    yield both("ops.hstack([{0}, {0}])", "")
    yield both(f"ops.array_split({{0}}, 3, axis={axis})[{draw.small(0, 2)}]", "")
    yield both(f"ops.diff({{0}}, axis={axis})", "")
    yield both(f"ops.glu({{0}}, axis={axis})", "")
    if rank > 2 and None not in shape[1:]:
        cut = [draw.small(0, (one or 1) - 1) for one in shape[1:]]
        most = [draw.small(1, (one or 1) - start) for one, start in zip(shape[1:], cut, strict=True)]
        yield both("{0} * 1.0", f"tf.slice({{0}}, {[0, *cut]}, {[-1, *most]})")
        yield both(f"ops.diagonal({{0}}, axis1=1, axis2={rank - 1})", "tf.linalg.diag_part({0})")
        yield both("ops.swapaxes({0}, 1, 2)", "tf.linalg.matrix_transpose({0})")
        yield both("ops.ravel({0})", f"tf.gather_nd({{0}}, {[[0] * draw.small(1, rank)] * 2})")
    if rank == 4:
        window, padding = draw.small(1, 3), draw.choice(("valid", "same"))
        ones, sizes = "[1, 1, 1, 1]", f"[1, {window}, {window}, 1]"
        yield both(
            f"ops.image.extract_patches({{0}}, {window}, padding='{padding}')",
            f"tf.image.extract_patches({{0}}, {sizes}, {sizes}, {ones}, '{padding.upper()}')",
        )
        yield both("ops.rot90({0}, axes=(1, 2))", "tf.image.rot90({0})")
        yield both("{0} * 0.5", f"tf.image.resize_with_crop_or_pad({{0}}, {draw.small()}, {draw.small()})")
    if rank == 3:
        yield both("ops.einsum('bij->bji', {0})")
        yield both("ops.einsum('bij,bkj->bik', {0}, {0})")


def items(draw: Draw, shape: Shape) -> Iterator[Step]:
    rank = len(shape)
    parts = [":"]
    for size in shape[1:]:
        whole = size or 3
        some = (str(draw.randrange(whole)), f"{draw.randrange(whole)}:", f":{draw.small(1, whole)}")
        parts.append(draw.choice((":", ":", *some, "::2", "-1", ":-1" if whole > 1 else ":", "None", "::-1")))
        if draw.flip(0.3):
            break
    if sum(part != "None" for part in parts) < rank and draw.flip(0.2):
        parts.append(draw.choice(("..., 0", "..., None", "..., :1")))
    yield both(f"{{0}}[{', '.join(parts)}]")
    yield both(
        draw.choice(("{0}[..., 0]", "{0}[..., -1]", "{0}[..., None]", "{0}[:, -1]", "{0}[..., :1]", "{0}[:, None]"))
    )


def reshapes(draw: Draw, shape: Shape) -> Iterator[Step]:
    """Reshapes of the whole tensor: within the samples, out of the batch and into it."""
    known = prod(size for size in shape if size is not None)
    target = factors(draw, known) if draw.flip(0.94) else [draw.small(), draw.small(1, 9)]
    lead = "-1, " if None in shape or draw.flip() else f"{shape[0]}, "
    listed = ", ".join(map(str, target))
    yield both(f"ops.reshape({{0}}, ({lead}{listed}))")
    yield both(f"ops.reshape({{0}}, [-1, {draw.choice(target)}])")
    yield both("ops.reshape({0}, (-1, {0}.shape[-1]))")
    # before there are data `ops.shape` says None of the samples, which Keras then refuses
    yield both(f"ops.reshape({{0}}, (-1, {listed}))", f"tf.reshape({{0}}, (tf.shape({{0}})[0], {listed}))")
    yield both("ops.reshape({0}, (-1, " + " * ".join(f"{{0}}.shape[{axis}]" for axis in range(1, len(shape))) + "))")
    if len(shape) > 2:
        back = ", ".join(f"{{0}}.shape[{axis}]" for axis in range(2, len(shape)))
        yield both(f"ops.reshape({{0}}, (-1, {back}))")
        yield both(f"ops.reshape(ops.reshape({{0}}, (-1, {back})), (-1, {{0}}.shape[1], {back}))")
    if len(shape) == 4 and None not in shape[1:]:
        rows = [d for d in range(1, shape[1] + 1) if shape[1] % d == 0]  # type: ignore[operator]
        cols = [d for d in range(1, shape[2] + 1) if shape[2] % d == 0]  # type: ignore[operator]
        h, w = draw.choice(rows), draw.choice(cols)
        cut = f"(-1, {rows[-1] // h}, {h}, {cols[-1] // w}, {w}, {shape[3]})"
        moved = f"ops.transpose(ops.reshape({{0}}, {cut}), (0, 1, 3, 2, 4, 5))"
        yield both(f"ops.reshape({moved}, (-1, {h}, {w}, {shape[3]}))")
        # windows of a map that was cut into them go back to it, or to one with another number of windows
        yield both(f"ops.reshape({{0}}, (-1, {h}, {shape[1]}, {w}, {shape[3]}))")


OPERATIONS = (elementwise, reductions, axes, axes, items, reshapes, reshapes)
