"""What layers and models have only once they are built: weights, inputs, a number of parameters.

Whether anything has built one is read off the text between where it is made and where it is asked: both stand in one
block, and nothing there hands it on or calls it. Source: keras 3.15: `src/layers/layer.py` (count_params, set_weights),
`src/ops/operation.py` (input, output), `src/models/sequential.py`, `src/models/model.py`; what each layer has was asked
of it before and after its first call.
"""

from __future__ import annotations

import re

from cnnlint.graph import CallRefused, Origin
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import LayerValue, ModelValue, TensorValue

_CONVOLUTION = "kernel bias"
_SEPARABLE = "depthwise_kernel pointwise_kernel bias"
#: what a layer has behind its first call, beside `input` and `output`
BUILT = {
    **dict.fromkeys(("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D"), _CONVOLUTION),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _CONVOLUTION),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), _CONVOLUTION),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _SEPARABLE),
    "Embedding": "embeddings",
    "BatchNormalization": "gamma beta moving_mean moving_variance",
    "LayerNormalization": "gamma beta",
    "GroupNormalization": "gamma beta",
    "PReLU": "alpha",
}
#: what Keras says of any layer that was never called
CALLED = ("input", "output")
#: what wants a model that is built, and all that a Sequential has not which does not know its input
BUILDING = frozenset({"count_params", "save_weights", "load_weights", "export", "set_weights", "quantize"})
OPEN = BUILDING | {"inputs", "outputs", "input_shape", "output_shape"}
#: what may be said to one that leaves it unbuilt
IDLE = frozenset({"add", "pop", "compile", "summary", "name", "trainable", "layers", "get_config", "to_json", "built"})
COMPOUND = (cst.If, cst.For, cst.While, cst.With, cst.Try, cst.FunctionDef, cst.ClassDef)
#: a name, or an attribute of an object, that something is bound to
BINDING = re.compile(r"\s*((?:\w+\.)?\w+)\s*=(?!=)\s*")


def asked_of_layer(run: Run, layer: LayerValue, name: str) -> None:
    """Tell the rules of a layer that is asked for what it does not have yet."""
    unused = not (layer.nodes or layer.built is not None or layer.called_on_unknown or layer.opaque or layer.unread)
    declared = layer.input_shape is not None or layer.start is not None or layer.every_layer_of is not None
    weights = name in BUILT.get(layer.kind, "").split() or (
        name in ("count_params", "set_weights") and layer.kind in BUILT
    )
    if unused and not declared and (weights or name in CALLED) and _fresh(run, layer.placement.call):
        problem = f"this {layer.kind} has no {name} yet: it was not called on anything"
        _tell(run, problem, "ask it behind its first call, or behind layer.build(input_shape)" if weights else "")


def asked_of_model(run: Run, model: ModelValue, name: str) -> None:
    """Tell the rules of a Sequential that is asked for what hangs on its input, and knows none."""
    if name in OPEN and open_input(run, model):
        problem = f"this Sequential has no {name} yet: it does not know its input"
        if name in BUILDING:
            problem = f"{name} wants a model that is built, and this Sequential does not know its input"
        _tell(run, problem, "begin it with an Input, or call build")


def open_input(run: Run, model: ModelValue) -> bool:
    """Whether a Sequential is as it was made, and none of its layers says what it is called on."""
    if model.kind != "sequential" or model.instance is not None or model.unread or model.input_shape is not None:
        return False
    plain = all(isinstance(one, LayerValue) and _undeclared(one) for one in model.layers)
    return plain and not model.used_as_part and _fresh(run, model.placement.call)


def _undeclared(layer: LayerValue) -> bool:
    declared = layer.input_shape is not None or layer.start is not None or layer.kind in ("Input", "InputLayer")
    inner = layer.inner
    if isinstance(inner, (LayerValue, ModelValue, TensorValue)) and not (
        isinstance(inner, LayerValue) and _undeclared(inner)
    ):
        return False
    return not (declared or layer.nodes or layer.opaque or layer.unread or layer.called_on_unknown)


def _tell(run: Run, problem: str, advice: str) -> None:
    run.event(CallRefused(origin=run.origin(run.statement), problem=problem, advice=advice))


def _fresh(run: Run, made: Origin | None) -> bool:
    """Whether nothing can have built what a call made, up to the statement that is read."""
    asked = run.origin(run.statement)
    parsed = run.frame.unit.parsed
    if made is None or made.span is None or asked.span is None or made.filename != asked.filename:
        return False
    if run.versions.keras != 3 or run.trying or run.frame.conditions or isinstance(run.statement, COMPOUND):
        return False
    lines = parsed.text.splitlines()
    first, last = made.span, asked.span
    if last.end_row > len(lines) or first.end_row > last.end_row:
        return False
    statement = "\n".join(lines[last.start_row - 1 : last.end_row])
    if re.search(r"\blambda\b|attr\(|\bfor\b|\bif\b|\band\b|\bor\b", statement):
        return False
    if first.start_row >= last.start_row:  # it is made and asked in one expression
        behind = "\n".join(lines[first.end_row - 1 : last.end_row])[first.end_column - 1 :]
        return bool(re.match(r"\s*\.", behind))
    start = lines[first.start_row - 1]
    bound = BINDING.match(start)
    if bound is None or bound.end() != first.start_column - 1 or _depth(start) != _depth(lines[last.start_row - 1]):
        return False
    between = "\n".join([lines[first.end_row - 1][first.end_column - 1 :], *lines[first.end_row : last.end_row]])
    block = all(_depth(line) >= _depth(start) for line in between.splitlines()[1:] if line.strip())
    return (
        block
        and not re.search(r"^\s*(def|class|for|while|try|with|if)\b", between, re.MULTILINE)
        and _idle(bound.group(1), between)
    )


def _idle(name: str, text: str) -> bool:
    """Whether a text hands nobody what has a name, and asks it for nothing that builds it."""
    owner = name.partition(".")[0]
    if owner != name and re.search(rf"\b{owner}\b(?!\.)|\b{owner}\.\w+\(", text):
        return False
    said = re.finditer(rf"(?<![\w.]){re.escape(name)}\b(?:\.(\w+))?(\()?", text)
    known = IDLE | OPEN | set(CALLED) | {one for words in BUILT.values() for one in words.split()}
    return all(one.group(1) in known for one in said)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
