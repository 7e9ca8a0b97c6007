"""Digits through a bottleneck and back."""

import keras
from keras import layers

(x_train, _), (x_test, _) = keras.datasets.mnist.load_data()
x_train = x_train.reshape((60000, 784)).astype("float32") / 255
x_test = x_test.reshape((10000, 784)).astype("float32") / 255
inputs = keras.Input((784,))
x = layers.Dense(128, activation="relu")(inputs)
code = layers.Dense(32, activation="relu")(x)
x = layers.Dense(128, activation="relu")(code)
outputs = layers.Dense(784, activation="sigmoid")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x_train, x_train, epochs=20, batch_size=256, validation_data=(x_test, x_test))
