"""The Python API: `cnnlint.lint(...)` and `cnnlint.read(...)`, for notebooks, tests and other tools.

Small on purpose, and stable: the structures are those of the JSON report (`cnnlint.diagnostics`).
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from cnnlint import config
from cnnlint.config import ConfigError, Settings
from cnnlint.configured import Closest, Configured, failing
from cnnlint.diagnostics import Diagnostic, ModelSummary, RunError, Severity
from cnnlint.lint.many_files import lint_paths, lint_text
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import FORMATS, Options, reporter

Path = str | os.PathLike[str]


@runtime_checkable
class KerasModel(Protocol):
    """A model of Keras, of any version: it is asked for its configuration, and Keras is not imported here."""

    def to_json(self) -> str:
        """The configuration as JSON."""
        ...


class Report(Struct, frozen=True, dict=True):
    """What was found and read. Iterating gives the findings; `print` shows them as a terminal does."""

    outcome: Outcome
    #: `configured.within(folder)` is how the files of a folder were linted
    configured: Configured

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """The findings, by file and place."""
        return self.outcome.diagnostics

    @property
    def models(self) -> Sequence[ModelSummary]:
        """The models as they were read."""
        return self.outcome.models

    @property
    def errors(self) -> Sequence[RunError]:
        """What went wrong in cnnlint itself."""
        return self.outcome.errors

    @property
    def ok(self) -> bool:
        """Whether nothing was found that the configuration's `fail-on` counts, and nothing went wrong."""
        return not self.errors and not failing(self.diagnostics, self.configured)

    def at_least(self, severity: Severity | str) -> list[Diagnostic]:
        """The findings of this severity ("info", "warning", "error") and above."""
        least = Severity(severity).rank
        return [one for one in self.diagnostics if one.severity.rank >= least]

    def render(self, form: str = "full") -> str:
        """The report in one of the formats of `--format`; ValueError for any other."""
        if form not in FORMATS:
            raise ValueError(f"there is no format {form!r}; there are {', '.join(FORMATS)}")
        return "".join(reporter(form)(self.outcome, Options()))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    def __len__(self) -> int:
        return len(self.diagnostics)

    def __bool__(self) -> bool:
        return True  # also where nothing was found

    def __str__(self) -> str:
        return self.render()

    def _repr_html_(self) -> str:
        page = html.escape(self.render("html"), quote=True)
        return f'<iframe title="cnnlint" srcdoc="{page}" style="width: 100%; height: 32em; border: 0"></iframe>'


def lint(
    *what: Path | KerasModel,
    source: str | bytes | None = None,
    filename: str = "<source>",
    select: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    isolated: bool = False,
    fixes: bool = False,
    jobs: int | None = 1,
) -> Report:
    """Find mistakes in the definitions of neural networks, without running them.

    `what` is files and folders, or one model of Keras, which is read through its configuration; with `source`, a text
    as if it stood in `filename`. Each file is linted as the configuration closest to it says, as on the command line,
    unless `isolated`; a project's own rules are not loaded. `select`, `extend_select` and `ignore` take codes,
    prefixes, names of rules or "ALL". With `fixes`, findings that can be mended carry how. `jobs` is the number of
    processes that read files: 1 for none, 0 for as many as the machine has.

    Raises:
        ConfigError: the configuration cannot be used, or a selector matches no rule.
        TypeError: `what` is neither paths nor a model that tells its configuration.
    """
    configured = _configured(select, extend_select, ignore, isolated)
    if source is not None:
        if what:
            raise TypeError("paths and source exclude each other")
        data = source.encode("utf-8", "replace") if isinstance(source, str) else source
        return Report(lint_text(filename, data, configured, fixes=fixes), configured)
    if len(what) == 1 and not isinstance(what[0], (str, os.PathLike)):
        name, data = _configuration(what[0])
        return Report(lint_text(name, data, configured), configured)
    paths = [_path(one) for one in what] or ["."]
    return Report(lint_paths(paths, configured, fixes=fixes, jobs=jobs), configured)


def read(*what: Path | KerasModel, source: str | bytes | None = None, filename: str = "<source>") -> list[ModelSummary]:
    """The models of files, of a text, or a model of Keras, as they are read: layers, shapes, parameters, training.

    What could not be worked out is None, and told in `ModelSummary.unknown`. Raises like `lint`.
    """
    return list(lint(*what, source=source, filename=filename, isolated=True).models)


def _configured(
    select: Iterable[str], extend_select: Iterable[str], ignore: Iterable[str], isolated: bool
) -> Configured:
    for name, value in (("select", select), ("extend_select", extend_select), ("ignore", ignore)):
        if isinstance(value, str):
            raise TypeError(f"{name} takes a list of selectors, not a string")
    chosen, besides, left_out = tuple(select), tuple(extend_select), tuple(ignore)

    def change(settings: Settings) -> Settings:
        return config.with_options(settings, select=chosen, extend_select=besides, ignore=left_out)

    # stdin: as for what comes from elsewhere, no rules of the project's own are loaded
    return change(Settings(root=os.getcwd())) if isolated else Closest(change, stdin=True)


def _path(one: object) -> str:
    if isinstance(one, (str, os.PathLike)):
        return os.fspath(one)
    raise TypeError(f"{type(one).__name__} is neither a path nor a model; models are linted one at a time")


def _configuration(model: object) -> tuple[str, bytes]:
    """What to call a model, and its configuration."""
    if not isinstance(model, KerasModel):
        raise TypeError(f"{type(model).__name__} is neither a path nor a model of Keras")
    try:
        text = model.to_json()
    except Exception as error:  # a class of one's own without `get_config`
        raise TypeError(f"{type(model).__name__} does not tell its configuration: {error}") from error
    return f"<{getattr(model, 'name', 'model')}>", text.encode("utf-8", "replace")


__all__ = ["ConfigError", "Diagnostic", "KerasModel", "ModelSummary", "Report", "Severity", "lint", "read"]
