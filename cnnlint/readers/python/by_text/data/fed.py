"""What a session of TensorFlow 1 is fed with where it trains, by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope, once_each
from cnnlint.readers.python.text.walks import method, operands, reads
from cnnlint.readers.python.text.written import written

MAKERS = frozenset({"minimize", "apply_gradients"})
#: what reads the digits of TensorFlow's tutorials, in parts of their own
READ = pattern(r"read_data_sets\(")


def test_fed(scope: Scope) -> Found:
    """`sess.run(train, {x: mnist.test.images})` where the same is judged by, and nothing of `mnist.train` is read."""
    around, runs = scope.outer or scope, list(scope.calls(frozenset({"run"})))
    if not runs:
        return
    trains = _steps(scope) | _steps(around) | _kept_steps(around)
    steps, others = list[ast.Dict](), list[ast.Dict]()
    for run in runs if trains else ():
        given = [*run.args[1:2], *(one.value for one in run.keywords if one.arg == "feed_dict")]
        fed = scope.bound_to(given[0], run)[0] if len(given) == 1 else None
        if isinstance(fed, ast.Dict):
            (steps if run.args and _asks_for(run.args[0], trains) else others).append(fed)
        elif run.args and _asks_for(run.args[0], trains):
            return  # nobody knows what this one is fed
    for train, test in _parts(scope) if steps and others else ():
        mine = [value for fed in steps for value in fed.values if _is_of(scope, value, test)]
        names = set(map(written, mine))  # the same batch, to see that it is learnt by heart
        asked = [value for fed in others for value in fed.values if written(value) not in names]
        judged = any(_is_of(scope, value, test) for value in asked)
        if mine and judged and not re.search(rf"(?<![\w.]){re.escape(train)}\b", written(around.root)):
            yield mine[0], "test trained", test
            return


@once_each
def _steps(scope: Scope) -> set[str]:
    """The names of what trains a model."""
    made = (one for one in scope.of(ast.Assign) if _moves_all(one.value))
    return {target.id for one in made for target in one.targets if isinstance(target, ast.Name)}


@once_each
def _kept_steps(scope: Scope) -> set[str]:
    """The attributes under which such a step is kept: `net.train` of `self.train = …minimize(loss)`."""
    made = (one for one in nodes_of(scope.root) if isinstance(one, ast.Assign) and _moves_all(one.value))
    return {target.attr for one in made for target in one.targets if isinstance(target, ast.Attribute)}


def _moves_all(made: ast.expr) -> bool:
    """Whether a step trains a model: one of variables that are listed may move a picture, or a code."""
    if method(made) not in MAKERS:
        return False
    calls = [at for at in nodes_of(made) if isinstance(at, ast.Call)]
    listed = any(one.arg == "var_list" for at in calls for one in at.keywords)
    return not listed and not any(method(at) == "compute_gradients" and len(operands(at)) > 1 for at in calls)


def _asks_for(asked: ast.expr, names: set[str]) -> bool:
    """Whether one of these is what a session is asked for, by its name or as an attribute."""
    return reads(asked, names) or any(isinstance(one, ast.Attribute) and one.attr in names for one in nodes_of(asked))


def _parts(scope: Scope) -> list[tuple[str, str]]:
    """The names under which what trains and what tests are read: `mnist.train` and `mnist.test`."""
    around = scope.outer or scope
    found = []
    for node in (*scope.of(ast.Assign), *around.of(ast.Assign)):
        target = node.targets[0]
        if isinstance(target, ast.Name) and READ.search(written(node.value)):
            found.append((f"{target.id}.train", f"{target.id}.test"))
    return list(dict.fromkeys(found))


def _is_of(scope: Scope, value: ast.expr, part: str) -> bool:
    """Whether data that is fed is of a part: `mnist.test.images`, or a batch of it."""
    made = scope.standing(value.id, value) if isinstance(value, ast.Name) else None
    return written(made.value if made is not None else value).startswith(f"{part}.")


FINDERS = (test_fed,)
