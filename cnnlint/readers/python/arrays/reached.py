"""What code that is not read may do to the data that it is handed, and which code surely leaves it alone."""

from __future__ import annotations

from cnnlint.readers.python.arrays import lists, statements
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    InstanceValue,
    IteratorValue,
    ListValue,
    SetValue,
    Unknown,
    Value,
    inside,
    is_constant,
    tensors_in,
)

READING = frozenset(
    {
        "IPython",
        "PIL",
        "builtins",
        "catboost",
        "collections",
        "copy",
        "csv",
        "datetime",
        "glob",
        "gzip",
        "h5py",
        "imageio",
        "imblearn",
        "itertools",
        "joblib",
        "json",
        "keras",
        "lightgbm",
        "logging",
        "math",
        "matplotlib",
        "mlxtend",
        "nltk",
        "numpy",
        "onnx",
        "os",
        "pandas",
        "pathlib",
        "pickle",
        "plotly",
        "pprint",
        "random",
        "scipy",
        "seaborn",
        "skimage",
        "sklearn",
        "slim",
        "statistics",
        "statsmodels",
        "string",
        "sys",
        "tensorboard",
        "tensorflow",
        "tf",
        "tflearn",
        "time",
        "torch",
        "tqdm",
        "typing",
        "warnings",
        "wandb",
        "xgboost",
        "yaml",
    }
)
"""Modules whose functions change no array that they are handed, unless they are told to (`WRITING`)."""
WRITING = frozenset(
    {
        "out",
        "dst",
        "inplace",
        "copy",
        "overwrite_x",
        "overwrite_a",
        "overwrite_input",
        "output",
    }
)
"""Arguments by which a function is told to work in place."""
IN_PLACE = frozenset(
    {
        "asmatrix",
        "mat",
        "as_strided",
        "at",
        "setitem",
        "shuffle",
        "setfield",
        "byteswap",
        "setflags",
        "partition",
        "sort",
        "fill",
        "put",
        "nditer",
    }
)
"""Functions of these modules that do so of themselves, or hand on what they are given: `np.add.at`, `np.asmatrix`."""
SHOWING = (
    "plot",
    "show",
    "display",
    "draw",
    "print",
    "visuali",
    "imshow",
    "view",
    "save",
    "log",
    "write",
    "dump",
    "assert",
)
"""How names begin of functions that look at data or keep it."""
LEARNING = (
    "fit",
    "partial_fit",
    "train",
    "predict",
    "evaluate",
    "score",
    "transform",
    "inverse_transform",
    "add",
    "append",
    "hist",
    "scatter",
    "bar",
    "set_",
    "info",
    "debug",
    "flow",
    "from_",
    "split",
    "get",
    "run",
    "feed",
    "send",
    "test",
    "step",
)
"""The same of methods: of models, of axes, of what collects."""


UNARY = frozenset(
    {
        "negative",
        "positive",
        "reciprocal",
        "invert",
        "bitwise_not",
        "conjugate",
        "conj",
        "isneginf",
        "isposinf",
        "fix",
        "arcsinh",
        "arccosh",
        "arctanh",
        "signbit",
        "spacing",
        "acos",
        "asin",
        "atan",
        "acosh",
        "asinh",
        "atanh",
        "bitwise_invert",
        "bitwise_count",
    }
)
BINARY = frozenset(
    {
        "arctan2",
        "atan2",
        "hypot",
        "fmod",
        "fmax",
        "fmin",
        "float_power",
        "pow",
        "copysign",
        "heaviside",
        "gcd",
        "lcm",
        "ldexp",
        "nextafter",
        "logaddexp",
        "logaddexp2",
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
        "left_shift",
        "right_shift",
        "bitwise_left_shift",
        "bitwise_right_shift",
    }
)
"""numpy's functions of each element without a row of their own: behind their operands may stand where they write."""


def leaves(name: str, site: CallSite) -> bool:
    """Whether a function of an outside module, by its qualified name, leaves its arguments as they are."""
    root, _, rest = name.partition(".")
    last = rest.rpartition(".")[2]
    operands = 1 if last in UNARY else 2 if last in BINARY else len(site.positional)
    if root == "numpy" and (len(site.positional) > operands or rest.startswith("ma.")):
        return False
    told = any(key in WRITING and passed.value is not (key == "copy") for key, passed in site.keywords.items())
    known = root in READING and last not in IN_PLACE and ".ndarray." not in name
    return not told and (known or last.lower().startswith(SHOWING))


def leaves_unknown(function: Value, site: CallSite) -> bool:
    """The same of a callable of which no more is known than its name, or what it is a method of."""
    token = function.token if isinstance(function, Unknown) else None
    if not isinstance(token, tuple) or len(token) < 2 or not isinstance(token[-1], str):
        return False
    if token[0] == "method" and isinstance(token[1], str) and leaves(f"{token[1]}.{token[-1]}", site):
        return True
    own = token[0] in ("method", "attribute")
    return token[-1].lower().startswith((*SHOWING, *LEARNING) if own else SHOWING)


def reached(run: Run, value: Value, depth: int = 4) -> None:
    """Forget what may have been changed of a value, and of all that can be reached through it.

    An array stays of its shape and type, a table may have other columns. Containers of tensors are left as they are.
    """
    if isinstance(value, Native):
        reached(run, value.receiver, depth)
    elif isinstance(value, InstanceValue):
        _attributes(run, value, depth)
    elif isinstance(value, (SetValue, IteratorValue)):
        value.forget()
    elif isinstance(value, ArrayValue):
        if value.listed:
            lists.extended(run, value)
        else:
            statements.overwritten(run, value)
            if value.frame is not None and not value.frame.series:
                statements.widened(value)
    elif isinstance(value, (tuple, ListValue, DictValue)) and depth:
        for item in inside(value):
            reached(run, item, depth - 1)
        if not isinstance(value, tuple) and not tensors_in(value):
            value.forget()


def _attributes(run: Run, value: InstanceValue, depth: int) -> None:
    """The attributes of an object; layers and models keep theirs, which code that is not read hardly ever sets."""
    if value.role or not depth:
        return
    for name, held in list(value.attributes.items()):
        if isinstance(held, Unknown):
            continue
        reached(run, held, depth - 1)
        if is_constant(held) or isinstance(held, tuple):
            value.attributes[name] = Unknown(f"`.{name}`, which code that was not read may have set")
