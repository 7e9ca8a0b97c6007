"""What a model cannot be made of: inputs that lead nowhere, or come from elsewhere, and layers that are none."""

from __future__ import annotations

from cnnlint.graph import Argument, CallRefused, Node, Origin, Shape, UnconnectedInput
from cnnlint.graph.walks import ancestors
from cnnlint.readers.python.building.arguments import is_opaque
from cnnlint.readers.python.building.layers import on_data
from cnnlint.readers.python.building.layers.joining import may_be_several, stands_for_data
from cnnlint.readers.python.building.models import same_names
from cnnlint.readers.python.building.out_of_reach import says
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.walks import loads
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    FunctionValue,
    LayerValue,
    ListValue,
    ModelValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
)

#: what is no layer, in any version
NO_LAYERS = (
    (FunctionValue, "a function"),
    (str, "a string"),
    (bool, "a truth value"),
    ((int, float), "a number"),
    ((ListValue, tuple), "a list"),
)
#: what is no tensor, in any version
NO_TENSORS = ((str, "a word"), (LayerValue, "a layer"), (ModelValue, "a model"), (ArrayValue, "an array"))
#: modules of functions that are no layers
COMPUTING = ("keras.ops.", "keras.activations.", "tf.nn.")
#: the functions that make an input
MAKERS = ("keras.Input", "keras.layers.Input")


def check(run: Run, model: ModelValue, given: Value, site: CallSite) -> None:
    """Tell the rules of inputs that do not lead to the outputs of a model, where all of its inputs are known."""
    same_names.among_tensors(run, model)
    kind = next((name for types, name in NO_TENSORS if isinstance(given, types)), None)
    if kind is not None and model.instance is None and not site.open:
        problem = f"a model begins at tensors, and is given {kind}"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="pass the Input itself"))
    given_out = site.value(1, "outputs")
    array = next((one for one in (given_out, *(elements(given_out) or ())) if isinstance(one, ArrayValue)), None)
    if array is not None and model.instance is None and not site.open and run.versions.keras == 3:
        problem = "a model ends at tensors that are computed of its inputs, and is given an array"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="call the layers on its Input"))
    items = [given] if isinstance(given, TensorValue) else elements(given)
    is_open = isinstance(given, ListValue) and given.open
    if items is None or is_open or site.open or model.gaps or not model.outputs:
        return
    if not items or not all(isinstance(item, TensorValue) for item in items):
        return
    declared = {id(tensor.node) for tensor in model.inputs}
    # what a call that is not read makes of a tensor may be no tensor, but a model or a layer
    reached = list(
        ancestors(*(one.node for one in model.outputs), until=lambda node: id(node) in declared or node.unread)
    )
    # a model from the middle of another one, and what may have been the first of several inputs, begin where they begin
    behind = {id(node) for node in ancestors(*(one.node for one in model.inputs))} - declared
    # but nothing is computed from what lies in front of it
    backward = any(id(one.node) in behind for one in model.outputs)
    begun = declared if backward else declared | behind
    own = _brought(run) if all(_made_here(one.node) for one in model.inputs) else {}
    made = (node for node in reached if _made_here(node) or id(node) in own)
    missing = next((node for node in made if id(node) not in begun), None)
    origin = run.origin(site.node)
    if missing is not None:
        brought = f"the input of {own[id(missing)]}" if id(missing) in own else ""
        what = brought or _name(run, missing) or missing.name or "an Input"
        run.event(UnconnectedInput(origin=origin, what=what, declared=False))
        return
    ends = {id(node) for node in reached}
    for node in (tensor.node for tensor in model.inputs):
        name = _name(run, node) if id(node) not in ends and not node.escapes and _made_here(node) else ""
        if not name or loads(run.frame.unit.parsed).get(name, 0) != 1:
            continue
        if not any(source is node for reader in run.building.nodes for source in reader.inputs):
            run.event(UnconnectedInput(origin=origin, what=name, declared=True))
            return


