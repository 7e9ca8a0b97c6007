"""What a configuration says: `[tool.cnnlint]` of a pyproject.toml, or a cnnlint.toml; and what the command line adds.

Which of several decides about a file is the matter of `configured`.
"""

from __future__ import annotations

import enum
import functools
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnnlint.diagnostics import Severity

OWN = "cnnlint.toml"
"""A file that is nothing but a configuration: so is whatever has a name that ends like this."""
NAMES = (OWN, "pyproject.toml")
"""Where a folder may hold its configuration, the first that is there."""


ENTRIES = {"per-file-ignores": "a list of rules", "severity": "info, warning or error"}
"""Keys that hold a table, and what its entries are."""


class ConfigError(Exception):
    """The configuration or a selection of rules cannot be used; its text is for the user. Ends in exit status 2."""


class UnknownSelector(ConfigError):
    """A selector that matches no rule."""

    def __init__(self, selector: str, message: str) -> None:
        super().__init__(message)
        self.selector = selector


class FailOn(str, enum.Enum):
    """The lowest severity that makes the exit status 1; "never" lets nothing that is found do so."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    NEVER = "never"

    def reached_by(self, severity: Severity) -> bool:
        """Whether a finding of this severity makes the exit status 1."""
        return self is not FailOn.NEVER and severity.rank >= Severity(self.value).rank


class Table(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """What `[tool.cnnlint]` may hold. Selectors are codes, prefixes of codes, names of rules, or ALL."""

    #: another file with a `[tool.cnnlint]`, relative to this one, whose keys hold where this one has none
    extend: str | None = None
    #: the rules to run; none given: every rule that is on by default
    select: tuple[str, ...] = ()
    #: rules to run besides these
    extend_select: tuple[str, ...] = ()
    #: rules to leave out
    ignore: tuple[str, ...] = ()
    #: gitignore-like pattern, relative to the configuration's folder -> selectors that are ignored there
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    #: selector -> the severity that its findings have here
    severity: dict[str, Severity] = {}
    #: gitignore-like patterns of paths that are not walked into
    exclude: tuple[str, ...] = ()
    #: the lowest severity that makes the exit status 1
    fail_on: FailOn = FailOn.WARNING
    #: folders of the project's own rules; they are imported, so they are code that the project trusts
    rules: tuple[str, ...] = ()


class Settings(Table, frozen=True, kw_only=True, rename="kebab"):
    """A configuration, the folder that its relative paths start from, and the file that it was read from."""

    root: str = "."
    source: str | None = None

    def within(self, folder: str) -> Settings:
        """The settings of the files that lie in a folder: these."""
        return self

    @property
    def rule_folders(self) -> tuple[str, ...]:
        """The folders of the project's own rules, as absolute paths."""
        return tuple(os.path.abspath(os.path.join(self.root, folder)) for folder in self.rules)


def in_folder(folder: Path) -> Path | None:
    """The configuration that a folder holds: its cnnlint.toml, or a pyproject.toml with a `[tool.cnnlint]`.

    A pyproject.toml that is not TOML and speaks of cnnlint raises ConfigError: what it would have said cannot be known.
    """
    for name in NAMES:
        candidate = folder / name
        if candidate.is_file() and _table(candidate) is not None:
            return candidate
    return None


def load(source: Path) -> Settings:
    """Read the configuration from one file and what it extends; ConfigError says where, which key is wrong and why."""
    if _table(source) is None:
        raise ConfigError(f"{source} has no [tool.cnnlint]")
    table = msgspec.convert(_values(source, ()), Table)
    return Settings(**msgspec.structs.asdict(table), root=os.fspath(source.parent), source=os.fspath(source))


