"""Mending text that does not parse, so that the rest of it can be read.

Snippets are cut off, pasted with their indentation or prompts, written for Python 2, or simply wrong in one place.
What is mended keeps its rows; its columns too, save for indentation, whose shift is noted row by row. A statement that
cannot be mended does not vanish where that can be helped: its target or callee stays, its value is unknown.
"""

from __future__ import annotations

import ast
import re
import time
from bisect import bisect_right
from collections.abc import Callable

from msgspec import Struct, field

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.dialects import escape_backslashes, force_print, is_magic, modernise
from cnnlint.readers.python.text.lexical import CLOSERS, LogicalLine, logical_lines
from cnnlint.readers.python.text.syntax import parse_tree
from cnnlint.readers.reading import Problem

#: Longest text that is mended, times that it is parsed, and seconds spent.
MAX_CHARACTERS = 1_000_000
MAX_ATTEMPTS = 60
MAX_SECONDS = 4.0
#: More broken statements than this, and more than a third of all: it is not Python.
MAX_BROKEN = 3
#: Stands for a value that was lost; nothing binds it.
LOST = "_lost_"

_LINE_END = pattern(r"\r\n|\r|\n")
_PROMPT = pattern(r"^([ \t]*(?:>>>|\.\.\.|In \[\d*\]:|\.\.\.:)(?: |$))", re.MULTILINE)
_ANSWER = pattern(r"[ \t]*Out\[\d*\]:")
_STARTS_WITH_PROMPT = pattern(r"[ \t]*(?:>>>|In \[\d*\]:)(?:\s|$)")
_TIMED = pattern(r"[ \t]*%%?(?:time|timeit|prun)[ \t]+(?:-\w+[ \t]*\d*[ \t]+)*")
_TARGET = pattern(r"((?:[^\W\d][\w.]*(?:\[[^\]\r\n]*\])?\s*,\s*)*[^\W\d][\w.]*(?:\[[^\]\r\n]*\])?\s*[-+*/]?=)(?!=)")
_CALLEE = pattern(r"([^\W\d][\w.]*\()")
_HEADER = pattern(r"(?:async\s+)?(if|elif|else|while|for|def|class|with|try|except|finally)\b\s*(\w*)")
_KEYWORD_TEXT = {
    **{word: f"{word} {LOST}:" for word in ("if", "elif", "while", "with")},
    **{word: f"{word}:" for word in ("else", "try", "except", "finally")},
    "for": f"for {LOST} in {LOST}:",
}


class Repair(Struct, frozen=True):
    """Something that was changed before a file could be parsed."""

    row: int
    what: str
    #: True where the text is wrong or cut off, so that something of it was left out or guessed; False where it is
    #: merely written for another reader (Python 2, a notebook, a prompt) or indented as a whole
    broken: bool = False


class Repaired(Struct):
    """A text that parses."""

    text: str
    tree: ast.Module
    repairs: list[Repair]
    #: characters by which a row was moved to the right (negative: to the left)
    shifts: dict[int, int]


def repair(text: str) -> Repaired | None:
    """Mend a text that `ast` refuses; None if that is beyond the budget, or would leave little of it."""
    if len(text) > MAX_CHARACTERS:
        return None
    return _Repairer(text).run()


def shorten_strings(text: str) -> str:
    """`text` with every run of strings that are only joined by standing side by side reduced to one of unknown value.

    libcst nests such a run and fails on some thousands of them; a table of text has no bearing on a model.
    """
    pieces: list[str] = []
    for line in logical_lines(text):
        tokens = list(line.tokens())
        change = {}
        for before, after in zip(code := line.code(), code[1:], strict=False):
            if before.lastgroup == after.lastgroup == "string":
                change[after.start()] = re.sub(r"[^\r\n]", " ", after.group())
                if before.start() not in change:
                    change[before.start()] = f'f"{{{LOST}}}"'
        pieces.extend(change.get(token.start(), token.group()) for token in tokens)
    return "".join(pieces)


