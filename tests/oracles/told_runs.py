"""Running a program that is told from outside what to build: its command line, environment, files and dice."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

PROGRAM = "program.py"


@dataclass(frozen=True)
class Given:
    """What one run of a program is given."""

    argv: str = ""
    env: dict[str, str] = field(default_factory=dict)
    #: what stands in the folder that it runs in: text, an array, or how many files a folder has
    files: dict[str, Any] = field(default_factory=dict)
    #: what the dice say, one after the other, as places in what is drawn from
    picks: tuple[int, ...] = ()
    tuned: dict[str, Any] = field(default_factory=dict)
    order: str = "channels_last"
    #: what is run behind it: whoever calls its functions
    after: str = ""


@dataclass
class Truth:
    """What Keras says of one run."""

    refused: str = ""
    #: of every layer that the program makes, by row and class: its number of weights, and the shapes it gives
    layers: dict[tuple[int, str], list[tuple[int | None, list[tuple[int | None, ...]]]]] = field(default_factory=dict)
    totals: set[int] = field(default_factory=set)
    losses: set[str] = field(default_factory=set)


class Tuner:
    """Stands for Keras Tuner's `hp`."""

    def __init__(self, tuned: dict[str, Any]) -> None:
        self.tuned = tuned

    def _first(self, name: str, value: Any, default: Any) -> Any:
        return self.tuned.get(name, value if default is None else default)

    def Int(self, name: str, min_value: int, max_value: int, step: int = 1, default: Any = None, **_: Any) -> Any:
        return self._first(name, min_value, default)

    def Float(self, name: str, min_value: float, max_value: float, default: Any = None, **_: Any) -> Any:
        return self._first(name, min_value, default)

    def Choice(self, name: str, values: list[Any], default: Any = None, **_: Any) -> Any:
        return self._first(name, values[0], default)

    def Boolean(self, name: str, default: bool = False, **_: Any) -> Any:
        return self._first(name, default, None)

    def Fixed(self, name: str, value: Any, **_: Any) -> Any:
        return self._first(name, value, None)


def _tuner(tuned: dict[str, Any]) -> types.ModuleType:
    module = types.ModuleType("keras_tuner")

    class Search:
        def __init__(self, hypermodel: Any, **_: Any) -> None:
            build = hypermodel if callable(hypermodel) else hypermodel.build
            self.model = build(Tuner(tuned))

        def search(self, *args: Any, **kwargs: Any) -> None:
            self.model.fit(*args, **kwargs)

        def get_best_models(self, num_models: int = 1) -> list[Any]:
            return [self.model]

    for name in ("RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch"):
        setattr(module, name, Search)
    module.HyperModel = type("HyperModel", (), {})  # type: ignore[attr-defined]
    module.HyperParameters = lambda: Tuner(tuned)  # type: ignore[attr-defined]
    return module


def _laid_out(files: dict[str, Any]) -> None:
    for name, holds in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(holds, np.ndarray):
            np.save(path, holds)
        elif isinstance(holds, int):
            path.mkdir(exist_ok=True)
            for number in range(holds):
                (path / f"class_{number}").mkdir(exist_ok=True)
        else:
            path.write_text(holds)


