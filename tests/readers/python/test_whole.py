"""What is read whole, and what is not claimed to be: the two are tested side by side."""

from __future__ import annotations

import textwrap

import pytest

from cnnlint.graph import Model
from cnnlint.readers.python import read

HEAD = """
import tensorflow as tf
import keras
from keras import layers, ops
import keras.backend as K
"""


def models(text: str) -> list[Model]:
    found = read("main.py", (HEAD + textwrap.dedent(text)).encode()).program
    assert found is not None
    return found.models


def behind(layer: str, before: str = "", shape: str = "(28, 28, 3)") -> Model:
    """A functional model of one layer behind an input."""
    (model,) = models(f"{before}\nstart = keras.Input({shape})\nnet = keras.Model(start, {layer}(start))\n")
    return model


@pytest.mark.parametrize(
    ("body", "kind", "shape"),
    [
        ("lambda t: t / 255", "Rescaling", (None, 28, 28, 3)),
        ("lambda t: tf.expand_dims(t, 1)", "ExpandDims", (None, 1, 28, 28, 3)),
        ("lambda t: K.mean(t, axis=-1)", "ReduceMean", (None, 28, 28)),
        ("lambda t: ops.sum(t, axis=(1, 2))", "ReduceSum", (None, 3)),
        ("lambda t: t[:, 0]", "Opaque", (None, 28, 3)),
        ("K.softmax", "Softmax", (None, 28, 28, 3)),
        ("lambda t: tf.concat([t, t * 2], -1)", "Concatenate", (None, 28, 28, 6)),
    ],
)
def test_the_body_of_a_lambda_is_read(body: str, kind: str, shape: tuple[int | None, ...]) -> None:
    model = behind(f"layers.Lambda({body}, name='shown')")
    assert model.complete
    assert (model.outputs[0].kind, model.outputs[0].shape, model.outputs[0].name) == (kind, shape, "shown")


def test_a_named_function_with_further_arguments() -> None:
    before = "def scaled(t, by, offset=0):\n    return t * by + offset"
    model = behind("layers.Lambda(scaled, arguments={'by': 2.0})", before)
    assert [node.value("scale") for node in model.nodes[1:]] == [2.0, 1.0]


@pytest.mark.parametrize(
    "layer",
    [
        "layers.Lambda(unknown)",
        "layers.Lambda(lambda t: unknown(t))",
        "layers.Lambda(lambda t: tf.py_function(print, [t], tf.float32))",
        "layers.Lambda(lambda t: t * 2, arguments=unknown)",
        "keras.layers.SomethingElse()",
        "unknown.Block(3)",
    ],
)
def test_what_stays_opaque_is_not_read_whole(layer: str) -> None:
    model = behind(layer)
    assert not model.complete
    assert model.outputs[0].opaque


FOLD = """
for train, test in folds.split(x):
    {0}
    net.add(layers.Dense(10, input_dim=8))
    for width in {1}:
        net.add(layers.Dense(width))
"""


@pytest.mark.parametrize(
    ("made", "widths", "whole"),
    [
        ("net = keras.Sequential()", "(4, 3)", True),
        ("net = keras.Sequential()", "unknown", False),
        ("pass", "(4, 3)", False),
    ],
)
def test_a_model_that_is_made_in_each_fold(made: str, widths: str, whole: bool) -> None:
    (model,) = models("net = keras.Sequential()\n" * (made == "pass") + FOLD.format(made, widths))
    assert model.complete is whole


def test_what_stands_behind_a_loop_of_unknown_length_is_not_known_to_read_its_layers() -> None:
    (model,) = models("""
        net = keras.Sequential([keras.Input((8,))])
        for i in range(unknown):
            net.add(layers.Dense(4))
        net.add(layers.Dense(3))
    """)
    last = model.outputs[0]
    assert [node.kind for node in last.inputs] == ["Opaque"]
    assert [part.what for part in model.unread] == ["how often the loop over `range(unknown)` runs is not known"]


@pytest.mark.parametrize(("times", "whole"), [("4", True), ("unknown", False)])
def test_a_list_that_is_filled_in_a_loop(times: str, whole: bool) -> None:
    found = models(f"""
        for fold in folds:
            parts = [keras.Input((8,))]
            for i in range({times}):
                parts.append(layers.Dense(8))
            net = keras.Sequential(parts)
    """)
    assert [model.complete for model in found] == [whole]


def test_a_call_that_raises_is_not_read() -> None:
    (model,) = models("""
        class Base(keras.Model):
            def call(self, x):
                raise NotImplementedError
        net = Base()
    """)
    assert [part.what for part in model.unread] == ["its `call` ends in a `raise`"]


@pytest.mark.parametrize(
    ("merge", "inputs", "shape"),
    [
        ('Merge([left, right], mode="concat")', 2, (None, 20)),
        ('Merge([left, left], mode="sum")', 1, (None, 16)),
        ('Merge([left, Merge([right, wide], mode="concat", concat_axis=1)], mode="mul")', 3, (None, 16)),
        ("Merge([left, right], mode=lambda both: both[0])", 1, None),
    ],
)
def test_a_merge_of_keras_1_joins_models(merge: str, inputs: int, shape: tuple[int | None, ...] | None) -> None:
    found = models(f"""
        from keras.layers import Dense, LSTM, Merge
        from keras.models import Sequential
        left = Sequential([LSTM(16, input_shape=(20, 5))])
        right = Sequential([Dense(4, input_dim=1)])
        wide = Sequential([Dense(12, input_dim=3)])
        both = Sequential()
        both.add({merge})
        both.add(Dense(2, activation="softmax"))
        """)
    model = next(one for one in found if one.name == "both")
    assert (len(model.inputs), model.outputs[0].inputs[0].inputs[0].shape) == (inputs, shape)
    assert model.complete == (shape is not None)


@pytest.mark.parametrize(
    ("mode", "shape"),
    [
        ("lambda pair: pair[0] * K.exp(pair[1])", (None, 5)),
        ("lambda pair: K.concatenate([pair[1], pair[0], pair[1]])", (None, 15)),
        ("unknown", None),
    ],
)
def test_a_merge_of_keras_1_by_a_function(mode: str, shape: tuple[int | None, ...] | None) -> None:
    (model,) = models(f"""
        from keras import backend as K
        from keras.layers import Dense, Input, merge
        from keras.models import Model
        start = Input((20,))
        mean, spread = Dense(5, init="glorot_normal")(start), Dense(5)(start)
        end = merge([mean, spread], mode={mode}, output_shape=lambda shapes: shapes[0])
        model = Model(start, end)
        """)
    assert (model.outputs[0].shape, model.complete) == (shape, shape is not None)


def test_what_a_call_made_that_raises_is_no_model() -> None:
    text = """
        class Stretch(layers.Layer):
            def call(self, inputs):
                signal, code = inputs
                _, length, width = code._keras_shape
                known = self.known(signal._keras_shape[1:], (length, -1, width))
                wide = K.reshape(signal, (K.shape(signal)[0],) + (length, -1, width))
                narrow = K.repeat_elements(K.expand_dims(code, 2), rep=known[1], axis=2)
                return K.reshape(wide + narrow, (K.shape(signal)[0],) + (signal._keras_shape[1], width))

            def known(self, before, after):
                after, size, at, whole = list(after), 1, None, 1
                for place, one in enumerate(after):
                    if one < 0:
                        if at is not None:
                            raise ValueError("one axis alone may be open")
                        at = place
                    else:
                        size *= one
                for one in before:
                    whole *= one
                if whole % size != 0:
                    raise ValueError("the one is no multiple of the other")
                after[at] = whole // size
                return tuple(after)

        def network(signal_shape, code_shape):
            signal, code = layers.Input(batch_shape=signal_shape), layers.Input(batch_shape=code_shape)
            x = layers.Conv1D(8, 3, padding="causal")(signal)
            both = Stretch()([layers.Conv1D(8, 3, padding="causal")(x), layers.Conv1D(8, 1)(code)])
            return keras.Model([signal, code], layers.Add()([x, layers.Conv1D(8, 1)(both)]))
        """
    found = read("main.py", (HEAD + textwrap.dedent(text)).encode()).program
    assert found is not None
    assert {model.name for way in (found, *found.alternatives) for model in way.models} == {"functional"}


