"""Random statements: what programs do to containers and names, and the ways through them."""

from __future__ import annotations

from collections.abc import Callable

from oracles.python.grammar import KEYS, Grammar

Write = Callable[[Grammar], list[str]]

MUTATIONS: dict[str, tuple[str, ...]] = {
    "ints": (
        "{x}.append({int})",
        "{x}.extend({ints})",
        "{x}.insert({n}, {int})",
        "{x}.sort()",
        "{x}.sort(reverse=True)",
        "{x}.sort(key=lambda i: -i)",
        "{x}.reverse()",
        "{x}.clear()",
        "{x} += {ints}",
        "{x} += ({int},)",
        "{x} *= 2",
        "{x}[:1] = [{int}, {n}]",
        "{x}[1:2] = []",
        "{x}[:] = {ints}",
        "{x}[::2] = [0] * len({x}[::2])",
        "del {x}[:1]",
        "del {x}[1:]",
        "del {x}[::2]",
        "if {x}:\n    {x}.pop()",
        "if {x}:\n    {x}.pop(0)",
        "if {x}:\n    {x}[0] = {int}",
        "if {x}:\n    {x}[-1] += {n}",
        "if {x}:\n    del {x}[-1]",
        "if {n} in {x}:\n    {x}.remove({n})",
        "try:\n    {x}.remove({n})\nexcept ValueError:\n    {x}.append({n})",
        "{x}.extend(i for i in {tuple} if i)",
        "for i in {ints}:\n    {x}.append(i % 5)",
        "{x}.insert(0, len({x}))",
        "{x}.append(len({x}))",
        "{x} = {x}[1:] + {x}[:1]",
        "{x} = [*{x}, {int}]",
        "while len({x}) > 3:\n    {x}.pop()",
        "{x}.__setitem__(slice(0, 1), [{n}])",
        "{x}[len({x}):] = [{n}]",
        "if len({x}) > 1:\n    {x}[0], {x}[1] = {x}[1], {x}[0]",
        "for i in list({x}):\n    if i % 2:\n        {x}.remove(i)",
        "for i, v in enumerate({x}):\n    {x}[i] = v + 1",
    ),
    "strs": (
        "{x}.append({str})",
        "{x}.sort()",
        "{x}.sort(key=len)",
        "{x}.extend({strs})",
        "{x} += [{str}]",
        "{x}.reverse()",
        "{x}.insert(0, {str})",
        "{x}[:] = [s.lower() for s in {x}]",
        "del {x}[2:]",
        "if {x}:\n    {x}.pop()",
    ),
    "dict": (
        "{x}[{key}] = {int}",
        "{x}.update({dict})",
        "{x}.update(a={int})",
        "{x}.setdefault({key}, {int})",
        "{x}.pop({key}, None)",
        "if {key} in {x}:\n    del {x}[{key}]",
        "{x}.clear()",
        "{x} |= {dict}",
        "{x}.update({pairs})",
        "if {x}:\n    {x}.popitem()",
        "{x}[{key}] = {x}.get({key}, 0) + 1",
        "for k in list({x}):\n    if {x}[k] > 4:\n        del {x}[k]",
        "for k, v in {pairs}:\n    {x}[k] = v",
        "try:\n    {x}[{key}] += 1\nexcept KeyError:\n    {x}[{key}] = {n}",
        "for k in {x}:\n    {x}[k] *= 2",
        "{x} = {{**{x}, {key}: {int}}}",
        "{x}.update(dict.fromkeys({strs}, {n}))",
        "{x}.update(zip({strs}, {ints}))",
        "for w in {strs}:\n    {x}[w] = {x}.setdefault(w, 0) + 1",
    ),
    "set": (
        "{x} = set({x})\n{x}.add({int})",
        "{x} = set({x})\n{x}.discard({n})",
        "{x} = set({x})\n{x}.update({ints})",
        "{x} |= {{{n}}}",
        "{x} -= {{{n}, {n}}}",
        "{x} = set({x})\n{x}.clear()",
        "{x} &= {{{n}, 1, 2, 3}}",
        "{x} = set({x})\n{x} ^= {{{n}}}",
        "{x} = {x} | {set}",
        "{x} = set({x})\n{x}.difference_update({ints})",
        "{x} = set({x})\n{x}.intersection_update({ints})",
        "if {n} in {x}:\n    {x} = set({x})\n    {x}.remove({n})",
    ),
    "int": (
        "{x} += {n}",
        "{x} -= {int}",
        "{x} *= 2",
        "{x} //= 2",
        "{x} %= 7",
        "{x} = -{x}",
        "{x}, {x}_2 = {n}, {x}",
        "{x} = {x} if {bool} else {n}",
        "{x} |= 1",
        "{x} ^= {n}",
        "{x} <<= 1",
        "{x} = {x} and {n}",
        "{x} = {x} or {n}",
    ),
    "str": (
        "{x} += {str}",
        "{x} = {x}.strip()",
        "{x} *= 2",
        "{x} = {x}[:-1]",
        "{x} = {x} or {str}",
        "{x} = {x}.replace('a', 'bc')",
        "{x} = f'{{{x}}}_{n}'",
    ),
    "tuple": ("{x} += ({int},)", "{x} = {x}[1:]", "{x} = (*{x}, {n})", "{x} *= 2"),
    "pairs": (
        "{x}.append(({key}, {int}))",
        "{x}.sort()",
        "{x}.sort(key=lambda p: p[1])",
        "{x}.reverse()",
        "{x}[:] = [(k, v + 1) for k, v in {x}]",
    ),
    "bool": ("{x} = not {x}", "{x} = {x} and {bool}", "{x} &= {bool}", "{x} |= {bool}"),
    "float": ("{x} *= 2", "{x} += {int}", "{x} /= 4", "{x} = round({x}, 1)"),
}


