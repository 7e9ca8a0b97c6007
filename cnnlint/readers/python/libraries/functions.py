"""Functions that the API tables describe: bound to canonical arguments, and applied to tensors as layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cnnlint.graph import UNKNOWN, Argmax, Argument, Node
from cnnlint.graph.calls import Bound, FunctionSpec
from cnnlint.graph.kinds import MERGES
from cnnlint.graph.values import Sizes
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.building import out_of_reach
from cnnlint.readers.python.building.arguments import canonical_arguments
from cnnlint.readers.python.building.layers import lambdas, layers
from cnnlint.readers.python.building.layers.joining import joined, laid_beside
from cnnlint.readers.python.building.own import activations as own_activations
from cnnlint.readers.python.building.training import losses, sessions, variables
from cnnlint.readers.python.libraries import weighted
from cnnlint.readers.python.libraries.tensorflow import agreeing, tensor_functions, tf1
from cnnlint.readers.python.libraries.tensorflow.matrices import refuse_vectors
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    LayerValue,
    ListValue,
    LossTensor,
    ObjectValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    is_constant,
    tensors_in,
)


def scoped_defaults(run: Run, name: str, site: CallSite) -> None:
    """Add what the arg_scopes around a slim call give to it."""
    for defaults in reversed(run.arg_scopes):
        for key, value in defaults.get(name, {}).items():
            if key not in site.keywords:
                site.keywords[key] = Passed(value, None, key)


def by_table(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """Apply a function that the tables describe, or None if it is not one that works on what was passed."""
    if spec.family == "loss":
        return losses.loss_call(run, spec, site)
    if spec.special in tf1.SPECIAL:
        return tf1.special(run, spec, site)
    if spec.family in ("optimizer", "initializer"):
        run.building.placement(site, "function", site.api)
        return ObjectValue(site.api, site)
    if spec.family == "special" or spec.kind in ("", "Variable") or not spec.kind:
        return tf1.special(run, spec, site)
    if spec.kind == "Input":
        return sessions.placeholder(run, spec, site)
    if spec.family == "layer" and spec.input is None:
        return _layer_class(run, spec, site)
    return apply_function(run, spec, site)


def _layer_class(run: Run, spec: FunctionSpec, site: CallSite) -> LayerValue:
    arguments, _ = canonical_arguments(run, spec, site)
    placement = run.building.placement(site, "other", site.api)
    layer = LayerValue(spec.kind, arguments, placement, run.building.next_id())
    _finish(layer, spec)
    return layer


def _finish(layer: LayerValue, spec: FunctionSpec) -> None:
    name = layer.arguments.pop("name", None)
    layer.name = name.value if name is not None and isinstance(name.value, str) else None
    trainable = layer.arguments.pop("trainable", None)
    if trainable is not None:
        layer.trainable = trainable.value if isinstance(trainable.value, bool) else None
    if spec.kind != "Activation" and "activation" in layer.arguments:
        layer.activation = layer.arguments.pop("activation")


class Applied(NamedTuple):
    """A function of the tables and what it is called with: its arguments under Keras's names, and its operands."""

    spec: FunctionSpec
    site: CallSite
    arguments: dict[str, Argument]
    bound: Bound[Passed]
    values: list[Value]

    @property
    def only(self) -> Value:
        """Its one operand, if it has one alone."""
        return self.values[0] if len(self.values) == 1 else None


