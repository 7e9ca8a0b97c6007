"""Classes of the program that are models or layers: `class Net(keras.Model)`, `class Block(layers.Layer)`."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from cnnlint.graph import Node, Placement, Shape
from cnnlint.graph.walks import order
from cnnlint.readers.python.building import calls
from cnnlint.readers.python.building.layers import layers
from cnnlint.readers.python.building.layers.tensors import static_shape
from cnnlint.readers.python.building.models import model_attributes, models
from cnnlint.readers.python.building.own import arguments as own_arguments
from cnnlint.readers.python.building.own import bases, reserved
from cnnlint.readers.python.building.training import batches, training
from cnnlint.readers.python.run import Native, RaiseSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    tensors_in,
)

MODELS = (
    "keras.models.Model",
    "keras.models.Sequential",
    "keras.models.Functional",
    "keras.engine.training.Model",
    "tf.Module",
)


def role_of(cls: ClassValue) -> Literal["model", "layer", ""]:
    """ "model", "layer" or "" for what a class descends from."""
    for base in cls.external_bases():
        if base.name == "keras.layers.Layer" or base.name.startswith("keras.layers."):
            return "layer"
        if base.name in MODELS:
            return "model"
        if "torch" in base.name.partition(".")[0]:
            continue  # PyTorch's, or of a package around it
        if base.last in ("Model", "Sequential"):
            return "model"
        if base.last == "Layer":
            return "layer"
    return ""


def _stacks(cls: ClassValue) -> bool:
    """Whether a class is a Sequential."""
    return any(base.last == "Sequential" for base in cls.external_bases())


def new(run: Run, cls: ClassValue, site: CallSite) -> InstanceValue:
    """An instance before its `__init__` was read."""
    instance = InstanceValue(cls, role=role_of(cls), layer_id=run.building.next_id())
    if instance.role:
        run.building.instances.append(instance)
        instance.placement = run.building.placement(site, "other", cls.name)
        name = site.value(None, "name") if not site.open else None
        instance.name = name if isinstance(name, str) else cls.name
    if instance.role == "layer" and cls.find("__init__") is MISSING:
        instance.base = bases.base_layer(run, instance, site)
    if instance.role == "model":
        model = ModelValue("subclass", instance.placement, instance.name)
        model.instance = instance
        model.handed = site.node is None  # the reader made it: whoever else makes one may do more with it
        instance.model = model
        if _stacks(cls) and cls.find("call") is MISSING:
            model.kind = "sequential"
    return instance


def finished(run: Run, instance: InstanceValue, site: CallSite) -> Value:
    """An instance after its `__init__` was read; models are listed once they are known."""
    own_arguments.made(run, instance, site)
    if instance.model is not None and instance.cls.find("__init__") is MISSING:
        if _stacks(instance.cls):
            models.fill(run, instance.model, site)
        elif tensors_in(site.value(1, "outputs")):
            instance.model.kind = "functional"  # the base class's own constructor: Net(inputs, outputs)
            models.functional(run, site, instance.model)
    if instance.model is not None and instance.model not in run.building.models:
        if instance.placement.call is None:
            origin = run.origin(instance.cls.node.name)
            instance.model.placement = Placement("other", origin, origin)
        run.building.models.append(instance.model)
    return instance


def call(run: Run, instance: InstanceValue, site: CallSite) -> Value:
    """`instance(x)`: `call` of a model or layer, `__call__` of anything else."""
    if instance.role == "model" and instance.model is not None and instance.model.kind in ("functional", "sequential"):
        return models.apply_model(run, instance.model, site)
    method = forward(instance)
    if not isinstance(method, FunctionValue):
        return _like_its_base(run, instance, site)
    own_arguments.called(run, instance, method, site)
    if instance.role:
        # Keras hands arrays over as tensors; a layer's list may hold weights, which are told from tensors
        first = site.positional[0] if site.positional else None
        if first is not None and (instance.role == "model" or elements(first.value) is None):
            site.positional[0] = replace(first, value=batches.tensors(run, first.value))
        passed = site.value(0, "inputs", "x")
        given = tensors_in(passed)
        if instance.base is not None and given and instance.base.input_shape is None:
            instance.base.input_shape = given[0].node.shape
        alone = len(given) == 1 and (isinstance(passed, TensorValue) or elements(passed) == given)
        if instance.model is not None and instance.model.input_shape is None and alone:
            instance.model.input_shape = given[0].node.shape
        if instance.model is not None and instance.model.called_on is None and given:
            instance.model.called_on = passed
        build(run, instance, site)
    surplus = _surplus(method, site) if instance.role == "layer" else ""
    if surplus:
        given = [tensor for value in site.values() for tensor in tensors_in(value)]
        refused = run.building.opaque(instance.cls.name, given, site.node)
        refused.node.shape_error = surplus if given else None
        return refused
    handed = _with_training(method, site) if instance.role else site
    run.building.depth += instance.role == "layer"
    run.building.by_framework += bool(instance.role)
    start = len(run.building.nodes)
    try:
        result = run.call(MethodValue(method, instance), handed)
        if instance.role == "model":
            models.told(run, site, start)
    finally:
        run.building.depth -= instance.role == "layer"
        run.building.by_framework -= bool(instance.role)
    if instance.model is not None and not _within_another(run):
        for tensor in tensors_in(result):
            tensor.node.escapes = True  # what a model answers is its output, whoever reads it
        if instance.model.use is None and _stands_alone(site):
            instance.model.use = (tensors_in(site.value(0, "inputs", "x")), tensors_in(result))
    if instance.role == "layer" and len(answers := tensors_in(result)) > 1:
        run.building.kept.update(id(tensor.node) for tensor in answers)  # a caller may need one of them alone
    if instance.role == "layer" and isinstance(result, Unknown):
        tensors = [t for value in site.values() for t in tensors_in(value)]
        if tensors:
            return run.building.opaque(instance.cls.name, tensors, site.node)
    return result


def _stands_alone(site: CallSite) -> bool:
    """Whether a call of a model is one as it is trained: on an input of the program's."""
    given = tensors_in(site.value(0, "inputs", "x"))
    flag = site.value(None, "training") if "training" in site.keywords else None
    return bool(given) and all(t.node.kind == "Input" for t in given) and flag is not False


