"""What came of a test is told in every report: the data it was made on, an earlier run, a repair that is no better."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cnnlint.cli import main
from cnnlint.confirm import apply
from cnnlint.confirm.messages import first_line
from cnnlint.diagnostics import Diagnostic, Evidence, Location, Severity, Verdict
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options, reporter

WORSE = Evidence(
    Verdict.NO_DIFFERENCE,
    "paired training runs",
    "No difference: accuracy 0.966 as written, 0.758 repaired after 100 steps on digits.npz, mean of 7 pairs (the "
    "repaired model did worse in all 7 pairs, p = 0.016).",
    statistic="accuracy",
    as_written=0.966,
    repaired=0.758,
    difference=-0.208,
    p_value=2 / 128,
    pairs=7,
    steps=100,
    seconds=4.25,
    backend="Keras 3 on TensorFlow 2",
    seed=0,
    data="your data: digits.npz, 1,000 training and 250 validation samples of 70,000",
    repair="the repaired model did worse: accuracy 0.758 against 0.966",
)
HELP = "let the window be 2 wide"


def told(evidence: Evidence, form: str) -> str:
    place = Location(3, 1)
    found = Diagnostic("CNN202", "oversized-pooling", "8×8", Severity.WARNING, "net.py", place, place, help=HELP)
    return "".join(reporter(form)(Outcome(diagnostics=[apply(found, evidence)], files=1), Options()))


@pytest.mark.parametrize("form", ["text", "json", "html", "jsonl"])
def test_a_repair_that_is_worse_than_the_fault_is_told(form: str) -> None:
    text = told(WORSE, form)
    assert f"{HELP}; when tested, the repaired model did worse: accuracy 0.758 against 0.966" in text
    assert "the repaired model did worse in all 7 pairs, p = 0.016" in text
    better = msgspec.structs.replace(WORSE, repair=None)
    assert "when tested" not in told(better, form)


@pytest.mark.parametrize("form", ["text", "json", "html", "jsonl"])
def test_the_data_is_told(form: str) -> None:
    assert "your data: digits.npz, 1,000 training and 250 validation samples of 70,000" in told(WORSE, form)


def test_an_earlier_run_is_told() -> None:
    earlier = msgspec.structs.replace(WORSE, cached=True)
    assert "4.2 s on Keras 3 on TensorFlow 2, in an earlier run" in told(earlier, "text")
    assert "in an earlier run" not in told(WORSE, "text")
    page = told(earlier, "html")
    assert "4.2 s in an earlier run" in page
    assert "1 verdict of earlier runs" in page
    assert "s of tests" not in page
    assert json.loads(told(earlier, "json"))["diagnostics"][0]["evidence"]["cached"] is True


def test_a_report_says_what_the_schema_says() -> None:
    import runpy

    import jsonschema

    script = Path(__file__).parents[2] / "scripts" / "generate_schema.py"
    schema = json.loads(runpy.run_path(str(script))["schema"]())
    report = json.loads(told(msgspec.structs.replace(WORSE, cached=True), "json"))
    jsonschema.validate(report, schema)
    assert {"data", "repair", "cached"} <= set(schema["$defs"]["Evidence"]["properties"])


PROGRAM = "import keras\nkeras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1, activation='softmax')])\n"


@pytest.mark.parametrize("several", [False, True])
def test_findings_and_verdicts_of_a_file_stand_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, several: bool
) -> None:
    """However they fall: of several files, each is shown when its last verdict is there."""
    from cnnlint.confirm import session as confirming

    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "b.py") if several else ("a.py",):
        Path(name).write_text(PROGRAM * 2)

    def confirm(outcome: Outcome, *_: object, tell: confirming.Tell, **__: object) -> str:
        every = list(range(len(outcome.diagnostics)))
        for position in (every[0], every[-1], *every[1:-1]):
            one = outcome.diagnostics[position] = apply(outcome.diagnostics[position], WORSE)
            waiting = sum(d.filename == one.filename and d.evidence is None for d in outcome.diagnostics)
            tell(one, waiting)
        return ""

    monkeypatch.setattr(confirming, "confirm", confirm)
    printed = CliRunner().invoke(main, ["--isolated", "--select", "CNN105", "--confirm", "."]).stdout
    lines = [
        line.split(":")[0].strip(" =") for line in printed.splitlines() if ".py:" in line or "= no difference" in line
    ]
    one_by_one = ["a.py", "a.py", "a.py", "no difference", "a.py", "no difference"]
    together = ["a.py", "no difference", "a.py", "no difference", "b.py", "no difference", "b.py", "no difference"]
    assert lines == (together if several else one_by_one)
    assert printed.count("Found ") == 1


def test_what_tensorflow_says_of_a_traced_step_is_told_without_its_own_names() -> None:
    said = (
        "Dimensions must be equal, but are 32 and 128 for '{{node while/mul}} = Mul[T=DT_FLOAT](while/one_hot, "
        "while/LogSoftmax)' with input shapes: [32,10], [128,10]."
    )
    told = "Dimensions must be equal, but are 32 and 128 with input shapes: [32,10], [128,10]."
    assert first_line(ValueError(said)) == told
