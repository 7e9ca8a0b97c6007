"""What Windows has otherwise, tried as far as another system can: no fork, no SIGHUP, few characters, other paths."""

from __future__ import annotations

import json
import ntpath
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cnnlint import output, paths
from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic, Location, Severity
from cnnlint.lint import baseline, discovery, many_files
from cnnlint.lint.job import Job
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options, places, reporter

PROGRAM = """\
from keras import layers, models
model = models.Sequential()
model.add(layers.Conv2D(8, 3, input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D(8, 2))
model.add(layers.Conv2D(8, 3, activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="relu"))
model.add(layers.ReLU(name="größer"))
"""
LESS = """\
import os, runpy, signal, sys
for name in ("fork", "forkpty", "getuid", "geteuid", "getgid", "chown", "fchmod", "sched_getaffinity", "killpg",
             "setsid", "getpgid", "sysconf", "mkfifo", "nice", "O_NOFOLLOW"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGALRM", "SIGUSR1", "SIGPIPE", "SIGQUIT"):
    delattr(signal, name)
for name in ("resource", "fcntl", "pwd", "grp", "termios", "tty", "readline", "curses"):
    sys.modules[name] = None
runpy.run_module("cnnlint", run_name="__main__", alter_sys=True)
"""
"""A command in a process without what Windows lacks; the rest of the standard library is as it is here."""


def less(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", LESS, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        check=False,
    )


def test_files_are_read_and_mended_without_what_windows_lacks(tmp_path: Path) -> None:
    """In the process itself and in others, graphs among them, with a file's own ends of lines and encoding kept."""
    import onnx.parser

    source = "# -*- coding: cp1252 -*-\n" + PROGRAM + "# €\n"
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.cnnlint]\r\nignore = ['CNN102']\r\n")
    (tmp_path / ".gitignore").write_bytes(b"out/\r\n")
    (tmp_path / "out").mkdir()
    for name in ("a.py", "b.py", "out/c.py"):
        (tmp_path / name).write_bytes(source.replace("\n", "\r\n").encode("cp1252"))
    graph = "agraph (float[N, 4] x) => (float[N, 4] z) { y = Relu(x) z = Softmax(y) }"
    onnx.save(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]> {graph}'), tmp_path / "net.onnx")
    for jobs in ("1", "2"):
        done = less("--format", "json", "--jobs", jobs, "--no-cache", folder=tmp_path)
        assert done.returncode == 1, done.stderr.decode()
        report = json.loads(done.stdout)
        assert not report["errors"]
        found = [(one["filename"], one["code"]) for one in report["diagnostics"]]
        assert found == [(f, c) for f in ("a.py", "b.py") for c in ("CNN202", "CNN104")] + [("net.onnx", "CNN101")]
    assert b"2 findings were fixed in 2 files." in less("--fix", folder=tmp_path).stdout
    mended = (tmp_path / "a.py").read_bytes()
    assert mended.count(b"\r\n") == mended.count(b"\n")
    assert "€" in mended.decode("cp1252")
    done = less("--add-ignores", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()


def test_a_graph_is_read_in_a_process_that_may_die_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fork it is a worker's, even if it is the only file."""
    here: list[str] = []
    monkeypatch.setattr(Job, "lint", lambda self, found: here.append(found.path) or Outcome(files=1))
    monkeypatch.delattr(os, "fork")
    (tmp_path / "net.onnx").write_bytes(b"no graph")
    (tmp_path / "net.py").write_text(PROGRAM)
    outcome = many_files.lint_paths([str(tmp_path / "net.onnx")], Settings(), jobs=1)
    assert (here, [one.code for one in outcome.diagnostics]) == ([], ["CNN901"])
    many_files.lint_paths([str(tmp_path / "net.py")], Settings(), jobs=1)
    assert here == [str(tmp_path / "net.py")]


def test_a_console_that_knows_few_characters(tmp_path: Path) -> None:
    """A layer's name and a window of 8×8 on code page 1252, and where a console shows no letters but plain ones."""
    (tmp_path / "model.py").write_text(PROGRAM.replace("größer", "größer_日本"), encoding="utf-8")
    for encoding, shown in (("cp1252", "größer_??"), ("ascii", "gr??er_??")):
        done = less("--format", "full", "model.py", folder=tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert done.returncode == 1, done.stderr.decode()
        assert shown in done.stdout.decode(encoding)
    as_json = less("--format", "json", "model.py", folder=tmp_path, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert "größer_日本" in as_json.stdout.decode("utf-8")  # a program reads UTF-8 wherever it runs


def finding(filename: str) -> Diagnostic:
    place = Location(1, 1)
    return Diagnostic("CNN101", "relu-before-softmax", "relu", Severity.ERROR, filename, place, place)


@pytest.fixture
def backslashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of Windows, in the current folder C:\\work."""
    path = SimpleNamespace(**{name: getattr(ntpath, name) for name in dir(ntpath) if not name.startswith("_")})
    path.abspath = lambda name: ntpath.normpath(ntpath.join("C:\\work", name))
    path.relpath = lambda name, start="C:\\work": ntpath.relpath(path.abspath(name), path.abspath(start))
    for module in (paths, places, discovery):
        monkeypatch.setattr(module, "os", SimpleNamespace(**{**vars(os), "sep": "\\", "path": path}))


@pytest.mark.usefixtures("backslashes")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("src\\net.py", "src/net.py"),
        (".\\src\\net.py", "src/net.py"),
        ("C:\\work\\src\\net.py", "src/net.py"),
        ("c:\\WORK\\src\\net.py", "src/net.py"),
        ("C:\\other\\net.py", "C:/other/net.py"),
        ("D:\\net.py", "D:/net.py"),
    ],
)
def test_code_hosts_are_told_paths_of_theirs(name: str, told: str) -> None:
    outcome = Outcome(diagnostics=[finding(name)], files=1)
    (issue,) = json.loads("".join(reporter("gitlab")(outcome, Options())))
    assert issue["location"]["path"] == told
    assert f"file={told.replace(':', '%3A')}," in "".join(reporter("github")(outcome, Options()))
    if not told.startswith(("C:", "D:")):
        assert baseline._entry(finding(name), "C:\\work").filename == told


@pytest.mark.usefixtures("backslashes")
def test_patterns_are_written_with_slashes_everywhere() -> None:
    patterns = discovery.PathPatterns(["tests/**", "*_old.py", "/top.py"], "C:\\work")
    for name, matches in [
        ("tests\\a\\b.py", True),
        ("C:\\work\\src\\net_old.py", True),
        ("src\\net.py", False),
        ("top.py", True),
        ("src\\top.py", False),
        ("D:\\src\\net_old.py", True),
    ]:
        assert patterns.match(name) is matches, name


def test_colours_are_for_consoles_that_show_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    options = {"color": "auto", "output_file": None}
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert output.color(options)  # a console of Windows has no TERM; click has its sequences understood
    assert not output.color({**options, "output_file": "report.txt"})
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.color(options)
    assert output.color({**options, "color": "always"})
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    assert not output.color(options)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert output.color(options)
