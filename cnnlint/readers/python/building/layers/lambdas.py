"""`Lambda(function)`: what the function does to the tensor it is given, as operations of the graph."""

from __future__ import annotations

from cnnlint.graph import Argument, Node
from cnnlint.readers.python.building.arguments import shape_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    CallSite,
    DictValue,
    FunctionValue,
    LayerValue,
    ListValue,
    PartialValue,
    Passed,
    Symbol,
    TensorValue,
    Value,
    elements,
)


def function_of(site: CallSite) -> Value:
    """The function that a Lambda layer is made of, with the further arguments that it is to be given."""
    function, more = site.value(0, "function"), site.value(3, "arguments")
    if isinstance(more, DictValue) and not more.open:
        names = {key: Passed(value, keyword=key) for key, value in more.items.items() if isinstance(key, str)}
        return PartialValue(function, (), names)
    return function if more is None else None


def merges(layer: LayerValue, function: Value) -> bool:
    """Make a Lambda of Keras 1's `merge(tensors, mode=function)`: the function is called on the list of them."""
    if not isinstance(function, (FunctionValue, PartialValue)):
        return False
    layer.arguments.clear()
    layer.opaque, layer.note, layer.inner, layer.listed = True, "Lambda", function, True
    return True


#: what Keras passes by name to a function that takes it
HANDED = frozenset({"mask", "training"})


def refused(function: Value) -> str:
    """Why a Lambda's function cannot be called on the one thing that it is given; empty where it can."""
    if not isinstance(function, FunctionValue) or function.owner is not None:
        return ""
    parameters = function.node.params
    names = [one.name.value for one in (*parameters.posonly_params, *parameters.params)]
    needed = [name for name in names if name not in function.defaults and name not in HANDED]
    if len(needed) > 1 and not parameters.posonly_params:  # the items of one tuple, in Python 2
        return f"the function of a Lambda is given one argument, and takes {len(needed)}"
    return "" if names or isinstance(parameters.star_arg, cst.Param) else "the function of a Lambda takes no argument"


def _given(layer: LayerValue, inputs: list[Node]) -> Value:
    """What the function is called on: a tensor, or a list of those of which there are several, or that the program put
    into one."""
    if len(inputs) == 1 and not layer.listed:
        return TensorValue(inputs[0])
    return ListValue([TensorValue(node) for node in inputs])


def several(run: Run, layer: LayerValue, inputs: list[Node]) -> ListValue | None:
    """The tensors of a Lambda whose function returns a list of them; None for any other."""
    function = layer.inner
    if not isinstance(function, FunctionValue) or not inputs:
        return None
    given = _given(layer, inputs)
    begun = len(run.building.nodes)
    parts = elements(run.attempt(function, CallSite(None, [Passed(given)])))
    if not parts or not all(isinstance(part, TensorValue) and part.node.shape is not None for part in parts):
        del run.building.nodes[begun:]
        return None
    for part in parts:
        if isinstance(part, TensorValue):
            run.building.use(layer, part.node)
    return ListValue(parts)


def read(run: Run, layer: LayerValue, inputs: list[Node]) -> Node | None:
    """The node that a Lambda's function ends in, or None where what it does could not be followed."""
    function = layer.inner
    if not isinstance(function, (FunctionValue, Symbol, PartialValue)) or not inputs:
        return None
    given = _given(layer, inputs)
    begun = len(run.building.nodes)
    result = run.attempt(function, CallSite(None, [Passed(given)]))
    made = run.building.nodes[begun:]
    if not isinstance(result, TensorValue) or any(node.opaque and node.shape is None for node in made):
        del run.building.nodes[begun:]  # the layer stands for them
        return None
    node = result.node
    if node not in made:
        return node if any(node is one for one in inputs) else None
    declared = layer.arguments.get("output_shape", Argument())
    sizes = shape_of(declared.value) if declared.known else None
    if sizes is not None:
        said = (None, *sizes)
        found = node.shape if node.shape is not None else said
        if len(found) == len(said):
            node.shape = tuple(said[axis] if size is None else size for axis, size in enumerate(found))
    node.name = layer.name or node.name
    node.note = "Lambda"
    run.building.use(layer, node)
    return node
