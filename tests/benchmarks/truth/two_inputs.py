"""Two inputs, and a relu before the softmax."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32")
x_train = x_train / 255
x_test = x_test / 255

upper = keras.Input((392,))
lower = keras.Input((392,))
both = layers.Concatenate()([layers.Dense(32, activation="relu")(upper), layers.Dense(32, activation="relu")(lower)])
scores = layers.Dense(10, activation="relu")(both)
model = keras.Model([upper, lower], layers.Softmax()(scores))
model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    [x_train[:, :392], x_train[:, 392:]],
    y_train,
    epochs=5,
    batch_size=32,
    validation_data=([x_test[:, :392], x_test[:, 392:]], y_test),
)

# repair CNN101: ["layers.Dense(10, activation=\"relu\")", "layers.Dense(10)"]
