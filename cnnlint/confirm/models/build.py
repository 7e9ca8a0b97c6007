"""A model graph as a Keras model, its variables known by graph node. Imports keras."""

from __future__ import annotations

import math
from typing import Any

import keras
from msgspec.structs import replace

from cnnlint.confirm.data.probes import input_kind
from cnnlint.confirm.data.specs import InputSpec
from cnnlint.confirm.messages import first_line
from cnnlint.confirm.models.built import Builder, Built, NotBuildable
from cnnlint.confirm.models.layers import SPATIAL, make
from cnnlint.confirm.models.operations import ACTIVATIONS, FUNCTIONS, IDENTITIES, part_of, whole_target
from cnnlint.confirm.models.shrink import FULL, SEQUENCE, Plan, channels_first, pictures, protected
from cnnlint.confirm.models.trained import Trained
from cnnlint.confirm.models.typical import small_application
from cnnlint.confirm.models.weights import weight_keys, weights_of
from cnnlint.graph import Model, Node, Shape
from cnnlint.graph.kinds import DROPOUT, MERGES, RECURRENT

#: a picture size for models whose file does not show one
ASSUMED = {"image": (28, 28, 1), "signal": (64, 1), "features": (16,), "volume": (8, 16, 16, 1)}
#: what a recurrent layer gives beside its output, and the two sides of one that goes both ways
BESIDE = ("state", "item")
ATTENTION = ("MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention")


def build(
    model: Model,
    plan: Plan = FULL,
    *,
    keys: dict[int, str] | None = None,
    output: Node | None = None,
    extra: tuple[Node, ...] = (),
    sample: tuple[int, ...] | None = None,
    trained: Trained | None = None,
) -> Built:
    """Build a model from its graph, shrunk by `plan`; `extra` nodes become further outputs.

    `keys` gives the words that weights are drawn under (see `weights.twin_keys`), by default the model's own; `sample`
    is the shape of the data where the file does not show that of the input, and `trained` what weights start from.

    Raises:
        NotBuildable: a node is opaque or unknown, an argument it needs is unknown, or Keras refuses it (the
            message then quotes Keras, and `__cause__` is Keras's error).
    """
    if output is None:
        output = main_output(model)
    wanted = _needed((output, *extra))
    if any(node.kind == "WholeReshape" for node in (*model.nodes, *model.dead) if id(node) in wanted):
        # how many rows it makes follows from every size before it
        plan = replace(plan, divisor=1.0, side=None)
    builder = Builder(model, plan, keys or weight_keys(model), extra, sample, trained, kept=protected(model))
    for node in (*model.nodes, *model.dead):
        if id(node) in wanted:
            place(builder, node)
    missing = [node for node in (output, *extra) if id(node) not in builder.tensors]
    if missing:
        raise NotBuildable(f"`{missing[0].name}` is not among the model's layers")
    sources = [builder.tensors[id(node)] for node in model.nodes if node.kind == "Input" and id(node) in wanted]
    outputs = [builder.tensors[id(node)] for node in (output, *extra)]
    built = keras.Model(sources if len(sources) > 1 else sources[0], outputs if extra else outputs[0])
    _describe_plan(builder)
    notes = list(dict.fromkeys(builder.notes))
    return Built(
        built,
        output,
        tuple(builder.inputs),
        builder.tensors,
        builder.layers,
        builder.weights,
        notes,
        "\n".join((str(plan), *builder.signature)),
        plan,
        tuple(builder.asked),
    )


def main_output(model: Model) -> Node:
    """The output that is trained: the one that the loss names, else the first."""
    loss = model.training.loss or (model.training.losses[0] if model.training.losses else None)
    if loss is not None and loss.output is not None and any(loss.output is node for node in model.nodes):
        return loss.output
    if not model.outputs:
        raise NotBuildable("no output was found")
    return model.outputs[0]


def _needed(outputs: tuple[Node, ...]) -> set[int]:
    seen: set[int] = set()
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            pending.extend(node.inputs)
    return seen


