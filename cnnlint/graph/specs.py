"""Specifications out of the tables: which layer, function or object a name stands for, version by version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from cnnlint.graph.calls import Derivation, FunctionSpec, LayerSpec, Weights
from cnnlint.graph.conversions import MISSING, convert
from cnnlint.graph.qualified import qualified
from cnnlint.graph.tables import freeze, load
from cnnlint.graph.values import UNKNOWN


def _layer_name(name: str) -> str | None:
    """The bare class name in a bare or Keras-qualified one; None for other libraries' classes."""
    if "." not in name:
        return name
    name, _ = qualified(name)
    root, _, last = name.rpartition(".")
    parts = root.split(".")
    if parts[0] == "keras":
        # keras.layers.convolutional.Conv2D, keras.layers.advanced_activations.ReLU, keras.engine.topology.Merge
        inside = len(parts) == 1 or parts[1] in ("layers", "engine", "legacy")
        return last if inside else None
    return last if root == "layers" else None


def _parameters_of(kind: str, family: str) -> frozenset[str]:
    """The canonical argument names of a kind (constructor and call)."""
    if family == "layer":
        entry = _layer(kind)
        if entry is None:
            return frozenset()
        return frozenset(entry["parameters"]) | frozenset(entry.get("call", ())) | _common()
    if family == "operation":
        return frozenset(load("functions")["kinds"].get(kind, {}).get("parameters", ())) | {"name"}
    entry = load("keras3_objects").get(family, {}).get("entries", {}).get(kind)
    call = ("y_true", "y_pred", "sample_weight") if family in ("loss", "metric") else ()
    return frozenset(entry["parameters"] if entry else ()) | frozenset(call)


def _layer(kind: str) -> Mapping[str, Any] | None:
    """What is known of a layer: of Keras 3, of an older one, or of another package alone."""
    own: Mapping[str, Any] | None = load("functions")["kinds"].get(kind)
    return load("keras3_layers")["entries"].get(kind) or _extra_layers().get(kind) or own


def _extra_layers() -> Mapping[str, Any]:
    """Layers of Keras 1 and 2 that Keras 3 has no class for; they keep their own names."""
    table: Mapping[str, Any] = load("keras_legacy")["removed"]
    return table


@cache
def _common() -> frozenset[str]:
    return frozenset(load("keras3_layers")["common"])


def _canonical_defaults(kind: str, family: str) -> Mapping[str, Any]:
    if family == "layer":
        entry = _layer(kind) or {}
    elif family == "operation":
        entry = load("functions")["kinds"].get(kind, {})
    else:
        entry = load("keras3_objects").get(family, {}).get("entries", {}).get(kind, {})
    defaults: Mapping[str, Any] = freeze(entry.get("defaults", {}))
    return defaults


