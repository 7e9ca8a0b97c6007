"""Something of another kind than what it is given to takes, by the text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

from cnnlint.graph import CallRefused, WrongKind
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import MADE, STREAMING, path_of
from cnnlint.readers.python.by_text.fits import FIT, data_of, own_losses, taken_by
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import SCOPES, called, defined_once, method, owner, reads, receiver
from cnnlint.readers.python.text.written import written

#: methods of Keras's Tokenizer, each of which goes through a list of texts
OF_TEXTS = frozenset({"texts_to_sequences", "texts_to_matrix", "fit_on_texts"})
#: the wrappers of Keras for scikit-learn, each of which builds a model for every training; scikeras takes one as well
#: (scikeras/wrappers.py: _check_model_param, "pre-built Keras Model")
WRAPPERS = frozenset({"KerasClassifier", "KerasRegressor"})
#: what returns one text
TEXTS = frozenset({"input", "str", "raw_input"})
#: what overlaps and likenesses are called, which are the same of a and b as of b and a
EVEN = pattern(r"(?<![a-z])(dice|iou)|jaccard|inters|overlap|cosine|correl", re.IGNORECASE)
#: what the parameters of a loss are called
PREDICTED, TRUE = (
    pattern(r"pred|output|logit|y_?hat", re.IGNORECASE),
    pattern(r"true|label|target", re.IGNORECASE),
)


@once
def events(parsed: Parsed) -> tuple[WrongKind | CallRefused, ...]:
    """Every such place of a file."""
    text = SourceText(parsed.text)
    refused = (
        [
            CallRefused(origin=origin_of(text, at), problem=problem, advice=advice)
            for at, problem, advice in (*_unnumbered(parsed), *_uncounted(parsed), *_scheduled(parsed))
        ]
        if parsed.ast is not None
        else []
    )
    return (*refused, *_kinds(parsed))


def _unnumbered(parsed: Parsed) -> Iterator[tuple[ast.expr, str, str]]:
    """`pad_sequences(texts)` of what the tokenizer was fitted on: words, where their numbers belong."""
    if "pad_sequences" not in parsed.text or "fit_on_texts" not in parsed.text:
        return
    for scope in scopes(parsed):
        fits = scope.calls(frozenset({"fit_on_texts"}))
        learnt = {at.id: one for one in fits for at in one.args if isinstance(at, ast.Name) and len(one.args) == 1}
        for call in scope.of(ast.Call):
            given = call.args[0] if called(call) == "pad_sequences" and call.args else None
            if not isinstance(given, ast.Name) or given.id not in learnt or _is_told_a_type(call):
                continue
            made = scope.standing(given.id, learnt[given.id])
            if made is not None and made is scope.standing(given.id, call) and not _is_filled(scope, given.id):
                problem = f"pad_sequences takes numbers, and {given.id} are the texts that the tokenizer was fitted on"
                yield given, problem, f"tokenizer.texts_to_sequences({given.id})"
                return


def _scheduled(parsed: Parsed) -> Iterator[tuple[ast.expr, str, str]]:
    """`LearningRateScheduler(lambda epoch: 1)`: every Keras asks for a real number (src/callbacks/)."""
    if "LearningRateScheduler" not in parsed.text:
        return
    known = defined_once(parsed)
    for call in parsed.listing.of(ast.Call):
        if called(call) != "LearningRateScheduler" or not call.args:
            continue
        function = call.args[0]
        answers = [function.body] if isinstance(function, ast.Lambda) else []
        if isinstance(function, ast.Name) and function.id in known and not known[function.id].decorator_list:
            inner = ast.walk(known[function.id])
            answers = [one.value for one in inner if isinstance(one, ast.Return) and one.value is not None]
        for one in answers:
            if isinstance(one, ast.Constant) and type(one.value) in (int, str):
                problem = f"a schedule answers with a real number, and this one with {one.value!r}"
                yield one, problem, f"{one.value}.0" if isinstance(one.value, int) else "write the number"


def _is_told_a_type(call: ast.Call) -> bool:
    """Whether `pad_sequences` may be asked for something else than whole numbers."""
    return len(call.args) > 2 or any(one.arg in ("dtype", None) for one in call.keywords)


def _is_filled(scope: Scope, name: str) -> bool:
    """Whether a list is changed in its place somewhere."""
    return any(owner(one) == name and method(one) in CHANGES for one in scope.of(ast.Call))


def _uncounted(parsed: Parsed) -> Iterator[tuple[ast.expr, str, str]]:
    """A `Sequence` of Keras with `__getitem__` and without `__len__`, which is given to `fit`."""
    if "__getitem__" not in parsed.text or "keras" not in parsed.text:
        return
    froms = {
        one.asname or one.name: node.module or ""
        for node in parsed.listing.of(ast.ImportFrom)
        for one in node.names
        if one.name in SEQUENCES
    }
    classes = parsed.listing.of(ast.ClassDef)
    fed = {
        called(scope.bound_to(data, call)[0])
        for scope in scopes(parsed)
        for call in scope.calls(FIT)
        if (data := data_of(call)) is not None
        and not any(one.arg in ("steps_per_epoch", None) for one in call.keywords)
    }
    for node in classes:
        base = written(node.bases[0]) if len(node.bases) == 1 else ""
        kept = base.endswith(tuple(f"utils.{one}" for one in SEQUENCES)) or "keras" in froms.get(base, "")
        own = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        plain = len(own) == sum(isinstance(one, ast.FunctionDef) for one in node.body) and not node.decorator_list
        odd = any(isinstance(one, ast.Assign) for one in node.body) or f"{node.name}." in parsed.text
        counted = own & {"__len__", "num_batches", "__getattr__"}
        if kept and plain and not odd and "__getitem__" in own and not counted and node.name in fed:
            problem = f"{node.name} does not tell how many batches it has: Keras asks for its length"
            yield node.bases[0], problem, "def __len__(self): return math.ceil(len(self.x) / self.batch_size)"
            return


#: what Keras calls a source of batches
SEQUENCES = ("Sequence", "PyDataset")
#: methods that change a list in its place
CHANGES = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "__setitem__"})


def _kinds(parsed: Parsed) -> tuple[WrongKind, ...]:
    """What is of another kind than what it is given to takes."""
    source = parsed.source.text
    if parsed.ast is None or not any(name in source for name in (*OF_TEXTS, *WRAPPERS, ".compile(", ".map(")):
        return ()
    text, found = SourceText(parsed.text), list[WrongKind]()
    wrapped = "scikeras" not in source and any(name in source for name in WRAPPERS)
    own = {node.name for node in parsed.listing.of(ast.FunctionDef) if _builds(node)} if wrapped else set()
    of_words = "char_level" not in source
    for scope in scopes(parsed):
        for at in _one_text(scope) if of_words else ():
            found.append(WrongKind(origin=origin_of(text, at), why="text"))
        for at in _model(scope, own) if own else ():
            found.append(WrongKind(origin=origin_of(text, at), why="model"))
        for at in _weights(scope) if _has_weights(parsed) else ():
            found.append(WrongKind(origin=origin_of(text, at), why="weights"))
    for at, why in _streams(parsed) if "data" in source else ():
        found.append(WrongKind(origin=origin_of(text, at), why=why))
    if any(name in source for name in WRAPPERS):
        found += [WrongKind(origin=origin_of(text, one), why="grid") for one in _grids(parsed)]
    for one, named in _parameters(parsed):
        found.append(WrongKind(origin=origin_of(text, one), why="parameters", named=named))
    found += [WrongKind(origin=origin_of(text, one), why="call") for one in _overridden(parsed)]
    return tuple(found)


def _overridden(parsed: Parsed) -> Iterator[ast.arg]:
    """`def __call__(self, x)` of a model that `fit` trains, which calls it with `training=True`."""
    if "def __call__" not in parsed.text:
        return
    made = {
        called(one.value): target.id
        for one in parsed.listing.of(ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    fitted = {receiver(one) for one in parsed.listing.of(ast.Call) if method(one) in FIT}
    for node in parsed.listing.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        own = methods.get("__call__")
        models = [written(base).rpartition(".")[2] for base in node.bases] == ["Model"]
        if not models or own is None or "call" in methods or made.get(node.name) not in fitted:
            continue
        plain = len(own.args.args) == 2 and own.args.kwarg is None and not own.args.kwonlyargs
        if plain and not own.decorator_list and "train_step" not in methods:
            yield own.args.args[0]


#: what scikit-learn computes an array of the weights of classes by
WEIGHTS = "compute_class_weight"
#: what makes a stream
STREAMS = pattern(MADE)
#: methods of a stream that make another one
UNFOLDING = STREAMING | {"unbatch"}
READING = frozenset({"read_file", "parse_single_example"})


def _streams(parsed: Parsed) -> Iterator[tuple[ast.expr, Literal["share", "windows", "files"]]]:
    """`fit(data, validation_split=0.2)`, `data.window(5).map(lambda w: w[-1])`, `paths.batch(8).map(read)`."""
    functions = defined_once(parsed)
    for scope in scopes(parsed):
        for call in scope.calls(FIT):
            share = next((one.value for one in call.keywords if one.arg == "validation_split"), None)
            given = data_of(call)
            path = (
                path_of(scope, given) if given is not None and isinstance(share, ast.Constant) and share.value else []
            )
            refused = "assertRaises" in parsed.text or "pytest.raises" in parsed.text
            begins = isinstance(path[0], ast.Call) and STREAMS.search(written(path[0].func)) if path else None
            streams = all(method(one) in UNFOLDING for one in path[1:])
            # what is compiled is Keras's own; other libraries cut streams themselves
            keras = any(receiver(one) == receiver(call) for one in scope.calls(frozenset({"compile"})))
            if begins and streams and keras and share is not None and not refused:
                yield share, "share"
        for call in scope.calls(frozenset({"map"})):
            handed = call.args[0] if call.args else None
            mapped = functions.get(handed.id) if isinstance(handed, ast.Name) else handed
            if not isinstance(mapped, (ast.FunctionDef, ast.Lambda)) or not mapped.args.args:
                continue
            before = [method(one) for one in path_of(scope, call)[:-1]]
            first, body = mapped.args.args[0].arg, nodes_of(mapped)
            if before[-1:] == ["window"] and any(_item_of(one, first) for one in body):
                yield call, "windows"
            reads = [one for one in body if called(one) in READING and isinstance(one, ast.Call) and one.args]
            rebound = any(
                isinstance(one, ast.Name) and one.id == first and isinstance(one.ctx, ast.Store) for one in body
            )
            each = any(called(one) in ("map_fn", "vectorized_map", "while_loop") for one in body) or any(
                isinstance(one, (ast.Lambda, ast.FunctionDef)) and one is not mapped for one in body
            )
            whole = not rebound and not each
            if whole and before and before[-1] == "batch" and any(written(one.args[0]) == first for one in reads):
                yield call, "files"


def _item_of(node: ast.AST, name: str) -> bool:
    """Whether rows are taken of a name: `window[-1]`, `window[:-1]`. Of several streams it is a dict or tuple."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name):
        return False
    return isinstance(node.slice, (ast.Slice, ast.UnaryOp))


