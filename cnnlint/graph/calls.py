"""How a call of some API maps to the canonical vocabulary: specifications, and the binding of arguments to them.

A specification says what the parameters of one spelling of a layer are called, in which order, with which
defaults, and what each means in Keras 3's words. Values are opaque here: whoever binds a call may pass syntax,
abstract values or plain ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from cnnlint.graph.conversions import MISSING, convert
from cnnlint.graph.values import UNKNOWN

V = TypeVar("V")


class Derivation(Struct, frozen=True):
    """A canonical argument that is made of several API parameters, such as kernel_size of nb_row and nb_col."""

    to: str
    sources: tuple[str, ...]
    by: str


class LayerSpec(Struct, frozen=True):
    """One spelling of a layer (or of a loss, optimizer, ...) in one range of versions.

    `api` is the spelling, `kind` the canonical Keras 3 class or bare operation. `parameters`, `keyword_only` and
    `defaults` speak of the API's own names; `canonical_defaults` of the canonical ones, and include what the API
    fixes (`fixed`) and what it leaves to the canonical layer.
    """

    api: str
    kind: str
    #: "layer", "operation", "loss", "metric", "optimizer", "initializer" or "special"
    family: str = "layer"
    category: str = ""
    parameters: tuple[str, ...] = ()
    keyword_only: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    #: API parameter to canonical argument; parameters that mean nothing to the graph are absent
    canonical: Mapping[str, str] = field(default_factory=dict)
    #: API parameter to the conversion its value needs (see `conversions`)
    conversions: Mapping[str, str] = field(default_factory=dict)
    derived: tuple[Derivation, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    canonical_defaults: Mapping[str, Any] = field(default_factory=dict)
    #: further keywords that are accepted (name, input_shape, ...)
    keywords: frozenset[str] = frozenset()
    #: parameters of the layer's call rather than of its constructor (inputs, training, mask)
    call: tuple[str, ...] = ()
    #: the API parameter whose value decides the kind, and the kind for each value (Keras 1's merge)
    kind_by: tuple[str, Mapping[str, str]] | None = None
    #: major versions of the framework it belongs to; empty for all
    versions: tuple[int, ...] = ()
    notes: str = ""
    source: str = ""

    def accepts(self, keyword: str) -> bool:
        """Whether the keyword can be passed."""
        return keyword in self.parameters or keyword in self.keywords

    def default(self, name: str) -> Any:
        """The value of a canonical argument that the call does not give, or MISSING."""
        return self.canonical_defaults.get(name, MISSING)

    @property
    def required(self) -> tuple[str, ...]:
        """API parameters without default, in order."""
        return tuple(name for name in self.parameters if name not in self.defaults)


class Weights(Struct, frozen=True):
    """How a raw operation gets its weights: from a variable, whose shape decides filters and kernel size."""

    #: the API parameter that holds the variable
    parameter: str
    #: the order of its axes: D, H, W kernel; I input channels; O output channels; M channel multiplier
    layout: str
    #: the canonical arguments that the sizes of these axes decide: {"O": "filters", "HW": "kernel_size"}
    gives: Mapping[str, str] = field(default_factory=dict)
    #: the API parameter of the bias, where the operation takes one
    bias: str | None = None


class FunctionSpec(LayerSpec, frozen=True):
    """A function that applies a layer or operation to tensors that it takes as arguments."""

    #: the API parameter of the input tensor (or list of tensors); None for classes and optimizers
    input: str | None = None
    #: further tensor parameters, in order
    tensors: tuple[str, ...] = ()
    weights: tuple[Weights, ...] = ()
    #: what cannot be said by renaming ("arg_scope", "two_inputs", ...): see tables/README.md
    special: str | None = None


class Passed(Struct, Generic[V], frozen=True):
    """An argument as the call passes it: by position, by keyword, or both None inside a default."""

    parameter: str
    value: V
    position: int | None = None
    keyword: str | None = None


class Given(Struct, Generic[V], frozen=True):
    """A canonical argument and what the call passed for it: one argument, or several that are combined."""

    name: str
    #: None stands for one of several sources that was not passed
    sources: tuple[Passed[V] | None, ...]
    #: how the canonical value follows from the values of the sources ("same" where it is the one source's)
    by: str = "same"

    @property
    def source(self) -> Passed[V]:
        """The (first) argument that the call passed."""
        first = self.sources[0]
        return first if first is not None else next(source for source in self.sources if source is not None)

    def value(self, plain: Sequence[Any]) -> Any:
        """The canonical value, given the plain value of each source (UNKNOWN where it could not be worked out).

        MISSING has to stand for the sources that were not passed.
        """
        if self.by == "same":
            return plain[0]
        return convert(self.by, tuple(plain) if len(self.sources) > 1 else plain[0])


class Bound(Struct, Generic[V], frozen=True):
    """A call bound to a specification."""

    spec: LayerSpec
    #: what the call says, under canonical names
    arguments: Mapping[str, Given[V]]
    #: every argument that belongs to a parameter, under the API's names
    passed: Mapping[str, Passed[V]]
    #: the tensor (or list of tensors) the function is applied to
    input: Passed[V] | None
    #: keywords that the API does not take
    unknown: Mapping[str, V]
    #: positional arguments beyond the last parameter
    surplus: tuple[V, ...]
    #: parameters given twice
    repeated: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Required API parameters that are not given."""
        return tuple(name for name in self.spec.required if name not in self.passed)

    @property
    def fits(self) -> bool:
        """Whether the call is one that the API accepts, as far as names and numbers of arguments go."""
        return not (self.unknown or self.surplus or self.repeated or self.missing)


