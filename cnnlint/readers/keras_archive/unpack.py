"""The configuration in a `.keras` archive, taken out with limits on what it may unpack to."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any

LARGEST = 64_000_000
"""Bytes that the configuration may have unpacked; that of the largest published models is below 5 MB."""

MOST_VALUES = 1_000_000
"""Values that it may hold; the largest of keras.applications, EfficientNetV2L, has some 60,000."""

MOST_FILES = 10_000


class NotAnArchive(Exception):
    """The bytes are no archive of a Keras model; the message says why."""


def unpack(data: bytes) -> tuple[dict[str, Any], int | None]:
    """The configuration of the model, and the major version of the Keras that wrote it.

    Raises:
        NotAnArchive: there is none, it is damaged, or it unpacks to more than `LARGEST` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.filelist) > MOST_FILES:
                raise NotAnArchive("it is not a Keras archive: it holds too many files")
            config = _json(archive, "config.json")
            metadata = _json(archive, "metadata.json") if "metadata.json" in archive.NameToInfo else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, KeyError,
            OverflowError, MemoryError) as error:  # fmt: skip
        raise NotAnArchive(f"it is not a Keras archive, or a damaged one: {error}") from error
    version = str(metadata.get("keras_version", "")).partition(".")[0]
    return config, int(version) if version in ("1", "2", "3") else None


def _json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if name not in archive.NameToInfo:
        raise NotAnArchive(f"it is not a Keras archive: it holds no {name}")
    with archive.open(name) as member:
        text = member.read(LARGEST + 1)  # the size that the archive states may be a lie
    if len(text) > LARGEST:
        raise NotAnArchive(f"its {name} unpacks to more than {LARGEST // 1_000_000} MB")
    if text.count(b",") + text.count(b"[") + text.count(b"{") > MOST_VALUES:
        raise NotAnArchive(f"its {name} holds more than {MOST_VALUES:,} values")
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise NotAnArchive(f"its {name} nests too deeply") from error
    if not isinstance(value, dict):
        raise NotAnArchive(f"it is not a Keras archive: its {name} is no object")
    return value
