"""Losses as the user's program computes them. Imports keras.

`keras.losses` on TensorFlow looks for the logits behind a softmax or sigmoid and uses these, whatever it was told;
on JAX and torch it takes what it is given. Functions of tf.nn always take what they are given. Both are kept apart
here, because a double softmax is mended by the first and real in the second.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from cnnlint.confirm.data.objective import CROSSENTROPIES, Objective
from cnnlint.confirm.models.built import NotBuildable

Loss = Callable[[Any, Any], Any]
EPSILON = 1e-7


def loss_function(objective: Objective) -> Loss:
    """The loss of (labels, outputs), a scalar: the mean over samples.

    Raises:
        NotBuildable: the loss is not one that Keras has.
    """
    each = sample_losses(objective)
    return lambda labels, outputs: ops.mean(each(labels, outputs))


def sample_losses(objective: Objective) -> Loss:
    """The loss of every sample, (samples, ...), for (labels, outputs).

    Raises:
        NotBuildable: the loss is not one that Keras has.
    """
    if objective.raw:
        plain = _formula(objective)
    else:
        plain = _keras(objective)
    if objective.swapped:
        return lambda labels, outputs: plain(outputs, labels)
    return plain


def _keras(objective: Objective) -> Loss:
    function = getattr(keras.losses, objective.loss, None)
    if function is None:
        raise NotBuildable(f"the loss {objective.loss} is not known to Keras")
    keywords = {"from_logits": objective.from_logits} if objective.loss in CROSSENTROPIES else {}

    def each(labels: Any, outputs: Any) -> Any:
        with warnings.catch_warnings():
            # "received from_logits=True, but ...": that is what the finding says
            warnings.simplefilter("ignore")
            return function(labels, outputs, **keywords)

    return each


def _formula(objective: Objective) -> Loss:
    """The cross-entropies of tf.nn and tf.losses by their formula; other losses are Keras's own."""
    logits = objective.from_logits
    if objective.loss == "categorical_crossentropy":
        return lambda labels, outputs: -ops.sum(labels * _log_softmax(outputs, logits), axis=-1)
    if objective.loss == "sparse_categorical_crossentropy":

        def sparse(labels: Any, outputs: Any) -> Any:
            one_hot = ops.one_hot(ops.cast(labels, "int32"), outputs.shape[-1])
            return -ops.sum(one_hot * _log_softmax(outputs, logits), axis=-1)

        return sparse
    if objective.loss == "binary_crossentropy":

        def binary(labels: Any, outputs: Any) -> Any:
            if logits:
                return ops.relu(outputs) - outputs * labels + ops.softplus(-ops.absolute(outputs))
            p = ops.clip(outputs, EPSILON, 1 - EPSILON)
            return -(labels * ops.log(p) + (1 - labels) * ops.log(1 - p))

        return binary
    return _keras(objective)


def _log_softmax(outputs: Any, logits: bool) -> Any:
    return ops.log_softmax(outputs, axis=-1) if logits else ops.log(ops.clip(outputs, EPSILON, 1.0))
