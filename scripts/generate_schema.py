#!/usr/bin/env python3
"""Write docs/schema.json, the JSON Schema of `--format json`, from the structs that the report is made of."""

from __future__ import annotations

import json
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from cnnlint.diagnostics import SCHEMA_VERSION
from cnnlint.reporters.json import Envelope

TARGET = Path(__file__).resolve().parent.parent / "docs" / "schema.json"


def schema() -> str:
    """The schema as text."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"cnnlint report, version {SCHEMA_VERSION}",
    }
    return json.dumps({**head, **_cleaned(msgspec.json.schema(Envelope))}, indent=2) + "\n"


def _cleaned(part: Any) -> Any:
    """The schema with its descriptions free of indentation, which Python keeps in docstrings up to 3.12."""
    if isinstance(part, dict):
        return {key: cleandoc(value) if key == "description" and isinstance(value, str) else _cleaned(value)
                for key, value in part.items()}  # fmt: skip
    return [_cleaned(item) for item in part] if isinstance(part, list) else part


if __name__ == "__main__":
    TARGET.write_text(schema(), encoding="utf-8")