def _values(source: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """The keys that a file sets, over those of the file that it extends; `above` are the files that lead here."""
    values = dict(_table(source) or {})
    for key, value in values.items():
        try:
            msgspec.convert({key: value}, Table)
        except msgspec.ValidationError as error:
            raise ConfigError(_mistake(source, key, value, error)) from None
    if "extend" not in values:
        return values
    base = source.parent / values["extend"]
    where = _place(source, "extend")
    if base.resolve() in {path.resolve() for path in (source, *above)}:
        raise ConfigError(f"{where}: extend leads back to {base}")
    if not base.is_file():
        raise ConfigError(f"{where}: extend: there is no file {base}")
    if _table(base) is None:
        raise ConfigError(f"{where}: {base} has no [tool.cnnlint]")
    return _over(values, _values(base, (source, *above)))


def _over(values: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """A configuration over another: its keys hold, tables have both, and what it selects besides is added."""
    together = {**base, **values}
    together.pop("rules", None)  # code is run only where the project's own file names it
    if "rules" in values:
        together["rules"] = values["rules"]
    for table in ("per-file-ignores", "severity"):
        if table in base:
            together[table] = {**base[table], **values.get(table, {})}
    if "extend-select" in base:
        together["extend-select"] = [*base["extend-select"], *values.get("extend-select", ())]
    return together


def _mistake(source: Path, key: str, value: object, error: msgspec.ValidationError) -> str:
    """Where a key is wrong and how; of a table of entries, the first entry that is."""
    if _whole(source) and key in ("tool", "cnnlint"):
        return f"{_place(source, key)}: a {OWN} has its keys without a heading [tool.cnnlint]"
    for name, item in value.items() if key in ENTRIES and isinstance(value, dict) else ():
        try:
            msgspec.convert({key: {name: item}}, Table)
        except msgspec.ValidationError:
            told = f"is {item!r}; it may be" if key == "severity" and isinstance(item, str) else "has to be"
            return f"{_place(source, key, name)}: {key}: {name!r} {told} {ENTRIES[key]}"
    return f"{_place(source, key)}: {_wrong(key, error)}"


def _wrong(key: str, error: msgspec.ValidationError) -> str:
    """What is wrong with a key, in words of the configuration, with what would be right."""
    import difflib

    keys = {field.encode_name: field for field in msgspec.structs.fields(Table)}
    if key not in keys:
        near = difflib.get_close_matches(key.replace("_", "-"), keys, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(sorted(keys))}"
        return f"there is no key {key!r}; {hint}"
    text = str(error)
    if "Invalid enum value" in text and key == "fail-on":
        allowed = ", ".join(level.value for level in FailOn)
        return f"{key} is {text.partition(' value ')[2].partition(' - ')[0]}; it may be {allowed}"
    tables = {
        "per-file-ignores": "a table of patterns, each with a list of rules",
        "severity": "a table of rules, each with info, warning or error",
        "fail-on": "info, warning, error or never",
        "extend": "the path of a file",
    }
    return f"{key} has to be {tables.get(key, 'a list of strings')}"


def _place(source: Path, key: str, entry: str | None = None) -> str:
    """The file and, where it can be found, the line that a key or an entry of it stands on; then the table, where keys
    stand in one."""
    row = _row(source, key) if entry is None else _row_within(source, key, entry)
    told = "" if _whole(source) else ": [tool.cnnlint]"
    return f"{source}{f':{row}' if row else ''}{told}"


def _whole(source: Path) -> bool:
    """Whether a file is nothing but a configuration."""
    return source.name.endswith(OWN)


def _row(source: Path, key: str) -> int | None:
    """The line of a file that a key stands on."""
    inside, prefix = (True, "") if _whole(source) else (False, "tool.cnnlint.")
    for row, line in enumerate(_lines(source), start=1):
        heading = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
        if heading is not None:
            inside = heading[1] == "tool.cnnlint"
            if f"{heading[1]}.".startswith(f"{prefix}{key}."):
                return row
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return row
    return None


def _lines(source: Path) -> list[str]:
    return source.read_text(encoding="utf-8", errors="replace").splitlines()


def place_of(settings: Settings, selector: str) -> str | None:
    """Where the configuration names a selector, with the key that does; None where it does not."""
    source = Path(settings.source) if settings.source is not None else None
    seen: set[Path] = set()
    while source is not None and source not in seen and (table := _table(source)) is not None:
        seen.add(source)
        for key, value in table.items():
            if _holds(value, selector):
                row = _row_within(source, key, selector)
                return f"{source}{f':{row}' if row else ''}: {key}"
        source = source.parent / table["extend"] if "extend" in table else None
    return None


def _holds(value: object, text: str) -> bool:
    """Whether a string stands somewhere in a value."""
    if isinstance(value, dict):
        return text in value or any(_holds(item, text) for item in value.values())
    return any(_holds(item, text) for item in value) if isinstance(value, list) else value == text


def _row_within(source: Path, key: str, text: str) -> int | None:
    """The first line that has a string, from where a key stands on."""
    start = _row(source, key) or 1
    lines = enumerate(_lines(source)[start - 1 :], start)
    return next((row for row, line in lines if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", line)), None)


def with_options(
    settings: Settings,
    *,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: FailOn | None = None,
) -> Settings:
    """The configuration after the command line had its say: `select` starts afresh, the others add to it."""
    if select:
        settings = msgspec.structs.replace(settings, select=tuple(select), extend_select=(), ignore=())
    return msgspec.structs.replace(
        settings,
        extend_select=(*settings.extend_select, *extend_select),
        ignore=(*settings.ignore, *ignore),
        fail_on=fail_on or settings.fail_on,
    )


def _table(source: Path) -> Mapping[str, Any] | None:
    """The `[tool.cnnlint]` table of a file, or None where it has none; a cnnlint.toml is all of it."""
    try:
        data = source.read_bytes()
    except OSError as error:
        raise ConfigError(f"{source}: {error.strerror}") from None
    if _whole(source):
        return _parsed(source, data)
    if b"cnnlint" not in data:
        _misnamed(source, data)
        return None
    tool = _parsed(source, data).get("tool")
    table = tool.get("cnnlint") if isinstance(tool, dict) else None
    if table is None:
        _misnamed(source, data)
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{source}: tool.cnnlint is not a table")
    return table


#: how alike a heading is that was meant: what lacks a letter, has one more, or another case
MEANT = 0.85


def _misnamed(source: Path, data: bytes) -> None:
    """ConfigError where a heading is cnnlint's but for a letter: all that stands below would be passed over."""
    import difflib

    for row, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        heading = re.match(r"\s*\[\s*tool\s*\.\s*[\"']?([\w-]+)", line)
        if heading is None or heading[1] == "cnnlint":
            continue
        if difflib.SequenceMatcher(None, "cnnlint", heading[1].lower()).ratio() >= MEANT:
            raise ConfigError(f"{source}:{row}: there is no [tool.{heading[1]}]; did you mean [tool.cnnlint]?")


@functools.lru_cache(maxsize=64)
def _parsed(source: Path, data: bytes) -> Mapping[str, Any]:
    """The contents of a file as TOML has them; parsed once, for a server asks with every change of a text."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{source}:{row}: not valid TOML, which is written in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).removesuffix(")").rpartition(" (at ")
        line = re.match(r"line (\d+), column \d+$", where)
        row = int(line[1]) if line is not None else data.count(b"\n") + (not data.endswith(b"\n"))
        raise ConfigError(f"{source}:{row}: not valid TOML: {what or error}") from None
    except RecursionError:
        raise ConfigError(f"{source}: it nests too deeply to be read") from None
