"""Where a report goes and how it looks: standard output or a file, in colour or not, as wide as the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from cnnlint.commands import Failure
from cnnlint.diagnostics import RunError
from cnnlint.reporters import PEOPLE, Options, reporter

if TYPE_CHECKING:
    from cnnlint.lint.outcome import Outcome


def look(options: dict[str, Any], note: str = "", *, told: bool = False) -> Options:
    """How a report is to look."""
    terminal = options["output_file"] is None and sys.stdout.isatty()
    return Options(
        color=color(options),
        quiet=options["quiet"],
        show_models=options["show_models"] and not told,
        statistics=options["statistics"],
        width=min(os.get_terminal_size(sys.stdout.fileno()).columns or 80, 120) if terminal else None,
        note=note,
        told=told,
    )


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
    if options["output_file"] is not None:
        try:
            with open(options["output_file"], "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise Failure(f"{options['output_file']}: {error.strerror}") from None
        return
    if sys.stdout is None or sys.stdout.closed:
        raise Failure("standard output is closed: the report has nowhere to go")
    try:
        if options["form"] in PEOPLE:
            encoding = sys.stdout.encoding or "utf-8"
            click.echo(text.encode(encoding, "replace").decode(encoding), nl=False, color=colored)
        else:
            click.echo(text.encode("utf-8", "replace"), nl=False)
        sys.stdout.flush()
    except OSError as error:
        # what is left in the buffer would fail once more when the interpreter ends, in the interpreter's own words
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Failure(f"standard output: {error.strerror}") from None


def color(options: dict[str, Any]) -> bool:
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if options["output_file"] is not None or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
