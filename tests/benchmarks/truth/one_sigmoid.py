"""One sigmoid for ten classes."""

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
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN306: ["layers.Dense(1, activation=\"sigmoid\")", "layers.Dense(10, activation=\"softmax\")", "loss=\"binary_crossentropy\"", "loss=\"sparse_categorical_crossentropy\""]
