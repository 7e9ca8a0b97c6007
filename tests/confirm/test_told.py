"""What came of a test is told in every report: the data it was made on, an earlier run, a repair that is no better."""

from __future__ import annotations

import json

import msgspec
import pytest

from cnnlint.confirm import apply
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
    from pathlib import Path

    import jsonschema

    script = Path(__file__).parents[2] / "scripts" / "generate_schema.py"
    schema = json.loads(runpy.run_path(str(script))["schema"]())
    report = json.loads(told(msgspec.structs.replace(WORSE, cached=True), "json"))
    jsonschema.validate(report, schema)
    assert {"data", "repair", "cached"} <= set(schema["$defs"]["Evidence"]["properties"])
