"""What a value of the program may be: a closed family of kinds, each of which says what it knows of itself.

base        the family: constants stand for themselves, everything else is `Abstract`; `Unknown`; outside names
containers  lists, dictionaries, ranges
program     scopes, functions, classes, modules of the program
calls       a call with what is passed in it, and what calls of outside classes leave
models      layers, tensors, models
data        arrays, tables, streams
plain       values as the graph holds them
"""

from cnnlint.readers.python.values.base import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    Abstract,
    Constant,
    Missing,
    Symbol,
    Unknown,
    Value,
    birth,
    compact,
    integers,
    is_constant,
    is_given,
    is_number,
    iterated,
    length,
    numbers,
    strings,
    token,
    truth,
)
from cnnlint.readers.python.values.calls import (
    CallSite,
    ObjectValue,
    PartialValue,
    Passed,
)
from cnnlint.readers.python.values.containers import (
    Container,
    DictValue,
    IteratorValue,
    ListValue,
    OpenEnd,
    RangeValue,
    SetValue,
    elements,
    is_small,
)
from cnnlint.readers.python.values.data import (
    ArrayValue,
    DatasetValue,
    Statistic,
    Table,
)
from cnnlint.readers.python.values.models import (
    ArgScope,
    Fed,
    HistoryValue,
    InstanceValue,
    LayerValue,
    LossTensor,
    ModelValue,
    TensorValue,
    VariableValue,
    tensors_in,
)
from cnnlint.readers.python.values.plain import (
    plain,
)
from cnnlint.readers.python.values.program import (
    ClassValue,
    ExceptionValue,
    FieldsTuple,
    FunctionValue,
    MethodValue,
    ModuleValue,
    Scope,
    SuperValue,
    Unit,
)

__all__ = [
    "LARGEST",
    "LARGEST_BITS",
    "MISSING",
    "Abstract",
    "ArgScope",
    "ArrayValue",
    "CallSite",
    "ClassValue",
    "Constant",
    "Container",
    "DatasetValue",
    "DictValue",
    "ExceptionValue",
    "Fed",
    "FieldsTuple",
    "FunctionValue",
    "HistoryValue",
    "InstanceValue",
    "IteratorValue",
    "LayerValue",
    "ListValue",
    "LossTensor",
    "MethodValue",
    "Missing",
    "ModelValue",
    "ModuleValue",
    "ObjectValue",
    "OpenEnd",
    "PartialValue",
    "Passed",
    "RangeValue",
    "Scope",
    "SetValue",
    "Statistic",
    "SuperValue",
    "Symbol",
    "Table",
    "TensorValue",
    "Unit",
    "Unknown",
    "Value",
    "VariableValue",
    "birth",
    "compact",
    "elements",
    "integers",
    "is_constant",
    "is_given",
    "is_number",
    "is_small",
    "iterated",
    "length",
    "numbers",
    "plain",
    "strings",
    "tensors_in",
    "token",
    "truth",
]
