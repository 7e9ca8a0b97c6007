#!/usr/bin/env python3
"""Fill in what README.md and the pages of docs/ quote; see `pages`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pages import filled, quoting

if __name__ == "__main__":
    for page in quoting():
        page.write_text(filled(page.read_text()))
