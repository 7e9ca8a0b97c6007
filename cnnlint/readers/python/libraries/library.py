"""What calling the functions, classes and objects of outside libraries does, by qualified name.

First the functions that need code of their own (`HANDLERS`, filled by the modules below), then the API tables,
then the families: Keras layers, applications, objects; numpy and its kin; whatever is left is unknown.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph import ArrayPassed, Shape
from cnnlint.graph.values import Sizes
from cnnlint.graph.vocabulary import application, function_spec, layer_spec
from cnnlint.readers.python.arrays import arrays, reached
from cnnlint.readers.python.arrays.elements import carried
from cnnlint.readers.python.building import out_of_reach
from cnnlint.readers.python.building.layers import layers, placeholders
from cnnlint.readers.python.building.training import losses, stateless, variables
from cnnlint.readers.python.libraries import einops_api, functions, standard
from cnnlint.readers.python.libraries.keras import api as keras_api
from cnnlint.readers.python.libraries.keras import input_shapes, judged, tuner, wrappers
from cnnlint.readers.python.libraries.tensorflow import api as tensorflow_api
from cnnlint.readers.python.libraries.tensorflow import (
    measured,
    operations,
    repeated,
    segments,
    tensor_functions,
    tf1,
    tf1_recurrent,
)
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    FunctionValue,
    ListValue,
    LossTensor,
    MethodValue,
    ObjectValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    tensors_in,
    token,
)

Handler = Callable[[Run, CallSite], Value]
HANDLERS: dict[str, Handler] = {}
HANDLERS.update(keras_api.HANDLERS)
HANDLERS.update(tf1.HANDLERS)
HANDLERS.update(tf1_recurrent.HANDLERS)
HANDLERS.update(tensor_functions.HANDLERS)
HANDLERS.update(einops_api.HANDLERS)
HANDLERS.update(segments.HANDLERS)
HANDLERS.update(repeated.HANDLERS)
HANDLERS.update(arrays.HANDLERS)
HANDLERS.update(standard.HANDLERS)
HANDLERS.update(wrappers.HANDLERS)
#: decorators whose handlers make something else of a function or class
DECORATORS = standard.DECORATORS | repeated.DECORATORS
LINSPACE = ("tf.linspace", "tf.lin_space", "keras.ops.linspace")
HANDLERS.update(dict.fromkeys(LINSPACE, tensorflow_api.linspace))

#: functions that write down or count what tensors hold, no part of a network: their names today and before 1.0
WATCHING = ("tf.summary.", "tf.contrib.summary.", "tf.metrics.", "tf.contrib.metrics.")
SUMMARIES = frozenset(f"tf.{name}_summary" for name in ("scalar", "histogram", "image", "audio", "merge"))
#: functions that took the axis first before TensorFlow 1.0, so that a number there tells the version
AXIS_FIRST = frozenset({"tf.concat", "tf.split"})
HEIGHT_FIRST = frozenset({"tf.image.resize", "tf.image.resize_images"})
#: modules that hand out Python's own functions
PYTHONS = frozenset({"builtins", "six.moves", "six.moves.builtins", "past.builtins", "future.builtins"})
#: libraries whose functions are known well enough to know what they do not do
KNOWN = ("keras.", "tf.", "numpy.", "slim.", "math.", "os.", "sys.", "sklearn.", "pandas.", "tflearn.")

#: what makes tensors of data
TENSORS = ("tf.", "keras.ops.", "keras.random.", "keras.backend.")
#: the part of them that makes no weights
WEIGHTLESS = (
    "keras.ops.",
    "keras.random.",
    "keras.backend.",
    "keras.activations.",
    "tf.math.",
    "tf.nn.",
    "tf.linalg.",
    "tf.image.",
    "tf.random.",
    "tf.signal.",
    "tf.strings.",
    "tf.sparse.",
    "tf.reduce_",
)


def _switch(run: Run, site: CallSite) -> Value:
    """`K.switch(condition, then_expression, else_expression)`: one of two functions, or parts of two tensors."""
    branches = (site.value(1, "then_expression"), site.value(2, "else_expression"))
    if any(isinstance(branch, (FunctionValue, MethodValue)) for branch in branches):
        return tf1.HANDLERS["tf.cond"](run, site)
    spec = function_spec(site.api)
    return functions.by_table(run, spec, site) if spec is not None else None


def _squared_difference(run: Run, site: CallSite) -> Value:
    """`tf.math.squared_difference(x, y)` of tensors: `(x - y) ** 2`."""
    sides = (site.value(0, "x"), site.value(1, "y"))
    if any(isinstance(side, TensorValue) for side in sides):
        difference = run.building.operate("Subtract", *sides, site.node)
        if isinstance(difference, TensorValue):
            return run.building.operate("Power", difference, 2, site.node)
    spec = function_spec(site.api)
    return functions.by_table(run, spec, site) if spec is not None else None


def _gradients(run: Run, site: CallSite) -> Value:
    """`tf.gradients(ys, xs)` of tensors: each is of the shape of what it is taken by."""
    by, of = site.value(1, "xs", "variables"), tensors_in(site.value(0, "ys", "loss"))
    tensors = [by] if isinstance(by, TensorValue) else elements(by) or []
    made: list[Value] = [
        run.building.opaque("gradients", [*of, one], site.node, shape=one.node.followed, weights=0)
        for one in tensors
        if isinstance(one, TensorValue)
    ]
    whole = bool(made and of) and len(made) == len(tensors)
    return ListValue(made) if whole else _unknown_function(run, Symbol(site.api), site)


def _operation(row: operations.Operation) -> Handler:
    """An operation of a known shape on tensors; on anything else it is what it would be without its row."""

    def call(run: Run, site: CallSite) -> Value:
        made = operations.called(row, run, site)
        return made if made is not None else _unknown_function(run, Symbol(site.api), site)

    return call


def _largest(run: Run, site: CallSite) -> Value:
    """`tf.nn.max_pool_with_argmax(x, ...)`: what max_pool makes, and the place of each of its numbers."""
    spec = function_spec("tf.nn.max_pool", version=1)
    plain = {name: passed for name, passed in site.keywords.items() if name in POOLED}
    pooled = CallSite(site.node, site.positional[:4], plain, open=site.open, api=site.api)
    made = functions.by_table(run, spec, pooled) if spec is not None else None
    if not isinstance(made, TensorValue):
        return _unknown_function(run, Symbol(site.api), site)
    tensors = tensors_in(site.value(0, "input"))
    places = run.building.opaque(site.api, tensors, site.node, shape=made.node.followed, weights=0)
    return tensor_functions.by_name(run, "MaxPoolWithArgmax", ("output", "argmax"), [made, places])


def _clipped(run: Run, site: CallSite) -> Value:
    """`tf.clip_by_global_norm(tensors, clip_norm)`: each in its own shape, and the norm of all of them."""
    items = elements(site.value(0, "t_list"))
    tensors = tensors_in(site.value(0, "t_list"))
    if items is None or not tensors or site.open or any(isinstance(item, LossTensor) for item in items):
        return _unknown_function(run, Symbol(site.api), site)

    def made(shape: Sizes | None) -> TensorValue:
        return run.building.opaque(site.api, tensors, site.node, shape=shape, weights=0)

    return ListValue([made(one.node.followed) if isinstance(one, TensorValue) else one for one in items]), made(())


POOLED = frozenset({"input", "ksize", "strides", "padding"})
"""The parameters of the two that say which pooling it is."""


def _keras_import(run: Run, site: CallSite) -> Value:
    """`keras_import("layers", "Conv2D", "Add")` of CSBDeep: names of whichever Keras is installed."""
    words = site.values()
    if site.open or not all(isinstance(word, str) for word in words):
        return _unknown_function(run, Symbol(site.api), site)
    root = ".".join(("keras", *map(str, words[:1])))
    found = [run.libraries.member(Symbol(root), str(word)) for word in words[1:]]
    return tuple(found) if len(found) > 1 else found[0] if found else Symbol(root)


HANDLERS["keras.backend.switch"] = _switch
HANDLERS["tf.math.squared_difference"] = _squared_difference
HANDLERS.update({name: _operation(row) for name, row in operations.OPERATIONS.items()})
HANDLERS["tf.clip_by_global_norm"] = _clipped
HANDLERS["tf.nn.max_pool_with_argmax"] = _largest
HANDLERS.update(input_shapes.HANDLERS)
#: what a class is registered by, without the `@`: it gives the class back
for _registering in ("keras.utils.register_keras_serializable", "keras.saving.register_keras_serializable"):
    HANDLERS[_registering] = lambda run, site: Native("registered", lambda run, site: site.value(0))
HANDLERS["csbdeep.utils.tf.keras_import"] = _keras_import
HANDLERS["jax.value_and_grad"] = stateless.value_and_grad
HANDLERS["tf.gradients"] = HANDLERS["keras.backend.gradients"] = _gradients
#: containers of TensorFlow 1 that tell savers what they hold
HANDLERS["tf.contrib.checkpoint.List"] = lambda run, site: run.builtins["list"].call(run, site)
HANDLERS["tf.contrib.checkpoint.Dict"] = lambda run, site: run.builtins["dict"].call(run, site)


def call(run: Run, symbol: Symbol, site: CallSite) -> Value:
    """Call a symbol."""
    measured.refuse(run, symbol.name, site)
    made = _call(run, symbol, site)
    if isinstance(made, ArrayValue) and symbol.name.startswith(TENSORS) and made.frame is None:
        of_numpy = symbol.name.endswith(".convert_to_numpy")
        own = ArrayValue(made.facts, made.exact, mixed=made.mixed, gapless=made.gapless, tensor=not of_numpy)
        return carried(made, own)
    if isinstance(made, (TensorValue, ListValue, tuple)):
        given = [tensor.node for value in site.values() for tensor in tensors_in(value)]
        for tensor in tensors_in(made) if given else ():
            if not any(tensor.node is node for node in given):
                placeholders.refuse(tensor.node, placeholders.of_function(run, given[0], symbol.name))
    return made


def _call(run: Run, symbol: Symbol, site: CallSite) -> Value:
    name = symbol.name
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(run, site)
    module, _, own = name.rpartition(".")
    if module in PYTHONS and own in run.builtins:
        return run.builtins[own].call(run, site)
    functions.scoped_defaults(run, name, site)
    version = 0 if name in AXIS_FIRST and isinstance(site.value(0), int) else run.versions.tensorflow
    if name in HEIGHT_FIRST and version == 0 and not isinstance(site.value(1, "new_height"), int):
        version = 1  # 0.12 took both sides at once
    spec = function_spec(name, version=version, keywords=tuple(site.keywords))
    if spec is not None:
        result = functions.by_table(run, spec, site)
        if result is not None:
            return result
    root, _, last = name.rpartition(".")
    if root == "keras.applications" or (name.startswith("keras.applications.") and application(last) is not None):
        if application(last) is not None:
            return keras_api.make_application(run, last, site)
        if last == "preprocess_input":
            return arrays.preprocess(run, site, name)
    if name.startswith("efficientnet.") and application(last) is not None:
        return keras_api.make_application(run, last, site, "efficientnet")
    if root == "keras.layers" and (last[:1].isupper() or layer_spec(last) is not None):
        return layers.make_layer(run, last, site)
    if name.startswith("numpy."):
        made = arrays.call_numpy(run, name[len("numpy.") :], site)
        if isinstance(made, ArrayValue):
            made.numpy = True
        return made
    foreign = not name.startswith(("keras.", "tf."))
    if foreign and last[:1].isupper() and any(isinstance(passed, TensorValue) for passed in site.values()):
        return _unknown_function(run, symbol, site)  # a distribution, an agent: what it hands out hangs on the tensors
    if last[:1].isupper() or root.startswith(("keras.optimizers", "keras.initializers", "keras.constraints")):
        leaving = reached.leaves(name, site)
        for passed in site.values():
            run.building.captured(passed)
            for tensor in tensors_in(passed):
                tensor.node.escapes = True  # the object holds it, and hands it on
            if not leaving:
                reached.reached(run, passed)
        value = ObjectValue(name, site, of_arguments=standard.of_arguments(name))
        if name == "tf.GradientTape":
            value.state["opened"] = (len(run.building.nodes), len(run.building.losses))
        run.building.placement(site, "function", name)
        return value
    return _unknown_function(run, symbol, site)


def _unknown_function(run: Run, symbol: Symbol, site: CallSite) -> Value:
    name = symbol.name
    for value in site.values():
        run.building.captured(value)
    tensors = [t for value in site.values() for t in tensors_in(value)]
    losses = [loss for value in site.values() if isinstance(value, LossTensor) for loss in value.losses]
    if losses:
        return LossTensor(losses, whole=False)
    if name.startswith(WATCHING) or name in SUMMARIES:
        for tensor in tensors:
            tensor.node.escapes = True
        return Unknown("what is written down", ("call", name, run.building.place(site)))
    if tensors:
        known = name.startswith(KNOWN)
        if not known:
            for tensor in tensors:
                tensor.node.escapes = True
        return run.building.opaque(
            name, tensors, site.node, unread=not known, weights=0 if name.startswith(WEIGHTLESS) else None
        )
    given = [*site.values(), *(one for value in site.values() for one in elements(value) or ())]
    data = [value for value in given if isinstance(value, ArrayValue)]
    if (data or name.endswith(".one_hot")) and name.startswith(("tf.", "keras.ops.", "keras.backend.")):
        return arrays.tensorflow(run, name, site)
    for value in data:
        run.event(ArrayPassed(origin=run.origin(site.node), facts=value.facts))
    if not reached.leaves(name, site):
        for value in site.values():
            reached.reached(run, value)
    place = run.building.place(site)
    of: tuple[object, ...] = ("call", name, place)
    if standard.of_arguments(name):
        of = ("answer", name, place, *map(token, site.values()))
    elif out_of_reach.says(symbol) or (
        name.startswith(("tf.", "keras.")) and any(out_of_reach.says(value, parts=True) for value in site.values())
    ):
        of = (*of, out_of_reach.mark(site.values()))
    return Unknown(f"`{name}()`", of)


def call_object(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """Call an object of an outside class: a loss, an initialiser, or a layer that is not known."""
    last = value.name.rpartition(".")[2]
    if value.name.startswith("keras.losses."):
        return losses.loss_object(run, value, site)
    judged.refuse(run, value, site)
    if "initializer" in value.name.lower() or value.name.startswith("keras.initializers."):
        return variables.initial_value(run, value, site)
    tensors = [t for passed in site.values() for t in tensors_in(passed)]
    if tensors:
        return run.building.opaque(last, tensors, site.node, shape=_shape_of(value, tensors[0].node.shape))
    return Unknown(f"`{last}` called", ("object", value.name))


#: layers of other packages (TensorFlow Addons, keras-contrib) that normalise: they keep the shape of their input
NORMALIZATIONS = frozenset({"InstanceNormalization", "GroupNormalization", "FilterResponseNormalization"})


#: layers of KerasNLP and KerasHub that keep the shape of the sequences they read (keras_hub/src/layers/modeling)
SEQUENTIAL = frozenset(
    {
        "TransformerEncoder",
        "TransformerDecoder",
        "FNetEncoder",
        "PositionEmbedding",
        "SinePositionEncoding",
        "RotaryEmbedding",
    }
)


def _shape_of(value: ObjectValue, given: Shape | None) -> Shape | None:
    """The shape of what a layer of another package gives, where its documentation says it."""
    module, _, last = value.name.rpartition(".")
    if last in NORMALIZATIONS:
        return given
    if module not in ("keras_nlp.layers", "keras_hub.layers") or given is None:
        return None
    if last == "TokenAndPositionEmbedding":
        size = value.site.value(2, "embedding_dim")
        return (*given, size if isinstance(size, int) else None)
    return given if last in SEQUENTIAL else None


def call_method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """Call a method of an object of an outside class."""
    if name == "update_state":
        judged.refuse(run, value, site)
    handler = tf1.METHODS.get(name) or standard.METHODS.get(name) or tuner.OF_OBJECTS.get(name)
    if handler is not None:
        result = handler(run, value, site)
        if result is not None:
            return result
    result = arrays.method(run, value, name, site)
    if result is not None:
        return result
    if name == "set_model" and value.name.startswith("keras.callbacks."):
        return None  # it is looked at: no callback trains what it is given
    of: tuple[object, ...] = ("method", value.name, name)
    if standard.of_arguments(value.name):
        of = ("answer", value.name, name, *map(token, (*value.site.values(), *site.values())))
    return run.building.unknown_call(Unknown(f"`{value.name}.{name}()`", of), site)
