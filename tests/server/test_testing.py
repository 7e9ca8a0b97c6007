"""A finding put to the test from the editor: progress, cancellation, and a verdict that holds as long as its model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the extra cnnlint[lsp] is not installed")
pytest.importorskip("keras", reason="the extra cnnlint[confirm] is not installed")

from lsprotocol import types

from .editor import editor, run

PROVED = """\
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
"""
TRAINED = """\
import keras
model = keras.Sequential([
    keras.Input((28, 28, 1)), keras.layers.Flatten(),
    keras.layers.Dense(10, activation="relu"), keras.layers.Softmax(),
])
model.compile("adam", "sparse_categorical_crossentropy")
"""


@pytest.mark.slow
def test_a_verdict_holds_as_long_as_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLINT_CACHE_DIR", str(tmp_path / "cache"))

    async def work() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", PROVED)
            found = next(item for item in await one.diagnostics(uri) if item.code == "CNN105")
            place = ["CNN105", None, found.range.start.line + 1, found.range.start.character + 1]
            command = types.ExecuteCommandParams("cnnlint.confirm", [uri, *place])
            verdict = await one.client.workspace_execute_command_async(command)
            assert verdict["verdict"] == "proved"  # type: ignore[index, call-overload]

            def told() -> list[str]:
                return [item.message for item in one.published[uri][-1].diagnostics if item.code == "CNN105"]

            def is_told() -> bool:
                return any(verdict["summary"] in message for message in told())  # type: ignore[index, call-overload]

            await one.until(is_told)
            kinds = [step["kind"] if isinstance(step, dict) else step.kind for step in one.progress]
            assert (kinds[0], kinds[-1], "report" in kinds) == ("begin", "end", True)
            # a comment is no other model
            one.change(uri, 2, ((0, 0, 0, 0), "# a comment\n"))
            await one.diagnostics(uri, 2)
            assert is_told()
            # another model is
            one.change(uri, 3, ((2, 0, 2, 0), "pass\n"), (None, PROVED.replace("(4,)", "(5,)")))
            await one.diagnostics(uri, 3)
            assert told()
            assert not is_told()

    run(work())


@pytest.mark.slow
def test_a_test_is_cancelled_from_its_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNLINT_CACHE_DIR", str(tmp_path / "cache"))

    async def work() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", TRAINED)
            found = next(item for item in await one.diagnostics(uri) if item.code == "CNN101")
            place = ["CNN101", None, found.range.start.line + 1, found.range.start.character + 1]
            command = types.ExecuteCommandParams("cnnlint.confirm", [uri, *place])
            asked = asyncio.ensure_future(one.client.workspace_execute_command_async(command))
            await one.until(lambda: [step for step in one.progress if "report" in str(step)], 200)
            one.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(one.tokens[-1]))
            verdict = await asked
            assert verdict["verdict"] == "undecided"  # type: ignore[index, call-overload]
            assert "interrupted" in verdict["summary"]  # type: ignore[index, call-overload]
            # what was not decided is not told of the finding
            one.change(uri, 2, ((0, 0, 0, 0), "\n"))
            assert "interrupted" not in str(await one.diagnostics(uri, 2))

    run(work())
