"""The page: everything that was found is on it, nothing in it is obeyed, and a browser shows it."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cnnlint.cli import main
from cnnlint.diagnostics import (
    Curves,
    Diagnostic,
    Evidence,
    Location,
    ModelSummary,
    RunError,
    Samples,
    Severity,
    Verdict,
)
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options, reporter
from cnnlint.reporters.html.charts import curves_charts, pairs_chart, ticks
from cnnlint.reporters.html.markup import link, prose, tag
from cnnlint.reporters.plan import Row, rows
from cnnlint.reporters.saving import save
from scripts import chromium

VOID = {"meta", "br", "hr", "img", "input"}
SERIES = ((0.25, 0.875), (0.5, 0.75), (0.125, 1.0))
CURVES = Curves(
    (50, 100), ((2.25, 2.0), (2.5, None), (2.25, 2.0)), ((2.0, 1.0), (2.0, 0.5), (1.5, 1.0)), ("mse", "mse")
)
SAMPLES = Samples(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAIAAACUgoPjAAAAEklEQVR42mNgYGD4////iRMnABOrBVaZGZTnAAAAAElFTkSuQmCC",
    3,
    1,
    ("7", "2"),
)


class Page(HTMLParser):
    """A page taken apart: ids, classes, links, the text of each element by class; raises where tags do not match."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, set[str]]] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.tags.append(name)
        self.attributes += values.items()
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        classes = set(values.get("class", "").split()) | {f"<{name}>"}
        for one in classes:
            self.texts.setdefault(one, []).append("")
        if name not in VOID:
            self.open.append((name, classes))

    def handle_startendtag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(name, attrs)
        self.handle_endtag(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop()[0] == name

    def handle_data(self, data: str) -> None:
        for _, classes in self.open:
            for one in classes:
                self.texts[one][-1] += data


def layer(name: str, kind: str, *inputs: str, **others: object) -> dict[str, object]:
    return {
        "name": name,
        "kind": kind,
        "inputs": list(inputs),
        "output_shape": [None, 8, 8, 4],
        "parameters": 0,
        "activation": None,
        **others,
    }


BRANCHED = ModelSummary(
    name="net",
    kind="functional",
    filename="net.py",
    location=Location(3, 1),
    layers=(
        layer("input", "Input"),
        layer("conv", "Conv2D", "input", activation="relu", row=4),
        layer("conv_1", "Conv2D", "conv", row=5),
        layer("add", "Add", "conv_1", "conv", row=6),
        layer("dense", "Dense", "add", output_shape=None, row=7, note="units unknown"),
    ),
    complete=False,
    unknown=(),
    parameters=1234,
    training={"loss": "mse", "optimizer": "adam"},
)


def finding(verdict: Verdict | None, **others: object) -> Diagnostic:
    fields: dict[str, object] = {
        "code": "CNN101",
        "name": "relu-before-softmax",
        "message": "`dense` has a relu",
        "severity": Severity.ERROR,
        "filename": "net.py",
        "location": Location(7, 5),
        "end_location": Location(7, 10),
        "model": "net",
        "layer": "dense",
        "help": "drop the relu",
        "url": "https://example.org/rule",
    }
    if verdict is not None:
        fields["evidence"] = Evidence(
            verdict,
            "paired training runs",
            f"{verdict.value.capitalize()}: so it went.",
            statistic="accuracy",
            as_written=0.29,
            repaired=0.875,
            difference=0.585,
            p_value=0.03125,
            pairs=3,
            steps=100,
            seconds=12.3,
            backend="Keras 3 on TensorFlow 2",
            seed=7,
            series=SERIES,
            curves=CURVES,
            also={"validation loss": (2.5, 0.25), "variance, as written": (1.0, 0.5, 0.125)},
            notes=("widths ÷ 4",),
            samples=SAMPLES,
        )
    return Diagnostic(**{**fields, **others})  # type: ignore[arg-type]


def outcome(*findings: Diagnostic, models: tuple[ModelSummary, ...] = (BRANCHED,)) -> Outcome:
    return Outcome(
        diagnostics=list(findings), models=list(models), files=1, lines={("net.py", None, 7): "x = Dense(3)(x)"}
    )


def page(what: Outcome, **options: object) -> str:
    return "".join(reporter("html")(what, Options(**options)))  # type: ignore[arg-type]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_in_words_with_its_figures(verdict: Verdict) -> None:
    texts = Page(page(outcome(finding(verdict)), note="Interrupted: nothing.")).texts
    (words,) = texts["evidence"]
    assert words.startswith(f"{verdict.value.capitalize()}. ")
    assert words.count("so it went.") == 1
    assert words.lower().count(verdict.value) == 1
    assert texts["badge"][0] == verdict.value
    for figure in (
        "0.29",
        "0.875",
        "+0.585",
        "p = 0.031",
        "3 pairs",
        "100 steps",
        "12.3 s",
        "seed 7",
        "widths ÷ 4",
        "Keras 3 on TensorFlow 2",
        "variance, as written: 1, 0.5, 0.125",
    ):
        assert figure in words, figure
    assert texts["figures"][0].split("validation loss")[1] == "2.50.25−2.25"
    assert len(texts["chart"]) == 2
    assert len(texts["dot"]) == 6
    assert len(texts["curve"]) == 8
    tally = dict(
        re.fullmatch(r"(\d+) (.+)", one).groups()[::-1] for one in texts["<li>"] if re.match(r"\d+ [a-z]", one)
    )  # type: ignore[union-attr]
    assert tally == {**{one.value: "0" for one in Verdict}, "not tested": "0", verdict.value: "1"}
    assert texts["<h1>"][0].startswith("Interrupted: nothing. Found 1 error")


def test_a_proof_teaches_no_more_than_it_shows() -> None:
    def lesson(method: str, pairs: int | None = None, verdict: Verdict = Verdict.PROVED) -> str:
        evidence = Evidence(verdict, method, "Proved: so.", pairs=pairs)
        return Page(page(outcome(finding(verdict, evidence=evidence)))).texts["lesson"][0]

    assert "for every training" in lesson("constant-output")
    assert "question to your data" in lesson("affine-pair", verdict=Verdict.UNDECIDED)
    assert "Some get over it" in lesson("untaught-samples")
    assert "the runs say" in lesson("paired training runs", 7)


def test_of_a_proof_it_is_not_said_that_models_were_trained() -> None:
    for verdict, word, taught in (
        (Verdict.NO_DIFFERENCE, "Shown without training", "As it runs here"),
        (Verdict.UNDECIDED, "The test decides nothing", "Look at the line itself"),
    ):
        evidence = Evidence(verdict, "softmax-floor", f"{verdict.value.capitalize()}: so.")
        read = page(outcome(finding(verdict, evidence=evidence)))
        assert taught in Page(read).texts["lesson"][0]
        assert word in read
        assert "Trained both ways, the models end alike" not in read


def test_the_data_is_pictured_with_its_labels() -> None:
    read = Page(page(outcome(finding(Verdict.CONFIRMED))))
    assert ("src", f"data:image/png;base64,{SAMPLES.png}") in read.attributes
    assert {("width", "24"), ("height", "8")} <= set(read.attributes)
    assert read.texts["samples"] == ["72"]


def test_what_was_not_tested_says_so_only_where_others_were() -> None:
    both = Page(page(outcome(finding(None), finding(Verdict.PROVED)))).texts
    assert both["badge"][:2] == ["proved", "not tested"]
    alone = Page(page(outcome(finding(None)))).texts
    assert "badge" not in alone
    assert "tally" not in alone


def test_findings_stand_beside_their_layers() -> None:
    read = Page(page(outcome(finding(Verdict.PROVED))))
    (flagged,) = read.texts["flagged"]
    assert "dense" in flagged
    assert "CNN101" in flagged
    assert "units unknown" in flagged
    assert len(read.texts["rail"]) == 1 + len(BRANCHED.layers)
    assert read.texts["kind"][2] == "Conv2Drelu"
    assert read.texts["shape"][1:] == ["8 × 8 × 4"] * 4 + ["?"]
    assert len(set(read.ids)) == len(read.ids)
    anchors = {target[1:] for target in read.links if target.startswith("#")}
    assert anchors
    assert anchors <= set(read.ids)
    assert read.texts["<mark>"] == ["Dense"]
    assert read.texts["set-up"] == ["loss: mseoptimizer: adam"]


def test_files_models_and_what_is_about_neither() -> None:
    other = msgspec.structs.replace(BRANCHED, filename="clean.py")
    twice = msgspec.structs.replace(BRANCHED, layers=(layer("dense", "Dense", row=70),))
    missing = Diagnostic(
        "CNN901", "unreadable-file", "no such file", Severity.ERROR, "gone.py", Location(1, 1), Location(1, 1)
    )
    helper = finding(None, filename="helper.py", location=Location(9, 1), end_location=Location(9, 2))
    what = outcome(finding(None), helper, missing, models=(twice, BRANCHED, other))
    what.read_from = {("CNN101", "helper.py", 9): "net.py"}
    what.errors = [RunError("net.py", "CNN999 failed: <b>")]
    read = Page(page(what))
    assert read.texts["<h2>"] == ["clean.py", "gone.py", "net.py"]
    assert "nothing found" in read.texts["clean"][0]
    assert "the whole file" in read.texts["apart"][0]
    # of two models of a name, the one whose layer is in the finding's row
    assert [part.count("CNN101 relu-before-softmax") for part in read.texts["part"]] == [0, 0, 1, 1]
    assert any("helper.py:9:1" in place for place in read.texts["place"])
    assert read.texts["failure"] == ["net.py: CNN999 failed: <b>"]


HOSTILE = (
    """</style></title><script>alert(1)</script>"'`<img src=x onerror=alert(1)>`&amp;\x00\x1b[31m\u202e\ud800\u2028\n"""
)


def test_nothing_in_the_page_is_obeyed() -> None:
    evil = {"name": HOSTILE, "kind": HOSTILE, "activation": HOSTILE, "note": HOSTILE, "error": HOSTILE}
    model = msgspec.structs.replace(
        BRANCHED,
        name=HOSTILE,
        kind=HOSTILE,
        filename=HOSTILE,
        layers=({**layer("a", "b"), **evil},),
        training={"loss": HOSTILE, "metrics": [HOSTILE]},
    )
    bad = finding(
        Verdict.CONFIRMED,
        code=HOSTILE,
        name=HOSTILE,
        message=HOSTILE,
        filename=HOSTILE,
        help=HOSTILE,
        model=HOSTILE,
        layer=HOSTILE,
        url="javascript:alert(1)",
    )
    assert bad.evidence is not None
    evidence = msgspec.structs.replace(
        bad.evidence,
        method=HOSTILE,
        summary=HOSTILE,
        statistic=HOSTILE,
        backend=HOSTILE,
        notes=(HOSTILE,),
        also={HOSTILE: (1.0,)},
        curves=msgspec.structs.replace(CURVES, losses=(HOSTILE, "b")),
    )
    what = Outcome(
        diagnostics=[msgspec.structs.replace(bad, evidence=evidence)],
        models=[model],
        files=1,
        lines={(HOSTILE, None, 7): HOSTILE},
        errors=[RunError(HOSTILE, HOSTILE)],
    )
    text = page(what, note=HOSTILE)
    text.encode("utf-8")
    assert not {"\x00", "\x1b", "\u202e", "\u2028"} & set(text)
    read = Page(text)
    assert not {"script", "iframe", "link", "object"} & set(read.tags)
    assert read.tags.count("img") == 1
    assert not [key for key, _ in read.attributes if key.startswith("on")]
    loaded = [value for key, value in read.attributes if key in ("href", "src")]
    assert all(value.startswith(("#", "data:image/png;base64,")) for value in loaded)
    assert "<script>alert(1)</script>" in read.texts["message"][0]


def test_nothing_is_loaded() -> None:
    text = page(outcome(finding(Verdict.CONFIRMED)))
    assert ("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'") in Page(text).attributes
    assert not re.search(r"url\(|@import|<script|src=(?!\"data:image/png;base64,)", text)
    assert set(re.findall(r"https?://[^\"<\s]+", text)) == {"https://example.org/rule"}


def test_a_run_that_found_nothing() -> None:
    assert Page(page(Outcome(files=2))).texts["<h1>"] == ["Found no model in 2 files."]


def test_lines_of_a_branched_model() -> None:
    assert rows(BRANCHED.layers) == [
        Row(0, (), (), True),
        Row(0, (0,), (), True),
        Row(1, (0,), (0,), True),
        Row(0, (1, 0), (), True),
        Row(0, (0,), (), False),
    ]


def test_lines_of_odd_models() -> None:
    assert rows([]) == []
    # an input that is not there, one that comes later, and a layer that reads itself
    assert rows([layer("a", "Dense", "gone"), layer("b", "Add", "b", "c"), layer("c", "Dense", "b", "b")]) == [
        Row(0, (), (), False),
        Row(0, (), (), True),
        Row(0, (0,), (), False),
    ]
    many = [
        layer("x", "Input"),
        *(layer(f"b{n}", "Dense", "x") for n in range(40)),
        layer("y", "Add", *(f"b{n}" for n in range(40))),
    ]
    assert sorted(row.lane for row in rows(many)) == [0, 0, *range(40)]
    assert Page(page(outcome(models=(msgspec.structs.replace(BRANCHED, layers=tuple(many)),)))).texts["rail"]


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (0.0, 0.0), (3.0, 3.0), (-5.0, 1e6), (1e-9, 2e-9), (0.2999, 0.3001), (-1.0, -0.5)]
)
def test_ticks(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 8
    slack = 1e-6 * (marks[-1] - marks[0])
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.0, 1.0, ["0", "0.25", "0.50", "0.75", "1.00"]),
        (-3e7, 9e6, ["−30M", "−20M", "−10M", "0", "10M"]),
        (0.0, 0.0004, ["0", "1e−04", "2e−04", "3e−04", "4e−04"]),
        (-2.0, 2.0, ["−2", "−1", "0", "1", "2"]),
    ],
)
def test_labels(low: float, high: float, labels: list[str]) -> None:
    picture = Page(pairs_chart("loss", ((low, high),)))
    assert picture.texts["<text>"][:-2] == labels


