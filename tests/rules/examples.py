"""The two examples of a rule's docstring, and what cnnlint says about a piece of source."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.one_file import FileResult, lint_bytes
from cnnlint.rule import Rule
from cnnlint.rule.registry import load

HEADINGS = ("What it does", "Why is this bad", "Example", "Use instead", "Exceptions", "References")
RULES: tuple[Rule, ...] = tuple(rule for rule in load() if not rule.code.startswith("CNN9"))

_BLOCK = re.compile(r"^```(?:python|onnx)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections(rule: Rule) -> dict[str, str]:
    """The text below each `##` heading of a rule's documentation, in order."""
    parts = re.split(r"^## (.+)$", rule.documentation(), flags=re.MULTILINE)
    return {title.strip(): text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def block(rule: Rule, heading: str) -> str:
    """The one block of Python, or of ONNX's text form, below a heading."""
    blocks = _BLOCK.findall(sections(rule)[heading] + "\n")
    assert len(blocks) == 1, f"{rule.name}: one block under {heading!r}, not {len(blocks)}"
    return str(blocks[0])


def as_file(text: str, filename: str = "model.py") -> tuple[str, bytes]:
    """A text as a file: ONNX's text form, which begins with a version in angle brackets, as the model it stands for."""
    if not re.match(r"(#.*\n|\s)*<", text):
        return filename, text.encode()
    import onnx

    return "model.onnx", onnx.parser.parse_model(text).SerializeToString()


def lint(source: str, select: Iterable[str] = ("ALL",), filename: str = "model.py") -> FileResult:
    """Lint a text with the given rules."""
    return lint_bytes(*as_file(source, filename), Settings(select=tuple(select)))


def found(source: str, rule: Rule) -> list[Diagnostic]:
    """What one rule says about a text; a rule or reader that failed fails the test."""
    result = lint(source, select=[rule.code])
    assert not result.errors, result.errors
    return [diagnostic for diagnostic in result.diagnostics if diagnostic.code == rule.code]
