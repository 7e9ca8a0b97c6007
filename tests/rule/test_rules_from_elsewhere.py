"""Rules that are not cnnlint's own: an installed package's, found by entry point, and a project's, in its folders."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import textwrap
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from distributions import wheel

from cnnlint.cli import main

pytest.importorskip("pip")

ROOT = Path(__file__).parents[2]
MODEL = """\
from keras import Sequential, layers

model = Sequential([
    layers.Input((20,)),
    layers.Dense(5000, activation="relu"),
    layers.Dense(10, activation="relu"),
    layers.Softmax(),
])
"""
RULE = '''\
"""Acme's own."""

from cnnlint.diagnostics import Severity
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, SetArgument
from cnnlint.rule import Finding, Rule

from .limits import WIDEST


class WideDense(Rule):
    """A dense layer that is wider than Acme's machines like.

    ## What it does
    Finds dense layers with more units than are allowed.
    """

    code = "ACM100"
    name = "wide-dense"
    severity = Severity.WARNING
    summary = "A dense layer that is too wide"
    applies_to = "Keras 3"
    experiment = NotTestable("a matter of machines")

    def check_model(self, model):
        for node in model:
            units = node.value("units")
            if node.kind == "Dense" and units is not None and units > WIDEST:
                remedy = Remedy(f"make it {WIDEST} wide", (SetArgument(node, "units", WIDEST),))
                yield Finding(f"{node.name} has {units} units", node.origin, model, node, remedy=remedy)
