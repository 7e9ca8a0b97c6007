"""The framework is pinned once, before its first operation, as in the process that confirms; traps as rules."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from cnnlint.config import Settings
from tests.confirm.traps import RULES


@pytest.fixture(scope="session", autouse=True)
def pinned(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Threads, random state and deterministic operations; verdicts are kept in a folder of the tests' own."""
    os.environ["CNNLINT_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    pytest.importorskip("tensorflow")
    from cnnlint.confirm import backend, horizons, real

    backend.pin()
    # trials of this process are cut short: fewer steps, fewer pictures to train on and to judge by, sooner level
    horizons.MOST_STEPS, horizons.STILL, real.TRAIN, real.VALIDATION = 120, 0.3, 256, 200


@pytest.fixture
def settings(tmp_path: Path) -> bytes:
    """Settings that run the rules above and no others."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "traps.py").write_text(RULES)
    return msgspec.json.encode(Settings(select=("TST",), rules=("rules",), root=str(tmp_path)))
