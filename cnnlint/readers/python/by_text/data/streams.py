"""What a program reads its samples from, told from its text: generators that end, parts of what is not parted."""

from __future__ import annotations

import ast
import re
from collections import Counter

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.flows import FLOWS
from cnnlint.readers.python.by_text.data.gathered import part_of
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, data_of
from cnnlint.readers.python.text.listing import Listing, nodes_of
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import FUNCTIONS, called, defined_once, method, receiver

#: dtypes of whole numbers, as they are written
WHOLE = pattern(r"^(?:np\.|numpy\.|tf\.)?['\"]?u?int(?:8|16|32|64)?_?['\"]?$")
#: pictures are divided by it, to lie between 0 and 1
WHITE = (255, 256)
#: how many samples Keras's data sets hold to train and to test
SAMPLES = {"mnist": (60_000, 10_000), "fashion_mnist": (60_000, 10_000), "cifar10": (50_000, 10_000)}
SAMPLES |= {"cifar100": (50_000, 10_000), "imdb": (25_000, 25_000), "reuters": (8_982, 2_246)}
#: what draws or makes so many samples, and which of its arguments says how many
MAKING = frozenset({"np", "numpy", "np.random", "numpy.random"})
DRAWN = {"rand": 0, "randn": 0, "random": 0, "zeros": 0, "ones": 0, "uniform": 2, "normal": 2, "randint": 2}
#: what gives as many samples as it is given
KEEPING = frozenset({"expand_dims", "astype", "array", "asarray", "to_categorical", "copy"})
MASKS = pattern(r"mask|label|seg|(?<![a-z])y(?![a-z])|target", re.IGNORECASE)


def ends_early(parsed: Parsed) -> Found:
    """A generator that goes through its samples once, where `fit` asks for several epochs of it."""
    if "yield" not in parsed.text:
        return
    loops = {name: only for name, one in defined_once(parsed).items() if (only := _only_loop(one, parsed.listing))}
    for scope in scopes(parsed) if loops else ():
        for call in scope.calls(FIT):
            given = {one.arg: one.value for one in call.keywords}
            stream = data_of(call)
            stream = scope.bound_to(stream, call)[0] if stream is not None else None
            epochs = given.get("epochs", given.get("nb_epoch"))
            epochs = scope.bound_to(epochs, call)[0] if epochs is not None else None
            several = _number(epochs, {}) or 0 if epochs is not None else 0
            plain = isinstance(stream, ast.Call) and isinstance(stream.func, ast.Name)
            if several < 2 or not plain or not isinstance(stream, ast.Call) or called(stream) not in loops:
                continue
            function, yielding = loops[called(stream)]
            around = {name: made for name in scope.bound if (made := scope.once(name)) is not None}
            told, steps = _told(scope, function, stream), given.get("steps_per_epoch")
            passes = _passes(scope, yielding, told, function, stream)
            each = _number(steps, around) if steps is not None else None
            fewer = passes is not None and each is not None and passes < each * several
            if fewer or _is_short(yielding, told, steps, around, several):
                yield stream, "ends early", called(stream)


def _only_loop(function: ast.FunctionDef, listing: Listing) -> tuple[ast.FunctionDef, ast.For] | None:
    """The one loop that a generator yields in, where it is through after it."""
    own = listing.walk(*function.body, around=(*FUNCTIONS, ast.Lambda))
    yields = [node for node in own if isinstance(node, (ast.Yield, ast.YieldFrom))]
    loops = [node for node in own if isinstance(node, ast.For)]
    if function.decorator_list or any(isinstance(node, (ast.While, ast.YieldFrom)) for node in own) or not yields:
        return None
    holding = [loop for loop in loops if any(one in yields for one in nodes_of(loop))]
    if len(holding) != 1 or called(holding[0].iter) != "range":
        return None
    inside = sum(one in yields for one in nodes_of(holding[0]))
    return (function, holding[0]) if inside == len(yields) else None


def _given(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr]:
    """What a call gives the parameters of a function."""
    names = [one.arg for one in function.args.args]
    return dict(zip(names, call.args, strict=False)) | {one.arg: one.value for one in call.keywords if one.arg}


