"""scikit-learn's scalers, encoders and other transformers: fitted on one array and applied to another."""

from __future__ import annotations

import operator
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, CallRefused, DiscardedArray, Shape, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, ranges, statements
from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import known, of_table, told, worked_out
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.items import enough
from cnnlint.readers.python.arrays.statistics import fitted_on
from cnnlint.readers.python.libraries.rows import Effect, on
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.libraries.sklearn.prepared import numbered, one_hot_columns, scaled, unit_rows
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    Elements,
    ListValue,
    ObjectValue,
    Unknown,
    Value,
    elements,
    length,
    numbers,
)


class Fitted(Struct, frozen=True):
    """An object whose method is called: its class, its settings and the method's name."""

    value: ObjectValue
    kind: str
    settings: Arguments
    method: str


Use = Callable[[Run, Fitted, Arguments], Value]


class Transformer(Struct, frozen=True):
    """A class: how it is made, and what its methods do."""

    signature: str
    effect: Use


METHODS = {
    "fit": "X|y|raw_documents|arrays, y_=None, sample_weight=None",
    "partial_fit": "X|y, y_=None, sample_weight=None",
    "fit_transform": "X|y|raw_documents, y_=None, sample_weight=None",
    "transform": "X|y|raw_documents, copy=None",
    "inverse_transform": "X|y, copy=None",
    "fit_resample": "X, y",
    "fit_sample": "X, y",
}
"""Methods of transformers."""


def _missing(run: Run, fitted: Fitted, bound: Arguments) -> Unknown:
    return Unknown(f"{fitted.method}()", ("call", bound.site.api or fitted.method, run.building.place(bound.site)))


def _floating(dtype: str | None) -> str | None:
    """The type that scalers give: floats stay as they are."""
    return "float64" if dtype in dtypes.WHOLE else dtype if dtype in dtypes.FLOATS else None


# --- scalers ----------------------------------------------------------------------------------------------------


def scaler(run: Run, fitted: Fitted, bound: Arguments) -> Value:
    """A method of a scaler."""
    value, name, array = fitted.value, fitted.method, lifted(run, bound["X"])
    if name in ("fit", "fit_transform", "partial_fit"):
        value.state["fitted"] = fitted_on(array.facts) if array is not None else None
        value.state["elements"] = of_table(array) if array is not None and name != "partial_fit" else None
        value.state["seen"] = array
        value.state["columns"] = _columns(array)
    if name in ("fit", "partial_fit"):
        return value
    if array is None:
        return _missing(run, fitted, bound)
    if name in ("transform", "inverse_transform") and fitted.kind != "Normalizer":
        _compare(run, fitted, bound, _columns(array))
    facts, origin = array.facts, origin_of(run, bound.site)
    shape, dtype = facts.shape, _floating(facts.dtype)
    in_place = "copy" in fitted.settings.defaults and fitted.settings["copy"] is not True
    if name == "inverse_transform" or fitted.kind == "Normalizer":
        step = Step("opaque" if name == "inverse_transform" else "normalize", None, origin)
        made = facts.with_step(step, low=None, high=None, dtype=dtype, encoding=None, classes=None)
    else:
        seen = value.state.get("seen")
        own = seen is array or (isinstance(seen, ArrayValue) and any(seen is one for one in array.family))
        centred = own and fitted.kind == "StandardScaler" and fitted.settings["with_mean"] is True
        step = Step("fit-scaler", None, origin, fitted=value.state.get("fitted"), centred=centred, own=own)
        low, high = _scaled_range(fitted, array)
        encoding = "continuous" if facts.encoding == "continuous" else None
        made = facts.with_step(step, low=low, high=high, shape=shape, dtype=dtype, encoding=encoding, classes=None)
        if name == "fit_transform":
            value.state["fit step"] = step
        elif (fit := value.state.get("fit step")) is not None:
            # it was fitted by a fit_transform whose result nobody kept: that is no loss if the scaler is used later
            run.events[:] = [one for one in run.events if not isinstance(one, DiscardedArray) or one.step != fit]
    if not in_place:
        return told(ArrayValue(made), _scaled(fitted, array))
    statements.overwritten(run, array)  # floats are changed where they stand, whole numbers copied
    for other in array.family or [array]:
        other.facts = replace(
            made, low=None, high=None, dtype=dtype if facts.dtype == dtype else None, name=other.facts.name
        )
    return array


