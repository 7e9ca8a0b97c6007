"""Where batches, folds, masks and pairs are taken from, as the text of a program shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.flows import FLOWS, SEQUENCES
from cnnlint.readers.python.by_text.data.splits import Found, Path, folds_of, path_of
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, data_of, supervised
from cnnlint.readers.python.text.constants import name_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, operands, owner
from cnnlint.readers.python.text.written import written

BATCH = pattern(r"batch|(^|_)bs$", re.IGNORECASE)
MASKS = pattern(r"mask|msk|label|annot|(^|_)seg", re.IGNORECASE)
#: numbers of rows in an order of chance
DRAWN = pattern(r"random\.(randint|choice|permutation|sample)\(")
#: what makes class numbers of the values of a mask
NUMBERS = pattern(r"\b(int(32|64)|one_hot|to_categorical)\b")
#: what labels and masks are called
TARGETS = pattern(r"(^|[_\W])(y|ys)(\b|_)|label|target|mask|msk|annot|(^|_)seg", re.IGNORECASE)
#: at which place each function takes how it resizes
RESIZING = {"tf.image.resize": 2, "cv2.resize": 5, "tf.image.resize_images": 2}


def misplaced(scope: Scope) -> Found:
    """`x[i * size : i + 1 * size]`, where `(i + 1) * size` is meant."""
    for node in scope.of(ast.BinOp):
        product = node.right if isinstance(node.op, ast.Add) else None
        if not (
            isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult) and isinstance(node.left, ast.Name)
        ):
            continue
        index, size = node.left.id, written(product.right)
        once = isinstance(product.left, ast.Constant) and product.left.value == 1
        beginnings = {f"{index} * {size}", f"{size} * {index}"}
        others = {f"{index} + {count} * {size}" for count in (0, 2, 3)}
        sums = {written(one) for one in scope.of(ast.BinOp)} if once else set()
        if sums & beginnings and not sums & others:
            yield node, "misplaced batch", written(node)
            return


def stepless(scope: Scope) -> Found:
    """`for i in range(len(x) // size): x[i : i + size]`: each batch begins one sample behind the last."""
    for loop in scope.of(ast.For):
        if called(loop.iter) != "range" or not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Call):
            continue
        if len(loop.iter.args) != 1:
            continue
        count = written(scope.bound_to(_inner(loop.iter.args[0]), loop)[0])
        index = loop.target.id
        if any(isinstance(one, (ast.Assign, ast.AugAssign)) and index in _stored(one) for one in nodes_of(loop)):
            continue
        if not any(isinstance(one, ast.Yield) or _learns(one) for one in nodes_of(loop)):
            continue  # windows that are looked at, one after the other
        for node in nodes_of(loop):
            cut = node.slice if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else None
            if cut is None or cut.lower is None or cut.upper is None or written(cut.lower) != index:
                continue
            size = written(cut.upper).removeprefix(f"{index} + ")
            last = cut.upper.right if isinstance(cut.upper, ast.BinOp) else cut.upper
            if BATCH.search(name_of(last) or size) and re.search(rf"/+ ?{re.escape(size)}\b", count):
                yield cut.lower, "misplaced batch", written(cut)
                return


def same_batch(scope: Scope) -> Found:
    """`xs, ys = data.train.next_batch(64)` above the loop that trains on them; `x[:size]` in a loop of batches."""
    loops: list[ast.For | ast.While] = [*scope.of(ast.For), *scope.of(ast.While)]
    for loop in loops:
        within = [one for statement in loop.body for one in nodes_of(statement)]
        trains = [one for one in within if isinstance(one, ast.Call) and _trains(one)]
        stored = {one.id for one in within if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        read = {one.id for one in within if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        inner = any(isinstance(one, (ast.For, ast.While)) for one in within)
        for call in trains:
            fed = [one for one in nodes_of(call) if isinstance(one, ast.Name) and one.id not in stored]
            drawn = [one for one in fed if _is_drawn(scope, one.id, loop)]
            if drawn and not scope.of(ast.Assert):  # that a batch can be learnt by heart
                yield drawn[0], "same batch", drawn[0].id
                return
        counts = isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and _is_batches(scope, loop)
        if not (counts and trains) or inner or loop.target.id in read:  # type: ignore[union-attr]
            continue
        read_by = {one.id for call in trains for one in nodes_of(call) if isinstance(one, ast.Name)}
        made = [one.value for one in within if isinstance(one, ast.Assign) and read_by & _stored(one)]
        given = [one for part in (*trains, *made) for one in nodes_of(part)]
        cuts = [one for one in given if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Slice)]
        for one in cuts:
            upper = one.slice.upper  # type: ignore[attr-defined]
            lower = one.slice.lower  # type: ignore[attr-defined]
            begins = lower is None or (isinstance(lower, ast.Constant) and lower.value == 0)
            first = begins and upper is not None and one.slice.step is None  # type: ignore[attr-defined]
            if first and isinstance(one.value, ast.Name) and one.value.id not in stored and not stored & _names(upper):
                yield one, "same batch", written(one)
                return


#: what a step of training is called
LEARNING = pattern(r"train|fit|step|learn|update|optimi|apply_gradients|^run$|backward", re.IGNORECASE)


def _learns(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and LEARNING.search(called(node)) is not None


def _trains(call: ast.Call) -> bool:
    """Whether a call is a step of training: `train_on_batch`, or a session's run of what is called so."""
    if method(call) == "train_on_batch":
        return True
    fetched = written(call.args[0]) if method(call) == "run" and call.args else ""
    return re.search(r"train|optim|minimi|(^|[\W_])step($|\W)", fetched, re.IGNORECASE) is not None