def _told(scope: Scope, function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr]:
    """What the names of a function stand for in a call of it: what it is given, and what it binds once itself."""
    names = [one.arg for one in function.args.args]
    known = dict(zip(names[len(names) - len(function.args.defaults) :], function.args.defaults, strict=True))
    known |= _given(function, call)
    known = {name: scope.bound_to(value, call)[0] for name, value in known.items()}
    stored = [one for one in nodes_of(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    counts = Counter(one.id for one in stored)
    for one in nodes_of(function):
        target = one.targets[0] if isinstance(one, ast.Assign) else None
        if isinstance(one, ast.Assign) and isinstance(target, ast.Name) and counts[target.id] == 1:
            known.setdefault(target.id, one.value)
    return {name: value for name, value in known.items() if counts[name] < (1 if name in names else 2)}


class _Counted(ast.NodeTransformer):
    """`len(x)` and `x.shape[0]` written as the numbers that they are."""

    def __init__(self, samples: dict[str, int]) -> None:
        self.samples = samples

    def _as(self, node: ast.expr, array: str) -> ast.expr:
        return ast.Constant(self.samples[array]) if array in self.samples else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        array = ast.unparse(node.args[0]) if called(node) == "len" and len(node.args) == 1 else ""
        return self._as(node, array)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        whole = ast.unparse(node)
        return self._as(node, whole.removesuffix(".shape[0]") if whole.endswith(".shape[0]") else "")


def _passes(
    scope: Scope, loop: ast.For, told: dict[str, ast.expr], function: ast.FunctionDef, call: ast.Call
) -> int | None:
    """How often a loop runs through whose range counts the samples of one of Keras's data sets, or of what is drawn."""
    given = _given(function, call)
    samples = {name: many for name, one in given.items() if name in told and (many := _samples(scope, one, call))}
    yields = sum(isinstance(one, (ast.Yield, ast.For, ast.While)) for one in nodes_of(loop))
    if not samples or not isinstance(loop.iter, ast.Call) or yields != 2:
        return None  # `loop` and the one place where it yields
    known = {name: _counted(value, samples) for name, value in told.items()}
    numbers = [_number(_counted(one, samples), known) for one in loop.iter.args]
    if len(numbers) == 3 and numbers[0] == 0 and numbers[1] is not None and numbers[2]:
        return -(-numbers[1] // numbers[2])
    return numbers[0] if len(numbers) == 1 else None


def _counted(value: ast.expr, samples: dict[str, int]) -> ast.expr:
    """An expression of which a copy has numbers for the lengths of arrays."""
    made: ast.expr = _Counted(samples).visit(ast.parse(ast.unparse(value), mode="eval").body)
    return made


def _samples(scope: Scope, value: ast.expr, at: ast.AST, left: int = 8) -> int | None:
    """How many samples an array has that is drawn, or loaded from one of Keras's data sets, and changed number by
    number."""
    if left == 0:
        return None
    if isinstance(value, ast.BinOp) and isinstance(value.right, ast.Constant):
        return _samples(scope, value.left, at, left - 1)
    if isinstance(value, ast.Call) and called(value) in DRAWN and receiver(value) in MAKING:
        size = [one.value for one in value.keywords if one.arg in ("size", "shape")] or value.args[
            DRAWN[called(value)] :
        ]
        size = size[0].elts if size and isinstance(size[0], ast.Tuple) else size
        return _number(size[0], {}) if size else None
    if isinstance(value, ast.Call) and called(value) in KEEPING:
        owned = isinstance(value.func, ast.Attribute) and value.func.attr in ("astype", "copy")
        of = value.func.value if owned and isinstance(value.func, ast.Attribute) else (value.args or [value])[0]
        return _samples(scope, of, at, left - 1) if of is not value else None
    made = scope.standing(value.id, at) if isinstance(value, ast.Name) else None
    if made is None or not isinstance(value, ast.Name) or len(made.targets) != 1:
        return None
    target, found = made.targets[0], made.value
    if isinstance(target, ast.Name):
        return _samples(scope, found, made, left - 1)
    if isinstance(found, ast.Tuple):
        part = part_of(made, value.id)
        return _samples(scope, part, made, left - 1) if part is not None else None
    loads = called(found) == "load_data" and isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute)
    whose = ast.unparse(found).partition(".load_data(")[0].rpartition(".")[2] if loads else ""
    plain = isinstance(found, ast.Call) and all(one.arg == "num_words" for one in found.keywords)
    if whose not in SAMPLES or not plain or not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    for many, pair in zip(SAMPLES[whose], target.elts, strict=True):
        if isinstance(pair, ast.Tuple) and any(isinstance(one, ast.Name) and one.id == value.id for one in pair.elts):
            return many
    return None


def _is_short(
    loop: ast.For, told: dict[str, ast.expr], steps: ast.expr | None, around: dict[str, ast.expr], epochs: int
) -> bool:
    """Whether a loop is through before the training: an epoch takes all that it counts, or all epochs take more."""
    ends = loop.iter.args if isinstance(loop.iter, ast.Call) else []
    end = ends[1] if len(ends) > 1 else ends[0] if ends else None
    if end is None or not _is_count(end, told):
        passes, each = (
            _number(one, names) if one is not None else None for one, names in ((end, told), (steps, around))
        )
        return len(ends) == 1 and passes is not None and each is not None and passes < each * epochs
    if steps is None:
        return True
    parts = [_divisions(one, names) + more for one, names, more in ((steps, around, 0), (end, told, len(ends) > 2))]
    return _is_count(steps, around) and parts[0] <= max(parts[1], 1)


def _divisions(value: ast.expr, told: dict[str, ast.expr], left: int = 6) -> int:
    """How often a number of samples is divided: an epoch of a part of the batches divides once more."""
    if isinstance(value, ast.Name) and left:
        return _divisions(told[value.id], told, left - 1) if value.id in told else 0
    here = isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Div, ast.FloorDiv))
    inner = [value.left] if isinstance(value, ast.BinOp) else value.args[:1] if isinstance(value, ast.Call) else []
    return here + sum(_divisions(one, told, left - 1) for one in inner if left and called(value) != "len")