def filled(g: Grammar, text: str, x: str, depth: int = 1) -> list[str]:
    """A template's lines with its slots filled."""
    made = text.replace("{{", "\0").replace("}}", "\1").replace("{x}", x)
    for slot in ("ints", "int", "strs", "str", "bool", "dict", "set", "tuple", "pairs"):
        while f"{{{slot}}}" in made:
            inner = g.make(slot, depth)
            inner = inner if inner.isidentifier() or inner[:1] in "[{'" else f"({inner})"
            made = made.replace(f"{{{slot}}}", inner.replace("{", "\0").replace("}", "\1"), 1)
    while "{n}" in made:
        made = made.replace("{n}", str(g.number()), 1)
    while "{key}" in made:
        made = made.replace("{key}", repr(g.rng.choice(KEYS)), 1)
    return made.replace("\0", "{").replace("\1", "}").split("\n")


def indented(lines: list[str], by: int = 1) -> list[str]:
    """Lines, further to the right."""
    return ["    " * by + line for line in lines]


def define(g: Grammar) -> list[str]:
    """A new variable."""
    kind = g.rng.choice(
        ("int", "int", "ints", "ints", "ints", "str", "strs", "dict", "dict", "set", "tuple", "bool", "pairs", "float")
    )
    value = g.make(kind, 2)
    name = g.fresh(kind[:1])
    g.names[name] = kind
    return [f"{name} = {value}"]


def mutate(g: Grammar) -> list[str]:
    """Change a variable, or what it holds."""
    name = g.rng.choice(list(g.names)) if g.names else None
    if name is None:
        return define(g)
    if g.number(0, 5) == 0 and g.names[name] in ("ints", "dict", "strs", "pairs"):
        alias = g.fresh("alias")
        text = filled(g, g.rng.choice(MUTATIONS[g.names[name]]), alias)
        g.names[alias] = g.names[name]
        return [f"{alias} = {name}", *text]
    return filled(g, g.rng.choice(MUTATIONS[g.names[name]]), name)


