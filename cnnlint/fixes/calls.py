"""A call as it stands in the text: its arguments, and minimal changes to them.

Only the call's own text is parsed.
"""

from __future__ import annotations

import ast
import re
import warnings

from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.text import NEWLINE

_MARKS = re.compile(r"#[^\r\n]*|[(),]")

Change = tuple[int, int, str]


class ArgumentText(Struct, frozen=True):
    """One argument of a call, by offsets."""

    #: "", "*" or "**"
    star: str
    keyword: str | None
    #: from its keyword or value on
    start: int
    #: where its value begins
    value_start: int
    #: where its value ends
    end: int
    #: behind its comma; the same as `end` where there is none
    comma_end: int
    value: str

    def moved(self, by: int) -> ArgumentText:
        """The same in a text that begins so much earlier."""
        return replace(
            self,
            start=self.start + by,
            value_start=self.value_start + by,
            end=self.end + by,
            comma_end=self.comma_end + by,
        )


class _Parsed:
    """The text of a call and its tree. `ast` leaves brackets out of its places: they are looked for between its nodes,
    where nothing else stands but commas, stars, names of arguments, white space and comments."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in NEWLINE.finditer(text)), len(text)]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "invalid escape sequence"
                call = ast.parse(f"(\n{text}\n)", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise NoFix("there is no call at this place") from None
        if not isinstance(call, ast.Call) or call.lineno < 2 or (call.end_lineno or 0) > len(self._starts):
            raise NoFix("there is no call at this place")
        self.call = call

    def place(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Where a node begins and ends."""
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, row: int | None, byte: int | None) -> int:
        assert row is not None
        start, end = self._starts[row - 2 : row]  # the text begins on the second row
        return start + len(self._text[start:end].encode("utf-8", "surrogatepass")[:byte].decode("utf-8", "ignore"))

    def marks(self, mark: str, start: int, end: int) -> list[int]:
        """Where a bracket or comma stands between two nodes."""
        found = _MARKS.finditer(self._text, start, end)
        return [match.start() for match in found if match.group() == mark]

    def argument(self, node: ast.expr | ast.keyword, behind: int, closing: int) -> ArgumentText:
        """An argument that stands somewhere behind an offset, in a call whose closing bracket stands at another."""
        star, keyword = "", None
        value: ast.expr
        if isinstance(node, ast.keyword):
            star, keyword, value = "" if node.arg is not None else "**", node.arg, node.value
        elif isinstance(node, ast.Starred):
            star, value = "*", node.value
        else:
            value = node
        start, (value_start, value_end) = self.place(node)[0], self.place(value)
        if isinstance(value, ast.GeneratorExp) and start < behind:  # its brackets are the call's
            start = value_start = self.place(value.elt)[0]
            last = value.generators[-1]
            value_end = max(self.place(part)[1] for part in (last.iter, *last.ifs))
        value_start = min([value_start, *self.marks("(", behind, value_start)])
        commas = self.marks(",", value_end, closing)
        end = max([value_end, *(mark + 1 for mark in self.marks(")", value_end, commas[0] if commas else closing))])
        return ArgumentText(
            star,
            keyword,
            min(start, value_start),
            value_start,
            end,
            commas[0] + 1 if commas else end,
            self._text[value_start:end],
        )


