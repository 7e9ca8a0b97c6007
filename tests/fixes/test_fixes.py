"""Remedies as text edits, on small sources with placements made by hand."""

from __future__ import annotations

import ast
import os
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlint import fixes
from cnnlint.diagnostics import Location, TextEdit
from cnnlint.fixes.calls import CallText
from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.text import Lines, apply_ranges, usual_quote
from cnnlint.fixes.writing import quoted
from cnnlint.graph import Argument, ArrayFacts, Feed, Loss, Node, Optimizer, Origin, Placement, Span
from cnnlint.graph.origins import Spelling
from cnnlint.rule.remedies import (
    DropArgument,
    Edit,
    EncodeLabels,
    InsertAfter,
    NameOperands,
    Reconnect,
    Remedy,
    RemoveNode,
    ReplaceInput,
    ReplaceNode,
    ScaleInputs,
    SetArgument,
    SetLearningRate,
    SetLoss,
)


def at(text: str, fragment: str, number: int = 0) -> Origin:
    """Where a fragment stands in a text, for the `number`th time."""
    start = -1
    for _ in range(number + 1):
        start = text.index(fragment, start + 1)
    lines = Lines(text)
    first, last = lines.location(start), lines.location(start + len(fragment))
    return Origin(Span(first.row, first.column, last.row, last.column), text=fragment)


def layer(
    text: str,
    call: str,
    kind: str,
    *,
    spelling: Spelling = "other",
    api: str = "",
    application: str = "",
    statement: str = "",
    number: int = 0,
    **arguments: Argument,
) -> Node:
    """A node that stands in a text; application and statement are the call where they are left out."""
    callee = call.partition("(")[0]
    application = application or call
    placement = Placement(
        spelling,
        at(text, call, number),
        at(text, application, number),
        at(text, statement or application, number),
        callee,
        api or f"keras.layers.{callee.rpartition('.')[2]}",
    )
    return Node(kind, call, placement=placement, arguments=arguments)


def fused(host: Node, function: str, **origin: Any) -> Node:
    """A layer's own activation."""
    node = Node("Activation", f"{host.name}/{function}", [host], {"activation": Argument(function, True, **origin)})
    node.fused_into = host
    node.placement = host.placement
    return node


def fixed(text: str, *edits: Edit) -> str | None:
    """The text after a remedy's edits, None where there is no fix."""
    fix = fixes.fix_for(Remedy("repair it", edits), text)
    return None if fix is None else fixes.apply_edits(text, fix.edits)


# --- arguments --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "name", "value", "argument", "expected"),
    [
        ("Conv2D(64, 3)", "padding", "same", None, "Conv2D(64, 3, padding='same')"),
        ('Conv2D(64, 3, name="a")', "padding", "same", None, 'Conv2D(64, 3, name="a", padding="same")'),
        ("Conv2D(64, 3)", "filters", 32, Argument(64, True, None, 0), "Conv2D(32, 3)"),
        ("Conv2D(64, 3)", "kernel_size", (5, 5), Argument((3, 3), True, None, 1), "Conv2D(64, 5)"),
        ("Conv2D(64, (3, 3))", "kernel_size", (5, 5), Argument((3, 3), True, None, 1), "Conv2D(64, (5, 5))"),
        ("Conv2D(64, 3)", "kernel_size", (5, 3), Argument((3, 3), True, None, 1), "Conv2D(64, (5, 3))"),
        ("Conv2D(filters = n_filters)", "filters", 8, Argument(64, True, "filters"), "Conv2D(filters = 8)"),
        (
            "Conv2D(8, 3)",
            "kernel_initializer",
            {"name": "he_normal"},
            None,
            "Conv2D(8, 3, kernel_initializer='he_normal')",
        ),
        ("Conv2D(8, 3, activation=tf.nn.relu)", "activation", "elu", None, "Conv2D(8, 3, activation=tf.nn.elu)"),
        ("Conv2D(8, 3, **options)", "padding", "same", Argument("valid"), "Conv2D(8, 3, padding='same', **options)"),
        ("Conv2D()", "padding", "same", None, "Conv2D(padding='same')"),
        ("Conv2D(\n    8,\n    3,\n)", "padding", "same", None, "Conv2D(\n    8,\n    3,\n    padding='same',\n)"),
        ("Conv2D(\n    8,\n    3\n)", "padding", "same", None, "Conv2D(\n    8,\n    3,\n    padding='same'\n)"),
        (
            "Conv2D(\n    8,  # wide\n    3,  # odd\n)",
            "padding",
            "same",
            None,
            "Conv2D(\n    8,  # wide\n    3, padding='same'  # odd\n)",
        ),
        ("Conv2D(8,\n       3)", "padding", "same", None, "Conv2D(8,\n       3, padding='same')"),
        ("Dropout(0.9)", "rate", 0.1, Argument(0.9, True, None, 0), "Dropout(0.1)"),
        (
            "Convolution2D(64, 3, 3, border_mode='valid')",
            "padding",
            "same",
            Argument("valid", True, "border_mode"),
            "Convolution2D(64, 3, 3, border_mode='same')",
        ),
    ],
)
def test_set_argument(call: str, name: str, value: Any, argument: Argument | None, expected: str) -> None:
    text = f"model.add({call})\n"
    node = layer(text, call, "Conv2D", **({name: argument} if argument else {}))
    result = fixed(text, SetArgument(node, name, value))
    # behind an argument that hangs below the first one, a new one may hang below it as well
    assert result in (
        f"model.add({expected})\n",
        f"model.add({expected.replace(', padding', f',{chr(10)}       padding')})\n",
    )