def _parameters(parsed: Parsed) -> Iterator[tuple[ast.arg, bool]]:
    """`def loss(y_pred, y_true)` of what `compile` is given: the labels come first. Whether names alone tell which is
    which, or a logarithm is of what comes first, times what comes second."""
    for node in own_losses(parsed):
        if exchanges(node):
            first, second = (one.arg for one in taken_by(node)[:2])
            products = [one for one in nodes_of(node) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)]
            pairs = [pair for one in products for pair in ((one.left, one.right), (one.right, one.left))]
            sure = any(called(one) == "log" and reads(one, {first}) and reads(to, {second}) for one, to in pairs)
            yield taken_by(node)[0], not sure


def exchanges(function: ast.FunctionDef) -> bool:
    """Whether a loss calls the labels, which it is given first, its predictions, and makes a difference of it."""
    names = [one.arg for one in taken_by(function)]
    exchanged = len(names) == 2 and PREDICTED.search(names[0]) and TRUE.search(names[1])
    return bool(exchanged) and not _even(function, names)


def _even(function: ast.FunctionDef, names: list[str]) -> bool:
    """Whether a loss may be the same with its two operands exchanged: a distance, an overlap, or what another function
    makes."""
    if EVEN.search(written(function)):
        return True
    within = [node for statement in function.body for node in nodes_of(statement)]
    apart = [node for node in within if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)]
    paired = {
        id(side)
        for node in apart
        if sorted([written(node.left), written(node.right)]) == sorted(names)
        for side in (node.left, node.right)
    }
    handed = any(
        isinstance(node, ast.Call) and {one.id for one in node.args if isinstance(one, ast.Name)} >= set(names)
        for node in within
    )
    alone = [one for one in within if isinstance(one, ast.Name) and one.id in names and id(one) not in paired]
    return handed or not alone


