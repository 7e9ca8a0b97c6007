"""Models built twice: by this reader from their source, and by Keras from the same source run for real.

Two graphs are the same when every layer has the same class, activation, output shape and number of parameters, and
reads the outputs of the same layers. Each node is therefore reduced to a digest of these and of its inputs' digests:
equal multisets of digests are equal graphs, whatever the order in which branches were written down. Nested models are
flattened on both sides.
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
import runpy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnlint.graph import Model
from cnnlint.readers.python import read

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

ROOT = Path(__file__).parents[3]
FIXTURES = sorted((ROOT / "fixtures" / "models").glob("*.py"))
#: fixtures with custom layers that have weights of their own: Keras has no graph of what `call` does
WITHOUT_GRAPH = {"residual_units", "numbered"}
#: of what trains itself: the loss that is minimised, and the optimizer
TRAINED = {
    "in_the_open": ("mean_squared_error", "sgd"),
    "in_a_function": ("mean_squared_error", "adam"),
    "in_a_class": ("mean_absolute_error", "rmsprop"),
    "functional_step": ("mean_absolute_error", "adam"),
    "compiled": ("mean_squared_error", "sgd"),
    "critic": ("binary_crossentropy", "adam"),
    "maker": (None, "adam"),
    "squares": ("mean_squared_error", "sgd"),
    "differences": ("mean_absolute_error", "sgd"),
    "entropy": ("categorical_crossentropy", "sgd"),
    "both_sides": ("binary_crossentropy", "sgd"),
    "called": ("huber", "sgd"),
    "weighted": ("mean_squared_error", "sgd"),
    "folded": ("mean_squared_error", "sgd"),
}
#: what else Keras calls the same operation
SAME = {"InputLayer": "Input", "MultiHeadAttention": "MultiHeadAttention", "GetItem": "op", "Lambda": "Opaque"}


def digest(parts: object) -> str:
    """A short name for anything that prints the same way when it is the same."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


# --- what Keras built -------------------------------------------------------------------------------------------


def activation_of(layer: Any) -> str:
    """The name of the function that a layer applies to what it computes."""
    if type(layer).__name__ == "TimeDistributed":
        layer = layer.layer
        if isinstance(layer, keras.layers.Activation):
            return ""  # a part of the layer, as what it computes
    if type(layer).__name__ not in FUSING:
        return ""
    function = getattr(layer, "activation", None)
    return "" if function is None or function.__name__ == "linear" else function.__name__


FUSING = {
    "Activation",
    "TimeDistributed",
    "Dense",
    *(
        f"{kind}{rank}D{more}"
        for kind in ("Conv", "SeparableConv", "DepthwiseConv")
        for rank in "123"
        for more in ("", "Transpose")
    ),
}


ARITHMETIC = {"Add", "Subtract", "Multiply", "Divide", "TrueDivide"}


class Built:
    """The flattened graph of a model of Keras: a line for each node, by digest."""

    def __init__(self, model: Any) -> None:
        self.lines: Counter[str] = Counter()
        self.readable: dict[str, str] = {}
        start = [self.line("Input", tuple(tensor.shape), 0, "", []) for tensor in model.inputs]
        self.outputs = self.flatten(model, start)

    def line(self, kind: str, shape: Any, parameters: int, activation: str, inputs: list[str]) -> str:
        text = (kind, shape, parameters, activation)
        name = digest((text, inputs))
        self.lines[name] += 1
        self.readable[name] = f"{text} of {[self.readable[i].split(' of ')[0] for i in inputs]}"
        return name

    def flatten(self, model: Any, start: list[str]) -> list[str]:
        if isinstance(model, keras.Sequential):
            model = model._functional
        known = {id(tensor): name for tensor, name in zip(model.inputs, start, strict=True)}
        for nodes in (model._nodes_by_depth[depth] for depth in sorted(model._nodes_by_depth, reverse=True)):
            for node in nodes:
                operation = node.operation
                if node.is_input:
                    continue
                inputs = [known[id(tensor)] for tensor in node.input_tensors]
                if isinstance(operation, (keras.Sequential, keras.Model)):
                    made = self.flatten(operation, inputs)
                else:
                    kind = type(operation).__name__
                    if not isinstance(operation, keras.Layer) and len(inputs) == 1 and kind in ARITHMETIC:
                        kind = "Rescaling"  # a constant factor or offset
                    parameters = operation.count_params() if isinstance(operation, keras.Layer) else 0
                    shape = tuple(node.outputs[0].shape)
                    made = [self.line(SAME.get(kind, kind), shape, parameters, activation_of(operation), inputs)]
                known.update(
                    (id(tensor), made[0] if len(made) == 1 else name)
                    for tensor, name in zip(node.outputs, made * len(node.outputs), strict=False)
                )
        return [known[id(tensor)] for tensor in model.outputs]


