"""CNN532."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

WHY = {
    "words apart": (
        "these words are numbered by another vocabulary than {}",
        "fit one tokenizer on the training texts, and number both with it",
    ),
    "columns apart": (
        "get_dummies makes columns of the categories that it meets: the test may have others than {}",
        "test = test.reindex(columns=train.columns, fill_value=0)",
    ),
    "told apart": (
        "this is not prepared as what it belongs to was: {} differs",
        "tell both the same",
    ),
    "fitted anew": (
        "{} is fitted anew to what is tested, which it prepares in another way than what was trained on",
        "transform alone for the test",
    ),
    "own statistics": (
        "{} is scaled by its own mean or range, and what was trained on by another",
        "scale both by the numbers of what is trained on",
    ),
    "mixed axes": (
        "a mean of each sample is taken from {}, and what is left is divided by the spread of each column",
        "axis=0 for both",
    ),
    "another fit": (
        "another {} is fitted to this than to what was trained on",
        "fit one on what is trained on, and transform both with it",
    ),
    "other columns": (
        "{} was fitted to others since, and knows the last of them alone",
        "fit one for each, or all columns at once",
    ),
    "turned alone": (
        "the picture is turned, and {} stays as it is: its points are those of another place",
        "turn both alike",
    ),
    "refitted": (
        "{} are scaled by what was fitted to the targets in between",
        "give the targets a scaler of their own",
    ),
    "raw targets": (
        "the answers are scaled back, and the model was trained on {}, which were never scaled",
        "train on what the scaler makes of them",
    ),
    "other scaler": (
        "the answers are scaled back by what scaled the features, and the targets were scaled by {}",
        "scale them back by what scaled the targets",
    ),
    "standardised masks": (
        "the targets are standardised as if they were pictures ({}), and leave 0..1",
        "leave these settings out for the masks",
    ),
    "scaled truth": (
        "the answers are scaled back, and are compared with {}, which are as scaled as what the model was trained on",
        "scale both back: scaler.inverse_transform(y)",
    ),
    "scaled answers": (
        "the model was trained on scaled targets, and its answers are compared with {}, which are not scaled",
        "scale the answers back first: scaler.inverse_transform(predictions)",
    ),
}


class PreparedApart(Rule):
    """What is tested or compared was prepared by another fit.

    ## What it does
    Finds a vectorizer or imputer that is fitted once more to the test, test texts that another `Tokenizer` numbers than
    those that are trained on, tables of which `get_dummies` makes the columns each by itself, a scaler that is fitted
    to the targets between the features of the training and those of the test, sequences that are padded or counted in
    another way than those that are trained on or that they are the labels of, masks that are standardised like their
    pictures or not turned with them, tests that are scaled by their own mean or prepared by another fit, a scaler that
    was fitted to other columns since, and answers on another scale than the
    targets that they are compared with or scaled back to.

    ## Why is this bad
    Word 17 of one vocabulary is another word in the next; a column is where another one was. An error of 0.3
    standard deviations beside prices of 200,000 says nothing. None of it raises an error, and the score is that of
    chance.

    ## Example
    ```python
    from keras.preprocessing.text import Tokenizer
    from tensorflow.keras import Sequential, layers

    words, others = Tokenizer(num_words=500), Tokenizer(num_words=500)
    words.fit_on_texts(train_texts)
    others.fit_on_texts(test_texts)
    model = Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(words.texts_to_matrix(train_texts), labels)
    answers = model.predict(others.texts_to_matrix(test_texts))
    ```

    ## Use instead
    ```python
    from keras.preprocessing.text import Tokenizer
    from tensorflow.keras import Sequential, layers

    words = Tokenizer(num_words=500)
    words.fit_on_texts(train_texts)
    model = Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(words.texts_to_matrix(train_texts), labels)
    answers = model.predict(words.texts_to_matrix(test_texts))
    ```

    ## Exceptions
    What is not followed from the fit to the test, and names that are bound again in between, keep the rule silent;
    so does a program that aligns its columns in any way, and so do models of several inputs, whose texts may have a
    vocabulary each.

    ## References
    - [scikit-learn 1.5: common pitfalls](https://scikit-learn.org/stable/common_pitfalls.html#inconsistent-preprocessing)
    - [pandas 2: get_dummies](https://pandas.pydata.org/docs/reference/api/pandas.get_dummies.html)
    """

    code = "CNN532"
    name = "prepared-apart"
    severity = Severity.WARNING
    summary = "Test data or answers go by another fit than the training"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable(
        "the model learns the same: what is wrong is what it is asked, or the figure that is reported of it"
    )

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(DataMisused), WHY)