class CallText(Struct):
    """A call's parts by offsets into the whole text, and what is to become of them."""

    function: str
    function_start: int
    #: behind the opening bracket
    open: int
    #: before the closing bracket
    close: int
    arguments: list[ArgumentText]
    text: str
    start: int
    newline: str
    #: what shows in which quotes strings are written here: the call, or the whole text where the call has none
    near: str
    _values: dict[int, str] = field(default_factory=dict)
    _keywords: dict[int, str] = field(default_factory=dict)
    _dropped: set[int] = field(default_factory=set)
    _added: dict[str, str] = field(default_factory=dict)
    _function: str | None = None
    _first: str | None = None

    @classmethod
    def parse(cls, text: str, start: int, newline: str, quote: str = "'") -> CallText:
        """The call whose text begins at offset `start`; NoFix for anything but one call. A string that is written into
        it stands in the call's own quotes, or in `quote` where it has none."""
        parsed = _Parsed(text)
        call = parsed.call
        (first, end), (_, function_end) = parsed.place(call), parsed.place(call.func)
        opening = parsed.marks("(", function_end, end)[0]
        # the brackets around the function
        function_end = max([function_end, *(mark + 1 for mark in parsed.marks(")", function_end, opening))])
        arguments: list[ArgumentText] = []
        behind = opening + 1
        nodes: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
            arguments.append(parsed.argument(node, behind, end - 1))
            behind = arguments[-1].comma_end
        moved = [argument.moved(start) for argument in arguments]
        function = text[first:function_end]
        near = text + quote
        return cls(function, start + first, start + opening + 1, start + end - 1, moved, text, start, newline, near)

    # --- finding arguments ----------------------------------------------------------------------------------

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keywords that the call uses."""
        return tuple(argument.keyword for argument in self.arguments if argument.keyword is not None)

    @property
    def open_ended(self) -> bool:
        """Whether `*` or `**` passes more than the call shows."""
        return any(argument.star for argument in self.arguments)

    def keyword(self, name: str) -> int | None:
        """The index of the argument passed by this keyword."""
        return next((i for i, argument in enumerate(self.arguments) if argument.keyword == name), None)

    def positional(self, position: int) -> int | None:
        """The index of the argument at this position; None where there is none or a `*` stands before it."""
        if position < len(self.arguments):
            before = self.arguments[: position + 1]
            if all(argument.keyword is None and not argument.star for argument in before):
                return position
        return None

    # --- changing them --------------------------------------------------------------------------------------

    def set(self, index: int, value: str) -> None:
        """Give an argument another expression; after it was dropped or set to None, it may have one again."""
        if self._values.get(index, value) not in (value, "None"):
            raise NoFix("an argument would be changed twice")
        self._dropped.discard(index)
        self._values[index] = value

    def value(self, index: int) -> str:
        """The expression that an argument will have; None's where it will be left out."""
        return "None" if index in self._dropped else self._values.get(index, self.arguments[index].value)

    def name(self, index: int, keyword: str) -> None:
        """Pass an argument by this keyword."""
        self._keywords[index] = keyword

    def drop(self, index: int) -> None:
        """Leave an argument out; it must not be followed by positional ones that stay."""
        if index in self._values:
            raise NoFix("an argument would be changed twice")
        self._dropped.add(index)

    def add(self, keyword: str, value: str, *, first: bool = False) -> None:
        """Pass one more argument by keyword; `first`, by position where no other is left."""
        if first:
            self._first = keyword
        if self.keyword(keyword) is not None or self._added.get(keyword, value) not in (value, "None"):
            raise NoFix(f"{keyword} is given already")
        self._added[keyword] = value

    def added(self, keyword: str) -> str | None:
        """The expression of an argument that is to be passed as well."""
        return self._added.get(keyword)

    def set_function(self, function: str) -> None:
        """Call something else."""
        if self._function not in (None, function):
            raise NoFix("the callee would be changed twice")
        self._function = function

    def changes(self) -> list[Change]:
        """Everything as changes to the whole text, none overlapping another."""
        found: list[Change] = []
        if self._function is not None:
            found += _minimal(self.function_start, self.function, self._function)
        for index, argument in enumerate(self.arguments):
            if index in self._dropped:
                continue
            by_position = argument.keyword is None and not argument.star and index not in self._keywords
            if by_position and any(dropped < index for dropped in self._dropped):
                raise NoFix("a positional argument would change its place")
            if index in self._keywords:
                found.append((argument.start, argument.value_start, f"{self._keywords[index]}="))
            if index in self._values:
                found.append((argument.value_start, argument.end, self._values[index]))
        found += self._drops()
        found += self._additions()
        return found

    def _drops(self) -> list[Change]:
        """Runs of dropped arguments, with their commas."""
        found: list[Change] = []
        last = len(self.arguments) - 1
        index = 0
        while index <= last:
            if index not in self._dropped:
                index += 1
                continue
            first = index
            while index <= last and index in self._dropped:
                index += 1
            if index <= last:
                found.append((self.arguments[first].start, self.arguments[index].start, ""))
            elif first == 0:
                found.append((self.arguments[0].start, self.arguments[last].comma_end, ""))
            else:
                found.append(self._drop_tail(first))
        return found

    def _drop_tail(self, first: int) -> Change:
        """Drop all arguments from one (not the first of all) on."""
        before, end = self.arguments[first - 1], self.arguments[-1].comma_end
        between = self._between(before.comma_end, self.arguments[first].start)
        trailing = self.arguments[-1].comma_end > self.arguments[-1].end
        if "\n" in between or "\r" in between:
            # a comment behind the argument before stays, and so does its comma, which may end a call
            if "#" in between and not re.match(r"[ \t]*[\r\n#]", self._between(end, self.close)):
                return self.arguments[first].start, end, ""
            breaks = max(between.rfind("\n"), between.rfind("\r"))
            if between[breaks - 1 : breaks + 1] == "\r\n":
                breaks -= 1
            return before.comma_end + breaks, end, ""
        return (before.comma_end if trailing else before.end), end, ""

    def _additions(self) -> list[Change]:
        if not self._added:
            return []
        kept = [i for i in range(len(self.arguments)) if i not in self._dropped]
        bare = self._first if not kept else None
        added = sorted(self._added.items(), key=lambda one: one[0] != bare)
        written = [value if keyword == bare else f"{keyword}={value}" for keyword, value in added]
        if not kept:
            place = self.arguments[0].start if self.arguments else self.open
            return [(place, place, ", ".join(written))]
        starred = next((i for i in kept if self.arguments[i].star == "**"), None)
        if starred is not None:
            # older Pythons take nothing behind **
            place = self.arguments[starred].start
            return [(place, place, "".join(f"{one}, " for one in written))]
        last = self.arguments[kept[-1]]
        if kept[-1] != len(self.arguments) - 1:
            # what follows is dropped: the new arguments take its place, before the comma that may stay
            return [(last.end, last.end, "".join(f", {one}" for one in written))]
        separator = self._separator(kept[-1])
        if last.comma_end > last.end:
            behind = "," if separator != " " else ""
            joined = f",{separator}".join(written)
            return [(last.comma_end, last.comma_end, f"{separator}{joined}{behind}")]
        return [(last.end, last.end, "".join(f",{separator}{one}" for one in written))]

    def _separator(self, index: int) -> str:
        """What stands before an argument: a line break with its indentation, or one blank."""
        argument = self.arguments[index]
        start = self.open if index == 0 else self.arguments[index - 1].comma_end
        between = self._between(start, argument.start)
        behind = self._between(argument.comma_end, self.close)
        breaks = max(between.rfind("\n"), between.rfind("\r"))
        # a comment behind the last argument belongs to it and stays beside it
        if breaks < 0 or "#" in behind or (index == 0 and "\n" not in behind and "\r" not in behind):
            return " "
        return self.newline + between[breaks + 1 :]

    def _between(self, start: int, end: int) -> str:
        return self.text[start - self.start : end - self.start]


def _minimal(start: int, before: str, after: str) -> list[Change]:
    """A change of dotted names from the first part on that differs."""
    old, new = before.split("."), after.split(".")
    same = 0
    while same < min(len(old), len(new)) - 1 and old[same] == new[same]:
        same += 1
    kept = sum(len(part) + 1 for part in old[:same])
    return [(start + kept, start + len(before), after[kept:])]
