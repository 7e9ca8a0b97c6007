"""Classes that the standard library writes methods for: dataclasses, enumerations, named tuples."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text.concrete_nodes import empty_class, names_in
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    MethodValue,
    PartialValue,
    Passed,
    Scope,
    Symbol,
    Unknown,
    Value,
    iterated,
    strings,
)

Handler = Callable[[Run, CallSite], Value]


# --- dataclasses ------------------------------------------------------------------------------------------------


def _dataclass(run: Run, site: CallSite) -> Value:
    """`@dataclass`, with or without options."""
    cls = site.value(0, "cls")
    options = {name: passed.value for name, passed in site.keywords.items()}
    if not isinstance(cls, ClassValue):
        return Native("dataclass", lambda run, inner: _with_fields(inner.value(0), options))
    return _with_fields(cls, options)


def _with_fields(cls: Value, options: dict[str, Value]) -> Value:
    if isinstance(cls, ClassValue):
        cls.flavour = "dataclass"
        cls.options = {**cls.options, **options}
        cls.fields = {**cls.fields, **_annotated(cls)}
    return cls


def _annotated(cls: ClassValue) -> dict[str, Value]:
    """The annotated names of a class's body with their defaults."""
    return {
        name: _default(cls, name, cls.find(name))
        for name, kind in cls.scope.annotated.items()
        if "ClassVar" not in names_in(kind)
    }


def _default(cls: ClassValue, name: str, default: Value) -> Value:
    """A default as instances get it: what `field(...)` says of it in its place."""
    if isinstance(default, DictValue) and default.kind == "field":
        cls.scope.names.pop(name, None)
        cls.settings[name] = dict(default.items)
        if "default_factory" in default.items:
            return PartialValue(default.items["default_factory"], (), {})
        return default.items.get("default", MISSING)
    cls.settings.pop(name, None)
    return default


def _field(run: Run, site: CallSite) -> Value:
    return DictValue({name: passed.value for name, passed in site.keywords.items()}, site.open, kind="field")