def _columns(array: ArrayValue | None) -> int | None:
    """How many columns a table has."""
    shape = array.facts.shape if array is not None else None
    return shape[1] if shape is not None and len(shape) == 2 else None


def _compare(run: Run, fitted: Fitted, bound: Arguments, given: int | None) -> None:
    """Report a table of other columns than the scaler was fitted on, which it refuses.

    Scaling back, one column's scale is stretched over several.
    """
    columns = fitted.value.state.get("columns")
    stretched = fitted.method == "inverse_transform" and columns == 1
    if columns is None or given is None or columns == given or stretched:
        return
    problem = f"{fitted.method} is given {given} column{'s' * (given != 1)}, and the scaler was fitted on {columns}"
    advice = "fit a scaler on the targets alone, and scale them back by it" if given == 1 else "the same columns"
    run.event(CallRefused(origin=run.origin(bound.site.node), problem=problem, advice=advice))


PLAIN = ("with_mean", "with_std", "with_centering", "with_scaling", "quantile_range", "unit_variance", "clip", "norm")
"""Settings of scalers that are not followed where they are other than usual."""


def _scaled(fitted: Fitted, array: ArrayValue) -> Elements | None:
    """What a scaler makes of an array whose elements are known."""
    found, seen, settings = of_table(array), fitted.value.state.get("elements"), fitted.settings
    if found is None or any(name in settings.defaults and settings.given(name) for name in PLAIN):
        return None
    if fitted.kind == "Normalizer":
        return worked_out(lambda: unit_rows(found, -1)) if fitted.method in TRANSFORMS else None
    if seen is None or fitted.method not in TRANSFORMS:
        return None
    ends = numbers(elements(settings["feature_range"])) if fitted.kind == "MinMaxScaler" else [0, 1]
    if ends is None or len(ends) != 2:
        return None
    return worked_out(lambda: scaled(fitted.kind, seen, found, *ends))


def _scaled_range(fitted: Fitted, array: ArrayValue) -> ranges.Bounds:
    """The range of what the scaler was fitted on; that of other data may go beyond it."""
    seen, facts = fitted.value.state.get("seen"), array.facts
    own = seen is array or (isinstance(seen, ArrayValue) and any(seen is one for one in array.family))
    single = facts.shape is not None and facts.shape[1:] == (1,) and facts.low is not None and facts.low != facts.high
    # a column that holds one number is no further than the least
    published = facts.source is not None and facts.source.startswith(("sklearn.datasets.", "keras.datasets."))
    published = published and not any(step.kind in ("opaque", "compare", "modulo", "clip") for step in facts.steps)
    kinds = {step.kind for step in facts.steps}
    # samples that are put together may all be one, and so may those that were written down before they were mixed
    again = kinds & ({"concat", "stack"} if facts.source is not None else {"concat", "stack", "shuffle", "split"})
    # what is compared or rounded may come out the same everywhere
    level = facts.dtype == "bool" or "compare" in kinds or ("opaque" in kinds and facts.low is None)
    drawn = array.mixed and not again and not level
    varied = (drawn or facts.image or single or published) and facts.samples != 1 and not _level(facts)
    if not own or not varied:
        return ranges.NOTHING
    if fitted.kind == "MinMaxScaler":
        ends = numbers(elements(fitted.settings["feature_range"]))
        if ends is not None and len(ends) == 2:
            return float(ends[0]), float(ends[1])
    return ranges.NOTHING


def _level(facts: ArrayFacts) -> bool:
    """Whether an array holds one number everywhere."""
    return facts.low is not None and facts.low == facts.high