def test_pictures_of_odd_figures() -> None:
    assert "nan" not in pairs_chart("mode gap", ((float("nan"), 1.0), (1e30, -1e30), (1.0, 1.0)))
    assert pairs_chart("accuracy", ((float("inf"), 1.0),))
    gone = Curves((1,), ((None,), (None,)), ((1e6,), (2.0,)), ("mse", "categorical_crossentropy"))
    captions = [str(caption) for caption, _ in curves_charts(gone)]
    assert [re.sub("<.*?>", "", caption) for caption in captions] == [
        "mse in training, as written",
        "categorical crossentropy in training, repaired",
    ]


def test_markup() -> None:
    assert tag("a", "<", tag("b", 1), None, class_="x", data_y='"', hidden=True, off=False) == (
        '<a class="x" data-y="&quot;" hidden>&lt;<b>1</b></a>'
    )
    assert prose("a `b<` c`") == "a <code>b&lt;</code> c`"
    assert link("javascript:x", "a") == "<span>a</span>"


def test_saving(tmp_path: Path) -> None:
    target, link_to = tmp_path / "page.html", tmp_path / "link.html"
    save(target, "one")
    os.chmod(target, 0o640)
    link_to.symlink_to(target)
    save(link_to, "two\ud800")
    assert link_to.is_symlink()
    assert target.read_text() == "two?"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [link_to, target]
    with pytest.raises(OSError, match="No such file"):
        save(tmp_path / "gone" / "page.html", "three")


