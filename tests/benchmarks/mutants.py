#!/usr/bin/env python3
"""How many mutants of good programs are found: `python tests/benchmarks/mutants.py [--show] [OPERATOR …]`.

Every program of `mutants/` is right, and cnnlint has nothing to say about it. An operator breaks it in one known way
(or, in `HARMLESS`, changes it without breaking it); what cnnlint says of the mutant is held against the rules that may
rightly name the fault. All of it runs in one process, in about a minute.

The operators are the static ones of DeepCrime (Humbatova, Jahangirova, Tonella: ISSTA 2021, table 2; marked DC) and one
for every row of the fault taxonomies that a source file can show: Humbatova and others (ICSE 2020, figure 2; marked
H), NeuraLint's meta-model (Nikanjam and others, TOSEM 2022, table 2; NL), Islam and others (FSE 2019; I), DeepLocalize
(Wardat and others, ICSE 2021; DL), UMLAUT (Schoop and others, CHI 2021; U), and the five cases of the seeds (S).
"""

from __future__ import annotations

import argparse
import ast
import collections
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from operators.activations import ACTIVATIONS
from operators.architecture import ARCHITECTURE
from operators.harmless import HARMLESS
from operators.labels import LABELS
from operators.losses import LOSSES
from operators.operator import Operator
from operators.steps import STEPS
from operators.training import TRAINING
from operators.use import USE

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

PROGRAMS = Path(__file__).parent / "mutants"
OPERATORS = (*ACTIVATIONS, *LOSSES, *LABELS, *ARCHITECTURE, *TRAINING, *USE, *STEPS)


def mutants(operators: tuple[Operator, ...]) -> Iterator[tuple[Operator, str, str]]:
    """Every operator with the programs it applies to, and the mutant."""
    programs = {path.stem: ast.unparse(ast.parse(path.read_text())) + "\n" for path in sorted(PROGRAMS.glob("*.py"))}
    for operator in operators:
        for name, source in programs.items():
            edited = operator.edit(source)
            if edited is not None:
                yield operator, name, edited


def said(source: str) -> dict[str, str]:
    """The rules that speak of a program, with their severities."""
    return {d.name: d.severity.value for d in lint_bytes("model.py", source.encode(), Settings()).diagnostics}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("operators", nargs="*", help="only operators whose names contain one of these")
    parser.add_argument("--show", action="store_true", help="print the text of the mutants that were missed")
    parser.add_argument("--families", action="store_true", help="print every operator, found or not")
    options = parser.parse_args()
    started = time.perf_counter()
    chosen = [o for o in OPERATORS + HARMLESS if not options.operators or any(w in o.name for w in options.operators)]
    tally: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    false = 0
    for operator, program, source in mutants(tuple(chosen)):
        spoken = said(source)
        if not operator.expect:
            wrong = {name: severity for name, severity in spoken.items() if severity != "info"}
            false += bool(wrong)
            tally["harmless"][0] += not wrong
            tally["harmless"][1] += 1
            if wrong:
                print(f"false: {operator.name} in {program}: {wrong}")
            found = not wrong
        else:
            found = bool(set(operator.expect) & set(spoken))
            tally[operator.name][0] += found
            tally[operator.name][1] += 1
            if not found:
                print(f"missed: {operator.name} in {program}: said {sorted(spoken) or 'nothing'}")
        if options.show and not found:
            print("    " + source.replace("\n", "\n    "))
    names = {operator.name for operator in chosen if operator.expect}
    for name in sorted(names - tally.keys()):
        print(f"applies to no program: {name}")
    for operator in chosen:
        found, made = tally[operator.name] if operator.expect and operator.name in tally else (1, 1)
        if found < made or (options.families and operator.expect):
            print(f"{found:3} of {made:3}  {operator.name} ({operator.of})")
    found, made = (sum(tally[name][i] for name in names) for i in (0, 1))
    print(
        f"{len(names)} operators, {made} mutants, found {found} ({100 * found / max(made, 1):.1f} %); "
        f"{tally['harmless'][1]} harmless changes, {false} false; {time.perf_counter() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
