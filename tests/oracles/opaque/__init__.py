"""Programs that hang on what nobody can know from their text: what is claimed of them is held against many executions.

`python -m tests.oracles.opaque --count 2000 --seed 7` (or `python -m oracles.opaque` from `tests/`).
"""
