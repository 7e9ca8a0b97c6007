#!/usr/bin/env python3
"""Write docs/schema.json, the JSON Schema of `--format json`, from the structs that the report is made of."""

from __future__ import annotations

import json
from pathlib import Path

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
    return json.dumps({**head, **msgspec.json.schema(Envelope)}, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(schema(), encoding="utf-8")
