"""Which configuration decides about which file: the closest above it, one that was named, or none.

As in ruff: the `cnnlint.toml`, or the `pyproject.toml` with a `[tool.cnnlint]`, nearest to a file holds for it alone;
those further up hold only where it `extend`s them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from cnnlint import config
from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic
from cnnlint.paths import below

Change = Callable[[Settings], Settings]
Tell = Callable[[str], None]


class Configured(Protocol):
    """Settings for every folder. `Settings` are so as well: the same everywhere."""

    def within(self, folder: str) -> Settings:
        """The settings of the files that lie in a folder; ConfigError where they cannot be used."""
        ...


def for_file(configured: Configured, path: str) -> Settings:
    """The settings of a file."""
    return configured.within(os.path.dirname(path))


def of_all(configured: Configured, paths: Sequence[str]) -> Settings:
    """The settings of the folder that all these paths are in: of what is asked about a run, and not about a file."""
    folders = [os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path)) for path in paths]
    try:
        return configured.within(os.path.commonpath(folders or [os.getcwd()]))
    except ValueError:  # on different drives
        return configured.within(os.getcwd())


def failing(diagnostics: Iterable[Diagnostic], configured: Configured) -> bool:
    """Whether one of these is of a severity that makes the exit status 1 where it stands (`fail-on`)."""
    return any(for_file(configured, one.filename).fail_on.reached_by(one.severity) for one in diagnostics)


class Closest:
    """For each folder the closest configuration upwards, and the defaults where there is none.

    `change` is what the command line does to each of them. Folders of rules that one of them names are code, and loaded
    only where `distrusted` has nothing against it; `tell` is given a line for people about that. What comes from
    standard input, `stdin`, loads none.
    """

    def __init__(
        self, change: Change = lambda one: one, *, stdin: bool = False, tell: Tell = lambda line: None
    ) -> None:
        self._change = change
        self._stdin = stdin
        self._tell = tell
        self._known: dict[str, Settings] = {}

    def within(self, folder: str) -> Settings:
        """The settings of the files that lie in a folder; ConfigError where they cannot be used."""
        at = os.path.abspath(folder)
        passed: list[str] = []
        while at not in self._known:
            passed.append(at)
            own, above = config.in_folder(Path(at)), os.path.dirname(at)
            if own is not None or above == at:
                self._known[at] = self._made(own)
            else:
                at = above
        settings = self._known[at]
        self._known.update(dict.fromkeys(passed, settings))
        return settings

    def _made(self, source: Path | None) -> Settings:
        settings = config.load(source) if source is not None else Settings(root=os.getcwd())
        if source is not None and settings.rules:
            reason = distrusted(settings, source, stdin=self._stdin)
            if reason is None:
                self._tell(f"loading the rules in {', '.join(settings.rules)}, as {source} asks")
            else:
                settings = _without_rules(settings, reason, self._tell)
        return self._change(settings)


def named(source: str, tell: Tell = lambda line: None) -> Settings:
    """The settings of a file that was named, for every file of a run; its patterns start from the current folder.

    ConfigError where it cannot be used. Rules that it asks for are not loaded: only a project's own file names code.
    """
    settings = msgspec.structs.replace(config.load(Path(source)), root=os.getcwd())
    return _without_rules(settings, "--config names no code", tell) if settings.rules else settings


def _without_rules(settings: Settings, reason: str, tell: Tell) -> Settings:
    """A configuration without the folders of rules that it names, and a line about why."""
    tell(f"the rules in {', '.join(settings.rules)} that {settings.source} asks for are not loaded: {reason}")
    return msgspec.structs.replace(settings, rules=())


def distrusted(settings: Settings, source: Path, *, stdin: bool = False) -> str | None:
    """Why the folders of rules that a configuration names are not loaded; None if they are.

    They are code that runs with the rights of whoever runs cnnlint, so they are loaded only from the project that the
    current folder belongs to, from below its root, where that is the user's own. What is named on the command line or
    comes from standard input never decides what is run.
    """
    if stdin:
        return "standard input loads no rules of a project"
    root, here = os.path.realpath(settings.root), os.path.realpath(os.getcwd())
    if not below(here, root):
        return "the current folder is not in that project"
    folder = here
    while folder != root:
        if os.path.exists(os.path.join(folder, ".git")):
            return f"the current folder's repository, {folder}, is another one"
        folder = os.path.dirname(folder)
    for path in (os.fspath(source), *settings.rule_folders):
        if not below(os.path.realpath(path), root):
            return f"{path} is not below {settings.root}"
        if hasattr(os, "getuid") and os.path.exists(path) and os.stat(path).st_uid != os.getuid():
            return f"{path} belongs to another user"
    return None
