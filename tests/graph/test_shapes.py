"""Shape inference against the installed Keras: the same shapes, the same number of weights, the same refusals."""

from __future__ import annotations

import inspect
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from installed import refuses_empty_outputs

from cnnlint.graph.shapes import infer, knows
from cnnlint.graph.values import UNKNOWN

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

Kwargs = dict[str, Any]


def values_of(kind: str, kwargs: Kwargs) -> Kwargs:
    """The arguments with the signature's defaults, as readers fill them in."""
    signature = inspect.signature(getattr(keras.layers, kind).__init__)
    defaults = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    values = {**defaults, **kwargs}
    wrapped = values.get("layer")
    if isinstance(wrapped, tuple):
        values["layer"] = (wrapped[0], values_of(*wrapped))
    return values


def built(kind: str, kwargs: Kwargs, *shapes: tuple[int | None, ...]) -> tuple[Any, Any]:
    """Keras's own answer: the output shape and the number of weights; (None, None) where it refuses."""
    if "layer" in kwargs:
        inner, arguments = kwargs["layer"]
        kwargs = {**kwargs, "layer": getattr(keras.layers, inner)(**arguments)}
    tensors = [keras.KerasTensor(shape) for shape in shapes]
    try:
        layer = getattr(keras.layers, kind)(**kwargs)
        if kind in ("MultiHeadAttention", "GroupQueryAttention"):
            output = layer(*tensors)
        else:
            output = layer(tensors[0] if len(tensors) == 1 else tensors)
    except (ValueError, TypeError, IndexError):
        return None, None
    return tuple(output.shape), layer.count_params()


def check(kind: str, kwargs: Kwargs, *shapes: tuple[int | None, ...]) -> None:
    """The two have to agree on shape, weights, and whether the layer can be built at all."""
    shape, parameters = built(kind, kwargs, *shapes)
    inferred = infer(kind, values_of(kind, kwargs), shapes)
    assert (inferred.error is None) == (shape is not None), inferred
    assert (inferred.shape, inferred.parameters) == (shape, parameters)


IMAGE, SERIES, VOLUME = (None, 12, 9, 6), (None, 11, 6), (None, 8, 9, 10, 6)
LAST = {"data_format": "channels_last"}
FIRST = {"data_format": "channels_first"}