@pytest.mark.parametrize(
    ("call", "api", "name", "value", "expected"),
    [
        (
            "tf.layers.conv2d(x, 32, 5)",
            "tf.layers.conv2d",
            "padding",
            "same",
            "tf.layers.conv2d(x, 32, 5, padding='SAME')",
        ),
        (
            "tf.layers.conv2d(x, 32, 5, padding='valid')",
            "tf.layers.conv2d",
            "padding",
            "same",
            "tf.layers.conv2d(x, 32, 5, padding='same')",
        ),
        (
            "tf.layers.conv2d(x, 32, 5)",
            "tf.layers.conv2d",
            "activation",
            "relu",
            "tf.layers.conv2d(x, 32, 5, activation=tf.nn.relu)",
        ),
        (
            "tf.layers.dense(x, 32)",
            "tf.layers.dense",
            "kernel_initializer",
            {"name": "lecun_normal"},
            "tf.layers.dense(x, 32, kernel_initializer=tf.variance_scaling_initializer())",
        ),
        ("slim.conv2d(x, 32, 5)", "slim.conv2d", "filters", 64, "slim.conv2d(x, 64, 5)"),
        (
            "slim.conv2d(x, 32, 5)",
            "slim.conv2d",
            "kernel_initializer",
            {"name": "he_normal"},
            "slim.conv2d(x, 32, 5, weights_initializer=tf.variance_scaling_initializer(scale=2.0))",
        ),
        (
            "tf.nn.max_pool(x, [1, 8, 8, 1], [1, 2, 2, 1], 'SAME')",
            "tf.nn.max_pool",
            "pool_size",
            (2, 2),
            "tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')",
        ),
        (
            "tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')",
            "tf.nn.max_pool",
            "padding",
            "valid",
            "tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], 'VALID')",
        ),
        (
            "MaxPooling2D(2, border_mode='valid')",
            "keras.layers.MaxPooling2D",
            "padding",
            "same",
            "MaxPooling2D(2, border_mode='same')",
        ),
        (
            "Dense(output_dim=10)",
            "keras.layers.Dense",
            "kernel_initializer",
            {"name": "he_normal"},
            "Dense(output_dim=10, init='he_normal')",
        ),
    ],
)
def test_set_argument_speaks_the_api(call: str, api: str, name: str, value: Any, expected: str) -> None:
    text = f"import tensorflow as tf\nh = {call}\n"
    result = fixed(text, SetArgument(layer(text, call, "Conv2D", api=api), name, value))
    assert result == f"import tensorflow as tf\nh = {expected}\n"


def test_a_keep_probability_is_written_as_one() -> None:
    text = "import tensorflow as tf\nh = tf.nn.dropout(x, keep_prob=0.1)\n"
    node = layer(
        text, "tf.nn.dropout(x, keep_prob=0.1)", "Dropout", api="tf.nn.dropout", rate=Argument(0.9, True, "keep_prob")
    )
    assert fixed(text, SetArgument(node, "rate", 0.25)) == text.replace("0.1", "0.75")
    text = "h = tf.nn.dropout(x, 0.9)\n"
    node = layer(text, "tf.nn.dropout(x, 0.9)", "Dropout", api="tf.nn.dropout", rate=Argument(0.1, True, None, 1))
    assert fixed(text, SetArgument(node, "rate", 0.5)) == "h = tf.nn.dropout(x, 0.5)\n"


def test_a_kernel_of_two_arguments_is_set_in_both() -> None:
    text = "model.add(Convolution2D(64, 2, 2, border_mode='same'))\n"
    node = layer(
        text,
        "Convolution2D(64, 2, 2, border_mode='same')",
        "Conv2D",
        strides=Argument((1, 1)),
        kernel_size=Argument((2, 2), True, None, 1),
    )
    assert fixed(text, SetArgument(node, "kernel_size", (3, 3))) == text.replace("2, 2,", "3, 3,")
    assert fixed(text, DropArgument(node, "kernel_size")) is None


@pytest.mark.parametrize(
    ("call", "api", "expected"),
    [
        ("Conv2D(8, 3, data_format='channels_first')", "keras.layers.Conv2D", "channels_last"),
        ("tf.nn.conv2d(x, w, 1, 'SAME', data_format='NCHW')", "tf.nn.conv2d", "NHWC"),
        ("Convolution2D(8, 3, 3, dim_ordering='th')", "keras.layers.Convolution2D", "tf"),
    ],
)
def test_a_layout_is_written_by_the_convention_at_hand(call: str, api: str, expected: str) -> None:
    text = f"h = {call}\n"
    node = layer(text, call, "Conv2D", api=api)
    old = call.split("'")[-2]
    assert fixed(text, SetArgument(node, "data_format", "channels_last")) == text.replace(old, expected)


def test_an_activation_that_is_replaced_in_two_edits_stays_one_argument() -> None:
    text = "model.add(Dense(1, activation='sigmoid'))\n"
    node = added(text, "Dense(1, activation='sigmoid')", "Dense")
    relu, softmax = fused(node, "sigmoid", keyword="activation"), {"activation": "softmax"}
    edits = (SetArgument(node, "units", 10), RemoveNode(relu), InsertAfter(node, "Activation", softmax))
    assert fixed(text, *edits) == "model.add(Dense(10, activation='softmax'))\n"
    text = "h = slim.fully_connected(x, 1)\n"
    host = layer(text, "slim.fully_connected(x, 1)", "Dense", api="slim.fully_connected")
    relu = Node("Activation", "relu", [host], {"activation": Argument("relu")}, fused_into=host)
    edits = (SetArgument(host, "units", 10), RemoveNode(relu), InsertAfter(host, "Activation", softmax))
    result = fixed(text.replace("1)", "1)  # tf.nn"), *edits)
    assert result == "h = slim.fully_connected(x, 10, activation_fn=tf.nn.softmax)  # tf.nn\n"


def test_an_activation_layer_becomes_another() -> None:
    text = "from keras import layers\nm.add(layers.Softmax())\n"
    node = layer(text, "layers.Softmax()", "Softmax", spelling="add", application="m.add(layers.Softmax())")
    assert fixed(text, SetArgument(node, "activation", "sigmoid")) == text.replace("Softmax()", "Activation('sigmoid')")


