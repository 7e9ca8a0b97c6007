"""Pictures that OpenCV reads, blue first, where red is expected first, by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.gathered import appends, list_behind
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, method, owner
from cnnlint.readers.python.text.written import written

#: what a program turns the channels round by, or makes grey of them, or speaks of their order with
TURNED = pattern(
    r"BGR|RGB|2GRAY|GRAYSCALE|swapRB|::\s*-1|[\[(]2, ?1, ?0[\])]|np\.flip\(|def preprocess_input"
    r"|\bcv2?\.split\(|rgb|fliplr|\breverse",
    re.IGNORECASE,
)
CV = frozenset({"cv2", "cv"})
#: what keeps the channels of the picture that it is given first
KEPT = frozenset(
    {
        *("resize", "array", "asarray", "expand_dims", "img_to_array", "float32", "stack", "vstack", "astype"),
        *("reshape", "copy", "GaussianBlur", "flip", "crop", "cast", "convert_to_tensor", "preprocess_input"),
    }
)
#: modules whose functions take the picture as an argument
LIBRARIES = frozenset({"np", "numpy", "cv2", "cv", "tf", "image"})
#: what reads pictures red first for the training (Keras 1 to 3)
RED_FIRST = frozenset({"flow_from_directory", "flow_from_dataframe", "image_dataset_from_directory"})
#: functions that read one picture, red first (Keras, PIL has `Image.open`)
READERS = frozenset({"load_img"})
ASKED = frozenset({"predict", "predict_on_batch", "predict_classes", "predict_proba"})
#: how far back a picture is followed
STEPS = 10


def blue_first(parsed: Parsed) -> Found:
    """`preprocess_input(cv2.imread(path))`, and `predict` of such a picture where a generator of Keras's trains."""
    text = parsed.source.code
    if "cv2" not in text or TURNED.search(text):
        return
    prepares = "preprocess_input" in text and "applications" in text
    trains = any(one in text for one in RED_FIRST) or _reads_red_first(parsed)
    for scope in scopes(parsed):
        for call in scope.of(ast.Call):
            if prepares and called(call) == "preprocess_input" and call.args:
                what = "these weights were trained on"
            elif trains and method(call) in ASKED and call.args:
                what = "the model is trained on"
            else:
                continue
            read = _read(scope, call.args[0], call, STEPS)
            if read is not None:
                yield read, "blue first", what
                return


def _reads_red_first(parsed: Parsed) -> bool:
    """Whether what `fit` is given is read picture by picture by what reads red first, and OpenCV reads but one."""
    if sum(called(one) == "imread" and owner(one) in CV for one in parsed.listing.of(ast.Call)) != 1:
        return False
    for scope in scopes(parsed)[:1]:
        fits = [one for one in scope.calls(FIT) if len(one.args) > 1]
        return bool(fits) and all(_of_pictures(scope, one.args[0], one) for one in fits)
    return False


def _of_pictures(scope: Scope, value: ast.expr, at: ast.AST) -> bool:
    """Whether an array is made of pictures that `load_img` or PIL reads: `np.array([load_img(p) for p in paths])`."""
    name = list_behind(scope, value, at)
    put = [one for one in appends(scope, name) if len(one.args) == 1] if name else []
    each = [scope.bound_to(one.args[0], one)[0] for one in put]
    if not put:
        held, _ = scope.bound_to(value, at)
        each = [one.elt for one in nodes_of(held) if isinstance(one, ast.ListComp)]
    colour = [one for one in each if not re.search(r"gray|convert\(.L|\.open\(.*\.npy", written(one), re.I)]
    return (
        len(each) == len(colour) == 1
        and any(called(one) in READERS for one in nodes_of(each[0]))
        and not any(owner(one) in CV for one in nodes_of(each[0]))
    )


def _read(scope: Scope, value: ast.expr, at: ast.AST, left: int) -> ast.Call | None:
    """The call of OpenCV that a picture in colour, or a batch of them, comes from."""
    name, (value, at) = value, scope.bound_to(value, at)
    if left == 0:
        return None
    if isinstance(name, ast.Name) and isinstance(value, ast.List) and not value.elts:
        put = [one for one in scope.calls(frozenset({"append"})) if owner(one) == name.id and len(one.args) == 1]
        return _read(scope, put[0].args[0], put[0], left - 1) if len(put) == 1 else None
    if isinstance(value, ast.Name):
        return _frame(scope, value, at)
    if isinstance(value, ast.Subscript):
        return _read(scope, value.value, at, left - 1)
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Div, ast.Mult, ast.Sub)):
        return _read(scope, value.left, at, left - 1)
    if isinstance(value, ast.List) and len(value.elts) == 1:
        return _read(scope, value.elts[0], at, left - 1)
    if not isinstance(value, ast.Call):
        return None
    if called(value) == "imread" and owner(value) in CV:
        return value if len(value.args) == 1 and not value.keywords else None
    if called(value) not in KEPT or (called(value) == "flip" and owner(value) not in CV):
        return None  # numpy's turns the axis round that it is told, which may be that of the channels
    of = value.func.value if isinstance(value.func, ast.Attribute) and owner(value) not in LIBRARIES else None
    given = value.args[0] if value.args and (of is None or called(value) == "preprocess_input") else of
    return _read(scope, given, at, left - 1) if given is not None else None


def _frame(scope: Scope, name: ast.Name, at: ast.AST) -> ast.Call | None:
    """The same of a camera's picture: `ok, frame = camera.read()`."""
    frame = scope.standing(name.id, at)
    if frame is None or method(frame.value) != "read" or not isinstance(frame.value, ast.Call):
        return None
    camera = scope.once(owner(frame.value)) or (scope.outer.once(owner(frame.value)) if scope.outer else None)
    return frame.value if camera is not None and called(camera) == "VideoCapture" else None
