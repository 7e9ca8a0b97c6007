"""The framework is pinned once, before its first operation, as in the process that confirms; traps as rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cnnlint.config import Settings
from tests.confirm.traps import RULES


@pytest.fixture(scope="package", autouse=True)
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Threads, random state and deterministic operations; verdicts are kept in a folder of the tests' own.

    The tests of other folders ask Keras as a user would, in processes that inherit the environment: it is put back."""
    pytest.importorskip("tensorflow")
    from cnnlint.confirm import backend
    from cnnlint.confirm.data import real
    from cnnlint.confirm.trials import horizons

    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        # trials of this process are cut short: fewer steps, fewer pictures to train on and to judge by, sooner level
        patch.setattr(horizons, "MOST_STEPS", 120)
        patch.setattr(horizons, "PATIENT_STEPS", 120)
        patch.setattr(horizons, "STILL", 0.3)
        patch.setattr(real, "TRAIN", 256)
        patch.setattr(real, "VALIDATION", 200)
        backend.pin()
        yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def settings(tmp_path: Path) -> bytes:
    """Settings that run the rules above and no others."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "traps.py").write_text(RULES)
    return msgspec.json.encode(Settings(select=("TST",), rules=("rules",), root=str(tmp_path)))
