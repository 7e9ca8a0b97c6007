"""Linting on a Dask cluster that somebody has started: its workers see the same files and have cnnlint installed.

A batch of files is a task. It runs in a process of its own beside the worker (see `pool`), so that nothing of what is
read can be imported there either. What a lost worker had is given to another by Dask; what the cluster does not do at
all is done here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from cnnlint.config import ConfigError
from cnnlint.lint import pool
from cnnlint.lint.discovery import Found, size
from cnnlint.lint.job import Job
from cnnlint.lint.outcome import Outcome

SCHEME = "dask://"
BATCH = 32
"""Files of a task: its process takes as long to start as ten small files to read."""
CONNECT = 10
"""Seconds within which a scheduler has to answer; Dask itself waits for 30."""


def batches(found: Sequence[Found]) -> list[list[int]]:
    """The places of files in batches of about the same cost: the largest are dealt out one by one."""
    count = -(-len(found) // BATCH)
    dealt = sorted(range(len(found)), key=lambda index: size(found[index].path), reverse=True)
    return [dealt[number::count] for number in range(count)]


def lint(job: Job, found: Sequence[Found], address: str) -> Iterator[tuple[int, Outcome]]:
    """Lint files on the cluster at `dask://HOST:PORT`: the place of each in `found` and what came of it.

    ConfigError where Dask is not installed or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ConfigError("--executor dask:// needs the extra cnnlint[dask]") from None
    try:
        client = Client("tcp://" + address.removeprefix(SCHEME), timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        folder = os.getcwd()
        tasks = {
            client.submit(pool.in_turn, job, [found[index] for index in batch], folder, pure=False): batch
            for batch in batches(found)
        }
        for future in as_completed(list(tasks), loop=client.loop):
            batch = tasks.pop(future)
            made = future.result() if future.status == "finished" else [job.lint(found[index]) for index in batch]
            yield from zip(batch, made, strict=True)
