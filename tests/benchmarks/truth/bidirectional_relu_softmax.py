"""A relu before the softmax, behind a bidirectional recurrent layer."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 28, 28).astype("float32") / 255
x_test = x_test.reshape(-1, 28, 28).astype("float32") / 255

model = keras.Sequential([
    keras.Input((28, 28)),
    layers.Bidirectional(layers.GRU(12)),
    layers.Dense(10, activation="relu"),
    layers.Softmax(),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN101: ["Dense(10, activation=\"relu\")", "Dense(10)"]
