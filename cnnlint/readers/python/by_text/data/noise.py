"""Chance that is drawn once and stays: in the graph of a function, or behind a cache, by the text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.graph import DataMisused
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.adversarial.roles import role_of
from cnnlint.readers.python.by_text.data.splits import MADE, path_of
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, as_in_training, tapes_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import FUNCTIONS, called, defined_once, method, reads
from cnnlint.readers.python.text.written import written

#: numbers of Python and numpy, which a graph takes for constants
OUTSIDE = pattern(
    r"^(np\.|numpy\.)?random\.(rand|randn|random|normal|uniform|randint|choice|randrange|gauss|standard_normal)$"
)
#: what runs Python itself for every call
EAGER = pattern(
    r"load_dataset|import datasets|py_function|numpy_function|py_func|run_eagerly|run_functions_eagerly"
    r"|disable_eager|jit\b"
)
#: what distorts a picture by chance
DISTORTING = pattern(r"random_(flip|bright|contrast|crop|hue|satur|rot|zoom|jpeg)|Random[A-Z]\w+|stateless_random")


@once
def events(parsed: Parsed) -> tuple[DataMisused, ...]:
    """Every such place of a file."""
    if parsed.ast is None or "random" not in parsed.text.lower():
        return ()
    text = SourceText(parsed.text)
    found = [DataMisused(origin=origin_of(text, at), why="frozen chance", what=what) for at, what in _frozen(parsed)]
    for at, what in _same_noise(parsed):
        found.append(DataMisused(origin=origin_of(text, at), why="same noise", what=what, named=True))
    for at in _cached(parsed) if ".cache(" in parsed.text else ():
        found.append(DataMisused(origin=origin_of(text, at), why="cached chance", what=""))
    return tuple(found)


def _frozen(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`np.random.normal(…)` in a function that is run once to make a graph of it."""
    if EAGER.search(parsed.text):
        return
    streams = {
        id(call) for scope in scopes(parsed) for call in scope.calls(frozenset({"map"})) if _is_stream(scope, call)
    }
    handed = {
        one.id
        for call in parsed.listing.of(ast.Call)
        if called(call) == "Lambda" or (method(call) == "map" and id(call) in streams)
        for one in (*call.args[:1], *(k.value for k in call.keywords if k.arg in ("function", "map_func")))
        if isinstance(one, ast.Name)
    }
    for function in parsed.listing.of(ast.FunctionDef):
        compiled = any(written(one).startswith("tf.function") for one in function.decorator_list)
        if not compiled and (function.name not in handed or function.name not in defined_once(parsed)):
            continue
        nodes = parsed.listing.walk(*function.body, around=FUNCTIONS)
        # the seed of an operation that draws itself, and what a variable begins with, may be the same ever after
        begun = {
            id(inner)
            for one in nodes
            if (isinstance(one, ast.keyword) and "seed" in (one.arg or "")) or called(one) in ("Variable", "add_weight")
            for inner in nodes_of(one)
        }
        for node in nodes:
            if isinstance(node, ast.Call) and id(node) not in begun and OUTSIDE.match(written(node.func)):
                yield node, function.name
                break


def _is_stream(scope: Scope, call: ast.Call) -> bool:
    """Whether `map` is that of a stream of TensorFlow: by what it begins with, or an argument that no other takes."""
    begun = written(path_of(scope, call)[0])
    return any(one.arg == "num_parallel_calls" for one in call.keywords) or re.search(MADE, begun) is not None


def _cached(parsed: Parsed) -> Iterator[ast.expr]:
    """`data.map(augment).cache()`: the pictures of the first epoch are those of all others."""
    functions = {name: written(one) for name, one in defined_once(parsed).items() if not _asks(one)}
    for scope in scopes(parsed):
        for call in scope.calls(frozenset({"cache"})):
            path = path_of(scope, call)
            drawn_again = any(method(one) == "repeat" for one in path)  # several of each picture are kept
            for step in path if not drawn_again else ():
                mapped = step.args[0] if isinstance(step, ast.Call) and method(step) == "map" and step.args else None
                body = (
                    functions.get(mapped.id, "") if isinstance(mapped, ast.Name) else written(mapped) if mapped else ""
                )
                if DISTORTING.search(body) and not _is_only_judged(scope, call):
                    yield call
                    return


def _is_only_judged(scope: Scope, cached: ast.Call) -> bool:
    """Whether a stream is judged on and not trained on: what is hard is to be the same each time."""
    made = [one for one in scope.of(ast.Assign) if any(at is cached for at in nodes_of(one.value))]
    names = {at.id for one in made for target in one.targets for at in nodes_of(target) if isinstance(at, ast.Name)}
    judged = any(reads(given, names) for one in scope.calls(JUDGES) for given in one.args)
    trained = any(reads(given, names) for one in scope.calls(FIT) for given in one.args)
    return judged and not trained


def _asks(function: ast.FunctionDef) -> bool:
    """Whether a function distorts under a condition alone: `if augment:`."""
    tests = [one.test for one in nodes_of(function) if isinstance(one, (ast.If, ast.IfExp))]
    return any("random" not in written(one) for one in tests)


#: what draws the noise that a generator begins with
DRAWS = frozenset({"normal", "uniform", "randn", "truncated_normal", "standard_normal"})


def _same_noise(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`z = normal((128, 20))`, once, and then `generator(z, training=True)` in each step of a loop with a tape."""
    for scope in scopes(parsed)[:1] if "GradientTape" in parsed.text else ():  # a function may be a step itself
        loops: list[ast.For | ast.While] = [*scope.of(ast.For), *scope.of(ast.While)]
        inside = {id(at) for one in loops for at in nodes_of(one)}
        for loop in loops:
            tapes = tapes_of(nodes_of(loop))
            if not any(isinstance(one, ast.Call) and role_of(one.func) == "judge" for one in nodes_of(loop)):
                continue  # a generator that paints one picture from one noise
            stored = {one.id for one in nodes_of(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
            for call in (one for tape in tapes for one in nodes_of(tape) if isinstance(one, ast.Call)):
                given = call.args[0] if len(call.args) == 1 else None
                if not (isinstance(given, ast.Name) and as_in_training(call)) or given.id in stored:
                    continue
                made = scope.once(given.id)
                # another network judges what is made
                drawn = made is not None and called(made) in DRAWS and role_of(call.func) == "maker"
                if made is not None and id(made) not in inside and drawn and _for_makers(loop, given.id):
                    yield made, written(call.func)
                    return


def _for_makers(loop: ast.For | ast.While, name: str) -> bool:
    """Whether generators alone are given it: what a judge or a loss sees as well stands in for data."""
    calls = [one for one in nodes_of(loop) if isinstance(one, ast.Call) and role_of(one.func) == "maker"]
    given = {id(argument) for call in calls for argument in call.args}
    return all(id(one) in given for one in nodes_of(loop) if isinstance(one, ast.Name) and one.id == name)
