"""Training that a program writes itself: steps, tapes and losses, and the model that they train."""

from __future__ import annotations

import textwrap

import pytest

from cnnlint.graph import Model, Program, UnrecordedPrediction
from cnnlint.readers.python import read

HEAD = """
import numpy as np
import tensorflow as tf
import keras
from keras import layers, ops
import keras.backend as K
"""


def program(text: str) -> Program:
    found = read("main.py", (HEAD + textwrap.dedent(text)).encode()).program
    assert found is not None
    return found


def only(text: str) -> Model:
    models = program(text).models
    assert len(models) == 1, models
    return models[0]


SOME = """
net = keras.applications.ResNet50(weights=None, classes=3, input_shape=(64, 64, 3))
for layer in net.layers:
    if {condition}:
        layer.momentum = 0.5
        layer.trainable = False{otherwise}
net.compile("sgd", "categorical_crossentropy")
"""


@pytest.mark.parametrize(
    "condition",
    [
        "isinstance(layer, layers.BatchNormalization)",
        "hasattr(layer, 'momentum')",
        "layer.__class__.__name__ == 'BatchNormalization'",
    ],
)
def test_what_is_set_on_some_layers_of_a_published_network_is_left_open(condition: str) -> None:
    found = program(SOME.format(condition=condition, otherwise=""))
    (node,) = [node for node in found.models[0] if node.kind == "Application"]
    assert node.trainable is None
    assert not node.known("momentum")
    assert not found.alternatives  # there is nothing that the other answer would tell


@pytest.mark.parametrize(
    ("condition", "otherwise"),
    [
        ("isinstance(layer, layers.Dense) and FLAGS.frozen", ""),
        ("isinstance(layer, layers.Dense)", "\n    else:\n        layer.trainable = True"),
    ],
)
def test_a_condition_that_asks_for_more_than_the_layers_is_answered_both_ways(condition: str, otherwise: str) -> None:
    head = "import sys\nFLAGS = __import__(sys.argv[1])\n"
    assert program(head + SOME.format(condition=condition, otherwise=otherwise)).alternatives


PROCESSORS = """
gpus = tf.config.list_physical_devices("GPU")
if gpus:
    try:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
        logical = tf.config.list_logical_devices("GPU")
        {more}
    except RuntimeError as error:
        print(error)
net = keras.Sequential([keras.Input((8,)), layers.Dense(units)])
"""


def test_how_processors_are_set_up_is_not_asked_both_ways() -> None:
    assert not program("units = 4" + PROCESSORS.format(more="print(len(gpus))")).alternatives
    assert program("units = 4" + PROCESSORS.format(more="units = len(logical)")).alternatives


def test_the_step_of_a_functional_subclass_trains_its_output() -> None:
    model = only("""
        class Net(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, self(x, training=True))
                weights = self.trainable_variables
                self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
                return {"loss": loss}
        start = keras.Input((8,))
        net = Net(start, layers.Dense(3, activation="softmax")(start))
        net.compile(optimizer="adam")
        net.fit(np.zeros((10, 8)), np.zeros(10))
    """)
    assert model.training.loss is not None
    assert (model.training.loss.name, model.training.loss.from_logits) == ("sparse_categorical_crossentropy", True)
    assert model.training.loss.output is model.outputs[0]
    assert model.training.optimizer is not None
    assert model.training.optimizer.name == "adam"


@pytest.mark.parametrize("loss", ["self.compiled_loss(y, p)", "self.compute_loss(x, y, p)"])
def test_the_loss_of_compile_is_the_step_s(loss: str) -> None:
    found = program(f"""
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.scores = layers.Dense(3)
            def call(self, x):
                return self.scores(x)
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    p = self(x, training=True)
                    loss = {loss}
                self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights))
                return {{}}
        net = Net()
        net.compile(optimizer="sgd", loss="mse")
        net.fit(np.zeros((10, 8)), np.zeros((10, 3)))
    """)
    (model,) = found.models
    assert not list(found.events_of(UnrecordedPrediction))
    assert [one.name for one in model.training.losses] == ["mean_squared_error"]
    assert model.outputs[0].shape == (None, 3)
    assert model.inputs[0].shape == (None, 8)


