"""The README and the pages of the site cannot lie: what they quote is what the commands print."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import pages

ROOT = Path(__file__).parent.parent
WRITTEN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", list(pages.quoting()), ids=lambda page: page.name)
def test_what_is_quoted_is_current(page: Path) -> None:
    assert pages.filled(page.read_text()) == page.read_text(), "run scripts/generate_readme.py"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 200


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
        generated = page.parent.name == "docs" and target.startswith("rules/")
        assert generated or (page.parent / target).exists(), f"{page.name} links to {target}"


def _blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in WRITTEN:
        if "changelog" not in page.name.lower():
            for text in re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
                yield page.name, text


def test_examples_are_in_their_language() -> None:
    import yaml

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    for name, text in _blocks("toml"):
        assert tomllib.loads(text), name
    for name, text in _blocks("json"):
        assert json.loads(text), name
    for name, text in _blocks("yaml"):
        assert yaml.safe_load(text), name
    for name, text in _blocks("python"):
        signature = re.match(r"\w+\(.*\)( -> .*)?$", text.strip())  # what docstrings' blocks have
        assert signature or ast.parse(text), name


def test_the_configuration_of_the_page_is_one(tmp_path: Path) -> None:
    from cnnlint.config import load

    found = [text for name, text in _blocks("toml") if name == "configuration.md"]
    (tmp_path / "pyproject.toml").write_text(found[0])
    assert load(tmp_path / "pyproject.toml").fail_on.value == "error"


def test_the_editors_settings_of_the_page_are_those_there_are() -> None:
    import msgspec

    from cnnlint.server.preferences import Preferences

    page = (ROOT / "docs" / "editors.md").read_text()
    rows = [line for line in page.splitlines() if re.match(r"\| `\w+`", line)]
    told = {name: row for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert told.keys() == {field.encode_name for field in msgspec.structs.fields(Preferences)}
    for name, default in msgspec.to_builtins(Preferences()).items():
        assert f"`{msgspec.json.encode(default).decode()}`".replace("300.0", "300") in told[name].split("|")[3], name


@pytest.mark.slow
def test_the_site_is_built_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Every link within it leads somewhere, and every rule has its page at the address that it gives."""
    import subprocess

    from cnnlint.rule.registry import load
    from cnnlint.rule.rule import DOCUMENTATION

    pytest.importorskip("material", reason="the extra cnnlint[docs] is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    base = re.search(r"(?m)^site_url: (\S+)/$", (ROOT / "mkdocs.yml").read_text())
    assert base is not None
    for rule in load():
        if rule.home == DOCUMENTATION:
            assert (tmp_path / rule.url.removeprefix(f"{base[1]}/") / "index.html").exists(), rule.url
    fetched = re.compile(
        r"<(?:script|img|iframe|source)[^>]+src=.?https?:|<link[^>]+rel=.?(?:stylesheet|preconnect|icon)[^>]+href=.?https?:"
        r"|url\(.?https?:|@import"
    )
    for path in [*tmp_path.rglob("*.html"), *tmp_path.rglob("*.css")]:
        assert not fetched.search(path.read_text()), path