def test_an_argument_that_comes_through_stars_is_edited_where_it_stands() -> None:
    text = "options = dict(padding='valid', use_bias=False)\nmodel.add(Conv2D(8, 3, **options))\n"
    argument = Argument("valid", True, "padding", None, at(text, "'valid'"))
    node = layer(text, "Conv2D(8, 3, **options)", "Conv2D", padding=argument)
    assert fixed(text, SetArgument(node, "padding", "same")) == text.replace("valid", "same")
    assert fixed(text, DropArgument(node, "padding")) is None


def test_what_the_call_does_not_show_is_left_alone() -> None:
    text = "conv = partial(Conv2D, padding='valid')\nmodel.add(conv(8, 3))\n"
    argument = Argument("valid", True, "padding", None, at(text, "'valid'"))
    node = layer(text, "conv(8, 3)", "Conv2D", api="keras.layers.Conv2D", padding=argument)
    assert fixed(text, SetArgument(node, "padding", "same")) is None
    elsewhere = Node("Conv2D", "c", placement=Placement("add", Origin(Span(1, 1, 1, 5), filename="other.py")))
    assert fixed(text, SetArgument(elsewhere, "padding", "same")) is None
    onnx = Node("Conv2D", "c", placement=Placement("onnx", Origin(onnx_node="Conv_3")))
    assert fixed(text, SetArgument(onnx, "padding", "same")) is None


@pytest.mark.parametrize(
    ("call", "name", "expected"),
    [
        ("Dense(10, activation='relu')", "activation", "Dense(10)"),
        ("Dense(10, activation='relu', use_bias=False)", "activation", "Dense(10, use_bias=False)"),
        ("Dense(activation='relu', units=10)", "activation", "Dense(units=10)"),
        ("Dense(10, 'relu')", "activation", "Dense(10)"),
        ("Dense(10, 'relu', False)", "activation", "Dense(10, None, False)"),
        ("Dense(10, activation='relu',)", "activation", "Dense(10,)"),
        ("Dense(10, activation='relu' )", "activation", "Dense(10 )"),
        ("Dense(\n    10,\n    activation='relu',\n)", "activation", "Dense(\n    10,\n)"),
        (
            "Dense(\n    10,  # digits\n    activation='relu'  # why?\n)",
            "activation",
            "Dense(\n    10,  # digits  # why?\n)",
        ),
        (
            "Dense(\n    10,\n    activation='relu',  # why?\n    use_bias=False,\n)",
            "activation",
            "Dense(\n    10,\n    use_bias=False,\n)",
        ),
        ("Dense(10,\r\n      activation='relu')", "activation", "Dense(10,)"),
    ],
)
def test_drop_argument(call: str, name: str, expected: str) -> None:
    text = f"model.add({call})\n"
    assert fixed(text, DropArgument(layer(text, call, "Dense"), name)) == f"model.add({expected})\n"


def test_several_edits_to_one_call() -> None:
    text = "model.add(Conv2D(64, 3, 3, activation='relu', name='c'))\n"
    node = layer(
        text,
        "Conv2D(64, 3, 3, activation='relu', name='c')",
        "Conv2D",
        kernel_size=Argument((3, 3), True, None, 1),
        strides=Argument((3, 3), True, None, 2),
    )
    result = fixed(
        text,
        SetArgument(node, "kernel_size", (3, 3)),
        DropArgument(node, "strides"),
        DropArgument(node, "activation"),
        SetArgument(node, "padding", "same"),
    )
    assert result == "model.add(Conv2D(64, 3, name='c', padding='same'))\n"
    assert fixed(text, SetArgument(node, "filters", 3), SetArgument(node, "filters", 4)) is None


# --- layers taken out -------------------------------------------------------------------------------------------


def test_a_fused_activation_is_dropped_from_its_host() -> None:
    text = "model.add(layers.Dense(10, activation='relu'))  # ten digits\n"
    host = layer(text, "layers.Dense(10, activation='relu')", "Dense")
    assert fixed(text, RemoveNode(fused(host, "relu", keyword="activation"))) == (
        "model.add(layers.Dense(10))  # ten digits\n"
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("slim.conv2d(x, 8, 3)", "slim.conv2d(x, 8, 3, activation_fn=None)"),
        ("slim.conv2d(x, 8, 3, activation_fn=tf.nn.relu)", "slim.conv2d(x, 8, 3, activation_fn=None)"),
    ],
)
def test_where_relu_is_the_default_none_is_written(call: str, expected: str) -> None:
    text = f"h = {call}\n"
    host = layer(text, call, "Conv2D", api="slim.conv2d")
    argument = Argument("relu", "activation_fn" in call, "activation_fn" if "activation_fn" in call else None)
    relu = Node("Activation", "relu", [host], {"activation": argument}, fused_into=host)
    assert fixed(text, RemoveNode(relu)) == f"h = {expected}\n"


def added(text: str, call: str, kind: str) -> Node:
    return layer(text, call, kind, spelling="add", application=f"model.add({call})")


