"""numpy's products of matrices."""

from __future__ import annotations

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.readers.python.arrays import dtypes, shapes
from cnnlint.readers.python.arrays.arithmetic import dtype_of_two
from cnnlint.readers.python.arrays.identity import lifted, origin_of, view
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Value


def _made(
    run: Run,
    one: ArrayValue,
    other: ArrayValue | None,
    shape: Shape | None,
    bound: Arguments,
) -> ArrayValue:
    facts = one.facts
    dtype = dtype_of_two("Add", facts, other.facts) if other is not None else None
    continuous = "continuous" in (facts.encoding, other.facts.encoding if other is not None else None)
    return ArrayValue(
        facts.with_step(
            Step("opaque", None, origin_of(run, bound.site)),
            shape=shape,
            low=None,
            high=None,
            dtype=dtype,
            encoding="continuous" if continuous and dtype in dtypes.FLOATS else None,
            classes=None,
            image=False,
        )
    )


def dot(run: Run, bound: Arguments) -> Value:
    """`np.dot(a, b)`: the last axis of a meets the last but one of b; a number is multiplied with."""
    one, other = lifted(run, bound["a"]), lifted(run, bound["b"])
    if one is None:
        return None
    a, b = one.facts.shape, other.facts.shape if other is not None else None
    shape: Shape | None = None
    if a is not None and b is not None:
        if not a or not b:
            shape = a or b
        else:
            shape = (*a[:-1], *b[:-2], *b[-1:]) if len(b) > 1 else a[:-1]
    if shape == () and a and b:
        return None
    return _made(run, one, other, shape, bound)


def matmul(run: Run, bound: Arguments) -> Value:
    """`np.matmul(a, b)`: matrices in the last two axes, the axes before them broadcast."""
    one, other = lifted(run, bound["a"]), lifted(run, bound["b"])
    if one is None:
        return None
    shape = shapes.multiplied(one.facts.shape, other.facts.shape if other is not None else None)
    return _made(run, one, other, shape, bound) if shape != () else None


def outer(run: Run, bound: Arguments) -> Value:
    """`np.outer(a, b)`, `np.kron(a, b)`: of which the shape of the first alone is told."""
    one, other = lifted(run, bound["a"]), lifted(run, bound["b"])
    if one is None:
        return None
    sizes = [shapes.product(array.facts.shape if array is not None else None) for array in (one, other)]
    kron = "out" not in bound.defaults
    return _made(run, one, other, None if kron else tuple(sizes), bound)


def einsum(run: Run, bound: Arguments) -> Value:
    """`np.einsum("ij,jk->ik", a, b)`."""
    text = bound["subscripts"]
    arrays = [lifted(run, passed.value) for passed in bound.rest]
    if not isinstance(text, str) or not arrays or None in arrays:
        return None
    left, arrow, right = text.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or "." in text or len(terms) != len(arrays) or not right:
        return None
    sizes: dict[str, int | None] = {}
    for term, array in zip(terms, arrays, strict=True):
        shape = array.facts.shape if array is not None else None
        if array is not None and len(arrays) == 1 and (shape is None or len(shape) != len(term)):
            return view(array, ArrayValue(ArrayFacts(root=array.facts.root)))
        if shape is None or len(shape) != len(term):
            return None
        for letter, size in zip(term, shape, strict=True):
            sizes[letter] = sizes.get(letter) if size is None else size
    if any(letter not in sizes for letter in right):
        return None
    first = arrays[0]
    assert first is not None
    same = len(arrays) == 1
    made = _made(run, first, arrays[1] if len(arrays) == 2 else first, tuple(sizes[letter] for letter in right), bound)
    if same:
        return view(first, made)  # `ij->ji` and `ii->i` show the same memory
    return made if len(arrays) == 2 else None
