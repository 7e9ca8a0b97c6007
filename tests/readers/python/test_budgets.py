"""Programs that would not end, or would eat the machine: each is read in a few seconds and little memory.

Every program stands in front of a small model that is read whole where the program lets it, so that giving up on a
part is seen not to be giving up on the file.
"""

# ruff: noqa: E501
from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from multiprocessing.connection import Connection

import pytest

from cnnlint.readers.python import read
from cnnlint.readers.python.by_text.data import noise

SECONDS = 10.0
"""Processor time for one program. The reader's own budget is 6 s; most programs here need a tenth of a second."""
MEGABYTES = 500

HEAD = """\
import functools, math
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input
"""
TAIL = """
last_model = Sequential([Input((8, 8, 3)), Conv2D(4, 3, activation="relu"), Flatten(), Dense(2)])
"""

#: programs after which the small model must still be read whole
HARMLESS = {
    "stars that hand on twice what they were given": "def one(*a):\n    return two(*a, *a)\n"
    "def two(*a):\n    return one(*a, *a)\none(1, 2, 3)\nDense(*range(10**7))\n",
    "endless while": "while True:\n    x = 1\n",
    "endless while that counts": "n = 0\nwhile n < 10:\n    n -= 1\n",
    "endless while with an unknown condition": "while running():\n    step()\n",
    "while over a number that grows": "n = 2\nwhile n > 1:\n    n = n * n\n",
    "loops in loops": "for a in range(1000):\n for b in range(1000):\n  for c in range(1000):\n   d = a + b + c\n",
    "a billion passes": "total = 0\nfor i in range(10**9):\n    total += i\n",
    "a range of 10**400": "for i in range(10**400):\n    pass\n",
    "a loop that fills a list": "xs = []\nfor i in range(10**9):\n    xs.append(i)\n",
    "a list extended by itself": "xs = [1]\nfor i in range(10**6):\n    xs.extend(xs)\n",
    "a list added to itself": "xs = [1]\nwhile True:\n    xs = xs + xs\n",
    "a list augmented by itself": "xs = [1]\nfor i in range(10**6):\n    xs += xs\n",
    "a tuple added to itself": "xs = (1,)\nfor i in range(60):\n    xs = xs + xs\n",
    "a tuple augmented by itself": "xs = (1,)\nfor i in range(60):\n    xs += xs\n",
    "a tuple nested into itself": "xs = (1,)\n"
    + "xs = (xs, xs)\n" * 60
    + "y = xs == xs\nz = Dense(xs)\nw = np.array(xs)\nv = str(xs)\nif xs in xs: pass\n",
    "a list nested into itself": "xs = [1]\n"
    + "xs = [xs, xs]\n" * 60
    + "model = Sequential(xs)\nz = Dense(xs)\nw = np.array(xs)\nz.fit(xs)\n",
    "a dict nested into itself": "d = {}\n"
    + "d = {'a': d, 'b': d}\n" * 60
    + "z = Dense(d)\nw = Dense(**d)\nv = Dense(3)(d)\n",
    "an unknown added to itself": "x = unknown\n"
    + "x = x + x\n" * 60
    + "if x:\n    y = 1\nif not x:\n    y = 2\nprint(x == x)\n",
    "a string added to itself": "s = 'a'\nfor i in range(10**6):\n    s = s + s\n",
    "a string augmented by itself": "s = 'a'\nwhile True:\n    s += s\n",
    "a string times a billion": "s = 'a' * 10**9\nt = 10**9 * b'a'\nu = [0] * 10**9\nv = (0,) * 10**9\n",
    "strings by methods": "s = 'x'.zfill(10**9)\nt = 'x'.ljust(10**9)\nu = 'x'.center(10**9)\nv = 'a'.replace('a', 'b' * 9000)\n",
    "a string replaced in itself": "s = 'ab'\nfor i in range(60):\n    s = s.replace('a', s)\n",
    "a string joined to itself": "s = 'ab'\nfor i in range(60):\n    s = s.join([s, s, s])\n",
    "a string split": "s = ('a,' * 4000)\nfor i in range(60):\n    xs = s.split(',')\n    s = ','.join(xs + xs)\n",
    "a string formatted into itself": "s = 'ab'\nfor i in range(60):\n    s = '{0}{0}'.format(s)\n",
    "an f-string of itself": "s = 'ab'\nfor i in range(60):\n    s = f'{s}{s}{s}'\n",
    "strings side by side": "s = 'ab'\nfor i in range(60):\n    s = f'{s}' f'{s}'\n",
    "a percent format of itself": "s = 'ab'\nfor i in range(60):\n    s = '%s%s' % (s, s)\n",
    "expandtabs": "s = '\\t'.expandtabs(10**9)\n",
    "percent widths": "s = '%1000000000d' % 1\nt = '%.1000000000f' % 1.0\nu = '%*d' % (10**9, 1)\nv = '%(n)1000000000d' % {'n': 1}\n",
    "format widths": "s = '{:1000000000}'.format(1)\nt = '{:>{w}}'.format(1, w=10**9)\nu = format(1, '1000000000')\n",
    "f-string widths": "s = f'{1:1000000000}'\nt = f'{1:.1000000000f}'\nw = 10**9\nu = f'{1:{w}}'\n",
    "powers": "a = 10**10**10\nb = pow(10, 10**10)\nc = pow(10, 10**10, 7)\nd = 2**-10**10\ne = 10**64**64\nf = (10**60)**60\n",
    "shifts": "a = 1 << 10**10\nb = 1 << 64 << 64 << 64 << 64 << 64\nc = 1 << -1\n",
    "sums": "a = sum([[1]] * 5000, [])\nb = sum(range(10**9))\nc = max(range(10**9))\nd = list(range(10**9))\ne = divmod(10**300, 7)\n",
    "bytes": "a = bytes(10**10)\nb = bytearray(10**10)\nc = b'a'.zfill(10**10)\n",
    "numbers from strings": "a = int('9' * 9000)\nb = float('9' * 9000)\nc = str(10**300)\nd = int('9' * 4000) ** 9\ne = '%d' % int('9' * 4000)\n",
    "rounding": "a = round(1.5, 10**9)\nb = round(10**70, -10**9)\nc = round(5, -10**9)\n",
    "numpy": "a = np.zeros((10**9, 10**9))\nb = np.arange(10**12)\nc = np.eye(10**9)\nd = np.tile(a, 10**9)\ne = np.repeat([1], 10**9)\nf = np.linspace(0, 1, 10**9)\n",
    "numpy of a nested list": "xs = [1.0]\n"
    + "xs = [xs, xs]\n" * 40
    + "a = np.array(xs)\nb = np.mean(xs)\nc = a.reshape(-1)\n",
    "comprehensions": "a = [x for x in range(10**9)]\nb = [(x, y, z) for x in range(1000) for y in range(1000) for z in range(1000)]\nc = {x: x for x in range(10**9)}\n",
    "comprehensions in comprehensions": "a = [[[z for z in range(900)] for y in range(900)] for x in range(900)]\n",
    "map of map": "f = lambda x: list(map(f, range(200)))\na = f(1)\n",
    "map and zip": "a = list(map(lambda x: x, range(10**9)))\nb = list(zip(range(10**9), range(10**9)))\nc = dict(enumerate(range(10**9)))\nd = sorted(range(10**9))\n",
    "itertools": "import itertools\na = list(itertools.product(range(1000), repeat=1000))\nb = list(itertools.repeat(1))\nc = list(itertools.count())\nd = list(itertools.chain(range(10**9), range(10**9)))\ne = list(itertools.permutations(range(50)))\n",
    "recursion": "def f(x):\n    return f(x)\ny = f(1)\n",
    "recursion that branches": "def f(x):\n    return f(x) + f(x) + f(x) + f(x)\ny = f(1)\n",
    "mutual recursion": "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\ny = f(1)\n",
    "a lambda that calls itself": "f = lambda x: f(x)\ny = f(1)\nw = (lambda g: g(g))(lambda g: g(g))\n",
    "a property that reads itself": "class A:\n    @property\n    def p(self):\n        return self.p\na = A().p\n",
    "two properties that read each other": "class A:\n    @property\n    def p(self):\n        return self.q\n    @property\n    def q(self):\n        return self.p\na = A().p\n",
    "an __init__ that makes its own class": "class A:\n    def __init__(self):\n        self.a = A()\na = A()\n",
    "a model that makes itself": "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.n = Net()\n    def call(self, x):\n        return self.n(x)\nnet = Net()\n",
    "a layer that calls itself": "class L(layers.Layer):\n    def call(self, x):\n        return self(x)\ny = L()(Input((3,)))\n",
    "a __call__ that calls itself": "class A:\n    def __call__(self, x):\n        return self(x)\ny = A()(1)\n",
    "__getattr__": "class A:\n    def __getattr__(self, name):\n        return getattr(self, name + 'x')\ny = A().b\n",
    "a class that is its own base": "class A: pass\nclass B(A): pass\nA.__bases__ = (B,)\nclass A(A): pass\nclass A(A): pass\ny = A()\n",
    "base classes in a circle": "class A(B):\n    pass\nclass B(A):\n    pass\nclass A(B):\n    pass\nx = A()\nx.missing\n",
    "many bases of many bases": "class A: pass\n"
    + "".join(
        f"class A{i}({'A' if i == 0 else f'A{i - 1}'}, {'A' if i == 0 else f'A{i - 1}'}): pass\n" for i in range(40)
    )
    + "x = A39()\nx.missing\nx.call(1)\n",
    "decorators": "def d(f):\n    return d(f)\n@d\ndef g():\n    pass\ng()\n",
    "a decorator that decorates itself": "@h\ndef h(f):\n    return h(f)\n@h\n@h\ndef k():\n    return k()\nk()\n",
    "partials of partials": "f = functools.partial(print)\nfor i in range(10000):\n    f = functools.partial(f, i)\nf()\n",
    "a partial of itself": "def f(g):\n    return functools.partial(g, g)(g)\nf(f)\n",
    "reduce": "f = functools.reduce(lambda a, b: a + a, range(2000), 'x')\n",
    "a list that holds itself": "xs = []\nxs.append(xs)\nfor x in xs:\n    print(x)\nm = Sequential(xs)\ny = Dense(4)(xs)\nz = xs == xs\nxs.extend(xs)\na = np.array(xs)\nb = tuple(xs)\nc = str(xs)\nf = Dense(*xs, **{'a': xs})\n",
    "a dict that holds itself": "d = {}\nd['d'] = d\nd.update(d)\nm = Dense(**d)\ny = Dense(4)(d)\nfor k, v in d.items():\n    print(v['d']['d'])\n",
    "an instance that holds itself": "class A: pass\na = A()\na.a = a\na.a.a.a.a.b = 1\ny = Dense(4)(a)\n",
    "a tuple in a list in a tuple": "xs = []\nt = (xs,)\nxs.append(t)\ny = Dense(t)\nz = t == t\nu = np.array(t)\nif t in t: pass\nd = {t: 1}\n",
    "a list compared with itself": "a = [1]\nb = [a]\na[0] = b\nc = a == b\nd = a in b\ne = sorted(a)\n",
    "a Sequential added to itself": "m = Sequential()\nm.add(m)\nm.compile(loss='mse')\nm(m)\nm.summary()\n",
    "two Sequentials that hold each other": "a = Sequential([Dense(2)])\nb = Sequential([a])\na.add(b)\na.compile(loss='mse')\nb.fit(a, b)\nfor x in a.layers: pass\n",
    "a model fed to itself": "i = Input((4,))\nm = keras.Model(i, Dense(4)(i))\nfor k in range(10**6):\n    m = keras.Model(i, m(m(m.output)))\n",
    "a model's layers added while they are read": "m = Sequential([Dense(2)])\nfor l in m.layers:\n    m.add(l)\nm.compile(loss='mse')\n",
    "a list that grows while it is read": "xs = [1]\nfor x in xs:\n    xs.append(x)\n",
    "a model inside its own wrapper": "l = layers.TimeDistributed(Dense(2))\nfor k in range(1000):\n    l = layers.TimeDistributed(l)\ny = l(Input((3, 4)))\n",
    "a bidirectional of itself": "l = layers.LSTM(3)\n"
    + "l = layers.Bidirectional(l, backward_layer=l)\n" * 60
    + "y = l(Input((3, 4)))\n",
    "generators": "def g():\n    while True:\n        yield 1\nfor x in g():\n    print(x)\nxs = list(g())\nys = [x for x in g()]\nn = next(g())\n",
    "a generator of itself": "def g():\n    yield from g()\nxs = list(g())\nys = sum(x for x in g())\n",
    "async code": "import asyncio\nasync def f():\n    async with lock as l:\n        async for x in f():\n            await f()\n    return [y async for y in f()]\nasyncio.run(f())\n",
    "global and nonlocal": "def f():\n    global f, q\n    q = f\n    def g():\n        nonlocal q2\n        q2 = f\n    q2 = 1\n    return g()\nf()\nq()\n",
    "names deleted": "x = 1\ndel x\nprint(x)\ndel x, y\ndel (a, b)\ndel q[0], q.b\n",
    "unknown arguments behind a star": "def f(a, *b, c=1, **d):\n    return f(*b, **d)\nf(*unknown, **unknown)\nf(*range(10**9))\nlayers.Dense(*unknown, **unknown)\nSequential(*unknown)\nkeras.Model(**unknown)\nrange(*unknown)\nsuper(*unknown)\n",
    "stars over long things": "f(*[1] * 9000)\nf(**{str(i): i for i in range(9000)})\na, *b = range(10**9)\n*a, b = 'x' * 9000\n[*a, *a, *a]\n",
    "star list of itself": "a = [1]\nfor i in range(100):\n    a = [*a, *a]\nb = {}\nfor i in range(100):\n    b = {**b, **b, i: b}\n",
    "a loss of many terms": "def loss_of(log_var, mean, x):\n"
    + "    loss = 0.5 * (1 + log_var - mean**2 - np.exp(log_var))\n"
    + "".join(f"    loss = loss + x[{i}]\n" for i in range(300))
    + "    return loss\n",
    "a deep chain of calls": "x = keras" + ".a()" * 300 + "\n",
    "a long and": "x = " + " and ".join(["y"] * 300) + "\n",
    "a long elif": "if a0: pass\n" + "".join(f"elif a{i}: x = {i}\n" for i in range(400)),
    "a huge number": "x = " + "9" * 200_000 + "\n",
    "a huge hexadecimal number": "x = 0x"
    + "f" * 200_000
    + "\ny = x * x\nz = str(x)\nw = f'{x}'\nv = '%d' % x\nDense(x)\n",
    "a huge string": "x = '" + "a" * 2_000_000 + "'\n",
    "a huge list": "x = [" + "1, " * 50_000 + "]\ny = np.array(x)\n",
    "a huge dict": "x = {" + ", ".join(f"{i}: {i}" for i in range(20_000)) + "}\n",
    "thousands of functions": "".join(f"def f{i}(x): return f{i + 1}(x)\n" for i in range(2000)) + "f0(1)\n",
    "hundreds of trainings under one name": "(a, b), (c, d) = keras.datasets.mnist.load_data()\n"
    + "a = a / 255\nc = c / 255\nm = Sequential([Flatten(input_shape=(28, 28)), Dense(10)])\n"
    "m.fit(a, b, epochs=3, validation_data=(c, d))\nprint(m.evaluate(c, d))\np = m.predict(c)\n" * 160,
    "a class body that loops": "class A:\n    while True:\n        x = 1\n    class A:\n        y = A\n",
    "try in a loop": "while True:\n    try:\n        f()\n    except:\n        continue\n    finally:\n        continue\n",
    "with in a loop": "while True:\n    with open('a') as f, open('b') as g:\n        break\n",
    "match": "match x:\n    case {'a': [1, *y], **z} if z: pass\n    case A(b=1) | [_, _]: pass\n    case _: pass\n",
    "walrus": "while (x := f(x)):\n    pass\nwhile (y := 1):\n    pass\n",
    "a default that calls": "def f(x=[], y=lambda: f()):\n    x.append(x)\n    return y()\nf()\nf()\n",
    "imports of nothing": "import a.b.c.d as e\nfrom . import *\nfrom .... import x\nfrom a import (b)\nimport a.b.c\na.b.c.d.e()\nfrom .x import y\n",
    "negative everything": "x = [1][-5]\ny = 'a'[5]\nz = (1,)[::0]\nw = range(0, 10, 0)\nv = 'a' * -5\nu = 1 // 0\nt = 1 % 0\ns = 0 ** -1\nr = [][0]\nq = {}['a']\n",
    "layers of strange sizes": "i = Input((8, 8, 3))\nfor n in (0, -1, 1.5, 'a', None, (), (1, 2, 3, 4), 10**30, True, [], {}):\n    x = Conv2D(n, n, strides=n, padding=n)(i)\n    y = Dense(n)(i)\n    z = layers.MaxPooling2D(n, n)(i)\n    w = layers.Reshape((n, n))(i)\n    v = layers.UpSampling2D(n)(i)\n    u = layers.Permute((n, n, n))(i)\n    t = layers.Concatenate(axis=n)([i, i])\n    s = layers.ZeroPadding2D(n)(i)\n    r = layers.Embedding(n, n)(i)\n    q = Conv2D(4, 3, dilation_rate=n, groups=n)(i)\n    p = layers.Dot(n)([i, i])\n    o = layers.Cropping2D(n)(i)\n    b = layers.BatchNormalization(axis=n)(i)\n    m = layers.LSTM(n)(i)\n    c = layers.Conv2DTranspose(n, n, strides=n, output_padding=n)(i)\n    d = layers.RepeatVector(n)(i)\n    e = layers.Softmax(axis=n)(i)\n",
    "inputs of strange shapes": "for s in (None, 1, -1, 0, 'a', (), (None,), ('a',), (1.5,), [[1]], {}, (10**30,) * 4, ((1, 2), 3)):\n    i = Input(s)\n    x = Conv2D(3, 3)(i)\n    y = Dense(3)(i)\n    z = Flatten()(i)\n    w = Dense(4, input_shape=s)\n    m = Sequential([w, Dense(2)])\n    m.compile(loss=s, optimizer=s, metrics=s)\n    m.fit(s, s, epochs=s, batch_size=s)\n",
    "things called that cannot be": "x = 1()\ny = None()\nz = 'a'()\nw = [1]()\nv = (1, 2)(3)\nu = {}['a'](1)\nt = Dense(3)(Dense(4))(5)\ns = Sequential()()()\nr = keras.Model()()\nDense()()\nlayers.Conv2D()()\nlayers.add()\nlayers.Concatenate()()\nlayers.Lambda()()\nlayers.TimeDistributed()()\nlayers.Bidirectional()()\nInput()()\nkeras.applications.ResNet50(1, 2, 3, 4, 5, 6, 7, 8, 9)()\n",
}

