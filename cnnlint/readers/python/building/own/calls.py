"""What the `call` of the program's own models and layers shows by what stands in it, whether it is called or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from cnnlint.graph import LayerMadeInCall, ValuelessCall
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.readers.python.building.own.instances import role_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import SCOPES, walk
from cnnlint.readers.python.values import ClassValue, FunctionValue, Symbol


def defining(run: Run, name: str) -> Iterator[tuple[ClassValue, Literal["model", "layer"], cst.FunctionDef]]:
    """The models and layers of the program that define a method of that name themselves, each with that method."""
    for cls in run.classes:
        method = cls.scope.names.get(name)
        role = role_of(cls)
        if isinstance(method, FunctionValue) and isinstance(method.node, cst.FunctionDef) and role:
            yield cls, role, method.node


def without_return(run: Run) -> None:
    """Tell the rules about models and layers of the program whose `call` ends without a value."""
    for name in ("call", "train_step", "test_step"):
        for cls, role, method in defining(run, name):
            body = method.body
            if name != "call" and not _is_of_keras(cls, method):
                continue
            if isinstance(body, cst.IndentedBlock) and _computes(body) and not _returns(body):
                run.event(ValuelessCall(origin=run.origin(method.name), cls=cls.name, role=role, method=name))


def _is_of_keras(cls: ClassValue, method: cst.FunctionDef) -> bool:
    """Whether `fit` calls a training step, and no loop of the program's own: it has one parameter, and the file trains
    by `fit` and never calls the step itself."""
    source, params = cls.unit.parsed.source.code, method.params
    alone = len(params.params) == 2 and not isinstance(params.star_arg, cst.Param) and not params.kwonly_params
    return alone and ".fit(" in source and f".{method.name.value}(" not in source


def made_in_call(run: Run) -> None:
    """Tell the rules about layers with weights that a `call` of the program makes and applies at once."""
    for cls, _, method in defining(run, "call"):
        if not cls.unit.main:
            continue
        made: list[tuple[cst.CSTNode, str]] = []
        for node in walk(method.body, around=(cst.If, cst.FunctionDef, cst.Lambda)):  # once, or later
            inner = node.func if isinstance(node, cst.Call) else None
            name = _imported(run, cls, inner.func) if isinstance(inner, cst.Call) else ""
            module, _, layer = name.rpartition(".")
            if module.removeprefix("tf.") == "keras.layers" and layer in {*WEIGHTED, "BatchNormalization"}:
                made.append((node, layer))
        for node, layer in made if made and not _is_run_once(cls) else ():
            run.event(LayerMadeInCall(origin=run.origin(node), layer=layer, cls=cls.name))


def _is_run_once(cls: ClassValue) -> bool:
    """Whether a method of a class runs its `call` on an input, and makes a functional model of it, which keeps what the
    call has made: `return Model(inputs, self.call(inputs))`."""
    methods = [one.node for one in cls.scope.names.values() if isinstance(one, FunctionValue)]
    for body in (one.body for one in methods if isinstance(one, cst.FunctionDef)):
        called = [one.func for one in walk(body) if isinstance(one, cst.Call)]
        own = any(
            isinstance(one, cst.Attribute)
            and one.attr.value == "call"
            and isinstance(one.value, cst.Name)
            and one.value.value == "self"
            for one in called
        )
        names = {
            one.value if isinstance(one, cst.Name) else one.attr.value if isinstance(one, cst.Attribute) else ""
            for one in called
        }
        if own and "Input" in names and "Model" in names:
            return True
    return False


def _imported(run: Run, cls: ClassValue, node: cst.BaseExpression) -> str:
    """The qualified name that an expression has where a class is defined, if it is one of a library, as a snippet means
    it that imports nothing."""
    if isinstance(node, cst.Name):
        found = cls.scope.lookup(node.value)
        known = found[1] if found is not None else run.libraries.conventional(node.value)
        return known.name if isinstance(known, Symbol) else ""
    if isinstance(node, cst.Attribute):
        base = _imported(run, cls, node.value)
        return f"{base}.{node.attr.value}" if base else ""
    return ""


def _computes(body: cst.IndentedBlock) -> bool:
    """Whether a method does more than say that it is not implemented."""
    small = [one for line in body.body if isinstance(line, cst.SimpleStatementLine) for one in line.body]
    compound = any(not isinstance(line, cst.SimpleStatementLine) for line in body.body)
    assigns = any(isinstance(one, (cst.Assign, cst.AnnAssign, cst.AugAssign)) for one in small)
    return compound or assigns or any(isinstance(one, cst.Expr) and _is_worked_out(one.value) for one in small)


def _is_worked_out(value: cst.BaseExpression) -> bool:
    """Whether an expression that stands by itself is the result that was meant: `x * self.w`, `self.dense(x)`."""
    if not isinstance(value, cst.Call):
        return isinstance(value, cst.BinaryOperation)
    owner = value.func.value if isinstance(value.func, cst.Attribute) else None
    own = isinstance(owner, cst.Name) and owner.value == "self"
    given = [one.value for one in value.args]
    given += [one.value for inner in given if isinstance(inner, cst.Call) for one in inner.args]  # self.dense(relu(x))
    return own and any(isinstance(one, cst.Name) for one in given)


def _returns(body: cst.CSTNode) -> bool:
    """Whether a function's own statements return, yield or raise anything."""
    own = walk(body, around=SCOPES)
    return any(
        node.value is not None if isinstance(node, cst.Return) else isinstance(node, (cst.Yield, cst.Raise))
        for node in own
    )
