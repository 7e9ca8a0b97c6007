"""Rows that are drawn once for the features and once more for the labels, or of the first batch alone, by the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.rows import MEANT
from cnnlint.readers.python.by_text.data.splits import SEEDING, Found
from cnnlint.readers.python.by_text.fits import FIT, made_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, one_by_one, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: what leaves samples in their order
KEEPING = frozenset({"astype", "reshape", "to_categorical", "array", "asarray", "expand_dims", "one_hot"})
LIBRARIES = frozenset({"np", "numpy", "tf", "utils", "keras"})


def drawn_each(scope: Scope) -> Found:
    """`x = x[rng.permutation(n)]` and `y = y[rng.permutation(n)]`: two orders; so are `shuffle(x)` and `shuffle(y)`."""
    if sum(SEEDING.search(written(one.func)) is not None for one in scope.of(ast.Call)) > 1:
        return
    classes = (scope.outer or scope).of(ast.ClassDef)
    if any(isinstance(one, ast.FunctionDef) and one.name in FIT for cls in classes for one in cls.body):
        return  # a `fit` of one's own may take something else behind the features
    for call in scope.calls(FIT):
        pair = call.args[:2]
        if len(pair) != 2 or any(isinstance(one, ast.Name) and MEANT.search(one.id) for one in pair):
            continue
        draws = [_draw(scope, one, call) for one in pair]
        first, second = draws
        if first is None or second is None or first[0] is second[0]:
            continue
        if written(pair[0]) != written(pair[1]) and _goes_on(first[0], second[0]):
            yield second[1], "shuffled apart", written(pair[1])
            return


def _goes_on(first: ast.Call, second: ast.Call) -> bool:
    """Whether the second order of chance is another than the first: of the same source, and of no seed of its own."""
    for one in (first, second):
        if any(word.arg in ("random_state", "seed", None) for word in one.keywords) or len(one.args) > 1:
            return False
    makers = [one.func.value if isinstance(one.func, ast.Attribute) else None for one in (first, second)]
    spelt = [written(one) if one is not None else "" for one in makers]
    return spelt[0] == spelt[1] and not any(isinstance(one, ast.Call) and one.args for one in makers)


def _draw(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[ast.Call, ast.expr] | None:
    """The call that draws the order in which an array's rows stand, and where they are put into it."""
    for _ in range(8):
        value, at = scope.bound_to(value, at)
        if isinstance(value, ast.Subscript):
            rows = scope.bound_to(value.slice, at)[0]
            if isinstance(rows, ast.Call):
                return (rows, value) if method(rows) == "permutation" and len(rows.args) == 1 else None
            if not isinstance(value.slice, ast.Slice):
                return None
            value = value.value
        elif isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Div, ast.Sub, ast.Mult)):
            value = value.left
        elif isinstance(value, ast.Call) and called(value) in KEEPING and (value.args or not owner(value)):
            held = isinstance(value.func, ast.Attribute) and owner(value) not in LIBRARIES
            value = value.func.value if held else value.args[0]  # type: ignore[attr-defined]
        elif isinstance(value, ast.Call) and len(value.args) == 1 and isinstance(value.args[0], ast.Name):
            moves = written(value.func) in (
                "shuffle",
                "utils.shuffle",
                "sklearn.utils.shuffle",
                "tf.random.shuffle",
            )
            own = isinstance(value.func, ast.Name) and value.func.id in scope.helpers
            return (value, value) if (moves and not own) or method(value) == "permutation" else None
        else:
            return None
    return None


def first_labels(scope: Scope) -> Found:
    """`return x[i * size : (i + 1) * size], y[:size]`: every batch has the labels of the first."""
    for value in _pairs(scope):
        cuts = [_cut(scope, one, one) for one in value]
        features, labels = cuts
        if features is None or labels is None:
            continue
        for moves, stays in ((features, labels), (labels, features)):
            lower, upper = moves.slice.lower, moves.slice.upper  # type: ignore[attr-defined]
            begins, size = stays.slice.lower, stays.slice.upper  # type: ignore[attr-defined]
            first = begins is None or (isinstance(begins, ast.Constant) and begins.value == 0)
            if not first or lower is None or upper is None or size is None:
                continue
            counts = {one.id for one in nodes_of(lower) if isinstance(one, ast.Name)} & _counted(scope)
            ends = [written(one) for one in nodes_of(scope.bound_to(upper, value[0])[0])]
            apart = written(moves.value) != written(stays.value) and not _alike(scope, stays)
            if apart and counts and written(size) in ends and not reads(size, counts):
                yield stays, "same batch", written(stays)
                return


