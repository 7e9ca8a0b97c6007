"""What layers and models of the program are made with and called on, against what their own methods take."""

from __future__ import annotations

from cnnlint.graph import CallRefused
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import CallSite, ClassValue, FunctionValue, InstanceValue

#: what `Layer.__init__` takes by name in some version (keras/src/layers/layer.py of Keras 3.15; tf_keras 2.21 and Keras
#: 2.3: engine/base_layer.py)
OF_LAYERS = frozenset(
    {
        *("activity_regularizer", "trainable", "dtype", "autocast", "name", "input_dim", "input_shape", "batch_shape"),
        *("batch_input_shape", "batch_size", "weights", "dynamic", "input_dtype", "implementation", "input_length"),
        *("experimental_autocast", "lora_rank", "lora_alpha", "quantization_config", "sparse", "ragged", "mesh"),
    }
)


def made(run: Run, instance: InstanceValue, site: CallSite) -> None:
    """Tell the rules about a layer or model that is made with other arguments than its `__init__` takes."""
    constructor = instance.cls.find("__init__")
    if instance.role and isinstance(constructor, FunctionValue):
        _tell(run, misfit(constructor, site), instance.cls, site)


def called(run: Run, instance: InstanceValue, method: FunctionValue, site: CallSite) -> None:
    """Tell the rules about a layer or model that is called on nothing, and takes something."""
    if instance.role and not (site.positional or site.keywords):
        _tell(run, misfit(method, site), instance.cls, site)


def handed_up(run: Run, instance: InstanceValue, site: CallSite) -> None:
    """Tell the rules about names that a layer's `__init__` hands on to `Layer`, which knows none of them."""
    made_by = instance.placement.call
    bases = [base.name for base in instance.cls.external_bases()]
    if site.open or made_by is None or bases != ["keras.layers.Layer"]:
        return
    for name in sorted(site.keywords.keys() - OF_LAYERS):
        passed = site.keywords[name].node
        origin = run.origin(passed) if passed is not None else made_by
        problem = f"`{name}` is handed on to the layer's base class, and that takes no such argument"
        run.event(CallRefused(origin=origin, problem=problem, advice="leave it out, or take it in `__init__`"))


def misfit(method: FunctionValue, site: CallSite) -> str:
    """Why a method cannot be called so, in Python's order; empty where it can, or where that is not known."""
    parameters = method.node.params
    if site.open or method.flavour:
        return ""
    by_place = [one.name.value for one in (*parameters.posonly_params, *parameters.params)][1:]
    by_name = [one.name.value for one in parameters.kwonly_params]
    first = {one.name.value for one in parameters.posonly_params}
    if len(site.positional) > len(by_place) and not isinstance(parameters.star_arg, cst.Param):
        return (
            f"takes {len(by_place) or 'no'} argument{'s' * (len(by_place) != 1)}, and is given {len(site.positional)}"
        )
    given = set(by_place[: len(site.positional)])
    further = site.keywords.keys() - ({*by_place, *by_name} - first)
    if further and parameters.star_kwarg is None:
        return f"takes no argument `{min(further)}`"
    missing = [one for one in (*by_place, *by_name) if one not in given | site.keywords.keys() | method.defaults.keys()]
    return f"is called without `{missing[0]}`" if missing else ""


def _tell(run: Run, problem: str, cls: ClassValue, site: CallSite) -> None:
    if problem and site.node is not None:
        run.event(CallRefused(origin=run.origin(site.node), problem=f"{cls.name} {problem}"))