def test_an_added_layer_goes_with_its_line() -> None:
    text = "model.add(Dense(10))\nmodel.add(Activation('relu'))  # sparse\nmodel.add(Softmax())\n"
    assert fixed(text, RemoveNode(added(text, "Activation('relu')", "Activation"))) == (
        "model.add(Dense(10))\nmodel.add(Softmax())\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a(); model.add(ReLU()); b()\n", "a(); b()\n"),
        ("model.add(ReLU()); b()\n", "b()\n"),
        ("a(); model.add(ReLU())\n", "a()\n"),
        ("if deep:\n    a()\n    model.add(ReLU())\nb()\n", "if deep:\n    a()\nb()\n"),
        ("if deep:\n    model.add(ReLU())\nb()\n", None),
        ("if deep:\n    # note\n    model.add(ReLU())\n", None),
        ("if deep: model.add(ReLU())\n", None),
        ("model.add(ReLU())", ""),
        ("a()\r\nmodel.add(ReLU())\r\nb()\r\n", "a()\r\nb()\r\n"),
    ],
)
def test_a_statement_is_taken_out_where_it_may_be(text: str, expected: str | None) -> None:
    assert fixed(text, RemoveNode(added(text, "ReLU()", "ReLU"))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m = Sequential([Dense(10), ReLU(), Softmax()])\n", "m = Sequential([Dense(10), Softmax()])\n"),
        ("m = Sequential([Dense(10), ReLU()])\n", "m = Sequential([Dense(10)])\n"),
        ("m = Sequential([ReLU(), Dense(10)])\n", "m = Sequential([Dense(10)])\n"),
        (
            "m = Sequential([\n    Dense(10),\n    ReLU(),  # sparse\n    Softmax(),\n])\n",
            "m = Sequential([\n    Dense(10),\n    Softmax(),\n])\n",
        ),
        ("m = Sequential([\n    Dense(10),\n    ReLU()\n])\n", "m = Sequential([\n    Dense(10),\n])\n"),
        (
            "m = Sequential([Dense(10),\n                ReLU(),\n                Softmax()])\n",
            "m = Sequential([Dense(10),\n                Softmax()])\n",
        ),
        ("m = Sequential([Dense(10),\n                ReLU()])\n", "m = Sequential([Dense(10),])\n"),
    ],
)
def test_an_element_goes_with_its_comma(text: str, expected: str) -> None:
    node = layer(text, "ReLU()", "ReLU", spelling="element", application=text[4:-1])
    assert fixed(text, RemoveNode(node)) == expected


@pytest.mark.parametrize(
    ("statement", "application", "expected"),
    [
        ("x = ReLU()(x)", "ReLU()(x)", ""),
        ("y = ReLU()(x)", "ReLU()(x)", "y = x\n"),
        ("self.h = ReLU()(self.h)", "ReLU()(self.h)", ""),
        ("x = Dropout(0.5)(ReLU()(x))", "ReLU()(x)", "x = Dropout(0.5)(x)\n"),
        ("return ReLU()(Dense(10)(x))", "ReLU()(Dense(10)(x))", "return Dense(10)(x)\n"),
        ("y = ReLU()(x + y)", "ReLU()(x + y)", "y = (x + y)\n"),
        ("x = ReLU(name='r')(inputs=x)", "ReLU(name='r')(inputs=x)", ""),
    ],
)
def test_an_application_is_bypassed(statement: str, application: str, expected: str) -> None:
    text = f"before()\n{statement}\n"
    call = application.partition("(")[0] + "(" + application.partition("(")[2].partition(")")[0] + ")"
    node = layer(text, call, "ReLU", spelling="call", application=application, statement=statement)
    assert fixed(text, RemoveNode(node)) == f"before()\n{expected}"


@pytest.mark.parametrize(
    ("statement", "call", "expected"),
    [
        ("x = tf.nn.relu(x)", "tf.nn.relu(x)", ""),
        ("y = tf.nn.relu(features=x)", "tf.nn.relu(features=x)", "y = x\n"),
        (
            "x = tf.nn.softmax(logits=tf.layers.dense(x, 3))",
            "tf.nn.softmax(logits=tf.layers.dense(x, 3))",
            "x = tf.layers.dense(x, 3)\n",
        ),
        ("return tf.layers.dropout(x, 0.5, training=t)", "tf.layers.dropout(x, 0.5, training=t)", "return x\n"),
    ],
)
def test_a_function_is_bypassed(statement: str, call: str, expected: str) -> None:
    text = f"{statement}\n"
    api = call.partition("(")[0]
    node = layer(text, call, "Activation", spelling="function", api=api, statement=statement)
    assert fixed(text, RemoveNode(node)) == expected


# --- layers put in ----------------------------------------------------------------------------------------------


def test_an_activation_is_written_into_the_layer() -> None:
    text = "model.add(Conv2D(64, 3, padding='same'))\n"
    node = added(text, "Conv2D(64, 3, padding='same')", "Conv2D")
    relu = InsertAfter(node, "Activation", {"activation": "relu"})
    assert fixed(text, relu) == "model.add(Conv2D(64, 3, padding='same', activation='relu'))\n"
    text = "model.add(Conv2D(64, 3, activation=None))\n"
    node = added(text, "Conv2D(64, 3, activation=None)", "Conv2D")
    assert fixed(text, InsertAfter(node, "Activation", {"activation": "relu"})) == text.replace("None", "'relu'")


def test_a_layer_is_added_behind() -> None:
    text = "from keras.layers import BatchNormalization, Dropout, Flatten\nmodel.add(Flatten())  # flat\nmodel.add(x)\n"
    node = added(text, "Flatten()", "Flatten")
    assert fixed(text, InsertAfter(node, "Dropout", {"rate": 0.25, "seed": 1})) == text.replace(
        "# flat\n", "# flat\nmodel.add(Dropout(0.25, seed=1))\n"
    )


