"""The user's own data from a file: arrays `x` and `y` of an .npz file, checked as they are read and cut to what fits.

Tables and folders of pictures are read by modules of their own.

Nothing in the file is unpickled. It is read row by row, so neither its size nor what it unpacks to matters.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cnnlint.confirm.data.folders import decoded, survey
from cnnlint.confirm.data.tables import is_table, parts, read_table
from cnnlint.confirm.requests import DataError
from cnnlint.confirm.seeding import kept

Array = npt.NDArray[Any]

FEWEST = 64
"""A fifth of them is held out: of fewer samples than these, too few are left to measure anything on."""
MOST = 4096
MOST_BYTES = 64 * 2**20
CHUNK = 4 * 2**20
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class OwnData(Struct, frozen=True, eq=False):
    """What was kept of a file: features (samples, ...) in float32 or whole numbers, and labels as they are there.

    `total` is the number of samples in the file, `digest` that of its bytes, `low` and `high` bound all features.
    """

    name: str
    digest: str
    x: Array
    y: Array
    total: int
    low: float
    high: float
    #: pictures in 0..255, (samples, height, width, 3): the model's size, channels and value range are made of them
    pictures: bool = False
    #: a set that the program itself names, not the user's file: its classes are numbers, written as the loss takes them
    named: bool = False


def find_data(path: str) -> str:
    """Check a file as `read_data` does, or which pictures a folder has; the digest of what would be read.

    Raises:
        DataError: it cannot be used.
    """
    return survey(path, FEWEST).digest if os.path.isdir(path) else read_data(path).digest


def read_data(path: str) -> OwnData:
    """Read and check a file: an .npz file with `x` and `y`, "table.csv:column", or a folder of pictures.

    Raises:
        DataError: there is no such file, it is not an .npz file, an array is missing or of another kind than
            numbers, lengths differ, a value is not finite, or there are too few samples.
    """
    if os.path.isdir(path):
        folder = survey(path, FEWEST)
        labels = np.array(folder.labels)
        return OwnData(folder.name, folder.digest, decoded(folder), labels, folder.total, 0.0, 255.0, pictures=True)
    if is_table(path):
        return _table(path)
    name = os.path.basename(path)
    if not os.path.isfile(path):
        raise DataError(f"{path}: there is no such file")
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = [_Stored(archive, name, key) for key in ("x", "y")]
            x, y = arrays
            _check(name, x, y)
            chosen = _chosen(x)
            features, low, high = x.rows(chosen)
            labels, _, _ = y.rows(chosen)
        return OwnData(name, _digest(path), features, labels, x.shape[0], low, high)
    except zipfile.BadZipFile:
        raise DataError(f"{name} is not an .npz file: numpy.savez(..., x=x, y=y) writes one") from None
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}") from None
    except (ValueError, EOFError, zlib.error, NotImplementedError, RuntimeError, SyntaxError) as error:
        raise DataError(f"{name} is damaged: {str(error).splitlines()[0]}") from None


def _table(path: str) -> OwnData:
    file, column = parts(path)
    name = os.path.basename(file)
    x, y, total = read_table(path, MOST)
    if total < FEWEST:
        raise DataError(f"{name} has {total} rows: at least {FEWEST} are needed")
    if not x.shape[1]:
        raise DataError(f"{name} has no column beside that of the labels")
    if not np.isfinite(y).all():
        raise DataError(f"the labels in {name} have values that are not finite")
    digest = hashlib.sha256(f"{_digest(file)}:{column}".encode()).hexdigest()
    return OwnData(name, digest, x, y, total, float(x.min()), float(x.max()))


class _Stored:
    """One array in an archive: its header, and its rows as they are asked for."""

    def __init__(self, archive: zipfile.ZipFile, name: str, key: str) -> None:
        self._archive, self._file, self.key = archive, name, key
        names = archive.namelist()
        if f"{key}.npy" not in names:
            held = ", ".join(sorted(one.removesuffix(".npy") for one in names)[:8]) or "nothing"
            raise DataError(f"{name} has no array `{key}`: it holds {held}")
        with archive.open(f"{key}.npy") as file:
            self.shape, self._fortran, self.dtype = _header(file)
        if self.dtype.hasobject:
            raise DataError(f"`{key}` in {name} holds Python objects, which are never unpickled: numbers are wanted")
        if self.dtype.kind not in "biuf":
            raise DataError(f"`{key}` in {name} is of dtype {self.dtype}: numbers are wanted")

    @property
    def _width(self) -> int:
        return int(np.prod(self.shape[1:], dtype=np.int64)) * self.dtype.itemsize

    @property
    def kept_bytes(self) -> int:
        """The bytes of one row once it is kept."""
        return int(np.prod(self.shape[1:], dtype=np.int64)) * min(4, self.dtype.itemsize)

    def rows(self, kept: Array) -> tuple[Array, float, float]:
        """The rows of these (sorted) numbers, and the bounds of all; DataError where a value is not finite."""
        found: list[Array] = []
        low, high, start = np.inf, -np.inf, 0
        for chunk in self._chunks():
            with np.errstate(over="ignore"):
                chunk = chunk.astype(np.float32) if chunk.dtype.kind == "f" else chunk
            finite = np.isfinite(chunk).reshape(len(chunk), -1).all(axis=1)
            if not finite.all():
                sample = start + int(np.argmin(finite))
                raise DataError(f"`{self.key}` in {self._file} has values that are not finite, first in row {sample}")
            if chunk.size:
                low, high = min(low, float(chunk.min())), max(high, float(chunk.max()))
            inside = kept[(kept >= start) & (kept < start + len(chunk))] - start
            found.append(chunk[inside])
            start += len(chunk)
        return np.concatenate(found), low, high

    def _chunks(self) -> Iterator[Array]:
        with self._archive.open(f"{self.key}.npy") as file:
            if self._fortran and len(self.shape) > 1:
                if self._width * self.shape[0] > 8 * MOST_BYTES:
                    raise DataError(
                        f"`{self.key}` in {self._file} is stored by columns: save np.ascontiguousarray of it"
                    )
                yield np.lib.format.read_array(file, allow_pickle=False)
                return
            _header(file)
            at_once = max(1, CHUNK // max(1, self._width))
            for start in range(0, self.shape[0], at_once):
                count = min(at_once, self.shape[0] - start)
                data = file.read(count * self._width)
                if len(data) != count * self._width:
                    raise ValueError(f"`{self.key}` ends early")
                rows = np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])
                yield rows.astype(self.dtype.newbyteorder("="))


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"arrays of format {version} are not read")
    shape, fortran, dtype = HEADERS[version](file)
    return shape, fortran, dtype


def _check(name: str, x: _Stored, y: _Stored) -> None:
    for array, least, what in ((x, 2, "samples first, then features"), (y, 1, "one row for each sample of `x`")):
        if len(array.shape) < least:
            raise DataError(f"`{array.key}` in {name} has the shape {array.shape}: {what}")
    if 0 in x.shape[1:] or 0 in y.shape[1:]:
        raise DataError(f"{name} is empty: `x` has the shape {x.shape}, `y` {y.shape}")
    if x.shape[0] != y.shape[0]:
        raise DataError(f"`x` in {name} has {x.shape[0]} samples and `y` {y.shape[0]}")
    if x.shape[0] < FEWEST:
        raise DataError(f"{name} has {x.shape[0]} samples: at least {FEWEST} are needed")
    if FEWEST * x.kept_bytes > 4 * MOST_BYTES:
        raise DataError(f"a sample of `x` in {name} takes {x.kept_bytes / 2**20:.0f} MB: that is too large to train on")


def _chosen(x: _Stored) -> Array:
    """The numbers of the samples that are kept: all, or as many as fit, drawn once and for all."""
    count = min(MOST, max(FEWEST, MOST_BYTES // max(1, x.kept_bytes)))
    return kept(x.shape[0], count)


def _digest(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            found.update(block)
    return found.hexdigest()
