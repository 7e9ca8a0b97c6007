"""What a program reads its samples from, told from its text: generators that end, parts of what is not parted."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.python.by_text.data.flows import FLOWS
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, data_of
from cnnlint.readers.python.text.listing import Listing
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import FUNCTIONS, called, defined_once, method

#: dtypes of whole numbers, as they are written
WHOLE = re.compile(r"^(?:np\.|numpy\.|tf\.)?['\"]?u?int(?:8|16|32|64)?_?['\"]?$")
#: pictures are divided by it, to lie between 0 and 1
WHITE = (255, 256)
#: what says that a range goes through the samples more than once: `len(x) * epochs`, `len(x) * 10`
TIMES = re.compile(r"epoch|len\([^()]*\) \* \d|\d \* len\(")
MASKS = re.compile(r"mask|label|seg|(?<![a-z])y(?![a-z])|target", re.IGNORECASE)


def ends_early(parsed: Parsed) -> Found:
    """A generator that goes through its samples once, where `fit` asks for several epochs of it."""
    if "yield" not in parsed.text:
        return
    ending = {name for name, one in defined_once(parsed).items() if _ends(one, parsed.listing)}
    for scope in scopes(parsed) if ending else ():
        for call in scope.calls(FIT):
            given = {one.arg: one.value for one in call.keywords}
            stream = data_of(call)
            stream = scope.bound_to(stream, call)[0] if stream is not None else None
            epochs = given.get("epochs", given.get("nb_epoch"))
            epochs = scope.bound_to(epochs, call)[0] if epochs is not None else None
            several = isinstance(epochs, ast.Constant) and isinstance(epochs.value, int) and epochs.value > 1
            plain = isinstance(stream, ast.Call) and isinstance(stream.func, ast.Name)
            if several and plain and stream is not None and called(stream) in ending:
                yield stream, "ends early", called(stream)


def _ends(function: ast.FunctionDef, listing: Listing) -> bool:
    """Whether a generator yields in one loop over its samples, and is through with them after it."""
    own = listing.walk(*function.body, around=(*FUNCTIONS, ast.Lambda))
    yields = [node for node in own if isinstance(node, (ast.Yield, ast.YieldFrom))]
    loops = [node for node in own if isinstance(node, ast.For)]
    if function.decorator_list or any(isinstance(node, (ast.While, ast.YieldFrom)) for node in own) or not yields:
        return False
    holding = [loop for loop in loops if any(one in yields for one in ast.walk(loop))]
    if len(holding) != 1:
        return False
    read = {one.id for one in ast.walk(holding[0].iter) if isinstance(one, ast.Name)}
    made = [one.value for one in own if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) in read]
    over = " ".join(map(ast.unparse, (holding[0].iter, *made)))  # n = len(x)
    counted = called(holding[0].iter) == "range" and re.search(r"len\(|\.shape\b|//|sample", over) is not None
    inside = sum(one in yields for one in ast.walk(holding[0]))
    return counted and not TIMES.search(over) and inside == len(yields)


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
