"""Agents that learn values of actions, and what their text shows of the targets and choices that they make."""

from __future__ import annotations

import ast
import re
from itertools import chain

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.placed import Flaws, by_name, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, method, operands, owner
from cnnlint.readers.python.text.written import written

GAMMA = pattern(r"gamma|discount", re.IGNORECASE)
#: what an episode's end is called where it is taken out of what was remembered
END = pattern(r"^(dones?|terminals?|is_done|terminated|is_terminal|done_batch|dones_batch)$", re.IGNORECASE)
#: what a file speaks of that is about such agents
ABOUT = pattern(r"reward|episode|replay|remember|action|\benv\b")
#: the least factor that is taken for a discount where it has no name (Sutton and Barto, 2018, use 0.9 and more)
LEAST = 0.9
#: what is gained by a step, as it is called
GAIN = pattern(r"reward|\br(_t|s|ews?)?\b", re.IGNORECASE)
LARGEST = frozenset({"max", "amax", "reduce_max", "nanmax"})
DRAWN = frozenset({"random", "rand", "uniform", "random_sample"})
#: what chooses an action by chance, and what by what was learnt
CHANCE = pattern(r"random\.(randrange|randint|choice)|action_space\.sample|randint\(|choice\(")
LEARNT = pattern(r"argmax|\bmax\(|predict")
#: what the values of actions are called, or come from
LARGEST = frozenset({"max", "amax", "reduce_max"})
VALUES = pattern(r"predict|model|net|target|\bq|_q|critic", re.IGNORECASE)
#: a share of chance that falls, and one that grows
FALLING = pattern(
    r"(eps|explor)\w*_?(min|decay)|(eps|explor)[\w.]*\s*(\*=|-=)|max\([^()\n]*(eps|explor)", re.IGNORECASE
)
GROWING = pattern(r"increment|(eps|explor)\w*\s*\+(?!.*exp\()|min\([^()\n]*(eps|explor)", re.IGNORECASE)
SHARE = pattern(r"(?<![a-z])eps(ilon)?s?(?![a-z])|explor", re.IGNORECASE)


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not any(one.search(parsed.words) for one in (GAMMA, SHARE, ABOUT)):
        return ()
    fades = FALLING.search(parsed.text) is not None and GROWING.search(parsed.text) is None
    finders = (best_action, past_the_end, *((explores_late,) if fades else ()))
    found = chain(no_discount(parsed), *(finder(scope) for scope in scopes(parsed) for finder in finders))
    return placed(Miswritten, parsed, by_name(found))  # what is gained, and what ends, names alone tell


def _discounted(scope: Scope, node: ast.BinOp) -> list[tuple[ast.expr, ast.expr]]:
    """What is multiplied by the discount: as it is written, and what it stands for."""
    if not isinstance(node.op, ast.Mult):
        return []
    pairs = ((node.left, node.right), (node.right, node.left))
    return [(other, scope.bound_to(other, node)[0]) for factor, other in pairs if is_discount(factor)]


def best_action(scope: Scope) -> Flaws:
    """`reward + gamma * np.argmax(model.predict(state))`: a number of an action, where its value belongs."""
    sums = [one for one in scope.of(ast.BinOp) if isinstance(one.op, ast.Add)]
    sides = [pair for one in sums for pair in ((one.left, one.right), (one.right, one.left))]
    gains = [one for one, other in sides if GAIN.search(written(other))]
    for node in scope.of(ast.BinOp):
        factors = parts_of(node)
        if not any(map(is_discount, factors)):
            continue
        if all(isinstance(one, ast.Constant) for one in factors if is_discount(one)) and node not in gains:
            continue  # a share of what was there before
        for factor in factors:
            made = scope.bound_to(factor, node)[0]
            of = [scope.bound_to(one, node)[0] for one in operands(made)[:1]]
            if called(made) == "argmax" and any(VALUES.search(written(one)) for one in (made, *of)):
                yield factor, "best action", written(factor)
                return
            held = made.func.value if isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute) else None
            of += [scope.bound_to(held, node)[0]] if held is not None else []
            if called(made) in LARGEST and _along_samples(made) and any(method(one) == "predict" for one in of):
                yield factor, "over states", written(made)
                return


def _along_samples(value: ast.expr) -> bool:
    """Whether a call goes along axis 0."""
    given = [one.value for one in getattr(value, "keywords", ()) if one.arg == "axis"]
    given += operands(value)[1:2] if owner(value) in ("np", "numpy", "tf", "K") else []
    return any(isinstance(one, ast.Constant) and one.value == 0 and one.value is not False for one in given)


def parts_of(node: ast.expr) -> list[ast.expr]:
    """What a product is made of."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*parts_of(node.left), *parts_of(node.right)]
    return [node]


def is_discount(value: ast.expr) -> bool:
    """Whether a factor is a discount, by its name or its size."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, float) and LEAST <= value.value < 1
    return isinstance(value, (ast.Name, ast.Attribute)) and GAMMA.search(written(value)) is not None


