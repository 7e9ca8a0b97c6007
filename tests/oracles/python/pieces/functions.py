"""Functions, closures, arguments and what they share, as pieces of program."""

FUNCTIONS = [
    """
def outer@(n):
    count = {n}
    def inner(k=1):
        nonlocal count
        count += k
        return count + n
    return inner

f@ = outer@({int})
g@ = outer@(1)
f@(); g@()
r@ = f@({n}) + g@()
#> r@: int
""",
    """
fs@ = []
for i@ in range(3):
    fs@.append(⟨lambda: i@¦lambda k=i@: k¦lambda x=2: x * i@⟩)
i@ = ⟨i@¦{n}⟩
x@ = [f() for f in fs@]
#> x@: ints
""",
    """
total@ = {n}
def add@(n):
    global total@
    total@ += n
    return total@

add@({int})
r@ = add@(2) + total@
#> r@: int
#> total@: int
""",
    """
def collect@(x, into=⟨[]¦None⟩, *, twice=False):
    into = [] if into is None else into
    into.append(x)
    if twice:
        into.append(x)
    return into

collect@({n})
x@ = collect@({int}⟨¦, twice=True¦, [9]¦, into=[1, 2]⟩)
y@ = list(collect@({n}))
#> x@: ints
#> y@: ints
""",
    """
def many@(a, b={n}, *rest, c={n}, **more):
    return a + 2 * b + 3 * len(rest) + c + sum(more.values())

args@ = {ints}
opts@ = {{'c': {n}, 'z': {int}}}
r@ = many@(⟨{n}, *args@¦*([1] + args@)¦{n}, **opts@¦*(args@ or [1])[:2], **opts@¦1, 2, *args@, z={n}¦a={n}⟩)
#> r@: int
""",
    """
def pos@(a, b, /, c, *, d={n}):
    return a * 8 + b * 4 + c * 2 + d

r@ = pos@({n}, {n}, ⟨{n}¦c={n}¦{n}, d={n}¦**{{'c': 1, 'd': {n}}}⟩)
#> r@: int
""",
    """
def options@(**kw):
    kw.setdefault('units', {n})
    kw.pop('unused', None)
    ⟨kw.update(rate={n})¦kw['units'] += 1¦del kw['units']¦pass⟩
    return kw

base@ = {{'units': {int}, 'unused': 1}}
d@ = options@(⟨**base@¦¦units=4¦**{{**base@, 'b': 2}}¦**base@, k=1⟩)
e@ = dict(base@)
#> d@: dict
#> e@: dict
""",
    """
def fib@(n):
    if n < 2:
        return n
    return fib@(n - 1) + fib@(n - 2)

r@ = fib@({n} % 7)
#> r@: int
""",
    """
def find@(xs, wanted):
    for i, x in enumerate(xs):
        if x == wanted:
            return i
    ⟨return -1¦pass⟩

found@ = find@({ints}, {n})
r@ = found@ if found@ is not None else {n}
#> r@: int
""",
    """
def leave@(n):
    log@.append('in')
    try:
        if n > {n}:
            return 'early'
        ⟨raise ValueError¦log@.append('body')⟩
    except ValueError:
        ⟨return 'caught'¦log@.append('c')⟩
    else:
        log@.append('else')
    finally:
        log@.append('f')
        ⟨pass¦if n == 2:
            return 'finally'⟩
    return 'end'

log@ = []
t@ = leave@({int})
#> t@: str
#> log@: strs
""",
    """
def looped@():
    seen = []
    for i in range({n}):
        try:
            if i == 2:
                ⟨continue¦break¦raise KeyError(i)⟩
            seen.append(i)
        except KeyError:
            seen.append(50)
        finally:
            seen.append(9)
    else:
        seen.append(7)
    return seen

x@ = looped@()
#> x@: ints
""",
    """
def deco@(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        calls@.append(len(args))
        return f(*args, **kwargs) + {n}
    return wrapper

calls@ = []

@deco@
def decorated@(a, b=2):
    return a * b

r@ = decorated@({int}⟨¦, 3¦, b=4⟩)
t@ = decorated@.__name__
#> r@: int
#> calls@: ints
""",
    """
def by@(k):
    def deco(f):
        return lambda *a: f(*a) * k
    return deco

@by@({n})
@by@(2)
def scaled@(x):
    return x + 1

r@ = scaled@({int})
#> r@: int
""",
    """
REG@ = {{}}
def register@(name):
    def deco(f):
        REG@[name] = f
        return f
    return deco

@register@('one')
def one@(n):
    return n + 1

@register@('two')
def two@(n):
    return n * 2

r@ = REG@[⟨'one'¦'two'⟩]({int}) + len(REG@)
x@ = [f(3) for f in REG@.values()]
#> r@: int
#> x@: ints
""",
    """
@functools.lru_cache(maxsize=None)
def cached@(n):
    hits@.append(n)
    return n * 2

hits@ = []
r@ = cached@({n}) + cached@(3) + cached@(3)
#> r@: int
""",
    """
def power@(base, exponent=2, shift=0):
    return base ** exponent + shift

sq@ = functools.partial(power@, ⟨exponent=2¦{n}¦shift={n}⟩)
r@ = sq@(⟨3¦2, shift=1⟩) if {bool} else sq@(2)
x@ = list(map(sq@, {ints}[:3]))
#> r@: int
#> x@: ints
""",
    """
def compose@(*fs):
    def run(x):
        for f in ⟨fs¦reversed(fs)⟩:
            x = f(x)
        return x
    return run

r@ = compose@(lambda x: x + 1, abs, lambda x: x * 2)({int})
#> r@: int
""",
    """
def change@(xs, d):
    ⟨xs.append({n})¦xs[:] = [1]¦xs = xs + [5]¦xs.sort()¦xs.clear()¦xs += [3]⟩
    d[⟨'a'¦'new'⟩] = len(xs)
    return xs

x@ = {ints}
x@ = list(x@)
d@ = dict({dict})
y@ = change@(x@, d@)
same@ = x@ is y@
#> x@: ints
#> d@: dict
#> same@: bool
""",
    """
rows@ = [[{n}], [{n}, {n}]]
other@ = ⟨rows@[:]¦list(rows@)¦copy.copy(rows@)¦copy.deepcopy(rows@)¦[list(r) for r in rows@]¦rows@.copy()⟩
other@[0].append({int})
other@.append([7])
x@ = rows@[0] + [len(rows@)]
y@ = [len(r) for r in other@]
#> x@: ints
#> y@: ints
""",
    """
grid@ = ⟨[[0] * 2] * 3¦[[0] * 2 for _ in range(3)]⟩
grid@[0][1] = {int}
x@ = [sum(r) for r in grid@]
d@ = dict.fromkeys(['a', 'b'], ⟨[]¦0⟩)
if isinstance(d@['a'], list):
    d@['a'] ⟨+= [1]¦= [2]⟩
r@ = len(str(d@['b']))
#> x@: ints
#> r@: int
""",
    """
nested@ = {{'conv': {{'filters': [{n}, {n}], 'act': 'relu'}}, 'n': {int}}}
view@ = nested@['conv']
view@['filters']⟨.append(3)¦[0] = 5¦ = [1]¦ += [2, 2]⟩
copied@ = ⟨dict(nested@)¦copy.deepcopy(nested@)¦nested@.copy()⟩
copied@['conv']['act'] = 'tanh'
copied@['n'] = 0
x@ = nested@['conv']['filters']
t@ = nested@['conv']['act']
r@ = nested@['n']
#> x@: ints
#> t@: str
#> r@: int
""",
    """
import threading, timeit
hits@, count@ = [], 0
def work@(n={n}):
    global count@
    hits@.append(n)
    count@ += 1
t@ = threading.Thread(target=work@)
⟨timeit.timeit(work@, number=2)¦t@.start(); t@.join()¦timeit.timeit(lambda: work@(3), number=1)¦work@()⟩
x@ = list(hits@)
r@ = count@ + len(hits@)
#> x@: ints
#> r@: int
""",
]
