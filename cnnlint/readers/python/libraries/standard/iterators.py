"""`itertools`: made one item at a time, so that what is not known of the end does not touch the beginning."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from cnnlint.readers.python.language.changing import taken
from cnnlint.readers.python.language.comparing import equal
from cnnlint.readers.python.language.iteration import contents, element, live
from cnnlint.readers.python.language.operators import binary
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    LARGEST,
    CallSite,
    IteratorValue,
    ListValue,
    OpenEnd,
    Passed,
    Unknown,
    Value,
    token,
)

Handler = Callable[[Run, CallSite], Value]


def called(run: Run, function: Value, *arguments: Value) -> Value:
    """The program's function called."""
    return run.call(function, CallSite(None, [Passed(argument) for argument in arguments]))


def _chain(run: Run, site: CallSite) -> Value:
    return _joined(run, iter(site.values()), site.values(), site.open, [*site.values(), *site.behind])


def _chain_from_iterable(run: Run, site: CallSite) -> Value:
    return _joined(run, live(run, site.value(0)), [], False, [site.value(0)])


def _joined(run: Run, parts: Iterator[Value], known: list[Value], is_open: bool, of: list[Value]) -> Value:
    def steps() -> Iterator[Value]:
        for part in parts:
            yield from live(run, part)
        if is_open:
            raise OpenEnd

    traced = ("chain", *map(token, of))
    return IteratorValue(steps(), lambda: element(run, known[0]) if known else _one(traced), of=traced)


def _one(of: object) -> Value:
    """One of the values of an iterator."""
    return Unknown("loop variable", ("of these", of))


def _product(run: Run, site: CallSite) -> Value:
    columns = [contents(run, passed.value).whole for passed in site.positional]
    repeat = site.value(None, "repeat", default=1)
    known = [column for column in columns if column is not None]
    total = 1
    for column in known:
        total *= len(column)
    if (
        len(known) < len(columns)
        or not isinstance(repeat, int)
        or not 0 <= repeat <= 8
        or site.open
        or total**repeat > LARGEST
    ):
        return Unknown("itertools.product()")
    return _of(itertools.product(*known, repeat=repeat))


def _of(items: Iterable[Value]) -> IteratorValue:
    return IteratorValue(iter(items))


def _selection(function: Callable[..., Iterable[tuple[Value, ...]]]) -> Handler:
    """`combinations`, `permutations`: of few items."""

    def call(run: Run, site: CallSite) -> Value:
        items, size = contents(run, site.value(0)).whole, site.value(1, "r")
        if items is None or len(items) > 8 or not (size is None or isinstance(size, int)):
            return Unknown("a selection")
        return _of(function(items, len(items) if size is None else size))

    return call


def _repeat(run: Run, site: CallSite) -> Value:
    times, item = site.value(1, "times"), site.value(0, "object")
    if len(site.positional) < 2 and "times" not in site.keywords:
        return _of(itertools.repeat(item))
    if isinstance(times, int) and times <= run.meter.limits.items:
        return _of([item] * times)
    return ListValue([item], True, False)


def _count(run: Run, site: CallSite) -> Value:
    start, step = site.value(0, "start", default=0), site.value(1, "step", default=1)
    if isinstance(start, (int, float)) and isinstance(step, (int, float)):
        return _of(itertools.count(start, step))
    return Unknown("itertools.count()")


def _cycle(run: Run, site: CallSite) -> Value:
    items = contents(run, site.value(0)).whole
    return Unknown("itertools.cycle()") if items is None else _of(itertools.cycle(items))


def _islice(run: Run, site: CallSite) -> Value:
    given = [passed.value for passed in site.positional[1:]]
    bounds = [bound for bound in given if bound is None or isinstance(bound, int)]
    if not bounds or len(bounds) < len(given):
        return IteratorValue(iter(()), lambda: element(run, site.value(0)), lost=True)
    if any(isinstance(bound, int) and bound < 0 for bound in bounds):
        return Unknown("itertools.islice()")
    return IteratorValue(itertools.islice(live(run, site.value(0)), *bounds), lambda: element(run, site.value(0)))


