"""`match` statements: the first case that fits, or that may fit."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.readers.python.language import comparing, operators, types
from cnnlint.readers.python.language.attributes import found_attribute
from cnnlint.readers.python.language.kinds import type_of
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    Abstract,
    ClassValue,
    DictValue,
    InstanceValue,
    ListValue,
    Unknown,
    Value,
    elements,
    is_constant,
    strings,
)


def execute(run: Run, node: cst.Match) -> None:
    """Execute a `match` statement; a case that cannot be decided is answered like a condition."""
    case = chosen(run, node)
    if case is not None:
        run.suite(case.body)


def chosen(run: Run, node: cst.Match) -> cst.MatchCase | None:
    """The case that fits, its names bound."""
    subject = run.evaluate(node.subject)
    for place, case in enumerate(node.cases):
        answer = _fits(run, case.pattern, subject)
        if case.guard is not None and answer is not False:
            guard = run.truth(run.evaluate(case.guard))
            answer = guard if answer else (False if guard is False else None)
        if answer is None:
            answer = run.decide(Unknown("case", _asked(run, case, subject, place)), at=node.subject)
        if answer:
            return case
    return None


def _asked(run: Run, case: cst.MatchCase, subject: Value, place: int) -> object:
    """What a case asks: of a constant the same as `subject == constant`."""
    value = run.evaluate(case.pattern.value) if isinstance(case.pattern, cst.MatchValue) else MISSING
    if case.guard is None and is_constant(value):
        return "Equal", operators.token(subject), operators.token(value)
    return "case", operators.token(subject), place


def _fits(run: Run, pattern: cst.MatchPattern, subject: Value) -> bool | None:
    if isinstance(pattern, cst.MatchValue):
        return comparing.equal(run, subject, run.evaluate(pattern.value))
    if isinstance(pattern, cst.MatchSingleton):
        return comparing.identical(subject, run.evaluate(pattern.value))
    if isinstance(pattern, cst.MatchAs):
        inner = True if pattern.pattern is None else _fits(run, pattern.pattern, subject)
        if inner is not False and pattern.name is not None:
            run.assign(pattern.name, subject)
        return inner
    if isinstance(pattern, cst.MatchOr):
        undecided = False
        for choice in pattern.patterns:
            answer = _fits(run, choice.pattern, subject)
            if answer:
                return None if undecided else True
            undecided = undecided or answer is None
        return None if undecided else False
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        return _sequence(run, pattern.patterns, subject)
    if isinstance(pattern, cst.MatchMapping):
        return _mapping(run, pattern, subject)
    if isinstance(pattern, cst.MatchClass):
        return _class(run, pattern, subject)
    return None


def _all(answers: Sequence[bool | None]) -> bool | None:
    return False if False in answers else (None if None in answers else True)


def _sequence(run: Run, parts: Sequence[cst.MatchSequenceElement | cst.MatchStar], subject: Value) -> bool | None:
    items: list[Value]
    kind = type_of(subject)
    if kind is not None and (not issubclass(kind, Sequence) or kind in (str, bytes)):
        return False
    if isinstance(subject, tuple):
        items = list(subject)
    elif isinstance(subject, ListValue):
        if not subject.whole:
            return None
        items = list(subject.items)
    else:
        return False if _neither(subject) or isinstance(subject, DictValue) else None
    stars = [place for place, part in enumerate(parts) if isinstance(part, cst.MatchStar)]
    if len(items) < len(parts) - len(stars) or (not stars and len(items) != len(parts)):
        return False
    if not stars:
        return _all([_element(run, part, item) for part, item in zip(parts, items, strict=True)])
    head, tail = stars[0], len(parts) - stars[0] - 1
    star = parts[head]
    answers = [_element(run, part, item) for part, item in zip(parts[:head], items, strict=False)]
    if isinstance(star, cst.MatchStar) and star.name is not None:
        run.assign(star.name, ListValue(items[head : len(items) - tail]))
    answers += [
        _element(run, part, item) for part, item in zip(parts[head + 1 :], items[len(items) - tail :], strict=True)
    ]
    return _all(answers)


def _neither(subject: Value) -> bool:
    """Whether it is no sequence and no mapping: a constant, or an object of a class that descends from none."""
    return not isinstance(subject, Abstract) or (isinstance(subject, InstanceValue) and subject.cls.plain)


def _element(run: Run, part: cst.MatchSequenceElement | cst.MatchStar, item: Value) -> bool | None:
    return _fits(run, part.value, item) if isinstance(part, cst.MatchSequenceElement) else None


def _mapping(run: Run, pattern: cst.MatchMapping, subject: Value) -> bool | None:
    if not isinstance(subject, DictValue):
        return False if _neither(subject) or isinstance(subject, ListValue) else None
    answers: list[bool | None] = []
    keys: list[Value] = []
    for element in pattern.elements:
        key = comparing.hashable(run.evaluate(element.key))
        keys.append(key)
        if key in subject.items:
            answers.append(_fits(run, element.pattern, subject.items[key]))
        else:
            answers.append(None if subject.open or key is MISSING else False)
    if pattern.rest is not None:
        run.assign(
            pattern.rest, DictValue({key: item for key, item in subject.items.items() if key not in keys}, subject.open)
        )
    return _all(answers)


def _by_place(cls: ClassValue) -> list[str]:
    """The attributes that the patterns without a name stand for; nothing where that is not known."""
    told = strings(elements(cls.find("__match_args__")))
    return told or (list(cls.fields) if cls.flavour == "dataclass" else [])


def _class(run: Run, pattern: cst.MatchClass, subject: Value) -> bool | None:
    kind = run.evaluate(pattern.cls)
    answers = [types.is_instance(run, subject, kind)]
    if answers[0] is False:
        return False
    if pattern.patterns:
        if isinstance(kind, Native) and len(pattern.patterns) == 1:
            answers.append(_fits(run, pattern.patterns[0].value, subject))
        elif isinstance(subject, InstanceValue) and (names := _by_place(subject.cls)):
            answers += [
                _fits(run, part.value, subject.attributes.get(name, Unknown(name)))
                for part, name in zip(pattern.patterns, names, strict=False)
            ]
        else:
            answers.append(None)
    for word in pattern.kwds:
        found = found_attribute(run, subject, word.key.value)
        if found is MISSING:
            return False if isinstance(subject, InstanceValue) and subject.cls.plain else None
        answers.append(_fits(run, word.pattern, found))
    return _all(answers)
