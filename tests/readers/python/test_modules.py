"""What is a model of a program, and what is listed beside it: modules of variables, classes that hold models."""

from __future__ import annotations

from readers.python.test_whole import models


def test_a_module_that_computes_nothing_is_no_model() -> None:
    assert not models("""
        class Momentum(tf.Module):
            def __init__(self):
                self.velocity = tf.Variable([0.0])
            def apply_gradients(self, gradients, weights):
                for gradient, weight in zip(gradients, weights):
                    weight.assign_sub(0.1 * gradient)
        rule = Momentum()
    """)


def test_a_model_without_a_call_is_what_it_holds() -> None:
    found = models("""
        class Autoencoder(keras.Model):
            def __init__(self):
                super().__init__()
                self.encoder = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
                self.decoder = keras.Sequential([keras.Input((4,)), layers.Dense(8)])
            def encode(self, x):
                return self.encoder(x)
        class Layers(keras.Model):
            def __init__(self):
                super().__init__()
                self.only = layers.Dense(3)
        both = Autoencoder(), Layers()
    """)
    assert [(model.name, model.complete) for model in found] == [
        ("encoder", True),
        ("decoder", True),
        ("Layers", False),
    ]


def test_methods_are_read_on_the_object_that_the_program_made() -> None:
    (model,) = models("""
        class Holder(keras.Model):
            def __init__(self, widths):
                super().__init__()
                self.net = keras.Sequential([keras.Input((8,)), *[layers.Dense(width) for width in widths]])
            def call(self, x):
                return self.net(x)
            def shown(self, x):
                return self.net(x)
        holder = Holder([4, 3])
    """)[:1]
    assert model.complete
    assert model.outputs[0].shape == (None, 3)


def test_a_factor_that_is_not_known_may_hold_weights() -> None:
    (model,) = models("""
        class Product(tf.Module):
            def __init__(self):
                super().__init__()
                self.w = elsewhere.Variable(tf.zeros((3, 4)))
            def __call__(self, x):
                return tf.nn.relu(tf.matmul(x, self.w))
        product = Product()
        product(tf.zeros((2, 3)))
    """)
    assert any(node.parameters is None for node in model.nodes)
