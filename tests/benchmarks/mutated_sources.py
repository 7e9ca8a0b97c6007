#!/usr/bin/env python3
"""Thousands of programs and notebooks with something changed: none may end in CNN900, hang, or take too much memory.

    python tests/benchmarks/mutated_sources.py [--count 100000] [--first 0] [FOLDER ...]

Every number is a program of its own: `--first N --count 1 --print` repeats one. Programs are those of `fixtures/` and
of the folders that are named (up to 40 kB each): lines are left out, doubled, moved, indented, taken from another
program; tokens become others; bytes change; programs that a grammar makes stand behind them. All rules are on, and
every third has its fixes worked out. Each has `mutating.SECONDS` of processor time, all of them `MEMORY`; exit status 1
where one ends badly.
"""

from __future__ import annotations

import io
import json
import random
import sys
import tokenize
import warnings
from collections.abc import Sequence
from pathlib import Path

import hypothesmith
import mutating
from hypothesis import HealthCheck, Phase, given, seed, settings

from cnnlint.config import Settings
from cnnlint.diagnostics import RunError
from cnnlint.fixes.proving import with_fixes
from cnnlint.lint.one_file import linter

ROOT = Path(__file__).parents[2]
LARGEST = 40_000
MEMORY = 500
"""Megabytes."""

WORDS = (
    *("None", "True", "0", "-1", "1", "2 ** 62", "1e308", "''", "'relu'", "()", "[]", "{}", "*a", "**a", "..."),
    *("x", "y", "model", "self", "layers", "keras", "tf", "np", "lambda: 0", "range", "zip", "map", "iter", "append"),
    *("for", "while", "if", "else", "return", "yield", "await", "try", "finally", "except", "with", "class", "def"),
    *("del", "global", "nonlocal", "import", "match", "case", "in", "not", "and", "(", ")", "[", "]", "{", "}", ","),
    *(":", "=", ":=", "+", "*", "@", ".", "%", "/", "//", "==", "pop", "reshape", "shape", "fit", "compile"),
    *("Dense", "Conv2D", "Input", "Flatten"),
)

UNCHECKED = list(HealthCheck)
ODD = (b"\0", b"\xff", b"\t", b"\f", b"\r", b"\\")


def mutated_lines(draw: random.Random, text: str, others: Sequence[str]) -> str:
    """A program with lines left out, doubled, moved, indented, or taken from another."""
    lines = text.splitlines(keepends=True)
    for _ in range(draw.choice((1, 2, 4, 8))):
        if not lines:
            break
        place, what = draw.randrange(len(lines)), draw.randrange(6)
        if what == 0:
            del lines[place]
        elif what == 1:
            lines.insert(place, draw.choice(lines))
        elif what == 2:
            lines[place] = "    " + lines[place]
        elif what == 3:
            lines[place] = lines[place].lstrip()
        else:
            other = draw.choice(others).splitlines(keepends=True)
            begin = draw.randrange(len(other) + 1)
            lines[place:place] = other[begin : begin + draw.choice((1, 3, 10, 30))]
    return "".join(lines)


def mutated_tokens(draw: random.Random, text: str) -> str:
    """A program with some of its tokens replaced by others, of its own or of `WORDS`."""
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.string.strip()]
    except (tokenize.TokenError, SyntaxError):
        return text
    lines = text.splitlines(keepends=True)
    own = [token.string for token in tokens]
    chosen = draw.sample(tokens, min(len(tokens), draw.choice((1, 2, 4, 8))))
    for token in sorted(chosen, key=lambda one: one.start, reverse=True):
        (row, begin), (end_row, end) = token.start, token.end
        if row == end_row:
            new = draw.choice(own) if draw.random() < 0.6 else draw.choice(WORDS)
            lines[row - 1] = lines[row - 1][:begin] + new + lines[row - 1][end:]
    return "".join(lines)


def mutated_bytes(draw: random.Random, data: bytes) -> bytes:
    """Bytes with some changed, left out or put in."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 2, 8))):
        place = draw.randrange(len(changed) + 1)
        new = draw.choice((draw.randbytes(2), *ODD))
        changed[place : place + draw.randrange(3)] = new
    return bytes(changed)


def invented(number: int) -> str:
    """A program that a grammar makes."""
    made: list[str] = []

    @seed(number)
    @settings(max_examples=1, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=UNCHECKED)
    @given(hypothesmith.from_grammar())
    def draw(text: str) -> None:
        made.append(text)

    draw()
    return made[-1]


def case(number: int, programs: Sequence[str]) -> tuple[str, bytes]:
    """The name and the contents of a file."""
    draw = random.Random(number)
    kind = draw.choice(("lines", "lines", "lines", "tokens", "tokens", "both", "bytes", "grammar", "notebook"))
    text = draw.choice(programs)
    if kind == "bytes":
        return "m.py", mutated_bytes(draw, text.encode())
    if kind == "grammar":
        return "m.py", (text + "\n" + invented(number)).encode("utf-8", "surrogatepass")
    if kind in ("lines", "both", "notebook"):
        text = mutated_lines(draw, text, programs)
    if kind in ("tokens", "both"):
        text = mutated_tokens(draw, text)
    if kind != "notebook":
        return "m.py", text.encode("utf-8", "surrogatepass")
    lines = text.splitlines(keepends=True)
    cells = [lines[at : at + 7] for at in range(0, len(lines), 7)]
    written = [{"cell_type": draw.choice(("code", "code", "markdown")), "source": cell} for cell in cells]
    data = json.dumps({"cells": written, "nbformat": 4, "metadata": {}}).encode()
    return "m.ipynb", mutated_bytes(draw, data) if draw.random() < 0.2 else data


def main() -> int:
    asked = mutating.options(__doc__, 100_000)
    warnings.simplefilter("ignore")
    paths = [path for folder in (ROOT / "fixtures", *asked.folders) for path in sorted(Path(folder).rglob("*.py"))]
    programs = [path.read_text(errors="replace") for path in paths if 0 < path.stat().st_size <= LARGEST]
    engine = linter(Settings(select=("ALL",)))

    def lint(number: int, name: str, data: bytes) -> Sequence[RunError]:
        result = engine.lint(name, data)
        if number % 3 == 0:
            with_fixes(engine, result, data, None)
        return result.errors

    bad, memory = mutating.judged(asked, lambda number: case(number, programs), lint)
    return int(bad > 0 or memory > MEMORY)


if __name__ == "__main__":
    sys.exit(main())
