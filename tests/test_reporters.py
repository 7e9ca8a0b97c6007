"""Every format, over one outcome that has a bit of everything."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from cnnlint.diagnostics import (
    Diagnostic,
    Evidence,
    Fix,
    Location,
    ModelSummary,
    Report,
    RunError,
    Severity,
    TextEdit,
    UnknownPart,
    Verdict,
    Whole,
)
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import FORMATS, PEOPLE, Options, reporter
from cnnlint.reporters.models import training
from cnnlint.reporters.summary import Summary, headlines, sentence
from cnnlint.reporters.terminal import clean


def diagnostic(code: str, name: str, message: str, severity: Severity, **others: object) -> Diagnostic:
    fields: dict[str, object] = {
        "filename": "net.py",
        "location": Location(4, 15),
        "end_location": Location(4, 32),
        "url": f"https://example.org/{name}",
        **others,
    }
    return Diagnostic(code=code, name=name, message=message, severity=severity, **fields)  # type: ignore[arg-type]


RELU = diagnostic(
    "CNN101",
    "relu-before-softmax",
    "dense has 10 relu outputs and feeds Softmax: about half of the logits are clamped to 0",
    Severity.ERROR,
    help='leave out activation="relu"',
    model="model",
    layer="dense",
    fix=Fix("safe", "leave it out", (TextEdit("", Location(4, 13), Location(4, 32)),)),
    evidence=Evidence(
        Verdict.CONFIRMED,
        "paired training runs",
        "Without the relu the model learns.",
        statistic="accuracy",
        as_written=0.5123,
        repaired=0.921,
        difference=0.4087,
        p_value=0.03125,
        pairs=6,
        steps=400,
        seconds=12.34,
        backend="tensorflow",
        also={"validation loss": (2.31, 0.25)},
        notes=("width ÷ 4",),
    ),
)
SHRINKING = diagnostic(
    "CNN201",
    "shrinking-filters",
    "conv2d_1 has 128 filters after 256",
    Severity.INFO,
    location=Location(3, 1),
    end_location=Location(4, 2),
    help="grow the filters with depth",
    evidence=Evidence(Verdict.NO_DIFFERENCE, "paired training runs", "The repaired model is no better."),
)
POOLING = diagnostic(
    "CNN202",
    "oversized-pooling",
    "the window of 8×8 moves by 2",
    Severity.WARNING,
    filename="nb.ipynb",
    cell=3,
    location=Location(2, 5),
    end_location=Location(2, 6),
)
ONNX = diagnostic(
    "CNN101",
    "relu-before-softmax",
    "relu, then softmax",
    Severity.ERROR,
    filename="net.onnx",
    location=Location(1, 1),
    end_location=Location(1, 1),
    node="dense/Relu",
    op_type="Relu",
)
MISSING = diagnostic(
    "CNN901",
    "unreadable-file",
    "cannot be read: no such file or directory",
    Severity.ERROR,
    filename="gone.py",
    location=Location(1, 1),
    end_location=Location(1, 1),
)
MODEL = ModelSummary(
    name="model",
    kind="sequential",
    filename="net.py",
    location=Location(1, 1),
    layers=(
        {
            "name": "conv2d",
            "kind": "Conv2D",
            "output_shape": [None, 26, 26, 32],
            "parameters": 320,
            "activation": "relu",
            "inputs": [],
            "row": 2,
        },
        {
            "name": "flatten",
            "kind": "Flatten",
            "output_shape": [None, 21632],
            "parameters": 0,
            "activation": None,
            "inputs": ["conv2d"],
            "row": 3,
        },
        {
            "name": "add",
            "kind": "Add",
            "output_shape": None,
            "parameters": None,
            "activation": None,
            "inputs": ["flatten", "conv2d"],
            "row": 4,
            "note": "odd",
        },
    ),
    complete=False,
    unknown=(UnknownPart("a loop of unknown length", 7), UnknownPart("a budget")),
    training={
        "loss": "categorical_crossentropy",
        "from_logits": False,
        "optimizer": "adam",
        "learning_rate": 0.001,
        "metrics": ["accuracy"],
        "feeds": [
            {
                "kind": "fit",
                "epochs": 5,
                "x": {
                    "shape": [60000, 28, 28],
                    "dtype": "uint8",
                    "low": 0,
                    "high": 255,
                    "source": "keras.datasets.mnist",
                },
                "y": {"encoding": "integer", "classes": 10},
            }
        ],
    },
)


@pytest.fixture
def outcome() -> Outcome:
    return Outcome(
        diagnostics=[MISSING, POOLING, SHRINKING, RELU, ONNX],
        models=[MODEL],
        errors=[RunError("other.py", "CNN999 odd failed: ValueError: no", "CNN999")],
        files=5,
        lines={
            ("net.py", None, 3): "model.add(Conv2D(",
            ("net.py", None, 4): 'model.add(Dense(10, activation="relu"))',
            ("nb.ipynb", 3, 2): "x = pool(x, 8, 2)",
        },
        file_rows={("nb.ipynb", 3, 2): 40},
        seconds={"read": 0.25, "CNN101": 0.001},
    )


def render(outcome: Outcome, form: str, **options: object) -> str:
    return "".join(reporter(form)(outcome, Options(**options)))  # type: ignore[arg-type]


def test_text(outcome: Outcome, snapshot: SnapshotAssertion) -> None:
    assert render(outcome, "text") == snapshot


def test_text_in_colour(outcome: Outcome, snapshot: SnapshotAssertion) -> None:
    coloured = render(outcome, "text", color=True)
    assert coloured == snapshot
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(outcome, "text")


def test_text_in_a_narrow_terminal(outcome: Outcome) -> None:
    lines = render(outcome, "text", width=60).splitlines()
    prose = [line for line in lines if line.startswith("  ") and "|" not in line]
    assert prose
    assert max(map(len, prose)) <= 60


def test_text_of_models(outcome: Outcome, snapshot: SnapshotAssertion) -> None:
    outcome.diagnostics = []
    assert render(outcome, "text", show_models=True) == snapshot


def test_text_of_statistics(outcome: Outcome, snapshot: SnapshotAssertion) -> None:
    assert render(outcome, "text", statistics=True, quiet=True) == snapshot


def test_notes_come_last(outcome: Outcome) -> None:
    codes = re.findall(r"CNN\d+(?= [a-z-]+ \[)|CNN\d+(?= [a-z-]+ \[)", render(outcome, "text"))
    assert codes == ["CNN901", "CNN202", "CNN101", "CNN101", "CNN201"]


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in ("full", "text", "html")])
def test_formats_for_machines(outcome: Outcome, form: str, snapshot: SnapshotAssertion) -> None:
    assert render(outcome, form).replace(f'"version": "{version()}"', '"version": "V"') == snapshot


def version() -> str:
    from cnnlint.version import __version__

    return __version__


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_found(form: str) -> None:
    text = render(Outcome(files=2), form)
    if form in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(text)
    elif form == "junit":
        ElementTree.fromstring(text)
    elif form == "svg":
        assert "No model was read." in text
    elif form == "html":
        assert "Found no model in 2 files." in text
    else:
        said = "" if form == "pylint" or form not in PEOPLE else "Found no model in 2 files."
        assert text.partition("\n")[0] == said
        assert ("--show-files lists those that were read" in text) == bool(said)
        # what was stopped may not have come to the models yet
        assert "--show-files" not in render(Outcome(files=2, stopped=2), form)


HOSTILE = "a\x1b[31m\x00\u202e\ud800\u2028\n\"'<&>]]>%,:: \t日本"


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text(form: str) -> None:
    bad = diagnostic(
        "CNN101", "relu-before-softmax", HOSTILE, Severity.ERROR, filename=HOSTILE, help=HOSTILE, model=HOSTILE
    )
    model = msgspec.structs.replace(
        MODEL, name=HOSTILE, layers=({**MODEL.layers[0], "name": HOSTILE, "parameters": 10**50},)
    )
    outcome = Outcome(
        diagnostics=[bad],
        models=[model],
        files=1,
        lines={(HOSTILE, None, 4): HOSTILE * 30},
        errors=[RunError(HOSTILE, HOSTILE)],
    )
    text = render(outcome, form, show_models=True)
    text.encode("utf-8")
    assert "\x1b" not in text
    assert "\x00" not in text
    if form in ("json", "sarif", "gitlab", "rdjson"):
        assert json.loads(text)
    elif form == "jsonl":
        (line,) = text.strip("\n").split("\n")
        assert json.loads(line)["code"] == "CNN101"
    elif form == "junit":
        assert len(ElementTree.fromstring(text).findall("testsuite/testcase/failure")) == 1
    elif form == "github":
        assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "start", "end", "marked"),
    [
        ("\tx = relu(y)", 6, 10, "relu"),
        ("x = '日本' + relu(y)", 12, 16, "relu"),
        ("a" * 300 + "relu" + "b" * 300, 301, 305, "relu"),
        ("relu" + "b" * 300, 1, 5, "relu"),
    ],
)
def test_carets_stand_under_the_place(line: str, start: int, end: int, marked: str) -> None:
    from cnnlint.reporters.terminal import columns

    finding = diagnostic("CNN1", "n", "m", Severity.ERROR, location=Location(1, start), end_location=Location(1, end))
    text = render(Outcome(diagnostics=[finding], lines={("net.py", None, 1): line}), "text").splitlines()
    source, carets = (row.partition("| ")[2] for row in text[3:5])
    offset = len(carets) - len(carets.lstrip())
    assert carets.strip() == "^" * columns(marked)
    assert columns(source[: source.index(marked)]) == offset
    assert len(source) < 170


def test_carets_stay_within_a_short_line() -> None:
    finding = diagnostic("CNN1", "n", "m", Severity.ERROR, location=Location(1, 90), end_location=Location(1, 99))
    assert "^" in render(Outcome(diagnostics=[finding], lines={("net.py", None, 1): "short"}), "text")


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ((1, 1, 0, 0, 0, 0), "Found no mistakes in 1 model of 1 file."),
        ((2, 3, 1, 2, 1, 1), "Found 2 errors, 1 warning and 1 note in 3 models of 2 files; 1 model was read in part."),
        ((2, 3, 2, 0, 2, 0), "Found 2 warnings in 3 models of 2 files; 2 models were read in part."),
        ((1500, 0, 0, 1, 0, 1), "Found 1 error and 1 note and no model in 1,500 files."),
        ((3, 0, 0, 0, 0, 0), "Found no model in 3 files."),
    ],
)
def test_summary_line(figures: tuple[int, ...], text: str) -> None:
    assert sentence(Summary(*figures, counts={})) == text  # type: ignore[misc, arg-type]


def test_models_of_several_files_are_told_apart() -> None:
    assert RELU.evidence is not None
    whole = Whole("accuracy", 0.5, 0.9, 400, ("CNN101", "CNN102"))
    tested = msgspec.structs.replace(RELU, evidence=msgspec.structs.replace(RELU.evidence, whole=whole))
    told = "accuracy 0.5 as written, 0.9 with 3 repairs made together, after 400 steps."
    assert headlines(Report(diagnostics=[tested])) == [f"model: {told}"]
    other = msgspec.structs.replace(tested, filename="other.py")
    both = [f"net.py, model: {told}", f"other.py, model: {told}"]
    assert headlines(Report(diagnostics=[tested, other])) == both


def test_clean_leaves_ordinary_text_alone() -> None:
    assert clean("8×8 — “ok” 日本\t.") == "8×8 — “ok” 日本 ."


def test_json_is_what_the_schema_says(outcome: Outcome) -> None:
    import jsonschema

    schema = json.loads((Path(__file__).parent.parent / "docs" / "schema.json").read_text())
    report = json.loads(render(outcome, "json"))
    jsonschema.validate(report, schema)
    assert report["schema_version"] == "1.1"
    assert report["summary"] == {
        "files": 5,
        "models": 1,
        "partly_read": 1,
        "errors": 3,
        "warnings": 1,
        "infos": 1,
        "counts": {"CNN101": 2, "CNN201": 1, "CNN202": 1, "CNN901": 1},
        "verdicts": {"confirmed": 1, "no difference": 1},
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**report, "diagnostics": [{"code": 1}]}, schema)


def test_schema_is_current() -> None:
    import runpy

    folder = Path(__file__).parent.parent
    generate = runpy.run_path(str(folder / "scripts" / "generate_schema.py"))["schema"]
    assert (folder / "docs" / "schema.json").read_text() == generate(), "run scripts/generate_schema.py"


def test_code_hosts_are_told_rows_of_the_file(tmp_path: Path) -> None:
    """A notebook's finding is on the row of its JSON that holds the line, whatever form the source has."""
    from cnnlint.config import Settings
    from cnnlint.lint.many_files import lint_text

    model = [
        "from keras import layers, models\n",
        "m = models.Sequential([layers.Dense(1, input_shape=(4,)),\n",
        '    layers.Dense(3, activation="relu"), layers.Softmax()])\n',
        "m.compile(loss='mse')",
    ]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# A\n", "model"]},
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": model},
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": "".join(model)},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    outcome = lint_text("nb.ipynb", text.encode(), Settings(select=("CNN101",)))
    assert [one.cell for one in outcome.diagnostics] == [2, 3]
    rows = text.splitlines()
    regions = [one["locations"][0]["physicalLocation"]["region"] for one in _results(outcome)]
    assert [region["startLine"] for region in regions] == [
        issue["location"]["lines"]["begin"] for issue in json.loads(render(outcome, "gitlab"))
    ]
    assert all('activation=\\"relu\\"' in rows[region["startLine"] - 1] for region in regions)
    assert regions[0] != regions[1]


def _results(outcome: Outcome) -> list[dict[str, Any]]:
    return list(json.loads(render(outcome, "sarif"))["runs"][0]["results"])


def test_fingerprints_outlive_moved_lines(outcome: Outcome) -> None:
    def prints(one: Outcome) -> list[str]:
        gitlab = [issue["fingerprint"] for issue in json.loads(render(one, "gitlab"))]
        assert gitlab == [result["partialFingerprints"]["cnnlint/v1"] for result in _results(one)]
        return gitlab

    before = prints(outcome)
    outcome.file_rows = {}
    assert len(set(before)) == len(before)
    outcome.diagnostics = [
        msgspec.structs.replace(
            one,
            location=Location(one.location.row + 7, 1),
            end_location=Location(one.end_location.row + 7, 9),
            cell=None if one.cell is None else one.cell + 1,
        )
        for one in outcome.diagnostics
    ]
    assert prints(outcome) == before


def test_each_loss_is_shown_with_what_it_takes() -> None:
    known = {"loss": ["categorical_crossentropy", "mean_squared_error"], "from_logits": [True, False]}
    assert training(known) == ["loss: categorical_crossentropy of logits, mean_squared_error"]