def test_a_model_that_only_trains_its_parts_is_no_model() -> None:
    models = program("""
        critic = keras.Sequential([keras.Input((8,)), layers.Dense(1)], name="critic")
        maker = keras.Sequential([keras.Input((2,)), layers.Dense(8)], name="maker")
        class Game(keras.Model):
            def __init__(self, critic, maker):
                super().__init__()
                self.critic = critic
                self.maker = maker
            def compile(self, rule, loss_fn):
                super().compile()
                self.rule = rule
                self.loss_fn = loss_fn
            def train_step(self, real):
                with tf.GradientTape() as tape:
                    loss = self.loss_fn(tf.ones((4, 1)), self.critic(self.maker(tf.random.normal((4, 2)))))
                weights = self.maker.trainable_weights
                self.rule.apply_gradients(zip(tape.gradient(loss, weights), weights))
        game = Game(critic, maker)
        game.compile(rule=keras.optimizers.Adam(1e-3), loss_fn=keras.losses.BinaryCrossentropy(from_logits=True))
        game.fit(np.zeros((10, 8)))
    """).models
    assert [(model.name, model.complete) for model in models] == [("critic", True), ("maker", True)]
    loss = models[0].training.loss
    assert loss is not None
    assert (loss.name, loss.output) == ("binary_crossentropy", models[0].outputs[0])
    assert models[1].training.optimizer is not None


#: the sigmoid and the softmax output, and what makes one loss of them
WRITTEN = {
    "mean_squared_error": (
        *("tf.reduce_mean(tf.square(y - p))", "tf.reduce_mean((p - y) ** 2)", "K.mean(K.square(p - y), axis=-1)"),
        *("tf.reduce_mean(tf.pow(p - y, 2))", "tf.reduce_sum((y - p) * (y - p)) / 32"),
        *("ops.mean(ops.square(ops.subtract(y, p)))", "0.5 * tf.reduce_mean(w * tf.square(p - y))"),
        *("tf.reduce_mean(tf.square(y - p)) + 1e-4 * tf.nn.l2_loss(k)", "K.mean(tf.math.squared_difference(y, p))"),
    ),
    "mean_absolute_error": ("tf.reduce_mean(tf.abs(y - p))", "K.mean(K.abs(p - y))"),
    "categorical_crossentropy": (
        *("-tf.reduce_sum(y * tf.math.log(p))", "tf.reduce_mean(-tf.reduce_sum(y * tf.math.log(p), axis=1))"),
        *("-tf.reduce_mean(y * tf.math.log(tf.clip_by_value(p, 1e-8, 1.0)))", "-K.sum(y * K.log(p + K.epsilon()))"),
        "tf.reduce_mean(-tf.reduce_sum(y * w * tf.math.log(p + 1e-7)))",
    ),
    "binary_crossentropy": (
        "-tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))",
        "tf.reduce_mean(-y * tf.math.log(p + 1e-8) - (1.0 - y) * tf.math.log(1.0 - p + 1e-8))",
    ),
    None: (
        *("-tf.reduce_sum(p * tf.math.log(p))", "-tf.reduce_mean((1 - p) * y * tf.math.log(p))"),
        *("tf.reduce_mean(tf.square(p))", "tf.reduce_mean(tf.square(m(x) - m(y)))"),
        "1 - 2 * tf.reduce_sum(y * p) / (tf.reduce_sum(y) + tf.reduce_sum(p))",
    ),
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRITTEN.items() for text in texts])
@pytest.mark.parametrize("labels", ["unknown", "np.eye(4)[kinds]", "tf.cast(given, tf.float32)"])
def test_a_loss_that_is_written_out(name: str | None, text: str, labels: str) -> None:
    activation = "sigmoid" if name == "binary_crossentropy" else "softmax"
    model = only(f"""
        m = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="{activation}")])
        rule = keras.optimizers.SGD(0.1)
        def step(x, y, w, k):
            with tf.GradientTape() as tape:
                p = m(x)
                loss = {text}
            rule.apply_gradients(zip(tape.gradient(loss, m.trainable_variables), m.trainable_variables))
        step(np.zeros((32, 4)), {labels}, weights, kernel)
    """)
    losses = model.training.losses
    assert [loss.name for loss in losses] == ([] if name is None else [name])
    if name is not None:
        assert losses[0].output is model.outputs[0]
        assert losses[0].from_logits is False