def bind(spec: LayerSpec, args: Iterable[V], kwargs: Mapping[str, V]) -> Bound[V]:
    """Map the arguments of a call to canonical names; nothing is dropped: what does not fit is listed.

    A call whose arguments are partly hidden (`*args`, `**kwargs`) has `missing` parameters that may be present.
    """
    order = spec.parameters
    if spec.keyword_only:
        order = tuple(name for name in order if name not in spec.keyword_only)
    passed: dict[str, Passed[V]] = {}
    surplus: list[V] = []
    for position, value in enumerate(args):
        if position < len(order):
            passed[order[position]] = Passed(order[position], value, position=position)
        else:
            surplus.append(value)
    unknown: dict[str, V] = {}
    repeated: list[str] = []
    for keyword, value in kwargs.items():
        if not spec.accepts(keyword):
            unknown[keyword] = value
        elif keyword in passed:
            repeated.append(keyword)
        else:
            passed[keyword] = Passed(keyword, value, keyword=keyword)
    arguments: dict[str, Given[V]] = {}
    for name, argument in passed.items():
        target = spec.canonical.get(name, name if name in spec.keywords else None)
        if target is not None:
            arguments[target] = Given(target, (argument,), spec.conversions.get(name, "same"))
    for derivation in spec.derived:
        sources = tuple(passed.get(name) for name in derivation.sources)
        if any(source is not None for source in sources):
            arguments[derivation.to] = Given(derivation.to, sources, derivation.by)
    input_name = spec.input if isinstance(spec, FunctionSpec) else None
    return Bound(
        spec=spec,
        arguments=arguments,
        passed=passed,
        input=passed.get(input_name) if input_name else None,
        unknown=unknown,
        surplus=tuple(surplus),
        repeated=tuple(repeated),
    )


def canonical_value(given: Given[V], plain: Mapping[str, Any]) -> Any:
    """The canonical value of a bound argument, `plain` holding the values that could be worked out by API name.

    UNKNOWN where a value it needs is not in `plain`.
    """
    return given.value([MISSING if s is None else plain.get(s.parameter, UNKNOWN) for s in given.sources])