def _while(takes: bool) -> Handler:
    """`takewhile` and `dropwhile`."""

    def call(run: Run, site: CallSite) -> Value:
        function, value = site.value(0), site.value(1)

        def steps() -> Iterator[Value]:
            dropping = True
            for item in live(run, value):
                if dropping:
                    answer = run.truth(called(run, function, item))
                    if answer is None:
                        raise OpenEnd
                    if takes and not answer:
                        return
                    dropping = takes or answer
                    if answer and not takes:
                        continue
                yield item

        return IteratorValue(steps(), lambda: element(run, value))

    return call


def _accumulate(run: Run, site: CallSite) -> Value:
    function, value = site.value(1, "func"), site.value(0)

    def steps() -> Iterator[Value]:
        total: Value = site.value(None, "initial")
        started = "initial" in site.keywords
        if started:
            yield total
        for item in live(run, value):
            if not started:
                total, started = item, True
            elif function is not None:
                total = called(run, function, total, item)
            elif site.node is not None:
                total = binary(run, "Add", total, item, site.node)
            yield total

    return IteratorValue(steps(), lambda: element(run, value))


def _star_map(run: Run, site: CallSite) -> Value:
    function = site.value(0)

    def steps() -> Iterator[Value]:
        for row in live(run, site.value(1)):
            yield run.call(function, CallSite(site.node, [Passed(one) for one in live(run, row)]))

    return IteratorValue(steps())


def _zip_longest(run: Run, site: CallSite) -> Value:
    columns = [contents(run, passed.value).whole for passed in site.positional]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns):
        return Unknown("itertools.zip_longest()")
    return _of(itertools.zip_longest(*known, fillvalue=site.value(None, "fillvalue")))


def _compress(run: Run, site: CallSite) -> Value:
    def steps() -> Iterator[Value]:
        for item, selector in zip(live(run, site.value(0)), live(run, site.value(1)), strict=False):
            answer = run.truth(selector)
            if answer is None:
                raise OpenEnd
            if answer:
                yield item

    return IteratorValue(steps())


def _tee(run: Run, site: CallSite) -> Value:
    many = site.value(1, "n", default=2)
    items = contents(run, site.value(0)).whole
    if items is None or not isinstance(many, int) or not 0 <= many < 20:
        return Unknown("itertools.tee()")
    return tuple(_of(list(items)) for _ in range(many))


def _pairwise(run: Run, site: CallSite) -> Value:
    return IteratorValue(itertools.pairwise(live(run, site.value(0))))


def _group_by(run: Run, site: CallSite) -> Value:
    key = site.value(1, "key")

    def steps() -> Iterator[Value]:
        group: list[Value] = []
        last: Value = None
        for item in live(run, site.value(0)):
            now = item if key is None else called(run, key, item)
            same = equal(run, now, last) if group else True
            if same is None:
                raise OpenEnd
            if not same:
                yield (last, _of(group))
                group = []
            group.append(item)
            last = now
        if group:
            yield (last, _of(group))

    return IteratorValue(steps())


def _lazy(handler: Handler) -> Handler:
    """What goes through others, one by one: where it is not known how far, neither is what that does to them."""

    def call(run: Run, site: CallSite) -> Value:
        made = handler(run, site)
        if isinstance(made, IteratorValue):
            made.effects = lambda: taken(run, *site.values())
        if isinstance(made, Unknown) or (isinstance(made, IteratorValue) and made.lost):
            taken(run, *site.values())
        return made

    return call


HANDLERS: dict[str, Handler] = {
    f"itertools.{name}": _lazy(handler)
    for name, handler in {
        "chain": _chain,
        "chain.from_iterable": _chain_from_iterable,
        "product": _product,
        "combinations": _selection(itertools.combinations),
        "permutations": _selection(itertools.permutations),
        "repeat": _repeat,
        "count": _count,
        "cycle": _cycle,
        "islice": _islice,
        "takewhile": _while(True),
        "dropwhile": _while(False),
        "accumulate": _accumulate,
        "starmap": _star_map,
        "zip_longest": _zip_longest,
        "compress": _compress,
        "tee": _tee,
        "pairwise": _pairwise,
        "groupby": _group_by,
    }.items()
}
