"""Saved values of another type than Keras saves: they are unknown, and no rule fails over them."""

from __future__ import annotations

import io
import json
import random
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnlint.config import Settings
from cnnlint.graph import UNKNOWN
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.keras_archive import read
from cnnlint.readers.keras_archive.sanity import checked

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "archives").glob("*.keras"))
STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    3,
    2**63,
    1.5,
    float("nan"),
    "text",
    "",
    [],
    [0],
    [-1, 2],
    [None, None],
    ["a"],
    {},
    {"class_name": "X", "config": {}},
    [[1, 2], [3, 4]],
    1e308,
    [1] * 70,
]


def archive(config: Any) -> bytes:
    """An archive of this configuration."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("config.json", config if isinstance(config, str) else json.dumps(config))
    return file.getvalue()


def config_of(path: Path) -> Any:
    with zipfile.ZipFile(path) as saved:
        return json.loads(saved.read("config.json"))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(item, (*path, key))


def test_no_rule_fails_over_strange_values() -> None:
    chance = random.Random(3)
    configs = [config_of(path) for path in FIXTURES]
    for _ in range(250):
        config = json.loads(json.dumps(chance.choice(configs)))
        for path in chance.sample(list(places(config)), chance.choice((1, 1, 2, 4))):
            holder = config
            try:
                for key in path[:-1]:
                    holder = holder[key]
                holder[path[-1]] = chance.choice(STRANGE)
            except (KeyError, IndexError, TypeError):
                continue  # an earlier change took the place away
        assert lint_bytes("strange.keras", archive(config), Settings(select=("ALL",))).errors == []


@pytest.mark.parametrize(
    ("kind", "name", "value", "expected"),
    [
        ("Conv2D", "kernel_size", (3, 3), (3, 3)),
        ("Conv2D", "kernel_size", 3, (3, 3)),
        ("Conv2D", "kernel_size", "3", UNKNOWN),
        ("Conv2D", "kernel_size", (3, None), UNKNOWN),
        ("Conv2D", "kernel_size", (3, 3, 3), UNKNOWN),
        ("ZeroPadding2D", "padding", ((1, 1), (2, 2)), ((1, 1), (2, 2))),
        ("ZeroPadding1D", "padding", (1, 2), (1, 2)),
        ("Conv2D", "padding", "same", "same"),
        ("Dense", "units", 1.5, UNKNOWN),
        ("Dense", "units", True, UNKNOWN),
        ("Dropout", "rate", float("nan"), UNKNOWN),
        ("Dropout", "rate", 0.5, 0.5),
    ],
)
def test_values_are_checked_once(kind: str, name: str, value: Any, expected: Any) -> None:
    assert checked(kind, name, value, None) == expected or expected is UNKNOWN is checked(kind, name, value, None)


def test_lists_by_the_million_are_refused() -> None:
    layers = ",".join(["[]"] * 600_000)
    reading = read("bomb.keras", archive(f'{{"class_name": "Sequential", "config": {{"layers": [{layers}]}}}}'))
    assert reading.program is None
    assert "1,000,000 values" in reading.problems[0].message


def test_thousands_of_merges_that_nothing_reads_take_a_second() -> None:
    """It took minutes where each asked all that is before it for weights."""
    count = 15_000
    layers = [{"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "name": "x"}, "name": "x"}]
    layers += [
        {
            "class_name": "Add",
            "config": {"name": f"a{index}"},
            "name": f"a{index}",
            "inbound_nodes": [[[f"a{index - 1}" if index else "x", 0, 0, {}], ["x", 0, 0, {}]]],
        }
        for index in range(count)
    ]
    layers += [{**layers[-1], "name": f"b{index}", "config": {"name": f"b{index}"}} for index in range(2_000)]
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["a0", 0, 0]]}
    started = time.process_time()
    data = json.dumps({"class_name": "Functional", "config": config}).encode()
    assert lint_bytes("m.json", data, Settings()).errors == []
    assert time.process_time() - started < 10