def unread_index(scope: Scope) -> Found:
    """`def __getitem__(self, i): return self.x[: self.size], self.y[: self.size]`: every batch is the first."""
    own = scope.root
    if not isinstance(own, ast.FunctionDef) or own.name != "__getitem__" or len(own.args.args) != 2:
        return
    classes = [one for one in scope.outer.of(ast.ClassDef) if own in one.body] if scope.outer is not None else []
    bases = [written(base).rpartition(".")[2] for one in classes for base in one.bases]
    lengths = [at for one in classes for at in one.body if isinstance(at, ast.FunctionDef) and at.name == "__len__"]
    if any(isinstance(one, ast.Return) and isinstance(one.value, ast.Constant) for at in lengths for one in at.body):
        return  # one batch of all samples, or a number of draws
    index, text = own.args.args[1].arg, written(ast.Module(own.body, []))
    read = any(isinstance(one, ast.Name) and one.id == index for part in own.body for one in nodes_of(part))
    if read or not {"Sequence", "PyDataset"} & set(bases) or VARYING.search(text) or _changes_itself(own):
        return
    wholes = {  # self.size = len(x): each batch is all there is
        written(target)
        for one in classes
        for at in nodes_of(one)
        if isinstance(at, ast.Assign)
        for target, value in one_by_one(at)
        if called(value) == "len" or written(value).endswith(".shape[0]")
    }
    if any(isinstance(one, ast.Attribute) and written(one) in wholes for one in nodes_of(own)):
        return
    returns = [one.value for one in nodes_of(own) if isinstance(one, ast.Return)]
    cut = any(isinstance(one, ast.Subscript) and _is_first(one) for part in own.body for one in nodes_of(part))
    if len(returns) == 1 and returns[0] is not None and cut:
        yield returns[0], "unread index", index


def _changes_itself(item: ast.FunctionDef) -> bool:
    """Whether a method gives what its object holds another value, or may: by an assignment, or a method of its own."""
    stored = any(
        isinstance(one, (ast.Attribute, ast.Subscript)) and not isinstance(one.ctx, ast.Load) for one in nodes_of(item)
    )
    return stored or any(written(one.func).startswith("self.") for one in nodes_of(item) if isinstance(one, ast.Call))


def _is_first(part: ast.Subscript) -> bool:
    """`self.x[: self.size]`, of what is kept."""
    kept = isinstance(part.value, ast.Attribute) and written(part.value.value) == "self"
    return kept and isinstance(part.slice, ast.Slice) and part.slice.lower is None and part.slice.upper is not None


#: what gives other rows each time
VARYING = pattern(r"random|rand|choice|sample|shuffle|next\(|rng|self\.\w*(index|pos|step|count|cursor|current)")
#: what labels are called, or made by, that are one number for all samples
ALIKE = pattern(r"^(real|fake|valid|ones|zeros|dummy)|(^|\.)((ones|zeros|full)(_like)?|tile|repeat)$")


def _alike(scope: Scope, labels: ast.Subscript) -> bool:
    made = scope.bound_to(labels.value, labels)[0]
    return any(ALIKE.search(written(one)) for one in (labels.value, made.func if isinstance(made, ast.Call) else made))


def _counted(scope: Scope) -> set[str]:
    """Names that are another number each time: those that a function is given, and those that a loop counts."""
    taken = getattr(scope.root, "args", None)
    names = {one.arg for one in taken.args if one.arg != "self"} if taken is not None else set()
    counted = {one.id for loop in scope.of(ast.For) for one in nodes_of(loop.target) if isinstance(one, ast.Name)}
    return made_of(scope, names | counted, 2)  # start = index * size


