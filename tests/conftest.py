"""What holds for every test: nothing is kept from one to the next, nor in the user's own folders."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

# how fast a test is given its inputs says how busy the machine is
hypothesis.settings.register_profile("cnnlint", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("cnnlint")


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.getbasetemp() / "cache"
    number = len(list(folder.iterdir())) if folder.exists() else 0
    own = folder / str(number)
    own.mkdir(parents=True)
    monkeypatch.setenv("CNNLINT_CACHE_DIR", str(own))
    return own
