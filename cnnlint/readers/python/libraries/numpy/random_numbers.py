"""numpy.random: arrays of random numbers, from the module's functions and from generators, one row each."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import statements
from cnnlint.readers.python.arrays.dtypes import FLOATS, WHOLE, holds
from cnnlint.readers.python.arrays.identity import fresh_root, is_scalar, lifted, origin_of
from cnnlint.readers.python.arrays.items import enough
from cnnlint.readers.python.arrays.methods import number_of, size_of
from cnnlint.readers.python.libraries.numpy.making import asked, shape_in
from cnnlint.readers.python.libraries.rows import Effect, Row
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, ObjectValue, Unknown, Value, is_number, numbers


def _number(run: Run, bound: Arguments, whole: bool = False) -> Unknown:
    kind = "random integer" if whole else "random number"
    return Unknown("random number", (kind, run.building.place(bound.site)))


def _columns(shape: Shape | None) -> bool:
    """Whether there are several numbers to a row: then they stand in for anything, not for labels of their own kind."""
    return shape is None or (len(shape) > 1 and shape[-1] != 1)


def _real(
    run: Run,
    bound: Arguments,
    shape: Shape | None,
    low: float | None,
    high: float | None,
    dtype: str | None = "float64",
) -> ArrayValue:
    encoding: Encoding | None = None if _columns(shape) or dtype not in FLOATS else "continuous"
    facts = ArrayFacts(shape, dtype, low, high, encoding, root=fresh_root(run), origin=origin_of(run, bound.site))
    return ArrayValue(facts, mixed=True)


def spread(low: float | None, high: float | None) -> Effect:
    """rand(d0, d1), randn(d0, d1): the sizes are passed one by one."""

    def effect(run: Run, bound: Arguments) -> Value:
        if not bound.rest and not bound.site.open:
            return _number(run, bound)
        shape = None if bound.site.open else tuple(size_of(passed.value) for passed in bound.rest)
        return _real(run, bound, shape, low, high)

    return effect


def sized(low: float | None, high: float | None, dtype: str | None = "float64") -> Effect:
    """random(size), normal(loc, scale, size): numbers alone where no size is passed."""

    def effect(run: Run, bound: Arguments) -> Value:
        size = bound["size"]
        if size is None:
            plain = all(is_number(value) for value in bound.values())
            return _number(run, bound) if plain else None
        kind = asked(bound, dtype)[0] if "dtype" in bound.defaults else dtype
        return _real(run, bound, shape_in(size), low, high, kind)

    return effect


def uniform(run: Run, bound: Arguments) -> Value:
    """uniform(low=0.0, high=1.0, size=None)."""
    ends, size = numbers([bound["low"], bound["high"]]), bound["size"]
    if size is None:
        return _number(run, bound) if ends is not None else None
    low, high = (float(min(ends)), float(max(ends))) if ends is not None else (None, None)
    return _real(run, bound, shape_in(size), low, high)


def integers(closed: bool = False) -> Effect:
    """randint(low, high=None, size=None, dtype=int), Generator.integers(…, endpoint=False)."""

    def effect(run: Run, bound: Arguments) -> Value:
        low, high, size = bound["low"], bound["high"], bound["size"]
        if high is None:
            low, high = (1 if closed else 0), low
        if size is None:
            known = all(isinstance(end, (int, Unknown)) for end in (low, high))
            return _number(run, bound, whole=True) if known else None
        endpoint = closed or ("endpoint" in bound.defaults and bound["endpoint"] is True)
        dtype = asked(bound, "int64")[0] if "dtype" in bound.defaults else "int64"
        if not isinstance(low, int) or not isinstance(high, int):
            facts = ArrayFacts(shape_in(size), dtype, root=fresh_root(run), origin=origin_of(run, bound.site))
            return ArrayValue(facts, mixed=True)
        return whole(run, bound, shape_in(size), low, high if endpoint else high - 1, dtype)

    return effect


def whole(
    run: Run, bound: Arguments, shape: Shape | None, low: int, high: int, dtype: str | None = "int64"
) -> ArrayValue:
    """Whole numbers drawn evenly; that all of them come up is claimed where it is as good as sure."""
    encoding: Encoding | None = None
    classes = None
    full = enough(shape, high + 1 - low)
    if low in (0, 1) and high >= low and not _columns(shape) and dtype in WHOLE:
        encoding = "binary" if high <= 1 else "integer"
        classes = high + 1 - low if full else None
    # both ends come up only where there are enough of them
    ends = shape is None or None in shape or enough(shape, min(high + 1 - low, 3))
    least, most = (float(low), float(high)) if ends and holds(dtype, low, high) else (None, None)
    facts = ArrayFacts(
        shape, dtype, least, most, encoding, classes, root=fresh_root(run), origin=origin_of(run, bound.site)
    )
    return ArrayValue(facts, mixed=True, gapless=full and least is not None)


#: a generator draws of the rows of an array of any shape, the module's own function of a row alone
DRAWN = "numpy.random.Generator.choice"


def choice(run: Run, bound: Arguments) -> Value:
    """choice(a, size=None, replace=True, p=None): of an array's elements, or of the numbers below a."""
    pool, size = bound["a"], bound["size"]
    number = number_of(pool) if isinstance(pool, ArrayValue) else size_of(pool)
    if size is None:
        return _number(run, bound, whole=True) if number is not None else None
    shape = shape_in(size)
    plain = bound["replace"] is True and bound["p"] is None
    if isinstance(pool, ArrayValue) and pool.facts.shape == () and number is None:
        return ArrayValue(ArrayFacts(shape, "int64", root=fresh_root(run)))
    if number is not None:
        made = whole(run, bound, shape, 0, int(number) - 1)
        return made if plain else ArrayValue(replace(made.facts, classes=None, low=None, high=None))
    found = lifted(run, pool)
    if found is None or bound.given("axis"):
        flat = found is None and not bound.given("axis") and bound.site.api != DRAWN
        return ArrayValue(ArrayFacts(shape if flat else None, root=fresh_root(run)))
    facts = found.facts
    rest = facts.shape[1:] if facts.shape is not None else None
    step = Step("slice", None, origin_of(run, bound.site))
    constant = found.exact and facts.low is not None and facts.low == facts.high
    even = plain and found.gapless and facts.classes is not None and facts.samples == facts.classes
    full = even and enough(shape, facts.classes)
    bounds = (facts.low, facts.high) if constant or full or found.mixed else (None, None)
    row = facts.encoding in ("one_hot", "multi_hot") and (facts.shape is None or len(facts.shape) == 1)
    drawn = replace(
        facts,
        encoding=None if row else facts.encoding,
        shape=(*shape, *rest) if shape is not None and rest is not None else None,
        name=None,
        classes=facts.classes if full and not row else None,
        low=bounds[0],
        high=bounds[1],
        steps=facts.steps_with(step),
    )
    return ArrayValue(drawn, constant, mixed=found.mixed or full, gapless=full)