def _is_count(value: ast.expr, told: dict[str, ast.expr], left: int = 6) -> bool:
    """Whether an expression is how many samples there are, or how many batches they make: `len(x) // size`."""
    if left == 0:
        return False
    if isinstance(value, ast.Name):
        return value.id in told and _is_count(told[value.id], told, left - 1)
    if isinstance(value, ast.BinOp):
        return not isinstance(value.op, (ast.Mult, ast.Pow)) and _is_count(value.left, told, left - 1)
    if isinstance(value, ast.Call) and called(value) in ("int", "ceil", "floor", "round") and value.args:
        return _is_count(value.args[0], told, left - 1)
    shape = value.value if isinstance(value, ast.Subscript) else None
    return called(value) == "len" or (isinstance(shape, ast.Attribute) and shape.attr == "shape")


def _number(value: ast.expr, told: dict[str, ast.expr], left: int = 6) -> int | None:
    """The whole number that an expression is."""
    if isinstance(value, ast.Name) and left:
        return _number(told[value.id], told, left - 1) if value.id in told else None
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.FloorDiv, ast.Mult)) and left:
        one, other = (_number(side, told, left - 1) for side in (value.left, value.right))
        if one is None or other is None or (isinstance(value.op, ast.FloorDiv) and other == 0):
            return None
        return one // other if isinstance(value.op, ast.FloorDiv) else one * other
    return value.value if isinstance(value, ast.Constant) and type(value.value) is int else None


def unsplit(scope: Scope) -> Found:
    """`generator.flow_from_directory(…, subset="validation")` without a `validation_split`."""
    for call in scope.calls(frozenset(FLOWS)):
        subset = next((one.value for one in call.keywords if one.arg == "subset"), None)
        if not (isinstance(subset, ast.Constant) and subset.value == "validation"):
            continue
        made = scope.bound_to(call.func.value, call)[0]  # type: ignore[attr-defined]
        plain = called(made) == "ImageDataGenerator" and isinstance(made, ast.Call) and not made.args
        if plain and not any(one.arg in (None, "validation_split") for one in getattr(made, "keywords", ())):
            yield call, "unsplit", "validation"
            return


def cut_off(scope: Scope) -> Found:
    """`(x / 255).astype("uint8")`: every pixel is 0, but for the white ones."""
    fed = {
        one.id
        for call in scope.calls(FIT | {"evaluate", "predict", "from_tensor_slices", "flow"})
        for given in call.args[:1]
        for one in (given.elts[:1] if isinstance(given, ast.Tuple) else [given])
        if isinstance(one, ast.Name)
    }
    for node in scope.of(ast.Assign) if fed else ():
        call = node.value if len(node.targets) == 1 else None
        if not (isinstance(call, ast.Call) and method(call) == "astype" and call.args):
            continue
        target = node.targets[0]
        if not WHOLE.match(ast.unparse(call.args[0])) or not isinstance(target, ast.Name) or target.id not in fed:
            continue
        shares = scope.bound_to(call.func.value, call)[0]  # type: ignore[attr-defined]
        by = shares.right if isinstance(shares, ast.BinOp) and isinstance(shares.op, ast.Div) else None
        if isinstance(by, ast.Constant) and by.value in WHITE and not MASKS.search(target.id):
            yield call, "cut off", target.id
            return


FINDERS = (unsplit, cut_off)