# --- what the reader built --------------------------------------------------------------------------------------


class Read(Built):
    """The same of a model as it was read."""

    def __init__(self, model: Model) -> None:
        self.lines = Counter()
        self.readable = {}
        names: dict[int, str] = {}
        fused = {id(node.fused_into): node for node in model.nodes if node.fused_into is not None}
        for node in model.nodes:
            inputs = [names[id(source)] for source in node.inputs]
            if node.note == "state":
                names[id(node)] = inputs[0]  # Keras's node has all the outputs of its layer
                continue
            if node.fused_into is not None and id(node.fused_into) in names and node.fused_into.kind in FUSING:
                names[id(node)] = names[id(node.fused_into)]
                continue
            function = fused.get(id(node), node)
            activation = str(function.value("activation") or "") if node.kind in FUSING else ""
            kind = SAME.get(node.note, node.note) if node.opaque or node.note == "Lambda" else node.kind
            parameters = node.parameters if node.parameters is not None else 0
            names[id(node)] = self.line(kind, node.shape, parameters, activation, inputs)
        self.outputs = [names[id(node)] for node in model.outputs]


def weighted(model: Model) -> Counter[tuple[str, int | None]]:
    """The layers with parameters, each once however often it is used."""
    layers = {
        node.layer_id: node
        for node in model.nodes
        if node.fused_into is None and node.parameters != 0 and node.kind != "Input"
    }
    return Counter((node.kind, node.parameters) for node in layers.values())


def parameters(model: Model) -> int:
    """The parameters of all layers, each counted once."""
    return sum(count * (size or 0) for (_, size), count in weighted(model).items())


def kerass(cls: type) -> str:
    """The name of a layer's class, or of the class of Keras that it is derived from."""
    return next((one.__name__ for one in cls.__mro__ if one.__module__.startswith("keras.src.layers.")), cls.__name__)


def leaves(layer: Any) -> Iterator[Any]:
    """The layers within a layer of Keras that hold weights themselves."""
    inner = list(layer._flatten_layers(include_self=False, recursive=False))
    if not inner or type(layer).__module__.startswith("keras.src.layers"):
        yield layer
        return
    for part in inner:
        yield from leaves(part)


# --- the comparison ---------------------------------------------------------------------------------------------


def compare(read_model: Model, built: Any) -> None:
    """Fail with the lines that only one side has."""
    assert read_model.complete, read_model.unread
    assert not [node for node in read_model.nodes if node.shape_error]
    assert parameters(read_model) == built.count_params()
    theirs, ours = Built(built), Read(read_model)
    missing = [theirs.readable[name] for name in (theirs.lines - ours.lines)]
    extra = [ours.readable[name] for name in (ours.lines - theirs.lines)]
    assert (missing[:3], extra[:3]) == ([], [])
    assert ours.outputs == theirs.outputs


def compare_weights(mine: Model, built: Any) -> None:
    """Compare the layers that hold weights, where Keras keeps no graph of how they are connected."""
    assert mine.complete, mine.unread
    if not built.built or not built.count_params():
        built(keras.Input(mine.inputs[0].shape[1:]))  # type: ignore[index]
    counts = Counter((kerass(type(leaf)), leaf.count_params()) for leaf in leaves(built) if leaf.count_params())
    assert weighted(mine) == counts
    assert parameters(mine) == built.count_params()


def execute(path: Path) -> dict[str, Any]:
    """The models that a fixture makes, by variable."""
    keras.backend.clear_session()
    names = runpy.run_path(str(path))
    return {name: value for name, value in names.items() if isinstance(value, keras.Model)}


def models_of(path: Path) -> dict[str, Model]:
    reading = read(str(path), path.read_bytes())
    assert reading.program is not None
    assert not reading.problems
    models = sorted(reading.program.models, key=lambda model: not model.is_part)
    return {model.name: model for model in models}


