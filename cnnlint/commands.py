"""Commands beside linting: `server`, `completion` and `clean`. A folder of such a name is read as `./server`."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

HELP = {"help_option_names": ["-h", "--help"]}


class Failure(click.ClickException):
    """A message for the user and exit status 2."""

    exit_code = 2


def lost(error: OSError) -> Failure:
    """Standard output takes no more: what to say of it. What is left in its buffer is dropped, for it would fail once
    more when the interpreter ends, in the interpreter's own words."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Failure(f"standard output: {error.strerror}")


def standard_input() -> bytes:
    """What `-` reads."""
    if sys.stdin is None:
        raise Failure("standard input is closed: there is nothing to read")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise Failure(f"standard input: {error.strerror}") from error


@click.command(context_settings=HELP)
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as is done in any case.")
def server(stdio: bool) -> None:
    """Serve an editor: the language server protocol over standard input and output."""
    if importlib.util.find_spec("pygls") is None:
        raise Failure('the language server needs pygls: pip install "cnnlint[lsp]"')
    from cnnlint.server.protocol import serve

    serve()


@click.command(context_settings=HELP)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def completion(main: click.Command, shell: str) -> None:
    """Print what completes cnnlint's options, codes and names in a shell: eval "$(cnnlint completion bash)"."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(main, {}, "cnnlint", "_CNNLINT_COMPLETE").source()
    # of what is offered, the first comma alone ends the word's kind: a list of rules and a help text have more
    click.echo(script.replace('string split ","', 'string split --max 1 ","'))


@click.command(context_settings=HELP)
def clean() -> None:
    """Remove what earlier runs have kept: results of files, and verdicts."""
    from cnnlint import store

    count, folder = store.clean()
    click.echo(f"{count:,} {'entry' if count == 1 else 'entries'} removed from {folder}")


def selectors(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes and names of rules that a list of them may go on with."""
    from click.shell_completion import CompletionItem

    from cnnlint.rule import registry

    before, comma, last = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{identity}", help=rule.summary)
        for rule in registry.load()
        for identity in (rule.code, rule.name)
        if identity.lower().startswith(last.lower())
    ]


def first(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Paths, and where none was named yet, the other commands."""
    from click.shell_completion import CompletionItem

    named = [
        name for name in COMMANDS if incomplete and not context.params.get("paths") and name.startswith(incomplete)
    ]
    return [
        *(CompletionItem(name, help=COMMANDS[name].get_short_help_str()) for name in named),
        CompletionItem(incomplete, type="file"),
    ]


COMMANDS: dict[str, click.Command] = {"server": server, "completion": completion, "clean": clean}


class WithCommands(click.Command):
    """A command whose first argument may name another."""

    def main(self, *args: Any, **more: Any) -> Any:
        """Run; what click itself prints (help, version, completion) may find standard output full."""
        try:
            return super().main(*args, **more)
        except OSError as error:
            failure = lost(error)
            failure.show()
            sys.exit(failure.exit_code)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command that the arguments name, or of this one."""
        if args and args[0] in COMMANDS:
            name = args[0]
            return COMMANDS[name].make_context(f"{info_name or 'cnnlint'} {name}", args[1:], parent, obj=self, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what the context's command does."""
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)