def _replace(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if not isinstance(value, InstanceValue) or value.cls.flavour != "dataclass" or site.open:
        return Unknown("dataclasses.replace()")
    names = value.cls.fields_for("init")
    fields = {name: Passed(value.attributes.get(name, Unknown(name)), None, name) for name in names}
    return run.call(value.cls, CallSite(None, [], {**fields, **site.keywords}))


def _as_dict(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, InstanceValue) and value.cls.flavour == "dataclass":
        copied = {name: _plain_copy(run, value.attributes.get(name, Unknown(name))) for name in value.cls.fields}
        return DictValue(dict(copied.items()))
    return DictValue(open=True)


def _plain_copy(run: Run, value: Value) -> Value:
    if isinstance(value, InstanceValue):
        return _as_dict(run, CallSite(None, [Passed(value)]))
    if isinstance(value, ListValue):
        return ListValue(
            [_plain_copy(run, item) for item in value.items], value.open, value.ordered, value.kind, of=value.of
        )
    if isinstance(value, DictValue):
        return DictValue({key: _plain_copy(run, item) for key, item in value.items.items()}, value.open)
    return value


def _as_tuple(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, InstanceValue) and value.cls.flavour == "dataclass":
        return tuple(_plain_copy(run, value.attributes.get(name, Unknown(name))) for name in value.cls.fields)
    return Unknown("astuple()")


def _fields(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    cls = value.cls if isinstance(value, InstanceValue) else value
    if not isinstance(cls, ClassValue) or cls.flavour != "dataclass":
        return Unknown("fields()")
    return tuple(_record(cls, name=name) for name in cls.fields)


def _record(cls: ClassValue, **attributes: Value) -> InstanceValue:
    """An object with nothing but attributes."""
    return InstanceValue(ClassValue("Field", cls.node, [], Scope(None, "class"), cls.unit), dict(attributes))


def _is_dataclass(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    cls = value.cls if isinstance(value, InstanceValue) else value
    return cls.flavour == "dataclass" if isinstance(cls, ClassValue) else Unknown("is_dataclass()")


# --- named tuples -----------------------------------------------------------------------------------------------


def _namedtuple(run: Run, site: CallSite) -> Value:
    """A class of tuples with named fields."""
    names = site.value(1, "field_names")
    title = site.value(0, "typename")
    fields = names.replace(",", " ").split() if isinstance(names, str) else None
    if fields is None:
        items, is_open = iterated(names)
        fields = None if is_open else strings(items)
    if fields is None or not isinstance(title, str):
        return Unknown("namedtuple()")
    defaults, _ = iterated(site.value(None, "defaults", default=()))
    known = list(defaults or [])
    values: list[Value] = [MISSING] * (len(fields) - len(known)) + known
    node = empty_class()
    cls = ClassValue(title, node, [], Scope(None, "class"), run.frame.unit, True, "namedtuple")
    cls.fields = dict(zip(fields, values, strict=False))
    return cls


# --- enumerations -----------------------------------------------------------------------------------------------

FLAGS = ("enum.Flag", "enum.IntFlag")
ENUMERATIONS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", *FLAGS)
#: what makes members other than their values as they are written
OWN_VALUES = ("__new__", "_generate_next_value_")


def class_made(run: Run, cls: ClassValue) -> None:
    """A class was defined: enumerations and named tuples get their members and fields."""
    names = {base.name for base in cls.bases if isinstance(base, Symbol)}
    if names & {"typing.NamedTuple"}:
        cls.flavour, cls.fields = "namedtuple", _annotated(cls)
        return
    if not (names & set(ENUMERATIONS) or cls.flavour == "enum"):
        return
    cls.flavour = "enum"
    flags = any(base.name in FLAGS for base in cls.external_bases())
    own = any(cls.find(name) is not MISSING for name in OWN_VALUES)
    number: Value = 0
    for name, value in list(cls.scope.names.items()):
        if _not_a_member(name) or isinstance(value, (FunctionValue, ClassValue, Native)):
            continue
        if isinstance(value, Symbol) and value.name == "enum.auto":
            continue
        if isinstance(value, DictValue) and value.kind == "auto":
            value = _next(number, flags)
        number = value if isinstance(value, int) else (number if not isinstance(value, Unknown) else value)
        if own:
            value = Unknown("the value of a member, made by a `__new__` of its own")
        member = _same(cls, value) or _made(run, cls, name, value)
        # of flags those of one bit are gone through, the others are names for several
        if member.attributes["name"] == name and not (flags and isinstance(value, int) and value.bit_count() != 1):
            cls.fields[name] = member
        cls.scope.names[name] = member


def _not_a_member(name: str) -> bool:
    """Whether a name in the body of an enumeration is one of Python's own, or private to the class."""
    return name.startswith("__") or (name[:1] == name[-1:] == "_")


def _next(number: Value, flags: bool) -> Value:
    """What `auto()` is behind this."""
    if not isinstance(number, int):
        return Unknown("auto()")
    return (1 << number.bit_length()) if flags else number + 1


def _made(run: Run, cls: ClassValue, name: str, value: Value) -> InstanceValue:
    member = InstanceValue(cls, {"name": name, "value": value, "_value_": value, "_name_": name})
    constructor = cls.find("__init__")
    if isinstance(constructor, FunctionValue):
        given = value if isinstance(value, tuple) else (value,)
        run.call(MethodValue(constructor, member), CallSite(None, [Passed(one) for one in given]))
    return member


def _same(cls: ClassValue, value: Value) -> InstanceValue | None:
    """The member that has this value already: another name for it."""
    for member in cls.fields.values():
        if isinstance(member, InstanceValue) and member.attributes["value"] == value and not isinstance(value, Unknown):
            return member
    return None


def _auto(run: Run, site: CallSite) -> Value:
    return DictValue(kind="auto")


# --- objects with attributes -----------------------------------------------------------------------------------


def _namespace(run: Run, site: CallSite) -> Value:
    """`SimpleNamespace(a=1)`: an object with these attributes."""
    if site.open or (site.positional and not isinstance(site.value(0), DictValue)):
        return Unknown("a namespace")
    node = empty_class()
    cls = ClassValue("SimpleNamespace", node, [], Scope(None, "class"), run.frame.unit, True)
    cls.flavour = "namespace"
    made = InstanceValue(cls)
    given = site.value(0)
    if isinstance(given, DictValue):
        if given.open:
            return Unknown("a namespace")
        made.attributes.update({str(key): value for key, value in given.items.items()})
    made.attributes.update({name: passed.value for name, passed in site.keywords.items()})
    return made


#: what makes something else of a class or function it stands above
DECORATORS = frozenset({"dataclasses.dataclass"})
HANDLERS: dict[str, Handler] = {
    "dataclasses.dataclass": _dataclass,
    "dataclasses.field": _field,
    "dataclasses.replace": _replace,
    "dataclasses.asdict": _as_dict,
    "dataclasses.astuple": _as_tuple,
    "dataclasses.fields": _fields,
    "dataclasses.is_dataclass": _is_dataclass,
    "collections.namedtuple": _namedtuple,
    "enum.auto": _auto,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
}
