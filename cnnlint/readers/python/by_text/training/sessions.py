"""What the text of a program for TensorFlow 1 shows of its sessions: training that is never run, dropout that stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import cast

from cnnlint.graph import SessionMisused
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import bound_once, called, loads, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: what makes an operation that trains
MAKERS = frozenset({"minimize", "apply_gradients"})
#: what finds operations in other ways than by the names that they are bound to
BY_NAME = pattern(
    r"get_collection|get_operation_by_name|add_to_collection|__dict__|globals\(\)|locals\(\)|(?<!\.)\b(exec|eval)\("
)
#: what a placeholder is called that says how much dropout leaves, or takes away
DROPPING = pattern(r"keep|dropout|drop_|kp\b|^pkeep", re.IGNORECASE)
#: what data is called that a model is judged on
TESTING = pattern(r"test|valid|\bval_|_val\b|eval", re.IGNORECASE)
#: what gives all variables their initial values
INITIALISERS = frozenset({"global_variables_initializer", "initialize_all_variables"})


@once
def events(parsed: Parsed) -> tuple[SessionMisused, ...]:
    """Every such place of a file."""
    if parsed.ast is None or "Session(" not in parsed.source.text:
        return ()
    text = SourceText(parsed.text)
    found = [SessionMisused(origin=origin_of(text, at), why="wiped") for one in scopes(parsed) for at in _wiped(one)]
    unfed = list(_unfed(parsed))[:1]
    found += [SessionMisused(origin=origin_of(text, call), why="unfed", what=name) for call, name in unfed]
    if "minimize(" not in parsed.source.text:
        return tuple(found)
    found += [SessionMisused(origin=origin_of(text, at), why="grown in loop", what=what) for at, what in _grown(parsed)]
    found += [SessionMisused(origin=origin_of(text, at), why="never fed", what=what) for at, what in _never_fed(parsed)]
    found += [SessionMisused(origin=origin_of(text, at), why="rows", what=what) for at, what in _rows(parsed)]
    for built in _in_loop(parsed):
        found.append(SessionMisused(origin=origin_of(text, built), why="made in loop"))
    made = {name: call for call, name in _operations(parsed)}
    restores = any(method(call) == "restore" for call in parsed.listing.of(ast.Call))  # the optimizer's variables, too
    if not restores and not BY_NAME.search(parsed.source.code):
        read = loads(parsed)
        stored = [node.id for node in parsed.listing.of(ast.Name) if isinstance(node.ctx, ast.Store)]
        found += [
            SessionMisused(origin=origin_of(text, call), why="never run")
            for name, call in made.items()
            if name not in read and stored.count(name) == 1 and _is_fed(parsed) and not _trained_otherwise(parsed, call)
        ]
    for call, sure in _judged(parsed, made.keys()):
        found.append(SessionMisused(origin=origin_of(text, call), why="dropping", named=not sure))
    for at, trained, name in _flags(parsed, made.keys()):
        found.append(SessionMisused(origin=origin_of(text, at), why="flag off" if trained else "flag on", what=name))
    return tuple(found[:6])


def _in_loop(parsed: Parsed) -> Iterator[ast.Call]:
    """`optimizer.minimize(loss)` in the loop that runs it, where a session is open around it."""
    for scope in scopes(parsed):
        for loop in scope.of(ast.For):
            made = {
                one.targets[0].id: one.value
                for one in loop.body
                if isinstance(one, ast.Assign)
                and isinstance(one.targets[0], ast.Name)
                and method(one.value) == "minimize"
            }
            inline = [one for at in loop.body for one in nodes_of(at) if method(one) == "minimize"]
            if not (made or inline) or any(isinstance(one, ast.With) for one in nodes_of(loop)):
                continue  # with a graph or session of its own in each pass
            renewed = any(re.search(r"reset|Session|initializer", written(one)) for one in loop.body)
            inner = {  # each operation trains for a while
                id(one)
                for other in nodes_of(loop)
                if isinstance(other, (ast.For, ast.While)) and other is not loop
                for one in nodes_of(other)
            }
            runs = [one for one in nodes_of(loop) if method(one) == "run" and id(one) not in inner]
            for run in (one for one in runs if isinstance(one, ast.Call)):
                names = {one.id for one in nodes_of(run) if isinstance(one, ast.Name)} & made.keys()
                within = [one for at in run.args[:1] for one in nodes_of(at) if one in inline]
                if (names or within) and not renewed:
                    yield cast("ast.Call", made[min(names)] if names else within[0])
                    return


#: operations of TensorFlow 1 that only compute: what is not one of them may do something besides
COMPUTING = pattern(r"tf\.(reduce_\w+|argmax|equal|cast|nn\.\w+|matmul|square|sqrt|metrics\.\w+|losses\.\w+|to_float)$")


def _grown(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`accuracy = tf.reduce_mean(…)` in the loop of steps that runs it."""
    for scope in scopes(parsed):
        loops: list[ast.For | ast.While] = [*scope.of(ast.For), *scope.of(ast.While)]
        for loop in loops:
            within = nodes_of(loop)
            runs = [one for one in within if method(one) == "run" and isinstance(one, ast.Call)]
            renewing = re.compile(r"reset_default|Session\(|Graph\(|initializer|minimize")
            if not runs or any(renewing.search(written(one)) for one in loop.body):
                continue
            read = {one.id for run in runs for one in nodes_of(run) if isinstance(one, ast.Name)}
            for one in (given for run in runs for given in run.args[:1]):
                if isinstance(one, ast.Call) and (
                    COMPUTING.match(written(one.func)) or written(one.func) == "tf.one_hot"
                ):
                    yield one, written(one)
                    return
            for node in within:
                target = node.targets[0] if isinstance(node, ast.Assign) else None
                value = node.value if isinstance(node, ast.Assign) else None
                computes = isinstance(value, ast.Call) and COMPUTING.match(written(value.func))
                if computes and value is not None and isinstance(target, ast.Name) and target.id in read:
                    yield value, target.id
                    return


