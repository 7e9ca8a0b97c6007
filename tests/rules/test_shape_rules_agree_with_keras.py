"""The shape rules against Keras itself: an error here is a refusal there, and the reverse.

Every fixture of these rules, the examples of their documentation and a grid of small programs are built, and fed
where they call fit, by the installed Keras in a child process.
"""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from expectations import FIXTURES
from installed import refuses_empty_outputs

from cnnlint.diagnostics import Diagnostic, Severity
from rules.asking import asked
from rules.examples import RULES, block, lint
from rules.shape_programs import HEAD, programs

pytest.importorskip("keras")
pytestmark = refuses_empty_outputs

BUILD = {"kernel-larger-than-feature-map", "shape-mismatch", "collapsed-feature-map"}
CALL = {"missing-flatten", "wrong-input-shape"}
SHAPE_RULES = sorted(BUILD | CALL)
#: a picture without the axis of the batch is refused as well, and has a rule of its own
NEIGHBOURS = {"predict-missing-batch-dim"}
#: written for a Keras that is not installed, or for what `keras_says` has no stand-in for: nothing can be said about it
NOT_KERAS = {
    "kernel-larger-than-feature-map/bad_in_settings_by_default.py",
    "kernel-larger-than-feature-map/good_kernel_in_two_numbers.py",
    "kernel-larger-than-feature-map/good_order_that_is_asked_for.py",
    "missing-flatten/bad_steps_of_a_vectorization.py",
    "missing-flatten/good_number_of_places_not_known.py",
    "missing-flatten/good_steps_of_a_vectorization.py",
    "shape-mismatch/bad_a_program_that_tells_of_errors.py",
    "shape-mismatch/bad_sizes_by_default.py",
    "shape-mismatch/good_axis_of_samples_that_are_counted.py",
    "shape-mismatch/good_batch_size_that_is_given.py",
    "shape-mismatch/good_batch_size_that_is_kept.py",
    "shape-mismatch/good_behind_an_assertion.py",
    "shape-mismatch/good_conditions_that_hold_together.py",
    "shape-mismatch/good_dictionary_filled_in_a_loop.py",
    "shape-mismatch/good_input_dim_beside_a_shape.py",
    "shape-mismatch/good_kernel_of_planes.py",
    "shape-mismatch/good_lambda_of_tensorflow_2.py",
    "shape-mismatch/good_merge_of_keras_1_over_axis_0.py",
    "shape-mismatch/good_number_appended_to_a_row.py",
    "shape-mismatch/good_number_of_samples_in_a_given_shape.py",
    "shape-mismatch/good_size_from_the_command_line.py",
    "shape-mismatch/good_size_of_a_transposed_convolution.py",
    "shape-mismatch/good_upsampling_of_pictures_in_keras_2.py",
    "shape-mismatch/good_vectors_of_all_words.py",
    "wrong-input-shape/bad_placeholder_fed_a_single_picture.py",
    "wrong-input-shape/bad_samples_as_width.py",
    "wrong-input-shape/good_after_the_first_ten.py",
    "wrong-input-shape/good_class_numbers_for_rows.py",
    "wrong-input-shape/good_folder_of_configured_order.py",
    "wrong-input-shape/good_index_in_a_list.py",
    "wrong-input-shape/good_list_of_one_array_fed.py",
    "wrong-input-shape/good_pairs_of_pictures.py",
    "wrong-input-shape/good_rows_fed_one_by_one.py",
    "wrong-input-shape/good_sizes_left_for_the_reader.py",
    "wrong-input-shape/good_square_tables.py",
    "wrong-input-shape/good_steps_of_measurements.py",
    "wrong-input-shape/good_table_of_neighbours.py",
}
#: what is trained where a rule's example ends with compile: one answer for each sample
ONE_ANSWER = """
import numpy as np
rows = np.zeros((2, *model.input_shape[1:]), "float32")
model.fit(rows, np.eye(model.output_shape[-1])[:2])
"""
GRID = dict(programs())
Answer = tuple[str, str]


def keras_says(texts: Iterable[str]) -> list[Answer]:
    """Keras's answers to programs: "built", "build" or "call", and its message."""
    script = Path(__file__).with_name("keras_says.py")
    return [(stage, message) for stage, message in asked([str(script)], list(texts))]


