"""`--show-files` and `--show-settings`: what a run would read, and how."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cnnlint.config import Settings, Table
from cnnlint.lint import discovery as files
from cnnlint.lint.one_file import linter


def files_read(paths: Sequence[str], settings: Settings) -> str:
    """The files that would be read, one a line."""
    found = files.discover(paths, exclude=settings.exclude, root=settings.root)
    return "".join(f"{one.path}\n" for one in found if one.problem is None)


def effective(settings: Settings, source: Path | None) -> str:
    """Every key of the configuration with the value that it has, as TOML, and the rules that this selects."""
    return "".join(_lines(settings, source))


def _lines(settings: Settings, source: Path | None) -> Iterator[str]:
    yield f"# {source or 'no pyproject.toml has a [tool.cnnlint]: the defaults'}\n[tool.cnnlint]\n"
    tables = []
    for field in msgspec.structs.fields(Table):
        value = msgspec.to_builtins(getattr(settings, field.name))
        if isinstance(value, dict):
            tables.append((field.encode_name, value))
        elif value is not None:
            yield f"{field.encode_name} = {_toml(value)}\n"
    for name, table in tables:
        yield f"\n[tool.cnnlint.{name}]\n"
        yield from (f"{_toml(key)} = {_toml(value)}\n" for key, value in table.items())
    selected = linter(settings).selected
    yield f"\n# {len(selected)} rules are selected:\n"
    yield from (f"# {rule.code} {rule.name}\n" for rule in selected.values())


def _toml(value: object) -> str:
    """A string or a list of strings as TOML writes it; JSON writes them alike."""
    return json.dumps(value, ensure_ascii=False)