#: programs that cost so much that the reader gives up on a part, and must say so; the text stands in its notes
PARTLY = {
    "a model that doubles": (
        "i = Input((4,))\nx = Dense(4)(i)\nfor k in range(1000):\n    m = keras.Model(i, x)\n    x = layers.add([m(x), m(x)])\n",
        "partly read",
    ),
    "a loop of a thousand layers": ("x = Input((4,))\nfor i in range(1000):\n    x = Dense(4)(x)\n", "passes"),
    "doubling paths": (
        "x = Input((4,))\n"
        + "".join(f"if unknown_{i}:\n    x = Dense({i + 1})(x)\n" for i in range(60))
        + "m = keras.Model(m_in, x)\n",
        "ways through",
    ),
    "doubling paths in a function": (
        "def f(x, *flags):\n"
        + "".join(f"    if flags[{i}]:\n        x = Dense({i + 1})(x)\n" for i in range(60))
        + "    return x\nf(Input((4,)))\n",
        "ways through",
    ),
    "recursion of layers": ("def f(x):\n    return f(Dense(4)(x))\ny = f(Input((4,)))\n", "calls itself"),
    "recursion that doubles layers": (
        "def f(x):\n    return layers.add([f(Dense(4)(x)), f(Dense(4)(x)), f(x)])\ny = f(Input((4,)))\n",
        "calls itself",
    ),
    "loops of layers in loops": (
        "x = Input((4,))\nfor a in range(500):\n  for b in range(500):\n    for c in range(500):\n      x = Dense(4)(x)\n",
        "partly read",
    ),
    "a deep chain of attributes": ("x = keras" + ".a" * 3000 + "\n", "chains more than"),
    "a long sum": ("x = " + " + ".join(["1"] * 20_000) + "\n", "chains more than"),
    "a long comparison": ("x = " + " < ".join(["1"] * 3000) + "\n", "chains more than"),
    "a hundred thousand lines": ("x = 1\ny = x + 1\nprint(x, y)\nz = [x, y]\n" * 25_000, "too long"),
    "many steps": (
        "def f(x):\n" + "    x = x + 1\n" * 2000 + "    return x\n" + "f(unknown())\n" * 2000,
        "partly read",
    ),
    "a chain of helpers": (
        "".join(f"def f{i}(x):\n    return f{i + 1}(Dense(2)(x))\n" for i in range(200)) + "y = f0(Input((4,)))\n",
        "too deeply",
    ),
}