def place(builder: Builder, node: Node) -> None:
    """Add one node to the Keras graph."""
    if id(node) in builder.tensors:
        # made with the layer whose state it is
        return
    if node.opaque and not node.known("index"):
        raise NotBuildable(f"what {node.note or f'`{node.name}`'} computes is not known")
    if node.kind == "Input":
        builder.tensors[id(node)] = _input(builder, node)
        return
    absent = [source for source in node.inputs if id(source) not in builder.tensors]
    if absent or not node.inputs:
        raise NotBuildable(f"the input of `{node.name}` was not read")
    sources = [builder.tensors[id(source)] for source in node.inputs]
    numbers = ",".join(str(list(builder.tensors).index(id(source))) for source in node.inputs)
    values = {name: argument.value for name, argument in node.arguments.items() if name not in ("name", "activation")}
    builder.signature.append(f"{node.kind}({numbers})|{node.activation}|{values}|{builder.keys.get(id(node))}")
    try:
        builder.tensors[id(node)] = _apply(builder, node, sources)
    except NotBuildable:
        raise
    except Exception as error:
        raise NotBuildable(f"Keras refuses `{node.name}`: {first_line(error)}") from error


def _input(builder: Builder, node: Node) -> Any:
    shape = program = _completed(node.shape, builder.sample)
    users = [user for user in (*builder.model.nodes, *builder.model.dead) if any(node is item for item in user.inputs)]
    reshaped = pictures(node, users)
    if reshaped is not None:
        # a long vector that is reshaped at once: the probe data are pictures from the start
        shape = (None, *reshaped)
        builder.skipped.update(id(user) for user in users)
        users = [user for user in builder.model.nodes if any(id(item) in builder.skipped for item in user.inputs)]
    if texts := {user.value("output_sequence_length") for user in users if user.kind == "TextVectorization"}:
        # what it makes of texts are numbers of words: the probe data are those from the start
        shape = program = (None, next((length for length in texts if isinstance(length, int)), SEQUENCE))
        builder.skipped.update(id(user) for user in users if user.kind == "TextVectorization")
        users = [user for user in builder.model.nodes if any(id(item) in builder.skipped for item in user.inputs)]
    elif node.value("dtype") == "string":
        raise NotBuildable(f"`{node.name}` takes text, which there is no probe data for")
    tokens = next((user for user in users if user.kind == "Embedding"), None)
    if shape is None:
        kind = _kind_by_use(users)
        own = ASSUMED[kind]
        builder.notes.append(f"the shape of the input is not in the file: {_sizes(own)} was assumed")
        first = False
    else:
        first = channels_first(shape) or any(user.value("data_format") == "channels_first" for user in users)
        own_or_none = (*shape[2:], shape[1]) if first and len(shape) > 2 else shape[1:]
        kind = input_kind(own_or_none)
        guess = ASSUMED.get(kind, ())
        own = tuple(
            (guess[place] if place < len(guess) else 1) if side is None else side
            for place, side in enumerate(own_or_none)
        )
        if None in own_or_none:
            builder.notes.append(f"the shape of the input is not known in full: {_sizes(own)} was assumed")
    if tokens is not None:
        vocabulary = tokens.value("input_dim")
        smaller = builder.plan.size(own, "tokens")
        spec = InputSpec(smaller, "tokens", vocabulary=vocabulary if isinstance(vocabulary, int) else 100)
    else:
        smaller = builder.plan.size(own, kind)
        laid = (smaller[-1], *smaller[:-1]) if first and len(smaller) > 1 else smaller
        spec = InputSpec(laid, kind, channels_first=first and len(smaller) > 1)
    if smaller != own:
        builder.notes.append(f"inputs reduced from {_sizes(own)} to {_sizes(smaller)}")
    builder.inputs.append(spec)
    full = (own[-1], *own[:-1]) if spec.channels_first else own
    builder.asked.append((program[1:] if program is not None else full, full))
    builder.signature.append(f"Input{spec}")
    return keras.Input(spec.shape)


