"""What a program makes of what calls give back: how many things it takes, and of which kind, told from its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec.structs import replace

from cnnlint.graph import HistoryAsked, Unpacked
from cnnlint.readers.python.by_text.fits import FIT
from cnnlint.readers.python.by_text.results.evaluations import METHODS as EVALUATING
from cnnlint.readers.python.by_text.results.scores import MODELS, WRAPPED
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import Place, origin_of, place_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, method
from cnnlint.readers.python.text.written import written

#: data sets of Keras: each comes as a pair of pairs
SETS = frozenset({"mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters", "boston_housing"})
#: how many tensors a recurrent layer gives with `return_state`
STATES = {"LSTM": 3, "GRU": 2, "SimpleRNN": 2}
#: arguments that Keras's `fit` alone takes
EPOCHS = frozenset({"epochs", "nb_epoch", "validation_split", "steps_per_epoch"})
FIGURES = frozenset({"loss", "acc", "accuracy", "val_loss", "val_acc", "val_accuracy"})
#: what a model has, and the history that its `fit` returns has not
OF_MODELS = frozenset(
    {"predict", "evaluate", "predict_classes", "save", "save_weights", "to_json", "summary", "compile"}
)


@once
def asked(parsed: Parsed) -> tuple[HistoryAsked, ...]:
    """Where the object that `fit` returns is taken for the dict that it holds, or for the model."""
    if ".fit" not in parsed.text or any(word in parsed.text for word in (*WRAPPED, "def fit")):
        return ()
    text, models = SourceText(parsed.text), _models(parsed)
    return tuple(
        HistoryAsked(
            origin=origin_of(text, at),
            name=name,
            item=isinstance(at, ast.Subscript),
            of_model=isinstance(at, ast.Attribute) and name in OF_MODELS,
        )
        for scope in scopes(parsed)
        for at, name in _asked(scope, models)
    )


def _models(parsed: Parsed) -> set[str]:
    """What the models of Keras are called in a file, which compiles them or makes them, if only in a function."""
    makers = MODELS | {"Model"}
    listing = parsed.listing
    made_by = [one for one in listing.of(ast.Call) if called(one) in makers or method(one) == "compile"]
    makers |= {node.name for node in listing.of(ast.FunctionDef) if any(listing.holds(node, one) for one in made_by)}
    made = {
        written(target)
        for node in parsed.listing.of(ast.Assign)
        if called(node.value) in makers
        for target in node.targets
    }
    calls = (one.func for one in parsed.listing.of(ast.Call))
    return made | {written(one.value) for one in calls if isinstance(one, ast.Attribute) and one.attr == "compile"}


def _asked(scope: Scope, models: set[str]) -> Iterator[tuple[ast.expr, str]]:
    if not any(_trains(call, models) for call in scope.calls(FIT)):
        return
    for item in scope.of(ast.Subscript):
        key = item.slice.value if isinstance(item.slice, ast.Constant) else None
        if isinstance(key, str) and isinstance(item.ctx, ast.Load) and _trained(scope, item.value, item, models):
            yield item, key
    told = set[int]()
    for node in scope.of(ast.Attribute):
        held = isinstance(node.value, ast.Attribute) and node.value.attr == "history"
        whose = node.value.value if held and isinstance(node.value, ast.Attribute) else node.value
        known = FIGURES if held else FIGURES | OF_MODELS
        asked = node.attr in known and isinstance(node.ctx, ast.Load)
        trained = _trained(scope, whose, node, models) if asked else None
        if trained is not None and id(trained) not in told:
            yield node, node.attr
            if node.attr in OF_MODELS:
                told.add(id(trained))  # where it is taken for the model, nothing behind the first use is reached


def _trained(scope: Scope, value: ast.expr, at: ast.AST, models: set[str]) -> ast.expr | None:
    """The `fit` that a name stands for what it returned; None where it stands for anything else."""
    bound = scope.bound_to(value, at)[0] if isinstance(value, ast.Name) else None
    return bound if bound is not None and _trains(bound, models) else None


def _trains(value: ast.expr, models: set[str]) -> bool:
    """Whether a call is the `fit` of a model of Keras, which other classes have, too."""
    called_of = value.func if isinstance(value, ast.Call) and method(value) in FIT else None
    known = isinstance(called_of, ast.Attribute) and written(called_of.value) in models
    return known and any(one.arg in EPOCHS for one in getattr(value, "keywords", ()))


@once
def unpacked(parsed: Parsed) -> tuple[tuple[Place, Unpacked], ...]:
    """What is taken apart into other than there are things in it, each with the place of the call; of an `evaluate`,
    which gives as many numbers as were compiled, every one."""
    text = SourceText(parsed.text)
    found: list[tuple[Place, Unpacked]] = []
    sets = _of_others(parsed) if _has_sets(parsed) else None
    splits = "sklearn" in parsed.text and "def train_test_split" not in parsed.text
    layers = _has_layers(parsed)
    for scope in scopes(parsed) if parsed.ast is not None else ():
        for node in scope.of(ast.Assign):
            for target, call, what, holds in _taken(scope, node, sets, splits, layers):
                count = len(target.elts)
                if holds != count and not any(isinstance(one, ast.Starred) for one in target.elts):
                    event = Unpacked(origin=origin_of(text, target), what=what, holds=holds, names=count)
                    found.append((place_of(text, call), event))
    return tuple(found)


def _taken(
    scope: Scope, node: ast.Assign, sets: frozenset[str] | None, splits: bool, layers: bool
) -> Iterator[tuple[ast.Tuple, ast.Call, str, int]]:
    """The names that a call's result is taken apart into, what that is, and how many it holds; 0 for unknown.

    `sets` are the names of other libraries, where `mnist.load_data` may be Keras's; `splits` and `layers` say whether
    `train_test_split` is scikit-learn's, and what is called `layers` Keras's.
    """
    target, call = node.targets[0], node.value
    if not isinstance(target, ast.Tuple) or not isinstance(call, ast.Call) or len(node.targets) != 1:
        return
    if method(call) in EVALUATING:
        yield target, call, "evaluate", 0
    elif sets is not None and method(call) == "load_data" and _is_set(call, sets):
        yield target, call, "the pair of pairs that load_data returns", 2
        for one in target.elts if len(target.elts) == 2 else ():
            if isinstance(one, ast.Tuple):
                yield one, call, "a pair of features and labels", 2
    elif splits and called(call) == "train_test_split" and isinstance(call.func, ast.Name):
        plain = not any(isinstance(one, ast.Starred) for one in call.args)
        if call.args and plain and all(one.arg for one in call.keywords):
            yield target, call, f"train_test_split of {len(call.args)}", 2 * len(call.args)
    else:
        layer = scope.bound_to(call.func, call)[0]
        kind, states = called(layer), _state(layer)
        if kind in STATES and (states or (states is False and layers and _is_layer(layer))):
            what = "with its state" if states else "without return_state=True"
            yield target, call, f"what {kind} returns {what}", STATES[kind] if states else 1


def _has_sets(parsed: Parsed) -> bool:
    """Whether a file names `keras.datasets`: other modules are called mnist, too."""
    imported = (
        alias.name
        for node in parsed.listing.of(ast.ImportFrom)
        if (node.module or "").endswith("keras")
        for alias in node.names
    )
    return "keras.datasets" in parsed.text or "datasets" in imported


def _of_others(parsed: Parsed) -> frozenset[str]:
    """The names that a file imports from elsewhere than Keras."""
    froms = ((node.module or "", one) for node in parsed.listing.of(ast.ImportFrom) for one in node.names)
    named = [(f"{module}.{one.name}", one.asname or one.name) for module, one in froms]
    plain = (one for node in parsed.listing.of(ast.Import) for one in node.names)
    named += [(one.name, one.asname or one.name.partition(".")[0]) for one in plain]
    return frozenset(name for origin, name in named if "keras" not in origin)


def _has_layers(parsed: Parsed) -> bool:
    """Whether `layers` is nothing else than Keras's in a file that imports it by that name."""
    froms = [(node.module or "", one.name) for node in parsed.listing.of(ast.ImportFrom) for one in node.names]
    plain = any(one.name == "layers" for node in parsed.listing.of(ast.Import) for one in node.names)
    return not plain and all(module.endswith("keras") for module, name in froms if name == "layers")


