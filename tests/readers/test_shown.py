"""What a script shows at the end of a marked cell."""

from __future__ import annotations

import pytest

from cnnlint.graph import DiscardedArray, Dropped
from cnnlint.readers.python import read
from cnnlint.readers.shown import marked_rows

DATA = """\
import pandas as pd
from keras.datasets import mnist

(x, y), _ = mnist.load_data()
frame = pd.read_csv("a.csv")
"""


@pytest.mark.parametrize("line", ["x / 255", "frame.drop(columns='a')", "frame.plot().legend", "frame.trainable == 1"])
@pytest.mark.parametrize("mark", ["# %%", "#%% training", "# In[4]:", "# <codecell>", "# +"])
def test_the_last_line_of_a_marked_cell_is_shown(line: str, mark: str) -> None:
    assert _dropped(f"{DATA}{line}\n\n# as it is\n{mark}\nprint(x, frame)\n") == 0


@pytest.mark.parametrize("line", ["x / 255", "frame.drop(columns='a')", "frame.trainable == 1"])
def test_any_other_line_drops_what_it_comes_to(line: str) -> None:
    assert _dropped(f"{DATA}{line}\nprint(x, frame)\n# %%\nprint(x)\n") == 1
    assert _dropped(f"{DATA}{line}\n# in words\nprint(x, frame)\n") == 1


@pytest.mark.parametrize("text", ["", "# %%", "\n\n# %%\n", "x = 1\r\n# %%\r\n", "x = 1  # %%\n"])
def test_marks_of_nothing(text: str) -> None:
    assert marked_rows(text) <= {0, 1}


def _dropped(text: str) -> int:
    program = read("a.py", text.encode()).program
    assert program is not None
    return sum(len(list(program.events_of(kind))) for kind in (DiscardedArray, Dropped))
