#!/usr/bin/env python3
"""Write the JSON Schemas: docs/schema.json of `--format json`, docs/config-schema.json of `[tool.cnnlint]`.

Both are made from the structs that the report and the configuration are made of.
"""

from __future__ import annotations

import inspect
import json
import re
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from cnnlint.config import Table
from cnnlint.diagnostics import SCHEMA_VERSION
from cnnlint.reporters.json import Envelope

DOCS = Path(__file__).resolve().parent.parent / "docs"
TARGET, CONFIG = DOCS / "schema.json", DOCS / "config-schema.json"


def schema() -> str:
    """The schema of the report."""
    return _text(f"cnnlint report, version {SCHEMA_VERSION}", msgspec.json.schema(Envelope))


def config_schema() -> str:
    """The schema of the configuration, each key with what the source says of it, and no other key allowed."""
    made = msgspec.json.schema(Table)
    keys = made["$defs"]["Table"]["properties"]
    for name, text in _comments(Table).items():
        keys[name.replace("_", "-")]["description"] = text
    return _text("cnnlint: [tool.cnnlint] of pyproject.toml", made)


def _comments(struct: type) -> dict[str, str]:
    """What the comments (`#:`) above a struct's fields say."""
    found: dict[str, str] = {}
    told: list[str] = []
    for line in inspect.getsource(struct).splitlines():
        comment, field = re.match(r"\s+#: (.*)", line), re.match(r"\s+(\w+): ", line)
        if comment is not None:
            told.append(comment[1])
        elif field is not None and told:
            found[field[1]] = " ".join(told)
            told = []
    return found


def _text(title: str, made: dict[str, Any]) -> str:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps({**head, **_cleaned(made)}, indent=2) + "\n"


def _cleaned(part: Any) -> Any:
    """The schema with its descriptions free of indentation, which Python keeps in docstrings up to 3.12."""
    if isinstance(part, dict):
        return {
            key: cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
            for key, value in part.items()
        }
    return [_cleaned(item) for item in part] if isinstance(part, list) else part


if __name__ == "__main__":
    TARGET.write_text(schema(), encoding="utf-8")
    CONFIG.write_text(config_schema(), encoding="utf-8")
