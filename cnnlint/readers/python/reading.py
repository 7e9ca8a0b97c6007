"""Reading a file: one run after another, each with other answers to the conditions that cannot be decided.

The first run takes every such branch. Then each question is answered the other way, one at a time, within the
budget. What a file says is what the first run read; the other readings stand beside it (`Program.alternatives`),
so that a finding can be asked whether it holds on every path that reaches its place.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from cnnlint.graph import Model, Program, Unread
from cnnlint.graph.origins import quoted
from cnnlint.readers.python.assemble import program
from cnnlint.readers.python.budget import BudgetSpent, Limits, Meter
from cnnlint.readers.python.building.building import Building
from cnnlint.readers.python.building.instances import made_in_call, read_model, without_return
from cnnlint.readers.python.building.models import realise
from cnnlint.readers.python.language.imports import FOLLOWING, Imports
from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.language.state import Decisions
from cnnlint.readers.python.libraries.handed import Handed
from cnnlint.readers.python.run import BreakSignal, ContinueSignal, Frame, RaiseSignal, ReturnSignal
from cnnlint.readers.python.text.opened import Opened, opened
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.text.versions import Versions
from cnnlint.readers.python.values import (
    CallSite,
    ClassValue,
    FunctionValue,
    InstanceValue,
    MethodValue,
    Passed,
    Scope,
    TensorValue,
    Unit,
    Unknown,
    Value,
    is_given,
)
from cnnlint.readers.reading import FileLoader


def read_program(filename: str, parsed: Parsed, load: FileLoader | None, limits: Limits | None = None) -> Program:
    """Read a parsed file under all the answers that the budget allows."""
    limits = limits or Limits()
    started = time.thread_time()
    units: dict[str, Opened | None] = {}
    positions, versions = Positions(parsed), Versions.shown(parsed.source.code)
    first, decisions, steps = _one(filename, parsed, load, {}, limits, started, units, positions, versions)
    programs, ways = [first], limits.ways(steps)
    # what the program alone decides comes first: nothing but the other answer shows whether it matters
    questions = sorted(decisions.asked, key=is_given)
    for token in questions:
        if len(programs) >= ways:
            first.notes.append(Unread(f"only {ways} of the ways through its conditions were read"))
            first.ways_left = True
            break
        if time.thread_time() - started > limits.seconds * FOLLOWING:
            first.notes.append(Unread("not all ways through its conditions were read: the time ran out"))
            first.ways_left = first.hurried = True
            break
        answers = {token: not decisions.asked[token]}
        other, _, _ = _one(filename, parsed, load, answers, limits, started, units, positions, versions)
        programs.append(other)
        if not is_given(token):
            first.decided_by_program = other.decided_by_program = True
            _leave_open(first, other, _condition(decisions, token))
    if first.ways_left:
        left = [token for token in questions[len(programs) - 1 :] if not is_given(token)]
        for model in first.models:
            model.unread += [_condition(decisions, token) for token in left]
    first.alternatives = programs[1:]
    first.hurried = first.hurried or any(other.hurried for other in first.alternatives)
    return first


def _condition(decisions: Decisions, token: object) -> Unread:
    """What is not known of a model that hangs on a condition which the program alone decides."""
    place = decisions.places.get(token)
    what = f"whether {quoted(place)} holds" if place is not None and place.text else "what a condition comes to"
    return Unread(f"{what} is not known", place)


def _leave_open(first: Program, other: Program, condition: Unread) -> None:
    """Two readings differ by a condition that the program alone decides: neither is known to be right."""
    for made, others in ((first.models, other.models), (other.models, first.models)):
        known = [(model.origin.span, _outline(model)) for model in others]
        for model in made:
            if (alike := (model.origin.span, _outline(model))) in known:
                known.remove(alike)  # a place that makes several has a twin for each
            elif condition not in model.unread:
                model.unread.append(condition)


def _outline(model: Model) -> list[object]:
    """What a report says of a model's layers."""
    return [(n.kind, n.name, n.shape, n.activation, n.parameters, n.trainable, n.origin.span) for n in model.nodes]


def _one(
    filename: str,
    parsed: Parsed,
    load: FileLoader | None,
    answers: dict[object, bool],
    limits: Limits,
    started: float,
    units: dict[str, Opened | None],
    positions: Positions,
    versions: Versions,
) -> tuple[Program, Decisions, int]:
    """One run. Returns what it read, the questions that it answered by itself, and the steps that it took."""

    def open_unit(path: str, data: bytes) -> Unit | None:
        if path not in units:
            units[path] = opened(data)
        known = units[path]
        return Unit(path, known.parsed, known.positions, Scope(None, "module"), False) if known is not None else None

    unit = Unit(filename, parsed, positions, Scope(None, "module"))
    imports = Imports(filename, load, open_unit, limits.files)
    decisions = Decisions(dict(answers))
    run = Interpreter(unit, Meter(limits, started), decisions, imports, replace(versions), Building, Handed)
    try:
        module = parsed.module
        assert module is not None
        _guarded(run, lambda: run.run(module.body))
        run.withdraw(run.frames[0])
        read_uncalled(run)
        without_return(run)
        made_in_call(run)
    except BudgetSpent as spent:
        run.note(f"partly read: {spent}")
    except RecursionError:
        run.note("partly read: it nests too deeply")
    try:
        result = program(run, filename)
    except (BudgetSpent, RecursionError) as spent:
        result = Program(filename, notes=[*run.notes, Unread(f"partly read: {spent or 'it nests too deeply'}")])
    result.hurried = run.meter.hurried
    return result, decisions, run.meter.steps


