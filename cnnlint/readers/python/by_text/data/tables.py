"""Numbers of words, and the tables that an embedding looks them up in, by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.representations import SAME, STEPS
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, TRAINED
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, operands, reads
from cnnlint.readers.python.text.written import written

CUTTING = frozenset({"texts_to_matrix", "sequences_to_matrix", "where", "minimum", "clip"})


def other_width(scope: Scope) -> Found:
    """`Embedding(words, 200, weights=[matrix])` of `matrix = np.zeros((words, 100))`."""
    for call in scope.of(ast.Call):
        if called(call) != "Embedding":
            continue
        given = {one.arg: one.value for one in call.keywords}
        width = given.get("output_dim", call.args[1] if len(call.args) > 1 else None)
        held = given.get("weights", given.get("embeddings_initializer"))
        inner = (
            held.elts if isinstance(held, ast.List) else operands(held) if called(held or call) == "Constant" else []
        )
        made = scope.once(inner[0].id) if len(inner) == 1 and isinstance(inner[0], ast.Name) else None
        shape = operands(made)[:1] if made is not None and called(made) == "zeros" else []
        sizes = shape[0].elts if shape and isinstance(shape[0], ast.Tuple) else []
        wide = [scope.bound_to(one, call)[0] for one in (width, *sizes[1:]) if one is not None]
        numbers = [one.value for one in wide if isinstance(one, ast.Constant) and isinstance(one.value, int)]
        if len(sizes) == len(wide) == len(numbers) == 2 and numbers[0] != numbers[1]:
            yield call, "other width", f"{numbers[1]}"
            return


def fewer_rows(scope: Scope) -> Found:
    """`Tokenizer(num_words=20000)` beside `Embedding(5000, …)`, the only ones, and nothing cuts the numbers."""
    made = [call for call in scope.of(ast.Call) if called(call) in ("Tokenizer", "TextVectorization", "Embedding")]
    if sorted(map(called, made)) not in (["Embedding", "Tokenizer"], ["Embedding", "TextVectorization"]):
        return
    used = {method(call) for call in scope.of(ast.Call)}
    cut = any(isinstance(one.ctx, ast.Store) and isinstance(one.slice, ast.Compare) for one in scope.of(ast.Subscript))
    if sum(called(one) == "Input" for one in scope.of(ast.Call)) > 1:  # the rows may be those of something else
        return
    if ("texts_to_sequences" not in used and "Tokenizer" in map(called, made)) or used & CUTTING or cut:
        return
    sizes: dict[str, tuple[ast.expr, object]] = {}
    for call in made:
        given = {one.arg: one.value for one in call.keywords}
        mode = given.get("output_mode")
        if {"char_level", "vocabulary"} & given.keys() or (mode is not None and written(mode) != "'int'"):
            return
        if "max_tokens" in given:
            given.setdefault("num_words", given["max_tokens"])
        name = "input_dim" if called(call) == "Embedding" else "num_words"
        value = given.get(name, call.args[0] if call.args else None)
        constant = scope.resolved(value) if value is not None else None
        if value is not None and isinstance(constant, ast.Constant):
            sizes[name] = value, constant.value
    words, rows = (sizes.get(name, (None, None)) for name in ("num_words", "input_dim"))
    if "Tokenizer" in map(called, made) and not any(_is_fed(scope, call) for call in scope.calls(FIT)):
        return  # the rarer words may have other numbers by then
    if isinstance(words[1], int) and isinstance(rows[1], int) and words[1] > rows[1] and rows[0] is not None:
        yield rows[0], "fewer rows", str(words[1])


def _is_fed(scope: Scope, fit: ast.Call) -> bool:
    """Whether a model is given the numbers of a tokenizer as they are, only padded."""
    value: ast.expr = fit.args[0] if fit.args else fit
    at: ast.AST = fit
    for _ in range(STEPS):
        value, at = scope.bound_to(value, at)
        if isinstance(value, ast.Call) and called(value) in SAME and value.args:
            value = value.args[0]
        elif isinstance(value, ast.Subscript):
            value = value.value
        else:
            break
    return method(value) == "texts_to_sequences"


def rows_apart(scope: Scope) -> Found:
    """`for i, word in enumerate(tokenizer.word_index): matrix[i] = …`: the tokenizer counts from 1, and this from 0."""
    for loop in scope.of(ast.For):
        given = operands(loop.iter) if called(loop.iter) == "enumerate" else []
        target = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else None
        counted = isinstance(loop.iter, ast.Call) and not loop.iter.keywords
        if len(given) != 1 or not counted or not isinstance(target, ast.Name):
            continue
        words = scope.bound_to(given[0], loop)[0]
        words = words.func.value if method(words) in ("items", "keys") else words  # type: ignore[attr-defined]
        words = scope.bound_to(words, loop)[0]
        puts = [one for one in nodes_of(loop) if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store)]
        own = [one for one in puts if isinstance(one.slice, ast.Name) and one.slice.id == target.id]
        stored = [one for one in nodes_of(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        once = sum(one.id == target.id for one in stored) == 1
        numbered = isinstance(words, ast.Attribute) and words.attr == "word_index" and not _counts_back(scope)
        if numbered and own and once and _is_table(scope, own[0].value):
            found = loop.iter, "rows apart", written(own[0].value)
            yield found if _is_given(scope, own[0].value) else (*found, True)  # type: ignore[misc]
            return


def _counts_back(scope: Scope) -> bool:
    """Whether 1 is taken from numbers somewhere, as where those of words are to begin at 0."""
    sums = [one for one in nodes_of(scope.root) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub)]
    return any(isinstance(one.right, ast.Constant) and one.right.value == 1 for one in sums)


def _is_table(scope: Scope, table: ast.expr) -> bool:
    """Whether rows are put into what an embedding is given, and not into a part of it, or of what it is made of."""
    name = written(table)
    made = scope.once(name)
    joined = (one for one in scope.of(ast.Call) if called(one) in ("vstack", "concatenate", "insert", "append", "pad"))
    whole = not any(isinstance(at, ast.Name) and at.id == name for one in joined for at in nodes_of(one))
    return MATRIX.search(name) is not None and whole and not isinstance(made, (ast.Subscript, ast.Name))


def _is_given(scope: Scope, table: ast.expr) -> bool:
    """Whether an embedding looks words up in a table."""
    layers = [one for one in nodes_of(scope.root) if called(one) == "Embedding"]
    return any(reads(one, {written(table)}) for one in layers)


#: what the table of an embedding is called
MATRIX = pattern(r"matrix|embed|weights|glove|w2v|vec", re.IGNORECASE)
#: layers that read the numbers of words for what they are, and what counts the words instead
READERS = pattern(
    r"Embedding|LSTM|GRU|RNN|Conv1D|_to_matrix|CategoryEncoding|MultiLabelBinarizer|Hub|hub\.|multi_hot"
    r"|one_hot|embedding|lookup|gather"
)
#: layers that a model may have besides, and be all Dense
PLAIN = frozenset({"Dense", "Dropout", "Flatten", "BatchNormalization", "Activation", "Input", "InputLayer", "ReLU"})


def numbers_as_amounts(scope: Scope) -> Found:
    """`fit(pad_sequences(tokenizer.texts_to_sequences(texts)), y)` of a model that is all Dense."""
    if not isinstance(scope.root, ast.Module):
        return
    layers = [one for one in scope.of(ast.Call) if called(one) == "Dense"]
    used = {called(one.func) for one in scope.of(ast.Call) if isinstance(one.func, ast.Call)}
    used |= {called(one.args[0]) for one in scope.calls(frozenset({"add"})) if one.args}
    used |= {called(at) for one in scope.of(ast.Call) if called(one) == "Sequential" for at in _listed(one)}
    for call in scope.calls(FIT) if layers and used <= PLAIN else ():
        if not call.args or not any(one.arg in TRAINED for one in call.keywords):
            continue
        value, at = scope.bound_to(call.args[0], call)
        if called(value) != "pad_sequences" or not isinstance(value, ast.Call) or not value.args:
            continue
        if method(scope.bound_to(value.args[0], at)[0]) == "texts_to_sequences":
            if not READERS.search(written(scope.root)):
                yield layers[0], "numbers as amounts", written(call.args[0])
            return


def _listed(call: ast.Call) -> list[ast.expr]:
    return call.args[0].elts if call.args and isinstance(call.args[0], ast.List) else []


FINDERS = (fewer_rows, rows_apart, numbers_as_amounts, other_width)
