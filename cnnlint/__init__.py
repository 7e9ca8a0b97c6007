"""cnnlint: a linter for the definitions of neural networks."""

__version__ = "0.1.0"