def test_a_loss_that_a_network_computes_with_is_no_prediction() -> None:
    (model,) = models("""
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.first, self.last = layers.Dense(6), layers.Dense(4)
            def call(self, x):
                x = self.first(x)
                return self.last(tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=x)[:, None])
        net = Net()
        net(keras.Input((5,)))
    """)
    assert not model.complete
    assert [node.shape for node in model.nodes if node.kind == "Dense"] == [(None, 6), None]


@pytest.mark.parametrize(("text", "kind"), [("layers.ReLU", "ReLU"), ("tf.nn.relu", "Activation")])
def test_eval_of_a_name(text: str, kind: str) -> None:
    call = f"eval('{text}')()" if kind == "ReLU" else f"eval('{text}')"
    model = behind(call)
    assert model.complete
    assert model.outputs[0].kind == kind


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("def call(self, x):\n        return super().call(x) * 2", ["Input", "Dense", "Rescaling"]),
        ("pass", ["Input", "Dense"]),
        ("def call(self, x):\n        return layers.Dense(self.units)(x)", ["Input", "Dense"]),
        ("def call(self, x):\n        return tf.matmul(x, self.kernel) + self.bias", ["Input", "Dense"]),
    ],
)
def test_what_a_layer_has_from_its_base(body: str, kinds: list[str]) -> None:
    model = behind("Own(7)", f"class Own(layers.Dense):\n    {body}", "(4,)")
    assert model.complete
    assert [node.kind for node in model.nodes] == kinds
    assert model.outputs[0].shape == (None, 7)


def test_settings_that_a_constructor_hands_on() -> None:
    text = "class Own(layers.Conv2D):\n    def __init__(self, n):\n        super().__init__(n, 3, padding='same')"
    model = behind("Own(8)", text)
    assert (model.complete, model.outputs[0].kind, model.outputs[0].shape) == (True, "Conv2D", (None, 28, 28, 8))


def test_the_heads_of_multi_head_attention() -> None:
    text = "class Own(layers.MultiHeadAttention):\n    def call(self, q, v):\n        return self._query_dense(q)"
    (model,) = models(f"{text}\nstart = keras.Input((10, 16))\nnet = keras.Model(start, Own(2, 8)(start, start))")
    # keras.layers.EinsumDense looks up no size that its output_shape leaves open, as that of the queries does
    assert (model.complete, model.outputs[0].shape) == (True, (None, None, 2, 8))


def test_what_computes_its_own_gradient() -> None:
    text = """
        @tf.custom_gradient
        def reverse(x, strength):
            def backward(dy):
                return -dy * strength, None
            return tf.identity(x), backward
        class Own(layers.Layer):
            def __init__(self):
                super().__init__()
                self.strength = tf.Variable(0.1, trainable=False)
            def call(self, x):
                return reverse(x, self.strength)
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3), Own(), layers.Dense(1)])
    """
    (model,) = models(text)
    assert (model.complete, model.outputs[0].shape) == (True, (None, 1))
    assert [node.parameters for node in model if node.parameters] == [15, 1, 4]
    (other,) = models(text.replace("tf.identity(x)", "mystery(x)"))
    assert not other.complete


def test_a_known_function_of_what_has_no_known_shape() -> None:
    text = "class Own(keras.Model):\n    def call(self, x):\n        return PREPARE(x)\nmodel = Own()"
    for prepare, whole in (("keras.applications.vgg19.preprocess_input", True), ("mystery", False)):
        (model,) = models(text.replace("PREPARE", prepare))
        assert model.complete is whole


def test_what_the_base_has_not_is_not_read_whole() -> None:
    text = "class Own(layers.Dense):\n    def call(self, x):\n        return self.mystery(x)"
    assert not behind("Own(7)", text, "(4,)").complete


def test_a_plain_class_that_is_called() -> None:
    (model,) = models("""
        class Encoder(object):
            def __init__(self, units):
                self.units = units
            def __call__(self, inputs, keep):
                x = tf.contrib.layers.fully_connected(inputs, 100)
                return tf.layers.dense(x, 1, activation=tf.nn.softmax)
    """)
    assert [node.kind for node in model.nodes] == ["Input", "Dense", "Activation", "Dense", "Activation"]


def test_a_sequential_of_a_class_is_built_by_its_first_call() -> None:
    found = models("""
        class Own(keras.Sequential):
            def __init__(self):
                super().__init__()
                self.add(layers.Dense(6))
        own, other = Own(), keras.Sequential([layers.Dense(2)])
        own(tf.zeros((1, 4)))
        other(tf.zeros((1, 3)))
    """)
    assert [model.nodes[0].shape for model in found] == [(None, 4), (None, 3)]


def test_attributes_of_modules() -> None:
    (model,) = models("""
        tf.model = keras.Sequential()
        tf.model.add(layers.Dense(3, input_dim=4))
        tf.model.compile("sgd", "mse")
    """)
    assert (model.complete, model.outputs[0].shape, model.training.compiled is not None) == (True, (None, 3), True)


def test_a_layer_inside_a_published_network() -> None:
    (model,) = models("""
        trunk = keras.applications.VGG16(include_top=False, input_shape=(64, 64, 3))
        early = trunk.get_layer("block2_pool").output
        net = keras.Model(trunk.input, layers.Conv2D(8, 1, activation="relu")(early))
    """)
    assert model.complete
    assert [node.kind for node in model.nodes][-2:] == ["Conv2D", "Activation"]


@pytest.mark.parametrize("draw", ["random.randint(0, 5)", "random.random()"])
def test_chance_is_no_gap_in_a_model(draw: str) -> None:
    questions = "\n".join(f"if {draw} > 2:\n    seen.append({i})" for i in range(40))
    (model,) = models(f"import random\nseen = []\n{questions}\nnet = keras.Sequential([layers.Dense(3)])\n")
    assert model.complete


def test_states_behind_an_input_of_unknown_shape() -> None:
    (model,) = models("""
        start = keras.Input(shape)
        steps, hidden, cell = layers.LSTM(16, return_state=True)(start)
        net = keras.Model(start, layers.Dense(3)(hidden))
    """)
    assert model.complete
    assert model.outputs[0].inputs[0].shape == (None, 16)


def test_arrays_that_are_gone_are_not_mistaken_for_others() -> None:
    text = "import numpy as np\n"
    for width in range(3, 23):
        text += f"""
class Block{width}(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(2)
    def call(self, inputs):
        return self.inner(inputs)
layer = Block{width}()
x = np.random.random((4, {width})) * 100
x = x.astype("int32")
layer(x)
"""
    found = read("main.py", (HEAD + text).encode()).program
    assert found is not None
    assert [model.inputs[0].shape for model in found.models] == [(None, width) for width in range(3, 23)]


@pytest.mark.parametrize("join", ["layers.Concatenate()(parts)", "tf.concat(parts, -1)", "layers.Add()(parts)"])
def test_a_list_of_unknown_length_is_not_joined_whole(join: str) -> None:
    (model,) = models(f"""
        def build(widths):
            start = keras.Input((8, 8, 16))
            parts = [start]
            for width in widths:
                parts.append(layers.Conv2D(16, 3, padding="same")(start))
            return keras.Model(start, {join})
    """)
    assert not model.complete
    assert model.outputs[0].shape in ((None, 8, 8, None), (None, 8, 8, 16))


