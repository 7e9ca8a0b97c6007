"""What values look like as text: `str`, `repr`, and formats; None where that is not known."""

from __future__ import annotations

from cnnlint.readers.python.language.classes import may_define, through
from cnnlint.readers.python.language.failing import native_kinds
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    LARGEST,
    MISSING,
    Abstract,
    DictValue,
    ExceptionValue,
    FieldsTuple,
    InstanceValue,
    ListValue,
    SetValue,
    Value,
    is_constant,
)


class Written:
    """A value's text, for formats that ask for it."""

    def __init__(self, text: str, form: str) -> None:
        self.text, self.form = text, form

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.form

    def __format__(self, spec: str) -> str:
        if spec:
            raise ValueError(spec)
        return self.text


def formattable(run: Run, value: Value) -> object | None:
    """Something that `format` treats as it would treat the value; None where the text is not known, or it is None."""
    if isinstance(value, (bool, int, float, complex, str)):
        return value
    text, form = shown(run, value), represented(run, value)
    if isinstance(value, InstanceValue) and value.cls.find("__format__") is not MISSING:
        return None
    return Written(text, form or "") if text is not None else None


def shown(run: Run, value: Value) -> str | None:
    """`str(value)`."""
    if isinstance(value, str):
        return value
    if isinstance(value, InstanceValue):
        text = through(run, value, "__str__")
        if text is not MISSING:
            return text if isinstance(text, str) else None
        if value.cls.flavour == "enum":
            name = value.attributes.get("name")
            return f"{value.cls.name}.{name}" if not value.cls.mixed and isinstance(name, str) else None
        if any(isinstance(base, Native) for cls in value.cls.lineage() for base in cls.bases):
            arguments = value.attributes.get("args")
            return shown(run, ExceptionValue(_kind(value), arguments)) if isinstance(arguments, tuple) else None
    if isinstance(value, ExceptionValue):
        if not value.arguments:
            return ""
        if len(value.arguments) > 1:
            return represented(run, value.arguments)
        return represented(run, value.arguments[0]) if value.kind == "KeyError" else shown(run, value.arguments[0])
    found = value.as_text() if isinstance(value, Abstract) else None
    return represented(run, value) if found is None else found


def _kind(value: InstanceValue) -> str:
    """The exception of Python's own that an exception of the program is a kind of."""
    return next((kind.__name__ for kind in native_kinds(value.cls)), "Exception")


def represented(run: Run, value: Value, depth: int = 8) -> str | None:
    """`repr(value)`."""
    if depth == 0:
        return None
    if isinstance(value, FieldsTuple):
        parts = [represented(run, item, depth - 1) for item in value]
        return _joined(
            f"{value.cls.name}(",
            [None if p is None else f"{n}={p}" for n, p in zip(value.cls.fields, parts, strict=False)],
            ")",
        )
    if isinstance(value, tuple) and not is_constant(value):
        parts = [represented(run, item, depth - 1) for item in value]
        return _joined("(", parts, ",)" if len(parts) == 1 else ")")
    if isinstance(value, ListValue):
        if not value.whole or value.kind != "list":
            return None
        return _joined("[", [represented(run, item, depth - 1) for item in value.items], "]")
    if isinstance(value, DictValue):
        if value.open or value.kind != "dict":
            return None
        pairs = [
            (represented(run, key, depth - 1), represented(run, item, depth - 1)) for key, item in value.items.items()
        ]
        return _joined("{", [None if key is None or item is None else f"{key}: {item}" for key, item in pairs], "}")
    if isinstance(value, SetValue):
        if value.open or len(value.items) > 1 or value.frozen:
            return None
        return (
            _joined("{", [represented(run, item, depth - 1) for item in value.items], "}") if value.items else "set()"
        )
    if isinstance(value, InstanceValue):
        return _instance(run, value, depth)
    if is_constant(value):
        text = repr(value)
        return text if len(text) <= LARGEST else None
    return None


def _instance(run: Run, value: InstanceValue, depth: int) -> str | None:
    text = through(run, value, "__repr__")
    if text is not MISSING:
        return text if isinstance(text, str) else None
    if value.cls.flavour == "dataclass" and not may_define(value, "__repr__"):
        if value.cls.options.get("repr", True) is not True:
            return None
        fields = {name: value.attributes.get(name, MISSING) for name in value.cls.fields_for("repr")}
        parts = [(name, represented(run, item, depth - 1)) for name, item in fields.items()]
        title = value.cls.qualified()
        shown = [None if part is None else f"{name}={part}" for name, part in parts]
        return None if title is None else _joined(f"{title}(", shown, ")")
    return None


def _joined(head: str, parts: list[str | None], tail: str) -> str | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or sum(map(len, known)) > LARGEST:
        return None
    return head + ", ".join(known) + tail


def beginning(node: object) -> str:
    """What a text certainly begins with, by the way it is written: `f"conv{i}"`, `"conv%d" % i`, `"conv" + str(i)`."""
    tail = ""
    while isinstance(node, cst.BinaryOperation) and node.operator.name in ("Add", "Modulo"):
        tail, node = tail or ("%" if node.operator.name == "Modulo" else ""), node.left
    if isinstance(node, cst.SimpleString) and node.value[:1] in "'\"" and "\\" not in node.value:
        text = node.value.strip(node.value[0])
        return text.partition("%")[0] if tail else text
    first = node.parts[0] if isinstance(node, cst.FormattedString) and node.parts else None
    return first.value or "" if isinstance(first, cst.FormattedStringText) and not tail else ""