CASES: list[tuple[str, Kwargs, tuple[Any, ...]]] = [
    ("Conv1D", {"filters": 4, "kernel_size": 3}, (SERIES,)),
    ("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, (SERIES,)),
    ("Conv1D", {"filters": 4, "kernel_size": 12}, (SERIES,)),
    ("Conv2D", {"filters": 4, "kernel_size": (3, 2)}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": (2, 1), "use_bias": False}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": (1, 3)}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "strides": 2}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "groups": 3}, (IMAGE,)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "groups": 4}, (IMAGE,)),
    ("Conv2D", {"filters": 8, "kernel_size": 3, "groups": 4}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, **FIRST}, ((None, 6, 12, 9),)),
    ("Conv2D", {"filters": 4, "kernel_size": 3}, ((None, None, None, 6),)),
    ("Conv2D", {"filters": 4, "kernel_size": (10, 1)}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": (1, 10)}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 3}, ((None, 12, 9),)),
    ("Conv2D", {"filters": 4, "kernel_size": 3}, ((None, 784),)),
    ("Conv2D", {"filters": 4, "kernel_size": 3}, ((None, 5, 12, 9, 6),)),
    ("Conv2D", {"filters": 0, "kernel_size": 3}, (IMAGE,)),
    ("Conv2D", {"filters": 4, "kernel_size": 0}, (IMAGE,)),
    ("Conv3D", {"filters": 4, "kernel_size": (2, 3, 4)}, (VOLUME,)),
    ("Conv3D", {"filters": 4, "kernel_size": (2, 3, 4), "padding": "same", "strides": 3}, (VOLUME,)),
    ("Conv1DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}, (SERIES,)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 2, "strides": 3}, (IMAGE,)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 5, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same", **FIRST}, ((None, 6, 7, 8),)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 1}, (IMAGE,)),
    (
        "Conv2DTranspose",
        {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same"},
        (IMAGE,),
    ),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 2}, (IMAGE,)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "dilation_rate": 2}, (IMAGE,)),
    ("Conv3DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, (VOLUME,)),
    ("DepthwiseConv1D", {"kernel_size": 3}, (SERIES,)),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("DepthwiseConv2D", {"kernel_size": 3, "use_bias": False, **FIRST}, ((None, 6, 12, 9),)),
    ("DepthwiseConv2D", {"kernel_size": 13}, (IMAGE,)),
    ("SeparableConv1D", {"filters": 4, "kernel_size": 3}, (SERIES,)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "depth_multiplier": 2}, (IMAGE,)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "use_bias": False}, (IMAGE,)),
    ("MaxPooling1D", {"pool_size": 2}, (SERIES,)),
    ("MaxPooling2D", {"pool_size": (3, 2)}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": 8, "strides": 2, "padding": "same"}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": 10}, (IMAGE,)),
    ("MaxPooling2D", {"pool_size": 2}, ((None, 100),)),
    ("MaxPooling2D", {"pool_size": 2, **FIRST}, ((None, 1, 28, 28),)),
    ("AveragePooling2D", {"pool_size": 2, "strides": (1, 3)}, (IMAGE,)),
    ("AveragePooling3D", {"pool_size": 2, "padding": "same"}, (VOLUME,)),
    ("GlobalAveragePooling1D", {}, (SERIES,)),
    ("GlobalAveragePooling2D", {}, (IMAGE,)),
    ("GlobalAveragePooling2D", {"keepdims": True}, (IMAGE,)),
    ("GlobalMaxPooling2D", {"keepdims": True, **FIRST}, (IMAGE,)),
    ("GlobalMaxPooling2D", {}, ((None, 100),)),
    ("GlobalMaxPooling3D", {**FIRST}, (VOLUME,)),
    ("Dense", {"units": 5}, ((None, 7),)),
    ("Dense", {"units": 5, "use_bias": False}, (IMAGE,)),
    ("Dense", {"units": 5}, ((None,),)),
    ("Dense", {"units": 0}, ((None, 7),)),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 64, "bias_axes": "c"}, ((None, 32),)),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (32, 64), "bias_axes": "d"}, ((None, 32, 128),)),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 64, "bias_axes": "y"}, ((None, 32, 128),)),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (32, 2, 8)}, ((None, 32, 128),)),
    ("Embedding", {"input_dim": 100, "output_dim": 8}, ((None, 20),)),
    ("Flatten", {}, (IMAGE,)),
    ("Flatten", {}, ((None, None, 6),)),
    ("Flatten", {}, ((None,),)),
    ("Reshape", {"target_shape": (9, 72)}, (IMAGE,)),
    ("Reshape", {"target_shape": (-1, 3)}, (IMAGE,)),
    ("Reshape", {"target_shape": (-1,)}, ((None, None, 3),)),
    ("Reshape", {"target_shape": (28, 28, 1)}, ((None, 783),)),
    ("Reshape", {"target_shape": (-1, 5)}, (IMAGE,)),
    ("Reshape", {"target_shape": (-1, -1)}, (IMAGE,)),
    ("Permute", {"dims": (3, 1, 2)}, (IMAGE,)),
    ("Permute", {"dims": (3, 1)}, (IMAGE,)),
    ("Permute", {"dims": (0, 1)}, (SERIES,)),
    ("RepeatVector", {"n": 3}, ((None, 7),)),
    ("RepeatVector", {"n": 3}, (SERIES,)),
    ("ZeroPadding1D", {"padding": 2}, (SERIES,)),
    ("ZeroPadding1D", {"padding": (0, 3)}, (SERIES,)),
    ("ZeroPadding2D", {"padding": 2}, (IMAGE,)),
    ("ZeroPadding2D", {"padding": (1, 2)}, (IMAGE,)),
    ("ZeroPadding2D", {"padding": ((0, 1), (2, 3)), **FIRST}, (IMAGE,)),
    ("ZeroPadding3D", {"padding": 1}, (VOLUME,)),
    ("Cropping1D", {"cropping": (1, 2)}, (SERIES,)),
    ("Cropping2D", {"cropping": ((0, 1), (2, 3))}, (IMAGE,)),
    ("Cropping2D", {"cropping": ((6, 6), (0, 0))}, (IMAGE,)),
    ("Cropping3D", {"cropping": 2}, (VOLUME,)),
    ("UpSampling1D", {"size": 3}, (SERIES,)),
    ("UpSampling2D", {"size": (2, 3)}, (IMAGE,)),
    ("UpSampling2D", {**FIRST}, (IMAGE,)),
    ("UpSampling3D", {}, (VOLUME,)),
    ("Resizing", {"height": 5, "width": 7}, (IMAGE,)),
    ("CenterCrop", {"height": 5, "width": 7}, (IMAGE,)),
    ("RandomCrop", {"height": 5, "width": 7}, (IMAGE,)),
    ("RandomFlip", {}, (IMAGE,)),
    ("Rescaling", {"scale": 1 / 255}, (IMAGE,)),
    ("Add", {}, (IMAGE, IMAGE)),
    ("Add", {}, (IMAGE, (None, 12, 9, 1))),
    ("Add", {}, (IMAGE, (None, 1, 1, 6), (None, 6))),
    ("Add", {}, (IMAGE, (None, 12, 8, 6))),
    ("Add", {}, (IMAGE, (None, 5))),
    ("Multiply", {}, ((None, None, 6), (None, 4, 6))),
    ("Subtract", {}, ((None, 4), (None, 5))),
    ("Average", {}, ((3, 4), (None, 4))),
    ("Concatenate", {}, (IMAGE, (None, 12, 9, 10))),
    ("Concatenate", {"axis": 1}, (IMAGE, (None, 2, 9, 6))),
    ("Concatenate", {"axis": 1}, ((None, None, 6), (None, 4, 6))),
    ("Concatenate", {}, (IMAGE, (None, 12, 8, 10))),
    ("Concatenate", {}, (IMAGE, SERIES)),
    ("Dot", {"axes": 1}, ((None, 7), (None, 7))),
    ("Dot", {"axes": (2, 1)}, ((None, 3, 7), (None, 7, 5))),
    ("Dot", {"axes": 1}, ((None, 7), (None, 6))),
    ("BatchNormalization", {}, (IMAGE,)),
    ("BatchNormalization", {"axis": 1, "scale": False}, (IMAGE,)),
    ("BatchNormalization", {"center": False, "scale": False}, (IMAGE,)),
    ("BatchNormalization", {"axis": 4}, (IMAGE,)),
    ("LayerNormalization", {}, (IMAGE,)),
    ("LayerNormalization", {"axis": [1, 2], "center": False}, (IMAGE,)),
    ("GroupNormalization", {"groups": 3}, (IMAGE,)),
    ("GroupNormalization", {"groups": 4}, (IMAGE,)),
    ("RMSNormalization", {}, (IMAGE,)),
    ("UnitNormalization", {}, (IMAGE,)),
    ("Normalization", {}, (IMAGE,)),
    ("Normalization", {"mean": 0.0, "variance": 1.0}, (IMAGE,)),
    ("LSTM", {"units": 5}, (SERIES,)),
    ("LSTM", {"units": 5, "return_sequences": True, "use_bias": False}, (SERIES,)),
    ("LSTM", {"units": 5}, ((None, 6),)),
    ("GRU", {"units": 5}, (SERIES,)),
    ("GRU", {"units": 5, "reset_after": False, "return_sequences": True}, ((None, None, 6),)),
    ("SimpleRNN", {"units": 5}, (SERIES,)),
    ("ConvLSTM1D", {"filters": 4, "kernel_size": 3}, (IMAGE,)),
    ("ConvLSTM2D", {"filters": 4, "kernel_size": 3, "padding": "same", "return_sequences": True}, (VOLUME,)),
    ("ConvLSTM2D", {"filters": 4, "kernel_size": 3, **FIRST}, ((None, 5, 3, 8, 9),)),
    ("Bidirectional", {"layer": ("LSTM", {"units": 5, "return_sequences": True})}, (SERIES,)),
    ("Bidirectional", {"layer": ("GRU", {"units": 5}), "merge_mode": "sum"}, (SERIES,)),
    ("TimeDistributed", {"layer": ("Dense", {"units": 5})}, (SERIES,)),
    ("TimeDistributed", {"layer": ("Conv2D", {"filters": 5, "kernel_size": 3})}, (VOLUME,)),
    ("TimeDistributed", {"layer": ("Conv2D", {"filters": 5, "kernel_size": 3})}, (SERIES,)),
    ("TimeDistributed", {"layer": ("Flatten", {})}, (VOLUME,)),
    ("Activation", {"activation": "relu"}, (IMAGE,)),
    ("ReLU", {}, (IMAGE,)),
    ("PReLU", {}, (IMAGE,)),
    ("PReLU", {"shared_axes": [1, 2]}, (IMAGE,)),
    ("Softmax", {}, (IMAGE,)),
    ("Dropout", {"rate": 0.5}, (IMAGE,)),
    ("SpatialDropout2D", {"rate": 0.5}, (IMAGE,)),
    ("SpatialDropout2D", {"rate": 0.5}, (SERIES,)),
    ("GaussianNoise", {"stddev": 0.5}, (IMAGE,)),
    ("Masking", {}, (SERIES,)),
    ("Identity", {}, (SERIES,)),
    ("MultiHeadAttention", {"num_heads": 3, "key_dim": 4}, (SERIES, SERIES)),
    ("MultiHeadAttention", {"num_heads": 3, "key_dim": 4, "value_dim": 5, "use_bias": False}, (SERIES, (None, 7, 8))),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4, "output_shape": 9}, (SERIES, SERIES)),
    ("GroupQueryAttention", {"head_dim": 4, "num_query_heads": 6, "num_key_value_heads": 2}, (SERIES, SERIES)),
    ("Attention", {}, (SERIES, (None, 7, 6))),
    ("Attention", {"use_scale": True, "score_mode": "concat"}, (SERIES, (None, 7, 6))),
    ("AdditiveAttention", {}, (SERIES, (None, 7, 6))),
]


