"""Verdicts that were reached before, one file each: found again as long as nothing that they depend on has changed.

That is the model graph with its training set-up and data facts, the repaired twin, the rule and its experiment, the
seed, the data, and the versions of cnnlint, of the frameworks and of Python. What the clock cut off is never kept: it
is taken up again where there is more time. No framework is imported here.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
from importlib import metadata
from pathlib import Path

import msgspec

from cnnlint import store
from cnnlint.confirm.canonical import digest, model_text, plain
from cnnlint.confirm.data import cached, named_tables
from cnnlint.confirm.subjects import Subject
from cnnlint.diagnostics import Evidence, Verdict
from cnnlint.rule.experiments import Experiment
from cnnlint.rule.remedies import Twin
from cnnlint.store import Store
from cnnlint.version import __version__

KEPT = frozenset({Verdict.PROVED, Verdict.CONFIRMED, Verdict.SLOWER, Verdict.NO_DIFFERENCE})
"""Verdicts that are kept. What is undecided is, too, where a trial was carried through to its end."""

MOST_BYTES = 64 * 2**20
"""When the entries together exceed this, the ones that were not used for longest go, down to three quarters of it."""

DISTRIBUTIONS = {
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly"),
    "jax": ("jax",),
    "torch": ("torch",),
}


class Entry(msgspec.Struct, frozen=True):
    """What a file holds: its own key again, and the evidence."""

    key: str
    evidence: Evidence


def lasting(evidence: Evidence) -> bool:
    """Whether evidence would be the same in every run: not where the time for it, or for all, had run out."""
    return evidence.verdict in KEPT or (evidence.verdict is Verdict.UNDECIDED and evidence.backend is not None)


class Cache:
    """Evidence by key in a folder. A folder that cannot be used and entries that cannot be read are as good as none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._store = Store(folder)

    def find(self, key: str) -> Evidence | None:
        """The evidence that is kept under a key, marked as an earlier one."""
        try:
            entry = msgspec.json.decode(self._store.find(key) or b"", type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if entry.key != key or not lasting(entry.evidence):
            return None
        return msgspec.structs.replace(entry.evidence, cached=True)

    def keep(self, key: str, evidence: Evidence) -> None:
        """Keep evidence that lasts: whole, or not at all."""
        if lasting(evidence):
            self._store.keep(key, msgspec.json.encode(Entry(key, evidence)))

    def prune(self, most: int = MOST_BYTES) -> None:
        """Remove what was not used for longest where there is too much; looked at only after something was kept."""
        self._store.prune(most)


def default_folder() -> Path:
    """`$CNNLINT_CACHE_DIR`, else cnnlint's own folder where the system keeps caches; there the one for verdicts."""
    return store.folder("confirm")


def key(
    code: str, experiment: Experiment, subject: Subject, seed: int, data: str | None, trained: str | None = None
) -> str | None:
    """The key of a finding's evidence; None where the versions that it depends on are not known.

    `data` is the digest of the user's own, `trained` that of the file whose weights the models start from.
    """
    versions = installed(os.environ.get("KERAS_BACKEND", "tensorflow"))
    if versions is None:
        return None
    sets = (cached.stamp(subject.model), named_tables.stamp(subject.model)) if subject.model is not None else None
    return digest(code, subject_text(experiment, subject), seed, data, trained, sets, versions)


def subject_text(experiment: Experiment, subject: Subject) -> object:
    """Everything about a finding that its test depends on, as plain values."""
    numbers: dict[int, int] = {}
    model = model_text(subject.model, numbers) if subject.model is not None else None
    node = numbers.get(id(subject.node), "elsewhere") if subject.node is not None else None
    twin = _twin(subject.twin, numbers)
    settings = [[_twin(one.whole, numbers), _twin(one.without, numbers), one.beside] for one in subject.settings]
    return [plain(experiment, {}), model, node, twin, subject.no_twin, settings, subject.instead]


def _twin(twin: Twin | None, numbers: dict[int, int]) -> object:
    """A twin's model, and the numbers of its nodes beside those of the original's."""
    if twin is None:
        return None
    others: dict[int, int] = {}
    repaired = model_text(twin.model, others)
    pairs = [
        [numbers[original], others[id(copy)]]
        for original, copy in twin.counterparts.items()
        if original in numbers and id(copy) in others
    ]
    return [repaired, sorted(pairs)]


@functools.cache
def installed(backend: str) -> tuple[str, ...] | None:
    """Everything installed that the figures depend on, as it is declared and without importing it."""
    found = [
        f"cnnlint {__version__} {_own_code()}",
        f"python {platform.python_version()}",
        platform.machine(),
        sys.platform,
    ]
    for package, names in (
        ("keras", ("keras",)),
        (backend, DISTRIBUTIONS.get(backend, (backend,))),
        ("numpy", ("numpy",)),
        ("scipy", ("scipy",)),
    ):
        version = next((version for name in names if (version := _version(name)) is not None), None)
        if version is None:
            return None
        found.append(f"{package} {version}")
    return tuple(found)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _own_code() -> str:
    """A digest of the code that confirms, which may be edited without a new version."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
