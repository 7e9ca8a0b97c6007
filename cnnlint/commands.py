"""Commands beside linting: `cnnlint server`. A folder of such a name is read as `./server`."""

from __future__ import annotations

import importlib.util
from typing import Any

import click

HELP = {"help_option_names": ["-h", "--help"]}


class Missing(click.ClickException):
    """Something that has to be installed, and exit status 2."""

    exit_code = 2


@click.command(context_settings=HELP)
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as is done in any case.")
def server(stdio: bool) -> None:
    """Serve an editor: the language server protocol over standard input and output."""
    if importlib.util.find_spec("pygls") is None:
        raise Missing('the language server needs pygls: pip install "cnnlint[lsp]"')
    from cnnlint.server.protocol import serve

    serve()


COMMANDS: dict[str, click.Command] = {"server": server}


class WithCommands(click.Command):
    """A command whose first argument may name another."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command that the arguments name, or of this one."""
        if args and args[0] in COMMANDS:
            name = args[0]
            return COMMANDS[name].make_context(f"{info_name or 'cnnlint'} {name}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what the context's command does."""
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)
