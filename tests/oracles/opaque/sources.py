"""What a program is given from outside: how it asks for it, and stand-ins that give something else every time."""

from __future__ import annotations

import io
import json
import random
import types
from collections.abc import Mapping

from oracles.python.grammar import KEYS, WORDS

SOURCES: dict[str, tuple[str, ...]] = {
    "int": (
        'int(input("number"))',
        'int(os.environ["N"])',
        'int(os.environ.get("M", "3"))',
        "int(sys.argv[1])",
        "random.randint(0, 9)",
        "random.choice([1, 2, 5])",
        "settings.number()",
        'settings.number("n")',
        "settings.WIDTH",
        'len(os.listdir("pictures"))',
        'json.load(open("c.json"))["n"]',
        "len(settings.words())",
    ),
    "bool": (
        "(random.random() < 0.5)",
        "(random.random() < 0.5)",
        'os.path.exists("weights")',
        '("DEBUG" in os.environ)',
        '(os.environ.get("MODE") == "train")',
        "(len(sys.argv) > 6)",
        "settings.flag()",
        "settings.FAST",
        'settings.flag("deep")',
        '(input("yes or no") == "yes")',
        'bool(int(os.environ["ON"]))',
        '("--big" in sys.argv)',
        "(not settings.SLOW)",
        "(settings.number() > 4)",
        'os.path.isdir("data")',
    ),
    "float": ("settings.RATE", "settings.rate()"),
    "str": (
        'input("word")',
        'os.environ.get("NAME", "relu")',
        "sys.argv[3]",
        "settings.NAME",
        'random.choice(["relu", "tanh"])',
        'random.choice(["a", "b", "c"])',
        "settings.word()",
    ),
    "ints": (
        '[int(w) for w in input("numbers").split()]',
        "[int(w) for w in sys.argv[1:3]]",
        "settings.sizes()",
        "list(settings.SIZES)",
        'json.load(open("c.json"))["sizes"]',
        "random.sample(range(10), 3)",
        "[random.randint(0, 4) for _ in range(3)]",
        "list(range(settings.number()))",
        "[i for i in [1, 2, 3] if random.random() < 0.5]",
        "[5] * settings.number()",
    ),
    "strs": ('os.listdir("pictures")', "sys.argv[3:]", 'input("words").split()', "settings.words()"),
    "dict": ('json.load(open("c.json"))["options"]', "dict(settings.OPTIONS)", "settings.options()"),
    "set": ("set(settings.sizes())", "set(settings.SIZES)"),
    "tuple": ("tuple(settings.sizes())", "tuple(settings.SIZES)", 'tuple(map(int, input("numbers").split()))'),
    "pairs": ("settings.pairs()", "[*settings.options().items()]"),
}
MODULES = ("os", "sys", "random", "json", "settings")


class World:
    """Everything from outside, as it is in one execution."""

    def __init__(self, seed: str) -> None:
        self.rng = rng = random.Random(seed)
        self.constants: dict[str, object] = {}
        self.numbers = [self.number() for _ in range(8)]
        environ = {"N": str(self.number()), "ON": str(rng.randint(0, 1)), "MODE": rng.choice(["train", "test"])}
        environ |= {"NAME": self.word()} if rng.random() < 0.7 else {}
        environ |= {"M": str(self.number())} if rng.random() < 0.7 else {}
        environ |= {"DEBUG": "1"} if rng.random() < 0.5 else {}
        words = [self.word() for _ in range(rng.randint(1, 5))]
        argv = ["program", str(self.number()), str(self.number()), *words]
        argv += ["--big"] if rng.random() < 0.5 else []
        files = {name: rng.random() < 0.5 for name in ("weights", "data")}
        pictures = self.words()
        text = json.dumps({"n": self.number(), "sizes": self.sizes(), "options": self.options()})
        path = types.SimpleNamespace(exists=lambda name: files[name], isdir=lambda name: files[name])
        self.modules = {
            "os": _module("os", environ=environ, listdir=lambda name: list(pictures), path=path),
            "sys": _module("sys", argv=argv),
            "random": _module("random", random=rng.random, randint=rng.randint, choice=rng.choice, sample=rng.sample),
            "settings": _module(
                "settings",
                WIDTH=self.number(),
                FAST=self.flag(),
                SLOW=self.flag(),
                RATE=self.rate(),
                rate=self.rate,
                NAME=self.word(),
                SIZES=self.sizes(),
                OPTIONS=self.options(),
                number=self.number,
                flag=self.flag,
                word=self.word,
                words=self.words,
                sizes=self.sizes,
                options=self.options,
                pairs=lambda: [*self.options().items()],
            ),
        }
        self.builtins: Mapping[str, object] = {"input": self.typed, "open": lambda name: io.StringIO(text)}

    def number(self, name: str = "") -> int:
        return self.rng.choice([0, 1, 2, 3, self.rng.randint(0, 9)])

    def rate(self) -> float:
        return self.rng.choice([0.0, 0.5, 1.0, 2.0, 3.0])

    def flag(self, name: str = "") -> bool:
        return self.rng.random() < 0.5

    def word(self) -> str:
        return self.rng.choice([word for word in WORDS if word and " " not in word])

    def words(self) -> list[str]:
        return [self.word() for _ in range(self.rng.randint(0, 4))]

    def sizes(self) -> list[int]:
        return [self.number() for _ in range(self.rng.randint(0, 4))]

    def options(self) -> dict[str, int]:
        return {self.rng.choice(KEYS): self.number() for _ in range(self.rng.randint(0, 4))}

    def typed(self, prompt: str) -> str:
        return {
            "number": str(self.number()),
            "word": self.word(),
            "words": " ".join(self.words()),
            "numbers": " ".join(map(str, self.sizes())),
            "yes or no": self.rng.choice(["yes", "no"]),
        }[prompt]


def _module(name: str, **held: object) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(held)
    return module
