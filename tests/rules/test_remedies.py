"""What a rule proposes is put to the test: the repaired twin of its bad example no longer has the finding."""

from __future__ import annotations

import pytest

from cnnlint.graph import Frameworks, Program
from cnnlint.readers.onnx import read as read_onnx
from cnnlint.readers.python import read
from cnnlint.rule import Finding, Rule
from cnnlint.rule.remedies import EncodeLabels, ReplaceInput, ScaleInputs
from cnnlint.twins import repaired
from rules.examples import RULES, as_file, block

#: rules without a graph edit: what is to be done is more than one place, or outside of the model
ADVICE = {
    "adversarial-output-mismatch",
    "loss-without-answers",
    "opponent-weights",
    "miswritten-step",
    "stray-schedule",
    "half-precision-output",
    "unread-part",
    "unshared-towers",
    "swapped-features-labels",
    "constant-targets",
    "padding-as-word",
    "batch-of-other-size",
    "shuffled-state",
    "dead-channel",
    "metric-never-reset",
    "fitted-before-split",
    "misplaced-batch",
    "frozen-randomness",
    "miswritten-attention",
    "miswritten-sampling",
    "miswritten-action-values",
    "opponent-labels",
    "blended-classes",
    "unmixed-classes",
    "blue-first-pictures",
    "gaps-in-data",
    "uncalled-factory",
    "misread-stream",
    "discarded-result",
    "gathered-gradients",
    "threshold-on-logits",
    "misled-callback",
    "unused-callback",
    "unlike-validation",
    "samples-as-steps",
    "unreported-figure",
    "unsuited-score",
    "prepared-apart",
    "exhausted-generator",
    "unloadable-model",
    "unpacking-mismatch",
    "labels-of-other-split",
    "unconnected-input",
    "repeated-merge-input",
    "unfrozen-opponent",
    "class-weight-mismatch",
    "dropout-at-evaluation",
    "argument-of-wrong-kind",
    "missing-argument",
    "missing-targets",
    "unfitted-preprocessing",
    "exported-in-training-mode",
    "non-finite-weights",
    "unused-initializer",
    "accuracy-metric-for-regression",
    "argmax-on-single-unit",
    "batchnorm-updates-not-run",
    "call-without-return",
    "collapsed-feature-map",
    "constraint-as-regularizer",
    "excessive-regularization",
    "frozen-random-layers",
    "input-count-mismatch",
    "loss-count-mismatch",
    "target-count-mismatch",
    "argmax-over-samples",
    "callback-without-validation",
    "argument-out-of-range",
    "inverted-loss",
    "unguarded-logarithm",
    "layer-for-tensor",
    "layer-made-in-call",
    "dropout-never-active",
    "missing-super-init",
    "optimizer-made-in-step",
    "loss-read-as-accuracy",
    "missing-compile",
    "unapplied-gradients",
    "embedding-input-mismatch",
    "shuffled-apart",
    "target-among-features",
    "unscaled-targets",
    "untrained-model",
    "mismatched-preprocessing",
    "keep-prob-as-rate",
    "metric-target-mismatch",
    "no-gradient-path",
    "no-trainable-layers",
    "prediction-outside-tape",
    "predict-missing-batch-dim",
    "sample-count-mismatch",
    "scaled-class-labels",
    "scrambling-reshape",
    "shape-mismatch",
    "text-labels",
    "training-flag-missing",
    "trainable-after-compile",
    "uncalled-layer",
    "uninitialized-variables",
    "unused-layer",
    "unused-preprocessing",
    "validation-on-training-data",
    "variable-init-in-training-loop",
    "wrong-input-shape",
}


def findings(rule: Rule) -> list[Finding]:
    name, data = as_file(block(rule, "Example"))
    program = (read if name.endswith(".py") else read_onnx)(name, data).program
    assert program is not None
    return list(rule.check(program))


def test_rules_without_a_remedy_are_named() -> None:
    assert {rule.name for rule in RULES if all(f.remedy is None for f in findings(rule))} == ADVICE


def test_advice_says_what_to_do() -> None:
    assert [rule.name for rule in RULES if rule.name in ADVICE and not all(one.help for one in findings(rule))] == []


#: rules whose remedies are edits of the text, and say nothing of the graph before it is read again
OF_TEXT = {"unknown-argument", "unknown-name"}


@pytest.mark.parametrize("rule", [r for r in RULES if r.name not in ADVICE | OF_TEXT], ids=lambda rule: rule.name)
def test_repaired_twin_is_free_of_the_finding(rule: Rule) -> None:
    for finding in findings(rule):
        assert finding.model is not None
        assert finding.remedy is not None
        assert finding.remedy.title
        twin = repaired(finding.model, finding.remedy)
        if any(isinstance(edit, (ScaleInputs, EncodeLabels, ReplaceInput)) for edit in finding.remedy.edits):
            continue  # edits of the data, which the twin takes over when it is trained
        program = Program("twin.py", models=[twin.model], frameworks=Frameworks())
        left = [other.origin for other in rule.check(program)]
        assert finding.origin not in left
