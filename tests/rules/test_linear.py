"""What rules cost grows as the graph does: chains of layers, and layers that lead nowhere beside them."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import Linter

SHORT, LONG = 1_000, 4_000
CHAINS = {
    "a chain": (
        "x = keras.layers.Dense(8)(x)",
        "x = keras.layers.Conv2D(8, 3, padding='same')(x)",
        "x = keras.layers.BatchNormalization()(x)",
        "x = keras.layers.Dropout(0.5)(x)",
    ),
    "dead ends": ("d = keras.layers.Dense(8)(x)", "x = keras.layers.Dense(9)(x)"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAINS)
def test_rules_are_linear_in_the_graph(name: str) -> None:
    linter = Linter(Settings(select=("ALL",)))
    lines = CHAINS[name]

    def seconds(count: int) -> dict[str, float]:
        body = "\n".join(lines[index % len(lines)] for index in range(count))
        text = f"import keras\nx = i = keras.Input((64, 64, 3))\n{body}\nkeras.Model(i, x).compile(loss='mse')\n"
        least: dict[str, float] = {}
        for _ in range(3):  # the least of several: what else the machine does only adds
            result = linter.lint("chain.py", text.encode())
            assert len(result.reading.program.models[0].nodes) >= count // 2  # type: ignore[union-attr]
            for code, spent in result.seconds.items() - {("read", result.seconds["read"])}:
                least[code] = min(spent, least.get(code, spent))
        return least

    seconds(10)
    short, long = seconds(SHORT), seconds(LONG)
    # four times as much, and room for noise; a rule that is quadratic takes sixteen times as long
    steep = {code: (short[code], spent) for code, spent in long.items() if spent > 8 * short[code] + 0.1}
    assert not steep
