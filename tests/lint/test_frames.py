"""Frames of calls in one piece: the same function, and no mapping of memory at every call."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnnlint.lint.frames import in_one_piece

COUNTED = """
import resource, sys
from cnnlint.lint.frames import in_one_piece

def leaf(n):
    a = b = c = d = e = f = g = h = i = n
    return a

def deep(n):
    if n:
        return deep(n - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for i in range(2_000):
        leaf(i)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

ways = in_one_piece(deep) if sys.argv[1] == "one" else deep
print(max(ways(depth) for depth in range(20, 400)))
"""


def test_the_function_is_the_same() -> None:
    @in_one_piece
    def parted(whole: int, *, by: int) -> tuple[int, int]:
        """Quotient and remainder."""
        return divmod(whole, by)

    assert parted(17, by=5) == (3, 2)
    assert parted.__doc__ == "Quotient and remainder."
    with pytest.raises(ZeroDivisionError):
        parted(1, by=0)


@pytest.mark.skipif(not (3, 11) <= sys.version_info < (3, 13), reason="Python keeps one piece in reserve, or has none")
def test_no_depth_asks_the_system_for_memory_at_every_call() -> None:
    def faults(way: str) -> int:
        asked = subprocess.run([sys.executable, "-c", COUNTED, way], check=True, capture_output=True, text=True)
        return int(asked.stdout)

    assert faults("one") < 200
    assert faults("many") > 1_000
