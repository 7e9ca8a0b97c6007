"""Room for the frames of calls, in one piece.

From Python 3.11 on, frames lie in pieces of 16 kB. A loop at a depth where one piece ends asks the system for another
at every call, and gives it back at every return (python/cpython#142183, mended in the last releases of 3.13 and in
3.14): of the 4.3 CPU seconds that 36 files of Basic_CNNs_TensorFlow2 took, 1.0 went into 117,000 such pieces.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

SLOTS = 600_000
"""Slots of 8 bytes that a frame claims, so that a piece of 8 MB is made: 3.2 MB behind it, some 8,000 frames."""

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def in_one_piece(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """The same function, whose calls find their frames in one large piece. Memory that no frame touches costs none."""

    def roomy(*arguments: _Given.args, **named: _Given.kwargs) -> _Result:
        return function(*arguments, **named)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)
    return functools.update_wrapper(roomy, function)
