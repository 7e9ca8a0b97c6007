"""What is known of a name of an outside library alone, before anything is called.

Whether it is outside at all, what a constant is worth, what people mean by a name that they never import, what is an
instance of a class.
"""

from __future__ import annotations

import math
import re
import string

from cnnlint.graph import Node, kinds
from cnnlint.graph.vocabulary import function_variants, layer_spec
from cnnlint.readers.python.libraries.spelling import canonical
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    Abstract,
    DictValue,
    InstanceValue,
    LayerValue,
    ListValue,
    ModelValue,
    Scope,
    SetValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
)

#: packages that no file of the linted tree is taken for
PACKAGES = frozenset(
    {
        "tensorflow",
        "keras",
        "tf",
        "numpy",
        "np",
        "sklearn",
        "pandas",
        "slim",
        "tf_slim",
        "tf_keras",
        "keras_core",
        "tflearn",
        "einops",
        "functools",
        "math",
        "os",
        "sys",
        "argparse",
        "itertools",
        "collections",
        "random",
        "scipy",
        "matplotlib",
        "cv2",
        "PIL",
        "h5py",
        "json",
        "re",
        "time",
        "datetime",
        "pickle",
        "glob",
        "logging",
        "typing",
        "copy",
        "operator",
        "tensorflow_datasets",
        "tensorflow_hub",
        "keras_contrib",
        "keras_cv",
        "keras_tuner",
        "scikeras",
        "skimage",
        "string",
        "pathlib",
        "torch",
        "six",
        "imageio",
        "mlxtend",
        "imblearn",
        "seaborn",
        "click",
        "__future__",
        "absl",
        "tqdm",
        "tensorflow_addons",
        "gym",
        "gensim",
        "nltk",
        "tensorflow_probability",
        "tensorflow_privacy",
        "wandb",
        "requests",
        "urllib",
        "shutil",
        "csv",
        "zipfile",
        "tarfile",
        "warnings",
        "dataclasses",
        "abc",
        "tempfile",
        "enum",
        "ast",
        "contextlib",
        "types",
        "numbers",
        "inspect",
        "textwrap",
        "traceback",
    }
)
#: what some names are worth
CONSTANTS: dict[str, Value] = {
    "math.e": math.e,
    "math.inf": math.inf,
    "math.nan": math.nan,
    "math.pi": math.pi,
    "math.tau": math.tau,
    "numpy.e": math.e,
    "numpy.inf": math.inf,
    "numpy.nan": math.nan,
    "numpy.newaxis": None,
    "numpy.pi": math.pi,
    "os.sep": "/",
    **{f"string.{name}": value for name, value in vars(string).items() if isinstance(value, str) and name[0] != "_"},
    "tf.estimator.ModeKeys.EVAL": "eval",
    "tf.estimator.ModeKeys.PREDICT": "infer",
    "tf.estimator.ModeKeys.TRAIN": "train",
    "tf.newaxis": None,
}
#: names that snippets use without importing them, and what everybody means by them
CONVENTIONS = {
    "tf": "tf",
    "tensorflow": "tf",
    "keras": "keras",
    "K": "keras.backend",
    "np": "numpy",
    "numpy": "numpy",
    "pd": "pandas",
    "pandas": "pandas",
    "slim": "slim",
    "layers": "keras.layers",
    "models": "keras.models",
    "optimizers": "keras.optimizers",
    "losses": "keras.losses",
    "regularizers": "keras.regularizers",
    "initializers": "keras.initializers",
    "activations": "keras.activations",
    "Sequential": "keras.models.Sequential",
    "Model": "keras.models.Model",
    "Input": "keras.layers.Input",
    "InputLayer": "keras.layers.InputLayer",
    "to_categorical": "keras.utils.to_categorical",
    "np_utils": "keras.utils",
    "ImageDataGenerator": "keras.preprocessing.image.ImageDataGenerator",
    "Tokenizer": "keras.preprocessing.text.Tokenizer",
    "pad_sequences": "keras.preprocessing.sequence.pad_sequences",
    "load_img": "keras.preprocessing.image.load_img",
    "img_to_array": "keras.preprocessing.image.img_to_array",
    "load_model": "keras.models.load_model",
    **{
        name: f"keras.callbacks.{name}"
        for name in ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "LearningRateScheduler")
    },
    **{name: f"keras.regularizers.{name}" for name in ("l1", "l2", "l1_l2")},
    "train_test_split": "sklearn.model_selection.train_test_split",
    **{
        name: f"sklearn.preprocessing.{name}"
        for name in ("StandardScaler", "MinMaxScaler", "LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer")
    },
    "imdb": "keras.datasets.imdb",
    "reuters": "keras.datasets.reuters",
    "boston_housing": "keras.datasets.boston_housing",
    "mnist": "keras.datasets.mnist",
    "fashion_mnist": "keras.datasets.fashion_mnist",
    "cifar10": "keras.datasets.cifar10",
    "cifar100": "keras.datasets.cifar100",
    "Adam": "keras.optimizers.Adam",
    "SGD": "keras.optimizers.SGD",
    "RMSprop": "keras.optimizers.RMSprop",
    "Adagrad": "keras.optimizers.Adagrad",
    "Adadelta": "keras.optimizers.Adadelta",
    "Adamax": "keras.optimizers.Adamax",
    "Nadam": "keras.optimizers.Nadam",
    "VGG16": "keras.applications.VGG16",
    "VGG19": "keras.applications.VGG19",
    "ResNet50": "keras.applications.ResNet50",
    "InceptionV3": "keras.applications.InceptionV3",
    "MobileNet": "keras.applications.MobileNet",
    "MobileNetV2": "keras.applications.MobileNetV2",
    "Xception": "keras.applications.Xception",
    **{
        name: f"keras.applications.{name}"
        for name in ("InceptionResNetV2", "DenseNet121", "DenseNet169", "DenseNet201", "ResNet50V2", "EfficientNetB0")
    },
}


