"""Most of what two heads share is dropped."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255

inputs = keras.Input((784,))
hidden = layers.Dense(64, activation="relu")(inputs)
hidden = layers.Dropout(0.85)(hidden)
digit = layers.Dense(10, activation="softmax", name="digit")(hidden)
odd = layers.Dense(1, activation="sigmoid", name="odd")(hidden)
model = keras.Model(inputs, [digit, odd])
model.compile("adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
model.fit(x_train, [y_train, y_train % 2], epochs=5, batch_size=32, validation_data=(x_test, [y_test, y_test % 2]))

# repair CNN212: ["Dropout(0.85)", "Dropout(0.5)"]
