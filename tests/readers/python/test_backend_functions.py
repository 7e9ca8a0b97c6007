"""Functions of Keras's backend, as programs call them on tensors: what is read against what they give."""

from __future__ import annotations

import os
from typing import Any

import pytest

from cnnlint.readers.python import read

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")
tensorflow = pytest.importorskip("tensorflow")

HEAD = "import keras\nimport keras.backend as K\nfrom keras.layers import Lambda\n"
FUNCTIONS = {
    "(5, 6)": (
        "K.min(x, axis=-1)",
        "K.prod(x, axis=1, keepdims=True)",
        "K.std(x, axis=[1, 2])",
        "K.var(x, axis=-1)",
        "K.any(x > 0, axis=1)",
        "K.argmin(x)",
        "K.cumsum(x, axis=1)",
        "K.round(x)",
        "K.sign(x)",
        "K.sin(x)",
        "K.ones_like(x)",
        "K.zeros_like(x)",
        "K.equal(x, 0.0)",
        "K.greater(x, x)",
        "K.switch(x > 0, x, -x)",
        "K.squeeze(x, axis=1) if K.ndim(x) == 2 else x * 2",
        "K.repeat_elements(x, 3, axis=1)",
        "K.tile(x, (1, 2, 3))",
        "K.reverse(x, 1)",
        "K.temporal_padding(x, (2, 1))",
        "K.batch_dot(x, x, axes=2)",
        "K.batch_dot(x, x, axes=(2, 2))",
        "K.batch_dot(x, K.permute_dimensions(x, (0, 2, 1)))",
        "K.batch_dot(x, K.sum(x, axis=1))",
        "K.batch_dot(x, K.sum(x, axis=1), axes=[2, 1])",
        "K.batch_dot(K.sum(x, axis=1), x, axes=[1, 2])",
        "K.batch_dot(K.sum(x, axis=1), K.sum(x, axis=1), axes=1)",
    ),
    "(7,)": ("K.repeat(x, 4)", "K.gather(K.transpose(x), [1, 2, 0])"),
    "(4, 6, 3)": ("K.resize_images(x, 2, 3, 'channels_last')", "K.bias_add(x, K.ones((3,)))", "K.all(x > 0, axis=-1)"),
    "(4, 5, 6, 3)": ("K.spatial_3d_padding(x)",),
}


@pytest.mark.parametrize(("shape", "body"), [(shape, body) for shape, bodies in FUNCTIONS.items() for body in bodies])
def test_the_shape_is_what_keras_gives(shape: str, body: str) -> None:
    from keras.src.legacy import backend

    text = f"{HEAD}start = keras.Input({shape})\nnet = keras.Model(start, Lambda(lambda x: {body})(start))\n"
    program = read("main.py", text.encode()).program
    assert program is not None
    (model,) = program.models
    sizes: tuple[Any, ...] = (11, *eval(shape))
    given = tuple(eval(body, {"K": backend, "x": tensorflow.ones(sizes)}).shape)
    assert model.complete, model.unread
    assert model.outputs[0].shape == tuple(None if size == 11 else size for size in given)


def test_a_switch_between_functions_is_what_the_one_that_is_called_gives() -> None:
    body = "K.switch(K.sum(x) > 0, lambda: (x, x[:, 1:]), lambda: (-x, -x[:, 1:]))[1]"
    text = f"{HEAD}start = keras.Input((5, 6))\nnet = keras.Model(start, Lambda(lambda x: {body})(start))\n"
    program = read("main.py", text.encode()).program
    assert program is not None
    assert [model.outputs[0].shape for model in program.models] == [(None, 4, 6)]
    assert all(node.shape_error is None for model in program.models for node in model.nodes)


def test_a_lambda_of_python_2_takes_the_items_of_one_list() -> None:
    source = HEAD + (
        "left, right = keras.Input((8,)), keras.Input((8,))\n"
        "drawn = Lambda(lambda (mean, spread): mean + K.exp(spread / 2))([left, right])\n"
        'model = keras.Model([left, right], drawn)\nprint "made"\n'
    )
    program = read("drawn.py", source.encode()).program
    assert program is not None
    (model,) = program.models
    assert [node.shape_error for node in model.nodes if node.shape_error] == []
    assert (model.outputs[0].shape, model.complete) == ((None, 8), True)