FILLED = """
class Words:
    def __init__(self):
        self.places = {}
    @property
    def size(self):
        return len(self.places)
    def learn(self, words):
        self.places = dict(words)

class Tagger:
    def __init__(self):
        self.words, self.tags, self.blocks = Words(), [], []
    def network(self):
        self.blocks.append(layers.Dense(7))
        return keras.Sequential([layers.Input((4,)), *self.blocks, layers.Dense(WIDTH)])
    def tag(self, name):
        self.tags.append(name)
"""


@pytest.mark.parametrize(
    ("width", "last"), [("self.words.size", None), ("len(self.tags)", None), ("len(self.blocks)", 1)]
)
def test_what_starts_empty_in_an_object_may_be_filled_before_one_of_its_methods(width: str, last: int | None) -> None:
    (model,) = models(FILLED.replace("WIDTH", width))
    assert [node.value("units") for node in model.nodes[1:]] == [7, last]


def test_each_test_of_a_test_case_has_objects_of_its_own() -> None:
    shapes = [
        model.outputs[0].shape
        for model in models("""
        import unittest

        class Head(layers.Layer):
            def build(self, shape):
                self.w = self.add_weight(name="w", shape=(shape[-1], 5))

            def call(self, x):
                return tf.matmul(x, self.w)

        class HeadTest(unittest.TestCase):
            def setUp(self):
                self.head = Head()

            def test_wide(self):
                self.head(tf.zeros([2, 10, 16]))

            def test_narrow(self):
                self.head(tf.zeros([1, 1, 4]))
    """)
    ]
    assert shapes[-2:] == [(2, 10, 5), (1, 1, 5)]


@pytest.mark.parametrize(
    "condition",
    [
        "isinstance(built, keras.Model)",
        "not isinstance(net, layers.Layer)",
        "isinstance(net.layers[1], layers.Dense)",
        "isinstance(net.layers[1], layers.Flatten)",
        "net.layers[1].__class__ == layers.MaxPooling2D",
        "type(net.layers[1]).__name__ == 'Flatten'",
        "layers.MaxPool2D is layers.AveragePooling2D",
        # what is installed, and what is typed in
        "tf.__version__ >= '2.1'",
        "args.kind.endswith('.h5')",
        "tf.shape(unknown)[1] > 1",
    ],
)
def test_conditions_on_classes_of_layers_and_on_what_is_given_leave_nothing_open(condition: str) -> None:
    (*_, model) = models(f"""
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("kind")
        args = parser.parse_args()

        class Own(layers.Layer):
            def call(self, x):
                return x

        built = Own()
        net = keras.Sequential([layers.Dense(3), layers.Dense(3)])
        if {condition}:
            net.add(layers.Dense(3))
        net.build((None, 3))
    """)
    assert model.complete, model.unread


def test_a_place_that_makes_two_models_is_told_apart_from_one_that_differs() -> None:
    found = models("""
        def build(units):
            start = keras.Input((3,))
            return keras.Model(start, layers.Dense(units)(start))

        first, second = build(3), build(4)
        if sorted(open("names").read())[0] == "a":
            second = None
    """)
    assert [model.complete for model in found] == [True, True]


def test_the_line_of_an_undecided_condition_is_told() -> None:
    (model,) = models("""
        net = keras.Sequential([layers.Dense(3)])
        if zip([1]).nothing:
            net.add(layers.Dense(3))
    """)
    assert [part.origin.span.start_row for part in model.unread if part.origin and part.origin.span] == [8]


def test_a_parameter_that_goes_through_a_list_of_unknown_length_is_no_chain_of_one() -> None:
    found = models("""
        def build(start, widths):
            parts = [layers.Dense(width) for width in widths]
            for part in parts:
                start = part(start)
            return layers.Dense(1, activation="sigmoid")(start)
    """)
    assert found
    assert not any(model.complete for model in found)


def test_a_call_that_may_be_refused_is_no_mistake() -> None:
    found = read(
        "main.py",
        (
            HEAD
            + textwrap.dedent("""
        def softmax(x, dim):
            try:
                return tf.nn.softmax(x, dim=dim)
            except TypeError:
                return tf.nn.softmax(x, axis=dim)

        softmax(keras.Input((3,)), -1)
    """)
        ).encode(),
    ).program
    assert found is not None
    assert not [call for call in found.calls if "dim" in call.keywords]


def test_a_lambda_that_returns_a_list_returns_several_tensors() -> None:
    (model,) = models("""
        start = keras.Input((5, 8))
        halves = layers.Lambda(lambda t: [t[:, :, :4], t[:, :, 4:]])(start)
        unread = layers.Maximum()(layers.Lambda(unknown)(start))
        net = keras.Model(start, [layers.Maximum()(halves), unread])
    """)
    assert model.outputs[0].shape == (None, 5, 4)
    assert not [node.shape_error for node in model.nodes if node.shape_error]
    assert not model.complete


def test_a_class_that_only_trains_what_it_is_given_is_no_model_of_its_own() -> None:
    assert not models("""
        class Gan(keras.Model):
            def __init__(self, generator):
                super().__init__()
                self.generator = generator

            def train_step(self, data):
                return {"loss": self.loss_of(self.generator(data))}

        class Other(Gan):
            def loss_of(self, made):
                return tf.reduce_mean(made)
    """)


def test_arguments_parsed_from_the_command_line_are_those_by_default() -> None:
    (model,) = models("""
        import argparse
        import sys

        def parsed(args):
            parser = argparse.ArgumentParser()
            parser.add_argument("--kind", default="wide")
            return parser.parse_args(args)

        args = parsed(sys.argv[1:])
        net = keras.Sequential([keras.Input((3,)), layers.Dense(9 if args.kind == "wide" else 3)])
    """)
    assert model.complete
    assert model.outputs[0].shape == (None, 9)


def test_a_model_is_told_by_the_outputs_that_its_constructor_hands_on() -> None:
    (model,) = models(
        """
        class Backbone(keras.Model):
            def __init__(self, images):
                features = load_features(images.shape)
                super().__init__(inputs=[images], outputs={str(level): features[level] for level in range(2)})

        net = Backbone(keras.Input((8, 8, 3)))
        """
    )
    assert model.kind == "functional"
    assert [one.what for one in model.unread] == [
        "its outputs, `{str(level): features[level] for level in range(2)}`, are not known"
    ]


