"""CNN542."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class PaddingAsWord(Rule):
    """The number that fills up short sequences is that of a word.

    ## What it does
    Finds words that are numbered from 0 (`{word: i for i, word in enumerate(words)}`) in sequences that
    `pad_sequences` fills up with 0, in front of an embedding with `mask_zero=True`.

    ## Why is this bad
    The first word of the list and the padding are one number, and the mask hides both: wherever that word stands, the
    layers behind it skip it.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.utils import pad_sequences

    words = sorted({word for text in texts for word in text})
    number = {word: i for i, word in enumerate(words)}
    x = pad_sequences([[number[word] for word in text] for text in texts], maxlen=40)
    model = Sequential([layers.Embedding(len(words), 32, mask_zero=True), layers.LSTM(16), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(x, scores, epochs=5)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.utils import pad_sequences

    words = sorted({word for text in texts for word in text})
    number = {word: i for i, word in enumerate(words, start=1)}
    x = pad_sequences([[number[word] for word in text] for text in texts], maxlen=40)
    model = Sequential([layers.Embedding(len(words) + 1, 32, mask_zero=True), layers.LSTM(16), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(x, scores, epochs=5)
    ```

    ## Exceptions
    A list that is written out, or begins with signs of its own (`["<pad>"] + words`), may have the padding in its first
    place, and `pad_sequences` may be told another `value`: silent. Without a mask the two are one number, too, and
    the network can still tell them apart by where they stand.

    ## References
    - [Keras 3: Embedding](https://keras.io/api/layers/core_layers/embedding/), `mask_zero`: "index 0 cannot be used in
      the vocabulary"
    """

    code = "CNN542"
    name = "padding-as-word"
    severity = Severity.WARNING
    summary = "The padding has the number of a word"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the words are the program's own")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such numbering."""
        for event in program.events_of(DataMisused):
            if event.why == "padding word":
                problem = f"{event.what} gives its first word the number 0, which is that of the padding, and masked"
                advice = "count from 1: enumerate(words, start=1), and give the embedding a row more"
                yield Finding(problem, event.origin, event.model, help=advice)
