"""One wide program for each rule that is put to a trial: what `scripts/shrinking.py` measures at several widths."""

from __future__ import annotations

HEAD = """\
from keras import Sequential, layers, datasets, utils, optimizers
(x, y), _ = datasets.mnist.load_data()
x = x.reshape(-1, 28, 28, 1) / 255.0
y = utils.to_categorical(y, 10)
"""

LAYERS = (
    'layers.Conv2D(64, 3, padding="same", activation="relu")',
    "layers.MaxPooling2D()",
    'layers.Conv2D(64, 3, padding="same", activation="relu")',
    "layers.MaxPooling2D()",
    "layers.Flatten()",
    'layers.Dense(128, activation="relu")',
    'layers.Dense(10, activation="softmax")',
)


def program(
    changes: dict[int, str], loss: str = "categorical_crossentropy", optimizer: str = '"adam"', head: str = HEAD
) -> str:
    """The program with some of its layers written otherwise; an empty layer is left out."""
    body = [changes.get(index, layer) for index, layer in enumerate(LAYERS)]
    rows = "".join(f"    {layer},\n" for layer in body if layer)
    return (
        f"{head}model = Sequential([\n    layers.Input((28, 28, 1)),\n{rows}])\n"
        f'model.compile(optimizer={optimizer}, loss="{loss}", metrics=["accuracy"])\n'
        f"model.fit(x, y, batch_size=32, epochs=5)\n"
    )


PROGRAMS = {
    "CNN103": program({5: "layers.Dense(128)"}),
    "CNN106": program({5: 'layers.Dense(128, activation="softmax")'}),
    "CNN107": program({5: 'layers.Dense(128, activation="sigmoid")'}),
    "CNN210": program({0: 'layers.Conv2D(64, 3, 3, padding="same", activation="relu")'}),
    "CNN211": program({1: "layers.Dropout(0.5), layers.MaxPooling2D()"}),
    "CNN212": program({6: f"layers.Dropout(0.9), {LAYERS[6]}"}),
    "CNN213": program({6: f"{LAYERS[6]}, layers.Dropout(0.5)"}),
    "CNN302": program({6: "layers.Dense(10)"}),
    "CNN303": program({6: 'layers.Dense(10, activation="sigmoid")'}),
    "CNN304": program({}, loss="binary_crossentropy"),
    "CNN306": program(
        {6: 'layers.Dense(1, activation="sigmoid")'},
        loss="binary_crossentropy",
        head=HEAD.replace("y = utils.to_categorical(y, 10)\n", ""),
    ),
    "CNN308": program({}, loss="mean_squared_error"),
    "CNN311": program({6: 'layers.Dense(10, activation="relu")'}),
    "CNN402": program({}),
    "CNN406": program({5: f"{LAYERS[5]}, layers.Dropout(0.5), layers.BatchNormalization()"}),
    "CNN502": program({}, head=HEAD + "x = x / 255.0\n"),
    "CNN505": program({}, optimizer="optimizers.Adam(1.0)"),
    "CNN506": program({}, optimizer="optimizers.Adam(1e-9)"),
}