@refuses_empty_outputs
@pytest.mark.parametrize(("kind", "kwargs", "shapes"), CASES, ids=lambda value: str(value)[:60])
def test_agrees_with_keras(kind: str, kwargs: Kwargs, shapes: tuple[Any, ...]) -> None:
    check(kind, kwargs, *shapes)


@pytest.mark.skipif(not hasattr(keras.layers, "AdaptiveMaxPooling2D"), reason="newer than the installed Keras")
@pytest.mark.parametrize("kwargs", [{"output_size": 3}, {"output_size": (2, 4)}, {"output_size": 2, **FIRST}])
def test_adaptive_pooling_agrees_with_keras(kwargs: Kwargs) -> None:
    check("AdaptiveMaxPooling2D", kwargs, IMAGE)


sizes = st.integers(1, 14)
small = st.integers(1, 4)
formats = st.sampled_from(["channels_last", "channels_first"])


CONVOLUTIONS = [
    *(f"Conv{rank}D{transposed}" for rank in (1, 2, 3) for transposed in ("", "Transpose")),
    *(f"{kind}Conv{rank}D" for rank in (1, 2) for kind in ("Depthwise", "Separable")),
]


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[str, Kwargs, tuple[int | None, ...]]:
    """Any kind of convolution with any of the arguments that decide its size, and an input of its rank."""
    kind = draw(st.sampled_from(CONVOLUTIONS))
    rank = next(int(letter) for letter in kind if letter.isdigit())

    def each(values: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
        return st.one_of(values, st.tuples(*[values] * rank))

    optional: dict[str, st.SearchStrategy[Any]] = {
        "strides": each(small),
        "dilation_rate": each(small),
        "padding": st.sampled_from(["same", "valid", "SAME", *(["causal"] if kind == "Conv1D" else [])]),
        "data_format": formats,
    }
    if kind[:5] in ("Depth", "Separ"):
        optional["depth_multiplier"] = small
    elif kind.endswith("Transpose"):
        optional["output_padding"] = st.one_of(st.none(), each(st.integers(0, 3)))
    else:
        optional["groups"] = small
    required = {"kernel_size": each(small)} | ({} if "Depth" in kind else {"filters": small})
    kwargs: Kwargs = draw(st.fixed_dictionaries(required, optional=optional))
    return kind, kwargs, (None, *draw(st.tuples(*[st.integers(1, 9)] * (rank + 1))))


@refuses_empty_outputs
@settings(max_examples=150, deadline=None)
@given(convolutions())
def test_convolution_arithmetic(convolution: tuple[str, Kwargs, tuple[int | None, ...]]) -> None:
    kind, kwargs, shape = convolution
    check(kind, kwargs, shape)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["MaxPooling", "AveragePooling", "GlobalMaxPooling", "UpSampling", "Cropping"])
