"""Python's builtin functions over abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.language import comparing, functional, namespaces, texts, types
from cnnlint.readers.python.language.attributes import attribute, found_attribute, lacks
from cnnlint.readers.python.language.class_making import made_by_type
from cnnlint.readers.python.language.classes import special, through
from cnnlint.readers.python.language.failing import EXCEPTIONS, fail, of_python, throw
from cnnlint.readers.python.language.iteration import contents, has_no_items
from cnnlint.readers.python.language.methods import dicts, sets
from cnnlint.readers.python.language.operators import WIDE, binary, token
from cnnlint.readers.python.language.setting import delete_attribute, set_by_name
from cnnlint.readers.python.run import Native, RaiseSignal, Run
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    Abstract,
    ArrayValue,
    CallSite,
    Chosen,
    ClassValue,
    DatasetValue,
    DictValue,
    ExceptionValue,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModuleValue,
    PartialValue,
    RangeValue,
    SuperValue,
    Unknown,
    Value,
    among,
    as_number,
    integers,
    is_constant,
)


def super_value(run: Run, site: CallSite) -> Value:
    """`super()` in the current method, or `super(Class, self)`."""
    owner = site.value(0)
    if isinstance(owner, ClassValue):
        return SuperValue(owner, site.value(1))
    for frame in reversed(run.frames):
        if frame.owner is not None:
            # a call through the class, `Base.method(self)`, gives it as the first argument
            first = next(iter(frame.scope.names.values()), None) if frame.receiver is None else frame.receiver
            return SuperValue(frame.owner, first)
    return Unknown("super()")


def _range(run: Run, site: CallSite) -> Value:
    # a model of a search is read as it is made first
    bounds = integers([value.usual if isinstance(value, Chosen) else value for value in site.values()])
    if not bounds:
        return RangeValue(None)
    try:
        result = range(*bounds)
    except (TypeError, ValueError):
        return RangeValue(None)
    try:
        length = len(result)
    except OverflowError:
        return RangeValue(None, result[0])
    if length > run.meter.limits.items:
        return RangeValue(length, result[0])
    return ListValue(list(result), kind="range")


def _len(run: Run, site: CallSite) -> Value:
    value = _asked(run, "Length", site.value(0))
    known = comparing.size(run, value)
    if known is not None:
        return known
    if comparing.has_size(value) is False:
        return fail(run, "TypeError")
    return Unknown("len()", ("len", token(value)))


def plain(function: Callable[..., Any]) -> Callable[[Run, CallSite], Value]:
    """A function of Python on constants; unknown for everything else."""
    name = function.__name__

    def call(run: Run, site: CallSite) -> Value:
        values = site.values()
        if site.open or site.keywords or not all(is_constant(value) for value in values):
            return Unknown(f"{name}()", (name, tuple(map(token, values))))
        try:
            result: Value = function(*values)
        except Exception as error:
            return fail(run, of_python(error), str(error))
        if (isinstance(result, str) and len(result) > LARGEST) or (
            isinstance(result, int) and result.bit_length() > LARGEST_BITS
        ):
            return Unknown(f"{name}()")
        return result

    return call


def _pow(run: Run, site: CallSite) -> Value:
    values = site.values()
    if len(values) == 2 and not site.keywords and not site.open and site.node is not None:
        return binary(run, "Power", values[0], values[1], site.node)
    if len(values) == 3 and not site.open and all(isinstance(value, int) for value in values):
        return plain(pow)(run, site)
    return Unknown("pow()")


def _round(run: Run, site: CallSite) -> Value:
    digits = site.value(1, "ndigits")
    far = isinstance(digits, int) and abs(digits) > 30
    return Unknown("round()") if far else plain(round)(run, site)


def _int(run: Run, site: CallSite) -> Value:
    value = _plain(run, site.value(0, default=0))
    if isinstance(value, InstanceValue):
        return through(run, value, "__int__") if special(value, "__int__") is not MISSING else Unknown("int()")
    if len(site.positional) > 1 or site.keywords:
        return plain(int)(run, CallSite(None, [*site.positional, *site.keywords.values()]))
    if isinstance(value, (int, float, str)):
        try:
            number = int(value)
        except (ValueError, OverflowError) as error:
            return fail(run, of_python(error), str(error))
        return number if number.bit_length() <= LARGEST_BITS else Unknown("int()")
    if value is None or isinstance(value, (ListValue, DictValue, tuple)):
        return fail(run, "TypeError")
    return as_number(value, "int", whole=True)


def _asked(run: Run, name: str, value: Value) -> Value:
    """A value that Python asks for its truth or length, of which a library may say something."""
    if run.statement is not None:
        run.libraries.unary(name, value, run.statement)
    return value


def _plain(run: Run, value: Value) -> Value:
    """A number of Python's, where an array without axes holds it."""
    _asked(run, "Truth", value)
    held = run.libraries.number(value) if isinstance(value, (ArrayValue, Unknown)) else None
    return value if held is None else held


