"""Whether shrinking a model changes what a trial says: claims and rules at several widths.

    python scripts/shrinking.py [--pairs N] [--steps N] [--seed N] [WORD ...]

Prints, for every claim of `tests/confirm/claims.py` and every rule's program of `tests/confirm/wide_programs.py` that a
trial would shrink, the means of both arms and the sign of every pair: as a trial shrinks it, (for claims) at widths in
between, and at full width and size. WORDs choose the rows. A row is printed as soon as it is measured; claims on
pictures of 32×32 take minutes each at full width.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

sys.path[:0] = [str(Path(__file__).parents[1])]

from cnnlint.confirm import backend  # noqa: E402 (the checkout itself has to be found first)


def rows(words: list[str]) -> Iterator[tuple[str, Any, Any, Any, bool]]:
    """(name, model, twin, trial, whether widths in between are of interest) of the chosen rows."""
    from cnnlint.config import Settings
    from cnnlint.lint.one_file import lint_bytes
    from cnnlint.twins import repaired
    from tests.confirm.claims import CLAIMS
    from tests.confirm.wide_programs import PROGRAMS

    for claim in CLAIMS:
        model, twin = claim.make() if not words or any(word in claim.name for word in words) else (None, None)
        if twin is not None:
            yield claim.name, model, twin, claim.trial, True
    for code, source in PROGRAMS.items():
        if not words or any(word in code for word in words):
            result = lint_bytes(f"{code}.py", source.encode(), Settings(select=(code,)))
            _, finding, rule = next(one for one in result.findings if one[0].code == code)
            twin = repaired(finding.model, finding.remedy)  # type: ignore[arg-type]
            yield f"{code} {rule.name}", finding.model, twin, finding.experiment or rule.experiment, False


def main() -> int:
    """Run the rows and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--steps", type=int, help="instead of each trial's own")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    backend.pin()

    from cnnlint.confirm.data.objective import aligned
    from cnnlint.confirm.models.shrink import FULL, Plan, cost, plans
    from cnnlint.confirm.models.weights import twin_keys
    from cnnlint.confirm.trials.lab import Lab, Schedule
    from cnnlint.confirm.trials.paired import SAMPLES, probe_spec

    print(f"{backend.description()}, seed {options.seed}\n")
    print("| fault | statistic | steps | widths | pictures | as written | repaired | worse as written | s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, model, twin, trial, every in rows(options.words):
        shrunk = plans(max((model, twin.model), key=lambda one: cost(one, FULL)))[0]
        if shrunk == FULL:
            continue
        between = [Plan(divisor=divisor) for divisor in (4.0, 2.0) if every and divisor < shrunk.divisor]
        steps = options.steps or trial.steps
        for plan in (shrunk, *between, FULL):
            started = time.perf_counter()
            lab = Lab(options.seed)
            arms = [lab.prepare(model, plan), lab.prepare(twin.model, plan, twin_keys(model, twin))]
            arms[0] = replace(arms[0], objective=aligned(arms[0].objective, arms[1].objective))
            spec = replace(probe_spec(arms[1], arms[0]), train=SAMPLES, pattern="gratings")
            optimizers = [one.training.optimizer for one in (model, twin.model)]
            schedules = [
                Schedule(steps, 32, one.name if one else None, one.learning_rate if one else None) for one in optimizers
            ]
            pairs = [
                [
                    lab.run(arm, schedule, spec, pair, gap=trial.statistic == "mode gap").figures[trial.statistic]
                    for arm, schedule in zip(arms, schedules, strict=True)
                ]
                for pair in range(options.pairs)
            ]
            worse = sum((b > a) if trial.better == "higher" else (b < a) for a, b in pairs)
            means = [sum(arm) / len(pairs) for arm in zip(*pairs, strict=True)]
            size = "×".join(map(str, arms[0].built.inputs[0].shape))
            width = f"÷{plan.divisor:g}" if plan.divisor > 1 else "full"
            print(
                f"| {name} | {trial.statistic} | {steps} | {width} | {size} | {means[0]:.3f} | {means[1]:.3f} "
                f"| {worse}/{len(pairs)} | {time.perf_counter() - started:.0f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
