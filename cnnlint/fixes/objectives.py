"""The training set-up: losses, their operands, learning rates."""

from __future__ import annotations

import ast
import re

from cnnlint.fixes.apis import locate
from cnnlint.fixes.calls import CallText
from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.imports import ensure_bound, keras_module
from cnnlint.fixes.patches import Patch
from cnnlint.fixes.writing import literal, quoted
from cnnlint.graph import Loss, Optimizer, Origin
from cnnlint.graph.calls import FunctionSpec, LayerSpec
from cnnlint.graph.vocabulary import call_spec, canonical_loss, class_of

FUNCTIONS = {
    "sparse_categorical_crossentropy": "sparse_softmax_cross_entropy_with_logits",
    "categorical_crossentropy": "softmax_cross_entropy_with_logits",
    "binary_crossentropy": "sigmoid_cross_entropy_with_logits",
}
"""Losses by the function of tf.nn that takes logits; all of them call their operands labels and logits."""


def set_loss(patch: Patch, loss: Loss, name: str | None, from_logits: bool | None) -> None:
    """Another loss in the place of this one, or the same told what it is given."""
    if loss.own:
        raise NoFix("the loss is a function of the program")
    origin = loss.placement.call or loss.origin
    if loss.placement.api.startswith("tf.") and loss.placement.call is not None:
        _set_function(patch, loss, name, from_logits)
        return
    text = patch.slice(patch.range(origin))
    if text.endswith(")"):
        _set_object(patch, patch.call(origin), loss, name, from_logits)
    elif _string(text) is not None or re.fullmatch(r"[\w.]+", text):
        _set_named(patch, origin, text, loss, name, from_logits)
    else:
        raise NoFix("the loss is not written out")


def _string(text: str) -> str | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None


def _set_named(patch: Patch, origin: Origin, text: str, loss: Loss, name: str | None, from_logits: bool | None) -> None:
    """`loss='mse'` or `loss=keras.losses.mean_squared_error`."""
    wanted = name or loss.name
    if wanted is None:
        raise NoFix("the loss is not known")
    if from_logits:
        text = f"{keras_module(patch.text)}.losses.{_class(wanted)}(from_logits=True)"
    elif _string(text) is not None:
        text = quoted(wanted, text)
    else:
        module, _, last = text.rpartition(".")
        if not module or canonical_loss(last) is None:
            raise NoFix("the loss is bound to a name of its own")
        # the class is given where a function or a class may be
        text = f"{module}.{_class(wanted) if last[0].isupper() else wanted}"
    patch.replace(*patch.range(origin), text)


def _class(name: str) -> str:
    found = class_of("loss", name)
    if found is None:
        raise NoFix(f"no class for {name}")
    return found


def _set_object(patch: Patch, call: CallText, loss: Loss, name: str | None, from_logits: bool | None) -> None:
    """`loss=keras.losses.BinaryCrossentropy(from_logits=True)`."""
    if name is not None and name != loss.name:
        module, dot, last = call.function.rpartition(".")
        if canonical_loss(last) is None:
            raise NoFix("the loss is not made of a class by its name")
        if not dot:
            ensure_bound(patch, last, _class(name))
        call.set_function(f"{module}{dot}{_class(name)}")
    if from_logits is None:
        return
    place = locate(
        call,
        loss.placement.api or f"keras.losses.{_class(loss.name or '')}",
        "from_logits",
        loss.arguments.get("from_logits"),
    )
    if place.index is None:
        if from_logits:
            call.add(place.parameter or "from_logits", "True")
    elif from_logits or call.arguments[place.index].keyword is None:
        call.set(place.index, literal(from_logits))
    else:
        call.drop(place.index)


def _set_function(patch: Patch, loss: Loss, name: str | None, from_logits: bool | None) -> None:
    """`tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z)`."""
    call = patch.call(loss.placement.call)
    module, _, _ = call.function.rpartition(".")
    function = FUNCTIONS.get(name or "")
    if function is None or loss.name not in FUNCTIONS or from_logits is False or not module.endswith("nn"):
        raise NoFix("no function of TensorFlow beside this one")
    if {argument.keyword for argument in call.arguments} - {"labels", "logits", "name"}:
        raise NoFix("the other function may not take the same arguments")
    call.set_function(f"{module}.{function}")


def name_operands(patch: Patch, loss: Loss) -> None:
    """Pass labels and predictions by keyword; where they are swapped, each to the other's parameter."""
    call = patch.call(loss.placement.call)
    names = _operands(call_spec(loss.placement.api, keywords=call.keywords))
    first, second = call.positional(0), call.positional(1)
    if first is not None and second is not None:
        order = names[::-1] if loss.swapped else names
        call.name(first, order[0])
        call.name(second, order[1])
        return
    indices = [call.keyword(name) for name in names]
    if not loss.swapped or indices[0] is None or indices[1] is None:
        raise NoFix("the operands are not both passed in the open")
    call.name(indices[0], names[1])
    call.name(indices[1], names[0])


def _operands(spec: LayerSpec | None) -> tuple[str, str]:
    """What a loss function calls its labels and its predictions, in the order it takes them."""
    if not isinstance(spec, FunctionSpec):
        return "y_true", "y_pred"
    found = [name for name in spec.parameters if spec.canonical.get(name) in ("y_true", "y_pred")]
    if len(found) != 2:
        raise NoFix("the loss function's operands are not known")
    labels = next(name for name in found if spec.canonical[name] == "y_true")
    # 1.x takes both by keyword only and 0.x the other way round: what is swapped is meant for today's order
    return labels, next(name for name in found if name != labels)


def set_learning_rate(patch: Patch, optimizer: Optimizer, value: float) -> None:
    """Another rate in the optimizer's call, or a call in place of its name."""
    rate = repr(float(value))
    if optimizer.placement.call is not None:
        call = patch.call(optimizer.placement.call)
        place = locate(call, optimizer.placement.api, "learning_rate", optimizer.rate)
        if place.index is not None:
            call.set(place.index, rate)
        else:
            call.add(place.parameter or "learning_rate", rate)
        return
    text = patch.slice(patch.range(optimizer.origin))
    name = _string(text)
    if name is not None:
        cls = class_of("optimizer", name)
        if cls is None:
            raise NoFix("no class for the optimizer")
        text = f"{keras_module(patch.text)}.optimizers.{cls}"
    elif not re.fullmatch(r"[\w.]+\.[A-Z]\w*", text):
        raise NoFix("the optimizer is not written out")
    patch.replace(*patch.range(optimizer.origin), f"{text}(learning_rate={rate})")