def _within_another(run: Run) -> bool:
    """Whether the `call` of a model or layer is being read."""
    return any(
        isinstance(frame.receiver, InstanceValue)
        and frame.receiver.role
        and frame.function is not None
        and frame.function.name in ("call", "__call__")
        for frame in run.frames
    )


#: the bases of Keras's own merging layers, whose `call` runs `_merge_function`
MERGING = ("_Merge", "Merge")


def forward(instance: InstanceValue) -> Value:
    """The method that calling an instance runs: `call` of a model or layer, else `__call__`."""
    method = instance.cls.find("call") if instance.role else MISSING
    if method is MISSING and any(base.last in MERGING for base in instance.cls.external_bases()):
        method = instance.cls.find("_merge_function")
    return method if method is not MISSING else instance.cls.find("__call__")


def _with_training(method: FunctionValue, site: CallSite) -> CallSite:
    """Keras passes `training` by itself, and drops it where a `call` has no such parameter (Keras 3): what its default
    says decides nothing."""
    names = [p.name.value for p in method.node.params.params]
    for name in ("training", "is_training", "train"):
        if name in names and name not in site.keywords and names.index(name) > len(site.positional):
            site.keywords[name] = Passed(Unknown("training", ("training",)), None, name)
    takes = {*names, *(p.name.value for p in method.node.params.kwonly_params)}
    if method.node.params.star_kwarg is None and "training" not in takes and "training" in site.keywords:
        return replace(site, keywords={name: one for name, one in site.keywords.items() if name != "training"})
    return site


def build(run: Run, instance: InstanceValue, site: CallSite) -> None:
    """Read `build(input_shape)` before the first call, and again once its shapes are known, if they were not then."""
    given = site.value(0, "inputs", "x")
    told = all(tensor.node.shape is not None for tensor in tensors_in(given))
    if instance.built and (instance.built_on_known or not told):
        return
    instance.built, instance.built_on_known = True, told
    method = instance.cls.find("build")
    if not isinstance(method, FunctionValue):
        return
    shape = _shapes(run, given)
    run.call(MethodValue(method, instance), CallSite(None, [Passed(shape)]))


def _shapes(run: Run, given: Value) -> Value:
    """What Keras hands to `build`: the shape of a tensor, a list of shapes for a list of tensors."""
    if isinstance(given, TensorValue):
        return static_shape(run, given.node)
    if isinstance(given, tuple):
        return tuple(_shapes(run, one) for one in given)
    if isinstance(given, ListValue) and given.kind == "list" and given.whole:
        return ListValue([_shapes(run, one) for one in given.items])
    return Unknown("input shape")


#: what computed the output of a layer of Keras 0, and a step of a recurrent one of Keras 1
COMPUTING = ("get_output", "step", "_step")


def _like_its_base(run: Run, instance: InstanceValue, site: CallSite) -> Value:
    """A subclass of a Keras layer that overrides no `call` computes what that layer does; so does a Sequential."""
    own = any(instance.cls.find(name) is not MISSING for name in COMPUTING)
    if instance.base is not None and not own:
        return layers.apply_layer(run, instance.base, site)
    if not own and instance.role == "layer":
        reserved.without_call(run, instance, site)
    given = tensors_in(site.value(0, "inputs"))
    if instance.model is not None and instance.model.layers and len(given) == 1:
        return TensorValue(models.through(run, instance.model, given[0].node))
    tensors = [t for value in site.values() for t in tensors_in(value)]
    if tensors:
        return run.building.opaque(instance.cls.name, tensors, site.node)
    return Unknown(f"`{instance.cls.name}` called", ("instance", instance.cls.name))


