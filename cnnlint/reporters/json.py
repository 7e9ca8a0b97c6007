"""The report for programs: one JSON object, whose schema is `docs/schema.json`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cnnlint.diagnostics import SCHEMA_VERSION, Diagnostic, ModelSummary, RunError
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.encoding import encode
from cnnlint.reporters.summary import Summary, summarize


class Envelope(msgspec.Struct, frozen=True):
    """Everything that a run found. The version's first number changes when a field goes or changes its meaning."""

    schema_version: str
    diagnostics: list[Diagnostic]
    models: list[ModelSummary]
    errors: list[RunError]
    summary: Summary


def envelope(outcome: Outcome) -> Envelope:
    """An outcome in its published form."""
    return Envelope(SCHEMA_VERSION, outcome.diagnostics, outcome.models, outcome.errors, summarize(outcome))


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """The envelope, indented by two."""
    yield encode(envelope(outcome), indent=2) + "\n"
