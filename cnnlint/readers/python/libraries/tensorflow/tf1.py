"""TensorFlow's call style, which the API tables alone do not describe: which function of which module reads what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph.calls import FunctionSpec
from cnnlint.readers.python.building.training import estimators, optimizers, sessions, stateless, tapes, variables
from cnnlint.readers.python.libraries.standard import arguments
from cnnlint.readers.python.libraries.tensorflow import slim
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, ObjectValue, Unknown, Value


def special(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """Functions that no renaming describes: variables, random tensors, slim's repeat and stack, tflearn's training."""
    handler = SPECIAL.get(spec.special or "")
    return handler(run, spec, site) if handler is not None else None


def _as_default(run: Run, value: ObjectValue, site: CallSite) -> Value:
    return value


def _cond(run: Run, site: CallSite) -> Value:
    """One of the two functions of `tf.cond` and `keras.ops.cond`, like an `if` that cannot be decided."""
    condition = site.value(0, "pred", "condition")
    if not isinstance(condition, bool):
        token = condition.token if isinstance(condition, Unknown) else ("cond", run.building.place(site))
        condition = run.decide(Unknown("condition", token))
    chosen = (
        site.value(1, "true_fn", "fn1", "then_expression")
        if condition
        else site.value(2, "false_fn", "fn2", "else_expression")
    )
    return run.call(chosen, CallSite(site.node))


def _flag(run: Run, site: CallSite) -> Value:
    """A flag is defined: what comes back holds it, and `.value` says what it is."""
    name, value = site.value(0, "name", "flag_name"), site.value(1, "default", "default_value")
    if isinstance(name, str):
        run.flags[name] = arguments.default(name, value, chosen=site.api.endswith("DEFINE_enum"))
    return ObjectValue(arguments.HOLDER, site, {"flag": name})


#: by the table's `special` field
SPECIAL: dict[str, Callable[[Any, FunctionSpec, CallSite], Value]] = {
    "variable": variables.variable,
    "tensor": variables.tensor,
    "repeat": slim.repeat,
    "stack": slim.stack,
    "regression": slim.regression,
    "arg_scope": lambda run, spec, site: slim.arg_scope(run, site),
}
#: methods of optimizers and sessions
METHODS: dict[str, Callable[[Any, ObjectValue, CallSite], Value]] = {
    "minimize": optimizers.minimize,
    "compute_gradients": optimizers.compute_gradients,
    "apply_gradients": optimizers.apply_gradients,
    "stateless_apply": stateless.apply,
    "apply": optimizers.apply_gradients,
    "gradient": tapes.gradient,
    "run": sessions.run_session,
    "train": estimators.method,
    "as_default": _as_default,
}
#: by qualified name
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **estimators.HANDLERS,
    "slim.arg_scope": slim.arg_scope,
    "tf.contrib.framework.arg_scope": slim.arg_scope,
    **dict.fromkeys(("tf.cond", "keras.ops.cond"), _cond),
    **dict.fromkeys(("tf.range", "keras.ops.arange", "keras.backend.arange"), variables.counted),
    "tf.Session": sessions.session,
    "tf.InteractiveSession": sessions.session,
    **{
        f"tf.{name}": sessions.initialise
        for name in ("global_variables_initializer", "initialize_all_variables", "initializers.global_variables")
    },
    **{
        f"{root}.DEFINE_{kind}": _flag
        for kind in ("string", "integer", "float", "boolean", "bool", "enum", "list", "multi_integer")
        for root in ("tf.app.flags", "tf.flags", "absl.flags", "tf.python.platform.flags")
    },
}