class _Repairer(Struct):
    text: str
    lines: list[LogicalLine] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    shifts: dict[int, int] = field(default_factory=dict)
    stages: dict[int, int] = field(default_factory=dict)
    reindentations: int = 0
    deadline: float = 0.0

    def run(self) -> Repaired | None:
        """Rewrite what another dialect explains, then mend the statement at each error until the text parses."""
        self.deadline = time.monotonic() + MAX_SECONDS
        self.lines = logical_lines(self.text)
        if any(_STARTS_WITH_PROMPT.match(line.text) for line in self.lines):
            self._strip_prompts()
        self._rewrite_all()
        statements = sum(not line.is_blank for line in self.lines)
        for _ in range(MAX_ATTEMPTS):
            text = "".join(line.text for line in self.lines)
            tree = parse_tree(text)
            if isinstance(tree, ast.Module):
                return Repaired(text, tree, sorted(set(self.repairs), key=lambda one: (one.row, one.what)), self.shifts)
            broken = len({one.row for one in self.repairs if one.broken})
            hopeless = broken > MAX_BROKEN and 3 * broken > statements
            if hopeless or tree.kind != "syntax" or time.monotonic() > self.deadline or not self._mend(tree):
                return None
        return None

    def _note(self, index: int, what: str, broken: bool = False) -> None:
        self.repairs.append(Repair(self.lines[index].row, what, broken))

    def _shift(self, row: int, by: int) -> None:
        if by:
            self.shifts[row] = self.shifts.get(row, 0) + by

    # --- what another dialect explains ------------------------------------------------------------------------

    def _strip_prompts(self) -> None:
        rows = _LINE_END.split(self.text)
        ends = [*_LINE_END.findall(self.text), ""]
        prompted = sum(_PROMPT.match(line) is not None for line in rows)
        session = ">>>" in self.text and 2 * prompted >= sum(bool(line.strip()) for line in rows)
        for row, line in enumerate(rows, start=1):
            if found := _PROMPT.match(line):
                rows[row - 1] = line[found.end() :] or " "
                self._shift(row, -found.end())
            elif line.strip() and (session or _ANSWER.match(line)):
                rows[row - 1] = "#" + line[1:]
        self.lines = logical_lines("".join(line + end for line, end in zip(rows, ends, strict=True)))
        self.repairs.append(Repair(1, "interactive prompts"))

    def _rewrite_all(self) -> None:
        for index, line in enumerate(self.lines):
            if found := _TIMED.match(line.text):
                indent = line.indent
                self._shift(line.row, len(indent) - found.end())
                line.text = indent + line.text[found.end() :]
                self._note(index, "notebook magic")
            elif is_magic(line):
                line.text = _replaced(line, "pass")
                self._note(index, "notebook magic or shell command")
                continue
            text, done = modernise(line)
            line.text = text
            for what in done:
                self._note(index, what)
            if line.unclosed or line.unopened or line.mismatched or _open_string(line):
                self._balance(index)

    def _balance(self, index: int) -> None:
        """Close what is open at the end of a statement, drop what closes nothing."""
        line = self.lines[index]
        text = list(line.text)
        stack: list[str] = []
        code = line.code()
        for token in code:
            if token.lastgroup == "open":
                stack.append(token.group())
            elif token.lastgroup == "close":
                text[token.start()] = CLOSERS[stack.pop()] if stack else " "
        end = code[-1].end() if code else len(text)
        closers = _open_string(line) + "".join(CLOSERS[bracket] for bracket in reversed(stack))
        last = code[-1].group() if code else ""
        in_call = bool(stack) and stack[-1] == "("
        if in_call and (last == "," or (last == "(" and len(code) > 1 and code[-2].lastgroup == "name")):
            closers = f"**{LOST}" + closers  # arguments were cut off
        line.text = "".join(text[:end]) + closers + "".join(text[end:])
        self._note(index, "unbalanced brackets", broken=True)

    # --- what an error points at ------------------------------------------------------------------------------

    def _mend(self, error: Problem) -> bool:
        """Change the statement that an error points at; False if there is nothing left to change."""
        index = max(bisect_right([line.row for line in self.lines], error.row) - 1, 0)
        if self.reindentations < 3 and re.search(r"indent|\btabs?\b", error.message):
            self.reindentations += 1
            if self._reindent(error.row):
                return True
        if "'except' or 'finally'" in error.message and self._close_try(index):
            return True
        while index >= 0 and self.lines[index].is_blank:
            index -= 1
        if index < 0:
            return False
        if self._next_stage(index, error):
            return True
        while index > 0:  # the statement is as plain as can be: the error lies before it
            index -= 1
            if not self.lines[index].is_blank:
                return self._next_stage(index, error)
        return False

    def _next_stage(self, index: int, error: Problem) -> bool:
        """Apply the first change to a statement that has not been tried and makes a difference."""
        line = self.lines[index]
        stages: tuple[tuple[Callable[[], str], str, bool], ...] = (
            (lambda: force_print(line.text), "Python 2 print or exec statement", False),
            (lambda: self._unescaped(line, error), "backslashes that are no escapes", False),
            (lambda: _elided_arguments(line), "arguments left out", False),
            (lambda: self._neutral(index, keep=True), "a statement that does not parse", True),
            (lambda: self._neutral(index, keep=False), "a statement that does not parse", True),
            (lambda: _replaced(line, "pass"), "a statement that does not parse", True),
        )
        while (stage := self.stages.get(index, 0)) < len(stages):
            self.stages[index] = stage + 1
            change, what, broken = stages[stage]
            text = change()
            if text != line.text:
                line.text = text
                self._note(index, what, broken)
                return True
        return False

    @staticmethod
    def _unescaped(line: LogicalLine, error: Problem) -> str:
        return escape_backslashes(line.text) if "codec can't decode" in error.message else line.text

    def _has_body(self, index: int) -> bool:
        indent = _width(self.lines[index].indent)
        for line in self.lines[index + 1 :]:
            if not line.is_blank:
                return _width(line.indent) > indent
        return False

    def _neutral(self, index: int, keep: bool) -> str:
        """The statement without what may be wrong with it; with `keep`, its target, callee or keyword stay."""
        line = self.lines[index]
        body = line.text.lstrip()
        if self._has_body(index):
            found = _HEADER.match(body) if keep else None
            if found is None:
                return _replaced(line, f"if {LOST}:")
            word, name = found.groups()
            if word in ("def", "class"):
                name = name if name.isidentifier() else LOST
                return _replaced(line, f"def {name}(*_, **__):" if word == "def" else f"class {name}({LOST}):")
            if word == "else" and not re.match(r"else\s*:", body):
                word = "elif"  # `else if x:`
            return _replaced(line, _KEYWORD_TEXT[word])
        if keep and (found := _TARGET.match(body)):
            return _replaced(line, f"{found.group(1)} {LOST}")
        if keep and re.match(r"return\b", body):
            return _replaced(line, f"return {LOST}")
        if keep and not _HEADER.match(body) and (found := _CALLEE.match(body)):
            return _replaced(line, f"{found.group(1)}**{LOST})")
        return _replaced(line, "pass")

    def _close_try(self, index: int) -> bool:
        """Turn the `try` that has no handler into a block of its own."""
        for at in range(min(index, len(self.lines) - 1), -1, -1):
            line = self.lines[at]
            if re.match(r"[ \t\f]*try\s*:", line.text) and self.stages.get(at, 0) == 0:
                self.stages[at] = 1
                line.text = line.text.replace("try", "if 1", 1)
                self._note(at, "try without except", broken=True)
                return True
        return False

    # --- indentation ------------------------------------------------------------------------------------------

    def _reindent(self, row: int) -> bool:
        """Indent every block by four; True if that changed anything.

        Tabs reach to the next multiple of 8, as in Python 2. A deeper line that nothing opened stays in its block; one
        that returns to no block's column goes to the nearest; a header without a body gets one.
        """
        widths = [0]
        opened: int | None = None
        changed = False
        for index, line in enumerate(self.lines):
            code = line.code()
            if not code:
                continue
            width = _width(line.indent)
            if opened is not None and width > widths[-1]:
                widths.append(width)
            else:
                if opened is not None:
                    self._give_body(opened)
                    changed = True
                inner = None
                while len(widths) > 1 and width < widths[-1]:
                    inner = widths.pop()
                if inner is not None and width > widths[-1] and inner - width <= width - widths[-1]:
                    widths.append(inner)
                elif inner is None or width < widths[-1]:
                    widths[-1] = width
            indent = " " * (4 * (len(widths) - 1))
            if indent != line.indent:
                self._shift(line.row, len(indent) - len(line.indent))
                line.text = indent + line.text[len(line.indent) :]
                changed = True
            opened = index if _opens_block(line) else None
        if opened is not None:
            self._give_body(opened)
            changed = True
        if changed:
            self.repairs.append(Repair(row, "indentation"))
        return changed

    def _give_body(self, index: int) -> None:
        line = self.lines[index]
        end = line.code()[-1].end()
        line.text = line.text[:end] + " pass" + line.text[end:]
        self._note(index, "a block without statements", broken=True)


