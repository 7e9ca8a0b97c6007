"""What pages quote, filled in: the output of commands, the table of rules, what docstrings and options say.

A block begins with `<!-- run: COMMAND -->`, `<!-- rules -->`, `<!-- api: MODULE.NAME -->` or `<!-- keys -->`, and ends
with `<!-- end -->`. README.md and the pages of docs/ are kept filled in (`scripts/generate_readme.py`), and tests fail
where they are not what they quote.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cnnlint.rule.registry import load

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"<!-- (?P<kind>run|rules|api|keys)(?:: (?P<what>[^\n]+))? -->\n.*?<!-- end -->", re.DOTALL)


def quoting() -> Iterator[Path]:
    """The pages that quote."""
    yield ROOT / "README.md"
    yield from sorted(page for page in (ROOT / "docs").glob("*.md") if BLOCK.search(page.read_text()))


def filled(text: str) -> str:
    """The page with all its blocks written anew."""
    return BLOCK.sub(_block, text)


def _block(match: re.Match[str]) -> str:
    kind, what = match["kind"], match["what"]
    head = f"<!-- {kind}: {what} -->" if what else f"<!-- {kind} -->"
    content = {"run": _run, "rules": rules, "api": _api, "keys": _keys}[kind](what or "")
    return f"{head}\n{content}\n<!-- end -->"


def _run(command: str) -> str:
    return f"```console\n$ {command}\n{printed(command)}```"


def printed(command: str) -> str:
    """What a `cnnlint ...` command prints on a terminal, run in the project's folder."""
    arguments = shlex.split(command)[1:]
    if not any(option in arguments for option in ("--format", "--diff", "--explain", "--list-rules", "--help")):
        arguments += ["--format", "full"]
    code = "import sys; from cnnlint.cli import main; main(sys.argv[1:], prog_name='cnnlint')"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )
    return done.stdout


def rules(where: str = "") -> str:
    """The table of rules; with links to pages in the folder `where`."""
    rows = ["| code | name | severity | fix | what it finds |", "|---|---|---|---|---|"]
    for rule in load():
        opt_in = "" if rule.default else ", opt-in"
        name = f"[{rule.name}]({where}{rule.name}.md)" if where else rule.name
        fix = "" if rule.fix == "none" else rule.fix
        rows.append(f"| {rule.code} | {name} | {rule.severity.value}{opt_in} | {fix} | {rule.summary} |")
    return "\n".join(rows)


def _api(what: str) -> str:
    """A function or a class with what is public of it: fields, signatures and docstrings."""
    module, _, name = what.rpartition(".")
    thing = getattr(importlib.import_module(module), name)
    if not inspect.isclass(thing):
        return f"### `{name}`\n\n{_function(name, thing)}"
    parts = [f"### `{name}`\n\n{_text(thing)}", "\n".join(_fields(thing))]
    for attribute, value in vars(thing).items():
        if attribute.startswith("_"):
            continue
        if isinstance(value, property):
            parts.append(f"**`{attribute}`**: {_text(value)}")
        elif inspect.isfunction(value):
            parts.append(_function(attribute, value))
    return "\n\n".join(part for part in parts if part)


def _fields(struct: type) -> Iterator[str]:
    """The fields that a class declares, with the comments (`#:`) above them."""
    told: list[str] = []
    for line in inspect.getsource(struct).splitlines():
        comment, field = re.match(r"    #: (.*)", line), re.match(r"    (\w+): (.+?)(?: = .*)?$", line)
        if line.startswith("    def "):
            return
        if comment is not None:
            told.append(comment[1])
        elif field is not None and not field[1].startswith("_"):
            yield f"- `{field[1]}`: `{field[2]}`" + (f": {' '.join(told)}" if told else "")
            told = []


def _function(name: str, thing: Callable[..., object]) -> str:
    signature = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(thing)))
    return f"```python\n{name}{signature}\n```\n\n{_text(thing)}"


def _text(thing: object) -> str:
    """A docstring, its `Raises:` as a list."""
    text = inspect.getdoc(thing) or ""
    return re.sub(r"Raises:\n((?:    .+\n?)+)", lambda match: "Raises:\n\n" + re.sub("(?m)^    ", "- ", match[1]), text)


def _keys(_: str) -> str:
    """The keys of the configuration, from its schema."""
    schema = json.loads((ROOT / "docs" / "config-schema.json").read_text())
    rows = ["| key | what it says | default |", "|---|---|---|"]
    for key, about in schema["$defs"]["Table"]["properties"].items():
        default = json.dumps(about.get("default"))
        rows.append(f"| `{key}` | {about.get('description', '')} | `{default}` |")
    return "\n".join(rows)