'''
PACKAGE = {
    "acme_rules/__init__.py": "",
    "acme_rules/limits.py": "WIDEST = 4096\n",
    "acme_rules/dense/__init__.py": "",
    "acme_rules/dense/wide.py": RULE.replace("from .limits", "from ..limits"),
}


def pip_install(python: Path, built: Path, *options: str) -> None:
    """Install a built distribution, from nowhere but the file itself."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--disable-pip-version-check",
            *options,
            str(built),
        ],
        check=True,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment that has cnnlint, and Acme's package installed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", symlinks=os.name != "nt")
    binaries = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    interpreter = binaries / ("python.exe" if os.name == "nt" else "python")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([interpreter, "-c", asked], check=True, capture_output=True, text=True).stdout.strip()
    # cnnlint and what it stands on are those of this run
    seen = [str(ROOT), str(ROOT / "rules"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    Path(packages, "this_run.pth").write_text("\n".join(dict.fromkeys(seen)) + "\n")
    built = wheel(folder / "dist", "acme_rules", PACKAGE, "[cnnlint.rules]\nacme = acme_rules\n")
    pip_install(interpreter, built)
    return interpreter


def run(python: Path, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`cnnlint ...` in that environment and folder."""
    return subprocess.run(
        [str(python), "-m", "cnnlint", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": "", **environment},
    )


def codes(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode in (0, 1), done.stderr
    return [diagnostic["code"] for diagnostic in json.loads(done.stdout)["diagnostics"]]


def linted(python: Path, folder: Path, *arguments: str) -> list[str]:
    return codes(run(python, folder, "model.py", "--format", "json", *arguments))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.cnnlint]\n")
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


# --- an installed package ---------------------------------------------------------------------------------------


def test_installed_rules_are_listed_and_explained(python: Path, project: Path) -> None:
    listed = json.loads(run(python, project, "--list-rules", "--format", "json").stdout)
    (entry,) = [entry for entry in listed if entry["code"] == "ACM100"]
    assert (entry["name"], entry["severity"], entry["default"]) == ("wide-dense", "warning", True)
    assert entry["applies_to"] == "Keras 3"
    assert listed[0]["code"] == "ACM100"  # in the order of codes, beside cnnlint's own
    assert "CNN101" in {entry["code"] for entry in listed}
    text = run(python, project, "--list-rules").stdout
    assert any(line.split()[:3] == ["ACM100", "wide-dense", "warning"] for line in text.splitlines())
    explained = run(python, project, "--explain", "wide-dense").stdout
    assert "Finds dense layers with more units than are allowed." in explained


def test_installed_rules_find(python: Path, project: Path) -> None:
    done = run(python, project, "model.py", "--format", "full")
    assert done.returncode == 1
    assert "model.py:5:5: ACM100 wide-dense [warning] [*]\n  dense has 5000 units\n" in done.stdout
    assert sorted(linted(python, project)) == ["ACM100", "CNN101"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--select", "ACM100"], ["ACM100"]),
        (["--select", "ACM"], ["ACM100"]),
        (["--select", "wide-dense"], ["ACM100"]),
        (["--select", "CNN1"], ["CNN101"]),
        (["--ignore", "wide-dense"], ["CNN101"]),
    ],
)
def test_installed_rules_are_selected(python: Path, project: Path, options: list[str], expected: list[str]) -> None:
    assert linted(python, project, *options) == expected


def test_installed_rules_are_configured(python: Path, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.cnnlint]\nselect = ["ACM"]\nseverity = { ACM100 = "error" }\n')
    report = json.loads(run(python, project, "model.py", "--format", "json").stdout)
    assert [(d["code"], d["severity"]) for d in report["diagnostics"]] == [("ACM100", "error")]
    (project / "pyproject.toml").write_text('[tool.cnnlint.per-file-ignores]\n"model.py" = ["ACM"]\n')
    assert linted(python, project) == ["CNN101"]


@pytest.mark.parametrize("comment", ["# cnnlint: ignore[ACM100]", "# cnnlint: ignore[wide-dense]"])
def test_installed_rules_are_suppressed(python: Path, project: Path, comment: str) -> None:
    suppressed = MODEL.replace('5000, activation="relu"),', f'5000, activation="relu"),  {comment}')
    (project / "model.py").write_text(suppressed)
    assert linted(python, project) == ["CNN101"]
    (project / "model.py").write_text(suppressed.replace("5000", "500"))
    assert sorted(linted(python, project)) == ["CNN101", "CNN902"]


def test_remedies_of_installed_rules_are_written(python: Path, project: Path) -> None:
    done = run(python, project, "model.py", "--fix", "--unsafe-fixes", "--select", "ACM100")
    assert done.returncode == 0, done.stderr
    assert (project / "model.py").read_text() == MODEL.replace("5000", "4096")


def test_installed_rules_run_in_worker_processes(python: Path, project: Path) -> None:
    for number in range(45):
        (project / f"model_{number}.py").write_text(MODEL)
    assert codes(run(python, project, ".", "--format", "json", "--select", "ACM")) == ["ACM100"] * 46


LIMITS = {"broken/limits.py": "WIDEST = 1\n"}
BROKEN = [
    ({"broken/__init__.py": "import no_such_module\n"}, "broken = broken", "No module named 'no_such_module'"),
    ({"broken/__init__.py": "raise SystemExit(0)\n"}, "broken = broken", "SystemExit"),
    ({"broken/__init__.py": "def oops(:\n"}, "broken = broken", "SyntaxError"),
    ({"broken/__init__.py": ""}, "broken = missing", "No module named 'missing'"),
    ({"broken/__init__.py": ""}, "broken = broken:RULES", "broken:RULES"),
    ({"broken/__init__.py": RULE, **LIMITS}, "broken = broken", "called ACM100"),
    (
        {"broken/__init__.py": RULE.replace("ACM100", "CNN101").replace("wide-dense", "broken"), **LIMITS},
        "broken = broken",
        "two rules are called CNN101",
    ),
    (
        {"broken/__init__.py": RULE.replace("    summary = ", "    title = "), **LIMITS},
        "broken = broken",
        "broken.WideDense lacks summary",
    ),
]


@pytest.mark.parametrize(("files", "entry_point", "message"), BROKEN)
def test_broken_package(
    python: Path, project: Path, tmp_path: Path, files: dict[str, str], entry_point: str, message: str
) -> None:
    """One sentence that names the package or its class, exit status 2, and no traceback."""
    built = wheel(tmp_path / "dist", "broken", files, f"[cnnlint.rules]\n{entry_point}\n")
    pip_install(python, built, "--target", str(tmp_path / "more"))
    for arguments in (["model.py"], ["--list-rules"]):
        done = run(python, project, *arguments, PYTHONPATH=str(tmp_path / "more"))
        assert done.returncode == 2
        assert done.stdout == ""
        assert message in done.stderr
        assert "broken" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_rule_that_fails_costs_its_own_findings_alone(python: Path, project: Path, tmp_path: Path) -> None:
    failing = RULE.replace("ACM100", "BRK100").replace("wide-dense", "breaks").replace("> WIDEST", "> WIDEST['oops']")
    built = wheel(
        tmp_path / "dist", "broken", {"broken/__init__.py": failing, **LIMITS}, "[cnnlint.rules]\nbroken = broken\n"
    )
    pip_install(python, built, "--target", str(tmp_path / "more"))
    done = run(python, project, "model.py", PYTHONPATH=str(tmp_path / "more"))
    assert done.returncode == 2
    assert "BRK100 breaks failed: TypeError" in done.stdout
    assert "ACM100" in done.stdout
    assert "CNN101" in done.stdout


# --- a project's own folders ------------------------------------------------------------------------------------


@pytest.fixture
def own(project: Path) -> Path:
    """A project with a folder of rules of its own."""
    (project / "pyproject.toml").write_text('[tool.cnnlint]\nrules = ["lint_rules/"]\n')
    (project / "lint_rules").mkdir()
    (project / "lint_rules" / "wide.py").write_text(RULE)
    (project / "lint_rules" / "limits.py").write_text("open(__file__ + '.imported', 'w').close()\nWIDEST = 4096\n")
    (project / "src").mkdir()
    (project / "model.py").rename(project / "src" / "model.py")
    return project


def cnnlint(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def found(result: Result) -> list[Any]:
    return sorted(diagnostic["code"] for diagnostic in json.loads(result.stdout)["diagnostics"])


def imported(project: Path) -> bool:
    return (project / "lint_rules" / "limits.py.imported").exists()


def test_a_folder_is_relative_to_the_pyproject(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (own, own / "src"):
        monkeypatch.chdir(folder)
        result = cnnlint(own / "src", "--format", "json")
        assert found(result) == ["ACM100", "CNN101"]
        assert result.stderr == f"cnnlint: loading the rules in lint_rules/, as {own / 'pyproject.toml'} asks\n"
    assert imported(own)
    assert "ACM100" in cnnlint("--list-rules").stdout
    assert "Finds dense layers" in cnnlint("--explain", "ACM100").stdout
    assert found(cnnlint("model.py", "--format", "json", "--select", "ACM1")) == ["ACM100"]


def _elsewhere(own: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(own.anchor)
    return [str(own / "src")]


def _in_a_repository_of_its_own(own: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (own / "src" / ".git").mkdir()
    monkeypatch.chdir(own / "src")
    return ["."]


def _folder_outside(own: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    outside = own.parent / f"{own.name}_rules"
    (own / "lint_rules").rename(outside)
    (own / "lint_rules").symlink_to(outside)
    monkeypatch.chdir(own)
    return ["src"]


def _of_another_user(own: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(own)
    monkeypatch.setattr("os.getuid", lambda: os.stat(own).st_uid + 1)
    return ["src"]


def _standard_input(own: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(own)
    return ["-", "--stdin-filename", "src/model.py"]


@pytest.mark.skipif(os.name == "nt", reason="links, owners")
@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (_elsewhere, "the current folder is not in that project"),
        (_in_a_repository_of_its_own, "is another one"),
        (_folder_outside, "is not below"),
        (_of_another_user, "belongs to another user"),
        (_standard_input, "standard input loads no rules"),
    ],
)
def test_what_is_named_never_decides_what_is_run(
    own: Path, monkeypatch: pytest.MonkeyPatch, arrange: Callable[[Path, pytest.MonkeyPatch], list[str]], reason: str
) -> None:
    result = CliRunner().invoke(main, [*arrange(own, monkeypatch), "--format", "json"], input=MODEL)
    assert found(result) == ["CNN101"]
    assert "are not loaded" in result.stderr
    assert reason in result.stderr
    assert not any(list(folder.rglob("*.imported")) for folder in (own, own.parent / f"{own.name}_rules"))


@pytest.mark.parametrize("arguments", [[], ["--list-rules"], ["--fix"], ["--select", "CNN"]])
def test_isolated_imports_nothing(own: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(own)
    result = cnnlint("src", "--isolated", *arguments)
    assert result.exit_code in (0, 1)
    assert "ACM100" not in result.output
    assert not imported(own)


def test_what_is_linted_is_never_imported(own: Path) -> None:
    """Rules are trusted, programs are not: a folder of rules that is linted, without being configured, is only read."""
    (own / "pyproject.toml").write_text("[tool.cnnlint]\n")
    assert found(cnnlint(own, "--format", "json")) == ["CNN101"]
    assert not imported(own)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pyproject.toml": '[tool.cnnlint]\nrules = ["no_such_folder"]\n'}, "no_such_folder does not exist"),
        ({"pyproject.toml": '[tool.cnnlint]\nrules = ["src/model.py"]\n'}, "model.py is not a folder"),
        ({"pyproject.toml": '[tool.cnnlint]\nrules = ["src"]\n'}, "src cannot be loaded: cnnlint_project_rules"),
        ({"pyproject.toml": '[tool.cnnlint]\nrules = "lint_rules"\n'}, "rules has to be a list of strings"),
        ({"lint_rules/wide.py": ""}, "lint_rules holds no rules"),
        ({"lint_rules/limits.py": "import no_such_module\n"}, "No module named 'no_such_module'"),
        ({"lint_rules/limits.py": "raise SystemExit\n"}, "SystemExit"),
        ({"lint_rules/wide.py": RULE.replace("ACM100", "CNN101")}, "two rules are called CNN101"),
        ({"lint_rules/wide.py": RULE.replace("wide-dense", "double-softmax")}, "two rules are called double-softmax"),
        ({"lint_rules/again.py": RULE}, "two rules are called ACM100"),
        ({"lint_rules/wide.py": RULE.replace("ACM100", "acm")}, "has the code 'acm'"),
    ],
)
def test_broken_folder(own: Path, change: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own)
    (own / "src" / "model.py").write_text(f"import no_such_framework\n{MODEL}")
    for path, text in change.items():
        (own / path).write_text(textwrap.dedent(text))
    result = cnnlint(own / "src")
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert "ACM100" not in cnnlint(own / "src", "--isolated").output


@pytest.mark.parametrize("page", ["docs/writing-a-rule.md", "CONTRIBUTING.md"])
def test_documentation_says_that_rules_are_trusted_code(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert 'rules = ["lint_rules/"]' in text
    assert "cnnlint.rules" in text
    assert "trust" in text
    assert "--isolated" in text


def test_the_example_of_the_documentation_is_a_rule(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    (project / "lint_rules").mkdir()
    (project / "lint_rules" / "wide_dense.py").write_text(example)
    (project / "pyproject.toml").write_text('[tool.cnnlint]\nrules = ["lint_rules/"]\n')
    assert found(cnnlint(project / "model.py", "--format", "json")) == ["ACM100", "CNN101"]
