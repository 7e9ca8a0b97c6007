"""TensorFlow 1's sessions: placeholders, what feeds them, and what is run."""

from __future__ import annotations

import ast
import re

from cnnlint.graph import Argument, ArrayPassed, FedOtherwise, Origin, TrainStep, VariablesInitialized
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.graph.values import agree
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.building.arguments import shape_of
from cnnlint.readers.python.building.training import training
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import loads
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    Fed,
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


def placeholder(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.placeholder(dtype, shape)`: an input, or an unknown number where its shape is ()."""
    bound = bind(spec, site.positional, site.keywords)
    given = bound.passed.get("shape")
    value = given.value.value if given is not None else None
    items = elements(value)
    if items == [] or (given is None and "default" not in site.api and _scalar(site)):
        return Unknown("placeholder", ("placeholder", run.building.place(site)))
    default = bound.passed.get("input")
    if default is not None and not isinstance(default.value.value, (TensorValue, ArrayValue, VariableValue)):
        return Unknown("placeholder with default", ("placeholder", run.building.place(site)))
    sizes = shape_of(value) if items is not None else None
    run.building.batch_given |= bool(items) and isinstance((items or [None])[0], Unknown)
    name = site.value(None, "name")
    origin = run.origin(given.value.node) if given is not None and given.value.node is not None else None
    arguments = {}
    if given is not None:
        arguments["shape"] = Argument(plain(value), True, given.keyword, given.position, origin)
    node = run.building.node(
        "Input",
        [],
        arguments,
        name=name if isinstance(name, str) else "",
        shape=sizes,
        placement=run.building.placement(site, "function", site.api),
    )
    return TensorValue(node)


def _scalar(site: CallSite) -> bool:
    dtype = site.value(0, "dtype")
    name = site.value(None, "name")
    return (isinstance(dtype, Symbol) and dtype.last == "bool") or (isinstance(name, str) and "keep" in name)


def feed(run: Run, site: CallSite, position: int = 1) -> Value:
    """Note what `feed_dict` gives to each placeholder."""
    given = site.value(position, "feed_dict") if not site.open else site.keywords.get("feed_dict", Passed(None)).value
    if isinstance(given, DictValue):
        for key, value in given.items.items():
            if isinstance(key, TensorValue):
                # what is fed becomes one array: a list of arrays has their number for its first axis
                items = elements(value) or ()
                if len(items) == 1 and isinstance(items[0], ArrayValue):
                    found = arrays.lifted(run, value)
                    facts = found.facts if found is not None else None
                else:
                    facts = training.facts_of(run, value)
                if facts is None:
                    continue
                shape, given_shape = key.node.shape, facts.shape
                if shape is not None and given_shape is not None and not agree(given_shape, shape):
                    run.event(FedOtherwise(origin=run.origin(site.node), placeholder=key.node, given=given_shape))
                fed = run.building.fed.setdefault(id(key.node), Fed(facts, run.origin(site.node)))
                if fed.facts is not facts:  # one placeholder may feed several networks
                    run.event(ArrayPassed(origin=run.origin(site.node), facts=facts))
    for tensor in tensors_in(site.value(0)):
        tensor.node.escapes = True
    return None


def session(run: Run, site: CallSite) -> Value:
    """`tf.Session()`, with the loops that it is opened in."""
    run.building.session_loops = tuple(id(loop) for loop in run.loop_path)
    return ObjectValue(site.api, site, {"loops": run.building.session_loops})


def initialise(run: Run, site: CallSite) -> Value:
    return ObjectValue("initialise variables", site)


def run_session(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`session.run(fetches, feed_dict)`, and `operation.run(feed_dict)` in the session that is the default one."""
    if value.name in ("initialise variables", "training operation"):
        feed(run, site, 0)
        items: list[Value] = [value]
    elif value.name.endswith("Session"):
        feed(run, site)
        fetched = site.value(0, "fetches")
        items = elements(fetched) or [fetched]
    else:
        return None
    for item in items:
        if isinstance(item, ObjectValue) and item.name == "initialise variables":
            opened = value.state.get("loops", run.building.session_loops)
            trials = [id(one) for one in run.loop_path if _is_of_trials(run.frame.unit.parsed, run.origin(one))]
            run.event(VariablesInitialized(origin=run.origin(site.node), session_loops=(*opened, *trials)))
        if isinstance(item, ObjectValue) and item.name == "training operation":
            run.event(TrainStep(origin=run.origin(site.node)))
            run.trained(outside=len(value.state.get("loops", run.building.session_loops)))
    return Unknown("session.run()", ("session", run.building.place(site)))


def _is_of_trials(parsed: Parsed, loop: Origin) -> bool:
    """Whether a loop may begin a training anew in each pass: it holds another, or calls a function that does, and
    neither is said to be of epochs and of their batches."""
    row = loop.span.start_row if loop.span is not None else 0
    loops: list[ast.For | ast.While] = [*parsed.listing.of(ast.For), *parsed.listing.of(ast.While)]
    whole = next((one for one in loops if one.lineno == row), None)
    within = nodes_of(whole) if whole is not None else []
    called = {one.func.id for one in within if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
    helpers = [one for one in parsed.listing.of(ast.FunctionDef) if one.name in called]
    within += [one for helper in helpers for one in nodes_of(helper)]
    found = [one for one in within if isinstance(one, (ast.For, ast.While))]
    heads = [
        ast.unparse(one.test if isinstance(one, ast.While) else ast.Tuple([one.target, one.iter])) for one in found
    ]
    epochs = [re.search("epoch", one, re.IGNORECASE) is not None for one in heads]
    batches = any(re.search("batch", one, re.IGNORECASE) for one in heads[1:])
    return len(heads) > 1 and not epochs[0] and (any(epochs[1:]) or not batches)


#: what gives variables their values without an operation of its own
_INITIALISED = (
    "restore(",
    "MonitoredSession",
    "MonitoredTrainingSession",
    "Supervisor",
    "slim.learning.train",
    "Estimator",
    "get_session",
    "init_op=",
    "init_fn=",
)
_MAKES_INITIALISER = frozenset(
    {"global_variables_initializer", "variables_initializer", "initialize_all_variables", "initialize_variables"}
)


#: what a tensor of a graph is called, and the devices that are spelt alike
_TENSOR, _DEVICE = re.compile(r"[A-Za-z][\w./-]*:\d"), re.compile("(?i)[cgt]pu|cuda|device")


@once
def fetches_by_name(parsed: Parsed) -> bool:
    """Whether a file asks a graph for tensors by what they are called, so that any of them may be read."""
    named = (node.value for node in parsed.listing.of(ast.Constant) if isinstance(node.value, str))
    return any(_TENSOR.fullmatch(name) and not _DEVICE.match(name) for name in named) or any(
        node.attr == "get_tensor_by_name" for node in parsed.listing.of(ast.Attribute)
    )


@once
def initialises(parsed: Parsed) -> bool:
    """Whether a file gives variables their values: an initialiser that is made and then used in any way at all.

    An operation that is made alone, or bound to a name that is never read again, initialises nothing.
    """
    if any(word in parsed.source.text for word in _INITIALISED) or parsed.ast is None:
        return True
    makers = [
        node
        for node in parsed.listing.of(ast.Name, ast.Attribute)
        if _last(node) in _MAKES_INITIALISER or _of_variable(node)
    ]
    if not makers:
        return False
    read = loads(parsed)
    unused: set[int] = set()
    for node in parsed.listing.of(ast.Expr, ast.Assign):
        value: ast.expr | None = None
        if isinstance(node, ast.Expr):
            value = node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = node.value if node.targets[0].id not in read else None
        if isinstance(value, ast.Call):
            unused.add(id(value.func))
    return any(id(node) not in unused for node in makers)


def _of_variable(node: ast.expr) -> bool:
    """`weights.initializer`: that of one variable. Iterators over data have one, too."""
    return isinstance(node, ast.Attribute) and node.attr == "initializer" and "iter" not in _last(node.value).lower()


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
