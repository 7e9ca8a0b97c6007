"""Streams of batches as a program strings them together: batched twice or not at all, paired backwards, by text."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.pipelines import TARGETS
from cnnlint.readers.python.by_text.data.splits import STEPS, STREAMING, Found, Path, path_of
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, asks, data_of, loss_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, operands, reads
from cnnlint.readers.python.text.written import written

FOLDERS = pattern(r"(image|text|audio)_dataset_from_directory$")
#: layers that read sequences
SEQUENCES = pattern(r"(LSTM|GRU|SimpleRNN|RNN|Conv1D|ConvLSTM2D|MultiHeadAttention|TimeDistributed|Pooling1D)$")
#: what puts rows of arrays together before they are made a stream
GATHERED = pattern(r"\[None|newaxis|expand_dims|reshape\(|array_split|split\(|stack\(|batch", re.IGNORECASE)
FEATURES = pattern(r"image|img|feature|input|(^|[_\W])(x|xs)(\b|_)|text|pixel", re.IGNORECASE)
BATCHING = frozenset({"batch", "padded_batch"})
#: methods that yield what they are given, as it is, or one sample for each
PLAIN = STREAMING | {"with_options", "apply"}
#: errors of quantities (scikit-learn)
ERRORS = frozenset({"mean_squared_error", "mean_absolute_error", "r2_score", "mean_absolute_percentage_error"})
TRAINING = FIT | JUDGES | {"predict"}


def batched(scope: Scope) -> Found:
    """`image_dataset_from_directory(…).batch(32)`; a stream for `fit` that is batched twice, or not at all."""
    for call in scope.calls(TRAINING):
        keras = any(one.arg in ("epochs", "validation_data", "steps_per_epoch", "verbose") for one in call.keywords)
        given = data_of(call) if keras or method(call) != "fit" else None
        streams = [given, *(one.value for one in call.keywords if one.arg == "validation_data")]
        for stream in (one for one in streams if isinstance(one, (ast.Name, ast.Call))):
            path = path_of(scope, stream)
            times = _times(path)
            if times is not None and times > 1 and not FOLDERS.search(called(path[0])) and not _of_arrays(path[0]):
                continue  # letters are put into lines before lines are put into batches
            if times is not None and times > 1 and _of_steps(scope, path):
                continue
            if times is not None and times > 1:
                yield [one for one in path if method(one) in BATCHING][-1], "batched twice", written(stream)  # type: ignore[misc]
                return
            plain = times == 0 and stream is not given and _of_arrays(path[0]) and not _batches(path)
            if (plain and not _gathered(scope, path[0])) or _made_unbatched(scope, stream, call):
                yield call if stream is given else stream, "never batched", written(stream)
                return


def _made_unbatched(scope: Scope, stream: ast.expr, at: ast.AST) -> bool:
    """Whether a stream is what a function of the file makes of arrays, in which no word is of batches."""
    made, at = scope.bound_to(stream, at)
    for _ in range(STEPS):  # a name may stand for what is made of itself: data = data.shuffle(9)
        if method(made) in PLAIN - BATCHING - {"map"}:
            made, at = scope.bound_to(made.func.value, at)  # type: ignore[attr-defined]
    function = scope.helpers.get(called(made))
    if function is None or not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name):
        return False
    rows = [one for one in nodes_of(function) if called(one) == "from_tensor_slices"]
    plain = all(method(one) != "map" for one in nodes_of(function))
    returned = [one for one in nodes_of(function) if isinstance(one, ast.Return)]
    own = [one for one in nodes_of(function) if called(one) in scope.helpers]
    whole = len(rows) == 1 and len(returned) == 1 and plain and not own
    gathered = any(_gathered(scope, made, one) for one in made.args)
    plain = re.search(r"batch|window|apply", written(function)) is None and not gathered
    return whole and plain and _pair_of(rows[0])


def _gathered(scope: Scope, begun: ast.AST, array: ast.expr | None = None) -> bool:
    """Whether the arrays of a stream hold a batch in each row: `x.reshape(-1, 32, 10)`, `x[None]`."""
    given = [array] if array is not None else getattr(operands(begun)[0], "elts", []) if operands(begun) else []
    return any(GATHERED.search(written(scope.bound_to(one, begun)[0])) for one in given)


def _pair_of(made: ast.AST) -> bool:
    given = operands(made)[:1]
    return bool(given) and isinstance(given[0], ast.Tuple) and len(given[0].elts) == 2


def _times(path: Path) -> int | None:
    """How often samples are put into batches on their way; None where that is not known."""
    if not path or not all(method(one) in PLAIN for one in path[1:]) or not isinstance(path[0], ast.Call):
        return None
    made = 0
    if FOLDERS.search(called(path[0])):
        size = next((one.value for one in path[0].keywords if one.arg == "batch_size"), None)
        none = isinstance(size, ast.Constant) and size.value is None
        if any(one.arg is None for one in path[0].keywords) or (
            size is not None and not isinstance(size, ast.Constant)
        ):
            return None  # it may be None
        made = 0 if none else 1
    elif not re.search(r"from_tensor_slices|list_files|TFRecordDataset|TextLineDataset", called(path[0])):
        return None
    if any(method(one) == "apply" for one in path[1:]):
        return None
    return made + sum(method(one) in BATCHING for one in path[1:])


def _of_steps(scope: Scope, path: Path) -> bool:
    """Whether steps may be put into rows of one length first: sequences are read, or all rows are to be as long."""
    first = next(one for one in path if method(one) in BATCHING)
    told = any(one.arg == "drop_remainder" for one in getattr(first, "keywords", ()))
    around = scope.outer or scope
    made = [called(one) for one in nodes_of(around.root) if isinstance(one, ast.Call)]
    # what a model from elsewhere reads nobody knows
    return told or any(SEQUENCES.search(one) for one in made) or not any(one in ("Dense", "Conv2D") for one in made)


def _batches(path: Path) -> bool:
    """Whether a function that is mapped over a stream may put its samples into batches of one."""
    mapped = " ".join(written(one) for one in path if method(one) == "map")
    return re.search(r"newaxis|expand_dims|None, *\.\.\.|batch", mapped) is not None or "map" in map(method, path)


def _of_arrays(begun: ast.AST) -> bool:
    """Whether a stream is one of the rows of arrays, of features and labels: `from_tensor_slices((x, y))`."""
    given = begun.args[0] if isinstance(begun, ast.Call) and begun.args else None
    rows = given.elts if isinstance(given, ast.Tuple) else []
    plain = all(isinstance(one, (ast.Name, ast.Attribute)) for one in rows)
    return called(begun) == "from_tensor_slices" and len(rows) == 2 and plain


def paired_backwards(scope: Scope) -> Found:
    """`Dataset.zip((labels, images))`, under a loss that tells classes apart."""
    if not any("crossentropy" in written(one).lower() for one in scope.calls(frozenset({"compile"}))):
        return  # pictures are made of masks and labels, too
    for call in scope.of(ast.Call):
        pair = call.args[0].elts if method(call) == "zip" and call.args and isinstance(call.args[0], ast.Tuple) else []
        if len(pair) != 2 or not all(isinstance(one, ast.Name) for one in pair):
            continue
        words = [written(one) for one in pair]
        sure = TARGETS.search(words[0]) and FEATURES.search(words[1])
        if not sure or FEATURES.search(words[0]) or TARGETS.search(words[1]):
            continue
        lambdas = [one for one in scope.of(ast.Call) if method(one) == "map" and one.args and one.lineno >= call.lineno]
        if not lambdas and not any(isinstance(one, (ast.For, ast.comprehension)) for one in scope.nodes):
            yield call.args[0], "paired backwards", ", ".join(words), True
            return


def listed_apart(scope: Scope) -> Found:
    """`zip((list_files(images), list_files(masks)))`, each of which lists in an order of chance."""
    paired = any(
        isinstance(one, ast.Constant) and isinstance(one.value, str)
        for call in scope.calls(frozenset({"compile"}))
        for one in loss_of(call)
    )
    for call in scope.of(ast.Call):
        pair = call.args[0].elts if method(call) == "zip" and call.args and isinstance(call.args[0], ast.Tuple) else []
        begun = [path[0] for path in (path_of(scope, one) for one in pair) if path]
        if len(begun) != 2 or not all(called(one) == "list_files" for one in begun):
            continue
        told = [{k.arg: written(k.value) for k in one.keywords} for one in begun if isinstance(one, ast.Call)]
        chance = [one.get("shuffle") in (None, "True") and "seed" not in one and None not in one for one in told]
        named = paired or any(
            TARGETS.search(f"{written(one)} {written(at)}") for one, at in zip(pair, begun, strict=True)
        )
        plain = all(len(one.args) == 1 for one in begun if isinstance(one, ast.Call))
        if any(chance) and named and plain and not _joined(scope, call):
            found = begun[chance.index(True)], "zipped apart", ""
            yield found if paired else (*found, True)  # type: ignore[misc]
            return


def _joined(scope: Scope, pairs: ast.Call) -> bool:
    """Whether what is mapped over pairs makes an answer of its own of them: `return (read(a), read(b)), 0`."""
    mapped = [one for one in scope.calls(frozenset({"map"})) if any(at is pairs for at in nodes_of(one.func))]
    functions = [scope.helpers.get(written(one.args[0])) for one in mapped if one.args]
    ends = [one.value for at in functions if at is not None for one in nodes_of(at) if isinstance(one, ast.Return)]
    first = [one.elts[0] for one in ends if isinstance(one, ast.Tuple) and len(one.elts) == 2]
    return any(isinstance(one, ast.Tuple) for one in first)


def asked_in_chance(scope: Scope) -> Found:
    """`model.predict(stream)` beside `[y for _, y in stream]`, of a folder that is shuffled anew each time."""
    for call in scope.calls(frozenset({"predict"})):
        stream = call.args[0] if len(call.args) >= 1 else None
        path = path_of(scope, stream) if isinstance(stream, ast.Name) else []
        if not path or not isinstance(path[0], ast.Call) or not FOLDERS.search(called(path[0])):
            continue
        given = {one.arg: one.value for one in path[0].keywords}
        shuffle = given.get("shuffle")
        chance = shuffle is None or (isinstance(shuffle, ast.Constant) and shuffle.value is True)
        plain = all(method(one) in ("prefetch", "map") for one in path[1:])
        if not chance or None in given or not plain or not isinstance(stream, ast.Name):
            continue
        loops: list[ast.comprehension | ast.For] = [*scope.of(ast.comprehension), *scope.of(ast.For)]
        again = [one for one in loops if written(one.iter) == stream.id and _labels(one.target)]
        again = [one for one in again if isinstance(one, ast.For) or not _is_counted(scope, one)]
        # where the loop itself predicts, labels and answers are of one pass
        own = {id(inner) for one in again if isinstance(one, ast.For) for inner in nodes_of(one)}
        asked = any(
            method(one) == "predict" or reads(one.func, {"model"})
            for loop in again
            if isinstance(loop, ast.For)
            for one in nodes_of(loop)
            if isinstance(one, ast.Call)
        )
        if again and id(call) not in own and not asked:
            yield path[0], "shuffled stream", stream.id
            return


#: what the order of things is nothing to
ORDERLESS = frozenset({"Counter", "set", "sum", "max", "min", "len", "unique", "bincount", "sorted"})


def _is_counted(scope: Scope, loop: ast.comprehension) -> bool:
    """Whether what a comprehension gathers is counted, in whatever order: `Counter(y for _, y in data)`."""
    return any(
        called(call) in ORDERLESS and any(loop in getattr(one, "generators", ()) for one in call.args)
        for call in scope.of(ast.Call)
    )


def _labels(target: ast.expr) -> bool:
    """Whether a loop takes the labels of a batch, and not what it is asked."""
    pair = target.elts if isinstance(target, ast.Tuple) else []
    names = [one.id if isinstance(one, ast.Name) else "" for one in pair]
    return len(names) == 2 and (names[1] in ("lab", "labs") or TARGETS.search(names[1]) is not None)


def noisy_both(scope: Scope) -> Found:
    """`fit(noisy, noisy)` of what was made noisy: the noise is what it learns to keep."""
    for call in scope.calls(FIT):
        told = {one.arg: one.value for one in call.keywords}
        values = [*call.args[:2], *(told[one] for one in ("x", "y") if one in told)]
        pair = [one.id if isinstance(one, ast.Name) else "" for one in values]
        made = scope.once(pair[0]) if len(pair) == 2 and pair[0] and pair[0] == pair[1] else None
        if made is None or not re.search(r"nois|corrupt", pair[0], re.IGNORECASE):
            continue
        clean = [one for one in nodes_of(made) if isinstance(one, ast.BinOp) and isinstance(one.left, ast.Name)]
        if not clean:
            continue  # a tone that is made with its noise has no other
        drawn = [one for one in nodes_of(made) if called(one) in ("normal", "randn", "standard_normal")]
        if drawn and any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add) for one in nodes_of(made)):
            yield values[1], "noisy targets", pair[1], True
            return


def scaled_truth(scope: Scope) -> Found:
    """`error(y[n:], scaler.inverse_transform(model.predict(x)))` of a model that was trained on `y[:n]`."""
    for call in scope.of(ast.Call):
        if called(call) not in ERRORS or len(call.args) < 2:
            continue
        for truth, answers in (call.args[:2], call.args[1::-1]):
            back = scope.bound_to(answers, call)[0]
            given = operands(back)[:1] if method(back) == "inverse_transform" else []
            asked = scope.bound_to(given[0], call)[0] if given else None
            raw = scope.bound_to(truth, call)[0]
            array = written(raw.value) if isinstance(raw, ast.Subscript) and isinstance(raw.slice, ast.Slice) else ""
            if asked is None or method(asked) != "predict" or not array:
                continue
            asking = asked if isinstance(asked, ast.Call) else call
            fits = [one for one in scope.calls(FIT) if asks(scope, one, asking) and len(one.args) > 1]
            targets = [scope.bound_to(one.args[1], one)[0] for one in fits]
            same = [one for one in targets if isinstance(one, ast.Subscript) and written(one.value) == array]
            if same and len(scope.bound.get(array, ())) == 1:
                yield truth, "scaled truth", written(truth)
                return


FINDERS = (scaled_truth, batched, paired_backwards, listed_apart, asked_in_chance, noisy_both)
