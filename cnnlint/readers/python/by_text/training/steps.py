"""What a step of training that a program takes itself leaves out: penalties, scales, resets and the step, by text."""

from __future__ import annotations

import ast
import re

from cnnlint.graph import Dropped, Event, Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import is_never_given, tapes_of
from cnnlint.readers.python.by_text.placed import Flaws, Losses, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.walks import bound_once, called, method, operands, owner, receiver
from cnnlint.readers.python.text.written import written

#: what adds the penalties of a model's layers to its loss, or hands it to something that does
PENALTIES = pattern(
    r"(?<!keras)(?<!tf)(?<!v1)(?<!contrib)\.losses\b|\.compile\(|\.fit\(|compute_loss|compiled_loss|get_losses_for|REGULARIZATION|l2_loss|regularization"
)
HALF = pattern(r"mixed_float16|mixed_precision\.Policy\(.float16")
#: what keeps small gradients in 16 bits
LOSS_SCALED = pattern(r"scaled_loss|scale_loss|unscaled|loss_scale|LossScale(?!Optimizer)|bfloat16")
#: what computes in 32 bits under such a policy
WIDE = pattern(r"dtype\s*=|float32|tf\.cast|Activation\(.linear")
APPLIES = frozenset({"apply_gradients", "apply"})
#: what counts how often a function is traced
COUNTED = pattern(r"trac|compil|shape|signature", re.IGNORECASE)
#: means of losses that each replica takes of its own part alone
OWN_MEAN = frozenset({"reduce_mean", "mean"})


