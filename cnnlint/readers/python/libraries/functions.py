"""Functions that the API tables describe: bound to canonical arguments, and applied to tensors as layers."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argmax, Argument, Node
from cnnlint.graph.calls import Bound, FunctionSpec
from cnnlint.graph.kinds import CONVOLUTIONAL, MERGES
from cnnlint.graph.shapes import infer
from cnnlint.graph.values import Sizes, shape_of_sizes
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.building import out_of_reach
from cnnlint.readers.python.building.arguments import SPATIAL, canonical_arguments, rank
from cnnlint.readers.python.building.layers import lambdas, layers
from cnnlint.readers.python.building.layers.joining import joined, laid_beside
from cnnlint.readers.python.building.own import activations as own_activations
from cnnlint.readers.python.building.training import losses, sessions, variables
from cnnlint.readers.python.libraries.tensorflow import agreeing, tensor_functions, tf1
from cnnlint.readers.python.libraries.tensorflow.matrices import refuse_vectors
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
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


def apply_function(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.layers.conv2d(x, ...)`: the layer that the function stands for, applied to its input."""
    arguments, bound = canonical_arguments(run, spec, site)
    operands = [bound.input.value] if bound.input is not None else []
    further = [bound.passed[name].value for name in spec.tensors if name in bound.passed]
    operands += [passed for passed in further if passed.value is not None]
    values = [passed.value for passed in operands]
    parts = elements(values[0]) if len(values) == 1 and spec.kind in ("Concatenate", "Stack") else None
    if parts and all(isinstance(part, ArrayValue) for part in parts):
        return arrays.tensorflow(run, site.api, site)
    if any(isinstance(one, VariableValue) for one in (*values, *(parts or ()))):
        agreeing.refuse(run, site.api, site)
    if values and spec.family == "operation" and spec.kind not in LISTED:
        values[0] = _stacked(run, values[0], site)
    for value in values if site.api.startswith("keras.ops.") else ():
        layers.uncalled(run, value, site.api.removeprefix("keras."), site)
    tensors: list[TensorValue] = []
    for value in values:
        tensors += joined(run, spec.kind, value, arguments.get("axis", Argument()).value, site.node)
    if spec.kind == "Where" and len(values) == len(tensors) == 1:
        condition = tensors[0].node.followed
        where = None if condition is None else (None, len(condition))
        return run.building.opaque("where", tensors, site.node, shape=where, weights=0)
    if tensors and spec.kind in JOINING and len(values) > 1:
        tensors = [t for v in values for t in tensors_in(v) or laid_beside(run, v, site.node)]
    losses = [loss for value in values if isinstance(value, LossTensor) for loss in value.losses]
    losses += [loss for v in values for i in elements(v) or [] if isinstance(i, LossTensor) for loss in i.losses]
    if losses:
        only = values[0] if len(values) == 1 and isinstance(values[0], LossTensor) else LossTensor([], whole=False)
        return LossTensor(losses, negated=only.negated, whole=only.whole)
    if spec.special == "two_inputs" or (spec.kind in ("MatMul",) and len(values) == 2):
        found = _two(run, spec, site, values)
        if found is not None:
            return found
    if not tensors:
        sizes = tensor_functions.joined_sizes(spec.kind, values)
        if sizes is not None:
            return ListValue(sizes)
        on_data = values and (isinstance(values[0], (ArrayValue, DatasetValue)) or site.api.endswith(".one_hot"))
        if on_data and spec.category in ("operation", "reshaping", "merge", "activation"):
            return arrays.tensorflow(run, site.api, site)
        tensor = _input_of_unknown(run, spec, values, arguments)
        # what is done to weights before they are used
        scaled = spec.family == "operation" or spec.kind in ("Activation", "UnitNormalization")
        if values and isinstance(values[0], VariableValue) and scaled:
            tensor = run.building.operand(values[0], site.node)
        if tensor is None:
            unread: tuple[object, ...] = (
                (out_of_reach.mark(values),) if any(out_of_reach.says(v, parts=True) for v in values) else ()
            )
            if site.api.endswith(".cast") and values and isinstance(values[0], Unknown) and not unread:
                unread = (values[0].token,)  # it is what it was
            elif spec.kind in out_of_reach.EACH and values and all(isinstance(v, (int, float)) for v in values):
                unread = (out_of_reach.OF_NUMBERS,)
            return Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site), *unread))
        tensors = [tensor]
    if spec.kind in PLACED and "indices" in bound.passed:
        places = bound.passed["indices"].value.value
        if elements(places) is None and not is_constant(places):
            tensors = [tensors[0], run.building.operand(places, site.node)]
    if spec.kind == "Reshape" and spec.special == "whole_shape":
        return tensor_functions.reshape(run, site, tensors[0], bound)
    if spec.kind in tensor_functions.SEVERAL:
        return tensor_functions.several(run, spec.kind, arguments, tensors[0], site)
    placement = run.building.placement(site, "function", site.api)
    if spec.kind == "ArgMax":
        _argmax(run, site, tensors[0], arguments)
    layer = LayerValue(spec.kind, arguments, placement, run.building.next_id())
    _finish(layer, spec)
    if spec.kind_by is not None:
        mode = bound.passed.get(spec.kind_by[0])
        chosen = mode.value.value if mode is not None else spec.defaults.get(spec.kind_by[0])
        kind = spec.kind_by[1].get(chosen) if isinstance(chosen, str) else None
        if kind is None and not lambdas.merges(layer, chosen):
            return run.building.opaque("merge", tensors, site.node)
        layer.kind = kind or "Lambda"
    held: list[VariableValue | ArrayValue] = []
    for weight in spec.weights:
        given = bound.passed.get(weight.parameter)
        variable = given.value.value if given is not None else None
        if isinstance(variable, (VariableValue, ArrayValue)):
            held.append(variable)
            _weights(layer, weight.layout, weight.gives, variable)
        learns = isinstance(variable, VariableValue) and not variable.constant and variable.trainable
        if given is not None and not learns:
            layer.trainable = None  # constants, as a published network's, or something that was not worked out
        if weight.bias is not None and weight.bias in bound.passed:
            layer.arguments["use_bias"] = Argument(True, True)
            offset = bound.passed[weight.bias].value.value
            layer.arguments["bias_initializer"] = Argument(
                offset.initializer if isinstance(offset, VariableValue) else UNKNOWN, True
            )
    if spec.kind == "BiasAdd":
        bias = bound.passed.get("bias") or bound.passed.get("biases")
        return with_variable(run, "Add", tensors[0], bias.value.value if bias is not None else None, site.node)
    _rank_from_input(spec, layer, tensors[0])
    if spec.special == "flattens" and len(tensors[0].node.shape or ()) > 2:
        flat = LayerValue("Flatten", {}, placement, run.building.next_id())
        tensors = [TensorValue(layers.add_layer(run, flat, [tensors[0].node]))]
    if spec.kind == "Dropout":
        _training_flag(run, layer, site)
    made = _normalized(run, layer, [t.node for t in tensors], bound)
    if isinstance(made, TensorValue) and TYPED & set(bound.passed) and spec.kind != "Cast":
        made.node.dtype = None
    if isinstance(made, TensorValue) and "outputs_collections" in site.keywords:
        made.node.escapes = True  # whoever looks into the collection finds it
    if held and isinstance(made, TensorValue):
        _filtered(made.node, spec, held)
    if spec.special == "raw_batch_normalization" and isinstance(made, TensorValue):
        made.node.parameters = None  # it has no weights of its own: what it is given may or may not be some
    if "output_shape" in bound.passed and isinstance(made, TensorValue):
        tensor_functions.sized(made.node, bound.passed["output_shape"].value.value)
    if site.api.endswith("fused_batch_norm") and site.api.startswith("tf.nn."):
        # with the normalised maps come the mean and the variance that they were normalised by
        return (made, *(run.building.opaque(which, tensors, site.node) for which in ("mean", "variance")))
    return made


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