def test_a_list_that_a_checkpoint_follows_is_a_list() -> None:
    (model,) = models(
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.parts = tf.contrib.checkpoint.List()
                for width in (3, 4):
                    self.parts.append(layers.Dense(width))

            def call(self, x):
                for part in self.parts:
                    x = part(x)
                return tf.random.shuffle(x)

        net = Net()
        """
    )
    assert model.complete
    assert [node.kind for node in model.nodes] == ["Input", "Dense", "Dense", "Elementwise"]


def test_layers_of_contrib_are_known_where_they_are_defined() -> None:
    found = read(
        "main.py",
        b"""
import tensorflow as tf
from tensorflow.contrib.layers.python import layers as inner

x = tf.placeholder(tf.float32, [None, 8, 8, 3])
x = inner.layer_norm(inner.conv2d(x, 4, [3, 3]))
loss = tf.losses.mean_squared_error(y, x)
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
""",
    ).program
    assert found is not None
    (model,) = found.models
    assert model.complete
    assert [node.kind for node in model.nodes] == ["Input", "Conv2D", "Activation", "LayerNormalization"]


@pytest.mark.parametrize(
    "watched", ["tf.summary.histogram('p', out)", "tf.merge_summary([tf.scalar_summary('p', out)])"]
)
def test_what_is_written_down_for_people_is_no_part_of_a_network(watched: str) -> None:
    (model,) = models(f"""
        x = tf.placeholder(tf.float32, [None, 6])
        out = tf.nn.softmax(tf.layers.dense(x, 3))
        {watched}
    """)
    assert model.complete
    assert [node.kind for node in model.nodes] == ["Input", "Dense", "Softmax"]


@pytest.mark.parametrize(
    ("inputs", "given"),
    [
        ("first, second = inputs", "[np.ones((2, 5)), np.ones((2, 7))]"),
        ("first, second = inputs", "(tf.ones((2, 5)), tf.ones((2, 7)))"),
        ("first, second = inputs", "[np.ones((2, 5)), np.ones((2, 7))], training=True"),
        ("first, second = inputs[0], inputs[1]", "[np.ones((2, 5)), np.ones((2, 7))], training=False"),
        ("first, second = inputs['a'], inputs['b']", "{'a': np.ones((2, 5)), 'b': np.ones((2, 7))}"),
    ],
)
def test_a_subclass_reads_the_structure_that_it_is_called_on(inputs: str, given: str) -> None:
    (model,) = models(
        f"""
        import numpy as np
        class Two(keras.Model):
            def __init__(self):
                super().__init__()
                self.left, self.right = layers.Dense(8), layers.Dense(8)
            def call(self, inputs):
                {inputs}
                return tf.concat([self.left(first), self.right(second)], -1)
        Two()({given})
        """
    )
    assert model.complete
    assert [node.kind for node in model.inputs] == ["Input", "Input"]
    assert sum(node.parameters or 0 for node in model) == (5 + 1) * 8 + (7 + 1) * 8


WRITTEN = (
    '{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Dense", "config": '
    '{"name": "dense", "batch_input_shape": [null, 8], "units": 3, "activation": "relu"}}]}}'
)


def test_a_configuration_that_is_written_down() -> None:
    (model,) = models(f"net = keras.models.model_from_json('{WRITTEN}')")
    assert (model.complete, model.name, [node.kind for node in model]) == (
        True,
        "net",
        ["Input", "Dense", "Activation"],
    )


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"class_name": "Sequential"}', "[" * 4000])
def test_a_text_that_describes_no_model(text: str) -> None:
    assert models(f"net = keras.models.model_from_json({text!r})") == []


@pytest.mark.parametrize(
    "changed",
    [
        "config = net.get_config()\nconfig['layers'] = []\ntwin = keras.Model.from_config(config)",
        "twin = keras.models.model_from_json(net.to_json().replace('3', '5'))",
    ],
)
def test_a_changed_configuration_is_not_taken_for_the_model(changed: str) -> None:
    found = models(f"start = keras.Input((4,))\nnet = keras.Model(start, layers.Dense(3)(start))\n{changed}")
    assert [model.name for model in found] == ["net"]


def test_what_a_clone_is_trained_with_is_its_own() -> None:
    net, twin = models(
        """
        start = keras.Input((4,))
        net = keras.Model(start, layers.Dense(3)(start))
        net.compile("sgd", "mse")
        twin = keras.models.clone_model(net)
        twin.compile("adam", "mae")
        """
    )
    assert [model.training.losses[0].name for model in (net, twin)] == ["mean_squared_error", "mean_absolute_error"]
    assert net.outputs[0].layer_id != twin.outputs[0].layer_id


def test_layers_that_a_function_makes_of_a_functional_model_are_not_known() -> None:
    _, twin = models(
        """
        start = keras.Input((4,))
        net = keras.Model(start, layers.Dense(3)(start))
        twin = keras.models.clone_model(net, clone_function=lambda layer: layer)
        """
    )
    assert not twin.complete


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("Rearrange('b (h p) w c -> b h w (p c)', p=2)", (None, 14, 28, 6)),
        ("lambda t: rearrange(t, '... h w c -> ... (h w) c')", (None, 784, 3)),
        ("lambda t: reduce(t, 'b h w c -> b () c', 'mean')", (None, 1, 3)),
        ("lambda t: repeat(t, 'b h w c -> b (h n) w c', n=3)", (None, 84, 28, 3)),
        ("lambda t: rearrange(rearrange(t, 'b h w c -> (b h) w c'), '(b h) w c -> b h w c', h=28)", (None, 28, 28, 3)),
        ("lambda t: rearrange([t, t], 'n b h w c -> b h w (n c)')", (None, 28, 28, 6)),
        ("lambda t: tf.map_fn(lambda one: tf.reduce_mean(one, -1), t)", (None, 28, 28)),
        ("lambda t: tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), [0, t])[1]", (None, 28, 28, 3)),
        ("lambda t: tf.image.crop_and_resize(t, boxes, places, [7, 9])", (None, 7, 9, 3)),
    ],
)
def test_patterns_and_functions_that_run_again_and_again(layer: str, shape: tuple[int | None, ...]) -> None:
    before = (
        "from einops import rearrange, reduce, repeat\nfrom einops.layers.tensorflow import Rearrange\n"
        "boxes, places = tf.zeros((5, 4)), tf.zeros((5,))"
    )
    model = behind(layer if layer.startswith("Rearrange") else f"layers.Lambda({layer})", before)
    assert model.complete
    assert model.outputs[0].shape == shape


@pytest.mark.parametrize("pattern", ["b (h p) w c -> b h w (p c)", "b h w -> b (h w)", "b h w c -> b h w d"])
def test_patterns_of_which_not_all_is_known(pattern: str) -> None:
    before = f"from einops import rearrange\npattern = {pattern!r}"
    model = behind("layers.Lambda(lambda t: rearrange(t, pattern, p=size))", before)
    shape = model.outputs[0].shape
    assert shape is None or None in shape[1:]


def test_layers_within_a_loop_are_counted_once() -> None:
    (model,) = models(
        """
        dense = layers.Dense(8)
        start = keras.Input((8,))
        _, end = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, dense(x)), (0, start))
        net = keras.Model(start, layers.Dense(2)(end))
        """
    )
    assert model.complete
    assert sum(node.parameters or 0 for node in model) == (8 + 1) * 8 + (8 + 1) * 2


def test_the_first_keras_took_the_size_of_the_input_first() -> None:
    lines = (
        "from keras.models import Sequential\nfrom keras.layers.core import Dense\n"
        "net = Sequential()\nnet.add(Dense(784, 128, init='uniform'))\nnet.add(Dense(128, 10))\n"
    )
    found = read("main.py", lines.encode()).program
    assert found is not None
    assert sum(node.parameters or 0 for node in found.models[0]) == (784 + 1) * 128 + (128 + 1) * 10


@pytest.mark.parametrize(
    ("made", "told"),
    [
        # the program alone decides it, and it was not worked out
        ("layers.Dense([4, 6, 8][hash('a') % 3])", "the `units` of a Dense, `[4, 6, 8][hash('a') % 3]`, is not known"),
        ("layers.Conv1D(4, hash('b'))", "the `kernel_size` of a Conv1D, `hash('b')`, is not known"),
        ("layers.Dense(4, activation='fancy')", "the `activation` of a Dense, `'fancy'`, is not known"),
        ("layers.Dense(4, activation=lambda t: unknown(t))", "the `activation` of a Dense"),
        # the program is given it
        ("layers.Dense(width)", ""),
        ("layers.Dense(frame.shape[1])", ""),
        ("layers.Dropout(hash('c'))", ""),
        ("layers.Dense(4, activation=lambda t: t * tf.sigmoid(t))", ""),
    ],
)
def test_an_argument_that_could_not_be_worked_out_is_not_read_whole(made: str, told: str) -> None:
    (model,) = models(f"""
        import pandas as pd
        frame = pd.read_csv("a.csv")
        def build(width):
            start = keras.Input((6, 3))
            return keras.Model(start, {made}(start))
    """)
    assert model.complete is (told == "")
    assert all(part.what.startswith(told) for part in model.gaps)


def test_a_start_that_could_not_be_worked_out() -> None:
    for made in ("layers.Dense(2, input_shape=(hash('a'),))", "layers.InputLayer((hash('a'),)), layers.Dense(2)"):
        (model,) = models(f"net = keras.Sequential([{made}])")
        assert next(part.what for part in model.gaps).startswith("the `shape` of an Input"), made
        assert not model.unread


def test_an_activation_of_the_programs_own_is_known_for_what_it_is() -> None:
    model = behind("layers.Dense(4, activation=rectified)", "def rectified(t):\n    return tf.nn.relu(t)")
    assert model.outputs[0].activation == "relu"


def test_layers_that_were_not_read_stand_before_what_reads_their_output() -> None:
    (model,) = models("""
        base = keras.models.load_model("a.h5")
        net = keras.Model(base.input, layers.Dense(3)(base.layers[-2].output))
    """)
    assert [part.what for part in model.unread] == ["the layers whose output it reads on are not known"]


MADE_WHILE_CALLED = """
class Block(layers.Layer):
    def __init__(self, width, **kw):
        self.width, self.stack, self.size = width, [], None
        super().__init__(**kw)
    def put(self, layer):
        self.stack.append(layer)
        layer.build(self.size)
        self.size = layer.compute_output_shape(self.size)
    def build(self, shape):
        with tf.name_scope("block"):
            self.size, self.stack = shape, []
            for name in ("one", "two"):
                self.put(layers.Conv1D(self.width, 3, padding="causal", name=name))
            self.skip = layers.Conv1D(self.width, 1) if shape[-1] != self.width else layers.Lambda(lambda t: t)
            self.skip.build(shape)
            self.ends = self.skip.compute_output_shape(shape)
        for layer in self.stack:
            self.__setattr__(layer.name, layer)
        super().build(shape)
    def call(self, x):
        y = x
        for layer in self.stack:
            y = layer(y)
        return [layers.add([self.skip(x), y]), y]