def apply_function(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.layers.conv2d(x, ...)`: the layer that the function stands for, applied to its input."""
    arguments, bound = canonical_arguments(run, spec, site)
    operands = [bound.input.value] if bound.input is not None else []
    further = [bound.passed[name].value for name in spec.tensors if name in bound.passed]
    operands += [passed for passed in further if passed.value is not None]
    call = Applied(spec, site, arguments, bound, [passed.value for passed in operands])
    parts = elements(call.only) if spec.kind in ("Concatenate", "Stack") else None
    if parts and all(isinstance(part, ArrayValue) for part in parts):
        return arrays.tensorflow(run, site.api, site)
    _looked_at(run, call, parts or ())
    tensors = _tensors(run, call)
    if spec.kind == "Where" and len(call.values) == len(tensors) == 1:
        condition = tensors[0].node.followed
        where = None if condition is None else (None, len(condition))
        return run.building.opaque("where", tensors, site.node, shape=where, weights=0)
    if tensors and spec.kind in JOINING and len(call.values) > 1:
        tensors = [t for v in call.values for t in tensors_in(v) or laid_beside(run, v, site.node)]
    found: Value = _of_losses(call.values)
    if found is None and (spec.special == "two_inputs" or (spec.kind == "MatMul" and len(call.values) == 2)):
        found = _two(run, spec, site, call.values)
    if found is not None:
        return found
    if not tensors:
        sizes = tensor_functions.joined_sizes(spec.kind, call.values)
        if sizes is not None:
            return ListValue(sizes)
        if _on_data(call):
            return arrays.tensorflow(run, site.api, site)
        tensor = _input_of_unknown(run, call)
        if tensor is None:
            return _unread(run, call)
        tensors = [tensor]
    return _on_tensors(run, call, tensors)


def _looked_at(run: Run, call: Applied, parts: Iterable[Value]) -> None:
    """What TensorFlow says of the operands before it works on them; a list is one tensor to a function of one."""
    spec, site, values = call.spec, call.site, call.values
    if any(isinstance(one, VariableValue) for one in (*values, *parts)):
        agreeing.refuse(run, site.api, site)
    if values and spec.family == "operation" and spec.kind not in LISTED:
        values[0] = _stacked(run, values[0], site)
    for value in values if site.api.startswith("keras.ops.") else ():
        layers.uncalled(run, value, site.api.removeprefix("keras."), site)


def _tensors(run: Run, call: Applied) -> list[TensorValue]:
    axis = call.arguments.get("axis", Argument()).value
    return [tensor for value in call.values for tensor in joined(run, call.spec.kind, value, axis, call.site.node)]


def _of_losses(values: list[Value]) -> LossTensor | None:
    """What is made of losses: all of them."""
    found = [loss for value in values if isinstance(value, LossTensor) for loss in value.losses]
    found += [loss for v in values for i in elements(v) or [] if isinstance(i, LossTensor) for loss in i.losses]
    if not found:
        return None
    only = values[0] if len(values) == 1 and isinstance(values[0], LossTensor) else LossTensor([], whole=False)
    return LossTensor(found, negated=only.negated, whole=only.whole)


def _on_data(call: Applied) -> bool:
    """Whether it works on arrays and not on tensors of a model."""
    data = call.values and (
        isinstance(call.values[0], (ArrayValue, DatasetValue)) or call.site.api.endswith(".one_hot")
    )
    return bool(data) and call.spec.category in ("operation", "reshaping", "merge", "activation")


def _unread(run: Run, call: Applied) -> Unknown:
    """What a function makes of nothing that is a tensor, and how it hangs on what it is given."""
    values, site = call.values, call.site
    unread: tuple[object, ...] = (
        (out_of_reach.mark(values),) if any(out_of_reach.says(v, parts=True) for v in values) else ()
    )
    if site.api.endswith(".cast") and values and isinstance(values[0], Unknown) and not unread:
        unread = (values[0].token,)  # it is what it was
    elif call.spec.kind in out_of_reach.EACH and values and all(isinstance(v, (int, float)) for v in values):
        unread = (out_of_reach.OF_NUMBERS,)
    return Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site), *unread))


def _on_tensors(run: Run, call: Applied, tensors: list[TensorValue]) -> Value:
    """What comes out of tensors: a layer's output, or what one layer does not stand for."""
    spec, site, passed = call.spec, call.site, call.bound.passed
    if spec.kind in PLACED and "indices" in passed:
        places = passed["indices"].value.value
        if elements(places) is None and not is_constant(places):
            tensors = [tensors[0], run.building.operand(places, site.node)]
    if spec.kind == "Reshape" and spec.special == "whole_shape":
        return tensor_functions.reshape(run, site, tensors[0], call.bound)
    if spec.kind in tensor_functions.SEVERAL:
        return tensor_functions.several(run, spec.kind, call.arguments, tensors[0], site)
    layer = LayerValue(
        spec.kind, call.arguments, run.building.placement(site, "function", site.api), run.building.next_id()
    )
    if spec.kind == "ArgMax":
        _argmax(run, site, tensors[0], call.arguments)
    _finish(layer, spec)
    if spec.kind_by is not None and not _of_kind(layer, call, *spec.kind_by):
        return run.building.opaque("merge", tensors, site.node)
    held = weighted.given(layer, call.bound, spec)
    if spec.kind == "BiasAdd":
        bias = passed.get("bias") or passed.get("biases")
        return weighted.with_variable(run, "Add", tensors[0], bias.value.value if bias is not None else None, site.node)
    weighted.rank_from_input(spec, layer, tensors[0])
    if spec.special == "flattens" and len(tensors[0].node.shape or ()) > 2:
        flat = LayerValue("Flatten", {}, layer.placement, run.building.next_id())
        tensors = [TensorValue(layers.add_layer(run, flat, [tensors[0].node]))]
    if spec.kind == "Dropout":
        _training_flag(run, layer, site)
    made = _normalized(run, layer, [t.node for t in tensors], call.bound)
    if isinstance(made, TensorValue):
        _made(made.node, call, held)
    if site.api.endswith("fused_batch_norm") and site.api.startswith("tf.nn."):
        # with the normalised maps come the mean and the variance that they were normalised by
        return (made, *(run.building.opaque(which, tensors, site.node) for which in ("mean", "variance")))
    return made


def _of_kind(layer: LayerValue, call: Applied, argument: str, kinds: Mapping[str, str]) -> bool:
    """Let an argument decide the layer's kind, as the mode of Keras 1's `merge` does; whether it is a known one."""
    mode = call.bound.passed.get(argument)
    chosen = mode.value.value if mode is not None else call.spec.defaults.get(argument)
    kind = kinds.get(chosen) if isinstance(chosen, str) else None
    if kind is None and not lambdas.merges(layer, chosen):
        return False
    layer.kind = kind or "Lambda"
    return True


def _made(node: Node, call: Applied, held: list[VariableValue | ArrayValue]) -> None:
    """Write down at what came out what the layer alone does not say."""
    spec, passed = call.spec, call.bound.passed
    if TYPED & set(passed) and spec.kind != "Cast":
        node.dtype = None
    if "outputs_collections" in call.site.keywords:
        node.escapes = True  # whoever looks into the collection finds it
    if held:
        weighted.filtered(node, spec, held)
    if spec.special == "raw_batch_normalization":
        node.parameters = None  # it has no weights of its own: what it is given may or may not be some
    if "output_shape" in passed:
        tensor_functions.sized(node, passed["output_shape"].value.value)


def _stacked(run: Run, value: Value, site: CallSite) -> Value:
    """A list of tensors as a function of one tensor takes it: as one, with an axis for them."""
    items = elements(value)
    tensors, held = [item for item in items or () if isinstance(item, TensorValue)], tensors_in(value)
    if isinstance(value, ListValue) and value.open and held:
        return run.building.opaque("stack", held, site.node)
    if items is None or not held:
        return value
    if len(tensors) == len(items):
        return run.building.simple("Stack", tensors, site.node, axis=0)
    return run.building.opaque("stack", held, site.node, shape=_nested(value), weights=0)


def _nested(value: Value) -> Sizes | None:
    """The sizes of what lists of tensors and numbers make, where all of them say the same of it."""
    if isinstance(value, TensorValue):
        return value.node.sizes
    items = elements(value)
    if items is None:
        return () if isinstance(value, (int, float)) else None
    shapes = [_nested(item) for item in items]
    inner = shapes[0] if shapes else None
    return (len(items), *inner) if inner is not None and all(one == inner for one in shapes) else None


def _argmax(run: Run, site: CallSite, tensor: TensorValue, arguments: dict[str, Argument]) -> None:
    """Tell the rules about an argmax of a tensor, and the number of elements it chooses from where that is known."""
    axis, shape = arguments.get("axis", Argument()), tensor.node.shape
    size = None
    if shape is not None and isinstance(axis.value, int) and -len(shape) <= axis.value < len(shape):
        size = shape[axis.value]
    along = axis.value if axis.known and isinstance(axis.value, int) else None
    run.event(Argmax(origin=run.origin(site.node), axis=along, size=size, node=tensor.node))


def _training_flag(run: Run, layer: LayerValue, site: CallSite) -> None:
    """Keep what the call says about `training`: rules ask whether dropout is ever active."""
    for name in ("training", "is_training"):
        passed = site.keywords.get(name)
        if passed is not None:
            value = passed.value if isinstance(passed.value, bool) else UNKNOWN
            origin = run.origin(passed.node) if passed.node is not None else None
            layer.arguments["training"] = Argument(value, True, name, None, origin)
    if site.open and not layer.arguments.get("training", Argument()).given:
        layer.arguments["training"] = Argument(UNKNOWN, True)


def _normalized(run: Run, layer: LayerValue, inputs: list[Node], bound: Bound[Passed]) -> Value:
    """Add the layer; slim's `normalizer_fn` stands between it and its activation."""
    normalizer = bound.passed.get("normalizer_fn")
    function = normalizer.value.value if normalizer is not None else None
    if function is None:
        return TensorValue(layers.add_layer(run, layer, inputs))
    activation, layer.activation = layer.activation, None
    layer.arguments["use_bias"] = Argument(False)
    node = layers.add_layer(run, layer, inputs)
    if isinstance(function, Symbol) and function.last in ("batch_norm", "batch_normalization"):
        node = run.building.node("BatchNormalization", [node], {}, placement=layer.placement)
    else:
        node = run.building.node(
            "Opaque", [node], {}, placement=layer.placement, note="normalizer_fn", shape=node.shape
        )
    if activation is not None and activation.value not in (None, "linear"):
        node = run.building.node("Activation", [node], {"activation": activation}, placement=layer.placement, host=node)
    return TensorValue(node)


def _input_of_unknown(run: Run, call: Applied) -> TensorValue | None:
    """An input node for a layer that is applied to something unknown (a parameter, an undefined name), or to weights
    that something is done to before they are used."""
    spec = call.spec
    if not call.values:
        return None
    value = call.values[0]
    scaled = spec.family == "operation" or spec.kind in ("Activation", "UnitNormalization")
    if isinstance(value, VariableValue) and scaled:
        return run.building.operand(value, call.site.node)
    if spec.family == "operation" and spec.kind != "MatMul":
        return None
    if spec.kind == "Reshape" and not call.arguments.get("target_shape", Argument()).known:
        return None
    if isinstance(value, (Unknown, ArrayValue, Symbol, ObjectValue)):
        return run.building.tensor(value)
    return None


def _two(run: Run, spec: FunctionSpec, site: CallSite, values: list[Value]) -> Value:
    """tf.add(x, y), tf.matmul(x, w), tf.maximum(a * x, x): what the operator of two operands would do."""
    if len(values) != 2:
        return None
    left, right = values
    if spec.kind == "MatMul":
        refuse_vectors(run, site, values)
        if isinstance(right, VariableValue):
            tensor = run.building.tensor(left)
            return variables.dense_of(run, tensor, right, site) if tensor is not None else Unknown("matmul")
        if isinstance(left, VariableValue) and isinstance(right, TensorValue):
            turned = [site.value(place, name, default=False) for place, name in variables.TURNED]
            if all(isinstance(flag, bool) for flag in turned[:2]) and not any(turned[2:]):
                return variables.product(run, run.building.operand(left), right, site, *turned[:2])
            return run.building.opaque("matmul", [right], site.node)
        if site.api == "keras.backend.dot" and isinstance(left, TensorValue) and isinstance(right, TensorValue):
            flat = right.node.shape is not None and len(right.node.shape) <= 2
            # of more axes it is no product for each place of a batch
            return None if flat else run.building.simple("TensorDot", [left, right], site.node, axes=((-1,), (-2,)))
        return None
    if spec.kind in ("Maximum", "Minimum"):
        return own_activations.of_maximum(run, spec.kind, left, right, site)
    symbolic = [isinstance(value, (TensorValue, VariableValue, LossTensor)) for value in values]
    if any(symbolic) and not (isinstance(left, TensorValue) and isinstance(right, TensorValue)):
        return run.building.operate(spec.kind, left, right, site.node)
    return None


#: kinds that take a list of tensors for what it is
LISTED = MERGES | {"AddN", "Concatenate", "Stack", "StopGradient"}
#: functions of two or three tensors, each of which decides the shape of what comes out
JOINING = {
    "Add",
    "Append",
    "Attend",
    "BatchDot",
    "BooleanMask",
    "Compare",
    "Cross",
    "Divide",
    "MatMul",
    "MatVec",
    "Maximum",
    "Minimum",
    "Multiply",
    "Pairwise",
    "Pow",
    "SameShape",
    "Subtract",
    "TensorDot",
    "Where",
}
#: parameters by which a function is told what numbers to give
TYPED = frozenset({"dtype", "out_type", "output_type", "output_dtype"})
#: kinds that take elements by their places
PLACED = ("GatherNd", "Take", "TakeAlong")
