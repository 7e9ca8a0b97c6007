"""Fixes that prove themselves: what is offered, what is refused, what a file keeps."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cnnlint import fixes
from cnnlint.cli import main
from cnnlint.config import Settings
from cnnlint.diagnostics import Fix, Location, TextEdit
from cnnlint.fixes import proving as mending
from cnnlint.fixes.patching import patch
from cnnlint.graph import Node
from cnnlint.graph.sameness import same
from cnnlint.lint import many_files as runs
from cnnlint.lint.one_file import lint_bytes, linter
from cnnlint.rule.remedies import Remedy, SetArgument

SETTINGS = Settings()
BAD = """\
import keras  # é
from keras import layers

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(8, 3),  # first
    layers.MaxPooling2D(),
    layers.Conv2D(8, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="relu"),  # scores
    layers.Softmax(),
])
"""


def mend(name: str, *, unsafe: bool = True) -> mending.Mended:
    return mending.mend(runs.lint_paths([name], SETTINGS), SETTINGS, [name], {}, unsafe=unsafe)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.py"
    path.write_text(BAD, encoding="utf-8")
    return path


def codes(path: Path) -> list[str]:
    return [diagnostic.code for diagnostic in runs.lint_paths([str(path)], SETTINGS).diagnostics]


def test_safe_fixes_alone_unless_asked(file: Path) -> None:
    file.write_text(BAD.replace("    layers.Flatten", "    layers.ReLU(),\n    layers.Flatten"))
    assert codes(file) == ["CNN102", "CNN104", "CNN101"]
    safe = mend(str(file), unsafe=False)
    # without the second of two relus the network computes what it did; one with another activation trains otherwise
    assert safe.count == 1
    assert safe.sentence("was") == "1 finding was fixed in 1 file. With --unsafe-fixes there may be more."
    assert mend(str(file)).count == 3
    assert codes(file) == ["CNN102", "CNN104", "CNN101"]
    assert safe.write() == []
    assert codes(file) == ["CNN102", "CNN101"]
    assert "# scores" in file.read_text()


def test_applying_twice_changes_nothing_more(file: Path) -> None:
    mend(str(file)).write()
    once = file.read_bytes()
    assert codes(file) == []
    again = mend(str(file))
    assert (again.count, again.after, again.diff(), again.sentence("x")) == (0, {}, b"", "Nothing to fix.")
    assert file.read_bytes() == once


def test_the_time_for_fixes_is_bounded_and_what_is_left_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "_MENDING_SECONDS", 0.0)
    trials = []

    def refused(*_: object) -> None:
        trials.append(1)
        burnt = time.thread_time()
        while time.thread_time() - burnt < 0.002:
            pass

    monkeypatch.setattr(mending, "_proven", refused)
    mended = mend(str(file))
    assert len(trials) == 1
    assert mended.hurried == [str(file)]
    assert "Nothing to fix. The time ran out before all fixes of" in mended.sentence("were")
    run = CliRunner().invoke(main, ["--isolated", "--no-cache", "--fix", "--unsafe-fixes", str(file)])
    assert "The time ran out before all fixes of" in run.output


def test_a_safe_fix_that_is_not_sound_is_none_that_is_held_back(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mend(str(file)).write()
    file.write_text(file.read_text().replace("    layers.Flatten", "    layers.ReLU(),\n    layers.Flatten"))
    assert codes(file) == ["CNN104"]
    monkeypatch.setattr(mending, "prove", lambda *args: None)
    assert mend(str(file), unsafe=False).sentence("were") == "Nothing to fix."


def in_mixed_line_ends(text: str) -> str:
    """Line feeds, carriage returns and both, in turn."""
    *lines, last = text.split("\n")
    return "".join(line + ("\n", "\r\n", "\r")[index % 3] for index, line in enumerate(lines)) + last


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "byte-order mark": lambda text: text.encode("utf-8-sig"),
    "byte-order mark and cookie": lambda text: ("# coding: utf-8\n" + text).encode("utf-8-sig"),
    "byte-order mark and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "mixed line ends": lambda text: in_mixed_line_ends(text).encode(),
    "latin-1": lambda text: ("# -*- coding: latin-1 -*-\n" + text).encode("latin-1"),
    "cookie in the second line": lambda text: f"#!/bin/python\n# vim: coding=cp1252 :\n{text}# €\n".encode("cp1252"),
    "Shift JIS": lambda text: ("# coding: shift_jis\n" + text.replace("é", "日本語")).encode("shift_jis"),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "tabs": lambda text: text.replace("    ", "\t").encode(),
    "separators that end no line": lambda text: text.replace("é", "\f\x0b\x85\u2028 \N{GRINNING FACE}").encode(),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_what_a_file_keeps(file: Path, encode: Callable[[str], bytes]) -> None:
    file.write_bytes(encode(BAD))
    file.chmod(0o640)
    mended = mend(str(file))
    assert mended.count == 2
    assert mended.write() == []
    fixed = BAD.replace("Conv2D(8, 3),", "Conv2D(8, 3, activation='relu'),")
    fixed = fixed.replace(', activation="relu"),  # scores', "),  # scores")
    assert file.read_bytes().replace(b'"', b"'") == encode(fixed).replace(b'"', b"'")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert mend(str(file)).count == 0


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_permissions_survive(file: Path, mode: int) -> None:
    file.chmod(mode)
    mended = mend(str(file))
    assert mended.write() == []
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert codes(file) == []


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16"),
        lambda text: ("# coding: utf-16\n" + text).encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("latin-1"),
        lambda text: ("# coding: no-such-encoding\n" + text).encode(),
        lambda text: ("# coding: latin-1\n" + text).encode("utf-8-sig"),
    ],
    ids=["UTF-16", "UTF-16 that says so", "UTF-16 without mark", "latin-1 without cookie", "unknown", "two claims"],
)
def test_what_cannot_be_read_is_left_alone(file: Path, encode: Callable[[str], bytes]) -> None:
    file.write_bytes(encode(BAD))
    assert codes(file) == ["CNN901"]
    mended = mend(str(file))
    assert (mended.count, mended.after, mended.write()) == (0, {}, [])
    assert file.read_bytes() == encode(BAD)


def test_what_the_encoding_cannot_hold_is_not_written() -> None:
    before = ("# coding: latin-1\n" + BAD).encode("latin-1")
    result = lint_bytes("net.py", before, SETTINGS)
    assert patch(result.reading, before, [TextEdit("é", Location(1, 1), Location(1, 1))]) is not None
    assert patch(result.reading, before, [TextEdit("€", Location(1, 1), Location(1, 1))]) is None


@pytest.mark.parametrize("name", ["net.py", "net.ipynb"])
def test_a_file_that_changed_is_left_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(BAD if name.endswith(".py") else notebook(BAD), encoding="utf-8")
    mended = mend(str(path))
    assert mended.count == 2
    changed = path.read_bytes() + b"\n"
    path.write_bytes(changed)
    (error,) = mended.write()
    assert error.filename == str(path)
    assert "the fixes were not written" in error.message
    assert "changed" in error.message
    assert path.read_bytes() == changed
    assert os.listdir(tmp_path) == [name]


def test_a_file_that_is_gone_stays_gone(file: Path) -> None:
    mended = mend(str(file))
    file.unlink()
    (error,) = mended.write()
    assert "No such file" in error.message
    assert not file.exists()


def test_one_file_that_changed_does_not_keep_others_from_being_written(file: Path) -> None:
    other = file.with_name("other.py")
    other.write_text(BAD, encoding="utf-8")
    folder = str(file.parent)
    mended = mending.mend(runs.lint_paths([folder], SETTINGS), SETTINGS, [folder], {}, unsafe=True)
    assert len(mended.after) == 2
    file.write_text("x = 1\n")
    assert len(mended.write()) == 1
    assert codes(other) == []


def test_the_command_says_what_was_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing, an editor saves the file."""
    write = fixes.write_atomically

    def saved_by_others(path: str, before: bytes, after: bytes) -> None:
        file.write_text("# saved by an editor\n")
        write(path, before, after)

    monkeypatch.setattr("cnnlint.fixes.write_atomically", saved_by_others)
    result = CliRunner().invoke(main, ["--fix", "--unsafe-fixes", str(file)])
    assert result.exit_code == 2
    assert "changed" in result.output
    assert file.read_text() == "# saved by an editor\n"


