"""The click command: options in, exit status out; nothing else.

Exit status 0: nothing of warning or error. 1: something was found (see `--fail-on`). 2: wrong usage or
configuration, or cnnlint itself failed.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cnnlint import config, configured
from cnnlint.commands import Failure, WithCommands, first, selectors, standard_input
from cnnlint.config import FailOn
from cnnlint.diagnostics import Severity
from cnnlint.lint import garbage, signals
from cnnlint.output import Telling, look, on_terminal, save_page, write, write_bytes
from cnnlint.reporters import FORMATS, LAYERS, reporter
from cnnlint.version import __version__

if TYPE_CHECKING:
    from cnnlint.config import Settings
    from cnnlint.configured import Configured
    from cnnlint.lint.outcome import Outcome

WITHOUT_FIXES = ("github", "gitlab", "junit", "pylint")
"""Formats that say nothing of fixes; all others carry their edits or mark what can be fixed."""

CONFIRMS = ("confirm", "confirm_report", "confirm_data", "confirm_weights")
"""Options that put findings to the test."""
LEVELS = [severity.value for severity in Severity]


def _selectors(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Selectors may be given with commas, with several options, or both."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _severity(context: click.Context, parameter: click.Parameter, value: str | None) -> Severity | None:
    return Severity(value) if value is not None else None


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    part, slash, count = value.partition("/")
    if not (slash and part.isdecimal() and count.isdecimal() and 1 <= int(part) <= int(count)):
        raise click.BadParameter("it is the number of a part and how many there are, such as 2/5")
    return int(part), int(count)


def _executor(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"dask://[^/\s]+:\d+", value):
        raise click.BadParameter("it is the address of a Dask scheduler, such as dask://cluster:8786")
    return value


def _rules_option(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that takes selectors."""
    return click.option(name, multiple=True, callback=_selectors, shell_complete=selectors, metavar="RULES", help=text)


