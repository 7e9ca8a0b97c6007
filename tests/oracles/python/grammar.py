"""Random expressions by type. All of them end without an exception and in a moment, whatever the variables hold."""

from __future__ import annotations

import random
from collections.abc import Callable

WORDS = ("relu", "tanh", "a", "b", "conv", "head_2", "Mixed", "x y", "", "3", "stage-1")
KEYS = ("a", "b", "c", "relu", "k")
TYPES = ("int", "float", "bool", "str", "ints", "strs", "pairs", "dict", "set", "tuple")
Make = Callable[["Grammar", int], str]


class Grammar:
    """Makes expressions over the variables that are in sight."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        #: variable -> type
        self.names: dict[str, str] = {}
        self.count = 0

    def fresh(self, stem: str = "v") -> str:
        """A name that was not used before."""
        self.count += 1
        return f"{stem}{self.count}"

    def variable(self, kind: str) -> str | None:
        """A variable of a type, or None."""
        found = [name for name, of in self.names.items() if of == kind]
        return self.rng.choice(found) if found else None

    def make(self, kind: str, depth: int = 2) -> str:
        """An expression of a type."""
        rng = self.rng
        known = self.variable(kind)
        if known is not None and rng.random() < (0.45 if depth > 0 else 0.8):
            return known
        if depth <= 0:
            return LITERALS[kind](self, 0)
        return rng.choice(PRODUCTIONS[kind])(self, depth - 1)

    def one(self, *templates: str) -> str:
        """One of some texts."""
        return self.rng.choice(templates)

    def number(self, low: int = 0, high: int = 9) -> int:
        """A small number."""
        return self.rng.randint(low, high)

    def predicate(self) -> str:
        """A lambda or comprehension condition on the integer `i`."""
        return self.one(
            "i > 2",
            "i % 2 == 0",
            "i % 3",
            "not i % 2",
            "1 < i <= 6",
            "i not in (1, 4)",
            "i != 3 and i < 8",
            "i == 1 or i > 5",
            "bool(i)",
            "isinstance(i, int) and i >= 2",
        )


def literal_ints(g: Grammar, depth: int) -> str:
    return repr([g.number() for _ in range(g.number(0, 5))])


def literal_pairs(g: Grammar, depth: int) -> str:
    return repr([(g.rng.choice(KEYS), g.number()) for _ in range(g.number(0, 4))])


def literal_dict(g: Grammar, depth: int) -> str:
    return repr({key: g.number() for key in g.rng.sample(KEYS, g.number(0, 4))})


LITERALS: dict[str, Make] = {
    "int": lambda g, d: str(g.number(-3, 12)),
    "float": lambda g, d: g.one("0.5", "1.5", "2.0", "-0.25", "1e3", "2.5", "3.999", "0.1", "7.5"),
    "bool": lambda g, d: g.one("True", "False"),
    "str": lambda g, d: repr(g.rng.choice(WORDS)),
    "ints": literal_ints,
    "strs": lambda g, d: repr([g.rng.choice(WORDS) for _ in range(g.number(0, 4))]),
    "pairs": literal_pairs,
    "dict": literal_dict,
    "set": lambda g, d: "set()" if g.number() == 0 else repr({g.number() for _ in range(g.number(1, 5))}),
    "tuple": lambda g, d: repr(tuple(g.number() for _ in range(g.number(0, 4)))),
}


def t(text: str) -> Make:
    """A production: `{ints}` stands for an expression of that type, `{n}` for a small number, `{p}` for a condition."""

    def make(g: Grammar, depth: int) -> str:
        parts, rest = [], text
        while "<" in rest:
            head, _, tail = rest.partition("<")
            kind, closed, after = tail.partition(">")
            if not closed or kind not in (*TYPES, "n", "p", "key", "word"):
                parts.append(head + "<")
                rest = tail
                continue
            parts.append(head)
            if kind == "n":
                parts.append(str(g.number()))
            elif kind == "p":
                parts.append(g.predicate())
            elif kind == "key":
                parts.append(repr(g.rng.choice(KEYS)))
            elif kind == "word":
                parts.append(repr(g.rng.choice([w for w in WORDS if w])))
            else:
                made = g.make(kind, depth)
                parts.append(made if made.isidentifier() or made[:1] in "[{'" else f"({made})")
            rest = after
        return "".join(parts) + rest

    return make


def of(kind: str, *texts: str) -> list[Make]:
    return [LITERALS[kind], *map(t, texts)]


PRODUCTIONS: dict[str, list[Make]] = {
    "int": of(
        "int",
        "<int> + <int>",
        "<int> - <int>",
        "<int> * <n>",
        "<int> // 3",
        "<int> % 7",
        "-<int>",
        "abs(<int>)",
        "len(<ints>)",
        "len(<strs>)",
        "len(<dict>)",
        "len(<set>)",
        "len(<tuple>)",
        "len(<str>)",
        "len(<pairs>)",
        "sum(<ints>)",
        "sum(<tuple>)",
        "sum(<set>)",
        "sum(<dict>.values())",
        "max(<ints>, default=<n>)",
        "min(<tuple>, default=<int>)",
        "max(<int>, <int>)",
        "min(<int>, <n>, <int>)",
        "<ints>.count(<n>)",
        "<str>.count('a')",
        "<str>.find('e')",
        "<dict>.get(<key>, <int>)",
        "<dict>.get(<key>) or <int>",
        "<int> if <bool> else <int>",
        "round(<float>)",
        "int(<float>)",
        "int(<bool>)",
        "<bool> + <int>",
        "next((i for i in <ints> if <p>), <int>)",
        "sum(i for i in <ints> if <p>)",
        "sum(1 for i in <set> if <p>)",
        "(lambda a, b=<n>: a * 2 + b)(<int>)",
        "(lambda *a: len(a))(*<ints>)",
        "divmod(<int>, 4)[1]",
        "pow(<n>, 2)",
        "(<ints> or [<n>])[0]",
        "(<ints> or [<n>])[-1]",
        "(<tuple> or (<n>,))[0]",
        "<int> & 6",
        "<int> | 1",
        "<int> ^ 3",
        "<n> << 1",
        "<int> >> 1",
        "~<int>",
        "functools.reduce(lambda a, b: a + b, <ints>, <n>)",
        "functools.reduce(max, <ints>, 0)",
        "len(set(<ints>))",
        "len({*<ints>, <n>})",
        "len(dict(<pairs>))",
        "dict(<pairs>).get(<key>, 3)",
        "ord(<word>[0]) % 9",
        "len([i for i in <ints> if <p>])",
        "sum(map(lambda i: i + 1, <ints>))",
        "len(list(filter(None, <ints>)))",
        "<ints>.index(<n>) if <n> in <ints> else <n>",
        "sorted([*<ints>, <n>])[0]",
        "sorted(<ints> + [2], reverse=True)[0]",
        "max(<strs>, key=len, default='').count('e')",
        "len(<str>.split())",
        "len(<str>.split('-'))",
        "math.prod(<tuple>) % 11",
        "math.ceil(<float>)",
        "math.floor(<float>)",
        "math.gcd(<int>, 6)",
        "int(math.sqrt(<n>))",
        "<int>.bit_length()",
        "sum(a * b for a, b in zip(<ints>, <ints>))",
        "sum(i * v for i, v in enumerate(<ints>))",
        "len(<set> & <set>)",
        "len(<set> | {<n>})",
        "len(<set> ^ <set>)",
        "(v := <int>) + v",
        "sum(len(s) for s in <strs>)",
        "len('-'.join(<strs>))",
        "int('12') + <n>",
        "int('0x1f', 16) % 5",
        "[<n>, <n>, 4][<int> % 3]",
        "(1, 5, 9)[<bool>]",
        "{True: 3, 0: 4}[<bool>]",
        "{1: 2, 'x': 3}.get(1.0, 9)",
        "len({1: 'a', True: 'b', 1.0: 'c'})",
        "len({0, False, 0.0, <n>})",
        "sum([[1, 2], [3]], [])[0]",
        "collections.Counter(<ints>)[<n>]",
        "len(collections.Counter(<strs>))",
        "sum(sorted(<ints>)[:2])",
        "operator.add(<int>, <n>)",
        "operator.itemgetter(0)(<ints> or [7])",
        "len(str(<int>))",
        "len(repr(<str>))",
    ),
    "float": of(
        "float",
        "<float> * 2",
        "<float> + <int>",
        "<int> / 4",
        "float(<int>)",
        "round(<float>, 1)",
        "abs(<float>)",
        "<float> // 1",
        "max(<float>, 0.5)",
        "math.sqrt(<n>)",
        "<n> ** 0.5",
        "float('1.5')",
        "<float> % 1",
    ),
    "bool": of(
        "bool",
        "<int> > <int>",
        "<int> == <int>",
        "<int> != <n>",
        "not <ints>",
        "bool(<dict>)",
        "<n> in <ints>",
        "<n> not in <tuple>",
        "<key> in <dict>",
        "<n> in <set>",
        "<str> == <word>",
        "<str>.startswith('a')",
        "<str> < <word>",
        "<int> < <int> <= <n>",
        "<bool> and <bool>",
        "<bool> or <bool>",
        "not <bool>",
        "any(<ints>)",
        "all(<tuple>)",
        "any(i > 3 for i in <ints>)",
        "all(<p> for i in <ints>)",
        "isinstance(<int>, int)",
        "isinstance(<str>, (int, float))",
        "isinstance(<ints>, list)",
        "isinstance(<bool>, int)",
        "isinstance(<dict>, dict)",
        "isinstance(<float>, int)",
        "<ints> == <ints>",
        "<tuple> == <tuple>",
        "<dict> == <dict>",
        "<set> == <set>",
        "<set> <= <set>",
        "<set>.isdisjoint(<set>)",
        "<ints> == list(<tuple>)",
        "<ints> is <ints>",
        "<ints> < <ints>",
        "bool(<str>)",
        "<str>.isdigit()",
        "'a' in <str>",
        "<key> in <strs>",
        "(<key>, <n>) in <pairs>",
        "<dict>.get(<key>) is None",
        "<float> == <int>",
        "<float> > 1",
        "1 == True",
        "'1' == 1",
        "None is None",
        "{} == {}",
        "[] == ()",
        "callable(len)",
        "hasattr(<ints>, 'append')",
        "hasattr(<str>, 'append')",
        "bool(set())",
        "bool(range(<n>))",
        "<n> in range(2, 7)",
        "bool(0.0)",
        "<str>.isalpha()",
        "type(<int>) is int",
        "type(<int>) == float",
        "<tuple> < <tuple>",
        "bool([0])",
        "bool('') or bool(' ')",
    ),
    "str": of(
        "str",
        "<str> + <str>",
        "<str>.upper()",
        "<str>.lower()",
        "<str>.strip()",
        "<str>.replace('a', 'o')",
        "str(<int>)",
        "f'l{<int>}'",
        "f'{<str>}_{<n>:02d}'",
        "f'{<float>:.1f}'",
        "f'{<str>!r}'",
        "'%s-%d' % (<str>, <n>)",
        "'{}_{}'.format(<str>, <int>)",
        "'{0}{1}{0}'.format(<n>, <str>)",
        "'{k}'.format(k=<int>)",
        "<str>[:2]",
        "<str>[::-1]",
        "<str>[1:]",
        "'-'.join(<strs>)",
        "''.join(str(i) for i in <ints>)",
        "<str> * 2",
        "<str>.title()",
        "<str>.capitalize()",
        "<str>.split('-')[0]",
        "(<strs> or ['q'])[0]",
        "max(<strs>, key=len, default='z')",
        "min(<strs>, default='m')",
        "<str> if <bool> else <str>",
        "<str> or 'none'",
        "repr(<int>)",
        "str(<ints>)",
        "str(<bool>)",
        "str(<float>)",
        "str(<tuple>)",
        "<str>.partition('_')[0]",
        "<str>.zfill(4)",
        "<str>.center(5, '*')",
        "<str>.ljust(3, '.')",
        "next(iter(<dict>), 'none')",
        "str(None)",
        "chr(97 + <int> % 5)",
        "<str>.removesuffix('v')",
        "sorted(<strs> + ['k'])[0]",
        "' '.join(sorted(<dict>))",
        "f'{<int>:>3}|{<int>:<3}|{<n>:03}'",
        "f'{<bool>}'",
        "str(<dict>)",
        "<str>.casefold()",
        "<str>.swapcase()",
        "<str>.rstrip('v2')",
        "type(<int>).__name__",
        "'ab'.translate({97: 'x'})",
        "f'{<n>=}'",
        "'{:>4}'.format(<n>)",
        "'%05.1f' % <float>",
        "<dict>.__class__.__name__",
    ),
    "ints": of(
        "ints",
        "[i for i in <ints> if <p>]",
        "[i * 2 for i in <tuple>]",
        "sorted(<ints>)",
        "sorted(<ints>, reverse=True)",
        "sorted(<ints>, key=lambda i: -i)",
        "sorted(<ints>, key=lambda i: i % 3)",
        "sorted(<set>)",
        "list(range(<n>))",
        "list(range(1, 9, 2))",
        "list(range(<n>, -1, -3))",
        "<ints>[1:]",
        "<ints>[:3]",
        "<ints>[::2]",
        "<ints>[::-1]",
        "<ints>[-2:]",
        "<ints> + <ints>",
        "<ints> * 2",
        "[*<ints>, <int>]",
        "[*<tuple>, *<ints>]",
        "list(<tuple>)",
        "list(map(lambda i: i + 1, <ints>))",
        "list(filter(lambda i: <p>, <ints>))",
        "list(reversed(<ints>))",
        "list(<dict>.values())",
        "[a + b for a, b in zip(<ints>, <tuple>)]",
        "[v for k, v in <dict>.items()]",
        "[len(s) for s in <strs>]",
        "[v for _, v in <pairs>]",
        "[v for k, v in sorted(<pairs>)]",
        "[x for row in [<ints>, <ints>] for x in row]",
        "[i + j for i in <ints> for j in (1, 2) if i != j]",
        "list(itertools.chain(<ints>, <tuple>))",
        "list(itertools.accumulate(<ints>))",
        "list(itertools.islice(<ints>, 2))",
        "list(itertools.takewhile(lambda i: <p>, <ints>))",
        "list(itertools.dropwhile(lambda i: <p>, <ints>))",
        "list(dict.fromkeys(<ints>))",
        "copy.copy(<ints>)",
        "<ints>.copy()",
        "copy.deepcopy(<ints>)",
        "[<int>] * <n>",
        "list(map(int, '1 2 3'.split()))",
        "list(map(len, <strs>))",
        "[i for i, v in enumerate(<ints>) if v > 2]",
        "sum([[i, i + 1] for i in <tuple>], [])",
        "<ints> if <bool> else <ints>",
        "<ints> or [<n>]",
        "[max(p) for p in zip(<ints>, <ints>)]",
        "[(i if <p> else 9) for i in <ints>]",
        "list(itertools.chain.from_iterable([<ints>, <tuple>]))",
        "list(<ints>)",
        "[a for a, *_ in [(1, 2), (3,), (4, 5, 6)]]",
        "list(map(max, <ints>, <ints>))",
        "list(zip(*<pairs>))[1:] and [v for v in list(zip(*<pairs>))[1]]",
        "list(itertools.repeat(<n>, 3))",
        "[int(c) for c in '3142']",
        "[n for n in <ints> if n not in <set>]",
        "[sum(c) for c in itertools.combinations(<ints>[:3], 2)]",
        "[a * b for a, b in itertools.product(<ints>[:2], (1, 3))]",
        "list(map(operator.itemgetter(1), <pairs>))",
        "[y for x in <ints> if (y := x % 4)]",
    ),
    "strs": of(
        "strs",
        "[s.upper() for s in <strs>]",
        "sorted(<strs>)",
        "sorted(<strs>, key=len)",
        "list(<dict>)",
        "list(<dict>.keys())",
        "<str>.split()",
        "[*<strs>, <str>]",
        "[str(i) for i in <ints>]",
        "list(<str>)",
        "[k for k, v in <dict>.items() if v > 2]",
        "[k for k, _ in <pairs>]",
        "<strs>[::-1]",
        "[s for s in <strs> if s]",
        "sorted(<dict>, key=<dict>.get) if not <dict> else sorted(<dict>)",
        "list(map(str, <tuple>))",
        "sorted({*<strs>})",
        "[f'{i}{s}' for i, s in enumerate(<strs>)]",
        "'a,b,c'.split(',', 1)",
        "sorted(<strs>, key=lambda s: (len(s), s))",
        "[s for s in <strs> if 'a' in s]",
        "<strs> + <strs>",
        "'a\\nb'.splitlines()",
    ),
    "pairs": of(
        "pairs",
        "list(<dict>.items())",
        "sorted(<pairs>)",
        "sorted(<pairs>, key=lambda p: p[1])",
        "list(zip(<strs>, <ints>))",
        "sorted(<dict>.items(), key=lambda kv: (-kv[1], kv[0]))",
        "[(k, v + 1) for k, v in <pairs>]",
        "<pairs>[:2]",
        "[*<pairs>, (<key>, <int>)]",
        "[(s, i) for i, s in enumerate(<strs>)]",
        "collections.Counter(<strs>).most_common()",
        "list(enumerate_pairs) if False else <pairs>",
    ),
    "dict": of(
        "dict",
        "{k: v for k, v in <pairs>}",
        "dict(<pairs>)",
        "{**<dict>, <key>: <int>}",
        "{**<dict>, **<dict>}",
        "dict(zip(<strs>, <ints>))",
        "{s: len(s) for s in <strs>}",
        "<dict>.copy()",
        "dict(<dict>, k=<int>)",
        "dict(a=<int>, b=<n>)",
        "<dict> | <dict>",
        "dict.fromkeys(<strs>, <n>)",
        "{k: v for k, v in <dict>.items() if v > 2}",
        "copy.deepcopy(<dict>)",
        "dict(sorted(<dict>.items()))",
        "{k: i for i, k in enumerate(<strs>)}",
        "collections.OrderedDict(<pairs>)",
        "dict(collections.Counter(<strs>))",
        "{str(i): i for i in <ints>}",
        "<dict> or {'k': <n>}",
    ),
    "set": of(
        "set",
        "set(<ints>)",
        "<set> | <set>",
        "<set> & set(<ints>)",
        "<set> - {<n>, <n>}",
        "{i % 4 for i in <ints>}",
        "<set>.union(<ints>)",
        "frozenset(<ints>)",
        "<set>.intersection(<tuple>)",
        "<set>.difference(<ints>)",
        "{*<ints>, *<tuple>}",
        "set(range(<n>))",
        "<set> ^ {1, 2}",
        "<set>.copy()",
        "set(<dict>.values())",
        "set(map(abs, <ints>))",
    ),
    "tuple": of(
        "tuple",
        "tuple(<ints>)",
        "<tuple> + (<int>,)",
        "<tuple>[1:]",
        "(<int>, <int>)",
        "tuple(i for i in <ints> if <p>)",
        "<tuple> * 2",
        "(*<ints>, <n>)",
        "tuple(sorted(<tuple>))",
        "<tuple>[::-1]",
        "tuple(<dict>.values())",
        "divmod(<int>, 3)",
        "tuple(map(abs, <tuple>))",
        "tuple(zip(<ints>, <ints>))[:0]",
        "(<tuple>) if <bool> else (<n>,)",
    ),
}