@pytest.mark.parametrize(
    ("imports", "callee", "expected", "after"),
    [
        ("from keras import layers", "layers.Flatten", "layers.Activation", None),
        ("import keras", "keras.layers.Flatten", "keras.layers.Activation", None),
        ("from keras.layers import *", "Flatten", "Activation", None),
        ("from keras.layers import (\n    Activation,  # later\n    Flatten,\n)", "Flatten", "Activation", None),
        ("from keras.layers import Flatten, \\\n    Activation", "Flatten", "Activation", None),
        ("", "Flatten", "Activation", None),
        (
            "from keras.layers import Dense, Flatten",
            "Flatten",
            "Activation",
            "from keras.layers import Dense, Activation, Flatten",
        ),
        (
            "from keras.layers import (  # no Flatten\n    Dense,\n    Flatten,\n)",
            "Flatten",
            "Activation",
            "from keras.layers import (  # no Flatten\n    Dense,\n    Activation, Flatten,\n)",
        ),
        (
            "from keras.layers import Flatten, Activation as A",
            "Flatten",
            "Activation",
            "from keras.layers import Activation, Flatten, Activation as A",
        ),
        ("from keras.layers.core import Flatten", "Flatten", None, None),
    ],
)
def test_a_new_layer_is_imported_where_it_has_to_be(
    imports: str, callee: str, expected: str | None, after: str | None
) -> None:
    text = f"{imports}\nm.add({callee}())\n"
    node = layer(text, f"{callee}()", "Flatten", spelling="add", application=f"m.add({callee}())")
    result = fixed(text, InsertAfter(node, "Activation", {"activation": "relu"}))
    expected_text = f"{after or imports}\nm.add({callee}())\nm.add({expected}('relu'))\n"
    assert result == (expected_text if expected else None)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("h = tf.nn.bias_add(CALL, b)", "h = tf.nn.bias_add(CALL, b)\nh = tf.nn.relu(h)"),
        ("h = CALL + b1", "h = CALL + b1\nh = tf.nn.relu(h)"),
        (
            "c = CALL\nh = tf.nn.bias_add(c, b['c1'])  # bias",
            "c = CALL\nh = tf.nn.bias_add(c, b['c1'])  # bias\nh = tf.nn.relu(h)",
        ),
        ("c = CALL\nh = c + b", "c = CALL\nh = c + b\nh = tf.nn.relu(h)"),
        ("h = tf.nn.bias_add(other, CALL)", None),
    ],
)
def test_an_activation_stands_behind_the_bias(statements: str, expected: str | None) -> None:
    call = "tf.nn.conv2d(x, w, [1, 1, 1, 1], 'SAME')"
    text = f"import tensorflow as tf\n{statements}\n".replace("CALL", call)
    first = statements.replace("CALL", call).partition("\n")[0]
    node = layer(
        text, call, "Conv2D", spelling="function", api="tf.nn.conv2d", statement=first, use_bias=Argument(True, True)
    )
    result = fixed(text, InsertAfter(node, "Activation", {"activation": "relu"}))
    assert result == (f"import tensorflow as tf\n{expected}\n".replace("CALL", call) if expected else None)


def test_an_element_is_put_behind_another() -> None:
    new = "Dropout", {"rate": 0.5}
    for text, expected in [
        ("m = Sequential([Flatten(), Dense(10)])", "m = Sequential([Flatten(), Dropout(0.5), Dense(10)])"),
        (
            "m = Sequential([\n  Flatten(),  # flat\n  Dense(10)])",
            "m = Sequential([\n  Flatten(),  # flat\n  Dropout(0.5),\n  Dense(10)])",
        ),
        ("m = Sequential([\n  Flatten()\n])", "m = Sequential([\n  Flatten(),\n  Dropout(0.5)\n])"),
    ]:
        node = layer(text, "Flatten()", "Flatten", spelling="element", application=text[4:])
        assert fixed(text, InsertAfter(node, *new)) == expected


def test_a_layer_is_applied_behind() -> None:
    text = "def block(x):\n    y = layers.Flatten()(x)\n    return y\n"
    node = layer(
        text,
        "layers.Flatten()",
        "Flatten",
        spelling="call",
        application="layers.Flatten()(x)",
        statement="y = layers.Flatten()(x)",
    )
    assert fixed(text, InsertAfter(node, "Dropout", {"rate": 0.5})) == (
        "def block(x):\n    y = layers.Flatten()(x)\n    y = layers.Dropout(0.5)(y)\n    return y\n"
    )
    text = "import tensorflow as tf\nh = tf.nn.conv2d(x, w, [1, 1, 1, 1], 'SAME')\n"
    node = layer(
        text,
        "tf.nn.conv2d(x, w, [1, 1, 1, 1], 'SAME')",
        "Conv2D",
        spelling="function",
        api="tf.nn.conv2d",
        statement="h = tf.nn.conv2d(x, w, [1, 1, 1, 1], 'SAME')",
    )
    assert fixed(text, InsertAfter(node, "Activation", {"activation": "relu"})) == f"{text}h = tf.nn.relu(h)\n"


def test_nothing_comes_between_a_layer_and_its_activation() -> None:
    text = "from keras import layers\nm.add(layers.Dense(10, activation='relu'))\n"
    node = layer(
        text,
        "layers.Dense(10, activation='relu')",
        "Dense",
        spelling="add",
        application="m.add(layers.Dense(10, activation='relu'))",
    )
    assert fixed(text, InsertAfter(node, "Dropout", {"rate": 0.5})) is None
    behind = fixed(text, InsertAfter(fused(node, "relu", keyword="activation"), "Dropout", {"rate": 0.5}))
    assert behind == f"{text}m.add(layers.Dropout(0.5))\n"


# --- layers replaced and connected ------------------------------------------------------------------------------


def test_replace_a_layer() -> None:
    text = "from keras import layers\nm.add(layers.Dropout(0.3, seed=2, name='drop'))\n"
    node = layer(
        text,
        "layers.Dropout(0.3, seed=2, name='drop')",
        "Dropout",
        spelling="add",
        application="m.add(layers.Dropout(0.3, seed=2, name='drop'))",
    )
    assert fixed(text, ReplaceNode(node, "AlphaDropout", keep=("rate", "name"))) == (
        "from keras import layers\nm.add(layers.AlphaDropout(0.3, name='drop'))\n"
    )
    assert fixed(text, ReplaceNode(node, "AlphaDropout", {"rate": 0.1})) == (
        "from keras import layers\nm.add(layers.AlphaDropout(0.1))\n"
    )
    assert fixed(text, ReplaceNode(node, "GaussianNoise", {"stddev": 0.1})) == (
        "from keras import layers\nm.add(layers.GaussianNoise(0.1))\n"
    )


