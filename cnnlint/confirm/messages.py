"""What a framework says, as far as a report can carry it."""

from __future__ import annotations

import re


def first_line(error: BaseException) -> str:
    """An exception's message on one line, without what Keras wraps around it, cut to what a report can carry."""
    # TensorFlow puts the name of its kernel in front and that of its operation behind
    plain = re.sub(r"\x1b\[[01]m|\{\{function_node .*?\}\} ?| ?\[Op:\w+\]( name: ?$)?", "", str(error))
    # and what it calls the operation in a traced function
    plain = re.sub(r" for '(?:\{\{node [^}]*\}\}|[\w/]+) = .*?\)'(?= with input shapes)", "", plain)
    text = plain.strip() or type(error).__name__
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines[0].startswith("Exception encountered when calling") and len(lines) > 1:
        lines = lines[1:]
    kept = []
    for line in lines:
        if line.startswith(("Arguments received by", "Call arguments received by")):
            break
        kept.append(line)
    # the numbers of an array that is quoted say nothing
    joined = re.sub(r"\[[\d\s.,eE+\-\[\]]{40,}", "[…] ", " ".join(kept))
    if len(joined) <= 300:
        return joined
    ends = [match.end() for match in re.finditer(r"[.!](?= )", joined[:300])]
    return joined[: ends[-1]] if ends else joined[:299] + "…"