@contextlib.contextmanager
def surroundings(given: Given) -> Iterator[None]:
    """What the program asks, answered as it is given."""
    picks = iter(given.picks)

    def picked(options: Any, *_: Any, **__: Any) -> Any:
        return list(options)[next(picks, 0) % len(options)]

    def drawn(low: int, high: int | None = None, *_: Any, **__: Any) -> int:
        low, high = (0, low) if high is None else (low, high)
        return low + next(picks, 0) % (high - low)

    fit = keras.Model.fit

    def short(self: Any, *args: Any, **kwargs: Any) -> Any:
        names = ("x", "y", "batch_size", "epochs", "verbose")
        kwargs |= dict(zip(names, args, strict=False))
        return fit(self, **{**kwargs, "epochs": 1, "verbose": 0})

    here, before = os.getcwd(), keras.config.image_data_format()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        os.chdir(folder)
        _laid_out(given.files)
        keras.config.set_image_data_format(given.order)
        stack.callback(os.chdir, here)
        stack.callback(keras.config.set_image_data_format, before)
        stack.enter_context(mock.patch.object(sys, "argv", [PROGRAM, *given.argv.split()]))
        stack.enter_context(mock.patch.dict(os.environ, given.env))
        stack.enter_context(mock.patch.dict(sys.modules, {"keras_tuner": _tuner(given.tuned)}))
        for owner, name, how in (
            (random, "choice", picked),
            (random, "randint", lambda low, high: drawn(low, high + 1)),
            (random, "random", lambda: next(picks, 0) % 2),
            (np.random, "choice", picked),
            (np.random, "randint", drawn),
            (keras.Model, "fit", short),
        ):
            stack.enter_context(mock.patch.object(owner, name, how))
        stack.enter_context(_flags())
        yield


@contextlib.contextmanager
def _flags() -> Iterator[None]:
    """absl's flags, none of them defined yet."""
    from absl import app, flags

    for name in list(flags.FLAGS):
        delattr(flags.FLAGS, name)
    with mock.patch.object(app, "run", lambda main, argv=None: main(flags.FLAGS(sys.argv))):
        yield


@contextlib.contextmanager
def watching(made: list[tuple[int, Any]], shapes: dict[int, list[Any]], models: list[Any]) -> Iterator[None]:
    """Note every layer that the program makes, with its row, and what each gives."""
    new, call, compile_ = keras.layers.Layer.__new__, keras.layers.Layer.__call__, keras.Model.compile

    def noted(cls: Any, *args: Any, **kwargs: Any) -> Any:
        layer = new(cls, *args, **kwargs)
        frame = sys._getframe(1)
        while issubclass(cls, keras.Model) and frame.f_code.co_filename != PROGRAM and frame.f_back is not None:
            frame = frame.f_back
        if frame.f_code.co_filename == PROGRAM:
            made.append((frame.f_lineno, layer))
        return layer

    def called(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = call(self, *args, **kwargs)
        if hasattr(given, "shape"):
            shapes.setdefault(id(self), []).append(tuple(given.shape))
        return given

    def compiled(self: Any, *args: Any, **kwargs: Any) -> Any:
        models.append(self)
        return compile_(self, *args, **kwargs)

    with (
        mock.patch.object(keras.layers.Layer, "__new__", noted),
        mock.patch.object(keras.layers.Layer, "__call__", called),
        mock.patch.object(keras.Model, "compile", compiled),
    ):
        yield


def keras_says(text: str, given: Given) -> Truth:
    """Run the program once."""
    truth = Truth()
    made: list[tuple[int, Any]] = []
    shapes: dict[int, list[Any]] = {}
    models: list[Any] = []
    space: dict[str, Any] = {"__name__": "__main__", "__file__": PROGRAM}
    tf.config.run_functions_eagerly(True)
    with surroundings(given), watching(made, shapes, models), open(os.devnull, "w") as quiet:
        try:
            with contextlib.redirect_stdout(quiet):
                exec(compile(text, PROGRAM, "exec"), space)
                exec(compile(given.after, "after.py", "exec"), space)
        except SystemExit as error:
            if error.code not in (None, 0):
                truth.refused = f"SystemExit: {error}"
        except Exception as error:
            truth.refused = f"{type(error).__name__}: {error}"
    for row, layer in made:
        counted = _quietly(layer.count_params)
        name = type(layer).__name__
        seen = [size for size in shapes.get(id(layer), []) if size is not None]
        truth.layers.setdefault((row, name), []).append((counted, seen))
        if isinstance(layer, keras.Model) and counted is not None:
            truth.totals.add(counted)
    for model in models:
        if isinstance(getattr(model, "loss", None), str):
            truth.losses.add(model.loss)
    return truth


def _quietly(ask: Callable[[], Any]) -> Any:
    with contextlib.suppress(Exception):
        return ask()
    return None
