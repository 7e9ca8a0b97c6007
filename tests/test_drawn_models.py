"""Models as pictures: what is folded and what is marked, as SVG and on the page; and the page's lists to filter by."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnnlint import api
from cnnlint.cli import main
from cnnlint.reporters import Options, reporter
from cnnlint.reporters.plan import blocks
from scripts import chromium

RESIDUAL = """\
from keras import Input, Model, layers

inputs = x = Input((32, 32, 3))
x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
for number in range(8):
    y = layers.Conv2D(16, 3, padding="same")(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(16, 3, padding="same")(y)
    x = layers.ReLU()(layers.Add()([x, y]))
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(1, activation="softmax")(x)
model = Model(inputs, outputs)
"""
CHAIN = """\
from keras import Sequential, layers
model = Sequential([layers.Input((64, 64, 3))])
for filters in (16, 32, 64, 128):
    for _ in range(5):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.BatchNormalization())
    model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
"""
SKIPS = """\
from keras import Input, Model, layers
inputs = x = Input((64, 64, 1))
skips = []
for filters in (8, 16, 32):
    for _ in range(5):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    skips.append(x)
    x = layers.MaxPooling2D()(x)
for filters in (32, 16, 8):
    x = layers.UpSampling2D()(x)
    x = layers.Concatenate()([x, skips.pop()])
    for _ in range(5):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
model = Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))
"""
SMALL = """\
from keras import Sequential, layers
small = Sequential([layers.Input((8,)), layers.Dense(4, activation="relu"), layers.Dense(1, activation="softmax")])
"""


def folded(source: str) -> list[tuple[int, int, str]]:
    (model,) = api.read(source=source)
    return [(one.last - one.first + 1, one.parameters or -1, one.title) for one in blocks(model)]


def test_branches_that_come_together_are_a_block() -> None:
    own = 2 * (16 * 16 * 9 + 16) + 4 * 16
    assert folded(RESIDUAL) == [(6, own, "6 layers: 2 Conv2D, 2 ReLU, BatchNormalization, Add")] * 8


def test_layers_of_one_extent_are_a_block() -> None:
    found = folded(CHAIN)
    assert [count for count, _, _ in found] == [11, 11, 11, 11]
    assert found[0][2] == "11 layers: 5 Conv2D, 5 BatchNormalization, MaxPooling2D"
    (model,) = api.read(source=CHAIN)
    last = model.layers[-1]["parameters"]
    assert sum(parameters for _, parameters, _ in found) + last == model.parameters


def test_what_stays_as_it_is() -> None:
    """A small model; and what lies between two ends of a skip, for other tensors pass there."""
    assert folded(SMALL) == []
    assert sum(count for count, _, _ in folded(SKIPS)) == 2 * 5
    shared = RESIDUAL.replace("inputs = x", "same = layers.Dense(16)\ninputs = x").replace(
        "Conv2D(16, 3", "Conv2D(3, 3"
    )
    shared = shared.replace('layers.Conv2D(3, 3, padding="same")(y)', "same(y)").replace("Conv2D(3, 3", "Conv2D(16, 3")
    assert {parameters for _, parameters, _ in folded(shared)} == {-1}  # shared weights would be counted twice


def test_an_svg_of_all_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, source in (("a.py", RESIDUAL), ("b.py", SMALL), ("c.py", "x = 1\n")):
        (tmp_path / name).write_text(source)
    result = CliRunner().invoke(main, ["--isolated", "--format", "svg", "."])
    assert result.exit_code == 1
    drawing = ElementTree.fromstring(result.stdout)
    texts = ["".join(one.itertext()) for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("6 layers: 2 Conv2D, 2 ReLU, BatchNormalization, Add") == 8
    assert texts.count(" CNN105") == 2
    assert {"Dense  softmax", "32 × 32 × 16", "4,704", "small", "GlobalAveragePooling2D"} <= set(texts)
    assert [text for text in texts if "b.py:2 · 3 layers · 41 parameters · read whole" in text]
    assert float(drawing.get("height", "0")) > 30 * 15


def _page(*sources: str, **options: bool) -> str:
    report = api.lint(source="\n\n".join(sources), filename="net.py", isolated=True)
    return "".join(reporter("html")(report.outcome, Options(**options)))


def test_the_page_folds_blocks_and_opens_those_that_are_flagged() -> None:
    text = _page(RESIDUAL)
    assert text.count('<tbody class="block">') == 8
    assert "checked" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert '<tbody class="block"><tr class="title">' in text
    flagged = _page(RESIDUAL.replace("layers.ReLU()(y)", "layers.ReLU()(layers.ReLU()(y))"))
    assert flagged.count('<input type="checkbox" checked>') == 1  # a loop is one place, and one finding
    clean = CHAIN.replace('"softmax"', '"linear"')
    assert "<details" in _page(clean)
    assert "<details" not in _page(clean, show_models=True)


def test_the_page_is_filtered_by_rule_and_by_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SMALL)
    (tmp_path / "b.py").write_text(RESIDUAL + SMALL.replace('"softmax"', '"relu"').replace("])", ", layers.ReLU()])"))
    arguments = ["--isolated", "--format", "html", "--output-file", str(tmp_path / "page.html"), str(tmp_path)]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    text = (tmp_path / "page.html").read_text()
    assert re.findall(r"<option[^>]*>([^<]*)<", text) == [
        "all 2",
        "CNN104 stacked-activations",
        "CNN105 softmax-single-unit",
        "all 2",
        str(tmp_path / "a.py"),
        str(tmp_path / "b.py"),
    ]
    assert "<select" not in _page(SMALL)  # there is nothing to choose


@pytest.mark.slow
def test_a_browser_filters_and_unfolds(tmp_path: Path) -> None:
    """Choices are made and counted by a page around the report, which runs no script itself."""
    browser = chromium.found()
    if browser is None:
        pytest.skip("no Chromium on this machine")
    (tmp_path / "a.py").write_text(SMALL)
    (tmp_path / "b.py").write_text(RESIDUAL + SMALL.replace('"softmax"', '"relu"').replace("])", ", layers.ReLU()])"))
    report = api.lint(str(tmp_path), isolated=True).render("html")
    steps = """
      const page = this.contentDocument;
      const seen = (what) => [...page.querySelectorAll(what)].filter((one) => one.getClientRects().length).length;
      const told = [];
      const count = () => told.push([seen(".finding"), seen(".file"), seen(".layers tr")].join(" "));
      count();
      const [rules, files] = page.querySelectorAll("select");
      rules.selectedIndex = 1; count();
      rules.selectedIndex = 2; count();
      rules.selectedIndex = 0; files.selectedIndex = 1; count();
      files.selectedIndex = 0; page.querySelector(".title input").click(); count();
      document.title = told.join(", ");
    """
    frame = f'<iframe width=1400 height=900 srcdoc="{html.escape(report)}" onload="{html.escape(steps)}"></iframe>'
    (tmp_path / "frame.html").write_text(frame, encoding="utf-8")
    document = chromium.opened(browser, tmp_path / "frame.html", "--dump-dom")
    title = re.search(r"<title>([^<]*)</title>", document)
    assert title is not None
    everything, stacked, softmax, one_file, opened = (tuple(map(int, one.split())) for one in title[1].split(", "))
    assert everything[:2] == (3, 2)
    assert stacked[:2] == (1, 1)
    assert softmax[:2] == (2, 2)
    assert one_file[:2] == (1, 1)
    assert opened[2] == everything[2] + 6  # the layers of one block
