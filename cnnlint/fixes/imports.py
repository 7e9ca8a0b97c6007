"""What a text calls the modules and classes that a fix writes, and names added to its imports."""

from __future__ import annotations

import re

from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.patches import Patch
from cnnlint.graph.vocabulary import layer_spec

_TF_IMPORT = re.compile(r"^\s*import\s+tensorflow(?:\.compat\.v1)?(?:\s+as\s+(\w+))?\s*(?:#.*)?$", re.MULTILINE)
_KERAS_IMPORT = re.compile(
    r"^\s*(?:from\s+tensorflow(?:\.python)?\s+import\s+(?:[\w\s,]*\b)?keras|import\s+(?:tensorflow\.)?keras)"
    r"(?:\s+as\s+(?P<alias>\w+))?\s*(?:#.*)?$",
    re.MULTILINE,
)


_FROM_IMPORT = re.compile(
    r"^\s*from\s+(?P<module>[\w.]+)\s+import\s+(?P<names>\([^)]*\)|[^\n\\]*(?:\\\r?\n[^\n\\]*)*)", re.MULTILINE
)


def _with_newlines(text: str) -> str:
    """The text, letter for letter, with a line feed for every carriage return that stands alone: `^` knows no other."""
    return re.sub(r"\r(?!\n)", "\n", text) if "\r" in text else text


def tensorflow_alias(api: str, callee: str, text: str) -> str:
    """What the text calls the module tensorflow; NoFix where it does not show."""
    if api.startswith("tf.") and callee.endswith(api[2:]) and callee != api[2:]:
        return callee[: -len(api[2:])]
    text = _with_newlines(text)
    found = _TF_IMPORT.search(text)
    if found is not None:
        return found[1] or "tensorflow"
    if not re.search(r"^\s*(?:import|from)\s", text, re.MULTILINE) and re.search(r"\btf\.", text):
        return "tf"  # a snippet without imports
    raise NoFix("the text does not import tensorflow as a module")


def keras_module(text: str) -> str:
    """What the text calls the package keras; NoFix where it does not show."""
    text = _with_newlines(text)
    found = _KERAS_IMPORT.search(text)
    if found is not None:
        return found["alias"] or ("tensorflow.keras" if "import tensorflow.keras" in found[0] else "keras")
    tf = _TF_IMPORT.search(text)
    if tf is not None:
        return f"{tf[1] or 'tensorflow'}.keras"
    raise NoFix("the text does not import keras as a module")


def sibling(patch: Patch, callee: str, name: str) -> str:
    """A layer class beside the one that is called, imported where that one is; NoFix where it is no class by name."""
    module, _, last = callee.rpartition(".")
    if layer_spec(last) is None:
        raise NoFix(f"{callee} is no layer class by name")
    if not module:
        ensure_bound(patch, last, name)
    return f"{module}.{name}" if module else name


def ensure_bound(patch: Patch, beside: str, name: str) -> None:
    """Import a class from the module that another one is imported from; a snippet without that import needs none."""
    home: tuple[re.Match[str], re.Match[str]] | None = None
    for statement in _FROM_IMPORT.finditer(_with_newlines(patch.text)):
        names = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), statement["names"])
        if "*" in names and re.search(r"\b(keras|layers|losses)\b", statement["module"]):
            return
        if re.search(rf"\b{name}\b(?!\s+as\b)", names):
            return
        bound = re.search(rf"(?<!\w){beside}\b(?!\s+as\b)", names)
        if bound is not None:
            home = home or (statement, bound)
    if home is None or name == beside:
        return
    statement, bound = home
    if not re.search(r"(^|\.)(layers|losses)$", statement["module"]):
        # the modules below hold some of the classes only
        raise NoFix(f"{name} is not imported")
    place = statement.start("names") + bound.start()
    patch.replace(place, place, f"{name}, ")
