"""What `--list-rules` and `--explain` print."""

from __future__ import annotations

from cnnlint.config import ConfigError, Settings
from cnnlint.reporters.encoding import encode
from cnnlint.rule import Rule, registry


def mark(rule: Rule) -> str:
    """How lists mark what can be fixed, as findings are marked."""
    return {"safe": "[*]", "unsafe": "[*] unsafe"}.get(rule.fix, "")


def list_rules(settings: Settings, form: str) -> str:
    """All rules, one a line; as JSON where `form` asks for it."""
    rules = registry.load(settings.rule_folders).rules
    if form != "text":
        return encode([_data(rule) for rule in rules], indent=2) + "\n"
    width = max(len(rule.name) for rule in rules)
    return "".join(
        f"{rule.code}  {rule.name:{width}}  {rule.severity.value:7}  {mark(rule):10}  {rule.summary}"
        f"{'' if rule.default else ' (only when selected)'}\n"
        for rule in rules
    )


def find(settings: Settings, identity: str) -> Rule:
    """The rule of a code or name; ConfigError where there is none, with what may have been meant."""
    rules = registry.load(settings.rule_folders)
    rule = rules.get(identity)
    if rule is None:
        rules.matching(identity)
        raise ConfigError(f"{identity!r} stands for several rules; --list-rules shows them")
    return rule


def explain(settings: Settings, identity: str, form: str) -> str:
    """One rule's documentation; ConfigError where no rule has this code or name."""
    rule = find(settings, identity)
    if form != "text":
        return encode({**_data(rule), "documentation": rule.documentation()}, indent=2) + "\n"
    on = "on by default" if rule.default else "only when selected"
    head = f"{rule.code} {rule.name} [{rule.severity.value}, {on}]"
    fix = f"Fix: {rule.fix}\n" if rule.fix != "none" else ""
    return f"{head}\n{'=' * len(head)}\n\n{rule.documentation()}\n\nApplies to: {rule.applies_to}\n{fix}{rule.url}\n"


def _data(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "default": rule.default,
        "fix": rule.fix,
        "summary": rule.summary,
        "applies_to": rule.applies_to,
        "url": rule.url,
    }