def _float(run: Run, site: CallSite) -> Value:
    value = _plain(run, site.value(0, default=0.0))
    if isinstance(value, (int, float, str)):
        try:
            return float(value)
        except (ValueError, OverflowError) as error:
            return fail(run, of_python(error), str(error))
    if value is None:
        return fail(run, "TypeError")
    return value.of_type("float64") if isinstance(value, ArrayValue) else as_number(value, "float", whole=False)


def _bool(run: Run, site: CallSite) -> Value:
    value = _asked(run, "Truth", site.value(0, default=False))
    known = run.truth(value)
    return known if known is not None else Unknown("bool()", ("bool", token(value)))


def _text(write: Callable[[Run, Value], str | None], name: str) -> Callable[[Run, CallSite], Value]:
    def call(run: Run, site: CallSite) -> Value:
        if not site.positional:
            return ""
        text = write(run, site.value(0)) if len(site.positional) == 1 else None
        return text if text is not None and len(text) <= LARGEST else Unknown(f"{name}()", (name, token(site.value(0))))

    return call


def _format(run: Run, site: CallSite) -> Value:
    given, spec = texts.formattable(run, site.value(0)), site.value(1, default="")
    if given is None or not isinstance(spec, str) or WIDE.search(spec):
        return Unknown("format()")
    try:
        return format(given, spec)
    except (ValueError, TypeError) as error:
        return fail(run, of_python(error))


def _list(run: Run, site: CallSite) -> Value:
    value = site.value(0, default=())
    of_names = isinstance(value, ArrayValue) and value.frame is not None and not value.frame.series
    if isinstance(value, (ArrayValue, DatasetValue)) and not of_names:
        return run.libraries.listed(value) if isinstance(value, ArrayValue) else value
    found = contents(run, value)  # a table yields the names of its columns
    if found.items is None and has_no_items(value):
        return fail(run, "TypeError")
    return ListValue(found.items or [], found.open or found.items is None, found.ordered, of=token(value))


def _set(frozen: bool) -> Callable[[Run, CallSite], Value]:
    def call(run: Run, site: CallSite) -> Value:
        value = site.value(0, default=())
        return run.libraries.distinct(value) if isinstance(value, ArrayValue) else sets.made(run, value, frozen)

    return call


def _tuple(run: Run, site: CallSite) -> Value:
    value = site.value(0, default=())
    found = contents(run, value)
    if found.whole is None:
        of = token(value)
        return ListValue(found.items or [], found.open or found.items is None, found.ordered, "tuple", of=of)
    return tuple(found.whole)


def make_dict(run: Run, site: CallSite) -> Value:
    """`dict(...)`."""
    result = DictValue(open=site.open)
    if site.positional:
        dicts.merge(run, result, site.value(0))
    for key, passed in site.keywords.items():
        result.items[key] = passed.value
        if passed.node is not None:
            result.sources[key] = passed.node
    return result


def _isinstance(run: Run, site: CallSite) -> Value:
    answer = types.is_instance(run, site.value(0), site.value(1))
    return answer if answer is not None else Unknown("isinstance()", ("isinstance", token(site.value(0))))


def _issubclass(run: Run, site: CallSite) -> Value:
    cls, kinds = site.value(0), site.value(1)
    answers: list[bool | None] = []
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        known, own = types.python_type(kind), types.python_type(cls)
        if isinstance(cls, ClassValue) and isinstance(kind, ClassValue):
            answers.append(cls.descends_from(kind))
        else:
            answers.append(issubclass(own, known) if own is not None and known is not None else None)
    return True if True in answers else (Unknown("issubclass()") if None in answers else False)


def _getattr(run: Run, site: CallSite) -> Value:
    name, target = site.value(1), site.value(0)
    if not isinstance(name, str):
        return among("getattr()", None, [target])
    absent = has_attribute(run, target, name) is False
    if absent:
        return site.value(2) if len(site.positional) > 2 else fail(run, "AttributeError", name)
    found = found_attribute(run, target, name)
    if found is MISSING or (
        isinstance(found, Unknown) and len(site.positional) > 2 and isinstance(target, InstanceValue)
    ):
        return Unknown("getattr()", ("attribute", token(target), name))
    return found


def has_attribute(run: Run, target: Value, name: str) -> bool | None:
    """What `hasattr(target, name)` is."""
    if isinstance(target, InstanceValue):
        found = target.cls.find(name)
        if isinstance(found, FunctionValue) and found.flavour in ("property", "cached"):
            return _answers(run, lambda: attribute(run, target, name))
        if name in target.attributes or found is not MISSING:
            return True
        if target.cls.find("__getattr__") is not MISSING:
            return _answers(run, lambda: through(run, target, "__getattr__", name))
        if target.cls.plain and not target.cls.flavour and name.startswith("__"):
            if name in ("__dict__", "__weakref__") and target.cls.find("__slots__") is not MISSING:
                return None
            return hasattr(object, name) or name in ("__dict__", "__module__", "__weakref__")
    if isinstance(target, ModuleValue):
        known = run.imports.of_module(run, target, name) is not MISSING
        return True if known else (None if target.scope.star_imports else False)
    if isinstance(target, ClassValue):
        return (
            True
            if target.find(name) is not MISSING
            else (False if target.plain and not name.startswith("__") else None)
        )
    if lacks(target, name):
        return hasattr(object, name) if isinstance(target, InstanceValue) else False
    return True if not isinstance(target, Abstract) or isinstance(target, (ListValue, DictValue)) else None


