"""The methods of numpy's arrays, one row each; most are functions of the same name."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays import statements
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import known, told
from cnnlint.readers.python.arrays.lists import DEEP, widest
from cnnlint.readers.python.arrays.methods import cast
from cnnlint.readers.python.arrays.statistics import NAMES
from cnnlint.readers.python.libraries.numpy import elements
from cnnlint.readers.python.libraries.numpy import joining as join
from cnnlint.readers.python.libraries.numpy import shapes as shape
from cnnlint.readers.python.libraries.numpy.rows import FOLDED, ROWS, in_place
from cnnlint.readers.python.libraries.rows import Row, on, same
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Unknown, Value


def _astype(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    from cnnlint.readers.python.arrays.identity import view

    made = cast(run, value, dtype_name(bound["dtype"]), bound.site)
    return view(value, made) if bound["copy"] is not True else made


def _view(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    from cnnlint.readers.python.arrays.identity import view

    if bound.given("dtype") or bound.given("type"):
        return view(value, ArrayValue(ArrayFacts(root=value.facts.root)))
    return view(value, same(run, value, bound))  # type: ignore[arg-type]


def _fill(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    statements.filled(run, value, bound["value"])
    return Unknown("None", ("nothing",))


def _listed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`x.tolist()`: numbers of Python's; of one number, the number."""
    if value.facts.shape == ():
        return Unknown("tolist()", ("array element", value.facts.root, value.facts.name))
    if 0 in (value.facts.shape or ()):
        return None  # the axes behind one without elements are lost
    facts = replace(value.facts, dtype=widest(value.facts.dtype))
    if value.facts.dtype == "object":
        facts = replace(facts, shape=None)  # its cells may hold lists
    made = ArrayValue(facts, value.exact, mixed=value.mixed, gapless=value.gapless, listed=DEEP)
    return told(made, known(value))


METHODS: dict[str, Row] = {
    "reshape": Row("a, shape, *sizes, order='C', copy=None", on("a", shape.reshape("shape", True))),
    "astype": Row("a, dtype, order='K', casting='unsafe', subok=True, copy=True", on("a", _astype)),
    "flatten": Row("a, order='C'", on("a", shape.flatten(False))),
    "ravel": Row("a, order='C'", on("a", shape.flatten(True))),
    "copy": Row("a, order='C'", on("a", same)),
    "tolist": Row("a", on("a", _listed)),
    "transpose": Row("a, axes=None, *more", on("a", shape.transpose(True))),
    "swapaxes": ROWS["swapaxes"],
    "squeeze": ROWS["squeeze"],
    "repeat": ROWS["repeat"],
    "clip": Row("a, min=None, max=None, out=None, *, where=True, dtype=None", join.clip("min", "max")),
    "dot": ROWS["dot"],
    "argmax": ROWS["argmax"],
    "argmin": ROWS["argmin"],
    "argsort": ROWS["argsort"],
    "round": ROWS["round"],
    "take": ROWS["take"],
    "diagonal": ROWS["diagonal"],
    "cumsum": ROWS["cumsum"],
    "cumprod": ROWS["cumprod"],
    "nonzero": ROWS["nonzero"],
    "any": ROWS["any"],
    "all": ROWS["all"],
    "view": Row("a, dtype=None, type=None", on("a", _view)),
    **{name: Row("a, *arguments", on("a", same)) for name in ("numpy", "toarray", "eval", "get")},
    "fill": Row("a, value", on("a", _fill)),
    "sort": Row("a, axis=-1, kind=None, order=None, *, stable=None", in_place("a", True)),
    "partition": Row("a, kth, axis=-1, kind='introselect', order=None", in_place("a", True)),
    "put": ROWS["put"],
    "itemset": Row("a, *args", in_place("a")),
    "resize": Row("a, *new_shape, refcheck=True", lambda run, bound: statements.resized(run, bound)),
    "item": Row(
        "a, *args",
        on("a", lambda run, value, bound: Unknown("item()", ("array element", value.facts.root, value.facts.name))),
    ),
    **{name: ROWS[name] for name in NAMES if name in ROWS and not name.startswith("nan")},
}

OWN = {**FOLDED, **elements.METHOD_FOLDS}
METHODS.update({name: replace(row, fold=OWN.get(name)) for name, row in METHODS.items()})
