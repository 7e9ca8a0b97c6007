"""More classes: those that the standard library completes, and protocols, as pieces of program."""

# ruff: noqa: E501
CLASSES = [
    """
class K@:
    made = 0
    registry = {{}}

    def __init__(self, name='k'):
        K@.made += 1
        self.registry[name] = self.made

    @classmethod
    def build(cls, *names):
        return [cls(n) for n in names]

    @staticmethod
    def scale(n):
        return n * 3

class L@(K@):
    @classmethod
    def build(cls, *names):
        return super().build(*names, 'extra')

ks@ = ⟨K@.build('a', 'b')¦L@.build('c')¦[K@(), L@('a')]¦K@('z').build('y')⟩
r@ = K@.made + ⟨K@.scale({n})¦ks@[0].scale({n})¦L@.made¦len(L@.registry)⟩
d@ = dict(K@.registry)
s@ = [type(k).__name__[0] for k in ks@]
#> r@: int
#> d@: dict
#> s@: strs
""",
    """
@dataclasses.dataclass⟨¦(frozen=True)¦(order=True)¦()⟩
class DC@:
    units: int = {n}
    activation: str = ⟨'relu'¦'tanh'⟩
    extra: list = dataclasses.field(default_factory=list)

    def total(self):
        return self.units + len(self.extra)

    ⟨pass¦@property
    def double(self):
        return self.units * 2⟩

d@ = DC@(⟨{int}¦units={n}, extra={ints}¦¦{n}, 'elu', [1]⟩)
e@ = ⟨dataclasses.replace(d@, units={n})¦DC@()¦copy.copy(d@)¦d@⟩
r@ = e@.total() + d@.units
s@ = ⟨d@ == e@¦d@ == DC@(d@.units, d@.activation, list(d@.extra))¦d@ is e@⟩
t@ = d@.activation
u@ = ⟨len(dataclasses.asdict(d@))¦len(dataclasses.fields(d@))¦len(dataclasses.astuple(e@))⟩
#> r@: int
#> s@: bool
#> t@: str
#> u@: int
""",
    """
⟨Spec@ = collections.namedtuple('Spec@', 'units rate name')¦Spec@ = collections.namedtuple('Spec@', ['units', 'rate', 'name'], defaults=(2, 'n'))¦class Spec@(typing.NamedTuple):
    units: int
    rate: int = 2
    name: str = 'n'⟩
p@ = Spec@({int}, {n}, ⟨'q'¦name='q'⟩)
q@ = p@._replace(units={n})
u@, _, n@ = q@
r@ = p@.units + p@[1] + len(p@) + q@.units
s@ = p@ == ⟨q@¦(p@.units, p@.rate, 'q')¦Spec@(*p@)⟩
t@ = list(p@._asdict()) + [n@]
#> r@: int
#> u@: int
#> s@: bool
#> t@: strs
""",
    """
class Kind@(enum.⟨Enum¦IntEnum⟩):
    SMALL = {n}
    LARGE = 20

k@ = ⟨Kind@.SMALL¦Kind@(20)¦Kind@['LARGE']⟩
r@ = k@.value
s@ = k@ is Kind@.LARGE
t@ = k@.name
u@ = [m.name for m in Kind@]
#> r@: int
#> s@: bool
#> t@: str
#> u@: strs
""",
    """
class Abstract@(abc.ABC):
    @abc.abstractmethod
    def width(self):
        raise NotImplementedError

    def wide(self):
        try:
            return self.width() + 1
        except NotImplementedError:
            return {n}

class Concrete@(Abstract@):
    def __init__(self):
        self.log = []

    def width(self):
        ⟨return {int}¦raise NotImplementedError¦return super().width()⟩

    def put(self, x):
        self.log.append(x)
        return self

o@ = Concrete@().put({n}).put({n})
r@ = o@.wide()
x@ = o@.log
#> r@: int
#> x@: ints
""",
    """
class Count@:
    def __init__(self, top):
        self.top, self.now = top, 0

    def __iter__(self):
        ⟨return self¦self.now = 0
        return self⟩

    def __next__(self):
        if self.now >= self.top:
            raise StopIteration
        self.now += 1
        return self.now

c@ = Count@({n})
x@ = ⟨list(c@)¦[next(c@, 0), next(c@, 0)]¦[i for i in c@ if i > 1]⟩
y@ = list(c@)
#> x@: ints
#> y@: ints
""",
    """
class Ctx@:
    def __init__(self):
        self.seen = []

    def __enter__(self):
        self.seen.append(1)
        return ⟨self¦self.seen¦{n}⟩

    def __exit__(self, kind, value, trace):
        self.seen.append(2 if kind is None else 3)
        return ⟨True¦kind is ValueError⟩

m@ = Ctx@()
with m@ as inner@:
    m@.seen.append({n})
    ⟨raise ValueError¦pass⟩
    m@.seen.append(7)
x@ = m@.seen
#> x@: ints
""",
    """
class My@(⟨list¦dict¦str¦int⟩):
    def extra(self):
        return {n}

m@ = My@()
r@ = m@.extra()
s@ = bool(m@)
#> r@: int
#> s@: bool
""",
    """
class Oops@(ValueError):
    def __init__(self, code):
        super().__init__(code)
        self.code = code

def risky@(n):
    if n > {n}:
        raise Oops@(n)
    return n * 2

try:
    r@ = risky@({int})
except ⟨Oops@¦ValueError¦(KeyError, Oops@)¦Exception⟩ as error:
    r@ = error.code + 100
#> r@: int
""",
]
