"""Expressions, and what stands in them: parameters, arguments, elements, slices."""

from __future__ import annotations

from collections.abc import Sequence


class _Kind(type):
    """A class whose annotations are its fields, and these its slots. What a base class annotates, its classes do."""

    fields: tuple[str, ...]

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, object]) -> _Kind:
        annotations = space.get("__annotations__")
        fields = tuple(annotations) if isinstance(annotations, dict) and not name.startswith("Base") else ()
        return super().__new__(cls, name, bases, {**space, "__slots__": fields, "fields": fields})


class CSTNode(metaclass=_Kind):
    """A node that holds code. Each is itself alone: equal to no other, and to be looked up by."""


class Operator(metaclass=_Kind):
    """An operator, which stands for itself wherever it is written."""

    #: "Add", "AddAssign", "NotIn"
    name: str


class BaseExpression(CSTNode):
    pass


class Name(BaseExpression):
    value: str


class Ellipsis(BaseExpression):
    pass


class Integer(BaseExpression):
    value: str


class Float(BaseExpression):
    value: str


class Imaginary(BaseExpression):
    value: str


class SimpleString(BaseExpression):
    value: str


class BaseFormattedStringContent(CSTNode):
    pass


class FormattedStringText(BaseFormattedStringContent):
    #: what it stands for; None where that is not known
    value: str | None


class FormattedStringExpression(BaseFormattedStringContent):
    expression: BaseExpression
    #: the code as written, up to the value, of `{value=}`
    written: str | None
    conversion: str | None
    format_spec: Sequence[BaseFormattedStringContent] | None


class FormattedString(BaseExpression):
    parts: Sequence[BaseFormattedStringContent]


class TemplatedStringText(BaseFormattedStringContent):
    value: str


class TemplatedStringExpression(BaseFormattedStringContent):
    expression: BaseExpression
    conversion: str | None
    format_spec: Sequence[BaseFormattedStringContent] | None


class TemplatedString(BaseExpression):
    parts: Sequence[BaseFormattedStringContent]


class ConcatenatedString(BaseExpression):
    left: SimpleString | FormattedString
    right: SimpleString | FormattedString | ConcatenatedString


class ComparisonTarget(CSTNode):
    operator: Operator
    comparator: BaseExpression


class Comparison(BaseExpression):
    left: BaseExpression
    comparisons: Sequence[ComparisonTarget]


class UnaryOperation(BaseExpression):
    operator: Operator
    expression: BaseExpression


class BinaryOperation(BaseExpression):
    left: BaseExpression
    operator: Operator
    right: BaseExpression


class BooleanOperation(BaseExpression):
    left: BaseExpression
    operator: Operator
    right: BaseExpression


class Attribute(BaseExpression):
    value: BaseExpression
    attr: Name


class BaseSlice(CSTNode):
    pass


class Index(BaseSlice):
    value: BaseExpression
    star: str | None


class Slice(BaseSlice):
    lower: BaseExpression | None
    upper: BaseExpression | None
    step: BaseExpression | None


class SubscriptElement(CSTNode):
    slice: BaseSlice


class Subscript(BaseExpression):
    value: BaseExpression
    slice: Sequence[SubscriptElement]


class Annotation(CSTNode):
    annotation: BaseExpression


class ParamStar(CSTNode):
    pass


class Param(CSTNode):
    name: Name
    annotation: Annotation | None
    default: BaseExpression | None
    star: str | None


class Parameters(CSTNode):
    params: Sequence[Param]
    star_arg: Param | ParamStar | None
    kwonly_params: Sequence[Param]
    star_kwarg: Param | None
    posonly_params: Sequence[Param]


class Lambda(BaseExpression):
    params: Parameters
    body: BaseExpression


class Arg(CSTNode):
    value: BaseExpression
    keyword: Name | None
    star: str


class Call(BaseExpression):
    func: BaseExpression
    args: Sequence[Arg]


class Await(BaseExpression):
    expression: BaseExpression


class IfExp(BaseExpression):
    test: BaseExpression
    body: BaseExpression
    orelse: BaseExpression


class From(CSTNode):
    item: BaseExpression


class Yield(BaseExpression):
    value: BaseExpression | From | None


class BaseElement(CSTNode):
    value: BaseExpression


class Element(BaseElement):
    value: BaseExpression


class DictElement(BaseElement):
    key: BaseExpression
    value: BaseExpression


class StarredElement(BaseElement, BaseExpression):
    value: BaseExpression


class StarredDictElement(BaseElement):
    value: BaseExpression


class Tuple(BaseExpression):
    elements: Sequence[BaseElement]


class List(BaseExpression):
    elements: Sequence[BaseElement]


class Set(BaseExpression):
    elements: Sequence[BaseElement]


class Dict(BaseExpression):
    elements: Sequence[BaseElement]


class CompFor(CSTNode):
    target: BaseExpression
    iter: BaseExpression
    ifs: Sequence[CompIf]
    inner_for_in: CompFor | None


class CompIf(CSTNode):
    test: BaseExpression


class BaseSimpleComp(BaseExpression):
    elt: BaseExpression
    for_in: CompFor


class GeneratorExp(BaseSimpleComp):
    elt: BaseExpression
    for_in: CompFor


class ListComp(BaseSimpleComp):
    elt: BaseExpression
    for_in: CompFor


class SetComp(BaseSimpleComp):
    elt: BaseExpression
    for_in: CompFor


class DictComp(BaseExpression):
    key: BaseExpression
    value: BaseExpression
    for_in: CompFor


class StarredDictComp(BaseExpression):
    value: BaseExpression
    for_in: CompFor


class NamedExpr(BaseExpression):
    target: BaseExpression
    value: BaseExpression
