"""The middle one of three layers has no activation, on two moons."""

import keras
from keras import layers
from sklearn.datasets import make_moons

x_train, y_train = make_moons(500, noise=0.3, random_state=0)
x_test, y_test = make_moons(400, noise=0.3, random_state=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(24, activation="relu"),
    layers.Dense(16),
    layers.Dense(8, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=60, batch_size=25, validation_data=(x_test, y_test))

# repair CNN103: ["layers.Dense(16)", "layers.Dense(16, activation=\"relu\")"]