def findings(text: str) -> list[Diagnostic]:
    """What the shape rules, and the one that takes a case off them, say."""
    result = lint(text)
    assert not result.errors, result.errors
    return [diagnostic for diagnostic in result.diagnostics if diagnostic.name in BUILD | CALL | NEIGHBOURS]


def stage_of(diagnostic: Diagnostic) -> str:
    return "build" if diagnostic.name in BUILD else "call"


def disagreements(cases: dict[str, str]) -> list[str]:
    """The programs about which cnnlint and Keras differ, in words."""
    differing = []
    for (name, text), (stage, message) in zip(cases.items(), keras_says(cases.values()), strict=True):
        errors = [d for d in findings(text) if d.severity is Severity.ERROR]
        # Keras stops at the first refusal; cnnlint goes on, so that a later stage may be reported besides
        said = min((stage_of(d) for d in errors), default="built", key=("build", "call").index)
        if said != stage:
            differing.append(f"{name}: {stage} {message[:200]!r}, and cnnlint: {[d.message for d in errors]}")
    return differing


def fixtures() -> dict[str, str]:
    paths = sorted(path for rule in SHAPE_RULES for path in (FIXTURES / "rules" / rule).glob("*.py"))
    found = {path.relative_to(FIXTURES / "rules").as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return {name: text for name, text in found.items() if all(map(importlib.util.find_spec, modules(text)))}


def modules(text: str) -> set[str]:
    """The modules that a program imports: nothing can be said of one that needs what this machine does not have."""
    tree = ast.parse(text)
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def examples() -> dict[str, str]:
    """The examples of the rules' documentation, trained where only compile is shown."""
    found = {}
    for rule in RULES:
        for heading in ("Example", "Use instead") if rule.name in BUILD | CALL else ():
            text = block(rule, heading)
            found[f"{rule.name}: {heading}"] = text + (ONE_ANSWER if "compile" in text and "fit" not in text else "")
    return found


def test_fixtures_and_examples() -> None:
    cases = {name: text for name, text in (fixtures() | examples()).items() if name not in NOT_KERAS}
    assert len(cases) > 40
    assert disagreements(cases) == []


def test_a_part_of_the_grid() -> None:
    kept = dict(list(GRID.items())[:: len(GRID) // 150])
    assert disagreements(kept) == []


@pytest.mark.slow
def test_the_grid() -> None:
    assert disagreements(GRID) == []


def test_the_grid_has_both_kinds_and_every_rule() -> None:
    """A grid that nothing is refused in, or that a rule never speaks in, would show nothing."""
    said = Counter[str]()
    for text in GRID.values():
        errors = {d.name for d in findings(text) if d.severity is Severity.ERROR}
        said.update(errors or {"silent"})
    assert set(said) >= {*SHAPE_RULES, "silent"}
    assert said["silent"] > len(GRID) // 4
    assert len(GRID) - said["silent"] > len(GRID) // 4


def test_a_collapsed_map_is_a_warning_where_keras_builds_it() -> None:
    paths = sorted((FIXTURES / "rules" / "collapsed-feature-map").glob("bad_*.py"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    severities = set()
    for text, (stage, _) in zip(texts, keras_says(texts), strict=True):
        (finding,) = [d for d in findings(text) if d.name == "collapsed-feature-map"]
        assert finding.severity is (Severity.WARNING if stage == "built" else Severity.ERROR)
        severities.add(finding.severity)
    assert severities == {Severity.WARNING, Severity.ERROR}


def test_unknown_sizes_keep_the_rules_silent() -> None:
    """What Keras refuses, with the one size that decides it made unknown."""
    refused = f"{HEAD}model = keras.Sequential([keras.Input((4, 4, 3)), layers.Conv2D(4, 5)])\n"
    assert [d.name for d in findings(refused)] == ["kernel-larger-than-feature-map"]
    for known, unknown in (("(4, 4, 3)", "(size, size, 3)"), ("(4, 5)", "(4, size)"), ("(4, 4, 3)", "shape")):
        assert findings(f"from settings import shape, size\n{refused.replace(known, unknown)}") == []
