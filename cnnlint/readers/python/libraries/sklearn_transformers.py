"""scikit-learn's scalers, encoders and other transformers: fitted on one array and applied to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.statistics import fitted_on
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ObjectValue,
    Unknown,
    Value,
    elements,
    numbers,
)

Handler = Callable[[Run, CallSite], Value]

# --- scalers ----------------------------------------------------------------------------------------------------

SCALERS = ("StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler", "Normalizer", "QuantileTransformer",
           "PowerTransformer")  # fmt: skip
PASSING = ("SimpleImputer", "Imputer", "SMOTE", "RandomOverSampler", "RandomUnderSampler", "ADASYN")
REDUCING = ("PCA", "TruncatedSVD", "FastICA", "TSNE", "SelectKBest", "PolynomialFeatures", "TfidfVectorizer",
            "CountVectorizer", "ColumnTransformer")  # fmt: skip


def scaler(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of a scaler."""
    array = lifted(run, site.value(0, "X", "y"))
    if name in ("fit", "fit_transform", "partial_fit"):
        value.state["fitted"] = fitted_on(array.facts) if array is not None else None
    if name in ("fit", "partial_fit"):
        return value
    if array is None:
        return Unknown(f"{name}()", ("call", site.api or name, run.building.place(site)))
    kind = value.name.rpartition(".")[2]
    origin = origin_of(run, site)
    if name == "inverse_transform":
        return ArrayValue(array.facts.with_step(Step("opaque", None, origin), low=None, high=None, dtype="float64"))
    if kind == "Normalizer":
        return ArrayValue(array.facts.with_step(Step("normalize", None, origin), low=None, high=None, dtype="float64"))
    step = Step("fit-scaler", None, origin, fitted=value.state.get("fitted"))
    low, high = _scaled_range(kind, value.site)
    facts = array.facts
    encoding = "continuous" if facts.encoding == "continuous" else None
    made = facts.with_step(step, low=low, high=high, dtype="float64", encoding=encoding, classes=None)
    if name == "fit_transform":
        value.state["fit step"] = step
    else:
        # it was fitted by a fit_transform whose result nobody kept: that is no loss if the scaler is used later
        kept = [event for event in run.events if event.details.get("step") != value.state.get("fit step")]
        run.events[:] = kept if "fit step" in value.state else run.events
    if value.site.value(None, "copy", default=True) is not True:
        array.facts = made
        return array
    return ArrayValue(made)


def _scaled_range(kind: str, site: CallSite) -> tuple[float | None, float | None]:
    if kind == "MinMaxScaler":
        ends = numbers(elements(site.value(0, "feature_range", default=(0, 1))))
        if ends is not None and len(ends) == 2:
            return float(ends[0]), float(ends[1])
    if kind == "QuantileTransformer" and not site.keywords and not site.open:
        return 0.0, 1.0
    return None, None


def scaled_by_function(name: str) -> Handler:
    """`sklearn.preprocessing.scale(x)` and its kin: the array's own statistics."""

    def make(run: Run, site: CallSite) -> Value:
        array = lifted(run, site.value(0, "X"))
        if array is None:
            return Unknown(f"{name}()", ("call", name, run.building.place(site)))
        origin = origin_of(run, site)
        if name == "normalize":
            return ArrayValue(
                array.facts.with_step(Step("normalize", None, origin), low=None, high=None, dtype="float64")
            )
        if name == "binarize":
            return ArrayValue(array.facts.with_step(Step("compare", None, origin), low=0.0, high=1.0))
        low, high = (0.0, 1.0) if name == "minmax_scale" and not site.keywords else (None, None)
        step = Step("standardize", None, origin, fitted=fitted_on(array.facts))
        return ArrayValue(array.facts.with_step(step, low=low, high=high, dtype="float64"))

    return make


