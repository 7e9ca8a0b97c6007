"""Two heads: a relu before the softmax of the first."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32")
x_train = x_train / 255
x_test = x_test / 255

inputs = keras.Input((784,))
hidden = layers.Dense(64, activation="relu")(inputs)
scores = layers.Dense(10, activation="relu")(hidden)
digit = layers.Softmax(name="digit")(scores)
odd = layers.Dense(1, activation="sigmoid", name="odd")(hidden)
model = keras.Model(inputs, [digit, odd])
model.compile("adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
model.fit(x_train, [y_train, y_train % 2], epochs=5, batch_size=32, validation_data=(x_test, [y_test, y_test % 2]))

# repair CNN101: ["layers.Dense(10, activation=\"relu\")", "layers.Dense(10)"]