class Stack(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.blocks = [Block(8), Block(8)]
    def call(self, x):
        for block in self.blocks:
            try:
                x, last = block(x)
            except TypeError:
                x, last = block(tf.cast(x, "float32"))
        return x
net = keras.Sequential([keras.Input((20, 4)), Stack(), layers.Dense(1)])
"""


def test_layers_that_are_made_while_a_call_is_tried() -> None:
    (model,) = models(MADE_WHILE_CALLED)
    assert model.complete, model.gaps
    assert [node.parameters for node in model if node.kind == "Conv1D"] == [40, 104, 200, 200, 200]
    assert model.outputs[0].shape == (None, 20, 1)


def test_a_merging_layer_of_the_programs_own() -> None:
    (model,) = models("""
        from keras.layers.merge import _Merge
        class Between(_Merge):
            def _merge_function(self, inputs):
                part = K.random_uniform((32, 1, 1, 1))
                return part * inputs[0] + (1 - part) * inputs[1]
        one, other = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
        net = keras.Model([one, other], layers.Conv2D(4, 3)(Between()([one, other])))
    """)
    assert model.complete
    assert model.outputs[0].shape == (None, 6, 6, 4)


def test_gradients_by_tensors_have_their_shapes() -> None:
    (model,) = models("""
        x = tf.placeholder(tf.float32, [None, 28, 28, 1])
        out = tf.layers.dense(tf.layers.flatten(tf.layers.conv2d(tf.reverse_v2(x, [1]), 8, 3)), 1)
        norm = tf.sqrt(tf.reduce_sum(tf.square(tf.gradients(out, [x])[0]), axis=[1, 2, 3]))
        loss = tf.reduce_mean(out) + 10 * tf.reduce_mean((norm - 1.0) ** 2)
        op = tf.train.AdamOptimizer(1e-4).minimize(loss)
    """)
    assert model.complete, model.gaps
    assert [node.shape for node in model if node.note == "gradients"] == [(None, 28, 28, 1)]


def test_shapes_of_tensorflow_tell_how_many_axes_they_have() -> None:
    (model,) = models("""
        from six import string_types
        def dense(given, size):
            x = table[given] if isinstance(given, string_types) else given
            shape = x.get_shape()
            try:
                sizes = shape.as_list()
            except AttributeError:
                sizes = None
            if shape.ndims == 4:
                x = tf.reshape(x, [-1, sizes[1] * sizes[2] * sizes[3]])
            return tf.layers.dense(x, size)
        table = {"data": tf.placeholder(tf.float32, (None, 4, 4, 3))}
        out = dense(dense("data", 8), 3)
    """)
    assert model.complete, model.gaps
    assert [node.parameters for node in model if node.kind == "Dense"] == [392, 27]


def test_weights_that_are_scaled_before_they_are_used() -> None:
    (model,) = models("""
        class Angles(layers.Layer):
            def build(self, shape):
                self.w = self.add_weight(name="w", shape=(shape[-1], 10))
            def call(self, x):
                return tf.matmul(tf.nn.l2_normalize(x, axis=1), tf.nn.l2_normalize(self.w, axis=0))
        net = keras.Sequential([keras.Input((16,)), Angles()])
    """)
    assert model.outputs[0].shape == (None, 10)


def test_words_and_classes_of_data_are_given() -> None:
    (model,) = models("""
        import tensorflow_datasets as tfds
        data, about = tfds.load("flowers", with_info=True)
        words = keras.preprocessing.text.Tokenizer()
        words.fit_on_texts(texts)
        net = keras.Sequential([layers.Embedding(len(words.word_index) + 1, 8), layers.GRU(4)])
        table = layers.StringLookup()
        table.adapt(texts)
        net.add(layers.Dense(table.vocabulary_size()))
        net.add(layers.Dense(about.features["label"].num_classes))
    """)
    assert model.complete, model.gaps


def test_names_of_whichever_keras_there_is() -> None:
    (model,) = models("""
        from csbdeep.utils.tf import keras_import
        Model = keras_import("models", "Model")
        Input, Conv2D = keras_import("layers", "Input", "Conv2D")
        core = keras_import("layers")
        start = Input((8, 8, 1))
        net = Model(start, core.Dense(2)(core.Flatten()(Conv2D(4, 3)(start))))
    """)
    assert model.complete
    assert model.outputs[0].parameters == 290


#: what the number of units is worked out of, and whether the program alone says it
LENGTHS = {
    "text = open('a').read()\nwidth = len(sorted(set(text)))": True,
    "import json\nwidth = len([one['name'] for one in json.load(open('a'))])": True,
    "import os\nwidth = len({name: place for place, name in enumerate(os.listdir('a'))})": True,
    "import os\nwidth = len(dict(zip(os.listdir('a'), range(9))))": True,
    "known = set()\nfor line in open('a'):\n    known.add(line)\nwidth = len(known)": True,
    "known = {}\nfor line in open('a'):\n    known[line] = 1\nwidth = len(known) + 1": True,
    "known = []\nfor line in open('a'):\n    known.append(line)\nwidth = len(known)": True,
    "import math, pandas\nwidth = int(math.sqrt(len(pandas.read_csv('a').b.unique())))": True,
    "from collections import Counter\nwidth = len(Counter(open('a').read()))": True,
    "known = []\nwhile something():\n    known.append(1)\nwidth = len(known)": False,
    "known = {}\nchange(known)\nwidth = len(known)": False,
    "known = {}\nfor line in open('a'):\n    known.update({line: 1})\nwidth = len(known)": True,
    "held, known = [], {}\nchange(held)\nknown.update({held[0]: 1})\nwidth = len(known)": False,
    "import itertools\nwidth = len(set(itertools.chain(*[line.split() for line in open('a')])))": True,
    "import itertools\nheld = []\nchange(held)\nwidth = len(set(itertools.chain.from_iterable(held)))": False,
    "from functools import reduce\nwidth = len(reduce(lambda a, b: a | b, [{*line} for line in open('a')]))": True,
    "from functools import reduce\nheld = []\nchange(held)\nwidth = len(reduce(lambda a, b: a | b, held))": False,
    "import json\ntry:\n    width = json.load(open('a'))\nexcept FileNotFoundError:\n    width = 3": True,
    "import json\nheld = []\nbe(held)\ntry:\n    width = json.load(a)\nexcept OSError:\n    width = held[0]": False,
    "known = []\nchange(known)\nfor line in open('a'):\n    known.append(line)\nwidth = len(known)": False,
}


def test_how_much_the_data_hold_is_for_the_data_to_say() -> None:
    for text, whole in LENGTHS.items():
        (model,) = models(f"{text}\nnet = keras.Sequential([keras.Input((4,)), layers.Dense(width)])")
        assert model.complete == whole, text


#: what is asked of the names that Keras makes up, and whether an answer is certain
NAMES = {
    "'conv' in layer.name": True,
    "layer.name.startswith(('conv2d', 'dense'))": True,
    "layer.name == 'conv2d_1'": False,
    "'2d_1' in layer.name": False,
    "layer.name.startswith('conv2d_1')": False,
}


def test_names_that_keras_makes_up_are_known_but_for_their_number() -> None:
    for condition, whole in NAMES.items():
        _, chosen = models(
            f"""
            net = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten()])
            outputs = [layer.output for layer in net.layers if {condition}]
            chosen = keras.Model(net.inputs, outputs)
            """
        )
        assert chosen.complete == whole, condition
        assert not whole or [node.kind for node in chosen.outputs] == ["Conv2D"], condition


def test_what_subclasses_ask_of_the_layers_they_derive_from() -> None:
    (model,) = models(
        """
        class Scaled(layers.Conv2D):
            def call(self, x):
                if self.rank == 1:
                    x = tf.expand_dims(x, 1)
                if isinstance(x, tf.SparseTensor):
                    x = tf.sparse.to_dense(x)
                if x.dtype.base_dtype != self._compute_dtype_object.base_dtype:
                    x = tf.cast(x, self.compute_dtype)
                x = self.convolution_op(x, self.kernel)
                if self.use_bias:
                    x = tf.nn.bias_add(x, self.bias)
                return x if self.activation is None else self.activation(x)

        net = keras.Sequential([keras.Input((9, 9, 3)), Scaled(4, 3, strides=2, padding="same"), layers.Flatten()])
        """
    )
    assert model.complete
    assert [node.shape for node in model.nodes if node.kind == "Conv2D"] == [(None, 5, 5, 4)]
    assert model.outputs[0].shape == (None, 100)


def test_a_convolution_in_groups_is_not_computed_by_a_subclass() -> None:
    (model,) = models(
        """
        class Grouped(layers.Conv2D):
            def call(self, x):
                return self.convolution_op(x, self.kernel)

        net = keras.Sequential([keras.Input((9, 9, 4)), Grouped(4, 3, groups=2), layers.Flatten()])
        """
    )
    assert not model.complete


#: an operation on a tensor of (None, 5, 4), and the shape of what it gives
OPERATIONS = {
    "tf.math.top_k(x, 3).values": (None, 5, 3),
    "tf.math.unsorted_segment_mean(x, tf.constant([0, 1, 0]), num_segments=2)": (2, 5, 4),
    "tf.math.segment_sum(x, [0, 0, 1])": (None, 5, 4),
    "ops.fft2((x, ops.zeros_like(x)))[0]": (None, 5, 4),
    "tf.scatter_nd(tf.constant([[0], [1]]), x, [9, 5, 4])": (9, 5, 4),
    "tf.dynamic_partition(x, tf.zeros_like(x[:, 0, 0]), 2)[1]": (None, 5, 4),
    "tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(x[:, 0]), tf.zeros([4, 7]))": (None, 7),
    "tf.nn.max_pool_with_argmax(x[:, None], [1, 1, 2, 1], [1, 1, 2, 1], 'SAME')[1]": (None, 1, 3, 4),
    "tf.image.combined_non_max_suppression(x[:, :, None], x, 3, 8).nmsed_scores": (None, 8),
    "tf.image.non_max_suppression(x[0], x[0, :, 0], 3)": (None,),
    "tf.unique_with_counts(x[0, 0])[1]": (4,),
    "tf.linalg.svd(x)[2]": (None, 4, 4),
    "tf.signal.stft(x, 2, 1)": (None, 5, 3, 2),
    "tf.signal.irfft(tf.complex(x, 0.0))": (None, 5, 6),
    "tf.compat.v1.count_nonzero(x, reduction_indices=1, keep_dims=True)": (None, 1, 4),
    "tf.clip_by_norm(x, 1.0)": (None, 5, 4),
    "tf.clip_by_global_norm([x[:, 0], x], 1.0)[0][1]": (None, 5, 4),
    "tf.scan(lambda state, now: state + tf.reduce_sum(now), x, initializer=0.0)": (None,),
    "tf.foldl(lambda state, now: state * 0.5 + now, x)": (5, 4),
    "tf.meshgrid(x[:, 0, 0], x[0, :, 0])[1]": (5, None),
    "ops.fori_loop(0, 3, lambda turn, state: state * 2, x)": (None, 5, 4),
    "tf.nn.zero_fraction(x)": (),
    "tf.compat.v1.nn.in_top_k(x[:, 0], tf.zeros([3]), 1)": (None,),
    "K.map_fn(lambda one: tf.reduce_sum(one, 0), x)": (None, 4),
    "tf.random.categorical(x[:, 0], 2)": (None, 2),
    "tf.matmul(x, tf.Variable(tf.ones([7, 4])), transpose_b=True)": (None, 5, 7),
}


def test_operations_that_a_table_cannot_say() -> None:
    for text, shape in OPERATIONS.items():
        model = behind(f"layers.Lambda(lambda x: {text})", shape="(5, 4)")
        assert (model.outputs[0].shape, model.complete) == (shape, True), text


def test_modules_of_keras_that_a_builder_is_handed_by_keyword() -> None:
    (model,) = models(
        """
        _LAYERS = _MODELS = None

        def modules(kwargs):
            return kwargs.get("layers", _LAYERS), kwargs.get("models", _MODELS)

        def build(**kwargs):
            layers, models = modules(kwargs)
            start = layers.Input((8,))
            return models.Model(start, layers.Dense(3)(start))
        """
    )
    assert model.complete
    assert [node.shape for node in model.nodes] == [(None, 8), (None, 3)]


#: what a functional model does with `x`, of four numbers, that hangs on code which is not there
OUT_OF_REACH = (
    "x * elsewhere.scale()",
    "elsewhere.OFFSET + x",
    "tf.add(x, elsewhere.scale())",
    "layers.Add()([x, elsewhere.scale()])",
    "tf.concat([x, elsewhere.OFFSET], -1)",
    "x @ elsewhere.matrix()",
    "tf.matmul(x, elsewhere.matrix()[0])",
    "tf.einsum('bi,ij->bj', x, elsewhere.matrix())",
    "tf.where(elsewhere.mask(), x, 0.0)",
    "tf.gather(x, elsewhere.PLACES, axis=1)",
    "x + tf.gather(elsewhere.matrix(), [1], axis=0)",
    "x[:, : elsewhere.LAST]",
    "layers.Add()([x, layers.Dense(4)(elsewhere.features())])",
    "layers.Dense(elsewhere.WIDTH)(x)",
    "layers.Dense(elsewhere.SIZES['last'])(x)",
    "layers.Dense(4 * elsewhere.width())(x)",
    "layers.Dense(4, activation=elsewhere.chosen())(x)",
    "layers.Dense(4, **elsewhere.settings())(x)",
    "layers.Dense(*elsewhere.settings())(x)",
    "layers.Reshape(elsewhere.target())(x)",
    "layers.LSTM(3)(layers.Reshape((4, 1))(x), initial_state=elsewhere.state())",
    "layers.TimeDistributed(elsewhere.inner())(layers.Reshape((4, 1))(x))",
    "layers.Lambda(lambda t: t * weight)(x)",
)
#: what is left open by the program itself, or by the data that it is fed
LEFT_OPEN = (
    "x * parameter",
    "layers.Dense(parameter)(x)",
    "layers.Dense(elsewhere.load().shape[1])(x)",
    "layers.Dense(len(elsewhere.load()))(x)",
    "layers.Dense(elsewhere.width(parameter))(x)",
    "x / elsewhere.load().shape[0]",
    "x * tf.random.normal((4,))",
    "layers.Dense(4, kernel_initializer=elsewhere.initial())(x)",
)


@pytest.mark.parametrize(("operations", "whole"), [(OUT_OF_REACH, False), (LEFT_OPEN, True)])
def test_what_code_out_of_reach_says_is_not_read_whole(operations: tuple[str, ...], whole: bool) -> None:
    program = """
        import elsewhere
        weight = elsewhere.scale()
        def made(parameter):
            x = start = keras.Input((4,))
            return keras.Model(start, {0})
    """
    found = {one: [model.complete for model in models(program.format(one))] for one in operations}
    assert {one: read for one, read in found.items() if read != [whole]} == {}


def test_what_a_program_is_fed_is_whole_whoever_made_it() -> None:
    (model,) = models("""
        from elsewhere import load
        images, labels = load()
        outputs = tf.compat.v1.layers.dense(images, 3)
        tf.compat.v1.losses.mean_squared_error(labels, outputs)
    """)
    assert model.complete


@pytest.mark.parametrize(
    ("header", "of"),
    [("range(depth)", "`depth`, a parameter of `made`"), ("zip(widths, range(9))", "`widths`, a parameter of `made`")],
)
def test_a_parameter_that_decides_how_often_a_loop_runs_is_named(header: str, of: str) -> None:
    (model,) = models(f"""
        def made(depth, widths):
            x = start = keras.Input((4,))
            for one in {header}:
                x = layers.Dense(4)(x)
            return keras.Model(start, x)
    """)
    said = f"how often the loop over `{header}` runs is left to {of} that nothing passes"
    assert [part.what for part in model.unread] == [said]


def test_a_name_that_keras_makes_up_is_the_same_on_every_way() -> None:
    found = read(
        "main.py",
        (
            HEAD
            + """
