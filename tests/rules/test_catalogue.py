"""The catalogue as a whole: every rule is documented, tested, numbered as the catalogue orders it, and listed."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import sys
from pathlib import Path
from typing import get_args

import pytest
from expectations import FIXTURES, expectations

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.fixes.proving import with_fixes
from cnnlint.graph.misuses import Misuse
from cnnlint.lint.one_file import linter
from cnnlint.rule import Rule
from cnnlint.rule.experiments import NotTestable, Proof, Trial
from cnnlint.rule.listing import explain, list_rules
from rules import test_remedies
from rules.examples import HEADINGS, RULES, block, found, sections
from rules.exceptions import READ_RIGHT, SILENT_ON

ROOT = Path(__file__).parents[2]
FAMILIES = {
    "activations": "1",
    "architecture": "2",
    "objective": "3",
    "normalisation": "4",
    "data": "5",
    "hygiene": "6",
    "api": "7",
}
#: the order in which codes were given out: it never changes, new rules are added at the end of their family; a number
#: is that of the rule behind it, where some before it were never given out
ORDER = {
    "1": "relu-before-softmax missing-conv-activation missing-dense-activation stacked-activations softmax-single-unit "
    "softmax-hidden-activation saturating-hidden-activation softmax-wrong-axis",
    "2": "shrinking-filters oversized-pooling even-kernel-size kernel-larger-than-feature-map shape-mismatch "
    "wrong-input-shape missing-flatten collapsed-feature-map channel-order-mismatch conv-legacy-positional-kernel "
    "dropout-before-pooling excessive-dropout dropout-on-output output-units-mismatch input-count-mismatch "
    "unconnected-input repeated-merge-input",
    "3": "double-softmax missing-output-activation sigmoid-with-categorical-crossentropy "
    "binary-crossentropy-multiclass single-unit-categorical-crossentropy single-sigmoid-for-multiclass "
    "label-encoding-loss-mismatch mse-for-classification crossentropy-for-regression accuracy-metric-for-regression "
    "relu-output-with-crossentropy relu-output-for-regression bounded-output-for-regression swapped-labels-logits "
    "argmax-on-single-unit scaled-class-labels target-shape-mismatch metric-target-mismatch text-labels "
    "loss-read-as-accuracy inverted-loss argmax-over-samples missing-targets loss-count-mismatch target-count-mismatch "
    "class-weight-mismatch metric-never-reset unsuited-score threshold-on-logits unguarded-logarithm "
    "swapped-features-labels constant-targets "
    "335 adversarial-output-mismatch loss-without-answers",
    "4": "constant-init relu-without-he-init selu-without-lecun-init selu-with-plain-dropout bias-before-batchnorm "
    "dropout-before-batchnorm batchnorm-few-updates batchnorm-updates-not-run batchnorm-axis-mismatch "
    "constraint-as-regularizer oversized-init",
    "5": "unnormalized-input double-normalization unused-preprocessing train-test-preprocessing-mismatch "
    "learning-rate-too-high learning-rate-too-low predict-missing-batch-dim training-flag-missing keep-prob-as-rate "
    "scrambling-reshape variable-init-in-training-loop validation-on-training-data uninitialized-variables "
    "sample-count-mismatch mismatched-preprocessing excessive-regularization untrained-model "
    "embedding-input-mismatch shuffled-apart unscaled-targets target-among-features "
    "callback-without-validation unfitted-preprocessing misled-callback labels-of-other-split dropout-never-active "
    "dropout-at-evaluation unused-callback unlike-validation samples-as-steps "
    "exhausted-generator prepared-apart fitted-before-split misplaced-batch frozen-randomness miswritten-attention "
    "miswritten-sampling miswritten-action-values opponent-labels blended-classes unmixed-classes "
    "padding-as-word batch-of-other-size "
    "stray-schedule 548 opponent-weights miswritten-step "
    "half-precision-output 555 blue-first-pictures gaps-in-data",
    "6": "unused-layer bypassed-layer uncalled-layer no-trainable-layers exported-in-training-mode non-finite-weights "
    "dead-channel unused-initializer frozen-random-layers unfrozen-opponent",
    "7": "unknown-argument unknown-name call-without-return trainable-after-compile no-gradient-path "
    "prediction-outside-tape missing-compile unapplied-gradients layer-made-in-call layer-for-tensor "
    "argument-out-of-range unreported-figure missing-super-init optimizer-made-in-step "
    "argument-of-wrong-kind missing-argument unloadable-model unpacking-mismatch shuffled-state 725 uncalled-factory "
    "misread-stream "
    "discarded-result gathered-gradients 732 unread-part unshared-towers",
}
OPT_IN = {"relu-without-he-init", "bias-before-batchnorm", "dropout-before-pooling"}


def name_of(rule: Rule) -> str:
    return rule.name


def test_codes_follow_the_order() -> None:
    expected = dict[str, str]()
    for family, names in ORDER.items():
        code = int(family) * 100
        for name in names.split():
            code = int(name) - 1 if name.isdigit() else code + 1
            if not name.isdigit():
                expected[f"CNN{code}"] = name
    assert {rule.code: rule.name for rule in RULES} == expected


def test_opt_in_rules() -> None:
    assert {rule.name for rule in RULES if not rule.default} == OPT_IN
    assert all(rule.severity is Severity.INFO for rule in RULES if not rule.default)


def check_file_agrees_with_rule(rule: Rule) -> None:
    path = Path(inspect.getfile(type(rule)))
    assert path.name == rule.name.replace("-", "_") + ".py"
    assert rule.code[3] == FAMILIES[path.parent.name]
    assert type(rule).__name__ == "".join(word.capitalize() for word in rule.name.split("-"))
    assert path.read_text().startswith(f'"""{rule.code}."""\n')


def check_one_file_holds_one_rule_on_few_screens(rule: Rule) -> None:
    text = Path(inspect.getfile(type(rule))).read_text()
    assert len(re.findall(r"^class \w+\(Rule\)", text, flags=re.MULTILINE)) == 1
    assert text.count("\n") <= 175


def check_documentation_has_every_heading(rule: Rule) -> None:
    parts = sections(rule)
    assert tuple(parts) == HEADINGS
    assert all(parts.values())
    assert re.match(r"[^\n]+\.(?: Opt-in\.)?\n\n## What it does\n", rule.documentation()), (
        "one sentence, then the headings"
    )
    assert rule.documentation().split("\n")[0].endswith("Opt-in.") == (not rule.default)


def check_references_name_documentation_with_its_version(rule: Rule) -> None:
    references = re.split(r"^- ", sections(rule)["References"], flags=re.MULTILINE)[1:]
    assert references
    versioned = re.compile(r"(Keras|TensorFlow|NumPy|scikit-learn|ONNX|PyTorch) \d")
    assert any(versioned.search(reference) or re.search(r"\(\d{4}\)", reference) for reference in references)
    assert any(versioned.search(reference) for reference in references)


def check_summary_and_experiment(rule: Rule) -> None:
    assert rule.summary
    assert rule.summary[0].isupper()
    assert not rule.summary.endswith(".")
    assert isinstance(rule.experiment, (Proof, Trial, NotTestable))
    if isinstance(rule.experiment, Trial):
        assert rule.experiment.pairs >= 6, "five pairs cannot reach p < 0.05"
        assert rule.experiment.margin > 0
    elif isinstance(rule.experiment, NotTestable):
        assert len(rule.experiment.reason) > 20


def check_both_examples_are_there(rule: Rule) -> None:
    """That they are found and clean is for test_examples; here they exist, as one block each."""
    assert block(rule, "Example").strip()
    assert block(rule, "Use instead").strip()


def check_remedy_is_tested_or_advice_says_what_to_do(rule: Rule) -> None:
    remedies = [finding.remedy for finding in test_remedies.findings(rule)]
    assert remedies
    if rule.name in test_remedies.ADVICE:
        assert remedies == [None] * len(remedies)
    else:
        assert all(remedy is not None and remedy.edits for remedy in remedies)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name not in test_remedies.ADVICE], ids=name_of)
def test_remedy_is_written_into_the_example_or_says_why_not(rule: Rule) -> None:
    engine, data = linter(Settings(select=(rule.code,))), block(rule, "Example").encode()
    result = engine.lint("model.py", data, None)
    with_fixes(engine, result, data, None)
    own = [(diagnostic, finding.remedy) for diagnostic, finding, _ in result.findings if diagnostic.code == rule.code]
    assert own
    for diagnostic, remedy in own:
        assert remedy is not None
        if remedy.advice is None:
            assert diagnostic.fix is not None, f"nothing is written, and no reason given: {remedy.title}"
        else:
            assert diagnostic.fix is None
            assert len(remedy.advice.split()) >= 5
            assert remedy.advice in (diagnostic.help or "")


EXCEPTIONS = [
    pytest.param(rule, fixture, id=f"{rule}: {what}")
    for table in (SILENT_ON, READ_RIGHT)
    for rule, cases in table.items()
    for what, fixture in cases.items()
]


@pytest.mark.parametrize(("name", "fixture"), EXCEPTIONS)
def test_exception_has_a_fixture_that_stays_silent(name: str, fixture: str) -> None:
    (rule,) = [rule for rule in RULES if rule.name == name]
    path = FIXTURES / "rules" / name / fixture
    assert name in expectations(path).absent
    assert not found(path.read_text(encoding="utf-8"), rule)


def check_exceptions_are_told(rule: Rule) -> None:
    """A rule with exceptions names them; the heading says more than that there are none."""
    assert rule.name not in SILENT_ON or len(sections(rule)["Exceptions"].split()) >= 8


def check_frameworks_and_versions_are_stated(rule: Rule) -> None:
    assert "applies_to" in vars(type(rule)), "stated by the rule itself, not inherited"
    assert re.search(r"(Keras|TensorFlow) [123]|^ONNX$", rule.applies_to)
    (listed,) = [entry for entry in json.loads(list_rules(Settings(), "json")) if entry["code"] == rule.code]
    assert listed["applies_to"] == rule.applies_to
    assert f"Applies to: {rule.applies_to}\n" in explain(Settings(), rule.code, "text")
    assert json.loads(explain(Settings(), rule.name, "json"))["applies_to"] == rule.applies_to
    assert f"`{rule.code}` · {rule.severity.value} · {rule.applies_to} ·" in (ROOT / "rules" / "README.md").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule_is_whole(rule: Rule) -> None:
    for check in (
        check_file_agrees_with_rule,
        check_exceptions_are_told,
        check_remedy_is_tested_or_advice_says_what_to_do,
        check_one_file_holds_one_rule_on_few_screens,
        check_documentation_has_every_heading,
        check_references_name_documentation_with_its_version,
        check_summary_and_experiment,
        check_both_examples_are_there,
        check_frameworks_and_versions_are_stated,
    ):
        check(rule)


def test_depth_decides_what_is_said_of_he_initialisation() -> None:
    """Below eight weighted layers no effect was measured, and the message says so."""
    (rule,) = [rule for rule in RULES if rule.name == "relu-without-he-init"]
    for depth, measured in ((3, False), (12, True)):
        hidden = "".join("    layers.Dense(64, activation='relu'),\n" for _ in range(depth))
        text = (
            "from keras import Sequential, layers\n\n"
            f"model = Sequential([\n    layers.Input((20,)),\n{hidden}    layers.Dense(3, activation='softmax'),\n])\n"
        )
        messages = [diagnostic.message for diagnostic in found(text, rule)]
        assert len(messages) == depth
        assert all(("no effect was measured" in message) != measured for message in messages)


def test_rules_read_the_graph_and_nothing_behind_it() -> None:
    allowed = ("cnnlint.graph", "cnnlint.diagnostics", "cnnlint.rule")
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


def test_each_misuse_of_data_is_told_by_the_rule_that_it_stands_under() -> None:
    listed = [line.strip() for line in (ROOT / "cnnlint/graph/misuses.py").read_text().splitlines()]
    rules = {rule.name: inspect.getsource(sys.modules[type(rule).__module__]) for rule in RULES}
    asked: dict[str, str] = {}
    heading = ""
    for line in listed:
        if line.startswith("# "):
            heading = line[2:]
        elif line.startswith('"') and line.endswith('",'):
            asked[line.rstrip(",")] = heading
    words = {f'"{word}"' for group in get_args(Misuse) for word in get_args(group)}
    assert set(asked) == words
    for word, name in asked.items():
        told = [rule for rule, source in rules.items() if "DataMisused" in source and word in source]
        assert told == [name], word