def _builds(node: ast.FunctionDef) -> bool:
    """Whether a function compiles a model itself, and defines no function that it may return."""
    within = [one for statement in node.body for one in nodes_of(statement)]
    return any(method(one) == "compile" for one in within) and not any(isinstance(one, SCOPES) for one in within)


def _one_text(scope: Scope) -> Iterator[ast.expr]:
    """`tokenizer.texts_to_sequences("one text")` of words."""
    for call in scope.calls(OF_TEXTS):
        given = call.args[0] if call.args else None
        value = scope.resolved(given) if given is not None else None
        constant = isinstance(value, ast.Constant) and isinstance(value.value, str)
        made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in TEXTS
        if given is not None and (constant or made or isinstance(value, ast.JoinedStr)):
            yield given


def _has_weights(parsed: Parsed) -> bool:
    """Whether `compute_class_weight` is scikit-learn's: others return the dict."""
    froms = [node for node in parsed.listing.of(ast.ImportFrom) if any(one.name == WEIGHTS for one in node.names)]
    own = any(node.name == WEIGHTS for node in parsed.listing.of(ast.FunctionDef))
    return "sklearn" in parsed.text and not own and all((node.module or "").startswith("sklearn") for node in froms)


def _weights(scope: Scope) -> Iterator[ast.expr]:
    """`fit(class_weight=weights)` of what `compute_class_weight` returns, which is an array."""
    for call in scope.calls(FIT):
        for one in call.keywords:
            if one.arg == "class_weight" and called(scope.bound_to(one.value, call)[0]) == WEIGHTS:
                yield one.value


