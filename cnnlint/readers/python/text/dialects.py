"""What Python 2, notebooks and pasted text write that Python 3 does not parse, rewritten within one logical line.

Every rewrite touches only what is a syntax error in Python 3, keeps the rows, and keeps the column of every expression
that follows: what has to grow grows at the end of the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.lexical import TOKEN, LogicalLine

Token = re.Match[str]

_COMPOUND = frozenset({"if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class"})
_BINARY_WORDS = frozenset({"in", "is", "and", "or", "if", "else", "for", "as"})
_TYPOGRAPHIC = str.maketrans("‘’‚‛“”„‟′″−–—，（）：；…\u00a0\u2009\u3000", "''''\"\"\"\"'\"---,():;_   ")
_OCTAL_OR_LONG = pattern(r"(0[xX][0-9a-fA-F]+|0[0-9]+|[0-9]+)[lL]?")
_MAGIC = pattern(r"[ \t]*(?:%|!|\?|\$ |get_ipython\(\))")


def modernise(line: LogicalLine) -> tuple[str, list[str]]:
    """The line in Python 3, and what was rewritten (nothing for most lines)."""
    text = line.text
    done: list[str] = []
    for rewrite in _REWRITES:
        new = rewrite(text)
        if new != text:
            done.append(_REWRITES[rewrite])
            text = new
    return text, done


def is_magic(line: LogicalLine) -> bool:
    """Whether the line is a command to IPython or a shell: `%matplotlib inline`, `!pip install x`, `$ python x.py`."""
    return _MAGIC.match(line.text) is not None


def _tokens(text: str) -> list[Token]:
    return [match for match in TOKEN.finditer(text) if match.lastgroup not in ("space", "join")]


Edit = tuple[int, int, str]


def _edited(text: str, edits: list[Edit]) -> str:
    """`text` with each stretch from start to end replaced; the stretches do not overlap."""
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        pieces += [text[position:start], new]
        position = end
    return "".join([*pieces, text[position:]])


def _blank(text: str, start: int, end: int) -> Edit:
    """Spaces from `start` to `end`; line ends stay."""
    return start, end, re.sub(r"[^\r\n]", " ", text[start:end])


def _statement_starts(tokens: list[Token]) -> set[int]:
    """Indices of the tokens that begin a simple statement: the first, behind `;`, behind the colon of a header."""
    starts: set[int] = set()
    depth = 0
    fresh = True
    compound = bool(tokens) and tokens[0].group() in _COMPOUND
    lambdas = 0
    for index, token in enumerate(tokens):
        word = token.group()
        if fresh and token.lastgroup not in ("newline", "comment"):
            starts.add(index)
            fresh = False
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
        elif depth == 0:
            if word == "lambda":
                lambdas += 1
            elif word == ";":
                fresh = True
            elif word == ":" and lambdas:
                lambdas -= 1
            elif word == ":" and compound:
                fresh, compound = True, False
    return starts


def _end(tokens: list[Token], index: int) -> int:
    """Index of the token behind the simple statement that begins at `index`."""
    depth = 0
    for at in range(index, len(tokens)):
        kind, word = tokens[at].lastgroup, tokens[at].group()
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif depth <= 0 and (word == ";" or kind == "newline" or (kind == "comment" and _rest_is_blank(tokens, at))):
            return at
    return len(tokens)


def _rest_is_blank(tokens: list[Token], index: int) -> bool:
    return all(token.lastgroup in ("comment", "newline") for token in tokens[index:])


def _begins_expression(token: Token) -> bool:
    """Whether a token behind `print` can only be its operand: `print (x)`, `print [0]`, `print = 1` are left alone."""
    kind = token.lastgroup
    if kind == "name":
        return token.group() not in _BINARY_WORDS
    return kind in ("string", "number") or token.group() in ("`", "{", "~")


def _call_statements(text: str, force: bool = False) -> str:
    """`print x, y` and `exec code` as calls; with `force`, also what begins with a bracket."""
    if "print" not in text and "exec" not in text:
        return text
    tokens = _tokens(text)
    edits: list[Edit] = []
    for index in _statement_starts(tokens):
        word = tokens[index]
        if word.group() not in ("print", "exec") or index + 1 >= len(tokens):
            continue
        operand = tokens[index + 1]
        if not (_begins_expression(operand) or (force and operand.lastgroup == "open")):
            continue
        if operand.start() == word.end():  # print"x": no room for a bracket
            edits.append((word.start(), word.end(), "0,".ljust(len(word.group()))))
            continue
        end = tokens[_end(tokens, index) - 1].end()
        spare = text[end : end + 2] in ("  ", " #")  # room before a comment
        edits += [(word.end(), word.end() + 1, "("), (end, end + spare, ")")]
    return _edited(text, edits)


def force_print(text: str) -> str:
    """`print ("a") % b, c` and the like, for lines that did not parse otherwise."""
    return _call_statements(text, force=True)


def _raise_and_except(text: str) -> str:
    """`raise E, "message"` without the message, `except E, e:` without the name."""
    if "raise" not in text and "except" not in text:
        return text
    tokens = _tokens(text)
    edits: list[Edit] = []
    for index in _statement_starts(tokens):
        word = tokens[index].group()
        if word not in ("raise", "except"):
            continue
        depth = 0
        comma: int | None = None
        end = len(tokens) if word == "except" else _end(tokens, index)
        for at in range(index + 1, end):
            token = tokens[at]
            if token.lastgroup == "open":
                depth += 1
            elif token.lastgroup == "close":
                depth -= 1
            elif depth == 0 and token.group() == "," and comma is None:
                comma = token.start()
            elif depth == 0 and token.group() == ":" and word == "except":
                end = at
                break
        if comma is not None and end > index + 1:
            stop = tokens[end].start() if word == "except" and end < len(tokens) else tokens[end - 1].end()
            edits.append(_blank(text, comma, stop))
    return _edited(text, edits)


def _map_tokens(text: str, change: Callable[[Token], str]) -> str:
    return "".join(change(match) for match in TOKEN.finditer(text))


def _operators(text: str) -> str:
    """`<>` as `!=`."""
    if "<>" not in text:
        return text
    return _map_tokens(text, lambda token: "!=" if token.group() == "<>" else token.group())


def _backticks(text: str) -> str:
    """`` `x` `` in brackets."""
    if "`" not in text:
        return text
    ticks = [match.start() for match in TOKEN.finditer(text) if match.group() == "`"]
    if len(ticks) % 2 or any(after == before + 1 for before, after in pairwise(ticks)):
        return text  # a Markdown fence
    return _edited(text, [(tick, tick + 1, "()"[index % 2]) for index, tick in enumerate(ticks)])


def _string_prefixes(text: str) -> str:
    """`ur"…"` as `r"…"`."""
    if not re.search(r"[uU][rR]['\"]", text):
        return text

    def change(token: Token) -> str:
        word = token.group()
        return " " + word[1:] if token.lastgroup == "string" and word[:2].lower() == "ur" else word

    return _map_tokens(text, change)


def _numbers(text: str) -> str:
    """`0644` and `10L` as decimal numbers of the same value, padded to the same width."""
    if not re.search(r"\b0[0-9]|[0-9a-fA-F][lL]\b", text):
        return text

    def change(token: Token) -> str:
        found = _OCTAL_OR_LONG.fullmatch(token.group()) if token.lastgroup == "number" else None
        if found is None:
            return token.group()
        digits = found.group(1)
        if len(digits) > 1 and digits[0] == "0" and digits.isdigit() and digits.strip("0") and len(digits) < 1000:
            octal = not set(digits) & {"8", "9"}
            digits = str(int(digits, 8)) if octal else digits.lstrip("0")
        return digits.ljust(len(token.group()))

    return _map_tokens(text, change)


def _async_names(text: str) -> str:
    """`async=True`, a name until Python 3.7."""
    if "async" not in text:
        return text
    return re.sub(r"\basync\b(?!\s+(?:def|for|with)\b)", "_sync", text)


def _tuple_parameters(text: str) -> str:
    """`lambda (x, y): …` and `def f(a, (x, y)):` without the inner brackets; a lambda's items are taken by place alone,
    which tells them from parameters of its own."""
    if "lambda" in text:
        text = re.sub(r"\blambda(\s+)\((\s*\w+\s*,[\w\s,]*\w\s*)\)(\s*):", r"lambda\1\2,/\3:", text)
        text = re.sub(r"\blambda(\s*)\(([\w\s,]*)\)(\s*):", r"lambda\1 \2 \3:", text)
    if "def" in text:
        while found := re.match(r"(\s*def\s+\w+\s*\((?:[^()]*,)?\s*)\(([\w\s,]*)\)(\s*[,)])", text):
            text = found.expand(r"\1 \2 \3") + text[found.end() :]
    return text


def _typography(text: str) -> str:
    """Typographic quotes, dashes and spaces, which word processors and web pages put into code, as plain ones."""
    if text.isascii():
        return text
    plain = text.translate(_TYPOGRAPHIC)
    if plain == text:
        return text
    if re.search("[‘’“”„]", text) and not any(token.lastgroup == "string" for token in TOKEN.finditer(text)):
        return plain  # the quotes are the string's own

    def change(token: Token) -> str:
        word = token.group()
        return word if token.lastgroup in ("string", "comment") else word.translate(_TYPOGRAPHIC)

    return _map_tokens(text, change)


def escape_backslashes(text: str) -> str:
    r"""`"C:\Users"` as `"C:/Users"`: an escape that Python 3 cannot decode."""
    return _map_tokens(
        text,
        lambda token: re.sub(r"\\(?=[UuNx])", "/", token.group()) if token.lastgroup == "string" else token.group(),
    )


_REWRITES: dict[Callable[[str], str], str] = {
    _typography: "typographic characters",
    _backticks: "Python 2 backticks",
    _operators: "Python 2 operator <>",
    _string_prefixes: "Python 2 string prefix",
    _numbers: "Python 2 number",
    _raise_and_except: "Python 2 raise or except",
    _async_names: "Python 2 name",
    _tuple_parameters: "Python 2 tuple parameter",
    _call_statements: "Python 2 print or exec statement",
}
