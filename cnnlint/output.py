"""Where a report goes and how it looks: standard output or a file, in colour or not, as wide as the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from cnnlint.commands import Failure, lost
from cnnlint.diagnostics import RunError
from cnnlint.reporters import PEOPLE, Options, reporter

if TYPE_CHECKING:
    from cnnlint.diagnostics import Diagnostic
    from cnnlint.lint.outcome import Outcome


def on_terminal() -> bool:
    """Whether standard output is one; it may be closed altogether."""
    return sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()


def look(options: dict[str, Any], note: str = "", *, told: bool = False) -> Options:
    """How a report is to look."""
    terminal = options["output_file"] is None and on_terminal()
    return Options(
        color=color(options),
        quiet=options["quiet"],
        show_models=options["show_models"] and not told,
        statistics=options["statistics"],
        width=min(os.get_terminal_size(sys.stdout.fileno()).columns or 80, 120) if terminal else None,
        note=note,
        told=told,
    )


class Telling:
    """Findings and verdicts of a run that puts findings to the test, on standard output, those of a file together.

    Of a single file the findings are shown at once, and each verdict as it falls; of several, what a file has is shown
    when its last verdict is there. The report that follows is only its end.
    """

    def __init__(self, outcome: Outcome, options: dict[str, Any]) -> None:
        self._outcome = outcome
        self._options = options
        self._how = look(options)
        models = outcome.models if self._how.show_models else ()
        self._left = list(dict.fromkeys(one.filename for one in (*outcome.diagnostics, *models)))
        self._single = len(self._left) < 2
        if self._single:
            self.finish()

    @staticmethod
    def possible(options: dict[str, Any]) -> bool:
        """Whether the report is text on standard output; any other is made in one piece."""
        return options["form"] in ("text", "full") and options["output_file"] is None and not options["statistics"]

    def tell(self, diagnostic: Diagnostic, waiting: int) -> None:
        """Take a verdict; `waiting` findings of its file still have none."""
        from cnnlint.reporters import text

        if self._single:
            if diagnostic.severity.rank >= self._options["severity"].rank:
                write(text.tested(diagnostic, self._how), self._options, self._how.color)
        elif not waiting:
            self._show(diagnostic.filename)

    def finish(self) -> None:
        """Show what was not shown."""
        for name in list(self._left):
            self._show(name)

    def _show(self, name: str) -> None:
        from cnnlint.lint.outcome import Outcome
        from cnnlint.reporters import text

        self._left.remove(name)
        least = self._options["severity"].rank
        own = Outcome(
            diagnostics=[d for d in self._outcome.diagnostics if d.filename == name and d.severity.rank >= least],
            models=[model for model in self._outcome.models if model.filename == name],
            lines=self._outcome.lines,
        )
        write("".join(text.findings(own, self._how)), self._options, self._how.color)


def save_page(outcome: Outcome, options: dict[str, Any], note: str) -> None:
    """The page that `--confirm-report` asks for. Where it cannot be written, the report is still given."""
    from cnnlint.reporters.saving import save

    name = options["confirm_report"]
    try:
        save(name, "".join(reporter("html")(outcome, Options(note=note))))
    except OSError as error:
        # the report itself is out already
        outcome.errors.append(RunError(name, f"the report cannot be written: {error.strerror}"))
        click.echo(f"{name}: {outcome.errors[-1].message}", err=True)


def write(text: str, options: dict[str, Any], colored: bool = False) -> None:
    """Text to the output file or standard output; always UTF-8 where a program reads it."""
    if options["form"] in PEOPLE and options["output_file"] is None:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        _print(text.encode(encoding, "replace").decode(encoding), colored)
    else:
        write_bytes(text.encode("utf-8", "replace"), options)


def write_bytes(data: bytes, options: dict[str, Any]) -> None:
    """Bytes as they are, to the output file or standard output."""
    if options["output_file"] is None:
        _print(data)
        return
    try:
        with open(options["output_file"], "wb") as file:
            file.write(data)
    except OSError as error:
        raise Failure(f"{options['output_file']}: {error.strerror}") from None


def _print(content: str | bytes, colored: bool = False) -> None:
    if sys.stdout is None or sys.stdout.closed:
        raise Failure("standard output is closed: the report has nowhere to go")
    try:
        click.echo(content, nl=False, color=colored)
        sys.stdout.flush()
    except OSError as error:
        raise lost(error) from None


def color(options: dict[str, Any]) -> bool:
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if options["output_file"] is not None or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (on_terminal() and os.environ.get("TERM") != "dumb")
