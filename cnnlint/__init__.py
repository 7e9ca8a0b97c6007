"""cnnlint: a linter for the definitions of neural networks.

`cnnlint.lint(paths)`, `cnnlint.lint(model)` and `cnnlint.read(paths)` are the Python API; it is loaded when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnlint.version import __version__

if TYPE_CHECKING:
    from cnnlint.api import Report, lint, read

__all__ = ["Report", "__version__", "lint", "read"]


def __getattr__(name: str) -> object:
    import importlib

    if name == "lint":
        return importlib.import_module("cnnlint.lint")  # the package can be called
    if name in __all__:
        return getattr(importlib.import_module("cnnlint.api"), name)
    raise AttributeError(f"module 'cnnlint' has no attribute {name!r}")
