"""Many files: parts for several machines, and what it costs to deal them out."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnnlint.cli import main
from cnnlint.config import Settings
from cnnlint.lint import many_files
from cnnlint.lint.discovery import Found
from cnnlint.reporters.summary import summarize

NET = "import keras\nm = keras.Sequential([keras.layers.Dense(1, activation='softmax', input_shape=(4,))])\n"


def test_the_parts_are_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(11):
        (tmp_path / f"net_{index}.py").write_text(NET + "#" * 100 * (index % 4))
    monkeypatch.chdir(tmp_path)
    whole = many_files.lint_paths(["."], Settings())
    parts = [many_files.lint_paths(["."], Settings(), shard=(number, 3)) for number in (1, 2, 3)]
    assert sorted(part.files for part in parts) == [3, 4, 4]
    together = [diagnostic for part in parts for diagnostic in part.diagnostics]
    assert sorted(together, key=lambda one: one.sort_key) == whole.diagnostics
    assert len(whole.diagnostics) >= 11


def test_what_a_report_does_not_say_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(4):
        (tmp_path / f"net_{index}.py").write_text(NET)
    (tmp_path / "partly.py").write_text(NET.replace("softmax", "relu").replace("(4,)", "unknown()"))
    monkeypatch.chdir(tmp_path)
    told = [many_files.lint_paths(["."], Settings(), jobs=1, layers=layers) for layers in (True, False)]
    assert [sum(len(model.layers) for model in outcome.models) for outcome in told] == [10, 0]
    assert told[0].diagnostics == told[1].diagnostics
    assert summarize(told[0]) == summarize(told[1])
    assert set(told[0].seconds) == set(told[1].seconds) > {"read"}


@pytest.mark.parametrize("value", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"])
def test_a_part_that_there_is_not(value: str) -> None:
    result = CliRunner().invoke(main, ["--shard", value, "."])
    assert result.exit_code == 2
    assert "2/5" in result.output


def test_dealing_out_a_hundred_thousand_files_is_linear() -> None:
    seconds = []
    for count in (25_000, 100_000):
        found = [Found(f"/nowhere/{index % 97}/{index}.py", named=False) for index in range(count)]
        started = time.process_time()
        parts = [many_files._part(found, number, 4) for number in (1, 2, 3, 4)]
        seconds.append(time.process_time() - started)
        assert sorted(map(len, parts)) == [count // 4] * 4
    assert seconds[1] < 8 * seconds[0] + 0.5