def _is_drawn(scope: Scope, name: str, loop: ast.For | ast.While) -> bool:
    """Whether a name is the batch that `next_batch` gave once, before a loop."""
    bound = scope.bound.get(name, [])
    value = bound[0].value if len(bound) == 1 and isinstance(bound[0], ast.Assign) else None
    whole = re.search(r"num_examples|len\(|\.shape", written(value)) if value is not None else None
    return value is not None and method(value) == "next_batch" and value.lineno < loop.lineno and not whole


def _is_batches(scope: Scope, loop: ast.For) -> bool:
    """Whether a loop counts batches: `for k in range(len(x) // size)`."""
    given = loop.iter.args if called(loop.iter) == "range" and isinstance(loop.iter, ast.Call) else []
    count = _inner(given[0]) if len(given) == 1 else None
    made = scope.bound_to(count, loop)[0] if count is not None else None
    made = _inner(made) if made is not None else None
    return isinstance(made, ast.BinOp) and isinstance(made.op, (ast.Div, ast.FloorDiv))


def _names(value: ast.AST) -> set[str]:
    return {one.id for one in nodes_of(value) if isinstance(one, ast.Name)}


def batch_by_number(scope: Scope) -> Found:
    """`self.x[index : index + self.batch_size]` in the `__getitem__` of a Sequence, which counts batches."""
    for node in scope.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        length, item = methods.get("__len__"), methods.get("__getitem__")
        if (
            length is None
            or item is None
            or not item.args.args
            or not any(SEQUENCES.search(written(one)) for one in node.bases)
        ):
            continue
        index = item.args.args[-1].arg
        names = [one for one in nodes_of(item) if isinstance(one, ast.Name) and one.id == index]
        rebound = any(isinstance(one.ctx, ast.Store) for one in names)
        for one in nodes_of(item) if not rebound else ():
            cut = one.slice if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Slice) else None
            lower, upper = (cut.lower, cut.upper) if cut is not None else (None, None)
            if lower is None or upper is None or written(lower) != index:
                continue
            size = written(upper).removeprefix(f"{index} + ")
            if BATCH.search(size) and re.search(rf"/+ ?(float\()?{re.escape(size)}\b", written(length)):
                yield lower, "misplaced batch", written(one)
                return


def _inner(value: ast.expr) -> ast.expr:
    """What is made a whole number of: `int(n / size)`."""
    whole = isinstance(value, ast.Call) and called(value) in ("int", "ceil", "floor") and len(value.args) == 1
    return _inner(value.args[0]) if whole and isinstance(value, ast.Call) else value


def _stored(statement: ast.Assign | ast.AugAssign) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {one.id for target in targets for one in nodes_of(target) if isinstance(one, ast.Name)}


