"""Verdicts that are kept: found again while nothing has changed that they depend on, and worth as much as new ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cnnlint.confirm import Request, cache
from cnnlint.confirm.cache import Cache, default_folder, key
from cnnlint.confirm.canonical import digest
from cnnlint.confirm.subjects import Findings
from cnnlint.confirm.verdicts import not_tested, undecided
from cnnlint.diagnostics import Evidence, Verdict

ROOT = Path(__file__).parents[2]
MODEL = """\
from keras import Sequential, layers
model = Sequential([layers.Input((8,)), layers.Dense(4, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
"""
PROVED = Evidence(Verdict.PROVED, "constant-output", "Proved: it is constant.", as_written=0.1 + 0.2, seconds=3.25)


def key_of(source: str = MODEL, code: str = "CNN105", seed: int = 0, data: str | None = None, **changes: Any) -> str:
    """The key of the finding of a rule in a program."""
    from cnnlint.config import Settings
    from cnnlint.lint.one_file import lint_bytes

    found = lint_bytes("model.py", source.encode(), Settings(select=(code,))).diagnostics
    (place,) = [one.location for one in found if one.code == code]
    settings = msgspec.json.encode(Settings(select=(code,)))
    experiment, subject = Findings().find(
        Request("model.py", source.encode(), code, place.row, place.column, settings=settings)
    )
    given = key(code, replace(experiment, **changes), subject, seed, data)
    assert given is not None
    return given


def test_a_key_is_that_of_the_graph_and_not_of_the_text() -> None:
    moved = "# a comment\n\n\n" + MODEL.replace('"softmax"', "'softmax'").replace("(8,)", "( 8, )")
    assert key_of(moved) == key_of()


@pytest.mark.parametrize(
    "changed",
    [
        MODEL.replace("Dense(4", "Dense(5"),
        MODEL.replace("(8,)", "(9,)"),
        MODEL.replace('"relu"', '"tanh"'),
        MODEL.replace('"adam"', '"sgd"'),
        MODEL.replace("binary_crossentropy", "mean_squared_error"),
        MODEL + "import numpy as np\nmodel.fit(np.ones((64, 8)) / 255, np.zeros(64), epochs=3)\n",
    ],
    ids=["width", "input", "activation", "optimizer", "loss", "data"],
)
def test_another_graph_or_training_has_another_key(changed: str) -> None:
    assert key_of(changed) != key_of()


def test_odd_text_has_a_key() -> None:
    assert digest("\ud800") != digest("\ud801")
    assert digest(["a", "b"]) != digest(["a, b"])


def test_a_key_is_that_of_the_seed_the_data_and_the_experiment() -> None:
    keys = {key_of(), key_of(seed=1), key_of(data="ab"), key_of(data="cd"), key_of(parameters={"batch": 1})}
    assert len(keys) == 5


def test_a_key_is_that_of_the_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of()
    monkeypatch.setattr(cache, "installed", lambda backend: ("keras 99",))
    assert key_of() != before
    assert cache.installed("tensorflow") == ("keras 99",)


def test_every_version_that_figures_depend_on_is_told_without_an_import() -> None:
    cache.installed.cache_clear()
    found = cache.installed("tensorflow")
    assert found is not None
    names = [one.split()[0] for one in found]
    assert {"cnnlint", "python", "keras", "tensorflow", "numpy", "scipy"} <= set(names)
    assert cache.installed("no_such_backend") is None


def test_what_is_kept_is_found_again_to_the_last_bit(tmp_path: Path) -> None:
    store = Cache(tmp_path / "not" / "there" / "yet")
    assert store.find("ab12") is None
    store.keep("ab12", PROVED)
    found = store.find("ab12")
    assert found == msgspec.structs.replace(PROVED, cached=True)
    assert store.find("ab13") is None
    assert [path.name for path in store.folder.rglob("*.*")] == ["12.json"]


def test_what_the_clock_cut_off_is_not_kept_and_what_was_carried_through_is(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    cut = undecided("the time for it ran out")
    for evidence in (cut, not_tested("it is a convention")):
        store.keep("ab12", evidence)
    assert list(tmp_path.iterdir()) == []
    store.keep("ab12", msgspec.structs.replace(cut, backend="Keras 3 on TensorFlow 2", seconds=20.0))
    found = store.find("ab12")
    assert found is not None
    assert (found.verdict, found.seconds, found.cached) == (Verdict.UNDECIDED, 20.0, True)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"key": "ab12"}', b'{"evidence": {}}', b"[]"])
def test_what_cannot_be_read_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    store = Cache(tmp_path)
    store.keep("ab12", PROVED)
    (tmp_path / "ab" / "12.json").write_bytes(content)
    assert store.find("ab12") is None
    store.keep("ab12", PROVED)
    assert store.find("ab12") is not None


def test_an_entry_under_a_foreign_name_is_not_taken(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.keep("ab12", PROVED)
    (tmp_path / "ab" / "12.json").rename(tmp_path / "ab" / "13.json")
    assert store.find("ab13") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Cache(tmp_path / "file" / "folder")
    store.keep("ab12", PROVED)
    store.prune()
    assert store.find("ab12") is None


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    Cache(tmp_path).keep("ab12", PROVED)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    for number in range(8):
        store.keep(f"ab{number}", PROVED)
        os.utime(tmp_path / "ab" / f"{number}.json", (number, number))
    assert store.find("ab0") is not None  # used just now
    size = (tmp_path / "ab" / "0.json").stat().st_size
    store.prune(most=4 * size)
    assert sorted(path.stem for path in tmp_path.glob("*/*")) == ["0", "6", "7"]


def test_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLINT_CACHE_DIR", "/somewhere")
    assert default_folder() == Path("/somewhere/confirm")
    monkeypatch.delenv("CNNLINT_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert default_folder() == Path("/caches/cnnlint/confirm")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_folder() == Path("/home/me/.cache/cnnlint/confirm")


# one that needs the twin of a trial, and so takes the whole way
TRIED = """\
from keras import Sequential, layers, optimizers
model = Sequential([
    layers.Input((12, 12, 1)), layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
    layers.Dense(10, activation="relu"), layers.Softmax(),
])
model.compile(optimizers.Adam(0.01), "categorical_crossentropy")
"""


def run(folder: Path, *options: str) -> tuple[list[dict[str, Any]], str]:
    """The diagnostics of a run with a cache of its own, and what it says about imports."""
    (folder / "model.py").write_text(TRIED)
    code = (
        "import sys; from cnnlint.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'numpy', 'keras', 'tensorflow'} & set(sys.modules)), file=sys.stderr)\n"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "rules")])
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
            "--isolated",
            "--confirm",
            "--confirm-only",
            "CNN101",
            "--format",
            "json",
            *options,
            "model.py",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "CNNLINT_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)["diagnostics"], done.stderr


def test_a_repeated_run_gives_the_kept_verdict_at_once_and_a_fresh_one_gives_the_same(tmp_path: Path) -> None:
    first, _ = run(tmp_path)
    second, imported = run(tmp_path)
    fresh, _ = run(tmp_path, "--no-cache")
    ((one, two, new),) = zip(
        *[[d["evidence"] for d in found if d["evidence"]] for found in (first, second, fresh)], strict=True
    )
    assert (one.get("cached"), two.pop("cached"), new.get("cached")) == (None, True, None)
    assert one == two
    assert "[]" in imported
    assert one.pop("seconds") > 0
    assert new.pop("seconds") > 0
    assert one == new
    assert one["pairs"] >= 7


def test_without_a_cache_nothing_is_kept(tmp_path: Path) -> None:
    run(tmp_path, "--no-cache", "--confirm-budget", "0.01")
    assert not (tmp_path / "cache").exists()
    run(tmp_path, "--confirm-budget", "0.01")
    assert not (tmp_path / "cache" / "confirm").exists(), "a verdict that the clock cut off was kept"


def test_the_experiment_of_a_trial_is_part_of_the_key() -> None:
    assert key_of(TRIED, "CNN101") != key_of(TRIED, "CNN101", steps=7)
