"""Functions of TensorFlow that call a function of the program, most of them again and again: `tf.while_loop`.

The function is read once. How often it runs is not known, and changes neither the layers nor the shapes: TensorFlow
holds a loop's variables to the shapes that they come with, unless `shape_invariants` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph.values import Sizes
from cnnlint.readers.python.libraries.tensorflow.extents import sizes_of
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    CallSite,
    FunctionValue,
    MethodValue,
    PartialValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    over,
    tensors_in,
)

READ = (FunctionValue, MethodValue, PartialValue)
"""Functions whose body is there to be read."""


def while_loop(run: Run, site: CallSite) -> Value:
    """`tf.while_loop(cond, body, loop_vars)`: what one pass makes of the variables, in their structure."""
    body, given = site.value(1, "body"), site.value(2, "loop_vars")
    variables = elements(given)
    before = tensors_in(given)
    if variables is None or site.open or not isinstance(body, READ):
        return run.building.opaque("tf.while_loop", before, site.node)
    names = [
        one if tensors_in(one) else Unknown("a variable of a loop", ("looped", id(site), place))
        for place, one in enumerate(variables)
    ]
    made = _read(run, body, [Passed(one) for one in names])
    after = elements(made) or [made]
    kept = site.api.startswith("keras.") or site.value(3, "shape_invariants") is None
    if len(after) != len(variables):
        return run.building.opaque("tf.while_loop", before, site.node)
    return tuple(_looped(run, site, old, new, kept) for old, new in zip(names, after, strict=True))


def _looped(run: Run, site: CallSite, old: Value, new: Value, kept: bool) -> Value:
    """A variable of a loop behind it."""
    if not isinstance(old, TensorValue):
        return over(
            old,
            lambda part: (
                run.building.opaque("tf.while_loop", [part], site.node)
                if isinstance(part, TensorValue)
                else Unknown("a variable of a loop")
            ),
        )
    start = old.node.followed
    passed = [old, *tensors_in(new)]
    return run.building.opaque("tf.while_loop", passed, site.node, shape=start if kept else None, weights=0)


def map_fn(run: Run, site: CallSite) -> Value:
    """`tf.map_fn(fn, elems)`: what the function makes of a sample, once for each along the first axis."""
    function, given = site.value(0, "fn"), site.value(1, "elems")
    tensors = tensors_in(given)
    known = bool(tensors) and not site.open and isinstance(function, READ)
    if not known or any(not one.node.followed for one in tensors):
        return run.building.opaque("tf.map_fn", tensors, site.node)
    first = (tensors[0].node.followed or (None,))[0]

    def sample(part: Value) -> Value:
        if not isinstance(part, TensorValue):
            return part
        return run.building.opaque("slice", [part], site.node, shape=(part.node.followed or ())[1:], weights=0)

    def stacked(part: Value) -> Value:
        if not isinstance(part, TensorValue):
            return Unknown("tf.map_fn()", ("call", site.api, run.building.place(site)))
        sizes: Sizes | None = part.node.followed
        shape = (first, *sizes) if sizes is not None else None
        return run.building.opaque("tf.map_fn", [part], site.node, shape=shape, weights=0)

    return over(_read(run, function, [Passed(over(given, sample))]), stacked)


def accumulated(run: Run, site: CallSite) -> Value:
    """`tf.scan(fn, elems, initializer)`, `tf.foldl`, `tf.foldr`: what is carried from one element to the next keeps the
    shape that it starts with; `scan` gives it of every element."""
    function, given = site.value(0, "fn"), site.value(1, "elems")
    tensors, passed = tensors_in(given), site.passed(2, "initializer")
    known = bool(tensors) and not site.open and isinstance(function, READ)
    if not known or any(not one.node.followed for one in tensors):
        return run.building.opaque(site.api, [*tensors, *tensors_in(site.value(2, "initializer"))], site.node)
    first = (tensors[0].node.followed or (None,))[0]

    def sample(part: Value) -> Value:
        if not isinstance(part, TensorValue):
            return part
        return run.building.opaque("slice", [part], site.node, shape=(part.node.followed or ())[1:], weights=0)

    elements_ = over(given, sample)
    start = elements_ if passed is None or passed.value is None else passed.value
    made = tensors_in(_read(run, function, [Passed(start), Passed(elements_)]))

    def carried(part: Value) -> Value:
        sizes = sizes_of(part)
        shape = sizes if sizes is None or not site.api.endswith(".scan") else (first, *sizes)
        return run.building.opaque(site.api, [*tensors_in(part), *tensors, *made], site.node, shape=shape, weights=0)

    return over(start, carried)


def counted_loop(run: Run, site: CallSite) -> Value:
    """`keras.ops.fori_loop(lower, upper, body_fun, init_val)`: what one pass makes, in the shape of the start."""
    body, start = site.value(2, "body_fun"), site.value(3, "init_val")
    if not isinstance(start, TensorValue) or site.open or not isinstance(body, READ):
        return run.building.opaque(site.api, tensors_in(start), site.node)
    turn = Unknown("the number of a pass", ("looped", id(site), 0))
    return _looped(run, site, start, _read(run, body, [Passed(turn), Passed(start)]), kept=True)


def _read(run: Run, function: Value, given: list[Passed]) -> Value:
    """What a function makes; what it is given has lost an axis, or may be something else in another pass, so that
    nothing is said against what it does."""
    begun = len(run.building.nodes)
    made = run.attempt(function, CallSite(None, given))
    for node in run.building.nodes[begun:]:
        node.shape_error = None
    return made


def custom_gradient(run: Run, site: CallSite) -> Value:
    """`tf.custom_gradient(f)`: what `f` computes, without the gradient that it gives beside. What passes back through
    it is not what passes through its operations, so that it is one operation."""
    function = site.value(0, "f")
    if not isinstance(function, READ) or run.scope.kind == "class":  # a method: of which object is not told
        return Unknown("`tf.custom_gradient`", ("call", site.api, run.building.place(site)))

    def called(run: Run, site: CallSite) -> Value:
        given = [tensor for value in site.values() for tensor in tensors_in(value)]
        given += [run.building.operand(one, site.node) for one in site.values() if isinstance(one, VariableValue)]
        begun = len(run.building.nodes)
        made = elements(run.attempt(function, site)) or ()
        within = run.building.nodes[begun:]
        answer = made[0] if len(made) == 2 else None
        if not isinstance(answer, TensorValue) or any(node.parameters for node in within):
            return run.building.opaque("tf.custom_gradient", given, site.node, unread=True)
        run.building.abandoned.update(id(node) for node in within)
        return run.building.opaque("tf.custom_gradient", given, site.node, shape=answer.node.followed, weights=0)

    return Native("custom_gradient", called)


#: decorators whose result these make
DECORATORS = frozenset({"tf.custom_gradient", "keras.ops.custom_gradient"})


def crop_and_resize(run: Run, site: CallSite) -> Value:
    """`tf.image.crop_and_resize(image, boxes, box_indices, crop_size)`: as many pictures as there are boxes."""
    image, boxes, size = site.value(0, "image"), site.value(1, "boxes"), elements(site.value(3, "crop_size"))
    tensors = [tensor for value in (image, boxes) for tensor in tensors_in(value)]
    sizes = image.node.followed if isinstance(image, TensorValue) else None
    if site.open or not tensors:
        return run.building.opaque("tf.image.crop_and_resize", tensors, site.node)
    cropped = [one if isinstance(one, int) else None for one in size or (None, None)]
    made = (None, *cropped, sizes[-1]) if sizes else None
    return run.building.opaque("tf.image.crop_and_resize", tensors, site.node, shape=made, weights=0)


HANDLERS: dict[str, Callable[[Run, CallSite], Value]] = {
    **dict.fromkeys(("tf.while_loop", "tf.compat.v1.while_loop", "keras.ops.while_loop"), while_loop),
    **{f"{module}.{name}": accumulated for module in ("tf", "keras.backend") for name in ("foldl", "foldr")},
    "tf.scan": accumulated,
    "keras.ops.fori_loop": counted_loop,
    **dict.fromkeys(("tf.map_fn", "tf.vectorized_map", "keras.ops.vectorized_map", "keras.backend.map_fn"), map_fn),
    "keras.ops.map": map_fn,
    "tf.image.crop_and_resize": crop_and_resize,
    **dict.fromkeys(DECORATORS, custom_gradient),
}
