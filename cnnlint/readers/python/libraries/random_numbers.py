"""numpy.random: arrays of random numbers, from the module's functions and from generators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.making import shape_from
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ObjectValue,
    Unknown,
    Value,
    elements,
    is_number,
)

Function = Callable[[Run, CallSite], Value]


def _number(run: Run, site: CallSite, whole: bool = False) -> Unknown:
    return Unknown("random number", ("random integer" if whole else "random number", run.building.place(site)))


def _columns(shape: Shape | None) -> bool:
    """Whether there are several numbers to a row: then they stand in for anything, not for labels of their own kind."""
    return shape is None or (len(shape) > 1 and shape[-1] != 1)


def _real(run: Run, site: CallSite, shape: Shape | None, low: float | None, high: float | None) -> ArrayValue:
    encoding: Encoding | None = None if _columns(shape) else "continuous"
    return ArrayValue(
        ArrayFacts(shape, "float64", low, high, encoding, root=fresh_root(run), origin=origin_of(run, site))
    )


def _spread(low: float | None, high: float | None) -> Function:
    """rand(d0, d1), randn(d0, d1): the sizes are passed one by one."""

    def make(run: Run, site: CallSite) -> Value:
        if not site.positional and not site.keywords and not site.open:
            return _number(run, site)
        size = site.keywords.get("size")
        shape = None if site.open else tuple(size_of(p.value) for p in site.positional)
        first = site.value(0)
        if len(site.positional) == 1 and elements(first) is not None:
            shape = shape_from(first)  # a generator's standard_normal takes a shape
        return _real(run, site, shape_from(size.value) if size is not None else shape, low, high)

    return make


def _sized(low: float | None, high: float | None, position: int) -> Function:
    """random(size), normal(loc, scale, size)."""

    def make(run: Run, site: CallSite) -> Value:
        size = site.value(position, "size")
        return _number(run, site) if size is None else _real(run, site, shape_from(size), low, high)

    return make


def _uniform(run: Run, site: CallSite) -> Value:
    low, high = site.value(0, "low", default=0.0), site.value(1, "high", default=1.0)
    size = site.value(2, "size")
    if size is None:
        return _number(run, site)
    if is_number(low) and is_number(high):
        return _real(run, site, shape_from(size), float(low), float(high))
    return _real(run, site, shape_from(size), None, None)


def _integers(run: Run, site: CallSite) -> Value:
    """randint(low, high, size), Generator.integers(low, high, size, endpoint=)."""
    low, high = site.value(0, "low"), site.value(1, "high")
    if high is None:
        low, high = 0, low
    size = site.value(2, "size")
    if size is None:
        return _number(run, site, whole=True)
    above = 0 if site.value(None, "endpoint", default=False) is True or site.api.endswith("random_integers") else 1
    if not isinstance(low, int) or not isinstance(high, int):
        return ArrayValue(ArrayFacts(shape_from(size), "int64", root=fresh_root(run), origin=origin_of(run, site)))
    return _whole(run, site, shape_from(size), low, high - above)


def _whole(run: Run, site: CallSite, shape: Shape | None, low: int, high: int) -> ArrayValue:
    encoding: Encoding | None = None
    classes = None
    if low in (0, 1) and high > low and not _columns(shape):
        encoding, classes = ("binary" if (low, high) == (0, 1) else "integer"), high + 1 - low
    return ArrayValue(ArrayFacts(shape, "int64", float(low), float(high), encoding, classes, root=fresh_root(run),
                                 origin=origin_of(run, site)))  # fmt: skip


def _choice(run: Run, site: CallSite) -> Value:
    """choice(a, size): of an array's elements, or of the numbers below a."""
    pool, size = site.value(0, "a"), site.value(1, "size")
    if size is None:
        return _number(run, site, whole=isinstance(pool, int))
    shape = shape_from(size)
    if isinstance(pool, int):
        return _whole(run, site, shape, 0, pool - 1)
    found = lifted(run, pool)
    if found is None:
        return ArrayValue(ArrayFacts(shape, root=fresh_root(run)))
    facts = found.facts
    rest = facts.shape[1:] if facts.shape is not None else None
    step = Step("slice", None, origin_of(run, site))
    made = replace(facts, shape=(*shape, *rest) if shape is not None and rest is not None else None, name=None)
    return ArrayValue(replace(made, steps=(*facts.steps, step)))


def _permutation(run: Run, site: CallSite) -> Value:
    value = site.value(0, "x")
    found = lifted(run, value)
    if found is not None:
        return ArrayValue(found.facts.with_step(Step("shuffle", None, origin_of(run, site))), found.exact, found.frame)
    return ArrayValue(ArrayFacts((size_of(value),), "int64", root=fresh_root(run)))


def _binomial(run: Run, site: CallSite) -> Value:
    trials, size = site.value(0, "n"), site.value(2, "size")
    if size is None:
        return _number(run, site, whole=True)
    if trials == 1:
        return _whole(run, site, shape_from(size), 0, 1)
    return ArrayValue(ArrayFacts(shape_from(size), "int64", root=fresh_root(run)))


def _vectors(run: Run, site: CallSite) -> Value:
    """multivariate_normal(mean, cov, size)."""
    mean, size = lifted(run, site.value(0, "mean")), site.value(2, "size")
    inner = mean.facts.shape if mean is not None else None
    outer: Shape | None = () if size is None else shape_from(size)
    shape = (*outer, *inner) if outer is not None and inner is not None else None
    return _real(run, site, shape, None, None)


def generator(run: Run, site: CallSite) -> Value:
    """`np.random.default_rng(seed)`, `np.random.RandomState(seed)`."""
    return ObjectValue("numpy.random.Generator", site)


def _nothing(run: Run, site: CallSite) -> Value:
    return None


FUNCTIONS: dict[str, Function] = {
    "rand": _spread(0.0, 1.0), "random": _sized(0.0, 1.0, 0), "random_sample": _sized(0.0, 1.0, 0),
    "ranf": _sized(0.0, 1.0, 0), "sample": _sized(0.0, 1.0, 0), "randn": _spread(None, None),
    "standard_normal": _spread(None, None), "normal": _sized(None, None, 2), "laplace": _sized(None, None, 2),
    "exponential": _sized(None, None, 1), "poisson": _sized(None, None, 1), "beta": _sized(None, None, 2),
    "gamma": _sized(None, None, 2), "lognormal": _sized(None, None, 2), "uniform": _uniform, "randint": _integers,
    "integers": _integers, "random_integers": _integers, "choice": _choice, "permutation": _permutation,
    "permuted": _permutation, "binomial": _binomial, "multivariate_normal": _vectors, "default_rng": generator,
    "RandomState": generator, "shuffle": _nothing, "seed": _nothing,
}  # fmt: skip


def call(run: Run, name: str, site: CallSite) -> Value:
    """Call `numpy.random.name` or the method of that name of a generator."""
    function = FUNCTIONS.get(name)
    return function(run, site) if function is not None else Unknown(f"numpy.random.{name}()")
