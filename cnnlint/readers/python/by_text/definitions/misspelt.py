"""Attributes that a program sets, almost spelt like one that Keras reads: nothing comes of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher

from cnnlint.graph import AttributeMisspelt, CallRefused
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import bound_once, called, method, owner
from cnnlint.readers.python.text.written import written

#: how alike two names with one initial are that one is taken for the other, by difflib: "trainble" and "trainable" are
#: alike to 0.94, "stop_train" and "stop_training" to 0.87, "trained" and "trainable" to 0.75
ALIKE = 0.85
STOPPING = "stop_training"
#: how many convolutions each of the five blocks of these networks of Keras has
BLOCKS = {"VGG16": (2, 2, 3, 3, 3), "VGG19": (2, 2, 4, 4, 4)}
NUMBERED = pattern(r"block(\d+)_(conv(\d+)|pool)$")
#: what puts such names together, or names layers of a program's own so
OTHERWISE = pattern(r"block['\"]? ?[{%+]|block_|name=['\"]block|load_model|_name =")


@once
def events(parsed: Parsed) -> tuple[AttributeMisspelt | CallRefused, ...]:
    """Every such statement of a file."""
    if parsed.ast is None or "keras" not in parsed.source.text:
        return ()
    found = list(_set(parsed))
    if not found:
        return tuple(_unknown_layers(parsed))
    read = {node.attr for node in parsed.listing.of(ast.Attribute) if isinstance(node.ctx, ast.Load)}
    named = {node.value for node in parsed.listing.of(ast.Constant) if isinstance(node.value, str)}
    text = SourceText(parsed.text)
    misspelt = (
        AttributeMisspelt(origin=origin_of(text, target), written=written(target), meant=meant)
        for target, meant in found
        if target.attr not in read | named
    )
    return (*misspelt, *_unknown_layers(parsed))


def _unknown_layers(parsed: Parsed) -> Iterator[CallRefused]:
    """`if layer.name == "block6_conv1"`, or `get_layer` of that, where the file makes a VGG16 and nothing else has such
    names: it has five blocks."""
    made = {called(one) for one in parsed.listing.of(ast.Call) if called(one) in BLOCKS}
    if len(made) != 1 or OTHERWISE.search(parsed.text):
        return
    network, text = made.pop(), SourceText(parsed.text)
    bases = {name for name, one in bound_once(parsed).items() if called(one) == network and _is_of_keras(parsed, one)}
    tried = {id(at) for one in parsed.listing.of(ast.Try, ast.With) for at in nodes_of(one)}
    asked = [
        (one.args[0], "")
        for one in parsed.listing.of(ast.Call)
        if method(one) == "get_layer" and one.args and owner(one) in bases and id(one) not in tried
    ]
    loops = [one for one in parsed.listing.of(ast.For) if written(one.iter) in {f"{name}.layers" for name in bases}]
    for loop, test in ((one, at) for one in loops for at in nodes_of(one) if isinstance(at, ast.Compare)):
        named = written(test.left) == f"{written(loop.target)}.name" and isinstance(test.ops[0], ast.Eq)
        asked += [(one, "1") for one in test.comparators if named]  # Keras refuses nothing there
    for value, since in asked:
        told = NUMBERED.match(value.value) if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        block = int(told[1]) if told is not None else 1
        known = 1 <= block <= len(BLOCKS[network]) and int((told and told[3]) or 1) <= BLOCKS[network][block - 1]
        if told is not None and not known:
            problem = f"{network} has no layer {told[0]}"
            yield CallRefused(origin=origin_of(text, value), problem=problem, advice="block5_conv1", since=since)


def _is_of_keras(parsed: Parsed, made: ast.expr) -> bool:
    """Whether a network is what `keras.applications` makes, of whose layers a program may ask."""
    name = written(made.func) if isinstance(made, ast.Call) else ""
    whence = [one.module or "" for one in parsed.listing.of(ast.ImportFrom) if name in {at.name for at in one.names}]
    return "applications" in name or (bool(whence) and all("keras" in one for one in whence))


def _set(parsed: Parsed) -> Iterator[tuple[ast.Attribute, str]]:
    """The attributes that are set to a truth value and are spelt almost like one of Keras's, and that one."""
    listing = parsed.listing
    callbacks = [node for node in listing.of(ast.ClassDef) if _is_callback(node)]
    for node in listing.of(ast.Assign):
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)):
            continue
        within = any(listing.holds(one, node) for one in callbacks)
        for target in node.targets:
            if not isinstance(target, ast.Attribute) or written(target.value) == "self":
                continue
            if _almost(target.attr, "trainable"):
                yield target, "trainable"
            elif within and written(target.value) == "self.model" and _almost(target.attr, STOPPING):
                yield target, STOPPING


def _is_callback(node: ast.ClassDef) -> bool:
    return any(written(base).endswith("Callback") for base in node.bases)


def _almost(name: str, meant: str) -> bool:
    """Whether a name is another one but for some letters; `trainable_bn` is that word and another."""
    alike = SequenceMatcher(None, name, meant).ratio() >= ALIKE
    return name[0] == meant[0] and name != meant and alike and not name.startswith(f"{meant}_")
