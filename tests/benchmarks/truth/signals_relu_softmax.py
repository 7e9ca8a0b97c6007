"""Signals of three shapes under noise, and a relu before the softmax behind two convolutions."""

import keras
import numpy as np
from keras import layers

random = np.random.default_rng(0)
labels = random.integers(0, 3, 1600)
at = np.linspace(0, 1, 64)
turns = random.uniform(2, 4, (1600, 1)) * 2 * np.pi * at + random.uniform(0, 2 * np.pi, (1600, 1))
waves = np.stack([np.sin(turns), np.sign(np.sin(turns)), 2 * np.abs(turns / np.pi % 2 - 1) - 1])
x = (waves[labels, np.arange(1600)] + random.normal(0, 0.7, (1600, 64)))[..., None].astype("float32")
x_train, x_test, y_train, y_test = x[:1200], x[1200:], labels[:1200], labels[1200:]

model = keras.Sequential([
    keras.Input((64, 1)),
    layers.Conv1D(16, 5, activation="relu"),
    layers.MaxPooling1D(2),
    layers.Conv1D(16, 5, activation="relu"),
    layers.GlobalAveragePooling1D(),
    layers.Dense(3, activation="relu"),
    layers.Softmax(),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, batch_size=32, validation_data=(x_test, y_test))

# repair CNN101: ["layers.Dense(3, activation=\"relu\")", "layers.Dense(3)"]
