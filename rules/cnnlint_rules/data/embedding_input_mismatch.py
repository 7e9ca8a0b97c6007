"""CNN518."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, DataMisused, Model, Node, Program, TableTooShort
from cnnlint.graph.walks import consumers, describe
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: steps after which numbers are no indices any more
SCALING = frozenset({"scale", "standardize", "normalize", "fit-scaler", "convert"})
SAME = frozenset({"Flatten", "Reshape", "Dropout"})

REFUSED = {
    "other width": (
        "these vectors have {} numbers each, and the embedding another count: Keras refuses",
        "output_dim={}",
    ),
    "weights as words": (
        "{} gives a count or weight for each word, and this embedding looks up numbers of words",
        "number the words (texts_to_sequences, TextVectorization), or leave out the embedding",
    ),
}
MISREAD = {
    "fewer rows": (
        "the tokenizer numbers up to {} words, and this embedding has fewer rows",
        "input_dim={}, or fewer words in the tokenizer",
    ),
    "rows apart": (
        "the tokenizer counts its words from 1, and this from 0: each row of {} is another word's",
        "for word, i in tokenizer.word_index.items()",
    ),
    "numbers as amounts": (
        "{} are numbers of words, and this takes them for amounts",
        "look them up first: layers.Embedding(words, 32), or count the words (texts_to_matrix)",
    ),
}


class EmbeddingInputMismatch(Rule):
    """An embedding that is fed numbers which are no indices of its table.

    ## What it does
    Finds an `Embedding` whose `input_dim` is not above the largest index that it is fed, and one that is fed indices
    which were scaled like pixels, or that are counts or weights of words (`TfidfVectorizer`, `texts_to_matrix`).
    Likewise a table whose rows are counted from 0 where the tokenizer counts from 1, and numbers of words that a
    Dense layer reads as they are: warnings, for the text alone tells them.

    ## Why is this bad
    An embedding looks rows up. An index beyond its table is an error on a CPU and zeros or rubbish on a GPU. Scaled
    indices are cut off to whole numbers: all words become word 0.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import imdb
    from keras.utils import pad_sequences

    (x_train, y_train), _ = imdb.load_data(num_words=20000)
    x_train = pad_sequences(x_train, 100)
    model = Sequential([
        layers.Input((100,)),
        layers.Embedding(5000, 16),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import imdb
    from keras.utils import pad_sequences

    (x_train, y_train), _ = imdb.load_data(num_words=20000)
    x_train = pad_sequences(x_train, 100)
    model = Sequential([
        layers.Input((100,)),
        layers.Embedding(20000, 16),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Numbers that are made whole again after they were scaled, indices whose range could not be traced, models of
    several inputs, and layers between the input and the embedding that change values keep the rule silent.

    ## References
    - [Keras 3: Embedding](https://keras.io/api/layers/core_layers/embedding/): "maximum integer index + 1"
    """

    code = "CNN518"
    name = "embedding-input-mismatch"
    severity = Severity.ERROR
    summary = "An embedding is fed numbers that are no indices of its table"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the indices are at fault, and the probe data brings indices of its own")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each embedding whose table or data do not fit."""
        yield from super().check(program)
        yield from told(program.events_of(DataMisused), REFUSED)
        yield from told(program.events_of(DataMisused), MISREAD, Severity.WARNING)
        for event in program.events_of(TableTooShort):
            yield Finding(
                "this embedding has a row for each word, and the tokenizer counts the words from 1: the last has none",
                event.origin,
                help="add 1 to the number of words",
                severity=None if event.sure else Severity.WARNING,
            )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first call whose data do not fit."""
        if len(model.inputs) != 1:
            return
        tables = [node for node in consumers(model, model.inputs[0], through=SAME) if node.kind == "Embedding"]
        for feed in model.training.feeds:
            for node in tables:
                wrong = misfit(node, feed.x) if feed.x is not None else None
                if wrong is not None:
                    problem, advice = wrong
                    name = feed.x.name if feed.x is not None and feed.x.name else "the data"
                    yield Finding(f"{name} {problem.format(describe(node))}", node.origin, model, node, help=advice)
                    return


def misfit(node: Node, given: ArrayFacts) -> tuple[str, str] | None:
    """What is wrong with the numbers for a table of so many rows, and what to do."""
    shrunk = any(step.kind in SCALING and (step.factor is None or abs(step.factor) < 1) for step in given.steps)
    if shrunk and given.dtype is not None and given.dtype.startswith("float"):
        return "are scaled, and {} looks up whole numbers", "leave the indices as they are"
    if given.dtype == "object" and given.source is not None and not given.steps:
        return "are lists of different lengths, and {} takes an array", "pad_sequences(…, maxlen=…)"
    rows = node.value("input_dim")
    broken = given.dtype is not None and given.dtype.startswith("float")  # its bound is mostly not reached
    if isinstance(rows, int) and given.high is not None and (given.high > rows if broken else given.high >= rows):
        problem = f"go up to {given.high:g}, and {{}} has {rows} rows"
        return problem, f"input_dim={int(given.high) + 1}, or fewer words in the data"
    return None
