"""The weights that a graph or an archive was trained to, for the arms of a test to start from.

.onnx     the initialisers that a layer reads
.keras    model.weights.h5 within the archive: the layers by name, their parts by attribute
.h5       the weights of each layer by name, in Keras 2's order

h5py is imported here; it comes with the framework.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cnnlint.confirm.models.weights import Weight, weight_keys
from cnnlint.graph import Learned, Model, Program
from cnnlint.readers.keras_archive.hdf5 import SIGNATURE

LARGEST = 1 << 30
"""Bytes of weights that are taken out of an archive: the process has 3 GB for all."""

Values = Callable[[Any], Iterator[tuple[Any, Any]]]
"""The variables of a built layer, each with the array that was stored for it."""


class Trained(Struct, frozen=True):
    """What was stored for the layers of a model, by the words that their weights are drawn under.

    `digest` tells files apart.
    """

    digest: str
    layers: dict[str, Values]

    def given(self, weights: list[Weight], key: str, layer: Any) -> list[Weight]:
        """The weights of a layer with what was stored for them, all of them or none."""
        stored = dict(_fitting(self.layers[key](layer))) if key in self.layers else {}
        drawn = [weight for weight in weights if weight.initialiser is not None]
        if any(id(weight.variable) not in stored for weight in drawn):
            return weights
        return [replace(weight, trained=stored.get(id(weight.variable))) for weight in weights]

    def note(self, weights: list[Weight]) -> str:
        """Which layers started from what was stored."""
        started: dict[str, bool] = {}
        for weight in weights:
            if weight.initialiser is not None:
                name = weight.key.rsplit("/", 2)[0].partition(":")[2]
                started[name] = weight.trained is not None
        random = [f"`{name}`" for name, known in started.items() if not known]
        if not random:
            return "all layers started from their trained weights"
        if len(random) == len(started):
            return "no layer started from trained weights: the file holds none that fit"
        listed = ", ".join(random[:4]) + (" and others" if len(random) > 4 else "")
        return f"{len(started) - len(random)} of {len(started)} layers started from their trained weights; not {listed}"


def _fitting(pairs: Iterator[tuple[Any, Any]]) -> Iterator[tuple[int, Any]]:
    """Arrays by id of the variable that they have the shape of, axes of size 1 aside."""
    for variable, array in pairs:
        wanted = tuple(variable.shape)
        if array is not None and [size for size in array.shape if size != 1] == [size for size in wanted if size != 1]:
            yield id(variable), np.asarray(array, dtype="float32").reshape(wanted)


def trained(program: Program, data: bytes) -> Trained:
    """What a file holds; no layers where it holds none, or they cannot be told apart."""
    layers: dict[str, Values] = {}
    for model in program.models[:1]:
        keys = weight_keys(model)
        for event in program.events_of(Learned):
            if event.model is model and id(event.node) in keys:
                layers[keys[id(event.node)]] = _listed([read() for read in event.variables])
        layers.update(_archived(model, keys, data))
    return Trained(hashlib.sha256(data).hexdigest(), layers)


def _listed(arrays: list[Any]) -> Values:
    """Arrays in the order in which Keras lists a layer's weights."""

    def values(layer: Any) -> Iterator[tuple[Any, Any]]:
        variables = [*layer.trainable_weights, *layer.non_trainable_weights]
        yield from zip(variables, arrays, strict=False) if len(variables) == len(arrays) else ()

    return values


def _archived(model: Model, keys: dict[int, str], data: bytes) -> dict[str, Values]:
    """What an archive holds for the layers of a model."""
    stored = _weights_file(data)
    if stored is None:
        return {}
    import h5py

    try:
        with h5py.File(io.BytesIO(stored), "r") as file:
            found = dict(_by_path(file, ())) if "layers" in file else dict(_by_name(file))
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError, RecursionError):
        return {}  # damaged, or stored by a version that writes them otherwise
    layers = ((keys[id(node)], (*node.scope, node.name)) for node in model.nodes if node.fused_into is None)
    return {key: found[path] for key, path in layers if path in found}


def _weights_file(data: bytes) -> bytes | None:
    """The HDF5 file that an archive holds, or is."""
    if data.startswith(SIGNATURE):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("model.weights.h5") as member:
            stored = member.read(LARGEST + 1)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, ValueError):
        return None
    return stored if len(stored) <= LARGEST else None


Path = tuple[str, ...]


def _by_path(group: Any, scope: Path) -> Iterator[tuple[Path, Values]]:
    """Keras 3: a group for each layer, which knows its name, and in it groups for what the layer is made of."""
    for child in group["layers"].values():
        name = child["vars"].attrs.get("name") if "vars" in child else None
        if not isinstance(name, str):
            continue
        if "layers" in child:
            yield from _by_path(child, (*scope, name))
        else:
            yield (*scope, name), _parts(child)


def _parts(group: Any) -> Values:
    """What a group holds for a layer and, by attribute, for the layers within it."""
    own = group.get("vars", {})
    arrays = [own[str(index)][()] for index in range(len(own))]
    within = {name: _parts(child) for name, child in group.items() if name != "vars"}

    def values(layer: Any) -> Iterator[tuple[Any, Any]]:
        variables = [*getattr(layer, "_trainable_variables", ()), *getattr(layer, "_non_trainable_variables", ())]
        yield from zip(variables, arrays, strict=False) if len(variables) == len(arrays) else ()
        for name, part in within.items():
            yield from part(getattr(layer, name, None))

    return values


def _by_name(file: Any) -> Iterator[tuple[Path, Values]]:
    """Keras 1 and 2, and Keras 3's .h5: the names of the layers and of each one's weights are attributes."""
    root = file.get("model_weights", file)
    for name in map(_text, root.attrs["layer_names"]):
        group = root[name]
        arrays = [group[_text(one)][()] for one in group.attrs["weight_names"]]
        if arrays:
            yield (name,), _listed(arrays)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
