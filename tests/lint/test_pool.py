"""Worker processes: what they import, and what becomes of them when whoever started them is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import running

from cnnlint import __version__
from cnnlint.config import Settings
from cnnlint.lint import discovery, many_files, pool
from cnnlint.lint.job import Job

NET = """import keras
model = keras.Sequential([keras.layers.Dense(10, activation="relu", input_shape=(4,)), keras.layers.Softmax()])
"""
DEPENDENCIES = ("click", "cnnlint_rules", "libcst", "msgspec", "onnx", "pathspec", "rich", "numpy", "yaml", "google")


def _cnnlint(*options: str) -> list[str]:
    return [sys.executable, "-I", "-c", pool.starting("cnnlint.cli"), "--isolated", *options]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder that keeps two processes busy for a good while."""
    layers = "\n".join(f'x = keras.layers.Dense({n}, activation="relu")(x)' for n in range(1, 400))
    text = f"import keras\nx = i = keras.Input((4,))\n{layers}\nmodel = keras.Model(i, x)\n"
    for index in range(150):
        (tmp_path / f"net_{index:03}.py").write_text(text)
    (tmp_path / "a.py").write_text(NET)
    return tmp_path


def _children(parent: int) -> list[int]:
    stats = [stat for entry in Path("/proc").iterdir() if entry.name.isdigit() and (stat := _stat(int(entry.name)))]
    return [int(pid) for pid, state, ppid in stats if int(ppid) == parent and state != "Z"]


def _stat(pid: int) -> tuple[str, str, str] | None:
    try:
        behind = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return str(pid), behind[0], behind[1]


def _wait(condition: object, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[1] != "Z"


def test_nothing_of_the_folder_is_imported(tmp_path: Path) -> None:
    names = {*sys.stdlib_module_names, *DEPENDENCIES, "sitecustomize", "usercustomize"}
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r} + ' ')\n")
    (tmp_path / "net.py").write_text(NET)
    done = subprocess.run(
        _cnnlint("--jobs", "2", "."), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert "CNN101" in done.stdout, done.stderr
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


def test_processes_say_what_one_says(tmp_path: Path) -> None:
    for index in range(6):
        (tmp_path / f"net_{index}.py").write_text(NET + f"# {index}\n")
    one = many_files.lint_paths([str(tmp_path)], Settings(), jobs=1)
    two = many_files.lint_paths([str(tmp_path)], Settings(), jobs=2)
    assert two.diagnostics == one.diagnostics
    assert [model.filename for model in two.models] == [model.filename for model in one.models]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_closing_ends_the_workers(many: Path) -> None:
    found = discovery.discover([str(many)])
    before = set(_children(os.getpid()))
    results = pool.lint(Job(Settings(), (str(many),)), found, 2)
    next(results)
    mine = set(_children(os.getpid())) - before
    assert len(mine) == 2
    results.close()  # type: ignore[attr-defined]
    assert not any(map(_alive, mine))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGKILL, -9)],
)
def test_no_child_outlives_a_stopped_run(many: Path, number: int, status: int) -> None:
    with running(
        _cnnlint("--jobs", "2", "--select", "CNN101", str(many)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert _wait(lambda: len(_children(run.pid)) == 2, 30)
        children = _children(run.pid)
        time.sleep(1.0)
        run.send_signal(number)
        out, error = run.communicate(timeout=20)
        assert run.returncode == status, error
        assert _wait(lambda: not any(map(_alive, children)), 5)
    if number != signal.SIGKILL:
        assert b"Found" in out
        assert b"were not read" in error


def test_a_process_of_its_own_runs_this_very_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cnnlint").mkdir()
    (tmp_path / "cnnlint" / "__init__.py").write_text("raise SystemExit('another copy')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.chdir(Path(pool.__file__).parents[2])
    command = [sys.executable, "-I", "-c", pool.starting("cnnlint.cli"), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert __version__ in done.stdout
