"""Qualified names of outside libraries: one spelling for each thing, whatever path or alias it was imported by."""

from __future__ import annotations

from functools import lru_cache

from cnnlint.graph.vocabulary import function_variants, layer_spec, qualified
from cnnlint.readers.python.language.values import Symbol

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
    "tf.contrib.slim": "slim",
    "tf.compat.v1": "tf",
    "tf_slim": "slim",
    "tf_keras": "keras",
    "keras_core": "keras",
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


@lru_cache(maxsize=8192)
def canonical(name: str) -> str:
    """The canonical qualified name: "tensorflow.keras.layers.Conv2D" and "keras.layers.convolutional.Conv2D" are
    "keras.layers.Conv2D", "tensorflow.nn.relu" is "tf.nn.relu"."""
    name = ROOTS.get(name) or qualified(name)[0]
    name = ROOTS.get(name, name)
    if not name.startswith("keras."):
        if name.startswith("tensorflow."):
            return "tf." + name[len("tensorflow.") :]
        return name
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
        last = tail.rpartition(".")[2]
        if last[:1].isupper() or module == "layers":
            # keras.layers.convolutional.Conv2D; keras.layers.merge.add
            return (
                f"keras.{module}.{last}"
                if not tail.startswith(("preprocessing", "experimental.preprocessing"))
                else (f"keras.layers.{last}")
            )
    if module == "layers" and tail in ("Input", "InputLayer", "Layer", "Model"):
        return "keras.models.Model" if tail == "Model" else name
    if module == "models" and tail == "Input":
        return "keras.layers.Input"
    return name


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
    "train_test_split": "sklearn.model_selection.train_test_split",
    "StandardScaler": "sklearn.preprocessing.StandardScaler",
    "MinMaxScaler": "sklearn.preprocessing.MinMaxScaler",
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
}


#: modules that libraries hand around under their own names (`layers = kwargs["layers"]`)
HANDED = {"layers": "keras.layers", "models": "keras.models", "backend": "keras.backend", "K": "keras.backend",
          "keras": "keras", "tf": "tf", "keras_utils": "keras.utils"}  # fmt: skip


def handed(name: str, member: str) -> Symbol | None:
    """What `name.member` means where the name is bound to something unknown, and the member is Keras's."""
    module = HANDED.get(name)
    if module is None:
        return None
    name = canonical(f"{module}.{member}")
    known = {"keras.layers": layer_spec(member) is not None or member == "Input" or bool(function_variants(name)),
             "keras.models": member in ("Model", "Sequential")}  # fmt: skip
    return Symbol(name) if known.get(module, True) else None


def conventional(name: str) -> Symbol | None:
    """What a name that is not bound anywhere means by convention, or None."""
    known = CONVENTIONS.get(name)
    if known is not None:
        return Symbol(known)
    if name[:1].isupper() and layer_spec(name) is not None:
        return Symbol(f"keras.layers.{name}")
    return None
