"""Training as Keras 3 does it on JAX: models and optimizers that are handed their variables, and give them back."""

from __future__ import annotations

from cnnlint.readers.python.building.models import models
from cnnlint.readers.python.building.training import optimizers
from cnnlint.readers.python.building.training.written_losses import losses_in
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import CallSite, ModelValue, ObjectValue, Unknown, Value, elements


def call(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model.stateless_call(trainable, others, x)`: what the model makes of x, and the variables that it changes."""
    inner = CallSite(site.node, site.positional[2:], site.keywords, site.open)
    return (models.apply_model(run, model, inner), site.value(1, "non_trainable_variables"))


def apply(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`optimizer.stateless_apply(own, gradients, trainable)`: a step; the variables of the model, and its own."""
    inner = CallSite(site.node, site.positional[1:], site.keywords, site.open)
    if optimizers.apply_gradients(run, value, inner) is None:
        return None
    return (site.value(2, "trainable_variables"), site.value(0, "optimizer_variables"))


def value_and_grad(run: Run, site: CallSite) -> Value:
    """`jax.value_and_grad(function, has_aux=True)`: a function that answers what it computes, and the gradients."""
    function, beside = site.value(0, "fun"), site.value(None, "has_aux", default=False)

    def called(run: Run, site: CallSite) -> Value:
        result = run.call(function, site)
        parts = elements(result) if beside is True else None
        number = len(run.building.differentiated)
        run.building.differentiated.append(losses_in(run, parts[0] if parts else result))
        return (result, Unknown("gradients", ("gradients", number, None)))

    return Native("value_and_grad", called)
