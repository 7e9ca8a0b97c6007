"""A thousand edits of a real file: no crash, nothing said of a text that is gone, no growth of memory."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes
from cnnlint.server.texts import Text

pytest.importorskip("pygls", reason="the extra cnnlint[lsp] is not installed")

from .editor import editor, run

ROOT = Path(__file__).parents[2]
PIECES = [
    "\n",
    "😀",
    "(",
    ")",
    '"',
    "    ",
    "x = 1\n",
    "model.add(layers.Dense(3))\n",
    "# é",
    "'''",
    "0",
    ", ",
    "\x0c",
    "\r\n",
]
EDITS = 1000
GROWTH = 60 * 2**20
"""Bytes that server and worker may grow by from the 200th edit to the last: what one reading holds, twice."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_thousand_edits(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    original = (ROOT / "fixtures" / "models" / "subclasses.py").read_text()

    async def work() -> None:
        async with editor(tmp_path) as one:
            now = Text(original)
            uri = one.open("model.py", original)
            await one.diagnostics(uri, 1)
            memory = 0
            for version in range(2, EDITS + 2):
                # back to what parses now and then, so that both kinds of text are met
                if version % 10 == 0:
                    change = (None, original)
                    now = Text(original)
                else:
                    start = chance.randrange(len(now.text) + 1)
                    end = min(len(now.text), start + chance.choice([0, 0, 1, 5, 40]))
                    first, last = (_position(now.text, offset) for offset in (start, end))
                    content = chance.choice(PIECES)
                    now = now.changed([((first, last), content)])
                    change = ((*first, *last), content)  # type: ignore[assignment]
                one.change(uri, version, change)
                if chance.random() < 0.3 or version % 10 == 0 or version == EDITS + 1:
                    found = await one.diagnostics(uri, version)
                    if version % 50 == 0:
                        _is_what_a_fresh_run_says(now.text, found)
                if version == 200:
                    memory = _resident(one.client._server.pid)  # type: ignore[union-attr]
            assert _resident(one.client._server.pid) - memory < GROWTH  # type: ignore[union-attr]
            assert not [text for text in one.messages if "Error" in text or "ended" in text]

    run(work(), 1800)


def _position(text: str, offset: int) -> tuple[int, int]:
    lines = Text(text[:offset]).lines
    return len(lines) - 1, len(lines[-1].encode("utf-16-le", "surrogatepass")) // 2


def _is_what_a_fresh_run_says(text: str, found: list[object]) -> None:
    expected = lint_bytes("model.py", text.encode(), Settings()).diagnostics
    said = sorted((one.code, one.range.start.line + 1) for one in found)  # type: ignore[attr-defined]
    assert said == sorted((one.code, one.location.row) for one in expected)


def _resident(pid: int) -> int:
    """Bytes in memory of a process and its children."""
    children = [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]
    own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return own + sum(map(_resident, children))
