"""Preprocessing that has to see the data before it is used: layers that are adapted, generators that are fitted."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from cnnlint.graph import Model, Node, Unfitted
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called

#: layers that learn what they do from data, and the arguments that tell them instead
ADAPTED = {
    "Normalization": ("mean", "variance", "invert"),
    "TextVectorization": ("vocabulary",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
    "Discretization": ("bin_boundaries", "bins"),
}
#: classes of scikit-learn whose objects refuse to transform before they were fitted
LEARNING = frozenset(
    {
        *("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "QuantileTransformer", "PowerTransformer"),
        *("LabelEncoder", "OneHotEncoder", "OrdinalEncoder", "LabelBinarizer", "MultiLabelBinarizer"),
        *("PCA", "TruncatedSVD", "SimpleImputer", "KBinsDiscretizer", "PolynomialFeatures"),
    }
)
#: methods that fitting comes before
USING = frozenset({"transform", "inverse_transform"})
#: words of a file that adapts a layer, or gives it what it would have learnt
ADAPTING = (".adapt", "set_vocabulary", "load_weights", "set_weights", "load_model", "from_config", "restore", "pickle")
#: what hands a value on that stands in it
HANDING: tuple[type[ast.AST], ...] = (*(ast.Call, ast.Return, ast.keyword, ast.List, ast.Tuple, ast.Dict, ast.Assign),)
#: what numbers words by the texts that it was fitted on, and its methods that do
TOKENIZER, NUMBERING = "Tokenizer", frozenset({"texts_to_sequences", "texts_to_matrix", "word_index", "index_word"})
#: the generator that standardises if it is told to
PICTURES = "ImageDataGenerator"
#: settings of an ImageDataGenerator that are worked out by its `fit`
FEATUREWISE = frozenset({"featurewise_center", "featurewise_std_normalization", "zca_whitening"})


def layers(models: list[Model], files: Iterable[Parsed]) -> Iterator[Unfitted]:
    """The layers of trained models that a file, and those that it imports, adapt to nothing."""
    if any(map(_adapts, files)):
        return
    told: set[int] = set()
    for model in models:
        if not model.training.fits() or model.training.handed:
            continue
        for node in model:
            if node.kind in ADAPTED and not _given(node) and node.layer_id not in told:
                told.add(node.layer_id)
                yield Unfitted(origin=node.origin, model=model, what=node.kind)


@once
def _adapts(parsed: Parsed) -> bool:
    """Whether a file may show data to a layer, or give it what it would have learnt."""
    return any(word in parsed.source.code for word in ADAPTING)


def _given(node: Node) -> bool:
    """Whether a layer is told what it would learn."""
    names = ADAPTED[node.kind]
    return any(node.given(name) and not (node.known(name) and node.value(name) is None) for name in names)


def generators(parsed: Parsed) -> Iterator[Unfitted]:
    """The generators and scalers of a file that work by statistics which they were never shown."""
    relevant = ("featurewise", "zca_whitening", "sklearn", TOKENIZER)
    if parsed.ast is None or not any(word in parsed.text for word in relevant):
        return
    text = SourceText(parsed.text)
    used: dict[str, set[str]] = {}
    bound: dict[str, int] = {}
    for attribute in parsed.listing.of(ast.Attribute):
        if isinstance(attribute.value, ast.Name):
            used.setdefault(attribute.value.id, set()).add(
                attribute.attr if isinstance(attribute.ctx, ast.Load) else f"{attribute.attr} ="
            )
    for named_here in parsed.listing.of(ast.Name):
        if isinstance(named_here.ctx, ast.Store):
            bound[named_here.id] = bound.get(named_here.id, 0) + 1
    passed = {
        argument.id
        for node in parsed.listing.of(*HANDING)
        for argument in ast.iter_child_nodes(node)
        if isinstance(argument, ast.Name) and isinstance(argument.ctx, ast.Load)
    }
    kinds = {alias.name for alias in _imported(parsed)} | {PICTURES}
    for node in parsed.listing.of(ast.Assign):
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, ast.Name):
            continue
        call, name = node.value, target.id
        kind, methods = called(call), used.get(name, set())
        if not isinstance(call, ast.Call) or kind not in kinds or not methods or name in passed:
            continue
        if kind != PICTURES:
            if methods <= (NUMBERING if kind == TOKENIZER else USING) and bound[name] == 1:
                yield Unfitted(origin=origin_of(text, call), what=kind)
            continue
        on = [k for k in call.keywords if k.arg in FEATUREWISE and isinstance(k.value, ast.Constant) and k.value.value]
        if on and not methods & {"fit", "mean =", "std ="}:
            yield Unfitted(origin=origin_of(text, on[0]), what=kind)


def vectorizers(parsed: Parsed) -> Iterator[Unfitted]:
    """The layers that number words, apart from any model, of files that adapt nothing."""
    code = parsed.source.code
    if parsed.ast is None or "TextVectorization(" not in code or any(word in code for word in ADAPTING):
        return
    text = SourceText(parsed.text)
    calls = {one.func.id for one in parsed.listing.of(ast.Call) if isinstance(one.func, ast.Name)}
    for node in parsed.listing.of(ast.Assign):
        call, target = node.value, node.targets[0]
        if not (isinstance(call, ast.Call) and called(call) == "TextVectorization" and isinstance(target, ast.Name)):
            continue
        told = any(one.arg in (None, "vocabulary") for one in call.keywords) or len(call.args) > 1
        if target.id in calls and not told:
            yield Unfitted(origin=origin_of(text, call), what="TextVectorization")


def _imported(parsed: Parsed) -> Iterator[ast.alias]:
    """The classes that learn from data, as they are imported."""
    for node in parsed.listing.of(ast.ImportFrom):
        texts = (node.module or "").endswith("preprocessing.text")
        others = frozenset({TOKENIZER if texts else PICTURES})
        learning = LEARNING if (node.module or "").startswith("sklearn.") else others
        yield from (alias for alias in node.names if alias.name in learning)
