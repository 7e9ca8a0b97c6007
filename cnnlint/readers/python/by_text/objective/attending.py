"""Attention that a program writes out itself: over which axis, of which scale, what is hidden, by its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from cnnlint.graph import Miswritten
from cnnlint.graph.formula_events import Flaw
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.objective.formulas import NORMED, PICKED, READING, hides
from cnnlint.readers.python.by_text.placed import Flaws, by_name, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, line, operands
from cnnlint.readers.python.text.written import written

#: what keeps scores from growing with their depth; T5 does it by its initial weights
SCALED = pattern(r"sqrt|\*\* ?-?\(?0?\.5|scale|rsqrt|temperature|\bT5|t5_|norm\w*\(|tanh", re.IGNORECASE)
#: what is made of heads
HEADS = pattern(r"num_heads|n_heads?|\bheads?\b|nhead|\bself\.h\b|split_heads", re.IGNORECASE)
#: the products of queries and keys of several heads
HEADED = pattern(r"'\w{4},\w{4}->\w{4}'")
#: a mask of padding, by the name of what makes it
PADDING = pattern(r"pad\w*mask|mask\w*pad", re.IGNORECASE)
#: numbers that say which part of a text a word is of: their 0 is no padding
PARTS = pattern(r"seg(ment)?s?\b|segment|type|part|sentence", re.IGNORECASE)
#: a mask that is turned round: `1 - mask`, `logical_not(mask)`
TURNED = pattern(
    r"equal\(mask|mask\w*\s*==|\b1(\.0*)?\s*-\s*[^\n]*mask|logical_not|mask\w*\s*-\s*1|where\(|~|attention_mask|subtract\("
)


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not (READING.search(parsed.text) or re.search(r"MultiHeadAttention|mask", parsed.text)):
        return ()
    named = (_counted, _unscaled, _padding, _temperature)
    return (
        *placed(Miswritten, parsed, (*_over_queries(parsed), *_attended(parsed), *_future(parsed))),
        *(event for finder in named for event in placed(Miswritten, parsed, by_name(finder(parsed)))),
    )


@once
def _products(parsed: Parsed) -> tuple[tuple[ast.expr, Flaw, str], ...]:
    """Where softmax is taken of `matmul(q, k, transpose_b=True)`, changed on the way or not."""
    return tuple(one for scope in scopes(parsed) for one in _of(scope)) if "softmax" in parsed.text else ()


def _of(scope: Scope) -> Iterator[tuple[ast.expr, Flaw, str]]:
    """The same of one function."""
    products = [
        one
        for one in scope.of(ast.Call)
        if (
            called(one) == "matmul" and any(k.arg == "transpose_b" and written(k.value) == "True" for k in one.keywords)
        )
        or (called(one) == "einsum" and len(one.args) == 3 and HEADED.match(written(one.args[0])))
    ]
    if (
        len(products) != 1
        or len(products[0].args) < 2
        or written(products[0].args[-2]) == written(products[0].args[-1])
    ):
        return
    names = {written(products[0])}
    changes: list[ast.Assign | ast.AugAssign] = [*scope.of(ast.Assign), *scope.of(ast.AugAssign)]
    for statement in sorted(changes, key=line):
        parts = nodes_of(statement.value)
        if products[0] in parts or any(isinstance(one, ast.Name) and one.id in names for one in parts):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names |= {written(one) for one in targets if isinstance(one, ast.Name)}
    for call in scope.of(ast.Call):
        if called(call) == "softmax" and call.args:
            given = {written(one) for one in nodes_of(call.args[0]) if isinstance(one, (ast.Name, ast.Call))}
            if given & names:
                yield call, "unscaled", written(scope.root)


def _over_queries(parsed: Parsed) -> Flaws:
    """`softmax(scores, axis=-2)`, and then `matmul(weights, v)`: the weights of one query do not add up to 1."""
    for call, _, function in _products(parsed):
        assert isinstance(call, ast.Call)
        axis = [*call.args[1:2], *(one.value for one in call.keywords if one.arg in ("axis", "dim"))]
        queries = ("-2", "2") if HEADS.search(function) else ("-2",)
        if "transpose_a" in function:
            continue  # the keys stand first
        if axis and written(axis[0]) == "1" and HEADS.search(function) and _reads_by(call, function):
            yield call, "over heads", "1"
            return
        if (
            axis
            and written(axis[0]) in queries
            and not re.search(r"reduce_sum|slot|permute|transpose\(w", function)
            and _reads_by(call, function)
        ):
            yield call, "over queries", written(axis[0])
            return


def _reads_by(softened: ast.Call, function: str) -> bool:
    """Whether weights stand first in a product, as those of each query do: `matmul(softmax(…), v)`."""
    tree = ast.parse(function)
    names = {
        written(one.targets[0])
        for one in nodes_of(tree)
        if isinstance(one, ast.Assign) and written(one.value) == written(softened)
    }
    products = [one for one in nodes_of(tree) if called(one) == "matmul" and operands(one)]
    plain = [one for one in products if not getattr(one, "keywords", ())]
    return any(written(operands(one)[0]) in {*names, written(softened)} for one in plain)


def _counted(parsed: Parsed) -> Flaws:
    """`mask = cast(equal(words, 0))`, and the losses of the words times it."""
    for function in parsed.listing.of(ast.FunctionDef) if "mask" in parsed.text and "parse" in parsed.text else ():
        made = [one for one in parsed.listing.within(function) if isinstance(one, ast.Assign)]
        masks = [one for one in made if re.fullmatch(r"(pad(ding)?_)?mask", written(one.targets[0]))]
        if not masks or not re.search(r"loss", function.name, re.IGNORECASE):
            continue
        name, texts = written(masks[0].targets[0]), [written(one.value) for one in masks]
        seen = [one for at in masks for one in nodes_of(at.value) if _is_nought(one)]
        turned = any(re.search(r"not|~|1(\.0*)? *-|subtract|where", one) for one in texts)
        products = [one for one in parsed.listing.within(function) if isinstance(one, (ast.BinOp, ast.AugAssign))]
        weighed = [one for one in products if isinstance(one.op, ast.Mult) and _weighs(one, name)]
        again = re.search(rf"1(\.0*)? *- *(tf\.cast\()?{name}\b|logical_not\({name}", written(function))
        if len(seen) == 1 and not turned and weighed and not again and "equal(" in texts[0]:
            yield seen[0], "padding counted", name
            return


def _is_nought(node: ast.AST) -> TypeGuard[ast.Call]:
    """`equal(words, 0)`"""
    return called(node) == "equal" and [written(one) for one in operands(node)[1:]] == ["0"]


def _weighs(node: ast.BinOp | ast.AugAssign, mask: str) -> bool:
    """Whether losses are multiplied by a mask."""
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.target, node.value]
    words = [written(one) for one in sides]
    return any(re.search(rf"\b{mask}\b", one) for one in words)


def _unscaled(parsed: Parsed) -> Flaws:
    """Scores of several heads that nothing divides by the root of their depth."""
    products = _products(parsed)
    if not products or SCALED.search(parsed.source.code) or not HEADS.search(parsed.source.code):
        return
    for call, why, function in products:
        if re.search(r"/|\*\*|multiply|divide", function.split("softmax", maxsplit=1)[0].replace("//", "")):
            return
        gained = any(_gains(one) for one in nodes_of(ast.parse(function)))
        if not gained and not NORMED.search(function) and not PICKED.search(function):
            yield call, why, "the scores"
            return


def _gains(node: ast.AST) -> bool:
    """Whether something is multiplied, and not what a mask hides."""
    product = isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Mult)
    return product and re.search(r"mask|1e|inf|INF", written(node)) is None


def _padding(parsed: Parsed) -> Flaws:
    """`cast(not_equal(words, 0))` as a mask whose ones are hidden."""
    hiding = [node for node in parsed.listing.of(ast.BinOp) if hides(node) and "mask" in written(node)]
    if not hiding or TURNED.search(parsed.source.code):
        return
    for function in parsed.listing.of(ast.FunctionDef):
        within = nodes_of(function) if PADDING.search(function.name) else []
        seen = [one for one in within if called(one) == "not_equal" or _compares(one, ast.NotEq)]
        hidden = any(called(one) == "equal" or _compares(one, ast.Eq) for one in within)
        weighs = any(_weighs_losses(parsed, function.name))
        if len(seen) == 1 and not hidden and "cast" in written(function) and isinstance(seen[0], ast.expr):
            if weighs:
                continue
            yield seen[0], "padding read", function.name
            return
    made = [one for one in parsed.listing.of(ast.Assign) if re.fullmatch(r"\w*mask", written(one.targets[0]))]
    attending = {  # masks of losses are made alike
        written(given)
        for call in parsed.listing.of(ast.Call)
        if re.search(r"atten[dt]", written(call.func), re.IGNORECASE)
        for given in (*call.args, *(one.value for one in call.keywords))
    }
    own = [one for one in made if "mask" not in written(one.value) and written(one.targets[0]) in attending]
    seen = [one for at in own for one in nodes_of(at.value) if called(one) == "not_equal" or _compares(one, ast.NotEq)]
    if len(own) == len(seen) == 1 and "cast" in written(own[0].value) and isinstance(seen[0], ast.expr):
        yield seen[0], "padding read", written(own[0].targets[0])


def _weighs_losses(parsed: Parsed, maker: str) -> Iterator[bool]:
    """Whether losses are multiplied by the mask that a function makes, here or by another name: its ones count."""
    calls = [one for one in parsed.listing.of(ast.Call) if called(one) == maker]
    bound = [one for one in parsed.listing.of(ast.Assign) if any(call is one.value for call in calls)]
    names = {written(one.targets[0]) for one in bound}
    for one in parsed.listing.of(ast.BinOp):
        sides = [one.left, one.right] if isinstance(one.op, ast.Mult) and not hides(one) else []
        yield any(written(side) in names or any(call is side for call in calls) for side in sides)


def _attended(parsed: Parsed) -> Flaws:
    """`attention(x, x, attention_mask=pad)` of Keras's, whose ones are what is seen, of `pad = equal(words, 0)`."""
    if "attention_mask" not in parsed.text or "MultiHeadAttention" not in parsed.text:
        return
    layers = [one for one in parsed.listing.of(ast.Assign) if called(one.value) == "MultiHeadAttention"]
    kept = {written(one.targets[0]) for one in layers}
    if any(one.name == "MultiHeadAttention" for one in parsed.listing.of(ast.ClassDef)):
        return
    for scope in scopes(parsed):
        for call in scope.of(ast.Call):
            given = [one.value for one in call.keywords if one.arg == "attention_mask"]
            own = written(call.func) in kept or called(call.func) == "MultiHeadAttention"
            for at, value in _handed(parsed, scope, given[0], call) if given and own else ():
                if _hides_words(value) and _looked_up(parsed, value) and not PARTS.search(written(value)):
                    yield at, "padding attended", written(value)
                    return


