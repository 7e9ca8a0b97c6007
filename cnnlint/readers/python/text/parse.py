"""From text to trees: complexity scan, `ast`, gate, and for what defines a model the tree that is read.

That tree is made of `ast`'s (`concrete.py`); libcst's own parser is left what `ast` refuses and what is not converted.

Whatever the text is, `parse` returns: what could not be read is a problem, what had to be changed a repair.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.readers.python.text import constants, imported, written
from cnnlint.readers.python.text.gate import defines_model, may_define_model
from cnnlint.readers.python.text.listing import Listing
from cnnlint.readers.python.text.repair import LOST, Repair, blank_rows, repair, shorten_strings
from cnnlint.readers.python.text.scan import MAX_BYTES, Measure, looks_relevant, measure
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.syntax import parse_tree
from cnnlint.readers.reading import Problem

if TYPE_CHECKING:
    from cnnlint.readers.python.text import cst
    from cnnlint.readers.python.text.concrete import Concrete
    from cnnlint.readers.python.text.libcst_trees import Translation

__all__ = ["Parsed", "Repair", "parse"]

_WORD = re.compile(r"\w+")
#: characters from which on it is looked at first how much of a text will be read
_LARGE = 1_000_000
#: how a line begins that goes on with a statement
_GOES_ON = re.compile(r"\s|[)\]}]|(else|elif|except|finally)\b")
TOO_LONG = "the file is too long: what follows is not read"
#: libcst nests strings that stand side by side.
_MOST_ADJACENT_STRINGS = 500
#: Statements that `ast` reads and libcst does not, taken out one by one.
_MOST_REFUSALS = 5

_NEWER_SYNTAX = re.compile(
    "|".join(
        pattern
        for version, pattern in (
            ((3, 11), r"\bexcept\s*\*|\[[^\]\r\n]*\*\w"),
            ((3, 12), r"^\s*type\s+\w+\s*[\[=]|\b(?:def|class)\s+\w+\s*\[|\b(?:[fF][rR]?|[rR][fF])['\"]"),
            ((3, 14), r"\b(?:[tT][rR]?|[rR][tT])['\"]"),
        )
        if sys.version_info < version
    )
    or r"(?!)"
)


class Parsed(Struct, frozen=True, dict=True):
    """What came of a text.

    - `module` is there for a file that is relevant and could be read, in whole or in part; `ast` beside it, unless the
      syntax is newer than the running Python.
    - `problem` says why there is no module although there should be one.
    - `complaint` is the parser's word on the text as written, whenever it did not parse: also when it was mended. A
      file with a repair that is `broken` does not parse in any dialect.
    - `text` is what the trees were made of: `source.text`, or the repaired text. Its rows are those of the source; a
      column in it less `shifts.get(row, 0)` is the column in the source.
    """

    source: SourceText
    text: str
    relevant: bool = False
    ast: ast.Module | None = None
    problem: Problem | None = None
    complaint: Problem | None = None
    repairs: list[Repair] = field(default_factory=list)
    shifts: Mapping[int, int] = field(default_factory=dict)
    #: the tree that is read and where its nodes stand, unless libcst parsed it
    concrete: Concrete | None = None
    #: the tree and what it was made of, if it did
    translation: Translation | None = None

    @property
    def module(self) -> cst.Module | None:
        """The tree that is read."""
        made = self.concrete or self.translation
        return made.module if made is not None else None

    @cached_property
    def words(self) -> str:
        """The different words of the text, one on each line: whether one of them is of some form is asked of a third of
        the letters."""
        return "\n".join(dict.fromkeys(_WORD.findall(self.text)))

    @cached_property
    def listing(self) -> Listing:
        """The nodes of `ast` in the order of the text, listed once for all who ask."""
        listing = Listing(self.ast)
        imported.put(listing)
        constants.put(listing)
        written.put(listing)
        return listing


Answer = TypeVar("Answer")


def once(question: Callable[[Parsed], Answer]) -> Callable[[Parsed], Answer]:
    """What is asked of a text alone is worked out once, for all the ways through it."""

    @wraps(question)
    def asked(parsed: Parsed) -> Answer:
        known: dict[object, Answer] = vars(parsed).setdefault("known", {})
        if question not in known:
            known[question] = question(parsed)
        return known[question]

    return asked


def parse(source: SourceText, *, gated: bool = True) -> Parsed:
    """Parse a text; without `gated`, also one that defines no model (a helper that a model's file imports)."""
    text = source.text
    if not text.strip():
        return Parsed(source, text)
    beginning = _beginning(source) if _LARGE < len(text) <= MAX_BYTES and may_define_model(text) else None
    if beginning is not None:
        return beginning
    tree = parse_tree(text) if len(text) <= MAX_BYTES else None
    if gated and isinstance(tree, ast.Module) and not (may_define_model(text) and defines_model(tree)):
        return Parsed(source, text, ast=tree)  # however complex it is: that is none of our business
    size = measure(text)
    if tree is None or size.problem is not None:
        return Parsed(source, text, problem=size.problem)
    if isinstance(tree, ast.Module):
        return _finish(source, text, tree, size, gated=False)
    if tree.kind != "syntax":
        return Parsed(source, text, problem=tree, complaint=tree)
    return _parse_broken(source, tree, size, gated)


def _beginning(source: SourceText) -> Parsed | None:
    """What is read of a text that is too long to be read whole, without a tree of all of it, which takes 400 times its
    size; None where it is not too long, or its beginning does not parse or defines no model by itself."""
    text, size = source.text, measure(source.text)
    end = text.find("\n", size.cut) if size.cut is not None and size.problem is None else -1
    while end > 0 and _GOES_ON.match(text, end + 1):  # to where a statement of the module begins
        end = text.rfind("\n", 0, end)
    tree = parse_tree(text[: end + 1]) if end > 0 else None
    if not isinstance(tree, ast.Module) or not defines_model(tree):
        return None
    row = text.count("\n", 0, end + 1) + 1
    return _finish(source, text[: end + 1], tree, replace(size, cut=None), gated=False, repairs=[Repair(row, TOO_LONG)])


def _mentions_library(text: str) -> bool:
    return looks_relevant(text.encode("utf-8", "surrogatepass"))


def _parse_broken(source: SourceText, complaint: Problem, size: Measure, gated: bool) -> Parsed:
    """What can be made of a text that `ast` refuses."""
    text = source.text
    relevant = not gated or _mentions_library(text)
    if relevant and not size.uncertain and _NEWER_SYNTAX.search(source.line(complaint.row)):
        translation = _translated(text)
        if not isinstance(translation, Problem):
            return Parsed(source, text, True, complaint=complaint, translation=translation)
    repaired = repair(text)
    if repaired is None:
        return Parsed(source, text, relevant=relevant, problem=complaint, complaint=complaint)
    size = measure(repaired.text)
    if size.problem is not None:
        return Parsed(source, text, relevant=relevant, problem=size.problem, complaint=complaint)
    broken = any(one.broken for one in repaired.repairs)
    if broken and relevant:
        gated = False  # what made it relevant may be just what was lost
    parsed = _finish(source, repaired.text, repaired.tree, size, gated, complaint, repaired.repairs, repaired.shifts)
    if not parsed.relevant and broken:
        return Parsed(source, text, problem=complaint, complaint=complaint)
    return parsed


def _finish(
    source: SourceText,
    text: str,
    tree: ast.Module,
    size: Measure,
    gated: bool,
    complaint: Problem | None = None,
    repairs: list[Repair] | None = None,
    shifts: Mapping[int, int] | None = None,
) -> Parsed:
    """Pass the gate and make the tree that is read."""
    repairs, shifts = list(repairs or ()), shifts or {}
    if gated and not defines_model(tree):
        return Parsed(source, text, ast=tree, complaint=complaint, repairs=repairs, shifts=shifts)
    problem: Problem | None = None
    if size.cut is not None:
        text, tree, problem = _cut(text, tree, size.cut, repairs)
    if problem is None and size.adjacent_strings <= _MOST_ADJACENT_STRINGS:
        converted = _converted(text, tree)
        if converted is not None:
            return Parsed(source, text, True, tree, None, complaint, repairs, shifts, converted)
    if size.adjacent_strings > _MOST_ADJACENT_STRINGS:
        text = shorten_strings(text)
    refusal: Problem | None = None
    for _ in range(_MOST_REFUSALS):
        if problem is not None:
            break
        translation = _translated(text)
        if not isinstance(translation, Problem):
            return Parsed(source, text, True, tree, None, complaint, repairs, shifts, translation=translation)
        problem = refusal = translation
        if refusal.kind == "syntax" and (without := _without(text, tree, refusal.row)) is not None:
            reparsed = parse_tree(without)
            if isinstance(reparsed, ast.Module):
                repairs.append(Repair(refusal.row, "a statement that libcst does not read"))
                text, tree, problem = without, reparsed, None
    problem = problem or refusal
    return Parsed(source, source.text, True, tree, problem, complaint, repairs, shifts)


def _converted(text: str, tree: ast.Module) -> Concrete | None:
    """The tree that is read, made of `ast`'s; None where that is left to libcst.

    Imported here: most files never get so far.
    """
    from cnnlint.readers.python.text.concrete import concrete
    from cnnlint.readers.python.text.concrete_expressions import Unsupported

    try:
        return concrete(text, tree)
    except (Unsupported, RecursionError):
        return None


def _translated(text: str) -> Translation | Problem:
    """The tree of libcst's own parser, which is slow to import."""
    from cnnlint.readers.python.text.libcst_trees import module

    return module(text)


def _cut(text: str, tree: ast.Module, cut: int, repairs: list[Repair]) -> tuple[str, ast.Module, Problem | None]:
    """The statements of the module that end before `cut`."""
    places = SourceText(text)
    last_row = places.position(cut)[0]
    whole = [statement for statement in tree.body if (statement.end_lineno or 0) <= last_row]
    if not whole or whole[-1].end_lineno is None:
        return text, tree, Problem("the file is too long to be read", last_row, 1, "too-complex")
    end_row = whole[-1].end_lineno
    text = text[: places.offset(end_row + 1, 1)]
    reparsed = parse_tree(text)
    if isinstance(reparsed, Problem):  # several statements on one row, the last of them longer
        return text, tree, Problem("the file is too long to be read", last_row, 1, "too-complex")
    repairs.append(Repair(end_row + 1, TOO_LONG))
    return text, reparsed, None


def _without(text: str, tree: ast.Module, row: int) -> str | None:
    """`text` without the innermost simple statement around `row`; None if there is none."""
    found: ast.stmt | None = None
    body: list[ast.stmt] = tree.body
    while body:
        found = next((one for one in body if one.lineno <= row <= (one.end_lineno or one.lineno)), None)
        if found is None:
            return None
        body = [child for child in ast.iter_child_nodes(found) if isinstance(child, ast.stmt)]
        if isinstance(found, ast.Try):
            body += [statement for handler in found.handlers for statement in handler.body]
    if found is None or found.end_lineno is None:
        return None
    places = SourceText(text)
    start = places.offset(found.lineno, places.column_of_byte(found.lineno, found.col_offset))
    end = places.offset(found.end_lineno, places.column_of_byte(found.end_lineno, found.end_col_offset or 0))
    return text[:start] + LOST + blank_rows(text[start:end]) + text[end:]
