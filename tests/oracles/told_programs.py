# ruff: noqa: E501
"""Programs as people write them that learn only when they run what they are to build.

Every one is put together of pieces: where its settings come from (`Settings`), what it knows of its data, a body, a
head that its classes choose, how it is compiled and trained. Faults are put in afterwards, a line at a time.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .layer_steps import Draw
from .told_bodies import BODIES, Body
from .told_runs import Given

HEAD = ["import keras", "import numpy as np", "import tensorflow as tf", "from keras import layers"]
#: runs that every program has to pass
RUNS = 4


@dataclass
class Program:
    """A program, and what it may be given; all of it works, or, with a fault, none."""

    text: str
    given: list[Given]
    further: list[Given] = field(default_factory=list)
    fault: str = ""


class Settings:
    """The values that a program is told, how it asks for them, and what else it may hear."""

    WAYS = (
        "argparse",
        "main",
        "absl",
        "json",
        "yaml",
        "environment",
        "update",
        "parameters",
        "dice",
        "tuner",
        "fields",
    )

    def __init__(self, draw: Draw) -> None:
        self.draw, self.way = draw, draw.choice(self.WAYS)
        self.options: dict[str, list[Any]] = {}

    def ask(self, name: str, *options: Any) -> str:
        """An expression for a value that is the first of these where nothing is told."""
        self.options[name] = list(options)
        way = self.way
        if way in ("argparse", "main"):
            return f"args.{name}" if self.draw.flip(0.9) else f"getattr(args, '{name}')"
        if way == "absl":
            return f"FLAGS.{name}"
        if way in ("json", "yaml", "update"):
            return f'config["{name}"]'
        if way in ("environment", "dice"):
            return name.upper()
        if way == "tuner":
            return self._tuned(name, options)
        return f"cfg.{name}" if way == "fields" else name

    def _tuned(self, name: str, options: tuple[Any, ...]) -> str:
        if isinstance(options[0], bool):
            return f'hp.Boolean("{name}")'
        if isinstance(options[0], int) and list(options) == sorted(options) and len(options) > 1:
            step = options[1] - options[0]
            if all(b - a == step for a, b in itertools.pairwise(options)):
                return f'hp.Int("{name}", {options[0]}, {options[-1]}, step={step})'
        return f'hp.Choice("{name}", {list(options)!r})'

    @property
    def lists(self) -> bool:
        """Whether a list can be told."""
        return self.way not in ("tuner", "environment")

    @property
    def parameters(self) -> str:
        """What the function that builds takes beside what it knows of the data."""
        if self.way == "parameters":
            return "".join(f", {name}={options[0]!r}" for name, options in self.options.items())
        return {"main": ", args", "tuner": "", "fields": ", cfg"}.get(self.way, "")

    @property
    def passed(self) -> str:
        return {"main": ", args", "fields": ", cfg"}.get(self.way, "")

    def lines(self) -> list[str]:
        """What stands at the head of the program."""
        way, draw = self.way, self.draw
        first = {name: options[0] for name, options in self.options.items()}
        if way in ("argparse", "main"):
            made = ["parser = argparse.ArgumentParser()"]
            made += [f"parser.add_argument({self._argument(name, options)})" for name, options in self.options.items()]
            if way == "main":
                return [
                    "import argparse",
                    "",
                    "def get_args():",
                    *(f"    {line}" for line in made),
                    "    return parser.parse_args()",
                ]
            return ["import argparse", *made, "args = parser.parse_args()"]
        if way == "absl":
            return [
                "from absl import app, flags",
                "FLAGS = flags.FLAGS",
                *(self._flag(*one) for one in self.options.items()),
            ]
        if way == "json":
            return ["import json", 'with open("config.json") as f:', "    config = json.load(f)"]
        if way == "yaml":
            return ["import yaml", 'config = yaml.safe_load(open("config.yaml"))']
        if way == "update":
            return ["import json", "import os", f"config = {first!r}", 'if os.path.exists("config.json"):',
                    '    config.update(json.load(open("config.json")))']  # fmt: skip
        if way == "environment":
            return ["import os", *(self._environment(*one) for one in self.options.items())]
        if way == "dice":
            how = draw.choice(("random.choice", "np.random.choice"))
            if any(
                not isinstance(option, (int, str, float)) for options in self.options.values() for option in options
            ):
                how = "random.choice"
            return [
                "import random",
                *(f"{name.upper()} = {how}({options!r})" for name, options in self.options.items()),
            ]
        if way == "fields":
            kinds = {name: type(value).__name__ for name, value in first.items()}
            held = [
                f"    {name}: {kinds[name]} = "
                + (f"field(default_factory=lambda: {value!r})" if isinstance(value, list) else repr(value))
                for name, value in first.items()
            ]
            return [
                "import json",
                "import os",
                "from dataclasses import dataclass, field",
                "",
                "@dataclass",
                "class Config:",
                *held,
            ]
        return []

    def _argument(self, name: str, options: list[Any]) -> str:
        value = options[0]
        spelled = f'"--{name}"'
        if isinstance(value, bool):
            return f'{spelled}, action="store_{"false" if value else "true"}"'
        if isinstance(value, list):
            return f'{spelled}, nargs="+", type=int, default={value!r}'
        if isinstance(value, str):
            chosen = f", choices={options!r}" if self.draw.flip() else ""
            return f"{spelled}, type=str, default={value!r}{chosen}"
        return f"{spelled}, type={type(value).__name__}, default={value!r}"

    def _flag(self, name: str, options: list[Any]) -> str:
        value = options[0]
        if isinstance(value, list):
            return f'flags.DEFINE_multi_integer("{name}", {value!r}, "")'
        if isinstance(value, str) and self.draw.flip():
            return f'flags.DEFINE_enum("{name}", {value!r}, {options!r}, "")'
        kind = {bool: "boolean", int: "integer", float: "float", str: "string"}[type(value)]
        return f'flags.DEFINE_{kind}("{name}", {value!r}, "")'

    def _environment(self, name: str, options: list[Any]) -> str:
        upper, value = name.upper(), options[0]
        asked = self.draw.choice((f'os.environ.get("{upper}", "{value}")', f'os.getenv("{upper}", "{value}")'))
        if isinstance(value, bool):
            return f'{upper} = {asked} == "True"'
        return f"{upper} = {asked}" if isinstance(value, str) else f"{upper} = {type(value).__name__}({asked})"

    def given(self, values: dict[str, Any]) -> Given:
        """A run in which it is told these values."""
        way = self.way
        differ = {name: value for name, value in values.items() if value != self.options[name][0]}
        if way in ("argparse", "main", "absl"):
            return Given(argv=" ".join(self._typed(name, value) for name, value in differ.items()))
        if way in ("json", "update", "fields"):
            files = {"config.json": json.dumps(values)} if way == "json" or differ else {}
            return Given(files=files)
        if way == "yaml":
            return Given(files={"config.yaml": json.dumps(values)})
        if way == "environment":
            return Given(env={name.upper(): str(value) for name, value in differ.items()})
        if way == "dice":
            return Given(picks=tuple(self.options[name].index(value) for name, value in values.items()))
        return (
            Given(tuned=values)
            if way == "tuner"
            else Given(
                after=f"given = {values!r}\ntrain(**given) if 'train' in globals() else build_model(x_train.shape[1:], n_classes, **given)"
            )
        )

    def _typed(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return f"--{name}" if self.way != "absl" or value else f"--no{name}"
        if isinstance(value, list):
            if self.way == "absl":
                return " ".join(f"--{name}={one}" for one in value)
            return f"--{name} " + " ".join(map(str, value))
        return f"--{name}={value}"

    def unusual(self, values: dict[str, Any]) -> int:
        """How many numbers are others than by default."""
        return sum(
            value != self.options[name][0] for name, value in values.items() if not isinstance(value, (bool, str))
        )

    def told(self) -> list[dict[str, Any]]:
        """All that it may be told, what it is without being told first."""
        names = list(self.options)
        product = [
            dict(zip(names, one, strict=True))
            for one in itertools.islice(itertools.product(*self.options.values()), 3000)
        ]
        rest = product[1:]
        self.draw.shuffle(rest)
        return [product[0], *rest]


def program(draw: Draw) -> Program:
    """A program whose every run should work."""
    ask = Settings(draw)
    body: Body = draw.choice(BODIES)(draw, ask)
    data, runs = _data(draw, body)
    lines = ["def build_model({}):".format(("hp" if ask.way == "tuner" else "input_shape, n_classes") + ask.parameters)]
    if ask.way == "tuner":
        lines.append("    input_shape, n_classes = x_train.shape[1:], N_CLASSES")
    lines += [f"    {line}" for line in body.lines]
    compiled = _compiled(draw, ask, body)
    apart = ask.way != "tuner" and draw.flip(0.35)
    if apart:
        lines += ["    return model", "", "def compile_model(model, n_classes{}):".format(", args" if ask.way == "main" else ", cfg" if ask.way == "fields" else ""
        )]  # fmt: skip
        if ask.way == "parameters":
            compiled = [line.replace("lr", "1e-3") for line in compiled]
    lines += [f"    {line}" for line in compiled]
    lines += ["    return model", ""]
    lines[0] = "def build_model({}):".format(
        ("hp" if ask.way == "tuner" else "input_shape, n_classes") + ask.parameters
    )
    text = [*HEAD, *ask.lines(), "", *body.before, *lines, ""]
    text += _main(draw, ask, data, apart)
    whole = "\n".join(text) + "\n"
    told = ask.told()
    given = [
        (values, replace(ask.given(values), files={**ask.given(values).files, **run}))
        for values in told
        for run in runs
    ]
    (_, first), *rest = given
    draw.shuffle(rest)
    # numbers are read as they are by default, so that what is said is most likely true of runs that leave them so
    further = sorted(rest[RUNS - 1 :], key=lambda one: ask.unusual(one[0]))
    return Program(whole, [first, *(one for _, one in rest[: RUNS - 1])], [one for _, one in further])


def _data(draw: Draw, body: Body) -> tuple[list[str], list[dict[str, Any]]]:
    """The lines that load the data and count its classes, and several things that may lie on the disk."""
    lines = ['x_train = np.load("x_train.npy")', 'y_train = np.load("y_train.npy")']
    how = draw.choice(("max", "set", "unique", "folder", "encoder", "shape", "len"))
    count = {
        "max": "int(y_train.max()) + 1",
        "set": "len(set(y_train.tolist()))",
        "unique": "len(np.unique(y_train))",
        "folder": 'len(os.listdir("data"))',
        "encoder": "len(encoder.classes_)",
        "shape": "len(class_names)",
        "len": "1 + int(np.max(y_train))",
    }[how]
    if how == "folder":
        lines = ["import os", *lines]
    if how == "encoder":
        lines = [
            "from sklearn.preprocessing import LabelEncoder",
            *lines,
            "encoder = LabelEncoder()",
            "y_train = encoder.fit_transform(y_train)",
        ]
    if how == "shape":
        lines.append('class_names = [line.strip() for line in open("classes.txt")]')
    if draw.flip(0.3):
        lines.append(
            'x_train = x_train.astype("float32")' if body.kind != "text" else 'y_train = y_train.astype("int32")'
        )
    lines.append(f"n_classes = {count}")
    runs = []
    for classes in (3, 2, 5):
        x = np.random.default_rng(0).normal(size=(6, *draw.choice(body.shapes))).astype("float32")
        if body.kind == "text":
            x = np.abs(x * 3).astype("int32")
        y = np.arange(6) % classes
        runs.append({"x_train.npy": x, "y_train.npy": y, "data": classes, "classes.txt": "a\n" * classes})
    return lines, runs


def _compiled(draw: Draw, ask: Settings, body: Body) -> list[str]:
    """How the model is compiled, by its classes and its settings."""
    own = ask.way == "parameters"
    rate = "lr" if own else ask.ask("lr", 0.001, 0.0003)
    if own:
        ask.options["lr"] = [0.001, 0.0003]
    lines = []
    way = draw.choice(("if", "ternary", "table"))
    if body.classes == "many":
        loss = '"sparse_categorical_crossentropy"'
    elif way == "if":
        lines = [
            "if n_classes > 2:",
            '    loss = "sparse_categorical_crossentropy"',
            "else:",
            '    loss = "binary_crossentropy"',
        ]
        loss = "loss"
    else:
        loss = '"sparse_categorical_crossentropy" if n_classes > 2 else "binary_crossentropy"'
    optimizer = draw.choice(
        (f"keras.optimizers.Adam({rate})", f"keras.optimizers.Adam(learning_rate={rate})", "choose")
    )
    if optimizer == "choose" and not own:
        chosen = ask.ask("optimizer", "adam", "sgd", "rmsprop")
        made = draw.choice(("if", "table", "get"))
        if made == "if":
            lines += [f'if {chosen} == "adam":', f"    optimizer = keras.optimizers.Adam({rate})", f'elif {chosen} == "sgd":',
                      f"    optimizer = keras.optimizers.SGD({rate}, momentum=0.9)", "else:", f"    optimizer = keras.optimizers.RMSprop({rate})"]  # fmt: skip
        elif made == "table":
            lines += ["optimizers = {", '    "adam": keras.optimizers.Adam,', '    "sgd": keras.optimizers.SGD,', '    "rmsprop": keras.optimizers.RMSprop,', "}",
                      f"optimizer = optimizers[{chosen}]({rate})"]  # fmt: skip
        else:
            lines += [f"optimizer = keras.optimizers.get({chosen})", f"optimizer.learning_rate = {rate}"]
        optimizer = "optimizer"
    elif optimizer == "choose":
        optimizer = f"keras.optimizers.Adam({rate})"
    metrics = draw.choice(('["accuracy"]', '["accuracy"]', "[]"))
    return [*lines, f"model.compile(optimizer={optimizer}, loss={loss}, metrics={metrics})"]


def _main(draw: Draw, ask: Settings, data: list[str], apart: bool) -> list[str]:
    """The lines that put it together."""
    shape = draw.choice(("x_train.shape[1:]", "x_train[0].shape"))
    fit = draw.choice(
        ("model.fit(x_train, y_train, epochs=5)", "model.fit(x_train, y_train, batch_size=4, epochs=3, verbose=2)")
    )
    settings = {"main": ["args = get_args()"], "fields": ["cfg = Config()"]}.get(ask.way, [])
    if ask.way == "fields":
        settings += ['if os.path.exists("config.json"):', '    cfg = Config(**json.load(open("config.json")))']
    if ask.way == "tuner":
        search = ["import keras_tuner as kt", *data, "N_CLASSES = n_classes"]
        kind = draw.choice(("RandomSearch", "Hyperband"))
        return [
            *search,
            f'tuner = kt.{kind}(build_model, objective="val_accuracy")',
            "tuner.search(x_train, y_train, epochs=2)",
        ]
    if ask.way == "parameters":
        held = draw.flip()
        line = f"model = build_model({shape}, n_classes)"
        if held:  # called by somebody else alone
            return [*data, "", "def train(**kwargs):", f"    model = build_model({shape}, n_classes, **kwargs)",
                    *(["    compile_model(model, n_classes)"] if apart else []), f"    {fit}", "    return model"]  # fmt: skip
        return [*data, line, *(["compile_model(model, n_classes)"] if apart else []), fit]
    lines = [*settings, *data, f"model = build_model({shape}, n_classes{ask.passed})"]
    if apart:
        lines.append(f"compile_model(model, n_classes{ask.passed})")
    lines.append(fit)
    if ask.way in ("absl",):
        return [
            "def main(_):",
            *(f"    {line}" for line in lines),
            "",
            'if __name__ == "__main__":',
            "    app.run(main)",
        ]
    if ask.way == "main" or draw.flip(0.4):
        return ["def main():", *(f"    {line}" for line in lines), "", 'if __name__ == "__main__":', "    main()"]
    return lines


#: what goes wrong, as (what, pattern, what stands there instead)
FAULTS = (
    ("no Flatten", r"x = layers\.(Flatten|GlobalAveragePooling\dD|GlobalMaxPooling\dD)\(\)\(x\)", "x = x"),
    ("other rank", r"layers\.Conv2D\(", "layers.Conv3D("),
    ("other rank", r"layers\.Conv1D\(", "layers.Conv2D("),
    ("other rank", r"layers\.MaxPooling2D\(", "layers.MaxPooling3D("),
    ("unknown argument", r"activation=", "activations="),
    ("unknown argument", r"padding=\"same\"", 'pading="same"'),
    ("unknown name", r'activation="relu"', 'activation="rellu"'),
    ("unknown name", r'"softmax"', '"sofmax"'),
    ("unknown name", r"keras\.optimizers\.Adam\(", "keras.optimizers.Adams("),
    ("unknown name", r"loss=\"sparse_categorical_crossentropy\"", 'loss="sparse_crossentropy"'),
    ("unknown layer", r"layers\.Dense\(", "layers.Dens("),
    ("unknown layer", r"layers\.Dropout\(", "layers.DropOut("),
    ("wrong target", r"layers\.Flatten\(\)\(x\)", "layers.Reshape((7919,))(x)"),
    ("missing argument", r"layers\.Conv2D\((\w+|[^,()]+), 3", r"layers.Conv2D(\1"),
    ("dense on a function", r"\)\(x\)$", ")"),
    ("axis", r"layers\.BatchNormalization\(\)", "layers.BatchNormalization(axis=9)"),
    ("return", r"^    return x$", "    pass"),
    ("not called", r"self\.(\w+)\(x\)$", r"self.\1"),
    ("too large a pool", r"Pooling2D\(\)", "Pooling2D(99)"),
    ("too large a kernel", r"layers\.Conv2D\(([^,()]+), 3(?=[,)])", r"layers.Conv2D(\1, 99"),
)


def faulty(draw: Draw, one: Program) -> Program:
    """The same with a fault put in, where there is a place for one."""
    lines = one.text.splitlines()
    places = [
        (what, number, re.sub(pattern, instead, line, count=1))
        for what, pattern, instead in FAULTS
        for number, line in enumerate(lines)
        if re.search(pattern, line)
    ]
    kinds = sorted({what for what, _, _ in places})
    if not kinds:
        return replace(one, fault="none")
    kind = draw.choice(kinds)
    _, number, line = draw.choice([place for place in places if place[0] == kind])
    lines[number] = line
    return replace(
        one, text="\n".join(lines) + "\n", given=one.given[:2], fault=f"{kind}, row {number + 1}: {line.strip()}"
    )
