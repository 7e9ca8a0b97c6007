"""Whether a parsed module may define, compile or train a model.

The gate decides what is worth a second, slower parse. It errs on the side of reading: an import of a library is enough,
and so is a conventional name in a snippet that imports nothing. A mention in a comment or a string is not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

#: First components of modules whose users define models.
LIBRARIES = frozenset(
    {
        *("keras", "tensorflow", "tf_keras", "tensorflow_addons", "tensorflow_probability", "tflearn", "tf_slim"),
        *("tensorlayer", "keras_applications", "keras_contrib", "keras_core", "keras_cv", "keras_hub", "keras_nlp"),
        *("keras_preprocessing", "efficientnet", "segmentation_models", "classification_models", "sonnet"),
        *("kerastuner", "keras_tuner", "autokeras", "tensorflow_hub"),
    }
)
#: Libraries with layers of the same names: what is imported from them is not Keras's.
OTHER_LIBRARIES = frozenset(
    {
        *("torch", "torchvision", "fastai", "paddle", "mxnet", "gluon", "chainer", "cntk", "theano", "lasagne", "flax"),
        *("haiku", "jax", "equinox", "mindspore", "oneflow", "jittor", "tinygrad", "sklearn", "scipy", "statsmodels"),
    }
)
#: What snippets call the modules: an attribute of one of these is evidence.
MODULES = frozenset({"tf", "keras", "tensorflow", "slim", "tflearn", "layers", "tfl", "tfk", "tfkl", "KL"})
#: Classes that snippets call without importing them.
CLASSES = frozenset(
    {
        *("Sequential", "Model", "Input", "InputLayer", "Dense", "Flatten", "Dropout", "Activation", "Embedding"),
        *(f"Conv{rank}D" for rank in (1, 2, 3)),
        *(f"Convolution{rank}D" for rank in (1, 2, 3)),
        *(f"{kind}Pooling{rank}D" for kind in ("Max", "Average", "GlobalMax", "GlobalAverage") for rank in (1, 2, 3)),
        *("Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D", "BatchNormalization", "LSTM", "GRU", "SimpleRNN"),
        *("TimeDistributed", "Bidirectional", "ReLU", "LeakyReLU", "Softmax", "ImageDataGenerator"),
    }
)
_COMPILE_KEYWORDS = frozenset({"loss", "optimizer", "metrics"})
_FIT_KEYWORDS = frozenset(
    {"epochs", "nb_epoch", "batch_size", "steps_per_epoch", "validation_data", "validation_split"}
)


#: what stands in every text that `defines_model` is true of: parts of the names above, each looked for by itself
_NAMES = (
    "keras",
    "tensorflow",
    "tflearn",
    "tf_slim",
    "tensorlayer",
    "efficientnet",
    "segmentation_models",
    "classification_models",
    "kerastuner",
    "sonnet",
    "Sequential",
    "Model",
    "Input",
    "Dense",
    "Flatten",
    "Dropout",
    "Activation",
    "Embedding",
    "Conv",
    "Pooling",
    "BatchNormalization",
    "LSTM",
    "GRU",
    "SimpleRNN",
    "TimeDistributed",
    "Bidirectional",
    "ReLU",
    "Softmax",
    "ImageDataGenerator",
    "fit",
    "compile",
    "train_on_batch",
    "feed_dict",
)
_MODULE = re.compile(rf"\b(?:{'|'.join(sorted(MODULES))})\b")


def may_define_model(text: str) -> bool:
    """Whether a text holds a name without which `defines_model` is false of it: what a scan costs."""
    return any(name in text for name in _NAMES) or _MODULE.search(text) is not None


def defines_model(tree: ast.Module) -> bool:
    """Whether the module may define, compile or train a model in a way that a reader would recognise.

    Takes microseconds on a file that imports its library at the top, one walk over the tree otherwise.
    """
    foreign: set[str] = set()
    for statement in tree.body:  # most files say it in their first lines
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and _imports_library(statement, foreign):
            return True
    return any(_is_evidence(node, foreign) for node in _walk(tree))


def _walk(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes, outer ones first; iterative, because trees are deeper than Python's stack."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        for value in node.__dict__.values():
            if isinstance(value, ast.AST):
                stack.append(value)
            elif isinstance(value, list):
                stack.extend(item for item in value if isinstance(item, ast.AST))


def _imports_library(statement: ast.Import | ast.ImportFrom, foreign: set[str]) -> bool:
    """Whether a library is imported; names that are bound to another one go into `foreign`."""
    if isinstance(statement, ast.ImportFrom):
        root = (statement.module or "").partition(".")[0]
        if statement.level == 0 and root in LIBRARIES:
            return True
        if statement.level == 0 and root in OTHER_LIBRARIES:
            foreign.update(alias.asname or alias.name for alias in statement.names)
        return False
    for alias in statement.names:
        root = alias.name.partition(".")[0]
        if root in LIBRARIES:
            return True
        if root in OTHER_LIBRARIES:
            foreign.add(alias.asname or root)
    return False


def _is_evidence(node: ast.AST, foreign: set[str]) -> bool:
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in CLASSES and function.id not in foreign
        if isinstance(function, ast.Attribute):
            return _is_training(function.attr, node.keywords)
    elif isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id in MODULES and node.value.id not in foreign
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        return _imports_library(node, foreign)
    elif isinstance(node, ast.ClassDef):
        return any(isinstance(base, ast.Name) and base.id == "Model" and "Model" not in foreign for base in node.bases)
    return False


def _is_training(method: str, keywords: list[ast.keyword]) -> bool:
    """Whether a method call looks like `compile(loss=…)` or `fit(x, y, epochs=…)` of a model made elsewhere."""
    if method == "compile":
        return any(keyword.arg in _COMPILE_KEYWORDS for keyword in keywords)
    given = {keyword.arg for keyword in keywords}
    trains = method == "fit" and (not given.isdisjoint(_FIT_KEYWORDS) or given == {"verbose"})
    runs = method == "run" and "feed_dict" in given  # a session's
    return trains or runs or method in ("fit_generator", "train_on_batch")
