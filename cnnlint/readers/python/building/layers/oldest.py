"""Layers as Keras had them before 0.3."""

from __future__ import annotations

from cnnlint.graph import Node
from cnnlint.graph.calls import LayerSpec
from cnnlint.graph.values import Sizes
from cnnlint.graph.vocabulary import layer_variants, legacy_spec
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, Unknown


def spelling(run: Run, name: str, site: CallSite) -> LayerSpec | None:
    """The signature from before Keras 0.3, which had the input's size in a place of its own: `Dense(784, 128)`.

    Told by its whole numbers: no later layer takes one in the place behind its size. What it reads may not be known. Or
    by the names that no later version has.
    """
    shown = run.versions.keras == 1
    spec = legacy_spec(name, 0) if shown or (name == "Dense" and _mute(run)) else None
    if spec is None:
        return None
    if shown and any(one in spec.parameters and not _taken_since(name, one) for one in site.keywords):
        return spec
    sizes = [parameter for parameter in spec.parameters if parameter in _SIZES]
    given = [passed.value for passed in site.positional[: len(sizes)]]
    whole = [isinstance(value, int) and not isinstance(value, bool) for value in given]
    told = len(given) == len(sizes) > 1 and all(whole[1:]) and (whole[0] or isinstance(given[0], Unknown))
    return spec if told or (shown and whole == [True] and len(sizes) == 1) else None


def _mute(run: Run) -> bool:
    """Whether a file shows nothing of the Keras that it is for but that it is not TensorFlow's own."""
    shown = run.versions
    return not (shown.keras or shown.own or shown.tf_keras or shown.beside_tensorflow or shown.tensorflow == 2)


def _taken_since(name: str, keyword: str) -> bool:
    return any(keyword in spec.parameters for spec in layer_variants(name))


#: the parameters of Keras 0's layers that are sizes
_SIZES = frozenset({"nb_filter", "stack_size", "nb_row", "nb_col", "input_dim", "output_dim"})


def either_kernel(run: Run, node: Node) -> bool:
    """Whether `Conv2D(32, 3, 3)` may be a kernel of 3 × 3: Keras 1 has this name as well, and stand-alone Keras 2.0 to
    2.3 translated such calls (keras 2.3.1: legacy/interfaces.py, conv2d_args_preprocessor)."""
    size, step = node.arguments.get("kernel_size"), node.arguments.get("strides")
    if size is None or step is None or (size.position, step.position) != (1, 2):
        return False
    later = run.versions.keras == 3 or run.versions.tf_keras or run.versions.tensorflow == 2
    return node.kind == "Conv2D" and step.value == size.value != (1, 1) and not later


def flat_upsampling(run: Run, node: Node) -> Sizes | None:
    """What `UpSampling3D` makes of a batch of pictures, whose last factor their channels take; None for all else.

    Before Keras 3 it asks for no number of axes: what it is to check is forgotten when its base class is set up (keras
    2.3.1: layers/convolutional.py, _UpSampling; tf_keras 2.16: layers/reshaping/up_sampling3d.py).
    """
    given = node.inputs[0].followed if node.kind == "UpSampling3D" and node.inputs else None
    if given is None or len(given) != 4 or run.versions.keras == 3:
        return None
    factors = node.value("size")
    factors = factors if isinstance(factors, tuple) else (factors,) * 3
    last = node.known("data_format") and node.value("data_format") in (None, "channels_last")
    known = last and len(factors) == 3
    sizes = zip(given[1:], factors if known else (None,) * 3, strict=True)
    return (given[0], *(a * b if isinstance(a, int) and isinstance(b, int) else None for a, b in sizes))
