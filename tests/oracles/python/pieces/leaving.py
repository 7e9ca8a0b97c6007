"""What is done on the way out, how often something is called, and classes that the library makes over, as pieces of program."""

# ruff: noqa: E501
LEAVING = [
    """
import contextlib
log@ = []

@contextlib.contextmanager
def noted@(n):
    log@.append(n)
    try:
        yield n + 1
    except ⟨LookupError¦ValueError¦Exception⟩:
        log@.append(n + 10)
        ⟨raise¦pass¦raise ValueError⟩
    ⟨finally:
        log@.append(n + 20)¦else:
        log@.append(n + 30)⟩

try:
    with noted@(1) as one@, noted@({n}):
        log@.append(one@)
        ⟨[][0]¦raise ValueError¦pass¦{}[1]⟩
except ⟨IndexError¦(ValueError, LookupError)¦Exception⟩:
    log@.append(5)
except Exception:
    log@.append(6)
#> log@: ints
""",
    """
left@ = []

def steps@(n):
    try:
        yield n
        yield n + 1
    finally:
        left@.append(n)

a@ = ⟨next(steps@({n}))¦sum(steps@({n}))¦len(list(zip([1], steps@(3))))¦max(steps@({n}))¦[*steps@(2)][1]⟩
it@ = steps@(4)
b@ = next(it@)
⟨it@.close()¦it@ = None¦b@ += sum(it@)¦pass⟩
#> a@: int
#> b@: int
#> left@: ints
""",
    """
def inner@():
    total = {n}
    while True:
        got = yield total + 1
        if got is None:
            ⟨return¦break¦continue⟩
        total += got

def outer@():
    yield from inner@()
    yield 30

it@ = outer@()
a@ = next(it@) + it@.send({n}) + it@.send(3)
b@ = next(it@)
#> a@: int
#> b@: int
""",
    """
seen@ = []

def at@(n):
    seen@.append(n)
    return n

row@ = [1, 2, {n}]
row@[at@(⟨0¦1¦-1⟩)] ⟨+=¦-=¦*=⟩ at@({n})
row@[at@(0):at@(2)] += [at@(4)]
#> row@: ints
#> seen@: ints
""",
    """
way@ = {n}
try:
    try:
        way@ += ⟨1¦1 // 0¦[][2]⟩
    except ⟨ValueError¦ZeroDivisionError⟩:
        way@ = 9
    else:
        ⟨raise ValueError¦way@ += 2¦raise KeyError(3)⟩
    finally:
        way@ += 40
except Exception as error@:
    way@ += 3 + len(str(error@))
#> way@: int
""",
    """
import collections

class Point@(collections.namedtuple('Point', 'x y z')):
    __slots__ = ()

    def __new__(cls, x, y={n}, z=1):
        return super().__new__(cls, x + 1, ⟨y, z¦z=z, y=y¦y=z, z=y⟩)

p@ = Point@({int})
r@ = ⟨p@.x¦p@[1]¦sum(p@)¦p@._replace(x=9).x¦len(p@)⟩
x@ = ⟨list(p@)¦[*Point@(3, z=6)]⟩
#> r@: int
#> x@: ints
""",
    """
import enum

class Way@(enum.⟨Flag¦IntFlag⟩):
    A = ⟨1¦enum.auto()⟩
    B = ⟨2¦enum.auto()⟩
    C = 4
    AB = 3

class Size@(enum.Enum):
    SMALL = (1, {n})
    LARGE = (3, 4)

    def __init__(self, low, high):
        self.low = low
        self.high = high

r@ = ⟨len(Way@)¦Way@.B.value¦len(list(Way@))¦Way@.AB.value¦Way@(2).value⟩
s@ = ⟨Size@.SMALL.high¦Size@.LARGE.low¦sum(one.high for one in Size@)⟩
#> r@: int
#> s@: int
""",
]
