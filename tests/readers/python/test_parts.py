"""Models made of parts of others, and what is no model of its own."""

from __future__ import annotations

import textwrap

import pytest
from readers.python.test_whole import behind, models

from cnnlint.readers.python import read
from cnnlint.readers.python.budget import Limits
from cnnlint.readers.python.reading import read_program
from cnnlint.readers.python.text.parse import parse
from cnnlint.readers.python.text.source import SourceText


@pytest.mark.parametrize(
    ("part", "shape"),
    [
        ("base.layers[-1].output", (None, 2, 2, 512)),
        ("base.layers[-2].output", None),
        ("base.get_layer('block3_pool').output", None),
        ("net.layers[-2].output", (None, 512)),
        ("net.get_layer('block5_conv1').output", None),
        ("net.get_layer('scores').output", (None, 3)),
    ],
)
def test_layers_within_a_published_network(part: str, shape: tuple[int | None, ...] | None) -> None:
    found = models(f"""
        base = keras.applications.VGG16(include_top=False, input_shape=(64, 64, 3))
        pooled = layers.GlobalAveragePooling2D()(base.output)
        net = keras.Model(base.input, layers.Dense(3, name="scores")(pooled))
        shown = keras.Model(base.input, {part})
    """)
    (model,) = (one for one in found if one.name == "shown")
    assert model.complete, model.unread
    assert model.outputs[0].shape == shape


@pytest.mark.parametrize(
    ("imported", "name", "whole"),
    [
        ("from tensorflow.keras import layers, models", "conv2d", True),
        ("from tensorflow.keras import layers, models", "conv2d_1", True),
        ("from tensorflow.keras import layers, models", "conv2d_2", False),
        ("from keras import layers, models", "conv2d_1", False),  # the first in Keras 2, the second since
        ("from keras import layers, models", "conv2d_2", True),
    ],
)
def test_names_that_keras_makes_up(imported: str, name: str, whole: bool) -> None:
    program = read(
        "main.py",
        textwrap.dedent(f"""
            {imported}
            net = models.Sequential([layers.Conv2D(4, 3, input_shape=(9, 9, 1)), layers.Conv2D(8, 3)])
            shown = models.Model(net.input, net.get_layer("{name}").output)
        """).encode(),
    ).program
    assert program is not None
    assert [model.complete for model in program.models] == [True, whole]


def test_layers_that_a_sequential_calls_are_no_models() -> None:
    (model,) = models("""
        class Block(layers.Layer):
            def build(self, shape):
                self.dense = layers.Dense(shape[-1])
            def call(self, x):
                return x + self.dense(x)
        def unused():
            return keras.Sequential([keras.Input((8,)), Block(), layers.Dense(2)])
    """)
    assert model.complete
    assert model.outputs[0].shape == (None, 2)


def test_what_a_subclass_is_made_of_is_read_as_it_makes_it() -> None:
    found = models("""
        def block(widths):
            return keras.Sequential([layers.Dense(width) for width in widths[:-1]])
        class Net(keras.Model):
            def __init__(self, widths):
                super().__init__()
                self.widths = widths
            def build(self, shape):
                self.block = block(self.widths)
            def call(self, x):
                return self.block(x)
        net = Net([4, 3, 2])
        net.compile("adam", "mse")
        net.fit(tf.zeros((10, 6)), tf.zeros((10, 3)))
    """)
    assert [(model.kind, model.complete) for model in found] == [("subclass", True), ("sequential", True)]


def test_what_a_training_step_computes_is_no_model_of_its_own() -> None:
    found = models("""
        net = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
        optimizer, mean = keras.optimizers.Adam(), keras.metrics.Mean()
        for x, y in data:
            with tf.GradientTape() as tape:
                codes = tf.nn.l2_normalize(net(x), 1)
                loss = tf.reduce_mean(tf.abs(codes - y))
            optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
            mean.update_state(loss)
    """)
    assert [(model.name, model.complete) for model in found if not model.unlisted] == [("net", True)]


@pytest.mark.parametrize("made", ["ops.arange(0, 12, 1)", "tf.range(12)", "ops.arange(12)"])
def test_rows_of_numbers_are_constants(made: str) -> None:
    model = behind(
        "Numbered()",
        f"""
class Numbered(layers.Layer):
    def __init__(self):
        super().__init__()
        self.places = layers.Embedding(12, 16)
    def call(self, x):
        return x + self.places({made})
""",
        "(12, 16)",
    )
    assert [node.kind for node in model.nodes if node.kind == "Input"] == ["Input"]
    assert model.outputs[0].shape == (None, 12, 16)


def test_networks_of_the_package_efficientnet_have_the_shape_of_keras_and_other_weights() -> None:
    (model,) = models("""
        import efficientnet.tfkeras as efn
        base = efn.EfficientNetB3(input_shape=(512, 512, 3), weights="noisy-student", include_top=False)
        net = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(5, activation="softmax")])
    """)
    assert model.complete
    assert [node.shape for node in model.nodes[1:3]] == [(None, 16, 16, 1536), (None, 1536)]
    assert model.nodes[1].parameters is None