def read_model(run: Run, instance: InstanceValue) -> None:
    """Read a subclassed model's `call` on an input of its own, if nobody has called it yet."""
    model = instance.model
    if model is None or model.outputs or model.kind != "subclass" or instance.read:
        return
    instance.read = True
    try:
        _read_forward(run, instance, model)
    except RaiseSignal:  # an abstract `call` says that it is not implemented
        model.unread.append(("its `call` raises", model.placement.call))


def _read_forward(run: Run, instance: InstanceValue, model: ModelValue) -> None:
    method = forward(instance)
    if not isinstance(method, FunctionValue):
        if not (_only_trains(instance) or _only_holds(instance)):
            model.unread.append(("it has no `call` that could be read", model.placement.call))
        return
    if model.use is not None and model.use[1]:
        model.inputs, model.outputs = model.use
        return
    start = _start(run, model)
    model.inputs = tensors_in(start)
    site = CallSite(None, [Passed(start)])
    build(run, instance, site)
    result = run.attempt(MethodValue(method, instance), _with_training(method, site))
    model.outputs = tensors_in(result)
    if result is MISSING:
        model.unread.append(("its `call` ends in a `raise`", model.placement.call))
    elif not model.outputs:
        model.unread.append(("what its `call` returns is not known", model.placement.call))


def _start(run: Run, model: ModelValue) -> Value:
    """What the model reads: what the program shows by `build`, by what it trains it on, or by what it feeds it."""
    shape = model.input_shape if isinstance(model.input_shape, tuple) else None
    given = model.handed_over[0] if model.handed_over is not None else None
    if shape is None and given is not None:
        return batches.inputs(run, given)
    fed = next((f.x for f in model.training.feeds if f.x is not None and f.x.shape is not None), None)
    shape = (None, *fed.shape[1:]) if shape is None and fed is not None and fed.shape is not None else shape
    if fed is None and model.called_on is not None and shape == _shape_of(model.called_on):
        return batches.again(run, model.called_on)  # eagerly, maybe: its number of samples may be fixed
    note = "not read" if shape is None and not model.training.feeds else ""  # it may be called eagerly
    return TensorValue(run.building.node("Input", [], {}, shape=shape, note=note))


def _shape_of(given: Value) -> Shape | None:
    return given.node.shape if isinstance(given, TensorValue) else None


def _only_trains(instance: InstanceValue) -> bool:
    """Whether a class computes nothing itself but trains the models that it holds, as a GAN does."""
    held = [value.model if isinstance(value, InstanceValue) else value for value in instance.attributes.values()]
    # read on its own, it holds what it would be handed
    handed = any(isinstance(v, Unknown) and isinstance(v.token, tuple) and v.token[:1] == ("param",) for v in held)
    trains = isinstance(instance.cls.find("train_step"), FunctionValue)
    return trains and (handed or any(isinstance(v, ModelValue) for v in held))


def _only_holds(instance: InstanceValue) -> bool:
    """Whether a class computes nothing itself: it has all that it has from Keras or TensorFlow, and that is no `call`.

    A `tf.Module` of variables alone is an optimizer or a table; a model that holds models lists those.
    """
    if any(base.name not in MODELS for base in instance.cls.external_bases()):
        return False
    held = any(isinstance(value, (ModelValue, InstanceValue)) for value in instance.attributes.values())
    return held or all(base.name == "tf.Module" for base in instance.cls.external_bases())


def layers_of(instance: InstanceValue) -> list[tuple[str, LayerValue]]:
    """The layers that an instance keeps in its own attributes."""
    found: list[tuple[str, LayerValue]] = []
    for name, value in instance.attributes.items():
        if isinstance(value, LayerValue):
            found.append((name, value))
        for item in elements(value) or []:
            if isinstance(item, LayerValue):
                found.append((name, item))
    return found


def kept_nodes(instance: InstanceValue) -> list[Node]:
    """What the models that an instance keeps in its own attributes are made of, as far as these are built."""
    kept = [one for value in instance.attributes.values() for one in (value, *(elements(value) or ()))]
    ends = [one.outputs for one in kept if isinstance(one, ModelValue) and one.kind in ("sequential", "functional")]
    return order([tensor.node for outputs in ends for tensor in outputs])