def test_replace_a_function_by_a_layer() -> None:
    text = "h = tf.layers.dropout(inputs=h, rate=drop_rate, training=is_training)\n"
    node = layer(
        text, text[4:-1], "Dropout", spelling="function", api="tf.layers.dropout", rate=Argument(0.5, True, "rate")
    )
    assert fixed(text, ReplaceNode(node, "AlphaDropout", keep=("rate",))) == (
        "h = tf.keras.layers.AlphaDropout(drop_rate)(h, training=is_training)\n"
    )
    node.arguments["rate"] = Argument()
    assert fixed(text, ReplaceNode(node, "AlphaDropout", keep=("rate",))) is None


def test_replace_an_activation() -> None:
    text = "import tensorflow as tf\nh = tf.layers.dense(x, 1, activation=tf.nn.softmax)\ny = tf.nn.softmax(h)\n"
    host = layer(text, "tf.layers.dense(x, 1, activation=tf.nn.softmax)", "Dense", api="tf.layers.dense")
    softmax = fused(host, "softmax", keyword="activation")
    expected = text.replace("activation=tf.nn.softmax", "activation=tf.nn.sigmoid")
    assert fixed(text, ReplaceNode(softmax, "Activation", {"activation": "sigmoid"})) == expected
    assert fixed(text, SetArgument(softmax, "activation", "sigmoid")) == expected
    bare = layer(text, "tf.nn.softmax(h)", "Activation", spelling="function", api="tf.nn.softmax")
    assert fixed(text, SetArgument(bare, "activation", "sigmoid")) == text.replace("softmax(h)", "sigmoid(h)")


def test_reconnect() -> None:
    text = "h = Dense(8)(x)\nd = Dropout(0.5)(h)\ny = Dense(2)(h)\nz = Add()([h, x])\n"
    nodes = [
        layer(text, call, "Dense", spelling="call", application=f"{call}({args})", statement=f"{name} = {call}({args})")
        for name, call, args in [
            ("h", "Dense(8)", "x"),
            ("d", "Dropout(0.5)", "h"),
            ("y", "Dense(2)", "h"),
            ("z", "Add()", "[h, x]"),
        ]
    ]
    dense, dropout, logits, merged = nodes
    assert fixed(text, Reconnect(logits, dense, dropout)) == text.replace("y = Dense(2)(h)", "y = Dense(2)(d)")
    assert fixed(text, Reconnect(merged, dense, dropout)) == text.replace("[h, x]", "[d, x]")
    assert fixed(text, Reconnect(logits, dropout, dense)) is None


# --- training ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "name", "from_logits", "expected"),
    [
        ("'categorical_crossentropy'", "sparse_categorical_crossentropy", None, "'sparse_categorical_crossentropy'"),
        ('"mse"', "binary_crossentropy", None, '"binary_crossentropy"'),
        ("'categorical_crossentropy'", None, True, "keras.losses.CategoricalCrossentropy(from_logits=True)"),
        (
            "keras.losses.categorical_crossentropy",
            "sparse_categorical_crossentropy",
            None,
            "keras.losses.sparse_categorical_crossentropy",
        ),
        (
            "keras.losses.CategoricalCrossentropy(from_logits=True)",
            None,
            False,
            "keras.losses.CategoricalCrossentropy()",
        ),
        (
            "keras.losses.CategoricalCrossentropy()",
            None,
            True,
            "keras.losses.CategoricalCrossentropy(from_logits=True)",
        ),
        (
            "keras.losses.CategoricalCrossentropy(from_logits=True)",
            "sparse_categorical_crossentropy",
            None,
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        ),
        ("my_loss", "mean_squared_error", None, None),
    ],
)
def test_set_loss(loss: str, name: str | None, from_logits: bool | None, expected: str | None) -> None:
    text = f"import keras\nmodel.compile('adam', loss={loss}, metrics=['mae'])\n"
    call = at(text, loss) if loss.endswith(")") else None
    known = None if loss == "my_loss" else "mean_squared_error" if "mse" in loss else "categorical_crossentropy"
    made = Loss(
        known, origin=at(text, loss), placement=Placement("function", call, api=loss.partition("(")[0] if call else "")
    )
    assert fixed(text, SetLoss(made, name, from_logits)) == (text.replace(loss, expected) if expected else None)


def test_a_loss_that_needs_keras_by_name_needs_it_imported() -> None:
    loss = "'binary_crossentropy'"
    for imports, module in [
        ("from tensorflow import keras", "keras"),
        ("from tensorflow import keras as k", "k"),
        ("import tensorflow as tf", "tf.keras"),
        ("import tensorflow.keras as K", "K"),
        ("import keras.layers", None),
        ("from keras.layers import Dense", None),
    ]:
        text = f"{imports}\nmodel.compile('adam', {loss})\n"
        made = Loss("binary_crossentropy", origin=at(text, loss))
        expected = f"{module}.losses.BinaryCrossentropy(from_logits=True)"
        assert fixed(text, SetLoss(made, from_logits=True)) == (text.replace(loss, expected) if module else None)


@pytest.mark.parametrize(
    ("operands", "swapped", "expected"),
    [
        ("pred, y", True, "logits=pred, labels=y"),
        ("y, pred", False, "labels=y, logits=pred"),
        ("labels=pred, logits=y", True, "logits=pred, labels=y"),
        ("labels=y, logits=pred", False, None),
        ("*both", True, None),
    ],
)
def test_name_operands(operands: str, swapped: bool, expected: str | None) -> None:
    text = f"cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits({operands}))\n"
    call = at(text, f"tf.nn.softmax_cross_entropy_with_logits({operands})")
    placement = Placement("function", call, api="tf.nn.softmax_cross_entropy_with_logits")
    made = Loss("categorical_crossentropy", True, call, placement, swapped=swapped)
    assert fixed(text, NameOperands(made)) == (text.replace(operands, expected) if expected else None)


