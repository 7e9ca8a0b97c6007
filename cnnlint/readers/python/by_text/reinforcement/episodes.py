"""Agents that walk through episodes: which states they learn from, where one ends, how their chance falls, by text."""

from __future__ import annotations

import ast
import re
from collections import Counter

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.placed import Flaws, by_name, placed
from cnnlint.readers.python.by_text.reinforcement.agents import (
    CHANCE,
    DRAWN,
    END,
    GAMMA,
    LARGEST,
    SHARE,
    VALUES,
    is_discount,
    parts_of,
)
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import bound_once, called, method, operands, receiver
from cnnlint.readers.python.text.written import written

#: what the state behind a step is called where it is taken out of what was remembered
NEXT = pattern(
    r"^(next_?(states?|obs\w*|s)|new_(states?|obs\w*)|nxt(_?(states?|obs))?|(states?|obs\w*|s)_?(next|new|prime)|"
    r"(states?|obs)_?2|s2|ns|s_|following)(_?batch)?$",
    re.I,
)
#: what the action is called that was taken, and what the values of all of them are
TAKEN = pattern(r"^(a|acts?|actions?|action_idx)$", re.IGNORECASE)
VALUED = pattern(r"^(q|q_.*|.*_q|q?_?values?.*|q_?s)$", re.IGNORECASE)
AFTER = pattern(r"\b(next_?s|new_s|nxt|s2\b|s_\b)")
ASKED = frozenset({"predict", "predict_on_batch"})
TRAINED = frozenset({"fit", "train_on_batch"})
TARGET = pattern(r"target", re.IGNORECASE)
#: what turns a list round
TURNED = pattern(r"reverse|\[::-1\]|flip")


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not any(one.search(parsed.words) for one in (GAMMA, SHARE, AFTER)):
        return ()
    found = [one for scope in scopes(parsed) for finder in SCOPED for one in finder(scope)]
    found += [one for scope in scopes(parsed) for one in _in_order(parsed, scope)]
    found += [one for finder in (_copied_back, _grows) for one in finder(parsed)]
    still = [one for scope in scopes(parsed) for one in _standing_still(scope)]
    # what a step leads to is taken out of the memory, and read nowhere: more than a name tells it
    unread = [one for scope in scopes(parsed) if _leaves_next(scope) for one in _own_state(scope)]
    found = [one for one in found if all(one[0] is not other[0] for other in unread)]
    return (*placed(Miswritten, parsed, by_name(found)), *placed(Miswritten, parsed, (*still, *unread)))


def _leaves_next(scope: Scope) -> bool:
    """Whether a function parts what it remembers into five, of which it never reads what the step leads to."""
    if isinstance(scope.root, ast.Module):
        return False
    targets = [one.target for one in scope.of(ast.For)] + [one.targets[0] for one in scope.of(ast.Assign)]
    parted = [one.elts for one in targets if isinstance(one, ast.Tuple) and len(one.elts) in (4, 5)]
    names = {at.id for several in parted for at in several if isinstance(at, ast.Name) and NEXT.match(at.id)}
    read = {one.id for one in nodes_of(scope.root) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    return bool(names) and not names & read


def _is_hoped(node: ast.AST) -> bool:
    """Whether `gamma * …` stands somewhere in a node."""
    products = [one for one in nodes_of(node) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)]
    return any(is_discount(side) for one in products for side in (one.left, one.right))


def _is_foretold(scope: Scope) -> bool:
    """Whether what a model answers is discounted, and not what was gained later in the episode."""
    for one in scope.of(ast.BinOp):
        sides = ((one.left, one.right), (one.right, one.left)) if isinstance(one.op, ast.Mult) else ()
        for factor, other in sides:
            names = [at for at in nodes_of(other) if isinstance(at, ast.Name)] if is_discount(factor) else []
            made = [other, *(scope.bound_to(at, one)[0] for at in names)]
            made += [
                scope.bound_to(at, one)[0] for part in made[1:] for at in nodes_of(part) if isinstance(at, ast.Name)
            ]
            if is_discount(factor) and any(method(at) in ASKED for part in made for at in nodes_of(part)):
                return True
    return False