def _child(source: str, answer: Connection) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(before.ru_utime + before.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + int(SECONDS * 2), resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_DATA, (before.ru_maxrss * 1024 + MEGABYTES * 2_000_000,) * 2)
    reading = read("program.py", source.encode())
    after = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1024 if sys.platform != "darwin" else 1
    program = reading.program
    answer.send(
        {
            "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "megabytes": max(0, after.ru_maxrss - before.ru_maxrss) * unit / 1e6,
            "problems": [problem.message for problem in reading.problems],
            "notes": [note.what for note in program.notes] if program is not None else None,
            "models": [(m.name, m.complete, [n.kind for n in m.nodes]) for m in program.models] if program else [],
        }
    )


def survive(source: str) -> dict[str, object]:
    """Read a program in a process of its own; what it found, and what it took."""
    context = multiprocessing.get_context("forkserver")  # a child of this process would inherit all that tests loaded
    context.set_forkserver_preload(["cnnlint.readers.python", "libcst"])
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(source, sender))
    started = time.monotonic()
    process.start()
    sender.close()
    try:
        result = receiver.recv() if receiver.poll(SECONDS * 10) else None
    except EOFError:
        result = None
    process.join(5)
    if process.is_alive():
        process.kill()
    assert result is not None, f"the reader died or hung (exit {process.exitcode}, {time.monotonic() - started:.1f} s)"
    assert result["seconds"] < SECONDS, result
    assert result["megabytes"] < MEGABYTES, result
    return result  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", HARMLESS)