def zipped_apart(scope: Scope) -> Found:
    """`Dataset.zip((images.shuffle(n), labels))`, `zip(pictures, masks)` of generators with two seeds."""
    for call in scope.of(ast.Call):
        if method(call) == "zip" and call.args and isinstance(call.args[0], ast.Tuple):
            paths = [path_of(scope, one) for one in call.args[0].elts]
            moved = [[one for one in path if method(one) == "shuffle"] for path in paths]
            seeded = any(
                one.keywords or len(one.args) > 1 for steps in moved for one in steps if isinstance(one, ast.Call)
            )
            labels = [any(TARGETS.search(written(one)) for one in path[:1]) for path in paths]
            labels = [
                one or TARGETS.search(written(given)) is not None
                for one, given in zip(labels, call.args[0].elts, strict=True)
            ]
            beside = len(paths) == 2 and all(paths)
            one = sum(labels) == 1 and any(moved)
            arrays = {_array_of(path) for path in paths}
            # pictures of two kinds are zipped in any order, and so are samples that are to be blended
            both = all(moved) and _is_trained(scope, call) and len(arrays) == len(paths) and "" not in arrays
            if beside and not seeded and (one or both):
                found = next(steps for steps in moved if steps)[0], "zipped apart", ""
                yield found if both or _is_trained(scope, call) else (*found, True)  # type: ignore[misc]
                return
        elif called(call) == "zip" and len(call.args) == 2:
            made = [scope.bound_to(one, call)[0] for one in call.args]
            flows = all(method(one) in FLOWS and isinstance(one, ast.Call) for one in made)
            seeds = [_told(one, "seed") for one in made]
            ordered = any(_told(one, "shuffle") == "False" or _hidden(one) or len(operands(one)) > 3 for one in made)
            # of pictures with labels of their own there are no pairs
            alone = all(method(one) != "flow" or len(operands(one)) < 2 for one in made)
            named = alone and any(
                TARGETS.search(written(one) + written(at)) for one, at in zip(call.args, made, strict=True)
            )
            if named and flows and not ordered and (seeds[0] != seeds[1] or seeds == ["", ""]):
                found = made[1], "zipped apart", ""
                fed = any(at is call for fit in scope.calls(FIT | JUDGES) for at in nodes_of(fit))
                yield found if fed or supervised(scope.outer or scope) else (*found, True)  # type: ignore[misc]
                return


def _is_trained(scope: Scope, pairs: ast.Call) -> bool:
    """Whether pairs go to `fit` as they are, under a loss of Keras's own."""
    streams = [path_of(scope, stream) for fit in scope.calls(FIT) if (stream := data_of(fit)) is not None]
    plain = [path for path in streams if any(one is pairs for one in path) and "map" not in map(method, path)]
    return bool(plain) and supervised(scope)


def _array_of(path: Path) -> str:
    """The one array that a pipeline goes through."""
    begun = path[0] if path else None
    given = begun.args[:1] if isinstance(begun, ast.Call) and method(begun) == "from_tensor_slices" else []
    return written(given[0]) if given and isinstance(given[0], (ast.Name, ast.Attribute, ast.Subscript)) else ""


def _told(call: ast.expr, name: str) -> str:
    """What a call is told by a name, as it is written; "" where it is told nothing."""
    given = call.keywords if isinstance(call, ast.Call) else []
    return next((written(one.value) for one in given if one.arg == name), "")


def _hidden(call: ast.expr) -> bool:
    """Whether a call is told something by a dict."""
    return any(one.arg is None for one in getattr(call, "keywords", ()))


def drawn_apart(scope: Scope) -> Found:
    """`i, j = randint(n), randint(n)` and `yield x[i], y[j]`: each label is another sample's."""
    for value in (*(one.value for one in scope.of(ast.Yield)), *(one.value for one in scope.of(ast.Return))):
        pair = value.elts if isinstance(value, ast.Tuple) else []
        rows = [one.slice for one in pair if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Name)]
        made = [scope.once(one.id) for one in rows if isinstance(one, ast.Name)]
        drawn = [written(one) for one in made if one is not None and DRAWN.search(written(one))]
        labels = [TARGETS.search(written(one.value)) for one in pair if isinstance(one, ast.Subscript)]
        apart = len(pair) == len(drawn) == 2 and drawn[0] == drawn[1] and made[0] is not made[1]
        if apart and labels[1] and not labels[0]:
            yield pair[1], "drawn apart", written(pair[1].value), True  # type: ignore[attr-defined]
            return


def shuffled_in_sequence(scope: Scope) -> Found:
    """`on_epoch_end` of a Sequence that shuffles `self.x` alone, of the `self.x` and `self.y` that it cuts."""
    for node in scope.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        item, end = methods.get("__getitem__"), methods.get("on_epoch_end")
        if item is None or end is None or not any(SEQUENCES.search(written(base)) for base in node.bases):
            continue
        calls = [one for one in nodes_of(end) if isinstance(one, ast.Call)]
        shuffles = [one for one in calls if written(one.func) in ("np.random.shuffle", "random.shuffle") and one.args]
        rows: dict[str, set[str]] = {}
        for one in nodes_of(item):
            by_name = isinstance(one, ast.Subscript) and not isinstance(one.slice, ast.Constant)
            if isinstance(one, ast.Subscript) and by_name and written(one.value).startswith("self."):
                rows.setdefault(written(one.slice), set()).add(written(one.value))
        beside = next((arrays for arrays in rows.values() if len(arrays) > 1), set())
        moved = {written(one.args[0]) for one in shuffles}
        if len(calls) == len(shuffles) == 1 and moved < beside and supervised(scope):
            yield shuffles[0], "shuffled apart", " and ".join(sorted(beside - moved))
            return