def test_a_wrapped_layer_of_another_rank_is_refused_only_where_keras_refuses_it(kind: str, rank: int) -> None:
    kind = f"{kind}{rank}D"
    arguments = {"pool_size": 1} if kind[:3] in ("Max", "Ave") else {}
    for sample in ((4,), (8, 5), (3, 8, 5), (2, 3, 8, 5)):
        layer = keras.layers.TimeDistributed(getattr(keras.layers, kind)(**arguments))
        try:
            layer(np.ones((2, 3, *sample), "float32"))
        except Exception:
            continue
        assert (
            infer(
                "TimeDistributed", values_of("TimeDistributed", {"layer": (kind, arguments)}), [(None, 3, *sample)]
            ).error
            is None
        )


@settings(max_examples=150, deadline=None)
@given(sizes, sizes, st.tuples(small, small), st.one_of(st.none(), small), st.booleans(), formats)
def test_pooling_arithmetic(
    height: int, width: int, window: tuple[int, int], strides: int | None, same: bool, data_format: str
) -> None:
    kwargs = {
        "pool_size": window,
        "strides": strides,
        "padding": "same" if same else "valid",
        "data_format": data_format,
    }
    check("MaxPooling2D", kwargs, (None, height, width, 5))


@settings(max_examples=60, deadline=None)
@given(sizes, sizes, *(st.integers(0, 5) for _ in range(4)))
def test_cropping_arithmetic(height: int, width: int, top: int, bottom: int, left: int, right: int) -> None:
    cropping = ((top, bottom), (left, right))
    check("Cropping2D", {"cropping": cropping}, (None, height, width, 2))
    check("ZeroPadding2D", {"padding": cropping}, (None, height, width, 2))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.lists(st.integers(1, 12), min_size=1, max_size=3),
    st.booleans(),
)
def test_reshape_arithmetic(source: list[int], target: list[int], free: bool) -> None:
    check("Reshape", {"target_shape": (-1 if free else target[0], *target[1:])}, (None, *source))