OWN_CLASS = """
class Near(keras.losses.Loss):
    def __init__(self, power):
        super().__init__()
        self.power = power
    def {method}(self, y_true, y_pred):
        return ops.mean((y_true - y_pred) ** self.power, axis=-1)
net = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
net.compile("adam", loss=Near({power}))
"""


@pytest.mark.parametrize(
    ("method", "power", "name"), [("call", 2, "mean_squared_error"), ("call", 3, None), ("__call__", 2, None)]
)
def test_a_class_of_losses_is_read_as_the_loss_that_its_call_computes(method: str, power: int, name: str) -> None:
    loss = only(OWN_CLASS.format(method=method, power=power)).training.loss
    assert loss is not None
    assert loss.name == name


WRAPPED = """
from scikeras.wrappers import KerasRegressor
def build(meta, sizes, rate=0.1):
    net = keras.Sequential([keras.Input((meta["n_features_in_"],))])
    for size in sizes:
        net.add(layers.Dense(size, activation="relu"))
        net.add(layers.Dropout(rate))
    net.add(layers.Dense(1))
    return net
wrapper = KerasRegressor({arguments})
"""


@pytest.mark.parametrize(
    ("arguments", "units", "loss", "rate"),
    [
        ("build, loss='mse', optimizer='sgd', sizes=(30, 20)", [30, 20, 1], "mean_squared_error", 0.01),
        ("model=build, loss='mae', model__sizes=[7], optimizer__momentum=0.5", [7, 1], "mean_absolute_error", None),
        ("model=build, loss='mse'", None, None, None),
    ],
)  # fmt: skip
def test_what_a_wrapper_of_scikit_learn_builds_with_is_passed(
    arguments: str, units: list[int] | None, loss: str | None, rate: float | None
) -> None:
    model = only(WRAPPED.format(arguments=arguments))
    if units is not None:
        assert [node.value("units") for node in model if node.kind == "Dense"] == units
        assert model.complete
    found, optimizer = model.training.loss, model.training.optimizer
    assert (found.name if found is not None else None) == loss
    assert (optimizer.learning_rate if optimizer is not None else None) == rate


def test_a_training_loop_is_read_once_and_makes_no_model() -> None:
    found = program("""
        (x, y), _ = keras.datasets.mnist.load_data()
        data = tf.data.Dataset.from_tensor_slices((x / 255.0, y)).batch(32)
        net = keras.Sequential([layers.Flatten(), layers.Dense(10)])
        rule = keras.optimizers.Adam()
        count = 0
        for epoch in range(500):
            for images, kinds in data:
                with tf.GradientTape() as tape:
                    scores = net(images)
                    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(kinds, scores)
                rule.apply_gradients(zip(tape.gradient(loss, net.trainable_weights), net.trainable_weights))
                count += 1
            top = tf.argmax(scores, 1)
        late = keras.Sequential([keras.Input((4,)), layers.Dense(count)])
    """)
    assert [(model.name, len(model.training.losses)) for model in found.models] == [("net", 1), ("late", 0)]
    assert found.notes == []
    assert found.models[1].nodes[-1].value("units") is None


