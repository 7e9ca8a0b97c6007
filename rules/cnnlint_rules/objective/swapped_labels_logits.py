"""CNN314."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argument, Frameworks, Miswritten, Model, Program, WrongKind
from cnnlint.graph.library_calls import Call
from cnnlint.graph.versions import may_be_older
from cnnlint.rule import Finding, Rule, weight
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import NameOperands, NamePositional, Remedy

REFUSED = Proof("framework-refuses", "class numbers are whole, and scores in their place are refused")
#: what each major version of TensorFlow does with positional operands of the `…_with_logits` functions
EFFECT = {
    1: "TensorFlow 1 raises an error for positional operands",
    2: "TensorFlow 2 takes the first operand for the labels",
    None: "TensorFlow 2 takes the first operand for the labels (1.x raises an error)",
}
#: functions that took (logits, labels) in 0.x, keywords alone in 1.x, and take (labels, logits) in 2.x
FUNCTIONS = frozenset(f"tf.nn.{kind}_cross_entropy_with_logits" for kind in ("softmax", "sparse_softmax", "sigmoid"))
#: what programs call their scores and their labels, as whole words of a name
SCORES = re.compile(r"(?<![a-z])(pred(iction)?s?|logits?|scores?|outputs?|y_?hat|y_?pred)(?![a-z])", re.IGNORECASE)
TRUTH = re.compile(r"(y|ys|y_|\w*labels?|\w*targets?|truth|y_?true|one_?hot|y_?(train|batch))", re.IGNORECASE)


class SwappedLabelsLogits(Rule):
    """Prediction and truth in each other's places.

    ## What it does
    Finds losses such as `tf.nn.softmax_cross_entropy_with_logits` that are given the model's output where they expect
    the labels, and data where they expect the logits; and losses of the program's own that call the first of their two
    parameters the prediction and the second the truth, or take the logarithm of the labels and of nothing else.

    ## Why is this bad
    The loss is then the cross-entropy of a softmax of the labels, weighted by raw scores. It is linear in the scores:
    it falls without end, below zero, while the accuracy stays at chance. TensorFlow 0.x had the operands the other way
    round, 1.x refused positional operands because of that, and 2.x takes `labels` first: code and tutorials from before
    run again, and train nonsense.

    ## Example
    ```python
    import tensorflow as tf

    x = tf.compat.v1.placeholder(tf.float32, [None, 784])
    y = tf.compat.v1.placeholder(tf.float32, [None, 10])
    hidden = tf.compat.v1.layers.dense(x, 64, activation=tf.nn.relu)
    pred = tf.compat.v1.layers.dense(hidden, 10)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(pred, y))
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    x = tf.compat.v1.placeholder(tf.float32, [None, 784])
    y = tf.compat.v1.placeholder(tf.float32, [None, 10])
    hidden = tf.compat.v1.layers.dense(x, 64, activation=tf.nn.relu)
    pred = tf.compat.v1.layers.dense(hidden, 10)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=pred))
    ```

    ## Exceptions
    A file that shows itself to be written for TensorFlow 0.x (`tf.initialize_all_variables`) has the order of its time:
    silent; a file of graphs that uses nothing which came with 1.0 may be as old: a warning. Where nothing but the call
    is known, the names decide (`pred`, `logits`, `y`, `labels`), and names that say neither leave it open: silent.
    Distillation compares two models' outputs, and neither of them is data: silent, as it is where the second operand
    is called a prediction (`y_pred`).

    ## References
    - [TensorFlow 2: tf.nn.softmax_cross_entropy_with_logits](
      https://www.tensorflow.org/api_docs/python/tf/nn/softmax_cross_entropy_with_logits), `(labels, logits)`
    - [TensorFlow 0.12: the same function](
      https://github.com/tensorflow/tensorflow/blob/r0.12/tensorflow/python/ops/nn_ops.py), `(logits, labels)`
    """

    code = "CNN314"
    name = "swapped-labels-logits"
    severity = Severity.ERROR
    fix = "safe"
    summary = "Labels and logits of a loss have changed places"
    applies_to = "TensorFlow 1 and 2 (0.x had the other order)"
    experiment = Proof("swapped-operands", "the loss is linear in the model's outputs and has no lowest value")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each loss with swapped operands, unless the file is older than TensorFlow 1."""
        if program.frameworks.tensorflow == 0:
            return
        told = set()
        apis = {node.placement.api for model in program.models for node in model if node.placement is not None}
        apis.update(call.api for call in program.calls)
        aged = refuses_positions(program.frameworks) and may_be_older(apis)
        for model in program.models:
            for finding in self.swapped(model, program.frameworks, aged):
                told.add(finding.origin.span)
                yield finding
        for call in program.calls:
            if call.api in FUNCTIONS and call.origin.span not in told and len(call.positional) >= 2:
                told.add(call.origin.span)
                yield from by_names(call, program.frameworks, aged)
        for event in program.events_of(WrongKind):
            if event.why == "parameters":
                problem = "a loss is given the labels first, and calls them the prediction here"
                level = weight(event, Severity.WARNING)
                yield Finding(problem, event.origin, help="def loss(y_true, y_pred)", severity=level)
        for formula in program.events_of(Miswritten):
            if formula.why == "log of labels":
                problem = f"the logarithm is of the labels, {formula.what}, and of no answer"
                advice = "-y_true * log(y_pred)"
                yield Finding(problem, formula.origin, formula.model, help=advice, severity=Severity.WARNING)

    def swapped(self, model: Model, frameworks: Frameworks, aged: bool) -> Iterator[Finding]:
        """The findings of one model."""
        for loss in model.training.losses:
            given = loss.arguments.get("y_pred")
            if not loss.swapped or (given is not None and role(given) == "scores"):
                continue
            function = loss.placement.callee or loss.placement.api or loss.name or "the loss"
            operands = [loss.arguments[name] for name in ("y_true", "y_pred") if name in loss.arguments]
            named, raw = any(operand.keyword for operand in operands), loss.placement.api in FUNCTIONS
            effect = (
                "the keywords name them the wrong way round"
                if named
                else EFFECT.get(frameworks.tensorflow, EFFECT[None])
                if raw
                else "the labels come first"
            )
            refused = not named and raw and refuses_positions(frameworks)
            title = "name the operands: labels=…, logits=…" if raw else "exchange the operands"
            yield Finding(
                f"{function} is given the model's output as labels and the labels as logits: {effect}",
                loss.origin,
                model,
                loss.output,
                help=title,
                remedy=Remedy(title, (NameOperands(loss),), safe=refused) if raw else None,
                severity=Severity.WARNING if aged and raw and not named else None,
                experiment=REFUSED if raw and "sparse" in loss.placement.api else None,
            )


def by_names(call: Call, frameworks: Frameworks, aged: bool) -> Iterator[Finding]:
    """What the names of two positional operands say, where nothing else is known of them."""
    first, second = (role(argument) for argument in call.positional[:2])
    callee = call.callee or call.api
    if (first, second) == ("scores", "truth"):
        effect = EFFECT.get(frameworks.tensorflow, EFFECT[None])
        problem = f"{callee} is given the prediction first and the labels second, by position: {effect}"
        names = ("logits", "labels")
    elif (first, second) == ("truth", "scores") and refuses_positions(frameworks):
        problem = f"{callee} is given its operands by position: {EFFECT[1]}"
        names = ("labels", "logits")
    else:
        return
    edits = (NamePositional(call.origin, names),)
    remedy = Remedy("name the operands: labels=…, logits=…", edits, safe=refuses_positions(frameworks))
    yield Finding(problem, call.origin, remedy=remedy, severity=Severity.WARNING if aged else None)


def refuses_positions(frameworks: Frameworks) -> bool:
    """Whether the file is for TensorFlow 1 itself, which takes these operands by keyword alone."""
    return frameworks.tensorflow == 1 and not frameworks.compat_v1


def role(argument: Argument) -> str:
    """ "scores" or "truth" by what an operand is called, "" where its name says neither or both."""
    text = argument.origin.text if argument.origin is not None else ""
    if not re.fullmatch(r"[\w.]+", text):
        return ""
    name = text.rpartition(".")[2]
    scores, truth = bool(SCORES.search(name)), bool(TRUTH.fullmatch(name))
    return ("scores" if scores else "truth") if scores != truth else ""