@pytest.mark.parametrize(("made", "whole"), [("labels.append", True), ("net.add(layers.Dense(2)) or ", False)])
def test_conditions_for_which_no_reading_is_left_are_answered_otherwise_at_once(made: str, whole: bool) -> None:
    questions = "".join(f"if len(names) > {place}:\n    {made}({place})\n" for place in range(40))
    (model,) = models(f"""
names, labels = [], []
while zip([1]).nothing:
    names.append(1)
net = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
{questions}
""")
    assert model.complete is whole


def test_a_model_of_a_search_is_read_as_it_is_made_first() -> None:
    (model,) = models("""
        def build(hp):
            net = keras.Sequential([keras.Input((8,))])
            for place in range(hp.Int("depth", 2, 5)):
                net.add(layers.Dense(hp.Choice(f"width{place}", [16, 32])))
            if hp.Boolean("drop"):
                net.add(layers.Dropout(0.5))
            return net
    """)
    assert model.complete, model.unread
    assert [(node.kind, node.value("units")) for node in model.nodes[1:3]] == [("Dense", None)] * 2


def test_what_a_subclass_of_a_convolution_has_from_it() -> None:
    model = behind(
        "Own(8, 3, padding='same', activation='relu')",
        """
class Own(layers.Conv2D):
    def call(self, inputs):
        out = K.conv2d(inputs, self.kernel, strides=self.strides, padding=self.padding, data_format=self.data_format)
        if self.use_bias:
            out = K.bias_add(out, self.bias, data_format=self.data_format)
        return self.activation(out) if self.activation is not None else out
""",
    )
    assert model.complete, model.unread
    assert [(node.kind, node.shape) for node in model.nodes[1:]] == [
        ("Conv2D", (None, 28, 28, 8)),
        ("ReLU", (None, 28, 28, 8)),
    ]
    assert model.nodes[1].parameters == 3 * 3 * 3 * 8 + 8


def test_a_layer_that_nothing_calls_is_no_model() -> None:
    found = models("""
        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(4)
            def call(self, x):
                return self.dense(x)
    """)
    assert [model for model in found if not model.unlisted] == []


def test_what_a_program_keeps_on_a_model() -> None:
    (model,) = models("""
        net = keras.Sequential()
        net.add(keras.Input((8,)))
        net.hidden = [layers.Dense(6), layers.ReLU()]
        for one in net.hidden:
            net.add(one)
    """)
    assert model.complete, model.unread
    assert [node.kind for node in model.nodes] == ["Input", "Dense", "ReLU"]


def test_a_loop_that_makes_the_same_model_again_and_again_is_not_read_to_its_end() -> None:
    found = models("""
        scores = []
        for size in [8, 4, 12, 16, 3] * 20:
            net = keras.Sequential([keras.Input((size,)), layers.Dense(4), layers.Dense(1)])
            net.compile("adam", "mse")
            net.fit(tf.zeros((10, size)), tf.zeros((10, 1)))
            scores.append(net.evaluate(tf.zeros((10, size)), tf.zeros((10, 1))))
    """)
    assert 1 < len(found) < 9
    assert all(model.complete for model in found)


@pytest.mark.parametrize("made", ["nets.append(net)", "nets[place] = net"])
def test_models_that_a_loop_keeps_are_read_all(made: str) -> None:
    found = models(f"""
        nets, start = {"[]" if "append" in made else "{}"}, keras.Input((3,))
        for place in range(12):
            net = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
            {made}
        whole = keras.Model(start, layers.average([nets[place](start) for place in range(12)]))
    """)
    whole = next(model for model in found if model.kind == "functional")
    assert whole.complete, whole.unread
    assert sum(node.kind == "Dense" for node in whole.nodes) == 12


@pytest.mark.parametrize(
    "loop",
    [
        "for _ in range(23): x = Block()(x)",
        "for _ in range(36): x = keras.Sequential([layers.Conv2D(4, 3, padding='same')])(x)",
        "stages = keras.Sequential()\nfor _ in range(23): stages.add(Block())\nx = stages(x)",
        "for size in [12, 23]:\n  part = keras.Sequential()\n  for _ in range(size): part.add(Block())\n  x = part(x)",
    ],
)
def test_a_network_that_is_put_together_of_models_is_read_to_its_end(loop: str) -> None:
    found = models(f"""
class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3, padding="same")

    def call(self, x):
        return self.conv(x)

x = begin = keras.Input((8, 8, 4))
{loop}
keras.Model(begin, x)
""")
    whole = next(model for model in found if model.kind == "functional")
    assert whole.complete, whole.unread
    expected = 36 if "36" in loop else 35 if "12" in loop else 23
    assert sum(node.kind == "Conv2D" for node in whole.nodes) == expected