def permuted(run: Run, bound: Arguments) -> Value:
    """rng.permuted(x): its numbers change places one by one, so that rows are taken apart."""
    found = permutation(run, bound) if lifted(run, bound["x"]) is not None else None
    if isinstance(found, ArrayValue) and found.facts.encoding in ("one_hot", "multi_hot"):
        found.facts = replace(found.facts, encoding=None, classes=None)
    return found


def permutation(run: Run, bound: Arguments) -> Value:
    """permutation(x): of an array's rows, or of the numbers below x."""
    value = bound["x"]
    found = lifted(run, value)
    if found is not None:
        facts = found.facts.with_step(Step("shuffle", None, origin_of(run, bound.site)))
        return ArrayValue(facts, found.exact, mixed=True, gapless=found.gapless)
    count = size_of(value)
    anything = isinstance(value, Unknown) and isinstance(value.token, tuple) and value.token[:1] == ("result",)
    if count is None and (anything or not (isinstance(value, Unknown) and is_scalar(value))):
        return None  # what a method gives may be a list
    high = float(count - 1) if count else None
    facts = ArrayFacts((count,), "int64", 0.0 if count else None, high, None, count, root=fresh_root(run))
    return ArrayValue(facts, exact=bool(count), mixed=True, gapless=bool(count))


