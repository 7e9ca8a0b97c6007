"""Measurements of tumours, some below 1 and some in the thousands, fed as they are."""

import keras
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

x, y = load_breast_cancer(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((30,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=40, batch_size=32, validation_data=(x_test, y_test))

# repair CNN501: ["x, y = load_breast_cancer(return_X_y=True)", "x, y = load_breast_cancer(return_X_y=True)\nx = (x - x.mean(axis=0)) / x.std(axis=0)"]
