"""Small tables that lie on the machine, for programs that name them: scikit-learn's own, and houses in Keras's cache.

They are read as files, never through a library, and nothing is fetched; what scikit-learn makes is made again.
Columns and labels are brought to what the program makes of them; where that cannot be told, the table is not used.
"""

from __future__ import annotations

import functools
import zipfile
import zlib
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cnnlint.confirm.data import cached
from cnnlint.confirm.data.made_tables import MADE
from cnnlint.graph import ArrayFacts, Model

if TYPE_CHECKING:
    from cnnlint.confirm.data.files import OwnData
    from cnnlint.confirm.data.specs import Array, ProbeSpec

LOADED: dict[str, tuple[str, ...]] = {
    "iris": ("iris.csv",),
    "wine": ("wine_data.csv",),
    "breast_cancer": ("breast_cancer.csv",),
    "diabetes": ("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz"),
}
"""scikit-learn's tables by the name of their loader: the class in the last column, or quantities in a second file."""
DOWNLOADED = ("boston_housing", "california_housing")
"""Keras's, each an archive of `x` and `y`."""
UNCHANGED = frozenset({"split", "shuffle", "cast", "one_hot", "binarize", "encode"})
"""What leaves values as they are, or writes classes otherwise, as the loss wants them anyway."""
MOST = 2000


class _Table(Struct, frozen=True, eq=False):
    title: str
    x: Array
    y: Array


def named(model: Model) -> OwnData | None:
    """The table that a model is trained on, as the program feeds it."""
    from cnnlint.confirm.data.files import OwnData

    source = _source(model)
    feed = next((feed for feed in model.training.fits() if feed.x is not None), None)
    if source is None or feed is None or feed.x is None or feed.y is None or feed.x.recipe != feed.y.recipe:
        return None
    table = _make(source, feed.x.recipe) if feed.x.recipe else _read(source) if _files(source) else None
    if table is None:
        return None
    shape = feed.x.shape
    if feed.y.source != source or shape is None or shape[1:] != table.x.shape[1:]:
        return None
    x, y = _fed(table.x, feed.x), _fed(table.y, feed.y)
    if x is None or y is None:
        return None
    return OwnData(table.title, stamp(model) or "", x, y, len(y), float(x.min()), float(x.max()), named=True)


def digits_named(model: Model, spec: ProbeSpec) -> bool:
    """Whether the digits that come with cnnlint are the program's own: scikit-learn's are."""
    return spec.pattern == "digits" and _source(model) == "sklearn.datasets.load_digits"


def stamp(model: Model) -> str | None:
    """What a verdict depends on where a table is used: its name and the sizes of its files."""
    source = _source(model)
    recipe = next((feed.x.recipe for feed in model.training.fits() if feed.x is not None), ())
    if recipe:
        return f"{source} {recipe}"
    files = _files(source) if source is not None else ()
    return f"{source} {[file.stat().st_size for file in files]}" if files else None


def _source(model: Model) -> str | None:
    return next((feed.x.source for feed in model.training.fits() if feed.x is not None), None)


def _files(source: str) -> tuple[Path, ...]:
    """The files of a table, none where it does not lie on this machine."""
    library, _, name = source.rpartition(".")
    name = name.removeprefix("load_")
    files: tuple[Path, ...] = ()
    try:
        if library == "sklearn.datasets" and name in LOADED:
            found = PathFinder.find_spec("sklearn")
            places = found.submodule_search_locations if found is not None else None
            files = tuple(
                Path(place, "datasets", "data", file) for place in (places or ())[:1] for file in LOADED[name]
            )
        elif library == "keras.datasets" and name in DOWNLOADED:
            files = (cached.folder() / f"{name}.npz",)
        return files if all(file.is_file() for file in files) else ()
    except (OSError, RuntimeError, ValueError):  # there is no home
        return ()


@functools.cache
def _make(source: str, recipe: tuple[tuple[str, float], ...]) -> _Table | None:
    """A table like the one that a function of scikit-learn makes of these numbers; None where it refuses them."""
    import numpy as np

    given = dict(recipe)
    title, make = MADE.get(source.rpartition(".")[2], ("", None))
    if make is None or not given["n_samples"] >= 1 or not given["noise"] >= 0:
        return None
    if not 5 <= given.get("n_features", 5) <= MOST or not 0 <= given.get("factor", 0.8) < 1:
        return None
    x, y = make(given, np.random.default_rng(0))
    told = f" (noise {given['noise']:g})" if given["noise"] else ""
    return _Table(f"{title}{told} as scikit-learn makes them", x, y)


@functools.cache
def _read(source: str) -> _Table | None:
    """A table as its loader gives it; None where its files are not what they should be."""
    import numpy as np  # whoever only asks for a kept verdict does without

    files, name = _files(source), source.rpartition(".")[2].removeprefix("load_")
    title = name.replace("_", " ")
    try:
        if name in DOWNLOADED:
            with np.load(files[0], allow_pickle=False) as held:
                x, y = held["x"].astype(np.float64), held["y"].astype(np.float64)
            order = np.random.default_rng(113).permutation(len(y))[:MOST]
            table = _Table(f"{title} from Keras's cache", x[order], y[order])
        elif len(files) > 1:
            x, y = (np.loadtxt(file, dtype=np.float64) for file in files)
            # the loader takes out each column's mean and brings it to unit length
            x = (x - x.mean(axis=0)) / (x.std(axis=0) * len(x) ** 0.5)
            table = _Table(f"scikit-learn's {title}", x, y)
        else:
            rows = np.loadtxt(files[0], delimiter=",", skiprows=1, dtype=np.float64)
            table = _Table(f"scikit-learn's {title}", rows[:, :-1], rows[:, -1].astype(np.int64))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
        return None
    whole = table.x.ndim == 2 and table.y.shape == (len(table.x),)
    return table if whole and bool(np.isfinite(table.x).all() and np.isfinite(table.y).all()) else None


def _fed(values: Array, facts: ArrayFacts) -> Array | None:
    """An array as the program's steps leave it, None where one of them cannot be repeated."""
    import numpy as np

    for step in facts.steps:
        if step.kind in UNCHANGED or (values.ndim == 1 and step.kind in ("reshape", "expand_dims")):
            continue
        if step.kind == "standardize" or (step.kind == "fit-scaler" and step.centred):
            values = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-12)
        elif step.kind == "fit-scaler" and (facts.low, facts.high) == (0, 1):
            values = (values - values.min(axis=0)) / np.maximum(np.ptp(values, axis=0), 1e-12)
        elif step.kind == "scale" and step.factor:
            values = values * step.factor
        elif step.kind == "shift" and step.factor is not None:
            values = values + step.factor
        else:
            return None
    return values if values.dtype.kind == "i" else values.astype(np.float32)