def test_costs_little_and_the_rest_is_read(name: str) -> None:
    result = survive(HEAD + HARMLESS[name] + TAIL)
    models = {model: (complete, kinds) for model, complete, kinds in result["models"]}  # type: ignore[attr-defined]
    assert models.get("last_model") == (True, ["Input", "Conv2D", "Activation", "Flatten", "Dense"]), result


@pytest.mark.parametrize("name", PARTLY)
def test_says_that_it_was_partly_read(name: str) -> None:
    source, text = PARTLY[name]
    result = survive(HEAD + source + TAIL)
    assert any(text in note for note in result["notes"] or result["problems"]), result  # type: ignore[attr-defined, operator]


@pytest.mark.parametrize(("depth", "layers", "complete"), [("8", 9, True), ("int(input())", 3, False)])
def test_a_recursion_is_followed_while_it_is_known_where_it_ends(depth: str, layers: int, complete: bool) -> None:
    source = (
        "def grown(x, depth):\n    x = Dense(4)(x)\n    if depth > 0:\n        x = grown(x, depth - 1)\n    return x\n"
        f"start = Input((4,))\nmodel = keras.Model(start, grown(start, {depth}))\n"
    )
    program = read("program.py", (HEAD + source).encode()).program
    assert program is not None
    [model] = program.models
    assert sum(node.kind == "Dense" for node in model.nodes) == layers
    assert model.complete is complete