net = keras.Sequential([keras.Input((4,))])
if more:
    net.add(layers.Dense(3))
for one in (layers.Dense(4), layers.Dense(5)):
    net.add(one)
last = net.layers[-1]
if last.name == "dense_2":
    net.add(layers.ReLU())
"""
        ).encode(),
    ).program
    assert found is not None
    assert len(found.alternatives) == 2  # either condition otherwise: the name is asked about once


def test_a_condition_on_one_way_alone_is_compared_with_that_way() -> None:
    found = read(
        "main.py",
        (
            HEAD
            + textwrap.dedent("""
        import argparse
        args = argparse.ArgumentParser().parse_args()

        def built(size):
            start = keras.Input((size,))
            return keras.Model(start, layers.Dense(size, activation="softmax")(start))

        if args.small:
            net = built(4)
        else:
            net = built(8)
            if zip([1]).nothing:
                told = "of no consequence to the network"
            else:
                told = ""
        """)
        ).encode(),
    ).program
    assert found is not None
    ways = [found, *found.alternatives]
    assert {model.nodes[-1].shape for way in ways for model in way.models} == {(None, 4), (None, 8)}
    assert all(model.complete for way in ways for model in way.models)


@pytest.mark.parametrize(
    ("filename", "known"),
    [("keras_applications/own.py", True), ("a/keras/applications/own.py", True), ("mine/own.py", False)],
)
def test_a_file_of_a_library_that_lies_alone_imports_from_that_library(filename: str, known: bool) -> None:
    found = read(
        filename,
        (
            HEAD
            + textwrap.dedent("""
        from .imagenet_utils import _obtain_input_shape
        shape = _obtain_input_shape(None, default_size=224, min_size=32, data_format="channels_last",
                                    require_flatten=True, weights="imagenet")
        start = keras.Input(shape)
        net = keras.Model(start, layers.Conv2D(8, 3)(start))
        """)
        ).encode(),
    ).program
    assert found is not None
    (model,) = found.models
    assert model.complete == known
    assert model.inputs[0].shape == ((None, 224, 224, 3) if known else None)


def test_what_was_not_read_is_quoted() -> None:
    (model,) = models("""
        from elsewhere import block, parts
        start = keras.Input((4,))
        net = keras.Model(start, parts["last"](block(start), 2).output)
    """)
    assert [part.what for part in model.unread] == [
        "what `block(start)` gives was not read",
        'what `parts["last"](block(start), 2)` gives was not read',
    ]


@pytest.mark.parametrize("name", ["gelu", "mish", "hardshrink", "softshrink", "tanhshrink"])
def test_an_activation_of_tensorflow_addons(name: str) -> None:
    model = behind(f"layers.Dense(3, activation=addons.activations.{name})", "import tensorflow_addons as addons")
    assert model.complete
    assert model.outputs[0].activation == name.replace("shrink", "_shrink")


def test_a_class_that_a_call_registers_is_itself() -> None:
    before = """