def _brought(run: Run) -> dict[int, str]:
    """The inputs that published networks brought with them, which are no one else's, and the names of these."""
    found = {}
    for node in run.building.nodes:
        start, layer = (node.inputs or [node])[0], run.building.made_by.get(id(node))
        brought = start.kind == "Input" and not start.placement.api and layer is not None and layer.inner is None
        if node.kind == "Application" and brought and node.known("pooling"):
            found[id(start)] = node.name or "the network"
    return found


def miscounted(run: Run, model: ModelValue, passed: Value, site: CallSite) -> None:
    """Tell of a functional model that is called on more or fewer tensors than it reads, or on others."""
    on_data.model(run, model, passed, site)
    items = [passed] if isinstance(passed, TensorValue) else elements(passed)
    is_open = isinstance(passed, ListValue) and passed.open
    tensors = all(
        isinstance(item, TensorValue) and not may_be_several(item) and not stands_for_data(item.node)
        for item in items or ()
    )
    whole = model.kind == "functional" and model.instance is None and model.inputs and not model.unread
    if not whole or not tensors or is_open or not items or len(items) == len(model.inputs):
        return
    count = len(model.inputs)
    problem = f"the model reads {count} input{'s' * (count > 1)}, and is called on {len(items)}"
    run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="pass a list with a tensor for each"))


def _made_here(node: Node) -> bool:
    """Whether a node is an input that the program makes to be fed: one of a given tensor is not fed."""
    return node.kind == "Input" and node.placement.api in MAKERS and not node.given("tensor") and not node.note


def _name(run: Run, node: Node) -> str:
    """The name that an input has where it is declared."""
    names = (name for name, value in run.scope.names.items() if isinstance(value, TensorValue) and value.node is node)
    return next(names, "")


def chosen(model: ModelValue, inputs: Value, outputs: Value) -> None:
    """Note where the program alone says which inputs and outputs a model has, and that was not worked out."""
    if any(says(one, parts=True) for one in (elements(inputs) or ())):
        model.unread.append(("one of its inputs is not known", model.placement.call))
    if model.outputs and is_opaque(outputs):
        model.unread.append(("which outputs it has is not known", model.placement.call))


def flat(value: Value) -> list[Value]:
    """The parts of what a model is given, those of lists in it one by one."""
    if isinstance(value, ListValue) and value.open:
        return [Unknown("items")]
    items = elements(value) if isinstance(value, (tuple, ListValue)) else None
    return [value] if items is None else [part for item in items for part in flat(item)]


def one_list(run: Run, site: CallSite) -> None:
    """Tell the rules of a Sequential that is given its layers one by one, of which no version makes a list."""
    more = [one.value for one in site.positional[1:]]
    if not site.open and any(isinstance(one, (LayerValue, TensorValue, ModelValue)) for one in more):
        problem = "Sequential takes one list of layers, and is given them one by one"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="Sequential([…, …])"))


def no_layer(run: Run, model: ModelValue, item: Value, where: Origin | None) -> str:
    """What is said of an item of a Sequential that is not known to be a layer; rules hear of what is surely none."""
    kind = next((name for types, name in NO_LAYERS if isinstance(item, types)), None)
    if isinstance(item, Symbol) and item.name.startswith(COMPUTING) and item.last.islower():
        kind = "a function"
    if kind is not None and where is not None and model.instance is None:
        advice = "layers.Lambda(…)" if kind == "a function" else ""
        problem = f"a Sequential is made of layers, and is given {kind}"
        run.event(CallRefused(origin=where, problem=problem, advice=advice))
    return item.why if isinstance(item, Unknown) else kind or "a layer"


def conformed(run: Run, node: Node, declared: Shape | None) -> Node:
    """A node with or without a last axis of 1, as the model that is called on it declares."""
    given = node.shape
    if given is None or declared is None or abs(len(given) - len(declared)) != 1:
        return node
    if max(given, declared, key=len)[-1] != 1:
        return node
    kind = "Squeeze" if len(given) > len(declared) else "ExpandDims"
    return run.building.node(kind, [node], {"axis": Argument(-1)})
