"""Data that are written down in another way than the layer that reads them takes, by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, TRAINED, loss_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import bound_once, called, line, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: what counts or weighs the words of a text (scikit-learn, Keras's Tokenizer): a column for each word
BAGS = frozenset({"TfidfVectorizer", "CountVectorizer", "HashingVectorizer", "TfidfTransformer"})
#: what leaves the numbers of what it is given, or of what it is a method of, as they are
SAME = frozenset({"toarray", "todense", "array", "asarray", "pad_sequences", "astype", "A", "copy"})
#: settings by which ImageDataGenerator takes a mean away, or divides by a deviation
STANDARDISING = frozenset(
    {
        *("featurewise_center", "samplewise_center", "featurewise_std_normalization"),
        *("samplewise_std_normalization", "zca_whitening"),
    }
)
FLOWS = frozenset({"flow", "flow_from_directory", "flow_from_dataframe"})
#: what trains on sequences of letters that are not aligned, and what shows that a place is kept for none of them
UNALIGNED = pattern(r"ctc_batch_cost|ctc_loss|CTCLoss|losses\.CTC\b")
KEPT_FREE = pattern(r"blank|oov|\bUNK|mask_token|StringLookup|\+ ?[12]\b", re.IGNORECASE)
#: how far back an array is followed
STEPS = 8


def weights_as_words(scope: Scope) -> Found:
    """`fit(TfidfVectorizer().fit_transform(texts).toarray(), y)` of a model that begins with an Embedding."""
    tables = [call for call in scope.of(ast.Call) if called(call) == "Embedding"]
    if len(tables) != 1 or any(called(call) == "Input" for call in scope.of(ast.Call)):
        return
    for call in scope.calls(FIT):
        if len(call.args) >= 2 and any(
            one.arg in ("epochs", "batch_size", "validation_split") for one in call.keywords
        ):
            bag = _bag(scope, call.args[0], call, STEPS)
            begun = scope.standing(owner(call), call)
            made = [begun.value] if begun is not None else []
            first = line(begun) if begun is not None else 0
            added = [one for one in scope.calls(frozenset({"add"})) if owner(one) == owner(call)]
            made += [one for one in added if first <= line(one) < line(call)]
            if bag is not None and any(node is tables[0] for one in made for node in nodes_of(one)):
                yield tables[0], "weights as words", bag
                return


def _bag(scope: Scope, value: ast.expr, at: ast.AST, left: int) -> str | None:
    """What counts or weighs words, of what its array comes from."""
    value, at = scope.bound_to(value, at)
    if left == 0:
        return None
    if isinstance(value, (ast.Subscript, ast.Attribute)):
        return _bag(scope, value.value, at, left - 1)
    if not isinstance(value, ast.Call):
        return None
    if method(value) == "texts_to_matrix":
        return "texts_to_matrix"
    if method(value) in ("fit_transform", "transform") and isinstance(value.func, ast.Attribute):
        maker = called(scope.bound_to(value.func.value, value)[0])
        return maker if maker in BAGS else None
    if called(value) not in SAME:
        return None
    inner = value.args[0] if value.args and owner(value) in ("", "np", "numpy", "sequence") else None
    inner = inner or (value.func.value if isinstance(value.func, ast.Attribute) else None)
    return _bag(scope, inner, at, left - 1) if inner is not None else None


def filled_alike(scope: Scope) -> Found:
    """`given[i, t, k] = 1; wanted[i, t, k] = 1` for each word, and `fit([source, given], wanted)`."""
    for call in scope.calls(FIT):
        inputs = call.args[0].elts if call.args and isinstance(call.args[0], (ast.List, ast.Tuple)) else []
        given = {one.id for one in inputs if isinstance(one, ast.Name)}
        wanted = call.args[1].id if len(call.args) > 1 and isinstance(call.args[1], ast.Name) else ""
        if not given or not wanted or len(scope.bound.get(wanted, ())) != 1:
            continue
        if "initial_state" not in written(scope.root):
            return  # what is given back as it was is an autoencoder's
        puts: dict[str, list[tuple[ast.Assign, str]]] = {}
        for one in scope.of(ast.Assign):
            target = one.targets[0]
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                told = f"{written(target.slice)} = {written(one.value)}"
                puts.setdefault(target.value.id, []).append((one, told))
        mine = puts.get(wanted, [])
        for name in given if len(mine) == 1 else ():
            theirs = puts.get(name, [])
            if len(theirs) == 1 and theirs[0][1] == mine[0][1] and len(scope.bound.get(name, ())) == 1:
                yield mine[0][0].targets[0], "not shifted", wanted
                return


def standardised_masks(scope: Scope) -> Found:
    """`zip(pictures.flow(x), masks.flow(y))` where both subtract a mean."""
    for call in scope.of(ast.Call):
        if called(call) != "zip" or len(call.args) != 2:
            continue
        flows = [scope.bound_to(one, call)[0] for one in call.args]
        if not all(method(one) in FLOWS for one in flows) or not isinstance(flows[1], ast.Call):
            continue
        if any(method(one) == "flow" and len(operands(one)) > 1 for one in flows) or not _is_fed(scope, call):
            continue  # two views of what has labels of its own
        losses = [written(one) for at in scope.calls(frozenset({"compile"})) for one in loss_of(at)]
        if any(re.search(r"mse|mae|mean_|huber|Mean|Huber", one) for one in losses):
            continue  # pictures that are to be made of pictures
        maker = scope.once(owner(flows[1])) if owner(flows[1]) else None
        if not (isinstance(maker, ast.Call) and called(maker) == "ImageDataGenerator"):
            continue
        settings: list[tuple[str | None, ast.expr]] = [(one.arg, one.value) for one in maker.keywords if one.arg]
        for one in maker.keywords:
            told = scope.resolved(one.value) if one.arg is None else None
            if isinstance(told, ast.Call) and called(told) == "dict":
                settings += [(inner.arg, inner.value) for inner in told.keywords]
            elif isinstance(told, ast.Dict):
                pairs = zip(told.keys, told.values, strict=True)
                settings += [(str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)]
        for name, value in settings:
            if name in STANDARDISING and isinstance(value, ast.Constant) and value.value is True:
                yield maker, "standardised masks", name
                return


def _is_fed(scope: Scope, pairs: ast.Call) -> bool:
    """Whether pairs are trained on as they are, or yielded one by one."""
    bound = [one for one in scope.of(ast.Assign) if one.value is pairs]
    names = {at.id for one in bound for at in one.targets if isinstance(at, ast.Name)}
    fits = [given for one in scope.calls(FIT) for given in (*one.args[:1], *(word.value for word in one.keywords))]
    loops = [
        one for one in scope.of(ast.For) if reads(one.iter, names) or any(at is pairs for at in nodes_of(one.iter))
    ]
    yields = any(isinstance(at, ast.Yield) for one in loops for at in nodes_of(one)) or any(
        isinstance(one, ast.Return) and (one.value is pairs or (one.value is not None and reads(one.value, names)))
        for one in scope.of(ast.Return)
    )
    return yields or any(given is pairs or reads(given, names) for given in fits)


def no_blank(parsed: Parsed) -> Found:
    """`Dense(len(letters), activation="softmax")` of a model that CTC trains, which needs a place for none of them."""
    if not UNALIGNED.search(parsed.source.code) or KEPT_FREE.search(parsed.source.code):
        return
    known = bound_once(parsed)
    heads = [one for one in parsed.listing.of(ast.Call) if called(one) == "Dense" and "'softmax'" in written(one)]
    for call in heads if len(heads) == 1 else ():  # another may tell who speaks
        units = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg == "units"), None)
        soft = any(one.arg == "activation" and written(one.value) == "'softmax'" for one in call.keywords)
        if called(call) != "Dense" or units is None or not soft:
            continue
        counted = known.get(units.id, units) if isinstance(units, ast.Name) else units
        of = counted.args[0] if called(counted) == "len" and isinstance(counted, ast.Call) and counted.args else None
        letters = known.get(of.id) if isinstance(of, ast.Name) else None
        last = _last_of(letters)
        if last is not None and last not in (" ", "-", "_", "#"):
            yield units, "no blank", written(counted)
            return


def _last_of(letters: ast.expr | None) -> str | None:
    """The last of letters that are written out, or are letters and digits of the module `string`; None of others."""
    if isinstance(letters, ast.BinOp) and isinstance(letters.op, ast.Add):
        return _last_of(letters.right)
    if isinstance(letters, ast.Constant) and isinstance(letters.value, str):
        return letters.value[-1:]
    if isinstance(letters, ast.Attribute) and written(letters.value) == "string":
        return {"digits": "9", "ascii_lowercase": "z", "ascii_uppercase": "Z", "ascii_letters": "Z"}.get(letters.attr)
    return None


def ranges_as_labels(scope: Scope) -> Found:
    """`fit(x, pd.cut(prices, 3))`: the classes are intervals, or words, not numbers."""
    for call in scope.calls(FIT):
        if len(call.args) < 2 or not any(one.arg in TRAINED for one in call.keywords):
            continue
        at: ast.AST = call
        value = call.args[1]
        for _ in range(STEPS):
            value, at = scope.bound_to(value, at)
            columns = [
                one.value
                for one in (scope.of(ast.Assign) if isinstance(value, ast.Subscript) else ())
                if [written(target) for target in one.targets] == [written(value)]
            ]
            if len(columns) == 1 and not _is_changed(scope, value, columns[0]):
                value = columns[0]
            elif isinstance(value, ast.Attribute) and value.attr == "values":
                value = value.value
        if (
            called(value) not in ("cut", "qcut")
            or owner(value) not in ("pd", "pandas")
            or not isinstance(value, ast.Call)
        ):
            continue
        given = [one.value for one in value.keywords if one.arg == "labels"]
        words = [scope.resolved(one) for one in given]
        named = all(isinstance(one, ast.List) and one.elts and _is_text(one.elts[0]) for one in words)
        if named and not any(one.arg in (None, "retbins") for one in value.keywords) and len(value.args) <= 2:
            yield value, "ranges as labels", "words" if given else "intervals"
            return


def _is_changed(scope: Scope, column: ast.expr, made: ast.expr) -> bool:
    """Whether a column, or its table, may hold something else since it was made: the table is bound again, several
    columns are, or a method works in place."""
    table = written(column.value) if isinstance(column, ast.Subscript) else ""
    bound = any(line(at) > line(made) for at in scope.bound.get(table, ()))
    stored = [one for one in scope.of(ast.Subscript) if isinstance(one.ctx, ast.Store) and reads(one.value, {table})]
    others = any(line(one) > line(made) for one in stored if written(one) != written(column))
    placed = any(
        reads(one.value, {table}) and "inplace=True" in written(one)
        for one in scope.of(ast.Expr)
        if line(one) > line(made)
    )
    return bound or others or placed


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


#: what reads a picture from a file, and what it is a function of
READING = frozenset({"imread", "load_img", "open"})
PICTURES = frozenset({"cv2", "Image", "io", "imageio", "plt", "mpimg", "image", ""})


def cut_pictures(scope: Scope) -> Found:
    """`np.resize(cv2.imread(path), (64, 64, 3))`: the first numbers of the picture, laid out anew."""
    for call in scope.calls(frozenset({"resize"})):
        if owner(call) not in ("np", "numpy") or len(call.args) < 2:
            continue
        value, at = scope.bound_to(call.args[0], call)
        for _ in range(STEPS):
            if called(value) in ("array", "asarray", "cvtColor", "img_to_array") and isinstance(value, ast.Call):
                value, at = scope.bound_to(value.args[0], at) if value.args else (value, at)
        module = owner(value)
        opened = called(value) in READING and module in PICTURES
        if opened and (called(value) != "open" or module == "Image"):
            yield call, "cut pictures", written(call.args[0])
            return


def weights_apart(scope: Scope) -> Found:
    """`fit(x_train, y_train, sample_weight=compute_sample_weight("balanced", y))` of the `y` that was parted."""
    for call in scope.calls(FIT):
        given = [one.value for one in call.keywords if one.arg == "sample_weight"]
        labels = call.args[1] if len(call.args) > 1 else None
        made, at = scope.bound_to(given[0], call) if given else (call, call)
        stands = scope.standing(given[0].id, call) if given and isinstance(given[0], ast.Name) else None
        if stands is not None and called(stands.value) == "train_test_split":  # parted with the labels
            continue
        of = operands(made)[1] if called(made) == "compute_sample_weight" and len(operands(made)) == 2 else None
        split = scope.standing(labels.id, call) if isinstance(labels, ast.Name) else None
        if not isinstance(of, ast.Name) or split is None or called(split.value) != "train_test_split":
            continue
        parted = {one.id for one in operands(split.value) if isinstance(one, ast.Name)}
        whole = of.id in parted and of.id not in {
            one.id for one in nodes_of(split.targets[0]) if isinstance(one, ast.Name)
        }
        if whole and isinstance(at, ast.AST) and given:
            yield given[0], "weights apart", of.id
            return


def numbers_for_rows(scope: Scope) -> Found:
    """`fit(x, np.array(y))` of `y.append(number[letter])` under the loss that takes a row for each sample."""
    losses = [one for call in scope.calls(frozenset({"compile"})) for one in loss_of(call)]
    if [getattr(one, "value", None) for one in losses] != ["categorical_crossentropy"]:
        return
    for call in scope.calls(FIT):
        name: ast.expr = call.args[1] if len(call.args) > 1 else call
        value, at = scope.bound_to(name, call)
        if called(value) in ("array", "asarray") and isinstance(value, ast.Call) and value.args:
            name = value.args[0]
            value = scope.bound_to(name, at)[0]
        if isinstance(value, ast.Call | ast.Subscript) or len(scope.bound.get(written(name), ())) != 1:
            continue  # rows by now: to_categorical(y)
        puts = [one for one in scope.calls(frozenset({"append"})) if owner(one) == written(name) and one.args]
        for put in puts if len(puts) == 1 else ():
            item = put.args[0]
            table = (
                scope.once(item.value.id)
                if isinstance(item, ast.Subscript) and isinstance(item.value, ast.Name)
                else None
            )
            if table is not None and _is_numbering(table) and not isinstance(item.slice, ast.Slice):  # type: ignore[attr-defined]
                yield losses[0], "numbers for rows", written(call.args[1])
                return


def _is_numbering(table: ast.expr) -> bool:
    """`{letter: i for i, letter in enumerate(letters)}`, and the same of `dict(…)`."""
    if isinstance(table, ast.Call) and called(table) == "dict" and len(table.args) == 1:
        made = table.args[0]
        pair = (
            made.elt.elts
            if isinstance(made, (ast.GeneratorExp, ast.ListComp)) and isinstance(made.elt, ast.Tuple)
            else []
        )
        number = pair[1] if len(pair) == 2 else None
    elif isinstance(table, ast.DictComp):
        made, number = table, table.value
    else:
        return False
    counted = made.generators[0] if number is not None else None  # type: ignore[attr-defined]
    first = counted.target.elts[0] if counted is not None and isinstance(counted.target, ast.Tuple) else None
    return (
        counted is not None
        and called(counted.iter) == "enumerate"
        and written(first or table) == written(number or table)
    )


FINDERS = (
    weights_apart,
    numbers_for_rows,
    cut_pictures,
    ranges_as_labels,
    weights_as_words,
    filled_alike,
    standardised_masks,
)
