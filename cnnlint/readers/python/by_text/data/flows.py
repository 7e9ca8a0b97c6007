"""What a program makes of the generators of pictures that it trains and judges with, by its text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, data_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, owner
from cnnlint.readers.python.text.written import written

#: what a picture generator's batches come from, and at which place they are told their size
FLOWS = {"flow": 2, "flow_from_directory": 5, "flow_from_dataframe": None}
#: pictures in a batch where nothing is said (Keras 1 to 3)
BATCH = 32
#: settings of ImageDataGenerator by which each picture is another one each time
DISTORTING = frozenset(
    {
        *("rotation_range", "width_shift_range", "height_shift_range", "brightness_range", "shear_range"),
        *("zoom_range", "channel_shift_range", "horizontal_flip", "vertical_flip"),
    }
)
VALIDATION = "validation_data"
STEPS = ("steps_per_epoch", "validation_steps", "steps")


def samples_as_steps(scope: Scope) -> Found:
    """`fit(flow, steps_per_epoch=flow.samples)`: a step is a batch, not a sample."""
    for call in scope.calls(FIT | JUDGES | {"predict_generator"}):
        given = {one.arg: one.value for one in call.keywords}
        for argument in STEPS:
            validates = argument == "validation_steps"
            generator = given.get("validation_data") if validates else data_of(call)
            flow, steps = _flow(scope, generator), given.get(argument)
            if flow is None or steps is None or _batch(scope, flow) in (None, 1):
                continue
            steps = scope.resolved(steps)
            name = generator.id if isinstance(generator, ast.Name) else ""
            if written(steps) in {*_counts(flow), *(f"{name}.{one}" for one in ("samples", "n") if name)}:
                yield steps, "samples as steps", argument
                return


#: Keras's own classes of batches by number
SEQUENCES = pattern(r"(^|\.)(Sequence|PyDataset)$")


def samples_as_length(scope: Scope) -> Found:
    """`__len__` of a Sequence that counts its samples, where `__getitem__` cuts a batch out of them."""
    for node in scope.of(ast.ClassDef):
        methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        length, item = methods.get("__len__"), methods.get("__getitem__")
        last = length.body[-1] if length is not None else None
        if not any(SEQUENCES.search(written(base)) for base in node.bases) or not isinstance(last, ast.Return):
            continue
        value = last.value
        counted = isinstance(value, ast.Call) and written(value.func) == "len"
        counted = counted or (value is not None and written(value).endswith(".shape[0]"))
        if value is None or not counted or item is None or len(item.args.args) != 2:
            continue
        held = written(value).removeprefix("len(").removesuffix(")").removesuffix(".shape[0]")
        if f"{held}[{item.args.args[1].arg}]" in written(item):
            continue  # each is a batch in itself
        if f"{held}[" not in written(item):
            continue  # what is counted are no samples
        if _cuts(item, item.args.args[1].arg):
            yield value, "samples as steps", "__len__"


def _cuts(item: ast.FunctionDef, index: str) -> bool:
    """Whether a method cuts a batch out of what it holds: `self.x[index * size:…]`."""
    bound = dict(_assigned(item))
    for node in nodes_of(item):
        lower = node.slice.lower if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else None
        if called(node) == "slice" and isinstance(node, ast.Call) and len(node.args) == 2:
            lower = node.args[0]
        lower = bound.get(written(lower), lower) if lower is not None else None
        times = isinstance(lower, ast.BinOp) and isinstance(lower.op, ast.Mult)
        if times and isinstance(lower, ast.BinOp) and index in (written(lower.left), written(lower.right)):
            return True
    return False


def _assigned(item: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """The names of a method that an assignment binds, and to what: `a, b = i * size, (i + 1) * size`."""
    for node in nodes_of(item):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(node, ast.Assign) and isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(map(written, target.elts), node.value.elts, strict=False)


def _flow(scope: Scope, value: ast.expr | None) -> ast.Call | None:
    """The call that makes a generator's batches, where a name is bound once or the call itself is handed over."""
    made = scope.resolved(value) if value is not None else None
    return made if isinstance(made, ast.Call) and method(made) in FLOWS else None


def _batch(scope: Scope, flow: ast.Call) -> int | None:
    """How many pictures are in a batch."""
    given = {one.arg: one.value for one in flow.keywords}
    if None in given or any(isinstance(one, ast.Starred) for one in flow.args):
        return None
    place = FLOWS[method(flow)]
    value = given.get("batch_size", flow.args[place] if place is not None and len(flow.args) > place else None)
    if value is None:
        return BATCH
    value = scope.resolved(value)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else None


def _counts(flow: ast.Call) -> Iterator[str]:
    """How the samples of an array that is handed out in batches are counted."""
    pictures = flow.args[0] if flow.args else next((one.value for one in flow.keywords if one.arg == "x"), None)
    if method(flow) == "flow" and isinstance(pictures, (ast.Name, ast.Attribute)):
        array = written(pictures)
        yield from (f"len({array})", f"{array}.shape[0]")


def distorted(scope: Scope) -> Found:
    """`validation_data=ImageDataGenerator(rotation_range=40).flow_from_directory(…)`: other pictures each time."""
    trains = [_flow(scope, data_of(call)) for call in scope.calls(FIT)]
    judges = [_flow(scope, data_of(call)) for call in scope.calls(JUDGES)]
    judges += [_flow(scope, one.value) for call in scope.calls(FIT) for one in call.keywords if one.arg == VALIDATION]
    plain = any(one is not None and not any(map(_moves, _settings(scope, one))) for one in judges)
    for call in scope.calls(FIT | JUDGES):
        if method(call) in JUDGES and plain:
            continue  # to see what it makes of them as well
        named = (one.value for one in call.keywords if one.arg == VALIDATION)
        judged = data_of(call) if method(call) in JUDGES else next(named, None)
        flow = _flow(scope, judged)
        if flow is None or flow in trains or any(one.arg in (None, "subset") for one in flow.keywords):
            continue
        alike = [_settings(scope, one) for one in trains if one is not None]
        if method(call) in JUDGES and not any(_moves(one) for settings in alike for one in settings):
            continue  # how well it stands what it was never shown
        if any(map(_moves, _settings(scope, flow))):
            yield flow, "distorted", "ImageDataGenerator"
            return


def _settings(scope: Scope, flow: ast.Call) -> list[ast.keyword]:
    """What the ImageDataGenerator that gives batches was told."""
    maker = scope.once(owner(flow)) if owner(flow) else flow.func.value  # type: ignore[attr-defined]
    return maker.keywords if isinstance(maker, ast.Call) and called(maker) == "ImageDataGenerator" else []


def _is_one(bounds: ast.List | ast.Tuple) -> bool:
    """Whether both bounds of a factor are 1."""
    return all(isinstance(one, ast.Constant) and one.value == 1 for one in bounds.elts)


def _moves(setting: ast.keyword) -> bool:
    """Whether a setting distorts pictures by chance."""
    value = setting.value
    return (
        setting.arg in DISTORTING
        and isinstance(value, (ast.Constant, ast.List, ast.Tuple))
        and (bool(value.value) if isinstance(value, ast.Constant) else not _is_one(value))
    )


FINDERS = (samples_as_steps, samples_as_length, distorted)