def test_a_loop_over_settings_reads_each_of_them() -> None:
    models = program("""
        for width in (8, 16):
            net = keras.Sequential([keras.Input((4,)), layers.Dense(width), layers.Dense(1)])
            rule = keras.optimizers.SGD(0.1)
            for step in range(100):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_mean(tf.square(net(np.zeros((3, 4))) - 1.0 * unknown))
                rule.apply_gradients(zip(tape.gradient(loss, net.trainable_weights), net.trainable_weights))
    """).models
    assert [model.nodes[1].value("units") for model in models] == [8, 16]


def test_a_model_is_read_as_the_program_calls_it_in_training() -> None:
    model = only("""
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.a = layers.Dense(8)
                self.b = layers.Dense(2)
            def call(self, x, training=False):
                x = self.a(x)
                if training:
                    x = tf.nn.dropout(x, 0.5)
                return self.b(x)
        net = Net()
        rule = keras.optimizers.Adam()
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = keras.losses.mse(y, net(x, training=True))
            rule.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
    """)
    assert [node.kind for node in model.nodes] == ["Input", "Dense", "Dropout", "Dense"]
    assert [loss.name for loss in model.training.losses] == ["mean_squared_error"]


OWN_STEP = """
import keras
import tensorflow as tf
from keras import layers

class Depth(keras.Model):
    def __init__(self):
        super().__init__()
        self.last = layers.Conv2D(1, 3)

    def distance(self, target, predicted):
        return tf.reduce_mean(tf.abs(target - predicted))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = STEP
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return {"loss": loss}

    def call(self, x):
        return self.last(x)

model = Depth()
model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy())
model.fit(pictures, depths)
"""


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("self.distance(data[1], self(data[0]))", {"mean_absolute_error"}),
        ("self.compiled_loss(data[1], self(data[0]))", {"sparse_categorical_crossentropy"}),
    ],
)
def test_a_train_step_that_never_asks_for_the_compiled_loss_is_not_trained_by_it(step: str, names: set[str]) -> None:
    found = read("main.py", OWN_STEP.replace("STEP", step).encode()).program
    assert found is not None
    assert {loss.name for model in found.models for loss in model.training.losses} == names


def test_passes_of_a_loop_that_feed_the_same_count_once() -> None:
    found = read(
        "main.py",
        b"""
import keras, numpy as np, random
model = keras.Sequential([keras.layers.Dense(3)])
model.compile("adam", "mse")
memory = []
for episode in range(1000):
    for step in range(10):
        memory.append(np.zeros(4))
        batch = np.array(random.sample(memory, 8)).reshape(8, -1)
        model.fit(batch, model.predict(batch), verbose=0)
""",
    ).program
    assert found is not None
    assert [feed.kind for feed in found.models[0].training.feeds] == ["predict", "fit"]


def test_a_step_that_is_handed_its_variables() -> None:
    model = only("""
        import jax
        net = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
        rule = keras.optimizers.Adam(0.002)
        entropy = keras.losses.CategoricalCrossentropy(from_logits=True)
        def computed(own, others, x, y):
            told, others = net.stateless_call(own, others, x, training=True)
            return entropy(y, told), others
        asked = jax.value_and_grad(computed, has_aux=True)
        def step(state, x, y):
            own, others, of_rule = state
            (loss, others), slopes = asked(own, others, x, y)
            own, of_rule = rule.stateless_apply(of_rule, slopes, own)
            return loss, (own, others, of_rule)
        state = (net.trainable_variables, net.non_trainable_variables, rule.variables)
        for x, y in data:
            loss, state = step(state, x, y)
    """)
    assert [(loss.name, loss.from_logits) for loss in model.training.losses] == [("categorical_crossentropy", True)]
    assert model.training.optimizer is not None
    assert (model.training.optimizer.name, model.training.optimizer.learning_rate) == ("adam", 0.002)
