"""Models that a program saves and cannot load as it does, told from its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.graph import Unloadable
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import bound_once, called, method, owner
from cnnlint.readers.python.text.written import written

#: words of a program that tells Keras of what is its own
TOLD = ("custom_objects", "register_keras_serializable", "ObjectScope", "object_scope", "def load_model")
#: how files of whole models end whose functions and classes are looked up by name when they are loaded
WHOLE = (".h5", ".hdf5", ".keras")


@once
def events(parsed: Parsed) -> tuple[Unloadable, ...]:
    """Every such call of `load_model`, and every `get_config` that says too little."""
    if parsed.ast is None or not re.search("load_model|get_config", parsed.text) or "keras" not in parsed.text:
        return ()
    calls = list(parsed.listing.of(ast.Call))
    named = {
        name: repr(value.value)
        for name, value in bound_once(parsed).items()
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }
    loads = [call for call in calls if called(call) == "load_model" and call.args and loads_of_keras(call, parsed)]
    text = SourceText(parsed.text)
    weights, whole = _paths(calls, named)
    found = [
        Unloadable(origin=origin_of(text, at), path="", of=name, missing=missing)
        for at, name, missing in _unsaid(parsed)
    ]
    for call in loads:
        path = _path(call.args[0], named)
        if path in weights and path not in whole:
            found.append(Unloadable(origin=origin_of(text, call), path=path.strip("'\"")))
            continue
        plain = len(call.args) == 1 and not any(one.arg in (None, "compile") for one in call.keywords)
        named_in = path in whole and path.strip("'\"").endswith(WHOLE) and plain
        names = tuple(_own(parsed, calls, whole[path])) if named_in else ()
        if path in whole and path.strip("'\"").endswith(WHOLE) and not names:
            given = any(one.arg in (None, "custom_objects") for one in call.keywords) or len(call.args) > 1
            names = () if given else tuple(_own_layers(parsed))
        if names and not any(word in parsed.text for word in TOLD):
            found.append(Unloadable(origin=origin_of(text, call), path=path.strip("'\""), own=names))
    return tuple(found)


def _own_layers(parsed: Parsed) -> Iterator[str]:
    """The layers of the program's own classes that its only model is made of."""
    classes = {
        one.name
        for one in parsed.listing.of(ast.ClassDef)
        if any(re.search(r"(^|\.)Layer$", written(base)) for base in one.bases) and not one.decorator_list
    }
    for scope in scopes(parsed) if classes else ():
        made = [one for one in scope.of(ast.Call) if called(one) in ("Model", "Sequential")]
        everywhere = [one for one in parsed.listing.of(ast.Call) if called(one) in ("Model", "Sequential")]
        if len(made) == len(everywhere) == 1:
            yield from sorted(classes & {called(one) for one in scope.of(ast.Call)})


def loads_of_keras(call: ast.Call, parsed: Parsed) -> bool:
    """Whether `load_model` is Keras's: of its models, or imported from there."""
    if isinstance(call.func, ast.Attribute):
        return written(call.func.value).endswith("models")
    return any(
        (node.module or "").endswith("keras.models")
        and any(alias.name == "load_model" and alias.asname is None for alias in node.names)
        for node in parsed.listing.of(ast.ImportFrom)
    )


