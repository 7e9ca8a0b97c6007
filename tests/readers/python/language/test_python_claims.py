"""Kinds of plain Python that were once claimed wrongly, or not known: the value is the width of a layer."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

HEAD = "import keras\nfrom keras import layers\n"
TAIL = "\nmodel = keras.Sequential([keras.Input((4,)), layers.Dense(width)])\n"
UNKNOWN = None

#: what is asked -> the program, and the width that CPython makes of it; None where it must be left open
PROGRAMS: dict[str, tuple[str, int | None]] = {
    "a decorator that is not read": ("import ours\n@ours.cached(3)\ndef f():\n    return 4\nwidth = f()", UNKNOWN),
    "a decorator that leaves a function as it is": (
        "import tensorflow as tf\n@tf.function(jit_compile=True)\ndef f():\n    return 4\nwidth = f()",
        4,
    ),
    "a layer of one class of the program is none of another": (
        "class A(layers.Layer):\n    pass\nclass B(keras.Model):\n    pass\nwidth = 3 if isinstance(B(), A) else 2",
        2,
    ),
    "a class with a base from a module that was not read": (
        "import ours\nclass A(layers.Layer):\n    pass\nclass B(ours.Block):\n    pass\nwidth = 3 if isinstance(B(), A) else 2",
        UNKNOWN,
    ),
    "a decorator that gives nothing back": (
        "def d(f):\n    pass\n@d\ndef f():\n    return 4\nwidth = 3 if f is None else 2",
        3,
    ),
    "a condition that each pass of a loop answers for itself": (
        "import ours\na, b = [], []\nfor i in range(3):\n    if ours.flag():\n        a.append(i)\n    else:\n        b.append(i)\nwidth = len(b) + 1",
        UNKNOWN,
    ),
    "what a pass adds to what such a condition has set": (
        "import ours\nn, m = 1, 1\nfor i in range(3):\n    if i == ours.N:\n        n += 1\n    m += n\nwidth = m",
        UNKNOWN,
    ),
    "a pass that such a condition cuts short": (
        "import ours\nn = 1\nfor i in range(3):\n    if i > ours.N:\n        continue\n    n += 1\nwidth = n",
        UNKNOWN,
    ),
    "what a loop returns under such a condition": (
        "import ours\ndef f():\n    for i in (4, 5, 6):\n        if i > ours.N:\n            return i\n    return 7\nwidth = f()",
        UNKNOWN,
    ),
    "what a function changes that a loop calls": (
        "import ours\na = []\ndef f(i):\n    if i > ours.N:\n        a.append(i)\nfor i in range(3):\n    f(i)\nwidth = len(a) + 1",
        UNKNOWN,
    ),
    "what a comprehension calls that asks anew": (
        "import ours\na = []\ndef f(i):\n    if ours.flag():\n        a.append(i)\n[f(i) for i in range(3)]\nwidth = len(a) + 1",
        UNKNOWN,
    ),
    "a key that a comprehension may leave out": (
        "import ours\nd = {i: 4 for i in (1, 2) if ours.flag()}\nwidth = d.get(2, 3)",
        UNKNOWN,
    ),
    "a generator whose loop may have no pass": (
        "import ours\ndef f(n):\n    for i in range(n):\n        yield i\nwidth = int(bool(list(f(ours.N)))) + 2",
        UNKNOWN,
    ),
    "a generator that asks anew in each pass": (
        "import ours\ndef f():\n    for i in range(3):\n        if i == ours.N:\n            yield 8\n        yield i\nwidth = len(list(f()))",
        UNKNOWN,
    ),
    "a loop over such a generator": (
        "import ours\ndef f():\n    for i in range(3):\n        if i == ours.N:\n            continue\n        yield i\nwidth = 1\nfor i in f():\n    width += 1",
        UNKNOWN,
    ),
    "an exception behind one that may come first": (
        "import ours\na = []\ntry:\n    if ours.flag():\n        raise ValueError\n    a.append(2)\n    raise ValueError\nexcept ValueError:\n    a.append(3)\nwidth = len(a)",
        UNKNOWN,
    ),
    "a condition that every pass of a loop answers alike": (
        "import ours\nn, a, flag = 1, [], ours.FLAG\nfor i in range(3):\n    if flag:\n        a.append(i)\n    n += 1\nwidth = n",
        4,
    ),
    "a function that unread code may call": (
        "import threading\nseen = []\ndef f():\n    seen.append(1)\nthreading.Thread(target=f).start()\nwidth = len(seen) + 1",
        UNKNOWN,
    ),
    "what such a function binds outside": (
        "import ours\nn = 1\ndef f():\n    global n\n    n += 1\nours.run(f)\nwidth = n",
        UNKNOWN,
    ),
    "what its methods set": (
        "import ours\nclass A:\n    n = 1\n    def go(self):\n        self.n = 5\na = A()\nours.run(a.go)\nwidth = a.n",
        UNKNOWN,
    ),
    "what the functions that it calls change": (
        "import ours\nseen = {'n': 1}\ndef g():\n    seen['n'] += 1\nours.run(lambda: g())\nwidth = seen['n']",
        UNKNOWN,
    ),
    "what a method sets that a base calls again": (
        "import ours\nd = {}\nclass A(ours.Base):\n    def __init__(self):\n        self.reset()\n        d['n'] = 4\n        self.reset()\n    def go(self):\n        d['n'] = 5\nA()\nwidth = d['n']",
        UNKNOWN,
    ),
    "what is set on an object between two calls of its base": (
        "import ours\nclass A(ours.Base):\n    def __init__(self):\n        self.reset()\n        self.n = 4\n        self.reset()\n    def go(self):\n        self.n = 5\nwidth = A().n",
        UNKNOWN,
    ),
    "a function that is bound between two calls of a base": (
        "import ours\nd = {'n': 4}\ndef f():\n    pass\ndef g():\n    d['n'] = 5\nclass A(ours.Base):\n    def __init__(self):\n        global f\n        self.reset()\n        d['n'] = 4\n        f = g\n        self.reset()\n    def go(self):\n        f()\nA()\nwidth = d['n']",
        UNKNOWN,
    ),
    "what it only reads": ("import ours\nw = [1, 2]\nours.run(lambda: print(len(w), w[0]))\nwidth = len(w)", 2),
    "a view of a dictionary that unread code is handed": (
        "import ours\nd = {'a': 1}\nours.run(d.keys())\nwidth = len(d.keys()) + d['a']",
        2,
    ),
    "what either arm of a question makes that the program alone decides": (
        "w = [1]\nif len(list({'ab', 'c'})[0]) > 1:\n    w.append(2)\nwidth = len(w)",
        UNKNOWN,
    ),
    "a handler that may run": (
        "import os\nwidth = 3\ntry:\n    os.environ['A']\n    width = 4\nexcept KeyError:\n    width = 5",
        UNKNOWN,
    ),
    "what is bound behind what may raise": (
        "import os\nwidth = 3\ntry:\n    int(os.environ.get('A', '1'))\n    width = 4\nexcept ValueError:\n    pass",
        UNKNOWN,
    ),
    "a list that grows behind what may raise": (
        "import os\nw = [1]\ntry:\n    int(os.environ['A'])\n    w.append(2)\nexcept ValueError:\n    pass\nwidth = len(w)",
        UNKNOWN,
    ),
    "what a handler returns": (
        "import os\ndef f():\n    try:\n        int(os.environ['A'])\n        return 3\n    except KeyError:\n        return 5\nwidth = f()",
        UNKNOWN,
    ),
    "a handler that leaves everything as it was": (
        "import os\nwidth = 3\ntry:\n    os.remove('a')\nexcept OSError as e:\n    print(e)",
        3,
    ),
    "what is bound in a `try` alone": (
        "import os\ntry:\n    os.remove('a')\n    width = 4\nexcept OSError:\n    raise SystemExit",
        4,
    ),
    "an import that may be missing": (
        "try:\n    import ours\n    width = 3\nexcept ImportError:\n    width = 4",
        UNKNOWN,
    ),
    "an import that is not": ("try:\n    import json\n    width = 3\nexcept ImportError:\n    width = 4", 3),
    "a local name before it is bound": (
        "n = 5\ndef f():\n    try:\n        k = n\n    except UnboundLocalError:\n        k = 2\n    n = 3\n    return k\nwidth = f()",
        2,
    ),
    "a bound method out of a table": (
        "import os\nclass C:\n    n = 2\n    def up(self):\n        self.n += 5\nc = C()\n{'a': c.up}.get(os.environ.get('A'))()\nwidth = c.n",
        UNKNOWN,
    ),
    "a function out of a list": (
        "import os\nlog = [1]\ndef f():\n    log.append(1)\n[f, f][len(os.environ)]()\nwidth = len(log)",
        UNKNOWN,
    ),
    "an item that is not known is changed": (
        "import os\nxs = {'a': [1], 'b': [2]}\nxs[os.environ['A']].append(7)\nwidth = len(xs['a'])",
        UNKNOWN,
    ),
    "an item of an item that is not known is changed": (
        "import os\nxs = {'a': {'b': [1]}}\nxs[os.environ['A']]['b'].append(7)\nwidth = len(xs['a']['b'])",
        UNKNOWN,
    ),
    "an attribute of an object that is not known is changed": (
        "import os\nclass C:\n    pass\nc = C()\nc.log = [1]\n[c][len(os.environ)].log.append(4)\nwidth = len(c.log)",
        UNKNOWN,
    ),
    "an item that is not known is read": (
        "import os\nxs = {'a': [1], 'b': [2]}\nxs[os.environ['A']].index(1)\nwidth = len(xs['a']) + 1",
        2,
    ),
    "an attribute of a class that is not known is set": (
        "import os\nclass K:\n    width = 3\nsetattr(K, os.environ['A'], 9)\nwidth = K.width",
        UNKNOWN,
    ),
    "code in a text": ("width = 3\nexec('width = 9')", UNKNOWN),
    "the names of the module as a dictionary": ("width = 3\nglobals()['width'] = 7", 7),
    "a generator that a library goes through": (
        "import heapq\nlog = [1]\ndef g():\n    log.append(1)\n    yield 3\nheapq.nlargest(1, g())\nwidth = len(log)",
        UNKNOWN,
    ),
    "a generator that a loop leaves": (
        "log = [1]\ndef g():\n    try:\n        yield 1\n    finally:\n        log.append(7)\nfor v in g():\n    break\nwidth = len(log)",
        2,
    ),
    "a method that a base which is not read calls": (
        "import threading\nlog = [1]\nclass T(threading.Thread):\n    def run(self):\n        log.append(4)\nT().start()\nwidth = len(log)",
        UNKNOWN,
    ),
    "an empty dictionary is false": ("d = {}\nif d:\n    width = 5\nelse:\n    width = 6", 6),
    "sort in place": ("w = [9, 2, 7]\nw.sort()\nwidth = w[0]", 2),
    "sort by a key, backwards": ("w = [9, 2, 7]\nw.sort(key=lambda n: -n, reverse=True)\nwidth = w[0]", 2),
    "sort keeps the order of equals": ("w = [13, 23, 12]\nwidth = sorted(w, key=lambda n: n % 10)[1]", 13),
    "a set forgets repetitions": ("width = len(set([0, 1] * 20))", 2),
    "a set has no order": ("width = list({'aa', 'bbb'})[0].__len__() + len({4, 5})", UNKNOWN),
    "clear": ("w = [1, 2, 3]\nw.clear()\nwidth = len(w) + 7", 7),
    "assignment to a slice": ("w = [1, 2, 3]\nw[1:] = [8]\nwidth = sum(w)", 9),
    "deletion of a slice": ("w = [1, 2, 3, 4]\ndel w[::2]\nwidth = w[0]", 2),
    "a change through another name": ("a = [1, 2]\nb = a\nb.append(3)\nwidth = len(a)", 3),
    "keys that are equal": ("d = {1: 3, True: 4, 1.0: 5}\nwidth = d[1] + len(d)", 6),
    "keys of a literal come later": ("d = {**{'a': 3}, 'a': 4}\nwidth = d['a']", 4),
    "what an unknown mapping may override": ("d = {'a': 3}\nd.update(options)\nwidth = d['a']", UNKNOWN),
    "__len__": ("class A:\n    def __len__(self):\n        return 0\nwidth = 3 if A() else 4", 4),
    "__bool__ goes before __len__": (
        "class A:\n    def __len__(self):\n        return 0\n    def __bool__(self):\n        return True\nwidth = 3 if A() else 4",
        3,
    ),
    "__eq__": (
        "class A:\n    def __init__(self, n):\n        self.n = n\n    def __eq__(self, other):\n        return self.n == other.n\n"
        "width = 3 if A(1) == A(1) else 4",
        3,
    ),
    "objects are equal to themselves alone": ("class A:\n    pass\nwidth = 3 if A() == A() else 4", 4),
    "classes are asked in C3 order": (
        "class A:\n    n = 2\nclass B(A):\n    pass\nclass C(A):\n    n = 5\nclass D(B, C):\n    pass\nwidth = D.n",
        5,
    ),
    "while ... else": ("n = 0\nwhile n < 3:\n    n += 1\nelse:\n    n = 9\nwidth = n", 9),
    "while ... else after break": ("n = 0\nwhile n < 3:\n    n += 1\n    break\nelse:\n    n = 9\nwidth = n + 1", 2),
    "for ... else": ("for n in (2, 3):\n    if n == 7:\n        break\nelse:\n    n = 8\nwidth = n", 8),
    "a property is read each time": (
        "class A:\n    n = 1\n    @property\n    def p(self):\n        self.n += 1\n        return self.n\na = A()\na.p\nwidth = a.p",
        3,
    ),
    "finally has the last word": (
        "def f():\n    try:\n        return 2\n    finally:\n        return 6\nwidth = f()",
        6,
    ),
    "the handler that fits": (
        "try:\n    int('x')\nexcept KeyError:\n    width = 2\nexcept (TypeError, ValueError):\n    width = 3",
        3,
    ),
    "a generator is used up": ("g = (n for n in (2, 3))\na = sum(g)\nwidth = a + len(list(g))", 5),
    "a generator without an end": (
        "def f():\n    n = 2\n    while True:\n        yield n\n        n += 1\ng = f()\nnext(g)\nwidth = next(g)",
        3,
    ),
    "a generator waits": ("log = []\ndef f():\n    log.append(1)\n    yield 1\nf()\nwidth = len(log) + 2", 2),
    "names are looked up late": ("fs = [lambda: n for n in (2, 3)]\nwidth = fs[0]()", 3),
    "a default is made once": ("def f(x, to=[]):\n    to.append(x)\n    return len(to)\nf(1)\nwidth = f(1) + 1", 3),
    "nonlocal": (
        "def f():\n    n = 2\n    def g():\n        nonlocal n\n        n += 3\n    g()\n    return n\nwidth = f()",
        5,
    ),
    "a list in a list": ("rows = [[2]] * 2\nrows[0].append(3)\nwidth = len(rows[1])", 2),
    "a shallow copy": ("import copy\na = [[2]]\nb = copy.copy(a)\nb[0].append(1)\nwidth = len(a[0])", 2),
    "a deep copy": ("import copy\na = [[2, 3]]\nb = copy.deepcopy(a)\nb[0].append(1)\nwidth = len(a[0])", 2),
    "match": (
        "match [4, 5, 6]:\n    case []:\n        width = 2\n    case [a, *rest]:\n        width = a + len(rest)",
        6,
    ),
    "any stops at the first that is true": (
        "n = 1\ndef f(x):\n    global n\n    n += x\n    return x > 2\nany(f(x) for x in (1, 3, 5))\nwidth = n",
        5,
    ),
    "global within nonlocal": (
        "n = 2\ndef f():\n    n = 7\n    def g():\n        nonlocal n\n        n += 1\n        def h():\n            global n\n            n += 3\n"
        "        h()\n    g()\nf()\nwidth = n",
        5,
    ),
    "what is sent to a generator": (
        "def f():\n    n = 1\n    while True:\n        n += (yield n) or 0\ng = f()\nnext(g)\nwidth = g.send(4)",
        UNKNOWN,
    ),
    "what is sent and bound": (
        "def f():\n    n = 1\n    while True:\n        more = yield n\n        n += more\ng = f()\nnext(g)\nwidth = g.send(4)",
        5,
    ),
    "a generator is closed": (
        "n = [1]\ndef f():\n    try:\n        yield 1\n    finally:\n        n.append(1)\ng = f()\nnext(g)\ng.close()\nwidth = len(n)",
        2,
    ),
    "an iterator behind another is used up": ("i = iter((4, 5, 6))\nzip(i, i).__next__()\nwidth = next(i)", 6),
    "a context manager by a generator": (
        "from contextlib import contextmanager\nn = []\n@contextmanager\ndef f():\n    n.append(1)\n    yield 5\n    n.append(2)\n"
        "with f() as v:\n    n.append(v)\nwidth = len(n) + v",
        8,
    ),
    "a metaclass of its own": (
        "class M(type):\n    def __call__(cls, *a):\n        made = super().__call__(*a)\n        made.n += 1\n        return made\n"
        "class A(metaclass=M):\n    def __init__(self):\n        self.n = 4\nwidth = A().n",
        UNKNOWN,
    ),
    "__init_subclass__": (
        "class A:\n    def __init_subclass__(cls, n=2, **more):\n        super().__init_subclass__(**more)\n        cls.n = n\n"
        "class B(A, n=7):\n    pass\nwidth = B.n",
        7,
    ),
    "a descriptor": (
        "class D:\n    def __get__(self, made, cls):\n        return made.n + 1\n    def __set__(self, made, n):\n        made.n = 2 * n\n"
        "class A:\n    d = D()\na = A()\na.d = 3\nwidth = a.d",
        7,
    ),
    "past its own __setattr__": (
        "class A:\n    def __setattr__(self, name, n):\n        object.__setattr__(self, name, n + 1)\na = A()\na.n = 4\nwidth = a.n",
        5,
    ),
    "__slots__": (
        "class A:\n    __slots__ = ('n',)\ntry:\n    A().m = 1\n    width = 2\nexcept AttributeError:\n    width = 3",
        3,
    ),
    "a class that is still to be written": (
        "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def f(self): ...\ntry:\n    A()\n    width = 2\n"
        "except TypeError:\n    width = 3",
        3,
    ),
    "a function of several forms": (
        "from functools import singledispatch\n@singledispatch\ndef f(x):\n    return 2\n@f.register\ndef _(x: int):\n    return 3\nwidth = f(1)",
        UNKNOWN,
    ),
    "what code that is not read may change": (
        "import elsewhere\nd = {'a': [1, 2]}\nelsewhere.touch(d)\nwidth = len(d['a'])",
        UNKNOWN,
    ),
    "what it may change of an object": (
        "import elsewhere\nclass A:\n    def __init__(self):\n        self.n = 3\na = A()\nelsewhere.touch(a)\nwidth = a.n",
        UNKNOWN,
    ),
    "a method that is handed on": (
        "import elsewhere\nn = [1]\nelsewhere.call(n.append)\nwidth = len(n)",
        UNKNOWN,
    ),
    "what shows data leaves it alone": ("import elsewhere\nd = {'a': 4}\nelsewhere.print_config(d)\nwidth = d['a']", 4),
    "random.shuffle": ("import random\nn = [1, 2, 3]\nrandom.shuffle(n)\nwidth = n[0]", UNKNOWN),
    "arguments that are given": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', type=int, default=2)\nwidth = p.parse_args(['--n', '9']).n",
        UNKNOWN,
    ),
    "__new__": (
        "class A:\n    last = None\n    def __new__(cls):\n        if cls.last is None:\n            cls.last = super().__new__(cls)\n"
        "            cls.last.n = 3\n        return cls.last\na, b = A(), A()\na.n = 8\nwidth = b.n",
        8,
    ),
    "a view of a dictionary": ("d = {'a': 1}\nk = d.keys()\nd['b'] = 2\nwidth = len(k) + sum(d.values())", 5),
    "a comprehension over what grows": (
        "n = [1, 2]\nm = [k for k in n if (n.append(9) if len(n) < 4 else None) is None]\nwidth = len(m)",
        4,
    ),
    "what is matched": (
        "import re\nm = re.match(r'conv(\\d+)x(\\d+)', 'conv3x64')\nwidth = int(m.group(1)) if m else 9",
        3,
    ),
    "what is not matched": ("import re\nwidth = 3 if re.match('x', 'abc') else 4", 4),
    "what an assertion says": (
        "try:\n    assert 1 > 2, 'abc'\nexcept AssertionError as e:\n    width = len(str(e))",
        3,
    ),
    "the layers of a Sequential are without its input": (
        "m = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(7)])\nwidth = m.layers[1].units + len(m.layers)",
        9,
    ),
    "bytes within bytes": ("width = 3 if b'a' in b'cat' and b'x' not in b'cat' else 4", 3),
    "what a loop of unknown length may have added": (
        "w = [2]\nfor x in unknown():\n    w.append(3)\nwidth = len(w)",
        UNKNOWN,
    ),
    "what a loop of unknown length may have set": (
        "class A:\n    n = 2\na = A()\nfor x in unknown():\n    a.n = 3\nwidth = a.n",
        UNKNOWN,
    ),
    "what a method that is not modelled may do": ("w = [2]\nw.__init__([4, 5])\nwidth = len(w) + 1", UNKNOWN),
    "a Counter, a deque and a defaultdict": (
        "import collections as c\nn = c.Counter('aab')\nd = c.deque([1, 2, 3], maxlen=2)\ne = c.defaultdict(list)\ne['x'].append(1)\n"
        "width = n['a'] + len(d) + len(e['x'])",
        5,
    ),
    "a dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass A:\n    units: int = 3\n    more: list = dataclasses.field(default_factory=list)\n"
        "width = A(4).units + len(A().more)",
        4,
    ),
    "a name that a module does not have": (
        "try:\n    from itertools import izip\nexcept ImportError:\n    izip = zip\nwidth = sum(a * b for a, b in izip([1, 2], [3, 4]))",
        11,
    ),
    "an item of a list that was changed unseen": ("w = [2]\nw.__init__([4])\nfor n in w:\n    width = n", UNKNOWN),
    "a frozen set as a key": ("d = {frozenset([1, 2]): 5}\nwidth = d[frozenset((2, 1))]", 5),
    "an exception that is suppressed": (
        "import contextlib\nwidth = 2\nwith contextlib.suppress(KeyError):\n    width = 3\n    {}['a']\n    width = 4",
        3,
    ),
    "a name that is not defined": ("try:\n    unicode_too\n    width = 2\nexcept NameError:\n    width = 3", 3),
    "a special method that a class does not have": (
        "class A:\n    pass\nwidth = 2 if hasattr(A(), '__len__') else 3",
        3,
    ),
    "what an operator is refused by": (
        "class A:\n    def __sub__(self, o):\n        return NotImplemented\ntry:\n    A() - 1\n    width = 2\nexcept TypeError:\n    width = 3",
        3,
    ),
    "a property that is deleted": (
        "class A:\n    n = 2\n    @property\n    def v(self):\n        return self.n\n    @v.deleter\n    def v(self):\n        self.n = 3\na = A()\ndel a.v\nwidth = a.v",
        3,
    ),
    "a class that answers for every attribute": (
        "class A:\n    def __getattribute__(self, name):\n        return 4\na = A()\na.v = 3\nwidth = a.v",
        UNKNOWN,
    ),
    "fields that are not compared": (
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    a: int\n    b: int = field(default=1, compare=False)\nwidth = 2 if A(1) == A(1, 5) else 3",
        2,
    ),
    "fields that are not shown": (
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    a: int\n    b: int = field(default=1, repr=False)\nwidth = len(repr(A(1)))",
        6,
    ),
    "fields that are not passed": (
        "from dataclasses import dataclass, field\n@dataclass\nclass A:\n    a: int = field(init=False, default=4)\n    b: int = 5\nwidth = A(7).b",
        7,
    ),
    "zip of two lengths": (
        "try:\n    list(zip([1], [1, 2], strict=True))\n    width = 2\nexcept ValueError:\n    width = 3",
        3,
    ),
    "what zip leaves of its second": (
        "seen = []\ndef g():\n    yield 1\n    seen.append(2)\n    yield 3\nlist(zip([1], g()))\nwidth = len(seen) + 2",
        2,
    ),
    "a dictionary that grows in a loop over it": (
        "d = {'a': 1}\ntry:\n    for k in d:\n        d[k + k] = 2\n    width = 2\nexcept RuntimeError:\n    width = 3",
        3,
    ),
    "a method whose name is not known": (
        "class A:\n    n = 2\n    def grow(self):\n        self.n = 5\na = A()\na.n = 3\ngetattr(a, input())()\nwidth = a.n",
        UNKNOWN,
    ),
    "an attribute that is set, whose name is not known": (
        "class A:\n    pass\na = A()\na.n = 3\nsetattr(a, input(), 5)\nwidth = a.n",
        UNKNOWN,
    ),
    "the message of what goes wrong": (
        "try:\n    [][1]\nexcept IndexError as e:\n    width = len(str(e)) + 2",
        UNKNOWN,
    ),
    "an attribute that is called as a kind of input is": (
        "class A(dict):\n    pass\nwidth = 2\nif A(a=4).get('a') > 5:\n    width = 3",
        UNKNOWN,
    ),
    "an unknown key of a dictionary that makes its values": (
        "import collections\nd = collections.defaultdict(dict)\nd[input()]['a'] = 1\nwidth = len(d) + 1",
        UNKNOWN,
    ),
    "a change of an item that is not known which": (
        "d = {'a': [1], 'b': [2]}\nd[input()].append(3)\nwidth = len(d['a'])",
        UNKNOWN,
    ),
    "a change of an item of a list, by its name": (
        "import sys\nw = [[1], [2]]\none = w[len(sys.argv)]\none += [3]\nwidth = len(w[0])",
        UNKNOWN,
    ),
    "an item of an item that is not known which": (
        "d = {'a': {}, 'b': {}}\nd[input()]['x'] = 3\nwidth = len(d['a']) + 1",
        UNKNOWN,
    ),
    "what is only asked of such an item": ("w = [[1], [2, 3]]\nw[int(input())].count(3)\nwidth = len(w[1])", 2),
    "the type of None": ("width = len(type(None).__name__)", 8),
    "a named tuple": (
        "import collections\nS = collections.namedtuple('S', 'a b')\nwidth = S(2, b=3)._replace(a=4).a",
        4,
    ),
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_is_what_python_makes_of_it(what: str) -> None:
    program, width = PROGRAMS[what]
    result = lint_bytes("program.py", (HEAD + program + TAIL).encode(), Settings())
    assert result.errors == []
    layer = result.models[-1].layers[-1]
    assert layer["output_shape"][-1] == width
    if width is not None:
        assert result.models[-1].complete


def test_what_goes_wrong_in_a_handler_costs_its_value_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnlint.readers.python.language.builtins import BUILTINS

    def broken(run: object, site: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(BUILTINS, "abs", type(BUILTINS["abs"])("abs", broken))  # type: ignore[arg-type]
    text = HEAD + "n = abs(-3)\nwidth = 5" + TAIL
    result = lint_bytes("program.py", text.encode(), Settings())
    assert result.errors == []
    assert result.models[0].layers[-1]["output_shape"][-1] == 5
    assert any("`abs`" in d.message for d in result.diagnostics)
