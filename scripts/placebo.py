"""How often the stopping rule confirms a fault that is not there.

    python scripts/placebo.py [--comparisons N] [--seed N] [WORD ...]

Both arms of a comparison are the same repaired model; they differ in initial weights and in the order of batches
(identical arms would differ by nothing and prove nothing) and go through the whole stopping rule. WORDs choose the
claims of `tests/confirm/claims.py` whose trials are used. Prints false confirmations with their 95 % upper bound
(Clopper and Pearson).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

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

    from cnnlint.confirm.lab import Lab, Schedule
    from cnnlint.confirm.stopping import decide
    from cnnlint.confirm.trials import prepare_pair, probe_spec
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
        written, repaired = prepare_pair(model, twin, lab)
        spec = replace(probe_spec(repaired, written, claim.trial), train=1024)
        optimizer = model.training.optimizer
        assert optimizer is not None
        schedule = Schedule(options.steps, 16, optimizer.name, optimizer.learning_rate)
        statistic, sign = claim.trial.statistic, 1.0 if claim.trial.better == "higher" else -1.0
        false = 0
        seen: list[float] = []
        differences: list[float] = []
        for comparison in range(options.comparisons):
            gains: list[float] = []
            while not (decision := decide(gains, claim.trial.margin, claim.trial.pairs)).done:
                first, second = (
                    lab.run(repaired, schedule, spec, len(gains), placebo=f"{comparison}{arm}").figures[statistic]
                    for arm in "ab"
                )
                gains.append(sign * (second - first))
                seen += [first, second]
            false += decision.confirmed
            differences += gains
        deviation = (sum(d * d for d in differences) / len(differences)) ** 0.5
        bound = binomtest(false, options.comparisons).proportion_ci(0.9).high
        print(
            f"| {claim.name} | {options.comparisons} | {sum(seen) / len(seen):.3f} | {deviation:.3f} "
            f"| {false} | {bound:.2%} | {time.perf_counter() - started:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
