"""What the text of a program shows of its data, whatever is known of the values: which names belong together.

Arrays mostly come from files that nobody here has seen. That one of two is shuffled after the other, or that the labels
are cut off behind the samples that the features are cut off before, stands in the statements themselves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from cnnlint.graph import DataMisused
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data import (
    anew,
    apart,
    axes,
    batches,
    chosen,
    colours,
    draws,
    fed,
    flows,
    gaps,
    gathered,
    halves,
    handling,
    orders,
    padding,
    pipelines,
    planes,
    representations,
    rows,
    splits,
    streams,
    tables,
    targets,
    windows,
)
from cnnlint.readers.python.by_text.data.rows import MEANT
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import JUDGES, TRAINS, behind
from cnnlint.readers.python.by_text.placed import placed
from cnnlint.readers.python.by_text.results import judged
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, line, method, owner, reads
from cnnlint.readers.python.text.written import written

#: what makes two shuffles alike: they start from the same state
SEEDED = pattern(r"seed|set_state|get_state|RandomState|default_rng|random_state")
#: what reads an array from a file
LOADING = frozenset({"load", "loadtxt", "genfromtxt", "read_csv"})
#: what iterates over the folds of scikit-learn
FOLDS = pattern(r"(KFold|ShuffleSplit|LeaveOneOut|TimeSeriesSplit)$")
#: what a model is given back its first weights by
RENEWED = pattern(r"set_weights|load_weights|load_model|clone_model|reset|initializer|clear_session|\.assign")
#: what a picture generator is made by, that shuffles unless it is told not to
FLOWS = frozenset({"flow_from_directory", "flow_from_dataframe"})
PREDICTS = frozenset({"predict", "predict_generator"})


@once
def events(parsed: Parsed) -> tuple[DataMisused, ...]:
    """Every such place of a file."""
    if not any(
        name in parsed.text
        for name in TRAINS | PREDICTS | {"Embedding(", "Session(", "feed_dict", "image.resize", "ctc", "dynamic_rnn("}
    ):
        return ()  # each of them stands beside a call that trains or predicts, or a session
    of_scopes = (one for scope in scopes(parsed) for finder in _finders() for one in finder(scope))
    found = [*placed(DataMisused, parsed, of_scopes)]
    of_files = (*streams.ends_early(parsed), *colours.blue_first(parsed), *representations.no_blank(parsed))
    found += placed(DataMisused, parsed, of_files)
    return tuple({(one.origin.span, one.why): one for one in found}.values())


def _finders() -> tuple[Callable[[Scope], Found], ...]:
    """What is asked of each scope of a file."""
    return (
        _shuffled,
        _other_side,
        _of_all_folds,
        _shuffled_pictures,
        _samples_as_width,
        _of_no_fold,
        axes.last_axis_first,
        axes.last_sample,
        *splits.FINDERS,
        *orders.FINDERS,
        *gathered.FINDERS,
        *planes.FINDERS,
        *fed.FINDERS,
        *flows.FINDERS,
        *rows.FINDERS,
        *streams.FINDERS,
        *targets.FINDERS,
        *windows.FINDERS,
        *handling.FINDERS,
        *padding.FINDERS,
        *pipelines.FINDERS,
        *batches.FINDERS,
        *apart.FINDERS,
        *representations.FINDERS,
        *tables.FINDERS,
        *anew.FINDERS,
        *draws.FINDERS,
        *judged.FINDERS,
        *chosen.FINDERS,
        *halves.FINDERS,
        *gaps.FINDERS,
    )


def _run_of(value: ast.expr) -> str:
    """The name of which an argument takes the rows in their order: `x`, `np.array(x)`, `x[:n]`."""
    array = isinstance(value, ast.Call) and written(value.func) in ("np.array", "np.asarray", "numpy.array")
    if isinstance(value, ast.Call) and array and len(value.args) == 1:
        value = value.args[0]
    return _rows_of(value)


def _shuffled(scope: Scope) -> Found:
    """`np.random.shuffle(x)`, `np.random.shuffle(y)`: two orders."""
    moved: dict[str, list[ast.Call]] = {}
    for node in scope.of(ast.Expr):
        call = node.value
        if not (method(call) == "shuffle" and isinstance(call, ast.Call)):
            continue
        if not written(call.func).endswith("random.shuffle"):
            continue
        if len(call.args) == 1 and isinstance(call.args[0], ast.Name):
            moved.setdefault(call.args[0].id, []).append(call)
    yield from _shuffled_alone(scope, moved)
    if len(moved) < 2 or any(SEEDED.search(written(node)) for node in scope.of(ast.Call)):
        return
    for call in scope.calls(TRAINS):
        features, labels = [*map(_run_of, call.args[:2]), "", ""][:2]
        both = [moved.get(name, []) for name in (features, labels)]
        if features and features != labels and all(len(one) == 1 and one[0].lineno < call.lineno for one in both):
            rebound = [
                at
                for name in (features, labels)
                for at in scope.bound.get(name, ())
                if line(at) > min(both[0][0].lineno, both[1][0].lineno)
            ]
            if not rebound:
                yield both[1][0], "shuffled apart", labels
                return


#: what makes arrays of one number
ALIKE = frozenset({"ones", "zeros", "full", "ones_like", "zeros_like", "full_like"})
#: what an array is called that holds no samples, but the order or the pairs of them
ORDERS = pattern(r"ind|idx|order|perm|pair|all|data(set)?$|both|zip", re.IGNORECASE)


def _shuffled_alone(scope: Scope, moved: dict[str, list[ast.Call]]) -> Found:
    """`np.random.shuffle(x)` of the features, or of the labels, that are loaded beside the other."""
    for call in scope.calls(TRAINS):
        cuts = [scope.resolved(one) for one in call.args[:2]]
        pair = [_rows_of(cut) or _rows_of(one) for cut, one in zip(cuts, call.args[:2], strict=True)]
        if len(pair) != 2 or not all(pair) or pair[0] == pair[1] or any(MEANT.search(one) for one in pair):
            continue
        for name, other in (pair, pair[::-1]):
            shuffles = moved.get(name, [])
            values = [scope.once(one) for one in (name, other)]
            if len(shuffles) != 1 or other in moved or ORDERS.search(name):
                continue
            # each comes from a file of its own, or is made without the other
            loaded = all(isinstance(value, ast.Call) and called(value) in LOADING for value in values)
            loaded = loaded or not any(_is_made_of(scope, *both) for both in (pair, pair[::-1]))
            # what is the same for all has no order
            loaded = loaded and not any(called(one) in ALIKE for one in values if one is not None)
            loaded = loaded and all(line(at) < shuffles[0].lineno for one in pair for at in scope.bound.get(one, ()))
            # not under a condition, nor behind a training: what a model learns of labels by chance may be asked
            first = min(scope.calls(TRAINS), key=line)
            always = any(one.value is shuffles[0] and scope.ran_before(one, first) for one in scope.of(ast.Expr))
            later = all(line(shuffles[0]) < line(cut) for cut in cuts if isinstance(cut, ast.Subscript))
            if loaded and always and later and line(shuffles[0]) < line(first):
                yield shuffles[0], "shuffled alone", name
                return


def _is_made_of(scope: Scope, name: str, other: str) -> bool:
    """Whether an array is, or may be, made of another: it is bound in other ways than by an assignment, or through what
    stands in those of what it is made of."""
    bound = scope.bound.get(name, ())
    if not (bound and all(isinstance(at, ast.Assign) for at in bound)):
        return True
    filled = any(method(call) in ("append", "extend") and owner(call) == name for call in scope.of(ast.Call))
    return filled or other in behind(scope, [name])


def _rows_of(value: ast.expr) -> str:
    """The name of an array of which an expression takes all rows, or a run of them: `x`, `x[:n]`."""
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def _other_side(scope: Scope) -> Found:
    """`x_train = x[:n]` with `y_train = y[n:]`."""
    for call in scope.calls(TRAINS | JUDGES):
        held = [one.value for one in call.keywords if one.arg == "validation_data"]
        for pair in (call.args[:2], *(one.elts for one in held if isinstance(one, ast.Tuple))):
            cuts = [_cut(scope.resolved(one)) for one in pair[:2]]
            if len(cuts) != 2 or cuts[0] is None or cuts[1] is None:
                continue
            (x, side, at), (y, other, place) = cuts[0], cuts[1]
            if side != other and at == place and x != y and not _is_half(scope, pair[0]):
                yield call, "other side", written(pair[1])
                return


def _is_half(scope: Scope, part: ast.expr) -> bool:
    """Whether an array is cut in halves, which are of one length: what lies half of it ahead may be foretold."""
    cut = scope.resolved(part)
    ends = (
        [cut.slice.lower, cut.slice.upper]
        if isinstance(cut, ast.Subscript) and isinstance(cut.slice, ast.Slice)
        else []
    )
    made = [scope.resolved(one) for one in ends if one is not None]
    return any(re.search(r"// ?2\b|/ ?2\b|\* ?0?\.5", written(one)) for one in made)


def _cut(value: ast.expr | None) -> tuple[str, str, str] | None:
    """The array that an expression cuts in two, which side it takes, and where: `x[:n]`."""
    if not (isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) and value.slice.step is None):
        return None
    lower, upper = value.slice.lower, value.slice.upper
    if (lower is None) == (upper is None):
        return None
    at = lower if lower is not None else upper
    assert at is not None
    return written(value.value), "behind" if lower is not None else "before", written(at)


def _of_all_folds(scope: Scope) -> Found:
    """A model that is made before the loop over the folds, and trained on in each of them."""
    for loop in scope.of(ast.For):
        folds = splits.folds_of(scope, loop.iter)
        if not _folds(loop.iter, scope) or (folds is not None and called(folds[1]) == "TimeSeriesSplit"):
            continue  # where time goes on, no model has seen what comes
        drawn = {name.id for name in nodes_of(loop.target) if isinstance(name, ast.Name)}
        within = [node for statement in loop.body for node in nodes_of(statement)]
        own = [scope.helpers[called(node)] for node in within if called(node) in scope.helpers]
        if len(drawn) < 2 or RENEWED.search("\n".join(map(written, (*loop.body, *own)))):
            continue
        made = {node.id for node in within if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        fits = [node for node in within if method(node) == "fit" and owner(node) not in made]
        for fit in fits:
            model = owner(fit)
            judged = any(method(node) in ("evaluate", "predict") and owner(node) == model for node in within)
            value = scope.once(model)
            if isinstance(fit, ast.Call) and judged and isinstance(value, ast.Call):
                keras = any(one.arg in ("epochs", "nb_epoch", "batch_size") for one in fit.keywords)
                if keras and scope.bound[model][0].lineno < loop.lineno:  # type: ignore[attr-defined]
                    yield fit, "of all folds", model
                    return


def _of_no_fold(scope: Scope) -> Found:
    """`for train, test in folds: fit(x[train]); evaluate(x[train])`: the rows that are kept out judge nothing."""
    for loop in scope.of(ast.For):
        target = loop.target
        if isinstance(target, ast.Tuple) and isinstance(target.elts[-1], ast.Tuple):
            target = target.elts[-1]
        names = [one.id if isinstance(one, ast.Name) else "" for one in getattr(target, "elts", ())]
        if len(names) != 2 or not all(names) or names[1].startswith("_") or not _folds(loop.iter, scope):
            continue
        within = [node for statement in loop.body for node in nodes_of(statement)]
        read = {node.id for node in within if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        fits = any(method(node) == "fit" for node in within)
        asked = [node for node in within if isinstance(node, ast.Call) and method(node) == "evaluate"]
        rows = {names[0]} | {
            at.id
            for one in within
            if isinstance(one, ast.Assign) and reads(one.value, {names[0]})
            for target in one.targets
            for at in nodes_of(target)
            if isinstance(at, ast.Name)
        }
        asked = [one for one in asked if any(reads(given, rows) for given in one.args)]  # and no samples of its own
        if fits and asked and names[0] in read and names[1] not in read:
            yield asked[0], "of no fold", names[1]
            return


def _folds(iterated: ast.expr, scope: Scope) -> bool:
    """Whether an expression yields the folds of scikit-learn."""
    folds = splits.folds_of(scope, iterated)
    return folds is not None and bool(FOLDS.search(written(folds[1].func)))


def _shuffled_pictures(scope: Scope) -> Found:
    """Predictions of pictures in another order each time, beside `generator.classes` in that of the folder."""
    for call in scope.calls(PREDICTS):
        given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in ("x", "generator"))]
        name = given[0].id if given and isinstance(given[0], ast.Name) else ""
        made = scope.once(name) if name else None
        if not (isinstance(made, ast.Call) and method(made) in FLOWS) or any(one.arg is None for one in made.keywords):
            continue
        shuffle = next((one.value for one in made.keywords if one.arg == "shuffle"), None)
        shuffles = shuffle is None or (isinstance(shuffle, ast.Constant) and shuffle.value is True)
        told = any(written(one) == f"{name}.shuffle" for one in scope.of(ast.Attribute))
        labels = [one for one in scope.of(ast.Attribute) if written(one) == f"{name}.classes"]
        if shuffles and labels and not told and any(_compared(label, scope) for label in labels):
            yield made, "shuffled pictures", name
            return


#: what sets predictions against labels, or makes targets of them
COMPARING = pattern(r"(report|matrix|score|curve|equal|mean|sum|argmax|to_categorical|one_hot)$")


def _compared(label: ast.AST, scope: Scope) -> bool:
    """Whether labels are handed to something that compares them, or compared, or kept under a name."""
    for node in scope.nodes:
        if isinstance(node, ast.Call) and any(one is label for one in node.args):
            return bool(COMPARING.search(written(node.func)))
        if isinstance(node, ast.keyword) and node.value is label:
            return node.arg in ("y_true", "labels")
        if isinstance(node, ast.Compare) and (node.left is label or any(one is label for one in node.comparators)):
            return True
        if isinstance(node, ast.Assign) and node.value is label:
            names = {one.id for one in node.targets if isinstance(one, ast.Name)}
            return any(
                (
                    isinstance(one, ast.Call)
                    and COMPARING.search(called(one))
                    and any(isinstance(given, ast.Name) and given.id in names for given in one.args)
                )
                or (isinstance(one, ast.Compare) and reads(one, names))
                for one in scope.nodes
            )
    return False


#: what takes the shape of one sample
SHAPED = frozenset({"Input", "InputLayer"})


def _samples_as_width(scope: Scope) -> Found:
    """`Input((x.shape[0],))` where the model is trained on x: the number of samples, not of features."""
    trained = {
        call.args[0].id: call for call in scope.calls(TRAINS) if call.args and isinstance(call.args[0], ast.Name)
    }
    for node in scope.of(ast.Call) if trained else ():
        name = called(node)
        given = [one.value for one in node.keywords if one.arg in ("input_shape", "input_dim", "shape")]
        given = [*given, *node.args[:1]] if name in SHAPED else given
        for value in given if name[:1].isupper() else ():
            first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
            array = _counted(first)
            fit = trained.get(array)
            if fit is None or (isinstance(value, ast.Tuple) and len(value.elts) > 2):
                continue
            between = [at for at in scope.bound.get(array, ()) if node.lineno <= line(at) <= fit.lineno]
            if not between and fit.lineno > node.lineno and not _may_be_square(scope, array):
                yield first, "samples as width", array
                return


#: what tables and arrays of samples are made and changed by
TABLES = pattern(
    r"^(read_\w+|load\w*|loadtxt|genfromtxt|fetch_\w+|make_\w+|train_test_split|drop\w*|to_numpy|astype|array|asarray"
    r"|fit_transform|transform|fillna|get_dummies|reset_index|copy|select_dtypes|StringIO|open|\w*(Scaler|Encoder))$"
)


def _may_be_square(scope: Scope, array: str) -> bool:
    """Whether an array is made of others in a way that may give as many columns as rows: `x @ x.T`."""
    made = [one.value for one in scope.bound.get(array, ()) if isinstance(one, (ast.Assign, ast.AugAssign))]
    if not re.search(r"train|^x$|^x_|_x$|data|feature|sample", array, re.IGNORECASE):
        return True
    parts = [part for one in made for part in nodes_of(one)]
    turned = any(isinstance(one, ast.Attribute) and one.attr == "T" for one in parts)
    return turned or any(
        isinstance(one, ast.MatMult) or (isinstance(one, ast.Call) and not TABLES.match(called(one))) for one in parts
    )


def _counted(value: ast.expr) -> str:
    """The array whose samples an expression counts: `x.shape[0]`, `len(x)`."""
    if isinstance(value, ast.Call) and written(value.func) == "len" and len(value.args) == 1:
        return value.args[0].id if isinstance(value.args[0], ast.Name) else ""
    if not (isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant) and value.slice.value == 0):
        return ""
    shape = value.value
    named = isinstance(shape, ast.Attribute) and shape.attr == "shape" and isinstance(shape.value, ast.Name)
    return shape.value.id if named and isinstance(shape, ast.Attribute) and isinstance(shape.value, ast.Name) else ""
