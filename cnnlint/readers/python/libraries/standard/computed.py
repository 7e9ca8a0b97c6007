"""Functions of the standard library that work out an answer from plain arguments: Python itself is asked."""

from __future__ import annotations

import bisect
import calendar
import fnmatch
import heapq
import html
import keyword
import math
import operator
import posixpath
import re
import shlex
import statistics
import string
import struct
import textwrap
import urllib.parse
from collections.abc import Callable, Sequence

from cnnlint.readers.python.language.changing import changed
from cnnlint.readers.python.language.refusals import NotPlain, outcome, plain_arguments
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    CallSite,
    FunctionValue,
    InstanceValue,
    ListValue,
    MethodValue,
    PartialValue,
    Unknown,
    Value,
    inside,
    is_constant,
    token,
)

Handler = Callable[[Run, CallSite], Value]
CALLABLE = (FunctionValue, InstanceValue, MethodValue, Native, PartialValue)

PURE: dict[str, tuple[object, Sequence[str]]] = {
    "bisect": (bisect, ("bisect", "bisect_left", "bisect_right")),
    "calendar": (calendar, ("isleap", "leapdays", "monthrange", "weekday")),
    "fnmatch": (fnmatch, ("fnmatch", "fnmatchcase")),
    "heapq": (heapq, ("nlargest", "nsmallest")),
    "html": (html, ("escape", "unescape")),
    "keyword": (keyword, ("iskeyword",)),
    "math": (
        math,
        (
            *("acos", "acosh", "asin", "asinh", "atanh", "cbrt", "cosh", "dist", "erfc", "exp2", "expm1", "frexp"),
            *("gamma", "isfinite", "ldexp", "lgamma", "modf", "nextafter", "remainder", "sinh", "ulp"),
        ),
    ),
    "operator": (
        operator,
        ("abs", "contains", "countOf", "getitem", "index", "indexOf", "inv", "invert", "neg", "not_", "pos", "truth"),
    ),
    "os.path": (posixpath, ("basename", "commonprefix", "dirname", "isabs", "join", "normpath", "split", "splitext")),
    "re": (re, ("escape",)),
    "shlex": (shlex, ("quote", "split")),
    "statistics": (
        statistics,
        (
            *("fmean", "mean", "median", "median_high", "median_low", "mode", "multimode", "pstdev", "pvariance"),
            *("stdev", "variance"),
        ),
    ),
    "string": (string, ("capwords",)),
    "struct": (struct, ("calcsize", "pack")),
    "textwrap": (textwrap, ("dedent", "fill", "indent", "shorten", "wrap")),
    "urllib.parse": (urllib.parse, ("quote", "quote_plus", "unquote", "unquote_plus")),
}
"""Modules, and their functions that neither change nor keep what they are passed, nor ask for anything else."""
IN_PLACE: dict[str, tuple[object, Sequence[str]]] = {
    "bisect": (bisect, ("insort", "insort_left", "insort_right")),
    "heapq": (heapq, ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")),
}
"""Those that change the list that they are passed first."""


OF_ARGUMENTS = frozenset(
    {
        *("abc", "array", "ast", "base64", "binascii", "bisect", "calendar", "cmath", "collections", "colorsys"),
        *("contextlib", "copy", "dataclasses", "decimal", "difflib", "enum", "fnmatch", "fractions", "functools"),
        *("hashlib", "heapq", "html", "inspect", "itertools", "json", "keyword", "math", "numbers", "operator"),
        *("pprint", "queue", "re", "shlex", "statistics", "string", "struct", "textwrap", "types", "typing"),
        *("unicodedata", "warnings", "weakref", "zlib"),
    }
)
"""Modules whose functions and classes make something of what they are passed, and of nothing else."""
MADE_OF_ARGUMENTS = frozenset(
    {
        *("datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.timezone"),
        *("pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath", "uuid.UUID", "uuid.uuid5"),
    }
)
"""The same of modules that ask the clock or the disk as well."""


def of_arguments(name: str) -> bool:
    """Whether what a function of that qualified name gives is decided by the program alone."""
    return name.partition(".")[0] in OF_ARGUMENTS or name in MADE_OF_ARGUMENTS


def _answering(name: str, function: Callable[..., object]) -> Handler:
    def call(run: Run, site: CallSite) -> Value:
        try:
            if not all(map(_is_flat, site.values())):
                raise NotPlain
            return outcome(run, function, *plain_arguments(site))
        except NotPlain:
            if any(isinstance(value, CALLABLE) for value in site.values()):  # a key that is called
                return run.building.unknown_call(Unknown(f"`{name}()`", ("answer", name)), site)
            for value in site.values():
                run.building.captured(value)
            return Unknown(f"`{name}()`", ("answer", name, *map(token, site.values())))

    return call


def _is_flat(value: Value) -> bool:
    """Whether nothing that an answer may hand on is shared with the program."""
    return not any(isinstance(item, ListValue) or not is_constant(item) for item in inside(value))


def _changing(name: str, function: Callable[..., object]) -> Handler:
    def call(run: Run, site: CallSite) -> Value:
        target = site.value(0)
        try:
            if not isinstance(target, ListValue) or not all(map(_is_flat, site.values())):
                raise NotPlain
            arguments, keywords = plain_arguments(site)
            answer = outcome(run, function, arguments, keywords)
        except NotPlain:
            if isinstance(target, ListValue):
                changed(run, target)
                target.forget()
            return run.building.unknown_call(Unknown(f"`{name}()`", ("answer", name)), site)
        changed(run, target)
        target.items = list(arguments[0])  # type: ignore[call-overload]
        return answer

    return call


def _table(modules: dict[str, tuple[object, Sequence[str]]], handler: Callable[..., Handler]) -> dict[str, Handler]:
    return {
        f"{module}.{name}": handler(f"{module}.{name}", getattr(functions, name))
        for module, (functions, names) in modules.items()
        for name in names
        if hasattr(functions, name)  # some are newer than the oldest Python that this runs on
    }


HANDLERS = {**_table(PURE, _answering), **_table(IN_PLACE, _changing)}
