"""Programs that nobody writes: none takes longer than a budget allows, or much memory, with all rules and fixes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlint.lint.pool import starting

SECONDS, MEGABYTES = 10, 500
HEAD = "import keras\nfrom keras import layers\n"
LOOP = "".join(f"{'    ' * depth}for i{depth} in range(40):\n" for depth in range(6))
TRIES = "".join(
    f"def f{n}():\n    try: f{n + 1}()\n    except: f{n + 1}()\n    finally: f{n + 1}()\n" for n in range(12)
)
FIXES = "".join(
    f"m{n} = keras.Sequential([keras.Input((8,)), layers.Dense(9, activation='relu'), layers.Softmax()])\n"
    for n in range(1_000)
)
PROGRAMS = {
    "findings to be fixed": HEAD + FIXES,
    "loops in loops": HEAD + "x = keras.Input((8,))\n" + LOOP + "    " * 6 + "x = layers.Dense(8)(x)\n",
    "handlers in handlers": HEAD + TRIES + "def f12(): raise E\nf0()\n",
    "data scaled over and over": HEAD
    + "import numpy as np\nfrom sklearn.preprocessing import StandardScaler\n"
    + "a, b = np.random.rand(100, 4), np.random.rand(10, 4)\nx = keras.Input((4,))\nm = keras.Model(x, x)\n"
    + "kept = []\nfor i in range(40):\n    for j in range(40):\n        for k in range(3):\n"
    + "            s = StandardScaler()\n            s.fit(a)\n            a = s.transform(a)\n"
    + "            b = s.transform(b)\n            kept.append(b[0])\n            b[0] = a[1]\n            plot(a)\n"
    + "            show(a)\n            c = a\n            plot(c)\n",
    "functions that nobody calls": HEAD
    + "".join(
        f"def g{n}(x, a=None):\n    return layers.Dense({n})(x) if a else layers.Dense(1)(x)\n" for n in range(3_000)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_program_takes_long(name: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS[name])
    start = starting("cnnlint.cli")
    measured = (
        "import json, resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))"
    )
    command = [sys.executable, "-I", "-c", start, "--isolated", "--no-cache", "--select", "ALL", "--format", "json"]
    done = subprocess.run([sys.executable, "-c", measured, *command, str(program)], capture_output=True, check=True)
    code, seconds, megabytes = json.loads(done.stdout)
    assert code in (0, 1), done.stderr.decode()
    assert megabytes < MEGABYTES
    # twice the goal, for machines that do other things as well
    assert seconds < 2 * SECONDS, f"{seconds:.1f} s"
    print(f"{name}: {seconds:.1f} s, {megabytes:.0f} MB")
