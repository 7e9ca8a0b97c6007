"""What a loop of training remembers: transitions, target networks, the best so far, gains; by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.objective.signs import signs
from cnnlint.readers.python.by_text.placed import Flaws, by_name, placed
from cnnlint.readers.python.by_text.reinforcement.agents import GAMMA
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import blocks, bound_once, called, method
from cnnlint.readers.python.text.written import written

#: what keeps a step of an agent to learn from
KEEPS = frozenset({"append", "add", "push", "remember", "store", "store_transition", "memorize", "record", "put"})
INFINITE = pattern(r"^(-?)(float\(['\"]\+?inf(inity)?['\"]\)|(np|numpy|math)\.(inf|Inf|infty))$")
TARGET = pattern(r"target", re.IGNORECASE)
#: what an actor's choices are weighed by, and what it is made of
LOG_PROBABILITY = pattern(r"log_?p(rob\w*|i|_?a\w*)?$|log_?pi|logp", re.IGNORECASE)
WORTH = pattern(
    r"^(critic|value_(net|model)|values?|baselines?|v|state_values?|critic_values?|vs?_?pred\w*)$", re.IGNORECASE
)
RETURNS = pattern(r"^(returns?|rets?|discounted\w*|g|rewards?_to_go|q_?values?|td_targets?|targets?)$", re.IGNORECASE)
#: the largest share of a step by which a target network follows
SMALL = 0.2


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not re.search(r"keras|tensorflow|torch", parsed.text):
        return ()
    named = list(_at_once(parsed))
    if re.search("log_?p", parsed.words, re.IGNORECASE):
        named += [one for scope in scopes(parsed) for one in _turned_gain(parsed, scope)]
    found = (*_moved_on(parsed), *_never_better(parsed))
    return (*placed(Miswritten, parsed, found), *placed(Miswritten, parsed, by_name(named)))


def _moved_on(parsed: Parsed) -> Flaws:
    """`state = next_state`, and then `memory.append((state, action, reward, next_state, done))`: both are the same."""
    kept = any(method(one) in KEEPS for one in parsed.listing.of(ast.Call))
    for block in blocks(parsed) if kept and (GAMMA.search(parsed.words) or "reward" in parsed.text) else ():
        moved: dict[str, str] = {}
        for statement in block:
            call = statement.value if isinstance(statement, ast.Expr) else None
            given = getattr(call, "args", [])
            parts = given[0].elts if len(given) == 1 and isinstance(given[0], (ast.Tuple, ast.List)) else given
            names = [one.id for one in parts if isinstance(one, ast.Name)]
            for here, ahead in moved.items():
                whole = len(parts) >= 4  # state, action, reward and what follows
                if isinstance(call, ast.Call) and method(call) in KEEPS and whole and {here, ahead} <= {*names}:
                    yield call, "moved on", here
                    return
            if moved:
                within = [one for one in nodes_of(statement) if isinstance(one, ast.Name)]
                stored = {one.id for one in within if isinstance(one.ctx, ast.Store)}
                moved = {here: ahead for here, ahead in moved.items() if not {here, ahead} & stored}
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target, value = statement.targets[0], statement.value
                if isinstance(target, ast.Name) and isinstance(value, ast.Name):
                    moved[target.id] = value.id


def _at_once(parsed: Parsed) -> Flaws:
    """`target.assign(tau * target + (1 - tau) * online)` of a `tau` of 0.005: the target is what is learnt at once."""
    if not TARGET.search(parsed.text):
        return
    constants = [(name, one) for name, one in bound_once(parsed).items() if isinstance(one, ast.Constant)]
    numbers: dict[str, object] = {name: one.value for name, one in constants}
    for made in parsed.listing.of(ast.Assign):
        target, value = made.targets[0], made.value
        if isinstance(target, ast.Attribute) and isinstance(value, ast.Constant):
            numbers.setdefault(written(target), value.value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for name, number in zip(target.elts, value.elts, strict=False):
                if isinstance(number, ast.Constant):
                    numbers.setdefault(written(name), number.value)
    for taken in parsed.listing.of(ast.arguments):
        for given, default in zip(taken.args[len(taken.args) - len(taken.defaults) :], taken.defaults, strict=True):
            if isinstance(default, ast.Constant):
                known = numbers.setdefault(given.arg, default.value)
                numbers[given.arg] = known if known == default.value else None  # one name for two shares
    for call in parsed.listing.of(ast.Call):
        mixed = call.args[0] if method(call) == "assign" and len(call.args) == 1 else None
        kept = written(call.func.value) if mixed is not None else ""  # type: ignore[attr-defined]
        if kept and mixed is not None and _is_of_target(parsed, kept, call) and _share(mixed, kept, numbers):
            yield call, "copied at once", written(mixed)
            return
    for loop in parsed.listing.of(ast.ListComp):
        iterated, names = loop.generators[0].iter, loop.generators[0].target
        if called(iterated) != "zip" or not isinstance(names, ast.Tuple) or not isinstance(iterated, ast.Call):
            continue
        of = [written(one) for one in iterated.args]
        targets = [one for one, name in zip(names.elts, of, strict=False) if TARGET.search(name)]
        if len(targets) == 1 and _share(loop.elt, written(targets[0]), numbers):
            yield loop.elt, "copied at once", written(loop.elt)
            return


def _is_of_target(parsed: Parsed, kept: str, call: ast.Call) -> bool:
    """Whether what is assigned to is a target network's weight: by its name, or by that of what a loop goes through."""
    if TARGET.search(kept):
        return True
    within = [one for one in parsed.listing.of(ast.FunctionDef) if parsed.listing.holds(one, call)]
    if any(TARGET.search(one.name) for one in within):
        return True
    pairs = [(one.target, one.iter) for one in parsed.listing.of(ast.For) if parsed.listing.holds(one, call)]
    for loop in parsed.listing.of(ast.ListComp):
        pairs += [(one.target, one.iter) for one in loop.generators if parsed.listing.holds(loop, call)]
    return any(kept in map(written, nodes_of(to)) and TARGET.search(written(of)) for to, of in pairs)