def unpack(g: Grammar) -> list[str]:
    """Several targets at once."""
    a, b, c = g.fresh("p"), g.fresh("q"), g.fresh("rest")
    form = g.number(0, 4)
    if form == 0:
        line = f"{a}, *{c} = [{g.make('int', 1)}, *{g.make('ints', 1)}]"
        g.names.update({a: "int", c: "ints"})
    elif form == 1:
        line = f"*{c}, {a} = [*{g.make('tuple', 1)}, {g.number()}]"
        g.names.update({a: "int", c: "ints"})
    elif form == 2:
        line = f"{a}, ({b}, {c}) = {g.make('int', 1)}, ({g.make('str', 1)}, {g.make('ints', 1)})"
        g.names.update({a: "int", b: "str", c: "ints"})
    elif form == 3:
        line = f"{a} = {b} = {g.make('ints', 1)}"
        g.names.update({a: "ints", b: "ints"})
    else:
        line = f"{a}, {b} = {g.make('int', 1)}, {g.make('int', 1)}"
        g.names.update({a: "int", b: "int"})
        return [line, f"{a}, {b} = {b}, {a}"]
    return [line]


def block(g: Grammar, count: int, depth: int) -> list[str]:
    """Some statements whose new names do not leave the block."""
    before = dict(g.names)
    lines: list[str] = []
    for _ in range(count):
        lines += statement(g, depth)
    g.names = before
    return lines or ["pass"]


def branch(g: Grammar, depth: int) -> list[str]:
    """An `if` with arms."""
    lines = [f"if {g.make('bool', 2)}:", *indented(block(g, g.number(1, 2), depth - 1))]
    if g.number(0, 2) == 0:
        lines += [f"elif {g.make('bool', 1)}:", *indented(block(g, 1, depth - 1))]
    if g.number(0, 1):
        lines += ["else:", *indented(block(g, g.number(1, 2), depth - 1))]
    return lines


def loop(g: Grammar, depth: int) -> list[str]:
    """A `for` with a body, leaving early at times, and its `else`."""
    name = g.fresh("i")
    over = g.one(
        g.make("ints", 1),
        f"range({g.number(0, 6)})",
        f"sorted({g.make('set', 1)})",
        g.make("tuple", 1),
        f"reversed({g.make('ints', 1)})",
        f"range({g.number(1, 5)}, 0, -1)",
        "(2, 4, 6)",
    )
    head = f"for {name} in list({over}):" if g.number(0, 1) else f"for {name} in [*{over}]:"
    if g.number(0, 2) == 0:
        head = f"for {name}_n, {name} in enumerate(list({over})):"
    outer = dict(g.names)
    g.names[name] = "int"
    body = block(g, g.number(1, 2), depth - 1)
    way_out = g.number(0, 4)
    if way_out == 0:
        body = [*body, f"if {g.make('bool', 1)}:", "    break"]
    elif way_out == 1:
        body = [f"if {name} % 2:", "    continue", *body]
    g.names = outer
    lines = [head, *indented(body)]
    if g.number(0, 3) == 0:
        lines += ["else:", *indented(block(g, 1, depth - 1))]
    return lines


def counted(g: Grammar, depth: int) -> list[str]:
    """A `while` that ends."""
    name = g.fresh("w")
    outer = dict(g.names)
    body = block(g, 1, depth - 1)
    step = g.one(f"{name} += 1", f"{name} += 2", f"{name} = {name} + 1")
    way_out = [f"if {g.make('bool', 1)}:", "    break"] if g.number(0, 2) == 0 else []
    lines = [f"{name} = 0", f"while {name} < {g.number(1, 5)}:", *indented([*body, step, *way_out])]
    if g.number(0, 2) == 0:
        lines += ["else:", *indented(block(g, 1, depth - 1))]
    g.names = outer
    g.names[name] = "int"
    return lines


RAISING = (
    ("int('x')", "ValueError"),
    ("[][0]", "IndexError"),
    ("{}['a']", "KeyError"),
    ("1 // 0", "ZeroDivisionError"),
    ("None.upper()", "AttributeError"),
    ("'a' + 1", "TypeError"),
    ("next(iter([]))", "StopIteration"),
    ("[1].index(5)", "ValueError"),
    ("print(missing_name)", "NameError"),
    ("len(3)", "TypeError"),
    ("a, b = [1]", "ValueError"),
    ("{}.popitem()", "KeyError"),
    ("raise ValueError('x')", "ValueError"),
    ("raise KeyError", "KeyError"),
    ("assert False", "AssertionError"),
    ("(1).foo", "AttributeError"),
    ("from math import no_such_name", "ImportError"),
    ("float('q')", "ValueError"),
    ("(lambda a: a)()", "TypeError"),
    ("set().pop()", "KeyError"),
)