def test_an_absent_argument_is_unknown() -> None:
    """No argument of a convolution stands at its default because nobody gave it."""
    for kind, kwargs, absent, shape, parameters in (
        ("Conv2D", {"filters": 6, "kernel_size": 3}, "groups", (None, 10, 7, 6), None),
        ("Conv2D", {"filters": 6, "kernel_size": 3}, "dilation_rate", (None, None, None, 6), 330),
        ("DepthwiseConv2D", {"kernel_size": 3}, "dilation_rate", (None, None, None, 6), 60),
    ):
        values = values_of(kind, kwargs)
        del values[absent]
        inferred = infer(kind, values, [IMAGE])
        assert (inferred.shape, inferred.parameters) == (shape, parameters), (kind, absent)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([case for case in CASES if len(case[2]) == 1]), st.data())
def test_unknown_is_never_wrong(case: tuple[str, Kwargs, tuple[Any, ...]], data: st.DataObject) -> None:
    """Whatever is hidden, what is still said of the shape and the weights is what the full knowledge says."""
    kind, kwargs, (shape,) = case
    values = values_of(kind, kwargs)
    full = infer(kind, values, [shape])
    hidden = data.draw(st.sets(st.sampled_from(sorted(values))) if values else st.just(set()))
    dimensions = data.draw(st.sets(st.integers(0, len(shape) - 1)))
    rank_known = data.draw(st.booleans())
    partial_shape = tuple(None if axis in dimensions else size for axis, size in enumerate(shape))
    values = {name: UNKNOWN if name in hidden else value for name, value in values.items()}
    for name in data.draw(st.sets(st.sampled_from(sorted(hidden))) if hidden else st.just(set())):
        del values[name]
    partial = infer(kind, values, [partial_shape if rank_known else None])
    if full.error is not None:
        assert partial.parameters is None or partial.error is None
        return
    assert partial.error is None
    assert partial.parameters in (None, full.parameters)
    if partial.shape is not None:
        assert full.shape is not None
        assert len(partial.shape) == len(full.shape)
        for one, other in zip(partial.shape, full.shape, strict=True):
            assert one is None or one == other


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 9), st.floats(), st.text(max_size=4), st.just(UNKNOWN)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_never_raises(case: tuple[str, Kwargs, tuple[Any, ...]], data: st.DataObject) -> None:
    kind, kwargs, _ = case
    values = values_of(kind, kwargs)
    for name in data.draw(st.sets(st.sampled_from(sorted(values)))) if values else ():
        values[name] = data.draw(junk)
    dimension = st.one_of(st.none(), st.integers(0, 9))
    shapes = data.draw(st.lists(st.one_of(st.none(), st.lists(dimension, max_size=5).map(tuple)), max_size=3))
    inferred = infer(kind, values, shapes)
    assert inferred.error is None or (inferred.shape is None and inferred.parameters is None)


