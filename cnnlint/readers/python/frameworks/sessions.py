"""TensorFlow 1's sessions: placeholders, what feeds them, and what is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlint.graph import Argument
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.readers.python.frameworks import training
from cnnlint.readers.python.frameworks.arguments import shape_of
from cnnlint.readers.python.language.values import (
    ArrayValue,
    CallSite,
    DictValue,
    ObjectValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    plain,
    tensors_in,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.language.interpreter import Interpreter


def placeholder(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.placeholder(dtype, shape)`: an input, or an unknown number where its shape is ()."""
    bound = bind(spec, site.positional, site.keywords)
    given = bound.passed.get("shape")
    value = given.value.value if given is not None else None
    items = elements(value)
    if items == [] or (given is None and "default" not in site.api and _scalar(site)):
        return Unknown("placeholder", ("placeholder", run.building._place(site)))
    default = bound.passed.get("input")
    if default is not None and not isinstance(default.value.value, (TensorValue, ArrayValue, VariableValue)):
        return Unknown("placeholder with default", ("placeholder", run.building._place(site)))
    sizes = shape_of(value) if items is not None else None
    name = site.value(None, "name")
    origin = run.origin(given.value.node) if given is not None and given.value.node is not None else None
    arguments = {}
    if given is not None:
        arguments["shape"] = Argument(plain(value), True, given.keyword, given.position, origin)
    node = run.building.node("Input", [], arguments, name=name if isinstance(name, str) else "", shape=sizes,
                             placement=run.building.placement(site, "function", site.api))  # fmt: skip
    return TensorValue(node)


def _scalar(site: CallSite) -> bool:
    dtype = site.value(0, "dtype")
    name = site.value(None, "name")
    return (isinstance(dtype, Symbol) and dtype.last == "bool") or (isinstance(name, str) and "keep" in name)


def feed(run: Interpreter, site: CallSite) -> Value:
    """Note what `feed_dict` gives to each placeholder."""
    given = site.value(1, "feed_dict") if not site.open else site.keywords.get("feed_dict", Passed(None)).value
    if isinstance(given, DictValue):
        for key, value in given.items.items():
            if isinstance(key, TensorValue):
                facts = training.facts_of(run, value)
                if facts is not None:
                    run.building.fed.setdefault(id(key.node), facts)
    for tensor in tensors_in(site.value(0)):
        tensor.node.escapes = True
    return None


def session(run: Interpreter, site: CallSite) -> Value:
    """`tf.Session()`, with the loops that it is opened in."""
    return ObjectValue(site.api, site, {"loops": tuple(id(loop) for loop in run.loop_path)})


def initialise(run: Interpreter, site: CallSite) -> Value:
    return ObjectValue("initialise variables", site)


def run_session(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    if not value.name.endswith("Session"):
        return None
    feed(run, site)
    fetched = site.value(0, "fetches")
    items = elements(fetched) or [fetched]
    for item in items:
        if isinstance(item, ObjectValue) and item.name == "initialise variables":
            run.event("initialize-variables", site.node, session=value.state.get("loops", ()))
        if isinstance(item, ObjectValue) and item.name == "training operation":
            run.event("train-step", site.node)
    return Unknown("session.run()", ("session", run.building._place(site)))