def _completed(shape: Shape | None, sample: tuple[int, ...] | None) -> Shape | None:
    """An input's shape with what the data knows about it and the file does not."""
    if sample is None or (shape is not None and len(shape) != len(sample) + 1):
        return shape
    sides = shape[1:] if shape is not None else (None,) * len(sample)
    return (None, *(own if side is None else side for side, own in zip(sides, sample, strict=True)))


def _kind_by_use(users: list[Node]) -> Any:
    for user in users:
        if "2D" in user.kind or user.kind == "Application":
            return "image"
        if "1D" in user.kind:
            return "signal"
        if "3D" in user.kind:
            return "volume"
    return "features"


def _apply(builder: Builder, node: Node, sources: list[Any]) -> Any:
    kind = node.kind
    if node.opaque:
        part = part_of(node, sources[0])
        if part is None:
            raise NotBuildable(f"what {node.note or f'`{node.name}`'} computes is not known")
        return part
    if kind in IDENTITIES or node.activation == "linear" or id(node) in builder.skipped or _idle(node):
        return sources[0]
    if kind in FUNCTIONS:
        names, function = FUNCTIONS[kind]
        return function(*sources, *(_operation_argument(node, name) for name in names))
    if kind == "Activation":
        return _activation(node)(sources[0])
    if kind in ("Reshape", "WholeReshape"):
        return _reshape(builder, node, sources[0])
    if kind == "Application":
        return _application(builder, node, sources[0])
    first = node.value("data_format") == "channels_first"
    layer = _layer(builder, node, first)
    if kind in RECURRENT:
        return _recurrent(builder, node, layer, sources)
    argument: Any = sources if kind in MERGES or len(sources) > 1 else sources[0]
    if kind in MERGES and len(sources) < 2:
        raise NotBuildable(f"one side of `{node.name}` ({kind}) was not read")
    mode = node.value("training")
    keywords = {"training": mode} if isinstance(mode, bool) else {}
    if first and kind in SPATIAL:
        # TensorFlow convolves channels-last alone on a CPU; between two transpositions it is the same layer
        rank = len(sources[0].shape)
        moved = keras.ops.transpose(sources[0], (0, *range(2, rank), 1))
        return keras.ops.transpose(layer(moved, **keywords), (0, rank - 1, *range(1, rank - 1)))
    if kind in ATTENTION:
        # query and value are arguments of their own; of one input both are that
        return layer(*(sources if len(sources) > 1 else sources * 2), **keywords)
    return layer(argument, **keywords)


def _recurrent(builder: Builder, node: Node, layer: Any, sources: list[Any]) -> Any:
    """A recurrent layer from the states it is given, and beside its output the states (or sides) that are read."""
    mode = node.value("training")
    keywords: dict[str, Any] = {"training": mode} if isinstance(mode, bool) else {}
    if len(sources) > 1:
        if isinstance(getattr(layer, "cell", None), keras.layers.StackedRNNCells):
            raise NotBuildable(f"which of the states given to `{node.name}` are whose is not known")
        keywords["initial_state"] = sources[1:] if len(sources) > 2 or "LSTM" in type(layer).__name__ else sources[1]
    result = layer(sources[0], **keywords)
    if not isinstance(result, (list, tuple)):
        return result
    beside = [
        one
        for one in (*builder.model.nodes, *builder.model.dead)
        if one.opaque and one.note in BESIDE and one.inputs[:1] == [node]
    ]
    for given in (result, result[1:]):
        if len(beside) == len(given):
            builder.tensors.update(zip(map(id, beside), given, strict=True))
            break
    return result[0]


def _idle(node: Node) -> bool:
    """Whether it is a dropout that never drops: one of tf.layers that is not told to train. Keras's are told by fit."""
    return node.kind in DROPOUT and node.value("training") is False and not node.given("training")


