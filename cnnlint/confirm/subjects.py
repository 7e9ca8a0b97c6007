"""From a request to what is put to the test: the file is read and linted again, the finding found among its own.

Both processes do this: the one that confirms, because no graph travels between processes, and the one that asks, to
look for an answer that it has already. No framework is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from cnnlint.confirm.requests import Request
from cnnlint.graph import Model, Node
from cnnlint.rule.experiments import Experiment
from cnnlint.rule.remedies import Twin

if TYPE_CHECKING:
    from cnnlint.diagnostics import Diagnostic
    from cnnlint.rule import Finding, Rule


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put to the test: the model and layer of a finding, and its repaired twin (or why there is none)."""

    model: Model | None
    node: Node | None
    twin: Twin | None
    no_twin: str | None = None


class Findings:
    """The findings of one file at a time, the one that was last asked about."""

    def __init__(self) -> None:
        self._file: tuple[object, ...] | None = None
        self._findings: list[tuple[Diagnostic, Finding, Rule]] = []

    def holds(self, request: Request) -> bool:
        """Whether a request is about the file that was last read."""
        return self._file == _file(request)

    def find(self, request: Request) -> tuple[Experiment, Subject]:
        """The experiment and model that a request is about. LookupError where the finding is not made again."""
        if not self.holds(request):
            self._file, self._findings = _file(request), _lint(request)
        wanted = (request.code, request.row, request.column, request.cell)
        for diagnostic, finding, rule in self._findings:
            place = (diagnostic.code, diagnostic.location.row, diagnostic.location.column, diagnostic.cell)
            if place == wanted and request.node in (None, diagnostic.node):
                twin, reason = _twin(finding)
                return finding.experiment or rule.experiment, Subject(finding.model, finding.node, twin, reason)
        raise LookupError("the finding was not made again when the file was read a second time")


def _file(request: Request) -> tuple[object, ...]:
    return (request.filename, request.data, request.settings, request.roots)


def _lint(request: Request) -> list[tuple[Diagnostic, Finding, Rule]]:
    from cnnlint.config import Settings
    from cnnlint.lint.discovery import TreeLoader
    from cnnlint.lint.one_file import lint_bytes

    settings = msgspec.json.decode(request.settings, type=Settings) if request.settings else Settings(select=("ALL",))
    load = TreeLoader(request.roots) if request.roots else None
    return list(lint_bytes(request.filename, request.data, settings, load).findings)


def _twin(finding: Finding) -> tuple[Twin | None, str | None]:
    """The repaired twin of a finding's model, or why there is none."""
    if finding.remedy is None or finding.model is None:
        return None, "the rule offers no repair to compare with"
    from cnnlint.twins import repaired

    try:
        return repaired(finding.model, finding.remedy), None
    except Exception as error:
        return None, f"the repaired model could not be made: {error}"
