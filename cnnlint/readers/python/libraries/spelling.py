"""One spelling for each thing of an outside library, whatever path or alias it was imported by; what modules export."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cnnlint.graph.vocabulary import (
    application,
    canonical_initializer,
    canonical_loss,
    canonical_metric,
    canonical_optimizer,
    function_variants,
    layer_spec,
    qualified,
)

#: roots that are spelt out in different ways
ROOTS = {
    "tensorflow": "tf",
    "tensorflow.compat.v1": "tf",
    "tensorflow.compat.v2": "tf",
    "tensorflow.keras": "keras",
    "tensorflow.python.keras": "keras",
    "tensorflow.contrib.keras": "keras",
    "tensorflow.contrib.slim": "slim",
    "tf.keras": "keras",
    "keras.backend.tf": "tf",
    "keras.layers.K": "keras.backend",  # as they imported it themselves, up to 2.3
    "tf.contrib.slim": "slim",
    "tf.compat.v1": "tf",
    "tf_slim": "slim",
    "tf_keras": "keras",
    "keras_core": "keras",
    "keras_tuner.backend.keras": "keras",  # the one that is installed (keras_tuner/backend/keras.py, since 1.3)
    "np": "numpy",
    "tensorflow.python.platform.flags": "tf.app.flags",
}
#: Keras modules whose members are known by their own names wherever they are defined
MODULES = (
    "layers",
    "models",
    "optimizers",
    "losses",
    "metrics",
    "activations",
    "initializers",
    "regularizers",
    "datasets",
    "applications",
    "utils",
    "backend",
    "callbacks",
    "constraints",
    "preprocessing",
    "ops",
)
#: Keras 1 and 2 packages that were folded into others
MOVED = {
    "engine.topology": "layers",
    "engine.training": "models",
    "engine.base_layer": "layers",
    "engine": "models",
    "objectives": "losses",
    "utils.np_utils": "utils",
    "utils.to_categorical": "utils",
    "utils.vis_utils": "utils",
    "legacy.layers": "layers",
    "src": "",
    "preprocessing.image.image": "preprocessing.image",
    "preprocessing": "preprocessing",
}


#: modules that those of layers import and so hand on: `from keras.layers import activations`
LENT = frozenset({"activations", "constraints", "initializers", "regularizers"})
#: Keras 2 has its optimizers under lower-case names, too (keras/optimizers.py, 2.0 to 2.4)
OPTIMIZERS = {
    "adadelta": "Adadelta",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "sgd": "SGD",
}


#: modules within TensorFlow, and where their functions are published
INTERNAL = {
    **dict.fromkeys(("framework.ops", "ops.array_ops", "ops.math_ops", "ops.gen_math_ops", "ops.standard_ops"), "tf"),
    **dict.fromkeys(("ops.nn", "ops.nn_ops", "ops.nn_impl", "ops.gen_nn_ops"), "tf.nn"),
}
#: those that are published under another name; static ranks are what Keras's backend gives
PUBLISHED = {
    "tf.python.framework.common_shapes.rank": "keras.backend.ndim",
    "tf.python.ops.gen_math_ops.mat_mul": "tf.matmul",
}


def _published(name: str) -> str:
    """A function of TensorFlow's own modules by its public name, if every version takes the same arguments there."""
    if name.startswith("tf.contrib.layers.python.layers."):
        public = f"tf.contrib.layers.{name.rpartition('.')[2]}"
        return public if function_variants(public) else name
    module, _, last = name.removeprefix("tf.python.").rpartition(".")
    public = PUBLISHED.get(name) or f"{INTERNAL.get(module, '')}.{last}"
    return public if public.startswith("keras.") or len(function_variants(public)) == 1 else name


