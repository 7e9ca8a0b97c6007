"""Child processes: what dies, hangs or fails costs one finding, and the parent never imports a framework."""

from __future__ import annotations

import collections
import io
import os
import queue
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest

from cnnlint.confirm import ConfirmUnavailable, Progress, Request, apply, confirm_files
from cnnlint.confirm import workers as workers_module
from cnnlint.confirm.requests import Done, Job, Ready
from cnnlint.diagnostics import Diagnostic, Evidence, Location, Severity, Verdict
from tests.confirm.traps import requests

ROOT = Path(__file__).parents[2]


def test_a_death_a_hang_and_an_error_cost_one_finding_each(settings: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "GRACE", 1.0)
    wanted = requests(settings, "TST004", "TST001", "TST002", "TST003", "TST004")
    told: list[Progress] = []
    found = dict(confirm_files(wanted, progress=told.append, seconds_each=5.0))
    assert [found[index].verdict for index in range(5)] == [
        Verdict.PROVED,
        Verdict.UNDECIDED,
        Verdict.UNDECIDED,
        Verdict.UNDECIDED,
        Verdict.PROVED,
    ]
    assert "signal 9" in found[1].summary
    assert "within its time" in found[2].summary
    assert "something in the rule" in found[3].summary
    assert "\n" not in found[3].summary
    assert "4.9%" in found[4].summary
    assert {step.index for step in told} == set(range(5))


def test_two_files_go_to_two_workers(settings: bytes) -> None:
    wanted = [*requests(settings, "TST004"), *requests(settings, "TST004", filename="other.py")]
    found = dict(confirm_files(wanted, workers=2))
    assert {evidence.verdict for evidence in found.values()} == {Verdict.PROVED}


def test_the_budget_of_the_run_cuts_off(settings: bytes) -> None:
    wanted = requests(settings, "TST004", "TST004")
    found = dict(confirm_files(wanted, budget=0.0))
    assert [found[index].verdict for index in range(2)] == [Verdict.UNDECIDED] * 2
    assert "budget" in found[0].summary


def test_what_its_share_was_too_little_for_gets_what_the_others_leave(settings: bytes) -> None:
    wanted = requests(settings, "TST004", "TST004")
    pool = workers_module._Pool(wanted, 0, 100.0, lambda _: None, 0, 120.0, None, 1)
    process = Mock()
    child = workers_module._Child(process, queue.Queue(), io.BytesIO())
    pool._children.append(child)
    slow, quick = (Evidence(Verdict.UNDECIDED, "paired training runs", said) for said in ("slow", "quick"))
    messages = [Ready("Keras"), Done(0, slow, cut=True), Done(1, quick), *[Done(0, slow, cut=True)] * 2]
    for message in messages:
        child.messages.put(message)
    assert [found for _ in messages for found in pool._listen(child)] == [(1, quick), (0, slow)]
    jobs = [msgspec.json.decode(call.args[0], type=Job) for call in process.stdin.write.call_args_list]
    assert [job.index for job in jobs] == [0, 1, 0, 0]
    assert [job.brief for job in jobs] == [True, True, False, False]
    # half of what the start leaves, and all that is left in the end
    assert [job.planned for job in jobs[:3]] == [48.5] * 3
    assert all(job.seconds > 90 for job in jobs[2:])
    assert jobs[3].planned == 48.5 + jobs[3].seconds
    assert not pool._children
    # beside each other they have all of it, and a third one has its share
    assert [workers_module._planned(wanted * times, 100.0, 2) for times in (1, 2)] == [97.0, 48.5]


def test_within_a_budget_the_findings_of_one_file_are_for_two_children(settings: bytes) -> None:
    wanted = requests(settings, *["TST004"] * 3)
    assert [list(group) for group in workers_module._by_file(wanted, weighed=True)] == [[0, 2], [1]]
    assert [list(group) for group in workers_module._by_file(wanted, weighed=False)] == [[0, 1, 2]]
    assert [list(group) for group in workers_module._by_file(wanted[:1], weighed=True)] == [[0]]


def test_a_finding_is_gone_on_with_by_the_child_that_has_begun_it(settings: bytes) -> None:
    pool = workers_module._Pool(requests(settings, *["TST004"] * 2), 0, 100.0, lambda _: None, 0, 120.0, None, 2)
    one, other = (workers_module._Child(Mock(), queue.Queue(), io.BytesIO()) for _ in range(2))
    pool._children += [one, other]

    def taken(begun: dict[int, int], child: workers_module._Child) -> int | None:
        pool._begun, pool._queues = begun, {}
        pool._groups = collections.deque(map(collections.deque, ([0], [1])))
        assert not list(pool._next(child))
        return child.current

    assert taken({0: id(one), 1: id(other)}, other) == 1
    assert taken({0: id(one), 1: id(other)}, one) == 0
    # what nobody has begun, and what is left over of another one's, is taken in turn
    assert taken({}, other) == 0
    assert taken({0: id(one), 1: id(one)}, other) == 0
    pool.close()


