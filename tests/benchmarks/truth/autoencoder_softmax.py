"""A softmax on the code of an autoencoder."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255

model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(16, activation="softmax"),
    layers.Dense(64, activation="relu"),
    layers.Dense(784, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x_train, x_train, epochs=5, batch_size=32, validation_data=(x_test, x_test))

# repair CNN106: ["16, activation=\"softmax\"", "16, activation=\"relu\""]
