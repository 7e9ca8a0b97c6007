"""Signals of a sensor in one dimension, five kinds."""

import keras
import numpy as np
from keras import layers

signals = np.random.randn(600, 128, 3)
kinds = np.random.randint(0, 5, size=600)
model = keras.models.Sequential()
model.add(keras.Input(shape=(128, 3)))
model.add(layers.Conv1D(32, 7, activation="relu"))
model.add(layers.MaxPooling1D(2))
model.add(layers.Conv1D(64, 5, activation="relu"))
model.add(layers.GlobalAveragePooling1D())
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(5, activation="softmax"))
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(signals, kinds, batch_size=32, epochs=25)
