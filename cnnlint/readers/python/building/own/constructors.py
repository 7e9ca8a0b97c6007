"""Constructors of the program's own models and layers that leave out the one of Keras."""

from __future__ import annotations

from typing import Literal

from cnnlint.graph import BaseNotInitialized
from cnnlint.readers.python.building.own.calls import defining
from cnnlint.readers.python.building.own.instances import MODELS
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import names_in, walk
from cnnlint.readers.python.values import ClassValue, FunctionValue, Symbol

#: what a class may define to be made, called or given its attributes in a way of its own
OWN_WAYS = ("__new__", "__call__", "__setattr__", "__getattr__", "__getattribute__", "__init_subclass__")


def without_super(run: Run) -> None:
    """Tell the rules about direct subclasses of Keras's classes whose `__init__` never runs Keras's own."""
    if run.versions.keras == 1 or run.versions.theano:
        return  # before Keras 2 a layer could do without
    derived = {id(base) for cls in run.classes for base in cls.bases}
    for cls, role, method in defining(run, "__init__"):
        # before Keras 2.2 a model had no `call` of its own, and could do without the constructor
        if not cls.unit.main or id(cls) in derived or (role == "model" and "call" not in cls.scope.names):
            continue
        if _is_plain(cls) and _assigns_alone(method) and not _asks_elsewhere(cls):
            run.event(BaseNotInitialized(origin=run.origin(method.name), cls=cls.name, role=role))
    for cls in run.classes:
        own = cls.scope.names.get("__init__")
        base = cls.bases[0] if len(cls.bases) == 1 else None
        judging = JUDGING.get(base.name) if isinstance(base, Symbol) else None
        if judging is None or not isinstance(own, FunctionValue) or not isinstance(own.node, cst.FunctionDef):
            continue
        plain = cls.unit.main and id(cls) not in derived and _in_no_other_way(cls) and not _asks_elsewhere(cls)
        if plain and _assigns_alone(own.node):
            run.event(BaseNotInitialized(origin=run.origin(own.node.name), cls=cls.name, role=judging))


#: what judges answers, and is refused when it is asked (keras 3.15: src/metrics/metric.py, src/losses/loss.py)
JUDGING: dict[str, Literal["metric", "loss"]] = {"keras.metrics.Metric": "metric", "keras.losses.Loss": "loss"}


def _is_plain(cls: ClassValue) -> bool:
    """Whether a class derives from one class of Keras alone, and nothing makes it in another way."""
    base = cls.bases[0] if len(cls.bases) == 1 else None
    of_keras = isinstance(base, Symbol) and (base.name.startswith("keras.layers.") or base.name in MODELS)
    return of_keras and isinstance(base, Symbol) and base.name != "tf.Module" and _in_no_other_way(cls)


def _in_no_other_way(cls: ClassValue) -> bool:
    plain = all(REGISTERED in names_in(one) for one in cls.node.decorators)
    return plain and cls.metaclass is None and not cls.flavour and not any(name in cls.scope.names for name in OWN_WAYS)


REGISTERED = "register_keras_serializable"


def _assigns_alone(method: cst.FunctionDef) -> bool:
    """Whether an `__init__` sets attributes, names neither `super` nor an `__init__`, and hands itself to nobody."""
    if method.decorators or not method.params.params:
        return False
    own, sets = method.params.params[0].name.value, False
    for node in walk(method.body):
        if isinstance(node, cst.Name) and node.value in ("super", "__init__", "__class__", "__dict__"):
            return False
        if isinstance(node, cst.Arg) and isinstance(node.value, cst.Name) and node.value.value == own:
            return False
        if isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Attribute):
            of = node.target.value
            sets = sets or (isinstance(of, cst.Name) and of.value == own)
    return sets


def _asks_elsewhere(cls: ClassValue) -> bool:
    """Whether another method of the class runs a constructor, which `__init__` may have called."""
    return any(isinstance(node, cst.Attribute) and node.attr.value == "__init__" for node in walk(cls.node.body))