@pytest.mark.parametrize(
    ("kind", "values", "shapes", "shape"),
    [
        ("Transpose", {"axes": (0, 3, 1, 2)}, [IMAGE], (None, 6, 12, 9)),
        ("Transpose", {"perm": None}, [SERIES], (6, 11, None)),
        ("ReduceMean", {"axis": (1, 2), "keepdims": False}, [IMAGE], (None, 6)),
        ("ReduceMax", {"axis": -1, "keepdims": True}, [IMAGE], (None, 12, 9, 1)),
        ("ReduceSum", {"axis": None, "keepdims": False}, [IMAGE], ()),
        ("Squeeze", {"axis": (1, 2)}, [(None, 1, 1, 8)], (None, 8)),
        ("Squeeze", {"axis": None}, [(3, 1, 8)], (3, 8)),
        ("ExpandDims", {"axis": -1}, [SERIES], (None, 11, 6, 1)),
        ("Cast", {"dtype": "float32"}, [SERIES], SERIES),
        ("Resize", {"size": (24, 18)}, [IMAGE], (None, 24, 18, 6)),
        ("Pad", {"pad_width": ((0, 0), (1, 2), (3, 3), (0, 0))}, [IMAGE], (None, 15, 15, 6)),
        ("DepthToSpace", {"block_size": 2}, [(None, 4, 5, 8)], (None, 8, 10, 2)),
        ("SpaceToDepth", {"block_size": 2}, [(None, 4, 6, 3)], (None, 2, 3, 12)),
        ("MatMul", {}, [(None, 7), (7, 5)], (None, 5)),
        ("MatMul", {"transpose_b": True}, [(None, 4, 7), (None, 5, 7)], (None, 4, 5)),
        ("BiasAdd", {}, [IMAGE], IMAGE),
        ("GatherLast", {}, [SERIES], (None, 6)),
        ("Tile", {"repeats": (1, 2, 3)}, [SERIES], (None, 22, 18)),
        ("Stack", {"axis": 1}, [SERIES, SERIES], (None, 2, 11, 6)),
        ("LocalResponseNormalization", {"depth_radius": 4}, [IMAGE], IMAGE),
        (
            "LocallyConnected2D",
            {"filters": 4, "kernel_size": 3, "strides": 1, "padding": "valid", **LAST},
            [IMAGE],
            (None, 10, 7, 4),
        ),
        ("FlattenAll", {}, [(2, 3, 4)], (24,)),
        ("L2Loss", {}, [SERIES], ()),
        ("CRelu", {"axis": -1}, [IMAGE], (None, 12, 9, 12)),
        ("OneHot", {"num_classes": 10, "axis": -1}, [(None, 7)], (None, 7, 10)),
        ("SequenceMask", {"maxlen": 9}, [(None,)], (None, 9)),
        ("SequenceMask", {"maxlen": None}, [(None, 2)], (None, 2, None)),
        ("Divide", {}, [IMAGE, (None, 1, 1, 6)], IMAGE),
        ("Negative", {}, [IMAGE], IMAGE),
        ("Application", {"name": "ResNet50", "include_top": True, "classes": 3}, [(None, 197, 197, 1)], (None, 3)),
        (
            "Application",
            {"name": "VGG16", "include_top": False, "pooling": None},
            [(None, 224, 96, 3)],
            (None, 7, 3, 512),
        ),
        (
            "Application",
            {"name": "InceptionV3", "include_top": False, "pooling": None},
            [(None, 299, 299, 3)],
            (None, None, None, 2048),
        ),
        (
            "Application",
            {"name": "MobileNetV2", "include_top": False, "pooling": "avg"},
            [(None, 96, 96, 3)],
            (None, 1280),
        ),
        ("Input", {"shape": (28, 28, 1)}, [], (None, 28, 28, 1)),
    ],
)
def test_operations(kind: str, values: Kwargs, shapes: list[Any], shape: Any) -> None:
    assert infer(kind, values, shapes).shape == shape


