"""What metrics of Keras 3 refuse to compare: arrays of sizes or axes that do not go together.

Keras 3.15 was asked about all pairs of shapes of up to three axes: of the metrics in
`EXACT` the contract's refusals are Keras's own.
"""

from __future__ import annotations

from cnnlint.graph import CallRefused
from cnnlint.graph.contracts import METRICS, fit
from cnnlint.graph.walks import spell
from cnnlint.readers.python.building.layers.on_data import Whole, whole
from cnnlint.readers.python.naming import snake
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, ObjectValue

_EXACT = """
BinaryAccuracy BinaryCrossentropy CategoricalCrossentropy CategoricalHinge CosineSimilarity Hinge KLDivergence
MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson RootMeanSquaredError
SquaredHinge
"""
EXACT = frozenset(_EXACT.split())
#: metrics of a table of samples and columns (metrics/f_score_metrics.py, regression_metrics.py: "rank 2")
TABLES = frozenset({"F1Score", "FBetaScore"})


def refuse(run: Run, metric: ObjectValue, site: CallSite) -> None:
    """Tell the rules of `metric.update_state(y_true, y_pred)` with arrays that it does not compare."""
    module, _, name = metric.name.rpartition(".")
    true, answer = whole(site.value(0, "y_true")), whole(site.value(1, "y_pred"))
    if module != "keras.metrics" or not true or not answer or run.versions.keras != 3 or site.open or run.trying:
        return
    problem = _problem(name, true, answer)
    if problem and site.node is not None:
        run.event(CallRefused(origin=run.origin(site.node), problem=f"{name} {problem}", advice="make the sizes agree"))


def _problem(name: str, true: Whole, answer: Whole) -> str:
    shapes = f"it is given {spell(true)} and {spell(answer)}"
    if name in TABLES and (len(true) != 2 or len(answer) != 2):
        return f"takes a row for each sample, with a column for each class; {shapes}"
    if name == "R2Score" and len(true) != 2 and len(answer) != 2:
        return f"takes a row for each sample, with a column for each number; {shapes}"
    contract = METRICS.get(snake(name)) if name in EXACT else None
    if contract is not None and true[0] == answer[0] and fit(contract, true, answer) == "refused":
        return f"cannot compare {spell(true)} with {spell(answer)}"
    return ""