def test_a_file_that_may_not_be_written(file: Path) -> None:
    """Not even by root, who could."""
    file.chmod(0o440)
    before = file.read_bytes()
    (error,) = mend(str(file)).write()
    assert "denied" in error.message
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o440


def test_a_link_stays_a_link(file: Path) -> None:
    real = file.rename(file.with_name("real.py"))
    real.chmod(0o640)
    file.symlink_to(real.name)
    mended = mend(str(file))
    assert mended.count == 2
    assert mended.write() == []
    assert os.readlink(file) == "real.py"
    assert codes(real) == codes(file) == []
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_file_and_a_link_to_it_are_one_file(file: Path) -> None:
    file.with_name("also.py").symlink_to(file.name)
    file.with_name("broken.py").symlink_to("nowhere.py")
    folder = str(file.parent)
    mended = mending.mend(runs.lint_paths([folder], SETTINGS), SETTINGS, [folder], {}, unsafe=True)
    assert (mended.count, len(mended.after)) == (2, 1)
    assert mended.write() == []
    assert codes(file) == []


def test_one_place_in_the_source_for_several_layers(file: Path) -> None:
    file.write_text(
        "import keras\nfrom keras import layers\n\n\n"
        "def block(x, filters):\n    x = layers.Conv2D(filters, 3)(x)\n    return layers.MaxPooling2D()(x)\n\n\n"
        "inputs = keras.Input((64, 64, 3))\nx = block(block(inputs, 8), 16)\nx = layers.Flatten()(x)\n"
        "outputs = layers.Dense(10, activation='softmax')(x)\nmodel = keras.Model(inputs, outputs)\n"
    )
    assert codes(file) == ["CNN102"]
    mended = mend(str(file))
    assert mended.count == 1
    mended.write()
    assert codes(file) == []


