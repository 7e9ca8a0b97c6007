"""`[tool.cnnlint]` of the nearest pyproject.toml, and what the command line changes about it.

One configuration holds for a whole run: that of the nearest `pyproject.toml` with a `[tool.cnnlint]` table, looked
for upwards from the folder that all the linted paths have in common.
"""

from __future__ import annotations

import enum
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnnlint.diagnostics import Severity


class ConfigError(Exception):
    """The configuration or a selection of rules cannot be used; its text is for the user. Ends in exit status 2."""


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
    """A configuration and the folder that its relative paths start from."""

    root: str = "."

    @property
    def rule_folders(self) -> tuple[str, ...]:
        """The folders of the project's own rules, as absolute paths."""
        return tuple(os.path.abspath(os.path.join(self.root, folder)) for folder in self.rules)


def find_pyproject(paths: Sequence[str]) -> Path | None:
    """The nearest pyproject.toml with a `[tool.cnnlint]` table above everything in `paths`, or None.

    A pyproject.toml that is not TOML raises ConfigError: what it would have said cannot be known.
    """
    folders = [os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths]
    try:
        start = Path(os.path.commonpath(folders or [os.getcwd()]))
    except ValueError:  # different drives
        return None
    for folder in (start, *start.parents):
        candidate = folder / "pyproject.toml"
        if candidate.is_file() and _table(candidate) is not None:
            return candidate
    return None


def load(pyproject: Path) -> Settings:
    """Read the configuration from one file and what it extends; ConfigError says where, which key is wrong and why."""
    table = msgspec.convert(_values(pyproject, ()), Table)
    return Settings(**msgspec.structs.asdict(table), root=os.fspath(pyproject.parent))


def _values(pyproject: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """The keys that a file sets, over those of the file that it extends; `above` are the files that lead here."""
    values = dict(_table(pyproject) or {})
    for key, value in values.items():
        try:
            msgspec.convert({key: value}, Table)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{_place(pyproject, key)}: [tool.cnnlint]: {_wrong(key, error)}") from None
    if "extend" not in values:
        return values
    base = pyproject.parent / values["extend"]
    where = _place(pyproject, "extend")
    if base.resolve() in {path.resolve() for path in (pyproject, *above)}:
        raise ConfigError(f"{where}: [tool.cnnlint]: extend leads back to {base}")
    if _table(base) is None:
        raise ConfigError(f"{where}: [tool.cnnlint]: {base} has no [tool.cnnlint]")
    return _over(values, _values(base, (pyproject, *above)))


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


def _wrong(key: str, error: msgspec.ValidationError) -> str:
    """What is wrong with a key, in words of the configuration, with what would be right."""
    import difflib

    keys = {field.encode_name: field for field in msgspec.structs.fields(Table)}
    if key not in keys:
        near = difflib.get_close_matches(key.replace("_", "-"), keys, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(sorted(keys))}"
        return f"there is no key {key!r}; {hint}"
    levels: dict[str, type[FailOn] | type[Severity]] = {"fail-on": FailOn, "severity": Severity}
    text = str(error)
    if "Invalid enum value" in text and key in levels:
        allowed = ", ".join(level.value for level in levels[key])
        return f"{key} is {text.partition(' value ')[2].partition(' - ')[0]}; it may be {allowed}"
    tables = {
        "per-file-ignores": "a table of patterns, each with a list of rules",
        "severity": "a table of rules, each with info, warning or error",
        "fail-on": "info, warning, error or never",
        "extend": "the path of a file",
    }
    return f"{key} has to be {tables.get(key, 'a list of strings')}"


def _place(pyproject: Path, key: str) -> str:
    """The file and, where it can be found, the line that a key of the table stands on."""
    inside = False
    for row, line in enumerate(pyproject.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        heading = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
        if heading is not None:
            inside = heading[1] == "tool.cnnlint"
            if heading[1] == f"tool.cnnlint.{key}":
                return f"{pyproject}:{row}"
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return f"{pyproject}:{row}"
    return os.fspath(pyproject)


def resolve(
    paths: Sequence[str],
    *,
    isolated: bool = False,
    stdin: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Settings:
    """The configuration for a run over `paths`; the defaults where there is none or `isolated` asks for them.

    `tell` is given a line for people where the configuration names rules of its own: whether they are loaded.
    """
    pyproject = None if isolated else find_pyproject(paths)
    if pyproject is None:
        return Settings(root=os.getcwd())
    settings = load(pyproject)
    if not settings.rules:
        return settings
    named = ", ".join(settings.rules)
    reason = distrusted(settings, pyproject, stdin=stdin)
    if reason is None:
        tell(f"the rules in {named} are loaded, as {pyproject} asks")
        return settings
    tell(f"the rules in {named} that {pyproject} asks for are not loaded: {reason}")
    return msgspec.structs.replace(settings, rules=())


def distrusted(settings: Settings, pyproject: Path, *, stdin: bool = False) -> str | None:
    """Why the folders of rules that a configuration names are not loaded; None if they are.

    They are code that runs with the rights of whoever runs cnnlint, so they are loaded only from the project that the
    current folder belongs to, from below its root, where that is the user's own. What is named on the command line or
    comes from standard input never decides what is run.
    """
    if stdin:
        return "standard input loads no rules of a project"
    root, here = os.path.realpath(settings.root), os.path.realpath(os.getcwd())
    if not _below(here, root):
        return "the current folder is not in that project"
    folder = here
    while folder != root:
        if os.path.exists(os.path.join(folder, ".git")):
            return f"the current folder's repository, {folder}, is another one"
        folder = os.path.dirname(folder)
    for path in (os.fspath(pyproject), *settings.rule_folders):
        if not _below(os.path.realpath(path), root):
            return f"{path} is not below {settings.root}"
        if hasattr(os, "getuid") and os.path.exists(path) and os.stat(path).st_uid != os.getuid():
            return f"{path} belongs to another user"
    return None


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


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


def _table(pyproject: Path) -> Mapping[str, Any] | None:
    """The `[tool.cnnlint]` table of a file, or None where it has none."""
    try:
        data = pyproject.read_bytes()
    except OSError as error:
        raise ConfigError(f"{pyproject}: {error.strerror}") from None
    if b"cnnlint" not in data:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{pyproject}: not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{pyproject}: it nests too deeply to be read") from None
    tool = document.get("tool")
    table = tool.get("cnnlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{pyproject}: tool.cnnlint is not a table")
    return table