def _rank_from_input(spec: FunctionSpec, layer: LayerValue, tensor: TensorValue) -> None:
    shape = tensor.node.shape
    if spec.special == "rank_from_input" and shape is not None and len(shape) - 2 in (1, 3):
        _of_rank(layer, len(shape) - 2)


def _of_rank(layer: LayerValue, rank: int) -> None:
    """Let a function of pictures stand for one of this many spatial dimensions: one size is given for each of them."""
    layer.kind = layer.kind.replace("2D", f"{rank}D")
    for name in SPATIAL & layer.arguments.keys():
        given = layer.arguments[name]
        if isinstance(given.value, tuple) and len(given.value) == 2 and len(set(given.value)) == 1:
            layer.arguments[name] = replace(given, value=given.value[:1] * rank)


def _weights(layer: LayerValue, layout: str, gives: Any, variable: VariableValue | ArrayValue) -> None:
    """Let a weight variable's shape decide the arguments that Keras's layer would be given."""
    sizes: tuple[Value, ...] | None = variable.facts.shape if isinstance(variable, ArrayValue) else variable.shape
    if sizes is not None and 3 <= len(sizes) <= 5 and len(sizes) != len(layout) and layout.startswith("HW"):
        layout = "DHW"[5 - len(sizes) :] + layout[2:]  # a function of one or three dimensions
        _of_rank(layer, len(sizes) - 2)
    if sizes is not None and len(sizes) == len(layout):
        by_letter = dict(zip(layout, sizes, strict=True))
        for letters, target in gives.items():
            named = layout[:-2] if letters == "HW" else letters
            found = tuple(by_letter[letter] if isinstance(by_letter[letter], int) else UNKNOWN for letter in named)
            spatial = target in ("kernel_size",) or rank(layer.kind) == len(found) > 1
            value: Any = found if spatial else found[0]
            if isinstance(value, tuple) and UNKNOWN in value:
                value = UNKNOWN
            layer.arguments[target] = Argument(value, True)
    known = isinstance(variable, VariableValue) and isinstance(variable.initializer, dict)
    if isinstance(variable, VariableValue):
        variable.used = True
        layer.arguments["kernel_initializer"] = Argument(
            variable.initializer if known else UNKNOWN, True, None, None, variable.placement.call
        )
    else:
        layer.arguments["kernel_initializer"] = Argument(UNKNOWN, True)