def reducer(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of a transformer that makes other features: PCA, for instance."""
    if name == "fit":
        return value
    array = lifted(run, site.value(0, "X"))
    facts = array.facts if array is not None else ArrayFacts()
    count = value.site.value(0, "n_components", default=None)
    kind = value.name.rpartition(".")[2]
    columns = count if isinstance(count, int) and kind in ("PCA", "TruncatedSVD", "FastICA", "TSNE") else None
    step = Step("opaque", None, origin_of(run, site))
    return ArrayValue(
        facts.with_step(step, shape=(facts.samples, columns), low=None, high=None, encoding=None, image=False)
    )


def passing(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of a transformer that keeps what the features are: imputation, resampling."""
    if name == "fit":
        return value
    arrays = [lifted(run, passed.value) for passed in site.positional]
    resampled = "sample" in name
    kept: list[Value] = []
    for array in arrays:
        if array is None:
            kept.append(Unknown(f"{name}()", ("call", name, run.building.place(site), len(kept))))
            continue
        facts = array.facts
        shape = (None, *facts.shape[1:]) if resampled and facts.shape is not None else facts.shape
        kept.append(ArrayValue(replace(facts, shape=shape, name=None)))
    return tuple(kept) if resampled else kept[0] if kept else Unknown(f"{name}()")


# --- encoders ---------------------------------------------------------------------------------------------------

ENCODERS = ("LabelEncoder", "LabelBinarizer", "OneHotEncoder", "MultiLabelBinarizer", "OrdinalEncoder")


def encoder(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of an encoder of labels."""
    array = lifted(run, site.value(0, "X", "y"))
    facts = array.facts if array is not None else ArrayFacts()
    kind = value.name.rpartition(".")[2]
    if name in ("fit", "fit_transform"):
        known = facts.classes if facts.encoding != "multi_hot" else None
        value.state["number"] = known
        value.state["classes_"] = ArrayValue(ArrayFacts((known,), facts.dtype))
    if name == "fit":
        return value
    origin = origin_of(run, site)
    if name == "inverse_transform":
        return ArrayValue(facts.with_step(Step("opaque", None, origin), low=None, high=None, encoding=None))
    classes = value.state.get("number")
    if kind == "LabelEncoder":
        encoding: Encoding = "binary" if classes == 2 else "integer"
        return ArrayValue(
            facts.with_step(
                Step("encode", None, origin),
                encoding=encoding,
                classes=classes,
                role="labels",
                dtype="int64",
                low=0.0,
                high=float(classes - 1) if classes else None,
            )
        )
    if kind == "OrdinalEncoder":
        return ArrayValue(
            facts.with_step(Step("encode", None, origin), encoding=None, dtype="float64", low=0.0, high=None)
        )
    if kind == "LabelBinarizer":
        return ArrayValue(_binarized(facts, classes, Step("binarize", None, origin)))
    if kind == "MultiLabelBinarizer":
        return ArrayValue(
            facts.with_step(
                Step("binarize", None, origin),
                shape=(facts.samples, None),
                encoding="multi_hot",
                classes=None,
                low=0.0,
                high=1.0,
                role="labels",
                dtype="int64",
            )
        )
    single = facts.shape is not None and len(facts.shape) == 2 and facts.shape[1] == 1
    step = Step("one_hot", None, origin)
    return ArrayValue(
        facts.with_step(
            step,
            shape=(facts.samples, classes if single else None),
            low=0.0,
            high=1.0,
            dtype="float64",
            encoding="one_hot" if single else None,
            classes=classes if single else None,
            role="labels" if single else facts.role,
        )
    )


def _binarized(facts: ArrayFacts, classes: int | None, step: Step) -> ArrayFacts:
    """LabelBinarizer: two classes make one column, more make one-hot rows."""
    if classes is None:
        return facts.with_step(
            step, shape=(facts.samples, None), low=0.0, high=1.0, encoding=None, role="labels", dtype="int64"
        )
    columns = 1 if classes == 2 else classes
    return facts.with_step(
        step,
        shape=(facts.samples, columns),
        encoding="binary" if classes == 2 else "one_hot",
        classes=classes,
        low=0.0,
        high=1.0,
        role="labels",
        dtype="int64",
    )


def binarize_function(run: Run, site: CallSite) -> Value:
    """`label_binarize(y, classes=[...])`."""
    array = lifted(run, site.value(0, "y"))
    listed = elements(site.value(None, "classes", default=None))
    facts = array.facts if array is not None else ArrayFacts()
    return ArrayValue(
        _binarized(facts, len(listed) if listed is not None else None, Step("binarize", None, origin_of(run, site)))
    )
