"""Three hidden layers of sigmoids."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32")
x_train = x_train / 255
x_test = x_test / 255

model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(64, activation="sigmoid", name="a"),
    layers.Dense(64, activation="sigmoid", name="b"),
    layers.Dense(32, activation="sigmoid", name="c"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, batch_size=32, validation_data=(x_test, y_test))

# select CNN107
# repair CNN107: ["activation=\"sigmoid\"", "activation=\"relu\""]
