"""Which files are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnnlint.config import Settings
from cnnlint.configured import Closest
from cnnlint.lint import discovery as files
from cnnlint.lint.discovery import PathPatterns, TreeLoader
from cnnlint.readers.reading import Problem


def tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def names(folder: Path, *paths: str, **options: object) -> list[str]:
    settings = Settings(**options)  # type: ignore[arg-type]
    found = files.discover([str(folder / path) for path in paths] or [str(folder)], settings)
    return [os.path.relpath(item.path, folder).replace(os.sep, "/") for item in found if item.problem is None]


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "b.py",
        "a/z.py",
        "a/y.ipynb",
        "c.onnx",
        "d.keras",
        "e.txt",
        "a.pyc",
        ".venv/x.py",
        "a/__pycache__/q.py",
    )
    assert names(tmp_path) == ["b.py", "c.onnx", "d.keras", "a/y.ipynb", "a/z.py"]


def test_named_files_are_always_read(tmp_path: Path) -> None:
    tree(tmp_path, "script", "venv/x.py")
    assert names(tmp_path, "script", "venv/x.py", "venv/x.py") == ["script", "venv/x.py"]
    assert names(tmp_path, "venv") == ["venv/x.py"]


def test_excludes_are_relative_to_the_root(tmp_path: Path) -> None:
    tree(tmp_path, "src/legacy/a.py", "src/b.py", "legacy/c.py")
    assert names(tmp_path, exclude=("/legacy/",), root=str(tmp_path)) == ["src/b.py", "src/legacy/a.py"]
    assert names(tmp_path, "src", exclude=("legacy",), root=str(tmp_path)) == ["src/b.py"]
    assert names(tmp_path, "legacy/c.py", exclude=("legacy",), root=str(tmp_path)) == ["legacy/c.py"]


def test_each_file_has_the_settings_closest_to_it(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "old/b.py", "sub/c.py", "sub/old/d.py", "sub/out/e.py", "deep/er/f.py")
    (tmp_path / "pyproject.toml").write_text("[tool.cnnlint]\nexclude = ['old/']\nignore = ['CNN101']\n")
    (tmp_path / "sub" / "cnnlint.toml").write_text("exclude = ['out/']\nignore = ['CNN102']\n")
    found = {
        os.path.relpath(one.path, tmp_path): one.settings.ignore for one in files.discover([str(tmp_path)], Closest())
    }
    # what the project excludes is entered where a closer configuration does not
    assert found == {
        "a.py": ("CNN101",),
        "deep/er/f.py": ("CNN101",),
        "sub/c.py": ("CNN102",),
        "sub/old/d.py": ("CNN102",),
    }


def test_gitignore(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "gen/b.py", "gen/keep.py", "sub/c.py", "sub/d.py", "sub/gen/e.py")
    (tmp_path / ".gitignore").write_text("# generated\ngen/*\n!keep.py\n!\n")
    (tmp_path / "sub" / ".gitignore").write_text("d.py\n")
    assert names(tmp_path) == ["a.py", "gen/keep.py", "sub/c.py", "sub/gen/e.py"]


def test_gitignore_above_counts_within_a_repository(tmp_path: Path) -> None:
    tree(tmp_path, "src/a.py", "src/out/b.py", "out/c.py")
    (tmp_path / ".gitignore").write_text("out/\n")
    assert names(tmp_path, "src") == ["src/a.py", "src/out/b.py"]
    (tmp_path / ".git").mkdir()
    assert names(tmp_path, "src") == ["src/a.py"]
    assert names(tmp_path, "out") == ["out/c.py"]  # who names a folder wants it read


def test_links(tmp_path: Path) -> None:
    tree(tmp_path, "real/a.py")
    (tmp_path / "real" / "back").symlink_to(tmp_path)
    (tmp_path / "zlink").symlink_to(tmp_path / "real")
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / ".#lock.py").symlink_to("user@host")
    found = {os.path.relpath(item.path, tmp_path): item.problem for item in files.discover([str(tmp_path)])}
    assert found.pop("real/a.py") is None
    loop = found.pop("real/back")
    assert loop is not None
    assert loop.partial
    assert "leads back" in loop.message
    assert {name: problem.kind for name, problem in found.items() if problem} == {
        "self.py": "missing",
        "gone.py": "missing",
    }
    assert len(found) == 2


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for path in (tmp_path / "pipe.py", tmp_path / "missing.py", "nul\0.py"):
        (found,) = files.discover([str(path)])
        assert found.problem is not None
        assert found.problem.kind == "missing"
        assert isinstance(files.read(str(path)), Problem)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path: Path) -> None:
    tree(tmp_path, "a.py")
    (tmp_path / "a.py").chmod(0)
    problem = files.read(str(tmp_path / "a.py"))
    assert isinstance(problem, Problem)
    assert "permission" in problem.message


def test_deep_folders(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(300):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("")
    assert len(files.discover([str(tmp_path)])) == 1


def test_loader_stays_in_its_tree(tmp_path: Path) -> None:
    tree(tmp_path, "in/a.py", "in/data.txt", "out/b.py")
    (tmp_path / "in" / "link.py").symlink_to(tmp_path / "out" / "b.py")
    load = TreeLoader([str(tmp_path / "in")])
    assert load(str(tmp_path / "in" / "a.py")) == b"x = 1\n"
    for name in ("in/data.txt", "in/link.py", "in/none.py", "in/../out/b.py", "in"):
        assert load(str(tmp_path / name)) is None


def test_tree_of_a_file_is_its_project(tmp_path: Path) -> None:
    tree(tmp_path, "p/pkg/a.py", "q/b.py")
    (tmp_path / "p" / "pyproject.toml").write_text("")
    roots = files.tree_roots([str(tmp_path / "p" / "pkg" / "a.py"), str(tmp_path / "q" / "b.py")])
    assert roots[0] == str(tmp_path / "p")
    # outside of a project, its folder (unless the whole temporary folder lies in one)
    assert str(tmp_path / "q").startswith(roots[1])


def test_patterns_for_files(tmp_path: Path) -> None:
    patterns = PathPatterns(["tests/**", "*_old.py"], str(tmp_path))
    assert patterns.match(str(tmp_path / "tests" / "a.py"))
    assert patterns.match(str(tmp_path / "src" / "net_old.py"))
    assert not patterns.match(str(tmp_path / "src" / "net.py"))