def made(width):
    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(width)
        def call(self, inputs):
            return self.inner(inputs)
    return Own
Known = keras.saving.register_keras_serializable(package="own")(made(5))
"""
    model = behind("Known()", before)
    assert model.complete
    assert model.outputs[0].shape == (None, 28, 28, 5)


@pytest.mark.parametrize(
    ("shape", "top", "weights", "found"),
    [
        ("None", "True", "'imagenet'", (None, 224, 224, 3)),
        ("None", "False", "'imagenet'", (None, None, None, 3)),
        ("(96, 80, 3)", "False", "'imagenet'", (None, 96, 80, 3)),
        ("None", "True", "None", (None, 224, 224, 3)),
        ("(96, 80, 1)", "True", "None", (None, 96, 80, 1)),
        ("(96, 80, 1)", "False", "'own.h5'", (None, 96, 80, 1)),
    ],
)
def test_the_input_shape_that_the_helper_of_applications_works_out(
    shape: str, top: str, weights: str, found: tuple[int | None, ...]
) -> None:
    (model,) = models(f"""
        from keras_applications.imagenet_utils import _obtain_input_shape
        def built(shape, top, weights):
            shape = _obtain_input_shape(shape, default_size=224, min_size=32, data_format=K.image_data_format(),
                                        require_flatten=top, weights=weights)
            start = keras.Input(shape)
            return keras.Model(start, layers.Conv2D(8, 3)(start))
        built({shape}, {top}, {weights})
    """)
    assert model.complete
    assert model.inputs[0].shape == found


@pytest.mark.parametrize(
    ("before", "given"),
    [
        ("exec(open(path).read())", False),
        ("exec(open(path).read(), globals())", False),
        ("exec(open(path).read(), {})", True),
        ("about = {}\n    exec(open(path).read(), about)", True),
    ],
)
def test_code_in_a_text_may_set_the_names_that_it_sees(before: str, given: bool) -> None:
    (model,) = models(f"""
