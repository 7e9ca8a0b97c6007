"""Tokens and logical lines of text that may not parse.

The standard tokenizer gives up at the first error; this one never does, and what it yields adds up to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

TOKEN = re.compile(
    r"(?P<string>(?:[bBuUfFtT][rR]?|[rR][bBfFtT]?|[uU][rR])?(?:'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:''')?"
    r'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?'
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'?"
    r'|"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"?))'
    r"|(?P<comment>\#[^\r\n]*)"
    r"|(?P<join>\\(?:\r\n|\r|\n))|(?P<newline>\r\n|\r|\n)|(?P<space>[ \t\f]+)"
    r"|(?P<name>[^\W\d]\w*)|(?P<number>\.?\d(?:\w|\.|(?<=[eE])[-+](?=\d))*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<operator><>|\.\.\.|[-+*/%@&|^~<>!=:,;.`]|.)",
    re.DOTALL,
)
_SAYINGS = re.compile(
    r"(?P<block>'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*""")'
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'|\"[^\"\\\r\n]*(?:\\(?:\r\n|.)[^\"\\\r\n]*)*\""
    r"|(?P<comment>\#[^\r\n]*)",
    re.DOTALL,
)
CLOSERS = {"(": ")", "[": "]", "{": "}"}

# How a statement begins that cannot be the inside of an expression, and how it may begin.
_STATEMENT = re.compile(
    r"[ \t\f]*(?:(?:import|def|class|return|with|while|try|assert|raise|del|global|print|elif|except|finally)\b|@\w"
    r"|from\s+[\w.]+\s+import\b"
    r"|for\s[^\r\n]{1,200}?\sin\s[^\r\n]{1,200}:[ \t]*(?:\#|$)|if\s[^\r\n]{1,200}:[ \t]*(?:\#|$)|else\s*:)",
    re.MULTILINE,
)
_LIKELY_STATEMENT = re.compile(r"[ \t\f]*[^\W\d][\w.]*(?:\[[^\r\n\]]*\])?\s*(?:[-+*/]?=(?!=)|\()")
_CONTINUES = re.compile(r"[-+*/%,.=:(\[{<>|&^~\\]\s*(?:\#[^\r\n]*)?$|\b(?:and|or|not|in|is|if|else|for|lambda)\s*$")
_INDENT = re.compile(r"[ \t\f]*")


def without_comments(text: str) -> str:
    """The text without its comments, and with nothing in its strings of three quotes: what is code of it."""
    return _SAYINGS.sub(lambda found: '""' if found["block"] else "" if found["comment"] else found[0], text)


class LogicalLine(Struct):
    """A statement with all its rows and its last line end, or a blank or comment line."""

    text: str
    #: row of its first character, from 1
    row: int
    #: brackets that are open at its end, outermost first
    unclosed: list[str] = field(default_factory=list)
    #: indices of closing brackets that close nothing
    unopened: list[int] = field(default_factory=list)
    #: a bracket is closed by one of another kind
    mismatched: bool = False

    @property
    def indent(self) -> str:
        """The white space before the first token."""
        found = _INDENT.match(self.text)
        return found.group() if found else ""

    @property
    def rows(self) -> int:
        """How many rows it covers."""
        ends = len(re.findall(r"\r\n|\r|\n", self.text))
        return max(1, ends)

    def tokens(self) -> Iterator[re.Match[str]]:
        """Its tokens; they add up to its text."""
        return TOKEN.finditer(self.text)

    def code(self) -> list[re.Match[str]]:
        """Its tokens without white space, comments and line ends."""
        return [match for match in self.tokens() if match.lastgroup not in ("space", "comment", "newline", "join")]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing but white space and comments."""
        return not self.code()


def logical_lines(text: str) -> list[LogicalLine]:
    """Split a text; the pieces add up to it.

    A bracket that is never closed ends where the next statement plainly begins: at a line that is indented no deeper
    and starts with a statement's keyword, or looks like an assignment or call behind a line that was complete.
    """
    lines: list[LogicalLine] = []
    start = 0
    row = 1
    line_start = 0  # of the physical line
    current = LogicalLine("", 1)
    indent = len(_INDENT.match(text).group())  # type: ignore[union-attr]
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            current.unclosed.append(match.group())
        elif kind == "close":
            if not current.unclosed:
                current.unopened.append(match.start() - start)
            elif CLOSERS[current.unclosed.pop()] != match.group():
                current.mismatched = True
        elif kind == "newline":
            end = match.end()
            if not current.unclosed or _begins_statement(text, line_start, match.start(), end, indent):
                current.text = text[start:end]
                lines.append(current)
                row += current.rows
                start = end
                current = LogicalLine("", row)
                indent = len(_INDENT.match(text, end).group())  # type: ignore[union-attr]
            line_start = end
    if start < len(text):
        current.text = text[start:]
        lines.append(current)
    return lines


def _begins_statement(text: str, line_start: int, line_end: int, position: int, indent: int) -> bool:
    """Whether a new statement begins at `position` though a bracket of the line before it is open."""
    found = _INDENT.match(text, position)
    if found is None or len(found.group()) > indent:
        return False
    if _STATEMENT.match(text, position):
        return True
    complete = _CONTINUES.search(text[line_start:line_end]) is None
    return complete and _LIKELY_STATEMENT.match(text, position) is not None