def no_discount(parsed: Parsed) -> Flaws:
    """`reward + gamma * max(model.predict(state))`, of a `gamma` that a file says to be 1.95."""
    file = parsed.listing
    sums = [one for one in file.of(ast.BinOp) if isinstance(one.op, ast.Add)]
    pairs = [pair for one in sums for pair in ((one.left, one.right), (one.right, one.left))]
    gained = {id(one) for one, other in pairs if GAIN.search(written(other))}
    totals = {  # total = reward + gamma * total
        id(part)
        for one in file.of(ast.Assign)
        if isinstance(one.value, ast.BinOp) and isinstance(one.value.op, ast.Add)
        for part in (one.value.left, one.value.right)
        if written(one.targets[0]) in written(part).split(" * ")
    }
    products = [one for one in file.of(ast.BinOp) if isinstance(one.op, ast.Mult)]
    for node in products:
        for share, value in ((node.left, node.right), (node.right, node.left)):
            hoped = id(node) in totals or any(called(one) in LARGEST for one in file.within(value))
            grown = isinstance(share, ast.Constant) and isinstance(share.value, (int, float)) and share.value > 1
            answers = id(node) in totals or VALUES.search(written(value)) is not None
            if hoped and grown and answers and id(node) in gained:  # the file's constants stand for their names
                yield share, "no discount", written(share)
                return
            if not is_discount(share) or not hoped:
                continue
            name = written(share)
            bound = [one for one in file.of(ast.Assign) if written(one.targets[0]) == name]
            stores = [one for one in file.of(ast.Name, ast.Attribute, ast.arg) if _stored(one) and written(one) == name]
            number = bound[0].value if len(bound) == len(stores) == 1 else None
            if isinstance(number, ast.Constant) and isinstance(number.value, (int, float)) and number.value > 1:
                yield number, "no discount", name
                return


def _stored(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", ast.Store()), ast.Store)


def past_the_end(scope: Scope) -> Flaws:
    """`for s, a, r, s2, done in batch: target = r + gamma * max(model.predict(s2))`, and `done` is never read."""
    names = {one.id for one in scope.of(ast.Name) if isinstance(one.ctx, ast.Store) and END.match(one.id)}
    names |= {one.arg for one in getattr(getattr(scope.root, "args", None), "args", ()) if END.match(one.arg)}
    if not names or isinstance(scope.root, ast.Module):
        return
    names -= {one.id for one in nodes_of(scope.root) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    for node in scope.of(ast.BinOp) if names else ():
        if not isinstance(node.op, ast.Add):
            continue
        for side in (node.left, node.right):
            product = side if isinstance(side, ast.BinOp) else None
            values = _discounted(scope, product) if product is not None else []
            if any(_is_largest(scope, made) for _, made in values) and not _chosen(scope, node):
                yield node, "past the end", sorted(names)[0]
                return


def _is_largest(scope: Scope, value: ast.expr) -> bool:
    """`np.amax(model.predict(state)[0])`, `tf.reduce_max(q, axis=1)` of what a model answers, nothing changed since; a
    table keeps 0 for the end by itself."""
    while isinstance(value, ast.Subscript):
        value = value.value
    given = value.args[0] if called(value) in LARGEST and isinstance(value, ast.Call) and value.args else None
    made = _whole(given) if given is not None else None
    return made is not None and isinstance(_whole(scope.bound_to(made, made)[0]), ast.Call)


def _whole(value: ast.expr) -> ast.expr:
    """What an item is taken out of."""
    while isinstance(value, ast.Subscript):
        value = value.value
    return value


def _chosen(scope: Scope, node: ast.AST) -> bool:
    """Whether a place is under a condition, which may be the end under another name."""
    return any(inner is node for one in scope.of(ast.If, ast.IfExp) for inner in nodes_of(one))


def explores_late(scope: Scope) -> Flaws:
    """`if random() > epsilon: return randrange(n)`, of an epsilon that falls from 1."""
    for node in scope.of(ast.If):
        test = node.test
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and method(test.left) in DRAWN):
            continue
        share = written(test.comparators[0])
        named = SHARE.search(share) and "-" not in share
        above, below = isinstance(test.ops[0], (ast.Gt, ast.GtE)), isinstance(test.ops[0], (ast.Lt, ast.LtE))
        inside = "\n".join(map(written, node.body))
        other = "\n".join(map(written, node.orelse or _behind(scope, node)))
        by_chance = CHANCE.search(inside) and "p=" not in inside and not LEARNT.search(inside) and LEARNT.search(other)
        by_value = LEARNT.search(inside) and not CHANCE.search(inside) and CHANCE.search(other)
        if named and ((above and by_chance) or (below and by_value and not LEARNT.search(other))):
            yield test, "explores late", written(test)
            return


def _behind(scope: Scope, node: ast.If) -> list[ast.stmt]:
    """What follows an `if` that ends its function, in the body of the function."""
    body = getattr(scope.root, "body", [])
    ends = bool(node.body) and isinstance(node.body[-1], ast.Return)
    return body[body.index(node) + 1 :] if ends and node in body else []