def _surplus(method: FunctionValue, site: CallSite) -> str:
    """Why `call` cannot take as many tensors by their place as it is given; empty where it can."""
    parameters = method.node.params
    taken = len(parameters.posonly_params) + len(parameters.params) - 1
    if site.open or method.flavour or isinstance(parameters.star_arg, cst.Param) or len(site.positional) <= taken:
        return ""
    if taken < 0:
        return "its call takes nothing, not even self"
    return f"its call takes {taken or 'no'} argument{'' if taken == 1 else 's'}, and is given {len(site.positional)}"


def inherited(run: Run, instance: InstanceValue, name: str) -> Value:
    """What an instance has from an outside base class."""
    own = bases.attribute(run, instance, name)
    if own is not MISSING:
        return own
    if name in ("add_weight", "add_variable"):
        return Native(name, lambda run, site: _add_weight(run, site))
    if name == "build" and instance.model is not None:
        return model_attributes.model_attribute(run, instance.model, name)
    if name in ("add_loss", "add_metric", "add_update", "build", "register_forward_hook"):
        return Native(name, lambda run, site: None)
    if name == "name" and instance.role:
        return instance.name
    if name in PRECISION and instance.role:
        return Unknown(f"`.{name}`", ("layer", name))
    if instance.model is not None:
        if name in ("call",):
            return None
        if name in ("fit", "fit_generator", "train_on_batch"):
            return Native(name, lambda run, site: _fit(run, instance, name, site))
        if name in model_attributes.METHODS or name in ASKED:
            return model_attributes.model_attribute(run, instance.model, name)
    return None


#: what the session's policy decides
PRECISION = frozenset(
    {"compute_dtype", "variable_dtype", "dtype_policy", "_compute_dtype", "_compute_dtype_object", "_dtype"}
)
#: what else a subclassed model has from Keras
ASKED = frozenset(
    {"input", "output", "layers", "inputs", "outputs", "optimizer", *training.WEIGHTS, *training.COMPILED_LOSS}
)


def _fit(run: Run, instance: InstanceValue, name: str, site: CallSite) -> Value:
    """`fit` of a subclassed model, which runs its own `train_step` where it has one."""
    assert instance.model is not None
    model_attributes.keep(run, instance.model, name, site)
    result: Value = model_attributes.METHODS[name](run, instance.model, site)
    method = instance.cls.find("train_step")
    if isinstance(method, FunctionValue) and instance not in run.building.trained:
        run.building.trained.append(instance)
        batch = batches.batch(run, *(instance.model.handed_over or (None, None)))
        # what the model itself is given, and compared with, is for the step to say
        instance.model.training.feeds[-1].x = instance.model.training.feeds[-1].y = None
        instance.model.handed_over = None
        run.attempt(MethodValue(method, instance), CallSite(None, [Passed(batch)]))
    return result


def from_super(run: Run, instance: InstanceValue, name: str) -> Value:
    """`super().name` where the base class is Keras's."""
    if name == "__init__":
        return Native(name, lambda run, site: _super_init(run, instance, site))
    if name in ("call", "__call__"):
        return Native(name, lambda run, site: _like_its_base(run, instance, site))
    if name == "build":
        return Native(name, lambda run, site: None)
    return inherited(run, instance, name) or Native(name, lambda run, site: Unknown(f"super().{name}()"))


def _super_init(run: Run, instance: InstanceValue, site: CallSite) -> Value:
    name = site.value(None, "name") if not site.open else None
    if isinstance(name, str):
        instance.name = name
    if instance.role == "layer":
        own_arguments.handed_up(run, instance, site)
        instance.base = bases.base_layer(run, instance, site)
    model = instance.model
    if model is not None and _stacks(instance.cls):
        models.fill(run, model, site)
        return None
    outputs = site.value(1, "outputs", "output") if not site.open else None
    computed = isinstance(outputs, (Unknown, DictValue, ListValue)) and not isinstance(forward(instance), FunctionValue)
    if model is not None and (tensors_in(outputs) or (computed and model.kind == "subclass")):
        model.kind = "functional"
        models.functional(run, site, model)
    return None


def _add_weight(run: Run, site: CallSite) -> Value:
    from cnnlint.readers.python.building.arguments import initializer

    calls.keep(run, "keras.layers.Layer.add_weight", site)
    shape = site.value(None, "shape")
    if shape is None:
        shape = next((p.value for p in site.positional if elements(p.value) is not None), None)
    items = elements(shape)
    reserved.weight(run, site, shape)
    name = site.value(None, "name", default="")
    return VariableValue(
        tuple(items) if items is not None else None,
        initializer(site.value(None, "initializer")),
        name if isinstance(name, str) else "",
        run.building.placement(site, "function"),
        site.value(None, "trainable", default=True) is not False,
    )


__all__ = ["call", "finished", "from_super", "inherited", "layers_of", "new", "read_model", "role_of", "training"]
