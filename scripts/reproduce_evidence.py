"""Put the textbook claims of `tests/confirm/claims.py` to the test and print a Markdown table.

    python scripts/reproduce_evidence.py [--seed N] [WORD ...]

WORDs choose the rows whose name contains one of them. One thread, no network; a few minutes for all rows.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from cnnlint.confirm import backend  # noqa: E402 (the checkout itself has to be found first)


def main() -> int:
    """Run the rows; exit 1 if a verdict is the reverse of the expected one. Others that differ are marked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    backend.pin()
    from cnnlint.confirm.subjects import Subject
    from cnnlint.confirm.trials.assess import assess
    from cnnlint.confirm.trials.lab import Lab
    from tests.confirm.claims import CLAIMS

    print(f"{backend.description()}, seed {options.seed}\n")
    print("| claim | statistic | steps | as written | repaired | pairs | p | also | s | verdict |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    reversed_ = 0
    for claim in CLAIMS:
        if options.words and not any(word in claim.name for word in options.words):
            continue
        started = time.perf_counter()
        model, twin = claim.make()
        evidence = assess(claim.trial, Subject(model, None, twin), Lab(options.seed))
        seconds = time.perf_counter() - started
        verdict = evidence.verdict.value
        surprise = claim.expected not in (verdict, "open")
        reversed_ += {verdict, claim.expected} == {"confirmed", "no difference"}
        also = "; ".join(
            f"{name} {' → '.join(f'{value:.3g}' for value in values)}" for name, values in evidence.also.items()
        )
        better = sum((b > a) == (claim.trial.better == "higher") and a != b for a, b in evidence.series)
        print(
            f"| {claim.name} | {evidence.statistic or ''} | {evidence.steps or ''} | {evidence.as_written or 0:.3f} "
            f"| {evidence.repaired or 0:.3f} | {better}/{evidence.pairs or 0} | {evidence.p_value or 0:.3f} | {also} "
            f"| {seconds:.1f} | {verdict}{' (expected ' + claim.expected + ')' if surprise else ''} |",
            flush=True,
        )
        for note in evidence.notes:
            print(f"<!-- {note} -->")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return 1 if reversed_ else 0


if __name__ == "__main__":
    sys.exit(main())