def prove_with(change: Callable[[Remedy, Node], Remedy]) -> mending.Proven | None:
    """What becomes of the relu before the softmax when its remedy is another one."""
    result = lint_bytes("net.py", BAD.encode(), SETTINGS)
    diagnostic, finding, _ = next(item for item in result.findings if item[0].code == "CNN101")
    assert finding.remedy is not None
    assert finding.model is not None
    dense = next(node for node in finding.model if node.kind == "Dense")
    changed = replace(finding, remedy=change(finding.remedy, dense))
    candidate = mending.candidate_of(result, diagnostic, changed, BAD.encode())
    return candidate and mending.prove(linter(SETTINGS), result, [candidate], BAD.encode(), None)


def test_a_remedy_has_to_help() -> None:
    proven = prove_with(lambda remedy, dense: remedy)
    assert proven is not None
    assert b"Dense(10),  # scores" in proven.data
    # the finding stays, or another takes its place
    for name, value in (("units", 20), ("activation", "softmax")):
        edit = (name, value)

        def wrongly(remedy: Remedy, dense: Node, edit: tuple[str, Any] = edit) -> Remedy:
            return replace(remedy, edits=(SetArgument(dense, *edit),))

        assert prove_with(wrongly) is None


def test_what_is_read_back_has_to_be_the_repaired_model(monkeypatch: pytest.MonkeyPatch) -> None:
    right = fixes.fix_for

    def wrong(remedy: Remedy, text: str) -> Fix | None:
        """The right edit and one too many."""
        fix = right(remedy, text)
        assert fix is not None
        more = TextEdit("9", Location(8, 19), Location(8, 20))
        return msgspec.structs.replace(fix, edits=(more, *fix.edits))

    monkeypatch.setattr("cnnlint.fixes.fix_for", wrong)
    assert prove_with(lambda remedy, dense: remedy) is None


