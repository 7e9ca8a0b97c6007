"""How often each rule spoke, in which files, and what it cost, for `--statistics`."""

from __future__ import annotations

from collections import Counter

from cnnlint.lint.outcome import Outcome
from cnnlint.reporters.summary import counted
from cnnlint.reporters.terminal import clean


def table(outcome: Outcome) -> str:
    """A line for each rule that spoke and each file it spoke of, the most frequent first, and where the time went."""
    counts: dict[tuple[str, str, str], int] = {}
    for diagnostic in outcome.diagnostics:
        key = (diagnostic.code, diagnostic.name, diagnostic.severity.value)
        counts[key] = counts.get(key, 0) + 1
    lines = []
    width = max((len(name) + len(severity) for _, name, severity in counts), default=0)
    for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        spent = f"{1000 * outcome.seconds.get(code, 0.0):8.1f} ms"
        lines.append(
            f"{count:6,}  {code}  {name} [{severity}]{spent:>{max(52, width + 12) - len(name) - len(severity)}}"
        )
    files = Counter(diagnostic.filename for diagnostic in outcome.diagnostics)
    lines += [f"{count:6,}  {clean(name)}" for name, count in sorted(files.items(), key=lambda one: (-one[1], one[0]))]
    reading = outcome.seconds.get("read", 0.0)
    looked_up = outcome.seconds.get("cache", 0.0)
    rules = sum(outcome.seconds.values()) - reading - looked_up
    lines.append(f"reading {reading:.2f} s, rules {rules:.2f} s")
    if outcome.cached:
        lines.append(
            f"{counted(outcome.cached, 'file')} as kept from earlier runs in {looked_up:.2f} s, "
            f"which saved {max(outcome.saved, 0.0):.2f} s"
        )
    return "\n".join(lines) + "\n"
