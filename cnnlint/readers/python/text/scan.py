"""What is looked at before any parser sees a file: does it matter at all, and is it safe to parse.

Parsers recurse. CPython's own refuses what nests too deeply; libcst ends the process on some thousand nested brackets,
and its time grows with the square of a chain of operators. One linear pass over the tokens bounds both.
"""

from __future__ import annotations

import re

from msgspec import Struct

from cnnlint.readers.reading import Problem

#: Largest file that is read. Larger ones are data.
MAX_BYTES = 16_000_000
#: Open brackets. CPython stops at 200; libcst's time grows with the square.
MAX_NESTING = 100
#: Operators, attribute dots, calls and subscripts between two separators, summed over the open brackets.
MAX_CHAIN = 1_000
#: Brackets within a `case` pattern: libcst's time is multiplied by up to 4 with each.
MAX_PATTERN_NESTING = 6
#: Brackets, operators, strings and lines before a file is read in part: some 3 seconds and 400 MB of libcst.
#: What stands deep counts for more. A file is cut between two lines; a single statement may be twice as long.
MAX_TOKENS = 60_000

# Looked for one by one, which is some twenty times faster than as alternatives of an expression.
_NAMES = (b"keras", b"tensorflow", b"tflearn", b"Sequential", b"Conv1D", b"Conv2D", b"Conv3D", b"Convolution")
_CALLS = (
    *(b"Model(", b"Dense(", b"Pooling1D(", b"Pooling2D(", b"Pooling3D(", b"Flatten(", b"Dropout(", b"LSTM(", b"GRU("),
    *(b"BatchNormalization(", b"Embedding(", b"Activation(", b"Softmax(", b".fit(", b".fit_generator(", b"nb_epoch"),
)
_HINTS = (b"tf.", b"slim", b"layer", b".compile(")
_HINT = re.compile(rb"\btf\.|\bslim\b|\blayers?\b|(?<!\bre)\.compile\(")


def looks_relevant(data: bytes) -> bool:
    """Whether a file may define, compile or train a model: it names a library or a layer, anywhere in its bytes.

    Cheap and generous: comments and strings count. `gate.defines_model` decides on the parsed file.
    """
    if any(name in data for name in _NAMES) or any(call in data for call in _CALLS):
        return True
    return any(hint in data for hint in _HINTS) and _HINT.search(data) is not None


# Tokens of code that matter for depth; names and numbers are skipped by the search.
_CODE = re.compile(
    r"(?P<fstring>(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])(?P<quote>'''|\"\"\"|'|\"))"
    r"|(?P<string>'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:''')?"
    r'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:""")?'
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'?"
    r'|"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"?)'
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>[,;])"
    r"|(?P<newline>\\?(?:\r\n|\r|\n)[ \t\f]*)"
    r"|(?P<comment>\#[^\r\n]*)"
    r"|(?P<operator>[-+*/%@&|^~<>!=.]+)|(?P<colon>:=?)"
    r"|(?P<word>\b(?:not|and|or|in|is|if|else|for|await|lambda|case|match)\b)",
    re.DOTALL,
)


def _text_tokens(quote: str, specification: bool) -> re.Pattern[str]:
    """What matters in the text of an f-string, or in a format specification within one (where nothing is escaped)."""
    escape = "(?!)" if specification else r"\\(?:\r\n|[^{}])|\{\{|\}\}"
    newline = r"\r\n|\r|\n" if len(quote) == 1 else "(?!)"
    return re.compile(
        rf"(?P<escape>{escape})|(?P<end>{quote})|(?P<open>\{{)|(?P<close>\}})|(?P<newline>{newline})", re.DOTALL
    )


_TEXT = {(quote, spec): _text_tokens(quote, spec) for quote in ("'''", '"""', "'", '"') for spec in (False, True)}


class Measure(Struct, frozen=True):
    """What one pass over the tokens says about a text."""

    problem: Problem | None = None
    #: where `MAX_TOKENS` was reached; None if the file is small enough to be read whole
    cut: int | None = None
    #: strings written one after the other without an operator, at most
    adjacent_strings: int = 0
    #: True if the text of strings could not be told from code with certainty (a broken f-string)
    uncertain: bool = False


def measure(text: str) -> Measure:
    """Nesting, chains of operators and size of a text, aware of strings, comments and f-strings, in one linear pass."""
    if len(text) > MAX_BYTES or (not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES):
        return Measure(Problem(f"the file is larger than {MAX_BYTES // 1_000_000} MB", 1, 1, "too-complex"))
    return _Meter(text).run()


class _Text(Struct, frozen=True):
    """The position is in the text of an f-string, or in the format specification of one of its fields."""

    quote: str
    specification: bool


class _Field(Struct, frozen=True):
    """The position is in a field of an f-string: code, until the bracket depth falls back below `depth`."""

    quote: str
    depth: int