def test_advice_is_never_written() -> None:
    assert prove_with(lambda remedy, dense: replace(remedy, advice="because")) is None


def test_a_fix_is_part_of_the_diagnostic_on_request() -> None:
    plain = runs.lint_text("net.py", BAD.encode(), SETTINGS)
    assert {diagnostic.fix for diagnostic in plain.diagnostics} == {None}
    fixed = {d.code: d.fix for d in runs.lint_text("net.py", BAD.encode(), SETTINGS, fixes=True).diagnostics}
    relu, conv = fixed["CNN101"], fixed["CNN102"]
    assert relu is not None
    assert conv is not None
    assert (relu.applicability, conv.applicability) == ("unsafe", "unsafe")
    (edit,) = relu.edits
    assert edit.content == ""
    assert (edit.location.row, edit.end_location.row) == (10, 10)


def test_remedies_are_worked_out_as_long_as_the_time_for_them_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "_SECONDS", -1000.0)
    asked: list[object] = []
    worked_out = mending.candidate_of
    monkeypatch.setattr(mending, "candidate_of", lambda *given: asked.append(given) or worked_out(*given))
    outcome = runs.lint_text("net.py", BAD.encode(), SETTINGS, fixes=True)
    assert len(asked) == 1 < len(outcome.diagnostics)
    assert outcome.hurried
    assert {diagnostic.fix for diagnostic in outcome.diagnostics} == {None}


def test_a_suppressed_finding_is_not_fixed(file: Path) -> None:
    file.write_text(BAD.replace('"relu"),  # scores', '"relu"),  # cnnlint: ignore[CNN101]'))
    mended = mend(str(file))
    assert mended.count == 1
    mended.write()
    assert 'Dense(10, activation="relu")' in file.read_text()


def test_a_remedy_that_fails_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr("cnnlint.fixes.fix_for", fail)
    outcome = runs.lint_text("net.py", BAD.encode(), SETTINGS, fixes=True)
    assert {error.message for error in outcome.errors} == {
        "the fix of CNN101 failed: KeyError: 'oops'",
        "the fix of CNN102 failed: KeyError: 'oops'",
    }
    assert [diagnostic.code for diagnostic in outcome.diagnostics] == ["CNN102", "CNN101"]


