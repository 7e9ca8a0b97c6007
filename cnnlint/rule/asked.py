"""What Keras itself is asked of a call that it refuses, where all that is passed stands in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnlint.graph.library_calls import Call
from cnnlint.graph.signatures import OPTIONS
from cnnlint.rule.experiments import Proof


def name_asked(family: str, written: str, better: str | None, allowed: Sequence[str]) -> Proof | None:
    """The proof that Keras looks a name up and does not find it; None of a word that it chooses by, or in a file that
    is for another Keras than the third."""
    if family in OPTIONS or not written or allowed[0] != "3":
        return None
    facts = {"family": family, "written": written, "better": better}
    return Proof("name-refused", "Keras looks the name up and does not find it", facts)


def argument_asked(call: Call, wrong: str, better: str | None) -> Proof | None:
    """The proof that Keras refuses an argument of this call; None where the call cannot be made without the program."""
    positional = tuple(argument.value for argument in call.positional)
    keywords = {name: argument.value for name, argument in call.keywords.items()}
    keywords[wrong] = keywords[wrong] if is_plain(keywords[wrong]) else None
    if call.hidden or better in keywords or not all(map(is_plain, (*positional, *keywords.values()))):
        return None
    facts = {"api": call.api, "positional": positional, "keywords": keywords, "wrong": wrong, "better": better}
    return Proof("argument-refused", "Keras refuses the argument, and takes the call without it", facts)


def is_plain(value: Any) -> bool:
    """Whether a value is nothing but numbers and words."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))