def test_a_failure_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        save(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


MODEL = """\
from keras import Sequential, layers
model = Sequential([layers.Input((8,)), layers.Dense(4), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
"""


@pytest.fixture
def tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of findings that answer at once."""
    from cnnlint.confirm import session as confirming

    def confirm(found: Outcome, *_: object, **__: object) -> str:
        evidence = finding(Verdict.PROVED).evidence
        found.diagnostics = [msgspec.structs.replace(one, evidence=evidence) for one in found.diagnostics]
        return "It was quick."

    monkeypatch.setattr(confirming, "confirm", confirm)


@pytest.mark.usefixtures("tested")
def test_the_option_writes_a_page_beside_the_report(tmp_path: Path) -> None:
    source, target = tmp_path / "model.py", tmp_path / "page.html"
    source.write_text(MODEL)
    result = CliRunner().invoke(main, ["--isolated", "--confirm-report", str(target), str(source)])
    assert result.exit_code == 1, result.output
    assert "softmax-single-unit" in result.output
    texts = Page(target.read_text()).texts
    assert "softmax-single-unit" in texts["finding"][0]
    assert texts["<h1>"][0].startswith("It was quick.")


@pytest.mark.usefixtures("tested")
def test_a_page_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "model.py"
    source.write_text(MODEL)
    early = CliRunner().invoke(
        main, ["--isolated", "--confirm-report", str(tmp_path / "no" / "page.html"), str(source)]
    )
    assert early.exit_code == 2
    assert "there is no folder" in early.output
    with monkeypatch.context() as patched:
        patched.setattr("os.access", lambda path, mode: mode != os.W_OK)
        closed = CliRunner().invoke(main, ["--isolated", "--confirm-report", str(tmp_path / "page.html"), str(source)])
    assert (closed.exit_code, "cannot be written to" in closed.output) == (2, True)
    monkeypatch.setattr("cnnlint.reporters.saving.save", _full)
    late = CliRunner().invoke(main, ["--isolated", "--confirm-report", str(tmp_path / "page.html"), str(source)])
    assert late.exit_code == 2
    assert "No space left" in late.output
    assert "softmax-single-unit" in late.output


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_format_html(tmp_path: Path) -> None:
    source = tmp_path / "model.py"
    source.write_text(MODEL)
    result = CliRunner().invoke(main, ["--isolated", "--format", "html", str(source)])
    assert result.exit_code == 1
    assert "softmax-single-unit" in Page(result.output).texts["finding"][0]


@pytest.fixture(scope="module")
def browser() -> str:
    found = chromium.found()
    if found is None:
        pytest.skip("no Chromium on this machine (on Debian: apt-get install chromium)")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it(browser: str, scheme: str, tmp_path: Path) -> None:
    layers = ("conv", "conv_1", "add", "dense", None, None)
    findings = [finding(verdict, layer=name) for verdict, name in zip(Verdict, layers, strict=True)]
    target, picture = tmp_path / "page.html", tmp_path / "page.png"
    target.write_text(page(outcome(*findings, finding(None))))
    look = ["--force-dark-mode"] if scheme == "dark" else []
    chromium.opened(browser, target, *look, f"--screenshot={picture}", "--window-size=1400,1800")
    assert picture.read_bytes().startswith(b"\x89PNG")
    # a blank page of this size compresses to a few thousand bytes
    assert picture.stat().st_size > 60_000
    document = chromium.opened(browser, target, *look, "--dump-dom")
    dom = Page(re.sub(r"<(path|line|circle|rect)([^>]*?)/?></\1>", r"<\1\2/>", document))
    assert {*dom.texts["badge"][: len(Verdict) + 1]} == {*(one.value for one in Verdict), "not tested"}
    assert len(dom.texts["evidence"]) == len(Verdict)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 500])  # a window without a screen is 500 wide at least
def test_names_of_layers_have_room_and_the_page_is_as_wide_as_its_window(
    browser: str, width: int, tmp_path: Path
) -> None:
    """A layer with an activation and two flags, beside long names of kinds, is the widest that is common."""
    source = tmp_path / "model.py"
    head = 'layers.Dense(10, activation="sigmoid")])\nmodel.compile("adam", "categorical_crossentropy", ["mse"])\n'
    source.write_text(
        "from keras import Sequential, layers\nmodel = Sequential([layers.Input((32, 32, 3)), "
        f"layers.Conv2D(8, 3), layers.BatchNormalization(), layers.Flatten(), layers.Dense(10), {head}"
    )
    shown = CliRunner().invoke(main, ["--isolated", "--format", "html", str(source)]).output
    measure = (
        "<script>document.title = [innerWidth, document.documentElement.scrollWidth, "
        "...[...document.querySelectorAll('td.name')].map(one => one.offsetWidth)].join(' ')</script>"
    )
    target = tmp_path / "page.html"
    target.write_text(re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", shown) + measure)
    document = chromium.opened(browser, target, f"--window-size={width},900", "--dump-dom")
    told = re.search(r"<title>([\d ]+)</title>", document)
    assert told is not None
    inner, page_width, *names = map(int, told[1].split())
    assert page_width <= inner
    assert all(one >= 100 for one in names) if width > 640 else not any(names)
