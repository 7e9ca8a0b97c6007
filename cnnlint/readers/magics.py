"""What IPython reads and Python does not: magics, shell commands and help, written so that Python parses.

Rows stay rows, and what remains of a row keeps its columns: what has to grow grows at the end of the line.
"""

from __future__ import annotations

import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.lexical import TOKEN
from cnnlint.readers.python.text.repair import LOST

_CELL_MAGIC = pattern(r"[ \t]*%%[ \t]*(\w*)")
#: cell magics whose cell is Python of this program; the cells of all others are text of another kind
_OF_PYTHON = frozenset({"time", "timeit", "capture", "prun", "debug", "heat", "memit", "mprun", "lprun", "snakeviz"})

_COMMAND = pattern(r"[ \t]*(?:[%!]|\?|\$[ \t])")
#: commands that IPython takes without a %
_AUTOMATIC = pattern(
    r"[ \t]*(?:pip3?|conda|mamba|apt-get|cd|ls|mkdir|rmdir|rm|cp|mv|cat|git)[ \t]+"
    r"(?!(?:in|is|and|or|if|for|as)\b)[-\w./~]+(?:[^=(\r\n]|[<>=!~]=)*(?=\r|\n|\Z)"
)
_HELP = pattern(r"[ \t]*[^\W\d][\w.]*\?{1,2}[ \t]*;?[ \t]*(?:#[^\r\n]*)?(?=\r|\n|\Z)")
_ASSIGNED = pattern(r"([ \t]*[^\W\d][\w.,* \t\[\]'\"]*=[ \t]*)(?:[!]|%[ \t]*[^\W\d])")
#: a line magic that runs a statement, with its options
_TIMED = pattern(r"([ \t]*)(%[ \t]*(?:time|timeit|prun|memit|mprun|lprun)[ \t]+(?:-\w+[ \t]*\d*[ \t]+)*)(?=[^\s\-])")
#: `%run ../helper.py`, which binds what the script binds
_RUN = pattern(
    r"([ \t]*)%run[ \t]+(?:-i[ \t]+)?(['\"]?)(?:\./)?((?:\.\./)*)([A-Za-z_]\w*(?:/[A-Za-z_]\w*)*)(?:\.py)?\2"
    r"[ \t]*(?=\r|\n|\Z)"
)
#: `%cd src`, behind which modules are looked for there
_ENTERED = pattern(
    r"([ \t]*)(?:%[ \t]*)?cd[ \t]+(['\"]?)((?:\.\.?/)*[A-Za-z_.][\w.-]*(?:/[\w.-]+)*)/?\2[ \t]*(?=\r|\n|\Z)"
)
#: the rest of a command, which a backslash carries over the end of its line
_REST = pattern(r"(?:[^\\\r\n]|\\(?:\r\n|[^\r\n]|[\r\n])|\\\Z)*")
_FIRST_CODE = pattern(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")
_NOT_LINE_END = pattern(r"[^\r\n]+")


def neutralised(cell: str) -> str:
    """The source of a code cell as Python: as many rows, and every expression in its columns."""
    start = _FIRST_CODE.match(cell)
    found = _CELL_MAGIC.match(cell, start.end() if start else 0)
    if found is not None:
        if found.group(1) not in _OF_PYTHON:
            return commented(cell)
        end = _NOT_LINE_END.match(cell, found.start())
        stop = end.end() if end else found.end()
        return cell[: found.start()] + "#" + cell[found.start() + 1 : stop] + _commands(cell[stop:])
    return _commands(cell)


def commented(text: str) -> str:
    """A comment in every row that is not blank."""
    return re.sub(r"(?:(?<=^)|(?<=[\r\n]))(?=[^\r\n])", "# ", text)


def _commands(text: str) -> str:
    """Replace the commands among the statements, in one pass over the tokens."""
    if not re.search(r"[%!?$]", text) and not _AUTOMATIC.search(text):
        return text
    pieces: list[str] = []
    position, depth, fresh = 0, 0, True
    while position < len(text):
        if fresh:
            replaced = _command(text, position)
            if replaced is not None:
                piece, position = replaced
                pieces.append(piece)
                fresh = False
                continue
        token = TOKEN.match(text, position)
        assert token is not None  # the last alternative takes any character
        kind = token.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(depth - 1, 0)
        fresh = kind == "newline" and depth == 0
        pieces.append(token.group())
        position = token.end()
    return "".join(pieces)


def _command(text: str, start: int) -> tuple[str, int] | None:
    """What stands for the command at the beginning of a statement, and where it ends; None for Python."""
    timed = _TIMED.match(text, start)
    if timed is not None:
        # `if 1:` fits into the room of the shortest of these magics, and takes statements
        return timed.group(1) + "if 1:".ljust(len(timed.group(2))), timed.end()
    script = _RUN.match(text, start)
    if script is not None:
        indent, _, above, path = script.groups()
        dots = "." * (above.count("/") + 1) if above else ""
        return f"{indent}from {dots}{path.replace('/', '.')} import *", script.end()
    entered = _ENTERED.match(text, start)
    if entered is not None:
        return f'{entered.group(1)}import sys; sys.path.append("{entered.group(3)}")', entered.end()
    if _COMMAND.match(text, start) or _HELP.match(text, start) or _AUTOMATIC.match(text, start):
        end = _end(text, start)
        indent = re.compile(r"[ \t]*").match(text, start)
        return (indent.group() if indent else "") + "pass" + _blank_rows(text[start:end]), end
    assigned = _ASSIGNED.match(text, start)
    if assigned is not None:
        end = _end(text, start)
        return assigned.group(1) + LOST + _blank_rows(text[start:end]), end
    return None


def _end(text: str, start: int) -> int:
    rest = _REST.match(text, start)
    return rest.end() if rest else start


def _blank_rows(text: str) -> str:
    """The line ends of a command of several rows, and nothing else."""
    return "".join(re.findall(r"\r\n|\r|\n", text))
