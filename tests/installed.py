"""What the installed frameworks allow to be tested."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest


def _keras() -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version("keras").split(".")[:2])
    except PackageNotFoundError:
        return (0, 0)


#: Python 3.10 has no newer Keras than 3.12, which builds layers of no units and maps of no extent
refuses_empty_outputs = pytest.mark.skipif(_keras() < (3, 15), reason="Keras before 3.15 builds layers of size 0")
