"""Pieces of program whose turns hang on the outside: conditions, ways out of loops and functions, what is filled on the
way. `?` stands for a truth from outside and `#` for a number; the rest is as in the pieces of plain Python.
"""

from __future__ import annotations

import re

from oracles.opaque.sources import SOURCES
from oracles.python.features import filled_in, lines_of
from oracles.python.grammar import Grammar

TURNS = (
    """
a@, b@ = ⟨[], []¦[{n}], []⟩
for item@ in ⟨[1, 2, 3]¦{ints}¦range(4)¦(0, 1)¦range(#)⟩:
    if ⟨?¦item@ > #¦item@ == #¦# < 3⟩:
        a@.append(item@)
    ⟨else:
        b@.append(item@)¦elif item@ > 1:
        b@.append(item@)¦else:
        b@ = b@ + [item@]¦else:
        b@ += [item@, 1]⟩
#> a@: ints
#> b@: ints
""",
    """
low@, high@ = set(), dict()
for item@ in ⟨[1, 2, 3]¦{ints}¦range(3)⟩:
    if ⟨?¦item@ > #⟩:
        low@.add(item@)
        ⟨continue¦pass⟩
    high@[⟨item@¦'a'¦str(item@)⟩] = ⟨item@¦#¦{n}⟩
#> low@: set
#> high@: dict
""",
    """
count@ = {n}
for item@ in ⟨[1, 2, 3]¦range(5)¦{ints}⟩:
    if ⟨?¦item@ == #⟩:
        ⟨break¦continue¦count@ = 0¦count@ += 1¦count@, item@ = item@, 7⟩
    count@ ⟨+= 1¦-= item@¦= item@⟩
⟨else:
    count@ = 40¦else:
    count@ += 1¦last@ = count@⟩
#> count@: int
""",
    """
def first@(items@, limit@=⟨#¦3¦None⟩):
    for item@ in items@:
        if ⟨?¦item@ == limit@¦item@ > #⟩:
            return ⟨item@¦{n}¦[item@]⟩
        ⟨if item@ > 5:
            continue¦pass⟩
    return ⟨9¦None¦[]¦{n}⟩

found@ = first@(⟨[1, 2, 3]¦{ints}¦range(6)⟩)
found@ = found@ if isinstance(found@, int) else len(found@ or [])
#> found@: int
""",
    """
def chosen@(n, ⟨deep=?¦deep=False⟩):
    if ⟨deep¦?¦n > #⟩:
        return n + 1
    if ⟨?¦n > 3¦not deep⟩:
        ⟨return n * 2¦n += 5¦raise ValueError¦pass⟩
    return n

try:
    made@ = chosen@(⟨{n}¦#⟩)
    other@ = chosen@({n}, ⟨True¦?⟩)
except ValueError:
    made@, other@ = 3, 4
#> made@: int
#> other@: int
""",
    """
left@ = []
try:
    left@.append(1)
    if ⟨?¦# > 4⟩:
        raise ⟨ValueError¦KeyError('a')⟩
    left@.append(2)
    ⟨number@ = int({str})¦number@ = {dict}['a']¦number@ = 10 // #¦number@ = {ints}[#]⟩
    left@.append(number@)
except ⟨Exception¦(ValueError, LookupError, ArithmeticError)⟩:
    left@.append(3)
    ⟨number@ = 4¦left@.clear()¦pass⟩
⟨else:
    left@.append(5)¦finally:
    left@.append(6)⟩
#> left@: ints
""",
    """
steps@, n@ = [], ⟨#¦{n}¦0⟩
while ⟨n@ < 6¦n@ < # and n@ < 8¦len(steps@) < #¦? and len(steps@) < 4¦len(steps@) < 3⟩:
    n@ += ⟨1¦2⟩
    if ⟨?¦n@ == #⟩:
        ⟨break¦continue¦steps@.append(0)¦steps@ = []⟩
    steps@.append(⟨n@¦{n}⟩)
    if len(steps@) > 9:
        break
⟨else:
    steps@.append(7)¦size@ = len(steps@)⟩
#> steps@: ints
#> n@: int
""".replace("? and len(steps@) < 4", "len(steps@) < 4 and n@ < #"),
    """
total@, seen@ = {n}, []

def add@(n):
    global total@
    if ⟨?¦n > #¦total@ > 3⟩:
        total@ ⟨+= n¦= n⟩
        seen@.append(n)
        ⟨return True¦pass⟩
    ⟨return False¦seen@.insert(0, 9)⟩

⟨add@(1)¦add@(#)¦for i@ in range(3):
    add@(i@)¦if ?:
    add@(2)¦results@ = [add@(i) for i in range(3)]¦? and add@(4)⟩
#> total@: int
#> seen@: ints
""",
    """
class Net@:
    width = {n}
    if ⟨?¦# > 2⟩:
        width = 7
        names = ['a']
    ⟨else:
        names = []¦names = []⟩

    def __init__(self, deep=⟨?¦False⟩):
        self.depth = {n}
        if ⟨deep¦?⟩:
            self.depth = ⟨#¦5⟩
            ⟨self.width = 2¦self.names = ['b', 'c']¦Net@.width = 4⟩

    def size(self):
        return self.width + self.depth⟨ if ? else self.width¦⟩

net@ = Net@(⟨¦True¦?⟩)
width@, size@, names@ = net@.width, net@.size(), list(net@.names)
#> width@: int
#> size@: int
#> names@: strs
""",
    """
def items@(n):
    for i in range(n):
        if ⟨?¦i == #⟩:
            ⟨return¦continue¦yield 8⟩
        yield i
    ⟨yield 9¦if ?:
        yield 7⟩

made@ = list(items@(⟨3¦#⟩))
first@ = next(items@(2), 6)
#> made@: ints
#> first@: int
""",
    """
def down@(n, held@):
    if n <= 0 ⟨or ?¦or n == #¦⟩:
        return ⟨0¦len(held@)¦{n}⟩
    held@.append(n)
    if ⟨?¦n > 2⟩:
        return down@(n - 1, held@) ⟨+ 1¦⟩
    return down@(n - 2, held@)

held@ = []
deep@ = down@(⟨3¦#¦4⟩, held@)
#> held@: ints
#> deep@: int
""",
    """
picked@ = [i for i in ⟨[1, 2, 3]¦{ints}¦range(#)⟩ if ⟨?¦i > #¦i != {n}⟩]
by@ = {i: ⟨i¦#⟩ for i in ⟨[1, 2]¦{ints}⟩ if ⟨?¦i < #⟩}
any@, all@ = ⟨any(i > # for i in [1, 2])¦any([])¦bool(picked@ and by@)⟩, all(⟨? for i in [1, 2]¦picked@¦[]⟩)
#> picked@: ints
#> by@: dict
#> any@: bool
#> all@: bool
""",
    """
size@ = ⟨# or 4¦# and 5¦(? or #) and 3¦{n} if ? else 8¦max(#, 3)¦min(#, 0)¦abs(#)⟩
part@ = {ints}[⟨:#¦#:¦-#:¦::2¦:3⟩]
cut@ = [4, 5, 6][⟨:#¦#:¦:2⟩]
word@ = ⟨{str} or 'x'¦{str}[:#]¦f'a{#}'¦'ab' * #⟩
#> size@: int
#> part@: ints
#> cut@: ints
#> word@: str
""",
    """
options@ = {'a': {n}, 'b': #}
if ⟨?¦'a' in options@ and ?¦options@['b'] > 2⟩:
    ⟨options@['c'] = 3¦del options@['a']¦options@.update(a=9)¦options@ = {}¦options@.clear()⟩
⟨elif ?:
    options@['b'] = 1¦else:
    options@['d'] = #⟩
key@ = ⟨options@.get('a', 7)¦options@.setdefault('c', 5)¦len(options@)¦options@.pop('b', 1)¦sum(options@.values())⟩
#> options@: dict
#> key@: int
""",
    """
stack@ = [{n}, {n}]
other@ = stack@ ⟨if ? else []¦if ? else stack@[:]¦or []¦⟩
⟨other@.append(4)¦if ?:
    other@.append(4)¦other@ += [1]¦other@ = other@ + [1]¦other@.clear()⟩
⟨if ?:
    stack@.pop()¦stack@.extend(range(#))¦stack@[:1] = [0] * #¦stack@.insert(#, 3)⟩
#> stack@: ints
#> other@: ints
""",
    """
rows@ = [[], []]
for item@ in ⟨[1, 2, 3]¦range(4)¦{ints}⟩:
    rows@[⟨item@ % 2¦0 if ? else 1¦# % 2¦int(?)⟩].append(item@)
    ⟨if ?:
        rows@.append([])¦pass⟩
left@, right@, many@ = rows@[0], rows@[1], len(rows@)
#> left@: ints
#> right@: ints
#> many@: int
""",
    """
def wrap@(fn, times=⟨2¦#⟩):
    def inner(n):
        for _ in range(times):
            n = fn(n) ⟨if ? else n¦⟩
        return n
    return inner ⟨if ? else fn¦⟩

calls@ = []
made@ = wrap@(lambda n: calls@.append(n) or n + 1)(⟨{n}¦#⟩)
#> calls@: ints
#> made@: int
""",
    """
pairs@ = list(zip(⟨[1, 2]¦{ints}⟩, ⟨{strs}¦['a', 'b', 'c']⟩))
found@, where@ = None, -1
for where@, (n@, w@) in enumerate(pairs@):
    if ⟨?¦n@ == #¦w@ == {str}⟩:
        found@ = ⟨n@¦w@⟩
        ⟨break¦pass⟩
have@ = found@ is not None
many@ = len(pairs@)
#> have@: bool
#> where@: int
#> many@: int
""",
    """
state@ = 'start'
log@ = []
for _ in range(⟨3¦4¦#⟩):
    if state@ == 'start':
        state@ = 'run' if ⟨?¦# > 3⟩ else 'start'
    elif state@ == 'run':
        log@.append(1)
        state@ = ⟨'stop'¦'start' if ? else 'stop'⟩
    else:
        log@.append(2)
#> state@: str
#> log@: ints
""",
    """
best@, tries@ = 0, 0
for outer@ in range(⟨2¦3⟩):
    for inner@ in range(⟨2¦#¦outer@ + 1⟩):
        tries@ += 1
        value@ = ⟨#¦inner@¦random.randint(0, 9)⟩
        if value@ > best@:
            best@ = value@
            ⟨break¦continue¦pass⟩
    ⟨else:
        tries@ += 10¦if best@ > 4:
        break⟩
#> best@: int
#> tries@: int
""",
    """
def setup@(⟨*args, **options¦n=1, *args, **options⟩):
    ⟨options.setdefault('k', 3)¦options['k'] = # if ? else 2¦if ?:
        options = {}⟩
    return len(args), len(options), options

count@, many@, given@ = setup@(⟨*{ints}¦1, 2¦*range(# % 4)⟩, **⟨{dict}¦{'a': 1}¦({'b': 2} if ? else {})⟩)
#> count@: int
#> many@: int
#> given@: dict
""",
)


def turn(g: Grammar) -> list[str]:
    """One of these pieces, with its results as variables."""
    text = filled_in(g, g.rng.choice(TURNS))
    for sign, kind in (("?", "bool"), ("#", "int")):
        text = re.sub(rf"(?<![\w'\"]){re.escape(sign)}(?!>)", lambda _, kind=kind: outside(g, kind), text)
    return lines_of(g, text)


def outside(g: Grammar, kind: str) -> str:
    """A value from outside; a truth may be asked of a variable."""
    known = g.variable(kind)
    return known if known is not None and g.rng.random() < 0.2 else g.rng.choice(SOURCES[kind])
