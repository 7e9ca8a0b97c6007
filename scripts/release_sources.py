"""Signatures of one release of Keras from its text, which is parsed and never run: see `generate_releases.py`.

Releases up to 2.3 show in `keras.layers` what their modules define; those of TensorFlow and Keras 3 what they export.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from signature_sources import METHODS, REFUSED, Entry, conversions, popped

from cnnlint.readers.python.libraries.spelling import canonical

Definition = ast.ClassDef | ast.FunctionDef
#: packages that are no part of what programs call
_INSIDES = (
    "tests? testing\\w* benchmarks integration_test saved_model distribute estimator legacy_tf_layers kokoro tools"
)
INSIDES = re.compile(rf"(^|[/.])({'|'.join(_INSIDES.split())})[/.]")
EXPORTS = ("keras_export", "tf_export")
#: modules of models
ENGINE = ("training", "topology", "network", "functional", "sequential", "model")
#: packages of Keras 0 to 2 whose names programs import from them
_FAMILIES = ("losses", "metrics", "initializers", "regularizers")
SHOWN = ("", "layers", "models", "optimizers", "callbacks", "utils", *_FAMILIES)
PASSED = re.compile(r"(\w+)=")


class Release:
    """The classes and functions of one release, by the names of their modules and by those that it exports."""

    def __init__(self, folder: Path) -> None:
        self.root = next(path for path in (folder / "keras", *folder.rglob("python/keras")) if path.is_dir())
        self.prefix = "keras" if self.root.parent == folder else "tensorflow.python.keras"
        #: what each module binds: a definition, or the dotted name that it is imported from
        self.bound: dict[str, dict[str, Definition | str]] = {}
        #: the modules that each hands on whole
        self.stars: dict[str, list[str]] = {}
        self.texts: dict[int, str] = {}
        self.homes: dict[int, str] = {}
        self.exported: list[tuple[str, Definition]] = []
        self.conversions: dict[str, list[str]] = {}
        for path in sorted(self.root.rglob("*.py")):
            inner = path.relative_to(self.root).with_suffix("").as_posix()
            if not INSIDES.search(inner):
                self._module(path.read_text("utf-8"), f"{self.prefix}/{inner}".replace("/", "."))

    def _module(self, text: str, module: str) -> None:
        package = module if module.endswith(".__init__") else module.rpartition(".")[0]
        module, package = module.removesuffix(".__init__"), package.removesuffix(".__init__")
        names = self.bound.setdefault(module, {})
        tree, lines = ast.parse(text), text.splitlines()
        if module.endswith("legacy.interfaces"):
            self.conversions |= conversions(tree, text)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
                source = ".".join(filter(None, (base, node.module or "")))
                if node.names[0].name == "*":
                    self.stars.setdefault(module, []).append(source)
                names.update({one.asname or one.name: f"{source}.{one.name}" for one in node.names})
            elif isinstance(node, ast.Import):
                names.update({one.asname: one.name for one in node.names if one.asname})
        for node in tree.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                names[node.name] = node
                self.homes[id(node)] = module
                for inner in ast.walk(node):
                    if isinstance(inner, ast.FunctionDef):
                        self.texts[id(inner)] = "\n".join(lines[inner.lineno - 1 : inner.end_lineno])
                for decorator in node.decorator_list:
                    self.exported += [(name, node) for name in _exports(decorator)]
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                names.update({t.id: f"{module}.{node.value.id}" for t in node.targets if isinstance(t, ast.Name)})
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                call = node.value
                found = self.resolve(module, _dotted(call.args[0])) if call.args else None
                self.exported += [(name, found) for name in _exports(call.func) if found is not None]

    def resolve(self, module: str, name: str, depth: int = 0) -> Definition | None:
        """What a name stands for in a module, through the modules that it is imported from."""
        if depth > 12 or not name:
            return None
        head, _, rest = name.partition(".")
        found = self.bound.get(module, {}).get(head)
        if found is None:
            for star in self.stars.get(module, ()):
                if (inner := self.resolve(star, name, depth + 1)) is not None:
                    return inner
            return self.resolve(f"{module}.{head}", rest, depth + 1) if f"{module}.{head}" in self.bound else None
        if isinstance(found, str):
            found = re.sub(r"^tensorflow_core\.", "tensorflow.", found)
            dotted = f"{found}.{rest}" if rest else found
            parts = dotted.split(".")
            for cut in range(len(parts) - 1, 0, -1):
                if ".".join(parts[:cut]) in self.bound:
                    return self.resolve(".".join(parts[:cut]), ".".join(parts[cut:]), depth + 1)
            return None
        return found if not rest else None

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Canonical names and signatures of what programs call."""
        found = [(name, node) for name, node in self.exported if name.startswith("keras.")] or [
            (f"{module}.{name}", node)
            for module, names in self.bound.items()
            for name in names
            if not name.startswith("_") and (node := self.resolve(module, name)) is not None
        ]
        for package in SHOWN if not self.exported else ():
            module = f"{self.prefix}.{package}".rstrip(".")
            for name in self.visible(module):
                if not name.startswith("_") and (node := self.resolve(module, name)) is not None:
                    found.append((f"keras.{package}.{name}".replace("..", "."), node))
        for name, node in found:
            entry = self.constructor(node) if isinstance(node, ast.ClassDef) else self.function(node)
            if entry is not None and canonical(name) != "keras.models.Model":
                yield canonical(name), entry
        model, sequential = self.classes("Model"), self.classes("Sequential")
        for cls in filter(None, (sequential, model)):
            for method in METHODS:
                if (inner := self.method(cls, method)) is not None:
                    yield f"keras.models.Model.{method}", self.function(inner)
        for cls in filter(None, (self.classes("Container"), self.classes("Network"), self.classes("Functional"))):
            inner = self.method(cls, "_init_graph_network")
            if inner is None or cls.name != "Network":
                inner = self.method(cls, "__init__")
            if inner is not None:
                also = ["input", "output"] if self.conversions else []
                entry = self.function(inner)
                # without inputs and outputs it is another constructor's
                optional = [name for name in entry["optional"] if name not in entry["parameters"][:2]]
                more = {"optional": optional, "open": False, "also": ["trainable", *also]}
                yield "keras.models.Model", {**entry, **more}

    def visible(self, module: str, depth: int = 0) -> set[str]:
        """The names that a module has, with those of modules that it hands on whole."""
        stars = self.stars.get(module, ()) if depth < 6 else ()
        return set(self.bound.get(module, ())).union(*(self.visible(one, depth + 1) for one in stars)) - {"*"}

    def own(self, module: str, node: Definition | str) -> bool:
        """Whether what a module binds is a class or function of Keras."""
        return not isinstance(node, str) or self.resolve(module.rpartition(".")[0], node) is not None

    def classes(self, name: str) -> ast.ClassDef | None:
        """The class of that name among the models."""
        homes = [*(f"engine.{home}" for home in ENGINE), "models", *(f"models.{home}" for home in ENGINE)]
        homes += [*(f"src.{home}" for home in homes), *(f"_impl.keras.{home}" for home in homes)]
        for home in homes:
            found = self.bound.get(f"{self.prefix}.{home}", {}).get(name)
            if isinstance(found, ast.ClassDef):
                return found
        return None

    def lineage(self, node: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and those above it, in the order in which Python asks them."""
        found = [node]
        for base in node.bases:
            above = self.resolve(self.homes[id(node)], _dotted(base))
            if isinstance(above, ast.ClassDef) and above is not node:
                found += [one for one in self.lineage(above) if one not in found]
        return found

    def method(self, cls: ast.ClassDef, name: str) -> ast.FunctionDef | None:
        """A method of a class or of the classes above it."""
        nodes = (node for owner in self.lineage(cls) for node in owner.body)
        return next((n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == name), None)

    def function(self, node: ast.FunctionDef) -> Entry:
        """The signature of a function."""
        spec = node.args
        names = [a.arg for a in (*spec.posonlyargs, *spec.args) if a.arg not in ("self", "cls")]
        optional = names[len(names) - len(spec.defaults) :] if spec.defaults else []
        alone = [a.arg for a in spec.kwonlyargs]
        optional += [a for a, default in zip(alone, spec.kw_defaults, strict=True) if default is not None]
        source = self.texts.get(id(node), "")
        also = popped(source) if spec.kwarg else set()
        translated = False
        for decorator in node.decorator_list:
            last = decorator.attr if isinstance(decorator, ast.Attribute) else ""
            translated |= last in self.conversions
            also |= set(self.conversions.get(last, ()))
        entry: Entry = {
            "parameters": names,
            "optional": optional,
            "keyword_only": alone,
            "also": sorted(also - {*names, *alone}),
            "open": spec.kwarg is not None and not REFUSED.search(source),
        }
        return entry | ({"star": True} if spec.vararg else {}) | ({"translated": True} if translated else {})

    def constructor(self, node: ast.ClassDef) -> Entry | None:
        """The signature of a class, with what its `**kwargs` hands on."""
        inner = [n for cls in self.lineage(node) for n in cls.body if isinstance(n, ast.FunctionDef)]
        owners = [n for n in inner if n.name == "__init__"]
        if not owners:
            return None
        entry = self.function(owners[0])
        also, passed = set(entry["also"]), set[str]()
        for owner in owners:
            own, text = self.function(owner), self.texts[id(owner)]
            also |= {*own["parameters"], *own["keyword_only"], *own["also"]} - passed
            passed |= set(PASSED.findall(text.partition("__init__(")[2].partition("__init__(")[2]))
            entry["open"] = own["open"]
            if not own["open"] or "**kwargs" not in text.split(":\n", 1)[-1]:
                break
        entry["also"] = sorted(also - {*entry["parameters"], *entry["keyword_only"]})
        return entry


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _exports(node: ast.AST) -> list[str]:
    """The names that a decorator publishes what it decorates under."""
    if not isinstance(node, ast.Call) or _dotted(node.func).rpartition(".")[2] not in EXPORTS:
        return []
    words = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    return [word for word in words if isinstance(word, str)]
