"""How often each rule spoke and what it cost, for `--statistics`."""

from __future__ import annotations

from cnnlint.lint.outcome import Outcome


def table(outcome: Outcome) -> str:
    """A line for each rule that spoke, the most frequent first, and where the time went."""
    counts: dict[tuple[str, str, str], int] = {}
    for diagnostic in outcome.diagnostics:
        key = (diagnostic.code, diagnostic.name, diagnostic.severity.value)
        counts[key] = counts.get(key, 0) + 1
    lines = []
    for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        spent = f"{1000 * outcome.seconds.get(code, 0.0):8.1f} ms"
        lines.append(f"{count:6,}  {code}  {name} [{severity}]{spent:>{max(12, 52 - len(name) - len(severity))}}")
    reading = outcome.seconds.get("read", 0.0)
    rules = sum(outcome.seconds.values()) - reading
    lines.append(f"reading {reading:.2f} s, rules {rules:.2f} s")
    return "\n".join(lines) + "\n"