#: modules that libraries hand around under their own names (`layers = kwargs["layers"]`)
HANDED = {
    "layers": "keras.layers",
    "models": "keras.models",
    "backend": "keras.backend",
    "K": "keras.backend",
    "keras": "keras",
    "tf": "tf",
    "keras_utils": "keras.utils",
}


def handed(name: str, member: str) -> Symbol | None:
    """What `name.member` means where the name is bound to something unknown, and the member is Keras's."""
    module = HANDED.get(name)
    if module is None:
        return None
    name = canonical(f"{module}.{member}")
    known = {
        "keras.layers": layer_spec(member) is not None or member == "Input" or bool(function_variants(name)),
        "keras.models": member in ("Model", "Sequential"),
    }
    return Symbol(name) if known.get(module, True) else None


def conventional(name: str) -> Symbol | None:
    """What a name that is not bound anywhere means by convention, or None."""
    known = CONVENTIONS.get(name)
    if known is not None:
        return Symbol(known)
    if name[:1].isupper() and layer_spec(name) is not None:
        return Symbol(f"keras.layers.{name}")
    return None


#: `model.compile(loss=…, optimizer=…)`
COMPILES = re.compile(r"\.compile\([^()]*\b(loss|optimizer)\s*=")


def may_bind_layers(module: Scope, text: str) -> bool:
    """Whether star imports of a file may bind layers that are not Keras's: of another file, or of a package that was
    not read, where the file compiles no model as Keras does."""
    roots = {name.partition(".")[0] for name in module.star_imports}
    foreign = module.starred or "torch" in roots or not roots <= PACKAGES
    return foreign and COMPILES.search(text) is None


#: decorators under which a function or a class does what it did before
LEAVING = frozenset(
    {
        *("tf.function", "tf.Module.with_name_scope", "tf.autograph.experimental.do_not_convert", "tf.device"),
        *("tf.autograph.to_graph", "tf.name_scope", "tf.contrib.framework.add_arg_scope", "slim.add_arg_scope"),
        *("tf.contrib.eager.defun", "tf.compat.v1.name_scope", "keras.backend.name_scope"),
        *("contextlib.contextmanager", "contextlib.asynccontextmanager", "enum.unique"),
        *("numpy.errstate", "six.python_2_unicode_compatible", "six.add_metaclass", "atexit.register"),
    }
)
#: packages all of whose decorators are such: they note types, compile, switch gradients off, pass what is typed
LEAVING_PACKAGES = ("typing.", "typing_extensions.", "abc.", "numba.", "jax.", "torch.", "click.", "pytest.mark.")


def leaves_decorated(symbol: Symbol) -> bool:
    """Whether a decorator of an outside library leaves a function or class as it is, as far as programs can tell."""
    return symbol.name in LEAVING or symbol.name.startswith(LEAVING_PACKAGES)


