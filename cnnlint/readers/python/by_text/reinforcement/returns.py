"""Agents that learn, and what they learn from: moving targets, chance and policies, by the text alone."""

from __future__ import annotations

import ast
import re
from collections import Counter

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import is_tape
from cnnlint.readers.python.by_text.objective.signs import signs
from cnnlint.readers.python.by_text.placed import Flaws, by_name, placed
from cnnlint.readers.python.by_text.reinforcement.agents import ABOUT, DRAWN, GAMMA, SHARE, is_discount
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import bound_once, called, loads, method
from cnnlint.readers.python.text.written import written

LARGEST = frozenset({"reduce_max", "max", "amax"})
#: what copies weights, or hands a network to something that may
COPIES = pattern(
    r"set_weights|load_weights|\.assign|copy_|soft_update|hard_update|sync|update_target|target_update|clone|polyak|\btau\b"
    r"|load_state_dict|restore|transfer|deepcopy|assign",
    re.IGNORECASE,
)
#: what chooses by chance
CHANCE = pattern(r"random|choice|categorical|multinomial|sample\(|noise|epsilon|gumbel|explor", re.IGNORECASE)
#: numbers that say how a share of chance changes
OF_ALL = pattern(r"min|max|decay|start|init|final|end|total|steps", re.IGNORECASE)
#: what makes a network
BUILDS = pattern(r"model|net|build|make|create|Sequential")
ACTOR = pattern(r"actor|policy|\bmu\b", re.IGNORECASE)
CRITIC = pattern(r"critic|\bq\b|q_?net|q_?value|value", re.IGNORECASE)


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not re.search(r"reward|gamma|actor|policy|epsilon|target", parsed.words):
        return ()
    found = [one for scope in scopes(parsed) for finder in (_moving, _climbing) for one in finder(parsed, scope)]
    found += [one for finder in (_never_copied, _always_chance, _never_chance) for one in finder(parsed)]
    return placed(Miswritten, parsed, by_name(found))  # what judges, and what follows, names alone tell


def _moving(parsed: Parsed, scope: Scope) -> Flaws:
    """`reward + gamma * reduce_max(model(following))` within the tape that is asked for the gradients of that model."""
    if "stop_gradient" in parsed.text or "stop_recording" in parsed.text:
        return
    for node in scope.of(ast.With):
        if not is_tape(node.items[0]) or node.items[0].optional_vars is None:
            continue
        asked = [one for one in scope.calls(frozenset({"gradient"})) if len(one.args) == 2]
        models = {
            written(one.args[1].value)
            for one in asked
            if isinstance(one.args[1], ast.Attribute) and "trainable" in one.args[1].attr
        }
        for call in nodes_of(node):
            if not (called(call) in LARGEST and isinstance(call, ast.Call)):
                continue
            given = call.args[0] if call.args else call.func
            inner = {written(one.func): one for one in nodes_of(given) if isinstance(one, ast.Call)}
            if not inner.keys() & models or "numpy" in written(given):
                continue
            if _discounted(scope, node, call):
                yield call, "moving target", written(call)
                return


def _discounted(scope: Scope, block: ast.With, call: ast.Call) -> bool:
    """Whether a value, or what it is called, is multiplied by a discount in a block."""
    names = {written(call)}
    names |= {written(one.targets[0]) for one in nodes_of(block) if isinstance(one, ast.Assign) and one.value is call}
    return any(
        isinstance(one.op, ast.Mult)
        and GAMMA.search(written(one)) is not None
        and any(written(part) in names for part in nodes_of(one) if isinstance(part, (ast.Name, ast.Call)))
        for one in nodes_of(block)
        if isinstance(one, ast.BinOp)
    )


def _climbing(parsed: Parsed, scope: Scope) -> Flaws:
    """`reduce_mean(critic([s, actor(s)]))` made small by the actor's weights: it looks for the worst."""
    for call in scope.calls(frozenset({"gradient"})):
        weights = call.args[1] if len(call.args) == 2 else None
        if not (isinstance(weights, ast.Attribute) and "trainable" in weights.attr):
            continue
        actor = written(weights.value)
        if not ACTOR.search(actor):
            continue
        answers = {
            written(one.targets[0]): one
            for one in scope.of(ast.Assign)
            if isinstance(one.value, ast.Call) and written(one.value.func) == actor and one.lineno < call.lineno
        }
        for judged in scope.of(ast.Call):
            function = written(judged.func)
            read = {written(one) for arg in judged.args for one in nodes_of(arg) if isinstance(one, ast.Name)}
            direct = any(isinstance(one, ast.Call) and written(one.func) == actor for one in nodes_of(judged))
            made = [answers[name].lineno for name in read & answers.keys()]
            if not CRITIC.search(function) or "cost" in function.lower() or function == actor or not (direct or made):
                continue
            if re.match(r"(tf|K|keras|ops|np|tfp)\.", function):
                continue  # clip_by_value
            if re.search(r"(^|_|\W)costs?\b", parsed.source.code) and "reward" not in parsed.text:
                continue  # what is to be paid is made small
            begun = max(made, default=judged.lineno)
            if begun <= judged.lineno < call.lineno and signs(parsed).minimised(judged) == {1}:
                yield judged, "actor", written(judged)
                return


def _made_twice(parsed: Parsed, function: ast.FunctionDef, made: ast.Call) -> bool:
    """Whether something else is made by the same call: `self.online = mlp(4, 2)`, `self.target = mlp(4, 2)`."""
    within = [one.value for one in parsed.listing.within(function) if isinstance(one, ast.Assign)]
    return any(one is not made and written(one) == written(made) for one in within)


