"""Methods of strings: those of Python itself, on strings that are known."""

from __future__ import annotations

import re

from cnnlint.readers.python.language import texts
from cnnlint.readers.python.language.failing import fail, of_python
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    LARGEST,
    CallSite,
    DictValue,
    ListValue,
    Unknown,
    Value,
    is_constant,
    strings,
    token,
)

#: a width or precision in a format that is not worth following
WIDE = re.compile(r"\d{4}")
NESTED = re.compile(r"\{[^{}]*\{")
METHODS = frozenset(
    {
        "capitalize",
        "casefold",
        "center",
        "count",
        "encode",
        "endswith",
        "expandtabs",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
    }
)


def method(value: str, name: str) -> Native | None:
    """The method of that name, bound to a string; None if there is none that is understood."""
    if name in METHODS:
        return Native(name, lambda run, site: _plain(run, value, name, site))
    function = {"join": _join, "format": _format, "translate": _translate}.get(name)
    return None if function is None else Native(name, lambda run, site: function(run, value, site))


def _plain(run: Run, value: str, name: str, site: CallSite) -> Value:
    arguments = [p.value for p in site.positional]
    keywords = {key: passed.value for key, passed in site.keywords.items()}
    if site.open or not all(map(is_constant, (*arguments, *keywords.values()))) or _grows(value, name, arguments):
        return Unknown(f"`.{name}()`", (name, *map(token, site.values())))
    try:
        result: Value | list[Value] = getattr(value, name)(*arguments, **keywords)
    except (TypeError, ValueError, OverflowError, LookupError) as error:
        return fail(run, of_python(error), str(error))
    return ListValue(result) if isinstance(result, list) else result


def _grows(value: str, name: str, arguments: list[Value]) -> bool:
    """Whether the result would be longer than is worth keeping."""
    if name in ("zfill", "center", "ljust", "rjust", "expandtabs"):
        return any(isinstance(argument, int) and argument > LARGEST for argument in arguments)
    if name == "replace" and len(arguments) > 1 and isinstance(arguments[0], str) and isinstance(arguments[1], str):
        return len(value) + value.count(arguments[0]) * len(arguments[1]) > LARGEST
    return False


def _join(run: Run, value: str, site: CallSite) -> Value:
    parts = strings(contents(run, site.value(0)).whole)
    if parts is None or sum(map(len, parts)) + len(value) * len(parts) > LARGEST:
        return Unknown("`.join()`", ("join", token(site.value(0))))
    return value.join(parts)


def _format(run: Run, value: str, site: CallSite) -> Value:
    arguments = [texts.formattable(run, p.value) for p in site.positional]
    keywords = {key: texts.formattable(run, p.value) for key, p in site.keywords.items()}
    known = None not in arguments and None not in keywords.values()
    if site.open or not known or len(value) > 2_000 or ("{" in value and _digs(value)):
        return Unknown("`.format()`", ("format", *map(token, site.values())))
    try:
        result = value.format(*arguments, **keywords)
        return result if len(result) <= LARGEST else Unknown("`.format()`")
    except (IndexError, KeyError, ValueError, AttributeError, TypeError, MemoryError, OverflowError) as error:
        return fail(run, of_python(error))


def _digs(value: str) -> bool:
    # attribute or item access and large widths inside the braces are not worth the risk
    if WIDE.search(value) or NESTED.search(value):
        return True
    inside = [part.split("}")[0] for part in value.split("{")[1:]]
    return any("[" in part or "." in part.split(":")[0] or len(part) > 12 for part in inside)


def _translate(run: Run, value: str, site: CallSite) -> Value:
    table = site.value(0)
    if not isinstance(table, DictValue) or table.open:
        return Unknown("`.translate()`")
    known = {
        key: item
        for key, item in table.items.items()
        if isinstance(key, int) and (item is None or isinstance(item, (int, str)))
    }
    return value.translate(known) if len(known) == len(table.items) else Unknown("`.translate()`")
