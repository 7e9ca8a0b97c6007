"""What Keras 3 refuses of the tensors of its functional API, which have no data yet and no number of samples.

Keras 2 hands most of this to TensorFlow, and so does code that Keras runs itself: the `call` of layers and models, the
functions of Lambda layers, losses. Source: keras 3.15: `src/backend/common/keras_tensor.py`, `src/ops/core.py:
GetItem`.
"""

from __future__ import annotations

from cnnlint.graph import CallRefused, Node, Shape
from cnnlint.graph.values import agree
from cnnlint.graph.walks import ancestors, spell
from cnnlint.readers.python.building.layers.joining import may_be_several
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import ArrayValue, TensorValue, Value

Refusal = tuple[str, str]
"""Why something is refused, and what to write instead."""
#: functions of TensorFlow that look at no tensor itself
STRUCTURES = "tf.nest."
#: functions of numpy that ask a tensor for what it has
LOOKING = frozenset({"numpy.shape", "numpy.ndim", "numpy.squeeze"})
#: how far back along its first inputs a tensor's input is looked for
LONGEST = 200


def is_placeholder(run: Run, node: Node) -> bool:
    """Whether a tensor is one of Keras 3's functional API, where the program's text decides that."""
    return run.versions.keras == 3 and of_input(run, node)


def is_symbolic(run: Run, node: Node) -> bool:
    """Whether a tensor is one of the functional API and no output of a model or layer that is called on data."""
    return is_placeholder(run, node) and not any(id(one) in run.building.fed for one in ancestors(node))


#: what is opaque and surely a tensor where it is made of one
ELEMENTS = frozenset({"slice", "GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual"})


#: what Python asks of a tensor, and what of it a symbolic one has not (keras_tensor.py: `__bool__`, `__iter__`)
ASKED = {
    "Truth": ("has no numbers yet: Python cannot decide by it", "keras.ops.where"),
    "Length": ("has no length", "its sizes are in .shape"),
    "Iteration": ("cannot be gone through", "keras.ops.unstack, or a layer that works on each step"),
}


def decided(run: Run, value: TensorValue, node: cst.CSTNode, asked: str) -> TensorValue:
    """Tell the rules of a symbolic tensor that Python takes for a truth, a number or a sequence.

    Of what is not read it is not sure that it is a tensor: the size of one is a number.
    """
    if asked == "Abs":
        return run.building.simple(asked, [value], node)
    if asked not in ASKED or may_be_several(value):
        return value
    chain = ancestors(value.node)
    read = not any(one.unread or (one.opaque and one.note not in ELEMENTS) for one in chain)
    if read and is_symbolic(run, value.node) and not run.frame.conditions:
        problem, advice = ASKED[asked]
        run.event(
            CallRefused(origin=run.origin(node), problem=f"a symbolic tensor of Keras 3 {problem}", advice=advice)
        )
    return value


def unassigned(run: Run, value: Value) -> None:
    """Tell the rules of `tensor[...] = value` for a tensor of a model: none of any version takes that."""
    if not isinstance(value, TensorValue) or may_be_several(value) or value.node.opaque or run.frame.conditions:
        return
    if of_input(run, value.node):
        problem = "nothing can be written into a tensor of Keras"
        run.event(
            CallRefused(origin=run.origin(run.statement), problem=problem, advice="keras.ops.where, or concatenate")
        )


def of_input(run: Run, node: Node) -> bool:
    """Whether a tensor is computed of an input of Keras where the program's text says so, by its first inputs."""
    if run.building.by_framework or run.trying:
        return False
    for _ in range(LONGEST):
        if not node.inputs:
            return node.kind == "Input" and node.placement.api.startswith("keras.")
        node = node.inputs[0]
    return False


def of_data(run: Run, node: Node) -> bool:
    """Whether a tensor is computed where it stands: of arrays and constants of known sizes alone, in no graph."""
    roots = [one for one in ancestors(node) if not one.inputs]
    return run.versions.tensorflow != 1 and all(
        id(one) in run.building.fed or (one.note in ("constant", "variable") and one.followed is not None)
        for one in roots
    )


def refuse(node: Node, refusal: Refusal | None) -> None:
    """Note why the framework does not make a node, unless something else is wrong with it."""
    if refusal is not None and node.shape_error is None:
        node.shape_error, node.advice = refusal


def of_item(run: Run, node: Node, index: list[Value]) -> Refusal | None:
    """Why a subscript cannot be taken of a tensor; None where it can, or where that is not known."""
    if len(index) != 1 or not (index[0] is None or index[0] is Ellipsis or isinstance(index[0], slice)):
        return None
    if not is_placeholder(run, node):
        return None
    return "Keras 3 takes no slice alone of a symbolic tensor", "add an index: x[1:, ...], x[None, ...]"


def of_operand(run: Run, node: Node, left: Value) -> Refusal | None:
    """Why a tensor cannot stand on the right of what stands on the left of an operator; None where it can."""
    if not isinstance(left, ArrayValue) or not left.numpy or not is_placeholder(run, node):
        return None
    return (
        "numpy wants the numbers of what stands on the right of its array, and a symbolic tensor has none",
        "put the array on the right, or into keras.ops.convert_to_tensor",
    )


def of_function(run: Run, node: Node, api: str) -> Refusal | None:
    """Why a function of TensorFlow or numpy takes no such tensor; None where it does. Of numpy no version has it."""
    library = {"tf": "TensorFlow", "numpy": "numpy"}.get(api.partition(".")[0])
    if library is None or api.startswith(STRUCTURES) or api in LOOKING:
        return None
    anyhow = library == "numpy" and run.versions.keras != 1 and of_input(run, node)
    if not anyhow and not is_placeholder(run, node):
        return None
    version = " 3" if run.versions.keras == 3 else ""
    return (
        f"a function of {library} takes no symbolic tensor of Keras{version}",
        "use the function of keras.ops, or call it within a layer",
    )


def of_call(run: Run, node: Node) -> Refusal | None:
    """Why a tensor that stands where a layer is called cannot be; None where it may be something else."""
    certain = not node.opaque and is_placeholder(run, node)
    return ("what is called is a tensor, not a layer", "call a layer on it") if certain else None


def of_model(run: Run, declared: Shape | None, given: Shape | None) -> Refusal | None:
    """Why a model of tensors cannot be called on one of this shape; None where it can, or where that is not known.

    Keras 3 adds or takes away a last axis of 1, and compares the others but for that of the samples (`src/models/
    functional.py: _adjust_input_rank`, `src/layers/input_spec.py`); Keras 2 only warns.
    """
    if run.versions.keras != 3 or declared is None or given is None:
        return None
    longer, shorter = (given, declared) if len(given) > len(declared) else (declared, given)
    more = len(longer) - len(shorter)
    fits = more == 0 or (more == 1 and longer[-1] in (1, None))
    one, other = (shape[1:-1] if shape[-1:] == (1,) else shape[1:] for shape in (declared, given))
    if fits and agree(one[: len(other)], other[: len(one)]):
        return None
    why = f"the model's input is declared as {spell(declared[1:])}, and it is called on {spell(given[1:])}"
    return why, "make the sizes agree"
