"""The Python reader: source text to model graph, without running it.

text/         from bytes to a tree with positions, or a clear problem: scan, gate, repair, parse
values/       what a value may be: a closed union, each kind unknown unless it says otherwise
arrays/       what is known about arrays: where data comes from and what prepares it
language/     the abstract interpreter: Python's statements and expressions over abstract values, within a budget
building/     the graph under construction: layers, models, losses, training
libraries/    what the functions of each library do
reading       one run after another, each with other answers to the conditions that cannot be decided
assemble      from what a run built to a Program
by_text/      questions to the text alone, about what no value tells: which names belong together, what is never used
"""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.readers.reading import FileLoader, Problem, Reading
from cnnlint.readers.shown import hide_shown, marked_rows


def read(filename: str, data: bytes, *, load: FileLoader | None = None) -> Reading:
    """Read one file of Python source.

    `load` gives the bytes of other files by path, so that imports within the same tree can be followed. Never
    raises for whatever the bytes are: what cannot be read is a problem of the Reading.
    """
    from cnnlint.readers.python.text.parse import parse
    from cnnlint.readers.python.text.source import SourceText

    reading = Reading(filename)
    source = SourceText.decode(data)
    if not isinstance(source, SourceText):
        reading.problems.append(source)
        return reading
    reading.text = source.text
    parsed = parse(source)
    if load is not None and not parsed.relevant and parsed.ast is not None and parsed.problem is None:
        from cnnlint.readers.python.text.neighbours import imports_a_model

        if imports_a_model(parsed.ast, source.text, filename, load):
            parsed = parse(source, gated=False)
    if parsed.problem is not None:
        reading.problems.append(replace(parsed.problem, partial=parsed.module is not None))
    for repair in parsed.repairs:
        reading.problems.append(
            Problem(repair.what, repair.row, 1, "syntax" if repair.broken else "dialect", partial=True)
        )
    if parsed.ast is not None and not parsed.relevant:
        from cnnlint.readers.python.text.foreign import foreign_framework

        reading.foreign = foreign_framework(parsed.ast, source.text)
    if parsed.module is not None and parsed.relevant:
        from cnnlint.readers.python.reading import read_program

        reading.program = read_program(filename, parsed, load)
        hide_shown(reading.program, marked_rows(source.text))
        if parsed.ast is not None:
            from cnnlint.readers.python.text.expected import refused_rows

            refused = refused_rows(parsed)
            reading.program.rows_refused = frozenset((None, row) for row in refused)
        if any(repair.broken for repair in parsed.repairs):
            reading.program.lose()
    return reading
