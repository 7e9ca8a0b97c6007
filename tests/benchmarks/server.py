#!/usr/bin/env python3
"""How long the language server takes from a change to the diagnostics: `tests/benchmarks/server.py [--edits N]`.

A program of some 300 lines and one of some 1,500, made of the fixtures one after the other, which is denser in models
than what people write. After a warm-up, each edit is typed into a comment or a number and waited for. Wall time is
what an editor sees, its debounce included; CPU seconds are those of the server and of the process that reads, which a
loaded machine does not change much.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from server.editor import Editor, editor  # noqa: E402

GOALS = {300: 150, 1500: 500}
"""Lines -> milliseconds from a change to its diagnostics, the 95th of a hundred, on a quiet machine."""


def program(lines: int) -> str:
    """Fixtures one after the other, up to so many lines."""
    pieces: list[str] = []
    sources = [*sorted((ROOT / "fixtures/seeds").rglob("*.py")), *sorted((ROOT / "fixtures/models").glob("*.py"))]
    while sum(piece.count("\n") for piece in pieces) < lines:
        for path in sources:
            text = path.read_text()
            if sum(piece.count("\n") for piece in pieces) + text.count("\n") <= lines:
                pieces.append(text)
        pieces.append("\n")
    return "".join(pieces)


def cpu(pids: list[int]) -> float:
    """CPU seconds that processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and its children."""
    # of whichever thread started them
    children = [child for one in Path(f"/proc/{pid}/task").glob("*/children") for child in one.read_text().split()]
    return [pid, *(one for child in children for one in family(int(child)))]


async def measure(lines: int, edits: int) -> None:
    """Type into a program of so many lines, and print what it took."""
    text = program(lines)
    with tempfile.TemporaryDirectory() as folder:
        async with editor(Path(folder)) as one:
            uri = one.open("model.py", text)
            await one.diagnostics(uri, 1)
            await _type(one, uri, 2, 10)
            pids = family(one.client._server.pid)  # type: ignore[union-attr]
            before = cpu(pids)
            waits = await _type(one, uri, 12, edits)
            spent = 1000 * (cpu(pids) - before) / edits
            found = len(one.published[uri][-1].diagnostics)
    p95 = statistics.quantiles(waits, n=20)[-1] if len(waits) > 1 else waits[0]
    print(
        f"{text.count(chr(10)):5,} lines, {found} findings: change to diagnostics {statistics.median(waits):.0f} ms in "
        f"the median, {p95:.0f} ms at the 95th percentile (goal {GOALS[lines]} ms); {spent:.0f} ms of CPU an edit"
    )


async def _type(one: Editor, uri: str, version: int, edits: int) -> list[float]:
    """Milliseconds from each change to its diagnostics."""
    waits = []
    for number in range(edits):
        began = time.perf_counter()
        one.change(uri, version + number, ((0, 0, 0, 0), "#" if number % 2 else "# a comment\n"))
        await one.diagnostics(uri, version + number)
        waits.append(1000 * (time.perf_counter() - began))
    return waits


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=60)
    arguments = parser.parse_args()
    for size in GOALS:
        asyncio.run(measure(size, arguments.edits))