def attempt(g: Grammar, depth: int) -> list[str]:
    """A `try` of any shape; what it raises is always caught."""
    raising, error = g.rng.choice(RAISING)
    raises = g.number(0, 1)
    lines = ["try:", *indented(block(g, 1, depth - 1))]
    if raises:
        lines += indented([raising, *block(g, 1, depth - 1)])
    form = 0 if error in ("NameError", "ImportError") else g.number(0, 3)
    if form == 0:
        lines += [f"except {error}:", *indented(block(g, 1, depth - 1))]
    elif form == 1:
        lines += [
            "except (OSError, RuntimeError):",
            *indented(block(g, 1, depth - 1)),
            "except Exception as error:",
            *indented(block(g, 1, depth - 1)),
        ]
    elif form == 2:
        lines += [
            "except (ArithmeticError, LookupError):",
            *indented(block(g, 1, depth - 1)),
            "except:",
            *indented(block(g, 1, depth - 1)),
        ]
    else:
        lines += [f"except (TypeError, {error}) as error:", *indented(block(g, 1, depth - 1))]
    if g.number(0, 2) == 0:
        lines += ["else:", *indented(block(g, 1, depth - 1))]
    if g.number(0, 2) == 0:
        lines += ["finally:", *indented(block(g, 1, depth - 1))]
    return lines


def cases(g: Grammar, depth: int) -> list[str]:
    """A `match`."""
    kind = g.one("int", "str", "ints", "dict", "tuple")
    patterns = {
        "int": ("1 | 2 | 3", "0", "int() if {bool}", "-1", "n if n > 4", "_"),
        "str": ("'relu' | 'tanh'", "'a'", "str() as s", "''", "s if len(s) > 2"),
        "ints": ("[]", "[a]", "[a, b]", "[a, *rest]", "[*_, 3]", "[1, _, *_]", "_"),
        "tuple": ("()", "(a, b)", "(0, *rest)", "[a, *_, b]", "tuple()"),
        "dict": ("{{'a': int(v)}}", "{{'b': 1 | 2}}", "{{'a': a, **rest}}", "{{}}"),
    }[kind]
    lines = [f"match {g.make(kind, 1)}:"]
    chosen = g.rng.sample(patterns, min(len(patterns), g.number(1, 3)))
    for pattern in sorted(chosen, key=lambda p: p in ("_", "str() as s", "{{}}")):
        lines += indented([f"case {filled(g, pattern, '')[0]}:", *indented(block(g, 1, depth - 1))])
    if not any(p in ("_", "str() as s", "{{}}") for p in chosen) and g.number(0, 1):
        lines += indented(["case _:", *indented(block(g, 1, depth - 1))])
    return lines


def within(g: Grammar, depth: int) -> list[str]:
    """A `with`."""
    if g.number(0, 1):
        error = g.one("ValueError", "KeyError")
        return [
            f"with contextlib.suppress({error}, LookupError):",
            *indented([*block(g, 1, depth - 1), f"raise {error}", *block(g, 1, depth - 1)]),
        ]
    return ["with contextlib.nullcontext(4) as entered:", *indented(block(g, 1, depth - 1))]


SIMPLE: tuple[Write, ...] = (define, define, mutate, mutate, mutate, unpack)
COMPOUND: tuple[Callable[[Grammar, int], list[str]], ...] = (
    branch,
    branch,
    branch,
    loop,
    loop,
    loop,
    counted,
    attempt,
    cases,
    within,
)


def statement(g: Grammar, depth: int = 2) -> list[str]:
    """One statement, compound ones included where depth is left."""
    if depth > 0 and g.rng.random() < 0.35:
        return g.rng.choice(COMPOUND)(g, depth)
    return g.rng.choice(SIMPLE)(g)
