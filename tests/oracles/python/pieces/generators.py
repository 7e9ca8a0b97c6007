"""Generators and iterators, as pieces of program."""

# ruff: noqa: E501
GENERATORS = [
    """
def gen@(n):
    for i in range(n):
        if i % 2:
            continue
        yield i
    ⟨yield {int}¦return¦yield from [7, 8]¦pass⟩

x@ = ⟨list(gen@({n}))¦[*gen@(4)]¦sorted(gen@({n}))¦[i + 1 for i in gen@(5)]¦list(map(abs, gen@(3)))⟩
r@ = ⟨sum(gen@({n}))¦next(gen@(3))¦next(gen@(0), {n})¦len(list(gen@(6)))¦max(gen@(5), default=3)⟩
#> x@: ints
#> r@: int
""",
    """
def endless@(start={n}):
    n = start
    while True:
        yield n
        n += ⟨1¦2⟩

x@ = ⟨list(itertools.islice(endless@(), 3))¦[a for a, _ in zip(endless@(), 'abc')]¦list(itertools.takewhile(lambda i: i < 12, endless@()))⟩
it@ = endless@({int})
next(it@)
r@ = next(it@)
for v@ in it@:
    if v@ > {int} + 8:
        break
#> x@: ints
#> r@: int
#> v@: int
""",
    """
it@ = iter({ints})
a@ = next(it@, 0)
rest@ = list(it@)
again@ = list(it@)
#> a@: int
#> rest@: ints
#> again@: ints
""",
    """
k@ = {n}
g@ = (k@ * i for i in ⟨[1, 2, 3]¦{ints}⟩ if i != {n})
k@ = ⟨{int}¦k@⟩
x@ = list(g@)
y@ = list(g@)
s@ = bool(g@)
#> x@: ints
#> y@: ints
#> s@: bool
""",
    """
def chunks@(xs, n):
    for i in range(0, len(xs), n):
        yield xs[i:i + n]

x@ = [sum(c) for c in chunks@({ints}, ⟨2¦3⟩)]
#> x@: ints
""",
    """
log@ = []
def noisy@():
    log@.append(1)
    yield {n}
    log@.append(2)
    yield {n}
    log@.append(3)

g@ = noisy@()
r@ = ⟨0¦next(g@)¦sum(g@)¦len(list(zip([1], g@)))⟩
log@.append(9)
#> r@: int
#> log@: ints
""",
    """
def tree@(node):
    if isinstance(node, list):
        for child in node:
            yield from tree@(child)
    else:
        yield node

x@ = list(tree@([{n}, [{n}, [{int}]], []]))
#> x@: ints
""",
    """
pairs@ = zip({ints}, ⟨'abc'¦{ints}⟩)
first@ = list(pairs@)
second@ = list(pairs@)
r@ = len(first@) * 3 + len(second@)
m@ = map(str, {ints})
t@ = ''.join(m@)
#> r@: int
#> t@: str
""",
    """
xs@ = [1, 2, 3, {n}]
for x@ in xs@:
    if x@ == 2:
        xs@.⟨append({n})¦remove(2)¦insert(0, 5)⟩
    if len(xs@) > 8:
        break
#> xs@: ints
#> x@: int
""",
    """
def gen@():
    try:
        yield {n}
        ⟨raise ValueError¦return¦yield 3⟩
    finally:
        done@.append(1)

done@ = []
x@ = []
try:
    for v in gen@():
        x@.append(v)
except ValueError:
    x@.append(99)
#> x@: ints
#> done@: ints
""",
]