def _guarded(run: Interpreter, action: Callable[[], object]) -> None:
    """Run something that may end by any of Python's ways to leave."""
    try:
        action()
    except (RaiseSignal, ReturnSignal, BreakSignal, ContinueSignal):
        del run.frames[1:]


def read_uncalled(run: Interpreter) -> None:
    """Read the functions and classes that nothing in the file calls, with their parameters' defaults or unknowns."""
    _settle(run, fed=True)
    for function in list(run.functions):
        if not function.called and function.owner is None and function.scope.kind == "module":
            _guarded(run, functools.partial(_call_alone, run, function))
    _settle(run, fed=False)
    for cls in list(run.classes):
        if not cls.instantiated and cls.scope.parent is not None and cls.scope.parent.kind == "module":
            _guarded(run, functools.partial(run.call, cls, CallSite(None)))
            _methods(run, cls)
        elif cls.instantiated:
            _methods(run, cls)


def _settle(run: Interpreter, *, fed: bool) -> None:
    """Read what the models that are made so far compute: that calls the functions and layers that they are made of.

    With `fed` it is those subclasses alone of which it is known what they are given: others may still be called.
    """
    for model in list(run.building.models):
        if model.instance is None:
            _guarded(run, functools.partial(realise, run, model))
        elif not fed or model.use is not None or model.input_shape is not None or model.training.fits():
            _guarded(run, functools.partial(read_model, run, model.instance))


def _call_alone(run: Interpreter, function: FunctionValue, receiver: Value = None) -> None:
    before, started = len(run.frames), _made(run)
    try:
        value = MethodValue(function, receiver) if receiver is not None else function
        try:
            result = run.call(value, CallSite(None))
        except RaiseSignal:
            stopped = _made(run)
            unset = _left_open(function)
            if receiver is not None or not unset:
                raise
            del run.frames[before:]
            # defaults that do not go together: a caller passes some of what is None
            result = run.call(value, CallSite(None, keywords=unset))
            for made, begin, end in zip(_lists(run), started, stopped, strict=True):
                del made[begin:end]
        run.building.escape(result)
    except RaiseSignal:
        run.building.abandoned.update(id(node) for node in run.building.nodes[started[0] :])
        raise
    finally:
        del run.frames[before:]


def _lists(run: Interpreter) -> tuple[list[Any], ...]:
    """What a call leaves behind."""
    return run.building.nodes, run.building.models, run.building.losses, run.building.minimized, run.events


def _made(run: Interpreter) -> list[int]:
    return [len(made) for made in _lists(run)]


def _left_open(function: FunctionValue) -> dict[str, Passed]:
    """Unknown values for the parameters of a function that are None unless they are passed."""
    parameters = function.node.params
    named = [p for p in (*parameters.params, *parameters.kwonly_params) if isinstance(p.default, cst.Name)]
    unset = [p.name.value for p in named if isinstance(p.default, cst.Name) and p.default.value == "None"]
    return {name: Passed(Unknown(f"parameter `{name}` of `{function.name}`", ("parameter", name))) for name in unset}


def _methods(run: Interpreter, cls: ClassValue) -> None:
    """Read the methods of a class that were not called, on an instance of it."""
    pending = [v for v in cls.scope.names.values() if isinstance(v, FunctionValue) and not v.called]
    if not pending:
        return
    instance: InstanceValue | None = None
    # a test case is made anew, and prepared, for each of its tests
    prepares = found if isinstance(found := cls.find("setUp"), FunctionValue) else None
    made = next((one for one in reversed(run.building.instances) if one.cls is cls and one.role == "model"), None)
    for function in pending:
        hidden = function.name.startswith("__") and function.name != "__call__"
        if function.called or hidden or function.flavour in ("static", "class"):
            continue
        if made is not None and function.name in STEPS:
            _guarded(run, functools.partial(_step, run, function, made))
            continue
        if instance is None or prepares is not None:
            instance = run.libraries.new_instance(cls, CallSite(None))
            for before in (cls.find("__init__"), prepares):
                if isinstance(before, FunctionValue) and before is not function:
                    _guarded(run, functools.partial(run.call, MethodValue(before, instance), CallSite(None)))
        if instance.role and function.name in ("call", "build", "get_config", "compute_output_shape"):
            if instance.role == "layer" and function.name == "call":
                _layer_alone(run, instance)
            continue
        run.building.captured(instance)  # whoever calls the method had the object before, and all that it holds
        _guarded(run, functools.partial(_call_alone, run, function, instance))


#: what Keras calls of a model by itself, with a batch of data
STEPS = frozenset({"train_step", "test_step", "predict_step"})


def _step(run: Interpreter, function: FunctionValue, instance: InstanceValue) -> None:
    """Read a step that `fit` or `evaluate` would run; what is no training step has no loss of its own."""
    losses = len(run.building.losses)
    _call_alone(run, function, instance)
    if function.name != "train_step":
        del run.building.losses[losses:]


def _layer_alone(run: Interpreter, instance: InstanceValue) -> None:
    """Read a custom layer's `call` on an input of its own."""

    start = TensorValue(run.building.node("Input", [], {}))

    def act() -> None:
        run.building.escape(run.call(instance, CallSite(None, [Passed(start)])))

    _guarded(run, act)


__all__ = ["Frame", "read_program"]
