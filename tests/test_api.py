"""The Python API, and the pytest plug-in."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import cnnlint
from cnnlint.config import ConfigError
from cnnlint.diagnostics import Severity

pytest_plugins = ["pytester"]

#: where cnnlint is installed, pytest finds the plugin by itself
LOADED = () if entry_points(group="pytest11", name="cnnlint") else ("-p", "cnnlint.pytest_plugin")

PROGRAM = """\
from keras import layers, models
model = models.Sequential()
model.add(layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="relu"))
model.add(layers.Softmax())
"""


def test_source_paths_and_what_a_report_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(PROGRAM)
    for report in (cnnlint.lint("model.py"), cnnlint.lint(Path("model.py")), cnnlint.lint(), cnnlint.lint(".", jobs=2)):
        assert [(one.code, one.location.row) for one in report] == [("CNN101", 5)]
        assert (len(report), report.ok, bool(report)) == (1, False, True)
        assert report.diagnostics[0].fix is None
    text = cnnlint.lint(source=PROGRAM, filename="net.py", fixes=True)
    assert text.diagnostics[0].fix is not None
    assert "net.py:5:39: CNN101 [*]" in text.render("concise")
    assert "1 fixable with --fix" in str(text)
    assert json.loads(text.render("json"))["summary"]["errors"] == 1
    assert [one.code for one in text.at_least("error")] == ["CNN101"]
    assert text.at_least(Severity.ERROR) == list(text)
    assert cnnlint.lint(source=PROGRAM, ignore=["relu-before-softmax"]).ok
    (model,) = cnnlint.read("model.py")
    assert [layer["kind"] for layer in model.layers] == ["Input", "Conv2D", "Flatten", "Dense", "Softmax"]
    assert model.parameters == 54_170


def test_a_page_for_notebooks() -> None:
    page = cnnlint.lint(source=PROGRAM, filename="net.py")._repr_html_()
    assert page.startswith("<iframe ")
    assert page.count("<iframe") == 1
    assert "relu-before-softmax" in page
    assert page.count('"') == 6  # none of the page's own ends the attribute


def test_the_projects_configuration_holds_and_its_own_rules_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text("[tool.cnnlint]\nignore = ['CNN101']\nrules = ['own']\n")
    Path("own").mkdir()
    Path("own/rule.py").write_text("raise SystemExit('run')\n")
    assert cnnlint.lint(source=PROGRAM, filename="net.py").ok
    assert not cnnlint.lint(source=PROGRAM, filename="net.py", isolated=True).ok


def test_what_is_not_understood_is_an_error_in_words() -> None:
    with pytest.raises(TypeError, match="int is neither a path nor a model"):
        cnnlint.lint(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="exclude each other"):
        cnnlint.lint("a.py", source="")
    with pytest.raises(TypeError, match="a list of selectors"):
        cnnlint.lint(source="", select="CNN101")
    with pytest.raises(ConfigError, match="CNN999"):
        cnnlint.lint(source="", select=["CNN999"])
    with pytest.raises(ValueError, match="there is no format 'pdf'"):
        cnnlint.lint(source="").render("pdf")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cnnlint.nothing  # noqa: B018


class Told:
    """What stands in for a model of Keras: it tells its configuration as one does."""

    name = "net"

    def __init__(self, configuration: str | None) -> None:
        self.configuration = configuration

    def to_json(self) -> str:
        if self.configuration is None:
            raise NotImplementedError("override get_config")
        return self.configuration


def test_a_live_model_is_read_through_its_configuration() -> None:
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 8]}},
        {"class_name": "Dense", "config": {"name": "hidden", "units": 4, "activation": "relu"}},
        {"class_name": "Softmax", "config": {"name": "softmax", "axis": -1}},
    ]
    report = cnnlint.lint(Told(json.dumps({"class_name": "Sequential", "config": {"name": "net", "layers": layers}})))
    assert [(one.code, one.layer) for one in report] == [("CNN101", "hidden")]
    assert report.models[0].filename == "<net>"
    with pytest.raises(TypeError, match="does not tell its configuration: override get_config"):
        cnnlint.lint(Told(None))


@pytest.mark.slow
def test_a_model_of_keras() -> None:
    """Before `fit`, with what `compile` was told."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
            keras.layers.Softmax(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="mse", optimizer="adam")
    report = cnnlint.lint(model)
    assert "CNN106" in [one.code for one in report]
    assert report.models[0].training is not None
    assert report.models[0].training["loss"] in ("mse", "mean_squared_error")


def test_importing_it_loads_nothing_and_the_name_is_the_packages_too() -> None:
    """`import cnnlint` is on the way of every worker; `cnnlint.lint` stays callable once the package was imported."""
    code = (
        "import sys, cnnlint; assert not {'libcst', 'click', 'msgspec', 'cnnlint.api'} & sys.modules.keys();"
        "import cnnlint.lint.many_files; assert cnnlint.lint(source='').ok"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_test_for_each_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        good="x = 1", bad=PROGRAM, excluded=PROGRAM, test_own="def test(): pass", runs="raise SystemExit('run')"
    )
    pytester.makepyprojecttoml("[tool.cnnlint]\nexclude = ['excluded.py']\n")
    result = pytester.runpytest_inprocess(*LOADED, "-p", "no:xdist", "--cnnlint")
    result.assert_outcomes(passed=4, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*cnnlint: bad.py*", "*CNN101 relu-before-softmax*"])
    pytester.runpytest_inprocess(*LOADED, "-p", "no:xdist").assert_outcomes(passed=1)
    pytester.makepyfile(named="raise AssertionError('this file was run')")
    named = pytester.runpytest_inprocess(*LOADED, "-p", "no:xdist", "--cnnlint", "named.py", "test_own.py")
    named.assert_outcomes(passed=3)
