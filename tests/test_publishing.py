"""What is published: the distribution, the action, the template, the forms, the editor's extension."""

from __future__ import annotations

import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import distributions
import pytest

from cnnlint.server.preferences import Preferences
from cnnlint.version import __version__

ROOT = Path(__file__).parent.parent
EXTENSION = ROOT / "editors" / "vscode"


def _schema(name: str) -> dict[str, Any]:
    """A schema of SchemaStore, as it comes with check-jsonschema of the extra `test`."""
    pytest.importorskip("check_jsonschema", reason="the schemas are not installed")
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return dict(json.loads((folder / f"{name}.json").read_text()))


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("action.yml", "github-actions"),
        ("ci/gitlab.yml", "gitlab-ci"),
        (".github/ISSUE_TEMPLATE/config.yml", "github-issue-config"),
        *((f".github/ISSUE_TEMPLATE/{name}.yml", "github-issue-forms") for name in ("bug", "missed", "false-alarm")),
    ],
)
def test_what_code_hosts_read_is_what_they_take(file: str, schema: str) -> None:
    import jsonschema
    import yaml

    jsonschema.validate(yaml.safe_load((ROOT / file).read_text()), _schema(schema))


def test_the_hooks_are_what_pre_commit_takes(tmp_path: Path) -> None:
    """`test_newcomer` installs and runs them."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _script(file: str, name: str) -> str:
    """The commands of a step of the action."""
    import yaml

    steps = yaml.safe_load((ROOT / file).read_text())["runs"]["steps"]
    return str(next(step["run"] for step in steps if step.get("name") == name))


@pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are for bash")
def test_the_actions_steps(tmp_path: Path) -> None:
    """Run as GitHub does, with the checkout's own command in the place of the installed one."""
    distributions.command(tmp_path / "bin")
    (tmp_path / "model.py").write_text(
        "import keras\nm = keras.Sequential([keras.layers.Dense(9, activation='relu'), keras.layers.Softmax()])\n"
    )
    environment = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PATHS": ".",
        "ARGS": "--select CNN101",
        "SARIF": "out.sarif",
    }

    def step(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", _script("action.yml", name)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert step("SARIF").returncode == 0
    assert len(json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]) == 1
    lint = step("Lint")
    assert (lint.returncode, lint.stdout.count("::error file=model.py")) == (1, 1)


def test_the_extension_offers_what_the_server_takes() -> None:
    import msgspec

    package = json.loads((EXTENSION / "package.json").read_text())
    settings = package["contributes"]["configuration"]["properties"]
    names = {f"cnnlint.{field.encode_name}" for field in msgspec.structs.fields(Preferences)}
    assert settings.keys() == names | {"cnnlint.command"}
    for name, default in msgspec.to_builtins(Preferences()).items():
        assert settings[f"cnnlint.{name}"]["default"] == (list(default) if isinstance(default, tuple) else default)
    assert package["version"] == __version__


def test_versions_that_are_written_elsewhere_agree() -> None:
    told = {
        f"{page.name}: {version}"
        for page in (ROOT / "docs" / "ci.md", ROOT / "ci" / "gitlab.yml", ROOT / "docs" / "editors.md")
        for version in re.findall(
            r"(?:cnnlint@v|rev: v|cnnlint/v|VERSION: \"|cnnlint-)(\d+\.\d+\.\d+)", page.read_text()
        )
    }
    assert told == {f"{name}: {__version__}" for name in ("ci.md", "gitlab.yml", "editors.md")}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_the_extension_is_packed(tmp_path: Path) -> None:
    copy = tmp_path / "vscode"
    shutil.copytree(EXTENSION, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    for arguments in (["install", "--no-audit", "--no-fund"], ["run", "package"]):
        done = subprocess.run(["npm", *arguments], cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(copy / f"cnnlint-{__version__}.vsix") as archive:
        names = archive.namelist()
    assert {"extension/dist/extension.js", "extension/package.json"} <= set(names)
    assert not [name for name in names if "node_modules" in name]