@pytest.mark.parametrize(
    ("optimizer", "api", "rate", "expected"),
    [
        ("Adam(0.5)", "keras.optimizers.Adam", Argument(0.5, True, None, 0), "Adam(0.001)"),
        ("Adam(lr=0.5, beta_1=0.9)", "keras.optimizers.Adam", Argument(0.5, True, "lr"), "Adam(lr=0.001, beta_1=0.9)"),
        (
            "Adam(learning_rate=rate)",
            "keras.optimizers.Adam",
            Argument(0.5, True, "learning_rate"),
            "Adam(learning_rate=0.001)",
        ),
        ("Adam()", "keras.optimizers.Adam", Argument(0.5), "Adam(learning_rate=0.001)"),
        (
            "tf.train.AdamOptimizer(1.0)",
            "tf.train.AdamOptimizer",
            Argument(1.0, True, None, 0),
            "tf.train.AdamOptimizer(0.001)",
        ),
        ("'adam'", "", Argument(0.5), "keras.optimizers.Adam(learning_rate=0.001)"),
        ("keras.optimizers.SGD", "", Argument(0.5), "keras.optimizers.SGD(learning_rate=0.001)"),
        ("optimizer", "", Argument(0.5), None),
    ],
)
def test_set_learning_rate(optimizer: str, api: str, rate: Argument, expected: str | None) -> None:
    text = f"import keras\nmodel.compile({optimizer})\n"
    place = at(text, optimizer)
    made = Optimizer("adam", 0.5, rate, place, Placement("function", place if api else None, api=api))
    assert fixed(text, SetLearningRate(made, 1e-3)) == (text.replace(optimizer, expected) if expected else None)


def test_changes_to_the_data_are_not_written() -> None:
    feed = Feed("fit", ArrayFacts(), ArrayFacts())
    for edit in (ScaleInputs(feed, 1 / 255), EncodeLabels(feed, "one_hot"), ReplaceInput(feed, ArrayFacts())):
        assert fixed("model.fit(x, y)\n", edit) is None


# --- fixes as a whole -------------------------------------------------------------------------------------------


def test_a_fix_says_whether_it_is_safe() -> None:
    text = "model.add(Dense(10, activation='relu'))\n"
    node = layer(text, "Dense(10, activation='relu')", "Dense")
    edits = (DropArgument(node, "activation"),)
    safe = fixes.fix_for(Remedy("drop it", edits, safe=True), text)
    assert safe is not None
    assert (safe.applicability, safe.message) == ("safe", "drop it")
    assert safe.edits == (TextEdit("", Location(1, 19), Location(1, 38)),)
    unsafe = fixes.fix_for(Remedy("drop it", edits), text)
    assert unsafe is not None
    assert unsafe.applicability == "unsafe"
    assert fixes.fix_for(Remedy("drop it", edits, advice="nothing to edit"), text) is None
    assert fixes.fix_for(Remedy("nothing", ()), text) is None


def test_one_edit_without_a_place_is_no_fix_at_all() -> None:
    text = "model.add(Dense(10, activation='relu'))\n"
    node = layer(text, "Dense(10, activation='relu')", "Dense")
    feed = Feed("fit", ArrayFacts())
    assert fixed(text, DropArgument(node, "activation"), ScaleInputs(feed, 2.0)) is None


def test_the_same_edit_twice_is_one() -> None:
    text = "for n in (8, 16):\n    model.add(Conv2D(n, 3))\n"
    first, second = (added(text, "Conv2D(n, 3)", "Conv2D") for _ in range(2))
    relus = [InsertAfter(node, "Activation", {"activation": "relu"}) for node in (first, second)]
    assert fixed(text, *relus) == text.replace("n, 3", "n, 3, activation='relu'")


def test_spans_that_do_not_fit_the_text_are_no_fix() -> None:
    text = "model.add(Dense(10))\n"
    for span in (Span(9, 1, 9, 5), Span(1, 1, 1, 99), Span(1, 5, 1, 2), Span(1, 1, 1, 6)):
        node = Node("Dense", "dense", placement=Placement("add", Origin(span), api="keras.layers.Dense"))
        assert fixed(text, SetArgument(node, "units", 3)) is None


def test_columns_are_code_points_and_form_feeds_end_no_line() -> None:
    text = "s = 'é𝄞\x0c\u2028'; model.add(Dense(10, 'relu'))\n"
    node = layer(text, "Dense(10, 'relu')", "Dense")
    assert fixed(text, DropArgument(node, "activation")) == text.replace(", 'relu'", "")


names = st.sampled_from(["units", "activation", "use_bias", "name", "kernel_initializer", "kernel_regularizer"])
separators = st.sampled_from([", ", ",", " , ", ",\n    ", ",  # why\n    ", " ,\n"])
expressions = st.sampled_from(["1", "'a, b'", "f(x, y)", "[1,\n 2]", "lambda q: (q, q)", '"(#"', "a if b else c"])


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    """A call's text with its keywords and expressions."""
    keywords = draw(st.lists(names, unique=True, min_size=1))
    values = [draw(expressions) for _ in keywords]
    text = "Dense(" + draw(st.sampled_from(["", " ", "\n    ", "  # first\n  "]))
    for index, (keyword, value) in enumerate(zip(keywords, values, strict=True)):
        text += f"{keyword}{draw(st.sampled_from(['=', ' = ']))}{value}"
        if index < len(keywords) - 1:
            text += draw(separators)
    return text + draw(st.sampled_from(["", ",", ", ", ",\n", "\n", "  # last\n"])) + ")", keywords, values


