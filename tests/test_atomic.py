"""Files that take the place of others: names of any length, hard links, and what killed runs leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnnlint import atomic
from cnnlint.fixes.files import write_atomically


def test_a_name_as_long_as_names_get(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 252 + ".py")
    path.write_bytes(b"a")
    write_atomically(path, b"a", b"b")
    assert path.read_bytes() == b"b"
    assert len(list(tmp_path.iterdir())) == 1


def test_one_of_several_hard_links_is_left_alone(tmp_path: Path) -> None:
    path, other = tmp_path / "a.py", tmp_path / "b.py"
    path.write_bytes(b"a")
    os.link(path, other)
    with pytest.raises(OSError, match="hard links"):
        write_atomically(path, b"a", b"b")
    assert path.read_bytes() == other.read_bytes() == b"a"
    assert os.path.samefile(path, other)


def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from cnnlint import atomic\n"
        "atomic.put(Path(sys.argv[1]), b'x', lambda name: os.kill(os.getpid(), signal.SIGKILL))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.py")], env=environment, check=False)
    (left,) = tmp_path.iterdir()
    assert atomic.LEFT.fullmatch(left.name)
    mine = tmp_path / f".cnnlint-{os.getpid()}-abc.tmp"
    old = tmp_path / f".cnnlint-{os.getpid()}-old.tmp"
    others = [tmp_path / name for name in (".cnnlint-notes.tmp", "a.tmp", ".cnnlint-1-x.txt")]
    for path in (mine, old, *others):
        path.write_text("")
    long_ago = time.time() - 7_200
    for path in (old, *others):
        os.utime(path, (long_ago, long_ago))
    atomic.sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([mine, *others])