def _pairs(scope: Scope) -> Iterator[list[ast.expr]]:
    """Features and labels that a function gives back, yields, or trains on."""
    given = [*(one.value for one in scope.of(ast.Yield)), *(one.value for one in scope.of(ast.Return))]
    yield from (one.elts for one in given if isinstance(one, ast.Tuple) and len(one.elts) == 2)
    for call in scope.calls(frozenset({"train_on_batch"})):
        if len(call.args) == 2:
            yield call.args


def _cut(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Subscript | None:
    """The slice of an array that a batch is made of."""
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        if isinstance(value, ast.Subscript):
            return value if isinstance(value.slice, ast.Slice) and value.slice.step is None else None
        if isinstance(value, ast.BinOp):
            value = value.left
        elif isinstance(value, ast.Call) and called(value) in KEEPING and (operands(value) or not owner(value)):
            held = isinstance(value.func, ast.Attribute) and owner(value) not in LIBRARIES
            value = value.func.value if held else value.args[0]  # type: ignore[attr-defined]
        else:
            return None
    return None


#: changes that bring the points of a picture to other places
TURNING = pattern(
    r"^(random_)?(flip(_left_right|_up_down)?|fliplr|flipud|rot90|random_rotation|random_shift|random_zoom|random_shear|"
    r"apply_affine_transform)$"
)
MASKS = pattern(r"mask|msk|segment|annot|(^|_)seg(_|$)", re.IGNORECASE)
#: calls that leave the points of a mask where they are
STAYING = frozenset(
    {
        *("cast", "astype", "divide", "float32", "uint8", "expand_dims", "squeeze", "to_categorical", "one_hot"),
        *("resize", "imread", "array", "load_img", "img_to_array", "load", "open", "read_file", "decode_png", "round"),
    }
)


def turned_alone(scope: Scope) -> Found:
    """`image = tf.image.flip_left_right(image)` in a function that gives `image, mask` back: the mask stays."""
    taken = getattr(scope.root, "args", None)
    given = [one.arg for one in taken.args] if taken is not None else []
    for node in scope.of(ast.Return) if len(given) >= 2 else ():
        pair = node.value.elts if isinstance(node.value, ast.Tuple) else []
        names = [one.id if isinstance(one, ast.Name) else "" for one in pair]
        if len(names) != 2 or not all(names) or not MASKS.search(names[1]) or MASKS.search(names[0]):
            continue
        picture, mask = names
        turned = [
            at.value
            for at in scope.bound.get(picture, ())
            if isinstance(at, ast.Assign) and _turns(at.value) and reads(at.value, {picture})
        ]
        turned = [one for one in turned if _by_chance(scope, one)]
        if turned and (mask in given or scope.bound.get(mask)) and all(map(_stays, scope.bound.get(mask, ()))):
            yield turned[0], "turned alone", mask, True
            return


def _turns(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and TURNING.match(called(value)) is not None and len(value.args) <= 2


def _by_chance(scope: Scope, turned: ast.expr) -> bool:
    """Whether some pictures are turned and others are not: one that always is may have been read upside down."""
    name = getattr(scope.root, "name", "")
    branch = scope.around.get(id(scope.statement_of(turned)), scope.root) is not scope.root
    return branch or "random" in called(turned) or re.search(r"aug|flip|distort|turn", name, re.IGNORECASE) is not None


def _stays(bound: ast.AST) -> bool:
    """Whether what is bound to a mask leaves each of its points where it is."""
    single = isinstance(bound, ast.AugAssign) or (
        isinstance(bound, ast.Assign) and isinstance(bound.targets[0], (ast.Name, ast.Subscript))
    )
    cut = isinstance(bound, ast.Assign) and any(isinstance(one, ast.Slice) for one in nodes_of(bound.value))
    names = [called(one) for one in nodes_of(bound) if isinstance(one, ast.Call)]
    return single and not cut and all(one in STAYING for one in names)


FINDERS = (drawn_each, first_labels, turned_alone, unread_index)
