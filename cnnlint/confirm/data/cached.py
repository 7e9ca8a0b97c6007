"""Pictures that Keras has downloaded before, for programs that name them: from its cache, never from the network."""

from __future__ import annotations

import functools
import gzip
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnlint.confirm import backend
from cnnlint.graph import Model

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pictures = tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]

PictureSet = Literal["mnist", "fashion_mnist"]
TITLES: dict[str, str] = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
FILES: dict[PictureSet, tuple[str, ...]] = {
    "mnist": ("mnist.npz",),
    "fashion_mnist": ("fashion-mnist/train-images-idx3-ubyte.gz", "fashion-mnist/train-labels-idx1-ubyte.gz"),
}
SIDE, CLASSES = 28, 10
FEWEST, MOST = 3000, 6000
"""Pictures that are held, the first of the training set: what is trained on and judged is drawn from them. A set of
fewer than the former is not Keras's, nor enough."""


def folder() -> Path:
    """Where Keras keeps what it has downloaded."""
    given = backend.keras_home()
    return (Path(given).expanduser() if given else Path.home() / ".keras") / "datasets"


def named(model: Model) -> PictureSet | None:
    """The set that a model is trained on, where its file says so and it lies in the cache."""
    sources = (feed.x.source for feed in model.training.fits() if feed.x is not None)
    source = next(filter(None, sources), None)
    try:
        for name, files in FILES.items():
            if source == f"keras.datasets.{name}" and all((folder() / file).is_file() for file in files):
                return name
    except (OSError, RuntimeError):  # there is no home
        return None
    return None


def stamp(model: Model) -> str | None:
    """What a verdict depends on where that set is used: its name and the sizes of its files."""
    name = named(model)
    if name is None:
        return None
    return f"{name} {[(folder() / file).stat().st_size for file in FILES[name]]}"


@functools.cache
def pictures(name: PictureSet) -> Pictures | None:
    """Pictures in 0..1, (samples, 28, 28), and their classes; None where the files are not what they should be."""
    import numpy as np  # whoever only asks for a kept verdict does without

    paths = [folder() / file for file in FILES[name]]
    try:
        if name == "mnist":
            with np.load(paths[0], allow_pickle=False) as held:
                x, y = held["x_train"][:MOST], held["y_train"][:MOST]
        else:
            x = np.frombuffer(_unpacked(paths[0], 16 + MOST * SIDE**2), np.uint8, offset=16).reshape(-1, SIDE, SIDE)
            y = np.frombuffer(_unpacked(paths[1], 8 + MOST), np.uint8, offset=8)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
        return None
    count = len(x)
    whole = count >= FEWEST and x.shape == (count, SIDE, SIDE) and y.shape == (count,)
    if not whole or x.dtype != np.uint8 or y.max() >= CLASSES:
        return None
    return (x / np.float32(255)).astype(np.float32), y.astype(np.int32)


def _unpacked(path: Path, size: int) -> bytes:
    with gzip.open(path) as file:
        return file.read(size)