@once
def events(parsed: Parsed) -> tuple[Event, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not re.search(r"GradientTape\(|\.backward\(\)|stateless_apply|mixed_", parsed.text):
        return ()
    flaws = (_divided, _penalty, _replicas, _half_loss, _still_scaled, _half_output, _traced, _softened, _elsewhere)
    losses = (_accumulated, _not_stepped, _not_carried)
    return (
        *placed(Miswritten, parsed, (one for finder in flaws for one in finder(parsed))),
        *placed(Dropped, parsed, (one for finder in losses for one in finder(parsed))),
    )


def _elsewhere(parsed: Parsed) -> Flaws:
    """`zip(gradients, model.trainable_variables)` of gradients of `model.head.trainable_variables`."""
    for scope in scopes(parsed):
        for call in scope.calls(frozenset({"apply_gradients"})):
            pairs = call.args[0] if call.args else None
            if called(pairs) != "zip" or len(pairs.args) != 2:  # type: ignore[union-attr,arg-type]
                continue
            made, weights = scope.bound_to(pairs.args[0], call)[0], pairs.args[1]  # type: ignore[union-attr]
            asked = made.args[1] if method(made) == "gradient" and len(getattr(made, "args", ())) == 2 else None  # type: ignore[attr-defined]
            both = [one for one in (asked, weights) if isinstance(one, ast.Attribute) and "trainable" in one.attr]
            owners = sorted(written(one.value) for one in both)
            within = len(both) == 2 and owners[1].startswith(f"{owners[0]}.")
            if within and isinstance(asked, ast.expr) and _has_others(parsed, *owners):
                yield weights, "other weights", written(asked)
                return


#: what makes something with weights
WEIGHED = pattern(
    r"layers\.|\b(Dense|Conv\w*D\w*|LSTM|GRU|Embedding|Sequential|Model)\(|build|make|net\b", re.IGNORECASE
)


def _has_others(parsed: Parsed, whole: str, part: str) -> bool:
    """Whether a model has weights beside those of a part of it: another attribute that is made of layers and called."""
    head = part.removeprefix(f"{whole}.").partition(".")[0]
    made = {
        written(one.targets[0]).partition(".")[2]
        for one in parsed.listing.of(ast.Assign)
        if written(one.targets[0]).startswith("self.") and WEIGHED.search(written(one.value))
    }
    asked = {
        one.func.attr
        for one in parsed.listing.of(ast.Call)
        if isinstance(one.func, ast.Attribute) and written(one.func.value) in ("self", whole)
    }
    return bool((made & asked) - {head})


def _penalty(parsed: Parsed) -> Flaws:
    """`kernel_regularizer=l2(…)` in a file whose own step never asks for `model.losses`."""
    code = parsed.source.code
    if "GradientTape(" not in code or "regularizer" not in code or PENALTIES.search(code):
        return
    if re.search(r"\.trainable\s*=\s*False", code):
        return  # what has a penalty may be at rest
    calls = parsed.listing.of(ast.Call)
    learns = any(method(one) == "gradient" and "trainable" in written(one) for one in calls)
    if not learns or not any(method(one) in APPLIES for one in calls):
        return
    for call in parsed.listing.of(ast.Call):
        for one in call.keywords:
            told = one.arg in ("kernel_regularizer", "activity_regularizer", "bias_regularizer")
            empty = isinstance(one.value, ast.Constant) and one.value.value is None
            passed = isinstance(one.value, ast.Name) and one.value.id == one.arg
            if (
                told
                and not empty
                and not passed
                and not called(call).startswith("super")
                and method(call) != "__init__"
                and not is_never_given(parsed, call, one.value)
            ):
                yield one.value, "penalty", written(one.value)
                return


def _replicas(parsed: Parsed) -> Flaws:
    """`reduce_mean(loss_object(labels, predictions))` with `reduction="none"`, and the sum over the replicas of it."""
    code = parsed.source.code
    if not re.search(r"\.(experimental_)?run(_v2)?\(", code) or "ReduceOp.SUM" not in code:
        return
    if re.search(
        r"compute_average_loss|num_replicas_in_sync\)?\s*\n?\s*(return|\*)|/ *[\w.]*(GLOBAL|global|num_replicas)", code
    ):
        return
    unreduced = {
        name
        for name, value in _made(parsed).items()
        if isinstance(value, ast.Call)
        and any(one.arg == "reduction" and "none" in written(one.value).lower() for one in value.keywords)
    }
    shares = {
        id(side)
        for one in parsed.listing.of(ast.BinOp)
        if isinstance(one.op, (ast.Div, ast.Mult))
        for side in (one.left, one.right)
    }
    for scope in scopes(parsed):
        shared = {one.id for one in scope.of(ast.Name) if id(one) in shares}
        for call in scope.of(ast.Call):
            given = scope.bound_to(call.args[0], call)[0] if called(call) in OWN_MEAN and len(call.args) == 1 else None
            if (
                isinstance(given, ast.Call)
                and written(given.func) in unreduced
                and not call.keywords
                and id(call) not in shares
                and not shared
                & {
                    at.id
                    for one in scope.of(ast.Assign)
                    if one.value is call
                    for at in one.targets
                    if isinstance(at, ast.Name)
                }
            ):
                yield call, "replica mean", written(call)
                return


def _made(parsed: Parsed) -> dict[str, ast.expr]:
    """What names and attributes of a file are bound to that are assigned once."""
    found: dict[str, list[ast.expr]] = {}
    for node in parsed.listing.of(ast.Assign):
        for target in node.targets:
            found.setdefault(written(target), []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _policy(parsed: Parsed) -> int:
    """The line in which a file sets the policy of 16 bits for all its layers; 0 where it does not, or sets several."""
    set_by = [
        one
        for one in parsed.listing.of(ast.Call)
        if called(one) in ("set_global_policy", "set_policy", "set_dtype_policy")
    ]
    return set_by[0].lineno if len(set_by) == 1 and HALF.search(written(set_by[0])) else 0


def _half_loss(parsed: Parsed) -> Flaws:
    """A step of a program's own in 16 bits that differentiates the loss as it is."""
    code = parsed.source.code
    if "GradientTape(" not in code or LOSS_SCALED.search(code) or not _policy(parsed):
        return
    applies = any(method(one) in APPLIES for one in parsed.listing.of(ast.Call))
    divides = [
        one
        for one in parsed.listing.of(ast.BinOp)
        if isinstance(one.op, ast.Div) and re.fullmatch(r"g|grads?|gradients?", written(one.left))
    ]
    for call in parsed.listing.of(ast.Call) if applies and not divides else ():
        made = [
            one.value
            for one in parsed.listing.of(ast.Assign)
            if call.args and written(one.targets[0]) == written(call.args[0])
        ]
        if any(isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult) for one in (*made, *call.args[:1])):
            continue  # made large first
        if method(call) == "gradient" and len(call.args) >= 2 and "trainable" in written(call.args[1]):
            yield call.args[0], "half loss", written(call.args[0])
            return


#: what the number of samples in a batch is called, or counted by
BATCH = pattern(
    r"^(\w+\.)?batch_?size$|^BATCH(_SIZE)?$|^len\((x|y|xb|yb|x_batch|y_batch|inputs|labels)\)$", re.IGNORECASE
)


#: what goes through samples one by one
ADDING = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp)


