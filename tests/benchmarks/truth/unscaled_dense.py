"""Pixels of 0 to 255 into a dense network."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32")

model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN501: ["astype(\"float32\")\nx_test = x_test.reshape(-1, 784).astype(\"float32\")", "astype(\"float32\") / 255\nx_test = x_test.reshape(-1, 784).astype(\"float32\") / 255"]