def _never_fed(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`is_training = tf.placeholder_with_default(False, ())`, which layers read and no `feed_dict` has."""
    for name, value in bound_once(parsed).items():
        default = operands(value)[0] if called(value) == "placeholder_with_default" and operands(value) else None
        if not (isinstance(default, ast.Constant) and default.value is False):
            continue
        reads = [one for one in parsed.listing.of(ast.Name) if one.id == name and isinstance(one.ctx, ast.Load)]
        flags = {id(one.value) for one in parsed.listing.of(ast.keyword) if one.arg in ("training", "is_training")}
        # anything else that is done with it may feed it, or hand it to what does
        by_name = re.search(r"_by_name|globals\(\)|exec\(|eval\(", parsed.source.code)
        if reads and all(id(one) in flags for one in reads) and not by_name and _is_fed(parsed):
            yield value, name


def _rows(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`tf.equal(tf.argmax(scores, 1), labels)` of a placeholder that holds a row for each sample."""
    module = scopes(parsed)[0]
    for call in parsed.listing.of(ast.Call):
        if called(call) != "equal" or len(call.args) != 2:
            continue
        for taken, other in (call.args, call.args[::-1]):
            while called(other) in ("cast", "to_int64", "to_int32") and operands(other):
                other = operands(other)[0]
            shape = _shape(module.once(other.id)) if isinstance(other, ast.Name) else None
            taken = module.resolved(taken)
            along = operands(taken)[1:2] or [
                one.value for one in getattr(taken, "keywords", ()) if one.arg in ("axis", "dimension")
            ]
            if along and written(along[0]) not in ("1", "0"):
                continue  # of each step
            if called(taken) in ("argmax", "arg_max") and shape is not None and len(shape) == 2 and shape[1] > 1:
                yield call, written(other)
                return


def _shape(value: ast.expr | None) -> list[int] | None:
    """The shape of a placeholder, 0 for what is left open; None where it is not written out."""
    if value is None or called(value) != "placeholder" or not isinstance(value, ast.Call):
        return None
    given = [*value.args[1:2], *(one.value for one in value.keywords if one.arg == "shape")]
    sizes = given[0].elts if given and isinstance(given[0], (ast.List, ast.Tuple)) else None
    if sizes is None or not all(isinstance(one, ast.Constant) for one in sizes):
        return None
    numbers = [one.value for one in sizes if isinstance(one, ast.Constant)]
    return [one if isinstance(one, int) else 0 for one in numbers]


def _wiped(scope: Scope) -> Iterator[ast.Call]:
    """The runs of an initialiser behind a restore in the same session, which nothing restores again."""
    restores = [one for one in scope.of(ast.Expr) if method(one.value) == "restore"]
    for call in scope.calls(frozenset({"run"})) if restores else ():
        fetched = call.args and scope.bound_to(call.args[0], call)[0]
        if not fetched or called(fetched) not in INITIALISERS or not isinstance(call.func, ast.Attribute):
            continue
        session = written(call.func.value)
        opened = [one.lineno for one in scope.bound.get(session, ()) if one.lineno < call.lineno]  # type: ignore[attr-defined]
        since = max(opened, default=0)
        before = [one for one in restores if since < one.lineno < call.lineno and scope.ran_before(one, call)]
        again = any(one.lineno > call.lineno for one in restores)
        if not again and any(session in map(written, one.value.args[:1]) for one in before):  # type: ignore[attr-defined]
            yield call


def _unfed(parsed: Parsed) -> Iterator[tuple[ast.Call, str]]:
    """The runs of a session that need a placeholder which their `feed_dict` leaves out, and its name."""
    if "placeholder" not in parsed.text:
        return
    made = bound_once(parsed)
    if not any(called(value) == "placeholder" for value in made.values()):
        return
    for scope in scopes(parsed):
        for call in scope.calls(frozenset({"run"})):
            given = [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "feed_dict")]
            fed = scope.bound_to(given[0], call)[0] if len(given) == 1 else ast.Dict([], []) if not given else None
            if not isinstance(fed, ast.Dict) or not call.args or not all(isinstance(key, ast.Name) for key in fed.keys):
                continue
            if given and isinstance(given[0], ast.Name) and _is_filled(scope, given[0].id):
                continue
            fetched = call.args[0].elts if isinstance(call.args[0], (ast.List, ast.Tuple)) else [call.args[0]]
            keys = {written(key) for key in fed.keys if key is not None}
            missing = _missing([one.id for one in fetched if isinstance(one, ast.Name)], made, keys)
            if missing:
                yield call, missing


