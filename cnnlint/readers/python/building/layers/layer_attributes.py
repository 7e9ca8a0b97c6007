"""What programs ask of layers: their outputs, shapes and arguments."""

from __future__ import annotations

from cnnlint.graph import Argument, CallRefused, NotThere, Shape
from cnnlint.graph.shapes import infer
from cnnlint.graph.shapes.registry import total
from cnnlint.graph.values import size
from cnnlint.readers.python.building import unbuilt
from cnnlint.readers.python.building.arguments import shape_of
from cnnlint.readers.python.building.layers import answers, lambdas
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    LayerValue,
    ListValue,
    Numbered,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
)


def attribute(run: Run, layer: LayerValue, name: str) -> Value:
    """An attribute of a layer."""
    unbuilt.asked_of_layer(run, layer, name)
    if name in ("output", "input") and layer.nodes:
        if name == "output":
            output = TensorValue(layer.nodes[-1])
            beside = answers.beside(run, output.node)
            return ListValue([output, *map(TensorValue, beside)]) if beside else output
        first = next((n for n in layer.nodes if n.fused_into is None), layer.nodes[0])
        return TensorValue(first.inputs[0]) if first.inputs else TensorValue(first)
    if name in ("get_output_at", "get_input_at") and layer.nodes:
        return Native(name, lambda run, site: _at_use(layer, name, site))
    if name == "__class__" and not layer.opaque:
        return Symbol(f"keras.layers.{layer.kind}")
    if name == "name":
        if layer.name is not None:
            return layer.name
        if layer.every_layer_of is not None:
            return Unknown("layer name", ("layer", "name"))  # one of the library's own
        return _made_up(run, layer)
    if name == "trainable":
        return layer.trainable
    if name in ("output_shape", "input_shape") and not (layer.opaque or layer.unread):
        _shape_gone(run, layer, name)
    if name in ("output_shape", "input_shape") and layer.nodes:
        before = layer.nodes[0].inputs or layer.nodes
        return shape_value(layer.nodes[-1].shape if name == "output_shape" else before[0].shape)
    if name == "set_weights":
        run.building.given_weights.add(layer.layer_id)
        return Native(name, lambda run, site: _given_weights(run, layer, site))
    if name == "build" and not layer.unread:
        return Native(name, lambda run, site: _build(layer, site))
    if name == "compute_output_shape" and not layer.unread:
        return Native(name, lambda run, site: _output_shape(run, layer, site.value(0, "input_shape")))
    if name in ("get_vocabulary", "vocabulary_size"):  # of the data that it is adapted to
        return Native(name, lambda run, site: Unknown(f"layer.{name}()", ("call", name, run.building.place(site))))
    if name == "adapt" and not layer.unread:
        return Native(name, lambda run, site: _adapt(run, layer, site))
    if name in ("get_weights", "build", "get_config", "count_params"):
        return Native(name, lambda run, site: Unknown(f"layer.{name}()"))
    argument = layer.arguments.get(name)
    if argument is not None and argument.known and not isinstance(argument.value, dict):
        known: Value = argument.value
        return known
    return Unknown(f"layer.{name}")


def _shape_gone(run: Run, layer: LayerValue, name: str) -> None:
    """Tell the rules of what layers had up to Keras 2."""
    guarded = run.trying or run.frame.conditions or "hasattr" in run.frame.unit.parsed.source.text
    if run.versions.keras == 3 and not guarded and layer.placement.api.startswith("keras.layers."):
        problem = f"layers of Keras 3 have no {name}: {layer.kind} has its tensors and their shapes"
        advice = f"write layer.{name.removesuffix('_shape')}.shape"
        run.event(NotThere(origin=run.origin(run.statement), problem=problem, advice=advice))


def _build(layer: LayerValue, site: CallSite) -> Value:
    """`layer.build(shape)`: what its weights are made for."""
    layer.built = shape_of(site.value(0, "input_shape"))
    return None