def _fields(api: str, entry: Mapping[str, Any], kind: str, family: str) -> dict[str, Any]:
    """The fields that layers and functions share."""
    parameters = tuple(entry.get("parameters", ()))
    known = _parameters_of(kind, family)
    if entry.get("kind_by"):
        known |= {name for other in entry["kind_by"]["kinds"].values() for name in _parameters_of(other, family)}
    rename: Mapping[str, str | None] = entry.get("rename", {})
    canonical: dict[str, str] = {}
    for name in parameters:
        target = rename.get(name, name if name in known else None)
        if target is not None:
            canonical[name] = target
    derived = tuple(Derivation(d["to"], tuple(d["from"]), d["by"]) for d in entry.get("derive", ()))
    combined = {source for derivation in derived for source in derivation.sources}
    for name in combined & canonical.keys() - rename.keys():
        del canonical[name]
    conversions = entry.get("convert", {})
    defaults = freeze(entry.get("defaults", {}))
    inherited = _canonical_defaults(kind, family)
    canonical_defaults = dict(inherited)
    for name, target in canonical.items():
        if name not in defaults:
            canonical_defaults.pop(target, None)
            continue
        value = convert(conversions[name], defaults[name]) if name in conversions else defaults[name]
        if value is None:
            value = entry.get("none_means", {}).get(target)
        if value is UNKNOWN or (value is None and target in known and target not in inherited):
            # None stands for "not given" of something that has to be given (keep_prob=None, labels=None)
            canonical_defaults.pop(target, None)
        else:
            canonical_defaults[target] = value
    for derivation in derived:
        plain = tuple(defaults.get(source, MISSING) for source in derivation.sources)
        if all(value is MISSING for value in plain):
            canonical_defaults.pop(derivation.to, None)
        else:
            value = convert(derivation.by, plain if len(plain) > 1 else plain[0])
            if value is None:
                value = entry.get("none_means", {}).get(derivation.to)
            canonical_defaults[derivation.to] = value
            if value is UNKNOWN:
                del canonical_defaults[derivation.to]
    for name in entry.get("unsettled", ()):
        canonical_defaults.pop(name, None)
    fixed = freeze(entry.get("fixed", {}))
    kind_by = entry.get("kind_by")
    canonical_defaults.update(fixed)
    return {
        "api": api,
        "kind": kind,
        "family": family,
        "category": layer_category(kind) if family == "layer" else family,
        "parameters": parameters,
        "keyword_only": frozenset(entry.get("keyword_only", ())),
        "defaults": defaults,
        "canonical": canonical,
        "conversions": conversions,
        "derived": derived,
        "fixed": fixed,
        "canonical_defaults": canonical_defaults,
        "keywords": frozenset(entry.get("keywords", ())),
        "call": tuple(entry.get("call", ())),
        "kind_by": (kind_by["parameter"], kind_by["kinds"]) if kind_by else None,
        "versions": tuple(entry.get("versions", ())),
        "notes": entry.get("notes", ""),
        "source": entry.get("source", ""),
    }


def layer_category(kind: str) -> str:
    """The category of a canonical layer class ("convolution", "pooling", "merge", ...), or ""."""
    entry = load("keras3_layers")["entries"].get(kind) or _extra_layers().get(kind)
    category: str = entry["category"] if entry else ""
    return category


@cache
def _keras3(name: str) -> LayerSpec | None:
    table = load("keras3_layers")
    kind = table["aliases"].get(name) or load("keras_legacy")["aliases"].get(name, name)
    entry = table["entries"].get(kind)
    if entry is None:
        return None
    fields = _fields(name, {**entry, "versions": [3]}, kind, "layer")
    fields["keywords"] = _common()
    return LayerSpec(**fields)


@cache
def _legacy(name: str, version: int) -> LayerSpec | None:
    table = load("keras_legacy")
    versions = table["entries"].get(name)
    entry = versions.get(str(version)) if versions else None
    if entry is None:
        removed = table["removed"].get(name)
        if removed is None or version not in removed["versions"]:
            return None
        entry = {**removed, "kind": name}
    fields = _fields(name, {**entry, "versions": [version]}, entry["kind"], "layer")
    fields["call"] = tuple(load("keras3_layers")["entries"].get(entry["kind"], {}).get("call", ()))
    fields["keywords"] |= _common()
    return LayerSpec(**fields)


def legacy_spec(name: str, version: int = 1) -> LayerSpec | None:
    """The spelling of a layer in Keras 1 or 2, where it differs from the next version's; None otherwise."""
    bare = _layer_name(name)
    return _legacy(bare, version) if bare else None


def layer_variants(name: str) -> tuple[LayerSpec, ...]:
    """Every known spelling of a layer of this name, the newest first."""
    bare = _layer_name(name)
    if bare is None:
        return ()
    found = (_keras3(bare), _legacy(bare, 2), _legacy(bare, 1))
    return tuple(spec for spec in found if spec is not None)