def _path(value: ast.expr, named: dict[str, str]) -> str:
    """A path as it is written, or the word that its name stands for; empty where it may be another each time."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return repr(value.value)
    return named.get(value.id, "") if isinstance(value, ast.Name) else ""


def _paths(calls: list[ast.Call], named: dict[str, str]) -> tuple[set[str], dict[str, list[str]]]:
    """Where weights alone are written, and where whole models are, with the names of those."""
    weights, whole = set[str](), dict[str, list[str]]()
    for call in calls:
        given = {one.arg: one.value for one in call.keywords}
        place = 1 if called(call) == "save_model" and len(call.args) > 1 else 0  # behind the model
        first = call.args[place] if len(call.args) > place else given.get("filepath")
        path = _path(first, named) if first is not None else ""
        if not path:
            continue
        alone = given.get("save_weights_only")
        if method(call) == "save_weights" or (called(call) == "ModelCheckpoint" and _is_true(alone)):
            weights.add(path)
        elif called(call) in ("save", "save_model"):
            whole.setdefault(path, []).append(owner(call))
        elif called(call) == "ModelCheckpoint" and (alone is None or isinstance(alone, ast.Constant)):
            whole.setdefault(path, []).append("")
    return weights, whole


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _own(parsed: Parsed, calls: list[ast.Call], models: list[str]) -> Iterator[str]:
    """The functions of the program that every `compile` of a saved model is given as its loss or among its metrics."""
    functions = {node.name for node in parsed.listing.of(ast.FunctionDef)}
    compiled = [call for call in calls if method(call) == "compile"]
    if all(models):
        compiled = [call for call in compiled if owner(call) in models]
        if all(_compiled_later(parsed, call, models) for call in compiled):
            return
    for at, call in enumerate(compiled):
        given = {one.arg: one.value for one in call.keywords} | dict(
            zip(("optimizer", "loss", "metrics"), call.args, strict=False)
        )
        names = [
            one.id
            for name in ("loss", "metrics")
            for value in (given.get(name),)
            for one in (value.elts if isinstance(value, ast.List) else [value])
            if isinstance(one, ast.Name) and one.id in functions
        ]
        if not names:
            return
        if at == len(compiled) - 1:
            yield from names


def _compiled_later(parsed: Parsed, compiling: ast.Call, models: list[str]) -> bool:
    """Whether a model is first compiled behind all that writes it, or was loaded and then compiled, in lines that are
    run in their order: the file does not hold what it is compiled with then."""
    scope = next((one for one in scopes(parsed) if compiling in one.of(ast.Call)), None)
    if scope is None:
        return False
    calls, at = list(scope.of(ast.Call)), compiling.lineno
    names = [one for one in scope.of(ast.Assign) if any(written(to) == owner(compiling) for to in one.targets)]
    latest = max((one for one in names if one.lineno < at), key=lambda one: one.lineno, default=None)
    if latest is not None and called(latest.value) == "load_model":
        return True
    saved = [call.lineno for call in calls if called(call) == "save" and owner(call) in models]
    return (
        bool(saved)
        and max(saved) < at
        and not any(method(one) == "compile" and owner(one) in models and one.lineno < at for one in calls)
    )


def _unsaid(parsed: Parsed) -> Iterator[tuple[ast.expr, str, tuple[str, ...]]]:
    """`def get_config(self)` of a layer that returns less than its constructor cannot do without."""
    for node in parsed.listing.of(ast.ClassDef) if "get_config" in parsed.text else ():
        own = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        made, config = own.get("__init__"), own.get("get_config")
        layer = [written(base).rpartition(".")[2] for base in node.bases] == ["Layer"]
        if made is None or config is None or not layer or "from_config" in own:
            continue
        taken = made.args
        needed = [one.arg for one in taken.args[1 : len(taken.args) - len(taken.defaults)]]
        needed += [one.arg for one, given in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if given is None]
        said = {one.value for one in nodes_of(config) if isinstance(one, ast.Constant)}
        said |= {one.arg for one in nodes_of(config) if isinstance(one, ast.keyword) and one.arg}
        calls = [one for one in nodes_of(config) if isinstance(one, ast.Call)]
        plain = all(called(one) in CONFIGURING for one in calls) and "__dict__" not in written(config)
        plain = plain and not any(isinstance(at, ast.Attribute) and _is_own(at) for at in _merged(config))
        returned = [one.value for one in nodes_of(config) if isinstance(one, ast.Return) and one.value is not None]
        missing = tuple(one for one in needed if one not in said and one not in ("name", "dtype", "trainable"))
        if missing and plain and len(returned) == 1 and "super()" in written(config):
            yield returned[0], node.name, missing


def _merged(config: ast.FunctionDef) -> Iterator[ast.expr]:
    """What is put into a configuration as a whole: `update(self.settings)`, `{**self.settings}`."""
    for node in nodes_of(config):
        if isinstance(node, ast.Call) and called(node) in ("update", "dict", "list", "items", "copy"):
            yield from node.args
            yield from (one.value for one in node.keywords if one.arg is None)
            yield from (node.func.value,) if isinstance(node.func, ast.Attribute) else ()
        elif isinstance(node, ast.Dict):
            yield from (value for key, value in zip(node.keys, node.values, strict=True) if key is None)
        elif isinstance(node, ast.BinOp):
            yield from (node.left, node.right)
        elif isinstance(node, (ast.Assign, ast.Return)) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            yield from () if isinstance(target, ast.Subscript) else (node.value,)


def _is_own(at: ast.Attribute) -> bool:
    return isinstance(at.value, ast.Name) and at.value.id == "self"


#: what a configuration is put together by
CONFIGURING = frozenset({"super", "get_config", "update", "dict", "list", "items", "serialize", "float", "int", "copy"})
