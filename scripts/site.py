"""Hooks of mkdocs: a page for each rule, at the very address that its `url` gives, and links that fit the site."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from mkdocs.structure.files import File, Files
from pages import rules

from cnnlint import explaining
from cnnlint.rule.registry import load

INTRODUCTION = """# The rules

An **error** is wrong whatever the data is; a **warning** costs something as a rule; **info** is a convention, or a note
on what could not be checked. Rules marked *opt-in* run when they are selected.

"""


def on_files(files: Files, config: Any) -> Files:
    """Add the rules' pages, which are made from their docstrings."""
    files.append(File.generated(config, "rules/index.md", content=INTRODUCTION + _linked(rules("./"))))
    for rule in load():
        files.append(File.generated(config, f"rules/{rule.name}.md", content=explaining.markdown(rule)))
    return files


def _linked(table: str) -> str:
    return table.replace("(./", "(")


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Links to the catalogue in the repository lead to the rules' own pages."""
    return re.sub(r"\(\.\./rules/README\.md#([\w-]+)\)", r"(rules/\1.md)", markdown)