def _share(mixed: ast.expr, kept: str, numbers: dict[str, object]) -> bool:
    """Whether `mixed` keeps a small share of what was there, and takes the rest from elsewhere."""
    sides = [mixed.left, mixed.right] if isinstance(mixed, ast.BinOp) and isinstance(mixed.op, ast.Add) else []
    shares: dict[str, ast.expr] = {}
    for side in sides:
        if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mult):
            parts = [side.left, side.right]
            own = [one for one in parts if written(one) == kept]
            rest = [one for one in parts if written(one) != kept]
            shares["kept" if own else "taken"] = (rest if own else parts)[0]
    share = shares.get("kept")
    number = share.value if isinstance(share, ast.Constant) else numbers.get(written(share)) if share else None
    return len(shares) == len(sides) == 2 and isinstance(number, float) and 0 < number < SMALL


def _never_better(parsed: Parsed) -> Flaws:
    """`best = float("inf")`, and then `if score > best: best = score`: nothing is larger than that."""
    begun: dict[str, str] = {}
    for made in parsed.listing.of(ast.Assign) if "inf" in parsed.text.lower() else ():
        found = INFINITE.match(written(made.value).replace(" ", ""))
        target = written(made.targets[0])
        if found:
            begun[target] = "mixed" if begun.get(target, found[1]) != found[1] else found[1]
    for test in parsed.listing.of(ast.If) if begun else ():
        one = test.test
        if not (isinstance(one, ast.Compare) and len(one.ops) == 1) or test.orelse:
            continue
        left, right = written(one.left), written(one.comparators[0])
        larger = isinstance(one.ops[0], (ast.Gt, ast.GtE))
        if not larger and not isinstance(one.ops[0], (ast.Lt, ast.LtE)):
            continue
        best, above = (right, larger) if right in begun else (left, not larger)
        score = left if best == right else right
        renewed = any(
            isinstance(at, ast.Assign) and written(at.targets[0]) == best and written(at.value) == score
            for at in test.body
        )
        others = [
            at
            for at in parsed.listing.of(ast.Assign, ast.AugAssign)
            if written(at.targets[0] if isinstance(at, ast.Assign) else at.target) == best  # type: ignore[attr-defined]
        ]
        if renewed and len(others) == 2 and begun.get(best) == ("" if above else "-"):
            yield one, "never better", best
            return


def _turned_gain(parsed: Parsed, scope: Scope) -> Flaws:
    """`-mean(logp * (values - returns))`: what brought more than was thought is done less often."""
    for node in scope.of(ast.BinOp):
        pair = [node.left, node.right] if isinstance(node.op, ast.Mult) else []
        for logarithm, gain in (pair, pair[::-1]) if pair else ():
            if not LOG_PROBABILITY.search(written(logarithm)):
                continue
            made = scope.bound_to(gain, node)[0]
            while called(made) in ("stop_gradient", "squeeze", "cast") and isinstance(made, ast.Call) and made.args:
                made = scope.bound_to(made.args[0], made)[0]
            if not (isinstance(made, ast.BinOp) and isinstance(made.op, ast.Sub)):
                continue
            turned = WORTH.match(_last(made.left)) and RETURNS.match(_last(made.right))
            if turned and signs(parsed).minimised(node) == {-1}:
                yield made, "turned gain", written(made)
                return


def _last(value: ast.expr) -> str:
    """The last name of an expression, less the calls around it: "values" of `tf.squeeze(values)`."""
    while (
        isinstance(value, ast.Call) and value.args and called(value) in ("squeeze", "cast", "reshape", "stop_gradient")
    ):
        value = value.args[0]
    value = value.func if isinstance(value, ast.Call) else value
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
