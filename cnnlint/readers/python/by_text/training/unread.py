"""What a program works out, and then never reads: masks, terms of a loss, outputs of a model, weights of classes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import FIT, TRAINED, as_in_training, is_tape, loss_of
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.walks import FUNCTIONS, called, loads, one_by_one, operands
from cnnlint.readers.python.text.written import written

#: the least length to which no gradient is shortened any more
MOST = 1e3
MASK = pattern(r"(^|_)masks?$", re.IGNORECASE)
#: where a mask is for what is attended to, or counts in a loss
MASKED = pattern(r"softmax|MultiHeadAttention|attention|loss", re.IGNORECASE)
TERM = pattern(r"penalty$|(^|_)gp$|_loss$|^loss_|(^|_)kl(_loss|d)?$|_reg$|regulari[sz]ation$", re.IGNORECASE)
WEIGHTS = pattern(r"^class_?weights?(_dict)?$|^sample_?weights?$", re.IGNORECASE)
PLACES = pattern(r"pos(itional|ition)?_?(enc|emb)\w*$", re.IGNORECASE)
FLAG = pattern(r"(is_)?train(ing)?(_phase|_mode)?|phase(_train)?")
MATRIX = pattern(r"matrix|embed|glove|word_?vec|w2v", re.IGNORECASE)
#: what weights are given by
GIVEN = pattern(r"weights\s*=|embeddings_initializer|set_weights|load_weights|weights\.append")
#: what may read a name without writing it out
BY_NAME = pattern(r"\b(locals|globals|vars|eval|exec)\(")


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or BY_NAME.search(parsed.source.code):
        return ()
    finders = (
        _clipped,
        _shifted,
        _penalties,
        _masks,
        _terms,
        _unadded,
        _outputs,
        _weights,
        _matrix,
        _places,
        _flags,
        _made,
        _optimizers,
    )
    return placed(Miswritten, parsed, (one for finder in finders for one in finder(parsed)))


def _unread(parsed: Parsed, function: ast.AST) -> Iterator[tuple[str, ast.Assign]]:
    """The names that a function gives a value that it works out, and reads for nothing but to give them another."""
    own = list(parsed.listing.within(function))
    if any(isinstance(one, (ast.Global, ast.Nonlocal)) for one in own):
        return
    made: dict[str, list[ast.Assign]] = {}
    others = set[str]()
    for node in own:
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if isinstance(target, ast.Name) and isinstance(node, ast.Assign):
            made.setdefault(target.id, []).append(node)
        else:
            bound: list[ast.AST] = [*node.targets] if isinstance(node, ast.Assign) else []
            bound += (
                [node.target] if isinstance(node, (ast.AugAssign, ast.For, ast.AnnAssign, ast.comprehension)) else []
            )
            bound += [node.optional_vars] if isinstance(node, ast.withitem) and node.optional_vars else []
            others |= {one.id for at in bound for one in nodes_of(at) if isinstance(one, ast.Name)}
    inside = {
        id(one): name
        for name, statements in made.items()
        for statement in statements
        for one in nodes_of(statement.value)
        if isinstance(one, ast.Name) and one.id == name
    }
    read = {
        one.id for one in own if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and id(one) not in inside
    }
    for name, statements in made.items():
        worked_out = isinstance(_whole(statements[-1].value), (ast.Call, ast.BinOp))
        if name not in read and worked_out and not name.startswith("_") and name not in others:
            yield name, statements[-1]


def _whole(value: ast.expr) -> ast.expr:
    """What an expression takes a part of: `cast(…)[:, None]`."""
    while isinstance(value, ast.Subscript):
        value = value.value
    return value


def _clipped(parsed: Parsed) -> Flaws:
    """`clipped, norm = clip_by_global_norm(gradients, 1.0)`, and a step with the gradients as they were."""
    for scope in scopes(parsed) if "clip_by_" in parsed.text else ():
        if not any(True for _ in scope.calls(frozenset({"apply_gradients"}))):
            continue
        read = {one.id for one in parsed.listing.within(scope.root) if _is_read(one)}
        for node in scope.of(ast.Assign):
            made = node.value.elt if isinstance(node.value, ast.ListComp) else node.value
            of = node.value.generators[0].iter if isinstance(node.value, ast.ListComp) else made
            target = node.targets[0]
            if isinstance(target, ast.Tuple) and called(made) == "clip_by_global_norm":
                bound = operands(made)[1:2]
                if bound and not _is_small(bound[0]):
                    continue  # the norm alone is asked for
                target = target.elts[0]
            gradients = re.search(r"grad|\bg\b|\bgs\b", written(of))
            unread = isinstance(target, ast.Name) and target.id not in read and not target.id.startswith("_")
            if called(made).startswith("clip_by_") and gradients and unread:
                yield target, "unread", written(target)
                return


def _is_small(bound: ast.expr) -> bool:
    """Whether gradients may be longer than this."""
    number = bound.value if isinstance(bound, ast.Constant) else None
    if isinstance(number, (int, float)):
        return number < MOST
    return re.search(r"inf|max\b", written(bound), re.IGNORECASE) is None


def _penalties(parsed: Parsed) -> Flaws:
    """`l2 = 0.001 * tf.nn.l2_loss(weights)` of a graph that minimises another loss."""
    if "l2_loss(" not in parsed.text or ".minimize(" not in parsed.text:
        return
    for place in (parsed.listing.nodes[0], *_functions(parsed)):
        for name, statement in _unread(parsed, place):
            if "l2_loss(" in written(statement.value) and name not in _in_strings(parsed):
                yield statement.targets[0], "unread", name
                return


def _shifted(parsed: Parsed) -> Flaws:
    """`given, wanted = words[:, :-1], words[:, 1:]` in a step of training that never reads what is wanted."""
    for function in _functions(parsed) if "GradientTape" in parsed.text else ():
        made = [
            pair for one in parsed.listing.within(function) if isinstance(one, ast.Assign) for pair in one_by_one(one)
        ]
        read = {one.id for one in parsed.listing.within(function) if _is_read(one)}
        rest = {written(value).removesuffix("[:, :-1]") for target, value in made if _ends(value, "[:, :-1]")}
        for target, value in made:
            ahead = _ends(value, "[:, 1:]") and written(value).removesuffix("[:, 1:]") in rest
            if ahead and isinstance(target, ast.Name) and target.id not in read and not target.id.startswith("_"):
                yield target, "unread", target.id
                return


def _ends(value: ast.expr, part: str) -> bool:
    return isinstance(value, ast.Subscript) and written(value).endswith(part)


def _is_read(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


@once
def _functions(parsed: Parsed) -> tuple[ast.FunctionDef, ...]:
    """The functions of a file that have no others in them, which may read what is theirs."""
    return tuple(
        function
        for function in parsed.listing.of(ast.FunctionDef)
        if not any(
            isinstance(one, (*FUNCTIONS, ast.ClassDef)) and one is not function
            for one in parsed.listing.within(function)
        )
    )


def _masks(parsed: Parsed) -> Flaws:
    """`mask = self.causal(x)`, and no attention or loss that reads it."""
    there = "mask" in parsed.text.lower() and MASKED.search(parsed.text)
    for function in _functions(parsed) if there else ():
        made = [one.targets[0] for one in parsed.listing.within(function) if isinstance(one, ast.Assign)]
        names = [one.id for one in made if isinstance(one, ast.Name)]
        if not any(map(MASK.search, names)) or not re.search(r"softmax|att|mha|loss", written(function), re.IGNORECASE):
            continue
        for name, statement in _unread(parsed, function):
            if MASK.search(name) and isinstance(_whole(statement.value), ast.Call) and name not in _in_strings(parsed):
                yield statement.targets[0], "unread", name


def _terms(parsed: Parsed) -> Flaws:
    """`kl_loss = …` in a function that differentiates or returns another loss."""
    for function in _functions(parsed) if re.search(r"GradientTape|def \w*loss", parsed.text) else ():
        within = parsed.listing.within(function)
        words = {called(one) for one in within if isinstance(one, ast.Call)}
        tape = any(one.endswith("GradientTape") for one in words)
        returns = "loss" in function.name and any(isinstance(one, ast.Return) and one.value for one in within)
        summed = not words.isdisjoint(("add_loss", "add_metric"))
        for name, statement in _unread(parsed, function) if (tape or returns) and not summed else ():
            maker = written(statement.value.func) if isinstance(statement.value, ast.Call) else ""
            adds = "add_loss(" in parsed.text and bool(maker) and not LIBRARY.match(maker)
            adds = adds or (isinstance(statement.value, ast.Call) and _may_keep(parsed, statement.value))
            if TERM.search(name) and not _evaluates(statement.value) and not adds:
                yield statement.targets[0], "unread", name


def _may_keep(parsed: Parsed, call: ast.Call) -> bool:
    """Whether what is called is a method of something that may keep what it is given: `model.track(penalty)`."""
    made = (
        isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id != "self"
    )
    known = LIBRARY.match(written(call.func)) is not None or call.func.value.id in imported(parsed)  # type: ignore[attr-defined]
    return made and not known


@once
def imported(parsed: Parsed) -> frozenset[str]:
    """The names that the imports of a file bind."""
    return frozenset((one.asname or one.name).partition(".")[0] for one in parsed.listing.of(ast.alias))


#: functions that compute and do nothing else; what is not one of them may add its loss itself
LIBRARY = pattern(r"(tf|K|keras|ops|backend|np|losses|math)\.")


def _unadded(parsed: Parsed) -> Flaws:
    """`kl = …` of the tensors of a model that is compiled without a loss, in a file that adds none."""
    compiles = [one for one in parsed.listing.of(ast.Call) if called(one) == "compile"]
    lossless = compiles and not any(loss_of(one) or any(k.arg is None for k in one.keywords) for one in compiles)
    if not lossless or re.search(r"add_loss|train_step|compute_loss", parsed.text):
        return
    places = [parsed.listing.nodes[0], *_functions(parsed)]
    for place in places:
        for name, statement in _unread(parsed, place):
            worked_out = re.search(r"\b(K|tf|ops|keras|backend)\.", written(statement.value))
            named = TERM.search(name) and name not in _in_strings(parsed)
            if named and worked_out and not _evaluates(statement.value):
                yield statement.targets[0], "unread", name
                return


@once
def _in_strings(parsed: Parsed) -> frozenset[str]:
    """The words of all strings, which may be code: a cell that is timed is handed on as a string."""
    strings = (one.value for one in parsed.listing.of(ast.Constant) if isinstance(one.value, str))
    return frozenset(word for one in strings for word in re.findall(r"\w+", one))


def _made(parsed: Parsed) -> Flaws:
    """`z = Lambda(sample)([mean, log_var])`, which nothing reads."""
    own = {one.name for one in parsed.listing.of(ast.ClassDef) if any("Layer" in written(b) for b in one.bases)}
    read = {one.id for one in parsed.listing.of(ast.Name) if isinstance(one.ctx, ast.Load)}
    tensors = {
        name.id
        for node in parsed.listing.of(ast.Assign)
        for target, value in one_by_one(node)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Call)  # Dense(2)(h)
        for name in nodes_of(target)
        if isinstance(name, ast.Name)
    }
    for node in parsed.listing.of(ast.Assign):
        target, value = node.targets[0], node.value
        if not (isinstance(value, ast.Call) and called(value.func) in own | {"Lambda"}):
            continue
        given = [one.id for arg in value.args for one in nodes_of(arg) if isinstance(one, ast.Name)]
        made = any(one in tensors for one in given)
        if (
            made
            and isinstance(target, ast.Name)
            and target.id not in read | _in_strings(parsed)
            and not target.id.startswith("_")
        ):
            yield target, "unread", target.id
            return


def _evaluates(value: ast.expr) -> bool:
    """Whether a call is one that does something as well: a step, an evaluation."""
    return re.search(r"step|train|update|eval|fit|test|apply|minimize|run\(", written(value)) is not None


def _outputs(parsed: Parsed) -> Flaws:
    """`cycled = generator(fake, training=True)` within a tape, which no loss reads."""
    for function in _functions(parsed) if "GradientTape" in parsed.text else ():
        within = parsed.listing.within(function)
        tapes = [one for one in within if isinstance(one, ast.With) and is_tape(one.items[0])]
        if not tapes:
            continue
        recorded = {id(one) for tape in tapes for one in nodes_of(tape)}
        kept = {written(one.value) for one in within if isinstance(one, ast.Attribute) and "train" not in one.attr}
        for name, statement in _unread(parsed, function):
            model = written(statement.value.func) if isinstance(statement.value, ast.Call) else ""
            if id(statement) in recorded and as_in_training(statement.value) and model not in kept:
                yield statement.targets[0], "unread", name


def _weights(parsed: Parsed) -> Flaws:
    """`class_weights = dict(enumerate(…))` of a file whose `fit` is never given them."""
    names = {one.id for one in parsed.listing.of(ast.Name) if isinstance(one.ctx, ast.Load)}
    names |= {one.value for one in parsed.listing.of(ast.Constant) if isinstance(one.value, str)}
    fits = [
        one
        for one in parsed.listing.of(ast.Call)
        if called(one) in FIT and any(k.arg in TRAINED | {"epochs"} for k in one.keywords)
    ]
    given = any(k.arg in (None, "class_weight", "sample_weight") for one in fits for k in one.keywords)
    for node in parsed.listing.of(ast.Assign) if fits and not given else ():
        target = node.targets[0]
        worked_out = isinstance(node.value, (ast.Call, ast.Dict, ast.DictComp))
        if isinstance(target, ast.Name) and WEIGHTS.search(target.id) and worked_out and target.id not in names:
            yield target, "unread", target.id
            return


def _matrix(parsed: Parsed) -> Flaws:
    """`matrix[number] = vectors[word]` for each word, and an Embedding that is given no weights."""
    if "Embedding(" not in parsed.text or GIVEN.search(parsed.source.code):
        return
    names = parsed.listing.of(ast.Name)
    for node in parsed.listing.of(ast.Assign):
        target = node.targets[0]
        if not (isinstance(target, ast.Name) and MATRIX.search(target.id) and isinstance(node.value, ast.Call)):
            continue
        rows = [one for one in parsed.listing.of(ast.Subscript) if written(one.value) == target.id]
        put = [one for one in rows if isinstance(one.ctx, ast.Store)]
        read = [one for one in names if one.id == target.id and isinstance(one.ctx, ast.Load)]
        if put and len(read) == len(put) and called(node.value) in ("zeros", "random", "normal", "uniform", "rand"):
            yield target, "unread", target.id
            return


def _places(parsed: Parsed) -> Flaws:
    """`self.pos_encoding = positional_encoding(…)` of a layer whose `call` never adds it."""
    for node in parsed.listing.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        if "call" not in methods or "__init__" not in methods:
            continue
        for statement in nodes_of(methods["__init__"]):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if not (
                isinstance(target, ast.Attribute) and PLACES.search(target.attr) and isinstance(statement, ast.Assign)
            ):
                continue
            shown = parsed.listing.of(ast.Attribute)
            loads = any(one.attr == target.attr and isinstance(one.ctx, ast.Load) for one in shown)
            told = any(one.value == target.attr for one in parsed.listing.of(ast.Constant))
            if isinstance(statement.value, ast.Call) and not loads and not told:
                yield target, "unread", written(target)
                return


def _flags(parsed: Parsed) -> Flaws:
    """`def network(x, is_training)` of TensorFlow 1, whose dropout or batch norm is told a constant."""
    if not re.search(r"slim|tf\.layers|contrib", parsed.source.code):
        return
    for function in _functions(parsed):
        flags = [one for one in function.args.args if FLAG.fullmatch(one.arg)]
        within = list(parsed.listing.within(function))
        read = {one.id for one in within if isinstance(one, ast.Name)}
        told = [
            one
            for call in within
            if isinstance(call, ast.Call) and "batch_norm" in written(call.func) + "".join(map(written, call.args[:1]))
            for one in call.keywords
            if one.arg in ("is_training", "training")
        ]
        told += [
            ast.keyword(arg="is_training", value=value)
            for one in within
            if isinstance(one, ast.Dict)
            for key, value in zip(one.keys, one.values, strict=True)
            if isinstance(key, ast.Constant) and key.value == "is_training"
        ]
        constant = [one.value for one in told if isinstance(one.value, ast.Constant) and one.value.value is True]
        if len(flags) == 1 and flags[0].arg not in read and constant and len(constant) == len(told):
            yield constant[0], "unread flag", flags[0].arg, True


#: Keras's optimizers
OPTIMIZERS = frozenset(
    {"Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "AdamW", "Ftrl", "Lion", "Adafactor"}
)


def _optimizers(parsed: Parsed) -> Flaws:
    """`opt = Adam(1e-5)` beside `compile(optimizer="adam")`, where nothing reads it."""
    compiled = [one for one in parsed.listing.of(ast.Call) if called(one) == "compile"]
    given = [
        one for call in compiled for one in (*(k.value for k in call.keywords if k.arg == "optimizer"), *call.args[:1])
    ]
    words = {one.value.lower() for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    if not given or not all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in given):
        return
    read = loads(parsed)
    for node in parsed.listing.of(ast.Assign):
        target, made = node.targets[0], node.value
        own = called(made) in OPTIMIZERS and called(made).lower() in words and not _is_plain(made)
        if own and isinstance(target, ast.Name) and target.id not in read and target.id not in _in_strings(parsed):
            yield target, "unread", target.id
            return


def _is_plain(made: ast.expr) -> bool:
    """Whether an optimizer is told nothing, or but the rate that it has anyway."""
    told = [*made.args, *(one.value for one in made.keywords)] if isinstance(made, ast.Call) else []
    usual = 0.01 if called(made) == "SGD" else 0.001
    return not told or [getattr(one, "value", None) for one in told] == [usual]