@pytest.fixture(scope="module", params=FIXTURES, ids=lambda path: path.stem)
def both(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, Model]]:
    return execute(request.param), models_of(request.param)


def test_every_model_of_the_fixture(both: tuple[dict[str, Any], dict[str, Model]]) -> None:
    built, found = both
    assert built
    differences = {}
    for name, model in built.items():
        # subclassed models go by the name of their class
        mine = found.get(name) or found.get(type(model).__name__)
        try:
            assert mine is not None, f"not read: {sorted(found)}"
            if name in TRAINED:
                loss, optimizer = mine.training.loss, mine.training.optimizer
                assert (loss and loss.name, optimizer and optimizer.name) == TRAINED[name]
            if name in WITHOUT_GRAPH or not (isinstance(model, keras.Sequential) or hasattr(model, "_nodes_by_depth")):
                compare_weights(mine, model)
            else:
                compare(mine, model)
        except AssertionError as error:
            differences[name] = str(error)[:600]
    assert differences == {}


def test_there_are_enough_models() -> None:
    functions = sum(len(of_file(path)) for path in APPLICATION_FILES)
    named = re.compile(r'name="\w+"|build\("\w+"|^\w+ = (?:model|written|chain|[A-Z]\w+)\(', re.M)
    fixtures = sum(len(named.findall(path.read_text())) for path in FIXTURES)
    assert functions + fixtures >= 150
    subclassed = sum(model.kind == "subclass" for path in FIXTURES for model in models_of(path).values())
    assert subclassed + len(TRAINED.keys() - {"compiled"}) >= 40  # Compiled is a subclass, too


# --- keras.applications -----------------------------------------------------------------------------------------

APPLICATIONS = Path(keras.__file__).parent / "src" / "applications"
APPLICATION_FILES = sorted(
    path
    for path in APPLICATIONS.glob("*.py")
    if not path.stem.endswith("_test") and path.stem not in ("__init__", "imagenet_utils")
)


def of_file(path: Path) -> list[str]:
    """The models that a file of keras.applications defines."""
    return [
        name for name in re.findall(r"^def ([A-Z]\w+)\(", path.read_text(), re.M) if hasattr(keras.applications, name)
    ]


def source_of(path: Path) -> bytes:
    """An application's source with its siblings imported as files of the tree that is read."""
    return path.read_text().replace("from keras.src.applications", "from applications").encode()


def load(name: str) -> bytes | None:
    path = APPLICATIONS / Path(name).name
    if Path(name).parent.name != "applications" or not path.is_file():
        return None
    return b"" if path.stem == "__init__" else source_of(path)


SMALL = {
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "VGG16",
    "ResNet50",
    "EfficientNetB0",
    "Xception",
    "SqueezeNet",
}
EVERY = [(path.stem, name) for path in APPLICATION_FILES for name in of_file(path)]
OPTIONS = [{"weights": None}, {"weights": None, "include_top": False, "input_shape": (96, 128, 3), "pooling": "avg"}]


def application(module: str, name: str, options: dict[str, Any]) -> None:
    keras.backend.clear_session()
    gc.collect()
    arguments = ", ".join(f"{key}={value!r}" for key, value in options.items())
    text = f"import keras\nfrom applications.{module} import {name}\nmodel = {name}({arguments})\n"
    program = read("main.py", text.encode(), load=load).program
    assert program is not None
    built = getattr(keras.applications, name)(**options)
    found = next(model for model in program.models if model.name == built.name)
    if module in ("convnext", "inception_resnet_v2"):
        # layers of its own are read as what they compute
        assert found.complete, found.unread
        assert parameters(found) == built.count_params()
        assert [node.shape for node in found.outputs] == [tuple(built.output_shape)]
        return
    compare(found, built)


@pytest.mark.parametrize(("module", "name"), [pair for pair in EVERY if pair[1] in SMALL], ids=lambda value: value)
def test_small_applications(module: str, name: str) -> None:
    application(module, name, OPTIONS[0])


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=["whole", "headless"])
@pytest.mark.parametrize(("module", "name"), EVERY, ids=lambda value: value)
def test_every_application(module: str, name: str, options: dict[str, Any]) -> None:
    if "input_shape" in options and "NASNetLarge" in name:
        options = {**options, "input_shape": (128, 128, 3)}
    application(module, name, options)