def by_function(kind: str) -> Effect:
    """`sklearn.preprocessing.scale(x)` and its kin: the array's own statistics."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts, origin = value.facts, origin_of(run, bound.site)
        dtype = _floating(facts.dtype)
        if "copy" in bound.defaults and bound["copy"] is not True:
            statements.overwritten(run, value)
        if kind == "binarize":
            step = Step("compare", None, origin)
            made = ArrayValue(facts.with_step(step, low=None, high=None, encoding=None, classes=None))
            found, limit = known(value), known(bound["threshold"])
            return made if found is None or limit is None else told(made, core.mapped(operator.gt, found, limit))
        if kind == "normalize":
            if bound.given("return_norm"):
                return None
            step = Step("normalize", None, origin)
            made = ArrayValue(facts.with_step(step, low=None, high=None, dtype=dtype, encoding=None, classes=None))
            rows = known(value) if len(bound.bound) == 1 and not bound.site.open else None
            return told(made, worked_out(lambda: unit_rows(rows, -1))) if rows is not None else made
        step = Step("standardize", None, origin, fitted=fitted_on(facts))
        made = ArrayValue(facts.with_step(step, low=None, high=None, dtype=dtype, encoding=None, classes=None))
        table = of_table(value) if len(bound.bound) == 1 and not bound.site.open else None
        if table is None:
            return made
        columns = Elements((*table.shape, 1), table.items) if len(table.shape) == 1 else table
        result = worked_out(lambda: scaled(kind, columns, columns))
        return told(made, Elements(table.shape, result.items)) if result is not None else made

    return on("X", effect)


def reducer(run: Run, fitted: Fitted, bound: Arguments) -> Value:
    """A method of a transformer that makes other features: PCA, for instance."""
    if fitted.method in ("fit", "partial_fit"):
        return fitted.value
    given = bound["X"]
    array = lifted(run, given)
    facts = array.facts if array is not None else ArrayFacts()
    rows = elements(given)
    samples = facts.samples if facts.shape is not None else len(rows) if rows is not None else None
    count = fitted.settings["n_components"] if "n_components" in fitted.settings.defaults else None
    columns = count if isinstance(count, int) and fitted.method != "inverse_transform" else None
    if columns is not None and samples is not None and samples < columns:
        columns = None  # there are no more
    step = Step("opaque", None, origin_of(run, bound.site))
    return ArrayValue(
        facts.with_step(
            step, shape=(samples, columns), low=None, high=None, encoding=None, classes=None, image=False, dtype=None
        )
    )


def passing(run: Run, fitted: Fitted, bound: Arguments) -> Value:
    """A method of a transformer that keeps what the features are: imputation, resampling."""
    if fitted.method == "fit":
        return fitted.value
    resampled = "sample" in fitted.method
    kept: list[Value] = []
    for passed in bound.site.positional:
        array = lifted(run, passed.value)
        if array is None:
            place = run.building.place(bound.site)
            kept.append(Unknown(f"{fitted.method}()", ("call", fitted.method, place, len(kept))))
            continue
        facts = array.facts
        shape = (None, *facts.shape[1:]) if resampled and facts.shape is not None else facts.shape
        dtype = facts.dtype if resampled or facts.dtype in dtypes.FLOATS else None
        made = replace(facts, shape=shape, name=None, dtype=dtype)
        kept.append(ArrayValue(made, mixed=array.mixed, gapless=array.gapless))
    return tuple(kept) if resampled else kept[0] if kept else Unknown(f"{fitted.method}()")


# --- encoders ---------------------------------------------------------------------------------------------------


def _distinct(array: ArrayValue | None) -> int | None:
    """How many different labels there are."""
    if array is None or array.facts.encoding in ("one_hot", "multi_hot"):
        return None
    facts = array.facts
    if array.gapless and facts.low is not None and facts.high is not None:
        return int(facts.high - facts.low) + 1
    constant = array.exact and facts.low is not None and facts.low == facts.high
    return facts.classes if facts.classes is not None else 1 if constant else None


def _all_there(array: ArrayValue | None, classes: int | None) -> bool:
    """Whether each of the classes occurs among the labels: a part of them may have fewer."""
    return array is not None and (array.gapless or array.exact or (array.mixed and enough(array.facts.shape, classes)))


def encoder(run: Run, fitted: Fitted, bound: Arguments) -> Value:
    """A method of an encoder of labels."""
    made, array = _encoder(run, fitted, bound), lifted(run, bound["X"])
    found, state = of_table(array) if array is not None else None, fitted.value.state
    if fitted.method in ("fit", "fit_transform"):
        state["elements"] = found
    seen = state.get("elements")
    if not isinstance(made, ArrayValue) or found is None or seen is None or fitted.method not in TRANSFORMS:
        return made
    return told(made, worked_out(lambda: _encoded(fitted, seen, found)))


TRANSFORMS = ("transform", "fit_transform")


def _encoded(fitted: Fitted, seen: Elements, found: Elements) -> Elements | None:
    """What an encoder makes of labels that are known."""
    flat = len(found.items) == (found.shape[0] if found.shape else 0)
    if fitted.kind == "LabelEncoder":
        return numbered(seen, Elements((len(found.items),), found.items)) if flat else None
    if fitted.kind == "LabelBinarizer" and flat:
        column = Elements((len(found.items), 1), found.items)
        hot = one_hot_columns(Elements((len(seen.items), 1), seen.items), column)
        return hot if hot is None or hot.shape[1] > 2 else core.chosen(hot, 1, [1]) if hot.shape[1] == 2 else None
    given = any(fitted.settings.given(name) for name in ("drop", "categories", "min_frequency", "max_categories"))
    return one_hot_columns(seen, found) if fitted.kind == "OneHotEncoder" and not given else None


def _encoder(run: Run, fitted: Fitted, bound: Arguments) -> Value:
    value, array = fitted.value, lifted(run, bound["X"])
    facts = array.facts if array is not None else ArrayFacts()
    if fitted.method in ("fit", "fit_transform"):
        count = _distinct(array) if facts.shape is not None and len(facts.shape) == 1 else None
        if facts.shape is not None and facts.shape[1:] == (1,):
            count = _distinct(array)
        # of words each letter is a class, and columns are made of what is met
        if fitted.kind == "MultiLabelBinarizer" or (fitted.kind == "OneHotEncoder" and not _all_there(array, count)):
            count = None
        value.state["number"], value.state["seen"] = count, array
        value.state["classes_"] = ArrayValue(ArrayFacts((count,), facts.dtype if count is not None else None))
        value.state["categories_"] = ListValue([ArrayValue(ArrayFacts((None,)))], True)
    if fitted.method in ("fit", "partial_fit"):
        return value
    step_kind, origin = STEPS.get(fitted.kind, "encode"), origin_of(run, bound.site)
    if fitted.method == "inverse_transform":
        shape: Shape | None = (facts.samples,) if fitted.kind == "LabelEncoder" else None  # rows may have several
        return ArrayValue(
            facts.with_step(
                Step("opaque", None, origin), low=None, high=None, encoding=None, classes=None, dtype=None, shape=shape
            )
        )
    classes, step = value.state.get("number"), Step(step_kind, None, origin)
    seen = value.state.get("seen")
    own = array is not None and (seen is array or any(seen is one for one in array.family))
    full = classes is not None and (own or (array is not None and array.mixed and enough(facts.shape, classes)))
    if fitted.kind == "LabelEncoder":
        return _numbered(array, facts, classes, full, step)
    if fitted.kind == "OrdinalEncoder":
        dtype = dtype_name(fitted.settings["dtype"], "float64")
        return ArrayValue(facts.with_step(step, encoding=None, classes=None, dtype=dtype, low=None, high=None))
    if fitted.kind == "LabelBinarizer":
        plain = fitted.settings["neg_label"] == 0 and fitted.settings["pos_label"] == 1
        return _binarized(facts, classes, full, step) if plain else None
    if fitted.kind == "MultiLabelBinarizer":
        rows, given = elements(bound["X"]), bound["X"]
        samples = len(rows) if rows is not None else facts.samples
        listed = given.items if isinstance(given, ListValue) else rows or []
        single = bool(listed) and all(length(row) == 1 for row in listed)  # `[[label] for label in labels]`
        made = facts.with_step(
            step,
            shape=(samples, None),
            encoding=None if single else "multi_hot",
            classes=None,
            low=None,
            high=1.0 if fitted.settings["classes"] is None else None,
            role="labels",
            dtype="int64",
        )
        return ArrayValue(made)
    return _hot(fitted, facts, classes, full, step)


STEPS = {"LabelBinarizer": "binarize", "MultiLabelBinarizer": "binarize", "OneHotEncoder": "one_hot"}


def _numbered(array: ArrayValue | None, facts: ArrayFacts, classes: int | None, full: bool, step: Step) -> ArrayValue:
    encoding: Encoding = "binary" if classes is not None and classes <= 2 else "integer"
    shape: Shape | None = (facts.samples,) if facts.shape is not None else None
    made = facts.with_step(
        step,
        shape=shape,
        encoding=encoding,
        classes=classes if full else None,
        role="labels",
        # unless it is empty
        dtype="int64" if facts.samples != 0 and (facts.samples or full or (array and array.mixed)) else None,
        low=0.0 if full else None,
        high=float(classes - 1) if classes is not None and full else None,
    )
    return ArrayValue(made, mixed=array is not None and array.mixed, gapless=full, exact=full)


def _hot(fitted: Fitted, facts: ArrayFacts, classes: int | None, full: bool, step: Step) -> Value:
    """OneHotEncoder: a column for each category of each feature."""
    settings = fitted.settings
    single = facts.shape is not None and len(facts.shape) == 2 and facts.shape[1] == 1
    plain = not any(settings.given(name) for name in ("drop", "categories", "min_frequency", "max_categories"))
    sure = plain and (not settings.given("handle_unknown") or fitted.method == "fit_transform")
    hot = single and sure and classes != 1
    several = classes is not None and classes > 1 and full
    made = facts.with_step(
        step,
        shape=(facts.samples, classes if single and plain else None),
        low=0.0 if several else None,
        high=None if not several else 1.0,
        dtype=dtype_name(settings["dtype"], "float64"),
        encoding="one_hot" if hot else None,
        classes=classes if hot else None,
        role="labels" if single else facts.role,
    )
    return ArrayValue(made, gapless=full and hot)


def _binarized(facts: ArrayFacts, classes: int | None, full: bool, step: Step) -> ArrayValue:
    """LabelBinarizer: two classes make one column, more make one-hot rows."""
    if classes is None or (facts.shape is not None and len(facts.shape) != 1):
        samples = facts.samples if facts.shape is None or len(facts.shape) <= 1 else None
        return ArrayValue(
            facts.with_step(
                step, shape=(samples, None), low=None, high=None, encoding=None, classes=None, role="labels", dtype=None
            )
        )
    columns = 1 if classes <= 2 else classes
    dtype = "int64" if facts.dtype in ("int64", "str", "object") else None
    several = full and classes > 1
    made = facts.with_step(
        step,
        shape=(facts.samples, columns),
        encoding="binary" if columns == 1 else "one_hot",
        classes=columns if columns > 1 else classes if full else None,
        low=0.0 if several else None,
        high=1.0 if several else None,
        role="labels",
        dtype=dtype,
    )
    return ArrayValue(made, gapless=full)


def binarize_labels(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`label_binarize(y, classes=[...])`: labels that are not listed make rows of zeros."""
    listed = elements(bound["classes"])
    facts = value.facts
    plain = not bound.given("neg_label", "pos_label", "sparse_output")
    if not plain:
        return None
    count = len(listed) if listed is not None else None
    if count == 2 and facts.encoding != "binary" and facts.classes != 2:
        count = None  # more labels than are listed make two columns
    made = _binarized(facts, count, False, Step("binarize", None, origin_of(run, bound.site)))
    numbered = count is not None and listed == list(range(count)) and facts.encoding in ("integer", "binary")
    low, high = (-1.0 if facts.low is None else facts.low), facts.high
    inside = numbered and count is not None and high is not None and low >= 0 and high < count
    if made.facts.encoding == "one_hot" and not inside:
        made.facts = replace(made.facts, encoding=None, classes=None)
    return made


# --- rows -------------------------------------------------------------------------------------------------------
