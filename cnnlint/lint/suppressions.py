"""Comments that silence findings: `# cnnlint: ignore[...]`, `# cnnlint: file-ignore[...]` and `# noqa: CNN...`.

A comment at the end of a line is about the findings that begin or end on it. A comment on a line of its own is about
the whole statement that follows, or, inside brackets, about the element that follows: layer calls span lines.
Comments are found by Python's tokenizer, so text inside strings never counts.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

_CNNLINT = re.compile(r"#\s*cnnlint:\s*(?P<kind>ignore|file-ignore)\b(?:\s*\[(?P<what>[^\]]*)\])?", re.IGNORECASE)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<what>[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+)*)", re.IGNORECASE)
_SIGNS = re.compile(rb"cnnlint\s*:|noqa\s*:", re.IGNORECASE)


class Suppression(Struct):
    """One comment. Rows and columns count from 1 in the text that was tokenized."""

    row: int
    column: int
    end_column: int
    #: "ignore", "file-ignore" or "noqa"
    kind: str
    #: codes and their beginnings (in capitals) and names, in order; None silences every rule
    identities: tuple[str, ...] | None
    #: the rows it is about; None for the whole file
    rows: tuple[int, int] | None
    #: which of the identities a finding needed; holds "*" where all rules are silenced
    used: set[str] = field(default_factory=set)

    def covers(self, first_row: int, last_row: int) -> bool:
        """Whether it is about a finding that begins and ends on these rows."""
        if self.rows is None:
            return True
        low, high = self.rows
        return low <= first_row <= high or low <= last_row <= high

    def silences(self, code: str, name: str) -> str | None:
        """The identity under which it silences a rule, or None."""
        if self.identities is None:
            return "*"
        return next((one for one in self.identities if one == name or is_prefix(one, code)), None)


def is_prefix(identity: str, code: str) -> bool:
    """Whether a code, or the beginning of one (CNN1), stands for this code."""
    return identity[-1:].isdigit() and code.startswith(identity)


def present(data: bytes) -> bool:
    """Whether a file can hold a suppression at all; a scan of its bytes, before anything is tokenized."""
    return _SIGNS.search(data) is not None


def find(text: str, blocks: Iterable[tuple[int, int]] = ()) -> list[Suppression]:
    """The suppressions in a text; `blocks` are the first and last rows of a notebook's cells, each read by itself."""
    lines = io.StringIO(text, newline=None).readlines()  # \n, \r\n and \r end a line, as they do for Python
    found: list[Suppression] = []
    for first, last in blocks or ((1, len(lines)),):
        found.extend(_in_block(lines[first - 1 : last], first - 1))
    return found


def match(suppressions: Iterable[Suppression], code: str, name: str, first_row: int, last_row: int) -> bool:
    """Whether a finding is silenced; every comment that does is marked as used."""
    silenced = False
    for suppression in suppressions:
        if suppression.covers(first_row, last_row):
            identity = suppression.silences(code, name)
            if identity is not None:
                suppression.used.add(identity)
                silenced = True
    return silenced


def _in_block(lines: list[str], above: int) -> Iterator[Suppression]:
    """The suppressions of some lines; `above` lines come before them."""
    tokens = list(_tokens(lines))
    depths = _depths(tokens)
    for index, token in enumerate(tokens):
        if token.type != tokenize.COMMENT:
            continue
        kind, identities = _parse(token.string)
        if kind is None:
            continue
        row = token.start[0]
        rows: tuple[int, int] | None = (row, row)
        if kind == "file-ignore":
            rows = None
        elif not lines[row - 1][: token.start[1]].strip():
            rows = _following(tokens, depths, index)
        yield Suppression(
            row=row + above,
            column=token.start[1] + 1,
            end_column=token.end[1] + 1,
            kind=kind,
            identities=identities,
            rows=None if rows is None else (rows[0] + above, rows[1] + above),
        )


def _parse(comment: str) -> tuple[str | None, tuple[str, ...] | None]:
    """What a comment asks for: its kind (None for other comments) and the rules it names (None for all of them)."""
    found = _CNNLINT.search(comment)
    if found is not None:
        what = found["what"]
        identities = None if what is None else tuple(_normal(part) for part in re.split(r"[\s,]+", what) if part)
        return found["kind"].lower(), identities
    found = _NOQA.search(comment)
    if found is not None:
        # other linters' codes in the same comment are theirs
        ours = tuple(code.upper() for code in re.split(r"[\s,]+", found["what"]) if code.upper().startswith("CNN"))
        if ours:
            return "noqa", ours
    return None, None


def _normal(identity: str) -> str:
    return identity.lower() if "-" in identity else identity.upper()


def _tokens(lines: list[str]) -> Iterator[tokenize.TokenInfo]:
    """The tokens of some lines; where the tokenizer gives up, it starts again on the next line."""
    start = 0
    while start < len(lines):
        reached = start
        try:
            for token in tokenize.generate_tokens((lines[row] for row in range(start, len(lines))).__next__):
                moved = token._replace(
                    start=(token.start[0] + start, token.start[1]), end=(token.end[0] + start, token.end[1])
                )
                reached = max(reached, moved.end[0])
                yield moved
            return
        except (tokenize.TokenError, SyntaxError) as error:
            place = error.args[1] if len(error.args) > 1 else None
            if isinstance(error, tokenize.TokenError) and "EOF" in str(error.args[0]):
                return  # an open bracket or string: all comments up to here have been seen
            stopped = error.lineno if isinstance(error, SyntaxError) else place[0] if place else None
            start = max(reached, start + (stopped or 1), start + 1)


def _depths(tokens: list[tokenize.TokenInfo]) -> list[int]:
    """How many brackets are open before each token."""
    depth, depths = 0, []
    for token in tokens:
        depths.append(depth)
        if token.type == tokenize.OP:
            if token.string in "([{":
                depth += 1
            elif token.string in ")]}":
                depth = max(0, depth - 1)
        elif token.type == tokenize.NEWLINE:
            depth = 0
    return depths


_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT})


def _following(tokens: list[tokenize.TokenInfo], depths: list[int], index: int) -> tuple[int, int]:
    """The rows of the statement, or of the element of an open bracket, that follows a comment."""
    depth = depths[index]
    first: int | None = None
    last = tokens[index].end[0]
    for position in range(index + 1, len(tokens)):
        token = tokens[position]
        if first is None:
            if token.type in _LAYOUT:
                continue
            first = token.start[0]
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            break
        if depth and depths[position] == depth and token.string in (",", ")", "]", "}"):
            last = max(last, token.start[0] if token.string == "," else last)
            break
        if token.type not in _LAYOUT:
            last = max(last, token.end[0])
    return first or last, last