def _is_filled(scope: Scope, name: str) -> bool:
    """Whether something is put into a dict after it was made, or it is handed to what may do so."""
    put = any(written(one.value) == name and not isinstance(one.ctx, ast.Load) for one in scope.of(ast.Subscript))
    handed = any(
        isinstance(at, ast.Name) and at.id == name and method(one) not in ("run", "eval")
        for one in scope.of(ast.Call)
        for at in one.args
    )
    return put or handed or any(owner(one) == name and method(one) != "get" for one in scope.of(ast.Call))


def _missing(pending: list[str], made: dict[str, ast.expr], fed: set[str]) -> str:
    """The first placeholder that is not fed of those that names are computed from for sure; empty where none is."""
    seen = set[str]()
    while pending:
        name = pending.pop()
        if name in seen or name in fed or name not in made:
            continue
        seen.add(name)
        if called(made[name]) == "placeholder":
            return name
        pending += _operands(made[name])
    return ""


def _operands(value: ast.expr) -> list[str]:
    """The names that an expression of TensorFlow's functions and operators computes with whatever their shapes are."""
    if isinstance(value, ast.Name):
        return [value.id]
    if isinstance(value, ast.BinOp):
        return [*_operands(value.left), *_operands(value.right)]
    if isinstance(value, ast.UnaryOp):
        return _operands(value.operand)
    if not isinstance(value, ast.Call):
        return []
    function = written(value.func)
    if method(value) in MAKERS or re.match(
        r"tf\.(nn|losses|layers|math|reduce_\w+$|square$|log$|matmul$|equal$)", function
    ):
        return [name for one in (*value.args, *(k.value for k in value.keywords)) for name in _operands(one)]
    return []


def _operations(parsed: Parsed) -> Iterator[tuple[ast.Call, str]]:
    """The training operations that are bound to a name, and the name."""
    for node in parsed.listing.of(ast.Assign):
        value, target = node.value if len(node.targets) == 1 else None, node.targets[0]
        if not (isinstance(value, ast.Call) and isinstance(target, ast.Name)):
            continue
        if method(value) in MAKERS and not any(one.arg == "name" for one in value.keywords):
            yield value, target.id


def _trained_otherwise(parsed: Parsed, made: ast.Call) -> bool:
    """Whether the optimizer that a training operation is of has another, so that one of them trains."""
    others = [one for one in parsed.listing.of(ast.Call) if one is not made and method(one) in MAKERS]
    return bool(owner(made)) and any(owner(one) == owner(made) for one in others)


