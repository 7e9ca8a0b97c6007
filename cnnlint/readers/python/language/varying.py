"""Questions that could not be decided and that each pass of a loop may answer otherwise: every pass was read with the
same answer, so that what hangs on them is not known behind the loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from cnnlint.readers.python.language.changing import loosened, recorded
from cnnlint.readers.python.run import Frame, Pass, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import Kinds
from cnnlint.readers.python.values import (
    ArrayValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    IteratorValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    PartialValue,
    SetValue,
    TensorValue,
    Unknown,
    Value,
    inside,
    is_constant,
)

#: what gives the same however often it is called, as long as it is given the same
PURE = frozenset(
    {
        *("abs", "all", "any", "bool", "callable", "float", "getattr", "hasattr", "int", "isinstance", "issubclass"),
        *("len", "max", "min", "round", "str", "sum", "tuple", "type", "endswith", "get", "isdigit", "items", "keys"),
        *("lower", "startswith", "strip", "upper", "values", "exists", "isdir", "isfile", "join", "basename", "getenv"),
    }
)
OWN = (FunctionValue, MethodValue, PartialValue)
LEAVING = (cst.Break, cst.Continue, cst.Return, cst.Raise)
DECIDING = (cst.If, cst.While, cst.IfExp, cst.Match)
SETTING = (cst.Assign, cst.AugAssign, cst.AnnAssign, cst.NamedExpr, cst.For, cst.Del, cst.Call)


class Question(Struct):
    """A question that was asked in a loop and could not be decided: where, by which call, and of what value."""

    frame: Frame
    test: cst.CSTNode
    token: object
    #: another pass asked it of another value
    varies: bool = False


class Setting(Struct):
    """A statement or expression that binds or changes something, and the names that it does so with."""

    node: cst.CSTNode
    targets: list[cst.CSTNode]
    used: frozenset[str]


def asked(run: Run, at: cst.CSTNode, token: object) -> None:
    """Note that a question was asked within loops."""
    frame = run.frame
    for one in run.passes:
        question = one.asked.get((id(at), id(frame.function)))
        if question is None:
            one.asked[id(at), id(frame.function)] = Question(frame, at, token)
        elif question.token != token:
            question.frame, question.varies = frame, True


def settle(run: Run, whole: Pass, loop: cst.CSTNode) -> bool:
    """Forget what hangs on the questions of a loop that another pass may answer otherwise; whether there are any."""
    varying = [one for one in whole.asked.values() if one.varies or _may_vary(run, whole, one)]
    if not varying:
        return False
    own = [one for one in varying if one.frame.function is run.frame.function]
    called = set[str]()
    for question in varying:
        function = question.frame.function
        if question not in own and function is not None:
            called.add(function.name)
            run.frames.append(question.frame)
            _forget(run, whole, _hanging(run, function.node.body, [question], set()))
            run.frames.pop()
    hanging = _hanging(run, loop, own, called)
    if any(isinstance(one.node, cst.Call) and isinstance(one.node.func, cst.Name) for one in hanging):
        for container, _ in list(whole.containers.values()):  # a function that is called now and then may change them
            if not _builds(container):
                _loosen(whole, container)
    _forget(run, whole, hanging)
    return True


def returned(run: Run, whole: Pass, loop: cst.CSTNode, value: Value) -> Value:
    """What a loop returns that is left under a condition which another pass may answer otherwise."""
    node = run.statement
    names = run.names_in(node) if isinstance(node, cst.Return) else frozenset()
    hangs = settle(run, whole, loop) and names & {name for _, name in whole.names}
    return other(value, "what is returned") if hangs else value


def _may_vary(run: Run, whole: Pass, question: Question) -> bool:
    """Whether another pass may answer a question otherwise: it asks for what the loop binds or changes, or calls
    something that may answer anew each time."""
    names = run.names_in(question.test)
    if names & {name for _, name in whole.names}:
        return True
    held = (question.frame.scope.lookup(name) for name in names)
    if any(found is not None and id(found[1]) in whole.containers for found in held):
        return True
    return any(_name(one.func) not in PURE for one in _nodes_in(run, question.test, (cst.Call,)))  # type: ignore[attr-defined]


def _hanging(run: Run, code: cst.CSTNode, questions: Sequence[Question], called: set[str]) -> list[Setting]:
    """The settings within some code that hang on the answers to questions, or on what some functions give."""
    nodes = _nodes_in(run, code, SETTING)
    settings = [Setting(node, *found) for node in nodes if (found := _settings(run, node)) is not None]
    tests = {id(question.test) for question in questions}
    taken, things = set[int](), set(called)

    def take(within: Iterable[cst.CSTNode]) -> None:
        ids = {id(node) for node in within}
        for setting in settings:
            if id(setting.node) in ids and id(setting.node) not in taken:
                taken.add(id(setting.node))
                things.update(map(_name, setting.targets))

    before = -1
    while before != len(taken):
        before = len(taken)
        for node in _nodes_in(run, code, DECIDING):
            test = node.subject if isinstance(node, cst.Match) else node.test  # type: ignore[attr-defined]
            if id(test) not in tests and not (run.names_in(test) & things):
                continue
            if isinstance(node, cst.IfExp):
                take(one.node for one in settings if node in _nodes_in(run, one.node, DECIDING))
                take(_nodes_in(run, node, SETTING))
                continue
            take(nodes if _nodes_in(run, node, LEAVING) else _nodes_in(run, node, SETTING))
        take(one.node for one in settings if one.used & things)
    return [setting for setting in settings if id(setting.node) in taken]


def _nodes_in(run: Run, code: cst.CSTNode, kinds: Kinds) -> tuple[cst.CSTNode, ...]:
    return run.frame.unit.positions.nodes_in(code, kinds)


def _settings(run: Run, node: cst.CSTNode) -> tuple[list[cst.CSTNode], frozenset[str]] | None:
    if isinstance(node, cst.Assign):
        return _parts(one.target for one in node.targets), run.names_in(node)
    if isinstance(node, (cst.AugAssign, cst.AnnAssign, cst.NamedExpr)):
        return _parts([node.target]), run.names_in(node)
    if isinstance(node, cst.For):
        return _parts([node.target]), run.names_in(node.iter)
    if isinstance(node, cst.Del):
        return _parts([node.target]), frozenset()
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return [node.func.value], run.names_in(node)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        found = run.scope.lookup(node.func.value)
        return ([], run.names_in(node)) if found is not None and isinstance(found[1], OWN) else None
    return None


def _parts(targets: Iterable[cst.CSTNode]) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for target in targets:
        if isinstance(target, (cst.Tuple, cst.List)):
            found += _parts(element.value for element in target.elements)
        else:
            found.append(target.value if isinstance(target, cst.StarredElement) else target)
    return found


def _name(node: cst.CSTNode) -> str:
    """The last name of what is bound or changed; empty for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return _name(node.value) if isinstance(node, cst.Subscript) else ""