def layer_spec(name: str, *, version: int | None = None, keywords: Collection[str] = ()) -> LayerSpec | None:
    """The specification of a Keras layer class, by any of its names, or None for a class that Keras never had.

    `version` is Keras's major version where it is known, else None. Among the variants the one that accepts the
    most of `keywords` is chosen (nb_filter speaks Keras 1), then the one of that version or, without it, the newest.
    """
    return _layer_spec(name, version, tuple(keywords))


@lru_cache(maxsize=4096)
def _layer_spec(name: str, version: int | None, keywords: tuple[str, ...]) -> LayerSpec | None:
    variants = layer_variants(name)
    if version is not None:
        # a version's own entry, else the next newer one (entries stand for the changes), else an older one
        variants = tuple(sorted(variants, key=lambda s: (s.versions[0] < version, abs(s.versions[0] - version))))
    return _best(variants, keywords)  # type: ignore[no-any-return]


def _best(variants: tuple[Any, ...], keywords: Collection[str]) -> Any:
    if len(variants) <= 1 or not keywords:
        return variants[0] if variants else None
    return min(variants, key=lambda spec: sum(not spec.accepts(keyword) for keyword in keywords))


#: the sections of the table of functions, and the family of what is in them
FAMILIES: Final = {
    "layers": "layer",
    "operations": "operation",
    "losses": "loss",
    "optimizers": "optimizer",
    "initializers": "initializer",
    "variables": "initializer",
    "control": "special",
}


@cache
def _function_index() -> Mapping[str, str]:
    """The section of the table in which each function stands."""
    table = load("functions")
    return {name: section for section in table["sections"] for name in table[section]}


@cache
def function_variants(name: str) -> tuple[FunctionSpec, ...]:
    """The specifications of a function (or non-Keras class) by qualified name, the newest version first."""
    name, version = qualified(name)
    table = load("functions")
    target = table["aliases"].get(name, name)
    section = _function_index().get(target)
    if section is None:
        for prefix, replacement in table["prefixes"].items():
            if name.startswith(prefix):
                target = replacement + name[len(prefix) :]
                target = table["aliases"].get(target, target)
                section = _function_index().get(target)
                if section is not None:
                    break
    generated = _keras_function(name)
    specs = [generated] if generated is not None else []
    if section is not None:
        entry = table[section][target]
        specs += [_function(name, section, item) for item in (entry if isinstance(entry, list) else [entry])]
    if version is not None:
        kept = [spec for spec in specs if not spec.versions or version in spec.versions]
        specs = kept or specs
    return tuple(specs)


def _keras_function(name: str) -> FunctionSpec | None:
    """Keras's loss and activation functions, whose signatures are generated (tf.losses is TensorFlow 2's name)."""
    module, _, bare = name.rpartition(".")
    if module in ("keras.losses", "tf.losses", "keras.metrics"):
        known = load("names")["loss"]
        bare = next((name for name, one in known.items() if bare.lower() in one.get("aliases", ())), bare)
        entry = load("keras3_objects")["loss"]["functions"].get(bare)
        classes = known.get(bare, {}).get("classes", ())
        if entry is None or not classes:
            return None
        entry = {**entry, "kind": classes[0], "input": "y_pred", "fixed": {"reduction": None}}
        return _function(name, "losses", {**entry, "versions": [2] if module == "tf.losses" else []})
    if module != "keras.activations":
        return None
    entry = load("keras3_objects")["activation"]["functions"].get(bare)
    if entry is None:
        return None
    kind = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "softmax": "Softmax"}.get(bare, "Activation")
    canonical = load("keras3_objects")["activation"]["strings"].get(bare, bare)
    fixed = {"activation": canonical} if kind == "Activation" else {}
    return _function(name, "layers", {**entry, "kind": kind, "input": entry["parameters"][0], "fixed": fixed})