class _Meter:
    """The state of the pass: open brackets, and the f-strings and fields that the position is in."""

    def __init__(self, text: str) -> None:
        self.text = text
        #: operators since the last separator, for the statement and each open bracket; and their sum
        self.runs = [0]
        self.total = 0
        self.lambdas = 0
        self.modes: list[_Text | _Field] = []
        self.strings = 0
        self.most_strings = 0
        self.has_match = False
        self.in_pattern = False
        self.tokens = 0
        self.cut: int | None = None
        self.uncertain = False
        self.problem: Problem | None = None

    def run(self) -> Measure:
        """Read to the end, or to the first problem."""
        position: int | None = 0
        while position is not None:
            mode = self.modes[-1] if self.modes else None
            position = self._text_mode(position, mode) if isinstance(mode, _Text) else self._code_mode(position, mode)
        return Measure(self.problem, self.cut, self.most_strings, self.uncertain)

    def _code_mode(self, start: int, field: _Field | None) -> int | None:
        """Read code until an f-string begins or the field ends; the position behind, or None at the end."""
        runs = self.runs
        total, strings, tokens = self.total, self.strings, self.tokens
        fresh = start == 0  # at the start of a logical line
        position: int | None = None
        for match in _CODE.finditer(self.text, start):
            kind = match.lastgroup
            tokens += 1
            if kind == "comma":
                total -= runs[-1]
                runs[-1] = strings = 0
                if len(runs) == 1:
                    self.lambdas = 0
            elif kind == "newline":
                if len(runs) == 1 and self.text[match.start()] != "\\":
                    total = runs[0] = strings = self.lambdas = 0
                    self.in_pattern = False
                    fresh = True
                    if tokens > MAX_TOKENS and self.cut is None:
                        self.cut = match.start()
                    continue
                if field is not None and len(runs) == field.depth and len(field.quote) == 1:
                    # A field may span lines since Python 3.12; far more often, a quote is missing.
                    self._abandon()
                    total = strings = 0
                    position = match.start()
                    break
            elif kind == "string":
                strings += 1
                if strings > self.most_strings:
                    self.most_strings = strings
            elif kind == "operator":
                length = match.end() - match.start()
                runs[-1] += length
                total += length
                tokens += total >> 5
                strings = 0
            elif kind == "open":
                runs[-1] += 1
                runs.append(0)
                total += 1
                tokens += len(runs) >> 1
                strings = 0
                limit = MAX_PATTERN_NESTING if self.in_pattern else MAX_NESTING
                if len(runs) - 1 > limit:
                    what = "a pattern nests" if self.in_pattern else "brackets nest"
                    self._refuse(f"{what} more than {limit} deep", match.start())
                    return None
            elif kind == "close":
                strings = 0
                if field is not None and len(runs) == field.depth:
                    total -= runs.pop()
                    self.modes.pop()
                    position = match.end()
                    break
                if len(runs) > 1:
                    total -= runs.pop()
            elif kind == "word":
                word = match.group()
                if word == "match":
                    self.has_match = self.has_match or fresh
                elif word == "case":
                    self.in_pattern = self.has_match and fresh
                else:
                    runs[-1] += 1
                    total += 1
                    self.lambdas += word == "lambda"
                strings = 0
            elif kind == "colon":
                strings = 0
                if field is not None and len(runs) == field.depth:
                    self.modes.append(_Text(field.quote, specification=True))
                    position = match.start() + 1
                    break
            elif kind == "fstring":
                strings += 1
                self.most_strings = max(self.most_strings, strings)
                self.modes.append(_Text(match.group("quote"), specification=False))
                position = match.end()
                break
            if self.cut is None and tokens > 2 * MAX_TOKENS:
                self._refuse("a statement is too long to be read", match.start())
                return None
            if total > MAX_CHAIN or self.lambdas > MAX_CHAIN:
                self._refuse(f"an expression chains more than {MAX_CHAIN} operators", match.start())
                return None
            fresh = False
        self.total, self.strings, self.tokens = total, strings, tokens
        return position

    def _text_mode(self, start: int, mode: _Text) -> int | None:
        """Read the text of an f-string up to its end or to a field; the position behind, or None at the end."""
        for match in _TEXT[mode.quote, mode.specification].finditer(self.text, start):
            kind = match.lastgroup
            if kind == "open":
                self.runs.append(0)
                self.modes.append(_Field(mode.quote, len(self.runs)))
                if len(self.runs) - 1 > MAX_NESTING:
                    self._refuse(f"brackets nest more than {MAX_NESTING} deep", match.start())
                    return None
                return match.end()
            if kind == "close" and mode.specification:
                self.modes.pop()
                self._close_field()
                return match.end()
            if kind == "end":
                self.modes.pop()
                if mode.specification:  # the field was never closed: the string ends all the same
                    self._close_field()
                    self.modes.pop()
                return match.end()
            if kind == "newline":
                self._abandon()
                return match.start()
        return None

    def _close_field(self) -> None:
        self.modes.pop()
        self.total -= self.runs.pop()

    def _abandon(self) -> None:
        """Leave an f-string that does not end on its line, and whatever it stands in."""
        self.uncertain = True
        self.modes.clear()
        del self.runs[1:]
        self.runs[0] = self.total = self.strings = self.lambdas = 0

    def _refuse(self, message: str, offset: int) -> None:
        before = self.text[:offset]
        line_start = max(before.rfind("\n"), before.rfind("\r")) + 1
        row = before.count("\n") + before.count("\r") - before.count("\r\n") + 1
        self.problem = Problem(message, row, offset - line_start + 1, "too-complex")
