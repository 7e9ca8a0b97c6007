#!/usr/bin/env python3
"""Write rules/README.md: the catalogue of cnnlint's rules, from the rules themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from cnnlint.rule import Rule
from cnnlint.rule.experiments import NotTestable, Proof
from cnnlint.rule.registry import load

PAGE = Path(__file__).parent.parent / "rules" / "README.md"
FAMILIES = {
    "1": "Activations",
    "2": "Architecture",
    "3": "Loss, labels, metrics",
    "4": "Initialisation and normalisation",
    "5": "Data and training",
    "6": "Graph hygiene",
    "7": "Use of the API",
}


def catalogue() -> str:
    """The page as text."""
    rules = [rule for rule in load() if rule.code[3] in FAMILIES]
    return "\n".join([*introduction(rules), *(line for rule in rules for line in entry(rule))])


def introduction(rules: list[Rule]) -> Iterator[str]:
    """The heading and a table of each family."""
    yield "# The rules of cnnlint"
    yield ""
    yield "<!-- Written by scripts/generate_catalogue.py from the rules' docstrings: edit those. -->"
    yield ""
    yield (
        "An *error* is wrong whatever the data is, a *warning* costs something as a rule, *info* is a convention. "
        "Rules marked *opt-in* run when they are selected. *Tested by* says what `--confirm` does about a finding."
    )
    for family, members in groupby(rules, key=lambda rule: rule.code[3]):
        yield from ("", f"## {FAMILIES[family]}", "")
        yield "| code | name | severity | what it finds | tested by |"
        yield "|---|---|---|---|---|"
        for rule in members:
            severity = rule.severity.value + ("" if rule.default else ", opt-in")
            yield f"| {rule.code} | [{rule.name}](#{rule.name}) | {severity} | {rule.summary} | {tested_by(rule)} |"
    yield ""


def tested_by(rule: Rule) -> str:
    """The rule's experiment in two words."""
    if isinstance(rule.experiment, Proof):
        return f"proof: {rule.experiment.method}"
    if isinstance(rule.experiment, NotTestable):
        return "not testable"
    return f"trial: {rule.experiment.statistic}"


def entry(rule: Rule) -> Iterator[str]:
    """One rule's chapter: its docstring with the headings two levels down."""
    path = Path(inspect.getfile(type(rule)))
    yield f"### {rule.name}"
    yield ""
    source = f"[source](cnnlint_rules/{path.parent.name}/{path.name})"
    yield f"`{rule.code}` · {rule.severity.value} · {rule.applies_to} · {source}"
    yield ""
    for line in rule.documentation().splitlines():
        yield f"##{line}" if line.startswith("## ") else line
    yield ""


if __name__ == "__main__":
    PAGE.write_text(catalogue(), encoding="utf-8")