def _divided(parsed: Parsed) -> Flaws:
    """`loss_object(labels, outputs) / BATCH_SIZE` of a loss that is the mean over the batch already."""
    code = parsed.source.code
    if "reduction" in code or re.search(r"Strategy\(|strategy|accum", code) or "GradientTape(" not in code:
        return
    if re.search(r"from (?!(\w+\.)*keras\b)[\w.]+ import .*\blosses\b|^import losses", code, re.MULTILINE):
        return
    means = {
        name
        for name, one in _made(parsed).items()
        if re.search(r"\blosses\.[A-Z]\w+\(", written(one)) and isinstance(one, ast.Call)
    }
    # not where a loop within the step adds up what is of one sample each
    tapes = tapes_of(parsed.listing.of(ast.With))
    inner = [one for tape in tapes for one in nodes_of(tape) if isinstance(one, ADDING)]
    added = {id(at) for one in inner for at in nodes_of(one)}
    once_each = {id(one) for tape in tapes for one in nodes_of(tape) if id(one) not in added}
    rows = parsed.text.splitlines()
    for node in parsed.listing.of(ast.BinOp):
        mean = isinstance(node.left, ast.Call) and written(node.left.func) in means
        # a constant stands in the place of its name
        by = re.search(
            r"/ *(?:float\(|tf\.cast\()?([\w.]+(?:\(\w+\))?)",
            rows[node.right.lineno - 1][node.left.end_col_offset or 0 :],
        )
        if isinstance(node.op, ast.Div) and mean and by and BATCH.match(by[1]) and id(node) in once_each:
            yield node.right, "divided twice", written(node.left), True
            return


def _still_scaled(parsed: Parsed) -> Flaws:
    """`get_scaled_loss(loss)`, whose gradients are applied as they are."""
    code = parsed.source.code
    if "get_scaled_loss(" not in code or "unscale" in code:
        return
    for call in parsed.listing.of(ast.Call):
        given = operands(call.args[0])[:1] if method(call) == "apply_gradients" and call.args else []
        name = written(given[0]) if given else ""
        made = [one.value for one in parsed.listing.of(ast.Assign) if name in map(written, one.targets)]
        made = made or given
        if made and all(method(one) == "gradient" for one in made):
            yield call.args[0], "still scaled", written(call.args[0])
            return


def _half_output(parsed: Parsed) -> Flaws:
    """A softmax in 16 bits as the output of a model."""
    code = parsed.source.code
    if not _policy(parsed) or WIDE.search(code):
        return
    last: ast.expr | None = None
    behind = 0
    for call in parsed.listing.of(ast.Call):
        given = [one.value for one in call.keywords if one.arg == "activation"]
        given += call.args[:1] if called(call) == "Activation" else []
        given = given if called(call) in ("Dense", "Conv2D", "Activation") else []
        behind = max(behind, call.lineno) if called(call) in ("Dense", "Conv2D") else behind
        given += [call.func] if called(call) == "Softmax" else []
        softmax = given and re.search(r"softmax", written(given[0]), re.IGNORECASE)
        if softmax and call.lineno > _policy(parsed):
            last = given[0]
    if last is not None and last.lineno >= behind:
        yield last, "half output", "softmax"


#: what of a tensor is known while a function is traced
NO_TENSORS = frozenset({"name", "shape", "dtype"})


