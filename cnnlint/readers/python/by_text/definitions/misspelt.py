"""Attributes that a program sets, almost spelt like one that Keras reads: nothing comes of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher

from cnnlint.graph import AttributeMisspelt
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.written import written

#: how alike two names with one initial are that one is taken for the other, by difflib: "trainble" and "trainable" are
#: alike to 0.94, "stop_train" and "stop_training" to 0.87, "trained" and "trainable" to 0.75
ALIKE = 0.85
STOPPING = "stop_training"


@once
def events(parsed: Parsed) -> tuple[AttributeMisspelt, ...]:
    """Every such statement of a file."""
    if parsed.ast is None or "keras" not in parsed.source.text:
        return ()
    found = list(_set(parsed))
    if not found:
        return ()
    read = {node.attr for node in parsed.listing.of(ast.Attribute) if isinstance(node.ctx, ast.Load)}
    named = {node.value for node in parsed.listing.of(ast.Constant) if isinstance(node.value, str)}
    text = SourceText(parsed.text)
    return tuple(
        AttributeMisspelt(origin=origin_of(text, target), written=written(target), meant=meant)
        for target, meant in found
        if target.attr not in read | named
    )


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
