"""Lists at the top of the page that leave one rule's findings, or one file: by style sheet alone, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnnlint.diagnostics import Diagnostic
from cnnlint.reporters.html.markup import Markup, tag

MOST_FILES = 200
"""Files up to which there is a list of them: each is a rule of the style sheet that is asked of every file, and with a
thousand Chromium takes 4 s of a processor. The contents at the top lead to each file in any case."""


class Filters:
    """What a page can be filtered by, and the classes of its elements that this goes by."""

    def __init__(self, files: Sequence[str], findings: Iterable[Diagnostic]) -> None:
        self._files = files if len(files) <= MOST_FILES else ()
        self._names = dict(sorted({one.code: one.name for one in findings}.items()))
        self._numbers = {code: number for number, code in enumerate(self._names, 1)}

    def rule(self, found: Diagnostic) -> str:
        """The class of a finding."""
        return f"rule-{self._numbers[found.code]}"

    def rules(self, findings: Iterable[Diagnostic]) -> str | None:
        """The classes of what holds these findings; None where it holds none."""
        return " ".join(sorted({self.rule(one) for one in findings})) or None

    def lists(self) -> Markup | None:
        """The two lists; one of a single entry is left out."""
        rules = [(f"rule-{number}", f"{code} {self._names[code]}") for code, number in self._numbers.items()]
        files = [(f"file-{number}", name) for number, name in enumerate(self._files, 1)]
        found = [
            tag("label", f"{what} ", _list(entries))
            for what, entries in (("rule", rules), ("file", files))
            if len(entries) > 1
        ]
        return tag("div", *found, class_="filters") if found else None

    def style(self) -> Markup:
        """What each choice hides."""
        lines = []
        for number in self._numbers.values():
            chosen, own = f"body:has(option.rule-{number}:checked)", f".rule-{number}"
            hidden = (f".finding:not({own})", f".part:not(:has(> .findings > {own}))", f".file:not(:has({own}))")
            lines.append(", ".join(f"{chosen} {one}" for one in (*hidden, f"nav li:not({own})")))
        for number in range(1, len(self._files) + 1):
            chosen = f"body:has(option.file-{number}:checked)"
            lines.append(f"{chosen} .file:not(#file-{number}), {chosen} nav li:not(.file-{number})")
        return Markup("".join(f"{line} {{ display: none; }}\n" for line in lines))


def _list(entries: Sequence[tuple[str, str]]) -> Markup:
    """A list of entries, by class and text, behind one for all of them."""
    options = (tag("option", text, class_=name) for name, text in entries)
    return tag("select", tag("option", f"all {len(entries)}"), *options, autocomplete="off")
