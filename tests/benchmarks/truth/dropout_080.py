"""Two dropouts of 0.8."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32")
x_train = x_train / 255
x_test = x_test / 255

model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.8, name="a"),
    layers.Dense(32, activation="relu"),
    layers.Dropout(0.8, name="b"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN212: ["0.8, name=\"a\"", "0.2, name=\"a\""]
# repair CNN212: ["0.8, name=\"b\"", "0.2, name=\"b\""]