def _operation_argument(node: Node, name: str | tuple[str, ...]) -> Any:
    names = (name,) if isinstance(name, str) else name
    for one in names:
        if one in node.arguments:
            if not node.known(one):
                raise NotBuildable(f"`{one}` of `{node.name}` is unknown")
            return node.value(one)
    return None


def _activation(node: Node) -> Any:
    name = node.activation
    if name is None:
        raise NotBuildable(f"the activation behind `{(node.fused_into or node).name}` is unknown")
    if name in ACTIVATIONS:
        return keras.layers.Lambda(ACTIVATIONS[name])
    try:
        return keras.layers.Activation(name)
    except ValueError:
        raise NotBuildable(f"the activation {name} is not known to Keras") from None


def _reshape(builder: Builder, node: Node, source: Any) -> Any:
    target = whole_target(node) if node.kind == "WholeReshape" else node.value("target_shape")
    if not isinstance(target, tuple) or any(not isinstance(side, int) for side in target):
        raise NotBuildable(f"the target of `{node.name}` is unknown")
    if node.kind == "WholeReshape":
        return keras.ops.reshape(source, target)
    before = node.inputs[0].shape
    known = before is not None and None not in before[1:]
    if len(target) == 1:
        total = math.prod(side or 1 for side in before[1:]) if before is not None and known else None
        if target[0] == -1 or total is None or total == target[0]:
            # tf.reshape(x, [-1, 7 * 7 * 64]) is a Flatten, also of a smaller picture
            return keras.layers.Flatten()(source)
    return keras.layers.Reshape(target)(source)


def _application(builder: Builder, node: Node, source: Any) -> Any:
    name = node.value("name")
    if not isinstance(name, str):
        raise NotBuildable("which application is used is unknown")
    top = node.value("include_top") is not False
    classes, pooling = node.value("classes"), node.value("pooling")
    if node.value("weights") is not None:
        builder.notes.append(f"{name} starts from random weights here, not from {node.value('weights')}")
    if builder.plan.small_applications:
        builder.notes.append(f"four convolutions stand in for {name}")
        whole: Any = small_application(top, classes, pooling)
    else:
        factory = getattr(keras.applications, name, None)
        if factory is None:
            raise NotBuildable(f"Keras has no application {name}")
        keywords = {"weights": None, "include_top": top, "input_shape": tuple(source.shape[1:]), "pooling": pooling}
        whole = factory(**keywords, **({"classes": classes} if classes else {}))
    if node.trainable is False:
        whole.trainable = False
    result = whole(source)
    builder.layers[id(node)] = whole
    return result


def _layer(builder: Builder, node: Node, first: bool) -> Any:
    """The Keras layer of a node, shared with the other nodes of the same layer."""
    place = (node.layer_id, node.kind)
    if node.layer_id and place in builder.shared:
        layer = builder.shared[place]
        builder.layers[id(node)] = layer
        return layer
    layer = make(builder, node, first)
    if node.trainable is False:
        layer.trainable = False
    if node.layer_id:
        builder.shared[place] = layer
    builder.layers[id(node)] = layer
    return layer


def _describe_plan(builder: Builder) -> None:
    """Take up the variables of all layers, now that they exist, and say what was shrunk."""
    taken: set[int] = set()
    for node in (*builder.model.nodes, *builder.model.dead):
        layer = builder.layers.get(id(node))
        if layer is not None and id(layer) not in taken:
            taken.add(id(layer))
            key = builder.keys.get(id(node), node.name)
            found = weights_of(layer, node, key, builder.notes)
            builder.weights += builder.trained.given(found, key, layer) if builder.trained is not None else found
    if builder.trained is not None:
        builder.notes.append(builder.trained.note(builder.weights))
        builder.signature.append(f"trained {builder.trained.digest}")
    if builder.plan.divisor > 1:
        builder.notes.append(f"filters and units divided by {builder.plan.divisor:g}")


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
