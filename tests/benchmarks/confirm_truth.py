"""Verdicts of confirm held against long trainings of the same programs on real data.

The programs lie in `truth/`. Each ends with comments that say how every fault in it is repaired, as pairs of texts.
`train` runs a program as it stands (W), with all its repairs (R) and with all but one (R−i): plain Keras, nothing of
cnnlint, on pictures of digits (mlxtend's 5,000 of MNIST), sentences (docstrings of numpy and of keras, told apart) and
house prices (mlxtend), 6 seeds each, until they have levelled off. `judge` asks cnnlint for its verdicts under several
seeds, `table` holds one against the other.

    pip install mlxtend scikit-learn
    python tests/benchmarks/confirm_truth.py train [NAME ...]
    python tests/benchmarks/confirm_truth.py judge [--seeds N] [--jobs N] [--own-data] [--results FILE] [NAME ...]
    python tests/benchmarks/confirm_truth.py table [--own-data] [--results FILE]

`--own-data` is about a machine on which Keras has downloaded MNIST and the house prices before: they are written from
mlxtend's into a folder that is Keras's home for the programs that name them (the trainings took 3,000 of its 5,000
pictures). `--processor` counts the processor's seconds instead of the clock's, on a machine that others use.

Results are kept in `confirm_truth.json` beside this file, or in a FILE that can take its place, and what is there is
not made again: a run that was ended goes on where it was.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import collections
import concurrent.futures
import functools
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "confirm_truth.json"
SEEDS = 6
CONFIRM_SEEDS = 5
OPEN = ("undecided", "not testable")
HARM = 3.0
"""Points of accuracy in the end, of which confirm is to see four harms in five."""
TRAIN, TEST = 2000, 1000
EPOCHS = {"mnist": 32, "pictures": 16, "recurrent": 16, "imdb": 20, "boston_housing": 120, "table": 200}
"""By which R has levelled off: its last quarter is within a point of the one before (`levelled` says whether)."""

Repairs = list[tuple[str, list[str]]]


def read(name: str) -> tuple[str, Repairs]:
    """A program's text and its repairs: (code of the rule, texts in pairs of old and new), in the findings' order."""
    text = (HERE / "truth" / f"{name}.py").read_text()
    found = re.findall(r"^# repair (CNN\d+): (.*)$", text, re.M)
    return re.sub(r"^# (repair|select) .*\n", "", text, flags=re.M), [(code, json.loads(edit)) for code, edit in found]


def repaired(text: str, repairs: Repairs, but: int | None = None) -> str:
    """The program with its repairs, `but` one of them."""
    for index, (_, texts) in enumerate(repairs):
        if index == but:
            continue
        for old, new in zip(texts[::2], texts[1::2], strict=True):
            assert old in text, old
            text = text.replace(old, new)
    return text


def variants(name: str) -> Iterator[tuple[str, str]]:
    """Every arm of a program: its name ("W", "R", "R-0", ...) and text. With one repair, R-0 is W."""
    text, repairs = read(name)
    yield "W", text
    yield "R", repaired(text, repairs)
    if len(repairs) > 1:
        for index in range(len(repairs)):
            yield f"R-{index}", repaired(text, repairs, but=index)


def kind(text: str) -> str:
    """Which kind of program it is, as in `EPOCHS`."""
    source = re.search(r"keras\.datasets\.(\w+)", text)
    name = source[1] if source else "table"
    if name == "mnist" and ("Conv2D" in text or "LSTM" in text or "GRU" in text):
        return "pictures" if "Conv2D" in text else "recurrent"
    return name


@functools.cache
def digits() -> Any:
    """MNIST's pictures as `keras.datasets` gives them, 2,000 to train and 1,000 to test."""
    import numpy as np
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    order = np.random.default_rng(0).permutation(len(y))[: TRAIN + TEST]
    x, y = x[order].reshape(-1, 28, 28).astype("uint8"), y[order].astype("uint8")
    return (x[:TRAIN], y[:TRAIN]), (x[TRAIN:], y[TRAIN:])


