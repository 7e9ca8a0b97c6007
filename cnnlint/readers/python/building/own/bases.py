"""What a subclass of one of Keras's layers has from it: settings, weights, the layers within, and what it computes."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph import Argument, kinds
from cnnlint.graph.vocabulary import layer_spec
from cnnlint.readers.python.arrays.pictures import configured
from cnnlint.readers.python.building.layers import layer_attributes, layers
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    InstanceValue,
    LayerValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    tensors_in,
)


def base_layer(run: Run, instance: InstanceValue, site: CallSite) -> LayerValue | None:
    """The layer that the constructor of an outside base class makes; None for `Layer` itself and unknown classes."""
    for base in instance.cls.external_bases():
        root, _, name = base.name.rpartition(".")
        if root == "keras.layers" and name not in ("Layer", "Lambda", "Wrapper") and layer_spec(name) is not None:
            made = layers.make_layer(run, name, site)
            made.layer_id, made.name = instance.layer_id, made.name or instance.name
            if instance.placement.call is not None:
                made.placement = instance.placement
            return made
    return None


def attribute(run: Run, instance: InstanceValue, name: str) -> Value:
    """An attribute that Keras's own class gives to its instances; MISSING for one that is not known."""
    base = instance.base
    if base is None:
        return MISSING
    inner = INNER.get(base.kind, {}).get(name)
    if inner is not None:
        return Native(name, lambda run, site: inner(run, base, site))
    if name in WEIGHTS.get(base.kind, ()):
        return VariableValue(_weight_shape(base, name), None, name)
    if name == "activation" and base.kind in WEIGHTS and base.kind != "Embedding":
        return _function(base)
    if name == "data_format" and base.arguments.get(name, Argument()).value is None:
        return configured(run) or "channels_last"
    if name == "rank" and base.kind in SLIDING:
        return kinds.rank(base.kind)
    if name == "_channels_first" and base.kind in SLIDING:
        layout = attribute(run, instance, "data_format")
        return layout == "channels_first" if isinstance(layout, str) else Unknown("data_format", ("layer", name))
    if base.kind in SLIDING and name in ("convolution_op", "_convolution_op"):
        return Native(name, lambda run, site: _convolved(run, base, site))
    if name in base.arguments and name not in ("name", "trainable"):
        return layer_attributes.attribute(run, base, name)
    return MISSING


#: the weights that a layer makes when it is built; their shapes are given where the arguments alone decide them
WEIGHTS = {
    "Dense": ("kernel", "bias"),
    "Embedding": ("embeddings",),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), ("kernel", "bias")),
}
#: the layers that derive from Keras's one convolution (keras 3: layers/convolutional/base_conv.py: BaseConv)
SLIDING = frozenset({"Conv1D", "Conv2D", "Conv3D"})


def _convolved(run: Run, base: LayerValue, site: CallSite) -> Value:
    """`self.convolution_op(inputs, kernel)`: what the layer computes, with a kernel of the program's own."""
    asked = {
        name: base.arguments.get(name, Argument()) for name in ("strides", "padding", "data_format", "dilation_rate")
    }
    tensors = tensors_in(site.value(0, "inputs"))
    plain = base.arguments.get("groups", Argument(1)).value == 1 and asked["padding"].value in ("valid", "same")
    if not tensors or site.open or not plain or not all(argument.known for argument in asked.values()):
        return run.building.opaque("convolution_op", tensors, site.node)
    given = [Passed(site.value(0, "inputs")), Passed(site.value(1, "kernel"))]
    keywords = {name: Passed(argument.value, keyword=name) for name, argument in asked.items()}
    return run.call(Symbol("keras.ops.conv"), CallSite(site.node, given, keywords))


def _function(base: LayerValue) -> Value:
    """The function that a layer applies to what it computes: Keras makes one of a name, and of None."""
    given = base.activation.value if base.activation is not None else None
    if given is None or isinstance(given, str):
        return Symbol(f"keras.activations.{given or 'linear'}")
    return Unknown("the layer's activation", ("layer", "activation"))


def _weight_shape(base: LayerValue, name: str) -> tuple[Value, ...] | None:
    """The shape of a weight, where the arguments say it."""
    values = {one: argument.value for one, argument in base.arguments.items()}
    units, filters, given = (values.get(one) for one in ("units", "filters", "kernel_size"))
    if base.kind == "Dense":
        size: Value = units if isinstance(units, int) else Unknown("units")
        return (Unknown("features"), size) if name == "kernel" else (size,)
    rank = kinds.rank(base.kind)
    if rank is None or not isinstance(filters, int):
        return None
    if name == "bias":
        return (filters,)
    window = (given,) * rank if isinstance(given, int) else given
    last = values.get("data_format") in (None, "channels_last")
    if not isinstance(window, tuple) or len(window) != rank or values.get("groups") != 1 or not last:
        return None
    features = _features(base)
    return (*window, Unknown("features") if features is None else features, filters)


# --- the layers within multi-head attention -------------------------------------------------------------------


def _projected(size: str) -> Callable[[Run, LayerValue, CallSite], Value]:
    """The dense layer that gives each head its queries, keys or values (keras 3: MultiHeadAttention._build)."""

    def call(run: Run, base: LayerValue, site: CallSite) -> Value:
        wanted = base.arguments.get(size, Argument()).value
        if size == "value_dim" and not isinstance(wanted, int):
            wanted = base.arguments.get("key_dim", Argument()).value
        heads = base.arguments.get("num_heads", Argument()).value
        shape = (None, heads if isinstance(heads, int) else None, wanted if isinstance(wanted, int) else None)
        return _einsum(run, site, "abc,cde->abde", shape, "de")

    return call


def _combined(run: Run, base: LayerValue, site: CallSite) -> Value:
    """The dense layer that joins the heads to as many features as the queries had."""
    wanted = base.arguments.get("output_shape", Argument()).value
    features = wanted if isinstance(wanted, int) else _features(base)
    return _einsum(run, site, "abcd,cde->abe", (None, features), "e")


def _features(base: LayerValue) -> int | None:
    shape = base.input_shape
    return shape[-1] if shape else None


def _einsum(run: Run, site: CallSite, equation: str, output: tuple[int | None, ...], bias: str) -> Value:
    tensors = tensors_in(site.value(0))
    if not tensors:
        return Unknown("a projection of heads")
    arguments = {"equation": Argument(equation), "output_shape": Argument(output), "bias_axes": Argument(bias)}
    placement = run.building.placement(site, "call", "keras.layers.EinsumDense")
    return TensorValue(run.building.node("EinsumDense", [tensors[0].node], arguments, placement=placement))


#: layers that Keras's layers hold, by the attributes that subclasses call them by
INNER: dict[str, dict[str, Callable[[Run, LayerValue, CallSite], Value]]] = {
    "MultiHeadAttention": {
        "_query_dense": _projected("key_dim"),
        "_key_dense": _projected("key_dim"),
        "_value_dense": _projected("value_dim"),
        "_output_dense": _combined,
    },
}
