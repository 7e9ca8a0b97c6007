#!/usr/bin/env python3
"""What reading costs beside parsers and other linters: CPU seconds of whole process trees, medians, ratios in one run.

    python tests/benchmarks/speed.py --keras DIR [--zoo DIR ...] [--others VENV] [--runs 5]

`--keras` is a checkout of keras-team/keras; its `src/layers` is read cold, warm, and beside libcst's parse of the same
files. `--zoo` are folders whose files import each other (calmisential/Basic_CNNs_TensorFlow2). `--others` is a virtual
environment with `torchfix` and `flake8`, which then read all of Keras, too. Every figure comes with its command.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "seeds" / "3_coloured_mnist" / "as_asked.py"
CNNLINT = [sys.executable, "-m", "cnnlint", "--isolated", "--jobs", "1"]
PARSE = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
module = __import__(sys.argv[1])
parse = module.parse if sys.argv[1] == "ast" else module.parse_module
for path in Path(sys.argv[2]).rglob("*.py"):
    try:
        parse(path.read_bytes())
    except Exception:
        pass
"""
#: a file that names no library and is not opened: the package's own, which is about nothing else
UNOPENED = '''"""Rows of a table."""
import json
import os


class Table_{0}:
    """Holds rows."""

    def __init__(self, path, limit=10):
        self.path = os.path.join(path, "rows.json")
        self.limit = limit
        self.rows = []

    def load(self):
        with open(self.path) as file:
            for row in json.load(file)[: self.limit]:
                if row.get("name") and row["number"] > {0}:
                    self.rows.append((row["name"].strip(), int(row["number"]) + 1))
        return sorted(self.rows, key=lambda one: one[1], reverse=True)
'''


def cpu(command: list[str], environment: dict[str, str]) -> tuple[float, int]:
    """CPU seconds of a command and all its children, and the memory of the largest of them in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, after.ru_maxrss // 1024


class Bench:
    """Measures commands in turns, so that what else the machine does meets all of them alike."""

    def __init__(self, runs: int, cache: str) -> None:
        self.runs = runs
        path = os.pathsep.join([str(ROOT), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
        self.environment = {**os.environ, "PYTHONPATH": path, "CNNLINT_CACHE_DIR": cache}

    def compare(self, title: str, goal: str, *commands: tuple[str, list[str]]) -> None:
        """Print the medians of several commands and the ratio of the first to each of the others."""
        times: dict[str, list[float]] = {name: [] for name, _ in commands}
        for _ in range(self.runs):
            for name, command in commands:
                times[name].append(cpu(command, self.environment)[0])
        medians = {name: statistics.median(found) for name, found in times.items()}
        first = commands[0][0]
        print(f"\n{title} (goal: {goal})")
        for name, command in commands:
            ratio = "" if name == first else f"   {first} : {name} = {medians[first] / medians[name]:.2f}"
            shown = " ".join(part if "\n" not in part else "'...'" for part in command).replace(str(ROOT), ".")
            print(f"  {medians[name]:8.2f} s  {name:24}{ratio}\n             {shown}")


def parse(module: str, folder: Path) -> list[str]:
    """The command that parses all files of a folder."""
    return [sys.executable, "-c", PARSE, module, str(folder)]


def main() -> None:
    """Measure all that the arguments give the means for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--keras", type=Path)
    arguments.add_argument("--zoo", type=Path, action="append", default=[])
    arguments.add_argument("--others", type=Path)
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(given.runs, str(Path(scratch) / "cache"))
        bench.compare(
            "One small file with findings",
            "1.5",
            ("cnnlint", [*CNNLINT, "--no-cache", str(SEED)]),
            ("import libcst, click", [sys.executable, "-c", "import libcst, click"]),
        )
        plain = Path(scratch) / "plain"
        plain.mkdir()
        for index in range(600):  # of some 150 lines
            text = UNOPENED.replace("{0}", f"{index}_{{0}}", 1).replace("> {0}", f"> {index}")
            (plain / f"table_{index}.py").write_text("".join(text.replace("{0}", str(one)) for one in range(8)))
        bench.compare(
            "600 files that are not opened",
            "1.5",
            ("cnnlint", [*CNNLINT, "--no-cache", str(plain)]),
            ("ast.parse", parse("ast", plain)),
        )
        for zoo in given.zoo:
            bench.compare(
                f"A model zoo: {zoo.name}",
                "5",
                ("cnnlint", [*CNNLINT, "--no-cache", str(zoo)]),
                ("libcst", parse("libcst", zoo)),
            )
        if given.keras is None:
            return
        layers = given.keras / "keras" / "src" / "layers"
        bench.compare(
            "Keras's layers, cold",
            "2",
            ("cnnlint", [*CNNLINT, "--no-cache", str(layers)]),
            ("libcst", parse("libcst", layers)),
        )
        cpu([*CNNLINT, str(layers)], bench.environment)
        bench.compare(
            "Keras's layers, warm",
            "0.08 of cold",
            ("warm", [*CNNLINT, str(layers)]),
            ("cold", [*CNNLINT, "--no-cache", str(layers)]),
        )
        if given.others is not None:
            keras, bin_ = str(given.keras), given.others / "bin"
            bench.compare(
                "All of Keras",
                "below both",
                ("cnnlint", [*CNNLINT, "--no-cache", keras]),
                ("TorchFix", [str(bin_ / "torchfix"), "--select", "ALL", keras]),
                ("flake8", [str(bin_ / "flake8"), "--jobs", "1", keras]),
            )


if __name__ == "__main__":
    main()