def _adapt(run: Run, layer: LayerValue, site: CallSite) -> Value:
    """`layer.adapt(data)`: a Normalization then has a mean of each feature."""
    data, bounds = site.value(0, "data"), layer.arguments.get("bin_boundaries", Argument())
    if layer.kind == "Normalization" and isinstance(data, ArrayValue):
        layer.built = data.facts.shape
    elif layer.kind == "Discretization" and bounds.given and bounds.value is not None:
        problem = "adapt looks for the boundaries of the bins, and this Discretization is given them"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="num_bins=…, or leave out adapt"))
    return Unknown("layer.adapt()")


def _given_weights(run: Run, layer: LayerValue, site: CallSite) -> Value:
    """`layer.set_weights([...])` of a layer that is built: arrays of as many numbers as it has weights."""
    given = site.value(0, "weights")
    arrays = None if isinstance(given, ListValue) and given.open else elements(given)
    own = next((node.parameters for node in layer.nodes if node.kind == layer.kind), None)
    if own is None and layer.built is not None and not layer.nodes:
        values = {name: argument.value for name, argument in layer.arguments.items()}
        own = infer(layer.kind, values, [layer.built]).parameters
    if not arrays or own is None or layer.opaque or layer.unread or _by_version(run, layer):
        return None
    held = total(size((1, *shape)) if (shape := _sizes(one)) is not None else None for one in arrays)
    if held not in (None, own) or not own:
        of = f"arrays of {held} numbers" if held is not None else f"{len(arrays)} arrays"
        problem = f"set_weights is given {of}, and this {layer.kind} has {own} weights"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem))
    return None


def _by_version(run: Run, layer: LayerValue) -> bool:
    """Whether the version decides how many weights a layer has: Keras 2 and TensorFlow 1 made a GRU of one bias."""
    held = layer.inner if isinstance(layer.inner, LayerValue) else layer
    return run.versions.keras != 3 and held.kind == "GRU" and not held.arguments["reset_after"].given


def _sizes(value: Value) -> Shape | None:
    """The shape of an array or a constant; None where it is not known."""
    if isinstance(value, ArrayValue):
        return value.facts.shape
    return shape_of(value.shape) if isinstance(value, VariableValue) and value.shape is not None else None


def _made_up(run: Run, layer: LayerValue) -> Value:
    """The name that Keras makes up for a layer: its class in snake case, numbered."""
    stem, _, place = run.building.numbered.get(layer.layer_id, ("", 0, ()))
    given = layer.arguments.get("name")
    if not stem or (given is not None and given.given) or layer.placement.api != f"keras.layers.{layer.kind}":
        return Unknown("layer name")
    return Numbered("layer name", ("layer name", *place), stem)


def _output_shape(run: Run, layer: LayerValue, given: Value) -> Value:
    """`layer.compute_output_shape(shape)`, without a use of the layer."""
    if layer.note == "Lambda":
        begun, uses = len(run.building.nodes), list(layer.nodes)
        found = lambdas.read(run, layer, [run.building.node("Input", [], {}, shape=shape_of(given))])
        del run.building.nodes[begun:]
        layer.nodes[:] = uses
        return shape_value(found.shape if found is not None else None)
    values = {name: argument.value for name, argument in layer.arguments.items()}
    return shape_value(infer(layer.kind, values, [shape_of(given)]).shape)


def _at_use(layer: LayerValue, name: str, site: CallSite) -> Value:
    """`layer.get_output_at(1)`: what one of its uses gave, or was given."""
    place = site.value(0, "node_index")
    starts = [node for node in layer.nodes if node.fused_into is None]
    uses = [(one, next((node for node in layer.nodes if node.fused_into is one), one)) for one in starts]
    if not isinstance(place, int) or not -len(uses) <= place < len(uses):
        return Unknown(f"layer.{name}()")
    first, last = uses[place]
    return TensorValue(last if name == "get_output_at" else (first.inputs or [first])[0])


def shape_value(shape: Shape | None) -> Value:
    if shape is None:
        return Unknown("shape")
    return tuple(
        None if index == 0 and size is None else (size if size is not None else Unknown("size"))
        for index, size in enumerate(shape)
    )