def _model(scope: Scope, own: set[str]) -> Iterator[ast.expr]:
    """`KerasClassifier(build_fn=create_model())`, of a function of the file that takes nothing and builds a model."""
    for node in scope.of(ast.Call):
        if called(node) not in WRAPPERS:
            continue
        for one in node.keywords:
            if one.arg == "build_fn" and isinstance(one.value, ast.Call) and called(one.value) in own:
                yield one.value


#: what searches over settings (scikit-learn), and where it is told them
SEARCHES = {
    "GridSearchCV": "param_grid",
    "RandomizedSearchCV": "param_distributions",
    "HalvingGridSearchCV": "param_grid",
}


def _grids(parsed: Parsed) -> Iterator[ast.expr]:
    """`GridSearchCV(KerasClassifier(model=build), {"model__neurons": …})` of a `build` that takes no `neurons`."""
    functions = defined_once(parsed)
    for scope in scopes(parsed):
        for call in scope.of(ast.Call):
            if called(call) not in SEARCHES:
                continue
            given = {one.arg: one.value for one in call.keywords}
            made = call.args[0] if call.args else given.get("estimator")
            told = call.args[1] if len(call.args) > 1 else given.get(SEARCHES[called(call)])
            wrapper = scope.bound_to(made, call)[0] if made is not None else None
            grid = scope.bound_to(told, call)[0] if told is not None else None
            if (
                not isinstance(grid, ast.Dict)
                or called(wrapper or call) not in WRAPPERS
                or not isinstance(wrapper, ast.Call)
            ):
                continue
            words = {one.arg: one.value for one in wrapper.keywords}
            build = words.get("model", words.get("build_fn", wrapper.args[0] if wrapper.args else None))
            function = functions.get(build.id) if isinstance(build, ast.Name) else None
            if function is None or function.args.kwarg is not None or None in words:
                continue
            names = [one for one in grid.keys if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            taken = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
            for key in names:
                word = str(key.value)
                if word.startswith("model__") and word.removeprefix("model__") not in taken:
                    yield key
