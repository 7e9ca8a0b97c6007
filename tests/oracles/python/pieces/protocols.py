"""What classes answer to Python's own questions, what statements raise, and what is written in few words."""

# ruff: noqa: E501
PROTOCOLS = [
    """
class N@:
    def __init__(self, v):
        self.v = v

    def ⟨__add__¦__sub__¦__mul__¦__lt__¦__eq__⟩(self, other):
        ⟨return NotImplemented¦if isinstance(other, int):
            return NotImplemented
        return self.v¦return {n}⟩

    ⟨pass¦def __radd__(self, other):
        return other + {n}¦def __rsub__(self, other):
        return NotImplemented⟩

a@, b@ = N@({n}), N@({n})
try:
    r@ = ⟨a@ + 1¦a@ - b@¦1 + a@¦a@ * 2¦a@ + b@¦int(a@ < b@)⟩
    r@ = r@ if isinstance(r@, int) else 77
except TypeError:
    r@ = 99
s@ = ⟨a@ == b@¦a@ == a@¦a@ != b@⟩ is True
#> r@: int
#> s@: bool
""",
    """
class P@:
    def __init__(self):
        self._v, self.log = {n}, []

    @property
    def v(self):
        return self._v

    @v.setter
    def v(self, value):
        self._v = value + 1

    @v.deleter
    def v(self):
        self.log.append(self._v)
        self._v = {n}

p@ = P@()
⟨p@.v = {int}¦p@.v += 2¦pass⟩
del p@.v
⟨p@.v = {n}¦pass¦p@._v = 3⟩
r@ = p@.v
x@ = p@.log
#> r@: int
#> x@: ints
""",
    """
class S@:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value ⟨* 2¦+ {n}¦⟩)

    ⟨pass¦def __delattr__(self, name):
        object.__setattr__(self, name, {n})⟩

s@ = S@()
s@.x = {int}
s@.y = s@.x
⟨setattr(s@, 'x', {n})¦vars(s@)['x'] = {n}¦s@.__dict__['y'] = 5⟩
r@ = s@.x + s@.y
#> r@: int
""",
    """
@dataclasses.dataclass⟨¦(repr=False)¦(eq=False)¦(order=True)¦(kw_only=True)⟩
class F@:
    units: int = {n}
    name: str = dataclasses.field(default='q', ⟨repr=False¦compare=False¦init=False¦kw_only=True⟩)
    extra: int = {n}
    total: int = dataclasses.field(init=False, default=0)

    ⟨pass¦def __post_init__(self):
        self.total = self.units + self.extra⟩

f@ = F@(units={int})
g@ = ⟨F@(units=f@.units)¦dataclasses.replace(f@, units={n})¦dataclasses.replace(f@, extra={n})⟩
g@.name = ⟨'q'¦'z'⟩
s@ = f@ == g@
r@ = g@.total + g@.extra
t@ = repr(f@)[-3:]
#> s@: bool
#> r@: int
""",
    """
@dataclasses.dataclass
class B@:
    a: int
    b: int = {n}

@dataclasses.dataclass
class D@(B@):
    c: int = {n}
    ⟨b: int = {n}¦a: int = 7¦d: list = dataclasses.field(default_factory=list)⟩

d@ = ⟨D@(1)¦D@(1, 2, 3)¦D@(a=4, c={n})¦D@({n}, b={n})⟩
r@ = d@.a + d@.b * 3 + d@.c * 7
u@ = [f.name for f in dataclasses.fields(d@)]
t@ = repr(d@)
#> r@: int
#> u@: strs
#> t@: str
""",
    """
try:
    x@ = [a + b for a, b in zip({ints}, ⟨{ints}¦{tuple}¦[1, 2]⟩, strict=⟨True¦{bool}⟩)]
except ValueError:
    x@ = [88]
#> x@: ints
""",
    """
d@ = {dict}
try:
    for k in ⟨d@¦list(d@)¦d@.copy()⟩:
        ⟨d@['n' + k] = 1¦d@[k] = 3¦d@.pop(k)⟩
    r@ = len(d@)
except RuntimeError:
    r@ = 50 + len(d@)
#> r@: int
""",
    """
def early@(xs):
    for x in xs:
        try:
            if x % 2:
                ⟨return x¦continue¦break⟩
            log@.append(x)
        except ValueError:
            log@.append(40)
        else:
            log@.append(41)
        finally:
            log@.append(42)
    else:
        log@.append(43)
    return -1

log@ = []
r@ = early@({ints})
#> r@: int
#> log@: ints
""",
    """
class E@(Exception):
    def __init__(self, code, note='n'):
        super().__init__(note)
        self.code = code

    ⟨pass¦def __str__(self):
        return 'E%d' % self.code⟩

try:
    try:
        ⟨raise E@({n})¦{{}}['k']¦int('z')¦[][3]⟩
    except ⟨KeyError¦(ValueError, KeyError)¦LookupError⟩ as e:
        raise E@({n}, 'inner') ⟨from e¦from None¦⟩
    finally:
        done@ = True
except E@ as e:
    r@, t@ = e.code, str(e)
except Exception as e:
    r@, t@ = len(e.args), type(e).__name__
#> r@: int
#> t@: str
""",
    """
class Meta@(type):
    def __new__(mcs, name, bases, space):
        space['tag'] = {n}
        return super().__new__(mcs, name, bases, space)

class Sub@:
    made = []
    def __init_subclass__(cls, **options):
        super().__init_subclass__()
        Sub@.made.append(len(cls.__name__) + options.get('k', 0))

class One@(Sub@⟨, k={n}¦⟩):
    pass

x@ = Sub@.made
#> x@: ints
""",
    """
class Desc@:
    def __init__(self, start):
        self.start = start

    def __set_name__(self, owner, name):
        self.name = '_' + name

    def __get__(self, obj, owner=None):
        return self.start if obj is None else getattr(obj, self.name, {n})

    ⟨pass¦def __set__(self, obj, value):
        setattr(obj, self.name, value + 1)⟩

class Has@:
    w = Desc@({n})

h@ = Has@()
r@ = h@.w
h@.w = {int}
u@ = h@.w + Has@.w
#> r@: int
#> u@: int
""",
    """
class One@:
    held = None
    def __new__(cls, *args):
        if cls.held is None:
            cls.held = super().__new__(cls)
            cls.held.items = []
        return cls.held

    ⟨pass¦def __init__(self, *args):
        self.items.append(len(args))⟩

One@({n}).items.append({n})
x@ = One@().items
s@ = One@() is One@(1)
#> x@: ints
#> s@: bool
""",
    """
class Walk@:
    def __init__(self):
        self.seen = []

    def visit(self, node):
        getattr(self, 'on_' + type(node).__name__, self.other)(node)
        return self

    def on_int(self, node):
        self.seen.append(node)

    def on_list(self, node):
        for one in node:
            self.visit(one)

    ⟨def on_str(self, node):
        self.seen.append(len(node))¦pass⟩

    def other(self, node):
        self.seen.append(-1)

x@ = Walk@().visit([{n}, ['abc', [{int}]], ⟨None¦2.5¦True¦(1,)⟩]).seen
#> x@: ints
""",
    """
a@, (b@, *c@), *d@ = {n}, [{n}, *{ints}], {n}, {n}
i@, y@ = 0, [1, 2, 3]
i@, y@[i@] = ⟨1, {n}¦2, i@¦len(y@) - 1, 5⟩
e@ = f@ = [{n}]
f@ ⟨+= [1]¦= f@ + [1]⟩
x@ = c@ + d@ + y@ + e@
#> x@: ints
""",
    """
t@ = ⟨'%-5s|%+d' % ('ab', {n})¦f'{{ {n} :>4}}|{{ {n} :^5}}'¦'{{:>{{w}} }}'.format('a', w={n} + 1)¦'{{0[1]}}{{1}}'.format([1, {n}], 'k')¦f"{{'ab'!r:>6}}{{ {n} / 4:.2f}}"¦'%(a)s-%(b)d' % {{'a': 'x', 'b': {n}}}¦f'{{ {n} :b}}{{ {n} :x}}{{ {n} * 1000 :,}}'⟩
u@ = {str}.⟨expandtabs(4)¦rpartition('a')[0]¦removeprefix('a')¦rsplit('a', 1)[0]⟩
#> u@: str
#> t@: str
""",
    """
r@ = ⟨sum(divmod(-{n}, 4))¦-{n} // 2¦-{n} % 3¦{n} % -4¦round({n} / 2)¦int(-{n} / 3)¦pow({n}, 2, 5)¦round(-2.5) + {n}¦1 < {n} < 5 != 3⟩
s@ = ⟨1 < {n} <= 7¦{n} == {n} != 2¦not {n} in (1, 2)¦{n} in {{1: 2}} in [True]⟩
#> r@: int
#> s@: bool
""",
    """
class Chain@:
    def __init__(self, *parts):
        self.parts = list(parts)

    def __or__(self, other):
        return Chain@(*self.parts, *other.parts)

    def __rshift__(self, n):
        self.parts.append(n)
        return self

    def __call__(self, x):
        return sum(self.parts, x)

    def __reversed__(self):
        return iter(self.parts[::-1])

    def __missing__(self, key):
        return 3

    ⟨pass¦def __contains__(self, x):
        return x == {n}⟩

c@ = (Chain@({n}) | Chain@({n}, 2)) >> {n}
r@ = c@({int})
x@ = list(reversed(c@))
#> r@: int
#> x@: ints
""",
    """
def counter@(step={n}):
    total = 0
    while True:
        got = yield total
        total += step if got is None else got

g@ = counter@()
next(g@)
r@ = g@.send({n}) + next(g@)
⟨g@.close()¦next(g@)⟩
s@ = next(g@, 61)
#> r@: int
#> s@: int
""",
    """
base@ = {{'a': {n}, 'n': {{'k': [{n}]}}}}
over@ = {{'a': {n}, ⟨'z': 1¦'n': {{'k': []}}⟩}}
m@ = ⟨base@ | over@¦{{**base@, **over@}}¦dict(base@, **over@)⟩
m@['n']['k'].append(9)
x@ = base@['n']['k']
r@ = m@['a'] + len(m@)
#> x@: ints
#> r@: int
""",
]