def binomial(run: Run, bound: Arguments) -> Value:
    """binomial(n, p, size=None)."""
    trials, size = bound["n"], bound["size"]
    if size is None:
        return _number(run, bound, whole=True) if is_number(trials) else None
    shape = shape_in(size)
    if trials == 1:
        made = whole(run, bound, shape, 0, 1)
        even = bound["p"] == 0.5
        return made if even else ArrayValue(replace(made.facts, classes=None, low=None, high=None))
    return ArrayValue(ArrayFacts(shape, "int64", root=fresh_root(run)), mixed=True)


def counts(run: Run, bound: Arguments) -> Value:
    """poisson(lam, size=None) and others that count."""
    size = bound["size"]
    if size is None:
        return _number(run, bound, whole=True) if all(is_number(value) for value in bound.values()) else None
    return ArrayValue(ArrayFacts(shape_in(size), "int64", root=fresh_root(run)), mixed=True)


def vectors(run: Run, bound: Arguments) -> Value:
    """multivariate_normal(mean, cov, size=None)."""
    mean, size = lifted(run, bound["mean"]), bound["size"]
    inner = mean.facts.shape if mean is not None else None
    outer: Shape | None = () if size is None else shape_in(size)
    shape = (*outer, *inner) if outer is not None and inner is not None else None
    return _real(run, bound, shape, None, None)


def generator(run: Run, bound: Arguments) -> Value:
    """`np.random.default_rng(seed)`, `np.random.RandomState(seed)`."""
    return ObjectValue("numpy.random.Generator", bound.site)


def seeded(run: Run, bound: Arguments) -> Value:
    """seed(n): nothing comes of it."""
    return Unknown("None", ("nothing",))


def shuffled(run: Run, bound: Arguments) -> Value:
    """shuffle(x), in place: rows change places."""
    value = bound["x"]
    if isinstance(value, ArrayValue):
        statements.overwritten(run, value, keep=True)
        step = Step("shuffle", None, origin_of(run, bound.site))
        for one in value.family or [value]:
            one.facts = one.facts.with_step(step)
    else:
        run.building.escape(value)
    return Unknown("None", ("nothing",))


NORMAL = "loc=0.0, scale=1.0, size=None"
ROWS: dict[str, Row] = {
    "rand": Row("*sizes", spread(0.0, 1.0)),
    "randn": Row("*sizes", spread(None, None)),
    **{
        name: Row("size=None, dtype=None, out=None", sized(0.0, 1.0))
        for name in ("random", "random_sample", "ranf", "sample")
    },
    "standard_normal": Row("size=None, dtype=None, out=None", sized(None, None)),
    **{name: Row(NORMAL, sized(None, None)) for name in ("normal", "laplace", "logistic", "gumbel")},
    "exponential": Row("scale=1.0, size=None", sized(None, None)),
    "beta": Row("a, b, size=None", sized(None, None)),
    "gamma": Row("shape, scale=1.0, size=None", sized(None, None)),
    "lognormal": Row("mean=0.0, sigma=1.0, size=None", sized(None, None)),
    "poisson": Row("lam=1.0, size=None", counts),
    "geometric": Row("p, size=None", counts),
    "uniform": Row("low=0.0, high=1.0, size=None", uniform),
    "randint": Row("low, high=None, size=None, dtype=None", integers()),
    "integers": Row("low, high=None, size=None, dtype=None, endpoint=False", integers()),
    "random_integers": Row("low, high=None, size=None", integers(True)),
    "choice": Row("a, size=None, replace=True, p=None, axis=0, shuffle=True", choice),
    "permutation": Row("x, axis=0", permutation),
    "permuted": Row("x, *, axis=None, out=None", permuted),
    "binomial": Row("n, p, size=None", binomial),
    "multivariate_normal": Row("mean, cov, size=None, check_valid='warn', tol=1e-8, *, method='svd'", vectors),
    "default_rng": Row("seed=None", generator),
    "RandomState": Row("seed=None", generator),
    "shuffle": Row("x, axis=0", shuffled),
    "seed": Row("seed=None", seeded),
}


def call(run: Run, name: str, site: CallSite) -> Value:
    """Call `numpy.random.name` or the method of that name of a generator."""
    row = ROWS.get(name)
    return row.call(run, f"numpy.random.{name}", site) if row is not None else Unknown(f"numpy.random.{name}()")
