"""Two layers of selu that start as every other layer does, on the digits of scikit-learn."""

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x / 16, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(48, activation="selu"),
    layers.Dense(48, activation="selu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=30, batch_size=32, validation_data=(x_test, y_test))

# repair CNN403: ["keras.Input((64,)),\n    layers.Dense(48, activation=\"selu\")", "keras.Input((64,)),\n    layers.Dense(48, activation=\"selu\", kernel_initializer=\"lecun_normal\")"]
# repair CNN403: ["    layers.Dense(48, activation=\"selu\"),\n    layers.Dense(10", "    layers.Dense(48, activation=\"selu\", kernel_initializer=\"lecun_normal\"),\n    layers.Dense(10"]
