"""The catalogue as a whole: every rule is documented, tested, numbered as the catalogue orders it, and listed."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path

import pytest

from cnnlint.diagnostics import Severity
from cnnlint.experiments import NotTestable, Proof, Trial
from cnnlint.rule import Rule
from rules.examples import HEADINGS, RULES, sections

ROOT = Path(__file__).parents[2]
FAMILIES = {
    "activations": "1", "architecture": "2", "objective": "3", "normalisation": "4", "data": "5", "hygiene": "6",
}  # fmt: skip
#: the order in which codes were given out: it never changes, new rules are added at the end of their family
ORDER = {
    "1": "relu-before-softmax missing-conv-activation missing-dense-activation stacked-activations softmax-single-unit "
    "softmax-hidden-activation saturating-hidden-activation softmax-wrong-axis",
    "2": "shrinking-filters oversized-pooling even-kernel-size kernel-larger-than-feature-map shape-mismatch "
    "wrong-input-shape missing-flatten collapsed-feature-map channel-order-mismatch conv-legacy-positional-kernel "
    "dropout-before-pooling excessive-dropout dropout-on-output output-units-mismatch",
    "3": "double-softmax missing-output-activation sigmoid-with-categorical-crossentropy "
    "binary-crossentropy-multiclass single-unit-categorical-crossentropy single-sigmoid-for-multiclass "
    "label-encoding-loss-mismatch mse-for-classification crossentropy-for-regression accuracy-metric-for-regression "
    "relu-output-with-crossentropy relu-output-for-regression bounded-output-for-regression swapped-labels-logits "
    "argmax-on-single-unit scaled-class-labels",
    "4": "constant-init relu-without-he-init selu-without-lecun-init selu-with-plain-dropout bias-before-batchnorm "
    "dropout-before-batchnorm batchnorm-few-updates batchnorm-updates-not-run batchnorm-axis-mismatch "
    "constraint-as-regularizer",
    "5": "unnormalized-input double-normalization unused-preprocessing train-test-preprocessing-mismatch "
    "learning-rate-too-high learning-rate-too-low predict-missing-batch-dim training-flag-missing keep-prob-as-rate "
    "scrambling-reshape variable-init-in-training-loop validation-on-training-data uninitialized-variables",
    "6": "unused-layer bypassed-layer uncalled-layer no-trainable-layers",
}
OPT_IN = {"relu-without-he-init", "bias-before-batchnorm", "saturating-hidden-activation", "dropout-before-pooling"}


def name_of(rule: Rule) -> str:
    return rule.name


def test_codes_follow_the_order() -> None:
    expected = {
        f"CNN{family}{number:02}": name
        for family, names in ORDER.items()
        for number, name in enumerate(names.split(), start=1)
    }
    assert {rule.code: rule.name for rule in RULES} == expected


def test_opt_in_rules() -> None:
    assert {rule.name for rule in RULES if not rule.default} == OPT_IN
    assert all(rule.severity is Severity.INFO for rule in RULES if not rule.default)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_file_agrees_with_rule(rule: Rule) -> None:
    path = Path(inspect.getfile(type(rule)))
    assert path.name == rule.name.replace("-", "_") + ".py"
    assert rule.code[3] == FAMILIES[path.parent.name]
    assert type(rule).__name__ == "".join(word.capitalize() for word in rule.name.split("-"))
    assert path.read_text().startswith(f'"""{rule.code}."""\n')


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_one_file_holds_one_rule_on_few_screens(rule: Rule) -> None:
    text = Path(inspect.getfile(type(rule))).read_text()
    assert len(re.findall(r"^class \w+\(Rule\)", text, flags=re.MULTILINE)) == 1
    assert text.count("\n") <= 175


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_documentation_has_every_heading(rule: Rule) -> None:
    parts = sections(rule)
    assert tuple(parts) == HEADINGS
    assert all(parts.values())
    assert re.match(r"[^\n]+\.(?: Opt-in\.)?\n\n## What it does\n", rule.documentation()), (
        "one sentence, then the headings"
    )
    assert rule.documentation().split("\n")[0].endswith("Opt-in.") == (not rule.default)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_references_name_documentation_with_its_version(rule: Rule) -> None:
    references = re.split(r"^- ", sections(rule)["References"], flags=re.MULTILINE)[1:]
    assert references
    versioned = re.compile(r"(Keras|TensorFlow|NumPy|scikit-learn) \d")
    assert any(versioned.search(reference) or re.search(r"\(\d{4}\)", reference) for reference in references)
    assert any(versioned.search(reference) for reference in references)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_summary_and_experiment(rule: Rule) -> None:
    assert rule.summary
    assert rule.summary[0].isupper()
    assert not rule.summary.endswith(".")
    assert isinstance(rule.experiment, (Proof, Trial, NotTestable))
    if isinstance(rule.experiment, Trial):
        assert rule.experiment.pairs >= 6, "five pairs cannot reach p < 0.05"
        assert rule.experiment.margin > 0
    elif isinstance(rule.experiment, NotTestable):
        assert len(rule.experiment.reason) > 20


def test_rules_read_the_graph_and_nothing_behind_it() -> None:
    allowed = ("cnnlint.graph", "cnnlint.diagnostics", "cnnlint.remedies", "cnnlint.experiments", "cnnlint.rule")
    for rule in RULES:
        text = Path(inspect.getfile(type(rule))).read_text()
        for module in re.findall(r"^(?:from|import) (cnnlint[\w.]*)", text, flags=re.MULTILINE):
            assert module.startswith(allowed), f"{rule.name} imports {module}"


def test_nothing_else_knows_a_rule_by_name() -> None:
    names = re.compile("|".join(rf"[\"']{rule.name}[\"']|{rule.code}\\b" for rule in RULES))
    for path in (ROOT / "cnnlint").rglob("*.py"):
        assert not names.search(path.read_text()), f"{path.name} speaks of a rule"


def test_catalogue_page_is_current() -> None:
    spec = importlib.util.spec_from_file_location("generate_catalogue", ROOT / "scripts" / "generate_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    assert (ROOT / "rules" / "README.md").read_text(encoding="utf-8") == module.catalogue()
