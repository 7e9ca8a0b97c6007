"""Command lines: `argparse`, and other things of the surroundings that programs ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import MISSING, CallSite, ObjectValue, Passed, Unknown, Value, iterated

#: the class of what `flags.DEFINE_integer` and the like return
HOLDER = "absl.flags.FlagHolder"


def default(name: str, value: Value, *, chosen: bool = False) -> Value:
    """What an argument is taken to be: the number or text that it is without being given.

    A switch is there to be thrown, a choice to be made, and None to be replaced: these are unknown.
    """
    return (
        Unknown(f"the argument `{name}`", ("argv", name))
        if value is None or chosen or isinstance(value, bool)
        else value
    )


def _add_argument(run: Run, value: ObjectValue, site: CallSite) -> Value:
    if not value.name.endswith("ArgumentParser"):
        return None
    names = [p.value for p in site.positional if isinstance(p.value, str)]
    if "dest" in site.keywords and isinstance(site.keywords["dest"].value, str):
        names = [site.keywords["dest"].value]
    if names:
        name = next((name for name in names if name.startswith("--")), names[0]).lstrip("-").replace("-", "_")
        given, made = site.value(None, "default", default=None), site.value(None, "type", default=None)
        if isinstance(given, str) and made is not None:  # only a text is made into what `type` says
            given = run.call(made, CallSite(None, [Passed(given)]))
        run.flags[name] = default(name, given, chosen="choices" in site.keywords)
    return value


def _parse_args(run: Run, value: ObjectValue, site: CallSite) -> Value:
    given = iterated(site.value(0)) if site.positional and site.value(0) is not None else ([], False)
    if given not in (([], False), (None, True)):  # written out; what is not known is the command line, as by default
        return Unknown("the arguments that are parsed", ("argv", "parsed"))
    return value if value.name.endswith("ArgumentParser") else None


def _parse_known_args(run: Run, value: ObjectValue, site: CallSite) -> Value:
    parsed = _parse_args(run, value, site)
    return (parsed, Unknown("the arguments that are left", ("argv", "left")))


def _group(run: Run, value: ObjectValue, site: CallSite) -> Value:
    return value


def attribute(run: Run, value: ObjectValue, name: str) -> Value:
    """What an attribute of the parsed arguments is by default; MISSING where no argument of that name was added."""
    if value.name == HOLDER:
        flag = value.state["flag"]
        return run.flags.get(flag, MISSING) if isinstance(flag, str) and name in ("value", "default") else MISSING
    return run.flags.get(name, MISSING) if value.name.endswith("ArgumentParser") else MISSING


#: methods of its objects
METHODS: dict[str, Callable[[Any, ObjectValue, CallSite], Value]] = {
    "add_argument": _add_argument,
    "parse_args": _parse_args,
    "parse_known_args": _parse_known_args,
    "add_argument_group": _group,
    "add_mutually_exclusive_group": _group,
}
#: functions by qualified name
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "sys.exit": lambda run, site: run.raised(),
    **{
        name: lambda run, site: site.value(0, "iterable")
        for name in ("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.tqdm_notebook")
    },
    "os.getenv": lambda run, site: Unknown("environment", ("env",)),
}
