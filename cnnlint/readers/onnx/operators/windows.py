"""What convolutions and pooling share: sliding windows, their padding, and the layout they need."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cnnlint.graph import Node, Shape
from cnnlint.readers.onnx.builder import Builder
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.values import Axes, Tensor, channels_first


class Window(Struct, frozen=True):
    """A window over the spatial axes, with the padding before and after each."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    auto: str

    @property
    def spread(self) -> tuple[int, ...]:
        """How far the window reaches along each axis, holes included."""
        return tuple(dilation * (size - 1) + 1 for size, dilation in zip(self.kernel, self.dilations, strict=True))

    @property
    def padded(self) -> bool:
        """Whether there is explicit padding."""
        return any(self.before) or any(self.after)

    def trivial(self, axis: int) -> bool:
        """Whether the window does nothing along a spatial axis."""
        return (self.kernel[axis], self.strides[axis], self.before[axis], self.after[axis]) == (1, 1, 0, 0)

    def along(self, axes: Sequence[int]) -> Window:
        """The window along some of the spatial axes."""

        def chosen(part: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(part[axis] for axis in axes)

        return Window(
            chosen(self.kernel),
            chosen(self.strides),
            chosen(self.dilations),
            chosen(self.before),
            chosen(self.after),
            self.auto,
        )

    def same(self, sizes: Sequence[int | None]) -> bool:
        """Whether the padding is exactly what Keras's "same" adds for inputs of these sizes.

        At stride 1 the sizes do not matter; at others they decide how many places there are and where they start.
        """
        for size, spread, stride, before, after in zip(
            sizes, self.spread, self.strides, self.before, self.after, strict=True
        ):
            if stride == 1:
                total = spread - 1
            elif size is None:
                return False
            else:
                total = max((-(-size // stride) - 1) * stride + spread - size, 0)
            if (before, after) != (total // 2, total - total // 2):
                return False
        return True

    def keeps(self, sizes: Sequence[int | None]) -> bool:
        """Whether there are as many places as "same" gives, wherever they start."""
        for size, spread, stride, before, after in zip(
            sizes, self.spread, self.strides, self.before, self.after, strict=True
        ):
            total = before + after
            if total == spread - 1:
                continue
            if size is None or (size + total - spread) // stride + 1 != -(-size // stride):
                return False
        return True


def window(operation: Operation, kernel: tuple[int, ...]) -> Window:
    """The window of an operator whose kernel has these sizes."""
    rank = len(kernel)
    strides = operation.integers("strides", rank) or (1,) * rank
    dilations = operation.integers("dilations", rank) or (1,) * rank
    pads = operation.integers("pads", 2 * rank) or (0,) * (2 * rank)
    if min((*kernel, *strides, *dilations), default=1) < 1:
        raise Malformed(f"{operation.kind} has a kernel, stride or dilation below 1")
    auto = operation.text("auto_pad", "NOTSET")
    if auto not in ("NOTSET", ""):
        pads = (0,) * (2 * rank)
    return Window(kernel, strides, dilations, pads[:rank], pads[rank:], auto)


class Placed(Struct, frozen=True):
    """A tensor made ready for a window: its node in channels-last order, and what remains of the window."""

    node: Node
    window: Window
    #: the layout of the operator's output
    axes: Axes

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.window.kernel)

    @property
    def sizes(self) -> Shape:
        """The sizes of the spatial axes."""
        shape = self.node.shape
        return (None,) * self.rank if shape is None else shape[1:-1]


def prepared(builder: Builder, operation: Operation, tensor: Tensor, full: Window) -> Placed:
    """The operator's input in channels-last order, without the phantom axes along which the window does nothing.

    A one-dimensional convolution is exported as a two-dimensional one between Unsqueeze and Squeeze.
    """
    rank = len(full.kernel) + 2
    layout = channels_first(rank)
    if tensor.axes is None:
        return Placed(tensor.node, full, layout)
    if len(tensor.axes) != rank:
        raise Malformed(f"{operation.kind} with a window of {rank - 2} sizes reads {len(tensor.axes)} axes")
    idle = [axis for axis in range(2, rank) if tensor.axes[axis] is None and full.trivial(axis - 2)]
    kept = [axis for axis in range(rank) if axis not in idle]
    if not idle or len(kept) < 3:
        return Placed(builder.place(tensor, layout, operation), full, layout)
    small = channels_first(len(kept))
    node = builder.place(tensor.laid(tuple(tensor.axes[axis] for axis in kept)), small, operation)
    output: list[int | None] = [None] * rank
    for target, axis in zip(small, kept, strict=True):
        output[axis] = target
    return Placed(node, full.along([axis - 2 for axis in kept[2:]]), tuple(output))
