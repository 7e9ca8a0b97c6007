"""Every kind of layer that Keras has and a reader knows can be built, or is left out for a reason."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from cnnlint.confirm.models.alone import refusal
from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import MERGES
from cnnlint.graph.vocabulary import layer_spec
from tests.confirm.graphs import node, source

NOT_LAYERS_OF_A_MODEL = {
    "InputLayer",
    "Layer",
    "Lambda",
    "Wrapper",
    "Pipeline",
    "RNN",
    "StackedRNNCells",
    "GRUCell",
    "LSTMCell",
    "SimpleRNNCell",
}
FOREIGN = {"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}
TEXT_OR_BOXES = {
    "StringLookup",
    "IntegerLookup",
    "TextVectorization",
    "Hashing",
    "HashedCrossing",
    "Discretization",
    "CategoryEncoding",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MelSpectrogram",
    "STFTSpectrogram",
    "CutMix",
    "MixUp",
}

ARGUMENTS: dict[str, dict[str, Any]] = {
    "Dense": {"units": 4},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 4},
    "Activation": {"activation": "relu"},
    "RandomZoom": {"height_factor": 0.1},
    "RandomPosterization": {"factor": 4},
    "Embedding": {"input_dim": 20, "output_dim": 4},
    "ReversibleEmbedding": {"input_dim": 20, "output_dim": 4},
    "Reshape": {"target_shape": (4, 2)},
    "Permute": {"dims": (2, 1)},
    "RepeatVector": {"n": 3},
    "Rescaling": {"scale": 0.5},
    "Dot": {"axes": 1},
    "GroupNormalization": {"groups": 2},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 4},
    "GroupQueryAttention": {"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 1},
    "TimeDistributed": {"layer": ("Dense", {"units": 4, "activation": "relu"})},
    "Bidirectional": {"layer": ("LSTM", {"units": 4, "activation": "tanh", "return_sequences": True})},
    "SpectralNormalization": {"layer": ("Dense", {"units": 4})},
    "Resizing": {"height": 6, "width": 6},
    "CenterCrop": {"height": 4, "width": 4},
    "RandomCrop": {"height": 4, "width": 4},
    "Normalization": {"mean": 0.0, "variance": 1.0},
    "LSTM": {"units": 4},
    "GRU": {"units": 4},
    "SimpleRNN": {"units": 4},
    "Dropout": {"rate": 0.2},
    "AlphaDropout": {"rate": 0.2},
    "GaussianDropout": {"rate": 0.2},
    "GaussianNoise": {"stddev": 0.1},
}
FLAT = {"EinsumDense", "RepeatVector", "Embedding", "ReversibleEmbedding", "Reshape", "SpectralNormalization"}
SEQUENCES = {
    "Permute",
    "MultiHeadAttention",
    "GroupQueryAttention",
    "TimeDistributed",
    "Bidirectional",
    "LSTM",
    "GRU",
    "SimpleRNN",
    "Attention",
    "AdditiveAttention",
    "Masking",
}
FACTORS = {
    "RandomRotation",
    "RandomTranslation",
    "RandomShear",
    "RandomBrightness",
    "RandomContrast",
    "RandomHue",
    "RandomSaturation",
    "RandomSharpness",
    "RandomColorDegeneration",
    "RandomErasing",
}


def kinds() -> list[str]:
    """The names of all layers of Keras that a reader knows, one for each class."""
    found = {}
    for name in sorted(vars(keras.layers)):
        value = getattr(keras.layers, name)
        if isinstance(value, type) and issubclass(value, keras.layers.Layer) and layer_spec(name) is not None:
            found.setdefault(value, name)
    return sorted(set(found.values()) - NOT_LAYERS_OF_A_MODEL - FOREIGN - TEXT_OR_BOXES)


def sample(kind: str) -> tuple[int, ...]:
    """The shape of an input for a kind of layer."""
    if kind in FLAT:
        return (8,)
    if kind in SEQUENCES:
        return (6, 4)
    rank = next((digit for digit in "123" if f"{digit}D" in kind), "2")
    steps = (4,) if "LSTM" in kind else ()
    return (*steps, *(8,) * int(rank), 3 if kind not in ("GroupNormalization",) else 4)


def arguments(kind: str) -> dict[str, Any]:
    """What a kind of layer needs at least."""
    if kind in ARGUMENTS:
        return ARGUMENTS[kind]
    if kind in FACTORS:
        value: dict[str, Any] = {"factor": 0.1}
        return {"height_factor": 0.1, "width_factor": 0.1} if kind == "RandomTranslation" else value
    if "DepthwiseConv" in kind:
        return {"kernel_size": 3}
    if "Conv" in kind:
        return {"filters": 4, "kernel_size": 3}
    if kind.startswith("SpatialDropout"):
        return {"rate": 0.2}
    if "Pooling" in kind and "Global" not in kind and "Adaptive" not in kind:
        return {"pool_size": 2}
    return {"output_size": 2} if kind.startswith("Adaptive") else {}


@pytest.mark.parametrize("kind", kinds())
def test_it_can_be_built(kind: str) -> None:
    spec = layer_spec(kind)
    assert spec is not None
    first: Node = source(*sample(kind))
    count = (
        2
        if spec.kind in MERGES
        or kind in ("Attention", "AdditiveAttention", "Dot", "MultiHeadAttention", "GroupQueryAttention")
        else 1
    )
    one = node(spec.kind, [first] * count, "one", **arguments(kind))
    assert build(Model("model", "functional", [first, one], [first], [one])).model is not None


RECURRENT = ("LSTM", {"units": 4, "return_state": True})
CELL = ("LSTMCell", {"units": 3})
BLOCK = ("Chain", {"layers": (("Dense", {"units": 3, "activation": "relu"}), ("Dense", {"units": 2}))})
SPELLED = (
    ("UpSampling1D", {"size": (2,)}, (12, 4)),
    ("RNN", {"cell": CELL}, (3,)),
    ("RNN", {"cell": (CELL, ("GRUCell", {"units": 2}))}, (2,)),
    ("RNN", {"cell": ("StackedRNNCells", {"cells": (CELL, CELL)}), "return_sequences": True}, (6, 3)),
    ("Bidirectional", {"layer": ("RNN", {"cell": CELL})}, (6,)),
    (
        "Bidirectional",
        {"layer": ("GRU", {"units": 2}), "backward_layer": ("GRU", {"units": 2, "go_backwards": True})},
        (4,),
    ),
    ("TimeDistributed", {"layer": BLOCK}, (6, 2)),
    ("TimeDistributed", {"layer": ("SpectralNormalization", {"layer": ("Dense", {"units": 5})})}, (6, 5)),
    ("LSTM", RECURRENT[1], (4,)),
)


@pytest.mark.parametrize(("kind", "values", "shape"), SPELLED)
def test_what_it_wraps_is_built_however_it_is_written(
    kind: str, values: dict[str, Any], shape: tuple[int, ...]
) -> None:
    first = source(6, 4)
    one = node(kind, [first], "one", **values)
    built = build(Model("model", "functional", [first, one], [first], [one]))
    assert built.output_shape == (None, *shape)
    one.shape = (None, *shape)
    assert refusal(Model("model", "functional", [first, one], [first], [one]), one) is None


def test_states_go_from_one_layer_to_another() -> None:
    first = source(6, 4)
    given = node(RECURRENT[0], [first], "given", **RECURRENT[1])
    states = [Node("Opaque", name, [given], shape=(None, 4), note="state") for name in ("hidden", "cell")]
    one = node("LSTM", [first, *states], "one", units=4)
    model = Model("model", "functional", [first, given, *states, one], [first], [one])
    assert build(model).output_shape == (None, 4)
    assert refusal(model, one) is None
    # of one alone it is not known which it is
    model.nodes.remove(states[0])
    one.inputs = [first, states[1]]
    with pytest.raises(NotBuildable, match="what state computes is not known"):
        build(model)


def test_products_are_turned_round_as_the_program_has_them() -> None:
    first, second = source(3, 4), source(3, 4)
    product = node("MatMul", [first, second], "product", transpose_b=True)
    model = Model("model", "functional", [first, second, product], [first, second], [product])
    assert build(model).output_shape == (None, 3, 3)
    assert refusal(model, product) is None