def _is_set(call: ast.Call, others: frozenset[str]) -> bool:
    """Whether `load_data` is that of a data set of Keras: `datasets.mnist.load_data`, `mnist.load_data`; `others` are
    names that other libraries have here."""
    assert isinstance(call.func, ast.Attribute)
    name = written(call.func.value)
    return name.rpartition(".")[2] in SETS and ("keras" in name or name.partition(".")[0] not in others)


def _is_layer(layer: ast.expr) -> bool:
    """Whether a layer is called `layers.LSTM`: other libraries have an LSTM, too, and it returns its state."""
    made = layer.func if isinstance(layer, ast.Call) else None
    return isinstance(made, ast.Attribute) and written(made.value).rpartition(".")[2] == "layers"


def _state(layer: ast.expr) -> bool | None:
    """Whether a recurrent layer is asked for its state; None where that is not known."""
    keywords = getattr(layer, "keywords", ())
    given = next((one.value for one in keywords if one.arg == "return_state"), None)
    if given is None:  # what else is to be returned, or is misspelt, is told by other rules
        others = {one.arg for one in keywords if one.arg is None or one.arg.startswith("return_")}
        return None if others - {"return_sequences"} else False
    return bool(given.value) if isinstance(given, ast.Constant) else None


def misfits(parsed: Parsed, numbers: dict[Place, int]) -> Iterator[Unpacked]:
    """What cannot be taken apart as it is; `numbers` says how many each `evaluate` gives, by the place of its call."""
    for place, event in unpacked(parsed):
        holds = event.holds or numbers.get(place, event.names)
        if holds != event.names:
            yield replace(event, holds=holds)