def notebook(*cells: str) -> str:
    return (
        json.dumps(
            {
                "cells": [
                    {"cell_type": "markdown", "metadata": {}, "source": ["# Überschrift\n", "text"]},
                    *(
                        {
                            "cell_type": "code",
                            "execution_count": None,
                            "id": f"c{index}",
                            "metadata": {},
                            "outputs": [],
                            "source": cell.splitlines(keepends=True),
                        }
                        for index, cell in enumerate(cells)
                    ),
                ],
                "metadata": {"language_info": {"name": "python"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


def test_notebooks_keep_everything_else(tmp_path: Path) -> None:
    head, body = BAD.split("\n\n")
    path = tmp_path / "net.ipynb"
    path.write_text(notebook("%matplotlib inline\n" + head, body), encoding="utf-8")
    (relu,) = [d for d in runs.lint_paths([str(path)], SETTINGS, fixes=True).diagnostics if d.code == "CNN101"]
    assert relu.cell == 3
    assert relu.fix is not None
    assert relu.fix.edits[0].location.row == relu.location.row == 7
    mended = mend(str(path))
    assert mended.count == 2
    assert mended.write() == []
    fixed = body.replace("Conv2D(8, 3),", 'Conv2D(8, 3, activation="relu"),')
    fixed = fixed.replace(', activation="relu"),  # scores', "),  # scores")
    after = path.read_text(encoding="utf-8").replace("activation='relu'", 'activation=\\"relu\\"')
    assert after == notebook("%matplotlib inline\n" + head, fixed)


FORMS: dict[str, Callable[[str], bytes]] = {
    "as Jupyter writes it": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "one line": lambda text: json.dumps(json.loads(text)).encode(),
    "tabs": lambda text: json.dumps(json.loads(text), indent="\t").encode() + b"\n",
}


@pytest.mark.parametrize("cells", [1, 2])
@pytest.mark.parametrize("encode", FORMS.values(), ids=FORMS)
def test_notebooks_keep_their_form(tmp_path: Path, encode: Callable[[str], bytes], cells: int) -> None:
    head, body = BAD.split("\n\n")
    path = tmp_path / "net.ipynb"
    parts = (BAD,) if cells == 1 else (head, body)
    path.write_bytes(encode(notebook(*parts)))
    path.chmod(0o600)
    mended = mend(str(path))
    assert mended.count == 2
    assert mended.write() == []
    fixed = [
        part.replace("Conv2D(8, 3),", 'Conv2D(8, 3, activation="relu"),').replace(
            ', activation="relu"),  # scores', "),  # scores"
        )
        for part in parts
    ]
    after = path.read_bytes().replace(b"activation='relu'", b'activation=\\"relu\\"')
    assert after == encode(notebook(*fixed))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert mend(str(path)).count == 0


# --- when two graphs are the same -------------------------------------------------------------------------------


def model(text: str) -> Any:
    source = f"import keras\nfrom keras import layers\n{text}\n"
    program = lint_bytes("net.py", source.encode(), SETTINGS).reading.program
    assert program is not None
    (found,) = program.models
    return found


NET = "m = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation='relu'), layers.Dense(2)])"


@pytest.mark.parametrize(
    "other",
    [
        NET,
        NET.replace("layers.Dense(4, activation='relu')", "layers.Dense(4), layers.ReLU()"),
        NET.replace("Dense(2)", "Dense(2, activation='linear')"),
        NET.replace("Dense(2)", "Dense(2, name='scores')"),
        NET.replace("Dense(4", "Dense(units=2 + 2"),
        "i = keras.Input((8,))\nm = keras.Model(i, layers.Dense(2)(layers.Dense(4, activation='relu')(i)))",
    ],
)
def test_same(other: str) -> None:
    assert same(model(NET), model(other))


@pytest.mark.parametrize(
    "other",
    [
        NET.replace("Dense(4", "Dense(5"),
        NET.replace("'relu'", "'elu'"),
        NET.replace("Dense(2)", "Dense(2, use_bias=False)"),
        NET.replace("Dense(2)", "Dense(2), layers.Dense(2)"),
        NET.replace("(8,)", "(9,)"),
        NET.replace("layers.Dense(2)", "unknown(2)"),
        NET + "\nm.compile(loss='mse')",
        NET + "\nm.trainable = False",
    ],
)
def test_not_same(other: str) -> None:
    assert not same(model(NET), model(other))


def test_same_training() -> None:
    def trained(loss: str, rate: float) -> Any:
        return model(f"{NET}\nm.compile(loss='{loss}', optimizer=keras.optimizers.SGD({rate}))")

    assert same(trained("mse", 0.1), trained("mean_squared_error", 0.1))
    assert not same(trained("mse", 0.1), trained("mse", 0.2))
    assert not same(trained("mse", 0.1), trained("mae", 0.1))


def test_shared_layers_are_not_two_layers() -> None:
    shared = (
        "i = keras.Input((8,))\nd = layers.Dense(8)\nx = d(i)\n"
        "m = keras.Model(i, layers.Dense(1)(layers.Add()([{0}, {1}])))"
    )
    assert same(model(shared.format("x", "x")), model(shared.format("x", "x")))
    assert not same(model(shared.format("x", "i")), model(shared.format("i", "x")))
