"""Sequences that are filled up to one length, and the numbers of words in them, by the text alone."""

from __future__ import annotations

import ast

from cnnlint.readers.python.by_text.data.handling import ASKED, KEEPING
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, asks, data_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: what numbers words, or counts them, and how it is told to
MATRICES = frozenset({"texts_to_matrix", "sequences_to_matrix"})
PADS = frozenset({"pad_sequences"})
#: what gathers the words there are, each of them once
GATHERING = frozenset({"set", "Counter", "most_common", "unique"})
#: what puts more into a list
GROWING = frozenset({"insert", "append", "extend", "appendleft"})


def told_apart(scope: Scope) -> Found:
    """`pad_sequences(x, padding="post")` to train on and `pad_sequences(x_test)` to test with; `mode="binary"` and
    `mode="count"`; labels that are padded at the other end than the words that they belong to."""
    for fit in scope.calls(FIT):
        trained = _told(scope, fit.args[0], fit) if fit.args else None
        if trained is None:
            continue
        labels = _told(scope, fit.args[1], fit) if len(fit.args) > 1 and _step_by_step(scope) else None
        tests = [
            _told(scope, call.args[0], call) for call in scope.calls(ASKED) if call.args and asks(scope, fit, call)
        ]
        for other in (labels, *tests):
            if other is None or other is trained or called(other) != called(trained):
                continue
            one, two = (_settings(call) for call in (trained, other))
            differ = [name for name in one or {} if two is not None and one is not None and one[name] != two[name]]
            if differ:
                yield other, "told apart", differ[0]
                return


def _step_by_step(scope: Scope) -> bool:
    """Whether each step of a sequence has a label of its own: no sequence is made of another's end."""
    made = {called(call) for call in scope.of(ast.Call)}
    return "TimeDistributed" in made and "RepeatVector" not in made


def _told(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The call that pads sequences, or makes a matrix of them, that data is made by."""
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        if isinstance(value, ast.Call) and called(value) in MATRICES | PADS:
            return value
        if isinstance(value, ast.Call) and called(value) in KEEPING and value.args and called(value) != "reshape":
            value = value.args[0]
        else:
            return None
    return None


def _settings(call: ast.Call) -> dict[str, str] | None:
    """How such a call is told to go about it, with what it does where it is not; None where that is not known."""
    settings = {"mode": "binary"} if called(call) in MATRICES else {"padding": "pre", "truncating": "pre"}
    for one in call.keywords:
        if one.arg is None or (one.arg in settings and not isinstance(one.value, ast.Constant)):
            return None
        if one.arg in settings and isinstance(one.value, ast.Constant):
            settings[one.arg] = str(one.value.value)
    return settings if len(call.args) <= 2 else None  # the sequences, and how long they are made


def padding_word(scope: Scope) -> Found:
    """`{word: i for i, word in enumerate(words)}` beside `pad_sequences` and `mask_zero=True`: number 0 is a word."""
    pads = [call for call in scope.of(ast.Call) if called(call) in PADS]
    masked = any(
        one.arg == "mask_zero" and isinstance(one.value, ast.Constant) and one.value.value is True
        for call in scope.of(ast.Call)
        if called(call) == "Embedding"
        for one in call.keywords
    )
    fit = next(scope.calls(FIT), None)
    read = data_of(fit) if fit is not None else None
    trained = _told(scope, read, read) if read is not None else None
    if not masked or trained not in pads or any(one.arg == "value" for call in pads for one in call.keywords):
        return
    for made in scope.of(ast.Assign):
        numbers, target = made.value, made.targets[0]
        if not (isinstance(numbers, ast.DictComp) and isinstance(target, ast.Name) and _from_zero(scope, numbers)):
            continue
        words = [scope.bound_to(one, trained)[0] for one in trained.args[:1]]
        counted = operands(numbers.generators[0].iter)[:1]
        if any(isinstance(one, ast.BinOp) for part in words for one in nodes_of(part)):
            continue  # index[word] + 1
        gathered = {written(at) for one in counted for at in (one, *nodes_of(scope.resolved(one)))}
        if any(owner(call) in gathered and _is_filler(call, counted) for call in scope.calls(GROWING)):
            continue  # words.insert(0, "<pad>")
        if any(reads(one, {target.id}) for one in words) and len(scope.bound.get(target.id, ())) == 1:
            yield numbers, "padding word", target.id
            return


def _is_filler(grown: ast.Call, counted: list[ast.expr]) -> bool:
    """Whether something of the program's own is put among words: into their list itself, or written out."""
    direct = owner(grown) in map(written, counted)
    return direct or any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in grown.args)


def _from_zero(scope: Scope, numbers: ast.DictComp) -> bool:
    """Whether a dict numbers the words that a program gathers, from 0 on, and none that stands for padding."""
    counted = numbers.generators[0]
    call = counted.iter if isinstance(counted.iter, ast.Call) else None
    if call is None or called(call) != "enumerate" or len(call.args) != 1 or call.keywords or counted.ifs:
        return False
    number = counted.target.elts[0] if isinstance(counted.target, ast.Tuple) else None
    if len(numbers.generators) != 1 or number is None or written(numbers.value) != written(number):
        return False
    parts = nodes_of(scope.resolved(call.args[0]))
    gathered = any(isinstance(one, ast.SetComp) or called(one) in GATHERING for one in parts)
    return gathered and not any(
        isinstance(one, (ast.List, ast.BinOp)) or (isinstance(one, ast.Constant) and one.value) for one in parts
    )


FINDERS = (told_apart, padding_word)
