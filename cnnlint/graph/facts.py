"""Facts about arrays: what is known of the data without looking at it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph.origins import Origin
from cnnlint.graph.values import Shape

Encoding = Literal["integer", "one_hot", "binary", "multi_hot", "continuous", "signs"]
"""How labels are written: class numbers 0..K-1, one row of K with a single 1, 0 or 1, several ones, a quantity, or −1
or 1."""

Role = Literal["features", "labels"]
Split = Literal["train", "test"]


class Step(Struct, frozen=True):
    """One thing that was done to an array. `kind` is one of these; a reader that knows no kind for it says "opaque".

    changing values: "scale" (multiplied by `factor`), "shift" (`factor` added), "standardize" (its own mean and
    deviation taken out), "normalize" (rows or pixels brought to unit length or range: `keras.utils.normalize`,
    `img / img.max()`), "clip", "preprocess" (a `preprocess_input`), "fit-scaler" (a fitted scaler's transform, see
    `fitted`), "convert" (an image to floating point, which scales it to 0..1), "modulo", "compare", "opaque"

    changing shape: "reshape", "flatten", "expand_dims", "squeeze", "transpose" (with `before` and `after`), "resize",
    "concat", "stack", "slice", "split", "batch"

    changing labels: "one_hot", "binarize" (LabelBinarizer), "encode" (LabelEncoder), "argmax"

    changing neither: "cast", "shuffle", "augment"
    """

    kind: str
    factor: float | None = None
    origin: Origin | None = None
    #: for fitted transformations, what the fit saw: "train", "test" or "all"; None when that is not known
    fitted: str | None = None
    #: for fitted transformations: it was fitted on this very array
    own: bool = False
    #: for "preprocess": the module of keras.applications whose `preprocess_input` it is ("vgg16"); for "cast": the
    #: type before it
    of: str = ""
    #: it takes the array's own mean out, so that some of the values are below 0
    centred: bool = False
    #: for "reshape", "flatten", "transpose", "expand_dims", "squeeze": the shapes on both sides
    before: Shape | None = None
    after: Shape | None = None


VALUE_STEPS = frozenset(
    {"scale", "shift", "standardize", "normalize", "clip", "preprocess", "fit-scaler", "convert", "opaque"}
)
"""Kinds of steps that change the range of an array's values."""


PARTS = frozenset({"slice", "split"})
"""Kinds of steps that leave samples out."""


REACHING = frozenset({"sklearn.datasets.make_regression"})
"""scikit-learn's targets that are sums of normal numbers times weights of 0 to 100: hundreds on both sides of 0."""

IMAGE_FILES = "image files"
"""The source of pictures that a program reads from files of its own."""

MANY = 32
"""Steps from which on those of a loop are not kept one by one; no program of the fixtures takes more than 5."""


class ArrayFacts(Struct, frozen=True):
    """What is known about an array. None is: not known.

    `shape` includes the axis of the samples. `low` and `high` bound the values. `classes` is the number of
    different labels (K).
    """

    shape: Shape | None = None
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    encoding: Encoding | None = None
    classes: int | None = None
    #: where the data comes from, for people: "keras.datasets.mnist", "sklearn.datasets.load_iris"
    source: str | None = None
    role: Role | None = None
    split: Split | None = None
    #: what was done to it since it came from its source, in order
    steps: tuple[Step, ...] = ()
    #: a name by which messages may call it
    name: str | None = None
    origin: Origin | None = None
    #: arrays derived from the same source array share its number
    root: int | None = None
    #: the samples are pictures or other signals whose values are intensities
    image: bool = False
    #: the numbers that the function of scikit-learn which made it was given, by their names
    recipe: tuple[tuple[str, float], ...] = ()

    def steps_with(self, step: Step) -> tuple[Step, ...]:
        """The steps and one more; of what a loop does over and over, the last time is kept."""
        before = self.steps
        if len(before) >= MANY and step in before:
            before = tuple(one for one in before if one != step)
        return (*before, step)

    def with_step(self, step: Step, **changes: object) -> ArrayFacts:
        """The facts after one more step."""
        return replace(self, steps=self.steps_with(step), **changes)

    def same_as(self, other: ArrayFacts | None) -> bool:
        """Whether another array is known to be this very one, as an autoencoder is given its pictures twice."""
        return self.root is not None and self == other

    def is_cut_from(self, whole: ArrayFacts) -> bool:
        """Whether it is `whole` and then a slice of it, or what a split of it held out."""
        before, after = whole.steps, self.steps
        held_out = whole.split is None and self.split == "test"
        if whole.root is None or self.root != whole.root or len(after) <= len(before):
            return False
        if self.split != whole.split and not held_out:
            return False
        if any(step.kind in PARTS for step in before) or after[: len(before)] != before:
            return False
        return all(step.kind in PARTS for step in after[len(before) :])

    @property
    def of_files(self) -> bool:
        """Whether it is pictures that the program reads from files of its own."""
        return self.source == IMAGE_FILES

    @property
    def reaching(self) -> bool:
        """Whether the values are known to go far beyond 1 on both sides of 0."""
        return self.source in REACHING and self.encoding == "continuous" and not self.changes

    @property
    def centred(self) -> bool:
        """Whether the last thing that changed the values took their mean out, so that some of them are below 0."""
        return bool(self.changes) and self.changes[-1].centred

    @property
    def changes(self) -> list[Step]:
        """The steps that changed the values, in order."""
        return [step for step in self.steps if step.kind in VALUE_STEPS]

    @property
    def prepared(self) -> tuple[object, ...] | None:
        """What was done to the values, in a form that can be compared; None if a step was not understood."""
        kinds = {step.kind for step in self.changes}
        if "opaque" in kinds:
            return None
        # scaling in one go or in two comes out the same: the bounds say so where they are known
        if kinds <= {"scale", "shift", "convert"} and self.low is not None and self.high is not None:
            return round(self.low, 3), round(self.high, 3)
        return tuple(sorted(kinds))

    def spans(self, other: ArrayFacts) -> bool:
        """Whether two ranges differ by less than a network can tell: pictures divided by 255, and by 256."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return False
        return max(abs(self.low - other.low), abs(self.high - other.high)) <= 0.01 * (self.high - self.low)

    @property
    def samples(self) -> int | None:
        """The length of the first axis."""
        return self.shape[0] if self.shape else None