@given(calls(), st.data())
def test_any_call_parses_after_any_edit(made: tuple[str, list[str], list[str]], data: st.DataObject) -> None:
    """Arguments that are dropped are gone, those that are set or added have their value, the others stay."""
    text, keywords, values = made
    call = CallText.parse(text, 0, "\n")
    assert [(a.keyword, a.value) for a in call.arguments] == list(zip(keywords, values, strict=True))
    dropped = data.draw(st.sets(st.sampled_from(range(len(keywords)))))
    changed = data.draw(st.sets(st.sampled_from(range(len(keywords))))) - dropped
    new = data.draw(st.lists(st.sampled_from(["alpha", "beta"]), unique=True))
    for index in dropped:
        call.drop(index)
    for index in changed:
        call.set(index, "42")
    for name in new:
        call.add(name, "43")
    after = apply_ranges(text, call.changes())
    parsed = ast.parse(after, mode="eval").body
    assert isinstance(parsed, ast.Call)
    expected = {k: v for i, (k, v) in enumerate(zip(keywords, values, strict=True)) if i not in dropped}
    expected.update({keywords[index]: "42" for index in changed})
    expected.update(dict.fromkeys(new, "43"))
    got = {keyword.arg or "": ast.dump(keyword.value) for keyword in parsed.keywords}
    assert got == {k: ast.dump(ast.parse(v, mode="eval").body) for k, v in expected.items()}


def test_only_calls_are_calls() -> None:
    for text in ("Dense", "Dense(", "a + b()", "x = f()", ""):
        with pytest.raises(NoFix):
            CallText.parse(text, 0, "\n")


def test_calls_over_several_lines_need_no_brackets_of_their_own() -> None:
    text = "keras.layers\n    .Dense(10,\n    activation='relu')"
    call = CallText.parse(text, 5, "\n")
    assert [text[a.start - 5 : a.end - 5] for a in call.arguments] == ["10", "activation='relu'"]


# --- texts and files --------------------------------------------------------------------------------------------


@given(st.text(alphabet="ab\r\né𝄞\x0c\u2028", max_size=40), st.data())
def test_offsets_and_places_agree(text: str, data: st.DataObject) -> None:
    lines = Lines(text)
    offset = data.draw(st.integers(0, len(text)))
    place = lines.location(offset)
    inside_break = 0 < offset < len(text) and text[offset - 1 : offset + 1] == "\r\n"
    if not inside_break:
        assert lines.offset(place.row, place.column) == offset
        assert lines.line_start(offset) <= offset <= lines.line_end(offset) <= lines.next_line(offset)


@given(
    st.text(alphabet="ab\n", max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.text("xy\n", max_size=3))),
)
def test_apply_edits(text: str, changes: list[tuple[int, int, str]]) -> None:
    lines = Lines(text)
    ranges = [(min(a, len(text)), min(max(a, b), len(text)), content) for a, b, content in changes]
    edits = [TextEdit(content, lines.location(start), lines.location(end)) for start, end, content in ranges]
    ordered = sorted(ranges, key=lambda r: r[:2])
    if any(after[0] < before[1] for before, after in pairwise(ordered)):
        with pytest.raises(ValueError, match="overlap"):
            fixes.apply_edits(text, edits)
        return
    expected = text
    for start, end, content in reversed(ordered):
        expected = expected[:start] + content + expected[end:]
    assert fixes.apply_edits(text, edits) == expected


def test_edits_at_one_place_keep_their_order() -> None:
    here = Location(1, 2)
    assert fixes.apply_edits("ab", [TextEdit("1", here, here), TextEdit("2", here, here)]) == "a12b"


def test_unified_diff() -> None:
    same = b"--- a/m.py\n+++ b/m.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert fixes.unified_diff("m.py", b"a\nb\n", b"a\nc\n") == same
    assert fixes.unified_diff("m.py", b"a", b"b").endswith(
        b"-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
    )
    assert fixes.unified_diff("m.py", b"a\r\n", b"b\r\n").endswith(b"-a\r\n+b\r\n")
    assert fixes.unified_diff("m.py", b"a\n", b"a\n") == b""


def test_strings_stand_in_the_quotes_of_the_call_and_else_of_the_file() -> None:
    assert CallText.parse("f(a)", 0, "\n", usual_quote('# it\'s\nx = {"a": g("b", \'c\')}')).near == 'f(a)"'
    assert quoted("relu", CallText.parse("f(a)", 0, "\n", '"').near) == '"relu"'
    assert quoted("relu", CallText.parse("f('a')", 0, "\n", '"').near) == "'relu'"


def test_write_keeps_permissions_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    before, after = b"\xef\xbb\xbfa = 1\r\n", b"\xef\xbb\xbfa = 2\r\n"
    path.write_bytes(before)
    path.chmod(0o750)
    fixes.write_atomically(path, before, after)
    assert path.read_bytes() == after
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert os.listdir(tmp_path) == ["model.py"]


def test_write_leaves_a_changed_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(b"somebody else's")
    with pytest.raises(fixes.FileChanged, match="changed"):
        fixes.write_atomically(path, b"mine", b"mine, mended")
    assert path.read_bytes() == b"somebody else's"
    assert os.listdir(tmp_path) == ["model.py"]


def test_write_follows_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "model.py", tmp_path / "model.py"
    target.write_bytes(b"a")
    link.symlink_to(target)
    fixes.write_atomically(link, b"a", b"b")
    assert link.is_symlink()
    assert target.read_bytes() == b"b"


def test_a_failure_leaves_the_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(b"a")

    def refuse(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        fixes.write_atomically(path, b"a", b"b")
    assert path.read_bytes() == b"a"
    assert os.listdir(tmp_path) == ["model.py"]
    with pytest.raises(FileNotFoundError):
        fixes.write_atomically(tmp_path / "missing.py", b"a", b"b")
