"""The framework is pinned once, before its first operation, as in the process that confirms."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def pinned() -> None:
    """Threads, random state and deterministic operations."""
    pytest.importorskip("tensorflow")
    from cnnlint.confirm import backend

    backend.pin()
