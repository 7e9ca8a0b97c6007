"""Whole statements and elements of lists: taken out, and new ones put behind them in the same style."""

from __future__ import annotations

import re

from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.patches import Patch
from cnnlint.fixes.text import NEWLINE

Range = tuple[int, int]


def statement_range(patch: Patch, place: Range) -> Range:
    """A statement without blanks and line ends around it."""
    text = patch.slice(place)
    start = place[0] + len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def target(patch: Patch, statement: Range, expression: Range) -> str | None:
    """The name that a statement binds an expression to, or None where it does anything else with it."""
    before = patch.text[statement[0] : expression[0]]
    match = re.fullmatch(r"([A-Za-z_][\w.]*)\s*(?::[^=]+)?=\s*", before)
    return match[1] if match and not patch.text[expression[1] : statement[1]].strip() else None


def delete_statement(patch: Patch, place: Range) -> None:
    """Take a statement out, with its lines where it has them to itself; NoFix where a block would be left empty."""
    start, end = statement_range(patch, place)
    lines, text = patch.lines, patch.text
    first, last = lines.line_start(start), lines.line_end(end)
    before, behind = text[first:start], text[end:last]
    if before.strip():
        if not before.rstrip().endswith(";"):
            raise NoFix("the statement stands behind something else on its line")
        patch.replace(first + len(before.rstrip()) - 1, end, "")
        return
    if behind.strip().startswith(";") and behind.strip(" \t;"):
        rest = behind.lstrip()[1:]
        patch.replace(start, last - len(rest.lstrip()), "")
        return
    if behind.strip(" \t;") and not behind.strip(" \t;").startswith("#"):
        raise NoFix("something else follows the statement on its line")
    if _alone_in_block(text[:first], before, text[lines.next_line(end) :]):
        raise NoFix("the statement is all there is in its block")
    patch.replace(first, lines.next_line(end), "")


def _alone_in_block(above: str, indentation: str, below: str) -> bool:
    if not indentation:
        return False

    def code(lines: list[str]) -> str | None:
        return next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), None)

    previous, following = code(above.splitlines()[::-1]), code(below.splitlines())
    opens = previous is not None and re.sub(r"#.*", "", previous).rstrip().endswith(":")
    deeper = opens and previous is not None and len(previous) - len(previous.lstrip()) < len(indentation)
    stays = following is not None and len(following) - len(following.lstrip()) >= len(indentation)
    return deeper and not stays


def insert_statement(patch: Patch, place: Range, statement: str) -> None:
    """Put a statement on a line of its own behind another one."""
    start, end = statement_range(patch, place)
    lines, text = patch.lines, patch.text
    indentation = text[lines.line_start(start) : start]
    behind = text[end : lines.line_end(end)].strip()
    if indentation.strip() or (behind and not behind.startswith("#")):
        raise NoFix("the statement shares its line")
    where = lines.line_end(end)
    patch.replace(where, where, f"{lines.newline}{indentation}{statement}")


def delete_element(patch: Patch, place: Range) -> None:
    """Take an element out of a list, with its comma, and its lines where it has them to itself."""
    start, end = place
    lines, text = patch.lines, patch.text
    _check_element(patch, place)
    first, last = lines.line_start(start), lines.line_end(end)
    behind = text[end:last]
    comma = re.match(r"[ \t]*,", behind)
    if not text[first:start].strip() and re.fullmatch(r"[ \t]*,?[ \t]*(#.*)?", behind):
        patch.replace(first, lines.next_line(end), "")
    elif comma:
        after = re.match(r"[ \t]*,[ \t]*", behind)
        assert after is not None
        if text[first:start].strip() and re.fullmatch(r"(#.*)?", behind[after.end() :]):
            patch.replace(first + len(text[first:start].rstrip()), end + comma.end(), "")
        else:
            patch.replace(start, end + after.end(), "")
    else:
        before = text[:start].rstrip()
        cut = len(before)
        if before.endswith(",") and "#" not in text[lines.line_start(cut) : cut]:
            # the comma goes, unless it ends a line of its own and may stay there
            cut -= NEWLINE.search(text, cut, start) is None
            patch.replace(cut, end, "")
        else:
            patch.replace(start, end, "")


def insert_element(patch: Patch, place: Range, element: str) -> None:
    """Put an element behind another one of a list."""
    start, end = place
    lines, text = patch.lines, patch.text
    _check_element(patch, place)
    first, last = lines.line_start(start), lines.line_end(end)
    behind = text[end:last]
    indentation = text[first:start]
    if indentation.strip() or not indentation:
        patch.replace(end, end, f", {element}")
    elif re.fullmatch(r"[ \t]*,[ \t]*(#.*)?", behind):
        patch.replace(last, last, f"{lines.newline}{indentation}{element},")
    else:
        patch.replace(end, end, f",{lines.newline}{indentation}{element}")


def _check_element(patch: Patch, place: Range) -> None:
    """An element stands between brackets or commas; anything else is a part of an expression."""
    before = re.sub(r"(?m)#.*$", "", patch.text[: place[0]][-2000:]).rstrip()
    behind = re.sub(r"(?m)#.*$", "", patch.text[place[1] :][:2000]).lstrip()
    if not before.endswith(("[", ",", "(")) or not behind.startswith(("]", ",", ")")):
        raise NoFix("it is not an element of a list")