def _handed(parsed: Parsed, scope: Scope, value: ast.expr, at: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a mask stands for: here, or where the function around is given it by position."""
    made = scope.bound_to(value, at)[0]
    taken = scope.root.args.args if isinstance(scope.root, ast.FunctionDef) else []
    places = [place for place, one in enumerate(taken) if isinstance(made, ast.Name) and one.arg == made.id]
    if not places or taken[0].arg != "self":
        yield made, made
        return
    for other in scopes(parsed) if isinstance(scope.root, ast.FunctionDef) and scope.root.name == "call" else ():
        owners = [one for one in parsed.listing.of(ast.ClassDef) if scope.root in one.body]
        built = [one for one in parsed.listing.of(ast.Assign) if owners and called(one.value) == owners[0].name]
        names = {written(one.targets[0]) for one in built}
        for call in other.of(ast.Call):
            given = call.args[places[0] - 1 : places[0]]
            if written(call.func) in names and given:
                found = other.bound_to(given[0], call)[0]
                yield found, found


def _looked_up(parsed: Parsed, hidden: ast.expr) -> bool:
    """Whether what is compared are the numbers of words, which an embedding looks up."""
    names = {one.id for one in nodes_of(hidden) if isinstance(one, ast.Name)}
    layers = [one for one in parsed.listing.of(ast.Assign) if "mbedding" in called(one.value)]
    few = {written(one.targets[0]) for one in layers if _is_of_few(one.value)}
    kept = {written(one.targets[0]) for one in layers}
    for call in parsed.listing.of(ast.Call):
        if written(call.func) in few or _is_of_few(call.func):
            if any(isinstance(one, ast.Name) and one.id in names for one in call.args):
                return False  # the two parts of a text
            continue
        looks = written(call.func) in kept or re.search("embed", written(call.func), re.IGNORECASE)
        if looks and any(isinstance(one, ast.Name) and one.id in names for one in call.args):
            return True
    return False


#: no table of words has fewer rows
FEW = 10


def _is_of_few(layer: ast.AST) -> bool:
    """Whether an embedding has a handful of rows: `Embedding(2, 64)`."""
    rows = operands(layer)[0] if called(layer) == "Embedding" and operands(layer) else None
    return isinstance(rows, ast.Constant) and isinstance(rows.value, int) and rows.value < FEW


def _hides_words(value: ast.expr) -> bool:
    """`equal(words, 0)`, with axes more or not, as a number or not."""
    for _ in range(4):
        if isinstance(value, ast.Subscript):
            value = value.value
        elif called(value) in ("cast", "expand_dims") and operands(value):
            value = operands(value)[0]
    if isinstance(value, ast.Compare):
        return isinstance(value.ops[0], ast.Eq) and written(value.comparators[0]) == "0"
    return _is_nought(value)


def _compares(node: ast.AST, how: type[ast.cmpop]) -> bool:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], how)


def _future(parsed: Parsed) -> Flaws:
    """`return words[:, :-1], words[:, 1:]` mapped over what attention learns from that hides nothing."""
    code = parsed.source.code
    if "MultiHeadAttention(" not in code or re.search(
        r"mask|causal|band_part|tri[lu]|hid|where\(|\b(LSTM|GRU|SimpleRNN)\(", code, re.IGNORECASE
    ):
        return
    mapped = [written(one.args[0]) for one in parsed.listing.of(ast.Call) if called(one) == "map" and one.args]
    layers = [one for one in parsed.listing.of(ast.Assign) if called(one.value) == "MultiHeadAttention"]
    kept = {written(one.targets[0]) for one in layers}
    for function in parsed.listing.of(ast.FunctionDef):
        last = function.body[-1]
        pair = last.value.elts if isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple) else []
        given, wanted = map(written, pair) if len(pair) == 2 else ("", "")
        if (
            function.name in mapped
            and given.endswith("[:, :-1]")
            and wanted == f"{given.removesuffix('[:, :-1]')}[:, 1:]"
        ):
            for call in parsed.listing.of(ast.Call):
                own = len(call.args) > 1 and written(call.args[0]) == written(call.args[1])
                if own and (called(call.func) == "MultiHeadAttention" or written(call.func) in kept):
                    yield call, "future read", wanted
                    return


def _temperature(parsed: Parsed) -> Flaws:
    """`matmul(a, b, transpose_b=True) * temperature` of one below 1: the likenesses are made alike."""
    for function in parsed.listing.of(ast.FunctionDef):
        arguments = function.args.args
        given = dict(zip([one.arg for one in arguments[::-1]], function.args.defaults[::-1], strict=False))
        small = {
            name
            for name, value in given.items()
            if re.fullmatch(r"temp(erature)?|tau", name)
            and isinstance(value, ast.Constant)
            and isinstance(value.value, float)
            and value.value < 1
        }
        for node in nodes_of(function) if small else ():
            pair = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else ()
            for scores, factor in (pair, pair[::-1]) if pair else ():
                likened = any(one.arg == "transpose_b" for one in getattr(scores, "keywords", ()))
                likened = likened or any("ranspose" in written(one) for one in operands(scores))
                if called(scores) == "matmul" and likened and isinstance(factor, ast.Name) and factor.id in small:
                    yield factor, "scale", factor.id
                    return
