"""Results that are dropped, functions in the place of what they make, and state that is never renewed, by text."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import cast

from cnnlint.graph import Dropped
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import MADE, STREAMING, path_of
from cnnlint.readers.python.by_text.fits import FIT, data_of
from cnnlint.readers.python.by_text.placed import Losses, placed
from cnnlint.readers.python.text.constants import bindings
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import (
    SCOPES,
    blocks,
    bound_once,
    called,
    defined_once,
    line,
    method,
    operands,
    owner,
)
from cnnlint.readers.python.text.written import written

#: methods of Keras 3 without a state: what they compute is what they return
STATELESS = frozenset({"stateless_apply", "stateless_call", "stateless_update_state", "stateless_reset_state"})
#: what makes a stream
STREAMS = pattern(rf"{MADE}|TextLineDataset|tfds\.load")
#: methods of a model that return no model
MODELLESS = {
    "compile": "nothing",
    "load_weights": "no model",
    "summary": "nothing",
    "save": "nothing",
    "build": "nothing",
}
#: what makes a model
MODELS = frozenset({"Sequential", "Model", "Functional", "load_model", "clone_model"})
#: tests of what is refused
REFUSED = pattern(r"assertRaises|pytest\.raises")
#: what the file of a model is called that is to be untrained
UNTRAINED = pattern(r"init|start|untrain|fresh|random|before|raw|empty|blank|base", re.IGNORECASE)
#: functions of TensorFlow that only compute, as they are written in what prepares one sample
PURE = pattern(r"^tf\.(image\.\w+|cast|reshape|one_hot|squeeze|expand_dims|clip_by_value)$")
ASKING = frozenset({"predict", "evaluate", "fit", "summary", "save", "compile", "predict_classes", "save_weights"})


@once
def events(parsed: Parsed) -> tuple[Dropped, ...]:
    """Every such place of a file."""
    if parsed.ast is None:
        return ()
    streams = () if REFUSED.search(parsed.text) else (_streams,)
    scoped = (*streams, _overwritten, _saved_early, _compiled_late)
    found = [one for scope in scopes(parsed) for finder in scoped for one in finder(scope)]
    finders = (_compared, _factories, _auxiliary, _detached, _state_dropped, _gathered, _stepless, _endless, _unapplied)
    found += [one for finder in finders for one in finder(parsed)]
    if not CELLS.search(parsed.source.text):
        found += [one for scope in scopes(parsed) for one in _tables(scope)]
    return placed(Dropped, parsed, found)


#: methods of a table or column of pandas that return another one, and do nothing else without `inplace`
TABLES = frozenset(
    {
        *("drop", "dropna", "drop_duplicates", "fillna", "ffill", "bfill", "interpolate", "rename", "replace"),
        *("reset_index", "set_index", "sort_values", "sort_index", "astype", "clip", "apply", "map"),
    }
)
#: what makes a table of pandas
READ = pattern(r"^(pd|pandas)\.(read_\w+|DataFrame)\(")
#: what parts a file into cells, each of which shows its last value; and what takes the time of a statement
CELLS, TIMED = pattern(r"^# COMMAND -{3,}", re.MULTILINE), pattern(r"\b(time|perf_counter|process_time)\(\)")
#: so many arguments by position may have `inplace` among them in some version: it is the third of reset_index
PLACED = 3
#: layers that are made to be applied, as they are called in Keras
APPLIED = pattern(
    r"^(tf\.|tensorflow\.)?(keras\.)?(layers\.|kl\.|L\.)?(BatchNormalization|LayerNormalization|(Spatial)?Dropout([123]D)?"
    r"|Activation|(Leaky|P)?ReLU|ELU|Softmax|Flatten|Reshape|Dense|((Average|Max)|Global(Average|Max))Pool(ing)?[123]D"
    r"|(Separable|Depthwise)?Conv[123]D(Transpose)?|UpSampling[123]D|ZeroPadding[123]D|LSTM|GRU|Rescaling)$"
)


def _tables(scope: Scope) -> Losses:
    """`table.drop("price", axis=1)` or `table["age"].fillna(0)` on a line of its own, of a table that is used behind
    it. What is called within `try` or `with` is asked whether it can be done at all."""
    for node in scope.of(ast.Expr):
        call = node.value
        if not isinstance(call, ast.Call) or method(call) not in TABLES or not isinstance(call.func, ast.Attribute):
            continue
        column = isinstance(call.func.value, ast.Subscript) and isinstance(call.func.value.slice, ast.Constant)
        table = call.func.value.value if column else call.func.value  # type: ignore[attr-defined]
        told = {one.arg for one in call.keywords}
        if not isinstance(table, ast.Name) or {None, "inplace"} & told or len(call.args) >= PLACED:
            continue
        if (method(call) in ("apply", "map") and not column) or any(_acts(one) for one in call.args):
            continue  # a function that is called for what it does
        bound = scope.bound.get(table.id, ())
        made = [one.value for one in bound if isinstance(one, ast.Assign)]
        read = any(READ.search(written(one)) for one in made)
        loops = [one for one in scope.of(ast.For, ast.While) if any(at is call for at in nodes_of(one))]
        later = [one for one in scope.of(ast.Name) if one.id == table.id and one.lineno > call.lineno]
        near = [one for one in scope.of(ast.Assign) if abs(line(one) - line(call)) <= PLACED]
        counted = any(isinstance(one, ast.For) and written(one.target) == "_" for one in loops)
        timed = counted or any(TIMED.search(written(one)) for one in near)
        if read and (later or loops) and not timed and not isinstance(scope.around_of(node), (ast.Try, ast.With)):
            yield call, "table", method(call)


def _acts(given: ast.expr) -> bool:
    """Whether what a method of pandas is given may do more than answer: any function but one of numbers."""
    return isinstance(given, (ast.Lambda, ast.Name, ast.Attribute)) and not re.match(
        r"(float|int|str|np\.\w+)$", written(given)
    )


def _unapplied(parsed: Parsed) -> Losses:
    """`BatchNormalization()` on a line of its own, between two lines that apply layers to one tensor or add them to one
    model."""
    for block in blocks(parsed) if "keras" in parsed.text else ():
        for at in range(1, len(block) - 1):
            node = block[at]
            made = node.value if isinstance(node, ast.Expr) else None
            if not isinstance(made, ast.Call) or not APPLIED.match(written(made.func)):
                continue
            before, behind = (_applies(one) for one in (block[at - 1], block[at + 1]))
            if before and before == behind:
                yield made, "layer", called(made)


def _applies(statement: ast.stmt) -> str:
    """The name of the tensor that a statement gives another layer (`x = Dense(8)(x)`), or of the model that it adds one
    to."""
    if isinstance(statement, ast.Expr) and method(statement.value) == "add":
        return f"{owner(statement.value)}.add" if owner(statement.value) else ""
    value = statement.value if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if not (isinstance(value, ast.Call) and isinstance(value.func, (ast.Call, ast.Name, ast.Attribute))):
        return ""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    made = isinstance(value.func, ast.Call) and APPLIED.match(written(value.func.func))
    return target.id if made and isinstance(target, ast.Name) else ""


def _drops(scope: Scope, call: ast.expr) -> bool:
    """`tf.image.random_flip_left_right(picture)` on a line of its own, in a function: a cell would show its result."""
    # in a loop it may be timed, within `try` or `with` asked whether it runs at all, and by a name found again
    bare = isinstance(scope.root, ast.FunctionDef) and call in [getattr(one, "value", None) for one in scope.root.body]
    unnamed = isinstance(call, ast.Call) and all(one.arg not in (None, "name") for one in call.keywords)
    return bare and unnamed and PURE.match(written(call.func)) is not None  # type: ignore[attr-defined]


def _streams(scope: Scope) -> Losses:
    """`data.map(scale)` and `optimizer.stateless_apply(…)` on a line of their own."""
    for node in scope.of(ast.Expr):
        call = node.value
        if method(call) in STATELESS or _drops(scope, call):
            yield call, "result", method(call)
        elif method(call) in STREAMING and owner(call) and isinstance(call, ast.Call):
            path = path_of(scope, call)
            if STREAMS.search(" ".join(map(written, path[:2]))) and scope.bound.get(owner(call)):
                yield call, "result", method(call)


def _compared(parsed: Parsed) -> Losses:
    """`layer.trainable == False` as a statement."""
    for node in parsed.listing.of(ast.Expr):
        test = node.value
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
            continue
        if isinstance(test.left, ast.Attribute) and test.left.attr in ("trainable", "training", "learning_rate", "lr"):
            yield test, "comparison", written(test.left)


def _factories(parsed: Parsed) -> Losses:
    """`compile(loss=focal)` of a function that makes a loss and is none."""
    made = {one.name: one for one in parsed.listing.of(ast.FunctionDef) if _makes(one)}
    bound = bindings(parsed.listing) if made else Counter[str]()
    for call in parsed.listing.of(ast.Call) if made else ():
        if method(call) != "compile":
            continue
        for one in call.keywords:
            values = one.value.elts if isinstance(one.value, ast.List) else [one.value]
            for value in values if one.arg in ("loss", "metrics") else ():
                if isinstance(value, ast.Name) and value.id in made and bound[value.id] == 1:
                    yield value, "factory", value.id


def _makes(function: ast.FunctionDef) -> bool:
    """Whether all that a function returns is a function of two parameters that is written in it."""
    inner = {one.name for one in function.body if isinstance(one, ast.FunctionDef) and len(one.args.args) == 2}
    if not inner or function.decorator_list:
        return False
    own = [one for statement in function.body if not isinstance(statement, SCOPES) for one in nodes_of(statement)]
    returned = [written(one.value) for one in own if isinstance(one, ast.Return) and one.value is not None]
    return bool(returned) and set(returned) <= inner


def _auxiliary(parsed: Parsed) -> Losses:
    """`jax.value_and_grad(loss)` of a function that returns more than a number."""
    foreign = "jax" not in parsed.text or any(
        one.name == "value_and_grad" for one in parsed.listing.of(ast.FunctionDef)
    )
    for call in parsed.listing.of(ast.Call) if "value_and_grad" in parsed.text and not foreign else ():
        given = call.args[0] if call.args else None
        function = defined_once(parsed).get(given.id) if isinstance(given, ast.Name) else None
        told = len(call.args) > 2 or any(one.arg in (None, "has_aux") for one in call.keywords)
        if called(call) != "value_and_grad" or function is None or told:
            continue
        own = [one for one in nodes_of(function) if isinstance(one, ast.Return)]
        if own and all(isinstance(one.value, ast.Tuple) for one in own):
            yield call, "auxiliary", function.name


def _detached(parsed: Parsed) -> Losses:
    """`loss_of(model(x).detach(), y).backward()`: torch refuses, for nothing that it knows leads to the weights."""
    for scope in scopes(parsed) if ".backward()" in parsed.text else ():
        for call in scope.calls(frozenset({"backward"})):
            loss = scope.bound_to(call.func.value, call)[0]  # type: ignore[attr-defined]
            asleep = _asleep(scope, loss)
            if asleep:
                yield call, "detached", asleep
                continue
            cut = [one for one in nodes_of(loss) if method(one) in ("detach", "item", "numpy")]
            taken = {id(one.func.value) for one in cut}  # type: ignore[attr-defined]
            names = [one for one in nodes_of(loss) if isinstance(one, ast.Name)]
            answers = {one.id for one in names if any(_is_answer(at) for at in scope.bound.get(one.id, ()))}
            # whatever else is worked out here may lead to weights, and so may another model's answer
            made = [one for one in names if any(isinstance(at, ast.Assign) for at in scope.bound.get(one.id, ()))]
            called_within = [one for one in nodes_of(loss) if one is not loss and isinstance(one, ast.Call)]
            other = any(isinstance(one.func, ast.Name) for one in called_within)
            if cut and answers and not other and all(id(one) in taken for one in made):
                yield call, "detached", sorted(answers)[0]


def _asleep(scope: Scope, loss: ast.expr) -> str:
    """The only answer that a loss is made of, where a model gave it under `torch.no_grad()`."""
    blocks = [one for one in scope.of(ast.With) if "no_grad" in written(one.items[0].context_expr)]
    inner = {id(at) for one in blocks for at in nodes_of(one)}
    given = [one for one in operands(loss) if isinstance(one, ast.Name)]
    made = [(one.id, at) for one in given for at in scope.bound.get(one.id, ()) if isinstance(at, ast.Assign)]
    answers = {name for name, at in made if _is_answer(at) and id(at) in inner}
    return next(iter(answers)) if len(answers) == len(made) == 1 else ""


def _is_answer(statement: ast.AST) -> bool:
    """`p = model(x)`"""
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and len(value.args) == 1


def _state_dropped(parsed: Parsed) -> Losses:
    """`(loss, _), gradients = step(weights, state, x, y)` in a loop, of a function that returns the state anew."""
    words = ("stateless_call", "value_and_grad")
    if not all(one in parsed.text for one in words) or not re.search(r"BatchNormalization|Dropout", parsed.text):
        return
    made, told = bound_once(parsed), set[int]()
    for place in parsed.listing.of(ast.For, ast.FunctionDef):
        for node in (one for one in nodes_of(place) if isinstance(one, ast.Assign)):
            call, target = node.value, node.targets[0]
            maker = made.get(call.func.id) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None
            first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else None
            auxiliary = first.elts[-1] if isinstance(first, ast.Tuple) and len(first.elts) == 2 else None
            dropped = isinstance(auxiliary, ast.Name) and auxiliary.id.startswith("_") and id(auxiliary) not in told
            if dropped and auxiliary is not None and maker is not None and called(maker) == "value_and_grad":
                told.add(id(auxiliary))
                yield auxiliary, "result", "stateless_call"


def _gathered(parsed: Parsed) -> Losses:
    """`loss.backward(); optimizer.step()` in a loop of a file that never sets the gradients to zero."""
    if ".backward()" not in parsed.text or re.search(r"zero_grad|\.grad\s*=|grad\.zero_|accumul", parsed.text):
        return
    for loop in parsed.listing.of(ast.For, ast.While):
        within = nodes_of(loop)
        backward = [one for one in within if method(one) == "backward"]
        steps = [one for one in within if method(one) in ("step", "apply", "apply_gradients")]
        inner = any(isinstance(one, (ast.For, ast.While)) and one is not loop for one in within)
        if len(backward) == 1 and steps and not inner:
            yield cast("ast.Call", backward[0]), "gathered", ""
            return


def _stepless(parsed: Parsed) -> Losses:
    """`optimizer.minimize(loss)` of a model function, without the step that an Estimator counts by."""
    if "EstimatorSpec(" not in parsed.text:
        return
    for function in parsed.listing.of(ast.FunctionDef):
        within = nodes_of(function)
        if not any(called(one).endswith("EstimatorSpec") for one in within) or "assign" in written(function):
            continue
        made = {written(one.targets[0]): one.value for one in within if isinstance(one, ast.Assign)}
        for call in within:
            if method(call) not in ("minimize", "apply_gradients") or not isinstance(call, ast.Call):
                continue
            optimizer = made.get(owner(call)) or call.func
            first = re.search(r"train\.\w*Optimizer\(", written(optimizer))
            if first and len(call.args) == 1 and not any(one.arg in (None, "global_step") for one in call.keywords):
                yield call, "uncounted", ""
                return


def _endless(parsed: Parsed) -> Losses:
    """`estimator.evaluate(test_input)` of a function whose stream repeats for ever."""
    functions = defined_once(parsed) if "estimator" in parsed.text and "repeat()" in parsed.text else {}
    for call in parsed.listing.of(ast.Call) if functions else ():
        given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "input_fn")]
        told = len(call.args) > 1 or any(one.arg in (None, "steps") for one in call.keywords)
        function = functions.get(given[0].id) if given and isinstance(given[0], ast.Name) else None
        if method(call) != "evaluate" or told or function is None:
            continue
        own = nodes_of(function)
        chosen = any(isinstance(one, (ast.If, ast.IfExp, ast.Lambda)) for one in own)
        ends = any(method(one) in ("take", "make_one_shot_iterator") for one in own)
        repeats = [one for one in own if method(one) == "repeat" and isinstance(one, ast.Call)]
        if not chosen and not ends and any(not one.args and not one.keywords for one in repeats):
            yield call, "endless", function.name
            return


def _overwritten(scope: Scope) -> Losses:
    """`model = model.load_weights(path)`, and then `model.predict(x)`."""
    for node in scope.of(ast.Assign):
        target, call = node.targets[0], node.value
        if not (isinstance(target, ast.Name) and method(call) in MODELLESS and owner(call) == target.id):
            continue
        behind = [one for one in scope.of(ast.Call) if owner(one) == target.id and one.lineno > node.lineno]
        again = [one for one in scope.bound.get(target.id, ()) if getattr(one, "lineno", 0) > node.lineno]
        before = scope.standing(target.id, node)
        own = {one.name for one in scope.of(ast.FunctionDef) if re.search(r"\b(Sequential|Model)\(", written(one))}
        if before is None or called(before.value) not in MODELS | own:
            continue  # an object of the program's own may return a model
        if any(method(one) in ASKING and scope.ran_before(node, one) for one in behind) and not again:
            yield call, "overwritten", method(call)


def _saved_early(scope: Scope) -> Losses:
    """`model.save(path)`, `model.fit(…)`, `load_model(path)`: what is loaded was never trained."""
    for call in scope.calls(frozenset({"save", "save_weights"})):
        path = written(call.args[0]) if len(call.args) == 1 else ""
        fits = [
            one for one in scope.calls(FIT) if owner(one) == owner(call) and owner(one) and data_of(one) is not None
        ]
        loads = [
            one
            for one in scope.of(ast.Call)
            if called(one) in ("load_model", "load_weights") and path in map(written, one.args[:1])
        ]
        writes = [
            one
            for one in scope.of(ast.Call)
            if called(one) in ("save", "save_weights", "save_model", "ModelCheckpoint")
        ]
        straight = not any(isinstance(one, (ast.For, ast.While)) for one in scope.nodes)
        saved = next((one for one in scope.of(ast.Expr) if one.value is call), call)
        resumed = any(one.lineno > load.lineno for load in loads for one in fits)
        if resumed or UNTRAINED.search(path):
            continue  # each training begins with the same weights, or the two are compared
        late = bool(fits) and all(one.lineno > call.lineno and scope.ran_before(saved, one) for one in fits)
        behind = [one for one in loads if fits and one.lineno > fits[0].lineno]
        used = any(one.lineno > at.lineno for at in behind for one in scope.calls(frozenset({"predict", "evaluate"})))
        if path and late and straight and len(writes) == 1 and used:
            yield call, "saved early", path


def _compiled_late(scope: Scope) -> Losses:
    """`model.fit(…)` above the only `model.compile(…)`."""
    if not isinstance(scope.root, ast.Module):
        return
    compiled: dict[str, list[ast.Call]] = {}
    for one in scope.calls(frozenset({"compile"})):
        compiled.setdefault(owner(one), []).append(one)
    for call in scope.calls(FIT):
        name = owner(call)
        compiles = compiled.get(name, [])
        made = scope.once(name) if name else None
        if made is None or called(made) not in ("Sequential", "Model"):
            continue
        if not compiles or any(one.lineno <= call.lineno for one in compiles):
            continue
        statements: list[ast.Expr | ast.Assign] = [*scope.of(ast.Expr), *scope.of(ast.Assign)]
        statement = next((one for one in statements if one.value is call), None)
        handed = any(  # another function may have compiled it
            one.lineno < call.lineno and any(isinstance(given, ast.Name) and given.id == name for given in one.args)
            for one in scope.of(ast.Call)
        )
        if not handed and statement is not None and all(scope.ran_before(statement, one) for one in compiles):
            yield call, "compiled late", name
            return
