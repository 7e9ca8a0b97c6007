"""A call as it stands in the text: its arguments, and minimal changes to them.

Only the call's own text is parsed. Positions come from writing the parsed parts out again, so that whatever stands
between them (comments, line breaks) is counted, and a part that would not come out as it was written means no fix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnnlint.fixes.errors import NoFix

if TYPE_CHECKING:
    import libcst as cst

Change = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class ArgumentText:
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


@dataclass(slots=True)
class CallText:
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
    _values: dict[int, str] = field(default_factory=dict)
    _keywords: dict[int, str] = field(default_factory=dict)
    _dropped: set[int] = field(default_factory=set)
    _added: dict[str, str] = field(default_factory=dict)
    _function: str | None = None
    _first: str | None = None

    @classmethod
    def parse(cls, text: str, start: int, newline: str) -> CallText:
        """The call whose text begins at offset `start`; NoFix for anything but one call."""
        import libcst

        for before, behind in (("", ""), ("(", f"{newline})")):
            try:
                call = libcst.parse_expression(before + text + behind)
            except libcst.ParserSyntaxError:
                continue
            # the parser keeps line ends of its own kind apart from those it takes for usual
            for usual in ("\n", "\r\n", "\r"):
                module = libcst.Module([], default_newline=usual)
                if isinstance(call, libcst.Call) and module.code_for_node(call) == before + text + behind:
                    return cls._located(call, module, text, start, newline, len(before))
        raise NoFix("there is no call at this place")

    @classmethod
    def _located(cls, call: cst.Call, module: cst.Module, text: str, start: int, newline: str, shift: int) -> CallText:
        import libcst

        def length(node: cst.CSTNode) -> int:
            return len(module.code_for_node(node))

        # with the brackets of the parser's own around it, what they open with is one of `lpar`
        place = start - shift + sum(map(length, call.lpar))
        function_start, function = place, module.code_for_node(call.func)
        place += len(function) + length(call.whitespace_after_func) + 1
        opened = place
        place += length(call.whitespace_before_args)
        arguments: list[ArgumentText] = []
        for argument in call.args:
            value = module.code_for_node(argument.value)
            comma = argument.comma if isinstance(argument.comma, libcst.Comma) else None
            behind = length(argument.whitespace_after_arg)
            end = place + length(argument) - behind - (length(comma) if comma else 0)
            comma_end = end if comma is None else end + length(comma.whitespace_before) + 1
            keyword = argument.keyword.value if argument.keyword is not None else None
            arguments.append(ArgumentText(argument.star, keyword, place, end - len(value), end, comma_end, value))
            place += length(argument)
        return cls(function, function_start, opened, place, arguments, text, start, newline)

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