def _opens_block(line: LogicalLine) -> bool:
    code = line.code()
    return code[-1].group() == ":" and _HEADER.match(code[0].string, code[0].start()) is not None


def _width(indent: str) -> int:
    return len(indent.rpartition("\f")[2].expandtabs(8))


def _replaced(line: LogicalLine, statement: str) -> str:
    """The line with one row of text in its place, over as many rows."""
    return line.indent + statement + blank_rows(line.text)


def blank_rows(text: str) -> str:
    """The line ends of a text, with a space for whatever stood between them (a lone \\r must not meet a \\n)."""
    first = _LINE_END.search(text)
    return re.sub(r"[^\r\n]+", " ", text[first.start() :]) if first else ""


def _open_string(line: LogicalLine) -> str:
    """The quotes that a triple-quoted string lacks at the end of the text, or ""."""
    code = line.code()
    if not code or code[-1].lastgroup != "string":
        return ""
    body = code[-1].group().lstrip("bBuUrRfFtT")
    quote = body[:3]
    if quote in ('"""', "'''") and (len(body) < 6 or not body.endswith(quote)):
        return quote
    return ""


def _elided_arguments(line: LogicalLine) -> str:
    """`Dense(10, activation="relu", ...)` with its ellipsis as unknown keyword arguments."""
    code = line.code()
    text = line.text
    for before, token, after in zip(code, code[1:], code[2:], strict=False):
        if token.group() == "..." and before.group() in (",", "(") and after.group() in (",", ")"):
            text = text[: token.start()] + "**_" + text[token.end() :]
    return text
