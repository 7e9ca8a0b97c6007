"""Plain Python against CPython: what cnnlint prints of a program's models is held against running the program.

`python -m tests.oracles.python --count 20000 --seed 7` (or `python -m oracles.python` from `tests/`).
"""