def _traced(parsed: Parsed) -> Flaws:
    """`history.append(loss)` of a list outside of a `tf.function`: it is done once, while the function is traced."""
    if "functions_eagerly" in parsed.text:
        return
    outer = {name for name, value in bound_once(parsed).items() if isinstance(value, ast.List) and not value.elts}
    outer = {name for name in outer if not COUNTED.search(name)}
    for function in parsed.listing.of(ast.FunctionDef):
        if not any(re.match(r"(tf\.)?function\b", written(one)) for one in function.decorator_list):
            continue
        own = {written(one) for one in nodes_of(function) if isinstance(getattr(one, "ctx", None), ast.Store)}
        for node in nodes_of(function):
            call = node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call) and method(call) == "append" and owner(call) in outer - own:
                if all(isinstance(one, ast.Constant) or getattr(one, "attr", "") in NO_TENSORS for one in call.args):
                    continue  # no tensor: what is known while it is traced
                yield call, "traced", written(call.func)
                return
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                kept = [
                    one for one in nodes_of(function) if isinstance(one, ast.Global) and node.target.id in one.names
                ]
                made = scopes(parsed)[0].bound.get(node.target.id, [])
                first = made[0].value if len(made) == 1 and isinstance(made[0], ast.Assign) else None
                if kept and isinstance(first, ast.Constant) and not COUNTED.search(node.target.id):
                    yield node.target, "traced", written(node)
                    return


def _softened(parsed: Parsed) -> Flaws:
    """`CrossEntropyLoss()(net(x), y)` of a Sequential of Keras that ends in a softmax."""
    if "torch" not in parsed.text or not re.search(r"CrossEntropyLoss|F\.cross_entropy", parsed.text):
        return
    made = bound_once(parsed)
    for scope in scopes(parsed):
        for call in scope.of(ast.Call):
            loss = made.get(call.func.id) if isinstance(call.func, ast.Name) else call
            if loss is None or called(loss) not in ("CrossEntropyLoss", "cross_entropy") or len(call.args) != 2:
                continue
            answer = scope.bound_to(call.args[0], call)[0]
            name = written(answer.func) if isinstance(answer, ast.Call) else ""
            model = made.get(name)
            whole = isinstance(model, ast.Call) and called(model) == "Sequential" and bool(model.args)
            layers = model.args[0] if whole and isinstance(model, ast.Call) else None
            if isinstance(model, ast.Call) and called(model) == "Model" and len(model.args) == 2:
                out = made.get(written(model.args[1]))
                layers = ast.List([out.func]) if isinstance(out, ast.Call) else None
            last = layers.elts[-1] if isinstance(layers, ast.List) and layers.elts else None
            for one in getattr(last, "keywords", ()):
                if one.arg == "activation" and re.search(r"softmax", written(one.value)):
                    yield one.value, "softened twice", written(call.func)
                    return


def _accumulated(parsed: Parsed) -> Losses:
    """`a.assign_add(g)` in every step, `apply_gradients(zip(sums, weights))` in some, and no `assign` of zeros."""
    yield from _summed(parsed)
    code = parsed.source.code
    if "GradientTape(" not in code or re.search(r"\.assign\(|assign_sub|reset|zero_", code):
        return
    made = _made(parsed)
    for loop in parsed.listing.of(ast.For):
        within = nodes_of(loop)
        adds = [one for one in within if method(one) == "assign_add"]
        for sums in (
            one for one in within if isinstance(one, ast.For) and one is not loop and called(one.iter) == "zip"
        ):
            names = [written(one) for one in getattr(sums.iter, "args", ())]
            inner = [one for one in adds if any(one is at for at in nodes_of(sums))]
            for call in within:
                given = call.args[0] if method(call) in APPLIES and isinstance(call, ast.Call) and call.args else None
                zipped = [written(one) for one in getattr(given, "args", ())] if called(given or loop) == "zip" else []
                if (
                    inner
                    and zipped[:1]
                    and zipped[0] in names
                    and zipped[0] in made
                    and "Variable" in written(made[zipped[0]])
                ):
                    yield call, "kept on", zipped[0]  # type: ignore[misc]
                    return