def test_bias_and_local_weights_are_counted() -> None:
    assert infer("BiasAdd", {}, [IMAGE]).parameters == 6
    local = infer(
        "LocallyConnected1D",
        {"filters": 4, "kernel_size": 3, "strides": 1, "padding": "valid", "use_bias": True, **LAST},
        [SERIES],
    )
    assert local.parameters == 9 * (3 * 6 * 4) + 9 * 4


@pytest.mark.parametrize(
    ("kind", "values", "shapes", "words"),
    [
        (
            "Conv2D",
            {"kernel_size": 5, "strides": 1, "padding": "valid", "data_format": None, "dilation_rate": 1},
            [(None, 3, 4, 8)],
            "a 5×5 kernel does not fit into an input of 3×4 with padding 'valid'",
        ),
        (
            "Conv2D",
            {"kernel_size": 3, "data_format": None},
            [(None, 784)],
            "Conv2D needs 4 dimensions (batch, height, width, channels); it is given 2: (None, 784)",
        ),
        (
            "MaxPooling2D",
            {"pool_size": 2, "strides": None, "padding": "valid", "data_format": None},
            [(None, 1, 1, 8)],
            "a 2×2 pooling window does not fit into an input of 1×1 with padding 'valid'",
        ),
        (
            "Reshape",
            {"target_shape": (28, 28)},
            [(None, 783)],
            "(783,) holds 783 values and cannot be reshaped to (28, 28), which holds 784",
        ),
        ("Squeeze", {"axis": 1}, [(None, 3, 8)], "axis 1 of (None, 3, 8) has 3 elements and cannot be squeezed away"),
        ("MatMul", {}, [(None, 7), (8, 5)], "MatMul of (None, 7) and (8, 5): the inner sizes 7 and 8 differ"),
    ],
)
def test_errors_carry_the_numbers(kind: str, values: Kwargs, shapes: list[Any], words: str) -> None:
    assert infer(kind, values, shapes).error == words


def test_a_kind_that_is_not_known_is_unknown() -> None:
    assert not knows("Lambda")
    inferred = infer("Lambda", {}, [IMAGE])
    assert (inferred.shape, inferred.error, inferred.parameters) == (None, None, None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("ResNet50", 64),
        ("VGG16", 96),
        ("DenseNet121", 64),
        ("MobileNet", 96),
        ("MobileNetV2", 64),
        ("EfficientNetB0", 64),
        ("ConvNeXtTiny", 64),
    ],
)
@pytest.mark.parametrize("pooling", [None, "avg"])
def test_applications_agree_with_keras(name: str, size: int, pooling: str | None) -> None:
    model = getattr(keras.applications, name)(
        include_top=False, weights=None, input_shape=(size, size, 3), pooling=pooling
    )
    inferred = infer("Application", {"name": name, "include_top": False, "pooling": pooling}, [(None, size, size, 3)])
    assert (inferred.shape, inferred.parameters) == (model.output_shape, model.count_params())