def member(run: Run, symbol: Symbol, name: str) -> Value:
    """`symbol.name`: what the program has set there, a flag's default, a constant, or a longer name."""
    if symbol.name.endswith("FLAGS"):
        default = run.flags[name] if name in run.flags else Unknown(f"flag `{name}`", ("flag", name))
        return run.assigned.get(canonical(f"{symbol.name}.{name}"), default)
    if name == "__name__" and symbol.is_object:
        spec = layer_spec(symbol.last) if symbol.name.startswith("keras.layers.") else None
        return spec.kind if spec is not None else symbol.last
    full = canonical(f"{symbol.name}.{name}")
    return run.assigned.get(full, CONSTANTS.get(full, Symbol(full)))


#: classes of layers and those that derive from them in one version of Keras or another (its own `issubclass`, 1 to 3)
DERIVED = {
    **{f"Conv{n}D": {f"Conv{n}DTranspose", f"SeparableConv{n}D", f"DepthwiseConv{n}D"} for n in (1, 2, 3)},
    "Dropout": {f"SpatialDropout{n}D" for n in (1, 2, 3)},
    "RNN": {"SimpleRNN", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", *(f"ConvLSTM{n}D" for n in (1, 2, 3))},
    "Wrapper": {"TimeDistributed", "Bidirectional", "SpectralNormalization"},
    "BatchNormalization": {"SyncBatchNormalization"},
    "Attention": {"AdditiveAttention"},
    "Embedding": {"ReversibleEmbedding"},
}
#: classes of tensors that are not laid out as an array
UNEVEN = frozenset({"SparseTensor", "RaggedTensor"})
#: layers that are gone back through to tell whether a tensor is one of them
DEEP = 20
#: Keras's classes of models
MODELS = frozenset({"keras.models.Model", "keras.models.Functional", "keras.engine.training.Model"})
LIBRARIES = ("keras.", "tf.", "numpy.", "pandas.")


def is_instance(value: Value, kind: Symbol) -> bool | None:
    """`isinstance(value, kind)` for a class of an outside library; None where it is not known."""
    if isinstance(value, (LayerValue, ModelValue)):
        return _is_layer(value, kind)
    if isinstance(value, InstanceValue):
        return _is_subclass(value, kind)
    if isinstance(value, TensorValue) and kind.last in UNEVEN:
        return False if _is_dense(value.node) else None
    if not isinstance(value, Abstract) or isinstance(value, (ListValue, DictValue, SetValue)):
        return False if kind.name.startswith(("keras", "tf.")) else None
    return None


def _is_dense(node: Node) -> bool:
    """Whether a tensor is surely an ordinary one: inputs are, unless said, and what computes with weights."""
    for _ in range(DEEP):
        if node.opaque or any(node.arguments[name].value for name in ("sparse", "ragged") if name in node.arguments):
            return False
        if not node.inputs or node.kind in kinds.WEIGHTED:
            return node.note != "not read"
        if len(node.inputs) > 1:
            return False
        node = node.inputs[0]
    return False


def _is_layer(value: LayerValue | ModelValue, kind: Symbol) -> bool | None:
    if kind.name == "keras.layers.Layer":
        return True
    if kind.name in MODELS or kind.name == "keras.models.Sequential":
        if isinstance(value, LayerValue):
            return None if value.opaque else False
        if kind.last == "Sequential":
            return None if value.kind == "subclass" else value.kind == "sequential"
        return True if kind.last == "Model" else None
    spec = layer_spec(kind.last) if kind.name.startswith("keras.layers.") else None
    if spec is None or (isinstance(value, LayerValue) and value.opaque):
        return None
    if value.kind == spec.kind:
        return True
    return None if value.kind in DERIVED.get(spec.kind, ()) else False


def _is_subclass(value: InstanceValue, kind: Symbol) -> bool | None:
    """The same of an instance of a class of the program."""
    bases = value.cls.external_bases()
    if any(same_class(base, kind) for base in bases):
        return True
    if value.role and kind.name == "keras.layers.Layer":
        return True
    if value.role == "model" and kind.name in MODELS:
        return True
    plain = not bases or all(base.name in ("keras.layers.Layer", *MODELS) for base in bases)
    return False if plain and (bases or value.cls.plain) and kind.name.startswith(LIBRARIES) else None


def same_class(one: Symbol, other: Symbol) -> bool | None:
    """Whether two names of a library stand for one class: Keras's layers go by several; None where it is not known."""
    if one.name == other.name:
        return True
    if not (one.name.startswith("keras.layers.") and other.name.startswith("keras.layers.")):
        return None
    left, right = layer_spec(one.last), layer_spec(other.last)
    return None if left is None or right is None else left.kind == right.kind