def test_passes_that_only_call_what_is_not_known_end_as_those_that_build_nothing_do() -> None:
    source = (
        "start = Input((4,))\nscores = []\nfor episode in range(1000):\n    for step in range(20):\n"
        "        env.render(start)\n        scores.append(episode)\n"
    )
    program = read("program.py", (HEAD + source + TAIL).encode()).program
    assert program is not None
    assert program.notes == []
    deep = source.replace("env.render(start)", "start = env.render(start)")  # each hangs on the one before
    program = read("program.py", (HEAD + deep + TAIL).encode()).program
    assert program is not None
    assert [note.what for note in program.notes] == ["a loop of more than 512 passes was not read to its end"]


def test_a_question_about_the_text_that_fails_costs_its_answer_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(parsed: object) -> list[object]:
        raise KeyError("a mistake of ours")

    source = HEAD + TAIL + 'last_model.compile("adam", lambda y, p: -keras.losses.mean_squared_error(y, p))\n'
    before = read("program.py", source.encode()).program
    monkeypatch.setattr(noise, "events", failing)
    after = read("program.py", source.encode()).program
    assert before is not None
    assert after is not None
    assert [type(event) for event in after.events] == [type(event) for event in before.events] != []
    assert [note.what for note in after.notes] == ["a question about the text failed: KeyError"]