def _filtered(node: Node, spec: FunctionSpec, held: list[VariableValue | ArrayValue]) -> None:
    """What a node with filters that the program holds itself has of them: weights, if they are variables, and the
    number of channels that they read."""
    if all(isinstance(one, ArrayValue) or one.constant for one in held):
        node.parameters = 0
    node.drawn = all(isinstance(one, VariableValue) and variables.is_drawn(one) for one in held)
    first = held[0]
    sizes: tuple[Value, ...] | None = first.facts.shape if isinstance(first, ArrayValue) else first.shape
    layout, before = spec.weights[0].layout, node.inputs[0].shape if node.inputs else None
    order = node.arguments.get("data_format", Argument(None)).value
    if sizes is None or before is None or order not in (None, "channels_last") or node.shape_error:
        return
    if node.kind not in CONVOLUTIONAL:
        return  # rows of a table are looked up, whatever the shape of the numbers
    reads, channels = sizes[layout.index("I") - len(layout)] if "I" in layout else None, before[-1]
    if not isinstance(reads, int) or channels is None or reads <= 0:
        return
    grouped = node.kind.startswith("Conv") and not node.kind.endswith("Transpose")
    if channels % reads if grouped else channels != reads:
        node.shape_error = f"the filters read {reads} channels, but its input has {channels}"


def _input_of_unknown(
    run: Run, spec: FunctionSpec, values: list[Value], arguments: dict[str, Argument]
) -> TensorValue | None:
    """An input node for a layer that is applied to something unknown: a parameter, an undefined name."""
    if not values or (spec.family == "operation" and spec.kind != "MatMul"):
        return None
    if spec.kind == "Reshape" and not arguments.get("target_shape", Argument()).known:
        return None
    value = values[0]
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


def with_variable(run: Run, name: str, tensor: TensorValue, variable: Value, node: cst.CSTNode | None) -> Value:
    """`x + b` where b is a variable: the bias of the layer that made x, where it has none and nobody reads it yet."""
    source = tensor.node
    if isinstance(variable, VariableValue):
        variable.used = True
    read = any(source in other.inputs for other in run.building.nodes[-8:])
    kept = not isinstance(variable, VariableValue) or _keeps(run, source, variable)
    if name == "Add" and source.value("use_bias") is False and not read and source.kind in _BIASED and kept:
        initial = variable.initializer if isinstance(variable, VariableValue) else None
        source.arguments["use_bias"] = Argument(True, True)
        source.arguments["bias_initializer"] = Argument(initial if isinstance(initial, dict) else UNKNOWN, True)
        values = {key: argument.value for key, argument in source.arguments.items()}
        if source.parameters != 0:  # the filters are weights, too
            source.parameters = infer(source.kind, values, [s.shape for s in source.inputs]).parameters
        elif not isinstance(variable, ArrayValue):
            source.parameters = variable.weights if isinstance(variable, VariableValue) else None
        return tensor
    if not isinstance(variable, VariableValue) or name == "MatrixMultiply":
        return run.building.operate(name, tensor, variable, node)
    added = name in ("Add", "Subtract")
    made = run.building.simple("BiasAdd", [tensor], node) if added else run.building.opaque(name, [tensor], node)
    beside = run.building.beside(source.followed, variable)
    made.node.shape, made.node.sizes, made.node.shape_error = shape_of_sizes(beside.sizes), beside.sizes, beside.error
    made.node.parameters = variable.weights
    made.node.layer_id = variable.layer_id = variable.layer_id or made.node.layer_id
    return made


def _keeps(run: Run, source: Node, variable: VariableValue) -> bool:
    """Whether a sum with the variable has the tensor's shape: one unit and a bias of three are three units."""
    last = source.shape[-1] if source.shape else None
    sizes = run.building.beside(source.followed, variable).sizes
    return last is None or not sizes or sizes[-1] == last


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
_BIASED = CONVOLUTIONAL | {"Dense"}
