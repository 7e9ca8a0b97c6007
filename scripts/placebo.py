"""How often the stopping rule confirms a fault that is not there.

    python scripts/placebo.py [--comparisons N] [--seed N] [WORD ...]

Both arms of a comparison are the same repaired model; they differ in initial weights and in the order of batches
(identical arms would differ by nothing and prove nothing) and go through the whole stopping rule. WORDs choose the
claims of `tests/confirm/claims.py` whose trials are used. Prints false confirmations with their 95 % upper bound
(Clopper and Pearson).
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from pathlib import Path
from typing import Any

from msgspec.structs import replace

sys.path[:0] = [str(Path(__file__).parents[1])]

from cnnlint.confirm import backend  # noqa: E402 (the checkout itself has to be found first)

DEFAULT = ("relu before softmax, tiny",)


def main() -> int:
    """Run the comparisons and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--comparisons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=30)
    options = parser.parse_args()
    backend.pin()
    from scipy.stats import binomtest

    from cnnlint.confirm.subjects import Subject
    from cnnlint.confirm.trials.arms import prepare_arms
    from cnnlint.confirm.trials.lab import Lab, Schedule
    from cnnlint.confirm.trials.paired import probe_spec
    from cnnlint.confirm.trials.stopping import (
        CHEAP_LOOK,
        EARLY_LOOKS,
        done,
        early_is_open,
        effect,
        end_is_open,
        verdict,
    )
    from cnnlint.diagnostics import Verdict
    from tests.confirm.claims import CLAIMS

    print(f"{backend.description()}, seed {options.seed}, {options.steps} steps\n")
    columns = ("model", "comparisons", "mean", "spread of a difference", "false", "at most", "s")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for claim in CLAIMS:
        if not any(word in claim.name for word in (options.words or DEFAULT)):
            continue
        started = time.perf_counter()
        model, twin = claim.make()
        assert twin is not None
        lab = Lab(options.seed)
        arms = prepare_arms(Subject(model, None, twin), lab)[0]
        repaired = arms.repaired
        spec = replace(probe_spec(repaired, arms.written), pattern="gratings", train=1024, validation=300)
        optimizer = model.training.optimizer
        assert optimizer is not None
        marks = (options.steps // 2,)
        schedule = Schedule(options.steps, 16, optimizer.name, optimizer.learning_rate, marks)
        statistic, sign = claim.trial.statistic, 1.0 if claim.trial.better == "higher" else -1.0
        short = replace(schedule, steps=marks[0], marks=())
        pair = functools.partial(_pair, lab, repaired, spec)
        false = 0
        seen: list[float] = []
        differences: list[float] = []
        for comparison in range(options.comparisons):
            early: list[float] = []
            late: list[float] = []
            while True:
                first, second = pair(comparison, len(late), schedule)
                early.append(sign * (second.marked[0][statistic] - first.marked[0][statistic]))
                late.append(sign * (second.figures[statistic] - first.figures[statistic]))
                seen += [first.figures[statistic], second.figures[statistic]]
                room = 1 - sum(seen) / len(seen)
                effects = [effect(gains, room, claim.trial.margin, points=sign > 0) for gains in (early, late)]
                if done(effects, claim.trial.pairs):
                    break
            for look in EARLY_LOOKS:
                # as on a small table, whose pairs are cheap
                if not end_is_open(effects[0], effects[1]):
                    break
                for index in range(len(late), look):
                    first, second = pair(comparison, index, schedule)
                    early.append(sign * (second.marked[0][statistic] - first.marked[0][statistic]))
                    late.append(sign * (second.figures[statistic] - first.figures[statistic]))
                effects = [effect(gains, room, claim.trial.margin, points=sign > 0) for gains in (early, late)]
            for look in (*EARLY_LOOKS, CHEAP_LOOK):
                if not early_is_open(effects[0], effects[1]):
                    break
                further = (pair(comparison, index, short) for index in range(len(early), look))
                early += [sign * (second.figures[statistic] - first.figures[statistic]) for first, second in further]
                effects[0] = effect(early, room, claim.trial.margin, points=sign > 0)
            false += verdict(effects[0], effects[1]) is Verdict.CONFIRMED
            differences += late
        deviation = (sum(d * d for d in differences) / len(differences)) ** 0.5
        bound = binomtest(false, options.comparisons).proportion_ci(0.9).high
        print(
            f"| {claim.name} | {options.comparisons} | {sum(seen) / len(seen):.3f} | {deviation:.3f} "
            f"| {false} | {bound:.2%} | {time.perf_counter() - started:.0f} |",
            flush=True,
        )
    return 0


def _pair(lab: Any, repaired: Any, spec: Any, comparison: int, index: int, schedule: Any) -> tuple[Any, Any]:
    """The same model trained from other weights on batches in another order."""
    first, second = (lab.run(repaired, schedule, spec, index, placebo=f"{comparison}{arm}") for arm in "ab")
    return first, second


if __name__ == "__main__":
    sys.exit(main())