def _forget(run: Run, whole: Pass, settings: Iterable[Setting]) -> None:
    for setting in settings:
        for target in setting.targets:
            _forget_at(run, whole, target)


def _forget_at(run: Run, whole: Pass, target: cst.CSTNode) -> None:
    while isinstance(target, cst.Subscript):
        target = target.value
    if isinstance(target, cst.Name):
        found = run.scope.lookup(target.value)
        if found is not None:
            _forget_in(run, whole, found[0].names, target.value)
    elif isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
        owner = run.scope.lookup(target.value.value)
        if owner is not None and isinstance(owner[1], InstanceValue) and target.attr.value in owner[1].attributes:
            _forget_in(run, whole, owner[1].attributes, target.attr.value)


def _forget_in(run: Run, whole: Pass, names: dict[str, Value], name: str) -> None:
    value = names[name]
    if isinstance(value, (FunctionValue, Unknown)):
        return
    if isinstance(value, (ListValue, SetValue, DictValue, IteratorValue)):
        if not _builds(value):
            _loosen(whole, value)
    elif is_constant(value) or isinstance(value, (tuple, ArrayValue)):
        changed = other(value, name)
        # it may be an array that has another name as well, and be written into under this one
        held = (value, whole.names[id(names), name][2] if (id(names), name) in whole.names else None)
        run.libraries.written([one for one in held if isinstance(one, ArrayValue) and len(one.memory or ()) > 1])
        if changed is not value:
            recorded(run, names, name)
            names[name] = changed


def other(value: Value, name: str) -> Value:
    """What stands in place of a value that another pass may have made otherwise."""
    plain = is_constant(value) or (isinstance(value, tuple) and not _builds(value))
    if plain or isinstance(value, ArrayValue):
        return Unknown(f"`{name}`, made in a loop", ("loop", name))
    return value


def _loosen(whole: Pass, value: ListValue | SetValue | DictValue | IteratorValue) -> None:
    token = ("loop", "passes")
    if not isinstance(value, DictValue):
        loosened(value, token)
        return
    before = whole.containers[id(value)][1] if id(value) in whole.containers else value.items
    for key, held in list(value.items.items()):
        if key not in before:
            del value.items[key]
        elif before[key] is not held:
            value.items[key] = Unknown(f"`{key!r}`, which a pass of a loop may set", token)
    value.grows(token)


def _builds(value: Value) -> bool:
    """Whether a container holds what networks are made of: these are read as one way makes them."""
    if isinstance(value, IteratorValue):
        return False
    nested = (item for item in inside(value)[-3:] if isinstance(item, (tuple, ListValue, DictValue)))
    return holds_networks(value) or any(map(holds_networks, nested))


def holds_networks(container: Value) -> bool:
    """Whether what networks are made of is among the last items of a container."""
    return any(
        isinstance(item, (ModelValue, InstanceValue, LayerValue, TensorValue)) for item in inside(container)[-3:]
    )
