"""Every rule's documentation is run: its bad example has the finding, its good example has not."""

from __future__ import annotations

import ast

import pytest

from cnnlint.rule import Rule
from rules.examples import RULES, as_file, block, found, lint


def check_bad_example(rule: Rule) -> None:
    """It has the finding, which says what to write instead."""
    diagnostics = found(block(rule, "Example"), rule)
    assert diagnostics
    assert diagnostics[0].severity is rule.severity
    for diagnostic in diagnostics:
        assert diagnostic.help, "what to write instead"
        assert diagnostic.message[0] != diagnostic.message[0].upper() or not diagnostic.message[0].isalpha()


def check_good_example(rule: Rule) -> None:
    """What the documentation recommends is another program, with no finding of this rule, and no error or warning of
    any other."""
    bad, good = block(rule, "Example"), block(rule, "Use instead")
    for text in (bad, good):
        if as_file(text)[0].endswith(".py"):
            ast.parse(text)
    assert bad != good
    assert not found(good, rule)
    result = lint(good)
    assert not result.errors
    assert [d.name for d in result.diagnostics if d.severity.rank > 0] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_bad_example_is_found_and_good_example_is_clean(rule: Rule) -> None:
    check_bad_example(rule)
    check_good_example(rule)
