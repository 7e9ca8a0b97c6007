"""A generator function that yields batches."""

import keras
import numpy as np
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = np.expand_dims(x_train, -1) / 255.0
y_train = keras.utils.to_categorical(y_train, 10)


def batches(x, y, size):
    while True:
        index = np.random.randint(0, len(x), size)
        yield x[index], y[index]


model = keras.Sequential()
model.add(keras.Input((28, 28, 1)))
model.add(layers.Conv2D(24, 5, activation="relu"))
model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(100, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(batches(x_train, y_train, 64), steps_per_epoch=900, epochs=4)