def _function(name: str, section: str, entry: Mapping[str, Any]) -> FunctionSpec:
    table = load("functions")
    if "like" in entry:
        base = table[section][entry["like"]]
        base = base[0] if isinstance(base, list) else base
        merged = {**base, **entry}
        merged["parameters"] = [p for p in base["parameters"] if p not in entry.get("without", ())]
        merged["defaults"] = {p: v for p, v in base["defaults"].items() if p in merged["parameters"]}
        merged["defaults"].update(entry.get("defaults", {}))
        if "without" in entry and base.get("input") in entry["without"]:
            merged["input"] = None
        entry = merged
    family = FAMILIES[section]
    fields = _fields(name, entry, entry["kind"], family)
    if family in ("layer", "operation"):
        # the tensor that the layer is applied to is an edge of the graph, no argument
        tensors = {entry.get("input"), *entry.get("tensors", ())}
        fields["canonical"] = {key: to for key, to in fields["canonical"].items() if key not in tensors}
    return FunctionSpec(
        **fields,
        input=entry.get("input"),
        tensors=tuple(entry.get("tensors", ())),
        weights=tuple(
            Weights(item["parameter"], item["layout"], item["gives"], item.get("bias"))
            for item in entry.get("weights", ())
        ),
        special=entry.get("special"),
    )


def function_spec(name: str, *, version: int | None = None, keywords: Collection[str] = ()) -> FunctionSpec | None:
    """The specification of a function by qualified name ("tf.nn.dropout", "slim.conv2d"), or None.

    `version` is the framework's major version where it is known (TensorFlow: 0, 1 or 2); without it, the variant
    that accepts the most of `keywords` is chosen, and among equals the newest. `function_variants` tells whether
    there are others.
    """
    return _function_spec(name, version, tuple(keywords))


@lru_cache(maxsize=4096)
def _function_spec(name: str, version: int | None, keywords: tuple[str, ...]) -> FunctionSpec | None:
    variants = function_variants(name)
    if version is not None:
        variants = tuple(sorted(variants, key=lambda spec: bool(spec.versions) and version not in spec.versions))
    return _best(variants, keywords)  # type: ignore[no-any-return]


def call_spec(
    name: str, *, keras: int | None = None, tensorflow: int | None = None, keywords: Collection[str] = ()
) -> LayerSpec | None:
    """The specification of whatever a qualified name stands for: a function, a Keras layer or another object."""
    found = function_spec(name, version=tensorflow, keywords=keywords)
    if found is not None:
        return found
    layer = layer_spec(name, version=keras, keywords=keywords)
    if layer is not None:
        return layer
    name, _ = qualified(name)
    for family, module in MODULES.items():
        # TensorFlow 2 has Keras's classes under its own name, too
        if name.startswith((f"keras.{module}.", f"tf.{module}.")):
            return object_spec(family, name, version=keras, keywords=keywords)
    return None


MODULES: Final = {"loss": "losses", "metric": "metrics", "optimizer": "optimizers", "initializer": "initializers"}


@cache
def _object_variants(family: str, bare: str) -> tuple[LayerSpec, ...]:
    found: list[LayerSpec] = []
    entry = load("keras3_objects")[family]["entries"].get(bare)
    if entry is not None:
        found.append(LayerSpec(**_fields(bare, {**entry, "versions": [3]}, bare, family)))
    legacy = load("keras_legacy")["objects"].get(family, {}).get(bare, {})
    for version in sorted(legacy, reverse=True):
        old = legacy[version]
        found.append(LayerSpec(**_fields(bare, {**old, "versions": [int(version)]}, old["kind"], family)))
    return tuple(found)


def object_spec(
    family: str, name: str, *, version: int | None = None, keywords: Collection[str] = ()
) -> LayerSpec | None:
    """The constructor of a Keras loss, metric, optimizer or initializer class ("Adam", "keras.losses.Huber").

    Raises:
        KeyError: `family` is not "loss", "metric", "optimizer" or "initializer".
    """
    variants = _object_variants(family, name.rpartition(".")[2])
    if version is not None:
        variants = tuple(sorted(variants, key=lambda s: (s.versions[0] < version, abs(s.versions[0] - version))))
    return _best(variants, keywords)  # type: ignore[no-any-return]
