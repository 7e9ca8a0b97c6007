"""Loops: how many of their passes are read, and what is known behind one that was not read to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnnlint.readers.python.language import steady, varying
from cnnlint.readers.python.language.changing import derived, loosened, other_passes, undecided
from cnnlint.readers.python.run import ContinueSignal, Course, Pass, ReturnSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    DictValue,
    ListValue,
    SetValue,
    TensorValue,
    Unknown,
    Value,
    birth,
    is_constant,
    is_given,
)

#: passes of a loop whose condition is always true, unless it is left earlier
ENDLESS = 40
#: the length of a loop that ends, though it is not known when
LONG = 1_000_000_000


def loop(
    run: Run,
    passes: Iterator[Callable[[], bool]],
    total: int | None,
    node: cst.CSTNode,
    course: Course,
    over: object = None,
) -> None:
    """Run the passes of a loop; `total` is None for a length that is not known, which `over` decides.

    Each pass binds its targets and runs the body; it returns False when the loop is left by `break`. A
    loop that is not run to its end leaves what it bound widened: unknown, or opaque for tensors.
    """
    frame, limits = run.frame, run.meter.limits
    before = dict(run.scope.names)
    frame.loops += 1
    run.loop_path.append(node)
    conditions, frame.conditions = frame.conditions, 0
    is_open = total is None
    frame.open_loops += is_open
    begun, steps, spent, allowed = len(run.building.nodes), run.meter.steps, run.meter.idle, run.meter.loop_steps
    whole = Pass(birth(), len(run.building.nodes), open=is_open, over=over)
    most = limits.unroll if not course.endless else min(limits.unroll, ENDLESS)
    ended = False
    #: a pass made more than calls that are not known, each of what was there before, or added to a network that is put
    #: together first and called later; and all that the passes made
    builds, fresh = False, set[int]()
    #: a pass computed further what the one before it left
    chained = False
    try:
        done, quiet = 0, 0
        finished = True
        written: list[ArrayValue] = []
        alike, last = 0, None
        for one in passes:
            models = len(run.building.models)
            current = Pass(whole.began if is_open else birth(), len(run.building.nodes), open=is_open, over=over)
            current.names, current.containers, current.models = whole.names, whole.containers, whole.models
            current.grounds, current.asked = whole.grounds, whole.asked
            names = dict(run.scope.names)
            run.passes.append(current)
            try:
                if not one():
                    finished = not is_open
                    break
            except ContinueSignal:
                if is_open:
                    other_passes(run, node)  # this pass left out what others may do
            finally:
                run.passes.pop()
            written += current.written
            done += 1
            chains = any(_chains(run, current, names))
            chained = chained or chains
            quiet = 0 if chains or carries(run, current, names, total) else quiet + 1
            new = run.building.nodes[current.nodes :]
            builds = builds or any(one.kind != "Opaque" or not fresh.isdisjoint(map(id, one.inputs)) for one in new)
            builds = builds or _grows(whole)
            fresh.update(map(id, new))
            made = _made(run, current, models)
            alike, last = (alike + 1 if made is not None and made == last else 0), made
            repeats = alike >= limits.alike and not (chained or _grows(whole))
            idle = not builds and run.meter.steps - steps > allowed
            quietly = quiet >= limits.quiet and total is not None
            if is_open or current.trains or idle or repeats or quietly or done >= most:
                finished = total is not None and done >= total
                break
        ended = True
        if not finished or course.lost:
            if done >= limits.unroll:
                run.note(f"a loop of more than {limits.unroll} passes was not read to its end", node)
            course.left = course.left and not is_open
            if done:
                undecided(run, current)
                derived(run, before, node)
            elif not is_open:
                other_passes(run, node)  # there was none, and may be some
            widen(run, before, whole, node, begun)
            run.libraries.written(written)
        elif whole.asked and total != 1:
            varying.settle(run, whole, node)
    except ReturnSignal as signal:
        if whole.asked and not is_open and total != 1:
            signal.value = varying.returned(run, whole, node, signal.value)
        raise
    finally:
        if not ended and is_open:
            widen(run, before, whole, node, begun)  # a `return` or `raise` that may not be reached
        run.loop_path.pop()
        if not builds and len(run.building.nodes) == begun + len(fresh):
            run.meter.idle = max(run.meter.idle, spent + run.meter.steps - steps)
        frame.conditions = conditions
        frame.loops -= 1
        frame.open_loops -= is_open


def _grows(whole: Pass) -> bool:
    """Whether the passes of a loop put a network together that was begun before it."""
    return bool(whole.models) or any(varying.holds_networks(one) for one, _ in whole.containers.values())


def _made(run: Run, current: Pass, models: int) -> object:
    """What the models are made of that a pass made, by kind and in order; None where it made none."""
    new = run.building.models[models:]
    if not new:
        return None
    inner = [tuple(getattr(layer, "kind", "") for layer in model.layers) for model in new]
    return [(model.kind, kinds) for model, kinds in zip(new, inner, strict=True)], [
        node.kind for node in run.building.nodes[current.nodes :]
    ]


def carries(run: Run, current: Pass, before: dict[str, Value], total: int | None) -> bool:
    """Whether a pass of a loop leaves something to the next beside tensors: it grew something that lasts.

    Numbers count only where nothing is built: a training loop counts its steps, and is the same every time.
    """
    if current.touched:
        return True
    plain = any(
        value is not before.get(name) and (is_constant(value) or isinstance(value, (ListValue, SetValue, DictValue)))
        for name, value in run.scope.names.items()
    )
    still = len(run.building.nodes) == current.nodes
    return plain and still and total is not None and (total <= 64 or total == LONG)


def _chains(run: Run, current: Pass, before: dict[str, Value]) -> Iterator[bool]:
    """Of each tensor that a pass bound anew: whether it is computed from the one that the name stood for before."""
    fresh = {id(node) for node in run.building.nodes[current.nodes :]}
    for name, value in run.scope.names.items() if fresh else ():
        old = before.get(name)
        if value is not old and isinstance(value, TensorValue) and isinstance(old, TensorValue):
            yield id(value.node) in fresh and run.building.depends(value.node, old.node, fresh)


def widen(run: Run, before: dict[str, Value], whole: Pass, node: cst.CSTNode, begun: int) -> None:
    """Forget what a loop has bound or changed whose passes were not all read.

    A tensor that no pass hands on to the next is the same whichever pass was the last. `begun` is the number of
    nodes before the loop; a loop that is open may have had no pass at all.
    """
    names = run.scope.names
    bound = {name for name, value in names.items() if name not in before or before[name] is not value}
    fresh = {id(one) for one in run.building.nodes[begun:]}
    carried = [one.node for key, one in before.items() if key in bound and isinstance(one, TensorValue)]
    for name in bound:
        old, value = before.get(name), names[name]
        if isinstance(value, TensorValue) and not (whole.open and isinstance(old, (TensorValue, Unknown))):
            handed = any(run.building.depends(value.node, source, fresh) for source in carried)
            if not handed:
                continue
        names[name] = _left(run, name, (old, value), node, whole.over)
    for mapping, name, old in whole.names.values():
        if mapping is not names and name in mapping and mapping[name] is not old:
            mapping[name] = _left(run, name, (None if old is MISSING else old, mapping[name]), node, whole.over)
    for model in whole.models.values():
        run.libraries.grown(model, node)
    for container, items in whole.containers.values():
        options = steady.left(container, whole) if whole.open else None
        loosened(container, whole.over)
        if isinstance(container, ListValue):
            container.options = options
        if isinstance(container, DictValue):
            for key, value in container.items.items():
                if items.get(key, MISSING) is not value:
                    container.items[key] = _left(run, str(key), (items.get(key), value), node, whole.over)


def _left(run: Run, name: str, values: tuple[Value, Value], node: cst.CSTNode, over: object) -> Value:
    """What a name holds behind a loop; where the program alone decides how often it runs, or what it is bound to, it
    decides that as well."""
    made = run.libraries.widened(name, *values, node)
    alone = over not in (None, "RangeValue") and not is_given(over)  # a range hangs on a number from anywhere
    alone = alone or any(isinstance(one, Unknown) and not is_given(one.token) for one in values)
    return Unknown(made.why, ("passes", name)) if alone and isinstance(made, Unknown) and made not in values else made