def test_models_that_the_budget_suffices_for_are_whole() -> None:
    text = "\n".join(
        f"keras.Sequential([keras.Input((3,)), *[layers.Dense({size}) for _ in range(40)]])" for size in range(1, 30)
    )
    source = SourceText.decode(f"import keras\nfrom keras import layers\n{text}".encode())
    assert isinstance(source, SourceText)
    found = read_program("nets.py", parse(source), None, Limits(nodes=700)).models
    assert 3 < sum(model.complete for model in found) < 29
    assert all(model.complete or "layers ran out" in model.unread[0].what for model in found)


def test_models_of_other_layers_are_read_all() -> None:
    found = models("""
        for depth in range(9):
            net = keras.Sequential([keras.Input((3,)), *[layers.Dense(2) for _ in range(depth)], layers.Dense(1)])
            net.summary()
    """)
    assert len(found) == 9


def test_modules_that_those_of_layers_hand_on() -> None:
    model = behind("layers.Activation(activations.get('tanh'))", "from keras.layers import activations")
    assert [node.activation for node in model.nodes[1:]] == ["tanh"]


def test_methods_of_a_layer_make_no_model_either() -> None:
    found = models("""
        class Block(layers.Layer):
            def scores(self, x):
                return layers.Dense(4)(x)
    """)
    assert [model for model in found if not model.unlisted] == []


def test_what_is_exported_by_a_decorator_is_what_it_was() -> None:
    found = models("""
        from keras.src.api_export import keras_export
        @keras_export(["keras.applications.Small"])
        def build(classes=3):
            return keras.Sequential([keras.Input((8,)), layers.Dense(classes)])
        net = build()
    """)
    assert [(model.complete, model.outputs[0].shape) for model in found] == [(True, (None, 3))]


def test_layers_up_to_an_unknown_place_say_nothing_of_what_is_added_behind_them() -> None:
    found = models("""
        net = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
        front = keras.Sequential(net.layers[:place()])
        front.add(layers.MaxPooling2D())
    """)
    (front,) = (one for one in found if one.name == "front")
    assert not front.complete
    assert front.outputs[0].inputs[0].shape is None


BLOCK = """
class Unit(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.conv = layers.Conv2D(filters, 3, padding="same", activation="relu")
        self.count = 0
    def call(self, x):
        {counted}
        return self.conv(x) + x * 2

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = keras.Sequential([Unit(4), keras.Sequential([Unit(4), layers.Dropout(0.5)])])
        self.head = layers.Dense(3)
    def call(self, x):
        return self.head(self.block(self.block(x)))

net = Net()
net.build((None, 8, 8, 4))
"""


@pytest.mark.parametrize("counted", ["pass", "self.count = self.count + 1"])
def test_a_sequential_that_a_model_calls_is_the_same_read_or_repeated(counted: str) -> None:
    found = models(BLOCK.format(counted=counted))
    (net,) = (model for model in found if model.name == "Net")
    (block,) = (model for model in found if model.name == "block")
    convs = [node for node in net if node.kind == "Conv2D"]
    assert [node.shape for node in convs] == [(None, 8, 8, 4)] * 4
    # twice the same two layers, which are those of the block; sums are operations of their own
    assert [node.layer_id for node in convs[:2]] == [node.layer_id for node in convs[2:]]
    assert {node.layer_id for node in convs} == {node.layer_id for node in block if node.kind == "Conv2D"}
    sums = [node.layer_id for model in (net, block) for node in model if node.kind == "Add"]
    assert len(sums) == len(set(sums)) == 6
    assert len({id(node) for model in (net, block) for node in model}) == len(net.nodes) + len(block.nodes)
    assert all(node.scope == ("block",) for node in convs[::2])
    assert all(node.scope == ("block", "sequential") for node in convs[1::2])
    assert net.complete
    assert block.complete


def test_what_build_decides_by_shapes_is_asked_again_once_they_are_known() -> None:
    found = models("""
        class Around(layers.Layer):
            def build(self, input_shape):
                before, behind = input_shape
                same = before[1] == behind[1] and before[2] == behind[2] and before[3] == behind[3]
                self.way = layers.Identity() if same else layers.Conv2D(behind[3], 1, strides=before[1] // behind[1])
            def call(self, pair):
                before, behind = pair
                return layers.add([self.way(before), behind])

        class Block(keras.Model):
            def __init__(self, filters, strides=1):
                super().__init__()
                self.conv = layers.Conv2D(filters, 3, strides=strides, padding="same")
                self.around = Around()
            def call(self, maps):
                return self.around([maps, self.conv(maps)])

        class Net(keras.Sequential):
            def __init__(self, size):
                super().__init__([keras.Input((size, size, 16)), Block(16), Block(32, 2), layers.Flatten()])

        net = Net(8)
    """)
    (net,) = (model for model in found if model.name == "Net")
    assert [node.value("kernel_size") for node in net if node.kind == "Conv2D"] == [(3, 3), (1, 1), (3, 3)]
    assert net.outputs[0].shape == (None, 4 * 4 * 32)