@click.command(
    cls=WithCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Other commands: cnnlint server (for editors), cnnlint completion (for shells), cnnlint clean.",
)
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), shell_complete=first)
@_rules_option("--select", "Run these rules only: codes, prefixes (CNN1), names or ALL, separated by commas.")
@_rules_option("--extend-select", "Run these rules, too.")
@_rules_option("--ignore", "Leave these rules out.")
@click.option(
    "--severity",
    type=click.Choice(LEVELS),
    default="info",
    callback=_severity,
    show_default=True,
    help="The lowest severity that is reported and counts.",
)
@click.option(
    "--fail-on",
    type=click.Choice([level.value for level in FailOn]),
    callback=lambda context, parameter, value: FailOn(value) if value is not None else None,
    help="The lowest severity that makes the exit status 1.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found; the same as --fail-on never.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How to report.  [default: full on a terminal and with --confirm, else concise]",
)
@click.option("--output-file", type=click.Path(dir_okay=False, writable=True), help="Write the report there.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, exists=True),
    metavar="FILE",
    help="Lint every file as this configuration says, and heed no other.",
)
@click.option("--isolated", is_flag=True, help="Heed no configuration.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=0),
    metavar="N",
    help="Processes that read files: 0 for as many as the machine has, 1 for none.  [default: by the number of files]",
)
@click.option(
    "--shard",
    metavar="I/N",
    callback=_shard,
    help="Read the I-th of N parts of the files only, which together are all of them: one for each machine.",
)
@click.option(
    "--executor",
    metavar="ADDRESS",
    callback=_executor,
    help="Read on the Dask cluster whose scheduler is at dask://HOST:PORT (needs cnnlint[dask]).",
)
@click.option("--stdin-filename", metavar="NAME", help="What to call the file that `-` reads.")
@click.option("--fix", is_flag=True, help="Write safe fixes into the files.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--add-ignores", is_flag=True, help="Write a comment into the files that silences each finding.")
@click.option("--write-baseline", metavar="FILE", help="Write the findings to a file that --baseline takes.")
@click.option("--baseline", metavar="FILE", help="Leave out the findings that this file knows.")
@click.option("--unsafe-fixes", is_flag=True, help="Include fixes that make another network of one that trains.")
@click.option("--confirm", is_flag=True, help="Put the findings to the test (needs cnnlint[confirm]).")
@click.option("--confirm-seed", type=int, default=0, show_default=True, help="The seed of every test.")
@click.option(
    "--confirm-budget",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Seconds to spend on all tests together.",
)
@_rules_option("--confirm-only", "Test the findings of these rules only.")
@click.option(
    "--confirm-data",
    metavar="DATA",
    help="Test on your own data: x and y of an .npz file, TABLE.csv:COLUMN, or a folder of pictures for each class; "
    "implies --confirm.",
)
@click.option(
    "--confirm-weights",
    is_flag=True,
    help="Start tests from the trained weights that a graph or archive holds; implies --confirm.",
)
@click.option("--no-cache", is_flag=True, help="Read and test anew what was before, and keep nothing.")
@click.option(
    "--confirm-report",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write models, findings and their tests as one HTML page, too; implies --confirm.",
)
@click.option("--diff-base", metavar="REV", help="Only what is on lines that changed since a git revision.")
@click.option("--watch", is_flag=True, help="Lint again whenever a file changes, until interrupted.")
@click.option("--show-files", is_flag=True, help="Print the files that would be read.")
@click.option("--show-settings", is_flag=True, help="Print the configuration that holds, and the rules it selects.")
@click.option("--compare", is_flag=True, help="Say whether two files hold the same model; exit status 1 if not.")
@click.option("--show-models", is_flag=True, help="Print the models as they were read.")
@click.option("--statistics", is_flag=True, help="Print how often each rule spoke instead of the findings.")
@click.option(
    "--explain", metavar="RULE", shell_complete=selectors, help="Print the documentation of a rule, by code or name."
)
@click.option("--open", is_flag=True, help="Open what --explain prints as a page in a browser; no site is asked.")
@click.option("--list-rules", is_flag=True, help="Print all rules.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether to use colour; `auto` does on a terminal.",
)
@click.option("--quiet", "-q", is_flag=True, help="No summary line, no progress.")
@click.version_option(__version__, "--version", "-V", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, /, **options: Any) -> None:
    """Find mistakes in the definitions of neural networks, without running them.

    PATHS are Python files, notebooks, ONNX models, saved Keras models (.keras, .h5, JSON), and folders of these; `-` is
    standard input.
    Without PATHS, the current folder is read.
    """
    signals.heed()
    garbage.seldom()
    try:
        status = _run(options)
    except config.ConfigError as error:
        raise Failure(str(error)) from None
    except signals.Stopped as stopped:
        status = 128 + stopped.number
    except OSError as error:  # the machine's: no more files may be opened, the current folder is gone, ...
        raise Failure(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    except (MemoryError, RecursionError) as error:
        raise Failure(f"not enough memory: {type(error).__name__}") from None
    context.exit(status)


def _run(options: dict[str, Any]) -> int:
    """Do what the options say; the exit status."""
    paths = options["paths"] or (".",)
    if options["form"] is None:
        told = (*CONFIRMS, "show_models", "statistics", "explain", "list_rules")
        full = (on_terminal() and options["output_file"] is None) or any(options[name] for name in told)
        options["form"] = "text" if full else "concise"
    _check(options, paths)
    named = [options["stdin_filename"] or "-" if path == "-" else path for path in paths]
    if options["compare"]:
        return _compare(paths, options)
    chosen = _configured(paths, options)
    if options["show_files"] or options["show_settings"]:
        from cnnlint import showing

        write((showing.files_read if options["show_files"] else showing.effective)(named, chosen), options)
        return 0
    if options["explain"] or options["list_rules"]:
        from cnnlint.rule import listing as catalogue

        settings = configured.of_all(chosen, named)
        if options["open"]:
            from cnnlint import explaining

            path, opened = explaining.show(catalogue.find(settings, options["explain"]))
            write(f"{path}\n", options)
            if not opened:
                raise Failure(f"no browser could be started for {path}")
        elif options["explain"]:
            write(catalogue.explain(settings, options["explain"], options["form"]), options)
        else:
            write(catalogue.list_rules(settings, options["form"]), options)
        return 0
    return _lint(paths, chosen, options) if not options["watch"] else _watch(paths, options)


def _tell(line: str) -> None:
    click.echo(f"cnnlint: {line}", err=True)


def _configured(paths: Sequence[str], options: dict[str, Any], tell: Callable[[str], None] = _tell) -> Configured:
    """The configuration for each file, with what the command line says."""

    def change(settings: Settings) -> Settings:
        return config.with_options(
            settings,
            select=options["select"],
            extend_select=options["extend_select"],
            ignore=options["ignore"],
            fail_on=FailOn.NEVER if options["exit_zero"] else options["fail_on"],
        )

    if options["isolated"]:
        return change(config.Settings(root=os.getcwd()))
    if options["config"] is not None:
        return change(configured.named(options["config"], tell))
    return configured.Closest(change, stdin="-" in paths, tell=tell)


def _watch(paths: Sequence[str], options: dict[str, Any]) -> int:
    """Lint after every change; what is wrong with the configuration meanwhile is told, and waited for."""
    from cnnlint import watching

    for _ in watching.states(paths, lambda: _configured(paths, options, lambda line: None)):
        if on_terminal():
            click.clear()
        try:
            _lint(paths, _configured(paths, options), options)
        except config.ConfigError as error:
            _tell(str(error))
    return 0


def _compare(paths: Sequence[str], options: dict[str, Any]) -> int:
    from cnnlint.lint import comparing

    try:
        result = comparing.compare(*paths)
    except comparing.Unreadable as error:
        raise Failure(str(error)) from None
    write(result.text(), options)
    return 0 if result.same else 1


def _lint(paths: Sequence[str], chosen: Configured, options: dict[str, Any]) -> int:
    from cnnlint.lint import many_files as runs

    fixes = options["form"] not in WITHOUT_FIXES and not options["diff"]
    contents: dict[str, bytes] = {}
    lint_paths = functools.partial(
        runs.lint_paths,
        paths,
        chosen,
        jobs=options["jobs"],
        cached=not options["no_cache"],
        shard=options["shard"],
        executor=options["executor"],
        layers=options["show_models"] or options["form"] in LAYERS or options["confirm_report"] is not None,
    )
    if paths == ("-",):
        name = options["stdin_filename"] or "-"
        contents[name] = standard_input()
        outcome = runs.lint_text(name, contents[name], chosen, fixes=fixes)
    else:
        outcome = lint_paths(fixes=fixes and not options["fix"])
    note = ""
    telling = None
    if options["add_ignores"] or options["write_baseline"]:
        return _adopt(outcome, paths, chosen, options)
    if options["baseline"]:
        from cnnlint.lint import baseline

        named = [options["stdin_filename"] or "-"] if paths == ("-",) else paths
        outcome.diagnostics, stale = baseline.apply(options["baseline"], outcome.diagnostics, named, chosen)
        for line in () if outcome.stopped or options["shard"] else stale:
            _tell(f"{options['baseline']} holds what is no longer found: {line}")
    if options["diff_base"]:
        from cnnlint.lint import changes

        outcome.diagnostics = changes.apply(changes.since(options["diff_base"]), outcome)
    if outcome.stopped:
        click.echo(f"cnnlint: stopped; {outcome.left_out} files were not read", err=True)
    elif options["fix"] or options["diff"]:
        from cnnlint.fixes import proving as mending

        mended = mending.mend(outcome, chosen, paths, contents, unsafe=options["unsafe_fixes"])
        if options["diff"]:
            write_bytes(mended.diff(), options)
            for place in outcome.unreadable():
                click.echo(place, err=True)
            click.echo(mended.sentence("would be"), err=True)
            return max(_status(outcome, chosen), int(mended.count > 0))
        failures = mended.write()
        if mended.count or mended.hurried:
            note = mended.sentence("were" if mended.count > 1 else "was")
        if mended.count:
            outcome = lint_paths(fixes=fixes)
        outcome.errors.extend(failures)
    if any(options[name] for name in CONFIRMS) and not outcome.stopped:
        from cnnlint.confirm import session as confirming

        plan = confirming.Plan(
            options["confirm_seed"],
            options["confirm_budget"],
            options["confirm_only"],
            options["confirm_data"],
            not options["no_cache"],
            options["confirm_weights"],
        )
        show = not options["quiet"] and sys.stderr is not None and sys.stderr.isatty()
        telling = Telling(outcome, options) if Telling.possible(options) else None
        tell = telling.tell if telling is not None else None
        try:
            note += confirming.confirm(outcome, chosen, paths, contents, plan, show=show, tell=tell)
        except (confirming.ConfirmUnavailable, confirming.DataError) as error:
            raise Failure(str(error)) from None
    outcome.diagnostics = [d for d in outcome.diagnostics if d.severity.rank >= options["severity"].rank]
    if telling is not None:
        telling.finish()
    _report(outcome, options, note, told=telling is not None)
    if options["confirm_report"]:
        save_page(outcome, options, note)
    return _status(outcome, chosen)


def _adopt(outcome: Outcome, paths: Sequence[str], chosen: Configured, options: dict[str, Any]) -> int:
    """Take the findings of today for known: as comments in the files, or in a file of their own."""
    from cnnlint.reporters.summary import counted

    outcome.diagnostics = [d for d in outcome.diagnostics if d.severity.rank >= options["severity"].rank]
    if options["write_baseline"]:
        from cnnlint.lint import baseline

        count = baseline.write(options["write_baseline"], outcome.diagnostics)
        click.echo(f"{counted(count, 'finding')} written to {options['write_baseline']}.")
        return 2 if outcome.errors else 0
    from cnnlint.fixes import ignoring

    done = ignoring.add(outcome, chosen, paths)
    for error in (*outcome.errors, *done.errors):
        click.echo(f"{error.filename}: {error.message}", err=True)
    click.echo(f"{counted(done.count, 'finding')} silenced in {counted(len(done.files), 'file')}.")
    return 2 if outcome.errors or done.errors else 0


def _status(outcome: Outcome, chosen: Configured) -> int:
    if outcome.stopped:
        return 128 + outcome.stopped
    if outcome.errors:
        return 2
    return 1 if configured.failing(outcome.diagnostics, chosen) else 0


def _report(outcome: Outcome, options: dict[str, Any], note: str, *, told: bool = False) -> None:
    """Render the outcome where it is wanted; of what was `told` already only the end."""
    how = look(options, note, told=told)
    write("".join(reporter(options["form"])(outcome, how)), options, how.color)


def _check(options: dict[str, Any], paths: Sequence[str]) -> None:
    """Combinations that make no sense, and variables of a script that turned out empty."""
    for name in ("explain", "baseline", "write_baseline", "diff_base", "executor", "confirm_data", "confirm_report"):
        if options[name] == "":
            raise click.UsageError(f"--{name.replace('_', '-')} is given nothing")
    if options["compare"] and (len(paths) != 2 or "-" in paths):
        raise click.UsageError("--compare takes two files")
    if "-" in paths and len(paths) > 1:
        raise click.UsageError("`-` cannot be mixed with other paths")
    if options["stdin_filename"] and "-" not in paths:
        raise click.UsageError("--stdin-filename goes with the path `-`")
    if options["open"] and not options["explain"]:
        raise click.UsageError("--open goes with --explain")
    if options["isolated"] and options["config"] is not None:
        raise click.UsageError("--isolated and --config exclude each other")
    if options["confirm_report"]:
        folder = os.path.dirname(os.path.realpath(options["confirm_report"]))
        if not os.path.isdir(folder):
            # told now rather than after minutes of tests
            raise Failure(f"{options['confirm_report']}: there is no folder {folder}")
        if not os.access(folder, os.W_OK):
            raise Failure(f"{options['confirm_report']}: the folder {folder} cannot be written to")
    if options["fix"] and options["diff"]:
        raise click.UsageError("--fix and --diff exclude each other")
    if options["fix"] and "-" in paths:
        raise click.UsageError("--fix has no file to write to; --diff prints the changes instead")
    modes = [name for name in ("fix", "diff", "add_ignores", "write_baseline", *CONFIRMS) if options[name]]
    if len(modes) > 1 and {"add_ignores", "write_baseline", "diff"} & set(modes):
        raise click.UsageError(f"--{modes[0].replace('_', '-')} and --{modes[1].replace('_', '-')} exclude each other")
    if options["watch"] and ("-" in paths or [name for name in modes if name != "diff"]):
        raise click.UsageError("--watch only reports: it goes with no --fix, --confirm, --add-ignores or `-`")
    if options["add_ignores"] and "-" in paths:
        raise click.UsageError("--add-ignores has no file to write to")
    if options["unsafe_fixes"] and not (options["fix"] or options["diff"]):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
