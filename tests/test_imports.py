"""The picture that the imports draw: no circle of files, and arrows that run one way."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _name(path: Path) -> str:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return dotted.removeprefix("rules.").removesuffix(".__init__")


FILES = {_name(path): path for folder in ("cnnlint", "rules") for path in (ROOT / folder).rglob("*.py")}


@cache
def imports(name: str) -> frozenset[str]:
    """The files of the project that a file imports, wherever in it and for whatever purpose."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(FILES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in FILES else node.module for one in full}
    return frozenset(found & FILES.keys() - {name})


def _reached(start: str) -> set[str]:
    seen: set[str] = set()
    pending = list(imports(start))
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += imports(name)
    return seen


def test_no_circles() -> None:
    assert not {name for name in FILES if name in _reached(name)}


def _importers(below: str, of: str) -> list[str]:
    return [
        f"{name} -> {target}"
        for name in FILES
        if name.startswith(below)
        for target in imports(name)
        if target.startswith(of)
    ]


def test_arrows_run_one_way() -> None:
    upwards = [
        ("cnnlint.graph", "cnnlint.readers"),
        ("cnnlint.graph", "cnnlint_rules"),
        ("cnnlint.readers", "cnnlint.rule"),
        ("cnnlint.readers", "cnnlint_rules"),
        ("cnnlint.readers", "cnnlint.lint"),
        ("cnnlint_rules", "cnnlint.readers"),
        ("cnnlint_rules", "cnnlint.lint"),
        ("cnnlint.readers.python.language", "cnnlint.readers.python.arrays"),
        ("cnnlint.readers.python.language", "cnnlint.readers.python.building"),
        ("cnnlint.readers.python.language", "cnnlint.readers.python.libraries"),
        ("cnnlint.readers.python.arrays", "cnnlint.readers.python.language"),
        ("cnnlint.readers.python.arrays", "cnnlint.readers.python.building"),
        ("cnnlint.readers.python.values", "cnnlint.readers.python.language"),
        ("cnnlint.readers.python.text", "cnnlint.readers.python.values"),
        ("cnnlint.readers.python.text", "cnnlint.readers.python.by_text"),
        *(
            ("cnnlint.readers.python.by_text", f"cnnlint.readers.python.{of}")
            for of in ("values", "run", "language", "arrays", "building", "libraries")
        ),
    ]
    assert [line for below, of in upwards for line in _importers(below, of)] == []


def test_only_the_command_line_starts_the_server() -> None:
    importers = {name for name in FILES if any(one.startswith("cnnlint.server") for one in imports(name))}
    assert {name for name in importers if not name.startswith("cnnlint.server")} == {"cnnlint.commands"}
    speakers = {name for name in FILES if "lsprotocol" in FILES[name].read_text()}
    assert speakers == {"cnnlint.server"} | {f"cnnlint.server.{name}" for name in ("actions", "converting", "protocol")}


def test_every_file_fits_on_a_few_screens() -> None:
    assert not {name: lines for name, path in FILES.items() if (lines := path.read_text().count("\n")) > 450}
