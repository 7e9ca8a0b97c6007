"""Python's comparisons by the names of the tree's operators, for whatever compares: numbers, elements of arrays."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

COMPARISON: dict[str, Callable[[Any, Any], bool]] = {
    "Equal": operator.eq,
    "NotEqual": operator.ne,
    "LessThan": operator.lt,
    "LessThanEqual": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEqual": operator.ge,
}
