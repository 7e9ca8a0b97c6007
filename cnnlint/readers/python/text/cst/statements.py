"""Statements, patterns and modules."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.readers.python.text.cst.expressions import (
    Annotation,
    Arg,
    Attribute,
    BaseExpression,
    CSTNode,
    From,
    List,
    Name,
    Operator,
    Parameters,
    Tuple,
)


class ImportStar(CSTNode):
    pass


class BaseSuite(CSTNode):
    body: Sequence[BaseStatement] | Sequence[BaseSmallStatement]


class BaseStatement(CSTNode):
    pass


class BaseSmallStatement(CSTNode):
    pass


class Del(BaseSmallStatement):
    target: BaseExpression


class Pass(BaseSmallStatement):
    pass


class Break(BaseSmallStatement):
    pass


class Continue(BaseSmallStatement):
    pass


class Return(BaseSmallStatement):
    value: BaseExpression | None


class Expr(BaseSmallStatement):
    value: BaseExpression


class SimpleStatementLine(BaseStatement):
    body: Sequence[BaseSmallStatement]


class SimpleStatementSuite(BaseSuite):
    body: Sequence[BaseSmallStatement]


class Else(CSTNode):
    body: BaseSuite


class BaseCompoundStatement(BaseStatement):
    pass


class If(BaseCompoundStatement):
    test: BaseExpression
    body: BaseSuite
    orelse: If | Else | None


class IndentedBlock(BaseSuite):
    body: Sequence[BaseStatement]


class AsName(CSTNode):
    name: Name | Tuple | List


class ExceptHandler(CSTNode):
    body: BaseSuite
    type: BaseExpression | None
    name: AsName | None


class ExceptStarHandler(CSTNode):
    body: BaseSuite
    type: BaseExpression
    name: AsName | None


class Finally(CSTNode):
    body: BaseSuite


class Try(BaseCompoundStatement):
    body: BaseSuite
    handlers: Sequence[ExceptHandler]
    orelse: Else | None
    finalbody: Finally | None


class TryStar(BaseCompoundStatement):
    body: BaseSuite
    handlers: Sequence[ExceptStarHandler]
    orelse: Else | None
    finalbody: Finally | None


class ImportAlias(CSTNode):
    name: Attribute | Name
    asname: AsName | None


class Import(BaseSmallStatement):
    names: Sequence[ImportAlias]


class ImportFrom(BaseSmallStatement):
    module: Attribute | Name | None
    names: Sequence[ImportAlias] | ImportStar
    #: the dots in front
    relative: int


class LazyImport(BaseSmallStatement):
    names: Sequence[ImportAlias]


class LazyImportFrom(BaseSmallStatement):
    module: Attribute | Name | None
    names: Sequence[ImportAlias] | ImportStar
    #: the dots in front
    relative: int


class AssignTarget(CSTNode):
    target: BaseExpression


class Assign(BaseSmallStatement):
    targets: Sequence[AssignTarget]
    value: BaseExpression


class AnnAssign(BaseSmallStatement):
    target: BaseExpression
    annotation: Annotation
    value: BaseExpression | None


class AugAssign(BaseSmallStatement):
    target: BaseExpression
    operator: Operator
    value: BaseExpression


class Decorator(CSTNode):
    decorator: BaseExpression


class FunctionDef(BaseCompoundStatement):
    name: Name
    params: Parameters
    body: BaseSuite
    decorators: Sequence[Decorator]
    returns: Annotation | None
    type_parameters: TypeParameters | None


class ClassDef(BaseCompoundStatement):
    name: Name
    body: BaseSuite
    bases: Sequence[Arg]
    keywords: Sequence[Arg]
    decorators: Sequence[Decorator]
    type_parameters: TypeParameters | None


class WithItem(CSTNode):
    item: BaseExpression
    asname: AsName | None


class With(BaseCompoundStatement):
    items: Sequence[WithItem]
    body: BaseSuite


class For(BaseCompoundStatement):
    target: BaseExpression
    iter: BaseExpression
    body: BaseSuite
    orelse: Else | None


class While(BaseCompoundStatement):
    test: BaseExpression
    body: BaseSuite
    orelse: Else | None


class Raise(BaseSmallStatement):
    exc: BaseExpression | None
    cause: From | None


class Assert(BaseSmallStatement):
    test: BaseExpression
    msg: BaseExpression | None


class NameItem(CSTNode):
    name: Name


class Global(BaseSmallStatement):
    names: Sequence[NameItem]


class Nonlocal(BaseSmallStatement):
    names: Sequence[NameItem]


class MatchPattern(CSTNode):
    pass


class Match(BaseCompoundStatement):
    subject: BaseExpression
    cases: Sequence[MatchCase]


class MatchCase(CSTNode):
    pattern: MatchPattern
    body: BaseSuite
    guard: BaseExpression | None


class MatchValue(MatchPattern):
    value: BaseExpression


class MatchSingleton(MatchPattern):
    value: Name


class MatchSequenceElement(CSTNode):
    value: MatchPattern


class MatchStar(CSTNode):
    name: Name | None


class MatchList(MatchPattern):
    patterns: Sequence[MatchSequenceElement | MatchStar]


class MatchTuple(MatchPattern):
    patterns: Sequence[MatchSequenceElement | MatchStar]


class MatchMappingElement(CSTNode):
    key: BaseExpression
    pattern: MatchPattern


class MatchMapping(MatchPattern):
    elements: Sequence[MatchMappingElement]
    rest: Name | None


class MatchKeywordElement(CSTNode):
    key: Name
    pattern: MatchPattern


class MatchClass(MatchPattern):
    cls: BaseExpression
    patterns: Sequence[MatchSequenceElement]
    kwds: Sequence[MatchKeywordElement]


class MatchAs(MatchPattern):
    pattern: MatchPattern | None
    name: Name | None


class MatchOrElement(CSTNode):
    pattern: MatchPattern


class MatchOr(MatchPattern):
    patterns: Sequence[MatchOrElement]


class TypeVar(CSTNode):
    name: Name
    bound: BaseExpression | None


class TypeVarTuple(CSTNode):
    name: Name


class ParamSpec(CSTNode):
    name: Name


class TypeParam(CSTNode):
    param: TypeVar | TypeVarTuple | ParamSpec
    star: str
    default: BaseExpression | None


class TypeParameters(CSTNode):
    params: Sequence[TypeParam]


class TypeAlias(BaseSmallStatement):
    name: Name
    value: BaseExpression
    type_parameters: TypeParameters | None


class Module(CSTNode):
    body: Sequence[SimpleStatementLine | BaseCompoundStatement]
