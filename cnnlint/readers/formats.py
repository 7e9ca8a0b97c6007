"""What a file is, told by its content; by its name where the content does not show it."""

from __future__ import annotations

import os

from cnnlint.readers.keras_archive.hdf5 import SIGNATURE

PYTHON = "cnnlint.readers.python"
NOTEBOOK = "cnnlint.readers.notebook"
ONNX = "cnnlint.readers.onnx"
ARCHIVE = "cnnlint.readers.keras_archive"

BY_SUFFIX = {
    ".py": PYTHON,
    ".ipynb": NOTEBOOK,
    ".onnx": ONNX,
    ".keras": ARCHIVE,
    ".h5": ARCHIVE,
    ".hdf5": ARCHIVE,
    ".json": ARCHIVE,
    ".pb": ARCHIVE,
}

SHOWN = 4096
"""So many bytes show what a text is."""


def reader(filename: str, data: bytes) -> str:
    """The module that reads a file."""
    found = BY_SUFFIX.get(os.path.splitext(filename)[1].lower(), PYTHON)
    if found in (PYTHON, NOTEBOOK) and b"\0" not in data[:SHOWN]:
        return found if not is_model_json(data) or found == NOTEBOOK else ARCHIVE
    if data.startswith((b"PK\x03\x04", SIGNATURE)):
        return ARCHIVE
    if found == ONNX and is_model_json(data):
        return ARCHIVE
    if found != ONNX and is_onnx(data):
        return ONNX
    return found


def is_binary(filename: str, data: bytes) -> bool:
    """Whether a file is a graph or an archive, whatever it is called."""
    return reader(filename, data) in (ONNX, ARCHIVE)


def holds_no_model(filename: str, data: bytes) -> bool:
    """Whether a file that is called a model's is plainly none: weights or data alone in HDF5, a pointer of Git LFS."""
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        return True
    hierarchical = filename.lower().endswith((".h5", ".hdf5")) and SIGNATURE in data[: 1 << 16]
    return hierarchical and b"model_config" not in data


def is_onnx(data: bytes) -> bool:
    """Whether the bytes begin as ONNX models do: their format's version, from 3 on, then who made them or the graph."""
    return len(data) > 2 and data[0] == 0x08 and 3 <= data[1] < 64 and data[2] in (0x12, 0x1A, 0x22, 0x28, 0x3A, 0x42)


def is_model_json(data: bytes) -> bool:
    """Whether a text begins as a saved Keras configuration does."""
    start = data[:SHOWN].lstrip()
    if start[:1] == b'"':  # a string of JSON
        start = start[1:].replace(b'\\"', b'"')
    return start.lstrip()[:1] == b"{" and b'"class_name"' in start and b'"config"' in start