def whole_in_fold(scope: Scope) -> Found:
    """`for train, test in folds.split(x, y): model.fit(x, y)`: every fold trains on what it is to judge."""
    for loop in scope.of(ast.For):
        folds = folds_of(scope, loop.iter)
        if folds is None or not called(folds[1]).endswith(("KFold", "ShuffleSplit")):
            continue
        arrays = {written(one) for one in folds[0].args[:1]}
        within = [one for statement in loop.body for one in nodes_of(statement)]
        rebound = {one.id for one in within if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        judged = any(method(one) in ("evaluate", "predict") for one in within)
        for one in within:
            given = data_of(one) if isinstance(one, ast.Call) and method(one) == "fit" else None
            told = {k.arg for k in one.keywords} if isinstance(one, ast.Call) else set()
            keras = bool(told & {"epochs", "batch_size"}) and "sample_weight" not in told
            own = {at.id for at in nodes_of(one) if isinstance(at, ast.Name)} & rebound - {owner(one)}
            if given is not None and keras and judged and written(given) in arrays - rebound and not own:
                yield given, "whole fold", written(given)
                return


def class_after_class(scope: Scope) -> Found:
    """`fit(zeros.concatenate(ones).batch(32))`: batches of one class alone."""
    for call in scope.calls(FIT):
        stream = data_of(call)
        path = path_of(scope, stream) if stream is not None else []
        joined = next((one for one in path if method(one) == "concatenate"), None)
        if not isinstance(joined, ast.Call) or len(joined.args) != 1:
            continue
        if any(method(one) in ("shuffle", "map", "interleave", "apply") for one in path):
            continue
        sizes = [scope.bound_to(one.args[0], one)[0] for one in path if method(one) == "batch" and operands(one)]  # type: ignore[attr-defined]
        if not all(isinstance(one, ast.Constant) for one in sizes):
            continue  # all samples may be one batch
        many = [_samples_of(path), _samples_of(path_of(scope, joined.args[0]))]
        if sizes and None not in many and sum(one or 0 for one in many) <= sizes[0].value:  # type: ignore[attr-defined]
            continue  # and are
        labels = [_one_label(path), _one_label(path_of(scope, joined.args[0]))]
        if None not in labels and labels[0] != labels[1]:
            yield joined, "one class at a time", ""
            return


def _one_label(path: Path) -> str | None:
    """The number that all labels of a stream are, where they are made so: `from_tensor_slices((x, np.zeros(n)))`."""
    pair = path[0].args[0] if path and isinstance(path[0], ast.Call) and path[0].args else None
    labels = pair.elts[1] if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 else None
    return called(labels) if labels is not None and called(labels) in ("zeros", "ones") else None


def _samples_of(path: Path) -> int | None:
    """How many samples a stream has whose labels are written as `np.zeros(50)`."""
    pair = path[0].args[0] if path and isinstance(path[0], ast.Call) and path[0].args else None
    given = operands(pair.elts[1])[:1] if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 else []
    number = given[0].value if given and isinstance(given[0], ast.Constant) else None
    return number if isinstance(number, int) else None


def blended(scope: Scope) -> Found:
    """`mask = tf.image.resize(mask, size)` of class numbers: between 1 and 3 there comes 2, another class."""
    for node in scope.of(ast.Assign):
        call, target = node.value, written(node.targets[0])
        place = RESIZING.get(written(call.func)) if isinstance(call, ast.Call) else None
        if place is None or not isinstance(call, ast.Call) or not call.args:
            continue
        made = written(scope.bound_to(call.args[0], node)[0])
        read = "decode" in made and MASKS.search(made) is not None  # the picture of a mask, under any name
        if not read and not (MASKS.search(target) and MASKS.search(written(call.args[0]))):
            continue
        told = len(call.args) > place or any(one.arg in (None, "method", "interpolation") for one in call.keywords)
        used = [one for one in scope.of(ast.Call) if one.lineno > node.lineno and target in map(written, _given(one))]
        numbers = any(NUMBERS.search(written(one)) and not re.search(r"round|>|/", written(one)) for one in used)
        cut = any(  # a mask of one class, whose shares are rounded
            one.lineno > node.lineno and target in map(written, ast.iter_child_nodes(one))
            for one in scope.of(ast.Compare, ast.BinOp)
        )
        cut = cut or any("round" in called(one) or "rint" in called(one) for one in used)
        if not told and numbers and not cut:
            classes = any(called(one) in ("one_hot", "to_categorical") for one in used)
            found = call, "blended classes", target
            yield found if classes or read else (*found, True)  # type: ignore[misc]
            return


def _given(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    if isinstance(call.func, ast.Attribute):
        yield call.func.value


FINDERS = (
    misplaced,
    stepless,
    same_batch,
    batch_by_number,
    zipped_apart,
    drawn_apart,
    shuffled_in_sequence,
    whole_in_fold,
    class_after_class,
    blended,
)
