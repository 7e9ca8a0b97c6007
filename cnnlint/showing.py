"""`--show-files` and `--show-settings`: what a run would read, and how."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from cnnlint.config import Settings, Table
from cnnlint.configured import Configured, of_all
from cnnlint.lint import discovery as files
from cnnlint.lint.one_file import linter
from cnnlint.reporters.summary import counted


def files_read(paths: Sequence[str], configured: Configured) -> str:
    """The files that would be read, one a line."""
    return "".join(f"{one.path}\n" for one in files.discover(paths, configured) if one.problem is None)


def effective(paths: Sequence[str], configured: Configured) -> str:
    """Every key of the configuration with the value that it has, as TOML, and the rules that this selects.

    It is that of the folder that all the paths are in; the files further down that hold for others are named.
    """
    settings = of_all(configured, paths)
    return "".join([*_lines(settings), *_others(paths, configured, settings)])


def _others(paths: Sequence[str], configured: Configured, settings: Settings) -> Iterator[str]:
    counts = Counter(one.settings.source for one in files.discover(paths, configured))
    others = {source: count for source, count in counts.items() if source not in (None, settings.source)}
    if others:
        yield "\n# other configurations are closer to some of the files:\n"
        yield from (f"# {source} ({counted(count, 'file')})\n" for source, count in sorted(others.items()))


def _lines(settings: Settings) -> Iterator[str]:
    none = "there is no cnnlint.toml and no pyproject.toml with a [tool.cnnlint]: the defaults"
    yield f"# {settings.source or none}\n[tool.cnnlint]\n"
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
