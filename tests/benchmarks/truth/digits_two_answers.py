"""Two answers about a digit, which it is and whether it is even, from behind a hidden softmax."""

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x / 16, y, test_size=0.25, random_state=0)

inputs = keras.Input((64,))
hidden = layers.Dense(32, activation="softmax")(inputs)
digit = layers.Dense(10, activation="softmax", name="digit")(hidden)
even = layers.Dense(1, activation="sigmoid", name="even")(hidden)
model = keras.Model(inputs, [digit, even])
model.compile(optimizer="adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
model.fit(x_train, [y_train, y_train % 2], epochs=30, batch_size=32, validation_data=(x_test, [y_test, y_test % 2]))

# repair CNN106: ["layers.Dense(32, activation=\"softmax\")", "layers.Dense(32, activation=\"relu\")"]
