"""What the editor's settings say, beside the configuration of the project, which holds as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from cnnlint import config
from cnnlint.config import ConfigError, Settings
from cnnlint.configured import Closest, for_file
from cnnlint.diagnostics import Severity


class Preferences(msgspec.Struct, frozen=True, rename="camel"):
    """The section `cnnlint` of the editor's settings; keys that are not known are passed over."""

    enable: bool = True
    #: when files are read: as one types, or once they are saved
    run: Literal["onType", "onSave"] = "onType"
    #: rules, as on the command line
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    #: the lowest severity that is shown
    severity: Severity = Severity.INFO
    #: whether the shapes of layers are shown behind them
    inlay_hints: bool = False
    #: whether "fix all" takes in fixes that may change what the program is meant to do
    unsafe_fixes: bool = False
    #: seconds that putting one finding to the test may take
    confirm_budget: float = 300.0
    #: whether the folders of rules that the project's configuration names are loaded: they are code that is run
    project_rules: bool = False


def preferences(section: object, options: object = None) -> Preferences:
    """The preferences of a section of settings, and of initialization options where that has nothing to say.

    Options may hold the section. ConfigError says which is wrong. Nothing there gives the defaults.
    """
    said, first = _plain(section) or {}, _plain(options) or {}
    if isinstance(first, dict):
        first = first.get("cnnlint") or first
    both = {**first, **said} if isinstance(first, dict) and isinstance(said, dict) else said or first
    try:
        return msgspec.convert(both, Preferences)
    except msgspec.ValidationError as error:
        raise ConfigError(f"the editor's settings for cnnlint: {error}") from None


def _plain(value: Any) -> Any:
    """Settings as the protocol's library hands them over, as dicts and lists."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return value


def settings_for(name: str, chosen: Preferences, tell: Callable[[str], None]) -> Settings:
    """How a file is linted: the configuration of its project, and what the editor adds. ConfigError where it is wrong.

    Rules of the project's own are loaded only where the editor's settings say so and its folder is the current one.
    """
    found = for_file(Closest(tell=tell), name)
    if found.rules and not chosen.project_rules:
        found = msgspec.structs.replace(found, rules=())
    return config.with_options(found, select=chosen.select, extend_select=chosen.extend_select, ignore=chosen.ignore)