def _never_copied(parsed: Parsed) -> Flaws:
    """`self.target = build()`, asked for the value of what follows, and never given the weights that were learnt."""
    for function in parsed.listing.of(ast.FunctionDef):
        if function.name != "__init__":
            continue
        names = [
            written(one.targets[0])
            for one in parsed.listing.within(function)
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Attribute)
            and re.search(r"(^|_)target([A-Z_]|$)", one.targets[0].attr)
            and isinstance(one.value, ast.Call)
            and (BUILDS.search(written(one.value.func)) or _made_twice(parsed, function, one.value))
        ]
        if len(names) != 1:
            continue
        lines = set(range(function.lineno, (function.end_lineno or function.lineno) + 1))
        rows = [(at, row.partition("# ")[0]) for at, row in enumerate(parsed.text.splitlines(), 1)]
        rest = "\n".join(row for at, row in rows if at not in lines and "import" not in row)
        begins = "\n".join(row for at, row in rows if at in lines)
        asked = [
            one
            for one in parsed.listing.of(ast.Call)
            if written(one.func) in (names[0], f"{names[0]}.predict", f"{names[0]}.predict_on_batch")
        ]
        shown = len(re.findall(rf"{re.escape(names[0])}\b", rest))
        shown += len(re.findall(rf"{re.escape(names[0])}\b(?! *=|\.(compile|summary|build)\()", begins))
        other = re.search(rf"\.{re.escape(names[0].partition('.')[2])}\b", rest.replace(names[0], ""))
        hoped = GAMMA.search(rest) or any(
            isinstance(one.op, ast.Mult) and any(map(is_discount, (one.left, one.right)))
            for one in parsed.listing.of(ast.BinOp)
        )
        if any(_is_taught(parsed, one) for one in asked):
            continue
        if asked and shown == len(asked) and not other and not COPIES.search(rest) and hoped:
            yield asked[0], "never copied", names[0]
            return
    for name, made in {**bound_once(parsed), **_bound_in_pairs(parsed)}.items():
        built = isinstance(made, ast.Call) and BUILDS.search(written(made.func))
        if not built or not re.search(r"(^|_)target(_|$)", name) or COPIES.search(parsed.source.code):
            continue
        asked = [
            one
            for one in parsed.listing.of(ast.Call)
            if written(one.func) in (name, f"{name}.predict", f"{name}.predict_on_batch")
        ]
        learns = GAMMA.search(parsed.source.code) and ABOUT.search(parsed.source.code)
        if any(_is_taught(parsed, one) for one in asked):
            continue
        if asked and loads(parsed)[name] == len(asked) and learns and "import *" not in parsed.text:
            yield asked[0], "never copied", name
            return


def _bound_in_pairs(parsed: Parsed) -> dict[str, ast.expr]:
    """What names stand for that one assignment of several binds: `model, target = build(), build()`."""
    stored = Counter(one.id for one in parsed.listing.of(ast.Name) if not isinstance(one.ctx, ast.Load))
    stored += Counter(one.arg for one in parsed.listing.of(ast.arg))
    return {
        target.id: value
        for one in parsed.listing.of(ast.Assign)
        if isinstance(one.targets[0], ast.Tuple) and isinstance(one.value, ast.Tuple)
        for target, value in zip(one.targets[0].elts, one.value.elts, strict=False)
        if isinstance(target, ast.Name) and stored[target.id] == 1
    }


def _is_taught(parsed: Parsed, asked: ast.Call) -> bool:
    """Whether what a network answers is what another one is trained on, as it is: a random network is foretold."""
    made = [one for one in parsed.listing.of(ast.Assign) if one.value is asked]
    names = {written(at) for one in made for at in one.targets}
    fits = [
        one for one in parsed.listing.of(ast.Call) if method(one) in ("fit", "train_on_batch") and len(one.args) > 1
    ]
    changed = {written(one.value) for one in parsed.listing.of(ast.Subscript) if not isinstance(one.ctx, ast.Load)}
    return any(written(one.args[1]) in names - changed for one in fits)


def _always_chance(parsed: Parsed) -> Flaws:
    """`if random() < epsilon: …` of an epsilon that is 1 and stays 1: constants stand in the place of their names."""
    rows = parsed.text.splitlines()
    for node in parsed.listing.of(ast.Compare):
        share = scopes(parsed)[0].resolved(node.comparators[0])
        whole = isinstance(share, ast.Constant) and share.value in (1, 1.0)
        if not whole or not isinstance(node.ops[0], (ast.Lt, ast.LtE)) or method(node.left) not in DRAWN:
            continue
        named = re.search(r"<=? *([A-Za-z]\w*)", rows[node.lineno - 1])
        stores = [one for one in parsed.listing.of(ast.Name) if named and one.id == named[1]]
        once_set = sum(isinstance(one.ctx, ast.Store) for one in stores) <= 1
        if named and SHARE.match(named[1]) and not OF_ALL.search(named[1]) and once_set:
            yield node, "always by chance", named[1]
            return


def _never_chance(parsed: Parsed) -> Flaws:
    """`argmax(policy(state))` as the action of an agent that learns from what its choices were worth."""
    code = parsed.source.code
    weighed = re.search(
        r"(nll|neg_?log\w*|log_?p\w*|log_probs?|cross_entropy\w*|action_probs?)\s*\*\s*\w*(ret|adv|rew|G\b)", code
    )
    if not weighed or CHANCE.search(re.sub(r"(import|from) .*", "", code)):
        return
    for function in parsed.listing.of(ast.FunctionDef):
        if not re.search(r"act|choose|select|step|policy", function.name):
            continue
        for node in nodes_of(function):
            taken = [one for one in nodes_of(node) if called(one) == "argmax"] if isinstance(node, ast.Return) else []
            if taken and isinstance(taken[0], ast.expr) and "eval" not in function.name:
                yield taken[0], "never by chance", written(taken[0])
                return