def _is_fed(parsed: Parsed) -> bool:
    """Whether the file runs something in a loop, as it would its training."""
    return any(
        method(node) == "run" for loop in parsed.listing.of(ast.For, ast.While) for node in parsed.listing.within(loop)
    )


def _judged(parsed: Parsed, training: Collection[str]) -> Iterator[tuple[ast.expr, bool]]:
    """The keep probabilities below 1 that are fed together with test data, while nothing is trained; and whether more
    than names tells both: a dropout reads the one, and the other is a part of a data set."""
    dropping = {
        written(given)
        for call in parsed.listing.of(ast.Call)
        if called(call) in ("dropout", "DropoutWrapper")
        for given in (*call.args[1:], *(one.value for one in call.keywords))
    }
    comprehensions: list[ast.ListComp | ast.GeneratorExp] = [
        *parsed.listing.of(ast.ListComp),
        *parsed.listing.of(ast.GeneratorExp),
    ]
    again = {id(inner) for one in comprehensions if _is_repeated(one) for inner in nodes_of(one)}
    for node in parsed.listing.of(ast.Call):
        if not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in ("run", "eval") or id(node) in again:  # the same samples, time and again
            continue
        fed = _fed(node)
        fetched = node.args[0] if node.func.attr == "run" and node.args else node.func.value
        names = {written(one) for one in nodes_of(fetched) if isinstance(one, (ast.Name, ast.Attribute))}
        trains = any(name in training or re.search(r"train|optim|step|minimi", name) for name in names)
        if fed is None or trains or len(fed.keys) < 2:
            continue
        tested = any(TESTING.search(written(value)) for value in fed.values)
        if any(isinstance(value, ast.Constant) and value.value is False for value in fed.values):
            continue  # a flag that says that nothing drops, whatever the share
        for key, value in zip(fed.keys, fed.values, strict=True):
            share = value.value if isinstance(value, ast.Constant) else None
            active = isinstance(share, float) and 0.0 < share < 1.0
            if key is not None and active and tested and DROPPING.search(written(key)):
                parts = any(re.search(r"\.(test|validation)\.", written(one)) for one in fed.values)
                yield value, parts and written(key) in dropping


def _is_repeated(loop: ast.ListComp | ast.GeneratorExp) -> bool:
    """`[sess.run(answer, {x: x_test}) for _ in range(50)]`"""
    counted = called(loop.generators[0].iter) in ("range", "trange")
    return counted and not reads(loop.elt, {written(loop.generators[0].target)})


def _flags(parsed: Parsed, training: Collection[str]) -> Iterator[tuple[ast.expr, bool, str]]:
    """`is_training: False` beside the operation that trains, or True beside test data; whether it trains, and the
    flag that layers read."""
    read = {written(one.value) for one in parsed.listing.of(ast.keyword) if one.arg in ("training", "is_training")}
    for node in parsed.listing.of(ast.Call):
        fed = _fed(node) if method(node) == "run" and node.args else None
        if fed is None:
            continue
        names = {one.id for one in nodes_of(node.args[0]) if isinstance(one, ast.Name)}
        trains = bool(names & set(training))
        tested = any(TESTING.search(written(value)) for value in fed.values)
        judges = tested and not any(re.search(r"train|optim|step|minimi|update", one) for one in names)
        for key, value in zip(fed.keys, fed.values, strict=True):
            flag = written(key) if key is not None else ""
            told = value.value if isinstance(value, ast.Constant) and flag in read else None
            if (trains and told is False) or (judges and not trains and told is True):
                if trains and _is_told_both(parsed, flag, names & set(training)):
                    continue
                yield value, trains, flag


def _is_told_both(parsed: Parsed, flag: str, training: Collection[str]) -> bool:
    """Whether one operation trains with a flag that is on in one place and off in another: statistics are kept."""
    for node in parsed.listing.of(ast.Call):
        fed = _fed(node) if method(node) == "run" and node.args else None
        if fed is None or not reads(node.args[0], training):
            continue
        told = [
            value for key, value in zip(fed.keys, fed.values, strict=True) if key is not None and written(key) == flag
        ]
        if any(not (isinstance(one, ast.Constant) and one.value is False) for one in told):
            return True
    return False


def _fed(call: ast.Call) -> ast.Dict | None:
    """The dict that a call feeds."""
    given = [*call.args, *(one.value for one in call.keywords if one.arg == "feed_dict")]
    return next((one for one in given if isinstance(one, ast.Dict)), None)
