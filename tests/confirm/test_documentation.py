"""The table of what is done about each rule is that of the rules."""

from __future__ import annotations

import runpy
from pathlib import Path

from cnnlint.rule.registry import load

ROOT = Path(__file__).parents[2]


def test_the_table_of_rules_is_current() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "generate_confirm_rules.py"))["page"]()
    assert (ROOT / "docs" / "confirm-rules.md").read_text(encoding="utf-8") == page, (
        "run scripts/generate_confirm_rules.py"
    )
    for rule in load():
        assert f"| {rule.code} " in page
    assert "docs/confirm-rules.md" in (ROOT / "README.md").read_text(encoding="utf-8")
