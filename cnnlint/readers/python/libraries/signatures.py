"""How a function of a library is called: its parameters as its documentation gives them, and a call bound to them.

    "a, axis=None, *, keepdims=False"

A parameter that versions call by different names has all of them: `y|x`. One in front of `/` is positional, one behind
`*` takes a keyword, `*arrays` takes all that is left.
"""

from __future__ import annotations

import ast
import functools

from msgspec import Struct, field

from cnnlint.readers.python.values import CallSite, Passed, Unknown, Value


class Parameter(Struct, frozen=True):
    """One parameter, by its names; `required` where it has no default."""

    names: tuple[str, ...]
    default: Value = None
    required: bool = False
    keyword_only: bool = False


class Arguments(Struct):
    """A call's arguments by the names of the parameters."""

    site: CallSite
    bound: dict[str, Passed] = field(default_factory=dict)
    defaults: dict[str, Value] = field(default_factory=dict)
    rest: list[Passed] = field(default_factory=list)

    def __getitem__(self, name: str) -> Value:
        """The value of an argument: what is passed, the default, or unknown behind `*args` and `**kwargs`."""
        passed = self.bound.get(name)
        if passed is not None:
            return passed.value
        return Unknown("argument behind * or **") if self.site.open else self.defaults[name]

    def given(self, *names: str) -> bool:
        """Whether one of some arguments is passed, or may be."""
        return self.site.open or not self.bound.keys().isdisjoint(names)

    def values(self) -> list[Value]:
        """All values that are passed."""
        return [passed.value for passed in (*self.bound.values(), *self.rest)]


class Signature(Struct, frozen=True):
    """The parameters of a function in order."""

    parameters: tuple[Parameter, ...]
    variadic: str | None = None

    def bind(self, site: CallSite) -> Arguments | None:
        """The arguments of a call by parameter; None for a call that this function would refuse."""
        made = Arguments(site, {}, {p.names[0]: p.default for p in self.parameters})
        ordered = [p for p in self.parameters if not p.keyword_only]
        for index, passed in enumerate(site.positional):
            if index < len(ordered):
                made.bound[ordered[index].names[0]] = passed
            elif self.variadic is not None:
                made.rest.append(passed)
            else:
                return None
        for keyword, passed in site.keywords.items():
            name = next((p.names[0] for p in self.parameters if keyword in p.names), None)
            if name is None or name in made.bound:
                return None
            made.bound[name] = passed
        missing = any(p.required and p.names[0] not in made.bound for p in self.parameters)
        return None if missing and not site.open else made


@functools.cache
def signature(text: str) -> Signature:
    """A signature from its text."""
    parameters: list[Parameter] = []
    variadic, keyword_only = None, False
    for part in _parts(text):
        if part == "/":
            continue
        if part.startswith("*"):
            variadic, keyword_only = part[1:] or None, True
            continue
        names, equals, default = part.partition("=")
        value = ast.literal_eval(default.strip()) if equals else None
        spelled = tuple(name.strip() for name in names.split("|"))
        parameters.append(Parameter(spelled, value, not equals, keyword_only))
    return Signature(tuple(parameters), variadic)


def _parts(text: str) -> list[str]:
    """The text at its commas, those in brackets left alone."""
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return [part for part in (*parts, current.strip()) if part]
