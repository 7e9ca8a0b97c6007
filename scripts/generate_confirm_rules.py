#!/usr/bin/env python3
"""Write docs/confirm-rules.md: what `--confirm` does about the findings of each rule, or why it does nothing.

From the rules; where a finding brings another experiment than its rule's usual one, from what the fixtures show.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnnlint.config import Settings
from cnnlint.confirm.trials.horizons import LONGER
from cnnlint.confirm.trials.stopping import (
    EARLY_LOOKS,
    FEWEST_PAIRS,
    FIRST_PAIRS,
    FIRST_WORSE,
    FURTHER_PAIRS,
    LEAST,
    LEVEL,
    SHARE,
)
from cnnlint.lint.one_file import lint_bytes
from cnnlint.rule import Rule
from cnnlint.rule.experiments import Experiment, NotTestable, Proof, Trial
from cnnlint.rule.registry import load

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "confirm-rules.md"
SUFFIXES = (".py", ".ipynb", ".onnx", ".keras")
TRIAL = "paired training runs"


def page() -> str:
    """The page as text."""
    return "\n".join([*_introduction(), *(line for rule in load() for line in _rows(rule)), *_methods(), ""])


def _introduction() -> Iterator[str]:
    yield "# What `--confirm` does about each rule"
    yield ""
    yield "<!-- Written by scripts/generate_confirm_rules.py from the rules: edit those. -->"
    yield ""
    yield (
        f"A *trial* trains the model with all repairs and the same without this one in pairs of the same data, weights "
        f"and batches. They are compared after the steps of the table (more, where the repaired model has learnt "
        f"nothing by then), and again where it has levelled off. It confirms where the statistic is worse both times, "
        f"and the exact two-sided sign test over the pairs that differ in the end gives p < {LEVEL:g}: by the margin "
        f"of the table "
        f"(or by {SHARE:.0%} of the mistakes (of the loss) where that is less, never by less than {LEAST:g}). The "
        f"pairs of the table are run, and up to {FURTHER_PAIRS} more with a single dissenter or where the arms are as "
        f"good as level; only {FIRST_PAIRS} are where they leave no doubt (p < {FIRST_WORSE:g} by the paired t test). "
        f"Where the end is settled and the first comparison is not, that alone is made in {EARLY_LOOKS[0]} pairs, "
        f"and in {EARLY_LOOKS[1]}; half the margin will do for it where the sign test shows it. Of small tables, whose "
        f"pairs are cheap, both are made in as many where the end is open as well."
    )
    yield ""
    yield (
        "A *proof* needs no training; its method is described below the table. A second line is for findings that call "
        "for another experiment than their rule's usual one."
    )
    yield ""
    yield "| rule | method | statistic | margin | pairs | steps | what is shown, or why nothing can be |"
    yield "|---|---|---|---|---|---|---|"


def _rows(rule: Rule) -> Iterator[str]:
    title = f"{rule.code} [{rule.name}](../rules/README.md#{rule.name})"
    if rule.code.startswith("CNN9"):
        title = f"{rule.code} {rule.name}"
    yield _row(title, rule.experiment)
    for experiment in _others(rule):
        yield _row("", experiment)


def _row(title: str, experiment: Experiment) -> str:
    if isinstance(experiment, NotTestable):
        cells = ["none", "", "", "", "", f"not testable: {experiment.reason}"]
    elif isinstance(experiment, Proof):
        from cnnlint.confirm.proofs import STATISTICS

        statistic, margin = STATISTICS[experiment.method]
        method = f"[{experiment.method}](#{experiment.method})"
        cells = [method, statistic, margin, "", "", f"proof: {experiment.claim}"]
    else:
        pairs = str(max(FEWEST_PAIRS, experiment.pairs))
        sign = "≥ " if experiment.better == "higher" else "≤ −"
        margin = f"repaired − as written {sign}{experiment.margin:g}"
        cells = [TRIAL, experiment.statistic, margin, pairs, str(experiment.steps), _told(experiment)]
    return f"| {title} | {' | '.join(cells)} |"


def _told(trial: Trial) -> str:
    """What is particular about a trial."""
    told = []
    if trial.proof is not None:
        shown = "proved without training" if trial.structure else "told beside what the runs say is what is shown"
        told.append(f"{shown} by [{trial.proof.method}](#{trial.proof.method}) where that holds")
    if trial.also:
        told.append(f"states {' and '.join(trial.also)} as well")
    if trial.extra_arm is not None:
        told.append("against an arm of equal parameters, too")
    if trial.stand_in is not None:
        told.append(f"a small {trial.stand_in} network stands in for the model, with its momentum and updates")
    if trial.parameters.get("noise"):
        told.append(f"{trial.parameters['noise']:.0%} of the probe set's labels are random")
    if not trial.shrinkable:
        told.append("not confirmed on a model that had to be made smaller")
    if trial.delays:
        told.append("an arm that has learned nothing yet is given all the steps there are")
    if trial.straight:
        told.append("not on made data, which no straight line fits")
        told.append(f"on the program's own data half way and at the end of up to {LONGER} times its own training")
    elif trial.capacity:
        told.append("arms that end alike on made data decide nothing")
    if trial.probe != "auto":
        told.append(f"probe data: {trial.probe}")
    return "; ".join(told)


def _others(rule: Rule) -> list[Experiment]:
    """The experiments of single findings of a rule that are of another kind than its own, as fixtures show them."""
    seen = {_kind(rule.experiment)}
    found: list[Experiment] = []
    folder = ROOT / "fixtures" / "rules" / rule.name
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SUFFIXES:
            continue
        result = lint_bytes(str(path), path.read_bytes(), Settings(select=(rule.code,)))
        for _, finding, _ in result.findings:
            if finding.experiment is not None and _kind(finding.experiment) not in seen:
                seen.add(_kind(finding.experiment))
                found.append(finding.experiment)
    return found


def _kind(experiment: Experiment) -> tuple[object, ...]:
    """What tells experiments of one rule apart; parameters are those of the model at hand."""
    if isinstance(experiment, NotTestable):
        return ("none", experiment.reason)
    if isinstance(experiment, Proof):
        return ("proof", experiment.method)
    return ("trial", experiment.statistic, experiment.margin, experiment.proof.method if experiment.proof else None)


def _methods() -> Iterator[str]:
    """The methods of proof, from the docstrings of their functions."""
    from cnnlint.confirm.proofs import PROOFS

    yield ""
    yield "## Proofs"
    for name, function in sorted(PROOFS.items()):
        text = " ".join((function.__doc__ or "").split())
        yield ""
        yield f"### {name}"
        yield ""
        yield text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