import sys
UNITS = 4
def build(path):
    {before}
    return keras.Sequential([keras.Input((3,)), layers.Dense(UNITS)])
build(sys.argv[1])
""")
    assert model.complete is given
    assert model.nodes[-1].value("units") == (4 if given else None)


@pytest.mark.parametrize(
    ("setting", "given"),
    [
        ("setattr(self, name, value)", False),
        ("for key, one in json.load(open(name)).items():\n            setattr(self, key, one)", False),
        ("for number in range(value):\n            setattr(self, f'block{number}', layers.Dense(4))", True),
        ("for number in range(value):\n            setattr(self, 'block%d' % number, layers.Dense(4))", True),
        ("for number in range(value):\n            setattr(self, 'un' + str(number), layers.Dense(4))", False),
        ("for number in range(value):\n            setattr(self, 'un' * number, layers.Dense(4))", False),
    ],
)
def test_what_is_set_by_a_name_that_is_not_known_may_be_any_attribute(setting: str, given: bool) -> None:
    found = models(f"""
import json, sys
class Net(keras.Model):
    def __init__(self, name, value):
        super().__init__()
        self.units = 4
        {setting}
        self.head = layers.Dense(self.units)
    def call(self, x):
        return self.head(x)
net = Net(sys.argv[1], int(sys.argv[2]))
net.build((None, 3))
""")
    dense = next(node for model in found for node in model.nodes if node.kind == "Dense")
    assert dense.value("units") == (4 if given else None)
    assert given or not any(model.complete for model in found)


def test_the_keras_that_keras_tuner_hands_on_is_keras() -> None:
    (model,) = models("""
from keras_tuner.backend import keras as chosen
net = chosen.Sequential([chosen.layers.Input((3,)), chosen.layers.Dense(4)])
""")
    assert model.complete
    assert model.outputs[0].shape == (None, 4)


@pytest.mark.parametrize(("learnt", "given", "fits"), [(3, 3, True), (1, 3, True), (3, 1, True), (3, 2, False)])
def test_one_feature_is_laid_beside_all_that_a_normalization_learnt(learnt: int, given: int, fits: bool) -> None:
    (model,) = models(f"""
import numpy as np
scaled = layers.Normalization()
scaled.adapt(np.zeros((5, {learnt})))
start = keras.Input(({given},))
net = keras.Model(start, scaled(start))
""")
    assert (model.outputs[0].shape_error is None) is fits


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        ("right, update = tf.metrics.accuracy(labels=given, predictions=tf.argmax(scores, 1))", True),
        ("tf.contrib.metrics.accuracy(tf.argmax(scores, 1), given)", True),
        ("elsewhere.metrics.accuracy(scores)", True),
        ("scores = elsewhere.metrics.accuracy(scores)", False),
    ],
)
def test_a_figure_of_tensorflow_1_is_no_part_of_the_network(lines: str, whole: bool) -> None:
    (model,) = models(f"""
        import elsewhere
        pictures, given = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int64, [None])
        scores = tf.layers.dense(pictures, 10)
        {lines}
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=scores, labels=given))
        step = tf.train.AdamOptimizer().minimize(loss)
    """)
    assert model.complete == whole


@pytest.mark.parametrize(
    ("activation", "last"), [("None", "linear"), ("'relu'", "relu"), ("keras.activations.gelu", "gelu")]
)
def test_an_activation_got_by_its_name(activation: str, last: str) -> None:
    (model,) = models(f"""
        class Own(layers.Layer):
            def __init__(self, activation=None):
                super().__init__()
                self.inner, self.activation = layers.Dense(3), keras.activations.get(activation)
            def call(self, inputs):
                return self.activation(self.inner(inputs))
        start = keras.Input((4,))
        net = keras.Model(start, Own({activation})(start))
    """)
    assert model.complete
    assert model.outputs[0].activation == last


@pytest.mark.parametrize(
    ("factor", "shape"),
    [
        ("ops.cast(ops.arccos(0.5), 'float32') - 1", (16, 8, 8, 3)),
        ("tf.cast(tf.shape(pictures)[1], 'float32')", (16, 8, 8, 3)),
        ("tf.cast(tf.shape(outside)[2] * 4, 'float32')", (16, 8, 8, 3)),
        ("tf.cast(tf.shape(outside)[1:], 'float32')", None),
        ("outside", None),
    ],
)
def test_what_is_laid_over_numbers_that_are_drawn(factor: str, shape: tuple[int, ...] | None) -> None:
    (model,) = models(
        f"""
        from elsewhere import outside

        class Mixed(keras.Model):
            def __init__(self):
                super().__init__()
                self.read = layers.Conv2D(3, 1)

            def call(self, pictures):
                return self.read(keras.random.uniform((16, 1, 1, 1)) * ({factor}) * pictures)

        net = Mixed()
        net.build((16, 8, 8, 3))
        """
    )
    assert (model.outputs[0].shape if model.complete else None) == shape


def test_numbers_made_of_numbers_are_laid_over_what_is_drawn() -> None:
    (model,) = models(
        """
        def between(share, least=0.1, most=0.9):
            low, high = ops.cast(ops.arccos(most), "float32"), ops.cast(ops.arccos(least), "float32")
            return ops.sin(low + share * (high - low))

        class Mixed(keras.Model):
            def __init__(self):
                super().__init__()
                self.read = layers.Conv2D(3, 1)

            def call(self, pictures):
                return self.read(between(keras.random.uniform((16, 1, 1, 1))) * pictures)

        net = Mixed()
        net.build((16, 8, 8, 3))
        """
    )
    assert model.complete
    assert model.outputs[0].shape == (16, 8, 8, 3)


@pytest.mark.parametrize(
    ("layer", "before", "kind", "weights"),
    [
        ("tfa.layers.GELU()", "import tensorflow_addons as tfa", "Activation", 0),
        ("tfa.layers.InstanceNormalization(axis=-1)", "import tensorflow_addons as tfa", "GroupNormalization", 6),
        (
            "InstanceNormalization(center=False)",
            "from tensorflow_addons.layers.normalizations import InstanceNormalization",
            "GroupNormalization",
            3,
        ),
        ("tfa.layers.GroupNormalization(3)", "import tensorflow_addons as tfa", "GroupNormalization", 6),
        ("tfa.layers.AdaptiveAveragePooling2D(2)", "import tensorflow_addons as tfa", "AdaptiveAveragePooling2D", 0),
        (
            "tfa.layers.SpectralNormalization(layers.Conv2D(4, 1))",
            "import tensorflow_addons as tfa",
            "SpectralNormalization",
            20,
        ),
        (
            "InstanceNormalization()",
            "from keras_contrib.layers.normalization import InstanceNormalization",
            "InstanceNormalization",
            2,
        ),
        (
            "InstanceNormalization(axis=3)",
            "from keras_contrib.layers.normalization.instancenormalization import InstanceNormalization",
            "InstanceNormalization",
            6,
        ),
    ],
)
def test_layers_of_packages_beside_keras(layer: str, before: str, kind: str, weights: int) -> None:
    model = behind(layer, before)
    assert model.complete, model.gaps
    assert (model.nodes[1].kind, model.nodes[1].parameters) == (kind, weights)
