"""The process that reads, from the side of the server: one question at a time, another process where one is lost."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import time
from contextlib import suppress

from cnnlint.lint.pool import starting
from cnnlint.server.questions import Answer, Failed, Question

LIMIT = 60.0
"""Seconds that any answer may take; reading a file has a budget of its own of 8 s (`Limits.seconds`)."""
PATIENCE = 1.0
"""Seconds that a question which nobody waits for any more may go on, at least; else what starting another process took
the last time, which on a busy machine is far more."""


class Workshop:
    """A process of cnnlint's own, started when it is first needed."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        #: when the process was started that has not answered yet, and how long the last one took to
        self._began: float | None = None
        self._patience = PATIENCE

    async def ask(self, question: Question) -> Answer:
        """The answer to a question. One that is cancelled ends soon, so that the next has its turn."""
        async with self._turn:
            exchange = asyncio.ensure_future(asyncio.to_thread(self._exchange, question))
            try:
                done, _ = await asyncio.wait({exchange}, timeout=LIMIT)
            except asyncio.CancelledError:
                done, _ = await asyncio.wait({exchange}, timeout=self._patience)
                if not done:
                    self.close()
                    await exchange
                raise
            if not done:
                self.close()
                await exchange
                return Failed(f"no answer within {LIMIT:.0f} s")
            return exchange.result()

    def _exchange(self, question: Question) -> Answer:
        try:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            pickle.dump(question, process.stdin)
            process.stdin.flush()
            answer: Answer = pickle.load(process.stdout)
            if self._began is not None:
                self._patience = min(max(PATIENCE, time.monotonic() - self._began), LIMIT)
                self._began = None
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            self.close()
            return Failed(f"the process that reads ended: {type(error).__name__}")
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._process
        if process is None or process.poll() is not None:
            command = [sys.executable, "-I", "-X", "utf8", "-c", starting("cnnlint.server.worker")]
            self._began = time.monotonic()
            process = self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return process

    def close(self) -> None:
        """End the process; whoever waits for it is told that it failed."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(OSError):
                process.kill()
            process.wait()
