"""One file, several readings: what holds when a condition could not be decided and was answered both ways."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.graph import Model, Program
from cnnlint.rule import Finding, Rule


def agreed(rule: Rule, program: Program) -> Iterator[Finding]:
    """A rule's findings that every reading which reached their place agrees on."""
    if program.ways_left and rule.every_way:
        return
    if not program.alternatives:
        yield from rule.check(program)
        return
    readings = [program, *program.alternatives]
    found = [list(rule.check(reading)) for reading in readings]
    keys = [{_key(finding) for finding in findings} for findings in found]
    told: set[object] = set()
    for findings in found:
        for finding in findings:
            key = _key(finding)
            if key in told:
                continue
            told.add(key)
            if all(key in known or not (reading.decided_by_program or _reached(reading, finding))
                   for reading, known in zip(readings, keys, strict=True)):  # fmt: skip
                yield finding


def models(program: Program) -> list[Model]:
    """The models of a program, each once however often it is trained, and those that only other readings reached."""
    known = {_place(model) for model in program.models}
    result = list({id(model.nodes): model for model in reversed(program.models)}.values())[::-1]
    for reading in program.alternatives:
        for model in reading.models:
            if _place(model) not in known:
                known.add(_place(model))
                result.append(model)
    return result


def _key(finding: Finding) -> object:
    return (finding.origin.filename, finding.origin.span, finding.origin.onnx_node)


def _place(model: Model) -> object:
    return (model.origin.filename, model.origin.span) if model.origin.span is not None else id(model)


def _reached(program: Program, finding: Finding) -> bool:
    span = finding.origin.span
    if span is None or finding.origin.filename is not None:
        return True
    return any(row in program.rows_read for row in range(span.start_row, span.end_row + 1))
