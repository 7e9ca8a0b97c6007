"""Finds the rules and picks those that a run asks for.

Rules come from the entry points of the group `cnnlint.rules`, each of which names a module or package: every `Rule`
subclass defined in it or below it is a rule. cnnlint's own come the same way. A project may add folders of its own.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import pkgutil
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping

from cnnlint.config import ConfigError, Settings, UnknownSelector
from cnnlint.diagnostics import Severity
from cnnlint.rule import Rule, installed
from cnnlint.rule import own_rules as house_rules

ALL = "ALL"
_CODE = re.compile(r"[A-Z]+[0-9]{3,}")
#: findings of these are about the run itself: selecting other rules does not switch them off, ignoring them does
_ALWAYS = frozenset({house_rules.InternalError.code, house_rules.UnreadableFile.code})


class Registry:
    """The rules that are known, in the order of their codes."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.code))
        self._by_identity: dict[str, Rule] = {}
        for rule in self.rules:
            for identity in (rule.code, rule.name):
                other = self._by_identity.setdefault(identity, rule)
                if other is not rule:
                    raise ConfigError(f"two rules are called {identity}: {_where(other)} and {_where(rule)}")

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def get(self, identity: str) -> Rule | None:
        """The rule of a code (in any case) or name, or None."""
        return self._by_identity.get(identity) or self._by_identity.get(identity.upper())

    def matching(self, selector: str) -> tuple[Rule, ...]:
        """The rules that a code, a prefix of codes, a name or ALL stands for; ConfigError where there is none."""
        if selector == ALL:
            return self.rules
        rule = self.get(selector)
        if rule is not None:
            return (rule,)
        found = tuple(rule for rule in self.rules if selector and rule.code.startswith(selector.upper()))
        if not found:
            hint = self.suggestion(selector) or "; --list-rules shows what there is"
            raise UnknownSelector(selector, f"unknown rule selector {selector!r}{hint}")
        return found

    def selected(self, settings: Settings) -> tuple[Rule, ...]:
        """The rules to run. The more specific selector wins; of two equally specific ones, `ignore` does."""
        chosen = {rule.code: 0 for rule in self.rules if rule.default} if not settings.select else {}
        for selector in (*settings.select, *settings.extend_select):
            for rule in self.matching(selector):
                chosen[rule.code] = max(chosen.get(rule.code, 0), self._specificity(selector))
        for code in _ALWAYS:
            chosen.setdefault(code, 0)
        for selector in settings.ignore:
            for rule in self.matching(selector):
                if chosen.get(rule.code, -1) <= self._specificity(selector):
                    chosen.pop(rule.code, None)
        return tuple(rule for rule in self.rules if rule.code in chosen)

    def asked_for(self, settings: Settings) -> frozenset[str]:
        """The codes of the rules that the configuration selects, beside those that are on by default."""
        selectors = (*settings.select, *settings.extend_select)
        return frozenset(rule.code for selector in selectors for rule in self.matching(selector))

    def severities(self, settings: Settings) -> Mapping[str, Severity]:
        """Code -> the severity that the configuration gives it; the more specific selector wins."""
        overrides: dict[str, Severity] = {}
        for selector in sorted(settings.severity, key=self._specificity):
            for rule in self.matching(selector):
                overrides[rule.code] = settings.severity[selector]
        return overrides

    def _specificity(self, selector: str) -> int:
        """How narrow a selector is: 1 for ALL, more for longer prefixes, most for whole codes and names."""
        if selector == ALL:
            return 1
        return 1000 if self.get(selector) is not None else 1 + len(selector)

    def suggestion(self, selector: str) -> str:
        """`; did you mean …?` with the rule's name and code, or nothing where no code and no name is near."""
        import difflib

        known = {identity.lower(): rule for identity, rule in self._by_identity.items()}
        if selector.upper() == ALL:
            return f"; did you mean {ALL!r}?"
        named = [name for name in known if len(selector) > 3 and selector.lower() in name.split("-")]
        wanted = selector.lower()

        def alike(identity: str) -> tuple[float, int]:
            # of codes that are as near, the one that differs in fewer places
            ratio = difflib.SequenceMatcher(None, identity, wanted).ratio()
            return ratio, sum(a == b for a, b in zip(identity, wanted, strict=False))

        near = max(difflib.get_close_matches(wanted, known, n=len(known)) or named, key=alike, default=None)
        if near is None:
            return ""
        rule = known[near]
        name, other = (rule.code, rule.name) if near == rule.code.lower() else (rule.name, rule.code)
        return f"; did you mean {name!r} ({other})?"


@functools.lru_cache(maxsize=8)
def load(folders: tuple[str, ...] = ()) -> Registry:
    """Every rule: installed ones, cnnlint's own 9xx, and those of a project's folders (absolute paths).

    Cached for the process. ConfigError where a module of rules cannot be imported or a rule is not whole.
    """
    modules: list[types.ModuleType] = [house_rules]
    for entry in installed.entries():
        modules.extend(_import_below(entry.value, functools.partial(_named, entry)))
    for folder in folders:
        own = list(_import_folder(folder))
        if not any(True for module in own for _ in _rules_in(module)):
            raise ConfigError(f"the folder of rules {folder} holds no rules; a rule derives from cnnlint.rule.Rule")
        modules.extend(own)
    classes = dict.fromkeys(cls for module in modules for cls in _rules_in(module))
    return Registry(_made(cls) for cls in classes)


def _named(entry: installed.Entry) -> str:
    """How messages call an entry point: its name and, where that is known, the package that it is from."""
    package = installed.package_of(entry)
    return f"the rules of the entry point {entry.name!r}" + (f" (package {package})" if package else "")


def _import_below(name: str, what: Callable[[], str]) -> Iterator[types.ModuleType]:
    """A module and every module below it; `what` says whose it is, which takes reading what was installed."""
    module = _imported(name, what)
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
        yield from _import_below(found.name, what)


def _import_folder(folder: str) -> Iterator[types.ModuleType]:
    """The modules of a folder of rules, as a package of their own, so that they may import each other."""
    if not os.path.isdir(folder):
        wrong = "is not a folder" if os.path.exists(folder) else "does not exist"
        raise ConfigError(f"the folder of rules {folder} {wrong}")
    name = "cnnlint_project_rules_" + re.sub(r"\W", "_", os.path.normcase(folder))
    if name not in sys.modules:
        package = types.ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package
    yield from _import_below(name, lambda: f"the rules in {folder}")


def _imported(name: str, what: Callable[[], str]) -> types.ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # a script that is no module may end the process
        raise ConfigError(f"{what()} cannot be loaded: {name}: {type(error).__name__}: {error}") from error


def _rules_in(module: types.ModuleType) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Rule)
            and value.__module__ == module.__name__
            and hasattr(value, "code")  # a base class that rules share has none
        ):
            yield value


def _made(cls: type[Rule]) -> Rule:
    """An instance of a rule whose class is whole."""
    missing = [name for name in ("name", "severity", "summary", "experiment") if not hasattr(cls, name)]
    if missing:
        raise ConfigError(f"{_where(cls)} lacks {', '.join(missing)}")
    if not _CODE.fullmatch(cls.code):
        raise ConfigError(f"{_where(cls)} has the code {cls.code!r}: capitals and at least three digits are wanted")
    return cls()


def _where(rule: Rule | type[Rule]) -> str:
    cls = rule if inspect.isclass(rule) else type(rule)
    return f"{cls.__module__}.{cls.__qualname__}"
