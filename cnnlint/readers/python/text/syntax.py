"""CPython's parser, with every way in which it can fail as a problem."""

from __future__ import annotations

import ast
import warnings

from cnnlint.readers.reading import Problem


def parse_tree(text: str) -> ast.Module | Problem:
    """The `ast` of a text, or why there is none. Nothing is raised and no warning is shown."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" is the file's business, not ours
            return ast.parse(text)
    except SyntaxError as error:
        row, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
        return Problem((error.msg or "invalid syntax").partition(" (<")[0], row, column, "syntax")
    except (RecursionError, MemoryError):
        return Problem("the file nests too deeply to be parsed", 1, 1, "too-complex")
    except UnicodeEncodeError as error:
        row = text.count("\n", 0, error.start) + 1
        return Problem("the text holds half of a surrogate pair", row, 1, "encoding")
    except ValueError as error:  # a NUL character
        return Problem(f"the file cannot be parsed: {error}", 1, 1, "encoding")
