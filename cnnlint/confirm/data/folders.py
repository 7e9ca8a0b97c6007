"""The user's own pictures: a folder with one folder for each class, as Keras's `image_dataset_from_directory` reads it.

The classes are numbered in the alphabetical order of their folders. Which pictures are there is found without a
framework; TensorFlow decodes them, in the process that confirms.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cnnlint.confirm.requests import DataError
from cnnlint.confirm.seeding import kept

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
"""What Keras takes for a picture."""

SIDE = 128
"""Larger pictures are reduced to this many pixels a side: hardly any model is trained on more in a short run."""

MOST = 1300
"""Pictures that are kept: 64 MB of them in colour."""

LARGEST = 32 * 2**20
"""Bytes of a single file."""


class Folder(Struct, frozen=True):
    """Which pictures are kept of a folder, and their class numbers; `total` is how many there are.

    `digest` is that of the kept pictures' names and bytes.
    """

    name: str
    files: tuple[str, ...]
    labels: tuple[int, ...]
    total: int
    digest: str


def survey(path: str, fewest: int) -> Folder:
    """Find the pictures of a folder.

    Raises:
        DataError: there are not two folders with pictures in it, or fewer pictures than `fewest`.
    """
    name = os.path.basename(os.path.abspath(path))
    try:
        with os.scandir(path) as entries:
            classes = sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
        found = [(file, number) for number, one in enumerate(classes) for file in _in(os.path.join(path, one))]
        filled = {number for _, number in found}
        if len(filled) < 2:
            raise DataError(f"{name} has no two folders with pictures in them: one folder for each class is wanted")
        for number, one in enumerate(classes):
            if number not in filled:
                raise DataError(f"{os.path.join(name, one)} has no pictures ({', '.join(ENDINGS)}) in it")
        if len(found) < fewest:
            raise DataError(f"{name} has {len(found)} pictures: at least {fewest} are needed")
        chosen = [found[index] for index in kept(len(found), MOST)]
        digest = hashlib.sha256()
        for file, number in chosen:
            digest.update(f"{os.path.relpath(file, path)}\0{number}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(_bytes(file)).digest())
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}") from None
    files, labels = zip(*chosen, strict=True)
    return Folder(name, files, labels, len(found), digest.hexdigest())


def _in(folder: str) -> list[str]:
    """The pictures of a class, also those in folders within its own, in order."""
    return sorted(
        os.path.join(within, file)
        for within, _, files in os.walk(folder)
        for file in files
        if file.lower().endswith(ENDINGS)
    )


def _bytes(file: str) -> bytes:
    if os.path.getsize(file) > LARGEST:
        raise DataError(f"{os.path.basename(file)} has more than {LARGEST >> 20} MB")
    with open(file, "rb") as opened:
        return opened.read()


def decoded(folder: Folder) -> npt.NDArray[np.uint8]:
    """The pictures in colour and in one size, (pictures, height, width, 3): the median of theirs, at most `SIDE`.

    Raises:
        DataError: a file is no picture, or TensorFlow is not installed.
    """
    try:
        import tensorflow as tf
    except ImportError:
        raise DataError("pictures are decoded by TensorFlow, which is not installed") from None

    def read(file: str) -> Any:
        try:
            return tf.io.decode_image(_bytes(file), channels=3, expand_animations=False)
        except tf.errors.OpError:
            raise DataError(f"{os.path.basename(file)} in {folder.name} is no picture that can be decoded") from None
        except OSError as error:
            raise DataError(f"{os.path.basename(file)} cannot be read: {error.strerror or error}") from None

    sizes = np.array([read(file).shape[:2] for file in folder.files[:: max(1, len(folder.files) // 50)]])
    height, width = (int(min(SIDE, side)) for side in np.median(sizes, axis=0))
    pictures = np.zeros((len(folder.files), height, width, 3), np.uint8)
    for index, file in enumerate(folder.files):
        picture = read(file)
        if tuple(picture.shape) != (height, width, 3):
            resized = tf.image.resize(picture, (height, width), antialias=True)
            picture = tf.cast(tf.clip_by_value(tf.round(resized), 0, 255), tf.uint8)
        pictures[index] = picture.numpy()
    return pictures
