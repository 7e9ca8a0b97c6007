"""Reading on a Dask cluster: the same report, also where a worker is lost."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnnlint.cli import main
from cnnlint.config import Settings
from cnnlint.lint import cluster
from cnnlint.lint.discovery import Found
from cnnlint.lint.job import Job

FAULTY = "import keras\nm = keras.Sequential([keras.layers.Dense({0}, activation='relu'), keras.layers.Softmax()])\n"


@pytest.mark.parametrize("count", [0, 1, 31, 33, 1_000, 100_000])
def test_every_file_is_in_one_batch(count: int) -> None:
    found = [Found(f"nowhere/{number}.py", False) for number in range(count)]
    batches = cluster.batches(found)
    assert sorted(index for batch in batches for index in batch) == list(range(count))
    assert all(len(batch) <= cluster.BATCH for batch in batches)
    assert len(batches) == -(-count // cluster.BATCH)


def test_no_scheduler_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 1)
    (tmp_path / "a.py").write_text(FAULTY.format(3))
    done = CliRunner().invoke(main, ["--isolated", "--executor", "dask://127.0.0.1:1", str(tmp_path)])
    assert done.exit_code == 2
    assert "no Dask scheduler answers at dask://127.0.0.1:1" in done.output
    done = CliRunner().invoke(main, ["--isolated", "--executor", "127.0.0.1:1", str(tmp_path)])
    assert done.exit_code == 2
    assert "dask://cluster:8786" in done.output


@pytest.mark.slow
def test_a_lost_worker_loses_nothing(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    for number in range(6 * cluster.BATCH):
        (tmp_path / f"{number}.py").write_text(FAULTY.format(number + 2))
    (tmp_path / "random.py").write_text("raise SystemExit('code of the folder was run')\n")
    found = [Found(str(path), False) for path in sorted(tmp_path.glob("*.py"))]
    job = Job(Settings(), (str(tmp_path),))
    expected = [job.lint(one).diagnostics for one in found]
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    made = {}
    with distributed.LocalCluster(**options, local_directory=str(tmp_path / "dask")) as workers:
        address = workers.scheduler_address.replace("tcp://", cluster.SCHEME)
        for index, outcome in cluster.lint(job, found, address):
            if not made:
                os.kill(workers.workers[0].pid, signal.SIGKILL)
            made[index] = outcome.diagnostics
    assert [made[index] for index in range(len(found))] == expected
    assert any(expected)