@functools.cache
def sentences(num_words: int) -> Any:
    """Sentences out of the docstrings of numpy (0) and of keras (1), as numbers of words by their frequency."""
    import numpy as np

    found: list[tuple[list[str], int]] = []
    for label, package in enumerate(("numpy", "keras")):
        root = Path(importlib.util.find_spec(package).origin).parent  # type: ignore[union-attr, arg-type]
        mine: set[tuple[str, ...]] = set()
        for path in sorted(root.rglob("*.py")):
            if "test" in path.name:
                continue
            for node in ast.walk(ast.parse(path.read_text(errors="ignore"))):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and (told := ast.get_docstring(node)):
                    for sentence in re.split(r"[.:]\s", told):
                        words = tuple(re.findall(r"[a-z]+", sentence.lower()))
                        if 5 <= len(words) <= 20 and package not in words:
                            mine.add(words)
        chosen = sorted(mine)
        order = np.random.default_rng(label).permutation(len(chosen))[: (TRAIN + TEST) // 2]
        found += [(list(chosen[index]), label) for index in order]
    counted = collections.Counter(word for words, _ in found for word in words)
    numbers = {word: place for place, (word, _) in enumerate(counted.most_common(num_words - 3), 3)}
    order = np.random.default_rng(2).permutation(len(found))
    x = np.array([[numbers.get(word, 2) for word in found[index][0]] for index in order], dtype=object)
    y = np.array([found[index][1] for index in order])
    return (x[:TRAIN], y[:TRAIN]), (x[TRAIN:], y[TRAIN:])


@functools.cache
def houses() -> Any:
    """Boston's house prices as `keras.datasets` gives them: 404 to train and 102 to test."""
    import numpy as np
    from mlxtend.data import boston_housing_data

    x, y = boston_housing_data()
    order = np.random.default_rng(0).permutation(len(y))
    x, y = x[order], y[order]
    return (x[:404], y[:404]), (x[404:], y[404:])


def long_trainings(text: str, epochs: int) -> list[list[list[float]]]:
    """Run a program with its `fit` made long, under every seed: (score, loss) on the test set after every epoch."""
    import keras
    import numpy as np
    import tensorflow as tf

    caught: list[tuple[Any, Any, Any, int, Any]] = []

    def fit(model: Any, x: Any, y: Any, batch_size: int = 32, validation_data: Any = None, **_: Any) -> None:
        caught.append((model, x, y, batch_size, validation_data))

    def score(answers: Any, y: Any) -> float:
        """Accuracy; for quantities the share of their variance that is explained, not below -1."""
        answers = np.nan_to_num(answers, nan=1e6)
        if len(np.unique(y)) > 20 or not np.array_equal(y, np.round(y)):
            y = y.reshape(answers.shape)
            return float(max(-1.0, 1 - np.mean((answers - y) ** 2) / np.mean((y - y.mean(axis=0)) ** 2)))
        y = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(len(y))
        chosen = answers.argmax(axis=-1) if answers.shape[-1] > 1 else (answers.reshape(len(y)) > 0.5)
        return float(np.mean(chosen == y))

    def made(seed: int) -> tuple[Any, Any, Any, int, Any]:
        run = keras.Model.fit
        keras.Model.fit = fit
        try:
            keras.utils.set_random_seed(seed)
            exec(compile(text, "program", "exec"), {"__name__": "program"})
        finally:
            keras.Model.fit = run
        return caught.pop()

    keras.datasets.mnist.load_data = digits
    keras.datasets.imdb.load_data = sentences
    keras.datasets.boston_housing.load_data = houses
    model, x, y, batch, (test_x, test_y) = made(0)
    first = np.asarray(test_y[0] if isinstance(test_y, list) else test_y)
    x, y, test_x, targets = (keras.tree.map_structure(tf.constant, part) for part in (x, y, test_x, test_y))
    count = len(keras.tree.flatten(x)[0])
    steps = count // batch
    model.optimizer.build(model.trainable_variables)
    fresh = [np.asarray(variable.value) for variable in model.optimizer.variables]

    @tf.function(autograph=False)
    def epoch(order: Any) -> None:
        """Keras's own loss and optimizer, batch by batch, without the cost of its iterators."""

        def step(index: Any) -> Any:
            some, wanted = (
                keras.tree.map_structure(lambda part: tf.gather(part, order[index]), part) for part in (x, y)
            )
            with tf.GradientTape() as tape:
                loss = model.compute_loss(some, wanted, model(some, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            with tf.control_dependencies([loss, *(one for one in gradients if one is not None)]):
                model.optimizer.apply(gradients, model.trainable_variables)
            return index + 1

        tf.while_loop(lambda index: index < steps, step, [tf.constant(0)], parallel_iterations=1)

    @tf.function(autograph=False)
    def answered() -> Any:
        answers = model(test_x, training=False)
        return answers, model.compute_loss(test_x, targets, answers, training=False)

    found = []
    for seed in range(SEEDS):
        # one traced model for all seeds: the weights are those of a model made anew, the optimizer starts afresh
        model.set_weights(made(seed)[0].get_weights())
        for variable, value in zip(model.optimizer.variables, fresh, strict=True):
            variable.assign(value)
        random = np.random.default_rng(seed)
        kept = []
        for _ in range(epochs):
            epoch(tf.constant(random.permutation(count)[: steps * batch].reshape(steps, batch).astype("int32")))
            answers, loss = answered()
            kept.append([score(np.asarray(keras.tree.flatten(answers)[0]), first), float(loss)])
        found.append(kept)
    keras.backend.clear_session()
    return found


def results(path: Path = RESULTS) -> dict[str, Any]:
    """What is there already."""
    return json.loads(path.read_text()) if path.exists() else {}


def save(known: dict[str, Any], path: Path) -> None:
    """Write results, so that a process which is ended meanwhile leaves the file as it was."""
    written = path.with_suffix(".partial")
    text = json.dumps(dict(sorted(known.items())), indent=1)
    # what holds no other list or record stands on one line
    text = re.sub(r"[\[{][^][{}]*[\]}]", lambda found: re.sub(r"\s+", " ", found[0]), text)
    written.write_text(text + "\n")
    written.replace(path)


def keep(name: str, part: str, value: Any) -> None:
    """Add a result to the file."""
    known = results()
    known.setdefault(name, {})[part] = value
    save(known, RESULTS)


def train(names: list[str]) -> None:
    """Long trainings of the programs that have none yet."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", OMP_NUM_THREADS="1")
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for name in names:
        if "arms" in results().get(name, {}):
            continue
        started = time.perf_counter()
        arms: dict[str, Any] = {}
        for arm, text in variants(name):
            epochs = EPOCHS[kind(text)]
            runs = np.array(long_trainings(text, epochs))
            quarter = epochs // 4
            early, before, last = (
                runs[:, places, 0].mean(axis=1)
                for places in (slice(1, 3), slice(-2 * quarter, -quarter), slice(-quarter, None))
            )
            arms[arm] = {
                "early": np.round(early, 4).tolist(),
                "late": np.round(last, 4).tolist(),
                "loss": np.round(np.nan_to_num(runs[:, -quarter:, 1].mean(axis=1), nan=1e6), 4).tolist(),
                "levelled": bool(abs(last.mean() - before.mean()) <= 0.01),
            }
        keep(name, "epochs", epochs)
        keep(name, "arms", arms)
        told = {arm: round(float(np.mean(found["late"])), 3) for arm, found in arms.items()}
        print(name, told, f"{time.perf_counter() - started:.0f} s", flush=True)


OWN = {"mnist", "pictures", "recurrent", "boston_housing"}
"""Kinds of programs whose data are written for `--own-data`."""


@functools.cache
def downloads() -> str:
    """A home of Keras's in which the sets lie that mlxtend brings, as Keras keeps them."""
    import numpy as np
    from mlxtend.data import boston_housing_data, mnist_data

    home = Path(tempfile.mkdtemp(prefix="cnnlint-truth-keras-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    (home / "datasets").mkdir()
    x, y = mnist_data()
    order = np.random.default_rng(1).permutation(len(y))
    x, y = x[order].reshape(-1, 28, 28).astype("uint8"), y[order].astype("uint8")
    np.savez(home / "datasets" / "mnist.npz", x_train=x, y_train=y)
    x, y = boston_housing_data()
    np.savez(home / "datasets" / "boston_housing.npz", x=x, y=y)
    return str(home)


def judge(names: list[str], seeds: int, path: Path, jobs: int, part: str) -> None:
    """Verdicts of the command line under several seeds, `jobs` programs at a time, each written as soon as it is there.

    A file that is not there yet starts with what the long trainings came to. `part` is "verdicts", or "own" for those
    on the data that the programs name.
    """
    home = None
    if part == "own":
        home = downloads()
        names = [name for name in names if kind((HERE / "truth" / f"{name}.py").read_text()) in OWN]
    known = results(path) or {name: {"epochs": found["epochs"], "arms": found["arms"]} for name, found in _trained()}
    waiting = [
        (seed, name) for seed in range(seeds) for name in names if not _judged(known.get(name, {}).get(part), seed)
    ]
    # the first seed of all programs first, and of these the dearest: recurrent layers and convolutions
    dear = {name: kind((HERE / "truth" / f"{name}.py").read_text()) in ("recurrent", "pictures") for name in names}
    waiting.sort(key=lambda one: (one[0], not dear[one[1]]))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = {pool.submit(verdicts, name, seed, home): (seed, name) for seed, name in waiting}
        for run in concurrent.futures.as_completed(runs):
            seed, name = runs[run]
            kept = known.setdefault(name, {}).setdefault(part, [])
            kept += [None] * (seed + 1 - len(kept))
            kept[seed] = run.result()
            known[name]["judged" if part == "verdicts" else "judged own"] = (
                f"{time.strftime('%Y-%m-%d')} {_version()}".strip()
            )
            save(known, path)
            print(seed, name, [one[:2] for one in kept[seed]], flush=True)


def _trained() -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, found) for name, found in results().items() if "arms" in found)


def _judged(kept: list[Any] | None, seed: int) -> bool:
    return kept is not None and seed < len(kept) and kept[seed] is not None


@functools.cache
def _version() -> str:
    """The last change of what makes verdicts, where this tree has a history."""
    command = ["git", "log", "-1", "--format=%h", "--", "cnnlint/confirm", "rules"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parents[1]).stdout.strip()


CLOCK = False
"""Whether verdicts take the processor's seconds."""


@functools.cache
def _tree() -> list[str]:
    """What is put on the path for this tree to be used, installed or not: itself, and the entry point of its rules."""
    root = HERE.parents[1]
    told = Path(tempfile.mkdtemp(prefix="cnnlint-truth-"))
    atexit.register(shutil.rmtree, told, ignore_errors=True)
    folder = told / "cnnlint_tree-0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: cnnlint-tree\nVersion: 0\n")
    (folder / "entry_points.txt").write_text("[cnnlint.rules]\ncnnlint = cnnlint_rules\n")
    if CLOCK:
        shutil.copy(HERE / "processor_clock.py", told / "sitecustomize.py")
    return [str(told), str(root), str(root / "rules")]


def environment() -> dict[str, str]:
    """That of a process which uses this tree; the one that trains pins its threads itself."""
    paths = [*_tree(), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def verdicts(name: str, seed: int, home: str | None = None) -> list[list[Any]]:
    """The verdicts on a program under one seed, with a folder for Keras's home: code, verdict, as written, repaired and
    seconds of each finding, and what they rest on: for each horizon its steps, means, p, interval and margin, and all
    pairs of the last one.

    Raises:
        RuntimeError: the command line gave no report.
    """
    program = HERE / "truth" / f"{name}.py"
    command = [sys.executable, "-m", "cnnlint", "--isolated", "--confirm", "--no-cache", "--format", "json"]
    command += ["--confirm-seed", str(seed), str(program)]
    if chosen := re.search(r"^# select (CNN\d+)", program.read_text(), re.M):
        command += ["--select", chosen[1], "--confirm-only", chosen[1]]
    given = environment() if home is None else {**environment(), "KERAS_HOME": home}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=given)
    if said.returncode > 1:
        raise RuntimeError(f"{name}: {said.stderr}")
    told = [(one["code"], one["evidence"]) for one in json.loads(said.stdout)["diagnostics"] if one["evidence"]]
    return [
        [code, *(found.get(part) for part in ("verdict", "as_written", "repaired", "seconds")), _rests_on(found)]
        for code, found in told
    ]


def _rests_on(found: dict[str, Any]) -> dict[str, Any]:
    """What a later rule needs of a verdict to be held against it without another run, in four digits; of what is open
    why."""
    kept = {part: found[part] for part in ("early", "late", "series") if found.get(part)}
    if found["verdict"] in OPEN:
        kept["summary"] = found["summary"]
    short: dict[str, Any] = json.loads(json.dumps(kept), parse_float=lambda text: float(f"{float(text):.4g}"))
    return short


def truth(arms: dict[str, Any], index: int) -> tuple[float, float, int]:
    """What a finding costs in truth: points early, points in the end, and in how many of the seeds in the end."""
    without = arms.get(f"R-{index}", arms["W"])
    early, late = (
        [100 * (a - b) for a, b in zip(arms["R"][when], without[when], strict=True)] for when in ("early", "late")
    )
    return sum(early) / len(early), sum(late) / len(late), sum(one > 0 for one in late)


def agrees(verdict: str, early: float, late: float, seeds: int) -> str:
    """Whether a verdict is right, wrong, the reverse of the truth, or open."""
    harm = late >= 1 and seeds >= SEEDS - 1
    if verdict in OPEN:
        return "open"
    if verdict == "proved":
        return "right" if late > -1 else "reverse"
    if verdict == "confirmed":
        return "right" if harm else "reverse" if late <= -1 else "wrong"
    if verdict == "slower":
        return "right" if early > 0 and late < 3 else "wrong"
    return "right" if abs(late) <= 2 else "wrong"


def table(path: Path, part: str) -> None:
    """A row of a Markdown table for each finding, as in docs/confirm-measurements.md, then the counts.

    Verdicts on the data that a program names stand in the place of the others where `part` is "own".
    """
    judged: list[tuple[str, list[str], list[str], float]] = []
    print("| program | rule | early | end | seeds | verdict | |\n|---|---|---|---|---|---|---|")
    for name, found in results(path).items():
        if "arms" not in found or "verdicts" not in found:
            continue
        heard = found.get(part, found["verdicts"])
        _, repairs = read(name)
        seen: collections.Counter[str] = collections.Counter()
        for index, (code, _) in enumerate(repairs):
            early, late, seeds = truth(found["arms"], index)
            place, seen[code] = seen[code], seen[code] + 1
            runs = [[one[1] for one in run if one[0] == code] for run in heard if run is not None]
            said = [run[place] for run in runs if place < len(run)]
            right = [agrees(verdict, early, late, seeds) for verdict in said]
            judged.append((f"{name} {code}", said, right, late if seeds >= SEEDS - 1 else 0.0))
            level = "" if found["arms"]["R"]["levelled"] else " (not level)"
            gains = f"{early:+.1f} | {late:+.1f}{level} | {seeds}/{SEEDS}"
            print(f"| {name} | {code} | {gains} | {_counted(said)} | {_counted(right)} |")
    print()
    for line in _summary(judged):
        print(line)


def _summary(judged: list[tuple[str, list[str], list[str], float]]) -> Iterator[str]:
    """What findings (their verdicts, whether these are right, and the points lost in nearly all long trainings) come
    to, under all seeds."""
    for which, taken in (("all seeds", slice(None)), ("seed 0", slice(1))):
        counts = collections.Counter(one for _, _, right, _ in judged for one in right[taken])
        decided = sum(counts.values()) - counts["open"]
        yield f"{which}: {sum(counts.values())} verdicts, {decided} decide, {dict(counts)}"
        proofs = [lost >= 1 for _, said, _, lost in judged for verdict in said[taken] if verdict == "proved"]
        yield f"{which}: {sum(proofs)} of {len(proofs)} proofs are of faults that cost a point"
        harms = [verdict for _, said, _, lost in judged if lost >= HARM for verdict in said[taken]]
        shown = sum(verdict in ("confirmed", "proved") for verdict in harms)
        yield f"{which}: {shown} of {len(harms)} verdicts on harms of {HARM:g} points are confirmed or proved"
    pairs = [pair for _, said, _, _ in judged for pair in itertools.combinations(said, 2)]
    other = collections.Counter(" or ".join(sorted(pair)) for pair in pairs if len(set(pair)) > 1)
    yield f"two seeds say the same in {len(pairs) - sum(other.values())} of {len(pairs)} pairs; else {dict(other)}"
    yield f"{sum(len(set(said)) > 1 for _, said, _, _ in judged)} of {len(judged)} findings have several verdicts"
    for name, said, right, _ in judged:
        wrong = [verdict for verdict, one in zip(said, right, strict=True) if one in ("wrong", "reverse")]
        if wrong:
            yield f"not right: {name} {_counted(wrong)}"


def _counted(words: list[str]) -> str:
    """Words with how often each occurs, where there are several."""
    counts = collections.Counter(words).most_common()
    return ", ".join(word if len(words) == 1 else f"{word} ×{count}" for word, count in counts)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("train", "judge", "table"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs of truth/; all where none is named")
    parser.add_argument("--seeds", type=int, default=CONFIRM_SEEDS, help="seeds to judge under, from 0")
    parser.add_argument("--jobs", type=int, default=1, help="programs to judge at a time")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file with the verdicts")
    parser.add_argument("--own-data", action="store_true", help="as where Keras has downloaded the sets before")
    parser.add_argument("--processor", action="store_true", help="count the processor's seconds")
    asked = parser.parse_intermixed_args()
    global CLOCK
    CLOCK = asked.processor
    part = "own" if asked.own_data else "verdicts"
    names = asked.names or sorted(path.stem for path in (HERE / "truth").glob("*.py"))
    if asked.command == "table":
        table(asked.results, part)
    elif asked.command == "train":
        train(names)
    else:
        judge(names, asked.seeds, asked.results, asked.jobs, part)


if __name__ == "__main__":
    main()
