"""Classes, as pieces of program."""

# ruff: noqa: E501
CLASSES = [
    """
class Config@:
    width = {n}
    sizes = [{n}, {n}]

    def __init__(self, depth={n}, **options):
        self.depth = depth
        ⟨self.options = options¦self.options = dict(options)¦vars(self).update(options); self.options = options⟩

    def total(self):
        return self.width + self.depth + len(self.options)

c@ = Config@(⟨{int}¦depth={int}¦⟩)
⟨c@.width = {int}¦Config@.width += 2¦c@.width += 1¦setattr(c@, 'width', {n})¦c@.sizes.append(4)¦Config@.sizes = [1]⟩
r@ = c@.total() + ⟨c@.width¦Config@.width¦len(c@.sizes)¦getattr(c@, 'height', {n})¦getattr(c@, 'width')¦len(Config@().sizes)¦hasattr(c@, 'height')⟩
#> r@: int
""",
    """
class Base@:
    def __init__(self, n):
        self.n = n

    def size(self):
        return self.n

    def twice(self):
        return self.size() * 2

class Child@(Base@):
    def __init__(self, n, m={n}):
        ⟨super().__init__(n)¦Base@.__init__(self, n + 1)¦super(Child@, self).__init__(n)⟩
        self.m = m

    def size(self):
        return ⟨super().size() + self.m¦self.m¦Base@.size(self) * 3⟩

o@ = ⟨Child@({int})¦Child@({int}, {n})¦Base@({n})¦Child@(n={n}, m={n})⟩
r@ = o@.twice()
s@ = ⟨isinstance(o@, Base@)¦issubclass(Child@, Base@)¦type(o@) is Base@¦isinstance(o@, (int, Child@))¦Base@ in type(o@).__mro__⟩
#> r@: int
#> s@: bool
""",
    """
class A@:
    label = 'a'
    def go(self):
        return ['A']

class B@(A@):
    ⟨label = 'b'¦pass⟩
    def go(self):
        return ['B'] + super().go()

class C@(A@):
    label = 'c'
    def go(self):
        return ['C'] + super().go()

class D@(⟨B@, C@¦C@, B@¦B@¦C@, A@⟩):
    ⟨pass¦def go(self):
        return ['D'] + super().go()⟩

s@ = D@().go()
t@ = D@.label
u@ = [c.__name__[0] for c in D@.__mro__]
#> s@: strs
#> t@: str
#> u@: strs
""",
    """
class P@:
    def __init__(self):
        self._w = {n}
        self.reads = 0

    @property
    def w(self):
        self.reads += 1
        return self._w

    ⟨@w.setter
    def w(self, value):
        self._w = value * 2¦@property
    def other(self):
        return self.w + 1⟩

p@ = P@()
x@ = p@.w
try:
    p@.w = {int}
except AttributeError:
    p@._w += 1
r@ = p@.w + p@.reads
#> r@: int
#> x@: int
""",
    """
class Bag@:
    def __init__(self, *items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    ⟨pass¦def __bool__(self):
        return {bool}¦def __iter__(self):
        return iter(self.items)⟩

b@ = Bag@(*{ints})
r@ = len(b@)
s@ = bool(b@)
t@ = 1 if b@ else 2
u@ = ⟨not b@¦b@ and True or False¦bool([b@])¦(b@ or None) is None⟩
#> r@: int
#> s@: bool
#> t@: int
#> u@: bool
""",
    """
class E@:
    def __init__(self, k):
        self.k = k

    ⟨def __eq__(self, other):
        return isinstance(other, E@) and self.k == other.k¦pass¦def __eq__(self, other):
        return self.k == getattr(other, 'k', other)

    def __hash__(self):
        return hash(self.k)⟩

    ⟨pass¦def __lt__(self, other):
        return self.k < other.k⟩

e@, f@ = E@({n}), E@({int})
s@ = e@ == f@
t@ = e@ != E@(e@.k)
u@ = e@ in [f@, ⟨E@(e@.k)¦e@¦3⟩]
v@ = e@ is f@
#> s@: bool
#> t@: bool
#> u@: bool
#> v@: bool
""",
    """
class Seq@:
    def __init__(self, values):
        self.values = values

    def __getitem__(self, index):
        return self.values[index] ⟨+ 1¦* 2¦⟩

    def __call__(self, n=1):
        return n + len(self.values)

    ⟨pass¦def __contains__(self, x):
        return x > {n}¦def __setitem__(self, i, x):
        self.values[i] = x¦def __len__(self):
        return 7⟩

q@ = Seq@([{int}, {n}, {n}])
r@ = q@[⟨0¦-1¦1⟩] + q@(⟨{int}¦⟩)
s@ = ⟨{n} in q@¦callable(q@)¦hasattr(q@, '__len__')¦callable(Seq@)¦isinstance(q@[0], int)⟩
t@ = ⟨[x for x in q@]¦list(q@)¦sorted(q@)¦[*q@]⟩
#> r@: int
#> s@: bool
#> t@: ints
""",
    """
class Vec@:
    def __init__(self, x, y=0):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vec@(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vec@(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vec@(-self.x, -self.y)

    def __repr__(self):
        return f'Vec({{self.x}}, {{self.y}})'

    ⟨pass¦def __iadd__(self, other):
        self.x += 100
        return self¦def __radd__(self, other):
        return self¦def __abs__(self):
        return self.x⟩

v@ = Vec@({int}) + Vec@({n}, {n}) * 2
w@ = ⟨3 * v@¦-v@¦v@¦sum([Vec@(1), v@], Vec@(2, 2))⟩
w@ += Vec@(1)
r@ = w@.x + v@.x
s@ = repr(w@)
t@ = f'{{v@}}'
#> r@: int
#> s@: str
#> t@: str
""",
    """
class G@:
    def __init__(self):
        self.a = {n}

    def __getattr__(self, name):
        ⟨return len(name)¦raise AttributeError(name)¦if name.startswith('x'):
            return 5
        raise AttributeError(name)⟩

g@ = G@()
r@ = g@.a + getattr(g@, 'xyz', {n}) + len(g@.__dict__)
s@ = hasattr(g@, ⟨'a'¦'b'¦'xb'⟩)
t@ = g@.__class__.__name__ + type(g@).__name__
u@ = list(vars(g@))
#> r@: int
#> s@: bool
#> t@: str
#> u@: strs
""",
]
