"""The configuration of a saved Keras model, whatever it was saved in: told by the content, taken out with limits.

.keras              a zip archive that holds config.json and metadata.json
.h5                 HDF5, with the configuration in attributes (Keras 1, 2 and 3)
model.to_json()     JSON, or a string of JSON that holds it
model.json          of TensorFlow.js: JSON, with the configuration in its modelTopology
keras_metadata.pb   beside a SavedModel of Keras 2: JSON in a protocol buffer
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from cnnlint.readers.keras_archive import hdf5

LARGEST = 64_000_000
"""Bytes that the configuration may have unpacked; that of the largest published models is below 5 MB."""

MOST_VALUES = 1_000_000
"""Commas and brackets that it may hold: a layer of Keras 3 takes some 45."""

MOST_FILES = 10_000


class NotAnArchive(Exception):
    """The bytes are no saved Keras model; the message says why."""


Saved = tuple[dict[str, Any], "int | None"]
"""A saved object with class_name, config and compile_config, and the major version of the Keras that wrote it."""


def unpack(data: bytes) -> Saved:
    """The configuration of the model, and the major version of the Keras that wrote it.

    Raises:
        NotAnArchive: there is none, it is damaged, or it unpacks to more than the limits allow.
    """
    if data.startswith(b"PK"):
        return _from_zip(data)
    if hdf5.SIGNATURE in data[: 1 << 16]:
        return _from_hdf5(data)
    if data.lstrip()[:1] in (b"{", b'"'):
        return _legacy(_topology(_object(_once(data), "text")))
    if b"_tf_keras_" in data:
        return _from_metadata(data)
    if data.startswith((b"\x08\x01\x12", b"\n")):
        raise NotAnArchive(
            "it is a TensorFlow graph, which is not read; the keras_metadata.pb beside a SavedModel is, "
            "and so is what tf2onnx makes of it"
        )
    raise NotAnArchive("it is not a saved Keras model, or a damaged one")


DAMAGE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(OSError, ValueError, KeyError, OverflowError, MemoryError),
)
"""What Python's zipfile raises over an archive that is damaged, encrypted or compressed in an unknown way."""


def _damage() -> tuple[type[Exception], ...]:
    """These, and what data raises that was not packed by LZMA, where this Python has LZMA."""
    try:
        from lzma import LZMAError
    except ImportError:
        return DAMAGE
    return (*DAMAGE, LZMAError)


def _from_zip(data: bytes) -> Saved:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.filelist) > MOST_FILES:
                raise NotAnArchive("it is not a Keras archive: it holds too many files")
            config = _member(archive, "config.json")
            metadata = _member(archive, "metadata.json") if "metadata.json" in archive.NameToInfo else {}
    except _damage() as error:
        raise NotAnArchive(f"it is not a Keras archive, or a damaged one: {error}") from error
    return config, _version(metadata.get("keras_version"))


def _member(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if name not in archive.NameToInfo:
        raise NotAnArchive(f"it is not a Keras archive: it holds no {name}")
    with archive.open(name) as member:
        text = member.read(LARGEST + 1)  # the size that the archive states may be a lie
    return _object(text, name)


def _object(text: bytes, name: str) -> dict[str, Any]:
    """A JSON object, unless it is too large."""
    if len(text) > LARGEST:
        raise NotAnArchive(f"its {name} unpacks to more than {LARGEST // 1_000_000} MB")
    if text.count(b",") + text.count(b"[") + text.count(b"{") > MOST_VALUES:
        raise NotAnArchive(f"its {name} holds more than {MOST_VALUES:,} values")
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise NotAnArchive(f"its {name} nests too deeply") from error
    except ValueError as error:
        raise NotAnArchive(f"its {name} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotAnArchive(f"it is not a Keras archive: its {name} is no object")
    return value


def _once(text: bytes) -> bytes:
    """The JSON in a string of JSON: what `json.dump(model.to_json(), file)` writes."""
    if text.lstrip()[:1] != b'"' or len(text) > LARGEST:
        return text
    try:
        inner = json.loads(text)
    except ValueError as error:
        raise NotAnArchive(f"its text is no JSON: {error}") from error
    return str(inner).encode("utf-8", "replace")


def _version(stated: Any) -> int | None:
    number = str(stated or "").partition(".")[0]
    return int(number) if number in ("1", "2", "3") else None


def _from_hdf5(data: bytes) -> Saved:
    try:
        found = hdf5.attributes(data)
    except hdf5.Damaged as error:
        raise NotAnArchive(f"it is a damaged HDF5 file: {error}") from error
    if not found.get("model_config"):
        weights = "it holds weights alone" if "layer_names" in found else "it holds no configuration of a Keras model"
        raise NotAnArchive(f"{weights}: the layers stand in the program that saved it, or in a whole saved model")
    saved = _object(found["model_config"].encode(), "model_config")
    if found.get("training_config"):
        saved["training_config"] = _object(found["training_config"].encode(), "training_config")
    saved.setdefault("keras_version", found.get("keras_version"))
    return _legacy(saved)


def _topology(saved: dict[str, Any]) -> dict[str, Any]:
    """What the JSON of TensorFlow.js holds of the model that it was made of; any other object as it is."""
    topology = saved.get("modelTopology")
    if not isinstance(topology, dict):
        return saved
    config = topology.get("model_config", topology)
    return {**topology, **config} if isinstance(config, dict) else topology


def _legacy(saved: dict[str, Any]) -> Saved:
    """A configuration as Keras 1 and 2 write it, in the form of Keras 3's."""
    if not isinstance(saved.get("class_name"), str) or "config" not in saved:
        raise NotAnArchive("it is not a saved Keras model: it names no class and no configuration")
    if isinstance(saved["config"], list):  # a Sequential before Keras 2.2.3
        saved["config"] = {"layers": saved["config"]}
    training = saved.pop("training_config", None)
    if isinstance(training, Mapping):
        compiled = {key: training.get(key) for key in ("loss", "metrics")}
        saved.setdefault("compile_config", {**compiled, "optimizer": training.get("optimizer_config")})
    return saved, _version(saved.get("keras_version"))


# -- keras_metadata.pb: SavedMetadata{nodes: [SavedObject{node_path: 3, identifier: 4, metadata: 5}]}


def _from_metadata(data: bytes) -> Saved:
    for number, node in _fields(data):
        if number != 1:
            continue
        parts = dict(_fields(node))
        if parts.get(3) == b"root":
            metadata = _object(parts.get(5, b""), "metadata")
            saved = metadata.get("model_config")
            if not isinstance(saved, dict):
                saved = {key: metadata.get(key) for key in ("class_name", "config")}
            saved.setdefault("training_config", metadata.get("training_config"))
            saved.setdefault("keras_version", metadata.get("keras_version") or "2")
            return _legacy(saved)
    raise NotAnArchive("it is damaged Keras metadata, or describes no model")


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a protocol buffer that hold bytes; the others are passed over."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            _, place = _varint(data, place)
        elif wire in (1, 5):
            place += 8 if wire == 1 else 4
        elif wire == 2:
            size, place = _varint(data, place)
            yield number, data[place : place + size]
            place += size
        else:
            return


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return value, place
