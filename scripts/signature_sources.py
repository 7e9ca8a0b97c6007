"""Signatures from the sources of Keras 1 and 2, which are parsed and never run: see `generate_signatures.py`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnlint.readers.python.libraries.spelling import canonical

#: methods of Model that programs call
METHODS = (
    "add",
    "compile",
    "evaluate",
    "evaluate_generator",
    "fit",
    "fit_generator",
    "get_layer",
    "load_weights",
    "predict",
    "predict_classes",
    "predict_generator",
    "predict_on_batch",
    "predict_proba",
    "save",
    "save_weights",
    "summary",
    "test_on_batch",
    "to_json",
    "train_on_batch",
)
POPPED = re.compile(r"kwargs\.(?:pop|get)\(\s*[\"'](\w+)[\"']|[\"'](\w+)[\"'] in kwargs")
ALLOWED = re.compile(r"allowed_kwargs\s*=\s*[{(\[](.*?)[})\]]", re.DOTALL)
REFUSED = re.compile(r"if (?:len\()?kwargs|validate_kwargs|allowed_kwargs|for \w+ in (?:list\()?kwargs")

Entry = dict[str, Any]


def popped(source: str) -> set[str]:
    """Keywords that the text of a function takes out of its `**kwargs`."""
    found = {name for pair in POPPED.findall(source) for name in pair if name}
    return found | {name for body in ALLOWED.findall(source) for name in re.findall(r"[\"'](\w+)[\"']", body)}


def conversions(tree: ast.Module, text: str) -> dict[str, list[str]]:
    """Keywords that the decorators of Keras 2's `legacy/interfaces.py` translate, by decorator."""
    found = {}
    bodies = {n.name: ast.get_source_segment(text, n) or "" for n in tree.body if isinstance(n, ast.FunctionDef)}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name):
            segment = ast.get_source_segment(text, node) or ""
            old = re.findall(r"\(\s*'(\w+)',\s*(?:'\w+'|None)\)", segment)
            before = re.search(r"preprocessor=(\w+)", segment)
            if before:
                body = bodies[before[1]] + "".join(t for n, t in bodies.items() if f"{n}(" in bodies[before[1]])
                used = re.findall(r"'(\w+)' in kwargs|kwargs\.pop\('(\w+)'|\('(\w+)',", body)
                old += [name for group in used for name in group if name]
            found[target.id] = sorted(set(old))
    return found


class Source:
    """The classes and functions of a package of Keras, by canonical name, from their text."""

    def __init__(self, folder: Path, version: str) -> None:
        self.version = version
        self.classes: dict[str, ast.ClassDef] = {}
        self.texts: dict[int, str] = {}
        self.found: list[tuple[str, ast.ClassDef | ast.FunctionDef]] = []
        self.conversions: dict[str, list[str]] = {}
        #: qualified names of everything that a module binds
        self.assigned: list[str] = []
        for path in sorted((folder / "keras").rglob("*.py")):
            relative = path.relative_to(folder).with_suffix("")
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
            module = ".".join(relative.parts).removesuffix(".__init__")
            if path.name == "interfaces.py":
                self.conversions |= conversions(tree, text)
            self._module(tree, text, module)

    def _module(self, tree: ast.Module, text: str, module: str) -> None:
        names: dict[str, ast.ClassDef | ast.FunctionDef] = {}
        for node in tree.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                names[node.name] = node
                for inner in ast.walk(node):
                    if isinstance(inner, ast.FunctionDef):
                        self.texts[id(inner)] = ast.get_source_segment(text, inner) or ""
                if isinstance(node, ast.ClassDef):
                    self.classes.setdefault(node.name, node)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names:
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        names[target.id] = names[node.value.id]
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            self.assigned += [f"{module}.{target.id}" for target in targets if isinstance(target, ast.Name)]
        self.assigned += [f"{module}.{name}" for name in names]
        self.found += [(f"{module}.{name}", node) for name, node in names.items() if not name.startswith("_")]

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Canonical names and signatures."""
        for name, node in self.found:
            entry = self.constructor(node) if isinstance(node, ast.ClassDef) else self.function(node)
            if entry is not None and canonical(name) != "keras.models.Model":
                yield canonical(name), entry
        for cls in ("Sequential", "Model"):
            for method in METHODS:
                found = self.method(cls, method)
                if found is not None:
                    yield f"keras.models.Model.{method}", self.function(found)
        if self.version == "1":
            yield "keras.models.Model", {**self.function(self.method("Container", "__init__")), "open": False}
        else:
            network = next(n for n in self.classes["Network"].body if getattr(n, "name", "") == "_init_graph_network")
            assert isinstance(network, ast.FunctionDef)
            also = ["input", "output", "trainable"]
            entry = {**self.function(network), "open": False, "also": also, "translated": True}
            yield "keras.models.Model", entry

    def method(self, cls: str, name: str) -> ast.FunctionDef | None:
        """A method of a class or of the classes above it."""
        nodes = (node for owner in self.lineage(self.classes[cls]) for node in owner.body)
        return next((n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name), None)

    def lineage(self, node: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and those above it."""
        found = [node]
        for base in node.bases:
            last = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
            above = self.classes.get(last)
            if above is not None and above is not node:
                found += self.lineage(above)
        return found

    def function(self, node: ast.FunctionDef) -> Entry:
        """The signature of a function."""
        spec = node.args
        names = [a.arg for a in (*spec.posonlyargs, *spec.args) if a.arg not in ("self", "cls")]
        optional = names[len(names) - len(spec.defaults) :] if spec.defaults else []
        source = self.texts.get(id(node), "")
        also = popped(source) if spec.kwarg else set()
        for decorator in node.decorator_list:
            last = decorator.attr if isinstance(decorator, ast.Attribute) else ""
            also |= set(self.conversions.get(last, ()))
        entry: Entry = {
            "parameters": names,
            "optional": optional,
            "keyword_only": [],
            "also": sorted(also - set(names)),
            "open": spec.kwarg is not None and not REFUSED.search(source),
        }
        if spec.vararg:
            entry["star"] = True
        if any(isinstance(d, ast.Attribute) and d.attr in self.conversions for d in node.decorator_list):
            entry["translated"] = True
        return entry

    def constructor(self, node: ast.ClassDef) -> Entry | None:
        """The signature of a class, with what its `**kwargs` hands on."""
        inner = [n for cls in self.lineage(node) for n in cls.body if isinstance(n, ast.FunctionDef)]
        owners = [n for n in inner if n.name == "__init__"]
        if not owners:
            return None
        entry = self.function(owners[0])
        also = set(entry["also"])
        for owner in owners:
            own = self.function(owner)
            also |= {*own["parameters"], *own["also"]}
            entry["open"] = own["open"]
            if not own["open"] or "**kwargs" not in self.texts[id(owner)].split(":\n", 1)[-1]:
                break
        entry["also"] = sorted(also - set(entry["parameters"]))
        return entry