def _summed(parsed: Parsed) -> Losses:
    """The same of `sums = [s + g for s, g in zip(sums, gradients)]` and of `sums[i] += gradients[i]`."""
    loops = parsed.listing.of(ast.For, ast.While) if "GradientTape(" in parsed.source.code else ()
    for loop in (one for one in loops if isinstance(one, ast.For)):
        within = parsed.listing.within(loop)
        around = [one for one in loops if one is not loop and parsed.listing.holds(one, loop)]
        inside = set(map(id, within))
        for test in (one for one in within if isinstance(one, ast.If)):
            for call in (one for one in nodes_of(test) if method(one) in APPLIES and isinstance(one, ast.Call)):
                pairs = call.args[0] if call.args else None
                given = pairs.args[:1] if called(pairs or loop) == "zip" and isinstance(pairs, ast.Call) else call.args
                name = given[0].id if given and isinstance(given[0], ast.Name) else ""
                stores = [one for one in within if isinstance(one, (ast.Assign, ast.AugAssign)) and _stores(one, name)]
                # that nothing else may begin them anew
                handed = any(
                    isinstance(one, ast.Call) and one is not call and one is not pairs and called(one) not in COUNTING
                    for one in within
                    for at in getattr(one, "args", ())
                    if isinstance(at, ast.Name) and at.id == name
                )
                anew = any(
                    isinstance(one, ast.Assign) and id(one) not in inside and _stores(one, name)
                    for outer in around
                    for one in parsed.listing.within(outer)
                )
                if anew and not any(isinstance(one, ast.Mod) for one in nodes_of(test.test)):
                    continue  # once, at the end of what the loop around begins with nothing
                if name and stores and not handed and all(_adds(one, name) for one in stores):
                    yield call, "kept on", name
                    return


#: what goes through sums and changes none of them
COUNTING = frozenset({"zip", "len", "range", "enumerate"})


def _stores(node: ast.Assign | ast.AugAssign, name: str) -> bool:
    """Whether a statement binds a name, or puts something into what it stands for."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(one, ast.Name) and one.id == name for target in targets for one in nodes_of(target))


def _adds(node: ast.Assign | ast.AugAssign, name: str) -> bool:
    """Whether what a statement binds is what was there and something more."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Add)
    read = any(isinstance(one, ast.Name) and one.id == name for one in nodes_of(node.value))
    scaled = any(isinstance(one, (ast.Mult, ast.Sub, ast.Div)) for one in nodes_of(node.value))
    return read and not scaled and any(isinstance(one, ast.Add) for one in nodes_of(node.value))


def _not_stepped(parsed: Parsed) -> Losses:
    """`optimizer.zero_grad()`, `loss.backward()` in a file without a `step()`."""
    code = parsed.source.code
    if ".backward()" not in code or "zero_grad" not in code or re.search(r"\.step\(|\.apply|\.grad\b|autograd", code):
        return
    made = {name for name, one in _made(parsed).items() if "optim." in written(one)}
    for loop in parsed.listing.of(ast.For):
        within = nodes_of(loop)
        zeroed = [one for one in within if method(one) == "zero_grad" and receiver(one) in made]
        backward = [one for one in within if method(one) == "backward"]
        if zeroed and backward and isinstance(backward[0], ast.Call):
            yield backward[0], "not stepped", receiver(zeroed[0])
            return


def _not_carried(parsed: Parsed) -> Losses:
    """`loss, _, _ = step(weights, state, x, y)` of a function that returns the weights anew, in every step."""
    if "stateless_apply" not in parsed.text:
        return
    steps = {
        one.name
        for one in parsed.listing.of(ast.FunctionDef)
        if any(method(at) == "stateless_apply" for at in parsed.listing.within(one))
    }
    for loop in parsed.listing.of(ast.For) if steps else ():
        for node in nodes_of(loop):
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not (isinstance(target, ast.Tuple) and isinstance(node, ast.Assign) and called(node.value) in steps):
                continue
            names = [one.id for one in target.elts if isinstance(one, ast.Name)]
            stored = {one.id for one in nodes_of(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
            given = [at for one in operands(node.value) for at in nodes_of(one) if isinstance(at, ast.Name)]
            if not any(one.id in stored for one in given):
                continue  # the same again: what takes its time is compiled
            if len(names) == len(target.elts) > 1 and all(one.startswith("_") for one in names[1:]):
                yield node.value, "result", called(node.value)
                return
