"""One finding's trouble is its own: nothing is written beside the cache, nothing goes out, Ctrl-C loses nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from processes import running

from cnnlint.confirm import confirm_files
from cnnlint.diagnostics import Verdict
from tests.confirm.traps import MODEL, RULES, requests

ROOT = Path(__file__).parents[2]


def test_a_crash_and_a_glutton_cost_one_finding_each(settings: bytes) -> None:
    pytest.importorskip("resource")
    found = dict(confirm_files(requests(settings, "TST005", "TST004", "TST006", "TST004")))
    assert [found[index].verdict for index in range(4)] == [
        Verdict.UNDECIDED,
        Verdict.PROVED,
        Verdict.UNDECIDED,
        Verdict.PROVED,
    ]
    assert f"ended by signal {int(signal.SIGSEGV)}" in found[0].summary
    assert "more memory than it may have" in found[2].summary


def test_nothing_goes_out(settings: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        monkeypatch.setenv("TEST_PORT", str(server.getsockname()[1]))
        found = dict(confirm_files(requests(settings, "TST007", "TST004")))
        with pytest.raises(TimeoutError):
            server.accept()
    assert [found[index].verdict for index in range(2)] == [Verdict.UNDECIDED, Verdict.PROVED]
    assert "uses no network" in found[0].summary


# every file that Python code opens for writing, makes or moves, in the run's own process and in its children
SPY = """
import os, sys
log = os.open(os.environ["SPY_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def spy(event, arguments):
    if event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        told = arguments[0]
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink"):
        told = arguments[0]
    elif event == "socket.connect":
        told = f"socket {arguments[1]!r}"
    else:
        return
    if not isinstance(told, int):
        os.write(log, (os.fsdecode(told) + "\\n").encode())
sys.addaudithook(spy)
"""

# one finding for each way through: a trial, a proof by the framework's own predict, one by its refusal
PROGRAM = """\
import numpy as np
from keras import Sequential, layers, optimizers
model = Sequential([
    layers.Input((12, 12, 1)), layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
    layers.Dense(10, activation="relu"), layers.Softmax(),
])
model.compile(optimizers.Adam(0.01), "categorical_crossentropy")
model.predict(np.zeros((12, 12, 1)))
other = Sequential([layers.Input((8,)), layers.Dense(4), layers.Dense(1, activation="softmax")])
other.compile("adam", "binary_crossentropy")
"""


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """An environment in which a home, a folder for temporary files, a cache and a place to be are this test's own."""
    pytest.importorskip("pwd")  # HOME is where the home is
    for name in ("home", "temporary", "here", "spy"):
        (tmp_path / name).mkdir()
    (tmp_path / "spy" / "sitecustomize.py").write_text(SPY)
    (tmp_path / "here" / "model.py").write_text(PROGRAM)
    path = os.pathsep.join([str(tmp_path / "spy"), str(ROOT), str(ROOT / "rules")])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "KERAS", "CNNLINT"))}
    return {
        **kept,
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "temporary"),
        "PYTHONPATH": path,
        "CNNLINT_CACHE_DIR": str(tmp_path / "cache"),
        "SPY_LOG": str(tmp_path / "log"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("cached", [True, False])
def test_no_file_is_written_beside_the_cache(tmp_path: Path, place: dict[str, str], cached: bool) -> None:
    before = files_in(tmp_path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cnnlint",
            "--isolated",
            "--confirm",
            "--format",
            "json",
            *([] if cached else ["--no-cache"]),
            "model.py",
        ],
        cwd=tmp_path / "here",
        env=place,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    verdicts = {
        one["code"]: one["evidence"]["verdict"] for one in json.loads(done.stdout)["diagnostics"] if one["evidence"]
    }
    assert verdicts["CNN101"] == "proved"
    assert verdicts["CNN105"] == "proved"
    assert verdicts["CNN507"] == "proved"
    new = files_in(tmp_path) - before - {"log"}
    assert all(name.startswith(("cache/confirm/", "cache/results/")) and name.endswith(".json") for name in new), new
    assert bool(new) is cached
    assert list((tmp_path / "temporary").iterdir()) == []
    written = set((tmp_path / "log").read_text().splitlines())
    allowed = (str(tmp_path / "cache"), str(tmp_path / "temporary"), os.devnull)
    assert not {name for name in written if not name.startswith(allowed)}
    assert not {name for name in written if name.startswith("socket")}


def test_a_killed_process_leaves_nothing(settings: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert dict(confirm_files(requests(settings, "TST001")))[0].verdict is Verdict.UNDECIDED
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX does")
def test_ctrl_c_keeps_what_is_done_and_prints_it(tmp_path: Path, place: dict[str, str]) -> None:
    here = tmp_path / "here"
    (here / "model.py").write_bytes(MODEL)
    (here / "rules").mkdir()
    # the one that hangs comes after the one that does not
    (here / "rules" / "traps.py").write_text(RULES.replace("Hang = rule(2", "Hang = rule(8"))
    (here / "pyproject.toml").write_text('[tool.cnnlint]\nselect = ["TST004", "TST008"]\nrules = ["rules"]\n')
    mark = tmp_path / "mark"
    with running(
        [sys.executable, "-m", "cnnlint", "--confirm", "--format", "json", "model.py"],
        cwd=here,
        env={**place, "TEST_MARK": str(mark)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 90
        while not mark.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    assert time.monotonic() - started < 20
    found: dict[str, Any] = {one["code"]: one["evidence"] for one in json.loads(output)["diagnostics"]}
    assert found["TST004"]["verdict"] == "proved"
    assert found["TST008"]["summary"] == "Undecided: it was interrupted."
