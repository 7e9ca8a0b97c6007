"""An arm of a trial: a built model with its loss and optimizer, a traced run of many steps, re-seeded for every pair.

Tracing an arm costs some 0.3 s, re-seeding 10 ms: one arm serves all the pairs. On TensorFlow a whole stretch of
steps is one traced loop; on other backends the steps go through Keras's own `train_on_batch`. Imports keras.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from cnnlint.confirm.data.objective import Objective
from cnnlint.confirm.models.built import Built
from cnnlint.confirm.models.losses import loss_function

Array = npt.NDArray[Any]

DEFAULT_OPTIMIZER = ("adam", 1e-3)
DEFAULT_RATES = {"sgd": 0.01, "adagrad": 0.001, "adadelta": 0.001, "ftrl": 0.001}
EVALUATION_BATCH = 100


def make_optimizer(name: str | None, rate: float | None) -> Any:
    """A Keras optimizer by canonical name: Adam at 0.001 where the name is not known, its default rate without one."""
    known = name if name is not None and _optimizer_class(name) is not None else DEFAULT_OPTIMIZER[0]
    factory = _optimizer_class(known)
    assert factory is not None
    # Keras 3 refuses a whole number that Keras 2 takes
    return factory(learning_rate=float(rate if rate is not None else DEFAULT_RATES.get(known, 1e-3)))


def _optimizer_class(name: str) -> Any:
    classes = {key.lower(): value for key, value in vars(keras.optimizers).items() if isinstance(value, type)}
    return classes.get(name.replace("_", "").lower())


Updates = Callable[[Sequence[Any], Sequence[Any]], None]


def updates(optimizer: Any, variables: Sequence[Any]) -> Updates:
    """How an optimizer changes `variables` by their gradients: one fused operation of TensorFlow for each of them.

    What Keras writes in ten operations costs a third of a step of a small model. Its formulas are the same for plain
    Adam, SGD and RMSprop; all else is left to Keras.
    """
    fused = _FUSED.get(type(optimizer).__name__) if keras.backend.backend() == "tensorflow" else None
    if fused is None or any(getattr(one, "constraint", None) is not None for one in variables):
        return lambda gradients, variables: optimizer.apply(gradients, variables)

    def apply(gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        optimizer.iterations.assign_add(1)
        for gradient, variable in zip(gradients, variables, strict=True):
            if gradient is not None:
                fused(optimizer, variable, keras.ops.convert_to_tensor(gradient))

    return apply


def _adam(optimizer: Any, variable: Any, gradient: Any) -> None:
    import tensorflow as tf

    place = optimizer._get_variable_index(variable)
    step = tf.cast(optimizer.iterations.value, tf.float32)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.value.handle,
        m=optimizer._momentums[place].value.handle,
        v=optimizer._velocities[place].value.handle,
        beta1_power=optimizer.beta_1**step,
        beta2_power=optimizer.beta_2**step,
        lr=optimizer.learning_rate.value,
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
        grad=gradient,
    )


def _descent(optimizer: Any, variable: Any, gradient: Any) -> None:
    import tensorflow as tf

    rate = optimizer.learning_rate.value
    tf.raw_ops.ResourceApplyGradientDescent(var=variable.value.handle, alpha=rate, delta=gradient)


def _rmsprop(optimizer: Any, variable: Any, gradient: Any) -> None:
    import tensorflow as tf

    mean = optimizer._velocities[optimizer._get_variable_index(variable)]
    mean.assign(optimizer.rho * mean + (1 - optimizer.rho) * tf.square(gradient))
    rate = optimizer.learning_rate.value
    variable.assign_sub(rate * gradient * tf.math.rsqrt(mean + optimizer.epsilon))


_FUSED = {"Adam": _adam, "SGD": _descent, "RMSprop": _rmsprop}


class Arm:
    """One model to train. `seed` sets every weight anew; `run` trains; `outputs` predicts in inference mode."""

    def __init__(self, built: Built, objective: Objective, optimizer: str | None, rate: float | None) -> None:
        self.built = built
        self.objective = objective
        self.loss = loss_function(objective)
        self.model = built.model
        self.optimizer = make_optimizer(optimizer, rate)
        if self.model.trainable_variables:
            self.optimizer.build(self.model.trainable_variables)
        self._fresh = [(variable, _array(variable)) for variable in self.optimizer.variables]
        self._apply = updates(self.optimizer, self.model.trainable_variables)
        self._steps: Any = None
        self._taken: tuple[Any, ...] | None = None
        self._predict: Any = None
        self._both: Any = None

    @property
    def traced(self) -> bool:
        """Whether it has trained before, and so will be as fast as it gets."""
        return self._steps is not None

    def seed(self, seed: int) -> None:
        """Give every weight its initial value under a seed, and forget what the optimizer has seen."""
        for weight in self.built.weights:
            weight.variable.assign(weight.draw(seed))
        for variable, value in self._fresh:
            variable.assign(value)

    def state(self) -> list[Array]:
        """The values of everything that training changes: weights, random generators, and what the optimizer keeps."""
        return [_array(variable) for variable in self._changed()]

    def restore(self, state: Sequence[Array]) -> None:
        """Go back to an earlier `state`."""
        for variable, value in zip(self._changed(), state, strict=True):
            variable.assign(value)

    def _changed(self) -> list[Any]:
        return [*(weight.variable for weight in self.built.weights), *self.optimizer.variables]

    def run(self, x: Sequence[Array], y: Array, order: Array) -> Array:
        """Train on the batches whose sample numbers are the rows of `order`; the loss of every step."""
        if not self.model.trainable_variables:
            return np.zeros(len(order), dtype=np.float32)
        if keras.backend.backend() == "tensorflow":
            return self._run_tensorflow(x, y, order)
        return self._run_anywhere(x, y, order)

    def outputs(self, x: Sequence[Array]) -> Array:
        """The model's outputs in inference mode, as the user's `predict` gives them."""
        if self._predict is None:
            self._predict = self._predictor()
        parts = []
        for start in range(0, len(x[0]), EVALUATION_BATCH):
            batch = [array[start : start + EVALUATION_BATCH] for array in x]
            parts.append(np.asarray(keras.ops.convert_to_numpy(self._predict(*batch))))
        return np.concatenate(parts)

    def mode_losses(self, x: Sequence[Array], y: Array, batch: int) -> tuple[float, float]:
        """The loss on the same batches with the same weights in (training, inference) mode.

        Averages of batch normalisation that move in training mode are put back.
        """
        if self._both is None:

            def both(labels: Any, *inputs: Any) -> tuple[Any, Any]:
                training = self.loss(labels, self.model(_one(inputs), training=True))
                return training, self.loss(labels, self.model(_one(inputs), training=False))

            self._both = self._traced(both)
        state = [(variable, _array(variable)) for variable in self.model.non_trainable_variables]
        losses = []
        for start in range(0, max(1, len(y) - batch + 1), batch):
            rows = slice(start, start + batch)
            pair = self._both(_tensor(y[rows]), *(_tensor(array[rows]) for array in x))
            losses.append([float(keras.ops.convert_to_numpy(loss)) for loss in pair])
            for variable, value in state:
                variable.assign(value)
        training, inference = np.mean(losses, axis=0)
        return float(training), float(inference)

    def _predictor(self) -> Any:
        """A function of a batch's inputs that predicts, compiled as the backend does it."""
        if keras.backend.backend() != "tensorflow":
            return lambda *inputs: self.model.predict_on_batch(_one(inputs))
        return self._traced(lambda *inputs: self.model(_one(inputs), training=False))

    def _traced(self, function: Any) -> Any:
        if keras.backend.backend() != "tensorflow":
            return function
        import tensorflow as tf

        return tf.function(function, reduce_retracing=True, autograph=False)

    def _run_tensorflow(self, x: Sequence[Array], y: Array, order: Array) -> Array:
        import tensorflow as tf

        taken = (order.shape[1], *((array.shape[1:], array.dtype) for array in (y, *x)))
        if taken != self._taken:
            # traced once for stretches of any length, as long as the batches are of one size; nothing in it is for
            # autograph, which leaves files behind where its process is killed
            signature = [tf.TensorSpec((None, order.shape[1]), tf.int32)]
            signature += [tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in (y, *x)]
            self._steps = tf.function(self._loop, input_signature=signature, autograph=False)
            self._taken = taken
        losses = self._steps(tf.constant(order, tf.int32), tf.constant(y), *map(tf.constant, x))
        return np.array(losses)

    def _loop(self, order: Any, y: Any, *x: Any) -> Any:
        """All the steps of `order` in one graph, so that no step goes through Python."""
        import tensorflow as tf

        count = tf.shape(order)[0]
        variables = self.model.trainable_variables

        def step(index: Any, losses: Any) -> tuple[Any, Any]:
            rows = order[index]
            inputs = _one(tuple(tf.gather(array, rows) for array in x))
            labels = tf.gather(y, rows)
            with tf.GradientTape() as tape:
                loss = self.loss(labels, self.model(inputs, training=True))
                penalty = sum(self.model.losses) if self.model.losses else 0.0
                total = loss + penalty
            gradients = tape.gradient(total, variables)
            if any(gradient is not None for gradient in gradients):
                # no weight is changed before all that depends on it was computed: where a gradient needs no output (a
                # loss that is linear in them), nothing else keeps the last layer from being read too late
                known = [gradient for gradient in gradients if gradient is not None]
                # Keras leaves variables without a gradient as they are, with a warning
                with tf.control_dependencies([loss, *known]), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._apply(gradients, variables)
            return index + 1, losses.write(index, loss)

        first = (tf.constant(0), tf.TensorArray(tf.float32, size=count))
        _, losses = tf.while_loop(lambda index, _: index < count, step, first, parallel_iterations=1)
        return losses.stack()

    def _run_anywhere(self, x: Sequence[Array], y: Array, order: Array) -> Array:
        if self._steps is None:
            self.model.compile(optimizer=self.optimizer, loss=self.loss)
            self._steps = self.model.train_on_batch
        losses = []
        for rows in order:
            self.model.reset_metrics()  # Keras before 3.13 answers with the mean over all steps so far
            losses.append(self._steps(_one(tuple(array[rows] for array in x)), y[rows]))
        return np.array([float(np.asarray(loss).ravel()[0]) for loss in losses], dtype=np.float32)


def _one(inputs: tuple[Any, ...]) -> Any:
    return inputs[0] if len(inputs) == 1 else list(inputs)


def _array(variable: Any) -> Array:
    """A copy of a variable's value."""
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable)))


def _tensor(array: Array) -> Any:
    return keras.ops.convert_to_tensor(array)