def _answers(run: Run, ask: Callable[[], Value]) -> bool | None:
    """Whether code of the program gives an attribute, or raises that there is none."""
    run.trying += 1
    doubts = run.doubts
    try:
        found = ask()
    except RaiseSignal as signal:
        missing = isinstance(signal.value, ExceptionValue) and signal.value.kind == "AttributeError"
        return False if missing else None
    finally:
        run.trying -= 1
    return None if isinstance(found, Unknown) or run.doubts > doubts else True


def _hasattr(run: Run, site: CallSite) -> Value:
    target, name = site.value(0), site.value(1)
    answer = has_attribute(run, target, name) if isinstance(name, str) else None
    return answer if answer is not None else Unknown("hasattr()", ("hasattr", token(target), token(name)))


def _setattr(run: Run, site: CallSite) -> Value:
    name = site.passed(1)
    start = texts.beginning(name.node) if name is not None else ""
    return set_by_name(run, site.value(0), site.value(1), site.value(2), start)


def _delattr(run: Run, site: CallSite) -> Value:
    name = site.value(1)
    if isinstance(name, str):
        delete_attribute(run, site.value(0), name)
    return None


def _callable(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, (FunctionValue, MethodValue, Native, ClassValue, LayerValue, PartialValue)):
        return True
    if isinstance(value, InstanceValue) and value.cls.plain:
        return special(value, "__call__") is not MISSING
    if is_constant(value) or isinstance(value, (ListValue, DictValue, tuple)):
        return False
    return Unknown("callable()", ("callable", token(value)))


def _print(run: Run, site: CallSite) -> Value:
    run.libraries.printed([passed.value for passed in site.positional])
    return None


def _type(run: Run, site: CallSite) -> Value:
    if len(site.positional) != 1:
        return made_by_type(run, site)
    known = types.type_value(run, site.value(0), BUILTINS)
    return Unknown("type()", ("type", token(site.value(0)))) if known is types.MISSING_TYPE else known


def _input(run: Run, site: CallSite) -> Value:
    return Unknown("input()", ("input",))


def _exit(run: Run, site: CallSite) -> Value:
    throw("SystemExit", *site.values())


def _abs(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, InstanceValue):
        answer = through(run, value, "__abs__")
        return Unknown("abs()") if answer is MISSING else answer
    if isinstance(value, (int, float)):
        return abs(value)
    found = run.libraries.unary("Abs", value, site.node) if site.node is not None else MISSING
    return Unknown("abs()") if found is MISSING else found


def _hash(run: Run, site: CallSite) -> Value:
    """Of numbers; that of texts is another one in every run of Python."""
    value = site.value(0)
    return hash(value) if isinstance(value, (int, float)) else Unknown("hash()", ("hash", token(value)))


def _slice(run: Run, site: CallSite) -> Value:
    bounds = site.values()
    if site.open or site.keywords or not 1 <= len(bounds) <= 3:
        return fail(run, "TypeError")
    return slice(*bounds)


def _object(run: Run, site: CallSite) -> Value:
    return Unknown("object()")


def _exception(name: str) -> Callable[[Run, CallSite], Value]:
    return lambda run, site: ExceptionValue(name, tuple(passed.value for passed in site.positional))


FUNCTIONS: dict[str, Callable[[Run, CallSite], Value]] = {
    "range": _range,
    "xrange": _range,
    "len": _len,
    "int": _int,
    "float": _float,
    "str": _text(texts.shown, "str"),
    "unicode": _text(texts.shown, "str"),
    "bool": _bool,
    "round": _round,
    "abs": _abs,
    "complex": plain(complex),
    "bytes": plain(bytes),
    "pow": _pow,
    "divmod": plain(divmod),
    "list": _list,
    "tuple": _tuple,
    "slice": _slice,
    "set": _set(False),
    "frozenset": _set(True),
    "dict": make_dict,
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "callable": _callable,
    "print": _print,
    "type": _type,
    "input": _input,
    "raw_input": _input,
    "exit": _exit,
    "quit": _exit,
    "globals": namespaces.global_names,
    "super": super_value,
    "id": _input,
    "open": _input,
    "vars": namespaces.attributes_of,
    "repr": _text(texts.represented, "repr"),
    "format": _format,
    "chr": plain(chr),
    "ord": plain(ord),
    "bin": plain(bin),
    "hex": plain(hex),
    "oct": plain(oct),
    "ascii": plain(ascii),
    "hash": _hash,
    "object": _object,
    "display": _print,
    "eval": namespaces.evaluated,
    "exec": namespaces.executed,
    "execfile": namespaces.executed,
    "locals": namespaces.local_names,
    **functional.FUNCTIONS,
    **{name: _exception(name) for name in EXCEPTIONS},
}
BUILTINS = {name: Native(name, function) for name, function in FUNCTIONS.items()}