def test_closing_the_iterator_ends_the_child(settings: bytes) -> None:
    results = confirm_files(requests(settings, "TST004", "TST002"))
    index, evidence = next(results)
    assert (index, evidence.verdict) == (0, Verdict.PROVED)
    pool = results.gi_frame.f_locals["pool"]  # type: ignore[attr-defined]
    (child,) = pool._children
    results.close()  # type: ignore[attr-defined]
    assert child.process.poll() is not None


def test_a_finding_that_is_not_made_again_is_undecided(settings: bytes) -> None:
    (request,) = requests(settings, "TST004")
    found = dict(confirm_files([msgspec.structs.replace(request, row=99)]))
    assert "not made again" in found[0].summary


def test_too_little_memory_is_told(settings: bytes) -> None:
    pytest.importorskip("resource")
    found = dict(confirm_files(requests(settings, "TST004"), memory_limit=300 * 2**20))
    assert found[0].verdict is Verdict.UNDECIDED


def test_without_the_framework_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, settings: bytes) -> None:
    monkeypatch.setattr(workers_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfirmUnavailable, match=r'pip install "cnnlint\[confirm\]"'):
        confirm_files(requests(settings, "TST004"))


def test_nothing_to_confirm_starts_nothing() -> None:
    assert list(confirm_files([])) == []


def test_the_parent_imports_no_framework(tmp_path: Path, settings: bytes) -> None:
    (tmp_path / "request.json").write_bytes(msgspec.json.encode(requests(settings, "TST004")))
    code = """
import sys, msgspec
from cnnlint.confirm import Request, confirm_files
wanted = msgspec.json.decode(open(sys.argv[1], "rb").read(), type=list[Request])
(result,) = confirm_files(wanted)
print(result[1].verdict.value)
assert not {"tensorflow", "keras", "numpy", "scipy"} & set(sys.modules), "a framework was imported"
"""
    path = os.pathsep.join([str(ROOT), str(ROOT / "rules")])
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "request.json")],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "proved\n"


def test_nothing_beside_the_linted_files_is_imported(
    tmp_path: Path, settings: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = requests(settings, "TST004")
    for name in ("keras", "numpy", "msgspec", "queue", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r})")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = dict(confirm_files(wanted))
    assert found[0].verdict is Verdict.PROVED, found[0].summary
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.NO_DIFFERENCE, Severity.WARNING),
        (Verdict.CONFIRMED, Severity.ERROR),
        (Verdict.UNDECIDED, Severity.ERROR),
        (Verdict.PROVED, Severity.ERROR),
    ],
)
def test_what_is_not_reproduced_weighs_one_step_less(verdict: Verdict, expected: Severity) -> None:
    place = Location(1, 1)
    diagnostic = Diagnostic("CNN101", "name", "message", Severity.ERROR, "model.py", place, place)
    changed = apply(diagnostic, Evidence(verdict, "method", "summary"))
    assert changed.severity is expected
    assert changed.evidence is not None


def test_what_is_said_of_a_repair_says_what_the_test_said_of_it() -> None:
    place = Location(1, 1)
    diagnostic = Diagnostic("CNN101", "name", "message", Severity.ERROR, "model.py", place, place, help="drop it")
    worse = Evidence(Verdict.NO_DIFFERENCE, "method", "summary", repair="the repaired model did worse")
    assert apply(diagnostic, worse).help == "drop it; when tested, the repaired model did worse"
    assert apply(diagnostic, msgspec.structs.replace(worse, repair=None)).help == "drop it"
    assert apply(msgspec.structs.replace(diagnostic, help=None), worse).help is None


def test_with_a_budget_the_most_severe_of_all_files_come_first() -> None:
    wanted = [
        Request("a.py", b"", "E1", 1, 1, weight=2),
        Request("b.py", b"", "E2", 1, 1, weight=2),
        Request("a.py", b"", "W1", 1, 1, weight=1),
        Request("b.py", b"", "E3", 1, 1, weight=2),
    ]
    assert [list(group) for group in workers_module._by_file(wanted, weighed=True)] == [[0], [1, 3], [2]]
    assert [list(group) for group in workers_module._by_file(wanted, weighed=False)] == [[0, 2], [1, 3]]