@lru_cache(maxsize=8192)
def canonical(name: str) -> str:
    """The canonical qualified name: "tensorflow.keras.layers.Conv2D" and "keras.layers.convolutional.Conv2D" are
    "keras.layers.Conv2D", "tensorflow.nn.relu" is "tf.nn.relu"."""
    name = ROOTS.get(name) or qualified(name)[0]
    name = ROOTS.get(name, name)
    if not name.startswith("keras."):
        if name.startswith("tensorflow."):
            name = "tf." + name[len("tensorflow.") :]
        return _published(name) if ".python." in name and name.startswith("tf.") else name
    rest = name[len("keras.") :]
    if rest in ("Model", "Sequential", "models.Functional", "engine.training.Model"):
        return f"keras.models.{rest.rpartition('.')[2]}"
    if rest in ("Input", "InputLayer"):
        return f"keras.layers.{rest}"
    for old, new in MOVED.items():
        if rest.startswith(old + "."):
            return f"keras.{new}.{rest[len(old) + 1 :]}" if new else f"keras.{rest[len(old) + 1 :]}"
    module, _, tail = rest.partition(".")
    if module in ("layers", "models", "optimizers") and "." in tail:
        inner, _, last = tail.rpartition(".")
        if inner.rpartition(".")[2] in LENT and last[:1].islower():
            return f"keras.{inner.rpartition('.')[2]}.{last}"
        if inner.rpartition(".")[2][:1].isupper():
            return f"keras.{module}.{inner.rpartition('.')[2]}.{last}"  # a member of a class
        if last[:1].isupper() or module == "layers":
            # keras.layers.convolutional.Conv2D; keras.layers.merge.add
            return (
                f"keras.{module}.{last}"
                if not tail.startswith(("preprocessing", "experimental.preprocessing"))
                else (f"keras.layers.{last}")
            )
    if module == "layers" and tail in ("Input", "InputLayer", "Layer", "Model"):
        return "keras.models.Model" if tail == "Model" else name
    if module == "optimizers" and tail in OPTIMIZERS:
        return f"keras.optimizers.{OPTIMIZERS[tail]}"
    if module == "models" and tail == "Input":
        return "keras.layers.Input"
    return name


#: what `from module import *` binds, for modules whose names no table of the vocabulary lists
MEMBERS = {
    # TensorFlow 1.15: tensorflow/contrib/__init__.py
    "tf.contrib": frozenset(
        {
            *("crf", "framework", "image", "keras", "layers", "learn", "legacy_seq2seq", "losses", "metrics", "rnn"),
            *("seq2seq", "slim", "summary", "training"),
        }
    ),
    "keras": frozenset(
        {
            "Input",
            "Model",
            "Sequential",
            "activations",
            "applications",
            "backend",
            "callbacks",
            "constraints",
            "datasets",
            "initializers",
            "layers",
            "losses",
            "metrics",
            "models",
            "optimizers",
            "preprocessing",
            "regularizers",
            "utils",
        }
    ),
    "keras.callbacks": frozenset(
        {
            "BaseLogger",
            "CSVLogger",
            "Callback",
            "EarlyStopping",
            "History",
            "LambdaCallback",
            "LearningRateScheduler",
            "ModelCheckpoint",
            "ProgbarLogger",
            "ReduceLROnPlateau",
            "RemoteMonitor",
            "TensorBoard",
            "TerminateOnNaN",
        }
    ),
    "keras.datasets": frozenset({"boston_housing", "cifar10", "cifar100", "fashion_mnist", "imdb", "mnist", "reuters"}),
    "keras.models": frozenset(
        {
            "Functional",
            "Input",
            "Model",
            "Sequential",
            "clone_model",
            "load_model",
            "model_from_config",
            "model_from_json",
            "model_from_yaml",
            "save_model",
        }
    ),
    "keras.preprocessing.image": frozenset({"ImageDataGenerator", "array_to_img", "img_to_array", "load_img"}),
    "keras.preprocessing.sequence": frozenset({"pad_sequences", "skipgrams"}),
    "keras.preprocessing.text": frozenset({"Tokenizer", "one_hot", "text_to_word_sequence"}),
    "keras.regularizers": frozenset({"L1", "L1L2", "L2", "l1", "l1_l2", "l2"}),
    "keras.utils": frozenset(
        {
            "Sequence",
            "get_file",
            "model_to_dot",
            "multi_gpu_model",
            "normalize",
            "np_utils",
            "plot_model",
            "to_categorical",
        }
    ),
    "keras_applications": frozenset({"imagenet_utils"}),
    **dict.fromkeys(
        ("keras_applications.imagenet_utils", "keras.applications.imagenet_utils"),
        frozenset({"_obtain_input_shape", "decode_predictions", "obtain_input_shape", "preprocess_input"}),
    ),
    "tf": frozenset({"keras"}),
}


@lru_cache(maxsize=4096)
def exports(module: str, name: str) -> bool:
    """Whether `from module import *` binds this name."""
    if name in MEMBERS.get(module, ()):
        return True
    if module == "keras.layers":
        return name == "Input" or layer_spec(name) is not None or bool(function_variants(f"{module}.{name}"))
    tables: dict[str, Callable[[str], object]] = {
        "keras.optimizers": canonical_optimizer,
        "keras.losses": canonical_loss,
        "keras.metrics": canonical_metric,
        "keras.initializers": canonical_initializer,
        "keras.applications": application,
    }
    known = tables.get(module)
    if known is not None:
        return known(name) is not None
    return bool(function_variants(canonical(f"{module}.{name}")))
