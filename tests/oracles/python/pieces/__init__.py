"""Pieces of program, as text: `name@` gets a name of its own, `⟨a¦b⟩` is one of these, `{int}` an expression of that
type, `{n}` a small number, and `#> name@: type` says what is left behind.
"""

from oracles.python.pieces import classes, functions, generators, leaving, library, more_classes, protocols

PIECES = [
    *classes.CLASSES,
    *more_classes.CLASSES,
    *functions.FUNCTIONS,
    *generators.GENERATORS,
    *library.LIBRARY,
    *leaving.LEAVING,
    *protocols.PROTOCOLS,
]