def _same_state(scope: Scope) -> Flaws:
    """`for state, action, reward, next_state, done in batch`, and `next_state` is never read: the target is what the
    state itself is worth."""
    stored = {one.id: one for one in scope.of(ast.Name) if isinstance(one.ctx, ast.Store) and NEXT.match(one.id)}
    if isinstance(scope.root, ast.Module) or not stored or any(True for _ in _own_state(scope)):
        return
    read = {one.id for one in nodes_of(scope.root) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    asks = any(method(one) in ASKED for one in scope.of(ast.Call))
    for name in sorted(stored.keys() - read):
        if asks and _is_foretold(scope):
            yield stored[name], "same state", name
            return


def _own_state(scope: Scope) -> Flaws:
    """`rewards + gamma * model.predict(states).max(1)`, beside `model.fit(states, …)`: what a step leads to is not
    asked."""
    stored = {one.id for one in scope.of(ast.Name) if isinstance(one.ctx, ast.Store) and NEXT.match(one.id)}
    stored |= {one.arg for one in getattr(getattr(scope.root, "args", None), "args", ()) if NEXT.match(one.arg)}
    fed = {written(call.args[0]) for call in scope.calls(TRAINED) if len(call.args) > 1} if stored else set()
    for node in scope.of(ast.BinOp) if fed else ():
        factors = parts_of(node)
        for side in factors if any(map(is_discount, factors)) else ():
            asked = _asked_of(scope, side, node)
            given = asked.args[0] if asked is not None else None
            if given is None or not isinstance(given, ast.Name) or given.id not in fed:
                continue
            bound = [one for one in scope.bound.get(given.id, ()) if not isinstance(one, ast.For)]
            if len(bound) < 2 and not NEXT.match(given.id):
                yield side, "own state", written(side)
                return


def _all_actions(scope: Scope) -> Flaws:
    """`q = model.predict(state)`, `q[0] = reward + gamma * best`, and which action was taken is never read."""
    stored = {one.id for one in scope.of(ast.Name) if isinstance(one.ctx, ast.Store) and TAKEN.match(one.id)}
    if isinstance(scope.root, ast.Module) or len(stored) != 1:
        return
    read = {one.id for one in nodes_of(scope.root) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    if stored & read:
        return
    for node in scope.of(ast.Assign):
        at = node.targets[0]
        row = isinstance(at, ast.Subscript) and isinstance(at.slice, ast.Constant) and at.slice.value == 0
        if not row or not isinstance(at, ast.Subscript) or not isinstance(at.value, ast.Name):
            continue
        made = scope.once(at.value.id)
        answers = made is not None and method(made) in ASKED
        hoped = scope.bound_to(node.value, node)[0]
        if answers and VALUED.search(at.value.id) and _is_hoped(hoped) and called(hoped) not in ("array", "where"):
            yield at, "all actions", written(at)
            return


def _asked_of(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The call of `predict` whose largest values an expression is."""
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        if method(value) in ASKED and isinstance(value, ast.Call):
            return value if value.args else None
        if isinstance(value, ast.Subscript):
            value = value.value
        elif isinstance(value, ast.Call) and called(value) in LARGEST:
            held = isinstance(value.func, ast.Attribute) and receiver(value) not in ("np", "numpy", "tf", "K")
            inner = value.func.value if held else value.args[0] if value.args else None  # type: ignore[attr-defined]
            if inner is None:
                return None
            value = inner
        else:
            return None
    return None


def _is_target(node: ast.AST) -> bool:
    """Whether `reward + gamma * …` stands somewhere in a node."""
    sums = [one for one in nodes_of(node) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add)]
    return any(_is_hoped(side) for one in sums for side in (one.left, one.right))


def _end_turned(scope: Scope) -> Flaws:
    """`if done: target = reward + gamma * best`, and `else: target = reward`."""
    for node in scope.of(ast.If):
        test, turned = node.test, False
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, turned = test.operand, True
        last = written(test).rpartition(".")[2] if isinstance(test, (ast.Name, ast.Attribute)) else ""
        if not END.match(last.partition("[")[0]) or not node.orelse:
            continue
        ended, going = (node.orelse, node.body) if turned else (node.body, node.orelse)
        plain = all(isinstance(one, ast.Assign) for one in going)
        if plain and any(map(_is_target, ended)) and not any(map(_is_hoped, going)):
            yield node.test, "end turned", written(node.test)
            return


def _standing_still(scope: Scope) -> Flaws:
    """`following, reward, done, _ = env.step(act(state))` in a loop in which `state` stays what `reset` gave."""
    loops: list[ast.For | ast.While] = [*scope.of(ast.While), *scope.of(ast.For)]
    for loop in loops:
        within = [one for statement in loop.body for one in nodes_of(statement)]
        steps = [
            one.targets[0].elts[0]
            for one in within
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Tuple)
            and len(one.targets[0].elts) >= 4
            and method(one.value) == "step"
        ]
        inner = any(isinstance(one, (ast.For, ast.While)) for one in within)
        moving = {steps[0].id} if steps and isinstance(steps[0], ast.Name) else set()
        moving |= {
            one.targets[0].id
            for one in within
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Name)
            and any(isinstance(at, ast.Name) and at.id in moving for at in nodes_of(one.value))
        }
        if inner or len(steps) != 1 or not isinstance(steps[0], ast.Name):
            continue
        names = [one for one in within if isinstance(one, ast.Name)]
        stored = {one.id for one in names if isinstance(one.ctx, ast.Store)}
        filled = {written(one.value) for one in within if isinstance(one, ast.Subscript) and _is_stored(one)}
        begun = {
            name
            for name, made in scope.bound.items()
            if name not in stored | filled
            and all(isinstance(one, ast.Assign) and ".reset(" in written(one.value) for one in made)
        }
        chosen = _chosen_by(within)
        still = [one for one in names if one.id in begun & chosen] if not chosen & stored & moving else []
        if still and not any(method(one) == "reset" for one in within):
            yield still[0], "standing still", still[0].id
            return


def _chosen_by(within: list[ast.AST]) -> set[str]:
    """The names that the action of a step is worked out from, in the loop that takes it."""
    found = {
        at.id
        for one in within
        if method(one) == "step" and isinstance(one, ast.Call)
        for given in one.args
        for at in nodes_of(given)
        if isinstance(at, ast.Name)
    }
    for _ in range(3):
        for one in within:
            names = {written(at) for at in one.targets} if isinstance(one, ast.Assign) else set()
            if names & found and isinstance(one, ast.Assign):
                found |= {at.id for at in nodes_of(one.value) if isinstance(at, ast.Name)}
    return found


def _is_stored(node: ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store)


def _value_chosen(scope: Scope) -> Flaws:
    """`return np.max(model.predict(state)[0])` of a function that returns `randrange(n)` otherwise."""
    returns = [one.value for one in scope.of(ast.Return) if one.value is not None]
    chance = [one for one in returns if CHANCE.search(written(one)) and "p=" not in written(one)]
    for value in returns if len(returns) == 2 and len(chance) == 1 else ():
        made = scope.bound_to(value, value)[0]
        given = made.args[0] if isinstance(made, ast.Call) and called(made) in LARGEST and len(made.args) == 1 else None
        if given is not None and VALUES.search(written(scope.bound_to(given, value)[0])):
            yield value, "value chosen", written(value)
            return


def _in_order(parsed: Parsed, scope: Scope) -> Flaws:
    """`for r in rewards: total = r + gamma * total`: what comes is to be added up from the last."""
    for loop in scope.of(ast.For):
        rewards, each = loop.iter, loop.target
        if not isinstance(each, ast.Name):
            continue
        read = each.id
        if isinstance(counted := _counted(rewards), ast.Name):
            rewards, read = counted, f"{counted.id}[{each.id}]"
        if not isinstance(rewards, ast.Name):
            continue
        kept = [one for one in nodes_of(loop) if method(one) in ("append", "insert") and isinstance(one, ast.Call)]
        puts = [one for one in loop.body if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Subscript)]
        for node in loop.body:
            value = node.value if isinstance(node, ast.Assign) else None
            total = written(node.targets[0]) if isinstance(node, ast.Assign) else ""
            sides = [value.left, value.right] if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) else []
            grown = [one for one in sides if _is_hoped(one) and total in map(written, nodes_of(one))]
            summed = len(sides) == 2 and len(grown) == 1 and read in map(written, sides)
            stored = any(total in map(written, one.args) for one in kept)
            stored = stored or any(written(one.value) == total for one in puts)
            turned = summed and stored and TURNED.search(written(scope.root))
            if value is not None and summed and stored and not turned and not _given_turned(parsed, scope):
                if _is_measured(scope, kept, total):
                    continue
                yield rewards, "in order", rewards.id
                return


def _is_measured(scope: Scope, kept: list[ast.Call], total: str) -> bool:
    """Whether sums are kept for their deviation alone, by which rewards are divided."""
    lists = {receiver(one) for one in kept if total in map(written, one.args)}
    used = {id(one.func.value) for one in kept if isinstance(one.func, ast.Attribute)}
    measured = {
        id(at)
        for one in scope.of(ast.Call)
        if called(one) in ("std", "var", "nanstd", "stdev")
        for given in one.args
        for at in nodes_of(given)
    }
    read = [
        one for one in scope.of(ast.Name) if one.id in lists and isinstance(one.ctx, ast.Load) and id(one) not in used
    ]
    return bool(read) and all(id(one) in measured for one in read)


def _given_turned(parsed: Parsed, scope: Scope) -> bool:
    """Whether a function is given what comes last first."""
    name = getattr(scope.root, "name", None)
    calls = [one for one in parsed.listing.of(ast.Call) if name is not None and called(one) == name]
    given = (argument for one in calls for argument in one.args)
    return ".reverse()" in parsed.text or any(TURNED.search(written(one)) for one in given)


def _counted(iterated: ast.expr) -> ast.expr | None:
    """What `range(len(rewards))` counts the items of, from the first."""
    inner = operands(iterated)[0] if called(iterated) == "range" and len(operands(iterated)) == 1 else None
    items = operands(inner) if inner is not None and called(inner) == "len" else []
    return items[0] if items else None


def _copied_back(parsed: Parsed) -> Flaws:
    """`self.model.set_weights(self.target.get_weights())`, of the model that is trained."""
    copies = [one for one in parsed.listing.of(ast.Call) if method(one) == "set_weights" and one.args]
    trained = {receiver(one) for one in parsed.listing.of(ast.Call) if method(one) in TRAINED}
    asked = {receiver(one) for one in parsed.listing.of(ast.Call) if method(one) in ASKED}
    back = [
        one
        for one in copies
        if method(one.args[0]) == "get_weights"
        and TARGET.search(receiver(one.args[0]))
        and not TARGET.search(receiver(one))
        and receiver(one) in trained
        and receiver(one.args[0]) in asked - trained
    ]
    if back and len(back) == len(copies) and _is_hoped(parsed.listing.nodes[0]):
        yield back[0], "copied back", receiver(back[0].args[0])


def _grows(parsed: Parsed) -> Flaws:
    """`if epsilon < least: epsilon *= decay`; `epsilon /= decay`; a decay of 1: chance never gives way."""
    constants = {name: one.value for name, one in bound_once(parsed).items() if isinstance(one, ast.Constant)}
    attributes = parsed.listing.of(ast.Attribute) if parsed.listing.of(ast.AugAssign) else ()
    stored = Counter(written(one) for one in attributes if isinstance(one.ctx, ast.Store))
    for made in parsed.listing.of(ast.Assign):
        target, value = made.targets[0], made.value
        if isinstance(target, ast.Attribute) and isinstance(value, ast.Constant) and stored[written(target)] == 1:
            constants[written(target)] = value.value
    for node in parsed.listing.of(ast.AugAssign):
        share, factor = written(node.target), written(node.value)
        number = node.value.value if isinstance(node.value, ast.Constant) else constants.get(factor)
        if (
            not SHARE.search(share)
            or not isinstance(number, (int, float))
            or not number
            or not _is_chance(parsed, share)
        ):
            continue
        divided = isinstance(node.op, ast.Div) and number < 1
        if divided or (isinstance(node.op, ast.Mult) and number == 1):
            yield node.value, "never falls", share
            return
    for test in parsed.listing.of(ast.If):
        falls = [
            one.target
            for one in test.body
            if isinstance(one, ast.AugAssign) and isinstance(one.op, (ast.Mult, ast.Sub))
        ]
        compared = test.test
        if not (len(falls) == 1 and isinstance(compared, ast.Compare) and len(compared.ops) == 1) or test.orelse:
            continue
        names = [written(compared.left), written(compared.comparators[0])]
        order = names if isinstance(compared.ops[0], (ast.Lt, ast.LtE)) else names[::-1]
        strict = isinstance(compared.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE))
        least = re.search(r"min|least|final|end|low", order[1], re.IGNORECASE) or isinstance(
            constants.get(order[1]), float
        )
        named = order[0] == written(falls[0]) and SHARE.search(order[0])
        if strict and least and named and _is_chance(parsed, order[0]):
            yield compared, "never falls", order[0]
            return


def _is_chance(parsed: Parsed, share: str) -> bool:
    """Whether something drawn is compared with a share, or it is handed to a function that may."""
    last = share.rpartition(".")[2]
    drawn = {written(one.targets[0]) for one in parsed.listing.of(ast.Assign) if _is_draw(one.value)}
    for test in parsed.listing.of(ast.Compare):
        sides = [test.left, *test.comparators]
        by_chance = any(_is_draw(one) or written(one) in drawn for one in sides)
        if by_chance and any(_last_name(one) == last for one in sides):
            return True
    # a function that chooses is given it: `act(state, epsilon)`
    calls = [one for one in parsed.listing.of(ast.Call) if re.search(r"act|polic|choose|select|greedy", called(one))]
    given = [at for one in calls for at in (*one.args, *(word.value for word in one.keywords))]
    return any(_last_name(one) == last for one in given)


def _is_draw(value: ast.expr) -> bool:
    """`np.random.rand()`, `random.random()`, `tf.random.uniform(())[0]`"""
    while isinstance(value, (ast.Subscript, ast.Attribute)):
        value = value.value
    return called(value) in DRAWN or (isinstance(value, ast.Call) and any(map(_is_draw, value.args)))


def _last_name(value: ast.expr) -> str:
    return written(value).rpartition(".")[2].partition("[")[0]


SCOPED = (_same_state, _own_state, _end_turned, _value_chosen, _all_actions)
