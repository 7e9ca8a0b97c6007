"""What `tf.matmul` refuses of its operands, whatever they are: numpy's and Keras's product takes vectors, too."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.graph import CallRefused
from cnnlint.readers.python.libraries.tensorflow.extents import sizes_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, TensorValue, Value, VariableValue

PRODUCTS = frozenset({"tf.matmul", "tf.linalg.matmul"})
#: what has a shape of its own, lists of numbers aside
HELD = (ArrayValue, TensorValue, VariableValue)


def refuse_vectors(run: Run, site: CallSite, operands: Sequence[Value]) -> None:
    """Tell the rules of a product with a vector or a number (TensorFlow 2.21: `math_ops.matmul`, "rank >= 2")."""
    shapes = [sizes_of(one) if isinstance(one, HELD) else None for one in operands]
    flat = next((one for one in shapes if one is not None and len(one) < 2), None)
    held = any(not isinstance(one, TensorValue) for one in operands)  # of two tensors the shapes tell
    if site.api not in PRODUCTS or flat is None or site.node is None or not held:
        return
    size = flat[0] if flat and isinstance(flat[0], int) else "?"
    problem = f"tf.matmul takes matrices, and is given {f'a vector of {size}' if flat else 'a number'}"
    advice = "tf.expand_dims makes it a matrix" if flat else "give it the axes of a matrix"
    run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice=advice))
