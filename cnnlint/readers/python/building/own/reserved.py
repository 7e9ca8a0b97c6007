"""What the program's own layers and models may not set or leave out, since Keras 3 keeps it for itself.

Source: keras 3.15: the properties of `src/layers/layer.py` and `src/models/model.py` that have no setter, or one that
raises, `Layer.call` and `Layer.add_weight`; each was asked of it.
"""

from __future__ import annotations

import re

from cnnlint.graph import CallRefused
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    InstanceValue,
    LayerValue,
    ModelValue,
    Value,
    elements,
)

#: properties that every layer and model has, and that nothing may be set to
_PROPERTIES = """
compute_dtype dtype input input_dtype losses metrics metrics_variables non_trainable_variables non_trainable_weights
output path trainable_variables trainable_weights variable_dtype variables weights
"""
PROPERTIES = frozenset(_PROPERTIES.split())
#: a size that is asked of a shape
OF_SAMPLES = re.compile(r"\w+\[0\]")


def assigned(run: Run, target: Value, name: str) -> None:
    """Tell the rules of an attribute that Keras computes itself."""
    if name not in PROPERTIES | {"layers"} or run.versions.keras != 3 or run.trying or run.frame.conditions:
        return
    own = isinstance(target, InstanceValue) and target.role and target.cls.find(name) is MISSING
    plain = isinstance(target, LayerValue) and not target.opaque and not target.unread
    model = target.role == "model" if isinstance(target, InstanceValue) else isinstance(target, ModelValue)
    if (own or plain or isinstance(target, ModelValue)) and (name in PROPERTIES or model):
        problem = f"`{name}` cannot be set: it is what Keras itself says of a {'model' if model else 'layer'}"
        run.event(CallRefused(origin=run.origin(run.statement), problem=problem, advice="give it another name"))


def weight(run: Run, site: CallSite, shape: Value) -> None:
    """Tell the rules of a weight that Keras 3 does not make: its shape comes first there, and has no open size."""
    if run.versions.keras != 3 or site.open or site.node is None:
        return
    first = site.positional[0].value if site.positional else None
    problem = advice = ""
    if isinstance(first, str):
        problem, advice = f"add_weight of Keras 3 takes the shape first, and is given {first!r}", f"name={first!r}"
    elif any(one is None for one in elements(shape) or ()):
        given = site.passed(0, "shape")
        text = run.origin(given.node).text if given is not None and given.node is not None else ""
        if OF_SAMPLES.search(text):
            problem, advice = "a weight has no size for the samples, whose number is None", "shape[-1]"
    if problem:
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice=advice))


def without_call(run: Run, instance: InstanceValue, site: CallSite) -> None:
    """Tell the rules of a layer that is called and has no `call`: up to Keras 2 it gave what it was given."""
    bases = [base.name for base in instance.cls.external_bases()]
    if run.versions.keras == 3 and bases == ["keras.layers.Layer"] and site.node is not None:
        problem = f"{instance.cls.name} is called, and defines no `call`"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="def call(self, inputs): …"))
