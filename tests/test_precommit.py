"""The pre-commit hook, tried with pre-commit itself on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]

BAD = """\
import keras

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="relu"),
    keras.layers.Softmax(),
])
"""


def run(*command: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    environment |= {"PRE_COMMIT_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "PRE_COMMIT_COLOR": "never"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "tester", f"GIT_{role}_EMAIL": "tester@example.org"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_manifest(tmp_path: Path) -> None:
    manifest = str(CHECKOUT / ".pre-commit-hooks.yaml")
    done = run(*PRE_COMMIT, "validate-manifest", manifest, folder=tmp_path, home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_hook_on_a_scratch_repository(tmp_path: Path) -> None:
    """The hook is installed from a git repository, as anybody's pre-commit would; it needs a package index."""
    home, hooks, project = tmp_path / "home", tmp_path / "hooks", tmp_path / "project"
    project.mkdir()
    unwanted = shutil.ignore_patterns(
        ".*_cache", ".git", ".venv", "venv", "__pycache__", ".hypothesis", "build", "dist"
    )
    shutil.copytree(CHECKOUT, hooks, ignore=unwanted)
    for folder in (hooks, project):
        run("git", "init", "--quiet", folder=folder, home=home)
    run("git", "add", "--all", folder=hooks, home=home)
    committed = run("git", "commit", "--quiet", "--message", "hooks", folder=hooks, home=home)
    assert committed.returncode == 0, committed.stderr
    revision = run("git", "rev-parse", "HEAD", folder=hooks, home=home).stdout.strip()
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks:\n  - id: cnnlint\n  - id: cnnlint-models\n"
    )
    (project / "model.py").write_text(BAD)
    (project / "other.py").write_text("x = 1\n")
    run("git", "add", "--all", folder=project, home=home)

    failed = run(*PRE_COMMIT, "run", folder=project, home=home)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert ": CNN101 [*] " in failed.stdout
    assert "no files to check" in failed.stdout  # there is no exported model

    (project / "model.py").write_text(BAD.replace('Dense(10, activation="relu")', "Dense(10)"))
    run("git", "add", "--all", folder=project, home=home)
    passed = run(*PRE_COMMIT, "run", folder=project, home=home)
    assert passed.returncode == 0, passed.stdout + passed.stderr
