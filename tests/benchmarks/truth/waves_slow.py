"""Sequences told apart by their frequency, at a rate at which a recurrent layer does not move."""

import keras
import numpy as np
from keras import layers

random = np.random.default_rng(0)
time = np.arange(24)
y = random.integers(0, 3, 900)
start = random.uniform(0, 6.28, (900, 1))
x = np.sin(time * (0.3 + 0.25 * y[:, None]) + start) + 0.3 * random.normal(size=(900, 24))
x = x[:, :, None].astype("float32")
x_train, x_test, y_train, y_test = x[:600], x[600:], y[:600], y[600:]

model = keras.Sequential([
    keras.Input((24, 1)),
    layers.SimpleRNN(16),
    layers.Dense(3, activation="softmax"),
])
optimizer = keras.optimizers.Adam(learning_rate=1e-7)
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=40, batch_size=32, validation_data=(x_test, y_test))

# repair CNN506: ["learning_rate=1e-7", "learning_rate=1e-3"]
